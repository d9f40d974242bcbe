#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The decks: they build, every slide is legible in a real browser, and what they show is
# what the labs print.

load ../lib/common

before_test() {
    cd "$ROOT" || return
    export XDG_STATE_HOME=$BATS_TEST_TMPDIR/home
}

# decks: the names of all of them, without folder and .md.
decks() {
    basename -s .md slides/[0-9][0-9]-*.md
}

@test "make slides: every deck and the cheat sheets, a page for each slide, nothing to fetch" {
    requires chromium node npm pdfinfo
    run -0 timeout 500 make --no-print-directory slides FORMATS='html pdf' 3>&-
    for deck in $(decks) cheat-sheets; do
        slides=$(grep -c '<section' <(sed 's/<section/\n&/g' "build/slides/$deck.html"))
        ((slides > 4))
        [ "$(pdfinfo "build/slides/$deck.pdf" | sed -n 's/^Pages: *//p')" = "$slides" ]
        run ! grep -oE '(src|href)="?(https?:)?//[^" ]*|url\("?(https?:)?//|@import' "build/slides/$deck.html"
    done
    # One page for each tool.
    [ "$(grep -o '<h1[^>]*>[a-z-]*' build/slides/cheat-sheets.html | sed 's/.*>//' | sort)" = \
        "$(sed -n 's/^TOOLS *:= *//p' Makefile | tr ' ' '\n' | sort)" ]
}

@test "a dark PDF is dark, and a PPTX has the slides and their notes" {
    requires chromium node npm pdftoppm python3
    printf '%s\n' --- 'marp: true' 'theme: bones' --- '# One' '<!-- say this -->' --- '# Two' \
        >"$BATS_TEST_TMPDIR/two.md"
    OUT=$BATS_TEST_TMPDIR SCHEME=dark FORMATS='pdf pptx' \
        run -0 timeout 300 slides/build "$BATS_TEST_TMPDIR/two.md" 3>&-
    pdftoppm -r 4 -gray "$BATS_TEST_TMPDIR/two.pdf" "$BATS_TEST_TMPDIR/page"
    # A pixel of its lower half.
    (($(tail -c 300 "$BATS_TEST_TMPDIR"/page-*1.pgm | head -c 1 | od -An -tu1) < 64))
    run -0 python3 -c 'import sys, zipfile
pptx = zipfile.ZipFile(sys.argv[1])
names = pptx.namelist()
print(sum(n.startswith("ppt/slides/slide") for n in names))
print(any("say this" in pptx.read(n).decode() for n in names if n.startswith("ppt/notesSlides/notes")))' \
        "$BATS_TEST_TMPDIR/two.pptx"
    [ "$output" = $'2\nTrue' ]
}

