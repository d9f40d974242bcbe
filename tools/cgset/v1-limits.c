// SPDX-License-Identifier: MIT
// v1-limits.c: limits as cgroup v1 wants them written.

#define _GNU_SOURCE
#include "limits.h"

#include <err.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

// v1 counts memory and swap together (memsw); our swap= is swap alone.
static void plan_swap(struct plan *plan, struct hierarchy *hierarchy,
		      const struct setting *setting)
{
	static const char file[] = "memory.memsw.limit_in_bytes";
	uint64_t memory, sum = setting->number;

	if (setting->unlimited) {
		add_change(plan, hierarchy, setting, file, "-1");
		return;
	}
	if (setting->spelling != V1_FILE) {
		memory =
		    planned_memory(plan, hierarchy, "memory.limit_in_bytes");
		if (memory == UINT64_MAX)
			errx(options.misused,
			     "%s: cgroup v1 limits memory and swap together; "
			     "give memory= as well",
			     setting->text);
		if (__builtin_add_overflow(memory, sum, &sum) ||
		    sum > INT64_MAX)
			errx(options.misused, "%s: too large", setting->text);
	}
	add_change(plan, hierarchy, setting, file, "%ju", (uintmax_t)sum);
}

// The period first: the kernel checks quota against period at each write.
static void plan_cpu(struct plan *plan, struct hierarchy *hierarchy,
		     const struct setting *setting)
{
	if (setting->period)
		add_change(plan, hierarchy, setting, "cpu.cfs_period_us", "%ju",
			   (uintmax_t)setting->period);
	if (setting->unlimited)
		add_change(plan, hierarchy, setting, "cpu.cfs_quota_us", "-1");
	else
		add_change(plan, hierarchy, setting, "cpu.cfs_quota_us", "%ju",
			   (uintmax_t)setting->number);
}

// Shares and weights are the same thing on two scales: the kernel's default
// is 1024 on v1, 100 on v2, and it converts just so between them.
static uint64_t shares_of(const struct setting *setting)
{
	uint64_t shares = setting->number * 1024 / 100;

	if (setting->spelling == V1_FILE)
		return setting->number;
	return shares < 2 ? 2 : shares;
}

void v1_plan(struct plan *plan, struct hierarchy *hierarchy,
	     const struct setting *setting)
{
	const char *file = keys[setting->meaning].v1_file;

	switch (setting->meaning) {
	case SWAP:
		plan_swap(plan, hierarchy, setting);
		break;
	case CPU:
		plan_cpu(plan, hierarchy, setting);
		break;
	case PERIOD:
		add_change(plan, hierarchy, setting, file, "%ju",
			   (uintmax_t)setting->period);
		break;
	case WEIGHT:
		add_change(plan, hierarchy, setting, file, "%ju",
			   (uintmax_t)shares_of(setting));
		break;
	case MEMORY:
	case PIDS:
		if (setting->unlimited)
			add_change(plan, hierarchy, setting, file, "%s",
				   setting->meaning == PIDS ? "max" : "-1");
		else
			add_change(plan, hierarchy, setting, file, "%ju",
				   (uintmax_t)setting->number);
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

// The kernel refuses a limit below what is in use and cannot be reclaimed
// (EBUSY; v2 takes it and lets the OOM killer make room), and one above the
// limit of memory and swap together (EINVAL).
void v1_explain_memory(const struct change *change, const char *group)
{
	static const char sum_file[] = "memory.memsw.limit_in_bytes";
	bool is_sum = strcmp(change->file, sum_file) == 0;
	const char *other = is_sum ? "memory.limit_in_bytes" : sum_file;
	int saved = errno;
	char *text;

	if (!is_sum && strcmp(change->file, "memory.limit_in_bytes") != 0)
		return;
	if (saved == EBUSY)
		other = "memory.usage_in_bytes";
	text = read_group_text(change->hierarchy, group, other);
	if (text && saved == EBUSY)
		hint("the group uses %s bytes, more than can be reclaimed",
		     text);
	else if (text && saved == EINVAL &&
		 is_sum == (strtoull(change->value, NULL, 10) <
			    strtoull(text, NULL, 10)))
		hint("%s is %s, and the limit of memory must not exceed that "
		     "of memory and swap: set memory= and swap= together",
		     other, text);
	free(text);
	errno = saved;
}

// The kernel refuses (EINVAL) a moment at which memory may exceed memory plus
// swap: upward the sum has to go first, downward the memory.
void v1_order_memory(struct plan *plan)
{
	struct change *memory = NULL, *sum = NULL, swapped;
	uint64_t asked, now;

	for (size_t i = 0; i < plan->count; i++) {
		if (strcmp(plan->list[i].file, "memory.limit_in_bytes") == 0)
			memory = &plan->list[i];
		if (strcmp(plan->list[i].file, "memory.memsw.limit_in_bytes") ==
		    0)
			sum = &plan->list[i];
	}
	if (!memory || !sum || !memory->before)
		return;
	asked = strtoull(memory->value, NULL, 10); // "-1": the largest
	now = strtoull(memory->before, NULL, 10);
	if ((asked > now) == (sum < memory))
		return;
	swapped = *memory;
	*memory = *sum;
	*sum = swapped;
}
