#!/usr/bin/env bash
# clock.sh - wrong clocks: this machine's, faked by an offset, and a server's; and certificates that are really too old.
. "${abs_top_srcdir:?}/tests/lib/e2e.sh"
need openssl jq date python3 faketime
sanitized && skip_all "a faked clock and a sanitizer do not go together"
faketime -f '-1d' true 2>/dev/null || skip_all "faketime does not work here"

# Everything is made a moment ago, as by a CA; the list of revoked certificates knows none.
mint root ca=1 from=-1 to=3000 && mint inter issuer=root ca=0 from=-1 to=1000 || bail "no certificates could be made"
ca=$dir/root.pem
leaf good from=-1 to=60 && bundle good good inter
leaf old from=-90 to=-30 && bundle old old inter
leaf soon from=3 to=60 && bundle soon soon inter
printf 'V\t301231235959Z\t\t%s\tunknown\t/CN=good\n' "$(openssl x509 -in "$dir/good.pem" -noout -serial | cut -d= -f2)" >"$dir/index"
openssl ocsp -issuer "$dir/inter.pem" -cert "$dir/good.pem" -no_nonce -reqout "$dir/req" >>"$dir/mint.log" 2>&1 &&
    openssl ocsp -index "$dir/index" -CA "$dir/inter.pem" -rsigner "$dir/inter.pem" -rkey "$dir/inter.key" \
        -reqin "$dir/req" -respout "$dir/good.ocsp" -ndays 7 >>"$dir/mint.log" 2>&1

# A list of one certificate timestamp, as the TLS extension 18 carries it, for -serverinfo (TLS 1.3 and before).
python3 - "$dir/scts" <<'END'
import base64, struct, sys, time
sct = b"\0" + b"L" * 32 + struct.pack(">Q", int(time.time() * 1000)) + b"\0\0" + b"\4\3" + struct.pack(">H", 8) + b"S" * 8
body = struct.pack(">H", len(sct)) + sct
body = struct.pack(">H", len(body)) + body
info = struct.pack(">IHH", 0x1D0, 18, len(body)) + body # context: both hellos, certificate
pem = base64.encodebytes(info).decode()
open(sys.argv[1], "w").write(f"-----BEGIN SERVERINFOV2 FOR signed_certificate_timestamp-----\n{pem}"
                             "-----END SERVERINFOV2 FOR signed_certificate_timestamp-----\n")
END

