// SPDX-License-Identifier: MIT
// kill.c: end all processes of a group, faster than they can fork.
//
// v2 has a file for it, cgroup.kill (Linux 5.14). Elsewhere the group is
// frozen first: what is stopped cannot fork, so the list is complete.

#define _GNU_SOURCE
#include "cgset.h"

#include <err.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <unistd.h>

static bool has_kill(struct hierarchy *hierarchy, const char *group)
{
	char *text = NULL;

	if (!hierarchy->v2)
		return false;
	// The file can only be written: EACCES or EINVAL says it is there.
	text = read_group_text(hierarchy, group, "cgroup.kill");
	free(text);
	return text || errno != ENOENT;
}

struct search {
	struct hierarchy *hierarchy;
	const char *group;
	bool found;
};

static void look_for(const struct membership *member, void *context)
{
	struct search *search = context;

	if (member->hierarchy == search->hierarchy &&
	    strcmp(member->group + 1, search->group) == 0)
		search->found = true;
}

// Where nothing is frozen, the process may have ended and its number be
// another's by now: so it is pinned by a pidfd, then looked at, then killed.
// pidfd_open(2), pidfd_send_signal(2). Commonest errno: ESRCH, it has ended.
static void kill_process(struct layout *layout, struct search search, int pid)
{
	int pidfd = pidfd_open(pid, 0);

	explain(pidfd, "a name for this process alone: pidfd_open(2)",
		"pidfd_open(%d, 0)", pid);
	if (pidfd < 0)
		return;
	each_membership(layout, pid, look_for, &search);
	if (search.found)
		explain(pidfd_send_signal(pidfd, SIGKILL, NULL, 0),
			"cannot be caught, blocked or ignored: signal(7)",
			"pidfd_send_signal(%d, SIGKILL, NULL, 0)", pidfd);
	close(pidfd);
}

// The processes of one group, then those of its children.
static int kill_tree(struct hierarchy *hierarchy, const char *group,
		     void *layout)
{
	struct search search = {.hierarchy = hierarchy, .group = group};
	struct buffer buffer = {0};
	char *line, *rest;
	int pid;

	if (read_group_file(hierarchy, group, "cgroup.procs", &buffer) == 0) {
		rest = buffer.data;
		while ((line = strsep(&rest, "\n")))
			if (parse_pid(line, &pid) == 0)
				kill_process(layout, search, pid);
	}
	free(buffer.data);
	return each_child(hierarchy, group, kill_tree, layout);
}

// Once: stop where that is needed, kill, and let go, also what somebody else
// had frozen: on v1 it dies only then, before it could run on; on v2 the next
// process of the group would hang. Commonest errno: EACCES.
static int kill_once(struct layout *layout, struct hierarchy *hierarchy,
		     const char *group)
{
	struct hierarchy *freezer = find_freezer(layout, group);
	bool stop = freezer && !has_kill(freezer, group);
	int result = 0;

	// What waits for a disk is stopped only when it has its answer, but
	// until then it does not fork either.
	if (stop && freeze_group(freezer, group) < 0 && errno != ETIMEDOUT)
		warn("cannot freeze %s", full_path(freezer, group, NULL));
	if (has_kill(hierarchy, group))
		result = write_group_file(
		    hierarchy, group, "cgroup.kill", "1",
		    "SIGKILL to the whole subtree, and to what it is forking");
	else
		kill_tree(hierarchy, group, layout);
	if (result < 0) {
		warn("cannot kill %s", full_path(hierarchy, group, NULL));
		explain_refusal(hierarchy, group, "cgroup.kill");
	}
	if (freezer)
		thaw_group(freezer, group);
	return result;
}

// Dying takes a moment; after the first ten of them it is tried again.
static int kill_all(struct layout *layout, struct hierarchy *hierarchy,
		    const char *group)
{
	message text;
	int tries = 0;

	while (find_occupied(hierarchy, group, text) < 0) {
		if (tries % 10 == 0 && kill_once(layout, hierarchy, group) < 0)
			return -1;
		if (narration == DRY_RUN)
			return 0;
		if (try_again(&tries, 10))
			continue;
		warnx("not killed: %s", text);
		return -1;
	}
	return 0;
}

// In one hierarchy after the other: after the first, the others are empty as
// well, unless somebody put a process into that one alone.
int verb_kill(struct layout *layout, char *operands[])
{
	options.recursive = true;
	for (; *operands; operands++) {
		const char *group = parse_own_group(layout, *operands);

		if (!*group)
			errx(options.misused, "the root group is not killed");
		require_group(layout, group);
		refuse_ourselves(layout, group);
		for (size_t i = 0; i < layout->count; i++)
			refuse_foreign_below(&layout->list[i], group, layout);
		for (size_t i = 0; i < layout->count; i++)
			if (!is_named(&layout->list[i]) &&
			    kill_all(layout, &layout->list[i], group) < 0)
				return options.failed;
	}
	return EXIT_SUCCESS;
}
