// SPDX-License-Identifier: MIT
//
// processes.c: all processes, and with -T all threads.
//
// Shows:     that a list of processes is a directory listing of /proc, and a
//            list of threads one of /proc/PID/task.
// Mirrors:   the reading half of ps(1).
// Leaves out: one instant: processes come and go while the list is read.
// Read:      proc(5), getdents(2).

#define _GNU_SOURCE
#include "procpeek.h"

#include <dirent.h>
#include <err.h>
#include <fcntl.h>
#include <stdlib.h>

static struct process *new_process(struct process_list *list)
{
	size_t capacity = list->capacity ? list->capacity * 2 : 256;
	struct process *at;

	if (list->count == list->capacity) {
		at = reallocarray(list->at, capacity, sizeof *at);
		if (!at)
			err(EXIT_FAILURE, "cannot allocate memory");
		list->at = at;
		list->capacity = capacity;
	}
	return &list->at[list->count];
}

// The other threads of the last process in the list: the first one is the
// process itself, and has its number.
static void read_threads(int proc, struct process_list *list,
			 struct buffer *scratch)
{
	struct process of = list->at[list->count - 1];
	struct dirent *entry;
	DIR *directory = NULL;
	char path[64];
	int fd, tid;

	snprintf(path, sizeof path, "%d/task", of.pid);
	fd = openat(proc, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0)
		directory = fdopendir(fd);
	while (directory && (entry = readdir(directory))) {
		if (parse_pid(entry->d_name, &tid) < 0 || tid == of.pid)
			continue;
		of.tid = tid;
		snprintf(path, sizeof path, "%d/task/%d/", of.pid, tid);
		if (read_thread(proc, path, &of, new_process(list), scratch) ==
		    0)
			list->count++;
	}
	if (directory)
		closedir(directory);
}

// readdir(3) shows the processes that are there, in the order of their PIDs.
// Calls are narrated for the first: it is the same three files for all others.
void read_processes(int proc, struct process_list *list)
{
	DIR *directory = fdopendir(fcntl(proc, F_DUPFD_CLOEXEC, 0));
	enum narration wanted = narration;
	struct buffer scratch = {0};
	struct dirent *entry;
	struct process *process;
	char prefix[16];
	int pid;

	if (!directory)
		err(EXIT_FAILURE, "cannot list /proc");
	rewinddir(directory); // the duplicate shares its position
	while ((entry = readdir(directory))) {
		if (parse_pid(entry->d_name, &pid) < 0)
			continue;
		snprintf(prefix, sizeof prefix, "%d/", pid);
		process = new_process(list);
		if (read_process(proc, prefix, pid, process, &scratch) < 0)
			continue;
		list->count++;
		list->hidden += process->hidden;
		if (options.threads && process->field[STAT_THREADS] > 1)
			read_threads(proc, list, &scratch);
		narration = QUIET;
	}
	narration = wanted;
	free(scratch.data);
	closedir(directory);
}

// Threads follow their process.
static int by_pid(const void *key, const void *element)
{
	int64_t pid = *(const int64_t *)key;
	const struct process *process = element;

	if (pid != process->pid)
		return pid < process->pid ? -1 : 1;
	return process->tid == process->pid ? 0 : -1;
}

struct process *find_process(const struct process_list *list, int64_t pid)
{
	if (!list->at)
		return NULL;
	return bsearch(&pid, list->at, list->count, sizeof *list->at, by_pid);
}

void free_processes(struct process_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->at[i].command);
	free(list->at);
}
