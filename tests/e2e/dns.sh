#!/usr/bin/env bash
# dns.sh - names: what each way of not resolving is called, and name servers that do not agree or do not answer. DNS is asked
# at the addresses in resolv.conf: it takes name servers of our own, in namespaces of our own.
. "$abs_top_srcdir/tests/lib/e2e.sh"
need jq python3 ip unshare

cat >"$dir/scenes" <<'END'
nosuch 127.0.0.1 nosuch.test
nodata 127.0.0.1 mail.test
loop 127.0.0.1 loop.test
servfail 127.0.0.2 a.test
refused 127.0.0.3 a.test
silent 127.0.0.4 a.test
shut 127.0.0.9 a.test
late 127.0.0.4,127.0.0.1 a.test
differ 127.0.0.5,127.0.0.1 a.test
both 127.0.0.2,127.0.0.3 a.test
agree 127.0.0.1,127.0.0.5 nosuch.test
good 127.0.0.1,127.0.0.5 a.test
hosts 127.0.0.5 known.test
END
cat >"$dir/network" <<'END'
ip link set lo up && echo "127.0.0.1 localhost known.test" >"$dir/hosts" && : >"$dir/resolv.conf" || exit 77
mount --bind "$dir/hosts" /etc/hosts && mount --bind "$dir/resolv.conf" /etc/resolv.conf || exit 77
run() { python3 "$abs_top_srcdir/tests/lib/dns.py" "$@" & pids+=($!); }
run 127.0.0.1:53 a.test=A=127.0.0.1 mail.test=MX=10:a.test loop.test=CNAME=loop.test
run 127.0.0.2:53 servfail
run 127.0.0.3:53 refused
run 127.0.0.4:53 silent
run 127.0.0.5:53 b.test=A=127.0.0.1
end=$((SECONDS + 10))
echo "nameserver 127.0.0.1" >"$dir/resolv.conf"
until getent ahosts a.test >/dev/null; do ((SECONDS < end)) || exit 77; done
while read -r scene servers name; do
    printf 'nameserver %s\n' ${servers//,/ } >"$dir/resolv.conf"
    timeout 60 "$TLSWHY" check --json --timeout 2 "tls://$name:9" >"$dir/$scene.json" 2>"$dir/$scene.err" </dev/null
done <"$dir/scenes"
kill "${pids[@]}"
echo made
END
export dir
unshare -nm bash "$dir/network" >"$dir/network.log" 2>&1 || unshare -rnm bash "$dir/network" >"$dir/network.log" 2>&1
grep -q '^made$' "$dir/network.log" || skip_all "there are no namespaces here: $(tail -n 1 "$dir/network.log" | tr -d '#')"

is() { # is SCENE WORDS KIND TEXT: the kind of failure, and part of what is said first
    local got
    got=$(jq -r '"\(.columns[0].facts.failure.value.kind) \(.diagnosis[0].cause) \(.diagnosis[0].summary)"' "$dir/$1.json")
    case $got in
    "$3 network "*"$4"*) ok "$2" ;;
    *) not_ok "$2" "wanted $3 and \"$4\", got $got $(cat "$dir/$1.err")" ;;
    esac
}
is nosuch "no such name" no-such-name "does not exist"
is nodata "no address" no-address "has no address"
is loop "a name that stands for itself" no-address "has no address"
is servfail "SERVFAIL" dns-failed "SERVFAIL"
is refused "REFUSED" dns-failed "REFUSED"
is silent "no answer" dns-silent "No DNS server answered"
is shut "no name server there" dns-silent "no DNS server can be reached"
is both "two name servers, each with its own failure" dns-failed "127.0.0.2 fails (SERVFAIL), 127.0.0.3 refuses to answer"
is agree "two name servers that agree" no-such-name "does not exist"
is differ "two name servers that do not agree" dns-differs "127.0.0.5 says there is no such name, 127.0.0.1 gives 127.0.0.1"
warns() { # warns SCENE WORDS TEXT: the warnings about names; "" where there is none
    local got
    got=$(jq -r '[.warnings[].summary | select(contains("name server"))] | join(" ")' "$dir/$1.json")
    if [ -n "$3" ] && [[ $got = *"$3"* ]] || [ "$3" = "$got" ]; then ok "$2"; else not_ok "$2" "wanted \"$3\", got \"$got\""; fi
}
warns late "the first name server does not answer" "A name server of this machine does not answer: a.test"
warns good "name servers that answer" ""
warns hosts "a name of the hosts file" ""
finish
