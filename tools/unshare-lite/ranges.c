// SPDX-License-Identifier: MIT
// ranges.c: many users and groups in a new user namespace.
//
// A map of more than one's own ID must be written from the parent namespace,
// by a process that has CAP_SETUID (CAP_SETGID for groups) there. Ordinary
// users have newuidmap(1) and newgidmap(1) for that, which are set-user-ID
// root, and which write no more than /etc/subuid and /etc/subgid give away.
// This file runs in the process outside: see outside.c.

#define _GNU_SOURCE
#include "unshare-lite.h"

#include <err.h>
#include <errno.h>
#include <inttypes.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

size_t read_map(const char *path, struct id_range *lines)
{
	FILE *file = fopen(path, "re");
	size_t count = 0;

	if (!file)
		return 0;
	while (count < MAX_RANGES &&
	       fscanf(file, "%" SCNu32 "%" SCNu32 "%" SCNu32,
		      &lines[count].inner, &lines[count].outer,
		      &lines[count].count) == 3)
		count++;
	fclose(file);
	return count;
}

static uint64_t min(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

// An ID can stand on either side of a map only once. Where a range has our
// own, it closes up, as in unshare(1): its last ID is left over.
static size_t lay_range(const struct id_map *map, struct id_range range,
			struct id_range *lines)
{
	uint64_t inner = range.inner, inner_end = inner + range.count;
	uint64_t outer = range.outer, outer_end = outer + range.count;
	uint64_t mine = (uint64_t)map->inner, piece;
	size_t count = 0;

	while (inner < inner_end && outer < outer_end) {
		piece = min(inner_end - inner, outer_end - outer);
		if (map->inner != KEEP_ID) {
			if (inner == mine || outer == map->outer) {
				inner += inner == mine;
				outer += outer == map->outer;
				continue;
			}
			if (inner < mine)
				piece = min(piece, mine - inner);
			if (outer < map->outer)
				piece = min(piece, map->outer - outer);
		}
		lines[count++] = (struct id_range){
		    (uint32_t)inner, (uint32_t)outer, (uint32_t)piece};
		inner += piece;
		outer += piece;
	}
	return count;
}

size_t lay_out(const struct id_map *map, struct id_range *lines)
{
	size_t count = 0;

	if (map->inner != KEEP_ID)
		lines[count++] =
		    (struct id_range){(uint32_t)map->inner, map->outer, 1};
	for (size_t i = 0; i < map->count; i++)
		count += lay_range(map, map->ranges[i], lines + count);
	return count;
}

// All lines in one write(2): a second one is refused.
// user_namespaces(7). Commonest errno: EPERM, for an ID that is not mapped
// in the parent namespace; EINVAL, for one that stands there twice.
static void write_map(const struct id_map *map, const char *self,
		      const struct id_range *lines, size_t count)
{
	char path[64], *text = NULL;
	size_t size;
	FILE *stream = open_memstream(&text, &size);

	if (!stream)
		err(EXIT_TOOL, "cannot write a map");
	for (size_t i = 0; i < count; i++)
		fprintf(stream, "%" PRIu32 " %" PRIu32 " %" PRIu32 "\n",
			lines[i].inner, lines[i].outer, lines[i].count);
	fclose(stream);
	snprintf(path, sizeof path, "/proc/%s/%s", self, map->kind->file);
	if (write_proc(path, text,
		       "lines of ID inside, ID outside, how many: "
		       "user_namespaces(7)") < 0) {
		warn("cannot write the map of %ss to %s", map->kind->name,
		     path);
		hint_map(map, lines, count, has_capability(CAP_SETFCAP));
		exit(EXIT_TOOL);
	}
	free(text);
}

// PROGRAM PID INNER OUTER COUNT...: newuidmap(1).
static noreturn void exec_program(const struct id_map *map, const char *self,
				  const struct id_range *lines, size_t count)
{
	char *argv[3 * (3 * MAX_RANGES + 1) + 3];
	char numbers[3 * (3 * MAX_RANGES + 1)][12];
	size_t argc = 2;

	argv[0] = (char *)map->kind->program;
	argv[1] = (char *)self;
	for (size_t i = 0; i < count; i++) {
		uint32_t line[] = {lines[i].inner, lines[i].outer,
				   lines[i].count};

		for (size_t j = 0; j < 3; j++, argc++) {
			argv[argc] = numbers[argc - 2];
			snprintf(argv[argc], sizeof *numbers, "%" PRIu32,
				 line[j]);
		}
	}
	argv[argc] = NULL;
	execvp(argv[0], argv);
	err(errno == ENOENT ? EXIT_NOT_FOUND : EXIT_CANNOT_RUN,
	    "cannot execute %s", argv[0]);
}

// It says itself what it does not like; we look for what it cannot know.
// Both calls of the child are told once it has ended, lest lines mix.
static void run_program(const struct id_map *map, const char *self,
			const struct id_range *lines, size_t count)
{
	bool dry = narration == DRY_RUN;
	pid_t child = dry ? 0 : fork(), ended = 0;
	int status = 0;

	if (child == 0 && !dry)
		exec_program(map, self, lines, count);
	if (explain(child,
		    "a process for a program that has the privilege: fork(2)",
		    "clone(SIGCHLD)") < 0)
		err(EXIT_TOOL, "cannot fork");
	if (!dry)
		ended = waitpid(child, &status, 0);
	if (status_of(status) < EXIT_CANNOT_RUN)
		explain(0, "it writes the map, within /etc/subuid or subgid",
			"execve(\"%s\")", map->kind->program);
	explain(ended, "it has ended: newuidmap(1)", "wait4(%d)", child);
	if (status == 0)
		return;
	warnx("%s could not map the %ss", map->kind->program, map->kind->name);
	hint_program(map, status_of(status));
	exit(EXIT_TOOL);
}

// What the outsider does when we have unshared.
void map_ranges(const struct options *options, const char *self)
{
	const struct id_map *maps[] = {&options->users, &options->groups};
	struct id_range lines[3 * MAX_RANGES + 1];
	size_t count;

	for (size_t i = 0; i < 2; i++) {
		if (maps[i]->count == 0)
			continue;
		count = lay_out(maps[i], lines);
		if (has_capability(maps[i]->kind->capability))
			write_map(maps[i], self, lines, count);
		else
			run_program(maps[i], self, lines, count);
	}
}
