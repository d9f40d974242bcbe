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
		"openat(AT_FDCWD, \"/proc\", O_RDONLY|O_CLOEXEC|O_DIRECTORY)");
	if (fd < 0 || fstatfs(fd, &file_system) < 0)
		err(EXIT_FAILURE, "cannot read /proc");
	if (file_system.f_type != PROC_SUPER_MAGIC)
		errx(EXIT_FAILURE, "cannot read /proc: no proc file system is "
				   "mounted there");
	return fd;
}

// Opening and reading can each fail with ENOENT or ESRCH: the process ended
// in between. EACCES: the file is only for those who may trace the process,
// ptrace(2).
static int open_narrated(int dirfd, const char *path, const char *lesson)
{
	int fd = openat(dirfd, path, O_RDONLY | O_CLOEXEC);

	if (dirfd == AT_FDCWD)
		explain(fd, lesson,
			"openat(AT_FDCWD, \"%s\", O_RDONLY|O_CLOEXEC)", path);
	else
		explain(fd, lesson, "openat(%d, \"%s\", O_RDONLY|O_CLOEXEC)",
			dirfd, path);
	return fd;
}

static int close_after(int fd, int result)
{
	int saved = errno;

	close(fd);
	errno = saved;
	return result;
}

int read_proc(int dirfd, const char *path, struct buffer *buffer,
	      const char *lesson)
{
	int fd = open_narrated(dirfd, path, lesson);

	buffer->length = 0;
	if (fd < 0)
		return -1;
	return close_after(fd, read_descriptor(fd, buffer));
}

// The kernel makes up the text while it is read. stat, status and cmdline
// come whole in one read(2) if there is room: a second one, only to be told
// that there is no more, would be a third of the time of a long list.
static int read_record(int dirfd, const char *path, struct buffer *buffer,
		       const char *lesson)
{
	int fd = open_narrated(dirfd, path, lesson);
	ssize_t got;

	buffer->length = 0;
	if (fd < 0)
		return -1;
	if (buffer->capacity < 2) // nothing read yet: this makes room
		return close_after(fd, read_descriptor(fd, buffer));
	got = read(fd, buffer->data, buffer->capacity - 1);
	if (got == (ssize_t)buffer->capacity - 1 && lseek(fd, 0, SEEK_SET) == 0)
		return close_after(fd, read_descriptor(fd, buffer));
	buffer->length = got < 0 ? 0 : (size_t)got;
	buffer->data[buffer->length] = '\0';
	return close_after(fd, got < 0 ? -1 : 0);
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
	if (read_record(dirfd, path, text, "ids, state and times: proc(5)") <
		0 ||
	    parse_stat(text->data, process) < 0)
		return -1;
	snprintf(path, sizeof path, "%scmdline", prefix);
	if (read_record(dirfd, path, text, "the arguments: proc(5)") < 0)
		return -1;
	process->command = command_line(process, text);
	snprintf(path, sizeof path, "%sstatus", prefix);
	if (read_record(dirfd, path, text, "users, memory, more: proc(5)") <
	    0) {
		free(process->command);
		process->command = NULL;
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
