#!/usr/bin/env bash
# usage.sh - bad command lines: one line on stderr that names the bad word, nothing on stdout, exit
# status 2, and nobody is contacted.
. "${abs_top_srcdir:?}/tests/lib/e2e.sh"
faults fin-at-accept silent
e="tls://127.0.0.1:${port[fin-at-accept]}"
printf 'tls://127.0.0.1:%s\n%s,colour=red\n' "${port[fin-at-accept]}" "$e" >"$dir/list"
printf 'tls://127.0.0.1:443\0x\n' >"$dir/zero"
head -c 20000 /dev/zero | tr '\0' a >"$dir/long"
: >"$dir/empty"
head -c 2000 /dev/urandom >"$dir/junk"
mkdir "$dir/folder"
echo '{"tlswhy":"9","session":9}' >"$dir/newer.session"
long=$(printf 'a%.0s' {1..300}).test

# bad WORD ARGUMENT...: the line on stderr must hold WORD.
bad() {
    local word=$1 code complaint=
    shift
    timeout 20 "$TLSWHY" "$@" >"$dir/out" 2>"$dir/err" </dev/null
    code=$?
    [ "$code" = 2 ] || complaint+="the exit status is $code"$'\n'
    [ -s "$dir/out" ] && complaint+="on stdout: $(head -n 3 "$dir/out")"$'\n'
    [ "$(wc -l <"$dir/err")" = 1 ] || complaint+="$(wc -l <"$dir/err") lines on stderr"$'\n'
    grep -qF -- "$word" "$dir/err" || complaint+="$word is not named"$'\n'
    grep -q '^tlswhy: .' "$dir/err" || complaint+="it does not say who speaks"$'\n'
    LC_ALL=C grep -qP '[\x00-\x09\x0b-\x1f\x7f]' "$dir/err" && complaint+="control characters on stderr"$'\n'
    [ "$(wc -c <"$dir/err")" -le 500 ] || complaint+="$(wc -c <"$dir/err") bytes on stderr"$'\n'
    if [ -z "$complaint" ]; then
        ok "$(cut -c 1-100 <<<"${*@Q}" | tr '#' 'N')"
    else
        not_ok "$(cut -c 1-100 <<<"${*@Q}" | tr '#' 'N')" "$complaint$(cat -v "$dir/err")"
    fi
}

