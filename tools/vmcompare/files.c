// SPDX-License-Identifier: MIT
//
// files.c: the files that a program cannot run without, and a root file system
// made of nothing else.
//
// Shows:     that an image is the program and the libraries that its loader
//            asks for; and that an initramfs is no more than a list of files,
//            each behind a line of numbers.
// Mirrors:   ldd(1), cpio(1).
// Leaves out: files that a program opens when it runs. memcached opens none.
// Read:      ld.so(8), Documentation/driver-api/early-userspace/
//            buffer-format.rst in the kernel's source.

#define _GNU_SOURCE
#include "bench.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

// A program as execvp(3) would find it.
char *find_program(const char *name)
{
	const char *path = getenv("PATH");
	char *found = NULL;
	size_t length;

	for (path = path ? path : "/usr/bin:/bin"; *path; path += length) {
		path += *path == ':';
		length = strcspn(path, ":");
		free(found);
		if (asprintf(&found, "%.*s/%s", (int)length, path, name) < 0)
			err(EXIT_FAILURE, "cannot look for %s", name);
		if (access(found, X_OK) == 0)
			return found;
	}
	free(found);
	errno = ENOENT;
	return NULL;
}

// ldd(1) lets the loader say what it would load. It fails for a program that
// is linked statically, which needs nothing.
static void ask_loader(const char *program, struct buffer *answer)
{
	char *const argv[] = {"ldd", (char *)program, NULL};
	posix_spawn_file_actions_t actions;
	int ends[2], error;
	pid_t child;

	if (pipe2(ends, O_CLOEXEC) < 0)
		err(EXIT_FAILURE, "cannot make a pipe");
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
	posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null",
					 O_WRONLY, 0);
	error = posix_spawnp(&child, argv[0], &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	close(ends[1]);
	if (error || read_descriptor(ends[0], answer) < 0)
		errx(EXIT_FAILURE, "cannot run ldd: %s",
		     strerror(error ? error : errno));
	close(ends[0]);
	waitpid(child, NULL, 0);
}

// Call use(path, data) for each library: the word of the line that is a path.
static void each_library(const char *program,
			 void (*use)(const char *path, void *data), void *data)
{
	struct buffer answer = {0};
	char *line, *rest = NULL, *path;

	ask_loader(program, &answer);
	for (line = strtok_r(answer.data, "\n", &rest); line;
	     line = strtok_r(NULL, "\n", &rest)) {
		path = strchr(line, '/');
		if (!path)
			continue; // the kernel's own: vdso(7)
		path[strcspn(path, " ")] = '\0';
		use(path, data);
	}
	free(answer.data);
}

static void add_size(const char *path, void *sum)
{
	struct stat file;

	if (stat(path, &file) == 0)
		*(uint64_t *)sum += (uint64_t)file.st_size;
}

uint64_t size_of_program(const char *program)
{
	uint64_t sum = 0;

	add_size(program, &sum);
	each_library(program, add_size, &sum);
	return sum;
}

// One member: 6 letters of magic, 13 numbers, the name, the content; name and
// content padded to four bytes.
static void add_member(FILE *archive, const char *name, unsigned int mode,
		       const struct buffer *content)
{
	static const char zeros[4];
	const size_t name_size = strlen(name) + 1;

	fprintf(archive,
		"070701%08X%08X%08X%08X%08X%08X%08zX%08X%08X%08X%08X%08zX%08X",
		0, mode, 0, 0, 1, 0, content->length, 0, 0, 0, 0, name_size, 0);
	fwrite(name, name_size, 1, archive);
	fwrite(zeros, -(110 + name_size) % 4, 1, archive);
	fwrite(content->data, content->length, 1, archive);
	fwrite(zeros, -content->length % 4, 1, archive);
}

// The kernel makes no directory by itself.
static void add_directories(FILE *archive, const char *path)
{
	const struct buffer nothing = {.data = ""};
	char *copy = strdup(path);

	if (!copy)
		err(EXIT_FAILURE, "cannot copy a path");
	for (char *slash = strchr(copy, '/'); slash;
	     slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		add_member(archive, copy, S_IFDIR | 0755, &nothing);
		*slash = '/';
	}
	free(copy);
}

static void add_file(FILE *archive, const char *name, const char *path)
{
	struct buffer content = {0};

	if (read_file(AT_FDCWD, path, &content) < 0)
		err(EXIT_FAILURE, "cannot read %s", path);
	add_directories(archive, name);
	add_member(archive, name, S_IFREG | 0755, &content);
	free(content.data);
}

static void add_library(const char *path, void *archive)
{
	add_file(archive, path + 1, path);
}

// It is in memory, and gone with the last process that has it open. QEMU opens
// it by its number: so the descriptor is one that execve(2) keeps.
int make_initramfs(const char *init, const char *program)
{
	const struct buffer nothing = {.data = ""};
	int fd = memfd_create("initramfs", 0);
	FILE *archive = fd < 0 ? NULL : fdopen(dup(fd), "w");

	if (!archive)
		err(EXIT_FAILURE, "cannot make an initramfs");
	add_file(archive, "init", init);
	each_library(init, add_library, archive);
	if (program) {
		add_file(archive, "bin/memcached", program);
		each_library(program, add_library, archive);
	}
	add_member(archive, "TRAILER!!!", 0, &nothing);
	if (fclose(archive) != 0)
		err(EXIT_FAILURE, "cannot write the initramfs");
	return fd;
}
