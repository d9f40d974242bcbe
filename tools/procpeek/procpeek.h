// SPDX-License-Identifier: MIT
//
// procpeek.h: what the files of procpeek share.
//
// From the bottom up: text.c and table.c print, proc.c reads /proc of every
// process, subject.c and the facts_*.c files read everything about one, and
// one file per command puts it together.

#ifndef PROCPEEK_H
#define PROCPEEK_H

#include "bones.h"

#include <libsmartcols/libsmartcols.h>
#include <stdio.h>
#include <sys/types.h>

struct options {
	bool json, noheadings;
	const char *columns; // -o, or NULL for all of them
};
extern struct options options;

// --- text.c: strings that nobody vouches for --------------------------------

// A copy that is valid UTF-8 and has no C1 control character: what is not
// becomes U+FFFD. The caller frees it.
char *valid_utf8(const char *text);
// printf into new memory; ends the program when there is none.
char *format(const char *text, ...) __attribute__((format(printf, 1, 2)));

// --- table.c: libsmartcols ---------------------------------------------------

struct column {
	const char *name;
	int flags;	    // SCOLS_FL_*
	int json;	    // SCOLS_JSON_*
	const char *source; // the file of /proc and its field, for --explain
};

enum { MAX_COLUMNS = 16 };

struct table {
	struct libscols_table *scols;
	int position[MAX_COLUMNS]; // where -o put column i, -1: left out
};

// Columns in the order of -o, or all. Under --explain says their sources.
void table_open(struct table *table, const char *name,
		const struct column *columns, size_t count);
struct libscols_line *table_line(struct table *table);
// NULL is "not known": ? in a table, null in JSON.
void table_text(struct table *table, struct libscols_line *line, int column,
		const char *text);
void table_number(struct table *table, struct libscols_line *line, int column,
		  int64_t number);
void table_print(struct table *table);

// --- proc.c: every process ---------------------------------------------------

// Fields of /proc/PID/stat by the numbers of proc(5).
enum stat_field {
	STAT_PPID = 4,
	STAT_PGRP = 5,
	STAT_SESSION = 6,
	STAT_TTY = 7,
	STAT_TPGID = 8,
	STAT_FLAGS = 9,
	STAT_UTIME = 14,
	STAT_STIME = 15,
	STAT_NICE = 19,
	STAT_THREADS = 20,
	STAT_START = 22,
	STAT_VSIZE = 23,
	STAT_FIELDS
};

enum { COMM_SIZE = 65 }; // 64 bytes: what the kernel shows of a workqueue

struct process {
	int pid;
	char comm[COMM_SIZE];
	char state;
	int64_t field[STAT_FIELDS];
	uid_t euid;
	int64_t rss_kib, locked_kib;
	char *command; // the arguments, or [comm]
};

struct process_list {
	struct process *at;
	size_t count, capacity;
};

// A descriptor of /proc, or the end of the program.
int open_proc(void);
// Read a file of /proc, and narrate that. 0, or -1 with errno.
int read_proc(int dirfd, const char *path, struct buffer *buffer,
	      const char *lesson);
// Narrated readlinkat(2): the length, or -1.
ssize_t read_link(int dirfd, const char *path, char *target, size_t size,
		  const char *lesson);
// The text after "name:" in a file of such lines, or NULL.
const char *status_field(const char *status, const char *name);
// 0, or -1 when what the kernel wrote is not a stat line.
int parse_stat(const char *stat, struct process *process);
// What is in the directory that prefix ("" or "123/") leads to from dirfd.
// 0, with the text of its status file; -1 when the process has gone.
int read_process(int dirfd, const char *prefix, int pid,
		 struct process *process, struct buffer *text);
// All that are there, in the order of their PIDs.
void read_processes(int proc, struct process_list *list);
struct process *find_process(const struct process_list *list, int64_t pid);
void free_processes(struct process_list *list);

// --- columns.c: what ps(1) makes of the numbers ------------------------------

struct clock {
	double uptime;	   // seconds
	int64_t boot;	   // seconds since 1970
	int64_t total_kib; // memory of the machine
	long ticks;	   // per second
};

