// SPDX-License-Identifier: MIT
// v2.c: what is peculiar to cgroup v2.

#define _GNU_SOURCE
#include "cgset.h"

#include <err.h>
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
	char text[256] = "", names[512];
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
	if (result < 0 && errno == EBUSY &&
	    first_process(hierarchy, parent, names, sizeof names)) {
		hint("%s has processes (%s): on cgroup v2 a group either has "
		     "processes or hands controllers to children",
		     full_path(hierarchy, parent, NULL), names);
		errno = EBUSY;
	}
	free(type);
	free(has.data);
	free(gives.data);
	return result;
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
		hint("the group does not have the controller %s: cgset create "
		     "enables it on the way to a group",
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

	if (member->hierarchy == place->hierarchy && *member->group == '/')
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

static void plan_number(struct plan *plan, struct hierarchy *hierarchy,
			const struct setting *setting, uint64_t number)
{
	const char *file = keys[setting->meaning].v2_file;

	if (setting->unlimited)
		add_change(plan, hierarchy, setting, file, "max");
	else
		add_change(plan, hierarchy, setting, file, "%ju",
			   (uintmax_t)number);
}

// v1's file counts memory and swap together, v2's swap alone.
static uint64_t swap_of(struct plan *plan, struct hierarchy *hierarchy,
			const struct setting *setting)
{
	uint64_t memory;

	if (setting->spelling != V1_FILE || setting->unlimited)
		return setting->number;
	memory = planned_memory(plan, hierarchy, "memory.max");
	if (memory > setting->number)
		errx(options.misused,
		     "%s: counts memory and swap together, but memory alone is "
		     "limited to more",
		     setting->text);
	return setting->number - memory;
}

// cpu.max holds both quota and period: "50000 100000". A single number leaves
// the period; to set only the period the quota has to be repeated.
static void plan_cpu(struct plan *plan, struct hierarchy *hierarchy,
		     const struct setting *setting)
{
	struct buffer buffer = {0};
	char quota[32] = "max", period[32] = "";

	if (setting->meaning == PERIOD) {
		if (read_group_file(hierarchy, plan->group, "cpu.max",
				    &buffer) == 0)
			sscanf(buffer.data, "%31s", quota);
		free(buffer.data);
	} else if (!setting->unlimited) {
		snprintf(quota, sizeof quota, "%ju",
			 (uintmax_t)setting->number);
	}
	if (setting->period)
		snprintf(period, sizeof period, " %ju",
			 (uintmax_t)setting->period);
	add_change(plan, hierarchy, setting, "cpu.max", "%s%s", quota, period);
}

// See shares_of() in v1.c: 1024 there is 100 here.
static uint64_t weight_of(const struct setting *setting)
{
	uint64_t weight = (setting->number * 100 + 512) / 1024;

	if (setting->spelling != V1_FILE)
		return setting->number;
	return weight < 1 ? 1 : weight > 10000 ? 10000 : weight;
}

void v2_plan(struct plan *plan, struct hierarchy *hierarchy,
	     const struct setting *setting)
{
	const char *file = keys[setting->meaning].v2_file;

	switch (setting->meaning) {
	case SWAP:
		plan_number(plan, hierarchy, setting,
			    swap_of(plan, hierarchy, setting));
		break;
	case CPU:
	case PERIOD:
		plan_cpu(plan, hierarchy, setting);
		break;
	case WEIGHT:
		plan_number(plan, hierarchy, setting, weight_of(setting));
		break;
	case MEMORY:
	case PIDS:
		plan_number(plan, hierarchy, setting, setting->number);
		break;
	case IO:
		plan_io(plan, hierarchy, setting);
		break;
	case CPUS:
	case VERBATIM:
		add_change(plan, hierarchy, setting,
			   file ? file : setting->name, "%s", setting->value);
		break;
	}
}

bool v2_may_kill(const struct change *change)
{
	return change->hierarchy->v2 && strcmp(change->file, "memory.max") == 0;
}

// The number in a file, or after a word in it; 0 when there is none.
static uint64_t number_of(struct hierarchy *hierarchy, const char *group,
			  const char *file, const char *word)
{
	char *text = read_group_text(hierarchy, group, file);
	const char *at = text ? strstr(text, word) : NULL;
	uint64_t number = at ? strtoull(at + strlen(word), NULL, 10) : 0;

	free(text);
	return number;
}

void v2_note_use(struct change *change, const char *group)
{
	if (!v2_may_kill(change))
		return;
	change->used =
	    number_of(change->hierarchy, group, "memory.current", "");
	change->kills =
	    number_of(change->hierarchy, group, "memory.events", "oom_kill ");
}

void v2_describe_reclaim(const struct change *change, const char *group,
			 char text[256])
{
	uint64_t limit, used, kills;

	if (!v2_may_kill(change) ||
	    parse_number(change->value, 0, INT64_MAX, &limit) < 0 ||
	    change->used <= limit)
		return;
	used = number_of(change->hierarchy, group, "memory.current", "");
	kills =
	    number_of(change->hierarchy, group, "memory.events", "oom_kill ") -
	    change->kills;
	snprintf(text, 256,
		 " (%ju bytes were in use, %ju are left; the OOM killer ended "
		 "%ju processes)",
		 (uintmax_t)change->used, (uintmax_t)used, (uintmax_t)kills);
}
