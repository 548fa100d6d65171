/* offer - tests that a client profile becomes a ClientHello with just its suites, groups and signature
 * algorithms. The hello is taken from GnuTLS itself and read with the bounded reader. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <gnutls/gnutls.h>
#include <stdlib.h>
#include <string.h>

#include "probes/offer.h"
#include "src/base/bytes.h"
#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/model/endpoint.h"
#include "src/wire/names.h"

#define LIST_MAX 200
#define SCSV 0x00ff /* renegotiation_info as a suite, RFC 5746: a signal, not a suite */

struct list { uint16_t v[LIST_MAX]; size_t n; };
struct caught { uint16_t legacy_version; struct list suites, groups, sigalgs, versions; };

/* --- a ClientHello from GnuTLS --- */

static ssize_t keep(gnutls_transport_ptr_t p, const void *data, size_t n)
{
    assert_true(buf_add(p, data, n));
    return (ssize_t)n;
}

static ssize_t nothing_comes(gnutls_transport_ptr_t p, void *data, size_t n)
{
    (void)p;
    (void)data;
    (void)n;
    errno = EAGAIN;
    return -1;
}

static struct list list_of(struct reader r)
{
    struct list l = { .n = 0 };
    while (!r.failed && r.left) {
        assert_true(l.n < LIST_MAX);
        l.v[l.n++] = reader_u16(&r);
    }
    assert_false(r.failed);
    return l;
}

static struct caught hello_read(const struct buf *b)
{
    struct caught h = { .suites.n = 0 };
    struct reader all = reader_of(b->data, b->len);
    assert_int_equal(reader_u8(&all), 22);
    reader_u16(&all);
    struct reader record = reader_vector(&all, 2);
    assert_true(reader_done(&all)); /* one record */
    assert_int_equal(reader_u8(&record), 1);
    struct reader body = reader_vector(&record, 3);
    h.legacy_version = reader_u16(&body);
    reader_take(&body, 32);
    reader_vector(&body, 1);
    h.suites = list_of(reader_vector(&body, 2));
    reader_vector(&body, 1);
    struct reader extensions = reader_vector(&body, 2);
    assert_true(reader_done(&body) && reader_done(&record));
    while (!extensions.failed && extensions.left) {
        uint16_t type = reader_u16(&extensions);
        struct reader ext = reader_vector(&extensions, 2);
        if (type == 10)
            h.groups = list_of(reader_vector(&ext, 2));
        else if (type == 13)
            h.sigalgs = list_of(reader_vector(&ext, 2));
        else if (type == 43)
            h.versions = list_of(reader_vector(&ext, 1));
    }
    assert_false(extensions.failed);
    return h;
}

/* Takes the words. */
static struct caught hello_of(char *words)
{
    gnutls_priority_t priority;
    gnutls_session_t s;
    gnutls_certificate_credentials_t credentials;
    const char *at = NULL;
    struct buf sent;
    if (gnutls_priority_init(&priority, words, &at) < 0)
        fail_msg("GnuTLS refuses %s at \"%s\"", words, at);
    buf_init(&sent, 65536);
    assert_int_equal(gnutls_certificate_allocate_credentials(&credentials), 0);
    assert_int_equal(gnutls_init(&s, GNUTLS_CLIENT | GNUTLS_NONBLOCK), 0);
    assert_int_equal(gnutls_priority_set(s, priority), 0);
    assert_int_equal(gnutls_credentials_set(s, GNUTLS_CRD_CERTIFICATE, credentials), 0);
    gnutls_transport_set_ptr(s, &sent);
    gnutls_transport_set_push_function(s, keep);
    gnutls_transport_set_pull_function(s, nothing_comes);
    assert_int_equal(gnutls_handshake(s), GNUTLS_E_AGAIN);
    struct caught h = hello_read(&sent);
    gnutls_deinit(s);
    gnutls_certificate_free_credentials(credentials);
    gnutls_priority_deinit(priority);
    buf_free(&sent);
    free(words);
    return h;
}

/* --- comparing sets --- */

static bool has(const struct list *l, uint16_t number)
{
    for (size_t i = 0; i < l->n; i++)
        if (l->v[i] == number)
            return true;
    return false;
}

static struct list list_of_row(const uint16_t *row)
{
    struct list l = { .n = 0 };
    for (; *row; row++)
        l.v[l.n++] = *row;
    return l;
}

/* The numbers of a that are not in b, as hex words; owned by the caller. */
static char *missing(const struct list *a, const struct list *b)
{
    struct text t = { 0 };
    for (size_t i = 0; i < a->n; i++)
        if (a->v[i] != SCSV && !has(b, a->v[i]))
            text_addf(&t, "%s%04x", t.s ? " " : "", a->v[i]);
    return text_take(&t);
}

