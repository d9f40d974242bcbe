// SPDX-License-Identifier: MIT
//
// inside.c: what a process sees from where it is.
//
// Shows:     that a container sees the kernel, the clock, the memory and the
//            devices of the machine around it, and only the processes and the
//            network are its own; that a virtual machine sees none of that.
// Mirrors:   uname(1), nproc(1), free(1), ip-link(8), lspci(8), in one line
//            each.
// Leaves out: lxcfs, which gives a container a /proc/meminfo of its own: it is
//            read, and so believed, if it is there.
// Read:      proc(5), sched_getaffinity(2), uname(2).

#define _GNU_SOURCE
#include "bench.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

enum { SYSTEM_CALLS = 100000 };

static void put(struct result *result, enum measure measure, const char *text)
{
	snprintf(result->value[measure], VALUE_SIZE, "%s", text);
}

static void put_number(struct result *result, enum measure measure,
		       uint64_t number)
{
	snprintf(result->value[measure], VALUE_SIZE, "%ju", (uintmax_t)number);
}

// There is one kernel, whatever the container's image calls itself.
static void see_kernel(struct result *result)
{
	struct utsname kernel;

	if (uname(&kernel) == 0)
		put(result, KERNEL, kernel.release);
}

static void see_clock(struct result *result)
{
	static const char path[] =
	    "/sys/devices/system/clocksource/clocksource0/current_clocksource";
	struct buffer text = {0};

	if (read_file(AT_FDCWD, path, &text) == 0) {
		text.data[strcspn(text.data, "\n")] = '\0';
		put(result, CLOCK, text.data);
	}
	free(text.data);
}

// The entries of a directory; only numbers, if it is /proc that is counted.
static void count_entries(struct result *result, enum measure measure,
			  const char *path, bool numbers)
{
	DIR *directory = opendir(path);
	const struct dirent *entry;
	uint64_t count = 0;

	if (!directory)
		return;
	while ((entry = readdir(directory)))
		count += numbers ? isdigit((unsigned char)entry->d_name[0]) != 0
				 : entry->d_name[0] != '.';
	closedir(directory);
	put_number(result, measure, count);
}

// On how many processors the scheduler may put it. Neither a limit of CPU time
// nor the namespaces change that.
static void see_processors(struct result *result, pid_t pid)
{
	cpu_set_t set;

	if (sched_getaffinity(pid, sizeof set, &set) == 0)
		put_number(result, CPUS, (uint64_t)CPU_COUNT(&set));
}

// MemTotal counts the machine's memory, not what a control group allows.
static void see_memory(struct result *result, const char *path)
{
	static const char key[] = "MemTotal:";
	struct buffer text = {0};
	const char *found = NULL;

	if (read_file(AT_FDCWD, path, &text) == 0)
		found = strstr(text.data, key);
	if (found)
		put_number(result, MEMORY,
			   strtoull(found + sizeof key - 1, NULL, 10) * 1024);
	free(text.data);
}

// The interfaces of its network namespace: two lines of headings, then
// "  eth0: ..." each.
static void see_links(struct result *result, const char *path)
{
	struct buffer text = {0};
	char *line, *end, *rest = NULL, *links = result->value[LINKS];
	size_t length;

	if (read_file(AT_FDCWD, path, &text) == 0) {
		links[0] = '\0';
		strtok_r(text.data, "\n", &rest);
		while ((line = strtok_r(NULL, "\n", &rest))) {
			end = strchr(line, ':');
			if (!end)
				continue;
			*end = '\0';
			length = strlen(links);
			snprintf(links + length, VALUE_SIZE - length, "%s%s",
				 length ? " " : "", line + strspn(line, " "));
		}
	}
	free(text.data);
}

// Another process is looked through by its own root: its /proc shows its pid
// namespace. Commonest errno: EACCES, for another user's.
void look_around(pid_t pid, struct result *result)
{
	char process[32] = "/proc/self", root[64] = "", path[128];

	if (pid) {
		snprintf(process, sizeof process, "/proc/%d", pid);
		snprintf(root, sizeof root, "%s/root", process);
	}
	see_kernel(result);
	see_clock(result);
	snprintf(path, sizeof path, "%s/proc", root);
	count_entries(result, PROCESSES, path, true);
	see_processors(result, pid);
	snprintf(path, sizeof path, "%s/proc/meminfo", root);
	see_memory(result, path);
	snprintf(path, sizeof path, "%s/net/dev", process);
	see_links(result, path);
	count_entries(result, DEVICES, "/sys/bus/pci/devices", false);
}

// A system call that does nothing, to the kernel and back. Emulation, a filter
// of system calls and a tracer make it dearer; namespaces do not.
void time_system_call(struct result *result)
{
	const double start = milliseconds();

	for (int i = 0; i < SYSTEM_CALLS; i++)
		syscall(SYS_getppid);
	snprintf(result->value[SYSCALL], VALUE_SIZE, "%.0f",
		 (milliseconds() - start) * 1e6 / SYSTEM_CALLS);
}

void print_facts(const struct result *result)
{
	for (int i = 0; i < MEASURES; i++)
		if (result->value[i][0])
			printf("%s=%s\n", measures[i].key, result->value[i]);
	fflush(stdout);
}

void run_inside(const struct options *options)
{
	struct result result = {0};

	(void)options;
	become_init();
	puts("start=now");
	fflush(stdout);
	look_around(0, &result);
	time_system_call(&result);
	print_facts(&result);
}
