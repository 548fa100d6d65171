#!/usr/bin/env bash
# explain.sh - `tlswhy explain`: a log comes out the same whichever way it is read (file, standard input, packed, UTF-16,
# CRLF, followed), the exit status says what was found, and nothing of a log reaches the terminal as it is.
. "${abs_top_srcdir:?}/tests/lib/e2e.sh"
need jq gzip iconv

# --- logs ---------------------------------------------------------------------------------------------

# 10.0.0.1 to .3 work; .21 and .22 are too old; 10.0.0.250 comes and goes every 10 s.
awk 'BEGIN { for (i = 0; i < 120; i++) {
    s = i * 5 + i % 3
    t = sprintf("2026/11/20 10:%02d:%02d [info] 7#7: *%d", s / 60, s % 60, i)
    if (i % 2) printf "%s client 10.0.0.%d closed keepalive connection\n", t, 1 + i % 3
    else if (i % 6 == 0) printf "%s peer closed connection in SSL handshake while SSL handshaking, client: 10.0.0.250, server: 0.0.0.0:443\n",
        sprintf("2026/11/20 10:%02d:%02d [info] 7#7: *%d", i * 5 / 60, i * 5 % 60, i)
    else printf "%s SSL_do_handshake() failed (SSL: error:0A000102:SSL routines::unsupported protocol) while SSL handshaking, client: 10.0.0.%d, server: 0.0.0.0:443\n", t, 20 + (i % 6) / 2
} }' >"$dir/old.log"
gzip -c "$dir/old.log" >"$dir/old.log.gz"
{ head -n 60 "$dir/old.log" | gzip -c; tail -n +61 "$dir/old.log" | gzip -c; } >"$dir/members.gz"
head -c 600 "$dir/old.log.gz" >"$dir/cut.gz"
iconv -f UTF-8 -t UTF-16 "$dir/old.log" >"$dir/utf16.log"
iconv -f UTF-8 -t UTF-16LE "$dir/old.log" >"$dir/utf16le.log"
iconv -f UTF-8 -t UTF-16BE "$dir/old.log" >"$dir/utf16be.log"
sed 's/$/\r/' "$dir/old.log" >"$dir/crlf.log"
{ printf '\xef\xbb\xbf'; cat "$dir/old.log"; } >"$dir/bom.log"
printf '2026/11/20 10:00:00 [notice] 7#7: signal process started\n' >"$dir/silent.log"
printf '2026/11/20 10:00:00 [info] 7#7: *1 \033]0;evil\007\033[31m\x9b SSL_do_handshake() failed (SSL: error:0A0000C1:SSL routines::no shared cipher) while SSL handshaking, client: 10.0.0.1, server: \033[2J\n' >"$dir/escapes.log"

# --- asking -------------------------------------------------------------------------------------------

run() { # run EXIT ARGUMENT...: `tlswhy explain` with them; its output in $dir/out
    local want=$1 got
    shift
    timeout 60 "$TLSWHY" explain "$@" >"$dir/out" 2>"$dir/err"
    got=$?
    [ "$got" = "$want" ] || echo "the exit status is $got, not $want: $(head -c 300 "$dir/err")"
}
holds() { # holds TITLE EXIT JQ ARGUMENT...: the document makes JQ true
    local title=$1 exit=$2 query=$3 bad
    shift 3
    bad=$(run "$exit" --json "$@" </dev/null)
    [ "$(jq "$query" "$dir/out" 2>&1)" = true ] || bad+=$'\n'"$(head -c 1500 "$dir/out")"
    if [ -z "$bad" ]; then ok "$title"; else not_ok "$title" "$bad"; fi
}
old='.verdict == "failing" and [.diagnosis[].cause] == ["version-mismatch"] and .pattern.clients.scope == "some"
    and (.pattern.clients.failing | sort) == ["10.0.0.21", "10.0.0.22"] and .pattern.time.kind == "always"
    and ([.lines[] | select(.noise)] | length) == 20 and ([.lines[] | select(.noise) | .client] | unique) == ["10.0.0.250"]
    and ([.lines[] | select(.cause == "version-mismatch")] | length) == 40 and .lines[1].line == 3'

for file in old.log old.log.gz members.gz utf16.log utf16le.log utf16be.log crlf.log bom.log; do
    holds "a log is read as $file" 1 "$old" "$dir/$file"
