/* advice - see advice.h. */
#include "src/log/advice.h"

#include <string.h>

#define A(cause, fix, settle) [CAUSE_##cause] = { fix, settle }
const struct advice advice_table[CAUSE_COUNT] = {
A(NETWORK, "Look at the way between the two: name, route, firewall, and whether the service listens and answers in "
  "time.",
  "a connection from the same client to another port of the server, and to the same port from elsewhere"),
A(NOT_TLS, "Make both ends speak the same on this port: TLS against plain text (http:// and https://, a proxy's URL, "
  "proxy_protocol), or STARTTLS first.",
  "the first bytes the other side sends (`tlswhy check` names the protocol)"),
A(VERSION_MISMATCH, "Update the clients that fail, or let the server take their version for as long as they are "
  "needed.",
  "which versions the server takes (`tlswhy check --depth full`) and the client offers (`tlswhy listen`)"),
A(CIPHER_MISMATCH, "Give client and server a suite in common, and the server a certificate of the kind the suite "
  "needs.",
  "which suites the server takes (`tlswhy check --depth full`) and the client offers (`tlswhy listen`)"),
A(GROUP_MISMATCH, "Give client and server a group and a signature algorithm in common; DH parameters of 2048 bits or "
  "more.",
  "which groups the server takes (`tlswhy check --depth full`) and the client offers (`tlswhy listen`)"),
A(EXTENSION_MISMATCH, "Update the side that lacks the extension; until then only a setting of the other side helps "
  "(OpenSSL: UnsafeLegacyServerConnect).",
  "what `tlswhy check` says of secure renegotiation and extended master secret"),
A(SNI, "Send the name the server has a certificate for, or give the server one for the name that is sent.",
  "the same handshake with the right name, and with none (`tlswhy check --sni NAME`, `--sni none`)"),
A(ALPN, "Give both a protocol in common (http/1.1, h2), or leave ALPN out.",
  "the same handshake with each protocol alone (`tlswhy check --alpn h2`)"),
A(CLIENT_CERT, "Give these clients a certificate that is in date and of a CA the server's setting names, with its "
  "key and its intermediates.",
  "whether the server asks for one and from which CAs (`tlswhy check`), and what the client sends"),
A(SERVER_CONFIG, "Correct the server's certificate, key or TLS setting; its own log at start tells which it could "
  "not use.",
  "the server's log from its start, and `tlswhy check` against it"),
A(MIDDLEBOX, "Ask those who run the network or the proxies in between to let this connection pass untouched.",
  "the same handshake from another network, and beside the server"),
A(SERVER_OVERLOAD, "Give the server more connections, workers or CPU for the peaks, or spread the clients (nginx "
  "worker_connections, HAProxy maxconn, backlog, open files).",
  "the server's load, connections and limits at these moments; `tlswhy check --tries 50` then and at a quiet time"),
A(INTERCEPTION, "If the network inspects TLS on purpose, give the clients its CA; else find out who answers in "
  "between.",
  "the issuer of the certificate as these clients see it (`tlswhy check` from there), against another network"),
A(CLOCK_SKEW, "Set the clock of the machine that complains (NTP).",
  "the time on that machine against another's"),
A(CERT_SELF_SIGNED, "Give the server a certificate of a CA the clients know, or the clients this one.",
  "the certificate that is sent (`tlswhy check`)"),
A(CERT_UNTRUSTED_CA, "Give the clients that fail the CA the server's chain ends at, or the server a certificate of a "
  "CA they know.",
  "the chain that is sent (`tlswhy check`), and the store of the clients that fail"),
A(CERT_INCOMPLETE, "Put the intermediate certificates behind the server's own into the file it sends.",
  "the chain that is sent: `tlswhy check` says whether an intermediate is missing"),
A(CERT_REVOKED, "Replace the certificate; it was revoked.",
  "what OCSP and the CRL say of it (`tlswhy check`)"),
A(CERT_UNEXPECTED, "Make the server send the new certificate (reload it), or tell the clients its pin.",
  "the certificate that is sent against the one that should be (`tlswhy check --expect FILE`)"),
A(CERT_EXPIRED, "Renew the certificate that has expired, and reload what sends it; look at the whole chain, and at "
  "old roots in the clients.",
  "which certificate of the chain it is (`tlswhy check`), and the client's clock"),
A(CERT_NOT_YET, "Set the clock of the machine that complains, or replace the certificate that begins later.",
  "the certificate's dates (`tlswhy check`) against the client's clock"),
A(CERT_NAME, "Contact the server by a name that is in its certificate, or get one with this name.",
  "the names in the certificate (`tlswhy check`), and the name the client uses"),
A(CERT_WEAK, "Get a certificate with a key, digest and usage that current clients take.",
  "what `tlswhy check` says of the certificate"),
A(OCSP, "Make the server staple a fresh OCSP answer, or get a certificate that needs none.",
  "the staple that is sent (`tlswhy check`)"),
};

