// SPDX-License-Identifier: MIT
// hints.c: why the kernel said no, where that can be looked up.
//
// EPERM has many causes. Each function here verifies one after the other and
// speaks of the first that holds; when none does, it is silent.

#define _GNU_SOURCE
#include "unshare-lite.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static const struct {
	int number;
	const char *name;
} capabilities[] = {
    {CAP_SYS_ADMIN, "CAP_SYS_ADMIN"},
    {CAP_SYS_CHROOT, "CAP_SYS_CHROOT"},
    {CAP_SETUID, "CAP_SETUID"},
    {CAP_SETGID, "CAP_SETGID"},
};

// Effective, in the user namespace that we are in. capget(2): glibc has no
// function for it, libcap is more than one question needs.
static bool has_capability(int number)
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

static void hint_capability(int number)
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

// Ubuntu lets everyone make a user namespace but denies its capabilities.
static bool hint_apparmor(void)
{
	if (!setting_is("/proc/sys/kernel/"
			"apparmor_restrict_unprivileged_userns",
			"1\n"))
		return false;
	hint("AppArmor restricts unprivileged user namespaces: as root: sysctl "
	     "kernel.apparmor_restrict_unprivileged_userns=0");
	return true;
}

static void hint_eperm(int flags)
{
	bool privileged = has_capability(CAP_SYS_ADMIN);

	if (!(flags & CLONE_NEWUSER))
		hint_capability(CAP_SYS_ADMIN);
	else if (in_chroot())
		hint("/ is not a mount point here, as after chroot(2): the "
		     "kernel makes no user namespace in a chroot");
	else if (!privileged &&
		 setting_is("/proc/sys/kernel/unprivileged_userns_clone",
			    "0\n"))
		hint("user namespaces are for root only: as root: sysctl "
		     "kernel.unprivileged_userns_clone=1");
	else if (!privileged)
		hint_apparmor();
}

// ENOSPC: the limit of a kind is 0, here or, unseen by us, in an ancestor.
static void hint_enospc(const struct kind *kind)
{
	char path[64];

	snprintf(path, sizeof path, "/proc/sys/user/%s", kind->limit);
	if (setting_is(path, "0\n"))
		hint("user.%s is 0: as root: sysctl user.%s=1024", kind->limit,
		     kind->limit);
}

// EINVAL: a flag that this kernel does not know, or was built without.
static void hint_einval(const struct kind *kind)
{
	char path[64];

	snprintf(path, sizeof path, "/proc/self/ns/%s", kind->file);
	if (access("/proc/self/ns", F_OK) == 0 && access(path, F_OK) < 0)
		hint("this kernel has no %s namespaces: %s is missing",
		     kind->file, path);
}

void hint_namespaces(int flags)
{
	int error = errno;

	if (error == EPERM)
		hint_eperm(flags);
	for (size_t i = 0; i < kind_count; i++) {
		if (!(flags & kinds[i].flag))
			continue;
		if (error == ENOSPC)
			hint_enospc(&kinds[i]);
		if (error == EINVAL)
			hint_einval(&kinds[i]);
	}
}

// We are inside the user namespace by now, so who we were outside decides.
void hint_id_map(uid_t outer_uid)
{
	if (access("/proc/self", F_OK) < 0)
		hint("/proc is not mounted here");
	else if (outer_uid != 0)
		hint_apparmor();
}
