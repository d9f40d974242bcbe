// SPDX-License-Identifier: MIT
// init.c: --init: a PID 1 that knows its duties, and the command as PID 2.
//
// PID 1 of a pid namespace is special in three ways. Processes whose parent
// dies become its children, and stay as zombies until it waits for them. A
// signal without a handler is not delivered to it, so that Ctrl-C or SIGTERM
// do nothing to a command that is PID 1 and relies on the default. And when
// it ends, the kernel kills all others. Most programs know none of that;
// docker run --init puts a process like this one before them.

#define _GNU_SOURCE
#include "unshare-lite.h"

#include <err.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

// Whoever has died: orphans, and at last the command. Then we end, and with
// us the namespace. The status goes ahead on the lifeline, because PID 1
// cannot kill itself by the signal that the command died of.
// wait4(2). Commonest errno: ECHILD, no child left.
static void reap(pid_t command, int lifeline)
{
	int status;
	pid_t dead;

	while ((dead = waitpid(-1, &status, WNOHANG)) > 0) {
		explain(dead,
			dead == command ? "the command has ended: so do we"
					: "an orphan, reaped: wait(2)",
			"wait4(-1)");
		if (dead != command)
			continue;
		send(lifeline, &status, sizeof status, MSG_NOSIGNAL);
		exit(status_of(status));
	}
}

// For signals, too, we stand for the command. Those of the terminal
// (SI_KERNEL) went to the whole group of processes, the command among them.
// kill(2). Commonest errno: ESRCH, it has ended meanwhile.
static void pass_on(pid_t command, const siginfo_t *info)
{
	const char *name = sigabbrev_np(info->si_signo);

	if (info->si_code != SI_KERNEL)
		explain(kill(command, info->si_signo),
			"PID 1 was sent it, the command gets it: kill(2)",
			"kill(%d, %s%s)", command, name ? "SIG" : "realtime",
			name ? name : "");
}

// All signals are blocked, and taken one after the other: no handler, nothing
// lost. sigwaitinfo(2). Commonest errno: EINTR, after a stop.
static noreturn void serve(pid_t command, int lifeline, const sigset_t *all)
{
	siginfo_t info;

	for (;;) {
		reap(command, lifeline);
		if (sigwaitinfo(all, &info) > 0 && info.si_signo != SIGCHLD)
			pass_on(command, &info);
	}
}

// Returns in the command's process only, with the signals as our caller had
// them. fork(2). Commonest errno: EAGAIN, at the limit of processes.
void stay_as_init(int lifeline)
{
	sigset_t all, before;
	void (*sigchld)(int);
	pid_t command = 0;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &before);
	sigchld = signal(SIGCHLD, SIG_DFL); // ignored: no status to wait for
	if (narration != DRY_RUN)
		command = fork();
	if (command < 0)
		err(EXIT_TOOL, "cannot fork");
	if (command > 0)
		serve(command, lifeline, &all);
	explain(getpid(),
		"the command; PID 1 stays, and waits for all: fork(2)",
		"clone(SIGCHLD)");
	signal(SIGCHLD, sigchld);
	sigprocmask(SIG_SETMASK, &before, NULL);
}
