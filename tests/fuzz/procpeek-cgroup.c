// SPDX-License-Identifier: MIT
// Fuzz what procpeek makes of /proc/PID/cgroup.
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
// Seeds: /proc/[0-9]*/cgroup tests/fuzz/found/procpeek-cgroup-*

#define _GNU_SOURCE
#include "procpeek.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct process process = {.pid = 1, .tid = 1};
	struct engine engine;

	fuzz_facts(facts_of_cgroup, data, size);
	if (engine_of(-1, &process, &engine) > 0 && !*engine.id)
		abort();
	return 0;
}
