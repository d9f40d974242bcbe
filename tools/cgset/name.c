// SPDX-License-Identifier: MIT
// name.c: which names a group can have, and whose it is.

#define _GNU_SOURCE
#include "cgset.h"

#include <err.h>
#include <stdlib.h>
#include <string.h>

// cgroups(7) does not say it, mkdir(2) does: at most 255 bytes a component.
// The kernel refuses a newline, because it would forge a line of
// /proc/PID/cgroup.
static void check_component(const char *component, const char *text)
{
	if (strcmp(component, ".") == 0 || strcmp(component, "..") == 0)
		errx(options.misused, "group %s: . and .. are refused", text);
	if (strlen(component) > NAME_MAX)
		errx(options.misused, "a group name is longer than %d bytes",
		     NAME_MAX);
	for (const char *c = component; *c; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			errx(options.misused,
			     "a group name contains a control character");
}

char *parse_group(const struct layout *layout, const char *text)
{
	char *copied = strdup(text), *group = calloc(1, strlen(text) + 2);
	char *rest = copied, *component, *end = group;

	if (!copied || !group)
		err(options.failed, "cannot allocate memory");
	if (!*text)
		errx(options.misused, "the group name is empty");
	for (size_t i = 0; i < layout->count; i++) {
		const char *mount_point = layout->list[i].mount_point;
		size_t length = strlen(mount_point);

		if (strncmp(text, mount_point, length) == 0 &&
		    (text[length] == '/' || text[length] == '\0'))
			errx(options.misused,
			     "group %s: name it as it is below %s", text,
			     mount_point);
	}
	while ((component = strsep(&rest, "/"))) {
		if (!*component)
			continue;
		check_component(component, text);
		if (end != group)
			*end++ = '/';
		end = stpcpy(end, component);
	}
	// Room for a mount point before it and a file name after it.
	if (strlen(group) > PATH_MAX / 2)
		errx(options.misused, "the group name is too long");
	free(copied);
	return group;
}

char *parse_own_group(const struct layout *layout, const char *text)
{
	char *group = parse_group(layout, text);
	const char *way, *owner = group_owner(group, &way);

	if (owner && !options.force)
		errx(options.failed,
		     "/%s belongs to %s: use its own way (%s), or --force",
		     group, owner, way);
	return group;
}
