#!/usr/bin/env bash
# save_workbench.sh - --save in the workbench: the file at a clean end, and what a kill leaves.
. "${abs_top_srcdir:?}/tests/lib/e2e.sh"
need openssl jq
mint_usual

s_server good good
# Takes connections and says nothing, so that the workbench is at work until it is killed.
faults silent
servers_wait

good="tls://good.test:${port[good]},at=127.0.0.1,ca=$ca"
silent="tls://silent.test:${port[silent]},at=127.0.0.1,ca=$ca"
file=$dir/session

# loads FILE: the good endpoint's handshake is in it.
loads() {
    timeout 60 "$TLSWHY" check --json "$1" >"$dir/out" 2>"$dir/err" </dev/null
    jq -e '[.columns[] | select(.facts.handshake.state == "yes" and .vantage == "saved")] | length == 1' "$dir/out" >/dev/null
}

printf ':wait idle\n4\nHome\nEnter\ny\nq\n' >"$dir/keys"
timeout 60 "$TLSWHY" --ui-script "$dir/keys" --save "$file" "$good" >"$dir/out" 2>"$dir/err" </dev/null
code=$?
if [ "$code" = 0 ] && [ ! -e "$file.part" ] && loads "$file"; then ok "a clean end gives the file its name"
else not_ok "a clean end gives the file its name" "exit status $code, $(cat "$dir/err"; ls "$dir"; head -c 600 "$dir/out")"; fi
if [ "$(jq -r '.checklist[0].answer' "$dir/out")" = yes ]; then ok "an answer given there is in it"
else not_ok "an answer given there is in it" "$(jq -c .checklist "$dir/out")"; fi

echo "mine" >"$dir/other"
timeout 60 "$TLSWHY" --ui-script "$dir/keys" --save "$dir/other" "$good" >"$dir/out" 2>"$dir/err" </dev/null
code=$?
if [ "$code" = 2 ] && grep -q 'is no saved session' "$dir/err" && [ "$(cat "$dir/other")" = mine ]; then
    ok "another file is not replaced"
else not_ok "another file is not replaced" "exit status $code, $(cat "$dir/err")"; fi

rm -f "$file"
printf ':wait idle\n:wait idle\nq\n' >"$dir/keys"
"$TLSWHY" --ui-script "$dir/keys" --timeout 20 --save "$file" "$good" "$silent" >"$dir/out" 2>"$dir/err" </dev/null &
pid[workbench]=$!
for ((i = 0; i < 200; i++)); do
    grep -q '"fact":"handshake","state":"yes"' "$file.part" 2>/dev/null && break
    sleep 0.05
done
kill -KILL "${pid[workbench]}"
wait "${pid[workbench]}" 2>/dev/null
unset "pid[workbench]"
if [ ! -e "$file" ] && loads "$file.part"; then ok "what was seen before a kill -9 is in FILE.part"
else not_ok "what was seen before a kill -9 is in FILE.part" "$(ls "$dir"; cat "$dir/err")"; fi
finish
