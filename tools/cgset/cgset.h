// SPDX-License-Identifier: MIT
//
// cgset.h: what the files of cgset share.
//
// A control group is a folder. On cgroup v1 there is one tree of folders, a
// hierarchy, for each controller (or for a few mounted together); on v2 one
// tree for all. A GROUP of cgset is the same path in every hierarchy that is
// mounted, so that the two versions look alike from here on; what differs
// stands in v1.c, v2.c and the tables of keys.c and figures.c.

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
// Wait a moment; false when that was so often that it makes no sense any more.
bool try_again(int *tries);
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

// --- keys.c: the vocabulary ------------------------------------------------

#define UNLIMITED UINT64_MAX

enum meaning { MEMORY, SWAP, CPU, PERIOD, WEIGHT, PIDS, CPUS, IO, VERBATIM };
enum spelling { WORD, V1_FILE, V2_FILE };

struct key {
	const char *word;
	const char *controller;
	const char *v1_file, *v2_file;
	const char *lesson;
};

enum { IO_LIMITS = 4 };

struct setting {
	const char *text; // KEY=VALUE as typed
	char name[NAME_MAX + 1];
	const char *value;	 // as typed: points into text
	enum meaning meaning;	 // of the key
	enum spelling spelling;	 // how the key was written
	char controller[32];	 // which controller it is for
	bool unlimited;		 // the value is "no limit"
	uint64_t number, period; // the value; period 0: leave as it is
	char device[24];	 // of io: "8:0"
	uint64_t io[IO_LIMITS];	 // 0: leave as it is
};

extern const struct key keys[VERBATIM + 1];
// Find a key by its word or one of its files; ends the program if unknown.
void parse_key(struct setting *setting, const char *name);
// "0.5" with three places is 500. 0, or -1 with errno EINVAL or ERANGE.
int parse_decimal(const char *text, size_t places, uint64_t *value);
// Check KEY=VALUE completely; ends the program when it is wrong.
struct setting parse_setting(const char *text);

// --- set.c -----------------------------------------------------------------

struct change {
	struct hierarchy *hierarchy;
	char file[NAME_MAX + 1];
	char value[512];
	char *before;	    // what the file said, NULL if it cannot be read
	char device[24];    // not "": the file has a line for each device
	const char *text;   // the KEY=VALUE that it comes from
	const char *lesson; // what the file does
	bool written;
	uint64_t used, kills; // when it was written, if v2_may_kill()
};

struct plan {
	const char *group;
	struct change *list;
	size_t count;
};

// Which files get which values; ends the program if that cannot be said. The
// group need not exist yet.
struct plan make_plan(struct layout *layout, const char *group,
		      const struct setting *settings, size_t count);
// Write, read back and report to stream. On failure says why, puts back what
// was changed and returns -1. Releases the plan.
int carry_out(struct plan *plan, int stream);
void add_change(struct plan *plan, struct hierarchy *hierarchy,
		const struct setting *setting, const char *file,
		const char *format, ...) __attribute__((format(printf, 5, 6)));
// The hierarchy of a key; ends the program with those known if it has none.
struct hierarchy *require_controller(struct layout *layout,
				     const struct setting *setting);
// The memory limit that the plan will leave: UINT64_MAX if there is none.
uint64_t planned_memory(struct plan *plan, struct hierarchy *hierarchy,
			const char *file);

// --- io.c ------------------------------------------------------------------

struct io_limit {
	const char *word, *v1_file;
};
extern const struct io_limit io_limits[IO_LIMITS];
// "8:0 rbps=1M wiops=max", with blanks or commas. 0, or -1 with errno.
int parse_io(struct setting *setting, const char *value);
void plan_io(struct plan *plan, struct hierarchy *hierarchy,
	     const struct setting *setting);
// The line of the change's device in a whole file, which is released.
char *io_line(const struct change *change, char *text);

// --- v1.c and v2.c: what differs -------------------------------------------

