// SPDX-License-Identifier: MIT
// terminal.c: a terminal for the command alone.
//
// Who has a terminal can do more than read and write: TIOCSTI puts letters
// into its input, as if they were typed. A command that has ours could so type
// into the shell that called us, on the host. A pseudoterminal of its own is a
// pipe with two ends: the slave is the command's terminal, and we copy between
// the master and ours. pty(7), TIOCSTI(2const).

#define _GNU_SOURCE
#include "nsenter-lite.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

static void copy_size(int master)
{
	struct winsize size;

	if (ioctl(STDIN_FILENO, TIOCGWINSZ, &size) == 0)
		ioctl(master, TIOCSWINSZ, &size);
}

// Opened outside: inside, /dev/ptmx could be anything. As number 3, which
// close_descriptors() spares.
// pts(4). Commonest errno: ENOENT, no /dev/ptmx; ENOSPC, too many terminals.
int open_terminal(void)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC), moved;
	struct termios settings;

	if (explain(master, "the master of a new terminal: ptmx(4)",
		    "openat(AT_FDCWD, \"/dev/ptmx\", "
		    "O_RDWR|O_NOCTTY|O_CLOEXEC)") < 0)
		err(EXIT_TOOL, "cannot open /dev/ptmx");
	if (unlockpt(master) < 0)
		err(EXIT_TOOL, "cannot unlock the new terminal");
	if (tcgetattr(STDIN_FILENO, &settings) == 0)
		tcsetattr(master, TCSANOW, &settings);
	copy_size(master);
	if (master == 3)
		return master;
	moved = dup3(master, 3, O_CLOEXEC);
	if (moved < 0)
		err(EXIT_TOOL, "cannot move the descriptor of a terminal");
	close(master);
	return moved;
}

// In the child. A new session has no terminal; the first that its leader
// claims becomes the one that Ctrl-C and job control work on. Without a
// terminal of its own the session alone keeps ours out of reach: TIOCSTI works
// on one's own terminal only, save for CAP_SYS_ADMIN.
// setsid(2), TIOCGPTPEER(2const), TIOCSCTTY(2const).
void become_session(int master)
{
	int slave;

	if (explain(setsid(),
		    "a session of its own, without our terminal: "
		    "setsid(2)",
		    "setsid()") < 0)
		err(EXIT_TOOL, "cannot make a session");
	if (master < 0)
		return;
	// By its other end, as no path inside leads to it.
	slave = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY);
	if (explain(slave, "the slave, its other end: ioctl_tty(2)",
		    "ioctl(%d, TIOCGPTPEER, O_RDWR|O_NOCTTY)", master) < 0)
		err(EXIT_TOOL, "cannot open the new terminal");
	if (explain(ioctl(slave, TIOCSCTTY, 0),
		    "it is the session's terminal: ioctl_tty(2)",
		    "ioctl(%d, TIOCSCTTY, 0)", slave) < 0)
		err(EXIT_TOOL, "cannot take the new terminal");
	for (int fd = 0; fd < 3; fd++) {
		if (dup2(slave, fd) < 0)
			err(EXIT_TOOL, "cannot give the command its terminal");
	}
	if (slave > 2)
		close(slave);
	close(master);
}

// What is read from one end and not yet written to the other. Keys wait here
// until the terminal takes them, while what it shows goes on being copied:
// else each side could wait for the other.
struct pending {
	char text[4096];
	ssize_t from, to;
};

// A file that ends is told to the command as a person would: with Ctrl-D. In
// the middle of a line the first only hands over what is there: termios(3).
static bool read_keys(struct pending *keys)
{
	bool whole = keys->to == 0 || keys->text[keys->to - 1] == '\n';

	keys->from = 0;
	keys->to = read(STDIN_FILENO, keys->text, sizeof keys->text);
	if (keys->to > 0)
		return true;
	keys->text[0] = keys->text[1] = '\004';
	keys->to = whole ? 1 : 2;
	return false;
}

