#!/usr/bin/env bash
# tap.sh - real clients that come through `tlswhy tap` to real servers: what arrives is what was sent, and how far each
# got and who broke off is right, without any key.
. "${abs_top_srcdir:?}/tests/lib/e2e.sh"
need openssl jq curl
mint_usual
. "$abs_top_srcdir/tests/lib/hear.sh"
head -c 3000000 /dev/urandom >"$dir/big"
mkdir "$dir/www"
cp "$dir/big" "$dir/www/big"

# --- servers ----------------------------------------------------------------------------------------

s_server s.new good -tls1_3
s_server s.old good -tls1_2
s_server s.must good -tls1_3 -Verify 2 -verify_return_error -CAfile "$ca"
s_server s.retry good -tls1_3 -groups P-521
nginx n <<END
    ssl_certificate $dir/good.bundle; ssl_certificate_key $dir/good.key;
    server { listen 127.0.0.1:@n@ ssl http2; root $dir/www; }
END
faults silent rst smtp
servers_wait

# --- a tap ------------------------------------------------------------------------------------------

tap() { hear tap 0 "$@"; }

# Where all went well, either side may have been the first to close.
END='.clients[0].facts.client_end.value | "\(.stage) \(if .how == "complete" then "both" else .by end) \(.how) \(.name) \(.sure)"'

# comes WORDS SERVER EXPECTED CLIENT...: one client, @ in its words is the tap's port; SERVER a word of a server.
comes() {
    local words=$1 expected=$3 server=$2
    shift 3
    if [ -n "${gone[${owner[$server]}]-}" ]; then
        skip "$words" "${gone[${owner[$server]}]}"
        return
    fi
    tap "tls://127.0.0.1:${port[$server]}" --json --count 1 --timeout 3 || { not_ok "$words" "$(cat "$dir/err")"; return; }
    client "${@//@/$number_of}"
    ended
    says "$words" "$expected" "$END"
}

# --- how it goes ------------------------------------------------------------------------------------

comes "through to a server of TLS 1.3" s.new "data both complete null true" curl -s --cacert "$ca" https://localhost:@/
says "version and cipher are read off the server's hello" "tls1.3 TLS_AES_256_GCM_SHA384 x25519" \
    '.clients[0].facts | "\(.version.value) \(.cipher.value) \(.group.value)"'
says "and the times" "number number number" '.clients[0].facts.timing.value | "\(.connect | type) \(.server_hello | type) \(.handshake | type)"'
says "its endpoint" "tls://127.0.0.1:${port[s.new]}" '.clients[0].endpoint'
comes "through to a server of TLS 1.2" s.old "data both complete null true" curl -s --cacert "$ca" https://localhost:@/
says "version and group" "tls1.2 x25519" '.clients[0].facts | "\(.version.value) \(.group.value)"'
comes "with a HelloRetryRequest" s.retry "data both complete null true" curl -s --cacert "$ca" https://localhost:@/
says "its group" secp521r1 '.clients[0].facts.group.value'
comes "a client that does not know the CA, 1.3" s.new "certificate client alert unknown_ca true" curl -s https://localhost:@/
comes "a client that does not know the CA, 1.2" s.old "certificate client alert unknown_ca true" curl -s https://localhost:@/
if command -v gnutls-cli >/dev/null; then
    comes "a client that refuses sealed" s.new "certificate client alert null false" gnutls-cli -p @ 127.0.0.1
else
    skip "a client that refuses sealed" "there is no gnutls-cli here"
fi
comes "a server that refuses the version" s.new "hello server alert protocol_version true" \
    curl -s --tls-max 1.2 --cacert "$ca" https://localhost:@/
comes "a server that wants a certificate" s.must "data server alert null false" curl -s --cacert "$ca" https://localhost:@/
comes "a server that resets" rst "hello server reset null true" curl -s https://localhost:@/
comes "a server that says nothing" silent "hello client closed null true" curl -s --max-time 1 https://localhost:@/
comes "a server of another protocol" smtp "hello server not-tls null true" curl -s --max-time 3 https://localhost:@/
comes "a client without TLS" s.new "nothing client not-tls null true" curl -s --max-time 3 http://localhost:@/

