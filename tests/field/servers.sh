# servers.sh - the servers of servers.tsv. To be sourced by run.sh, after tests/lib/e2e.sh and field.sh.
# shellcheck shell=bash disable=SC2034,SC2154 # what e2e.sh sets and reads
#
# Owns: certificates and configurations, one port for each word of the table. Must not know: what is asked of
# them, or what should be found. Every server is one that people run, set up as people set it up wrong.

old=DEFAULT:@SECLEVEL=0

certificates() {
    mint_usual
    mint root2 ca=1 to=3000 cn='Example Works CA' && mint private issuer=root2 cn=good.test san=DNS:good.test eku=serverAuth
    mint inter2 issuer=root ca=0 to=1000
    mint interold issuer=root ca=0 from=-400 to=-3 && leaf under issuer=interold
    leaf rsa kind=rsa:2048 && leaf rsa4096 kind=rsa:4096 && leaf ed kind=ed25519
    leaf expired from=-100 to=-5 && leaf future from=5 to=95 && leaf soon from=-80 to=3
    leaf justnow from=0 to=90
    mint self cn=good.test san=DNS:good.test eku=serverAuth
    leaf weak kind=rsa:1024 && leaf sha1 kind=rsa:2048 md=sha1 && leaf client eku=clientAuth
    leaf usage kind=rsa:2048 usage=keyCertSign && leaf cn san= && leaf secure cn=secure.test san=DNS:secure.test
    leaf wild cn='*.good.test' san='DNS:*.good.test'
    leaf aia aia="http://127.0.0.1:${port[www]}/inter.pem"
    leaf staple extra=tlsfeature=status_request
    leaf other cn=good.test && mint user issuer=root2 cn=user eku=clientAuth
    mint member issuer=root cn=member eku=clientAuth && mint past issuer=root cn=past eku=clientAuth from=-90 to=-9
    mint clerk issuer=inter cn=clerk eku=clientAuth && mint backend issuer=root cn=backend eku=serverAuth
    bundle clerk clerk inter
    bundle super good inter root
    bundle alone good && bundle aia aia && bundle wrong aia inter2
    bundle private private && bundle known private root2 && bundle self self && bundle under under interold
    local name
    for name in rsa rsa4096 ed expired future soon justnow weak sha1 client usage cn secure wild staple other; do
        bundle $name $name inter
    done
    openssl genpkey -genparam -algorithm DH -pkeyopt dh_rfc5114:1 -out "$dir/dh1024.pem" 2>/dev/null
    openssl genpkey -genparam -algorithm DH -pkeyopt group:ffdhe2048 -out "$dir/dh2048.pem" 2>/dev/null
    for name in good rsa expired; do
        openssl pkcs12 -export -in "$dir/$name.bundle" -inkey "$dir/$name.key" -name s -passout pass:secret -out "$dir/$name.p12"
    done
    openssl pkcs12 -export -nokeys -in "$dir/good.bundle" -passout pass:secret -out "$dir/nokey.p12"
    openssl pkcs12 -export -in "$dir/super.bundle" -inkey "$dir/good.key" -name s -passout pass:secret -out "$dir/super.p12"
    cat "$dir/inter.pem" "$dir/root.pem" >"$dir/issuers.pem"
    staples
}

# Certificates that are rare, but right, and keys that few clients take.
certificates_odd() {
    local names=DNS:good.test i
    for i in {1..1000}; do names+=,DNS:host$i.good.test; done
    leaf many san="$names" && bundle many many inter && bundle reversed good root inter
    leaf big kind=rsa:8192 && bundle big big inter
    openssl ecparam -name brainpoolP256r1 -out "$dir/brain.ec" && leaf brain kind="ec:$dir/brain.ec" && bundle brain brain inter
    openssl ecparam -name secp256k1 -out "$dir/koblitz.ec" && leaf koblitz kind="ec:$dir/koblitz.ec" && bundle koblitz koblitz inter
    openssl ecparam -name secp521r1 -out "$dir/p521.ec" && leaf p521 kind="ec:$dir/p521.ec" && bundle p521 p521 inter
} >>"$dir/mint.log" 2>&1

