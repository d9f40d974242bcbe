// SPDX-License-Identifier: MIT
//
// cpu.c: what the processor itself says. All that depends on the
// architecture is in this file.
//
// Shows:     CPUID, an instruction that any process may execute. The
//            hypervisor intercepts it and answers in the processor's place.
// Mirrors:   virt-what-cpuid-helper; the same check in systemd-detect-virt(1).
// Leaves out: arm64, where a hypervisor is asked by HVC (the SMCCC calls), an
//            instruction only for the kernel: a process has the device tree
//            and the firmware's tables instead.
// Read:      Documentation/virt/kvm/x86/cpuid.rst in the kernel's source.

#define _GNU_SOURCE
#include "vmcompare.h"

#include <string.h>

#ifdef __x86_64__

#include <cpuid.h>

// Bit 31 of ECX in leaf 1 is never set by a processor: it is set aside for
// hypervisors to announce themselves.
static bool hypervisor_bit(void)
{
	unsigned int eax = 0, ebx = 0, ecx = 0, edx = 0;

	__cpuid(1, eax, ebx, ecx, edx);
	explain((long)ecx,
		"an instruction, not a system call: bit 31 of ECX is set in "
		"virtual machines",
		"cpuid(1).ecx");
	return ecx >> 31 & 1;
}

// The leaves from 0x40000000 on are the hypervisor's. EBX, ECX and EDX are
// twelve letters, its signature. One that speaks the language of another as
// well (KVM that of Hyper-V, for Windows) puts its own 0x100 further on.
static void read_signature(unsigned int leaf, struct cpu *cpu)
{
	unsigned int eax = 0, ebx = 0, ecx = 0, edx = 0;
	char *signature = cpu->signature[cpu->count];

	__cpuid(leaf, eax, ebx, ecx, edx);
	explain((long)eax, "EBX, ECX and EDX are the hypervisor's signature",
		"cpuid(0x%x).eax", leaf);
	memcpy(signature, &ebx, 4);
	memcpy(signature + 4, &ecx, 4);
	memcpy(signature + 8, &edx, 4);
	// EAX is the highest leaf: a place that is not a base has none.
	if (signature[0] != '\0' && (eax >= leaf || leaf == 0x40000000))
		cpu->count++;
}

bool ask_cpu(struct cpu *cpu)
{
	memset(cpu, 0, sizeof *cpu);
	cpu->hypervisor = hypervisor_bit();
	if (!cpu->hypervisor) // then these leaves mean nothing
		return true;
	for (unsigned int i = 0; i < SIGNATURES; i++)
		read_signature(0x40000000 + i * 0x100, cpu);
	return true;
}

#else

bool ask_cpu(struct cpu *cpu)
{
	memset(cpu, 0, sizeof *cpu);
	return false;
}

#endif
