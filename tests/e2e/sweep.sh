#!/usr/bin/env bash
# sweep.sh - what real servers take: tlswhy's sweeps beside openssl and gnutls-cli asked one thing at a time
# (tests/lib/reference.sh), beside sslscan and nmap where they are, and beside the server's configuration.
#
# FIELD=all asks more servers, and sslscan and nmap everywhere; it takes minutes.
. "${abs_top_srcdir:?}/tests/lib/e2e.sh"
. "$abs_top_srcdir/tests/lib/field.sh"
need openssl jq date
all=
[ "${FIELD-}" = all ] && all=1
mint_usual
leaf rsa kind=rsa:2048
bundle rsa rsa inter
both=(-dcert "$dir/good.bundle" -dkey "$dir/good.key" -dcert_chain "$dir/good.rest")
old=ALL:COMPLEMENTOFALL:@SECLEVEL=0
openssl genpkey -genparam -algorithm DH -pkeyopt dh_rfc5114:1 -out "$dir/dh1024.pem" 2>/dev/null

# --- servers ------------------------------------------------------------------------------------------

# target PORT WORDS [LINE]...: a server to be asked. LINEs begin with "+", where tlswhy should find what the
# reference cannot ask for, or "~", where either is right; a reason follows after " # ".
declare -a target_port=() target_words=() target_lines=()
target() {
    target_port+=("$1") target_words+=("$2")
    target_lines+=("$(printf '%s\n' "${@:3}")")
}
# configured PORT LINE...: exactly these lines of the given kinds must be among what both found.
declare -A configured=()
configured() { configured[$1]=$(printf '%s\n' "${@:2}"); }

s_server s.old rsa "${both[@]}" -cipher "$old" -groups X25519:P-256:P-384:ffdhe2048
target s.old "s_server, TLS 1.0 to 1.3, all suites, RSA and ECDSA"
s_server s.few rsa -cipher ECDHE-RSA-AES128-GCM-SHA256:DHE-RSA-AES256-SHA256:CAMELLIA256-SHA -groups P-384:X448 \
    -ciphersuites TLS_AES_256_GCM_SHA384 -sigalgs RSA-PSS+SHA384:RSA+SHA256 -serverpref
target s.few "s_server, few suites, groups and signatures, its own order"
configured s.few 'version tls1.2' 'version tls1.3' 'cipher tls1.2 TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256' \
    'cipher tls1.2 TLS_DHE_RSA_WITH_AES_256_CBC_SHA256' 'cipher tls1.2 TLS_RSA_WITH_CAMELLIA_256_CBC_SHA' \
    'cipher tls1.3 TLS_AES_256_GCM_SHA384' 'group tls1.2 secp384r1' 'group tls1.2 x448' 'group tls1.3 secp384r1' \
    'group tls1.3 x448' 'sigalg tls1.2 rsa_pkcs1_sha256' 'sigalg tls1.2 rsa_pss_rsae_sha384' 'sigalg tls1.3 rsa_pss_rsae_sha384' \
    'order tls1.2 server'
s_server s.13 good -tls1_3 -groups X25519:P-256 -ciphersuites TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_CCM_8_SHA256
target s.13 "s_server, TLS 1.3 alone"
configured s.13 'version tls1.3' 'cipher tls1.3 TLS_CHACHA20_POLY1305_SHA256' 'cipher tls1.3 TLS_AES_128_CCM_8_SHA256' \
    'group tls1.3 x25519' 'group tls1.3 secp256r1' 'sigalg tls1.3 ecdsa_secp256r1_sha256' 'order tls1.3 client'
gnutls_serv g.old rsa --priority 'NORMAL:+VERS-ALL:+3DES-CBC:+ARCFOUR-128:+MD5:+DHE-RSA:-GROUP-FFDHE8192:-GROUP-FFDHE6144:-GROUP-FFDHE4096'
target g.old "gnutls-serv, TLS 1.0 to 1.3, 3DES, RC4 and DHE"

