#!/usr/bin/env bash
# revocation.sh - what is known of revocation: staples of every kind, and certificates that demand one.
. "${abs_top_srcdir:?}/tests/lib/e2e.sh"
need openssl jq date python3

mint_usual # root -> inter -> good
mint stranger ca=1 cn=inter to=1000 # the issuer's name, another key
leaf other
leaf gone
leaf demands extra=tlsfeature=status_request
bundle demands demands inter
bundle gone gone inter

# The CA's list, $dir/index: what it knows of each certificate. V: valid; R: revoked two days ago.
serial() { openssl x509 -in "$dir/$1.pem" -noout -serial | cut -d= -f2; }
entry() { # entry V|R NAME [REASON]
    local when=''
    [ "$1" = R ] && when=$(date -u -d '2 days ago' +%y%m%d%H%M%SZ)${3:+,$3}
    printf '%s\t%s\t%s\t%s\tunknown\t/CN=%s\n' "$1" 301231235959Z "$when" "$(serial "$2")" "$2"
}
{ entry V good; entry V other; entry V demands; entry R gone keyCompromise; } >"$dir/index"

# response FILE NAME [OPTION]...: what the responder would say of NAME.
response() {
    local file=$1 name=$2
    shift 2
    local -a signer=(-rsigner "$dir/inter.pem" -rkey "$dir/inter.key")
    [ "${1-}" = -by ] && signer=(-rsigner "$dir/$2.pem" -rkey "$dir/$2.key") && shift 2
    openssl ocsp -issuer "$dir/inter.pem" -cert "$dir/$name.pem" -no_nonce -reqout "$dir/$file.req" &&
        openssl ocsp -index "$dir/index" -CA "$dir/inter.pem" "${signer[@]}" -reqin "$dir/$file.req" \
            -respout "$dir/$file.ocsp" "$@"
} >>"$dir/mint.log" 2>&1

# shift_days FILE OTHER DAYS: the same response with its dates moved, signed again.
shift_days() { python3 "$dir/shift.py" "$dir/$1.ocsp" "$dir/$2.ocsp" "$3" "$dir/inter.key" >>"$dir/mint.log" 2>&1; }
cat >"$dir/shift.py" <<'END'
import datetime, re, subprocess, sys
old, new, days, key = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]
def parts(b): # the elements of a constructed value: (tag, content)
    out = []
    while b:
        n, at = b[1], 2
        if n > 127: n, at = int.from_bytes(b[2:2 + (n & 127)], "big"), 2 + (n & 127)
        out.append((b[0], b[at:at + n]))
        b = b[at + n:]
    return out
def put(tag, content):
    n = len(content)
    size = bytes([n]) if n < 128 else bytes([0x82]) + n.to_bytes(2, "big")
    return bytes([tag]) + size + content
def move(m):
    at = datetime.datetime.strptime(m[1].decode(), "%Y%m%d%H%M%SZ") + datetime.timedelta(days=days)
    return b"\x18\x0f" + at.strftime("%Y%m%d%H%M%SZ").encode()
(_, whole), = parts(open(old, "rb").read())
status, (_, inner) = parts(whole)
oid, (_, basic) = parts(parts(inner)[0][1])
tbs, algorithm, signature, *certs = parts(parts(basic)[0][1])
signed = put(0x30, re.sub(rb"\x18\x0f([0-9]{14}Z)", move, tbs[1]))
signature = subprocess.run(["openssl", "dgst", "-sha256", "-sign", key], input=signed, stdout=subprocess.PIPE, check=True).stdout
basic = put(0x30, signed + put(*algorithm) + put(3, b"\0" + signature) + b"".join(put(*c) for c in certs))
open(new, "wb").write(put(0x30, put(*status) + put(0xa0, put(0x30, put(*oid) + put(4, basic)))))
END

