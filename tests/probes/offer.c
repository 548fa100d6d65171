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
#include "src/wire/names.h"

#define LIST_MAX 200
#define SCSV 0x00ff /* renegotiation_info as a suite, RFC 5746: a signal, not a suite */

struct list { uint16_t v[LIST_MAX]; size_t n; };
struct hello { uint16_t legacy_version; struct list suites, groups, sigalgs, versions; };

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

static struct hello hello_read(const struct buf *b)
{
    struct hello h = { .suites.n = 0 };
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
static struct hello hello_of(char *words)
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
    struct hello h = hello_read(&sent);
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

/* The profile's suites that may be used in [min, max]. */
static struct list suites_within(const struct client *c, uint16_t min, uint16_t max)
{
    struct list l = { .n = 0 };
    for (const uint16_t *s = c->suites; *s; s++)
        if (suite_find(*s)->since <= max && suite_find(*s)->until >= min)
            l.v[l.n++] = *s;
    return l;
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
    struct hello h = hello_of(offer_of_client(c, c->min, c->max));
    same_set("suites", &suites, &h.suites, "");
    same_set("groups", &groups, &h.groups, "");
    same_set("sigalgs", &sigalgs, &h.sigalgs, GNUTLS_LACKS);
    assert_int_equal(h.groups.v[0], c->groups[0]); /* the first gets the key share */
    assert_int_equal(h.versions.n, 2);
    assert_int_equal(h.versions.v[0], 0x0304);
    assert_int_equal(h.versions.v[1], 0x0303);
    assert_int_equal(h.legacy_version, 0x0303);
}

static void default_client_limited(void **state)
{
    (void)state;
    const struct client *c = client_find(NULL);
    struct hello old = hello_of(offer_of_client(c, 0x0303, 0x0303)), new = hello_of(offer_of_client(c, 0x0304, 0x0304));
    struct list suites = suites_within(c, 0x0303, 0x0303);
    same_set("suites of TLS 1.2", &suites, &old.suites, "");
    assert_true(old.versions.n == 0 || (old.versions.n == 1 && old.versions.v[0] == 0x0303));
    assert_int_equal(old.legacy_version, 0x0303);
    suites = suites_within(c, 0x0304, 0x0304);
    same_set("suites of TLS 1.3", &suites, &new.suites, "");
    assert_int_equal(new.versions.n, 1);
    assert_int_equal(new.versions.v[0], 0x0304);
}

/* Limits reach below what a profile offers by itself: min=tls1.0. */
static void every_profile_in_every_range(void **state)
{
    (void)state;
    for (size_t i = 0; i < client_count; i++)
        for (uint16_t min = 0x0301; min <= 0x0304; min++)
            for (uint16_t max = min; max <= 0x0304; max++) {
                struct hello h = hello_of(offer_of_client(&client_table[i], min, max));
                struct list all = list_of_row(client_table[i].suites);
                char *more = missing(&h.suites, &all);
                assert_string_equal(more, "");
                free(more);
                assert_true(h.suites.n > 0);
                assert_int_equal(h.legacy_version, max > 0x0303 ? 0x0303 : max);
                for (size_t v = 0; v < h.versions.n; v++)
                    assert_in_range(h.versions.v[v], min, max);
            }
}

static void relaxed(void **state)
{
    (void)state;
    static const uint16_t old[] = { 0x002f, 0x0035, 0x000a, 0x0005, 0x0033, 0x0039, 0xc013, 0xc014, 0xc009, 0xc00a, 0 };
    static const uint16_t modern[] = { 0xc02f, 0xc030, 0xc02b, 0xcca8, 0xcca9, 0x009e, 0x009c, 0xc027, 0x003c, 0 };
    static const uint16_t new[] = { 0x1301, 0x1302, 0x1303, 0 };
    static const uint16_t groups[] = { 0x001d, 0x0017, 0x0018, 0x0019, 0x001e, 0 };
    static const uint16_t weak[] = { 0x0201, 0x0203, 0 }; /* SHA-1 */
    struct list want_old = list_of_row(old), want_modern = list_of_row(modern), want_new = list_of_row(new);
    struct list want_groups = list_of_row(groups), want_weak = list_of_row(weak);
    for (uint16_t v = 0x0301; v <= 0x0304; v++) {
        struct hello h = hello_of(offer_relaxed(v, v));
        char *no_old = missing(&want_old, &h.suites), *no_modern = missing(&want_modern, &h.suites);
        char *no_new = missing(&want_new, &h.suites), *no_group = missing(&want_groups, &h.groups);
        assert_int_equal(*no_old == '\0', v <= 0x0303);
        assert_int_equal(*no_modern == '\0', v == 0x0303);
        assert_int_equal(*no_new == '\0', v == 0x0304);
        assert_string_equal(no_group, "");
        if (v == 0x0303) {
            char *no_weak = missing(&want_weak, &h.sigalgs);
            assert_string_equal(no_weak, "");
            free(no_weak);
        }
        assert_int_equal(h.legacy_version, v > 0x0303 ? 0x0303 : v);
        assert_true(v < 0x0304 ? h.versions.n == 0 || h.versions.v[0] == v : h.versions.n == 1 && h.versions.v[0] == v);
        for (size_t i = 0; i < h.suites.n; i++) { /* nothing of other versions */
            const struct suite *s = suite_find(h.suites.v[i]);
            assert_true(h.suites.v[i] == SCSV || (s && s->since <= v && s->until >= v));
        }
        free(no_old);
        free(no_modern);
        free(no_new);
        free(no_group);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(default_client),
        cmocka_unit_test(default_client_limited),
        cmocka_unit_test(every_profile_in_every_range),
        cmocka_unit_test(relaxed),
    };
    return cmocka_run_group_tests_name("probes/offer", tests, NULL, NULL);
}
