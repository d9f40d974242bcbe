// SPDX-License-Identifier: MIT
// run.c: a command that starts inside a group, and what became of it.
//
// The command is a child: it is born in the v2 group (CLONE_INTO_CGROUP) and
// puts itself into the groups of v1, which cannot do that, before it executes
// the command. Nothing of the command runs before it is in all of them.

#define _GNU_SOURCE
#include "figures.h"
#include "limits.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

struct run {
	struct layout *layout;
	const char *group;
	char **command;
	int refusal[2]; // the child writes there when it cannot join
	// What the command gets back: which signals were blocked, and what
	// SIGCHLD did.
	sigset_t before;
	void (*sigchld)(int);
	pid_t parent, child;
};

// We have to outlive what ends the command, to report it: these signals wait
// until they are asked for. sigprocmask(2), signal(7).
static void block_signals(struct run *run, sigset_t *taken)
{
	static const int signals[] = {SIGCHLD, SIGINT,	SIGQUIT, SIGTERM,
				      SIGHUP,  SIGUSR1, SIGUSR2};

	sigemptyset(taken);
	for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
		sigaddset(taken, signals[i]);
	sigprocmask(SIG_BLOCK, taken, &run->before);
	// Ignored by our caller, it would make the kernel drop the status.
	run->sigchld = signal(SIGCHLD, SIG_DFL);
}

// A child that is never, not for an instant, outside the group. tree is the
// hierarchy in which it is born there, or NULL: v1 has no such thing. It is the
// child that narrates, so that its story is in order. A dry run goes on as if
// it were the child.
// clone(2). Commonest errno: EACCES, no right to the group; EBUSY, the group
// hands controllers to children; ENOSYS, a seccomp filter hides the call.
static pid_t bear_child(struct run *run, struct hierarchy **tree)
{
	struct clone_args how = {.exit_signal = SIGCHLD};
	char cgroup[32] = ", cgroup=?";
	int folder = -1;
	pid_t child = 0;

	if (*tree)
		folder =
		    open_group(*tree, run->group, NULL, O_PATH | O_DIRECTORY);
	// In a dry run the group need not be there yet.
	if (folder < 0 && narration != DRY_RUN)
		*tree = NULL;
	if (*tree) {
		how.flags = CLONE_INTO_CGROUP;
		how.cgroup = (unsigned int)folder;
	}
	if (folder >= 0)
		snprintf(cgroup, sizeof cgroup, ", cgroup=%d", folder);
	if (narration != DRY_RUN)
		child = (pid_t)syscall(SYS_clone3, &how, sizeof how);
	if (child > 0)
		return child;
	explain(child < 0 ? -1 : getpid(),
		*tree ? full_path(*tree, run->group, NULL)
		      : "the command's process, not yet in the group: clone(2)",
		"clone3({flags=%s, exit_signal=SIGCHLD, stack=NULL, "
		"stack_size=0%s}, %zu)",
		*tree ? "CLONE_INTO_CGROUP" : "0", *tree ? cgroup : "",
		sizeof how);
	if (child < 0 && errno == ENOSYS) {
		*tree = NULL;
		child = fork();
		if (child == 0)
			explain(getpid(), "as before clone3: fork(2)",
				"clone(SIGCHLD)");
	}
	return child;
}

// It dies with cgset, as if that had become the command. prctl(2).
static void die_with_parent(pid_t parent)
{
	explain(narration == DRY_RUN ? 0 : prctl(PR_SET_PDEATHSIG, SIGKILL),
		"killed when cgset is: PR_SET_PDEATHSIG(2const)",
		"prctl(PR_SET_PDEATHSIG, SIGKILL)");
	if (narration != DRY_RUN && getppid() != parent)
		_exit(EXIT_TOOL); // it had ended before we asked
}

