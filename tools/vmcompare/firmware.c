// SPDX-License-Identifier: MIT
//
// firmware.c: what the firmware says about the machine that it starts.
//
// Shows:     that the tables of the firmware name their maker, and that a
//            virtual machine's firmware comes from whoever wrote the program
//            that plays the machine.
// Mirrors:   dmidecode(8), acpidump(8).
// Leaves out: the other fields of those tables.
// Read:      sysfs(5), the SMBIOS specification (DSP0134), 7.1.2.2.

#define _GNU_SOURCE
#include "vmcompare.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// QEMU's own device, through which its firmware is configured.
static bool has_fw_cfg(void)
{
	int fd = openat(AT_FDCWD, "/proc/device-tree",
			O_RDONLY | O_CLOEXEC | O_DIRECTORY);
	DIR *directory = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;
	bool found = false;

	explain(fd, "QEMU has a device fw-cfg there",
		"openat(AT_FDCWD, \"/proc/device-tree\", "
		"O_RDONLY|O_CLOEXEC|O_DIRECTORY)");
	if (!directory)
		return false;
	while (!found && (entry = readdir(directory)))
		found = strncmp(entry->d_name, "fw-cfg", 6) == 0;
	closedir(directory);
	return found;
}

// Where there is no BIOS, as on arm64, the boot loader hands the kernel a tree
// that describes the hardware. Hypervisors put themselves in it.
static void ask_device_tree(struct layer *layer, struct firmware *firmware,
			    struct buffer *buffer)
{
	static const char path[] = "/proc/device-tree/hypervisor/compatible";
	const char *text = text_evidence(
	    layer, "device tree", path,
	    "the hypervisor's own entry of the device tree", buffer);

	if (text) {
		note(layer, "device tree", "%s", text);
		if (strcmp(text, "linux,kvm") == 0)
			firmware->kernel = "kvm";
		else if (strstr(text, "xen"))
			firmware->kernel = "xen";
		else if (strstr(text, "vmware"))
			firmware->kernel = "vmware";
	} else if (has_fw_cfg()) {
		note(layer, "device tree", "fw-cfg, a device of QEMU");
		firmware->board = "qemu";
	}
}

// The tables in which a PC's firmware names its maker; a virtual machine's
// firmware comes from whoever wrote the program that builds the machine.
static void ask_dmi(struct layer *layer, struct firmware *firmware,
		    struct buffer *buffer)
{
	static const char *const paths[] = {
	    "/sys/class/dmi/id/product_name",
	    "/sys/class/dmi/id/sys_vendor",
	    "/sys/class/dmi/id/board_vendor",
	    "/sys/class/dmi/id/bios_vendor",
	    "/sys/class/dmi/id/product_version",
	};
	bool found = false;

	for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
		if (read_evidence(paths[i],
				  "a name that the firmware gives (DMI)",
				  buffer) < 0)
			continue;
		note(layer, "DMI", "%s: %.*s", strrchr(paths[i], '/') + 1,
		     (int)strcspn(buffer->data, "\n"), buffer->data);
		if (!firmware->board)
			firmware->board = hypervisor_of_board(buffer->data);
		if (strstr(buffer->data, ".metal\n")) // at Amazon: the whole
			firmware->is_virtual = NOT_SET;
		found = true;
	}
	if (!found)
		note(layer, "DMI", "not there");
}

// ACPI, the other tables of the firmware, are there without DMI too. Bytes 10
// to 15 of each name its maker. Only root may read them.
static void ask_acpi(struct layer *layer, struct firmware *firmware,
		     struct buffer *buffer)
{
	static const char path[] = "/sys/firmware/acpi/tables/FACP";
	const char *maker = NULL, *name;
	char oem[7] = "";

	if (!text_evidence(layer, "ACPI", path,
			   "bytes 10 to 15: the maker's sign", buffer) ||
	    buffer->length < 16)
		return;
	memcpy(oem, buffer->data + 10, 6);
	name = hypervisor_of_acpi(oem, &maker);
	note(layer, "ACPI", "maker \"%s\"%s%s", oem, maker ? ": " : "",
	     maker ? maker : "");
	if (!firmware->board)
		firmware->board = name;
}

// Among the characteristics of the BIOS, byte 19 of the first DMI entry, is one
// bit for this very question. Few set it; only root may read it.
static void ask_smbios(struct layer *layer, struct firmware *firmware,
		       struct buffer *buffer)
{
	static const char path[] = "/sys/firmware/dmi/entries/0-0/raw";

	if (read_evidence(path, "byte 19, bit 4: a virtual machine", buffer) <
	    0) {
		note(layer, "SMBIOS", "%s",
		     errno == ENOENT ? "not there" : strerror(errno));
		return;
	}
	if (buffer->length < 20 || (unsigned char)buffer->data[1] < 20)
		return;
	firmware->is_virtual = buffer->data[19] & 1 << 4 ? SET : NOT_SET;
	note(layer, "SMBIOS", "the bit for virtual machines is %s",
	     firmware->is_virtual == SET ? "set" : "not set");
}

void ask_firmware(struct layer *layer, struct firmware *firmware,
		  struct buffer *buffer)
{
	ask_device_tree(layer, firmware, buffer);
	ask_dmi(layer, firmware, buffer);
	ask_acpi(layer, firmware, buffer);
	ask_smbios(layer, firmware, buffer);
}
