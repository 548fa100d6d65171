/* traits - what a server is like beyond its lists: kinds of certificate, DH size, extensions, what it bears.
 *
 * Owns: FACT_DH, FACT_CERT_KEYS, FACT_RENEGOTIATION, FACT_ETM, FACT_COMPRESSION, FACT_FALLBACK and
 * FACT_TOLERATES, each by one hello. Must not know: which of them matter to whom.
 */
#include <stdlib.h>
#include <string.h>

#include "probes/sweep.h"
#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/pki/read.h"
#include "src/wire/message.h"
#include "src/wire/names.h"

static const enum fact writes[] = {
    FACT_DH, FACT_CERT_KEYS, FACT_RENEGOTIATION, FACT_ETM, FACT_COMPRESSION, FACT_FALLBACK, FACT_TOLERATES, FACT_COUNT
};
static const enum fact needs[] = { FACT_VERSIONS, FACT_COUNT };

enum ask { ASK_DH, ASK_RSA, ASK_ECDSA, ASK_DSS, ASK_ETM, ASK_COMPRESSION, ASK_FALLBACK, ASK_TRICKS };

/* Lawful hellos that some servers, and some boxes on the way, can't bear. */
static const struct trick {
    const char *key;
    unsigned with;       /* enum hello_with */
    size_t size, record;
    int pieces;
    bool unknown, newer;
} tricks[] = {
    { .key = "unknown-extension", .unknown = true },
    { .key = "newer-version", .newer = true },
    { .key = "grease", .with = HELLO_GREASE },
    { .key = "large", .size = 4000 },
    { .key = "split-records", .record = 60 },
    { .key = "split-segments", .pieces = 2 },
};
enum { TRICKS = sizeof tricks / sizeof *tricks };

/* An extension nobody has registered. */
static const uint8_t unknown_body[] = { 0, 1, 2, 3 };
static const struct hello_extension unknown_extension = { 0xfabc, unknown_body, sizeof unknown_body };
static const uint16_t newer_versions[] = { 0x0305, 0x0304, 0x0303, 0x0302, 0x0301, 0 };

struct traits {
    uint16_t classic, best;         /* newest version before TLS 1.3, and of all; 0: none */
    uint16_t *suites[ASK_TRICKS];   /* owned; what each question offers */
    uint16_t *all;                  /* owned; likely ones of the best version */
    int dh_bits;
    uint16_t dh_group;
    char *key[ASK_DSS + 1];         /* owned; "RSA 2048", NULL: no such certificate */
    enum state dhe, etm, compression, fallback;
    char *answer[TRICKS];           /* owned */
};

/* Likely suites of a version, with this key exchange, this kind of certificate and this in their names. */
static uint16_t *suites_where(uint16_t version, int kx, int auth, const char *name)
{
    uint16_t *list = suites_of_version(version, suite_likely);
    size_t n = 0;
    for (size_t i = 0; list[i]; i++) {
        const struct suite *s = suite_find(list[i]);
        if ((kx < 0 || s->kx == kx) && (auth < 0 || s->auth == auth) && strstr(s->iana, name) && n < HELLO_SUITES_MAX)
            list[n++] = list[i];
    }
    list[n] = 0;
    return list;
}

/* One version older than the best one that counts, or 0. */
static uint16_t version_below(const struct known *k, uint16_t best)
{
    for (int i = version_index(best) - 1; i >= version_index(0x0301); i--)
        if (k->accepted[i])
            return version_number(i);
    return 0;
}

static void traits_ask(struct surveying *v, enum ask q, enum until until)
{
    struct traits *s = v->state;
    if (s->suites[q] && s->suites[q][0])
        survey_ask(v, (int)q, until);
}