/* What the profile has and the hello has not is as stated, and the hello has nothing more. */
static void same_set(const char *what, const struct list *want, const struct list *offered, const char *lacks)
{
    char *gone = missing(want, offered), *more = missing(offered, want);
    bool same = strcmp(gone, lacks) == 0 && !*more;
    if (!same)
        print_error("%s: the hello lacks \"%s\" and adds \"%s\"\n", what, gone, more);
    free(gone);
    free(more);
    assert_true(same);
    for (size_t i = 0; i < offered->n; i++)
        for (size_t k = i + 1; k < offered->n; k++)
            assert_int_not_equal(offered->v[i], offered->v[k]);
}

/* The offer of an endpoint whose client is limited by these keys. */
static struct endpoint *limited(const char *keys)
{
    struct err e = { "" };
    char *text = mem_format("tls://a.example:1%s%s", *keys ? "," : "", keys);
    struct endpoint *ep = endpoint_parse(text, NULL, &e);
    if (!ep)
        fail_msg("%s", e.text);
    free(text);
    return ep;
}

static struct caught hello_limited(const char *keys)
{
    struct endpoint *ep = limited(keys);
    struct caught h = hello_of(offer_of_client(endpoint_offer(ep)));
    endpoint_free(ep);
    return h;
}

/* --- tests --- */

/* GnuTLS does not send the signature algorithms with DSA or SHA-224: no certificate of today needs
 * them, but they are a difference from the client that was measured. */
#define GNUTLS_LACKS "0303 0301 0302 0402 0502 0602"

static void default_client(void **state)
{
    (void)state;
    const struct client *c = client_find(NULL);
    struct list suites = list_of_row(c->suites), groups = list_of_row(c->groups), sigalgs = list_of_row(c->sigalgs);
    struct caught h = hello_limited("");
    same_set("suites", &suites, &h.suites, "");
    same_set("groups", &groups, &h.groups, "");
    same_set("sigalgs", &sigalgs, &h.sigalgs, GNUTLS_LACKS);
    assert_int_equal(h.groups.v[0], c->groups[0]); /* the first gets the key share */
    assert_int_equal(h.versions.n, 2);
    assert_int_equal(h.versions.v[0], 0x0304);
    assert_int_equal(h.versions.v[1], 0x0303);
    assert_int_equal(h.legacy_version, 0x0303);
}

/* Every pair of limits: the suites are those of the profile that some version between them can use. */
static void every_range(void **state)
{
    (void)state;
    static const char *const words[] = { "tls1.0", "tls1.1", "tls1.2", "tls1.3" };
    for (int min = 0; min < 4; min++)
        for (int max = min; max < 4; max++) {
            char *keys = mem_format("min=%s,max=%s", words[min], words[max]);
            struct endpoint *ep = limited(keys);
            struct list want = list_of_row(endpoint_offer(ep)->suites);
            struct caught h = hello_limited(keys);
            same_set(keys, &want, &h.suites, "");
            assert_true(h.suites.n > 0);
            assert_int_equal(h.legacy_version, max == 3 ? 0x0303 : 0x0301 + max);
            for (size_t v = 0; v < h.versions.n; v++)
                assert_in_range(h.versions.v[v], 0x0301 + min, 0x0301 + max);
            endpoint_free(ep);
            free(keys);
        }
}

static void lists_are_exact(void **state)
{
    (void)state;
    struct caught h = hello_limited("ciphers=ECDHE-RSA-AES128-GCM-SHA256,groups=P-384+X25519,sigalgs=RSA+SHA256");
    assert_int_equal(h.suites.n - (h.suites.v[h.suites.n - 1] == SCSV), 1);
    assert_int_equal(h.suites.v[0], 0xc02f);
    assert_int_equal(h.groups.n, 2);
    assert_int_equal(h.groups.v[0], 0x0018);
    assert_int_equal(h.groups.v[1], 0x001d);
    assert_int_equal(h.sigalgs.n, 1);
    assert_int_equal(h.sigalgs.v[0], 0x0401);
    assert_int_equal(h.legacy_version, 0x0303);
    assert_true(h.versions.n == 0 || (h.versions.n == 1 && h.versions.v[0] == 0x0303)); /* no suite of TLS 1.3 is left */
}

static const struct { const char *keys, *names; bool nothing; } lacks[] = {
    { "", NULL, false },
    { "ciphers=AES128-SHA", NULL, false },
    { "ciphers=AES128-SHA+ARIA128-GCM-SHA256", "TLS_RSA_WITH_ARIA_128_GCM_SHA256", false },
    { "ciphers=ARIA128-GCM-SHA256", "TLS_RSA_WITH_ARIA_128_GCM_SHA256", true },
    { "groups=X25519MLKEM768", "X25519MLKEM768", true },
    { "groups=X25519MLKEM768+X25519", "X25519MLKEM768", false },
    { "groups=brainpoolP256r1", "brainpoolP256r1", true },
};

