// SPDX-License-Identifier: MIT
//
// template: the shape of a tool; copy it to tools/NAME/NAME.c to start one.
//
// Shows:     one kernel feature. Here: the hostname, which a process reads
//            from the UTS namespace that it is in.
// Mirrors:   hostname(1), for reading only.
// Leaves out: everything else; a real tool names what its model has more.
// Read:      gethostname(2), uts_namespaces(7).
// Build:     cc -Itools/lib -o template tools/template.c
//            tools/lib/*.c

#define _GNU_SOURCE
#include "bones.h"

#include <err.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void usage(FILE *stream)
{
	fputs("usage: template [--explain] [--help] [--version]\n"
	      "Print the hostname of the UTS namespace this process is in.\n",
	      stream);
}

static void parse_options(int argc, char *argv[])
{
	enum { OPT_EXPLAIN = 256 };
	static const struct option options[] = {
	    {"explain", no_argument, NULL, OPT_EXPLAIN},
	    {"help", no_argument, NULL, 'h'},
	    {"version", no_argument, NULL, 'V'},
	    {NULL, 0, NULL, 0},
	};
	int option;

	// The leading + ends the options at the first operand: what follows
	// may be a command with options of its own.
	while ((option = getopt_long(argc, argv, "+hV", options, NULL)) != -1) {
		switch (option) {
		case OPT_EXPLAIN:
			narration = EXPLAIN;
			break;
		case 'h':
			usage(stdout);
			exit_printed(EXIT_FAILURE);
		case 'V':
			puts("template (Container Bones) " BONES_VERSION);
			exit_printed(EXIT_FAILURE);
		default: // getopt_long has said what is wrong
			exit(EXIT_USAGE);
		}
	}
	if (optind < argc)
		errx(EXIT_USAGE, "unexpected operand: %s", argv[optind]);
}

// The kernel copies the node name of the caller's UTS namespace: two
// processes in different ones get different answers from the same call.
// gethostname(2). Commonest errno: ENAMETOOLONG, for a buffer too small.
static void print_hostname(void)
{
	char name[HOST_NAME_MAX + 1];

	if (explain(gethostname(name, sizeof name),
		    "the node name of our UTS namespace: uts_namespaces(7)",
		    "uname()") < 0)
		err(EXIT_FAILURE, "cannot read the hostname");
	puts(name);
}

int main(int argc, char *argv[])
{
	parse_options(argc, argv);
	print_hostname();
	exit_printed(EXIT_FAILURE);
}
