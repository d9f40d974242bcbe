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
	struct libscols_line *line = table_line(table, NULL);
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
				       struct libscols_line *parent,
				       const struct process *process,
				       const struct clock *clock)
{
	struct libscols_line *line = table_line(table, parent);
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

// A parent's line must be there before its child's, and a PID says nothing
// about which of two was first: PIDs wrap around. So a line first asks for
// its parent's. `lines` marks those being made, should the list, which was
// not read in one instant, show a circle.
static struct libscols_line *
grow_tree(struct table *table, const struct process_list *list, size_t index,
	  struct libscols_line **lines, bool *begun, const struct clock *clock,
	  int root)
{
	const struct process *process = &list->at[index];
	const struct process *parent = NULL;
	struct libscols_line *above = NULL;

	if (begun[index])
		return lines[index];
	begun[index] = true;
	if (process->pid != root)
		parent = find_process(list, process->field[STAT_PPID]);
	if (parent)
		above = grow_tree(table, list, (size_t)(parent - list->at),
				  lines, begun, clock, root);
	if (root == 0 || process->pid == root || above)
		lines[index] = tree_line(table, above, process, clock);
	return lines[index];
}

void command_tree(int proc, int pid)
{
	struct process_list list = {0};
	struct libscols_line **lines;
	struct clock clock;
	struct table table;
	bool *begun;

	table_open(&table, "tree", tree_columns,
		   sizeof tree_columns / sizeof *tree_columns);
	read_clock(proc, &clock);
	read_processes(proc, &list);
	if (pid && !find_process(&list, pid))
		errx(EXIT_FAILURE, "there is no process %d", pid);
	lines = calloc(list.count + 1, sizeof *lines);
	begun = calloc(list.count + 1, sizeof *begun);
	if (!lines || !begun)
		err(EXIT_FAILURE, "cannot allocate memory");
	for (size_t i = 0; i < list.count; i++)
		grow_tree(&table, &list, i, lines, begun, &clock, pid);
	table_print(&table);
	free(lines);
	free(begun);
	free_processes(&list);
}
