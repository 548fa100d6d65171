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
    X(NO_SUCH_NAME,   "Check the spelling of {host} (`dig {host} A {host} AAAA` shows what DNS says); if it is right, add the " \
                      "record to its DNS " \
                      "zone, or to /etc/hosts here. A name that only an internal DNS server " \
                      "knows needs that server (or its VPN) on this machine.") \
    X(NO_ADDRESS,     "Add an A or AAAA record for {host} to its DNS zone; at present the name " \
                      "exists without one.") \
    X(NULL_MX,        "If {host} is to take mail, replace the record `MX 0 .` in its DNS zone by its mail servers; else mail " \
                      "for it goes to the wrong domain.") \
    X(DNS_DIFFERS,    "Let every name server of this machine (/etc/resolv.conf, `resolvectl status`) know the same names: an " \
                      "internal name takes internal servers alone, or a resolver here that sends each domain to the right " \
                      "one (systemd-resolved, dnsmasq). Ask each: `dig @SERVER {host}`.") \
    X(DNS_LATE,       "Take the name server that does not answer out of /etc/resolv.conf (or of what DHCP or the VPN hands out), " \
                      "or bring it back; `dig @SERVER {host}` shows which one it is.") \
    X(DNS,            "Look at the DNS servers this machine asks (/etc/resolv.conf, or " \
                      "`resolvectl status`) and at UDP and TCP port 53 on the way there; " \
                      "at=ADDRESS probes the server without DNS.") \
    X(REFUSED,        "Start the service, or make it listen on this address and port (on the " \
                      "server: `ss -ltnp`); a firewall that rejects looks the same (`nft list " \
                      "ruleset`). Check that {port} is the right port.") \
    X(UNREACHABLE,    "Find where the route ends (`ip route get {ip}` here, `tracepath {ip}`), " \
                      "and check that the machine is up and its address is right. Ask the network's people: is " \
                      "there a route to {ip} from the router that says so, and one back?") \
    X(PROHIBITED,     "This machine forbids it: look for a rule for outgoing packets (`nft list ruleset`, " \
                      "`iptables -S OUTPUT`), a prohibiting route (`ip route get {ip}`), or a policy for this " \
                      "program " \
                      "(SELinux, AppArmor, a container's network policy).") \
    X(NO_KEY,         "On the server, look at the certificate and the private key it is set up with for {name}: that " \
                      "both files are there, can be read by the server's user, and belong to each other (`openssl " \
                      "x509 -noout -pubkey -in CERT` and `openssl pkey -pubout -in KEY` print the same). nginx: " \
                      "`ssl_certificate` with a variable names a file for each name, and its error log says which is " \
                      "missing; Java: `keytool -list -keystore FILE` must show a PrivateKeyEntry, not only " \
                      "trustedCertEntry; Node: `key` and `cert` of tls.createServer; Python: load_cert_chain; " \
                      "GnuTLS: --x509certfile and --x509keyfile, and a key usage that allows signing. Then reload " \
                      "the server.") \
    X(STATUS_REQUEST, "Give the server what it needs to answer for its certificate: lighttpd with wolfSSL wants the " \
                      "CAs above the certificate, `ssl.ca-file = \"FILE\"` with the intermediate in it. Other " \
                      "software that chokes on an extension must be updated: what it does not know it must pass over " \
                      "(RFC 6066 section 8 lets a server answer a status_request by nothing).") \
    X(GIVES_UP,       "Read the server's log of this moment, and the system's (`journalctl`, `dmesg`) for a process that ended: " \
                      "Apache \"child pid ... exit signal\", nginx \"worker process ... exited on signal\". Where the program " \
                      "chooses certificates by itself, see what it does for {name}: Node SNICallback, Python " \
                      "sni_callback, Go GetCertificate, OpenResty ssl_certificate_by_lua.") \
    X(RECORD_SIZE,    "Update the software that answers, or what stands before it: an extension it does not know it must " \
                      "pass over (RFC 8446 section 4.2). Firefox and GnuTLS send it always, so until then only other clients get in.") \
    X(CHOKES,         "Update the software that answers, or what stands before it: what it does not know in a hello " \
                      "it must pass over (RFC 8446 section 4.1.2). Until then, limit the suites of the client " \
                      "(`CipherString` in openssl.cnf, curl's `--ciphers`; here: ciphers=).") \
    X(SILENT,         "Nothing comes back at all: look for a firewall or security group that " \
                      "drops packets to port {port}, and check that the machine is up and its " \
                      "address is right. As root, `traceroute -n -T -p {port} {ip}` shows how far they get, beside a " \
                      "port that answers. Ask the network's people: may TCP from this machine's address to {ip}, " \
                      "port {port}, pass in both directions, and what did their filters log at this moment?") \
    X(CONNECT_RESET,  "Something answers the connection with a reset at once: look at filters " \
                      "on the path and at connection limits in front of the server (a load " \
                      "balancer without a live backend does this).") \
    X(PROXY_DOWN,     "Start the proxy, or correct its address: via=, or with via=env the variables HTTPS_PROXY and " \
                      "ALL_PROXY. Without via= the server is asked directly; NO_PROXY={host} lets other programs do " \
                      "the same.") \
    X(PROXY_LOGIN,    "Put USER:PASSWORD into the first line of a file only you can read and name it with " \
                      "--proxy-auth FILE, or into the variable: HTTPS_PROXY=http://USER:PASSWORD@HOST:PORT with " \
                      "via=env. Only Basic logins are made here: a proxy that asks for Negotiate or NTLM alone needs " \
                      "a helper beside the client (cntlm, px). Its log and its administrators know which users it " \
                      "takes.") \
    X(PROXY_RULES,    "Ask those who run the proxy to let CONNECT pass to {host}:{port}, and what its log says of " \
                      "this moment (Squid: the acls SSL_ports and Safe_ports, http_access, access.log; tinyproxy: " \
                      "ConnectPort, Filter; Dante: pass rules). Many let only port 443 pass. Or go around it, where " \
                      "that is allowed: NO_PROXY={host}.") \
    X(PROXY_KIND,     "Check which kind of proxy listens there and on which port: via=http://HOST:PORT or " \
                      "via=socks5://HOST:PORT. A proxy that wants TLS itself (https://) can't be asked by this " \
                      "version.") \
    X(PROXY_BEYOND,   "The fault lies between the proxy and the server: ask those who run the proxy to try " \
                      "`getent ahosts {host}` and `curl -v telnet://{host}:{port}` on its machine. A name or network " \
                      "that only this side knows must go around the proxy: NO_PROXY={host}.") \
    X(PROXY_ALTERS,   "Directly the same hello is taken, so it is the proxy, or what lies behind it, that changes or " \
                      "ends what passes: ask those who run it to let TLS to {host}:{port} pass untouched (Squid: no " \
                      "ssl_bump, or `splice`), and whether the server lets its address in. Or go around it, where " \
                      "that is allowed: NO_PROXY={host}.") \
    X(PROXY_COMMAND,  "Run the command by hand: what it writes to its standard error says why. It has no terminal " \
                      "here, so it can't ask for a password (ssh: use a key and an agent, -o BatchMode=yes).") \
    X(REJECTED,       "Ask those who run the filter at {icmp_from}: which rule rejects TCP from this machine's " \
                      "address (`ip route get {ip}` shows it) to {ip}, port {port}, and may it pass? On a Linux " \
                      "filter: `nft list ruleset`, `iptables -S`; in a cloud: security groups and network ACLs.") \
    X(UNANSWERED,     "Check that the machine with {ip} is up and on this network (`ip neigh show {ip}`, `ip route " \
                      "get {ip}`), and that the address is right. Ask the network's people whether the port of its " \
                      "switch, its VLAN and its address are what they should be.") \
    X(HELD,           "On the server, see whether the program that listens on port {port} still takes connections (`ss -ltnp`: " \
                      "a Recv-Q that stays above 0 is a queue nobody empties) and what it waits for (its log, `top -H`, a " \
                      "thread dump), and restart it if it hangs. Behind a load balancer or port forwarding, do the same at " \
                      "its end. From the server itself, `curl -v telnet://127.0.0.1:{port}` tells whether it is the path.") \
    X(CLOSES,         "Look at what accepts connections at {address}: on a load balancer (HAProxy, a cloud's, `kubectl " \
                      "get endpoints`) whether any backend is alive, behind port forwarding (Docker, ssh -L, " \
                      "stunnel) whether something listens at its end; /etc/hosts.deny and allow lists for this " \
                      "machine's address; limits of connections, and its log at this moment. Connect once on the " \
                      "server itself to compare.") \
    X(FALL_BACK,      "Make {address} reachable, or take it out of DNS.") \
    X(NOT_TLS,        "Turn TLS on for this port on the server, or contact the port where TLS " \
                      "is spoken. (nginx: `listen {port} ssl;`, Apache: `SSLEngine on` in the " \
                      "virtual host.)") \
    X(NOT_TLS_HINT,   "{hint}") \
    X(PROXY_HEADER,   "Let the load balancer before it send the header (HAProxy: `send-proxy` or `send-proxy-v2` in its " \
                      "`server` line, nginx stream: `proxy_protocol on;`, AWS: the target group's \"Proxy protocol v2\"), " \
                      "and send clients there; or, where clients come directly, let the server not wait for it (HAProxy: " \
                      "`accept-proxy` in `bind`, nginx: `proxy_protocol` in `listen`, Apache: `RemoteIPProxyProtocol`, " \
                      "Postfix: `smtpd_upstream_proxy_protocol`, Dovecot: `haproxy` in `inet_listener`).") \
    X(STARTTLS_OFF,   "Switch TLS on for port {port} of the server: {switch}.") \
    X(STARTTLS_KEY,   "Give the server a certificate and key that it can read: {switch}.") \
    X(STARTTLS_STRIPPED, "Look for what inspects this protocol between here and the server (Cisco ASA and PIX: " \
                      "`inspect esmtp` without `allow-tls`; other firewalls, provider routers, mail antivirus) and " \
                      "let it pass TLS. Until then everything goes in plain text, passwords too.") \
    X(TLS_AT_ONCE,    "Speak TLS at once there: {try}://{host}:{port}. Or use the port where it begins in plain " \
                      "text, if the server has one.") \
    X(STARTTLS_NAME,  "Ask for a name that the server has: in XMPP that is the domain behind the @ of an address, which often is " \
                      "not the name of the machine (its SRV record names the machine); here: sni=DOMAIN. If {asked} is right, " \
                      "add it to the server (Prosody: VirtualHost; ejabberd: hosts) and reload it.") \
    X(STARTTLS_DENIED, "What it says is about the client's address or name, not about TLS: ask those who run the " \
                      "server, or try from an address it knows.") \
    X(STARTTLS_BUSY,  "Try again when fewer clients are connected. If it stays so, raise the server's limits " \
                      "(Postfix `smtpd_client_connection_count_limit` and `default_process_limit`, Dovecot " \
                      "`mail_max_userip_connections` and `process_limit`, MySQL and PostgreSQL `max_connections`, " \
                      "ftp servers' limit for each address), or find out who holds the connections (on the " \
                      "server: `ss -tn`).") \
    X(STARTTLS_SLOW,  "Ask again with more patience: --timeout 30. Mail servers make clients wait on purpose " \
                      "(Postfix postscreen_greet_wait, sendmail greet_pause, Exim delay) or because they look the " \
                      "client's name up in a DNS that does not answer.") \
    X(VERSION_SERVER, "Turn on TLS 1.2 and 1.3 on the server ({set_versions}). Very old software must be updated " \
                      "to offer them; making clients speak the old versions instead puts them at risk.") \
    X(VERSION_CLIENT, "Let both sides share a version: the server takes {accepts}, this client " \
                      "offers {offer}. Update the client or lift its limits (min=, max=, its " \
                      "configuration: OpenSSL `MaxProtocol` in openssl.cnf, Java " \
                      "jdk.tls.client.protocols, Windows SCHANNEL\\Protocols\\...\\Client); if it " \
                      "can't be changed, the server has to allow its versions again, which weakens it where they are older " \
                      "than TLS 1.2, by the same setting as {set_versions}; with OpenSSL, up to TLS 1.1 also " \
                      "`CipherString = DEFAULT@SECLEVEL=0`.") \
    X(SUITE_SERVER,   "On the server, allow {server_add}: append `:{server_openssl}` to the list in " \
                      "{set_ciphers}; Java: " \
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
    X(SUITES_CURRENT, "Add a current suite on the server, such as TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 " \
                      "(ECDHE-RSA-AES128-GCM-SHA256; ECDHE-ECDSA-AES128-GCM-SHA256 for an ECDSA key): " \
                      "{set_ciphers}.") \
    X(SUITES_KEY,     "On the server, set suites for TLS 1.2 that fit the key of its certificate, such as " \
                      "ECDHE-RSA-AES128-GCM-SHA256 for an RSA key and ECDHE-ECDSA-AES128-GCM-SHA256 for an ECDSA key " \
                      "({set_ciphers}). Or give it a second certificate with a key of the other kind. A client that " \
                      "offers TLS 1.3 gets in as it is.") \
    X(PRE_SHARED,     "Give the client the key and the name it goes by (mosquitto_pub: `--psk` and `--psk-identity`; stunnel: " \
                      "`PSKsecrets` and `PSKidentity`; GnuTLS: --pskusername and --pskkey; OpenSSL: -psk and " \
                      "-psk_identity). Or, if clients are to know the server by a certificate, give it one with its key " \
                      "(Mosquitto: `certfile` and `keyfile` in place of `psk_hint`; stunnel: `cert`; HAProxy and nginx: " \
                      "suites without PSK).") \
    X(GROUP_SERVER,   "On the server, allow {server_add}: add `{server_openssl}` to the list in " \
                      "{set_groups}; Java: -Djdk.tls.namedGroups=; " \
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
    X(REPLAY_SUITE_SERVER, "On the server, allow a suite this client offers ({set_ciphers}).") \
    X(REPLAY_GROUP_SERVER, "On the server, allow a group this client offers ({set_groups}).") \
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
                      "Diffie-Hellman group of at least 2048 bits ({set_dh}, made by " \
                      "`openssl dhparam 2048`; Java: jdk.tls.ephemeralDHKeySize=2048).") \
    X(LARGE_DH,       "Let the server prefer suites with ECDHE or plain RSA for such clients, or take DHE suites " \
                      "from its list: a Diffie-Hellman group small enough for them is too weak for everybody else. " \
                      "On the client, update it (Java: 7u131, 8 and later), or disable its DHE suites " \
                      "(Java: jdk.tls.disabledAlgorithms=DH).") \
    X(EXPIRED_LEAF,   "Renew the certificate (e.g. `certbot renew`, or order it anew from its CA), install it " \
                      "({set_cert}) and reload the server ({set_reload}). If it was renewed already, the server " \
                      "was not reloaded, or serves another file. Then find out why the renewal did not run.") \
    X(EXPIRED_UPPER,  "Replace the intermediate the server sends by the current one of its CA, after the " \
                      "server's own certificate ({set_chain}), and reload the server.") \
    X(EXPIRED_STORE,  "The CA certificate comes from the trust store used here: update it " \
                      "(`apt-get install --only-upgrade ca-certificates`, or the file given " \
                      "with ca=), or let the server use a chain that ends at a current CA.") \
    X(NOT_YET,        "Check the clock of the machine that made the certificate and the clock " \
                      "here (`timedatectl`); if both are right, put the previous certificate " \
                      "back until this one begins, or have it issued anew.") \
    X(CLOCK,          "Find out which clock is wrong: compare `date -u` on both machines with " \
                      "a third; then let NTP set it (`timedatectl set-ntp true`).") \
    X(CLOCK_OURS,     "Set this machine's clock and let NTP keep it: `timedatectl set-ntp true`, or chrony " \
                      "(`chronyc makestep` sets it at once, as after a VM was resumed); compare with `date -u`. The " \
                      "server and its certificate need nothing.") \
    X(CLOCK_SERVER,   "Set the server's clock and let NTP keep it (`timedatectl set-ntp true`, or `chronyc " \
                      "makestep`); what it dated meanwhile, as certificates it made itself, has to be made anew " \
                      "then.") \
    X(NAME,           "Ask for one of the names the certificate is for, or have a certificate issued that lists " \
                      "{name} as subjectAltName and install it ({set_name}).{dotless}") \
    X(NAME_DEFAULT,   "If {name} is right, make the server know it: nginx a block with that `server_name` and " \
                      "its own `ssl_certificate`, Apache a VirtualHost with `ServerName` or `ServerAlias " \
                      "{name}`, HAProxy its certificate in `crt` or `crt-list`, hitch a `pem-file`, Caddy a site " \
                      "of that address, Kubernetes an Ingress with it under spec.tls, IIS a binding with that " \
                      "host name; or have the certificate issued anew with {name} as one more subjectAltName. If " \
                      "not, ask for one of the names it is for.{dotless}") \
    X(NAME_OWN,       "Give the part of the server that answers for {name} a certificate for it: nginx " \
                      "`ssl_certificate` in the block with that `server_name`, Apache SSLCertificateFile in its " \
                      "VirtualHost, HAProxy the entry of `crt-list` with that filter, Caddy its `tls` line, IIS " \
                      "its binding. Or ask for one of the names it is for.{dotless}") \
    X(NAME_CN,        "Have the certificate issued again with {name} as subjectAltName; " \
                      "current clients no longer look at the CN. (openssl: `-addext " \
                      "subjectAltName=DNS:{name}`.)") \
    X(NAME_SNI,       "Probe once with the name the clients use as server name (sni={name}) " \
                      "and compare the certificates.") \
    X(SNI_OTHER,      "Let the client send {name} as server name (curl: in the URL, with --connect-to for the " \
                      "address; nginx as proxy: `proxy_ssl_server_name on;` and `proxy_ssl_name`; HAProxy `sni " \
                      "str({name})`; Envoy `sni`; Java SSLParameters.setServerNames; Python `server_hostname`; " \
                      "Go tls.Config.ServerName; here: no other sni=).{dotless}") \
    X(SNI_KNOW,       "Make the server know {sent}: nginx `server_name`, Apache `ServerAlias`, HAProxy a " \
                      "certificate for it in `crt-list`, Caddy a site of that address, Java its SNIMatcher, or " \
                      "what else chooses by name, such as a router in front.") \
    X(SNI_SEND,       "Let the client send {name} as server name (curl and browsers take it from the URL: a name " \
                      "instead of an address; nginx as proxy: `proxy_ssl_server_name on;`; HAProxy `sni " \
                      "str({name})`; Java SSLParameters.setServerNames; Python `server_hostname`; `openssl " \
                      "s_client -servername`).") \
    X(SNI_DEFAULT,    "For clients that send no name, make the certificate for {name} what the server shows " \
                      "without one: nginx `default_server` on its `listen`, without `ssl_reject_handshake`; " \
                      "Apache its VirtualHost first, no SSLStrictSNIVHostCheck; HAProxy its `crt` first, no " \
                      "`strict-sni`; hitch its `pem-file` last; Caddy `default_sni {name}`; Traefik " \
                      "tls.stores.default.defaultCertificate; ingress-nginx --default-ssl-certificate; IIS a " \
                      "binding without SNI. Or give it an address of its own.") \
    X(SNI_UNKNOWN,    "If {name} is right, make the server know it: nginx `server_name` (what no block lists " \
                      "falls to the one with `ssl_reject_handshake on`), Apache `ServerName` or `ServerAlias`, " \
                      "HAProxy a certificate for it in `crt` or `crt-list` (`strict-sni` refuses all others), " \
                      "hitch a `pem-file` (or no `sni-nomatch-abort`), Caddy a site of that address, Traefik a " \
                      "router with Host(`{name}`) (or no sniStrict), Kubernetes an Ingress with it under " \
                      "spec.tls, Go what GetCertificate knows, Java its SNIMatcher. If not, ask by a name it " \
                      "knows, or send one: sni=NAME.{dotless}") \
    X(SNI_ALONE,      "Look at what is set up for {name}: the server's log at that moment; nginx its block, and " \
                      "the file that a variable in `ssl_certificate` makes of the name; behind a router by name " \
                      "(HAProxy `req.ssl_sni`, nginx `ssl_preread`, Envoy) whether its back end is up. If the " \
                      "server never sees the connection, a filter on the way blocks the name.{dotless}") \
    X(PATH_VERSION,   "Send the same from another network, or from the server itself (at=127.0.0.1): if it is " \
                      "answered there, have what inspects TLS on the way (firewall, proxy, load balancer) updated, or " \
                      "{host} exempted from it; until then such a client gets through with max=tls1.2 (curl " \
                      "`--tls-max 1.2`, OpenSSL `MaxProtocol`) where that was answered here.") \
    X(PATH_MTU,       "Ask the network's people to let ICMP \"fragmentation needed\" and \"packet too big\" pass on the " \
                      "whole way to {ip}, or to clamp the MSS where the MTU is smaller, mostly at a tunnel or VPN (nftables " \
                      "`tcp flags syn tcp option maxseg size set rt mtu`). Until then, here: `ip route change ... mtu 1280` " \
                      "on the route to {ip}, or net.ipv4.tcp_mtu_probing=1.") \
    X(PATH_CHOKES,    "Update what terminates TLS on the server (a load balancer, a device, an old library): it has to pass " \
                      "over what it does not know. Until then keep the client from sending it; `tlswhy replay` on a hello of " \
                      "that client (`tlswhy listen` saves one) names the one thing that decides.") \
    X(PATH_DEAF,      "Look at what keeps state about connections on the way to {ip}, and on the server's own machine: a " \
                      "firewall that sees one direction only (routes that differ there and back), one that takes connections " \
                      "in the server's place (SYN proxy) and has lost it, a rule that drops what is established. `tcpdump -n " \
                      "host {ip} and port {port}` on both ends shows which packets get across.") \
    X(PATH_EVERY,     "Send the same from another network, or from the server itself (at=127.0.0.1): if it is answered " \
                      "there, have {ip} port {port} allowed in what filters on the way (firewall, proxy, a network's login " \
                      "page); if not, look whether the load balancer in front of the server still reaches it.") \
    X(PATH_NEAR,      "Read that proxy's log at this moment (Istio and other Envoys: `kubectl logs POD -c istio-proxy`; the " \
                      "response flags UF, UH and NR mean no connection, no live back end, no route), and whether it may go " \
                      "there at all (Istio: a ServiceEntry for {host} where outboundTrafficPolicy is REGISTRY_ONLY). Around " \
                      "it, from a machine without one, the server itself can be tested.") \
    X(SNI_PATH,       "Send the same from another network, or from the server itself (at=127.0.0.1): if it is " \
                      "answered there, have {name} allowed in what filters by server name on the way (firewall, " \
                      "proxy, parental or provider filter); if not, look at the router by name in front of the " \
                      "server.") \
    X(SNI_WORSE,      "Give the part of the server that answers for {name} the certificate that comes otherwise: " \
                      "nginx `ssl_certificate` in the block with that `server_name`, Apache SSLCertificateFile " \
                      "in its VirtualHost, HAProxy the entry of `crt-list`, Caddy its `tls` line, IIS its " \
                      "binding. It overrides the default, which fits.{dotless}") \
    X(SELF_SIGNED,    "Have the certificate issued by a CA the clients trust (e.g. `certbot`) and install it " \
                      "({set_cert}), or give the clients this certificate as trusted, once it was checked on the " \
                      "server itself: `curl --cacert FILE`, tlswhy ca=FILE.") \
    X(UNTRUSTED,      "Install the CA certificate on the clients (Debian: copy it to " \
                      "/usr/local/share/ca-certificates/NAME.crt and run " \
                      "`update-ca-certificates`; for one command `curl --cacert FILE`, tlswhy " \
                      "ca=FILE), or use a certificate of a CA they already trust.") \
    X(ROTATED,        "The CA has a new key: get its current certificate from those who run it " \
                      "and replace the old one in the trust store ({store}), or let the server " \
                      "use a chain under the key the clients know.") \
    X(ISSUER,         "Get the certificate of the issuer, {issuer}. If it is an intermediate, add it to what the " \
                      "server sends ({set_chain}); if it is the CA itself, give it to the clients (`curl " \
                      "--cacert FILE`, ca=FILE).") \
    X(INCOMPLETE,     "Append {missing} ({source}) to the certificates that the server sends, after its own: " \
                      "{set_chain}. In PEM: what was fetched may need `openssl x509 -inform DER` or `openssl " \
                      "pkcs7 -inform DER -print_certs` first. Then reload the server ({set_reload}).") \
    X(ISSUER_OTHER,   "Get the certificate of the issuer under which this one was made from those who run the " \
                      "CA, and append it to what the server sends ({set_chain}); or have the certificate issued " \
                      "anew under the CA's present key.") \
    X(WEAK,           "Have the certificate issued again with an RSA key of at least 2048 bits or an ECDSA P-256 " \
                      "key, a SHA-256 signature, serverAuth, and CAs marked as CAs; then install it ({set_cert}) " \
                      "and reload the server.") \
    X(NO_STORE,       "Nothing is wrong with the server: install a CA store here (`apt-get " \
                      "install ca-certificates`), or say whom to trust with ca=FILE.") \
    X(ORDER,          "Send the server's certificate first and then each issuer in turn: that is the order " \
                      "inside the file ({set_cert}).") \
    X(POLICY,         "Clients on this machine obey this policy, tlswhy's own probes may not: " \
                      "look at `openssl version -d` and openssl.cnf there, /etc/gnutls/config, " \
                      "`update-crypto-policies --show`.") \
    X(PROXY,          "tlswhy connected directly. To see what curl sees, probe with via=env, beside the direct " \
                      "way: `tlswhy compare {host}:{port} {host}:{port},via=env`; or try `curl -v` with and without " \
                      "`--noproxy '*'`.") \
    X(CLIENT_CERT,    "Give the client the certificate and key the server asks for (`curl " \
                      "--cert FILE --key FILE`; here: cert=FILE,key=FILE), or make it optional on the server (nginx " \
                      "`ssl_verify_client optional;`, Apache `SSLVerifyClient optional`, HAProxy `verify optional`, " \
                      "lighttpd `ssl.verifyclient.enforce = \"disable\"`, Java `setWantClientAuth(true)`).") \
    X(GIVEN_KEY,      "Find the key that was made for this certificate: both commands must show the same, `openssl " \
                      "x509 -noout -pubkey -in CERT` and `openssl pkey -pubout -in KEY`. A certificate that was " \
                      "renewed with a new key needs that one.") \
    X(GIVEN_DATES,    "Have the client certificate renewed by its CA ({issuer}), give the client the new one, and " \
                      "make it reload (`openssl x509 -noout -dates -in CERT`). Then find out why nobody was warned.") \
    X(GIVEN_EARLY,    "Wait until {from}, or compare the clocks of the CA's machine and of the server (`timedatectl`).") \
    X(GIVEN_CHAIN,    "Get the certificates between the client's own and the CA anew from the CA ({issuer}), and put " \
                      "them behind the client's own in its file; each must have issued the one before it.") \
    X(GIVEN_GAP,      "Let the client send the intermediate \"{missing}\" too: put its certificate behind the " \
                      "client's own in the file (curl `--cert`, here cert=; Java: import the key with its whole " \
                      "chain), or let the server know it (in " \
                      "the file of {set_client_ca}).") \
    X(GIVEN_CA,       "Use a certificate of a CA that the server accepts ({accepts}), or let the server accept " \
                      "{issuer}: add that CA's certificate to the file of {set_client_ca}, " \
                      "and reload it. If {issuer} is an intermediate, let the client send its certificate, " \
                      "too.") \
    X(GIVEN_SELF,     "Use a certificate of a CA that the server accepts ({accepts}); or add this very certificate " \
                      "to what the server trusts for clients (nginx `ssl_client_certificate`, Apache " \
                      "`SSLCACertificateFile`, HAProxy `ca-file`), once it was checked.") \
    X(GIVEN_PURPOSE,  "Have the client certificate issued again for clients (openssl: `extendedKeyUsage = " \
                      "clientAuth`, `keyUsage = digitalSignature`). Public CAs leave clientAuth out of new " \
                      "certificates for servers: those no longer do for a server that calls another one.") \
    X(GIVEN_WEAK,     "Have the client certificate issued again for a key of at least RSA 2048 or P-256, signed with SHA-256.") \
    X(GIVEN_REVOKED,  "Get a new client certificate from {issuer}. If it should not be revoked, ask the CA; and see " \
                      "that the server's CRL is fresh (nginx `ssl_crl`, Apache `SSLCARevocationFile`, HAProxy " \
                      "`crl-file`).") \
    X(GIVEN_CLOCK,    "Compare the clock of the server with a third one (`timedatectl`), and see whether the CA's " \
                      "own certificate in the server's file has expired, or its CRL (nginx `ssl_crl`, HAProxy " \
                      "`crl-file`).") \
    X(GIVEN_PROOF,    "See that the key file belongs to the certificate and that nothing between client and server " \
                      "ends TLS; a key in hardware or behind an agent may sign with another algorithm than was " \
                      "agreed on.") \
    X(GIVEN_LOG,      "Read the server's log for this moment: it says what it has against the certificate (nginx " \
                      "`error_log ... info;`: \"client SSL certificate verify error\", Apache `LogLevel ssl:info`: " \
                      "\"Certificate Verification\", HAProxy `%[ssl_c_err]`, Java -Djavax.net.debug=ssl). Then " \
                      "compare with `openssl verify -purpose sslclient -CAfile CA CERT`.") \
    X(SERVER_LOG,     "Read the server's log for this moment: it usually says more than its " \
                      "answer does (nginx: `error_log ... info;`, HAProxy: " \
                      "`error-log-format`).") \
    X(ALPN,           "Let both sides share an application protocol: on the server nginx `http2 on;`, Apache " \
                      "`Protocols h2 http/1.1`, HAProxy `alpn h2,http/1.1`, hitch `alpn-protos`, Go NextProtos, " \
                      "Java SSLParameters.setApplicationProtocols, Node ALPNProtocols; on the client another " \
                      "list, or none (curl --no-alpn; here: alpn=LIST, alpn=none).") \
    X(ALPN_NONE,      "Let the client offer the protocol the server speaks (gRPC h2; PostgreSQL's direct TLS " \
                      "postgresql; MQTT on port 443 of AWS x-amzn-mqtt-ca; `openssl s_client -alpn NAME`, curl " \
                      "--http2; here: alpn=NAME), or let the server do without.") \
    X(CLIENT_PLAIN,   "Let the client speak TLS to this port (https:// instead of http://, TLS switched on in its " \
                      "settings), or send it to the plain port.") \
    X(CLIENT_VERSION, "Update the client so that it offers TLS 1.2 or 1.3, or switch such versions on in its " \
                      "settings; what it offers stands in its hello. On the server, an older version helps only such " \
                      "clients and weakens it for all.") \
    X(CLIENT_TRUST,   "Check the endpoint with tlswhy: where its chain is complete, install its CA on the client, in " \
                      "the store this client uses (Java and browsers have their own); where not, let the server send " \
                      "the missing intermediate.") \
    X(CLIENT_DATES,   "Compare the client's clock with the right time, and check the endpoint with tlswhy: where it " \
                      "finds every certificate within its dates, the client's clock is the fault.") \
    X(CLIENT_LOG,     "Read the client's own log or debug output: it says which certificate it refuses, and why. " \
                      "Then check the endpoint with tlswhy, which judges name, dates and chain.") \
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
    X(RESPONDER,      "The server itself may be fine. Clients that insist on an answer fail where they can't have " \
                      "one: check from where they run that {responder} can be reached on plain HTTP (proxy, " \
                      "firewall, DNS), or let the server staple the answer.") \
    X(STAPLE,         "Let the server staple a fresh response: check that it reaches the responder, {responder}, and " \
                      "that it does not staple a file nobody renews ({set_staple}). Then reload it.") \
    X(MUST_STAPLE,    "Turn stapling on ({set_staple}), and see that the server reaches {responder}. " \
                      "nginx has no response for its first connections after a start unless `ssl_stapling_file` " \
                      "names one. Or have the certificate issued again without must-staple.") \
    X(ONE_OF_SEVERAL, "Several servers answer behind {address}: find the one that shows this ({face}) by asking each " \
                      "of them at its own address (at=ADDRESS), give it the certificates and settings of the " \
                      "others, and " \
                      "reload it; until then take it out of the load balancer (HAProxy: `disable server`; nginx: " \
                      "`down` in " \
                      "upstream; Kubernetes: the pod out of its Service), whose health check should make the " \
                      "whole handshake.") \
    X(NOW_AND_THEN,   "Look at the logs of the server and of what balances the load before it at the times of the " \
                      "failures, and at its limits: connections (nginx `worker_connections`, HAProxy `maxconn`, " \
                      "Apache `MaxRequestWorkers`), open files (`ulimit -n`), the accept queue (`ss -ltn`: Recv-Q " \
                      "near " \
                      "Send-Q, `nstat -az TcpExtListenOverflows`), CPU, and whether one of several servers behind " \
                      "the address is down.") \
    X(LOAD_CONNECTIONS, "Find the limit that is met with {from} at once, on the server or on what stands before it, and raise it, or spread the " \
                      "clients: nginx `worker_connections` (two for each proxied client) and `limit_conn`, HAProxy `maxconn` (global, " \
                      "frontend and server) and rules with `src_conn_cur`, Apache `MaxRequestWorkers`, Tomcat `maxConnections`, open " \
                      "files (`ulimit -n`, systemd `LimitNOFILE=`), a firewall's connlimit. Its log at this moment names it.") \
    X(LOAD_QUEUE,     "Look at the accept queue on the server while it happens: `ss -ltn` (Recv-Q near Send-Q) and `nstat -az " \
                      "TcpExtListenOverflows TcpExtListenDrops`. Raise the backlog (nginx `listen ... backlog=`, HAProxy `backlog`, " \
                      "Apache `ListenBacklog`, Java `acceptCount`) together with net.core.somaxconn, and see why the program does not " \
                      "accept: too few workers, or one that is blocked.") \
    X(LOAD_CPU,       "Look at the server's CPU while it happens (`top -H`): a full handshake costs it a signature, so an ECDSA certificate " \
                      "(P-256) instead of RSA, resumption (tickets, and a cache that all workers share: nginx `ssl_session_cache " \
                      "shared:...`), keep-alive of its clients, and more workers or threads all help; so does finding the client that " \
                      "connects anew for each request.") \
    X(LOAD_RATE,      "If clients meet the limit, too, raise it or let them keep their connections open: HAProxy rules with " \
                      "`src_conn_rate` or `sc_conn_rate`, nftables or iptables `limit` and `hashlimit`, fail2ban, cloud load balancers and " \
                      "DDoS protection. Many clients behind one NAT or proxy count as one source. Else do nothing: it does what it is for.") \
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