# OCSP responses of the intermediate: $dir/NAME.ocsp for good, revoked and stale.
staples() {
    local serial
    serial=$(openssl x509 -in "$dir/good.pem" -noout -serial)
    serial=${serial#serial=}
    printf 'V\t301231235959Z\t\t%s\tunknown\t/CN=good.test\n' "$serial" >"$dir/good.idx"
    printf 'R\t301231235959Z\t%s\t%s\tunknown\t/CN=good.test\n' "$(date -u +%y%m%d000000Z)" "$serial" >"$dir/revoked.idx"
    local -a answer=(-rsigner "$dir/inter.pem" -rkey "$dir/inter.key" -CA "$dir/inter.pem" -issuer "$dir/inter.pem" -cert "$dir/good.pem")
    openssl ocsp -index "$dir/good.idx" "${answer[@]}" -ndays 7 -respout "$dir/good.ocsp"
    openssl ocsp -index "$dir/revoked.idx" "${answer[@]}" -ndays 7 -respout "$dir/revoked.ocsp"
    ! command -v faketime >/dev/null ||
        faketime -f -10d openssl ocsp -index "$dir/good.idx" "${answer[@]}" -ndays 7 -respout "$dir/stale.ocsp"
} >>"$dir/mint.log" 2>&1

files_server() { server www python3 -m http.server --bind 127.0.0.1 --directory "$dir" @www@; }

openssl_servers() {
    s_server o.ok good
    s_server o.hrr good -groups P-384:P-521
    s_server o.dual rsa -dcert "$dir/good.bundle" -dkey "$dir/good.key" -dcert_chain "$dir/good.rest"
    local name
    for name in super wild ed rsa4096 self private known alone aia wrong under expired future soon justnow cn secure client staple; do
        s_server o.$name $name
    done
    s_server o.weak weak -cipher $old
    s_server o.sha1 sha1 -cipher $old
    s_server o.good-staple good -status_file "$dir/good.ocsp"
    s_server o.revoked good -status_file "$dir/revoked.ocsp"
    [ -f "$dir/stale.ocsp" ] && s_server o.stale good -status_file "$dir/stale.ocsp"
    s_server o.dh1024 rsa -tls1_2 -cipher DHE-RSA-AES128-GCM-SHA256:@SECLEVEL=0 -dhparam "$dir/dh1024.pem"
    s_server o.dh2048 rsa -tls1 -cipher DHE-RSA-AES128-SHA:@SECLEVEL=0 -dhparam "$dir/dh2048.pem"
    s_server o.12 rsa -tls1_2
    s_server o.old rsa -tls1 -cipher AES128-SHA:@SECLEVEL=0
    s_server o.sigalg rsa -tls1_2 -sigalgs RSA+SHA512
    s_server o.nocert good -tls1_2 -nocert
    s_server o.name good -servername good.test -servername_fatal -cert2 "$dir/secure.bundle" -key2 "$dir/secure.key"
    s_server o.default secure -servername good.test -cert2 "$dir/good.bundle" -key2 "$dir/good.key"
    s_server o.alpn good -alpn ntp/1
    s_server o.must12 good -tls1_2 -Verify 2 -verify_return_error -CAfile "$ca"
    s_server o.must13 good -tls1_3 -Verify 2 -verify_return_error -CAfile "$ca"
    s_server o.may good -verify 2 -CAfile "$ca"
    s_server o.camellia rsa -tls1_2 -cipher CAMELLIA128-SHA
    s_server o.ccm8 good -tls1_3 -ciphersuites TLS_AES_128_CCM_8_SHA256
    s_server o.key good -tls1_2 -cipher ECDHE-RSA-AES128-GCM-SHA256
}

openssl_odd() {
    s_server o.none good -nocert
    s_server o.null rsa -tls1_2 -cipher NULL-SHA256:@SECLEVEL=0
    s_server o.anon good -nocert -tls1_2 -cipher ADH-AES128-SHA256:@SECLEVEL=0
    s_server o.psk good -nocert -tls1_2 -psk 0011223344556677 -cipher PSK
    s_server o.brain brain -tls1_2
    s_server o.koblitz koblitz
    s_server o.many many
    s_server o.big big
    s_server o.reversed reversed
    s_server o.cbc rsa -tls1_2 -cipher ECDHE-RSA-AES128-SHA
    s_server o.static rsa -tls1_2 -cipher AES128-SHA256
    s_server o.groups good -groups X448
    s_server o.first good -tls1_3 -ciphersuites TLS_CHACHA20_POLY1305_SHA256
    s_server o.tickets good -num_tickets 0
}

gnutls_servers() {
    local v12=-VERS-ALL:+VERS-TLS1.2
    gnutls_serv g.ok good
    gnutls_serv g.none rsa --disable-client-cert
    gnutls_serv g.3des rsa --priority NORMAL:$v12:-CIPHER-ALL:+3DES-CBC
    gnutls_serv g.rc4 rsa --priority NORMAL:$v12:-CIPHER-ALL:+ARCFOUR-128
    gnutls_serv g.must12 good --require-client-cert --priority NORMAL:$v12
    gnutls_serv g.must13 good --require-client-cert --priority NORMAL:-VERS-ALL:+VERS-TLS1.3
    gnutls_serv g.name good --sni-hostname good.test --sni-hostname-fatal
    gnutls_serv g.alpn good --alpn ntp/1 --alpn-fatal
    gnutls_serv g.10 rsa --priority NORMAL:-VERS-ALL:+VERS-TLS1.0
    gnutls_serv g.11 rsa --priority NORMAL:-VERS-ALL:+VERS-TLS1.1
    gnutls_serv g.12 good --priority NORMAL:$v12
    gnutls_serv g.ffdhe good --priority NORMAL:-VERS-ALL:+VERS-TLS1.3:-GROUP-ALL:+GROUP-FFDHE3072
    gnutls_serv g.noreneg rsa --priority NORMAL:$v12:%DISABLE_SAFE_RENEGOTIATION
    gnutls_serv g.safe rsa --priority NORMAL:+VERS-ALL:+3DES-CBC:%SAFE_RENEGOTIATION
    gnutls_serv g.usage usage --priority NORMAL:$v12
    gnutls_serv g.xp rsa --priority NORMAL:-VERS-ALL:+VERS-TLS1.0:+3DES-CBC:+ARCFOUR-128:+MD5
    gnutls_serv g.expired expired
    gnutls_serv g.private private
    gnutls_serv g.weak weak
    gnutls_serv g.super super
    gnutls_serv g.null rsa --priority NORMAL:$v12:-CIPHER-ALL:+NULL:-MAC-ALL:+SHA256
    gnutls_serv g.x448 good --priority NORMAL:-GROUP-ALL:+GROUP-X448
    gnutls_serv g.p521 p521 --priority NORMAL:$v12:-SIGN-ALL:+SIGN-ECDSA-SHA512
    command -v gnutls-serv >/dev/null || return
    server g.nocert gnutls-serv --quiet --http -p @g.nocert@ --disable-client-cert
    printf 'test:9e32cf7786321a828ef7668f09fb35db\n' >"$dir/psk"
    server g.psk gnutls-serv --quiet --http -p @g.psk@ --pskpasswd "$dir/psk" --priority NORMAL:$v12:-KX-ALL:+ECDHE-PSK:+PSK
}

nginx_servers() {
    nginx n <<END
    ssl_client_certificate $ca;
    server { listen 127.0.0.1:@n.ok@ ssl http2; return 200 ok; }
    server { listen 127.0.0.1:@n.12@ ssl; ssl_protocols TLSv1.2; return 200 ok; }
    server { listen 127.0.0.1:@n.13@ ssl; ssl_protocols TLSv1.3; return 200 ok; }
    server { listen 127.0.0.1:@n.10@ ssl; ssl_protocols TLSv1; ssl_ciphers $old; return 200 ok; }
    server { listen 127.0.0.1:@n.11@ ssl; ssl_protocols TLSv1 TLSv1.1; ssl_ciphers $old; return 200 ok; }
    server { listen 127.0.0.1:@n.aria@ ssl; ssl_protocols TLSv1.2; ssl_ciphers ECDHE-ARIA256-GCM-SHA384:ECDHE-ECDSA-CAMELLIA128-SHA256; return 200 ok; }
    server { listen 127.0.0.1:@n.key@ ssl; ssl_protocols TLSv1.2; ssl_ciphers ECDHE-RSA-AES128-GCM-SHA256; return 200 ok; }
    server { listen 127.0.0.1:@n.every@ ssl; ssl_protocols TLSv1 TLSv1.1 TLSv1.2 TLSv1.3; ssl_ciphers ALL:@SECLEVEL=0; return 200 ok;
             ssl_certificate $dir/rsa.bundle; ssl_certificate_key $dir/rsa.key; }
    server { listen 127.0.0.1:@n.group@ ssl; ssl_ecdh_curve X448; return 200 ok;
             ssl_certificate $dir/rsa.bundle; ssl_certificate_key $dir/rsa.key; ssl_ciphers ECDHE+AESGCM; }
    server { listen 127.0.0.1:@n.brain@ ssl; ssl_protocols TLSv1.2; ssl_ecdh_curve brainpoolP256r1; return 200 ok;
             ssl_certificate $dir/rsa.bundle; ssl_certificate_key $dir/rsa.key; ssl_ciphers ECDHE+AESGCM; }
    server { listen 127.0.0.1:@n.dh1024@ ssl; ssl_protocols TLSv1.2; ssl_ciphers DHE-RSA-AES128-GCM-SHA256:@SECLEVEL=0; return 200 ok;
             ssl_certificate $dir/rsa.bundle; ssl_certificate_key $dir/rsa.key; ssl_dhparam $dir/dh1024.pem; }
    server { listen 127.0.0.1:@n.must@ ssl http2; ssl_verify_client on; return 200 ok; }
    server { listen 127.0.0.1:@n.must12@ ssl; ssl_protocols TLSv1.2; ssl_verify_client on; return 200 ok; }
    server { listen 127.0.0.1:@n.may@ ssl http2; ssl_verify_client optional; return 200 ok; }
    server { listen 127.0.0.1:@n.bad@ ssl; return 400; }
    server { listen 127.0.0.1:@n.maybad@ ssl http2; ssl_verify_client optional; return 400 "a field is missing"; }
    server { listen 127.0.0.1:@n.maybad12@ ssl; ssl_protocols TLSv1.2; ssl_verify_client optional; return 400; }
    server { listen 127.0.0.1:@n.reject@ ssl default_server; ssl_reject_handshake on; }
    server { listen 127.0.0.1:@n.reject@ ssl; server_name good.test; return 200 ok; }
    server { listen 127.0.0.1:@n.names@ ssl default_server; server_name secure.test; return 200 ok;
             ssl_certificate $dir/secure.bundle; ssl_certificate_key $dir/secure.key; }
    server { listen 127.0.0.1:@n.names@ ssl; server_name good.test; return 200 ok; }
    server { listen 127.0.0.1:@n.variable@ ssl; return 200 ok;
             ssl_certificate $dir/\$ssl_server_name.none; ssl_certificate_key $dir/\$ssl_server_name.none; }
    server { listen 127.0.0.1:@n.plain@; return 200 ok; }
    server { listen 127.0.0.1:@n.expired@ ssl; return 200 ok; ssl_certificate $dir/expired.bundle; ssl_certificate_key $dir/expired.key; }
    server { listen 127.0.0.1:@n.private@ ssl; return 200 ok; ssl_certificate $dir/known.bundle; ssl_certificate_key $dir/known.key; }
    server { listen 127.0.0.1:@n.self@ ssl; return 200 ok; ssl_certificate $dir/self.bundle; ssl_certificate_key $dir/self.key; }
    server { listen 127.0.0.1:@n.dual@ ssl; return 200 ok; ssl_certificate $dir/good.bundle; ssl_certificate_key $dir/good.key;
             ssl_certificate $dir/rsa.bundle; ssl_certificate_key $dir/rsa.key; }
    server { listen 127.0.0.1:@n.variable12@ ssl; ssl_protocols TLSv1.2; return 200 ok;
             ssl_certificate $dir/\$ssl_server_name.none; ssl_certificate_key $dir/\$ssl_server_name.none; }
    server { listen 127.0.0.1:@n.nokey@ ssl; return 200 ok;
             ssl_certificate \$ssl_cert; ssl_certificate_key \$ssl_key; }
    map \$ssl_server_name \$ssl_cert { default $dir/good.bundle; }
    map \$ssl_server_name \$ssl_key { default $dir/rsa.key; }
    server { listen 127.0.0.1:@n.super@ ssl; return 200 ok;
             ssl_certificate $dir/super.bundle; ssl_certificate_key $dir/super.key; }
    server { listen 127.0.0.1:@n.hrr@ ssl; ssl_ecdh_curve secp384r1; return 200 ok; }
    server { listen 127.0.0.1:@n.404@ ssl; return 404; }
    server { listen 127.0.0.1:@n.close@ ssl; return 444; }
    server { listen 127.0.0.1:@n.away@ ssl; return 502; }
END
}

apache_servers() {
    local name
    apache a < <(
        printf 'SSLCACertificateFile %s\n' "$ca"
        for name in ok 12 13 10 must12 must13 may plain suites names super curves order forbid; do
            printf 'Listen 127.0.0.1:@a.%s@\n<VirtualHost 127.0.0.1:@a.%s@>\nServerName good.test\n' $name $name
            [ $name = plain ] || echo 'SSLEngine on'
            case $name in
            12) echo 'SSLProtocol -all +TLSv1.2' ;;
            13) echo 'SSLProtocol TLSv1.2 TLSv1.3' ;; # without plus signs the last one counts
            10) printf 'SSLProtocol -all +TLSv1\nSSLCipherSuite %s\n' $old ;;
            must12) printf 'SSLProtocol -all +TLSv1.2\nSSLVerifyClient require\n' ;;
            must13) printf 'SSLProtocol -all +TLSv1.3\nSSLVerifyClient require\n' ;;
            may) echo 'SSLVerifyClient optional' ;;
            super) printf 'SSLCertificateFile %s/super.bundle\nSSLCertificateKeyFile %s/super.key\n' "$dir" "$dir" ;;
            curves) echo 'SSLOpenSSLConfCmd Groups X448' ;;
            order) printf 'SSLHonorCipherOrder on\nSSLCipherSuite ECDHE+AESGCM\nSSLSessionTickets off\nSSLCompression off\n' ;;
            forbid) printf '<Location />\nRequire all denied\n</Location>\n' ;;
            suites) printf 'SSLProtocol -all +TLSv1.2\nSSLCipherSuite ECDHE-ECDSA-CAMELLIA256-SHA384\n' ;;
            names) printf 'SSLCertificateFile %s/secure.bundle\nSSLCertificateKeyFile %s/secure.key\n</VirtualHost>\n<VirtualHost 127.0.0.1:@a.names@>\nServerName third.test\nSSLEngine on\n' "$dir" "$dir" ;;
            esac
            echo '</VirtualHost>'
        done
    )
}

