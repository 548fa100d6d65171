/* Error lines of every stack, made up in its format: what each is read as; and lines that are no errors. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/text.h"
#include "src/log/fold.h"
#include "src/log/line.h"
#include "src/log/topic.h"

#define ROW(stack, cause, line) { LINE_##stack, CAUSE_##cause, line }
static const struct { enum line_stack stack; enum cause cause; const char *line; } known[] = {
/* OpenSSL, with and without words */
ROW(OPENSSL, CIPHER_MISMATCH, "40:error:14094410:SSL routines:ssl3_read_bytes:sslv3 alert handshake "
                              "failure:s3_pkt.c:1"),
ROW(OPENSSL, CIPHER_MISMATCH, "error:0A0000C1:SSL routines::no shared cipher"),
ROW(OPENSSL, VERSION_MISMATCH, "error:0A000102:SSL routines::unsupported protocol"),
ROW(OPENSSL, VERSION_MISMATCH, "error:0A00042E:SSL routines::tlsv1 alert protocol version:SSL alert number 70"),
ROW(OPENSSL, VERSION_MISMATCH, "ssl handshake: error:1425F102:lib(20):func(607):reason(258)"),
ROW(OPENSSL, CERT_UNTRUSTED_CA, "tls: error:1416F086:lib(20):func(367):reason(134)"),
ROW(OPENSSL, NOT_TLS, "error:1408F10B:SSL routines:ssl3_get_record:wrong version number:ssl/record/ssl3_record.c:9"),
ROW(OPENSSL, GROUP_MISMATCH, "error:0A00018A:SSL routines::dh key too small"),
ROW(OPENSSL, GROUP_MISMATCH, "error:0A000065:SSL routines::no suitable key share"),
ROW(OPENSSL, EXTENSION_MISMATCH, "error:0A000152:SSL routines::unsafe legacy renegotiation disabled"),
ROW(OPENSSL, ALPN, "error:0A0000EB:SSL routines::no application protocol"),
ROW(OPENSSL, SERVER_CONFIG, "error:0B080074:x509 certificate routines:X509_check_private_key:key values mismatch"),
ROW(OPENSSL, CLIENT_CERT, "error:0A0000C7:SSL routines::peer did not return a certificate"),
ROW(OPENSSL, CLIENT_CERT, "error:0A00045C:SSL routines::tlsv13 alert certificate required:SSL alert number 116"),
ROW(OPENSSL, SNI, "error:0A000458:SSL routines::tlsv1 unrecognized name:SSL alert number 112"),
ROW(OPENSSL, CERT_INCOMPLETE, "depth=0 CN = a.test\nverify error:num=20:unable to get local issuer certificate\n"
                              "depth=0 CN = a.test\nverify error:num=21:unable to verify the first certificate"),
ROW(OPENSSL, CERT_SELF_SIGNED, "depth=0 CN = a.test\nverify error:num=18:self-signed certificate"),
ROW(OPENSSL, CERT_EXPIRED, "verify error:num=10:certificate has expired"),
ROW(OPENSSL, CERT_NAME, "verify error:num=62:hostname mismatch"),
ROW(OPENSSL, CERT_REVOKED, "verify error:num=23:certificate revoked"),
ROW(OPENSSL, CERT_WEAK, "verify error:num=66:EE certificate key too weak"),
ROW(OPENSSL, CLIENT_CERT, "depth=1 CN = Int\nverify error:num=20:unable to get local issuer certificate\nverify "
                          "return:1\n"
                          "error:0A000410:SSL routines::sslv3 alert handshake failure:SSL alert number 40"),
/* BoringSSL */
ROW(ENVOY, CERT_UNTRUSTED_CA, "[C7] TLS error: 268435581:SSL routines:OPENSSL_internal:CERTIFICATE_VERIFY_FAILED"),
ROW(BORINGSSL, NOT_TLS, "ssl: 268435703:SSL routines: boringssl"),
ROW(ENVOY, NOT_TLS, "upstream connect error or disconnect/reset before headers. reset reason: connection failure, "
                    "transport "
                    "failure reason: TLS error: 268435703:SSL routines:OPENSSL_internal:WRONG_VERSION_NUMBER"),
ROW(ENVOY, CERT_NAME, "[C3] verify cert failed: verify SAN list; TLS error: 268435581:SSL routines:OPENSSL_internal"),
/* GnuTLS */
ROW(GNUTLS, NOT_TLS, "*** Fatal error: An unexpected TLS packet was received."),
ROW(GNUTLS, CERT_UNTRUSTED_CA, "- Status: The certificate is NOT trusted. The certificate issuer is unknown."),
ROW(GNUTLS, CERT_EXPIRED, "- Status: The certificate is NOT trusted. The certificate chain uses expired "
                          "certificate."),
ROW(GNUTLS, CLOCK_SKEW, "- Status: The certificate is NOT trusted. The certificate chain uses not yet valid "
                        "certificate."),
ROW(GNUTLS, OCSP, "The certificate requires the server to include an OCSP status in its response, but it is "
                  "missing. GnuTLS"),
ROW(GNUTLS, CIPHER_MISMATCH, "gnutls: *** Received alert [40]: Handshake failed"),
ROW(GNUTLS, MIDDLEBOX, "GnuTLS recv error (-110): The TLS connection was non-properly terminated."),
/* NSS, browsers */
ROW(BROWSER, NOT_TLS, "Error code: SSL_ERROR_RX_RECORD_TOO_LONG"),
ROW(BROWSER, CERT_UNTRUSTED_CA, "Error code: SEC_ERROR_UNKNOWN_ISSUER"),
ROW(BROWSER, INTERCEPTION, "Error code: MOZILLA_PKIX_ERROR_MITM_DETECTED"),
ROW(BROWSER, VERSION_MISMATCH, "Error code: SSL_ERROR_UNSUPPORTED_VERSION"),
ROW(NSS, CERT_UNTRUSTED_CA, "NSS error -8179"),
ROW(BROWSER, CERT_NAME, "NET::ERR_CERT_COMMON_NAME_INVALID"),
ROW(BROWSER, CERT_EXPIRED, "net::ERR_CERT_DATE_INVALID"),
ROW(BROWSER, CLOCK_SKEW, "Your clock is behind NET::ERR_CERT_DATE_INVALID"),
ROW(BROWSER, SNI, "ERR_SSL_VERSION_OR_CIPHER_MISMATCH"),
ROW(NGINX, VERSION_MISMATCH, "2026/11/20 23:26:53 [info] 9#9: *2 SSL_do_handshake() failed (SSL: error:0A000076:SSL "
                             "routines::no suitable signature algorithm) while SSL handshaking, client: 192.0.2.2"),
ROW(GIT, VERSION_MISMATCH, "fatal: unable to access 'https://a.test/': gnutls_handshake() failed: Error in protocol "
                           "version"),
