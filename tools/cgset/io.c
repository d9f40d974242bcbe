// SPDX-License-Identifier: MIT
// io.c: limits of disk I/O, the only ones that are for a device: one line of
// io.max for each on v2, a line in up to four files on v1.

#define _GNU_SOURCE
#include "limits.h"

#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

const struct io_limit io_limits[IO_LIMITS] = {
    {"rbps", "blkio.throttle.read_bps_device"},
    {"wbps", "blkio.throttle.write_bps_device"},
    {"riops", "blkio.throttle.read_iops_device"},
    {"wiops", "blkio.throttle.write_iops_device"},
};

// The kernel limits whole disks: a partition has its number refused.
static void refuse_partition(const char *name, const char *device)
{
	char file[64];

	snprintf(file, sizeof file, "/sys/dev/block/%s/partition", device);
	if (access(file, F_OK) == 0)
		errx(options.misused,
		     "%s is a partition: limits are for whole disks", name);
}

// /dev/sda or 8:0. stat(2). Commonest errno: ENOENT.
static int parse_device(const char *text, char device[24])
{
	struct stat status;
	const char *colon = strchr(text, ':');
	char number[12] = "";
	uint64_t value[2];

	if (text[0] == '/') {
		if (stat(text, &status) < 0)
			err(options.misused, "%s", text);
		if (!S_ISBLK(status.st_mode))
			errx(options.misused, "%s is no block device", text);
		snprintf(device, 24, "%u:%u", major(status.st_rdev),
			 minor(status.st_rdev));
		return 0;
	}
	errno = EINVAL;
	if (!colon || (size_t)(colon - text) >= sizeof number)
		return -1;
	memcpy(number, text, (size_t)(colon - text));
	if (parse_number(number, 0, 4095, &value[0]) < 0 ||
	    parse_number(colon + 1, 0, 1048575, &value[1]) < 0)
		return -1;
	snprintf(device, 24, "%u:%u", (unsigned)value[0], (unsigned)value[1]);
	return 0;
}

// "8:0 1048576" in the file of one limit on v1, where 0 is no limit.
static int parse_v1_limit(struct setting *setting, const char *number)
{
	for (size_t i = 0; number && i < IO_LIMITS; i++) {
		uint64_t *limit = &setting->io[i];

		if (strcmp(io_limits[i].v1_file, setting->name) != 0)
			continue;
		if (parse_number(number, 0, INT64_MAX, limit) < 0)
			return -1;
		*limit = *limit ? *limit : UNLIMITED;
		return 0;
	}
	errno = EINVAL;
	return -1;
}

// rbps=1M, rbps=max.
static int parse_limit(struct setting *setting, const char *word)
{
	const char *equals = strchr(word, '=');

	for (size_t i = 0; equals && i < IO_LIMITS; i++) {
		uint64_t *limit = &setting->io[i];

		if (strncmp(word, io_limits[i].word, (size_t)(equals - word)) !=
			0 ||
		    io_limits[i].word[equals - word])
			continue;
		*limit = UNLIMITED;
		if (strcmp(equals + 1, "max") == 0)
			return 0;
		if (parse_size(equals + 1, limit) < 0)
			return -1;
		if (*limit > 0)
			return 0;
	}
	errno = EINVAL;
	return -1;
}

int parse_io(struct setting *setting, const char *value)
{
	char copied[512] = "", *rest = copied, *word;
	int given = 0;

	stpncpy(copied, value, sizeof copied - 1);
	word = strsep(&rest, ", ");
	if (parse_device(word, setting->device) < 0)
		return -1;
	refuse_partition(word, setting->device);
	if (setting->spelling == V1_FILE)
		return parse_v1_limit(setting, rest);
	for (; (word = strsep(&rest, ", ")); given++)
		if (parse_limit(setting, word) < 0)
			return -1;
	errno = EINVAL;
	return given > 0 ? 0 : -1;
}

void plan_io(struct plan *plan, struct hierarchy *hierarchy,
	     const struct setting *setting)
{
	char line[256] = "", number[32];

	for (size_t i = 0; i < IO_LIMITS; i++) {
		uint64_t limit = setting->io[i];

		if (limit == 0)
			continue;
		snprintf(number, sizeof number, "%ju", (uintmax_t)limit);
		if (limit == UNLIMITED)
			stpcpy(number, hierarchy->v2 ? "max" : "0");
		if (!hierarchy->v2)
			add_change(plan, hierarchy, setting,
				   io_limits[i].v1_file, "%s %s",
				   setting->device, number);
		snprintf(line + strlen(line), sizeof line - strlen(line),
			 " %s=%s", io_limits[i].word, number);
	}
	if (hierarchy->v2)
		add_change(plan, hierarchy, setting, keys[IO].v2_file, "%s%s",
			   setting->device, line);
}

char *io_line(const struct change *change, char *text)
{
	size_t length = strlen(change->device);
	char *line, *rest = text, *found = NULL;

	while (text && !found && (line = strsep(&rest, ",")))
		if (strncmp(line, change->device, length) == 0 &&
		    line[length] == ' ')
			found = strdup(line);
	if (text && !found &&
	    asprintf(&found, "%s %s", change->device,
		     change->hierarchy->v2
			 ? "rbps=max wbps=max riops=max wiops=max"
			 : "0") < 0)
		err(options.failed, "cannot allocate memory");
	free(text);
	return found;
}
