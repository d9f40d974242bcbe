// SPDX-License-Identifier: MIT
// credentials.c: the user and the group that the command runs as.

#define _GNU_SOURCE
#include "unshare-lite.h"

#include <err.h>
#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

// In a user namespace only mapped IDs exist; EINVAL means nothing else here.
static noreturn void fail_to_become(const char *what, int64_t id,
				    int capability)
{
	if (errno != EINVAL)
		fail(capability, "cannot become %s %jd", what, (intmax_t)id);
	warn("cannot become %s %jd", what, (intmax_t)id);
	hint(
	    "this user namespace does not map that ID: see /proc/self/%cid_map",
	    what[0]);
	exit(EXIT_TOOL);
}

// setgroups(2) is refused after "deny", whatever the capabilities.
static noreturn void fail_to_drop_groups(void)
{
	if (errno != EPERM || !setting_is("/proc/self/setgroups", "deny\n"))
		fail(CAP_SETGID, "cannot drop the supplementary groups");
	warn("cannot drop the supplementary groups");
	hint("/proc/self/setgroups says deny, as a map of one's own group "
	     "demands: user_namespaces(7)");
	exit(EXIT_TOOL);
}

static void set_gid(gid_t gid)
{
	bool dry = narration == DRY_RUN;

	if (explain(dry ? 0 : setgroups(0, NULL),
		    "no supplementary groups: setgroups(2)",
		    "setgroups(0, NULL)") < 0)
		fail_to_drop_groups();
	if (explain(dry ? 0 : setgid(gid), "real, effective, saved: setgid(2)",
		    "setgid(%u)", gid) < 0)
		fail_to_become("group", gid, CAP_SETGID);
}

// Last of all that needs privilege, and the user after the group: the
// capabilities go with user 0, CAP_SETGID among them.
// setuid(2). Commonest errno: EPERM, without CAP_SETUID or CAP_SETGID.
void set_ids(int64_t uid, int64_t gid)
{
	if (gid != KEEP_ID)
		set_gid((gid_t)gid);
	if (uid != KEEP_ID &&
	    explain(narration == DRY_RUN ? 0 : setuid((uid_t)uid),
		    "real, effective, saved; away from 0, capabilities go: "
		    "setuid(2)",
		    "setuid(%u)", (uid_t)uid) < 0)
		fail_to_become("user", uid, CAP_SETUID);
}

// --keep-caps: execve(2) takes the capabilities of a user other than 0. Only
// ambient ones are left, and ambient can be what is permitted and inheritable:
// so first make all that is permitted inheritable, then raise one by one.
// capabilities(7). Commonest errno: EPERM, for one that is not permitted.
void keep_capabilities(void)
{
	struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3,
						  0};
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {0};
	long result = 0;

	if (narration != DRY_RUN) {
		syscall(SYS_capget, &header, data);
		for (size_t i = 0; i < _LINUX_CAPABILITY_U32S_3; i++)
			data[i].inheritable = data[i].permitted;
		result = syscall(SYS_capset, &header, data);
	}
	if (explain(result, "inheritable: all that is permitted: capset(2)",
		    "capset(all)") < 0)
		err(EXIT_TOOL, "cannot make the capabilities inheritable");
	for (unsigned long number = 0; number < 64; number++)
		if (data[number / 32].permitted & (1U << number % 32) &&
		    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, number, 0, 0))
			result = -1;
	if (explain(result, "each of them: kept over execve: capabilities(7)",
		    "prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE)") < 0)
		err(EXIT_TOOL, "cannot make the capabilities ambient");
}
