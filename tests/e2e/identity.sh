#!/usr/bin/env bash
# identity.sh - client certificates: required, optional, refused, expired, of another CA, without their chain, not for
# clients, with another key; as the servers of ten TLS stacks answer them, by alert, by close or by HTTP 400.
. "${abs_top_srcdir:?}/tests/lib/e2e.sh"
. "$abs_top_srcdir/tests/lib/field.sh"
need openssl jq date
mint_usual

# --- certificates -----------------------------------------------------------------------------------

mint user issuer=root cn=user eku=clientAuth && mint deep issuer=inter cn=deep eku=clientAuth
mint old issuer=root cn=old eku=clientAuth from=-90 to=-9
mint server issuer=root cn=server eku=serverAuth
mint other ca=1 cn='Other CA' && mint stranger issuer=other cn=stranger eku=clientAuth
leaf rsa kind=rsa:2048
bundle rsa rsa inter && bundle deepall deep inter
cat "$dir/user.pem" "$dir/user.key" >"$dir/user.all"
printf 'Tr0mbone-9\n' >"$dir/pass" && printf 'wrong\n' >"$dir/wrong"
{
    openssl pkcs12 -export -in "$dir/deepall.bundle" -inkey "$dir/deep.key" -passout pass:Tr0mbone-9 -out "$dir/deep.p12" &&
        openssl pkcs12 -export -in "$dir/good.bundle" -inkey "$dir/good.key" -passout pass:secret -out "$dir/good.p12" &&
        openssl pkcs8 -topk8 -in "$dir/user.key" -passout pass:Tr0mbone-9 -out "$dir/user.p8" &&
        openssl ec -in "$dir/user.key" -aes256 -passout pass:Tr0mbone-9 -out "$dir/user.enc" &&
        openssl x509 -in "$dir/user.pem" -outform DER -out "$dir/user.der" &&
        openssl pkey -in "$dir/user.key" -outform DER -out "$dir/userkey.der"
} 2>>"$dir/mint.log" || bail "no files of certificates could be made"

# --- servers ----------------------------------------------------------------------------------------

s_server s.must12 good -tls1_2 -Verify 2 -verify_return_error -CAfile "$ca"
s_server s.must13 good -tls1_3 -Verify 2 -verify_return_error -CAfile "$ca"
s_server s.may good -verify 2 -CAfile "$ca"
s_server s.plain good
gnutls_serv g.must12 good --require-client-cert --verify-client-cert --x509cafile "$ca" --priority NORMAL:-VERS-ALL:+VERS-TLS1.2
gnutls_serv g.must13 good --require-client-cert --verify-client-cert --x509cafile "$ca" --priority NORMAL:-VERS-ALL:+VERS-TLS1.3
nginx n <<END
    ssl_client_certificate $ca; ssl_verify_depth 2;
    server { listen 127.0.0.1:@n.must@ ssl http2; ssl_verify_client on; return 200 ok; }
    server { listen 127.0.0.1:@n.must12@ ssl; ssl_protocols TLSv1.2; ssl_verify_client on; return 200 ok; }
    server { listen 127.0.0.1:@n.may@ ssl http2; ssl_verify_client optional; return 200 ok; }
    server { listen 127.0.0.1:@n.app@ ssl http2; ssl_verify_client optional; return 400 "your request lacks a field"; }
    server { listen 127.0.0.1:@n.app12@ ssl; ssl_protocols TLSv1.2; ssl_verify_client optional; return 400; }
END
apache a < <(
    printf 'SSLCACertificateFile %s\n' "$ca"
    for name in must12 must may expr place; do
        printf 'Listen 127.0.0.1:@a.%s@\n<VirtualHost 127.0.0.1:@a.%s@>\nServerName good.test\nSSLEngine on\n' $name $name
        case $name in
        must12) printf 'SSLProtocol -all +TLSv1.2\nSSLVerifyClient require\nSSLVerifyDepth 2\n' ;;
        must) printf 'SSLVerifyClient require\nSSLVerifyDepth 2\n' ;;
        may) echo 'SSLVerifyClient optional' ;;
        expr) printf 'SSLVerifyClient optional\n<Location />\nSSLRequire %%{SSL_CLIENT_VERIFY} eq "SUCCESS"\n</Location>\n' ;;
        place) printf 'SSLProtocol -all +TLSv1.2\n<Location />\nSSLVerifyClient require\n</Location>\n' ;;
        esac
        echo '</VirtualHost>'
    done
)
haproxy h <<END
frontend must12
    bind 127.0.0.1:@h.must12@ ssl crt $dir/good.all ca-file $ca verify required ssl-max-ver TLSv1.2
    http-request return status 200
