#!/usr/bin/env bash
# bisect.sh - one thing in a client's hello makes a real server refuse it: that very thing is found, and no other.
. "${abs_top_srcdir:?}/tests/lib/e2e.sh"
need openssl jq
mint_usual
leaf rsa kind=rsa:2048
bundle rsa rsa inter
seeds=$abs_top_srcdir/tests/fuzz/seeds/fuzz_heard

# --- servers ----------------------------------------------------------------------------------------

s_server s.any good
s_server s.13 good -tls1_3
s_server s.13rsa rsa -tls1_3
s_server s.12 rsa -tls1_2
s_server s.cipher rsa -tls1_2 -cipher ECDHE-RSA-CHACHA20-POLY1305
s_server s.cipher13 good -tls1_3 -ciphersuites TLS_AES_128_CCM_SHA256
s_server s.group good -tls1_3 -groups P-521
s_server s.sigalg rsa -tls1_3 -sigalgs RSA-PSS+SHA512
gnutls_serv g.12 rsa --priority NORMAL:-VERS-ALL:+VERS-TLS1.2
gnutls_serv g.group rsa --priority NORMAL:-VERS-ALL:+VERS-TLS1.3:-GROUP-ALL:+GROUP-SECP384R1
nginx n <<END
    server { listen 127.0.0.1:@n.13@ ssl; ssl_protocols TLSv1.3; return 200 ok; }
    server { listen 127.0.0.1:@n.name@ ssl default_server; ssl_reject_handshake on; }
    server { listen 127.0.0.1:@n.name@ ssl; server_name good.test; return 200 ok; }
    server { listen 127.0.0.1:@n.curve@ ssl; ssl_protocols TLSv1.3; ssl_ecdh_curve secp521r1; return 200 ok; }
END
servers_wait

any=${port[s.any]}
rules=(alert-ext-17513 rst-ext-17513 alert-need-23 alert-suite-0xc027 alert-suite-0x0a drop-larger-1400
    alert-larger-1400 alert-records-0 alert-ext-21)
faults "${rules[@]/#/picky=$any-}" "third=$any" alert=40
for rule in "${rules[@]}"; do
    port[$rule]=${port[picky=$any-$rule]} owner[$rule]=fault
done

# --- what is found ----------------------------------------------------------------------------------

# found SERVER CLIENT EXPECTED CAUSE WORDS [OPTION]...: the state, then part, name and + (it lacks it) or - of each
# change; the cause that is named, "none" or "any".
found() {
    local server=$1 client=$2 expected=$3 cause=$4 words="$1: $5" is named
    shift 5
    if [ -n "${gone[${owner[$server]}]-}" ]; then
        skip "$words" "${gone[${owner[$server]}]}"
        return
    fi
    timeout 90 "$TLSWHY" replay --json --timeout 2 --ca "$ca" "$@" "$client" \
        "tls://good.test:${port[$server]},at=127.0.0.1" >"$dir/out" 2>"$dir/err" </dev/null
    is=$(jq -r '.columns[0].facts.replay | .state + ([(.value.changes // [])[] |
        " " + .part + (if .name then ":" + .name else "" end) + (if .adds then "+" else "-" end)] | add // "")' "$dir/out")
    named=$(jq -r '[.diagnosis[].cause] | unique | join(" ")' "$dir/out")
    if [[ $is != "$expected" ]]; then
        not_ok "$words" "found: $is, not: $expected"$'\n'"$(jq -c '.columns[0].facts.replay' "$dir/out" | cat "$dir/err" -)"
    elif [ "$cause" != any ] && [ "${named:-none}" != "$cause" ]; then
        not_ok "$words" "the cause named is: $named"
    elif [ "$(jq '.columns[0].facts.replay.value.connections' "$dir/out")" -gt 130 ]; then
        not_ok "$words" "with too many connections"
    else
        ok "$words"
    fi
}

