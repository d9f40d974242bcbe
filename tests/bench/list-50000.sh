# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# systemd allows four million process IDs; the kernel alone 32,768.
work 'list 50,000 processes'
goal 0.45
runs 1
needs ps
needs_pids 51000
prepare() { crowd 50000; }
peer 'ps aux' ps aux
floor 'stat, cmdline, status' floor-list
ours 'procpeek' procpeek
