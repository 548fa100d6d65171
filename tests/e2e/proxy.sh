#!/bin/bash
# Through proxies and commands: that a good way works, and that a bad one is never blamed on the server. Real proxies
# (tinyproxy, Squid, Dante) as far as tests/servers.sh has them, and tests/lib/proxies for what these don't do.

# shellcheck source=tests/lib/e2e.sh
. "$abs_top_srcdir/tests/lib/e2e.sh"
need openssl jq
[ -x "$servers/nginx" ] || skip_all "there is no nginx: tests/servers.sh fetches it"

mint root ca=1
mint inter issuer=root ca=0
leaf good
bundle good good inter
nginx s <<'END'
    server { listen 127.0.0.1:@s@ ssl; location / { return 204; } }
    server { listen 127.0.0.1:@plain@; root www; }
END
mkdir "$dir/www"
openssl x509 -in "$dir/inter.pem" -outform der -out "$dir/www/inter.cer"
echo "127.0.0.1 localhost ca.example.com" >"$dir/hosts" # nobody but the proxies finds it

root=$servers/root
[ -e "$root/usr/share/squid" ] || root='' # it is installed here
proxy_template() { # proxy_template NAME: its configuration on standard input
    if [ -x "$servers/$1" ]; then
        server_template "$1"
    else
        absent "$1" "$1"
    fi
}
proxy_template tinyproxy <<END
Port @tiny@
Listen 127.0.0.1
Timeout 10
LogLevel Critical
ConnectPort @s@
ConnectPort @shut@
END
proxy_template squid <<END
http_port 127.0.0.1:@squid@
pid_filename none
access_log none
cache_log stdio:/dev/null
cache deny all
cache_mem 1 MB
netdb_filename none
coredump_dir $dir
shutdown_lifetime 0 seconds
mime_table $root/usr/share/squid/mime.conf
icon_directory $root/usr/share/squid/icons
error_directory $dir
logfile_daemon $root/usr/lib/squid/log_file_daemon
unlinkd_program $root/usr/lib/squid/unlinkd
pinger_enable off
hosts_file $dir/hosts
acl none port 1
http_access deny none
http_access allow all
END
proxy_template danted <<END
logoutput: stderr
internal: 127.0.0.1 port = @dante@
external: lo
socksmethod: none
clientmethod: none
client pass { from: 127.0.0.0/8 to: 0.0.0.0/0 }
socks block { from: 0.0.0.0/0 to: 0.0.0.0/0 port = 1 }
socks pass { from: 0.0.0.0/0 to: 0.0.0.0/0 }
END
chmod 755 "$dir" # Squid and Dante change to users of their own
# Ports of one script are known only once they are all asked for: tinyproxy lets these two pass.
port[shut]=$("$fault" ports 1)
[ -x "$servers/tinyproxy" ] && {
    sed -i "s/@s@/${port[s]}/; s/@shut@/${port[shut]}/" "$dir/tinyproxy.template"
    server tinyproxy "$servers/tinyproxy" -d -c "$dir/tinyproxy.conf"
}
[ -x "$servers/squid" ] && server squid "$servers/squid" -N -f "$dir/squid.conf"
[ -x "$servers/danted" ] && server danted "$servers/danted" -N 1 -f "$dir/danted.conf" -p "$dir/danted.pid"

login=$(printf 'user:pa:ss' | base64)
modes=(http cut slow "login=$login" "status=403 Forbidden" "status=404 Not Found" "status=502 Bad Gateway"
    "status=999 Odd" endless half hold close banner=SSH-2.0-x socks socks-name socks-login=user:pa:ss
    socks-code=1 socks-code=2 socks-code=3 socks-code=4 socks-code=5 socks-code=6 socks-code=7 socks-code=8 socks-code=200)
coproc PROXIES { exec "$abs_top_builddir/tests/lib/proxies" "${modes[@]}" 2>"$dir/proxies.log"; }
pid[proxies]=$PROXIES_PID
declare -A via=()
for mode in "${modes[@]}"; do
    read -r line <&"${PROXIES[0]}" || bail "the proxies did not start"
    kind=http
    [[ $mode = socks* ]] && kind=socks5
    via[$mode]=$kind://127.0.0.1:${line##* }
    owner[${mode%%=*}]=proxies
done
servers_wait

to="https://good.test:@s@"
ca=(--ca "$dir/root.pem")
printf 'user:pa:ss\nmore\n' >"$dir/login"
printf 'user:wrong\n' >"$dir/wrong"
chmod 600 "$dir/login" "$dir/wrong"

