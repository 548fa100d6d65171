#!/usr/bin/env bash
# The names of settings that fixes tell: each server's own check of its configuration, or its program, must know them.
#
# The names are taken from the sources of the fixes, so a new one is asked about by itself. A setting without a value is
# enough: who knows it complains of the value, who does not complains of the name.
. "${abs_top_srcdir:?}/tests/lib/e2e.sh"
. "$abs_top_srcdir/tests/lib/field.sh"
software=$abs_top_srcdir/src/why/software.c
fixes=$abs_top_srcdir/src/why/fix.h
newer='s/`[^`]*` ([0-9.]*)//g; s/([A-Za-z0-9. ]*: `[^`]*`)//g' # what only another version has
commands='systemctl|postfix|postmap|doveadm|doveconf|openssl|apachectl|caddy|SELECT|SHOW|FLUSH|CONFIG|ALTER'

# told NAME PATTERN: what stands in backquotes in the row of a software, as far as it is a setting.
told() {
    awk -v row="    { \"$1\", " 'index($0, "    { \"") == 1 { on = index($0, row) == 1 } on' "$software" |
        tr -d '\n' | sed "s/\" *\"//g; $newer" | grep -oE '`[A-Za-z][A-Za-z0-9_.-]*' | tr -d '`' |
        grep -vxE "$commands" | grep -xE "$2" | sort -u
}
# beside PATTERN: the same of the texts of all fixes, where the pattern alone says whose it is.
beside() { tr -d '\n' <"$fixes" | sed "s/\" *\\\\ *\"//g; $newer" | grep -oE "\`($1)" | tr -d '`' | sort -u; }

# known NAME PROGRAM PATTERN [BESIDE]: each setting of it, by knows_PROGRAM.
known() {
    local name=$1 program=$2 missing='' setting count=0
    if [ -z "$(tool "$program")" ]; then
        skip "$name knows its settings" "there is no $program here"
        return
    fi
    while read -r setting; do
        count=$((count + 1))
        "knows_$program" "$setting" >"$dir/said" 2>&1 || missing+="$setting: $(head -n 1 "$dir/said")"$'\n'
    done < <(told "$name" "$3"; [ -z "${4-}" ] || beside "$4")
    if [ "$count" = 0 ]; then
        not_ok "$name knows its settings" "none was found in the sources of the fixes"
    elif [ -n "$missing" ]; then
        not_ok "$name knows its settings" "${missing%$'\n'}"
    else
        ok "$name knows its $count settings"
    fi
}
# denied PATTERN COMMAND...: runs it with standard input as $dir/conf; false where what it says fits.
denied() {
    local pattern=$1
    shift
    cat >"$dir/conf"
    timeout 10 "$@" >"$dir/check" 2>&1 </dev/null
    grep -aE -m 1 -- "$pattern" "$dir/check" && return 1
    return 0
}