ROW(GIT, CLIENT_CERT, "fatal: unable to access 'https://a.test/': gnutls_handshake() failed: Certificate is bad"),
ROW(CURL, CLIENT_CERT, "curl: (35) gnutls_handshake() failed: CA is unknown"),
ROW(CURL, NOT_TLS, "curl: (35) OpenSSL SSL_connect: SSL_ERROR_SYSCALL in connection to 127.0.0.1:3128"),
ROW(CURL, MIDDLEBOX, "curl: (35) OpenSSL SSL_connect: SSL_ERROR_SYSCALL in connection to a.test:443"),
ROW(CURL, MIDDLEBOX, "* Connected to a.test * OpenSSL SSL_read: error:0A0003FC:SSL routines::sslv3 alert bad record mac, errno 0 * "
    "Closing connection 0 curl: (56) OpenSSL SSL_read: error:0A0003FC:SSL routines::sslv3 alert bad record mac, errno 0"),
ROW(KUBE, SERVER_CONFIG, "kubelet: http: TLS handshake error from 192.0.2.1:5: no serving certificate available for "
                         "the kubelet"),
ROW(GO, SERVER_CONFIG, "http: TLS handshake error from 192.0.2.1:5: no certificate available"),
ROW(BROWSER, CERT_REVOKED, "net::ERR_CERT_REVOKED"),
ROW(BROWSER, CLIENT_CERT, "ERR_BAD_SSL_CLIENT_AUTH_CERT"),
/* Windows */
ROW(SCHANNEL, VERSION_MISMATCH, "WebException: The request was aborted: Could not create SSL/TLS secure channel."),
ROW(SCHANNEL, CERT_UNTRUSTED_CA, "schannel: next InitializeSecurityContext failed: Unknown error (0x80090325)"),
ROW(SCHANNEL, VERSION_MISMATCH, "The client and server cannot communicate, because they do not possess a common "
                               "algorithm "
                               "(0x80090331)"),
ROW(SCHANNEL, INTERCEPTION, "schannel: CRYPT_E_NO_REVOCATION_CHECK (0x80092012)"),
ROW(SCHANNEL, CERT_NAME, "AuthenticationException: The remote certificate is invalid: RemoteCertificateNameMismatch"),
ROW(SCHANNEL, CIPHER_MISMATCH, "Schannel 36887: A fatal alert was received from the remote endpoint. The TLS "
                               "protocol "
                               "defined fatal alert code is 40."),
/* Apple */
ROW(APPLE, CERT_UNTRUSTED_CA, "Error Domain=NSURLErrorDomain Code=-1202 \"The certificate for this server is "
                              "invalid\""),
ROW(APPLE, VERSION_MISMATCH, "NSURLErrorDomain Code=-1200 kCFStreamErrorCodeKey=-9824"),
ROW(APPLE, CERT_NAME, "SSLHandshake failed, CFStreamErrorCode -9843"),
/* Java, Android */
ROW(JAVA, CERT_UNTRUSTED_CA, "sun.security.validator.ValidatorException: PKIX path building failed: unable to find "
                             "valid "
                             "certification path to requested target"),
ROW(JAVA, CERT_EXPIRED, "javax.net.ssl.SSLHandshakeException: PKIX path validation failed: validity check failed\n"
                        "Caused by: java.security.cert.CertificateExpiredException: NotAfter: Mon Jan 01 00:00:00 "
                        "UTC 2024"),
ROW(JAVA, CLOCK_SKEW, "java.security.cert.CertificateNotYetValidException: NotBefore: Mon Jan 01 00:00:00 UTC 2029"),
ROW(JAVA, CERT_NAME, "java.security.cert.CertificateException: No subject alternative DNS name matching a.test "
                     "found."),
ROW(JAVA, CIPHER_MISMATCH, "javax.net.ssl.SSLHandshakeException: no cipher suites in common"),
ROW(JAVA, VERSION_MISMATCH, "javax.net.ssl.SSLHandshakeException: Received fatal alert: handshake_failure"),
ROW(JAVA, CIPHER_MISMATCH, "javax.net.ssl.SSLHandshakeException: Received fatal alert: handshake_failure\n\tat "
                           "java.base/sun.security.ssl.Alert.createSSLException(Alert.java:131)"),
ROW(JAVA, VERSION_MISMATCH, "javax.net.ssl.SSLHandshakeException: No appropriate protocol (protocol is disabled or "
                            "cipher "
                            "suites are inappropriate)"),
ROW(JAVA, NOT_TLS, "javax.net.ssl.SSLException: Unsupported or unrecognized SSL message"),
ROW(JAVA, CLIENT_CERT, "javax.net.ssl.SSLHandshakeException: Empty client certificate chain"),
ROW(JAVA, CERT_WEAK, "java.security.cert.CertPathValidatorException: Algorithm constraints check failed on "
                     "MD5withRSA"),
ROW(ANDROID, CERT_UNTRUSTED_CA, "com.android.org.conscrypt: Trust anchor for certification path not found."),
/* Go */
ROW(GO, CERT_UNTRUSTED_CA, "Get \"https://a.internal/\": x509: certificate signed by unknown authority"),
ROW(GO, CERT_EXPIRED, "x509: certificate has expired or is not yet valid: current time 2026-11-20T01:02:03Z is after "
                      "2026-11-19T00:00:00Z"),
ROW(GO, CLOCK_SKEW, "x509: certificate has expired or is not yet valid: current time 2019-11-20T01:02:03Z is before "
                    "2026-11-19T00:00:00Z"),
ROW(GO, CERT_NAME, "x509: certificate is valid for b.test, not a.test"),
ROW(GO, CERT_NAME, "x509: certificate relies on legacy Common Name field, use SANs instead"),
ROW(GO, VERSION_MISMATCH, "http: TLS handshake error from 192.0.2.1:5: tls: client offered only unsupported "
                          "versions: [301]"),
ROW(GO, CIPHER_MISMATCH, "http: TLS handshake error from 192.0.2.1:5: tls: no cipher suite supported by both "
                         "client and "
                         "server"),
ROW(GO, CERT_UNTRUSTED_CA, "http: TLS handshake error from 192.0.2.1:5: remote error: tls: unknown certificate "
                           "authority"),
