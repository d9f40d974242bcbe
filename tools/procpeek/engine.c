// SPDX-License-Identifier: MIT
//
// engine.c: who made this container? Its cgroup path tells.
//
// Shows:     that engines leave their name, and the container's, in the path
//            of the cgroup that they make for it.
// Mirrors:   the guess that monitoring agents make.
// Leaves out: engines that hide it, and a container that has a cgroup
//            namespace of its own, seen from inside: its path is / there.
// Read:      cgroups(7), the manuals of the engines.

#define _GNU_SOURCE
#include "procpeek.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static size_t hex_length(const char *text)
{
	return strspn(text, "0123456789abcdef");
}

bool is_container_id(const char *text)
{
	return hex_length(text) == 64 && text[64] == '\0';
}

// prefix, a container id of 64 hexadecimal digits, suffix.
static bool is_id(const char *name, const char *prefix, const char *suffix,
		  struct engine *engine)
{
	size_t length = strlen(prefix);

	if (strncmp(name, prefix, length) != 0 ||
	    hex_length(name + length) != 64 ||
	    strcmp(name + length + 64, suffix) != 0)
		return false;
	snprintf(engine->id, sizeof engine->id, "%.64s", name + length);
	return true;
}

// prefix, any name, suffix.
static bool is_named(const char *name, const char *prefix, const char *suffix,
		     char *id, size_t size)
{
	size_t start = strlen(prefix), end = strlen(suffix);
	size_t length = strlen(name);

	if (length <= start + end || strncmp(name, prefix, start) != 0 ||
	    strcmp(name + length - end, suffix) != 0)
		return false;
	snprintf(id, size, "%.*s", (int)(length - start - end), name + start);
	return true;
}

// The pod is one component above its containers: pod0f3c-... or, where
// systemd names the cgroups, kubepods-burstable-pod0f3c_....slice. Its uid is
// hexadecimal: podman.service is no pod.
static void find_pod(const char *name, struct engine *engine)
{
	const char *uid = NULL, *end = "";
	size_t length;

	// kind(1) puts "kubelet-" in front.
	if (strncmp(name, "pod", 3) == 0) {
		uid = name + 3;
	} else if (strstr(name, "kubepods-") && strstr(name, "-pod")) {
		uid = strstr(name, "-pod") + 4;
		end = ".slice";
	}
	length = uid ? strspn(uid, "0123456789abcdef-_") : 0;
	if (length == 0 || strncmp(uid + length, end, strlen(end)) != 0 ||
	    (!*end && uid[length]))
		return;
	snprintf(engine->pod, sizeof engine->pod, "%.*s", (int)length, uid);
	for (char *c = engine->pod; (c = strchr(c, '_'));)
		*c = '-';
}

// Names with an id of 64 digits in them.
static const struct {
	const char *engine, *prefix, *suffix;
} ids[] = {
    {"Docker", "docker-", ".scope"},
    {"podman", "libpod-", ".scope"},
    {"podman", "libpod-", ""},
    {"CRI-O", "crio-", ".scope"},
    {"CRI-O", "crio-", ""},
    {"podman", "libpod-payload-", ""},
    {"containerd", "cri-containerd-", ".scope"},
    {"containerd", "cri-containerd-", ""},
    {"containerd", "nerdctl-", ".scope"},
};
// Names of which a part is the name of the container: below a certain group or,
// NULL, anywhere. The group of containerd is called as anybody could call one,
// and stands at the top.
static const struct {
	const char *engine, *above, *prefix, *suffix;
	bool top;
	enum role role;
} names[] = {
    {"Container Bones", "container-bones", "", "", false, CONTAINER},
    {"containerd", "default", "", "", true, CONTAINER}, // ctr(8) gives any name
    {"containerd", "k8s.io", "", "", true, CONTAINER},
    {"LXC", NULL, "lxc.payload.", "", false, CONTAINER},
    {"LXC", "lxc.payload", "", "", false, CONTAINER},
    {"LXC", "lxc", "", "", false, CONTAINER},
    {"systemd-nspawn", NULL, "systemd-nspawn@", ".service", false, CONTAINER},
    {"libvirt (a virtual machine)", "machine.slice", "machine-qemu\\x2d",
     ".scope", false, VIRTUAL_MACHINE},
    {"systemd-machined", "machine.slice", "machine-", ".scope", false,
     CONTAINER},
};

// What cannot stand in the name of a unit of systemd is \xNN there.
static void unescape_unit(char *name)
{
	unsigned int code;
	char *to = name;

	while (*name) {
		if (sscanf(name, "\\x%2x", &code) == 1 && code &&
		    isxdigit(name[2]) && isxdigit(name[3])) {
			*to++ = (char)code;
			name += 4;
		} else {
			*to++ = *name++;
		}
	}
	*to = '\0';
}

