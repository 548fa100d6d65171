#!/usr/bin/env bash
# answers.sh - what a person says against what the probes see: servers that work, and one that does not.
. "${abs_top_srcdir:?}/tests/lib/e2e.sh"
need openssl jq date
mint_usual
leaf old from=-40 to=-10
bundle old old inter

s_server good good
s_server old old
s_server modern good -tls1_3
servers_wait

at() { echo "tls://good.test:${port[$1]},at=127.0.0.1,ca=$ca"; }

# says WORDS EXIT FILTER OPTION...: the document holds this, and the exit status is that.
says() {
    local words=$1 want=$2 filter=$3 code
    shift 3
    timeout 60 "$TLSWHY" check --json "$@" >"$dir/out" 2>"$dir/err" </dev/null
    code=$?
    if [ "$code" = "$want" ] && [ ! -s "$dir/err" ] && jq -e "$filter" "$dir/out" >/dev/null; then ok "$words"
    else not_ok "$words" "exit status $code, $(cat "$dir/err") $(jq -c '{verdict, diagnosis, candidates, checklist}' "$dir/out" 2>&1 | cut -c 1-2000)"; fi
}

try good "ok ~" "an answer that fits changes nothing" --answer fails=no "$(at good)"
try good "unsure ?cipher-mismatch ?middlebox ?server-overload ~" "it fails, the person says" --answer fails=yes "$(at good)"
try old "failing cert-expired" "a failure that was seen stays one" --answer fails=no "$(at old)"
results

says "every question is listed" 0 '[.checklist[].question] == ["fails","clients","networks","endpoints","since","times","software","changed"]
    and (.checklist[0] | .answer == null and .probes_say == "no" and .state == "yes")
    and (.checklist[2] | .answer == null and .probes_say == null and .state == "not-asked")
    and (.checklist[5].state == "could-not-ask")' "$(at good)"
says "works here, fails there: unsure, and a next step" 4 '.verdict == "unsure" and .diagnosis == [] and
    ([.candidates[].missing[]] | any(test("tlswhy listen")) and any(test("network where it fails"))) and
    (.checklist[0] | .answer == "yes" and .probes_say == "no")' --answer fails=yes "$(at good)"
says "some clients fail: the next step is a client" 4 '([.candidates[].missing[]] | any(test("tlswhy listen 8443")) and (any(test("network where")) | not))
    and ([.candidates[].cause] | index("version-mismatch")) != null' --answer fails=yes --answer clients=some "$(at good)"
says "the client that is named does fail" 1 '.verdict == "failing" and (.diagnosis[0] | .cause == "version-mismatch" and
    .confidence >= 0.75 and (.summary | test("java-6"))) and .columns[0].facts.handshake.state == "yes"' \
    --depth full --answer fails=yes --answer software=java-6 "$(at modern)"
end=$(date -u -d "@$((EPOCHSECONDS - 10 * 86400))" +%Y-%m-%d)
says "since the day the certificate ended" 1 '(.checklist[4].text | test("ended")) and (.checklist[4].probes_say | startswith("'"$end"'"))
    and (.diagnosis[0] | .answers == {since: "for"} and .confidence == 0.97)' --answer "since=$end" "$(at old)"
says "since long before" 1 '.diagnosis[0] | .answers == {since: "against"} and .before > .confidence and .confidence >= 0.5' \
    --answer since=2020-01-01 "$(at old)"

timeout 60 "$TLSWHY" check --quiet --save "$dir/before" "$(at good)" >"$dir/out" 2>&1 </dev/null
sed -i '/"leaf"/s/"value":"[0-9a-f]*"/"value":"00ff"/' "$dir/before"
says "a session saved before says what has changed" 4 '(.checklist[7] | .probes_say == "Leaf SHA-256" and .state == "yes") and
    (.checklist[4] | .state == "unsure" and (.text | test("^changed between .* when it worked .saved., and .*: Leaf SHA-256$")))' \
    --answer fails=yes --answer "since=$(date -u +%Y-%m-%d)" "$dir/before" "$(at good)"
says "it is another time of the day" 4 '.checklist[5] | .state == "could-not-ask" and (.text | test("probe again then$"))' \
    --answer fails=yes --answer "times=$(date -u -d '+2 hours' +%H:%M)-$(date -u -d '+4 hours' +%H:%M)" "$(at good)"

timeout 60 "$TLSWHY" check --answer fails=yes --answer networks=one "$(at good)" >"$dir/out" 2>&1 </dev/null
code=$?
if [ "$code" = 4 ] && grep -q '^Pattern:' "$dir/out" && grep -q 'you say one; the probes were not asked' "$dir/out" &&
    grep -q 'you say it fails; from here ok' "$dir/out"; then ok "the report shows both words"
else not_ok "the report shows both words" "exit status $code: $(cat "$dir/out")"; fi

timeout 60 "$TLSWHY" check --jsonl --answer clients=one "$(at good)" >"$dir/out" 2>&1 </dev/null
if grep -q '^{"t":"answer","question":"clients","value":"one"}$' "$dir/out"; then ok "an answer is a line of --jsonl"
else not_ok "an answer is a line of --jsonl" "$(head -n 3 "$dir/out")"; fi

for bad in fails=perhaps client=all since=yesterday times=8-9 software=nobody changed= clients; do
    timeout 20 "$TLSWHY" check --answer "$bad" "$(at good)" >"$dir/out" 2>"$dir/err" </dev/null
    code=$?
    if [ "$code" = 2 ] && [ ! -s "$dir/out" ] && [ "$(wc -l <"$dir/err")" = 1 ]; then ok "--answer $bad is refused in a sentence"
    else not_ok "--answer $bad is refused in a sentence" "exit status $code: $(cat "$dir/err")"; fi
done
finish