mint signer issuer=inter cn=signer eku=OCSPSigning
mint imposter issuer=inter cn=imposter eku=serverAuth
response good good -ndays 7
response gone gone -ndays 7
response other other -ndays 7
response demands demands -ndays 7
response signer good -by signer -ndays 7
response imposter good -by imposter -ndays 7
response stranger good -by stranger -ndays 7
response fresh good -ndays 7
shift_days fresh stale -8
shift_days fresh early 2
: >"$dir/index.none"
mv "$dir/index" "$dir/index.all" && : >"$dir/index"
response unknown good -ndays 7
mv "$dir/index.all" "$dir/index"
printf '\x30\x03\x0a\x01\x03' >"$dir/later.ocsp" # OCSPResponse, tryLater, nothing else
printf '\x30\x18\x0a\x01\x00\xa0\x13\x30\x11\x06\x09\x2b\x06\x01\x05\x05\x07\x30\x01\x01\x04\x04junk' >"$dir/broken.ocsp"
for name in good gone other demands signer imposter stranger stale early unknown later broken; do
    [ -s "$dir/$name.ocsp" ] || { sed 's/^/# /' "$dir/mint.log" | tail -n 20 && bail "no OCSP response $name"; }
    certificate=good
    case $name in gone | demands) certificate=$name ;; esac
    s_server "s.$name" $certificate -status_file "$dir/$name.ocsp"
done
s_server s.none good
s_server s.bare demands
s_server s.old demands -status_file "$dir/demands.ocsp" -tls1_2
s_server s.oldgone gone -status_file "$dir/gone.ocsp" -tls1_2
servers_wait

staple() { # staple SERVER EXPECTED WORDS
    try "$1" "$2" "$3" "https://localhost:@$1@,ca=$ca"
}
staple s.good "ok ~" "a staple that says good"
staple s.signer "ok ~" "the same, by a responder that the CA lets sign"
staple s.none "ok ~" "no staple, and none demanded"
staple s.demands "ok ~" "a staple where one is demanded"
staple s.old "ok ~" "the same in TLS 1.2"
staple s.bare "failing ocsp" "no staple where one is demanded"
staple s.gone "failing cert-revoked" "a staple that says revoked"
staple s.oldgone "failing cert-revoked" "the same in TLS 1.2"
staple s.stale "failing ocsp" "a staple whose time is over"
staple s.early "ok +ocsp" "a staple whose time has not begun"
staple s.other "failing ocsp" "a staple for another certificate"
staple s.broken "failing ocsp" "a staple that can't be decoded"
staple s.imposter "failing ocsp" "a staple by a certificate that may not sign it"
staple s.stranger "failing ocsp" "a staple by another key of the CA's name"
staple s.later "ok +ocsp" "a staple that holds only an error"
staple s.unknown "ok +ocsp" "a staple that does not know the certificate"
results

# --- what the CA's responder says ------------------------------------------------------------------

