// SPDX-License-Identifier: MIT
//
// wrap.c: a text too long for the terminal goes on in the next line.
//
// Shows:     nothing of the kernel.
// Leaves out: the width of characters: a byte counts as a cell.
// Read:      isatty(3) and the libsmartcols manual, "Column", wrapfunc.

#define _GNU_SOURCE
#include "procpeek.h"

#include <err.h>
#include <stdlib.h>
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

// Where a word is to be broken: a character that no text needs.
#define BREAK '\001'

// libsmartcols breaks a word longer than a line, but not if a text begins with
// it, nor then what follows. The caller frees the text.
char *break_words(const char *text, size_t most)
{
	char *broken = NULL;
	size_t size, length = 0, cells;
	FILE *memory = open_memstream(&broken, &size);

	if (!memory)
		err(EXIT_FAILURE, "cannot allocate memory");
	for (; *text; text++) {
		unsigned char byte = (unsigned char)*text;
		bool ascii = byte < 0x80,
		     within = !ascii && byte < 0xc0 && MB_CUR_MAX > 1;

		// \xNN, if it is no character of this locale
		cells = byte < ' ' || byte == '\\' || byte == 0x7f ||
				(!ascii && MB_CUR_MAX == 1)
			    ? 4
			    : 1;
		length = byte == ' ' ? 0 : length + cells;
		if (length > most && !within) {
			putc(BREAK, memory);
			length = cells;
		}
		putc(byte == BREAK ? '?' : byte, memory);
	}
	if (fclose(memory) != 0)
		err(EXIT_FAILURE, "cannot allocate memory");
	return broken;
}

// Ends the line at the last space that it reaches, and returns what follows.
// The text is a copy, made for printing.
static char *next_line(const struct libscols_column *column, char *text,
		       void *room)
{
	size_t most = *(const size_t *)room;
	size_t length = strnlen(text, most + 1);
	char *end;

	(void)column;
	end = memchr(text, BREAK, length);
	if (!end && length > most)
		end = memrchr(text, ' ', length);
	if (!end)
		return NULL;
	*end = '\0';
	return end + 1;
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
	scols_column_set_safechars(last, (char[]){BREAK, 0});
	scols_column_set_wrapfunc(last, widest_line, next_line, &table->room);
}
