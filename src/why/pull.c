/* pull - see pull.h. */
#include "src/why/pull.h"

#include <stdlib.h>

#include "src/base/when.h"
#include "src/why/sign.h"
#include "src/why/since.h"

/* --- when it began ----------------------------------------------------------------------------- */

enum fits { FITS_UNKNOWN, FITS, FITS_NOT };

/* Whether it began to fail when one of the certificates that have expired did. */
static enum fits since_fits(const struct look *l, const char *since)
{
    int64_t from, lasts, date;
    bool any = false, far = true;
    const json_t *fault;
    if (!answer_since(since, &from, &lasts))
        return FITS_UNKNOWN;
    for (size_t i = 0; (fault = look_fault(l, fault_mask("expired"), i)); i++) {
        const char *when = json_string_value(json_object_get(fault, "when"));
        if (!when || !when_parse(when, &date))
            continue;
        int64_t away = llabs(since_apart(date, from, lasts));
        if (away <= SINCE_NEAR)
            return FITS;
        any = true;
        far &= away > 86400;
    }
    return any && far ? FITS_NOT : FITS_UNKNOWN;
}

/* --- which answer speaks for which cause ------------------------------------------------------- */

#define C(id) (1u << CAUSE_##id)
#define MISMATCHES (C(VERSION_MISMATCH) | C(CIPHER_MISMATCH) | C(GROUP_MISMATCH) | C(EXTENSION_MISMATCH) | C(ALPN))
#define FIXED_FAULTS (C(CERT_SELF_SIGNED) | C(CERT_UNTRUSTED_CA) | C(CERT_INCOMPLETE) | C(CERT_EXPIRED) | \
                      C(CERT_NOT_YET) | C(CERT_NAME) | C(CERT_WEAK) | C(CERT_REVOKED) | C(CERT_UNEXPECTED) | \
                      C(SNI) | C(NOT_TLS) | MISMATCHES) /* whoever meets them meets them each time */
#define OF_THE_PATH (C(NETWORK) | C(MIDDLEBOX) | C(INTERCEPTION))

enum only { ALWAYS, ONLY_LEAF, ONLY_ALIKE }; /* the leaf has expired; no other address of the endpoint works */

static const struct effect {
    enum question q;
    const char *values;
    uint32_t speaks_for, against;
    enum only only;
} effects[] = {
    { QUESTION_FAILS, "now-and-then", C(SERVER_OVERLOAD), FIXED_FAULTS, ONLY_ALIKE },
    { QUESTION_CLIENTS, "some|one", MISMATCHES | C(SNI) | C(CERT_UNTRUSTED_CA) | C(CERT_INCOMPLETE) | C(CLIENT_CERT),
      C(SERVER_CONFIG) | C(NETWORK) | C(NOT_TLS) | C(SERVER_OVERLOAD) | C(CERT_NAME), ALWAYS },
    { QUESTION_CLIENTS, "some|one", 0, C(CERT_EXPIRED), ONLY_LEAF },
    { QUESTION_CLIENTS, "one", C(CLOCK_SKEW), 0, ALWAYS },
    { QUESTION_CLIENTS, "all", C(SERVER_CONFIG) | C(CERT_EXPIRED), C(CLOCK_SKEW), ALWAYS },
    { QUESTION_NETWORKS, "some|one", OF_THE_PATH,
      C(SERVER_CONFIG) | C(SERVER_OVERLOAD) | C(CERT_EXPIRED) | C(CERT_WEAK) | MISMATCHES, ALWAYS },
    { QUESTION_NETWORKS, "all", 0, C(MIDDLEBOX) | C(INTERCEPTION), ALWAYS },
    { QUESTION_ENDPOINTS, "one",
      (FIXED_FAULTS & ~C(CERT_NOT_YET)) | C(SERVER_CONFIG) | C(SERVER_OVERLOAD) | C(CLIENT_CERT),
      C(CLOCK_SKEW) | C(INTERCEPTION), ALWAYS },
    { QUESTION_ENDPOINTS, "all", OF_THE_PATH | C(CLOCK_SKEW),
      C(SERVER_CONFIG) | C(SERVER_OVERLOAD) | C(NOT_TLS) | C(SNI) | C(CERT_NAME) | C(CERT_EXPIRED), ALWAYS },
    { QUESTION_SINCE, "always", 0, C(CERT_EXPIRED) | C(CERT_REVOKED) | C(SERVER_OVERLOAD), ALWAYS },
    { QUESTION_TIMES, "bursts|other", C(SERVER_OVERLOAD), FIXED_FAULTS, ONLY_ALIKE },
    { QUESTION_TIMES, "always", 0, C(SERVER_OVERLOAD), ALWAYS },
};
#define EFFECTS (sizeof effects / sizeof *effects)

