/* compare - see compare.h.
 *
 * The order of the work: the findings of the failing side are taken out of the verdict; those that the working side
 * has too are put last; the others get the sentence that says what the working side has instead; what two columns
 * prove together is raised or added; and if there is still no diagnosis, each difference that matters becomes a
 * candidate.
 */
#include "src/why/compare.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/model/accepts.h"
#include "src/model/matter.h"
#include "src/why/sign.h"
#include "src/wire/names.h"

struct pair {
    const struct session *s;
    const struct column *a, *b; /* the working one, and the failing one */
};

/* Owned. Those that hold of the working side too are shared, and come last. */
struct findings { struct finding *f; bool *shared; size_t count; };

/* --- who stands against whom -------------------------------------------------------------------- */

static bool has_id(const int *list, size_t n, int id)
{
    for (size_t i = 0; i < n; i++)
        if (list[i] == id)
            return true;
    return false;
}

const struct column *compare_other(const struct session *s, const struct sides *sides, const struct column *failing)
{
    const struct column *best = NULL;
    int most = -1;
    for (size_t i = 0; i < sides->working_count; i++) {
        const struct column *c = session_column(s, sides->working[i]);
        if (!c)
            continue;
        int alike = 8 * (strcmp(c->endpoint->text, failing->endpoint->text) == 0) +
                    4 * (strcmp(c->endpoint->host, failing->endpoint->host) == 0) +
                    2 * text_is(c->address, failing->address) + column_works(c);
        if (alike > most) {
            most = alike;
            best = c;
        }
    }
    return best;
}

static enum judgement side_judgement(const struct verdict *v, const int *id, size_t n)
{
    enum judgement worst = VERDICT_OK;
    for (size_t i = 0; i < n; i++) {
        const struct column_verdict *c = verdict_column(v, id[i]);
        if (c && c->verdict == VERDICT_FAILING)
            return VERDICT_FAILING;
        worst = c && c->verdict == VERDICT_OK ? worst : VERDICT_UNSURE;
    }
    return n ? worst : VERDICT_UNSURE;
}

/* --- findings ----------------------------------------------------------------------------------- */

static enum step step_of(double confidence)
{
    int i = STEP_COUNT - 1;
    while (i > 0 && step_table[i] > confidence + 1e-6)
        i--;
    return (enum step)i;
}

static void number_add(int **list, size_t *n, int number)
{
    if (!number || has_id(*list, *n, number))
        return;
    *list = mem_array(*list, *n + 1, sizeof **list);
    (*list)[(*n)++] = number;
}

static void rests_on(struct finding *f, const struct pair *p, enum fact fact)
{
    number_add(&f->for_, &f->for_count, (int)p->b->fact[fact].evidence);
    number_add(&f->for_, &f->for_count, (int)p->a->fact[fact].evidence);
}

static void sentence_add(struct finding *f, char *more)
{
    char *both = mem_format("%s %s", f->summary, more);
    free(f->summary);
    free(more);
    f->summary = both;
}

static struct finding *findings_of(struct findings *all, enum cause cause, int column)
{
    for (size_t i = 0; i < all->count; i++)
        if (all->f[i].cause == cause && has_id(all->f[i].column, all->f[i].column_count, column))
            return &all->f[i];
    return NULL;
}

static struct finding *findings_add(struct findings *all, enum cause cause, int column)
{
    all->f = mem_array(all->f, all->count + 1, sizeof *all->f);
    all->shared = mem_array(all->shared, all->count + 1, sizeof *all->shared);
    all->shared[all->count] = false;
    struct finding *f = &all->f[all->count++];
    *f = (struct finding){ .cause = cause, .column = mem_array(NULL, 1, sizeof *f->column), .column_count = 1 };
    f->column[0] = column;
    return f;
}

/* Moves the findings of a shelf in here. */
static void findings_take(struct findings *all, struct finding **list, size_t *n)
{
    all->f = mem_array(all->f, all->count + *n + 1, sizeof *all->f);
    if (*n)
        memcpy(all->f + all->count, *list, *n * sizeof **list);
    all->count += *n;
    free(*list);
    *list = NULL;
    *n = 0;
}

static int by_rank(const void *pa, const void *pb)
{
    const struct finding *a = pa, *b = pb;
    if (a->cause != b->cause)
        return a->cause < b->cause ? -1 : 1;
    return a->confidence > b->confidence ? -1 : a->confidence < b->confidence ? 1 : strcmp(a->summary, b->summary);
}

static void shelf_fill(struct finding **list, size_t *n, const struct findings *all, bool diagnosis, bool shared)
{
    size_t begin = *n;
    for (size_t i = 0; i < all->count; i++)
        if (all->shared[i] == shared && (step_of(all->f[i].confidence) >= STEP_50) == diagnosis)
            (*list)[(*n)++] = all->f[i];
    qsort(*list + begin, *n - begin, sizeof **list, by_rank);
}

static void findings_shelve(struct findings *all, struct verdict *v)
{
    v->diagnosis = mem_array(NULL, all->count + 1, sizeof *v->diagnosis);
    v->candidate = mem_array(NULL, all->count + 1, sizeof *v->candidate);
    for (int shared = 0; shared < 2; shared++) {
        shelf_fill(&v->diagnosis, &v->diagnosis_count, all, true, shared);
        shelf_fill(&v->candidate, &v->candidate_count, all, false, shared);
    }
    free(all->f);
    free(all->shared);
}

