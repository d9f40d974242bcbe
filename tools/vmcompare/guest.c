// SPDX-License-Identifier: MIT
//
// guest.c: a hypervisor on one page, and the machine code that it runs.
//
// Shows:     what a virtual machine is to the kernel: a descriptor, a piece of
//            this process's memory, and a thread that is lent to the guest.
//            The guest finds the memory that it was given and not a byte more.
// Mirrors:   QEMU, Firecracker, kvmtool: what they do before all else.
// Leaves out: devices, interrupts, a second processor, and every architecture
//            but x86-64.
// Read:      Documentation/virt/kvm/api.rst in the kernel's source.

#define _GNU_SOURCE
#include "vmcompare.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

enum { LOAD = 0x10000, ENTRY = LOAD + 32 };
enum { CONSOLE = 0xe9, POWER_OFF = 0xf4 }; // ports, as QEMU has them

// The guest: 32-bit code, loaded at 0x10000. It writes to the first word of
// each MiB and reads it back, until what it reads is not what it wrote. The
// first eight words are for QEMU, which loads such a file (multiboot) too.
// Assemble the comments to get the bytes.
const char guest[] =
    "\x02\xb0\xad\x1b\x00\x00\x01\x00" // magic, flags: addresses follow
    "\xfe\x4f\x51\xe4\x00\x00\x01\x00" // checksum, where this header is
    "\x00\x00\x01\x00\x00\x00\x00\x00" // load the file here, all of it
    "\x00\x00\x00\x00\x20\x00\x01\x00" // no more memory, start here:
    "\xbc\x00\x00\x01\x00"	       // mov esp, 0x10000
    "\xbe\x77\x00\x01\x00"	       // mov esi, 0x10077
    "\xe8\x2a\x00\x00\x00"	       // call print ; "Hello."
    "\x31\xdb"			       // xor ebx, ebx
    "\x81\xc3\x00\x00\x10\x00"	       // more: add ebx, 0x100000
    "\x89\x1b"			       // mov [ebx], ebx
    "\x39\x1b"			       // cmp [ebx], ebx
    "\x74\xf4"			       // je more
    "\xe8\x17\x00\x00\x00"	       // call print ; "I see "
    "\xc1\xeb\x14"		       // shr ebx, 20 ; bytes to MiB
    "\x89\xd8"			       // mov eax, ebx
    "\xb9\x0a\x00\x00\x00"	       // mov ecx, 10
    "\xe8\x12\x00\x00\x00"	       // call number
    "\xe8\x03\x00\x00\x00"	       // call print ; " MiB of memory."
    "\xe6\xf4"			       // out 0xf4, al ; power off
    "\xf4"			       // hlt
    "\xac"		   // print: lodsb ; esi is left at the next text
    "\x84\xc0"		   // test al, al
    "\x74\x04"		   // jz done
    "\xe6\xe9"		   // out 0xe9, al
    "\xeb\xf7"		   // jmp print
    "\xc3"		   // done: ret
    "\x31\xd2"		   // number: xor edx, edx
    "\xf7\xf1"		   // div ecx ; the last digit,
    "\x52"		   // push edx ; to be printed
    "\x85\xc0"		   // test eax, eax ; after those
    "\x74\x05"		   // jz digit ; that remain
    "\xe8\xf2\xff\xff\xff" // call number
    "\x58"		   // digit: pop eax
    "\x04\x30"		   // add al, 0x30
    "\xe6\xe9"		   // out 0xe9, al
    "\xc3"		   // ret
    "Hello.\n\0"
    "I see \0"
    " MiB of memory.\n";

const size_t guest_size = sizeof guest;

#ifdef __x86_64__

struct machine {
	int kvm, vm, vcpu;   // all of KVM is these three kinds of descriptor
	struct kvm_run *run; // the kernel says here why the guest stopped
	long exits;
	double start, hello; // when, in milliseconds
};

// Each step of the way is one ioctl(2). Commonest errno: EINVAL, and ENODEV
// where the processor cannot do it after all.
static int kvm_ioctl(int fd, unsigned long request, void *argument,
		     const char *name, const char *lesson)
{
	int result;

	do // a signal that stops and continues us ends KVM_RUN
		result = ioctl(fd, request, argument);
	while (result < 0 && errno == EINTR);
	explain(result, lesson, "ioctl(%d, %s)", fd, name);
	if (result < 0)
		no_kvm(name);
	return result;
}

// The hypervisor is in the kernel, behind one device. Commonest errno: ENOENT,
// for want of the hardware or the module; EACCES.
static void open_kvm(struct machine *machine)
{
	machine->kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	if (explain(machine->kvm, "the hypervisor is in this kernel",
		    "openat(AT_FDCWD, \"/dev/kvm\", O_RDWR|O_CLOEXEC)") < 0)
		no_kvm("open /dev/kvm");
	if (kvm_ioctl(machine->kvm, KVM_GET_API_VERSION, NULL,
		      "KVM_GET_API_VERSION, 0",
		      "12 since 2007, and for good") != KVM_API_VERSION)
		errx(EXIT_UNAVAILABLE, "/dev/kvm has another interface");
	machine->vm =
	    kvm_ioctl(machine->kvm, KVM_CREATE_VM, NULL, "KVM_CREATE_VM, 0",
		      "a machine; it lives as long as its descriptor");
}

