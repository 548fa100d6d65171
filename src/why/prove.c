/* prove - what two columns show together that neither shows alone.
 *
 * Owns: the table of such proofs, and what it means that both were asked alike but for one thing.
 * Must not know: sides of several columns, ranking.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/model/matter.h"
#include "src/why/pair.h"

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
    for (size_t i = 0; i < sent_count(few); i++)
        if (!sent_has(many, json_array_get(few, i)))
            return false;
    return true;
}

/* The same leaf, and the working side sends all that the failing one does and more. */
static bool sends_less(const struct pair *p)
{
    const json_t *a = json_object_get(p->a->fact[FACT_CHAIN].value, "sent");
    const json_t *b = json_object_get(p->b->fact[FACT_CHAIN].value, "sent");
    return trust_apart(p) && pair_same(p, FACT_LEAF) && sent_count(b) > 0 &&
           sent_count(a) > sent_count(b) && sent_within(b, a);
}

/* The same chain is judged by two stores. */
static bool store_lacks(const struct pair *p)
{
    return trust_apart(p) && pair_same(p, FACT_CHAIN) && pair_same(p, FACT_LEAF) && pair_differs(p, FACT_STORE);
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
    return pair_same(p, FACT_LEAF) && p->a->fact[FACT_DATES].state == STATE_YES &&
           p->b->fact[FACT_DATES].state == STATE_NO && pair_differs(p, FACT_CLOCK) && offset_is_small(p->a) &&
           !offset_is_small(p->b);
}

/* The failing machine's own file leads it elsewhere. */
static bool hosts_entry(const struct pair *p)
{
    const char *a = column_word(p->a, FACT_ADDRESS_FROM), *b = column_word(p->b, FACT_ADDRESS_FROM);
    return text_is(b, "hosts") && a && !text_is(a, "hosts") && !text_is(a, "option") && !text_is(a, "literal") &&
           strcmp(p->a->endpoint->host, p->b->endpoint->host) == 0 && pair_differs(p, FACT_RESOLVE) &&
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
    { clock_off, CAUSE_CLOCK_SKEW, STEP_97, FACT_CLOCK,
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
    finding_rests_on(f, p, x->fact);
}

static void raise_to(struct findings *all, const struct pair *p, const struct proof *x)
{
    struct finding *f = findings_find(all, x->cause, p->b->id);
    if (f && finding_step(f->confidence) >= x->step)
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
    { KEY_VIA, CAUSE_MIDDLEBOX, FIX_PROXY_ALTERS, REPRODUCE_HANDSHAKE },
};

/* What comes of a key, given or not. */
static const char *key_means(const struct endpoint *ep, enum key k)
{
    return k == KEY_SNI    ? endpoint_sni(ep)
           : k == KEY_NAME ? endpoint_name(ep)
           : k == KEY_ALPN ? endpoint_alpn(ep)
                           : ep->value[k];
}

/* Which key alone the two were asked differently by; KEY_COUNT: by none, by several, or at different places. */
static enum key only_key(const struct pair *p)
{
    enum key only = KEY_COUNT;
    const struct endpoint *a = p->a->endpoint, *b = p->b->endpoint;
    bool elsewhere = !b->value[KEY_VIA] && !text_is(p->a->address, p->b->address); /* else it is the proxy's */
    if (strcmp(a->host, b->host) != 0 || elsewhere || a->scheme != b->scheme || a->port != b->port)
        return KEY_COUNT;
    for (enum key k = 0; k < KEY_COUNT; k++) {
        bool with_cert = k == KEY_KEY || k == KEY_PASS_FILE; /* go along with cert= */
        bool quiet = k == KEY_LABEL || k == KEY_ADDRESSES || k == KEY_FROM || k == KEY_AT || with_cert;
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

/* Who minds that thing was seen, and it is not the server. */
static bool path_minds(const struct findings *all, const struct pair *p)
{
    const struct finding *f = findings_find(all, CAUSE_MIDDLEBOX, p->b->id);
    return f && finding_step(f->confidence) >= STEP_75 && p->b->fact[FACT_PATH].state == STATE_YES;
}

/* The server is the same, and so is the client but for one thing: that thing decides. */
static void asked_apart(struct findings *all, const struct pair *p)
{
    enum key key = only_key(p);
    const struct asked *x = askeds, *end = askeds + sizeof askeds / sizeof *askeds;
    bool other_leaf = key == KEY_SNI && pair_differs(p, FACT_LEAF) && p->b->fact[FACT_NAME].state == STATE_NO;
    while (x < end && x->key != key)
        x++;
    if (x == end || !(handshake_apart(p) || other_leaf) || !column_works(p->a) || path_minds(all, p))
        return;
    if (key == KEY_VIA && (p->b->fact[FACT_VIA].state != STATE_YES || p->a->fact[FACT_VIA].state == STATE_YES))
        return; /* the server was not even asked, or each went through a proxy of its own */
    struct look l = look_at(p->s, p->b, FAMILY_ALONE, -1);
    struct words w = words_of(&l, DETAIL_FAILURE, 0);
    struct finding *f = findings_find(all, x->cause, p->b->id);
    if (f && finding_step(f->confidence) >= STEP_75) { /* it was found out by itself, and better */
        words_free(&w);
        return;
    }
    if (!f || f->column_count > 1)
        f = findings_add(all, x->cause, p->b->id);
    char *a = key_said(p->a->endpoint, key), *b = key_said(p->b->endpoint, key);
    free(f->summary);
    if (other_leaf)
        f->summary = mem_format("The same server shows another certificate, which is for other names, when it is asked "
                                "%s instead of %s.", b, a);
    else
        f->summary = mem_format("The same server refuses the client when it is asked %s, and takes it %s.", b, a);
    f->confidence = step_table[STEP_75];
    if (!f->fix)
        f->fix = words_sentence(&l, &w, fix_table[x->fix]);
    if (!f->reproduce)
        f->reproduce = reproduce_line(&l, x->reproduce);
    if (!f->detail)
        f->detail = json_incref(w.detail);
    finding_rests_on(f, p, other_leaf ? FACT_LEAF : FACT_HANDSHAKE);
    words_free(&w);
    free(a);
    free(b);
}

void prove(struct findings *all, const struct pair *p)
{
    for (size_t i = 0; i < sizeof proofs / sizeof *proofs; i++)
        if (proofs[i].holds(p))
            raise_to(all, p, &proofs[i]);
    asked_apart(all, p);
}
