// SPDX-License-Identifier: MIT
// floor-list: open, read and close stat, cmdline and status of every process.
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

int main(void)
{
	static const char *const files[] = {"stat", "cmdline", "status"};
	static char text[65536];
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	char path[300];
	int fd;

	while ((entry = readdir(proc)))
		for (int i = 0; i < 3; i++) {
			if (entry->d_name[0] < '0' || entry->d_name[0] > '9')
				continue;
			snprintf(path, sizeof path, "%s/%s", entry->d_name,
				 files[i]);
			fd = openat(dirfd(proc), path, O_RDONLY | O_CLOEXEC);
			if (fd >= 0 && read(fd, text, sizeof text) >= 0)
				close(fd);
		}
}
