// SPDX-License-Identifier: MIT
// group.c: a control group is a folder; its files are opened here only.

#define _GNU_SOURCE
#include "cgset.h"

#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

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

// A mount can show a part of its hierarchy: root says which. A group is named
// from the top, as in /proc/PID/cgroup, so that part has to be taken off.
int group_path(const struct hierarchy *hierarchy, const char *group,
	       const char *file, char path[PATH_MAX])
{
	const char *root = hierarchy->root + 1, *folder = group;
	size_t length = strlen(root);

	if (length > 0) {
		if (strncmp(group, root, length) != 0 ||
		    (group[length] && group[length] != '/')) {
			errno = ENOENT;
			return -1;
		}
		folder = group + length + (group[length] == '/');
	}
	if (snprintf(path, PATH_MAX, "%s%s%s", folder,
		     file && *folder ? "/" : "",
		     file ? file : "") >= PATH_MAX) {
		errno = ENAMETOOLONG;
		return -1;
	}
	if (!*path)
		stpcpy(path, ".");
	return 0;
}

const char *full_path(const struct hierarchy *hierarchy, const char *group,
		      const char *file)
{
	static char full[2 * PATH_MAX];
	char path[PATH_MAX];

	if (group_path(hierarchy, group, file, path) < 0)
		snprintf(full, sizeof full, "/%s (not below %s)", group,
			 hierarchy->root);
	else if (strcmp(path, ".") == 0)
		stpncpy(full, hierarchy->mount_point, sizeof full - 1);
	else
		snprintf(full, sizeof full, "%s/%s", hierarchy->mount_point,
			 path);
	return full;
}

static long open_beneath(int fd, const char *path, int flags)
{
	struct open_how how = {
	    .flags = (unsigned int)flags | O_CLOEXEC,
	    .resolve = RESOLVE_NO_XDEV | RESOLVE_NO_SYMLINKS | RESOLVE_BENEATH,
	};

	return syscall(SYS_openat2, fd, path, &how, sizeof how);
}

int open_group(struct hierarchy *hierarchy, const char *group, const char *file,
	       int flags)
{
	char path[PATH_MAX];

	if (group_path(hierarchy, group, file, path) < 0)
		return -1;
	return (int)open_beneath(open_hierarchy(hierarchy), path, flags);
}

bool group_exists(struct hierarchy *hierarchy, const char *group)
{
	int fd = open_group(hierarchy, group, NULL, O_PATH | O_DIRECTORY);

	if (fd < 0)
		return false;
	close(fd);
	return true;
}

int read_group_file(struct hierarchy *hierarchy, const char *group,
		    const char *file, struct buffer *buffer)
{
	int result, fd;

	buffer->length = 0;
	fd = open_group(hierarchy, group, NULL, O_PATH | O_DIRECTORY);
	if (fd < 0)
		return -1;
	result = read_file(fd, file, buffer);
	close(fd);
	return result;
}

char *read_group_text(struct hierarchy *hierarchy, const char *group,
		      const char *file)
{
	struct buffer buffer = {0};
	char *c;

	if (read_group_file(hierarchy, group, file, &buffer) < 0) {
		int saved = errno;

		free(buffer.data);
		errno = saved;
		return NULL;
	}
	if (buffer.length > 0 && buffer.data[buffer.length - 1] == '\n')
		buffer.data[buffer.length - 1] = '\0';
	for (c = buffer.data; *c; c++)
		if (*c == '\n')
			*c = ',';
	return buffer.data;
}

