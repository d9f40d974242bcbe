// SPDX-License-Identifier: MIT
// parse.c: numbers and sizes from the command line, strictly.

#define _GNU_SOURCE
#include "bones.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

// strtoull(3) skips blanks, takes a sign and turns "-1" into a huge number:
// a first character that is a digit rules all of that out.
static int parse_digits(const char *text, uint64_t *value, const char **rest)
{
	char *end;

	if (text[0] < '0' || text[0] > '9') {
		errno = EINVAL;
		return -1;
	}
	errno = 0;
	*value = strtoull(text, &end, 10);
	*rest = end;
	return errno ? -1 : 0;
}

int parse_number(const char *text, uint64_t min, uint64_t max, uint64_t *value)
{
	uint64_t parsed;
	const char *rest;

	if (parse_digits(text, &parsed, &rest) < 0)
		return -1;
	if (*rest != '\0') {
		errno = EINVAL;
		return -1;
	}
	if (parsed < min || parsed > max) {
		errno = ERANGE;
		return -1;
	}
	*value = parsed;
	return 0;
}

int parse_pid(const char *text, int *pid)
{
	uint64_t value;

	if (parse_number(text, 1, INT_MAX, &value) < 0)
		return -1;
	*pid = (int)value;
	return 0;
}

int parse_size(const char *text, uint64_t *bytes)
{
	static const char units[] = "bkmgtBKMGT";
	const char *rest, *unit;
	uint64_t value;
	int shift = 0;

	if (parse_digits(text, &value, &rest) < 0)
		return -1;
	if (*rest != '\0') {
		unit = strchr(units, *rest);
		if (!unit || rest[1] != '\0') {
			errno = EINVAL;
			return -1;
		}
		shift = (int)((unit - units) % 5) * 10;
	}
	if (value > UINT64_MAX >> shift) {
		errno = ERANGE;
		return -1;
	}
	*bytes = value << shift;
	return 0;
}
