// SPDX-License-Identifier: MIT
// cgset.h: every file that cgset reads holds the input, and where cgset would
// end with an error, the next input has its turn.

#ifndef FUZZ_CGSET_H
#define FUZZ_CGSET_H

#include "fuzz.h"
#include "cgset/cgset.h"

#include <setjmp.h>

struct options options = {.failed = 1, .misused = 2};
static const uint8_t *input;
static size_t input_size;
static jmp_buf next;

// What was allocated before an error is left to exit(3), which is not called.
int __lsan_is_turned_off(void);
int __lsan_is_turned_off(void)
{
	return 1;
}

noreturn void err(int status, const char *format, ...)
{
	(void)status, (void)format;
	longjmp(next, 1);
}

noreturn void errx(int status, const char *format, ...)
{
	(void)status, (void)format;
	longjmp(next, 1);
}

int read_descriptor(int fd, struct buffer *buffer)
{
	(void)fd;
	free(buffer->data);
	buffer->data = text_of(input, input_size);
	buffer->length = input_size;
	buffer->capacity = input_size + 1;
	return 0;
}

int read_file(int dirfd, const char *path, struct buffer *buffer)
{
	(void)dirfd, (void)path;
	return read_descriptor(-1, buffer);
}

#endif
