#!/usr/bin/env bash
# limits.sh - clients with limits of their own (min= max= ciphers= groups= sigalgs= hello-size=) against real
# servers: the cause that must come first where nothing is in common, and none where something is.
. "${abs_top_srcdir:?}/tests/lib/e2e.sh"
. "$abs_top_srcdir/tests/lib/field.sh"
need openssl jq date
mint_usual
leaf rsa kind=rsa:2048
bundle rsa rsa inter
both=(-dcert "$dir/good.bundle" -dkey "$dir/good.key" -dcert_chain "$dir/good.rest")

# --- servers ----------------------------------------------------------------------------------------

suites=ECDHE-RSA-AES128-GCM-SHA256:AES256-SHA
s_server s.12 rsa -tls1_2 -cipher "$suites" -groups X25519:P-384 -sigalgs RSA-PSS+SHA256:RSA+SHA256
s_server s.13 rsa -tls1_3 -ciphersuites TLS_AES_256_GCM_SHA384 -groups X25519:P-384 -sigalgs RSA-PSS+SHA256
s_server s.old rsa "${both[@]}" -cipher ALL:@SECLEVEL=0
s_server s.ec good -tls1_2 -groups X25519:P-256
s_server s.dhe rsa -tls1_2 -cipher DHE-RSA-AES128-GCM-SHA256
gnutls_serv g.12 rsa --priority 'NORMAL:-VERS-ALL:+VERS-TLS1.2:-CIPHER-ALL:+AES-128-GCM:+AES-256-CBC:-GROUP-ALL:+GROUP-X25519:+GROUP-SECP384R1:-SIGN-ALL:+SIGN-RSA-PSS-RSAE-SHA256:+SIGN-RSA-SHA256'
gnutls_serv g.13 rsa --priority 'NORMAL:-VERS-ALL:+VERS-TLS1.3:-CIPHER-ALL:+AES-256-GCM:-GROUP-ALL:+GROUP-X25519:+GROUP-SECP384R1:-SIGN-ALL:+SIGN-RSA-PSS-RSAE-SHA256'
gnutls_serv g.reneg rsa --priority 'NORMAL:-VERS-ALL:+VERS-TLS1.2:%DISABLE_SAFE_RENEGOTIATION'
gnutls_serv g.reneg13 rsa --priority 'NORMAL:-VERS-ALL:+VERS-TLS1.3:%DISABLE_SAFE_RENEGOTIATION'
gnutls_serv g.renegany rsa --priority 'NORMAL:%DISABLE_SAFE_RENEGOTIATION'
gnutls_serv g.ems rsa --priority 'NORMAL:-VERS-ALL:+VERS-TLS1.2:%NO_SESSION_HASH'
gnutls_serv g.etm rsa --priority 'NORMAL:-VERS-ALL:+VERS-TLS1.2:%NO_ETM'
nginx n <<END
    ssl_ecdh_curve X25519:secp384r1;
    server { listen 127.0.0.1:@n.12@ ssl; ssl_protocols TLSv1.2; ssl_ciphers $suites; return 200 ok;
             ssl_certificate $dir/rsa.bundle; ssl_certificate_key $dir/rsa.key; }
    server { listen 127.0.0.1:@n.13@ ssl; ssl_protocols TLSv1.3; ssl_conf_command Ciphersuites TLS_AES_256_GCM_SHA384; return 200 ok;
             ssl_certificate $dir/rsa.bundle; ssl_certificate_key $dir/rsa.key; }
    server { listen 127.0.0.1:@n.any@ ssl; ssl_ecdh_curve auto; return 200 ok;
             ssl_certificate $dir/rsa.bundle; ssl_certificate_key $dir/rsa.key; }
END
haproxy h <<END
frontend h12
    bind 127.0.0.1:@h.12@ ssl crt $dir/rsa.all ssl-max-ver TLSv1.2 ciphers $suites ecdhe X25519:secp384r1
    http-request return status 200
frontend h13
    bind 127.0.0.1:@h.13@ ssl crt $dir/rsa.all ssl-min-ver TLSv1.3 ciphersuites TLS_AES_256_GCM_SHA384
    http-request return status 200
END
servers_wait

# --- cases ------------------------------------------------------------------------------------------

ask() { # ask PORT EXPECTED WORDS [KEYS]
    try "$1" "$2" "$1: $3" "tls://good.test:@$1@,at=127.0.0.1,ca=$ca${4-}"
}
suites='failing cipher-mismatch !version-mismatch !group-mismatch'
groups='failing group-mismatch !version-mismatch !cipher-mismatch'
version='failing version-mismatch !cipher-mismatch !group-mismatch'
# GnuTLS refuses with alert 40 for a version as for a suite: it may speak TLS 1.2 with none that fits its key.
declare -A alone_13=([g]='failing version-mismatch ?cipher-mismatch !group-mismatch')
extension='failing extension-mismatch !version-mismatch !cipher-mismatch !group-mismatch'