cat >"$dir/web.py" <<'END'
import http.server, os, subprocess, sys, threading, time
top, port = sys.argv[1], int(sys.argv[2])
class Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *words): pass
    def do_POST(self):
        asked = self.rfile.read(int(self.headers["Content-Length"]))
        with open(top + "/asked", "a") as f: f.write(self.path + " " + self.headers["Content-Type"] + "\n")
        self.answer(asked)
    def do_GET(self):
        with open(top + "/asked", "a") as f: f.write(self.path + "\n")
        self.answer(b"")
    def answer(self, asked):
        if self.path == "/silent": time.sleep(30)
        if self.path == "/ocsp": # its own responder hangs once somebody only knocked, so OpenSSL is asked each time
            name = "%s/web/%d" % (top, threading.get_ident())
            with open(name, "wb") as f: f.write(asked)
            subprocess.run(["openssl", "ocsp", "-index", top + "/index", "-CA", top + "/inter.pem", "-rsigner",
                            top + "/signer.pem", "-rkey", top + "/signer.key", "-ndays", "7", "-reqin", name,
                            "-respout", name + ".ocsp"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            self.path = "/%d.ocsp" % threading.get_ident()
        try: body = open(os.path.join(top, "web", self.path[1:]), "rb").read()
        except OSError: return self.send_error(404)
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()
END
mkdir "$dir/web"
: >"$dir/asked"
server web python3 "$dir/web.py" "$dir" @web@
servers_wait
[ -z "${gone[web]-}" ] || skip_all "${gone[web]}"
web=http://127.0.0.1:${port[web]} responder=http://127.0.0.1:${port[web]}/ocsp

# named NAME RESPONDER: a certificate that names it.
named() { leaf "$1" extra="authorityInfoAccess=OCSP;URI:$2" && bundle "$1" "$1" inter; }
for name in lives dies; do named $name "$responder"; done
named stale-file "$web/stale.ocsp"
named other-file "$web/other.ocsp"
named later "$web/later.ocsp"
named page "$web/page"
named nothing "$web/nothing"
named down "http://127.0.0.1:$("$fault" ports 1)/"
named silent "$web/silent"
named nowhere http://nowhere.invalid/
named ldap ldap://127.0.0.1/ocsp
leaf second extra="authorityInfoAccess=OCSP;URI:$web/nothing,OCSP;URI:$responder" && bundle second second inter
named stapled "$web/stapled"
crl() { leaf "$1" extra="crlDistributionPoints=URI:$2" && bundle "$1" "$1" inter; }
for name in crl-lives crl-dies; do crl $name "$web/list.crl"; done
crl crl-alien "$web/alien.crl"
crl crl-page "$web/page"
leaf crl-after extra="$(printf 'authorityInfoAccess=OCSP;URI:%s\ncrlDistributionPoints=URI:%s' "$web/nothing" "$web/list.crl")"
bundle crl-after crl-after inter
crl crl-users "$web/users.crl"
crl crl-cas "$web/cas.crl"
mint lost issuer=root cn=lost ca=0 to=1000 extra="crlDistributionPoints=URI:$web/root.crl" # an intermediate
leaf under issuer=lost extra="crlDistributionPoints=URI:$web/lost.crl" && bundle under under lost
{ entry V lives; entry R dies; entry V stale-file; entry V second; entry V stapled; } >>"$dir/index"
response stapled stapled -ndays 7
response stale-file stale-file -ndays 7
shift_days stale-file stale-file -8
cp "$dir/other.ocsp" "$dir/later.ocsp" "$dir/web/"
cp "$dir/stale-file.ocsp" "$dir/web/stale.ocsp"
echo '<html><title>It works</title></html>' >"$dir/web/page"
for name in lives dies stale-file other-file later page nothing down silent nowhere ldap second; do
    s_server "n.$name" "$name"
done
{ entry R crl-dies superseded; entry R crl-after superseded; entry R lost; } >>"$dir/index"
printf '[ca]\ndefault_ca=d\n[d]\ndatabase=%s\ndefault_md=sha256\ndefault_crl_days=7\n' "$dir/index" >"$dir/list.cnf"
printf '[%s]\nissuingDistributionPoint=critical,@%s-p\n[%s-p]\n%s=TRUE\n' users users users onlyuser cas cas cas onlyCA \
    >>"$dir/list.cnf"
list() { # list FILE CA [OPTION]...
    openssl ca -config "$dir/list.cnf" "${@:3}" -gencrl -cert "$dir/$2.pem" -keyfile "$dir/$2.key" -out "$dir/$1.list" &&
        openssl crl -in "$dir/$1.list" -outform DER -out "$dir/web/$1.crl"
} >>"$dir/mint.log" 2>&1
list list inter && list alien root && list users inter -crlexts users && list cas inter -crlexts cas &&
    list root root && list lost lost || bail "no CRL could be made: $(tail -n 1 "$dir/mint.log")"
for name in crl-lives crl-dies crl-alien crl-page crl-after crl-users crl-cas under; do s_server "n.$name" "$name"; done
s_server n.stapled stapled -status_file "$dir/stapled.ocsp"
s_server n.untrusted lives
servers_wait

named_is() { # named_is SERVER EXPECTED WORDS [OPTION]...
    try "$1" "$2" "$3" "${@:4}" "tls://localhost:@$1@,ca=$ca"
}
named_is n.lives "ok ~" "the responder says good"
named_is n.dies "failing cert-revoked" "the responder says revoked"
named_is n.second "ok ~" "the first responder fails, the second says good"
named_is n.stapled "ok ~" "a good staple is enough"
named_is n.stale-file "ok +ocsp" "an answer whose time is over"
named_is n.other-file "ok +ocsp" "an answer about another certificate"
named_is n.later "ok +ocsp" "an answer that is an error"
named_is n.page "ok +ocsp" "a page for people"
named_is n.nothing "ok +ocsp" "404"
named_is n.down "ok +ocsp" "nobody listens"
named_is n.silent "ok +ocsp" "no answer in time" --timeout 2
named_is n.nowhere "ok +ocsp" "a name that does not exist"
named_is n.ldap "ok ~" "only LDAP"
named_is n.crl-lives "ok ~" "a CRL without it"
named_is n.crl-dies "failing cert-revoked" "a CRL with it"
named_is n.crl-after "failing cert-revoked" "the responder fails, the CRL has it"
named_is n.crl-alien "ok +ocsp" "another CA's CRL"
named_is n.crl-users "ok ~" "a CRL for servers and people only"
named_is n.crl-cas "ok +ocsp" "a CRL for CAs only"
named_is n.under "ok ~" "an intermediate that is revoked is not asked about"
named_is n.under "failing cert-revoked" "unless everything is" --depth full
named_is n.crl-page "ok +ocsp" "a page for people instead of a CRL"
results

# says WORDS FILTER [OPTION]... ENDPOINT: the document holds that.
says() {
    local words=$1 filter=$2 doc
    shift 2
    doc=$("$TLSWHY" check --json "$@" </dev/null 2>&1)
    if jq -e "$filter" <<<"$doc" >/dev/null 2>&1; then
        ok "$words"
    else
        not_ok "$words" "$(jq -c '{diagnosis, warnings, evidence: [.evidence[] | select(.fact == "revocation")]}' <<<"$doc" 2>&1 || echo "$doc")"
    fi
}
says "who says so" '.diagnosis[0] | (.summary | test("has revoked.* since 20.*OCSP responder, http")) and
    .detail.tries[0].answer == "ok"' "tls://localhost:${port[n.dies]},ca=$ca"
says "the same of a CRL, with the reason" '.diagnosis[0].summary | test("since 20.*superseded.*CRL, http")' \
    "tls://localhost:${port[n.crl-dies]},ca=$ca"
says "what the responder said" '.columns[0].facts.revocation | .state == "no" and .value.how == "ocsp" and
    .value.verified and (.value.tries | length) == 1' "tls://localhost:${port[n.lives]},ca=$ca"
says "an untrusted chain asks nobody" '.columns[0].facts.revocation.state == "not-asked"' \
    "tls://localhost:${port[n.untrusted]}"
: >"$dir/asked"
says "with --offline nobody is asked" '.columns[0].facts.revocation.state == "could-not-ask" and .verdict == "ok"' \
    --offline "tls://localhost:${port[n.later]},ca=$ca"
"$TLSWHY" check --json "tls://localhost:${port[n.stapled]},ca=$ca" >/dev/null 2>&1 </dev/null
if [ -s "$dir/asked" ]; then
    not_ok "and with a good staple nobody is" "$(cat "$dir/asked")"
else
    ok "and with a good staple nobody is"
fi
many=()
for ((i = 0; i < 40; i++)); do many+=("tls://localhost:${port[n.later]},ca=$ca,label=$i"); done
"$TLSWHY" check --json "${many[@]}" >/dev/null 2>&1 </dev/null
if [ "$(cat "$dir/asked")" = "/later.ocsp application/ocsp-request" ]; then
    ok "forty columns with one certificate ask once"
else
    not_ok "forty columns with one certificate ask once" "$(cat "$dir/asked")"
fi
finish
