#!/usr/bin/env bash
# reference.sh HOST:PORT [SNI] - what a TLS server takes, asked by openssl s_client and gnutls-cli, one thing at a time.
#
# Owns: an answer that tlswhy's sweeps can be held against and that shares no code with them. One line each:
#   version V | cipher V IANA-NAME | group V NAME | sigalg V NAME | order V server|client | dh BITS
# Must not know: tlswhy. What neither program can say (SSL 3.0, suites that only other libraries have) is
# not asked; `reference.sh --ciphers` lists the suites that are.
set -u
export LC_ALL=C OPENSSL_CONF=/dev/null GNUTLS_SYSTEM_PRIORITY_FILE=/dev/null
JOBS=${JOBS:-$(nproc)}
suites_all='ALL:COMPLEMENTOFALL:@SECLEVEL=0'
suites_13=TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_CCM_SHA256:TLS_AES_128_CCM_8_SHA256
declare -A flag=([tls1.0]=-tls1 [tls1.1]=-tls1_1 [tls1.2]=-tls1_2 [tls1.3]=-tls1_3)
# OpenSSL's names of groups, and IANA's where they differ.
groups='X25519 prime256v1 X448 secp521r1 secp384r1 secp224r1 prime192v1 secp256k1 secp224k1 secp192k1 brainpoolP256r1 brainpoolP384r1
    brainpoolP512r1 ffdhe2048 ffdhe3072 ffdhe4096 ffdhe6144 ffdhe8192'
declare -A group_iana=([X25519]=x25519 [X448]=x448 [prime256v1]=secp256r1 [prime192v1]=secp192r1)
ec_groups=$(tr -s ' \n' ':' <<<"${groups%%ffdhe*}")
ec_groups=${ec_groups%:}
sigalgs='rsa_pss_rsae_sha256 rsa_pss_rsae_sha384 rsa_pss_rsae_sha512 rsa_pss_pss_sha256 rsa_pss_pss_sha384 rsa_pss_pss_sha512
    ecdsa_secp256r1_sha256 ecdsa_secp384r1_sha384 ecdsa_secp521r1_sha512 ed25519 ed448'
sigalgs_12='rsa_pkcs1_sha256 rsa_pkcs1_sha384 rsa_pkcs1_sha512 rsa_pkcs1_sha1=RSA+SHA1 rsa_pkcs1_sha224=RSA+SHA224
    ecdsa_sha1=ECDSA+SHA1 ecdsa_sha224=ECDSA+SHA224'
# Suites that Debian's OpenSSL is built without, and those with DHE, for which it does not name the groups of
# RFC 7919 up to TLS 1.2: IANA name, and GnuTLS's key exchange, cipher and MAC.
gnutls_suites='TLS_RSA_WITH_3DES_EDE_CBC_SHA RSA 3DES-CBC SHA1
TLS_DHE_RSA_WITH_3DES_EDE_CBC_SHA DHE-RSA 3DES-CBC SHA1
TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA ECDHE-RSA 3DES-CBC SHA1
TLS_ECDHE_ECDSA_WITH_3DES_EDE_CBC_SHA ECDHE-ECDSA 3DES-CBC SHA1
TLS_RSA_WITH_RC4_128_SHA RSA ARCFOUR-128 SHA1
TLS_RSA_WITH_RC4_128_MD5 RSA ARCFOUR-128 MD5
TLS_ECDHE_RSA_WITH_RC4_128_SHA ECDHE-RSA ARCFOUR-128 SHA1
TLS_ECDHE_ECDSA_WITH_RC4_128_SHA ECDHE-ECDSA ARCFOUR-128 SHA1
TLS_RSA_WITH_CAMELLIA_128_GCM_SHA256 RSA CAMELLIA-128-GCM AEAD
TLS_RSA_WITH_CAMELLIA_256_GCM_SHA384 RSA CAMELLIA-256-GCM AEAD
TLS_DHE_RSA_WITH_CAMELLIA_128_GCM_SHA256 DHE-RSA CAMELLIA-128-GCM AEAD
TLS_DHE_RSA_WITH_CAMELLIA_256_GCM_SHA384 DHE-RSA CAMELLIA-256-GCM AEAD
TLS_ECDHE_RSA_WITH_CAMELLIA_128_GCM_SHA256 ECDHE-RSA CAMELLIA-128-GCM AEAD
TLS_ECDHE_RSA_WITH_CAMELLIA_256_GCM_SHA384 ECDHE-RSA CAMELLIA-256-GCM AEAD
TLS_ECDHE_ECDSA_WITH_CAMELLIA_128_GCM_SHA256 ECDHE-ECDSA CAMELLIA-128-GCM AEAD
TLS_ECDHE_ECDSA_WITH_CAMELLIA_256_GCM_SHA384 ECDHE-ECDSA CAMELLIA-256-GCM AEAD
TLS_DHE_RSA_WITH_AES_128_CBC_SHA DHE-RSA AES-128-CBC SHA1
TLS_DHE_RSA_WITH_AES_256_CBC_SHA DHE-RSA AES-256-CBC SHA1
TLS_DHE_RSA_WITH_AES_128_CBC_SHA256 DHE-RSA AES-128-CBC SHA256
TLS_DHE_RSA_WITH_AES_256_CBC_SHA256 DHE-RSA AES-256-CBC SHA256
TLS_DHE_RSA_WITH_AES_128_GCM_SHA256 DHE-RSA AES-128-GCM AEAD
TLS_DHE_RSA_WITH_AES_256_GCM_SHA384 DHE-RSA AES-256-GCM AEAD
TLS_DHE_RSA_WITH_AES_128_CCM DHE-RSA AES-128-CCM AEAD
TLS_DHE_RSA_WITH_AES_256_CCM DHE-RSA AES-256-CCM AEAD
TLS_DHE_RSA_WITH_AES_128_CCM_8 DHE-RSA AES-128-CCM-8 AEAD
TLS_DHE_RSA_WITH_AES_256_CCM_8 DHE-RSA AES-256-CCM-8 AEAD
TLS_DHE_RSA_WITH_CHACHA20_POLY1305_SHA256 DHE-RSA CHACHA20-POLY1305 AEAD
TLS_DHE_RSA_WITH_CAMELLIA_128_CBC_SHA DHE-RSA CAMELLIA-128-CBC SHA1
TLS_DHE_RSA_WITH_CAMELLIA_256_CBC_SHA DHE-RSA CAMELLIA-256-CBC SHA1
TLS_DHE_RSA_WITH_CAMELLIA_128_CBC_SHA256 DHE-RSA CAMELLIA-128-CBC SHA256
TLS_DHE_RSA_WITH_CAMELLIA_256_CBC_SHA256 DHE-RSA CAMELLIA-256-CBC SHA256'

