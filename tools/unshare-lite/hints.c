// SPDX-License-Identifier: MIT
// hints.c: how to find out why the kernel said no.
//
// EPERM has many causes. A hint names one that was looked up or tried out,
// and when none was found, there is none. The why_*.c files ask for one
// operation each what is asked here.

#define _GNU_SOURCE
#include "unshare-lite.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/nsfs.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static const struct {
	int number;
	const char *name;
} capabilities[] = {
    {CAP_SYS_ADMIN, "CAP_SYS_ADMIN"}, {CAP_SYS_CHROOT, "CAP_SYS_CHROOT"},
    {CAP_SETUID, "CAP_SETUID"},	      {CAP_SETGID, "CAP_SETGID"},
    {CAP_SYS_TIME, "CAP_SYS_TIME"},
};

// capget(2): glibc has no function for it, libcap is more than one question
// needs.
bool has_capability(int number)
{
	struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3,
						  0};
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];

	if (syscall(SYS_capget, &header, data) < 0)
		return true; // unknown: no reason for a hint
	return data[CAP_TO_INDEX(number)].effective & CAP_TO_MASK(number);
}

bool setting_is(const char *path, const char *value)
{
	struct buffer text = {0};
	bool same = read_file(AT_FDCWD, path, &text) == 0 &&
		    strcmp(text.data, value) == 0;

	free(text.data);
	return same;
}

bool in_chroot(void)
{
	struct statx root;

	if (statx(AT_FDCWD, "/", 0, 0, &root) < 0)
		return false;
	return (root.stx_attributes_mask & STATX_ATTR_MOUNT_ROOT) &&
	       !(root.stx_attributes & STATX_ATTR_MOUNT_ROOT);
}

// ioctl_nsfs(2): the owner, or EPERM where that is not ours and not below.
bool owns_namespace(const char *file)
{
	struct stat owner, ours;
	char path[64];
	int fd, owner_fd;
	bool same = false;

	snprintf(path, sizeof path, "/proc/self/ns/%s", file);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return true; // unknown
	owner_fd = ioctl(fd, NS_GET_USERNS);
	if (owner_fd >= 0)
		same = fstat(owner_fd, &owner) == 0 &&
		       stat("/proc/self/ns/user", &ours) == 0 &&
		       owner.st_ino == ours.st_ino;
	close(owner_fd);
	close(fd);
	return same;
}

void hint_capability(int number)
{
	for (size_t i = 0; i < sizeof capabilities / sizeof *capabilities; i++)
		if (capabilities[i].number == number && !has_capability(number))
			hint("needs %s in this user namespace: run as root, "
			     "or add --map-root-user",
			     capabilities[i].name);
}

noreturn void fail(int capability, const char *format, ...)
{
	int error = errno;
	va_list arguments;

	va_start(arguments, format);
	vwarn(format, arguments);
	va_end(arguments);
	if (error == EPERM)
		hint_capability(capability);
	exit(EXIT_TOOL);
}

bool hint_apparmor(void)
{
	if (!setting_is("/proc/sys/kernel/"
			"apparmor_restrict_unprivileged_userns",
			"1\n"))
		return false;
	hint("AppArmor restricts unprivileged user namespaces: as root: sysctl "
	     "kernel.apparmor_restrict_unprivileged_userns=0");
	return true;
}
