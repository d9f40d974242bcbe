// SPDX-License-Identifier: MIT
// nsenter-lite.h: the options, and the steps in the order main() takes them.

#ifndef NSENTER_LITE_H
#define NSENTER_LITE_H

#include "bones.h"

#include <linux/filter.h>
#include <linux/sched.h>
#include <signal.h>
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
	bool like_exec, all, user_parent;
	int flags;		      // kinds to enter: CLONE_NEW...
	const char *file[KIND_COUNT]; // NULL: that of the target
	bool root, directory;	      // "" below: those of the target
	const char *root_path, *directory_path;
	const char *inner_directory; // --wdns
	bool set_uid, set_gid, preserve_credentials;
	uid_t uid;
	gid_t gid;
	bool environment, join_cgroup, no_fork, pty, keep_fds;
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
	// Verified on the way, for the case that the fork fails.
	bool cgroup_is_full; // at pids.max
	bool without_init;   // no PID 1 in the pid namespace
};

// What one process may do, from /proc/PID/status, in the numbers of the user
// namespace that reads it. The sets are bits, 1 << CAP_...
struct identity {
	uid_t uid[3]; // real, effective, saved
	gid_t gid[3];
	gid_t *groups;
	size_t group_count;
	uint64_t inheritable, permitted, effective, bounding, ambient;
	mode_t umask;
	bool no_new_privs;
	unsigned int seccomp; // mode: 0 none, 1 strict, 2 filters
};

// The seccomp programs of a process, oldest first.
struct filter {
	struct sock_filter *code;
	unsigned short length; // instructions
	unsigned int flags;
};
struct filters {
	struct filter *list;
	size_t count;
};

// --- options.c -------------------------------------------------------------

void parse_options(int argc, char *argv[], struct options *options);

// --- seal.c ----------------------------------------------------------------

void run_sealed(char *argv[]);
void hide_memory(void);

// --- target.c --------------------------------------------------------------

void pin_target(struct target *target, int pid);
void open_directories(struct target *target, const struct options *options);
void read_environment(struct target *target);
// The number after name in a file of /proc, 0 if there is none.
int field_of(const char *path, const char *name);
bool has_ended(const struct target *target);
// err() for what concerns the target: if it has ended, that is what is said.
noreturn void target_error(const struct target *target, const char *what);

// --- cgroup.c --------------------------------------------------------------

void join_cgroups(struct target *target);

// --- limits.c --------------------------------------------------------------

void take_limits(const struct target *target);

// --- seccomp.c -------------------------------------------------------------

void read_filters(const struct target *target, const struct identity *who,
		  struct filters *filters);
void install_filters(const struct filters *filters);

// --- namespaces.c ----------------------------------------------------------

void choose_all(struct options *options, const struct target *target);
void enter_namespaces(const struct options *options, struct target *target);

// --- inside.c --------------------------------------------------------------

void change_root(const struct target *target);
void change_directory(const struct target *target);
void close_descriptors(int spared);
void refuse_directories(void);
void change_inner_directory(const char *inner);
void set_environment(struct buffer *buffer, bool terminal);

// --- ids.c -----------------------------------------------------------------

bool prepare_ids(struct options *options);
void set_ids(const struct options *options, bool groups_dropped);

// --- identity.c ------------------------------------------------------------

void read_identity(const struct target *target, struct identity *who);

// --- privilege.c -----------------------------------------------------------

void take_groups(struct identity *who, const struct options *options);
void take_identity(struct identity *who, const struct options *options);
void give_up_the_rest(const struct identity *who);

// --- terminal.c ------------------------------------------------------------

int open_terminal(void);
void become_session(int master);
noreturn void relay_terminal(int master, pid_t child, const sigset_t *taken);

// --- child.c ---------------------------------------------------------------

// master is that of its own terminal, -1 if it has none.
void continue_in_child(const struct options *options,
		       const struct target *target, int master);

// --- hints.c ---------------------------------------------------------------

// After EPERM or EACCES: if the capability is not among ours, say so.
void hint_capability(int capability, const char *name);
// After the target's filters were not shown.
void hint_seccomp(const struct target *target);
// After fork(2) failed.
void hint_fork(const struct target *target);
// After setns(fd, kind) failed.
void hint_namespace(int fd, const struct kind *kind);

#endif
