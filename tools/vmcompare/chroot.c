// SPDX-License-Identifier: MIT
//
// chroot.c: is our root directory that of our mount namespace?
//
// Shows:     that chroot(2) only moves the place where our paths start. The
//            old root stays in the mount namespace, and whoever may enter
//            that namespace is back at it.
// Mirrors:   systemd-detect-virt(1) --chroot, ischroot(1).
// Leaves out: a certain answer without privilege, when the root is the root of
//            a mount: such a chroot looks like any other root.
// Read:      chroot(2), pivot_root(2), setns(2), statx(2).

#define _GNU_SOURCE
#include "vmcompare.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

// How the child reports: one of these, or the errno of what failed.
enum { SAME = 0, MOVED = 255 };

// A root that was mounted, or pivoted to, is the root of a mount. A directory
// somewhere below one can have become a root by chroot(2) alone.
static bool below_a_mount(struct layer *layer, struct statx *root)
{
	const uint64_t attribute = STATX_ATTR_MOUNT_ROOT;

	if (stat_evidence("/", "is this the root of a mount? statx(2)", root) <
	    0) {
		note(layer, "statx /", "%s", strerror(errno));
		return false;
	}
	if (!(root->stx_attributes_mask & attribute)) {
		note(layer, "statx /", "this kernel does not say");
		return false;
	}
	note(layer, "statx /", "%s root of a mount",
	     root->stx_attributes & attribute ? "the" : "not the");
	return !(root->stx_attributes & attribute);
}

// To enter a mount namespace, even the one where we are, sets the root to the
// root of that namespace: out of any chroot. It takes CAP_SYS_ADMIN and
// CAP_SYS_CHROOT. Commonest errno: EPERM.
static int step_out(const struct statx *root)
{
	static const char path[] = "/proc/self/ns/mnt";
	int fd = openat(AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
	struct statx outside;

	explain(fd, "our own mount namespace: mount_namespaces(7)",
		"openat(AT_FDCWD, \"%s\", O_RDONLY|O_CLOEXEC)", path);
	if (fd < 0)
		return errno;
	if (explain(setns(fd, CLONE_NEWNS),
		    "entering it anew leads to its root: setns(2)",
		    "setns(%d, CLONE_NEWNS)", fd) < 0)
		return errno;
	memset(&outside, 0, sizeof outside);
	if (stat_evidence("/", "is this still the same root?", &outside) < 0)
		return errno;
	return same_directory(root, &outside) ? SAME : MOVED;
}

// A child does it, so that the rest of this program stays where it is.
static int step_out_in_child(const struct statx *root)
{
	pid_t child = fork();
	int status;

	if (child < 0)
		err(EXIT_FAILURE, "cannot fork");
	if (child == 0)
		_exit(step_out(root));
	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			err(EXIT_FAILURE, "cannot wait for the child");
	return WIFEXITED(status) ? WEXITSTATUS(status) : EINTR;
}

// Without the privilege, the root of PID 1 is something to compare with, if it
// may be seen: that takes the right to trace PID 1. Commonest errno: EACCES.
static bool at_root_of_init(struct layer *layer, const struct statx *root)
{
	static const char path[] = "/proc/1/root/";
	struct statx init;
	bool same;

	memset(&init, 0, sizeof init);
	if (stat_evidence(path, "a root to compare ours with", &init) < 0) {
		note(layer, path, "%s", strerror(errno));
		return false;
	}
	same = same_directory(root, &init);
	note(layer, path, "%s directory as our root",
	     same ? "the same" : "not the same");
	return same;
}

void find_chroot(struct layer *layer)
{
	struct statx root;
	bool below;
	int result;

	memset(&root, 0, sizeof root);
	layer->kind = "chroot";
	below = below_a_mount(layer, &root);
	result = step_out_in_child(&root);
	note(layer, "setns", "%s",
	     result == SAME    ? "leads to the same root"
	     : result == MOVED ? "leads to another root"
			       : strerror(result));
	if (result == SAME)
		conclude(layer, "no", "the root of our mount namespace");
	else if (result == MOVED)
		conclude(layer, "yes", "not the root of our mount namespace");
	else if (below)
		conclude(layer, "yes", "a root below the root of its mount");
	else if (at_root_of_init(layer, &root))
		conclude(layer, "no", "the root of PID 1");
	else
		conclude(layer, "unknown", "not to be told without privilege");
}
