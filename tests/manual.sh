#!/bin/sh
# manual.sh - the manual says what the tables of the program say: keys, schemes, causes, facts, and
# every option and command of --help; and it is good roff, where there is a tool to tell.

set -u
top=${abs_top_srcdir:-.}
page=$top/man/tlswhy.1
dir=$(mktemp -d) || exit 99
trap 'rm -rf "$dir"' EXIT
number=0 status=0

# The page as words: without requests, fonts and escapes, on one line.
flat=" $(sed -e '/^\.\\"/d' -e '/^\.[A-Z]* *$/d' -e 's/^\.[A-Za-z]* //' -e 's/\\-/-/g' -e 's/\\~/ /g' \
    -e 's/\\f[A-Z]//g' -e 's/\\&//g' -e 's/["]//g' "$page" | tr '\n' ' ' | tr -s ' ') "

result() { # result WORDS: fails when $dir/missing has lines
    number=$((number + 1))
    if [ -s "$dir/missing" ]; then
        sed 's/^/# not in the manual: /' "$dir/missing"
        echo "not ok $number - $1"
        status=1
    else
        echo "ok $number - $1"
    fi
}

# Reads phrases from standard input and keeps those that the page has not; no phrase at all is a
# fault of this test.
missing() {
    sort -u >"$dir/phrases"
    [ -s "$dir/phrases" ] || echo "(the table was not found)" >"$dir/phrases"
    while read -r phrase; do
        case $phrase in *=) after= ;; *) after='[^a-z0-9_-]' ;; esac
        printf '%s' "$flat" | grep -qE -- "[^a-z0-9_-]$phrase$after" || echo "$phrase"
    done <"$dir/phrases" >"$dir/missing"
}

rows() { # rows MACRO FILE: the X() rows of a table
    awk -v macro="#define $1(X)" 'index($0, macro) == 1 { on = 1; next } on && !/X\(/ { exit } on' "$top/$2"
}

rows KEYS src/model/endpoint.h | awk -F'[",]' '{ print $3 "=" }' | missing
result "every key of endpoints"
awk -F'"' '/^ *\{\.name = / { print $2 }' "$top/src/model/endpoint.c" | missing
result "every scheme"
awk '/^ *\{\.name = / && !/\.port = 0/ {
        match($0, /"[a-z0-9-]*"/); name = substr($0, RSTART + 1, RLENGTH - 2)
        match($0, /\.port = [0-9]*/); print name " " substr($0, RSTART + 8, RLENGTH - 8) }' \
    "$top/src/model/endpoint.c" | missing
result "the port of every scheme that is spoken"
rows CAUSES src/why/cause.h | awk -F'"' '{ print $2 }' | missing
result "every cause"
rows FACTS src/model/fact.h | awk -F'"' '{ print $2 }' | missing
result "every fact"

if [ -x "${TLSWHY:-}" ]; then
    "$TLSWHY" --help | grep -oE -- '--[a-z][a-z-]+' | missing
    result "every option of --help"
    "$TLSWHY" --help | awk '$1 == "tlswhy" && $2 ~ /^[a-z]+$/ { print $2 }' | missing
    result "every command of --help"
    "$TLSWHY" --version | head -n 1 | missing
    result "the version"
fi

if command -v groff >/dev/null; then
    groff -ww -man -Tutf8 -z "$page" 2>"$dir/missing"
    result "groff has no complaint"
else
    number=$((number + 1))
    echo "ok $number - groff has no complaint # SKIP there is no groff here"
fi
echo "1..$number"
exit "$status"