nginx n <<END
    server { listen 127.0.0.1:@n.modern@ ssl; ssl_prefer_server_ciphers on; return 200 ok; ssl_ecdh_curve X25519:prime256v1;
             ssl_ciphers ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-AES128-GCM-SHA256;
             ssl_certificate $dir/good.bundle; ssl_certificate_key $dir/good.key; ssl_certificate $dir/rsa.bundle; ssl_certificate_key $dir/rsa.key; }
    server { listen 127.0.0.1:@n.curve@ ssl; return 200 ok; ssl_ecdh_curve X25519:secp384r1; ssl_certificate $dir/good.bundle;
             ssl_certificate_key $dir/good.key; ssl_certificate $dir/rsa.bundle; ssl_certificate_key $dir/rsa.key; ssl_ciphers ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES128-GCM-SHA256; }
    server { listen 127.0.0.1:@n.old@ ssl; ssl_protocols TLSv1 TLSv1.1 TLSv1.2 TLSv1.3; ssl_ciphers $old; return 200 ok;
             ssl_certificate $dir/rsa.bundle; ssl_certificate_key $dir/rsa.key; ssl_dhparam $dir/dh1024.pem; }
END
target n.modern "nginx, two certificates, its own order"
configured n.modern 'version tls1.2' 'version tls1.3' 'cipher tls1.2 TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384' \
    'cipher tls1.2 TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256' 'cipher tls1.2 TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256' \
    'group tls1.2 x25519' 'group tls1.2 secp256r1' 'group tls1.3 x25519' 'group tls1.3 secp256r1' 'order tls1.2 server'
target n.curve "nginx, an ECDSA key outside of its groups"
configured n.curve 'version tls1.2' 'version tls1.3' 'cipher tls1.2 TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256' \
    'cipher tls1.2 TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384' \
    'group tls1.2 x25519' 'group tls1.2 secp384r1' 'group tls1.3 x25519' 'group tls1.3 secp384r1'
[ -n "$all" ] && target n.old "nginx, TLS 1.0 to 1.3, DHE of 1024 bits"

haproxy h <<END
frontend one
    bind 127.0.0.1:@h.few@ ssl crt $dir/rsa.all ssl-min-ver TLSv1.2 ssl-max-ver TLSv1.2 ecdhe secp384r1 ciphers ECDHE-RSA-AES256-GCM-SHA384:AES128-SHA
    http-request return status 200
END
target h.few "haproxy, TLS 1.2 alone"
configured h.few 'version tls1.2' 'cipher tls1.2 TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384' 'cipher tls1.2 TLS_RSA_WITH_AES_128_CBC_SHA' \
    'group tls1.2 secp384r1'

apache a <<END
Listen 127.0.0.1:@a.old@
<VirtualHost 127.0.0.1:@a.old@>
SSLEngine on
SSLProtocol all
SSLCipherSuite DEFAULT:@SECLEVEL=0
SSLHonorCipherOrder on
SSLCertificateFile $dir/rsa.bundle
SSLCertificateKeyFile $dir/rsa.key
</VirtualHost>
Listen 127.0.0.1:@a.new@
<VirtualHost 127.0.0.1:@a.new@>
SSLEngine on
SSLProtocol -all +TLSv1.3
SSLOpenSSLConfCmd Groups X25519:P-521
</VirtualHost>
END
target a.old "apache, TLS 1.0 to 1.3, its own order"
target a.new "apache, TLS 1.3 alone"

stunnel t <<END
[few]
accept = 127.0.0.1:@t@
cert = $dir/rsa.all
sslVersionMin = TLSv1.2
sslVersionMax = TLSv1.2
ciphers = AES256-GCM-SHA384:AES128-SHA256
END
target t "stunnel, TLS 1.2 alone, RSA key exchange alone"
configured t 'version tls1.2' 'cipher tls1.2 TLS_RSA_WITH_AES_256_GCM_SHA384' 'cipher tls1.2 TLS_RSA_WITH_AES_128_CBC_SHA256'

