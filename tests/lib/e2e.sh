# e2e.sh - what the end-to-end tests share: certificates, servers, probes, TAP. To be sourced by bash.
# shellcheck shell=bash
#
# A script makes its certificates (mint), starts its servers (server, servers_wait), asks about them
# (try) and prints what came of it (results). Servers listen on loopback, on ports the kernel chose,
# and end with the script. What a machine lacks makes a test a skip with the reason, never a failure.

set -u
: "${TLSWHY:?}" "${abs_top_builddir:?}" "${abs_top_srcdir:?}"
unset https_proxy http_proxy all_proxy no_proxy HTTPS_PROXY HTTP_PROXY ALL_PROXY NO_PROXY
unset SSL_CERT_FILE SSL_CERT_DIR
export LC_ALL=C
fault=$abs_top_builddir/tests/lib/fault
meter=$abs_top_builddir/tests/lib/meter
servers=$abs_top_builddir/servers
dir=$(mktemp -d) || exit 99
PATH=$PATH:/usr/sbin:/sbin

number=0 status=0
declare -A command=() pid=() port=() owner=() gone=()
probes=() # pids of running probes
PROBES_MAX=6

e2e_end() {
    ((${#probes[@]})) && kill "${probes[@]}" 2>/dev/null
    ((${#pid[@]})) && kill "${pid[@]}" 2>/dev/null
    wait
    rm -rf "$dir"
}
trap e2e_end EXIT
trap 'exit 1' INT TERM

# --- TAP -----------------------------------------------------------------------------------------

ok() { echo "ok $((++number)) - $1"; }
skip() { echo "ok $((++number)) - $1 # SKIP $2"; } # skip WORDS REASON
not_ok() { # not_ok WORDS [COMPLAINTS]
    [ -n "${2-}" ] && sed 's/^/# /' <<<"$2"
    echo "not ok $((++number)) - $1"
    status=1
}
# The last line of every script.
finish() {
    echo "1..$number"
    exit "$status"
}
skip_all() {
    echo "1..0 # SKIP $1"
    exit 0
}
bail() {
    echo "Bail out! $1"
    exit 99
}
need() { # need PROGRAM...: skips the whole script where one is missing
    local p
    for p; do
        command -v "$p" >/dev/null || skip_all "there is no $p here"
    done
}
sanitized() { grep -qa __asan_init "$TLSWHY"; }

# --- certificates --------------------------------------------------------------------------------

day() { date -u -d "@$((EPOCHSECONDS + $1 * 86400))" +%Y%m%d%H%M%SZ; }

# mint NAME [KEY=VALUE]...: $dir/NAME.key and $dir/NAME.pem. Keys: issuer (a minted name; itself),
# cn, san, eku, aia, usage, extra (a line of extensions), ca (path length or "no"), from and to (days from now),
# kind (ec, rsa:BITS), md.
mint() {
    local name=$1 issuer=$1 cn=$1 san='' eku='' aia='' ca=no from=-30 to=60 kind=ec md=sha256 pair
    local usage=digitalSignature,keyEncipherment extra=''
    shift
    for pair; do
        local "${pair%%=*}=${pair#*=}"
    done
    local -a key=(-newkey "$kind") by=(-selfsign -keyfile "$dir/$name.key")
    [ "$kind" = ec ] && key=(-newkey ec -pkeyopt ec_paramgen_curve:P-256)
    [ "$issuer" = "$name" ] || by=(-cert "$dir/$issuer.pem" -keyfile "$dir/$issuer.key")
    {
        printf '[ca]\ndefault_ca=d\n[d]\ndatabase=%s\nnew_certs_dir=%s\npolicy=p\nunique_subject=no\nrand_serial=yes\n' \
            "$dir/$name.db" "$dir"
        printf '[p]\ncommonName=optional\n[e]\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n'
        case $ca in
        no) printf 'keyUsage=critical,%s\n' "$usage" ;;
        *) printf 'basicConstraints=critical,CA:TRUE,pathlen:%s\nkeyUsage=critical,keyCertSign\n' "$ca" ;;
        esac
        [ -z "$extra" ] || echo "$extra"
        [ -z "$san" ] || printf 'subjectAltName=%s\n' "$san"
        [ -z "$eku" ] || printf 'extendedKeyUsage=%s\n' "$eku"
        [ -z "$aia" ] || printf 'authorityInfoAccess=caIssuers;URI:%s\n' "$aia"
    } >"$dir/$name.cnf"
    : >"$dir/$name.db"
    openssl req -new "${key[@]}" -nodes -subj "/CN=$cn" -keyout "$dir/$name.key" -out "$dir/$name.csr" &&
        openssl ca -batch -notext -config "$dir/$name.cnf" -extensions e -in "$dir/$name.csr" \
            -out "$dir/$name.pem" "${by[@]}" -startdate "$(day "$from")" -enddate "$(day "$to")" -md "$md"
} >>"$dir/mint.log" 2>&1 </dev/null

# leaf NAME [KEY=VALUE]...: a server's certificate for good.test of the intermediate "inter".
leaf() {
    local name=$1
    shift
    mint "$name" issuer=inter cn=good.test san=DNS:good.test,IP:127.0.0.1,IP:::1,DNS:localhost \
        eku=serverAuth "$@"
}

# bundle NAME PART...: what a server sends, certificates of the minted parts in this order;
# $dir/NAME.rest is the same without the first.
bundle() {
    local out=$dir/$1 part
    shift
    : >"$out.bundle"
    for part; do cat "$dir/$part.pem" >>"$out.bundle"; done
    : >"$out.rest"
    for part in "${@:2}"; do cat "$dir/$part.pem" >>"$out.rest"; done
    cat "$out.bundle" "$dir/$1.key" >"$out.all" # as haproxy wants it
    [ "$out.key" -ef "$dir/$1.key" ] || cp "$dir/$1.key" "$out.key"
}

# What most scripts need: root -> inter -> good.
mint_usual() {
    mint root ca=1 to=3000 && mint inter issuer=root ca=0 to=1000 && leaf good && bundle good good inter ||
        { sed 's/^/# /' "$dir/mint.log" && bail "no certificates could be made"; }
    ca=$dir/root.pem
}

# --- servers -------------------------------------------------------------------------------------

# server NAME COMMAND...: starts COMMAND. Every @WORD@ in it and in $dir/NAME.template (which becomes
# $dir/NAME.conf) is a port of its own, ${port[WORD]}.
server() {
    local name=$1
    shift
    printf -v "command[$name]" '%q ' "$@"
    server_launch "$name"
}

server_launch() {
    local name=$1 text word free
    text=${command[$name]}$'\n'
    [ -f "$dir/$name.template" ] && text+=$(<"$dir/$name.template")
    local -a wanted
    mapfile -t wanted < <(grep -oE '@[a-z0-9.-]+@' <<<"$text" | sort -u | tr -d @)
    mapfile -t free < <("$fault" ports ${#wanted[@]})
    for word in "${wanted[@]}"; do
        port[$word]=${free[-1]}
        unset 'free[-1]'
        owner[$word]=$name
        text=${text//"@$word@"/${port[$word]}}
    done
    [ -f "$dir/$name.template" ] && echo "${text#*$'\n'}" >"$dir/$name.conf"
    eval "exec ${text%%$'\n'*}" >"$dir/$name.log" 2>&1 </dev/null &
    pid[$name]=$!
}

# server_template NAME: standard input becomes the configuration of the server NAME.
server_template() { cat >"$dir/$1.template"; }

# The usual three, with a certificate made by bundle: OPTION... go to the program.
s_server() { # s_server NAME BUNDLE [OPTION]...
    local -a rest=()
    [ -s "$dir/$2.rest" ] && rest=(-cert_chain "$dir/$2.rest")
    server "$1" openssl s_server -accept "127.0.0.1:@$1@" -www -cert "$dir/$2.bundle" -key "$dir/$2.key" \
        "${rest[@]}" "${@:3}"
}
gnutls_serv() { # gnutls_serv NAME BUNDLE [OPTION]...
    if command -v gnutls-serv >/dev/null; then
        server "$1" gnutls-serv --quiet --http -p "@$1@" --x509certfile "$dir/$2.bundle" \
            --x509keyfile "$dir/$2.key" "${@:3}"
    else
        owner[$1]=$1 gone[$1]="there is no gnutls-serv here"
    fi
}
# nginx NAME: standard input holds its server blocks; haproxy NAME: its sections.
nginx() {
    if [ ! -x "$servers/nginx" ]; then
        absent "$1" nginx
        return
    fi
    server_template "$1" <<END
daemon off; master_process off; pid $dir/$1.pid; error_log stderr info;
events { worker_connections 500; }
http {
    access_log off;
    client_body_temp_path $dir/$1.t1; proxy_temp_path $dir/$1.t2; fastcgi_temp_path $dir/$1.t3;
    uwsgi_temp_path $dir/$1.t4; scgi_temp_path $dir/$1.t5;
    ssl_protocols TLSv1.2 TLSv1.3; ssl_certificate $dir/good.bundle; ssl_certificate_key $dir/good.key;
$(cat)
}
END
    server "$1" "$servers/nginx" -p "$dir" -e stderr -c "$dir/$1.conf"
}
haproxy() {
    if [ ! -x "$servers/haproxy" ]; then
        absent "$1" haproxy
        return
    fi
    {
        printf 'defaults\n mode http\n timeout connect 5s\n timeout client 5s\n timeout server 5s\n'
        cat
    } | server_template "$1"
    server "$1" "$servers/haproxy" -db -f "$dir/$1.conf"
}
absent() { # absent NAME PROGRAM: its configuration, on standard input, names the ports nobody has, unless they are another's
    local word
    for word in $(grep -oE '@[a-z0-9.-]+@' | tr -d @); do [ -n "${owner[$word]-}" ] || owner[$word]=$1; done
    gone[$1]="there is no $2: tests/servers.sh fetches it"
}

# faults MODE[=ARG]...: bad servers, ports ${port[MODE]}.
faults() {
    local mode number
    coproc FAULT { exec "$fault" "$@" 2>"$dir/fault.log"; }
    pid[fault]=$FAULT_PID
    for ((i = 0; i < $#; i++)); do
        read -r mode number <&"${FAULT[0]}" || bail "the bad servers did not start"
        port[$mode]=$number owner[$mode]=fault
    done
}

listening() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

server_up() { # server_up NAME: within 30 s every port of it takes connections
    local word end=$((SECONDS + 30))
    for word in "${!owner[@]}"; do
        [ "${owner[$word]}" = "$1" ] || continue
        until listening "${port[$word]}"; do
            kill -0 "${pid[$1]}" 2>/dev/null || return 1
            ((SECONDS < end)) || return 1
        done
    done
    kill -0 "${pid[$1]}" 2>/dev/null
}

# Another process may take a port before its server does: then the server gets others.
servers_wait() {
    local name round
    for name in "${!command[@]}"; do
        for round in 1 2 3; do
            server_up "$name" && continue 2
            kill "${pid[$name]}" 2>/dev/null
            wait "${pid[$name]}"
            ((round < 3)) && server_launch "$name"
        done
        unset "pid[$name]"
        gone[$name]="$name does not start here: $(tail -n 1 "$dir/$name.log" | tr -d '#' | cut -c 1-150)"
    done
}

# --- probes --------------------------------------------------------------------------------------

# try SERVER EXPECTED WORDS [OPTION]... ENDPOINT...: probes in the background; @WORD@ in the rest is the
# port of a server, SERVER the word without which the test is skipped. EXPECTED: the verdict, then
#   CAUSE...   all causes named, in this order    ?CAUSE  it is among the candidates
#   !CAUSE     it is nowhere                      +CAUSE  it is among the warnings
#   ~          no warning at all              *       whatever causes are named
# A verdict may be "failing/unsure". A verdict other than expected is asked for once more by results, with nothing
# beside it: six probes, and other scripts', on two cores make an answer late that nobody held back. What was said
# first is shown all the same.
tries=0
declare -a complaint=() try_server=() try_expected=() try_words=()
try() {
    local n=$((tries++)) arg word
    try_server[n]=$1 try_expected[n]=$2 try_words[n]=$3
    shift 3
    [ -n "${owner[${try_server[n]}]-}" ] || bail "no server ${try_server[n]}"
    [ -n "${gone[${owner[${try_server[n]}]}]-}" ] && return
    local -a args=()
    for arg; do
        while [[ $arg =~ @([a-z0-9.=-]+)@ ]]; do
            word=${BASH_REMATCH[1]}
            arg=${arg//"@$word@"/${port[$word]}}
        done
        args+=("$arg")
    done
    printf '%q ' tlswhy check "${args[@]}" >"$dir/try.$n.line"
    while ((${#probes[@]} >= PROBES_MAX)); do
        wait -n "${probes[@]}"
        probes_prune
    done
    probe "$n" "${args[@]}" &
    probes+=($!)
}

probe() { # probe N ARG...
    "$meter" "$dir/try.$1.meter" "$TLSWHY" check --json "${@:2}" >"$dir/try.$1.json" 2>"$dir/try.$1.err" </dev/null
}

probes_prune() {
    local p
    local -a left=()
    for p in "${probes[@]}"; do kill -0 "$p" 2>/dev/null && left+=("$p"); done
    probes=("${left[@]}")
}

try_gone() { # the reason why a probe was not made
    printf '%s' "${gone[${owner[${try_server[$1]}]}]-}"
}

judge_files() { # judge_files FILE...: adds to $dir/complaints
    jq -r --rawfile plan "$dir/plan" -f "$abs_top_srcdir/tests/lib/document.jq" "$@" >>"$dir/complaints"
}

# All documents are judged by one jq, which takes long to start; $complaint[N] is what it says.
judge() {
    local n code file text
    local -a files=()
    : >"$dir/plan" && : >"$dir/complaints"
    for ((n = 0; n < tries; n++)); do
        complaint[n]='' code=none
        [ -z "$(try_gone "$n")" ] || continue
        read -r _ _ code <"$dir/try.$n.meter"
        [ -s "$dir/try.$n.err" ] && complaint[n]+="on stderr: $(cat "$dir/try.$n.err")"$'\n'
        if ! [ -s "$dir/try.$n.json" ]; then
            complaint[n]+="no document on stdout, exit status $code"$'\n'
            continue
        fi
        printf '%s\t%s\t%s\n' "$dir/try.$n.json" "$code" "${try_expected[n]}" >>"$dir/plan"
        files+=("$dir/try.$n.json")
    done
    ((${#files[@]})) || return 0
    if ! judge_files "${files[@]}" 2>"$dir/jq.log"; then # one is no JSON
        : >"$dir/complaints"
        for file in "${files[@]}"; do
            judge_files "$file" 2>"$dir/jq.log" ||
                printf '%s\tno good document: %s\n' "$file" "$(tr '\n' ' ' <"$dir/jq.log")" >>"$dir/complaints"
        done
    fi
    while IFS=$'\t' read -r file text; do
        n=${file##*/try.}
        complaint[${n%.json}]+=$text$'\n'
    done <"$dir/complaints"
}

try_alone() { # asks alone for the verdicts that differ
    local n differ=''
    local -a args
    for ((n = 0; n < tries; n++)); do
        [ -n "${complaint[n]}" ] || continue
        differ=yes
        sed 's/^/# at first: /' <<<"${complaint[n]%$'\n'}"
        eval "args=($(cat "$dir/try.$n.line"))"
        probe "$n" "${args[@]:2}"
    done
    [ -z "$differ" ] || judge
}

results() {
    local n
    ((${#probes[@]})) && wait "${probes[@]}"
    probes=()
    judge
    try_alone
    for ((n = 0; n < tries; n++)); do
        if [ -n "$(try_gone "$n")" ]; then
            skip "${try_words[n]}" "$(try_gone "$n")"
        elif [ -z "${complaint[n]}" ]; then
            ok "${try_words[n]}"
        else
            not_ok "${try_words[n]}" "$(cat "$dir/try.$n.line")"$'\n'"${complaint[n]%$'\n'}"
        fi
    done
    tries=0
}
