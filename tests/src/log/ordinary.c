/* Lines of many programs that mention TLS, certificates or handshakes and tell of no failure: none raises an alarm, not
 * one by one, nor all together as a log. And which switch makes a program speak whose log is silent. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "src/log/advice.h"
#include "src/log/journal.h"
#include "src/log/line.h"
#include "src/log/outcome.h"

static const char *const lines[] = {
    /* web servers and proxies */
    "2026/11/18 10:00:00 [notice] 7#7: using the \"epoll\" event method, built with OpenSSL 3.0.15 3 Sep 2024",
    "2026/11/18 10:00:00 [notice] 7#7: TLS SNI support enabled",
    "Nov 18 10:00:00 box app[7]: Generating a self-signed certificate for localhost",
    "Nov 18 10:00:00 box app[7]: no certificate given: created a self-signed certificate in /var/lib/box/tls",
    "Nov 18 10:00:00 box app[7]: Using self-signed certificate for https",
    "Nov 18 10:00:00 box app[7]: ssl_handshake_timeout = 10",
    "Nov 18 10:00:00 box app[7]: TLS handshake timeout set to 10s",
    "Nov 18 10:00:00 box app[7]: tls: handshake timeout: 30s, client certificate required: no",
    "2026/11/18 10:00:00 [info] 9#9: *12 SSL renegotiation disabled while keepalive, client: 192.0.2.1, server: "
    "0.0.0.0:443",
    "192.0.2.1 - - [18/Nov/2026:10:00:00 +0000] \"GET /ssl/certificates HTTP/2.0\" 200 312 \"-\" \"curl/8.5.0\" "
    "TLSv1.3",
    "192.0.2.1 - - [18/Nov/2026:10:00:00 +0000] \"GET /docs/tls-handshake-failed.html HTTP/1.1\" 200 9120 \"-\" "
    "\"Mozilla/5.0\"",
    "192.0.2.1 - - [18/Nov/2026:10:00:00 +0000] \"POST /api/certs/renew HTTP/1.1\" 404 19 \"-\" "
    "\"python-requests/2.31.0\"",
    "[Wed Nov 18 10:00:00.1 2026] [ssl:info] [pid 7:tid 8] AH01887: Init: Initializing (virtual) servers for SSL",
    "[Wed Nov 18 10:00:00.1 2026] [ssl:info] [pid 7:tid 8] AH01914: Configuring server a.test:443 for SSL protocol",
    "[Wed Nov 18 10:00:00.1 2026] [ssl:debug] [pid 7:tid 8] ssl_engine_kernel.c(2393): [client 192.0.2.1:9] AH02645: "
    "Server "
    "name not provided via TLS extension (using default/first virtual host)",
    "[Wed Nov 18 10:00:00.1 2026] [ssl:debug] [pid 7:tid 8] ssl_engine_kernel.c(2233): [client 192.0.2.1:9] AH02041: "
    "Protocol: TLSv1.3, Cipher: TLS_AES_256_GCM_SHA384 (256/256 bits)",
    "[Wed Nov 18 10:00:00.1 2026] [mpm_event:notice] [pid 7] AH00489: Apache/2.4.62 (Debian) OpenSSL/3.0.15 "
    "configured -- "
    "resuming normal operations",
    "Nov 18 10:00:00 lb haproxy[77]: Proxy fe started. SSL certificate /etc/haproxy/a.pem loaded.",
    "[NOTICE] (77) : haproxy version is 2.8.3; built with OpenSSL 3.0.2",
    "[2026-11-18 10:00:00.123][14][info][upstream] cluster_manager_impl.cc:220] cm init: initializing secondary "
    "clusters, tls",
    "[2026-11-18 10:00:00.123][14][debug][connection] ssl_socket.cc:100] [C2] handshake complete",
    "[2026-11-18 10:00:00.123][14][info][config] lds: add/update listener 'https' with transport socket tls",
    "{\"start_time\":\"2026-11-18T10:00:00.000Z\",\"response_code\":200,\"requested_server_name\":\"a.test\","
    "\"downstream_tls_version\":\"TLSv1.3\",\"downstream_transport_failure_reason\":null}",
    "time=\"2026-11-18T10:00:00Z\" level=info msg=\"Starting provider *acme.ChallengeTLSALPN\"",
    "time=\"2026-11-18T10:00:00Z\" level=debug msg=\"Adding certificate for domain(s) a.test\" tlsStoreName=default",
    "time=\"2026-11-18T10:00:00Z\" level=debug msg=\"No default certificate, generating one\" tlsStoreName=default",
    "{\"level\":\"info\",\"ts\":1794700000.1,\"logger\":\"tls\",\"msg\":\"cleaning storage "
    "unit\",\"storage\":\"/data\"}",
    "{\"level\":\"info\",\"ts\":1794700000.1,\"logger\":\"tls.obtain\",\"msg\":\"certificate obtained successfully\","
    "\"identifier\":\"a.test\"}",
    "{\"level\":\"info\",\"ts\":1794700000.1,\"logger\":\"http.auto_https\",\"msg\":\"enabling automatic HTTP->HTTPS "
    "redirects\"}",
    "{\"level\":\"debug\",\"ts\":1794700000.1,\"logger\":\"tls.handshake\",\"msg\":\"choosing "
    "certificate\",\"identifier\":\"a.test\"}",
    "{\"level\":\"debug\",\"ts\":1794700000.1,\"logger\":\"tls.handshake\",\"msg\":\"matched certificate in cache\"}",
    /* mail */
    "Nov 18 10:00:00 mx postfix/smtpd[9]: Anonymous TLS connection established from a.test[192.0.2.1]: TLSv1.3 with "
    "cipher "
    "TLS_AES_256_GCM_SHA384 (256/256 bits)",
    "Nov 18 10:00:00 mx postfix/smtp[9]: Untrusted TLS connection established to b.test[192.0.2.2]:25: TLSv1.2 with "
    "cipher "
    "ECDHE-RSA-AES256-GCM-SHA384 (256/256 bits)",
    "Nov 18 10:00:00 mx postfix/smtp[9]: Verified TLS connection established to b.test[192.0.2.2]:25: TLSv1.3 with "
    "cipher X",
    "Nov 18 10:00:00 mx postfix/smtpd[9]: setting up TLS connection from a.test[192.0.2.1]",
    "Nov 18 10:00:00 mx postfix/smtpd[9]: initializing the server-side TLS engine",
    "Nov 18 10:00:00 mx postfix/tlsproxy[9]: CONNECT from [192.0.2.1]:4000",
    "Nov 18 10:00:00 mx dovecot: imap-login: Login: user=<a>, method=PLAIN, rip=192.0.2.1, lip=192.0.2.2, mpid=7, "
    "TLS, session=<x>",
    "Nov 18 10:00:00 mx dovecot: ssl-params: Generating SSL parameters",
    "Nov 18 10:00:00 mx dovecot: imap-login: Info: Logged out: rip=192.0.2.1, TLS, TLSv1.3 with cipher X (256/256 "
    "bits)",
    "2026-11-18 10:00:00 1abc-00-23 <= a@b.test H=b.test [192.0.2.1] P=esmtps X=TLS1.3:TLS_AES_256_GCM_SHA384:256 "
    "CV=no S=512",
    "2026-11-18 10:00:00 1abc-00-23 => c@d.test R=dnslookup T=remote_smtp H=d.test [192.0.2.9] X=TLS1.3:X:256 CV=yes",
    /* databases, brokers, directories, tunnels */
    "2026-11-18 10:00:00.123 UTC [77] LOG:  connection authorized: user=a database=b SSL enabled (protocol=TLSv1.3, "
    "cipher=TLS_AES_256_GCM_SHA384, bits=256)",
    "2026-11-18 10:00:00.123 UTC [77] LOG:  received SIGHUP, reloading configuration files (ssl_cert_file)",
    "2026-11-18T10:00:00.123Z 0 [System] [MY-010116] mysqld: Channel mysql_main configured to support TLS. Encrypted "
    "connections are now supported for this channel.",
    "2026-11-18T10:00:00.123Z 0 [Warning] [MY-010068] CA certificate ca.pem is self signed.",
    "2026-11-18T10:00:00.123Z 0 [Note] Found ca.pem, server-cert.pem and server-key.pem in data directory. Trying to "
    "enable SSL "
    "support using them.",
    "1794700000: Opening ipv4 listen socket on port 8883 with TLS.",
    "1794700000: New client connected from 192.0.2.1:4000 as sensor (p2, c1, k60, u'tls').",
    "2026-11-18 10:00:00.123 [info] <0.55.0> started TLS (SSL) listener on [::]:5671",
    "2026-11-18 10:00:00.123 [info] <0.77.0> accepting AMQP connection <0.77.0> (192.0.2.1:4000 -> 192.0.2.2:5671)",
    "6919abcd conn=1005 fd=12 TLS established tls_ssf=256 ssf=256 tls_proto=TLSv1.3 tls_cipher=X",
    "6919abcd conn=1005 op=0 STARTTLS",
    "2026-11-18 10:00:00 192.0.2.1:4000 TLS: Initial packet from [AF_INET]192.0.2.1:4000, sid=1 2",
    "2026-11-18 10:00:00 192.0.2.1:4000 VERIFY OK: depth=1, CN=ca.test",
    "2026-11-18 10:00:00 192.0.2.1:4000 Control Channel: TLSv1.3, cipher TLSv1.3 X, peer certificate: 2048 bits RSA",
    "2026-11-18 10:00:00 192.0.2.1:4000 [a] Peer Connection Initiated with [AF_INET]192.0.2.1:4000",
    "2026-11-18 10:00:00 192.0.2.1:4000 TLS: soft reset sec=3600/3600 bytes=1/-1 pkts=1/0",
    "2026.11.18 10:00:00 LOG5[12]: Service [imaps] accepted connection from 192.0.2.1:4000",
    "2026.11.18 10:00:00 LOG6[12]: TLS accepted: new session negotiated",
    "2026.11.18 10:00:00 LOG7[12]: SNI: no virtual services defined",
    "2026.11.18 10:00:00 LOG6[12]: CERT: Certificate verification disabled",
    "2026.11.18 10:00:00 LOG7[12]: TLS state (accept): before SSL initialization",
    "[kafka] INFO [SocketServer listenerType=ZK_BROKER, nodeId=1] Created data-plane acceptor for endpoint : SSL",
    "INFO Kafka ssl.endpoint.identification.algorithm = https",
    "ssl.protocol = TLSv1.3",
    "[2026-11-18T10:00:00,123][INFO ][o.e.x.s.Security] [n1] Security is enabled, transport ssl is on",
    "{\"t\":{\"$date\":\"2026-11-18T10:00:00.123Z\"},\"s\":\"I\",\"c\":\"NETWORK\",\"id\":4913010,"
    "\"msg\":\"Certificate information\"}",
    "{\"t\":{\"$date\":\"2026-11-18T10:00:00.123Z\"},\"s\":\"I\",\"c\":\"NETWORK\",\"msg\":\"Waiting for "
    "connections\",\"attr\":"
    "{\"port\":27017,\"ssl\":\"on\"}}",
    "77:M 18 Nov 2026 10:00:00.123 * Running mode=standalone, tls-port=6380.",
    /* containers, clusters, Go */
    "I1118 10:00:00.123456       1 tlsconfig.go:240] \"Starting DynamicServingCertificateController\"",
    "I1118 10:00:00.123456       1 certificate_manager.go:356] kubernetes.io/kubelet-serving: Rotating certificates",
    "I1118 10:00:00.123456       1 dynamic_cafile_content.go:157] \"Starting controller\" "
    "name=\"client-ca-bundle::/ca.crt\"",
    "I1118 10:00:00.123456       1 setup.go:202] cert-manager \"msg\"=\"certificate issued\" "
    "\"resource_name\"=\"a-tls\"",
    "{\"level\":\"info\",\"ts\":\"2026-11-18T10:00:00.123Z\",\"caller\":\"embed/etcd.go:475\",\"msg\":\"starting "
    "with client TLS\","
    "\"tls-info\":\"cert = /a.crt, key = /a.key, client-cert-auth = true\",\"cipher-suites\":[]}",
    "2026-11-18T10:00:00.123Z [INFO]  core: vault is unsealed, tls listener at :8200",
    "2026-11-18T10:00:00.123Z [INFO]  agent.tlsutil: TLS certificate reloaded: cert=/etc/consul/a.pem",
    "time=\"2026-11-18T10:00:00Z\" level=info msg=\"API listen on [::]:2376\" tlsverify=true",
    "2026/11/18 10:00:00 Serving HTTPS on :8443 with certificate /etc/tls/tls.crt",
    "2026/11/18 10:00:00 http2: Transport received SETTINGS flags=ACK len=0",
    /* Java and .NET */
    "javax.net.ssl|DEBUG|10|main|2026-11-18 10:00:00.123 UTC|SSLExtensions.java:272|Ignore, context unavailable "
    "extension: cookie",
    "javax.net.ssl|DEBUG|10|main|2026-11-18 10:00:00.123 UTC|HandshakeContext.java:298|Ignore unsupported cipher "
    "suite: "
    "TLS_AES_256_GCM_SHA384 for TLSv1.2",
    "javax.net.ssl|ALL|10|main|2026-11-18 10:00:00.123 UTC|SSLSessionImpl.java:242|Session initialized: Session(1|X)",
    "javax.net.ssl|DEBUG|10|main|2026-11-18 10:00:00.123 UTC|SSLSocketImpl.java:570|duplex close of SSLSocket",
    "javax.net.ssl|DEBUG|10|main|2026-11-18 10:00:00.123 UTC|CertificateRequest.java:1|Consuming CertificateRequest "
    "handshake",
    "INFO  o.a.t.u.n.NioEndpoint.certificate - Connector [https-jsse-nio-8443], TLS virtual host [_default_], "
    "certificate type "
    "[UNDEFINED] configured from keystore [/a.p12]",
    "2026-11-18 10:00:00.123  INFO 1 --- [main] o.s.b.w.embedded.tomcat.TomcatWebServer : Tomcat started on port(s): "
    "8443 (https)",
    "info: Microsoft.Hosting.Lifetime[14] Now listening on: https://[::]:5001",
    "Information,11/18/2026 10:00:00 AM,Schannel,36880,None,\"A TLS server handshake completed successfully. The "
    "negotiated "
    "cryptographic parameters are as follows. Protocol version: TLS 1.3\"",
    /* clients and tools */
    "* ALPN: curl offers h2,http/1.1", "*  SSL certificate verify ok.", "* TLSv1.3 (IN), TLS handshake, Finished (20):",
    "* SSL connection using TLSv1.3 / TLS_AES_256_GCM_SHA384 / X25519 / RSASSA-PSS", "* using HTTP/2",
    "* TLSv1.3 (OUT), TLS change cipher, Change cipher spec (1):", "*  CAfile: /etc/ssl/certs/ca-certificates.crt",
    "SSL handshake has read 3302 bytes and written 393 bytes", "Verification: OK", "No client certificate CA names "
                                                                                   "sent",
    "Secure Renegotiation IS NOT supported", "Early data was not sent", "Verify return code: 0 (ok)",
    "New, TLSv1.3, Cipher is TLS_AES_256_GCM_SHA384", "verify return:1", "Acceptable client certificate CA names",
    "- Status: The certificate is trusted.", "- Handshake was completed", "- Certificate type: X.509",
    "npm http fetch GET 200 https://registry.npmjs.org/ssl-root-cas 120ms", "Collecting certifi>=2017.4.17",
    "Get:1 https://deb.example.test/debian bookworm/main amd64 ca-certificates all 20230311 [153 kB]",
    "Setting up ca-certificates (20230311) ...", "Updating certificates in /etc/ssl/certs... 0 added, 0 removed; done.",
    "Setting up libssl3:amd64 (3.0.15-1) ...", "Saving debug log to /var/log/letsencrypt/letsencrypt.log",
    "Certificate not yet due for renewal", "Certificate is saved at: /etc/letsencrypt/live/a.test/fullchain.pem",
    "This certificate expires on 2027-02-16.", "Cert not due for renewal, but simulating renewal for dry run",
    "systemd[1]: Finished certbot.service - Renew certificates of a.test.",
    "sshd[77]: Server listening on 0.0.0.0 port 22 (OpenSSL 3.0.15)",
    "I (1234) esp-tls: handshake in progress...", "I (1234) esp-x509-crt-bundle: Certificate validated",
    "DEBUG rustls::client::hs: Using ciphersuite TLS13_AES_256_GCM_SHA384", "DEBUG rustls::client::hs: No cached "
                                                                            "session for a",
    "DEBUG:urllib3.connectionpool:Starting new HTTPS connection (1): a.test:443",
    "DEBUG:urllib3.connectionpool:https://a.test:443 \"GET /certificate/unknown HTTP/1.1\" 200 None",
    /* what programs say as they start, get certificates, let clients in and out */
    "[Wed Nov 18 10:00:00.1 2026] [md:info] [pid 7:tid 8] a.test: need certificate",
    "[Wed Nov 18 10:00:00.1 2026] [md:info] [pid 7:tid 8] a.test: setup new authorization",
    "[Wed Nov 18 10:00:00.1 2026] [md:info] [pid 7:tid 8] a.test: retrieving certificate chain",
    "[Wed Nov 18 10:00:00.1 2026] [md:notice] [pid 7:tid 8] AH10051: a.test: has been renewed successfully and "
    "should be activated at next (graceful) server restart.",
    "2026/11/18 10:00:00 No key found for account me@a.test. Generating a P256 key.",
    "2026/11/18 10:00:00 [INFO] [a.test] acme: Obtaining bundled SAN certificate",
    "2026/11/18 10:00:00 [INFO] [a.test] acme: Could not find solver for: tls-alpn-01",
    "2026/11/18 10:00:00 [INFO] [a.test] Server responded with a certificate.",
    "/etc/letsencrypt/live/a.test/fullchain.pem expires on 2027-01-31 (skipped)",
    "No renewals were attempted.",
    "Nov 18 10:00:00 vpn ovpn-server[9]: 192.0.2.1:40724 VERIFY OK: depth=1, C=AT, O=Test, CN=Test CA",
    "Nov 18 10:00:00 vpn ovpn-server[9]: 192.0.2.1:40724 TLS: Initial packet from [AF_INET]192.0.2.1:40724, "
    "sid=90072d3f e825dfa4",
    "2026-11-18 10:00:00 Outgoing Control Channel Authentication: Using 256 bit message hash 'SHA256' for HMAC "
    "authentication",
    "2026-11-18 10:00:00 WARNING: No server certificate verification method has been enabled.  See "
    "http://openvpn.net/howto.html#mitm for more info.",
    "2026-11-18 10:00:00 library versions: OpenSSL 3.0.15 3 Sep 2024, LZO 2.10",
    "2026-11-18 10:00:00 192.0.2.1:40724 Re-using SSL/TLS context",
    "2026-11-18 10:00:00 Control Channel: TLSv1.3, cipher TLSv1.3 TLS_AES_256_GCM_SHA384, peer certificate: "
    "2048 bits RSA, signature: RSA-SHA256",
    "[WARNING]  (77) : Server be/one is UP/READY (resolves again).",
    "2026.11.18 10:00:00 LOG6[6]: Peer certificate not required",
    "2026.11.18 10:00:00 LOG5[6]: Service [redis] accepted connection from 192.0.2.1:57506",
    "2026.11.18 10:00:00 LOG7[6]: TLS state (accept): before SSL initialization",
    "2026.11.18 10:00:00 LOG6[6]: TLS accepted: new session negotiated",
    "* schannel: disabled automatic use of client certificate",
    "* schannel: checking server certificate revocation",
    "* ALPN: curl offers h2,http/1.1",
    "*  CAfile: /etc/ssl/certs/ca-certificates.crt",
    "* TLSv1.3 (IN), TLS handshake, Server hello (2):",
    "*  SSL certificate verify ok.",
    "[2026-11-18T10:00:00Z DEBUG rustls::webpki::anchors] add_parsable_certificates processed 169 valid and 0 "
    "invalid certs",
    "2026-11-18T10:00:00.1Z  INFO ThreadId(01) server_config: Loaded TLS files for inbound connections.",
    "time=\"2026-11-18T10:00:00Z\" level=debug msg=\"No ACME certificate generation required for domains "
    "[\\\"a.test\\\"].\" providerName=le.acme",
    "time=\"2026-11-18T10:00:00Z\" level=debug msg=\"Adding route for a.test with TLS options default\" "
    "entryPointName=websecure",
    "Ignoring unsupported cipher suite: TLS_RSA_WITH_AES_128_CBC_SHA256 for TLSv1.1",
    "Allow unsafe renegotiation: false",
    "Is secure renegotiation: false",
    "Boolean system property [com.sun.net.ssl.checkRevocation] defaulted to: false",
    "Signature Algorithms extension to write",
    "handshake state: 1 (MBEDTLS_SSL_CLIENT_HELLO) -> 2 (MBEDTLS_SSL_SERVER_HELLO)",
    "I (00:08:10.929) mbedtls: ssl_msg.c:2904 <= write handshake message",
    "AWSIoTPythonSDK.core.protocol.mqtt_core - INFO - Authentication type: TLSv1.2 certificate based Mutual Auth.",
    "Nov 18 10:00:00 mx dovecot: imap-login: Disconnected (auth failed, 1 attempts in 8 secs): user=<a>, "
    "method=PLAIN, rip=192.0.2.1, lip=192.0.2.2, TLS, TLSv1.2 with cipher ECDHE-RSA-AES256-GCM-SHA384 (256/256 "
    "bits)",
    "Nov 18 10:00:00 mx dovecot: imap-login: Aborted login (no auth attempts in 0 secs): user=<>, "
    "rip=192.0.2.1, lip=192.0.2.2, TLS, TLSv1.2 with cipher ECDHE-RSA-AES256-GCM-SHA384 (256/256 bits)",
    "Nov 18 10:00:00 mx dovecot: ssl-params: Generating SSL parameters",
    "Nov 18 10:00:00 mx postfix/smtpd[9]: disconnect from a.test[192.0.2.1] ehlo=2 starttls=1 mail=1 rcpt=1 "
    "data=1 quit=1 commands=7",
    "1794700000: New connection from 192.0.2.1:40112 on port 8883.",
    "Nov 18 10:00:00 k kubelet[7]: I1118 10:00:00.6 7 bootstrap.go:58] Using bootstrap kubeconfig to generate "
    "TLS client cert, key and kubeconfig file",
    "Nov 18 10:00:00 k kubelet[7]: I1118 10:00:00.6 7 certificate_manager.go:356] Certificate expiration is "
    "2027-11-18 10:00:00 +0000 UTC, rotation deadline is 2027-08-20 01:02:03 +0000 UTC",
    "Nov 18 10:00:00 k etcd[7]: ClientTLS: cert = /etc/etcd/server.pem, key = /etc/etcd/server.key, trusted-ca "
    "= /etc/etcd/ca.pem, client-cert-auth = true, crl-file =",
    "I0000 00:00:1729329127.989535 9 handshaker.cc:160] handshake_manager 0x787128001b50: error=OK "
    "shutdown=false index=3, args={endpoint=0x1}",
    "SSL connection (protocol: TLSv1.3, cipher: TLS_AES_256_GCM_SHA384, compression: off, ALPN: postgresql)",
    "2026-11-18T10:00:00.1Z 0 [Warning] [MY-010068] [Server] CA certificate ca.pem is self signed.",
    "2026-11-18T10:00:00.1Z 0 [System] [MY-013602] [Server] Channel mysql_main configured to support TLS. "
    "Encrypted connections are now supported for this channel.",
    "2026-11-18T10:00:00.1Z 0 [Note] Skipping generation of SSL certificates as certificate files are present "
    "in data directory.",
    "[INFO] Renewal for certificate a.test not due, next check 2027-01-02",
    "2026-11-18 10:00:00 1qH1eq-0003G4-2u <= me@a.test H=mx.a.test [192.0.2.1] P=esmtps "
    "X=TLS1.2:ECDHE-RSA-AES256-GCM-SHA384:256 CV=no S=73025",
    "\tssl.endpoint.identification.algorithm = https",
    "\tssl.truststore.location = null",
    "2026-11-18 10:00:00.1:INFO:oejus.SslContextFactory:main: x509=X509@1(jetty,h=[a.test],a=[],w=[]) for "
    "Server@2[provider=null,keyStore=file:///k.p12]",
    "ts=2026-11-18T10:00:00.1Z caller=tls_config.go:232 level=info component=web msg=\"TLS is disabled.\" "
    "http2=false address=[::]:9090",
    "(node:7) Warning: Setting the NODE_TLS_REJECT_UNAUTHORIZED environment variable to '0' makes TLS "
    "connections and HTTPS requests insecure by disabling certificate verification.",
    "InsecureRequestWarning: Unverified HTTPS request is being made to host 'a.test'. Adding certificate "
    "verification is strongly advised.",
    "Nov 18 10:00:00 h dockerd[7]: time=\"2026-11-18T10:00:00Z\" level=info msg=\"API listen on [::]:2376\"",
    "Nov 18 10:00:00 h slapd[7]: conn=1000 fd=12 TLS established tls_ssf=256 ssf=256 tls_proto=TLSv1.3 "
    "tls_cipher=TLS_AES_256_GCM_SHA384",
    "Nov 18 10:00:00 h slapd[7]: conn=1000 op=0 STARTTLS",
    "[2026-11-18 10:00:00.123][14][trace][connection] ssl_socket.cc:191] [C29] handshake expecting read",
    "Tomcat initialized with port 8443 (https)",
    "wolfSSL Leaving SSL_new, return 0",
};