s_server plain good -no_ticket
s_server stapled good -status_file "$dir/good.ocsp" -no_ticket
s_server logged good -serverinfo "$dir/scts" -no_ticket
nginx n <<END
server { listen 127.0.0.1:@n.good@ ssl; }
server { listen 127.0.0.1:@n.old@ ssl; ssl_certificate $dir/old.bundle; ssl_certificate_key $dir/old.key; }
server { listen 127.0.0.1:@n.soon@ ssl; ssl_certificate $dir/soon.bundle; ssl_certificate_key $dir/soon.key; }
server { listen 127.0.0.1:@n.other@ ssl; listen 127.0.0.2:@n.other@ ssl; }
END
# A server whose own clock is wrong, and the certificate it made by it.
cat >"$dir/dated.py" <<'END'
import email.utils, socket, ssl, sys, time
port, name, off = int(sys.argv[1]), sys.argv[2], float(sys.argv[3])
tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
tls.load_cert_chain(name + ".bundle", name + ".key")
s = socket.create_server(("127.0.0.1", port))
while True:
    try:
        with s.accept()[0] as c, tls.wrap_socket(c, server_side=True) as t:
            if t.recv(4000):
                date = email.utils.formatdate(time.time() + off, usegmt=True)
                t.sendall(f"HTTP/1.1 200 OK\r\nDate: {date}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
    except OSError:
        pass
END
server ahead python3 "$dir/dated.py" @ahead@ "$dir/good" 200000
server madeby python3 "$dir/dated.py" @madeby@ "$dir/soon" 300000
server back python3 "$dir/dated.py" @back@ "$dir/old" -5184000 # its clock is in the certificate's time
for how in '' silent kiss unsynced foreign late; do
    server "ntp$how" python3 "$abs_top_srcdir/tests/lib/ntp.py" "@ntp$how@" 0 $how
done
server ntpwrong python3 "$abs_top_srcdir/tests/lib/ntp.py" @ntpwrong@ 200000
servers_wait

real=$TLSWHY
at() { # at SHIFT: tlswhy's clock from here on
    TLSWHY=$real
    [ "$1" = 0 ] && return
    TLSWHY=$dir/at$1
    printf '#!/bin/sh\nexec faketime -f %s %s "$@"\n' "$1" "$real" >"$TLSWHY"
    chmod +x "$TLSWHY"
}
# openssl s_server serves one at a time and answers no HEAD: whoever waits for a Date there keeps the others waiting.
to() {
    local scheme=https
    case $1 in plain | stapled | logged) scheme=tls ;; esac
    echo "$scheme://good.test:@$1@,at=127.0.0.1,ca=$ca"
}
ntp() { echo "--sntp=127.0.0.1:@ntp$1@"; }
known=$(python3 -c 'import ctypes
class t(ctypes.Structure): _fields_ = [("m", ctypes.c_uint), ("p", ctypes.c_long * 30)]
print(ctypes.CDLL(None).adjtimex(ctypes.byref(t())))') # 5: the kernel calls its clock unsynchronised

at 0
try n.good "ok ~" "a right clock and a right server" "$(to n.good)"
try n.good "ok ~" "the same with an NTP server" "$(ntp '')" "$(to n.good)"
try n.old "failing cert-expired !clock-skew" "really expired" "$(to n.old)"
try n.soon "failing cert-not-yet-valid !clock-skew" "really not yet valid" "$(to n.soon)"
try n.good "failing cert-not-yet-valid !clock-skew" "the same with an NTP server" "$(ntp '')" "$(to n.soon)"
try ntpwrong "ok +clock-skew" "an NTP server says otherwise: a warning" "$(ntp wrong)" "$(to plain)"
for how in silent kiss unsynced; do
    try n.good "ok ~" "an NTP server that gives no time: $how" --timeout=2 "$(ntp $how)" "$(to n.good)"
done
try ahead "ok +clock-skew" "the server's clock is ahead, the handshake is fine" "$(to ahead)"
try ahead "ok +clock-skew" "the same, by an NTP server" "$(ntp '')" "$(to ahead)"
try madeby "failing clock-skew ?cert-not-yet-valid" "the server dated its certificate by its own wrong clock" "$(ntp '')" "$(to madeby)"
try back "failing cert-expired +clock-skew" "the server's clock is behind, and its certificate has really expired" "$(ntp '')" "$(to back)"
at -2m
try n.good "ok ~" "two minutes behind" "$(to n.good)"
try n.good "ok ~" "two minutes behind, by an NTP server" "$(ntp '')" "$(to n.good)"
at -2d
try n.good "failing clock-skew !cert-not-yet-valid" "two days behind: the server's Date" "$(to n.good)"
try ntp "failing clock-skew !cert-not-yet-valid" "two days behind: NTP" "$(ntp '')" "$(to plain)"
try ntpforeign "failing clock-skew !cert-not-yet-valid" "two days behind: NTP, after answers nobody asked for" "$(ntp foreign)" "$(to plain)"
try ntplate "failing clock-skew !cert-not-yet-valid" "two days behind: NTP, whose first answer was lost" "$(ntp late)" "$(to plain)"
try stapled "failing clock-skew !cert-not-yet-valid !ocsp" "two days behind: the stapled OCSP response" "$(to stapled)"
try logged "failing clock-skew !cert-not-yet-valid" "two days behind: a certificate timestamp, TLS 1.3" "$(to logged)"
try logged "failing clock-skew !cert-not-yet-valid" "two days behind: a certificate timestamp, TLS 1.2" "$(to logged),max=tls1.2"
try plain "failing clock-skew" "two days behind: even the CA begins later" "$(to plain)"
try n.old "failing * !cert-not-yet-valid" "two days behind, and really expired" "$(to n.old)"
at -400d
try n.good "failing clock-skew !cert-not-yet-valid" "400 days behind: NTP" "$(ntp '')" "$(to n.good)"
try n.good "failing clock-skew !cert-not-yet-valid" "400 days behind: the server's Date" "$(to n.good)"
at +400d
try ntp "failing clock-skew !cert-expired" "400 days ahead: NTP" "$(ntp '')" "$(to plain)"
try n.other "failing clock-skew !cert-expired" "400 days ahead: the Dates of two machines" "$(to n.good)" \
    "https://good.test:@n.other@,at=127.0.0.2,ca=$ca"
try n.good "failing cert-expired +clock-skew" "400 days ahead, and really expired" "$(ntp '')" "$(to n.old)"
[ "$known" = 5 ] && try n.good "failing clock-skew" "400 days ahead: one Date, and nobody keeps this clock" "$(to n.good)"
at -45d
try n.good "failing cert-expired +clock-skew" "45 days behind: that it has expired does not show here" "$(ntp '')" "$(to n.old)"
results

# --offline asks no NTP server, and says so.
TLSWHY=$real
says=$("$real" check --json --offline "--sntp=127.0.0.1:${port[ntp]}" "https://good.test:${port[plain]},at=127.0.0.1,ca=$ca" |
    jq -r '.columns[0].facts.sntp.state')
[ "$says" = could-not-ask ] && ok "--offline asks no NTP server" || not_ok "--offline asks no NTP server" "$says"

# No wait hangs on the wall clock: a silent server costs its time whatever the clock says.
faults silent
for shift in -400d +400d; do
    began=${EPOCHREALTIME/./}
    at "$shift"
    "$TLSWHY" check -q --timeout=1 "https://127.0.0.1:${port[silent]}" >"$dir/silent.out" 2>&1
    took=$((${EPOCHREALTIME/./} - began))
    ((took > 800000 && took < 30000000)) && ok "a silent server costs its time at $shift" ||
        not_ok "a silent server costs its time at $shift" "$took us: $(cat "$dir/silent.out")"
done
finish
