// SPDX-License-Identifier: MIT
// Fuzz what procpeek makes of /proc/PID/mountinfo and limits.
// Sources: tools/procpeek/columns.c tools/procpeek/engine.c
// Sources: tools/procpeek/facts_cgroup.c tools/procpeek/facts_files.c
// Sources: tools/procpeek/facts_places.c tools/procpeek/facts_privilege.c
// Sources: tools/procpeek/hidden.c tools/procpeek/inside.c
// Sources: tools/procpeek/limits.c tools/procpeek/namespaces.c
// Sources: tools/procpeek/mounts.c
// Sources: tools/procpeek/process.c tools/procpeek/subject.c
// Sources: tools/procpeek/ns_find.c tools/procpeek/ns_held.c
// Sources: tools/lib/file.c
// Sources: tools/lib/parse.c tools/lib/narrate.c tools/procpeek/text.c
// Libraries: -lcap
// Seeds: /proc/[0-9]*/mountinfo /proc/[0-9]*/limits

#define _GNU_SOURCE
#include "procpeek.h"

struct options options;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct namespace_list list = {0};

	fuzz_facts(facts_of_places, data, size);
	find_mounts(-1, "1", &list);
	free_namespaces(&list);
	hint_hidden(-1);
	return 0;
}
