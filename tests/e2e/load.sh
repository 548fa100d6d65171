#!/usr/bin/env bash
# load.sh - ramps of load: limits and servers that can't keep up are named for what they are, and those that are only
# slow, or serve one at a time by design, are not called overloaded.
. "${abs_top_srcdir:?}/tests/lib/e2e.sh"
need openssl jq date python3
[ -x "$servers/nginx" ] && [ -x "$servers/haproxy" ] || skip_all "there is no nginx or haproxy: tests/servers.sh fetches them"
mint_usual
leaf slow kind=rsa:4096
bundle slow slow inter

tls=" ssl_certificate $dir/good.bundle; ssl_certificate_key $dir/good.key;"
nginx n < <(echo "$tls server { return 200 ok; listen 127.0.0.1:@n@ ssl; }
 limit_conn_zone \$binary_remote_addr zone=a:1m;
 server { limit_conn a 2; return 200 ok; listen 127.0.0.1:@busy@ ssl; }
 server { return 200 ok; listen 127.0.0.1:@slow@ ssl; ssl_certificate $dir/slow.bundle; ssl_certificate_key $dir/slow.key; }")
haproxy h < <(echo "
frontend plain
 bind 127.0.0.1:@h@ ssl crt $dir/good.all
 http-request return status 200
frontend rate
 bind 127.0.0.1:@rate@ ssl crt $dir/good.all
 stick-table type ip size 1k expire 30s store conn_rate(3s)
 tcp-request connection track-sc0 src
 tcp-request connection reject if { sc0_conn_rate gt 40 }
 http-request return status 200
frontend first
 bind 127.0.0.1:@first@ ssl crt $dir/good.all
 stick-table type ip size 1k expire 30s store conn_rate(4s)
 tcp-request connection track-sc0 src
 tcp-request connection reject if { sc0_conn_rate gt 9 }
 http-request return status 200
$(for name in conns hellos long; do echo "frontend $name
 bind 127.0.0.1:@$name@ ssl crt $dir/good.all
 stick-table type ip size 1k expire 30s store conn_cur
 tcp-request connection track-sc0 src
 tcp-request connection reject if { sc0_conn_cur gt 10 }
 http-request return status 200"; done)
frontend queue
 bind 127.0.0.1:@queue@ ssl crt $dir/good.all
 maxconn 4
 http-request return status 200")
server_template w <<END
daemon off; master_process off; pid $dir/w.pid; error_log stderr info;
events { worker_connections 12; }
http { access_log off; client_body_temp_path $dir/w.t1; proxy_temp_path $dir/w.t2; fastcgi_temp_path $dir/w.t3;
 uwsgi_temp_path $dir/w.t4; scgi_temp_path $dir/w.t5; $tls server { return 200 ok; listen 127.0.0.1:@w@ ssl; } }
END
if [ -x "$servers/nginx" ]; then server w "$servers/nginx" -p "$dir" -e stderr -c "$dir/w.conf"; else absent w nginx <"$dir/w.template"; fi
s_server serial good
gnutls_serv gserv good
cat >"$dir/far.py" <<'END'
import socket, sys, threading, time
# A path of 150 ms each way, and for each connection on its own.
def pump(a, b):
    try:
        while True:
            d = a.recv(65536)
            time.sleep(0.15)
            if not d:
                break
            b.sendall(d)
        b.shutdown(socket.SHUT_WR)
    except OSError:
        pass
def serve(p):
    q = socket.create_connection(("127.0.0.1", int(sys.argv[2])))
    threading.Thread(target=pump, args=(q, p), daemon=True).start()
    pump(p, q)
s = socket.create_server(("127.0.0.1", int(sys.argv[1])), backlog=256)
while True:
    threading.Thread(target=serve, args=(s.accept()[0],), daemon=True).start()
    print("came", flush=True)
END
servers_wait
server far python3 "$dir/far.py" @far@ "${port[h]}"
servers_wait

# ramp SERVER WORDS EXIT FILTER [OPTION]...: the document of a ramp holds this, and the exit status is that. At most 4 at a time.
ramps=0
declare -a ramp_words=() ramp_exit=() ramp_filter=() ramp_server=() ramp_pid=()
ramp() {
    local n=$((ramps++)) at
    ramp_server[n]=$1 ramp_words[n]=$2 ramp_exit[n]=$3 ramp_filter[n]=$4
    [ -n "${gone[${owner[$1]}]-}" ] && return
    at="tls://good.test:${port[$1]},at=127.0.0.1,ca=$ca"
    shift 4
    while ((${#ramp_pid[@]} >= 4)); do
        wait "${ramp_pid[0]}"
        ramp_pid=("${ramp_pid[@]:1}")
    done
    {
        timeout 100 "$TLSWHY" load --json --yes "$@" "$at" >"$dir/ramp.$n.json" 2>"$dir/ramp.$n.err" </dev/null
        echo $? >"$dir/ramp.$n.exit"
    } &
    ramp_pid+=($!)
    probes+=($!)
}
ramps_judge() {
    local n code
    ((${#ramp_pid[@]})) && wait "${ramp_pid[@]}"
    probes=()
    for ((n = 0; n < ramps; n++)); do
        if [ -n "${gone[${owner[${ramp_server[n]}]}]-}" ]; then
            skip "${ramp_words[n]}" "${gone[${owner[${ramp_server[n]}]}]}"
            continue
        fi
        code=$(<"$dir/ramp.$n.exit")
        if [ "$code" = "${ramp_exit[n]}" ] && [ ! -s "$dir/ramp.$n.err" ] && jq -e "${ramp_filter[n]}" "$dir/ramp.$n.json" >/dev/null; then
            ok "${ramp_words[n]}"
        else
            not_ok "${ramp_words[n]}" "exit status $code $(cat "$dir/ramp.$n.err") $(jq -c '[.verdict, .diagnosis, .candidates,
                .warnings, (.columns[0].facts.load | .state, .value)]' "$dir/ramp.$n.json" 2>&1 | cut -c 1-3000)"
        fi
    done
    ramps=0
}

named='.verdict == "failing" and (.diagnosis | length) == 1 and .diagnosis[0].cause == "server-overload" and .diagnosis[0].confidence >= 0.9 and
    (.diagnosis[0].summary | test("p < 0.0")) and .diagnosis[0].fix != null'
calm='.verdict == "ok" and .diagnosis == [] and .warnings == [] and .columns[0].facts.load.state == "yes"'

ramp n "nginx: nothing fails up to 64 at once" 0 "$calm and (.columns[0].facts.load.value | .stopped == \"cap\" and .steps[-1].at_once == 64 and
    .baseline.made == 12 and .after.failed == 0)"
ramp w "nginx out of worker_connections" 1 "$named and .diagnosis[0].detail.what == \"connections\" and .diagnosis[0].detail.from == 16"
ramp conns "haproxy turns away more than ten at once" 1 "$named and .diagnosis[0].detail.what == \"connections\" and .diagnosis[0].detail.low_failed == 0"
ramp queue "haproxy at its maxconn: the accept queue" 1 "$named and .diagnosis[0].detail.what == \"queue\"" --max-time 90 --timeout 2
ramp rate "a limit on connections per time is named for what it is" 0 '.verdict == "ok" and .diagnosis == [] and
    (.warnings | length) == 1 and .warnings[0].cause == "server-overload" and .warnings[0].detail.what == "rate" and .warnings[0].detail.waited > 0'
ramp first "the same, met before the ramp has begun" 0 '.verdict == "ok" and .diagnosis == [] and .warnings[0].detail.what == "rate" and
    (.columns[0].facts.load.value | .steps == [] and .baseline.failed > 0 and .after.failed == 0)'
ramp h "haproxy: nothing fails" 0 "$calm" --load 32
ramp slow "RSA of 4096 bits is slow, and no fault" 0 "$calm" --load 32
ramp serial "one connection at a time, by design" 0 "$calm" --load 16
ramp gserv "gnutls-serv" 0 "$calm" --load 16
ramp far "a path of 300 ms" 0 "$calm and (.columns[0].facts.load.value.baseline.handshake.p50 > 280)" --load 8
ramp busy "HTTP 503 from a limit on requests is no failure of handshakes" 0 "$calm" --load 16
long='.columns[0].facts.load.value.steps | length == 1 and .[0].at_once == 20'
ramp h "a long step: as many as asked for, 20 at once" 0 "$calm and ($long and .[0].made == 300 and .[0].handshake.p50 > 0)" --load 20 --tries 300
ramp h "hellos alone" 0 "$calm and ($long and .[0].made == 300 and .[0].handshake == null and .[0].hello.p50 > 0) and
    .columns[0].facts.load.value.hello_only" --load 20 --tries 300 --hello-only --only load
ramp n "a ramp of hellos" 0 "$calm and (.columns[0].facts.load.value | .steps[-1].at_once == 16 and .hello_only)" --load 16 --hello-only
ramp hellos "more than ten at once are turned away at the hello, too" 1 "$named and .diagnosis[0].detail.what == \"connections\"" --hello-only
ramp long "a long step stops where so many fail" 1 ".columns[0].facts.load.value | .stopped == \"failures\" and .steps[0].made < 2000" --load 50 --tries 20000
ramps_judge

# says WORDS EXIT PATTERN COMMAND...: what it prints on either stream.
says() {
    local words=$1 want=$2 pattern=$3 code
    shift 3
    timeout 60 "$@" >"$dir/out" 2>&1 </dev/null
    code=$?
    if [ "$code" = "$want" ] && grep -qE -- "$pattern" "$dir/out"; then ok "$words"
    else not_ok "$words" "exit status $code: $(head -c 2000 "$dir/out")"; fi
}
good="tls://good.test:${port[h]},at=127.0.0.1,ca=$ca"
says "nothing begins without consent" 2 'asks before it begins' "$TLSWHY" load "$good"
says "one endpoint" 2 'takes one endpoint' "$TLSWHY" load --yes "$good" "$good"
says "no ramp beside other endpoints" 2 'name one endpoint' "$TLSWHY" check --load 4 "$good" "$good"
says "nor by naming the probe alone" 2 '--load N says that it may' "$TLSWHY" check --only load "$good"
for bad in 0 1025 x; do says "--load $bad is refused" 2 '--load' "$TLSWHY" check --load $bad "$good"; done
says "hellos alone are load" 2 'goes with load' "$TLSWHY" check --hello-only "$good"
says "so many tries are load" 2 'more only for load' "$TLSWHY" check --tries 1001 "$good"
says "naming a number is consent, for check as well" 0 'nothing fails up to 4 at once' "$TLSWHY" check --load 4 "$good"
if [ -z "${gone[h]-}" ] && timeout 60 "$TLSWHY" check --json --load 5 "$good" </dev/null | jq -e '.columns[0].facts.load.value |
    [.steps[].at_once] == [2, 4, 5] and .cap == 5' >/dev/null; then ok "never more at once than asked for"
else skip "never more at once than asked for" "${gone[h]-there is no haproxy here}"; fi

# An interrupt keeps what was found so far: it comes when some of the baseline are through.
before=$(grep -c came "$dir/far.log")
"$TLSWHY" load --json --yes "tls://good.test:${port[far]},at=127.0.0.1,ca=$ca" >"$dir/cut.json" 2>"$dir/cut.err" </dev/null &
cut=$!
probes+=("$cut")
end=$((SECONDS + 20))
until (($(grep -c came "$dir/far.log") >= before + 8)) || ((SECONDS >= end)); do
    kill -0 "$cut" 2>/dev/null || break
    read -rt 0.1 <> <(:)
done
kill -INT "$cut" 2>/dev/null
wait "$cut"
code=$?
if [ "$code" = 0 ] && jq -e '.columns[0].facts.load | .state == "yes" and .value.stopped == "asked" and .value.baseline.made > 0' \
    "$dir/cut.json" >/dev/null; then ok "an interrupt keeps what was found so far"
else not_ok "an interrupt keeps what was found so far" "exit status $code $(cat "$dir/cut.err") $(jq -c '.columns[0].facts.load' "$dir/cut.json" 2>&1)"; fi
finish
