// SPDX-License-Identifier: MIT
// set.c: limits, written all or none, and read back.

#define _GNU_SOURCE
#include "limits.h"

#include <err.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void add_change(struct plan *plan, struct hierarchy *hierarchy,
		const struct setting *setting, const char *file,
		const char *format, ...)
{
	struct change *change;
	va_list arguments;

	plan->list =
	    reallocarray(plan->list, plan->count + 1, sizeof *plan->list);
	if (!plan->list)
		err(options.failed, "cannot allocate memory");
	change = &plan->list[plan->count++];
	*change = (struct change){
	    .hierarchy = hierarchy,
	    .text = setting->text,
	    .lesson = keys[setting->meaning].lesson,
	};
	if (!change->lesson)
		change->lesson = "written as it is: cgroups(7)";
	stpncpy(change->file, file, sizeof change->file - 1);
	stpcpy(change->device, setting->device);
	va_start(arguments, format);
	vsnprintf(change->value, sizeof change->value, format, arguments);
	va_end(arguments);
}

// v1 says "no limit" as -1 and reads it back as the last page below 2^63, v2
// says max.
uint64_t planned_memory(struct plan *plan, struct hierarchy *hierarchy,
			const char *file)
{
	char *text = NULL;
	const char *planned = NULL;
	uint64_t limit;

	for (size_t i = 0; i < plan->count; i++)
		if (strcmp(plan->list[i].file, file) == 0)
			planned = plan->list[i].value;
	if (!planned)
		planned = text = read_group_text(hierarchy, plan->group, file);
	if (!planned ||
	    parse_number(planned, 0, INT64_MAX - 0x10000, &limit) < 0)
		limit = UINT64_MAX;
	free(text);
	return limit;
}

struct hierarchy *require_controller(struct layout *layout,
				     const struct setting *setting)
{
	struct hierarchy *found = find_controller(layout, setting->controller);

	// The kernel's own cgroup.* files are in every folder; only those of
	// v2 have something to set.
	for (size_t i = 0; !found && i < layout->count; i++)
		if (strcmp(setting->controller, "cgroup") == 0 &&
		    layout->list[i].v2)
			found = &layout->list[i];
	if (found)
		return found;
	fprintf(stderr,
		"cgset: %s: no controller %s here; there are:", setting->name,
		setting->controller);
	for (size_t i = 0; i < layout->count; i++)
		if (*layout->list[i].controllers && !is_named(&layout->list[i]))
			fprintf(stderr, " %s (%s)", layout->list[i].controllers,
				layout->list[i].v2 ? "v2" : "v1");
	fputc('\n', stderr);
	exit(options.misused);
}

// swap is planned last: on v1 it depends on what memory will be.
struct plan make_plan(struct layout *layout, const char *group,
		      const struct setting *settings, size_t count)
{
	struct plan plan = {.group = group};

	for (size_t i = 0; i < 2 * count; i++) {
		const struct setting *setting = &settings[i % count];
		struct hierarchy *hierarchy;

		if ((setting->meaning == SWAP) != (i >= count))
			continue;
		hierarchy = require_controller(layout, setting);
		if (hierarchy->v2)
			v2_plan(&plan, hierarchy, setting);
		else
			v1_plan(&plan, hierarchy, setting);
	}
	return plan;
}

// What stands there now, so that it can be put back. That also finds a missing
// file before anything is written; only a dry run goes on without it.
static int remember(struct plan *plan)
{
	for (size_t i = 0; i < plan->count; i++) {
		struct change *change = &plan->list[i];
		struct hierarchy *hierarchy = change->hierarchy;
		bool missing;

		change->before =
		    read_group_text(hierarchy, plan->group, change->file);
		missing = errno == ENOENT;
		if (*change->device)
			change->before = io_line(change, change->before);
		if (change->before || narration == DRY_RUN)
			continue;
		if (!group_exists(hierarchy, plan->group)) {
			warnx("no group /%s: no folder %s", plan->group,
			      full_path(hierarchy, plan->group, NULL));
			return -1;
		}
		if (!missing) // some files can only be written
			continue;
		warnx("%s: no file %s", change->text,
		      full_path(hierarchy, plan->group, change->file));
		if (hierarchy->v2)
			v2_explain_missing(hierarchy, plan->group,
					   change->file);
		else
			hint("%s is on cgroup v1 here, which has no such file",
			     hierarchy->controllers);
		return -1;
	}
	return 0;
}

