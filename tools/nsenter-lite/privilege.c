// SPDX-License-Identifier: MIT
// privilege.c: give up what the target does not have.
//
// After this the process is as the target is; execve(2) then does to its
// capabilities what it would do to those of a child of the target. Not taken
// over, because the kernel does not show them: the securebits.
// capabilities(7).

#define _GNU_SOURCE
#include "nsenter-lite.h"

#include <err.h>
#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define BIT(capability) (UINT64_C(1) << (capability))

static const char *const names[] = {
    "CHOWN",
    "DAC_OVERRIDE",
    "DAC_READ_SEARCH",
    "FOWNER",
    "FSETID",
    "KILL",
    "SETGID",
    "SETUID",
    "SETPCAP",
    "LINUX_IMMUTABLE",
    "NET_BIND_SERVICE",
    "NET_BROADCAST",
    "NET_ADMIN",
    "NET_RAW",
    "IPC_LOCK",
    "IPC_OWNER",
    "SYS_MODULE",
    "SYS_RAWIO",
    "SYS_CHROOT",
    "SYS_PTRACE",
    "SYS_PACCT",
    "SYS_ADMIN",
    "SYS_BOOT",
    "SYS_NICE",
    "SYS_RESOURCE",
    "SYS_TIME",
    "SYS_TTY_CONFIG",
    "MKNOD",
    "LEASE",
    "AUDIT_WRITE",
    "AUDIT_CONTROL",
    "SETFCAP",
    "MAC_OVERRIDE",
    "MAC_ADMIN",
    "SYSLOG",
    "WAKE_ALARM",
    "BLOCK_SUSPEND",
    "AUDIT_READ",
    "PERFMON",
    "BPF",
    "CHECKPOINT_RESTORE",
};
#define CAPABILITY_COUNT ((int)(sizeof names / sizeof *names))

// The bounding set caps what a file, or being root, can give at execve(2). It
// can only shrink. A capability newer than this list is dropped as well.
// PR_CAPBSET_DROP(2const). Commonest errno: EPERM, no CAP_SETPCAP.
static void shrink_bounding_set(uint64_t bounding)
{
	for (int i = 0; prctl(PR_CAPBSET_READ, i) >= 0; i++) {
		char number[16];

		snprintf(number, sizeof number, "0x%x", i);
		if ((bounding & BIT(i)) || prctl(PR_CAPBSET_READ, i) == 0)
			continue;
		if (explain(prctl(PR_CAPBSET_DROP, i),
			    "not in the target's bounding set: "
			    "capabilities(7)",
			    "prctl(PR_CAPBSET_DROP, %s%s)",
			    i < CAPABILITY_COUNT ? "CAP_" : "",
			    i < CAPABILITY_COUNT ? names[i] : number) < 0)
			err(EXIT_TOOL, "cannot drop from the bounding set");
	}
}

static int compare(const void *left, const void *right)
{
	const gid_t *a = left, *b = right;

	return (*a > *b) - (*a < *b);
}

// Are those our groups already? A user namespace may deny the change.
static bool have_groups(const struct identity *who)
{
	int count = getgroups(0, NULL);
	gid_t *ours;
	bool same;

	if (count < 0 || (size_t)count != who->group_count)
		return false;
	ours = calloc((size_t)count + 1, sizeof *ours);
	if (!ours || getgroups(count, ours) != count)
		err(EXIT_TOOL, "cannot read the groups");
	qsort(ours, (size_t)count, sizeof *ours, compare);
	qsort(who->groups, (size_t)count, sizeof *ours, compare);
	same = memcmp(ours, who->groups, (size_t)count * sizeof *ours) == 0;
	free(ours);
	return same;
}

// Tried outside, as the user namespace may deny it, in the numbers of there;
// and again inside, where the same groups have the numbers of the inside.
// setgroups(2). Commonest errno: EPERM, no CAP_SETGID, or it is denied in this
// user namespace.
void take_groups(struct identity *who, const struct options *options)
{
	char text[512] = "";
	size_t used = 0;

	if (options->set_gid)
		who->group_count = 0;
	if (have_groups(who))
		return;
	for (size_t i = 0; i < who->group_count && used < sizeof text; i++)
		used += (size_t)snprintf(text + used, sizeof text - used,
					 "%s%u", i ? ", " : "", who->groups[i]);
	explain(setgroups(who->group_count, who->groups),
		"the target's supplementary groups: setgroups(2)",
		"setgroups(%zu, [%s])", who->group_count, text);
}

