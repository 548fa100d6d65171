/* Tests of src/model/endpoint.c: the grammar, its sentences, and the round trip. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/model/endpoint.h"
#include "src/wire/client.h"
#include "src/wire/names.h"

static struct endpoint *good(const char *text, char *const *defaults)
{
    struct err e = {{0}};
    struct endpoint *ep = endpoint_parse(text, defaults, &e);
    if (!ep)
        fail_msg("%s: refused: %s", text, e.text);
    assert_string_equal(e.text, "");
    struct endpoint *again = endpoint_parse(ep->text, NULL, &e);
    if (!again)
        fail_msg("%s: canonical %s refused: %s", text, ep->text, e.text);
    assert_string_equal(again->text, ep->text);
    assert_null(again->note);
    endpoint_free(again);
    return ep;
}

static void test_canonical(void **state)
{
    (void)state;
    static const struct { const char *given, *canonical; } rows[] = {
        {"example.org", "https://example.org"},
        {"Example.ORG.", "https://example.org"},
        {"example.org:443", "https://example.org"},
        {"example.org:8443", "https://example.org:8443"},
        {"example.org:587", "tls://example.org:587"},
        {"TLS://example.org:443", "tls://example.org:443"},
        {"smtps://mail.example.org", "smtps://mail.example.org"},
        {"smtp://mail.example.org", "smtp://mail.example.org"},
        {"submission://mail.example.org:25", "submission://mail.example.org:25"},
        {"postgres://db.example.org:5432", "postgres://db.example.org"},
        {"mx://Example.ORG", "mx://example.org"},
        {"imaps://mail.example.org:0993", "imaps://mail.example.org"},
        {"localhost", "https://localhost"},
        {"under_score.example.org", "https://under_score.example.org"},
        {"b\xc3\xbc" "cher.example", "https://xn--bcher-kva.example"},
        {"\xe4\xbe\x8b\xe3\x81\x88.\xe3\x83\x86\xe3\x82\xb9\xe3\x83\x88:853",
         "tls://xn--r8jz45g.xn--zckzah:853"},
        {"192.0.2.1", "https://192.0.2.1"},
        {"192.0.2.1:25", "tls://192.0.2.1:25"},
        {"[::1]", "https://[::1]"},
        {"[2001:DB8:0:0::1]:853", "tls://[2001:db8::1]:853"},
        {"[fe80::1%eth0]:443", "https://[fe80::1%eth0]"},
        {"[fe80::1%25eth0]:443", "https://[fe80::1%eth0]"},
        {"https://example.org/", "https://example.org"},
        {"https://example.org:8443/a?b=c", "https://example.org:8443"},
        {"example.org,max=TLSv1.2,min=tls1.0", "https://example.org,min=tls1.0,max=tls1.2"},
        {"example.org,ciphers=aes128-sha+0xc02f,groups=P-256+x25519,sigalgs=RSA+SHA256,hello-size=2000",
         "https://example.org,ciphers=TLS_RSA_WITH_AES_128_CBC_SHA+TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,"
         "groups=secp256r1+x25519,sigalgs=rsa_pkcs1_sha256,hello-size=2000"},
        {"example.org,SNI=Other.Example.", "https://example.org,sni=other.example"},
        {"example.org,sni=none", "https://example.org,sni=none"},
        {"example.org,name=spiffe://a/b", "https://example.org,name=spiffe://a/b"},
        {"example.org,name=2001:DB8::1", "https://example.org,name=2001:db8::1"},
        {"example.org,name=[2001:DB8::1]", "https://example.org,name=2001:db8::1"},
        {"example.org,at=192.0.2.7", "https://example.org,at=192.0.2.7"},
        {"example.org,at=[::1]:40123", "https://example.org,at=[::1]:40123"},
        {"example.org,alpn=h2+http/1.1", "https://example.org,alpn=h2+http/1.1"},
        {"example.org,label=a\\, b = c", "https://example.org,label=a\\, b = c"},
        {"example.org,label=a\\b\\", "https://example.org,label=a\\\\b\\\\"},
        {"example.org,label=a\\\\,min=tls1.2", "https://example.org,min=tls1.2,label=a\\\\"},
        {"example.org,ca=/etc/x y.pem", "https://example.org,ca=/etc/x y.pem"},
        {"example.org,expect=/etc/x.pem,pin=sha256/47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
         "https://example.org,pin=sha256//47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=,expect=/etc/x.pem"},
        {"example.org,client=default", "https://example.org,client=default"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct endpoint *ep = good(rows[i].given, NULL);
        assert_string_equal(ep->text, rows[i].canonical);
        endpoint_free(ep);
    }
}

static void test_fields(void **state)
{
    (void)state;
    static const char text[] =
        "https://example.org:8443,at=[::1]:9,min=tls1.1,max=tls1.3,label=Front";
    struct endpoint *ep = good(text + strlen("https://"), NULL);
    assert_string_equal(ep->scheme->name, "https");
    assert_string_equal(ep->scheme->alpn, "h2+http/1.1");
    assert_true(ep->scheme->http);
    assert_int_equal(ep->port, 8443);
    assert_int_equal(ep->min, 0x0302);
    assert_int_equal(ep->max, 0x0304);
    assert_string_equal(ep->at_host, "::1");
    assert_int_equal(ep->at_port, 9);
    struct endpoint *copy = endpoint_ref(ep);
    endpoint_free(ep);
    assert_string_equal(copy->text, text);
    assert_string_equal(copy->at_host, "::1");
    char *title = endpoint_title(copy);
    assert_string_equal(title, "Front");
    free(title);
    endpoint_free(copy);
}

/* What is sent, what must match, what it is called. */
static void test_names(void **state)
{
    (void)state;
    static const struct { const char *given, *sni, *name, *title; } rows[] = {
        {"a.example", "a.example", "a.example", "a.example"},
        {"a.example:8443", "a.example", "a.example", "a.example:8443"},
        {"a.example,sni=b.example", "b.example", "b.example", "a.example"},
        {"a.example,sni=none", NULL, "a.example", "a.example"},
        {"a.example,sni=b.example,name=c.example", "b.example", "c.example", "a.example"},
        {"192.0.2.1", NULL, "192.0.2.1", "192.0.2.1"},
        {"[::1]:853", NULL, "::1", "[::1]:853"},
        {"192.0.2.1,sni=b.example", "b.example", "b.example", "192.0.2.1"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct endpoint *ep = good(rows[i].given, NULL);
        if (rows[i].sni)
            assert_string_equal(endpoint_sni(ep), rows[i].sni);
        else
            assert_null(endpoint_sni(ep));
        assert_string_equal(endpoint_name(ep), rows[i].name);
        char *title = endpoint_title(ep);
        assert_string_equal(title, rows[i].title);
        free(title);
        endpoint_free(ep);
    }
}

/* What a name is, for everybody who matches or shows one. */
static void test_name_kinds(void **state)
{
    (void)state;
    static const struct { const char *name; enum name_kind kind; } rows[] = {
        {"a.example", NAME_DNS}, {"*.a.example", NAME_DNS}, {"dead.beef", NAME_DNS},
        {"1.2.3", NAME_DNS}, {"a:b", NAME_DNS}, {"", NAME_DNS}, {"localhost:8443", NAME_DNS},
        {"192.0.2.1", NAME_ADDRESS}, {"::1", NAME_ADDRESS}, {"2001:DB8::1", NAME_ADDRESS},
        {"::ffff:192.0.2.1", NAME_ADDRESS}, {"fe80::1%eth0", NAME_ADDRESS},
        {"spiffe://a/b", NAME_URI}, {"https://[::1]/", NAME_URI},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (name_kind(rows[i].name) != rows[i].kind)
            fail_msg("%s is of kind %d", rows[i].name, name_kind(rows[i].name));
}

static void test_notes(void **state)
{
    (void)state;
    struct endpoint *ep = good("https://example.org/login?a=b", NULL);
    assert_non_null(ep->note);
    assert_non_null(strstr(ep->note, "\"/login?a=b\""));
    endpoint_free(ep);
    ep = good("example.org#x", NULL);
    assert_non_null(ep->note);
    endpoint_free(ep);
    ep = good("https://example.org/", NULL);
    assert_null(ep->note);
    endpoint_free(ep);
}

/* What a limited client offers: the lists as they stand, and the versions they leave. */
static void test_offers(void **state)
{
    (void)state;
    static const struct { const char *given; uint16_t min, max, suite, group, sigalg; size_t size; } rows[] = {
        {"example.org", 0x0303, 0x0304, 0x1302, 0x001d, 0x0403, 0},
        {"example.org,max=tls1.2", 0x0303, 0x0303, 0xc02c, 0x001d, 0x0403, 0},
        {"example.org,min=tls1.3", 0x0304, 0x0304, 0x1302, 0x001d, 0x0403, 0},
        {"example.org,ciphers=AES128-SHA", 0x0303, 0x0303, 0x002f, 0x001d, 0x0403, 0},
        {"example.org,ciphers=AES128-SHA,min=tls1.0", 0x0301, 0x0303, 0x002f, 0x001d, 0x0403, 0},
        {"example.org,ciphers=TLS_AES_128_GCM_SHA256", 0x0304, 0x0304, 0x1301, 0x001d, 0x0403, 0},
        {"example.org,groups=P-384,sigalgs=ed25519,hello-size=900", 0x0303, 0x0304, 0x1302, 0x0018, 0x0807, 900},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct endpoint *ep = good(rows[i].given, NULL);
        const struct offer *o = endpoint_offer(ep);
        assert_int_equal(o->min, rows[i].min);
        assert_int_equal(o->max, rows[i].max);
        assert_int_equal(o->suites[0], rows[i].suite);
        assert_int_equal(o->groups[0], rows[i].group);
        assert_int_equal(o->sigalgs[0], rows[i].sigalg);
        assert_int_equal(o->size, rows[i].size);
        for (const uint16_t *n = o->suites; *n; n++) {
            const struct suite *suite = suite_find(*n);
            assert_true(suite->since <= o->max && suite->until >= o->min);
        }
        endpoint_free(ep);
    }
}

/* Every bad text is refused, by a sentence that holds the words here. */
static void test_refusals(void **state)
{
    (void)state;
    static const struct { const char *given, *says; } rows[] = {
        {"", "the host is empty"},
        {"https://", "the host is empty"},
        {":443", "the host is empty"},
        {".", "empty part"},
        {"a..b", "\"a..b\" has an empty part"},
        {".a", "empty part"},
        {"a b", "a space in the name \"a b\""},
        {" example.org", "a space"},
        {"a\tb", "control characters"},
        {"a\x1b[31m", "\\x1b[31m"},
        {"caf\xc3", "no text"},
        {"ex*mple.org", "\"*\""},
        {"-x.example", "hyphen"},
        {"x-.example", "hyphen"},
        {"1.2.3", "whole IPv4 address"},
        {"300.1.1.1", "whole IPv4 address"},
        {"443", "whole IPv4 address"},
        {"::1", "brackets"},
        {"2001:db8::1", "[2001:db8::1]:443"},
        {"fe80::1%eth0", "brackets"},
        {"[::1", "\"]\""},
        {"[::1]443", "\"]\""},
        {"[]", "no IPv6 address"},
        {"[example.org]", "no IPv6 address"},
        {"[fe80::1%]", "no IPv6 address"},
        {"[fe80::1%a b]", "no IPv6 address"},
        {"example.org:", "1 to 65535, not \"\""},
        {"example.org:0", "1 to 65535, not \"0\""},
        {"example.org:70000", "not \"70000\""},
        {"example.org:+1", "not \"+1\""},
        {"example.org:44x", "not \"44x\""},
        {"tls://example.org", "HOST:PORT"},
        {"htps://example.org", "did you mean https://"},
        {"gopher://example.org", "there are https tls"},
        {"://example.org", "no scheme"},
        {"mx://192.0.2.1", "is a domain"},
        {"example.org,", "nothing stands after a comma"},
        {"example.org,,sni=a", "nothing stands after a comma"},
        {"example.org,foo", "\"foo\" has no \"=\""},
        {"example.org,snj=a", "did you mean sni=?"},
        {"example.org,gibberish=a", "no key \"gibberish\""},
        {"example.org,=a", "no key \"\""},
        {"example.org,sni", "sni= needs a value"},
        {"example.org,sni=", "sni=NAME|none"},
        {"example.org,sni=a,SNI=b", "sni= is given twice"},
        {"example.org,sni=192.0.2.1", "RFC 6066"},
        {"example.org,name=a b", "DNS name, an address or a URI"},
        {"example.org,name=localhost:8443", "\"localhost:8443\" ends with a port"},
        {"example.org,name=192.0.2.1:443", "ends with a port"},
        {"example.org,name=[::1]:443", "ends with a port"},
        {"example.org,name=mailto:me", "a URI with \"://\" is needed"},
        {"example.org,name=spiffe://", "is no URI"},
        {"example.org,name=://x", "is no URI"},
        {"example.org,name=a b://x", "is no URI"},
        {"example.org,name=spiffe://a b", "is no URI"},
        {"example.org,name=2001:db8::g", "DNS name, an address or a URI"},
        {"example.org,at=example.net", "is a name; an address is needed"},
        {"example.org,at=::1", "brackets"},
        {"example.org,at=192.0.2.1:0", "in at=, the port"},
        {"example.org,min=tls9", "no protocol version \"tls9\""},
        {"example.org,min=tls1.3,max=tls1.2", "min=tls1.3 is above max=tls1.2"},
        {"example.org,client=defalt", "did you mean default?"},
        {"example.org,client=nobody-knows", "--client list"},
        {"example.org,client=defau.lt", "did you mean default?"},
        {"example.org,client=no.such.file", "neither a client nor a file \"no.such.file\""},
        {"example.org,client=no/such/file", "in client=, there is no file \"no/such/file\""},
        {"example.org,client=/", "in client=, \"/\" is a directory"},
        {"example.org,client=/dev/null#3", "is a pipe, a socket or a device"},
        {"example.org,alpn=h2++x", "1 to 255 bytes"},
        {"example.org,alpn=+h2", "1 to 255 bytes"},
        {"example.org,ciphers=TLS_AES_128_GCM_SHA255", "did you mean TLS_AES_128_GCM_SHA256?"},
        {"example.org,ciphers=", "ciphers="},
        {"example.org,ciphers=AES128-SHA,min=tls1.3", "TLS 1.3"},
        {"example.org,groups=P-257", "there is no group \"P-257\""},
        {"example.org,sigalgs=RSA+SHA99", "there is no signature algorithm"},
        {"example.org,hello-size=0", "hello-size="},
        {"example.org,hello-size=65536", "hello-size="},
        {"example.org,hello-size=1e3", "hello-size="},
        {"example.org,pin=sha256//short", "\"sha256//short\" is no pin"},
        {"example.org,pin=sha256//47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFV=", "44 characters"},
        {"example.org,pin=sha1//47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", "44 characters"},
        {"example.org,pin=sha256//47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=;x", "\"x\" is no pin"},
        {"example.org,pin=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", "is no pin"},
        {"example.org,pin=/etc/key.pem", "a file goes with expect="},
        {"example.org,expect=", "expect=FILE"},
        {"example.org,key=a.pem", "key= is given, but no client certificate"},
        {"example.org,pass-file=a", "pass-file= is given, but no client certificate"},
        {"example.org,via=ftp://a:1", "is no way that is known here"},
        {"example.org,via=http://a", "the proxy's port is missing"},
        {"example.org,via=http://a:0", "must be a number from 1 to 65535"},
        {"example.org,via=http://a:1x", "must be a number from 1 to 65535"},
        {"example.org,via=http://user:secret@a:1", "a login does not stand on a command line"},
        {"example.org,via=exec:", "no command stands behind exec:"},
        {"example.org,via=exec:ssh 'a b", "a quote in the command stays open"},
        {"example.org,addresses=first", "is not there yet"},
        {"example.org,label=a\nb", "control characters"},
        {"a\xe2\x80\xae.example", "\\u{202e}"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct err e = {{0}};
        struct endpoint *ep = endpoint_parse(rows[i].given, NULL, &e);
        if (ep)
            fail_msg("%s: taken as %s", rows[i].given, ep->text);
        if (!strstr(e.text, rows[i].says))
            fail_msg("%s: \"%s\" does not say \"%s\"", rows[i].given, e.text, rows[i].says);
        char *clean = text_printable(e.text, strlen(e.text), sizeof e.text);
        assert_string_equal(clean, e.text);
        free(clean);
    }
}

/* A saved hello with two server names is sent as it was; but with another name, or none, where that is asked for. */
static void test_saved_name(void **state)
{
    static const struct hello_extension two = {0, "\0\x0c\0\0\3a.b\0\0\3c.d", 14};
    static const struct { char sni[16]; size_t bodies; const char *sends; } rows[] = {
        {"", 1, "a.b"}, {"other.name", 0, "other.name"}, {"none", 0, NULL},
    };
    char path[] = "/tmp/endpoint.XXXXXX";
    struct hello h = {.version = 0x0303, .suites = (const uint16_t[]){0xc02f, 0}, .extra = &two, .extra_count = 1};
    struct buf b;
    (void)state;
    buf_init(&b, HELLO_BYTES_MAX);
    assert_true(hello_write(&h, &b));
    int fd = mkstemp(path);
    assert_int_equal(write(fd, b.data, b.len), b.len);
    close(fd);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char *defaults[KEY_COUNT] = {[KEY_CLIENT] = path, [KEY_SNI] = rows[i].sni[0] ? (char *)rows[i].sni : NULL};
        struct endpoint *ep = good("example.org", defaults);
        assert_int_equal(endpoint_client(ep)->body_count, rows[i].bodies);
        assert_int_equal(endpoint_client(ep)->order_count, 1);
        if (rows[i].sends)
            assert_string_equal(endpoint_sni(ep), rows[i].sends);
        else
            assert_null(endpoint_sni(ep));
        endpoint_free(ep);
    }
    unlink(path);
    buf_free(&b);
}

/* A saved hello with a comma and a backslash in its name: what it offers is what the endpoint offers. */
static void test_saved(void **state)
{
    (void)state;
    char directory[] = "/tmp/endpoint.XXXXXX";
    struct client_lists keep;
    struct offer o;
    struct hello h = {.sni = "in.the.hello", .seed = 1};
    struct buf b;
    struct err e = {{0}};
    assert_non_null(mkdtemp(directory));
    char *path = mem_format("%s/a,b\\,c", directory), *text = mem_format("example.org:8443,client=%s/a\\,b\\\\\\,c", directory);
    buf_init(&b, HELLO_BYTES_MAX);
    assert_true(offer_make(&o, client_find(NULL), &(struct limits){.max = 0x0303}));
    client_hello(client_find(NULL), &o, "my/1+my/2", &keep, &h);
    assert_true(hello_write(&h, &b));
    offer_clear(&o);
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(b.data, 1, b.len, f), b.len);
    fclose(f);
    struct endpoint *ep = good(text, NULL);
    assert_string_equal(ep->value[KEY_CLIENT], path);
    assert_string_equal(ep->saved->path, path);
    assert_ptr_equal(endpoint_client(ep), &ep->saved->client);
    assert_int_equal(endpoint_offer(ep)->max, 0x0303);
    assert_string_equal(endpoint_sni(ep), "in.the.hello");
    assert_string_equal(endpoint_alpn(ep), "my/1+my/2");
    assert_string_equal(endpoint_name(ep), "example.org");
    struct endpoint *shared = endpoint_ref(ep);
    endpoint_free(ep);
    assert_string_equal(shared->saved->path, path);
    endpoint_free(shared);
    char other[] = "other.name", *defaults[KEY_COUNT] = {[KEY_CLIENT] = path, [KEY_SNI] = other};
    ep = good("example.org", defaults);
    assert_string_equal(ep->saved->path, path);
    assert_string_equal(endpoint_sni(ep), "other.name");
    endpoint_free(ep);
    assert_true(endpoint_check_value(KEY_CLIENT, path, &e));
    assert_true(endpoint_check_value(KEY_CLIENT, "Default", &e));
    f = fopen(path, "wb");
    fwrite("\x80\x1c\1\0\2\0\3\0\0\0\x10\7\0\xc0" "0123456789abcdef", 1, 30, f);
    fclose(f);
    assert_false(endpoint_check_value(KEY_CLIENT, path, &e));
    assert_non_null(strstr(e.text, "asks for SSL 2.0 alone"));
    e.text[0] = 0;
    assert_null(endpoint_parse(text, NULL, &e));
    assert_non_null(strstr(e.text, "asks for SSL 2.0 alone"));
    e.text[0] = 0;
    unlink(path);
    assert_false(endpoint_check_value(KEY_CLIENT, path, &e));
    assert_non_null(strstr(e.text, "in client=, there is no file"));
    rmdir(directory);
    buf_free(&b);
    free(path);
    free(text);
}

static void test_where(void **state)
{
    (void)state;
    struct err e = {{0}};
    assert_null(endpoint_parse("example.org:70000,label=x", NULL, &e));
    assert_string_equal(e.text, "the port must be a number from 1 to 65535, not \"70000\", "
                                "while reading the endpoint \"example.org:70000,label=x\"");
}

/* Backslashes grow in the canonical text, which then has to fit, too. */
static void test_growth(void **state)
{
    (void)state;
    struct text t = {0};
    text_add(&t, "example.org,ca=");
    for (int i = 0; i < 3900 / 2; i++)
        text_add(&t, "\\x");
    text_add(&t, ",label=");
    for (int i = 0; i < 3900 / 2; i++)
        text_add(&t, "\\x");
    struct err e = {{0}};
    assert_null(endpoint_parse(t.s, NULL, &e));
    assert_non_null(strstr(e.text, "longer than 8192 bytes"));
    text_free(&t);
}

/* A pasted password must not reach the screen. */
static void test_user(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "https://user:hunter2@example.org/", "user:hunter2@example.org",
        "user:hunter2@example.org,foo\x1b", "htps://user:hunter2@example.org",
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct err e = {{0}};
        assert_null(endpoint_parse(rows[i], NULL, &e));
        assert_non_null(strstr(e.text, "password"));
        assert_null(strstr(e.text, "hunter2"));
    }
    endpoint_free(good("https://example.org/@user", NULL));
    endpoint_free(good("example.org,label=a@b", NULL));
}

