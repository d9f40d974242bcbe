// SPDX-License-Identifier: MIT
//
// types.c: hypervisors by type, as the article lists them, and today's.
//
// Shows:     that "type 1" and "type 2" are two ends rather than two boxes.
// Mirrors:   nothing.
// Leaves out: what hypervisors.c leaves out.
// Read:      hypervisors.c.

#define _GNU_SOURCE
#include "vmcompare.h"

static const struct column columns[] = {
    {"HYPERVISOR", 0},	    {"NAME", 0}, {"ARTICLE", 0}, {"TYPE", 0},
    {"FIT", SCOLS_FL_WRAP}, {NULL, 0},
};

void print_types(const struct options *options)
{
	struct libscols_table *table = new_table("types", columns, options);

	for (const struct hypervisor *h = hypervisors; h->name; h++) {
		struct libscols_line *line = new_line(table, NULL);

		set_cell(table, line, "HYPERVISOR", h->title);
		set_cell(table, line, "NAME", h->name);
		set_cell(table, line, "ARTICLE", h->article);
		set_cell(table, line, "TYPE", h->type);
		set_cell(table, line, "FIT", h->fit);
	}
	print_table(table);
}
