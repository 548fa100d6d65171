/* client - see client.h. */
#include "src/wire/client.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/wire/names.h"

#define NUMBERS(...) (const uint16_t[]){ __VA_ARGS__, 0 }

#define KINDS(...) .kinds = (const uint32_t[]){ __VA_ARGS__ }, \
    .kind_count = sizeof (const uint32_t[]){ __VA_ARGS__ } / sizeof(uint32_t)
#define ORDER(...) .order = (const uint16_t[]){ __VA_ARGS__ }, \
    .order_count = sizeof (const uint16_t[]){ __VA_ARGS__ } / sizeof(uint16_t)
#define BODIES(...) .body = (const struct hello_extension[]){ __VA_ARGS__ }, \
    .body_count = sizeof (const struct hello_extension[]){ __VA_ARGS__ } / sizeof(struct hello_extension)
#define BODY(number, bytes) { number, bytes, sizeof (bytes) - 1 }
#define RANDOM(number, size) { number, NULL, size } /* a body that looks random */
#define METHODS(...) .compressions = (const uint8_t[]){ __VA_ARGS__ }, \
    .compression_count = sizeof (const uint8_t[]){ __VA_ARGS__ }
#define CLIENT(id, ...) { .name = id, __VA_ARGS__ }

/* An encrypted_client_hello that nobody can open, as clients send it to keep the extension usable: of the outer
 * kind, HKDF-SHA256 and AES-128-GCM, a key, a payload (draft-ietf-tls-esni section 6.2). Chrome's is of 144, 176, 208
 * or 240 bytes, Firefox' of 239. Another first byte would make a server that knows the extension give up. */
#define FILL16 "\x5b\x1e\xa2\x07\xc4\x39\x8d\x60\xf2\x15\x7a\xbe\x43\x98\x0c\xd1"
#define FILL64 FILL16 FILL16 FILL16 FILL16
#define ECH_HEAD "\x00\x00\x01\x00\x01\x2c\x00\x20" FILL16 FILL16
#define ECH_BORING ECH_HEAD "\x00\xb0" FILL64 FILL64 FILL16 FILL16 FILL16
#define FILL15 "\x5b\x1e\xa2\x07\xc4\x39\x8d\x60\xf2\x15\x7a\xbe\x43\x98\x0c"
#define ECH_NSS ECH_HEAD "\x00\xef" FILL64 FILL64 FILL64 FILL16 FILL16 FILL15
/* trust_anchors (draft-ietf-tls-trust-anchor-ids): the identifiers of Chrome 155's root store. */
#define ANCHOR_A(last) "\x05\x82\xdf\x13\x02" last
#define ANCHOR_B(last) "\x08\x83\x9a\x64\x8c\x9b\x2d\x01" last
#define ANCHOR_C(last) "\x04\xd6\x79\x09" last
#define TRUST_ANCHORS "\x00\xb8" \
    ANCHOR_A("\x01") ANCHOR_A("\x06") ANCHOR_A("\x0d") ANCHOR_A("\x0e") \
    ANCHOR_A("\x0f") ANCHOR_A("\x12") ANCHOR_A("\x13") ANCHOR_A("\x14") \
    ANCHOR_B("\x07") ANCHOR_B("\x08") ANCHOR_B("\x09") ANCHOR_B("\x0a") ANCHOR_B("\x0b") \
    ANCHOR_B("\x0c") ANCHOR_B("\x0d") ANCHOR_B("\x12") ANCHOR_B("\x13") \
    ANCHOR_C("\x01") ANCHOR_C("\x04") ANCHOR_C("\x05") ANCHOR_C("\x06") ANCHOR_C("\x07") ANCHOR_C("\x08") \
    ANCHOR_C("\x0a") ANCHOR_C("\x0b") ANCHOR_C("\x0c") ANCHOR_C("\x0d") ANCHOR_C("\x0f")