ciphers_of() { # ciphers_of VERSION: "IANA-NAME OPENSSL-NAME" lines; without pre-shared keys
    local only='$1 !~ /^TLS_(AES|CHACHA)/'
    [ "$1" = tls1.3 ] && only='$1 ~ /^TLS_(AES|CHACHA)/'
    openssl ciphers -s "${flag[$1]}" -stdname -ciphersuites "$suites_13" "$suites_all" |
        awk "$only && \$1 !~ /PSK/ { print \$1, \$3 }"
}
if [ "${1-}" = --ciphers ]; then
    for v in tls1.0 tls1.2 tls1.3; do ciphers_of $v; done | cut -d ' ' -f 1 | sort -u
    cut -d ' ' -f 1 <<<"$gnutls_suites"
    exit
fi

at=${1:?usage: reference.sh HOST:PORT [SNI]}
sni=${2:-good.test}

# s_client OPTION...: one handshake, without judging the certificate; its status tells whether it came about.
s_client() {
    timeout 60 openssl s_client -connect "$at" -servername "$sni" -legacy_server_connect \
        -no-CAfile -no-CApath -no-CAstore "$@" </dev/null 2>&1 # without the CA store: it takes 80 ms to load
}
gnutls() { # gnutls PRIORITIES
    timeout 60 gnutls-cli --insecure --no-ocsp --sni-hostname "$sni" --priority "NONE:+COMP-NULL:+GROUP-ALL:+SIGN-ALL:$1" \
        -p "${at##*:}" "${at%:*}" </dev/null >/dev/null 2>&1
}
# ask LINE OPTION...: prints LINE when the server takes it. Several at once.
ask() {
    local line=$1
    shift
    throttle
    { s_client "$@" >/dev/null && echo "$line"; } &
}
ask_gnutls() {
    throttle
    { gnutls "$2" && echo "$1"; } &
}
running=0
throttle() { ((running++ < JOBS)) || wait -n; }

ask_versions() {
    local v
    for v in tls1.0 tls1.1 tls1.2; do ask "version $v" "${flag[$v]}" -cipher "$suites_all" -groups "$ec_groups"; done
    ask "version tls1.3" -tls1_3
    wait
}

