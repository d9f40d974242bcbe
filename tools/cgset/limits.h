// SPDX-License-Identifier: MIT
//
// limits.h: from KEY=VALUE to what is written into which file. A setting is
// what was typed, a change is one write, a plan is all of them.

#ifndef CGSET_LIMITS_H
#define CGSET_LIMITS_H

#include "cgset.h"

// --- keys.c: the vocabulary ------------------------------------------------

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
// --- values.c: what each key accepts ----------------------------------------

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

// --- v1-limits.c and v2-limits.c: what differs -----------------------------

// Turn one setting into the writes of this version.
void v1_plan(struct plan *plan, struct hierarchy *hierarchy,
	     const struct setting *setting);
void v2_plan(struct plan *plan, struct hierarchy *hierarchy,
	     const struct setting *setting);
// memory.limit_in_bytes must never exceed memory.memsw.limit_in_bytes.
void v1_order_memory(struct plan *plan);
// Say what can be verified about a refused memory limit (errno).
void v1_explain_memory(const struct change *change, const char *group);
// v2 takes a memory limit below use, reclaims, then kills: note what is used
// before, and describe what came of it.
bool v2_may_kill(const struct change *change);
void v2_note_use(struct change *change, const char *group);
void v2_describe_reclaim(const struct change *change, const char *group,
			 char text[256]);

#endif
