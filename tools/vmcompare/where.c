// SPDX-License-Identifier: MIT
//
// where.c: where am I, from the outside in.
//
// Shows:     that the three questions (a virtual machine? a container? a
//            chroot?) are separate, and that each has its own evidence.
// Mirrors:   systemd-detect-virt(1) with --vm, --container and --chroot.
// Leaves out: what cannot be seen from inside: a hypervisor around the
//            outermost one found here.
// Read:      machine.c, container.c.

#define _GNU_SOURCE
#include "vmcompare.h"

#include <stdio.h>
#include <string.h>

static const struct column columns[] = {
    {"LAYER", SCOLS_FL_TREE},	 {"NAME", 0}, {"TYPE", 0},
    {"EVIDENCE", SCOLS_FL_WRAP}, {NULL, 0},
};

static void add_layer(struct libscols_table *table, const struct layer *layer)
{
	struct libscols_line *line = new_line(table, NULL), *branch;

	set_cell(table, line, "LAYER", layer->kind);
	set_cell(table, line, "NAME", layer->name);
	set_cell(table, line, "TYPE", layer->type);
	set_cell(table, line, "EVIDENCE", layer->because);
	for (size_t i = 0; i < layer->count; i++) {
		branch = new_line(table, line);
		set_cell(table, branch, "LAYER", layer->evidence[i].source);
		set_cell(table, branch, "EVIDENCE", layer->evidence[i].says);
	}
}

static void print_layers(const struct layer *layers, size_t count,
			 const struct options *options)
{
	struct libscols_table *table = new_table("layers", columns, options);

	for (size_t i = 0; i < count; i++)
		add_layer(table, &layers[i]);
	print_table(table);
}

void where_am_i(const struct options *options)
{
	struct layer layers[4];
	size_t count;

	memset(layers, 0, sizeof layers);
	count = find_machines(layers);
	find_container(&layers[count++]);
	find_chroot(&layers[count++]);
	print_layers(layers, count, options);
	for (size_t i = 0; i < count; i++)
		free_layer(&layers[i]);
}