ROW(GO, NETWORK, "http: TLS handshake error from 192.0.2.1:5: EOF"),
ROW(GO, CLIENT_CERT, "Get \"https://10.1.2.3:9/\": remote error: tls: bad certificate"),
ROW(GO, CLIENT_CERT, "http: TLS handshake error from 192.0.2.1:5: tls: client didn't provide a certificate"),
ROW(GO, SNI, "http: TLS handshake error from 192.0.2.1:5: acme/autocert: missing server name"),
ROW(GO, NOT_TLS, "http: TLS handshake error from 192.0.2.1:5: tls: first record does not look like a TLS handshake"),
ROW(GO, NETWORK, "net/http: TLS handshake timeout"),
/* rustls */
ROW(RUSTLS, CERT_UNTRUSTED_CA, "reqwest: invalid peer certificate: UnknownIssuer"),
ROW(RUSTLS, CERT_EXPIRED, "rustls: invalid peer certificate: Expired"),
ROW(RUSTLS, CERT_NAME, "rustls: invalid peer certificate: NotValidForName"),
ROW(RUSTLS, CIPHER_MISMATCH, "rustls: received fatal alert: HandshakeFailure"),
ROW(RUSTLS, SNI, "rustls: received fatal alert: UnrecognisedName"),
ROW(RUSTLS, NOT_TLS, "rustls: received corrupt message of type InvalidContentType"),
/* Mbed TLS, wolfSSL */
ROW(MBEDTLS, CERT_UNTRUSTED_CA, "mbedtls_ssl_handshake returned -0x2700"),
ROW(MBEDTLS, CIPHER_MISMATCH, "mbedtls_ssl_handshake returned -0x7380"),
ROW(WOLFSSL, CERT_UNTRUSTED_CA, "wolfSSL_connect error -188"),
ROW(WOLFSSL, CERT_EXPIRED, "wolfSSL error -151"),
/* Node, Python, Ruby, PHP, Erlang */
ROW(NODE, CERT_INCOMPLETE, "Error: unable to verify the first certificate code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'"),
ROW(NODE, INTERCEPTION, "npm ERR! code SELF_SIGNED_CERT_IN_CHAIN\nnpm ERR! self-signed certificate in certificate "
                        "chain"),
ROW(NODE, CERT_NAME, "Error [ERR_TLS_CERT_ALTNAME_INVALID]: Hostname/IP does not match certificate's altnames"),
ROW(NODE, NOT_TLS, "Error: write EPROTO 1:error:0A00010B:SSL routines:ssl3_get_record:wrong version number"),
ROW(PYTHON, CERT_UNTRUSTED_CA, "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: unable to get local "
                               "issuer "
                               "certificate (_ssl.c:1006) host='a.internal'"),
ROW(PYTHON, VERSION_MISMATCH, "ssl.SSLError: [SSL: TLSV1_ALERT_PROTOCOL_VERSION] tlsv1 alert protocol version "
                              "(_ssl.c:1)"),
ROW(PYTHON, CERT_NAME, "ssl.SSLCertVerificationError: Hostname mismatch, certificate is not valid for 'a.test'"),
ROW(RUBY, CERT_EXPIRED, "OpenSSL::SSL::SSLError (SSL_connect returned=1 errno=0 state=error: certificate verify "
                        "failed "
                        "(certificate has expired))"),
ROW(PHP, CERT_NAME, "stream_socket_enable_crypto(): Peer certificate CN=`a.test' did not match expected CN=`b.test'"),
ROW(ERLANG, CERT_UNTRUSTED_CA, "{tls_alert,{unknown_ca,\"TLS client: In state certify generated CLIENT ALERT: "
                               "Fatal - "
                               "Unknown CA\"}}"),
ROW(ERLANG, CIPHER_MISMATCH, "TLS client: In state hello received SERVER ALERT: Fatal - Handshake Failure"),
/* web servers and proxies */
ROW(NGINX, CIPHER_MISMATCH, "2026/11/20 23:26:53 [info] 9#9: *2 SSL_do_handshake() failed (SSL: error:0A0000C1:SSL "
                            "routines::"
                            "no shared cipher) while SSL handshaking, client: 192.0.2.2, server: 0.0.0.0:443"),
ROW(NGINX, SNI, "[error] 9#9: *1 SSL_do_handshake() failed (SSL: error:0A000410:SSL routines::sslv3 alert "
                "handshake failure:"
                "SSL alert number 40) while SSL handshaking to upstream, client: 192.0.2.2, upstream: "
                "\"https://10.0.0.1:443\""),
ROW(NGINX, NOT_TLS, "*27 client sent plain HTTP request to HTTPS port while reading client request headers, nginx"),
ROW(NGINX, CLIENT_CERT, "*3 client SSL certificate verify error: (10:certificate has expired) while reading client "
                        "request "
                        "headers, nginx"),
ROW(NGINX, NETWORK, "*50 client closed connection while SSL handshaking, client: 192.0.2.1"),
ROW(NGINX, SERVER_OVERLOAD, "[alert] nginx: 512 worker_connections are not enough"),
ROW(NGINX, SERVER_CONFIG, "nginx: [emerg] cannot load certificate \"/etc/a.pem\": BIO_new_file() failed"),
ROW(APACHE, CLIENT_CERT, "[ssl:info] AH02276: Certificate Verification: Error (20): unable to get local issuer "
                         "certificate"),
ROW(APACHE, NOT_TLS, "[ssl:info] AH01996: SSL handshake failed: HTTP spoken on HTTPS port; trying to send HTML "
                     "error page"),
ROW(APACHE, SNI, "[ssl:error] AH02032: Hostname a.test provided via SNI and hostname b.test provided via HTTP are "
                 "different"),
/* who asked for what, before it refused */
ROW(JAVA, CLIENT_CERT, "javax.net.ssl: Warning: no suitable certificate found - continuing without client "
                       "authentication\nmain, RECV TLSv1.2 ALERT: fatal, handshake_failure\n"
                       "Received fatal alert: handshake_failure"),
ROW(JAVA, VERSION_MISMATCH, "javax.net.ssl.SSLHandshakeException: Remote host closed connection during handshake"),
ROW(JAVA, MIDDLEBOX, "javax.net.ssl.SSLHandshakeException: Remote host terminated the handshake"),
ROW(CURL, CLIENT_CERT, "curl: (35) SSL peer handshake failed, the server most likely requires a client certificate to "
                       "connect"),
ROW(OPENSSL, SNI, "$ openssl s_client -connect a.test:443\nCONNECTED(00000003)\n12:error:14077410:SSL routines:"
                  "SSL23_GET_SERVER_HELLO:sslv3 alert handshake failure:s23_clnt.c:769:"),
ROW(OPENSSL, VERSION_MISMATCH, "$ openssl s_client -connect a.test:443 -servername a.test\nCONNECTED(00000003)\n12:"
                               "error:14077410:SSL routines:SSL23_GET_SERVER_HELLO:sslv3 alert handshake failure:"
                               "s23_clnt.c:769:"),
ROW(RUBY, NETWORK, "OpenSSL::SSL::SSLError: SSL_connect SYSCALL returned=5 errno=0 state=SSLv3 read finished A"),
/* alerts about certificates: whose */
ROW(GO, CERT_NAME, "rejected connection from \"192.0.2.7:5123\" (error \"remote error: tls: bad certificate\", "
                   "ServerName \"\")"),
ROW(GO, CERT_UNTRUSTED_CA, "rejected connection from \"192.0.2.7:5123\" (error \"remote error: tls: bad certificate\", "
                           "ServerName \"one.test\")"),
ROW(GO, CERT_UNTRUSTED_CA, "the hook answers tls: bad certificate"),
ROW(GO, CLIENT_CERT, "connection error: desc = \"transport: authentication handshake failed: remote error: tls: bad "
                       "certificate\""),
ROW(PHP, CLIENT_CERT, "stream_socket_client(): SSL operation failed with code 1. OpenSSL Error messages:\n"
                      "error:14094412:SSL routines:ssl3_read_bytes:sslv3 alert bad certificate"),
