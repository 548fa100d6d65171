/* cert - see cert.h. */
#include "src/model/cert.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/when.h"

#define JSON_NAMES_MAX 100

struct cert *cert_new(void)
{
    struct cert *c = mem_new(sizeof *c);
    c->refs = 1;
    c->path_len = -1;
    c->not_before = c->not_after = WHEN_UNKNOWN;
    return c;
}

struct cert *cert_ref(struct cert *c)
{
    if (c)
        c->refs++;
    return c;
}

static void strings_free(char **list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        free(list[i]);
    free(list);
}

void cert_free(struct cert *c)
{
    if (!c || --c->refs > 0)
        return;
    json_decref(c->json);
    char *owned[] = { (char *)c->der, c->fault, c->subject, c->issuer, c->cn, c->issuer_cn,
                      (char *)c->subject_der, (char *)c->issuer_der, c->serial, c->key, c->curve,
                      c->signature, c->digest, c->ski, c->aki };
    for (size_t i = 0; i < sizeof owned / sizeof *owned; i++)
        free(owned[i]);
    for (size_t i = 0; i < c->san_count; i++)
        free(c->san[i].text);
    free(c->san);
    strings_free(c->aia, c->aia_count);
    strings_free(c->ocsp, c->ocsp_count);
    strings_free(c->crl, c->crl_count);
    free(c->sct);
    free(c);
}

/* json_string refuses what is not UTF-8; our text is, but a lost field must not lose the record. */
static json_t *text_json(const char *s)
{
    json_t *j = s && *s ? json_string(s) : NULL;
    return j ? j : json_null();
}

static json_t *time_json(int64_t t)
{
    char day[WHEN_LEN];
    return t == WHEN_UNKNOWN ? json_null() : json_string(when_format(t, day));
}

static json_t *list_json(char *const *list, size_t n)
{
    json_t *a = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(a, text_json(list[i]));
    return a;
}

static json_t *names_json(const struct cert *c)
{
    json_t *a = json_array();
    for (size_t i = 0; i < c->san_count && i < JSON_NAMES_MAX; i++)
        json_array_append_new(a, text_json(c->san[i].text));
    return a;
}

static json_t *sct_json(const struct cert *c)
{
    json_t *a = json_array();
    char t[WHEN_LEN];
    for (size_t i = 0; i < c->sct_count;
         i++) /* a nudge, lest 0.123 become 0.122 on its way through a double */
        json_array_append_new(a, json_string(when_format_ms((double)c->sct[i] / 1000 + 0.0002, t)));
    return a;
}

static json_t *count_json(int n)
{
    return n > 0 ? json_integer(n) : json_null();
}

static const char base64_digit[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static json_t *der_json(const struct cert *c)
{
    char *s = mem_new((c->der_len + 2) / 3 * 4 + 1), *o = s;
    for (size_t i = 0; i < c->der_len; i += 3) {
        size_t n = c->der_len - i;
        unsigned v = (unsigned)c->der[i] << 16 | (n > 1 ? c->der[i + 1] : 0u) << 8 |
                     (n > 2 ? c->der[i + 2] : 0u);
        *o++ = base64_digit[v >> 18];
        *o++ = base64_digit[v >> 12 & 63];
        *o++ = n > 1 ? base64_digit[v >> 6 & 63] : '=';
        *o++ = n > 2 ? base64_digit[v & 63] : '=';
    }
    json_t *j = json_string(s);
    free(s);
    return j;
}

/* The order of the members is part of the contract; jansson keeps the order of insertion. */
static void identity_json(json_t *j, const struct cert *c)
{
    json_object_set_new(j, "subject", text_json(c->subject));
    json_object_set_new(j, "issuer", text_json(c->issuer));
    json_object_set_new(j, "cn", text_json(c->cn));
    json_object_set_new(j, "serial", text_json(c->serial));
    json_object_set_new(j, "not_before", time_json(c->not_before));
    json_object_set_new(j, "not_after", time_json(c->not_after));
    json_object_set_new(j, "key", text_json(c->key));
    json_object_set_new(j, "key_bits", count_json(c->key_bits));
    json_object_set_new(j, "curve", text_json(c->curve));
    json_object_set_new(j, "signature", text_json(c->signature));
    json_object_set_new(j, "is_ca", json_boolean(c->is_ca));
}

static void extensions_json(json_t *j, const struct cert *c)
{
    json_object_set_new(j, "names", names_json(c));
    json_object_set_new(j, "names_total", json_integer((json_int_t)c->san_total));
    json_object_set_new(j, "ski", text_json(c->ski));
    json_object_set_new(j, "aki", text_json(c->aki));
    json_object_set_new(j, "aia", list_json(c->aia, c->aia_count));
    json_object_set_new(j, "ocsp", list_json(c->ocsp, c->ocsp_count));
    json_object_set_new(j, "crl", list_json(c->crl, c->crl_count));
    json_object_set_new(j, "must_staple", json_boolean(c->must_staple));
    json_object_set_new(j, "sct_times", sct_json(c));
}

static json_t *cert_make_json(const struct cert *c)
{
    json_t *j = json_object();
    identity_json(j, c);
    extensions_json(j, c);
    json_object_set_new(j, "sha256", text_json(c->sha256));
    json_object_set_new(j, "spki_sha256", text_json(c->spki_sha256));
    json_object_set_new(j, "self_issued", json_boolean(c->self_issued));
    json_object_set_new(j, "malformed", json_boolean(c->malformed));
    json_object_set_new(j, "fault", text_json(c->fault));
    return j;
}

/* A thousand servers send the same intermediate, and every chain names a certificate twice. */
json_t *cert_to_json(const struct cert *c, bool with_der)
{
    struct cert *shared = (struct cert *)c;
    if (!shared->json)
        shared->json = cert_make_json(c);
    if (!with_der)
        return json_incref(shared->json);
    json_t *j = json_copy(shared->json);
    json_object_set_new(j, "der", der_json(c));
    return j;
}

const char *cert_name(const struct cert *c)
{
    if (c->cn && *c->cn)
        return c->cn;
    if (c->san_count && c->san[0].text && *c->san[0].text)
        return c->san[0].text;
    return c->subject && *c->subject ? c->subject : "certificate";
}
