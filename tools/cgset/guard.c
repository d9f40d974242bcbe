// SPDX-License-Identifier: MIT
// guard.c: groups that an engine or systemd made are theirs to change.

#define _GNU_SOURCE
#include "cgset.h"

#include <err.h>
#include <fnmatch.h>
#include <string.h>
#include <sys/xattr.h>

struct owner {
	const char *pattern, *name, *way;
};

// A container's ID as Docker and containerd make them: all that tells of them
// in a parent of somebody's own (docker run --cgroup-parent).
#define HEX8 "[0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f]"
#define CONTAINER_ID HEX8 HEX8 HEX8 HEX8 HEX8 HEX8 HEX8 HEX8

// The first row that matches a component of the path counts, so that a group
// below an engine's is the engine's, and the engine comes before the systemd
// that it asked for a scope (system.slice/docker-ID.scope).
static const struct owner owners[] = {
    {"kubepods*", "Kubernetes",
     "kubectl patch pod NAME --subresource resize --patch ..."},
    {"docker", "Docker", "docker update --memory 1g --cpus 1 CONTAINER"},
    {"docker-*.scope", "Docker",
     "docker update --memory 1g --cpus 1 CONTAINER"},
    {"libpod*", "podman", "podman update --memory 1g --cpus 1 CONTAINER"},
    {"crio*", "CRI-O", "crictl update --memory BYTES CONTAINER"},
    {"cri-containerd*", "containerd", "crictl update --memory BYTES CONTAINER"},
    {"containerd*", "containerd", "nerdctl update --memory 1g CONTAINER"},
    {CONTAINER_ID, "a container of Docker or containerd",
     "docker update --memory 1g --cpus 1 CONTAINER"},
    {"lxc.payload*", "LXC", "lxc-cgroup -n NAME FILE VALUE"},
    {"*.slice", "systemd", "systemctl set-property UNIT MemoryMax=1G"},
    {"*.scope", "systemd", "systemctl set-property UNIT MemoryMax=1G"},
    {"*.service", "systemd", "systemctl set-property UNIT MemoryMax=1G"},
};
enum { COUNT = sizeof owners / sizeof *owners, FIRST_UNIT = COUNT - 3 };

// systemd marks a unit whose subtree it has given away (Delegate=yes) by an
// extended attribute of the folder. xattr(7). Commonest errno: ENODATA.
static bool is_delegated(struct layout *layout, const char *unit)
{
	char value[2] = "";

	for (size_t i = 0; i < layout->count; i++) {
		const char *folder = full_path(&layout->list[i], unit, NULL);

		if ((lgetxattr(folder, "user.delegate", value, 1) == 1 ||
		     lgetxattr(folder, "trusted.delegate", value, 1) == 1) &&
		    *value == '1')
			return true;
	}
	return false;
}

// The length of the part of the path that ends with the last component that
// the pattern matches, or 0.
static size_t match(const char *pattern, const char *group)
{
	char copied[PATH_MAX], *rest = copied, *component;
	size_t matched = 0;

	// parse_group() has seen to it that the path fits.
	stpncpy(copied, group, sizeof copied - 1)[0] = '\0';
	while ((component = strsep(&rest, "/")))
		if (fnmatch(pattern, component, 0) == 0)
			matched =
			    (size_t)(component - copied) + strlen(component);
	return matched;
}

static const struct owner *owner_of(struct layout *layout, const char *group)
{
	char unit[PATH_MAX] = "";
	size_t length = 0;

	for (size_t i = 0; i < FIRST_UNIT; i++)
		if (match(owners[i].pattern, group) > 0)
			return &owners[i];
	for (size_t i = FIRST_UNIT; i < COUNT; i++)
		if (match(owners[i].pattern, group) > length)
			length = match(owners[i].pattern, group);
	if (length == 0)
		return NULL;
	memcpy(unit, group, length);
	if (group[length] && is_delegated(layout, unit))
		return NULL;
	return &owners[FIRST_UNIT];
}

void refuse_foreign(struct layout *layout, const char *group)
{
	const struct owner *owner = owner_of(layout, group);

	if (owner && !options.force)
		errx(options.failed,
		     "/%s belongs to %s: use its own way (%s), or --force",
		     group, owner->name, owner->way);
}

int refuse_foreign_below(struct hierarchy *hierarchy, const char *group,
			 void *layout)
{
	refuse_foreign(layout, group);
	return each_child(hierarchy, group, refuse_foreign_below, layout);
}

static void refuse_membership(const struct membership *member, void *layout)
{
	const struct owner *owner;

	if (!member->hierarchy || is_named(member->hierarchy))
		return;
	owner = owner_of(layout, member->group + 1);
	if (owner && !options.force)
		errx(options.failed,
		     "the process belongs to %s, in %s: use its own way (%s), "
		     "or --force",
		     owner->name, member->group, owner->way);
}

void refuse_foreign_process(struct layout *layout, int pid)
{
	each_membership(layout, pid, refuse_membership, layout);
}
