/* credential - what became of the client certificate that was given, and why.
 *
 * Owns: holding the server's refusal against what is known of the certificate, and the detail and the words about it.
 * Must not know: causes (sign.c), files, how the certificate was judged (src/pki/identity.c).
 *
 * A refusal is held against the certificate in the order of reason_table in credential.c: what the alert names comes
 * first, then what is wrong with the certificate by itself. A fault of a certificate that the server takes is none.
 *
 * Detail: "reason" (a word of CREDENTIAL_WORDS), "given" (the fact), "said" (the alert, "closed",
 * "reset", "http", or null), "acceptable_cas".
 * Words: {holder} {issuer} {accepts} {missing} {from} {until} {said} {also} {known} {suspect}.
 */
#ifndef TLSWHY_WHY_CREDENTIAL_H
#define TLSWHY_WHY_CREDENTIAL_H

#include <stdbool.h>
#include <stdint.h>

/* What holds, each with the word of TEST_THAT. One of "none" ... "refused" at most. */
#define CREDENTIAL_WORDS(X) \
    X(NONE,     "none")     /* no certificate was sent */ \
    X(MISFIT,   "misfit")   /* its key is another one's */ \
    X(EXPIRED,  "expired") \
    X(EARLY,    "early")    /* its time has not begun */ \
    X(UPPER,    "upper")    /* that of a certificate of its chain is over or has not begun */ \
    X(SELF,     "self")     /* it signs itself */ \
    X(GAP,      "gap")      /* a known intermediate leads to a CA that is accepted, and was not given */ \
    X(STRANGER, "stranger") /* the server names the CAs it accepts, and not this one's */ \
    X(BROKEN,   "broken")   /* what was given with it did not issue it */ \
    X(PURPOSE,  "purpose")  /* it is not for clients */ \
    X(USAGE,    "usage")    /* its key may not sign */ \
    X(WEAK,     "weak")     /* key or digest */ \
    X(UNKNOWN,  "unknown")  /* the server says it does not know its CA; nothing speaks against that */ \
    X(CLOCK,    "clock")    /* it says it has expired, which it has not */ \
    X(REVOKED,  "revoked")  /* it says so */ \
    X(PROOF,    "proof")    /* it could not verify what the key had signed */ \
    X(REFUSED,  "refused")  /* and nobody knows why */ \
    X(SURE,     "sure")     /* the alert names it */ \
    X(LIKELY,   "likely")   /* refused aloud */ \
    X(QUIET,    "quiet")    /* without a word */

struct look;
struct words;
/* One of the words in "a|b" holds. */
bool credential_holds(const struct look *l, const char *words);
void credential_words(const struct look *l, struct words *w, uint32_t mask);

#endif
