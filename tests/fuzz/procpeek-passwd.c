// SPDX-License-Identifier: MIT
// Fuzz what procpeek makes of etc/passwd of a container.
// Sources: tools/procpeek/columns.c tools/procpeek/engine.c
// Sources: tools/procpeek/facts_cgroup.c tools/procpeek/facts_files.c
// Sources: tools/procpeek/facts_places.c tools/procpeek/facts_privilege.c
// Sources: tools/procpeek/hidden.c tools/procpeek/inside.c
// Sources: tools/procpeek/limits.c tools/procpeek/namespaces.c
// Sources: tools/procpeek/mounts.c
// Sources: tools/procpeek/process.c tools/procpeek/subject.c
// Sources: tools/lib/file.c
// Sources: tools/lib/parse.c tools/lib/narrate.c tools/procpeek/text.c
// Libraries: -lcap
// Seeds: /etc/passwd

#define _GNU_SOURCE
#include "procpeek.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = text_of(data, size);
	char *name = find_user(text, 0);

	if (name && strchr(name, '\n'))
		abort();
	free(name);
	free(text);
	return 0;
}
