// SPDX-License-Identifier: MIT
//
// ns_held.c: namespaces that live without a process in them.
//
// Shows:     that a namespace ends with the last that refers to it, which may
//            be a descriptor, a socket, a thread, or a file that it is mounted
//            on: unshare --net=FILE, ip netns.
// Mirrors:   the columns PATH and NSFS of lsns(8).
// Leaves out: a descriptor on its way through a socket: unix(7) SCM_RIGHTS.
// Read:      namespaces(7) "Namespace lifetime".

#define _GNU_SOURCE
#include "procpeek.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/kcmp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

// The groups of a process that mark the packets of its sockets: net_cls and
// net_prio of cgroup v1. Freed by the caller.
static char *packet_groups(int proc, const char *path)
{
	struct buffer text = {0};
	struct cgroup_line line;
	char *groups = copy_text(""), *longer;
	const char *at;

	if (read_proc(proc, path, &text, "does it mark packets? cgroups(7)") <
	    0) {
		free(text.data);
		free(groups);
		return NULL;
	}
	for (at = text.data; cgroup_line(at, &line); at = line.end) {
		if (!memmem(line.list, (size_t)line.list_length, "net_", 4))
			continue;
		longer = format("%s%.*s:%.*s\n", groups, line.list_length,
				line.list, line.path_length, line.path);
		free(groups);
		groups = longer;
	}
	free(text.data);
	return groups;
}

// To whom a descriptor of a socket is given, his groups mark its packets from
// then on: receive_fd() in the kernel's fs/file.c. We are to change nothing, so
// they have to be the same as those of the process. A path is PID/fd/N or
// PID/task/TID/fd/N.
static void look_at_socket(int proc, const char *path,
			   struct namespace_list *list)
{
	char group[64], *theirs;
	int pid, tid, number, fd = -1;
	bool thread =
	    sscanf(path, "%d/task/%d/fd/%d", &pid, &tid, &number) == 3;

	if (!thread && sscanf(path, "%d/fd/%d", &tid, &number) != 2)
		return;
	snprintf(group, sizeof group, "%d/cgroup", tid);
	theirs = packet_groups(proc, group);
	if (!list->groups)
		list->groups = packet_groups(proc, "self/cgroup");
	errno = EPERM;
	if (theirs && list->groups && strcmp(theirs, list->groups) == 0)
		fd = socket_namespace(tid, thread, number);
	if (fd >= 0)
		note_namespace(list, inode_of(fd), KIND_NET,
			       format("/proc/%s", path), fd);
	else if (errno == EPERM && theirs)
		list->unasked++;
	free(theirs);
}

// A link to a namespace reads as net:[INODE], one to a socket as
// socket:[INODE], one to another file as a path.
// EACCES: only for those who may trace the process.
static void look_at_link(int proc, const char *path,
			 struct namespace_list *list)
{
	char target[64];
	uint64_t inode;
	int kind;

	if (read_link(proc, path, target, sizeof target,
		      "what a descriptor is of: proc(5)") <= 0)
		return;
	if (parse_namespace(target, &kind, &inode))
		note_namespace(list, inode, kind, format("/proc/%s", path), -1);
	else if (strncmp(target, "socket:[", 8) == 0 ||
		 strcmp(target, "/dev/net/tun") == 0)
		look_at_socket(proc, path, list);
}

static void find_links(int proc, const char *directory,
		       struct namespace_list *list)
{
	DIR *links = open_directory(proc, directory);
	struct dirent *entry;
	char path[320];

	while (links && (entry = readdir(links))) {
		if (entry->d_type != DT_LNK)
			continue;
		snprintf(path, sizeof path, "%s/%s", directory, entry->d_name);
		look_at_link(proc, path, list);
	}
	if (links)
		closedir(links);
}

// Threads share their descriptors, unless one has called unshare(CLONE_FILES),
// or the one compared with has ended. kcmp(2): ENOSYS, not in every kernel.
static bool has_same_files(int tid, int other)
{
	return explain(syscall(SYS_kcmp, tid, other, KCMP_FILES, 0, 0),
		       "0: they share their descriptors, kcmp(2)",
		       "kcmp(%d, %d, KCMP_FILES)", tid, other) == 0;
}

// A thread can be in namespaces of its own. The directory of threads has a link
// for each in it, beside . and .. in it and its name above it.
static void find_threads(int proc, int pid, struct namespace_list *list)
{
	struct dirent *entry;
	struct stat status;
	int tid, seen = pid; // whose descriptors were looked at
	char path[320];
	DIR *threads;

	snprintf(path, sizeof path, "%d/task", pid);
	if (fstatat(proc, path, &status, 0) < 0 || status.st_nlink <= 3)
		return; // the first alone, which is the process
	threads = open_directory(proc, path);
	while (threads && (entry = readdir(threads))) {
		tid = atoi(entry->d_name);
		if (entry->d_name[0] == '.' || tid == pid)
			continue;
		snprintf(path, sizeof path, "%d/task/%d/ns", pid, tid);
		find_links(proc, path, list);
		if (has_same_files(tid, seen))
			continue;
		snprintf(path, sizeof path, "%d/task/%d/fd", pid, tid);
		find_links(proc, path, list);
		seen = tid;
	}
	if (threads)
		closedir(threads);
}

// A process that called unshare(CLONE_NEWPID) or CLONE_NEWTIME is not in the
// new namespace: its children will be.
void find_descriptors(int proc, int pid, struct namespace_list *list)
{
	static const char *const later[] = {"pid_for_children",
					    "time_for_children"};
	char path[64];

	for (int i = 0; i < 2; i++) {
		snprintf(path, sizeof path, "%d/ns/%s", pid, later[i]);
		look_at_link(proc, path, list);
	}
	snprintf(path, sizeof path, "%d/fd", pid);
	find_links(proc, path, list);
	find_threads(proc, pid, list);
}

// The file system of namespaces is called nsfs, and what of it is mounted there
// says which one. In the mount namespace of procpeek itself the path of the
// mount point leads to it.
void find_mounts(int proc, const char *process, struct namespace_list *list)
{
	struct buffer text = {0};
	char *path = format("%s/mountinfo", process);
	char *root = strcmp(process, "self") == 0
			 ? copy_text("")
			 : format("/proc/%s/root", process);
	struct mount mount;
	uint64_t inode;
	char *rest;
	int kind;

	if (read_proc(proc, path, &text,
		      "namespaces mounted on files: proc(5)") == 0)
		for (rest = text.data; next_mount(&rest, &mount);)
			if (strcmp(mount.type, "nsfs") == 0 &&
			    parse_namespace(mount.root, &kind, &inode))
				note_namespace(
				    list, inode, kind,
				    format("%s%s", root, mount.point), -1);
	free(text.data);
	free(path);
	free(root);
}
