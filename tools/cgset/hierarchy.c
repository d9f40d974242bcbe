// SPDX-License-Identifier: MIT
// hierarchy.c: which cgroup trees this machine has, v1 or v2, and where.

#define _GNU_SOURCE
#include "cgset.h"

#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

static char *copy(const char *text)
{
	char *copied = strdup(text);

	if (!copied)
		err(options.failed, "cannot allocate memory");
	return copied;
}

// mountinfo writes blank, tab, newline and backslash as \ooo, so that its
// fields can be told apart. proc(5).
static void unescape(char *text)
{
	char *to = text;

	for (; *text; text++) {
		if (text[0] == '\\' && text[1] >= '0' && text[1] <= '3' &&
		    text[2] >= '0' && text[2] <= '7' && text[3] >= '0' &&
		    text[3] <= '7') {
			*to++ = (char)((text[1] - '0') * 64 +
				       (text[2] - '0') * 8 + (text[3] - '0'));
			text += 3;
		} else {
			*to++ = *text;
		}
	}
	*to = '\0';
}

// The options of a v1 mount are its controllers, between others that are not.
static char *controllers_in(char *mount_options)
{
	static const char *const others[] = {"rw",
					     "ro",
					     "xattr",
					     "noprefix",
					     "clone_children",
					     "cpuset_v2_mode",
					     "favordynmods",
					     NULL};
	char *list = copy(""), *longer, *option, *rest = NULL;

	for (option = strtok_r(mount_options, ",", &rest); option;
	     option = strtok_r(NULL, ",", &rest)) {
		size_t i = 0;

		while (others[i] && strcmp(option, others[i]) != 0)
			i++;
		if (others[i] ||
		    (strchr(option, '=') && strncmp(option, "name=", 5) != 0))
			continue;
		if (asprintf(&longer, "%s%s%s", list, *list ? "," : "",
			     option) < 0)
			err(options.failed, "cannot allocate memory");
		free(list);
		list = longer;
	}
	return list;
}

// On v2 the root's cgroup.controllers says what is not bound to a v1 tree.
static char *controllers_of_v2(const char *mount_point)
{
	struct buffer buffer = {0};
	char path[PATH_MAX], *c;

	snprintf(path, sizeof path, "%s/cgroup.controllers", mount_point);
	if (read_file(AT_FDCWD, path, &buffer) < 0) {
		free(buffer.data);
		return copy("");
	}
	buffer.data[strcspn(buffer.data, "\n")] = '\0';
	for (c = buffer.data; *c; c++)
		if (*c == ' ')
			*c = ',';
	return buffer.data;
}

// The same hierarchy can be mounted twice, as a whole and a part of it (this
// is how a container sees its own): the one that shows more is kept, unless
// the other hides it.
static struct hierarchy *slot_for(struct layout *layout, dev_t device,
				  const char *root, const char *mount_point)
{
	struct hierarchy *slot = layout->list;

	for (; slot < layout->list + layout->count; slot++)
		if (slot->device == device)
			return strcmp(mount_point, slot->mount_point) == 0 ||
				       strlen(root) < strlen(slot->root)
				   ? slot
				   : NULL;
	if (layout->count == sizeof layout->list / sizeof *layout->list)
		errx(options.failed, "too many cgroup hierarchies");
	layout->count++;
	slot->fd = -1;
	return slot;
}

static void release(struct hierarchy *hierarchy)
{
	free(hierarchy->root);
	free(hierarchy->mount_point);
	free(hierarchy->controllers);
	if (hierarchy->fd >= 0)
		close(hierarchy->fd);
}

