// SPDX-License-Identifier: MIT
// v2.c: rules for groups that only cgroup v2 has.

#define _GNU_SOURCE
#include "cgset.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool lists(const struct buffer *buffer, const char *name)
{
	size_t length = strlen(name);
	const char *at = buffer->data;

	for (; at && *at; at += strcspn(at, " \n"), at += strspn(at, " \n"))
		if (strncmp(at, name, length) == 0 && strchr(" \n", at[length]))
			return true;
	return false;
}

// A controller works in a group only when every group above it hands it down
// in cgroup.subtree_control. cgroups(7). Commonest errno: EBUSY, a group that
// has processes cannot hand controllers to children ("no internal processes";
// the root may).
int v2_enable_controllers(struct hierarchy *hierarchy, const char *parent)
{
	// The last two know no threads: a threaded group cannot have them.
	static const char *const wanted[] = {"cpu", "cpuset", "pids", "io",
					     "memory"};
	char *type = read_group_text(hierarchy, parent, "cgroup.type");
	size_t count = type && strstr(type, "threaded") ? 3 : 5;
	struct buffer has = {0}, gives = {0};
	char text[256] = "";
	int result = 0;

	if (read_group_file(hierarchy, parent, "cgroup.controllers", &has) <
		0 ||
	    read_group_file(hierarchy, parent, "cgroup.subtree_control",
			    &gives) < 0)
		result = narration == DRY_RUN ? 0 : -1;
	for (size_t i = 0; result == 0 && i < count; i++)
		if (lists(&has, wanted[i]) && !lists(&gives, wanted[i]))
			snprintf(text + strlen(text),
				 sizeof text - strlen(text), "%s+%s",
				 *text ? " " : "", wanted[i]);
	if (*text)
		result = write_group_file(
		    hierarchy, parent, "cgroup.subtree_control", text,
		    "children get these controllers: cgroups(7)");
	// A delegated subtree starts below folders that are not ours.
	if (result < 0 && (errno == EACCES || errno == EPERM))
		result = 0;
	free(type);
	free(has.data);
	free(gives.data);
	return result;
}

// The real root has no cgroup.type, and may have processes as well.
void v2_explain_occupied(struct hierarchy *hierarchy, const char *group)
{
	char path[PATH_MAX], names[512];
	int saved = errno;
	bool found = false;

	stpcpy(path, group);
	while (*path && !found) {
		char *slash = strrchr(path, '/'), *type;

		*(slash ? slash : path) = '\0';
		type = read_group_text(hierarchy, path, "cgroup.type");
		found =
		    type && first_process(hierarchy, path, names, sizeof names);
		free(type);
	}
	if (found)
		hint("%s has processes (%s): on cgroup v2 a group either has "
		     "processes or hands controllers to children",
		     full_path(hierarchy, path, NULL), names);
	errno = saved;
}

void v2_explain_missing(struct hierarchy *hierarchy, const char *group,
			const char *file)
{
	struct buffer has = {0};
	char name[64] = "";

	stpncpy(name, file, sizeof name - 1);
	name[strcspn(name, ".")] = '\0';
	if (strcmp(name, "cgroup") != 0 &&
	    read_group_file(hierarchy, group, "cgroup.controllers", &has) ==
		0 &&
	    !lists(&has, name))
		hint("the group does not have the controller %s: the group "
		     "above does not hand it down in cgroup.subtree_control",
		     name);
	free(has.data);
}

void v2_explain_type(struct hierarchy *hierarchy, const char *group)
{
	char *type = read_group_text(hierarchy, group, "cgroup.type");

	if (type && strcmp(type, "domain") != 0)
		hint("%s is \"%s\": %s",
		     full_path(hierarchy, group, "cgroup.type"), type,
		     strcmp(type, "threaded") == 0
			 ? "it takes threads (cgroup.threads), no processes"
			 : "it has a threaded group above or below it, and is "
			   "of no use until cgroup.type=threaded is set");
	free(type);
}

struct place {
	const struct hierarchy *hierarchy;
	char group[PATH_MAX];
};

static void note_place(const struct membership *member, void *context)
{
	struct place *place = context;

	if (member->hierarchy == place->hierarchy)
		stpncpy(place->group, member->group + 1, PATH_MAX - 1);
}

// On v2 it is not enough that the target is ours: a process may only be moved
// by who could write to cgroup.procs of the group that is above both places.
// cgroups(7), "delegation containment".
void v2_explain_common_ancestor(struct layout *layout,
				struct hierarchy *hierarchy, const char *group,
				const char *pid)
{
	struct place place = {.hierarchy = hierarchy};
	int number = atoi(pid), fd;
	size_t common = 0, i;

	each_membership(layout, number ? number : getpid(), note_place, &place);
	for (i = 0; place.group[i] == group[i] && group[i]; i++)
		if (group[i] == '/')
			common = i;
	if (strchr("/", place.group[i]) && strchr("/", group[i]))
		common = i;
	place.group[common] = '\0';
	fd = open_group(hierarchy, place.group, "cgroup.procs", O_WRONLY);
	if (fd < 0 && errno == EACCES)
		hint("moving from one group to another takes the right to "
		     "write to cgroup.procs of the one above both, %s",
		     full_path(hierarchy, place.group, NULL));
	if (fd >= 0)
		close(fd);
}
