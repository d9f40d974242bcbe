// SPDX-License-Identifier: MIT
// clocks.c: --monotonic, --boottime: clocks that did not start at boot.
//
// A time namespace holds two offsets, for the clocks that count from boot
// (or rather three, CLOCK_BOOTTIME going on in suspend); the time of day is
// the same everywhere. They can be set until the first process is inside:
// that is, between unshare(2), which leaves us where we are, and fork(2).

#define _GNU_SOURCE
#include "unshare-lite.h"

#include <err.h>
#include <errno.h>
#include <inttypes.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static noreturn void fail_to_set(const char *clock, int64_t offset)
{
	if (errno != ERANGE)
		fail(CAP_SYS_TIME, "cannot set the %s clock %" PRId64 " s off",
		     clock, offset);
	warn("cannot set the %s clock %" PRId64 " s off", clock, offset);
	// The kernel has two limits, one on each side.
	if (offset < 0)
		hint("the clock would be before 0: cat /proc/uptime tells how "
		     "far back it can go");
	else
		hint("the clock would be past 146 years, half of what 64 bits "
		     "of nanoseconds hold");
	exit(EXIT_TOOL);
}

// CLOCK SECONDS NANOSECONDS. Needs CAP_SYS_TIME in the user namespace that
// owns the time namespace. time_namespaces(7). Commonest errno: ERANGE.
static void set_clock(clockid_t id, const char *name, int64_t offset)
{
	char text[64];

	snprintf(text, sizeof text, "%d %" PRId64 " 0", id, offset);
	if (write_proc("/proc/self/timens_offsets", text,
		       "clock, seconds, nanoseconds, for the processes to "
		       "come: time_namespaces(7)") < 0)
		fail_to_set(name, offset);
}

void set_clocks(int64_t monotonic, int64_t boottime)
{
	if (boottime != NO_OFFSET)
		set_clock(CLOCK_BOOTTIME, "boottime", boottime);
	if (monotonic != NO_OFFSET)
		set_clock(CLOCK_MONOTONIC, "monotonic", monotonic);
}
