// SPDX-License-Identifier: MIT
//
// plot.c: three bar charts for a slide, drawn by gnuplot.
//
// Shows:     nothing of the kernel but a pipe to another program.
// Mirrors:   nothing.
// Leaves out: whatever gnuplot does by itself.
// Read:      gnuplot(1).

#define _GNU_SOURCE
#include "bench.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

// Bars from least to most, on a logarithmic scale where settings differ by
// orders of magnitude. Names of settings have no quotes: see bench.c.
static void plot_measure(FILE *gnuplot, const struct setting *settings,
			 size_t count, enum measure measure)
{
	const double unit = measures[measure].unit;
	struct spread spread;

	fprintf(gnuplot, "set title \"%s\"\n$data << END\n",
		measures[measure].title);
	for (size_t i = 0; i < count; i++)
		if (find_spread(&settings[i], measure, &spread))
			fprintf(gnuplot, "%zu \"%s\" %g %g %g\n", i,
				settings[i].name, spread.median / unit,
				spread.least / unit, spread.most / unit);
	fprintf(gnuplot,
		"END\nplot [-0.6:%zu.6] $data using 1:3:xtic(2) with boxes, "
		"\"\" using 1:3:4:5 with yerrorbars, "
		"\"\" using 1:3:(sprintf($3 < 10 ? \"%%.2f\" : \"%%.0f\", $3)) "
		"with labels offset "
		"0,1\n",
		count - 1);
}

static void write_script(FILE *gnuplot, const struct setting *settings,
			 size_t count)
{
	static const enum measure shown[] = {START, PSS, REQUESTS};

	fputs("set terminal svg size 900,320 font \"sans-serif,12\"\n"
	      "set multiplot layout 1,3\n"
	      "unset key\nset style fill solid 0.4\nset boxwidth 0.6\n"
	      "set logscale y\nset format y \"%g\"\nset offsets 0,0,graph 0.1\n"
	      "set grid ytics\n",
	      gnuplot);
	for (size_t i = 0; i < sizeof shown / sizeof *shown; i++)
		plot_measure(gnuplot, settings, count, shown[i]);
	fputs("unset multiplot\n", gnuplot);
}

// gnuplot reads the script from its input and writes the picture to its output,
// so that no file name has to be quoted.
static noreturn void be_gnuplot(int script, int picture)
{
	char *const argv[] = {"gnuplot", NULL};

	dup2(script, STDIN_FILENO);
	dup2(picture, STDOUT_FILENO);
	exec_command(argv);
}

// Opened before anything is measured: a path that cannot be written should not
// be found out after minutes.
int open_plot(const char *path)
{
	char *gnuplot = find_program("gnuplot");
	int fd;

	if (!gnuplot) {
		warn("cannot find gnuplot");
		hint("it is in the package gnuplot-nox (Debian), gnuplot "
		     "(Fedora, Arch)");
		exit(EXIT_UNAVAILABLE);
	}
	free(gnuplot);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (fd < 0)
		err(EXIT_FAILURE, "cannot write %s", path);
	return fd;
}

void plot_settings(int picture, const struct setting *settings, size_t count)
{
	int ends[2], status;
	FILE *script;
	pid_t child;

	if (pipe2(ends, O_CLOEXEC) < 0)
		err(EXIT_FAILURE, "cannot make a pipe");
	child = fork();
	if (child < 0)
		err(EXIT_FAILURE, "cannot fork");
	if (child == 0)
		be_gnuplot(ends[0], picture);
	close(ends[0]);
	script = fdopen(ends[1], "w");
	if (!script)
		err(EXIT_FAILURE, "cannot write to gnuplot");
	write_script(script, settings, count);
	fclose(script);
	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			err(EXIT_FAILURE, "cannot wait for gnuplot");
	if (status != 0)
		errx(EXIT_FAILURE, "gnuplot ended with status %d",
		     status_of(status));
}
