/* detail - what is known about one cause in one column: the machine-readable object, and the words
 * that fill the texts.
 *
 * Owns: the builders that read a column's facts into `detail`, and filling {words} into a template.
 * Must not know: which cause it will be used for, ranking.
 *
 * Words come from the builder's own, then from a table of words every column has: {host} {port} {title} {address} {ip}
 * {name} {family} {other_family} {offer} {how} {alert} {stage} {store} {late} {good} {tries} {dotless}, then from the
 * settings of software.h, {set_cert} ..., then from the detail. An unknown word stays as it is, so that a test can
 * find it.
 */
#ifndef TLSWHY_WHY_DETAIL_H
#define TLSWHY_WHY_DETAIL_H

#include "src/why/fix.h"
#include "src/why/look.h"

enum detail {
    DETAIL_NONE,
    DETAIL_FAILURE,   /* stage, kind, alert, received */
    DETAIL_VIA,       /* the same, and what the proxy said */
    DETAIL_STARTTLS,  /* see starttls.h */
    DETAIL_PROTOCOL,  /* the same, and the protocol found */
    DETAIL_VERSIONS,  /* the same, and what is offered and taken */
    DETAIL_EXPIRED, DETAIL_NOT_YET, DETAIL_SOON, /* certificate, dates, days */
    DETAIL_NAME,      /* asked, names */
    DETAIL_NAMES,     /* see names.h */
    DETAIL_ISSUER,    /* certificate, issuer, store */
    DETAIL_FAULTS,    /* certificate and every fault of the kind */
    DETAIL_CLOCK,     /* offset, uncertainty, and the dates that hang on it */
    DETAIL_LATE,      /* the late alert */
    DETAIL_ALPN,      /* offered, encrypted, without, and the failure */
    DETAIL_CREDENTIAL, /* see credential.h */
    DETAIL_GROUP,     /* group, cipher */
    DETAIL_SUITES, DETAIL_GROUPS, DETAIL_SIGALGS, /* a mismatch, see mismatch.h */
    DETAIL_AS_IS,     /* how the client's own hello was answered */
    DETAIL_LARGE,     /* how one of post-quantum size was */
    DETAIL_RENEGOTIATION, /* extension, version */
    DETAIL_CLIENT_END, /* see heard.h */
    DETAIL_REPLAY,    /* see replay.h */
    DETAIL_ATTEMPTS,  /* see attempts.h */
    DETAIL_LOAD,      /* see load.h */
    DETAIL_PATH,      /* see path.h */
    DETAIL_LIMIT,     /* see cutoff.h */
    DETAIL_AIA,       /* see aia.h */
    DETAIL_AIA_ROOT,  /* the same, and whose CA it is where that is known */
    DETAIL_EXPECTED,  /* see expected.h */
    DETAIL_STAPLE, DETAIL_REVOKED, /* see revoked.h */
    DETAIL_PLACEHOLDER, DETAIL_INSPECTION, /* see product.h */
    DETAIL_POLICY, DETAIL_PROXY, DETAIL_STORE,
    DETAIL_COUNT
};

struct words {
    json_t *detail; /* owned; what goes into the finding */
    json_t *say;    /* owned; words for people only */
    enum fix fix[2]; /* what to do here, the better one first; FIX_NONE: as the sign says */
};

/* `mask`: the reasons it is about, 0 where it is about no fault of a certificate. */
struct words words_of(const struct look *l, enum detail d, uint32_t mask);
void words_free(struct words *w);
/* A word for people, and one that is their own; peer-chosen text becomes printable. */
void words_say(struct words *w, const char *key, const char *text);
void words_say_own(struct words *w, const char *key, char *text);
/* Copies these members of a value, which may be anything, into the detail; null where there is none. */
void words_keep(struct words *w, const json_t *value, const char *const *keys, size_t n);
/* "a", "a and b", "a, b and 3 more": `max` of them at most. Owned by the caller. */
char *words_list(const json_t *list, size_t max, const char *empty);
/* The template with its {words}; owned by the caller, printable. */
char *words_fill(const struct look *l, const struct words *w, const char *template);
/* The same, beginning with a capital where a word like {who} opens it. */
char *words_sentence(const struct look *l, const struct words *w, const char *template);

#endif
