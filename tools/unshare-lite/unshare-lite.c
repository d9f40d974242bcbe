// SPDX-License-Identifier: MIT
//
// unshare-lite: run a command in new namespaces.
//
// Shows:     unshare(2), and the order in which the kernel wants the steps
//            that make a container out of it.
// Mirrors:   unshare(1) of util-linux.
// Leaves out: --owner, --mount-binfmt, --load-interp, --clear-env.
// Read:      namespaces(7), unshare(2), and what each step names.
// Build:     cc -Itools/lib -o unshare-lite tools/unshare-lite/*.c
//            tools/lib/*.c

#define _GNU_SOURCE
#include "unshare-lite.h"

#include <getopt.h>
#include <linux/capability.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

void usage(void)
{
	puts("usage: unshare-lite [OPTION...] [--] [COMMAND [ARGUMENT...]]\n"
	     "Run COMMAND (or $SHELL) in new namespaces.\n"
	     "\n"
	     "  -m, --mount[=FILE]     mount points\n"
	     "  -u, --uts[=FILE]       hostname\n"
	     "  -i, --ipc[=FILE]       System V IPC, POSIX message queues\n"
	     "  -n, --net[=FILE]       network\n"
	     "  -p, --pid[=FILE]       process IDs; wants --fork\n"
	     "  -U, --user[=FILE]      user and group IDs, capabilities\n"
	     "  -C, --cgroup[=FILE]    the root of the cgroups seen\n"
	     "  -T, --time[=FILE]      boot and monotonic clocks\n"
	     "                         (with FILE: kept until umount FILE)\n"
	     "\n"
	     "  -f, --fork             run COMMAND in a child, and wait\n"
	     "      --kill-child[=SIG] SIG (KILL) for it when we die; --fork\n"
	     "      --forward-signals  pass INT and TERM on to it; --fork\n"
	     "      --init             under a PID 1 that reaps; --pid --fork\n"
	     "      --mount-proc[=DIR] mount proc on DIR (/proc); --mount\n"
	     "\n"
	     "Each of these makes a --user, too:\n"
	     "  -r, --map-root-user    we are root inside\n"
	     "  -c, --map-current-user we are ourselves inside\n"
	     "      --map-user UID     we are this user inside\n"
	     "      --map-group GID    we are in this group inside\n"
	     "      --map-users INNER:OUTER:COUNT|auto|subids|all\n"
	     "      --map-groups INNER:OUTER:COUNT|auto|subids|all\n"
	     "                         map many: ours from /etc/subuid or\n"
	     "                         subgid, or all there are\n"
	     "      --map-auto         both auto\n"
	     "      --map-subids       both subids\n"
	     "\n"
	     "      --setgroups allow|deny\n"
	     "      --keep-caps        COMMAND has all capabilities; --user\n"
	     "      --monotonic SEC    set the clocks off; with --time\n"
	     "      --boottime SEC\n"
	     "      --propagation private|slave|shared|unchanged\n"
	     "      --hostname NAME    set it; --uts\n"
	     "  -R, --root DIR         change the root directory\n"
	     "  -w, --wd DIR           change the working directory\n"
	     "  -S, --setuid UID       become this user\n"
	     "  -G, --setgid GID       become this group, and in no other\n"
	     "\n"
	     "      --explain          narrate each system call\n"
	     "      --dry-run          only narrate\n"
	     "  -h, --help             -V, --version");
}

static noreturn void exec_shell(void)
{
	char *shell = getenv("SHELL");
	char path[] = "/bin/sh";
	char *argv[] = {shell && *shell ? shell : path, NULL};

	exec_command(argv);
}

// Who the users and groups of a new user namespace are; the process outside
// is told to write the maps of many.
static void map_ids(const struct options *options,
		    const struct outsider *outsider)
{
	if (options->users.count > 0 || options->groups.count > 0)
		ask_outsider(outsider, options, MAP_IDS);
	map_own_ids(options);
}

// A new time or pid namespace is for children: so fork, and only then keep
// the namespaces in files, for there is no opening one that has no PID 1.
static int move_in(const struct options *options,
		   const struct outsider *outsider)
{
	if (options->fork)
		return continue_in_child(options, outsider);
	finish_outside(outsider, options);
	return -1;
}

int main(int argc, char *argv[])
{
	// Asked now: once in a user namespace without a map, we are 65534.
	struct options options = {
	    .users = {&user_ids, geteuid(), KEEP_ID, 0, {{0}}},
	    .groups = {&group_ids, getegid(), KEEP_ID, 0, {{0}}},
	    .could_setfcap = has_capability(CAP_SETFCAP),
	    .monotonic = NO_OFFSET,
	    .boottime = NO_OFFSET,
	    .propagation = &propagations[0],
	    .uid = KEEP_ID,
	    .gid = KEEP_ID,
	};
	struct outsider outsider;
	int lifeline;

	parse_options(argc, argv, &options);

	outsider = start_outsider(&options);
	if (options.namespaces)
		create_namespaces(options.namespaces);
	map_ids(&options, &outsider);
	set_clocks(options.monotonic, options.boottime);
	lifeline = move_in(&options, &outsider);
	if (options.hostname)
		set_hostname(options.hostname);
	if (options.namespaces & CLONE_NEWNS)
		set_propagation(options.propagation);
	if (options.root)
		change_root(options.root);
	if (options.directory)
		change_directory(options.directory);
	if (options.proc)
		mount_proc(options.proc, options.propagation);
	set_ids(options.uid, options.gid);
	if (options.keep_caps && options.namespaces & CLONE_NEWUSER)
		keep_capabilities();
	if (options.kill_child)
		die_with_parent(lifeline, options.kill_child);
	if (options.init)
		stay_as_init(lifeline);
	if (optind == argc)
		exec_shell();
	exec_command(argv + optind);
}
