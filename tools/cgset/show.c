// SPDX-License-Identifier: MIT
// show.c: the tree of groups, with use and limits.

#define _GNU_SOURCE
#include "figures.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Text shows use and limit in one cell, JSON the numbers: null is no limit.
enum {
	GROUP,
	PROCESSES,
	MEMORY_TEXT,
	CPU_TEXT,
	PIDS_TEXT,
	MEMORY_USED,
	MEMORY_MAX,
	CPU_MAX,
	PIDS_USED,
	PIDS_MAX,
	PATH,
	STATE,
	IN,
};
static const struct column columns[] = {
    [GROUP] = {"GROUP", "name", TREE, BOTH},
    [PROCESSES] = {"PROCESSES", "processes", RIGHT, BOTH},
    [MEMORY_TEXT] = {"MEMORY / LIMIT", "", RIGHT, TEXT_ONLY},
    [CPU_TEXT] = {"CPUS", "", RIGHT, TEXT_ONLY},
    [PIDS_TEXT] = {"PIDS / LIMIT", "", RIGHT, TEXT_ONLY},
    [MEMORY_USED] = {"", "memory_use", RIGHT, JSON_NUMBER},
    [MEMORY_MAX] = {"", "memory_limit", RIGHT, JSON_NUMBER},
    [CPU_MAX] = {"", "cpu_limit", RIGHT, JSON_NUMBER},
    [PIDS_USED] = {"", "pids_use", RIGHT, JSON_NUMBER},
    [PIDS_MAX] = {"", "pids_limit", RIGHT, JSON_NUMBER},
    [PATH] = {"PATH", "group", LEFT, JSON_STRING},
    [STATE] = {"STATE", "state", LEFT, BOTH},
    [IN] = {"IN", "in", LEFT, BOTH},
    {0},
};

static struct libscols_table *table_of_hierarchies(struct layout *layout)
{
	static const struct column heads[] = {
	    {"CONTROLLERS", "controllers", LEFT, BOTH},
	    {"VERSION", "version", LEFT, BOTH},
	    {"MOUNTED AT", "mounted_at", LEFT, BOTH},
	    {"SHOWS", "shows", LEFT, BOTH},
	    {0},
	};
	struct libscols_table *table = new_table("hierarchies", heads);

	for (size_t i = 0; i < layout->count; i++) {
		const struct hierarchy *hierarchy = &layout->list[i];
		struct libscols_line *row = new_row(table, NULL);

		set_cell(row, 0, "%s",
			 *hierarchy->controllers ? hierarchy->controllers
						 : "-");
		set_cell(row, 1, "%s", hierarchy->v2 ? "v2" : "v1");
		set_cell(row, 2, "%s", hierarchy->mount_point);
		set_cell(row, 3, "%s", hierarchy->root);
	}
	return table;
}

static void add_sizes(struct libscols_line *row, struct layout *layout,
		      const char *group)
{
	char used[32], limit[32] = "max";
	uint64_t use, most;

	if (read_figure(layout, group, MEMORY_USE, &use) < 0)
		return;
	binary_size(use, used);
	set_cell(row, MEMORY_USED, "%ju", (uintmax_t)use);
	if (read_figure(layout, group, MEMORY_LIMIT, &most) == 0 &&
	    most != UNLIMITED) {
		binary_size(most, limit);
		set_cell(row, MEMORY_MAX, "%ju", (uintmax_t)most);
	}
	set_cell(row, MEMORY_TEXT, "%s / %s", used, limit);
}

static void add_counts(struct libscols_line *row, struct layout *layout,
		       const char *group)
{
	uint64_t quota, period, use, most;

	if (read_figure(layout, group, CPU_QUOTA, &quota) == 0 &&
	    read_figure(layout, group, CPU_PERIOD, &period) == 0) {
		if (quota == UNLIMITED || period == 0) {
			set_cell(row, CPU_TEXT, "max");
		} else {
			double cpus = (double)quota / (double)period;

			set_cell(row, CPU_TEXT, "%g", cpus);
			set_cell(row, CPU_MAX, "%g", cpus);
		}
	}
	if (read_figure(layout, group, PIDS_USE, &use) < 0)
		return;
	set_cell(row, PIDS_USED, "%ju", (uintmax_t)use);
	if (read_figure(layout, group, PIDS_LIMIT, &most) < 0 ||
	    most == UNLIMITED) {
		set_cell(row, PIDS_TEXT, "%ju / max", (uintmax_t)use);
		return;
	}
	set_cell(row, PIDS_MAX, "%ju", (uintmax_t)most);
	set_cell(row, PIDS_TEXT, "%ju / %ju", (uintmax_t)use, (uintmax_t)most);
}

