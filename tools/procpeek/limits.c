// SPDX-License-Identifier: MIT
//
// limits.c: what the control groups of a process let it have.
//
// Shows:     how a line of /proc/PID/cgroup becomes a directory, and that a
//            limit anywhere above a process is a limit for it.
// Mirrors:   the figures of docker inspect and of cgset show.
// Leaves out: every controller but memory, cpu and pids.
// Read:      cgroups(7), proc(5) mountinfo, the kernel's cgroup-v1 and
//            cgroup-v2 documents.

#define _GNU_SOURCE
#include "procpeek.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

// Where a hierarchy is mounted, and which of its groups is the root there.
struct hierarchy {
	char point[PATH_MAX], root[PATH_MAX];
	bool unified;
};

// Is word one of the words of a list, separated by commas, that ends here?
static bool in_list(const char *list, size_t length, const char *word)
{
	size_t size = strlen(word), step;

	for (; length >= size; list += step, length -= step) {
		step = strcspn(list, ",");
		if (step > length)
			step = length;
		if (step == size && strncmp(list, word, size) == 0)
			return true;
		if (step == length)
			break;
		step++;
	}
	return false;
}

// Version 2 has the one line 0::PATH, version 1 a line for each hierarchy.
static bool find_group(const char *text, const char *controller,
		       struct cgroup_line *line)
{
	for (; cgroup_line(text, line); text = line->end)
		if (*controller ? in_list(line->list, (size_t)line->list_length,
					  controller)
				: line->list_length == 0)
			return true;
	return false;
}

// The directory of the group: the mount point, and of the path what is below
// the group that is mounted there. Both paths begin at the root of our own
// cgroup namespace, with /.. for each level above. What is above the mount
// cannot be reached, nor what it calls by no name: cgroup_namespaces(7).
static bool group_directory(const struct hierarchy *hierarchy,
			    const struct cgroup_line *group, char *directory,
			    size_t size)
{
	size_t length = (size_t)group->path_length;
	size_t root = strlen(hierarchy->root);
	const char *path = group->path, *below;

	if (root == 1)
		root = 0;
	if (length < root || strncmp(path, hierarchy->root, root) != 0)
		return false;
	below = path + root;
	length -= root;
	if ((length && *below != '/') ||
	    (strncmp(below, "/..", 3) == 0 && (length == 3 || below[3] == '/')))
		return false;
	if (length == 1) // the root itself
		length = 0;
	return (size_t)snprintf(directory, size, "%s%.*s", hierarchy->point,
				(int)length, below) < size;
}

// Another mount may cover it.
static bool is_mounted(const struct hierarchy *hierarchy)
{
	struct statfs system;

	return statfs(hierarchy->point, &system) == 0 &&
	       system.f_type == (hierarchy->unified ? CGROUP2_SUPER_MAGIC
						    : CGROUP_SUPER_MAGIC);
}

// Look in our own mountinfo for the hierarchy of a controller, mounted so that
// the group is to be seen in it, and the most of what is above that: what
// another process has mounted where is of no use to us.
static bool find_hierarchy(struct subject *subject, const char *controller,
			   const struct cgroup_line *group,
			   struct hierarchy *found, char *directory,
			   size_t size)
{
	struct hierarchy here = {.unified = !*controller};
	const char *type = *controller ? "cgroup" : "cgroup2";
	size_t levels = 0, above;
	struct mount mount;
	char *rest;

	if (read_proc(subject->proc, "self/mountinfo", &subject->scratch,
		      "where cgroup file systems are mounted: proc(5)") < 0)
		return false;
	for (rest = subject->scratch.data; next_mount(&rest, &mount);) {
		if (strcmp(mount.type, type) != 0 ||
		    (*controller &&
		     !in_list(mount.options, strlen(mount.options),
			      controller)) ||
		    strlen(mount.root) >= sizeof here.root ||
		    strlen(mount.point) >= sizeof here.point)
			continue;
		snprintf(here.root, sizeof here.root, "%s", mount.root);
		snprintf(here.point, sizeof here.point, "%s", mount.point);
		if (!group_directory(&here, group, directory, size))
			continue;
		above = strlen(directory) - strlen(here.point) + 1;
		if (above <= levels || !is_mounted(&here))
			continue;
		levels = above;
		*found = here;
	}
	return levels && group_directory(found, group, directory, size);
}

// A limit of a group holds for all groups below it, so that the smallest on
// the way up is the one that is felt. One that is unknown makes it unknown.
#define NO_LIMIT UINT64_MAX
#define UNKNOWN_LIMIT (UINT64_MAX - 1)

typedef uint64_t limit_reader(const char *directory, bool unified,
			      struct buffer *text);

static uint64_t number_in(const char *directory, const char *file,
			  struct buffer *text)
{
	char path[PATH_MAX + 64];