hitch i i rsa <<END
tls-protos = TLSv1.1 TLSv1.2
ciphers = "ECDHE-RSA-AES128-SHA:DHE-RSA-AES128-SHA:@SECLEVEL=0"
prefer-server-ciphers = on
END
target i "hitch, TLS 1.1 and 1.2"

for library in openssl gnutls mbedtls wolfssl nss; do
    lighttpd "l.$library" $library <<END
server.port = @l.$library@
ssl.engine = "enable"
ssl.pemfile = "$dir/rsa.all"
END
    allowed=()
    case $library in # DHE needs a client that names groups of RFC 7919, which openssl does not
    gnutls) allowed=('~dh 2048') ;;
    wolfssl) # with a suite of ChaCha20 it agrees whether it has the key exchange or not; nmap finds the same
        allowed=('~dh 2048' '~dh 3072' '~PSK_WITH_CHACHA20_POLY1305_SHA256') ;;
    esac
    target "l.$library" "lighttpd with $library" "${allowed[@]}"
done

more_servers() {
    local md5='~sigalg tls1.2 rsa_pkcs1_md5 # openssl can no longer offer it'
    local -a ssl3_extensions=('~cipher ssl3 TLS_ECDHE_' '~cipher ssl3 TLS_ECDH_anon_') # without extensions there is no ECDHE, nmap sends them
    openssl genpkey -genparam -algorithm EC -pkeyopt ec_paramgen_curve:P-384 -out "$dir/p384.param"
    leaf p384 "kind=ec:$dir/p384.param"
    bundle p384 p384 inter
    s_server s.ec good -cipher "$old"
    target s.ec "s_server, ECDSA alone"
    s_server s.all rsa -cipher "$old"
    target s.all "s_server, RSA alone, all groups"
    s_server s.12 rsa -tls1_2 -serverpref
    target s.12 "s_server, TLS 1.2 alone, its defaults"
    s_server s.brainpool rsa -tls1_2 -groups brainpoolP256r1:brainpoolP384r1:brainpoolP512r1
    target s.brainpool "s_server, brainpool groups"
    s_server s.x448 rsa -groups X448
    target s.x448 "s_server, X448 alone"
    s_server s.secp224 rsa -groups secp224r1:prime192v1:secp256k1 -cipher "$old"
    target s.secp224 "s_server, old groups"
    s_server s.ffdhe rsa -tls1_3 -groups ffdhe2048:ffdhe3072
    target s.ffdhe "s_server, TLS 1.3 with ffdhe groups alone"
    s_server s.dh1024 rsa -tls1_2 -cipher DHE:@SECLEVEL=0 -dhparam "$dir/dh1024.pem"
    target s.dh1024 "s_server, DHE of 1024 bits alone" '~order tls1.2 # not asked of suites with DHE'
    s_server s.nodhe rsa -cipher "$old" -no_dhe
    target s.nodhe "s_server without DHE"
    s_server s.sha1 rsa -tls1_2 -sigalgs RSA+SHA1 -cipher "$old"
    target s.sha1 "s_server, SHA-1 signatures alone"
    s_server s.pss rsa -sigalgs rsa_pss_rsae_sha512
    target s.pss "s_server, one signature algorithm"
    s_server s.11 rsa -tls1_1 -cipher "$old"
    target s.11 "s_server, TLS 1.1 alone"
    s_server s.10 rsa -tls1 -cipher "$old" "${both[@]}"
    target s.10 "s_server, TLS 1.0 alone"
    s_server s.p384 p384 -cipher "$old"
    target s.p384 "s_server, an ECDSA key of 384 bits"
    gnutls_serv g.new good
    target g.new "gnutls-serv, its defaults, ECDSA"
    gnutls_serv g.13 rsa --priority NORMAL:-VERS-ALL:+VERS-TLS1.3
    target g.13 "gnutls-serv, TLS 1.3 alone"
    gnutls_serv g.server rsa --priority 'NORMAL:%SERVER_PRECEDENCE:-GROUP-ALL:+GROUP-SECP256R1:+GROUP-FFDHE2048'
    target g.server "gnutls-serv, its own order, two groups"
    gnutls_serv g.legacy rsa --priority 'LEGACY:%SERVER_PRECEDENCE'
    target g.legacy "gnutls-serv, LEGACY"
    leaf nss kind=rsa:2048 cn=nss.test # NSS tells certificates of one subject not apart
    bundle nss nss inter
    nss_server e.old nss good -- -V ssl3:tls1.2 -H 1
    target e.old "NSS, SSL 3.0 to TLS 1.2"
    nss_server e.new nss good -- -V tls1.2:
    target e.new "NSS, TLS 1.2 and 1.3"
    node_server o <<END
@o.new@ { key: file("rsa.key"), cert: file("rsa.bundle") }
@o.old@ { key: file("rsa.key"), cert: file("rsa.bundle"), minVersion: "TLSv1", ciphers: "ALL:@SECLEVEL=0", ecdhCurve: "P-256:P-521", honorCipherOrder: true }
END
    target o.new "Node, its defaults"
    target o.old "Node, TLS 1.0 to 1.3"
    openssl pkcs12 -export -in "$dir/rsa.bundle" -inkey "$dir/rsa.key" -name rsa -passout pass:secret -out "$dir/rsa.p12"
    java_server j <<END
@j.new@ $dir/rsa.p12 TLSv1.2,TLSv1.3 - server
@j.old@ $dir/rsa.p12 SSLv3,TLSv1,TLSv1.1,TLSv1.2,TLSv1.3 all server
@j.client@ $dir/rsa.p12 TLSv1.2,TLSv1.3 - client
@j.12@ $dir/rsa.p12 TLSv1.2 TLS_RSA_WITH_AES_128_CBC_SHA,SSL_RSA_WITH_3DES_EDE_CBC_SHA server
END
    target j.new "Java, its defaults" "$md5"
    target j.old "Java, SSL 3.0 to TLS 1.3, all suites" "$md5" "${ssl3_extensions[@]}"
    target j.client "Java, the client's order" "$md5"
    target j.12 "Java, TLS 1.2 with two suites" '~order tls1.2 server # openssl has but one of them'
}
[ -z "$all" ] || more_servers
servers_wait