static void test_one_by_one(void **state)
{
    (void)state;
    struct line_book *b = line_book_new();
    int wrong = 0;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        struct line_says s;
        line_read(b, lines[i], strlen(lines[i]), &(struct line_context){ .in_log = true }, &s);
        if (s.kind == LINE_KNOWN || s.kind == LINE_UNKNOWN) {
            print_message("# \"%s\" raises an alarm: %s\n", lines[i], s.topic ? s.topic : "unknown words");
            wrong++;
        }
    }
    line_book_free(b);
    assert_int_equal(wrong, 0);
    assert_true(sizeof lines / sizeof *lines >= 180);
}

static void test_all_together(void **state)
{
    (void)state;
    struct journal *j = journal_new(1795400000.0);
    assert_true(journal_begin(j, "ordinary.log", LINE_SIDE_UNKNOWN));
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        journal_feed(j, lines[i], strlen(lines[i]));
        journal_feed(j, "\n", 1);
    }
    journal_flush(j, true);
    struct journal_view v = journal_view(j);
    for (size_t i = 0; i < v.count; i++)
        if (v.event[i].is == INCIDENT_FAILS)
            fail_msg("line %llu: %s", (unsigned long long)v.event[i].line, v.reading[v.event[i].reading].sample);
    journal_free(j);
}

