/* offer - see offer.h. */
#include "probes/offer.h"

#include <ctype.h>
#include <gnutls/gnutls.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/wire/names.h"

#define NAMED_MAX 3 /* names in a sentence before "and N more" */

/* A certificate whose keyUsage doesn't fit is judged by us; GnuTLS would end the handshake over it. */
static const char always[] = ":+CTYPE-X509:+COMP-NULL:%DEBUG_ALLOW_KEY_USAGE_VIOLATIONS";

static const struct { uint16_t number; const char *gnutls; } version_words[] = {
    { 0x0301, "VERS-TLS1.0" }, { 0x0302, "VERS-TLS1.1" }, { 0x0303, "VERS-TLS1.2" }, { 0x0304, "VERS-TLS1.3" },
};
enum { VERSION_WORDS = sizeof version_words / sizeof *version_words };

/* --- what GnuTLS knows --- */

struct known_suite {
    uint16_t number;
    gnutls_kx_algorithm_t kx; /* GNUTLS_KX_UNKNOWN in TLS 1.3, where the suite has none */
    gnutls_cipher_algorithm_t cipher;
    gnutls_mac_algorithm_t mac;
};

/* Those that need no more than a certificate; suites without one need credentials nobody gives. */
static bool kx_is_ours(gnutls_kx_algorithm_t kx)
{
    return kx == GNUTLS_KX_RSA || kx == GNUTLS_KX_DHE_RSA || kx == GNUTLS_KX_DHE_DSS || kx == GNUTLS_KX_ECDHE_RSA ||
           kx == GNUTLS_KX_ECDHE_ECDSA;
}

#define KNOWN_MAX 512 /* GnuTLS has about 160 */

/* GnuTLS's table of suites as far as it is ours, copied once for many questions. */
struct known {
    struct known_suite suite[KNOWN_MAX];
    size_t count;
};

static void known_load(struct known *k)
{
    unsigned char id[2];
    gnutls_protocol_t since;
    struct known_suite s;
    k->count = 0;
    for (size_t i = 0; k->count < KNOWN_MAX && gnutls_cipher_suite_info(i, id, &s.kx, &s.cipher, &s.mac, &since); i++) {
        s.number = (uint16_t)(id[0] << 8 | id[1]);
        if (kx_is_ours(s.kx) || since == GNUTLS_TLS1_3)
            k->suite[k->count++] = s;
    }
}

/* NULL when GnuTLS does not know it. */
static const struct known_suite *known_find(const struct known *k, uint16_t number)
{
    for (size_t i = 0; i < k->count; i++)
        if (k->suite[i].number == number)
            return &k->suite[i];
    return NULL;
}

/* The word for a group, owned by the caller; NULL when GnuTLS has none. Those of GOST go with key exchanges
 * that are not ours. */
static char *group_word(uint16_t number)
{
    const struct group *row = group_find(number);
    char *upper = mem_string(row ? row->iana : "");
    for (char *p = upper; *p; p++)
        *p = (char)toupper((unsigned char)*p);
    const gnutls_group_t *known = gnutls_group_list();
    for (size_t i = 0; known[i]; i++)
        if (text_is(gnutls_group_get_name(known[i]), upper) && !text_starts(upper, "GC"))
            return upper;
    free(upper);
    return NULL;
}

/* GnuTLS knows these in certificates, but has no number to offer them by. */
static const char *const sigalgs_unsent[] = {
    "RSA-MD5", "RSA-SHA224", "ECDSA-SHA224", "DSA-SHA224", "DSA-SHA256", "DSA-SHA384", "DSA-SHA512",
};

static const char *sigalg_word(uint16_t number)
{
    const struct sigalg *row = sigalg_find(number);
    if (!row || !row->gnutls || gnutls_sign_get_id(row->gnutls) == GNUTLS_SIGN_UNKNOWN)
        return NULL;
    for (size_t i = 0; i < sizeof sigalgs_unsent / sizeof *sigalgs_unsent; i++)
        if (text_is(row->gnutls, sigalgs_unsent[i]))
            return NULL;
    return row->gnutls;
}

/* --- the priority string --- */

/* Adds ":+WORD" unless it is there already. */
static void add_word(struct text *t, const char *prefix, const char *word)
{
    char item[64];
    const char *at = t->s;
    int n = snprintf(item, sizeof item, ":+%s%s", prefix, word);
    while (at && (at = strstr(at, item)) && at[n] != ':' && at[n] != '\0')
        at += n;
    if (!at && n < (int)sizeof item)
        text_add(t, item);
}

