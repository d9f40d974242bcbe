# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# A machine has 32,768 process IDs unless it is told otherwise.
work 'list 25,000 processes'
goal 0.45
runs 1
needs ps
prepare() { crowd 25000; }
peer 'ps aux' ps aux
floor 'stat, cmdline, status' floor-list
ours 'procpeek' procpeek
