// SPDX-License-Identifier: MIT
//
// proc.c: read /proc/PID/stat, status and cmdline of every process.
//
// Shows:     that a list of processes is a directory listing, and that each
//            entry may be gone before it is read.
// Mirrors:   the reading half of ps(1).
// Leaves out: threads (/proc/PID/task).
// Read:      proc(5).

#define _GNU_SOURCE
#include "procpeek.h"

#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

// Any directory can be called /proc: only statfs(2) tells that it is one.
int open_proc(void)
{
	struct statfs file_system;
	int fd = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	explain(fd, "every path below is relative to this directory: proc(5)",
		"openat(AT_FDCWD, \"/proc\", O_RDONLY|O_DIRECTORY|O_CLOEXEC)");
	if (fd < 0 || fstatfs(fd, &file_system) < 0)
		err(EXIT_FAILURE, "cannot read /proc");
	if (file_system.f_type != PROC_SUPER_MAGIC)
		errx(EXIT_FAILURE, "cannot read /proc: no proc file system is "
				   "mounted there");
	return fd;
}

// Room for the next read and the final NUL.
static int grow(struct buffer *buffer)
{
	size_t capacity = buffer->capacity ? buffer->capacity * 2 : 8192;
	char *data;

	if (buffer->capacity - buffer->length > 1)
		return 0;
	data = realloc(buffer->data, capacity);
	if (!data)
		return -1;
	buffer->data = data;
	buffer->capacity = capacity;
	return 0;
}

// The kernel makes up the text while it is read. A file of one record comes
// whole if it fits; one of many (mountinfo) may stop short between two of
// them, and only a read of 0 bytes says that there are no more.
static int read_all(int fd, bool one_record, struct buffer *buffer)
{
	ssize_t got;

	do {
		size_t room;

		if (grow(buffer) < 0)
			return -1;
		room = buffer->capacity - buffer->length - 1;
		got = read(fd, buffer->data + buffer->length, room);
		if (got > 0)
			buffer->length += (size_t)got;
		if (one_record && got > 0 && (size_t)got < room)
			break;
	} while (got > 0 || (got < 0 && errno == EINTR));
	return got < 0 ? -1 : 0;
}

// Opening and reading can each fail with ESRCH or ENOENT: the process ended
// in between. EACCES: the file is only for those who may trace the process,
// ptrace(2).
int read_proc(int dirfd, const char *path, struct buffer *buffer,
	      const char *lesson)
{
	static const char *const one_record[] = {"stat", "status", "cmdline"};
	const char *name = basename(path);
	bool single = false;
	int result, saved, fd = openat(dirfd, path, O_RDONLY | O_CLOEXEC);

	buffer->length = 0;
	if (dirfd == AT_FDCWD)
		explain(fd, lesson,
			"openat(AT_FDCWD, \"%s\", O_RDONLY|O_CLOEXEC)", path);
	else
		explain(fd, lesson, "openat(%d, \"%s\", O_RDONLY|O_CLOEXEC)",
			dirfd, path);
	if (fd < 0) {
		if (buffer->data)
			buffer->data[0] = '\0';
		return -1;
	}
	for (size_t i = 0; i < sizeof one_record / sizeof *one_record; i++)
		single = single || strcmp(name, one_record[i]) == 0;
	result = read_all(fd, single, buffer);
	if (result < 0)
		buffer->length = 0;
	if (buffer->data)
		buffer->data[buffer->length] = '\0';
	saved = errno;
	close(fd);
	errno = saved;
	return result;
}

ssize_t read_link(int dirfd, const char *path, char *target, size_t size,
		  const char *lesson)
{
	ssize_t length = readlinkat(dirfd, path, target, size - 1);

	explain(length, lesson, "readlinkat(%d, \"%s\")", dirfd, path);
	target[length < 0 ? 0 : length] = '\0';
	return length;
}

const char *status_field(const char *status, const char *name)
{
	size_t length = strlen(name);

	while (status && *status) {
		if (strncmp(status, name, length) == 0 && status[length] == ':')
			return status + length + 1 +
			       strspn(status + length + 1, " \t");
		status = strchr(status, '\n');
		if (status)
			status++;
	}
	return NULL;
}