/* Leaves only the columns of the failing side; false when there are none. */
static bool finding_narrow(struct finding *f, const struct sides *sides)
{
    size_t kept = 0;
    for (size_t i = 0; i < f->column_count; i++)
        if (has_id(sides->failing, sides->failing_count, f->column[i]))
            f->column[kept++] = f->column[i];
    f->column_count = kept;
    return kept > 0;
}

/* Evidence of these columns alone. */
static void numbers_narrow(int *list, size_t *n, const struct session *s, const int *id, size_t count)
{
    size_t kept = 0;
    for (size_t i = 0; i < *n; i++)
        if (list[i] > 0 && (size_t)list[i] < s->evidence_count && has_id(id, count, s->evidence[list[i]].column))
            list[kept++] = list[i];
    *n = kept;
}

/* --- what holds of both, and what only of one --------------------------------------------------- */

/* The other's finding of this cause, for every failing column it names; NULL where one lacks it. */
static const struct finding *shared_by(const struct session *s, struct findings *all, const struct sides *sides,
                                       const struct finding *f)
{
    const struct finding *other = NULL;
    for (size_t i = 0; i < f->column_count; i++) {
        const struct column *b = session_column(s, f->column[i]), *a = b ? compare_other(s, sides, b) : NULL;
        if (!has_id(sides->failing, sides->failing_count, f->column[i]))
            continue;
        other = a ? findings_of(all, f->cause, a->id) : NULL;
        if (!other)
            return NULL;
    }
    return other;
}

static void share(const struct session *s, struct finding *f, const struct finding *other, const struct sides *sides)
{
    if (step_of(f->confidence) >= STEP_50)
        sentence_add(f, mem_string("But so it is on the working side: it does not explain what differs."));
    f->confidence = step_table[STEP_25];
    if (!f->missing_count) {
        f->missing = mem_array(f->missing, 1, sizeof *f->missing);
        f->missing[f->missing_count++] = mem_string("a side that works from here, to compare with");
    }
    for (size_t i = 0; i < other->for_count; i++) {
        size_t number = (size_t)other->for_[i];
        if (number < s->evidence_count && has_id(sides->working, sides->working_count, s->evidence[number].column))
            number_add(&f->against, &f->against_count, other->for_[i]);
    }
}

/* What the working side has in place of the cause. The first row of a cause whose fact differs is said. */
static const struct telling {
    enum cause cause;
    enum fact fact;   /* has to differ */
    enum fact shown;  /* what {a} and {b} are, the same where not said otherwise */
    const char *says;
} tellings[] = {
    { CAUSE_NETWORK, FACT_CONNECT, FACT_CONNECT, "The working side can be connected." },
    { CAUSE_NETWORK, FACT_RESOLVE, FACT_RESOLVE, "The name leads the working side to {a}, the failing one to {b}." },
    { CAUSE_NOT_TLS, FACT_HANDSHAKE, FACT_VERSION, "The working side speaks {a}." },
    { CAUSE_VERSION_MISMATCH, FACT_VERSIONS, FACT_VERSIONS, "The working side takes {a}." },
    { CAUSE_VERSION_MISMATCH, FACT_HANDSHAKE, FACT_VERSION, "The working side agrees on {a}." },
    { CAUSE_CIPHER_MISMATCH, FACT_CERT_KEYS, FACT_CERT_KEYS, "The working side has certificates of {a}." },
    { CAUSE_CIPHER_MISMATCH, FACT_HANDSHAKE, FACT_CIPHER, "The working side agrees on {a}." },
    { CAUSE_GROUP_MISMATCH, FACT_KX_GROUP, FACT_KX_GROUP, "The working side uses {a}." },
    { CAUSE_GROUP_MISMATCH, FACT_HANDSHAKE, FACT_KX_GROUP, "The working side agrees on {a}." },
    { CAUSE_EXTENSION_MISMATCH, FACT_RENEGOTIATION, FACT_COUNT, "The working side has secure renegotiation." },
    { CAUSE_EXTENSION_MISMATCH, FACT_HANDSHAKE, FACT_COUNT, "The working side takes the same hello." },
    { CAUSE_SNI, FACT_SNI, FACT_SNI, "The server name sent was {a} on the working side, {b} on the failing one." },
    { CAUSE_ALPN, FACT_HANDSHAKE, FACT_ALPN, "The working side agrees on {a}." },
    { CAUSE_CLIENT_CERT, FACT_CLIENT_CERT, FACT_COUNT, "Only the failing side asks for a client certificate." },
    { CAUSE_SERVER_CONFIG, FACT_HANDSHAKE, FACT_COUNT, "The working side takes the same hello." },
    { CAUSE_MIDDLEBOX, FACT_POST_QUANTUM, FACT_COUNT, "On the working side such a hello is answered." },
    { CAUSE_MIDDLEBOX, FACT_HANDSHAKE, FACT_COUNT, "On the working side the same hello is answered." },
    { CAUSE_INTERCEPTION, FACT_ISSUER, FACT_ISSUER, "Only the failing side sees the issuer {b}; the working one sees {a}." },
    { CAUSE_CLOCK_SKEW, FACT_CLOCK, FACT_CLOCK, "The server's clock less the own one is {a} on the working side, {b} on the failing one." },
    { CAUSE_CERT_SELF_SIGNED, FACT_ISSUER, FACT_ISSUER, "Only the failing side sees the issuer {b}; the working one sees {a}." },
    { CAUSE_CERT_UNTRUSTED_CA, FACT_ISSUER, FACT_ISSUER, "Only the failing side sees the issuer {b}; the working one sees {a}." },
    { CAUSE_CERT_UNTRUSTED_CA, FACT_STORE, FACT_COUNT, "The working side trusts by another CA store." },
    { CAUSE_CERT_INCOMPLETE, FACT_CHAIN, FACT_CHAIN, "The working side sends {a}." },
    { CAUSE_CERT_REVOKED, FACT_LEAF, FACT_COUNT, "The working side has another certificate." },
    { CAUSE_CERT_UNEXPECTED, FACT_LEAF, FACT_COUNT, "The working side has another certificate." },
    { CAUSE_CERT_EXPIRED, FACT_NOT_AFTER, FACT_NOT_AFTER, "The certificate of the working side lasts until {a}." },
    { CAUSE_CERT_EXPIRED, FACT_CHAIN, FACT_COUNT, "The working side sends another chain." },
    { CAUSE_CERT_EXPIRED, FACT_DATES, FACT_COUNT, "When the working side was looked at, the same certificate was within its dates." },
    { CAUSE_CERT_NOT_YET, FACT_LEAF, FACT_COUNT, "The working side has another certificate, which is within its dates." },
    { CAUSE_CERT_NAME, FACT_NAME, FACT_NAME, "The certificate of the working side is for {a}." },
    { CAUSE_CERT_WEAK, FACT_KEY, FACT_KEY, "The key of the working side is {a}." },
    { CAUSE_CERT_WEAK, FACT_STRENGTH, FACT_COUNT, "The chain of the working side has no such weakness." },
    { CAUSE_OCSP, FACT_STAPLE, FACT_COUNT, "The working side does it differently: one staples an answer, the other does not." },
};

