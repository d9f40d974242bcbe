// SPDX-License-Identifier: MIT
//
// qemu.c: a virtual machine with a Linux, made for one measurement.
//
// Shows:     what a virtual machine needs that a container does not: a kernel,
//            a root file system, a program that plays the hardware, and either
//            a processor that can be divided or one that is emulated.
// Mirrors:   virsh(1), virtme-ng.
// Leaves out: disk and network: client and server are both inside.
// Read:      qemu-system-x86_64(1), bootparam(7).

#define _GNU_SOURCE
#include "bench.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

// What differs between the architectures: the emulator, its board, the name
// of the console, and the letters at a place in the header of every kernel.
#ifdef __aarch64__
#define QEMU "qemu-system-aarch64"
#define BOARD "virt"
#define CONSOLE "ttyAMA0"
#define MAGIC "ARM\x64"
enum { MAGIC_AT = 0x38 };
#else
#define QEMU "qemu-system-x86_64"
#define BOARD "pc"
#define CONSOLE "ttyS0"
#define MAGIC "HdrS"
enum { MAGIC_AT = 0x202 };
#endif

// A kernel begins with a header for boot loaders. What has none would leave
// QEMU waiting for nothing.
static bool is_kernel(const char *path)
{
	char magic[4] = "";
	FILE *file = fopen(path, "re");
	bool found;

	if (!file)
		return false;
	found = fseek(file, MAGIC_AT, SEEK_SET) == 0 &&
		fread(magic, sizeof magic, 1, file) == 1 &&
		memcmp(magic, MAGIC, sizeof magic) == 0;
	fclose(file);
	if (!found)
		errno = ENOEXEC;
	return found;
}

// The kernel that runs now, where distributions keep it. Some let only root
// read it, and in a container it is not there.
static bool find_kernel(char path[KERNEL_SIZE])
{
	static const char *const places[][2] = {
	    {"/boot/vmlinuz-", ""},
	    {"/lib/modules/", "/vmlinuz"},
	};
	struct utsname kernel;
	int error = ENOENT;

	uname(&kernel);
	for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
		snprintf(path, KERNEL_SIZE, "%s%s%s", places[i][0],
			 kernel.release, places[i][1]);
		if (is_kernel(path))
			return true;
		error = errno == ENOENT ? error : errno;
	}
	snprintf(path, KERNEL_SIZE, "/boot/vmlinuz-%s", kernel.release);
	errno = error;
	return false;
}

// That the device is there proves nothing, but without it there is no KVM.
// Commonest errno: ENOENT; EACCES, for want of the group.
static bool ask_kvm(void)
{
	int saved, fd = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	bool answers;

	explain(fd, "a hypervisor in this kernel, for QEMU to use",
		"openat(AT_FDCWD, \"/dev/kvm\", O_RDWR|O_CLOEXEC)");
	if (fd < 0) {
		if (errno == EACCES)
			hint_kvm_permissions();
		return false;
	}
	answers = ioctl(fd, KVM_GET_API_VERSION, 0) == KVM_API_VERSION;
	saved = errno;
	close(fd);
	errno = saved;
	return answers;
}

static void describe(struct setting *vm, const char *why_not)
{
	struct stat kernel, initramfs;

	snprintf(vm->how, sizeof vm->how, "%s, %ju MiB, one processor; %s%s",
		 QEMU, (uintmax_t)vm->memory >> 20,
		 vm->kvm ? "KVM" : "emulation, for /dev/kvm: ",
		 vm->kvm ? "" : why_not);
	if (stat(vm->kernel, &kernel) == 0 &&
	    fstat(vm->initramfs, &initramfs) == 0)
		vm->disk = (uint64_t)(kernel.st_size + initramfs.st_size);
}

// Some have a /dev/kvm that starts no Linux.
void do_without_kvm(struct setting *vm)
{
	vm->kvm = false;
	describe(vm, "it booted nothing");
}

// Everything that a virtual machine needs, or the reason why there is none.
bool find_vm(struct setting *vm, const struct options *options)
{
	char *qemu = find_program(QEMU), *self, *memcached;

	if (!qemu) {
		warn("no virtual machine: cannot find %s", QEMU);
		hint("it is in the package qemu-system-x86 or "
		     "qemu-system-arm (Debian), qemu-system-x86-core or "
		     "qemu-system-aarch64-core (Fedora)");
		return false;
	}
	free(qemu);
	if (!options->kernel && !find_kernel(vm->kernel)) {
		warn("no virtual machine: cannot use %s as its kernel",
		     vm->kernel);
		hint("--kernel FILE names another one");
		return false;
	}
	memcached = options->load ? find_program("memcached") : NULL;
	self = realpath("/proc/self/exe", NULL);
	if (!self)
		err(EXIT_FAILURE, "cannot find this program");
	vm->initramfs = make_initramfs(self, memcached);
	free(self);
	free(memcached);
	vm->memory = options->memory;
	vm->kvm = ask_kvm();
	describe(vm, strerror(errno));
	return true;
}

// A kernel that somebody names has to be one.
void check_kernel(struct setting *vm, const char *path)
{
	if (strlen(path) >= KERNEL_SIZE || !is_kernel(path))
		err(EXIT_USAGE, "cannot use %s as a kernel", path);
	snprintf(vm->kernel, KERNEL_SIZE, "%s", path);
}

// The console is our standard input and output. The kernel says only what is
// grave, gives what stands after -- to its first process, and when it panics
// the machine ends at once.
void be_vm(struct setting *vm, const struct options *options)
{
	char memory[32], initramfs[32], line[128];
	char *argv[] = {
	    QEMU,      "-accel",      vm->kvm ? "kvm" : "tcg",
	    "-M",      BOARD,	      "-cpu",
	    "max",     "-m",	      memory,
	    "-kernel", vm->kernel,    "-initrd",
	    initramfs, "-append",     line,
	    "-serial", "stdio",	      "-display",
	    "none",    "-nodefaults", "-no-reboot",
	    NULL,
	};

	snprintf(memory, sizeof memory, "%juM", (uintmax_t)vm->memory >> 20);
	snprintf(initramfs, sizeof initramfs, "/proc/self/fd/%d",
		 vm->initramfs);
	snprintf(line, sizeof line,
		 "console=%s quiet loglevel=1 panic=-1 -- %s", CONSOLE,
		 options->load ? "load" : "inside");
	dup2(STDOUT_FILENO, STDERR_FILENO); // why it failed, if it does
	exec_command(argv);
}
