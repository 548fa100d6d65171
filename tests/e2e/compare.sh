#!/usr/bin/env bash
# compare.sh - pairs of real servers, saved sessions, and one name with several addresses: what differs, what of it
# matters, and what explains the failing side.
. "${abs_top_srcdir:?}/tests/lib/e2e.sh"
need openssl jq
mint_usual
leaf other && bundle other other inter
leaf old from=-90 to=-3 && bundle old old inter
leaf rsa kind=rsa:2048 && bundle rsa rsa inter
leaf elsewhere san=DNS:elsewhere.test && bundle elsewhere elsewhere inter
bundle alone good
s_server a good
s_server twin other
s_server old old
s_server only12 good -tls1_2
s_server rsa rsa
s_server elsewhere elsewhere
s_server alone alone
s_server asks good -Verify 1
faults silent
servers_wait

here() { printf 'tls://good.test:%s,at=127.0.0.1' "${port[$1]}"; }

# judge_json WORDS STATUS [JQ]...: the document in $dir/out, each filter must be true.
judge_json() {
    local words=$1 status=$2 complaint="" filter
    shift 2
    [ "$code" = "$status" ] || complaint+="the exit status is $code"$'\n'
    for filter; do
        jq -e "$filter" "$dir/out" >/dev/null 2>"$dir/jq.log" || complaint+="not so: $filter"$'\n'
    done
    if [ -z "$complaint" ]; then ok "$words"
    else not_ok "$words" "$complaint$(jq -c '{verdict, sides, differences, diagnosis: [.diagnosis[] | [.cause, .confidence, .summary]],
        candidates: [.candidates[] | [.cause, .summary]]}' "$dir/out" 2>&1; cat "$dir/err")"; fi
}

# pair STATUS WORDS A B [JQ]...
pair() {
    local status=$1 words=$2 a=$3 b=$4
    shift 4
    timeout 60 "$TLSWHY" compare --json --ca "$ca" --timeout 3 "$a" "$b" >"$dir/out" 2>"$dir/err" </dev/null
    code=$?
    judge_json "$words" "$status" '.sides.working == [1] and .sides.failing == [2] or .sides.exchanged' \
        'all(.differences[]; (.values | length) == 2)' "$@"
}
matters='[.differences[] | select(.matters) | .fact]'

pair 0 "the same server twice" "$(here a)" "$(here a)" '.diagnosis == [] and .candidates == []' "$matters == []"
pair 0 "another good certificate" "$(here a)" "$(here twin)" '.diagnosis == []' "$matters == []" \
    '[.differences[].fact] | index("leaf")'
pair 1 "the same but for an expired certificate" "$(here a)" "$(here old)" '.diagnosis[0].cause == "cert-expired"' \
    '.diagnosis[0].columns == [2]' '.diagnosis[0].summary | test("of the working side lasts until")' \
    "$matters | index(\"dates\") and index(\"not_after\") and index(\"leaf\")"
pair 1 "given the other way round" "$(here old)" "$(here a)" '.sides.exchanged' '.diagnosis[0].columns == [1]'
pair 1 "TLS 1.2 only" "$(here a)" "$(here only12)" '.diagnosis == []' '.candidates[0].cause == "version-mismatch"' \
    "$matters | index(\"version\") and index(\"versions\")"
pair 1 "another kind of key" "$(here a)" "$(here rsa)" "$matters == [\"signature\"]" '.candidates[0].cause == "group-mismatch"'
pair 1 "another name" "$(here a)" "$(here elsewhere)" '.diagnosis[0].cause == "cert-name-mismatch"'
pair 1 "only one sends the intermediate" "$(here a)" "$(here alone)" '.diagnosis[0].cause == "cert-incomplete-chain"' \
    '.diagnosis[0].confidence >= 0.97'