/* A cell is made for a narrow column; a sentence has room for the value. */
static char *fact_said(const struct column *c, enum fact f)
{
    const struct seen *seen = &c->fact[f];
    const json_t *list = fact_table[f].kind == FACT_LIST ? seen->value : NULL;
    if (json_is_array(list))
        return words_list(list, 4, "none");
    if (f == FACT_SNI && seen->state == STATE_NO)
        return mem_string("none");
    if (json_is_string(seen->value) && (f == FACT_LEAF || f == FACT_CIPHER))
        return mem_string(json_string_value(seen->value));
    return column_cell(c, f);
}

/* The subjects of certificates that only the working side sends. */
static char *sent_beyond(const struct pair *p)
{
    const json_t *a = json_object_get(p->a->fact[FACT_CHAIN].value, "sent");
    const json_t *b = json_object_get(p->b->fact[FACT_CHAIN].value, "sent");
    json_t *names = json_array();
    for (size_t i = 0; i < json_array_size(a); i++) {
        const json_t *one = json_array_get(a, i);
        size_t k = 0;
        while (k < json_array_size(b) &&
               !json_equal(json_object_get(one, "sha256"), json_object_get(json_array_get(b, k), "sha256")))
            k++;
        if (k == json_array_size(b))
            json_array_append(names, json_object_get(one, "subject"));
    }
    char *said = words_list(names, 4, "none");
    json_decref(names);
    return said;
}

/* A template with {a}, {b} and the words every column has; owned by the caller. */
static char *pair_says(const struct pair *p, enum fact shown, enum detail detail, const char *template)
{
    struct look l = look_at(p->s, p->b, FAMILY_ALONE, -1);
    struct words w = words_of(&l, detail, 0);
    if (shown < FACT_COUNT) {
        words_say_own(&w, "a", fact_said(p->a, shown));
        words_say_own(&w, "b", fact_said(p->b, shown));
    }
    if (shown == FACT_CHAIN)
        words_say_own(&w, "more", sent_beyond(p));
    char *said = words_sentence(&l, &w, template);
    words_free(&w);
    return said;
}

static bool known(const struct column *c, enum fact f)
{
    return c->fact[f].state == STATE_YES || c->fact[f].state == STATE_NO;
}

static bool differs(const struct pair *p, enum fact f)
{
    return diff_cell(p->a, p->b, f) == MARK_DIFFER;
}

static bool same(const struct pair *p, enum fact f)
{
    return known(p->a, f) && known(p->b, f) && diff_cell(p->a, p->b, f) == MARK_NONE;
}

/* What belongs to the cause differs: it is said, and where a cause is named, it is a step surer. */
static void tell(struct finding *f, const struct pair *p)
{
    for (size_t i = 0; i < sizeof tellings / sizeof *tellings; i++) {
        const struct telling *t = &tellings[i];
        bool shown = t->shown == FACT_COUNT || p->a->fact[t->shown].state == STATE_YES;
        if (t->cause != f->cause || !differs(p, t->fact) || !shown)
            continue;
        sentence_add(f, pair_says(p, t->shown, DETAIL_NONE, t->says));
        rests_on(f, p, t->fact);
        enum step step = step_of(f->confidence);
        if (step >= STEP_50 && step < STEP_97)
            f->confidence = step_table[step + 1];
        return;
    }
}

/* --- what two columns prove together ------------------------------------------------------------ */

