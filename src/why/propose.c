/* propose - differences that may explain a failure which has no cause of its own.
 *
 * Owns: which difference speaks for which cause. Must not know: ranking, sides of several columns.
 */
#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/model/accepts.h"
#include "src/model/matter.h"
#include "src/wire/names.h"
#include "src/why/pair.h"

/* --- differences that propose a cause ----------------------------------------------------------- */

#define SHOW_HELLO "what the failing client offers: `tlswhy listen` shows its hello"
#define ASK_FULL \
    "what each side takes (--depth full), and what the failing client offers: `tlswhy listen` shows its hello"
#define LIKE_SUITES \
    "Set up the failing side's suites like the working one's (nginx `ssl_ciphers`, Apache `SSLCipherSuite`, " \
    "HAProxy `ssl-default-bind-ciphers`), or give the client one that both take."
#define LIKE_GROUPS "Set up the failing side's groups like the working one's (nginx `ssl_ecdh_curve`, Apache " \
    "`SSLOpenSSLConfCmd Curves`, HAProxy `curves`), or give the client one that both take."
#define LIKE_KEYS \
    "Give the failing side a certificate with a key of the same kind as the working one's; a server can have " \
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
    { FACT_RESOLVE, CAUSE_NETWORK,
      "The name leads the failing side to {b} and the working one to {a}: other machines answer there.",
      "the failing side again with at=ADDRESS of the working one, and the other way round", FIX_DNS, REPRODUCE_RESOLVE,
      NULL },
    { FACT_ROUTES, CAUSE_NETWORK, "The two machines do not have routes for the same address families.",
      "the failing side by the other address family (at=ADDRESS)", FIX_UNREACHABLE, REPRODUCE_CONNECT, NULL },
    { FACT_VERSIONS, CAUSE_VERSION_MISMATCH,
      "The failing side takes {b}, the working one {a}: a client that offers only what is "
      "missing fails at the failing side alone.",
      SHOW_HELLO, FIX_VERSION_SERVER, REPRODUCE_VERSIONS, NULL },
    { FACT_VERSION, CAUSE_VERSION_MISMATCH,
      "The failing side agrees on {b}, the working one on {a}: a client that insists on the "
      "latter fails at the failing side alone.",
      ASK_FULL, FIX_VERSION_SERVER, REPRODUCE_HANDSHAKE, NULL },
    { FACT_CIPHERS, CAUSE_CIPHER_MISMATCH, "The two sides do not take the same cipher suites: {only}.", SHOW_HELLO,
      FIX_NONE, REPRODUCE_HANDSHAKE, LIKE_SUITES },
    { FACT_CIPHER, CAUSE_CIPHER_MISMATCH,
      "The failing side agrees on {b}, the working one on {a}: they may not take the same cipher "
      "suites.",
      ASK_FULL, FIX_NONE, REPRODUCE_HANDSHAKE, LIKE_SUITES },
    { FACT_CERT_KEYS, CAUSE_CIPHER_MISMATCH,
      "The failing side has certificates of {b}, the working one of {a}: a client that knows "
      "only the latter kind fails at the failing side alone.",
      SHOW_HELLO, FIX_NONE, REPRODUCE_HANDSHAKE, LIKE_KEYS },
    { FACT_GROUPS, CAUSE_GROUP_MISMATCH, "The two sides do not take the same groups: {only}.", SHOW_HELLO, FIX_NONE,
      REPRODUCE_HANDSHAKE, LIKE_GROUPS },
    { FACT_KX_GROUP, CAUSE_GROUP_MISMATCH, "The failing side agrees on the group {b}, the working one on {a}.",
      ASK_FULL, FIX_NONE, REPRODUCE_HANDSHAKE, LIKE_GROUPS },
    { FACT_SIGALGS, CAUSE_GROUP_MISMATCH, "The two sides do not sign with the same algorithms: {only}.", SHOW_HELLO,
      FIX_NONE, REPRODUCE_HANDSHAKE, LIKE_KEYS },
    { FACT_SIGALG, CAUSE_GROUP_MISMATCH,
      "The failing side signs with {b}, the working one with {a}: their certificates have keys of "
      "different kinds, and a client that knows only the latter fails at the failing side alone.",
      SHOW_HELLO, FIX_NONE, REPRODUCE_HANDSHAKE, LIKE_KEYS },
    { FACT_DH, CAUSE_GROUP_MISMATCH,
      "The Diffie-Hellman group of the failing side is {b}, that of the working one {a}.",
      "whether the failing client uses DHE: `tlswhy listen` shows its hello", FIX_SMALL_DH, REPRODUCE_HANDSHAKE, NULL },
    { FACT_EMS, CAUSE_EXTENSION_MISMATCH,
      "Only one of the two sides has extended_master_secret, on which some clients insist.",
      "whether the failing client insists on it, as RHEL 9 does in FIPS mode", FIX_NONE, REPRODUCE_HANDSHAKE,
      "Update the TLS library of the side that lacks it, or let both speak TLS 1.3, which needs no such extension." },
    { FACT_RENEGOTIATION, CAUSE_EXTENSION_MISMATCH,
      "Only one of the two sides has secure renegotiation, on which current clients "
      "insist.",
      "a handshake of the failing client with TLS 1.2", FIX_RENEGOTIATION, REPRODUCE_HANDSHAKE, NULL },
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
    { FACT_POLICY, CAUSE_VERSION_MISMATCH,
      "The crypto policies of the two machines differ: other programs may fail on one of them where "
      "this probe does not.",
      "the failing program on the other machine", FIX_POLICY, REPRODUCE_HANDSHAKE, NULL },
    { FACT_PROXY, CAUSE_MIDDLEBOX,
      "The environments of the two machines do not name the same proxy for {host}: other programs may go "
      "another way than this probe did.",
      "the failing program without the proxy variables", FIX_PROXY, REPRODUCE_CONNECT, NULL },
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

