// SPDX-License-Identifier: MIT
//
// files.c: procpeek files PID [PATH], a directory or file as the process sees
// it.
//
// Shows:     that /proc/PID/root is a door into the container's files, and
//            how to go through it without being led out again.
// Mirrors:   ls -la and cat below /proc/PID/root, safely; docker cp.
// Leaves out: recursion, devices, writing.
// Read:      openat2(2), proc(5).

#define _GNU_SOURCE
#include "procpeek.h"

#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

enum files_column {
	FILES_MODE,
	FILES_UID,
	FILES_GID,
	FILES_SIZE,
	FILES_NAME,
	FILES_TARGET,
};

static const struct column files_columns[] = {
    {"MODE", 0, SCOLS_JSON_STRING, "fstatat st_mode"},
    {"UID", SCOLS_FL_RIGHT, SCOLS_JSON_NUMBER, "fstatat st_uid, as we see it"},
    {"GID", SCOLS_FL_RIGHT, SCOLS_JSON_NUMBER, "fstatat st_gid, as we see it"},
    {"SIZE", SCOLS_FL_RIGHT, SCOLS_JSON_NUMBER, "fstatat st_size"},
    {"NAME", 0, SCOLS_JSON_STRING, "getdents d_name"},
    {"TARGET", 0, SCOLS_JSON_STRING, "readlinkat, not followed"},
};

static void show_mode(mode_t mode, char text[11])
{
	static const char types[16] = "?pc?d?b?-?l?s???";
	static const char bits[] = "rwxrwxrwx";

	text[0] = types[(mode >> 12) & 15];
	for (int i = 0; i < 9; i++)
		text[i + 1] = '-';
	for (int i = 0; i < 9; i++)
		if (mode & (0400U >> i))
			text[i + 1] = bits[i];
	for (int i = 0; i < 3; i++)
		if (mode & (04000U >> i))
			text[3 + 3 * i] =
			    (mode & (0100U >> (3 * i))) ? "sst"[i] : "SST"[i];
	text[10] = '\0';
}

// AT_SYMLINK_NOFOLLOW: a link is shown, with its target as mere text. EACCES:
// the directory may be read, but not gone into.
static void file_line(struct table *table, int directory, const char *name)
{
	char mode[11], target[PATH_MAX];
	struct libscols_line *line;
	struct stat status;
	ssize_t length;

	if (fstatat(directory, name, &status, AT_SYMLINK_NOFOLLOW) < 0) {
		if (errno == ENOENT)
			return; // removed since the directory was read
		line = table_line(table);
		table_text(table, line, FILES_NAME, name);
		table_unknown(table, line);
		return;
	}
	line = table_line(table);
	show_mode(status.st_mode, mode);
	table_text(table, line, FILES_MODE, mode);
	table_number(table, line, FILES_UID, status.st_uid);
	table_number(table, line, FILES_GID, status.st_gid);
	table_number(table, line, FILES_SIZE, status.st_size);
	table_text(table, line, FILES_NAME, name);
	if (!S_ISLNK(status.st_mode)) {
		table_text(table, line, FILES_TARGET, "");
		return;
	}
	length = readlinkat(directory, name, target, sizeof target - 1);
	target[length < 0 ? 0 : length] = '\0';
	table_text(table, line, FILES_TARGET, length < 0 ? NULL : target);
}

// The names in the order of their bytes.
static void list_directory(struct table *table, int fd)
{
	DIR *directory = fdopendir(fd);
	size_t count = 0, capacity = 0;
	struct dirent *entry;
	char **names = NULL;

	if (!directory)
		err(EXIT_FAILURE, "cannot list the directory");
	while ((errno = 0, entry = readdir(directory))) {
		if (count == capacity) {
			capacity = capacity ? capacity * 2 : 64;
			names = reallocarray(names, capacity, sizeof *names);
			if (!names)
				err(EXIT_FAILURE, "cannot allocate memory");
		}
		names[count++] = format("%s", entry->d_name);
	}
	if (errno)
		err(EXIT_FAILURE, "cannot list the directory");
	sort_texts(names, count);
	for (size_t i = 0; i < count; i++) {
		file_line(table, fd, names[i]);
		free(names[i]);
	}
	free(names);
	closedir(directory);
}

// A terminal may obey what somebody wrote into a file: there, what is not
// printable is written as \xNN. Elsewhere a file goes through as it is. Returns
// how many bytes were printed: a character at the end may go on in what is read
// next.
static size_t put_bytes(const char *bytes, size_t left, bool last)
{
	const char *at = bytes;
	size_t length;

	if (!isatty(STDOUT_FILENO))
		return fwrite(bytes, 1, left, stdout);
	for (; left && (last || left >= 4); at += length, left -= length) {
		length = sequence_length(at, left);
		if (length > 1 || (length == 1 && *at >= ' ') || *at == '\n' ||
		    *at == '\t') {
			fwrite(at, 1, length ? length : 1, stdout);
		} else {
			printf("\\x%02x", (unsigned char)*at);
			length = 1;
		}
	}
	return (size_t)(at - bytes);
}

