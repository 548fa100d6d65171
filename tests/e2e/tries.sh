#!/usr/bin/env bash
# tries.sh - handshakes made several times: one of several servers behind an address that is wrong, failures that hit
# at random, limits our own tries run into, and all well with two certificates.
. "${abs_top_srcdir:?}/tests/lib/e2e.sh"
need openssl jq date
mint_usual
leaf twin
bundle twin twin inter
leaf old from=-40 to=-10
bundle old old inter
leaf other san=DNS:other.test
bundle other other inter
bundle bare good

s_server a good
s_server b twin
s_server c old
s_server d other
s_server e good -tls1_2
s_server f bare
s_server g good -tls1
faults fin
servers_wait

behind() { # behind NAME...: one address for these
    local name list=''
    for name; do list+=-${port[$name]}; done
    echo "turn=${list#-}"
}
exec {turns}< <(exec "$fault" "$(behind a b)" "$(behind a b c)" "$(behind c a b)" "$(behind a d b)" "$(behind a e a)" \
    "$(behind a a f)" "$(behind a b fin)" "$(behind fin a b)" "$(behind a g b)" "third=${port[a]}" "two=${port[a]}" \
    2>"$dir/turns.log")
pid[turns]=$!
for name in twins old old-first other classic bare cut cut-first alerts third two; do
    read -r _ port["$name"] <&"$turns" || bail "the relays did not start"
    owner[$name]=turns
done

at() { echo "tls://good.test:@$1@,at=127.0.0.1,ca=$ca"; }

try twins "ok ~" "two good certificates behind one address" --tries 12 "$(at twins)"
try old "failing cert-expired" "one of three is expired" --tries 12 "$(at old)"
try old-first "failing cert-expired" "the same, met at once" --tries 12 "$(at old-first)"
try other "failing cert-name-mismatch" "one of three is for another name" --tries 12 "$(at other)"
try classic "ok ~" "one of three has TLS 1.2 only" --tries 12 "$(at classic)"
try bare "failing cert-incomplete-chain" "one of three lacks the intermediate" --tries 12 "$(at bare)"
try cut "failing server-overload ?middlebox ~" "one of three closes" --tries 12 "$(at cut)"
try alerts "failing version-mismatch ~" "one of three has TLS 1.0 only and says so" --tries 12 "$(at alerts)"
try third "failing server-overload ?middlebox ~" "every third connection is reset" --tries 12 "$(at third)"
try old "ok ~" "one try sees none of that" "$(at twins)"
results

# says WORDS EXIT FILTER OPTION...: the document holds this, and the exit status is that.
says() {
    local words=$1 want=$2 filter=$3 code
    shift 3
    timeout 100 "$TLSWHY" check --json "$@" >"$dir/out" 2>"$dir/err" </dev/null
    code=$?
    if [ "$code" = "$want" ] && [ ! -s "$dir/err" ] && jq -e "$filter" "$dir/out" >/dev/null; then ok "$words"
    else not_ok "$words" "exit status $code, $(cat "$dir/err") $(jq -c '[.verdict, .columns[0].attempts, .diagnosis, .warnings]' "$dir/out" 2>&1 | cut -c 1-3000)"; fi
}
there() { echo "tls://good.test:${port[$1]},at=127.0.0.1,ca=$ca"; }

says "all tries are counted, and who answered" 1 '.columns[0].attempts | .made == 24 and .failed >= 6 and .failed <= 10 and
    ([.groups[].count] | add) == 24 and (. as $a | ([.groups[] | select(.outcome == "expired") | .count] == [$a.failed]))' --tries 24 "$(there old)"
says "the sentence names the one that fails" 1 '.diagnosis[0] | (.summary | test("^[3-5] of 12 tries fail, always the one with the leaf [0-9a-f]{8}")) and
    .confidence >= 0.9 and (.reproduce | test("uniq -c")) and .detail.group.count >= 3 and .detail.made == 12' --tries 12 "$(there old)"
says "one handshake, unless more are asked for" 0 '.columns[0].attempts == {made: 1, failed: 0, groups: []} and
    .columns[0].facts.attempts.state == "not-asked"' "$(there a)"
says "now and then, the person says: a dozen" 1 '.columns[0].attempts.made == 12' --answer fails=now-and-then "$(there old)"
says "a port that minds two at once is not called bad" 0 '.verdict == "ok" and .columns[0].attempts.failed == 0 and .warnings == []' \
    --tries 8 --per-host 1 "$(there two)"
says "nor where our own tries run into that" 0 '.verdict == "ok" and .columns[0].facts.attempts.value.alone.failed == 0 and
    (.columns[0].attempts.failed == 0 or .warnings[0].cause == "server-overload")' --only tries --tries 20 "$(there two)"
# Which of the three the first handshake meets can't be chosen: until it is the one that closes.
for i in 1 2 3 4 5 6; do
    timeout 100 "$TLSWHY" check --json "$(there cut-first)" >"$dir/out" 2>"$dir/err" </dev/null
    jq -e '.columns[0].facts.handshake.state == "no"' "$dir/out" >/dev/null && break
done
if jq -e '.columns[0].attempts.made == 12 and (.diagnosis | length) == 1 and .diagnosis[0].cause == "server-overload"' "$dir/out" >/dev/null; then
    ok "a server that only now and then refuses is tried again by itself"
else
    not_ok "a server that only now and then refuses is tried again by itself" "$(jq -c '[.columns[0].facts.handshake.state,
        .columns[0].attempts, .diagnosis, .candidates]' "$dir/out" 2>&1 | cut -c 1-3000)"
fi

for bad in 0 1001 x ''; do
    timeout 20 "$TLSWHY" check --tries "$bad" "$(there a)" >"$dir/out" 2>"$dir/err" </dev/null
    code=$?
    if [ "$code" = 2 ] && grep -q -- --tries "$dir/err" && [ ! -s "$dir/out" ]; then ok "--tries \"$bad\" is refused"
    else not_ok "--tries \"$bad\" is refused" "exit status $code: $(cat "$dir/err" "$dir/out")"; fi
done
finish
