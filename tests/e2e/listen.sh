#!/usr/bin/env bash
# listen.sh - real clients that come to `tlswhy listen`: with and without trust, of several versions and libraries, and
# some that do not speak TLS. How far each got and who broke off is right; hellos that are saved are those that came.
. "${abs_top_srcdir:?}/tests/lib/e2e.sh"
need openssl jq curl
mint_usual
. "$abs_top_srcdir/tests/lib/hear.sh"
END='.clients[0].facts.client_end.value | "\(.stage) \(.by) \(.how) \(.name)"'

# comes WORDS EXPECTED CLIENT...: one client, @ in its words is the port; EXPECTED as $END has it.
comes() {
    local words=$1 expected=$2
    shift 2
    hear listen 0 --json --count 1 "${options[@]}" || { not_ok "$words" "$(cat "$dir/err")"; return; }
    client "${@//@/$number_of}"
    ended
    says "$words" "$expected" "$END"
}

# --- without trust: the certificate is made up ------------------------------------------------------

options=()
comes "openssl 1.3 refuses the CA" "certificate client alert unknown_ca" \
    openssl s_client -connect 127.0.0.1:@ -tls1_3 -verify_return_error
comes "openssl 1.2 refuses the CA" "certificate client alert unknown_ca" \
    openssl s_client -connect 127.0.0.1:@ -tls1_2 -verify_return_error
comes "openssl 1.0 refuses the CA" "certificate client alert unknown_ca" \
    openssl s_client -connect 127.0.0.1:@ -tls1 -cipher ALL:@SECLEVEL=0 -verify_return_error
comes "curl refuses the CA" "certificate client alert unknown_ca" curl -sS https://localhost:@/
comes "curl with 1.2 refuses the CA" "certificate client alert unknown_ca" curl -sS --tls-max 1.2 https://localhost:@/
comes "curl that does not look sends data" "data us complete null" curl -sk https://localhost:@/
comes "curl with RSA suites alone" "data us complete null" \
    curl -sk --tls-max 1.2 --ciphers AES128-GCM-SHA256:AES128-SHA https://localhost:@/
comes "curl with DHE alone" "data us complete null" \
    curl -sk --tls-max 1.2 --ciphers DHE-RSA-AES128-GCM-SHA256 https://localhost:@/
comes "curl with ECDSA alone" "data us complete null" \
    curl -sk --tls-max 1.2 --ciphers ECDHE-ECDSA-AES128-GCM-SHA256 https://localhost:@/
comes "HTTP to a TLS port" "nothing client not-tls null" curl -s http://localhost:@/
says "HTTP is called by its name" HTTP '.clients[0].facts.client_hello.value.what'
if command -v gnutls-cli >/dev/null; then
    comes "gnutls-cli refuses late" "certificate client alert bad_certificate" gnutls-cli -p @ 127.0.0.1
    comes "gnutls-cli with 1.2" "certificate client alert bad_certificate" \
        gnutls-cli -p @ 127.0.0.1 --priority NORMAL:-VERS-ALL:+VERS-TLS1.2
else
    skip "gnutls-cli" "there is no gnutls-cli here"
fi
if command -v python3 >/dev/null && python3 -c 'import ssl' 2>/dev/null; then
    comes "python refuses the CA" "certificate client alert unknown_ca" python3 -c '
import socket, ssl
ssl.create_default_context().wrap_socket(socket.create_connection(("127.0.0.1", @)), server_hostname="localhost")'
else
    skip "python" "there is no python3 with ssl here"
fi

# --- with a certificate that the client knows -------------------------------------------------------

options=(--cert "$dir/good.bundle" --key "$dir/good.key")
comes "curl trusts the real chain" "data us complete null" curl -s --cacert "$ca" https://localhost:@/
comes "openssl says goodbye" "finished client closed null" openssl s_client -connect 127.0.0.1:@ -CAfile "$ca" -verify_return_error
comes "curl refuses another name, and only says goodbye" "finished client closed null" \
    curl -s --cacert "$ca" --connect-to other.test:443:127.0.0.1:@ https://other.test/
leaf late from=-100 to=-10
bundle late late inter
options=(--cert "$dir/late.bundle" --key "$dir/late.key")
comes "curl refuses an expired certificate" "certificate client alert certificate_expired" \
    curl -s --cacert "$ca" https://localhost:@/
