// SPDX-License-Identifier: MIT
// teach.c: show --explain: what v1 and v2 have in common, and what this
// machine has of each.

#define _GNU_SOURCE
#include "limits.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char about_v1[] =
    "    cgroup v1: each controller has a tree of its own, so one process can\n"
    "    be in another group of each, and even a thread alone. A group is\n"
    "    limited by a controller as soon as its folder is made in that tree;\n"
    "    processes and child groups may be in one group. cgroups(7)\n";
static const char about_v2[] =
    "    cgroup v2: one tree, and a process is in one group of it. A group "
    "has\n"
    "    the controllers that the group above hands down in\n"
    "    cgroup.subtree_control, and one that hands some down has no "
    "processes\n"
    "    of its own (the root may). Freezing, killing and pressure need no\n"
    "    controller. cgroups(7)\n";

// Files that are no limits, and so have no key.
static const struct {
	const char *word, *controller, *v1_file, *v2_file;
} others[] = {
    {"in use", "memory", "memory.usage_in_bytes", "memory.current"},
    {"OOM kills", "memory", "memory.oom_control", "memory.events"},
    {"throttled", "cpu", "cpu.stat", "cpu.stat"},
    {"freeze", "freezer", "freezer.state", "cgroup.freeze"},
    {"kill", NULL, "-", "cgroup.kill"},
    {"pressure", NULL, "-", "cpu.pressure, memory.pressure, io.pressure"},
};

static void explain_file(struct layout *layout, const char *word,
			 const char *controller, const char *v1_file,
			 const char *v2_file)
{
	struct hierarchy *hierarchy =
	    controller ? find_controller(layout, controller) : NULL;
	const char *version = "-";

	// What needs no controller is wherever the tree is.
	if (!hierarchy && (!controller || strcmp(controller, "freezer") == 0))
		hierarchy = find_v2(layout);
	if (hierarchy)
		version = hierarchy->v2 ? "v2" : "v1";
	dprintf(STDERR_FILENO, "    %-10s %-5s %-30s %s\n", word, version,
		v1_file, v2_file);
}

void explain_versions(struct layout *layout)
{
	struct hierarchy *v2 = find_v2(layout);
	size_t trees = 0;

	for (size_t i = 0; i < layout->count; i++) {
		open_hierarchy(&layout->list[i]);
		trees += !layout->list[i].v2 && !is_named(&layout->list[i]);
	}
	dprintf(STDERR_FILENO, "This machine has %zu trees of v1 and %s%s.\n",
		trees, v2 ? "one of v2" : "none of v2",
		!v2 || *v2->controllers ? "" : ", without a controller");
	if (trees > 0)
		dprintf(STDERR_FILENO, "%s", about_v1);
	if (v2)
		dprintf(STDERR_FILENO, "%s", about_v2);
	dprintf(STDERR_FILENO, "    %-10s %-5s %-30s %s\n", "", "here", "on v1",
		"on v2");
	for (enum meaning m = MEMORY; m < VERBATIM; m++)
		explain_file(layout, keys[m].word ? keys[m].word : "cpu",
			     keys[m].controller,
			     m == IO ? "blkio.throttle.*_device"
				     : keys[m].v1_file,
			     keys[m].v2_file ? keys[m].v2_file : "cpu.max");
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		explain_file(layout, others[i].word, others[i].controller,
			     others[i].v1_file, others[i].v2_file);
}
