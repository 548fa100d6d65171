/* overhear - tests of what is understood of a handshake that passes: connections of curl, gnutls-cli and OpenSSL
 * (the seeds of fuzz_records), in the order in which their bytes came, whole and byte by byte, and ended early.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/wire/overhear.h"

#define COUNT(a) (sizeof (a) / sizeof *(a))
#define ALL SIZE_MAX

/* Bytes of client, server, client, ... that pass in turn. */
struct row {
    const char *name;
    size_t turns[6];
    enum ender closer;
    enum ending_how closed;
    struct ending expected; /* `why` is only looked at for being there */
    bool waits;             /* for the client, in the end */
};
#define ROW(id, by_whom, as, ...) { .name = id, .closer = by_whom, .closed = as, __VA_ARGS__ }
#define END(at, by_whom, as, ...) .expected = { .stage = PASSED_##at, .by = BY_##by_whom, .how = HOW_##as, \
    .alert = -1, .sure = true, __VA_ARGS__ }
#define TURNS(...) .turns = { __VA_ARGS__ }

#pragma GCC diagnostic ignored "-Woverride-init"
static const struct row row_table[] = {
    ROW("tls13-data", BY_CLIENT, HOW_CLOSED, TURNS(517, 1181, ALL, ALL), END(DATA, CLIENT, COMPLETE)),
    ROW("tls12-data", BY_SERVER, HOW_CLOSED, TURNS(517, 1052, 610, 1103, ALL, ALL), END(DATA, SERVER, COMPLETE)),
    ROW("tls13-retry", BY_CLIENT, HOW_CLOSED, TURNS(517, 99, 1040, 1375, ALL, ALL), END(DATA, CLIENT, COMPLETE)),
    ROW("tls13-data", BY_CLIENT, HOW_RESET, TURNS(517, 1181, ALL, ALL), END(DATA, CLIENT, RESET)),
    ROW("tls13-data", BY_SERVER, HOW_CLOSED, TURNS(517, 1181, ALL, ALL), END(DATA, SERVER, COMPLETE)),
    ROW("tls13-early-data", BY_CLIENT, HOW_CLOSED, TURNS(472, 245, ALL, ALL), END(DATA, CLIENT, COMPLETE)),
    ROW("tls13-early-data", BY_CLIENT, HOW_CLOSED, TURNS(472, 245), END(SERVER_HELLO, CLIENT, CLOSED), .waits = true),
    ROW("tls13-early-data", BY_CLIENT, HOW_CLOSED, TURNS(472, 245, 572), 
        END(FINISHED, CLIENT, CLOSED, .why = "nothing")),
    ROW("tls13-early-data", BY_CLIENT, HOW_CLOSED, TURNS(330, 133, 472, 245),
        END(SERVER_HELLO, CLIENT, CLOSED), .waits = true),
    /* refused, in clear and sealed */
    ROW("tls12-refused", BY_CLIENT, HOW_CLOSED, TURNS(517, ALL, ALL),
        END(CERTIFICATE, CLIENT, ALERT, .alert = 48), .waits = true),
    ROW("tls13-refused", BY_CLIENT, HOW_CLOSED, TURNS(517, ALL, ALL),
        END(CERTIFICATE, CLIENT, ALERT, .alert = 48), .waits = true),
    ROW("tls13-late", BY_CLIENT, HOW_CLOSED, TURNS(373, ALL, ALL),
        END(CERTIFICATE, CLIENT, ALERT, .sure = false, .why = "size")),
    ROW("tls12-server-refuses", BY_SERVER, HOW_CLOSED, TURNS(ALL, ALL), END(HELLO, SERVER, ALERT, .alert = 70)),
    ROW("tls13-certificate-wanted", BY_SERVER, HOW_CLOSED, TURNS(517, 1248, ALL, ALL),
        END(DATA, SERVER, ALERT, .sure = false, .why = "size")),
    ROW("tls13-certificate-wanted", BY_CLIENT, HOW_CLOSED, TURNS(517, 1248, ALL, ALL), /* who was told leaves first */
        END(DATA, SERVER, ALERT, .sure = false, .why = "size")),
    /* ended early */
    ROW("tls13-data", BY_CLIENT, HOW_CLOSED, TURNS(517, 1181), END(CERTIFICATE, CLIENT, CLOSED), .waits = true),
    ROW("tls13-data", BY_CLIENT, HOW_SILENT, TURNS(517, 1181), END(CERTIFICATE, CLIENT, SILENT), .waits = true),
    ROW("tls13-data", BY_SERVER, HOW_RESET, TURNS(517, 133), END(SERVER_HELLO, SERVER, RESET)),
    ROW("tls13-data", BY_CLIENT, HOW_CLOSED, TURNS(517, 1181, 597), END(FINISHED, CLIENT, CLOSED, .why = "nothing")),
    ROW("tls13-data", BY_SERVER, HOW_CLOSED, TURNS(517), END(HELLO, SERVER, CLOSED)),
    ROW("tls13-data", BY_CLIENT, HOW_CLOSED, TURNS(300), END(NOTHING, CLIENT, CLOSED), .waits = true),
    ROW("tls13-data", BY_NETWORK, HOW_UPSTREAM, TURNS(517), END(HELLO, NETWORK, UPSTREAM)),
    ROW("tls12-data", BY_SERVER, HOW_CLOSED, TURNS(517, 1052), END(CERTIFICATE, SERVER, CLOSED), .waits = true),
    ROW("tls12-data", BY_CLIENT, HOW_CLOSED, TURNS(517, 1052, 610, 1103),
        END(FINISHED, CLIENT, CLOSED, .why = "nothing")),
    ROW("tls12-data", BY_CLIENT, HOW_CLOSED, TURNS(517, 1052, 610), END(CERTIFICATE, CLIENT, CLOSED)),
    /* after a HelloRetryRequest, with the ChangeCipherSpec that goes with the second hello */
    ROW("tls13-retry", BY_CLIENT, HOW_SILENT, TURNS(517, 99), END(HELLO, CLIENT, SILENT), .waits = true),
    ROW("tls13-retry", BY_SERVER, HOW_SILENT, TURNS(517, 99, 1040), END(HELLO, SERVER, SILENT)),
    ROW("tls13-retry", BY_CLIENT, HOW_SILENT, TURNS(517, 99, 1040, 1375),
        END(CERTIFICATE, CLIENT, SILENT), .waits = true),
    ROW("plain-http", BY_SERVER, HOW_CLOSED, TURNS(ALL), END(NOTHING, CLIENT, NOT_TLS)),
};

