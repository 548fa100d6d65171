#!/usr/bin/env bash
# healthy.sh - servers with nothing wrong, in every way of asking, and what is printed about them.
. "${abs_top_srcdir:?}/tests/lib/e2e.sh"
need openssl jq date
mint_usual
leaf rsa kind=rsa:2048
bundle rsa rsa inter
ipv6=yes
grep -q '^0\{31\}1 ' /proc/net/if_inet6 2>/dev/null || ipv6=

# --- servers ----------------------------------------------------------------------------------------

s_server s.ec good
s_server s.rsa rsa
gnutls_serv g.ec good
gnutls_serv g.rsa rsa
nginx n <<END
    server { listen 127.0.0.1:@n.h2@ ssl http2; ${ipv6:+listen [::1]:@n.h2@ ssl http2;} return 200 ok; }
    server { listen 127.0.0.1:@n.h1@ ssl; ssl_certificate $dir/rsa.bundle; ssl_certificate_key $dir/rsa.key; return 200 ok; }
    server { listen 127.0.0.1:@n.4@ ssl; return 200 ok; }
    server { listen 127.0.0.1:@n.500@ ssl; return 500; }
END
haproxy h <<END
frontend h2
    bind 127.0.0.1:@h.h2@ ssl crt $dir/good.all alpn h2,http/1.1
    http-request return status 200
frontend h1
    bind 127.0.0.1:@h.h1@ ssl crt $dir/good.all
    http-request return status 200
END
faults silent
servers_wait

# --- cases ------------------------------------------------------------------------------------------

for by in s.ec s.rsa g.ec g.rsa n.h2 n.h1 h.h2 h.h1; do
    try $by "ok ~" "$by: tls" "tls://good.test:@$by@,at=127.0.0.1,ca=$ca"
    try $by "ok ~" "$by: only the handshake" --only handshake "tls://good.test:@$by@,at=127.0.0.1,ca=$ca"
done
for by in n.h2 n.h1 n.500 g.ec h.h2 h.h1; do
    try $by "ok ~" "$by: https" "https://good.test:@$by@,at=127.0.0.1,ca=$ca"
done
try n.h2 "ok ~" "https without ALPN" "https://good.test:@n.h2@,at=127.0.0.1,ca=$ca,alpn=none"
try s.ec "ok" "a server that never answers the request" --timeout 1 "https://good.test:@s.ec@,at=127.0.0.1,ca=$ca"
try n.h2 "ok ~" "--resolve" --resolve good.test:@n.h2@:127.0.0.1 "https://good.test:@n.h2@,ca=$ca"
try n.h2 "ok ~" "--resolve, in capitals and with a final dot" --resolve GOOD.test:@n.h2@:127.0.0.1 "https://good.TEST.:@n.h2@,ca=$ca"
try n.h2 "ok ~" "an address" "https://127.0.0.1:@n.h2@,ca=$ca"
try n.h2 "ok ~" "at= with a port" "https://good.test,at=127.0.0.1:@n.h2@,ca=$ca"
try n.h2 "ok ~" "two endpoints" --ca "$ca" "https://127.0.0.1:@n.h2@" "tls://good.test:@n.4@,at=127.0.0.1"
try n.h2 "failing cert-name-mismatch" "two endpoints, one of them failing" --ca "$ca" "https://127.0.0.1:@n.h2@" \
    "tls://bad.test:@n.4@,at=127.0.0.1"
try n.4 "failing network" "two addresses of one family, one refused" --resolve good.test:@n.4@:127.0.0.1,127.0.0.9 \
    "tls://good.test:@n.4@,ca=$ca"
try n.4 "ok ~" "the first of two addresses" --addresses first --resolve good.test:@n.4@:127.0.0.1,127.0.0.9 \
    "tls://good.test:@n.4@,ca=$ca"
if [ -n "$ipv6" ]; then
    try n.h2 "ok ~" "IPv6" "https://[::1]:@n.h2@,ca=$ca"
    try n.h2 "ok ~" "at= IPv6" "https://good.test,at=[::1]:@n.h2@,ca=$ca"
    try n.h2 "ok ~" "both families" --resolve "good.test:@n.h2@:127.0.0.1,[::1]" "https://good.test:@n.h2@,ca=$ca"
    try n.4 "ok +network" "both families, IPv6 refused: clients fall back" --resolve "good.test:@n.4@:[::1],127.0.0.1" \
        "https://good.test:@n.4@,ca=$ca"
    try n.4 "failing network" "IPv6 alone, refused" "tls://[::1]:@n.4@,ca=$ca"
    if getent ahostsv6 localhost | grep -q '^::1 ' && getent ahostsv4 localhost | grep -q '^127'; then
        try n.4 "ok +network" "localhost by name" "https://localhost:@n.4@,ca=$ca"
    fi
else
    skip "IPv6" "this machine has no ::1"
fi
results

# --- what is printed -----------------------------------------------------------------------------------

# The server that the rest is about, a server that every machine has.
good="tls://good.test:${port[s.ec]},at=127.0.0.1,ca=$ca"
bad="tls://bad.test:${port[s.rsa]},at=127.0.0.1,ca=$ca"
quiet="tls://good.test:${port[silent]},at=127.0.0.1,ca=$ca"

