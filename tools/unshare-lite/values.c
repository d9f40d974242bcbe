// SPDX-License-Identifier: MIT
// values.c: the values of the options, strictly.

#define _GNU_SOURCE
#include "unshare-lite.h"

#include <err.h>
#include <grp.h>
#include <inttypes.h>
#include <limits.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

// KILL, SIGKILL, sigkill or 9.
int parse_signal(const char *text)
{
	const char *name = strncasecmp(text, "SIG", 3) == 0 ? text + 3 : text;
	uint64_t number;

	if (parse_number(text, 1, (uint64_t)SIGRTMAX, &number) == 0)
		return (int)number;
	for (int i = 1; i < NSIG; i++)
		if (sigabbrev_np(i) && strcasecmp(sigabbrev_np(i), name) == 0)
			return i;
	errx(EXIT_TOOL, "--kill-child: not a signal: %s", text);
}

// The largest 32-bit number means "no change" to the kernel: no ID.
int64_t parse_id(const char *option, const char *text)
{
	uint64_t id;

	if (parse_number(text, 0, UINT32_MAX - 1, &id) < 0)
		errx(EXIT_TOOL, "%s: not an ID: %s", option, text);
	return (int64_t)id;
}

// A number, or a name from the user database of out here.
int64_t parse_name(const struct id_kind *kind, const char *text)
{
	const struct passwd *user = NULL;
	const struct group *group = NULL;
	char option[32];

	if (kind == &user_ids)
		user = getpwnam(text);
	else
		group = getgrnam(text);
	if (user)
		return user->pw_uid;
	if (group)
		return group->gr_gid;
	snprintf(option, sizeof option, "--map-%s", kind->name);
	return parse_id(option, text);
}

static void add_range(struct id_map *map, struct id_range range)
{
	if (map->count == MAX_RANGES)
		errx(EXIT_TOOL, "--map-%ss: more than %d ranges",
		     map->kind->name, MAX_RANGES);
	map->ranges[map->count++] = range;
}

// Lines of /etc/subuid, and of /etc/subgid, begin with the name or the number
// of a user. A name is no 0, whatever strtoul(3) thinks.
static bool is_us(const char *text, const struct passwd *user)
{
	uint64_t number;

	return (user && strcmp(text, user->pw_name) == 0) ||
	       (parse_number(text, 0, UINT32_MAX, &number) == 0 &&
		number == geteuid());
}

// The first range that is ours: NAME:FIRST:COUNT. subuid(5).
static struct id_range read_subids(const struct id_kind *kind)
{
	const struct passwd *user = getpwuid(geteuid());
	struct id_range range = {0};
	char line[512], name[256];
	FILE *file = fopen(kind->subids, "re");

	if (!file)
		err(EXIT_TOOL, "cannot read %s", kind->subids);
	while (range.count == 0 && fgets(line, sizeof line, file)) {
		if (sscanf(line, "%255[^:]:%" SCNu32 ":%" SCNu32, name,
			   &range.outer, &range.count) != 3 ||
		    !is_us(name, user))
			range.count = 0;
	}
	fclose(file);
	if (range.count > 0)
		return range;
	warnx("%s has no IDs for user %u", kind->subids, geteuid());
	if (user)
		hint("as root: usermod --add-sub%cids 100000-165535 %s",
		     kind->name[0], user->pw_name);
	exit(EXIT_TOOL);
}

// INNER:OUTER:COUNT, or OUTER,INNER,COUNT as unshare(1) had it before 2.39.
static int parse_range(const char *text, struct id_range *range)
{
	char separator = strchr(text, ',') ? ',' : ':';
	uint64_t numbers[3];
	char copy[64], *field = copy;

	if (strlen(text) >= sizeof copy)
		return -1;
	memcpy(copy, text, strlen(text) + 1);
	for (int i = 0; i < 3; i++) {
		char *end = strchrnul(field, i < 2 ? separator : '\0');
		bool last = *end == '\0';

		*end = '\0';
		if (last != (i == 2) ||
		    parse_number(field, i == 2, UINT32_MAX, &numbers[i]) < 0)
			return -1;
		field = end + 1;
	}
	range->inner = (uint32_t)numbers[separator == ','];
	range->outer = (uint32_t)numbers[separator != ','];
	range->count = (uint32_t)numbers[2];
	return 0;
}

void parse_ranges(struct id_map *map, const char *text)
{
	struct id_range range, lines[MAX_RANGES];
	char path[64];
	size_t count;

	if (strcmp(text, "auto") == 0) {
		add_range(map, read_subids(map->kind));
	} else if (strcmp(text, "subids") == 0) {
		range = read_subids(map->kind);
		range.inner = range.outer;
		add_range(map, range);
	} else if (strcmp(text, "all") == 0) {
		snprintf(path, sizeof path, "/proc/self/%s", map->kind->file);
		count = read_map(path, lines);
		for (size_t i = 0; i < count; i++) {
			lines[i].outer = lines[i].inner;
			add_range(map, lines[i]);
		}
	} else if (parse_range(text, &range) == 0) {
		add_range(map, range);
	} else {
		errx(EXIT_TOOL,
		     "--map-%ss: not INNER:OUTER:COUNT, auto, subids or all: "
		     "%s",
		     map->kind->name, text);
	}
}

// Whole seconds, with or without a sign.
int64_t parse_offset(const char *option, const char *text)
{
	uint64_t seconds;

	if (parse_number(text + (*text == '-' || *text == '+'), 0, INT64_MAX,
			 &seconds) < 0)
		errx(EXIT_TOOL, "%s: not a number of seconds: %s", option,
		     text);
	return *text == '-' ? -(int64_t)seconds : (int64_t)seconds;
}

// A name that other programs accept too: hostname(7). The kernel takes more.
const char *parse_hostname(const char *text)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789-._";
	size_t length = strspn(text, allowed);

	if (text[length] != '\0' || length < 1 || length > HOST_NAME_MAX)
		errx(EXIT_TOOL,
		     "--hostname: not 1 to %d letters, digits and -._",
		     HOST_NAME_MAX);
	return text;
}