haproxy_servers() {
    haproxy h <<END
frontend ok
    bind 127.0.0.1:@h.ok@ ssl crt $dir/good.all alpn h2,http/1.1
    http-request return status 200
frontend may
    bind 127.0.0.1:@h.may@ ssl crt $dir/good.all ca-file $ca verify optional
    http-request return status 200
frontend must12
    bind 127.0.0.1:@h.must12@ ssl crt $dir/good.all ca-file $ca verify required ssl-max-ver TLSv1.2
    http-request return status 200
frontend must13
    bind 127.0.0.1:@h.must13@ ssl crt $dir/good.all ca-file $ca verify required
    http-request return status 200
frontend strict
    bind 127.0.0.1:@h.strict@ ssl crt $dir/good.all strict-sni
    http-request return status 200
frontend brain
    bind 127.0.0.1:@h.brain@ ssl crt $dir/rsa.all ecdhe brainpoolP384r1 ssl-max-ver TLSv1.2 ciphers ECDHE-RSA-AES128-GCM-SHA256
    http-request return status 200
frontend ten
    bind 127.0.0.1:@h.10@ ssl crt $dir/rsa.all ssl-min-ver TLSv1.0 ssl-max-ver TLSv1.1 ciphers $old
    http-request return status 200
frontend ahead
    bind 127.0.0.1:@h.ahead@ ssl crt $dir/good.all
    http-request return status 200 hdr Date "$(date -u -d "@$((EPOCHSECONDS + 120))" '+%a, %d %b %Y %H:%M:%S GMT')"
frontend today
    bind 127.0.0.1:@h.today@ ssl crt $dir/good.all
    http-request return status 200 hdr Date "$(date -u '+%a, %d %b %Y %H:%M:%S GMT')"
frontend expired
    bind 127.0.0.1:@h.expired@ ssl crt $dir/expired.all
    http-request return status 200 hdr Date "$(date -u '+%a, %d %b %Y %H:%M:%S GMT')"
frontend future
    bind 127.0.0.1:@h.future@ ssl crt $dir/future.all
    http-request return status 200
frontend super
    bind 127.0.0.1:@h.super@ ssl crt $dir/super.all
    http-request return status 200
frontend curves
    bind 127.0.0.1:@h.curves@ ssl crt $dir/good.all curves X448
    http-request return status 200
frontend suites
    bind 127.0.0.1:@h.suites@ ssl crt $dir/good.all ssl-max-ver TLSv1.2 ciphers ECDHE-RSA-AES128-GCM-SHA256
    http-request return status 200
frontend down
    mode tcp
    bind 127.0.0.1:@h.down@
    default_backend down
backend down
    mode tcp
frontend shut
    bind 127.0.0.1:@h.shut@ ssl crt $dir/good.all
    tcp-request content reject
frontend lb
    bind 127.0.0.1:@h.lb@ ssl crt $dir/good.all accept-proxy
    http-request return status 200
frontend deny
    bind 127.0.0.1:@h.deny@ ssl crt $dir/good.all
    http-request deny
frontend router
    mode tcp
    bind 127.0.0.1:@h.router@
    tcp-request inspect-delay 2s
    tcp-request content reject if { req.ssl_hello_type 1 } !{ req.ssl_sni good.test }
    default_backend one
backend one
    mode tcp
    server one 127.0.0.1:${port[o.ok]}
frontend two
    mode tcp
    bind 127.0.0.1:@h.two@
    default_backend two
backend two
    mode tcp
    balance roundrobin
    server one 127.0.0.1:${port[o.ok]}
    server two 127.0.0.1:${port[o.dual]}
frontend mixed
    mode tcp
    bind 127.0.0.1:@h.mixed@
    default_backend mixed
backend mixed
    mode tcp
    balance roundrobin
    server one 127.0.0.1:${port[o.ok]}
    server two 127.0.0.1:${port[o.expired]}
END
}