pair 1 "only one asks for a client certificate" "$(here a)" "$(here asks)" "$matters | index(\"client_cert_asked\")"
pair 1 "one never answers" "$(here a)" "$(here silent)" '.verdict == "failing"' "$matters | index(\"handshake\")"
pair 1 "the CA store of one side lacks the CA" "$(here a)" "$(here a),ca=$dir/old.pem" \
    '.diagnosis[0].cause == "cert-untrusted-ca"' '.diagnosis[0].summary | test("trusted on the working side, by root")'
pair 0 "both expired" "$(here old)" "$(here old)" '.diagnosis == []' '[.candidates[] | select(.cause == "cert-expired")][0].against != []'

# --- for people -----------------------------------------------------------------------------------

# shows STATUS WORDS ARGUMENT...: a regular expression for each line of standard input that must match.
shows() {
    local status=$1 words=$2 pattern complaint=
    shift 2
    timeout 60 "$TLSWHY" "$@" >"$dir/out" 2>"$dir/err" </dev/null
    code=$?
    [ "$code" = "$status" ] || complaint+="the exit status is $code"$'\n'
    while IFS= read -r pattern; do
        { tr -s ' \n' ' ' <"$dir/out"; echo; cat "$dir/out" "$dir/err"; } | grep -qE -- "$pattern" || complaint+="nothing matches $pattern"$'\n'
    done
    grep -v 'openssl ' "$dir/out" | awk 'length > 80 { exit 1 }' || complaint+="a line is longer than 80 columns"$'\n'
    if [ -z "$complaint" ]; then ok "$words"
    else not_ok "$words" "$complaint${*@Q}"$'\n'"$(cat -v "$dir/out" "$dir/err")"; fi
}

shows 1 "two sides of one name" compare --ca "$ca" "$(here a)" "$(here a),max=tls1.1" <<'END'
^  Where:  the failing side$
^ +the working side: 
END
shows 1 "side by side" compare --ca "$ca" "$(here a)" "$(here old)" <<'END'
^ +WORKING +FAILING$
^! Dates +ok +expired$
^Explains: Expired certificate \(cert-expired, 90% sure\)
Fix: Renew the certificate
Check: openssl s_client
END
shows 0 "nothing matters" compare --ca "$ca" "$(here a)" "$(here twin)" <<'END'
Both sides work from here, and nothing that differs between them matters
Also different, without weight: Leaf SHA-256
END
shows 1 "what they were asked with" compare --ca "$ca" "$(here only12)" "$(here only12),min=tls1.3" <<'END'
Asked with +nothing special +min=tls1.3
version-mismatch
END
shows 1 "in a line each" compare --quiet --ca "$ca" "$(here a)" "$(here old)" <<'END'
^ok +good.test
^FAILING +good.test:[0-9]+ +cert-expired
END
shows 2 "three sides" compare "$(here a)" "$(here a)" "$(here a)" <<'END'
compare takes one side that works and one that fails
END
shows 2 "no side" compare <<'END'
tlswhy compare WORKING FAILING
END
timeout 60 "$TLSWHY" compare --jsonl --ca "$ca" "$(here a)" "$(here old)" >"$dir/out" 2>"$dir/err"
if [ $? = 1 ] && jq -se 'any(.t == "difference" and .fact == "dates" and .matters and .values == ["ok", "expired"])
    and (last | .t == "verdict" and .diagnosis[0].cause == "cert-expired")' "$dir/out" >"$dir/jq.log"; then ok "as lines of JSON"
else not_ok "as lines of JSON" "$(tail -n 3 "$dir/out")"; fi

# --- one name, several addresses --------------------------------------------------------------------