# Between tlswhy and a server that takes many at once; what must be found is what is found without them.
middles=(relay warn mute mute-rst third two two-fin rate one silent-13)
[ -n "${gone[n]-}" ] || relays n.modern "${middles[@]}"
# Servers that take nothing, or only what no client can use.
liars=(ssl2 unoffered-suite unoffered-group alert-split=40 alert=40 alert-hold=-112 fin rst endless=2 endless=11 garbage alert-flood hello-fin
    drip silent http)
"$fault" "${liars[@]}" >"$dir/liars" 2>"$dir/liars.log" </dev/null &
pid[liars]=$!
until [ "$(wc -l <"$dir/liars")" = ${#liars[@]} ]; do kill -0 "${pid[liars]}" || bail "the bad servers did not start"; done
while read -r p n; do port[$p]=$n owner[$p]=liars; done <"$dir/liars"

# --- asking -------------------------------------------------------------------------------------------

sweep_ours() { # sweep_ours PORT [OPTION]...
    "$meter" "$dir/$1.meter" "$TLSWHY" check --depth full --json "${@:2}" "tls://good.test:${port[$1]},at=127.0.0.1,ca=$ca" \
        >"$dir/$1.json" 2>"$dir/$1.err" </dev/null
    jq -r -f "$abs_top_srcdir/tests/lib/accepts.jq" "$dir/$1.json" 2>&1 | sort >"$dir/$1.ours"
}
sweep_sslscan() {
    timeout 120 "$(tool sslscan)" --xml="$dir/$1.sslscan.xml" --iana-names --sni-name=good.test --no-heartbleed --no-renegotiation \
        --no-compression --no-fallback --no-check-certificate --no-groups --no-colour "127.0.0.1:${port[$1]}" >/dev/null 2>&1 </dev/null
}
sweep_nmap() {
    timeout 120 "$(tool nmap)" --unprivileged -Pn -n -p "${port[$1]}" --script +ssl-enum-ciphers --script-args tls.servername=good.test \
        -oX "$dir/$1.nmap.xml" 127.0.0.1 >/dev/null 2>&1 </dev/null
}
# One after the other: some servers serve one connection at a time.
sweep_all() {
    JOBS=2 "$abs_top_srcdir/tests/lib/reference.sh" "127.0.0.1:${port[$1]}" good.test 2>"$dir/$1.ref.err" | sort >"$dir/$1.reference"
    sweep_ours "$1"
    [ -n "$all" ] || return
    [ -z "$(tool sslscan)" ] || sweep_sslscan "$1"
    [ -z "$(tool nmap)" ] || sweep_nmap "$1"
}
running=0
for p in "${target_port[@]}"; do
    [ -z "${gone[${owner[$p]}]-}" ] || continue
    ((running++ < PROBES_MAX)) || wait -n
    sweep_all "$p" &
    probes+=($!)
done
for p in "${middles[@]}"; do
    [ -n "${port[$p]-}" ] || continue
    ((running++ < PROBES_MAX)) || wait -n
    sweep_ours "$p" --timeout 1 &
    probes+=($!)
done
for p in "${liars[@]}"; do
    ((running++ < PROBES_MAX)) || wait -n
    sweep_ours "$p" --timeout 1 --max-time 25 &
    probes+=($!)
done
wait "${probes[@]}"
probes=()

# --- judging ------------------------------------------------------------------------------------------

# Suites as sslscan and nmap write them down, in the reference's words.
openssl ciphers -stdname ALL:COMPLEMENTOFALL:@SECLEVEL=0 >"$dir/names"
"$abs_top_srcdir/tests/lib/reference.sh" --ciphers >"$dir/askable"
lines_sslscan() {
    sed -n 's/.*<cipher status="[a-z]*" sslversion="\([^"]*\)" .*cipher="\([^"]*\)".*/cipher \1 \2/p' "$1" |
        sed 's/ SSLv\(.\) / ssl\1 /; s/ TLSv/ tls/' |
        awk 'NR == FNR { iana[$3] = $1; next } { print $1, $2, ($3 in iana ? iana[$3] : $3) }' "$dir/names" -
}
lines_nmap() {
    sed 's/<\/*table/\n&/g; s/<elem/\n&/g' "$1" | awk -F '"' '
        /<table key="(SSL|TLS)v/ { v = $2; sub("SSLv", "ssl", v); sub("TLSv", "tls", v) }
        /<elem key="name"/ && v {
            name = $0; sub(/.*key="name">/, "", name); sub(/<.*/, "", name); sub("TLS_AKE_WITH", "TLS", name)
            print "cipher " v " " name
        }'
}
others_read() { # others_read PORT: what they found, and of nmap's what the reference could not ask
    local who
    for who in sslscan nmap; do
        : >"$dir/$1.$who"
        [ -s "$dir/$1.$who.xml" ] && "lines_$who" "$dir/$1.$who.xml" | sort -u >"$dir/$1.$who"
    done
    awk 'NR == FNR { askable[$1] = 1; next }
        $2 == "ssl3" { print "version ssl3" }
        $2 == "ssl3" || !($3 in askable)' "$dir/askable" "$dir/$1.nmap" | sort -u
}

# differences PORT LINES: between the reference and tlswhy, less what LINES allow for.
differences() {
    local line
    grep -v '^unsettled' "$dir/$1.ours" >"$dir/$1.seen"
    { others_read "$1" && cat "$dir/$1.reference" && grep '^+' <<<"$2" | sed 's/^+//; s/ #.*//'; } | sort -u >"$dir/$1.wanted"
    { echo "order ssl3" && grep '^~' <<<"$2" | sed 's/^~//; s/ #.*//'; } >"$dir/$1.either"
    comm -3 "$dir/$1.wanted" "$dir/$1.seen" | grep -vFf "$dir/$1.either" | while IFS= read -r line; do
        case $line in
        $'\t'*) echo "only tlswhy finds: ${line#?}" ;;
        *) echo "tlswhy does not find: $line" ;;
        esac
    done
    grep '^unsettled' "$dir/$1.ours" | grep -vFf "$dir/$1.either"
}

