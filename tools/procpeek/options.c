// SPDX-License-Identifier: MIT
//
// options.c: the options of every command, and which command takes which.
//
// Shows:     nothing of the kernel.
// Read:      getopt_long(3).

#define _GNU_SOURCE
#include "procpeek.h"

#include <err.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

struct options options;

static void usage(FILE *stream)
{
	fputs(
	    "usage: procpeek [OPTIONS] [COMMAND]\n"
	    "What the kernel says about processes.\n\n"
	    "  procpeek                  every process, as ps aux\n"
	    "  procpeek PID              all about one process\n"
	    "  procpeek tree [PID]       who started whom, as ps axjf\n"
	    "  procpeek ns [PID]         the namespaces, as lsns\n"
	    "  procpeek diff A B         what makes B a container beside A\n"
	    "  procpeek top PID          the processes of a container, seen "
	    "from both sides\n"
	    "  procpeek files PID [PATH] a directory or file as the process "
	    "sees it\n"
	    "\n"
	    "Lists and trees of processes:\n"
	    "  -T, --threads             every thread as well\n"
	    "      --user LIST           effective users, by name or number\n"
	    "      --pid LIST            process IDs\n"
	    "      --ppid LIST           process IDs of parents\n"
	    "      --ns KIND[=PID]       in another namespace of that kind "
	    "than ours, or in\n"
	    "                            that of PID; for ns: of that kind\n"
	    "      --container ID        name, or first digits of the id\n"
	    "\n"
	    "      --all                 ns: those as well that only a "
	    "descriptor holds\n"
	    "      --tree                ns: each below its owner or parent\n"
	    "      --dot                 tree, ns: a graph for dot(1)\n"
	    "      --sort COLUMNS        by these columns; -COLUMN: downwards\n"
	    "      --interval SECONDS    again and again, until Ctrl-C\n"
	    "  -o, --output COLUMNS      these columns, separated by commas\n"
	    "      --json                JSON instead of a table\n"
	    "      --noheadings          no first line of names\n"
	    "      --explain             which file says what, on standard "
	    "error\n"
	    "      --help, --version\n",
	    stream);
}

// Seconds, with up to three digits after a point: 0.5. Not strtod(3), which
// takes "inf", and another point in another country.
static struct timespec interval(const char *text)
{
	size_t length = strcspn(text, ".");
	char *whole = format("%.*s", (int)length, text), *rest = NULL;
	uint64_t seconds = 0, thousandths = 0;

	if (text[length])
		rest = format("%.3s%s", text + length + 1,
			      &"000"[strnlen(text + length + 1, 3)]);
	if (parse_number(whole, 0, 1000000, &seconds) < 0 ||
	    (rest && (parse_number(rest, 0, 999, &thousandths) < 0 ||
		      strlen(text + length + 1) > 3)) ||
	    (seconds == 0 && thousandths == 0))
		errx(EXIT_USAGE,
		     "not a number of seconds from 0.001 to 1000000.999: %s",
		     text);
	free(whole);
	free(rest);
	return (struct timespec){(time_t)seconds, (long)thousandths * 1000000};
}

enum {
	OPT_EXPLAIN = 256,
	OPT_JSON,
	OPT_NOHEADINGS,
	OPT_USER,
	OPT_PID,
	OPT_PPID,
	OPT_NS,
	OPT_CONTAINER,
	OPT_TREE,
	OPT_ALL,
	OPT_DOT,
	OPT_SORT,
	OPT_INTERVAL
};

static const struct option long_options[] = {
    {"output", required_argument, NULL, 'o'},
    {"threads", no_argument, NULL, 'T'},
    {"json", no_argument, NULL, OPT_JSON},
    {"noheadings", no_argument, NULL, OPT_NOHEADINGS},
    {"user", required_argument, NULL, OPT_USER},
    {"pid", required_argument, NULL, OPT_PID},
    {"ppid", required_argument, NULL, OPT_PPID},
    {"ns", required_argument, NULL, OPT_NS},
    {"container", required_argument, NULL, OPT_CONTAINER},
    {"tree", no_argument, NULL, OPT_TREE},
    {"all", no_argument, NULL, OPT_ALL},
    {"dot", no_argument, NULL, OPT_DOT},
    {"sort", required_argument, NULL, OPT_SORT},
    {"interval", required_argument, NULL, OPT_INTERVAL},
    {"explain", no_argument, NULL, OPT_EXPLAIN},
    {"help", no_argument, NULL, 'h'},
    {"version", no_argument, NULL, 'V'},
    {NULL, 0, NULL, 0},
};

