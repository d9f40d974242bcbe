// SPDX-License-Identifier: MIT
// name.c: which names a group can have.

#define _GNU_SOURCE
#include "cgset.h"

#include <err.h>
#include <string.h>

// cgroups(7) does not say it, mkdir(2) does: at most 255 bytes a component.
// The kernel refuses a newline, because it would forge a line of
// /proc/PID/cgroup.
static void check_component(const char *component, size_t length,
			    const char *text)
{
	if (length <= 2 && strncmp(component, "..", length) == 0)
		errx(options.misused, "group %s: . and .. are refused", text);
	if (length > NAME_MAX)
		errx(options.misused, "a group name is longer than %d bytes",
		     NAME_MAX);
	for (size_t i = 0; i < length; i++)
		if ((unsigned char)component[i] < ' ' || component[i] == 0x7f)
			errx(options.misused,
			     "a group name contains a control character");
}

// Somebody may well paste the folder instead of the group.
static void refuse_folder(const struct layout *layout, const char *text)
{
	for (size_t i = 0; i < layout->count; i++) {
		const char *mount_point = layout->list[i].mount_point;
		size_t length = strlen(mount_point);

		if (strncmp(text, mount_point, length) == 0 &&
		    (text[length] == '/' || text[length] == '\0'))
			errx(options.misused,
			     "group %s: name it as it is below %s", text,
			     mount_point);
	}
}

char *parse_group(const struct layout *layout, char *text)
{
	char *to = text;
	const char *from;
	size_t length;

	if (!*text)
		errx(options.misused, "the group name is empty");
	// Room for a mount point before it and a file name after it.
	if (strlen(text) > PATH_MAX / 2)
		errx(options.misused, "the group name is too long");
	refuse_folder(layout, text);
	for (from = text; *(from += strspn(from, "/")); from += length) {
		length = strcspn(from, "/");
		check_component(from, length, text);
	}
	for (from = text; *(from += strspn(from, "/")); from += length) {
		length = strcspn(from, "/");
		if (to != text)
			*to++ = '/';
		memmove(to, from, length);
		to += length;
	}
	*to = '\0';
	return text;
}

char *parse_own_group(struct layout *layout, char *text)
{
	char *group = parse_group(layout, text);

	refuse_foreign(layout, group);
	return group;
}
