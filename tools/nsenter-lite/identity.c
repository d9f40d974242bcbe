// SPDX-License-Identifier: MIT
// identity.c: read who the target is and what it may do.
//
// /proc/PID/status is text, made at the moment it is read, and its user and
// group numbers are those of the user namespace of whoever opened it. So it is
// opened after that namespace was entered, through the directory that was
// opened outside: then the numbers are the ones to set. proc_pid_status(5).

#define _GNU_SOURCE
#include "nsenter-lite.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// What follows "Name:". The first line is the process's own name, in which
// the kernel has escaped line breaks: no line can be forged.
static const char *field(const struct buffer *status, const char *name)
{
	char start[32];
	const char *found;

	snprintf(start, sizeof start, "\n%s:\t", name);
	found = strstr(status->data, start);
	if (!found)
		errx(EXIT_TOOL, "this kernel's /proc/PID/status has no %s",
		     name);
	return found + strlen(start);
}

static uint64_t number(const struct buffer *status, const char *name, int base)
{
	return strtoull(field(status, name), NULL, base);
}

// Real, effective, saved; the fourth, of the file system, follows the second.
static void read_ids(const char *text, unsigned int ids[3])
{
	char *next = NULL;

	for (size_t i = 0; i < 3; i++) {
		ids[i] = (unsigned int)strtoul(text, &next, 10);
		text = next;
	}
}

// "4 24 27 ", to the end of the line.
static void read_groups(const char *text, struct identity *who)
{
	size_t length = strcspn(text, "\n");
	const char *end = text + length;
	char *next = NULL;

	// Each takes two characters or more.
	who->groups = calloc(length / 2 + 1, sizeof *who->groups);
	if (!who->groups)
		err(EXIT_TOOL, "cannot keep the groups");
	for (;; text = next) {
		gid_t group = (gid_t)strtoul(text, &next, 10);

		if (next == text || next > end)
			break;
		who->groups[who->group_count++] = group;
	}
}

void read_identity(const struct target *target, struct identity *who)
{
	struct buffer status = {0};

	free(who->groups);
	*who = (struct identity){0};
	if (read_file(target->proc, "status", &status) < 0)
		target_error(target, "read the status");
	read_ids(field(&status, "Uid"), who->uid);
	read_ids(field(&status, "Gid"), who->gid);
	read_groups(field(&status, "Groups"), who);
	who->inheritable = number(&status, "CapInh", 16);
	who->permitted = number(&status, "CapPrm", 16);
	who->effective = number(&status, "CapEff", 16);
	who->bounding = number(&status, "CapBnd", 16);
	who->ambient = number(&status, "CapAmb", 16);
	who->umask = (mode_t)number(&status, "Umask", 8);
	who->no_new_privs = number(&status, "NoNewPrivs", 10);
	// The one line that a kernel may have been built without.
	if (strstr(status.data, "\nSeccomp:\t"))
		who->seccomp = (unsigned int)number(&status, "Seccomp", 10);
	free(status.data);
}
