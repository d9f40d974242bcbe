// SPDX-License-Identifier: MIT
// why_mount.c: why proc, or the file of a namespace, could not be mounted.

#define _GNU_SOURCE
#include "unshare-lite.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/capability.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#ifndef NS_GET_MNTNS_ID // Linux 6.12: ioctl_nsfs(2)
#define NS_GET_MNTNS_ID _IOR(NSIO, 0x5, uint64_t)
#endif

struct mount_line {
	int id, parent;
	char root[256], point[256], options[256], shared[32], type[32];
};

// One line of /proc/PID/mountinfo: proc(5). Long names are cut.
static bool parse_line(const char *line, struct mount_line *mount)
{
	const char *rest = strstr(line, " - ");
	const char *shared = strstr(line, " shared:");

	mount->shared[0] = '\0';
	if (shared && rest && shared < rest)
		sscanf(shared, "%31s", mount->shared);
	return rest && sscanf(rest, " - %31s", mount->type) == 1 &&
	       sscanf(line, "%d %d %*s %255s %255s %255s", &mount->id,
		      &mount->parent, mount->root, mount->point,
		      mount->options) == 5;
}

// All mounts that we see; returns how many. To be freed.
static size_t read_mounts(struct mount_line **mounts)
{
	FILE *file = fopen("/proc/self/mountinfo", "re");
	size_t count = 0, size = 0;
	char *line = NULL;

	*mounts = NULL;
	while (file && getline(&line, &size, file) > 0) {
		struct mount_line *more =
		    realloc(*mounts, (count + 1) * sizeof **mounts);

		if (!more)
			break;
		*mounts = more;
		count += parse_line(line, &more[count]);
	}
	if (file)
		fclose(file);
	free(line);
	return count;
}

// The mount that covers a part of this proc, if one does. That of
// binfmt_misc is on a directory that is always empty, and hides nothing.
static const struct mount_line *find_cover(const struct mount_line *mounts,
					   size_t count, int proc)
{
	for (size_t i = 0; i < count; i++)
		if (mounts[i].parent == proc &&
		    !strstr(mounts[i].point, "/sys/fs/binfmt_misc"))
			return &mounts[i];
	return NULL;
}

// In a user namespace that is not the first, a new proc may show and allow no
// more than an old one does: one that is in sight, that can be written to, and
// that has nothing mounted on it.
static void hint_covered(void)
{
	const struct mount_line *cover = NULL, *found;
	struct mount_line *mounts;
	size_t count = read_mounts(&mounts);

	for (size_t i = 0; i < count; i++) {
		if (strcmp(mounts[i].type, "proc") != 0 ||
		    strcmp(mounts[i].root, "/") != 0 ||
		    strncmp(mounts[i].options, "ro", 2) == 0)
			continue;
		found = find_cover(mounts, count, mounts[i].id);
		if (!found) {
			cover = NULL;
			break;
		}
		cover = found;
	}
	if (cover)
		hint("%s is mounted over a part of /proc, as container "
		     "engines do, and a new one would show that part: docker "
		     "run --security-opt systempaths=unconfined",
		     cover->point);
	free(mounts);
}

void hint_proc(void)
{
	if (!has_capability(CAP_SYS_ADMIN))
		hint_capability(CAP_SYS_ADMIN);
	else if (!owns_namespace("pid"))
		hint("our pid namespace belongs to another user namespace, "
		     "and only its own may mount a proc for it: add --pid "
		     "--fork");
	else
		hint_covered();
}

// A mount namespace may be mounted only where it cannot lead back to itself.
// If the mount with the file is shared, the new mount would spread into it.
static void hint_shared(const char *file)
{
	struct mount_line *mounts;
	size_t count = read_mounts(&mounts);
	struct statx there;

	if (statx(AT_FDCWD, file, 0, STATX_MNT_ID, &there) < 0)
		count = 0;
	for (size_t i = 0; i < count; i++)
		if ((uint64_t)mounts[i].id == there.stx_mnt_id &&
		    mounts[i].shared[0] != '\0')
			hint("the mount on %s, where the file is, is shared: "
			     "as root, in a directory DIR for such files: "
			     "mount --bind DIR DIR && mount --make-private DIR",
			     mounts[i].point);
	free(mounts);
}

// The number of a mount namespace, which grows; 0 before Linux 6.12.
static uint64_t number_of(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	uint64_t number = 0;

	if (fd < 0 || ioctl(fd, NS_GET_MNTNS_ID, &number) < 0)
		number = 0;
	close(fd);
	return number;
}

// And it must be younger than ours, which the kernel tells by the number. But
// newer kernels hand out numbers per CPU, not always in the order of birth.
static void hint_number(const char *source)
{
	uint64_t ours = number_of("/proc/self/ns/mnt");
	uint64_t theirs = number_of(source);

	if (theirs > 0 && theirs <= ours)
		hint("the kernel takes it for older than the mount namespace "
		     "we are in: its number is %" PRIu64 ", ours %" PRIu64
		     ". Each CPU has numbers of its own: try again, or on "
		     "another CPU: taskset(1)",
		     theirs, ours);
}

void hint_file(const struct kind *kind, const char *source, const char *file)
{
	struct stat status;
	int error = errno;

	if (error == ENOENT && access(file, F_OK) < 0)
		hint("the file to mount on must be there: touch %s", file);
	else if (error == ENOTDIR && stat(file, &status) == 0 &&
		 S_ISDIR(status.st_mode))
		hint("%s is a directory: give it a file", file);
	else if (error == EPERM && !has_capability(CAP_SYS_ADMIN))
		hint("needs CAP_SYS_ADMIN out here, where the file is: run as "
		     "root");
	else if (error == EPERM && !owns_namespace("mnt"))
		hint("the mount namespace out here belongs to another user "
		     "namespace: make one first, with --map-root-user "
		     "--mount, and do this in there");
	if (error != EINVAL || kind->flag != CLONE_NEWNS)
		return;
	hint_shared(file);
	hint_number(source);
}
