// SPDX-License-Identifier: MIT
// limits.c: the target's resource limits, and how readily the kernel kills it
// when memory runs out.
//
// Both are inherited from the parent, and the command's is not one of the
// container: they have to be copied. Before the namespaces are entered, since
// only a capability in the first user namespace raises a limit.

#define _GNU_SOURCE
#include "nsenter-lite.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

// In the order of their numbers, which is that of /proc/PID/limits as well.
static const char *const names[] = {
    "RLIMIT_CPU",      "RLIMIT_FSIZE", "RLIMIT_DATA",	"RLIMIT_STACK",
    "RLIMIT_CORE",     "RLIMIT_RSS",   "RLIMIT_NPROC",	"RLIMIT_NOFILE",
    "RLIMIT_MEMLOCK",  "RLIMIT_AS",    "RLIMIT_LOCKS",	"RLIMIT_SIGPENDING",
    "RLIMIT_MSGQUEUE", "RLIMIT_NICE",  "RLIMIT_RTPRIO", "RLIMIT_RTTIME",
};
#define LIMIT_COUNT (sizeof names / sizeof *names)

static rlim_t parse_limit(const char *text, char **end)
{
	static const char unlimited[] = "unlimited";

	text += strspn(text, " ");
	if (strncmp(text, unlimited, strlen(unlimited)) != 0)
		return strtoull(text, end, 10);
	*end = (char *)text + strlen(unlimited);
	return RLIM_INFINITY;
}

// The soft limit may be anything up to the hard one; that may be lowered by
// everybody, raised with CAP_SYS_RESOURCE only. Where we cannot raise it, ours
// stays: the command is held shorter, never longer.
// setrlimit(2). Commonest errno: EPERM, as just said.
static void set_limit(unsigned int resource, struct rlimit limit)
{
	struct rlimit ours;

	if (getrlimit(resource, &ours) < 0 ||
	    (ours.rlim_cur == limit.rlim_cur &&
	     ours.rlim_max == limit.rlim_max))
		return;
	if (explain(prlimit(0, resource, &limit, NULL),
		    "a limit of the target: setrlimit(2)",
		    "prlimit64(0, %s, {rlim_cur=%lld, rlim_max=%lld}, NULL)",
		    names[resource], (long long)limit.rlim_cur,
		    (long long)limit.rlim_max) == 0)
		return;
	if (limit.rlim_max > ours.rlim_max)
		limit.rlim_max = ours.rlim_max;
	if (limit.rlim_cur > limit.rlim_max)
		limit.rlim_cur = limit.rlim_max;
	if (explain(prlimit(0, resource, &limit, NULL),
		    "as near to it as we may go: setrlimit(2)",
		    "prlimit64(0, %s, {rlim_cur=%lld, rlim_max=%lld}, NULL)",
		    names[resource], (long long)limit.rlim_cur,
		    (long long)limit.rlim_max) < 0)
		err(EXIT_TOOL, "cannot set %s", names[resource]);
}

// "Max open files            1024                 4096                 files",
// after a line of titles. proc_pid_limits(5).
static void take_resource_limits(const struct target *target)
{
	enum { NAME_WIDTH = 26 };
	struct buffer text = {0};
	char *line, *next = NULL;
	struct rlimit limit;

	if (read_file(target->proc, "limits", &text) < 0)
		target_error(target, "read the limits");
	strtok_r(text.data, "\n", &next);
	for (unsigned int resource = 0; resource < LIMIT_COUNT; resource++) {
		line = strtok_r(NULL, "\n", &next);
		if (!line || strlen(line) < NAME_WIDTH)
			break;
		limit.rlim_cur = parse_limit(line + NAME_WIDTH, &line);
		limit.rlim_max = parse_limit(line, &line);
		set_limit(resource, limit);
	}
	free(text.data);
}

// From -1000, never, to 1000, first. Where lowering it is refused, ours stays:
// the command is killed sooner than the target, which harms nobody else.
// proc_pid_oom_score_adj(5). Commonest errno: EACCES, no CAP_SYS_RESOURCE.
static void take_oom_score(const struct target *target)
{
	struct buffer theirs = {0}, ours = {0};
	int fd;

	if (read_file(target->proc, "oom_score_adj", &theirs) < 0)
		target_error(target, "read oom_score_adj");
	if (read_file(AT_FDCWD, "/proc/self/oom_score_adj", &ours) < 0)
		err(EXIT_TOOL, "cannot read /proc/self/oom_score_adj");
	if (strcmp(theirs.data, ours.data) != 0) {
		fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
		if (fd < 0)
			err(EXIT_TOOL, "cannot open /proc/self/oom_score_adj");
		theirs.data[strcspn(theirs.data, "\n")] = '\0';
		explain(write(fd, theirs.data, strlen(theirs.data)),
			"as readily killed as the target when memory runs "
			"out: proc_pid_oom_score_adj(5)",
			"write(%d, \"%s\", %zu)", fd, theirs.data,
			strlen(theirs.data));
		close(fd);
	}
	free(theirs.data);
	free(ours.data);
}

void take_limits(const struct target *target)
{
	take_resource_limits(target);
	take_oom_score(target);
}
