/* Tests of names: servers that choose by name in a known way answer every try, and what is read out of the answers must
 * be that way, whatever name the client sends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "src/base/text.h"
#include "src/why/names.h"

#define RIGHT "www.example.org"
#define NOBODY "tlswhy-0.invalid"

/* A server: how it treats a name it knows, one it does not know, and none: 'r' shows the right certificate, 'd' its
 * default one, 'a' says an alert, 'h' another alert, 'c' closes, 's' is silent. */
struct server { char right, wrong, none; };

static json_t *try_json(const char *sni, char way)
{
    static const struct { char way; const char *went, *leaf; int fits; } ways[] = {
        { 'r', "ok", "aa", 1 },    { 'd', "ok", "dd", 0 },    { 'a', "alert 112 unrecognized_name", NULL, -1 },
        { 'c', "closed", NULL, -1 }, { 's', "silent", NULL, -1 },
        { 'h', "alert 40 handshake_failure", NULL, -1 },
    };
    size_t i = 0;
    while (ways[i].way != way)
        i++;
    const char *went = ways[i].went;
    json_t *alert = text_starts(went, "alert ") ? json_integer(atoi(went + 6)) : json_null();
    json_t *fits = ways[i].fits < 0 ? json_null() : json_boolean(ways[i].fits);
    return json_pack("{s:s?, s:s, s:o, s:s?, s:o}", "sni", sni, "went", went, "alert", alert, "leaf", ways[i].leaf,
                     "fits", fits);
}

static char treats(struct server s, const char *sni)
{
    return !sni ? s.none : strcmp(sni, RIGHT) == 0 ? s.right : s.wrong;
}

static struct endpoint *endpoint_of(const char *keys)
{
    char text[200];
    struct err e = { "" };
    strcpy(text, "https://" RIGHT);
    strcat(text, keys);
    struct endpoint *ep = endpoint_parse(text, NULL, &e);
    if (!ep)
        fail_msg("%s: %s", text, e.text);
    return ep;
}

static json_t *tried(const struct endpoint *ep, struct server s)
{
    const char *sni = endpoint_sni(ep);
    bool right = sni && strcmp(sni, RIGHT) == 0;
    return json_pack("{s:o, s:o, s:o, s:o}", "sent", try_json(sni, treats(s, sni)),
                     "right", right ? json_null() : try_json(RIGHT, treats(s, RIGHT)),
                     "none", sni ? try_json(NULL, treats(s, NULL)) : json_null(),
                     "other", try_json(NOBODY, treats(s, NOBODY)));
}

static const char right_sent[] = "", other_sent[] = ",sni=shop.example.org,name=" RIGHT, none_sent[] = ",sni=none";

