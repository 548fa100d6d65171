/* session - tests of the columns' order, of what is seen and forgotten, of evidence and of cells. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/model/session.h"

static struct column *add(struct session *s, int id, int ask, int nth)
{
    struct endpoint *ep = endpoint_parse("www.example.org", NULL, NULL);
    assert_non_null(ep);
    struct column *c = session_add(s, id, ask, nth, ep, NULL, NULL);
    endpoint_free(ep);
    return c;
}

static void see(struct session *s, int column, enum fact f, enum state state, json_t *value, const char *text)
{
    struct observation o = { .column = column, .fact = f, .state = state, .value = value, .probe = "other",
                             .time = 1800000000, .ms = 1.5, .text = mem_string(text) };
    unsigned long before = s->revision;
    bool known = session_column(s, column) != NULL;
    session_see(s, &o);
    assert_null(o.value);
    assert_null(o.text);
    assert_int_equal(s->revision > before, known);
}

static void assert_order(const struct session *s, const char *want)
{
    struct text t = { 0 };
    for (size_t i = 0; i < s->count; i++)
        text_addf(&t, "%s%d", i ? " " : "", s->column[i]->id);
    char *got = text_take(&t);
    assert_string_equal(got, want);
    free(got);
    for (size_t i = 0; i < s->count; i++)
        assert_ptr_equal(session_column(s, s->column[i]->id), s->column[i]);
}

static void order_by_ask_and_address(void **state)
{
    (void)state;
    struct session *s = session_new(1);
    assert_null(session_column(s, 1));
    add(s, 1, 1, 0);
    add(s, 2, 2, 0);
    add(s, 3, 3, 0);
    assert_order(s, "1 2 3");
    add(s, 4, 1, 1); /* the second address of the first endpoint became known late */
    add(s, 6, 3, 2);
    add(s, 5, 3, 1);
    assert_order(s, "1 4 2 3 5 6");
    add(s, 7, 0, 0);
    assert_order(s, "7 1 4 2 3 5 6");
    add(s, 8, 1, 1); /* equal places: who came first stays first */
    assert_order(s, "7 1 4 8 2 3 5 6");
    assert_null(session_column(s, 0));
    assert_null(session_column(s, -1));
    assert_null(session_column(s, 9));
    session_remove(s, 4);
    session_remove(s, 7);
    assert_order(s, "1 8 2 3 5 6");
    unsigned long before = s->revision;
    session_remove(s, 4);
    assert_int_equal(s->revision, before);
    assert_null(session_column(s, 4));
    while (s->count)
        session_remove(s, s->column[s->count / 2]->id);
    add(s, 9, 1, 0);
    assert_order(s, "9");
    session_free(s);
    session_free(NULL);
}

static void many_columns(void **state)
{
    (void)state;
    struct session *s = session_new(1);
    for (int i = 0; i < 500; i++) /* asks come in any order */
        add(s, i + 1, (i * 263) % 500, 0);
    assert_int_equal(s->count, 500);
    for (size_t i = 0; i < s->count; i++)
        assert_int_equal(s->column[i]->ask, i);
    session_free(s);
}

static void said_again_with_its_address(void **state)
{
    (void)state;
    struct session *s = session_new(1);
    struct endpoint *ep = endpoint_parse("www.example.org:444,label=mine", NULL, NULL);
    assert_non_null(ep);
    struct column *c = session_add(s, 1, 1, 0, ep, NULL, NULL);
    assert_null(c->address);
    assert_string_equal(c->vantage, "local");
    assert_string_equal(c->label, "mine");
    assert_string_equal(c->endpoint->host, "www.example.org");
    see(s, 1, FACT_VERSION, STATE_YES, json_string("tls1.3"), NULL);
    unsigned long before = s->revision;
    assert_ptr_equal(session_add(s, 1, 1, 0, ep, "192.0.2.1:444", "local"), c);
    assert_string_equal(c->address, "192.0.2.1:444");
    assert_true(s->revision > before);
    assert_int_equal(s->count, 1);
    assert_string_equal(column_word(c, FACT_VERSION), "tls1.3");
    endpoint_free(ep);
    assert_string_equal(c->endpoint->host, "www.example.org"); /* a copy of its own */
    session_free(s);
}

