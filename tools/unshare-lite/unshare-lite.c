// SPDX-License-Identifier: MIT
//
// unshare-lite: run a command in new namespaces.
//
// Shows:     unshare(2), and the order in which the kernel wants the steps
//            that make a container out of it.
// Mirrors:   unshare(1) of util-linux.
// Leaves out: namespaces kept in files (--net=FILE), maps of more than one
//            ID, clock offsets, --keep-caps, --forward-signals.
// Read:      namespaces(7), unshare(2), and what each step names.
// Build:     cc -Itools/lib -o unshare-lite tools/unshare-lite/*.c
//            tools/lib/*.c

#define _GNU_SOURCE
#include "unshare-lite.h"

#include <err.h>
#include <getopt.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

static void usage(void)
{
	puts("usage: unshare-lite [OPTION...] [--] [COMMAND [ARGUMENT...]]\n"
	     "Run COMMAND (or $SHELL) in new namespaces.\n"
	     "\n"
	     "  -m, --mount            mount points\n"
	     "  -u, --uts              hostname\n"
	     "  -i, --ipc              System V IPC, POSIX message queues\n"
	     "  -n, --net              network\n"
	     "  -p, --pid              process IDs; wants --fork\n"
	     "  -U, --user             user and group IDs, capabilities\n"
	     "  -C, --cgroup           the root of the cgroups seen\n"
	     "  -T, --time             boot and monotonic clocks\n"
	     "\n"
	     "  -f, --fork             run COMMAND in a child, and wait\n"
	     "      --kill-child[=SIG] SIG (KILL) for it when we die; --fork\n"
	     "      --mount-proc[=DIR] mount proc on DIR (/proc); --mount\n"
	     "  -r, --map-root-user    we are root inside; --user\n"
	     "  -c, --map-current-user we are ourselves inside; --user\n"
	     "      --propagation private|slave|shared|unchanged\n"
	     "      --setgroups allow|deny\n"
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

// KILL, SIGKILL, sigkill or 9.
static int parse_signal(const char *text)
{
	const char *name = strncasecmp(text, "SIG", 3) == 0 ? text + 3 : text;
	uint64_t number;

	if (parse_number(text, 1, (uint64_t)SIGRTMAX, &number) == 0)
		return (int)number;
	for (int i = 1; i < NSIG; i++)
		if (sigabbrev_np(i) && strcasecmp(sigabbrev_np(i), name) == 0)
			return i;
	errx(EXIT_TOOL, "--kill-child: not a signal: %s", text);
}

// The largest 32-bit number means "no change" to the kernel: no ID.
static int64_t parse_id(const char *option, const char *text)
{
	uint64_t id;

	if (parse_number(text, 0, UINT32_MAX - 1, &id) < 0)
		errx(EXIT_TOOL, "%s: not an ID: %s", option, text);
	return (int64_t)id;
}

// A name that other programs accept too: hostname(7). The kernel takes more.
static const char *parse_hostname(const char *text)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789-._";
	size_t length = strspn(text, allowed);

	if (text[length] != '\0' || length < 1 || length > HOST_NAME_MAX)
		errx(EXIT_TOOL,
		     "--hostname: not 1 to %d letters, digits and -._",
		     HOST_NAME_MAX);
	return text;
}

enum {
	OPT_KILL_CHILD = 256,
	OPT_MOUNT_PROC,
	OPT_PROPAGATION,
	OPT_SETGROUPS,
	OPT_HOSTNAME,
	OPT_EXPLAIN,
	OPT_DRY_RUN,
};

static void apply_option(struct options *options, int option)
{
	switch (option) {
	case 'f':
		options->fork = true;
		break;
	case OPT_KILL_CHILD:
		options->kill_child = optarg ? parse_signal(optarg) : SIGKILL;
		options->fork = true;
		break;
	case OPT_MOUNT_PROC:
		options->proc = optarg ? optarg : "/proc";
		options->namespaces |= CLONE_NEWNS;
		break;
	case 'r':
	case 'c':
		options->map = option == 'r' ? MAP_ROOT : MAP_CURRENT;
		options->namespaces |= CLONE_NEWUSER;
		break;
	case OPT_PROPAGATION:
		options->propagation = find_propagation(optarg);
		if (!options->propagation)
			errx(EXIT_TOOL, "--propagation: unknown: %s", optarg);
		break;
	case OPT_SETGROUPS:
		if (strcmp(optarg, "allow") != 0 && strcmp(optarg, "deny") != 0)
			errx(EXIT_TOOL, "--setgroups: not allow or deny: %s",
			     optarg);
		options->setgroups = optarg;
		break;
	case OPT_HOSTNAME:
		options->hostname = parse_hostname(optarg);
		options->namespaces |= CLONE_NEWUTS;
		break;
	case 'R':
		options->root = optarg;
		break;
	case 'w':
		options->directory = optarg;
		break;
	case 'S':
		options->uid = parse_id("--setuid", optarg);
		break;
	case 'G':
		options->gid = parse_id("--setgid", optarg);
		break;
	case OPT_EXPLAIN:
	case OPT_DRY_RUN:
		narration = option == OPT_EXPLAIN ? EXPLAIN : DRY_RUN;
		break;
	case 'h':
		usage();
		exit(EXIT_SUCCESS);
	case 'V':
		puts("unshare-lite (Container Bones) " BONES_VERSION);
		exit(EXIT_SUCCESS);
	case '?': // getopt_long has said what is wrong
		exit(EXIT_TOOL);
	default:
		options->namespaces |= flag_of_kind(option);
	}
}

// What no single option can know.
static void check_options(const struct options *options)
{
	bool user = options->namespaces & CLONE_NEWUSER;

	if (options->setgroups && !user)
		errx(EXIT_TOOL, "--setgroups needs --user");
	if (options->setgroups && options->map != MAP_NOTHING &&
	    strcmp(options->setgroups, "allow") == 0)
		errx(EXIT_TOOL, "--setgroups=allow excludes --map-root-user "
				"and --map-current-user");
	if (options->namespaces & CLONE_NEWPID && !options->fork)
		warnx("warning: --pid without --fork: COMMAND stays in the old "
		      "pid namespace, its first child is PID 1 of the new "
		      "one, and once that has ended no other can start "
		      "(fork: Cannot allocate memory)");
}

static void parse_options(int argc, char *argv[], struct options *options)
{
	static const struct option names[] = {
	    {"mount", no_argument, NULL, 'm'},
	    {"uts", no_argument, NULL, 'u'},
	    {"ipc", no_argument, NULL, 'i'},
	    {"net", no_argument, NULL, 'n'},
	    {"pid", no_argument, NULL, 'p'},
	    {"user", no_argument, NULL, 'U'},
	    {"cgroup", no_argument, NULL, 'C'},
	    {"time", no_argument, NULL, 'T'},
	    {"fork", no_argument, NULL, 'f'},
	    {"kill-child", optional_argument, NULL, OPT_KILL_CHILD},
	    {"mount-proc", optional_argument, NULL, OPT_MOUNT_PROC},
	    {"map-root-user", no_argument, NULL, 'r'},
	    {"map-current-user", no_argument, NULL, 'c'},
	    {"propagation", required_argument, NULL, OPT_PROPAGATION},
	    {"setgroups", required_argument, NULL, OPT_SETGROUPS},
	    {"hostname", required_argument, NULL, OPT_HOSTNAME},
	    {"root", required_argument, NULL, 'R'},
	    {"wd", required_argument, NULL, 'w'},
	    {"setuid", required_argument, NULL, 'S'},
	    {"setgid", required_argument, NULL, 'G'},
	    {"explain", no_argument, NULL, OPT_EXPLAIN},
	    {"dry-run", no_argument, NULL, OPT_DRY_RUN},
	    {"help", no_argument, NULL, 'h'},
	    {"version", no_argument, NULL, 'V'},
	    {NULL, 0, NULL, 0},
	};
	static const char letters[] = "+muinpUCTfrcR:w:S:G:hV";
	int option;

	// The leading + ends the options at COMMAND: what follows is its own.
	while ((option = getopt_long(argc, argv, letters, names, NULL)) != -1)
		apply_option(options, option);
	check_options(options);
}

static noreturn void exec_shell(void)
{
	char *shell = getenv("SHELL");
	char path[] = "/bin/sh";
	char *argv[] = {shell && *shell ? shell : path, NULL};

	exec_command(argv);
}

int main(int argc, char *argv[])
{
	struct options options = {
	    .propagation = &propagations[0], .uid = KEEP_ID, .gid = KEEP_ID};
	// Asked now: once in a user namespace without a map, we are 65534.
	uid_t outer_uid = geteuid();
	gid_t outer_gid = getegid();
	int lifeline = -1;

	parse_options(argc, argv, &options);

	if (options.namespaces)
		create_namespaces(options.namespaces);
	if (options.map != MAP_NOTHING)
		map_ids(options.map, outer_uid, outer_gid);
	else if (options.setgroups)
		write_setgroups(options.setgroups);
	if (options.fork)
		lifeline = continue_in_child();
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
	if (options.kill_child)
		die_with_parent(lifeline, options.kill_child);
	if (optind == argc)
		exec_shell();
	exec_command(argv + optind);
}
