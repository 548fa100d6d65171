#!/usr/bin/env bash
# hostile.sh - servers that mean harm: each run ends in time, in bounded memory and with a named outcome.
. "${abs_top_srcdir:?}/tests/lib/e2e.sh"
need openssl jq date
mint_usual
openssl x509 -in "$dir/good.pem" -outform DER -out "$dir/good.der"
# An RSA key that takes minutes to compute with: its exponent is as long as its modulus, 64000 bits.
number() { echo "0x5$(openssl rand -hex "$1")1"; }
cat >"$dir/slow.conf" <<END
asn1 = SEQUENCE:spki
[spki]
algorithm = SEQUENCE:algorithm
key = BITWRAP,SEQUENCE:rsa
[algorithm]
oid = OID:rsaEncryption
parameters = NULL
[rsa]
n = INTEGER:$(number 7999)
e = INTEGER:$(number 7998)
END
openssl asn1parse -genconf "$dir/slow.conf" -noout -out "$dir/slow.spki"
openssl pkey -pubin -inform DER -in "$dir/slow.spki" -out "$dir/slow.pub"
openssl x509 -new -force_pubkey "$dir/slow.pub" -CA "$dir/root.pem" -CAkey "$dir/root.key" -subj /CN=good.test \
    -outform DER -out "$dir/slow.der"
timeout=3
limit_ms=$((timeout * 2000 - 1)) # --timeout once, not twice; what is left is for busy machines
limit_kib=65536
slow= # what a sanitizer costs is not measured
sanitized && slow="built with a sanitizer"
attacks=(endless=2 endless=11 endless=22 chain "chain=$dir/good.der" "signed=$dir/slow.der" drip garbage
    hello-hold silent smtp-late alert-hold=-112 alert-flood alert-storm)
faults "${attacks[@]}"

# --- one at a time --------------------------------------------------------------------------------------

for mode in "${attacks[@]}"; do
    try "$mode" "failing/unsure * !cert-untrusted-ca" "${mode%%=/*}" --timeout $timeout \
        "tls://good.test:${port[$mode]},at=127.0.0.1,ca=$ca"
    try "$mode" "failing/unsure * !cert-untrusted-ca" "${mode%%=/*}, TLS 1.2 alone" --timeout $timeout \
        "tls://good.test:${port[$mode]},at=127.0.0.1,ca=$ca,max=tls1.2"
done
n=$tries
results
for ((i = 0; i < n; i++)); do
    mode=${try_words[i]} ms=none kib=none
    read -r ms kib _ <"$dir/try.$i.meter"
    [ -n "$slow" ] && { skip "$mode: time and memory" "$slow"; continue; }
    if ((${ms%.*} <= limit_ms && kib <= limit_kib)); then
        ok "$mode: in time and in little memory ($((${ms%.*})) ms, $kib KiB)"
    else
        not_ok "$mode: in time and in little memory" "$ms ms (limit $limit_ms), $kib KiB (limit $limit_kib)"
    fi
    if jq -se '.[0].columns[0].facts.handshake.value | . != null and . != "ok"' "$dir/try.$i.json" >/dev/null; then
        ok "$mode: the outcome has a name ($(jq -r '.columns[0].facts.handshake.value' "$dir/try.$i.json"))"
    else
        not_ok "$mode: the outcome has a name" "$(jq -c '.columns[0].facts | .handshake, .failure' "$dir/try.$i.json")"
    fi
done

# --- all at once ----------------------------------------------------------------------------------------

endpoints=()
for i in 1 2 3 4 5; do
    for mode in "${attacks[@]}"; do endpoints+=("tls://good.test:${port[$mode]},at=127.0.0.1,label=$i"); done
done
"$meter" "$dir/all.meter" "$TLSWHY" check --json --timeout $timeout --ca "$ca" "${endpoints[@]}" >"$dir/all.json" 2>"$dir/all.err" </dev/null
read -r ms kib code <"$dir/all.meter"
if [ "$code" -lt 128 ] && [ "$(jq '.columns | length' "$dir/all.json" 2>/dev/null)" = ${#endpoints[@]} ] && [ ! -s "$dir/all.err" ]; then
    ok "all at once, five times each"
else
    not_ok "all at once, five times each" "exit status $code"$'\n'"$(head -n 5 "$dir/all.err")"
fi
if [ -n "$slow" ]; then
    skip "all at once: in time" "$slow"
elif ((${ms%.*} <= limit_ms * 8)); then
    ok "all at once: in time (${ms%.*} ms, $kib KiB)"
else
    not_ok "all at once: in time" "$ms ms, $kib KiB"
fi

# What a message claims to be long must not be kept before it is refused.
ten=()
for i in 1 2 3 4 5 6 7 8 9 10; do ten+=("tls://good.test:${port[endless=11]},at=127.0.0.1,label=$i"); done
"$meter" "$dir/ten.meter" "$TLSWHY" check --quiet --timeout 2 --ca "$ca" "${ten[@]}" >/dev/null 2>&1 </dev/null
read -r ms kib code <"$dir/ten.meter"
if [ -n "$slow" ]; then
    skip "ten endless messages at once" "$slow"
elif ((kib <= limit_kib)); then
    ok "ten endless messages at once: in little memory ($kib KiB)"
else
    not_ok "ten endless messages at once: in little memory" "$kib KiB"
fi

# Even where the system gives no more than 512 MiB of addresses.
if [ -n "$slow" ]; then
    skip "within 512 MiB of address space" "$slow"
elif (ulimit -v $((512 * 1024)) && "$TLSWHY" check --json --timeout $timeout "tls://good.test:${port[chain]},at=127.0.0.1,ca=$ca" \
    </dev/null 2>"$dir/err" | jq -se '.[0].verdict | . != null and . != "ok"' >/dev/null) && [ ! -s "$dir/err" ]; then
    ok "within 512 MiB of address space"
else
    not_ok "within 512 MiB of address space" "$(cat "$dir/err")"
fi
finish
