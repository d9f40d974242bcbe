// SPDX-License-Identifier: MIT
//
// ns.c: procpeek ns, every namespace that a process is in.
//
// Shows:     eight links of each process: who has the same inode is together.
// Mirrors:   lsns(8).
// Leaves out: namespaces held only by a descriptor or a bind mount.
// Read:      namespaces(7), ioctl_ns(2).

#define _GNU_SOURCE
#include "procpeek.h"

#include <dirent.h>
#include <err.h>
#include <fcntl.h>
#include <stdlib.h>

enum ns_column {
	NS_NS,
	NS_TYPE,
	NS_NPROCS,
	NS_PID,
	NS_USER,
	NS_OWNER,
	NS_COMMAND
};

static const struct column ns_columns[] = {
    {"NS", SCOLS_FL_RIGHT, SCOLS_JSON_NUMBER,
     "the inode in the link /proc/PID/ns/KIND"},
    {"TYPE", 0, SCOLS_JSON_STRING, "the kind in the same link"},
    {"NPROCS", SCOLS_FL_RIGHT, SCOLS_JSON_NUMBER,
     "how many processes have that link"},
    {"PID", SCOLS_FL_RIGHT, SCOLS_JSON_NUMBER, "the first of them"},
    {"USER", 0, SCOLS_JSON_STRING, "its /proc/PID/status Uid, the second"},
    {"OWNER", SCOLS_FL_RIGHT, SCOLS_JSON_NUMBER,
     "ioctl NS_GET_USERNS on the link: the user namespace that owns it"},
    {"COMMAND", SCOLS_FL_TRUNC, SCOLS_JSON_STRING, "its /proc/PID/cmdline"},
};

struct membership {
	uint64_t inode;
	int kind, pid;
};

struct memberships {
	struct membership *at;
	size_t count, capacity;
	int unseen; // processes whose links may not be read
};

static void add_membership(struct memberships *all, uint64_t inode, int kind,
			   int pid)
{
	struct membership *at;

	if (all->count == all->capacity) {
		all->capacity = all->capacity ? all->capacity * 2 : 1024;
		at = reallocarray(all->at, all->capacity, sizeof *at);
		if (!at)
			err(EXIT_FAILURE, "cannot allocate memory");
		all->at = at;
	}
	all->at[all->count++] = (struct membership){inode, kind, pid};
}

// The links of every process; calls are narrated for the first.
static void read_memberships(int proc, struct memberships *all)
{
	DIR *directory = fdopendir(fcntl(proc, F_DUPFD_CLOEXEC, 0));
	enum narration wanted = narration;
	struct dirent *entry;
	char prefix[32];
	uint64_t inode;
	int pid, seen;

	if (!directory)
		err(EXIT_FAILURE, "cannot list /proc");
	while ((entry = readdir(directory))) {
		if (parse_pid(entry->d_name, &pid) < 0)
			continue;
		snprintf(prefix, sizeof prefix, "%d/", pid);
		seen = 0;
		for (int kind = 0; kind < NAMESPACE_KINDS; kind++) {
			inode = namespace_inode(proc, prefix,
						namespace_kinds[kind]);
			if (inode)
				add_membership(all, inode, kind, pid);
			seen += inode != 0;
		}
		all->unseen += seen == 0;
		narration = QUIET;
	}
	narration = wanted;
	closedir(directory);
}

static int by_inode_and_pid(const void *left, const void *right)
{
	const struct membership *a = left, *b = right;

	if (a->inode != b->inode)
		return a->inode < b->inode ? -1 : 1;
	return (a->pid > b->pid) - (a->pid < b->pid);
}

// A line for the members first[0] to first[count - 1] of one namespace, as
// its first process shows it.
static void ns_line(struct table *table, int proc,
		    const struct membership *first, size_t count,
		    struct buffer *scratch)
{
	struct libscols_line *line = table_line(table);
	const char *kind = namespace_kinds[first->kind];
	struct process process;
	char prefix[32];
	uint64_t owner;

	snprintf(prefix, sizeof prefix, "%d/", first->pid);
	owner = namespace_owner(proc, prefix, kind);
	table_number(table, line, NS_NS, (int64_t)first->inode);
	table_text(table, line, NS_TYPE, kind);
	table_number(table, line, NS_NPROCS, (int64_t)count);
	table_number(table, line, NS_PID, first->pid);
	if (owner)
		table_number(table, line, NS_OWNER, (int64_t)owner);
	else if (is_initial_user_namespace(first->inode))
		table_text(table, line, NS_OWNER, options.json ? NULL : "-");
	else
		table_text(table, line, NS_OWNER, NULL);
	if (read_process(proc, prefix, first->pid, &process, scratch) < 0) {
		table_text(table, line, NS_USER, NULL);
		table_text(table, line, NS_COMMAND, NULL);
		return;
	}
	table_text(table, line, NS_USER, user_name(process.euid));
	table_text(table, line, NS_COMMAND, process.command);
	free(process.command);
}

static bool has_member(const struct membership *first, size_t count, int pid)
{
	for (size_t i = 0; i < count; i++)
		if (first[i].pid == pid)
			return true;
	return false;
}

void command_ns(int proc, int pid)
{
	struct memberships all = {0};
	struct buffer scratch = {0};
	struct table table;
	size_t count;

	table_open(&table, "namespaces", ns_columns,
		   sizeof ns_columns / sizeof *ns_columns);
	if (pid) { // ends the program if there is no such process
		struct subject subject;

		subject_open(&subject, proc, pid);
		subject_close(&subject);
	}
	read_memberships(proc, &all);
	if (!all.at)
		errx(EXIT_FAILURE, "no namespace may be read");
	qsort(all.at, all.count, sizeof *all.at, by_inode_and_pid);
	for (size_t i = 0; i < all.count; i += count) {
		for (count = 1; i + count < all.count; count++)
			if (all.at[i + count].inode != all.at[i].inode)
				break;
		if (pid == 0 || has_member(&all.at[i], count, pid))
			ns_line(&table, proc, &all.at[i], count, &scratch);
	}
	table_print(&table);
	if (all.unseen)
		warnx("the namespaces of %d processes may not be read",
		      all.unseen);
	free(scratch.data);
	free(all.at);
}
