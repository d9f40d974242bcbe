// SPDX-License-Identifier: MIT
//
// namespaces.c: which namespaces a process is in, and whose they are.
//
// Shows:     /proc/PID/ns, and the ioctl(2) calls on its files.
// Mirrors:   the reading half of lsns(8).
// Leaves out: pid_for_children and time_for_children.
// Read:      namespaces(7), ioctl_ns(2), pidfd_getfd(2).

#define _GNU_SOURCE
#include "procpeek.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/nsfs.h>
#include <linux/sockios.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef PIDFD_THREAD
#define PIDFD_THREAD O_EXCL // Linux 6.9
#endif

const char *const namespace_kinds[NAMESPACE_KINDS] = {
    [KIND_MNT] = "mnt",	      [KIND_PID] = "pid",   [KIND_NET] = "net",
    [KIND_IPC] = "ipc",	      [KIND_UTS] = "uts",   [KIND_USER] = "user",
    [KIND_CGROUP] = "cgroup", [KIND_TIME] = "time",
};

int namespace_kind(const char *name, size_t length)
{
	for (int i = 0; i < NAMESPACE_KINDS; i++)
		if (strlen(namespace_kinds[i]) == length &&
		    strncmp(namespace_kinds[i], name, length) == 0)
			return i;
	return -1;
}

// A link of /proc/PID/ns reads uts:[4026531838]: the kind and the inode, the
// same one for all who are in that namespace. EACCES: only for those who may
// trace the process, but also: it ended at this moment, which is ESRCH here.
// ENOENT: this kernel has no such kind.
uint64_t namespace_inode(int dirfd, const char *prefix, const char *kind)
{
	char path[64], target[64];
	struct stat status;
	const char *inode;

	snprintf(path, sizeof path, "%sns/%s", prefix, kind);
	if (read_link(dirfd, path, target, sizeof target,
		      "the kind and inode of a namespace: namespaces(7)") < 0) {
		snprintf(path, sizeof path, "%sstat", prefix);
		if (errno == EACCES && fstatat(dirfd, path, &status, 0) < 0)
			errno = ESRCH;
		return 0;
	}
	inode = strchr(target, '[');
	return inode ? strtoull(inode + 1, NULL, 10) : 0;
}

// "net:[4026532281]", which is what a link to a namespace and the root of its
// mount both say. False: it is something else.
bool parse_namespace(const char *text, int *kind, uint64_t *inode)
{
	size_t length = strcspn(text, ":");

	if (strncmp(text + length, ":[", 2) != 0)
		return false;
	*kind = namespace_kind(text, length);
	*inode = strtoull(text + length + 2, NULL, 10);
	return *kind >= 0 && *inode;
}

uint64_t inode_of(int fd)
{
	struct stat status;

	return fd >= 0 && fstat(fd, &status) == 0 ? status.st_ino : 0;
}

// The answer of these calls is a new descriptor, of another namespace.
static int relative(int fd, unsigned long call, const char *name,
		    const char *lesson)
{
	return (int)explain(ioctl(fd, call), lesson, "ioctl(%d, %s)", fd, name);
}

// Every namespace but the first of each kind was made by a process with
// capabilities in some user namespace: that one owns it, and who has
// capabilities there may change it. Of a user namespace it is the parent.
// EPERM: there is none, or it lies outside of our own.
int namespace_owner(int fd)
{
	return relative(fd, NS_GET_USERNS, "NS_GET_USERNS",
			"the user namespace that owns it: ioctl_ns(2)");
}

// Only these two kinds are made inside each other. EINVAL: another kind;
// EPERM: as above.
int namespace_parent(int fd)
{
	return relative(fd, NS_GET_PARENT, "NS_GET_PARENT",
			"the namespace in which it was made: ioctl_ns(2)");
}

// A descriptor of another process, as one of ours. EPERM: only for those who
// may trace the process. EINVAL: of a thread that has its own, since Linux 6.9.
static int borrow(int tid, bool thread, int number)
{
	int borrowed, process = (int)syscall(SYS_pidfd_open, tid,
					     thread ? PIDFD_THREAD : 0);

	explain(process, "who to borrow from: pidfd_open(2)",
		"pidfd_open(%d, %s)", tid, thread ? "PIDFD_THREAD" : "0");
	if (process < 0)
		return -1;
	borrowed = (int)explain(syscall(SYS_pidfd_getfd, process, number, 0),
				"its descriptor, for us as well: "
				"pidfd_getfd(2)",
				"pidfd_getfd(%d, %d, 0)", process, number);
	return close_keeping_errno(process, borrowed);
}

// A socket stays in the network namespace that it was made in, wherever its
// process goes, and no file says which one that is: the socket itself has to be
// asked. So does the end of a tun device that is a file. EPERM: this takes
// CAP_NET_ADMIN over that namespace.
int socket_namespace(int tid, bool thread, int number)
{
	int borrowed = borrow(tid, thread, number), fd = -1;
	struct stat status;

	if (borrowed < 0)
		return -1;
	errno = ENOTSOCK; // by now, that number may be of another file
	if (fstat(borrowed, &status) == 0 &&
	    (S_ISSOCK(status.st_mode) ||
	     (S_ISCHR(status.st_mode) && status.st_rdev == makedev(10, 200))))
		fd = relative(borrowed, SIOCGSKNS, "SIOCGSKNS",
			      "the network namespace that a socket is in");
	return close_keeping_errno(borrowed, fd);
}

