// SPDX-License-Identifier: MIT
// crowd COUNT: as many processes that do nothing, until this one ends.
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

int main(int argc, char *argv[])
{
	for (int i = argc > 1 ? atoi(argv[1]) : 0; i > 0; i--) {
		pid_t pid = fork();

		if (pid < 0)
			return perror("cannot fork"), EXIT_FAILURE;
		if (pid == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			pause();
		}
	}
	puts("ready");
	fflush(stdout);
	pause();
}