ROW(MYSQL, CLIENT_CERT, "ERROR 2026 (HY000): SSL connection error: tlsv1 alert unknown ca"),
ROW(PYTHON, CLIENT_CERT, "ssl.SSLError: [SSL: TLSV1_ALERT_UNKNOWN_CA] tlsv1 alert unknown ca (_ssl.c:2633)"),
ROW(PYTHON, CERT_UNTRUSTED_CA, "gunicorn: ssl.SSLError: [SSL: TLSV1_ALERT_UNKNOWN_CA] tlsv1 alert unknown ca "
                               "(_ssl.c:2633)"),
ROW(MQTT, CLIENT_CERT, "Client mosq/x sending CONNECT\nOpenSSL Error[0]: error:14094413:SSL routines:ssl3_read_bytes:"
                       "sslv3 alert unsupported certificate\nError: A TLS error occurred."),
ROW(JAVA, CLIENT_CERT, "ValidatorException: PKIX path building failed\n\tat X509TrustManagerImpl.checkClientTrusted"),
ROW(OPENVPN, CLIENT_CERT, "2026-01-01 10:00:00 192.0.2.1:5555 VERIFY ERROR: depth=0, error=certificate has expired: "
                          "CN=a"),
ROW(OPENVPN, CERT_EXPIRED, "2026-01-01 10:00:00 VERIFY ERROR: depth=0, error=certificate has expired: CN=a"),
ROW(GO, CLIENT_CERT, "\"Unable to authenticate the request\" err=\"[x509: certificate signed by unknown authority]\""),
ROW(JAVA, SNI, "javax.net.ssl.SSLHandshakeException: received handshake warning: unrecognized_name"),
ROW(NGINX, SERVER_CONFIG, "nginx: [emerg] no ssl_client_certificate for ssl_verify_client"),
ROW(NGINX, SERVER_CONFIG, "nginx: [emerg] no grpc_ssl_trusted_certificate for grpc_ssl_verify"),
ROW(KUBE, CERT_NAME, "Unexpected error validating SSL certificate \"one/two\" for server \"a.test\" in "
                     "ingress-nginx: x509: certificate is valid for b.test, not a.test"),
ROW(APPLE, CERT_UNTRUSTED_CA, "boringssl_session_handshake_incomplete Trust evaluate failure: [leaf "
                              "AnchorTrusted SSLHostname]"),
ROW(APPLE, CERT_NAME, "Trust evaluate failure: [leaf SSLHostname]"),
ROW(APPLE, VERSION_MISMATCH, "boringssl_context_error_print Error [ATS Violation]"),
/* servers that cannot begin, and what some say in words of their own */
ROW(HAPROXY, SERVER_CONFIG, "haproxy: 'server one/two' : verify is enabled by default but no CA file specified."),
ROW(DOVECOT, SERVER_CONFIG, "dovecot: Fatal: ssl_dh: Can't open file /etc/dovecot/dh.pem: No such file or directory"),
ROW(NONE, SERVER_CONFIG, "500 OOPS: SSL: cannot load RSA certificate"),
ROW(NONE, SERVER_CONFIG, "522 SSL connection failed: session reuse required"),
ROW(NONE, CERT_NAME, "TLS code: SQUID_X509_V_ERR_DOMAIN_MISMATCH"),
ROW(JAVA, NOT_TLS, "received plaintext http traffic on an https channel, closing connection Netty4HttpChannel"),
ROW(NONE, CERT_UNTRUSTED_CA, "Failed to validate the SSL certificate for a.test:443. Make sure your managed "
                             "systems have a valid CA certificate installed."),
ROW(SCHANNEL, SERVER_CONFIG, "Unable to configure HTTPS endpoint. No server certificate was specified, and the default "
                             "developer certificate could not be found"),
ROW(SCHANNEL, VERSION_MISMATCH, "[DBNETLIB][ConnectionOpen (SECDoClientHandshake()).]SSL Security error."),
/* a certificate that names itself as its issuer, and one that does not */
ROW(APPLE, CERT_SELF_SIGNED, "Error Domain=NSURLErrorDomain Code=-1202 NSErrorPeerCertificateChainKey=(\n"
                             "\"<cert(0x1) s: box.test i: box.test>\"\n)"),
ROW(APPLE, CERT_UNTRUSTED_CA, "Error Domain=NSURLErrorDomain Code=-1202 NSErrorPeerCertificateChainKey=(\n"
                              "\"<cert(0x1) s: box.test i: box.test CA>\"\n)"),
ROW(MBEDTLS, CERT_NAME, "esp-tls: host:192.0.2.1: strlen 9\nesp-tls: mbedtls_ssl_handshake returned -0x2700"),
ROW(OPENSSL, CERT_INCOMPLETE, "HandshakeException: Handshake error in client (OS Error: CERTIFICATE_VERIFY_FAILED: "
                           "unable to get local issuer certificate(handshake.cc:354))"),
ROW(SCHANNEL, INTERCEPTION, "Unknown error (0x80092012) - The revocation function was unable to check revocation for "
                            "the certificate."),
ROW(SCHANNEL, OCSP, "Unknown error (0x80092013) - The revocation function was unable to check revocation because the "
                    "revocation server was offline."),
ROW(APACHE, SERVER_CONFIG, "[ssl:warn] AH10085: Init: a.test:443 will respond with '503 Service Unavailable' for now. "
                           "There are no SSL certificates configured, no SSL certificate is available (yet)."),
ROW(HAPROXY, NETWORK, "Jan  1 10:00:00 localhost.localdomain haproxy[914]: 192.0.2.4:14396 [01/Jan/2026:10:00:00.275] "
                      "front/1: SSL handshake failure"),
ROW(HAPROXY, SNI, "Server back/one is DOWN, reason: Layer6 invalid response, info: \"SSL handshake failure\""),
ROW(TRAEFIK, SERVER_CONFIG, "traefik: Unable to obtain ACME certificate for domains \"a.test\": acme: error: 403"),
ROW(KUBE, CERT_UNTRUSTED_CA, "Error: failed calling webhook \"a.test\": Post \"https://b.svc:443/\": x509: "
                             "certificate signed "
                             "by unknown authority"),
ROW(STUNNEL, CERT_NAME, "LOG4[0]: stunnel CERT: No matching host name found"),
/* mail, databases, directories, others */
ROW(POSTFIX, NOT_TLS, "postfix/smtp[9]: SMTPS wrappermode (TCP port 465) requires setting \"smtp_tls_wrappermode = "
                      "yes\""),
ROW(POSTFIX, CIPHER_MISMATCH, "postfix/smtpd[9]: warning: TLS library problem: error:0A0000C1:SSL routines::no "
                              "shared cipher"),
ROW(POSTFIX, NOT_TLS, "postfix/smtp[9]: TLS is required, but was not offered by host mx.test[192.0.2.1]"),
ROW(DOVECOT, CERT_UNTRUSTED_CA, "imap-login: Disconnected: user=<>, rip=192.0.2.1, TLS handshaking: SSL_accept() "
                                "failed: "
                                "error:14094418:SSL routines:ssl3_read_bytes:tlsv1 alert unknown ca: SSL alert "
                                "number 48"),