// The user whose process made a user namespace has all power over it.
int64_t namespace_creator(int fd)
{
	uid_t uid = 0;

	if (explain(ioctl(fd, NS_GET_OWNER_UID, &uid),
		    "the effective user of its maker: ioctl_ns(2)",
		    "ioctl(%d, NS_GET_OWNER_UID)", fd) < 0)
		return -1;
	return uid;
}

// USER_NS_INIT_INO and PID_NS_INIT_INO of a newer <linux/nsfs.h>: the
// namespaces that have no parent, the same in every kernel.
bool is_initial_namespace(uint64_t inode)
{
	return inode == 0xEFFFFFFDU || inode == 0xEFFFFFFCU;
}

static char *inode_text(const char *kind, uint64_t inode)
{
	return inode ? format("%s:[%ju]", kind, (uintmax_t)inode) : NULL;
}

// In a child: step into the UTS namespace, ask there, and tell the parent.
static _Noreturn void tell_hostname(int fd, int out)
{
	char name[HOST_NAME_MAX + 1];

	if (explain(setns(fd, CLONE_NEWUTS),
		    "a child asks there for the hostname: setns(2)",
		    "setns(%d, CLONE_NEWUTS)", fd) < 0 ||
	    gethostname(name, sizeof name) < 0 ||
	    write(out, name, strlen(name) + 1) < 0)
		_exit(EXIT_FAILURE);
	_exit(EXIT_SUCCESS);
}

// The hostname belongs to a UTS namespace, and uname(2) tells only one's own.
// setns(2). Commonest errno: EPERM without CAP_SYS_ADMIN.
static char *hostname_of(struct subject *subject)
{
	uint64_t inode = namespace_inode(subject->dir, "", "uts");
	char name[HOST_NAME_MAX + 1] = "";
	ssize_t length = 0;
	int ends[2], fd;
	pid_t child;

	if (inode && inode == namespace_inode(subject->proc, "self/", "uts"))
		return gethostname(name, sizeof name) < 0 ? NULL
							  : format("%s", name);
	fd = openat(subject->dir, "ns/uts", O_RDONLY | O_CLOEXEC);
	explain(fd, "a descriptor of the namespace: namespaces(7)",
		"openat(%d, \"ns/uts\", O_RDONLY|O_CLOEXEC)", subject->dir);
	if (fd < 0)
		return NULL;
	if (pipe2(ends, O_CLOEXEC) < 0)
		err(EXIT_FAILURE, "cannot make a pipe");
	child = fork();
	if (child == 0)
		tell_hostname(fd, ends[1]);
	close(fd);
	close(ends[1]);
	if (child > 0) { // no child: RLIMIT_NPROC, or a limit of the cgroup
		length = read(ends[0], name, sizeof name - 1);
		waitpid(child, NULL, 0);
	}
	close(ends[0]);
	return length > 0 ? format("%s", name) : NULL;
}

// Two header lines, then one line for each interface: "  eth0: counters". No
// name has a colon or a blank; there is none in a header.
static char *interfaces_of(struct subject *subject)
{
	struct buffer *text = &subject->scratch;
	char *names = format("%s", ""), *name, *next;
	size_t length;

	if (read_proc(subject->dir, "net/dev", text,
		      "the network interfaces: proc(5)") < 0) {
		free(names);
		return NULL;
	}
	for (char *line = text->data; *line; line = next) {
		next = strchrnul(line, '\n');
		next += *next == '\n';
		name = line + strspn(line, " ");
		length = strcspn(name, ":\n");
		if (name[length] == ':') {
			name[length] = '\0';
			append(&names, "%s%s", *names ? " " : "", name);
		}
	}
	return names;
}

void facts_of_namespaces(struct subject *subject, struct facts *facts)
{
	static const char *const keys[NAMESPACE_KINDS] = {
	    [KIND_MNT] = "ns.mnt",	 [KIND_PID] = "ns.pid",
	    [KIND_NET] = "ns.net",	 [KIND_IPC] = "ns.ipc",
	    [KIND_UTS] = "ns.uts",	 [KIND_USER] = "ns.user",
	    [KIND_CGROUP] = "ns.cgroup", [KIND_TIME] = "ns.time",
	};
	const char *kind;

	for (int i = 0; i < NAMESPACE_KINDS; i++) {
		kind = namespace_kinds[i];
		add_fact(
		    facts, keys[i], "ns/ (link)",
		    inode_text(kind, namespace_inode(subject->dir, "", kind)));
	}
	add_fact(facts, "hostname", "ns/uts, entered", hostname_of(subject));
	add_fact(facts, "interfaces", "net/dev", interfaces_of(subject));
}
