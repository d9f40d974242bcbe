# shellcheck shell=bash
# SPDX-License-Identifier: MIT
work 'namespaces of 5,000 processes'
goal 0.15
runs 2
needs lsns
prepare() { crowd 5000; }
peer 'lsns' lsns
floor 'eight links' floor-ns
ours 'procpeek ns' procpeek ns
ours 'procpeek ns --all' procpeek ns --all