ROW(EXIM, CERT_NAME, "exim: SSL verify error: certificate name mismatch: DN=\"/CN=a.test\" H=\"b.test\""),
ROW(POSTGRES, NOT_TLS, "psql: error: server does not support SSL, but SSL was required"),
ROW(POSTGRES, CERT_NAME, "psql: server certificate for \"a.test\" does not match host name \"b.test\""),
ROW(MYSQL, VERSION_MISMATCH, "ERROR 2026 (HY000): SSL connection error: error:0A000102:SSL routines::unsupported "
                             "protocol"),
ROW(OPENVPN, NETWORK, "TLS Error: TLS key negotiation failed to occur within 60 seconds"),
ROW(OPENVPN, SERVER_CONFIG, "openvpn: TLS Error: cannot locate HMAC in incoming packet from [AF_INET]192.0.2.1:1194"),
ROW(LDAP, CERT_NAME, "ldap: TLS: hostname does not match CN in peer certificate"),
ROW(MQTT, CERT_UNTRUSTED_CA, "mosquitto: OpenSSL Error: error:14094418:SSL routines:ssl3_read_bytes:tlsv1 alert "
                             "unknown ca"),
ROW(GRPC, ALPN, "rpc error: credentials: cannot check peer: missing selected ALPN property"),
ROW(DOCKER, NOT_TLS, "docker: Get \"https://reg:5000/v2/\": http: server gave HTTP response to HTTPS client"),
ROW(GIT, INTERCEPTION, "fatal: unable to access 'https://github.com/a/b/': SSL certificate problem: unable to get "
                       "local issuer "
                       "certificate"),
ROW(CURL, CERT_EXPIRED, "curl: (60) SSL certificate problem: certificate has expired"),
ROW(CURL, CLIENT_CERT, "curl: (58) could not load PEM client certificate"),
ROW(CURL, INTERCEPTION, "curl: (60) SSL certificate problem; issuer: C=US; O=Zscaler Inc.; CN=Zscaler Root CA"),
ROW(WGET, CERT_UNTRUSTED_CA, "wget: ERROR: cannot verify a.test's certificate, issued by 'CN=R':\n  Unable to "
                             "locally verify "
                             "the issuer's authority."),
/* the text around it says which end wrote it, or how old it is, or whose certificate it is */
ROW(POSTGRES, CERT_UNTRUSTED_CA, "LOG:  could not accept SSL connection: sslv3 alert certificate unknown"),
ROW(GO, CLIENT_CERT, "Put https://10.1.2.3:9/v1/key: remote error: tls: bad certificate"),
ROW(GO, CLIENT_CERT, "failed to dial 10.1.2.3:9: remote error: tls: bad certificate"),
ROW(NODE, INTERCEPTION, "npm ERR! code UNABLE_TO_GET_ISSUER_CERT_LOCALLY"),
ROW(GO, SERVER_CONFIG, "Error from server: Get \"https://10.1.2.3:10250/containerLogs/a/b/c\": remote error: tls: "
                       "internal error"),
ROW(ANDROID, VERSION_MISMATCH, "javax.net.ssl.SSLHandshakeException: SSL handshake terminated: ssl=0x1: Failure in SSL "
                               "library\n\tat com.android.org.conscrypt.OpenSSLSocketImpl.startHandshake(A.java:1)"),
ROW(PYTHON, SNI, "ssl.SSLError: [Errno 1] _ssl.c:504: error:14077410:SSL routines:SSL23_GET_SERVER_HELLO:sslv3 alert "
                 "handshake failure"),
/* others of their kind */
ROW(OPENSSL, ALPN, "SSL routines:tls_parse_ctos_alpn: no application protocol"),
ROW(OPENSSL, EXTENSION_MISMATCH, "SSL_connect: error:1C8000E9:Provider routines::ems not enabled"),
ROW(GNUTLS, MIDDLEBOX, "GnuTLS recv error (-9): A TLS packet with unexpected length was received."),
ROW(NSS, CIPHER_MISMATCH, "NSS error -12286 (SSL_ERROR_NO_CYPHER_OVERLAP)"),
ROW(SCHANNEL, CERT_UNTRUSTED_CA, "System.Security.Authentication.AuthenticationException: The remote certificate is "
                                 "invalid because of errors in the certificate chain: PartialChain"),
ROW(MBEDTLS, VERSION_MISMATCH, "mbedtls: is a fatal alert message (msg 70)"),
ROW(NGINX, OCSP, "OCSP_basic_verify() failed (SSL: error:27069065:OCSP routines:OCSP_basic_verify:certificate verify "
                 "error) while requesting certificate status, nginx"),
/* what a side or a neighbour word changes */
ROW(NGINX, VERSION_MISMATCH, "nginx: SSL_do_handshake() failed (SSL: error:140760FC:SSL "
                             "routines:SSL23_GET_CLIENT_HELLO:"
                             "unknown protocol) while SSL handshaking, client: 192.0.2.1, server: 0.0.0.0:443"),
ROW(OPENSSL, NOT_TLS, "error:140770FC:SSL routines:SSL23_GET_SERVER_HELLO:unknown protocol"),
ROW(ANDROID, VERSION_MISMATCH, "javax.net.ssl.SSLHandshakeException: SSL handshake aborted: ssl=0x1: Failure in SSL "
                               "library, usually a protocol error\nerror:14077410:SSL routines:SSL23_GET_SERVER_HELLO:"
                               "sslv3 alert handshake failure (external/openssl/ssl/s23_clnt.c:1)"),
ROW(ANDROID, CLIENT_CERT, "android: Read error: ssl=0x1: Failure in SSL library, usually a protocol error\n"
                          "error:10000412:SSL routines:OPENSSL_internal:SSLV3_ALERT_BAD_CERTIFICATE"),
ROW(MQTT, CLIENT_CERT, "1700000000: New connection from 192.0.2.1:4 on port 8883.\n1700000000: OpenSSL Error[0]: "
                       "error:0A000086:SSL routines::certificate verify failed\n1700000000: Client <unknown> "
                       "disconnected: Protocol error."),
ROW(MBEDTLS, CERT_UNTRUSTED_CA, "E (1) esp-tls-mbedtls: mbedtls_ssl_handshake returned -0x7780\nE (1) "
                                "esp_https_server: esp_tls_create_server_session failed"),
ROW(MBEDTLS, CIPHER_MISMATCH, "E (1) esp-tls: mbedtls_ssl_handshake returned -0x7780"),
ROW(NODE, INTERCEPTION, "npm ERR! request to https://registry.npmjs.org/a failed, reason: unable to verify the first "
                        "certificate"),
ROW(NODE, CERT_INCOMPLETE, "Error: unable to verify the first certificate\n  code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'"),
ROW(SCHANNEL, CERT_SELF_SIGNED, "System.Data.SqlClient.SqlException: an error occurred during the login process. "
                                "(provider: SSL Provider, error: 0 - The certificate chain was issued by an authority "
                                "that is not trusted.)"),