stunnel_servers() {
    stunnel t <<END
[ok]
accept = 127.0.0.1:@t.ok@
[ten]
accept = 127.0.0.1:@t.10@
cert = $dir/rsa.all
sslVersionMin = TLSv1
sslVersionMax = TLSv1
securityLevel = 0
[thirteen]
accept = 127.0.0.1:@t.13@
sslVersionMin = TLSv1.3
[must]
accept = 127.0.0.1:@t.must@
CAfile = $ca
verifyChain = yes
[secure]
accept = 127.0.0.1:@t.secure@
cert = $dir/secure.all
[super]
accept = 127.0.0.1:@t.super@
cert = $dir/super.all
[suites]
accept = 127.0.0.1:@t.suites@
cert = $dir/good.all
sslVersionMax = TLSv1.2
ciphers = ECDHE-RSA-AES128-GCM-SHA256
END
}

hitch_servers() {
    hitch i.ok i.ok good </dev/null
    hitch i.abort i.abort good <<<'sni-nomatch-abort = on'
    hitch i.10 i.10 rsa <<END
tls-protos = TLSv1.0 TLSv1.1
ciphers = "AES128-SHA:@SECLEVEL=0"
END
    hitch i.must i.must good <<END
client-verify = required
client-verify-ca = "$ca"
END
    hitch i.expired i.expired expired </dev/null
    hitch i.may i.may good <<END
client-verify = optional
client-verify-ca = "$ca"
END
}