static void traits_begin(struct surveying *v)
{
    struct traits *s = v->state;
    const struct known *k = &v->target->known;
    s->classic = known_classic(k);
    s->best = k->accepted[version_index(0x0304)] ? 0x0304 : s->classic;
    if (!s->best)
        return;
    uint16_t below = version_below(k, s->best);
    s->suites[ASK_DH] = suites_where(s->classic, KX_DHE, -1, "");
    s->suites[ASK_RSA] = suites_where(s->classic, -1, AUTH_RSA, "");
    s->suites[ASK_ECDSA] = suites_where(s->classic, -1, AUTH_ECDSA, "");
    s->suites[ASK_DSS] = suites_where(s->classic, -1, AUTH_DSS, "");
    s->suites[ASK_ETM] = suites_where(s->classic, -1, -1, "_CBC_");
    s->suites[ASK_COMPRESSION] = suites_where(s->classic, -1, -1, "");
    s->suites[ASK_FALLBACK] = suites_where(below, -1, -1, "");
    s->all = suites_where(s->best, -1, -1, "");
    for (int q = ASK_DH; q <= ASK_DSS; q++)
        traits_ask(v, (enum ask)q, UNTIL_FLIGHT);
    for (int q = ASK_ETM; q <= ASK_FALLBACK; q++)
        traits_ask(v, (enum ask)q, UNTIL_HELLO);
    for (int i = 0; i < TRICKS && s->all[0]; i++)
        survey_ask_in_pieces(v, ASK_TRICKS + i, UNTIL_HELLO, tricks[i].pieces);
}

static void trick_hello(struct surveying *v, const struct trick *t, struct hello *h)
{
    const struct traits *s = v->state;
    hello_of_version(v, h, s->best, s->all);
    h->with |= t->with;
    h->size = t->size;
    h->record_size = t->record;
    if (t->unknown) {
        h->extra = &unknown_extension;
        h->extra_count = 1;
    }
    if (t->newer && s->best >= 0x0304)
        h->versions = newer_versions;
    else if (t->newer)
        h->version = 0x0304; /* as a client of a version to come would have done before supported_versions */
}

static void traits_hello(struct surveying *v, int question, struct hello *h)
{
    static const uint8_t deflate[] = { 1, 0 }; /* RFC 3749 */
    struct traits *s = v->state;
    if (question >= ASK_TRICKS) {
        trick_hello(v, &tricks[question - ASK_TRICKS], h);
        return;
    }
    uint16_t version = question == ASK_FALLBACK ? version_below(&v->target->known, s->best) : s->classic;
    hello_of_version(v, h, version, s->suites[question]);
    if (question == ASK_COMPRESSION) {
        h->compressions = deflate;
        h->compression_count = sizeof deflate;
    }
    if (question == ASK_FALLBACK)
        h->with |= HELLO_FALLBACK_SCSV;
}

static char *certificate_key(const struct reply *r)
{
    static const char *const kinds[][2] = { { "rsa", "RSA" }, { "ec", "ECDSA" }, { "ecdsa", "ECDSA" }, { "dsa", "DSA" } };
    struct certificate_message *m = mem_new(sizeof *m);
    certificate_message_read(m, r->certificate.data, r->certificate.len, false);
    struct cert *c = m->count ? cert_read(m->cert[0].p, m->cert[0].n) : NULL;
    char *word = NULL;
    const char *kind = c && c->key ? c->key : NULL;
    for (size_t i = 0; kind && i < sizeof kinds / sizeof *kinds; i++)
        if (text_is(kind, kinds[i][0]))
            kind = kinds[i][1];
    if (kind)
        word = c->curve ? mem_format("%s %s", kind, c->curve) : mem_format("%s %d", kind, c->key_bits);
    cert_free(c);
    free(m);
    return word;
}

/* How a trick was borne; an older version than the one that was asked for is an answer as well. */
static char *trick_word(const struct traits *s, const struct trick *t, const struct answer *a)
{
    if (t->newer && a->kind == ANSWER_VERSION && a->reply->version == s->best)
        return mem_string("accepted");
    return answer_word(a);
}