done
bad=$(run 1 --json - <"$dir/old.log.gz")
if [ -z "$bad" ] && [ "$(jq "$old" "$dir/out")" = true ]; then ok "packed, from standard input"; else not_ok "packed, from standard input" "$bad"; fi
bad=$(run 1 --json < <(cat "$dir/old.log"))
if [ -z "$bad" ] && [ "$(jq "$old" "$dir/out")" = true ]; then ok "from a pipe"; else not_ok "from a pipe" "$bad"; fi
holds "of a packed log that is cut off, what is there counts" 1 '.verdict == "failing"' "$dir/cut.gz"
if grep -q 'damaged or cut off' "$dir/err"; then ok "and that is said"; else not_ok "and that is said" "$(cat "$dir/err")"; fi
{ cat "$dir/old.log.gz"; head -c 3000 /dev/zero; } >"$dir/filled.gz"
{ cat "$dir/old.log.gz"; echo and so on; } >"$dir/more.gz"
{ head -c 300000 /dev/zero; echo; cat "$dir/old.log"; } >"$dir/holes.log"
holds "zeros fill up a packed log" 1 "$old" "$dir/filled.gz"
if [ -s "$dir/err" ]; then not_ok "and no word is lost about it" "$(cat "$dir/err")"; else ok "and no word is lost about it"; fi
holds "what stands behind a packed log is passed over" 1 "$old" "$dir/more.gz"
if grep -q 'more.gz has something behind' "$dir/err"; then ok "and that is said"; else not_ok "and that is said" "$(cat "$dir/err")"; fi
holds "zeros before a log that was cut short" 1 '.lines[1].line == 4' "$dir/holes.log"

# Two causes, each with its own clients: old ones all the time, expired client certificates from the middle on.
awk 'BEGIN { for (i = 0; i < 600; i++) {
    t = sprintf("2026/11/20 %02d:%02d:00 [info] 9#9: *%d", i / 60, i % 60, i)
    if (i % 6 == 1) printf "%s SSL_do_handshake() failed (SSL: error:0A000102:SSL routines::unsupported protocol) while SSL handshaking, client: 10.8.1.%d, server: 0.0.0.0:443\n", t, 2 + i % 5
    else if (i % 6 == 2 && i > 300) printf "%s client SSL certificate verify error: (10:certificate has expired) while reading client request headers, client: 10.8.2.%d, server: www.example.test, request: \"GET / HTTP/1.1\", host: \"www.example.test\"\n", t, 2 + i % 5
    else printf "%s client 10.8.%d.%d closed keepalive connection\n", t, i % 6 == 2 ? 2 : 4, 2 + i % 5
} }' >"$dir/two.log"
holds "each of two causes has a pattern of its own" 1 '[.diagnosis[] | {(.cause): .detail.pattern}] | add
    | (.["version-mismatch"] | contains("all those of 10.8.1.0/24") and contains("all the time"))
    and (.["client-cert"] | contains("all those of 10.8.2.0/24") and contains("since 2026-11-20T05:02:00"))' "$dir/two.log"
run 1 "$dir/two.log" >"$dir/said"
if [ "$(grep -c '^  Pattern: Of ' "$dir/out")" = 2 ]; then ok "and a person reads it"; else not_ok "and a person reads it" "$(cat "$dir/said" "$dir/out")"; fi

# What is no log: one sentence, and what makes a log of it.
refuses() { # refuses WHAT WORDS FILE
    local bad
    bad=$(run 2 "$3")
    if [ -z "$bad" ] && [ ! -s "$dir/out" ] && grep -q "$2" "$dir/err" && [ "$(wc -l <"$dir/err")" = 1 ]; then ok "$1"
    else not_ok "$1" "$bad $(head -c 400 "$dir/err" "$dir/out")"; fi
}
gzip -c "$dir/old.log.gz" >"$dir/twice.gz"
refuses "packed twice" 'packed by gzip twice: gzip -dc' "$dir/twice.gz"
printf '\3757zXZ\0\0\4' >"$dir/old.xz"
refuses "packed by another" 'packed by xz: xz -dc' "$dir/old.xz"
printf 'LPKSHHRH\0\0\0\0' >"$dir/system.journal"
refuses "a journal of systemd" 'journalctl --file' "$dir/system.journal"
refuses "a program" 'is a program' "$(type -P bash)"
awk 'BEGIN { for (i = 0; i < 5000; i++) printf "%c", i * 7919 % 26 + 1 }' >"$dir/bytes"
refuses "bytes that are no text" 'is not text' "$dir/bytes"
refuses "a device without an end" 'gives bytes for ever' /dev/zero

