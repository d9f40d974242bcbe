// SPDX-License-Identifier: MIT
//
// container.c: is this a container, and whose?
//
// Shows:     that there is no such thing as a container in the kernel: there
//            are namespaces, a control group, a root, a filter of system
//            calls, and a file that an engine left as its visiting card.
// Mirrors:   systemd-detect-virt(1) --container.
// Leaves out: OpenVZ, proot, rkt.
// Read:      namespaces.c, cgroup_namespaces(7), seccomp(2).

#define _GNU_SOURCE
#include "vmcompare.h"

#include <errno.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>

// Only names that are known, as systemd-detect-virt(1) prints them.
static const char *known_engine(const char *name)
{
	static const char *const engines[] = {
	    "docker", "podman", "systemd-nspawn", "lxc", "lxc-libvirt", "pouch",
	};

	for (size_t i = 0; i < sizeof engines / sizeof *engines; i++)
		if (strcmp(name, engines[i]) == 0)
			return engines[i];
	return "container-other";
}

// The visiting cards: in the first two the engine writes its name, the
// others are its own.
static const char *ask_files(struct layer *layer, struct buffer *buffer)
{
	static const struct {
		const char *path, *engine;
	} marks[] = {
	    {"/run/host/container-manager", NULL},
	    {"/run/systemd/container", NULL},
	    {"/run/.containerenv", "podman"},
	    {"/.dockerenv", "docker"},
	};
	const char *engine = NULL, *text, *found;

	for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
		text = text_evidence(layer, marks[i].path, marks[i].path,
				     "a file that an engine leaves", buffer);
		if (!text)
			continue;
		note(layer, marks[i].path, "there%s%s", *text ? ": " : "",
		     text);
		found = marks[i].engine ? marks[i].engine : known_engine(text);
		engine = engine ? engine : found;
	}
	return engine;
}

// By a convention older than the files, the engine tells the container's init
// in its environment. Reading that takes the right to trace PID 1.
static const char *ask_environment(struct layer *layer, struct buffer *buffer)
{
	static const char path[] = "/proc/1/environ";
	const char *text, *end;

	if (read_evidence(path, "container=NAME is what an engine sets",
			  buffer) < 0) {
		note(layer, path, "%s", strerror(errno));
		return NULL;
	}
	end = buffer->data + buffer->length;
	for (text = buffer->data; text < end; text += strlen(text) + 1) {
		if (strncmp(text, "container=", 10) != 0)
			continue;
		note(layer, path, "%s", text);
		// "oci" is what images set: it is no engine, see the files
		return strcmp(text + 10, "oci") == 0 ? NULL
						     : known_engine(text + 10);
	}
	note(layer, path, "no container=NAME");
	return NULL;
}

// Without a cgroup namespace, the path says under which engine's name the
// process is accounted.
static const char *ask_cgroup(struct layer *layer, struct buffer *buffer)
{
	static const char path[] = "/proc/self/cgroup";
	static const struct {
		const char *text, *engine;
	} parts[] = {
	    {"/docker/", "docker"},	      {"/docker-", "docker"},
	    {"/libpod-", "podman"},	      {"/libpod_", "podman"},
	    {"/lxc.payload", "lxc"},	      {"/lxc/", "lxc"},
	    {"/kubepods", "container-other"},
	};

	if (read_evidence(path, "the control groups we are in: cgroups(7)",
			  buffer) < 0) {
		note(layer, path, "%s", strerror(errno));
		return NULL;
	}
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
		if (strstr(buffer->data, parts[i].text)) {
			note(layer, path, "has %s", parts[i].text);
			return parts[i].engine;
		}
	}
	note(layer, path, "no engine's name");
	return NULL;
}

// An overlay of image layers and a filter of system calls are usual for a
// container, but neither necessary nor peculiar to it: seen, not judged.
static void ask_condiments(struct layer *layer, struct buffer *buffer)
{
	static const char key[] = "\nSeccomp:\t";
	struct statfs root = {0};
	const char *mode;

	if (explain(statfs("/", &root), "the type of the root file system",
		    "statfs(\"/\", ...)") == 0)
		note(layer, "root file system",
		     root.f_type == OVERLAYFS_SUPER_MAGIC ? "overlay"
							  : "not an overlay");
	if (read_evidence("/proc/self/status",
			  "Seccomp: 0 none, 1 strict, 2 a filter: seccomp(2)",
			  buffer) < 0)
		return;
	mode = strstr(buffer->data, key);
	if (mode)
		note(layer, "seccomp",
		     mode[sizeof key - 1] == '2' ? "a filter" : "no filter");
}

static void judge(struct layer *layer, const enum state *state,
		  const char *engine)
{
	bool own = false, all_known_initial = true;

	for (int i = 0; i < KINDS; i++) {
		own = own || state[i] == OWN;
		all_known_initial = all_known_initial && state[i] == INITIAL;
	}
	if (engine && all_known_initial)
		conclude(layer, "none",
			 "the mark of %s is a leftover: no "
			 "namespace is other than the machine's",
			 engine);
	else if (engine)
		conclude(layer, engine, "an engine's mark%s",
			 own ? ", and namespaces of its own" : "");
	else if (state[PID] == OWN || state[CGROUP] == OWN)
		conclude(layer, "container-other",
			 "namespaces of its own, no engine's mark");
	else if (state[PID] == UNKNOWN)
		conclude(layer, "unknown", "/proc says nothing");
	else if (own)
		conclude(layer, "none", "only some namespaces of its own");
	else
		conclude(layer, "none", "in the initial namespaces%s",
			 all_known_initial ? "" : ", as far as can be seen");
}

void find_container(struct layer *layer)
{
	enum state state[KINDS] = {UNKNOWN};
	struct buffer buffer = {0};
	const char *by_file, *by_environment, *by_cgroup;

	layer->kind = "container";
	examine_namespaces(layer, state);
	by_file = ask_files(layer, &buffer);
	by_environment = ask_environment(layer, &buffer);
	by_cgroup = ask_cgroup(layer, &buffer);
	ask_condiments(layer, &buffer);
	free(buffer.data);
	judge(layer, state,
	      by_environment ? by_environment
	      : by_file	     ? by_file
			     : by_cgroup);
}