// Backwards, so that each step meets the state that it left.
static void put_back(struct plan *plan)
{
	for (size_t i = plan->count; i-- > 0;) {
		struct change *change = &plan->list[i];

		if (change->written &&
		    (!change->before ||
		     write_group_file(change->hierarchy, plan->group,
				      change->file, change->before,
				      "put back: a later one failed") < 0))
			warn("cannot put back %s",
			     full_path(change->hierarchy, plan->group,
				       change->file));
	}
}

// The kernel may round (memory to pages): its answer is what counts.
static void report(const struct change *change, const char *group, int stream)
{
	char *after = read_group_text(change->hierarchy, group, change->file);
	size_t length = strlen(change->value);
	const char *note = "";
	char rounded[600], reclaimed[256] = "";

	snprintf(rounded, sizeof rounded, " (the kernel made this of %s)",
		 change->value);
	if (*change->device)
		after = io_line(change, after);
	if (change->hierarchy->v2)
		v2_describe_reclaim(change, group, reclaimed);
	if (!after)
		note = " (cannot be read back)";
	else if (strcmp(change->value, "-1") == 0)
		note = " (no limit)";
	else if (strncmp(after, change->value, length) != 0 ||
		 !strchr(" ", after[length]))
		note = rounded;
	dprintf(stream, "%s: %s = %s%s%s\n", change->text,
		full_path(change->hierarchy, group, change->file),
		after ? after : change->value, note, reclaimed);
	free(after);
}

static int write_change(struct plan *plan, struct change *change)
{
	if (change->hierarchy->v2)
		v2_note_use(change, plan->group);
	change->written =
	    write_group_file(change->hierarchy, plan->group, change->file,
			     change->value, change->lesson) == 0;
	if (change->written)
		return 0;
	warn("cannot write %s to %s", change->value,
	     full_path(change->hierarchy, plan->group, change->file));
	v1_explain_memory(change, plan->group);
	explain_refusal(change->hierarchy, plan->group, change->file);
	return -1;
}

// What may kill processes comes last, because that cannot be put back.
static int write_plan(struct plan *plan)
{
	for (int last = 0; last <= 1; last++) {
		for (size_t i = 0; i < plan->count; i++) {
			struct change *change = &plan->list[i];

			if (v2_may_kill(change) == last &&
			    write_change(plan, change) < 0) {
				put_back(plan);
				return -1;
			}
		}
	}
	return 0;
}

int carry_out(struct plan *plan, int stream)
{
	int result = remember(plan);

	if (result == 0) {
		v1_order_memory(plan);
		result = write_plan(plan);
	}
	for (size_t i = 0; i < plan->count; i++) {
		if (result == 0 && narration != DRY_RUN)
			report(&plan->list[i], plan->group, stream);
		free(plan->list[i].before);
	}
	free(plan->list);
	return result;
}

int verb_set(struct layout *layout, char *operands[])
{
	const char *group = parse_own_group(layout, operands[0]);
	struct setting *settings;
	struct plan plan;
	size_t count = 0;

	if (!*group)
		errx(options.misused, "the root group has no limits");
	while (operands[1 + count])
		count++;
	settings = calloc(count + 1, sizeof *settings);
	if (!settings)
		err(options.failed, "cannot allocate memory");
	for (size_t i = 0; i < count; i++)
		settings[i] = parse_setting(operands[1 + i]);
	plan = make_plan(layout, group, settings, count);
	free(settings);
	return carry_out(&plan, STDOUT_FILENO) < 0 ? options.failed
						   : EXIT_SUCCESS;
}
