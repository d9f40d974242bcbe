// SPDX-License-Identifier: MIT
// get.c: what a group's files say, by plain word or the kernel's name.

#define _GNU_SOURCE
#include "figures.h"
#include "limits.h"

#include <err.h>
#include <stdlib.h>

// Returns -1 with errno when the file cannot be read.
static int add_file(struct libscols_table *table, struct hierarchy *hierarchy,
		    const char *group, const char *name, const char *file)
{
	char *text = read_group_text(hierarchy, group, file);
	struct libscols_line *row;

	if (!text)
		return -1;
	row = new_row(table, NULL);
	set_cell(row, 0, "%s", name);
	set_cell(row, 1, "%s", text);
	set_cell(row, 2, "%s", full_path(hierarchy, group, file));
	free(text);
	return 0;
}

static int add_io(struct libscols_table *table, struct hierarchy *hierarchy,
		  const char *group)
{
	int result = 0;

	for (size_t i = 0; i < IO_LIMITS; i++)
		result |= add_file(table, hierarchy, group, keys[IO].word,
				   io_limits[i].v1_file);
	return result;
}

// The file of the version that is mounted; v1 splits cpu.max in two, io.max in
// four.
static int add_key(struct libscols_table *table, struct layout *layout,
		   const char *group, const char *name)
{
	struct setting setting = {.text = name};
	struct hierarchy *hierarchy;
	const char *file = name;
	bool both;

	parse_key(&setting, name);
	hierarchy = require_controller(layout, &setting);
	both = setting.meaning == CPU && setting.spelling != V1_FILE;
	if (setting.meaning == IO && !hierarchy->v2)
		return add_io(table, hierarchy, group);
	if (setting.meaning != VERBATIM)
		file = hierarchy->v2 ? keys[setting.meaning].v2_file
				     : keys[setting.meaning].v1_file;
	if (!file)
		file = keys[CPU].v2_file;
	if (add_file(table, hierarchy, group, name, file) < 0) {
		warn("cannot read %s", full_path(hierarchy, group, file));
		return -1;
	}
	if (both && !hierarchy->v2)
		return add_file(table, hierarchy, group, name,
				keys[PERIOD].v1_file);
	return 0;
}

// Every plain word; what the machine or the group does not have is left out.
static void add_all(struct libscols_table *table, struct layout *layout,
		    const char *group)
{
	for (enum meaning m = MEMORY; m < VERBATIM; m++) {
		struct hierarchy *hierarchy =
		    find_controller(layout, keys[m].controller);
		const char *file;

		if (!hierarchy)
			continue;
		file = hierarchy->v2 ? keys[m].v2_file : keys[m].v1_file;
		if (m == IO && !hierarchy->v2)
			add_io(table, hierarchy, group);
		else if (file)
			add_file(table, hierarchy, group,
				 keys[m].word ? keys[m].word : "cpu", file);
	}
}

int verb_get(struct layout *layout, char *operands[])
{
	static const struct column columns[] = {
	    {"KEY", "key", LEFT, BOTH},
	    {"VALUE", "value", LEFT, BOTH},
	    {"FILE", "file", LEFT, BOTH},
	    {0},
	};
	struct libscols_table *table = new_table("values", columns);
	const char *group = parse_group(layout, operands[0]);
	int result = 0;

	require_group(layout, group);
	if (!operands[1])
		add_all(table, layout, group);
	for (char **key = operands + 1; *key; key++)
		result |= add_key(table, layout, group, *key);
	print_tables(table, NULL);
	return result < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
