// SPDX-License-Identifier: MIT
// Fuzz the numbers of a command line.
// Sources: tools/lib/parse.c
// Seeds: /proc/sys/kernel/pid_max /proc/meminfo

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = text_of(data, size);
	uint64_t value;
	int pid;

	// Whatever is accepted is in the range that was asked for.
	if (parse_number(text, 10, 99, &value) == 0 &&
	    (value < 10 || value > 99))
		abort();
	if (parse_pid(text, &pid) == 0 && pid < 1)
		abort();
	parse_size(text, &value);
	free(text);
	return 0;
}
