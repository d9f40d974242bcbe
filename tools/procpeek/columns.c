// SPDX-License-Identifier: MIT
//
// columns.c: what ps(1) makes of the numbers in /proc.
//
// Shows:     clock ticks since boot, device numbers and flags, turned into
//            %CPU, START, TTY and STAT.
// Mirrors:   the writing half of ps(1).
// Leaves out: what ps(1) cuts off: a user name is shown in full.
// Read:      proc(5), ps(1) "PROCESS STATE CODES".

#define _GNU_SOURCE
#include "procpeek.h"

#include <err.h>
#include <errno.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

// ENOENT: /proc is mounted with subset=pid, and has only the processes.
static void read_machine(int proc, const char *path, struct buffer *text,
			 const char *lesson)
{
	if (read_proc(proc, path, text, lesson) == 0)
		return;
	if (errno != ENOENT)
		err(EXIT_FAILURE, "cannot read /proc/%s", path);
	free(text->data);
	*text = (struct buffer){.data = copy_text("")};
}

// All times of a process count from the boot of the machine, in ticks.
void read_clock(int proc, struct clock *clock)
{
	time_t now = time(NULL);
	struct buffer text = {0};
	const char *field;

	localtime_r(&now, &clock->today);
	clock->ticks = sysconf(_SC_CLK_TCK);
	read_machine(proc, "uptime", &text, "seconds since boot: proc(5)");
	// Not strtod(3), for which the locale decides what a point is.
	clock->uptime = (double)strtoll(text.data, NULL, 10);
	if ((field = strchr(text.data, '.')))
		clock->uptime += (double)strtoll(field + 1, NULL, 10) / 100;
	read_machine(proc, "meminfo", &text, "MemTotal: proc(5)");
	field = status_field(text.data, "MemTotal");
	clock->total_kib = field ? strtoll(field, NULL, 10) : 0;
	read_machine(proc, "stat", &text, "btime, the time of boot: proc(5)");
	field = strstr(text.data, "\nbtime ");
	clock->boot = field ? strtoll(field + 7, NULL, 10) : 0;
	free(text.data);
}

// The same few users own most processes: ask for each name once.
const char *user_name(uid_t uid)
{
	static struct known {
		uid_t uid;
		char *name;
	} * known;
	static size_t count;
	struct known *more;
	struct passwd *entry;

	for (size_t i = 0; i < count; i++)
		if (known[i].uid == uid)
			return known[i].name;
	more = reallocarray(known, count + 1, sizeof *known);
	if (!more)
		err(EXIT_FAILURE, "cannot allocate memory");
	known = more;
	entry = getpwuid(uid);
	known[count].uid = uid;
	known[count].name =
	    entry ? format("%s", entry->pw_name) : format("%u", uid);
	return known[count++].name;
}

// Majors 136 to 143 are pseudoterminals; what other devices are called the
// kernel says in /sys/dev/char. The terminals of most processes are equal.
const char *show_tty(int64_t device, char *text, size_t size)
{
	static int64_t last_device;
	static char last[64];
	unsigned int high = gnu_dev_major((dev_t)device);
	unsigned int low = gnu_dev_minor((dev_t)device);
	char path[64], target[256];
	ssize_t length;

	if (device == 0)
		return NULL;
	if (high >= 136 && high <= 143) {
		snprintf(text, size, "pts/%u", low + (high - 136) * 256);
		return text;
	}
	if (device != last_device) {
		snprintf(path, sizeof path, "/sys/dev/char/%u:%u", high, low);
		length = readlink(path, target, sizeof target - 1);
		target[length < 0 ? 0 : length] = '\0';
		snprintf(last, sizeof last, "%.63s", basename(target));
		last_device = device;
	}
	snprintf(text, size, "%s", last);
	return *last ? text : NULL;
}

// The letters after the state: < and N priority, L pages locked in memory,
// s session leader, l threads, + in the foreground of its terminal.
void show_state(const struct process *process, char text[8])
{
	const int64_t *field = process->field;

	*text++ = process->state;
	if (field[STAT_NICE] < 0)
		*text++ = '<';
	else if (field[STAT_NICE] > 0)
		*text++ = 'N';
	if (process->locked_kib > 0)
		*text++ = 'L';
	if (field[STAT_SESSION] == process->pid)
		*text++ = 's';
	if (field[STAT_THREADS] > 1)
		*text++ = 'l';
	if (field[STAT_TPGID] == field[STAT_PGRP])
		*text++ = '+';
	*text = '\0';
}

// The time of day, the day if it was not today, the year if not this one.
const char *show_start(const struct process *process, const struct clock *clock,
		       char *text, size_t size)
{
	const struct tm *today = &clock->today;
	time_t start = clock->boot + process->field[STAT_START] / clock->ticks;
	struct tm then;

	if (!clock->boot)
		return NULL;
	localtime_r(&start, &then);
	if (then.tm_year != today->tm_year)
		strftime(text, size, "%Y", &then);
	else if (then.tm_yday != today->tm_yday)
		strftime(text, size, "%b%d", &then);
	else
		strftime(text, size, "%H:%M", &then);
	return text;
}

int64_t cpu_seconds(const struct process *process, const struct clock *clock)
{
	return (process->field[STAT_UTIME] + process->field[STAT_STIME]) /
	       clock->ticks;
}

// The processor time it used, of all the time it has lived.
double cpu_percent(const struct process *process, const struct clock *clock)
{
	double used =
	    (double)(process->field[STAT_UTIME] + process->field[STAT_STIME]);
	double lived = clock->uptime * (double)clock->ticks -
		       (double)process->field[STAT_START];

	if (clock->uptime <= 0)
		return -1;
	return lived > 0 ? 100 * used / lived : 0;
}