// Make a new folder usable: on v1 cpusets start empty; on v2 the parent has
// to hand the controllers down before.
int v1_prepare_group(struct hierarchy *hierarchy, const char *group);
int v2_enable_controllers(struct hierarchy *hierarchy, const char *parent);
// Turn one setting into the writes of this version.
void v1_plan(struct plan *plan, struct hierarchy *hierarchy,
	     const struct setting *setting);
void v2_plan(struct plan *plan, struct hierarchy *hierarchy,
	     const struct setting *setting);
// Say what can be verified about a refused memory limit (errno).
void v1_explain_memory(const struct change *change, const char *group);
// v2 takes a memory limit below use, reclaims, then kills: note what is used
// before, and describe what came of it.
bool v2_may_kill(const struct change *change);
void v2_note_use(struct change *change, const char *group);
void v2_describe_reclaim(const struct change *change, const char *group,
			 char text[256]);
// Say which controllers a group of v2 lacks for a file.
void v2_explain_missing(struct hierarchy *hierarchy, const char *group,
			const char *file);
// Say that a group of v2 is threaded, when it is.
void v2_explain_type(struct hierarchy *hierarchy, const char *group);
// Say whose the group is that is above both the process and the group.
void v2_explain_common_ancestor(struct layout *layout,
				struct hierarchy *hierarchy, const char *group,
				const char *pid);
// memory.limit_in_bytes must never exceed memory.memsw.limit_in_bytes.
void v1_order_memory(struct plan *plan);

// --- figures.c: what the files say -----------------------------------------

enum figure {
	MEMORY_USE,    // bytes, page cache included
	MEMORY_LIMIT,  // bytes
	INACTIVE_FILE, // bytes
	CPU_USE,       // nanoseconds since the group was made
	CPU_QUOTA,     // nanoseconds of each period
	CPU_PERIOD,
	PIDS_USE,
	PIDS_LIMIT,
	THROTTLED, // nanoseconds
	OOM_KILLS,
	BLOCK_READ, // bytes
	BLOCK_WRITTEN,
	FIGURES
};
// The v2 tree, or NULL.
struct hierarchy *find_v2(struct layout *layout);
// 0, or -1 when the group has no such file.
int read_figure(struct layout *layout, const char *group, enum figure figure,
		uint64_t *value);

// What of the last ten seconds somebody in the group waited for CPU, memory,
// I/O, in percent. 0, or -1 when the kernel does not say.
int read_pressure(struct layout *layout, const char *group, double percent[3]);

// --- network.c -------------------------------------------------------------

// 0, or -1 when the group has no network of its own.
int read_network(struct layout *layout, const char *group, uint64_t *received,
		 uint64_t *sent);

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
	const char *id, *controllers, *group; // as the kernel wrote them
	struct hierarchy *hierarchy;	      // NULL if it is not mounted
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

// --- table.c: libsmartcols -------------------------------------------------

struct libscols_table;
struct libscols_line;

struct column {
	const char *heading; // in JSON: key
	const char *key;
	enum { LEFT, RIGHT, TREE } kind;
	// BOTH with RIGHT is a number in JSON, the others of BOTH are strings.
	enum { BOTH, TEXT_ONLY, JSON_STRING, JSON_NUMBER } use;
};

// Columns end with a NULL heading. Those not meant for the output at hand stay
// in place but hidden, so that cells keep their numbers.
struct libscols_table *new_table(const char *name, const struct column *column);
struct libscols_line *new_row(struct libscols_table *table,
			      struct libscols_line *parent);
void set_cell(struct libscols_line *row, size_t column, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
// Print and release one or two tables; as JSON they are one object.
void print_tables(struct libscols_table *first, struct libscols_table *second);
// Print one over the last one, on a terminal, and release it.
void redraw_table(struct libscols_table *table);
// As Docker writes sizes: 1.5GiB, and 1.5GB for I/O.
void binary_size(uint64_t bytes, char text[32]);
void decimal_size(uint64_t bytes, char text[32]);

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
