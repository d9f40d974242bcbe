// SPDX-License-Identifier: MIT
// Fuzz what procpeek makes of /proc/PID/status, and the maps of ids.
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
// Seeds: /proc/[0-9]*/status /proc/[0-9]*/uid_map

#define _GNU_SOURCE
#include "procpeek.h"

static void facts_of_status(struct subject *subject, struct facts *facts)
{
	parse_status(subject->status.data, &subject->process);
	facts_of_identity(subject, facts);
	facts_of_privilege(subject, facts);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_facts(facts_of_status, data, size);
	return 0;
}