ROW(BROWSER, CERT_INCOMPLETE, "a.test: The certificate is not trusted because no issuer chain was provided. "
                          "sec_error_unknown_issuer"),
ROW(DOCKER, CLOCK_SKEW, "Get https://registry-1.docker.io/v2/: x509: certificate has expired or is not yet valid"),
ROW(GO, CERT_EXPIRED, "Get https://a.test/x: x509: certificate has expired or is not yet valid"),
ROW(GO, CLIENT_CERT, "rejected connection from \"192.0.2.1:4\" (tls: \"192.0.2.1\" does not match any of DNSNames "
                     "[\"a.test\"])"),
ROW(SCHANNEL, VERSION_MISMATCH, "WARNING: Unable to download from URI 'https://go.microsoft.com/fwlink/?LinkID=1' to "
                                "''.\nInvoke-WebRequest: The request was aborted: Could not create SSL/TLS secure "
                                "channel."),
ROW(OPENSSL, SERVER_CONFIG, "error:0A000115:SSL routines::session id context uninitialized"),
ROW(GNUTLS, ALPN, "gnutls_handshake: No common application protocol could be negotiated."),
ROW(GNUTLS, SNI, "gnutls_handshake: The SNI host name not recognised."),
ROW(GO, SNI, "Failed to tls handshake with 192.0.2.1 tls: either ServerName or InsecureSkipVerify must be specified "
             "in the "
             "tls.Config"),
ROW(GO, MIDDLEBOX, "tls: downgrade attempt detected, possibly due to a MitM attack or a broken middlebox"),
ROW(GO, CERT_WEAK, "Get \"https://a.test/\": x509: SAN dNSName is malformed"),
ROW(GO, CERT_WEAK, "x509: a root or intermediate certificate is not authorized to sign for this name: DNS name \"a\""),
ROW(POSTGRES, NOT_TLS, "psql: error: server sent an error response during SSL exchange"),
ROW(JAVA, CLIENT_CERT, "javax.net.ssl.SSLHandshakeException: Empty server certificate chain"),
ROW(JAVA, CERT_NAME, "java.security.cert.CertificateException: Certificate domain name has illegal wildcard, no dot"),
ROW(JAVA, EXTENSION_MISMATCH, "javax.net.ssl.SSLHandshakeException: Failed to negotiate the use of secure "
                              "renegotiation"),
ROW(OPENSSL, CERT_WEAK, "error:0A0000F7:SSL routines::unknown certificate type"),
ROW(MYSQL, SNI, "mysql: tlsv1 alert internal error: SSL alert number 80"),
ROW(OPENSSL, NETWORK, "MongoServerSelectionError: error:0A000438:SSL routines::tlsv1 alert internal error:SSL alert "
                      "number 80"),
ROW(POSTFIX, CERT_UNTRUSTED_CA, "postfix/smtp[9]: certificate verification failed for mx.google.com[192.0.2.1]:25: "
                                "untrusted "
                                "issuer /CN=x"),
ROW(SCHANNEL, MIDDLEBOX, "System.Net.Http.HttpRequestException: The SSL connection could not be established, see inner "
                         "exception. Unable to read data from the transport connection: Connection reset by peer."),
ROW(PYTHON, CERT_WEAK, "ssl.SSLCertVerificationError: certificate verify failed: Missing Authority Key Identifier "
                       "(_ssl.c:1)"),
ROW(APPLE, CLIENT_CERT, "boringssl_context_handle_fatal_alert(1) [C1:2] read alert, level: fatal, description: bad "
                        "certificate"),
/* a default certificate gives the reason away */
ROW(OPENSSL, SNI, "openssl s_client\nsubject=CN=Kubernetes Ingress Controller Fake Certificate"),
};

static void test_known(void **state)
{
    (void)state;
    struct line_book *b = line_book_new();
    int wrong = 0;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        struct line_says s;
        line_read(b, known[i].line, strlen(known[i].line), NULL, &s);
        bool fits = s.kind == LINE_KNOWN && s.cause_count && s.cause[0].cause == known[i].cause &&
                    s.stack == known[i].stack && line_maybe(b, known[i].line, strlen(known[i].line));
        if (!fits)
            print_message("# \"%s\": kind %d, stack %s, topic %s, cause %s, maybe %d\n", known[i].line, s.kind,
                          line_stack_table[s.stack].word, s.topic ? s.topic : "-",
                          s.cause_count ? cause_table[s.cause[0].cause].id : "-",
                          line_maybe(b, known[i].line, strlen(known[i].line)));
        wrong += !fits;
    }
    line_book_free(b);
    assert_int_equal(wrong, 0);
}

static enum line_kind kind_of(struct line_book *b, const char *line, bool in_log)
{
    struct line_says s;
    struct line_context context = { .in_log = in_log };
    line_read(b, line, strlen(line), &context, &s);
    return s.kind;
}

static void test_no_alarm(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "TLS handshake completed with 192.0.2.1", "Verify return code: 0 (ok)",
        "SSL connection using TLSv1.3 / X / Y",
        "GET / HTTP/1.1 200 \"TLSv1.3 TLS_AES_256_GCM_SHA384\"", "SSL certificate verify ok.",
        "listening on port 443 (ssl)", "AH01964: Connection to child 65 established (server api.test:443)",
        "client 127.0.0.1 closed keepalive connection", "INFO: started worker 4", "", "\n\n",
        "certbot: renewed a.test",
        "javax.net.ssl|INFO|01|main|AlpnExtension.java:182|No available application protocols",
        "TLSv1.3 (OUT), TLS handshake, Client hello (1):", "* TLSv1.3 (OUT), TLS alert, close notify (256):",
        "\tat java.base/sun.security.ssl.Alert.createSSLException(Alert.java:131)",
        "    \"extended_master_secret (23)\": {",
        "javax.net.ssl|DEBUG|10|main|SSLExtensions.java:175|Ignore unsupported extension: status_request",
        "          ExtendedKeyUsages [", "connection refused by backend", "read: connection reset by peer",
        "addrConn: connected to 10.1.2.3:443", "Put https://a.test/b 200 OK", "loaded the CA file /etc/ca.pem",
        "[SSL Server] certificate reloaded", "mysql: ready for connections on port 3306 (SSL enabled)",
        "kafka: connected to broker b1:9093 with SSL", "pre-login packet received from 192.0.2.1",
    };
    struct line_book *b = line_book_new();
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        if (kind_of(b, lines[i], true) != LINE_QUIET && kind_of(b, lines[i], true) != LINE_ORDINARY)
            fail_msg("\"%s\" raises an alarm", lines[i]);
    /* a good ending does not outweigh a reason */
    assert_int_equal(kind_of(b, "error:0A000126:SSL routines::unexpected eof while reading\nVerify return code: 0 "
                                "(ok)",
                             true), LINE_KNOWN);
    /* asked about by itself, it is answered */
    assert_int_equal(kind_of(b, "read: connection reset by peer", false), LINE_KNOWN);
    line_book_free(b);
}

