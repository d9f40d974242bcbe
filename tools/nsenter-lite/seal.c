// SPDX-License-Identifier: MIT
// seal.c: nothing of this process is for those inside: neither its program,
// which they could change, nor its memory.
//
// /proc/PID/exe leads straight to the program's file, wherever that is. A
// container that gets us to execute /proc/self/exe inside, or that looks at
// the process before it has executed the command, holds our file on the host
// in its hand, and as root writes into it as soon as nobody executes it: what
// the next root runs is theirs. That happened to runc: CVE-2019-5736.

#define _GNU_SOURCE
#include "nsenter-lite.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <linux/memfd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef MFD_EXEC
#define MFD_EXEC 0x0010U // Linux 6.3
#endif
#define SEALS (F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)

// A file in memory, with no name, that may be executed. A kernel before 6.3
// does not know MFD_EXEC, and lets every such file be executed.
// memfd_create(2). Commonest errno: EACCES, vm.memfd_noexec is 2.
static int file_in_memory(void)
{
	int fd;

	fd = memfd_create("nsenter-lite",
			  MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_EXEC);
	if (explain(fd, "a file in memory that has no name: memfd_create(2)",
		    "memfd_create(\"nsenter-lite\", "
		    "MFD_CLOEXEC|MFD_ALLOW_SEALING|MFD_EXEC)") < 0 &&
	    errno == EINVAL) {
		fd = memfd_create("nsenter-lite",
				  MFD_CLOEXEC | MFD_ALLOW_SEALING);
		explain(fd, "the same, before Linux 6.3: memfd_create(2)",
			"memfd_create(\"nsenter-lite\", "
			"MFD_CLOEXEC|MFD_ALLOW_SEALING)");
	}
	if (fd < 0)
		err(EXIT_TOOL, "cannot make a file in memory");
	return fd;
}

// The program headers name what is loaded of a program. Symbols and debugging
// information lie behind that, and take as long to copy as all the rest.
// getauxval(3), elf(5).
static size_t loaded_length(void)
{
	// NOLINTNEXTLINE(performance-no-int-to-ptr): so getauxval(3) has it
	const ElfW(Phdr) *part = (const ElfW(Phdr) *)getauxval(AT_PHDR);
	size_t length = 0;

	for (size_t left = getauxval(AT_PHNUM); left > 0; left--, part++) {
		if (part->p_type == PT_LOAD &&
		    part->p_offset + part->p_filesz > length)
			length = part->p_offset + part->p_filesz;
	}
	return length;
}

// Sealed, it cannot be written or resized any more, by nobody, and the seals
// cannot be broken. fcntl(2), sendfile(2).
static int sealed_copy(int program)
{
	int copy = file_in_memory();
	ssize_t sent;

	for (size_t left = loaded_length(); left > 0; left -= (size_t)sent) {
		sent = sendfile(copy, program, NULL, left);
		if (sent <= 0)
			err(EXIT_TOOL, "cannot copy /proc/self/exe");
	}
	if (explain(fcntl(copy, F_ADD_SEALS, SEALS),
		    "a copy of this program that nobody can change: fcntl(2)",
		    "fcntl(%d, F_ADD_SEALS, F_SEAL_SEAL|F_SEAL_SHRINK|"
		    "F_SEAL_GROW|F_SEAL_WRITE)",
		    copy) < 0)
		err(EXIT_TOOL, "cannot seal the copy of /proc/self/exe");
	return copy;
}

// Replaces this process by one that runs a sealed copy of the same program,
// and there returns. Which of both we are, the seals of our own file tell.
// execveat(2). Commonest errno: EACCES, a policy forbids it.
void run_sealed(char *argv[])
{
	const char *name = strrchr(argv[0], '/');
	int program = open("/proc/self/exe", O_RDONLY | O_CLOEXEC), copy;

	if (program < 0)
		err(EXIT_TOOL, "cannot open /proc/self/exe");
	if (fcntl(program, F_GET_SEALS) != SEALS) {
		copy = sealed_copy(program);
		explain(0, "the copy replaces this process: execveat(2)",
			"execveat(%d, \"\")", copy);
		execveat(copy, "", argv, environ, AT_EMPTY_PATH);
		err(EXIT_TOOL, "cannot execute the copy of /proc/self/exe");
	}
	close(program);
	// A file without a name gives its process none either:
	// proc_pid_comm(5).
	prctl(PR_SET_NAME, name ? name + 1 : argv[0]);
}

// From its birth in a pid namespace until its execve(2), PID 1 there can see
// our child, and has the same user ID: enough for ptrace(2), which could take
// it over, or read the host's environment in its memory. A process that is not
// dumpable belongs to root of the first user namespace alone; the command is
// dumpable again, since execve(2) makes new memory. A change of IDs sets it to
// what fs.suid_dumpable says, which may be 1: so this is done again then.
// PR_SET_DUMPABLE(2const), ptrace(2), proc_sys_fs(5).
void hide_memory(void)
{
	if (explain(prctl(PR_SET_DUMPABLE, 0),
		    "until the command is executed, nobody inside can look "
		    "into this process: prctl(2)",
		    "prctl(PR_SET_DUMPABLE, SUID_DUMP_DISABLE)") < 0)
		err(EXIT_TOOL, "cannot hide our memory");
}
