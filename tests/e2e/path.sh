#!/bin/bash
# The path: boxes that look into packets and drop, reset or answer, an MTU black hole, and beside each of them a server
# that fails in the same way by itself. The network is one of its own: client -- r -- q -- server, by IPv4 and IPv6, and
# tlswhy is nobody in it, without privileges. SCENES='name.*' runs those alone.

# shellcheck source=tests/lib/e2e.sh
. "$abs_top_srcdir/tests/lib/e2e.sh"
need jq ip unshare nft setpriv sysctl
[ -x "$servers/nginx" ] || skip_all "there is no nginx: tests/servers.sh fetches it"
[ -c /dev/net/tun ] || skip_all "there is no /dev/net/tun here"

mint_usual
leaf wild cn=good.test san=DNS:*.good.test
bundle wild wild inter
mkdir -p "$dir/logs"
cat >"$dir/nginx.conf" <<END
daemon off; master_process off; pid $dir/nginx.pid; error_log stderr info;
events { worker_connections 500; }
http {
    access_log off;
    client_body_temp_path $dir/t1; proxy_temp_path $dir/t2; fastcgi_temp_path $dir/t3;
    uwsgi_temp_path $dir/t4; scgi_temp_path $dir/t5;
    ssl_protocols TLSv1.2 TLSv1.3; ssl_certificate $dir/good.bundle; ssl_certificate_key $dir/good.key;
    server { listen 443 ssl; listen [::]:443 ssl; listen 8443 ssl; listen [::]:8443 ssl; }
    server { listen 447 ssl default_server; }
    server { listen 447 ssl; server_name good.test; ssl_reject_handshake on; }
    server { listen 448 ssl; ssl_certificate $dir/wild.bundle; ssl_certificate_key $dir/wild.key; }
    server { listen 449; }
}
END
cat >"$dir/haproxy.conf" <<END
defaults
 mode tcp
 timeout connect 5s
 timeout client 9s
 timeout server 9s
frontend f
 bind :444
 bind :::444 v6only
 tcp-request inspect-delay 2s
 tcp-request content reject if { req.ssl_sni good.test }
 tcp-request content accept if { req.ssl_hello_type 1 }
 default_backend b
frontend g
 bind :445
 tcp-request inspect-delay 2s
 tcp-request content silent-drop if { req.ssl_sni good.test }
 tcp-request content accept if { req.ssl_hello_type 1 }
 default_backend b
frontend h
 bind :446
 bind :::446 v6only
 tcp-request inspect-delay 2s
 tcp-request content reject if { req.ssl_hello_type 1 }
 default_backend b
frontend w
 bind :450
 tcp-request inspect-delay 2s
 tcp-request content reject if { req.ssl_sni www.good.test }
 tcp-request content accept if { req.ssl_hello_type 1 }
 default_backend wild
frontend p
 bind :451
 tcp-request inspect-delay 2s
 tcp-request content accept if { req.ssl_hello_type 1 }
 use_backend page if { req.ssl_sni good.test www.good.test }
 default_backend b
frontend q
 bind :452
 tcp-request inspect-delay 2s
 tcp-request content accept if { req.ssl_hello_type 1 }
 use_backend page if { req.ssl_sni www.good.test }
 default_backend wild
backend b
 server s 127.0.0.1:443
backend wild
 server s 127.0.0.1:448
backend page
 server s 127.0.0.1:449
END
cat >"$dir/sidecar.conf" <<END
defaults
 mode tcp
 timeout connect 2s
 timeout client 9s
 timeout server 9s
 retries 0
frontend f
 bind :15001
 bind :::15001 v6only
 tcp-request inspect-delay 2s
 tcp-request content accept if { req.ssl_hello_type 1 }
 default_backend b
frontend g
 bind :15002
 tcp-request inspect-delay 2s
 tcp-request content reject if { req.ssl_sni good.test }
 tcp-request content accept if { req.ssl_hello_type 1 }
 default_backend b