void read_clock(int proc, struct clock *clock);
const char *user_name(uid_t uid);
// Each writes into text; a NULL result is a terminal the process has not got.
const char *show_tty(int64_t device, char *text, size_t size);
void show_state(const struct process *process, char text[8]);
void show_start(const struct process *process, const struct clock *clock,
		char *text, size_t size);
double cpu_percent(const struct process *process, const struct clock *clock);
int64_t cpu_seconds(const struct process *process, const struct clock *clock);

// --- namespaces.c
// -------------------------------------------------------------

enum { NAMESPACE_KINDS = 8 };
extern const char *const namespace_kinds[NAMESPACE_KINDS];

// The inode of ns/KIND below dirfd, whose links it follows by name prefix
// ("" or "123/"); 0 when it may not be read.
uint64_t namespace_inode(int dirfd, const char *prefix, const char *kind);
// The inode of the user namespace that owns it, 0 when out of sight.
uint64_t namespace_owner(int dirfd, const char *prefix, const char *kind);
// The inodes that the kernel gives to the namespaces of its first process.
bool is_initial_user_namespace(uint64_t inode);

// --- subject.c: everything about one process ---------------------------------

struct subject {
	int proc; // /proc
	int dir;  // /proc/PID: pins the process, a reused PID is another one
	int pid;
	struct process process;
	struct buffer status, scratch;
};

struct fact {
	const char *key;    // for --json and diff
	const char *source; // the file of /proc and its field
	char *value;	    // NULL: may not be read
};

enum { MAX_FACTS = 96 };

struct facts {
	struct fact at[MAX_FACTS];
	size_t count;
};

// False, with errno, when there is no such process.
bool subject_find(struct subject *subject, int proc, int pid);
// The same, but then it ends the program.
void subject_open(struct subject *subject, int proc, int pid);
void subject_close(struct subject *subject);
bool is_kernel_thread(const struct process *process);
// Takes the value over; NULL for unknown.
void add_fact(struct facts *facts, const char *key, const char *source,
	      char *value);
const char *fact_value(const struct facts *facts, const char *key);
void gather_facts(struct subject *subject, struct facts *facts);
void free_facts(struct facts *facts);

// The parts of gather_facts, a file each.
void facts_of_identity(struct subject *subject, struct facts *facts);
void facts_of_places(struct subject *subject, struct facts *facts);
void facts_of_namespaces(struct subject *subject, struct facts *facts);
void facts_of_privilege(struct subject *subject, struct facts *facts);
void facts_of_cgroup(struct subject *subject, struct facts *facts);

// --- facts_cgroup.c, limits.c
// ---------------------------------------------------

// A line of /proc/PID/cgroup is ID:CONTROLLERS:PATH; end is where the next one
// starts.
struct cgroup_line {
	const char *list, *path, *end;
	int list_length, path_length;
};

// Take the first line of text apart; false when it is none.
bool cgroup_line(const char *text, struct cgroup_line *line);
// From the text of /proc/PID/cgroup.
void facts_of_limits(struct subject *subject, const char *cgroups,
		     struct facts *facts);

// --- engine.c, inside.c
// --------------------------------------------------------

struct engine {
	const char *name; // NULL: none recognized
	char id[256], pod[128];
};

// Which engine made this cgroup path (one path, no newline)?
bool recognize_engine(const char *path, struct engine *engine);

// The root directory of the process as an O_PATH descriptor, or -1.
int open_root(struct subject *subject);
// Open path below root and never outside it, whatever links it is made of.
int open_inside(int root, const char *path, int flags);
// The name that the passwd(5) file in root gives to uid, or NULL; freed by
// the caller.
char *user_inside(int root, uid_t uid);
// What uid of our user namespace is called in that of the subject, -1: no name.
int64_t uid_inside(struct subject *subject, uid_t uid);

// --- one per command
// -------------------------------------------------------------

void command_list(int proc);
void command_tree(int proc, int pid); // 0: from the roots
void command_page(int proc, int pid);
void command_ns(int proc, int pid); // 0: of all processes
void command_diff(int proc, int a, int b);
void command_top(int proc, int pid);
void command_files(int proc, int pid, const char *directory);

#endif
