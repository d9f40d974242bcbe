// SPDX-License-Identifier: MIT
// Fuzz KEY=VALUE and GROUP of cgset's command line. What is accepted is in
// bounds, and a group stays a relative path without "..".
// Sources: tools/cgset/keys.c tools/cgset/values.c tools/cgset/name.c
// Sources: tools/cgset/io.c tools/lib/parse.c tools/lib/narrate.c
// Seeds: tests/tools/cgset.bats tests/tools/cgset-run.bats

#define _GNU_SOURCE
#include "cgset.h"
#include "cgset/limits.h"

void refuse_foreign(struct layout *layout, const char *group)
{
	(void)layout, (void)group;
}

void add_change(struct plan *plan, struct hierarchy *hierarchy,
		const struct setting *setting, const char *file,
		const char *format, ...)
{
	(void)plan, (void)hierarchy, (void)setting, (void)file, (void)format;
}

static void check_setting(const char *text)
{
	struct setting setting = parse_setting(text);

	if (!strchr(text, '=') || strchr(setting.value, '\n') ||
	    setting.meaning > VERBATIM ||
	    strlen(setting.device) >= sizeof setting.device ||
	    (setting.period && setting.period < 1000) ||
	    strchr(setting.name, '/'))
		abort();
}

static void check_group(char *text)
{
	static const struct layout none;
	const char *group = parse_group(&none, text);

	if (*group == '/' || strcmp(group, "..") == 0 ||
	    strncmp(group, "../", 3) == 0 || strstr(group, "/../") ||
	    strstr(group, "//") || strlen(group) > PATH_MAX / 2)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = text_of(data, size);

	if (setjmp(next) == 0)
		check_setting(text);
	if (setjmp(next) == 0)
		check_group(text);
	free(text);
	return 0;
}
