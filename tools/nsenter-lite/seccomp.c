// SPDX-License-Identifier: MIT
// seccomp.c: take over the target's system call filters.
//
// A filter is a small program that the kernel runs at each system call of its
// process. A child inherits it, but the command is not born of the target. An
// engine keeps the filter in its own files; we ask the kernel, which shows it
// to a tracer, for the sake of checkpoints. seccomp(2), ptrace(2).

#define _GNU_SOURCE
#include "nsenter-lite.h"

#include <err.h>
#include <errno.h>
#include <linux/capability.h>
#include <linux/seccomp.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static noreturn void refuse(const struct target *target, const char *what)
{
	int saved = errno;

	warn("cannot %s of process %d", what, target->pid);
	if (saved == EPERM || saved == EACCES)
		hint_seccomp(target);
	exit(EXIT_TOOL);
}

// The target is held for some microseconds. PTRACE_SEIZE itself does not stop
// it, and unlike PTRACE_ATTACH leaves no signal behind; when we die, the kernel
// lets it go. Once it is held nobody can take its number.
// Commonest errno: EPERM, somebody traces it already, or we may not.
static void hold(const struct target *target, int *status)
{
	if (explain(ptrace(PTRACE_SEIZE, target->pid, NULL, NULL),
		    "to be shown its filters: ptrace(2)",
		    "ptrace(PTRACE_SEIZE, %d, NULL, 0)", target->pid) < 0)
		refuse(target, "trace the system call filters");
	if (explain(ptrace(PTRACE_INTERRUPT, target->pid, NULL, NULL),
		    "it has to stand still for that: ptrace(2)",
		    "ptrace(PTRACE_INTERRUPT, %d)", target->pid) < 0)
		target_error(target, "stop");
	if (waitpid(target->pid, status, __WALL) < 0 || !WIFSTOPPED(*status))
		errx(EXIT_TOOL, "process %d has ended", target->pid);
	if (has_ended(target))
		errx(EXIT_TOOL, "process %d has ended", target->pid);
}

// ptrace(2) takes pointers, and many of its requests a number in their place.
static void *as_pointer(size_t number)
{
	return (void *)number; // NOLINT(performance-no-int-to-ptr)
}

// The kernel counts from the oldest, and first tells the length.
// Commonest errno: ENOENT, there are no more; EACCES, no CAP_SYS_ADMIN in the
// first user namespace, or we have filters ourselves.
static bool read_filter(const struct target *target, size_t index,
			struct filter *filter)
{
	struct __ptrace_seccomp_metadata metadata = {.filter_off = index};
	long length;

	length = explain(ptrace(PTRACE_SECCOMP_GET_FILTER, target->pid,
				as_pointer(index), NULL),
			 "how many instructions has this filter? ptrace(2)",
			 "ptrace(PTRACE_SECCOMP_GET_FILTER, %d, %zu, NULL)",
			 target->pid, index);
	if (length < 0 && errno == ENOENT)
		return false;
	if (length < 0)
		refuse(target, "read the system call filters");
	filter->length = (unsigned short)length;
	filter->code = calloc((size_t)length, sizeof *filter->code);
	if (!filter->code)
		err(EXIT_TOOL, "cannot keep a filter");
	if (explain(ptrace(PTRACE_SECCOMP_GET_FILTER, target->pid,
			   as_pointer(index), filter->code),
		    "the instructions: seccomp(2)",
		    "ptrace(PTRACE_SECCOMP_GET_FILTER, %d, %zu)", target->pid,
		    index) < 0)
		refuse(target, "read the system call filters");
	if (ptrace(PTRACE_SECCOMP_GET_METADATA, target->pid,
		   as_pointer(sizeof metadata), &metadata) > 0)
		filter->flags = (unsigned int)metadata.flags;
	return true;
}

// A signal that came in at the same moment would be lost if it were not handed
// back with the release; what we asked for ourselves is no signal.
static void let_go(const struct target *target, int status)
{
	size_t signal_number = status >> 16 ? 0 : (size_t)WSTOPSIG(status);

	explain(
	    ptrace(PTRACE_DETACH, target->pid, NULL, as_pointer(signal_number)),
	    "it runs on: ptrace(2)", "ptrace(PTRACE_DETACH, %d, NULL, %zu)",
	    target->pid, signal_number);
}

// Nothing is done to a target without filters. One in strict mode may only
// read, write and end: its like could not execute a command.
void read_filters(const struct target *target, const struct identity *who,
		  struct filters *filters)
{
	int status;

	if (who->seccomp == SECCOMP_MODE_STRICT)
		errx(EXIT_TOOL,
		     "process %d is in seccomp's strict mode, which allows no "
		     "execve(2)",
		     target->pid);
	if (who->seccomp == SECCOMP_MODE_DISABLED)
		return;
	hold(target, &status);
	for (;; filters->count++) {
		struct filter *list = reallocarray(
		    filters->list, filters->count + 1, sizeof *list);

		if (!list)
			err(EXIT_TOOL, "cannot keep a filter");
		filters->list = list;
		list[filters->count] = (struct filter){0};
		if (!read_filter(target, filters->count, &list[filters->count]))
			break;
	}
	let_go(target, status);
}

// From here on each of our own system calls is judged as well: so it is the
// last step but the execution. Somebody without no_new_privs needs
// CAP_SYS_ADMIN, lest a filter deceive a set-user-ID program: that capability
// goes right after this.
// seccomp(2). Commonest errno: EACCES, neither of the two.
void install_filters(const struct filters *filters)
{
	for (size_t i = 0; i < filters->count; i++) {
		struct sock_fprog program = {filters->list[i].length,
					     filters->list[i].code};

		if (explain(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
				    filters->list[i].flags, &program),
			    "the same filter for us: seccomp(2)",
			    "seccomp(SECCOMP_SET_MODE_FILTER, %u, {len=%u})",
			    filters->list[i].flags, program.len) < 0)
			err(EXIT_TOOL, "cannot install a system call filter");
	}
}
