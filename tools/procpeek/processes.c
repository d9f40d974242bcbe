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
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

enum { MAX_READERS = 4 };

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
	DIR *directory;
	char path[64];
	int tid;

	snprintf(path, sizeof path, "%d/task", of.pid);
	directory = open_directory(proc, path);
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

// The times of a process are those of all its threads; its first one has a file
// of its own as well.
static void read_own_times(int proc, struct process *process,
			   struct buffer *scratch)
{
	struct process own = *process;
	char path[64];

	snprintf(path, sizeof path, "%d/task/%d/stat", process->pid,
		 process->pid);
	if (read_record(proc, path, SIZE_MAX, scratch,
			"of its first thread: proc(5)") < 0 ||
	    parse_stat(scratch->data, &own) < 0)
		return; // it has ended since
	process->field[STAT_UTIME] = own.field[STAT_UTIME];
	process->field[STAT_STIME] = own.field[STAT_STIME];
}

// A part of the processes, and what was read of them.
struct part {
	int proc;
	const int *pids;
	size_t count;
	struct process_list list;
};

static void *read_part(void *argument)
{
	struct part *part = argument;
	struct process_list *list = &part->list;
	struct buffer scratch = {0};
	struct process *process;
	char prefix[16];

	for (size_t i = 0; i < part->count; i++) {
		snprintf(prefix, sizeof prefix, "%d/", part->pids[i]);
		process = new_process(list);
		if (read_process(part->proc, prefix, part->pids[i], process,
				 &scratch) < 0) {
			if (errno != ENOENT && errno != ESRCH)
				err(EXIT_FAILURE, "cannot read /proc/%d",
				    part->pids[i]);
			continue; // ended since the directory was read
		}
		list->count++;
		if (options.threads && process->field[STAT_THREADS] > 1) {
			read_own_times(part->proc, process, &scratch);
			read_threads(part->proc, list, &scratch);
		}
	}
	free(scratch.data);
	return NULL;
}

static void add_part(struct process_list *list, struct process_list *part)
{
	for (size_t i = 0; i < part->count; i++) {
		*new_process(list) = part->at[i];
		list->count++;
	}
	free(part->at);
}

// As many as there are processors; but a short list is read sooner than a
// thread is started.
static size_t readers_for(size_t count)
{
	const size_t processors = (size_t)sysconf(_SC_NPROCESSORS_ONLN);
	size_t readers = count / 256 + 1;

	if (readers > processors)
		readers = processors;
	return readers > MAX_READERS ? MAX_READERS : readers;
}

// Nearly all of the time goes by in the kernel, which writes the text of a file
// when it is read, on the processor that asks. So there are several readers.
// Only one is no error: RLIMIT_NPROC or a filter may forbid threads.
static void read_parts(int proc, const int *pids, size_t count,
		       struct process_list *list)
{
	const size_t readers = readers_for(count);
	struct part parts[MAX_READERS];
	pthread_t threads[MAX_READERS];
	bool started[MAX_READERS];

	for (size_t i = 0, from = 0; i < readers; from += parts[i++].count) {
		parts[i] = (struct part){
		    .proc = proc,
		    .pids = pids + from,
		    .count = (count - from) / (readers - i),
		};
		started[i] = i < readers - 1 &&
			     pthread_create(&threads[i], NULL, read_part,
					    &parts[i]) == 0;
		if (!started[i])
			read_part(&parts[i]);
	}
	for (size_t i = 0; i < readers; i++) {
		if (started[i])
			pthread_join(threads[i], NULL);
		add_part(list, &parts[i].list);
	}
}

// readdir(3) shows the processes that are there, in the order of their PIDs.
static int *list_pids(int proc, size_t *count)
{
	DIR *directory = open_directory(proc, ".");
	size_t capacity = 0;
	struct dirent *entry;
	int pid, *pids = NULL;

	if (!directory)
		err(EXIT_FAILURE, "cannot list /proc");
	for (*count = 0; (entry = readdir(directory));) {
		if (parse_pid(entry->d_name, &pid) < 0)
			continue;
		if (*count == capacity) {
			capacity = capacity ? capacity * 2 : 1024;
			pids = reallocarray(pids, capacity, sizeof *pids);
			if (!pids)
				err(EXIT_FAILURE, "cannot allocate memory");
		}
		pids[(*count)++] = pid;
	}
	closedir(directory);
	return pids;
}

// Calls are narrated for the first: it is the same three files for all others.
void read_processes(int proc, struct process_list *list)
{
	enum narration wanted = narration;
	size_t count, narrated;
	int *pids = list_pids(proc, &count);

	narrated = count && wanted != QUIET;
	read_parts(proc, pids, narrated, list);
	narration = QUIET;
	read_parts(proc, pids + narrated, count - narrated, list);
	narration = wanted;
	free(pids);
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
