// SPDX-License-Identifier: MIT
// outside.c: a process that stays outside.
//
// Once we are in a new user namespace, we have no privilege over anything
// around it; once in a new mount namespace, what we mount is seen by nobody
// outside. So what has to be done there is done by a process forked before
// unshare(2), which waits to be told: with a map of many IDs (ranges.c), and
// with namespaces kept in files (persist.c). It keeps the other end of a
// socket pair, and ends with us, whichever way we end.

#define _GNU_SOURCE
#include "unshare-lite.h"

#include <err.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static bool is_needed(const struct options *options)
{
	return options->users.count > 0 || options->groups.count > 0 ||
	       wants_files(options);
}

static void obey(const struct options *options, const char *self,
		 enum order order)
{
	if (order == MAP_IDS)
		map_ranges(options, self);
	else
		keep_namespaces(options, self);
}

// An order is one byte, and the answer the same byte; no answer is a failure
// that has been reported.
static noreturn void wait_for_orders(const struct outsider *outsider,
				     const struct options *options)
{
	char order;

	signal(SIGCHLD, SIG_DFL); // a caller may ignore it: wait(2)
	while (read(outsider->channel, &order, 1) == 1) {
		obey(options, outsider->self, (enum order)order);
		if (send(outsider->channel, &order, 1, MSG_NOSIGNAL) != 1)
			break;
	}
	_exit(EXIT_SUCCESS);
}

// It speaks of us by the PID that the mounted proc file system has for us,
// which is another one than getpid(2)'s if that shows a pid namespace above.
// fork(2). Commonest errno: EAGAIN, at the limit of processes.
struct outsider start_outsider(const struct options *options)
{
	struct outsider outsider = {0};
	int channel[2] = {-1, -1};

	if (!is_needed(options))
		return outsider;
	if (readlink("/proc/self", outsider.self, sizeof outsider.self - 1) < 0)
		err(EXIT_TOOL, "cannot read /proc/self");
	if (narration != DRY_RUN) {
		if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0,
			       channel) < 0)
			err(EXIT_TOOL, "cannot make a socket pair");
		outsider.pid = fork();
	}
	outsider.channel = channel[outsider.pid == 0];
	if (outsider.pid == 0 && narration != DRY_RUN) {
		close(channel[0]);
		wait_for_orders(&outsider, options);
	}
	if (explain(outsider.pid, "a process that stays outside: fork(2)",
		    "clone(SIGCHLD)") < 0)
		err(EXIT_TOOL, "cannot fork");
	close(channel[1]);
	return outsider;
}

void ask_outsider(const struct outsider *outsider,
		  const struct options *options, enum order order)
{
	char byte = (char)order;
	int status;
	pid_t ended;

	if (narration == DRY_RUN) {
		obey(options, outsider->self, order);
		return;
	}
	if (send(outsider->channel, &byte, 1, MSG_NOSIGNAL) == 1 &&
	    read(outsider->channel, &byte, 1) == 1)
		return;
	ended = waitpid(outsider->pid, &status, 0);
	explain(ended, "the process outside has failed: wait(2)", "wait4(%d)",
		outsider->pid);
	if (ended > 0 && WIFSIGNALED(status))
		errx(EXIT_TOOL, "the process outside was killed by signal %d",
		     WTERMSIG(status));
	exit(EXIT_TOOL); // it has said why
}

// The last work, and its end. Shut down, not only closed: a child of ours may
// have a copy. If our caller ignores SIGCHLD, there is nothing left to wait
// for, and ECHILD says so.
void finish_outside(const struct outsider *outsider,
		    const struct options *options)
{
	pid_t ended = 0;

	if (!is_needed(options))
		return;
	if (wants_files(options))
		ask_outsider(outsider, options, KEEP_NAMESPACES);
	if (narration != DRY_RUN) {
		shutdown(outsider->channel, SHUT_RDWR);
		ended = waitpid(outsider->pid, NULL, 0);
		close(outsider->channel);
	}
	explain(ended, "the process outside has ended: wait(2)", "wait4(%d)",
		outsider->pid);
}
