// SPDX-License-Identifier: MIT
//
// procpeek: what the kernel says about processes, and what makes one of them
// a container.
//
// Shows:     /proc, the folder that the kernel writes while it is read: a
//            process is a directory there, and every column of ps is a field
//            of one of its files.
// Mirrors:   ps aux, ps axjf, pstree, lsns(8), docker top.
// Leaves out: most formats and selections (ps(1) has a hundred options);
//            a namespace held only by a socket made in it, or by a descriptor
//            on its way through one, which no file of /proc shows.
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

struct command_row {
	const char *name;
	int min, max; // operands
	unsigned int takes;
	command_function *function;
};

static const struct command_row commands[] = {
    {"", 0, 0, TAKES_SELECTION | TAKES_SORT, command_list},
    {"tree", 0, 1, TAKES_SELECTION | TAKES_SORT | TAKES_DOT, command_tree},
    {"ns", 0, 1, TAKES_NS | TAKES_SORT | TAKES_DOT, command_ns},
    {"diff", 2, 2, 0, command_diff},
    {"top", 1, 1, TAKES_SORT, command_top},
    {"files", 1, 2, TAKES_SORT, command_files},
    {"PID", 1, 1, 0, command_page}, // the last one: any number
};
enum { COMMANDS = sizeof commands / sizeof *commands };

static int pid_operand(const char *text)
{
	int pid;

	if (parse_pid(text, &pid) < 0)
		errx(EXIT_USAGE, "not a process ID: %s", text);
	return pid;
}

static const struct command_row *find_command(const char *name)
{
	int pid;

	for (size_t i = 1; i < COMMANDS - 1; i++) // the first has no name
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	if (parse_pid(name, &pid) < 0)
		errx(EXIT_USAGE, "neither a command nor a process ID: %s",
		     *name ? name : "an empty word");
	return &commands[COMMANDS - 1];
}

// Between min and max operands, the first of which is a process ID.
static void read_operands(const struct command_row *row, int count,
			  char *operands[], struct request *request)
{
	if (count < row->min)
		errx(EXIT_USAGE, "%s: %s", row->name,
		     row->min == 2 ? "it takes two process IDs"
				   : "a process ID is missing");
	if (count > row->max)
		errx(EXIT_USAGE, "%s: too many operands", row->name);
	if (count > 0)
		request->pid = pid_operand(operands[0]);
	if (count > 1 && row->function == command_files)
		request->path = operands[1];
	else if (count > 1)
		request->other = pid_operand(operands[1]);
}

int main(int argc, char *argv[])
{
	const struct command_row *row = &commands[0];
	struct request request = {0};

	setlocale(LC_ALL, "");
	parse_options(argc, argv);
	if (optind < argc) {
		row = find_command(argv[optind]);
		optind += row->function != command_page;
	}
	read_operands(row, argc - optind, argv + optind, &request);
	check_options(row->name, row->takes);
	request.proc = open_proc();
	if (is_watched())
		watch(row->function, &request);
	row->function(&request);
	exit_printed(EXIT_FAILURE);
}