static void sees_and_forgets(void **state)
{
    (void)state;
    struct session *s = session_new(1);
    struct column *c = add(s, 1, 1, 0);
    assert_int_equal(column_seen(c, FACT_VERSION)->state, NOT_ASKED);
    assert_int_equal(column_seen(c, FACT_VERSION)->evidence, 0);
    see(s, 1, FACT_VERSION, STATE_YES, json_string("tls1.2"), "first");
    see(s, 1, FACT_ALPN, STATE_NO, NULL, NULL);
    see(s, 1, FACT_VERSION, STATE_YES, json_string("tls1.3"), "second");
    see(s, 77, FACT_VERSION, STATE_YES, json_string("tls1.0"), "nobody's");
    assert_string_equal(column_word(c, FACT_VERSION), "tls1.3");
    assert_null(column_word(c, FACT_ALPN));
    assert_int_equal(s->evidence_count, 4); /* the unused one, and three */
    assert_int_equal(column_seen(c, FACT_VERSION)->evidence, 3);
    assert_int_equal(column_seen(c, FACT_ALPN)->evidence, 2);
    assert_true(s->evidence[1].gone); /* nothing refers to it any more */
    assert_null(s->evidence[1].text);
    assert_null(s->evidence[2].text);
    assert_false(s->evidence[2].gone || s->evidence[3].gone);
    assert_string_equal(s->evidence[3].text, "second");
    assert_int_equal(s->evidence[3].column, 1);
    assert_int_equal(s->evidence[3].fact, FACT_VERSION);
    unsigned long before = s->revision;
    session_forget(s, 1);
    assert_true(s->revision > before);
    for (int f = 0; f < FACT_COUNT; f++)
        assert_int_equal(c->fact[f].state, NOT_ASKED);
    assert_true(s->evidence[2].gone && s->evidence[3].gone);
    assert_null(s->evidence[3].text);
    see(s, 1, FACT_VERSION, UNSURE, NULL, NULL);
    assert_int_equal(column_seen(c, FACT_VERSION)->evidence, 4);
    session_forget(s, 99);
    session_free(s);
}

static void evidence_numbers_grow(void **state)
{
    (void)state;
    struct session *s = session_new(1);
    struct column *c = add(s, 1, 1, 0);
    for (int i = 1; i <= 1000; i++) {
        char *text = mem_format("number %d", i);
        struct observation o = { .column = 1, .fact = (enum fact)(i % FACT_COUNT), .state = STATE_NO, .probe = "other",
                                 .text = text, .bytes = (uint8_t *)mem_string("bytes"), .bytes_len = 5 };
        session_see(s, &o);
        assert_int_equal(c->fact[i % FACT_COUNT].evidence, i);
    }
    for (int i = 1; i <= 1000; i++) {
        bool last = i > 1000 - FACT_COUNT; /* of its fact */
        assert_int_equal(s->evidence[i].gone, !last);
        if (!last) {
            assert_true(!s->evidence[i].text && !s->evidence[i].bytes && !s->evidence[i].bytes_len);
            continue;
        }
        assert_int_equal(atoi(s->evidence[i].text + 7), i);
        assert_memory_equal(s->evidence[i].bytes, "bytes", 5);
    }
    session_free(s);
}

static void evidence_goes_with_its_column(void **state)
{
    (void)state;
    struct session *s = session_new(1);
    add(s, 1, 1, 0);
    add(s, 2, 2, 0);
    see(s, 1, FACT_VERSION, STATE_YES, json_string("tls1.3"), "of the first");
    see(s, 2, FACT_VERSION, STATE_YES, json_string("tls1.3"), "of the second");
    session_remove(s, 1);
    assert_true(s->evidence[1].gone);
    assert_null(s->evidence[1].text);
    assert_string_equal(s->evidence[2].text, "of the second");
    add(s, 3, 3, 0);
    see(s, 3, FACT_VERSION, STATE_YES, json_string("tls1.3"), NULL);
    assert_int_equal(session_column(s, 3)->fact[FACT_VERSION].evidence, 3); /* no number twice */
    session_free(s);
}

/* Ids come from whoever is at the other end of the stream: far apart, in steps, and going again. */
static void ids_of_any_kind(void **state)
{
    (void)state;
    static const int step[] = { 1, 2, 64, 4096, 65536, 99991 };
    for (size_t k = 0; k < sizeof step / sizeof *step; k++) {
        struct session *s = session_new(1);
        for (int i = 0; i < 1000; i++)
            add(s, 100000000 - i * step[k], i, 0);
        assert_true(s->by_id_room <= 4096);
        for (int i = 0; i < 1000; i += 3)
            session_remove(s, 100000000 - i * step[k]);
        for (int i = 0; i < 1000; i++) {
            struct column *c = session_column(s, 100000000 - i * step[k]);
            assert_int_equal(c != NULL, i % 3 != 0);
            if (c)
                assert_int_equal(c->ask, i);
        }
        assert_null(session_column(s, 7));
        assert_null(session_column(s, -1));
        session_free(s);
    }
}

