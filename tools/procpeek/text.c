// SPDX-License-Identifier: MIT
//
// text.c: names from the kernel are whatever bytes somebody chose.
//
// Shows:     what a name may hold: any byte but NUL.
// Leaves out: what tables need: libsmartcols escapes control characters and
//            invalid bytes there as \xNN by itself, in JSON it does not.
// Read:      utf-8(7), RFC 3629.

#define _GNU_SOURCE
#include "procpeek.h"

#include <err.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

// A stray continuation byte is none, nor is a sequence cut short, an overlong
// form, half of a surrogate pair, or one past U+10FFFF.
size_t sequence_length(const char *from, size_t left)
{
	static const uint32_t smallest[] = {0, 0, 0xa0, 0x800, 0x10000};
	const unsigned char *text = (const unsigned char *)from;
	size_t length;
	uint32_t code;

	if (text[0] < 0x7f)
		return 1;
	if (text[0] < 0xc2 || text[0] > 0xf4)
		return 0;
	length = text[0] < 0xe0 ? 2 : text[0] < 0xf0 ? 3 : 4;
	if (length > left)
		return 0;
	code = text[0] & (0x7fU >> length);
	for (size_t i = 1; i < length; i++) {
		if ((text[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (text[i] & 0x3fU);
	}
	if (code < smallest[length] || code > 0x10ffff ||
	    (code >= 0xd800 && code < 0xe000))
		return 0;
	return length;
}

char *valid_utf8(const char *text)
{
	static const char replacement[] = "\xef\xbf\xbd";
	size_t left = strlen(text), length;
	char *copy = malloc(left * 3 + 1), *to = copy;

	if (!copy)
		err(EXIT_FAILURE, "cannot allocate memory");
	for (; left; text += length, left -= length) {
		length = sequence_length(text, left);
		to = mempcpy(to, length ? text : replacement,
			     length ? length : 3);
		length += !length;
	}
	*to = '\0';
	return copy;
}

char *copy_text(const char *text)
{
	char *copy = strdup(text);

	if (!copy)
		err(EXIT_FAILURE, "cannot allocate memory");
	return copy;
}

char *format(const char *text, ...)
{
	va_list arguments;
	char *result;
	int length;

	va_start(arguments, text);
	length = vasprintf(&result, text, arguments);
	va_end(arguments);
	if (length < 0)
		err(EXIT_FAILURE, "cannot allocate memory");
	return result;
}

void append(char **text, const char *more, ...)
{
	size_t length = strlen(*text);
	va_list arguments;
	char *added, *longer;
	int size;

	va_start(arguments, more);
	size = vasprintf(&added, more, arguments);
	va_end(arguments);
	longer = size < 0 ? NULL : realloc(*text, length + (size_t)size + 1);
	if (!longer)
		err(EXIT_FAILURE, "cannot allocate memory");
	memcpy(longer + length, added, (size_t)size + 1);
	free(added);
	*text = longer;
}

static int by_bytes(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void sort_texts(char *texts[], size_t count)
{
	if (count)
		qsort(texts, count, sizeof *texts, by_bytes);
}
