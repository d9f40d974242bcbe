// SPDX-License-Identifier: MIT
// floor-cgset [-w] [-j] GROUP COMMAND...: the least that `cgset run -s
// memory=1G -s pids=64` has to do: mkdir in every hierarchy, the limits, tasks
// or cgroup.procs of each, execve. -w: the command is a child, waited for. -j:
// only join a group that is there. Which hierarchy has which controller is read
// from the file names: open() fails where it is not.

#include <fcntl.h>
#include <mntent.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
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

static int make(const struct mntent *mount, const char *folder)
{
	put(mount->mnt_dir, "cgroup.subtree_control",
	    "+cpu +cpuset +io +memory +pids");
	if (mkdir(folder, 0755) < 0)
		return -1;
	if (strstr(mount->mnt_opts, "cpuset")) {
		inherit(mount->mnt_dir, folder, "cpuset.cpus");
		inherit(mount->mnt_dir, folder, "cpuset.mems");
	}
	put(folder, "memory.limit_in_bytes", "1073741824");
	put(folder, "memory.max", "1073741824");
	put(folder, "pids.max", "64");
	return 0;
}

int main(int argc, char *argv[])
{
	static char folders[32][2048];
	FILE *mounts = setmntent("/proc/self/mounts", "r");
	bool wait_for_it = false, join_only = false;
	struct mntent *mount;
	int count = 0, status, option;

	while ((option = getopt(argc, argv, "+wj")) != -1)
		*(option == 'w' ? &wait_for_it : &join_only) = true;
	if (argc - optind < 2 || !mounts)
		return 125;
	while (count < 32 && (mount = getmntent(mounts))) {
		if (strncmp(mount->mnt_type, "cgroup", 6) != 0 ||
		    strstr(mount->mnt_opts, "name="))
			continue;
		snprintf(folders[count], sizeof folders[count], "%s/%s",
			 mount->mnt_dir, argv[optind]);
		if (!join_only && make(mount, folders[count]) < 0)
			return 125;
		count++;
	}
	endmntent(mounts);
	if (wait_for_it && fork() > 0)
		return wait(&status) < 0 ? 125 : WEXITSTATUS(status);
	for (int i = 0; i < count; i++)
		if (put(folders[i], "tasks", "0") < 0 &&
		    put(folders[i], "cgroup.procs", "0") < 0)
			return 125;
	execvp(argv[optind + 1], argv + optind + 1);
	return 127;
}
