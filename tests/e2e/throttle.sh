#!/usr/bin/env bash
# throttle.sh - limits on connections that our own probing runs into, in a network of its own: they are waited out and
# named by a warning, and the server is as healthy as without. Beside them one that fails by chance, which is no limit.
. "${abs_top_srcdir:?}/tests/lib/e2e.sh"
need openssl jq date ip unshare nft
[ -x "$servers/nginx" ] && [ -x "$servers/haproxy" ] || skip_all "there is no nginx or haproxy: tests/servers.sh fetches them"
mint_usual
cat >"$dir/network" <<'END'
#!/usr/bin/env bash
# network DIR: in namespaces of its own; one file of answers for each look.
dir=$1
cd "$dir" || exit
ip link set lo up
limit() { echo "tcp dport $1 tcp flags & (syn | ack) == syn meter m$1 { ip saddr limit rate over $2/second burst $3 packets } $4"; }
{
    echo 'table ip f {'
    echo ' chain c {'
    echo '  type filter hook input priority 0;'
    limit 5001 6 10 drop
    for port in 5002 5006 5007; do limit $port 6 10 'reject with tcp reset'; done
    echo 'tcp dport 5003 ct state new ct count over 3 reject with tcp reset'
    echo ' }'
    echo '}'
} | nft -f - || exit 1
echo made
pids=()
trap 'kill "${pids[@]}" 2>/dev/null; wait' EXIT
{
    echo "daemon off; master_process off; pid $dir/pid; error_log stderr; events { worker_connections 500; }"
    echo "http { access_log off; client_body_temp_path $dir/t1; proxy_temp_path $dir/t2; fastcgi_temp_path $dir/t3;"
    echo " uwsgi_temp_path $dir/t4; scgi_temp_path $dir/t5; ssl_certificate $dir/good.bundle; ssl_certificate_key $dir/good.key;"
    echo " server { return 200 ok; listen 127.0.0.1:5000 ssl; listen 127.0.0.1:5001 ssl; listen 127.0.0.1:5002 ssl;"
    echo "  listen 127.0.0.1:5003 ssl; listen 127.0.0.1:5006 ssl; listen 127.0.0.1:5007 ssl; } }"
} >nginx.conf
"$servers/nginx" -p "$dir" -e stderr -c "$dir/nginx.conf" >nginx.log 2>&1 &
pids+=($!)
cat >haproxy.conf <<H
defaults
 mode http
 timeout connect 5s
 timeout client 5s
 timeout server 5s
frontend rate
 bind 127.0.0.1:5004 ssl crt $dir/good.all
 stick-table type ip size 1k expire 30s store conn_rate(3s)
 tcp-request connection track-sc0 src
 tcp-request connection reject if { sc0_conn_rate gt 20 }
 http-request return status 200
frontend chance
 bind 127.0.0.1:5005 ssl crt $dir/good.all
 tcp-request connection reject if { rand(10) lt 1 }
 http-request return status 200
H
"$servers/haproxy" -db -f haproxy.conf >haproxy.log 2>&1 &
pids+=($!)
for port in 5000 5004; do
    for ((i = 0; i < 100; i++)); do
        (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null && break
        read -rt 0.1 <> <(:)
    done
done
looks=()
look() { # look PORT OPTION...
    { timeout 100 "$TLSWHY" check --json "${@:2}" "tls://good.test:$1,at=127.0.0.1,ca=$dir/root.pem" >"$dir/$1.json" \
        2>"$dir/$1.err" </dev/null; echo $? >"$dir/$1.exit"; } &
    looks+=($!)
}
for port in 5000 5001 5002 5003 5004 5005; do look $port --depth full; done
look 5006 --tries 40
look 5007 --load 16
wait "${looks[@]}"
echo done
END
export servers dir TLSWHY
if ! timeout 400 unshare -n bash "$dir/network" "$dir" >"$dir/network.log" 2>&1 && ! grep -q '^made$' "$dir/network.log"; then
    skip_all "no network namespace with filters can be made here: $(tail -n 1 "$dir/network.log" | tr -d '#')"
fi
grep -q '^done$' "$dir/network.log" || bail "the network did not stand: $(tail -n 3 "$dir/network.log" | tr '\n#' '  ')"

# holds LOOK WORDS FILTER: the server is called healthy, nothing is said against it, and this is so.
holds() {
    if [ "$(<"$dir/$1.exit")" = 0 ] && [ ! -s "$dir/$1.err" ] &&
        jq -e "(.verdict == \"ok\" and .diagnosis == [] and .candidates == []) and ($3)" "$dir/$1.json" >/dev/null; then ok "$2"
    else not_ok "$2" "exit status $(<"$dir/$1.exit") $(cat "$dir/$1.err") $(jq -c '[.verdict, .diagnosis, .candidates, .warnings,
        .columns[0].facts.limit]' "$dir/$1.json" 2>&1 | cut -c 1-3000)"; fi
}
met='.columns[0].facts.limit | .state == "yes" and .value.cut > 2 and .value.again > 2'
warned='[.warnings[].cause] == ["server-overload"] and .warnings[0].fix != null'
whole="$(jq -c '.columns[0].facts.ciphers.value' "$dir/5000.json")"
same=".columns[0].facts.ciphers.value == $whole"
none='.columns[0].facts.limit.state == "not-asked" and .warnings == []'
holds 5000 "no limit" "$none"
holds 5001 "SYNs over six a second are dropped: waited out and named" "($met) and $warned and $same"
holds 5002 "SYNs over six a second are reset" "($met) and $warned and $same"
holds 5003 "more than three at once are reset: all is found out all the same" "$same"
holds 5004 "HAProxy cuts off who comes more than 20 times in three seconds" "($met) and $warned and (.warnings[0].summary | test(\"per time\"))"
holds 5006 "many tries run into it" '.warnings[0].cause == "server-overload"'
holds 5007 "a ramp runs into it" '.warnings[0].cause == "server-overload" and .warnings[0].detail.what == "rate"'
if jq -e '.columns[0].facts.limit.state == "not-asked"' "$dir/5005.json" >/dev/null; then ok "one of ten cut off by chance is no limit"
else not_ok "one of ten cut off by chance is no limit" "$(jq -c '[.warnings, .columns[0].facts.limit]' "$dir/5005.json")"; fi
finish
