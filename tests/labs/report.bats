#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# report: of one learner, and of a class.

load ../lib/common
# bats sets these: shellcheck knows only $output and $lines.
stderr=""

before_test() {
    cd "$ROOT" || return
    export XDG_STATE_HOME=$BATS_TEST_TMPDIR/home
    mkdir -p "$XDG_STATE_HOME/container-bones"
}

# learner NAME LINE...: the report of one who has this history.
learner() {
    printf '%b\n' "${@:2}" >"$XDG_STATE_HOME/container-bones/history"
    labs/lab report --name "$1" --json >"$BATS_TEST_TMPDIR/$1.json"
}

class() {
    learner ada 'lab\t07\t3' 'lab\t07\tdone' 'lab\t05\t2' \
        'exercise\t07/hostname\trefused' 'exercise\t07/hostname\thint' 'exercise\t07/hostname\tsolved' \
        'answer\t07/uts/1\tsecret words'
    learner bob 'lab\t07\t4' 'lab\t07\t2' 'exercise\t07/hostname\thint' 'exercise\t07/hostname\tsolution'
}

@test "one learner: steps, exercises; as text and JSON; nothing personal but the name" {
    requires jq
    class
    run -0 labs/lab report
    [[ $output == *'05  A container is a process'*'not begun'* && $output == *'07  Namespaces'*'step 4 of'* ]]
    run -0 jq -r '.name, (.labs[] | select(.number == "07") | .done, .reached), (.labs[].exercises[]
        | select(.slug == "hostname") | .solved, .refused, .hints, .solution_seen)' "$BATS_TEST_TMPDIR/ada.json"
    [ "${lines[*]}" = "ada true $(grep -c '^step ' labs/07-*.sh) true 1 1 false" ]
    run ! grep -E "secret|$(uname -n)|$HOME|$ROOT" "$BATS_TEST_TMPDIR/ada.json"
    [ "$(jq -r 'keys | join(" ")' "$BATS_TEST_TMPDIR/ada.json")" = 'format labs name' ]
}

@test "a class: one table, what it got stuck at; JSON again, to be merged with more" {
    requires jq
    class
    run -0 labs/lab report "$BATS_TEST_TMPDIR"/{ada,bob}.json
    [[ ${lines[0]} =~ ^name\ +05\ +07\ +12\ +exercises ]]
    [[ ${lines[1]} =~ ^ada\ +2/[0-9]+\ +done\ +- && ${lines[2]} =~ ^bob\ +-\ +4/[0-9]+\ +- ]]
    [[ ${lines[3]} =~ ^done\ +0\ of\ 2\ +1\ of\ 2\ +0\ of\ 2 ]]
    [[ $output =~ 07\ hostname\ +1\ of\ 2\ +1\ +2\ +1 ]]
    labs/lab report --json "$BATS_TEST_TMPDIR"/{ada,bob}.json >"$BATS_TEST_TMPDIR/both.json"
    text=$output
    run -0 labs/lab report "$BATS_TEST_TMPDIR/both.json"
    [ "$output" = "$text" ]
}

@test "HTML: one page that needs nothing else, and hostile names do no harm" {
    requires jq
    class
    learner '<script>alert(1)<script>' 'lab\t07\t1'
    for file in "$BATS_TEST_TMPDIR"/*.json; do files+=("$file"); done
    run -0 labs/lab report --html "${files[@]}"
    [[ $output == '<!DOCTYPE html>'*'&lt;script&gt;'*'</html>' ]]
    [[ $output != *'<script'* && $output != *http* && $output != *'src='* && $output != *'@import'* ]]
    run -0 labs/lab report --html
    [[ $output == '<!DOCTYPE html>'* ]]
}

@test "what is no report is named, and so is what is missing" {
    requires jq
    class
    printf '{"format":"other"}' >"$BATS_TEST_TMPDIR/other.json"
    printf '[{"format":"other"},{"format":"container-bones report 1"}]' >"$BATS_TEST_TMPDIR/mixed.json"
    for file in /etc/passwd "$BATS_TEST_TMPDIR/none.json" "$BATS_TEST_TMPDIR"/{other,mixed}.json; do
        run -1 --separate-stderr labs/lab report "$BATS_TEST_TMPDIR/ada.json" "$file"
        [[ $stderr == *"not a report: $file"* ]]
    done
    # Types are made up by people, too.
    printf '{"format":"container-bones report 1","name":["\\u001b[31m"],"labs":[{"number":{},"reached":"x","exercises":7},3]}' \
        >"$BATS_TEST_TMPDIR/odd.json"
    run -0 labs/lab report "$BATS_TEST_TMPDIR/odd.json"
    [[ $output != *$'\e'* ]]
    run -2 labs/lab report --pdf
}
