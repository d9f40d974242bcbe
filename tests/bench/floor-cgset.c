// SPDX-License-Identifier: MIT
// floor-cgset GROUP COMMAND...: the least that `cgset run -s memory=1G -s
// pids=64` has to do: mkdir in every hierarchy, the limits, cgroup.procs of
// each, execve. Which hierarchy has which controller is read from the file
// names: open() fails where it is not.

#include <fcntl.h>
#include <mntent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int put(const char *folder, const char *file, const char *text)
{
	char path[4096];
	int fd, result;

	snprintf(path, sizeof path, "%s/%s", folder, file);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	result = write(fd, text, strlen(text)) < 0 ? -1 : 0;
	close(fd);
	return result;
}

// A new cpuset of v1 has no CPU until it is given some.
static void inherit(const char *parent, const char *folder, const char *file)
{
	char path[4096], text[256] = "";
	int fd;

	snprintf(path, sizeof path, "%s/%s", parent, file);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	if (read(fd, text, sizeof text - 1) > 0)
		put(folder, file, text);
	close(fd);
}

int main(int argc, char *argv[])
{
	FILE *mounts = setmntent("/proc/self/mounts", "r");
	struct mntent *mount;
	char folder[2048];

	if (argc < 3 || !mounts)
		return 125;
	while ((mount = getmntent(mounts))) {
		if (strncmp(mount->mnt_type, "cgroup", 6) != 0 ||
		    strstr(mount->mnt_opts, "name="))
			continue;
		snprintf(folder, sizeof folder, "%s/%s", mount->mnt_dir,
			 argv[1]);
		put(mount->mnt_dir, "cgroup.subtree_control",
		    "+cpu +cpuset +io +memory +pids");
		if (mkdir(folder, 0755) < 0)
			return 125;
		if (strstr(mount->mnt_opts, "cpuset")) {
			inherit(mount->mnt_dir, folder, "cpuset.cpus");
			inherit(mount->mnt_dir, folder, "cpuset.mems");
		}
		put(folder, "memory.limit_in_bytes", "1073741824");
		put(folder, "memory.max", "1073741824");
		put(folder, "pids.max", "64");
		if (put(folder, "cgroup.procs", "0") < 0)
			return 125;
	}
	endmntent(mounts);
	execvp(argv[2], argv + 2);
	return 127;
}
