// SPDX-License-Identifier: MIT
//
// init.c: what the first process of a system has to do before others can work.
//
// Shows:     that a virtual machine starts with less than a container: there
//            is a kernel, a root in memory, and this program, nothing else.
// Mirrors:   init(1), the scripts of an initramfs.
// Leaves out: drivers: no module is loaded. A console and a loopback are in
//            every kernel.
// Read:      mount(2), netdevice(7), reboot(2).

#define _GNU_SOURCE
#include "bench.h"

#include <err.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

// A network namespace and a booted kernel both have a loopback, and both have
// it switched off. It takes CAP_NET_ADMIN. Commonest errno: EPERM.
void raise_loopback(void)
{
	struct ifreq request = {.ifr_name = "lo"};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || explain(ioctl(fd, SIOCGIFFLAGS, &request),
			      "the loopback as it is: netdevice(7)",
			      "ioctl(%d, SIOCGIFFLAGS, ...)", fd) < 0)
		err(EXIT_FAILURE, "cannot look at the loopback");
	request.ifr_flags |= IFF_UP;
	if (explain(ioctl(fd, SIOCSIFFLAGS, &request),
		    "a new network has nothing but this, and that is off",
		    "ioctl(%d, SIOCSIFFLAGS, ...)", fd) < 0)
		err(EXIT_FAILURE, "cannot switch the loopback on");
	close(fd);
}

// The kernel has filled the root from the initramfs; its own file systems are
// for us to mount. Commonest errno: ENODEV, for what it was built without.
static void mount_own(const char *type, const char *directory)
{
	mkdir(directory, 0755); // it may be there
	if (mount(type, directory, type, MS_NOSUID | MS_NOEXEC, NULL) < 0)
		err(EXIT_FAILURE, "cannot mount %s on %s", type, directory);
}

// When PID 1 of a machine ends, the kernel panics: it must switch off instead.
static void switch_off(void)
{
	reboot(RB_POWER_OFF);
}

// The init of a container finds /proc mounted; that of a machine does not.
void become_init(void)
{
	if (getpid() != 1 || access("/proc/self", F_OK) == 0)
		return;
	atexit(switch_off);
	mount_own("proc", "/proc");
	mount_own("sysfs", "/sys");
	raise_loopback();
	if (setenv("PATH", "/bin", true) < 0)
		err(EXIT_FAILURE, "cannot set PATH");
}
