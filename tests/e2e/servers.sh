#!/usr/bin/env bash
# servers.sh - real servers with one fault each, and the cause that must come first for them.
#
# Runs nginx and haproxy as tests/servers.sh has unpacked them, on loopback, under this process;
# skips those that are not there.

set -u
servers=${abs_top_builddir:?}/servers
: "${TLSWHY:?}"
dir=$(mktemp -d) || exit 99
pids=()
number=0 status=0

finish() {
    ((${#pids[@]})) && kill "${pids[@]}" 2>/dev/null
    wait
    rm -rf "$dir"
}
trap finish EXIT

# --- certificates: a CA, and leaves of it ----------------------------------------------------------

ca() {
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 -subj "/CN=Test CA" \
        -addext keyUsage=critical,keyCertSign -keyout "$dir/ca.key" -out "$dir/ca.pem"
}

leaf() { # leaf NAME DNSNAME KEYTYPE [x509 OPTION...]
    local name=$1 dns=$2 kind=$3
    shift 3
    printf 'subjectAltName=DNS:%s\nextendedKeyUsage=serverAuth\n' "$dns" >"$dir/$name.ext"
    # shellcheck disable=SC2086 # words of the key's kind
    openssl req -new -newkey $kind -nodes -subj "/CN=$dns" -keyout "$dir/$name.key" -out "$dir/$name.csr" &&
        openssl x509 -req -in "$dir/$name.csr" -CA "$dir/ca.pem" -CAkey "$dir/ca.key" -CAcreateserial \
            -extfile "$dir/$name.ext" -out "$dir/$name.pem" "$@"
    cat "$dir/$name.key" >>"$dir/$name.pem" # haproxy wants them together
}

certificates() {
    local ec='ec -pkeyopt ec_paramgen_curve:P-256'
    ca && leaf good good.test "$ec" -days 90 && leaf rsa good.test rsa:2048 -days 90 &&
        leaf expired good.test "$ec" -days -1
}

# --- servers ---------------------------------------------------------------------------------------

# Ports below the kernel's own range; a server that can't have them is tried again with others.
ports() { # ports N: sets port[1..N]
    local i base=$((10000 + RANDOM % 20000))
    for ((i = 1; i <= $1; i++)); do port[i]=$((base + i)); done
}

nginx_start() {
    ports 8
    cat >"$dir/nginx.conf" <<END
daemon off; master_process off; pid $dir/nginx.pid; error_log $dir/nginx.log info;
events { worker_connections 200; }
http {
    access_log off;
    client_body_temp_path $dir/t1; proxy_temp_path $dir/t2; fastcgi_temp_path $dir/t3;
    uwsgi_temp_path $dir/t4; scgi_temp_path $dir/t5;
    ssl_certificate $dir/good.pem; ssl_certificate_key $dir/good.key;
    ssl_protocols TLSv1.2 TLSv1.3;
    server { listen 127.0.0.1:${port[1]} ssl http2; return 200 ok; }
    server { listen 127.0.0.1:${port[2]} ssl; ssl_protocols TLSv1.3; return 200 ok; }
    server { listen 127.0.0.1:${port[3]} ssl default_server; ssl_reject_handshake on; }
    server { listen 127.0.0.1:${port[3]} ssl; server_name good.test; return 200 ok; }
    server { listen 127.0.0.1:${port[4]} ssl;
             ssl_certificate $dir/expired.pem; ssl_certificate_key $dir/expired.key; return 200 ok; }
    server { listen 127.0.0.1:${port[5]}; return 200 ok; }
    server { listen 127.0.0.1:${port[6]} ssl; ssl_protocols TLSv1.2; ssl_ciphers ECDHE-ECDSA-AES128-GCM-SHA256;
             ssl_certificate $dir/rsa.pem; ssl_certificate_key $dir/rsa.key; return 200 ok; }
    server { listen 127.0.0.1:${port[7]} ssl; ssl_protocols TLSv1.2; return 200 ok; }
}
END
    "$servers/nginx" -p "$dir" -e "$dir/nginx.log" -c "$dir/nginx.conf" >/dev/null 2>&1 &
    pids+=($!)
}

haproxy_start() {
    ports 2
    cat >"$dir/haproxy.conf" <<END
defaults
    mode http
    timeout connect 5s
    timeout client 5s
    timeout server 5s
frontend plain
    bind 127.0.0.1:${port[1]} ssl crt $dir/good.pem
    http-request return status 200
frontend strict
    bind 127.0.0.1:${port[2]} ssl crt $dir/good.pem strict-sni
    http-request return status 200
END
    "$servers/haproxy" -db -f "$dir/haproxy.conf" >"$dir/haproxy.log" 2>&1 &
    pids+=($!)
}

# True once the server takes connections; false when it has ended.
answers() {
    local pid=$1
    until (exec 3<>"/dev/tcp/127.0.0.1/${port[1]}") 2>/dev/null; do
        kill -0 "$pid" 2>/dev/null || return 1
    done
}

start() { # start NAME
    local try
    for try in 1 2 3 4 5; do
        "$1_start"
        answers "${pids[-1]}" && kill -0 "${pids[-1]}" 2>/dev/null && return 0
    done
    echo "# $1 could not be started (tried $try times)"
    sed 's/^/# /' "$dir/$1.log"
    return 1
}

# --- cases -----------------------------------------------------------------------------------------

# expect SERVER PORT KEYS EXIT CAUSE WORDS: the exit status, and the cause that comes first; ?CAUSE
# where none is proven and it is the first candidate.
expect() {
    number=$((number + 1))
    local out code cause
    out=$("$TLSWHY" check --json "https://good.test:${port[$2]},at=127.0.0.1,ca=$dir/ca.pem$3" 2>"$dir/stderr")
    code=$?
    cause=$(jq -r '.diagnosis[0].cause // (.candidates[0].cause | if . then "?" + . else "none" end)' <<<"$out")
    if [ "$code" = "$4" ] && [ "$cause" = "$5" ]; then
        echo "ok $number - $1: $6"
    else
        echo "# exit status $code (not $4), cause $cause (not $5)"
        sed 's/^/# /' "$dir/stderr"
        jq -c '{verdict, diagnosis: [.diagnosis[]?.summary], candidates: [.candidates[]?.summary]}' <<<"$out" |
            sed 's/^/# /'
        echo "not ok $number - $1: $6"
        status=1
    fi
}

nginx_cases() {
    expect nginx 1 "" 0 none "nothing wrong"
    expect nginx 1 ",max=tls1.2" 0 none "nothing wrong in TLS 1.2"
    expect nginx 2 ",max=tls1.2" 1 version-mismatch "TLS 1.3 alone, for a client that ends at 1.2"
    expect nginx 7 ",min=tls1.3" 1 version-mismatch "TLS 1.2 alone, for a client that begins at 1.3"
    expect nginx 1 ",max=tls1.1" 1 version-mismatch "TLS 1.2 and 1.3, for a client that ends at 1.1"
    expect nginx 3 "" 0 none "a name it knows, others rejected"
    expect nginx 3 ",sni=other.test,name=good.test" 1 sni "a name it rejects"
    expect nginx 3 ",sni=none,name=good.test" 1 sni "no name, and it insists on one"
    expect nginx 4 "" 1 cert-expired "an expired certificate"
    expect nginx 5 "" 1 not-tls "plain HTTP on the port"
    expect nginx 6 "" 1 cipher-mismatch "no suite fits its certificate's key"
    expect nginx 1 ",name=other.test" 1 cert-name-mismatch "a certificate for another name"
}

haproxy_cases() {
    expect haproxy 1 "" 0 none "nothing wrong"
    expect haproxy 2 "" 0 none "strict-sni and a name it knows"
    expect haproxy 2 ",sni=other.test,name=good.test" 1 sni "strict-sni and a name it does not know"
}

if ! certificates >"$dir/openssl.log" 2>&1; then
    sed 's/^/# /' "$dir/openssl.log"
    echo "Bail out! no certificates could be made"
    exit 99
fi
for server in nginx haproxy; do
    port=()
    if [ ! -x "$servers/$server" ]; then
        number=$((number + 1))
        echo "ok $number - $server # SKIP it is not in $servers (./bootstrap check fetches it)"
    elif start "$server"; then
        "${server}_cases"
    else
        number=$((number + 1)) status=1
        echo "not ok $number - $server starts"
    fi
done
echo "1..$number"
exit "$status"
