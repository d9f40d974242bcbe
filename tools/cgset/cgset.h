// SPDX-License-Identifier: MIT
//
// cgset.h: what the files of cgset share.
//
// A control group is a folder. On cgroup v1 there is one tree of folders, a
// hierarchy, for each controller (or for a few mounted together); on v2 one
// tree for all. A GROUP of cgset is the same path in every hierarchy that is
// mounted, so that the two versions look alike from here on; what differs
// stands in v1*.c, v2*.c and the tables of keys.c and figures.c.

#ifndef CGSET_H
#define CGSET_H

#include "bones.h"

#include <limits.h>
#include <sys/types.h>

// --- cgset.c ---------------------------------------------------------------

struct options {
	bool json, noheadings, force, recursive, no_stream, exec;
	int pid;	       // --pid, or 0
	uint64_t interval;     // --interval, in milliseconds
	const char **settings; // KEY=VALUE of -s and -r
	size_t setting_count;
	// What to exit with: 1 and 2, but 125 and 125 for `run`.
	int failed, misused;
};
extern struct options options;

// A limit that is none.
#define UNLIMITED UINT64_MAX

// --- hierarchy.c: where the trees are mounted ------------------------------

struct hierarchy {
	bool v2;
	char *controllers; // "cpu,cpuacct", "name=systemd"; on v2 what it has
	char *mount_point; // where mounted
	char *root;	   // which group is seen there: "/" or "/docker/ID"
	dev_t device;	   // tells the hierarchies apart
	int fd;		   // O_PATH on mount_point, -1 until first used
};

struct layout {
	struct hierarchy list[32];
	size_t count;
};

void find_hierarchies(struct layout *layout);
void forget_hierarchies(struct layout *layout);
// The hierarchy that a controller is bound to, or NULL.
struct hierarchy *find_controller(struct layout *layout, const char *name);
// The v2 tree, or NULL.
struct hierarchy *find_v2(struct layout *layout);
bool has_controller(const struct hierarchy *hierarchy, const char *name);
// A hierarchy without a controller that only counts as a service manager's
// bookkeeping: name=systemd.
bool is_named(const struct hierarchy *hierarchy);
int open_hierarchy(struct hierarchy *hierarchy);

// --- name.c: what a group can be called ------------------------------------

// GROUP of the command line, checked, and rewritten in place without outer
// slashes; "" is the root. Ends the program when it is not a group name.
char *parse_group(const struct layout *layout, char *text);
// As parse_group(), and it must not belong to an engine unless --force.
char *parse_own_group(struct layout *layout, char *text);

// --- group.c: one folder ---------------------------------------------------

// The path of a file (NULL: the folder) of a group below the mount point;
// -1 and ENOENT when the mount does not show that group.
int group_path(const struct hierarchy *hierarchy, const char *group,
	       const char *file, char path[PATH_MAX]);
// The same as an absolute path, for messages and tables. In static memory.
const char *full_path(const struct hierarchy *hierarchy, const char *group,
		      const char *file);
int open_group(struct hierarchy *hierarchy, const char *group, const char *file,
	       int flags);
bool group_exists(struct hierarchy *hierarchy, const char *group);
// Ends the program when the group is in no hierarchy.
void require_group(struct layout *layout, const char *group);
int read_group_file(struct hierarchy *hierarchy, const char *group,
		    const char *file, struct buffer *buffer);
// The content in one line, in memory of its own, or NULL with errno. A file of
// many lines becomes "first,second".
char *read_group_text(struct hierarchy *hierarchy, const char *group,
		      const char *file);
// Open and write, narrated. Returns 0, or -1 with errno.
int write_group_file(struct hierarchy *hierarchy, const char *group,
		     const char *file, const char *value, const char *lesson);
// Call visit for each child folder; the name is valid during the call. Stops
// at the first that returns below 0, and returns that.
int each_child(struct hierarchy *hierarchy, const char *group,
	       int (*visit)(struct hierarchy *, const char *child, void *),
	       void *context);
// Say what can be verified about a refusal by the kernel (errno).
void explain_refusal(struct hierarchy *hierarchy, const char *group,
		     const char *file);

// --- process.c -------------------------------------------------------------

// The first process of a group, or 0, or -1 for one that has no number in our
// pid namespace; with text, up to length bytes of
// "PID (name), ..." for a message.
int first_process(struct hierarchy *hierarchy, const char *group, char *text,
		  size_t length);
// -1 when there are processes in the group or, with -r, in the subtree: text
// then names them. The form is that of a visitor of each_child().
typedef char message[2L * PATH_MAX];
int find_occupied(struct hierarchy *hierarchy, const char *group, void *text);
// Ends the program when pid is a thread of another process.
void refuse_thread(int pid);
// Ends the program when cgset itself is in the subtree.
void refuse_ourselves(struct layout *layout, const char *group);
// Wait a moment; false when that was so often that the seconds are over.
bool try_again(int *tries, int seconds);
bool is_kernel_thread(const char *pid);