frontend must
    bind 127.0.0.1:@h.must@ ssl crt $dir/good.all ca-file $ca verify required
    http-request return status 200
frontend may
    bind 127.0.0.1:@h.may@ ssl crt $dir/good.all ca-file $ca verify optional
    http-request return status 200
END
stunnel t <<END
[must]
accept = 127.0.0.1:@t.must@
CAfile = $ca
verifyChain = yes
END
hitch i.must i.must good <<END
client-verify = required
client-verify-ca = "$ca"
END
for library in openssl gnutls mbedtls; do # wolfSSL chokes on what our hello asks for, now and then
    lighttpd l.$library $library <<END
server.port = @l.$library@
ssl.engine = "enable"
ssl.pemfile = "$dir/good.all"
ssl.ca-file = "$ca"
ssl.verifyclient.activate = "enable"
ssl.verifyclient.enforce = "enable"
ssl.verifyclient.depth = 3
ssl.verifyclient.ca-file = "$ca"
END
done
own='key: file("good.key"), cert: file("good.bundle"), ca: file("root.pem"), requestCert: true'
node_server j <<END
@j.must12@ {$own, rejectUnauthorized: true, maxVersion: "TLSv1.2"}
@j.must@ {$own, rejectUnauthorized: true}
@j.may@ {$own, rejectUnauthorized: false}
END
nss_server ns.must rsa -- -r -r
java_server v <<END
@v.must@ $dir/good.p12 TLSv1.2,TLSv1.3 - server need
@v.must12@ $dir/good.p12 TLSv1.2 - server need
END
servers_wait

# --- cases ------------------------------------------------------------------------------------------

