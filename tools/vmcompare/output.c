// SPDX-License-Identifier: MIT
// output.c: tables, trees and JSON by libsmartcols, as lsblk(8) and lsns(8)
// print theirs. It escapes control characters: what the kernel, the firmware
// or a container says about itself cannot reach the terminal as a command.

#define _GNU_SOURCE
#include "vmcompare.h"

#include <err.h>
#include <stdlib.h>
#include <string.h>

enum { WRAP_MIN = 12, WRAP_WIDTH = 32 };

// The length of the first line of text when broken at a space.
static size_t first_line(const char *text)
{
	size_t length = strlen(text), end = WRAP_WIDTH;

	if (length <= WRAP_WIDTH)
		return length;
	while (end > WRAP_MIN && text[end] != ' ')
		end--;
	return text[end] == ' ' ? end : length;
}

// libsmartcols asks how wide the widest line is ...
static size_t widest_line(const struct libscols_column *column,
			  const char *data, void *unused)
{
	size_t widest = 0, length;

	(void)column;
	(void)unused;
	while (data && *data) {
		length = first_line(data);
		widest = length > widest ? length : widest;
		data += length + (data[length] == ' ');
	}
	return widest;
}

// ... and then for one line after the other.
static char *next_line(const struct libscols_column *column, char *data,
		       void *unused)
{
	size_t length = data ? first_line(data) : 0;

	(void)column;
	(void)unused;
	if (!data || data[length] == '\0')
		return NULL;
	data[length] = '\0';
	return data + length + 1;
}

static const struct column *find_column(const struct column *columns,
					const char *name, size_t length)
{
	for (; columns->name; columns++)
		if (strlen(columns->name) == length &&
		    strncasecmp(columns->name, name, length) == 0)
			return columns;
	errx(EXIT_USAGE, "unknown column: %.*s", (int)length, name);
}

static void add_column(struct libscols_table *table,
		       const struct column *column, bool json)
{
	struct libscols_column *added;
	int flags = column->flags;

	if (json) // is not for a terminal's width
		flags &= ~SCOLS_FL_WRAP;
	added = scols_table_new_column(table, column->name, 0, flags);
	if (!added)
		err(EXIT_FAILURE, "cannot make a column");
	if (flags & SCOLS_FL_WRAP)
		scols_column_set_wrapfunc(added, widest_line, next_line, NULL);
}

struct libscols_table *new_table(const char *name, const struct column *columns,
				 const struct options *options)
{
	struct libscols_table *table = scols_new_table();
	const char *list = options->columns;
	size_t length;

	if (!table)
		err(EXIT_FAILURE, "cannot make a table");
	scols_table_set_name(table, name);
	scols_table_enable_json(table, options->json);
	scols_table_enable_noheadings(table, options->noheadings);
	if (!list)
		for (; columns->name; columns++)
			add_column(table, columns, options->json);
	while (list) {
		length = strcspn(list, ",");
		add_column(table, find_column(columns, list, length),
			   options->json);
		list = list[length] == ',' ? list + length + 1 : NULL;
	}
	return table;
}

struct libscols_line *new_line(struct libscols_table *table,
			       struct libscols_line *parent)
{
	struct libscols_line *line = scols_table_new_line(table, parent);

	if (!line)
		err(EXIT_FAILURE, "cannot make a line");
	return line;
}

void set_cell(struct libscols_table *table, struct libscols_line *line,
	      const char *name, const char *text)
{
	struct libscols_column *column;
	const char *header;

	if (!text)
		return;
	for (size_t i = 0; i < scols_table_get_ncols(table); i++) {
		column = scols_table_get_column(table, i);
		header = scols_cell_get_data(scols_column_get_header(column));
		if (strcmp(header, name) == 0 &&
		    scols_line_set_column_data(line, column, text) != 0)
			err(EXIT_FAILURE, "cannot fill a cell");
	}
}

void print_table(struct libscols_table *table)
{
	if (scols_print_table(table) != 0)
		err(EXIT_FAILURE, "cannot print the table");
	scols_unref_table(table);
}
