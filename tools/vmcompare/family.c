// SPDX-License-Identifier: MIT
//
// family.c: a process and all that came from it, and how much memory they have.
//
// Shows:     that neither a container nor a virtual machine is an object with a
//            size: both are processes, whose pages can be counted. PSS divides
//            a page that several share among them, so that the sum is true.
// Mirrors:   smem(8), pstree(1).
// Leaves out: what the kernel itself holds for them.
// Read:      proc(5): stat, smaps_rollup.

#define _GNU_SOURCE
#include "bench.h"

#include <dirent.h>
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct kin {
	int pid, parent;
	bool related;
};

// The fourth field of stat. The second is the name in parentheses, which may
// have spaces and parentheses itself: so the last one ends it.
static int parent_of(int pid, struct buffer *text)
{
	char path[64];
	const char *end;

	snprintf(path, sizeof path, "/proc/%d/stat", pid);
	if (read_file(AT_FDCWD, path, text) < 0)
		return -1; // it has ended
	end = strrchr(text->data, ')');
	return end && strlen(end) > 4 ? atoi(end + 4) : -1;
}

static struct kin *read_processes(size_t *count)
{
	DIR *directory = opendir("/proc");
	const struct dirent *entry;
	struct buffer text = {0};
	struct kin *all = NULL;
	size_t room = 0;
	int pid;

	*count = 0;
	if (!directory)
		err(EXIT_FAILURE, "cannot read /proc");
	while ((entry = readdir(directory))) {
		if (parse_pid(entry->d_name, &pid) < 0)
			continue;
		if (*count == room) {
			room = room ? 2 * room : 256;
			all = realloc(all, room * sizeof *all);
			if (!all)
				err(EXIT_FAILURE, "cannot list the processes");
		}
		all[(*count)++] = (struct kin){pid, parent_of(pid, &text), 0};
	}
	closedir(directory);
	free(text.data);
	return all;
}

// Whose parent is related is related: repeated until nobody is added, for a
// parent may have a higher number than its child.
static void mark_family(struct kin *all, size_t count, int head)
{
	bool added = true;

	for (size_t i = 0; i < count; i++)
		all[i].related = all[i].pid == head;
	while (added) {
		added = false;
		for (size_t i = 0; i < count; i++)
			for (size_t j = 0; j < count && !all[i].related; j++)
				if (all[j].related &&
				    all[j].pid == all[i].parent)
					added = all[i].related = true;
	}
}

size_t find_family(int head, int *pids, size_t room)
{
	size_t count, found = 0;
	struct kin *all = read_processes(&count);

	mark_family(all, count, head);
	for (size_t i = 0; i < count && found < room; i++)
		if (all[i].related)
			pids[found++] = all[i].pid;
	free(all);
	return found;
}

static bool is_memcached(int pid, struct buffer *text)
{
	char path[64];

	snprintf(path, sizeof path, "/proc/%d/comm", pid);
	return read_file(AT_FDCWD, path, text) == 0 &&
	       strcmp(text->data, "memcached\n") == 0;
}

// Commonest errno: EACCES, for another user's process; ESRCH, for one that has
// just ended.
static uint64_t pss_of(int pid, struct buffer *text)
{
	static const char key[] = "\nPss:";
	char path[64];
	const char *found = NULL;

	snprintf(path, sizeof path, "/proc/%d/smaps_rollup", pid);
	if (read_file(AT_FDCWD, path, text) == 0)
		found = strstr(text->data, key);
	return found ? strtoull(found + sizeof key - 1, NULL, 10) * 1024 : 0;
}

// Of the server alone, where it is to be seen among them. In a virtual machine
// it is not: that is memory of the machine's process, as all else in there.
uint64_t memory_of_family(int head, int *server)
{
	struct buffer text = {0};
	uint64_t all = 0, pss = 0;
	int pids[256];
	size_t count = find_family(head, pids, sizeof pids / sizeof *pids);

	*server = 0;
	for (size_t i = 0; i < count && !*server; i++) {
		pss = pids[i] == getpid() ? 0 : pss_of(pids[i], &text);
		all += pss;
		if (is_memcached(pids[i], &text))
			*server = pids[i];
	}
	free(text.data);
	return *server ? pss : all;
}
