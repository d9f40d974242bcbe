// SPDX-License-Identifier: MIT
//
// rows.c: one process as a row: every column that the list and the tree have.
//
// Shows:     which file and field of /proc each column of ps comes from;
//            --explain says it.
// Mirrors:   the columns of ps aux, ps axjf and a few of ps -o.
// Leaves out: the hundred others of ps L.
// Read:      ps(1) "STANDARD FORMAT SPECIFIERS", proc(5), credentials(7).

#define _GNU_SOURCE
#include "procpeek.h"

#include <stdlib.h>

#define RIGHT SCOLS_FL_RIGHT, SCOLS_JSON_NUMBER
#define ORDERED SCOLS_FL_RIGHT, SCOLS_JSON_STRING
#define STRING SCOLS_JSON_STRING

const struct column process_columns[PROCESS_COLUMNS] = {
    [ROW_USER] = {"USER", 0, STRING,
		  "/proc/PID/status Uid, the second; getpwuid(3)"},
    [ROW_PID] = {"PID", RIGHT, "the name of the directory /proc/PID"},
    [ROW_TID] = {"TID", RIGHT, "the name of a directory in /proc/PID/task"},
    [ROW_CPU] = {"%CPU", RIGHT,
		 "/proc/PID/stat utime + stime, of /proc/uptime - starttime"},
    [ROW_MEM] = {"%MEM", RIGHT,
		 "/proc/PID/status VmRSS, of /proc/meminfo MemTotal"},
    [ROW_VSZ] = {"VSZ", RIGHT, "/proc/PID/stat vsize, in KiB"},
    [ROW_RSS] = {"RSS", RIGHT, "/proc/PID/status VmRSS, in KiB"},
    [ROW_TTY] = {"TTY", 0, STRING, "/proc/PID/stat tty_nr, a device number"},
    [ROW_STAT] = {"STAT", 0, STRING,
		  "/proc/PID/stat state, nice, session, num_threads, pgrp and "
		  "tpgid; /proc/PID/status VmLck"},
    [ROW_START] = {"START", ORDERED,
		   "/proc/PID/stat starttime, after /proc/stat btime"},
    [ROW_TIME] = {"TIME", ORDERED, "/proc/PID/stat utime + stime"},
    [ROW_COMMAND] = {"COMMAND", SCOLS_FL_TRUNC, STRING,
		     "/proc/PID/cmdline; if empty, /proc/PID/stat comm in "
		     "brackets"},
    [ROW_PPID] = {"PPID", RIGHT, "/proc/PID/stat ppid"},
    [ROW_PGID] = {"PGID", RIGHT, "/proc/PID/stat pgrp"},
    [ROW_SID] = {"SID", RIGHT, "/proc/PID/stat session"},
    [ROW_TPGID] = {"TPGID", RIGHT, "/proc/PID/stat tpgid"},
    [ROW_UID] = {"UID", RIGHT, "/proc/PID/status Uid, the second"},
    [ROW_COMM] = {"COMM", 0, STRING, "/proc/PID/stat comm"},
    [ROW_CONTAINER] = {"CONTAINER", 0, STRING,
		       "/proc/PID/cgroup, the names that engines give"},
};

// Hundredths of a percent are cut off, as ps(1) does, which has room for 99.9
// and shows more without the tenth. Below 0: not known.
static void show_tenths(struct table *table, struct libscols_line *line,
			int column, int64_t value)
{
	char text[32];

	if (value < 0) {
		table_text(table, line, column, NULL);
		return;
	}
	if (value > 999)
		snprintf(text, sizeof text, "%jd", (intmax_t)value / 10);
	else
		snprintf(text, sizeof text, "%jd.%jd", (intmax_t)value / 10,
			 (intmax_t)value % 10);
	table_ordered(table, line, column, text, value);
}

static void show_minutes(struct table *table, struct libscols_line *line,
			 int64_t seconds)
{
	char text[32];

	snprintf(text, sizeof text, "%jd:%02d", (intmax_t)seconds / 60,
		 (int)(seconds % 60));
	table_ordered(table, line, ROW_TIME, text, seconds);
}

// What the ids of a process are, and who it is related to.
static void identity_cells(struct table *table, struct libscols_line *line,
			   const struct process *process)
{
	const int64_t *field = process->field;

	table_number(table, line, ROW_PPID, field[STAT_PPID]);
	table_number(table, line, ROW_PGID, field[STAT_PGRP]);
	table_number(table, line, ROW_SID, field[STAT_SESSION]);
	table_number(table, line, ROW_TPGID, field[STAT_TPGID]);
	table_text(table, line, ROW_COMM, process->comm);
	table_text(table, line, ROW_COMMAND, process->command);
}

// What it uses of the machine.
static void usage_cells(struct table *table, struct libscols_line *line,
			const struct process *process,
			const struct clock *clock)
{
	const int64_t *field = process->field;
	char text[64];

	show_tenths(table, line, ROW_CPU,
		    (int64_t)(cpu_percent(process, clock) * 10));
	show_tenths(
	    table, line, ROW_MEM,
	    clock->total_kib ? process->rss_kib * 1000 / clock->total_kib : -1);
	table_number(table, line, ROW_VSZ, field[STAT_VSIZE] / 1024);
	table_number(table, line, ROW_RSS, process->rss_kib);
	table_text(table, line, ROW_TTY,
		   show_tty(field[STAT_TTY], text, sizeof text));
	show_state(process, text);
	table_text(table, line, ROW_STAT, text);
	table_ordered(table, line, ROW_START,
		      show_start(process, clock, text, sizeof text),
		      field[STAT_START]);
	show_minutes(table, line, cpu_seconds(process, clock));
}

static void container_cell(struct table *table, struct libscols_line *line,
			   int proc, const struct process *process)
{
	struct engine engine;
	char *text;
	int is;

	if (!table_has(table, ROW_CONTAINER))
		return;
	is = engine_of(proc, process, &engine);
	if (!is_still_there(proc, process))
		is = -1;
	if (is <= 0) {
		table_text(table, line, ROW_CONTAINER, is < 0 ? NULL : "none");
		return;
	}
	text = format("%s %s%s%s", engine.name, engine.id,
		      *engine.pod ? " pod " : "", engine.pod);
	table_text(table, line, ROW_CONTAINER, text);
	free(text);
}

struct libscols_line *process_line(struct table *table, int proc,
				   const struct process *process,
				   const struct clock *clock)
{
	struct libscols_line *line = table_line(table);

	table_text(table, line, ROW_USER, user_name(process->euid));
	table_number(table, line, ROW_UID, process->euid);
	table_number(table, line, ROW_PID, process->pid);
	table_number(table, line, ROW_TID, process->tid);
	if (process->hidden) {
		table_unknown(table, line);
		return line;
	}
	identity_cells(table, line, process);
	usage_cells(table, line, process, clock);
	container_cell(table, line, proc, process);
	return line;
}
