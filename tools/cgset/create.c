// SPDX-License-Identifier: MIT
// create.c: a group is made by mkdir(2) and removed by rmdir(2).

#define _GNU_SOURCE
#include "cgset.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

// The kernel fills a new folder with the group's files; rights on it are
// those of any folder. cgroups(7), mkdir(2). Commonest errno: EACCES.
static int make_folder(struct hierarchy *hierarchy, const char *group)
{
	char path[PATH_MAX];
	int base = open_hierarchy(hierarchy), made = 0;

	if (group_path(hierarchy, group, NULL, path) < 0)
		return -1;
	if (narration != DRY_RUN)
		made = mkdirat(base, path, 0755);
	explain(made, full_path(hierarchy, group, NULL),
		"mkdirat(%d, \"%s\", 0755)", base, path);
	return made;
}

int remove_folder(struct hierarchy *hierarchy, const char *group)
{
	char path[PATH_MAX];
	int base = open_hierarchy(hierarchy), removed = 0;

	if (group_path(hierarchy, group, NULL, path) < 0)
		return -1;
	if (narration != DRY_RUN)
		removed = unlinkat(base, path, AT_REMOVEDIR);
	return (int)explain(removed,
			    "a group without processes and children is "
			    "removed by rmdir: cgroups(7)",
			    "unlinkat(%d, \"%s\", AT_REMOVEDIR)", base, path);
}

static void cut_component(char *path)
{
	char *slash = strrchr(path, '/');

	*(slash ? slash : path) = '\0';
}

// The folders of one hierarchy, from the top. made counts the new ones. A
// component that is there already, or that somebody else makes at the same
// moment, is as good, when it is a folder of this hierarchy.
static int create_in(struct hierarchy *hierarchy, const char *group,
		     size_t *made)
{
	char prefix[PATH_MAX] = "", parent[PATH_MAX], path[PATH_MAX];
	size_t length = 0;

	while (group[length]) {
		length += group[length] == '/';
		length += strcspn(group + length, "/");
		stpcpy(parent, prefix);
		memcpy(prefix, group, length);
		prefix[length] = '\0';
		// What lies above the part that is mounted is not ours to see.
		if (group_path(hierarchy, parent, NULL, path) < 0)
			continue;
		if (hierarchy->v2 &&
		    v2_enable_controllers(hierarchy, parent) < 0)
			return -1;
		if (make_folder(hierarchy, prefix) == 0)
			++*made;
		else if (errno != EEXIST || !group_exists(hierarchy, prefix))
			return -1;
		if (!hierarchy->v2 && v1_prepare_group(hierarchy, prefix) < 0)
			return -1;
	}
	return group_path(hierarchy, group, NULL, path);
}

// Deepest first; those that were made are the deepest that exist.
void remove_made(struct layout *layout, const char *group, struct made made)
{
	for (size_t i = 0; i < layout->count; i++) {
		char path[PATH_MAX];

		stpcpy(path, group);
		while (made.folders[i] > 0 && *path) {
			if (group_exists(&layout->list[i], path)) {
				remove_folder(&layout->list[i], path);
				made.folders[i]--;
			}
			cut_component(path);
		}
	}
}

// Whose folder refused: the deepest that exists.
static void explain_creation(struct hierarchy *hierarchy, const char *group)
{
	char path[PATH_MAX];
	int saved = errno;

	if (saved == EBUSY && hierarchy->v2)
		v2_explain_occupied(hierarchy, group);
	stpcpy(path, group);
	while (*path && !group_exists(hierarchy, path))
		cut_component(path);
	errno = saved;
	explain_refusal(hierarchy, path, NULL);
}

int create_group(struct layout *layout, const char *group, struct made *made)
{
	*made = (struct made){0};
	// One that cannot be opened ends the program: now, before a folder is
	// made in another.
	for (size_t i = 0; i < layout->count; i++)
		if (!is_named(&layout->list[i]))
			open_hierarchy(&layout->list[i]);
	for (size_t i = 0; i < layout->count; i++) {
		struct hierarchy *hierarchy = &layout->list[i];

		if (is_named(hierarchy))
			continue;
		if (create_in(hierarchy, group, &made->folders[i]) == 0)
			continue;
		warn("cannot create %s", full_path(hierarchy, group, NULL));
		explain_creation(hierarchy, group);
		remove_made(layout, group, *made);
		return -1;
	}
	return 0;
}

int verb_create(struct layout *layout, char *operands[])
{
	struct made made;

	for (; *operands; operands++) {
		const char *group = parse_own_group(layout, *operands);

		if (create_group(layout, group, &made) < 0)
			return options.failed;
	}
	return EXIT_SUCCESS;
}
