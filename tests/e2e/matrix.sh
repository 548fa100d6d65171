#!/usr/bin/env bash
# matrix.sh - everything a server takes, as a person reads it: the report, and the workbench's Matrix.
. "${abs_top_srcdir:?}/tests/lib/e2e.sh"
need openssl
mint_usual
leaf rsa kind=rsa:2048
bundle rsa rsa inter

s_server any rsa
s_server old rsa -tls1_2 -cipher ECDHE-RSA-AES128-GCM-SHA256:AES128-SHA -serverpref -groups P-256
servers_wait
endpoint() { echo "tls://good.test:${port[$1]},at=127.0.0.1,ca=$ca,label=$1"; }

# says WORDS FILE PATTERN...: every pattern (fixed words, or a regular expression behind "re:") is in FILE.
says() {
    local words=$1 file=$2 pattern lacks=''
    for pattern in "${@:3}"; do
        case $pattern in
        re:*) grep -qE -- "${pattern#re:}" "$file" ;;
        *) grep -qF -- "$pattern" "$file" ;;
        esac || lacks+="\"$pattern\" is not in:"$'\n'
    done
    if [ -n "$lacks" ]; then not_ok "$words" "$lacks$(<"$file")"; else ok "$words"; fi
}

# --- the report -------------------------------------------------------------------------------------

timeout 60 "$TLSWHY" check --depth full "$(endpoint old)" >"$dir/full" 2>&1
says "check --depth full tells all of it" "$dir/full" "What old" "re:Versions taken +TLS 1.2\$" \
    "TLS 1.2, the server's order decides:" "re:TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 ECDHE-RSA-AES128-GCM-SHA256\$" \
    "re:TLS_RSA_WITH_AES_128_CBC_SHA +AES128-SHA  no PFS" "re:Groups taken +TLS 1.2: secp256r1\$" "Certificate keys  RSA 2048" \
    "secure renegotiation: yes"
if long=$(grep -E '^.{81}' "$dir/full"); then not_ok "in 80 columns" "$long"; else ok "in 80 columns"; fi
timeout 60 "$TLSWHY" check "$(endpoint old)" >"$dir/quick" 2>&1
if grep -q takes: "$dir/quick"; then not_ok "nothing of it at quick depth" "$(<"$dir/quick")"; else ok "nothing of it at quick depth"; fi

# --- the workbench ----------------------------------------------------------------------------------

picture() { # picture NAME [OPTION]...: standard input is the script; ":dump" goes to $dir/NAME
    { echo ':resize 80x24' && echo ':wait idle' && cat && echo ":dump $dir/$1"; } >"$dir/$1.keys"
    timeout 60 "$TLSWHY" "${@:2}" --ui-script "$dir/$1.keys" "$(endpoint any)" "$(endpoint old)" >"$dir/$1.out" 2>&1 ||
        cat "$dir/$1.out" >>"$dir/$1"
}
picture empty <<<5
says "the Matrix says how it is filled" "$dir/empty" "[5 Matrix]" "M all" "re:^>TLS 1\.3 +\.. \*" "# taken  * chosen"
printf '5\nM\n:wait idle\n' | picture filled
says "M fills it for all columns" "$dir/filled" 're:^>TLS 1\.3 +!. \*[^!]*!-' 're:TLS 1\.2 +~[^!]*~\*'
picture asked --depth full <<<5
says "--depth full fills it from the start" "$dir/asked" 're:^>TLS 1\.3 +!. \*[^!]*!-'
if diff <(grep -F '|' "$dir/filled") <(grep -F '|' "$dir/asked") >"$dir/diff"; then
    ok "both come to the same"
else
    not_ok "both come to the same" "$(<"$dir/diff")"
fi
printf '5\nl\nF\n:wait idle\n' | picture one
says "F fills the selected column" "$dir/one" 're:^>TLS 1\.3 .*!-' 're:TLS 1\.1 +\.[^.]*\. +[^.]*-'
finish