lighttpd_servers() {
    local library must
    for library in openssl gnutls mbedtls wolfssl nss; do
        must=
        [ $library = nss ] || must="\$SERVER[\"socket\"] == \"127.0.0.1:@l.$library.must@\" {
    ssl.engine = \"enable\"
    ssl.pemfile = \"$dir/rsa.all\"
    ssl.verifyclient.activate = \"enable\"
    ssl.verifyclient.enforce = \"enable\"
    ssl.verifyclient.ca-file = \"$ca\"
}"
        lighttpd l.$library $library <<END
server.port = @l.$library@
ssl.engine = "enable"
ssl.pemfile = "$dir/rsa.all"
$must
\$SERVER["socket"] == "127.0.0.1:@l.$library.expired@" {
    ssl.engine = "enable"
    ssl.pemfile = "$dir/expired.all"
}
END
    done
    for library in openssl gnutls mbedtls nss; do
        lighttpd l.$library.ec $library <<END
server.port = @l.$library.ec@
ssl.engine = "enable"
ssl.pemfile = "$dir/good.all"
END
    done
    for library in gnutls mbedtls wolfssl; do
        lighttpd l.$library.may $library <<END
server.port = @l.$library.may@
ssl.engine = "enable"
ssl.pemfile = "$dir/good.all"
ssl.ca-file = "$dir/issuers.pem"
ssl.verifyclient.activate = "enable"
ssl.verifyclient.enforce = "disable"
ssl.verifyclient.ca-file = "$dir/issuers.pem"
END
    done
    lighttpd l.wolfssl.ca wolfssl <<END
