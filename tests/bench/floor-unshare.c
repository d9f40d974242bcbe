// SPDX-License-Identifier: MIT
// floor-unshare: the least that the kernel demands for a command in six new
// namespaces with its own /proc: clone3(2), two mounts, execve(2), a wait.

#define _GNU_SOURCE
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void)
{
	struct clone_args args = {.flags = CLONE_NEWNS | CLONE_NEWPID |
					   CLONE_NEWUTS | CLONE_NEWIPC |
					   CLONE_NEWNET | CLONE_NEWCGROUP,
				  .exit_signal = SIGCHLD};
	int status;
	long child = syscall(SYS_clone3, &args, sizeof args);

	if (child == 0) {
		if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
		    mount("proc", "/proc", "proc",
			  MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) < 0)
			_exit(1);
		execlp("true", "true", NULL);
		_exit(127);
	}
	return child < 0 || wait(&status) < 0 || status != 0;
}
