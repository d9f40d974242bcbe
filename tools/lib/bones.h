// SPDX-License-Identifier: MIT
//
// bones.h: what all five tools need and none of them teaches.
//
// Nothing here knows about a namespace, a mount, a control group or a field
// of /proc: those are the subject of the tools, and stand there in full.

#ifndef BONES_H
#define BONES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdnoreturn.h>

#ifndef BONES_VERSION
#define BONES_VERSION "0.1.0"
#endif

// Exit statuses beside EXIT_SUCCESS and EXIT_FAILURE. The first two serve the
// tools that only look or set; the last three the tools that run a command,
// and leave 0 to 124 to that command, as env(1) and timeout(1) do.
enum exit_status {
	EXIT_USAGE = 2,	       // the command line was wrong
	EXIT_UNAVAILABLE = 69, // the machine lacks what was asked for
	EXIT_TOOL = 125,       // the tool itself failed, usage errors included
	EXIT_CANNOT_RUN = 126, // the command was found but not executed
	EXIT_NOT_FOUND = 127,  // the command was not found
};

// --- parse.c ---------------------------------------------------------------

// Each returns 0 and stores the value, or returns -1 with errno EINVAL (not a
// number of that kind) or ERANGE (outside the range). No sign, no blanks, no
// trailing text is accepted, unlike strtoul(3), on which they are built.
int parse_number(const char *text, uint64_t min, uint64_t max, uint64_t *value);
// A process ID: 1 to INT_MAX.
int parse_pid(const char *text, int *pid);
// Bytes: a number with an optional B, K, M, G or T (either case), in powers
// of 1024 as docker run --memory reads them.
int parse_size(const char *text, uint64_t *bytes);

// --- file.c ----------------------------------------------------------------

// Memory that grows and is used again; start with {0}, release with free(data).
struct buffer {
	char *data;
	size_t length, capacity;
};

// Close fd, and keep the errno that is about to be reported. Returns result.
int close_keeping_errno(int fd, int result);
// Read a whole file, relative to dirfd (AT_FDCWD: the working directory).
// data is NUL-terminated past length. Files of /proc and cgroupfs say size 0
// in stat(2), so this reads until read(2) returns 0. Returns 0, or -1 with
// errno from openat(2), read(2) or realloc(3); length is then 0.
int read_file(int dirfd, const char *path, struct buffer *buffer);
// The same from a descriptor that the caller has opened, and closes.
int read_descriptor(int fd, struct buffer *buffer);
// The same of a file that others decide the length of: at most so many bytes.
int read_beginning(int fd, struct buffer *buffer, size_t most);
// execve(2) takes 6 MiB of arguments and environment, and no more. But with
// PR_SET_MM of prctl(2) a process can say later that its own are elsewhere, and
// fill all of its memory.
#define MOST_ENVIRONMENT ((size_t)6 << 20)
// Write text with one write(2), as the kernel's files demand: each write is
// one request there. Returns 0, or -1 with errno from openat(2) or write(2).
int write_file(int dirfd, const char *path, const char *text);
// End the program: with success, or with status `failed` and a message when
// standard output did not take what was printed, full or closed as it was.
noreturn void exit_printed(int failed);

// --- narrate.c -------------------------------------------------------------

enum narration { QUIET, EXPLAIN, DRY_RUN };
extern enum narration narration;

// Narrate a system call that was just made, on standard error, as strace(1)
// writes it, then the lesson in a second line:
//
//	unshare(CLONE_NEWUTS) = 0
//	    a new UTS namespace: uts_namespaces(7)
//
// result is what the call returned; below 0, errno is printed as well. Under
// DRY_RUN the result is "?". Returns result and keeps errno, so that a call
// site can test what it returns. Silent under QUIET.
long explain(long result, const char *lesson, const char *call, ...)
    __attribute__((format(printf, 3, 4)));
// One line "hint: ..." on standard error: a cause that was verified and the
// command that mends it. Keeps errno.
void hint(const char *text, ...) __attribute__((format(printf, 1, 2)));

// --- run.c -----------------------------------------------------------------

// Replace this process by the command, looked up in PATH. Narrates. If it
// cannot: prints why and exits 127 (not found) or 126.
noreturn void exec_command(char *const argv[]);
// The exit status a shell would report for a wait(2) status: 0 to 255.
int status_of(int wait_status);
// End as the child ended: with its exit status, or by the same signal and
// without a second core file.
noreturn void end_like(int wait_status);

#endif
