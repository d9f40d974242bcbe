// SPDX-License-Identifier: MIT
//
// hypervisors.c: what is known about hypervisors, and the signs they leave.
//
// Shows:     the two types of hypervisor, and where the two do not suffice.
// Mirrors:   the tables inside systemd-detect-virt(1) and virt-what(1); the
//            names are those that systemd-detect-virt(1) prints.
// Leaves out: hypervisors of mainframes, POWER and cars.
// Read:      the pages of each hypervisor.

#define _GNU_SOURCE
#include "vmcompare.h"

#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

const struct hypervisor hypervisors[] = {
    {"vmware", "VMware ESXi", "1", "1",
     "Fits: a kernel of its own, with nothing of a general system below."},
    {"microsoft", "Microsoft Hyper-V", "1", "1",
     "Fits, though one switches it on from within Windows: at the next boot "
     "it starts first, and that Windows becomes its root partition."},
    {"kvm", "Linux KVM", "1 and 2", "1",
     "Fits badly: a module turns the Linux kernel itself into a hypervisor. "
     "Type 1, for that kernel runs on the hardware; type 2, for it is an "
     "ordinary system still and a guest is one of its processes."},
    {"oracle", "Oracle VirtualBox", "2", "2",
     "Fits: a program with a kernel module beside a host system. Where "
     "Hyper-V has the processor already, it runs on top of that."},
    {"vmware", "VMware Fusion", "2", "2",
     "Fits: a macOS program; of late the hypervisor it drives is Apple's."},
    {"parallels", "Parallels Desktop", "2", "2",
     "Fits: a macOS program; of late the hypervisor it drives is Apple's."},
    {"vmware", "VMware Workstation", "2", "2",
     "Fits: a program, for Windows and for Linux too. To a guest it looks "
     "the same as ESXi: the type cannot be told from inside."},
    {"xen", "Xen", "1", NULL,
     "Fits, yet it has no drivers: the first guest, dom0, a whole Linux, "
     "drives the hardware for it."},
    {"bhyve", "FreeBSD bhyve", "1 and 2", NULL,
     "Fits badly, as KVM does: a module of the FreeBSD kernel."},
    {"openbsd", "OpenBSD vmm", "1 and 2", NULL,
     "Fits badly, as KVM does: part of the OpenBSD kernel."},
    {"apple", "Apple Virtualization", "1 and 2", NULL,
     "Fits badly, as KVM does: part of the macOS kernel. Docker on a Mac "
     "runs its Linux in it."},
    {"amazon", "AWS Nitro", "1", NULL,
     "Fits: KVM stripped of the ordinary system around it; disks and "
     "network are made by cards with processors of their own."},
    {"google", "Google Compute Engine", "1 and 2", NULL,
     "Fits badly: KVM, with another program than QEMU on top."},
    {"acrn", "ACRN", "1", NULL,
     "Fits: a small hypervisor for devices, with a Linux to serve it."},
    {"qemu", "QEMU without KVM", "neither", NULL,
     "Does not fit: an emulator, it translates the guest's instructions, "
     "for any processor on any other. With KVM, QEMU is only the part that "
     "makes the board, and the hypervisor is KVM."},
    {"kvm", "Firecracker", "1 and 2", NULL,
     "Does not fit alone: like QEMU a process that makes the board of a "
     "machine; the hypervisor under it is KVM."},
    {"microsoft", "WSL 2", "1", NULL,
     "Fits: the Linux of Windows is a small virtual machine of Hyper-V, and "
     "each distribution a container in it."},
    {0},
};

struct sign {
	const char *text; // what is found
	const char *name; // of the hypervisor
	const char *maker;
};