knows_nginx() { denied 'unknown directive' "$(tool nginx)" -t -p "$dir" -e stderr -c "$dir/conf" <<<"events {} http { server { ${1%%;*}; } }"; }
knows_apache2() {
    local modules
    modules=$(place /usr/lib/apache2/modules)
    denied 'Invalid command' "$(tool apache2)" -t -f "$dir/conf" <<END
ServerRoot $dir
ServerName localhost
LoadModule mpm_event_module $modules/mod_mpm_event.so
LoadModule authz_core_module $modules/mod_authz_core.so
LoadModule socache_shmcb_module $modules/mod_socache_shmcb.so
LoadModule ssl_module $modules/mod_ssl.so
$1
END
}
# A setting may belong to any of these places.
knows_haproxy() {
    local place
    for place in "global|  @" "global|frontend f|  mode http|  bind 127.0.0.1:1 ssl @" "frontend f|  mode http|  @" "backend b|  server s 127.0.0.1:1 @"; do
        tr '|' '\n' <<<"${place/@/$1}" | denied 'unknown keyword|unknown argument|unknown option' "$(tool haproxy)" -c -f "$dir/conf" && return 0
    done
    cat "$dir/check"
    return 1
}
knows_stunnel4() { denied 'not valid|[Uu]nknown option|Specified option name' "$(tool stunnel4)" "$dir/conf" <<<$'foreground = yes\npid =\n[s]\naccept = 127.0.0.1:0\nconnect = 127.0.0.1:1\n'"$1 = /none"; }
knows_hitch() { denied 'Unknown|unknown|[Ss]yntax error|unexpected' "$(tool hitch)" --test --config="$dir/conf" <<<"frontend = \"[127.0.0.1]:1\""$'\n'"$1 = \"/none\""; }
knows_lighttpd() {
    denied 'unknown config-key|WARNING: unknown' "$(tool lighttpd)" -tt -m "$(place /usr/lib/lighttpd)" -f "$dir/conf" \
        <<<"server.modules = (\"mod_openssl\")"$'\n'"server.document-root = \"/tmp\""$'\n'"$1 = \"/none\""
}
knows_caddy() {
    local place
    for place in "@" "tls {|@ x|}" "tls {|client_auth {|@ x|}|}"; do
        { echo "https://localhost:1 {"; tr '|' '\n' <<<"${place/@/$1}"; echo "}"; } |
            denied 'unrecognized|unknown subdirective|unknown' "$(tool caddy)" validate --adapter caddyfile --config "$dir/conf" && return 0
    done
    cat "$dir/check"
    return 1
}
knows_postconf() { denied 'unknown parameter' "$(tool postconf)" -d "$1" </dev/null; }
knows_doveconf() { denied 'Unknown setting|Unknown section' "$(tool doveconf)" -c "$dir/conf" -n <<<"$(case $1 in local_name) echo 'local_name a.test {'$'\n''}' ;; *) echo "$1 = " ;; esac)"; }
knows_mosquitto() { denied 'Unknown configuration variable' "$(tool mosquitto)" -c "$dir/conf" <<<$'listener 1 127.0.0.1\n'"$1"; }
knows_proftpd() { denied 'unknown configuration directive' "$(tool proftpd)" -t -c "$dir/conf" <<<"<IfModule mod_dso.c>"$'\n'"LoadModule mod_tls.c"$'\n'"</IfModule>"$'\n'"$1"; }
# In a server's own program, or a library it comes with, as a word of its own.
word_in() { # word_in WORD FILE...
    local word=$1
    shift
    grep -aqE "(^|[^A-Za-z0-9_-])$word([^A-Za-z0-9_-]|$)" "$@" 2>/dev/null || { echo "not in $*"; return 1; }
}
program_of() { # as tests/servers.sh has unpacked it, or the machine's own
    local program
    program=$(find "$servers/root/usr/bin/$1" "$servers/root/usr/sbin/$1" -type f 2>/dev/null | head -n 1)
    readlink -f "${program:-$(command -v "$1")}"
}
knows_slapd() { word_in "$1" "$(program_of slapd)"; }
knows_vsftpd() { word_in "$1" "$(program_of vsftpd)"; }
knows_xrdp() { word_in "$1" "$(program_of xrdp)" "$(place /usr/lib)"/*/xrdp/*.so*; }
knows_redis_server() { word_in "$1" "$(program_of redis-server)"; }
knows_mariadbd() { word_in "${1//_/[-_]}" "$(program_of mariadbd)"; }
knows_postgres() { word_in "$1" /usr/lib/postgresql/*/bin/postgres "$(program_of postgres)"; }

mkdir -p "$dir/logs"
known nginx nginx '[a-z0-9_]+' 'ssl_[a-oq-z][a-z_]+|ssl_protocols|proxy_ssl_[a-z_]+'
known Apache apache2 '[A-Z][A-Za-z]+' 'SSL[A-Za-z]+'
known HAProxy haproxy '(ssl|ca|crt|strict|tune)[a-z.-]*' 'ssl-default-bind-[a-z]+|ssl-(min|max)-ver|ssl-dh-param-file'
known stunnel stunnel4 '[A-Za-z]+'
known hitch hitch '[a-z-]+'
known lighttpd lighttpd 'ssl\.[a-z.-]+' 'ssl\.[a-z-]+\.?[a-z.-]*'
known Caddy caddy '(protocols|ciphers|curves|trusted[a-z_]*)'
known Postfix postconf '(smtpd?|tls)_[A-Za-z0-9_]+' '(smtpd|postscreen)_[A-Za-z0-9_]*[A-Za-z0-9]'
known Dovecot doveconf '(ssl[a-z_]*|local_name)'
known ProFTPD proftpd 'TLS[A-Za-z]+'
known Mosquitto mosquitto '[a-z_]+'
known OpenLDAP slapd 'olc[A-Za-z]+'
known vsftpd vsftpd '[a-z0-9_]+'
known xrdp xrdp '[a-z_]+'
known MariaDB mariadbd '(ssl|tls)_[a-z]+'
known PostgreSQL postgres 'ssl_[a-z_]+'
finish
