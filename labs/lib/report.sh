# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# report.sh: what a learner has done, and a class put together from the files of its
# learners. Nothing personal is in it but the name that was given: no answer, no time,
# no host, no user. Nothing is sent anywhere: a teacher collects files.

report() {
    local form=text files=() given='' named=0
    while (($#)); do
        case $1 in
            --json) form=json ;;
            --html) form=html ;;
            --name)
                (($# > 1)) || usage_error '--name needs a name; "" forgets it'
                named=1 given=$2
                shift
                ;;
            -*) usage_error "unknown option: $1" ;;
            *) files+=("$1") ;;
        esac
        shift
    done
    ((!named)) || remember name - "$given"
    if ((${#files[@]})); then
        class_report "$form" "${files[@]}"
    elif [[ $form == json ]]; then
        learner_json
    elif [[ $form == html ]]; then
        need_jq
        learner_json | jq -rs -f "$ROOT/labs/lib/report.jq" --arg form html
    else
        learner_text
    fi
}

need_jq() {
    command -v jq >/dev/null || cannot_run 'jq is missing on this machine' \
        "sudo labs/lab setup --for report"
}

# One file is the report of one learner, or of several in an array. What is none is named.
class_report() {
    local form=$1 file
    shift
    need_jq
    for file; do
        jq -e '[if type == "array" then .[] else . end] | all(.format == "container-bones report 1")' \
            "$file" >/dev/null 2>&1 || die "not a report: $file" 'labs/lab report --json makes one'
    done
    jq -rs -f "$ROOT/labs/lib/report.jq" --arg form "$form" -- "$@"
}

learner_text() {
    local file number title steps slug reached solved hints
    while read -r file; do
        IFS=$'\t' read -r number title _ steps _ < <(describe "$file")
        reached=$(furthest "$number" "$steps")
        printf '%s  %-32s %s\n' "$number" "$title" "$(in_words "$reached" "$steps")"
        for slug in $(exercise_slugs "$number"); do
            solved=$(times exercise "$number/$slug" solved)
            hints=$(times exercise "$number/$slug" hint)
            printf '      %-30s %s, hints: %d\n' "$slug" "$( ((solved)) && echo solved || echo open)" "$hints"
        done
    done < <(lab_files)
    printf '\nFor a teacher: labs/lab report --name "Your name" --json >my-report.json\n'
}

# furthest NN STEPS: the furthest step begun; one more than there are when it was done.
furthest() {
    history_lines | awk -F '\t' -v lab="$1" -v steps="$2" '$1 == "lab" && $2 == lab {
            step = $3 == "done" ? steps + 1 : $3 + 0
            if (step > reached) reached = step
        } END { print reached + 0 }'
}

in_words() {
    if (($1 > $2)); then
        printf 'done'
    elif (($1)); then
        printf 'step %d of %d' "$1" "$2"
    else
        printf 'not begun'
    fi
}

exercise_slugs() {
    cat "$ROOT/labs/exercises/$1"-*.sh 2>/dev/null | sed -n 's/^exercise \([a-z-]*\) .*/\1/p'
}

learner_json() {
    local file number title steps reached slug comma=''
    printf '{"format":"container-bones report 1","name":%s,"labs":[' "$(json_string "$(recall name -)")"
    while read -r file; do
        IFS=$'\t' read -r number title _ steps _ < <(describe "$file")
        reached=$(furthest "$number" "$steps")
        printf '%s\n{"number":"%s","title":%s,"steps":%d,"reached":%d,"done":%s,"exercises":[' "$comma" \
            "$number" "$(json_string "$title")" "$steps" $((reached > steps ? steps : reached)) \
            "$( ((reached > steps)) && echo true || echo false)"
        comma=''
        for slug in $(exercise_slugs "$number"); do
            printf '%s\n  {"slug":"%s","solved":%s,"refused":%d,"hints":%d,"solution_seen":%s}' "$comma" "$slug" \
                "$(truth "$number/$slug" solved)" "$(times exercise "$number/$slug" refused)" \
                "$(times exercise "$number/$slug" hint)" "$(truth "$number/$slug" solution)"
            comma=,
        done
        printf ']}'
        comma=,
    done < <(lab_files)
    printf ']}\n'
}

truth() {
    (($(times exercise "$1" "$2"))) && echo true || echo false
}

# Control characters were taken out before it was kept.
json_string() {
    local text=${1//\\/\\\\}
    printf '"%s"' "${text//\"/\\\"}"
}
