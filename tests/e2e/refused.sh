#!/usr/bin/env bash
# refused.sh - servers that refuse: for want of a client certificate, for a name, for ALPN, without a
# reason, or because they are no TLS servers at all. What can't be known is not named.
. "${abs_top_srcdir:?}/tests/lib/e2e.sh"
need openssl jq date
mint_usual
leaf secure cn=secure.test san=DNS:secure.test
bundle secure secure inter

# --- servers ----------------------------------------------------------------------------------------

s_server s.must12 good -tls1_2 -Verify 2 -verify_return_error -CAfile "$ca"
s_server s.must13 good -tls1_3 -Verify 2 -verify_return_error -CAfile "$ca"
s_server s.may good -verify 2 -CAfile "$ca"
s_server s.alpn good -alpn ntp/1
s_server s.name good -servername good.test -servername_fatal -cert2 "$dir/secure.bundle" -key2 "$dir/secure.key"
s_server s.plain good
gnutls_serv g.must12 good --require-client-cert --priority NORMAL:-VERS-ALL:+VERS-TLS1.2
gnutls_serv g.must13 good --require-client-cert --priority NORMAL:-VERS-ALL:+VERS-TLS1.3
gnutls_serv g.may good
gnutls_serv g.none good --disable-client-cert
gnutls_serv g.name good --sni-hostname good.test --sni-hostname-fatal
gnutls_serv g.alpn good --alpn ntp/1 --alpn-fatal

nginx n <<END
    ssl_client_certificate $ca;
    server { listen 127.0.0.1:@n.must@ ssl http2; ssl_verify_client on; return 200 ok; }
    server { listen 127.0.0.1:@n.must12@ ssl; ssl_protocols TLSv1.2; ssl_verify_client on; return 200 ok; }
    server { listen 127.0.0.1:@n.may@ ssl http2; ssl_verify_client optional; return 200 ok; }
    server { listen 127.0.0.1:@n.reject@ ssl default_server; ssl_reject_handshake on; }
    server { listen 127.0.0.1:@n.reject@ ssl; server_name good.test; return 200 ok; }
    server { listen 127.0.0.1:@n.names@ ssl default_server; server_name good.test; return 200 ok; }
    server { listen 127.0.0.1:@n.names@ ssl; server_name secure.test; return 200 ok;
             ssl_certificate $dir/secure.bundle; ssl_certificate_key $dir/secure.key; }
    server { listen 127.0.0.1:@n.h2@ ssl http2; return 200 ok; }
    server { listen 127.0.0.1:@n.plain@; return 200 ok; }
    server { listen 127.0.0.1:@n.variable@ ssl; return 200 ok;
             ssl_certificate $dir/\$ssl_server_name.none; ssl_certificate_key $dir/\$ssl_server_name.none; }
END
haproxy h <<END
frontend must
    bind 127.0.0.1:@h.must@ ssl crt $dir/good.all ca-file $ca verify required
    http-request return status 200
frontend must12
    bind 127.0.0.1:@h.must12@ ssl crt $dir/good.all ca-file $ca verify required ssl-max-ver TLSv1.2
    http-request return status 200
frontend may
    bind 127.0.0.1:@h.may@ ssl crt $dir/good.all ca-file $ca verify optional
    http-request return status 200
frontend strict
    bind 127.0.0.1:@h.strict@ ssl crt $dir/good.all strict-sni
    http-request return status 200
frontend reject
    bind 127.0.0.1:@h.reject@ ssl crt $dir/good.all
    tcp-request connection reject
frontend ahead
    bind 127.0.0.1:@h.ahead@ ssl crt $dir/good.all
    http-request return status 200 hdr Date "$(date -u -d "@$((EPOCHSECONDS + 86400))" '+%a, %d %b %Y %H:%M:%S GMT')"
END
faults silent fin-at-accept rst-at-accept fin rst garbage alert=40 alert=70 alert=80 alert=48 alert=112 \
    alert=120 alert=0 alert=255 alert-hold=-112 hello-fin hello-rst hello-hold http ssh smtp smtp-late ftp imap pop3 escape
mapfile -t free < <("$fault" ports 1)
port[closed]=${free[0]} owner[closed]=fault
servers_wait

# --- cases ------------------------------------------------------------------------------------------

quick=(--timeout 1.5)
ask() { # ask PORT EXPECTED WORDS [KEYS] [SCHEME]
    try "$1" "$2" "$1: $3" "${quick[@]}" "${5-tls}://good.test:@$1@,at=127.0.0.1,ca=$ca${4-}"
}

for by in s.must12 s.must13 g.must12 g.must13 h.must12; do
    ask $by "failing client-cert !version-mismatch" "a client certificate is required"
