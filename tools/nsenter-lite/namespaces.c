// SPDX-License-Identifier: MIT
// namespaces.c: setns(2), all kinds at once or one after the other.

#define _GNU_SOURCE
#include "nsenter-lite.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#ifndef NS_GET_TGID_FROM_PIDNS
#define NS_GET_TGID_FROM_PIDNS _IOR(NSIO, 0x7, int) // Linux 6.11
#endif

const struct kind kinds[KIND_COUNT] = {
    {'T', CLONE_NEWTIME, "CLONE_NEWTIME", "time"},
    {'m', CLONE_NEWNS, "CLONE_NEWNS", "mnt"},
    {'C', CLONE_NEWCGROUP, "CLONE_NEWCGROUP", "cgroup"},
    {'u', CLONE_NEWUTS, "CLONE_NEWUTS", "uts"},
    {'i', CLONE_NEWIPC, "CLONE_NEWIPC", "ipc"},
    {'U', CLONE_NEWUSER, "CLONE_NEWUSER", "user"},
    {'p', CLONE_NEWPID, "CLONE_NEWPID", "pid"},
    {'n', CLONE_NEWNET, "CLONE_NEWNET", "net"},
};

// --all: every kind that this kernel has (what it has shows in our own
// /proc/self/ns) and that is not ours already. To enter such a one again would
// change nothing but might be refused: a user namespace always is, lest a
// process get back capabilities that it gave up. A mount namespace is the
// exception: entering it leads to its root, unless --root does.
// stat(2). Commonest errno: EACCES, we may not ptrace(2) the target.
void choose_all(struct options *options, const struct target *target)
{
	struct stat ours, theirs;
	char path[32];

	for (size_t i = 0; i < KIND_COUNT; i++) {
		snprintf(path, sizeof path, "/proc/self/ns/%s", kinds[i].file);
		if (options->file[i] || stat(path, &ours) < 0)
			continue;
		if (fstatat(target->proc, path + strlen("/proc/self/"), &theirs,
			    0) < 0)
			target_error(target, "look at the namespaces");
		if (ours.st_dev != theirs.st_dev ||
		    ours.st_ino != theirs.st_ino ||
		    (kinds[i].flag == CLONE_NEWNS && !options->root))
			options->flags |= kinds[i].flag;
	}
}

// "CLONE_NEWUTS|CLONE_NEWNET": every name fits with its separator.
static const char *names_of(int flags, char *text, size_t size)
{
	size_t used = 0;

	for (size_t i = 0; i < KIND_COUNT && used < size; i++) {
		if (flags & kinds[i].flag)
			used +=
			    (size_t)snprintf(text + used, size - used, "%s%s",
					     used ? "|" : "", kinds[i].call);
	}
	return text;
}

// One descriptor for one kind. A file given by hand is looked at: the kernel
// would only answer EINVAL. Opening a file of /proc/PID/ns yields the
// namespace itself, which lives as long as the descriptor: namespaces(7).
// Commonest errno: ENOENT, no such file; EACCES, we may not ptrace(2).
static int open_namespace(struct target *target, const struct kind *kind,
			  const char *file)
{
	char path[32], base[16] = "AT_FDCWD";
	int fd;

	if (!file) {
		snprintf(path, sizeof path, "ns/%s", kind->file);
		snprintf(base, sizeof base, "%d", target->proc);
	}
	fd = openat(file ? AT_FDCWD : target->proc, file ? file : path,
		    O_RDONLY | O_CLOEXEC);
	if (explain(fd, "a namespace, held by a descriptor: namespaces(7)",
		    "openat(%s, \"%s\", O_RDONLY|O_CLOEXEC)", base,
		    file ? file : path) < 0) {
		if (!file)
			target_error(target, "open a namespace");
		err(EXIT_TOOL, "cannot open %s", file);
	}
	if (kind->flag == CLONE_NEWPID)
		target->without_init =
		    ioctl(fd, NS_GET_TGID_FROM_PIDNS, 1) < 0 && errno == ESRCH;
	if (file && ioctl(fd, NS_GET_NSTYPE) != kind->flag)
		errx(EXIT_TOOL, "not a %s namespace: %s", kind->file, file);
	return fd;
}

// A namespace object stays the same whoever looks, so one descriptor is as
// good as another: what counts is who enters, and when.
// setns(2). Commonest errno: EPERM, no CAP_SYS_ADMIN in the user namespace
// that owns it; EINVAL, a pid namespace that is not below ours.
static bool enter_one(int fd, const struct kind *kind)
{
	return explain(setns(fd, kind->flag),
		       "we are in it, for pid our children will be: setns(2)",
		       "setns(%d, %s)", fd, kind->call) == 0;
}

