#!/usr/bin/env bash
# trust.sh - trust anchors in every form, pins and expected certificates, and certificates that give a product away.
. "${abs_top_srcdir:?}/tests/lib/e2e.sh"
need openssl jq date

mint_usual
leaf older from=-50
leaf newer from=-1
leaf wider from=-1 san=DNS:good.test,DNS:www.good.test
leaf other from=-1 san=DNS:other.test
leaf expired from=-90 to=-10
leaf self issuer=self
bundle expired expired inter
bundle self self

# --- servers ----------------------------------------------------------------------------------------

# own NAME SUBJECT [SAN] [TRUE]: what a server sends alone, signed by itself, with a whole subject; TRUE: a CA.
own() {
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$dir/$1.key" -out "$dir/$1.pem" -days 90 \
        -subj "$2" -addext "basicConstraints=critical,CA:${4-FALSE}" ${3:+-addext "subjectAltName=$3"} \
        -config <(printf '[req]\ndistinguished_name=d\n[d]\n') >>"$dir/mint.log" 2>&1 ||
        bail "no certificate $1: $(tail -n 1 "$dir/mint.log")"
    bundle "$1" "$1"
}
# mint keeps nothing of a subject but its CN.
issued() { # issued NAME SUBJECT SAN ISSUER
    openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$dir/$1.key" -subj "$2" -out "$dir/$1.csr" &&
        openssl x509 -req -in "$dir/$1.csr" -CA "$dir/$4.pem" -CAkey "$dir/$4.key" -days 90 -out "$dir/$1.pem" \
            -extfile <(echo "subjectAltName=$3") || bail "no certificate $1"
    bundle "$1" "$1" "$4"
} >>"$dir/mint.log" 2>&1

own ingress '/O=Acme Co/CN=Kubernetes Ingress Controller Fake Certificate' DNS:ingress.local
own traefik '/CN=TRAEFIK DEFAULT CERT' DNS:0123.4567.traefik.default
own npm '/O=Nginx Proxy Manager/OU=Dummy Certificate/CN=localhost'
own redhat '/C=--/ST=SomeState/L=SomeCity/O=SomeOrganization/OU=SomeOrganizationalUnit/CN=localhost.localdomain'
own fortigate '/C=US/O=Fortinet Ltd./CN=FortiGate'
own pfsense '/O=pfSense webConfigurator Self-Signed Certificate/CN=pfSense-5f099cf870c18' DNS:pfSense-5f099cf870c18
own stunnel '/C=PL/O=Stunnel Developers/OU=Provisional CA/CN=localhost'
own widgits '/C=AU/ST=Some-State/O=Internet Widgits Pty Ltd/CN=good.test' DNS:good.test
own byhand '/CN=localhost' DNS:localhost
own zscaler-ca '/C=US/O=Zscaler Inc./CN=Zscaler Root CA' '' TRUE
own lab-ca '/C=DE/O=Example Corp/CN=Example Corp Issuing CA' '' TRUE
own minica-ca '/CN=minica root ca 5345e6' '' TRUE
issued zscaler '/CN=good.test' DNS:good.test zscaler-ca
issued lab '/CN=good.test' DNS:good.test lab-ca
issued minica '/CN=good.test' DNS:good.test minica-ca

names=(good expired self ingress traefik npm redhat fortigate pfsense stunnel widgits byhand zscaler lab minica)
for name in "${names[@]}"; do s_server "$name" "$name"; done
servers_wait

# --- trust anchors ----------------------------------------------------------------------------------

openssl x509 -in "$dir/root.pem" -outform DER -out "$dir/root.der"
openssl crl2pkcs7 -nocrl -certfile "$dir/root.pem" -out "$dir/root.p7b"
openssl crl2pkcs7 -nocrl -certfile "$dir/root.pem" -outform DER -out "$dir/root.p7c"
p12() { openssl pkcs12 -export -nokeys -in "$dir/root.pem" "${@:2}" -out "$dir/$1.p12" 2>>"$dir/mint.log"; }
p12 empty -passout pass:
p12 changeit -passout pass:changeit
p12 nomac -passout pass: -nomac
p12 legacy -passout pass: -legacy || rm -f "$dir/legacy.p12" # where OpenSSL has no such provider
p12 clear -passout pass:secret -certpbe NONE
p12 secret -passout pass:secret
if command -v keytool >/dev/null; then
    for type in JKS JCEKS PKCS12; do
        keytool -importcert -noprompt -alias ca -file "$dir/root.pem" -storetype $type -keystore "$dir/java.$type" \
            -storepass changeit >>"$dir/mint.log" 2>&1
    done
