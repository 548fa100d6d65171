#!/bin/sh
# servers.sh DIR - real TLS servers to test against, and other scanners, without installing them.
#
# A package of a server that is installed also starts it, so its files are only unpacked into DIR/root,
# with the libraries this machine lacks; DIR/nginx, DIR/haproxy and so on then start them. Where the
# machine has one already, that one is used (its own configuration never is). Quick when all is there.
# Without network or apt it says so and still exits 0: tests that find no DIR/NAME skip.

set -u
dir=${1:?usage: servers.sh DIR}
# Program, how it tells its version, and the packages that have it. NAME=PATH: it has to stand in its own place, since it
# finds its parts there; "-" for one that can't tell its version.
servers='nginx -v nginx
haproxy -v haproxy
apache2 -v apache2-bin
stunnel4 -version stunnel4
hitch --version hitch
lighttpd -v lighttpd lighttpd-mod-openssl lighttpd-mod-gnutls lighttpd-mod-mbedtls lighttpd-mod-wolfssl lighttpd-mod-nss
botan version botan
tinyproxy -v tinyproxy-bin
squid -v squid squid-common
danted -v dante-server
postfix=/usr/lib/postfix/sbin/master - postfix
dovecot=/usr/sbin/dovecot --version dovecot-core dovecot-imapd dovecot-pop3d dovecot-lmtpd dovecot-sieve dovecot-managesieved
slapd=/usr/sbin/slapd - slapd
vsftpd=/usr/sbin/vsftpd - vsftpd
prosody=/usr/bin/prosody - prosody lua5.4 lua-expat lua-filesystem lua-sec lua-socket lua-unbound
mariadbd=/usr/sbin/mariadbd --version mariadb-server-core
xrdp=/usr/sbin/xrdp --version xrdp
sslscan --version sslscan
nmap --version nmap nmap-common'
mkdir -p "$dir" || exit 0
dir=$(CDPATH='' cd -- "$dir" && pwd)

say() { printf 'servers: %s\n' "$*" >&2; }

# The packages that installing those would add, as far as they are the programs and their libraries.
packages_for() {
    apt-get install -s --no-install-recommends "$@" 2>/dev/null |
        awk -v named=" $(printf '%s ' "$@")" '$1 == "Inst" && $3 !~ /^\[/ && (index(named, " " $2 " ") || $2 ~ /^(lib|zlib)/) { print $2 }'
}

download() { # download DIR PACKAGE...
    cd "$1" || return
    shift
    # As root apt would hand the download to a user of its own, who may not write here.
    # shellcheck disable=SC2046 # a list of names
    apt-get -q -o APT::Sandbox::User=root download $(packages_for "$@")
}

unpack() {
    for deb in "$1"/*.deb; do
        dpkg -x "$deb" "$2" || return
    done
}

write_starter() { # write_starter NAME FLAG
    program=$(find "$dir/root/usr/sbin/$1" "$dir/root/usr/bin/$1" 2>/dev/null | head -n 1)
    libraries=$(find "$dir/root" -name '*.so*' -exec dirname {} \; | sort -u | tr '\n' ':')
    printf '#!/bin/sh\nexport NMAPDIR="%s" LD_LIBRARY_PATH="%s"\nexec "%s" "$@"\n' \
        "$dir/root/usr/share/nmap" "${libraries%:}" "$program" >"$dir/$1.new"
    chmod +x "$dir/$1.new"
    "$dir/$1.new" "$2" >/dev/null 2>&1 && mv "$dir/$1.new" "$dir/$1"
}

# Runs it in mounts of its own, where what was unpacked lies over this machine's /usr and /etc.
write_placed() { # write_placed NAME PATH FLAG
    mkdir -p "$dir/root/usr" "$dir/root/etc/xrdp"
    cat >"$dir/inside" <<END
#!/bin/sh
own=-m
[ "\$(id -u)" = 0 ] || own=-rm
exec unshare \$own sh -c 'for d in usr etc; do
    mount -t overlay -o "ro,lowerdir=\$0/\$d:/\$d" overlay "/\$d" || exit
done
exec "\$@"' "$dir/root" "\$@"
END
    printf '#!/bin/sh\nexec "%s" "%s" "$@"\n' "$dir/inside" "$2" >"$dir/$1.new"
    chmod +x "$dir/inside" "$dir/$1.new"
    [ "$1" != xrdp ] || "$dir/inside" env LD_LIBRARY_PATH=/usr/lib/xrdp:"$(dirname "$(find "$dir/root" -name libcommon.so.0)")" \
        xrdp-keygen xrdp "$dir/root/etc/xrdp/rsakeys.ini" >/dev/null || return # installing it would
    { [ "$3" = - ] && [ -x "$dir/root$2" ] || "$dir/$1.new" "$3" >/dev/null 2>&1; } && mv "$dir/$1.new" "$dir/$1"
}

write_starters() { # write_starters LINE...
    for line; do
        name=${line%% *} flag=$(echo "$line" | cut -d ' ' -f 2)
        case $name in
        *=*) write_placed "${name%%=*}" "${name#*=}" "$flag" || return ;;
        *) write_starter "$name" "$flag" || return ;;
        esac
    done
}

# fetch LINE...: unpacks what these lines of $servers name, all at once, for apt takes seconds to think.
fetch() {
    log=$dir/fetch.log
    [ $# -gt 1 ] || log=$dir/${1%%[ =]*}.log
    fetched=$(mktemp -d) || return
    # shellcheck disable=SC2046 # a list of names
    (download "$fetched" $(printf '%s\n' "$@" | cut -d ' ' -f 3- | tr ' ' '\n')) >"$log" 2>&1 </dev/null &&
        unpack "$fetched" "$dir/root" >>"$log" 2>&1 &&
        write_starters "$@"
    status=$?
    rm -rf "$fetched"
    return "$status"
}

# What is neither fetched yet nor installed becomes a line in $missing.
missing=$(printf '%s\n' "$servers" | while read -r server flag packages; do
    name=${server%%=*}
    if [ "$flag" = - ]; then
        [ -x "$dir/$name" ] && continue
    else
        "$dir/$name" "$flag" >/dev/null 2>&1 && continue
    fi
    rm -f "$dir/$name"
    own=$(PATH=$PATH:/usr/sbin command -v "${server#*=}")
    if [ -n "$own" ]; then
        ln -s "$own" "$dir/$name"
    else
        echo "$server $flag $packages"
    fi
done)
[ -n "$missing" ] || exit 0
names=$(printf '%s\n' "$missing" | cut -d ' ' -f 1 | cut -d = -f 1 | tr '\n' ' ')
if ! command -v apt-get >/dev/null; then
    say "no apt-get to fetch what is not here: ${names}- tests that need it are skipped"
    exit 0
fi
IFS='
'
# shellcheck disable=SC2086 # lines
fetch $missing && {
    say "unpacked in $dir/root, not installed: $names"
    exit 0
}
for line in $missing; do # one of them may be the trouble
    [ -x "$dir/${line%%[ =]*}" ] || fetch "$line" ||
        say "${line%%[ =]*} could not be fetched (no network?): tests that need it are skipped; see $log"
done
exit 0
