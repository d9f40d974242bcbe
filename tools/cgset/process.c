// SPDX-License-Identifier: MIT
// process.c: the processes of a group.

#define _GNU_SOURCE
#include "cgset.h"

#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

// A name can hold anything but a NUL: what a terminal would obey is masked.
static void name_of(int pid, char name[64])
{
	char path[64];
	struct buffer buffer = {0};

	snprintf(path, sizeof path, "/proc/%d/comm", pid);
	if (read_file(AT_FDCWD, path, &buffer) < 0 || buffer.length == 0)
		stpcpy(name, "?");
	else
		stpncpy(name, buffer.data, 63)[0] = '\0';
	name[strcspn(name, "\n")] = '\0';
	for (char *c = name; *c; c++)
		if ((unsigned char)*c < ' ' || (unsigned char)*c > '~')
			*c = '?';
	free(buffer.data);
}

int first_process(struct hierarchy *hierarchy, const char *group, char *text,
		  size_t length)
{
	struct buffer buffer = {0};
	char *line, *rest, name[64];
	size_t used = 0;
	int first = 0;

	if (read_group_file(hierarchy, group, "cgroup.procs", &buffer) == 0) {
		rest = buffer.data;
		while ((line = strsep(&rest, "\n")) && *line) {
			int pid = atoi(line);

			if (first == 0)
				first = pid;
			// "0" stands for a process outside our pid namespace.
			if (!text || used + 96 > length)
				break;
			name_of(pid, name);
			used += (size_t)snprintf(text + used, length - used,
						 "%s%d (%s)", used ? ", " : "",
						 pid, name);
		}
		if (first == 0 && buffer.length > 0)
			first = -1;
	}
	free(buffer.data);
	return first;
}

int find_occupied(struct hierarchy *hierarchy, const char *group, void *text)
{
	char names[512];

	if (first_process(hierarchy, group, names, sizeof names)) {
		snprintf(text, sizeof(message), "%s: %s",
			 full_path(hierarchy, group, NULL), names);
		return -1;
	}
	if (!options.recursive)
		return 0;
	return each_child(hierarchy, group, find_occupied, text);
}

// A PID names a thread as well, and the kernel would take it for its process.
void refuse_thread(int pid)
{
	struct buffer buffer = {0};
	char path[64];
	const char *line;
	int leader = pid;

	snprintf(path, sizeof path, "/proc/%d/status", pid);
	if (read_file(AT_FDCWD, path, &buffer) == 0) {
		line = strstr(buffer.data, "\nTgid:");
		if (line)
			sscanf(line, "\nTgid: %d", &leader);
	}
	free(buffer.data);
	if (leader != pid)
		errx(options.failed, "%d is a thread of process %d", pid,
		     leader);
}

static void refuse_membership(const struct membership *member, void *group)
{
	size_t length = strlen(group);
	const char *ours = member->group + 1;

	if (strncmp(ours, group, length) == 0 &&
	    (ours[length] == '\0' || ours[length] == '/'))
		errx(options.failed, "cgset itself is in /%s", ours);
}

void refuse_ourselves(struct layout *layout, const char *group)
{
	each_membership(layout, getpid(), refuse_membership, (void *)group);
}

// Some changes take a moment, and v1 has no event to wait for.
bool try_again(int *tries, int seconds)
{
	const struct timespec pause = {.tv_nsec = 10 * 1000000L};

	nanosleep(&pause, NULL);
	return ++*tries <= seconds * 100;
}

// Kernel threads stay where the kernel put them: PF_KTHREAD among the flags,
// the seventh field after the name (which may hold any parenthesis). proc(5).
bool is_kernel_thread(const char *pid)
{
	struct buffer buffer = {0};
	char path[64];
	unsigned int flags = 0;
	const char *after;

	snprintf(path, sizeof path, "/proc/%.16s/stat", pid);
	if (read_file(AT_FDCWD, path, &buffer) == 0) {
		after = strrchr(buffer.data, ')');
		if (after)
			sscanf(after, ") %*c %*d %*d %*d %*d %*d %u", &flags);
	}
	free(buffer.data);
	return flags & 0x00200000;
}