cat "$dir/good.bundle" "$dir/good.key" >"$dir/both.pem"
options=(--cert "$dir/both.pem")
comes "the key in the same file" "data us complete null" curl -s --cacert "$ca" https://localhost:@/

# --- the facts of a hello ---------------------------------------------------------------------------

options=()
hear listen 0 --json --count 2 --save "$dir/hello.bin"
client curl -sk https://localhost:"$number_of"/
client openssl s_client -connect "$at" -tls1_2 -cipher ECDHE-RSA-AES128-SHA -noservername
ended
says "two clients, both with a hello" "2 2" '"\(.connections.accepted) \(.connections.hellos)"'
says "where it listens" "$at" '.listening[0]'
says "form" "1 true" '"\(.schema) \(.started | startswith("20"))"'
says "the server name" localhost '.clients[0].facts.client_hello.value.sni'
says "no server name" null '.clients[1].facts.client_hello.value.sni'
says "protocols" "h2 http/1.1" '.clients[0].facts.client_hello.value.alpn | join(" ")'
says "agreed on" "tls1.3 h2" '"\(.clients[0].facts.version.value) \(.clients[0].facts.alpn.value)"'
says "cipher" TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA '.clients[1].facts.cipher.value'
says "suites" "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA TLS_EMPTY_RENEGOTIATION_INFO_SCSV" \
    '.clients[1].facts.client_hello.value.suites | join(" ")'
says "fingerprints" "true true" \
    '.clients[0].facts.client_hello.value | "\(.ja3 | test("^[0-9a-f]{32}$")) \(.ja4 | test("^t13d[0-9]{4}h2_[0-9a-f]{12}_[0-9a-f]{12}$"))"'
for i in 1 2; do
    file=$dir/hello$([ $i = 1 ] || echo -2).bin
    if [ "$(od -An -v -tx1 "$file" 2>/dev/null | tr -d ' \n')" = "$(jq -r ".clients[$i - 1].facts.client_hello.value.raw" "$dir/out")" ] && [ -s "$file" ]; then
        ok "hello $i is saved as it came"
    else
        not_ok "hello $i is saved as it came" "$(ls -l "$dir"/hello*)"
    fi
done
# The same two again are no news, and a file that holds a hello is replaced.
cp "$dir/hello-2.bin" "$dir/kept"
hear listen 0 --json --count 2 --save "$dir/hello.bin"
client curl -sk https://localhost:"$number_of"/
client curl -sk https://localhost:"$number_of"/
ended
if cmp -s "$dir/kept" "$dir/hello-2.bin" && [ ! -e "$dir/hello-3.bin" ]; then
    ok "the same hello is saved once"
else
    not_ok "the same hello is saved once" "$(ls -l "$dir"/hello*)"
fi
echo "my diary" >"$dir/diary"
"$TLSWHY" listen 0 --count 1 --save "$dir/diary" >"$dir/out" 2>"$dir/err" </dev/null
code=$?
if [ $code = 2 ] && grep -q 'no saved hello' "$dir/err" && [ "$(cat "$dir/diary")" = "my diary" ]; then
    ok "another file is not replaced"
else
    not_ok "another file is not replaced" "$code: $(cat "$dir/err")"
fi

{ cat "$dir/hello.bin"; echo "what came then"; } >"$dir/capture"
cp "$dir/capture" "$dir/capture.kept"
"$TLSWHY" listen 0 --count 1 --save "$dir/capture" >"$dir/out" 2>"$dir/err" </dev/null
code=$?
if [ $code = 2 ] && cmp -s "$dir/capture" "$dir/capture.kept"; then
    ok "nor is one with more in it than a hello"
else
    not_ok "nor is one with more in it than a hello" "$code: $(cat "$dir/err")"
fi

# --- text -------------------------------------------------------------------------------------------

