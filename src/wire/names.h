/* names - numbers of the protocol and what the field calls them.
 *
 * Owns: the tables of protocol versions, cipher suites, groups, signature schemes, extensions and alerts, with
 * IANA names, OpenSSL names beside them, and how they appear in our JSON and options.
 * Must not know: sockets, clocks, libraries. Sources: the IANA TLS Parameters registries; OpenSSL
 * names as `openssl ciphers -V -stdname` prints them.
 *
 * All pointers returned are const and live as long as the program. A number that is in no table is
 * found by nobody (NULL); *_name functions then write it as hex into the caller's buffer.
 */
#ifndef TLSWHY_WIRE_NAMES_H
#define TLSWHY_WIRE_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NAME_LEN 16 /* room for "0xabcd" */

struct version {
    uint16_t number;     /* 0x0300 ... 0x0304 */
    const char *word;    /* "ssl3" "tls1.0" ... "tls1.3": options and JSON */
    const char *title;   /* "SSL 3.0" "TLS 1.0" ... : for people */
    const char *openssl; /* the s_client flag that asks for it alone: "-tls1_2" */
    const char *protocol; /* what -min_protocol and openssl.cnf call it: "TLSv1.2" */
};
extern const struct version version_table[];
extern const size_t version_count;
const struct version *version_find(uint16_t number);
const struct version *version_by_word(const char *word); /* also "tls12", "TLSv1.2", "1.2" */

enum suite_kx { KX_RSA, KX_DHE, KX_DH, KX_ECDHE, KX_ECDH, KX_PSK, KX_TLS13, KX_OTHER };
enum suite_auth { AUTH_RSA, AUTH_ECDSA, AUTH_DSS, AUTH_ANON, AUTH_PSK, AUTH_ANY, AUTH_OTHER };
struct suite {
    uint16_t number;
    const char *iana;    /* "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256" */
    const char *openssl; /* "ECDHE-RSA-AES128-GCM-SHA256"; NULL where OpenSSL has none */
    uint8_t kx, auth;    /* enum suite_kx, enum suite_auth */
    uint16_t since, until; /* first and last protocol version that may use it */
};
extern const struct suite suite_table[];
extern const size_t suite_count;
/* Suites that servers can be expected to take, likeliest first: TLS 1.3's, then what servers had or have
 * by default, in the order in which OpenSSL prefers them with everything enabled (`openssl ciphers
 * ALL:COMPLEMENTOFALL:@SECLEVEL=0`), then the rest of that order and what other libraries have beside it;
 * anonymous and pre-shared key suites last; 0-terminated. The first 60 of any one version find every server
 * but odd ones. The rest of suite_table is rare. */
extern const uint16_t suite_likely[];
/* The order in which OpenSSL prefers suites with everything enabled, those without a pre-shared key or a
 * password; at the end what older versions had beside them; 0-terminated. Most servers' own order is a part of it. */
extern const uint16_t suite_order[];
/* Signals, no suites that could be agreed on: 0x0000, 0x00ff, 0x5600, GREASE (RFC 8701). */
bool suite_is_signal(uint16_t number);
/* A value reserved to find intolerant peers (RFC 8701): of suites, groups, signature algorithms, versions and
 * extensions alike. */
bool number_is_grease(uint16_t number);
const struct suite *suite_find(uint16_t number);
const struct suite *suite_by_name(const char *name); /* IANA or OpenSSL name, case ignored */
const char *suite_name(uint16_t number, char hex[NAME_LEN]);

struct group {
    uint16_t number;
    const char *iana;    /* "secp256r1" "x25519" "X25519MLKEM768" "ffdhe2048" */
    const char *openssl; /* "P-256" "X25519"; NULL where the same or none */
    const char *kind;    /* "ec" "ffdhe" "pq" */
    uint16_t since, until; /* first and last protocol version that may use it for a key exchange */
};
extern const struct group group_table[];
extern const size_t group_count;
const struct group *group_find(uint16_t number);
const struct group *group_by_name(const char *name);
const char *group_name(uint16_t number, char hex[NAME_LEN]);

struct sigalg {
    uint16_t number;
    const char *iana;    /* "rsa_pss_rsae_sha256" "ecdsa_secp256r1_sha256" "rsa_pkcs1_sha1" */
    const char *openssl; /* "RSA-PSS+SHA256" "ECDSA+SHA256" */
    const char *gnutls;  /* "RSA-PSS-RSAE-SHA256" as gnutls_sign_get_name, NULL if unknown there */
    uint8_t auth;        /* enum suite_auth: the suites that sign with it; AUTH_OTHER for what no suite names */
    uint16_t since, until; /* first and last protocol version in which a server may sign with it; 0: none,
                              it is for client certificates only */
};
extern const struct sigalg sigalg_table[];
extern const size_t sigalg_count;
const struct sigalg *sigalg_find(uint16_t number);
const struct sigalg *sigalg_by_name(const char *name); /* any of the three names */
const char *sigalg_name(uint16_t number, char hex[NAME_LEN]);

struct extension {
    uint16_t number;
    const char *name;    /* "supported_versions", as IANA has it */
};
extern const struct extension extension_table[];
extern const size_t extension_count;
const struct extension *extension_find(uint16_t number);
const char *extension_name(uint16_t number, char hex[NAME_LEN]);

struct alert {
    uint8_t number;
    const char *name;    /* "handshake_failure" */
    const char *says;    /* what its sender means by it, for a person, one clause without final stop */
};
extern const struct alert alert_table[];
extern const size_t alert_count;
const struct alert *alert_find(uint8_t number);
const char *alert_name(uint8_t number, char hex[NAME_LEN]);

#endif
