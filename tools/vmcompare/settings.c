// SPDX-License-Identifier: MIT
//
// settings.c: the settings that are compared: ours, or commands.
//
// Shows:     that whatever can start a program is a setting.
// Mirrors:   nothing.
// Leaves out: a root file system for the container: see box.c.
// Read:      vmcompare(1), box.c, qemu.c.

#define _GNU_SOURCE
#include "bench.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// In whatever setting this is.
void work(const struct options *options)
{
	if (options->load)
		run_load(options);
	else
		run_inside(options);
}

static void be_process(struct setting *setting, const struct options *options)
{
	(void)setting;
	work(options);
}

static void be_command(struct setting *setting, const struct options *options)
{
	char *const argv[] = {"sh", "-c", (char *)setting->command, NULL};

	(void)options;
	dup2(STDOUT_FILENO, STDERR_FILENO);
	exec_command(argv);
}

static uint64_t size_of_memcached(void)
{
	char *memcached = find_program("memcached");
	uint64_t size;

	if (!memcached) {
		warn("cannot find memcached");
		hint("it is in the package memcached");
		exit(EXIT_UNAVAILABLE);
	}
	size = size_of_program(memcached);
	free(memcached);
	return size;
}

// Ours: from the outside in, with less around the program each time.
static size_t choose_own(struct setting *settings,
			 const struct options *options)
{
	const uint64_t disk = options->load ? size_of_memcached() : 0;
	size_t count = 2;

	settings[0] =
	    (struct setting){.name = "process", .be = be_process, .disk = disk};
	snprintf(settings[0].how, sizeof settings[0].how,
		 "an ordinary process");
	settings[1] = (struct setting){.name = "container",
				       .be = be_box,
				       .prepare = prepare_box,
				       .clean = clean_box,
				       .disk = disk};
	settings[2] = (struct setting){.name = "vm", .be = be_vm};
	if (options->kernel)
		check_kernel(&settings[2], options->kernel);
	return find_vm(&settings[2], options) ? count + 1 : count;
}

#define NAME_LETTERS                                                           \
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-"

// NAME=COMMAND, in which NAME is a word: it goes into tables and plots.
static void parse_command(struct setting *setting, char *operand)
{
	const size_t length = strspn(operand, NAME_LETTERS);

	if (length == 0 || length > 31 || operand[length] != '=' ||
	    operand[length + 1] == '\0')
		errx(EXIT_USAGE, "not NAME=COMMAND: %s", operand);
	operand[length] = '\0';
	*setting = (struct setting){
	    .name = operand, .command = operand + length + 1, .be = be_command};
	snprintf(setting->how, sizeof setting->how, "%s", setting->command);
}

static size_t choose_commands(struct setting *settings, char **operands)
{
	size_t count = 0;

	for (; operands[count]; count++) {
		if (count == MAX_SETTINGS)
			errx(EXIT_USAGE, "more than %d commands", MAX_SETTINGS);
		parse_command(&settings[count], operands[count]);
		for (size_t i = 0; i < count; i++)
			if (strcmp(settings[i].name, settings[count].name) == 0)
				errx(EXIT_USAGE,
				     "two commands have the name "
				     "%s",
				     settings[i].name);
	}
	return count;
}

size_t choose_settings(struct setting settings[MAX_SETTINGS],
		       const struct options *options)
{
	if (options->operands[0])
		return choose_commands(settings, options->operands);
	return choose_own(settings, options);
}