static void what_gnutls_lacks_is_named(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof lacks / sizeof *lacks; i++) {
        struct endpoint *ep = limited(lacks[i].keys);
        bool nothing = false;
        struct offer o = *endpoint_offer(ep);
        char *says = offer_missing(&o, &nothing);
        if (*lacks[i].keys && (lacks[i].names ? !says || !strstr(says, lacks[i].names) : strstr(lacks[i].keys, "groups") && says))
            fail_msg("%s: %s", lacks[i].keys, says ? says : "nothing is missing");
        if (nothing != lacks[i].nothing)
            fail_msg("%s: nothing left: %d", lacks[i].keys, nothing);
        free(says);
        endpoint_free(ep);
    }
}

/* Every name of our tables, offered beside one that GnuTLS has: it is in the hello, or said to be missing. */
static void said_or_sent(const char *key, const char *name, const char *beside, uint16_t number, const char *more)
{
    char *keys = mem_format("%s=%s+%s,min=tls1.0,%s", key, name, beside, more);
    struct err e = { "" };
    char *text = mem_format("tls://a.example:1,%s", keys);
    struct endpoint *ep = endpoint_parse(text, NULL, &e);
    bool nothing;
    char *says = ep ? offer_missing(endpoint_offer(ep), &nothing) : NULL;
    struct caught h = { .suites.n = 0 };
    if (ep)
        h = hello_limited(keys);
    bool sent = has(*key == 'c' ? &h.suites : *key == 'g' ? &h.groups : &h.sigalgs, number);
    bool said = says && strstr(says, name);
    if (ep && sent == said)
        fail_msg("%s is %s, and %s", name, sent ? "sent" : "not sent", says ? says : "nothing is said");
    free(says);
    free(text);
    free(keys);
    endpoint_free(ep);
}

/* Signals can't be named, and suites of other protocols than TLS are not offered. */
static void tables_are_said_or_sent(void **state)
{
    (void)state;
    static const char signs[] = "sigalgs=rsa_pkcs1_sha256";
    for (size_t i = 0; i < suite_count; i++)
        if (!suite_is_signal(suite_table[i].number) && suite_table[i].since >= 0x0300 && suite_table[i].since <= 0x0304 &&
            suite_table[i].until >= 0x0301)
            said_or_sent("ciphers", suite_table[i].iana, "TLS_RSA_WITH_AES_128_CBC_SHA", suite_table[i].number, signs);
    for (size_t i = 0; i < group_count; i++)
        said_or_sent("groups", group_table[i].iana, "secp256r1", group_table[i].number, signs);
    for (size_t i = 0; i < sigalg_count; i++)
        said_or_sent("sigalgs", sigalg_table[i].iana, "rsa_pss_rsae_sha256", sigalg_table[i].number, "alpn=h2");
}

/* Each part's hello has nothing but the part, and the parts are the whole. */
static void parts_are_exact(void **state)
{
    (void)state;
    static const struct { const char *keys; int parts; } rows[] = {
        { "", 1 },
        { "ciphers=AES128-SHA", 1 },
        { "ciphers=ECDHE-RSA-AES128-SHA+AES256-GCM-SHA384", 2 },
        { "ciphers=ECDHE-RSA-AES256-SHA+TLS_AES_128_GCM_SHA256", 2 },
        { "ciphers=ECDHE-RSA-AES128-GCM-SHA256+AES128-GCM-SHA256+AES256-SHA", 2 },
        { "ciphers=AES128-SHA+ARIA128-GCM-SHA256+ECDHE-ECDSA-AES256-SHA384+DHE-RSA-CHACHA20-POLY1305,min=tls1.0", 3 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct endpoint *ep = limited(rows[i].keys);
        const struct offer *whole = endpoint_offer(ep);
        struct offer part;
        struct list seen = { .n = 0 }, all = list_of_row(whole->suites);
        int n = 0;
        for (; offer_part(whole, n, &part); n++) {
            struct caught h = hello_of(offer_of_client(&part));
            struct list want = list_of_row(part.suites);
            same_set(rows[i].keys, &want, &h.suites, "");
            if (n == 0)
                assert_int_equal(part.suites[0], whole->suites[0]);
            for (size_t k = 0; k < want.n; k++)
                seen.v[seen.n++] = want.v[k];
            assert_int_equal(part.groups[0], whole->groups[0]);
            offer_clear(&part);
        }
        assert_int_equal(n, rows[i].parts);
        same_set("all parts", &all, &seen, strstr(rows[i].keys, "ARIA") ? "c050" : "");
        endpoint_free(ep);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(default_client),
        cmocka_unit_test(every_range),
        cmocka_unit_test(lists_are_exact),
        cmocka_unit_test(what_gnutls_lacks_is_named),
        cmocka_unit_test(tables_are_said_or_sent),
        cmocka_unit_test(parts_are_exact),
    };
    return cmocka_run_group_tests_name("probes/offer", tests, NULL, NULL);
}
