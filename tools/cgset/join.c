// SPDX-License-Identifier: MIT
// join.c: move a process into a group. A process is in exactly one group of
// each hierarchy; its children start in the same.

#define _GNU_SOURCE
#include "cgset.h"

#include <err.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <unistd.h>

// v1 has a second file, for single threads, and we have just one. To move a
// whole process the kernel holds up every fork of the machine, which can take
// milliseconds; for the thread that asks for itself, nothing.
static const char *file_for(const struct hierarchy *hierarchy, const char *pid)
{
	return !hierarchy->v2 && strcmp(pid, "0") == 0 ? "tasks"
						       : "cgroup.procs";
}

void explain_no_entry(struct layout *layout, struct hierarchy *hierarchy,
		      const char *group, const char *pid)
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
	if (saved == EOPNOTSUPP && hierarchy->v2)
		v2_explain_type(hierarchy, group);
	if (saved == EACCES && hierarchy->v2)
		v2_explain_common_ancestor(layout, hierarchy, group, pid);
	if (saved == EINVAL && is_kernel_thread(pid))
		hint("%s is a kernel thread: it stays in the root group", pid);
	free(buffer.data);
	errno = saved;
	explain_refusal(hierarchy, group, file_for(hierarchy, pid));
}

// Where the process has been in each hierarchy, so that it can be put back.
struct places {
	struct layout *layout;
	char *groups[32];
};

static void note_place(const struct membership *member, void *context)
{
	struct places *places = context;

	if (!member->hierarchy)
		return;
	places->groups[member->hierarchy - places->layout->list] =
	    strdup(member->group + 1);
}

static void put_back(struct places *places, size_t joined, const char *pid)
{
	while (joined-- > 0) {
		struct hierarchy *hierarchy = &places->layout->list[joined];
		const char *group = places->groups[joined];

		if (!is_named(hierarchy) && group &&
		    write_group_file(hierarchy, group, file_for(hierarchy, pid),
				     pid, "put back: a later one refused") < 0)
			warn("cannot put process %s back into %s", pid,
			     full_path(hierarchy, group, NULL));
	}
}

// Writing a PID moves the whole process with all its threads; 0 stands for
// the writer. cgroups(7). Commonest errno: EACCES; ESRCH, it has ended.
static int join(struct layout *layout, struct hierarchy *hierarchy,
		const char *group, const char *pid)
{
	const char *lesson =
	    strcmp(pid, "0") == 0
		? "0 is the writer itself: what it executes stays in"
		: "moves the process with all its threads: cgroups(7)";

	if (write_group_file(hierarchy, group, file_for(hierarchy, pid), pid,
			     lesson) == 0)
		return 0;
	warn("cannot move process %s into %s",
	     strcmp(pid, "0") == 0 ? "cgset" : pid,
	     full_path(hierarchy, group, NULL));
	explain_no_entry(layout, hierarchy, group, pid);
	return -1;
}

// Into all hierarchies or, when one refuses, back to where it was.
int join_group(struct layout *layout, const char *group, const char *pid,
	       const struct hierarchy *but)
{
	struct places places = {.layout = layout};
	int number = atoi(pid), result = 0;

	each_membership(layout, number ? number : getpid(), note_place,
			&places);
	for (size_t i = 0; i < layout->count && result == 0; i++) {
		if (is_named(&layout->list[i]) || &layout->list[i] == but)
			continue;
		result = join(layout, &layout->list[i], group, pid);
		if (result < 0)
			put_back(&places, i, pid);
	}
	for (size_t i = 0; i < layout->count; i++)
		free(places.groups[i]);
	return result;
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
	refuse_foreign_process(layout, pid);
	if (join_group(layout, group, text, NULL) < 0)
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
