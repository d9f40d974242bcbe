// SPDX-License-Identifier: MIT
//
// dot.c: trees as graphs in the language of Graphviz.
//
// Shows:     nothing of the kernel.
// Mirrors:   pstree(1) and lsns(8) --tree, as a picture: pipe it into
//            dot -Tsvg.
// Leaves out: layout and looks, which are dot(1)'s.
// Read:      dot(1).

#define _GNU_SOURCE
#include "procpeek.h"

#include <err.h>
#include <stdarg.h>
#include <stdlib.h>

void dot_open(const char *name)
{
	printf("digraph %s {\n\tnode [shape=box];\n", name);
}

// In a string only quote and backslash are special. Names from the kernel
// hold control characters as well: those become U+FFFD, but for the newlines
// of our own format, which start a line of the label.
static void put_label(const char *text)
{
	putchar('"');
	for (; *text; text++) {
		if (*text == '\n')
			fputs("\\n", stdout);
		else if ((unsigned char)*text < ' ' || *text == 0x7f)
			fputs("\xef\xbf\xbd", stdout);
		else if (*text == '"' || *text == '\\')
			printf("\\%c", *text);
		else
			putchar(*text);
	}
	putchar('"');
}

void dot_node(int64_t id, const char *label, ...)
{
	char *text, *valid;
	va_list arguments;

	va_start(arguments, label);
	if (vasprintf(&text, label, arguments) < 0)
		err(EXIT_FAILURE, "cannot allocate memory");
	va_end(arguments);
	valid = valid_utf8(text);
	printf("\t%jd [label=", (intmax_t)id);
	put_label(valid);
	puts("];");
	free(valid);
	free(text);
}

void dot_edge(int64_t from, int64_t to, const char *label)
{
	printf("\t%jd -> %jd", (intmax_t)from, (intmax_t)to);
	if (*label) {
		fputs(" [style=dashed, label=", stdout);
		put_label(label);
		putchar(']');
	}
	puts(";");
}

void dot_close(void)
{
	puts("}");
}
