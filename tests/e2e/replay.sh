#!/usr/bin/env bash
# replay.sh - hellos of real clients, saved in every way a person would, and sent to real servers again.
. "${abs_top_srcdir:?}/tests/lib/e2e.sh"
need openssl jq
mint_usual
leaf rsa kind=rsa:2048
bundle rsa rsa inter
s_server any good
s_server only12 rsa -tls1_2
s_server only13 good -tls1_3
s_server brainpool rsa -tls1_2 -groups brainpoolP384r1 -cipher ECDHE-RSA-AES128-GCM-SHA256
nginx n <<END
    server { listen 127.0.0.1:@n.any@ ssl; return 200 ok; }
END
servers_wait

# hello NAME OPTION...: the hello of s_client, as its -msg prints it, in $dir/NAME.txt.
hello() {
    local name=$1
    shift
    timeout 20 openssl s_client -connect "127.0.0.1:${port[any]}" -servername good.test "$@" -msg </dev/null \
        2>/dev/null | sed -n '/^>>>.*RecordHeader/,/^<<</p' | sed '/^<<</,$d' >"$dir/$name.txt"
    xxd_of "$dir/$name.txt" >"$dir/$name.bin"
}
xxd_of() { # the bytes of such a text
    printf '%b' "$(grep -v '^>>>' "$1" | tr -cd '0-9a-f' | sed 's/../\\x&/g')"
}

# replay STATUS WORDS [OPTION]... HELLO ENDPOINT: the exit status, and a regular expression for each line of standard
# input that must match somewhere in what is printed.
replay() {
    local status=$1 words=$2 code pattern complaint=
    shift 2
    timeout 60 "$TLSWHY" replay --ca "$ca" "$@" >"$dir/out" 2>"$dir/err" </dev/null
    code=$?
    [ "$code" = "$status" ] || complaint+="the exit status is $code"$'\n'
    while IFS= read -r pattern; do
        tr -s ' \n' ' ' <"$dir/out" | cat - "$dir/err" | grep -qE -- "$pattern" ||
            complaint+="nothing matches $pattern"$'\n'
    done
    if [ -z "$complaint" ]; then ok "$words"
    else not_ok "$words" "$complaint${*@Q}"$'\n'"$(cat -v "$dir/out" "$dir/err")"; fi
}

here() { printf 'tls://good.test:%s,at=127.0.0.1' "${port[$1]}"; }

hello modern
hello old -tls1_2
if ! [ -s "$dir/modern.bin" ] || ! [ -s "$dir/old.bin" ]; then
    skip_all "this openssl s_client shows no hello with -msg"
fi

# --- it works -------------------------------------------------------------------------------------

replay 0 "a hello from s_client -msg" "$dir/modern.txt" "$(here any)" <<'END'
^Replayed: the hello saved in .*modern.txt
Offers: TLS 1.[0-2] to TLS 1.3, [0-9]+ cipher suites; [0-9]+ bytes in 1 record
^ok|\bok +good.test
END
if [ -n "${gone[n]-}" ]; then skip "the same as bytes, to nginx" "${gone[n]}"
else replay 0 "the same as bytes, to nginx" "$dir/modern.bin" "$(here n.any)" <<'END'
^Replayed: the hello saved in
END
fi
replay 0 "a known client by its name" java-8u341 "$(here any)" <<'END'
^Replayed: Java 8
Offers: TLS 1.2 to TLS 1.3
END
tail -c +6 "$dir/modern.bin" >"$dir/bare"
replay 0 "a hello without its record header" "$dir/bare" "$(here any)" <<'END'
^Replayed: the hello saved in
END
replay 0 "the server name is the saved one" "$dir/modern.bin" "tls://localhost:${port[any]},at=127.0.0.1" <<'END'
asks for the server name good.test
--sni localhost sends another
END
replay 0 "another server name on request" --sni localhost "$dir/modern.bin" "tls://localhost:${port[any]},at=127.0.0.1" <<'END'
^Replayed
END

{ printf '160301003a010000360303'; printf '41%.0s' {1..32}; printf '000002c02f0100000b000000070005000002'; printf '1b5b'
} >"$dir/odd"
replay 1 "a server name nobody can read" "$dir/odd" "tls://127.0.0.1:1" <<'END'
the server name in it can't be read, and is sent as it was saved; --sni NAME sends another
END

# --- it is refused: what differs is named ----------------------------------------------------------

# difference WORDS PORT FILTER: of the old hello at this server, what the fact says about the smallest change.
difference() {
    timeout 60 "$TLSWHY" replay --json --ca "$ca" "$dir/old.bin" "$(here "$2")" >"$dir/out" 2>"$dir/err" </dev/null
    if jq -e ".columns[0].facts.replay | $3" "$dir/out" >"$dir/jq.log" 2>&1; then ok "$1"
    else not_ok "$1" "$(jq -c '.columns[0].facts.replay' "$dir/out" 2>&1; cat "$dir/err")"; fi
}

