// SPDX-License-Identifier: MIT
//
// figures.h: what the files of a group say, and the tables that show it.

#ifndef CGSET_FIGURES_H
#define CGSET_FIGURES_H

#include "cgset.h"

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
// 0, or -1 when the group has no such file.
int read_figure(struct layout *layout, const char *group, enum figure figure,
		uint64_t *value);

// What of the last ten seconds somebody in the group waited for CPU, memory,
// I/O, in percent. 0, or -1 when the kernel does not say.
int read_pressure(struct layout *layout, const char *group, double percent[3]);

// --- sample.c: all of them at one moment -------------------------------------

// A figure that the group does not have is absent.
struct sample {
	const char *group;
	struct timespec time;
	uint64_t figures[FIGURES];
	bool has[FIGURES];
	double cpu_percent; // since the sample before, of one CPU
	bool has_cpu, has_network, has_pressure;
	uint64_t received, sent;
	double pressure[3]; // percent of the last ten seconds
};

// The groups that were named, or all with processes but the root.
struct list choose_groups(struct layout *layout, char *operands[]);
// The groups of this moment and their figures, with the CPU time since the
// samples of the moment before. A group that is gone has no figures.
struct sample *take_samples(struct layout *layout, const struct list *list,
			    const struct list *before,
			    const struct sample *old);

// --- network.c -------------------------------------------------------------

// 0, or -1 when the group has no network of its own.
int read_network(struct layout *layout, const char *group, uint64_t *received,
		 uint64_t *sent);

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

#endif
