// SPDX-License-Identifier: MIT
// table.c: tables, trees and JSON by libsmartcols.

#define _GNU_SOURCE
#include "figures.h"

#include <err.h>
#include <libsmartcols/libsmartcols.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void add_column(struct libscols_table *table,
		       const struct column *column)
{
	struct libscols_column *added;
	bool shown =
	    options.json ? column->use != TEXT_ONLY : column->use <= TEXT_ONLY;
	bool number = column->use == JSON_NUMBER ||
		      (column->use == BOTH && column->kind == RIGHT);
	int flags = shown ? 0 : SCOLS_FL_HIDDEN;

	if (column->kind == RIGHT)
		flags |= SCOLS_FL_RIGHT;
	if (column->kind == TREE)
		flags |= SCOLS_FL_TREE;
	added = scols_table_new_column(
	    table, options.json ? column->key : column->heading, 0, flags);
	if (!added)
		err(options.failed, "cannot make a table");
	scols_column_set_json_type(added, number ? SCOLS_JSON_NUMBER
						 : SCOLS_JSON_STRING);
}

struct libscols_table *new_table(const char *name, const struct column *column)
{
	struct libscols_table *table = scols_new_table();

	if (!table)
		err(options.failed, "cannot make a table");
	scols_table_set_name(table, name);
	scols_table_enable_json(table, options.json);
	scols_table_enable_noheadings(table, options.noheadings);
	for (; column->heading; column++)
		add_column(table, column);
	return table;
}

struct libscols_line *new_row(struct libscols_table *table,
			      struct libscols_line *parent)
{
	struct libscols_line *row = scols_table_new_line(table, parent);

	if (!row)
		err(options.failed, "cannot make a table");
	return row;
}

void set_cell(struct libscols_line *row, size_t column, const char *format, ...)
{
	va_list arguments;
	char *text;

	va_start(arguments, format);
	if (vasprintf(&text, format, arguments) < 0 ||
	    scols_line_refer_data(row, column, text) != 0)
		err(options.failed, "cannot make a table");
	va_end(arguments);
}

// Each table would be a JSON object of its own: the outer braces are taken
// off and put around both.
static void print_json(struct libscols_table *table, const char *after)
{
	char *text = NULL, *from, *to;

	if (scols_print_table_to_string(table, &text) != 0)
		err(options.failed, "cannot print a table");
	from = strchr(text, '{');
	to = strrchr(text, '}');
	if (from && to)
		printf("%.*s%s", (int)(to - from - 1), from + 1, after);
	free(text);
}

void print_tables(struct libscols_table *first, struct libscols_table *second)
{
	if (options.json) {
		putchar('{');
		print_json(first, second ? "," : "\n}\n");
		if (second)
			print_json(second, "\n}\n");
	} else {
		scols_print_table(first);
		if (second) {
			putchar('\n');
			fflush(stdout);
			scols_print_table(second);
		}
	}
	scols_unref_table(first);
	if (second)
		scols_unref_table(second);
	if (fflush(stdout) != 0 || ferror(stdout))
		err(options.failed, "cannot write the output");
}

// Over what stood there before: each line clears its own rest, and the last
// one what is below. Nothing is cleared beforehand, so nothing flickers.
// console_codes(4).
void redraw_table(struct libscols_table *table)
{
	char *text = NULL, *rest, *line;

	if (scols_print_table_to_string(table, &text) != 0)
		err(options.failed, "cannot print a table");
	rest = text;
	fputs("\033[H", stdout);
	while ((line = strsep(&rest, "\n")) && (rest || *line))
		printf("%s\033[K\r\n", line);
	fputs("\033[J", stdout);
	free(text);
	scols_unref_table(table);
	if (fflush(stdout) != 0 || ferror(stdout))
		err(options.failed, "cannot write the output");
}

static void size_in(uint64_t bytes, double base, const char *const units[],
		    int digits, char text[32])
{
	double size = (double)bytes;
	int unit = 0;

	for (; size >= base && unit < 6; unit++)
		size /= base;
	snprintf(text, 32, "%.*g%s", digits, size, units[unit]);
}

void binary_size(uint64_t bytes, char text[32])
{
	static const char *const units[] = {"B",   "KiB", "MiB", "GiB",
					    "TiB", "PiB", "EiB"};

	size_in(bytes, 1024, units, 4, text);
}

void decimal_size(uint64_t bytes, char text[32])
{
	static const char *const units[] = {"B",  "kB", "MB", "GB",
					    "TB", "PB", "EB"};

	size_in(bytes, 1000, units, 3, text);
}
