#!/bin/bash
# Before TLS: routers that prohibit, reject or drop, machines that are not there, servers that accept and close. The
# network is one of its own, made of namespaces: a client here, a router behind it.

# shellcheck source=tests/lib/e2e.sh
. "$abs_top_srcdir/tests/lib/e2e.sh"
need jq ip unshare

# --- here: who accepts and then does not ------------------------------------------------------------
mint root ca=1
mint inter issuer=root ca=0
leaf good
bundle good good inter
s_server s good
modes=(close hold banner=SSH-2.0-x)
coproc PEERS { exec "$abs_top_builddir/tests/lib/proxies" "${modes[@]}" 2>"$dir/peers.log"; }
pid[peers]=$PEERS_PID
for mode in "${modes[@]}"; do
    read -r line <&"${PEERS[0]}" || bail "the bad servers did not start"
    port[${mode%%=*}]=${line##* }
    owner[${mode%%=*}]=peers
done
servers_wait
try close "failing network" "accepted and closed at once" tls://127.0.0.1:@close@
try hold "failing network ?middlebox ?server-overload" "accepted and never answered" --timeout 2 tls://127.0.0.1:@hold@
try banner "failing not-tls" "accepted, and another protocol" tls://127.0.0.1:@banner@
try s "failing network" "no such name" "https://nosuch.invalid"
try s "failing network" "one bad address among several" --ca "$dir/root.pem" --resolve "good.test:@s@:127.0.0.1,127.0.0.9" \
    "https://good.test:@s@"
try s "ok +network" "a bad address of another family" --ca "$dir/root.pem" --resolve "good.test:@s@:127.0.0.1,[::1]" \
    "https://good.test:@s@"
results
said() { # said WORDS TEXT ARG...: the report says it
    local words=$1 text=$2 got
    shift 2
    got=$("$TLSWHY" check --timeout 2 "$@" 2>&1 </dev/null | tr -s ' \n' ' ')
    case $got in
    *"$text"*) ok "$words" ;;
    *) not_ok "$words" "$got" ;;
    esac
}
said "closed: when nothing is sent, too" "ends them at once, even when nothing is sent" "tls://127.0.0.1:${port[close]}"
said "one of two addresses" "one of 2 addresses" --ca "$dir/root.pem" --resolve "good.test:${port[s]}:127.0.0.1,127.0.0.9" \
    "https://good.test:${port[s]}"

# --- in a network of its own --------------------------------------------------------------------------
cat >"$dir/network" <<'END'
set -e
mount -t tmpfs none /run
mkdir -p /run/netns
ip netns add r
ip link set lo up
ip link add c0 type veth peer name a0 netns r
ip addr add 10.9.0.1/24 dev c0
ip link set dev c0 up
ip addr add fd00:9::1/64 dev c0 nodad
ip -n r addr add 10.9.0.2/24 dev a0
ip -n r addr add fd00:9::2/64 dev a0 nodad
ip -n r link set dev a0 up
ip -n r link set lo up
ip route add default via 10.9.0.2
ip -6 route add default via fd00:9::2
ip netns exec r sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
ip -n r route add prohibit 192.0.2.1
ip -n r route add unreachable 192.0.2.2
ip -n r route add blackhole 192.0.2.3
ip -n r -6 route add prohibit 2001:db8::1
ip -n r -6 route add blackhole 2001:db8::3
ip route add prohibit 192.0.2.5
ip route add unreachable 192.0.2.6
echo made
while read -r name endpoint; do
    "$TLSWHY" check --json --timeout 4 "$endpoint" >"$1/$name.json" 2>"$1/$name.err" </dev/null || true
done <"$1/endpoints"
END
cat >"$dir/endpoints" <<'END'
prohibit tls://192.0.2.1:443
unreachable tls://192.0.2.2:443
drop tls://192.0.2.3:443
nowhere tls://192.0.2.4:443
local tls://192.0.2.5:443
noroute tls://192.0.2.6:443
arp tls://10.9.0.77:443
refused tls://10.9.0.2:443
prohibit6 tls://[2001:db8::1]:443
drop6 tls://[2001:db8::3]:443
nowhere6 tls://[2001:db8::4]:443
neighbour6 tls://[fd00:9::77]:443
END
if ! unshare -n -m bash "$dir/network" "$dir" >"$dir/network.log" 2>&1 || ! grep -q '^made$' "$dir/network.log"; then
    skip "routers that prohibit, reject and drop" "no network namespace can be made here: $(tail -n 1 "$dir/network.log" | tr -d '#')"
    finish
fi
is() { # is NAME WORDS VERDICT CONNECT ICMP TEXT: ICMP is "type code ours", "null" where there is none
    local got
    got=$(jq -r '"\(.verdict) \(.columns[0].facts.connect.value) " + (.columns[0].facts.failure.value.icmp |
        if . then "\(.type) \(.code) \(.ours)" else "null" end)' "$dir/$1.json" 2>&1)
    if [ "$got" = "$3 $4 $5" ] && { [ -z "$6" ] || jq -r '.diagnosis[0].summary' "$dir/$1.json" | grep -qF -- "$6"; }; then
        ok "$2"
    else
        not_ok "$2" "wanted $3 $4 $5 and \"$6\", got $got: $(jq -c '[.diagnosis[].summary]' "$dir/$1.json") $(cat "$dir/$1.err")"
    fi
}
is prohibit "a router's filter prohibits" failing prohibited "3 13 false" "10.9.0.2 says by ICMP"
is unreachable "a router knows the network, not the machine" failing unreachable "3 1 false" "says 10.9.0.2"
is drop "dropped" failing silent null "does not answer at all"
is nowhere "a router has no route" failing unreachable "3 0 false" "says 10.9.0.2: there is no route"
is local "prohibited on this machine" failing prohibited null "is prohibited by"
is noroute "no route on this machine decides nothing" unsure no-route null ""
is arp "nobody there on the own network" failing unreachable "3 1 true" "nobody there answers for that address"
is refused "nothing listens" failing refused null "refuses connections"
is prohibit6 "IPv6: a filter prohibits" failing prohibited "1 1 false" "fd00:9::2 says by ICMP"
is drop6 "IPv6: dropped" failing silent null "does not answer at all"
is nowhere6 "IPv6: no route" failing unreachable "1 0 false" "says fd00:9::2"
is neighbour6 "IPv6: nobody there" failing unreachable "1 3 true" "nobody there answers for that address"
finish