const struct client client_table[] = {
    CLIENT("default",
        .title = "a current, strict client: TLS 1.2 and 1.3 as Debian 12's OpenSSL does",
        .since = "2023-06", .recorded = true,
        .min = 0x0303, .max = 0x0304,
        .suites = NUMBERS(0x1302, 0x1303, 0x1301,
                          0xc02c, 0xc030, 0x009f, 0xcca9, 0xcca8, 0xccaa, 0xc02b, 0xc02f, 0x009e,
                          0xc024, 0xc028, 0x006b, 0xc023, 0xc027, 0x0067, 0xc00a, 0xc014, 0x0039,
                          0xc009, 0xc013, 0x0033, 0x009d, 0x009c, 0x003d, 0x003c, 0x0035, 0x002f),
        .groups = NUMBERS(0x001d, 0x0017, 0x001e, 0x0019, 0x0018,
                          0x0100, 0x0101, 0x0102, 0x0103, 0x0104),
        .sigalgs = NUMBERS(0x0403, 0x0503, 0x0603, 0x0807, 0x0808, 0x0809, 0x080a, 0x080b,
                           0x0804, 0x0805, 0x0806, 0x0401, 0x0501, 0x0601, 0x0303, 0x0301, 0x0302,
                           0x0402, 0x0502, 0x0602),
        .session_id = 32,
        .rsa_bits_min = 2048, .dh_bits_min = 2048, .digests = CLIENT_SHA2,
        .source = "ClientHello of `openssl s_client` 3.0.19 (Debian 12), measured on loopback; "
                  "smallest keys: its security level 2"),
#include "src/wire/clients_recorded.inc"
#include "src/wire/clients_old.inc"
#include "src/wire/clients_browsers.inc"
};
const size_t client_count = sizeof client_table / sizeof *client_table;

const struct client *client_find(const char *name)
{
    if (!name)
        name = "default";
    for (size_t i = 0; i < client_count; i++)
        if (text_is(client_table[i].name, name))
            return &client_table[i];
    return NULL;
}

/* --- what limits leave --- */

#define SSL3 0x0300
#define TLS13 0x0304

bool suite_fits(uint16_t suite, uint16_t version)
{
    const struct suite *s = suite_find(suite);
    return !s || (s->since <= version && s->until >= version);
}

static bool group_fits(uint16_t group, uint16_t version)
{
    const struct group *g = group_find(group);
    return !g || (g->since <= version && g->until >= version);
}

/* A group the person has named is offered whether it fits or not. */
static bool always_fits(uint16_t number, uint16_t version)
{
    (void)number;
    (void)version;
    return true;
}

static bool suite_usable(uint16_t suite, uint16_t version)
{
    return !suite_is_signal(suite) && suite_fits(suite, version);
}

static bool any_fits(const uint16_t *suites, uint16_t min, uint16_t max)
{
    for (uint16_t v = min; v <= max; v++)
        for (const uint16_t *s = suites; *s; s++)
            if (suite_usable(*s, v))
                return true;
    return false;
}

/* Those of the list that can be agreed on in some version of the range. Accepts NULL. Owned by the caller. */
static uint16_t *list_within(const uint16_t *list, uint16_t min, uint16_t max, bool (*fits)(uint16_t, uint16_t))
{
    size_t n = 0;
    while (list && list[n])
        n++;
    uint16_t *kept = mem_new((n + 1) * sizeof *kept), *end = kept;
    for (size_t i = 0; i < n; i++) {
        bool fit = false;
        for (uint16_t v = min; !fit && v <= max; v++)
            fit = fits(list[i], v);
        if (fit && !number_is_grease(list[i]))
            *end++ = list[i];
    }
    return kept;
}

/* The range of versions that is asked for, whether or not a suite is left for it. */
static void range_make(struct offer *o, const struct client *c, const struct limits *l)
{
    o->min = l->min ? l->min : c->min;
    o->max = l->max ? l->max : c->max;
    if (o->min > o->max && l->max && !l->min)
        o->min = o->max;
    else if (o->min > o->max)
        o->max = o->min;
    if (!l->suites || l->min || l->max || any_fits(l->suites, o->min, o->max))
        return;
    for (uint16_t v = TLS13; v >= SSL3; v--)
        if (any_fits(l->suites, v, v)) {
            o->min = o->max = v;
            return;
        }
}

bool offer_make(struct offer *o, const struct client *c, const struct limits *l)
{
    const uint16_t *suites = l->suites ? l->suites : c->suites;
    *o = (struct offer){ .size = l->size ? l->size : c->size,
                         .limited = l->min || l->max || l->suites || l->groups || l->sigalgs };
    range_make(o, c, l);
    bool some = any_fits(suites, o->min, o->max);
    while (some && !any_fits(suites, o->min, o->min))
        o->min++;
    while (some && !any_fits(suites, o->max, o->max))
        o->max--;
    o->suites = list_within(suites, o->min, o->max, suite_usable);
    o->groups = list_within(l->groups ? l->groups : c->groups, o->min, o->max, l->groups ? always_fits : group_fits);
    o->sigalgs = list_within(l->sigalgs ? l->sigalgs : c->sigalgs, o->min, o->max, always_fits);
    return some;
}

