// SPDX-License-Identifier: MIT
//
// cgset: control groups: made, limited, filled, watched.
//
// Shows:     that a control group is a folder, a limit is a file in it and
//            membership is a line in another, on cgroup v1, v2 and both at
//            once.
// Mirrors:   cgcreate(1), cgset(1), cgget(1), cgexec(1), cgclassify(1),
//            cgdelete(1), docker stats and docker update.
// Leaves out: moving single threads, tasks of the named hierarchies, the rules
//            daemon (cgred) and configuration files of libcgroup.
// Read:      cgroups(7), cpuset(7), cgroup_namespaces(7), proc(5).
// Build:     cc -Itools/lib -o cgset tools/cgset/*.c
//            tools/lib/*.c -lsmartcols

#define _GNU_SOURCE
#include "limits.h"

#include <err.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct options options = {
    .interval = 1000, .failed = EXIT_FAILURE, .misused = EXIT_USAGE};

enum {
	OPT_EXPLAIN = 256,
	OPT_DRY_RUN,
	OPT_FORCE,
	OPT_JSON,
	OPT_NOHEADINGS,
	OPT_NO_STREAM,
	OPT_PID,
	OPT_EXEC,
	OPT_INTERVAL,
};

// A verb, what follows it, and the options it takes besides --explain.
static const struct verb {
	const char *name;
	int (*function)(struct layout *layout, char *operands[]);
	const char *operands, *short_options;
	int least; // operands
	int long_options[4];
} verbs[] = {
    {"show",
     verb_show,
     "[GROUP | --pid PID]",
     "",
     0,
     {OPT_JSON, OPT_NOHEADINGS, OPT_PID}},
    {"where", verb_where, "PID", "", 1, {OPT_JSON, OPT_NOHEADINGS}},
    {"create", verb_create, "GROUP...", "", 1, {OPT_DRY_RUN, OPT_FORCE}},
    {"set", verb_set, "GROUP KEY=VALUE...", "", 2, {OPT_DRY_RUN, OPT_FORCE}},
    {"get", verb_get, "GROUP [KEY...]", "", 1, {OPT_JSON, OPT_NOHEADINGS}},
    {"run",
     verb_run,
     "[--exec] [-s KEY=VALUE]... GROUP [--] COMMAND...",
     "s",
     2,
     {OPT_DRY_RUN, OPT_FORCE, OPT_EXEC}},
    {"move", verb_move, "GROUP PID...", "", 2, {OPT_DRY_RUN, OPT_FORCE}},
    {"delete", verb_delete, "[-r] GROUP...", "r", 1, {OPT_DRY_RUN, OPT_FORCE}},
    {"freeze", verb_freeze, "GROUP...", "", 1, {OPT_DRY_RUN, OPT_FORCE}},
    {"thaw", verb_thaw, "GROUP...", "", 1, {OPT_DRY_RUN, OPT_FORCE}},
    {"kill", verb_kill, "GROUP...", "", 1, {OPT_DRY_RUN, OPT_FORCE}},
    {"stats",
     verb_stats,
     "[--no-stream | --interval SEC] [GROUP...]",
     "",
     0,
     {OPT_JSON, OPT_NOHEADINGS, OPT_NO_STREAM, OPT_INTERVAL}},
};

static void usage(FILE *stream)
{
	fputs("usage: cgset VERB ...\n", stream);
	for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
		fprintf(stream, "       cgset %s %s\n", verbs[i].name,
			verbs[i].operands);
	fputs("       cgset -r KEY=VALUE... GROUP...\n"
	      "Make, limit, fill and watch control groups.\n"
	      "options: --explain --dry-run --force --json --noheadings "
	      "--help --version\n",
	      stream);
}

static void add_setting(const char *text)
{
	options.settings =
	    reallocarray(options.settings, options.setting_count + 1,
			 sizeof *options.settings);
	if (!options.settings)
		err(options.failed, "cannot allocate memory");
	options.settings[options.setting_count++] = text;
}

static bool takes(const struct verb *verb, int option)
{
	if (option < OPT_EXPLAIN)
		return strchr(verb->short_options, option) != NULL;
	for (size_t i = 0; i < sizeof verb->long_options / sizeof(int); i++)
		if (verb->long_options[i] == option)
			return true;
	return false;
}

// Seconds, with at most three decimals, as 0.5.
static void parse_interval(const char *text)
{
	if (parse_decimal(text, 3, &options.interval) < 0 ||
	    options.interval < 100 || options.interval > 3600000)
		errx(options.misused,
		     "--interval %s: expected seconds from 0.1 to 3600, with "
		     "at most three decimals",
		     text);
}

