// SPDX-License-Identifier: MIT
//
// subject.c: one process, held by its directory, and what is known of it.
//
// Shows:     that an open descriptor of /proc/PID stays with its process:
//            should the PID be used again, reads through it fail with ESRCH.
// Mirrors:   the identity half of ps(1) and /proc/PID/status.
// Leaves out: threads.
// Read:      proc(5), credentials(7), pid_namespaces(7).

#define _GNU_SOURCE
#include "procpeek.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int read_subject(struct subject *subject)
{
	if (read_process(subject->dir, "", subject->pid, &subject->process,
			 &subject->status) < 0)
		return -1;
	if (subject->process.hidden) {
		errno = EPERM;
		return -1;
	}
	if (!is_kernel_thread(&subject->process))
		return 0;
	// A list needs no status of it, a page does.
	return read_proc(subject->dir, "status", &subject->status,
			 "users, memory, more: proc(5)");
}

bool subject_find(struct subject *subject, int proc, int pid)
{
	char path[16];
	int error;

	*subject = (struct subject){.proc = proc, .pid = pid};
	snprintf(path, sizeof path, "%d", pid);
	subject->dir = openat(proc, path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	explain(subject->dir, "holds this process, not its number: proc(5)",
		"openat(%d, \"%s\", O_RDONLY|O_CLOEXEC|O_PATH|O_DIRECTORY)",
		proc, path);
	if (subject->dir < 0)
		return false;
	if (read_subject(subject) == 0)
		return true;
	error = errno;
	subject_close(subject);
	errno = error;
	return false;
}

void subject_open(struct subject *subject, int proc, int pid)
{
	if (subject_find(subject, proc, pid))
		return;
	if (errno == ENOENT || errno == ESRCH)
		no_process(proc, pid);
	if (errno == EPERM)
		hint_hidden(proc);
	err(EXIT_FAILURE, "cannot read /proc/%d", pid);
}

void subject_close(struct subject *subject)
{
	free(subject->process.command);
	free(subject->status.data);
	free(subject->scratch.data);
	close(subject->dir);
}

void add_fact(struct facts *facts, const char *key, const char *source,
	      char *value)
{
	if (facts->count == MAX_FACTS)
		errx(EXIT_FAILURE, "too many facts: MAX_FACTS is too small");
	facts->at[facts->count++] = (struct fact){key, source, value};
}

const char *fact_value(const struct facts *facts, const char *key)
{
	for (size_t i = 0; i < facts->count; i++)
		if (strcmp(facts->at[i].key, key) == 0)
			return facts->at[i].value;
	return NULL;
}

void free_facts(struct facts *facts)
{
	for (size_t i = 0; i < facts->count; i++)
		free(facts->at[i].value);
}

// A field of status as one line with single blanks.
static char *status_text(struct subject *subject, const char *name)
{
	const char *field = status_field(subject->status.data, name);
	char *text;

	if (!field)
		return NULL;
	text = format("%.*s", (int)strcspn(field, "\n"), field);
	for (char *tab = text; (tab = strchr(tab, '\t'));)
		*tab = ' ';
	if (!*text) {
		free(text);
		return format("none");
	}
	for (size_t end = strlen(text); end && text[end - 1] == ' ';)
		text[--end] = '\0';
	return text;
}

// /proc/TID is there for every thread, though no listing of /proc shows it.
static char *kind_text(struct subject *subject)
{
	const char *group = status_field(subject->status.data, "Tgid");

	if (is_kernel_thread(&subject->process))
		return format("kernel thread");
	if (group && atoi(group) != subject->pid)
		return format("thread of process %d", atoi(group));
	return format("process");
}

// The four ids of Uid or Gid are real, effective, saved and of the file
// system. They differ only in a process that changed some: say one then.
static char *id_text(struct subject *subject, const char *name)
{
	char *text = status_text(subject, name);
	unsigned int id[4];

	if (!text ||
	    sscanf(text, "%u %u %u %u", &id[0], &id[1], &id[2], &id[3]) != 4)
		return text;
	free(text);
	if (id[0] == id[1] && id[1] == id[2] && id[2] == id[3])
		return format("%u", id[0]);
	return format("real %u effective %u saved %u file system %u", id[0],
		      id[1], id[2], id[3]);
}

// Up the tree to a process without a parent: 1, 2, or one whose parent is
// outside of our pid namespace, for which the kernel says 0. A parent that has
// started later than its child is another process, with the PID of one that has
// ended meanwhile. What cannot be known any more is a question mark.
static char *parents_of(struct subject *subject)
{
	char *text = format("%s", ""), path[32];
	struct process parent = subject->process;
	int64_t started;

	for (int depth = 0; parent.field[STAT_PPID] > 0; depth++) {
		started = parent.field[STAT_START];
		parent.pid = (int)parent.field[STAT_PPID];
		snprintf(path, sizeof path, "%d/stat", parent.pid);
		if (depth == 64 ||
		    read_proc(subject->proc, path, &subject->scratch,
			      "the parent and its parent: proc(5)") < 0 ||
		    parse_stat(subject->scratch.data, &parent) < 0 ||
		    parent.field[STAT_START] > started) {
			append(&text, "%s? (%d)", *text ? " < " : "",
			       parent.pid);
			break;
		}
		append(&text, "%s%s (%d)", *text ? " < " : "", parent.comm,
		       parent.pid);
	}
	if (!*text)
		append(&text, "none");
	return text;
}

// One small file on one line, without what ends it.
static char *file_text(struct subject *subject, const char *path)
{
	struct buffer *text = &subject->scratch;

	if (read_proc(subject->dir, path, text, "proc(5)") < 0)
		return NULL;
	return format("%.*s", (int)strcspn(text->data, "\n"), text->data);
}

// The same user, as the process itself would see it: its number by the map of
// its user namespace, its name by the passwd file below its root.
static char *inner_user(struct subject *subject)
{
	int64_t uid = uid_inside(subject, subject->process.euid);
	int root = open_root(subject);
	char *name = NULL, *text = NULL;

	if (uid >= 0 && root >= 0)
		name = user_inside(subject->proc, root, (uid_t)uid);
	if (uid >= 0)
		text = format("%jd%s%s%s", (intmax_t)uid, name ? " (" : "",
			      name ? name : "", name ? ")" : "");
	if (root >= 0)
		close(root);
	free(name);
	return text;
}

void facts_of_identity(struct subject *subject, struct facts *facts)
{
	const struct process *process = &subject->process;
	const char *group = status_field(subject->status.data, "Tgid");
	struct process leads = *process;
	char state[8];

	if (group) // a session is led by a process, not by a thread of it
		leads.pid = atoi(group);
	show_state(&leads, state);
	add_fact(facts, "command", "cmdline", format("%s", process->command));
	add_fact(facts, "comm", "stat comm", format("%s", process->comm));
	add_fact(facts, "kind", "stat flags; status Tgid", kind_text(subject));
	add_fact(facts, "state", "stat state", format("%s", state));
	add_fact(facts, "parents", "stat ppid", parents_of(subject));
	add_fact(facts, "pids", "status NSpid", status_text(subject, "NSpid"));
	add_fact(facts, "threads", "stat num_threads",
		 format("%jd", (intmax_t)process->field[STAT_THREADS]));
	add_fact(facts, "user", "status Uid; getpwuid(3)",
		 format("%s", user_name(process->euid)));
	add_fact(facts, "uid", "status Uid", id_text(subject, "Uid"));
	add_fact(facts, "gid", "status Gid", id_text(subject, "Gid"));
	add_fact(facts, "groups", "status Groups",
		 status_text(subject, "Groups"));
	add_fact(facts, "uid inside",
		 "status Uid; uid_map; etc/passwd below root",
		 inner_user(subject));
	add_fact(facts, "oom score", "oom_score",
		 file_text(subject, "oom_score"));
	add_fact(facts, "oom adjustment", "oom_score_adj",
		 file_text(subject, "oom_score_adj"));
}

void gather_facts(struct subject *subject, struct facts *facts)
{
	facts_of_identity(subject, facts);
	facts_of_places(subject, facts);
	facts_of_files(subject, facts);
	facts_of_namespaces(subject, facts);
	facts_of_privilege(subject, facts);
	facts_of_cgroup(subject, facts);
}
