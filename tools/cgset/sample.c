// SPDX-License-Identifier: MIT
// sample.c: the figures of some groups at one moment.

#define _GNU_SOURCE
#include "figures.h"

#include <err.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void take_sample(struct layout *layout, struct sample *sample)
{
	struct sample before = *sample;

	*sample = (struct sample){.group = before.group};
	for (enum figure f = 0; f < FIGURES; f++)
		sample->has[f] = read_figure(layout, sample->group, f,
					     &sample->figures[f]) == 0;
	clock_gettime(CLOCK_MONOTONIC, &sample->time);
	sample->has_network =
	    read_network(layout, sample->group, &sample->received,
			 &sample->sent) == 0;
	sample->has_pressure =
	    read_pressure(layout, sample->group, sample->pressure) == 0;
	if (before.has[CPU_USE] && sample->has[CPU_USE]) {
		double passed =
		    (double)(sample->time.tv_sec - before.time.tv_sec) * 1e9 +
		    (double)(sample->time.tv_nsec - before.time.tv_nsec);

		// Docker divides by the time that all CPUs had and multiplies
		// by their number: the time on the clock comes to the same.
		sample->cpu_percent = 100 *
				      (double)(sample->figures[CPU_USE] -
					       before.figures[CPU_USE]) /
				      passed;
		sample->has_cpu = true;
	}
}

static bool is_occupied(struct layout *layout, const char *group)
{
	for (size_t i = 0; i < layout->count; i++)
		if (!is_named(&layout->list[i]) &&
		    first_process(&layout->list[i], group, NULL, 0))
			return true;
	return false;
}

struct list choose_groups(struct layout *layout, char *operands[])
{
	struct list chosen = {0}, all;

	for (; *operands; operands++)
		add_group(&chosen, *operands);
	if (chosen.count > 0)
		return chosen;
	all = list_groups(layout, "");
	for (size_t i = 0; i < all.count; i++)
		if (*all.groups[i] && is_occupied(layout, all.groups[i]))
			add_group(&chosen, all.groups[i]);
	free_list(&all);
	return chosen;
}

struct sample *take_samples(struct layout *layout, const struct list *list,
			    const struct list *before, const struct sample *old)
{
	struct sample *samples = calloc(list->count + 1, sizeof *samples);

	if (!samples)
		err(options.failed, "cannot allocate memory");
	for (size_t i = 0; i < list->count; i++) {
		for (size_t j = 0; j < before->count; j++)
			if (strcmp(before->groups[j], list->groups[i]) == 0)
				samples[i] = old[j];
		samples[i].group = list->groups[i];
		take_sample(layout, &samples[i]);
	}
	return samples;
}