static void print_file(int fd, const char *path)
{
	char bytes[65536];
	size_t kept = 0, put;
	ssize_t got;

	if (options.json || options.sort || options.columns ||
	    options.noheadings)
		errx(EXIT_USAGE, "%s is a file: its bytes have no columns",
		     path);
	while ((got = read(fd, bytes + kept, sizeof bytes - kept)) > 0) {
		kept += (size_t)got;
		put = put_bytes(bytes, kept, false);
		if (ferror(stdout))
			return; // main() says why
		kept -= put;
		memmove(bytes, bytes + put, kept);
	}
	if (got < 0)
		err(EXIT_FAILURE, "cannot read %s", path);
	put_bytes(bytes, kept, true);
	close(fd);
}

// Some links of /proc are no paths, or mean whoever follows them.
static void hint_unfollowed(const char *path)
{
	if (errno == EXDEV)
		hint("%s goes through a link of /proc that could lead out of "
		     "the root of the process, and is not followed",
		     path);
	else if (errno == ENOENT && (strstr(path, "proc/self") ||
				     strstr(path, "proc/thread-self")))
		hint("/proc/self is whoever follows it, and procpeek is not in "
		     "that pid namespace: ask for /proc/N, with the PID in "
		     "there");
}

// Does the directory in front of name, a part of path below root, call our own
// process so?
static bool is_self(int root, const char *path, const char *name, size_t length)
{
	char *above = format("%.*s", (int)(name - path), path), self[16];
	int fd = find_inside(root, above);
	bool is;

	is = fd >= 0 &&
	     read_link(fd, "self", self, sizeof self,
		       "our PID in that /proc, if we are in it: proc(5)") > 0 &&
	     strlen(self) == length && strncmp(self, name, length) == 0;
	if (fd >= 0)
		close(fd);
	free(above);
	return is;
}

// A path from our root to what fd holds, as the kernel sees it now.
static bool find_path(int proc, int fd, char path[PATH_MAX])
{
	char link[32];

	snprintf(link, sizeof link, "self/fd/%d", fd);
	return read_link(proc, link, path, PATH_MAX, "where that is: proc(5)") >
	       0;
}

// /proc/self leads to the directory of whoever follows it, here procpeek, and
// not the process in whose eyes this is to be seen.
static bool is_of_procpeek(int proc, int root, int fd)
{
	char top[PATH_MAX], target[PATH_MAX], *path = target, *name;
	struct statfs file_system;
	size_t length;

	if (fstatfs(fd, &file_system) < 0 ||
	    file_system.f_type != PROC_SUPER_MAGIC ||
	    !find_path(proc, root, top) || !find_path(proc, fd, target))
		return false;
	if (strcmp(top, "/") != 0)
		path += strlen(top);
	for (name = path; *name == '/'; name += length) {
		length = strcspn(++name, "/");
		if (length && strspn(name, "0123456789") == length &&
		    is_self(root, path, name, length))
			return true;
	}
	return false;
}

static int open_plain(const struct request *request, int root, const char *path,
		      bool *directory)
{
	int found = find_inside(root, path), fd;
	struct stat status;

	if (found < 0 || fstat(found, &status) < 0) {
		hint_unfollowed(path);
		err(EXIT_FAILURE, "cannot open %s in the root of process %d",
		    path, request->pid);
	}
	if (is_of_procpeek(request->proc, root, found))
		errx(EXIT_FAILURE,
		     "%s is what /proc says of procpeek itself: ask for "
		     "/proc/N, with the PID in there",
		     path);
	*directory = S_ISDIR(status.st_mode);
	if (!*directory && !S_ISREG(status.st_mode))
		errx(EXIT_FAILURE, "%s is neither a directory nor a file",
		     path);
	fd = reopen(request->proc, found);
	if (fd < 0)
		err(EXIT_FAILURE, "cannot read %s in the root of process %d",
		    path, request->pid);
	close(found);
	return fd;
}

void command_files(const struct request *request)
{
	const char *path = request->path ? request->path : "/";
	struct subject subject;
	struct table table;
	bool directory;
	int root, fd;

	if (!*path)
		errx(EXIT_USAGE, "files: an empty path");
	subject_open(&subject, request->proc, request->pid);
	root = open_root(&subject);
	if (root < 0)
		err(EXIT_FAILURE, "cannot open the root of process %d",
		    request->pid);
	fd = open_plain(request, root, path, &directory);
	if (directory) {
		table_open(&table, "files", files_columns,
			   sizeof files_columns / sizeof *files_columns, NULL);
		list_directory(&table, fd);
		table_print(&table);
	} else {
		print_file(fd, path);
	}
	close(root);
	subject_close(&subject);
}
