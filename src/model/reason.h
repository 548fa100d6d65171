/* reason - the faults a certificate chain can have.
 *
 * Owns: the table of reasons: their words in JSON, and whether a current, strict client (the profile
 * `default`) refuses because of them.
 * Must not know: how a fault is found (src/pki), which cause it leads to (src/why).
 */
#ifndef TLSWHY_MODEL_REASON_H
#define TLSWHY_MODEL_REASON_H

#include <stdbool.h>

/*    ID               word                 fatal   what it says */
#define REASONS(X) \
    X(NO_CERT,         "no-certificate",    true,  "the server sent no certificate") \
    X(MALFORMED,       "malformed",         true,  "a certificate can't be decoded") \
    X(EXPIRED,         "expired",           true,  "a certificate's last day has passed") \
    X(NOT_YET,         "not-yet-valid",     true,  "a certificate's first day is still to come") \
    X(NAME,            "name-mismatch",     true,  "the certificate is for other names") \
    X(NAME_CN_ONLY,    "name-only-in-cn",   true,  "the name stands only in the subject's CN, and there is no subjectAltName") \
    X(SELF_SIGNED,     "self-signed",       true,  "the server's certificate is signed by itself") \
    X(ISSUER_UNKNOWN,  "issuer-unknown",    true,  "the issuer was neither sent nor is it in the store") \
    X(ROOT_UNTRUSTED,  "root-untrusted",    true,  "the chain ends at a self-signed CA that is not in the store") \
    X(ROOT_OTHER_KEY,  "root-other-key",    true,  "the store has a CA of this name, but with another key") \
    X(BAD_SIGNATURE,   "bad-signature",     true,  "a signature does not fit its issuer's key") \
    X(WEAK_KEY,        "weak-key",          true,  "a key is too small") \
    X(WEAK_DIGEST,     "weak-digest",       true,  "signed with a digest that current clients refuse") \
    X(NO_SERVER_AUTH,  "no-server-auth",    true,  "extendedKeyUsage does not allow server authentication") \
    X(KEY_USAGE,       "key-usage",         true,  "keyUsage does not allow what the key is used for") \
    X(NOT_CA,          "not-a-ca",          true,  "a certificate signs others without being a CA") \
    X(PATH_LEN,        "path-length",       true,  "more intermediates than a CA's path length allows") \
    X(NAME_CONSTRAINT, "name-constraint",   true,  "a name outside what a CA of the chain may sign") \
    X(CRITICAL,        "critical-extension",true,  "a critical extension that nobody here knows") \
    X(NO_STORE,        "no-store",          false, "this machine has no CA store, so trust can't be judged") \
    X(ORDER,           "order",             false, "certificates were sent in the wrong order") \
    X(EXTRA,           "extra",             false, "certificates were sent that belong to no link of the chain") \
    X(EXPIRES_SOON,    "expires-soon",      false, "a certificate ends soon")

enum reason {
#define X(id, word, fatal, says) REASON_##id,
    REASONS(X)
#undef X
    REASON_COUNT
};

struct reason_row {
    const char *word;
    bool fatal;
    const char *says;
};
extern const struct reason_row reason_table[REASON_COUNT];
/* REASON_COUNT when the word is none of them. */
enum reason reason_find(const char *word);

#endif
