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

#include <dirent.h>
#include <libsmartcols/libsmartcols.h>
#include <stdio.h>
#include <sys/types.h>
#include <time.h>

struct options {
	bool json, noheadings, dot, threads, tree, all;
	const char *columns, *sort; // as given, or NULL
	const char *users, *pids, *ppids, *ns, *container;
	struct timespec interval; // 0: once
};
extern struct options options;

// --- options.c ---------------------------------------------------------------

enum { TAKES_SELECTION = 1, TAKES_NS = 2, TAKES_SORT = 4, TAKES_DOT = 8 };

void parse_options(int argc, char *argv[]);
// Ends the program if an option was given that the command does not take.
void check_options(const char *command, unsigned int takes);

// What a command is asked for.
struct request {
	int proc;	  // a descriptor of /proc
	int pid, other;	  // 0: none given
	const char *path; // NULL: none given
};
typedef void command_function(const struct request *request);

// --- text.c: strings that nobody vouches for --------------------------------

// The length of the UTF-8 sequence that starts here, of at most `left` bytes,
// or 0 if there is none. The C1 control characters count as none: a terminal
// may obey them.
size_t sequence_length(const char *from, size_t left);
// A copy that is valid UTF-8 and has no C1 control character: what is not
// becomes U+FFFD. The caller frees it.
char *valid_utf8(const char *text);
// A copy, or the end of the program when there is no memory.
char *copy_text(const char *text);
// printf into new memory; ends the program when there is none.
char *format(const char *text, ...) __attribute__((format(printf, 1, 2)));
// printf to the end of a text from malloc(3), which moves.
void append(char **text, const char *more, ...)
    __attribute__((format(printf, 2, 3)));
// By the values of their bytes: strcmp(3).
void sort_texts(char *texts[], size_t count);

// --- table.c: libsmartcols ---------------------------------------------------

struct column {
	const char *name;
	int flags;	    // SCOLS_FL_*
	int json;	    // SCOLS_JSON_*
	const char *source; // the file of /proc and its field, for --explain
};

enum { MAX_COLUMNS = 24 };

struct table {
	struct libscols_table *scols;
	const struct column *columns;
	size_t count;
	int position[MAX_COLUMNS]; // where -o put column i, -1: left out
	size_t room; // cells in a line of the column that table_wrap wraps
};

// The columns of -o, or else of names (NULL: all), and what --sort needs.
// Under --explain says their sources.
void table_open(struct table *table, const char *name,
		const struct column *columns, size_t count, const char *names);
bool table_has(const struct table *table, int column);
// Lines are drawn below each other in this column.
void table_tree(struct table *table, int column);
// On a terminal too narrow for them, texts of the last column go on in the next
// line; the other columns take that many cells. Breaks at spaces.
void table_wrap(struct table *table, size_t others);
// The text for a line of so many cells: longer words are marked to be broken.
char *break_words(const char *text, size_t most);
struct libscols_line *table_line(struct table *table);
// NULL is "not known": ? in a table, null in JSON.
void table_text(struct table *table, struct libscols_line *line, int column,
		const char *text);
void table_number(struct table *table, struct libscols_line *line, int column,
		  int64_t number);
// A text, or NULL, that --sort does not go by, but by the value.
void table_ordered(struct table *table, struct libscols_line *line, int column,
		   const char *text, int64_t value);
// Every cell of the line that is still empty is not known.
void table_unknown(struct table *table, struct libscols_line *line);
void table_print(struct table *table);

// --- lessons.c ---------------------------------------------------------------

struct lesson {
	const char *key, *chapter, *sentence;
};

enum { LESSONS = 36 };
extern const struct lesson lessons[LESSONS];

// --- dot.c: graphs in the language of dot(1) --------------------------------

void dot_open(const char *name);
// A node of two or three lines; third may be NULL.
void dot_node(int64_t id, const char *first, const char *second,
	      const char *third);
void dot_edge(int64_t from, int64_t to, const char *label);
void dot_close(void);

// --- proc.c: the files of /proc ----------------------------------------------

// As much of them as ps(1) reads: a list has those of every process.
#define MOST_ARGUMENTS (((size_t)128 << 10) - 1)

