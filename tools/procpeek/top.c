// SPDX-License-Identifier: MIT
//
// top.c: procpeek top PID, the processes of a container from both sides.
//
// Shows:     that one process has a PID in its own pid namespace and one in
//            every namespace above, and its user two names.
// Mirrors:   docker top, which prints what ps -ef says out here, and so names
//            users by the wrong passwd file.
// Leaves out: options for ps(1), which docker top passes on.
// Read:      pid_namespaces(7), proc(5) NSpid.

#define _GNU_SOURCE
#include "procpeek.h"

#include <err.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum top_column {
	TOP_UID,
	TOP_PID,
	TOP_PPID,
	TOP_C,
	TOP_STIME,
	TOP_TTY,
	TOP_TIME,
	TOP_INNER_PID,
	TOP_INNER_USER,
	TOP_CMD,
};

static const struct column top_columns[] = {
    {"UID", 0, SCOLS_JSON_STRING,
     "/proc/PID/status Uid, the second; getpwuid(3)"},
    {"PID", SCOLS_FL_RIGHT, SCOLS_JSON_NUMBER,
     "the name of the directory /proc/PID"},
    {"PPID", SCOLS_FL_RIGHT, SCOLS_JSON_NUMBER, "/proc/PID/stat ppid"},
    {"C", SCOLS_FL_RIGHT, SCOLS_JSON_NUMBER,
     "/proc/PID/stat utime + stime, of /proc/uptime - starttime"},
    {"STIME", SCOLS_FL_RIGHT, SCOLS_JSON_STRING,
     "/proc/PID/stat starttime, after /proc/stat btime"},
    {"TTY", 0, SCOLS_JSON_STRING, "/proc/PID/stat tty_nr, a device number"},
    {"TIME", SCOLS_FL_RIGHT, SCOLS_JSON_STRING, "/proc/PID/stat utime + stime"},
    {"INNER-PID", SCOLS_FL_RIGHT, SCOLS_JSON_NUMBER,
     "/proc/PID/status NSpid, at the depth of the container"},
    {"INNER-USER", 0, SCOLS_JSON_STRING,
     "/proc/PID/uid_map and etc/passwd below /proc/PID/root, of the process "
     "that was asked for"},
    {"CMD", SCOLS_FL_TRUNC, SCOLS_JSON_STRING,
     "/proc/PID/cmdline; if empty, /proc/PID/stat comm in brackets"},
};

// What is asked of every process, beside the container's first one.
struct container {
	struct subject subject;
	int root;
	int depth;	// how many pid namespaces deep, ours is 1
	uint64_t pidns; // 0: it shares ours, or may not be read
	int lines;	// printed
	int further;	// a process in a pid namespace of its own, or 0
	struct clock clock;
	bool asked; // for the name of this user:
	uid_t euid;
	char *user; // NULL: not known
};

// NSpid: our PID first, then one for each pid namespace further in. Returns
// how many, and the one at depth.
static int inner_pids(const char *status, int depth, int64_t *inner)
{
	const char *field = status_field(status, "NSpid");
	int count = 0;
	int64_t pid;
	char *end;

	*inner = -1;
	while (field) {
		pid = strtoll(field, &end, 10);
		if (end == field || (field[-1] == '\n'))
			break;
		if (++count == depth)
			*inner = pid;
		field = *end == '\n' ? NULL : end;
	}
	return count;
}

static void open_container(struct container *container, int proc, int pid)
{
	uint64_t ours = namespace_inode(proc, "self/", "pid");
	int64_t unused;

	*container = (struct container){0};
	pid = process_of(proc, pid);
	subject_open(&container->subject, proc, pid);
	container->root = open_root(&container->subject);
	container->depth =
	    inner_pids(container->subject.status.data, 0, &unused);
	container->pidns = namespace_inode(container->subject.dir, "", "pid");
	if (container->pidns == ours)
		container->pidns = 0;
	read_clock(proc, &container->clock);
}

// Inside are: the process itself, whoever shares its pid namespace if that is
// not ours (a process that entered has its parent outside), and the children
// of those. A process without container stands for its descendants.
static bool is_inside(struct container *container,
		      const struct process_list *list,
		      const struct process *process)
{
	char prefix[32];

	for (size_t depth = 0; process && depth < list->count; depth++) {
		if (process->pid == container->subject.pid)
			return true;
		snprintf(prefix, sizeof prefix, "%d/", process->pid);
		if (container->pidns &&
		    namespace_inode(container->subject.proc, prefix, "pid") ==
			container->pidns)
			return true;
		process = find_process(list, process->field[STAT_PPID]);
	}
	return false;
}

