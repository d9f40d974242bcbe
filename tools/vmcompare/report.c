// SPDX-License-Identifier: MIT
//
// report.c: settings side by side, for people and for programs.
//
// Shows:     nothing of the kernel.
// Mirrors:   hyperfine(1) --export-json.
// Leaves out: colors.
// Read:      measures.c.

#define _GNU_SOURCE
#include "bench.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CELL = 192 };

static bool wanted(enum measure measure, const struct options *options)
{
	return measures[measure].verbs & (options->load ? BENCH : TABLE);
}

static void format_number(char *cell, size_t size, double number)
{
	const bool whole = number == (double)(uint64_t)number;

	snprintf(cell, size, "%.*f",
		 whole || number >= 100 ? 0
		 : number >= 10		? 1
					: 2,
		 number);
}

// "median (least-most)", in the unit of the heading.
static void format_cell(char cell[CELL], const struct setting *setting,
			enum measure measure)
{
	const double unit = measures[measure].unit;
	char median[32], least[32], most[32];
	struct spread spread;

	cell[0] = '\0';
	if (setting->count == 0)
		return;
	if (unit == 0) {
		snprintf(cell, CELL, "%s",
			 setting->results[setting->count - 1].value[measure]);
		return;
	}
	if (!find_spread(setting, measure, &spread))
		return;
	format_number(median, sizeof median, spread.median / unit);
	format_number(least, sizeof least, spread.least / unit);
	format_number(most, sizeof most, spread.most / unit);
	if (strcmp(least, most) == 0)
		snprintf(cell, CELL, "%s", median);
	else
		snprintf(cell, CELL, "%s (%s-%s)", median, least, most);
}

// One line for each measure, one column for each setting.
static void print_side_by_side(const struct setting *settings, size_t count,
			       const struct options *options)
{
	struct column columns[MAX_SETTINGS + 2] = {{" ", 0}};
	struct libscols_table *table;
	struct libscols_line *line;
	char cell[CELL];

	for (size_t i = 0; i < count; i++)
		columns[i + 1].name = settings[i].name;
	table = new_table("settings", columns, options);
	for (enum measure measure = 0; measure < MEASURES; measure++) {
		if (!wanted(measure, options))
			continue;
		line = new_line(table, NULL);
		set_cell(table, line, " ", measures[measure].title);
		for (size_t i = 0; i < count; i++) {
			format_cell(cell, &settings[i], measure);
			set_cell(table, line, settings[i].name,
				 cell[0] ? cell : "-");
		}
	}
	print_table(table);
}

// What a reader must know before concluding anything.
static void print_notes(const struct setting *settings, size_t count,
			const struct options *options)
{
	putchar('\n');
	for (size_t i = 0; i < count; i++)
		printf("%s: %s\n", settings[i].name, settings[i].how);
	printf("%ju run%s of each, in turns: median (least-most).\n",
	       (uintmax_t)options->runs, options->runs == 1 ? "" : "s");
	if (options->load)
		puts("start: until memcached's first answer. requests: one "
		     "client, one at a time,\nover the loopback that it shares "
		     "with memcached unless said otherwise.");
	else
		puts("start: until the first line that a program there "
		     "prints.");
}

static void add_number_column(struct libscols_table *table, const char *name)
{
	struct libscols_column *column =
	    scols_table_new_column(table, name, 0, 0);

	if (!column)
		err(EXIT_FAILURE, "cannot make a column");
	scols_column_set_json_type(column, SCOLS_JSON_NUMBER);
}

static void set_number(struct libscols_table *table, struct libscols_line *line,
		       const char *key, const char *suffix, double number)
{
	char name[64], text[64];

	snprintf(name, sizeof name, "%s%s", key, suffix);
	snprintf(text, sizeof text, "%.15g", number);
	set_cell(table, line, name, text);
}

static void add_columns(struct libscols_table *table,
			const struct options *options)
{
	char name[64];

	add_number_column(table, "runs");
	for (enum measure measure = 0; measure < MEASURES; measure++) {
		if (!wanted(measure, options))
			continue;
		if (measures[measure].unit == 0) {
			scols_table_new_column(table, measures[measure].key, 0,
					       0);
			continue;
		}
		add_number_column(table, measures[measure].key);
		snprintf(name, sizeof name, "%s_least", measures[measure].key);
		add_number_column(table, name);
		snprintf(name, sizeof name, "%s_most", measures[measure].key);
		add_number_column(table, name);
	}
}

// One object for each setting, with plain units: ms, ns, bytes.
static void print_json(const struct setting *settings, size_t count,
		       const struct options *options)
{
	static const struct column columns[] = {
	    {"name", 0}, {"how", 0}, {NULL, 0}};
	struct libscols_table *table = new_table("settings", columns, options);
	struct libscols_line *line;
	struct spread spread;

	add_columns(table, options);
	for (size_t i = 0; i < count; i++) {
		line = new_line(table, NULL);
		set_cell(table, line, "name", settings[i].name);
		set_cell(table, line, "how", settings[i].how);
		set_number(table, line, "runs", "", (double)settings[i].count);
		for (enum measure m = 0; m < MEASURES; m++) {
			const char *key = measures[m].key;

			if (measures[m].unit == 0 && settings[i].count)
				set_cell(table, line, key,
					 settings[i].results[0].value[m]);
			else if (find_spread(&settings[i], m, &spread)) {
				set_number(table, line, key, "", spread.median);
				set_number(table, line, key, "_least",
					   spread.least);
				set_number(table, line, key, "_most",
					   spread.most);
			}
		}
	}
	print_table(table);
}

void print_settings(const struct setting *settings, size_t count,
		    const struct options *options)
{
	if (options->json) {
		print_json(settings, count, options);
		return;
	}
	print_side_by_side(settings, count, options);
	print_notes(settings, count, options);
}