has() { # has WORDS PATTERN: the output, joined to one line, matches
    if tr -s ' \n' ' ' <"$dir/out" | grep -qE -- "$2"; then ok "$1"; else not_ok "$1" "$(cat "$dir/out")"; fi
}
hear listen 0 --count 1
client openssl s_client -connect "$at" -tls1_2 -cipher ECDHE-RSA-AES128-SHA -noservername -verify_return_error
ended
has "text: what it lacks" 'lacks no TLS 1.3, AES-GCM or ChaCha20 \(CBC and older only\), .*server name'
has "text: what the end means" 'broke off after our certificate with the alert 48 unknown_ca'
has "text: that it is expected" 'This is expected: the certificate was made up'
hear listen 0 --count 1 --verbose
client curl -sk https://localhost:"$number_of"/
ended
has "verbose: every suite" 'TLS_RSA_WITH_AES_256_CBC_SHA'
has "text: what it looks like" 'looks like [a-z]'
hear listen 0 --count 1 --quiet
client curl -s https://localhost:"$number_of"/
ended
if [ "$(wc -l <"$dir/out")" = 1 ]; then has "quiet: one line" 'unknown_ca'; else not_ok "quiet: one line" "$(cat "$dir/out")"; fi
# Two at once: the file is named where the one is spoken of whose hello is in it.
hear listen 0 --count 2 --save "$dir/held.bin"
exec 3<>"/dev/tcp/127.0.0.1/$number_of" && cat "$dir/hello.bin" >&3
for ((i = 0; i < 500; i++)); do [ -s "$dir/held.bin" ] && break; sleep 0.02; done
client curl -s http://localhost:"$number_of"/
exec 3>&-
ended
has "the file of a client that others overtook" 'it speaks HTTP.* saved in [^ ]*/held.bin .*end it'
hear listen 0 --count 1
client openssl s_client -connect "$at" -tls1_2 -fallback_scsv
ended
has "a second try with a lower version" 'tries again with a lower version.* the alert 86 inappropriate_fallback'
# What a client sends never reaches a terminal as it is.
hear listen 0 --count 1
exec 3<>"/dev/tcp/127.0.0.1/$number_of" && printf '\033]0;evil\007\033[2J' >&3 && exec 3>&-
ended
if LC_ALL=C grep -qP '[\x00-\x09\x0b-\x1f\x7f-\xff]' "$dir/out"; then
    not_ok "control characters of a client" "$(cat -v "$dir/out")"
else
    has "control characters of a client" 'x1b'
fi

# --- ends -------------------------------------------------------------------------------------------

hear listen 0 --json --for 1s
ended
says "--for ends it" "0 clients, status $code" '"\(.clients | length) clients, status 0"'
hear listen 0 --json
kill -INT "${pid[hear]}"
ended
says "Ctrl-C ends it" "0 clients, status $code" '"\(.clients | length) clients, status 0"'
hear listen 0 --jsonl --count 1
client curl -s https://localhost:"$number_of"/
ended
if [ "$(jq -r .t "$dir/out" | uniq | tr '\n' ' ')" = "column busy fact done " ]; then
    ok "--jsonl says it as it happens"
else
    not_ok "--jsonl says it as it happens" "$(cut -c 1-100 "$dir/out")"
fi
hear listen 0 --json
"$TLSWHY" listen "$number_of" >"$dir/second" 2>&1 </dev/null
code=$?
if [ $code = 3 ] && grep -q "$number_of is taken" "$dir/second"; then ok "a port that is taken"; else not_ok "a port that is taken" "$code: $(cat "$dir/second")"; fi
kill "${pid[hear]}"
ended

# --- usage ------------------------------------------------------------------------------------------

refuses() { # refuses WORD ARGUMENT...: exit status 2, and a sentence with the word
    local word=$1
    shift
    timeout 20 "$TLSWHY" "$@" >"$dir/out" 2>"$dir/err" </dev/null
    code=$?
    if [ $code = 2 ] && [ ! -s "$dir/out" ] && [ "$(wc -l <"$dir/err")" = 1 ] && grep -qF -- "$word" "$dir/err"; then
        ok "refused: $*"
    else
        not_ok "refused: $*" "status $code: $(cat "$dir/err")"
    fi
}
trap '' HUP # as nohup has it for what it runs
hear listen 0 --json --count 1
trap - HUP
kill -HUP "${pid[hear]}"
client curl -s "http://localhost:$number_of/"
ended
says "under nohup it goes on when the terminal is closed" 1 .connections.accepted

refuses port listen
refuses 99999 listen 99999
refuses brackets listen ::1:8443
refuses nowhere listen nowhere.invalid:8443
refuses 'takes 1 word' listen 0 0
refuses --cert listen 0 --key "$dir/good.key"
refuses "$dir/none" listen 0 --cert "$dir/none"
refuses 2x listen 0 --for 2x
refuses 0 listen 0 --count 0
refuses endpoint tap 0
refuses listen tap 0 127.0.0.1:1 --cert "$dir/good.bundle"
refuses 'other commands' check 127.0.0.1:1 --count 3
finish
