// SPDX-License-Identifier: MIT
//
// ns.c: procpeek ns, every namespace that can be found.
//
// Shows:     who is in each, who owns it, in which one it was made, and what
//            holds it where nobody is in it.
// Mirrors:   lsns(8), lsns --tree.
// Leaves out: network ids of namespaces (NETNSID of lsns).
// Read:      namespaces(7), ioctl_ns(2).

#define _GNU_SOURCE
#include "procpeek.h"

#include <err.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum ns_column {
	NS_NS,
	NS_TYPE,
	NS_NPROCS,
	NS_PID,
	NS_USER,
	NS_OWNER,
	NS_PARENT,
	NS_CREATOR,
	NS_HELD,
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
    {"PARENT", SCOLS_FL_RIGHT, SCOLS_JSON_NUMBER,
     "ioctl NS_GET_PARENT: in which user or pid namespace it was made"},
    {"CREATOR", 0, SCOLS_JSON_STRING,
     "ioctl NS_GET_OWNER_UID: the user who made a user namespace"},
    {"HELD-BY", 0, SCOLS_JSON_STRING,
     "where no process is in it: links or sockets of /proc/PID/fd, mounts in "
     "/proc/PID/mountinfo, or what it is the owner or parent of"},
    {"COMMAND", SCOLS_FL_TRUNC, SCOLS_JSON_STRING, "its /proc/PID/cmdline"},
};

static bool has_parent(const struct namespace *space)
{
	return space->kind == KIND_USER || space->kind == KIND_PID;
}

// Nothing is not the same as unknown.
static void no_cell(struct table *table, struct libscols_line *line, int column)
{
	table_text(table, line, column, options.json ? NULL : "-");
}

static void inode_cell(struct table *table, struct libscols_line *line,
		       int column, uint64_t inode, bool none)
{
	if (inode)
		table_number(table, line, column, (int64_t)inode);
	else if (none)
		no_cell(table, line, column);
	else
		table_text(table, line, column, NULL);
}

static void relation_cells(struct table *table, struct libscols_line *line,
			   const struct namespace *space)
{
	bool initial = is_initial_namespace(space->inode);
	bool user = space->kind == KIND_USER;

	inode_cell(table, line, NS_OWNER, space->owner, initial && user);
	inode_cell(table, line, NS_PARENT, space->parent,
		   initial || !has_parent(space));
	if (space->creator >= 0)
		table_text(table, line, NS_CREATOR,
			   user_name((uid_t)space->creator));
	else if (user)
		table_text(table, line, NS_CREATOR, NULL);
	else
		no_cell(table, line, NS_CREATOR);
}

// As its first process shows it, if there is one.
static void member_cells(struct table *table, struct libscols_line *line,
			 int proc, const struct namespace *space,
			 struct buffer *scratch)
{
	struct process process;
	const char *kind;
	char prefix[32];

	snprintf(prefix, sizeof prefix, "%d/", space->pid);
	table_number(table, line, NS_PID, space->pid);
	if (read_process(proc, prefix, space->pid, &process, scratch) < 0) {
		table_unknown(table, line);
		return;
	}
	// Still in there? Its PID may be of another one by now.
	kind = namespace_kinds[space->kind];
	if (namespace_inode(proc, prefix, kind) != space->inode) {
		free(process.command);
		table_unknown(table, line);
		return;
	}
	table_text(table, line, NS_USER, user_name(process.euid));
	table_text(table, line, NS_COMMAND, process.command);
	free(process.command);
}

static struct libscols_line *ns_line(struct table *table, int proc,
				     const struct namespace *space,
				     struct buffer *scratch)
{
	struct libscols_line *line = table_line(table);

	table_number(table, line, NS_NS, (int64_t)space->inode);
	table_text(table, line, NS_TYPE, namespace_kinds[space->kind]);
	table_number(table, line, NS_NPROCS, space->processes);
	relation_cells(table, line, space);
	if (space->processes) {
		no_cell(table, line, NS_HELD);
		member_cells(table, line, proc, space, scratch);
		return line;
	}
	table_text(table, line, NS_HELD, space->held);
	no_cell(table, line, NS_PID);
	no_cell(table, line, NS_USER);
	no_cell(table, line, NS_COMMAND);
	return line;
}

static bool is_shown(const struct namespace *space, int pid)
{
	return (pid == 0 || space->wanted) &&
	       (!options.ns ||
		strcmp(options.ns, namespace_kinds[space->kind]) == 0);
}

