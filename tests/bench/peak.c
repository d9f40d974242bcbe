// SPDX-License-Identifier: MIT
// peak COMMAND...: the largest resident set of the command, in KiB; its own
// output goes nowhere.
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char *argv[])
{
	struct rusage usage;
	int status, null = open("/dev/null", O_WRONLY | O_CLOEXEC);

	if (argc > 1 && fork() == 0) {
		dup2(null, STDOUT_FILENO);
		execvp(argv[1], argv + 1);
		_exit(127);
	}
	if (wait4(-1, &status, 0, &usage) < 0 || status != 0)
		return EXIT_FAILURE;
	printf("%ld\n", usage.ru_maxrss);
}