// Where an option without argument is noted, or NULL.
static bool *switch_of(int option)
{
	switch (option) {
	case 'T':
		return &options.threads;
	case OPT_JSON:
		return &options.json;
	case OPT_NOHEADINGS:
		return &options.noheadings;
	case OPT_TREE:
		return &options.tree;
	case OPT_ALL:
		return &options.all;
	case OPT_DOT:
		return &options.dot;
	default:
		return NULL;
	}
}

// Where the argument of an option is kept, or NULL.
static const char **argument_of(int option)
{
	switch (option) {
	case 'o':
		return &options.columns;
	case OPT_USER:
		return &options.users;
	case OPT_PID:
		return &options.pids;
	case OPT_PPID:
		return &options.ppids;
	case OPT_NS:
		return &options.ns;
	case OPT_CONTAINER:
		return &options.container;
	case OPT_SORT:
		return &options.sort;
	default:
		return NULL;
	}
}

// ps(1) adds up what is selected; of columns, the last ones count.
static const char *added_to(const char *before, int option)
{
	if (!before || option == 'o' || option == OPT_SORT)
		return optarg;
	if (option == OPT_NS || option == OPT_CONTAINER)
		errx(EXIT_USAGE, "%s can be given once",
		     option == OPT_NS ? "--ns" : "--container");
	return format("%s,%s", before, optarg);
}

static void other_option(int option)
{
	switch (option) {
	case OPT_INTERVAL:
		options.interval = interval(optarg);
		break;
	case OPT_EXPLAIN:
		narration = EXPLAIN;
		break;
	case 'h':
		usage(stdout);
		exit_printed(EXIT_FAILURE);
	case 'V':
		puts("procpeek (Container Bones) " BONES_VERSION);
		exit_printed(EXIT_FAILURE);
	default: // getopt_long has said what is wrong
		exit(EXIT_USAGE);
	}
}

// No + at the beginning of the letters: procpeek runs no command, so that
// options may come last.
void parse_options(int argc, char *argv[])
{
	int option;

	while ((option = getopt_long(argc, argv, "o:ThV", long_options,
				     NULL)) != -1) {
		if (switch_of(option))
			*switch_of(option) = true;
		else if (argument_of(option))
			*argument_of(option) =
			    added_to(*argument_of(option), option);
		else
			other_option(option);
	}
}

// An option that a command would not look at is a mistake of the user.
void check_options(const char *command, unsigned int takes)
{
	const char *name = *command ? command : "list";
	bool selects = options.users || options.pids || options.ppids ||
		       options.container || options.threads;

	if (selects && !(takes & TAKES_SELECTION))
		errx(EXIT_USAGE,
		     "%s: -T, --user, --pid, --ppid and --container are for "
		     "procpeek and procpeek tree",
		     name);
	if (options.ns && !(takes & (TAKES_SELECTION | TAKES_NS)))
		errx(EXIT_USAGE, "%s: --ns is not for this command", name);
	if ((options.tree || options.all) && !(takes & TAKES_NS))
		errx(EXIT_USAGE, "%s: --tree and --all are for ns", name);
	if (options.dot && !(takes & TAKES_DOT))
		errx(EXIT_USAGE, "%s: --dot is for tree and ns", name);
	if (options.dot && (options.json || options.columns || options.sort ||
			    options.tree || options.noheadings))
		errx(EXIT_USAGE,
		     "%s: --dot draws no table: without --json, -o, --sort, "
		     "--tree and --noheadings",
		     name);
	if (options.container && !*options.container)
		errx(EXIT_USAGE, "--container: an empty name");
	if (options.sort && !(takes & TAKES_SORT))
		errx(EXIT_USAGE, "%s: there is nothing to sort", name);
}
