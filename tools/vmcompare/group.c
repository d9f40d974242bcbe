// SPDX-License-Identifier: MIT
//
// group.c: a control group with a limit of memory, for the container.
//
// Shows:     that the limit is one number in one file, whatever the container
//            believes that the machine has.
// Mirrors:   cgcreate(1), cgexec(1).
// Leaves out: all but memory, and machines on which no memory controller is
//            handed on to groups: cgset(1) is about those.
// Read:      cgroups(7).

#define _GNU_SOURCE
#include "bench.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

// A line of mountinfo ends in " - TYPE SOURCE OPTIONS"; the fifth word is where
// it is mounted. Under cgroup v1 the controllers are among the options.
static bool mounted_at(char *line, bool v1, char place[GROUP_SIZE])
{
	char *tail = strstr(line, v1 ? " - cgroup " : " - cgroup2 ");

	if (!tail || (v1 && !strstr(tail, "memory")))
		return false;
	return sscanf(line, "%*s %*s %*s %*s %127s", place) == 1;
}

// Where groups that limit memory are made: v1 has a tree for each controller.
// In v2 there is one tree, and a directory hands a controller on to those below
// it if it is in cgroup.subtree_control.
static bool find_tree(bool v1, char place[GROUP_SIZE])
{
	struct buffer text = {0};
	char *line, *rest = NULL, path[GROUP_SIZE + 32];
	bool found = false;

	if (read_file(AT_FDCWD, "/proc/self/mountinfo", &text) == 0)
		for (line = strtok_r(text.data, "\n", &rest); line && !found;
		     line = strtok_r(NULL, "\n", &rest))
			found = mounted_at(line, v1, place);
	if (found && !v1) {
		snprintf(path, sizeof path, "%s/cgroup.subtree_control", place);
		found = read_file(AT_FDCWD, path, &text) == 0 &&
			strstr(text.data, "memory");
	}
	free(text.data);
	return found;
}

// A directory is a group. Commonest errno: EACCES, for ordinary users.
bool make_group(char group[GROUP_SIZE], uint64_t memory)
{
	char place[GROUP_SIZE], path[GROUP_SIZE + 32], limit[32];
	bool v1 = find_tree(true, place);

	if (!v1 && !find_tree(false, place)) {
		errno = ENOTSUP;
		return false;
	}
	if (snprintf(group, GROUP_SIZE, "%s/vmcompare-%d", place, getpid()) >=
	    GROUP_SIZE) {
		errno = ENAMETOOLONG;
		return false;
	}
	if (explain(mkdir(group, 0755), "a control group: cgroups(7)",
		    "mkdir(\"%s\", 0755)", group) < 0) {
		group[0] = '\0';
		return false;
	}
	snprintf(path, sizeof path, "%s/%s", group,
		 v1 ? "memory.limit_in_bytes" : "memory.max");
	snprintf(limit, sizeof limit, "%ju", (uintmax_t)memory);
	return explain(write_file(AT_FDCWD, path, limit),
		       "more than this it does not get",
		       "write(\"%s\", \"%s\")", path, limit) == 0;
}

// To be written by the process itself: 0 stands for whoever writes. What it
// starts from then on is in the group as well.
int join_group(const char *group)
{
	char path[GROUP_SIZE + 32];

	snprintf(path, sizeof path, "%s/cgroup.procs", group);
	return (int)explain(write_file(AT_FDCWD, path, "0"),
			    "we are in it, and so will be our children",
			    "write(\"%s\", \"0\")", path);
}

// The kernel keeps a group until its last process has been buried. Commonest
// errno: EBUSY, until then.
void remove_group(const char *group)
{
	const struct timespec pause = {.tv_nsec = 10000000};

	for (int i = 0; i < 200 && rmdir(group) < 0 && errno == EBUSY; i++)
		nanosleep(&pause, NULL);
	explain(access(group, F_OK) < 0 ? 0 : -1, "gone with its limit",
		"rmdir(\"%s\")", group);
}