# The same port on 127.0.0.2 and up belongs to nobody else as long as ours is on 127.0.0.1.
others() {
    server second openssl s_server -accept "127.0.0.2:${port[a]}" -www -cert "$dir/good.bundle" -key "$dir/good.key" -cert_chain "$dir/good.rest"
    server third openssl s_server -accept "127.0.0.3:${port[a]}" -www -cert "$dir/old.bundle" -key "$dir/old.key" -cert_chain "$dir/old.rest"
    server fourth openssl s_server -accept "127.0.0.4:${port[a]}" -www -cert "$dir/good.bundle" -key "$dir/good.key" -cert_chain "$dir/good.rest" -tls1_2
    local i end=$((SECONDS + 10))
    for i in 2 3 4; do
        until (exec 3<>"/dev/tcp/127.0.0.$i/${port[a]}") 2>/dev/null; do
            ((SECONDS < end)) || return 1
            sleep 0.05
        done
    done
}
name="tls://good.test:${port[a]}"
at() { printf 'good.test:%s:%s' "${port[a]}" "$1"; }
if others; then
    shows 1 "the odd address is named" check --ca "$ca" --resolve "$(at 127.0.0.1,127.0.0.2,127.0.0.3)" "$name" <<'END'
2 of 3 addresses work; 127.0.0.3 is the odd one: it serves another certificate, which expired 3 days ago\.
END
    shows 0 "an odd one that works" check --ca "$ca" --resolve "$(at 127.0.0.1,127.0.0.2,127.0.0.4)" "$name" <<'END'
All 3 addresses work, but 127.0.0.4 is the odd one: Version is TLS 1.2 there, TLS 1.3 elsewhere\.
END
    shows 1 "addresses compared with each other" compare --ca "$ca" --resolve "$(at 127.0.0.1,127.0.0.2,127.0.0.3)" "$name" <<END
^ +127.0.0.1:${port[a]} +127.0.0.3:${port[a]}$
^Explains: Expired certificate
127.0.0.3 is the odd one
END
    shows 0 "addresses that are alike" compare --ca "$ca" --resolve "$(at 127.0.0.1,127.0.0.2)" "$name" <<'END'
nothing that differs between them matters
END
    timeout 60 "$TLSWHY" check --json --ca "$ca" --resolve "$(at 127.0.0.1,127.0.0.2,127.0.0.3)" "$name" >"$dir/out" 2>"$dir/err"
    code=$?
    judge_json "the odd address in JSON" 1 '.addresses[0].columns == [1, 2, 3]' '.addresses[0].odd == [3]'
else
    skip "one name with several addresses" "127.0.0.2 can't be listened on here"
fi

# --- saved sessions -----------------------------------------------------------------------------------

save() { timeout 60 "$TLSWHY" check --quiet --ca "$ca" --save "$dir/$1.session" "$(here "$1")" >"$dir/out" 2>"$dir/err"; }
save a
[ $? = 0 ] && [ -s "$dir/a.session" ] && [ ! -e "$dir/a.session.part" ] && ok "a session is saved" || not_ok "a session is saved" "$(cat "$dir/err")"
save old
shows 1 "two saved sessions" compare "$dir/a.session" "$dir/old.session" <<'END'
good.test:[0-9]+ \(saved\) +good.test:[0-9]+ \(saved\)
^Explains: Expired certificate
END
shows 1 "a saved one and a live one" compare --ca "$ca" "$dir/a.session" "$(here old)" <<'END'
^Explains: Expired certificate
END
shows 1 "a live one and a saved one" compare --ca "$ca" "$(here a)" "$dir/old.session" <<'END'
good.test:[0-9]+ +good.test:[0-9]+ \(saved\)
^Explains: Expired certificate
END
shows 1 "a session is shown as it was" check "$dir/old.session" <<'END'
certificate expired 3 days ago
END
timeout 20 "$TLSWHY" --json "$dir/a.session" "$dir/old.session" >"$dir/out" 2>"$dir/err"
code=$?
judge_json "two sessions in one document" 1 '[.columns[] | [.id, .vantage, .verdict]] == [[1, "saved", "ok"], [2, "saved", "failing"]]'
shows 1 "sessions saved in one" check --quiet --save "$dir/both.session" "$dir/a.session" "$dir/old.session" <<'END'
^ok
^FAILING
END
shows 1 "and opened again" check --quiet "$dir/both.session" <<'END'
^ok +good.test:[0-9]+ \(saved\)
^FAILING +good.test:[0-9]+ \(saved\)
END
cp "$dir/root.pem" "$dir/mine"
shows 2 "another file is not replaced" check --save "$dir/mine" "$(here a)" <<'END'
is no saved session: it is not replaced
END
cmp -s "$dir/mine" "$dir/root.pem" && ok "it is as it was" || not_ok "it is as it was"
head -c 2500 "$dir/old.session" >"$dir/cut.session"
shows 4 "a session cut short" check "$dir/cut.session" <<'END'
note: .*cut.session ends in the middle of a line
END
sed '1s/"session":1/"session":9/' "$dir/old.session" >"$dir/newer.session"
shows 2 "a session of a newer form" check "$dir/newer.session" <<'END'
a newer tlswhy opens it
END

