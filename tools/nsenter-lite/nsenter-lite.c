// SPDX-License-Identifier: MIT
//
// nsenter-lite: run a command inside the namespaces of another process.
//
// Shows:     setns(2) on a pidfd, and the order in which a process crosses
//            into a container: cgroup, namespaces, root, directory, IDs.
// Mirrors:   nsenter(1), and what docker exec does first.
// Leaves out: --follow-context (SELinux), --net-socket, --user-parent.
// Read:      setns(2), pidfd_open(2), namespaces(7), cgroups(7), chroot(2).
// Build:     cc -Itools/lib -o nsenter-lite tools/nsenter-lite/*.c
//            tools/lib/*.c

#define _GNU_SOURCE
#include "nsenter-lite.h"

#include <err.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum {
	OPT_PRESERVE_CREDENTIALS = 256,
	OPT_KEEP_FDS,
	OPT_EXPLAIN,
};

static const struct option long_options[] = {
    {"target", required_argument, NULL, 't'},
    {"all", no_argument, NULL, 'a'},
    {"mount", optional_argument, NULL, 'm'},
    {"uts", optional_argument, NULL, 'u'},
    {"ipc", optional_argument, NULL, 'i'},
    {"net", optional_argument, NULL, 'n'},
    {"pid", optional_argument, NULL, 'p'},
    {"user", optional_argument, NULL, 'U'},
    {"cgroup", optional_argument, NULL, 'C'},
    {"time", optional_argument, NULL, 'T'},
    {"root", optional_argument, NULL, 'r'},
    {"wd", optional_argument, NULL, 'w'},
    {"wdns", required_argument, NULL, 'W'},
    {"setuid", required_argument, NULL, 'S'},
    {"setgid", required_argument, NULL, 'G'},
    {"preserve-credentials", no_argument, NULL, OPT_PRESERVE_CREDENTIALS},
    {"env", no_argument, NULL, 'e'},
    {"join-cgroup", no_argument, NULL, 'c'},
    {"no-fork", no_argument, NULL, 'F'},
    {"keep-fds", no_argument, NULL, OPT_KEEP_FDS},
    {"explain", no_argument, NULL, OPT_EXPLAIN},
    {"help", no_argument, NULL, 'h'},
    {"version", no_argument, NULL, 'V'},
    {NULL, 0, NULL, 0},
};

static void usage(FILE *stream)
{
	fputs("usage: nsenter-lite [options] [command [argument ...]]\n"
	      "Run a command inside the namespaces of another process.\n\n"
	      "  -t, --target PID      the process\n"
	      "  -a, --all             enter all its namespaces\n"
	      "  -m, --mount[=FILE]    enter its mount namespace, or that of "
	      "FILE\n"
	      "  -u, --uts[=FILE]      likewise: host name\n"
	      "  -i, --ipc[=FILE]      likewise: System V IPC, message queues\n"
	      "  -n, --net[=FILE]      likewise: network\n"
	      "  -p, --pid[=FILE]      likewise: process IDs\n"
	      "  -U, --user[=FILE]     likewise: users and capabilities\n"
	      "  -C, --cgroup[=FILE]   likewise: view of the cgroups\n"
	      "  -T, --time[=FILE]     likewise: clocks since boot\n"
	      "  -r, --root[=DIR]      its root directory, or DIR\n"
	      "  -w, --wd[=DIR]        its working directory, or DIR of here\n"
	      "  -W, --wdns DIR        working directory, looked up inside\n"
	      "  -S, --setuid UID      user ID of the command\n"
	      "  -G, --setgid GID      group ID, without supplementary groups\n"
	      "      --preserve-credentials  keep our IDs with --user\n"
	      "  -e, --env             its environment instead of ours\n"
	      "  -c, --join-cgroup     join its cgroups\n"
	      "  -F, --no-fork         run the command without a fork\n"
	      "      --keep-fds        leave descriptors above 2 open\n"
	      "      --explain         narrate each system call\n"
	      "  -h, --help\n"
	      "  -V, --version\n",
	      stream);
}

// An ID that setuid(2) can be given: (uid_t)-1 means "no change" there.
static uint32_t parse_id(const char *text, const char *what)
{
	uint64_t value;

	if (parse_number(text, 0, UINT32_MAX - 1, &value) < 0)
		errx(EXIT_TOOL, "not a %s ID: %s", what, text);
	return (uint32_t)value;
}

