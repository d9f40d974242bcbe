// SPDX-License-Identifier: MIT
// Fuzz what cgset stats makes of a group's files and of /proc/PID/net/dev.
// Sources: tools/cgset/figures.c tools/cgset/network.c
// Sources: tools/cgset/process.c tools/cgset/where.c tools/cgset/table.c
// Sources: tools/cgset/hierarchy.c tools/lib/narrate.c tools/lib/parse.c
// Libraries: -lsmartcols
// Seeds: /sys/fs/cgroup/memory/memory.* /sys/fs/cgroup/memory.*
// Seeds: /sys/fs/cgroup/*/cpu.* /sys/fs/cgroup/*/blkio.throttle.*
// Seeds: /sys/fs/cgroup/*.stat /proc/pressure/* /proc/net/dev

#define _GNU_SOURCE
#include "cgset.h"
#include "cgset/figures.h"

int read_group_file(struct hierarchy *hierarchy, const char *group,
		    const char *file, struct buffer *buffer)
{
	(void)hierarchy, (void)group, (void)file;
	return read_descriptor(-1, buffer);
}

int each_child(struct hierarchy *hierarchy, const char *group,
	       int (*visit)(struct hierarchy *, const char *, void *),
	       void *context)
{
	(void)hierarchy, (void)group, (void)visit, (void)context;
	return 0;
}

const char *full_path(const struct hierarchy *hierarchy, const char *group,
		      const char *file)
{
	(void)hierarchy, (void)file;
	return group;
}

static void read_all(struct hierarchy tree)
{
	struct layout layout = {.list = {tree}, .count = 1};
	uint64_t value, sent;
	double percent[3];
	char text[256];

	for (enum figure f = 0; f < FIGURES; f++)
		read_figure(&layout, "", f, &value);
	read_pressure(&layout, "", percent);
	read_network(&layout, "", &value, &sent);
	first_process(&layout.list[0], "", text, sizeof text);
	is_kernel_thread("1");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char all[] = "memory,cpu,cpuacct,pids,io,blkio";

	input = data;
	input_size = size;
	read_all((struct hierarchy){.v2 = true, .controllers = all});
	read_all((struct hierarchy){.v2 = false, .controllers = all});
	return 0;
}
