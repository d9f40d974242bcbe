// SPDX-License-Identifier: MIT
// values.c: KEY=VALUE, checked completely before anything is written.

#define _GNU_SOURCE
#include "limits.h"

#include <err.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// What to write instead of a wrong value, by meaning and spelling.
static const char *const forms[VERBATIM][3] = {
    [MEMORY] = {"a size of at least a page, as 512M or 1G, or max",
		"a size, as 512M or 1G, or -1",
		"a size, as 512M or 1G, or max"},
    [SWAP] = {"a size, as 0 or 512M, or max", "a size, as 512M or 1G, or -1",
	      "a size, as 0 or 512M, or max"},
    [CPU] = {"a number of CPUs from 0.01 to 8192, as 0.5, at most five "
	     "decimals, or max",
	     "microseconds, at least 1000, or -1",
	     "microseconds, at least 1000, or max, and optionally the period "
	     "from 1000 to 1000000, as \"50000 100000\""},
    [PERIOD] = {NULL, "microseconds from 1000 to 1000000", NULL},
    [WEIGHT] = {"a number from 1 to 10000 (100 is the default)",
		"a number from 2 to 262144 (1024 is the default)",
		"a number from 1 to 10000 (100 is the default)"},
    [PIDS] = {"a number from 1 to 4194304, or max",
	      "a number from 0 to 4194304, or max",
	      "a number from 0 to 4194304, or max"},
    [CPUS] = {"a list of CPUs, as 0-3,6", "a list of CPUs, as 0-3,6",
	      "a list of CPUs, as 0-3,6"},
    [IO] = {"a disk and its limits, as /dev/sda,rbps=1M,wbps=max,riops=100",
	    "a disk and a number, as \"8:0 1048576\"",
	    "a disk and its limits, as \"8:0 rbps=1M wbps=max\""},
};

enum { DEFAULT_PERIOD = 100000 }; // microseconds, as the kernel's and Docker's
static const uint64_t longest_quota = (UINT64_C(1) << 44) - 1; // the kernel's

static int out_of_range(void)
{
	errno = ERANGE;
	return -1;
}

static int parse_bytes(struct setting *setting, const char *value)
{
	uint64_t least = 0;

	// 0 is what docker run --memory takes for "no limit", and the kernel
	// for "nothing at all": the plain word does not leave that open.
	if (setting->meaning == MEMORY && setting->spelling == WORD)
		least = (uint64_t)sysconf(_SC_PAGESIZE);
	if (parse_size(value, &setting->number) < 0)
		return -1;
	if (setting->number < least || setting->number > INT64_MAX)
		return out_of_range();
	return 0;
}

int parse_decimal(const char *text, size_t places, uint64_t *value)
{
	uint64_t whole, fraction;
	char integer[32] = "", decimals[] = "00000000", unit[] = "100000000";
	const char *dot = strchr(text, '.');
	size_t length = dot ? (size_t)(dot - text) : strlen(text);
	size_t given = dot ? strlen(dot + 1) : 0;

	errno = EINVAL;
	if (length >= sizeof integer || given > places || (dot && given == 0))
		return -1;
	memcpy(integer, text, length);
	if (dot)
		memcpy(decimals, dot + 1, given);
	decimals[places] = unit[places + 1] = '\0';
	if (parse_number(integer, 0, 1000000, &whole) < 0 ||
	    parse_number(decimals, 0, 99999999, &fraction) < 0)
		return -1;
	*value = whole * strtoull(unit, NULL, 10) + fraction;
	return 0;
}

// CPUs as a decimal fraction, to microseconds of a period: 0.5 is 50000.
static int parse_cpus(struct setting *setting, const char *value)
{
	setting->period = DEFAULT_PERIOD;
	if (parse_decimal(value, 5, &setting->number) < 0)
		return -1;
	if (setting->number < 1000 ||
	    setting->number > UINT64_C(8192) * DEFAULT_PERIOD)
		return out_of_range();
	return 0;
}

// "max", "50000" or "max 100000", "50000 100000", as cpu.max is written.
static int parse_cpu_max(struct setting *setting, const char *value)
{
	char quota[32] = "";
	size_t length = strcspn(value, " ");

	if (length >= sizeof quota) {
		errno = EINVAL;
		return -1;
	}
	memcpy(quota, value, length);
	if (value[length] && parse_number(value + length + 1, 1000, 1000000,
					  &setting->period) < 0)
		return -1;
	setting->unlimited = strcmp(quota, "max") == 0;
	if (setting->unlimited)
		return 0;
	return parse_number(quota, 1000, longest_quota, &setting->number);
}

static int parse_cpu(struct setting *setting, const char *value)
{
	if (setting->spelling == WORD)
		return parse_cpus(setting, value);
	if (setting->spelling == V2_FILE)
		return parse_cpu_max(setting, value);
	return parse_number(value, 1000, longest_quota, &setting->number);
}

static int parse_list(const char *value)
{
	if (*value && !value[strspn(value, "0123456789,-")])
		return 0;
	errno = EINVAL;
	return -1;
}

static int parse_value(struct setting *setting, const char *value)
{
	bool v1 = setting->spelling == V1_FILE;

	if (setting->meaning <= CPU || setting->meaning == PIDS)
		setting->unlimited =
		    strcmp(value,
			   v1 && setting->meaning != PIDS ? "-1" : "max") == 0;
	if (setting->unlimited)
		return 0;
	switch (setting->meaning) {
	case MEMORY:
	case SWAP:
		return parse_bytes(setting, value);
	case CPU:
		return parse_cpu(setting, value);
	case PERIOD:
		return parse_number(value, 1000, 1000000, &setting->period);
	case WEIGHT:
		return parse_number(value, v1 ? 2 : 1, v1 ? 262144 : 10000,
				    &setting->number);
	case PIDS:
		return parse_number(value, setting->spelling == WORD, 4194304,
				    &setting->number);
	case CPUS:
		return parse_list(value);
	case IO:
		return parse_io(setting, value);
	case VERBATIM:
		break;
	}
	return 0;
}

struct setting parse_setting(const char *text)
{
	struct setting setting = {.text = text};
	const char *equals = strchr(text, '=');
	char *name = equals ? strndup(text, (size_t)(equals - text)) : NULL;

	if (!equals)
		errx(options.misused, "%s: expected KEY=VALUE", text);
	if (!name)
		err(options.failed, "cannot allocate memory");
	parse_key(&setting, name);
	free(name);
	setting.value = equals + 1;
	if (strlen(setting.value) >= sizeof((struct change *)0)->value ||
	    strchr(setting.value, '\n'))
		errx(options.misused,
		     "%s: the value is too long or has a "
		     "newline",
		     setting.name);
	if (parse_value(&setting, setting.value) < 0)
		errx(options.misused, "%s: %s, expected %s", text,
		     errno == ERANGE ? "out of range" : "not understood",
		     forms[setting.meaning][setting.spelling]);
	return setting;
}
