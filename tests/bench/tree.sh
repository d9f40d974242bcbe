# shellcheck shell=bash
# SPDX-License-Identifier: MIT
work 'the tree of 5,000 processes'
goal 0.45
needs ps pstree
prepare() { crowd 5000; }
peer 'ps aux' ps aux
peer 'ps axjf' ps axjf
peer 'pstree' pstree -a
floor 'stat, cmdline, status' floor-list
ours 'procpeek tree' procpeek tree
