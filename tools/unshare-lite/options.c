// SPDX-License-Identifier: MIT
// options.c: what was asked for, and whether it makes sense.

#define _GNU_SOURCE
#include "unshare-lite.h"

#include <err.h>
#include <getopt.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	OPT_KILL_CHILD = 256,
	OPT_FORWARD_SIGNALS,
	OPT_INIT,
	OPT_MOUNT_PROC,
	OPT_MAP_USER,
	OPT_MAP_GROUP,
	OPT_MAP_USERS,
	OPT_MAP_GROUPS,
	OPT_MAP_AUTO,
	OPT_MAP_SUBIDS,
	OPT_SETGROUPS,
	OPT_KEEP_CAPS,
	OPT_MONOTONIC,
	OPT_BOOTTIME,
	OPT_PROPAGATION,
	OPT_HOSTNAME,
	OPT_EXPLAIN,
	OPT_DRY_RUN,
};

static const char letters[] = "+muinpUCTfrcR:w:S:G:hV";
static const struct option names[] = {
    {"mount", optional_argument, NULL, 'm'},
    {"uts", optional_argument, NULL, 'u'},
    {"ipc", optional_argument, NULL, 'i'},
    {"net", optional_argument, NULL, 'n'},
    {"pid", optional_argument, NULL, 'p'},
    {"user", optional_argument, NULL, 'U'},
    {"cgroup", optional_argument, NULL, 'C'},
    {"time", optional_argument, NULL, 'T'},
    {"fork", no_argument, NULL, 'f'},
    {"kill-child", optional_argument, NULL, OPT_KILL_CHILD},
    {"forward-signals", no_argument, NULL, OPT_FORWARD_SIGNALS},
    {"init", no_argument, NULL, OPT_INIT},
    {"mount-proc", optional_argument, NULL, OPT_MOUNT_PROC},
    {"map-root-user", no_argument, NULL, 'r'},
    {"map-current-user", no_argument, NULL, 'c'},
    {"map-user", required_argument, NULL, OPT_MAP_USER},
    {"map-group", required_argument, NULL, OPT_MAP_GROUP},
    {"map-users", required_argument, NULL, OPT_MAP_USERS},
    {"map-groups", required_argument, NULL, OPT_MAP_GROUPS},
    {"map-auto", no_argument, NULL, OPT_MAP_AUTO},
    {"map-subids", no_argument, NULL, OPT_MAP_SUBIDS},
    {"setgroups", required_argument, NULL, OPT_SETGROUPS},
    {"keep-caps", no_argument, NULL, OPT_KEEP_CAPS},
    {"monotonic", required_argument, NULL, OPT_MONOTONIC},
    {"boottime", required_argument, NULL, OPT_BOOTTIME},
    {"propagation", required_argument, NULL, OPT_PROPAGATION},
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

// Who is who in a user namespace. False if it is none of these options.
static bool apply_map_option(struct options *options, int option)
{
	struct id_map *users = &options->users, *groups = &options->groups;

	switch (option) {
	case 'r':
		users->inner = groups->inner = 0;
		break;
	case 'c':
		users->inner = users->outer;
		groups->inner = groups->outer;
		break;
	case OPT_MAP_USER:
		users->inner = parse_name(users->kind, optarg);
		break;
	case OPT_MAP_GROUP:
		groups->inner = parse_name(groups->kind, optarg);
		break;
	case OPT_MAP_USERS:
		parse_ranges(users, optarg);
		break;
	case OPT_MAP_GROUPS:
		parse_ranges(groups, optarg);
		break;
	case OPT_MAP_AUTO:
	case OPT_MAP_SUBIDS:
		optarg = option == OPT_MAP_AUTO ? "auto" : "subids";
		parse_ranges(users, optarg);
		parse_ranges(groups, optarg);
		break;
	default:
		return false;
	}
	options->namespaces |= CLONE_NEWUSER;
	return true;
}

// The child, and its life. False if it is none of these options.
static bool apply_child_option(struct options *options, int option)
{
	switch (option) {
	case 'f':
		break;
	case OPT_KILL_CHILD:
		options->kill_child = optarg ? parse_signal(optarg) : SIGKILL;
		break;
	case OPT_FORWARD_SIGNALS:
		options->forward_signals = true;
		break;
	case OPT_INIT:
		options->init = true;
		options->namespaces |= CLONE_NEWPID;
		break;
	default:
		return false;
	}
	options->fork = true;
	return true;
}

// What is done in the namespaces. False if it is none of these options.
static bool apply_step_option(struct options *options, int option)
{
	switch (option) {
	case OPT_MOUNT_PROC:
		options->proc = optarg ? optarg : "/proc";
		options->namespaces |= CLONE_NEWNS;
		break;
	case OPT_SETGROUPS:
		if (strcmp(optarg, "allow") != 0 && strcmp(optarg, "deny") != 0)
			errx(EXIT_TOOL, "--setgroups: not allow or deny: %s",
			     optarg);
		options->setgroups = optarg;
		break;
	case OPT_KEEP_CAPS:
		options->keep_caps = true;
		break;
	case OPT_MONOTONIC:
		options->monotonic = parse_offset("--monotonic", optarg);
		break;
	case OPT_BOOTTIME:
		options->boottime = parse_offset("--boottime", optarg);
		break;
	case OPT_PROPAGATION:
		options->propagation = find_propagation(optarg);
		if (!options->propagation)
			errx(EXIT_TOOL, "--propagation: unknown: %s", optarg);
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
	default:
		return false;
	}
	return true;
}

static void apply_option(struct options *options, int option)
{
	const struct kind *kind = kind_of_letter(option);

	if (kind) {
		options->namespaces |= kind->flag;
		if (optarg)
			options->files[kind - kinds] = optarg;
		return;
	}
	if (apply_child_option(options, option) ||
	    apply_map_option(options, option) ||
	    apply_step_option(options, option))
		return;
	switch (option) {
	case OPT_EXPLAIN:
	case OPT_DRY_RUN:
		narration = option == OPT_EXPLAIN ? EXPLAIN : DRY_RUN;
		break;
	case 'h':
		usage();
		exit_printed(EXIT_TOOL);
	case 'V':
		puts("unshare-lite (Container Bones) " BONES_VERSION);
		exit_printed(EXIT_TOOL);
	default: // getopt_long has said what is wrong
		exit(EXIT_TOOL);
	}
}

// What no single option can know.
static void check_options(const struct options *options)
{
	bool user = options->namespaces & CLONE_NEWUSER;
	bool own_group =
	    options->groups.inner != KEEP_ID && options->groups.count == 0;

	if (options->setgroups && !user)
		errx(EXIT_TOOL, "--setgroups needs --user");
	if (options->setgroups && own_group &&
	    strcmp(options->setgroups, "allow") == 0)
		errx(EXIT_TOOL, "--setgroups=allow excludes a map of one's own "
				"group alone: add --map-groups");
	if ((options->monotonic != NO_OFFSET ||
	     options->boottime != NO_OFFSET) &&
	    !(options->namespaces & CLONE_NEWTIME))
		errx(EXIT_TOOL, "--monotonic and --boottime need --time");
	if (options->fork || !(options->namespaces & CLONE_NEWPID))
		return;
	if (options->files[kind_of_letter('p') - kinds])
		errx(EXIT_TOOL, "--pid=FILE needs --fork: the namespace can be "
				"opened once it has a PID 1");
	warnx("warning: --pid without --fork: COMMAND stays in the old pid "
	      "namespace, its first child is PID 1 of the new one, and once "
	      "that has ended no other can start (fork: Cannot allocate "
	      "memory)");
}

void parse_options(int argc, char *argv[], struct options *options)
{
	int option;

	// The leading + ends the options at COMMAND: what follows is its own.
	while ((option = getopt_long(argc, argv, letters, names, NULL)) != -1)
		apply_option(options, option);
	check_options(options);
}
