// SPDX-License-Identifier: MIT
//
// ns_find.c: every namespace that can be found, and how they are related.
//
// Shows:     that they are found by who is in them, what holds them, and whose
//            owner or parent they are: the kernel gave no list of them before
//            Linux 6.19 and its listns(2).
// Mirrors:   lsns(8).
// Leaves out: what only a descriptor holds that is on its way to a process.
// Read:      namespaces(7), ioctl_ns(2).

#define _GNU_SOURCE
#include "procpeek.h"

#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

static int by_inode(const void *left, const void *right)
{
	const struct namespace *a = left, *b = right;

	return (a->inode > b->inode) - (a->inode < b->inode);
}

// The index is a balanced tree of the C library, tsearch(3); what is in it
// does not move when the list grows.
struct namespace *find_namespace(const struct namespace_list *list,
				 uint64_t inode)
{
	const struct namespace key = {.inode = inode};
	struct namespace **found = tfind(&key, &list->index, by_inode);

	return found ? *found : NULL;
}

static struct namespace *add_namespace(struct namespace_list *list,
				       struct namespace like)
{
	struct namespace *added = malloc(sizeof *added);

	if (list->count == list->capacity) {
		list->capacity = list->capacity ? list->capacity * 2 : 64;
		list->at = reallocarray(list->at, list->capacity,
					sizeof(struct namespace *));
	}
	if (!added || !list->at)
		err(EXIT_FAILURE, "cannot allocate memory");
	*added = like;
	if (!tsearch(added, &list->index, by_inode))
		err(EXIT_FAILURE, "cannot allocate memory");
	list->at[list->count++] = added;
	return added;
}

struct namespace *note_namespace(struct namespace_list *list, uint64_t inode,
				 int kind, char *held, int fd)
{
	struct namespace *known = find_namespace(list, inode);

	if (!known)
		return add_namespace(list, (struct namespace){.inode = inode,
							      .kind = kind,
							      .held = held,
							      .fd = fd,
							      .creator = -1});
	free(held);
	if (fd >= 0)
		close(fd);
	return known;
}

// The eight links of a process. EACCES: only for those who may trace it.
static void find_memberships(int proc, int pid, int wanted,
			     struct namespace_list *list)
{
	struct namespace *space;
	char prefix[32];
	uint64_t inode;
	bool refused = false;

	snprintf(prefix, sizeof prefix, "%d/", pid);
	for (int kind = 0; kind < NAMESPACE_KINDS; kind++) {
		inode = namespace_inode(proc, prefix, namespace_kinds[kind]);
		if (!inode) {
			refused |= errno == EACCES;
			continue;
		}
		space = note_namespace(list, inode, kind, NULL, -1);
		if (space->processes++ == 0 || pid < space->pid)
			space->pid = pid;
		space->wanted |= pid == wanted;
	}
	list->unseen += refused;
}

// Calls are narrated for the first process.
static void for_each_process(int proc, int wanted, struct namespace_list *list,
			     bool held)
{
	DIR *directory = open_directory(proc, ".");
	enum narration before = narration;
	struct dirent *entry;
	int pid;

	if (!directory)
		err(EXIT_FAILURE, "cannot list /proc");
	while ((entry = readdir(directory))) {
		if (parse_pid(entry->d_name, &pid) < 0)
			continue;
		if (held)
			find_descriptors(proc, pid, list);
		else
			find_memberships(proc, pid, wanted, list);
		narration = QUIET;
	}
	narration = before;
	closedir(directory);
}

// What is found by a path may be another file by now: the inode tells. O_PATH
// opens without waking up whatever it is.
static int open_path(int proc, const struct namespace *space)
{
	struct statfs file_system;
	int fd, found = open(space->held, O_PATH | O_CLOEXEC);

	if (found < 0 || inode_of(found) != space->inode ||
	    fstatfs(found, &file_system) < 0 ||
	    file_system.f_type != NSFS_MAGIC) {
		if (found >= 0)
			close(found);
		return -1;
	}
	fd = reopen(proc, found);
	close(found);
	return fd;
}