/* The second addresses become known when all first ones have their columns: no place fits its id. */
static void many_endpoints_with_two_addresses(void **state)
{
    (void)state;
    enum { ENDPOINTS = 20000 };
    struct session *s = session_new(1);
    struct endpoint *ep = endpoint_parse("www.example.org", NULL, NULL);
    assert_non_null(ep);
    clock_t begin = clock();
    for (int i = 0; i < 2 * ENDPOINTS; i++)
        session_add(s, i + 1, i % ENDPOINTS, i / ENDPOINTS, ep, NULL, NULL);
    for (int f = 0; f < 10; f++)
        for (int i = 0; i < 2 * ENDPOINTS; i++) {
            struct observation o = { .column = i + 1, .fact = (enum fact)f, .state = STATE_YES };
            session_see(s, &o);
        }
    assert_true(clock() - begin < 4 * CLOCKS_PER_SEC);
    for (size_t i = 0; i < s->count; i++) {
        assert_int_equal(s->column[i]->ask, i / 2);
        assert_int_equal(s->column[i]->nth, i % 2);
        assert_int_equal(s->column[i]->fact[9].state, STATE_YES);
    }
    static const int asks[] = { -1, 0, 7, ENDPOINTS - 1, ENDPOINTS };
    for (size_t i = 0; i < sizeof asks / sizeof *asks; i++) { /* and those of one are found, or where they would be */
        size_t end, first = session_ask(s, asks[i], &end);
        assert_int_equal(first, asks[i] < 0 ? 0 : 2 * asks[i]);
        assert_int_equal(end - first, asks[i] < 0 || asks[i] == ENDPOINTS ? 0 : 2);
    }
    endpoint_free(ep);
    session_free(s);
}

static void hostile_facts(void **state)
{
    (void)state;
    struct session *s = session_new(1);
    add(s, 1, 1, 0);
    struct observation o = { .column = 1, .fact = FACT_COUNT, .value = json_string("x"), .text = mem_string("y") };
    session_see(s, &o);
    assert_int_equal(s->evidence_count, 1);
    session_free(s);
}

static void busy_or_not(void **state)
{
    (void)state;
    struct session *s = session_new(1);
    struct column *c = add(s, 1, 1, 0);
    unsigned long before = s->revision;
    session_busy(s, 1, true);
    assert_true(c->busy && s->revision > before);
    before = s->revision;
    session_busy(s, 1, true); /* nothing new */
    session_busy(s, 5, true);
    assert_int_equal(s->revision, before);
    session_busy(s, 1, false);
    assert_true(!c->busy && s->revision > before);
    session_free(s);
}

/* --- cells --- */

static void cell(enum fact f, enum state state, const char *json, const char *want)
{
    struct session *s = session_new(1);
    struct column *c = add(s, 1, 1, 0);
    json_t *v = json ? json_loads(json, JSON_DECODE_ANY, NULL) : NULL;
    assert_true(!json || v);
    see(s, 1, f, state, v, NULL);
    char *got = column_cell(c, f);
    assert_non_null(got);
    assert_string_equal(got, want);
    free(got);
    session_free(s);
}

/* Each state without a value has a glyph of its own, whatever the kind of fact. */
static void every_state_has_its_glyph(void **state)
{
    (void)state;
    static const char *const want[] = { [NOT_ASKED] = ".", [STATE_YES] = "yes", [STATE_NO] = "no", [UNSURE] = "?",
                                        [COULD_NOT_ASK] = "/" };
    for (int f = 0; f < FACT_COUNT; f++)
        for (int i = NOT_ASKED; i <= COULD_NOT_ASK; i++) {
            bool good = f == FACT_FAILURE || f == FACT_LATE || f == FACT_REASONS; /* of which none is good */
            cell((enum fact)f, (enum state)i, NULL, good && i == STATE_NO ? "none" : want[i]);
        }
    cell(FACT_CONNECT, COULD_NOT_ASK, "\"no-route\"", "/");
    cell(FACT_VERSION, UNSURE, "\"tls1.2\"", "?");
}