server.port = @l.wolfssl.ca@
ssl.engine = "enable"
ssl.pemfile = "$dir/rsa.all"
ssl.ca-file = "$dir/issuers.pem"
END
    lighttpd l.suites openssl <<END
server.port = @l.suites@
ssl.engine = "enable"
ssl.pemfile = "$dir/rsa.all"
ssl.openssl.ssl-conf-cmd = ("MaxProtocol" => "TLSv1.2", "CipherString" => "ECDHE-ECDSA-AES128-GCM-SHA256")
END
}

node_servers() {
    local key='key: file("good.key"), cert: file("good.bundle")'
    node_server j <<END
@j.ok@ {$key}
@j.must12@ {$key, ca: file("root.pem"), requestCert: true, rejectUnauthorized: true, maxVersion: "TLSv1.2"}
@j.must@ {$key, ca: file("root.pem"), requestCert: true, rejectUnauthorized: true}
@j.may@ {$key, ca: file("root.pem"), requestCert: true, rejectUnauthorized: false}
@j.alpn@ {$key, ALPNProtocols: ["ntp/1"]}
@j.13@ {$key, minVersion: "TLSv1.3"}
@j.p521@ {key: file("rsa.key"), cert: file("rsa.bundle"), ecdhCurve: "P-521"}
@j.expired@ {key: file("expired.key"), cert: file("expired.bundle")}
@j.alone@ {key: file("aia.key"), cert: file("aia.bundle")}
@j.nokey@ {}
@j.nokey12@ {maxVersion: "TLSv1.2"}
@j.hrr@ {$key, ecdhCurve: "P-384:P-256"}
@j.super@ {key: file("super.key"), cert: file("super.bundle")}
@j.suites@ {$key, maxVersion: "TLSv1.2", ciphers: "ECDHE-RSA-AES128-GCM-SHA256"}
@j.sni@ {SNICallback: (name, done) => done(new Error("no such name"))}
END
}

java_servers() {
    java_server v <<END
@v.ok@ $dir/good.p12 TLSv1.2,TLSv1.3 - server
@v.12@ $dir/rsa.p12 TLSv1.2 - client
@v.10@ $dir/rsa.p12 TLSv1 - server
@v.rc4@ $dir/rsa.p12 TLSv1.2 SSL_RSA_WITH_RC4_128_SHA server
@v.nokey@ $dir/nokey.p12 TLSv1.2,TLSv1.3 - server
@v.nokey12@ $dir/nokey.p12 TLSv1.2 - server
@v.expired@ $dir/expired.p12 TLSv1.2,TLSv1.3 - server
@v.must@ $dir/good.p12 TLSv1.2,TLSv1.3 - server need
@v.must12@ $dir/good.p12 TLSv1.2 - server need
@v.name@ $dir/good.p12 TLSv1.2,TLSv1.3 - server name=secure\\.test
@v.nokey13@ $dir/nokey.p12 TLSv1.3 - server
@v.suites@ $dir/good.p12 TLSv1.2 TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 server
@v.ssl3@ $dir/rsa.p12 SSLv3 SSL_RSA_WITH_3DES_EDE_CBC_SHA server
@v.super@ $dir/super.p12 TLSv1.2,TLSv1.3 - server
@v.null@ $dir/rsa.p12 TLSv1.2 SSL_RSA_WITH_NULL_SHA server
END
}

caddy_servers() {
    lacks c caddy && return
    server_template c <<END
{
    admin off
    auto_https off
    storage file_system $dir/caddy
}
https://good.test:@c.ok@ {
    bind 127.0.0.1
    tls $dir/good.bundle $dir/good.key
    respond ok
}
https://good.test:@c.13@ {
    bind 127.0.0.1
    tls $dir/good.bundle $dir/good.key {
        protocols tls1.3
    }
    respond ok
}
https://good.test:@c.12@ {
    bind 127.0.0.1
    tls $dir/rsa.bundle $dir/rsa.key {
        protocols tls1.2 tls1.2
        ciphers TLS_RSA_WITH_AES_128_CBC_SHA
    }
    respond ok
}
https://good.test:@c.super@ {
    bind 127.0.0.1
    tls $dir/super.bundle $dir/super.key
    respond ok
}
https://good.test:@c.curve@ {
    bind 127.0.0.1
    tls $dir/good.bundle $dir/good.key {
        curves secp521r1
    }
    respond ok
}
https://good.test:@c.suites@ {
    bind 127.0.0.1
    tls $dir/good.bundle $dir/good.key {
        protocols tls1.2 tls1.2
        ciphers TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256
    }
    respond ok
}
https://good.test:@c.may@ {
    bind 127.0.0.1
    tls $dir/good.bundle $dir/good.key {
        client_auth {
            mode request
        }
    }
    respond ok
}
https://good.test:@c.must@ {
    bind 127.0.0.1
    tls $dir/good.bundle $dir/good.key {
        client_auth {
            mode require_and_verify
            trusted_ca_cert_file $ca
        }
    }
    respond ok
}
https://good.test:@c.future@ {
    bind 127.0.0.1
    tls $dir/future.bundle $dir/future.key
    respond ok
}
END
    server c env HOME="$dir" XDG_DATA_HOME="$dir" XDG_CONFIG_HOME="$dir" caddy run --adapter caddyfile --config "$dir/c.conf"
}

