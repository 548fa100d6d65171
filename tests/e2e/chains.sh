#!/usr/bin/env bash
# chains.sh - chains that lack a certificate, and where it is to be had: other endpoints, and HTTP servers of all kinds.
. "${abs_top_srcdir:?}/tests/lib/e2e.sh"
need openssl jq date python3

# --- who serves the issuers ---------------------------------------------------------------------------

cat >"$dir/web.py" <<'END'
import http.server, os, sys, time
top, port = sys.argv[1], int(sys.argv[2])
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def log_message(self, *words): pass
    def do_GET(self):
        with open(top + "/asked", "a") as f: f.write(self.path + "\n")
        name = self.path.split("?")[0][1:]
        try: getattr(self, "way_" + name, lambda: self.way_file(name))()
        except OSError: pass
        self.close_connection = True
    def way_file(self, name):
        try: body = open(os.path.join(top, "web", name), "rb").read()
        except OSError: return self.send_error(404)
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def way_moved(self):
        self.send_response(302)
        self.send_header("Location", "/inter.der")
        self.send_header("Content-Length", "0")
        self.end_headers()
    def way_endless(self):
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        while True: self.wfile.write(b"4000\r\n" + b"0" * 0x4000 + b"\r\n")
    def way_liar(self):
        self.send_response(200)
        self.send_header("Content-Length", "400")
        self.end_headers()
        self.wfile.write(b"0" * 40)
    def way_drip(self):
        self.send_response(200)
        self.send_header("Content-Length", "400")
        self.end_headers()
        while True: self.wfile.write(b"0"); self.wfile.flush(); time.sleep(0.2)
http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()
END
mkdir "$dir/web"
: >"$dir/asked"
server web python3 "$dir/web.py" "$dir" @web@
servers_wait
[ -z "${gone[web]-}" ] || skip_all "${gone[web]}"
web=http://127.0.0.1:${port[web]}

# --- certificates ---------------------------------------------------------------------------------------

mint_usual # root -> inter
mint twin issuer=root cn=inter ca=0 to=1000                         # the right name, another key
mint own ca=1 cn=own to=3000                                        # a root nobody trusts
mint own-inter issuer=own ca=0 cn=own-inter to=1000 aia="$web/own.der"
mint stale issuer=root cn=stale ca=0 from=-90 to=-5                 # an intermediate that has expired
mint upper issuer=root cn=upper ca=1 to=1000
mint lower issuer=upper cn=lower ca=0 to=1000 aia="$web/upper.p7c"
der() { openssl x509 -in "$dir/$1.pem" -outform DER -out "$dir/web/$1.der"; }
for name in inter twin own own-inter stale upper lower; do der "$name"; done
cp "$dir/inter.pem" "$dir/web/inter.pem"
openssl crl2pkcs7 -nocrl -certfile "$dir/inter.pem" -certfile "$dir/own.pem" -outform DER -out "$dir/web/inter.p7c"
openssl crl2pkcs7 -nocrl -certfile "$dir/inter.pem" -out "$dir/web/inter.p7b"
openssl crl2pkcs7 -nocrl -certfile "$dir/upper.pem" -outform DER -out "$dir/web/upper.p7c"
echo '<html><title>It works</title></html>' >"$dir/web/page"

incomplete="failing cert-incomplete-chain"
likely="failing cert-incomplete-chain ?cert-untrusted-ca" # by its name, "inter"
open="failing ?cert-incomplete-chain ?cert-untrusted-ca"
# NAME, what is expected, the issuer, its address, and in words
cases=(
    "der|$incomplete|inter|$web/inter.der|DER"
    "pem|$incomplete|inter|$web/inter.pem|PEM"
    "p7c|$incomplete|inter|$web/inter.p7c?x=1|PKCS#7 in DER"
    "p7b|$incomplete|inter|$web/inter.p7b|PKCS#7 in PEM"
    "two|$incomplete|lower|$web/lower.der|two intermediates, one after the other"
    "own|failing cert-untrusted-ca cert-incomplete-chain|own-inter|$web/own-inter.der|a root that nobody trusts"
    "other-key|$incomplete|inter|$web/twin.der|another key of the right name"
    "stale|$open|stale|$web/stale.der|an intermediate that has expired"
    "wrong|$likely|inter|$web/own.der|a certificate that is not the issuer"
    "page|$likely|inter|$web/page|a page for people"
    "404|$likely|inter|$web/nothing.der|404"
    "moved|$likely|inter|$web/moved|a redirection"
    "endless|$likely|inter|$web/endless|an answer without end"
    "liar|$likely|inter|$web/liar|an answer shorter than it says"
    "drip|$likely|inter|$web/drip|an answer byte by byte"
    "refused|$likely|inter|http://127.0.0.1:1/x|a port below 1024"
    "https|$likely|inter|https://127.0.0.1:${port[web]}/inter.der|https"
    "ldap|$likely|inter|ldap://127.0.0.1/cn=inter|ldap"
    "multicast|$likely|inter|http://224.0.0.1/inter.der|multicast"
    "unnamed|$likely|inter|http://nowhere.invalid/inter.der|a name that does not exist"
    "several|$incomplete|inter|ldap:///cn=inter,caIssuers;URI:ldap://x/y,caIssuers;URI:$web/nothing.der,caIssuers;URI:$web/inter.der|two of LDAP, one gone, one good"
)
for row in "${cases[@]}"; do
    IFS='|' read -r name expected issuer url words <<<"$row"
    leaf "l.$name" issuer="$issuer" aia="$url"
    bundle "l.$name" "l.$name"
    s_server "s.$name" "l.$name"
