#!/usr/bin/env bash
# starttls.sh - the ways into TLS that begin in plain text: each protocol against a scripted server that behaves, and
# servers that refuse, that are busy, slow, garbled or silent, or that speak something else.
. "$abs_top_srcdir/tests/lib/e2e.sh"
need openssl jq date python3
mint_usual || bail "no certificates could be made"

modes='smtp bytewise late toolate off stripped nokey denied busy garbled endless lines closing closing2 silent stuck injected
breaks tls lmtp imap imapoff imapbusy pop3 pop3old ftp ftpoff nntp sieve xmpp xmppoff ldap ldapoff ldapno postgres postgresoff mysql
mysqloff mysqlbusy mssql mssqloff rdp rdpoff rdpnokey redis pgstrict echo pause'
words=()
for mode in $modes; do words+=("$mode=@$mode@"); done
server talk python3 "$abs_top_srcdir/tests/lib/talk.py" "$dir/good.bundle" "$dir/good.key" "${words[@]}"
servers_wait

# to SERVER EXPECTED WORDS SCHEME [OPTION]...
to() {
    local where=$1
    try "$where" "$2" "$3" "${@:5}" "$4://127.0.0.1:@$where@,ca=$dir/root.pem,name=good.test"
}

# --- each protocol ------------------------------------------------------------------------------
for way in smtp lmtp imap pop3 ftp nntp sieve xmpp ldap postgres mysql mssql rdp; do
    to "$way" "ok ~" "$way: TLS begins as it should" "$way"
done
to smtp "ok ~" "submission:// speaks SMTP" submission
to xmpp "ok ~" "xmpp-server:// speaks XMPP" xmpp-server
to bytewise "ok ~" "a server that speaks one byte at a time" smtp
to late "ok ~" "each answer may take its time: three of 1.2 s within a timeout of 2 s" smtp --timeout 2
to pop3old "ok ~" "a POP3 server that does not know CAPA is asked all the same" pop3

# --- not offered, refused, stripped, busy -------------------------------------------------------
to off "failing server-config ?middlebox !not-tls" "STARTTLS is not offered" smtp
to stripped "failing middlebox !server-config" "STARTTLS is struck out on the way" smtp
to nokey "failing server-config !server-overload" "454 to STARTTLS" smtp
to denied "failing network !server-config" "554 instead of a greeting" smtp
to busy "failing server-overload !server-config" "421 instead of a greeting" smtp
to imapoff "failing server-config ?middlebox" "IMAP without STARTTLS" imap
to imapbusy "failing server-overload" "IMAP's BYE: too many connections" imap
to ftpoff "failing server-config" "FTP that wants a login instead" ftp
to xmppoff "failing server-config" "XMPP without STARTTLS" xmpp
to ldapoff "failing server-config" "LDAP that does not know StartTLS" ldap
to ldapno "failing server-config" "LDAP that has no key" ldap
to postgresoff "failing server-config" "PostgreSQL with ssl=off" postgres
to mysqloff "failing server-config" "MySQL without TLS" mysql
to mysqlbusy "failing server-overload" "MySQL with too many connections" mysql
to mssqloff "failing server-config" "MS-SQL without a certificate" mssql
to rdpoff "failing server-config" "RDP with its own security alone" rdp
to rdpnokey "failing server-config" "RDP without a certificate" rdp

# --- nothing such a server says -----------------------------------------------------------------
to garbled "failing not-tls" "bytes nobody knows" smtp
to endless "failing not-tls" "a line without an end" smtp
to lines "failing not-tls" "a greeting without an end" smtp
to injected "failing ?server-config ?middlebox !not-tls" "bytes behind the answer to STARTTLS" smtp
to closing "failing ?server-overload ?server-config !network" "closed at once" smtp
to closing2 "failing ?middlebox ?server-config" "closed at EHLO" smtp
to breaks "failing server-config !network" "a server that says yes and ends the connection" smtp
to silent "failing ?network ?server-overload !server-config" "a server that never speaks" smtp --timeout 2
to stuck "unsure ?network !server-config" "a greeting that does not go on" smtp --timeout 2
to toolate "unsure ?network !server-config !not-tls" "a greeting that comes too late is no fault of the server" smtp --timeout 1

# --- something else -----------------------------------------------------------------------------
to tls "failing not-tls !server-config" "TLS at once where SMTP was asked" smtp --timeout 2
to imap "failing not-tls" "IMAP where SMTP was asked" smtp
to ftp "failing not-tls" "FTP where SMTP was asked" smtp
to smtp "failing not-tls" "SMTP where LDAP was asked" ldap
to smtp "failing not-tls" "SMTP where XMPP was asked" xmpp
to smtp "failing not-tls" "SMTP where TLS was asked at once" tls
# A TLS server that hears plain text closes without a word, so it is asked in TLS.
for way in lmtp imap pop3 ftp nntp sieve xmpp ldap postgres mysql mssql rdp; do
    to tls "failing $([[ $greets = *" $way "* ]] || echo "?")not-tls" "TLS at once where $way was asked" "$way" --timeout 2
    to "$way" "failing not-tls" "$way where TLS was asked at once" tls --timeout 2
done
to redis "failing not-tls !network !server-overload" "Redis in plain text, silent to a hello" rediss --timeout 2
to redis "failing/unsure * !not-tls" "the same where nothing says that it could be Redis" https --timeout 2
to pgstrict "failing not-tls !sni !server-config" "PostgreSQL that ends whatever is not its own, asked in TLS" tls
to echo "failing not-tls !server-config" "what is sent comes back" https
to pause "failing not-tls" "SMTP that greets after a pause, where TLS was asked at once" smtps
results