found s.13 openssl-1.0.2 "yes version:TLS 1.3+" version-mismatch "an old client, and TLS 1.3 only"
found s.13rsa java-8 "yes version:TLS 1.3+" version-mismatch "an old client, and TLS 1.3 only, with an RSA key"
found n.13 python-2.7 "yes version:TLS 1.3+" version-mismatch "the same, of nginx"
found s.12 default "yes version:TLS 1.2+" version-mismatch "a client limited to TLS 1.3, and TLS 1.2 only" --min tls1.3
found g.12 firefox-132 "yes version:TLS 1.2+" version-mismatch "the same, of GnuTLS" --min tls1.3
found s.cipher java-8 "yes suite:TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256+" cipher-mismatch "one suite, which the client lacks"
found s.group chrome-131 "yes group:secp521r1+" group-mismatch "one group, which the client lacks"
found n.curve chrome-131 "yes group:secp521r1+" group-mismatch "the same, of nginx"
found g.group default "yes group:secp384r1+" group-mismatch "one group, and a client limited to another" --groups x25519
found s.sigalg default "yes sigalg:rsa_pss_rsae_sha512+" group-mismatch "one signature algorithm" \
    --sigalgs rsa_pss_rsae_sha256+ed25519
found n.name openssl-1.0.2 "yes sni:server_name+" sni "a server name is insisted on" --sni none
found s.cipher13 chrome-131 "unsure" any "a suite nobody of the known clients offers"

found alert-ext-17513 chrome-131 "yes extension:application_settings_old-" server-config "chokes on an extension"
found rst-ext-17513 chrome-131 "yes extension:application_settings_old-" middlebox "resets for an extension"
found alert-need-23 openssl-1.0.2 "yes extension:extended_master_secret+" extension-mismatch "insists on an extension"
found alert-suite-0xc027 java-8 "yes suite:TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256-" server-config "chokes on a suite"
found drop-larger-1400 chrome-131 "yes size- share:X25519MLKEM768-" middlebox "drops large hellos"
found alert-larger-1400 chrome-131 "yes size- share:X25519MLKEM768-" middlebox "refuses large hellos"

# --- a saved hello ----------------------------------------------------------------------------------

found alert-records-0 "$seeds/records" "yes records-" middlebox "a saved hello in several records, which are minded"
found alert-ext-21 "$seeds/openssl-pad" "yes size-" middlebox "a saved hello, whose padding is minded"
found s.13 "$seeds/openssl12" "yes version:TLS 1.3+" version-mismatch "a saved hello of TLS 1.2, and TLS 1.3 only"

# --- nothing to be found ----------------------------------------------------------------------------

found s.any chrome-131 no none "accepted as it is"
found s.any "$seeds/curl" no none "a saved hello, accepted as it is"
found alert=40 chrome-131 unsure any "refused whatever is sent"
for i in 1 2 3; do
    timeout 90 "$TLSWHY" replay --json --timeout 2 --ca "$ca" chrome-131 \
        "tls://good.test:${port[third=$any]},at=127.0.0.1" >"$dir/out" 2>"$dir/err" </dev/null
    if [ "$(jq -r '.columns[0].facts.replay.state' "$dir/out")" = yes ]; then
        not_ok "a server that lets every third down, try $i" "$(jq -c '.columns[0].facts.replay' "$dir/out")"
    else
        ok "a server that lets every third down is not blamed, try $i"
    fi
done

# Nobody searches a hello for what another server name has settled.
timeout 60 "$TLSWHY" check --json --timeout 2 --ca "$ca" --client firefox-105 --sni none \
    "tls://good.test:${port[n.name]-0},at=127.0.0.1" >"$dir/out" 2>"$dir/err" </dev/null
if [ -n "${gone[n]-}" ]; then
    skip "what another name settles is not searched for" "${gone[n]}"
elif jq -e '.columns[0].facts.replay.state == "not-asked" and ([.diagnosis[].cause] == ["sni"])' \
    "$dir/out" >/dev/null; then
    ok "what another name settles is not searched for"
else
    not_ok "what another name settles is not searched for" "$(jq -c '.diagnosis, .columns[0].facts.replay' "$dir/out")"
fi
finish