// PID (COMM) STATE PPID ...: a process chooses its comm, which may hold
// parentheses, blanks and newlines. Only numbers follow it, so that the last
// parenthesis is the one that ends it. prctl(2) PR_SET_NAME.
int parse_stat(const char *stat, struct process *process)
{
	const char *start = strchr(stat, '('), *end = strrchr(stat, ')');
	size_t length;
	char *next;

	if (!start || !end || end < start || end[1] != ' ' || !end[2])
		return -1;
	length = (size_t)(end - start - 1);
	if (length >= sizeof process->comm)
		length = sizeof process->comm - 1;
	memcpy(process->comm, start + 1, length);
	process->comm[length] = '\0';
	process->state = end[2];
	end += 3;
	for (int i = STAT_PPID; i < STAT_FIELDS; i++) {
		process->field[i] = strtoll(end, &next, 10);
		if (next == end)
			return -1;
		end = next;
	}
	return 0;
}

// Uid has four numbers, of which files and ps look at the second, the
// effective one. A kernel thread or a zombie has no memory and no Vm lines.
static void parse_status(const char *status, struct process *process)
{
	const char *rss = status_field(status, "VmRSS");
	const char *locked = status_field(status, "VmLck");
	const char *uids = status_field(status, "Uid");
	char *second = NULL;

	process->rss_kib = rss ? strtoll(rss, NULL, 10) : 0;
	process->locked_kib = locked ? strtoll(locked, NULL, 10) : 0;
	if (uids)
		strtoul(uids, &second, 10);
	process->euid = second ? (uid_t)strtoul(second, NULL, 10) : 0;
}

// Arguments are separated and ended by NUL bytes. A kernel thread and a
// zombie have none: what is left of those is the comm.
static char *command_line(const struct process *process, struct buffer *text)
{
	while (text->length > 0 && (text->data[text->length - 1] == '\0' ||
				    text->data[text->length - 1] == ' '))
		text->length--;
	if (text->length == 0)
		return format("[%s]%s", process->comm,
			      process->state == 'Z' ? " <defunct>" : "");
	for (size_t i = 0; i < text->length; i++)
		if (text->data[i] == '\0')
			text->data[i] = ' ';
	return format("%.*s", (int)text->length, text->data);
}

int read_process(int dirfd, const char *prefix, int pid,
		 struct process *process, struct buffer *text)
{
	char path[32];

	process->pid = pid;
	snprintf(path, sizeof path, "%sstat", prefix);
	if (read_proc(dirfd, path, text, "ids, state and times: proc(5)") < 0 ||
	    parse_stat(text->data, process) < 0)
		return -1;
	snprintf(path, sizeof path, "%scmdline", prefix);
	if (read_proc(dirfd, path, text, "the arguments: proc(5)") < 0)
		return -1;
	process->command = command_line(process, text);
	snprintf(path, sizeof path, "%sstatus", prefix);
	if (read_proc(dirfd, path, text, "users, memory, more: proc(5)") < 0) {
		free(process->command);
		return -1;
	}
	parse_status(text->data, process);
	return 0;
}

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

// readdir(3) shows the processes that are there, in order of PID. Calls are
// narrated for the first: it is the same three files for every other.
void read_processes(int proc, struct process_list *list)
{
	DIR *directory = fdopendir(fcntl(proc, F_DUPFD_CLOEXEC, 0));
	enum narration wanted = narration;
	struct buffer scratch = {0};
	struct dirent *entry;
	char prefix[16];
	int pid;

	if (!directory)
		err(EXIT_FAILURE, "cannot list /proc");
	while ((entry = readdir(directory))) {
		if (parse_pid(entry->d_name, &pid) < 0)
			continue;
		snprintf(prefix, sizeof prefix, "%d/", pid);
		if (read_process(proc, prefix, pid, new_process(list),
				 &scratch) == 0)
			list->count++;
		narration = QUIET;
	}
	narration = wanted;
	free(scratch.data);
	closedir(directory);
}

static int by_pid(const void *key, const void *element)
{
	int64_t pid = *(const int64_t *)key;
	const struct process *process = element;

	return (pid > process->pid) - (pid < process->pid);
}

struct process *find_process(const struct process_list *list, int64_t pid)
{
	return bsearch(&pid, list->at, list->count, sizeof *list->at, by_pid);
}

void free_processes(struct process_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->at[i].command);
	free(list->at);
}
