// SPDX-License-Identifier: MIT
//
// hidden.c: processes that /proc was told not to show.
//
// Shows:     the mount option hidepid, and who is exempt from it.
// Mirrors:   nothing: ps(1) shows less and does not say so.
// Leaves out: what one may trace by other means than CAP_SYS_PTRACE.
// Read:      proc(5) "Mount options".

#define _GNU_SOURCE
#include "procpeek.h"

#include <err.h>
#include <stdlib.h>
#include <string.h>
#include <sys/capability.h>
#include <unistd.h>

// The text after NAME= in a list of mount options, or NULL.
static const char *option_value(const char *list, const char *name)
{
	size_t length = strlen(name);

	for (; list; list = strchr(list, ',')) {
		list += *list == ',';
		if (strncmp(list, name, length) == 0 && list[length] == '=')
			return list + length + 1;
	}
	return NULL;
}

// Of several mounts on /proc, the last one is on top.
static const char *proc_options(char *mountinfo)
{
	const char *found = NULL;
	struct mount mount;

	while (next_mount(&mountinfo, &mount))
		if (strcmp(mount.type, "proc") == 0 &&
		    strcmp(mount.point, "/proc") == 0)
			found = mount.options;
	return found;
}

// CAP_SYS_PTRACE sees all. So do the members of the group gid=, which is root's
// where it is not given, but for hidepid=ptraceable, to which only the right to
// trace counts.
static bool may_see_all(int proc, const char *list, const char *mode)
{
	const char *option = option_value(list, "gid");
	gid_t group = option ? (gid_t)strtoul(option, NULL, 10) : 0;
	cap_flag_value_t has = CAP_CLEAR;
	cap_t capabilities;

	// In a user namespace of our own, both count for what is in there.
	if (!is_initial_namespace(namespace_inode(proc, "self/", "user")) &&
	    !namespace_inode(proc, "1/", "user"))
		return false;
	capabilities = cap_get_proc();
	if (capabilities)
		cap_get_flag(capabilities, CAP_SYS_PTRACE, CAP_EFFECTIVE, &has);
	cap_free(capabilities);
	if (has == CAP_SET)
		return true;
	return *mode != '4' && strncmp(mode, "ptraceable", 10) != 0 &&
	       (getegid() == group || group_member(group));
}

void hint_hidden(int proc)
{
	struct buffer text = {0};
	const char *list, *value = NULL;

	if (read_proc(proc, "self/mountinfo", &text,
		      "the options of /proc: proc(5)") < 0) {
		free(text.data);
		return;
	}
	list = proc_options(text.data);
	if (list)
		value = option_value(list, "hidepid");
	if (value && *value != '0' && strncmp(value, "off", 3) != 0 &&
	    !may_see_all(proc, list, value))
		hint("/proc is mounted with hidepid=%.*s: what others run is "
		     "hidden from us",
		     (int)strcspn(value, ","), value);
	free(text.data);
}

void warn_unseen(int count)
{
	if (count)
		warnx("the namespaces of %d process%s may not be read", count,
		      count == 1 ? "" : "es");
}

_Noreturn void no_process(int proc, int pid)
{
	warnx("there is no process %d", pid);
	hint_hidden(proc);
	exit(EXIT_FAILURE);
}
