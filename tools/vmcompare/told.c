// SPDX-License-Identifier: MIT
//
// told.c: what a setting tells about itself, line by line.
//
// Shows:     that a pipe and lines of text are all that two programs need to
//            work together, whatever is between them.
// Mirrors:   nothing.
// Leaves out: nothing.
// Read:      vmcompare(1), pipe(7).

#define _GNU_SOURCE
#include "bench.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

// How far a run has come.
enum phase { TELLING, TOLD, FAILED };

// The first sign of life.
static void stamp(const struct run *run, struct result *result)
{
	if (!result->value[START][0])
		snprintf(result->value[START], VALUE_SIZE, "%.3f",
			 milliseconds() - run->started);
}

// We are the client of a server that is somewhere else. It is asked until it
// answers: whoever told its address may have been quicker than it.
static int await_server(struct run *run, const char *host, const char *port,
			double deadline)
{
	const struct timespec pause = {.tv_nsec = 1000000};
	int fd;

	while ((fd = greet_memcached(host, port)) < 0 &&
	       errno == ECONNREFUSED && !has_ended(run) &&
	       milliseconds() < deadline)
		nanosleep(&pause, NULL);
	return fd;
}

static enum phase visit(struct run *run, const char *address,
			struct result *result, const struct options *options,
			double deadline)
{
	char host[64] = "";
	const char *colon = strrchr(address, ':');
	double rate = 0;
	int fd = -1;

	errno = EINVAL;
	if (colon && (size_t)(colon - address) < sizeof host) {
		memcpy(host, address, (size_t)(colon - address));
		fd = await_server(run, host, colon + 1, deadline);
	}
	if (fd >= 0) {
		stamp(run, result);
		rate = options->load ? load_memcached(fd) : 0;
	}
	if (fd < 0 || rate < 0) {
		snprintf(run->why, sizeof run->why, "no memcached at %s: %s",
			 address, strerror(errno));
		return FAILED;
	}
	close(fd);
	if (options->load)
		snprintf(result->value[REQUESTS], VALUE_SIZE, "%.0f", rate);
	return TOLD;
}

static enum phase take_fact(struct run *run, enum measure measure,
			    const char *text, struct result *result)
{
	stamp(run, result);
	if (measure == START) // when it comes is what it says
		return TELLING;
	if (!is_value(measure, text)) {
		snprintf(run->why, sizeof run->why, "%s is no number: %s",
			 measures[measure].key, text);
		return FAILED;
	}
	snprintf(result->value[measure], VALUE_SIZE, "%s", text);
	return TELLING;
}

// KEY=VALUE, or "ready"; anything else is for whoever looks for a failure.
static enum phase take_line(struct run *run, struct result *result,
			    const struct options *options, double deadline)
{
	char *key = run->line, *text = strchr(key, '=');

	if (strcmp(key, "ready") == 0) {
		stamp(run, result);
		return TOLD;
	}
	if (text)
		*text++ = '\0';
	for (enum measure measure = 0; text && measure < MEASURES; measure++)
		if (strcmp(key, measures[measure].key) == 0)
			return take_fact(run, measure, text, result);
	if (text && strcmp(key, "address") == 0)
		return visit(run, text, result, options, deadline);
	if (text && strcmp(key, "pid") == 0) {
		if (parse_pid(text, &run->head) < 0) {
			snprintf(run->why, sizeof run->why, "pid is none: %s",
				 text);
			return FAILED;
		}
		look_around(run->head, result);
		return TELLING;
	}
	if (text)
		text[-1] = '=';
	keep_line(run, run->line);
	return TELLING;
}

// Until the child has told all, or cannot any more. The end of its output is
// the end of what it tells.
bool listen_to(struct run *run, struct result *result,
	       const struct options *options, double limit)
{
	const double deadline = run->started + limit * 1e3;
	enum phase phase = TELLING;
	enum event event = OUTPUT;

	while (phase == TELLING && event == OUTPUT) {
		event = read_line(run, deadline);
		if (event == OUTPUT)
			phase = take_line(run, result, options, deadline);
	}
	if (event == LATE)
		snprintf(run->why, sizeof run->why, "not ready within %.0f s",
			 limit);
	return event != LATE && event != INTERRUPTED && phase != FAILED;
}