frontend h
 bind :15003
 bind :::15003 v6only
 tcp-request inspect-delay 2s
 tcp-request content accept if { req.ssl_hello_type 1 }
 default_backend dead
backend b
 server s 10.9.3.2:8443
backend dead
 server s 10.9.3.2:9
END

cat >"$dir/network" <<'END'
set -e
dir=$1
mount -t tmpfs none /run
mkdir -p /run/netns
for n in r q s; do ip netns add $n; done
touch /run/netns/c
mount --bind /proc/self/ns/net /run/netns/c
cable() { # cable NETNS DEVICE NETNS DEVICE NUMBER
    ip -n $1 link add $2 type veth peer name $4 netns $3
    ip -n $1 addr add 10.9.$5.1/24 dev $2
    ip -n $3 addr add 10.9.$5.2/24 dev $4
    ip -n $1 addr add fd00:9:$5::1/64 dev $2 nodad
    ip -n $3 addr add fd00:9:$5::2/64 dev $4 nodad
    ip -n $1 link set $2 up
    ip -n $3 link set $4 up
}
cable c c0 r r0 1
cable r r1 q q0 2
cable q q1 s s0 3
for n in c r q s; do ip -n $n link set lo up; done
for n in r q; do ip netns exec $n sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1; done
ip route add default via 10.9.1.2
ip -6 route add default via fd00:9:1::2
ip -n r route add 10.9.3.0/24 via 10.9.2.2
ip -n r -6 route add fd00:9:3::/64 via fd00:9:2::2
ip -n q route add 10.9.1.0/24 via 10.9.2.1
ip -n q -6 route add fd00:9:1::/64 via fd00:9:2::1
ip -n s route add default via 10.9.3.1
ip -n s -6 route add default via fd00:9:3::1
pids=()
end() { kill "${pids[@]}" 2>/dev/null || true; }
trap end EXIT
ip netns exec s "$servers/nginx" -p "$dir" -e stderr -c "$dir/nginx.conf" >"$dir/nginx.log" 2>&1 &
pids+=($!)
if [ -x "$servers/haproxy" ]; then
    ip netns exec s "$servers/haproxy" -db -f "$dir/haproxy.conf" >"$dir/haproxy.log" 2>&1 &
    pids+=($!)
    "$servers/haproxy" -db -f "$dir/sidecar.conf" >"$dir/sidecar.log" 2>&1 &
    pids+=($!)
fi
up() { # up PORT [NETNS]: within 10 s it takes connections
    local i
    for ((i = 0; i < 100; i++)); do
        ip netns exec "${2-s}" bash -c "exec 3<>/dev/tcp/127.0.0.1/$1" 2>/dev/null && return
        read -rt 0.1 <> <(:) || true
    done
    return 1
}
up 443
[ ! -x "$servers/haproxy" ] || { up 444 && up 15001 c; }
echo made

look() { # look NAME ENDPOINT: an alert is looked at for its own sake first, which takes more than the quick way has
    local depth=quick
    case $1 in *-alert*) depth=full ;; esac
    setpriv --reuid=65534 --regid=65534 --clear-groups "$TLSWHY" check --json --depth "$depth" --timeout 3 --ca "$dir/root.pem" "$2" \
        >"$dir/$1.json" 2>"$dir/$1.err" </dev/null || true
}
four=at=10.9.3.2:443 six=at=[fd00:9:3::2]:443
wanted() { [[ $1 =~ ^(${SCENES:-.*})$ ]]; }
box() { # box WHAT DO: a box at r that all packets to the server come through
    local i f
    rm -f "$dir/box.log"
    ip netns exec r "$abs_top_builddir/tests/lib/box" tun0 "$1" "$2" >"$dir/box.log" 2>&1 &
    box_pid=$!
    pids+=($box_pid)
    for ((i = 0; i < 100; i++)); do
        grep -qs ready "$dir/box.log" && break
        read -rt 0.1 <> <(:) || true
    done
    ip -n r link set tun0 up
    ip netns exec r sysctl -qw net.ipv4.conf.tun0.rp_filter=0 net.ipv4.conf.all.rp_filter=0
    for f in -4 -6; do
        ip -n r $f rule add iif r0 lookup 100 priority 10
        ip -n r $f route add default dev tun0 table 100
    done
}
unbox() {
    local f
    for f in -4 -6; do ip -n r $f rule del priority 10; done
    kill $box_pid
    wait $box_pid 2>/dev/null || true
}
filter() { # filter NETNS HOOK RULE
    printf 'table inet f {\n chain c {\n type filter hook %s priority 0\n %s\n }\n}\n' "$2" "$3" | ip netns exec $1 nft -f -
}
unfilter() { ip netns exec $1 nft flush ruleset; }

