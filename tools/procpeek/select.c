// SPDX-License-Identifier: MIT
//
// select.c: --user, --pid, --ppid, --ns and --container: which processes.
//
// Shows:     that to select is to read first: the kernel lists every process,
//            and each choice is a comparison with one of its files.
// Mirrors:   ps -u, -p, --ppid; pgrep --ns; the filters of docker ps.
// Leaves out: real users, terminals, sessions, commands by name.
// Read:      ps(1) "PROCESS SELECTION BY LIST", namespaces(7).

#define _GNU_SOURCE
#include "procpeek.h"

#include <err.h>
#include <errno.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int64_t user_number(const char *name)
{
	const struct passwd *entry = getpwnam(name);
	uint64_t uid;

	if (entry)
		return entry->pw_uid;
	if (parse_number(name, 0, UINT32_MAX - 1, &uid) < 0)
		errx(EXIT_USAGE, "no such user: %s", name);
	return (int64_t)uid;
}

static int64_t pid_number(const char *text)
{
	int pid;

	if (parse_pid(text, &pid) < 0)
		errx(EXIT_USAGE, "not a process ID: %s", text);
	return pid;
}

// A,B,C as numbers.
static void read_list(struct number_list *list, const char *text,
		      int64_t number_of(const char *))
{
	char *copy, *rest, *word;

	if (!text)
		return;
	rest = copy = format("%s", text);
	list->at = calloc(strlen(text) + 1, sizeof *list->at);
	if (!list->at)
		err(EXIT_FAILURE, "cannot allocate memory");
	while ((word = strsep(&rest, ",")))
		list->at[list->count++] = number_of(word);
	free(copy);
}

static bool has_number(const struct number_list *list, int64_t number)
{
	for (size_t i = 0; i < list->count; i++)
		if (list->at[i] == number)
			return true;
	return false;
}

// --ns KIND: all that are in another namespace of that kind than we are.
// --ns KIND=PID: all that are in that of PID.
static void open_namespace(struct selection *selection, int proc)
{
	const char *text = options.ns;
	size_t length = strcspn(text, "=");
	char prefix[32];

	selection->kind = namespace_kind(text, length);
	if (selection->kind < 0)
		errx(EXIT_USAGE, "no such kind of namespace: %.*s", (int)length,
		     text);
	selection->others = text[length] == '\0';
	if (selection->others)
		snprintf(prefix, sizeof prefix, "self/");
	else
		snprintf(prefix, sizeof prefix, "%d/",
			 (int)pid_number(text + length + 1));
	selection->inode =
	    namespace_inode(proc, prefix, namespace_kinds[selection->kind]);
	if (!selection->inode && errno == ENOENT && !selection->others &&
	    faccessat(proc, prefix, F_OK, 0) < 0)
		no_process(proc, atoi(prefix));
	if (!selection->inode)
		err(EXIT_FAILURE, "cannot read /proc/%sns/%.*s", prefix,
		    (int)length, text);
}

void open_selection(struct selection *selection, int proc)
{
	*selection = (struct selection){.kind = -1};
	read_list(&selection->users, options.users, user_number);
	read_list(&selection->pids, options.pids, pid_number);
	read_list(&selection->ppids, options.ppids, pid_number);
	if (options.ns)
		open_namespace(selection, proc);
}

static bool in_namespace(struct selection *selection, int proc,
			 const struct process *process)
{
	char prefix[32];
	uint64_t inode;

	inode = namespace_inode(proc, directory_of(process, prefix),
				namespace_kinds[selection->kind]);
	if (!inode && errno == EACCES && process->tid == process->pid)
		selection->unseen++;
	return inode && (inode == selection->inode) != selection->others;
}

// As docker(1) takes them: the name, or the id, or as much of its beginning
// as one cares to type.
static bool in_container(int proc, const struct process *process)
{
	struct engine engine;

	if (engine_of(proc, process, &engine) <= 0)
		return false;
	if (is_container_id(engine.id))
		return strncmp(engine.id, options.container,
			       strlen(options.container)) == 0;
	return strcmp(engine.id, options.container) == 0;
}

// What has been read anyway goes first, what costs a system call comes last.
static bool fits(struct selection *selection, int proc,
		 const struct process *process)
{
	if (selection->users.at &&
	    !has_number(&selection->users, process->euid))
		return false;
	if (selection->pids.at && !has_number(&selection->pids, process->pid))
		return false;
	if (selection->ppids.at &&
	    !has_number(&selection->ppids, process->field[STAT_PPID]))
		return false;
	if (selection->kind >= 0 && !in_namespace(selection, proc, process))
		return false;
	if (options.container && !in_container(proc, process))
		return false;
	return (selection->kind < 0 && !options.container) ||
	       is_still_there(proc, process);
}

bool take_if_selected(struct selection *selection, int proc,
		      const struct process *process)
{
	bool selected = fits(selection, proc, process);

	selection->selected += selected;
	return selected;
}

void end_selection(const struct selection *selection)
{
	warn_unseen(selection->unseen);
	if (selection->selected || is_watched())
		return;
	if (options.container)
		errx(EXIT_FAILURE, "there is no such process in a container %s",
		     options.container);
	errx(EXIT_FAILURE, "there is no such process");
}

void close_selection(struct selection *selection)
{
	free(selection->users.at);
	free(selection->pids.at);
	free(selection->ppids.at);
}
