#!/usr/bin/env bash
# logs.sh - logs beside the probes: in a report, in a session that is saved and opened again, in the workbench, followed,
# and what is in them never reaches the terminal, nor is opened again.
. "${abs_top_srcdir:?}/tests/lib/e2e.sh"
need jq gzip

lines() { # lines FROM COUNT: failures of two clients, an ordinary line between two
    awk -v from="$1" -v count="$2" 'BEGIN { for (i = from; i < from + count; i++) {
        t = sprintf("2026/11/20 10:%02d:%02d [info] 7#7: *%d", i / 60 % 60, i % 60, i)
        printf "%s SSL_do_handshake() failed (SSL: error:0A000102:SSL routines::unsupported protocol) while SSL handshaking, client: 10.0.0.%d, server: 0.0.0.0:443\n", t, 20 + i % 2
        printf "%s client 10.0.0.%d closed keepalive connection\n", t, 1 + i % 3 } }'
}
lines 0 40 >"$dir/a.log"
nobody=tls://127.0.0.1:1
check() { timeout 60 "$TLSWHY" check --offline "$@" "$nobody" >"$dir/out" 2>"$dir/err" </dev/null; }
says() { # says TITLE JQ: the document makes it true
    if [ "$(jq "$2" "$dir/out" 2>&1)" = true ]; then ok "$1"; else not_ok "$1" "$(head -c 1500 "$dir/out" "$dir/err")"; fi
}

# --- a report -----------------------------------------------------------------------------------------

check --json --log "$dir/a.log"
says "its lines are evidence of a candidate" '. as $d | .candidates[] | select(.cause == "version-mismatch")
    | .confidence == 0.25 and .detail.log_lines == 40 and ($d.evidence[.for[0]] | .probe == "log" and .column == null and (.text | contains("a.log:1: ")))'
says "lines and pattern are there as explain has them" '(.lines | length) == 40 and .lines[3].client == "10.0.0.21"
    and .lines[3].line == 7 and (.lines[3].text | contains("*3 ")) and .pattern.clients.scope == "some" and .pattern.failed == 40'
says "the log's answers are its own" '[.checklist[] | {(.question): .}] | add | .fails.log_says == "yes" and .fails.answer == null and .clients.log_says == "some"'
if ! python3 -c 'import jsonschema' 2>/dev/null; then
    skip "the document fits the schema" "there is no jsonschema for python3 here"
elif text=$(python3 -m jsonschema -i "$dir/out" "$abs_top_srcdir/man/tlswhy.schema.json" 2>&1); then
    ok "the document fits the schema"
else
    not_ok "the document fits the schema" "${text:0:800}"
fi
check --log "$dir/a.log" --answer clients=one
if grep -q 'you say one (the log says some)' "$dir/out" && grep -q '^Logs:' "$dir/out"; then
    ok "in words, both answers stand there"
else
    not_ok "in words, both answers stand there" "$(cat "$dir/out")"
fi
check --json
says "without a log none of this is there" '(has("lines") or has("pattern")) | not'

# --- a session ----------------------------------------------------------------------------------------

check --log "$dir/a.log" --save "$dir/s.tlw"
rm -f "$dir/a.log"; mkfifo "$dir/a.log" # opening it would wait for ever
timeout 20 "$TLSWHY" check --json --offline "$dir/s.tlw" >"$dir/out" 2>"$dir/err" </dev/null
says "a saved session has it all, and the log is not opened" '(.lines | length) == 40 and .pattern.failed == 40 and ([.candidates[].cause] | index("version-mismatch") != null)'
timeout 20 "$TLSWHY" check --json --offline "$dir/s.tlw" "$dir/s.tlw" >"$dir/out" 2>"$dir/err" </dev/null
says "opened twice, its lines are kept apart" '(.lines | length) == 80 and (.candidates | map(select(.cause == "version-mismatch")) | length) == 1'

# A stranger may have written the session: what he has in the place of a pattern is not passed on as one.
jq -c 'if .t == "log" then .value.pattern.time.kind = "x" | .value.joined = {"client": 1}
    elif .t == "line" and .number == 1 then .value.cause = "nosuch" | .value.also = ["nosuch", "sni"]
    elif .t == "line" and .number == 2 then .value.line = 0 else . end' "$dir/s.tlw" >"$dir/odd.tlw"
timeout 20 "$TLSWHY" check --json --offline "$dir/odd.tlw" >"$dir/out" 2>"$dir/err" </dev/null
says "of a stranger's session only what fits is in the document" '(has("pattern") | not) and .joined == null
    and (.lines | length) == 39 and .lines[0].cause == null and .lines[0].also == ["sni"]'
{
    cat "$dir/odd.tlw"
    printf '{"t":"fact","column":1,"fact":"%s","state":"yes","value":%s,"probe":"x","time":"2026-11-20T10:00:00.000Z","ms":1,"text":null,"bytes":null}\n' \
        attempts '{"made":-4,"groups":[{"count":7,"looks":1,"outcome":[]},{"count":2,"looks":"a","outcome":"b"}]}' chain '{"sent":7}'
} >"$dir/odd2.tlw"
timeout 20 "$TLSWHY" check --json --offline "$dir/odd2.tlw" >"$dir/out" 2>"$dir/err" </dev/null
says "likewise of its facts" '.columns[0].attempts == {"made": 0, "failed": 0, "groups": [{"count": 2, "looks": "a", "outcome": "b"}]} and .columns[0].chain == null'
rm -f "$dir/a.log"

# --- the workbench ------------------------------------------------------------------------------------

