/* expect - see expect.h. */
#include "src/pki/expect.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "src/base/bytes.h"
#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/base/when.h"
#include "src/pki/host.h"

#define NAMES_SHOWN 4

/* --- pins ------------------------------------------------------------------------------------- */

/* 32 bytes are 43 digits and one "=". */
const char *expect_pin(const struct cert *c, char out[EXPECT_PIN_MAX])
{
    static const char digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t n = 0;
    uint8_t *sum = bytes_unhex(c->spki_sha256, &n), raw[33] = { 0 };
    memcpy(raw, sum ? sum : raw, sum && n <= 32 ? n : 0);
    free(sum);
    memcpy(out, "sha256//", 8);
    char *o = out + 8;
    for (size_t i = 0; i < 33; i += 3) {
        unsigned v = (unsigned)raw[i] << 16 | (unsigned)raw[i + 1] << 8 | raw[i + 2];
        for (int shift = 18; shift >= 0; shift -= 6)
            *o++ = digit[v >> shift & 63];
    }
    o[-1] = '=';
    *o = '\0';
    return out;
}

static bool pin_listed(const char *pins, const char *pin)
{
    size_t n = strlen(pin);
    for (const char *p = pins; *p; p += *p == ';') {
        size_t k = strcspn(p, ";");
        if (k == n && memcmp(p, pin, n) == 0)
            return true;
        p += k;
    }
    return false;
}

static json_t *pins_json(const char *pins)
{
    json_t *list = json_array();
    for (const char *p = pins; *p; p += *p == ';') {
        size_t k = strcspn(p, ";");
        json_array_append_new(list, json_stringn(p, k));
        p += k;
    }
    return list;
}

/* The CA of the chain that the pin is of, or NULL: apps pin those too, curl compares the server's own key. */
static const struct cert *pin_of_ca(const char *pins, const struct chain *chain)
{
    char pin[EXPECT_PIN_MAX];
    for (size_t i = 1; i < chain->built_count; i++)
        if (pin_listed(pins, expect_pin(chain->built[i].cert, pin)))
            return chain->built[i].cert;
    return NULL;
}

/* --- two certificates ------------------------------------------------------------------------- */

static bool name_in(const struct cert *c, const struct san *name)
{
    for (size_t i = 0; i < c->san_count; i++)
        if (c->san[i].kind == name->kind && strcasecmp(c->san[i].text, name->text) == 0)
            return true;
    return false;
}

static size_t names_shared(const struct cert *a, const struct cert *b)
{
    size_t n = 0;
    for (size_t i = 0; i < a->san_count; i++)
        n += name_in(b, &a->san[i]);
    return n;
}

/* Bounded by the 1000 names that are kept of each. */
static const char *names_word(const struct cert *a, const struct cert *b)
{
    size_t ab = names_shared(a, b), ba = names_shared(b, a);
    if (!a->san_count && !b->san_count)
        return a->cn && b->cn && strcasecmp(a->cn, b->cn) == 0 ? "same" : "other";
    return ab == a->san_count && ba == b->san_count ? "same" : ab ? "overlap" : "other";
}

static const char *newer_word(const struct cert *file, const struct cert *leaf)
{
    return file->not_before > leaf->not_before ? "file" : file->not_before < leaf->not_before ? "server" : NULL;
}

static json_t *cert_brief(const struct cert *c)
{
    char from[WHEN_LEN], to[WHEN_LEN], pin[EXPECT_PIN_MAX];
    char *names = host_names(c, NAMES_SHOWN);
    json_t *j = json_pack("{s:s?, s:s?, s:s, s:s?, s:s, s:s, s:s, s:s}", "subject", c->subject, "issuer", c->issuer,
                          "names", names, "serial", c->serial, "not_before", when_format(c->not_before, from),
                          "not_after", when_format(c->not_after, to), "sha256", c->sha256, "pin", expect_pin(c, pin));
    free(names);
    return j ? j : json_object();
}

struct store *expect_load(const char *path, struct err *e)
{
    struct store *s = store_load(path, e);
    if (s && store_is_directory(s)) {
        err_set(e, "%s is a directory; the file with the certificate is needed", store_path(s));
        store_free(s);
        s = NULL;
    }
    if (!s)
        err_while(e, "looking for the certificate of expect=");
    return s;
}

/* --- the whole -------------------------------------------------------------------------------- */

static bool judge_pin(const struct expect *x, const struct cert *leaf, const struct chain *chain, json_t *v,
                      struct text *t)
{
    char pin[EXPECT_PIN_MAX];
    bool fits = pin_listed(x->pins, expect_pin(leaf, pin));
    const struct cert *ca = fits ? NULL : pin_of_ca(x->pins, chain);
    json_object_set_new(v, "pins", pins_json(x->pins));
    json_object_set_new(v, "pin_fits", json_boolean(fits));
    json_object_set_new(v, "pin_of_ca", ca ? json_string(cert_name(ca)) : json_null());
    text_addf(t, "the server's key is %s, %s", pin, fits ? "as pinned" : "which is not pinned");
    if (ca)
        text_addf(t, "; the pin is that of the CA \"%s\" in its chain", cert_name(ca));
    return fits;
}

static bool judge_file(const struct expect *x, const struct cert *leaf, json_t *v, struct text *t)
{
    char day[WHEN_LEN], other[WHEN_LEN];
    bool fits = store_has(x->file, leaf);
    const struct cert *want = fits ? leaf : store_head(x->file);
    json_object_set_new(v, "file", json_string(x->path));
    json_object_set_new(v, "same_certificate", json_boolean(fits));
    text_add(t, t->len ? "; " : "");
    if (fits) {
        text_addf(t, "the certificate is the one in %s", x->path);
        return true;
    }
    if (!want || want->malformed) {
        text_addf(t, "the certificate is not in %s", x->path);
        return false;
    }
    const char *newer = newer_word(want, leaf);
    bool same_key = strcmp(want->spki_sha256, leaf->spki_sha256) == 0;
    json_object_set_new(v, "wanted", cert_brief(want));
    json_object_set_new(v, "same_key", json_boolean(same_key));
    json_object_set_new(v, "names", json_string(names_word(want, leaf)));
    json_object_set_new(v, "newer", newer ? json_string(newer) : json_null());
    text_addf(t, "the certificate \"%s\" from %s is not the one in %s, \"%s\" from %s; their keys are %s",
              cert_name(leaf), when_day(leaf->not_before, day), x->path, cert_name(want),
              when_day(want->not_before, other), same_key ? "the same" : "different");
    return false;
}

bool expect_judge(const struct expect *x, const struct cert *leaf, const struct chain *chain, json_t **value,
                  char **text)
{
    static const char *const members[] = { "pins", "pin_fits", "pin_of_ca", "file", "same_certificate", "same_key",
                                           "names", "newer", "wanted" };
    json_t *v = json_object();
    struct text t = { 0 };
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        json_object_set_new(v, members[i], json_null());
    bool pin = !x->pins || judge_pin(x, leaf, chain, v, &t);
    bool file = !x->file || judge_file(x, leaf, v, &t);
    json_object_set_new(v, "got", cert_brief(leaf));
    *value = v;
    *text = text_take(&t);
    return pin && file;
}