static void traits_take(struct surveying *v, int question, const struct answer *a)
{
    struct traits *s = v->state;
    bool accepted = a->kind == ANSWER_ACCEPTED;
    if (question >= ASK_TRICKS) {
        s->answer[question - ASK_TRICKS] = trick_word(s, &tricks[question - ASK_TRICKS], a);
    } else if (question == ASK_ETM && accepted) {
        s->etm = a->reply->extensions & 1ull << 22 ? STATE_YES : STATE_NO;
    } else if (question == ASK_COMPRESSION && accepted) {
        s->compression = a->reply->compression ? STATE_YES : STATE_NO;
    } else if (question == ASK_FALLBACK) {
        bool refused = a->kind == ANSWER_ALERT ? a->reply->alert == 86 : a->no && a->kind == ANSWER_CLOSED;
        s->fallback = refused ? STATE_YES : accepted ? STATE_NO : NOT_ASKED;
    } else if (question == ASK_DH) {
        s->dhe = accepted ? STATE_YES : a->no ? STATE_NO : UNSURE;
        s->dh_bits = a->reply->dh_bits;
        s->dh_group = a->reply->dh_group;
    } else if (question <= ASK_DSS && accepted) {
        s->key[question] = certificate_key(a->reply);
    }
}

static void see_dh(struct surveying *v)
{
    const struct traits *s = v->state;
    const struct group *g = s->dh_group ? group_find(s->dh_group) : NULL;
    if (s->dhe == STATE_NO)
        run_see(v->run, FACT_DH, STATE_NO, NULL, -1, mem_string("no suite with ephemeral Diffie-Hellman is taken"));
    if (!s->dh_bits)
        return;
    char *word = mem_format("%d%s%s", s->dh_bits, g ? " " : "", g ? g->iana : "");
    run_see(v->run, FACT_DH, STATE_YES, json_string(word), -1, mem_format("Diffie-Hellman group of %s bits", word));
    free(word);
}

/* Where only TLS 1.3 is spoken the handshake has shown one certificate, and `sigalgs` the kinds. */
static void see_keys(struct surveying *v)
{
    const struct traits *s = v->state;
    json_t *list = json_array();
    for (int q = ASK_RSA; q <= ASK_DSS; q++)
        if (s->key[q] && !(q > ASK_RSA && text_is(s->key[q], s->key[q - 1]))) /* some send the same for either */
            json_array_append_new(list, json_string(s->key[q]));
    if (json_array_size(list))
        run_see(v->run, FACT_CERT_KEYS, STATE_YES, list, -1, NULL);
    else
        json_decref(list);
}

static void see_flag(struct surveying *v, enum fact f, enum state state)
{
    if (state == STATE_YES || state == STATE_NO)
        run_see(v->run, f, state, NULL, -1, NULL);
}

static void traits_end(struct surveying *v)
{
    const struct traits *s = v->state;
    json_t *bears = json_object();
    see_dh(v);
    see_keys(v);
    see_flag(v, FACT_RENEGOTIATION, v->target->known.renegotiation);
    see_flag(v, FACT_ETM, s->etm);
    see_flag(v, FACT_COMPRESSION, s->compression);
    see_flag(v, FACT_FALLBACK, s->fallback);
    for (int i = 0; i < TRICKS; i++)
        json_object_set_new(bears, tricks[i].key, s->answer[i] ? json_string(s->answer[i]) : json_null());
    run_see(v->run, FACT_TOLERATES, STATE_YES, bears, -1, NULL);
}

static void traits_forget(struct surveying *v)
{
    struct traits *s = v->state;
    for (int i = 0; i < ASK_TRICKS; i++)
        free(s->suites[i]);
    for (int i = 0; i <= ASK_DSS; i++)
        free(s->key[i]);
    for (int i = 0; i < TRICKS; i++)
        free(s->answer[i]);
    free(s->all);
}

static const struct survey survey = {
    .state_size = sizeof(struct traits),
    .keeps_certificate = true,
    .begin = traits_begin,
    .hello = traits_hello,
    .take = traits_take,
    .end = traits_end,
    .forget = traits_forget,
};

const struct probe traits_probe = { .name = "traits", .writes = writes, .needs = needs, SURVEY(survey) };
