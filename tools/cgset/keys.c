// SPDX-License-Identifier: MIT
// keys.c: the vocabulary.

#define _GNU_SOURCE
#include "limits.h"

#include <err.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

// One row says how a limit is called in plain words, on v1 and on v2: a key of
// one column is translated to that of the version that is mounted.
const struct key keys[VERBATIM + 1] = {
    [MEMORY] = {"memory", "memory", "memory.limit_in_bytes", "memory.max",
		"the most memory, page cache included: beyond it the kernel "
		"reclaims, then kills"},
    [SWAP] = {"swap", "memory", "memory.memsw.limit_in_bytes",
	      "memory.swap.max",
	      "the most swap (v1: memory and swap together)"},
    [CPU] = {"cpu", "cpu", "cpu.cfs_quota_us", "cpu.max",
	     "CPU time in each period: who has used it up waits for the next"},
    [PERIOD] = {NULL, "cpu", "cpu.cfs_period_us", NULL,
		"the period that the quota is counted in"},
    [WEIGHT] = {"weight", "cpu", "cpu.shares", "cpu.weight",
		"the share of CPU time when groups compete"},
    [PIDS] = {"pids", "pids", "pids.max", "pids.max",
	      "the most tasks: beyond it fork(2) fails with EAGAIN"},
    [CPUS] = {"cpus", "cpuset", "cpuset.cpus", "cpuset.cpus",
	      "the CPUs that tasks may run on: cpuset(7)"},
    [IO] = {"io", "io", NULL, "io.max",
	    "bytes or operations a second, read or written, for a disk"},
};

// Any other file of the kernel: CONTROLLER.NAME, written as it is.
static void parse_file_name(struct setting *setting, const char *name)
{
	const char *dot = strchr(name, '.');
	size_t length = dot ? (size_t)(dot - name) : 0;

	if (length == 0 || length >= sizeof setting->controller)
		errx(
		    options.misused,
		    "unknown key %s: known are memory, swap, cpu, cpus, pids, "
		    "weight, io, and the kernel's file names (memory.max, ...)",
		    name);
	if (name[strspn(name, "abcdefghijklmnopqrstuvwxyz"
			      "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")])
		errx(options.misused, "%s is not the name of a cgroup file",
		     name);
	if (strcmp(name, "cgroup.procs") == 0 ||
	    strcmp(name, "cgroup.threads") == 0)
		errx(options.misused, "%s: use cgset move GROUP PID", name);
	setting->meaning = VERBATIM;
	memcpy(setting->controller, name, length);
	setting->controller[length] = '\0';
}

void parse_key(struct setting *setting, const char *name)
{
	if (strlen(name) >= sizeof setting->name)
		errx(options.misused, "a key is longer than %d bytes",
		     NAME_MAX);
	stpcpy(setting->name, name);
	for (enum meaning m = MEMORY; m < VERBATIM; m++) {
		const char *const spelled[] = {keys[m].word, keys[m].v1_file,
					       keys[m].v2_file};

		for (enum spelling s = WORD; s <= V2_FILE; s++) {
			if (!spelled[s] || strcmp(spelled[s], name) != 0)
				continue;
			setting->meaning = m;
			setting->spelling = s;
			stpcpy(setting->controller, keys[m].controller);
			return;
		}
	}
	for (size_t i = 0; i < IO_LIMITS; i++) {
		if (strcmp(io_limits[i].v1_file, name) != 0)
			continue;
		setting->meaning = IO;
		setting->spelling = V1_FILE;
		stpcpy(setting->controller, keys[IO].controller);
		return;
	}
	parse_file_name(setting, name);
}