// A descriptor of /proc, or the end of the program.
int open_proc(void);
// To be listed, or NULL with errno.
DIR *open_directory(int dirfd, const char *path);
// For reading, what fd holds by O_PATH.
int reopen(int proc, int fd);
// Read a file of /proc, and narrate that. 0, or -1 with errno.
int read_proc(int dirfd, const char *path, struct buffer *buffer,
	      const char *lesson);
// The same in one read(2), for files that come whole, of at most so many bytes.
int read_record(int dirfd, const char *path, size_t most, struct buffer *buffer,
		const char *lesson);
// Narrated readlinkat(2): the length, or -1.
ssize_t read_link(int dirfd, const char *path, char *target, size_t size,
		  const char *lesson);

// --- mounts.c ----------------------------------------------------------------

struct mount {
	char *root;  // what of the file system is mounted: a path in it
	char *point; // where, a path from the root of the process
	char *mode;  // options of this mount: ro, nosuid, ...
	char *type, *source;
	char *options; // of the file system
};

// Takes the next line of mountinfo apart, in place; false at the end.
bool next_mount(char **text, struct mount *mount);

// --- process.c: one process --------------------------------------------------

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
	int pid, tid; // equal, but for a thread of -T
	bool hidden;  // by hidepid: nothing is known but pid and euid
	char comm[COMM_SIZE];
	char state;
	int64_t field[STAT_FIELDS];
	uid_t euid;
	int64_t rss_kib, locked_kib;
	char *command; // the arguments, or [comm]; freed by the caller
};

// The text after "name:" in a file of such lines, or NULL.
const char *status_field(const char *status, const char *name);
// 0, or -1 when what the kernel wrote is not a stat line.
int parse_stat(const char *stat, struct process *process);
int parse_status(const char *status, struct process *process);
// From the text of cmdline, which it changes, and the comm.
char *command_line(const struct process *process, struct buffer *text);
bool is_kernel_thread(const struct process *process);
// A kernel thread runs no program; a zombie has given all back, unless only its
// first thread has ended.
bool has_no_memory(const struct process *process);
// What is in the directory that prefix ("" or "123/") leads to from dirfd.
// 0, with the text of its status file, which a kernel thread and a hidden
// process have not; -1 with errno: ENOENT or ESRCH when it has gone.
int read_process(int dirfd, const char *prefix, int pid,
		 struct process *process, struct buffer *text);
// Writes "PID/" or "PID/task/TID/".
const char *directory_of(const struct process *process, char prefix[32]);
// What was read by a PID since the process was read is of that process if this
// is true afterwards: one that takes over a PID has started later.
bool is_still_there(int proc, const struct process *process);
// The process that a thread is of: for every thread there is a /proc/TID,
// though no listing of /proc shows it. Of anything else, tid itself.
int process_of(int proc, int tid);
int read_thread(int dirfd, const char *prefix, const struct process *of,
		struct process *thread, struct buffer *text);

// --- processes.c: every process ----------------------------------------------

struct process_list {
	struct process *at;
	size_t count, capacity;
};

// All that are there, in the order of their PIDs.
void read_processes(int proc, struct process_list *list);
struct process *find_process(const struct process_list *list, int64_t pid);
void free_processes(struct process_list *list);

// --- columns.c: what ps(1) makes of the numbers ------------------------------

struct clock {
	double uptime;	   // seconds; 0: not known
	int64_t boot;	   // seconds since 1970; 0: not known
	int64_t total_kib; // memory of the machine; 0: not known
	long ticks;	   // per second
	struct tm today;
};

// What a /proc mounted with subset=pid has not got is not known.
void read_clock(int proc, struct clock *clock);
const char *user_name(uid_t uid);
// Each writes into text. NULL: a terminal that the process has not got, or a
// time that is not known.
const char *show_tty(int64_t device, char *text, size_t size);
void show_state(const struct process *process, char text[8]);
const char *show_start(const struct process *process, const struct clock *clock,
		       char *text, size_t size);
// Below 0: not known.
double cpu_percent(const struct process *process, const struct clock *clock);
int64_t cpu_seconds(const struct process *process, const struct clock *clock);

// --- namespaces.c -----------------------------------------------------------

