// SPDX-License-Identifier: MIT
//
// table.c: rows and columns, trees and JSON, drawn by libsmartcols.
//
// Shows:     nothing of the kernel.
// Leaves out: colors, wrapping, export formats (libsmartcols has them).
// Read:      scols-filter(5) and the libsmartcols manual.

#define _GNU_SOURCE
#include "procpeek.h"

#include <err.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static void add_column(struct table *table, const struct column *column,
		       int number)
{
	struct libscols_column *added;

	added = scols_table_new_column(table->scols, column->name, 0,
				       column->flags);
	if (!added)
		err(EXIT_FAILURE, "cannot make column %s", column->name);
	scols_column_set_json_type(added, column->json);
	table->position[number] = (int)scols_table_get_ncols(table->scols) - 1;
	if (narration == EXPLAIN && column->source)
		fprintf(stderr, "%s: %s\n", column->name, column->source);
}

// -o PID,USER: each name must be a column, in either case, once.
static void add_chosen_columns(struct table *table,
			       const struct column *columns, size_t count)
{
	char *copy = format("%s", options.columns), *rest = copy, *name;
	size_t i;

	while ((name = strsep(&rest, ","))) {
		for (i = 0; i < count; i++)
			if (strcasecmp(columns[i].name, name) == 0)
				break;
		if (i == count)
			errx(EXIT_USAGE, "no such column: %s", name);
		if (table->position[i] >= 0)
			errx(EXIT_USAGE, "column given twice: %s", name);
		add_column(table, &columns[i], (int)i);
	}
	free(copy);
}

void table_open(struct table *table, const char *name,
		const struct column *columns, size_t count)
{
	table->scols = scols_new_table();
	if (!table->scols)
		err(EXIT_FAILURE, "cannot make a table");
	for (size_t i = 0; i < MAX_COLUMNS; i++)
		table->position[i] = -1;
	scols_table_set_name(table->scols, name);
	scols_table_enable_json(table->scols, options.json);
	scols_table_enable_noheadings(table->scols, options.noheadings);
	if (options.columns)
		add_chosen_columns(table, columns, count);
	else
		for (size_t i = 0; i < count; i++)
			add_column(table, &columns[i], (int)i);
}

struct libscols_line *table_line(struct table *table)
{
	struct libscols_line *line = scols_table_new_line(table->scols, NULL);

	if (!line)
		err(EXIT_FAILURE, "cannot make a table line");
	return line;
}

void table_text(struct table *table, struct libscols_line *line, int column,
		const char *text)
{
	int position = table->position[column];
	char *copy;

	if (position < 0 || (!text && options.json))
		return; // an empty cell is null in JSON
	copy =
	    options.json ? valid_utf8(text) : format("%s", text ? text : "?");
	if (scols_line_refer_data(line, (size_t)position, copy) != 0)
		err(EXIT_FAILURE, "cannot fill a table cell");
}

void table_number(struct table *table, struct libscols_line *line, int column,
		  int64_t number)
{
	char text[24];

	snprintf(text, sizeof text, "%jd", (intmax_t)number);
	table_text(table, line, column, text);
}

void table_print(struct table *table)
{
	if (scols_print_table(table->scols) != 0)
		err(EXIT_FAILURE, "cannot print the table");
	scols_unref_table(table->scols);
}
