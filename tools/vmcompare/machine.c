// SPDX-License-Identifier: MIT
//
// machine.c: is this a virtual machine, and whose?
//
// Shows:     that a virtual machine is known by its virtual hardware: the
//            processor, the clock, the firmware's tables. None of that is
//            secret, for the kernel inside needs it to work well.
// Mirrors:   systemd-detect-virt(1) --vm, virt-what(1).
// Leaves out: Xen's dom0 and Hyper-V's root partition, both told as the guests
//            that they technically are.
// Read:      Documentation/virt/ in the kernel's source, sysfs(5).

#define _GNU_SOURCE
#include "vmcompare.h"

#include <stdlib.h>
#include <string.h>

#define CLOCKS                                                                 \
	"/sys/devices/system/clocksource/clocksource0/available_clocksource"

// What each side calls the hypervisor, by a name of hypervisors.c; NULL when
// it says nothing.
struct signs {
	struct cpu cpu;
	const char *processor; // CPUID, as a process gets it
	const char *kernel;    // the clock and the interfaces that it was given
	struct firmware firmware;
};

// The signature that comes last counts: one that imitates another puts the
// other's first, where guests made for the other look.
static void ask_processor(struct layer *layer, struct signs *signs)
{
	const char *name;

	if (!ask_cpu(&signs->cpu)) {
		note(layer, "CPUID", "not on this architecture");
		return;
	}
	note(layer, "CPUID 1", "hypervisor bit %s",
	     signs->cpu.hypervisor ? "set" : "not set");
	for (int i = 0; i < signs->cpu.count; i++) {
		name = hypervisor_of_signature(signs->cpu.signature[i]);
		note(layer, "CPUID 0x40000000", "\"%s\"%s",
		     signs->cpu.signature[i], name ? "" : ", unknown");
		if (name)
			signs->processor = name;
	}
}

// The kernel asks the processor as well when it starts, in its own mode, and
// gives its finding to all: the word "hypervisor" among the flags.
static void ask_cpuinfo(struct layer *layer, struct buffer *buffer)
{
	if (read_evidence("/proc/cpuinfo",
			  "flags: what the kernel saw when it asked: proc(5)",
			  buffer) < 0)
		note(layer, "/proc/cpuinfo", "cannot be read");
	else if (strstr(buffer->data, " hypervisor"))
		note(layer, "/proc/cpuinfo", "flag hypervisor");
}

// A guest's own clock stands still when the hypervisor does not run it, so
// that hypervisors lend theirs. The kernel offers it when it found it.
static void ask_clock(struct layer *layer, struct signs *signs,
		      struct buffer *buffer)
{
	const char *text = text_evidence(
	    layer, "clocks", CLOCKS,
	    "a clock lent by the hypervisor is among these", buffer);
	char *word, *rest = NULL;

	if (!text)
		return;
	note(layer, "clocks", "%s", text);
	for (word = strtok_r(buffer->data, " ", &rest); word;
	     word = strtok_r(NULL, " ", &rest))
		if (hypervisor_of_clock(word))
			signs->kernel = hypervisor_of_clock(word);
}

// Xen has a directory of its own in sysfs.
static void ask_xen(struct layer *layer, struct signs *signs,
		    struct buffer *buffer)
{
	const char *text =
	    text_evidence(layer, "/sys/hypervisor", "/sys/hypervisor/type",
			  "only Xen has this file", buffer);

	if (!text)
		return;
	note(layer, "/sys/hypervisor", "%s", text);
	signs->kernel = strcmp(text, "xen") == 0 ? "xen" : signs->kernel;
}

static bool processor_knows(const struct signs *signs, const char *name)
{
	const char *other;

	for (int i = 0; i < signs->cpu.count; i++) {
		other = hypervisor_of_signature(signs->cpu.signature[i]);
		if (other && strcmp(other, name) == 0)
			return true;
	}
	return false;
}

// QEMU builds the machine while KVM runs it: then KVM is the hypervisor.
// VirtualBox, Parallels and the clouds answer CPUID as KVM does, so that Linux
// works well in them: then the board says whose machine it is.
// And a cloud rents out whole machines with the same board.
static const char *one_name(const struct signs *signs)
{
	const char *name = signs->processor ? signs->processor : signs->kernel,
		   *board = signs->firmware.board;
	const bool virtual = signs->cpu.hypervisor ||
			     signs->firmware.is_virtual == SET;

	if (board && strcmp(board, "amazon") == 0 && !virtual &&
	    signs->firmware.is_virtual == NOT_SET)
		board = NULL;
	if (!name && !board && virtual)
		return "vm-other";
	if (!name)
		return board;
	if (board && strcmp(name, "kvm") == 0 && strcmp(board, "qemu") != 0)
		return board;
	return name;
}

static void judge(struct layer *layer, const char *name, const char *how)
{
	if (!name) {
		conclude(layer, "none",
			 "bare metal, or a hypervisor that leaves no sign");
		return;
	}
	layer->type = type_of(name);
	conclude(layer, name, "%s%s", title_of(name), how);
}

// When the kernel found a hypervisor that no signature names, the processor
// answers the process past that hypervisor: somebody else's, further out.
size_t find_machines(struct layer layers[2])
{
	struct layer *outer = &layers[0], *inner = &layers[1];
	struct signs signs = {0};
	struct buffer buffer = {0};

	outer->kind = inner->kind = "virtual machine";
	ask_processor(outer, &signs);
	ask_cpuinfo(inner, &buffer);
	ask_clock(inner, &signs, &buffer);
	ask_xen(inner, &signs, &buffer);
	ask_firmware(inner, &signs.firmware, &buffer);
	free(buffer.data);
	if (signs.firmware.kernel)
		signs.kernel = signs.firmware.kernel;

	if (signs.processor && signs.kernel &&
	    !processor_knows(&signs, signs.kernel)) {
		judge(outer, signs.processor, ": it answers CPUID");
		signs.processor = NULL;
		judge(inner, one_name(&signs), ": the kernel knows it");
		return 2;
	}
	merge_evidence(outer, inner);
	judge(outer, one_name(&signs), "");
	return 1;
}
