#!/usr/bin/env bash
# versions.sh - protocol versions, and the look-alikes: suites, groups and signature algorithms.
. "${abs_top_srcdir:?}/tests/lib/e2e.sh"
need openssl jq date
mint_usual
leaf rsa kind=rsa:2048
bundle rsa rsa inter

# --- servers ----------------------------------------------------------------------------------------

old=(-cipher ALL:@SECLEVEL=0)
s_server s.10 rsa -tls1 "${old[@]}"
s_server s.11 rsa -tls1_1 "${old[@]}"
s_server s.11-strict rsa -tls1_1 # enabled, but no signature algorithm is allowed for it
s_server s.12 good -tls1_2
s_server s.13 good -tls1_3
s_server s.any good
s_server s.camellia rsa -tls1_2 -cipher CAMELLIA256-SHA:@SECLEVEL=0
s_server s.aria good -tls1_2 -cipher ECDHE-ECDSA-ARIA256-GCM-SHA384
s_server s.ccm8 good -tls1_3 -ciphersuites TLS_AES_128_CCM_8_SHA256
s_server s.brainpool rsa -tls1_2 -groups brainpoolP256r1 -cipher ECDHE-RSA-AES128-GCM-SHA256
for bits in 1536 2048; do
    openssl genpkey -genparam -algorithm DH -pkeyopt group:modp_$bits -out "$dir/dh$bits.pem"
    s_server s.dh$bits rsa -tls1_2 -cipher DHE-RSA-AES128-GCM-SHA256:@SECLEVEL=0 -dhparam "$dir/dh$bits.pem"
done
s_server s.sha1sig rsa -tls1_2 -sigalgs RSA+SHA1 -cipher ECDHE-RSA-AES128-GCM-SHA256:@SECLEVEL=0

gnutls_serv g.10 rsa --priority NORMAL:-VERS-ALL:+VERS-TLS1.0
gnutls_serv g.11 rsa --priority NORMAL:-VERS-ALL:+VERS-TLS1.0:+VERS-TLS1.1
gnutls_serv g.12 good --priority NORMAL:-VERS-ALL:+VERS-TLS1.2
gnutls_serv g.13 good --priority NORMAL:-VERS-ALL:+VERS-TLS1.3
gnutls_serv g.any good
gnutls_serv g.camellia good --priority NORMAL:-VERS-ALL:+VERS-TLS1.2:-CIPHER-ALL:+CAMELLIA-256-GCM
gnutls_serv g.3des rsa --priority NORMAL:-VERS-ALL:+VERS-TLS1.2:-CIPHER-ALL:+3DES-CBC

nginx n <<END
    server { listen 127.0.0.1:@n.10@ ssl; ssl_protocols TLSv1; ssl_ciphers ALL:@SECLEVEL=0; return 200 ok; }
    server { listen 127.0.0.1:@n.11@ ssl; ssl_protocols TLSv1 TLSv1.1; ssl_ciphers ALL:@SECLEVEL=0; return 200 ok; }
    server { listen 127.0.0.1:@n.11-strict@ ssl; ssl_protocols TLSv1.1; return 200 ok; }
    server { listen 127.0.0.1:@n.12@ ssl; ssl_protocols TLSv1.2; return 200 ok; }
    server { listen 127.0.0.1:@n.13@ ssl; ssl_protocols TLSv1.3; return 200 ok; }
    server { listen 127.0.0.1:@n.any@ ssl; return 200 ok; }
    server { listen 127.0.0.1:@n.aria@ ssl; ssl_protocols TLSv1.2; ssl_ciphers ECDHE-ECDSA-ARIA256-GCM-SHA384; return 200 ok; }
    server { listen 127.0.0.1:@n.brainpool@ ssl; ssl_protocols TLSv1.2; ssl_ecdh_curve brainpoolP384r1;
             ssl_ciphers ECDHE-RSA-AES128-GCM-SHA256; return 200 ok;
             ssl_certificate $dir/rsa.bundle; ssl_certificate_key $dir/rsa.key; }
END

