// SPDX-License-Identifier: MIT
// delete.c: a group is removed by rmdir(2), children first, when it is empty.

#define _GNU_SOURCE
#include "cgset.h"

#include <err.h>
#include <errno.h>
#include <stdlib.h>

// Nothing is removed while there is a process anywhere in the subtree. One
// that is gone for its parent can hold its group for a moment more.
static void wait_until_empty(struct layout *layout, const char *group)
{
	message text = "";
	int tries = 0;

	for (size_t i = 0; i < layout->count;) {
		if (is_named(&layout->list[i]) ||
		    find_occupied(&layout->list[i], group, text) == 0)
			i++;
		else if (narration == DRY_RUN || !try_again(&tries, 2))
			errx(options.failed, "not empty: %s", text);
	}
}

// rmdir(2). Commonest errno: EBUSY, processes that are just ending.
static int remove_empty(struct hierarchy *hierarchy, const char *group)
{
	int tries = 0;

	while (remove_folder(hierarchy, group) < 0) {
		if (errno == ENOENT)
			return 0;
		if (errno == EBUSY && try_again(&tries, 2))
			continue;
		warn("cannot remove %s", full_path(hierarchy, group, NULL));
		explain_refusal(hierarchy, group, NULL);
		return -1;
	}
	return 0;
}

static int remove_tree(struct hierarchy *hierarchy, const char *group,
		       void *unused)
{
	if (each_child(hierarchy, group, remove_tree, unused) < 0)
		return -1;
	return remove_empty(hierarchy, group);
}

static int refuse_child(struct hierarchy *hierarchy, const char *child,
			void *unused)
{
	(void)unused;
	errx(options.failed, "%s is a child: -r removes children as well",
	     full_path(hierarchy, child, NULL));
}

static void delete_group(struct layout *layout, const char *group)
{
	int result = 0;

	if (!*group)
		errx(options.misused, "the root group cannot be removed");
	require_group(layout, group);
	for (size_t i = 0; i < layout->count; i++) {
		if (options.recursive)
			refuse_foreign_below(&layout->list[i], group, layout);
		else if (!is_named(&layout->list[i]))
			each_child(&layout->list[i], group, refuse_child, NULL);
	}
	wait_until_empty(layout, group);
	for (size_t i = 0; i < layout->count; i++)
		if (!is_named(&layout->list[i]) &&
		    group_exists(&layout->list[i], group))
			result |= remove_tree(&layout->list[i], group, NULL);
	if (result < 0)
		exit(options.failed);
}

int verb_delete(struct layout *layout, char *operands[])
{
	for (; *operands; operands++)
		delete_group(layout, parse_own_group(layout, *operands));
	return EXIT_SUCCESS;
}