fi
mkdir "$dir/mixed" && cp "$dir/root.p7c" "$dir/other.pem" "$dir/mixed/"
for file in root.der root.p7b root.p7c empty.p12 changeit.p12 nomac.p12 legacy.p12 clear.p12 java.JKS java.JCEKS java.PKCS12 mixed; do
    if [ -e "$dir/$file" ]; then
        try good "ok ~" "ca= as $file" "tls://good.test:@good@,at=127.0.0.1,ca=$dir/$file"
    else
        skip "ca= as $file" "nothing here writes that"
    fi
done
results

refused() { # refused WORDS SAYS ENDPOINT: exit status 2 and one sentence, before anything is opened
    local said code
    said=$("$TLSWHY" check "$3" 2>&1 >/dev/null </dev/null)
    code=$?
    if [ "$code" = 2 ] && [[ $said == "tlswhy: "*"$2"* ]] && [ "$(wc -l <<<"$said")" = 1 ]; then
        ok "$1"
    else
        not_ok "$1" "exit status $code: $said"
    fi
}
refused "ca= with a password" "openssl pkcs12 -nokeys -in FILE" "tls://good.test:1,ca=$dir/secret.p12"
refused "expect= is not there" "looking for the certificate of expect=" "tls://good.test:1,expect=$dir/none.pem"
refused "expect= is a directory" "is a directory" "tls://good.test:1,expect=$dir/mixed"
refused "expect= is a key" "holds a private key and no certificate" "tls://good.test:1,expect=$dir/good.key"
refused "pin= that is none" "is no pin" "tls://good.test:1,pin=sha256//abc"

# --- what should be there ---------------------------------------------------------------------------

pin_of() { openssl x509 -in "$dir/$1.pem" -noout -pubkey | openssl pkey -pubin -outform DER | openssl dgst -sha256 -binary | openssl base64; }
here=",at=127.0.0.1,ca=$ca"
mine=sha256//$(pin_of good) theirs=sha256//$(pin_of newer)
try good "ok ~" "the pinned key" "tls://good.test:@good@$here,pin=$mine"
try good "ok ~" "one of two pinned keys" "tls://good.test:@good@$here,pin=$theirs;$mine"
try good "ok ~" "the pinned key by TLS 1.2" "tls://good.test:@good@$here,pin=$mine,max=tls1.2"
try good "failing cert-unexpected" "another key than the pinned one" "tls://good.test:@good@$here,pin=$theirs"
try good "failing cert-unexpected" "the pin of the CA" "tls://good.test:@good@$here,pin=sha256//$(pin_of inter)"
try good "ok ~" "the expected certificate" "tls://good.test:@good@$here,expect=$dir/good.pem"
try good "ok ~" "the expected certificate, with its chain" "tls://good.test:@good@$here,expect=$dir/good.bundle"
try good "failing cert-unexpected" "renewed on disk" "tls://good.test:@good@$here,expect=$dir/newer.pem"
try good "failing cert-unexpected" "an old copy" "tls://good.test:@good@$here,expect=$dir/older.pem"
try expired "failing cert-unexpected cert-expired" "expired, and renewed on disk" "tls://good.test:@expired@$here,expect=$dir/newer.pem"
try good "failing cert-unexpected" "renewed for a name more" "tls://good.test:@good@$here,expect=$dir/wider.pem"
try good "failing cert-unexpected" "the file of another site" "tls://good.test:@good@$here,expect=$dir/other.pem"
results

says() { # says WORDS ENDPOINT FILTER: the filter is true of the first diagnosis
    local json
    json=$("$TLSWHY" check --json "$2" 2>&1 </dev/null)
    if jq -e ".diagnosis[0] | $3" <<<"$json" >/dev/null; then
        ok "$1"
    else
        not_ok "$1" "$(jq -c '.diagnosis[0]' <<<"$json")"
    fi
}
base="tls://good.test:${port[good]}$here"
says "renewed on disk: reload" "$base,expect=$dir/newer.pem" '(.detail.newer == "file") and (.detail.same_key | not) and (.fix | test("reload nginx")) and (.summary | test("renewed on disk"))'
says "an old copy: replace it" "$base,expect=$dir/older.pem" '(.detail.newer == "server") and (.fix | test("replace the copy"))'
says "a name more: still the same site" "$base,expect=$dir/wider.pem" '.detail.names == "overlap" and (.fix | test("reload"))'
says "another site" "$base,expect=$dir/other.pem" '.detail.names == "other" and (.fix | test("right machine"))'

