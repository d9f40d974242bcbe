// SPDX-License-Identifier: MIT
//
// process.c: one process or thread: what its stat, status and cmdline say.
//
// Shows:     the three files from which every column of ps(1) comes.
// Mirrors:   the parsing half of ps(1).
// Leaves out: the fields that no column needs.
// Read:      proc(5).

#define _GNU_SOURCE
#include "procpeek.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

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

// The number in a field that stands somewhere after *text, which moves there:
// the kernel writes them in this order. A file cut short has none of them.
static int64_t next_number(const char **text, const char *name)
{
	const char *field = status_field(*text, name);

	if (!field)
		return -1;
	*text = field;
	return strtoll(field, NULL, 10);
}

// Uid has four numbers, of which files and ps look at the second, the
// effective one. A kernel thread or a zombie has no memory and no Vm lines.
int parse_status(const char *status, struct process *process)
{
	char *second;

	if (next_number(&status, "Uid") < 0)
		return -1;
	strtoul(status, &second, 10);
	process->euid = (uid_t)strtoul(second, NULL, 10);
	process->locked_kib = next_number(&status, "VmLck");
	process->rss_kib = next_number(&status, "VmRSS");
	if (process->locked_kib < 0)
		process->locked_kib = 0;
	if (process->rss_kib < 0)
		process->rss_kib = 0;
	return 0;
}

// Arguments are separated and ended by NUL bytes. A kernel thread and a
// zombie have none: what is left of those is the comm.
char *command_line(const struct process *process, struct buffer *text)
{
	char *command;

	while (text->length > 0 && (text->data[text->length - 1] == '\0' ||
				    text->data[text->length - 1] == ' '))
		text->length--;
	if (text->length == 0)
		return format("[%s]%s", process->comm,
			      process->state == 'Z' ? " <defunct>" : "");
	for (size_t i = 0; i < text->length; i++)
		if (text->data[i] == '\0')
			text->data[i] = ' ';
	command = strndup(text->data, text->length);
	if (!command)
		err(EXIT_FAILURE, "cannot allocate memory");
	return command;
}

// PF_KTHREAD of the kernel, in the flags that proc(5) tells: a thread of the
// kernel itself, with no program, no memory and no files of its own.
bool is_kernel_thread(const struct process *process)
{
	return process->field[STAT_FLAGS] & 0x00200000;
}

bool has_no_memory(const struct process *process)
{
	return is_kernel_thread(process) ||
	       (process->state == 'Z' && process->field[STAT_THREADS] <= 1);
}

// The owner of the directory /proc/PID is the effective user, always: of its
// files, that is true only while the process may be traced. An empty prefix
// means that dirfd is that directory.
static int read_owner(int dirfd, const char *prefix, struct process *process)
{
	struct stat status;

	if (fstatat(dirfd, prefix, &status, AT_EMPTY_PATH) < 0)
		return -1;
	process->euid = status.st_uid;
	return 0;
}

// A kernel thread has neither arguments nor memory: two files of three need
// not be read.
static int read_kernel_thread(int dirfd, const char *prefix,
			      struct process *process)
{
	process->command = format("[%s]", process->comm);
	return read_owner(dirfd, prefix, process);
}

// hidepid=1 leaves the directories and shuts their files: who owns one is all
// that there is to know of a process. EPERM: proc(5) "hidepid"; EACCES: a
// security module does the same.
static int read_hidden(int dirfd, const char *prefix, struct process *process)
{
	process->hidden = errno == EPERM || errno == EACCES;
	return process->hidden ? read_owner(dirfd, prefix, process) : -1;
}

static int read_arguments(int dirfd, const char *prefix,
			  struct process *process, struct buffer *text)
{
	char path[64];

	snprintf(path, sizeof path, "%scmdline", prefix);
	if (read_record(dirfd, path, MOST_ARGUMENTS, text,
			"the arguments: proc(5)") < 0)
		return -1;
	process->command = command_line(process, text);
	return 0;
}

static int read_status(int dirfd, const char *prefix, struct process *process,
		       struct buffer *text)
{
	char path[64];

	snprintf(path, sizeof path, "%sstatus", prefix);
	if (read_record(dirfd, path, SIZE_MAX, text,
			"users, memory, more: proc(5)") == 0) {
		if (parse_status(text->data, process) == 0)
			return 0;
		errno = EBADMSG;
	}
	free(process->command);
	process->command = NULL;
	return -1;
}

// What stat says decides whether the others are read at all.
int read_process(int dirfd, const char *prefix, int pid,
		 struct process *process, struct buffer *text)
{
	char path[64];

	*process = (struct process){.pid = pid, .tid = pid};
	snprintf(path, sizeof path, "%sstat", prefix);
	if (read_record(dirfd, path, SIZE_MAX, text,
			"ids, state and times: proc(5)") < 0)
		return read_hidden(dirfd, prefix, process);
	if (parse_stat(text->data, process) < 0) {
		errno = EBADMSG; // no kernel writes that
		return -1;
	}
	if (is_kernel_thread(process))
		return read_kernel_thread(dirfd, prefix, process);
	if (read_arguments(dirfd, prefix, process, text) < 0)
		return -1;
	return read_status(dirfd, prefix, process, text);
}

const char *directory_of(const struct process *process, char prefix[32])
{
	if (process->tid == process->pid)
		snprintf(prefix, 32, "%d/", process->pid);
	else
		snprintf(prefix, 32, "%d/task/%d/", process->pid, process->tid);
	return prefix;
}

bool is_still_there(int proc, const struct process *process)
{
	struct process now = {0};
	struct buffer text = {0};
	char prefix[32], path[64];
	bool same;

	snprintf(path, sizeof path, "%sstat", directory_of(process, prefix));
	same = read_proc(proc, path, &text, "has it ended? proc(5)") == 0 &&
	       parse_stat(text.data, &now) == 0 &&
	       now.field[STAT_START] == process->field[STAT_START];
	free(text.data);
	return same;
}

int process_of(int proc, int tid)
{
	struct buffer text = {0};
	const char *group = NULL;
	char path[32];

	snprintf(path, sizeof path, "%d/status", tid);
	if (tid && read_proc(proc, path, &text,
			     "Tgid, the process of this thread: proc(5)") == 0)
		group = status_field(text.data, "Tgid");
	if (group && atoi(group) > 0)
		tid = atoi(group);
	free(text.data);
	return tid;
}

// A thread has times, a state and a comm of its own; the arguments and the
// memory are those of its process. Where the first thread has ended before the
// others, it has none to show, and they have.
int read_thread(int dirfd, const char *prefix, const struct process *of,
		struct process *thread, struct buffer *text)
{
	char path[64];

	*thread = *of;
	snprintf(path, sizeof path, "%sstat", prefix);
	if (read_record(dirfd, path, SIZE_MAX, text,
			"the same of a thread: proc(5)") < 0 ||
	    parse_stat(text->data, thread) < 0)
		return -1;
	if (of->state != 'Z')
		thread->command = copy_text(of->command);
	else if (read_arguments(dirfd, prefix, thread, text) < 0)
		return -1;
	return read_status(dirfd, prefix, thread, text);
}
