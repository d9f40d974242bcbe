// SPDX-License-Identifier: MIT
// file.c: whole files, as the kernel's own file systems want them handled.

#define _GNU_SOURCE
#include "bones.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int close_keeping_errno(int fd, int result)
{
	int saved = errno;

	close(fd);
	errno = saved;
	return result;
}

// Room for one more read and the final NUL.
static int make_room(struct buffer *buffer)
{
	size_t capacity = buffer->capacity ? buffer->capacity * 2 : 4096;
	char *data;

	if (buffer->capacity - buffer->length > 1)
		return 0;
	data = realloc(buffer->data, capacity);
	if (!data)
		return -1;
	buffer->data = data;
	buffer->capacity = capacity;
	return 0;
}

int read_descriptor(int fd, struct buffer *buffer)
{
	return read_beginning(fd, buffer, SIZE_MAX);
}

int read_beginning(int fd, struct buffer *buffer, size_t most)
{
	ssize_t got;

	buffer->length = 0;
	do {
		got = make_room(buffer);
		if (got < 0)
			break;
		got = read(fd, buffer->data + buffer->length,
			   buffer->capacity - buffer->length - 1);
		if (got > 0)
			buffer->length += (size_t)got;
	} while ((got > 0 && buffer->length < most) ||
		 (got < 0 && errno == EINTR));
	if (got < 0)
		buffer->length = 0;
	else if (buffer->length > most)
		buffer->length = most;
	if (buffer->data)
		buffer->data[buffer->length] = '\0';
	return got < 0 ? -1 : 0;
}

int read_file(int dirfd, const char *path, struct buffer *buffer)
{
	int fd = openat(dirfd, path, O_RDONLY | O_CLOEXEC);

	buffer->length = 0;
	if (fd < 0)
		return -1;
	return close_keeping_errno(fd, read_descriptor(fd, buffer));
}

int write_file(int dirfd, const char *path, const char *text)
{
	size_t length = strlen(text);
	ssize_t put;
	int fd = openat(dirfd, path, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return -1;
	put = write(fd, text, length);
	if (put >= 0 && (size_t)put != length) {
		errno = EIO;
		put = -1;
	}
	return close_keeping_errno(fd, put < 0 ? -1 : 0);
}

noreturn void exit_printed(int failed)
{
	if (fflush(stdout) != 0 || ferror(stdout))
		err(failed, "cannot write to standard output");
	exit(EXIT_SUCCESS);
}
