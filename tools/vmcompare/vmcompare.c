// SPDX-License-Identifier: MIT
//
// vmcompare: virtual machines beside containers.
//
// Shows:     the layers between the hardware and a process, and what each of
//            them cannot help giving away: the processor's hypervisor leaf,
//            the firmware's tables, the numbers of the first namespaces.
// Mirrors:   systemd-detect-virt(1), virt-what(1).
// Leaves out: the rarer machines (z/VM, PowerVM, User Mode Linux, OpenVZ),
//            which those two know.
// Read:      namespaces(7), proc(5), chroot(2), statx(2).
// Build:     cc -Itools/lib -o vmcompare tools/vmcompare/*.c tools/lib/*.c
//            -lsmartcols

#define _GNU_SOURCE
#include "vmcompare.h"

#include <err.h>
#include <getopt.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void usage(FILE *stream)
{
	fputs(
	    "usage: vmcompare [options]\n"
	    "       vmcompare [options] types\n"
	    "       vmcompare [--explain] [--memory SIZE | --image FILE] "
	    "guest\n"
	    "Say where this process runs: on bare metal, in a virtual\n"
	    "machine, in a container, or in one inside the other.\n"
	    "\n"
	    "  types          list hypervisors by type instead\n"
	    "  guest          be a hypervisor: run a small guest on /dev/kvm\n"
	    "\n"
	    "  --explain      say where each piece of evidence comes from\n"
	    "  --image FILE   write the guest to a file, for QEMU\n"
	    "  --json         print JSON\n"
	    "  --memory SIZE  of the guest: 1M to 3G in whole MiB; 4M\n"
	    "  --noheadings   print no headings\n"
	    "  -o, --output COLUMNS\n"
	    "                 print these columns, separated by commas\n"
	    "  -h, --help     print this help\n"
	    "  -V, --version  print the version\n",
	    stream);
}

// The guest looks at the first word of each MiB, below the addresses that a
// PC's firmware and interrupt controllers have.
static uint64_t guest_memory(const char *text)
{
	const uint64_t mebi = 1 << 20;
	uint64_t size;

	if (parse_size(text, &size) < 0 || size % mebi != 0 || size < mebi ||
	    size > 3072 * mebi)
		errx(EXIT_USAGE,
		     "invalid --memory: %s (1M to 3G, in whole MiB)", text);
	return size;
}

static struct options parse_options(int argc, char *argv[])
{
	enum {
		OPT_EXPLAIN = 256,
		OPT_IMAGE,
		OPT_JSON,
		OPT_MEMORY,
		OPT_NOHEADINGS
	};
	static const struct option long_options[] = {
	    {"explain", no_argument, NULL, OPT_EXPLAIN},
	    {"image", required_argument, NULL, OPT_IMAGE},
	    {"json", no_argument, NULL, OPT_JSON},
	    {"memory", required_argument, NULL, OPT_MEMORY},
	    {"noheadings", no_argument, NULL, OPT_NOHEADINGS},
	    {"output", required_argument, NULL, 'o'},
	    {"help", no_argument, NULL, 'h'},
	    {"version", no_argument, NULL, 'V'},
	    {NULL, 0, NULL, 0},
	};
	struct options options = {0};
	int option;

	// No leading + here: no command follows, so that options may stand
	// on either side of the verb.
	while ((option = getopt_long(argc, argv, "o:hV", long_options, NULL)) !=
	       -1) {
		switch (option) {
		case OPT_EXPLAIN:
			narration = EXPLAIN;
			break;
		case OPT_IMAGE:
			options.image = optarg;
			break;
		case OPT_MEMORY:
			options.memory = guest_memory(optarg);
			break;
		case OPT_JSON:
			options.json = true;
			break;
		case OPT_NOHEADINGS:
			options.noheadings = true;
			break;
		case 'o':
			options.columns = optarg;
			break;
		case 'h':
			usage(stdout);
			exit(EXIT_SUCCESS);
		case 'V':
			puts("vmcompare (Container Bones) " BONES_VERSION);
			exit(EXIT_SUCCESS);
		default: // getopt_long has said what is wrong
			exit(EXIT_USAGE);
		}
	}
	return options;
}

static const struct verb {
	const char *name;
	void (*run)(const struct options *options);
} verbs[] = {
    {"where", where_am_i},
    {"types", print_types},
    {"guest", run_guest},
};

static const struct verb *find_verb(const char *name)
{
	for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
		if (strcmp(verbs[i].name, name) == 0)
			return &verbs[i];
	errx(EXIT_USAGE, "unknown verb: %s", name);
}

int main(int argc, char *argv[])
{
	const struct verb *verb = &verbs[0];
	struct options options;

	setlocale(LC_ALL, "");
	options = parse_options(argc, argv);
	if (optind < argc)
		verb = find_verb(argv[optind++]);
	if (optind < argc)
		errx(EXIT_USAGE, "unexpected operand: %s", argv[optind]);
	if ((options.memory || options.image) && verb->run != run_guest)
		errx(EXIT_USAGE, "--memory and --image are for guest");
	if ((options.json || options.columns) && verb->run == run_guest)
		errx(EXIT_USAGE, "guest prints no table: --json and --output "
				 "are for the others");
	verb->run(&options);
	// A full disk or a closed pipe shows only when the text leaves.
	if (fflush(stdout) != 0)
		err(EXIT_FAILURE, "cannot write standard output");
	return EXIT_SUCCESS;
}
