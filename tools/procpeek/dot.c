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

#include <stdlib.h>

void dot_open(const char *name)
{
	printf("digraph %s {\n\tnode [shape=box];\n", name);
}

// In a string only quote and backslash are special. Names from the kernel hold
// control characters as well: those become U+FFFD.
static void put_text(const char *text)
{
	char *valid = valid_utf8(text);

	for (const char *at = valid; *at; at++)
		if ((unsigned char)*at < ' ')
			fputs("\xef\xbf\xbd", stdout);
		else if (*at == '"' || *at == '\\')
			printf("\\%c", *at);
		else
			putchar(*at);
	free(valid);
}

void dot_node(int64_t id, const char *first, const char *second,
	      const char *third)
{
	printf("\t%jd [label=\"", (intmax_t)id);
	put_text(first);
	fputs("\\n", stdout);
	put_text(second);
	if (third) {
		fputs("\\n", stdout);
		put_text(third);
	}
	puts("\"];");
}

void dot_edge(int64_t from, int64_t to, const char *label)
{
	printf("\t%jd -> %jd", (intmax_t)from, (intmax_t)to);
	if (*label) {
		fputs(" [style=dashed, label=\"", stdout);
		put_text(label);
		fputs("\"]", stdout);
	}
	puts(";");
}

void dot_close(void)
{
	puts("}");
}