// User and pid namespaces are below the one in which they were made, the
// others, and a pid namespace without parent, below their owner.
static const struct namespace *above(const struct namespace_list *list,
				     const struct namespace *space, int pid)
{
	const struct namespace *found = NULL;

	if (space->parent)
		found = find_namespace(list, space->parent);
	if (!found || !is_shown(found, pid))
		found = find_namespace(list, space->owner);
	return found && is_shown(found, pid) ? found : NULL;
}

static void print_table(const struct namespace_list *list, struct table *table,
			int proc, int pid)
{
	const struct namespace *parent;
	struct buffer scratch = {0};

	for (size_t i = 0; i < list->count; i++)
		if (is_shown(list->at[i], pid))
			list->at[i]->line =
			    ns_line(table, proc, list->at[i], &scratch);
	for (size_t i = 0; options.tree && i < list->count; i++) {
		parent = above(list, list->at[i], pid);
		if (parent && list->at[i]->line)
			scols_line_add_child(parent->line, list->at[i]->line);
	}
	table_print(table);
	free(scratch.data);
}

static void print_graph(const struct namespace_list *list, int pid)
{
	const struct namespace *space, *parent;
	char *name, members[64];

	dot_open("namespaces");
	for (size_t i = 0; i < list->count; i++) {
		space = list->at[i];
		if (!is_shown(space, pid))
			continue;
		name = format("%s:[%ju]", namespace_kinds[space->kind],
			      (uintmax_t)space->inode);
		snprintf(members, sizeof members, "%d process%s, first %d",
			 space->processes, space->processes == 1 ? "" : "es",
			 space->pid);
		dot_node((int64_t)space->inode, name,
			 space->processes ? members : space->held, NULL);
		free(name);
		parent = above(list, space, pid);
		if (parent)
			dot_edge((int64_t)parent->inode, (int64_t)space->inode,
				 parent->kind == space->kind ? "" : "owns");
	}
	dot_close();
}

// What fits into 80 columns: the tree shows who is the parent.
static const char *default_columns(void)
{
	if (options.json)
		return NULL;
	return options.tree
		   ? "TYPE,NS,NPROCS,PID,USER,CREATOR,HELD-BY,COMMAND"
		   : "NS,TYPE,NPROCS,PID,USER,OWNER,CREATOR,HELD-BY,COMMAND";
}

// Ends the program if the process has gone, or its links may not be read.
static void check_links(const struct subject *subject)
{
	if (namespace_inode(subject->dir, "", "mnt"))
		return;
	if (errno == ENOENT || errno == ESRCH)
		errx(EXIT_FAILURE, "process %d has ended, or its first thread",
		     subject->pid);
	err(EXIT_FAILURE, "cannot read the namespaces of process %d",
	    subject->pid);
}

void command_ns(const struct request *request)
{
	int proc = request->proc, pid = process_of(proc, request->pid);
	struct namespace_list list = {0};
	struct subject subject;
	struct table table;

	if (options.ns && strchr(options.ns, '='))
		errx(EXIT_USAGE, "ns: --ns takes a kind alone: %s", options.ns);
	if (options.ns && namespace_kind(options.ns, strlen(options.ns)) < 0)
		errx(EXIT_USAGE, "no such kind of namespace: %s", options.ns);
	if (options.all && pid)
		errx(EXIT_USAGE, "ns: --all looks at what every process "
				 "holds: without a process ID");
	if (!options.dot)
		table_open(&table, "namespaces", ns_columns,
			   sizeof ns_columns / sizeof *ns_columns,
			   default_columns());
	if (options.tree)
		table_tree(&table, NS_TYPE);
	if (pid) {
		subject_open(&subject, proc, pid);
		check_links(&subject);
	}
	find_namespaces(proc, pid, &list);
	if (pid) { // it was that process until here
		check_links(&subject);
		subject_close(&subject);
	}
	if (options.dot)
		print_graph(&list, pid);
	else
		print_table(&list, &table, proc, pid);
	if (!pid)
		warn_unseen(list.unseen);
	if (list.unasked)
		warnx("the network namespaces of %d socket%s are not known: "
		      "to ask takes CAP_NET_ADMIN, and the same net_cls group",
		      list.unasked, list.unasked == 1 ? "" : "s");
	hint_hidden(proc);
	free_namespaces(&list);
}