# Half a surrogate pair before the end of a line: the line ends all the same.
{ printf '\xff\xfe'; printf 'x' | iconv -t UTF-16LE; printf '\x3d\xd8'; printf '\n' | iconv -t UTF-16LE
    iconv -f UTF-8 -t UTF-16LE "$dir/old.log"; } >"$dir/half.log"
holds "half a surrogate pair takes no line's end with it" 1 '.lines[1].line == 4' "$dir/half.log"

holds "what the log answers of the checklist" 1 \
    '[.checklist[] | {(.question): .log_says}] | add | .clients == "some" and .times == "always" and .fails == "yes"' "$dir/old.log"
holds "the members of any document are there" 1 \
    '[has("tlswhy", "schema", "started", "columns", "candidates", "warnings", "evidence", "differences")] | all' "$dir/old.log"
holds "evidence that a cause names is there" 1 '. as $d | [.diagnosis[].for[] | $d.evidence[.].text | length > 20] | length > 0 and all' "$dir/old.log"

# --- pasted -------------------------------------------------------------------------------------------

holds "a pasted error" 1 '[.diagnosis[].cause] == ["cert-expired"] and .lines[0].also != null' \
    -e 'curl: (60) SSL certificate problem: certificate has expired'
holds "a pasted error that leaves the cause open" 4 '.diagnosis == [] and (.candidates | length) > 1' \
    -e 'curl: (35) OpenSSL SSL_connect: SSL_ERROR_SYSCALL in connection to a.test:443'
holds "words that nobody knows are no cause" 4 '.diagnosis == [] and .candidates == [] and .lines[0].cause == null' \
    -e 'x509: failed, the frobnicator was not amused'
holds "what is no error" 0 '.verdict == "ok" and .diagnosis == [] and .lines == []' -e 'TLS handshake completed, TLSv1.3'

# --- both sides ---------------------------------------------------------------------------------------

awk 'BEGIN { for (i = 0; i < 10; i++) {
    s = i * i * 5
    printf "2026-11-20T10:%02d:%02dZ ERROR GET https://a.test/ javax.net.ssl.SSLHandshakeException: Received fatal alert: protocol_version\n", s / 60, s % 60 } }' >"$dir/client.log"
awk 'BEGIN { for (i = 0; i < 10; i++) {
    s = i * i * 5
    printf "2026/11/20 12:%02d:%02d [info] 7#7: *%d SSL_do_handshake() failed (SSL: error:0A000102:SSL routines::unsupported protocol) while SSL handshaking, client: 10.0.0.1, server: 0.0.0.0:443\n", s / 60, s % 60, i } }' >"$dir/server.log"
holds "two logs are joined, two hours apart" 1 '.joined.offset == -7200 and (.joined.lines | length) == 10 and (.joined.client | endswith("client.log"))' \
    "$dir/client.log" "$dir/server.log"

# --- words --------------------------------------------------------------------------------------------

bad=$(run 1 "$dir/escapes.log")
LC_ALL=C grep -qP '[\x00-\x09\x0b-\x1f\x7f\x9b]' "$dir/out" && bad+="control characters in the output"
if [ -z "$bad" ]; then ok "terminal escapes stay harmless"; else not_ok "terminal escapes stay harmless" "$bad"; fi
bad=$(run 0 "$dir/silent.log")
grep -q 'error_log FILE info' "$dir/out" || bad+="the switch is not named"
if [ -z "$bad" ]; then ok "a silent log: which switch makes it speak"; else not_ok "a silent log: which switch makes it speak" "$bad$(cat "$dir/out")"; fi
bad=$(run 1 "$dir/old.log")
grep -q '^  fails  |' "$dir/out" && grep -q '10.0.0.21 ' "$dir/out" && grep -q 'a health check' "$dir/out" || bad+="timeline, table or health check is missing"
awk 'length > 80 && !/^tlswhy check/ { exit 1 }' "$dir/out" || bad+="a line is longer than 80 columns"
if [ -z "$bad" ]; then ok "timeline, table and health check in words"; else not_ok "timeline, table and health check in words" "$bad$(cat "$dir/out")"; fi

