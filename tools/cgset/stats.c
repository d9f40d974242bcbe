// SPDX-License-Identifier: MIT
// stats.c: what docker stats shows, computed as Docker computes it.

#define _GNU_SOURCE
#include "figures.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/sysinfo.h>
#include <time.h>
#include <unistd.h>

enum {
	NAME,
	CPU_TEXT,
	MEMORY_TEXT,
	MEMORY_PERCENT,
	NETWORK_TEXT,
	BLOCK_TEXT,
	PIDS_COUNT,
	THROTTLED_TEXT,
	OOM_TEXT,
	PRESSURE_TEXT,
	CPU_JSON,
	MEMORY_USED,
	MEMORY_MAX,
	MEMORY_JSON,
	RECEIVED,
	SENT,
	READ,
	WRITTEN,
	PIDS_JSON,
	THROTTLED_JSON,
	OOM_JSON,
	PRESSURE_JSON, // three columns
};
static const struct column columns[] = {
    [NAME] = {"NAME", "group", LEFT, BOTH},
    [CPU_TEXT] = {"CPU %", "", RIGHT, TEXT_ONLY},
    [MEMORY_TEXT] = {"MEM USAGE / LIMIT", "", RIGHT, TEXT_ONLY},
    [MEMORY_PERCENT] = {"MEM %", "", RIGHT, TEXT_ONLY},
    [NETWORK_TEXT] = {"NET I/O", "", RIGHT, TEXT_ONLY},
    [BLOCK_TEXT] = {"BLOCK I/O", "", RIGHT, TEXT_ONLY},
    [PIDS_COUNT] = {"PIDS", "", RIGHT, TEXT_ONLY},
    [THROTTLED_TEXT] = {"THROTTLED", "", RIGHT, TEXT_ONLY},
    [OOM_TEXT] = {"OOM", "", RIGHT, TEXT_ONLY},
    [PRESSURE_TEXT] = {"WAIT CPU/MEM/IO", "", RIGHT, TEXT_ONLY},
    [CPU_JSON] = {"", "cpu_percent", RIGHT, JSON_NUMBER},
    [MEMORY_USED] = {"", "memory_use", RIGHT, JSON_NUMBER},
    [MEMORY_MAX] = {"", "memory_limit", RIGHT, JSON_NUMBER},
    [MEMORY_JSON] = {"", "memory_percent", RIGHT, JSON_NUMBER},
    [RECEIVED] = {"", "network_received", RIGHT, JSON_NUMBER},
    [SENT] = {"", "network_sent", RIGHT, JSON_NUMBER},
    [READ] = {"", "block_read", RIGHT, JSON_NUMBER},
    [WRITTEN] = {"", "block_written", RIGHT, JSON_NUMBER},
    [PIDS_JSON] = {"", "pids", RIGHT, JSON_NUMBER},
    [THROTTLED_JSON] = {"", "throttled_seconds", RIGHT, JSON_NUMBER},
    [OOM_JSON] = {"", "oom_kills", RIGHT, JSON_NUMBER},
    [PRESSURE_JSON] = {"", "pressure_cpu", RIGHT, JSON_NUMBER},
    {"", "pressure_memory", RIGHT, JSON_NUMBER},
    {"", "pressure_io", RIGHT, JSON_NUMBER},
    {0},
};

// Without the page cache that would be dropped first; the limit is at most
// what the machine has.
static void add_memory(struct libscols_line *row, const struct sample *sample)
{
	uint64_t use = sample->figures[MEMORY_USE], most;
	uint64_t cache = sample->figures[INACTIVE_FILE];
	char used[32], limit[32];
	struct sysinfo machine;
	double percent;

	sysinfo(&machine);
	most = (uint64_t)machine.totalram * machine.mem_unit;
	if (!sample->has[MEMORY_USE]) {
		set_cell(row, MEMORY_TEXT, "-");
		set_cell(row, MEMORY_PERCENT, "-");
		return;
	}
	if (sample->has[INACTIVE_FILE] && cache < use)
		use -= cache;
	if (sample->has[MEMORY_LIMIT] && sample->figures[MEMORY_LIMIT] < most)
		most = sample->figures[MEMORY_LIMIT];
	percent = most ? 100 * (double)use / (double)most : 0;
	binary_size(use, used);
	binary_size(most, limit);
	set_cell(row, MEMORY_TEXT, "%s / %s", used, limit);
	set_cell(row, MEMORY_PERCENT, "%.2f%%", percent);
	set_cell(row, MEMORY_USED, "%ju", (uintmax_t)use);
	set_cell(row, MEMORY_MAX, "%ju", (uintmax_t)most);
	set_cell(row, MEMORY_JSON, "%.2f", percent);
}

