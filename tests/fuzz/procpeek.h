// SPDX-License-Identifier: MIT
// procpeek.h: in the place of tools/procpeek/proc.c, every file of /proc holds
// the input, and every link is missing.

#ifndef FUZZ_PROCPEEK_H
#define FUZZ_PROCPEEK_H

#include "fuzz.h"
#include "procpeek/procpeek.h"

#include <errno.h>

static const uint8_t *input;
static size_t input_size;

int read_proc(int dirfd, const char *path, struct buffer *buffer,
	      const char *lesson)
{
	(void)dirfd, (void)path, (void)lesson;
	free(buffer->data);
	buffer->data = text_of(input, input_size);
	buffer->length = input_size;
	buffer->capacity = input_size + 1;
	return 0;
}

int read_record(int dirfd, const char *path, size_t most, struct buffer *buffer,
		const char *lesson)
{
	(void)most;
	return read_proc(dirfd, path, buffer, lesson);
}

ssize_t read_link(int dirfd, const char *path, char *target, size_t size,
		  const char *lesson)
{
	(void)dirfd, (void)path, (void)size, (void)lesson;
	*target = '\0';
	errno = ENOENT;
	return -1;
}

DIR *open_directory(int dirfd, const char *path)
{
	(void)dirfd, (void)path;
	return NULL;
}

int reopen(int proc, int fd)
{
	(void)proc, (void)fd;
	return -1;
}

// Gather what `facts_of` finds in the input, and check that it is text.
static inline void fuzz_facts(void facts_of(struct subject *, struct facts *),
			      const uint8_t *data, size_t size)
{
	struct subject subject = {.proc = -1, .dir = -1, .pid = 1};
	struct facts facts = {0};

	input = data;
	input_size = size;
	read_proc(-1, "status", &subject.status, "");
	subject.process.command = text_of(data, size);
	parse_stat(subject.status.data, &subject.process);
	facts_of(&subject, &facts);
	for (size_t i = 0; i < facts.count; i++)
		if (facts.at[i].value)
			free(valid_utf8(facts.at[i].value));
	free_facts(&facts);
	free(subject.process.command);
	free(subject.status.data);
	free(subject.scratch.data);
}

#endif
