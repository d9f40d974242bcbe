// SPDX-License-Identifier: MIT
// why_namespaces.c: why unshare(2) made no namespaces.

#define _GNU_SOURCE
#include "unshare-lite.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

// A seccomp filter answers before the kernel looks. So make a call that the
// kernel refuses for sure: CLONE_PARENT means nothing to unshare(2), and that
// is EINVAL. Whatever else comes back comes from a filter: seccomp(2).
static bool is_filtered(int flags)
{
	return unshare(flags | CLONE_PARENT) < 0 && errno != EINVAL;
}

// Whether an ID of ours is none in the map of the user namespace we are in.
static bool is_unmapped(const char *path, uint32_t id)
{
	struct id_range lines[MAX_RANGES];
	size_t count = read_map(path, lines);

	for (size_t i = 0; i < count; i++)
		if (id >= lines[i].inner &&
		    id - lines[i].inner < lines[i].count)
			return false;
	return access(path, F_OK) == 0;
}

// What was tried in a child, which says yes by its status.
static bool child_says_yes(pid_t child)
{
	int status = 0;

	while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	return WIFEXITED(status) && WEXITSTATUS(status) == 1;
}

static uint64_t mount_of_root(void)
{
	struct statx root;

	return statx(AT_FDCWD, "/", 0, STATX_MNT_ID, &root) == 0
		   ? root.stx_mnt_id
		   : 0;
}

// A chroot whose root is a mount looks like any other root. But whoever enters
// a mount namespace, even his own, is given the root of that: setns(2).
static bool in_chroot_on_mount(void)
{
	int fd = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
	uint64_t ours = mount_of_root();
	pid_t child = fork();

	if (child == 0)
		_exit(setns(fd, CLONE_NEWNS) == 0 && mount_of_root() != ours);
	if (fd >= 0)
		close(fd);
	return child_says_yes(child);
}

// The rules of the kernel for a user namespace: our IDs exist in the one we
// are in, and we are in no chroot. The rest are switches to forbid it.
static void hint_user_namespace(void)
{
	bool privileged = has_capability(CAP_SYS_ADMIN);

	if (in_chroot())
		hint("/ is not a mount point here, as after chroot(2): the "
		     "kernel makes no user namespace in a chroot");
	else if (is_unmapped("/proc/self/uid_map", geteuid()) ||
		 is_unmapped("/proc/self/gid_map", getegid()))
		hint("the user namespace we are in does not map our user or "
		     "group ID: map it there, for instance with "
		     "--map-root-user");
	else if (in_chroot_on_mount())
		hint("/ is not the root of our mount namespace, as after "
		     "chroot(2): the kernel makes no user namespace in a "
		     "chroot");
	else if (!privileged &&
		 setting_is("/proc/sys/kernel/unprivileged_userns_clone",
			    "0\n"))
		hint("user namespaces are for root only: as root: sysctl "
		     "kernel.unprivileged_userns_clone=1");
	else if (!privileged)
		hint_apparmor();
}

static void hint_eperm(int flags)
{
	if (is_filtered(flags))
		hint("a seccomp filter forbids unshare(2), as container "
		     "engines do: docker run --security-opt "
		     "seccomp=unconfined, or a profile that allows it");
	else if (flags & CLONE_NEWUSER)
		hint_user_namespace();
	else
		hint_capability(CAP_SYS_ADMIN);
}

// The first user namespace, which has none above, has a known inode number.
static bool in_first_user_namespace(void)
{
	static const ino_t proc_user_init_ino = 0xEFFFFFFD;
	struct stat ours;

	return stat("/proc/self/ns/user", &ours) == 0 &&
	       ours.st_ino == proc_user_init_ino;
}

// Which of several kinds it was: try them one by one, in a child.
static bool is_reached(int flags)
{
	pid_t child = fork();

	if (child == 0)
		_exit(unshare(flags) < 0 && errno == ENOSPC);
	return child_says_yes(child);
}

// A limit is reached. It counts per user, in this user namespace and in each
// one above, which we cannot look into. But a new user namespace starts with
// a limit that is none, so if ours has that, it is not ours.
static void hint_limit(const struct kind *kind)
{
	char path[64];
	struct buffer text = {0};
	unsigned long limit;

	snprintf(path, sizeof path, "/proc/sys/user/%s", kind->limit);
	if (read_file(AT_FDCWD, path, &text) < 0)
		return;
	limit = strtoul(text.data, NULL, 10);
	free(text.data);
	if (limit == 0)
		hint("user.%s is 0: as root: sysctl user.%s=1024", kind->limit,
		     kind->limit);
	else if (in_first_user_namespace())
		hint("user.%s is reached: this user has %lu: as root: sysctl "
		     "user.%s=%lu",
		     kind->limit, limit, kind->limit, 2 * limit);
	else if (limit == INT32_MAX &&
		 kind->flag & (CLONE_NEWUSER | CLONE_NEWPID))
		hint("user.%s is reached in a user namespace above this one, "
		     "or the %s namespaces are 32 deep, and the kernel stops "
		     "there",
		     kind->limit, kind->file);
	else if (limit == INT32_MAX)
		hint("user.%s is reached in a user namespace above this one: "
		     "raise it there",
		     kind->limit);
}

// A user namespace in the same call is the first to be made.
static void hint_enospc(int flags)
{
	int user = flags & CLONE_NEWUSER;

	if (user && is_reached(user)) {
		hint_limit(kind_of_letter('U'));
		return;
	}
	for (size_t i = 0; i < KIND_COUNT; i++)
		if (kinds[i].flag & flags & ~user &&
		    is_reached(kinds[i].flag | user))
			hint_limit(&kinds[i]);
}

// A flag that this kernel does not know, or was built without; or we are not
// one thread alone, as under an emulator, and a user namespace takes only one.
// /proc/self/task has a link for each thread, and two as every directory.
static void hint_einval(int flags)
{
	struct stat task;
	char path[64];

	if (flags & CLONE_NEWUSER && stat("/proc/self/task", &task) == 0 &&
	    task.st_nlink > 3)
		hint("this process has %ju threads, and the kernel makes a "
		     "user namespace for one with a single thread only",
		     (uintmax_t)task.st_nlink - 2);

	for (size_t i = 0; i < KIND_COUNT; i++) {
		snprintf(path, sizeof path, "/proc/self/ns/%s", kinds[i].file);
		if (kinds[i].flag & flags &&
		    access("/proc/self/ns", F_OK) == 0 &&
		    access(path, F_OK) < 0)
			hint("this kernel has no %s namespaces: %s is missing",
			     kinds[i].file, path);
	}
}

void hint_namespaces(int flags)
{
	if (errno == EPERM)
		hint_eperm(flags);
	else if (errno == ENOSPC)
		hint_enospc(flags);
	else if (errno == EINVAL)
		hint_einval(flags);
}