nss_servers() {
    nss_server s.ok good
    nss_server s.must rsa -- -rr
    nss_server s.10 rsa -- -V tls1.0:tls1.1
    nss_server s.may good -- -r
    nss_server s.suite rsa -- -c :0005
}

python_servers() {
    cat >"$dir/serve.py" <<'END'
import socket, ssl, sys, threading
def serve(port, directory, cert, most, need):
    c = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if cert != "-":
        c.load_cert_chain(f"{directory}/{cert}.bundle", f"{directory}/{cert}.key")
    c.maximum_version = ssl.TLSVersion[most]
    if need in ("need", "may"):
        c.verify_mode = ssl.CERT_REQUIRED if need == "need" else ssl.CERT_OPTIONAL
        c.load_verify_locations(f"{directory}/root.pem")
    listener = socket.create_server(("127.0.0.1", int(port)), backlog=50)
    def one(s):
        try:
            with c.wrap_socket(s, server_side=True) as t:
                t.recv(1000)
                t.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        except OSError:
            s.close()
    while True:
        threading.Thread(target=one, args=(listener.accept()[0],), daemon=True).start()
for line in open(sys.argv[1]):
    if line.strip():
        threading.Thread(target=serve, args=line.split()).start()
END
    server_template p <<END
@p.ok@ $dir good TLSv1_3 -
@p.must12@ $dir good TLSv1_2 need
@p.must@ $dir good TLSv1_3 need
@p.expired@ $dir under TLSv1_3 -
@p.nocert@ $dir - TLSv1_3 -
@p.nocert12@ $dir - TLSv1_2 -
@p.may@ $dir good TLSv1_3 may
@p.super@ $dir super TLSv1_3 -
END
    server p python3 "$dir/serve.py" "$dir/p.conf"
}

botan_servers() {
    local name
    for name in good rsa expired secure; do
        lacks b.$name botan <<<"@b.$name@" && continue
        # It reads keys in PKCS#8 and listens on all addresses.
        server b.$name "$(tool botan)" tls_server "$dir/$name.bundle" "$dir/$name.key" --port=@b.$name@
    done
}

# What a server, or a thing before it, minds in a hello: before these ports stand servers that are fine.
declare -A picky=(
    [x.status.alert]=alert-ext-5 [x.status.rst]=rst-ext-5 [x.status.fin]=fin-ext-5 [x.status.drop]=drop-ext-5
    [x.ems]=alert-ext-23 [x.ems.fin]=fin-ext-23 [x.ticket]=alert-ext-35 [x.ticket.rst]=rst-ext-35
    [x.etm.fin]=fin-ext-22 [x.limit]=alert-ext-28 [x.versions]=alert-ext-43 [x.versions.rst]=rst-ext-43
    [x.alpn]=alert-ext-16 [x.alpn.fin]=fin-ext-16
    [x.suite12]=alert-suite-0xc02c [x.suite13]=alert-suite-0x1302 [x.suite.fin]=fin-suite-0xc02b
    [x.need.ems]=alert-need-23 [x.need.reneg]=alert-need-65281 [x.need.sni]=alert-need-0 [x.records]=fin-records-0
)

# Before those that want a silent back end.
fault_servers() {
    local word good=${port[o.ok]}
    local -A spoilt=([slow]="slow=$good" [big]="picky=$good-drop-larger-1396" [name-rst]="picky=$good-rst-ext-0"
        [silent-13]="picky=${port[o.12]}-drop-ext-43" [drop-13]="picky=$good-drop-ext-43")
    for word in "${!picky[@]}"; do spoilt[$word]=picky=$good-${picky[$word]}; done
    spoilt[slow-12]=slow=${port[o.12]} spoilt[slow-expired]=slow=${port[o.expired]}
    spoilt[slow-must13]=slow=${port[o.must13]}
    spoilt[x.old]=picky=${port[o.old]}-alert-ext-5000
    faults silent ssh smtp smtp-late ftp imap pop3 rst fin alert=40 alert=80 alert=47 hello-fin garbage "${spoilt[@]}"
    for word in "${!spoilt[@]}"; do
        port["$word"]=${port["${spoilt[$word]}"]}
        owner["$word"]=fault
    done
    local -a free
    mapfile -t free < <("$fault" ports 1)
    port[closed]=${free[0]} owner[closed]=fault
}

