// SPDX-License-Identifier: MIT
// show.c: what the groups are and what they use.

#define _GNU_SOURCE
#include "cgset.h"

#include <err.h>

int verb_show(struct layout *layout, char *operands[])
{
	(void)layout, (void)operands;
	errx(options.failed, "show: not built yet");
}

int verb_where(struct layout *layout, char *operands[])
{
	return verb_show(layout, operands);
}

int verb_stats(struct layout *layout, char *operands[])
{
	return verb_show(layout, operands);
}

int verb_get(struct layout *layout, char *operands[])
{
	return verb_show(layout, operands);
}
