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

void require_group(struct layout *layout, const char *group)
{
	for (size_t i = 0; i < layout->count; i++)
		if (!is_named(&layout->list[i]) &&
		    group_exists(&layout->list[i], group))
			return;
	errx(options.failed, "no group /%s", group);
}

int read_group_file(struct hierarchy *hierarchy, const char *group,
		    const char *file, struct buffer *buffer)
{
	int fd = open_group(hierarchy, group, file, O_RDONLY), result;

	buffer->length = 0;
	if (fd < 0)
		return -1;
	result = read_descriptor(fd, buffer);
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

// The folder is closed before a child is visited: however deep a tree is, one
// descriptor and little of the stack are enough.
int each_child(struct hierarchy *hierarchy, const char *group,
	       int (*visit)(struct hierarchy *, const char *child, void *),
	       void *context)
{
	int result = 0;
	int fd = open_group(hierarchy, group, NULL, O_RDONLY | O_DIRECTORY);
	DIR *folder = fd < 0 ? NULL : fdopendir(fd);
	struct list children = {0};
	struct dirent *entry;

	while (folder && (entry = readdir(folder))) {
		char child[PATH_MAX];

		if (entry->d_type == DT_DIR &&
		    strcmp(entry->d_name, ".") != 0 &&
		    strcmp(entry->d_name, "..") != 0 &&
		    snprintf(child, sizeof child, "%s%s%s", group,
			     *group ? "/" : "",
			     entry->d_name) < (int)sizeof child)
			add_group(&children, child);
	}
	if (folder)
		closedir(folder);
	for (size_t i = 0; i < children.count && result >= 0; i++)
		result = visit(hierarchy, children.groups[i], context);
	free_list(&children);
	return result;
}

void explain_refusal(struct hierarchy *hierarchy, const char *group,
		     const char *file)
{
	int saved = errno;
	int fd = open_group(hierarchy, group, file, O_PATH);
	struct stat status;
	struct statvfs system;

	if (saved == ENOENT && strncmp(hierarchy->root, "/..", 3) == 0)
		hint("%s was mounted outside our cgroup namespace and shows "
		     "groups above it: mount it again inside",
		     hierarchy->mount_point);
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
