// SPDX-License-Identifier: MIT
// why_map.c: which rule for the maps of IDs was broken.

#define _GNU_SOURCE
#include "unshare-lite.h"

#include <err.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <unistd.h>

static bool overlap(uint32_t a, uint32_t a_count, uint32_t b, uint32_t b_count)
{
	return (uint64_t)a + a_count > b && (uint64_t)b + b_count > a;
}

// EINVAL: the lines themselves are wrong: user_namespaces(7).
static void hint_form(const struct id_range *lines, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct id_range *a = &lines[i];

		if ((uint64_t)a->inner + a->count > UINT32_MAX ||
		    (uint64_t)a->outer + a->count > UINT32_MAX) {
			hint("IDs end at 4294967294: %" PRIu32 " more from "
			     "%" PRIu32 " and %" PRIu32 " onwards go past that",
			     a->count, a->inner, a->outer);
			return;
		}
		for (const struct id_range *b = lines; b < a; b++) {
			bool inside =
			    overlap(a->inner, a->count, b->inner, b->count);

			if (!inside &&
			    !overlap(a->outer, a->count, b->outer, b->count))
				continue;
			hint("an ID can be mapped once: the %s ranges from "
			     "%" PRIu32 " and from %" PRIu32 " overlap",
			     inside ? "inner" : "outer",
			     inside ? b->inner : b->outer,
			     inside ? a->inner : a->outer);
			return;
		}
	}
	if (count > MAX_RANGES)
		hint("a map has at most %d lines: this one has %zu", MAX_RANGES,
		     count);
}

// A range is taken as a whole, from one line of the parent's map.
static bool parent_maps(const struct id_range *parent, size_t count,
			const struct id_range *line)
{
	for (size_t i = 0; i < count; i++)
		if (line->outer >= parent[i].inner &&
		    (uint64_t)line->outer + line->count <=
			(uint64_t)parent[i].inner + parent[i].count)
			return true;
	return false;
}

// EPERM: the lines ask for more than the writer may give. From inside, the
// map of the parent cannot be seen; but there we map only our own ID.
static void hint_right(const struct id_map *map, const struct id_range *lines,
		       size_t count, bool could_setfcap)
{
	struct id_range parent[MAX_RANGES];
	char path[64];
	size_t parents;

	snprintf(path, sizeof path, "/proc/self/%s", map->kind->file);
	parents = read_map(path, parent);
	for (size_t i = 0; i < count; i++) {
		if (parents > 0 && !parent_maps(parent, parents, &lines[i])) {
			hint("out here, %" PRIu32 " IDs from %" PRIu32
			     " onwards are not in one line of %s",
			     lines[i].count, lines[i].outer, path);
			return;
		}
		if (map->kind == &user_ids && lines[i].outer == 0 &&
		    !could_setfcap) {
			hint("to map user 0 takes CAP_SETFCAP out here, since "
			     "Linux 5.12: user_namespaces(7)");
			return;
		}
	}
	if (map->outer != 0)
		hint_apparmor();
}

void hint_map(const struct id_map *map, const struct id_range *lines,
	      size_t count, bool could_setfcap)
{
	if (access("/proc/self", F_OK) < 0)
		hint("/proc is not mounted here");
	else if (errno == EINVAL)
		hint_form(lines, count);
	else if (errno == EPERM)
		hint_right(map, lines, count, could_setfcap);
}

// newuidmap(1) says what /etc/subuid does not give; it cannot say that it was
// not found, nor why it has no privilege.
void hint_program(const struct id_map *map, int status)
{
	if (status == EXIT_NOT_FOUND)
		hint("install it: it is in the package uidmap or shadow");
	else if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1)
		hint("no_new_privs is set here, so that set-user-ID programs "
		     "as %s gain nothing: PR_SET_NO_NEW_PRIVS(2const)",
		     map->kind->program);
}
