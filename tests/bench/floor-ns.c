// SPDX-License-Identifier: MIT
// floor-ns: read the eight namespace links of every process.
#include <dirent.h>
#include <stdio.h>
#include <unistd.h>

int main(void)
{
	static const char *const kinds[] = {"mnt", "pid",  "net",    "ipc",
					    "uts", "user", "cgroup", "time"};
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	char path[300], target[64];
	long links = 0;

	while ((entry = readdir(proc)))
		for (int i = 0; i < 8; i++) {
			if (entry->d_name[0] < '0' || entry->d_name[0] > '9')
				continue;
			snprintf(path, sizeof path, "%s/ns/%s", entry->d_name,
				 kinds[i]);
			links += readlinkat(dirfd(proc), path, target,
					    sizeof target) > 0;
		}
	return links == 0;
}