judge_reference() { # judge_reference INDEX
    local p=${target_port[$1]} words=${target_words[$1]} bad
    if [ -n "${gone[${owner[$p]}]-}" ]; then
        skip "$words" "${gone[${owner[$p]}]}"
        return
    fi
    bad=$(differences "$p" "${target_lines[$1]}")
    [ -s "$dir/$p.reference" ] || bad+="the reference found nothing"
    [ -s "$dir/$p.err" ] && bad+="on stderr: $(cat "$dir/$p.err")"
    if [ -z "$bad" ]; then
        ok "$words: as openssl and gnutls-cli find it ($(grep -c '^cipher' "$dir/$p.ours") suites, $(cut -d . -f 1 "$dir/$p.meter") ms)"
    else
        not_ok "$words: as openssl and gnutls-cli find it" "$bad"
    fi
    [ -z "${configured[$p]-}" ] || judge_configured "$p" "$words"
}
judge_configured() { # judge_configured PORT WORDS
    local by bad=''
    cut -d ' ' -f 1,2 <<<"${configured[$1]}" | sed 's/^version .*/version/; s/$/ /' | sort -u >"$dir/$1.kinds"
    for by in ours reference; do
        bad+=$(diff <(sort <<<"${configured[$1]}") <(grep -Ff "$dir/$1.kinds" "$dir/$1.$by" | sort) |
            sed -n "s/^< \(.*\)/configured, not found ($by): \1/p; s/^> \(.*\)/found, not configured ($by): \1/p")
    done
    if [ -z "$bad" ]; then ok "$2: as configured"; else not_ok "$2: as configured" "$bad"; fi
}

