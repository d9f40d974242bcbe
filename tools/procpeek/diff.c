// SPDX-License-Identifier: MIT
//
// diff.c: procpeek diff A B, what makes B a container beside A.
//
// Shows:     that a container is a process, and every kernel feature in which
//            it differs from another one, with what that feature is for.
// Mirrors:   nothing: diff(1) of two pages, without what differs between any
//            two processes.
// Leaves out: a comparison of every mount, and of the values in environments.
// Read:      namespaces(7), capabilities(7), cgroups(7).

#define _GNU_SOURCE
#include "procpeek.h"

#include <err.h>
#include <stdlib.h>
#include <string.h>

enum diff_column {
	DIFF_WHAT,
	DIFF_VERDICT,
	DIFF_A,
	DIFF_B,
	DIFF_OURS,
	DIFF_FOR,
	DIFF_CHAPTER,
};

static const struct column diff_columns[] = {
    {"WHAT", 0, SCOLS_JSON_STRING, NULL},
    {"VERDICT", 0, SCOLS_JSON_STRING, NULL},
    {"A", 0, SCOLS_JSON_STRING, NULL},
    {"B", 0, SCOLS_JSON_STRING, NULL},
    {"OURS", 0, SCOLS_JSON_STRING, NULL},
    {"FOR", 0, SCOLS_JSON_STRING, NULL},
    {"CHAPTER", 0, SCOLS_JSON_STRING, NULL},
};

// One thing of the two processes, and of procpeek itself.
struct pair {
	const struct lesson *lesson;
	const char *a, *b, *ours;
	enum { SAME, DIFFERS, UNKNOWN } verdict;
};

static void look_at(int proc, int pid, struct facts *facts)
{
	struct subject subject;

	subject_open(&subject, proc, pid);
	if (is_kernel_thread(&subject.process))
		errx(EXIT_FAILURE,
		     "process %d is a kernel thread: it runs no program and "
		     "nothing isolates it",
		     pid);
	if (has_no_memory(&subject.process))
		errx(EXIT_FAILURE,
		     "process %d has ended, and waits for its parent: there "
		     "is nothing left to compare",
		     pid);
	gather_facts(&subject, facts);
	subject_close(&subject);
}

static const char *next_word(const char *text)
{
	text += strcspn(text, " ");
	return text + (*text == ' ');
}

// By the values of their bytes, as the words of an environment are sorted.
static int compare_words(const char *a, const char *b)
{
	while (*a && *a == *b && *a != ' ')
		a++, b++;
	return (*a == ' ' ? 0 : (unsigned char)*a) -
	       (*b == ' ' ? 0 : (unsigned char)*b);
}

// Who starts a program hands its variables down, with a few more or less: of
// two environments that share half of their names, one comes from the other,
// or both from a third.
static bool share_half(const char *a, const char *b)
{
	size_t shared = 0, all = 0;
	int order;

	for (; *a || *b; all++) {
		order = !*a ? 1 : !*b ? -1 : compare_words(a, b);
		shared += order == 0;
		if (order <= 0)
			a = next_word(a);
		if (order >= 0)
			b = next_word(b);
	}
	return 2 * shared >= all;
}

static bool alike(const char *key, const char *a, const char *b)
{
	return strcmp(key, "environment") == 0 ? share_half(a, b)
					       : strcmp(a, b) == 0;
}

// Some of what /proc says is only for those who may trace the process, and of
// PID 1 even root may be refused. Then B is held against procpeek, which runs
// on the same side as whoever asks, and the result says so. What cannot be
// seen of B, or is seen to be like ours, leaves the question open.
static struct pair compare(const struct lesson *lesson, const struct facts *a,
			   const struct facts *b, const struct facts *ours)
{
	struct pair pair = {lesson, fact_value(a, lesson->key),
			    fact_value(b, lesson->key), NULL, UNKNOWN};

	if (pair.a && pair.b) {
		pair.verdict =
		    alike(lesson->key, pair.a, pair.b) ? SAME : DIFFERS;
	} else if (pair.b) {
		pair.ours = fact_value(ours, lesson->key);
		if (pair.ours && !alike(lesson->key, pair.ours, pair.b))
			pair.verdict = DIFFERS;
	}
	return pair;
}

