// SPDX-License-Identifier: MIT
//
// list.c: procpeek, every process in a row, and procpeek tree.
//
// Shows:     which file and field of /proc each column of ps comes from;
//            --explain says it.
// Mirrors:   ps aux; ps axjf and pstree.
// Leaves out: threads, sorting, selection.
// Read:      ps(1), proc(5), credentials(7).

#define _GNU_SOURCE
#include "procpeek.h"

#include <err.h>
#include <stdlib.h>

enum list_column {
	LIST_USER,
	LIST_PID,
	LIST_CPU,
	LIST_MEM,
	LIST_VSZ,
	LIST_RSS,
	LIST_TTY,
	LIST_STAT,
	LIST_START,
	LIST_TIME,
	LIST_COMMAND,
};

#define RIGHT SCOLS_FL_RIGHT, SCOLS_JSON_NUMBER
#define STRING SCOLS_JSON_STRING

static const struct column list_columns[] = {
    {"USER", 0, STRING, "/proc/PID/status Uid, the second; getpwuid(3)"},
    {"PID", RIGHT, "the name of the directory /proc/PID"},
    {"%CPU", RIGHT,
     "/proc/PID/stat utime + stime, of /proc/uptime - starttime"},
    {"%MEM", RIGHT, "/proc/PID/status VmRSS, of /proc/meminfo MemTotal"},
    {"VSZ", RIGHT, "/proc/PID/stat vsize, in KiB"},
    {"RSS", RIGHT, "/proc/PID/status VmRSS, in KiB"},
    {"TTY", 0, STRING, "/proc/PID/stat tty_nr, a device number"},
    {"STAT", 0, STRING,
     "/proc/PID/stat state, nice, session, num_threads, pgrp and tpgid; "
     "/proc/PID/status VmLck"},
    {"START", SCOLS_FL_RIGHT, STRING,
     "/proc/PID/stat starttime, after /proc/stat btime"},
    {"TIME", SCOLS_FL_RIGHT, STRING, "/proc/PID/stat utime + stime"},
    {"COMMAND", SCOLS_FL_TRUNC, STRING,
     "/proc/PID/cmdline; if empty, /proc/PID/stat comm in brackets"},
};

static void tenths(struct table *table, struct libscols_line *line, int column,
		   int64_t value)
{
	char text[32];

	// ps(1) has room for 99.9 and shows more without the tenth.
	if (value > 999)
		snprintf(text, sizeof text, "%jd", (intmax_t)value / 10);
	else
		snprintf(text, sizeof text, "%jd.%jd", (intmax_t)value / 10,
			 (intmax_t)value % 10);
	table_text(table, line, column, text);
}

static void show_time(struct table *table, struct libscols_line *line,
		      int column, int64_t seconds)
{
	char text[32];

	snprintf(text, sizeof text, "%jd:%02d", (intmax_t)seconds / 60,
		 (int)(seconds % 60));
	table_text(table, line, column, text);
}

static void list_line(struct table *table, const struct process *process,
		      const struct clock *clock)
{
	struct libscols_line *line = table_line(table);
	char text[64];

	table_text(table, line, LIST_USER, user_name(process->euid));
	table_number(table, line, LIST_PID, process->pid);
	tenths(table, line, LIST_CPU,
	       (int64_t)(cpu_percent(process, clock) * 10));
	tenths(table, line, LIST_MEM,
	       clock->total_kib ? process->rss_kib * 1000 / clock->total_kib
				: 0);
	table_number(table, line, LIST_VSZ, process->field[STAT_VSIZE] / 1024);
	table_number(table, line, LIST_RSS, process->rss_kib);
	table_text(table, line, LIST_TTY,
		   show_tty(process->field[STAT_TTY], text, sizeof text));
	show_state(process, text);
	table_text(table, line, LIST_STAT, text);
	show_start(process, clock, text, sizeof text);
	table_text(table, line, LIST_START, text);
	show_time(table, line, LIST_TIME, cpu_seconds(process, clock));
	table_text(table, line, LIST_COMMAND, process->command);
}

void command_list(int proc)
{
	struct process_list list = {0};
	struct clock clock;
	struct table table;

	table_open(&table, "processes", list_columns,
		   sizeof list_columns / sizeof *list_columns);
	read_clock(proc, &clock);
	read_processes(proc, &list);
	for (size_t i = 0; i < list.count; i++)
		list_line(&table, &list.at[i], &clock);
	table_print(&table);
	free_processes(&list);
}

