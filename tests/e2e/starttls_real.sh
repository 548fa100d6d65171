#!/usr/bin/env bash
# starttls_real.sh - the ways into TLS that begin in plain text, against the servers people run: each in good order, and with
# the faults that are made with it. What of them tests/servers.sh could not fetch is skipped.
. "$abs_top_srcdir/tests/lib/e2e.sh"
need openssl jq
mint_usual || bail "no certificates could be made"
leaf expired to=-2 && bundle expired expired inter || bail "no certificates could be made"
chmod 755 "$dir" # some of them change to a user of their own
chmod 644 "$dir"/*.key "$dir"/*.all

# real NAME PROGRAM ARG...: a server of tests/servers.sh, its configuration on standard input
real() {
    local name=$1 program=$2
    shift 2
    if [ -x "$servers/$program" ]; then
        server_template "$name"
        server "$name" "$servers/$program" "$@"
    else
        absent "$name" "$program" < <(cat; printf '%s\n' "$@") # some are given their ports as arguments
    fi
}

# --- mail: Postfix and Dovecot ------------------------------------------------------------------
# The users are some that every Debian has: nobody's packages are installed for this.
etc=$dir/postfix.etc
mkdir -p "$etc" "$dir/postfix.queue"/{active,bounce,corrupt,defer,deferred,flush,hold,incoming,maildrop,private,public,saved,trace,pid} \
    "$dir/postfix.data"
chown news "$dir/postfix.queue"/* "$dir/postfix.data" 2>/dev/null
chown root "$dir/postfix.queue/pid"
chgrp uucp "$dir/postfix.queue"/{maildrop,public} 2>/dev/null
cat >"$etc/main.cf" <<END
compatibility_level=3.6
queue_directory=$dir/postfix.queue
data_directory=$dir/postfix.data
daemon_directory=/usr/lib/postfix/sbin
command_directory=/usr/sbin
shlib_directory=/usr/lib/postfix
meta_directory=$etc
mail_owner=news
setgid_group=uucp
maillog_file=$dir/postfix.said
maillog_file_prefixes=$dir
inet_protocols=ipv4
mynetworks=
myhostname=good.test
mydestination=
alias_maps=
local_recipient_maps=
smtpd_peername_lookup=no
smtpd_tls_security_level=may
smtpd_tls_chain_files=$dir/good.key,$dir/good.bundle
smtpd_tls_CAfile=$dir/root.pem
smtpd_client_event_limit_exceptions=
END
ln -s "$dir/postfix.conf" "$etc/master.cf" # with the ports
real postfix postfix -c "$etc" -d <<END
127.0.0.1:@pf@ inet n - n - - smtpd
127.0.0.1:@pf-off@ inet n - n - - smtpd -o smtpd_tls_security_level=none
127.0.0.1:@pf-old@ inet n - n - - smtpd -o smtpd_tls_chain_files=$dir/expired.key,$dir/expired.bundle
127.0.0.1:@pf-cert@ inet n - n - - smtpd -o smtpd_tls_security_level=encrypt -o smtpd_tls_req_ccert=yes
127.0.0.1:@pf-asks@ inet n - n - - smtpd -o smtpd_tls_ask_ccert=yes
127.0.0.1:@pf-floor@ inet n - n - - smtpd -o smtpd_tls_protocols=>=TLSv1.3
127.0.0.1:@pf-nokey@ inet n - n - - smtpd -o smtpd_tls_chain_files=
127.0.0.1:@pf-badkey@ inet n - n - - smtpd -o smtpd_tls_chain_files=$dir/nowhere
127.0.0.1:@pf-busy@ inet n - n - - smtpd -o smtpd_client_connection_rate_limit=1
127.0.0.1:@pf-tls@ inet n - n - - smtpd -o smtpd_tls_wrappermode=yes
127.0.0.1:@pf-tlscert@ inet n - n - - smtpd -o smtpd_tls_wrappermode=yes -o smtpd_tls_req_ccert=yes
tlsmgr unix - - n 1000? 1 tlsmgr
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
rewrite unix - - n - - trivial-rewrite
END

mkdir -p "$dir/dovecot.run"
dovecot_listener() { # dovecot_listener SERVICE-login WORD...
    echo "service $1 {"
    shift
    local word
    for word; do
        case $word in
        *-tls) printf ' inet_listener %s {\n port = @dv-%s@\n ssl = yes\n }\n' "$word" "$word" ;;
        *) printf ' inet_listener %s {\n port = @dv-%s@\n }\n' "$word" "$word" ;;
        esac
    done
    echo "}"
}
# One address for each fault: settings of TLS are an address's.
real dovecot dovecot -F -c "$dir/dovecot.conf" <<END
base_dir = $dir/dovecot.run
state_dir = $dir/dovecot.run
log_path = $dir/dovecot.said
default_internal_user = nobody
default_internal_group = nogroup
default_login_user = daemon
first_valid_uid = 1
protocols = imap pop3 lmtp sieve
mail_location = maildir:$dir/mail
import_environment = LD_LIBRARY_PATH
passdb {
  driver = static
}
ssl = yes
ssl_cert = <$dir/good.bundle
ssl_key = <$dir/good.key
ssl_min_protocol = TLSv1.2
listen = 127.0.0.1, 127.0.0.2, 127.0.0.3, 127.0.0.4, 127.0.0.5
login_greeting = ready
$(dovecot_listener imap-login imap imaps-tls)
$(dovecot_listener pop3-login pop3 pop3s-tls)
$(dovecot_listener managesieve-login sieve)
$(dovecot_listener lmtp lmtp)
service anvil {
  chroot =
}
service imap-login {
  chroot =
}
service pop3-login {
  chroot =
}
service managesieve-login {
  chroot =
}
local 127.0.0.2 {
  ssl_cert = <$dir/expired.bundle
  ssl_key = <$dir/expired.key
}
local 127.0.0.3 {
  ssl = no
}
local 127.0.0.4 {
  ssl_ca = <$dir/root.pem
  ssl_verify_client_cert = yes
}
local 127.0.0.5 {
  ssl_min_protocol = TLSv1.3
}
END

# --- directories: slapd --------------------------------------------------------------------------
slapd() { # slapd NAME LINE...
    local name=$1
    shift
    printf '%s\n' "pidfile $dir/$name.pid" "$@" >"$dir/$name.slapd"
    real "$name" slapd -d 0 -f "$dir/$name.slapd" -h "ldap://127.0.0.1:@$name@/ ldaps://127.0.0.1:@$name-tls@/" </dev/null
}
ldap_key() { printf 'TLSCertificateFile %s\nTLSCertificateKeyFile %s\nTLSCACertificateFile %s\n' "$dir/$1.bundle" "$dir/$1.key" "$dir/root.pem"; }
slapd ld "$(ldap_key good)"
slapd ld-old "$(ldap_key expired)"
slapd ld-cert "$(ldap_key good)" "TLSVerifyClient demand"
slapd ld-try "$(ldap_key good)" "TLSVerifyClient try"
server_template ld-off </dev/null
printf 'pidfile %s\n' "$dir/ld-off.pid" >"$dir/ld-off.slapd"
real ld-off slapd -d 0 -f "$dir/ld-off.slapd" -h "ldap://127.0.0.1:@ld-off@/" </dev/null

# --- files: vsftpd --------------------------------------------------------------------------------
mkdir -p "$dir/empty"
vsftpd() { # vsftpd NAME LINE...
    local name=$1
    shift
    local text
    text=$(printf '%s\n' listen=YES listen_address=127.0.0.1 background=NO anonymous_enable=YES local_enable=NO nopriv_user=nobody \
        ftp_username=nobody "anon_root=$dir/empty" "secure_chroot_dir=$dir/empty" "listen_port=@$name@" "$@")
    real "$name" vsftpd "$dir/$name.conf" <<<"$text"
}
ftp_tls="ssl_enable=YES
allow_anon_ssl=YES
ssl_tlsv1=YES
rsa_cert_file=$dir/good.bundle
rsa_private_key_file=$dir/good.key"
vsftpd ft "$ftp_tls"
vsftpd ft-off
vsftpd ft-cert "$ftp_tls" require_cert=YES validate_cert=YES "ca_certs_file=$dir/root.pem"
vsftpd ft-tls "$ftp_tls" implicit_ssl=YES
vsftpd ft-busy "$ftp_tls" max_clients=1

# --- chat: Prosody ---------------------------------------------------------------------------------
prosody() { # prosody NAME TLS
    mkdir -p "$dir/$1.data"
    ln -s "$dir/$1.conf" "$dir/$1.cfg.lua" # it goes by the name
    real "$1" prosody -F --config "$dir/$1.cfg.lua" <<END
run_as_root = true
data_path = "$dir/$1.data"
pidfile = "$dir/$1.pid"
log = { warn = "$dir/$1.said" }
interfaces = { "127.0.0.1" }
c2s_ports = { @$1@ }
s2s_ports = { @$1-s2s@ }
c2s_direct_tls_ports = { @$1-tls@ }
${3:+c2s_direct_tls_$3}
modules_enabled = { "saslauth"$2 }
modules_disabled = { "s2s_auth_certs" }
VirtualHost "good.test"
$3
END
}
xmpp_key() { echo "ssl = { certificate = \"$dir/$1.bundle\"; key = \"$dir/$1.key\" }"; }
prosody xm ', "tls"' "$(xmpp_key good)"
prosody xm-off '' ''
prosody xm-old ', "tls"' "$(xmpp_key expired)"

# --- databases: PostgreSQL and MariaDB ---------------------------------------------------------------
mariadb() { # mariadb NAME OPTION...
    mkdir -p "$dir/$1.data"
    real "$1" mariadbd --no-defaults --user=root --datadir="$dir/$1.data" --socket="$dir/$1.s" --port="@$1@" --bind-address=127.0.0.1 \
        --skip-grant-tables --skip-networking=0 --skip-innodb --default-storage-engine=Aria --pid-file="$dir/$1.pid" "${@:2}" </dev/null
}
mariadb my --ssl-cert="$dir/good.bundle" --ssl-key="$dir/good.key"
mariadb my-off --skip-ssl
mariadb my-old --ssl-cert="$dir/expired.bundle" --ssl-key="$dir/expired.key"

# --- desktops: xrdp ----------------------------------------------------------------------------------
xrdp() { # xrdp NAME LAYER CERT
    real "$1" xrdp --nodaemon --config "$dir/$1.conf" <<END
[Globals]
ini_version=1
port=tcp://127.0.0.1:@$1@
security_layer=$2
crypt_level=high
certificate=$dir/$3.bundle
key_file=$dir/$3.key
ssl_protocols=TLSv1.2, TLSv1.3
[Logging]
LogFile=$dir/$1.said
LogLevel=INFO
[Xorg]
name=Xorg
lib=libxup.so
END
}
xrdp rd tls good
xrdp rd-off rdp good
xrdp rd-old tls expired
servers_wait

# to SERVER EXPECTED WORDS SCHEME [KEY=VALUE]...
to() {
    local keys=''
    (($# > 4)) && keys=$(printf ',%s' "${@:5}")
    [[ $keys = *,name=* ]] || keys+=,name=good.test
    try "$1" "$2" "$3" --timeout 4 "$4://127.0.0.1:@$1@,ca=$dir/root.pem$keys"
}
at() { # at LAST SERVER EXPECTED WORDS SCHEME: at Dovecot's address 127.0.0.LAST
    try "$2" "$3" "$4" --timeout 4 "$5://127.0.0.$1:@$2@,ca=$dir/root.pem,name=good.test"
}

# --- in good order ------------------------------------------------------------------------------
to pf "ok ~" "Postfix" smtp
to pf "ok ~" "Postfix, as submission" submission
to pf-tls "ok ~" "Postfix, TLS at once" smtps
to pf-asks "ok ~" "Postfix that asks for a client certificate and can do without" smtp
to pf-floor "ok ~" "Postfix with TLS 1.3 alone" smtp
for way in imap pop3 sieve lmtp; do to "dv-$way" "ok ~" "Dovecot: $way" "$way"; done
for way in imaps pop3s; do to "dv-$way-tls" "ok ~" "Dovecot: $way" "$way"; done
at 4 dv-imap "ok ~" "Dovecot that asks for a client certificate and can do without" imap
to ld "ok ~" "slapd" ldap
to ld-tls "ok ~" "slapd, TLS at once" ldaps
to ld-try "ok ~" "slapd that takes a client certificate" ldap
to ft "ok ~" "vsftpd" ftp
to ft-tls "ok ~" "vsftpd, TLS at once" ftps
to xm "ok ~" "Prosody" xmpp
to xm-s2s "ok ~" "Prosody, to servers" xmpp-server
to xm-tls "ok ~" "Prosody, TLS at once" xmpps sni=good.test
to my "ok ~" "MariaDB" mysql
to rd "ok ~" "xrdp" rdp

# --- faults -------------------------------------------------------------------------------------
off="failing server-config ?middlebox"
to pf-off "$off" "Postfix without TLS" smtp
at 3 dv-imap "$off" "Dovecot without TLS: imap" imap
at 3 dv-pop3 "$off" "Dovecot without TLS: pop3" pop3
at 3 dv-sieve "failing server-config" "Dovecot without TLS: sieve" sieve
to ld-off "$off" "slapd without TLS" ldap
to ft-off "$off" "vsftpd without TLS" ftp
to xm-off "$off" "Prosody without TLS" xmpp
to xm-off-s2s "$off" "Prosody without TLS, to servers" xmpp-server
to my-off "$off" "MariaDB without TLS" mysql
to rd-off "$off" "xrdp with its own security alone" rdp

old="failing cert-expired !server-config"
to pf-old "$old" "Postfix: expired" smtp
at 2 dv-imap "$old" "Dovecot: expired" imap
at 2 dv-pop3s-tls "$old" "Dovecot: expired, TLS at once" pop3s
to ld-old "$old" "slapd: expired" ldap
to xm-old "$old" "Prosody: expired" xmpp
to my-old "$old" "MariaDB: expired" mysql
to rd-old "$old" "xrdp: expired" rdp

to pf-cert "failing client-cert !server-config" "Postfix wants a client certificate" smtp
to pf-cert "failing client-cert !server-config" "Postfix wants a client certificate: TLS 1.2" smtp max=tls1.2
to pf-tlscert "failing client-cert !server-config" "Postfix wants a client certificate: TLS at once" smtps
to ld-cert "failing client-cert !server-config" "slapd wants a client certificate" ldap
to ld-cert "failing client-cert" "slapd wants a client certificate: TLS 1.2" ldap max=tls1.2
to ld-cert-tls "failing client-cert" "slapd wants a client certificate: TLS at once" ldaps
to ft-cert "failing client-cert" "vsftpd wants a client certificate" ftp

to pf-floor "failing version-mismatch" "Postfix with TLS 1.3 alone, a client without" smtp max=tls1.2
at 5 dv-imap "ok" "Dovecot with TLS 1.3 alone" imap
to pf-nokey "failing server-config !middlebox" "Postfix without a key" smtp
to pf-badkey "failing server-config" "Postfix whose key file is not there" smtp
to pf-busy "failing server-overload" "Postfix that has too many connections" smtp
for one in pf:smtp dv-imap:imap ld:ldap ft:ftp my:mysql rd:rdp; do
    to "${one%:*}" "failing cert-name-mismatch" "another name: ${one#*:}" "${one#*:}" name=other.test
done
to xm "failing sni !network" "a name Prosody does not serve" xmpp name=other.test

# --- TLS at once or not, mistaken for one another -----------------------------------------------
to pf-tls "failing not-tls" "STARTTLS said to smtps" smtp
to dv-imaps-tls "failing not-tls" "STARTTLS said to imaps" imap
to dv-pop3s-tls "failing not-tls" "STLS said to pop3s" pop3
to ft-tls "failing not-tls" "AUTH TLS said to ftps" ftp
to ld-tls "failing not-tls" "StartTLS said to ldaps" ldap
to xm-tls "failing not-tls" "STARTTLS said to xmpps" xmpp
to pf "failing not-tls" "TLS said to smtp" smtps
to dv-imap "failing not-tls" "TLS said to imap" imaps
to dv-pop3 "failing not-tls" "TLS said to pop3" pop3s
to dv-sieve "failing not-tls" "TLS said to sieve" tls
to dv-lmtp "failing not-tls" "TLS said to lmtp" tls
to ft "failing not-tls" "TLS said to ftp" ftps
to ld "failing not-tls" "TLS said to ldap" ldaps
to xm "failing not-tls" "TLS said to xmpp" xmpps
to my "failing not-tls" "TLS said to mysql" tls
to rd "failing not-tls" "TLS said to rdp" tls
results
finish