static void test_unknown(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "tls: frobnication of the ticket failed with code 7", "ssl engine error: purple",
    };
    struct line_book *b = line_book_new();
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        struct line_says s;
        line_read(b, lines[i], strlen(lines[i]), NULL, &s);
        assert_int_equal(s.kind, LINE_UNKNOWN);
        assert_int_equal(s.cause_count, 0);
        assert_null(s.topic);
        assert_null(s.means);
    }
    static const char near[] = "TLS failure: certificate subject name does neither match nor please the target host";
    struct line_says s;
    line_read(b, near, sizeof near - 1, NULL, &s);
    if (s.kind == LINE_UNKNOWN)
        assert_true(s.nearest_count > 0);
    line_book_free(b);
}

/* Every reading is fit to be shown, whatever the line. */
static void reading_check(const struct line_says *s)
{
    assert_true(s->cause_count <= LINE_CAUSES && s->nearest_count <= LINE_NEAREST);
    for (size_t i = 1; i < s->nearest_count; i++)
        for (size_t k = 0; k < i; k++)
            assert_true(s->nearest[i] != s->nearest[k]);
    assert_true(s->kind != LINE_KNOWN || (s->cause_count && s->topic && s->means));
    for (size_t i = 0; i < s->cause_count; i++) {
        int p = s->cause[i].percent;
        assert_true(p == 25 || p == 50 || p == 75 || p == 90 || p == 97);
        assert_true(i == 0 || p <= s->cause[i - 1].percent);
        for (size_t k = 0; k < i; k++)
            assert_int_not_equal(s->cause[k].cause, s->cause[i].cause);
    }
}

/* A phrase that several rows have is near once. */
static void test_nearest(void **state)
{
    static const char *const lines[] = {
        "tls failure: closed purple inbound purple before purple receiving purple peer's purple notify",
        "tls failure: signed purple certificate purple by purple unknown purple",
        "tls failure: mozilla purple error purple mitm purple detected",
        "tls failure: remote purple closed purple connection purple during purple handshake",
    };
    struct line_book *b = line_book_new();
    (void)state;
    for (size_t n = 0; n < sizeof lines / sizeof *lines; n++) {
        struct line_says s;
        line_read(b, lines[n], strlen(lines[n]), NULL, &s);
        assert_int_equal(s.kind, LINE_UNKNOWN);
        assert_true(s.nearest_count > 0);
        reading_check(&s);
    }
    line_book_free(b);
}

/* What the text itself speaks for is named, also where the causes of its kind fill the list. */
static void test_named(void **state)
{
    struct line_book *b = line_book_new();
    struct line_says s;
    static const char line[] = "E (129576) esp-tls: mbedtls_ssl_handshake returned -0x2700";
    bool named = false;
    (void)state;
    line_read(b, line, sizeof line - 1, NULL, &s);
    assert_int_equal(s.cause_count, LINE_CAUSES);
    assert_int_equal(s.cause[0].cause, CAUSE_CERT_UNTRUSTED_CA);
    for (size_t i = 0; i < s.cause_count; i++)
        named |= s.cause[i].cause == CAUSE_CERT_NAME;
    assert_true(named);
    line_book_free(b);
}

static void test_direction(void **state)
{
    (void)state;
    static const struct { const char *line; enum line_direction direction; int alert; enum cause cause; } rows[] = {
        { "Received fatal alert: certificate_unknown, https-jsse-nio-1", LINE_RECEIVED, 46, CAUSE_CERT_UNTRUSTED_CA },
        { "curl: * TLSv1.2 (IN), TLS alert, unknown CA (560):", LINE_RECEIVED, 48, CAUSE_CLIENT_CERT },
        { "http: TLS handshake error from 192.0.2.1:1: remote error: tls: bad certificate", LINE_RECEIVED, 42,
          CAUSE_CERT_UNTRUSTED_CA },
        { "http: TLS handshake error from 192.0.2.1:1: remote error: tls: unknown certificate authority", LINE_RECEIVED,
          48, CAUSE_CERT_UNTRUSTED_CA },
        { "go: remote error: tls: bad certificate status response", LINE_RECEIVED, 113, CAUSE_OCSP },
        { "openssl: SSL3 alert write:fatal:unknown CA", LINE_SENT, 48, CAUSE_CERT_UNTRUSTED_CA },
        { "curl: * TLSv1.3 (OUT), TLS alert, protocol version (582):", LINE_SENT, 70, CAUSE_VERSION_MISMATCH },
        { "http: TLS handshake error from 192.0.2.1:1: local error: tls: bad record "
          "MAC", LINE_LOCAL, -1, CAUSE_MIDDLEBOX },
    };
    struct line_book *b = line_book_new();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct line_says s;
        line_read(b, rows[i].line, strlen(rows[i].line), NULL, &s);
        bool sent = rows[i].direction == LINE_LOCAL ? s.direction != LINE_RECEIVED : s.direction == rows[i].direction;
        if (!sent || (rows[i].alert >= 0 && s.alert != rows[i].alert) || s.cause[0].cause != rows[i].cause)
            fail_msg("\"%s\": direction %d, alert %d, topic %s, cause %s", rows[i].line, s.direction, s.alert,
                     s.topic ? s.topic : "-", s.cause_count ? cause_table[s.cause[0].cause].id : "-");
    }
    line_book_free(b);
}

static void test_noise(void **state)
{
    (void)state;
    static const struct { const char *line; enum line_noise noise; } rows[] = {
        { "http: TLS handshake error from 192.0.2.1:5: EOF", LINE_NOISE_CLOSED },
        { "*5 client closed connection while SSL handshaking, client: 192.0.2.1, nginx", LINE_NOISE_CLOSED },
        { "postfix/smtpd[9]: TLS library problem: error:0A0000FC:SSL routines::unknown protocol", LINE_NOISE_SCANNER },
        { "error:0A000175:SSL routines::inappropriate fallback", LINE_NOISE_FOLLOWS },
        { "error:0A0000C1:SSL routines::no shared cipher", LINE_NOISE_NONE },
    };
    struct line_book *b = line_book_new();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct line_says s;
        line_read(b, rows[i].line, strlen(rows[i].line), NULL, &s);
        if (s.noise != rows[i].noise)
            fail_msg("\"%s\": noise %d, topic %s", rows[i].line, s.noise, s.topic ? s.topic : "-");
        assert_true(!s.noise || s.cause[0].percent <= 75);
    }
    line_book_free(b);
}