boxed() { # boxed NAME WHAT DO ENDPOINT
    wanted "$1" || return 0
    box "$2" "$3"
    look "$1" "$4"
    unbox
}
filtered() { # filtered NAME NETNS HOOK RULE ENDPOINT
    wanted "$1" || return 0
    filter "$2" "$3" "$4"
    look "$1" "$5"
    unfilter "$2"
}
sidecar() { # sidecar NAME PORT ENDPOINT: what goes to port 443 is taken by what listens at PORT here
    wanted "$1" && [ -x "$servers/haproxy" ] || return 0
    printf 'table inet f {\n chain o {\n type nat hook output priority -100\n tcp dport 443 redirect to :%s\n }\n}\n' "$2" |
        nft -f -
    look "$1" "$3"
    nft flush ruleset
}
served() { # served NAME ENDPOINT: by haproxy
    wanted "$1" && [ -x "$servers/haproxy" ] || return 0
    look "$1" "$2"
}
good=tls://good.test:443

wanted plain && look plain $good,$four
boxed name-reset text=good.test reset=64 $good,$four
boxed name-reset6 text=good.test reset=64 $good,$six
boxed name-drop text=good.test drop $good,$four
boxed name-drop6 text=good.test drop $good,$six
boxed name-page text=good.test page=64 $good,$four
boxed name-close text=good.test close=64 $good,$four
boxed name-alert text=good.test alert=64 $good,$four
boxed name-alert6 text=good.test alert=64 $good,$six
boxed version-drop hex=002b drop $good,$four
boxed version-reset hex=002b reset=64 $good,$four
boxed version-close hex=002b close=64 $good,$four
boxed size-reset over=1000 reset=64 $good,$four
boxed split-reset short reset=64 $good,$four
boxed alpn-reset text=http/1.1 reset=64 https://good.test:443,$four
boxed extension-reset hex=00230000 reset=64 $good,$four
boxed suites-reset hex=130213031301 reset=64 $good,$four
boxed group-reset hex=11ec reset=64 $good,$four
boxed group-drop hex=11ec drop $good,$four
boxed split-drop short drop $good,$four
boxed name-quick text=good.test alert=64 $good,$four
boxed version-quick hex=002b alert=64 $good,$four
boxed page-any any page=64 $good,$four
filtered size-drop r forward 'tcp dport 443 meta length > 500 drop' $good,hello-size=700,$four
filtered size-server s input 'tcp dport 443 meta length > 500 reject with tcp reset' $good,hello-size=700,$four
filtered hello-drop r forward 'tcp dport 443 meta length > 100 drop' $good,$four
filtered all-drop r forward 'tcp dport 443 ct state established ct original packets > 2 drop' $good,$four
filtered all-drop6 r forward 'tcp dport 443 ct state established ct original packets > 2 drop' $good,$six
filtered all-drop-server s input 'tcp dport 443 ct state established ct original packets > 2 drop' $good,$four
filtered all-reset r forward 'tcp dport 443 ct state established ct original packets > 2 reject with tcp reset' $good,$four
filtered all-reset-server s input 'tcp dport 443 ct state established ct original packets > 2 reject with tcp reset' $good,$four
served name-server tls://good.test:444,at=10.9.3.2:444
served name-server-silent tls://good.test:445,at=10.9.3.2:445
served name-server-wild tls://www.good.test:450,at=10.9.3.2:450
served name-server-page tls://good.test:451,at=10.9.3.2:451
served name-server-page-wild tls://www.good.test:452,at=10.9.3.2:452
served all-server tls://good.test:446,at=10.9.3.2:446
wanted name-server-alert && look name-server-alert tls://good.test:447,at=10.9.3.2:447
sidecar sidecar 15001 $good,$four
sidecar sidecar-name 15002 $good,$four
sidecar sidecar-dead 15003 $good,$four
sidecar sidecar-dead6 15003 $good,$six
# A network that does not count hops: a packet that may not leave the first link gets there all the same.
wanted uncounted && [ -x "$servers/haproxy" ] && {
    filter r prerouting 'iif r0 ip ttl set 64'
    look uncounted tls://good.test:446,at=10.9.3.2:446
    unfilter r
}
wanted mtu && {
    ip -n q link set q1 mtu 1280
    filter q output 'meta l4proto { icmp, ipv6-icmp } drop'
    look mtu $good,hello-size=1600,$four
}
echo done
END
export servers dir
chmod 755 "$dir"
if ! timeout 400 unshare -n -m bash "$dir/network" "$dir" >"$dir/network.log" 2>&1 && ! grep -q '^made$' "$dir/network.log"; then
    skip_all "no network namespace can be made here: $(tail -n 1 "$dir/network.log" | tr -d '#')"
