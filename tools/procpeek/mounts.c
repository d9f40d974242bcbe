// SPDX-License-Identifier: MIT
//
// mounts.c: the lines of /proc/PID/mountinfo.
//
// Shows:     how the kernel describes a mount: what of which file system is
//            seen where.
// Mirrors:   the reading half of findmnt(8).
// Leaves out: ids, devices and propagation.
// Read:      proc(5).

#define _GNU_SOURCE
#include "procpeek.h"

#include <string.h>

// A blank, a tab, a newline and a backslash are written as \ooo, and in a
// source # as well.
static void unescape(char *text)
{
	unsigned int code;
	char *to = text;
	int used;

	while (*text) {
		if (*text == '\\' &&
		    sscanf(text, "\\%3o%n", &code, &used) == 1) {
			*to++ = (char)code;
			text += used;
		} else {
			*to++ = *text++;
		}
	}
	*to = '\0';
}

// ID PARENT DEVICE ROOT POINT MODE TAGS... - TYPE SOURCE OPTIONS
bool next_mount(char **text, struct mount *mount)
{
	char *line, *behind;

	while ((line = strsep(text, "\n"))) {
		behind = strstr(line, " - ");
		if (!behind)
			continue; // cut short
		*behind = '\0';
		behind += strlen(" - ");
		for (int skipped = 0; skipped < 3; skipped++)
			strsep(&line, " ");
		mount->root = strsep(&line, " ");
		mount->point = strsep(&line, " ");
		mount->mode = strsep(&line, " ");
		mount->type = strsep(&behind, " ");
		mount->source = strsep(&behind, " ");
		mount->options = behind;
		if (!mount->mode || !mount->options)
			continue;
		unescape(mount->root);
		unescape(mount->point);
		unescape(mount->source);
		return true;
	}
	return false;
}