/* A version without a suite that GnuTLS knows is not offered: a server that chose it would find none. */
static bool version_has_suite(const struct known *k, const struct offer *o, uint16_t version)
{
    for (const uint16_t *s = o->suites; *s; s++)
        if (suite_fits(*s, version) && known_find(k, *s))
            return true;
    return false;
}

static void add_versions(struct text *t, const struct known *k, const struct offer *o)
{
    for (size_t i = VERSION_WORDS; i-- > 0;) {
        uint16_t v = version_words[i].number;
        if (v >= o->min && v <= o->max && version_has_suite(k, o, v))
            add_word(t, "", version_words[i].gnutls);
    }
}

static void add_suite(struct text *t, const struct known_suite *s)
{
    if (!s)
        return;
    if (s->kx != GNUTLS_KX_UNKNOWN)
        add_word(t, "", gnutls_kx_get_name(s->kx));
    add_word(t, "", gnutls_cipher_get_name(s->cipher));
    add_word(t, "", gnutls_mac_get_name(s->mac));
}

static void add_group(struct text *t, uint16_t number)
{
    char *word = group_word(number);
    if (word)
        add_word(t, "GROUP-", word);
    free(word);
}

/* TLS 1.3 binds ECDSA schemes to a curve and GnuTLS has a second name for each. */
static const struct { const char *name, *twin; } sign_twins[] = {
    { "ECDSA-SHA256", "ECDSA-SECP256R1-SHA256" }, { "ECDSA-SHA384", "ECDSA-SECP384R1-SHA384" },
    { "ECDSA-SHA512", "ECDSA-SECP521R1-SHA512" },
};

static void add_sigalg(struct text *t, const char *name)
{
    if (!name)
        return;
    add_word(t, "SIGN-", name);
    for (size_t i = 0; i < sizeof sign_twins / sizeof *sign_twins; i++) {
        if (text_is(name, sign_twins[i].name))
            add_word(t, "SIGN-", sign_twins[i].twin);
        if (text_is(name, sign_twins[i].twin))
            add_word(t, "SIGN-", sign_twins[i].name);
    }
}

char *offer_of_client(const struct offer *o)
{
    struct text t = { 0 };
    struct known k;
    known_load(&k);
    text_add(&t, "NONE");
    add_versions(&t, &k, o);
    for (const uint16_t *s = o->suites; *s; s++)
        add_suite(&t, known_find(&k, *s));
    for (const uint16_t *g = o->groups; *g; g++)
        add_group(&t, *g);
    for (const uint16_t *s = o->sigalgs; *s; s++)
        add_sigalg(&t, sigalg_word(*s));
    text_add(&t, always);
    return text_take(&t);
}

/* --- parts --- */

static bool list_has(const uint16_t *list, uint16_t number)
{
    for (; *list; list++)
        if (*list == number)
            return true;
    return false;
}

/* The words of these suites, all of them known, make this one too. */
static bool combines_to(const struct known *k, const uint16_t *suites, const struct known_suite *row)
{
    bool kx = row->kx == GNUTLS_KX_UNKNOWN, cipher = false, mac = false;
    for (; *suites; suites++) {
        const struct known_suite *s = known_find(k, *suites);
        kx |= s->kx == row->kx;
        cipher |= s->cipher == row->cipher;
        mac |= s->mac == row->mac;
    }
    return kx && cipher && mac;
}

static bool some_version_fits(const struct offer *o, uint16_t suite)
{
    for (uint16_t v = o->min; v <= o->max; v++)
        if (suite_fits(suite, v))
            return true;
    return false;
}

/* Nothing that is not in the offer comes of them. */
static bool suites_are_exact(const struct known *k, const struct offer *o, const uint16_t *suites)
{
    for (size_t i = 0; i < k->count; i++) {
        uint16_t number = k->suite[i].number;
        if (!list_has(o->suites, number) && some_version_fits(o, number) && combines_to(k, suites, &k->suite[i]))
            return false;
    }
    return true;
}

