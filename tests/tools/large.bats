#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# A process says that its arguments and its environment are large parts of its memory, which
# every user may: who looks at it does not read them to the end.

load ../lib/common
load ../lib/procpeek
# bats sets it, and start sets the other: shellcheck knows only $output and $lines.
stderr="" pid=""

# Half a gigabyte, of which the beginning is there; then it is stopped. prctl(2), PR_SET_MM_MAP.
setup_file() {
    nothing_started
    cc -o "$BATS_FILE_TMPDIR/large" -x c - <<'END'
#define _GNU_SOURCE
#include <linux/prctl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>
int main(void)
{
	const size_t size = 512UL << 20, there = 1 << 20;
	struct prctl_mm_map map = {.exe_fd = (__u32)-1};
	char stat[4096], *at = stat, *memory;
	unsigned long long field[53] = {0};
	FILE *file = fopen("/proc/self/stat", "r");
	fgets(stat, sizeof stat, file);
	for (int i = 1; i <= 51 && strsep(&at, " ") && at; i++)
		sscanf(at, "%llu", &field[i + 1]);
	memory = mmap(0, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	memset(memory, 'x', there);
	memory[0] = 'A', memory[1] = '=', memory[2] = 0;
	memory[size - 1] = 0; // or the kernel would take it for a title
	map.start_code = field[26], map.end_code = field[27], map.start_stack = field[28];
	map.start_data = field[45], map.end_data = field[46];
	map.start_brk = field[47], map.brk = (unsigned long)sbrk(0);
	map.arg_start = map.env_start = (unsigned long)memory;
	map.arg_end = map.env_end = (unsigned long)memory + size;
	if (prctl(PR_SET_MM, PR_SET_MM_MAP, &map, sizeof map, 0) < 0) {
		perror("PR_SET_MM_MAP");
		return 1;
	}
	raise(SIGSTOP);
}
END
}

before_test() {
    nothing_started
    chmod 755 "$BATS_RUN_TMPDIR" "$BATS_FILE_TMPDIR"
    start setpriv --reuid nobody --regid nogroup --clear-groups "$BATS_FILE_TMPDIR/large"
    wait_for 20 in_state "$pid" T
}

@test "procpeek reads as much as ps of the arguments, in little memory" {
    requires root prlimit jq
    run -0 prlimit --as=300000000 "$(type -P procpeek)" -o PID,COMMAND --json
    run -0 jq -r ".processes[] | select(.pid == $pid) | .command" <<<"$output"
    [ "${#output}" = "$(ps -ww -o args= -p "$pid" | tr -d '\n' | wc -c)" ]
    for each in "$pid" "top $pid" "diff $$ $pid"; do
        # shellcheck disable=SC2086 # words
        run -0 prlimit --as=300000000 "$(type -P procpeek)" $each --json
    done
    run -0 prlimit --as=300000000 "$(type -P procpeek)" "$pid" --json
    [ "$(jq -r '.process[] | select(.what == "environment").value' <<<"$output")" = A ]
}

@test "nsenter-lite --env refuses what no program could be given" {
    requires root prlimit
    run -125 --separate-stderr prlimit --as=300000000 "$(type -P nsenter-lite)" -t "$pid" --uts --env true
    [[ $stderr == "nsenter-lite: cannot take over the environment of process $pid: Argument list too long" ]]
}
