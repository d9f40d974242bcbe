// SPDX-License-Identifier: MIT
// progress.c: that we are still there, and with what.

#define _GNU_SOURCE
#include "bench.h"

#include <stdio.h>
#include <unistd.h>

// Who waits for longer than two seconds is told for what. On a terminal that is
// one line, which is written anew.
void show_progress(struct progress *progress)
{
	const double seconds = (milliseconds() - progress->started) / 1e3;
	const bool terminal = isatty(STDERR_FILENO);

	if (seconds < 2 || (progress->shown && !terminal))
		return;
	fprintf(stderr, "%s%s: run %ju of %ju, %.0f s so far%s",
		terminal ? "\r\033[K" : "", progress->name,
		(uintmax_t)progress->run, (uintmax_t)progress->runs, seconds,
		terminal ? "" : "\n");
	progress->shown = true;
}

void hide_progress(struct progress *progress)
{
	if (progress->shown && isatty(STDERR_FILENO))
		fputs("\r\033[K", stderr);
	progress->shown = false;
}