# --- following ----------------------------------------------------------------------------------------

head -n 10 "$dir/old.log" >"$dir/grows.log"
: >"$dir/followed"
"$TLSWHY" explain --follow "$dir/grows.log" >"$dir/followed" 2>"$dir/err" </dev/null &
pid[follow]=$!
await() { # await COUNT: so many failures are told
    local end=$((SECONDS + 20))
    until [ "$(grep -c version-mismatch "$dir/followed")" -ge "$1" ]; do
        ((SECONDS < end)) || return 1
        sleep 0.05
    done
}
if await 3; then ok "what is there is told"; else not_ok "what is there is told" "$(cat "$dir/followed")"; fi
tail -n +11 "$dir/old.log" >>"$dir/grows.log"
if await 38; then ok "and what is added, as it comes"; else not_ok "and what is added, as it comes" "$(wc -l <"$dir/followed")"; fi
mv "$dir/grows.log" "$dir/grows.log.1"
head -n 9 "$dir/old.log" | sed "s, 10:, 11:,; s,\*,*9," >"$dir/grows.log"
if await 41; then ok "a log that is rotated is followed"; else not_ok "a log that is rotated is followed" "$(wc -l <"$dir/followed")"; fi
kill -INT "${pid[follow]}"
wait "${pid[follow]}"
code=$?
unset 'pid[follow]'
if grep -qE '^2026-11-20T10:[0-9:]+  10\.0\.0\.2[12]  version-mismatch: ' "$dir/followed"; then
    ok "with the time as the log has it, which names no zone"
else
    not_ok "with the time as the log has it, which names no zone" "$(head -n 3 "$dir/followed")"
fi
if [ "$code" = 1 ] && grep -q '^FAILING  No common protocol version' "$dir/followed"; then
    ok "at the end it says what it all comes to"
else
    not_ok "at the end it says what it all comes to" "exit $code"
fi

# A file of /proc says that it is empty: that is no reason to read it again and again.
timeout -s INT 1 "$TLSWHY" explain --follow /proc/self/status >/dev/null 2>"$dir/err" </dev/null
if [ ! -r /proc/self/status ]; then
    skip "a file without a size is read once" "there is no /proc here"
elif grep -q 'cut short' "$dir/err"; then
    not_ok "a file without a size is read once" "$(cat "$dir/err")"
else
    ok "a file without a size is read once"
fi

# Cut short: its lines are counted anew, and a line that had no end is not joined to the next.
head -n 10 "$dir/old.log" >"$dir/grows.log"
printf 'half a line about a handshake failure' >>"$dir/grows.log"
: >"$dir/followed" # emptied here: what runs in the background may be late to, and await would see the last answer
"$TLSWHY" explain --follow --jsonl "$dir/grows.log" >"$dir/followed" 2>"$dir/err" </dev/null &
pid[follow]=$!
await 3 || not_ok "what is there is told as JSON lines" "$(cat "$dir/followed")"
sed -n 3p "$dir/old.log" >"$dir/grows.log"
for ((i = 0; i < 200; i++)); do
    grep -q '"line":1,.*"client":"10.0.0.21"' "$dir/followed" && break
    sleep 0.05
done
kill -INT "${pid[follow]}"
wait "${pid[follow]}"
unset 'pid[follow]'
if grep -q 'grows.log was cut short' "$dir/err" && [ "$(tail -n 1 "$dir/followed" | jq -r '.t + " " + .verdict')" = "verdict failing" ] &&
    [ "$(jq -s 'all(.[:-1][]; .t == "line") and .[-2].line == 1 and (.[-1].lines | length) == length - 1' "$dir/followed")" = true ]; then
    ok "a log that is cut short is read anew; JSON lines to the last"
else
    not_ok "a log that is cut short is read anew; JSON lines to the last" "$(cat "$dir/err" "$dir/followed")"
fi
"$TLSWHY" explain --follow --json "$dir/old.log" >"$dir/followed" 2>"$dir/err" </dev/null &
pid[follow]=$!
for ((i = 0; i < 200; i++)); do # read to its end
    grep -qs "^pos:.*[^0-9]$(stat -c %s "$dir/old.log")\$" "/proc/${pid[follow]}/fdinfo/"* && break
    sleep 0.05
