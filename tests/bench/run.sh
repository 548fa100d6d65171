#!/usr/bin/env bash
# run.sh [NAME]... - short benchmarks beside a peer, in the same minute on the same machine.
#
# Each line is the median of PAIRS pairs: ours, the peer, and ours / peer. Single times depend on the
# machine and its load; trust the ratio. What is not installed is skipped. Run by `make bench`.
. "${abs_top_srcdir:?}/tests/lib/e2e.sh"
paint=$abs_top_builddir/tests/bench/paint
hellos=$abs_top_builddir/tests/bench/hellos
PAIRS=${PAIRS:-5}
MANY=200  # endpoints
FLIGHT=500 # probes in flight
all=(start handshake many dead sweep memory session listen load lines paint panes)

median() { sort -g | awk '{ v[NR] = $1 } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }
have() { command -v "$1" >/dev/null; }
missing() { printf '%-34s skipped: %s\n' "$1" "$2"; }
again() { # again N COMMAND...: N times, nothing printed
    local i n=$1
    shift
    for ((i = 0; i < n; i++)); do "$@"; done >/dev/null 2>&1 </dev/null
}
took() { # took COMMAND...: milliseconds
    local start=$EPOCHREALTIME
    "$@"
    awk -v a="$start" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.3f\n", (b - a) * 1000 }'
}

# pairs NAME UNIT DIVISOR OURS PEER WHO: OURS and PEER are functions that print a number.
pairs() {
    local i a b
    : >"$dir/a" && : >"$dir/b" && : >"$dir/r"
    for ((i = 0; i < PAIRS; i++)); do
        a=$($4) b=$($5)
        echo "$a" >>"$dir/a" && echo "$b" >>"$dir/b"
        awk -v a="$a" -v b="$b" 'BEGIN { print (b > 0 ? a / b : 0) }' >>"$dir/r"
    done
    awk -v name="$1" -v unit="$2" -v by="$3" -v a="$(median <"$dir/a")" -v b="$(median <"$dir/b")" -v r="$(median <"$dir/r")" \
        -v who="$6" 'BEGIN { printf "%-34s %8.2f %s  %s %.2f %s  ratio %.3g\n", name, a / by, unit, who, b / by, unit, r }'
}

# --- the server ------------------------------------------------------------------------------------------

# Listens on MANY loopback addresses, one port; without nginx there is one s_server on 127.0.0.1.
serve() {
    local i
    mint_usual
    leaf many san=DNS:*.bench.test,DNS:good.test
    bundle many many inter
    nginx n < <(
        echo " ssl_certificate $dir/many.bundle; ssl_certificate_key $dir/many.key;"
        echo " ssl_session_tickets off; ssl_session_cache off;" # h2load resumes where it may, and says nothing of it
        echo " server { return 200 ok; listen 127.0.0.1:@n@ ssl;"
        for ((i = 1; i <= MANY; i++)); do echo "  listen 127.1.0.$i:@n@ ssl;"; done
        echo ' }'
    )
    s_server s good
    faults silent
    servers_wait
    server=${port[s]}
    [ -n "${gone[n]-}" ] || server=${port[n]}
    good="tls://good.test:$server,at=127.0.0.1,ca=$ca"
}

# --- benchmarks ------------------------------------------------------------------------------------------

start_ours() { took again 20 "$TLSWHY" --version; }
start_peer() { took again 20 openssl version; }
bench_start() { pairs "start (--version)" ms 20 start_ours start_peer "openssl version"; }

handshake_ours() { took again 10 "$TLSWHY" check --only handshake --quiet "$good"; }
handshake_openssl() {
    took again 10 openssl s_client -connect "127.0.0.1:$server" -servername good.test -CAfile "$ca" -verify_return_error \
        -verify_hostname good.test
}
handshake_gnutls() {
    took again 10 gnutls-cli --x509cafile "$ca" --sni-hostname good.test --verify-hostname good.test -p "$server" 127.0.0.1
}
bench_handshake() {
    "$TLSWHY" check --only handshake --quiet "$good" >/dev/null || bail "the handshake to be measured fails"
    pairs "one verified handshake" ms 10 handshake_ours handshake_openssl "openssl s_client"
    have gnutls-cli && pairs "one verified handshake" ms 10 handshake_ours handshake_gnutls gnutls-cli
}

list_make() { # list_make [DEAD]: $dir/list and $dir/addresses; every tenth endpoint is dead if asked
    local i address
    : >"$dir/list" && : >"$dir/addresses"
    for ((i = 1; i <= MANY; i++)); do
        address=127.1.0.$i
        [ -n "${1-}" ] && ((i % 10 == 0)) && address=10.99.0.$i
        echo "tls://e$i.bench.test:$server,at=$address" >>"$dir/list"
        echo "$address" >>"$dir/addresses"
    done
}
many_ours() { took many_run; }
many_run() { "$TLSWHY" check --only handshake --quiet --timeout 2 --ca "$ca" -f "$dir/list" >"$dir/many.out" 2>&1 </dev/null; }
many_gnutls() { took many_gnutls_run; }
many_gnutls_run() {
    xargs -P 50 -I{} timeout 2 gnutls-cli --x509cafile "$ca" --sni-hostname e.bench.test --verify-hostname e.bench.test \
        -p "$server" {} <"$dir/addresses" >/dev/null 2>&1
}
many_check() { # many_check N: so many are ok, or the numbers mean nothing
    many_run
    [ "$(grep -c '^ok ' "$dir/many.out")" = "$1" ] || bail "of $MANY endpoints not $1 are ok: $(grep -v '^ok ' "$dir/many.out" | head -n 1)"
}
bench_many() {
    [ -z "${gone[n]-}" ] || { missing "$MANY endpoints" "${gone[n]}"; return; }
    have gnutls-cli || { missing "$MANY endpoints" "there is no gnutls-cli here"; return; }
    list_make
    many_check $MANY
    pairs "$MANY endpoints" ms 1 many_ours many_gnutls "xargs -P 50 gnutls-cli"
}

# In a network of its own, where packets to 10.99.0.0/16 vanish.
bench_dead() {
    if [ -z "${BENCH_ALONE-}" ]; then
        if [ "$(id -u)" = 0 ] && have unshare && have ip && unshare -n ip link add dead0 type veth peer name dead1 2>/dev/null; then
            BENCH_ALONE=1 unshare -n -- "$abs_top_srcdir/tests/bench/run.sh" dead
        else
            missing "a tenth of $MANY dead" "it takes root, unshare, ip and veth devices"
        fi
        return
    fi
    [ -z "${gone[n]-}" ] || { missing "a tenth of $MANY dead" "${gone[n]}"; return; }
    have gnutls-cli || { missing "a tenth of $MANY dead" "there is no gnutls-cli here"; return; }
    list_make dead
    many_check $((MANY - MANY / 10))
    pairs "a tenth of $MANY dead, timeout 2 s" ms 1 many_ours many_gnutls "xargs -P 50 gnutls-cli"
}
alone_prepare() {
    ip link set lo up && ip link add dead0 type veth peer name dead1 && ip addr add 10.99.255.1/16 dev dead0 &&
        ip link set dead0 arp off up && ip link set dead1 up # nobody answers on the other side
}

# All suites, groups and signature algorithms of one server, beside scanners that ask for suites alone.
sweep_run() { took again 1 "$@"; }
sweep_ours() { sweep_run "$TLSWHY" check --depth full --quiet "$good"; }
sweep_sslscan() { sweep_run sslscan --no-heartbleed --no-colour "127.0.0.1:$server"; }
sweep_nmap() { sweep_run nmap --unprivileged -Pn -n -p "$server" --script +ssl-enum-ciphers 127.0.0.1; }
sweep_openssl() { sweep_run "$abs_top_srcdir/tests/lib/reference.sh" "127.0.0.1:$server"; }
bench_sweep() {
    [ -z "${gone[n]-}" ] || { missing "all that a server takes" "${gone[n]}"; return; }
    local peer
    for peer in sslscan nmap; do
        if have $peer; then pairs "all that a server takes" ms 1 sweep_ours sweep_$peer $peer; else missing "all that a server takes" "there is no $peer here"; fi
    done
    PAIRS=1 pairs "all that a server takes" ms 1 sweep_ours sweep_openssl "openssl s_client, one thing at a time"
}

flight_peak() { # flight_peak N: KiB while N probes wait
    local i peak
    local -a endpoints=()
    for ((i = 0; i < $1; i++)); do endpoints+=("tls://e$i.bench.test:${port[silent]},at=127.0.0.1"); done
    "$meter" "$dir/peak" "$TLSWHY" check --only handshake --quiet --jobs "$FLIGHT" --per-host "$FLIGHT" --timeout 2 --ca "$ca" \
        "${endpoints[@]}" >/dev/null 2>&1 </dev/null
    read -r _ peak _ <"$dir/peak"
    echo "$peak"
}
memory_ours() { awk -v n=$FLIGHT -v many="$(flight_peak $FLIGHT)" -v one="$(flight_peak 1)" 'BEGIN { print (many - one) / (n - 1) }'; }
memory_peer() {
    "$meter" "$dir/peak" openssl s_client -connect "127.0.0.1:$server" -CAfile "$ca" >/dev/null 2>&1 </dev/null
    awk '{ print $2 }' "$dir/peak"
}
bench_memory() { PAIRS=3 pairs "memory per probe in flight ($FLIGHT)" KiB 1 memory_ours memory_peer "an openssl s_client"; }

# A saved session of many endpoints is opened, and two are compared, beside a reader of the same JSON.
SAVED=1000 # endpoints
session_load() { took again 1 "$TLSWHY" check --quiet "$dir/saved"; }
session_load_jq() { took again 1 jq -c . "$dir/saved"; }
session_compare() { took again 1 "$TLSWHY" compare --quiet "$dir/saved" "$dir/saved.other"; }
session_compare_jq() { took again 1 jq -c . "$dir/saved" "$dir/saved.other"; }
bench_session() {
    have jq || { missing "a session of $SAVED endpoints" "there is no jq here"; return; }
    [ -z "${gone[n]-}" ] || { missing "a session of $SAVED endpoints" "${gone[n]}"; return; }
    local i
    for ((i = 0; i < SAVED; i++)); do echo "tls://e$i.bench.test:$server,at=127.1.0.$((i % MANY + 1))"; done >"$dir/list"
    "$TLSWHY" check --quiet --ca "$ca" --save "$dir/saved" -f "$dir/list" >/dev/null 2>&1
    cp "$dir/saved" "$dir/saved.other" || bail "no session was saved"
    pairs "a session of $SAVED opened" ms 1 session_load session_load_jq "jq -c ."
    pairs "two such sessions compared" ms 1 session_compare session_compare_jq "jq -c . of both"
}

# Hellos explained, beside a server that refuses the same ones.
LOAD=20000 # connections
listen_ours() { "$hellos" load "$hear" $LOAD; }
listen_peer() { "$hellos" load "${port[refuse]}" $LOAD; }
bench_listen() {
    local hear end=$((SECONDS + 10))
    s_server refuse good -tls1_1 -cipher DEFAULT@SECLEVEL=0
    : >"$dir/hear"
    "$hellos" serve >>"$dir/hear" &
    pid[hellos]=$!
    until read -r hear <"$dir/hear"; do
        ((SECONDS < end)) || bail "the listener does not start"
    done
    servers_wait
    pairs "hellos explained a second" k/s 1000 listen_ours listen_peer "openssl s_server, refusing"
}

# Full handshakes, none resumed: the CPU time that one of them costs who makes it. The ramp's own, out of all it prints.
load_made='[.columns[0].facts.load.value | .baseline, .after, .steps[] | .made] | add'
cpu_of() { # cpu_of COMMAND...: seconds of CPU, its output in $dir/load.out
    local TIMEFORMAT='%3U %3S'
    { time "$@" >"$dir/load.out" 2>/dev/null </dev/null; } 2>&1 | awk '{ print $1 + $2 }'
}
each() { awk -v cpu="$1" -v n="$2" 'BEGIN { printf "%.3f\n", cpu * 1e6 / n }'; } # each SECONDS N: microseconds
load_ours() { each "$(cpu_of "$TLSWHY" load --json --load 512 "$good")" "$(jq "$load_made" "$dir/load.out")"; }
load_h2load() { each "$(cpu_of h2load --h1 -n 2000 -c 50 -t 1 -H 'Connection: close' "https://127.0.0.1:$server/")" 2000; }
load_openssl() {
    local cpu
    cpu=$(cpu_of openssl s_time -connect "127.0.0.1:$server" -new -time 2)
    each "$cpu" "$(sed -n 's/^\([0-9]*\) connections in .*real.*/\1/p' "$dir/load.out")"
}
# How many a second, as many at once: hellos alone, handshakes, and whole connections of a load generator.
load_rate() { # load_rate N COMMAND...
    local n=$1 ms
    shift
    ms=$(took "$@" 2>/dev/null)
    awk -v n="$n" -v ms="$ms" 'BEGIN { printf "%.3f\n", n * 1000 / ms }'
}
load_long() { "$TLSWHY" load --json --only load --load 50 --tries 4000 "$@" "$good" >"$dir/load.out" 2>/dev/null </dev/null; }
load_peer() { h2load --h1 -n 4000 -c 50 -t 1 -H 'Connection: close' "https://127.0.0.1:$server/" >/dev/null 2>&1 </dev/null; }
load_hellos() { load_rate 4000 load_long --hello-only; }
load_handshakes() { load_rate 4000 load_long; }
load_connections() { load_rate 4000 load_peer; }
load_check() { # what is measured was done: all of them, and none failed
    load_long "$@"
    jq -e '.columns[0].facts.load | .state == "yes" and .value.steps[0].made == 4000' "$dir/load.out" >/dev/null ||
        bail "not all of the load to be measured was made"
}
bench_load() {
    have jq || { missing "a full handshake under load, CPU" "there is no jq here"; return; }
    if have h2load; then
        pairs "a full handshake under load, CPU" us 1 load_ours load_h2load h2load
        load_check
        load_check --hello-only
        pairs "handshakes a second, 50 at once" k/s 1000 load_handshakes load_connections h2load
        pairs "hellos alone a second, 50 at once" k/s 1000 load_hellos load_connections h2load
    else
        missing "handshakes a second" "there is no h2load here (nghttp2-client)"
    fi
    pairs "a full handshake under load, CPU" us 1 load_ours load_openssl "openssl s_time, one at a time"
}

# A log that is all errors, and one that has none, beside grep with four alternatives.
LINES=1000000
lines_log() { # lines_log TEXT: LINES lines of it, each with its own time and address
    awk -v n=$LINES -v text="$1" 'BEGIN { for (i = 0; i < n; i++)
        printf "2026/11/20 %02d:%02d:%02d [info] 9#9: *%d %s, client: 10.%d.%d.%d, server: 0.0.0.0:443\n",
            i / 3600 % 24, i / 60 % 60, i % 60, i, text, i % 256, i / 256 % 256, i / 65536 % 256 }' >"$dir/log"
}
explain_log() { "$TLSWHY" explain --quiet "$dir/log" >/dev/null || [ $? = 1 ]; }
lines_explained() { took explain_log; }
lines_ours() { took again 1 "$abs_top_builddir/tests/bench/lines" "$dir/log"; }
# Through a pipe: grep that writes to /dev/null stops at the first line that fits.
lines_count() { grep -cE 'no shared cipher|unsupported protocol|unknown ca|wrong version number' "$dir/log" | cat >/dev/null; }
lines_grep() { took lines_count; }
bench_lines() {
    lines_log "SSL_do_handshake() failed (SSL: error:0A0000C1:SSL routines::no shared cipher) while SSL handshaking"
    pairs "a million error lines read" ms 1 lines_ours lines_grep "grep -cE"
    pairs "a million error lines explained" ms 1 lines_explained lines_grep "grep -cE"
    lines_log "GET /api/items HTTP/1.1 200 while sending response to client, request: done, upstream: none, host: shop"
    pairs "a million other lines passed over" ms 1 lines_ours lines_grep "grep -cE"
    pairs "a million other lines explained" ms 1 lines_explained lines_grep "grep -cE"
}

paint_ours() { "$paint" "$TLSWHY" "$good" | awk '{ print $1 }'; }
paint_peer() { "$paint" "$peer" | awk '{ print $1 }'; }
bench_paint() {
    peer=htop
    have htop || peer=top
    have "$peer" || { missing "first byte of the screen" "there is neither htop nor top here"; return; }
    [ -n "$(paint_ours)" ] || { missing "first byte of the screen" "the workbench paints nothing"; return; }
    pairs "first byte of the screen" ms 1 paint_ours paint_peer "$peer"
}

# A key and its picture must not cost more the more columns there are than the eye takes.
panes_many() { "$abs_top_builddir/tests/bench/panes" "$pane" 1000; }
panes_few() { "$abs_top_builddir/tests/bench/panes" "$pane" 10; }
bench_panes() {
    for pane in matrix clients; do
        pairs "a key in $pane, 1000 columns" ms 1 panes_many panes_few "10 columns"
    done
}

[ -z "${BENCH_ALONE-}" ] || alone_prepare || bail "the network of its own could not be prepared"
serve
for name in "${@:-${all[@]}}"; do
    declare -F "bench_$name" >/dev/null || bail "there is no benchmark $name: ${all[*]}"
    "bench_$name"
done
