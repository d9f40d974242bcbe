// SPDX-License-Identifier: MIT
// child.c: the command in a child, which a pid namespace makes necessary.
//
// The PID of a process never changes: setns(2) into a pid namespace only
// says where our next children are born. So the command must be one.

#define _GNU_SOURCE
#include "nsenter-lite.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

// The signals that a parent must outlive to report how its child ended. They
// are blocked and taken one by one, so none is lost: sigwaitinfo(2).
static void block_signals(sigset_t *taken, sigset_t *before)
{
	static const int signals[] = {SIGCHLD, SIGINT,	SIGQUIT, SIGTERM,
				      SIGHUP,  SIGUSR1, SIGUSR2, SIGWINCH};

	sigemptyset(taken);
	for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
		sigaddset(taken, signals[i]);
	sigprocmask(SIG_BLOCK, taken, before);
	// A caller that ignores SIGCHLD hands that on to us, and the kernel
	// would throw away the status: wait(2).
	signal(SIGCHLD, SIG_DFL);
}

// A child that was stopped (Ctrl-Z) stops us too, so that our shell notices;
// when the shell continues us, we continue the child. Returns when the child
// has nothing more to tell. wait(2).
static void hear_child(pid_t child)
{
	int status;

	while (waitpid(child, &status, WUNTRACED | WNOHANG) == child) {
		if (!WIFSTOPPED(status))
			end_like(status);
		raise(SIGSTOP);
		kill(child, SIGCONT);
	}
}

// A signal from a terminal has reached a child in our session as well; one that
// was sent to us by a process (si_code is 0 or less) is passed on:
// sigaction(2).
static noreturn void wait_for_child(pid_t child, const sigset_t *taken,
				    bool own_session)
{
	siginfo_t info;

	for (;;) {
		if (sigwaitinfo(taken, &info) < 0)
			continue; // EINTR: we were stopped and continued
		if (info.si_signo == SIGCHLD)
			hear_child(child);
		else if (info.si_code <= 0 || own_session)
			kill(child, info.si_signo);
	}
}

// What our caller ignores or blocks is handed on by fork(2) and execve(2):
// nohup's SIGHUP, or a shell's SIGINT to what it runs in the background. A
// child of the target would know nothing of it. SIGKILL and SIGSTOP are always
// at their default, and refuse: signal(7).
static void forget_signals(void)
{
	sigset_t none;

	for (int i = 1; i < NSIG; i++)
		signal(i, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

// Returns in the child only, which waits at a pipe until the parent has
// narrated its birth. When the parent dies, the pipe ends as well.
// fork(2). Commonest errno: EAGAIN, at a limit of processes, such as pids.max
// of the cgroup joined; ENOMEM, the pid namespace's PID 1 has ended.
void continue_in_child(const struct options *options,
		       const struct target *target, int master)
{
	bool own_session = options->like_exec || master >= 0;
	sigset_t taken, before;
	int gate[2];
	pid_t child;
	char byte;

	if (pipe2(gate, O_CLOEXEC) < 0)
		err(EXIT_TOOL, "cannot make a pipe");
	block_signals(&taken, &before);
	child = fork();
	if (child < 0) {
		warn("cannot fork");
		hint_fork(target);
		exit(EXIT_TOOL);
	}
	if (child > 0) {
		close(gate[0]);
		explain(child, "the command's process, born inside: fork(2)",
			"clone(SIGCHLD)");
		close(gate[1]);
		if (master >= 0)
			relay_terminal(master, child, &taken);
		wait_for_child(child, &taken, own_session);
	}
	close(gate[1]);
	while (read(gate[0], &byte, 1) < 0 && errno == EINTR)
		;
	close(gate[0]);
	sigprocmask(SIG_SETMASK, &before, NULL);
	if (options->like_exec)
		forget_signals();
	if (own_session)
		become_session(master);
}