# --- byte for byte ----------------------------------------------------------------------------------

nginx_here() { [ -z "${gone[n]-}" ]; }
if nginx_here; then
    tap "https://localhost:${port[n]},at=127.0.0.1" --json --count 40
    for i in {1..40}; do
        curl -s --cacert "$ca" -o "$dir/got.$i" "https://localhost:$number_of/big" &
        clients[i]=$!
    done
    wait "${clients[@]}"
    ended
    bad=
    for i in {1..40}; do cmp -s "$dir/big" "$dir/got.$i" || bad+=" $i"; done
    if [ -z "$bad" ]; then ok "40 files of 3 MB at once are whole"; else not_ok "40 files of 3 MB at once are whole" "not:$bad"; fi
    says "all of them are told" "40 40" '"\(.clients | length) \([.clients[] | select(.facts.client_end.value | .stage == "data" and .how == "complete")] | length)"'
    says "what was agreed on" '["tls1.3"]' '[.clients[].facts.version.value] | unique | tojson'

    tap "https://localhost:${port[n]},at=127.0.0.1" --json --count 60
    for i in {1..60}; do
        case $((i % 3)) in
        0) (exec 3<>"/dev/tcp/127.0.0.1/$number_of" && printf 'junk' >&3) 2>/dev/null & ;;
        1) curl -s --cacert "$ca" "https://localhost:$number_of/big" 2>/dev/null | head -c 100000 >/dev/null & ;;
        2) curl -s --cacert "$ca" -o "$dir/got.$i" "https://localhost:$number_of/big" & ;;
        esac
        clients[i]=$!
    done
    wait "${clients[@]}"
    ended
    bad=
    for ((i = 2; i <= 60; i += 3)); do cmp -s "$dir/big" "$dir/got.$i" || bad+=" $i"; done
    if [ -z "$bad" ]; then ok "and so they are beside others that break off"; else not_ok "and so they are beside others that break off" "not:$bad"; fi
else
    skip "many at once" "${gone[n]}"
fi

# --- the endpoint -----------------------------------------------------------------------------------

tap "tls://good.test:${port[s.new]}" --resolve "good.test:${port[s.new]}:127.0.0.1" --json --count 1
client curl -s --cacert "$ca" --connect-to "good.test:443:127.0.0.1:$number_of" https://good.test/
ended
says "--resolve" "data both complete null true" "$END"
tap "tls://localhost:${port[s.new]}" --json --count 1
client curl -s --cacert "$ca" "https://localhost:$number_of/"
ended
says "a name of the hosts file" "data both complete null true" "$END"
tap tls://127.0.0.1:1 --json --count 1
client curl -s "https://localhost:$number_of/"
ended
says "nobody is there" "hello network upstream null true" "$END"
tap tls://nowhere.invalid:443 --json --count 1
client curl -s --max-time 15 "https://localhost:$number_of/"
ended
says "there is no such name" "hello network upstream null true" "$END"
tap "tls://127.0.0.1:${port[s.new]}" --count 1
client curl -s "https://localhost:$number_of/"
ended
if tr -s ' \n' ' ' <"$dir/out" | grep -q "broke off after the server's certificate with the alert 48 unknown_ca.* cause "; then
    ok "text names the cause"
else
    not_ok "text names the cause" "$(cat "$dir/out")"
fi
tap "tls://127.0.0.1:${port[silent]}" --count 1
client curl -s --max-time 1 "https://localhost:$number_of/"
ended
if tr -s ' \n' ' ' <"$dir/out" | grep -qE 'it went away (0\.9|1\.[0-9]) s after its hello, which the server had not answered yet'; then
    ok "a client that gave up waiting"
else
    not_ok "a client that gave up waiting" "$(cat "$dir/out")"
fi
"$TLSWHY" tap 0 smtp://127.0.0.1:25 >"$dir/out" 2>"$dir/err" </dev/null
code=$?
if [ $code = 2 ] && grep -q smtp "$dir/err"; then ok "STARTTLS is refused with a sentence"; else not_ok "STARTTLS is refused with a sentence" "$code $(cat "$dir/err")"; fi
finish
