#!/bin/bash
# The path: boxes that look into packets and drop, reset or answer, an MTU black hole, and beside each of them a server
# that fails in the same way by itself. The network is one of its own: client -- r -- q -- server, by IPv4 and IPv6.

# shellcheck source=tests/lib/e2e.sh
. "$abs_top_srcdir/tests/lib/e2e.sh"
need jq ip unshare nft
[ -x "$servers/nginx" ] || skip_all "there is no nginx: tests/servers.sh fetches it"
[ -c /dev/net/tun ] || skip_all "there is no /dev/net/tun here"

mint_usual
mkdir -p "$dir/logs"
cat >"$dir/nginx.conf" <<END
daemon off; master_process off; pid $dir/nginx.pid; error_log stderr info;
events { worker_connections 500; }
http {
    access_log off;
    client_body_temp_path $dir/t1; proxy_temp_path $dir/t2; fastcgi_temp_path $dir/t3;
    uwsgi_temp_path $dir/t4; scgi_temp_path $dir/t5;
    ssl_protocols TLSv1.2 TLSv1.3; ssl_certificate $dir/good.bundle; ssl_certificate_key $dir/good.key;
    server { listen 443 ssl; listen [::]:443 ssl; }
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
backend b
 server s 127.0.0.1:443
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
fi
up() { # up PORT: within 10 s it takes connections
    local i
    for ((i = 0; i < 100; i++)); do
        ip netns exec s bash -c "exec 3<>/dev/tcp/127.0.0.1/$1" 2>/dev/null && return
        read -rt 0.1 <> <(:) || true
    done
    return 1
}
up 443
[ ! -x "$servers/haproxy" ] || up 444
echo made

look() { # look NAME ENDPOINT
    "$TLSWHY" check --json --timeout 3 --ca "$dir/root.pem" "$2" >"$dir/$1.json" 2>"$dir/$1.err" </dev/null || true
}
four=at=10.9.3.2:443 six=at=[fd00:9:3::2]:443
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

look plain tls://good.test:443,$four
box text=good.test reset=64
look name-reset tls://good.test:443,$four
look name-reset6 tls://good.test:443,$six
unbox
box text=good.test drop
look name-drop tls://good.test:443,$four
unbox
box text=good.test page=64
look name-page tls://good.test:443,$four
unbox
box hex=002b drop
look version-drop tls://good.test:443,$four
unbox
box hex=002b reset=64
look version-reset tls://good.test:443,$four
unbox
box over=1000 reset=64
look size-reset tls://good.test:443,$four
unbox
filter r forward 'tcp dport 443 meta length > 500 drop'
look size-drop tls://good.test:443,hello-size=700,$four
unfilter r
filter s input 'tcp dport 443 meta length > 500 reject with tcp reset'
look size-server tls://good.test:443,hello-size=700,$four
unfilter s
filter r forward 'tcp dport 443 ct state established ct original packets > 2 drop'
look all-drop tls://good.test:443,$four
unfilter r
if [ -x "$servers/haproxy" ]; then
    look name-server tls://good.test:444,at=10.9.3.2:444
    look name-server-silent tls://good.test:445,at=10.9.3.2:445
fi
ip -n q link set q1 mtu 1280
filter q output 'meta l4proto { icmp, ipv6-icmp } drop'
look mtu tls://good.test:443,hello-size=1600,$four
echo done
END
export servers dir
if ! timeout 300 unshare -n -m bash "$dir/network" "$dir" >"$dir/network.log" 2>&1 && ! grep -q '^made$' "$dir/network.log"; then
    skip_all "no network namespace can be made here: $(tail -n 1 "$dir/network.log" | tr -d '#')"
fi
grep -q '^done$' "$dir/network.log" || bail "the network did not stand: $(tail -n 3 "$dir/network.log" | tr '\n#' '  ')"

# is NAME WORDS VERDICT CAUSE TRIGGER: the first cause with its confidence ("-" for none), and what it hangs on.
is() {
    local got
    [ -s "$dir/$1.json" ] || { skip "$2" "its server is not here"; return; }
    got=$(jq -r '"\(.verdict) " + (.diagnosis[0] | if . then "\(.cause):\(.confidence)" else "-" end) +
        " \(.columns[0].facts.path.value.trigger)"' "$dir/$1.json" 2>&1)
    # shellcheck disable=SC2254 # they may be patterns
    case $got in
    $3' '$4' '$5) ok "$2" ;;
    *) not_ok "$2" "wanted $3 $4 $5, got $got: $(jq -c '[.diagnosis[].summary], .columns[0].facts.path' "$dir/$1.json") $(cat "$dir/$1.err")" ;;
    esac
}
is plain "nothing in the way" ok - null
is name-reset "a box resets a name" failing middlebox:0.9 name
is name-reset6 "IPv6: a box resets a name" failing middlebox:0.9 name
is name-drop "a box drops a name" failing middlebox:0.9 name
is name-page "a box answers a name with a page" failing middlebox:0.9 name
is name-server "a server closes on a name" failing sni:0.75 null
is name-server-silent "a server that drops a name silently" failing sni:0.5 name
is version-drop "a box drops TLS 1.3" failing middlebox:0.9 version
is version-reset "a box resets TLS 1.3" failing middlebox:0.9 version
is size-reset "a box resets what is larger than a packet" failing middlebox:0.9 size
is size-drop "a router drops large packets" failing middlebox:0.9 size
is size-server "the server's own filter resets large packets" failing middlebox:0.75 size
is mtu "large packets are lost" failing network:0.9 segments
is all-drop "whatever is sent is dropped" failing - null
for name in name-server name-server-silent all-drop; do
    [ -s "$dir/$name.json" ] || continue
    if jq -e '[.diagnosis[] | select(.cause == "middlebox" and .confidence >= 0.9)] == []' "$dir/$name.json" >/dev/null; then
        ok "$name: the path is not blamed"
    else
        not_ok "$name: the path is not blamed" "$(jq -c '.diagnosis' "$dir/$name.json")"
    fi
done
if jq -e '.columns[0].facts.path.value | .hop == 2 and .before and .ttl.differs and .ttl.answers > 0' "$dir/name-reset.json" >/dev/null; then
    ok "where the box stands"
else
    not_ok "where the box stands" "$(jq -c '.columns[0].facts.path.value' "$dir/name-reset.json")"
fi
finish