# The command that is shown says the same.
shows() { # shows WORDS ENDPOINT PATTERN
    local line out
    line=$("$TLSWHY" check --json "$2" </dev/null | jq -r '.diagnosis[0].reproduce')
    out=$(cd "$dir" && timeout 20 bash -c "$line" 2>&1 </dev/null)
    if grep -qF -- "$3" <<<"$out"; then ok "$1"; else not_ok "$1" "$line"$'\n'"$out"; fi
}
shows "the command shows the pin" "$base,pin=$theirs" "${mine#sha256//}"
fingerprint() { openssl x509 -in "$dir/$1.pem" -noout -fingerprint -sha256; }
shows "the command shows what came" "$base,expect=$dir/newer.pem" "$(fingerprint good)"
shows "the command shows what should" "$base,expect=$dir/newer.pem" "$(fingerprint newer)"
for file in root.der root.p7b root.p7c empty.p12 changeit.p12 java.JKS java.PKCS12; do
    if [ -e "$dir/$file" ]; then
        rm -f "$dir/tlswhy-ca.pem"
        shows "the command works with $file" "tls://good.test:${port[expired]},at=127.0.0.1,ca=$dir/$file" "certificate has expired"
    else
        skip "the command works with $file" "nothing here writes that"
    fi
done

# --- certificates that give a product away ----------------------------------------------------------

hidden='!cert-self-signed !cert-name-mismatch !cert-untrusted-ca !interception'
try ingress "failing sni $hidden" "an ingress without a certificate for the name" "https://good.test:@ingress@$here"
try ingress "failing sni $hidden" "the same by TLS 1.2" "https://good.test:@ingress@$here,max=tls1.2"
try ingress "failing sni $hidden" "the same without a name" "https://good.test:@ingress@$here,sni=none"
try ingress "failing sni $hidden" "the same by its address" "https://127.0.0.1:@ingress@,ca=$ca"
try traefik "failing sni $hidden" "Traefik" "https://good.test:@traefik@$here"
try npm "failing sni $hidden" "Nginx Proxy Manager" "https://good.test:@npm@$here"
try redhat "failing sni $hidden" "mod_ssl of Red Hat" "https://good.test:@redhat@$here"
try fortigate "failing server-config $hidden" "a FortiGate's own" "https://good.test:@fortigate@$here"
try pfsense "failing server-config $hidden" "pfSense's own" "https://127.0.0.1:@pfsense@,ca=$ca"
try stunnel "failing server-config $hidden" "stunnel's example" "tls://good.test:@stunnel@$here"
try widgits "failing cert-self-signed !sni !server-config !interception" "self-signed by hand" "https://good.test:@widgits@$here"
try self "failing cert-self-signed !sni !server-config !interception" "self-signed, nothing but a CN" "https://good.test:@self@$here"
try byhand "failing cert-self-signed cert-name-mismatch !sni !server-config" "localhost by hand" "https://good.test:@byhand@$here"
try ingress "ok" "a placeholder that is asked for and trusted" "https://ingress.local:@ingress@,at=127.0.0.1,ca=$dir/ingress.pem"
try zscaler "failing interception !cert-untrusted-ca !cert-incomplete-chain" "inspected, its CA unknown" "https://good.test:@zscaler@$here"
try zscaler "ok +interception" "inspected, its CA known" "https://good.test:@zscaler@,at=127.0.0.1,ca=$dir/zscaler-ca.pem"
try lab "failing cert-untrusted-ca !interception" "a lab's own CA" "https://good.test:@lab@$here"
try lab "ok ~" "a lab's own CA, trusted" "https://good.test:@lab@,at=127.0.0.1,ca=$dir/lab-ca.pem"
try minica "failing cert-untrusted-ca !interception !sni" "minica" "https://good.test:@minica@$here"
results
says "minica: where its CA is" "https://good.test:${port[minica]}$here" '.detail.made_by == "minica" and (.fix | test("minica.pem"))'
finish
