// SPDX-License-Identifier: MIT
//
// watch.c: start a child, and listen to it.
//
// Shows:     that signals, the end of a child and its output can be waited for
//            in one place: in Linux each of them is a descriptor.
// Mirrors:   timeout(1).
// Leaves out: an event loop with callbacks: there is one child at a time.
// Read:      pidfd_open(2), signalfd(2), poll(2), setpgid(2), prctl(2):
//            PR_SET_CHILD_SUBREAPER, PR_SET_PDEATHSIG.

#define _GNU_SOURCE
#include "bench.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

// From here on, a wish to end comes as something to read.
static int take_signals(void)
{
	sigset_t set;
	int fd;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN); // a child may have ended before we write
	fd = signalfd(-1, &set, SFD_CLOEXEC);
	if (fd < 0)
		err(EXIT_FAILURE, "cannot take signals");
	return fd;
}

// A group of its own, so that one kill(2) reaches all of it, and an end with
// ours, whatever ends us.
static noreturn void be_child(struct setting *setting,
			      const struct options *options, int input,
			      int output, pid_t parent)
{
	sigset_t none;

	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(EXIT_FAILURE);
	dup2(input, STDIN_FILENO);
	dup2(output, STDOUT_FILENO);
	signal(SIGPIPE, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setting->be(setting, options);
	exit(EXIT_SUCCESS);
}

// Orphans come to us instead of to PID 1. But who was started in place of a
// shell may have children that are none of ours: then there are no orphans to
// end.
static bool adopt_orphans(void)
{
	siginfo_t unused;

	return waitid(P_ALL, 0, &unused, WEXITED | WNOHANG | WNOWAIT) < 0 &&
	       errno == ECHILD && prctl(PR_SET_CHILD_SUBREAPER, 1) == 0;
}

void prepare_runs(struct run *run, uint64_t runs)
{
	run->progress =
	    (struct progress){.runs = runs, .started = milliseconds()};
	run->signals = take_signals();
	run->orphans = adopt_orphans();
}

void start_run(struct run *run, struct setting *setting,
	       const struct options *options)
{
	int input[2], output[2];
	pid_t self = getpid();

	if (pipe2(input, O_CLOEXEC) < 0 || pipe2(output, O_CLOEXEC) < 0)
		err(EXIT_FAILURE, "cannot make a pipe");
	fflush(stdout);
	run->started = milliseconds();
	run->pid = fork();
	if (run->pid < 0)
		err(EXIT_FAILURE, "cannot fork");
	if (run->pid == 0)
		be_child(setting, options, input[0], output[1], self);
	setpgid(run->pid, run->pid); // whoever comes first
	close(input[0]);
	close(output[1]);
	run->input = input[1];
	run->output = output[0];
	run->length = 0;
	run->tail[0] = '\0';
	run->child = (int)syscall(SYS_pidfd_open, run->pid, 0);
	if (run->child < 0)
		err(EXIT_FAILURE, "cannot open a pidfd");
}

// What is none of the lines that are waited for may say why a run failed: the
// last of it is kept.
void keep_line(struct run *run, const char *line)
{
	const size_t length = strlen(line), room = sizeof run->tail - 2;
	size_t have = strlen(run->tail);

	if (length == 0 || length > room)
		return;
	while (have + length > room) {
		const char *next = strchr(run->tail, '\n') + 1;

		have -= (size_t)(next - run->tail);
		memmove(run->tail, next, have + 1);
	}
	memcpy(run->tail + have, line, length);
	memcpy(run->tail + have + length, "\n", 2);
}

bool has_ended(const struct run *run)
{
	struct pollfd child = {run->child, POLLIN, 0};

	return poll(&child, 1, 0) == 1;
}

// Wait for output, the end of the child, a signal or the deadline, and show
// that we are still there when it takes long.
static enum event wait_for(struct run *run, double deadline)
{
	struct pollfd files[] = {{run->signals, POLLIN, 0},
				 {run->output, POLLIN, 0},
				 {run->child, POLLIN, 0}};
	struct signalfd_siginfo signal_info;
	double left;

	for (;;) {
		left = deadline - milliseconds();
		if (left <= 0)
			return LATE;
		if (poll(files, 3, left < 500 ? (int)left + 1 : 500) < 0)
			err(EXIT_FAILURE, "cannot wait for a child");
		if (files[0].revents) {
			if (read(run->signals, &signal_info,
				 sizeof signal_info) == sizeof signal_info)
				run->signal = (int)signal_info.ssi_signo;
			return INTERRUPTED;
		}
		if (files[1].revents)
			return OUTPUT;
		if (files[2].revents)
			return ENDED;
		show_progress(&run->progress);
	}
}

// Take one line from what has been read, without its end. A longer one than
// there is room for is cut.
static bool take_line(struct run *run)
{
	char *end = memchr(run->text, '\n', run->length);
	size_t length;

	if (!end && run->length < sizeof run->text)
		return false;
	length = end ? (size_t)(end - run->text) : sizeof run->line - 1;
	memcpy(run->line, run->text, length);
	run->line[length] = '\0';
	run->line[strcspn(run->line, "\r")] = '\0'; // a terminal's line end
	length += end != NULL;
	run->length -= length;
	memmove(run->text, run->text + length, run->length);
	return true;
}

enum event read_line(struct run *run, double deadline)
{
	enum event event;
	ssize_t got;

	while (!take_line(run)) {
		event = wait_for(run, deadline);
		if (event != OUTPUT)
			return event;
		got = read(run->output, run->text + run->length,
			   sizeof run->text - run->length);
		if (got > 0) {
			run->length += (size_t)got;
			continue;
		}
		close(run->output);
		run->output = -1; // poll(2) passes over it
		return ENDED;
	}
	return OUTPUT;
}
