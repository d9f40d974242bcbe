// SPDX-License-Identifier: MIT
// run.c: start a command in this process's place, and end as a child ended.

#define _GNU_SOURCE
#include "bones.h"

#include <err.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

noreturn void exec_command(char *const argv[])
{
	// A successful execve(2) never returns: it has to be told beforehand.
	if (narration != QUIET)
		explain(0, "the command replaces this process: execve(2)",
			"execve(\"%s\")", argv[0]);
	if (narration == DRY_RUN)
		exit(EXIT_SUCCESS);
	execvp(argv[0], argv);
	err(errno == ENOENT ? EXIT_NOT_FOUND : EXIT_CANNOT_RUN,
	    "cannot execute %s", argv[0]);
}

int status_of(int wait_status)
{
	if (WIFSIGNALED(wait_status))
		return 128 + WTERMSIG(wait_status);
	return WEXITSTATUS(wait_status);
}

noreturn void end_like(int wait_status)
{
	struct rlimit no_core = {0, 0};
	int signal_number;
	sigset_t set;

	if (!WIFSIGNALED(wait_status))
		exit(WEXITSTATUS(wait_status));
	signal_number = WTERMSIG(wait_status);
	setrlimit(RLIMIT_CORE, &no_core);
	signal(signal_number, SIG_DFL);
	sigemptyset(&set);
	sigaddset(&set, signal_number);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	raise(signal_number);
	// Only the init of a pid namespace survives its own signal.
	exit(128 + signal_number);
}
