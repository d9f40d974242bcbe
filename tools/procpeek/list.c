// SPDX-License-Identifier: MIT
//
// list.c: procpeek, every process in a row, and procpeek tree.
//
// Shows:     that a list of processes is made by reading three files of each,
//            and the tree by the number of the parent that each one has.
// Mirrors:   ps aux; ps axjf and pstree.
// Leaves out: formats other than columns, JSON and DOT.
// Read:      ps(1), proc(5), credentials(7).

#define _GNU_SOURCE
#include "procpeek.h"

#include <err.h>
#include <stdlib.h>

// What list and tree need to know of the moment, and of all processes.
struct view {
	struct process_list list;
	struct selection selection;
	struct clock clock;
};

static void open_view(struct view *view, int proc)
{
	*view = (struct view){0};
	read_clock(proc, &view->clock);
	open_selection(&view->selection, proc);
	read_processes(proc, &view->list);
}

static void end_view(struct view *view, int proc)
{
	hint_hidden(proc);
	end_selection(&view->selection);
	close_selection(&view->selection);
	free_processes(&view->list);
}

void command_list(const struct request *request)
{
	const char *columns =
	    options.threads
		? "USER,PID,TID,%CPU,%MEM,VSZ,RSS,TTY,STAT,START,TIME,COMMAND"
		: "USER,PID,%CPU,%MEM,VSZ,RSS,TTY,STAT,START,TIME,COMMAND";
	enum narration wanted = narration;
	int proc = request->proc;
	const struct process *process;
	struct table table;
	struct view view;

	table_open(&table, "processes", process_columns, PROCESS_COLUMNS,
		   columns);
	open_view(&view, proc);
	for (size_t i = 0; i < view.list.count; i++) {
		process = &view.list.at[i];
		if (!take_if_selected(&view.selection, proc, process))
			continue;
		process_line(&table, proc, process, &view.clock);
		narration = QUIET; // of the first, calls are narrated
	}
	narration = wanted;
	table_print(&table);
	end_view(&view, proc);
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

// A thread hangs below its process, a process below its parent, or below the
// next one above that is shown.
static size_t shown_above(const struct process_list *list, const bool *shown,
			  size_t index)
{
	const struct process *process = &list->at[index];

	if (process->tid != process->pid)
		process = find_process(list, process->pid);
	else
		process = find_process(list, process->field[STAT_PPID]);
	for (size_t i = 0; process && i < list->count; i++) {
		if (shown[process - list->at])
			return (size_t)(process - list->at);
		process = find_process(list, process->field[STAT_PPID]);
	}
	return index; // nobody
}

// First a line for each process, then each below its parent's: a parent may
// come after its child in the list, as PIDs wrap around.
static void grow_tree(struct table *table, int proc, const struct view *view,
		      const bool *shown, int root)
{
	const struct process_list *list = &view->list;
	enum narration wanted = narration;
	struct libscols_line **lines =
	    calloc(list->count + 1, sizeof(struct libscols_line *));
	size_t above;

	if (!lines)
		err(EXIT_FAILURE, "cannot allocate memory");
	for (size_t i = 0; i < list->count; i++) {
		if (!shown[i])
			continue;
		lines[i] =
		    process_line(table, proc, &list->at[i], &view->clock);
		narration = QUIET;
	}
	narration = wanted;
	for (size_t i = 0; i < list->count; i++) {
		if (!shown[i] ||
		    (list->at[i].pid == root && list->at[i].tid == root))
			continue;
		above = shown_above(list, shown, i);
		if (above != i)
			scols_line_add_child(lines[above], lines[i]);
	}
	free(lines);
}

static void dot_tree(const struct process_list *list, const bool *shown)
{
	const struct process *process;
	size_t above;
	char pid[16];

	dot_open("processes");
	for (size_t i = 0; i < list->count; i++) {
		if (!shown[i])
			continue;
		process = &list->at[i];
		snprintf(pid, sizeof pid, "%d", process->tid);
		dot_node(process->tid, pid,
			 process->hidden ? "?" : process->comm,
			 user_name(process->euid));
		above = shown_above(list, shown, i);
		if (above != i)
			dot_edge(list->at[above].tid, process->tid,
				 process->tid == process->pid ? "" : "thread");
	}
	dot_close();
}

// As pstree(1) marks them.
static void name_threads(struct process_list *list)
{
	for (struct process *at = list->at; at < list->at + list->count; at++) {
		if (at->tid == at->pid)
			continue;
		free(at->command);
		at->command = format("{%s}", at->comm);
	}
}

void command_tree(const struct request *request)
{
	int proc = request->proc, pid = process_of(proc, request->pid);
	const char *columns =
	    options.threads
		? "PPID,PID,TID,PGID,SID,TTY,TPGID,STAT,UID,TIME,COMMAND"
		: "PPID,PID,PGID,SID,TTY,TPGID,STAT,UID,TIME,COMMAND";
	struct table table;
	struct view view;
	bool *shown;

	if (!options.dot) {
		table_open(&table, "tree", process_columns, PROCESS_COLUMNS,
			   columns);
		table_tree(&table, ROW_COMMAND);
	}
	open_view(&view, proc);
	if (pid && !find_process(&view.list, pid))
		no_process(proc, pid);
	name_threads(&view.list);
	shown = calloc(view.list.count + 1, sizeof *shown);
	if (!shown)
		err(EXIT_FAILURE, "cannot allocate memory");
	for (size_t i = 0; i < view.list.count; i++)
		shown[i] =
		    (pid == 0 || descends(&view.list, &view.list.at[i], pid)) &&
		    take_if_selected(&view.selection, proc, &view.list.at[i]);
	if (options.dot) {
		dot_tree(&view.list, shown);
	} else {
		grow_tree(&table, proc, &view, shown, pid);
		table_print(&table);
	}
	free(shown);
	end_view(&view, proc);
}