static bool handshake_apart(const struct pair *p)
{
    return p->a->fact[FACT_HANDSHAKE].state == STATE_YES && p->b->fact[FACT_HANDSHAKE].state == STATE_NO;
}

static bool trust_apart(const struct pair *p)
{
    enum state b = p->b->fact[FACT_TRUST].state;
    return p->a->fact[FACT_TRUST].state == STATE_YES && (b == STATE_NO || b == COULD_NOT_ASK);
}

static bool sent_within(const json_t *few, const json_t *many)
{
    for (size_t i = 0; i < json_array_size(few); i++) {
        const json_t *one = json_object_get(json_array_get(few, i), "sha256");
        size_t k = 0;
        while (k < json_array_size(many) &&
               !json_equal((json_t *)one, json_object_get(json_array_get(many, k), "sha256")))
            k++;
        if (k == json_array_size(many) || !one)
            return false;
    }
    return true;
}

/* The same leaf, and the working side sends all that the failing one does and more. */
static bool sends_less(const struct pair *p)
{
    const json_t *a = json_object_get(p->a->fact[FACT_CHAIN].value, "sent");
    const json_t *b = json_object_get(p->b->fact[FACT_CHAIN].value, "sent");
    return trust_apart(p) && same(p, FACT_LEAF) && json_array_size(b) > 0 &&
           json_array_size(a) > json_array_size(b) && sent_within(b, a);
}

/* The same chain is judged by two stores. */
static bool store_lacks(const struct pair *p)
{
    return trust_apart(p) && same(p, FACT_CHAIN) && same(p, FACT_LEAF) && differs(p, FACT_STORE);
}

static bool offset_is_small(const struct column *c)
{
    const json_t *v = c->fact[FACT_CLOCK].value;
    return fabs(json_number_value(json_object_get(v, "seconds"))) <=
           60 + json_number_value(json_object_get(v, "uncertainty"));
}

/* The same certificate, and only the failing machine's clock is away from the server's. */
static bool clock_off(const struct pair *p)
{
    return same(p, FACT_LEAF) && p->a->fact[FACT_DATES].state == STATE_YES &&
           p->b->fact[FACT_DATES].state == STATE_NO && differs(p, FACT_CLOCK) && offset_is_small(p->a) &&
           !offset_is_small(p->b);
}

/* The failing machine's own file leads it elsewhere. */
static bool hosts_entry(const struct pair *p)
{
    const char *a = column_word(p->a, FACT_ADDRESS_FROM), *b = column_word(p->b, FACT_ADDRESS_FROM);
    return text_is(b, "hosts") && a && !text_is(a, "hosts") && !text_is(a, "option") && !text_is(a, "literal") &&
           strcmp(p->a->endpoint->host, p->b->endpoint->host) == 0 && differs(p, FACT_RESOLVE) &&
           column_works(p->a) && !column_works(p->b);
}

static const struct proof {
    bool (*holds)(const struct pair *p);
    enum cause cause;
    enum step step;
    enum fact fact;   /* what it rests on, and what {a} and {b} are */
    const char *summary;
    enum detail detail;
    const char *fix;  /* NULL: as the cause's own finding says */
    enum reproduce reproduce;
} proofs[] = {
    { sends_less, CAUSE_CERT_INCOMPLETE, STEP_97, FACT_CHAIN,
      "Both sides have the same certificate, but only the working one sends its way to the CA with it; the failing one "
      "does not send {more}.", DETAIL_ISSUER,
      "Send the same certificates as the working side: put the intermediates behind the server's own in one file "
      "(nginx `ssl_certificate`, Apache `SSLCertificateFile`, HAProxy `crt`), and reload.", REPRODUCE_CERTS },
    { store_lacks, CAUSE_CERT_UNTRUSTED_CA, STEP_97, FACT_TRUST,
      "The very same certificates are trusted on the working side, by {a}: the CA store of the failing side does not "
      "have it.", DETAIL_ISSUER,
      "Install that CA on the failing machine as on the working one (Debian: `update-ca-certificates`, RHEL: "
      "`update-ca-trust`), or update its CA store; programs with a store of their own, as Java's, need it there.",
      REPRODUCE_TRUST },
    { clock_off, CAUSE_CLOCK_SKEW, STEP_90, FACT_CLOCK,
      "The same certificate is within its dates on the working side. The server's clock less the own one is {a} "
      "there and {b} on the failing side: the failing machine's clock is wrong.", DETAIL_NONE,
      "Set the failing machine's clock (`timedatectl set-ntp true`, or start chrony) and try again.",
      REPRODUCE_CLOCK },
    { hosts_entry, CAUSE_NETWORK, STEP_75, FACT_RESOLVE,
      "The failing side takes the address of {host} from its hosts file and goes to {b}; the working side goes to "
      "{a}.", DETAIL_NONE,
      "Take the line for {host} out of the failing machine's hosts file (/etc/hosts), or put the right address in it.",
      REPRODUCE_RESOLVE },
};

static void finding_says(struct finding *f, const struct pair *p, const struct proof *x)
{
    struct look l = look_at(p->s, p->b, FAMILY_ALONE, -1);
    free(f->summary);
    f->summary = pair_says(p, x->fact, x->detail, x->summary);
    if (x->fix) {
        free(f->fix);
        f->fix = pair_says(p, x->fact, x->detail, x->fix);
    }
    if (!f->reproduce)
        f->reproduce = reproduce_line(&l, x->reproduce);
    if (!f->detail)
        f->detail = json_object();
    rests_on(f, p, x->fact);
}

