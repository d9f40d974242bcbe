// SPDX-License-Identifier: MIT
// unshare-lite.h: the options, and the steps in the order main() takes them.

#ifndef UNSHARE_LITE_H
#define UNSHARE_LITE_H

#include "bones.h"

#include <stdint.h>
#include <sys/types.h>

// --- namespaces.c ----------------------------------------------------------

struct kind {
	char letter;	   // the short option
	int flag;	   // for unshare(2)
	const char *call;  // the flag's name
	const char *file;  // in /proc/PID/ns
	const char *limit; // in /proc/sys/user
	const char *lesson;
};
extern const struct kind kinds[];
extern const size_t kind_count;

int flag_of_kind(int letter);
void create_namespaces(int flags);
void set_hostname(const char *name);

// --- idmap.c ---------------------------------------------------------------

enum map { MAP_NOTHING, MAP_ROOT, MAP_CURRENT };

void write_setgroups(const char *word);
void map_ids(enum map map, uid_t outer_uid, gid_t outer_gid);

// --- child.c ---------------------------------------------------------------

int continue_in_child(void);
void die_with_parent(int lifeline, int signal_number);

// --- mounts.c --------------------------------------------------------------

struct propagation {
	const char *name, *call;
	unsigned long flags;
};
extern const struct propagation propagations[]; // the default comes first

const struct propagation *find_propagation(const char *name);
void set_propagation(const struct propagation *propagation);
void change_root(const char *root);
void change_directory(const char *directory);
void mount_proc(const char *directory, const struct propagation *propagation);

// --- credentials.c ---------------------------------------------------------

#define KEEP_ID (-1)

void set_ids(int64_t uid, int64_t gid);

// --- hints.c ---------------------------------------------------------------

// Whether / is a directory inside a mount, as it is after chroot(2).
bool in_chroot(void);
// Whether a file of /proc holds exactly this text.
bool setting_is(const char *path, const char *text);
// Print why, as warn(3) does; if it was EPERM and the capability that the
// call needs is not ours, a hint that says so; exit with EXIT_TOOL.
noreturn void fail(int capability, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void hint_namespaces(int flags);
void hint_id_map(uid_t outer_uid);

// ---------------------------------------------------------------------------

struct options {
	int namespaces; // CLONE_NEW flags
	bool fork;
	int kill_child; // the signal, or 0
	enum map map;
	const char *setgroups; // "allow", "deny" or NULL
	const struct propagation *propagation;
	const char *hostname;
	const char *root;
	const char *directory;
	const char *proc; // where to mount it, or NULL
	int64_t uid, gid; // or KEEP_ID
};

#endif
