// SPDX-License-Identifier: MIT
// where.c: /proc/PID/cgroup, line by line.

#define _GNU_SOURCE
#include "figures.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	const char *controller, *meaning;
} meanings[] = {
    {"cpu", "share and quota of CPU time"},
    {"cpuacct", "CPU time counted"},
    {"cpuset", "which CPUs and memory nodes"},
    {"memory", "memory and swap limited and counted"},
    {"pids", "number of tasks"},
    {"blkio", "disk I/O limited and counted"},
    {"io", "disk I/O limited and counted"},
    {"devices", "which device nodes may be used"},
    {"freezer", "stop and go on as one"},
    {"hugetlb", "huge pages"},
    {"net_cls", "packets tagged for tc(8)"},
    {"net_prio", "packet priority per interface"},
    {"perf_event", "perf(1) for the group alone"},
    {"rdma", "RDMA resources"},
    {"misc", "other countable resources"},
    {"name=systemd", "no controller: systemd's bookkeeping"},
};

// The line of a hierarchy that is not mounted here matches none.
static struct hierarchy *hierarchy_of(struct layout *layout, const char *id,
				      const char *controllers)
{
	char first[64] = "";

	stpncpy(first, controllers, sizeof first - 1);
	first[strcspn(first, ",")] = '\0';
	for (size_t i = 0; i < layout->count; i++) {
		struct hierarchy *hierarchy = &layout->list[i];

		if (strcmp(id, "0") == 0
			? hierarchy->v2
			: !hierarchy->v2 && has_controller(hierarchy, first))
			return hierarchy;
	}
	return NULL;
}

// ID:CONTROLLERS:GROUP, where GROUP may contain colons. proc(5), cgroups(7).
// Commonest errno: ENOENT, ESRCH: it has ended.
int each_membership(struct layout *layout, int pid,
		    void (*visit)(const struct membership *, void *),
		    void *context)
{
	struct buffer buffer = {0};
	char path[64], *line, *rest;

	snprintf(path, sizeof path, "/proc/%d/cgroup", pid);
	if (read_file(AT_FDCWD, path, &buffer) < 0) {
		int saved = errno;

		free(buffer.data);
		errno = saved;
		return -1;
	}
	rest = buffer.data;
	while ((line = strsep(&rest, "\n")) && *line) {
		struct membership member;

		member.id = strsep(&line, ":");
		member.controllers = line ? strsep(&line, ":") : NULL;
		member.group = line;
		if (!line || *line != '/')
			continue;
		member.hierarchy =
		    hierarchy_of(layout, member.id, member.controllers);
		visit(&member, context);
	}
	free(buffer.data);
	return 0;
}

void require_memberships(struct layout *layout, int pid,
			 void (*visit)(const struct membership *, void *),
			 void *context)
{
	if (each_membership(layout, pid, visit, context) == 0)
		return;
	if (errno == ENOENT || errno == ESRCH)
		errx(options.failed, "there is no process %d", pid);
	err(options.failed, "cannot read /proc/%d/cgroup", pid);
}

// "share and quota of CPU time; CPU time counted" for "cpu,cpuacct".
static void describe(const struct membership *member, char *text, size_t size)
{
	const struct hierarchy *hierarchy = member->hierarchy;
	size_t used = 0;

	*text = '\0';
	for (size_t i = 0; hierarchy && i < sizeof meanings / sizeof *meanings;
	     i++)
		if (has_controller(hierarchy, meanings[i].controller) &&
		    used < size)
			used += (size_t)snprintf(text + used, size - used,
						 "%s%s", used ? "; " : "",
						 meanings[i].meaning);
	if (!hierarchy)
		snprintf(text, size, "not mounted here");
	else if (used == 0)
		snprintf(text, size, "membership only, no controller");
}

static void add_line(const struct membership *member, void *table)
{
	struct libscols_line *row = new_row(table, NULL);
	const struct hierarchy *hierarchy = member->hierarchy;
	bool v2 = strcmp(member->id, "0") == 0;
	char meaning[512], note[128] = "";

	describe(member, meaning, sizeof meaning);
	if (strstr(member->group, "/.."))
		snprintf(note, sizeof note, "; outside our cgroup namespace");
	else if (strstr(member->group, " (deleted)"))
		snprintf(note, sizeof note, "; the folder is removed");
	set_cell(row, 0, "%s:%s:%s", member->id, member->controllers,
		 member->group);
	set_cell(row, 1, "%s", v2 ? "v2" : "v1");
	set_cell(row, 2, "%s",
		 v2 && hierarchy ? hierarchy->controllers
				 : member->controllers);
	set_cell(row, 3, "%s", member->group);
	if (hierarchy && !*note)
		set_cell(row, 4, "%s",
			 full_path(hierarchy, member->group + 1, NULL));
	set_cell(row, 5, "%s%s", meaning, note);
}

int verb_where(struct layout *layout, char *operands[])
{
	static const struct column columns[] = {
	    {"LINE", "line", LEFT, BOTH},
	    {"VERSION", "version", LEFT, BOTH},
	    {"CONTROLLERS", "controllers", LEFT, BOTH},
	    {"GROUP", "group", LEFT, JSON_STRING},
	    {"FOLDER", "folder", LEFT, BOTH},
	    {"MEANING", "meaning", LEFT, BOTH},
	    {0},
	};
	struct libscols_table *table = new_table("memberships", columns);
	int pid;

	if (parse_pid(operands[0], &pid) < 0)
		errx(options.misused, "%s is not a process ID", operands[0]);
	if (operands[1])
		errx(options.misused, "where: expected one PID");
	require_memberships(layout, pid, add_line, table);
	print_tables(table, NULL);
	return EXIT_SUCCESS;
}
