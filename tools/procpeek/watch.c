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
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

bool is_watched(void)
{
	return options.interval.tv_sec || options.interval.tv_nsec;
}

// The alternate screen leaves what was there before untouched. In it the cursor
// is hidden, and what is longer than a line is cut instead of wrapped.
// What was said on standard error meanwhile would go with it, so that waits in
// a buffer until then.
static const char entry[] = "\033[?1049h\033[?25l\033[?7l",
		  departure[] = "\033[?7h\033[?25h\033[?1049l";
static bool on_screen;

// Any terminal but one that says it obeys nothing.
static bool has_screen(void)
{
	const char *terminal = getenv("TERM");

	return isatty(STDOUT_FILENO) && terminal &&
	       strcmp(terminal, "dumb") != 0;
}

static void leave_screen(void)
{
	if (on_screen)
		dprintf(STDOUT_FILENO, departure);
	on_screen = false;
	fflush(stderr);
}

static void enter_screen(void)
{
	on_screen = has_screen();
	if (on_screen)
		dprintf(STDOUT_FILENO, entry);
}

// As many lines as the screen has. What an earlier and longer one left is
// erased beforehand: after a line that fills the width, the cursor is still on
// its last character. Elsewhere all of it.
static void draw(const char *text)
{
	struct winsize size = {0};
	size_t length;
	int row;

	if (!on_screen || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0 ||
	    !size.ws_row) {
		fputs(text, stdout);
		putchar('\n');
		return;
	}
	fputs("\033[H", stdout);
	for (row = 0; *text && row < size.ws_row; row++) {
		length = strcspn(text, "\n");
		fputs(row ? "\n\033[K" : "\033[K", stdout);
		fwrite(text, 1, length, stdout);
		text += length + (text[length] == '\n');
	}
	if (row < size.ws_row)
		fputs(row ? "\n\033[J" : "\033[J", stdout);
}

// Every round asks for processes by their PID. So that none stands for another
// one, which has that PID by now, their directories are held: a look through
// such a descriptor fails once the process has ended.
static struct {
	int dir, pid;
} pins[3];

static void pin(int proc, int pid)
{
	static size_t count;
	char path[16];

	snprintf(path, sizeof path, "%d", pid);
	pins[count].pid = pid;
	pins[count++].dir = openat(proc, path, O_PATH | O_CLOEXEC);
}

static void check_pins(void)
{
	struct stat status;

	for (size_t i = 0; i < sizeof pins / sizeof *pins; i++)
		if (pins[i].pid &&
		    fstatat(pins[i].dir, "stat", &status, 0) < 0 &&
		    (errno == ENOENT || errno == ESRCH))
			errx(EXIT_FAILURE, "process %d has ended", pins[i].pid);
}

// A command prints to stdout: it is given a piece of memory in its place. In
// the first round an error is likely: it needs no screen.
static void draw_command(command_function *draws, const struct request *request,
			 const sigset_t *set)
{
	FILE *screen = stdout, *memory;
	char *text = NULL;
	size_t size;

	if (on_screen)
		__fpurge(stderr); // of complaints, the last ones count
	memory = open_memstream(&text, &size);
	if (!memory)
		err(EXIT_FAILURE, "cannot allocate memory");
	stdout = memory;
	draws(request);
	check_pins();
	stdout = screen;
	if (fclose(memory) != 0)
		err(EXIT_FAILURE, "cannot allocate memory");
	if (!on_screen)
		enter_screen();
	// Who reads a pipe may be slow or stopped: a signal is not to wait for
	// that, and finds no screen to restore.
	if (!on_screen)
		sigprocmask(SIG_UNBLOCK, set, NULL);
	draw(text);
	free(text);
	if (fflush(stdout) != 0)
		err(EXIT_FAILURE, "cannot write to standard output");
	sigprocmask(SIG_BLOCK, set, NULL);
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

// Ctrl-Z: the shell gets its own screen back, until it says fg. Unlike SIGSTOP,
// SIGTSTP stops nobody who has no shell: setpgid(2), orphaned process group.
static void stop(void)
{
	sigset_t set;

	leave_screen();
	sigemptyset(&set);
	sigaddset(&set, SIGTSTP);
	raise(SIGTSTP);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	sigprocmask(SIG_BLOCK, &set, NULL);
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
	static char complaints[1 << 20];
	sigset_t set;

	if (request->pid)
		pin(request->proc, request->pid);
	if (request->other)
		pin(request->proc, request->other);
	if (options.ns && strchr(options.ns, '='))
		pin(request->proc, atoi(strchr(options.ns, '=') + 1));
	sigemptyset(&set);
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
		if (sigaction(numbers[i], NULL, &action) == 0 &&
		    action.sa_handler != SIG_IGN) // nohup(1)
			sigaddset(&set, numbers[i]);
	sigprocmask(SIG_BLOCK, &set, NULL);
	if (has_screen() && isatty(STDERR_FILENO))
		setvbuf(stderr, complaints, _IOFBF, sizeof complaints);
	atexit(leave_screen); // whatever error ends it
	for (;;) {
		draw_command(draws, request, &set);
		wait_for_turn(&set);
	}
}