# --- the way is good -------------------------------------------------------------------------------
try s "ok" "CONNECT, and the proxy is given the name" "${ca[@]}" "$to,via=${via[http]}"
try s "ok" "an answer that comes a byte at a time" "${ca[@]}" "$to,via=${via[slow]}"
try s "ok" "SOCKS 5" "${ca[@]}" "$to,via=${via[socks]}"
try s "ok" "SOCKS 5 that answers with a name" "${ca[@]}" "$to,via=${via[socks-name]}"
try s "ok" "an address for the proxy: at=" "${ca[@]}" "$to,at=127.0.0.1,via=${via[http]}"
try s "ok" "an address for SOCKS" "${ca[@]}" "$to,at=127.0.0.1,via=${via[socks]}"
try s "ok" "Basic login" "${ca[@]}" --proxy-auth "$dir/login" "$to,via=${via[login=$login]}"
try s "ok" "SOCKS login" "${ca[@]}" --proxy-auth "$dir/login" "$to,via=${via[socks-login=user:pa:ss]}"
try s "ok" "everything asked, through a proxy" "${ca[@]}" --depth full "$to,via=${via[http]}"
try tiny "ok" "tinyproxy" "${ca[@]}" "https://localhost:@s@,via=http://127.0.0.1:@tiny@"
try squid "ok" "Squid" "${ca[@]}" "https://localhost:@s@,via=http://127.0.0.1:@squid@"
try dante "ok" "Dante" "${ca[@]}" "https://localhost:@s@,via=socks5://127.0.0.1:@dante@"
cat >"$dir/pipe" <<'END'
#!/bin/bash
exec 3<>"/dev/tcp/127.0.0.1/$1" || exit 7
echo "a word on standard error" >&2
cat <&3 &
cat >&3
kill $!
END
chmod +x "$dir/pipe"
try s "ok" "over a command" "${ca[@]}" "$to,via=exec:'$dir/pipe' %p"

# --- the way is bad --------------------------------------------------------------------------------
no() { try proxies "$@"; }
owner[proxies]=proxies
no "failing network" "a login is wanted" "${ca[@]}" "$to,via=${via[login=$login]}"
no "failing network" "the login is wrong" "${ca[@]}" --proxy-auth "$dir/wrong" "$to,via=${via[login=$login]}"
no "failing network" "SOCKS wants a login" "${ca[@]}" "$to,via=${via[socks-login=user:pa:ss]}"
no "failing network" "the SOCKS login is wrong" "${ca[@]}" --proxy-auth "$dir/wrong" "$to,via=${via[socks-login=user:pa:ss]}"
for mode in "status=403 Forbidden" "status=404 Not Found" "status=502 Bad Gateway" "status=999 Odd" endless half hold close \
    banner=SSH-2.0-x socks-code={1..8} socks-code=200; do
    no "failing network" "a proxy: $mode" --timeout 2 "$to,via=${via[$mode]}"
done
no "failing network" "HTTP spoken to a SOCKS proxy" "${ca[@]}" "$to,via=http://${via[socks]#*//}"
no "failing network" "SOCKS spoken to an HTTP proxy" "${ca[@]}" "$to,via=socks5://${via[http]#*//}"
no "failing network" "no proxy listens" "${ca[@]}" "$to,via=http://127.0.0.1:${port[shut]}"
no "failing network" "there is no such proxy" "${ca[@]}" "$to,via=http://nosuch.invalid:3128"
no "failing network" "the server refuses the proxy" "${ca[@]}" "https://good.test:${port[shut]},via=${via[http]}"
no "failing network" "the command fails" "${ca[@]}" "https://good.test:${port[shut]},via=exec:'$dir/pipe' %p"
no "unsure" "there is no such command" "${ca[@]}" "$to,via=exec:/nowhere/at/all"
try tiny "failing network" "tinyproxy: refused" "${ca[@]}" "https://localhost:${port[shut]},via=http://127.0.0.1:@tiny@"
try tiny "failing network" "tinyproxy: not this port" "${ca[@]}" "https://localhost:1,via=http://127.0.0.1:@tiny@"
try squid "failing network" "Squid: refused" "${ca[@]}" "https://localhost:${port[shut]},via=http://127.0.0.1:@squid@"
try squid "failing network" "Squid: not this port" "${ca[@]}" "https://localhost:1,via=http://127.0.0.1:@squid@"
try dante "failing network" "Dante: refused" "${ca[@]}" "https://localhost:${port[shut]},via=socks5://127.0.0.1:@dante@"
try dante "failing network" "Dante: not this port" "${ca[@]}" "https://localhost:1,via=socks5://127.0.0.1:@dante@"
results