// CPUID, twelve letters each; see cpu.c.
static const struct sign signatures[] = {
    {"KVMKVMKVM", "kvm", NULL},		 {"Linux KVM Hv", "kvm", NULL},
    {"TCGTCGTCGTCG", "qemu", NULL},	 {"VMwareVMware", "vmware", NULL},
    {"Microsoft Hv", "microsoft", NULL}, {"XenVMMXenVMM", "xen", NULL},
    {"bhyve bhyve ", "bhyve", NULL},	 {"VBoxVBoxVBox", "oracle", NULL},
    {" lrpepyh  vr", "parallels", NULL}, {"ACRNACRNACRN", "acrn", NULL},
    {"OpenBSDVMM58", "openbsd", NULL},
};

// How the strings of the firmware (DMI) begin. KVM stands first: QEMU writes
// "QEMU" as the maker and "KVM" into other strings of the same machine.
static const struct sign boards[] = {
    {"KVM", "kvm", NULL},
    {"OpenStack", "kvm", NULL},
    {"KubeVirt", "kvm", NULL},
    {"Amazon EC2", "amazon", NULL},
    {"QEMU", "qemu", NULL},
    {"VMW", "vmware", NULL},
    {"innotek GmbH", "oracle", NULL},
    {"VirtualBox", "oracle", NULL},
    {"Oracle Corporation", "oracle", NULL},
    {"Xen", "xen", NULL},
    {"Bochs", "qemu", NULL},
    {"Parallels", "parallels", NULL},
    {"BHYVE", "bhyve", NULL},
    {"Hyper-V", "microsoft", NULL},
    {"Apple Virtualization", "apple", NULL},
    {"Google Compute Engine", "google", NULL},
};

// The six letters of who made the ACPI tables.
static const struct sign acpi_makers[] = {
    {"FIRECK", "kvm", "Firecracker"},	   {"BOCHS ", "qemu", "QEMU"},
    {"CLOUDH", "kvm", "Cloud Hypervisor"}, {"CROSVM", "kvm", "crosvm"},
    {"VBOX  ", "oracle", "VirtualBox"},	   {"BHYVE ", "bhyve", "bhyve"},
    {"VRTUAL", "microsoft", "Hyper-V"},	   {"AMAZON", "amazon", "AWS Nitro"},
};

// Clocks that only the kernel of a guest has.
static const struct sign clocks[] = {
    {"kvm-clock", "kvm", NULL},
    {"hyperv_clocksource", "microsoft", NULL},
    {"xen", "xen", NULL},
};

// The first sign with which the text begins.
static const struct sign *find_sign(const struct sign *signs, size_t count,
				    const char *text)
{
	for (size_t i = 0; i < count; i++)
		if (strncmp(text, signs[i].text, strlen(signs[i].text)) == 0)
			return &signs[i];
	return NULL;
}

const char *hypervisor_of_signature(const char *signature)
{
	const struct sign *sign =
	    find_sign(signatures, COUNT(signatures), signature);

	return sign ? sign->name : NULL;
}

const char *hypervisor_of_board(const char *dmi_string)
{
	const struct sign *sign = find_sign(boards, COUNT(boards), dmi_string);

	return sign ? sign->name : NULL;
}

const char *hypervisor_of_acpi(const char *oem_id, const char **maker)
{
	const struct sign *sign =
	    find_sign(acpi_makers, COUNT(acpi_makers), oem_id);

	*maker = sign ? sign->maker : NULL;
	return sign ? sign->name : NULL;
}

const char *hypervisor_of_clock(const char *clocksource)
{
	const struct sign *sign = find_sign(clocks, COUNT(clocks), clocksource);

	return sign ? sign->name : NULL;
}

static const struct hypervisor *find_hypervisor(const char *name)
{
	const struct hypervisor *hypervisor = hypervisors;

	while (hypervisor->name && strcmp(hypervisor->name, name) != 0)
		hypervisor++;
	return hypervisor;
}

// VMware sells hypervisors of both types, which a guest cannot tell apart.
const char *type_of(const char *name)
{
	if (strcmp(name, "vmware") == 0)
		return "1 or 2";
	return find_hypervisor(name)->type;
}

const char *title_of(const char *name)
{
	const char *title = find_hypervisor(name)->title;

	if (strcmp(name, "vmware") == 0)
		return "VMware";
	return title ? title : "an unknown hypervisor";
}