// "IN / OUT" in the text column and the two numbers in the JSON columns.
static void add_traffic(struct libscols_line *row, bool known, size_t text,
			size_t first, uint64_t in, uint64_t out)
{
	char in_text[32], out_text[32];

	if (!known) {
		set_cell(row, text, "-");
		return;
	}
	decimal_size(in, in_text);
	decimal_size(out, out_text);
	set_cell(row, text, "%s / %s", in_text, out_text);
	set_cell(row, first, "%ju", (uintmax_t)in);
	set_cell(row, first + 1, "%ju", (uintmax_t)out);
}

// What a limit costs: time that the group had to wait for the next period of
// its quota, processes that were killed, and the share of the last ten seconds
// in which some process of it waited for a CPU, for memory, for a disk.
static void add_trouble(struct libscols_line *row, const struct sample *sample)
{
	double throttled = (double)sample->figures[THROTTLED] / 1e9;
	uintmax_t kills = sample->figures[OOM_KILLS];
	const double *pressure = sample->pressure;

	set_cell(row, THROTTLED_TEXT, sample->has[THROTTLED] ? "%.2fs" : "-",
		 throttled);
	if (sample->has[THROTTLED])
		set_cell(row, THROTTLED_JSON, "%.6f", throttled);
	set_cell(row, OOM_TEXT, sample->has[OOM_KILLS] ? "%ju" : "-", kills);
	if (sample->has[OOM_KILLS])
		set_cell(row, OOM_JSON, "%ju", kills);
	set_cell(row, PRESSURE_TEXT,
		 sample->has_pressure ? "%.0f/%.0f/%.0f%%" : "-", pressure[0],
		 pressure[1], pressure[2]);
	for (size_t i = 0; sample->has_pressure && i < 3; i++)
		set_cell(row, PRESSURE_JSON + i, "%.2f", pressure[i]);
}

static void add_sample(struct libscols_table *table,
		       const struct sample *sample)
{
	struct libscols_line *row = new_row(table, NULL);
	uintmax_t pids = sample->figures[PIDS_USE];

	set_cell(row, NAME, "/%s", sample->group);
	set_cell(row, CPU_TEXT, sample->has_cpu ? "%.2f%%" : "-",
		 sample->cpu_percent);
	if (sample->has_cpu)
		set_cell(row, CPU_JSON, "%.2f", sample->cpu_percent);
	add_memory(row, sample);
	add_traffic(row, sample->has_network, NETWORK_TEXT, RECEIVED,
		    sample->received, sample->sent);
	add_traffic(row, sample->has[BLOCK_READ], BLOCK_TEXT, READ,
		    sample->figures[BLOCK_READ],
		    sample->figures[BLOCK_WRITTEN]);
	set_cell(row, PIDS_COUNT, sample->has[PIDS_USE] ? "%ju" : "-", pids);
	if (sample->has[PIDS_USE])
		set_cell(row, PIDS_JSON, "%ju", pids);
	add_trouble(row, sample);
}

static bool is_there(struct layout *layout, const char *group)
{
	for (size_t i = 0; i < layout->count; i++)
		if (!is_named(&layout->list[i]) &&
		    group_exists(&layout->list[i], group))
			return true;
	return false;
}

// Returns how many of the groups are there.
static size_t print_samples(struct layout *layout, const struct list *list,
			    const struct sample *samples)
{
	struct libscols_table *table = new_table("stats", columns);
	size_t there = 0;

	for (size_t i = 0; i < list->count; i++) {
		there += is_there(layout, list->groups[i]);
		add_sample(table, &samples[i]);
	}
	if (options.no_stream || options.json || !isatty(STDOUT_FILENO))
		print_tables(table, NULL);
	else
		redraw_table(table);
	return there;
}

// Without GROUP the list is made anew each time; with GROUP it ends when none
// of them is left.
int verb_stats(struct layout *layout, char *operands[])
{
	const struct timespec pause = {
	    .tv_sec = (time_t)(options.interval / 1000),
	    .tv_nsec = (long)(options.interval % 1000) * 1000000};
	struct list list = {0}, before = {0};
	struct sample *samples = NULL, *old = NULL;
	size_t there = 1;

	for (char **operand = operands; *operand; operand++)
		require_group(layout, parse_group(layout, *operand));
	for (bool first = true; there > 0 || !*operands; first = false) {
		list = choose_groups(layout, operands);
		samples = take_samples(layout, &list, &before, old);
		free(old);
		free_list(&before);
		before = list;
		old = samples;
		if (!first)
			there = print_samples(layout, &list, samples);
		if (!first && options.no_stream)
			break;
		clock_nanosleep(CLOCK_MONOTONIC, 0, &pause, NULL);
	}
	free(old);
	free_list(&before);
	return EXIT_SUCCESS;
}