static void show_long_time(int64_t seconds, char *text, size_t size)
{
	int days = (int)(seconds / 86400), rest = (int)(seconds % 86400);

	if (days > 0)
		snprintf(text, size, "%d-%02d:%02d:%02d", days, rest / 3600,
			 rest / 60 % 60, rest % 60);
	else
		snprintf(text, size, "%02d:%02d:%02d", rest / 3600,
			 rest / 60 % 60, rest % 60);
}

// Its processes have few users, mostly one: what the last one is called in
// there is kept, so that the map and the passwd file are not read for each
// process.
static const char *inner_user(struct container *container, uid_t euid)
{
	struct subject *subject = &container->subject;
	int64_t uid;

	if (container->asked && container->euid == euid)
		return container->user;
	container->asked = true;
	container->euid = euid;
	free(container->user);
	container->user = NULL;
	uid = uid_inside(subject, euid);
	if (uid < 0 || container->root < 0)
		return NULL;
	container->user =
	    user_inside(subject->proc, container->root, (uid_t)uid);
	if (!container->user)
		container->user = format("%jd", (intmax_t)uid);
	return container->user;
}

// The two columns that docker top has not got.
static void inner_cells(struct table *table, struct libscols_line *line,
			struct container *container, struct subject *subject)
{
	int64_t inner;

	if (inner_pids(subject->status.data, container->depth, &inner) >
	    container->depth)
		container->further = subject->pid;
	if (inner > 0)
		table_number(table, line, TOP_INNER_PID, inner);
	else
		table_text(table, line, TOP_INNER_PID, NULL);
	table_text(table, line, TOP_INNER_USER,
		   inner_user(container, subject->process.euid));
}

// Read anew, all from the one directory; a process that has ended since the
// list was read is left out, even if another one has its PID by now, which has
// started later.
static void top_line(struct table *table, struct container *container,
		     const struct process *listed)
{
	const struct clock *clock = &container->clock;
	struct libscols_line *line;
	struct subject subject;
	const struct process *process = &subject.process;
	const char *start;
	char text[64];
	double percent;

	if (!subject_find(&subject, container->subject.proc, listed->pid)) {
		if (errno != ENOENT && errno != ESRCH && errno != EPERM)
			err(EXIT_FAILURE, "cannot read /proc/%d", listed->pid);
		return;
	}
	if (process->field[STAT_START] != listed->field[STAT_START]) {
		subject_close(&subject);
		return;
	}
	line = table_line(table);
	container->lines++;
	table_text(table, line, TOP_UID, user_name(process->euid));
	table_number(table, line, TOP_PID, process->pid);
	table_number(table, line, TOP_PPID, process->field[STAT_PPID]);
	percent = cpu_percent(process, clock);
	if (percent >= 0) // ps(1) has room for two digits
		table_number(table, line, TOP_C,
			     percent < 99 ? (int64_t)percent : 99);
	else
		table_text(table, line, TOP_C, NULL);
	start = show_start(process, clock, text, sizeof text);
	table_ordered(table, line, TOP_STIME, start,
		      process->field[STAT_START]);
	table_text(table, line, TOP_TTY,
		   show_tty(process->field[STAT_TTY], text, sizeof text));
	show_long_time(cpu_seconds(process, clock), text, sizeof text);
	table_ordered(table, line, TOP_TIME, text, cpu_seconds(process, clock));
	inner_cells(table, line, container, &subject);
	table_text(table, line, TOP_CMD, process->command);
	subject_close(&subject);
}

void command_top(const struct request *request)
{
	enum narration wanted = narration;
	int proc = request->proc;
	struct process_list list = {0};
	struct container container;
	struct table table;

	table_open(&table, "processes", top_columns,
		   sizeof top_columns / sizeof *top_columns, NULL);
	open_container(&container, proc, request->pid);
	read_processes(proc, &list);
	for (size_t i = 0; i < list.count; i++) {
		if (!is_inside(&container, &list, &list.at[i]))
			continue;
		top_line(&table, &container, &list.at[i]);
		narration = QUIET; // of the first, calls are narrated
	}
	narration = wanted;
	if (!container.lines) // it has ended meanwhile
		no_process(proc, container.subject.pid);
	table_print(&table);
	if (container.further)
		hint("process %d is in a pid namespace further in: "
		     "procpeek top %d",
		     container.further, container.further);
	free_processes(&list);
	free(container.user);
	if (container.root >= 0)
		close(container.root);
	subject_close(&container.subject);
}