// With -o or --json: a row for each thing that is not the same.
static void print_rows(const struct pair pairs[LESSONS])
{
	static const char *const verdicts[] = {"same", "differs", "unknown"};
	struct libscols_line *line;
	struct table table;

	table_open(&table, "differences", diff_columns,
		   sizeof diff_columns / sizeof *diff_columns, NULL);
	for (size_t i = 0; i < LESSONS; i++) {
		if (pairs[i].verdict == SAME)
			continue;
		line = table_line(&table);
		table_text(&table, line, DIFF_WHAT, pairs[i].lesson->key);
		table_text(&table, line, DIFF_VERDICT,
			   verdicts[pairs[i].verdict]);
		table_text(&table, line, DIFF_A, pairs[i].a);
		table_text(&table, line, DIFF_B, pairs[i].b);
		table_text(&table, line, DIFF_OURS, pairs[i].ours);
		table_text(&table, line, DIFF_FOR, pairs[i].lesson->sentence);
		table_text(&table, line, DIFF_CHAPTER,
			   pairs[i].lesson->chapter);
	}
	table_print(&table);
}

static void two_cells(struct table *table, const char *left, const char *right)
{
	struct libscols_line *line = table_line(table);

	table_text(table, line, 0, left);
	table_text(table, line, 1, right);
}

// One paragraph for each difference: what it is for and where that is taught,
// then the two sides.
static void print_text(const struct pair pairs[LESSONS], int a, int b)
{
	static const struct column columns[] = {
	    {"WHAT", 0, SCOLS_JSON_STRING, NULL},
	    {"VALUE", 0, SCOLS_JSON_STRING, NULL},
	};
	char *name_a = format("  %d", a), *name_b = format("  %d", b), *lesson;
	struct table table;

	table_open(&table, "differences", columns, 2, NULL);
	scols_table_enable_noheadings(table.scols, true);
	table_wrap(&table, KEY_CELLS);
	for (size_t i = 0; i < LESSONS; i++) {
		if (pairs[i].verdict != DIFFERS)
			continue;
		lesson = format("%s (%s)", pairs[i].lesson->sentence,
				pairs[i].lesson->chapter);
		two_cells(&table, pairs[i].lesson->key, lesson);
		two_cells(&table, name_a, pairs[i].a);
		if (pairs[i].ours)
			two_cells(&table, "  ours", pairs[i].ours);
		two_cells(&table, name_b, pairs[i].b);
		free(lesson);
	}
	table_print(&table);
	free(name_a);
	free(name_b);
}

// What was found, in a sentence, with what could not be seen.
static void print_summary(const struct pair pairs[LESSONS], int a, int b)
{
	int differs = 0, unknown = 0;

	for (size_t i = 0; i < LESSONS; i++) {
		differs += pairs[i].verdict == DIFFERS;
		unknown += pairs[i].verdict == UNKNOWN;
	}
	if (differs == 0 && unknown == 0)
		printf("no difference between %d and %d: neither is a "
		       "container beside the other\n",
		       a, b);
	else if (differs == 0)
		printf("no difference between %d and %d in what could be "
		       "compared\n",
		       a, b);
	if (unknown == 0)
		return;
	printf("not compared, for lack of rights or of the feature:");
	for (size_t i = 0; i < LESSONS; i++)
		if (pairs[i].verdict == UNKNOWN)
			printf(" %s%s", pairs[i].lesson->key,
			       --unknown ? "," : "\n");
}

// What is permitted is effective as soon as the process says so: capset(2).
// Mostly all of it is, and then a line about the one says nothing of the other.
static bool is_all_effective(const struct facts *facts)
{
	const char *permitted = fact_value(facts, "cap permitted");
	const char *effective = fact_value(facts, "cap effective");

	return permitted && effective && strcmp(permitted, effective) == 0;
}

void command_diff(const struct request *request)
{
	int proc = request->proc, a = request->pid, b = request->other;
	struct facts facts_a = {0}, facts_b = {0}, ours = {0};
	struct pair pairs[LESSONS];
	char self[16];

	look_at(proc, a, &facts_a);
	look_at(proc, b, &facts_b);
	// Not getpid(2): /proc may belong to another pid namespace.
	if (read_link(proc, "self", self, sizeof self,
		      "our own PID in this /proc: proc(5)") > 0)
		look_at(proc, atoi(self), &ours);
	for (size_t i = 0; i < LESSONS; i++) {
		pairs[i] = compare(&lessons[i], &facts_a, &facts_b, &ours);
		if (strcmp(lessons[i].key, "cap permitted") == 0 &&
		    is_all_effective(&facts_a) && is_all_effective(&facts_b))
			pairs[i].verdict = SAME;
	}
	if (options.json || options.columns)
		print_rows(pairs);
	else
		print_text(pairs, a, b);
	if (!options.json)
		print_summary(pairs, a, b);
	free_facts(&facts_a);
	free_facts(&facts_b);
	free_facts(&ours);
}
