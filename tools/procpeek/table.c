// SPDX-License-Identifier: MIT
//
// table.c: rows and columns, trees and JSON, drawn by libsmartcols.
//
// Shows:     nothing of the kernel.
// Leaves out: long texts (wrap.c); colors, export formats (in libsmartcols).
// Read:      scols-filter(5) and the libsmartcols manual.

#define _GNU_SOURCE
#include "procpeek.h"

#include <err.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

bool table_has(const struct table *table, int column)
{
	return table->position[column] >= 0;
}

static int find_column(const struct column *columns, size_t count,
		       const char *name, size_t length)
{
	for (size_t i = 0; i < count; i++)
		if (strlen(columns[i].name) == length &&
		    strncasecmp(columns[i].name, name, length) == 0)
			return (int)i;
	errx(EXIT_USAGE, "no such column: %.*s", (int)length, name);
}

static void add_column(struct table *table, int number, int flags)
{
	const struct column *column = &table->columns[number];
	struct libscols_column *added;

	added = scols_table_new_column(table->scols, column->name, 0,
				       column->flags | flags);
	if (!added)
		err(EXIT_FAILURE, "cannot make column %s", column->name);
	scols_column_set_json_type(added, column->json);
	table->position[number] = (int)scols_table_get_ncols(table->scols) - 1;
	if (narration == EXPLAIN && column->source)
		fprintf(stderr, "%s: %s\n", column->name, column->source);
}

// A,B,C, each of which is shown once.
static void add_shown(struct table *table, const char *names)
{
	size_t length;
	int number;

	for (; names; names = names[length] ? names + length + 1 : NULL) {
		length = strcspn(names, ",");
		number =
		    find_column(table->columns, table->count, names, length);
		if (table_has(table, number))
			errx(EXIT_USAGE, "column given twice: %.*s",
			     (int)length, names);
		add_column(table, number, 0);
	}
}

// What --sort goes by need not be shown.
static void add_hidden(struct table *table, const char *keys)
{
	size_t length;
	int number;

	for (; keys; keys = keys[length] ? keys + length + 1 : NULL) {
		keys += *keys == '-' || *keys == '+';
		length = strcspn(keys, ",");
		number =
		    find_column(table->columns, table->count, keys, length);
		if (!table_has(table, number))
			add_column(table, number, SCOLS_FL_HIDDEN);
	}
}

void table_open(struct table *table, const char *name,
		const struct column *columns, size_t count, const char *names)
{
	*table = (struct table){
	    .scols = scols_new_table(), .columns = columns, .count = count};
	if (!table->scols)
		err(EXIT_FAILURE, "cannot make a table");
	for (size_t i = 0; i < MAX_COLUMNS; i++)
		table->position[i] = -1;
	scols_table_set_name(table->scols, name);
	scols_table_enable_json(table->scols, options.json);
	scols_table_enable_noheadings(table->scols, options.noheadings);
	if (options.columns)
		names = options.columns;
	for (size_t i = 0; !names && i < count; i++)
		add_column(table, (int)i, 0);
	add_shown(table, names);
	add_hidden(table, options.sort);
}

static struct libscols_column *column_of(struct table *table, int number)
{
	return scols_table_get_column(table->scols,
				      (size_t)table->position[number]);
}

void table_tree(struct table *table, int number)
{
	struct libscols_column *column;

	// Where it is not shown, a row is below another all the same.
	if (!table_has(table, number))
		add_column(table, number, SCOLS_FL_HIDDEN);
	column = column_of(table, number);
	scols_column_set_flags(column,
			       scols_column_get_flags(column) | SCOLS_FL_TREE);
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
	char *copy, *broken;

	if (position < 0 || (!text && options.json))
		return; // an empty cell is null in JSON
	copy = options.json ? valid_utf8(text) : copy_text(text ? text : "?");
	if (table->room &&
	    (size_t)position + 1 == scols_table_get_ncols(table->scols)) {
		broken = break_words(copy, table->room);
		free(copy);
		copy = broken;
	}
	if (scols_line_refer_data(line, (size_t)position, copy) != 0)
		err(EXIT_FAILURE, "cannot fill a table cell");
}

// The value by which --sort puts it in order goes along with the text.
void table_ordered(struct table *table, struct libscols_line *line, int column,
		   const char *text, int64_t value)
{
	struct libscols_cell *cell;

	table_text(table, line, column, text);
	if (!text || !options.sort || !table_has(table, column))
		return;
	cell = scols_line_get_cell(line, (size_t)table->position[column]);
	// A number in the place of a pointer, which nobody follows.
	// NOLINTNEXTLINE(performance-no-int-to-ptr)
	scols_cell_set_userdata(cell, (void *)(intptr_t)value);
}

void table_number(struct table *table, struct libscols_line *line, int column,
		  int64_t number)
{
	char text[24];

	if (!table_has(table, column))
		return;
	snprintf(text, sizeof text, "%jd", (intmax_t)number);
	table_ordered(table, line, column, text, number);
}

void table_unknown(struct table *table, struct libscols_line *line)
{
	for (int i = 0; i < (int)table->count; i++)
		if (table_has(table, i) &&
		    !scols_line_get_column_data(line, column_of(table, i)))
			table_text(table, line, i, NULL);
}

struct sort_key {
	bool numbers, descending;
};

// Numbers stand to the right, and are compared as such.
static int compare(struct libscols_cell *a, struct libscols_cell *b, void *data)
{
	const struct sort_key *key = data;
	intptr_t left = (intptr_t)scols_cell_get_userdata(a);
	intptr_t right = (intptr_t)scols_cell_get_userdata(b);
	const char *text = scols_cell_get_data(a);
	const char *other = scols_cell_get_data(b);
	int order = (left > right) - (left < right);

	if (!key->numbers)
		order = strcmp(text ? text : "", other ? other : "");
	return key->descending ? -order : order;
}

static void sort_by(struct table *table, const char *name)
{
	struct sort_key key = {.descending = *name == '-'};
	struct libscols_column *column;
	int number;

	name += *name == '-' || *name == '+';
	number = find_column(table->columns, table->count, name, strlen(name));
	column = column_of(table, number);
	key.numbers = table->columns[number].flags & SCOLS_FL_RIGHT;
	scols_column_set_cmpfunc(column, compare, &key);
	if (scols_sort_table(table->scols, column) != 0)
		err(EXIT_FAILURE, "cannot sort the table");
}

// --sort A,-B: by A, and where that is equal by B, downwards. The sort of
// libsmartcols keeps the order of equals: the last key is the first to go by.
static void sort_table(struct table *table)
{
	char *keys = copy_text(options.sort), *last;

	while ((last = strrchr(keys, ','))) {
		sort_by(table, last + 1);
		*last = '\0';
	}
	sort_by(table, keys);
	free(keys);
}

void table_print(struct table *table)
{
	if (options.sort)
		sort_table(table);
	if (scols_print_table(table->scols) != 0)
		err(EXIT_FAILURE, "cannot print the table");
	scols_unref_table(table->scols);
}
