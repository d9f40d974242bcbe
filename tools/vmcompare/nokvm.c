// SPDX-License-Identifier: MIT
//
// nokvm.c: why the guest cannot run on this machine, and how it can.
//
// Shows:     that an emulator runs the same machine code without the hardware
//            that a hypervisor needs, only slower.
// Mirrors:   kvm-ok(1).
// Leaves out: the firmware's switch for virtualization: it is in a register
//            that only the kernel reads.
// Read:      Documentation/virt/kvm/api.rst in the kernel's source.

#define _GNU_SOURCE
#include "vmcompare.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DEVICE "/dev/kvm"

// Without the instructions for it, svm of AMD or vmx of Intel, the module of
// the kernel that makes the device refuses to load.
static void look_at_processor(void)
{
	struct buffer flags = {0};

	if (read_file(AT_FDCWD, "/proc/cpuinfo", &flags) < 0)
		return;
	if (strstr(flags.data, " svm"))
		hint("the processor has svm: modprobe kvm_amd");
	else if (strstr(flags.data, " vmx"))
		hint("the processor has vmx: modprobe kvm_intel");
	else
		hint("the processor offers neither svm nor vmx: see the flags "
		     "in /proc/cpuinfo");
	free(flags.data);
}

void hint_kvm_permissions(void)
{
	const struct group *group;
	struct stat device;

	if (stat(DEVICE, &device) < 0)
		return;
	group = getgrgid(device.st_gid);
	if (device.st_mode & S_IWGRP && device.st_gid != 0 && group)
		hint("%s is for the group %s: usermod --append --groups %s "
		     "USER, and log in again",
		     DEVICE, group->gr_name, group->gr_name);
	else
		hint("%s belongs to user %u and group %u, with mode %04o",
		     DEVICE, device.st_uid, device.st_gid,
		     device.st_mode & 07777);
}

noreturn void no_kvm(const char *what)
{
	int error = errno;

	warn("cannot %s", what);
	if (error == ENOENT)
		look_at_processor();
	else if (error == EACCES)
		hint_kvm_permissions();
	hint("in emulation it works: vmcompare guest --image guest.img && "
	     "qemu-system-x86_64 -accel tcg -m 4 -display none "
	     "-debugcon stdio -device isa-debug-exit,iobase=0xf4 "
	     "-kernel guest.img");
	exit(EXIT_UNAVAILABLE);
}

#ifndef __x86_64__

void virtualize(uint64_t memory)
{
	(void)memory;
	errno = ENOSYS;
	no_kvm("run x86 instructions on this processor");
}

#endif

static void write_image(const char *path)
{
	FILE *file = fopen(path, "we");

	if (!file || fwrite(guest, guest_size, 1, file) != 1 ||
	    fclose(file) != 0)
		err(EXIT_FAILURE, "cannot write %s", path);
}

void run_guest(const struct options *options)
{
	if (options->image)
		write_image(options->image);
	else
		virtualize(options->memory ? options->memory : 4 << 20);
}
