#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Threads of the kernel, which a pid namespace does not show: those of a guest.

load ../lib/common
load ../lib/procpeek
load ../lib/target # after it: these are the hooks around every test
# bats sets these: shellcheck knows only $output and $lines.
stderr=""

# bats test_tags=guest:newer
@test "procpeek: diff refuses a kernel thread, the page shows one" {
    requires jq
    [ "$(</proc/2/comm)" = kthreadd ]
    run -1 --separate-stderr procpeek diff $$ 2
    [[ $stderr == *'process 2 is a kernel thread'* && -z $output ]]
    [ "$(fact 2 kind)" = 'kernel thread' ]
    [ "$(fact 2 command)" = '[kthreadd]' ]
}

# bats test_tags=guest:newer
@test "nsenter-lite: a kernel thread is in the first namespaces" {
    requires root
    [ "$(</proc/2/comm)" = kthreadd ]
    run -0 nsenter-lite -a -r -w -t 2 -- sh -c "$WHERE"
    [ "$output" = "$(namespaces 2)" ]
    run -125 --separate-stderr nsenter-lite -t 2 --env true
    [[ $stderr == *'process 2 is a kernel thread: it has no environment' ]]
}
