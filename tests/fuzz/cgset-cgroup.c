// SPDX-License-Identifier: MIT
// Fuzz what cgset where makes of /proc/PID/cgroup.
// Sources: tools/cgset/where.c tools/cgset/table.c tools/cgset/hierarchy.c
// Sources: tools/cgset/group.c tools/cgset/list.c
// Sources: tools/lib/narrate.c tools/lib/parse.c
// Libraries: -lsmartcols
// Seeds: /proc/[0-9]*/cgroup

#define _GNU_SOURCE
#include "cgset.h"

#include <stdio.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char v2[] = "io", v1[] = "cpu,cpuacct", top[] = "/",
		    part[] = "/a";
	struct hierarchy trees[] = {
	    {.v2 = true, .controllers = v2, .mount_point = top, .root = top},
	    {.controllers = v1, .mount_point = top, .root = part},
	};
	struct layout layout = {.count = 2};
	char *operands[] = {(char[]){"1"}, NULL};

	if (!freopen("/dev/null", "w", stdout))
		abort();
	memcpy(layout.list, trees, sizeof trees);
	input = data;
	input_size = size;
	options.json = size % 2;
	if (setjmp(next) == 0)
		verb_where(&layout, operands);
	return 0;
}