# Where sslscan or nmap differ for a reason of theirs: who, servers, lines that only tlswhy finds (+) or only
# they find (-), and the reason. Patterns are of awk and match the whole.
known_differences() {
    cat <<'END'
nmap;s.x448;+cipher .*;it does not offer X448
nmap;s.brainpool;+cipher tls1.2 TLS_ECDHE_.*;it does not offer brainpool groups
nmap;s.few;+cipher tls1.3 .*;it offers neither X448 nor secp384r1 in TLS 1.3
nmap;s.pss;+cipher tls1.2 .*;it does not offer rsa_pss_rsae_sha512
nmap;s.p384;+cipher tls1.3 .*;it does not offer ecdsa_secp384r1_sha384 in TLS 1.3
(sslscan|nmap);s.secp224;+cipher tls1.. TLS_ECDHE?_.*;it offers no groups that old
sslscan;s.brainpool;+cipher tls1.2 TLS_ECDHE_.*;it does not offer brainpool groups
sslscan;l.gnutls;+cipher tls1.2 TLS_DHE_.*;it does not offer the groups of RFC 7919
sslscan;l.wolfssl;+cipher .*;wolfSSL refuses its hello
sslscan;[ej].old;+cipher ssl3 .*;it does not ask for suites of SSL 3.0
nmap;j.old;-cipher ssl3 TLS_ECDHE?_.*;it sends extensions in SSL 3.0, without which there is no ECDHE
END
}
judge_other() { # judge_other WHO INDEX
    local p=${target_port[$2]} bad
    [ -s "$dir/$p.$1.xml" ] || return
    bad=$({ comm -23 "$dir/$p.$1" <(grep '^cipher' "$dir/$p.ours") | sed 's/^/-/'
        comm -13 "$dir/$p.$1" <(grep '^cipher' "$dir/$p.ours") | sed 's/^/+/'; } |
        awk -F ";" -v who="$1" -v server="$p" '
            NR == FNR { if (who ~ "^" $1 "$" && server ~ "^" $2 "$") known[substr($3, 1, 1) "^" substr($3, 2) "$"] = 1; next }
            { for (k in known) if (substr(k, 1, 1) == substr($0, 1, 1) && substr($0, 2) ~ substr(k, 2)) next; print }
        ' <(known_differences) - | sed "s/^-/only $1 finds: /; s/^+/only tlswhy finds: /")
    if [ -z "$bad" ]; then ok "${target_words[$2]}: suites as $1 finds them"; else not_ok "${target_words[$2]}: suites as $1 finds them" "$bad"; fi
}
for ((i = 0; i < ${#target_port[@]}; i++)); do
    judge_reference "$i"
    judge_other sslscan "$i"
    judge_other nmap "$i"
done

# What stands in between changes nothing; where it refuses connections (third, rate) a question may stay open,
# but then tlswhy says so: never is anything "not taken" that is.
judge_middle() { # judge_middle MODE
    local bad line
    if [ -z "${port[$1]-}" ]; then
        skip "behind $1" "${gone[n]}"
        return
    fi
    bad=$(diff <(if [ "$1" = silent-13 ]; then grep -v 'tls1.3' "$dir/n.modern.ours"; else cat "$dir/n.modern.ours"; fi) "$dir/$1.ours" |
        sed -n 's/^< /- /p; s/^> /+ /p' | while IFS= read -r line; do
        case $1:$line in
        third:"+ unsettled"* | rate:"+ unsettled"* | third:"- order"* | rate:"- order"*) ;;
        third:"- "* | rate:"- "*) grep -qF "unsettled ${line#- }:" "$dir/$1.ours" || echo "lost behind it: ${line#- }" ;;
        *) echo "differs behind it: $line" ;;
        esac
    done)
    if [ -z "$bad" ]; then ok "behind $1: the same ($(cut -d . -f 1 "$dir/$1.meter") ms)"; else not_ok "behind $1: the same" "$bad"; fi
}
[ "${#middles[@]}" = 0 ] || for p in "${middles[@]}"; do judge_middle "$p"; done

judge_liar() { # judge_liar MODE
    local bad ms code may='^broken|^unsettled'
    read -r ms _ code <"$dir/$1.meter"
    case $1 in
    ssl2) may+='|^version ssl2$' ;;
    hello-fin | endless=11 | unoffered-group) may+='|^version tls1.2$|^cipher tls1.2 TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256$' ;; # their ServerHello is good
    esac
    bad=$(grep -vE "$may" "$dir/$1.ours")
    [ "$1" != ssl2 ] || grep -qx 'version ssl2' "$dir/$1.ours" || bad+="SSL 2.0 is not found"
    [ "${ms%.*}" -lt 60000 ] || bad+=" it took $ms ms"
    [ "$code" -lt 128 ] || bad+=" exit status $code"
    [ -s "$dir/$1.err" ] && bad+="on stderr: $(cat "$dir/$1.err")"
    if [ -z "$bad" ]; then ok "$1: nothing is taken that is not ($(cut -d . -f 1 "$dir/$1.meter") ms)"; else not_ok "$1: nothing is taken that is not" "$bad"; fi
}
for p in "${liars[@]}"; do judge_liar "$p"; done
finish