static char *filled(const char *head, char c, size_t n, const char *tail)
{
    struct text t = {0};
    text_add(&t, head);
    for (size_t i = 0; i < n; i++)
        text_add_n(&t, &c, 1);
    text_add(&t, tail);
    return text_take(&t);
}

static void test_lengths(void **state)
{
    (void)state;
    struct { char *text; bool ok; } rows[] = {
        {filled("", 'a', 63, ".example"), true},
        {filled("", 'a', 64, ".example"), false},
        {filled("example.org,label=", 'x', ENDPOINT_VALUE_MAX, ""), true},
        {filled("example.org,label=", 'x', ENDPOINT_VALUE_MAX + 1, ""), false},
        {filled("example.org,", 'x', ENDPOINT_TEXT_MAX, ""), false},
        {filled("example.org,name=", 'x', 64, ""), false},
        {filled("example.org,alpn=", 'x', 255, ""), true},
        {filled("example.org,alpn=", 'x', 256, ""), false},
    };
    /* Three labels of 63 and one of 61 with their dots are 253 bytes; one more is too many. */
    for (int extra = 0; extra < 2; extra++) {
        char *name = mem_format("%062da.%062da.%062da.%0*da", 0, 0, 0, 60 + extra, 0);
        assert_int_equal(strlen(name), 253 + extra);
        struct err e = {{0}};
        struct endpoint *ep = endpoint_parse(name, NULL, &e);
        assert_int_equal(ep != NULL, extra == 0);
        endpoint_free(ep);
        free(name);
    }
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct err e = {{0}};
        struct endpoint *ep = endpoint_parse(rows[i].text, NULL, &e);
        if ((ep != NULL) != rows[i].ok)
            fail_msg("row %zu: %s", i, e.text);
        assert_int_equal(e.text[0] == '\0', rows[i].ok);
        endpoint_free(ep);
        free(rows[i].text);
    }
}

