// SPDX-License-Identifier: MIT
//
// nsenter-lite: run a command inside the namespaces of another process.
//
// Shows:     setns(2) on a pidfd, and the order in which a process crosses
//            into a container: cgroup, namespaces, root, directory, IDs,
//            capabilities, terminal, system call filters.
// Mirrors:   nsenter(1), and docker exec (--like-exec).
// Leaves out: --follow-context (SELinux), --net-socket.
// Read:      setns(2), pidfd_open(2), namespaces(7), cgroups(7), chroot(2),
//            capabilities(7), seccomp(2), pty(7).
// Build:     cc -Itools/lib -o nsenter-lite tools/nsenter-lite/*.c
//            tools/lib/*.c

#define _GNU_SOURCE
#include "nsenter-lite.h"

#include <unistd.h>

// Is the command, or what it loads, to be found in a root that others filled?
static bool leaves_our_root(const struct options *options)
{
	return options->all || options->root || (options->flags & CLONE_NEWNS);
}

int main(int argc, char *argv[])
{
	struct options options = {0};
	struct target target = {
	    .pidfd = -1, .proc = -1, .root = -1, .directory = -1};
	struct identity who = {0};
	struct filters filters = {0};
	bool groups_dropped = false;
	int master = -1;

	parse_options(argc, argv, &options);
	if (leaves_our_root(&options))
		run_sealed(argv);

	// Outside: whatever is needed from here is opened now.
	if (options.pid)
		pin_target(&target, options.pid);
	if (options.all)
		choose_all(&options, &target);
	open_directories(&target, &options);
	if (options.environment)
		read_environment(&target);
	if (options.join_cgroup)
		join_cgroups(&target);
	if (options.like_exec) {
		read_identity(&target, &who);
		read_filters(&target, &who, &filters);
		take_limits(&target);
		take_groups(&who, &options);
	} else {
		groups_dropped = prepare_ids(&options);
	}
	if (options.pty)
		master = open_terminal();
	hide_memory();

	enter_namespaces(&options, &target);

	// Inside: the command gets nothing of the outside that was not asked
	// for.
	change_root(&target);
	change_directory(&target);
	if (options.like_exec)
		read_identity(&target, &who);
	if (!options.keep_fds) {
		close_descriptors(master);
		if (leaves_our_root(&options))
			refuse_directories();
	}
	if (options.inner_directory || options.like_exec)
		change_inner_directory(options.inner_directory);
	if (options.like_exec)
		take_identity(&who, &options);
	else
		set_ids(&options, groups_dropped);
	hide_memory();
	if (options.environment)
		set_environment(&target.environment, options.pty);
	if (master >= 0 || options.like_exec ||
	    ((options.flags & CLONE_NEWPID) && !options.no_fork))
		continue_in_child(&options, &target, master);
	if (options.like_exec) {
		install_filters(&filters);
		give_up_the_rest(&who);
	}
	exec_command(options.command);
}