# options
bad --colour check --colour=red "$e"
bad --jsno check --jsno "$e"
bad --timeout check "$e" --timeout
bad abc check --timeout abc "$e"
bad -1 check --timeout=-1 "$e"
bad 0 check --timeout 0 "$e"
bad 1e9 check --timeout 1e9 "$e"
bad nan check --timeout nan "$e"
bad 1,5 check --timeout 1,5 "$e"
bad 0 check --jobs 0 "$e"
bad 1.5 check --jobs 1.5 "$e"
bad 99999999999999999999 check --jobs 99999999999999999999 "$e"
bad -x check -x "$e"
bad -z check -qz "$e"
bad --json check --json=yes "$e"
bad --jsonl check --json --jsonl "$e"
bad --quiet check --quiet --verbose "$e"
bad green check --color green "$e"
bad all,first check --addresses all,first "$e"
bad certificate check --only certificate "$e"
bad deep check --depth deep "$e"
bad error check --fail-on error "$e"
bad --save lab --save "$dir/session"
bad junk check --save "$dir/junk" "$e"
bad nowhere check --save "$dir/nowhere/session" "$e"
bad good.test:443 check --resolve good.test:443 "$e"
bad 0:127.0.0.1 check --resolve good.test:0:127.0.0.1 "$e"
bad nowhere check --resolve good.test:443:nowhere "$e"
bad '' check --resolve "" "$e"
bad none.txt check -f "$dir/none.txt"
bad folder check -f "$dir/folder"
bad 'line 2' check -f "$dir/list"
bad 'line 1' check -f "$dir/zero"
bad 'line 1' check -f "$dir/long"
# no endpoint at all
bad "no endpoint" check
bad "no endpoint" check --json
bad "no endpoint" check -f "$dir/empty"
# commands
bad compare compare "$e" "$e" "$e"
bad compare compare
bad newer check "$dir/newer.session"
bad --nothing lab list --nothing
bad nothing lab nothing
# endpoints
bad tls:// check tls://
bad port check tls://127.0.0.1
bad 0 check tls://127.0.0.1:0
bad 65536 check tls://127.0.0.1:65536
bad http check tls://127.0.0.1:http
bad gopher check gopher://127.0.0.1:70
bad mx check mx://127.0.0.1
bad via check "$e,via=socks4://127.0.0.1:1"
bad via= tap 0 "$e,via=http://127.0.0.1:1"
bad login check "$e,via=http://u:secret@127.0.0.1:1"
bad proxy-auth check --proxy-auth "$dir/nothing" "$e"
bad '256.1.1.1' check 256.1.1.1:443
bad '::1' check ::1:443
bad '[::g]' check '[::g]:443'
bad a..b check tls://a..b:443
bad -a.test check tls://-a.test:443
bad aaa check "tls://$long:443"
bad 'a b' check 'tls://a b:443'
bad '\x1b' check $'tls://a\x1b[2Jb:443'
bad colour check "$e,colour=red"
bad sni check "$e,sni"
bad sni check "$e,sni=a.test,sni=b.test"
bad tls1.4 check "$e,min=tls1.4"
bad max check "$e,min=tls1.3,max=tls1.2"
bad nobody check "$e,client=nobody"
bad 127.0.0.1:x check "tls://a.test:443,at=127.0.0.1:x"
bad somewhere check "tls://a.test:443,at=somewhere"
bad none.pem check "$e,ca=$dir/none.pem"
bad junk check "$e,ca=$dir/junk"
bad empty check "$e,ca=$dir/empty"
bad none.pem check "$e" --ca "$dir/none.pem"
bad alpn check "$e,alpn=$(printf 'x%.0s' {1..256})"
bad '' check ''
bad second check "$e" "second://x"
# One bad word, and none of the good endpoints is contacted.
bad colour check "$e" "$e,colour=red"

if [ -s "$dir/fault.log" ]; then
    not_ok "nobody was contacted" "$(cat "$dir/fault.log")"
else
    ok "nobody was contacted"
fi

# --- what the machine may be short of ---
closed="tls://127.0.0.1:1"

# Even with hardly any file descriptors it comes to an end.
for files in 5 20 64; do
    (ulimit -n "$files" && timeout 20 "$TLSWHY" check --quiet --timeout 2 "$closed" "$closed") >"$dir/out" 2>&1 </dev/null
    code=$?
    if [ "$code" != 124 ] && [ "$code" -lt 126 ]; then ok "it ends with $files file descriptors"
    else not_ok "it ends with $files file descriptors" "exit status $code: $(cat "$dir/out")"; fi
done

# A closed standard stream must not become the number of a socket: what is printed would go to the server.
timeout 20 "$TLSWHY" check --jsonl --timeout 1 "tls://127.0.0.1:${port[silent]}" "$closed" <&- >&- 2>"$dir/err"
code=$?
if [ "$code" = 3 ] && ! grep -q '"t":' "$dir/fault.log"; then ok "a closed stdout is an error of writing"
else not_ok "a closed stdout is an error of writing" "exit status $code"; fi

if [ -w /dev/full ]; then
    for words in --help --version "lab list" "check --quiet $closed"; do
        # shellcheck disable=SC2086
        timeout 20 "$TLSWHY" $words >/dev/full 2>"$dir/err" </dev/null
        code=$?
        if [ "$code" = 3 ] && [ -s "$dir/err" ]; then ok "$words on a full disk"
        else not_ok "$words on a full disk" "exit status $code"; fi
    done
fi

# A locale without UTF-8 gets ASCII.
LC_ALL=C timeout 20 "$TLSWHY" check --quiet "$closed,label=日本é" >"$dir/out" 2>&1 </dev/null
if [ -s "$dir/out" ] && ! LC_ALL=C grep -q '[^ -~]' "$dir/out"; then ok "ASCII where the locale has no more"
else not_ok "ASCII where the locale has no more" "$(cat "$dir/out")"; fi
finish