# --- what is said on the way --------------------------------------------------------------------
said() { jq -r ".columns[0].facts.starttls.value.$1 // \"null\"" "$dir/one.json"; }
one() { "$TLSWHY" check --json "$@" >"$dir/one.json" 2>"$dir/one.err" </dev/null; }

before=$(grep -c '^off connection' "$dir/talk.log")
one "smtp://127.0.0.1:${port[off]}"
if [ "$(said outcome)" = not-offered ] && [ "$(grep -c '^off quit' "$dir/talk.log")" -gt 0 ] &&
    [ "$(grep -c '^off connection' "$dir/talk.log")" = $((before + 1)) ]; then
    ok "a server without STARTTLS is asked once, and told that we leave"
else
    not_ok "a server without STARTTLS is asked once, and told that we leave" "$(grep '^off' "$dir/talk.log"; cat "$dir/one.json")"
fi

one "smtp://127.0.0.1:${port[tls]},ca=$dir/root.pem,name=good.test" --timeout 2
line=$(jq -r '.diagnosis[0].reproduce' "$dir/one.json")
if [[ $(jq -r '.diagnosis[0].fix' "$dir/one.json") == *smtps://127.0.0.1:* && $line != *-starttls* ]] &&
    bash -c "$line" 2>&1 | grep -q 'Verify return code: 0'; then
    ok "TLS at once: the fix says smtps://, and the command shows it"
else
    not_ok "TLS at once: the fix says smtps://, and the command shows it" "$line"$'\n'"$(cat "$dir/one.json")"
fi

one "smtp://127.0.0.1:${port[nokey]}"
line=$(jq -r '.diagnosis[0].reproduce' "$dir/one.json")
if [ "$(said code)" = 454 ] && [[ $(jq -r '.diagnosis[0].summary' "$dir/one.json") == *"454 4.7.0 TLS not available"* ]] &&
    [[ $line == *"-starttls smtp"* ]]; then
    ok "the server's own words are shown"
else
    not_ok "the server's own words are shown" "$(cat "$dir/one.json")"
fi

start=$EPOCHREALTIME
one "smtp://127.0.0.1:${port[silent]}" --timeout 3
took=$(((${EPOCHREALTIME/[.,]/} - ${start/[.,]/}) / 1000))
if ((took < 6000)) && [ "$(said outcome)" = silent ] && [ "$(jq -r '.columns[0].facts.connect.state' "$dir/one.json")" = yes ]; then
    ok "silence is paid for once, and the connection was made"
else
    not_ok "silence is paid for once, and the connection was made" "took $took ms: $(cat "$dir/one.json")"
fi
# --- mx:// --------------------------------------------------------------------------------------
# DNS is asked at the address in resolv.conf: it takes a name server of our own, in namespaces of our own.
cat >"$dir/mx.sh" <<'END'
echo "nameserver 127.0.0.1" >"$dir/resolv.conf"
mount --bind "$dir/resolv.conf" /etc/resolv.conf && ip link set lo up || exit 77
python3 "$abs_top_srcdir/tests/lib/dns.py" 53 many.test=MX=20:b.many.test many.test=MX=10:a.many.test \
    a.many.test=A=127.0.0.1 b.many.test=A=127.0.0.1 null.test=MX=0:. own.test=A=127.0.0.1 \
    'evil.test=MX=10:a,via=exec:touch mx_ran,label=x' &
dns=$!
python3 "$abs_top_srcdir/tests/lib/talk.py" "$dir/good.bundle" "$dir/good.key" smtp=2525 2>/dev/null &
talk=$!
end=$((SECONDS + 10))
until (exec 3<>/dev/tcp/127.0.0.1/2525) 2>/dev/null; do ((SECONDS < end)) || exit 77; done
until getent ahosts a.many.test >/dev/null; do ((SECONDS < end)) || exit 77; done
cd "$dir" || exit 77
for name in many own null none evil; do
    timeout 60 "$TLSWHY" check --json "mx://$name.test:2525,ca=$dir/root.pem,name=good.test" --save "$dir/mx.$name.session" \
        >"$dir/mx.$name" 2>"$dir/mx.err" </dev/null
done
kill $dns $talk
END
mx() { jq -r "$2" "$dir/mx.$1" 2>/dev/null | tr '\n' ' '; }
export dir
unshare -nm bash "$dir/mx.sh" 2>"$dir/mx.log" || unshare -rnm bash "$dir/mx.sh" 2>>"$dir/mx.log"
if ! [ -s "$dir/mx.many" ]; then
    skip "mx:// is one column for each mail server" "there are no namespaces here: $(tail -n 1 "$dir/mx.log" | tr -d '#')"
else
    got="$(mx many '.verdict, .columns[].label')/$(mx own '.verdict, .columns[].label')/$(mx null '.diagnosis[].summary')/$(mx none '.diagnosis[].cause')"
    want="ok a.many.test:2525 b.many.test:2525 /ok own.test:2525 /The domain null.test says in DNS that it takes no mail (a null MX, RFC 7505). /network "
    if [ "$got" = "$want" ]; then
        ok "mx:// is one column for each mail server, the preferred one first"
    else
        not_ok "mx:// is one column for each mail server, the preferred one first" "$got"$'\n'"$(cat "$dir/mx.err")"
    fi
    if ! [ -e "$dir/mx_ran" ] && [ "$(mx evil '.columns | length')" = "1 " ] && [ "$(mx evil '.diagnosis[].cause')" = "network " ]; then
        ok "the name of a mail server is a name and nothing else"
    else
        not_ok "the name of a mail server is a name and nothing else" "$(cat "$dir/mx.evil")"
    fi
fi
finish