static void test_defaults(void **state)
{
    (void)state;
    char ca[] = "a,b.pem", min[] = "1.2";
    char *defaults[KEY_COUNT] = {[KEY_CA] = ca, [KEY_MIN] = min};
    struct endpoint *ep = good("example.org,min=tls1.3", defaults);
    assert_string_equal(ep->text, "https://example.org,min=tls1.3,ca=a\\,b.pem");
    assert_string_equal(ep->value[KEY_CA], "a,b.pem");
    endpoint_free(ep);
    struct err e = {{0}};
    assert_null(endpoint_parse("example.org,max=tls1.1", defaults, &e));
    assert_non_null(strstr(e.text, "min=tls1.2 is above max=tls1.1"));
}

static void test_check_value(void **state)
{
    (void)state;
    struct err e = {{0}};
    assert_true(endpoint_check_value(KEY_MAX, "tls1.2", &e));
    assert_true(endpoint_check_value(KEY_CA, "/nowhere/at/all", &e));
    assert_string_equal(e.text, "");
    assert_false(endpoint_check_value(KEY_MAX, "tls1.9", &e));
    assert_non_null(strstr(e.text, "in max="));
    struct err later = {{0}};
    assert_false(endpoint_check_value(KEY_FROM, "there", &later));
    assert_non_null(strstr(later.text, "is not there yet"));
}

