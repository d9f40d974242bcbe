// SPDX-License-Identifier: MIT
//
// procpeek: what the kernel says about processes, and what makes one of them
// a container.
//
// Shows:     /proc, the folder that the kernel writes while it is read: a
//            process is a directory there, and every column of ps is a field
//            of one of its files.
// Mirrors:   ps aux, ps axjf, pstree, lsns(8), docker top.
// Leaves out: threads, sorting and selection (ps(1) has dozens of options);
//            namespaces that no process is in (lsns(8)).
// Read:      proc(5), namespaces(7), ioctl_ns(2), openat2(2), cgroups(7).
// Build:     cc -Itools/lib -o procpeek tools/procpeek/*.c tools/lib/*.c
//            -lsmartcols -lcap

#define _GNU_SOURCE
#include "procpeek.h"

#include <err.h>
#include <getopt.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

struct options options;

static void usage(FILE *stream)
{
	fputs("usage: procpeek [OPTIONS] [COMMAND]\n"
	      "What the kernel says about processes.\n\n"
	      "  procpeek                  every process, as ps aux\n"
	      "  procpeek PID              all about one process\n"
	      "  procpeek tree [PID]       who started whom, as ps axjf\n"
	      "  procpeek ns [PID]         the namespaces, as lsns\n"
	      "  procpeek diff A B         what makes B a container beside A\n"
	      "  procpeek top PID          the processes of a container, seen "
	      "from both sides\n"
	      "  procpeek files PID [DIR]  a directory as the process sees it\n"
	      "\n"
	      "  -o, --output COLUMNS      these columns, separated by commas\n"
	      "      --json                JSON instead of a table\n"
	      "      --noheadings          no first line of names\n"
	      "      --explain             which file says what, on standard "
	      "error\n"
	      "      --help, --version\n",
	      stream);
}

static void parse_options(int argc, char *argv[])
{
	enum { OPT_EXPLAIN = 256, OPT_JSON, OPT_NOHEADINGS };
	static const struct option long_options[] = {
	    {"output", required_argument, NULL, 'o'},
	    {"json", no_argument, NULL, OPT_JSON},
	    {"noheadings", no_argument, NULL, OPT_NOHEADINGS},
	    {"explain", no_argument, NULL, OPT_EXPLAIN},
	    {"help", no_argument, NULL, 'h'},
	    {"version", no_argument, NULL, 'V'},
	    {NULL, 0, NULL, 0},
	};
	int option;

	// No + here: procpeek runs no command, so options may come last.
	while ((option = getopt_long(argc, argv, "o:hV", long_options, NULL)) !=
	       -1) {
		switch (option) {
		case 'o':
			options.columns = optarg;
			break;
		case OPT_JSON:
			options.json = true;
			break;
		case OPT_NOHEADINGS:
			options.noheadings = true;
			break;
		case OPT_EXPLAIN:
			narration = EXPLAIN;
			break;
		case 'h':
			usage(stdout);
			exit(EXIT_SUCCESS);
		case 'V':
			puts("procpeek (Container Bones) " BONES_VERSION);
			exit(EXIT_SUCCESS);
		default: // getopt_long has said what is wrong
			exit(EXIT_USAGE);
		}
	}
}

static int pid_operand(const char *text)
{
	int pid;

	if (parse_pid(text, &pid) < 0)
		errx(EXIT_USAGE, "not a process ID: %s", text);
	return pid;
}

// Between min and max operands after the name of the command.
static void check_operands(const char *command, int count, int min, int max)
{
	if (count < min)
		errx(EXIT_USAGE, "%s: a process ID is missing", command);
	if (count > max)
		errx(EXIT_USAGE, "%s: too many operands", command);
}

static void run_command(const char *name, int count, char *operands[])
{
	int pid = count > 0 ? pid_operand(operands[0]) : 0;

	if (strcmp(name, "tree") == 0) {
		check_operands(name, count, 0, 1);
		command_tree(open_proc(), pid);
	} else if (strcmp(name, "ns") == 0) {
		check_operands(name, count, 0, 1);
		command_ns(open_proc(), pid);
	} else if (strcmp(name, "diff") == 0) {
		check_operands(name, count, 2, 2);
		command_diff(open_proc(), pid, pid_operand(operands[1]));
	} else if (strcmp(name, "top") == 0) {
		check_operands(name, count, 1, 1);
		command_top(open_proc(), pid);
	} else if (strcmp(name, "files") == 0) {
		check_operands(name, count, 1, 2);
		command_files(open_proc(), pid, count > 1 ? operands[1] : "/");
	} else {
		if (parse_pid(name, &pid) < 0)
			errx(EXIT_USAGE,
			     "neither a command nor a process "
			     "ID: %s",
			     name);
		check_operands(name, count, 0, 0);
		command_page(open_proc(), pid);
	}
}

int main(int argc, char *argv[])
{
	setlocale(LC_ALL, "");
	parse_options(argc, argv);
	if (optind == argc)
		command_list(open_proc());
	else
		run_command(argv[optind], argc - optind - 1, argv + optind + 1);
	if (fflush(stdout) != 0 || ferror(stdout))
		err(EXIT_FAILURE, "cannot write to standard output");
	return EXIT_SUCCESS;
}
