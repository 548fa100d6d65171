/* meeting - see meeting.h. */
#include "src/why/meeting.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/model/reason.h"
#include "src/wire/names.h"

#define NAMED 3              /* names in a sentence */
#define HYBRID_SHARE 1216    /* bytes of a key share of X25519MLKEM768 */

static void meeting_fail(struct meeting *m, enum client_rule rule, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static void meeting_doubt(struct meeting *m, const char *format, ...) __attribute__((format(printf, 2, 3)));

static char *sentence(const char *format, va_list ap)
{
    char text[1024];
    vsnprintf(text, sizeof text, format, ap);
    return text_printable(text, strlen(text), sizeof text); /* a name may have been cut in two */
}

/* The first rule that fails stands. */
static void meeting_fail(struct meeting *m, enum client_rule rule, const char *format, ...)
{
    va_list ap;
    if (m->fails)
        return;
    m->fails = true;
    m->result->rule = rule;
    va_start(ap, format);
    m->result->why = sentence(format, ap);
    va_end(ap);
}

static void meeting_doubt(struct meeting *m, const char *format, ...)
{
    va_list ap;
    if (m->doubt)
        return;
    va_start(ap, format);
    m->doubt = sentence(format, ap);
    va_end(ap);
}

static void meeting_remark(struct meeting *m, char *text)
{
    struct client_result *r = m->result;
    char *both = r->but ? mem_format("%s; %s", r->but, text) : mem_string(text);
    free(r->but);
    free(text);
    r->but = both;
}

/* --- lists ------------------------------------------------------------------------------------- */

static bool lists_meet(const uint16_t *a, const uint16_t *b)
{
    for (; a && *a; a++)
        if (numbers_have(b, *a))
            return true;
    return false;
}

/* "x25519, secp256r1 and 3 more", owned by the caller: those that `fits` says belong to a version, or a kind of key. */
static char *names_text(const uint16_t *list, const char *(*name)(uint16_t, char *), bool (*fits)(uint16_t, int),
                        int of)
{
    struct text t = { 0 };
    size_t n = 0;
    char hex[NAME_LEN];
    for (const uint16_t *p = list; p && *p; p++) {
        if (number_is_grease(*p) || !fits(*p, of))
            continue;
        if (n++ < NAMED)
            text_addf(&t, "%s%s", n > 1 ? ", " : "", name(*p, hex));
    }
    if (n > NAMED)
        text_addf(&t, " and %zu more", n - NAMED);
    return n ? text_take(&t) : mem_string("none");
}

static uint16_t version_number(int version)
{
    return version ? (uint16_t)(0x02ff + version) : 0x0002;
}

static bool suite_in(uint16_t suite, int version)
{
    return !suite_is_signal(suite) && suite_fits(suite, version_number(version));
}

/* Up to TLS 1.2 a group is a curve: those of RFC 7919 are no choice for ECDHE. */
static bool group_in(uint16_t group, int version)
{
    const struct group *g = group_find(group);
    return !g || (version == TLS13 ? g->until >= 0x0304 : g->since <= 0x0303 && !text_is(g->kind, "ffdhe"));
}

static bool groups_meet(const uint16_t *a, const uint16_t *b, int version)
{
    for (; a && *a; a++)
        if (group_in(*a, version) && numbers_have(b, *a))
            return true;
    return false;
}

/* What a hello without the extension stands for: RFC 5246 section 7.4.1.4.1. */
static const uint16_t sigalgs_unsaid[] = { 0x0201, 0x0203, 0x0202, 0 };

static const uint16_t *client_sigalgs(const struct client *c)
{
    return c->sigalgs ? c->sigalgs : sigalgs_unsaid;
}

static bool sigalgs_meet(const uint16_t *a, const uint16_t *b, uint8_t auth)
{
    for (; *a; a++) {
        const struct sigalg *s = sigalg_find(*a);
        if ((auth == AUTH_ANY || (s && s->auth == auth)) && numbers_have(b, *a))
            return true;
    }
    return false;
}

/* --- version ----------------------------------------------------------------------------------- */

static bool client_offers(const struct client *c, int version)
{
    uint16_t number = version_number(version);
    return c->versions ? numbers_have(c->versions, number) : number >= c->min && number <= c->max;
}

/* "TLS 1.0 to 1.2", "TLS 1.2 and 1.3", "SSL 3.0, TLS 1.0 and 1.2", "no version". */
static char *versions_text(const bool has[ACCEPTS_VERSIONS])
{
    struct text t = { 0 };
    int count = 0, first = -1, last = -1, nth = 0;
    for (int v = 0; v < ACCEPTS_VERSIONS; v++) {
        count += has[v];
        first = has[v] && first < 0 ? v : first;
        last = has[v] ? v : last;
    }
    if (!count)
        return mem_string("no version");
    if (count > 2 && last - first == count - 1 && first >= 2)
        return mem_format("%s to %s", accepts_title(first), accepts_title(last) + 4);
    for (int v = 0, named = -1; v < ACCEPTS_VERSIONS; v++) {
        if (!has[v])
            continue;
        bool tls = named >= 2 && v >= 2;
        nth++;
        text_addf(&t, "%s%s", nth == 1 ? "" : nth == count ? " and " : ", ", accepts_title(v) + (tls ? 4 : 0));
        named = v;
    }
    return text_take(&t);
}

static char *client_versions(const struct client *c)
{
    bool has[ACCEPTS_VERSIONS];
    int count = 0, last = 0;
    for (int v = 0; v < ACCEPTS_VERSIONS; v++) {
        has[v] = client_offers(c, v);
        count += has[v];
        last = has[v] ? v : last;
    }
    if (count > 1 && last < TLS12)
        return mem_format("%s at most", accepts_title(last));
    return versions_text(has);
}

/* A server that chokes on newer versions than it knows: below TLS 1.3 the client's stands in the hello. */
static void doubt_newer(struct meeting *m, int version)
{
    const char *newer = json_string_value(json_object_get(m->server->c->fact[FACT_TOLERATES].value, "newer-version"));
    uint16_t said = m->client->max > 0x0303 ? 0x0303 : m->client->max;
    bool bears = !newer || strcmp(newer, "accepted") == 0 || accepts_is_open(newer);
    if (!bears && version != TLS13 && said > version_number(version))
        meeting_doubt(m, "this client offers %s, the server takes %s, and it was seen to refuse a hello that names a "
                         "newer version (%s)", accepts_title(said - 0x02ff), accepts_title(version), newer);
}

/* The highest in common; -1: none, or not known. */
static int version_meet(struct meeting *m)
{
    int open = -1;
    for (int v = TLS13; v >= 0; v--) {
        const char *answer = accepts_answer(m->server->c, v);
        if (!client_offers(m->client, v))
            continue;
        if (open < 0 && (!answer || accepts_is_open(answer)))
            open = v;
        if (m->server->taken[v] && open < 0)
            return v;
    }
    if (!m->server->versions_known) {
        meeting_doubt(m, "which versions the server takes was not asked for");
    } else if (open >= 0) {
        const char *answer = accepts_answer(m->server->c, open);
        meeting_doubt(m, "whether the server takes %s, which this client offers, is not known: %s", accepts_title(open),
                      !answer || strcmp(answer, "could-not-ask") == 0 ? "it could not be asked" : answer);
    } else {
        char *ours = client_versions(m->client), *theirs = versions_text(m->server->taken);
        meeting_fail(m, CLIENT_RULE_VERSION, "this client offers %s, the server takes %s", ours, theirs);
        free(ours);
        free(theirs);
    }
    return -1;
}

/* --- suites ------------------------------------------------------------------------------------ */

/* What becomes of one suite both have. Of two, the later one is what is said. */
enum fit { FIT_YES, FIT_UNSIGNED, FIT_UNKNOWN_SIGALGS, FIT_UNKNOWN_GROUPS, FIT_NO_SIGALG, FIT_NO_CURVE, FIT_NO_GROUP };

static enum fit fit_group(const struct meeting *m, int version)
{
    const struct server_list *l = &m->server->groups[version == TLS13];
    if (!m->client->groups)
        return FIT_YES; /* it takes any: RFC 8422 section 4 */
    if (groups_meet(m->client->groups, l->taken, version))
        return FIT_YES;
    return !l->known || groups_meet(m->client->groups, l->open, version) ? FIT_UNKNOWN_GROUPS : FIT_NO_GROUP;
}

static uint16_t server_curve(const struct server *s)
{
    for (size_t i = 0; i < s->keys; i++)
        if (s->key[i].auth == AUTH_ECDSA)
            return s->key[i].curve;
    return 0;
}

static enum fit fit_sigalg(const struct meeting *m, int version, uint8_t auth)
{
    const struct server_list *l = &m->server->sigalgs[version == TLS13];
    const uint16_t *ours = client_sigalgs(m->client);
    if (sigalgs_meet(ours, l->taken, auth))
        return FIT_YES;
    return !l->known || sigalgs_meet(ours, l->open, auth) ? FIT_UNKNOWN_SIGALGS : FIT_NO_SIGALG;
}

/* With the RSA key exchange nothing is signed, yet some servers (OpenSSL is one) refuse a client that could not check a
 * signature of theirs. What they could sign with is listed only where they also have suites that sign. */
static enum fit fit_unsigned(const struct meeting *m)
{
    const struct server_list *l = &m->server->sigalgs[0];
    if (l->known && *l->taken)
        return sigalgs_meet(client_sigalgs(m->client), l->taken, AUTH_ANY) ? FIT_YES : FIT_UNSIGNED;
    return m->client->sigalgs && numbers_have(m->client->sigalgs, 0x0401) ? FIT_YES : FIT_UNSIGNED;
}

static enum fit fit_classic(const struct meeting *m, int version, const struct suite *s)
{
    uint16_t curve = s->auth == AUTH_ECDSA ? server_curve(m->server) : 0;
    enum fit group = s->kx == KX_ECDHE ? fit_group(m, version) : FIT_YES;
    enum fit sigalg = FIT_YES;
    if (group == FIT_YES && s->kx == KX_ECDHE && curve && m->client->groups && !numbers_have(m->client->groups, curve))
        group = FIT_NO_CURVE;
    bool sign = s->kx == KX_ECDHE || s->kx == KX_DHE;
    if (version == TLS12 && sign && (s->auth == AUTH_RSA || s->auth == AUTH_ECDSA || s->auth == AUTH_DSS))
        sigalg = fit_sigalg(m, version, s->auth);
    else if (version == TLS12 && s->kx == KX_RSA)
        sigalg = fit_unsigned(m);
    return group > sigalg ? group : sigalg;
}

static enum fit suite_fit(const struct meeting *m, int version, uint16_t suite)
{
    const struct suite *s = suite_find(suite);
    if (version == TLS13) {
        enum fit group = fit_group(m, version), sigalg = fit_sigalg(m, version, AUTH_ANY);
        return group > sigalg ? group : sigalg;
    }
    return s ? fit_classic(m, version, s) : FIT_YES;
}

static const char *auth_word(uint8_t auth)
{
    return auth == AUTH_ECDSA ? "ECDSA" : auth == AUTH_DSS ? "DSA" : "RSA";
}

/* The kind of certificate that all suites of a list, in that version, are for; AUTH_OTHER: no such one. */
static uint8_t auth_of_all(const uint16_t *suites, int version)
{
    uint8_t auth = AUTH_OTHER;
    for (const uint16_t *p = suites; *p; p++) {
        const struct suite *s = suite_in(*p, version) ? suite_find(*p) : NULL;
        if (!s)
            continue;
        if ((auth != AUTH_OTHER && s->auth != auth) || s->auth > AUTH_DSS)
            return AUTH_OTHER;
        auth = s->auth;
    }
    return auth;
}

/* Their number; the first of them. */
static size_t suites_count(const uint16_t *suites, int version, uint16_t *first)
{
    size_t n = 0;
    for (const uint16_t *p = suites; *p; p++) {
        if (suite_in(*p, version) && n++ == 0)
            *first = *p;
    }
    return n;
}

static void fail_suite(struct meeting *m, int version)
{
    const uint16_t *theirs = m->server->suites[version].taken;
    uint8_t ours = auth_of_all(m->client->suites, version), key = auth_of_all(theirs, version);
    uint16_t first = 0;
    char hex[NAME_LEN];
    size_t n = suites_count(m->client->suites, version, &first);
    char *his = names_text(theirs, suite_name, suite_in, version);
    const char *title = accepts_title(version), *mine = suite_name(first, hex);
    if (n == 0)
        meeting_fail(m, CLIENT_RULE_SUITE, "this client offers no suite for %s, the server takes %s there", title, his);
    else if (ours != AUTH_OTHER && key != AUTH_OTHER && ours != key)
        meeting_fail(m, CLIENT_RULE_SUITE, "this client's suites for %s are for %s certificates (such as %s), the "
                     "server's are for its %s certificate: %s", title, auth_word(ours), mine, auth_word(key), his);
    else if (n == 1)
        meeting_fail(m, CLIENT_RULE_SUITE, "this client's only suite for %s, %s, is none of the server's: %s", title,
                     mine, his);
    else
        meeting_fail(m, CLIENT_RULE_SUITE, "none of this client's %zu suites for %s (such as %s) is one of the "
                     "server's: %s", n, title, mine, his);
    free(his);
}

static bool sigalg_of(uint16_t number, int auth)
{
    const struct sigalg *s = sigalg_find(number);
    return auth == AUTH_ANY || (s && s->auth == auth);
}

/* `suite`: the first that does not fit; where something is signed, only what its kind of key signs with is named. */
static void fail_lists(struct meeting *m, int version, enum fit worst, uint16_t suite)
{
    const struct suite *first = suite_find(suite);
    int auth = version == TLS13 || !first ? AUTH_ANY : first->auth;
    const struct server *s = m->server;
    bool sigalg = worst == FIT_NO_SIGALG;
    char hex[NAME_LEN];
    const uint16_t *ours = sigalg ? client_sigalgs(m->client) : m->client->groups;
    char *mine = sigalg ? names_text(ours, sigalg_name, sigalg_of, auth)
                        : names_text(ours, group_name, group_in, version);
    char *his = sigalg ? names_text(s->sigalgs[version == TLS13].taken, sigalg_name, sigalg_of, auth)
                       : names_text(s->groups[version == TLS13].taken, group_name, group_in, version);
    const char *title = accepts_title(version);
    if (worst == FIT_NO_CURVE)
        meeting_fail(m, CLIENT_RULE_GROUP, "the server's certificate is on the curve %s, this client takes %s",
                     group_name(server_curve(s), hex), mine);
    else if (sigalg && !m->client->sigalgs)
        meeting_fail(m, CLIENT_RULE_SIGALG, "this client names no signature algorithms, which in %s stands for SHA-1 "
                     "(%s), the server signs with %s", title, mine, his);
    else
        meeting_fail(m, sigalg ? CLIENT_RULE_SIGALG : CLIENT_RULE_GROUP, sigalg
                     ? "in %s this client takes signatures by %s, the server signs with %s"
                     : "in %s this client offers the groups %s, the server takes %s", title, mine, his);
    free(mine);
    free(his);
}

static void doubt_lists(struct meeting *m, int version, enum fit fit)
{
    bool group = fit == FIT_UNKNOWN_GROUPS;
    const struct server_list *l = group ? &m->server->groups[version == TLS13] : &m->server->sigalgs[version == TLS13];
    const char *what = group ? "groups" : "signature algorithms", *title = accepts_title(version);
    if (fit == FIT_UNSIGNED)
        meeting_doubt(m, "in %s the suites both have need no signature, but this client could check none of the "
                         "server's, and some servers refuse for that", title);
    else if (l->known)
        meeting_doubt(m, "in %s the only %s both might have are some that the server gave no clear answer about", title,
                      what);
    else
        meeting_doubt(m, "which %s the server takes in %s was not asked for", what, title);
}

/* --- the choice -------------------------------------------------------------------------------- */

struct choice {
    uint16_t usable[SERVER_LIST_MAX + 1]; /* what both have and what fits, in the order that decides */
    size_t count;
    bool sure;       /* the first of them is what the server chooses */
    bool common;     /* both have some suite, whether it fits or not */
    enum fit worst, unknown; /* of the first that does not fit, and that nobody knows of; FIT_YES: none */
    uint16_t worst_suite;    /* the former */
};

static void choice_take(const struct meeting *m, struct choice *k, int version, uint16_t suite)
{
    enum fit fit = suite_fit(m, version, suite);
    k->common = true;
    if (fit == FIT_YES && k->count < SERVER_LIST_MAX) {
        k->usable[k->count++] = suite;
    } else if (fit <= FIT_UNKNOWN_GROUPS) {
        k->unknown = k->unknown ? k->unknown : fit;
        k->sure &= k->count > 0; /* it may come before those that fit */
    } else if (!k->worst) {
        k->worst = fit;
        k->worst_suite = suite;
    }
}

static void choice_make(const struct meeting *m, struct choice *k, int version)
{
    const struct server_list *l = &m->server->suites[version];
    bool by_server = m->server->order[version] == STATE_YES;
    const uint16_t *first = by_server ? l->taken : m->client->suites, *other = by_server ? m->client->suites : l->taken;
    k->sure = true;
    for (const uint16_t *p = first; *p; p++)
        if (suite_in(*p, version) && numbers_have(other, *p))
            choice_take(m, k, version, *p);
    bool decided = by_server || m->server->order[version] == STATE_NO || (k->count == 1 && !k->unknown);
    k->sure &= decided && k->count && !lists_meet(m->client->suites, l->open);
}

/* True when some suite can be agreed on. */
static bool suite_meet(struct meeting *m, struct choice *k, int version)
{
    const struct server_list *l = &m->server->suites[version];
    if (!l->known) {
        meeting_doubt(m, "which suites the server takes in %s was not asked for", accepts_title(version));
        return false;
    }
    choice_make(m, k, version);
    if (k->count)
        return true;
    if (lists_meet(m->client->suites, l->open)) {
        meeting_doubt(m, "in %s the only suites both might have are some that the server gave no clear answer about",
                      accepts_title(version));
    } else if (k->unknown) {
        doubt_lists(m, version, k->unknown);
    } else if (k->common) {
        fail_lists(m, version, k->worst, k->worst_suite);
    } else {
        fail_suite(m, version);
    }
    return false;
}

/* The only one in both lists; 0: there are several, or none. */
static uint16_t only_common(const uint16_t *a, const uint16_t *b, int version)
{
    uint16_t only = 0;
    for (; a && *a; a++)
        if (group_in(*a, version) && numbers_have(b, *a)) {
            if (only && only != *a)
                return 0;
            only = *a;
        }
    return only;
}

static uint16_t first_common(const uint16_t *a, const uint16_t *b, int version)
{
    while (a && *a && !(group_in(*a, version) && numbers_have(b, *a)))
        a++;
    return a ? *a : 0;
}

/* In TLS 1.3 a share that is there saves a round trip, so servers take it: but those with an order of their own may ask
 * for another, some would have the client's first group, share or not, and some wait for a hybrid group that the client
 * has named without a share. */
static uint16_t group_meet(const struct meeting *m, int version, uint16_t suite)
{
    const struct suite *s = suite_find(suite);
    const struct server_list *l = &m->server->groups[version == TLS13];
    const uint16_t *shares = m->client->shares;
    uint16_t own[2] = { 0 };
    if (lists_meet(m->client->groups, l->open) || (version != TLS13 && !(s && s->kx == KX_ECDHE)))
        return 0;
    uint16_t only = only_common(m->client->groups, l->taken, version);
    if (only || version != TLS13 || m->server->order[version] == STATE_YES)
        return only;
    for (const uint16_t *g = m->client->groups; !shares && g && *g && !own[0]; g++)
        own[0] = hello_has_share(*g) && !number_is_grease(*g) ? *g : 0;
    shares = shares ? shares : own;
    for (const uint16_t *g = m->client->groups; g && *g; g++) {
        const struct group *row = group_find(*g);
        if (row && text_is(row->kind, "pq") && numbers_have(l->taken, *g) && !numbers_have(shares, *g))
            return 0;
    }
    only = only_common(shares, l->taken, version);
    return only == first_common(m->client->groups, l->taken, version) ? only : 0;
}

/* --- size of the hello ------------------------------------------------------------------------- */

static size_t hello_size(const struct client *c, size_t more)
{
    struct offer o;
    struct client_lists keep;
    struct hello h = { .sni = c->traits & CLIENT_NO_SNI ? NULL : "server.example.org" };
    struct limits none = { 0 };
    struct buf out;
    buf_init(&out, HELLO_BYTES_MAX);
    offer_make(&o, c, &none);
    client_hello(c, &o, NULL, &keep, &h);
    size_t n = hello_write(&h, &out) ? out.len + more : 0;
    buf_free(&out);
    offer_clear(&o);
    return n;
}

/* A hello of post-quantum size, or one of 4000 bytes, was refused beside smaller ones that were not. */
static void size_meet(struct meeting *m)
{
    const struct column *c = m->server->c;
    const char *large = json_string_value(json_object_get(c->fact[FACT_TOLERATES].value, "large"));
    bool hybrid = c->fact[FACT_POST_QUANTUM].state == STATE_NO;
    bool padded = large && strcmp(large, "accepted") != 0 && !accepts_is_open(large);
    if (!hybrid && !padded)
        return;
    size_t ours = hello_size(m->client, 0), asked = hello_size(client_find(NULL), 0);
    size_t refused = hybrid ? asked + HYBRID_SHARE : 4000;
    if (ours >= refused)
        meeting_fail(m, CLIENT_RULE_HELLO_SIZE, "this client's hello has %zu bytes, the server refuses one of %zu",
                     ours, refused);
    else if (ours > asked && ours > 520) /* smaller ones are all alike to whoever can't read larger ones */
        meeting_doubt(m, "this client's hello has %zu bytes: the server answers one of %zu and refuses one of %zu, "
                         "between them nobody asked", ours, asked, refused);
}

/* --- the hello --------------------------------------------------------------------------------- */

static bool list_has_grease(const uint16_t *list)
{
    while (list && *list && !number_is_grease(*list))
        list++;
    return list && *list;
}

/* Odd hellos that some servers can't bear. */
static void doubt_odd(struct meeting *m)
{
    const char *grease = json_string_value(json_object_get(m->server->c->fact[FACT_TOLERATES].value, "grease"));
    const struct client *c = m->client;
    if (c->ssl2_form)
        meeting_doubt(m, "this client begins with the hello of SSL 2.0 that asks for a newer version, and whether the "
                         "server reads that was not asked");
    if (grease && strcmp(grease, "accepted") != 0 && !accepts_is_open(grease) &&
        (list_has_grease(c->suites) || list_has_grease(c->groups)))
        meeting_doubt(m, "this client sends reserved values (GREASE), and the server was seen to refuse such a hello "
                         "(%s)", grease);
}

/* A suite with DHE might be the one that is chosen, and its group not what the client takes. */
static void doubt_dh(struct meeting *m, const struct choice *k)
{
    const struct client *c = m->client;
    int bits = m->server->dh_bits;
    bool fine = bits && bits >= c->dh_bits_min && (!c->dh_bits_max || bits <= c->dh_bits_max);
    if ((!c->dh_bits_min && !c->dh_bits_max) || fine)
        return;
    for (size_t i = 0; i < k->count; i++) {
        const struct suite *s = suite_find(k->usable[i]);
        if (s && s->kx == KX_DHE)
            meeting_doubt(m, "which suite the server would choose is not known, and one of them uses a DH group that "
                             "this client may not take");
    }
}

void meeting_hello(struct meeting *m)
{
    struct client_result *r = m->result;
    struct choice k = { .count = 0 };
    int version = version_meet(m);
    if (version < 0)
        return;
    r->version = version_number(version);
    if (version == 0) {
        meeting_doubt(m, "SSL 2.0 is all both have, and its ciphers were not asked for");
        return;
    }
    if (!suite_meet(m, &k, version))
        return;
    r->suite = k.sure ? k.usable[0] : 0;
    r->group = k.sure ? group_meet(m, version, r->suite) : 0;
    size_meet(m);
    doubt_newer(m, version);
    doubt_odd(m);
    if (!k.sure)
        doubt_dh(m, &k);
}

/* --- after the hello: DH, extensions ----------------------------------------------------------- */

/* NULL: not known. 0 is a suite of its own, which nobody takes. */
static const struct suite *suite_chosen(const struct meeting *m)
{
    return m->result->suite ? suite_find(m->result->suite) : NULL;
}

static void dh_meet(struct meeting *m)
{
    const struct client *c = m->client;
    const struct suite *s = suite_chosen(m);
    char hex[NAME_LEN];
    int bits = m->tried->dh_bits ? m->tried->dh_bits : m->server->dh_bits;
    if (!s || s->kx != KX_DHE || (!c->dh_bits_min && !c->dh_bits_max))
        return;
    const char *name = suite_name(s->number, hex);
    if (!bits || strstr(s->iana, "EXPORT"))
        meeting_doubt(m, "the server chooses %s, and the size of its DH group is not known", name);
    else if (c->dh_bits_max && bits > c->dh_bits_max)
        meeting_fail(m, CLIENT_RULE_DH, "the server chooses %s with a DH group of %d bits, this client takes %d at "
                     "most", name, bits, c->dh_bits_max);
    else if (bits < c->dh_bits_min)
        meeting_fail(m, CLIENT_RULE_DH, "the server chooses %s with a DH group of %d bits, this client wants %d at "
                     "least", name, bits, c->dh_bits_min);
}

/* Below TLS 1.2 a signature is one with MD5 and SHA-1 together, or SHA-1. */
static void old_signature_meet(struct meeting *m)
{
    const struct suite *s = suite_chosen(m);
    char hex[NAME_LEN];
    uint16_t version = m->result->version;
    if (!(m->client->traits & CLIENT_OLD_UNSIGNED) || !version || version >= 0x0303 || (s && s->kx == KX_RSA))
        return;
    if (!s)
        meeting_doubt(m, "in %s this client takes suites with RSA key exchange alone, and which suite the server "
                      "chooses is not known", version_find(version)->title);
    else
        meeting_fail(m, CLIENT_RULE_SIGALG, "the server chooses %s, for which it signs in %s with SHA-1: this client "
                     "takes no such signature", suite_name(s->number, hex), version_find(version)->title);
}

static void extension_meet(struct meeting *m, enum client_trait trait, enum state has, const char *name)
{
    if (!(m->client->traits & trait) || !m->result->version || m->result->version >= 0x0304)
        return;
    if (has == STATE_NO)
        meeting_fail(m, CLIENT_RULE_EXTENSION, "this client insists on %s, the server does not know it", name);
    else if (has != STATE_YES)
        meeting_doubt(m, "this client insists on %s, and whether the server knows it was not asked", name);
}

static void extensions_meet(struct meeting *m)
{
    const struct column *c = m->server->c;
    const char *version = column_word(c, FACT_VERSION);
    bool classic = c->fact[FACT_VERSION].state == STATE_YES && !text_is(version, "tls1.3");
    enum state ems = m->tried->ems ? m->tried->ems : classic ? c->fact[FACT_EMS].state : NOT_ASKED;
    enum state renegotiation = m->tried->renegotiation ? m->tried->renegotiation : c->fact[FACT_RENEGOTIATION].state;
    extension_meet(m, CLIENT_NEEDS_RENEGOTIATION, renegotiation, "secure renegotiation (RFC 5746)");
    extension_meet(m, CLIENT_NEEDS_EMS, ems, "extended master secret (RFC 7627)");
    if (m->client->traits & CLIENT_NAME_WARNING && m->tried->warning == 112)
        meeting_fail(m, CLIENT_RULE_NAME, "the server answers with a warning that it does not know the name "
                     "(unrecognized_name), and this client gives up at it");
}

/* --- after the hello: the certificate ---------------------------------------------------------- */

static const char *cert_name(const struct meeting *m, const json_t *fault)
{
    const json_t *link = json_object_get(fault, "link");
    json_int_t at = json_is_integer(link) ? json_integer_value(link) : -1;
    const char *subject = json_string_value(json_object_get(fault, "subject"));
    bool whole = !m->tried->certificate; /* else the faults are those of another chain */
    if (whole && at >= 0 && (size_t)at < m->server->links && m->server->link[at].name)
        return m->server->link[at].name;
    return subject && *subject ? subject : "the server";
}

/* Which rule a fault of the chain breaks; CLIENT_RULE_NONE: none, or one that is worked out for each client. */
static enum client_rule fault_rule(enum reason reason, const struct client *c)
{
    switch (reason) {
    case REASON_EXPIRED:
    case REASON_NOT_YET: return CLIENT_RULE_DATES;
    case REASON_NAME: return CLIENT_RULE_NAME;
    case REASON_NAME_CN_ONLY: return c->traits & CLIENT_CN ? CLIENT_RULE_NONE : CLIENT_RULE_NAME;
    case REASON_NO_CERT:
    case REASON_MALFORMED:
    case REASON_SELF_SIGNED:
    case REASON_ISSUER_UNKNOWN:
    case REASON_ROOT_UNTRUSTED:
    case REASON_ROOT_OTHER_KEY:
    case REASON_BAD_SIGNATURE:
    case REASON_NO_SERVER_AUTH:
    case REASON_NOT_CA:
    case REASON_PATH_LEN:
    case REASON_NAME_CONSTRAINT:
    case REASON_CRITICAL: return CLIENT_RULE_TRUST;
    case REASON_WEAK_KEY: return CLIENT_RULE_KEY;
    case REASON_WEAK_DIGEST: return CLIENT_RULE_DIGEST;
    default: return CLIENT_RULE_NONE;
    }
}

/* The server leaves an intermediate out, and this client fetches it. */
static bool fault_fetched(struct meeting *m, enum reason reason)
{
    const struct server *s = m->server;
    const json_t *own = m->tried->certificate;
    const char *aia = own ? json_string_value(json_object_get(own, "aia"))
                          : s->links ? s->link[s->links - 1].aia : NULL;
    if (reason != REASON_ISSUER_UNKNOWN || !aia || !(m->client->traits & CLIENT_AIA))
        return false;
    char *text = text_printable(aia, strlen(aia), 200);
    meeting_remark(m, mem_format("the server leaves out a certificate of its chain; this client fetches it from %s",
                                 text));
    free(text);
    return true;
}

/* `own`: judged for this very client; else what hangs on the client is left out here. */
static void fault_meet(struct meeting *m, const json_t *fault, bool own)
{
    const char *word = json_string_value(json_object_get(fault, "reason"));
    const char *text = json_string_value(json_object_get(fault, "text"));
    const json_t *link = json_object_get(fault, "link"), *sent = json_object_get(fault, "cert");
    enum reason reason = word ? reason_find(word) : REASON_COUNT;
    bool weak = reason == REASON_WEAK_KEY || reason == REASON_WEAK_DIGEST;
    bool outside = !json_is_integer(link) && json_integer_value(sent) > 0; /* no part of the path */
    enum client_rule rule = fault_rule(reason, m->client);
    if (reason == REASON_NO_STORE)
        meeting_doubt(m, "whether the chain is trusted is not known: this machine has no CA store");
    if (rule == CLIENT_RULE_NONE || outside || (weak && !own) || fault_fetched(m, reason))
        return;
    meeting_fail(m, rule, "the certificate of %s %s", cert_name(m, fault), text ? text : reason_table[reason].says);
}

static unsigned digest_of(const char *name)
{
    if (text_is(name, "MD5") || text_is(name, "MD2"))
        return CLIENT_MD5;
    if (text_is(name, "SHA1"))
        return CLIENT_SHA1;
    return text_starts(name, "SHA") ? CLIENT_SHA2 : 0;
}

static void link_meet(struct meeting *m, const struct server_link *l)
{
    const struct client *c = m->client;
    const char *name = l->name ? l->name : "the server";
    unsigned digest = digest_of(l->digest);
    bool rsa = l->auth == AUTH_RSA && l->bits;
    if (rsa && l->bits < c->rsa_bits_min)
        meeting_fail(m, CLIENT_RULE_KEY, "the certificate of %s has an RSA key of %d bits, this client wants %d at "
                     "least", name, l->bits, c->rsa_bits_min);
    if (rsa && c->rsa_bits_max && l->bits > c->rsa_bits_max)
        meeting_fail(m, CLIENT_RULE_KEY, "the certificate of %s has an RSA key of %d bits, this client takes %d at "
                     "most", name, l->bits, c->rsa_bits_max);
    if (c->digests && digest && !l->anchor && !(c->digests & digest))
        meeting_fail(m, CLIENT_RULE_DIGEST, "the certificate of %s is signed with %s, which this client does not take",
                     name, l->digest);
}

/* The kind of certificate the server shows: AUTH_OTHER where nobody knows. In TLS 1.3 it is the one of the column's
 * own handshake when that chose among the same in the same order. */
static uint8_t shown_auth(const struct meeting *m)
{
    const struct server *s = m->server;
    const struct suite *suite = suite_chosen(m);
    const char *signature = s->c->fact[FACT_SIGALG].state == STATE_YES ? column_word(s->c, FACT_SIGALG) : NULL;
    const struct sigalg *chosen = signature ? sigalg_by_name(signature) : NULL;
    bool rsa = server_has_key(s, AUTH_RSA) != STATE_NO, ecdsa = server_has_key(s, AUTH_ECDSA) != STATE_NO;
    if (suite && suite->kx != KX_TLS13 && (suite->auth == AUTH_RSA || suite->auth == AUTH_ECDSA))
        return suite->auth;
    if (rsa != ecdsa)
        return rsa ? AUTH_RSA : AUTH_ECDSA;
    if (m->result->version < 0x0304 || !chosen || !s->sigalgs[1].known)
        return AUTH_OTHER;
    const uint16_t *p = m->client->sigalgs;
    while (p && *p && !numbers_have(s->sigalgs[1].taken, *p))
        p++;
    const struct sigalg *first = p && *p ? sigalg_find(*p) : NULL;
    return first && first->auth == chosen->auth && numbers_have(m->client->sigalgs, chosen->number) ? chosen->auth
                                                                                                    : AUTH_OTHER;
}

/* The chain the column has seen is the one this client would see. */
static bool chain_is_shown(struct meeting *m)
{
    const struct server *s = m->server;
    uint8_t auth = shown_auth(m);
    if (!s->links) {
        meeting_doubt(m, "what certificate this client is shown is not known: none was seen yet");
    } else if (m->client->traits & CLIENT_NO_SNI && s->c->fact[FACT_SNI].state == STATE_YES) {
        meeting_doubt(m, "this client sends no server name, and what certificate comes without one was not asked");
    } else if (auth == AUTH_OTHER && s->keys != 1) {
        meeting_doubt(m, "which of its certificates the server shows this client is not known");
    } else if (auth != AUTH_OTHER && s->link[0].auth != AUTH_OTHER && auth != s->link[0].auth) {
        meeting_doubt(m, "this client is shown the server's %s certificate, and only the other one was looked at",
                      auth_word(auth));
    } else {
        return true;
    }
    return false;
}

static void faults_meet(struct meeting *m, const json_t *faults, bool own)
{
    const json_t *fault;
    size_t i;
    json_array_foreach((json_t *)faults, i, fault)
        fault_meet(m, fault, own);
}

/* What no fault says: the column's own client may have put up with it, or nobody could judge it. */
static void chain_meet(struct meeting *m)
{
    const struct seen *trust = &m->server->c->fact[FACT_TRUST];
    const struct server_link *leaf = &m->server->link[0];
    if (leaf->unnamed && !(m->client->traits & CLIENT_CN) && m->server->c->fact[FACT_NAME].state == STATE_YES)
        meeting_fail(m, CLIENT_RULE_NAME, "the certificate of %s has no subjectAltName, and this client reads no other "
                     "name", leaf->name ? leaf->name : "the server");
    if (trust->state == COULD_NOT_ASK)
        meeting_doubt(m, "whether the chain is trusted is not known: this machine has no CA store");
    else if (trust->state == STATE_NO && !m->server->faults)
        meeting_fail(m, CLIENT_RULE_TRUST, "the server's chain is not trusted");
}

static void cert_meet(struct meeting *m)
{
    if (m->client->traits & CLIENT_NO_CHECKS)
        return;
    if (m->tried->certificate) {
        faults_meet(m, json_object_get(m->tried->certificate, "faults"), true);
        return;
    }
    if (!chain_is_shown(m))
        return;
    for (size_t i = 0; i < m->server->links; i++)
        link_meet(m, &m->server->link[i]);
    faults_meet(m, m->server->faults, false);
    chain_meet(m);
}

void meeting_after(struct meeting *m)
{
    old_signature_meet(m);
    dh_meet(m);
    extensions_meet(m);
    cert_meet(m);
    if (m->server->c->fact[FACT_CLIENT_CERT].state == STATE_YES)
        meeting_remark(m, mem_string("the server asks for a client certificate"));
}
