// SPDX-License-Identifier: MIT
// mounts.c: what stays private in a new mount namespace, and what is / in it.

#define _GNU_SOURCE
#include "unshare-lite.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/pidfd.h>
#include <unistd.h>

const struct propagation propagations[] = {
    {"private", "MS_REC|MS_PRIVATE", MS_REC | MS_PRIVATE},
    {"slave", "MS_REC|MS_SLAVE", MS_REC | MS_SLAVE},
    {"shared", "MS_REC|MS_SHARED", MS_REC | MS_SHARED},
    {"unchanged", "0", 0},
};

const struct propagation *find_propagation(const char *name)
{
	for (size_t i = 0; i < sizeof propagations / sizeof *propagations; i++)
		if (strcmp(propagations[i].name, name) == 0)
			return &propagations[i];
	return NULL;
}

static int propagate(const char *directory, const struct propagation *to,
		     const char *lesson)
{
	int result = narration == DRY_RUN
			 ? 0
			 : mount("none", directory, NULL, to->flags, NULL);

	return (int)explain(result, lesson,
			    "mount(\"none\", \"%s\", NULL, %s, NULL)",
			    directory, to->call);
}

// A mount point can have a propagation, a directory within a mount cannot:
// in a plain chroot, mount(2) says EINVAL. But the mount that the directory
// is on counts: were it left shared, whatever we mount would appear outside.
// setns(2) into the mount namespace that we are in already takes root and
// working directory to the top of it; from there the mount can be named.
// setns(2). Commonest errno: EPERM, without CAP_SYS_CHROOT.
static void propagate_above_chroot(const struct propagation *to)
{
	int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	int here = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	int self = pidfd_open(getpid(), 0);

	if (root < 0 || here < 0 || self < 0)
		err(EXIT_TOOL, "cannot hold on to the root directory");
	if (explain(setns(self, CLONE_NEWNS),
		    "/ is no mount point: leave the chroot: setns(2)",
		    "setns(%d, CLONE_NEWNS)", self) < 0)
		fail(CAP_SYS_CHROOT, "cannot leave the chroot");
	if (propagate("/", to, "now / is the top mount: mount(2)") < 0)
		err(EXIT_TOOL, "cannot make all mounts %s", to->name);
	if (explain(fchdir(root), "and back into the chroot: fchdir(2)",
		    "fchdir(%d)", root) < 0 ||
	    explain(chroot("."), "as before: chroot(2)", "chroot(\".\")") < 0 ||
	    explain(fchdir(here), "the old working directory: fchdir(2)",
		    "fchdir(%d)", here) < 0)
		err(EXIT_TOOL, "cannot return into the chroot");
	close(root);
	close(here);
	close(self);
}

// The new mount namespace is a copy, and the copy of a shared mount is a peer
// of the original: what is mounted on either appears on both. So this comes
// before the first mount of our own. Private ends it in both directions,
// slave only ours to theirs; unchanged leaves it as copied.
// mount_namespaces(7). Commonest errno: EINVAL, where / is no mount point.
void set_propagation(const struct propagation *to)
{
	if (!to->flags)
		return;
	if (propagate("/", to,
		      "how mounts made from now on spread: mount(2)") == 0)
		return;
	if (errno == EINVAL && in_chroot())
		propagate_above_chroot(to);
	else
		fail(CAP_SYS_ADMIN, "cannot make all mounts %s", to->name);
}

// chroot changes what / means and nothing else: the working directory stays
// outside, and from there .. leads out, so chdir follows at once. The old
// root is still mounted, and root can find it: chroot(2).
// Commonest errno: ENOENT; EPERM, without CAP_SYS_CHROOT.
void change_root(const char *root)
{
	if (explain(narration == DRY_RUN ? 0 : chroot(root),
		    "paths begin here from now on: chroot(2)", "chroot(\"%s\")",
		    root) < 0)
		fail(CAP_SYS_CHROOT, "cannot change root to %s", root);
	change_directory("/");
}

// Comes after change_root(): the path is one inside the new root.
// chdir(2). Commonest errno: ENOENT.
void change_directory(const char *directory)
{
	if (explain(narration == DRY_RUN ? 0 : chdir(directory),
		    "relative paths begin here: chdir(2)", "chdir(\"%s\")",
		    directory) < 0)
		err(EXIT_TOOL, "cannot change directory to %s", directory);
}

// A proc file system shows the pid namespace of the process that mounts it,
// so this must be done by a process inside the new one: after the fork. It
// covers the old one. Should that still be shared, the new one would spread
// from there to everyone: hence private first, unless all mounts are; EINVAL
// then says that the directory is no mount point, and nothing spreads.
// proc(5). Commonest errno: EPERM, without CAP_SYS_ADMIN.
void mount_proc(const char *directory, const struct propagation *propagation)
{
	int result = 0;

	if (propagation != propagations &&
	    propagate(directory, propagations,
		      "keep the new proc from spreading: mount(2)") < 0 &&
	    errno != EINVAL)
		fail(CAP_SYS_ADMIN, "cannot make %s private", directory);
	if (narration != DRY_RUN)
		result = mount("proc", directory, "proc",
			       MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);
	if (explain(result, "the processes of our pid namespace: proc(5)",
		    "mount(\"proc\", \"%s\", \"proc\", "
		    "MS_NOSUID|MS_NODEV|MS_NOEXEC, NULL)",
		    directory) == 0)
		return;
	if (errno != EPERM)
		err(EXIT_TOOL, "cannot mount proc on %s", directory);
	warn("cannot mount proc on %s", directory);
	hint_proc();
	exit(EXIT_TOOL);
}