# --- what is said ----------------------------------------------------------------------------------
outcome() { # outcome WORDS EXPECTED ARG...: outcome and code of the fact via
    local words=$1 expected=$2 got
    shift 2
    got=$("$TLSWHY" check --json "${ca[@]}" "$@" 2>&1 </dev/null |
        jq -r '.columns[-1].facts.via | "\(.state) \(.value.outcome) \(.value.code)"')
    if [ "$got" = "$expected" ]; then ok "$words"; else not_ok "$words" "wanted $expected, got $got"; fi
}
to=https://good.test:${port[s]}
outcome "ready" "yes ready 200" "$to,via=${via[http]}"
outcome "407" "no auth-required 407" "$to,via=${via[login=$login]}"
outcome "407 again" "no auth-refused 407" --proxy-auth "$dir/wrong" "$to,via=${via[login=$login]}"
outcome "403" "no forbidden 403" "$to,via=${via[status=403 Forbidden]}"
outcome "a status nobody knows" "no refused 999" "$to,via=${via[status=999 Odd]}"
outcome "a head without an end" "no garbled 200" "$to,via=${via[endless]}"
outcome "half an answer" "no garbled null" "$to,via=${via[half]}"
outcome "silence" "no silent null" --timeout 1 "$to,via=${via[hold]}"
outcome "closed" "no closed null" "$to,via=${via[close]}"
outcome "SOCKS: general failure" "no refused 1" "$to,via=${via[socks-code=1]}"
outcome "SOCKS: rules" "no forbidden 2" "$to,via=${via[socks-code=2]}"
outcome "SOCKS: unreachable" "no unreachable 4" "$to,via=${via[socks-code=4]}"
outcome "SOCKS: refused" "no peer-refused 5" "$to,via=${via[socks-code=5]}"
outcome "SOCKS: not supported" "no unsupported 7" "$to,via=${via[socks-code=7]}"
outcome "no method" "no auth-required 255" "$to,via=${via[socks-login=user:pa:ss]}"
outcome "a command that fails" "no ended 7" "https://good.test:${port[shut]},via=exec:'$dir/pipe' %p"
outcome "a command that can't be run" "no not-started null" "$to,via=exec:/nowhere/at/all"
[ -x "$servers/squid" ] && [ -z "${gone[squid]-}" ] && outcome "Squid says who refuses" "no peer-refused 503" \
    "https://127.0.0.1:${port[shut]},via=http://127.0.0.1:${port[squid]}"

if grep -q "^CONNECT good.test:${port[s]} HTTP/1.1$" "$dir/proxies.log" && grep -q "^SOCKS name good.test$" "$dir/proxies.log" &&
    grep -q "^CONNECT 127.0.0.1:${port[s]} HTTP/1.1$" "$dir/proxies.log" && grep -q "^SOCKS address $" "$dir/proxies.log"; then
    ok "the proxy is given the name, or the address of at="
else
    not_ok "the proxy is given the name, or the address of at=" "$(sort -u "$dir/proxies.log")"
fi

