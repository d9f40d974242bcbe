// SPDX-License-Identifier: MIT
//
// wrap.c: a text too long for the terminal goes on in the next line.
//
// Shows:     nothing of the kernel.
// Leaves out: words longer than a line: libsmartcols breaks them.
// Read:      isatty(3) and the libsmartcols manual, "Column", wrapfunc.

#define _GNU_SOURCE
#include "procpeek.h"

#include <string.h>
#include <unistd.h>

// How many cells the column needs for this text, at most: there are no more
// than bytes.
static size_t widest_line(const struct libscols_column *column,
			  const char *text, void *room)
{
	size_t length = strlen(text), most = *(const size_t *)room;

	(void)column;
	return length < most ? length : most;
}

// Ends the line at the last space that it reaches, and returns what follows.
// The text is a copy, made for printing.
static char *next_line(const struct libscols_column *column, char *text,
		       void *room)
{
	size_t most = *(const size_t *)room;
	char *space;

	(void)column;
	if (strlen(text) <= most)
		return NULL;
	space = memrchr(text, ' ', most + 1);
	if (!space)
		return NULL;
	*space = '\0';
	return space + 1;
}

void table_wrap(struct table *table, size_t others)
{
	size_t width = scols_table_get_termwidth(table->scols);
	struct libscols_column *last = scols_table_get_column(
	    table->scols, scols_table_get_ncols(table->scols) - 1);

	// A file or a pipe has room for any line.
	if (!isatty(STDOUT_FILENO) || width < 2 * others)
		return;
	table->room = width - others;
	scols_column_set_flags(last, SCOLS_FL_WRAP);
	scols_column_set_wrapfunc(last, widest_line, next_line, &table->room);
}
