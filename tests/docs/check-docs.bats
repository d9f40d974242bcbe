#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# check-docs: the chapters are true; and each kind of drift, made on purpose in a copy
# of the project, is found, with a message that says what to do.

load ../lib/common
# bats sets these: shellcheck knows only $output and $lines.
stderr="" stderr_lines=()

# A small project with a lab of two steps and a page about it: the real ones take a minute.
setup_file() {
    requires root python3 ctags codespell
    mkdir -p "$BATS_FILE_TMPDIR/project"/{build,tests,chapters/img}
    cd "$BATS_FILE_TMPDIR/project" || return
    cp -a "$ROOT"/{Makefile,tools,labs} .
    cp -a "$ROOT"/build/{bin,obj,template} build/
    cp -a "$ROOT/tests/docs" tests/
    cat >labs/97-tiny.sh <<'END'
#!/usr/bin/env bash
source "$(dirname "${BASH_SOURCE[0]}")/lib/lab.sh"
lab 97 'Tiny' 1 root uts
step name 'A name'
run unshare-lite --explain --uts --hostname box hostname
run sh -c 'echo "PID $$"'
step map 'A map'
run cat /proc/self/uid_map
finish
END
    chmod +x labs/97-tiny.sh
    cat >chapters/page.md <<'END'
# A page

See [the second part](#second-part), and [the lab](../labs/97-tiny.sh).

```console lab=97 step=name
# unshare-lite --explain --uts --hostname box hostname
# sh -c 'echo "PID $$"'
```

## Second part

```c file=tools/unshare-lite/namespaces.c function=set_hostname
```

```sh lab=07 solution=hostname
```
END
    tests/docs/check-docs --write chapters/page.md
}

before_test() {
    cp -a "$BATS_FILE_TMPDIR/project" "$BATS_TEST_TMPDIR/"
    cd "$BATS_TEST_TMPDIR/project" || return
}

# Where no lab has to be run.
without_transcripts() {
    sed -i '/^...console lab/,/^\W*$/d' chapters/page.md
}

check() {
    run "$@" --separate-stderr tests/docs/check-docs chapters/page.md
    # Shown when the test fails.
    printf '%s\n' "$output" "$stderr"
}

# build_tool NAME: alone, the rest is up to date.
build_tool() {
    make -s "build/bin/$1" 3>&-
}

@test "the chapters: every transcript, excerpt, link, word and diagram" {
    requires net userns time memcached nft dot
    cd "$ROOT"
    run -0 make -s check-docs 3>&-
    echo "$output"
    [[ $output == *', 0 errors' || $output == *'; 0 errors' ]]
}

@test "what has just been written is found to be right, and writing again changes nothing" {
    check -0
    [[ $output == *'1 transcripts, 1 excerpts, 1 solutions, 2 links'* ]]
    grep -q '^sethostname("box", 3) = 0$' chapters/page.md
    run -0 tests/docs/check-docs --write chapters/page.md
    cmp chapters/page.md "$BATS_FILE_TMPDIR/project/chapters/page.md"
}

@test "a flag renamed in a tool: the lab fails, and the message says how" {
    sed -i 's/"hostname", required/"host-name", required/' tools/unshare-lite/*.c
    build_tool unshare-lite
    check -1
    [[ $stderr == *"chapters/page.md:5: lab fails, status"* ]]
    [[ $stderr == *"unrecognized option '--hostname'"* ]]
}

@test "a flag renamed in tool and lab: the page shows the old command, and is told the new one" {
    sed -i 's/"hostname", required/"host-name", required/' tools/unshare-lite/*.c
    build_tool unshare-lite
    sed -i 's/--hostname box/--host-name box/' labs/97-tiny.sh
    check -1
    [[ ${stderr_lines[0]} == 'chapters/page.md:6: step name of lab 97 does not run (any more):' ]]
    [[ $stderr == *'but it runs:'*'unshare-lite --explain --uts --host-name box hostname'* ]]
}

@test "another output of a tool: file, line and difference" {
    grep -q 'seen by whoever is in this UTS namespace' chapters/page.md
    sed -i 's/seen by whoever is in this UTS namespace/seen by everybody/' tools/unshare-lite/*.c
    build_tool unshare-lite
    line=$(grep -n 'seen by whoever' chapters/page.md | head -n 1 | cut -d: -f1)
    check -1
    [[ ${stderr_lines[0]} == "chapters/page.md:$line: differs from lab 97, step name:" ]]
    [[ $stderr == *'- seen by whoever is in this UTS namespace'*'+ seen by everybody'* ]]
}

@test "a line inside an excerpt: file, line and difference; --write cuts it again" {
    without_transcripts
    sed -i 's/size_t length = strlen(name);/size_t length = strnlen(name, 64);/' \
        tools/unshare-lite/namespaces.c
    line=$(grep -n 'length = strlen' chapters/page.md | cut -d: -f1)
    check -1
    [[ ${stderr_lines[0]} == "chapters/page.md:$line: differs from set_hostname() in tools/unshare-lite/namespaces.c:" ]]
    [[ $stderr == *'-'*'strlen(name);'*'+'*'strnlen(name, 64);'* ]]
    run -0 tests/docs/check-docs --write chapters/page.md
    check -0
}

@test "a function renamed: the nearest name is given" {
    without_transcripts
    sed -i 's/\bset_hostname\b/set_host_name/' tools/unshare-lite/namespaces.c
    check -1
    [[ $stderr == *'has no function set_hostname; it has set_host_name'* ]]
}

@test "only declared values may differ: a PID may, a uid map may not" {
    sed -i 's/^PID [0-9]*$/PID 12345/' chapters/page.md
    check -0
    cat >>chapters/page.md <<'END'

```console lab=97 step=map
# cat /proc/self/uid_map
  0 0 1
```
END
    check -1
    [[ $stderr == *'- 0 0 1'*'+ 0 0 4294967295'* ]]
}

@test "a line left out of an output is a difference" {
    sed -i '0,/sethostname("box"/{/sethostname("box"/d}' chapters/page.md
    check -1
    [[ $stderr == *'+sethostname("box", 3) = 0'* ]]
}

@test "a step or a lab that is not there, and a transcript that does not say which" {
    sed -i 's/step=name/step=gone/' chapters/page.md
    check -1
    [[ $stderr == *'chapters/page.md:5: lab 97 has no step gone; it has name, map'* ]]
    sed -i 's/lab=97 step=gone/lab=96 step=name/' chapters/page.md
    check -1
    [[ $stderr == *'there is no such lab'* ]]
    sed -i 's/console lab.*/console/' chapters/page.md
    check -1
    [[ $stderr == *'needs lab=NN step=SLUG'* ]]
}

@test "another cgroup version is not checked, and that is said" {
    requires root
    other=v1
    ! grep -q ' - cgroup .*[ ,]memory' /proc/self/mountinfo || other=v2
    sed -i "s/step=name/step=name cgroup=$other/" chapters/page.md
    check -0
    [[ $output == *"not checked: chapters/page.md:5: shows cgroup $other, this machine has"* ]]
    [[ $output == *'0 transcripts'*'1 not checked'* ]]
}

@test "without root the transcripts are not checked, with the reason; the rest is" {
    requires user
    chmod -R a+rX . && chmod a+rx "$BATS_RUN_TMPDIR"{,/test} "$BATS_TEST_TMPDIR"
    run -0 as_nobody tests/docs/check-docs chapters/page.md
    [[ $output == *'not checked: chapters/page.md:5: lab cannot run here:'*'needs root'* ]]
    [[ $output == *'1 excerpts'* ]]
}

@test "links, anchors and spelling" {
    without_transcripts
    sed -i 's/(#second-part)/(#third-part)/; s/97-tiny.sh)/98-tiny.sh)/' chapters/page.md
    # In two pieces, or the checker would find it here.
    printf '\nThis is t%s end.\n' eh >>chapters/page.md
    check -1
    [[ $stderr == *'chapters/page.md:3: chapters/page.md has no heading for #third-part'* ]]
    [[ $stderr == *'chapters/page.md:3: the link leads nowhere: ../labs/98-tiny.sh'* ]]
    [[ $stderr == *'spelling: chapters/page.md:'*' ==> the'* ]]
}

@test "a solution that differs from that of the exercise" {
    without_transcripts
    sed -i 's/^unshare-lite --uts --hostname kitchen/unshare-lite --hostname kitchen/' chapters/page.md
    check -1
    [[ $stderr == *'differs from labs/lab solution 07 hostname'* ]]
}

@test "a chapter without one of its parts, without its lab or exercise, or too short" {
    without_transcripts
    mv chapters/page.md chapters/96-page.md
    run -1 --separate-stderr tests/docs/check-docs chapters/96-page.md
    [[ $stderr == *'there is no labs/96-page.sh'* && $stderr == *'the parts of a chapter are: You need'* ]]
    [[ $stderr == *'words; a chapter has 1500 to 3500'* ]]
    mv chapters/96-page.md chapters/07-namespaces.md
    run -1 --separate-stderr tests/docs/check-docs chapters/07-namespaces.md
    [[ $stderr == *'the exercise is missing: labs/lab exercise 07 hostname'* ]]
}

@test "a diagram older than its source" {
    requires dot
    printf 'digraph { a -> b }\n' >chapters/img/x.dot
    dot -Tsvg -o chapters/img/x.svg chapters/img/x.dot
    sed -i 's/b/c/' chapters/img/x.dot
    run -1 --separate-stderr tests/docs/check-docs
    [[ $stderr == *'chapters/img/x.svg: is older than chapters/img/x.dot: make diagrams'* ]]
}
