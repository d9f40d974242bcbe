// SPDX-License-Identifier: MIT
//
// page.c: procpeek PID, all about one process.
//
// Shows:     what /proc says of one process, each line with its file under
//            --explain, and the conclusion: a container or not.
// Mirrors:   cat /proc/PID/status, lsns -p, getpcaps(8), docker inspect.
// Leaves out: the name of each open file; most mounts.
// Read:      proc(5), namespaces(7).

#define _GNU_SOURCE
#include "procpeek.h"

#include <stdlib.h>
#include <string.h>

enum page_column { PAGE_WHAT, PAGE_VALUE, PAGE_NOTE, PAGE_SOURCE };

static const struct column page_columns[] = {
    {"WHAT", 0, SCOLS_JSON_STRING, NULL},
    {"VALUE", 0, SCOLS_JSON_STRING, NULL},
    {"NOTE", 0, SCOLS_JSON_STRING, NULL},
    {"SOURCE", 0, SCOLS_JSON_STRING, NULL},
};

// A namespace says little by its number: is it the one that we are in?
static const char *note(const struct fact *fact,
			const uint64_t ours[NAMESPACE_KINDS])
{
	uint64_t inode;
	int kind;

	if (strncmp(fact->key, "ns.", 3) != 0 || !fact->value ||
	    !parse_namespace(fact->value, &kind, &inode) || !ours[kind])
		return "";
	return inode == ours[kind] ? "ours" : "not ours";
}

// The namespaces tell, where no engine does.
static char *isolation(const struct facts *facts,
		       const uint64_t ours[NAMESPACE_KINDS])
{
	char *own = format("%s", ""), *text = NULL;
	int unknown = 0;

	for (size_t i = 0; i < facts->count; i++) {
		const struct fact *fact = &facts->at[i];

		if (strncmp(fact->key, "ns.", 3) != 0)
			continue;
		if (!fact->value &&
		    !ours[namespace_kind(fact->key + 3,
					 strlen(fact->key + 3))] &&
		    ours[KIND_MNT])
			continue; // this kernel has no such kind
		unknown += !*note(fact, ours);
		if (strcmp(note(fact, ours), "not ours") == 0)
			append(&own, " %s", fact->key + 3);
	}
	if (*own)
		text = format("isolated from us (namespaces:%s), by no engine "
			      "that its cgroup names",
			      own);
	else if (!unknown)
		text = format("no: it shares all our namespaces");
	free(own);
	return text;
}

// Evidence, then the verdict.
static char *conclusion(const struct subject *subject,
			const struct facts *facts,
			const uint64_t ours[NAMESPACE_KINDS])
{
	const char *engine = fact_value(facts, "engine");

	switch (subject->engine.role) {
	case CONTAINER:
		return format("made by %s", engine);
	case VIRTUAL_MACHINE:
		return format("no: it runs %s", engine);
	default:
		return isolation(facts, ours);
	}
}

// In a table the note follows the value: a column of its own would stand far
// to the right of the longest value.
static void page_line(struct table *table, const struct fact *fact,
		      const uint64_t ours[NAMESPACE_KINDS])
{
	struct libscols_line *line = table_line(table);
	const char *said = note(fact, ours);
	char *text;

	table_text(table, line, PAGE_WHAT, fact->key);
	table_text(table, line, PAGE_NOTE, said);
	table_text(table, line, PAGE_SOURCE, fact->source);
	if (*said && !options.json && !table_has(table, PAGE_NOTE)) {
		text = format("%s (%s)", fact->value, said);
		table_text(table, line, PAGE_VALUE, text);
		free(text);
	} else {
		table_text(table, line, PAGE_VALUE, fact->value);
	}
}

void command_page(const struct request *request)
{
	int proc = request->proc;
	struct facts facts = {0};
	struct subject subject;
	uint64_t ours[NAMESPACE_KINDS];
	struct table table;

	subject_open(&subject, proc, request->pid);
	gather_facts(&subject, &facts);
	for (int kind = 0; kind < NAMESPACE_KINDS; kind++)
		ours[kind] =
		    namespace_inode(proc, "self/", namespace_kinds[kind]);
	add_fact(&facts, "container", "ns/ and cgroup, above",
		 conclusion(&subject, &facts, ours));
	if (!options.columns && !options.json) {
		options.columns =
		    narration == EXPLAIN ? "WHAT,SOURCE,VALUE" : "WHAT,VALUE";
		options.noheadings = true;
	}
	table_open(&table, "process", page_columns,
		   sizeof page_columns / sizeof *page_columns, NULL);
	if (strcmp(options.columns ? options.columns : "", "WHAT,VALUE") == 0)
		table_wrap(&table, KEY_CELLS);
	for (size_t i = 0; i < facts.count; i++)
		page_line(&table, &facts.at[i], ours);
	table_print(&table);
	free_facts(&facts);
	subject_close(&subject);
}