lines 0 40 >"$dir/a.log"
lines 0 5000 >"$dir/long.log"
gzip -c "$dir/long.log" >"$dir/long.gz"
printf '2026/11/20 10:00:00 [info] 7#7: *1 \033]0;evil\007\033[31m\x9b SSL_do_handshake() failed (SSL: error:0A0000C1:SSL routines::no shared cipher) while SSL handshaking, client: 10.0.0.1, server: \033[2J\0\n' >"$dir/escapes.log"
bench() { # bench SCRIPT ARGUMENT...: its dumps in $dir/out
    local script=$1
    shift
    printf '%s\n' "$script" >"$dir/script"
    timeout 60 "$TLSWHY" --ui-script "$dir/script" --offline "$@" >"$dir/out" 2>"$dir/err" </dev/null
}
shows() { # shows TITLE PATTERN...: the dump has each
    local title=$1 bad=
    shift
    for p in "$@"; do grep -q -- "$p" "$dir/out" || bad+="no \"$p\""$'\n'; done
    LC_ALL=C grep -qP '[\x00-\x09\x0b-\x1f\x7f]' "$dir/out" && bad+="control characters"
    if [ -z "$bad" ]; then ok "$title"; else not_ok "$title" "$bad$(head -c 2500 "$dir/out") $(cat "$dir/err")"; fi
}
bench $':wait idle\n0\n:resize 100x40\n:dump -' --log "$dir/a.log" "$nobody"
shows "--log: pattern, timeline, table and lines" 'a.log (80 lines)' '^  fails |' '10.0.0.21 ' 'version-mismatch  *40 failures' 'newest last (40)'
bench $':wait idle\n:\ntext log '"$dir/a.log"$'\nEnter\n:wait idle\nG Enter\n:dump -' "$nobody"
shows ":log reads one, Enter opens what a line means" 'line 79' '^ means: ' '^ does not mean: ' '^ what decides: '
bench $':wait idle\n1\n:resize 100x60\n:dump -\n4\n:dump -' --log "$dir/a.log" "$nobody"
shows "it moves the ranking and answers the checklist" ' e[0-9]* log: .*a.log:1: ' 'log: some'
bench $':wait idle\n0 /\ntext *17 \nEnter\n:dump -' --log "$dir/a.log" "$nobody"
shows "/ shows only lines that have it" '1 of 40 lines have'
bench $':wait idle\n0\n:dump -' --log "$dir/long.gz" "$nobody"
shows "a packed log of many lines" 'long.gz (10000 lines)'
bench $':wait idle\n0 G\n:dump -\nEnter\n:dump -' --log "$dir/escapes.log" "$nobody"
shows "escapes stay harmless" 'cipher-mismatch' '\\x1b'
bench $':wait idle\n0 o\ntext /nowhere/x.log\nEnter\n:wait idle\n1 G\n:dump -' "$nobody"
shows "a log that is not there is said so" '/nowhere/x.log'
bench $':wait idle\n0\n:dump -' "$nobody"
shows "an empty pane says what to do" ':log FILE' 'error_log FILE info'
bench $':wait idle\n:wait idle\n0' --log "$dir/a.log" --save "$dir/w.tlw" "$nobody"
if [ "$(grep -c '"t":"line"' "$dir/w.tlw")" = 40 ] && grep -q '"t":"log"' "$dir/w.tlw"; then
    ok "the workbench saves it"
else
    not_ok "the workbench saves it" "$(head -c 600 "$dir/w.tlw")"
fi
bench '' --log - "$nobody"
if grep -q 'standard input for your keys' "$dir/err"; then ok "not from standard input"; else not_ok "not from standard input" "$(cat "$dir/err")"; fi
timeout 20 "$TLSWHY" check --follow "$nobody" >"$dir/out" 2>"$dir/err" </dev/null
if [ $? = 2 ] && grep -q 'of explain and the workbench' "$dir/err"; then ok "check does not follow"; else not_ok "check does not follow" "$(cat "$dir/err")"; fi

# --- followed in the workbench: lines of a script come one by one, and each round of probes gives the log its turn -----

lines 0 3 >"$dir/grows.log"
mkfifo "$dir/keys"
timeout 60 "$TLSWHY" --ui-script "$dir/keys" --offline --follow --log "$dir/grows.log" "$nobody" >"$dir/out" 2>"$dir/err" </dev/null &
pid[bench]=$!
exec 3>"$dir/keys"
printf ':wait idle\n:resize 200x40\n0\n' >&3
appears() { # appears PATTERN: in a dump, after some rounds
    for ((i = 0; i < 60; i++)); do
        printf 'R\n:wait idle\n:dump %s\n:dump %s\n' "$dir/dump" "$dir/dump.done" >&3
        for ((k = 0; k < 100; k++)); do [ -s "$dir/dump.done" ] && break; sleep 0.02; done
        grep -q "$1" "$dir/dump" && return 0
        rm -f "$dir/dump.done"
        sleep 0.1
    done
    return 1
}
said() { if appears "$2"; then ok "$1"; else not_ok "$1" "$(cat "$dir/dump" "$dir/err")"; fi; }
said "followed: what is there" 'grows.log (6 lines)'
lines 3 4 >>"$dir/grows.log"
said "followed: what is added" 'grows.log (14 lines)'
mv "$dir/grows.log" "$dir/grows.log.1"
lines 7 2 >"$dir/grows.log"
said "followed: what is rotated" 'grows.log (4 lines)'
printf 'f\n' >&3
exec 3>&-
wait "${pid[bench]}"
unset 'pid[bench]'

finish
