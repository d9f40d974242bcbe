// SPDX-License-Identifier: MIT
// bench.h: what the files of table and bench share.

#ifndef BENCH_H
#define BENCH_H

#include "vmcompare.h"

// --- measures.c: what is measured ------------------------------------------

enum measure {
	START,
	REQUESTS,
	SYSCALL,
	PSS,
	DISK,
	KERNEL,
	CLOCK,
	PROCESSES,
	CPUS,
	MEMORY,
	LIMIT,
	LINKS,
	DEVICES,
	MEASURES
};

enum { VALUE_SIZE = 80, MAX_RUNS = 100, MAX_SETTINGS = 16 };
enum { TABLE = 1, BENCH = 2, BOTH = TABLE | BENCH }; // verbs

extern const struct measure_kind {
	const char *key;   // in KEY=VALUE lines and in JSON
	const char *title; // in tables
	double unit;	   // that the title names, in that of the line; 0: text
	int verbs;
} measures[MEASURES];

// One run in one setting. An empty value is one that nobody has told.
struct result {
	char value[MEASURES][VALUE_SIZE];
};

struct spread {
	double least, median, most;
};

// --- settings.c, box.c, qemu.c: what is compared ---------------------------

enum { GROUP_SIZE = 128, KERNEL_SIZE = 256 };

struct setting {
	const char *name;
	const char *command; // of NAME=COMMAND; NULL: one of ours
	char how[192];	     // what a reader has to know of it
	uint64_t disk;	     // bytes of the files that it needs; 0: not known
	// Before each run and after it, in the parent, and in a child: be it.
	void (*prepare)(struct setting *setting, const struct options *options);
	void (*be)(struct setting *setting, const struct options *options);
	void (*clean)(struct setting *setting);
	char group[GROUP_SIZE]; // of a container; empty: none
	char kernel[KERNEL_SIZE];
	uint64_t memory; // of a virtual machine
	int initramfs;	 // a descriptor
	bool kvm;
	struct result results[MAX_RUNS];
	size_t count;
	bool failed;
};

bool is_value(enum measure measure, const char *text);
bool find_spread(const struct setting *setting, enum measure measure,
		 struct spread *spread);

size_t choose_settings(struct setting settings[MAX_SETTINGS],
		       const struct options *options);
// The part that is the same in all of ours.
void work(const struct options *options);

void prepare_box(struct setting *box, const struct options *options);
void be_box(struct setting *box, const struct options *options);
void clean_box(struct setting *box);
// group.c
bool make_group(char group[GROUP_SIZE], uint64_t memory);
int join_group(const char *group);
void remove_group(const char *group);

bool find_vm(struct setting *vm, const struct options *options);
void check_kernel(struct setting *vm, const char *path);
void do_without_kvm(struct setting *vm);
void be_vm(struct setting *vm, const struct options *options);
// files.c
char *find_program(const char *name); // to be freed; NULL with errno
uint64_t size_of_program(const char *program);
int make_initramfs(const char *init, const char *program);

// --- inside.c, client.c, init.c: in the setting ----------------------------

// Look around as the process pid would. 0: this process.
void look_around(pid_t pid, struct result *result);
void time_system_call(struct result *result);
void print_facts(const struct result *result);
// Be the first process of a virtual machine, if that is what we are.
void become_init(void);
void raise_loopback(void);

// A connection over which a value was set and got, or -1 with errno.
int greet_memcached(const char *host, const char *port);
// Requests per second, or -1 with errno.
double load_memcached(int fd);

// --- watch.c, told.c, end.c, family.c: one run
// --------------------------------------------

struct progress {
	const char *name;
	uint64_t run, runs;
	double started;
	bool shown;
};

struct run {
	int signals;  // a signalfd
	int signal;   // that came; 0: none
	bool orphans; // come to us
	pid_t pid;
	int child, input, output; // a pidfd, and two pipes
	double started;
	struct progress progress;
	char text[2048], line[2048]; // what was read; the line in it
	size_t length;
	char tail[1024]; // the last of what nobody waited for
	char why[160];	 // it failed
	int head;	 // the process that it told us to look at; 0: none
};

enum event { OUTPUT, ENDED, LATE, INTERRUPTED };

void prepare_runs(struct run *run, uint64_t runs);
void start_run(struct run *run, struct setting *setting,
	       const struct options *options);
// The next line of the child, or why there is none.
enum event read_line(struct run *run, double deadline);
void keep_line(struct run *run, const char *line);
bool has_ended(const struct run *run);
// Until it has told all. Returns false when it failed.
bool listen_to(struct run *run, struct result *result,
	       const struct options *options, double limit);
// Returns the wait status. A patient one gets the time to tidy up.
int end_run(struct run *run, bool patient);

void show_progress(struct progress *progress);
void hide_progress(struct progress *progress);

// A process and all that came from it. Returns how many.
size_t find_family(int head, int *pids, size_t room);
uint64_t memory_of_family(int head, int *server);

// --- report.c, plot.c ------------------------------------------------------

void print_settings(const struct setting *settings, size_t count,
		    const struct options *options);
int open_plot(const char *path);
void plot_settings(int picture, const struct setting *settings, size_t count);

#endif