/* One that says the same of another column says it of this one, too. */
static struct finding *findings_join(struct findings *all, enum cause cause, const char *says, int column)
{
    for (size_t i = 0; i < all->count; i++) {
        struct finding *f = &all->f[i];
        if (f->cause != cause || strcmp(f->summary, says) != 0)
            continue;
        f->column = mem_array(f->column, f->column_count + 1, sizeof *f->column);
        f->column[f->column_count++] = column;
        return f;
    }
    return NULL;
}

static void propose_one(struct findings *all, const struct pair *p, const struct proposal *x)
{
    if (findings_find(all, x->cause, p->b->id) || !pair_differs(p, x->fact) ||
        !difference_matters(p->a, p->b, x->fact) || has_more(p, x->fact))
        return;
    struct look l = look_at(p->s, p->b, FAMILY_ALONE, -1);
    struct words w = words_of(&l, DETAIL_NONE, 0);
    words_say_own(&w, "a", pair_fact_said(p->a, x->fact));
    words_say_own(&w, "b", pair_fact_said(p->b, x->fact));
    if (x->fact == FACT_CIPHERS || x->fact == FACT_GROUPS || x->fact == FACT_SIGALGS)
        words_say_own(&w, "only", only_said(p, x->fact));
    char *says = words_sentence(&l, &w, x->says);
    words_free(&w);
    struct finding *f = findings_join(all, x->cause, says, p->b->id);
    if (f) {
        free(says);
        return;
    }
    f = findings_add(all, x->cause, p->b->id);
    f->summary = says;
    f->confidence = step_table[STEP_25];
    f->fix = pair_says(p, x->fact,
                       x->fact == FACT_POLICY  ? DETAIL_POLICY
                       : x->fact == FACT_PROXY ? DETAIL_PROXY
                                               : DETAIL_NONE,
                       x->like ? x->like : fix_table[x->fix]);
    f->reproduce = reproduce_line(&l, x->reproduce);
    f->detail = json_pack("{s:s}", "difference", fact_table[x->fact].json);
    f->missing = mem_array(NULL, 1, sizeof *f->missing);
    f->missing[f->missing_count++] = mem_string(x->missing);
    finding_rests_on(f, p, x->fact);
}

void propose(struct findings *all, const struct pair *p)
{
    for (size_t i = 0; i < sizeof proposals / sizeof *proposals; i++)
        propose_one(all, p, &proposals[i]);
}