static void test_host(void **state)
{
    (void)state;
    enum host_kind kind;
    struct err e = {{0}};
    char *host = endpoint_host("Example.org.", &kind, &e);
    assert_string_equal(host, "example.org");
    assert_int_equal(kind, HOST_NAME);
    free(host);
    host = endpoint_host("2001:DB8::1", &kind, &e);
    assert_string_equal(host, "2001:db8::1");
    assert_int_equal(kind, HOST_IPV6);
    free(host);
    host = endpoint_host("127.0.0.1", &kind, &e);
    assert_int_equal(kind, HOST_IPV4);
    free(host);
    assert_null(endpoint_host("a:b", &kind, &e));
}

/* The contract's table, written a second time. */
static void test_schemes(void **state)
{
    (void)state;
    static const char at_once[] =
        "https 443 smtps 465 imaps 993 pop3s 995 ftps 990 ldaps 636 nntps 563 "
        "mqtts 8883 amqps 5671 rediss 6379 xmpps 5223 ";
    static const char starttls[] =
        "smtp 25 submission 587 lmtp 24 imap 143 pop3 110 ftp 21 ldap 389 xmpp 5222 "
        "xmpp-server 5269 nntp 119 sieve 4190 postgres 5432 mysql 3306 mssql 1433 rdp 3389 mx 25 ";
    struct text first = {0}, second = {0};
    for (size_t i = 0; i < scheme_count; i++) {
        const struct scheme *s = &scheme_table[i];
        assert_int_equal(s->http, text_is(s->name, "https"));
        if (s->port)
            text_addf(s->starttls ? &second : &first, "%s %u ", s->name, s->port);
        else
            assert_string_equal(s->name, "tls");
    }
    assert_string_equal(first.s, at_once);
    assert_string_equal(second.s, starttls);
    text_free(&first);
    text_free(&second);
}

/* What a session file says is taken, but nothing it names is opened. */
static void test_foreign(void **state)
{
    (void)state;
    struct err e = { "" };
    struct endpoint *ep = endpoint_parse_foreign("tls://a.example:1,client=java-7,ca=/no/such/file", &e);
    assert_non_null(ep);
    assert_string_equal(endpoint_client(ep)->name, "java-7");
    endpoint_free(ep);
    assert_null(endpoint_parse_foreign("tls://a.example:1,client=/dev/zero", &e));
    assert_non_null(strstr(e.text, "no file is opened"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_canonical), cmocka_unit_test(test_offers), cmocka_unit_test(test_fields),
        cmocka_unit_test(test_names), cmocka_unit_test(test_name_kinds), cmocka_unit_test(test_notes),
        cmocka_unit_test(test_refusals), cmocka_unit_test(test_saved), cmocka_unit_test(test_saved_name),
        cmocka_unit_test(test_where),
        cmocka_unit_test(test_user), cmocka_unit_test(test_lengths), cmocka_unit_test(test_growth),
        cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_check_value), cmocka_unit_test(test_host),
        cmocka_unit_test(test_foreign),
        cmocka_unit_test(test_schemes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