struct side { uint8_t *p; size_t n, at; };

/* Up to its byte `end`, `step` at a time. */
static void pass(struct heard *h, struct overhear *o, struct side *s, bool client, size_t end, size_t step)
{
    if (end > s->n)
        end = s->n;
    while (s->at < end) {
        size_t n = end - s->at < step ? end - s->at : step;
        if (client && h->end == HEARD_GOING)
            heard_feed(h, s->p + s->at, n);
        (client ? overhear_client : overhear_server)(o, s->p + s->at, n);
        s->at += n;
    }
}

static uint8_t *seed_read(const char *name, size_t *n)
{
    const char *top = getenv("abs_top_srcdir");
    char path[512];
    uint8_t *bytes = malloc(1 << 16);
    assert_non_null(bytes);
    snprintf(path, sizeof path, "%s/tests/fuzz/seeds/fuzz_records/%s", top ? top : ".", name);
    FILE *f = fopen(path, "rb");
    if (!f)
        fail_msg("%s can't be read", path);
    *n = fread(bytes, 1, 1 << 16, f);
    fclose(f);
    return bytes;
}

static void try_row(const struct row *row, const uint8_t *bytes, size_t n, size_t step)
{
    size_t client = (size_t)bytes[0] << 8 | bytes[1];
    struct side side[2] = { { (uint8_t *)bytes + 2, client, 0 }, { (uint8_t *)bytes + 2 + client, n - 2 - client, 0 } };
    struct heard h;
    struct overhear o;
    heard_init(&h);
    overhear_init(&o, &h);
    for (size_t i = 0; i < COUNT(row->turns); i++)
        pass(&h, &o, &side[i % 2], i % 2 == 0, row->turns[i], step);
    struct ending e = overhear_end(&o, row->closer, row->closed);
    const struct ending *x = &row->expected;
    if (e.stage != x->stage || e.by != x->by || e.how != x->how || e.alert != x->alert || e.sure != x->sure ||
        !e.why != !x->why || overhear_waits_for_client(&o) != row->waits)
        fail_msg("%s, row %zu, %zu at a time: %s by %s, %s, alert %d, %ssure, %s, %s", row->name,
                 (size_t)(row - row_table), step, passed_words[e.stage], ender_words[e.by], how_words[e.how], e.alert,
                 e.sure ? "" : "not ", e.why ? e.why : "no evidence", overhear_waits_for_client(&o) ? "waits" : "does not wait");
    overhear_free(&o);
    heard_free(&h);
}

static void test_rows(void **state)
{
    (void)state;
    static const size_t steps[] = { ALL, 1, 7, 100, 1000 };
    for (size_t i = 0; i < COUNT(row_table); i++) {
        size_t n;
        uint8_t *bytes = seed_read(row_table[i].name, &n);
        for (size_t k = 0; k < COUNT(steps); k++)
            try_row(&row_table[i], bytes, n, steps[k]);
        free(bytes);
    }
}

/* A server that does not speak TLS, whatever it says then. */
static void test_plain_server(void **state)
{
    (void)state;
    size_t n;
    uint8_t *bytes = seed_read("tls13-data", &n);
    struct heard h;
    struct overhear o;
    heard_init(&h);
    overhear_init(&o, &h);
    heard_feed(&h, bytes + 2, 517);
    overhear_client(&o, bytes + 2, 517);
    overhear_server(&o, "220 mail.example.org ESMTP\r\n", 28);
    overhear_server(&o, bytes + 2, 517);
    struct ending e = overhear_end(&o, BY_CLIENT, HOW_CLOSED);
    assert_int_equal(e.by, BY_SERVER);
    assert_int_equal(e.how, HOW_NOT_TLS);
    assert_int_equal(e.stage, PASSED_HELLO);
    assert_false(overhear_waits_for_client(&o));
    overhear_free(&o);
    heard_free(&h);
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_rows), cmocka_unit_test(test_plain_server) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
