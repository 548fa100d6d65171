/* product - see product.h. */
#include "src/why/product.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/why/among.h"
#include "src/why/dn.h"

#define BIT(reason) (1u << (reason))
#define NAMES_SAID 4

static const uint32_t name_faults = BIT(REASON_NAME) | BIT(REASON_NAME_CN_ONLY);
/* The CA is not known: one of the ways a certificate made on the way shows. A CA of that name with another key is more
 * than that, and stays. */
static const uint32_t trust_faults = BIT(REASON_SELF_SIGNED) | BIT(REASON_ISSUER_UNKNOWN) | BIT(REASON_ROOT_UNTRUSTED);

static uint32_t faults_all(const struct look *l)
{
    uint32_t all = 0;
    for (int p = 0; p < PLACE_COUNT; p++)
        all |= l->faults[p];
    return all;
}

static void faults_explained(struct look *l, uint32_t mask)
{
    for (int p = 0; p < PLACE_COUNT; p++)
        l->faults[p] &= ~mask;
}

static uint32_t faults_fatal(void)
{
    uint32_t mask = 0;
    for (int r = 0; r < REASON_COUNT; r++)
        mask |= reason_table[r].fatal ? BIT(r) : 0;
    return mask;
}

/* The name asked for is itself one of the platform's: then a fault of its certificate is just that. */
static bool name_below(const char *name, const char *patterns)
{
    return slice_fits(slice_of(name), patterns);
}

/* A product's certificate explains the faults only where it is for other names: one made for this name has faults of
 * its own, and the product is only who made it. */
static bool placeholder_decides(const struct look *l, const struct placeholder *p, uint32_t faults)
{
    if (p->kind == PLACEHOLDER_MAKER || !(faults & name_faults))
        return false;
    return p->kind != PLACEHOLDER_PLATFORM ||
           (!(faults & trust_faults) && !name_below(endpoint_name(l->c->endpoint), p->name));
}

static void look_inspection(struct look *l, uint32_t faults)
{
    const json_t *chain = l->c->fact[FACT_CHAIN].value;
    l->inspector = inspect_find(chain, &l->inspector_ca);
    if (l->inspector || !(faults & trust_faults) || faults & name_faults || !inspect_is_public(l->c))
        return;
    l->elsewhere = inspect_elsewhere(l->s, l->c, &l->elsewhere_far);
    l->fresh = !(faults & BIT(REASON_SELF_SIGNED)) && !l->c->endpoint->value[KEY_CA] && inspect_is_fresh(chain, l->at);
}

void product_look(struct look *l)
{
    const json_t *chain = l->c->fact[FACT_CHAIN].value;
    const json_t *leaf = json_array_get(json_object_get(chain, "sent"), 0);
    uint32_t faults = faults_all(l);
    if (l->c->fact[FACT_CHAIN].state != STATE_YES || !leaf)
        return;
    if (faults & (name_faults | trust_faults))
        l->product = placeholder_find(leaf);
    l->product_decides = l->product && placeholder_decides(l, l->product, faults);
    if (l->product_decides)
        faults_explained(l, faults_fatal());
    else
        look_inspection(l, faults);
    if (l->inspector)
        faults_explained(l, trust_faults);
}

/* --- conditions --------------------------------------------------------------------------------- */

static bool is_kind(const struct look *l, enum placeholder_kind kind)
{
    return l->product_decides && l->product->kind == kind;
}

static bool is_by_name(const struct look *l) { return is_kind(l, PLACEHOLDER_BY_NAME); }
static bool is_platform(const struct look *l) { return is_kind(l, PLACEHOLDER_PLATFORM); }
static bool is_delivered(const struct look *l) { return is_kind(l, PLACEHOLDER_DELIVERED); }
static bool is_gateway(const struct look *l) { return is_kind(l, PLACEHOLDER_GATEWAY); }
static bool is_inspected(const struct look *l) { return l->inspector && l->inspector->where != INSPECT_MALWARE; }
static bool is_malware(const struct look *l) { return l->inspector && l->inspector->where == INSPECT_MALWARE; }
static bool is_far(const struct look *l) { return l->elsewhere && l->elsewhere_far; }
static bool is_near(const struct look *l) { return l->elsewhere && !l->elsewhere_far; }
static bool is_fresh(const struct look *l) { return l->fresh && !l->elsewhere; }
static bool is_public(const struct look *l) { return inspect_is_public(l->c); }

static const struct { const char *word; bool (*holds)(const struct look *l); } words_table[] = {
    { "by-name", is_by_name },     /* shown for want of one for this name */
    { "platform", is_platform },   /* a hosting platform's own */
    { "delivered", is_delivered }, /* a product's own */
    { "gateway", is_gateway },     /* the same of a firewall */
    { "inspected", is_inspected }, /* issued by an inspection product's CA */
    { "malware", is_malware },     /* by a CA whose key everybody has */
    { "other-vantage", is_far },   /* a trusted one comes from elsewhere */
    { "other-certificate", is_near }, /* a trusted one came at the same address */
    { "fresh", is_fresh },         /* looks made on the way */
    { "public", is_public },       /* name and address are public */
};