const struct silence silence_table[] = {
    { "nginx", "[error] |[warn] |[notice] |[crit] |nginx", "`error_log FILE info;` (handshakes are written at level "
      "info)" },
    { "Apache httpd", "[mpm_|[core:|[ssl:|AH0|[proxy", "`LogLevel warn ssl:info`" },
    { "HAProxy", "haproxy[|HAProxy", "`error-log-format \"%ci:%cp [%tr] %ft %[ssl_fc_err_str] %[ssl_fc_sni]\"`, from "
      "2.5 on" },
    { "Envoy", "[source/|envoy", "the access log with %DOWNSTREAM_TRANSPORT_FAILURE_REASON% and "
      "%UPSTREAM_TRANSPORT_FAILURE_REASON%, or `--component-log-level connection:debug`" },
    { "Java", "java.|javax.|\tat |Exception", "`-Djavax.net.debug=ssl:handshake`" },
    { "Windows (Schannel)", "Schannel|EventID|Event ID", "the value EventLogging=7 under "
      "HKLM\\SYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL" },
    { "Postfix", "postfix/", "`smtpd_tls_loglevel = 1` and `smtp_tls_loglevel = 1`" },
    { "Dovecot", "dovecot", "`verbose_ssl = yes`" },
    { "PostgreSQL", "postgres|LOG:  |FATAL:  ", "`log_connections = on` and `log_min_messages = info`" },
    { "OpenLDAP", "slapd|conn=", "`loglevel conns stats`" },
    { "stunnel", "stunnel|LOG5[", "`debug = info`" },
    { "Exim", "exim| P=esmtp|<= <>", "`log_selector = +tls_cipher +tls_peerdn +tls_sni`, or `-d+tls`" },
    { "MySQL, MariaDB", "mysqld|[Note] |InnoDB|mariadbd", "`log_error_verbosity = 3` (MariaDB: `log_warnings = 4`)" },
    { "OpenVPN", "openvpn|OpenVPN|TUN/TAP|PUSH_REPLY", "`verb 4`" },
    { "mosquitto", "mosquitto|New connection from|New client connected", "`log_type all` and `connection_messages "
      "true`" },
    { "RabbitMQ, Erlang", "rabbit| <0.|[erlang", "`log.connection.level = debug`; in Erlang `{log_level, debug}` of "
      "ssl" },
    { "Traefik", "traefik|entryPointName|routerName", "`--log.level=DEBUG`" },
    { "Caddy", "caddy|\"logger\":\"http|\"logger\":\"tls", "`{ debug }` at the head of the Caddyfile" },
    { "Kubernetes", "kubelet|apiserver| reflector.go:| controller.go:| leaderelection.go:", "`-v=4`, for requests "
      "`-v=6`" },
    { "Docker", "dockerd|containerd", "`\"debug\": true` in daemon.json" },
    { "gRPC", "grpc|GRPC", "`GRPC_VERBOSITY=debug GRPC_TRACE=tsi,secure_endpoint,handshaker`; in Go "
      "`GRPC_GO_LOG_SEVERITY_LEVEL=info`" },
    { "Node.js", "npm |    at Object.|    at process.|(node:|node_modules", "`NODE_DEBUG=tls,https`, or `node "
      "--trace-tls`" },
    { "Python", "Traceback (most recent|  File \"|gunicorn|uvicorn|urllib3",
      "`logging.getLogger(\"urllib3\").setLevel(\"DEBUG\")`, and the exception with its cause (exc_info)" },
    { "Ruby", ".rb:|Puma |Sidekiq", "the exception with its message; `Net::HTTP#set_debug_output`" },
    { "PHP", "PHP Warning|PHP Notice|PHP Fatal|php-fpm", "`log_errors = On` and CURLOPT_VERBOSE, or the stream's "
      "warnings" },
    { ".NET", "   at System.|   at Microsoft.|info: Microsoft.|Kestrel", "the log category "
      "Microsoft.AspNetCore.Server.Kestrel at Debug; of clients the whole exception with its inner ones" },
    { "rustls", "rustls|hyper::|RUST_BACKTRACE", "`RUST_LOG=rustls=debug`" },
    { "Go", "goroutine |.go:", "http.Server's ErrorLog (standard error, unless it was set): handshakes that fail are "
      "written there" },
    { "git", "Cloning into|remote: |fatal: ", "`GIT_CURL_VERBOSE=1 GIT_TRACE=1`" },
    { "curl", "  % Total |curl", "`-v`, or `--trace-ascii FILE --trace-time`" },
    { "wget", "Saving to: |Resolving |HTTP request sent", "`--debug`" },
    { "GnuTLS", "gnutls|GnuTLS", "`GNUTLS_DEBUG_LEVEL=4`" },
    { "Mbed TLS, ESP-IDF", "mbedtls|esp-idf|I (|wifi:", "`mbedtls_debug_set_threshold(3)`; menuconfig: mbedTLS "
      "debugging" },
};
const size_t silence_count = sizeof silence_table / sizeof *silence_table;
_Static_assert(sizeof silence_table / sizeof *silence_table <= SILENCE_MAX, "a count of each is kept");

size_t silence_of(const char *p, size_t n)
{
    n = n < 300 ? n : 300;
    for (size_t i = 0; i < silence_count; i++)
        for (const char *mark = silence_table[i].marks; mark;) {
            size_t k = strcspn(mark, "|");
            if (k && k <= n && memmem(p, n, mark, k))
                return i;
            mark = mark[k] ? mark + k + 1 : NULL;
        }
    return silence_count;
}