static void every_kind_has_its_cell(void **state)
{
    (void)state;
    cell(FACT_VERSION, STATE_YES, "\"tls1.3\"", "TLS 1.3");
    cell(FACT_VERSION, STATE_YES, "\"dtls9\"", "dtls9");
    cell(FACT_CONNECT, STATE_NO, "\"refused\"", "refused");
    cell(FACT_CIPHER, STATE_YES, "\"TLS_AES_128_GCM_SHA256\"", "AES_128_GCM_SHA256");
    cell(FACT_CIPHER, STATE_YES, "\"0x5600\"", "0x5600");
    cell(FACT_EMS, STATE_YES, NULL, "yes");
    cell(FACT_RESOLVE, STATE_YES, "[\"192.0.2.1\"]", "192.0.2.1");
    cell(FACT_RESOLVE, STATE_YES, "[\"192.0.2.1\",\"192.0.2.2\"]", "2");
    cell(FACT_RESOLVE, STATE_YES, "[]", "0");
    cell(FACT_NOT_AFTER, STATE_YES, "\"2027-03-01T12:00:00Z\"", "2027-03-01");
    cell(FACT_LEAF, STATE_YES, "\"0123456789abcdef\"", "0123..ef");
    cell(FACT_LEAF, STATE_YES, "\"0123\"", "0123");
    cell(FACT_FAILURE, STATE_YES, "{\"kind\":\"alert\",\"stage\":\"server-hello\"}", "alert, server-hello");
    cell(FACT_FAILURE, STATE_YES, "{\"kind\":\"alert\",\"stage\":\"nothing\"}", "alert after hello");
    cell(FACT_VERSIONS, STATE_YES, "{\"tls1.1\":\"silent\",\"tls1.2\":\"accepted\",\"tls1.3\":\"accepted\"}", "TLS 1.2, 1.3");
    cell(FACT_VERSIONS, STATE_YES, "{\"tls1.2\":\"closed\"}", "none");
    cell(FACT_VERSIONS, STATE_YES, "{\"ssl2\":\"accepted\",\"ssl3\":\"accepted\",\"tls1.0\":\"accepted\",\"tls1.1\":\"accepted\"}",
         "SSL 2.0, SSL 3.0, TLS 1.0, 1.1");
    cell(FACT_SERVER_NAMES, STATE_YES, "{\"sent\":{\"went\":\"ok\"},\"right\":null,\"none\":{\"went\":\"closed, certificate\"},"
         "\"other\":{\"went\":\"alert 112 unrecognized_name\",\"alert\":112}}", "none closed, other 112");
    cell(FACT_SERVER_NAMES, STATE_YES, "{\"sent\":7}", "nothing");
    cell(FACT_PATH, STATE_YES, "{\"trigger\":\"name\",\"ttl\":{\"differs\":true}}", "name, another machine");
    cell(FACT_PATH, STATE_NO, "{\"trigger\":null,\"ttl\":3}", "no");
    cell(FACT_VARIATIONS, STATE_YES, "{\"as-is\":{\"went\":\"closed\"},\"no-alpn\":{\"went\":\"ok\",\"alert\":null}}", "no-alpn ok");
    cell(FACT_TIMING, STATE_YES, "{\"connect\":12,\"server_hello\":20,\"handshake\":25}", "12.0 + 25.0 ms");
    cell(FACT_TIMING, STATE_YES, "{\"connect\":12,\"server_hello\":20,\"handshake\":null}", "12.0 + 20.0 ms");
    cell(FACT_TIMING, STATE_YES, "{\"connect\":12,\"server_hello\":null,\"handshake\":null}", "12.0 ms");
    cell(FACT_CHAIN, STATE_YES, "{\"sent\":[{}],\"trusted\":true,\"complete\":true}", "1 cert, complete");
    cell(FACT_CHAIN, STATE_YES, "{\"sent\":[{},{}],\"trusted\":false,\"complete\":true}", "2 certs, own root");
    cell(FACT_CHAIN, STATE_YES, "{\"sent\":[{},{}],\"trusted\":false,\"complete\":false}", "2 certs, gap");
    cell(FACT_STORE, STATE_YES, "{\"path\":\"/x\",\"count\":142}", "142 CAs");
    cell(FACT_REASONS, STATE_YES, "[{},{},{}]", "3");
    cell(FACT_CLIENT_CERT, STATE_YES, "{\"cas\":[],\"total\":0}", "asked");
    cell(FACT_CLIENT_GIVEN, STATE_YES, "{\"faults\":[\"expired\",\"weak-key\"],\"sent\":true}", "expired");
    cell(FACT_CLIENT_GIVEN, STATE_YES, "{\"faults\":[],\"sent\":true,\"in_ca_list\":false}", "sent, of another CA");
    cell(FACT_CLIENT_GIVEN, STATE_YES, "{\"faults\":[],\"sent\":true,\"in_ca_list\":null}", "sent");
    cell(FACT_CLIENT_GIVEN, STATE_YES, "{\"faults\":[],\"sent\":false}", "not sent");
    cell(FACT_NTP, STATE_YES, "{\"synchronised\":true}", "yes");
    cell(FACT_NTP, STATE_NO, "{\"synchronised\":false}", "no");
    cell(FACT_CLIENT_HELLO, STATE_YES, "{\"client\":\"java-7\",\"ja4\":\"t12d\"}", "java-7");
    cell(FACT_CLIENT_HELLO, STATE_YES, "{\"client\":null,\"ja4\":\"t12d\"}", "t12d");
    cell(FACT_CLIENT_END, STATE_YES, "{\"stage\":\"data\",\"by\":\"client\",\"how\":\"complete\",\"alert\":null}", "complete");
    cell(FACT_CLIENT_END, STATE_YES, "{\"stage\":\"hello\",\"by\":\"server\",\"how\":\"alert\",\"alert\":40}",
         "server: alert 40, hello");
    cell(FACT_CLIENT_END, STATE_YES, "{\"stage\":\"hello\",\"by\":\"server\",\"how\":\"reset\",\"alert\":null}",
         "server: reset, hello");
}