enum tree_column {
	TREE_PPID,
	TREE_PID,
	TREE_PGID,
	TREE_SID,
	TREE_TTY,
	TREE_TPGID,
	TREE_STAT,
	TREE_UID,
	TREE_TIME,
	TREE_COMMAND,
};

static const struct column tree_columns[] = {
    {"PPID", RIGHT, "/proc/PID/stat ppid"},
    {"PID", RIGHT, "the name of the directory /proc/PID"},
    {"PGID", RIGHT, "/proc/PID/stat pgrp"},
    {"SID", RIGHT, "/proc/PID/stat session"},
    {"TTY", 0, STRING, "/proc/PID/stat tty_nr, a device number"},
    {"TPGID", RIGHT, "/proc/PID/stat tpgid"},
    {"STAT", 0, STRING,
     "/proc/PID/stat state, nice, session, num_threads, pgrp and tpgid; "
     "/proc/PID/status VmLck"},
    {"UID", RIGHT, "/proc/PID/status Uid, the second"},
    {"TIME", SCOLS_FL_RIGHT, STRING, "/proc/PID/stat utime + stime"},
    {"COMMAND", SCOLS_FL_TREE | SCOLS_FL_TRUNC, STRING,
     "/proc/PID/cmdline; if empty, /proc/PID/stat comm in brackets"},
};

static struct libscols_line *tree_line(struct table *table,
				       const struct process *process,
				       const struct clock *clock)
{
	struct libscols_line *line = table_line(table);
	const int64_t *field = process->field;
	char text[64];

	table_number(table, line, TREE_PPID, field[STAT_PPID]);
	table_number(table, line, TREE_PID, process->pid);
	table_number(table, line, TREE_PGID, field[STAT_PGRP]);
	table_number(table, line, TREE_SID, field[STAT_SESSION]);
	table_text(table, line, TREE_TTY,
		   show_tty(field[STAT_TTY], text, sizeof text));
	table_number(table, line, TREE_TPGID, field[STAT_TPGID]);
	show_state(process, text);
	table_text(table, line, TREE_STAT, text);
	table_number(table, line, TREE_UID, process->euid);
	show_time(table, line, TREE_TIME, cpu_seconds(process, clock));
	table_text(table, line, TREE_COMMAND, process->command);
	return line;
}

// Is the process root, or is root above it? The list was not read in one
// instant: should it show a circle, its length is the end of the way.
static bool descends(const struct process_list *list,
		     const struct process *process, int root)
{
	for (size_t i = 0; process && i < list->count; i++) {
		if (process->pid == root)
			return true;
		process = find_process(list, process->field[STAT_PPID]);
	}
	return false;
}

struct branch {
	struct libscols_line *line; // NULL: not below the root
};

// First a line for each process, then each below its parent's: a parent may
// come after its child in the list, as PIDs wrap around.
static void grow_tree(struct table *table, const struct process_list *list,
		      const struct clock *clock, int root)
{
	struct branch *branches = calloc(list->count + 1, sizeof *branches);
	const struct process *parent;

	if (!branches)
		err(EXIT_FAILURE, "cannot allocate memory");
	for (size_t i = 0; i < list->count; i++)
		if (root == 0 || descends(list, &list->at[i], root))
			branches[i].line =
			    tree_line(table, &list->at[i], clock);
	for (size_t i = 0; i < list->count; i++) {
		if (!branches[i].line || list->at[i].pid == root)
			continue;
		parent = find_process(list, list->at[i].field[STAT_PPID]);
		if (parent)
			scols_line_add_child(branches[parent - list->at].line,
					     branches[i].line);
	}
	free(branches);
}

void command_tree(int proc, int pid)
{
	struct process_list list = {0};
	struct clock clock;
	struct table table;

	table_open(&table, "tree", tree_columns,
		   sizeof tree_columns / sizeof *tree_columns);
	read_clock(proc, &clock);
	read_processes(proc, &list);
	if (!list.at || (pid && !find_process(&list, pid)))
		errx(EXIT_FAILURE, "there is no process %d", pid);
	grow_tree(&table, &list, &clock, pid);
	table_print(&table);
	free_processes(&list);
}
