// SPDX-License-Identifier: MIT
// credentials.c: the user and the group that the command runs as.

#define _GNU_SOURCE
#include "unshare-lite.h"

#include <err.h>
#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <stdlib.h>
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