static void raise_to(struct findings *all, const struct pair *p, const struct proof *x)
{
    struct finding *f = findings_of(all, x->cause, p->b->id);
    if (f && step_of(f->confidence) >= x->step)
        return;
    if (!f || f->column_count > 1)
        f = findings_add(all, x->cause, p->b->id);
    finding_says(f, p, x);
    f->confidence = step_table[x->step];
    for (size_t i = 0; i < f->missing_count; i++)
        free(f->missing[i]);
    f->missing_count = 0;
}

/* --- asked alike but for one thing -------------------------------------------------------------- */

static const struct asked { enum key key; enum cause cause; enum fix fix; enum reproduce reproduce; } askeds[] = {
    { KEY_SNI, CAUSE_SNI, FIX_NAME_SNI, REPRODUCE_HANDSHAKE },
    { KEY_ALPN, CAUSE_ALPN, FIX_ALPN, REPRODUCE_ALPN },
    { KEY_MIN, CAUSE_VERSION_MISMATCH, FIX_SERVER_LOG, REPRODUCE_HANDSHAKE },
    { KEY_MAX, CAUSE_VERSION_MISMATCH, FIX_SERVER_LOG, REPRODUCE_HANDSHAKE },
    { KEY_CIPHERS, CAUSE_CIPHER_MISMATCH, FIX_SERVER_LOG, REPRODUCE_HANDSHAKE },
    { KEY_GROUPS, CAUSE_GROUP_MISMATCH, FIX_SERVER_LOG, REPRODUCE_HANDSHAKE },
    { KEY_SIGALGS, CAUSE_GROUP_MISMATCH, FIX_SERVER_LOG, REPRODUCE_HANDSHAKE },
    { KEY_CERT, CAUSE_CLIENT_CERT, FIX_CLIENT_CERT, REPRODUCE_HANDSHAKE },
};

/* What comes of a key, given or not. */
static const char *key_means(const struct endpoint *ep, enum key k)
{
    return k == KEY_SNI ? endpoint_sni(ep) : k == KEY_NAME ? endpoint_name(ep) : k == KEY_ALPN ? endpoint_alpn(ep) : ep->value[k];
}

/* Which key alone the two were asked differently by; KEY_COUNT: by none, by several, or at different places. */
static enum key only_key(const struct pair *p)
{
    enum key only = KEY_COUNT;
    const struct endpoint *a = p->a->endpoint, *b = p->b->endpoint;
    if (strcmp(a->host, b->host) != 0 || !text_is(p->a->address, p->b->address) || a->scheme != b->scheme)
        return KEY_COUNT;
    for (enum key k = 0; k < KEY_COUNT; k++) {
        bool quiet = k == KEY_LABEL || k == KEY_ADDRESSES || k == KEY_FROM || k == KEY_AT;
        const char *x = key_means(a, k), *y = key_means(b, k);
        if (quiet || (!x && !y) || text_is(x, y))
            continue;
        if (only != KEY_COUNT)
            return KEY_COUNT;
        only = k;
    }
    return only;
}

static char *key_said(const struct endpoint *ep, enum key k)
{
    return ep->value[k] ? mem_format("%s=%s", key_table[k].word, ep->value[k])
                        : mem_format("without %s=", key_table[k].word);
}

/* The server is the same, and so is the client but for one thing: that thing decides. */
static void asked_apart(struct findings *all, const struct pair *p)
{
    enum key key = only_key(p);
    const struct asked *x = askeds, *end = askeds + sizeof askeds / sizeof *askeds;
    bool other_leaf = key == KEY_SNI && differs(p, FACT_LEAF) && p->b->fact[FACT_NAME].state == STATE_NO;
    while (x < end && x->key != key)
        x++;
    if (x == end || !(handshake_apart(p) || other_leaf) || !column_works(p->a))
        return;
    struct look l = look_at(p->s, p->b, FAMILY_ALONE, -1);
    struct words w = words_of(&l, DETAIL_FAILURE, 0);
    struct finding *f = findings_of(all, x->cause, p->b->id);
    if (f && step_of(f->confidence) >= STEP_75) { /* it was found out by itself, and better */
        words_free(&w);
        return;
    }
    if (!f || f->column_count > 1)
        f = findings_add(all, x->cause, p->b->id);
    char *a = key_said(p->a->endpoint, key), *b = key_said(p->b->endpoint, key);
    free(f->summary);
    f->summary = mem_format(other_leaf ? "The same server shows another certificate, which is for other names, when it is "
                                         "asked %s instead of %s."
                                       : "The same server refuses the client when it is asked %s, and takes it %s.", b, a);
    f->confidence = step_table[STEP_75];
    if (!f->fix)
        f->fix = words_sentence(&l, &w, fix_table[x->fix]);
    if (!f->reproduce)
        f->reproduce = reproduce_line(&l, x->reproduce);
    if (!f->detail)
        f->detail = json_incref(w.detail);
    rests_on(f, p, other_leaf ? FACT_LEAF : FACT_HANDSHAKE);
    words_free(&w);
    free(a);
    free(b);
}

/* --- differences that propose a cause ----------------------------------------------------------- */

