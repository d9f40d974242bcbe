// SPDX-License-Identifier: MIT
// Fuzz what procpeek makes of /proc/PID/environ and net/dev.
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
// Seeds: /proc/[0-9]*/environ /proc/self/net/dev

#define _GNU_SOURCE
#include "procpeek.h"

static void facts_of_both(struct subject *subject, struct facts *facts)
{
	facts_of_files(subject, facts);
	facts_of_namespaces(subject, facts);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_facts(facts_of_both, data, size);
	return 0;
}
