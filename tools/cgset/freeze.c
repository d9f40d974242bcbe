// SPDX-License-Identifier: MIT
// freeze.c: stop all processes of a group at once, and let them go on. On v1
// this is a controller, freezer; on v2 every group but the root can.

#define _GNU_SOURCE
#include "cgset.h"

#include <err.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct hierarchy *find_freezer(struct layout *layout, const char *group)
{
	struct hierarchy *v1 = find_controller(layout, "freezer");
	struct hierarchy *v2 = find_v2(layout);

	if (v1 && group_exists(v1, group))
		return v1;
	return v2 && group_exists(v2, group) ? v2 : NULL;
}

bool is_frozen(struct hierarchy *freezer, const char *group)
{
	char *text = read_group_text(
	    freezer, group, freezer->v2 ? "cgroup.events" : "freezer.state");
	bool frozen = text && strstr(text, freezer->v2 ? "frozen 1" : "FROZEN");

	free(text);
	return frozen;
}

// The kernel stops each process on its way back to user space, the next one
// that is forked included, so the answer comes later: asked until it is yes.
// cgroups(7). Commonest errno: ENOENT, a kernel before 5.2.
int freeze_group(struct hierarchy *freezer, const char *group)
{
	int tries = 0;

	if (write_group_file(
		freezer, group, freezer->v2 ? "cgroup.freeze" : "freezer.state",
		freezer->v2 ? "1" : "FROZEN",
		"stops every process of the subtree: cgroups(7)") < 0)
		return -1;
	while (narration != DRY_RUN && !is_frozen(freezer, group)) {
		if (try_again(&tries, 2))
			continue;
		errno = ETIMEDOUT;
		return -1;
	}
	return 0;
}

int thaw_group(struct hierarchy *freezer, const char *group)
{
	return write_group_file(
	    freezer, group, freezer->v2 ? "cgroup.freeze" : "freezer.state",
	    freezer->v2 ? "0" : "THAWED", "they go on where they were stopped");
}

// A group is frozen as long as one above it is. The nearest that was asked to
// be, or "" if there is none.
static void find_frozen_above(struct hierarchy *freezer, char *group)
{
	const char *file =
	    freezer->v2 ? "cgroup.freeze" : "freezer.self_freezing";
	char *text = NULL;

	while (*group && !(text && *text == '1')) {
		free(text);
		*(strrchr(group, '/') ? strrchr(group, '/') : group) = '\0';
		text = read_group_text(freezer, group, file);
	}
	free(text);
}

// The freezer of a group that is ours to stop.
static struct hierarchy *require_freezer(struct layout *layout,
					 const char *group)
{
	struct hierarchy *freezer = find_freezer(layout, group);

	if (!*group)
		errx(options.misused, "the root group cannot be frozen");
	if (!freezer) {
		require_group(layout, group);
		errx(options.failed,
		     "/%s cannot be frozen: it is in no freezer of v1 and not "
		     "in the v2 tree",
		     group);
	}
	refuse_foreign_below(freezer, group, layout);
	return freezer;
}

static int refuse(struct hierarchy *freezer, const char *group,
		  const char *what)
{
	warn("cannot %s %s", what, full_path(freezer, group, NULL));
	explain_refusal(freezer, group,
			freezer->v2 ? "cgroup.freeze" : "freezer.state");
	return options.failed;
}

int verb_freeze(struct layout *layout, char *operands[])
{
	for (; *operands; operands++) {
		const char *group = parse_own_group(layout, *operands);
		struct hierarchy *freezer = require_freezer(layout, group);
		int result;

		refuse_ourselves(layout, group);
		result = freeze_group(freezer, group);
		if (result < 0 && errno == ETIMEDOUT)
			thaw_group(freezer, group);
		if (result < 0)
			return refuse(freezer, group, "freeze");
	}
	return EXIT_SUCCESS;
}

int verb_thaw(struct layout *layout, char *operands[])
{
	for (; *operands; operands++) {
		char *group = parse_own_group(layout, *operands);
		struct hierarchy *freezer = require_freezer(layout, group);
		char above[PATH_MAX];

		if (thaw_group(freezer, group) < 0)
			return refuse(freezer, group, "thaw");
		stpcpy(above, group);
		find_frozen_above(freezer, above);
		if (!*above || narration == DRY_RUN)
			continue;
		warnx("/%s stays frozen: /%s above it is frozen", group, above);
		return options.failed;
	}
	return EXIT_SUCCESS;
}