static void take_option(int option, const char *argument)
{
	switch (option) {
	case OPT_EXPLAIN:
		narration = narration == DRY_RUN ? DRY_RUN : EXPLAIN;
		break;
	case OPT_DRY_RUN:
		narration = DRY_RUN;
		break;
	case OPT_FORCE:
		options.force = true;
		break;
	case OPT_JSON:
		options.json = true;
		break;
	case OPT_NOHEADINGS:
		options.noheadings = true;
		break;
	case OPT_NO_STREAM:
		options.no_stream = true;
		break;
	case OPT_PID:
		if (parse_pid(argument, &options.pid) < 0)
			errx(options.misused, "%s is not a process ID",
			     argument);
		break;
	case OPT_EXEC:
		options.exec = true;
		break;
	case OPT_INTERVAL:
		parse_interval(argument);
		break;
	case 's':
		add_setting(argument);
		break;
	case 'r':
		if (argument)
			add_setting(argument);
		options.recursive = true;
		break;
	case 'h':
		usage(stdout);
		exit_printed(options.failed);
	case 'V':
		puts("cgset (Container Bones) " BONES_VERSION);
		exit_printed(options.failed);
	default: // getopt_long has said what is wrong
		exit(options.misused);
	}
}

// Options stand before the verb, which is optional as in libcgroup's cgset,
// and after it, where a verb takes only its own. Those of run end at GROUP:
// the command has options of its own.
static void parse_options(int argc, char *argv[], const struct verb *verb)
{
	static const struct option known[] = {
	    {"explain", no_argument, NULL, OPT_EXPLAIN},
	    {"dry-run", no_argument, NULL, OPT_DRY_RUN},
	    {"force", no_argument, NULL, OPT_FORCE},
	    {"json", no_argument, NULL, OPT_JSON},
	    {"noheadings", no_argument, NULL, OPT_NOHEADINGS},
	    {"no-stream", no_argument, NULL, OPT_NO_STREAM},
	    {"pid", required_argument, NULL, OPT_PID},
	    {"exec", no_argument, NULL, OPT_EXEC},
	    {"interval", required_argument, NULL, OPT_INTERVAL},
	    {"help", no_argument, NULL, 'h'},
	    {"version", no_argument, NULL, 'V'},
	    {NULL, 0, NULL, 0},
	};
	const char *letters = verb ? "rs:hV" : "+r:hV";
	int option;

	if (verb && verb->function == verb_run)
		letters = "+rs:hV";
	while ((option = getopt_long(argc, argv, letters, known, NULL)) != -1) {
		if (verb && option != OPT_EXPLAIN && !strchr("hV?", option) &&
		    !takes(verb, option))
			errx(options.misused, "%s: option not for this verb",
			     verb->name);
		take_option(option, optarg);
	}
}

static const struct verb *find_verb(const char *name)
{
	for (size_t i = 0; name && i < sizeof verbs / sizeof *verbs; i++)
		if (strcmp(verbs[i].name, name) == 0)
			return &verbs[i];
	errx(options.misused, name ? "unknown verb: %s" : "expected a verb%.0s",
	     name);
}

// cgset -r KEY=VALUE GROUP, as libcgroup's program of the same name.
static int set_as_libcgroup(struct layout *layout, char *groups[])
{
	char **operands = calloc(options.setting_count + 2, sizeof *operands);
	int status = EXIT_SUCCESS;

	if (!operands)
		err(options.failed, "cannot allocate memory");
	if (!*groups)
		errx(options.misused, "-r: expected GROUP");
	for (size_t i = 0; i < options.setting_count; i++)
		operands[1 + i] = (char *)options.settings[i];
	for (; *groups; groups++) {
		operands[0] = *groups;
		if (verb_set(layout, operands) != EXIT_SUCCESS)
			status = EXIT_FAILURE;
	}
	free(operands);
	return status;
}

int main(int argc, char *argv[])
{
	struct layout layout;
	const struct verb *verb;
	int status;

	parse_options(argc, argv, NULL);
	argc -= optind;
	argv += optind;
	if (options.setting_count > 0) {
		find_hierarchies(&layout);
		status = set_as_libcgroup(&layout, argv);
	} else {
		verb = find_verb(*argv);
		if (verb->function == verb_run)
			options.failed = options.misused = EXIT_TOOL;
		optind = 0;
		parse_options(argc, argv, verb);
		if (argc - optind < verb->least)
			errx(options.misused, "usage: cgset %s %s", verb->name,
			     verb->operands);
		find_hierarchies(&layout);
		status = verb->function(&layout, argv + optind);
	}
	forget_hierarchies(&layout);
	free(options.settings);
	return status;
}
