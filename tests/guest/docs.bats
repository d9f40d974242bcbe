#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What the chapters show of cgroup v2, run where it is: in that guest only.

load ../lib/common

# bats test_tags=guest:v2
@test "the chapters hold on cgroup v2, and nothing of it is left unchecked" {
    requires root net userns time
    run -0 "$ROOT/tests/docs/check-docs" 3>&-
    [[ $output != *'shows cgroup v2'* && $output == *' 0 errors'* ]]
}