@test "every slide, light and dark, in a browser: fits, is legible, loads, asks nobody" {
    requires chromium node npm
    FORMATS=html run -0 timeout 300 slides/build 3>&-
    run -0 timeout 500 node tests/docs/check-pages.mjs build/slides/*.html 3>&-
    for deck in $(decks); do [[ $output == *"$deck: "*' slides, light and dark'* ]]; done
}

@test "a slide that overflows, is pale, small, or asks for a file fails that check" {
    requires chromium node npm
    cat >"$BATS_TEST_TMPDIR/98-broken.md" <<'END'
---
marp: true
theme: bones
style: |
  section.pale { --ink: #888 }
  section.small p { font-size: 12px }
  section.far { background-image: url(http://127.0.0.1:48999/picture.png) }
---
# Too much
END
    for i in {1..30}; do printf '\nline %d\n' "$i"; done >>"$BATS_TEST_TMPDIR/98-broken.md"
    for class in pale small far; do
        printf -- '\n---\n<!-- _class: %s -->\n# %s\n\ntext\n' "$class" "$class"
    done >>"$BATS_TEST_TMPDIR/98-broken.md"
    OUT=$BATS_TEST_TMPDIR FORMATS=html run -0 timeout 300 slides/build "$BATS_TEST_TMPDIR/98-broken.md" 3>&-
    run -1 timeout 300 node tests/docs/check-pages.mjs "$BATS_TEST_TMPDIR/98-broken.html" 3>&-
    [[ $output == *'slide 1, light: overflows: <p> line 30'* ]]
    [[ $output == *'slide 2, light: contrast of'* && $output == *'slide 2, dark: contrast of'* ]]
    [[ $output == *'slide 3, light: type of 12px is too small: text'* ]]
    [[ $output == *'asks for http://127.0.0.1:48999/picture.png'* ]]
}

@test "decks say what the labs print, and teaching.md has their numbers" {
    requires root net userns time
    run -0 timeout 500 tests/docs/check-slides 3>&-
    while read -r deck slides _ minutes _; do
        deck=${deck%.md:}
        row=$(grep -F "($deck.md) | $slides | $minutes min | " slides/teaching.md) || {
            echo "slides/teaching.md has no row for $deck with $slides slides and $minutes min"
            false
        }
        by_hand=$(LAB_MODE=describe "labs/$deck.sh" | cut -f3)
        [[ $row == *"| $by_hand min |" ]]
        grep -qF "## ${deck%%-*} " slides/teaching.md
    done < <(grep ' slides, ' <<<"$output")
}

@test "each fault of a deck's text is found, and named" {
    requires root net userns time
    cat >"$BATS_TEST_TMPDIR/07-broken.md" <<'END'
---
marp: true
---
# A command that no lab has
```console lab=07 step=uts
$ unshare-lite --uts hostname kitchen
```
<!--
1 min

Say: something.
-->
---
# Stale
```console lab=07 step=uts
$ unshare-lite --uts --hostname box uname -nr
cupboard ...
```
<!-- no minutes -->
---
# No such step
```console lab=07 step=nowhere
$ hostname
```
<!-- 1 min
-->
---
# A question
<!-- _class: ask -->
<!--
1 min

Ask: why?
-->
---
# Overlong
<!--
1 min

Say: something.
-->
END
    seq 15 >>"$BATS_TEST_TMPDIR/07-broken.md"
    run -1 timeout 300 tests/docs/check-slides "$BATS_TEST_TMPDIR/07-broken.md" 3>&-
    [[ $output == *'slide 1: the lab has no such command in this step: $ unshare-lite --uts hostname kitchen'* ]]
    [[ $output == *'slide 2: the lab does not print this here: cupboard ...'* ]]
    [[ $output == *'slide 2: no comment that begins with "N min"'* ]]
    [[ $output == *'slide 3: lab 07 has no step nowhere; it has look, uts'* ]]
    [[ $output == *'slide 3: minutes, but no notes'* || $output == *'slide 3: no comment'* ]]
    [[ $output == *'slide 4: "Ask:" and "Wrong:" go together'* ]]
    [[ $output == *'slide 5: 16 lines, and 15 is the most'* ]]
    [[ $output == *'no slide has the class demo'* ]]
}

@test "every option on a cheat sheet is one that the tool has" {
    while read -r tool options; do
        help=$("$tool" --help)
        for option in $options; do
            grep -qE -- "$option([^a-z-]|\$)" <<<"$help" || {
                echo "$tool has no $option"
                false
            }
        done
    done < <(awk '/^# /{ tool = $2 } /^\|.*`/ { sub(/ -- .*/, ""); n = split($0, word, /[ `=]/)
        for (i = 1; i <= n; i++) if (word[i] ~ /^--[a-z]/) print tool, word[i] }' slides/cheat-sheets.md)
}

@test "packages are exact and locked, and no file names a registry" {
    requires jq
    run ! grep -E '[~^*><]|latest' slides/package.json
    jq -e '.packages | to_entries | map(select(.key != "")) |
        length > 50 and all(.value.version and .value.integrity and (.value.resolved | not))' \
        slides/package-lock.json
}