static void write_keys(int master, struct pending *keys)
{
	ssize_t put = write(master, keys->text + keys->from,
			    (size_t)(keys->to - keys->from));

	if (put > 0)
		keys->from += put;
	else if (put < 0 && errno != EAGAIN && errno != EINTR)
		keys->from = keys->to;
}

// Returns false when there will be no more: a master whose slave nobody has
// open answers EIO.
static bool copy_screen(int master)
{
	char text[4096];
	ssize_t length = read(master, text, sizeof text);

	if (length < 0)
		return errno == EINTR || errno == EAGAIN;
	for (ssize_t from = 0, put; from < length; from += put) {
		put =
		    write(STDOUT_FILENO, text + from, (size_t)(length - from));
		if (put < 0 && errno != EINTR)
			break;
		if (put < 0)
			put = 0;
	}
	return length > 0;
}

// A signal for us is one for the command: it is in another session, so no
// terminal sends it any but its own. Returns true when the command has ended.
static bool hear(int signals, int master, pid_t child, int *status)
{
	struct signalfd_siginfo info;

	if (read(signals, &info, sizeof info) != (ssize_t)sizeof info)
		return false;
	if (info.ssi_signo == SIGWINCH)
		copy_size(master);
	else if (info.ssi_signo != SIGCHLD)
		kill(child, (int)info.ssi_signo);
	return waitpid(child, status, WNOHANG) == child;
}

// Our own terminal passes every key on, Ctrl-C too: it means the command.
static bool make_raw(struct termios *before)
{
	struct termios raw;

	if (tcgetattr(STDIN_FILENO, before) < 0)
		return false;
	raw = *before;
	cfmakeraw(&raw);
	return tcsetattr(STDIN_FILENO, TCSADRAIN, &raw) == 0;
}

// Copies until the command has ended; returns its status.
static int relay(int master, pid_t child, int signals)
{
	enum { KEYS, SCREEN, SIGNALS };
	struct pollfd ready[] = {{.fd = STDIN_FILENO, .events = POLLIN},
				 {.fd = master, .events = POLLIN},
				 {.fd = signals, .events = POLLIN}};
	struct pending keys = {.to = 0};
	bool more_keys = true;
	int status;

	for (;;) {
		bool waiting = keys.from < keys.to;

		ready[KEYS].fd = waiting || !more_keys ? -1 : STDIN_FILENO;
		ready[SCREEN].events =
		    (short)(waiting ? POLLIN | POLLOUT : POLLIN);
		if (poll(ready, 3, -1) < 0)
			continue; // EINTR: we were stopped and continued
		if (ready[SIGNALS].revents &&
		    hear(signals, master, child, &status))
			return status;
		if (ready[KEYS].revents)
			more_keys = read_keys(&keys);
		if (ready[SCREEN].revents & POLLOUT)
			write_keys(master, &keys);
		if ((ready[SCREEN].revents & ~POLLOUT) && !copy_screen(master))
			ready[SCREEN].fd = -1;
	}
}

// In the parent. What the command wrote last is still on its way when it has
// ended; not more than a terminal holds, should others go on writing.
noreturn void relay_terminal(int master, pid_t child, const sigset_t *taken)
{
	struct pollfd rest = {.fd = master, .events = POLLIN};
	int signals = signalfd(-1, taken, SFD_CLOEXEC), status;
	struct termios before;
	bool raw;

	if (signals < 0)
		err(EXIT_TOOL, "cannot listen for signals");
	fcntl(master, F_SETFL, O_RDWR | O_NONBLOCK);
	raw = make_raw(&before);
	status = relay(master, child, signals);
	for (int left = 16; left > 0 && poll(&rest, 1, 0) > 0; left--) {
		if (!copy_screen(master))
			break;
	}
	if (raw)
		tcsetattr(STDIN_FILENO, TCSADRAIN, &before);
	end_like(status);
}
