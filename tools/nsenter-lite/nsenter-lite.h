// SPDX-License-Identifier: MIT
// nsenter-lite.h: the options, and the steps in the order main() takes them.

#ifndef NSENTER_LITE_H
#define NSENTER_LITE_H

#include "bones.h"

#include <linux/sched.h>
#include <sys/types.h>

#define KIND_COUNT 8

// In the order of the flags' values, which is how strace(1) prints a set.
struct kind {
	char letter;	  // the short option
	int flag;	  // for setns(2)
	const char *call; // the flag's name
	const char *file; // in /proc/PID/ns
};
extern const struct kind kinds[KIND_COUNT];

struct options {
	int pid; // 0: no target
	bool all;
	int flags;		      // kinds to enter: CLONE_NEW...
	const char *file[KIND_COUNT]; // NULL: that of the target
	bool root, directory;	      // "" below: those of the target
	const char *root_path, *directory_path;
	const char *inner_directory; // --wdns
	bool set_uid, set_gid, preserve_credentials;
	uid_t uid;
	gid_t gid;
	bool environment, join_cgroup, no_fork, keep_fds;
	char **command;
};

// The process whose namespaces these are, held so that nothing that is done
// by its number can reach another process that got the number later.
struct target {
	int pid;
	int pidfd;
	int proc;	     // its directory in /proc
	int root, directory; // to be inside; -1: left as they are
	struct buffer environment;
};

// --- target.c --------------------------------------------------------------

void pin_target(struct target *target, int pid);
void open_directories(struct target *target, const struct options *options);
void read_environment(struct target *target);
// err() for what concerns the target: if it has ended, that is what is said.
noreturn void target_error(const struct target *target, const char *what);

// --- cgroup.c --------------------------------------------------------------

void join_cgroups(const struct target *target);

// --- namespaces.c ----------------------------------------------------------

int flag_of_kind(int letter);
void choose_all(struct options *options, const struct target *target);
void enter_namespaces(const struct options *options,
		      const struct target *target);

// --- inside.c --------------------------------------------------------------

bool prepare_ids(struct options *options);
void change_root(const struct target *target);
void change_directory(const struct target *target, const char *inner);
void close_descriptors(void);
void set_ids(const struct options *options, bool groups_dropped);
void set_environment(struct buffer *buffer);

// --- child.c ---------------------------------------------------------------

void continue_in_child(void);

// --- hints.c ---------------------------------------------------------------

// After EPERM or EACCES: if the capability is not among ours, say so.
void hint_capability(int capability, const char *name);
// After setns(fd, kind) failed.
void hint_namespace(int fd, const struct kind *kind);

#endif
