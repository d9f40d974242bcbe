// SPDX-License-Identifier: MIT
//
// watch.c: --interval, the same again every few seconds.
//
// Shows:     that a program which redraws its screen takes signals as input:
//            blocked, they wait until sigtimedwait(2) fetches them, so that
//            none comes in the middle of a table, and none finds the terminal
//            in a state that nobody restores.
// Mirrors:   watch(1), top(1).
// Leaves out: keys; scrolling.
// Read:      sigtimedwait(2), console_codes(4).

#define _GNU_SOURCE
#include "procpeek.h"

#include <err.h>
#include <signal.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

// The alternate screen leaves what was there before untouched.
// What was said on standard error meanwhile would go with it, so that waits in
// a buffer until then.
static void leave_screen(void)
{
	if (isatty(STDOUT_FILENO))
		dprintf(STDOUT_FILENO, "\033[?25h\033[?1049l");
	fflush(stderr);
}

static void enter_screen(void)
{
	if (isatty(STDOUT_FILENO))
		dprintf(STDOUT_FILENO, "\033[?1049h\033[?25l");
}

// As many lines as the screen has, each from its beginning, and what an
// earlier and longer one left is erased. Elsewhere all of it.
static void draw(const char *text)
{
	struct winsize size = {0};
	const char *end;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0 || !size.ws_row) {
		fputs(text, stdout);
		putchar('\n');
		return;
	}
	fputs("\033[H", stdout);
	for (int row = 1; *text; row++, text = end) {
		end = strchrnul(text, '\n');
		fwrite(text, 1, (size_t)(end - text), stdout);
		fputs("\033[K", stdout);
		if (*end == '\0' || row == size.ws_row)
			break;
		end++;
		if (*end)
			putchar('\n');
	}
	fputs("\033[J", stdout);
}

// A command prints to stdout: it is given a piece of memory in its place.
static void draw_command(command_function *draws, const struct request *request)
{
	FILE *screen = stdout, *memory;
	char *text = NULL;
	size_t size;

	__fpurge(stderr); // of complaints, the last ones count
	memory = open_memstream(&text, &size);
	if (!memory)
		err(EXIT_FAILURE, "cannot allocate memory");
	stdout = memory;
	draws(request);
	stdout = screen;
	if (fclose(memory) != 0)
		err(EXIT_FAILURE, "cannot allocate memory");
	draw(text);
	free(text);
	if (fflush(stdout) != 0)
		err(EXIT_FAILURE, "cannot write to standard output");
}

// Ends as the signal would have ended it, with the terminal restored.
static _Noreturn void end_by(int number)
{
	sigset_t set;

	leave_screen();
	signal(number, SIG_DFL);
	sigemptyset(&set);
	sigaddset(&set, number);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	raise(number);
	_exit(128 + number);
}

// Ctrl-Z: the shell gets its own screen back, until it says fg.
static void stop(void)
{
	leave_screen();
	raise(SIGSTOP);
	enter_screen();
}

// Wait for the time to pass, the window to change (EAGAIN, SIGWINCH), or the
// end. sigtimedwait(2).
static void wait_for_turn(const sigset_t *set)
{
	struct timespec time = options.interval;

	switch (sigtimedwait(set, NULL, &time)) {
	case -1:
	case SIGWINCH:
		return;
	case SIGTSTP:
		stop();
		return;
	case SIGINT:
		end_by(SIGINT);
	case SIGTERM:
		end_by(SIGTERM);
	case SIGHUP:
		end_by(SIGHUP);
	default:
		end_by(SIGQUIT);
	}
}

_Noreturn void watch(command_function *draws, const struct request *request)
{
	struct sigaction action;
	static const int numbers[] = {SIGINT,  SIGTERM, SIGHUP,
				      SIGQUIT, SIGTSTP, SIGWINCH};
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
		if (sigaction(numbers[i], NULL, &action) == 0 &&
		    action.sa_handler != SIG_IGN) // nohup(1)
			sigaddset(&set, numbers[i]);
	sigprocmask(SIG_BLOCK, &set, NULL);
	if (isatty(STDOUT_FILENO))
		setvbuf(stderr, NULL, _IOFBF, BUFSIZ);
	atexit(leave_screen); // whatever error ends it
	enter_screen();
	for (;;) {
		draw_command(draws, request);
		wait_for_turn(&set);
	}
}
