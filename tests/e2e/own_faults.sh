#!/usr/bin/env bash
# own_faults.sh - servers that have no certificate they can use, or choke on something in a hello, and a hello that is
# altered on the way: each is named, with a command that shows it, and told apart from what looks like it.
. "${abs_top_srcdir:?}/tests/lib/e2e.sh"
. "$abs_top_srcdir/tests/lib/field.sh"
need openssl jq date python3

mint_usual
leaf rsa kind=rsa:2048 && bundle rsa rsa inter
cat "$dir/inter.pem" "$dir/root.pem" >"$dir/issuers.pem"

# --- the servers -----------------------------------------------------------------------------------

s_server fine good
s_server twelve good -tls1_2
s_server none good -nocert
s_server key good -tls1_2 -cipher ECDHE-RSA-AES128-GCM-SHA256
node_server node <<'END'
@node.none@ {}
END
nginx nginx <<END
    server { listen 127.0.0.1:@nginx.file@ ssl; return 200 ok;
             ssl_certificate $dir/\$ssl_server_name.none; ssl_certificate_key $dir/\$ssl_server_name.none; }
END
if command -v gnutls-serv >/dev/null; then
    server gnutls gnutls-serv --quiet --http -p @gnutls@ --disable-client-cert
else
    owner[gnutls]=gnutls gone[gnutls]="there is no gnutls-serv here"
fi
for word in wolfssl wolfssl.ca; do
    lighttpd $word wolfssl <<END
server.port = @$word@
ssl.engine = "enable"
ssl.pemfile = "$dir/rsa.all"
$([ $word = wolfssl ] || echo "ssl.ca-file = \"$dir/issuers.pem\"")
END
done
servers_wait

# What a relay before a good server minds.
declare -A minds=([ticket]=alert-ext-35 [ems]=alert-ext-23 [ems.fin]=fin-ext-23 [status.rst]=rst-ext-5 [suite]=alert-suite-0xc02c
    [suite13]=alert-suite-0x1302 [needs.ems]=alert-need-23 [old]=alert-need-43 [unknown]=alert-ext-4660)
modes=()
for word in "${!minds[@]}"; do modes+=("picky=${port[fine]}-${minds[$word]}"); done
modes+=("strip-13=${port[fine]}" "strip-13=${port[twelve]}")
faults "${modes[@]}" alert=47
for word in fine twelve; do port[strip.$word]=${port[strip-13=${port[$word]}]} owner[strip.$word]=fault; done
for word in "${!minds[@]}"; do port[$word]=${port[picky=${port[fine]}-${minds[$word]}]} owner[$word]=fault; done

# --- what is said ----------------------------------------------------------------------------------

check() { # check SERVER EXPECTED WORDS [KEYS]
    try "$1" "$2" "$3" --timeout 2 "tls://good.test:@$1@,at=127.0.0.1,ca=$ca${4-}"
}
check none "failing server-config" "openssl s_server: no certificate"
check key "failing cipher-mismatch" "openssl s_server: suites that do not fit its key are no missing certificate"
check node.none "failing server-config" "node: no key"
check nginx.file "failing server-config" "nginx: the file a variable names is missing"
check gnutls "failing server-config" "gnutls-serv: no certificate"
check wolfssl "failing server-config !middlebox !server-overload" "lighttpd with wolfSSL: chokes on status_request"
check wolfssl.ca "ok ~" "lighttpd with wolfSSL that knows its CAs does not"
check wolfssl "unsure +server-config" "a client that sends no status_request is not refused" ,client=openssl-3.0
check status.rst "failing server-config" "a reset at status_request"
check ticket "failing server-config !extension-mismatch" "an alert at session_ticket"
check ems "failing server-config !extension-mismatch" "an alert at extended_master_secret"
check ems.fin "failing server-config" "closed at extended_master_secret"
check suite "failing server-config !cipher-mismatch" "an alert at one suite of TLS 1.2"
check suite13 "failing server-config !cipher-mismatch" "an alert at one suite of TLS 1.3"
check alert=47 "failing server-config ?extension-mismatch" "the same alert to everybody, even to a hello of SSL 2.0"
check needs.ems "failing extension-mismatch !server-config" "it insists on extended_master_secret, which Java 8 lacks" ,client=java-8
check needs.ems "ok ~" "it insists on what this client sends"
check unknown "ok ~" "it minds what nobody sends"
check strip.fine "failing middlebox !version-mismatch" "the offer of TLS 1.3 is struck out on the way"
check strip.fine "ok ~" "the same, of a client that does not offer it" ,max=tls1.2
check strip.twelve "failing ?middlebox ?server-config !version-mismatch" "the same before a server of TLS 1.2, which says nothing of it"
results

# --- the commands show it --------------------------------------------------------------------------

shows() { # shows SERVER WORDS: the first of the command's two answers has no cipher, the second has
    local answers
    if [ -n "${gone[${owner[$1]}]-}" ]; then
        skip "$2" "${gone[${owner[$1]}]}"
        return
    fi
    line=$("$TLSWHY" check --json --timeout 2 "tls://good.test:${port[$1]},at=127.0.0.1,ca=$ca" | jq -r '.diagnosis[0].reproduce')
    answers=$(timeout 10 bash -c "$line" 2>&1 | grep -aoE 'Cipher is [A-Z_()0-9a-z-]+' | tr '\n' ' ')
    case $answers in
    'Cipher is (NONE) Cipher is '[A-Z]*) ok "$2" ;;
    *) not_ok "$2" "$line"$'\n'"$answers" ;;
    esac
}
shows ticket "the command for session_ticket shows it"
shows status.rst "the command for status_request shows it"
shows wolfssl "the command for lighttpd with wolfSSL shows it"
finish