static void clock_offsets(void **state)
{
    (void)state;
    cell(FACT_CLOCK, STATE_YES, "{\"seconds\":-3.21,\"uncertainty\":0.6}", "-3.2s +-0.6s");
    cell(FACT_CLOCK, STATE_YES, "{\"seconds\":599.9,\"uncertainty\":1}", "+599.9s +-1.0s");
    cell(FACT_CLOCK, STATE_YES, "{\"seconds\":3720,\"uncertainty\":1}", "+1h02m +-1s");
    cell(FACT_CLOCK, STATE_YES, "{\"seconds\":-90000,\"uncertainty\":1}", "-25h00m +-1s");
    cell(FACT_CLOCK, STATE_YES, "{\"seconds\":-864000,\"uncertainty\":1}", "-10d +-1s");
}

/* Values that no probe of ours writes, but a hostile session file may: there is always a cell, and
 * it is printable. */
static void cells_of_strange_values(void **state)
{
    (void)state;
    static const char *const odd[] = {
        "0", "-1.5", "1e308", "true", "null", "\"\"", "[]", "[1]", "[null]", "[[\"x\"]]", "{}", "{\"kind\":1}",
        "{\"kind\":\"x\"}", "{\"kind\":\"x\",\"stage\":[]}", "{\"sent\":1}", "{\"count\":\"many\"}", "{\"seconds\":\"x\"}",
        "{\"seconds\":1e308,\"uncertainty\":-1e308}", "{\"count\":9223372036854775807}",
        "\"\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\"", "\"a\xe4\xb8\xad\xe4\xb8\xad\xe4\xb8\xad\xe4\xb8\xad\"",
        "\"2027-03-\xe4\xb8\xad\xe4\xb8\xad\"", "\"ab\xf0\x9f\x98\x80xxxxx\xf0\x9f\x98\x80\"",
    };
    for (int f = 0; f < FACT_COUNT; f++)
        for (size_t i = 0; i < 2 * sizeof odd / sizeof *odd; i++) {
            struct session *s = session_new(1);
            struct column *c = add(s, 1, 1, 0);
            json_t *v = json_loads(odd[i / 2], JSON_DECODE_ANY, NULL);
            assert_non_null(v);
            see(s, 1, (enum fact)f, i % 2 ? STATE_YES : STATE_NO, v, NULL);
            char *got = column_cell(c, (enum fact)f);
            if (!got)
                fail_msg("no cell of %s for %s", fact_table[f].json, odd[i / 2]);
            char *clean = text_printable(got, strlen(got), strlen(got));
            assert_string_equal(clean, got);
            free(clean);
            free(got);
            session_free(s);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(order_by_ask_and_address),
        cmocka_unit_test(many_columns),
        cmocka_unit_test(said_again_with_its_address),
        cmocka_unit_test(sees_and_forgets),
        cmocka_unit_test(evidence_numbers_grow),
        cmocka_unit_test(evidence_goes_with_its_column),
        cmocka_unit_test(ids_of_any_kind),
        cmocka_unit_test(many_endpoints_with_two_addresses),
        cmocka_unit_test(hostile_facts),
        cmocka_unit_test(busy_or_not),
        cmocka_unit_test(every_state_has_its_glyph),
        cmocka_unit_test(every_kind_has_its_cell),
        cmocka_unit_test(clock_offsets),
        cmocka_unit_test(cells_of_strange_values),
    };
    return cmocka_run_group_tests_name("model/session", tests, NULL, NULL);
}
