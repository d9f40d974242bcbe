// SPDX-License-Identifier: MIT
// v2-limits.c: limits as cgroup v2 wants them written, and what it does to a
// group that already uses more.

#define _GNU_SOURCE
#include "limits.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

// See shares_of() in v1-limits.c: 1024 there is 100 here.
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
