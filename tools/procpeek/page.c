// SPDX-License-Identifier: MIT
//
// page.c: procpeek PID, all about one process.
//
// Shows:     what /proc says of one process, each line with its file under
//            --explain, and the conclusion: a container or not.
// Mirrors:   cat /proc/PID/status, lsns -p, getpcaps(8), docker inspect.
// Leaves out: open files and the list of mounts.
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
static const char *note(const struct fact *fact, int proc)
{
	uint64_t ours;

	if (strncmp(fact->key, "ns.", 3) != 0 || !fact->value)
		return "";
	ours = namespace_inode(proc, "self/", fact->key + 3);
	if (!ours)
		return "";
	return strtoull(strchr(fact->value, '[') + 1, NULL, 10) == ours
		   ? "ours"
		   : "not ours";
}

// The engine says so, or the namespaces do: evidence, then the verdict.
static char *conclusion(const struct facts *facts, int proc)
{
	const char *engine = fact_value(facts, "engine");
	char *own = format("%s", ""), *longer;
	int unknown = 0;

	if (engine && strncmp(engine, "libvirt ", 8) == 0) {
		free(own);
		return format("no: it runs %s", engine);
	}
	if (engine && strncmp(engine, "none ", 5) != 0 &&
	    strncmp(engine, "systemd, ", 9) != 0) {
		free(own);
		return format("made by %s", engine);
	}
	for (size_t i = 0; i < facts->count; i++) {
		const struct fact *fact = &facts->at[i];

		if (strncmp(fact->key, "ns.", 3) != 0)
			continue;
		unknown += !*note(fact, proc);
		if (strcmp(note(fact, proc), "not ours") == 0)
			own = join(own, fact->key + 3);
	}
	if (*own)
		longer = format("isolated from us (namespaces: %s), by no "
				"engine that its cgroup names",
				own);
	else if (unknown)
		longer = NULL;
	else
		longer = format("no: it shares all our namespaces");
	free(own);
	return longer;
}

// In a table the note follows the value: a column of its own would stand far
// to the right of the longest value.
static void page_line(struct table *table, const struct fact *fact, int proc)
{
	struct libscols_line *line = table_line(table);
	const char *said = note(fact, proc);
	char *text;

	table_text(table, line, PAGE_WHAT, fact->key);
	table_text(table, line, PAGE_NOTE, said);
	table_text(table, line, PAGE_SOURCE, fact->source);
	if (*said && !options.json) {
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
	struct table table;

	subject_open(&subject, proc, request->pid);
	gather_facts(&subject, &facts);
	add_fact(&facts, "container", "ns/ and cgroup, above",
		 conclusion(&facts, proc));
	if (!options.columns && !options.json)
		options.columns =
		    narration == EXPLAIN ? "WHAT,SOURCE,VALUE" : "WHAT,VALUE";
	options.noheadings = true;
	table_open(&table, "process", page_columns,
		   sizeof page_columns / sizeof *page_columns, NULL);
	if (strcmp(options.columns ? options.columns : "", "WHAT,VALUE") == 0)
		table_wrap(&table, KEY_CELLS);
	for (size_t i = 0; i < facts.count; i++)
		page_line(&table, &facts.at[i], proc);
	table_print(&table);
	free_facts(&facts);
	subject_close(&subject);
}
