// SPDX-License-Identifier: MIT
// Fuzz what cgset makes of /proc/self/mountinfo, and on v2 of the list of
// controllers there.
// Sources: tools/cgset/hierarchy.c tools/lib/narrate.c
// Seeds: /proc/self/mountinfo

#define _GNU_SOURCE
#include "cgset.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct layout layout;

	input = data;
	input_size = size;
	if (setjmp(next) == 0) {
		find_hierarchies(&layout);
		for (size_t i = 0; i < layout.count; i++)
			if (!layout.list[i].root || !layout.list[i].mount_point)
				abort();
		find_controller(&layout, "memory");
	}
	forget_hierarchies(&layout);
	return 0;
}
