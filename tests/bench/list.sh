# shellcheck shell=bash
# SPDX-License-Identifier: MIT
work 'list 5,000 processes'
goal 0.45
prepare() { crowd 5000; }
peer 'ps aux' ps aux
floor 'stat, cmdline, status' floor-list
ours 'procpeek' procpeek
