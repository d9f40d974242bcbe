// SPDX-License-Identifier: MIT
//
// proc.c: open and read the files of /proc, and narrate it.
//
// Shows:     that these files are made up while they are read, and that each
//            may be gone before it is.
// Mirrors:   cat(1), readlink(1).
// Leaves out: what the text means: process.c, the facts_*.c files.
// Read:      proc(5), openat(2).

#define _GNU_SOURCE
#include "procpeek.h"

#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <sys/vfs.h>
#include <unistd.h>

ssize_t read_link(int dirfd, const char *path, char *target, size_t size,
		  const char *lesson)
{
	ssize_t length = readlinkat(dirfd, path, target, size - 1);

	explain(length, lesson, "readlinkat(%d, \"%s\")", dirfd, path);
	target[length < 0 ? 0 : length] = '\0';
	return length;
}

// Any directory can be called /proc: only statfs(2) tells that it is one.
int open_proc(void)
{
	struct statfs file_system;
	char self[16];
	int fd = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	explain(fd, "every path below is relative to this directory: proc(5)",
		"openat(AT_FDCWD, \"/proc\", O_RDONLY|O_CLOEXEC|O_DIRECTORY)");
	if (fd < 0 || fstatfs(fd, &file_system) < 0)
		err(EXIT_FAILURE, "cannot read /proc");
	if (file_system.f_type != PROC_SUPER_MAGIC)
		errx(EXIT_FAILURE, "cannot read /proc: no proc file system is "
				   "mounted there");
	if (read_link(fd, "self", self, sizeof self,
		      "our own PID, if we are in it: proc(5)") < 0)
		hint("this /proc is of a pid namespace that we are not in");
	else if (atoi(self) != getpid())
		hint("this /proc is of another pid namespace: there, we are "
		     "process %s, not %d",
		     self, getpid());
	return fd;
}

DIR *open_directory(int dirfd, const char *path)
{
	int fd = openat(dirfd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 ? NULL : fdopendir(fd);
}

// A descriptor that was opened with O_PATH pins a file without touching it.
// Once it has been looked at, this opens that very file, whatever its path
// leads to by now.
int reopen(int proc, int fd)
{
	char path[32];

	snprintf(path, sizeof path, "self/fd/%d", fd);
	return (int)explain(
	    openat(proc, path, O_RDONLY | O_NONBLOCK | O_CLOEXEC),
	    "what was looked at is opened, by its descriptor: proc(5)",
	    "openat(%d, \"%s\", O_RDONLY|O_NONBLOCK|O_CLOEXEC)", proc, path);
}

// Opening and reading can each fail with ENOENT or ESRCH: the process ended
// in between. EACCES: the file is only for those who may trace the process,
// ptrace(2).
static int open_narrated(int dirfd, const char *path, const char *lesson)
{
	int fd = openat(dirfd, path, O_RDONLY | O_CLOEXEC);

	if (dirfd == AT_FDCWD)
		explain(fd, lesson,
			"openat(AT_FDCWD, \"%s\", O_RDONLY|O_CLOEXEC)", path);
	else
		explain(fd, lesson, "openat(%d, \"%s\", O_RDONLY|O_CLOEXEC)",
			dirfd, path);
	return fd;
}

int read_proc(int dirfd, const char *path, struct buffer *buffer,
	      const char *lesson)
{
	int fd = open_narrated(dirfd, path, lesson);

	buffer->length = 0;
	if (fd < 0)
		return -1;
	return close_keeping_errno(fd, read_descriptor(fd, buffer));
}

// stat, status and cmdline come whole in one read(2) if there is room: a second
// one, only to be told that there is no more, would be a third of the time of a
// long list.
int read_record(int dirfd, const char *path, size_t most, struct buffer *buffer,
		const char *lesson)
{
	int fd = open_narrated(dirfd, path, lesson);
	size_t room = buffer->capacity ? buffer->capacity - 1 : 0;
	ssize_t got;

	buffer->length = 0;
	if (fd < 0)
		return -1;
	if (room == 0) // nothing read yet: this makes room
		return close_keeping_errno(fd,
					   read_beginning(fd, buffer, most));
	if (room > most)
		room = most;
	got = read(fd, buffer->data, room);
	if (got == (ssize_t)room && room < most && lseek(fd, 0, SEEK_SET) == 0)
		return close_keeping_errno(fd,
					   read_beginning(fd, buffer, most));
	buffer->length = got < 0 ? 0 : (size_t)got;
	buffer->data[buffer->length] = '\0';
	return close_keeping_errno(fd, got < 0 ? -1 : 0);
}