bool product_is(const struct look *l, const char *words)
{
    for (size_t i = 0; i < sizeof words_table / sizeof *words_table; i++)
        if (among(words, words_table[i].word) && words_table[i].holds(l))
            return true;
    return false;
}

/* --- details ------------------------------------------------------------------------------------ */

static json_t *text_or_null(const char *s)
{
    return s && *s ? json_string(s) : json_null();
}

static json_t *faults_json(const struct look *l, uint32_t mask)
{
    const json_t *fault;
    json_t *list = json_array();
    for (size_t i = 0; (fault = look_fault(l, mask, i)) && i < 32; i++) {
        json_t *one = json_object();
        json_object_set_new(one, "reason", json_incref(json_object_get(fault, "reason")));
        json_object_set_new(one, "text", json_incref(json_object_get(fault, "text")));
        json_array_append_new(list, one);
    }
    return list;
}

/* The words of a table's sentence, filled in here since they stand inside another. */
static void say_filled(const struct look *l, struct words *w, const char *key, const char *sentence)
{
    char *filled = words_fill(l, w, sentence);
    json_object_set_new(w->say, key, json_string(filled));
    free(filled);
}

void product_placeholder(const struct look *l, struct words *w, uint32_t mask)
{
    const json_t *leaf = json_array_get(look_member(l, FACT_CHAIN, "sent"), 0), *names = json_object_get(leaf, "names");
    const char *sni = endpoint_sni(l->c->endpoint), *subject = column_word(l->c, FACT_SUBJECT);
    (void)mask;
    if (!l->product)
        return;
    json_object_set_new(w->detail, "product", json_string(l->product->product));
    json_object_set_new(w->detail, "certificate", text_or_null(json_string_value(json_object_get(leaf, "subject"))));
    json_object_set_new(w->detail, "asked", json_string(endpoint_name(l->c->endpoint)));
    json_object_set_new(w->detail, "sni", text_or_null(sni));
    json_object_set_new(w->detail, "names", names ? json_incref((json_t *)names) : json_array());
    json_object_set_new(w->detail, "faults", faults_json(l, faults_fatal()));
    words_say(w, "product", l->product->product);
    words_say(w, "subject", subject ? subject : "without a name");
    words_say_own(w, "sent_name", sni ? mem_format("the server name \"%s\"", sni) : mem_string("no server name"));
    words_say_own(w, "names", words_list(names, NAMES_SAID, "no name at all"));
    say_filled(l, w, "product_fix", l->product->fix);
}

static const char *inspection_sign(const struct look *l)
{
    return l->inspector ? "issuer" : is_far(l) ? "other-vantage" : is_near(l) ? "other-certificate" : "fresh";
}

static const enum fix inspection_fixes[] = {
    [INSPECT_NETWORK] = FIX_INSPECT_NETWORK, [INSPECT_MACHINE] = FIX_INSPECT_MACHINE,
    [INSPECT_TOOL] = FIX_INSPECT_TOOL, [INSPECT_MALWARE] = FIX_INSPECT_MALWARE };

void product_inspection(const struct look *l, struct words *w, uint32_t mask)
{
    const json_t *top = look_top(l);
    const char *issuer = l->inspector ? l->inspector_ca : json_string_value(json_object_get(top, "issuer"));
    const char *seen = l->elsewhere ? json_string_value(json_object_get(json_array_get(json_object_get(
                           l->elsewhere->fact[FACT_CHAIN].value, "sent"), 0), "issuer")) : NULL;
    struct slice cn = dn_find(issuer, "CN");
    (void)mask;
    json_object_set_new(w->detail, "product", text_or_null(l->inspector ? l->inspector->product : NULL));
    json_object_set_new(w->detail, "issuer", text_or_null(issuer));
    json_object_set_new(w->detail, "sign", json_string(inspection_sign(l)));
    json_object_set_new(w->detail, "column", l->elsewhere ? json_integer(l->elsewhere->id) : json_null());
    json_object_set_new(w->detail, "elsewhere_issuer", text_or_null(seen));
    json_object_set_new(w->detail, "faults", faults_json(l, trust_faults));
    words_say_own(w, "ca", cn.n ? mem_copy(cn.p, cn.n) : mem_string(issuer ? issuer : "an unknown CA"));
    words_say(w, "elsewhere", seen);
    words_say(w, "product", l->inspector ? l->inspector->product : "an unknown product");
    if (l->inspector && l->inspector->exempt)
        say_filled(l, w, "product_fix", l->inspector->exempt);
    if (l->inspector)
        w->fix[0] = inspection_fixes[l->inspector->where];
}

void product_hint(const struct look *l, struct words *w, uint32_t mask)
{
    bool known = l->product && !l->product_decides;
    json_object_set_new(w->detail, "made_by", known ? json_string(l->product->product) : json_null());
    words_say_own(w, "made_by", known ? mem_format(" It looks like one of %s.", l->product->product) : mem_string(""));
    if (!known)
        return;
    say_filled(l, w, "product_fix", l->product->fix);
    w->fix[0] = FIX_PRODUCT;
    w->fix[1] = mask & BIT(REASON_SELF_SIGNED) ? FIX_SELF_SIGNED : FIX_NONE;
}
