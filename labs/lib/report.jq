# SPDX-License-Identifier: MIT
# report.jq: the reports of a class, as one table; $form is text, json or html.
# Files are made by people: all that is printed is taken apart and made harmless.

def text: tostring | gsub("[[:cntrl:]]"; " ") | .[0:60];
def number: if type == "number" then floor else 0 end;
def cell: if .done == true then "done"
    elif (.reached | number) > 0 then "\(.reached | number)/\(.steps | number)"
    else "-" end;
def list: if type == "array" then map(objects) else [] end;

def learner: {
    name: (.name // "" | text | if . == "" then "(no name)" else . end),
    labs: (.labs | list | map({
        key: (.number | text),
        value: {title: (.title | text), cell: cell, exercises: (.exercises | list)}
    }) | from_entries)
};

def solved: [.labs[].exercises[] | select(.solved == true)] | length;
def exercises: [.labs[].exercises[]] | length;

# One row for each learner, by name; one column for each lab that anybody has.
def rows($numbers): sort_by(.name | ascii_downcase) | map(. as $learner |
    [.name] + ($numbers | map($learner.labs[.].cell // "-")) + ["\(solved)/\(exercises)"]);

def heads($numbers): ["name"] + $numbers + ["exercises"];

def done_row($numbers): . as $all | ["done"] + ($numbers | map(. as $n |
    "\([$all[] | select(.labs[$n].cell == "done")] | length) of \($all | length)")) + [""];

# Where a class got stuck: of each exercise, who solved it and what it took.
def stuck: [.[] | .labs | to_entries[] | .key as $n | .value.exercises[] |
        {what: "\($n) \(.slug | text)", solved: (.solved == true), hints: (.hints | number),
         refused: (.refused | number), seen: (.solution_seen == true)}] |
    group_by(.what) | map([.[0].what, "\(map(select(.solved)) | length) of \(length)",
        "\(map(.refused) | add)", "\(map(.hints) | add)", "\(map(select(.seen)) | length)"]);
def stuck_heads: ["exercise", "solved", "refused", "hints", "saw solution"];

def padded($widths): [., $widths] | transpose |
    map(.[0] + (" " * ((.[1] - (.[0] | length)) | if . > 0 then . else 0 end) // "")) | join("  ");
def as_text: (transpose | map(map(length) | max)) as $widths | map(padded($widths) | sub(" +$"; "")) | .[];

def html_row($tag): "<tr>" + (map("<\($tag)>\(@html)</\($tag)>") | join("")) + "</tr>";
def html_table($heads): "<table><thead>\($heads | html_row("th"))</thead><tbody>\n" +
    (map(html_row("td")) | join("\n")) + "\n</tbody></table>";

map(if type == "array" then .[] else . end) as $reports |
($reports | map(learner)) as $class |
([$class[].labs | keys[]] | unique) as $numbers |
if $form == "json" then $reports
elif $form == "text" then
    ([heads($numbers)] + ($class | rows($numbers)) + [$class | done_row($numbers)] | as_text),
    "",
    ([stuck_heads] + ($class | stuck) | as_text)
else
    "<!DOCTYPE html>
<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Container Bones: progress</title>
<meta name=\"viewport\" content=\"width=device-width\">
<style>
:root { color-scheme: light dark }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
table { border-collapse: collapse; margin: 1rem 0 }
th, td { text-align: left; padding: .3rem .8rem; border-bottom: 1px solid #8888 }
</style></head><body>
<h1>Container Bones: progress</h1>
\($class | rows($numbers) + [done_row($numbers)] | html_table(heads($numbers)))
<h2>Exercises</h2>
\($class | stuck | html_table(stuck_heads))
<p>A lab is done, or at a step of so many. Exercises: solved, how often check refused, hints taken.</p>
</body></html>"
end