// Users of a container are numbers like any other: what they may do to files
// is decided by these. Leaving user 0 clears the permitted capabilities, unless
// they are to be kept for the moment.
// setresuid(2), PR_SET_KEEPCAPS(2const). Commonest errno: EPERM, no
// CAP_SETGID, CAP_SETUID.
static void take_ids(const struct identity *who)
{
	const gid_t *gid = who->gid;
	const uid_t *uid = who->uid;

	if (explain(setresgid(gid[0], gid[1], gid[2]),
		    "the target's group: setresgid(2)", "setresgid(%u, %u, %u)",
		    gid[0], gid[1], gid[2]) < 0)
		err(EXIT_TOOL, "cannot set the group ID to %u", gid[0]);
	if (explain(prctl(PR_SET_KEEPCAPS, 1),
		    "the capabilities are dealt with after the user: "
		    "capabilities(7)",
		    "prctl(PR_SET_KEEPCAPS, 1)") < 0)
		err(EXIT_TOOL, "cannot keep the capabilities");
	if (explain(setresuid(uid[0], uid[1], uid[2]),
		    "the target's user: setresuid(2)", "setresuid(%u, %u, %u)",
		    uid[0], uid[1], uid[2]) < 0)
		err(EXIT_TOOL, "cannot set the user ID to %u", uid[0]);
}

// Version 3 has two words of 32 for each set. What we do not have ourselves
// cannot be handed on.
// capset(2). Commonest errno: EPERM, more than we have.
static void set_capabilities(uint64_t effective, uint64_t permitted,
			     uint64_t inheritable, const char *lesson)
{
	struct __user_cap_header_struct header = {
	    .version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];

	if (syscall(SYS_capget, &header, data) < 0)
		err(EXIT_TOOL, "cannot read our capabilities");
	permitted &= data[0].permitted | (uint64_t)data[1].permitted << 32;
	effective &= permitted;
	for (int i = 0; i < 2; i++) {
		data[i].effective = (uint32_t)(effective >> (32 * i));
		data[i].permitted = (uint32_t)(permitted >> (32 * i));
		data[i].inheritable = (uint32_t)(inheritable >> (32 * i));
	}
	if (explain(syscall(SYS_capset, &header, data), lesson,
		    "capset({version=_LINUX_CAPABILITY_VERSION_3, pid=0}, "
		    "{effective=%#jx, permitted=%#jx, inheritable=%#jx})",
		    (uintmax_t)effective, (uintmax_t)permitted,
		    (uintmax_t)inheritable) < 0)
		err(EXIT_TOOL, "cannot set the capabilities");
}

// What a program keeps at execve(2) without being root or its file saying so.
// PR_CAP_AMBIENT(2const). Commonest errno: EPERM, not both permitted and
// inheritable.
static void raise_ambient(uint64_t ambient)
{
	for (int i = 0; i < CAPABILITY_COUNT; i++) {
		if ((ambient & BIT(i)) &&
		    explain(
			prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, i, 0, 0),
			"in the target's ambient set: capabilities(7)",
			"prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, "
			"CAP_%s, 0, 0)",
			names[i]) < 0)
			err(EXIT_TOOL, "cannot raise CAP_%s", names[i]);
	}
}

// One filter is still to come; see install_filters().
static bool keeps_admin(const struct identity *who)
{
	return who->seccomp != 0 && !who->no_new_privs;
}

// The order is the kernel's: dropping from the bounding set takes CAP_SETPCAP,
// groups and IDs take CAP_SETGID and CAP_SETUID, so the capabilities go last.
void take_identity(struct identity *who, const struct options *options)
{
	uint64_t admin = keeps_admin(who) ? BIT(CAP_SYS_ADMIN) : 0;

	shrink_bounding_set(who->bounding);
	explain(umask(who->umask), "the target's: umask(2)", "umask(%#o)",
		who->umask);
	for (int i = 0; i < 3; i++) {
		if (options->set_gid)
			who->gid[i] = options->gid;
		if (options->set_uid)
			who->uid[i] = options->uid;
	}
	take_groups(who, options);
	if (!have_groups(who))
		errx(EXIT_TOOL, "cannot take over the supplementary groups");
	take_ids(who);
	set_capabilities(who->effective | admin, who->permitted | admin,
			 who->inheritable,
			 "the target's capabilities: capset(2)");
	raise_ambient(who->ambient);
	// PR_SET_NO_NEW_PRIVS(2const): no set-user-ID program counts any more.
	if (who->no_new_privs &&
	    explain(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0),
		    "as for the target, no program gives new privileges: "
		    "prctl(2)",
		    "prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)") < 0)
		err(EXIT_TOOL, "cannot set no_new_privs");
}

// After the filter: nothing is left that the target does not have.
void give_up_the_rest(const struct identity *who)
{
	if (keeps_admin(who))
		set_capabilities(who->effective, who->permitted,
				 who->inheritable,
				 "only a filter needed CAP_SYS_ADMIN: "
				 "capset(2)");
}