// One line of mountinfo:
//	36 35 0:31 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory
//	      dev root mount point         ... type  source  options
static void add_mount(struct layout *layout, char *line)
{
	char *field[5] = {0}, *tail = strstr(line, " - "), *type, *rest = NULL;
	unsigned int major_number, minor_number;
	struct hierarchy *slot;

	if (!tail)
		return;
	*tail = '\0';
	tail += 3;
	type = strsep(&tail, " ");
	if (strcmp(type, "cgroup") != 0 && strcmp(type, "cgroup2") != 0)
		return;
	strsep(&tail, " ");
	for (int i = 0; i < 5; i++)
		field[i] = strtok_r(i ? NULL : line, " ", &rest);
	if (!tail || !field[4] ||
	    sscanf(field[2], "%u:%u", &major_number, &minor_number) != 2)
		return;
	unescape(field[3]);
	unescape(field[4]);
	slot = slot_for(layout, makedev(major_number, minor_number), field[3],
			field[4]);
	if (!slot)
		return;
	release(slot);
	slot->device = makedev(major_number, minor_number);
	slot->v2 = strcmp(type, "cgroup2") == 0;
	slot->root = copy(field[3]);
	slot->mount_point = copy(field[4]);
	slot->controllers = slot->v2 ? controllers_of_v2(slot->mount_point)
				     : controllers_in(tail);
	slot->fd = -1;
}

// Nothing about /sys/fs/cgroup is assumed: distributions mount controllers
// alone or together, and point symbolic links at them. proc(5), cgroups(7).
void find_hierarchies(struct layout *layout)
{
	struct buffer buffer = {0};
	char *line, *rest;

	*layout = (struct layout){0};
	if (read_file(AT_FDCWD, "/proc/self/mountinfo", &buffer) < 0)
		err(options.failed, "cannot read /proc/self/mountinfo");
	rest = buffer.data;
	while ((line = strsep(&rest, "\n")))
		add_mount(layout, line);
	free(buffer.data);
	if (layout->count == 0)
		errx(options.failed, "no cgroup file system is mounted here");
}

void forget_hierarchies(struct layout *layout)
{
	for (size_t i = 0; i < layout->count; i++)
		release(&layout->list[i]);
}

bool has_controller(const struct hierarchy *hierarchy, const char *name)
{
	const char *at = hierarchy->controllers;
	size_t length = strlen(name);

	for (; at; at = strchr(at, ',')) {
		at += *at == ',';
		if (strncmp(at, name, length) == 0 &&
		    (at[length] == '\0' || at[length] == ','))
			return true;
	}
	return false;
}

struct hierarchy *find_controller(struct layout *layout, const char *name)
{
	for (size_t i = 0; i < layout->count; i++) {
		struct hierarchy *hierarchy = &layout->list[i];

		// The one controller that has a new name on v2.
		if (has_controller(hierarchy, name) ||
		    (strcmp(name, "io") == 0 &&
		     has_controller(hierarchy, "blkio")))
			return hierarchy;
	}
	return NULL;
}

struct hierarchy *find_v2(struct layout *layout)
{
	for (size_t i = 0; i < layout->count; i++)
		if (layout->list[i].v2)
			return &layout->list[i];
	return NULL;
}

bool is_named(const struct hierarchy *hierarchy)
{
	return strncmp(hierarchy->controllers, "name=", 5) == 0;
}

// Everything else is opened relative to this descriptor. O_PATH: a place, not
// a file to read. open(2). Commonest errno: EACCES, a folder above is closed.
int open_hierarchy(struct hierarchy *hierarchy)
{
	struct stat status;
	char lesson[128];

	if (hierarchy->fd >= 0)
		return hierarchy->fd;
	snprintf(lesson, sizeof lesson, "the cgroup %s tree of %.64s: open(2)",
		 hierarchy->v2 ? "v2" : "v1",
		 *hierarchy->controllers ? hierarchy->controllers
					 : "no controller");
	hierarchy->fd =
	    open(hierarchy->mount_point, O_PATH | O_DIRECTORY | O_CLOEXEC);
	// Narrated also in a dry run, since it is made: it changes nothing.
	explain(hierarchy->fd, lesson,
		"openat(AT_FDCWD, \"%s\", O_PATH|O_DIRECTORY|O_CLOEXEC)",
		hierarchy->mount_point);
	if (hierarchy->fd < 0 || fstat(hierarchy->fd, &status) < 0)
		err(options.failed, "cannot open %s", hierarchy->mount_point);
	if (status.st_dev != hierarchy->device)
		errx(options.failed, "%s is hidden under another mount",
		     hierarchy->mount_point);
	return hierarchy->fd;
}
