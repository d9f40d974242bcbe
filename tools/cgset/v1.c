// SPDX-License-Identifier: MIT
// v1.c: a rule for groups that only cgroup v1 has.

#define _GNU_SOURCE
#include "cgset.h"

#include <stdlib.h>
#include <string.h>

// A new cpuset on v1 has no CPU and no memory node, and nothing can be put
// into it: ENOSPC. It has to be given its parent's. cpuset(7).
static int inherit(struct hierarchy *hierarchy, const char *parent,
		   const char *group, const char *file)
{
	struct buffer buffer = {0};
	int result = read_group_file(hierarchy, group, file, &buffer);

	// In a dry run the group need not be there yet.
	if (result < 0 && narration != DRY_RUN)
		goto out;
	result = 0;
	if (buffer.length > 1)
		goto out;
	if (read_group_file(hierarchy, parent, file, &buffer) < 0)
		result = narration == DRY_RUN ? 0 : -1;
	else {
		buffer.data[strcspn(buffer.data, "\n")] = '\0';
		result = write_group_file(
		    hierarchy, group, file, buffer.data,
		    "a new cpuset is empty until it is given its parent's: "
		    "cpuset(7)");
	}
out:
	free(buffer.data);
	return result;
}

int v1_prepare_group(struct hierarchy *hierarchy, const char *group)
{
	const char *slash = strrchr(group, '/');
	char parent[PATH_MAX] = "";

	if (!has_controller(hierarchy, "cpuset"))
		return 0;
	if (slash)
		memcpy(parent, group, (size_t)(slash - group));
	if (inherit(hierarchy, parent, group, "cpuset.cpus") < 0)
		return -1;
	return inherit(hierarchy, parent, group, "cpuset.mems");
}
