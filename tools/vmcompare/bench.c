// SPDX-License-Identifier: MIT
//
// bench.c: the settings one after the other, several times, and what they tell.
//
// Shows:     what a container and a virtual machine cost and what they hide,
//            as figures of this machine.
// Mirrors:   hyperfine(1).
// Leaves out: the load of many clients: this compares settings, not servers.
// Read:      vmcompare(1), watch.c.

#define _GNU_SOURCE
#include "bench.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// What can be seen from outside, while it still stands.
static void look_from_outside(const struct run *run,
			      const struct setting *setting,
			      const struct options *options,
			      struct result *result)
{
	const uint64_t disk = setting->disk;
	int server;
	// There is one run at a time: all of our children are of this one.
	const uint64_t pss =
	    memory_of_family(run->head ? run->head : getpid(), &server);

	if (server && !result->value[KERNEL][0]) // nobody was there to tell
		look_around(server, result);
	if (options->load && pss && !result->value[PSS][0])
		snprintf(result->value[PSS], VALUE_SIZE, "%ju", (uintmax_t)pss);
	if (disk && !result->value[DISK][0])
		snprintf(result->value[DISK], VALUE_SIZE, "%ju",
			 (uintmax_t)disk);
	if (setting->group[0])
		snprintf(result->value[LIMIT], VALUE_SIZE, "%ju",
			 (uintmax_t)options->memory);
}

// KVM shows at once whether it works.
static double limit_of(const struct setting *setting,
		       const struct options *options)
{
	const double limit = (double)options->limit;

	return setting->kvm && limit > 20 ? 20 : limit;
}

static bool run_once(struct run *run, struct setting *setting,
		     const struct options *options)
{
	struct result *result = &setting->results[setting->count];
	enum measure needed = options->load ? REQUESTS : START;
	bool told;
	int status;

	run->head = 0;
	run->why[0] = '\0';
	memset(result, 0, sizeof *result);
	if (setting->prepare)
		setting->prepare(setting, options);
	start_run(run, setting, options);
	told = listen_to(run, result, options, limit_of(setting, options));
	if (told)
		look_from_outside(run, setting, options, result);
	status = end_run(run, setting->command && told);
	if (setting->clean)
		setting->clean(setting);
	if (told && result->value[needed][0]) {
		setting->count++;
		return true;
	}
	if (!run->why[0])
		snprintf(run->why, sizeof run->why, "it ended with status %d",
			 status_of(status));
	return false;
}

// What it said last is for a person to judge, and not for the terminal.
static void report_failure(const struct run *run, const struct setting *setting)
{
	warnx("%s: %s", setting->name, run->why);
	for (const char *letter = run->tail; *letter; letter++) {
		if (letter == run->tail || letter[-1] == '\n')
			fputs("    | ", stderr);
		putc(*letter < ' ' && *letter != '\n' ? '?' : *letter, stderr);
	}
}

// In turns: what disturbs the machine for a while then disturbs all settings.
static size_t run_all(struct setting *settings, size_t count,
		      const struct options *options)
{
	struct run run = {0};
	size_t failed = 0;

	prepare_runs(&run, options->runs);
	for (size_t i = 0; i < count * options->runs; i++) {
		struct setting *setting = &settings[i % count];

		if (setting->failed)
			continue;
		run.progress.name = setting->name;
		run.progress.run = i / count + 1;
		while (!run_once(&run, setting, options) && !run.signal) {
			report_failure(&run, setting);
			setting->failed = !setting->kvm;
			failed += setting->failed;
			if (setting->failed)
				break;
			do_without_kvm(setting);
		}
		hide_progress(&run.progress);
		if (run.signal) // that is how a process ends by a signal
			end_like(run.signal);
	}
	return failed;
}

// The kernel of a distribution needs some memory before anything else does.
static struct options fill_in(const struct options *given)
{
	const uint64_t mebi = 1 << 20;
	struct options options = *given;

	if (options.operands[0] && (options.kernel || options.memory))
		errx(EXIT_USAGE, "--kernel and --memory are not for "
				 "NAME=COMMAND");
	if (!options.memory)
		options.memory = 256 * mebi;
	if (options.memory < 128 * mebi)
		errx(EXIT_USAGE, "too little --memory: %ju MiB (128M to 3G)",
		     (uintmax_t)(options.memory / mebi));
	return options;
}

void compare(const struct options *options)
{
	const struct options all = fill_in(options);
	struct setting *settings = calloc(MAX_SETTINGS, sizeof *settings);
	int picture;
	size_t count, failed;

	if (!settings)
		err(EXIT_FAILURE, "cannot keep the results");
	count = choose_settings(settings, &all);
	picture = all.plot ? open_plot(all.plot) : -1;
	failed = run_all(settings, count, &all);
	print_settings(settings, count, &all);
	if (picture >= 0)
		plot_settings(picture, settings, count);
	free(settings);
	if (failed)
		errx(EXIT_FAILURE, "%zu of %zu settings failed", failed, count);
}