#define SHOW_HELLO "what the failing client offers: `tlswhy listen` shows its hello"
#define ASK_FULL "what each side takes (--depth full), and what the failing client offers: `tlswhy listen` shows its hello"
#define LIKE_SUITES "Set up the failing side's suites like the working one's (nginx `ssl_ciphers`, Apache `SSLCipherSuite`, " \
    "HAProxy `ssl-default-bind-ciphers`), or give the client one that both take."
#define LIKE_GROUPS "Set up the failing side's groups like the working one's (nginx `ssl_ecdh_curve`, Apache " \
    "`SSLOpenSSLConfCmd Curves`, HAProxy `curves`), or give the client one that both take."
#define LIKE_KEYS "Give the failing side a certificate with a key of the same kind as the working one's; a server can have " \
    "one of each kind (name both in nginx `ssl_certificate`, Apache `SSLCertificateFile`, HAProxy `crt`)."

static const struct proposal {
    enum fact fact;
    enum cause cause;
    const char *says;
    const char *missing;
    enum fix fix;
    enum reproduce reproduce;
    const char *like;  /* said in place of the fix: how the failing side becomes like the working one */
} proposals[] = {
    { FACT_RESOLVE, CAUSE_NETWORK, "The name leads the failing side to {b} and the working one to {a}: other machines answer there.",
      "the failing side again with at=ADDRESS of the working one, and the other way round", FIX_DNS, REPRODUCE_RESOLVE, NULL },
    { FACT_ROUTES, CAUSE_NETWORK, "The two machines do not have routes for the same address families.",
      "the failing side by the other address family (at=ADDRESS)", FIX_UNREACHABLE, REPRODUCE_CONNECT, NULL },
    { FACT_VERSIONS, CAUSE_VERSION_MISMATCH, "The failing side takes {b}, the working one {a}: a client that offers only what is "
      "missing fails at the failing side alone.", SHOW_HELLO, FIX_VERSION_SERVER, REPRODUCE_VERSIONS, NULL },
    { FACT_VERSION, CAUSE_VERSION_MISMATCH, "The failing side agrees on {b}, the working one on {a}: a client that insists on the "
      "latter fails at the failing side alone.", ASK_FULL, FIX_VERSION_SERVER, REPRODUCE_HANDSHAKE, NULL },
    { FACT_CIPHERS, CAUSE_CIPHER_MISMATCH, "The two sides do not take the same cipher suites: {only}.", SHOW_HELLO, FIX_NONE,
      REPRODUCE_HANDSHAKE, LIKE_SUITES },
    { FACT_CIPHER, CAUSE_CIPHER_MISMATCH, "The failing side agrees on {b}, the working one on {a}: they may not take the same cipher "
      "suites.", ASK_FULL, FIX_NONE, REPRODUCE_HANDSHAKE, LIKE_SUITES },
    { FACT_CERT_KEYS, CAUSE_CIPHER_MISMATCH, "The failing side has certificates of {b}, the working one of {a}: a client that knows "
      "only the latter kind fails at the failing side alone.", SHOW_HELLO, FIX_NONE, REPRODUCE_HANDSHAKE, LIKE_KEYS },
    { FACT_GROUPS, CAUSE_GROUP_MISMATCH, "The two sides do not take the same groups: {only}.", SHOW_HELLO, FIX_NONE,
      REPRODUCE_HANDSHAKE, LIKE_GROUPS },
    { FACT_KX_GROUP, CAUSE_GROUP_MISMATCH, "The failing side agrees on the group {b}, the working one on {a}.", ASK_FULL, FIX_NONE,
      REPRODUCE_HANDSHAKE, LIKE_GROUPS },
    { FACT_SIGALGS, CAUSE_GROUP_MISMATCH, "The two sides do not sign with the same algorithms: {only}.", SHOW_HELLO, FIX_NONE,
      REPRODUCE_HANDSHAKE, LIKE_KEYS },
    { FACT_SIGALG, CAUSE_GROUP_MISMATCH, "The failing side signs with {b}, the working one with {a}: their certificates have keys of "
      "different kinds, and a client that knows only the latter fails at the failing side alone.", SHOW_HELLO, FIX_NONE,
      REPRODUCE_HANDSHAKE, LIKE_KEYS },
    { FACT_DH, CAUSE_GROUP_MISMATCH, "The Diffie-Hellman group of the failing side is {b}, that of the working one {a}.",
      "whether the failing client uses DHE: `tlswhy listen` shows its hello", FIX_SMALL_DH, REPRODUCE_HANDSHAKE, NULL },
    { FACT_EMS, CAUSE_EXTENSION_MISMATCH, "Only one of the two sides has extended_master_secret, on which some clients insist.",
      "whether the failing client insists on it, as RHEL 9 does in FIPS mode", FIX_NONE, REPRODUCE_HANDSHAKE,
      "Update the TLS library of the side that lacks it, or let both speak TLS 1.3, which needs no such extension." },
    { FACT_RENEGOTIATION, CAUSE_EXTENSION_MISMATCH, "Only one of the two sides has secure renegotiation, on which current clients "
      "insist.", "a handshake of the failing client with TLS 1.2", FIX_RENEGOTIATION, REPRODUCE_HANDSHAKE, NULL },
    { FACT_ALPN, CAUSE_ALPN, "The failing side agrees on the application protocol {b}, the working one on {a}.",
      "whether the failing client needs the latter, as gRPC needs h2", FIX_ALPN, REPRODUCE_ALPN, NULL },
    { FACT_CLIENT_CERT, CAUSE_CLIENT_CERT, "Only one of the two sides asks for a client certificate.",
      "a try with a client certificate the server accepts", FIX_CLIENT_CERT, REPRODUCE_HANDSHAKE, NULL },
    { FACT_POST_QUANTUM, CAUSE_MIDDLEBOX, "Only one of the two sides answers a ClientHello of post-quantum size.",
      "the same from another network, or on the server itself", FIX_LARGE_PATH, REPRODUCE_LARGE, NULL },
    { FACT_TOLERATES, CAUSE_MIDDLEBOX, "The two sides do not take unusual hellos alike.",
      "the same from another network, or on the server itself", FIX_LARGE_PATH, REPRODUCE_HANDSHAKE, NULL },
    { FACT_CLIENTS, CAUSE_SERVER_CONFIG, "The two sides do not take the same clients.",
      "which client fails: the list of clients of each side", FIX_NONE, REPRODUCE_HANDSHAKE,
      "Compare what the two sides take (--depth full), and set up the failing one like the working one." },
    { FACT_POLICY, CAUSE_VERSION_MISMATCH, "The crypto policies of the two machines differ: other programs may fail on one of them where "
      "this probe does not.", "the failing program on the other machine", FIX_POLICY, REPRODUCE_HANDSHAKE, NULL },
    { FACT_PROXY, CAUSE_MIDDLEBOX, "The environments of the two machines do not name the same proxy for {host}: other programs may go "
      "another way than this probe did.", "the failing program without the proxy variables", FIX_PROXY, REPRODUCE_CONNECT, NULL },
    { FACT_NTP, CAUSE_CLOCK_SKEW, "The kernel calls only one of the two machines' clocks synchronised.",
      "`date -u` on both machines, side by side", FIX_CLOCK, REPRODUCE_CLOCK, NULL },
};