	snprintf(path, sizeof path, "%s/%s", directory, file);
	if (read_proc(AT_FDCWD, path, text, "a limit: cgroups(7)") < 0)
		// The root has no such file, and no limit.
		return errno == ENOENT && access(directory, F_OK) == 0
			   ? NO_LIMIT
			   : UNKNOWN_LIMIT;
	if (text->data[0] < '0' || text->data[0] > '9')
		return NO_LIMIT; // "max" or "-1"
	return strtoull(text->data, NULL, 10);
}

// Version 1 says "none" as the largest number of pages, in bytes.
static uint64_t memory_limit(const char *directory, bool unified,
			     struct buffer *text)
{
	uint64_t limit = number_in(
	    directory, unified ? "memory.max" : "memory.limit_in_bytes", text);

	return limit >= (1ULL << 62) && limit < UNKNOWN_LIMIT ? NO_LIMIT
							      : limit;
}

static uint64_t pids_limit(const char *directory, bool unified,
			   struct buffer *text)
{
	(void)unified;
	return number_in(directory, "pids.max", text);
}

// Microseconds in each period: in one file of version 2, in two of version 1.
// In thousandths of a processor.
static uint64_t cpu_limit(const char *directory, bool unified,
			  struct buffer *text)
{
	uint64_t quota, period;
	char *end;

	quota = number_in(directory, unified ? "cpu.max" : "cpu.cfs_quota_us",
			  text);
	if (quota >= UNKNOWN_LIMIT)
		return quota;
	if (unified) {
		strtoull(text->data, &end, 10);
		period = strtoull(end, NULL, 10);
	} else {
		period = number_in(directory, "cpu.cfs_period_us", text);
	}
	return period && period < UNKNOWN_LIMIT ? quota * 1000 / period
						: UNKNOWN_LIMIT;
}

static uint64_t limit_on_path(const struct hierarchy *hierarchy,
			      char *directory, limit_reader *read_limit,
			      struct buffer *text)
{
	uint64_t limit = NO_LIMIT, here;
	size_t top = strlen(hierarchy->point);

	while (strlen(directory) >= top) {
		here = read_limit(directory, hierarchy->unified, text);
		if (here == UNKNOWN_LIMIT)
			return here;
		if (here < limit)
			limit = here;
		if (!strrchr(directory, '/'))
			break;
		*strrchr(directory, '/') = '\0';
	}
	return limit;
}

// PROC_CGROUP_INIT_INO of the kernel: the cgroup namespace that shows the whole
// tree.
static bool sees_top(struct subject *subject)
{
	return namespace_inode(subject->proc, "self/", "cgroup") == 0xEFFFFFFBU;
}

// Of the groups above our own cgroup namespace, or above the one that is
// mounted, we see nothing: one of them may allow less.
static char *show_limit(uint64_t limit, limit_reader *read_limit, bool all)
{
	const char *most = all ? "" : "at most ";

	if (limit == NO_LIMIT)
		return format("none%s",
			      all ? "" : " that can be seen from here");
	if (read_limit == cpu_limit)
		return format("%s%ju.%03ju CPUs", most, (uintmax_t)limit / 1000,
			      (uintmax_t)limit % 1000);
	if (read_limit == memory_limit && limit % (1 << 20) == 0)
		return format("%s%juM", most, (uintmax_t)limit >> 20);
	return format("%s%ju", most, (uintmax_t)limit);
}

// NULL: the hierarchy or the group is out of our sight.
static char *limit_text(struct subject *subject, const char *cgroups,
			const char *controller, limit_reader *read_limit)
{
	char directory[2 * PATH_MAX];
	struct hierarchy hierarchy;
	struct cgroup_line group;
	struct stat status;
	uint64_t limit;

	if (!find_group(cgroups, controller, &group)) {
		controller = ""; // version 1 has it not: version 2 may
		if (!find_group(cgroups, controller, &group))
			return NULL;
	}
	if (!find_hierarchy(subject, controller, &group, &hierarchy, directory,
			    sizeof directory) ||
	    stat(directory, &status) < 0)
		return NULL;
	limit =
	    limit_on_path(&hierarchy, directory, read_limit, &subject->scratch);
	if (limit == UNKNOWN_LIMIT)
		return NULL;
	return show_limit(limit, read_limit,
			  sees_top(subject) &&
			      strcmp(hierarchy.root, "/") == 0);
}

void facts_of_limits(struct subject *subject, const char *cgroups,
		     struct facts *facts)
{
	add_fact(facts, "memory limit",
		 "cgroup; memory.max or memory.limit_in_bytes there",
		 limit_text(subject, cgroups, "memory", memory_limit));
	add_fact(facts, "cpu limit",
		 "cgroup; cpu.max or cpu.cfs_quota_us there",
		 limit_text(subject, cgroups, "cpu", cpu_limit));
	add_fact(facts, "pids limit", "cgroup; pids.max there",
		 limit_text(subject, cgroups, "pids", pids_limit));
}
