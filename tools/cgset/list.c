// SPDX-License-Identifier: MIT
// list.c: which groups there are, over all hierarchies.

#define _GNU_SOURCE
#include "cgset.h"

#include <err.h>
#include <stdlib.h>
#include <string.h>

void add_group(struct list *list, const char *group)
{
	if (list->count == list->capacity) {
		list->capacity = list->capacity ? 2 * list->capacity : 64;
		list->groups = reallocarray(list->groups, list->capacity,
					    sizeof *list->groups);
		if (!list->groups)
			err(options.failed, "cannot allocate memory");
	}
	list->groups[list->count] = strdup(group);
	if (!list->groups[list->count++])
		err(options.failed, "cannot allocate memory");
}

static int add_subtree(struct hierarchy *hierarchy, const char *group,
		       void *list)
{
	add_group(list, group);
	return each_child(hierarchy, group, add_subtree, list);
}

// A slash sorts before all else, so that a/b comes right after a, before a-b.
static int compare(const void *left, const void *right)
{
	const unsigned char *l = *(const unsigned char *const *)left;
	const unsigned char *r = *(const unsigned char *const *)right;

	for (; *l && *l == *r; l++)
		r++;
	return (*l == '/' ? 1 : *l) - (*r == '/' ? 1 : *r);
}

void sort_list(struct list *list)
{
	size_t kept = 0;

	if (list->count == 0)
		return;
	qsort(list->groups, list->count, sizeof *list->groups, compare);
	for (size_t i = 0; i < list->count; i++) {
		if (kept > 0 &&
		    strcmp(list->groups[kept - 1], list->groups[i]) == 0)
			free(list->groups[i]);
		else
			list->groups[kept++] = list->groups[i];
	}
	list->count = kept;
}

struct list list_groups(struct layout *layout, const char *from)
{
	struct list list = {0};

	require_group(layout, from);
	for (size_t i = 0; i < layout->count; i++)
		if (!is_named(&layout->list[i]) &&
		    group_exists(&layout->list[i], from))
			add_subtree(&layout->list[i], from, &list);
	sort_list(&list);
	return list;
}

void free_list(struct list *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->groups[i]);
	free(list->groups);
}