ask_ciphers() { # ask_ciphers VERSION
    local iana name kx cipher mac
    while read -r iana name; do
        if [ "$1" = tls1.3 ]; then
            ask "cipher $1 $iana" -tls1_3 -ciphersuites "$name"
        else
            ask "cipher $1 $iana" "${flag[$1]}" -cipher "$name:@SECLEVEL=0" -groups "$ec_groups"
        fi
    done < <(ciphers_of "$1")
    [ "$1" != tls1.3 ] && command -v gnutls-cli >/dev/null || return
    while read -r iana kx cipher mac; do
        [[ $mac =~ ^(AEAD|SHA256)$ && $1 != tls1.2 ]] ||
            ask_gnutls "cipher $1 $iana" "+VERS-${1^^}:+$kx:+$cipher:+$mac"
    done <<<"$gnutls_suites"
}

# Up to TLS 1.2 a server with an ECDSA key alone refuses who does not name the key's group too: then both
# are offered, and which one is chosen tells.
ask_group_12() { # ask_group_12 VERSION GROUP CURVE
    local line="group $1 ${group_iana[$2]:-$2}"
    if s_client "${flag[$1]}" -cipher ECDHE:@SECLEVEL=0 -groups "$2" >/dev/null ||
        { [ -n "$3" ] && s_client "${flag[$1]}" -cipher ECDHE:@SECLEVEL=0 -groups "$2:$3" | grep -q "^Server Temp Key: .*$2,"; }; then
        echo "$line"
    fi
}
ask_groups() { # ask_groups VERSION
    local g curve
    curve=$(s_client "${flag[$1]}" -cipher aECDSA:@SECLEVEL=0 -groups "$ec_groups" | openssl x509 -noout -text 2>/dev/null |
        sed -n 's/.*ASN1 OID: //p')
    for g in $groups; do
        if [ "$1" = tls1.3 ]; then
            ask "group $1 ${group_iana[$g]:-$g}" -tls1_3 -groups "$g"
        elif [[ $g != ffdhe* ]]; then
            throttle
            ask_group_12 "$1" "$g" "$curve" &
        fi
    done
}

ask_sigalgs() { # ask_sigalgs VERSION
    local s
    for s in $sigalgs; do
        if [ "$1" = tls1.3 ]; then
            ask "sigalg $1 $s" -tls1_3 -sigalgs "$s"
        else
            ask "sigalg $1 $s" -tls1_2 -cipher "ALL:!aNULL:!kRSA:@SECLEVEL=0" -groups "$ec_groups" -sigalgs "$s"
        fi
    done
    [ "$1" = tls1.2 ] || return
    for s in $sigalgs_12; do
        ask "sigalg $1 ${s%=*}" -tls1_2 -cipher "ALL:!aNULL:!kRSA:@SECLEVEL=0" -groups "$ec_groups" -sigalgs "${s#*=}"
    done
}

# Whether of two suites the server takes it chooses its own first, or the client's. None with DHE, which it may
# take only from clients that name groups of RFC 7919.
ask_order() { # ask_order VERSION IANA...: those it takes
    local v=$1 first second a b
    { read -r first && read -r second; } < <(ciphers_of "$v" | awk -v taken="${*:2} " '$1 !~ /_DHE?_/ && index(taken, $1 " ") { print $2 }') || return
    a=$(chosen "$v" "$first:$second")
    b=$(chosen "$v" "$second:$first")
    [ -n "$a" ] && [ -n "$b" ] || return
    if [ "$a" = "$b" ]; then echo "order $v server"; else echo "order $v client"; fi
}
chosen() {
    local -a what=(-cipher "$2:@SECLEVEL=0" -groups "$ec_groups")
    [ "$1" = tls1.3 ] && what=(-ciphersuites "$2")
    s_client "${flag[$1]}" "${what[@]}" | sed -n 's/^New, .*, Cipher is //p'
}

ask_dh() { # ask_dh VERSION
    local who size
    for who in 'DHE:!aNULL' ADH; do
        size=$(s_client "${flag[$1]}" -cipher "$who:@SECLEVEL=0" | sed -n 's/^Server Temp Key: DH, \([0-9]*\) bits/dh \1/p')
        [ -z "$size" ] || break
    done
    [ -z "$size" ] || echo "$size"
}

versions=$(ask_versions | cut -d ' ' -f 2 | sort)
old=$(grep -v tls1.3 <<<"$versions" | tail -n 1) # the newest of the old: groups and DH are asked of that one
for v in $versions; do
    echo "version $v"
    taken=$(ask_ciphers "$v"; wait)
    [ -z "$taken" ] || sort <<<"$taken"
    # shellcheck disable=SC2046 # a list of names
    ask_order "$v" $(cut -d ' ' -f 3 <<<"$taken")
    [[ $v != tls1.3 && $v != "$old" ]] || ask_groups "$v"
    [[ $v < tls1.2 ]] || ask_sigalgs "$v"
    wait
done | sort -u
[ -z "$old" ] || ask_dh "$old"