static noreturn void refuse(int fd, const struct kind *kind, const char *file,
			    const struct target *target)
{
	if (file)
		warn("cannot enter the %s namespace %s", kind->file, file);
	else
		warn("cannot enter the %s namespace of process %d", kind->file,
		     target->pid);
	hint_namespace(fd, kind);
	exit(EXIT_TOOL);
}

// Privilege decides the order. Root that steps down into a container must
// enter the user namespace last: inside, it has no power over a namespace
// that belongs to the outside. A user who owns a container must enter it
// first: only inside has that user any power. So: the others, as far as they
// let us, then the user namespace, then the rest with what it gave us.
// user_namespaces(7).
static void enter_each(const int fds[], int flags, const struct target *target,
		       const char *const files[])
{
	bool inside = !(flags & CLONE_NEWUSER);

	for (int pass = 0; pass < 2; pass++) {
		for (size_t i = 0; i < KIND_COUNT; i++) {
			if (!(flags & kinds[i].flag) ||
			    kinds[i].flag == CLONE_NEWUSER)
				continue;
			if (enter_one(fds[i], &kinds[i]))
				flags &= ~kinds[i].flag;
			else if (inside)
				refuse(fds[i], &kinds[i], files[i], target);
		}
		for (size_t i = 0; i < KIND_COUNT && !inside; i++) {
			if (kinds[i].flag != CLONE_NEWUSER)
				continue;
			if (!enter_one(fds[i], &kinds[i]))
				refuse(fds[i], &kinds[i], files[i], target);
			inside = true;
		}
	}
}

// Since Linux 5.8 a pidfd stands for all namespaces of its process. The kernel
// checks every kind with the capabilities we have now, then enters all of them
// or none: there is no order to get wrong, no half-way. But when it refuses it
// does not say which kind: then, as on an older kernel (EINVAL), one by one.
// setns(2). Commonest errno: EPERM, as above; ESRCH, the process has ended.
static bool enter_at_once(const struct target *target, int flags)
{
	char names[128];

	if (explain(setns(target->pidfd, flags),
		    "all of them or none, checked with the capabilities from "
		    "before: setns(2)",
		    "setns(%d, %s)", target->pidfd,
		    names_of(flags, names, sizeof names)) == 0)
		return true;
	if (errno == ESRCH)
		target_error(target, "enter the namespaces");
	return false;
}

// The user namespace that owns the first of the others, or the parent of the
// one asked for, in whose place it is entered.
// NS_GET_USERNS(2const). Commonest errno: EPERM, it is outside of ours.
static void open_user_parent(int fds[], int *flags)
{
	size_t user = 0, of = KIND_COUNT;
	int parent;

	while (kinds[user].flag != CLONE_NEWUSER)
		user++;
	for (size_t i = 0; i < KIND_COUNT; i++) {
		if ((*flags & kinds[i].flag) && (of == KIND_COUNT || i == user))
			of = i;
	}
	if (of == KIND_COUNT)
		errx(EXIT_TOOL, "--user-parent needs a namespace whose owner "
				"is meant");
	parent = ioctl(fds[of], NS_GET_USERNS);
	if (explain(parent, "the user namespace that owns it: ioctl_nsfs(2)",
		    "ioctl(%d, NS_GET_USERNS)", fds[of]) < 0) {
		warn("cannot find the owner of the %s namespace",
		     kinds[of].file);
		if (errno == EPERM)
			hint("it is not ours or below ours: "
			     "user_namespaces(7)");
		exit(EXIT_TOOL);
	}
	if (of == user)
		close(fds[user]);
	fds[user] = parent;
	*flags |= CLONE_NEWUSER;
}

void enter_namespaces(const struct options *options, struct target *target)
{
	int fds[KIND_COUNT], flags = options->flags;
	bool by_file = options->user_parent;

	for (size_t i = 0; i < KIND_COUNT; i++)
		by_file = by_file || options->file[i];
	if (!by_file && (!flags || enter_at_once(target, flags)))
		return;
	// All are opened before the first is entered: from inside a mount
	// namespace the path of the next may be another file.
	for (size_t i = 0; i < KIND_COUNT; i++) {
		if (flags & kinds[i].flag)
			fds[i] =
			    open_namespace(target, &kinds[i], options->file[i]);
	}
	if (options->user_parent)
		open_user_parent(fds, &flags);
	enter_each(fds, flags, target, options->file);
	for (size_t i = 0; i < KIND_COUNT; i++) {
		if (flags & kinds[i].flag)
			close(fds[i]);
	}
}