# --- the environment -------------------------------------------------------------------------------
http=${via[http]#*//} wants=${via[login=$login]#*//}
env=(env HTTPS_PROXY="http://user:pa%3Ass@$wants")
got=$("${env[@]}" "$TLSWHY" check --json --verbose "${ca[@]}" --save "$dir/saved" "$to,via=env" 2>&1 </dev/null)
if [ "$(jq -r .verdict <<<"$got")" = ok ]; then ok "the login of the environment"; else not_ok "the login of the environment" "$got"; fi
if grep -q 'pa:ss\|pa%3Ass' <<<"$got$(cat "$dir/saved")"; then
    not_ok "the login is nowhere in document and session" "$(grep -o '.\{20\}pa:ss' <<<"$got")"
else
    ok "the login is nowhere in document and session"
fi
direct() { # direct WORDS EXPECTED VARIABLE...: the state of the fact via
    local words=$1 expected=$2 got
    shift 2
    got=$(env "$@" "$TLSWHY" check --json "${ca[@]}" "https://localhost:${port[s]},via=env" 2>&1 </dev/null |
        jq -r '.columns[0].facts.via | "\(.state) \(.value.proxy)"')
    if [ "$got" = "$expected" ]; then ok "$words"; else not_ok "$words" "wanted $expected, got $got"; fi
}
direct "no variable: directly" "not-asked null" A=b
direct "https_proxy goes first" "yes http://$http" https_proxy="$http" HTTPS_PROXY=http://127.0.0.1:1 ALL_PROXY=http://127.0.0.1:1
direct "ALL_PROXY" "yes ${via[socks]}" ALL_PROXY="socks5h://${via[socks]#*//}"
direct "NO_PROXY" "not-asked null" https_proxy="$http" NO_PROXY=example.org,localhost
got=$(env HTTPS_PROXY="https://$http" "$TLSWHY" check "${ca[@]}" "$to,via=env" 2>&1 </dev/null)
code=$?
if [ $code = 4 ] && grep -q "could not be asked from here" <<<"$got"; then ok "a proxy that is spoken to in TLS"; else
    not_ok "a proxy that is spoken to in TLS" "$code: $got"
fi
chmod 644 "$dir/login"
got=$("$TLSWHY" check "${ca[@]}" --proxy-auth "$dir/login" "$to,via=${via[login=$login]}" 2>&1 >/dev/null </dev/null)
if grep -q "others can read .*chmod 600" <<<"$got"; then ok "a login that others can read"; else not_ok "a login that others can read" "$got"; fi
got=$("$TLSWHY" check "${ca[@]}" --proxy-auth <(sleep 0.5; cat "$dir/login") "$to,via=${via[login=$login]}" 2>&1 </dev/null)
code=$?
if [ $code = 0 ]; then ok "a login that a command writes after a while"; else not_ok "a login that a command writes after a while" "$code: $got"; fi

# --- what certificates point at --------------------------------------------------------------------
leaf gap "aia=http://ca.example.com:${port[plain]}/inter.cer"
bundle gap gap
s_server gap gap
server_up gap || gone[gap]="openssl s_server does not start here"
gap() { # gap WORDS EXPECTED ARG...: what became of fetching the missing issuer
    local words=$1 expected=$2 got
    shift 2
    got=$("$TLSWHY" check --json "${ca[@]}" "$@" 2>&1 </dev/null |
        jq -r '.columns[0].facts.aia as $a | "\($a.state) \(.evidence[$a.evidence // ""].text)"')
    # shellcheck disable=SC2254
    case $got in
    $expected) ok "$words" ;;
    *) not_ok "$words" "wanted $expected, got $got" ;;
    esac
}
if [ -n "${gone[gap]-}" ]; then
    skip "a missing issuer is fetched through the proxy" "${gone[gap]}"
else
    to=https://good.test:${port[gap]}
    gap "a missing issuer, directly: nobody here knows the name" "could-not-ask *ca.example.com*" "$to,at=127.0.0.1"
    gap "a missing issuer is fetched through SOCKS" "yes *" "$to,via=${via[socks]}"
    gap "a command leads to the endpoint alone" "could-not-ask *the command of via=*" "$to,via=exec:'$dir/pipe' %p"
    if [ -x "$servers/squid" ] && [ -z "${gone[squid]-}" ]; then
        gap "a missing issuer is fetched through an HTTP proxy" "yes *" "https://localhost:${port[gap]},via=http://127.0.0.1:${port[squid]}"
    else
        skip "a missing issuer is fetched through an HTTP proxy" "there is no squid"
    fi
fi
to=https://good.test:${port[s]}

# --- side by side, and what is left behind -----------------------------------------------------------
got=$("$TLSWHY" compare "${ca[@]}" "$to,at=127.0.0.1" "$to,via=${via[status=403 Forbidden]}" 2>&1 </dev/null)
code=$?
if [ $code = 1 ] && tr '\n' ' ' <<<"$got" | grep -q "proxy ${via[status=403 Forbidden]} *refuses"; then ok "compare: the proxy is the difference"; else
    not_ok "compare: the proxy is the difference" "$code: $got"
fi
got=$("$TLSWHY" compare --json "${ca[@]}" "$to,at=127.0.0.1" "$to,at=127.0.0.1,via=${via[cut]}" 2>&1 </dev/null)
if [ "$(jq -r '.diagnosis[0].cause' <<<"$got")" = middlebox ] && jq -r '.diagnosis[0].summary' <<<"$got" | grep -qF "via=${via[cut]}"; then
    ok "compare: what passes is cut by the proxy"
else
    not_ok "compare: what passes is cut by the proxy" "$(jq -c '[.diagnosis[]|.cause,.summary]' <<<"$got")"
fi
"$TLSWHY" check "${ca[@]}" --timeout 1 "$to,via=exec:sleep 4242" >/dev/null 2>&1 </dev/null
end=$((SECONDS + 5))
while pgrep -f "^sleep 4242" >/dev/null && ((SECONDS < end)); do sleep 0.05; done
if pgrep -f "^sleep 4242" >/dev/null; then not_ok "a command is gone when its connection is"; else ok "a command is gone when its connection is"; fi
finish
