// SPDX-License-Identifier: MIT
//
// facts_privilege.c: what a process may do.
//
// Shows:     capability sets, seccomp, no_new_privs, id maps, LSM label.
// Mirrors:   getpcaps(8), capsh(1) --decode, setpriv(1) --dump.
// Leaves out: what a seccomp filter contains (the kernel tells only who may
//            trace: ptrace(2) PTRACE_SECCOMP_GET_FILTER).
// Read:      capabilities(7), seccomp(2), user_namespaces(7).

#define _GNU_SOURCE
#include "procpeek.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/capability.h>

// The names of the bits that are set, or of those that are not.
static char *names_of(uint64_t mask, int count, bool set)
{
	char *text = format("%s", ""), *name;

	for (int i = 0; i < count; i++) {
		if (((mask >> i) & 1) != set)
			continue;
		name = cap_to_name(i);
		append(&text, "%s%s", *text ? " " : "", name ? name : "?");
		cap_free(name);
	}
	return text;
}

// A set is a mask of 64 bits in hexadecimal; how many of them mean something
// is the kernel's affair. The shorter list is the one that can be read.
static char *capability_text(const char *status, const char *name)
{
	const char *field = status_field(status, name);
	int count = cap_max_bits();
	uint64_t mask;
	char *missing, *text;
	int set;

	if (!field)
		return NULL;
	mask = strtoull(field, NULL, 16);
	if (count < 64)
		mask &= (1ULL << count) - 1;
	set = __builtin_popcountll(mask);
	if (set == 0)
		return format("none");
	if (set == count)
		return format("all");
	if (set <= count / 2)
		return names_of(mask, count, true);
	missing = names_of(mask, count, false);
	text = format("all but %s", missing);
	free(missing);
	return text;
}

static char *seccomp_text(const char *status)
{
	const char *mode = status_field(status, "Seccomp");
	const char *filters = status_field(status, "Seccomp_filters");

	if (!mode)
		return NULL;
	if (*mode == '0')
		return format("off");
	if (*mode == '1')
		return format("strict");
	// The number is told since Linux 5.9.
	return filters ? format("filtered by %ld", strtol(filters, NULL, 10))
		       : format("filtered");
}

static char *no_new_privs_text(const char *status)
{
	const char *field = status_field(status, "NoNewPrivs");

	return field ? format("%s", *field == '1' ? "yes" : "no") : NULL;
}

// INSIDE:OUTSIDE:COUNT for each range, the second as we see it. The identity
// over all ids is what the first user namespace has.
static char *map_text(struct subject *subject, const char *path)
{
	struct id_range range;
	char *text, *rest;

	if (read_proc(subject->dir, path, &subject->scratch,
		      "ids inside and outside: user_namespaces(7)") < 0)
		return NULL;
	text = format("%s", "");
	for (rest = subject->scratch.data; next_range(&rest, &range);) {
		append(&text, "%s%ju:%ju:%ju", *text ? " " : "",
		       (uintmax_t)range.inside, (uintmax_t)range.outside,
		       (uintmax_t)range.count);
	}
	if (!*text)
		append(&text, "empty");
	return text;
}

// EINVAL: no security module is active that has labels. Any other error, and
// there may be one.
static char *label_text(struct subject *subject)
{
	struct buffer *text = &subject->scratch;

	if (read_proc(subject->dir, "attr/current", text,
		      "the label of its security module: proc(5)") < 0)
		return errno == EINVAL ? format("none") : NULL;
	if (text->length == 0)
		return format("none");
	return format("%.*s", (int)strcspn(text->data, "\n"), text->data);
}

void facts_of_privilege(struct subject *subject, struct facts *facts)
{
	static const struct {
		const char *key, *field, *source;
	} sets[] = {{"cap effective", "CapEff", "status CapEff"},
		    {"cap permitted", "CapPrm", "status CapPrm"},
		    {"cap inheritable", "CapInh", "status CapInh"},
		    {"cap bounding", "CapBnd", "status CapBnd"},
		    {"cap ambient", "CapAmb", "status CapAmb"}};
	const char *status = subject->status.data;

	add_fact(facts, "uid map", "uid_map", map_text(subject, "uid_map"));
	add_fact(facts, "gid map", "gid_map", map_text(subject, "gid_map"));
	for (size_t i = 0; i < sizeof sets / sizeof *sets; i++)
		add_fact(facts, sets[i].key, sets[i].source,
			 capability_text(status, sets[i].field));
	add_fact(facts, "no_new_privs", "status NoNewPrivs",
		 no_new_privs_text(status));
	add_fact(facts, "seccomp", "status Seccomp, Seccomp_filters",
		 seccomp_text(status));
	add_fact(facts, "lsm label", "attr/current", label_text(subject));
}
