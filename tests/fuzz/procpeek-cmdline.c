// SPDX-License-Identifier: MIT
// Fuzz what procpeek makes of /proc/PID/cmdline.
// Sources: tools/procpeek/process.c tools/lib/parse.c tools/lib/narrate.c
// Sources: tools/procpeek/text.c
// Seeds: /proc/[0-9]*/cmdline

#define _GNU_SOURCE
#include "procpeek.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buffer text = {text_of(data, size), size, size + 1};
	struct process process = {.comm = "name"};
	char *command = command_line(&process, &text);

	// One line of JSON or of a table: something, and valid.
	if (!*command && size > 0 && data[0])
		abort();
	free(valid_utf8(command));
	free(command);
	free(text.data);
	return 0;
}