expect() { # expect EXIT WORDS PATTERN OPTION...: the exit status, and a regular expression stdout matches
    local want=$1 words=$2 pattern=$3 out code
    shift 3
    out=$("$TLSWHY" check "$@" 2>"$dir/stderr" </dev/null)
    code=$?
    if [ "$code" = "$want" ] && [ ! -s "$dir/stderr" ] && grep -qE -- "$pattern" <<<"$out"; then
        ok "$words"
    else
        not_ok "$words" "exit status $code (not $want), stdout, stderr:"$'\n'"$out"$'\n'"$(cat "$dir/stderr")"
    fi
}
expect 0 "words: nothing wrong" '^ok .*good\.test' "$good"
expect 0 "--quiet: one line" '^ok +good\.test:[0-9]+$' --quiet "$good"
expect 1 "words: a fix and a way to see it" 'openssl ' "$bad"
expect 1 "words: the name" 'bad\.test' "$bad"
expect 0 "label= is the title" '^ok +my title' --quiet "$good,label=my title"
expect 0 "--verbose tells every fact" '(Cipher|cipher).*(AES|CHACHA)' --verbose "$good"
expect 0 "--fail-on warning without a warning" '^ok' --fail-on warning "$good"
expect 1 "--fail-on warning with one" '^ok' --fail-on warning --min-days 200 "$good"
expect 1 "silence ends with the timeout" 'FAILING' --timeout 0.3 "$quiet"
printf '# a list\n\n  %s  \n%s\r\n' "$good" "$bad" >"$dir/list"
expect 1 "-f FILE" '^FAILING +bad\.test' --quiet -f "$dir/list"

if [ "$("$TLSWHY" check --quiet - <"$dir/list" 2>&1 | grep -cE '^(ok|FAILING) ')" = 2 ]; then
    ok "endpoints from standard input"
else
    not_ok "endpoints from standard input" "$("$TLSWHY" check --quiet - <"$dir/list" 2>&1)"
fi
"$TLSWHY" check --jsonl "$good" "$bad" >"$dir/lines" 2>"$dir/stderr" </dev/null
code=$?
if [ "$code" = 1 ] && [ "$(jq -c . "$dir/lines" 2>&1 | wc -l)" = "$(wc -l <"$dir/lines")" ] &&
    jq -se '(.[-1] | .t == "verdict" and .verdict == "failing" and .diagnosis[0].cause == "cert-name-mismatch") and
        ([.[] | select(.t == "verdict" and .column != null) | .verdict] | sort == ["failing", "ok"])' "$dir/lines" >/dev/null; then
    ok "--jsonl: every line is JSON, the verdict comes last"
else
    not_ok "--jsonl: every line is JSON, the verdict comes last" "exit status $code"$'\n'"$(tail -n 5 "$dir/lines")"
fi
"$TLSWHY" check --json "$good" "$bad" >"$dir/document" 2>/dev/null </dev/null
"$TLSWHY" check --json "$good" "$bad" >"$dir/again" 2>/dev/null </dev/null
keys='[del(.evidence) | paths(scalars) | map(if type == "number" then "#" elif test("^e[0-9]+$") then "e" else . end) | join(".")]'
if [ -s "$dir/document" ] && [ "$(jq -c "$keys" "$dir/document")" = "$(jq -c "$keys" "$dir/again")" ]; then
    ok "--json: keys and their order are stable"
else
    not_ok "--json: keys and their order are stable" "$(diff <(jq "$keys" "$dir/document") <(jq "$keys" "$dir/again"))"
fi
if [ -s "$dir/document" ] && jq -e --slurpfile doc "$dir/document" '.required - ($doc[0] | keys_unsorted) == [] and
        (."$defs".column.required - ($doc[0].columns[0] | keys_unsorted)) == []' \
    "$abs_top_srcdir/man/tlswhy.schema.json" >/dev/null; then
    ok "the schema's required keys are there"
else
    not_ok "the schema's required keys are there"
fi
if ! command -v python3 >/dev/null || ! python3 -c 'import jsonschema' 2>/dev/null; then
    skip "the document fits the schema" "there is no jsonschema for python3 here"
elif text=$(python3 -m jsonschema -i "$dir/document" "$abs_top_srcdir/man/tlswhy.schema.json" 2>&1); then
    ok "the document fits the schema"
else
    not_ok "the document fits the schema" "$text"
fi
if "$TLSWHY" check "${good/,//path?x=1,}" >"$dir/out" 2>"$dir/err" </dev/null && [ "$(wc -l <"$dir/err")" = 1 ] &&
    grep -qF '/path?x=1' "$dir/err" && grep -q '^ok' "$dir/out"; then
    ok "a pasted URL: its path is dropped with a note"
else
    not_ok "a pasted URL: its path is dropped with a note" "$(cat "$dir/err" "$dir/out")"
fi
case $("$TLSWHY" check --lab --json 2>/dev/null </dev/null | jq -r '"\(.verdict) \(.columns | length > 10)"') in
'failing true') ok "--lab" ;;
*) not_ok "--lab" ;;
esac

# A server that serves one connection at a time is busy with our other column, not silent.
one="https://good.test:${port[s.ec]},at=127.0.0.1,ca=$ca"
if "$TLSWHY" check --quiet --timeout 2 "$one" "$one,max=tls1.2" "$one,min=tls1.3" >"$dir/out" 2>&1 </dev/null; then
    ok "three columns on a server that serves one connection at a time"
else
    not_ok "three columns on a server that serves one connection at a time" "$(cat "$dir/out")"
fi
finish
