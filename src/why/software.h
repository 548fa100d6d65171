/* software - the server software that is spoken to, and what its settings are called.
 *
 * Owns: recognising it by the greeting before TLS or the Server header, and the names of the settings for each
 * protocol. Must not know: causes, which fix is proposed.
 */
#ifndef TLSWHY_WHY_SOFTWARE_H
#define TLSWHY_WHY_SOFTWARE_H

#include "src/why/look.h"

/*    ID         word             what is named */
#define SETTINGS(X) \
    X(ON,        "set_on",        "what switches TLS on after a plain beginning") \
    X(CERT,      "set_cert",      "the server's certificate") \
    X(CHAIN,     "set_chain",     "where its intermediates go") \
    X(NAME,      "set_name",      "the certificate for one name") \
    X(VERSIONS,  "set_versions",  "the versions that are taken") \
    X(CIPHERS,   "set_ciphers",   "the suites up to TLS 1.2") \
    X(GROUPS,    "set_groups",    "the groups (curves) for the key exchange") \
    X(STAPLE,    "set_staple",    "that it staples an OCSP response") \
    X(CLIENT_CA, "set_client_ca", "the CAs of client certificates") \
    X(DH,        "set_dh",        "the Diffie-Hellman group") \
    X(RELOAD,    "set_reload",    "how a new file is read")

enum setting {
#define X(id, word, says) SETTING_##id,
    SETTINGS(X)
#undef X
    SETTING_COUNT
};
extern const char *const setting_words[SETTING_COUNT];

/* The words for a setting of the software a column speaks to: that of the recognised one alone, else those usual for
 * its protocol. Owned by the caller. */
char *software_setting(const struct look *l, enum setting setting);
/* "Postfix"; NULL: not recognised. */
const char *software_name(const struct look *l);

#endif
