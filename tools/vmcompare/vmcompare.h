// SPDX-License-Identifier: MIT
// vmcompare.h: what the files of vmcompare share.

#ifndef VMCOMPARE_H
#define VMCOMPARE_H

#include "bones.h"

#include <libsmartcols/libsmartcols.h>
#include <sys/stat.h>

struct options {
	const char *columns; // -o, or NULL for all
	const char *image;   // write the guest there instead of running it
	const char *kernel;  // for QEMU; NULL: the one of this machine
	const char *plot;    // draw the figures there
	char **operands;     // what follows the verb
	uint64_t memory;     // of the guest or the settings; 0: not said
	uint64_t runs, limit;
	bool json;
	bool noheadings;
	bool load; // bench, rather than table
};

// --- evidence.c ------------------------------------------------------------

struct evidence {
	const char *source; // the file, system call or instruction
	char *says;	    // what it answered, and what that means
};

// One layer between the hardware and us, with what speaks for and against it.
struct layer {
	const char *kind; // "virtual machine", "container", "chroot"
	char name[24];	  // as systemd-detect-virt(1) would print it
	const char *type; // of hypervisor: "1", "2", ...; NULL: not one
	char because[192];
	struct evidence evidence[32];
	size_t count;
};

// Add a piece of evidence to the layer.
void note(struct layer *layer, const char *source, const char *says, ...)
    __attribute__((format(printf, 3, 4)));
// Move all evidence of one layer to the end of another's.
void merge_evidence(struct layer *into, struct layer *from);
// The verdict: the name, and why.
void conclude(struct layer *layer, const char *name, const char *because, ...)
    __attribute__((format(printf, 3, 4)));
void free_layer(struct layer *layer);
// Read a file, narrated with the lesson. Returns 0, or -1 with errno.
int read_evidence(const char *path, const char *lesson, struct buffer *buffer);
// Likewise for a text of one line, without its line end and spaces. A failure
// becomes a note, and NULL is returned.
const char *text_evidence(struct layer *layer, const char *source,
			  const char *path, const char *lesson,
			  struct buffer *buffer);
// statx(2) of a path, narrated. Returns 0, or -1 with errno.
int stat_evidence(const char *path, const char *lesson, struct statx *result);
bool same_directory(const struct statx *a, const struct statx *b);

// --- cpu.c: the only file that knows the processor --------------------------

enum { SIGNATURES = 4, SIGNATURE_SIZE = 13 };

struct cpu {
	bool hypervisor; // the processor says that it is a virtual one
	int count;	 // signatures found
	char signature[SIGNATURES][SIGNATURE_SIZE];
};

// Ask the processor itself. Returns false where there is no such instruction.
bool ask_cpu(struct cpu *cpu);

// --- hypervisors.c ---------------------------------------------------------

struct hypervisor {
	const char *name; // as systemd-detect-virt(1) prints it
	const char *title;
	const char *type;    // "1", "2", "1 and 2", "neither"
	const char *article; // the type that the article gives, or NULL
	const char *fit;     // how well the table of two types fits
};

extern const struct hypervisor hypervisors[]; // ends with a NULL name

// Each returns a name of the table above, or NULL for an unknown sign.
const char *hypervisor_of_signature(const char *signature);
const char *hypervisor_of_board(const char *dmi_string);
const char *hypervisor_of_acpi(const char *oem_id, const char **maker);
const char *hypervisor_of_clock(const char *clocksource);
const char *type_of(const char *name);
const char *title_of(const char *name);

// --- namespaces.c ----------------------------------------------------------

enum { PID, CGROUP, USER, IPC, UTS, TIME, MNT, NET, KINDS };
enum state { UNKNOWN, INITIAL, OWN };

// Note each of our namespaces, and store whether it is the machine's.
void examine_namespaces(struct layer *layer, enum state state[KINDS]);

// --- firmware.c ------------------------------------------------------------

enum bit { NOT_KNOWN, NOT_SET, SET };

struct firmware {
	const char *board;   // a name of hypervisors.c: who built the machine
	const char *kernel;  // likewise, of the hypervisor in a device tree
	enum bit is_virtual; // "this is a virtual machine", it says itself
};

void ask_firmware(struct layer *layer, struct firmware *firmware,
		  struct buffer *buffer);

// --- machine.c, container.c, chroot.c: the layers --------------------------

// Fill in one layer, or two when a hypervisor runs inside another.
size_t find_machines(struct layer layers[2]);
void find_container(struct layer *layer);
void find_chroot(struct layer *layer);

// --- output.c --------------------------------------------------------------

struct column {
	const char *name;
	int flags; // SCOLS_FL_*
};

// A table named name with the columns (ended by a NULL name) that the options
// ask for. An unknown column is a usage error. The last one wraps at words.
struct libscols_table *new_table(const char *name, const struct column *columns,
				 const struct options *options);
// The parent is NULL for a line that is no branch of another.
struct libscols_line *new_line(struct libscols_table *table,
			       struct libscols_line *parent);
// Set the cell of that column, if the table has it. NULL leaves it empty.
void set_cell(struct libscols_table *table, struct libscols_line *line,
	      const char *column, const char *text);
void print_table(struct libscols_table *table);

// --- client.c --------------------------------------------------------------

double milliseconds(void); // of CLOCK_MONOTONIC

// --- guest.c, nokvm.c: a guest, and what to do without /dev/kvm ------------

extern const char guest[]; // machine code for x86
extern const size_t guest_size;

// Run the guest on /dev/kvm with that much memory.
void virtualize(uint64_t memory);
// Whom the device is for, after EACCES.
void hint_kvm_permissions(void);
// Say what failed, by errno and what can be found out, and what works instead.
noreturn void no_kvm(const char *what);

// --- the verbs -------------------------------------------------------------

void where_am_i(const struct options *options);
void print_types(const struct options *options);
void run_guest(const struct options *options);
void compare(const struct options *options); // table and bench
void run_inside(const struct options *options);
void run_load(const struct options *options);

#endif