done
kill -INT "${pid[follow]}"
wait "${pid[follow]}"
unset 'pid[follow]'
if [ "$(jq "$old" "$dir/followed")" = true ]; then ok "--json is one document, also when it was followed"; else not_ok "--json is one document, also when it was followed" "$(head -c 600 "$dir/followed")"; fi

# A pipe that is still open: Control-C sums up what came.
mkfifo "$dir/pipe"
"$TLSWHY" explain --json - <"$dir/pipe" >"$dir/followed" 2>"$dir/err" &
pid[follow]=$!
exec 4>"$dir/pipe"
cat "$dir/old.log" >&4
for ((i = 0; i < 200; i++)); do # all of it is taken when a byte more than a pipe holds can be written
    timeout 1 dd if=/dev/zero bs=65536 count=1 2>/dev/null | tr '\0' '\n' >&4 && break
    sleep 0.02
done
kill -INT "${pid[follow]}"
wait "${pid[follow]}"
code=$?
unset 'pid[follow]'
exec 4>&-
if [ "$code" = 1 ] && [ "$(jq "$old" "$dir/followed")" = true ]; then ok "a pipe that is interrupted is summed up"; else not_ok "a pipe that is interrupted is summed up" "exit $code $(head -c 400 "$dir/followed")"; fi

# A gigabyte of nothing in a megabyte of gzip.
head -c 1000000000 /dev/zero | gzip -9 >"$dir/bomb.gz"
run 2 "$dir/bomb.gz" >"$dir/said"
if [ ! -s "$dir/said" ] && grep -q 'as no log does' "$dir/err"; then ok "a gzip bomb is left"; else not_ok "a gzip bomb is left" "$(cat "$dir/err" "$dir/said")"; fi

# LC_ALL is C here.
printf '2026/11/20 10:00:00 [info] 7#7: *1 caf\xc3\xa9: SSL_do_handshake() failed (SSL: error:0A0000C1:SSL routines::no shared cipher) while SSL handshaking, client: 10.0.0.1\n' >"$dir/cafe.log"
bad=$(run 1 "$dir/cafe.log" </dev/null)
if [ -z "$bad" ] && grep -qF 'caf\u{00e9}' "$dir/out" && ! LC_ALL=C grep -q '[^ -~]' "$dir/out"; then
    ok "a locale without UTF-8 gets none"
else
    not_ok "a locale without UTF-8 gets none" "$bad$(cat "$dir/out")"
fi

# --- beside the probes ---------------------------------------------------------------------------------

timeout 60 "$TLSWHY" check --json --offline --log "$dir/old.log" tls://127.0.0.1:1 >"$dir/out" 2>"$dir/err" </dev/null
if [ "$(jq '([.diagnosis[].cause] == ["network"]) and ([.candidates[] | select(.cause == "version-mismatch") | .confidence] == [0.25])
    and ([.checklist[] | {(.question): .log_says}] | add | .clients == "some" and .times == "always")' "$dir/out")" = true ]; then
    ok "check --log: the pattern answers, the cause is a candidate, what is proven stands"
else
    not_ok "check --log: the pattern answers, the cause is a candidate, what is proven stands" "$(head -c 2000 "$dir/out")"
fi
timeout 60 "$TLSWHY" check --json --offline --log "$dir/old.log" --answer clients=one tls://127.0.0.1:1 >"$dir/out" 2>"$dir/err" </dev/null
if [ "$(jq '[.checklist[] | {(.question): .answer}] | add | .clients == "one"' "$dir/out")" = true ]; then
    ok "an answer of the person's own outweighs the log's"
else
    not_ok "an answer of the person's own outweighs the log's" "$(cat "$dir/err")"
fi

# --- bad input ----------------------------------------------------------------------------------------

refused() { # refused WORDS ARGUMENT...
    local words=$1 bad
    shift
    bad=$(run 2 "$@" </dev/null)
    [ -s "$dir/out" ] && bad+="something is printed"
    grep -q -- "$words" "$dir/err" || bad+="it does not say: $words"
    if [ -z "$bad" ]; then ok "refused: $words"; else not_ok "refused: $words" "$bad $(cat "$dir/err")"; fi
}
refused 'No such file' "$dir/nowhere.log"
refused 'directory' "$dir"
refused 'needs a value' -e
finish