// The argument of -r and -r=DIR alike, "" if there is none.
static const char *optional_value(const char *value)
{
	return value && *value == '=' ? value + 1 : value ? value : "";
}

// The options that say what to enter. Returns false for another one.
static bool parse_kind(int letter, const char *value, struct options *options)
{
	for (size_t i = 0; i < KIND_COUNT; i++) {
		if (kinds[i].letter != letter)
			continue;
		options->flags |= kinds[i].flag;
		value = optional_value(value);
		options->file[i] = *value ? value : NULL;
		return true;
	}
	return false;
}

static void parse_option(int letter, char *value, struct options *options)
{
	switch (letter) {
	case 't':
		if (parse_pid(value, &options->pid) < 0)
			errx(EXIT_TOOL, "not a process ID: %s", value);
		break;
	case 'a':
		options->all = true;
		break;
	case 'r':
		options->root = true;
		options->root_path = optional_value(value);
		break;
	case 'w':
		options->directory = true;
		options->directory_path = optional_value(value);
		break;
	case 'W':
		options->inner_directory = value;
		break;
	case 'S':
		options->set_uid = true;
		options->uid = parse_id(value, "user");
		break;
	case 'G':
		options->set_gid = true;
		options->gid = parse_id(value, "group");
		break;
	case 'e':
		options->environment = true;
		break;
	case 'c':
		options->join_cgroup = true;
		break;
	case 'F':
		options->no_fork = true;
		break;
	case OPT_PRESERVE_CREDENTIALS:
		options->preserve_credentials = true;
		break;
	case OPT_KEEP_FDS:
		options->keep_fds = true;
		break;
	case OPT_EXPLAIN:
		narration = EXPLAIN;
		break;
	case 'h':
		usage(stdout);
		exit(EXIT_SUCCESS);
	case 'V':
		puts("nsenter-lite (Container Bones) " BONES_VERSION);
		exit(EXIT_SUCCESS);
	default: // getopt_long has said what is wrong
		exit(EXIT_TOOL);
	}
}

// What only a target can give, without one.
static void require_target(const struct options *options)
{
	if (options->pid)
		return;
	for (size_t i = 0; i < KIND_COUNT; i++) {
		if ((options->flags & kinds[i].flag) && !options->file[i])
			errx(EXIT_TOOL, "-%c needs --target PID, or a file",
			     kinds[i].letter);
	}
	if (options->all || options->environment || options->join_cgroup ||
	    (options->root && !*options->root_path) ||
	    (options->directory && !*options->directory_path))
		errx(EXIT_TOOL, "--all, --root, --wd, --env and --join-cgroup "
				"need --target PID");
}

static void parse_options(int argc, char *argv[], struct options *options)
{
	static char *shell[2];
	int letter;

	// The leading + leaves the command's own options alone.
	while ((letter = getopt_long(
		    argc, argv, "+t:am::u::i::n::p::U::C::T::r::w::W:S:G:ecFhV",
		    long_options, NULL)) != -1) {
		if (!parse_kind(letter, optarg, options))
			parse_option(letter, optarg, options);
	}
	if (options->directory && options->inner_directory)
		errx(EXIT_TOOL, "--wd and --wdns exclude each other");
	require_target(options);
	options->command = argv + optind;
	if (optind == argc) {
		shell[0] = getenv("SHELL");
		if (!shell[0] || !*shell[0])
			shell[0] = "/bin/sh";
		options->command = shell;
	}
}

int main(int argc, char *argv[])
{
	struct options options = {0};
	struct target target = {
	    .pidfd = -1, .proc = -1, .root = -1, .directory = -1};
	bool groups_dropped;

	parse_options(argc, argv, &options);

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
	groups_dropped = prepare_ids(&options);

	enter_namespaces(&options, &target);

	// Inside: the command gets nothing of the outside that was not asked
	// for.
	change_root(&target);
	change_directory(&target, options.inner_directory);
	if (!options.keep_fds)
		close_descriptors();
	set_ids(&options, groups_dropped);
	if (options.environment)
		set_environment(&target.environment);
	if ((options.flags & CLONE_NEWPID) && !options.no_fork)
		continue_in_child();
	exec_command(options.command);
}