// How many processes are directly in the group, in the tree that has most,
// and in which of the hierarchies the folder is.
static void add_presence(struct libscols_line *row, struct layout *layout,
			 const char *group)
{
	struct buffer buffer = {0};
	size_t processes = 0, missing = 0, length = 0;
	char in[1024] = "";

	for (size_t i = 0; i < layout->count; i++) {
		struct hierarchy *hierarchy = &layout->list[i];
		size_t lines = 0;

		if (is_named(hierarchy))
			continue;
		if (read_group_file(hierarchy, group, "cgroup.procs", &buffer) <
		    0) {
			missing++;
			continue;
		}
		for (const char *c = buffer.data; *c; c++)
			lines += *c == '\n';
		if (lines > processes)
			processes = lines;
		if (length < sizeof in)
			length += (size_t)snprintf(
			    in + length, sizeof in - length, "%s%s",
			    length ? "," : "",
			    *hierarchy->controllers ? hierarchy->controllers
						    : "v2");
	}
	set_cell(row, PROCESSES, "%zu", processes);
	set_cell(row, IN, "%s", missing ? in : "all");
	free(buffer.data);
}

// Frozen, and on v2 what cgroup.type says unless it is the usual: in a threaded
// group processes do not live as wholes.
static void add_state(struct libscols_line *row, struct layout *layout,
		      const char *group)
{
	struct hierarchy *freezer = find_freezer(layout, group);
	struct hierarchy *tree = find_v2(layout);
	char *type = tree ? read_group_text(tree, group, "cgroup.type") : NULL;
	bool usual = !type || strcmp(type, "domain") == 0;
	bool frozen = freezer && is_frozen(freezer, group);

	set_cell(row, STATE, "%s%s%s", frozen ? "frozen" : "",
		 frozen && !usual ? ", " : "", usual ? "" : type);
	free(type);
}

static bool is_below(const char *group, const char *ancestor)
{
	size_t length = strlen(ancestor);

	return length == 0 ||
	       (strncmp(group, ancestor, length) == 0 && group[length] == '/');
}

// The list is sorted, parents first: the parent of a group is the nearest row
// before it that is still open.
static struct libscols_table *table_of_groups(struct layout *layout,
					      const struct list *list)
{
	struct libscols_table *table = new_table("groups", columns);
	struct libscols_line **row = calloc(list->count + 1, sizeof(void *));
	size_t *parent = calloc(list->count + 1, sizeof *parent);

	if (!row || !parent)
		err(options.failed, "cannot allocate memory");
	for (size_t i = 0; i < list->count; i++) {
		const char *group = list->groups[i], *name = group;
		size_t above = i; // index + 1 of the row above, 0: none

		while (above > 0 && !is_below(group, list->groups[above - 1]))
			above = parent[above - 1];
		parent[i] = above;
		row[i] = new_row(table, above ? row[above - 1] : NULL);
		if (above && *list->groups[above - 1])
			name += strlen(list->groups[above - 1]) + 1;
		set_cell(row[i], GROUP, "%s%s", above ? "" : "/", name);
		set_cell(row[i], PATH, "/%s", group);
		add_presence(row[i], layout, group);
		add_sizes(row[i], layout, group);
		add_counts(row[i], layout, group);
		add_state(row[i], layout, group);
	}
	free(row);
	free(parent);
	return table;
}

static void add_member(const struct membership *member, void *list)
{
	if (!member->hierarchy || is_named(member->hierarchy) ||
	    strstr(member->group, "/.."))
		return;
	add_group(list, member->group + 1);
}

int verb_show(struct layout *layout, char *operands[])
{
	struct libscols_table *groups;
	struct list list = {0};

	if (options.pid && operands[0])
		errx(options.misused, "show: either GROUP or --pid");
	if (operands[0] && operands[1])
		errx(options.misused, "show: expected one GROUP");
	if (options.pid) {
		require_memberships(layout, options.pid, add_member, &list);
		sort_list(&list);
	} else {
		list = list_groups(
		    layout,
		    operands[0] ? parse_group(layout, operands[0]) : "");
	}
	if (narration == EXPLAIN)
		explain_versions(layout);
	groups = table_of_groups(layout, &list);
	free_list(&list);
	if (options.pid || operands[0])
		print_tables(groups, NULL);
	else
		print_tables(table_of_hierarchies(layout), groups);
	return EXIT_SUCCESS;
}
