#!/usr/bin/env bash
# certs.sh - every fault a certificate can have, sent by nginx, OpenSSL and GnuTLS.
. "${abs_top_srcdir:?}/tests/lib/e2e.sh"
need openssl jq date

# --- what the servers send: a word, and the certificates in the order in which they are sent --------

mint_usual
mint late issuer=root cn=late ca=0 from=-400 to=-10 # an intermediate that has expired
mint other ca=1 cn=other to=3000                    # a root nobody knows, and an intermediate of it
mint between issuer=other ca=0 cn=between to=1000
mint fetched issuer=other ca=0 cn=fetched aia=http://127.0.0.1:9/ca.der to=1000 # as public CAs have it
mint impostor ca=1 cn=root to=3000                  # the right name, another key

leaf expired from=-90 to=-10
leaf upper-expired issuer=late
leaf not-yet from=10 to=100
leaf soon from=-85 to=4
leaf wrong-name san=DNS:other.test,DNS:*.sub.good.test
leaf cn-only san=
leaf self issuer=self
leaf private issuer=between
leaf private-aia issuer=fetched
leaf root-sent issuer=between
leaf root-swapped issuer=impostor
leaf rsa1024 kind=rsa:1024
leaf sha1 md=sha1
leaf client-only eku=clientAuth
leaf expired-and-wrong san=DNS:other.test from=-90 to=-10

bundle expired expired inter
bundle upper-expired upper-expired late
bundle not-yet not-yet inter
bundle soon soon inter
bundle wrong-name wrong-name inter
bundle cn-only cn-only inter
bundle self self
bundle private private between
bundle private-aia private-aia fetched
bundle root-sent root-sent between other
bundle root-swapped root-swapped impostor
bundle rsa1024 rsa1024 inter
bundle sha1 sha1 inter
bundle client-only client-only inter
bundle expired-and-wrong expired-and-wrong inter
for name in with-root disorder extra leaf-alone wrong-intermediate; do cp "$dir/good.pem" "$dir/$name.pem" && cp "$dir/good.key" "$dir/$name.key"; done
bundle with-root good inter root
bundle disorder good root inter
bundle extra good inter other between
bundle leaf-alone good
bundle wrong-intermediate good between

# FAULT, what is expected, and in words
cases=(
    'good|ok ~|nothing wrong'
    'expired|failing cert-expired|the leaf has expired'
    'upper-expired|failing cert-expired|the intermediate has expired'
    'not-yet|failing cert-not-yet-valid|the leaf begins in the future'
    'soon|ok +cert-expired|the leaf ends within a tenth of its life'
    'wrong-name|failing cert-name-mismatch|a certificate for other names'
    'cn-only|failing cert-name-mismatch|the name only in CN'
    'self|failing cert-self-signed !cert-untrusted-ca|a self-signed leaf'
    'private|failing cert-untrusted-ca !cert-incomplete-chain|an intermediate of a private root, which is not sent'
    'private-aia|failing ?cert-untrusted-ca ?cert-incomplete-chain|an intermediate whose issuer is nowhere, but may be fetched'
    'root-sent|failing cert-untrusted-ca|an unknown root, sent along'
    'root-swapped|failing cert-untrusted-ca|a root of the right name with another key'
    'rsa1024|failing cert-weak|RSA of 1024 bits'
    'sha1|failing cert-weak|a SHA-1 signature'
    'client-only|failing cert-weak|a certificate for clients only'
    'expired-and-wrong|failing cert-expired cert-name-mismatch|two faults at once'
    'with-root|ok ~|the root sent along'
    'disorder|ok +cert-incomplete-chain|the wrong order'
    'extra|ok|certificates that do not belong there'
    'leaf-alone|failing cert-incomplete-chain ?cert-untrusted-ca|no intermediate'
    'wrong-intermediate|failing cert-incomplete-chain|the wrong intermediate'
)
weak=' rsa1024 sha1 ' # what OpenSSL does not even load unless told to

# --- servers ----------------------------------------------------------------------------------------

blocks() { # blocks PREFIX FAULT...
    local fault
    for fault in "${@:2}"; do
        cat <<END
    server { listen 127.0.0.1:@$1.$fault@ ssl; return 200 ok;
             ssl_certificate $dir/$fault.bundle; ssl_certificate_key $dir/$fault.key; ssl_ciphers DEFAULT:@SECLEVEL=0; }
END
    done
}

strong=()
for row in "${cases[@]}"; do
    name=${row%%|*}
    [[ $weak == *" $name "* ]] || strong+=("$name")
    s_server "s.$name" "$name" -cipher DEFAULT:@SECLEVEL=0
    gnutls_serv "g.$name" "$name"
done
nginx n < <(blocks n "${strong[@]}")
# shellcheck disable=SC2086 # a list of words
nginx nw < <(blocks n $weak)
servers_wait

# --- cases ------------------------------------------------------------------------------------------

for row in "${cases[@]}"; do
    IFS='|' read -r name expected words <<<"$row"
    try "n.$name" "$expected" "nginx: $words" "https://good.test:@n.$name@,at=127.0.0.1,ca=$ca"
    try "s.$name" "$expected" "s_server: $words" "tls://good.test:@s.$name@,at=127.0.0.1,ca=$ca"
    try "n.$name" "$expected" "nginx, TLS 1.2 alone: $words" "https://good.test:@n.$name@,at=127.0.0.1,ca=$ca,max=tls1.2"
    [ "$name" = disorder ] && expected="ok ~" # it sorts what it loads
    try "g.$name" "$expected" "gnutls-serv: $words" "tls://good.test:@g.$name@,at=127.0.0.1,ca=$ca"
done
cat "$dir/other.pem" "$dir/root.pem" >"$dir/both.pem"
openssl x509 -in "$dir/root.pem" -outform DER -out "$dir/root.der"
for by in n s g; do
    try "$by.self" "ok" "$by: a self-signed leaf that is in ca=" "tls://good.test:@$by.self@,at=127.0.0.1,ca=$dir/self.pem"
    try "$by.private" "ok ~" "$by: the private root is in ca=" "tls://good.test:@$by.private@,at=127.0.0.1,ca=$dir/both.pem"
done
try s.good "ok ~" "ca= in DER" "tls://good.test:@s.good@,at=127.0.0.1,ca=$dir/root.der"
try s.good "ok ~" "an address that the certificate is for" "tls://127.0.0.1:@s.good@,ca=$ca"
try s.good "failing cert-name-mismatch" "an address that the certificate is not for" \
    "tls://127.0.0.2:@s.good@,at=127.0.0.1,ca=$ca"
try s.wrong-name "ok ~" "a name under a wildcard" "tls://x.sub.good.test:@s.wrong-name@,at=127.0.0.1,ca=$ca"
try s.wrong-name "failing cert-name-mismatch" "two labels under a wildcard" \
    "tls://y.x.sub.good.test:@s.wrong-name@,at=127.0.0.1,ca=$ca"
try s.wrong-name "ok ~" "name= that fits" "tls://good.test:@s.wrong-name@,at=127.0.0.1,ca=$ca,name=other.test"
try s.good "ok +cert-expired" "--min-days beyond its end" --min-days 200 "tls://good.test:@s.good@,at=127.0.0.1,ca=$ca"
mkdir "$dir/cas" && cp "$dir/root.der" "$dir/cas/"
try s.good "ok ~" "ca= is a directory" "tls://good.test:@s.good@,at=127.0.0.1,ca=$dir/cas"
try s.good "failing cert-untrusted-ca" "ca= holds another root" "tls://good.test:@s.good@,at=127.0.0.1,ca=$dir/other.pem"
results
finish