fi
grep -q '^done$' "$dir/network.log" || bail "the network did not stand: $(tail -n 3 "$dir/network.log" | tr '\n#' '  ')"

chosen() { [[ $1 =~ ^(${SCENES:-.*})$ ]]; }
# is NAME WORDS VERDICT CAUSE TRIGGER: the first cause with its confidence ("-" for none), and what it hangs on.
is() {
    local got
    chosen "$1" || return
    [ -s "$dir/$1.json" ] || { skip "$2" "its server is not here"; return; }
    got=$(jq -r '"\(.verdict) " + (.diagnosis[0] | if . then "\(.cause):\(.confidence)" else "-" end) +
        " \(.columns[0].facts.path.value.trigger)"' "$dir/$1.json" 2>&1)
    # shellcheck disable=SC2254 # they may be patterns
    case $got in
    $3' '$4' '$5) ok "$2" ;;
    *) not_ok "$2" "wanted $3 $4 $5, got $got: $(jq -c '[.diagnosis[].summary], .columns[0].facts.path' "$dir/$1.json") $(cat "$dir/$1.err")" ;;
    esac
}
# shows NAME WORDS JQ: that holds for the fact; and what a person reads is jq's "said".
shows() {
    chosen "$1" || return
    [ -s "$dir/$1.json" ] || { skip "$1: $2" "its server is not here"; return; }
    if jq -e '([.diagnosis[] | .summary, .fix] | join(" ")) as $said | .columns[0].facts.path.value | '"$3" "$dir/$1.json" >/dev/null; then
        ok "$1: $2"
    else
        not_ok "$1: $2" "$(jq -c '[.diagnosis[].summary], .columns[0].facts.path.value' "$dir/$1.json")"
    fi
}
is plain "nothing in the way" ok - null
is name-reset "a box resets a name" failing middlebox:0.9 name
is name-reset6 "IPv6: a box resets a name" failing middlebox:0.9 name
is name-drop "a box drops a name" failing middlebox:0.9 name
is name-drop6 "IPv6: a box drops a name" failing middlebox:0.9 name
is name-page "a box answers a name with a page" failing middlebox:0.9 name
is name-close "a box ends connections for a name" failing middlebox:0.9 name
is name-alert "a box answers a name with an alert" failing middlebox:0.9 name
is name-alert6 "IPv6: a box answers a name with an alert" failing middlebox:0.9 name
is name-server "a relay beside a server closes on one of its names" failing middlebox:0.75 name
is name-server-silent "a relay beside a server drops one of its names" failing middlebox:0.75 name
is name-server-page "a relay beside a server answers one of its names with a page" failing middlebox:0.75 name
is name-server-wild "a server closes on a name that a wildcard alone covers" failing sni:0.75 name
is name-server-page-wild "a server answers a name that a wildcard alone covers with a page" failing sni:0.5 name
is name-server-alert "a server that refuses a name by an alert" failing sni:0.9 name
is version-drop "a box drops TLS 1.3" failing middlebox:0.9 version
is version-reset "a box resets TLS 1.3" failing middlebox:0.9 version
is version-close "a box ends connections that offer TLS 1.3" failing middlebox:0.9 version
is size-reset "a box resets what is larger than a packet" failing middlebox:0.9 size
is size-drop "a router drops large packets" failing middlebox:0.9 size
is size-server "the server's own filter resets large packets" failing middlebox:0.75 size
is split-reset "a box resets a hello that is not whole in one packet" failing middlebox:0.9 size
is alpn-reset "a box resets application protocols" failing middlebox:0.9 alpn
is extension-reset "a box resets an extension" failing middlebox:0.9 extension
is suites-reset "a box resets a list of suites" failing middlebox:0.9 suites
is group-reset "a box resets a post-quantum group" failing middlebox:0.9 groups
is group-drop "a box drops a post-quantum group" failing middlebox:0.9 groups
is split-drop "a box drops a hello that is not whole in one packet" failing middlebox:0.9 size
is name-quick "a box answers a name with an alert, and little is asked" failing middlebox:0.9 name
is version-quick "a box answers TLS 1.3 with an alert, and little is asked" failing middlebox:0.9 version
is hello-drop "hellos are dropped on the way, and plain text is not" failing network:0.75 null
is mtu "large packets are lost" failing network:0.9 segments
is all-drop "data is dropped on the way, whatever it is" failing network:0.9 null
is all-drop6 "IPv6: data is dropped on the way, whatever it is" failing network:0.9 null
is all-drop-server "data is dropped on the server's machine" failing network:0.75 null
is all-reset "all is reset on the way" failing network:0.75 null
is all-reset-server "all is reset by the server's machine" failing - null
is all-server "a server closes whatever comes" failing - null
is page-any "a page in answer to everything" failing network:0.75 null
is sidecar "a sidecar that works" ok - null
is sidecar-name "a sidecar closes on a name" failing sni:0.5 name
is sidecar-dead "a sidecar that can't reach the server" failing network:0.5 null
is sidecar-dead6 "IPv6: a sidecar that can't reach the server" failing network:0.5 null
is uncounted "a server closes, in a network that does not count hops" failing - null
shows name-reset "where the box stands" '.hop == 2 and .before and .router == "10.9.1.2" and .ttl.differs and .ttl.answers > 0'
shows split-reset "what a person reads" '$said | test("because it comes in two packets")'
shows all-drop "how far data gets" '.hop == 2 and .before and .router == "10.9.2.2"'
shows all-drop6 "how far data gets" '.hop == 2 and .before and .router == "fd00:9:2::2"'
shows all-reset "who ends it" '.ttl.differs and .ttl.answers == 62'
shows all-reset-server "who ends it" '.ttl.differs == false'
for name in sidecar-name sidecar-dead sidecar-dead6; do
    shows $name "the proxy is told of" '.proxy and .taken and ($said | test("a proxy takes these connections"))'
done
shows uncounted "no proxy is told of" '.taken and .proxy == null'
shows all-server "no proxy is told of" '.taken == false and .proxy == false'
for name in name-server-wild name-server-page-wild name-server-alert sidecar-name sidecar-dead sidecar-dead6 uncounted all-server all-reset-server; do
    chosen $name && [ -s "$dir/$name.json" ] || continue
    if jq -e '[.diagnosis[] | select(.cause == "middlebox")] == []' "$dir/$name.json" >/dev/null; then
        ok "$name: the path is not blamed"
    else
        not_ok "$name: the path is not blamed" "$(jq -c '.diagnosis' "$dir/$name.json")"
    fi
done
finish
