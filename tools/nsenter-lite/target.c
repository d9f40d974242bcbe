// SPDX-License-Identifier: MIT
// target.c: hold the target, and open what is wanted of it.
//
// A PID is a number that the kernel gives again once its process is gone. A
// pidfd is the process itself: it is opened first, and everything else must
// prove that it belongs to the same process.

#define _GNU_SOURCE
#include "nsenter-lite.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

// The number after "Name:" in a file of /proc, 0 if there is none.
int field_of(const char *path, const char *name)
{
	struct buffer text = {0};
	const char *found = NULL;
	int value = 0;

	if (read_file(AT_FDCWD, path, &text) == 0)
		found = strstr(text.data, name);
	if (found)
		value = (int)strtol(found + strlen(name), NULL, 10);
	free(text.data);
	return value;
}

// A pidfd is readable once the process has ended: pidfd_open(2).
bool has_ended(const struct target *target)
{
	struct pollfd ended = {.fd = target->pidfd, .events = POLLIN};

	return target->pidfd >= 0 && poll(&ended, 1, 0) > 0;
}

noreturn void target_error(const struct target *target, const char *what)
{
	int saved = errno;

	if (has_ended(target))
		errx(EXIT_TOOL, "cannot %s: process %d has ended", what,
		     target->pid);
	errno = saved;
	warn("cannot %s of process %d", what, target->pid);
	// /proc shows a process's insides to whom ptrace(2) would.
	if (saved == EACCES)
		hint_capability(CAP_SYS_PTRACE, "CAP_SYS_PTRACE");
	exit(EXIT_TOOL);
}

// From here on the process may end, but no other can take its place.
// pidfd_open(2). Commonest errno: ESRCH, there is no such process.
static int open_pidfd(int pid)
{
	char path[64];
	int fd = (int)syscall(SYS_pidfd_open, pid, 0), leader;

	if (explain(fd,
		    "the process itself, whatever becomes of its PID: "
		    "pidfd_open(2)",
		    "pidfd_open(%d, 0)", pid) >= 0)
		return fd;
	warn("cannot find process %d", pid);
	snprintf(path, sizeof path, "/proc/%d/status", pid);
	leader = field_of(path, "\nTgid:\t");
	if (leader && leader != pid)
		hint("%d is a thread of process %d: name that one", pid,
		     leader);
	exit(EXIT_TOOL);
}

// /proc/PID is found by number. Two things could make it another process's:
// ours has ended, or this /proc shows a pid namespace in which it has another
// number. The kernel tells the number that the pidfd has in this very /proc,
// -1 once it is gone; that is asked after the directory is open.
// proc_pid_fdinfo(5). Commonest errno: ENOENT, /proc is not mounted.
static int open_proc(const struct target *target)
{
	char path[64];
	int fd, number;

	snprintf(path, sizeof path, "/proc/%d", target->pid);
	fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (explain(fd, "its directory: proc(5)",
		    "openat(AT_FDCWD, \"%s\", "
		    "O_RDONLY|O_CLOEXEC|O_PATH|O_DIRECTORY)",
		    path) < 0)
		target_error(target, "open /proc");
	snprintf(path, sizeof path, "/proc/self/fdinfo/%d", target->pidfd);
	number = field_of(path, "\nPid:\t");
	if (number < 0)
		errx(EXIT_TOOL, "process %d has ended", target->pid);
	if (number != target->pid)
		errx(EXIT_TOOL,
		     "/proc is not that of our pid namespace: process %d is "
		     "not %d there",
		     target->pid, target->pid);
	return fd;
}

void pin_target(struct target *target, int pid)
{
	target->pid = pid;
	target->pidfd = open_pidfd(pid);
	target->proc = open_proc(target);
}

// root and cwd in /proc/PID look like symbolic links, but opening one leads
// straight to the directory that the process has, even where no path from
// here leads: proc_pid_root(5). O_PATH: only to go there, not to read it.
// Commonest errno: EACCES, we may not ptrace(2) that process.
static int open_directory(const struct target *target, const char *path,
			  const char *link)
{
	int base = *path ? AT_FDCWD : target->proc, fd;
	char what[64], number[16] = "AT_FDCWD";

	if (base >= 0)
		snprintf(number, sizeof number, "%d", base);
	fd =
	    openat(base, *path ? path : link, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (explain(fd, "opened here, to go there from inside: open(2)",
		    "openat(%s, \"%s\", O_RDONLY|O_CLOEXEC|O_PATH|O_DIRECTORY)",
		    number, *path ? path : link) >= 0)
		return fd;
	if (*path)
		err(EXIT_TOOL, "cannot open directory %s", path);
	snprintf(what, sizeof what, "open the %s directory",
		 strcmp(link, "root") == 0 ? "root" : "working");
	target_error(target, what);
}

// Both before anything is entered: afterwards /proc/PID may be out of sight.
void open_directories(struct target *target, const struct options *options)
{
	if (options->root)
		target->root =
		    open_directory(target, options->root_path, "root");
	if (options->directory)
		target->directory =
		    open_directory(target, options->directory_path, "cwd");
}

// The strings that the process was started with, each ended by a NUL; it may
// have overwritten them since. A kernel thread has no memory to hold any: new
// kernels say so in its status, old ones give an empty file.
// proc_pid_environ(5). Commonest errno: EACCES, as above.
void read_environment(struct target *target)
{
	struct buffer *text = &target->environment;
	char path[64];
	int fd;

	snprintf(path, sizeof path, "/proc/%d/status", target->pid);
	if (field_of(path, "\nKthread:\t"))
		errx(EXIT_TOOL,
		     "process %d is a kernel thread: it has no environment",
		     target->pid);
	fd = openat(target->proc, "environ", O_RDONLY | O_CLOEXEC);
	if (fd < 0 ||
	    close_keeping_errno(
		fd, read_beginning(fd, text, MOST_ENVIRONMENT + 1)) < 0)
		target_error(target, "read the environment");
	if (text->length > MOST_ENVIRONMENT) {
		errno = E2BIG; // as execve(2) would say
		target_error(target, "take over the environment");
	}
}
