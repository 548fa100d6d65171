# hear.sh - a tlswhy that waits for clients (listen, tap), and the clients that come. To be sourced after e2e.sh.
# shellcheck shell=bash disable=SC2034

# A machine without a CA store makes curl give up in ways of its own: it has one here, with a CA nobody uses.
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj /CN=nobody \
    -keyout "$dir/nobody.key" -out "$dir/nobody.pem" 2>/dev/null
export CURL_CA_BUNDLE=$dir/nobody.pem

# hear COMMAND ARGUMENT...: in the background, on $at (127.0.0.1:$number_of); its output in $dir/out, $dir/err.
hear() {
    local end=$((SECONDS + 20))
    rm -f "$dir/out" "$dir/err"
    : >"$dir/err"
    "$TLSWHY" "$@" >"$dir/out" 2>"$dir/err" </dev/null &
    pid[hear]=$!
    until grep -q ' listening on ' "$dir/err"; do
        kill -0 "${pid[hear]}" 2>/dev/null || return 1
        ((SECONDS < end)) || return 1
    done
    at=$(grep -oE '127\.0\.0\.1:[0-9]+' "$dir/err" | head -n 1)
    number_of=${at##*:}
}

# ended: waits for it; its exit status in $code.
ended() {
    wait "${pid[hear]}"
    code=$?
    unset 'pid[hear]'
}

client() { timeout 20 "$@" >"$dir/client.out" 2>"$dir/client.err" </dev/null; }

says() { # says WORDS EXPECTED JQ: what jq makes of the document
    local got
    got=$(jq -r "$3" "$dir/out" 2>&1)
    if [ "$got" = "$2" ]; then ok "$1"; else not_ok "$1" "expected: $2"$'\n'"got: $got"$'\n'"$(head -c 1500 "$dir/err")"; fi
}
