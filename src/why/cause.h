/* cause - the root causes.
 *
 * Owns: the table of causes in the order in which they are named: first what would still have to be
 * fixed if the others were. Must not know: anything about a particular session.
 */
#ifndef TLSWHY_WHY_CAUSE_H
#define TLSWHY_WHY_CAUSE_H

#include <stddef.h>

/*    ID                 id                        title */
#define CAUSES(X) \
    X(NETWORK,           "network",                "Network: no connection",             "name, route, refusal, filter or silence, whatever the hello contains") \
    X(NOT_TLS,           "not-tls",                "The port does not speak TLS",        "plain text, another protocol, or TLS where STARTTLS comes first") \
    X(VERSION_MISMATCH,  "version-mismatch",       "No common protocol version",         "client and server share no TLS version") \
    X(CIPHER_MISMATCH,   "cipher-mismatch",        "No common cipher suite",             "no common suite, or none fits the certificate's key") \
    X(GROUP_MISMATCH,    "group-mismatch",         "No common group or signature",       "no common group or signature algorithm, or a DH group the client refuses") \
    X(EXTENSION_MISMATCH,"extension-mismatch",     "An extension is insisted on",        "one side insists on an extension the other lacks") \
    X(SNI,               "sni",                    "The server name sent",               "fails, or another certificate comes, because of the name sent or not sent") \
    X(ALPN,              "alpn",                   "No common application protocol",     "the server refuses the protocols offered by ALPN") \
    X(CLIENT_CERT,       "client-cert",            "Client certificate missing or refused", "required and missing, or the one given is refused") \
    X(SERVER_CONFIG,     "server-config",          "The server is set up wrong",         "no usable certificate or key, or an extension it chokes on") \
    X(MIDDLEBOX,         "middlebox",              "Something on the path interferes",   "resets, drops, strips, alters or answers because of what is sent") \
    X(SERVER_OVERLOAD,   "server-overload",        "The server is out of resources",     "fails only under load or now and then") \
    X(INTERCEPTION,      "interception",           "TLS inspection",                     "a TLS-inspecting proxy answers in the server's place") \
    X(CLOCK_SKEW,        "clock-skew",             "A clock is wrong",                   "the certificate is fine, the local clock or the server's is not") \
    X(CERT_SELF_SIGNED,  "cert-self-signed",       "Self-signed certificate",            "the server's certificate signs itself") \
    X(CERT_UNTRUSTED_CA, "cert-untrusted-ca",      "Untrusted CA",                       "the chain ends at a CA the client does not have") \
    X(CERT_INCOMPLETE,   "cert-incomplete-chain",  "Incomplete chain",                   "an intermediate is missing or wrong") \
    X(CERT_REVOKED,      "cert-revoked",           "Revoked certificate",                "revoked by staple, OCSP or CRL") \
    X(CERT_UNEXPECTED,   "cert-unexpected",        "Not the expected certificate",       "valid, but not the one it should be") \
    X(CERT_EXPIRED,      "cert-expired",           "Expired certificate",                "a certificate of the chain has expired") \
    X(CERT_NOT_YET,      "cert-not-yet-valid",     "Certificate not yet valid",          "a certificate of the chain begins in the future") \
    X(CERT_NAME,         "cert-name-mismatch",     "Certificate for other names",        "valid, but for other names") \
    X(CERT_WEAK,         "cert-weak",              "Certificate too weak",               "key, digest, usage or constraint that clients refuse") \
    X(OCSP,              "ocsp",                   "OCSP staple",                        "a staple is required and missing, or bad")

enum cause {
#define X(id, word, title, says) CAUSE_##id,
    CAUSES(X)
#undef X
    CAUSE_COUNT
};
struct cause_row { const char *id, *title, *says; };
extern const struct cause_row cause_table[CAUSE_COUNT];

#endif