/* --- what it refuses ---------------------------------------------------------------------------- */

static const struct { unsigned trait; const char *says; } traits[] = {
    { CLIENT_NO_SNI, "sends no server name" },
    { CLIENT_SHUFFLES, "orders its extensions anew each time" },
    { CLIENT_CN, "takes a name that stands only in the CN" },
    { CLIENT_AIA, "fetches a missing intermediate" },
    { CLIENT_REVOCATION, "checks revocation" },
    { CLIENT_NEEDS_RENEGOTIATION, "refuses a server without secure renegotiation" },
    { CLIENT_NEEDS_EMS, "refuses a TLS 1.2 server without extended master secret" },
    { CLIENT_NAME_WARNING, "gives up at the warning unrecognized_name" },
    { CLIENT_NO_CHECKS, "takes any certificate unless told otherwise" },
    { CLIENT_OLD_UNSIGNED, "below TLS 1.2 takes suites of RSA key exchange alone" },
};
static const struct { unsigned digest; const char *name; } digests[] = {
    { CLIENT_MD5, "MD5" }, { CLIENT_SHA1, "SHA-1" }, { CLIENT_SHA2, "SHA-2" },
};

static void rule_add(struct text *t, const char *before, int number, const char *after)
{
    if (number)
        text_addf(t, "%s%s %d%s", t->len ? "; " : "", before, number, after);
}

char *client_rules(const struct client *c)
{
    struct text t = { 0 };
    rule_add(&t, "refuses RSA keys under", c->rsa_bits_min, " bits");
    rule_add(&t, "refuses RSA keys over", c->rsa_bits_max, " bits");
    rule_add(&t, "refuses DH groups under", c->dh_bits_min, " bits");
    rule_add(&t, "refuses DH groups over", c->dh_bits_max, " bits");
    for (size_t i = 0; c->digests && i < sizeof digests / sizeof *digests; i++)
        if (!(c->digests & digests[i].digest))
            text_addf(&t, "%srefuses certificates signed with %s", t.len ? "; " : "", digests[i].name);
    for (size_t i = 0; i < sizeof traits / sizeof *traits; i++)
        if (c->traits & traits[i].trait)
            text_addf(&t, "%s%s", t.len ? "; " : "", traits[i].says);
    rule_add(&t, "its root store stopped in", c->roots, "");
    return text_take(&t);
}

void offer_clear(struct offer *o)
{
    free((void *)o->suites);
    free((void *)o->groups);
    free((void *)o->sigalgs);
    *o = (struct offer){ 0 };
}

static bool list_same(const uint16_t *a, const uint16_t *b)
{
    while (*a && *a == *b) {
        a++;
        b++;
    }
    return *a == *b;
}

bool offer_equal(const struct offer *a, const struct offer *b)
{
    return a->min == b->min && a->max == b->max && list_same(a->suites, b->suites) && list_same(a->groups, b->groups) &&
           list_same(a->sigalgs, b->sigalgs);
}

/* --- the client's own hello --- */

/* What a current OpenSSL sends beside its lists. */
#define USUAL (HELLO_POINTS | HELLO_RENEGOTIATION | HELLO_EMS | HELLO_ETM | HELLO_TICKET)

static const uint16_t *versions_fill(uint16_t versions[8], uint16_t min, uint16_t max)
{
    uint16_t *end = versions;
    for (uint16_t v = max; v >= min && v >= SSL3 && end < versions + 7; v--)
        *end++ = v;
    *end = 0;
    return versions;
}

static const uint16_t *share_fill(uint16_t share[2], const uint16_t *groups)
{
    share[0] = share[1] = 0;
    for (; groups && *groups && !share[0]; groups++)
        if (hello_has_share(*groups) && !number_is_grease(*groups))
            share[0] = *groups;
    return share;
}

/* Extensions whose body follows from a field. Where that is not the client's own, neither is a body it sent. */
enum { EXT_GROUPS = 10, EXT_SIGALGS = 13, EXT_ALPN = 16, EXT_PADDING = 21, EXT_VERSIONS = 43, EXT_PSK_MODES = 45,
       EXT_SHARES = 51 };
