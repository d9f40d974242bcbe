// SPDX-License-Identifier: MIT
// floor-enter PID: the least that the kernel demands to run a command in the
// namespaces of a container: pidfd_open(2), setns(2), fork(2), execve(2), a
// wait.

#define _GNU_SOURCE
#include <sched.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char *argv[])
{
	int pidfd = (int)syscall(SYS_pidfd_open, atoi(argv[argc - 1]), 0);
	int status;
	pid_t child;

	if (setns(pidfd, CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWUTS |
			     CLONE_NEWIPC | CLONE_NEWNET | CLONE_NEWCGROUP) < 0)
		return 1;
	child = fork();
	if (child == 0) {
		execlp("true", "true", NULL);
		_exit(127);
	}
	return child < 0 || wait(&status) < 0 || status != 0;
}