/* "only the failing one a, b; only the working one c": what each list has beyond the other. */
static void only_add(struct text *t, const char *who, const json_t *list, const json_t *other)
{
    size_t n = 0;
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *one = json_array_get(list, i);
        size_t k = 0;
        while (k < json_array_size(other) && !json_equal((json_t *)one, json_array_get(other, k)))
            k++;
        if (k < json_array_size(other) || !json_is_string(one) || ++n > 4)
            continue;
        text_addf(t, "%s%s", n > 1 ? ", " : t->len ? "; " : "", n > 1 ? "" : who);
        text_addf(t, "%s", json_string_value(one));
    }
    if (n > 4)
        text_addf(t, " and %zu more", n - 4);
}

static char *only_said(const struct pair *p, enum fact f)
{
    struct text t = { 0 };
    json_t *a = accepts_union(p->a, f), *b = accepts_union(p->b, f);
    only_add(&t, "the working one alone ", a, b);
    only_add(&t, "the failing one alone ", b, a);
    json_decref(a);
    json_decref(b);
    if (!t.s)
        text_add(&t, "not for the same versions");
    return text_take(&t);
}

/* The failing side takes all that the working one does: that fails nobody. */
static bool has_more(const struct pair *p, enum fact f)
{
    const char *x = column_word(p->a, f), *y = column_word(p->b, f);
    const struct version *a = x ? version_by_word(x) : NULL, *b = y ? version_by_word(y) : NULL;
    if (f == FACT_VERSION)
        return a && b && b->number >= a->number;
    if (f == FACT_VERSIONS) {
        for (int v = 0; v < ACCEPTS_VERSIONS; v++)
            if (text_is(accepts_answer(p->a, v), "accepted") && !text_is(accepts_answer(p->b, v), "accepted"))
                return false;
        return true;
    }
    if (f != FACT_CIPHERS && f != FACT_GROUPS && f != FACT_SIGALGS)
        return false;
    json_t *most = accepts_union(p->b, f), *few = accepts_union(p->a, f);
    struct text t = { 0 };
    only_add(&t, "", few, most);
    bool more = !t.len;
    text_free(&t);
    json_decref(most);
    json_decref(few);
    return more;
}

static void propose(struct findings *all, const struct pair *p, const struct proposal *x)
{
    if (findings_of(all, x->cause, p->b->id) || !differs(p, x->fact) || !difference_matters(p->a, p->b, x->fact) ||
        has_more(p, x->fact))
        return;
    struct look l = look_at(p->s, p->b, FAMILY_ALONE, -1);
    struct words w = words_of(&l, DETAIL_NONE, 0);
    struct finding *f = findings_add(all, x->cause, p->b->id);
    words_say_own(&w, "a", fact_said(p->a, x->fact));
    words_say_own(&w, "b", fact_said(p->b, x->fact));
    if (x->fact == FACT_CIPHERS || x->fact == FACT_GROUPS || x->fact == FACT_SIGALGS)
        words_say_own(&w, "only", only_said(p, x->fact));
    f->summary = words_sentence(&l, &w, x->says);
    f->confidence = step_table[STEP_25];
    f->fix = pair_says(p, x->fact, x->fact == FACT_POLICY ? DETAIL_POLICY : x->fact == FACT_PROXY ? DETAIL_PROXY : DETAIL_NONE,
                       x->like ? x->like : fix_table[x->fix]);
    f->reproduce = reproduce_line(&l, x->reproduce);
    f->detail = json_pack("{s:s}", "difference", fact_table[x->fact].json);
    f->missing = mem_array(NULL, 1, sizeof *f->missing);
    f->missing[f->missing_count++] = mem_string(x->missing);
    rests_on(f, p, x->fact);
    words_free(&w);
}