// One component of the path, the one above it, and whether that is at the top
// of the tree, or of what a container sees of it.
static bool recognize(const char *above, bool top, const char *name,
		      struct engine *engine)
{
	const char *colon;

	engine->role = CONTAINER;
	for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
		engine->name = ids[i].engine;
		if (is_id(name, ids[i].prefix, ids[i].suffix, engine))
			return true;
	}
	// Its paths for systemd, where systemd does not make the groups.
	colon = strstr(name, ":cri-containerd:");
	engine->name = "containerd";
	if (colon && is_id(colon, ":cri-containerd:", "", engine))
		return true;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		engine->name = names[i].engine;
		if ((!names[i].above || strcmp(above, names[i].above) == 0) &&
		    (!names[i].top || top) &&
		    is_named(name, names[i].prefix, names[i].suffix, engine->id,
			     sizeof engine->id)) {
			engine->role = names[i].role;
			unescape_unit(engine->id);
			return true;
		}
	}
	if (strcmp(above, "docker") == 0)
		engine->name = "Docker";
	else if (engine->pod[0])
		engine->name = "a Kubernetes container runtime";
	else
		engine->name = "an engine that gives only the id";
	return is_id(name, "", "", engine);
}

// A service is no container, though systemd can isolate it like one: it is
// named only where no engine is.
static void recognize_service(const char *name, struct engine *engine)
{
	if (!is_named(name, "", ".service", engine->id, sizeof engine->id))
		return;
	engine->name = "systemd";
	engine->role = SERVICE;
	snprintf(engine->id, sizeof engine->id, "%s", name);
}

// The engine's own process stays outside of what it made, in a group beside
// that: lxc-start(1) by its name, systemd-nspawn(1) in one below its unit.
static bool is_monitor(const char *name)
{
	return strncmp(name, "lxc.monitor", 11) == 0;
}

static bool is_supervisor(const char *name, const struct engine *engine)
{
	return engine->name && strncmp(engine->name, "systemd-", 8) == 0 &&
	       strcmp(name, "supervisor") == 0;
}

// From the left: the outermost engine whose name fits, and a container in a
// container replaces it.
static void recognize_path(const char *path, struct engine *engine)
{
	struct engine inner = {0}, around = {0};
	char above[256] = "", name[256];
	size_t length, depth = 0; // how many are above

	*engine = inner;
	for (; *path && !engine->outside; path += length) {
		path += strspn(path, "/");
		length = strcspn(path, "/");
		if (length == 0 || length >= sizeof name)
			continue;
		snprintf(name, sizeof name, "%.*s", (int)length, path);
		find_pod(name, &inner);
		if (is_monitor(name)) {
			engine->outside = true;
		} else if (is_supervisor(name, engine)) {
			*engine = around;
			engine->outside = true;
		} else if (recognize(above, depth == 1, name, &inner)) {
			around = *engine;
			*engine = inner;
			depth = 0;
			continue;
		} else if (engine->role <= SERVICE) {
			recognize_service(name, engine);
		}
		memcpy(above, name, sizeof above);
		depth++;
	}
}

// On v2, the path of a zombie says when its group was deleted before its parent
// waited for it: cgroups(7). The name before that is still the engine's.
static char *path_of(const struct cgroup_line *line)
{
	static const char deleted[] = " (deleted)";
	char *path = format("%.*s", line->path_length, line->path);
	size_t length = strlen(path), rest = sizeof deleted - 1;

	if (line->list_length == 0 && length > rest &&
	    strcmp(path + length - rest, deleted) == 0)
		path[length - rest] = '\0';
	return path;
}

// The hierarchies can differ: systemd-nspawn(1) divides its group in those of
// systemd and of v2 alone.
char *recognize_engine(const char *cgroups, struct engine *engine)
{
	struct cgroup_line line;
	struct engine one;
	char *path, *evidence = NULL;

	*engine = (struct engine){0};
	for (; cgroup_line(cgroups, &line); cgroups = line.end) {
		path = path_of(&line);
		recognize_path(path, &one);
		if (one.outside > engine->outside ||
		    (!engine->outside && one.role > engine->role)) {
			*engine = one;
			free(evidence);
			evidence = path;
		} else {
			free(path);
		}
	}
	return evidence;
}

bool is_placeholder(const struct process *process, const char *cgroups)
{
	return process->state == 'Z' && strncmp(cgroups, "0:", 2) != 0;
}

int engine_of(int proc, const struct process *process, struct engine *engine)
{
	struct buffer text = {0};
	char prefix[32], path[64];
	int is = -1;

	snprintf(path, sizeof path, "%scgroup", directory_of(process, prefix));
	if (read_proc(proc, path, &text, "its control groups: cgroups(7)") ==
		0 &&
	    !is_placeholder(process, text.data)) {
		free(recognize_engine(text.data, engine));
		is = engine->role > SERVICE;
	}
	free(text.data);
	return is;
}