// The path is resolved by openat2(2): below the hierarchy, through no
// symbolic link and over no other mount, whatever somebody put there
// meanwhile. Then one write(2): the kernel takes each as one request.
// Commonest errno: EACCES (not ours), EBUSY and EINVAL (the kernel's rule for
// that file), ENOENT (the controller is not enabled in this group).
int write_group_file(struct hierarchy *hierarchy, const char *group,
		     const char *file, const char *value, const char *lesson)
{
	const char *full = full_path(hierarchy, group, file);
	int base = open_hierarchy(hierarchy), saved;
	char path[PATH_MAX], descriptor[24] = "?";
	long fd = -1, put = -1;

	if (group_path(hierarchy, group, file, path) < 0)
		return -1;
	if (narration != DRY_RUN)
		fd = open_beneath(base, path, O_WRONLY);
	explain(fd, full,
		"openat2(%d, \"%s\", {flags=O_WRONLY|O_CLOEXEC, "
		"resolve=RESOLVE_NO_XDEV|RESOLVE_NO_SYMLINKS|RESOLVE_BENEATH}, "
		"%zu)",
		base, path, sizeof(struct open_how));
	if (fd < 0 && narration != DRY_RUN)
		return -1;
	if (fd >= 0) {
		put = write((int)fd, value, strlen(value));
		snprintf(descriptor, sizeof descriptor, "%ld", fd);
	}
	explain(put, lesson, "write(%s, \"%s\", %zu)", descriptor, value,
		strlen(value));
	saved = errno;
	if (fd >= 0)
		close((int)fd);
	errno = saved;
	return put < 0 && narration != DRY_RUN ? -1 : 0;
}

int each_child(struct hierarchy *hierarchy, const char *group,
	       int (*visit)(struct hierarchy *, const char *child, void *),
	       void *context)
{
	int result = 0;
	int fd = open_group(hierarchy, group, NULL, O_RDONLY | O_DIRECTORY);
	DIR *folder = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	while (folder && result >= 0 && (entry = readdir(folder))) {
		char child[PATH_MAX];

		if (entry->d_type != DT_DIR ||
		    strcmp(entry->d_name, ".") == 0 ||
		    strcmp(entry->d_name, "..") == 0)
			continue;
		if (snprintf(child, sizeof child, "%s%s%s", group,
			     *group ? "/" : "",
			     entry->d_name) < (int)sizeof child)
			result = visit(hierarchy, child, context);
	}
	if (folder)
		closedir(folder);
	return result;
}

// A name can hold anything but a NUL: what a terminal would obey is masked.
static void name_of(int pid, char name[64])
{
	char path[64];
	struct buffer buffer = {0};

	snprintf(path, sizeof path, "/proc/%d/comm", pid);
	if (read_file(AT_FDCWD, path, &buffer) < 0 || buffer.length == 0)
		stpcpy(name, "?");
	else
		stpncpy(name, buffer.data, 63)[0] = '\0';
	name[strcspn(name, "\n")] = '\0';
	for (char *c = name; *c; c++)
		if ((unsigned char)*c < ' ' || (unsigned char)*c > '~')
			*c = '?';
	free(buffer.data);
}

int first_process(struct hierarchy *hierarchy, const char *group, char *text,
		  size_t length)
{
	struct buffer buffer = {0};
	char *line, *rest, name[64];
	size_t used = 0;
	int first = 0;

	if (read_group_file(hierarchy, group, "cgroup.procs", &buffer) == 0) {
		rest = buffer.data;
		while ((line = strsep(&rest, "\n")) && *line) {
			int pid = atoi(line);

			if (first == 0)
				first = pid;
			// "0" stands for a process outside our pid namespace.
			if (!text || used + 96 > length)
				break;
			name_of(pid, name);
			used += (size_t)snprintf(text + used, length - used,
						 "%s%d (%s)", used ? ", " : "",
						 pid, name);
		}
		if (first == 0 && buffer.length > 0)
			first = -1;
	}
	free(buffer.data);
	return first;
}

void explain_refusal(struct hierarchy *hierarchy, const char *group,
		     const char *file)
{
	int saved = errno;
	int fd = open_group(hierarchy, group, file, O_PATH);
	struct stat status;
	struct statvfs system;

	if (saved == EROFS && fstatvfs(hierarchy->fd, &system) == 0 &&
	    (system.f_flag & ST_RDONLY))
		hint("%s is mounted read-only", hierarchy->mount_point);
	if ((saved == EACCES || saved == EPERM) && fd >= 0 &&
	    fstat(fd, &status) == 0 && status.st_uid != geteuid())
		hint("%s belongs to uid %u, you are uid %u",
		     full_path(hierarchy, group, file), status.st_uid,
		     geteuid());
	if (fd >= 0)
		close(fd);
	errno = saved;
}