/* --- as a whole --------------------------------------------------------------------------------- */

/* Of what is said of both sides, whether it is also said of the other is looked up before anything is narrowed. */
static void findings_weigh(struct findings *all, const struct session *s, const struct sides *sides)
{
    const struct finding **other = mem_new((all->count + 1) * sizeof *other);
    for (size_t i = 0; i < all->count; i++)
        other[i] = shared_by(s, all, sides, &all->f[i]);
    for (size_t i = 0; i < all->count; i++) {
        struct finding *f = &all->f[i];
        bool about_failing = false;
        for (size_t k = 0; k < f->column_count; k++)
            about_failing |= has_id(sides->failing, sides->failing_count, f->column[k]);
        all->shared[i] = other[i] && about_failing;
        numbers_narrow(f->against, &f->against_count, s, f->column, f->column_count);
        if (all->shared[i])
            share(s, f, other[i], sides);
    }
    free(other);
    size_t kept = 0;
    for (size_t i = 0; i < all->count; i++) {
        struct finding *f = &all->f[i];
        if (!finding_narrow(f, sides)) {
            finding_free(f);
            continue;
        }
        numbers_narrow(f->for_, &f->for_count, s, f->column, f->column_count);
        all->shared[kept] = all->shared[i];
        all->f[kept++] = *f;
    }
    all->count = kept;
}

static bool is_diagnosed(const struct findings *all, int column)
{
    for (size_t i = 0; i < all->count; i++)
        if (step_of(all->f[i].confidence) >= STEP_50 && has_id(all->f[i].column, all->f[i].column_count, column))
            return true;
    return false;
}

static void column_explain(struct findings *all, const struct pair *p)
{
    for (size_t i = 0; i < sizeof proofs / sizeof *proofs; i++)
        if (proofs[i].holds(p))
            raise_to(all, p, &proofs[i]);
    asked_apart(all, p);
    if (is_diagnosed(all, p->b->id))
        return;
    for (size_t i = 0; i < sizeof proposals / sizeof *proposals; i++)
        propose(all, p, &proposals[i]);
}

static char *comparison_says(const struct comparison *c, const struct verdict *v)
{
    enum judgement a = side_judgement(v, c->sides.working, c->sides.working_count);
    enum judgement b = side_judgement(v, c->sides.failing, c->sides.failing_count);
    const char *before = c->exchanged ? "What was given as failing works from here, and what was given as working does not: "
                                        "the latter is explained. " : "";
    const char *says =
        a != VERDICT_OK && b != VERDICT_OK && !v->diagnosis_count
            ? "Neither side works from here, and nothing that differs explains why one would fail alone."
        : b == VERDICT_OK && !c->matters ? "Both sides work from here, and nothing that differs between them matters."
        : b == VERDICT_OK ? "Both sides work from here, for this client; what differs can still make others fail at one of "
                            "them alone."
        : v->diagnosis_count ? "" : "No difference explains the failure for sure.";
    return mem_format("%s%s", before, says);
}

struct comparison *compare_sides(const struct session *s, struct verdict *v, const struct sides *given)
{
    struct comparison *c = mem_new(sizeof *c);
    struct findings all = { NULL, NULL, 0 };
    c->sides = *given;
    if (side_judgement(v, given->failing, given->failing_count) == VERDICT_OK &&
        side_judgement(v, given->working, given->working_count) == VERDICT_FAILING) {
        c->sides = (struct sides){ given->failing, given->working, given->failing_count, given->working_count };
        c->exchanged = true;
    }
    c->difference = differences_of(s, &c->count);
    while (c->matters < c->count && c->difference[c->matters].matters)
        c->matters++;
    findings_take(&all, &v->diagnosis, &v->diagnosis_count);
    findings_take(&all, &v->candidate, &v->candidate_count);
    all.shared = mem_new((all.count + 1) * sizeof *all.shared);
    findings_weigh(&all, s, &c->sides);
    for (size_t i = 0; i < all.count; i++) {
        const struct column *b = session_column(s, all.f[i].column[0]), *a = compare_other(s, &c->sides, b);
        if (a && !all.shared[i])
            tell(&all.f[i], &(struct pair){ s, a, b });
    }
    for (size_t i = 0; i < c->sides.failing_count; i++) {
        const struct column *b = session_column(s, c->sides.failing[i]), *a = b ? compare_other(s, &c->sides, b) : NULL;
        if (a)
            column_explain(&all, &(struct pair){ s, a, b });
    }
    findings_shelve(&all, v);
    c->text = comparison_says(c, v);
    return c;
}

void comparison_free(struct comparison *c)
{
    if (!c)
        return;
    free(c->difference);
    free(c->text);
    free(c);
}

int comparison_exit(const struct comparison *c, const struct verdict *v)
{
    enum judgement a = side_judgement(v, c->sides.working, c->sides.working_count);
    enum judgement b = side_judgement(v, c->sides.failing, c->sides.failing_count);
    if (c->matters)
        return EXIT_FAILING;
    return a == VERDICT_UNSURE || b == VERDICT_UNSURE ? EXIT_UNSURE : EXIT_OK;
}
