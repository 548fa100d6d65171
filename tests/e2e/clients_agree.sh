#!/usr/bin/env bash
# clients_agree.sh - known clients at real servers: what is worked out from the lists of what a server takes, beside what
# the server answers to each client's own hello.
. "${abs_top_srcdir:?}/tests/lib/e2e.sh"
. "$abs_top_srcdir/tests/lib/field.sh"
need openssl jq
mint_usual
leaf rsa kind=rsa:2048
bundle rsa rsa inter
leaf late from=-30 to=-3
bundle late late inter
leaf sha1 kind=rsa:2048 md=sha1
bundle sha1 sha1 inter
old=ALL:COMPLEMENTOFALL:@SECLEVEL=0
openssl genpkey -genparam -algorithm DH -pkeyopt dh_rfc5114:1 -out "$dir/dh1024.pem" 2>/dev/null
openssl genpkey -genparam -algorithm DH -pkeyopt group:modp_2048 -out "$dir/dh2048.pem" 2>/dev/null

# --- servers ------------------------------------------------------------------------------------------

asked=() words=()
ask() { asked+=("$1") words+=("$2"); } # ask PORT WORDS

s_server s.rsa rsa
ask s.rsa "s_server, RSA"
s_server s.both rsa -dcert "$dir/good.bundle" -dkey "$dir/good.key" -dcert_chain "$dir/good.rest" -cipher "$old"
ask s.both "s_server, all versions and suites, RSA and ECDSA"
s_server s.ecdsa good -cipher "$old"
ask s.ecdsa "s_server, all versions, ECDSA alone"
s_server s.few rsa -serverpref -cipher ECDHE-RSA-AES128-GCM-SHA256:DHE-RSA-AES256-SHA256:AES128-SHA -groups P-384:X25519 \
    -ciphersuites TLS_AES_256_GCM_SHA384
ask s.few "s_server, few suites and groups, its own order"
s_server s.krsa rsa -tls1_2 -cipher AES128-SHA:AES256-GCM-SHA384
ask s.krsa "s_server, TLS 1.2, RSA key exchange alone"
s_server s.pss rsa -sigalgs RSA-PSS+SHA384
ask s.pss "s_server, one signature algorithm"
s_server s.dh1024 rsa -no_tls1_3 -cipher DHE:AES128-SHA:@SECLEVEL=0 -dhparam "$dir/dh1024.pem"
ask s.dh1024 "s_server, DHE of 1024 bits before RSA, the client's order"
s_server s.dh2048 rsa -no_tls1_3 -cipher DHE:AES128-SHA:@SECLEVEL=0 -dhparam "$dir/dh2048.pem" -serverpref
ask s.dh2048 "s_server, DHE of 2048 bits before RSA, its own order"
s_server s.13 good -tls1_3 -groups P-256:X25519
ask s.13 "s_server, TLS 1.3 alone"
s_server s.p521 rsa -groups P-521 -cipher "$old"
ask s.p521 "s_server, one curve"
s_server s.late late
ask s.late "s_server, an expired certificate"
s_server s.sha1 sha1 -cipher "$old"
ask s.sha1 "s_server, a certificate signed with SHA-1"
gnutls_serv g rsa
ask g "gnutls-serv"
gnutls_serv g.old rsa --priority 'NORMAL:+VERS-ALL:+3DES-CBC:+ARCFOUR-128:+MD5:+DHE-RSA:+SHA1:+SIGN-ALL:%SERVER_PRECEDENCE'
ask g.old "gnutls-serv, all versions, its own order"
nginx n <<END
    server { listen 127.0.0.1:@n.both@ ssl; ssl_prefer_server_ciphers on; return 200 ok; ssl_ecdh_curve X25519:prime256v1;
             ssl_ciphers ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-AES128-GCM-SHA256;
             ssl_certificate $dir/good.bundle; ssl_certificate_key $dir/good.key;
             ssl_certificate $dir/rsa.bundle; ssl_certificate_key $dir/rsa.key; }
    server { listen 127.0.0.1:@n.old@ ssl; ssl_protocols TLSv1 TLSv1.1 TLSv1.2 TLSv1.3; ssl_ciphers $old; return 200 ok;
             ssl_certificate $dir/rsa.bundle; ssl_certificate_key $dir/rsa.key; ssl_dhparam $dir/dh2048.pem; }
END
ask n.both "nginx, two certificates, its own order"
ask n.old "nginx, TLS 1.0 to 1.3"
haproxy h <<END
frontend one
    bind 127.0.0.1:@h@ ssl crt $dir/rsa.all ssl-min-ver TLSv1.2 ssl-max-ver TLSv1.2 ecdhe secp384r1 ciphers ECDHE-RSA-AES256-GCM-SHA384:AES128-SHA
    http-request return status 200