static int open_namespace(int proc, const struct namespace *space)
{
	char path[64];
	int fd;

	if (space->fd >= 0)
		return space->fd;
	if (!space->processes)
		return open_path(proc, space);
	snprintf(path, sizeof path, "%d/ns/%s", space->pid,
		 namespace_kinds[space->kind]);
	fd = openat(proc, path, O_RDONLY | O_CLOEXEC);
	explain(fd, "a descriptor of the namespace: namespaces(7)",
		"openat(%d, \"%s\", O_RDONLY|O_CLOEXEC)", proc, path);
	if (fd < 0 || inode_of(fd) == space->inode)
		return fd;
	close(fd); // that PID is of another process by now
	return -1;
}

// Notes the namespace of descriptor fd, which may be new to us.
static uint64_t note_relative(struct namespace_list *list, int fd, int kind,
			      const char *what, const struct namespace *of)
{
	uint64_t inode = inode_of(fd);

	if (fd >= 0)
		note_namespace(list, inode, kind,
			       format("%s of %s:[%ju]", what,
				      namespace_kinds[of->kind],
				      (uintmax_t)of->inode),
			       fd);
	return inode;
}

static void find_relatives(int proc, struct namespace_list *list,
			   struct namespace *of)
{
	int fd = open_namespace(proc, of);

	if (fd < 0)
		return;
	of->owner =
	    note_relative(list, namespace_owner(fd), KIND_USER, "owner", of);
	if (of->kind == KIND_USER || of->kind == KIND_PID)
		of->parent = note_relative(list, namespace_parent(fd), of->kind,
					   "parent", of);
	if (of->kind == KIND_USER)
		of->creator = namespace_creator(fd);
	close(fd);
	of->fd = -1;
}

// One that is new cannot be opened again, so its descriptor is held until it is
// asked: before the next of the others, or there would be hundreds of them.
static void find_all_relatives(int proc, struct namespace_list *list)
{
	size_t others = list->count, fresh = others;

	for (size_t i = 0; i < others; i++) {
		find_relatives(proc, list, list->at[i]);
		for (; fresh < list->count; fresh++)
			find_relatives(proc, list, list->at[fresh]);
	}
}

static int compare_inodes(const void *left, const void *right)
{
	struct namespace *const *a = left, *const *b = right;

	return by_inode(*a, *b);
}

// What is mounted there is told of whoever is in it: not of a descriptor.
static void find_mounts_of_member(int proc, const struct namespace *space,
				  struct namespace_list *list)
{
	char member[64];
	int pid, tid;

	if (space->processes)
		snprintf(member, sizeof member, "%d", space->pid);
	else if (sscanf(space->held, "/proc/%d/task/%d/ns/", &pid, &tid) == 2)
		snprintf(member, sizeof member, "%d/task/%d", pid, tid);
	else
		return;
	find_mounts(proc, member, list);
}

// Reading every /proc/PID/fd takes longer than all else together: --all.
// The loop meets what it finds on the way: the list grows.
void find_namespaces(int proc, int wanted, struct namespace_list *list)
{
	uint64_t ours = namespace_inode(proc, "self/", "mnt");

	for_each_process(proc, wanted, list, false);
	if (options.all)
		for_each_process(proc, 0, list, true);
	for (size_t i = 0; i < list->count; i++)
		if (list->at[i]->inode == ours)
			find_mounts(proc, "self", list);
		else if (list->at[i]->kind == KIND_MNT)
			find_mounts_of_member(proc, list->at[i], list);
	find_all_relatives(proc, list);
	if (list->at)
		qsort(list->at, list->count, sizeof(struct namespace *),
		      compare_inodes);
}

static void no_more(void *unused)
{
	(void)unused;
}

void free_namespaces(struct namespace_list *list)
{
	tdestroy(list->index, no_more);
	for (size_t i = 0; i < list->count; i++) {
		free(list->at[i]->held);
		free(list->at[i]);
	}
	free(list->at);
	free(list->groups);
}
