// SPDX-License-Identifier: MIT
// hints.c: why the kernel said no, as far as it can be verified.

#define _GNU_SOURCE
#include "nsenter-lite.h"

#include <errno.h>
#include <linux/capability.h>
#include <linux/nsfs.h>
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
	int saved = errno;

	if (saved == EINVAL && kind->flag == CLONE_NEWUSER &&
	    is_ours(fd, "/proc/self/ns/user"))
		hint("this process is in that user namespace already: leave "
		     "out -U");
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