done
ask h.must "failing client-cert !version-mismatch" "a client certificate is required" "" https
ask n.must "failing client-cert" "a client certificate is required, said by HTTP 400" "" https
ask n.must12 "failing client-cert" "a client certificate is required, said by HTTP 400" "" https
ask n.must "ok ~" "the same without asking by HTTP"
for by in s.may g.may g.none h.may n.may; do
    ask $by "ok ~ !client-cert" "a client certificate is welcome, not required"
done
ask n.may "ok ~ !client-cert" "a client certificate is welcome, with HTTP" "" https

ask n.reject "ok ~" "a name it knows"
ask n.reject "failing sni !version-mismatch !cipher-mismatch" "a name it rejects (112)" ,sni=other.test,name=good.test
ask n.reject "failing sni !version-mismatch" "no name, and it insists on one" ,sni=none,name=good.test
ask h.strict "ok ~" "strict-sni, a name it knows"
ask h.strict "failing sni !version-mismatch" "strict-sni, a name it does not know" ,sni=other.test,name=good.test
ask g.name "ok ~" "a name it knows"
ask g.name "failing sni !version-mismatch" "a name it rejects" ,sni=other.test,name=good.test
ask n.variable "failing server-config !version-mismatch" "no certificate for the name (80)"
ask n.names "ok ~" "two names, the right one"
ask n.names "failing sni !cert-name-mismatch" "two names, the other one sent by hand" ,sni=secure.test,name=good.test
ask n.names "failing cert-name-mismatch" "two names, none of them asked" ,name=third.test

ask s.alpn "failing alpn !version-mismatch !cipher-mismatch" "ALPN refused" ,alpn=h2
ask g.alpn "failing alpn !version-mismatch" "ALPN refused" ,alpn=h2+http/1.1
ask s.alpn "ok ~" "ALPN accepted" ,alpn=h2+ntp/1
ask s.alpn "ok ~" "ALPN not offered" ,alpn=none
ask n.h2 "ok ~" "HTTP/2" "" https
ask n.h2 "failing alpn !version-mismatch" "an ALPN list it does not know" ,alpn=ntp/1

ask h.ahead "ok +clock-skew" "its clock is a day ahead" "" https
ask h.ahead "ok ~" "the same, not asked for its clock"

ask n.plain "failing not-tls" "plain HTTP"
ask n.plain "failing not-tls" "plain HTTP, as https" "" https
for by in ssh smtp smtp-late ftp imap pop3 http; do
    ask $by "failing not-tls" "plain text"
done
ask escape "failing not-tls" "plain text with escape sequences"
ask garbage "failing not-tls !version-mismatch" "bytes that are nothing"

ask closed "failing network" "nothing listens"
ask silent "failing ?network !not-tls" "silence after accepting"
for by in fin rst hello-fin hello-rst; do
    ask $by "failing" "gone without a word"
done
ask fin-at-accept "failing * !not-tls" "gone without a word, whether anything is sent or not"
ask h.reject "failing * !not-tls" "connections are reset" # while they are opened, or just after
ask rst-at-accept "failing * !not-tls !version-mismatch" "reset, while it connects or just after"
ask hello-hold "failing/unsure" "silence after its ServerHello"
for by in alert=40 alert=80 alert=48 alert=0 alert=255; do
    ask $by "failing * !not-tls !network" "a fatal alert and nothing more"
done
ask alert=70 "failing version-mismatch" "every version is refused"
ask alert=112 "failing sni !version-mismatch" "a fatal alert and nothing more"
ask alert=120 "failing alpn !version-mismatch" "a fatal alert and nothing more"
ask alert-hold=-112 "failing/unsure !version-mismatch !not-tls" "a warning alert, then silence"
results

# --- the same in words --------------------------------------------------------------------------------

say() { # say PORT [OPTION]...: what a person gets, without colours
    "$TLSWHY" check --timeout 1.5 "${@:2}" "tls://good.test:${port[$1]},at=127.0.0.1,ca=$ca" 2>&1 </dev/null
}
LC_ALL=C.UTF-8 say escape --verbose --color always >"$dir/escape"
if ! grep -q FAILING "$dir/escape" || LC_ALL=C grep -qaP '\x1b\]|\x1b\[2J|\x07|\xc2?\x9b' "$dir/escape"; then
    not_ok "a server's escape sequences stay out of the terminal" "$(cat -v "$dir/escape")"
else
    ok "a server's escape sequences stay out of the terminal"
fi
for by in silent rst fin alert=40 smtp closed; do
    text=$(say $by)
    line=$(say $by --quiet)
    if [[ $text == *FAILING* && $line == FAILING* && $line != *$'\n'* ]] && ((${#text} > 100)); then
        ok "$by: told in words"
    else
        not_ok "$by: told in words" "$text"$'\n'"$line"
    fi
done
finish