for by in s n g h; do
    ask $by.12 "ok ~" "nothing limited"
    ask $by.13 "ok ~" "nothing limited"
    ask $by.12 "$version" "TLS 1.2 alone, a client from 1.3 on" ,min=tls1.3
    ask $by.13 "${alone_13[$by]-$version}" "TLS 1.3 alone, a client up to 1.2" ,max=tls1.2
    ask $by.12 "$version" "TLS 1.2 alone, a client up to 1.1" ,max=tls1.1
    ask $by.12 "$suites" "no common suite" ,ciphers=ECDHE-RSA-AES256-GCM-SHA384+ECDHE-ECDSA-AES128-GCM-SHA256
    ask $by.13 "$suites" "no common suite of TLS 1.3" ,ciphers=TLS_AES_128_GCM_SHA256+TLS_CHACHA20_POLY1305_SHA256
    ask $by.12 "$suites" "suites for another kind of certificate" ,ciphers=ECDHE-ECDSA-AES128-GCM-SHA256,max=tls1.2
    ask $by.12 "ok" "one common suite" ,ciphers=ECDHE-ECDSA-AES128-GCM-SHA256+ECDHE-RSA-AES128-GCM-SHA256
    ask $by.12 "ok" "one common suite, and parts that make another" ,ciphers=ECDHE-RSA-AES256-SHA+AES128-GCM-SHA256+AES256-SHA
    ask $by.12 "$groups" "no common group" ,groups=secp521r1+x448,ciphers=ECDHE-RSA-AES128-GCM-SHA256
    ask $by.12 "ok" "no common group, and a suite that needs none" ,groups=secp521r1,ciphers=ECDHE-RSA-AES128-GCM-SHA256+AES256-SHA
    ask $by.12 "ok" "one common group" ,groups=secp521r1+secp384r1
    ask $by.12 "$groups" "no common signature algorithm" ,sigalgs=ecdsa_secp256r1_sha256+ed25519,ciphers=ECDHE-RSA-AES128-GCM-SHA256
    ask $by.12 "ok" "one common signature algorithm" ,sigalgs=rsa_pkcs1_sha512+rsa_pkcs1_sha256
    ask $by.12 "ok ~" "a hello of 4000 bytes" ,hello-size=4000
    ask $by.13 "ok ~" "a hello of 4000 bytes" ,hello-size=4000
done
for by in s n g; do
    ask $by.13 "$groups" "no common group" ,groups=secp521r1+x448
done
for by in s n h; do
    ask $by.12 "$suites" "no common suite, though their parts make one" ,ciphers=ECDHE-RSA-AES256-SHA+AES128-GCM-SHA256
done
for by in s g; do
    ask $by.12 "$groups" "signature algorithms of the same key, none in common" ,sigalgs=rsa_pkcs1_sha512+rsa_pss_rsae_sha384,ciphers=ECDHE-RSA-AES128-GCM-SHA256
done
for by in s n g h; do
    ask $by.13 "$groups" "no common signature algorithm" ,sigalgs=ecdsa_secp256r1_sha256+rsa_pkcs1_sha256
    ask $by.13 "ok" "one common group, not the first" ,groups=secp521r1+secp384r1
done
for by in s.old n.any; do
    ask $by "ok" "one old group" ,groups=secp521r1
    ask $by "ok" "one suite" ,ciphers=ECDHE-RSA-CHACHA20-POLY1305,max=tls1.2
    ask $by "$suites" "Camellia and ARIA alone" ,ciphers=TLS_ECDHE_ECDSA_WITH_CAMELLIA_256_GCM_SHA384
    ask $by "ok ~" "a hello of 16000 bytes" ,hello-size=16000
done
ask s.old "ok" "a client of TLS 1.0" ,min=tls1.0,max=tls1.0
ask s.old "ok" "both certificates, a client for ECDSA" ,ciphers=ECDHE-ECDSA-AES128-GCM-SHA256
ask n.any "$version" "a client of TLS 1.0 and 1.1" ,min=tls1.0,max=tls1.1
ask s.ec "$suites" "ECDSA alone, a client for RSA" ,ciphers=ECDHE-RSA-AES128-GCM-SHA256+AES128-SHA
ask s.ec "ok" "ECDSA alone" ,ciphers=ECDHE-ECDSA-AES128-GCM-SHA256
ask s.ec "$groups" "ECDSA alone, a client that lacks the key's curve" ,groups=x25519,max=tls1.2
ask s.dhe "ok" "DHE alone"
ask s.dhe "$suites" "DHE alone, a client without it" ,ciphers=ECDHE-RSA-AES128-GCM-SHA256
ask g.reneg "$extension" "no secure renegotiation"
ask g.reneg "$extension" "no secure renegotiation, a client up to 1.2" ,max=tls1.2
ask g.reneg13 "ok" "no secure renegotiation, TLS 1.3"
ask g.renegany "ok" "no secure renegotiation, TLS 1.2 and 1.3"
ask g.renegany "$extension" "no secure renegotiation, TLS 1.2 and 1.3, a client up to 1.2" ,max=tls1.2
ask g.ems "ok" "no extended master secret"
ask g.etm "ok" "no encrypt-then-mac"
results
finish
