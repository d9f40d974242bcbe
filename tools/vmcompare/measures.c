// SPDX-License-Identifier: MIT
//
// measures.c: what is measured, and the figures that several runs give.
//
// Shows:     that one figure is none: the median of some runs with the least
//            and the most of them says what may be concluded from it.
// Mirrors:   hyperfine(1).
// Leaves out: means and deviations, which one slow run spoils.
// Read:      vmcompare(1).

#define _GNU_SOURCE
#include "bench.h"

#include <stdlib.h>

const struct measure_kind measures[MEASURES] = {
    [START] = {"start", "start, ms", 1, BOTH},
    [REQUESTS] = {"requests", "requests/s", 1, BENCH},
    [SYSCALL] = {"syscall", "system call, ns", 1, BENCH},
    [PSS] = {"pss", "memory used, MiB", 1 << 20, BENCH},
    [DISK] = {"disk", "files, MiB", 1 << 20, BENCH},
    [KERNEL] = {"kernel", "kernel", 0, BOTH},
    [CLOCK] = {"clock", "clock", 0, TABLE},
    [PROCESSES] = {"processes", "processes seen", 1, BOTH},
    [CPUS] = {"cpus", "processors seen", 1, BOTH},
    [MEMORY] = {"memory", "memory seen, MiB", 1 << 20, BOTH},
    [LIMIT] = {"limit", "memory limit, MiB", 1 << 20, BOTH},
    [LINKS] = {"links", "network", 0, TABLE},
    [DEVICES] = {"devices", "PCI devices", 1, TABLE},
};

// A number as the line has it, or -1: for none, and for what is no number.
static double number_of(const char *text)
{
	char *end;
	double number;

	if (text[0] < '0' || text[0] > '9')
		return -1;
	number = strtod(text, &end);
	return *end == '\0' && number < 1e18 ? number : -1;
}

// Is that a value of this kind? A text may be any.
bool is_value(enum measure measure, const char *text)
{
	return measures[measure].unit == 0 || number_of(text) >= 0;
}

static int by_size(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

// Returns false where nobody has told a number.
bool find_spread(const struct setting *setting, enum measure measure,
		 struct spread *spread)
{
	double samples[MAX_RUNS], number;
	size_t count = 0;

	for (size_t i = 0; i < setting->count; i++) {
		number = number_of(setting->results[i].value[measure]);
		if (number >= 0)
			samples[count++] = number;
	}
	if (count == 0)
		return false;
	qsort(samples, count, sizeof *samples, by_size);
	spread->least = samples[0];
	spread->most = samples[count - 1];
	spread->median = (samples[(count - 1) / 2] + samples[count / 2]) / 2;
	return true;
}
