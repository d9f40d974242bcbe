// SPDX-License-Identifier: MIT
// hints.c: why the kernel said no, as far as it can be verified.

#define _GNU_SOURCE
#include "nsenter-lite.h"

#include <errno.h>
#include <linux/capability.h>
#include <linux/nsfs.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

// Our effective set, as the kernel has it: capget(2).
static bool have_capability(int capability)
{
	struct __user_cap_header_struct header = {
	    .version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];

	if (syscall(SYS_capget, &header, data) < 0)
		return true; // not verified, so no hint
	return data[CAP_TO_INDEX(capability)].effective &
	       CAP_TO_MASK(capability);
}

void hint_capability(int capability, const char *name)
{
	if (!have_capability(capability))
		hint("this process does not have %s: run it as root, for "
		     "instance with sudo",
		     name);
}

// The first user namespace has a number of its own for good, which is part of
// the kernel's interface since 3.8.
static bool in_first_user_namespace(void)
{
	const ino_t first_user_namespace = 0xEFFFFFFD;
	struct stat ours;

	return stat("/proc/self/ns/user", &ours) < 0 ||
	       ours.st_ino == first_user_namespace;
}

// After EPERM or EACCES from the requests that show filters: ptrace(2).
void hint_seccomp(const struct target *target)
{
	char path[64];
	int tracer;

	snprintf(path, sizeof path, "/proc/%d/status", target->pid);
	tracer = field_of(path, "\nTracerPid:\t");
	if (tracer && tracer != getpid())
		hint("process %d traces it already, and there can be only one",
		     tracer);
	else if (field_of("/proc/self/status", "\nSeccomp:\t"))
		hint("this process has system call filters itself: to such a "
		     "one the kernel shows none");
	else if (!in_first_user_namespace())
		hint("the kernel shows filters only to a process in the first "
		     "user namespace, and this one is not");
	else
		hint_capability(CAP_SYS_ADMIN, "CAP_SYS_ADMIN");
}

void hint_fork(const struct target *target)
{
	if (errno == ENOMEM && target->without_init)
		hint("that pid namespace has no PID 1 any more, and without "
		     "one nothing can be started in it: pid_namespaces(7)");
	else if (errno == EAGAIN && target->cgroup_is_full)
		hint("the cgroup joined has as many processes as its pids.max "
		     "allows: cgset set GROUP pids=NUMBER");
}

// A relative of a namespace is refused with EPERM, and with nothing else, to
// a process whose own namespace is neither that relative nor above it:
// ioctl_nsfs(2).
static bool out_of_sight(int fd, unsigned long relative)
{
	int found = ioctl(fd, relative);

	if (found >= 0)
		close(found);
	return found < 0 && errno == EPERM;
}

static bool is_ours(int fd, const char *path)
{
	struct stat ours, theirs;

	return stat(path, &ours) == 0 && fstat(fd, &theirs) == 0 &&
	       ours.st_dev == theirs.st_dev && ours.st_ino == theirs.st_ino;
}

void hint_namespace(int fd, const struct kind *kind)
{
	const int alone = CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWTIME;
	int saved = errno;
	int threads = field_of("/proc/self/status", "\nThreads:\t");

	if (saved == EINVAL && kind->flag == CLONE_NEWUSER &&
	    is_ours(fd, "/proc/self/ns/user"))
		hint("this process is in that user namespace already: leave "
		     "out -U");
	else if ((saved == EINVAL || saved == EUSERS) && (kind->flag & alone) &&
		 threads > 1)
		hint("this process has %d threads, and only one without a "
		     "second may: setns(2); qemu-user, for one, adds its own",
		     threads);
	else if (saved == EINVAL && kind->flag == CLONE_NEWPID &&
		 out_of_sight(fd, NS_GET_PARENT))
		hint("that pid namespace is not below ours, and a process can "
		     "only go down: pid_namespaces(7)");
	else if (saved == EPERM && out_of_sight(fd, NS_GET_USERNS))
		hint("that namespace belongs to a user namespace outside "
		     "ours, where our capabilities do not count: "
		     "user_namespaces(7)");
	else if (saved == EPERM) {
		hint_capability(CAP_SYS_ADMIN, "CAP_SYS_ADMIN");
		if (kind->flag == CLONE_NEWNS)
			hint_capability(CAP_SYS_CHROOT, "CAP_SYS_CHROOT");
	}
}