# What a killed run found is there, up to its last second, and is not overwritten.
"$TLSWHY" check --quiet --ca "$ca" --timeout 30 --save "$dir/k.session" "$(here a)" "$(here silent)" >"$dir/out" 2>&1 </dev/null &
pid[killed]=$!
end=$((SECONDS + 20))
until grep -q '"fact":"handshake"' "$dir/k.session.part" 2>/dev/null || ((SECONDS >= end)); do sleep 0.1; done
kill -9 "${pid[killed]}"
wait "${pid[killed]}" 2>/dev/null
unset "pid[killed]"
[ ! -e "$dir/k.session" ] && grep -q '"fact":"handshake"' "$dir/k.session.part" && ok "a killed run leaves its .part" || not_ok "a killed run leaves its .part"
shows 4 "which can be opened" check --quiet "$dir/k.session.part" <<'END'
^ok +good.test:[0-9]+ \(saved\)
END
shows 2 "and is not overwritten" check --quiet --save "$dir/k.session" --ca "$ca" "$(here a)" <<'END'
is what a run saved that did not come to its end
END
"$TLSWHY" check --quiet --ca "$ca" --timeout 30 --save "$dir/i.session" "$(here a)" "$(here silent)" >"$dir/out" 2>&1 </dev/null &
pid[ended]=$!
end=$((SECONDS + 20))
until grep -q '"fact":"handshake"' "$dir/i.session.part" 2>/dev/null || ((SECONDS >= end)); do sleep 0.1; done
kill -TERM "${pid[ended]}" && kill -TERM "${pid[ended]}" # a second one must not cut the file
wait "${pid[ended]}" 2>/dev/null
unset "pid[ended]"
end=$((SECONDS + 10))
until [ -e "$dir/i.session" ] || ((SECONDS >= end)); do sleep 0.05; done
[ -e "$dir/i.session" ] && [ ! -e "$dir/i.session.part" ] && ok "a run that is ended keeps what it has" || not_ok "a run that is ended keeps what it has" "$(ls "$dir")"

# The workbench: saved columns, and R probes them live beside.
printf ':resize 100x30\n:wait idle\n2\n:dump %s/d1\nR\n:wait idle\n:dump %s/d2\n' "$dir" "$dir" >"$dir/keys"
if timeout 60 "$TLSWHY" --ui-script "$dir/keys" "$dir/a.session" "$dir/old.session" >"$dir/out" 2>&1 &&
    grep -q 'A good.test:[0-9]* (saved).*B good.test:[0-9]* (saved)' "$dir/d1" && grep -q 'C good.test:[0-9]*  *-*$\|C good.test' "$dir/d2"; then
    ok "the workbench opens sessions, and R probes anew"
else
    not_ok "the workbench opens sessions, and R probes anew" "$(cat "$dir/out" "$dir/d1" "$dir/d2" 2>&1 | head -30)"
fi
finish
