// SPDX-License-Identifier: MIT
//
// facts_cgroup.c: in which control groups a process is.
//
// Shows:     /proc/PID/cgroup, one line for each hierarchy.
// Mirrors:   systemd-cgls(1).
// Leaves out: the limits: limits.c.
// Read:      cgroups(7).

#define _GNU_SOURCE
#include "procpeek.h"

#include <stdlib.h>
#include <string.h>

// strchrnul(3) finds the end of the text where there is no further colon.
bool cgroup_line(const char *text, struct cgroup_line *line)
{
	const char *newline = strchrnul(text, '\n');
	const char *first = strchrnul(text, ':'), *second;

	second = *first ? strchrnul(first + 1, ':') : first;
	if (second >= newline)
		return false;
	line->list = first + 1;
	line->list_length = (int)(second - line->list);
	line->path = second + 1;
	line->path_length = (int)(newline - line->path);
	line->end = newline + (*newline == '\n');
	return true;
}

static bool same_path(const struct cgroup_line *a, const struct cgroup_line *b)
{
	return a->path_length == b->path_length &&
	       memcmp(a->path, b->path, (size_t)a->path_length) == 0;
}

// The controllers of all lines with the path of `first`. Empty when one in
// front of it has that path already.
static char *path_text(const char *text, const struct cgroup_line *first)
{
	char *all = format("%s", "");
	struct cgroup_line line;

	for (; cgroup_line(text, &line); text = line.end) {
		if (!same_path(&line, first))
			continue;
		if (line.path < first->path)
			break;
		append(&all, "%s%.*s", *all ? " " : "",
		       line.list_length ? line.list_length : 2,
		       line.list_length ? line.list : "v2");
	}
	return all;
}

static char *cgroup_text(const char *text)
{
	char *all = format("%s", ""), *names;
	struct cgroup_line line;

	for (const char *at = text; cgroup_line(at, &line); at = line.end) {
		names = path_text(text, &line);
		if (*names)
			append(&all, "%s%.*s (%s)", *all ? ", " : "",
			       line.path_length, line.path, names);
		free(names);
	}
	return all;
}

// The engine whose name is in one of the paths, with that path as evidence.
static char *engine_text(const char *cgroups, struct engine *engine)
{
	char *path = recognize_engine(cgroups, engine), *text;

	if (!path)
		return format("none named in its cgroup path");
	if (!engine->name)
		text = format("none around it, it supervises one "
			      "(cgroup path %s)",
			      path);
	else
		text = format("%s, %s%s%s%s (cgroup path %s)", engine->name,
			      engine->role == SERVICE ? "service " : "",
			      engine->id, *engine->pod ? ", pod " : "",
			      engine->pod, path);
	free(path);
	return text;
}

void facts_of_cgroup(struct subject *subject, struct facts *facts)
{
	struct buffer cgroups = {0};
	bool known =
	    read_proc(subject->dir, "cgroup", &cgroups,
		      "its group in every hierarchy: cgroups(7)") == 0 &&
	    !is_placeholder(&subject->process, cgroups.data);

	add_fact(facts, "cgroup", "cgroup",
		 known ? cgroup_text(cgroups.data) : NULL);
	facts_of_limits(subject, known ? cgroups.data : "", facts);
	add_fact(facts, "engine", "cgroup",
		 known ? engine_text(cgroups.data, &subject->engine) : NULL);
	free(cgroups.data);
}
