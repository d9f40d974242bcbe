// SPDX-License-Identifier: MIT
//
// end.c: end a child with all that it started.
//
// Shows:     that nothing is left behind without a list of what was made: the
//            kernel hands orphans to the next subreaper, which is us.
// Mirrors:   docker stop, the shims of container engines.
// Leaves out: what a command asks somebody else to start: a daemon's children
//            are not ours.
// Read:      prctl(2): PR_SET_CHILD_SUBREAPER; kill(2), waitpid(2).

#define _GNU_SOURCE
#include "bench.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PATIENCE = 10000, LAST_PATIENCE = 5000 }; // milliseconds

// Listen, for the log alone, until the child has ended.
static bool ends_within(struct run *run, double patience)
{
	const double deadline = milliseconds() + patience;
	enum event event;

	do {
		event = read_line(run, deadline);
		if (event == OUTPUT)
			keep_line(run, run->line);
		if (has_ended(run))
			return true;
	} while (event == OUTPUT || event == ENDED);
	return false;
}

// Those that have left the process group came to us when their parents ended.
static void end_orphans(void)
{
	int pids[256];
	const size_t count =
	    find_family(getpid(), pids, sizeof pids / sizeof *pids);

	for (size_t i = 0; i < count; i++)
		if (pids[i] != getpid())
			kill(pids[i], SIGKILL);
	while (waitpid(-1, NULL, 0) > 0 || errno == EINTR)
		;
}

// As docker stop: ask, wait, insist. A command is asked by the end of its
// input; a second Ctrl-C goes on to the next step. Returns the wait status.
int end_run(struct run *run, bool patient)
{
	int status = 0;

	// A virtual machine's console passes on a line, but not an end.
	dprintf(run->input, "\n"); // it may have ended already
	close(run->input);
	if (!ends_within(run, patient ? PATIENCE : 0)) {
		kill(-run->pid, SIGTERM);
		if (!ends_within(run, LAST_PATIENCE))
			kill(-run->pid, SIGKILL);
	}
	while (waitpid(run->pid, &status, 0) < 0 && errno == EINTR)
		;
	if (run->orphans)
		end_orphans();
	if (run->output >= 0)
		close(run->output);
	close(run->child);
	return status;
}
