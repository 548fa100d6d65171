/* offer - see offer.h. */
#include "probes/offer.h"

#include <ctype.h>
#include <gnutls/gnutls.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/wire/names.h"

/* A certificate whose keyUsage doesn't fit is judged by us; GnuTLS would end the handshake over it. */
static const char always[] = ":+CTYPE-X509:+COMP-NULL:%DEBUG_ALLOW_KEY_USAGE_VIOLATIONS";

static const struct { uint16_t number; const char *gnutls; } version_words[] = {
    { 0x0301, "VERS-TLS1.0" }, { 0x0302, "VERS-TLS1.1" }, { 0x0303, "VERS-TLS1.2" }, { 0x0304, "VERS-TLS1.3" },
};

/* Parts of IANA suite names and GnuTLS's words for them. Longer parts come before their prefixes. */
static const struct { const char *iana, *gnutls; } kx_words[] = {
    { "TLS_ECDHE_ECDSA_WITH_", "ECDHE-ECDSA" }, { "TLS_ECDHE_RSA_WITH_", "ECDHE-RSA" },
    { "TLS_DHE_RSA_WITH_", "DHE-RSA" }, { "TLS_DHE_DSS_WITH_", "DHE-DSS" }, { "TLS_RSA_WITH_", "RSA" },
}, cipher_words[] = {
    { "AES_256_GCM_", "AES-256-GCM" }, { "AES_128_GCM_", "AES-128-GCM" },
    { "CHACHA20_POLY1305_", "CHACHA20-POLY1305" }, { "AES_256_CBC_", "AES-256-CBC" },
    { "AES_128_CBC_", "AES-128-CBC" }, { "AES_128_CCM_8_", "AES-128-CCM-8" },
    { "AES_128_CCM_", "AES-128-CCM" }, { "AES_256_CCM_8", "AES-256-CCM-8" }, { "AES_256_CCM", "AES-256-CCM" },
    { "CAMELLIA_256_CBC_", "CAMELLIA-256-CBC" }, { "CAMELLIA_128_CBC_", "CAMELLIA-128-CBC" },
    { "3DES_EDE_CBC_", "3DES-CBC" }, { "RC4_128_", "ARCFOUR-128" },
}, mac_words[] = {
    { "SHA384", "SHA384" }, { "SHA256", "SHA256" }, { "SHA", "SHA1" }, { "MD5", "MD5" },
};

/* Adds ":+WORD" unless it is there already. */
static void add_word(struct text *t, const char *prefix, const char *word)
{
    char *item = mem_format(":+%s%s", prefix, word);
    const char *at = t->s;
    size_t n = strlen(item);
    while (at && (at = strstr(at, item)) && at[n] != ':' && at[n] != '\0')
        at += n;
    if (!at)
        text_add(t, item);
    free(item);
}

static void add_versions(struct text *t, uint16_t min, uint16_t max)
{
    for (size_t i = sizeof version_words / sizeof *version_words; i-- > 0;)
        if (version_words[i].number >= min && version_words[i].number <= max)
            add_word(t, "", version_words[i].gnutls);
}

static void add_suite(struct text *t, const char *iana)
{
    const char *rest = iana + strlen("TLS_");
    for (size_t i = 0; i < sizeof kx_words / sizeof *kx_words; i++)
        if (text_starts(iana, kx_words[i].iana)) {
            add_word(t, "", kx_words[i].gnutls);
            rest = iana + strlen(kx_words[i].iana);
        }
    for (size_t i = 0; i < sizeof cipher_words / sizeof *cipher_words; i++) {
        if (!text_starts(rest, cipher_words[i].iana))
            continue;
        bool cbc = strstr(cipher_words[i].iana, "CBC") || strstr(cipher_words[i].iana, "RC4");
        add_word(t, "", cipher_words[i].gnutls);
        if (!cbc)
            add_word(t, "", "AEAD");
        for (size_t m = 0; cbc && m < sizeof mac_words / sizeof *mac_words; m++)
            if (strcmp(rest + strlen(cipher_words[i].iana), mac_words[m].iana) == 0)
                add_word(t, "", mac_words[m].gnutls);
        return;
    }
}

static void add_group(struct text *t, const char *iana)
{
    char *upper = mem_string(iana);
    for (char *p = upper; *p; p++)
        *p = (char)toupper((unsigned char)*p);
    const gnutls_group_t *known = gnutls_group_list();
    for (size_t i = 0; known[i]; i++)
        if (text_is(gnutls_group_get_name(known[i]), upper))
            add_word(t, "GROUP-", upper);
    free(upper);
}

/* TLS 1.3 binds ECDSA schemes to a curve and GnuTLS has a second name for each. */
static const struct { const char *name, *twin; } sign_twins[] = {
    { "ECDSA-SHA256", "ECDSA-SECP256R1-SHA256" }, { "ECDSA-SHA384", "ECDSA-SECP384R1-SHA384" },
    { "ECDSA-SHA512", "ECDSA-SECP521R1-SHA512" },
};

static void add_sigalg(struct text *t, const char *name)
{
    if (!name || gnutls_sign_get_id(name) == GNUTLS_SIGN_UNKNOWN)
        return;
    add_word(t, "SIGN-", name);
    for (size_t i = 0; i < sizeof sign_twins / sizeof *sign_twins; i++) {
        if (text_is(name, sign_twins[i].name))
            add_word(t, "SIGN-", sign_twins[i].twin);
        if (text_is(name, sign_twins[i].twin))
            add_word(t, "SIGN-", sign_twins[i].name);
    }
}

char *offer_of_client(const struct client *c, uint16_t min, uint16_t max)
{
    struct text t = { 0 };
    text_add(&t, "NONE");
    add_versions(&t, min, max);
    for (const uint16_t *s = c->suites; *s; s++)
        if (suite_find(*s))
            add_suite(&t, suite_find(*s)->iana);
    for (const uint16_t *g = c->groups; *g; g++)
        if (group_find(*g))
            add_group(&t, group_find(*g)->iana);
    for (const uint16_t *s = c->sigalgs; *s; s++)
        if (sigalg_find(*s))
            add_sigalg(&t, sigalg_find(*s)->gnutls);
    text_add(&t, always);
    return text_take(&t);
}

char *offer_relaxed(uint16_t min, uint16_t max)
{
    struct text t = { 0 };
    text_add(&t, "NONE");
    add_versions(&t, min, max);
    text_add(&t, ":+ECDHE-ECDSA:+ECDHE-RSA:+DHE-RSA:+DHE-DSS:+RSA"
                 ":+AES-256-GCM:+CHACHA20-POLY1305:+AES-128-GCM:+AES-256-CCM:+AES-128-CCM"
                 ":+AES-256-CBC:+AES-128-CBC:+CAMELLIA-256-CBC:+CAMELLIA-128-CBC:+3DES-CBC:+ARCFOUR-128"
                 ":+AEAD:+SHA384:+SHA256:+SHA1:+MD5:+GROUP-ALL:+SIGN-ALL:+SIGN-RSA-SHA1:+SIGN-ECDSA-SHA1"
                 ":+SIGN-DSA-SHA1:+SIGN-RSA-MD5");
    text_add(&t, always);
    return text_take(&t);
}
