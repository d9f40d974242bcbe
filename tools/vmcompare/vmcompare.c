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
#include "bench.h"

#include <err.h>
#include <getopt.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void usage(FILE *stream)
{
	fputs(
	    "usage: vmcompare [options] [where | types]\n"
	    "       vmcompare [options] table | bench [NAME=COMMAND]...\n"
	    "       vmcompare [--explain] [--memory SIZE | --image FILE] "
	    "guest\n"
	    "Say where this process runs: on bare metal, in a virtual\n"
	    "machine, in a container, or in one inside the other.\n"
	    "\n"
	    "  types          list hypervisors by type instead\n"
	    "  table          process, container and virtual machine side by "
	    "side\n"
	    "  bench          the same with memcached in them, under load\n"
	    "  guest          be a hypervisor: run a small guest on /dev/kvm\n"
	    "  inside, load   what table and bench run in each: see the "
	    "manual\n"
	    "\n"
	    "  --explain      say where each piece of evidence comes from\n"
	    "  --image FILE   write the guest to a file, for QEMU\n"
	    "  --json         print JSON\n"
	    "  --kernel FILE  for the virtual machine; the running one\n"
	    "  --limit SECONDS  for each run; 120\n"
	    "  --memory SIZE  of the guest: 1M to 3G in whole MiB; 4M. Of\n"
	    "                 container and virtual machine: 128M to 3G; "
	    "256M\n"
	    "  --noheadings   print no headings\n"
	    "  -o, --output COLUMNS\n"
	    "                 print these columns, separated by commas\n"
	    "  --plot FILE    draw bench's figures, as SVG, by gnuplot\n"
	    "  --runs N       of each setting, 1 to 100; 3\n"
	    "  -h, --help     print this help\n"
	    "  -V, --version  print the version\n",
	    stream);
}

// The guest looks at the first word of each MiB, below the addresses that a
// PC's firmware and interrupt controllers have.
static uint64_t memory_option(const char *text)
{
	const uint64_t mebi = 1 << 20;
	uint64_t size;

	if (parse_size(text, &size) < 0 || size % mebi != 0 || size < mebi ||
	    size > 3072 * mebi)
		errx(EXIT_USAGE,
		     "invalid --memory: %s (1M to 3G, in whole MiB)", text);
	return size;
}

// The options have letters, so that a verb can say which ones it takes.
enum {
	OPT_EXPLAIN = 'e',
	OPT_IMAGE = 'i',
	OPT_JSON = 'j',
	OPT_KERNEL = 'k',
	OPT_LIMIT = 'l',
	OPT_MEMORY = 'm',
	OPT_NOHEADINGS = 'n',
	OPT_OUTPUT = 'o',
	OPT_PLOT = 'p',
	OPT_RUNS = 'r',
};

static const struct option long_options[] = {
    {"explain", no_argument, NULL, OPT_EXPLAIN},
    {"image", required_argument, NULL, OPT_IMAGE},
    {"json", no_argument, NULL, OPT_JSON},
    {"kernel", required_argument, NULL, OPT_KERNEL},
    {"limit", required_argument, NULL, OPT_LIMIT},
    {"memory", required_argument, NULL, OPT_MEMORY},
    {"noheadings", no_argument, NULL, OPT_NOHEADINGS},
    {"output", required_argument, NULL, OPT_OUTPUT},
    {"plot", required_argument, NULL, OPT_PLOT},
    {"runs", required_argument, NULL, OPT_RUNS},
    {"help", no_argument, NULL, 'h'},
    {"version", no_argument, NULL, 'V'},
    {NULL, 0, NULL, 0},
};

static const struct verb {
	const char *name;
	void (*run)(const struct options *options);
	const char *takes; // these options
	bool operands, load;
} verbs[] = {
    {"where", where_am_i, "ejno", false, false},
    {"types", print_types, "ejno", false, false},
    {"guest", run_guest, "eim", false, false},
    {"table", compare, "ejklmnr", true, false},
    {"bench", compare, "ejklmnpr", true, true},
    {"inside", run_inside, "e", false, false},
    {"load", run_load, "e", false, true},
};

static uint64_t number_option(const char *name, const char *text, uint64_t max)
{
	uint64_t number;

	if (parse_number(text, 1, max, &number) < 0)
		errx(EXIT_USAGE, "invalid --%s: %s (1 to %ju)", name, text,
		     (uintmax_t)max);
	return number;
}

static void set_option(struct options *options, int option)
{
	switch (option) {
	case OPT_EXPLAIN:
		narration = EXPLAIN;
		break;
	case OPT_IMAGE:
		options->image = optarg;
		break;
	case OPT_JSON:
		options->json = true;
		break;
	case OPT_KERNEL:
		options->kernel = optarg;
		break;
	case OPT_LIMIT:
		options->limit = number_option("limit", optarg, 86400);
		break;
	case OPT_MEMORY:
		options->memory = memory_option(optarg);
		break;
	case OPT_NOHEADINGS:
		options->noheadings = true;
		break;
	case OPT_OUTPUT:
		options->columns = optarg;
		break;
	case OPT_PLOT:
		options->plot = optarg;
		break;
	case OPT_RUNS:
		options->runs = number_option("runs", optarg, MAX_RUNS);
		break;
	case 'h':
		usage(stdout);
		exit_printed(EXIT_FAILURE);
	case 'V':
		puts("vmcompare (Container Bones) " BONES_VERSION);
		exit_printed(EXIT_FAILURE);
	default: // getopt_long has said what is wrong
		exit(EXIT_USAGE);
	}
}

// Stores the letters of the options that were given, each once.
static struct options parse_options(int argc, char *argv[], char given[16])
{
	struct options options = {.runs = 3, .limit = 120};
	int option;

	// No leading + here: no command follows, so that options may stand
	// on either side of the verb.
	while ((option = getopt_long(argc, argv, "o:hV", long_options, NULL)) !=
	       -1) {
		set_option(&options, option);
		if (!strchr(given, option))
			given[strlen(given)] = (char)option;
	}
	return options;
}

static const struct verb *find_verb(const char *name)
{
	for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
		if (strcmp(verbs[i].name, name) == 0)
			return &verbs[i];
	errx(EXIT_USAGE, "unknown verb: %s", name);
}

static void check_options(const struct verb *verb, const char *given)
{
	const char *wrong = given + strspn(given, verb->takes);

	for (const struct option *o = long_options; *wrong && o->name; o++)
		if (o->val == *wrong)
			errx(EXIT_USAGE, "%s takes no --%s", verb->name,
			     o->name);
}

int main(int argc, char *argv[])
{
	const struct verb *verb = &verbs[0];
	struct options options;
	char given[16] = "";

	setlocale(LC_ALL, "");
	options = parse_options(argc, argv, given);
	if (optind < argc)
		verb = find_verb(argv[optind++]);
	if (optind < argc && !verb->operands)
		errx(EXIT_USAGE, "unexpected operand: %s", argv[optind]);
	check_options(verb, given);
	options.operands = argv + optind;
	options.load = verb->load;
	verb->run(&options);
	// A full disk or a closed pipe shows only when the text leaves.
	exit_printed(EXIT_FAILURE);
}