struct moved {
    bool lists;    /* versions, suites, groups, algorithms */
    bool alpn, size;
};

static bool body_moved(uint16_t type, struct moved m)
{
    switch (type) {
    case EXT_GROUPS:
    case EXT_SIGALGS:
    case EXT_VERSIONS:
    case EXT_SHARES:
        return m.lists;
    case EXT_ALPN:
        return m.alpn;
    case EXT_PADDING:
        return m.size;
    default:
        return false;
    }
}

static void bodies_fill(const struct client *c, struct moved m, struct client_lists *keep, struct hello *h)
{
    size_t n = 0, moved = 0;
    for (size_t i = 0; i < c->body_count; i++)
        if (body_moved(c->body[i].type, m))
            moved++;
        else if (n < sizeof keep->bodies / sizeof *keep->bodies)
            keep->bodies[n++] = c->body[i];
    h->extra = moved ? keep->bodies : c->body;
    h->extra_count = moved ? n : c->body_count;
}

/* The order with `type` at its end, unless it is there already or there is no room. */
static void order_need(struct client_lists *keep, struct hello *h, uint16_t type)
{
    for (size_t i = 0; i < h->order_count; i++)
        if (h->order[i] == type)
            return;
    if (h->order_count >= sizeof keep->order / sizeof *keep->order)
        return;
    for (size_t i = 0; i < h->order_count; i++)
        keep->order[i] = h->order[i];
    keep->order[h->order_count++] = type;
    h->order = keep->order;
}

/* What was put in that the client does not send by itself has a place in its order, too. */
static void order_fill(const struct client *c, struct moved m, struct client_lists *keep, struct hello *h)
{
    h->order = c->order;
    h->order_count = c->order_count;
    if (!c->order)
        return;
    if (m.alpn && h->alpn)
        order_need(keep, h, EXT_ALPN);
    if (m.lists && h->groups)
        order_need(keep, h, EXT_GROUPS);
    if (m.lists && h->sigalgs)
        order_need(keep, h, EXT_SIGALGS);
    if (m.lists && h->versions) {
        order_need(keep, h, EXT_VERSIONS);
        order_need(keep, h, EXT_PSK_MODES);
        order_need(keep, h, EXT_SHARES);
    }
}

static void hello_fill(const struct client *c, struct hello *h)
{
    h->record = c->record;
    h->compressions = c->compressions;
    h->compression_count = c->compression_count;
    h->session_id = c->session_id;
    h->record_size = c->record_size;
    h->ssl2_form = c->ssl2_form;
    h->challenge = c->challenge;
    h->kinds = c->kinds;
    h->kind_count = c->kind_count;
    if (!c->order)
        h->with |= USUAL | (h->versions ? HELLO_PSK_MODES : 0);
}

void client_hello(const struct client *c, const struct offer *o, const char *alpn, struct client_lists *keep,
                  struct hello *h)
{
    bool whole = !o->limited, modern = o->max >= TLS13;
    struct moved moved = { .lists = o->limited, .size = o->size != c->size };
    const char *protocols = alpn ? alpn : c->alpn;
    h->version = modern ? 0x0303 : o->max;
    h->suites = whole ? c->suites : o->suites;
    h->groups = whole ? c->groups : o->groups[0] ? o->groups : NULL;
    h->sigalgs = whole ? c->sigalgs : o->max >= 0x0303 && o->sigalgs[0] ? o->sigalgs : NULL;
    h->alpn = protocols && !text_is(protocols, "none") ? protocols : NULL;
    moved.alpn = h->alpn ? !c->alpn || strcmp(h->alpn, c->alpn) : c->alpn != NULL;
    h->size = o->size;
    if (modern || (whole && c->versions))
        h->versions = whole && c->versions ? c->versions : versions_fill(keep->versions, o->min, o->max);
    if (modern)
        h->shares = whole && c->shares ? c->shares : share_fill(keep->shares, o->groups);
    hello_fill(c, h);
    bodies_fill(c, moved, keep, h);
    order_fill(c, moved, keep, h);
    if (!whole)
        h->kinds = NULL;
    if (!whole && o->max <= SSL3) { /* before there were extensions */
        h->order = NULL;
        h->extra_count = 0;
    }
}
