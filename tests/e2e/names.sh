#!/usr/bin/env bash
# names.sh - servers that choose by name, and by application protocol: strict ones, those with a default certificate,
# routers, filters. The name (or the lack of one) that a failure hangs on is named, and the right one stays healthy.
. "${abs_top_srcdir:?}/tests/lib/e2e.sh"
. "$abs_top_srcdir/tests/lib/field.sh"
need openssl jq date
mint_usual
leaf secure cn=secure.test san=DNS:secure.test
mint direct issuer=root cn=good.test san=DNS:good.test eku=serverAuth # whom s_server needs to send no other with
leaf db cn=db san=DNS:db,URI:spiffe://good.test/db
mint old cn=secure.test san=DNS:secure.test from=-90 to=-5 eku=serverAuth
bundle secure secure inter
bundle db db inter
bundle old old
cp "$dir/good.bundle" "$dir/good.test.bundle"
cp "$dir/good.key" "$dir/good.test.key"
# What is not for others to read must be so for servers that give up root's powers.
chmod 755 "$dir" && chmod 644 "$dir"/*.key "$dir"/*.bundle "$dir"/*.all

# --- servers ----------------------------------------------------------------------------------------

s_server o.plain good
s_server o.fatal good -servername good.test -servername_fatal -cert2 "$dir/direct.pem" -key2 "$dir/direct.key"
s_server o.default old -servername good.test -cert2 "$dir/direct.pem" -key2 "$dir/direct.key"
s_server o.one secure
s_server o.worse good -servername good.test -cert2 "$dir/secure.bundle" -key2 "$dir/secure.key"
s_server o.alpn good -alpn ntp/1
gnutls_serv g.name good --sni-hostname good.test --sni-hostname-fatal
gnutls_serv g.alpn good --alpn ntp/1 --alpn-fatal
nginx n <<END
    map \$ssl_server_name \$chosen { broken.test missing; default good; }
    server { listen 127.0.0.1:@n.reject@ ssl default_server; ssl_reject_handshake on; }
    server { listen 127.0.0.1:@n.reject@ ssl; server_name good.test; return 200 ok; }
    server { listen 127.0.0.1:@n.names@ ssl default_server; server_name secure.test; return 200 ok;
             ssl_certificate $dir/secure.bundle; ssl_certificate_key $dir/secure.key; }
    server { listen 127.0.0.1:@n.names@ ssl; server_name good.test; return 200 ok; }
    server { listen 127.0.0.1:@n.names@ ssl; server_name wrong.test; return 200 ok;
             ssl_certificate $dir/db.bundle; ssl_certificate_key $dir/db.key; }
    server { listen 127.0.0.1:@n.variable@ ssl; return 200 ok;
             ssl_certificate $dir/\$ssl_server_name.bundle; ssl_certificate_key $dir/\$ssl_server_name.key; }
    server { listen 127.0.0.1:@n.broken@ ssl; return 200 ok;
             ssl_certificate $dir/\$chosen.bundle; ssl_certificate_key $dir/\$chosen.key; }
    server { listen 127.0.0.1:@n.db@ ssl default_server; ssl_reject_handshake on; }
    server { listen 127.0.0.1:@n.db@ ssl; server_name db; return 200 ok;
             ssl_certificate $dir/db.bundle; ssl_certificate_key $dir/db.key; }
    server { listen 127.0.0.1:@n.h2@ ssl http2; return 200 ok; }
END
apache a <<END
Listen 127.0.0.1:@a.names@
<VirtualHost 127.0.0.1:@a.names@>
ServerName secure.test
SSLEngine on
SSLCertificateFile $dir/secure.bundle
SSLCertificateKeyFile $dir/secure.key
</VirtualHost>
<VirtualHost 127.0.0.1:@a.names@>
ServerName good.test
SSLEngine on
</VirtualHost>
END
haproxy h <<END
frontend strict
    bind 127.0.0.1:@h.strict@ ssl crt $dir/good.all strict-sni
    http-request return status 200
frontend default
    bind 127.0.0.1:@h.default@ ssl crt $dir/secure.all crt $dir/good.all
    http-request return status 200
frontend router
    mode tcp
    bind 127.0.0.1:@h.router@
    tcp-request inspect-delay 2s
    tcp-request content reject if { req.ssl_hello_type 1 } !{ req.ssl_sni good.test }
    default_backend one
frontend down
    mode tcp
    bind 127.0.0.1:@h.down@
    tcp-request inspect-delay 2s
    tcp-request content accept if { req.ssl_hello_type 1 }
    use_backend nobody if { req.ssl_sni down.test }
    default_backend one
backend one
    mode tcp
    server one 127.0.0.1:${port[o.plain]}
backend nobody
    mode tcp
END
hitch i i.abort good <<<'sni-nomatch-abort = on'
if ! lacks c caddy <<<@c.name@; then
    server_template c <<END
{
    admin off
    auto_https off
    storage file_system $dir/caddy
}
https://good.test:@c.name@ {
    bind 127.0.0.1
    tls $dir/good.bundle $dir/good.key
    respond ok
}
END
    server c env HOME="$dir" XDG_DATA_HOME="$dir" XDG_CONFIG_HOME="$dir" caddy run --adapter caddyfile --config "$dir/c.conf"
fi
openssl pkcs12 -export -in "$dir/good.bundle" -inkey "$dir/good.key" -name s -passout pass:secret -out "$dir/good.p12"
java_server v <<END
@v.name@ $dir/good.p12 TLSv1.2,TLSv1.3 - server name=good\\.test
END
servers_wait

# --- names ------------------------------------------------------------------------------------------

quick=(--timeout 1.5)
ask() { # ask PORT EXPECTED WORDS NAME [KEYS] [SCHEME]
    try "$1" "$2" "$1: $3" "${quick[@]}" "${6-tls}://$4:@$1@,at=127.0.0.1,ca=$ca${5-}"
}

strict=(n.reject h.strict g.name c.name v.name i.abort o.fatal n.variable)
for by in "${strict[@]}"; do
    ask $by "ok ~" "the name it knows" good.test
    ask $by "ok ~" "the same with a final dot, which is not sent" good.test.
    ask $by "failing sni !cert-name-mismatch !version-mismatch !cipher-mismatch !server-config" \
        "another name is sent" other.test ,name=good.test
done
for by in n.reject h.strict g.name v.name i.abort o.fatal; do
    ask $by "failing sni !cert-name-mismatch" "a name it does not know" other.test
done
# By an alert that says nothing of names: this one alone can't be told from a server that has no certificate at all.
ask c.name "failing sni" "a name it does not know" other.test
ask n.variable "failing server-config" "a name it does not know" other.test
for by in n.reject h.strict n.variable; do
    ask $by "failing sni !cert-name-mismatch" "no name is sent" good.test ,sni=none
done
for by in g.name v.name i.abort o.fatal c.name; do
    ask $by "ok ~" "no name is sent, and its certificate fits" good.test ,sni=none
done
ask n.broken "ok ~" "a name with a certificate" good.test
ask n.broken "failing sni !cipher-mismatch" "the file for this name alone is missing" broken.test
ask h.router "ok ~" "a router that knows the name" good.test
ask h.router "failing sni" "a router that does not know the name sent" other.test ,name=good.test
ask h.router "failing sni" "a router, and no name is sent" good.test ,sni=none
ask h.router "failing ?sni" "a router that does not know any name tried" other.test
ask h.down "ok ~" "a router, behind it all is well" good.test
ask h.down "failing sni" "a router, and nobody behind this name" down.test ,name=good.test

xp=,client=windows-xp,max=tls1.2,ciphers=TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,groups=secp256r1,sigalgs=ecdsa_secp256r1_sha256
for by in n.names a.names h.default; do
    ask $by "ok ~" "the right name" good.test "" https
    ask $by "ok ~" "the other one" secure.test "" https
    ask $by "failing sni !cert-name-mismatch" "no name is sent" good.test ,sni=none https
    ask $by "failing sni !cert-name-mismatch" "the other one is sent" secure.test ,name=good.test https
    ask $by "failing cert-name-mismatch !sni" "a third name" third.test "" https
    ask $by "failing sni !cert-name-mismatch" "Windows XP, which sends none" good.test "$xp"
done
ask n.names "failing cert-name-mismatch !sni" "a name with a certificate for another one" wrong.test
ask o.default "failing sni !cert-expired !cert-name-mismatch !cert-self-signed" \
    "no name is sent: an expired certificate for another name" good.test ,sni=none
ask o.one "failing cert-name-mismatch !sni" "one certificate for all, no name sent" good.test ,sni=none
ask o.one "failing cert-name-mismatch !sni" "one certificate for all" good.test
ask o.worse "failing sni !cert-name-mismatch" "without a name comes the right one" good.test

ask n.db "ok ~" "a name without a dot is sent" db
ask n.db "ok ~" "a URI is matched" db ",name=spiffe://good.test/db"
ask n.db "failing cert-name-mismatch !sni" "a URI that the certificate lacks" db ",name=spiffe://good.test/web"
ask n.db "failing sni" "another name without a dot" web ,name=db

# --- application protocols ----------------------------------------------------------------------------

for by in o.alpn g.alpn n.h2; do
    [ $by = n.h2 ] && own=h2 || own=ntp/1
    ask $by "failing alpn !version-mismatch !cipher-mismatch !server-config" "a protocol it does not speak" good.test ,alpn=dot
    ask $by "ok ~" "its own protocol among others" good.test ",alpn=dot+$own"
    ask $by "ok ~" "none" good.test ,alpn=none
done
ask c.name "failing alpn !server-config" "a protocol it does not speak, said under encryption" good.test ,alpn=dot
ask c.name "failing alpn" "a protocol it does not speak, TLS 1.2" good.test ,alpn=dot,max=tls1.2
for by in h.strict i.abort g.name; do
    ask $by "ok ~" "passes over protocols it does not speak" good.test ,alpn=dot
done
ask a.names "failing alpn" "chooses one that was not offered" good.test ,alpn=dot
results

# --- told in words, and shown by other means ------------------------------------------------------------

told() { # told WORDS PORT ENDPOINT PATTERN...: the first diagnosis says all of them
    local words=$1 by=$2 endpoint=$3 document pattern
    if [ -n "${gone[${owner[$by]}]-}" ]; then
        skip "$by: $words" "${gone[${owner[$by]}]}"
        return
    fi
    document=$("$TLSWHY" check --json "${quick[@]}" "${endpoint/@/${port[$by]},at=127.0.0.1,ca=$ca}" 2>&1 </dev/null |
        jq -r '.diagnosis[0] | .summary, .fix, .reproduce, (.confidence | tostring)')
    for pattern in "${@:4}"; do
        if [[ $document != *"$pattern"* ]]; then
            not_ok "$by: $words" "no \"$pattern\" in"$'\n'"$document"
            return
        fi
    done
    ok "$by: $words"
}
told "which name works" n.reject "tls://other.test:@,name=good.test" '"other.test"' 'good.test' \
    '-servername other.test' '-servername good.test' 0.97
told "no name, and which works" n.names "https://good.test:@,sni=none" 'No server name' 'default_server' -noservername 0.97
told "a name without a dot misleads s_client" n.db "tls://web:@,name=db" '-servername web' 0.97
told "a name without a dot, unknown" n.db "tls://web:@" 'sends no server name for "web"' 0.97
told "which protocols are refused" c.name "tls://good.test:@,alpn=dot+h3" 'dot and h3' 'without them' '-alpn dot,h3' 0.97

# What is said of s_client holds: by itself it names no host without a dot.
shown() { # shown WORDS PORT PATTERN OPTION...
    local out
    if [ -n "${gone[${owner[$2]}]-}" ]; then
        skip "$2: $1" "${gone[${owner[$2]}]}"
        return
    fi
    out=$(timeout 5 openssl s_client -connect "127.0.0.1:${port[$2]}" "${@:4}" 2>&1 </dev/null)
    if grep -qE -- "$3" <<<"$out"; then ok "$2: $1"; else not_ok "$2: $1" "$out"; fi
}
shown "openssl s_client with the name" n.db 'CN ?= ?db' -servername db
shown "openssl s_client by an address sends none" n.db 'alert number 112'
if timeout 5 openssl s_client -connect "localhost:${port[n.db]}" </dev/null 2>&1 | grep -qE 'alert number 112'; then
    ok "openssl s_client sends no name without a dot"
elif [ -n "${gone[n]-}" ]; then
    skip "openssl s_client sends no name without a dot" "${gone[n]}"
else
    not_ok "openssl s_client sends no name without a dot"
fi
finish