# Servers that choose by name, or by application protocol. nn.*, aa.* and hh.* have good.test and secure.test.
names_servers() {
    local library more secure="ssl_certificate $dir/secure.bundle; ssl_certificate_key $dir/secure.key;"
    nginx nn <<END
    map \$ssl_server_name \$nn_cert { broken.test missing; default good; }
    server { listen 127.0.0.1:@nn.hosts@ ssl default_server; server_name secure.test; return 200 ok; $secure }
    server { listen 127.0.0.1:@nn.hosts@ ssl; server_name good.test; return 200 ok; }
    server { listen 127.0.0.1:@nn.hosts@ ssl; server_name wrong.test; return 200 ok;
             ssl_certificate $dir/rsa.bundle; ssl_certificate_key $dir/rsa.key; }
    server { listen 127.0.0.1:@nn.strict@ ssl default_server; ssl_reject_handshake on; }
    server { listen 127.0.0.1:@nn.strict@ ssl; server_name secure.test; return 200 ok; $secure }
    server { listen 127.0.0.1:@nn.strict@ ssl; server_name good.test; return 200 ok; }
    server { listen 127.0.0.1:@nn.map@ ssl; return 200 ok;
             ssl_certificate $dir/\$nn_cert.bundle; ssl_certificate_key $dir/\$nn_cert.key; }
    server { listen 127.0.0.1:@nn.h2@ ssl http2; return 200 ok; }
END
    haproxy hh <<END
frontend hosts
    bind 127.0.0.1:@hh.hosts@ ssl crt $dir/secure.all crt $dir/good.all
    http-request return status 200
frontend strict
    bind 127.0.0.1:@hh.strict@ ssl crt $dir/secure.all crt $dir/good.all strict-sni
    http-request return status 200
frontend alpn
    bind 127.0.0.1:@hh.alpn@ ssl crt $dir/good.all alpn http/1.1
    http-request return status 200
frontend router
    mode tcp
    bind 127.0.0.1:@hh.router@
    tcp-request inspect-delay 2s
    tcp-request content accept if { req.ssl_hello_type 1 }
    use_backend nobody if { req.ssl_sni down.test }
    default_backend one
backend one
    mode tcp
    server one 127.0.0.1:${port[o.ok]}
backend nobody
    mode tcp
END
    apache aa <<END
Listen 127.0.0.1:@aa.hosts@
<VirtualHost 127.0.0.1:@aa.hosts@>
ServerName secure.test
SSLEngine on
SSLCertificateFile $dir/secure.bundle
SSLCertificateKeyFile $dir/secure.key
</VirtualHost>
<VirtualHost 127.0.0.1:@aa.hosts@>
ServerName good.test
SSLEngine on
</VirtualHost>
END
    hitch ii.hosts ii.hosts good <<<"pem-file = \"$dir/secure.all\""
    hitch ii.strict ii.strict good <<END
pem-file = "$dir/secure.all"
sni-nomatch-abort = on
alpn-protos = "http/1.1"
END
    gnutls_serv gg.warn good --sni-hostname good.test
    gnutls_serv gg.alpn good --alpn ntp/1
    for library in openssl gnutls mbedtls wolfssl nss; do
        more=
        [ $library != wolfssl ] || more="ssl.ca-file = \"$dir/issuers.pem\"" # without it, it minds status_request
        lighttpd ll.$library $library <<END
server.port = @ll.$library@
ssl.engine = "enable"
ssl.pemfile = "$dir/secure.all"
$more
\$HTTP["host"] == "good.test" { ssl.pemfile = "$dir/good.all" }
END
    done
    java_server vv <<END
@vv.strict@ $dir/rsa.p12 TLSv1.2,TLSv1.3 - server name=good\\.test
@vv.strict12@ $dir/rsa.p12 TLSv1.2 - client name=good\\.test
END
    node_server jj <<END
@jj.hosts@ {key: file("secure.key"), cert: file("secure.bundle"), SNICallback: (name, done) => done(null, name === "good.test" ? tls.createSecureContext({key: file("good.key"), cert: file("good.bundle")}) : null)}
@jj.strict@ {key: file("secure.key"), cert: file("secure.bundle"), SNICallback: (name, done) => name === "good.test" ? done(null, tls.createSecureContext({key: file("good.key"), cert: file("good.bundle")})) : done(new Error("no"))}
END
    lacks cc caddy && return
    server_template cc <<END
{
    admin off
    auto_https off
    storage file_system $dir/caddy2
}
https://good.test:@cc.hosts@ {
    bind 127.0.0.1
    tls $dir/good.bundle $dir/good.key
    respond ok
}
https://secure.test:@cc.hosts@ {
    bind 127.0.0.1
    tls $dir/secure.bundle $dir/secure.key
    respond ok
}
END
    server cc env HOME="$dir" XDG_DATA_HOME="$dir" XDG_CONFIG_HOME="$dir" caddy run --adapter caddyfile --config "$dir/cc.conf"
}

servers_all() {
    files_server
    certificates || bail "no certificates could be made"
    certificates_odd
    openssl_servers
    openssl_odd
    fault_servers
    gnutls_servers
    nginx_servers
    apache_servers
    haproxy_servers
    stunnel_servers
    hitch_servers
    lighttpd_servers
    node_servers
    java_servers
    names_servers
    caddy_servers
    nss_servers
    python_servers
    botan_servers
}

endpoint() { # endpoint PORT ASKED: with port, at= and ca= where they are not said
    local host=${2%%,*} keys=
    [[ $2 == *,* ]] && keys=,${2#*,}
    [[ $keys == *,ca=* ]] || keys+=,ca=$ca
    [[ $host == *://127.* ]] || keys+=,at=127.0.0.1
    printf '%s' "$host:$1${keys//%/$dir}"
}
