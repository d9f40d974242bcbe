#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The house: every part has its counterpart, and text agrees with the code.

load ../lib/common

before_test() {
    cd "$ROOT" || return
}

tools() {
    sed -n 's/^TOOLS *:= *//p' Makefile
}

@test "every tool has its source, man page and test" {
    for tool in $(tools); do
        for part in "tools/$tool/$tool.c" "tools/$tool/$tool.1" "tests/tools/$tool.bats"; do
            [ -e "$part" ] || {
                echo "missing: $part"
                false
            }
        done
    done
    # And no folder of tools/ is left out of the Makefile.
    [ "$(printf '%s\n' tools/*/ | sed 's|tools/||; s|/||' | grep -v '^lib$' | sort)" = \
        "$(tools | tr ' ' '\n' | sort)" ]
}

@test "every long option of a tool's --help is in its man page, and the other way round" {
    requires mandoc
    for tool in $(tools); do
        help=$("$tool" --help | grep -oE -- '(^|[^-a-z])--[a-z]+(-[a-z]+)*' | grep -oE -- '--.*' | sort -u)
        page=$(mandoc -T ascii "tools/$tool/$tool.1" | sed 's/.\x08//g')
        for option in $help; do
            grep -qF -- "$option" <<<"$page" || {
                echo "$tool: $option is in --help and not in the man page"
                false
            }
        done
        # What begins an entry there, but for those that list how it differs from another tool.
        described=$(awk '/^[A-Z]/ { section = $0 } section !~ /DIFFERENCES/ && /^     -/' <<<"$page" |
            grep -oE -- '--[a-z]+(-[a-z]+)*' | sort -u)
        [ "$(wc -w <<<"$described")" -gt 5 ]
        run -0 comm -13 <(echo "$help") <(echo "$described")
        [ -z "$output" ]
    done
}

@test "the one cc line in a tool's head builds it" {
    for tool in $(tools); do
        command=$(sed -n '/^\/\/ Build:/,/^$/p' "tools/$tool/$tool.c" |
            sed -n 's|^// \(Build: \)\? *||p' | paste -sd' ' | grep -oE '^cc .*')
        command=${command%%  *}
        [[ $command == *"-o $tool "* ]]
        (cp -r tools "$BATS_TEST_TMPDIR/" && cd "$BATS_TEST_TMPDIR" && bash -c "$command") || {
            echo "$tool: $command"
            false
        }
        "$BATS_TEST_TMPDIR/$tool" --version
    done
}

@test "help and version complain of a full disk, and of a standard output that is closed" {
    for tool in $(tools) template; do
        [[ $tool != template ]] || PATH+=:$PWD/build
        for option in --help --version; do
            # shellcheck disable=SC2016 # the inner shell's variables
            run ! bash -c '"$0" "$1" >/dev/full' "$tool" "$option"
            [[ $output == "$tool: cannot write to standard output: No space left on device" ]]
            # shellcheck disable=SC2016
            run ! bash -c '"$0" "$1" >&-' "$tool" "$option"
            [[ $output == "$tool: cannot write to standard output: Bad file descriptor" ]]
        done
    done
}

@test "the library knows nothing of what the tools teach" {
    run ! grep -nE 'CLONE_|setns|mount\(|prctl|cgroup\.|/proc/' tools/lib/*.c
}

@test "a lesson is whole: lab, exercises, chapter, deck, and a row in the README" {
    for file in labs/[0-9][0-9]-*.sh; do
        slug=${file#labs/}
        slug=${slug%.sh}
        grep -q "^lab ${slug%%-*} " "$file"
        grep -q "^finish$" "$file"
        (($(grep -c '^exercise ' "labs/exercises/$slug.sh") >= 2))
        [ -s "chapters/$slug.md" ]
        [ -s "slides/$slug.md" ]
        grep -qF "$slug" README.md || {
            echo "README.md has no row for $slug"
            false
        }
    done
}

@test "every number in the README's map is the lab's own" {
    while IFS='|' read -r _ slug _ _ minutes _; do
        slug=${slug//[ \`]/}
        file=labs/$slug.sh
        [ -e "$file" ]
        [ "$(LAB_MODE=describe "$file" | cut -f3)" = "${minutes//[^0-9]/}" ]
    done < <(grep -E '^\| `[0-9]{2}-' README.md)
}

@test "make help lists every target that is for people" {
    run -0 make help
    for target in all test check asan install uninstall dist clean help; do
        [[ $'\n'$output == *$'\n'"$target "* ]]
    done
}

@test "make install and uninstall: tools and man pages, and nothing else" {
    make -s install DESTDIR="$BATS_TEST_TMPDIR/root" PREFIX=/usr
    [ "$(find "$BATS_TEST_TMPDIR/root" -type f | wc -l)" = 10 ]
    "$BATS_TEST_TMPDIR/root/usr/bin/procpeek" --version
    make -s uninstall DESTDIR="$BATS_TEST_TMPDIR/root" PREFIX=/usr
    [ "$(find "$BATS_TEST_TMPDIR/root" -type f | wc -l)" = 0 ]
}

@test "make check is clean" {
    requires clang-tidy clang-format cppcheck shellcheck shfmt mandoc codespell
    run -0 make check
}

@test "local links in the documents lead somewhere" {
    while IFS=: read -r file link; do
        link=${link#*](}
        link=${link%)}
        [ -e "$(dirname "$file")/${link%%#*}" ] || {
            echo "$file: $link"
            false
        }
    done < <(grep -oE '\]\([^)#:]+\)' ./*.md --with-filename)
}
