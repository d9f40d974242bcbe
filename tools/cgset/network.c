// SPDX-License-Identifier: MIT
// network.c: the traffic of a group, by the namespace of its processes: the
// kernel counts no network I/O for a control group.

#define _GNU_SOURCE
#include "figures.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// A process of the group, or of a group below: all are in one network
// namespace in a container.
static int find_process(struct hierarchy *hierarchy, const char *group,
			void *pid)
{
	*(int *)pid = first_process(hierarchy, group, NULL, 0);
	if (*(int *)pid > 0)
		return -1; // found: stop
	return each_child(hierarchy, group, find_process, pid);
}

static bool in_our_network(int pid)
{
	char path[64], ours[64] = "", theirs[64] = "";

	snprintf(path, sizeof path, "/proc/%d/ns/net", pid);
	return readlink("/proc/self/ns/net", ours, sizeof ours - 1) < 0 ||
	       readlink(path, theirs, sizeof theirs - 1) < 0 ||
	       strcmp(ours, theirs) == 0;
}

// /proc/PID/net/dev shows the interfaces of the namespace that PID is in:
// nothing has to be entered. proc(5).
static void sum_interfaces(char *text, uint64_t *received, uint64_t *sent)
{
	char *line;

	while ((line = strsep(&text, "\n"))) {
		char *colon = strchr(line, ':');
		unsigned long long in, out;

		line += strspn(line, " ");
		if (!colon || strncmp(line, "lo:", 3) == 0 ||
		    sscanf(colon + 1, "%llu %*u %*u %*u %*u %*u %*u %*u %llu",
			   &in, &out) != 2)
			continue;
		*received += in;
		*sent += out;
	}
}

// A group in the network of whoever asks has no figures of its own.
int read_network(struct layout *layout, const char *group, uint64_t *received,
		 uint64_t *sent)
{
	struct buffer buffer = {0};
	char path[64];
	int pid = 0, result;

	for (size_t i = 0; pid <= 0 && i < layout->count; i++)
		if (!is_named(&layout->list[i]))
			find_process(&layout->list[i], group, &pid);
	if (pid <= 0 || in_our_network(pid))
		return -1;
	snprintf(path, sizeof path, "/proc/%d/net/dev", pid);
	result = read_file(AT_FDCWD, path, &buffer);
	if (result == 0)
		sum_interfaces(buffer.data, received, sent);
	free(buffer.data);
	return result;
}
