// SPDX-License-Identifier: MIT
//
// load.c: memcached and its client in one place, measured there.
//
// Shows:     what happens between the start of a server and its first answer,
//            the same in every setting: so that what differs is the setting.
// Mirrors:   nothing.
// Leaves out: the way from another machine: client and server meet on the
//            loopback of the network that they find themselves in.
// Read:      memcached(1), fork(2), execve(2), tcp(7).

#define _GNU_SOURCE
#include "bench.h"

#include <err.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { PORT_SIZE = 8, NOBODY = 65534 };

// The kernel chooses one that is free. Somebody else could take it before
// memcached does: then memcached ends, and that is reported.
static void choose_port(char port[PORT_SIZE])
{
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_addr = {htonl(INADDR_LOOPBACK)}};
	socklen_t size = sizeof address;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&address, size) < 0 ||
	    getsockname(fd, (struct sockaddr *)&address, &size) < 0)
		err(EXIT_FAILURE, "cannot find a free port");
	close(fd);
	snprintf(port, PORT_SIZE, "%u", ntohs(address.sin_port));
}

// It must not outlive us, whatever ends us: PR_SET_PDEATHSIG of prctl(2). A
// network server needs no privilege, so that root becomes nobody first.
// Commonest errno: ENOENT.
static noreturn void be_memcached(const char *port, pid_t parent)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(EXIT_FAILURE);
	// In a user namespace without that user, memcached stays who it is.
	if (geteuid() == 0 && setgid(NOBODY) == 0 && setuid(NOBODY) == 0)
		prctl(PR_SET_PDEATHSIG, SIGKILL); // setuid(2) cleared it
	execlp("memcached", "memcached", "-u", "root", "-l", "127.0.0.1", "-p",
	       port, "-U", "0", "-m", "64", "-t", "1", NULL);
	warn("cannot execute memcached");
	_exit(errno == ENOENT ? EXIT_NOT_FOUND : EXIT_CANNOT_RUN);
}

static pid_t start_memcached(const char *port)
{
	pid_t self = getpid(), child = fork();

	if (child < 0)
		err(EXIT_FAILURE, "cannot fork");
	if (child == 0)
		be_memcached(port, self);
	return child;
}

// There is no event to wait for: a server says by its first answer that it is
// there. Half a millisecond between attempts is the error of the measurement.
static int await_answer(const char *port, pid_t memcached)
{
	const struct timespec pause = {.tv_nsec = 500000};
	int fd, status;

	while ((fd = greet_memcached("127.0.0.1", port)) < 0) {
		if (errno != ECONNREFUSED)
			err(EXIT_FAILURE, "cannot talk to memcached");
		if (waitpid(memcached, &status, WNOHANG) == memcached) {
			if (status_of(status) == EXIT_NOT_FOUND)
				exit(EXIT_UNAVAILABLE);
			errx(EXIT_FAILURE, "memcached ended with status %d",
			     status_of(status));
		}
		nanosleep(&pause, NULL);
	}
	return fd;
}

void run_load(const struct options *options)
{
	struct result result = {0};
	char port[PORT_SIZE];
	double rate;
	pid_t memcached;
	int fd, letter;

	(void)options;
	become_init();
	choose_port(port);
	memcached = start_memcached(port);
	fd = await_answer(port, memcached);
	puts("start=now");
	fflush(stdout);
	rate = load_memcached(fd);
	if (rate < 0)
		err(EXIT_FAILURE, "cannot load memcached");
	snprintf(result.value[REQUESTS], VALUE_SIZE, "%.0f", rate);
	look_around(0, &result);
	time_system_call(&result);
	print_facts(&result);
	puts("ready");
	fflush(stdout);
	do // until a line, or the end of the input
		letter = getchar();
	while (letter != EOF && letter != '\n');
	close(fd);
	kill(memcached, SIGTERM);
	waitpid(memcached, NULL, 0);
}