static bool effect_holds(const struct effect *e, const struct look *l)
{
    if (!answer_is(e->q, session_says(l->s, e->q), e->values))
        return false;
    if (e->only == ONLY_LEAF) {
        const json_t *fault = look_fault(l, fault_mask("expired"), 0);
        return fault && fault_place(fault) == PLACE_LEAF;
    }
    return e->only == ALWAYS || !l->others_work;
}

/* Causes that come with a new certificate. */
#define OF_RENEWAL (C(CERT_UNTRUSTED_CA) | C(CERT_INCOMPLETE) | C(CERT_NAME) | C(CERT_WEAK) | C(CERT_UNEXPECTED) | \
                    C(CERT_SELF_SIGNED) | C(CERT_NOT_YET))

static int since_pull(const struct look *l, enum cause cause)
{
    const char *since = session_says(l->s, QUESTION_SINCE);
    enum fits fits = cause == CAUSE_CERT_EXPIRED ? since_fits(l, since) : FITS_UNKNOWN;
    if (fits != FITS_UNKNOWN)
        return fits == FITS ? PULL_MAX : -1;
    if (cause == CAUSE_CERT_REVOKED)
        return since_revoked(l->c, since);
    if (cause == CAUSE_OCSP)
        return since_stale(l->c, since);
    return 1u << cause & OF_RENEWAL && since_renewed(l->c, since);
}

struct pull pull_of(const struct look *l, enum cause cause)
{
    struct pull p = { { 0 } };
    for (size_t i = 0; i < EFFECTS; i++) {
        int up = effects[i].speaks_for >> cause & 1, down = effects[i].against >> cause & 1;
        if ((up || down) && effect_holds(&effects[i], l))
            p.by[effects[i].q] = (signed char)(up - down);
    }
    if (session_says(l->s, QUESTION_SINCE) && !p.by[QUESTION_SINCE])
        p.by[QUESTION_SINCE] = (signed char)since_pull(l, cause);
    return p;
}

int pull_sum(const struct pull *p)
{
    int sum = 0;
    for (int q = 0; q < QUESTION_COUNT; q++)
        sum += p->by[q];
    return sum > PULL_MAX ? PULL_MAX : sum < -PULL_MAX ? -PULL_MAX : sum;
}

bool pull_any(const struct pull *p)
{
    for (int q = 0; q < QUESTION_COUNT; q++)
        if (p->by[q])
            return true;
    return false;
}

void pull_steps(const struct pull pull[CAUSE_COUNT], const int from[CAUSE_COUNT], int to[CAUSE_COUNT], int named)
{
    int best = 0, count = 0;
    for (int i = 0; i < CAUSE_COUNT; i++) {
        int step = from[i] + pull_sum(&pull[i]);
        to[i] = from[i] < 0 ? -1 : step < 0 ? 0 : step >= STEP_COUNT ? STEP_COUNT - 1 : step;
        if (from[i] < 0 || from[i] >= named || to[i] < named)
            continue;
        int sum = pull_sum(&pull[i]);
        count = sum > best ? 1 : count + (sum == best);
        best = sum > best ? sum : best;
    }
    for (int i = 0; i < CAUSE_COUNT; i++)
        if (from[i] >= 0 && from[i] < named && to[i] >= named && (count > 1 || pull_sum(&pull[i]) < best))
            to[i] = from[i];
}

void pull_moves(enum question q, const char *value, uint32_t *speaks_for, uint32_t *against)
{
    *speaks_for = *against = 0;
    for (size_t i = 0; i < EFFECTS; i++)
        if (effects[i].q == q && answer_is(q, value, effects[i].values)) {
            *speaks_for |= effects[i].speaks_for;
            *against |= effects[i].against;
        }
}