/* Moves from `left` to `part` as many as can be offered together, the first one in any case. */
static void part_take(const struct known *k, const struct offer *o, uint16_t *left, uint16_t *part)
{
    size_t n = 0, kept = 0;
    for (size_t i = 0; left[i]; i++) {
        part[n] = left[i];
        part[n + 1] = 0;
        if (n == 0 || suites_are_exact(k, o, part))
            n++;
        else
            left[kept++] = left[i];
    }
    part[n] = left[kept] = 0;
}

bool offer_part(const struct offer *o, int nth, struct offer *part)
{
    struct known k;
    struct client as = { 0 };
    size_t n = 0, room = 2;
    for (const uint16_t *s = o->suites; *s; s++)
        room++;
    uint16_t *left = mem_new(room * sizeof *left), *mine = mem_new(room * sizeof *mine);
    known_load(&k);
    for (const uint16_t *s = o->suites; *s; s++)
        if (known_find(&k, *s))
            left[n++] = *s;
    for (int i = 0; i <= nth; i++)
        part_take(&k, o, left, mine);
    struct limits l = { .min = o->min, .max = o->max, .suites = mine, .groups = o->groups, .sigalgs = o->sigalgs,
                        .size = o->size };
    bool some = *mine != 0;
    if (some)
        offer_make(part, &as, &l);
    free(left);
    free(mine);
    return some;
}

/* --- what is missing --- */

/* Names of one kind that can't be offered, and whether any can. */
struct lack {
    const char *one, *many;
    const char *named[NAMED_MAX];
    char hex[NAMED_MAX][NAME_LEN];
    size_t lacking, there;
};

static void lack_count(struct lack *l, bool there, const char *(*name)(uint16_t, char *), uint16_t number)
{
    if (there) {
        l->there++;
        return;
    }
    if (l->lacking < NAMED_MAX)
        l->named[l->lacking] = name(number, l->hex[l->lacking]);
    l->lacking++;
}

static void lack_say(const struct lack *l, struct text *t)
{
    if (!l->lacking)
        return;
    text_addf(t, "%s%s", t->s ? ", nor " : "", l->lacking > 1 ? l->many : l->one);
    for (size_t i = 0; i < l->lacking && i < NAMED_MAX; i++)
        text_addf(t, "%s%s", i == 0 ? "" : i + 1 == l->lacking ? " and " : ", ", l->named[i]);
    if (l->lacking > NAMED_MAX)
        text_addf(t, " and %zu more", l->lacking - NAMED_MAX);
}

static const char *version_name(uint16_t number, char *hex)
{
    const struct version *v = version_find(number);
    (void)hex;
    return v ? v->title : "another version";
}

static bool version_known(uint16_t number)
{
    for (size_t i = 0; i < VERSION_WORDS; i++)
        if (version_words[i].number == number)
            return true;
    return false;
}

/* Only then does the list of groups decide anything. */
static bool groups_count(const struct offer *o)
{
    for (const uint16_t *p = o->suites; *p; p++) {
        const struct suite *s = suite_find(*p);
        if (s && (s->kx == KX_ECDHE || s->kx == KX_TLS13))
            return true;
    }
    return false;
}

char *offer_missing(const struct offer *o, bool *nothing)
{
    struct lack version = { .one = "", .many = "" }, suite = { .one = "the cipher suite ", .many = "the cipher suites " },
                group = { .one = "the group ", .many = "the groups " },
                sigalg = { .one = "the signature algorithm ", .many = "the signature algorithms " };
    struct known k;
    known_load(&k);
    for (uint16_t v = o->min; v <= o->max; v++)
        lack_count(&version, version_known(v), version_name, v);
    for (const uint16_t *p = o->suites; *p; p++)
        lack_count(&suite, known_find(&k, *p) != NULL, suite_name, *p);
    for (const uint16_t *p = o->groups; groups_count(o) && *p; p++) {
        char *word = group_word(*p);
        lack_count(&group, word != NULL, group_name, *p);
        free(word);
    }
    for (const uint16_t *p = o->sigalgs; o->max >= 0x0303 && *p; p++)
        lack_count(&sigalg, sigalg_word(*p) != NULL, sigalg_name, *p);
    const struct lack *const all[] = { &version, &suite, &group, &sigalg };
    struct text t = { 0 };
    *nothing = false;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        lack_say(all[i], &t);
        *nothing |= all[i]->lacking && !all[i]->there;
    }
    if (!t.s)
        return NULL;
    char *sentence = mem_format("GnuTLS, this machine's TLS library, can't offer %s", t.s);
    text_free(&t);
    return sentence;
}