done
leaf none && bundle none none && s_server s.none none # says nowhere where its issuer is
leaf rightly aia="$web/inter.der" && bundle rightly rightly twin && s_server s.rightly rightly
s_server s.good good
servers_wait

# --- one by one -------------------------------------------------------------------------------------------

at=at=127.0.0.1,ca=$ca
for row in "${cases[@]}"; do
    IFS='|' read -r name expected issuer url words <<<"$row"
    try "s.$name" "$expected" "the issuer's address: $words" --timeout 2 "tls://good.test:@s.$name@,$at"
done
try s.rightly "$incomplete" "a wrong intermediate is sent, the right one is fetched" "tls://good.test:@s.rightly@,$at"
try s.der "$likely" "--offline: nothing is fetched" --offline "tls://good.test:@s.der@,$at"
try s.none "$likely" "no address, and nobody else sends it" "tls://good.test:@s.none@,$at"
try s.none "$incomplete" "no address, but another endpoint sends it" "tls://good.test:@s.none@,$at" \
    "tls://good.test:@s.good@,$at"
try s.good "ok ~" "a whole chain is left alone" "tls://good.test:@s.good@,$at"
results

# --- what is told --------------------------------------------------------------------------------------------

says() { # says WORDS FILTER OPTION...: a jq expression that must hold of the document
    local out
    out=$("$TLSWHY" check --json "${@:3}" 2>&1 </dev/null)
    if jq -e "$2" <<<"$out" >/dev/null 2>&1; then ok "$1"; else not_ok "$1" "$(head -c 3000 <<<"$out")"; fi
}
says "the address and what it gave are listed" \
    ".evidence[.columns[0].facts.aia.evidence].text | contains(\"$web/inter.der (127.0.0.1:${port[web]})\") and contains(\"inter\")" \
    "tls://good.test:${port[s.der]},$at"
says "the chain is shown as it can be built" '[.columns[0].chain.built[].from] == ["sent", "fetched", "store"]' \
    "tls://good.test:${port[s.der]},$at"
says "what was found is told exactly" '.diagnosis[0] | .confidence == 0.97 and .detail.missing == ["lower", "upper"] and
    .detail.root_trusted == true and (.detail.urls | length) == 2 and (.summary | contains("intermediates \"lower\" and \"upper\""))' \
    "tls://good.test:${port[s.two]},$at"
says "who sends what is missing" '.diagnosis[0].detail | .from == "elsewhere" and (.sender | contains("good.test"))' \
    "tls://good.test:${port[s.none]},$at" "tls://good.test:${port[s.good]},$at"
says "the command shows the fault" '.diagnosis[0].reproduce | contains("-showcerts")' "tls://good.test:${port[s.der]},$at"
line=$("$TLSWHY" check --json "tls://good.test:${port[s.der]},$at" </dev/null | jq -r '.diagnosis[0].reproduce')
if timeout 10 bash -c "$line" 2>&1 | grep -q 'unable to get local issuer'; then
    ok "and without tlswhy it is shown"
else
    not_ok "and without tlswhy it is shown" "$line"
fi

: >"$dir/asked"
many=()
for ((i = 0; i < 40; i++)); do many+=("tls://good.test:${port[s.p7b]},$at,label=$i"); done
says "forty columns with one issuer" '[.columns[].facts.aia.state] == [range(40) | "yes"]' "${many[@]}"
if [ "$(wc -l <"$dir/asked")" -eq 1 ]; then
    ok "ask for it once"
else
    not_ok "ask for it once" "$(cat "$dir/asked")"
fi
: >"$dir/asked"
"$TLSWHY" check --json --offline "tls://good.test:${port[s.der]},$at" >/dev/null 2>&1 </dev/null
"$TLSWHY" check --json "tls://good.test:${port[s.good]},$at" >/dev/null 2>&1 </dev/null
if [ -s "$dir/asked" ]; then
    not_ok "--offline asks nobody, a whole chain needs nobody" "$(cat "$dir/asked")"
else
    ok "--offline asks nobody, a whole chain needs nobody"
fi
finish