static noreturn void become_command(struct run *run,
				    const struct hierarchy *born_in)
{
	die_with_parent(run->parent);
	if (join_group(run->layout, run->group, "0", born_in) < 0) {
		write(run->refusal[1], "", 1);
		_exit(EXIT_TOOL);
	}
	signal(SIGCHLD, run->sigchld);
	sigprocmask(SIG_SETMASK, &run->before, NULL);
	exec_command(run->command);
}

// A signal from a terminal has reached the child as well; one that a process
// sent to us (si_code is 0 or less) is passed on. sigaction(2), wait(2).
static int wait_for_child(const struct run *run, const sigset_t *taken)
{
	siginfo_t info;
	int status;

	for (;;) {
		if (sigwaitinfo(taken, &info) < 0)
			continue; // EINTR: we were stopped and continued
		if (info.si_signo != SIGCHLD && info.si_code <= 0)
			kill(run->child, info.si_signo);
		if (info.si_signo == SIGCHLD &&
		    waitpid(run->child, &status, WNOHANG) == run->child)
			return status;
	}
}

// What memory.events (v2) or memory.oom_control (v1) counts: 0 if nothing.
static uint64_t count_oom_kills(const struct run *run)
{
	uint64_t kills = 0;

	read_figure(run->layout, run->group, OOM_KILLS, &kills);
	return kills;
}

// A shell only says "Killed": who did it stands in the group.
static void report_oom(const struct run *run, uint64_t before)
{
	struct hierarchy *memory = find_controller(run->layout, "memory");
	uint64_t kills = count_oom_kills(run);

	if (kills > before)
		warnx("/%s: killed by the OOM killer: %s oom_kill %ju",
		      run->group,
		      memory && memory->v2 ? "memory.events"
					   : "memory.oom_control",
		      (uintmax_t)kills);
}

// Returns only when the child could not be put into the group.
static int run_child(struct run *run)
{
	struct hierarchy *tree = find_v2(run->layout);
	uint64_t kills = count_oom_kills(run);
	char refused;
	sigset_t taken;
	int status;

	if (pipe2(run->refusal, O_CLOEXEC) < 0)
		err(options.failed, "cannot make a pipe");
	block_signals(run, &taken);
	run->parent = getpid();
	run->child = bear_child(run, &tree);
	if (run->child < 0) {
		warn("cannot start a process in %s",
		     tree ? full_path(tree, run->group, NULL) : run->group);
		if (tree)
			explain_no_entry(run->layout, tree, run->group, "0");
		return -1;
	}
	if (run->child == 0)
		become_command(run, tree);
	close(run->refusal[1]);
	status = wait_for_child(run, &taken);
	// It has ended: this does not wait.
	if (read(run->refusal[0], &refused, 1) == 1)
		return -1;
	report_oom(run, kills);
	end_like(status);
}

static struct plan plan_limits(struct layout *layout, const char *group)
{
	size_t count = options.setting_count;
	struct setting *settings = calloc(count + 1, sizeof *settings);
	struct plan plan;

	if (!settings)
		err(options.failed, "cannot allocate memory");
	for (size_t i = 0; i < count; i++)
		settings[i] = parse_setting(options.settings[i]);
	plan = make_plan(layout, group, settings, count);
	free(settings);
	return plan;
}

int verb_run(struct layout *layout, char *operands[])
{
	const char *group = parse_own_group(layout, operands[0]);
	struct run run = {.layout = layout, .group = group};
	struct plan plan;
	struct made made;

	run.command = operands + 1 + (strcmp(operands[1], "--") == 0);
	if (!*run.command)
		errx(options.misused, "run: expected GROUP COMMAND");
	if (!*group && options.setting_count > 0)
		errx(options.misused, "the root group has no limits");
	plan = plan_limits(layout, group);
	if (create_group(layout, group, &made) < 0) {
		free(plan.list);
		return options.failed;
	}
	if (carry_out(&plan, STDERR_FILENO) == 0) {
		if (!options.exec)
			run_child(&run);
		else if (join_group(layout, group, "0", NULL) == 0)
			exec_command(run.command);
	}
	remove_made(layout, group, made);
	return options.failed;
}