/* Every program whose switch is known is known by a line that tells of no handshake. */
static void test_switches(void **state)
{
    static const struct { const char *program, *line, *turns; } rows[] = {
        { "nginx", "2026/11/18 10:00:00 [notice] 7#7: start worker process 9", "error_log FILE info" },
        { "Apache httpd", "[Wed Nov 18 10:00:00 2026] [core:notice] [pid 7] AH00094: Command line", "ssl:info" },
        { "HAProxy", "Nov 18 10:00:00 lb haproxy[77]: Proxy fe started.", "ssl_fc_err_str" },
        { "Envoy", "[2026-11-18 10:00:00.1][1][info][main] [source/server/server.cc:9] starting", "connection:debug" },
        { "Java", "INFO java.lang.Thread x", "javax.net.debug" },
        { "Windows (Schannel)", "Information,11/18/2026 10:00:00 AM,Schannel,36867", "EventLogging" },
        { "Postfix", "Nov 18 10:00:00 mx postfix/qmgr[9]: 1A: removed", "smtpd_tls_loglevel" },
        { "Dovecot", "Nov 18 10:00:00 mx dovecot: master: starting up", "verbose_ssl" },
        { "PostgreSQL", "2026-11-18 10:00:00 UTC [7] LOG:  checkpoint starting", "log_connections" },
        { "OpenLDAP", "Nov 18 10:00:00 h slapd[7]: @(#) $OpenLDAP", "loglevel" },
        { "stunnel", "2026.11.18 10:00:00 LOG5[ui]: Configuration successful", "debug = info" },
        { "Exim", "2026-11-18 10:00:00 exim 4.96 daemon started: pid=7", "log_selector" },
        { "MySQL, MariaDB", "2026-11-18T10:00:00Z 0 [Note] InnoDB: started", "log_error_verbosity" },
        { "OpenVPN", "2026-11-18 10:00:00 OpenVPN 2.6.3 x86_64", "verb 4" },
        { "mosquitto", "1794700000: mosquitto version 2.0.11 starting", "log_type all" },
        { "RabbitMQ, Erlang", "2026-11-18 10:00:00 [info] <0.9.0> Server startup complete", "debug" },
        { "Traefik", "time=\"x\" level=info msg=\"ok\" entryPointName=web", "log.level=DEBUG" },
        { "Caddy", "{\"level\":\"info\",\"logger\":\"http\",\"msg\":\"x\"}", "debug" },
        { "Kubernetes", "I1118 10:00:00.1 1 reflector.go:9] Caches populated", "-v=4" },
        { "Docker", "Nov 18 10:00:00 h dockerd[7]: Daemon has completed initialization", "debug" },
        { "gRPC", "grpc: server starting", "GRPC_TRACE" },
        { "Node.js", "npm warn deprecated x", "NODE_DEBUG" },
        { "Python", "Traceback (most recent call last):", "urllib3" },
        { "Ruby", "app.rb:9:in `x'", "set_debug_output" },
        { "PHP", "PHP Notice:  Undefined index", "CURLOPT_VERBOSE" },
        { ".NET", "info: Microsoft.Hosting.Lifetime[0] Application started.", "Kestrel" },
        { "rustls", "INFO hyper::server: x", "RUST_LOG" },
        { "Go", "main.go:9: ready", "ErrorLog" },
        { "git", "Cloning into 'a'...", "GIT_CURL_VERBOSE" },
        { "curl", "  % Total    % Received % Xferd", "-v" },
        { "wget", "Saving to: 'index.html'", "--debug" },
        { "GnuTLS", "gnutls-serv: ready", "GNUTLS_DEBUG_LEVEL" },
        { "Mbed TLS, ESP-IDF", "I (18730) main: ready", "mbedtls_debug_set_threshold" },
    };
    (void)state;
    assert_int_equal(sizeof rows / sizeof *rows, silence_count);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        size_t found = silence_of(rows[i].line, strlen(rows[i].line));
        if (found == silence_count || strcmp(silence_table[found].program, rows[i].program) != 0 ||
            !strstr(silence_table[found].turn_on, rows[i].turns))
            fail_msg("\"%s\": %s", rows[i].line, found == silence_count ? "nobody's" : silence_table[found].program);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_one_by_one), cmocka_unit_test(test_all_together),
                                        cmocka_unit_test(test_switches) };
    return cmocka_run_group_tests_name("log/ordinary", tests, NULL, NULL);
}
