// SPDX-License-Identifier: MIT
//
// ns_held.c: namespaces that live without a process in them.
//
// Shows:     that a namespace ends with the last that refers to it, which may
//            be a descriptor, or a file that it is mounted on:
//            unshare --net=FILE, ip netns.
// Mirrors:   the columns PATH and NSFS of lsns(8).
// Leaves out: a descriptor on its way through a socket: unix(7) SCM_RIGHTS.
// Read:      namespaces(7) "Namespace lifetime".

#define _GNU_SOURCE
#include "procpeek.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// "net:[4026532281]", which is what a link to a namespace and the root of its
// mount both say. False: it is something else.
bool parse_namespace(const char *text, int *kind, uint64_t *inode)
{
	size_t length = strcspn(text, ":");

	if (strncmp(text + length, ":[", 2) != 0)
		return false;
	*kind = namespace_kind(text, length);
	*inode = strtoull(text + length + 2, NULL, 10);
	return *kind >= 0 && *inode;
}

// Of other files, that link says another path. EACCES: only for those who may
// trace the process.
static void look_at_link(int proc, const char *path,
			 struct namespace_list *list)
{
	char target[64];
	uint64_t inode;
	int kind;

	if (read_link(proc, path, target, sizeof target,
		      "what a descriptor is of: proc(5)") > 0 &&
	    parse_namespace(target, &kind, &inode))
		note_namespace(list, inode, kind, format("/proc/%s", path), -1);
}

// A process that called unshare(CLONE_NEWPID) or CLONE_NEWTIME is not in the
// new namespace: its children will be.
void find_descriptors(int proc, int pid, struct namespace_list *list)
{
	static const char *const later[] = {"pid_for_children",
					    "time_for_children"};
	struct dirent *entry;
	DIR *directory = NULL;
	char path[320];
	int fd;

	for (int i = 0; i < 2; i++) {
		snprintf(path, sizeof path, "%d/ns/%s", pid, later[i]);
		look_at_link(proc, path, list);
	}
	snprintf(path, sizeof path, "%d/fd", pid);
	fd = openat(proc, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0)
		directory = fdopendir(fd);
	while (directory && (entry = readdir(directory))) {
		if (entry->d_type != DT_LNK)
			continue;
		snprintf(path, sizeof path, "%d/fd/%s", pid, entry->d_name);
		look_at_link(proc, path, list);
	}
	if (directory)
		closedir(directory);
}

// The file system of namespaces is called nsfs, and what of it is mounted there
// says which one. In the mount namespace of procpeek itself, which is PID 0
// here, the path of the mount point leads to it.
void find_mounts(int proc, int pid, struct namespace_list *list)
{
	struct buffer text = {0};
	char *path =
	    pid ? format("%d/mountinfo", pid) : copy_text("self/mountinfo");
	char *root = pid ? format("/proc/%d/root", pid) : copy_text("");
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
