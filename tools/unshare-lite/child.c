// SPDX-License-Identifier: MIT
// child.c: --fork: the command in a child, while the parent waits for it.
//
// Between the two there is a socket pair, the lifeline. The parent writes one
// byte when it is ready for the child to go on, and then only holds its end:
// when it dies, however it dies, the kernel closes that end, and the child
// can tell. Neither end survives an execve.

#define _GNU_SOURCE
#include "unshare-lite.h"

#include <err.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

// What a terminal and most people send goes to the child or, from a terminal,
// to both: the parent must outlive it to report how the child ended. Blocked,
// not handled, and only here: the child keeps what our caller had set.
// sigprocmask(2), signal(7).
static sigset_t outlive_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGCHLD); // to be waited for with the others
	sigprocmask(SIG_BLOCK, &set, NULL);
	// A caller that ignores SIGCHLD hands that on to us, and the kernel
	// would throw away the status: wait(2).
	signal(SIGCHLD, SIG_DFL);
	return set;
}

// --forward-signals: a process manager stops us, and means the command. What
// the terminal sends (SI_KERNEL) has reached the child already: Ctrl-C would
// count twice. sigwaitinfo(2). Commonest errno: EINTR, after a stop.
static void forward_signals(pid_t child, const sigset_t *set)
{
	siginfo_t info;
	int number = sigwaitinfo(set, &info);

	if (number > 0 && number != SIGCHLD && info.si_code != SI_KERNEL)
		explain(kill(child, number), "we were sent it: kill(2)",
			"kill(%d, SIG%s)", child, sigabbrev_np(number));
}

// wait4(2). Commonest errno: EINTR, when a signal came: then again.
static int wait_for(pid_t child, bool forward, const sigset_t *set)
{
	int status;
	pid_t ended;

	while ((ended = waitpid(child, &status, forward ? WNOHANG : 0)) <= 0) {
		if (ended == 0)
			forward_signals(child, set);
		else if (errno != EINTR)
			err(EXIT_TOOL, "cannot wait for process %d", child);
	}
	return status;
}

// Have the new namespaces kept in files, now that the child is in them; let
// it go on; wait; end as it ended. PID 1 cannot end by a signal of its own,
// so with --init it sends us how the command ended.
static noreturn void wait_for_child(pid_t child, int lifeline,
				    const struct options *options,
				    const struct outsider *outsider)
{
	sigset_t set = outlive_signals();
	int status, sent;

	explain(child,
		"the command's process, PID 1 of a new pid namespace: fork(2)",
		"clone(SIGCHLD)");
	finish_outside(outsider, options);
	send(lifeline, "", 1, MSG_NOSIGNAL); // if it is dead, we wait no less
	status = wait_for(child, options->forward_signals, &set);
	explain(child, "the child has ended: we end in the same way: wait(2)",
		"wait4(%d)", child);
	if (recv(lifeline, &sent, sizeof sent, MSG_DONTWAIT) == sizeof sent)
		status = sent;
	end_like(status);
}

// Returns in the child only, with its end of the lifeline. A new pid or time
// namespace is for children, so this is the first process in it; it stands
// after the user namespace's map, before everything that PID 1 shall see.
// fork(2). Commonest errno: EAGAIN, at the limit of processes.
int continue_in_child(const struct options *options,
		      const struct outsider *outsider)
{
	int lifeline[2];
	char byte;
	pid_t child;

	if (narration == DRY_RUN) {
		explain(0, "from here on in a child: fork(2)",
			"clone(SIGCHLD)");
		finish_outside(outsider, options);
		return -1;
	}
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, lifeline) < 0)
		err(EXIT_TOOL, "cannot make a socket pair");
	child = fork();
	if (child < 0)
		err(EXIT_TOOL, "cannot fork");
	if (child > 0) {
		close(lifeline[0]);
		wait_for_child(child, lifeline[1], options, outsider);
	}
	close(lifeline[1]);
	if (read(lifeline[0], &byte, 1) != 1)
		_exit(EXIT_TOOL); // the parent is dead
	return lifeline[0];
}

// The kernel will send us this signal when our parent dies. It forgets that
// when our user or group ID changes, hence after set_ids(). A parent that was
// already dead is not reported: so look at the lifeline afterwards.
// PR_SET_PDEATHSIG(2const). Commonest errno: EINVAL, not a signal.
void die_with_parent(int lifeline, int signal_number)
{
	struct pollfd parent = {.fd = lifeline};
	long result =
	    narration == DRY_RUN ? 0 : prctl(PR_SET_PDEATHSIG, signal_number);
	const char *name = sigabbrev_np(signal_number);

	if (explain(result, "the signal to get when unshare-lite dies",
		    "prctl(PR_SET_PDEATHSIG, %s%s)", name ? "SIG" : "realtime",
		    name ? name : "") < 0)
		err(EXIT_TOOL, "cannot ask for a signal at the parent's death");
	if (narration != DRY_RUN && poll(&parent, 1, 0) > 0)
		_exit(EXIT_TOOL); // dead already
}
