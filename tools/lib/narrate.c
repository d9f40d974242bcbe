// SPDX-License-Identifier: MIT
// narrate.c: --explain, --dry-run and hints, all on standard error.

#define _GNU_SOURCE
#include "bones.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum narration narration = QUIET;

// Color only where a person looks, and not against their wish: no-color.org.
static const char *if_terminal(const char *sequence)
{
	const char *no_color = getenv("NO_COLOR");

	return isatty(STDERR_FILENO) && !(no_color && *no_color) ? sequence
								 : "";
}

// A name in it may be one that somebody chose to be obeyed by a terminal: no
// control character leaves, and none of C1, which are 0x80 to 0x9f. UTF-8
// writes them behind 0xc2; other terminals take such a byte itself for one, but
// it has to pass where it continues a character: utf-8(7).
static void make_plain(char *text)
{
	int left = 0; // of the character that has begun

	for (unsigned char *at = (unsigned char *)text; *at; at++) {
		if (at[0] == 0xc2 && at[1] >= 0x80 && at[1] < 0xa0)
			at[0] = at[1] = '?';
		else if (*at < ' ' || *at == 0x7f)
			*at = '?';
		else if (*at >= 0xc0)
			left = *at < 0xe0 ? 1 : *at < 0xf0 ? 2 : 3;
		else if (*at >= 0x80 && left > 0)
			left--;
		else if (*at >= 0x80 && *at < 0xa0)
			*at = '?';
		if (*at < 0x80)
			left = 0;
	}
}

// The narrator can be two processes at once, before and after a fork: each
// call is put together first, so that lines never mix. What has no buffer, as
// standard error, leaves in one write(2) for each call of printf(3).
long explain(long result, const char *lesson, const char *call, ...)
{
	char text[4096], answer[64] = "?", error[64] = "";
	int saved = errno;
	va_list arguments;

	if (narration == QUIET)
		return result;
	va_start(arguments, call);
	vsnprintf(text, sizeof text, call, arguments);
	va_end(arguments);
	make_plain(text);
	if (narration == EXPLAIN && result < 0) {
		snprintf(answer, sizeof answer, "-1 %s",
			 strerrorname_np(saved));
		snprintf(error, sizeof error, " (%s)", strerror(saved));
	} else if (narration == EXPLAIN) {
		snprintf(answer, sizeof answer, "%ld", result);
	}
	fprintf(stderr, "%s%s = %s%s%s\n    %s\n", if_terminal("\033[1m"), text,
		answer, error, if_terminal("\033[0m"), lesson);
	errno = saved;
	return result;
}

void hint(const char *text, ...)
{
	char line[1024];
	int saved = errno;
	va_list arguments;

	va_start(arguments, text);
	vsnprintf(line, sizeof line, text, arguments);
	va_end(arguments);
	make_plain(line);
	fprintf(stderr, "%shint:%s %s\n", if_terminal("\033[33m"),
		if_terminal("\033[0m"), line);
	errno = saved;
}