enum {
	KIND_MNT,
	KIND_PID,
	KIND_NET,
	KIND_IPC,
	KIND_UTS,
	KIND_USER,
	KIND_CGROUP,
	KIND_TIME,
	NAMESPACE_KINDS
};
extern const char *const namespace_kinds[NAMESPACE_KINDS];
// The index of a kind whose name has that length, -1: there is none.
int namespace_kind(const char *name, size_t length);

// The inode of ns/KIND below dirfd, whose links it follows by name prefix
// ("" or "123/"); 0 when it may not be read.
uint64_t namespace_inode(int dirfd, const char *prefix, const char *kind);
// From "net:[4026532281]"; false: that is something else.
bool parse_namespace(const char *text, int *kind, uint64_t *inode);
// The inode of an open file, 0 if there is none.
uint64_t inode_of(int fd);
// Of an open namespace: descriptors, or -1 when there is none in our sight.
int namespace_owner(int fd);
int namespace_parent(int fd);
// Of a socket of a process, or of a thread with descriptors of its own: that
// number among them.
int socket_namespace(int tid, bool thread, int number);
// Of a user namespace: who made it, as a uid of ours, or -1.
int64_t namespace_creator(int fd);
// The user or pid namespace of the first process: it has no parent.
bool is_initial_namespace(uint64_t inode);

// --- ns_find.c, ns_held.c ----------------------------------------------------

struct namespace
{
	uint64_t inode;
	int kind;
	int processes, pid; // how many are in it, and the first of them
	bool wanted;	    // the process that was asked for is in it
	char *held;	    // by what, where no process is: a path, or words
	int fd;		    // of one that no path leads to, else -1
	uint64_t owner, parent;
	int64_t creator;
	struct libscols_line *line; // of the table
};

struct namespace_list {
	struct namespace **at;
	size_t count, capacity;
	void *index;  // the same, by inode
	int unseen;   // processes whose links may not be read
	int unasked;  // sockets that may not be asked for theirs
	char *groups; // of procpeek, which mark packets: once it is needed
};

// All that can be found; `wanted` is a PID or 0.
void find_namespaces(int proc, int wanted, struct namespace_list *list);
struct namespace *find_namespace(const struct namespace_list *list,
				 uint64_t inode);
// Notes one, unless it is known: takes over held and fd.
struct namespace *note_namespace(struct namespace_list *list, uint64_t inode,
				 int kind, char *held, int fd);
void free_namespaces(struct namespace_list *list);
// Those that a process holds by a descriptor or a thread, and those that are
// mounted on a file in the mount namespace of a process, PID or PID/task/TID,
// or, self, of procpeek.
void find_descriptors(int proc, int pid, struct namespace_list *list);
void find_mounts(int proc, const char *process, struct namespace_list *list);

// --- subject.c: everything about one process ---------------------------------

enum role { NO_ENGINE, SERVICE, VIRTUAL_MACHINE, CONTAINER };

struct engine {
	const char *name; // NULL: none recognized
	char id[256], pod[128];
	enum role role;
	bool outside; // the process of an engine, beside its container
};

struct subject {
	int proc; // /proc
	int dir;  // /proc/PID: pins the process, a reused PID is another one
	int pid;
	struct process process;
	struct buffer status, scratch;
	struct engine engine; // once its facts are gathered
};

struct fact {
	const char *key;    // for --json and diff
	const char *source; // the file of /proc and its field
	char *value;	    // NULL: may not be read
};

enum { MAX_FACTS = 96, KEY_CELLS = 20 }; // a key and a space, at most

struct facts {
	struct fact at[MAX_FACTS];
	size_t count;
};

// False, with errno, when there is no such process.
bool subject_find(struct subject *subject, int proc, int pid);
// The same, but then it ends the program.
void subject_open(struct subject *subject, int proc, int pid);
void subject_close(struct subject *subject);
// Takes the value over; NULL for unknown.
void add_fact(struct facts *facts, const char *key, const char *source,
	      char *value);
const char *fact_value(const struct facts *facts, const char *key);
void gather_facts(struct subject *subject, struct facts *facts);
void free_facts(struct facts *facts);

