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
struct hello { struct list suites, groups, sigalgs, versions; };

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
    reader_u16(&body);
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

/* What the profile has and the hello has not, and the other way round, is as stated. */
static void same_set(const char *what, const uint16_t *row, const struct list *offered, const char *lacks, const char *adds)
{
    struct list want = list_of_row(row);
    char *gone = missing(&want, offered), *more = missing(offered, &want);
    if (strcmp(gone, lacks) != 0 || strcmp(more, adds) != 0)
        fail_msg("%s: the hello lacks \"%s\" and adds \"%s\"", what, gone, more);
    free(gone);
    free(more);
    for (size_t i = 0; i < offered->n; i++)
        for (size_t k = i + 1; k < offered->n; k++)
            assert_int_not_equal(offered->v[i], offered->v[k]);
}

/* --- tests --- */

static void default_client(void **state)
{
    (void)state;
    const struct client *c = client_find(NULL);
    struct hello h = hello_of(offer_of_client(c, c->min, c->max));
    same_set("suites", c->suites, &h.suites, "", "");
    same_set("groups", c->groups, &h.groups, "", "");
    same_set("sigalgs", c->sigalgs, &h.sigalgs, "", "");
    assert_int_equal(h.versions.n, 2);
    assert_int_equal(h.versions.v[0], 0x0304);
    assert_int_equal(h.versions.v[1], 0x0303);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(default_client),
    };
    return cmocka_run_group_tests_name("probes/offer", tests, NULL, NULL);
}