static void test_ways_are_found(void **state)
{
    static const struct { const char *sends; struct server s; const char *is, *is_not; } rows[] = {
        { right_sent, { 'a', 'a', 'a' }, "all", "decides|unknown|alone|right-works" },
        { right_sent, { 'a', 'a', 'd' }, "unknown", "all|alone|right-works" },
        { right_sent, { 'h', 'a', 'd' }, "refused", "decides|all" },
        { right_sent, { 'h', 'a', 'a' }, "refused", "decides|all" },
        { right_sent, { 'a', 'd', 'd' }, "alone", "all|unknown|right-works" },
        { right_sent, { 'a', 'd', 'a' }, "alone", "all|unknown" },
        { right_sent, { 'c', 'c', 'c' }, "all", "decides|aloud" },
        { right_sent, { 's', 's', 'd' }, "unknown", "aloud|all" },
        { right_sent, { 'd', 'd', 'd' }, "default", "decides|own|refused" },
        { right_sent, { 'd', 'a', 'a' }, "own", "decides|default" },
        { right_sent, { 'd', 'r', 'r' }, "worse", "own|default" },
        { right_sent, { 'd', 'd', 'r' }, "worse", "default" },
        { right_sent, { 'r', 'a', 'a' }, "named", "decides|refused|all|own|default|neither|otherwise" },
        { right_sent, { 'r', 'd', 'd' }, "named", "decides|own|default|neither|worse" },
        { other_sent, { 'r', 'a', 'a' }, "right-works", "all|unknown|alone" },
        { other_sent, { 'r', 'c', 'c' }, "right-works", "aloud|all" },
        { other_sent, { 'r', 'd', 'd' }, "right-works", "neither|refused" },
        { other_sent, { 'd', 'd', 'd' }, "neither", "decides|right-works|default" },
        { other_sent, { 'a', 'a', 'a' }, "all", "decides" },
        { other_sent, { 'a', 'a', 'd' }, "unknown", "right-works" },
        { none_sent, { 'r', 'a', 'a' }, "right-works", "all|named" },
        { none_sent, { 'r', 'd', 'd' }, "right-works", "refused|neither" },
        { none_sent, { 'd', 'd', 'd' }, "neither", "decides" },
        { none_sent, { 'a', 'a', 'a' }, "all", "decides|unknown" },
        { none_sent, { 'r', 'd', 'r' }, "otherwise", "decides|refused|neither|worse|default|own" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct endpoint *ep = endpoint_of(rows[i].sends);
        json_t *value = tried(ep, rows[i].s);
        struct names n = names_read(ep, STATE_YES, value);
        if (!names_hold(&n, rows[i].is) || names_hold(&n, rows[i].is_not))
            fail_msg("row %zu: %x", i, n.is);
        json_decref(value);
        endpoint_free(ep);
    }
}

/* What was not tried, or came back as something else, is no ground for anything. */
static void test_what_is_missing(void **state)
{
    static const char *const spoilt[] = { "sent", "right", "other" };
    struct endpoint *ep = endpoint_of(other_sent);
    (void)state;
    for (size_t i = 0; i < sizeof spoilt / sizeof *spoilt; i++)
        for (int kind = 0; kind < 3; kind++) {
            json_t *value = tried(ep, (struct server){ 'r', 'd', 'd' });
            json_t *other = kind == 0   ? json_null()
                            : kind == 1 ? json_integer(7)
                                        : json_pack("{s:i, s:[], s:s}", "went", 1, "leaf", "fits", "x");
            json_object_set_new(value, spoilt[i], other);
            struct names n = names_read(ep, STATE_YES, value);
            assert_int_equal(names_hold(&n, "right-works"), strcmp(spoilt[i], "other") == 0);
            assert_false(names_hold(&n, "all|unknown|alone|worse|own|default|neither"));
            json_decref(value);
        }
    json_t *value = tried(ep, (struct server){ 'r', 'd', 'd' });
    struct names n = names_read(ep, COULD_NOT_ASK, value);
    assert_false(names_hold(&n, "right-works|decides|refused"));
    assert_true(names_hold(&n, "otherwise"));
    json_decref(value);
    endpoint_free(ep);
}

/* A name refused alone, by whose certificate it is shown to others: only one that has it by name says more. */
static void test_covered(void **state)
{
    static const struct { const char *went, *names; int fits; bool covered; } rows[] = {
        { "reset", RIGHT, 1, true },
        { "closed", "a.test, WWW.example.ORG and 3 more", 1, true },
        { "silent", "*.example.org, " RIGHT, 1, true },
        { "not-tls", "a.test," RIGHT, 1, true },
        { "reset", "*.example.org, example.org", 1, false },
        { "reset", "www.example.org.test, a." RIGHT ", www.example.or", 1, false },
        { "reset", "", 1, false },
        { "reset", RIGHT, 0, false }, /* written out by the peer; judged, it does not match */
        { "alert 112 unrecognized_name", RIGHT, 1, false },
        { "ok", RIGHT, 1, false },
    };
    struct endpoint *ep = endpoint_of(right_sent);
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (int none = 0; none < 2; none++) {
            json_t *shows = json_pack("{s:n, s:s, s:s, s:b, s:s}", "sni", "went", "ok", "leaf", "aa", "fits", rows[i].fits,
                                      "names", rows[i].names);
            json_t *value = json_pack("{s:{s:s, s:s, s:i}, s:o, s:o}", "sent", "sni", RIGHT, "went", rows[i].went, "alert",
                                      112, none ? "none" : "other", shows, none ? "other" : "none",
                                      none ? try_json(NOBODY, 'd') : json_null());
            struct names n = names_read(ep, STATE_YES, value);
            if (names_hold(&n, "covered") != rows[i].covered || (rows[i].covered && !names_hold(&n, "alone")))
                fail_msg("row %zu: %x", i, n.is);
            json_decref(value);
        }
    /* Others are refused as well: it is no name that is minded. */
    json_t *value = json_pack("{s:{s:s, s:s}, s:{s:n, s:s, s:s, s:b, s:s}, s:o}", "sent", "sni", RIGHT, "went", "reset",
                              "none", "sni", "went", "ok", "leaf", "aa", "fits", 1, "names", RIGHT, "other",
                              try_json(NOBODY, 's'));
    struct names n = names_read(ep, STATE_YES, value);
    assert_false(names_hold(&n, "covered|alone"));
    json_decref(value);
    endpoint_free(ep);
}

static void test_dotless(void **state)
{
    static const struct { const char *text; bool says; } rows[] = {
        { "https://db", true },  { "https://db.example.org", false }, { "https://192.0.2.1", false },
        { "https://[2001:db8::1]", false }, { "https://db,sni=none", true }, { "https://db.", true },
        { "https://db.example.org,sni=db", true }, { "https://192.0.2.1,name=spiffe://x/y", false },
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct err e = { "" };
        struct endpoint *ep = endpoint_parse(rows[i].text, NULL, &e);
        assert_non_null(ep);
        char *says = names_dotless(ep);
        assert_int_equal(*says != '\0', rows[i].says);
        assert_int_equal(strstr(says, "-servername db") != NULL, rows[i].says);
        free(says);
        endpoint_free(ep);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ways_are_found),
        cmocka_unit_test(test_what_is_missing),
        cmocka_unit_test(test_covered), cmocka_unit_test(test_dotless),
    };
    return cmocka_run_group_tests_name("names", tests, NULL, NULL);
}