// --- guard.c: whose group is it --------------------------------------------

// Each ends the program, unless --force, when an engine or systemd looks
// after the group, a group in the subtree, or a group that the process is in.
void refuse_foreign(struct layout *layout, const char *group);
int refuse_foreign_below(struct hierarchy *hierarchy, const char *group,
			 void *layout);
void refuse_foreign_process(struct layout *layout, int pid);

// --- create.c --------------------------------------------------------------

// How many folders were made in each hierarchy of the layout.
struct made {
	size_t folders[32];
};

// Make the folder in every hierarchy. On failure says why, removes what it
// made and returns -1.
int create_group(struct layout *layout, const char *group, struct made *made);
void remove_made(struct layout *layout, const char *group, struct made made);
// rmdir(2), narrated. Returns 0, or -1 with errno.
int remove_folder(struct hierarchy *hierarchy, const char *group);

// --- v1.c and v2.c: the rules that differ -----------------------------------

// Make a new folder usable: on v1 cpusets start empty; on v2 the parent has
// to hand the controllers down before.
int v1_prepare_group(struct hierarchy *hierarchy, const char *group);
int v2_enable_controllers(struct hierarchy *hierarchy, const char *parent);
// Say which group above has processes, and so gives no controllers.
void v2_explain_occupied(struct hierarchy *hierarchy, const char *group);
// Say which controllers a group of v2 lacks for a file.
void v2_explain_missing(struct hierarchy *hierarchy, const char *group,
			const char *file);
// Say that a group of v2 is threaded, when it is.
void v2_explain_type(struct hierarchy *hierarchy, const char *group);
// Say whose the group is that is above both the process and the group.
void v2_explain_common_ancestor(struct layout *layout,
				struct hierarchy *hierarchy, const char *group,
				const char *pid);

// --- join.c ----------------------------------------------------------------

// Move a process into the group of every hierarchy; "0" is ourselves. On
// failure says why, puts the process back where it was and returns -1.
int join_group(struct layout *layout, const char *group, const char *pid,
	       const struct hierarchy *but);
// What can be said for sure when the kernel does not let a process in.
void explain_no_entry(struct layout *layout, struct hierarchy *hierarchy,
		      const char *group, const char *pid);

// --- freeze.c --------------------------------------------------------------

// The hierarchy that can stop the group, or NULL.
struct hierarchy *find_freezer(struct layout *layout, const char *group);
// Stop all processes of the subtree and wait until they have: 0, or -1.
int freeze_group(struct hierarchy *freezer, const char *group);
int thaw_group(struct hierarchy *freezer, const char *group);
bool is_frozen(struct hierarchy *freezer, const char *group);

// --- list.c: which groups there are ----------------------------------------

struct list {
	char **groups; // each once, sorted: a parent before its children
	size_t count, capacity;
};

// The groups of all hierarchies from one downward; release with free_list().
struct list list_groups(struct layout *layout, const char *from);
void add_group(struct list *list, const char *group);
void sort_list(struct list *list); // and drop duplicates
void free_list(struct list *list);

// --- where.c: which groups a process is in ---------------------------------

struct membership {
	const char *id, *controllers;
	const char *group;	     // starts with a slash
	struct hierarchy *hierarchy; // NULL if it is not mounted
};

// Call visit for each line of /proc/PID/cgroup. Returns -1 with errno when
// there is no such process; require_memberships() then ends the program.
int each_membership(struct layout *layout, int pid,
		    void (*visit)(const struct membership *, void *),
		    void *context);
void require_memberships(struct layout *layout, int pid,
			 void (*visit)(const struct membership *, void *),
			 void *context);

// --- teach.c: show --explain -----------------------------------------------

void explain_versions(struct layout *layout);

// --- the verbs -------------------------------------------------------------

int verb_create(struct layout *layout, char *operands[]);
int verb_delete(struct layout *layout, char *operands[]);
int verb_set(struct layout *layout, char *operands[]);
int verb_get(struct layout *layout, char *operands[]);
int verb_run(struct layout *layout, char *operands[]);
int verb_move(struct layout *layout, char *operands[]);
int verb_show(struct layout *layout, char *operands[]);
int verb_where(struct layout *layout, char *operands[]);
int verb_freeze(struct layout *layout, char *operands[]);
int verb_thaw(struct layout *layout, char *operands[]);
int verb_kill(struct layout *layout, char *operands[]);
int verb_stats(struct layout *layout, char *operands[]);

#endif
