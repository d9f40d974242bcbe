// SPDX-License-Identifier: MIT
// figures.c: the numbers that a group's files hold, on v1 and v2.

#define _GNU_SOURCE
#include "figures.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Where a number stands: in the whole file, or after a word of it, summed over
// the lines (one a device). scale turns it into bytes and nanoseconds.
struct source {
	const char *controller, *file, *field;
	uint64_t scale;
};

static const struct {
	struct source v1, v2;
} sources[FIGURES] = {
    [MEMORY_USE] = {{"memory", "memory.usage_in_bytes", NULL, 1},
		    {"memory", "memory.current", NULL, 1}},
    [MEMORY_LIMIT] = {{"memory", "memory.limit_in_bytes", NULL, 1},
		      {"memory", "memory.max", NULL, 1}},
    // Page cache that the kernel would drop first: not counted as use.
    [INACTIVE_FILE] = {{"memory", "memory.stat", "total_inactive_file", 1},
		       {"memory", "memory.stat", "inactive_file", 1}},
    [CPU_USE] = {{"cpuacct", "cpuacct.usage", NULL, 1},
		 {NULL, "cpu.stat", "usage_usec", 1000}},
    [CPU_QUOTA] = {{"cpu", "cpu.cfs_quota_us", NULL, 1000},
		   {"cpu", "cpu.max", NULL, 1000}},
    [CPU_PERIOD] = {{"cpu", "cpu.cfs_period_us", NULL, 1000},
		    {"cpu", "cpu.max", "second", 1000}},
    [PIDS_USE] = {{"pids", "pids.current", NULL, 1},
		  {"pids", "pids.current", NULL, 1}},
    [PIDS_LIMIT] = {{"pids", "pids.max", NULL, 1},
		    {"pids", "pids.max", NULL, 1}},
    [THROTTLED] = {{"cpu", "cpu.stat", "throttled_time", 1},
		   {"cpu", "cpu.stat", "throttled_usec", 1000}},
    [OOM_KILLS] = {{"memory", "memory.oom_control", "oom_kill", 1},
		   {"memory", "memory.events", "oom_kill", 1}},
    [BLOCK_READ] = {{"blkio", "blkio.throttle.io_service_bytes_recursive",
		     "Read", 1},
		    {"io", "io.stat", "rbytes", 1}},
    [BLOCK_WRITTEN] = {{"blkio", "blkio.throttle.io_service_bytes_recursive",
			"Write", 1},
		       {"io", "io.stat", "wbytes", 1}},
};

// No limit is max on v2, -1 or the last page below 2^63 on v1.
static uint64_t number_in(const char *word)
{
	uint64_t number = strtoull(word, NULL, 10);

	if (strcmp(word, "max") == 0 || word[0] == '-' ||
	    number > (uint64_t)INT64_MAX - 0x10000)
		return UNLIMITED;
	return number;
}

// "8:0 Read 4096", "8:0 rbytes=4096 wbytes=0", "inactive_file 4096" are all
// words, one of which announces the number. Returns -1 if there is none.
static int find_number(char *text, const char *field, uint64_t *value)
{
	char *word, *rest = NULL;
	bool announced = !field;
	int result = -1;

	*value = 0;
	for (word = strtok_r(text, " =\n", &rest); word;
	     word = strtok_r(NULL, " =\n", &rest)) {
		if (announced) {
			uint64_t number = number_in(word);

			*value =
			    number == UNLIMITED ? UNLIMITED : *value + number;
			result = 0;
			if (!field)
				break;
		}
		announced = field && strcmp(word, field) == 0;
		// cpu.max: "max 100000", the period without an announcement
		if (field && strcmp(field, "second") == 0 && result < 0)
			announced = true, field = NULL;
	}
	return result;
}

int read_figure(struct layout *layout, const char *group, enum figure figure,
		uint64_t *value)
{
	const struct source *source = &sources[figure].v1;
	struct hierarchy *hierarchy =
	    find_controller(layout, source->controller);
	struct buffer buffer = {0};
	int result = -1;

	if (!hierarchy || hierarchy->v2) {
		source = &sources[figure].v2;
		// v2 counts CPU time in every group, controller or not.
		hierarchy = source->controller
				? find_controller(layout, source->controller)
				: find_v2(layout);
	}
	if (hierarchy &&
	    read_group_file(hierarchy, group, source->file, &buffer) == 0)
		result = find_number(buffer.data, source->field, value);
	free(buffer.data);
	if (result == 0 && *value != UNLIMITED)
		*value *= source->scale;
	// An I/O file without a line: nothing read or written yet.
	if (result < 0 && buffer.capacity > 0 && figure >= BLOCK_READ) {
		*value = 0;
		return 0;
	}
	return result;
}

// "some avg10=1.23 ...": pressure stall information, which v2 keeps for each
// group, its controllers or not. The files are missing, or reading fails, when
// the kernel was not built or not booted for it (psi=1).
int read_pressure(struct layout *layout, const char *group, double percent[3])
{
	static const char *const files[] = {"cpu.pressure", "memory.pressure",
					    "io.pressure"};
	struct hierarchy *tree = find_v2(layout);
	struct buffer buffer = {0};
	int result = tree ? 0 : -1;

	for (size_t i = 0; i < 3 && result == 0; i++)
		if (read_group_file(tree, group, files[i], &buffer) < 0 ||
		    sscanf(buffer.data, "some avg10=%lf", &percent[i]) != 1)
			result = -1;
	free(buffer.data);
	return result;
}
