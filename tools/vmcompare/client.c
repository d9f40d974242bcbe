// SPDX-License-Identifier: MIT
//
// client.c: a client of memcached, and the load that it makes.
//
// Shows:     that a server is the same to its clients wherever it runs: an
//            address, and lines of text.
// Mirrors:   memccapable(1), memcslap(1).
// Leaves out: many connections at once: one, which waits for each answer, is
//            what is sensitive to the way between client and server.
// Read:      tcp(7), doc/protocol.txt in memcached's source.

#define _GNU_SOURCE
#include "bench.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

// The load: that many requests, or as many as fit into the time.
enum { LOAD_REQUESTS = 20000, LOAD_MILLISECONDS = 2000 };

static const char set_request[] = "set vmcompare 0 60 5\r\nhello\r\n";
static const char get_request[] = "get vmcompare\r\n";
static const char get_answer[] = "VALUE vmcompare 0 5\r\nhello\r\nEND\r\n";

double milliseconds(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

// A server that is mute must not stop us for ever, and small requests must not
// wait for company. Commonest errno: ECONNREFUSED, as long as nobody listens.
static int connect_to(const struct addrinfo *address)
{
	const struct timeval patience = {.tv_sec = 2};
	const int on = 1;
	int saved, fd = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC,
			       address->ai_protocol);

	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	if (connect(fd, address->ai_addr, address->ai_addrlen) == 0)
		return fd;
	saved = errno;
	close(fd);
	errno = saved;
	return -1;
}

// Send a request and take exactly the answer that it must have.
static bool ask(int fd, const char *request, const char *answer)
{
	const size_t length = strlen(answer);
	size_t got = 0;
	char text[128];
	ssize_t part;

	if (send(fd, request, strlen(request), MSG_NOSIGNAL) < 0)
		return false;
	while (got < length) {
		part = recv(fd, text + got, length - got, 0);
		if (part < 0)
			return false;
		if (part == 0 || memcmp(text, answer, got + (size_t)part) != 0)
			break;
		got += (size_t)part;
	}
	errno = EPROTO; // it speaks, but not as memcached
	return got == length;
}

// No name is looked up: that could ask a server somewhere else.
int greet_memcached(const char *host, const char *port)
{
	const struct addrinfo hints = {.ai_flags =
					   AI_NUMERICHOST | AI_NUMERICSERV,
				       .ai_socktype = SOCK_STREAM};
	struct addrinfo *address;
	int saved, fd;

	if (getaddrinfo(host, port, &hints, &address) != 0) {
		errno = EINVAL;
		return -1;
	}
	fd = connect_to(address);
	freeaddrinfo(address);
	if (fd < 0 || (ask(fd, set_request, "STORED\r\n") &&
		       ask(fd, get_request, get_answer)))
		return fd;
	saved = errno;
	close(fd);
	errno = saved;
	return -1;
}

double load_memcached(int fd)
{
	const double start = milliseconds();
	double taken = 0;
	int count = 0;

	while (count < LOAD_REQUESTS && taken < LOAD_MILLISECONDS) {
		if (!ask(fd, get_request, get_answer))
			return -1;
		count++;
		taken = milliseconds() - start;
	}
	return count / taken * 1e3;
}
