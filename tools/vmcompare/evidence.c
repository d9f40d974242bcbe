// SPDX-License-Identifier: MIT
//
// evidence.c: how evidence is taken and kept.
//
// Shows:     that every statement about where we are has a source that a
//            reader can open: a file, a system call, an instruction.
// Mirrors:   nothing: the real tools print the verdict only.
// Leaves out: the close(2) and read(2) calls in the narration.
// Read:      open(2), statx(2).

#define _GNU_SOURCE
#include "vmcompare.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <unistd.h>

// What is quoted comes from the firmware, the hypervisor and the engine, any of
// which may write what it likes: only printable ASCII is taken literally.
static char *make_printable(const char *text)
{
	char *printable = malloc(4 * strlen(text) + 1), *to = printable;

	if (!printable)
		err(EXIT_FAILURE, "cannot keep the evidence");
	for (; *text; text++) {
		if (*text >= ' ' && *text <= '~')
			*to++ = *text;
		else
			to += sprintf(to, "\\x%02x", (unsigned char)*text);
	}
	*to = '\0';
	return printable;
}

void note(struct layer *layer, const char *source, const char *says, ...)
{
	const size_t room = sizeof layer->evidence / sizeof *layer->evidence;
	struct evidence *evidence = &layer->evidence[layer->count];
	char text[256];
	va_list arguments;

	if (layer->count == room)
		return;
	va_start(arguments, says);
	vsnprintf(text, sizeof text, says, arguments);
	va_end(arguments);
	evidence->source = source;
	evidence->says = make_printable(text);
	layer->count++;
}

void merge_evidence(struct layer *into, struct layer *from)
{
	for (size_t i = 0; i < from->count; i++) {
		note(into, from->evidence[i].source, "%s",
		     from->evidence[i].says);
	}
	free_layer(from);
}

void conclude(struct layer *layer, const char *name, const char *because, ...)
{
	va_list arguments;

	snprintf(layer->name, sizeof layer->name, "%s", name);
	va_start(arguments, because);
	vsnprintf(layer->because, sizeof layer->because, because, arguments);
	va_end(arguments);
}

void free_layer(struct layer *layer)
{
	for (size_t i = 0; i < layer->count; i++)
		free(layer->evidence[i].says);
	layer->count = 0;
}

// open(2) does not follow our wishes but the permissions of the file: what
// the kernel keeps from ordinary users is missing evidence, not an error.
// Commonest errno: ENOENT, which here is an answer too.
int read_evidence(const char *path, const char *lesson, struct buffer *buffer)
{
	int fd = openat(AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
	int result, saved;

	buffer->length = 0;
	explain(fd, lesson, "openat(AT_FDCWD, \"%s\", O_RDONLY|O_CLOEXEC)",
		path);
	if (fd < 0)
		return -1;
	result = read_descriptor(fd, buffer);
	saved = errno;
	close(fd);
	errno = saved;
	return result;
}

const char *text_evidence(struct layer *layer, const char *source,
			  const char *path, const char *lesson,
			  struct buffer *buffer)
{
	size_t end;

	if (read_evidence(path, lesson, buffer) < 0) {
		note(layer, source, "%s",
		     errno == ENOENT ? "not there" : strerror(errno));
		return NULL;
	}
	end = strcspn(buffer->data, "\n");
	while (end > 0 && buffer->data[end - 1] == ' ')
		end--;
	buffer->data[end] = '\0';
	return buffer->data;
}

// statx(2) tells more than stat(2): whether a directory is the root of a
// mount is one of its attributes since Linux 5.8. Commonest errno: EACCES.
int stat_evidence(const char *path, const char *lesson, struct statx *result)
{
	return (int)explain(statx(AT_FDCWD, path, AT_STATX_SYNC_AS_STAT,
				  STATX_INO | STATX_MNT_ID, result),
			    lesson,
			    "statx(AT_FDCWD, \"%s\", AT_STATX_SYNC_AS_STAT, "
			    "STATX_INO|STATX_MNT_ID, ...)",
			    path);
}

// The same directory through another mount counts as another.
bool same_directory(const struct statx *a, const struct statx *b)
{
	return a->stx_ino == b->stx_ino &&
	       a->stx_dev_major == b->stx_dev_major &&
	       a->stx_dev_minor == b->stx_dev_minor &&
	       a->stx_mnt_id == b->stx_mnt_id;
}