replay 1 "a TLS 1.2 hello to a server of TLS 1.3" "$dir/old.bin" "$(here only13)" <<'END'
^Replayed
version-mismatch
with TLS 1.3 it is accepted
END
difference "the version it lacks" only13 '.state == "yes" and (.value.changes | length == 1 and .[0].part == "version" and
    .[0].number == 772 and .[0].adds) and .value.smallest and .value.answer == "accepted"'
difference "the group it lacks" brainpool '.state == "yes" and (.value.changes | length == 1 and .[0].part == "group" and
    .[0].name == "brainpoolP384r1" and .[0].adds)'
difference "nothing, where it is accepted" only12 '.state == "no" and .value.as_is == "accepted" and .value.changes == []'
replay 0 "the same to a server of TLS 1.2" "$dir/old.bin" "$(here only12)" <<'END'
^Replayed
END
replay 1 "a group the server does not take" "$dir/old.bin" "$(here brainpool)" <<'END'
group-mismatch
with the group brainpoolP384r1 it is accepted
END
replay 1 "client=FILE of check, in JSON" --json "$dir/old.bin" "$(here only13)" <<'END'
"verdict": ?"failing"
END
timeout 60 "$TLSWHY" check --json --ca "$ca" "$(here only13),client=$dir/old.bin" >"$dir/out" 2>"$dir/err"
if [ $? = 1 ] && jq -e '.diagnosis[0].cause == "version-mismatch"' "$dir/out" >"$dir/jq.log"; then ok "check with client=FILE"
else not_ok "check with client=FILE" "$(cat "$dir/out" "$dir/err" | cut -c 1-500)"; fi

# --- recordings -------------------------------------------------------------------------------------

# Two connections and their plain beginnings, recorded on loopback by tcpdump.
record() {
    local end=$((SECONDS + 10)) number
    : >"$dir/tcpdump.log"
    timeout 60 tcpdump -i lo -U -w "$dir/record.pcap" "tcp port ${port[any]}" >"$dir/tcpdump.log" 2>&1 &
    pid[tcpdump]=$!
    until grep -q 'listening on' "$dir/tcpdump.log"; do
        kill -0 "${pid[tcpdump]}" 2>/dev/null && ((SECONDS < end)) || return 1
        sleep 0.1
    done
    for number in 1 2; do
        timeout 20 openssl s_client -connect "127.0.0.1:${port[any]}" -servername "name$number.test" \
            "-tls1_$((number + 1))" </dev/null >"$dir/s_client.log" 2>&1
    done
    until timeout 20 "$TLSWHY" check --quiet "tls://127.0.0.1:1,client=$dir/record.pcap#2" >"$dir/out" 2>&1 </dev/null
        [ $? = 1 ]; do # not 2: the second hello is in the file
        ((SECONDS < end)) || return 1
        sleep 0.1
    done
    kill "${pid[tcpdump]}"
    wait "${pid[tcpdump]}" 2>/dev/null
    unset "pid[tcpdump]"
}

if ! command -v tcpdump >/dev/null; then
    skip "a recording of tcpdump" "there is no tcpdump here"
elif ! record; then
    skip "a recording of tcpdump" "tcpdump can't record here: $(tail -n 1 "$dir/tcpdump.log" | tr -d '#')"
else
    replay 0 "the first hello of a recording" "$dir/record.pcap" "$(here any)" <<'END'
^Replayed: hello 1 of the recording .*record.pcap, from 127.0.0.1:[0-9]+ to 127.0.0.1:[0-9]+
Offers: .*TLS 1.2,
hello 1 of 2 in this recording
record.pcap#2 is the next: name2.test to 127.0.0.1:
END
    replay 0 "the second one" "$dir/record.pcap#2" "$(here any)" <<'END'
^Replayed: hello 2 of the recording
Offers: TLS 1.3,
hello 2 of 2
END
    replay 2 "a third there is not" "$dir/record.pcap#3" "$(here any)" <<'END'
^tlswhy: that hello is not in the recording .*it holds 2 hellos, so there is no #3
END
fi

# --- bad input ------------------------------------------------------------------------------------------

printf 'GET / HTTP/1.1\r\nHost: a\r\n\r\n' >"$dir/http"
mkfifo "$dir/pipe"
replay 2 "no such file" "$dir/none.bin" "$(here any)" <<'END'
^tlswhy: there is no file ".*none.bin"
END
replay 2 "nearly a client" java-8u342 "$(here any)" <<'END'
did you mean java-8u341\?
END
replay 2 "not a hello" "$dir/http" "$(here any)" <<'END'
holds no ClientHello: it looks like HTTP
END
replay 2 "a pipe, which is not waited for" "$dir/pipe" "$(here any)" <<'END'
is a pipe, a socket or a device
END
replay 2 "a client of the endpoint's own" "$dir/modern.bin" "$(here any),client=java-8" <<'END'
the endpoint says client=java-8, but replay acts as the client of its first argument
END
replay 2 "--client" --client java-8 "$dir/modern.bin" "$(here any)" <<'END'
leave --client out
END
replay 2 "one word too few" "$dir/modern.bin" <<'END'
tlswhy replay HELLO HOST
END
replay 2 "a bad endpoint" "$dir/modern.bin" "tls://a..b:443" <<'END'
a..b
END
finish
