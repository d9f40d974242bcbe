// SPDX-License-Identifier: MIT
//
// box.c: a container, made for one measurement.
//
// Shows:     that a container is a process that has unshared what it could, in
//            a control group: six system calls, and no image.
// Mirrors:   unshare(1) --fork --pid --mount-proc.
// Leaves out: a root of its own: it has the machine's files, so that memcached
//            is the same one. labs/memcached is a container with all there is.
// Read:      namespaces(7), unshare(2), user_namespaces(7).

#define _GNU_SOURCE
#include "bench.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	NAMESPACES = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC |
		     CLONE_NEWUTS | CLONE_NEWCGROUP
};

// Before the cgroup namespace, whose root is the group that we are in then.
static void enter_group(const struct setting *box)
{
	if (box->group[0] && join_group(box->group) < 0)
		err(EXIT_FAILURE, "cannot join %s", box->group);
}

// Who is not root makes a user namespace, which the kernel makes first and
// which owns the others. Commonest errno: EPERM, where that is forbidden.
static void unshare_all(bool as_root)
{
	if (explain(unshare(as_root ? NAMESPACES : CLONE_NEWUSER | NAMESPACES),
		    "namespaces of our own; the pid namespace is for children",
		    "unshare(%sCLONE_NEWNS|CLONE_NEWCGROUP|CLONE_NEWUTS|"
		    "CLONE_NEWIPC|CLONE_NEWPID|CLONE_NEWNET)",
		    as_root ? "" : "CLONE_NEWUSER|") < 0)
		err(EXIT_FAILURE, "cannot unshare");
}

// In the user namespace we are nobody until it is said who we are outside. One
// may map oneself, after giving up setgroups(2): user_namespaces(7).
static void map_user(uid_t uid, gid_t gid)
{
	char map[64];

	snprintf(map, sizeof map, "%u %u 1", uid, uid);
	if (write_file(AT_FDCWD, "/proc/self/uid_map", map) < 0)
		err(EXIT_FAILURE, "cannot map user %u", uid);
	snprintf(map, sizeof map, "%u %u 1", gid, gid);
	if (write_file(AT_FDCWD, "/proc/self/setgroups", "deny") < 0 ||
	    write_file(AT_FDCWD, "/proc/self/gid_map", map) < 0)
		err(EXIT_FAILURE, "cannot map group %u", gid);
}

// What is mounted from now on must not appear outside, and /proc must be that
// of our pid namespace, or the machine's processes would still be seen.
static void mount_proc(void)
{
	if (explain(mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL),
		    "mounts in here are not told outside",
		    "mount(\"none\", \"/\", NULL, MS_REC|MS_PRIVATE, NULL)") <
	    0)
		err(EXIT_FAILURE, "cannot make the mounts private");
	if (explain(mount("proc", "/proc", "proc",
			  MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL),
		    "the processes of our pid namespace: proc(5)",
		    "mount(\"proc\", \"/proc\", \"proc\", "
		    "MS_NOSUID|MS_NODEV|MS_NOEXEC, NULL)") < 0)
		err(EXIT_FAILURE, "cannot mount proc on /proc");
}

// The first child is PID 1 of the pid namespace: when it ends, the kernel ends
// all others in there.
static void be_first(const struct options *options)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	mount_proc();
	raise_loopback();
	work(options);
}

void be_box(struct setting *box, const struct options *options)
{
	const uid_t uid = geteuid();
	const gid_t gid = getegid();
	int status;
	pid_t child;

	enter_group(box);
	unshare_all(uid == 0);
	if (uid != 0)
		map_user(uid, gid);
	child = fork();
	if (child < 0)
		err(EXIT_FAILURE, "cannot fork");
	if (child == 0) {
		be_first(options);
		exit(EXIT_SUCCESS);
	}
	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			err(EXIT_FAILURE, "cannot wait for the container");
	exit(status_of(status));
}

// The group is the parent's to make and to remove: it has to be gone even when
// the container was killed.
void prepare_box(struct setting *box, const struct options *options)
{
	const char *user = geteuid() ? " user" : "";

	if (make_group(box->group, options->memory))
		snprintf(box->how, sizeof box->how,
			 "namespaces:%s mnt pid net ipc uts cgroup; memory "
			 "limited to %ju MiB",
			 user, (uintmax_t)options->memory >> 20);
	else
		snprintf(box->how, sizeof box->how,
			 "namespaces:%s mnt pid net ipc uts cgroup; no memory "
			 "limit: %s",
			 user,
			 errno == ENOTSUP ? "no controller for new groups"
					  : strerror(errno));
}

void clean_box(struct setting *box)
{
	if (box->group[0])
		remove_group(box->group);
	box->group[0] = '\0';
}
