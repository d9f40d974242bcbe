// SPDX-License-Identifier: MIT
// Fuzz what procpeek makes of a line of /proc/PID/stat.
// Sources: tools/procpeek/process.c tools/lib/parse.c tools/lib/narrate.c
// Sources: tools/procpeek/text.c
// Seeds: /proc/[0-9]*/stat

#define _GNU_SOURCE
#include "procpeek.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct process process = {0};
	char *text = text_of(data, size);

	if (parse_stat(text, &process) == 0 &&
	    strlen(process.comm) >= sizeof process.comm)
		abort();
	free(text);
	return 0;
}
