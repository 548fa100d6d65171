/* fix - what a person can do about a cause.
 *
 * Owns: the texts, one per situation. {words} are filled in as in detail.h.
 * Must not know: when they apply (sign.c says that).
 */
#ifndef TLSWHY_WHY_FIX_H
#define TLSWHY_WHY_FIX_H

/*    ID              text */
#define FIXES(X) \
    X(NONE,           "") \
    X(NO_SUCH_NAME,   "Check the spelling of {host}; if it is right, add the record to its DNS " \
                      "zone, or to /etc/hosts here. A name that only an internal DNS server " \
                      "knows needs that server (or its VPN) on this machine.") \
    X(NO_ADDRESS,     "Add an A or AAAA record for {host} to its DNS zone; at present the name " \
                      "exists without one.") \
    X(DNS,            "Look at the DNS servers this machine asks (/etc/resolv.conf, or " \
                      "`resolvectl status`) and at UDP and TCP port 53 on the way there; " \
                      "at=ADDRESS probes the server without DNS.") \
    X(REFUSED,        "Start the service, or make it listen on this address and port (on the " \
                      "server: `ss -ltnp`); a firewall that rejects looks the same (`nft list " \
                      "ruleset`). Check that {port} is the right port.") \
    X(UNREACHABLE,    "Find where the route ends (`ip route get {ip}` here, `tracepath {ip}`), " \
                      "and check that the machine is up and its address is right.") \
    X(PROHIBITED,     "A filter says no: look for a reject rule in the firewalls of this " \
                      "machine, of the server and in between (`nft list ruleset`, security " \
                      "groups).") \
    X(SILENT,         "Nothing comes back at all: look for a firewall or security group that " \
                      "drops packets to port {port}, and check that the machine is up and its " \
                      "address is right.") \
    X(CONNECT_RESET,  "Something answers the connection with a reset at once: look at filters " \
                      "on the path and at connection limits in front of the server (a load " \
                      "balancer without a live backend does this).") \
    X(FALL_BACK,      "Make {address} reachable, or take it out of DNS.") \
    X(NOT_TLS,        "Turn TLS on for this port on the server, or contact the port where TLS " \
                      "is spoken. (nginx: `listen {port} ssl;`, Apache: `SSLEngine on` in the " \
                      "virtual host.)") \
    X(NOT_TLS_HINT,   "{hint}") \
    X(VERSION_SERVER, "Turn on TLS 1.2 and 1.3 on the server (nginx `ssl_protocols TLSv1.2 " \
                      "TLSv1.3;`, Apache `SSLProtocol -all +TLSv1.2 +TLSv1.3`, HAProxy " \
                      "`ssl-min-ver TLSv1.2`, OpenSSL `MinProtocol = TLSv1.2` in openssl.cnf, Java: " \
                      "take TLSv1.2 out of jdk.tls.disabledAlgorithms, Windows: " \
                      "SCHANNEL\\Protocols\\TLS 1.2\\Server, Enabled = 1). Very old software must be " \
                      "updated to offer them; making clients speak the old versions instead puts " \
                      "them at risk.") \
    X(VERSION_CLIENT, "Let both sides share a version: the server takes {accepts}, this client " \
                      "offers {offer}. Update the client or lift its limits (min=, max=, its " \
                      "configuration: OpenSSL `MaxProtocol` in openssl.cnf, Java " \
                      "jdk.tls.client.protocols, Windows SCHANNEL\\Protocols\\...\\Client); if it " \
                      "can't be changed, the server has to allow its " \
                      "versions again (nginx `ssl_protocols`, Apache `SSLProtocol`, HAProxy " \
                      "`ssl-min-ver`, OpenSSL `MinProtocol`, up to TLS 1.1 also `CipherString = " \
                      "DEFAULT@SECLEVEL=0`), which weakens it where they are older than TLS 1.2.") \
    X(SUITE_SERVER,   "On the server, allow {server_add}: append `:{server_openssl}` to the list in " \
                      "nginx `ssl_ciphers`, Apache `SSLCipherSuite`, HAProxy " \
                      "`ssl-default-bind-ciphers`, OpenSSL `CipherString`; Java: " \
                      "jdk.tls.disabledAlgorithms in java.security must not forbid it; Windows: " \
                      "`Enable-TlsCipherSuite -Name {server_iana}`, or the group policy \"SSL Cipher " \
                      "Suite Order\".") \
    X(SUITE13_SERVER, "On the server, allow {server_iana} for TLS 1.3: append `:{server_iana}` to the " \
                      "list in nginx `ssl_conf_command Ciphersuites`, Apache `SSLCipherSuite " \
                      "TLSv1.3`, HAProxy `ssl-default-bind-ciphersuites`, OpenSSL `Ciphersuites`; " \
                      "Java: jdk.tls.disabledAlgorithms in java.security must not forbid it; " \
                      "Windows: `Enable-TlsCipherSuite -Name {server_iana}`.") \
    X(SUITE_CLIENT,   "On the client, offer {client_add} too: append `:{client_openssl}` to " \
                      "`CipherString` in openssl.cnf or curl's `--ciphers`; Java: " \
                      "jdk.tls.disabledAlgorithms in java.security must not forbid it; Windows: " \
                      "`Enable-TlsCipherSuite -Name {client_iana}`; here: ciphers=.") \
    X(SUITE13_CLIENT, "On the client, offer {client_iana} too: append `:{client_iana}` to " \
                      "`Ciphersuites` in openssl.cnf or curl's `--tls13-ciphers`; Java: " \
                      "jdk.tls.disabledAlgorithms in java.security must not forbid it; Windows: " \
                      "`Enable-TlsCipherSuite -Name {client_iana}`; here: ciphers=.") \
    X(SUITE_CLIENT_WEAK, "All that the server is known to take is weak: mend the server. Where " \
                      "that can't be done, a client can be made to offer it (OpenSSL `CipherString = " \
                      "{client_openssl}:@SECLEVEL=0` in openssl.cnf, and a library built with it), and " \
                      "is at risk then.") \
    X(KEY_SERVER,     "Give the server a second certificate with a key of the kind {client_key} " \
                      "beside the one with {server_key} (nginx: a second pair of `ssl_certificate` " \
                      "and `ssl_certificate_key`; Apache: a second pair of `SSLCertificateFile` and " \
                      "`SSLCertificateKeyFile`; HAProxy: NAME.pem.rsa and NAME.pem.ecdsa beside " \
                      "`crt NAME.pem`; Java: a second key entry; Windows: one certificate for each " \
                      "binding only).") \
    X(SUITES_CURRENT, "Add a current suite on the server, such as " \
                      "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 (ECDHE-RSA-AES128-GCM-SHA256; " \
                      "ECDHE-ECDSA-AES128-GCM-SHA256 for an ECDSA key): nginx `ssl_ciphers`, Apache " \
                      "`SSLCipherSuite`, HAProxy `ssl-default-bind-ciphers`.") \
    X(GROUP_SERVER,   "On the server, allow {server_add}: append `:{server_openssl}` to the list in " \
                      "nginx `ssl_ecdh_curve`, Apache `SSLOpenSSLConfCmd Groups`, HAProxy " \
                      "`ssl-default-bind-curves`, OpenSSL `Groups`; Java: -Djdk.tls.namedGroups=; " \
                      "Windows: `Enable-TlsEccCurve -Name {server_windows}`.") \
    X(GROUP_CLIENT,   "On the client, offer {client_add} too: append `:{client_openssl}` to `Groups` " \
                      "in openssl.cnf or curl's `--curves`; Java: -Djdk.tls.namedGroups=; Windows: " \
                      "`Enable-TlsEccCurve -Name {client_windows}`; here: groups=.") \
    X(CURVE_SERVER,   "Have the server's certificate issued for a key on a curve that clients offer: " \
                      "P-256 (`openssl genpkey -algorithm EC -pkeyopt " \
                      "ec_paramgen_curve:P-256`) or RSA, install it and reload the server.") \
    X(CURVE,          "Find out what kind of key the server's certificate has (`--depth full`): up to " \
                      "TLS 1.2 a client's groups must list the curve of an ECDSA key too. Let the " \
                      "client offer that curve (OpenSSL `Groups`, Java -Djdk.tls.namedGroups=, " \
                      "Windows `Enable-TlsEccCurve`; here: groups=), or have the certificate issued " \
                      "for a key on P-256 or for RSA.") \
    X(SIGALG_KEY,     "What a server can sign with depends on the key of its certificate (`--depth " \
                      "full` tells which): let the client offer what fits it (OpenSSL " \
                      "`SignatureAlgorithms` in openssl.cnf, Java " \
                      "-Djdk.tls.client.SignatureSchemes=; here: sigalgs=), or give the server a " \
                      "certificate with a key that fits what is offered ({offered}).") \
    X(SIGALG_SERVER,  "On the server, allow {server_add}: append `:{server_openssl}` to the list in " \
                      "nginx `ssl_conf_command SignatureAlgorithms`, Apache `SSLOpenSSLConfCmd " \
                      "SignatureAlgorithms`, HAProxy `ssl-default-bind-sigalgs` (2.8), OpenSSL " \
                      "`SignatureAlgorithms`; Java: -Djdk.tls.server.SignatureSchemes=; Windows: " \
                      "`Functions` under HKLM\\SYSTEM\\CurrentControlSet\\Control\\Cryptography\\" \
                      "Configuration\\Local\\SSL\\00010003.") \
    X(SIGALG_CLIENT,  "On the client, offer {client_add} too: append `:{client_openssl}` to " \
                      "`SignatureAlgorithms` in openssl.cnf; Java: " \
                      "-Djdk.tls.client.SignatureSchemes=; Windows: `Functions` under HKLM\\SYSTEM\\" \
                      "CurrentControlSet\\Control\\Cryptography\\Configuration\\Local\\SSL\\00010003; " \
                      "here: sigalgs=.") \
    X(SIGALG_CLIENT_WEAK, "All that the server is known to sign with is weak: mend the server. " \
                      "Where that can't be done, a client can be made to accept it (OpenSSL " \
                      "`SignatureAlgorithms = {client_openssl}` and `CipherString = " \
                      "DEFAULT@SECLEVEL=0` in openssl.cnf), and is at risk then.") \
    X(RENEGOTIATION,  "Update the server's TLS library, or switch secure renegotiation (RFC 5746) back " \
                      "on there: every library since 2010 has it. Until then a client built on " \
                      "OpenSSL 3 gets through with `Options = UnsafeLegacyServerConnect` in the " \
                      "system_default section of its openssl.cnf (`openssl s_client " \
                      "-legacy_server_connect`), and can then be attacked by injected data.") \
    X(LARGE,          "Update what terminates TLS there, server or load balancer: it must read a " \
                      "ClientHello that arrives in several packets. Until then clients get through " \
                      "without the post-quantum group (OpenSSL 3.5: `Groups = X25519:P-256:P-384` in " \
                      "openssl.cnf; Chrome: the policy PostQuantumKeyAgreementEnabled = false).") \
    X(LARGE_PATH,     "Send the same from the server's own network, or from the server itself " \
                      "(at=127.0.0.1): if it is answered there, update or bypass what inspects TLS on " \
                      "the way (firewall, proxy, load balancer), which must not expect a ClientHello " \
                      "in one packet.") \
    X(REPLAY_VERSION_LACKS, "On the client, offer {lacked} too (update it, or lift its limits: OpenSSL " \
                      "`MinProtocol` and `MaxProtocol` in openssl.cnf, Java jdk.tls.client.protocols, " \
                      "Windows SCHANNEL\\Protocols\\...\\Client; here: min=, max=). Otherwise: On the " \
                      "server, allow a version this client offers, {offer} (nginx `ssl_protocols`, Apache " \
                      "`SSLProtocol`, HAProxy `ssl-min-ver`, OpenSSL `MinProtocol`), which weakens it where " \
                      "that is older than TLS 1.2.") \
    X(REPLAY_VERSION_HAS, "Update what terminates TLS there: a server that does not know {lacked} has to " \
                      "pass over it and choose a version it does know (RFC 8446 section 4.2.1). Until then " \
                      "this client gets through with a lower limit (OpenSSL `MaxProtocol` in openssl.cnf, " \
                      "Java jdk.tls.client.protocols; here: max=).") \
    X(REPLAY_FORM,    "Update the client, or turn off SSL 2.0's form of the hello there (Java: take " \
                      "SSLv2Hello out of https.protocols; OpenSSL 1.0: `SSL_OP_NO_SSLv2`): current servers " \
                      "no longer read it (RFC 6176).") \
    X(REPLAY_SUITE_SERVER, "On the server, allow a suite this client offers (nginx `ssl_ciphers`, Apache " \
                      "`SSLCipherSuite`, HAProxy `ssl-default-bind-ciphers`, OpenSSL `CipherString`).") \
    X(REPLAY_GROUP_SERVER, "On the server, allow a group this client offers (nginx `ssl_ecdh_curve`, Apache " \
                      "`SSLOpenSSLConfCmd Groups`, HAProxy `ssl-default-bind-curves`, OpenSSL `Groups`).") \
    X(REPLAY_SIGALG_SERVER, "On the server, allow a signature algorithm this client offers (nginx " \
                      "`ssl_conf_command SignatureAlgorithms`, Apache `SSLOpenSSLConfCmd SignatureAlgorithms`, " \
                      "OpenSSL `SignatureAlgorithms`), or give it a certificate with a key that fits one.") \
    X(REPLAY_EMS,     "Update the client so that it sends extended_master_secret (RFC 7627). Otherwise: Let " \
                      "the server stop insisting on it, as it does in FIPS mode (RHEL 9: " \
                      "`update-crypto-policies --set FIPS:NO-ENFORCE-EMS`).") \
    X(REPLAY_RENEGOTIATION, "Update the client so that it sends renegotiation_info, or the signal for it " \
                      "among its suites (RFC 5746): every library since 2010 does. Otherwise: Let the server " \
                      "take hellos without (Java: -Dsun.security.ssl.allowLegacyHelloMessages=true), which lets " \
                      "data be injected into connections that negotiate again.") \
    X(REPLAY_SNI_LACKS, "Let the client send a server name: update it, or give it the name instead of an " \
                      "address (here: sni=NAME). Otherwise: Let the server have a certificate for who sends " \
                      "none (nginx: a `default_server` without `ssl_reject_handshake on`; HAProxy: no " \
                      "`strict-sni`).") \
    X(REPLAY_SNI_HAS, "Add the name this client sends to the server (nginx `server_name`, Apache " \
                      "`ServerName` or `ServerAlias`, HAProxy: a certificate for it, or no `strict-sni`), or " \
                      "let the client send another (here: sni=NAME, sni=none).") \
    X(REPLAY_LACKS,   "Update the client, or set it up so that its hello has {thing}. Otherwise: Update what " \
                      "terminates TLS on the server, which could do without.") \
    X(REPLAY_HAS,     "Update what terminates TLS on the server: it has to pass over what it does not know " \
                      "(RFC 8446 section 9.3), and take a lawful hello in any order. Until then change what " \
                      "this client sends: {thing}.") \
    X(REPLAY_PATH,    "Send the same from the server's own network, or from the server itself " \
                      "(at=127.0.0.1): if it is answered there, update or bypass what inspects TLS on the way " \
                      "(firewall, proxy, load balancer); if not, update what terminates TLS on the server. " \
                      "Until then change what this client sends: {thing}.") \
    X(SMALL_DH,       "Offer ECDHE on the server (every current client prefers it), or give it a " \
                      "Diffie-Hellman group of at least 2048 bits (nginx `ssl_dhparam`, made by " \
                      "`openssl dhparam 2048`; Java: jdk.tls.ephemeralDHKeySize=2048).") \
    X(LARGE_DH,       "Let the server prefer suites with ECDHE or plain RSA for such clients, or take DHE suites from " \
                      "its list: a Diffie-Hellman group small enough for them is too weak for everybody else. On " \
                      "the client, update it (Java: 7u131, 8 and later), or disable its DHE suites " \
                      "(Java: jdk.tls.disabledAlgorithms=DH).") \
    X(EXPIRED_LEAF,   "Renew the certificate (e.g. `certbot renew`, or order it anew from its " \
                      "CA), install it and reload the server (`systemctl reload nginx`). If it " \
                      "was renewed already, the server was not reloaded, or serves another " \
                      "file. Then find out why the renewal did not run.") \
    X(EXPIRED_UPPER,  "Replace the intermediate the server sends by the current one of its CA " \
                      "(nginx: in the file of `ssl_certificate`, after the server's own; " \
                      "Apache: in `SSLCertificateFile`), and reload the server.") \
    X(EXPIRED_STORE,  "The CA certificate comes from the trust store used here: update it " \
                      "(`apt-get install --only-upgrade ca-certificates`, or the file given " \
                      "with ca=), or let the server use a chain that ends at a current CA.") \
    X(NOT_YET,        "Check the clock of the machine that made the certificate and the clock " \
                      "here (`timedatectl`); if both are right, put the previous certificate " \
                      "back until this one begins, or have it issued anew.") \
    X(CLOCK,          "Find out which clock is wrong: compare `date -u` on both machines with " \
                      "a third; then let NTP set it (`timedatectl set-ntp true`).") \
    X(NAME,           "Ask for one of the names the certificate is for, or have a certificate " \
                      "issued that lists {name} as subjectAltName and install it (nginx: " \
                      "`server_name` and `ssl_certificate` of the right server block; the " \
                      "default block answers for names no block lists).") \
    X(NAME_CN,        "Have the certificate issued again with {name} as subjectAltName; " \
                      "current clients no longer look at the CN. (openssl: `-addext " \
                      "subjectAltName=DNS:{name}`.)") \
    X(NAME_SNI,       "Probe once with the name the clients use as server name (sni={name}) " \
                      "and compare the certificates.") \
    X(SELF_SIGNED,    "Have the certificate issued by a CA the clients trust (e.g. `certbot`), " \
                      "or give the clients this certificate as trusted, once it was checked on " \
                      "the server itself: `curl --cacert FILE`, tlswhy ca=FILE.") \
    X(UNTRUSTED,      "Install the CA certificate on the clients (Debian: copy it to " \
                      "/usr/local/share/ca-certificates/NAME.crt and run " \
                      "`update-ca-certificates`; for one command `curl --cacert FILE`, tlswhy " \
                      "ca=FILE), or use a certificate of a CA they already trust.") \
    X(ROTATED,        "The CA has a new key: get its current certificate from those who run it " \
                      "and replace the old one in the trust store ({store}), or let the server " \
                      "use a chain under the key the clients know.") \
    X(ISSUER,         "Get the certificate of the issuer, {issuer}. If it is an intermediate, " \
                      "add it to what the server sends (nginx: `ssl_certificate` takes the " \
                      "full chain, certbot's fullchain.pem; Apache: SSLCertificateFile); if it " \
                      "is the CA itself, give it to the clients (`curl --cacert FILE`, " \
                      "ca=FILE).") \
    X(INCOMPLETE,     "Append {missing} ({source}) to the certificates that the server sends, after its own: " \
                      "nginx: to the file of `ssl_certificate` (certbot: fullchain.pem instead of cert.pem); Apache: " \
                      "to that of SSLCertificateFile (before 2.4.8: SSLCertificateChainFile); HAProxy: in the `crt` " \
                      "file, between the certificate and its key. In PEM: what was fetched may need `openssl x509 " \
                      "-inform DER` or `openssl pkcs7 -inform DER -print_certs` first. Then reload the server.") \
    X(ISSUER_OTHER,   "Get the certificate of the issuer under which this one was made from those who run the CA, and " \
                      "append it to what the server sends (nginx `ssl_certificate`, Apache SSLCertificateFile, HAProxy " \
                      "`crt`); or have the certificate issued anew under the CA's present key.") \
    X(WEAK,           "Have the certificate issued again with an RSA key of at least 2048 bits " \
                      "or an ECDSA P-256 key, a SHA-256 signature, serverAuth, and CAs marked " \
                      "as CAs; then install it and reload the server.") \
    X(NO_STORE,       "Nothing is wrong with the server: install a CA store here (`apt-get " \
                      "install ca-certificates`), or say whom to trust with ca=FILE.") \
    X(ORDER,          "Send the server's certificate first and then each issuer in turn " \
                      "(nginx: the order inside the file of `ssl_certificate`).") \
    X(POLICY,         "Clients on this machine obey this policy, tlswhy's own probes may not: " \
                      "look at `openssl version -d` and openssl.cnf there, /etc/gnutls/config, " \
                      "`update-crypto-policies --show`.") \
    X(PROXY,          "tlswhy connected directly. To see what curl sees, probe with via=env " \
                      "once this version can, or try `curl -v` with and without `--noproxy " \
                      "'*'`.") \
    X(CLIENT_CERT,    "Give the client the certificate and key the server asks for (`curl " \
                      "--cert FILE --key FILE`), or make it optional on the server (nginx " \
                      "`ssl_verify_client optional;`).") \
    X(SERVER_LOG,     "Read the server's log for this moment: it usually says more than its " \
                      "answer does (nginx: `error_log ... info;`, HAProxy: " \
                      "`error-log-format`).") \
    X(ALPN,           "Let both sides share an application protocol (nginx `http2 on;`, " \
                      "HAProxy `alpn h2,http/1.1`), or offer another: alpn=LIST, alpn=none.") \
    X(CLIENT_PLAIN,   "Let the client speak TLS to this port (https:// instead of http://, TLS switched on in its " \
                      "settings), or send it to the plain port.") \
    X(CLIENT_VERSION, "Update the client so that it offers TLS 1.2 or 1.3, or switch such versions on in its settings; " \
                      "what it offers stands in its hello. On the server, an older version helps only such clients " \
                      "and weakens it for all.") \
    X(CLIENT_TRUST,   "Check the endpoint with tlswhy: where its chain is complete, install its CA on the client, in the " \
                      "store this client uses (Java and browsers have their own); where not, let the server send the " \
                      "missing intermediate.") \
    X(CLIENT_DATES,   "Compare the client's clock with the right time, and check the endpoint with tlswhy: where it finds " \
                      "every certificate within its dates, the client's clock is the fault.") \
    X(CLIENT_LOG,     "Read the client's own log or debug output: it says which certificate it refuses, and why. Then " \
                      "check the endpoint with tlswhy, which judges name, dates and chain.") \
    X(RELOAD,         "Let the server read the renewed file: `systemctl reload nginx` (Apache, HAProxy, Postfix " \
                      "and Dovecot likewise; what reads certificates only at its start must be restarted), and " \
                      "have the renewal do that from now on (`certbot renew --deploy-hook 'systemctl reload " \
                      "nginx'`). If nothing changes, the server reads another file (nginx `ssl_certificate`, " \
                      "Apache `SSLCertificateFile`), or something in front of it, such as a load balancer, has a " \
                      "copy of its own.") \
    X(COPY_OLD,       "If the certificate was renewed on purpose, replace the copy in {file}, and the pins of " \
                      "clients where the key has changed. If nobody knows of that, find out who answers at " \
                      "{address}: the transparency logs (crt.sh) list what public CAs issued for the name.") \
    X(WRONG_SERVER,   "Something else answers here: check that {address} is the right machine, which server name " \
                      "is sent (sni=), and which server block, tenant or load balancer takes it (nginx: the " \
                      "default block answers for names that no block lists).") \
    X(PIN_CHANGED,    "Compare with the key on the server itself (`openssl x509 -in FILE -noout -pubkey | " \
                      "openssl pkey -pubin -outform DER | openssl dgst -sha256 -binary | base64`). Is it " \
                      "{got_pin}, the key was changed: give the clients the new pin, with that of a spare key, " \
                      "before the next change (certbot: `--reuse-key`). Is it not, something else answers at " \
                      "{address}.") \
    X(PIN_OF_CA,      "Programs that compare only the server's own key, as curl does, need its pin: {got_pin}. " \
                      "Some apps take the pin of a CA as well; for them nothing is wrong.") \
    X(REVOKED,        "Ask whoever ordered the certificate why it was revoked (a key that leaked must not be used " \
                      "again), have another one issued with a new key (certbot: `certbot renew --force-renewal`), " \
                      "install it and reload the server.") \
    X(REVOKED_CA,     "Ask the CA for a certificate from an intermediate that holds, install it with the chain that " \
                      "comes with it, and reload the server (certbot: `certbot renew --force-renewal`).") \
    X(RESPONDER,      "The server itself may be fine. Clients that insist on an answer fail where they can't have one: " \
                      "check from where they run that {responder} can be reached on plain HTTP (proxy, firewall, " \
                      "DNS), or let the server staple the answer.") \
    X(STAPLE,         "Let the server staple a fresh response: check that it reaches the responder, {responder}, and " \
                      "that it does not staple a file nobody renews (nginx `ssl_stapling on;` with a `resolver` that " \
                      "answers, and no `ssl_stapling_file`; Apache `SSLUseStapling on`; HAProxy `ocsp-update on`, or " \
                      "a new .ocsp file beside the certificate). Then reload it.") \
    X(MUST_STAPLE,    "Turn stapling on (nginx `ssl_stapling on;` and a `resolver`, Apache `SSLUseStapling on` and " \
                      "`SSLStaplingCache`, HAProxy `ocsp-update on`), and see that the server reaches {responder}. " \
                      "nginx has no response for its first connections after a start unless `ssl_stapling_file` " \
                      "names one. Or have the certificate issued again without must-staple.") \
    X(PRODUCT,        "{product_fix}") \
    X(INSPECT_NETWORK, "Where that is meant to be: get the CA's certificate from those who run this network and " \
                       "install it where the client looks for CAs (Debian: /usr/local/share/ca-certificates, " \
                       "then `update-ca-certificates`; Java: keytool -importcert; Node: NODE_EXTRA_CA_CERTS; " \
                       "Python: REQUESTS_CA_BUNDLE). Or have {name} exempted there: {product_fix}.") \
    X(INSPECT_MACHINE, "It runs on the client's own machine; there: {product_fix}. Programs with a store of " \
                       "their own (Java, Node: NODE_EXTRA_CA_CERTS, Python: REQUESTS_CA_BUNDLE) can be given its " \
                       "CA's certificate instead.") \
    X(INSPECT_TOOL,   "Switch the proxy off (https_proxy and the system's proxy settings), or exempt {name} " \
                      "there: {product_fix}. To work with it, give the client its CA's certificate, and take " \
                      "that out again.") \
    X(INSPECT_MALWARE, "Remove the program and its CA from this machine: anybody can make certificates that such " \
                       "a machine takes for true.") \
    X(INSPECT_UNKNOWN, "Send the same from another network (another machine, a phone without VPN), and compare " \
                       "the certificates' SHA-256. If they differ, ask those who run this network for their CA's " \
                       "certificate, or to have {name} exempted.") \
    X(LOCAL,          "Nothing is wrong with the server so far: ask another client (`openssl " \
                      "s_client`, `curl -v`), or probe from another machine.")

enum fix {
#define X(id, text) FIX_##id,
    FIXES(X)
#undef X
    FIX_COUNT
};
extern const char *const fix_table[FIX_COUNT];

#endif
