// SPDX-License-Identifier: MIT
// join.c: put a process into a group, before it starts a command or while it
// runs. A process is in exactly one group of each hierarchy; its children
// start in the same.

#define _GNU_SOURCE
#include "cgset.h"

#include <err.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <signal.h>
#include <sys/pidfd.h>
#include <unistd.h>

// What can be said for sure when the kernel does not let a process in.
static void explain_no_entry(struct hierarchy *hierarchy, const char *group,
			     const char *pid)
{
	struct buffer buffer = {0};
	int saved = errno;

	if (saved == ENOSPC && !hierarchy->v2 &&
	    read_group_file(hierarchy, group, "cpuset.cpus", &buffer) == 0 &&
	    buffer.length <= 1)
		hint("%s is empty: a process has to have a CPU",
		     full_path(hierarchy, group, "cpuset.cpus"));
	if (saved == EBUSY && hierarchy->v2 &&
	    read_group_file(hierarchy, group, "cgroup.subtree_control",
			    &buffer) == 0 &&
	    buffer.length > 1)
		hint("%s hands controllers to children: on cgroup v2 such a "
		     "group has no processes of its own",
		     full_path(hierarchy, group, NULL));
	if (saved == EINVAL && is_kernel_thread(pid))
		hint("%s is a kernel thread: it stays in the root group", pid);
	free(buffer.data);
	errno = saved;
	explain_refusal(hierarchy, group, "cgroup.procs");
}

// Writing a PID moves the whole process with all its threads; 0 stands for
// the writer. cgroups(7). Commonest errno: EACCES; ESRCH, it has ended.
static int join_all(struct layout *layout, const char *group, const char *pid,
		    const char *lesson)
{
	for (size_t i = 0; i < layout->count; i++) {
		struct hierarchy *hierarchy = &layout->list[i];

		if (is_named(hierarchy))
			continue;
		if (write_group_file(hierarchy, group, "cgroup.procs", pid,
				     lesson) == 0)
			continue;
		warn("cannot move process %s into %s",
		     strcmp(pid, "0") == 0 ? "cgset" : pid,
		     full_path(hierarchy, group, NULL));
		explain_no_entry(hierarchy, group, pid);
		return -1;
	}
	return 0;
}

int verb_run(struct layout *layout, char *operands[])
{
	const char *group = parse_own_group(layout, operands[0]);
	char **command = operands + 1;
	size_t count = options.setting_count;
	struct setting *settings = calloc(count + 1, sizeof *settings);
	struct plan plan;
	struct made made;

	if (!settings)
		err(options.failed, "cannot allocate memory");
	if (strcmp(*command, "--") == 0)
		command++;
	if (!*command)
		errx(options.misused, "run: expected GROUP COMMAND");
	if (!*group && count > 0)
		errx(options.misused, "the root group has no limits");
	for (size_t i = 0; i < count; i++)
		settings[i] = parse_setting(options.settings[i]);
	plan = make_plan(layout, group, settings, count);
	free(settings);
	if (create_group(layout, group, &made) < 0) {
		free(plan.list);
		return options.failed;
	}
	if (carry_out(&plan, STDERR_FILENO) < 0) {
		remove_made(layout, group, made);
		return options.failed;
	}
	if (join_all(layout, group, "0",
		     "0 is the writer itself: what it executes stays in") < 0)
		return options.failed;
	exec_command(command);
}

// The number of a process that has ended can be given to another one. A pidfd
// stays with the first: as long as it can be signalled (0: only asked), the
// number was its own all the time. pidfd_open(2), pidfd_send_signal(2).
static void move_process(struct layout *layout, const char *group,
			 const char *text)
{
	int pid, pidfd;

	if (parse_pid(text, &pid) < 0)
		errx(options.misused, "%s is not a process ID", text);
	refuse_thread(pid);
	pidfd = pidfd_open(pid, 0);
	explain(pidfd, "a name for this process alone: pidfd_open(2)",
		"pidfd_open(%d, 0)", pid);
	if (pidfd < 0)
		err(options.failed, "cannot open process %d", pid);
	if (join_all(layout, group, text,
		     "moves the process with all its threads: cgroups(7)") < 0)
		exit(options.failed);
	if (explain(pidfd_send_signal(pidfd, 0, NULL, 0),
		    "it is still there: the number has been its own",
		    "pidfd_send_signal(%d, 0, NULL, 0)", pidfd) < 0)
		err(options.failed, "process %d ended meanwhile", pid);
	close(pidfd);
}

static int count_missing(struct layout *layout, const char *group)
{
	int missing = 0;

	for (size_t i = 0; i < layout->count; i++)
		missing += !is_named(&layout->list[i]) &&
			   !group_exists(&layout->list[i], group);
	return missing;
}

int verb_move(struct layout *layout, char *operands[])
{
	const char *group = parse_own_group(layout, operands[0]);

	if (!operands[1])
		errx(options.misused, "move: expected GROUP PID");
	if (count_missing(layout, group) > 0)
		errx(options.failed,
		     "no group /%s in every hierarchy: cgset create /%s", group,
		     group);
	for (char **pid = operands + 1; *pid; pid++)
		move_process(layout, group, *pid);
	return EXIT_SUCCESS;
}
