// SPDX-License-Identifier: MIT
// options.c: the command line.

#define _GNU_SOURCE
#include "nsenter-lite.h"

#include <err.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum {
	OPT_LIKE_EXEC = 256,
	OPT_USER_PARENT,
	OPT_PRESERVE_CREDENTIALS,
	OPT_PTY,
	OPT_KEEP_FDS,
	OPT_EXPLAIN,
};

static const struct option long_options[] = {
    {"target", required_argument, NULL, 't'},
    {"like-exec", required_argument, NULL, OPT_LIKE_EXEC},
    {"all", no_argument, NULL, 'a'},
    {"mount", optional_argument, NULL, 'm'},
    {"uts", optional_argument, NULL, 'u'},
    {"ipc", optional_argument, NULL, 'i'},
    {"net", optional_argument, NULL, 'n'},
    {"pid", optional_argument, NULL, 'p'},
    {"user", optional_argument, NULL, 'U'},
    {"cgroup", optional_argument, NULL, 'C'},
    {"time", optional_argument, NULL, 'T'},
    {"user-parent", no_argument, NULL, OPT_USER_PARENT},
    {"root", optional_argument, NULL, 'r'},
    {"wd", optional_argument, NULL, 'w'},
    {"wdns", required_argument, NULL, 'W'},
    {"setuid", required_argument, NULL, 'S'},
    {"setgid", required_argument, NULL, 'G'},
    {"preserve-credentials", no_argument, NULL, OPT_PRESERVE_CREDENTIALS},
    {"env", no_argument, NULL, 'e'},
    {"join-cgroup", no_argument, NULL, 'c'},
    {"no-fork", no_argument, NULL, 'F'},
    {"pty", no_argument, NULL, OPT_PTY},
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
	      "      --like-exec PID   all of it, and its limits and "
	      "privileges: as docker exec\n"
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
	      "      --user-parent     the user namespace that owns the "
	      "others, or the parent of -U\n"
	      "  -r, --root[=DIR]      its root directory, or DIR\n"
	      "  -w, --wd[=DIR]        its working directory, or DIR of here\n"
	      "  -W, --wdns DIR        working directory, looked up inside\n"
	      "  -S, --setuid UID      user ID of the command\n"
	      "  -G, --setgid GID      group ID, without supplementary groups\n"
	      "      --preserve-credentials  keep our IDs with --user\n"
	      "  -e, --env             its environment instead of ours\n"
	      "  -c, --join-cgroup     join its cgroups\n"
	      "  -F, --no-fork         run the command without a fork\n"
	      "      --pty             give the command a terminal of its own\n"
	      "      --keep-fds        leave descriptors above 2 open\n"
	      "      --explain         narrate each system call\n"
	      "  -h, --help\n"
	      "  -V, --version\n",
	      stream);
}

static void parse_target(const char *text, struct options *options)
{
	if (parse_pid(text, &options->pid) < 0)
		errx(EXIT_TOOL, "not a process ID: %s", text);
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
		parse_target(value, options);
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
	case OPT_LIKE_EXEC:
		parse_target(value, options);
		options->like_exec = true;
		break;
	case OPT_USER_PARENT:
		options->user_parent = true;
		break;
	case OPT_PTY:
		options->pty = true;
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
		exit_printed(EXIT_TOOL);
	case 'V':
		puts("nsenter-lite (Container Bones) " BONES_VERSION);
		exit_printed(EXIT_TOOL);
	default: // getopt_long has said what is wrong
		exit(EXIT_TOOL);
	}
}

// All that docker exec takes over. A terminal of ours does not go along: the
// command gets one of its own.
static void complete_like_exec(struct options *options)
{
	if (options->no_fork || options->preserve_credentials ||
	    options->root || options->directory)
		errx(EXIT_TOOL, "--like-exec excludes --no-fork, --root, --wd "
				"and --preserve-credentials");
	options->all = options->environment = options->join_cgroup = true;
	options->root = true;
	options->directory = !options->inner_directory;
	options->root_path = options->directory_path = "";
	options->pty = options->pty || isatty(STDIN_FILENO);
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

void parse_options(int argc, char *argv[], struct options *options)
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
	if (options->like_exec)
		complete_like_exec(options);
	if (options->pty && options->no_fork)
		errx(EXIT_TOOL, "--pty and --no-fork exclude each other");
	require_target(options);
	options->command = argv + optind;
	if (optind == argc) {
		shell[0] = getenv("SHELL");
		if (!shell[0] || !*shell[0])
			shell[0] = "/bin/sh";
		options->command = shell;
	}
}