// The guest's memory is ours: its address 0 is where mmap(2) put it for us.
// There is nothing outside of this slot. Pages are found when they are touched.
// Commonest errno: ENOMEM.
static void give_memory(const struct machine *machine, uint64_t size)
{
	struct kvm_userspace_memory_region slot = {.memory_size = size};
	char *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (memory == MAP_FAILED)
		err(EXIT_FAILURE, "cannot map %ju bytes", (uintmax_t)size);
	// One page for each word that is touched, instead of a huge one.
	madvise(memory, size, MADV_NOHUGEPAGE);
	memcpy(memory + LOAD, guest, sizeof guest);
	slot.userspace_addr = (uintptr_t)memory;
	kvm_ioctl(machine->vm, KVM_SET_USER_MEMORY_REGION, &slot,
		  "KVM_SET_USER_MEMORY_REGION, ...",
		  "memory of this process is the guest's, from address 0 on");
}

// A virtual processor is a thread that says KVM_RUN, and a page to share.
static void create_processor(struct machine *machine)
{
	int size;

	machine->vcpu = kvm_ioctl(machine->vm, KVM_CREATE_VCPU, NULL,
				  "KVM_CREATE_VCPU, 0", "one processor");
	size = kvm_ioctl(machine->kvm, KVM_GET_VCPU_MMAP_SIZE, NULL,
			 "KVM_GET_VCPU_MMAP_SIZE, 0",
			 "the size of what the kernel shares with us");
	machine->run = mmap(NULL, (size_t)size, PROT_READ | PROT_WRITE,
			    MAP_SHARED, machine->vcpu, 0);
	if (machine->run == MAP_FAILED)
		err(EXIT_FAILURE, "cannot map struct kvm_run");
}

// A processor wakes up in the 16-bit mode of 1978. This one is put where a boot
// loader leaves it: in 32-bit mode, with segments as large as all addresses.
static void set_registers(const struct machine *machine)
{
	struct kvm_regs registers = {.rip = ENTRY, .rflags = 2};
	struct kvm_sregs special;

	kvm_ioctl(machine->vcpu, KVM_GET_SREGS, &special, "KVM_GET_SREGS, ...",
		  "the registers after a reset");
	special.cr0 |= 1; // protected mode
	special.cs.base = 0;
	special.cs.limit = special.ds.limit = 0xffffffff;
	special.cs.g = special.ds.g = 1;   // the limit is in pages
	special.cs.db = special.ds.db = 1; // 32 bits
	special.es = special.ss = special.ds;
	kvm_ioctl(machine->vcpu, KVM_SET_SREGS, &special, "KVM_SET_SREGS, ...",
		  "32-bit mode, flat segments");
	kvm_ioctl(machine->vcpu, KVM_SET_REGS, &registers, "KVM_SET_REGS, ...",
		  "the first instruction is at 0x10020");
}

// The guest executed an OUT instruction: somebody has to be the device.
static bool serve_port(struct machine *machine)
{
	const struct kvm_run *run = machine->run;

	if (run->io.port == POWER_OFF)
		return false;
	if (run->io.port == CONSOLE && run->io.direction == KVM_EXIT_IO_OUT) {
		if (machine->hello == 0)
			machine->hello = milliseconds();
		putchar(((const char *)run)[run->io.data_offset]);
	}
	return true;
}

// The guest touched an address without memory, which might be a device's. As on
// a PC with nothing there, a write is lost and all bits of what is read are
// set.
static void serve_memory(struct kvm_run *run)
{
	if (run->mmio.is_write)
		printf("[KVM_EXIT_MMIO: no memory at %#llx, %llu MiB]\n",
		       run->mmio.phys_addr, run->mmio.phys_addr >> 20);
	else
		memset(run->mmio.data, 0xff, sizeof run->mmio.data);
}

// The heart of every hypervisor: let the processor run the guest's own
// instructions, until one of them needs something done; do it; again.
static void run_processor(struct machine *machine)
{
	for (bool on = true; on; machine->exits++) {
		kvm_ioctl(machine->vcpu, KVM_RUN, NULL, "KVM_RUN, 0",
			  "the guest ran, until it needed us");
		switch (machine->run->exit_reason) {
		case KVM_EXIT_IO:
			on = serve_port(machine);
			break;
		case KVM_EXIT_MMIO:
			serve_memory(machine->run);
			break;
		case KVM_EXIT_HLT:
			on = false;
			break;
		default:
			errx(EXIT_FAILURE, "the guest stopped by exit %u",
			     machine->run->exit_reason);
		}
	}
}

void virtualize(uint64_t size)
{
	struct machine machine = {.start = milliseconds()};

	open_kvm(&machine);
	give_memory(&machine, size);
	create_processor(&machine);
	set_registers(&machine);
	run_processor(&machine);
	printf("[start to hello: %.2f ms; %ld exits from the guest]\n",
	       machine.hello - machine.start, machine.exits);
}

#endif