END
ask h "haproxy, TLS 1.2 alone, one curve"
stunnel t <<END
[few]
accept = 127.0.0.1:@t@
cert = $dir/rsa.all
sslVersionMin = TLSv1.2
ciphers = ECDHE-RSA-AES256-GCM-SHA384:AES128-SHA256
END
ask t "stunnel, TLS 1.2 and 1.3"
openssl pkcs12 -export -in "$dir/rsa.bundle" -inkey "$dir/rsa.key" -passout pass:secret -out "$dir/rsa.p12"
java_server j <<END
@j@ $dir/rsa.p12 TLSv1,TLSv1.1,TLSv1.2,TLSv1.3 all server
END
ask j "Java, TLS 1.0 to 1.3, its own order"
servers_wait

# --- both answers, side by side -----------------------------------------------------------------------

# What is worked out must be what was tried, wherever it says anything. Unknown is no contradiction.
differences='
    [.[0].columns[0].clients, .[1].columns[0].clients] | transpose[] | . as [$lists, $tried] |
    def word: if . == null then "unknown" elif . then "works" else "fails" end;
    def other($what): select($lists[$what] != null and $tried[$what] != null and $lists[$what] != $tried[$what]) |
        "\($tried.client): \($what) is worked out as \($lists[$what]), tried as \($tried[$what])";
    if $tried.tried | not then "\($tried.client): was not tried: \($tried.why)" else empty end,
    if $tried.disagree then "\($tried.client): \($tried.why)" else empty end,
    if $lists.works != null and $tried.works != $lists.works
        then "\($tried.client): by the lists it \($lists.works | word) (\($lists.why)), tried it \($tried.works | word) (\($tried.why))"
        else empty end,
    if $lists.works == false and $tried.rule != $lists.rule and
        ($tried.rule != "refused" or ($lists.rule | IN("version", "suite", "group", "sigalg")))
        then "\($tried.client): by the lists it fails for \($lists.rule), tried for \($tried.rule)" else empty end,
    if $tried.works != false or $tried.rule != "refused" then other("version", "cipher", "group") else empty end'

for i in "${!asked[@]}"; do
    name=${asked[i]}
    if [ -n "${gone[${owner[$name]}]-}" ]; then
        skip "${words[i]}" "${gone[${owner[$name]}]}"
        continue
    fi
    endpoint=tls://good.test:${port[$name]},at=127.0.0.1,ca=$ca
    "$TLSWHY" check --depth full --json "$endpoint" >"$dir/full.json" 2>"$dir/err" </dev/null
    "$TLSWHY" check --only clients --json "$endpoint" >"$dir/tried.json" 2>>"$dir/err" </dev/null
    bad=$(jq -rs "$differences" "$dir/full.json" "$dir/tried.json" 2>&1)
    jq -r '[.columns[0].clients[].works] | "# works for \(map(select(.)) | length), fails for \(map(select(. == false)) | length), unknown \(map(select(. == null)) | length)"' \
        "$dir/full.json" "$dir/tried.json" | sed '1s/$/, by the lists/; 2s/$/, tried/'
    [ -n "${KEEP-}" ] && cp "$dir/full.json" "$KEEP/$name.full.json" && cp "$dir/tried.json" "$KEEP/$name.tried.json"
    [ -s "$dir/err" ] && bad+=$'\n'"on stderr: $(cat "$dir/err")"
    if [ -z "$bad" ]; then ok "${words[i]}"; else not_ok "${words[i]}" "$bad"; fi
done

# --- as a person reads it -----------------------------------------------------------------------------

says() { # says WORDS FILE PATTERN...: every pattern is in FILE, and FILE fits in 80 columns
    local what=$1 file=$2 pattern missing=''
    for pattern in "${@:3}"; do
        grep -qE -- "$pattern" "$file" || missing+="\"$pattern\" is not in:"$'\n'
    done
    grep -qE '^.{81}' "$file" && missing+="wider than 80 columns:"$'\n'
    if [ -n "$missing" ]; then not_ok "$what" "$missing$(<"$file")"; else ok "$what"; fi
}
few=tls://good.test:${port[s.few]},at=127.0.0.1,ca=$ca,label=few
timeout 60 "$TLSWHY" check --depth full "$few" 2>&1 | sed -n '/^Clients of few/,$p' >"$dir/report"
says "the report says for whom it works, and why not for others" "$dir/report" 'works for +[0-9]+ of [0-9]+ known clients, worked' \
    '^  version +[a-z]' 'the server takes TLS( 1.2 and 1.3)?$'
printf ':resize 80x24\n:wait idle\n6\nF\n:wait idle\n:dump %s\n' "$dir/picture" >"$dir/keys"
timeout 60 "$TLSWHY" --ui-script "$dir/keys" "$few" >"$dir/ui.out" 2>&1 || cat "$dir/ui.out" >>"$dir/picture"
says "F in Clients sends each client's hello" "$dir/picture" '\[6 Clients\]' '^>default .*# 1\.3' 'Tried with its own'
finish
