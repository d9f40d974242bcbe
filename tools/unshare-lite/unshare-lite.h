// SPDX-License-Identifier: MIT
// unshare-lite.h: the options, and the steps in the order main() takes them.

#ifndef UNSHARE_LITE_H
#define UNSHARE_LITE_H

#include "bones.h"

#include <stdint.h>
#include <sys/types.h>

// --- the options -----------------------------------------------------------

// One line of a map: count IDs from inner and outer onwards are the same.
struct id_range {
	uint32_t inner, outer, count;
};

enum { MAX_RANGES = 340 }; // the kernel's limit, in lines
#define KEEP_ID (-1)

// Who the users, or the groups, of the new user namespace are outside.
struct id_map {
	const struct id_kind *kind;
	uint32_t outer; // our own ID, outside
	int64_t inner;	// and inside, or KEEP_ID
	size_t count;	// of the ranges mapped beside it
	struct id_range ranges[MAX_RANGES];
};

enum { KIND_COUNT = 8 };
#define NO_OFFSET INT64_MIN

struct options {
	int namespaces;		       // CLONE_NEW flags
	const char *files[KIND_COUNT]; // where each is kept, or NULL
	bool fork, init, forward_signals;
	int kill_child; // the signal, or 0
	struct id_map users, groups;
	bool could_setfcap;	     // had CAP_SETFCAP outside
	const char *setgroups;	     // "allow", "deny" or NULL
	int64_t monotonic, boottime; // seconds, or NO_OFFSET
	const struct propagation *propagation;
	const char *hostname;
	const char *root;
	const char *directory;
	const char *proc; // where to mount it, or NULL
	int64_t uid, gid; // or KEEP_ID
	bool keep_caps;
};

// --- unshare-lite.c --------------------------------------------------------

void usage(void);

// --- options.c -------------------------------------------------------------

void parse_options(int argc, char *argv[], struct options *options);

// --- values.c --------------------------------------------------------------

// Each exits with a message if the text is none of its kind.
int parse_signal(const char *text);
int64_t parse_id(const char *option, const char *text);
int64_t parse_name(const struct id_kind *kind, const char *text);
void parse_ranges(struct id_map *map, const char *text);
int64_t parse_offset(const char *option, const char *text);
const char *parse_hostname(const char *text);

// --- namespaces.c ----------------------------------------------------------

struct kind {
	char letter;	   // the short option
	int flag;	   // for unshare(2)
	const char *call;  // the flag's name
	const char *file;  // in /proc/PID/ns
	const char *made;  // there, too: the one that unshare(2) made
	const char *limit; // in /proc/sys/user
	const char *lesson;
};
extern const struct kind kinds[KIND_COUNT];

const struct kind *kind_of_letter(int letter);
void create_namespaces(int flags);
void set_hostname(const char *name);

// --- outside.c -------------------------------------------------------------

// The process that stays outside, and does there what we cannot do inside.
struct outsider {
	pid_t pid;
	int channel;   // to and from it
	char self[16]; // our PID, as the mounted /proc has it
};
enum order { MAP_IDS = 'm', KEEP_NAMESPACES = 'k' };

// Where there is no work for it, there is no such process: its pid is 0.
struct outsider start_outsider(const struct options *options);
void ask_outsider(const struct outsider *outsider,
		  const struct options *options, enum order order);
void finish_outside(const struct outsider *outsider,
		    const struct options *options);

// --- persist.c -------------------------------------------------------------

bool wants_files(const struct options *options);
void keep_namespaces(const struct options *options, const char *self);

// --- idmap.c ---------------------------------------------------------------

struct id_kind {
	const char *name;    // "user"
	const char *file;    // its map in /proc/PID
	const char *program; // set-user-ID root, writes the map for anyone
	const char *subids;  // what it may write there
	int capability;	     // to write it without that program
};
extern const struct id_kind user_ids, group_ids;

void map_own_ids(const struct options *options);
// Write to a file of /proc, and narrate: the bytes written, or -1.
long write_proc(const char *path, const char *text, const char *lesson);

// --- ranges.c --------------------------------------------------------------

// The lines for the kernel, our own ID first; room for three per range.
size_t lay_out(const struct id_map *map, struct id_range *lines);
void map_ranges(const struct options *options, const char *self);
// The map in a file of /proc: at most MAX_RANGES lines, 0 if there is none.
size_t read_map(const char *path, struct id_range *lines);

// --- clocks.c --------------------------------------------------------------

void set_clocks(int64_t monotonic, int64_t boottime);

// --- child.c ---------------------------------------------------------------

int continue_in_child(const struct options *options,
		      const struct outsider *outsider);
void die_with_parent(int lifeline, int signal_number);

// --- init.c ----------------------------------------------------------------

void stay_as_init(int lifeline);

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

void set_ids(int64_t uid, int64_t gid);
void keep_capabilities(void);

// --- hints.c ---------------------------------------------------------------

// Whether a capability is effective, in the user namespace that we are in.
bool has_capability(int number);
// Whether / is a directory inside a mount, as it is after chroot(2).
bool in_chroot(void);
// Whether a file of /proc holds exactly this text.
bool setting_is(const char *path, const char *text);
// Whether our user namespace owns this of our namespaces.
bool owns_namespace(const char *file);
// Print why, as warn(3) does; if it was EPERM and the capability that the
// call needs is not ours, a hint that says so; exit with EXIT_TOOL.
noreturn void fail(int capability, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void hint_capability(int number);
// Ubuntu lets everyone make a user namespace but denies its capabilities.
bool hint_apparmor(void);

// --- why_*.c: hints that take a page ---------------------------------------

void hint_namespaces(int flags);
void hint_map(const struct id_map *map, const struct id_range *lines,
	      size_t count, bool could_setfcap);
void hint_program(const struct id_map *map, int status);
void hint_file(const struct kind *kind, const char *source, const char *file);
void hint_proc(void);

#endif