declare -a reason=()
declare -A files=([user]=user [deep]=deep [chain]=deep [old]=old [server]=server [stranger]=stranger)
given() { # given PORT SCHEME WHO REASON: REASON is "ok", "none", or a word of the finding's detail; several with |
    local keys='' to
    case $3 in
    none) ;;
    chain) keys=,cert=$dir/deepall.bundle,key=$dir/deep.key ;;
    misfit) keys=,cert=$dir/user.pem,key=$dir/old.key ;;
    *) keys=,cert=$dir/${files[$3]}.pem,key=$dir/${files[$3]}.key ;;
    esac
    to=$2://good.test:@$1@,at=127.0.0.1,ca=$ca$keys
    reason[tries]=$4
    if [ "$4" = ok ]; then
        try "$1" "ok ~" "$1: $3" --timeout 2 "$to"
    else
        try "$1" "failing client-cert !version-mismatch" "$1: $3 ($4)" --timeout 2 "$to"
    fi
}
reasons() { # the same, looked at for why
    local n got
    results
    for ((n = 0; n < ${#reason[@]}; n++)); do
        [ -s "$dir/try.$n.json" ] && [ "${reason[n]}" != ok ] || continue
        got=$(jq -r '.diagnosis[0].detail.reason // "none"' "$dir/try.$n.json")
        if [[ "|${reason[n]}|" == *"|$got|"* ]]; then
            ok "${try_words[n]}: says why"
        else
            not_ok "${try_words[n]}: says why" "it says $got"$'\n'"$(jq -r '.diagnosis[0].summary' "$dir/try.$n.json")"
        fi
    done
    rm -f "$dir"/try.*.json
    reason=()
}

for by in s.must12 s.must13 t.must i.must j.must12 j.must; do
    given $by tls none none
    given $by tls user ok
    given $by tls chain ok
    given $by tls deep gap
    given $by tls stranger stranger
    given $by tls old expired
    given $by tls server purpose
    given $by tls misfit misfit
done
reasons

# A server that is far, though the connection is not: what stands before it takes that next door.
relays s.must13 slow
try slow "failing client-cert" "TLS 1.3: the refusal takes its time" "tls://good.test:@slow@,at=127.0.0.1,ca=$ca"
results
for by in n.must n.must12 a.must a.must12 h.must h.must12 l.openssl l.gnutls l.mbedtls; do
    given $by https none none
    given $by https user ok
    given $by https chain ok
    given $by https deep 'gap|refused' # GnuTLS names no CAs there
    given $by https stranger 'stranger|refused'
    given $by https old expired
done
reasons
for by in n.must a.must h.must; do given $by https server purpose; done
for by in g.must12 g.must13; do
    given $by tls none none
    given $by tls user ok
    given $by tls stranger 'stranger|unknown'
    given $by tls old expired
done
for by in v.must v.must12 ns.must; do # they know other CAs only
    given $by tls none none
    given $by tls stranger 'stranger|refused|unknown'
done
reasons

# Those that only ask, and those whose own answers are errors.
for by in s.may s.plain j.may; do
    given $by tls none ok
    given $by tls user ok
done
for by in n.may a.may h.may a.expr a.place; do
    given $by https none ok
    given $by https user ok
done
given n.app https none ok
given n.app12 https none ok
given n.app https user ok
reasons

# --- files ------------------------------------------------------------------------------------------

with() { # with EXPECTED WORDS KEYS
    try s.must13 "$1" "$2" --timeout 2 "tls://good.test:@s.must13@,at=127.0.0.1,ca=$ca,$3"
}
with "ok ~" "certificate and key in one file" "cert=$dir/user.all"
with "ok ~" "both in DER" "cert=$dir/user.der,key=$dir/userkey.der"
with "ok ~" "an encrypted key" "cert=$dir/user.pem,key=$dir/user.p8,pass-file=$dir/pass"
with "ok ~" "one in OpenSSL's old form" "cert=$dir/user.pem,key=$dir/user.enc,pass-file=$dir/pass"
with "ok ~" "PKCS#12 with its chain" "cert=$dir/deep.p12,pass-file=$dir/pass"
with "failing client-cert" "a key that is another one's" "cert=$dir/user.pem,key=$dir/deep.key"
results

bad() { # bad WORDS KEYS SENTENCE: exit 2 and one sentence, nothing probed
    local text code
    text=$("$TLSWHY" check "tls://good.test:${port[s.must13]},at=127.0.0.1,ca=$ca,$2" 2>&1 >"$dir/out" </dev/null)
    code=$?
    if [ $code = 2 ] && [[ $text == "tlswhy: "*$3* && $text != *$'\n'* ]] && ! [ -s "$dir/out" ]; then
        ok "$1"
    else
        not_ok "$1" "exit $code: $text"
    fi
}
bad "no such file" "cert=$dir/none.pem" "can't be read: No such file"
bad "no key" "cert=$dir/user.pem" "holds no private key"
bad "no certificate" "cert=$dir/user.key" "holds a private key and no certificate"
bad "a key alone" "key=$dir/user.key" "no client certificate"
bad "an encrypted key without its passphrase" "cert=$dir/user.pem,key=$dir/user.p8" "is encrypted"
bad "a wrong passphrase" "cert=$dir/user.pem,key=$dir/user.p8,pass-file=$dir/wrong" "does not open the private key"
bad "the same in the old form" "cert=$dir/user.pem,key=$dir/user.enc,pass-file=$dir/wrong" "does not open the private key"
bad "PKCS#12 without its password" "cert=$dir/deep.p12" "with a password"
bad "PKCS#12 with a wrong one" "cert=$dir/deep.p12,pass-file=$dir/wrong" "does not open"
bad "a directory" "cert=$dir" "no plain file"

# What is saved and printed holds neither key nor passphrase.
if [ -z "${gone[s.must13]-}" ]; then
    "$TLSWHY" check --json --verbose --save "$dir/kept" \
        "tls://good.test:${port[s.must13]},at=127.0.0.1,ca=$ca,cert=$dir/user.pem,key=$dir/user.p8,pass-file=$dir/pass" \
        >"$dir/said" 2>&1 </dev/null
    secret=$(openssl pkey -in "$dir/user.key" -outform DER | base64 -w0 | cut -c 20-60)
    found=$(grep -aoF -e "$secret" -e Tr0mbone -e 'PRIVATE KEY' "$dir/kept" "$dir/said")
    if [ -s "$dir/kept" ] && [ -s "$dir/said" ] && [ -z "$found" ]; then
        ok "neither key nor passphrase is saved or printed"
    else
        not_ok "neither key nor passphrase is saved or printed" "$found"
    fi

    # Side by side, with a certificate and without.
    to=tls://good.test:${port[s.must13]},at=127.0.0.1,ca=$ca
    "$TLSWHY" compare --json "$to,cert=$dir/user.pem,key=$dir/user.key" "$to" >"$dir/both" 2>&1 </dev/null
    code=$?
    if [ $code = 1 ] && [ "$(jq -r '[.diagnosis[].cause] | join(" ")' "$dir/both")" = client-cert ]; then
        ok "compare finds that one side shows no certificate"
    else
        not_ok "compare finds that one side shows no certificate" "exit $code: $(jq -r '.diagnosis[].summary' "$dir/both")"
    fi

    # The command shown for it shows it, too.
    line=$("$TLSWHY" check --json "tls://good.test:${port[s.must13]},at=127.0.0.1,ca=$ca,cert=$dir/old.pem,key=$dir/old.key" \
        2>/dev/null </dev/null | jq -r '.diagnosis[0].reproduce')
    if timeout 10 bash -c "$line" 2>&1 </dev/null | grep -q 'alert number 45'; then
        ok "the command shown shows the refusal"
    else
        not_ok "the command shown shows the refusal" "$line"
    fi
fi
finish