// The parts of gather_facts, a file each.
void facts_of_identity(struct subject *subject, struct facts *facts);
void facts_of_places(struct subject *subject, struct facts *facts);
void facts_of_files(struct subject *subject, struct facts *facts);
void facts_of_namespaces(struct subject *subject, struct facts *facts);
void facts_of_privilege(struct subject *subject, struct facts *facts);
void facts_of_cgroup(struct subject *subject, struct facts *facts);

// --- facts_cgroup.c, limits.c -----------------------------------------------

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

// --- engine.c, inside.c -----------------------------------------------------

// 64 hexadecimal digits, and not a name.
bool is_container_id(const char *text);
// Which engine made one of the paths in the text of /proc/PID/cgroup? Returns
// that path, freed by the caller, or NULL.
char *recognize_engine(const char *cgroups, struct engine *engine);

// The root directory of the process as an O_PATH descriptor, or -1.
int open_root(struct subject *subject);
// What path is below root and never outside it, whatever links it is made of,
// as an O_PATH descriptor, or -1 with errno.
int find_inside(int root, const char *path);
// The name that the passwd(5) file in root gives to uid, or NULL; freed by
// the caller.
char *user_inside(int proc, int root, uid_t uid);
// The same from the text of that file, which it takes apart; NULL has none.
char *find_user(char *passwd, uid_t uid);
// A line of uid_map or gid_map: the first id inside, the first outside, how
// many.
struct id_range {
	uint64_t inside, outside, count;
};

// Takes the next line of text apart, in place; false at the end.
bool next_range(char **text, struct id_range *range);
// What uid of our user namespace is called in that of the subject; -1: it has
// no name there, or that cannot be known.
int64_t uid_inside(struct subject *subject, uid_t uid);

// Who made the container of a process or thread: 1, or 0 if no engine is named
// in its cgroup paths, or -1 if these may not be read.
int engine_of(int proc, const struct process *process, struct engine *engine);
// On version 1, /proc says / of whatever has ended, also of a first thread that
// has ended before the others.
bool is_placeholder(const struct process *process, const char *cgroups);

// --- hidden.c ----------------------------------------------------------------

// Say that /proc is mounted with hidepid, if that concerns us.
void hint_hidden(int proc);
// Say of how many processes the links of ns/ could not be read.
void warn_unseen(int count);
// "there is no process", and why that may not be so.
_Noreturn void no_process(int proc, int pid);

// --- select.c ----------------------------------------------------------------

struct number_list {
	int64_t *at; // NULL: the option was not given
	size_t count;
};

struct selection {
	struct number_list users, pids, ppids;
	int kind;	// of --ns, -1: not given
	uint64_t inode; // that one, or
	bool others;	// all but that one
	size_t selected;
	int unseen; // whose namespaces may not be read
};

// From the options. Ends the program if they make no sense.
void open_selection(struct selection *selection, int proc);
bool take_if_selected(struct selection *selection, int proc,
		      const struct process *process);
// What was printed may lack processes, or have none at all: says so, and ends
// the program in the latter case, unless --interval asks again.
void end_selection(const struct selection *selection);
void close_selection(struct selection *selection);

// --- rows.c ------------------------------------------------------------------

enum row_column {
	ROW_USER,
	ROW_PID,
	ROW_TID,
	ROW_CPU,
	ROW_MEM,
	ROW_VSZ,
	ROW_RSS,
	ROW_TTY,
	ROW_STAT,
	ROW_START,
	ROW_TIME,
	ROW_COMMAND,
	ROW_PPID,
	ROW_PGID,
	ROW_SID,
	ROW_TPGID,
	ROW_UID,
	ROW_COMM,
	ROW_CONTAINER,
	PROCESS_COLUMNS
};
extern const struct column process_columns[PROCESS_COLUMNS];

struct libscols_line *process_line(struct table *table, int proc,
				   const struct process *process,
				   const struct clock *clock);

// --- one per command ---------------------------------------------------------

command_function command_list, command_tree, command_page, command_ns,
    command_diff, command_top, command_files;
// Whether --interval is given.
bool is_watched(void);
// The command again and again, until a signal ends it.
_Noreturn void watch(command_function *draws, const struct request *request);

#endif