haproxy_bind() { # haproxy_bind PORT BUNDLE WORDS
    printf 'frontend %s\n bind 127.0.0.1:@%s@ ssl crt %s %s\n http-request return status 200\n' "$1" "$1" "$dir/$2.all" "$3"
}
haproxy h < <(
    haproxy_bind h.10 rsa 'ssl-min-ver TLSv1.0 ssl-max-ver TLSv1.0 ciphers ALL:@SECLEVEL=0'
    haproxy_bind h.11 rsa 'ssl-min-ver TLSv1.0 ssl-max-ver TLSv1.1 ciphers ALL:@SECLEVEL=0'
    haproxy_bind h.12 good 'ssl-min-ver TLSv1.2 ssl-max-ver TLSv1.2'
    haproxy_bind h.13 good 'ssl-min-ver TLSv1.3'
    haproxy_bind h.any good ''
    haproxy_bind h.brainpool rsa 'ssl-max-ver TLSv1.2 ecdhe brainpoolP256r1 ciphers ECDHE-RSA-AES128-GCM-SHA256'
)
servers_wait

# --- cases ------------------------------------------------------------------------------------------

declare -A program=([n]=nginx [s]=s_server [g]=gnutls-serv [h]=haproxy)
ask() { # ask PORT EXPECTED WORDS [KEYS]
    try "$1" "$2" "${program[${1%%.*}]}: $3" "tls://good.test:@$1@,at=127.0.0.1,ca=$ca${4-}"
}
wrong_version='failing version-mismatch !cipher-mismatch !group-mismatch !middlebox'
# GnuTLS refuses with alert 40 for a version as for a suite: it may speak TLS 1.2 with none that fits its key.
declare -A alone_13=([g]='failing version-mismatch ?cipher-mismatch !group-mismatch !middlebox')
for by in n s g h; do
    ask $by.10 "$wrong_version" "TLS 1.0 alone"
    ask $by.11 "$wrong_version" "TLS 1.1 at best"
    ask $by.12 "ok ~" "TLS 1.2 alone"
    ask $by.13 "ok ~" "TLS 1.3 alone"
    ask $by.any "ok ~" "both current versions"
    ask $by.any "ok ~" "both, for a client that ends at TLS 1.2" ,max=tls1.2
    ask $by.any "ok ~" "both, for a client that begins at TLS 1.3" ,min=tls1.3
    ask $by.13 "${alone_13[$by]-$wrong_version}" "TLS 1.3 alone, for a client that ends at 1.2" ,max=tls1.2
    ask $by.12 "$wrong_version" "TLS 1.2 alone, for a client that begins at 1.3" ,min=tls1.3
done
for by in n s h; do
    ask $by.any "$wrong_version" "both current versions, for a client that ends at 1.1" ,max=tls1.1
done
ask g.11 "ok" "TLS 1.1 at best, for a client that ends there" ,min=tls1.0,max=tls1.1
for by in n s; do
    ask $by.11-strict "$wrong_version" "TLS 1.1 alone, which its library then refuses"
done

other_suites='failing cipher-mismatch !group-mismatch !version-mismatch'
ask s.camellia "$other_suites" "Camellia alone"
ask s.aria "$other_suites" "ARIA alone"
ask s.ccm8 "$other_suites" "AES-128-CCM-8 alone, TLS 1.3"
ask n.aria "$other_suites" "ARIA alone"
ask g.camellia "$other_suites" "Camellia alone"
ask g.3des "$other_suites" "3DES alone"
ask s.dh1536 "failing group-mismatch !cipher-mismatch" "a Diffie-Hellman group of 1536 bits"
ask s.dh2048 "ok" "a Diffie-Hellman group of 2048 bits"
other_groups='failing group-mismatch !cipher-mismatch !version-mismatch'
ask s.brainpool "$other_groups" "a brainpool group alone"
ask n.brainpool "$other_groups" "a brainpool group alone"
ask h.brainpool "$other_groups" "a brainpool group alone"
ask s.sha1sig "$other_groups" "SHA-1 signatures alone"
results
finish
