// SPDX-License-Identifier: MIT
// guard.c: groups that an engine or systemd made are theirs to change.

#define _GNU_SOURCE
#include "cgset.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

// The first row that matches a component of the path counts: an engine under
// systemd names its scope after itself (system.slice/docker-ID.scope).
static const struct {
	const char *pattern, *owner, *way;
} owners[] = {
    {"kubepods*", "Kubernetes",
     "kubectl patch pod NAME --subresource resize --patch ..."},
    {"docker", "Docker", "docker update --memory 1g --cpus 1 CONTAINER"},
    {"docker-*.scope", "Docker",
     "docker update --memory 1g --cpus 1 CONTAINER"},
    {"libpod*", "podman", "podman update --memory 1g --cpus 1 CONTAINER"},
    {"crio*", "CRI-O", "crictl update --memory BYTES CONTAINER"},
    {"cri-containerd*", "containerd", "crictl update --memory BYTES CONTAINER"},
    {"containerd*", "containerd", "nerdctl update --memory 1g CONTAINER"},
    {"lxc.payload*", "LXC", "lxc-cgroup -n NAME FILE VALUE"},
    {"system.slice", "systemd", "systemctl set-property UNIT MemoryMax=1G"},
    {"user.slice", "systemd", "systemctl set-property UNIT MemoryMax=1G"},
    {"machine.slice", "systemd", "systemctl set-property UNIT MemoryMax=1G"},
    {"init.scope", "systemd", "systemctl set-property UNIT MemoryMax=1G"},
};

const char *group_owner(const char *group, const char **way)
{
	for (size_t i = 0; i < sizeof owners / sizeof *owners; i++) {
		char copied[PATH_MAX], *rest = copied, *component;

		// parse_group() has seen to it that the path fits.
		stpncpy(copied, group, sizeof copied - 1)[0] = '\0';
		while ((component = strsep(&rest, "/"))) {
			if (fnmatch(owners[i].pattern, component, 0) != 0)
				continue;
			*way = owners[i].way;
			return owners[i].owner;
		}
	}
	return NULL;
}