static void test_context(void **state)
{
    (void)state;
    static const char line[] = "sslv3 alert handshake failure";
    struct line_book *b = line_book_new();
    struct line_says s;
    struct line_context c = { .stage = LINE_STAGE_CLIENT_CERT };
    line_read(b, line, sizeof line - 1, &c, &s);
    assert_int_equal(s.cause[0].cause, CAUSE_CLIENT_CERT);
    assert_int_equal(s.cause[0].percent, 90);
    c = (struct line_context){ .stage = LINE_STAGE_HELLO };
    line_read(b, line, sizeof line - 1, &c, &s);
    for (size_t i = 0; i < s.cause_count; i++)
        assert_int_not_equal(s.cause[i].cause, CAUSE_CLIENT_CERT);
    c = (struct line_context){ .near = 1u << CAUSE_SNI };
    line_read(b, line, sizeof line - 1, &c, &s);
    assert_int_equal(s.cause[0].cause, CAUSE_SNI);
    assert_int_equal(s.cause[0].percent, 75);
    c = (struct line_context){ .excluded = 1u << CAUSE_CIPHER_MISMATCH };
    line_read(b, line, sizeof line - 1, &c, &s);
    for (size_t i = 0; i < s.cause_count; i++)
        assert_int_not_equal(s.cause[i].cause, CAUSE_CIPHER_MISMATCH);
    static const char told[] = "tlsv1 alert unknown ca";
    c = (struct line_context){ .side = LINE_SIDE_CLIENT };
    line_read(b, told, sizeof told - 1, &c, &s);
    assert_int_equal(s.cause[0].cause, CAUSE_CLIENT_CERT);
    c = (struct line_context){ .side = LINE_SIDE_SERVER };
    line_read(b, told, sizeof told - 1, &c, &s);
    assert_int_equal(s.cause[0].cause, CAUSE_CERT_UNTRUSTED_CA);
    line_book_free(b);
}

static void test_hostile(void **state)
{
    (void)state;
    struct line_book *b = line_book_new();
    size_t n = 3 * LINE_BYTES;
    char *long_line = malloc(n);
    assert_non_null(long_line);
    memset(long_line, 'x', n);
    memcpy(long_line, "ssl error ", 10);
    memcpy(long_line + n - 40, "certificate has expired", 23); /* beyond what is looked at */
    struct line_says s;
    line_read(b, long_line, n, NULL, &s);
    assert_int_equal(s.cause_count, 0);
    uint32_t seed = 7;
    for (int round = 0; round < 300; round++) {
        for (size_t i = 0; i < 400; i++) {
            seed = seed * 1664525 + 1013904223;
            long_line[i] = (char)(seed >> 24);
        }
        const char *piece = known[seed % (sizeof known / sizeof *known)].line;
        size_t length = strlen(piece);
        if (length <= 300)
            memcpy(long_line + seed % 100, piece, length);
        line_read(b, long_line, 400, NULL, &s);
        reading_check(&s);
    }
    free(long_line);
    line_book_free(b);
    line_book_free(NULL);
}

/* What is remembered is what would be read. */
static void test_memory(void **state)
{
    (void)state;
    struct line_book *b = line_book_new();
    struct line_says first, again;
    for (size_t round = 0; round < 2; round++) {
        for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
            struct line_book *fresh = line_book_new();
            line_read(b, known[i].line, strlen(known[i].line), NULL, &again);
            line_read(fresh, known[i].line, strlen(known[i].line), NULL, &first);
            assert_int_equal(first.cause_count, again.cause_count);
            assert_memory_equal(first.cause, again.cause, sizeof first.cause);
            assert_ptr_equal(first.means, again.means);
            line_book_free(fresh);
            i += 20;
        }
    }
    line_book_free(b);
}

/* The tables: phrases are plain text, or nothing would ever be found; sentences are whole; numbers are the steps. */
static void phrases_check(const char *when)
{
    char plain[FOLD_ROOM(400)], shown[400];
    for (const char *p = when, *next; p; p = next) {
        const char *bar = strchr(p, '|'), *and = strstr(p, " & ");
        const char *end = and && (!bar || and < bar) ? and : bar ? bar : p + strlen(p);
        next = !*end ? NULL : *end == '|' ? end + 1 : end + 3;
        const char *from = p + (*p == '!');
        if (*from == '@')
            continue;
        size_t n = (size_t)(end - from);
        assert_true(n > 0 && n < 200);
        for (size_t i = 0; i < n; i++)
            shown[i] = from[i] == '_' ? ' ' : from[i];
        size_t length = fold_line(shown, n, plain);
        size_t skip = shown[0] == ' ' ? 0 : 1, tail = shown[n - 1] == ' ' ? 0 : 1;
        shown[n] = '\0';
        if (memchr(plain, '#', length) && !memchr(shown, '#', n))
            continue; /* a number that the line may have alone */
        if (length - skip - tail != n || memcmp(plain + skip, shown, n) != 0)
            fail_msg("\"%s\" is not plain: \"%.*s\"", shown, (int)length, plain);
    }
}

static void test_tables(void **state)
{
    (void)state;
    for (size_t i = 0; i < shape_count; i++)
        phrases_check(shape_table[i].when);
    for (size_t i = 0; i < mark_count; i++)
        phrases_check(mark_table[i].when);
    for (size_t i = 0; i < side_count; i++)
        phrases_check(side_table[i].when);
    for (size_t i = 0; i < stack_count; i++)
        phrases_check(stack_table[i].when);
    for (size_t i = 0; i < hint_count; i++)
        phrases_check(hint_table[i].when);
    for (int t = 1; t < TOPIC_COUNT; t++) {
        const struct topic *topic = &topic_table[t];
        struct line_says s = { .kind = LINE_KNOWN, .topic = topic->word, .means = topic->means };
        while (s.cause_count < LINE_CAUSES && topic->cause[s.cause_count].percent) {
            s.cause[s.cause_count] = topic->cause[s.cause_count];
            s.cause_count++;
        }
        reading_check(&s);
        const char *said[] = { topic->means, topic->not_means, topic->decides };
        for (size_t i = 0; i < 3; i++)
            assert_true(!said[i] || (said[i][0] >= 'A' && said[i][0] <= 'Z' && said[i][strlen(said[i]) - 1] == '.'));
        assert_true(topic->decides || s.cause_count == 1 || s.cause[0].percent >= 90);
        for (int other = 1; other < t; other++)
            assert_string_not_equal(topic->word, topic_table[other].word);
    }
}

static void test_scan(void **state)
{
    (void)state;
    struct line_book *b = line_book_new();
    static const char log[] = "an ordinary line\nanother one of them\nwith OpenSSL in it\n";
    const char *at = line_find(b, log, sizeof log - 1);
    assert_ptr_equal(at, strstr(log, "SSL"));
    assert_null(line_find(b, log, 40));
    assert_null(line_find(b, "", 0));
    assert_null(line_find(b, "s", 1));
    for (size_t pad = 0; pad < 4; pad++) { /* at even and odd places, at the very end */
        char line[32];
        memset(line, '.', sizeof line);
        memcpy(line + pad, "x509", 4);
        assert_ptr_equal(line_find(b, line, pad + 4), line + pad);
        assert_null(line_find(b, line, pad + 3));
    }
    line_book_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tables), cmocka_unit_test(test_known), cmocka_unit_test(test_no_alarm),
        cmocka_unit_test(test_unknown), cmocka_unit_test(test_nearest),
        cmocka_unit_test(test_named), cmocka_unit_test(test_direction),
        cmocka_unit_test(test_noise), cmocka_unit_test(test_context),
        cmocka_unit_test(test_hostile), cmocka_unit_test(test_memory), cmocka_unit_test(test_scan),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
