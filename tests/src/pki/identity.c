/* Client certificates: every form they come in, what is refused, and what is said of those that are read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/pki/identity.h"
#include "src/pki/read.h"
#include "tests/lib/mint.h"

#define CLIENT_AUTH "1.3.6.1.5.5.7.3.2"
#define SERVER_AUTH "1.3.6.1.5.5.7.3.1"

static struct minted *root, *inter, *user, *deep, *other;
static struct judge_cache *cache;

static int setup(void **state)
{
    (void)state;
    root = mint(&(struct mint){ .cn = "Root", .ca = true });
    inter = mint(&(struct mint){ .cn = "Inter", .ca = true, .issuer = root });
    user = mint(&(struct mint){ .cn = "user", .issuer = root, .purpose = CLIENT_AUTH });
    deep = mint(&(struct mint){ .cn = "deep", .issuer = inter, .purpose = CLIENT_AUTH });
    other = mint(&(struct mint){ .cn = "other", .issuer = root });
    cache = judge_cache_new();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    struct minted *all[] = { root, inter, user, deep, other };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        minted_free(all[i]);
    judge_cache_free(cache);
    return 0;
}

/* --- sealed files -------------------------------------------------------------------------------- */

/* Made once with openssl and 10 rounds of key derivation: GnuTLS makes 600000 of them, each time. "deep" from "Inter":
 * both in PKCS#12 with the key and without it, under the password "secret"; its certificate; its key, under "pass word". */
static const char sealed_p12[] =
    "MIIFSQIBAzCCBQAGCSqGSIb3DQEHAaCCBPEEggTtMIIE6TCCA6EGCSqGSIb3DQEHBqCCA5IwggOOAgEAMIIDhwYJKoZIhvcNAQcBMFYG"
    "CSqGSIb3DQEFDTBJMCgGCSqGSIb3DQEFDDAbBAirQslbY1vfLgIBCjAMBggqhkiG9w0CCQUAMB0GCWCGSAFlAwQBKgQQTtihuq3q5Mx5"
    "OGy+N+gXV4CCAyCedYu9U8R9WYUW7k1XcV542wvRQGlrAgFBHVdtT7kUEYAcUS1h4AUdd5QJVABWx5Jd7ntHfdaxvr86v1MCX16WBfdR"
    "qEIoHxvaHTmzbX4Y9X9oMXmiL/M8feU5I85q1gtrAZo6SOPqpyuRtJhO4QhCbTGsJhUNkHbe65H7qU71VZKAQdCdSNz/8W4QdrwA4qku"
    "3Jgkh8wpFYIjWTFCtFZkJed2J0wA5eh/uDX34OMnnN8EYqd1lKxI9QJdu0ZwjEj4tTuhkJfFrrFQDgNnHQaGZtH32SkbPV2MUT2IzfhK"
    "ifTT+9JUAq5ETPHnnFgJmsEafmq4/FOFGHEfbJAIeiuMguAd5gg0gq8f9QKv/euLlnbaffoaFYtcFus9hUmr1kh6Wk94/p3p4lZlPIZg"
    "NGScJufrQXJoubE2Z15l3AryMZnJ7o55vpcychNNtnWvPrgd38v/eeZh7dFBO4KCr0wAruvW0ZjsuZF7NS/63VtcFeU/c5Qmcsh8cUGJ"
    "X2lQapmd5CDa0j8u3H6bLGsnuOlLNz0cZoEWTovq+jywsFAo/slmfniOZvTw9Uq4E6LRdqOXVHTbGs2O+gnK0/tyHto5cf1mIlHekpeb"
    "qEphNvEU1jCCEqKVGfbglcyB/pgiISIIB960LXAEq02x0XlsXEVEq35zz6hX5hbF0dX+DAuv42PVcym7eq3WgLuIEzboX3t/s+CBLzlD"
    "lyVvNBq9B6khZWPons6BohhRFrwKOQtJ41REHUuaInnOH/Mp0F0QXq/To/eMjL1XalrxDGKpeatP/Ao/aBffTMM08r4SQCBVpiE+dbNF"
    "/k59s3UBWvQ66+yxcEOnAt4obcFj5yNH+guUPlWDFwtzYIxIT+/aq4L5ETF+LCrb/bdfP/NgF1/JH9vTJ9/ieN3Ha6z6jfsOZKFYIowW"
    "rCR3Ew5eAYRn7wgz3C2O6sT+FxHGN4nKbc9PTZ+LvpxloyqLHs53XaUZadnpODftBy9UQHWd+jArzWdR/LodacPiQ3r+N2GXp68aQ49A"
    "7Vf7AKW/6GOJMQktQezhBBNt3e7x+TiBrUpvnYt0rDCCAUAGCSqGSIb3DQEHAaCCATEEggEtMIIBKTCCASUGCyqGSIb3DQEMCgECoIHu"
    "MIHrMFYGCSqGSIb3DQEFDTBJMCgGCSqGSIb3DQEFDDAbBAhfqvUjUgi4IAIBCjAMBggqhkiG9w0CCQUAMB0GCWCGSAFlAwQBKgQQeGsP"
    "dFWxjAUitjRN0tJIgwSBkKCQeJ0yoLuod6QOoGeli+MudmNDxhWnXtkXjVNBc7cFnddEZIq5bTGmVhRjzXcPcGn/u0mQKKAoXqtsEdF8"
    "+/5z0czhfLgoUrLAeQhfZM3o6mDcFsEH+bbiivYtuAX3ntDR6Ep4P/DR8AVafMLNiKn6XL9psE26K/nNVYSSeCi2M9l3zyAFjpExWD5e"
    "rsc2LDElMCMGCSqGSIb3DQEJFTEWBBQDCcWQ202kY12KFnilQjoJY6pj6jBAMDEwDQYJYIZIAWUDBAIBBQAEIDogto8lLUplevhYIyo6"
    "LDun3k2whPrkaYHgNvcRoNDdBAiFbaOxQXTDnwIBCg==";
static const char sealed_certs[] =
    "MIID5QIBAzCCA5wGCSqGSIb3DQEHAaCCA40EggOJMIIDhTCCA4EGCSqGSIb3DQEHBqCCA3IwggNuAgEAMIIDZwYJKoZIhvcNAQcBMFYG"
    "CSqGSIb3DQEFDTBJMCgGCSqGSIb3DQEFDDAbBAjkFqJP5lu+zQIBCjAMBggqhkiG9w0CCQUAMB0GCWCGSAFlAwQBKgQQJa4Rcq4Kj6zl"
    "OASXNsI7EoCCAwDgSl2Olck8RWaV5VVA2VIgjH8pnF3Zkvvygg5zmhsm3ntUZSa526N2MYzaPLWQVCbyRsHkYMIqeX4UTpxoeXjl8h3/"
    "/zM3TyDqPVfi48YZsrErHeSE7N1OWbuhyJi7uCbMwrSNw0saDwGihFXoobPVevZjyLBH8AGJ4DLWjb0SS3LbxPhW73hFu5a5VBH5aTnQ"
    "PMkDPEOtNt2JqzbhrCqfn1QMHUC0RTq/7lqH2/9QOTh4L9Cc3XFH8TXc82v86u+IjqHXdxqu+RyBQiia42hMMp6pCw9d7cLrKWct8ksk"
    "SNc+RbYhJ8NmnEnBe4fDQwY0ayNwAqhzsi9TvKGgERpcuAqezt0Myq0AVwKemqXTpSWy8pnu1MK1eXTT+Uf4VA1rXsvGwWFZnmD/xHRI"
    "dpYMxabCSKH/qvjo6UT1sgg5gNr4V1M3BdKY9teunxx9tZt8jyccm4XzpEUkF9zAOzzda9zp7n0S8IqIzgVe5JXj2PReuWuvqLsI+DYL"
    "TqOhji3xyDHBcerX3oVARWod4fQYO8E3JNE8rHaiNe8cjzgRua3Pnkia4qnzDbc0kfoFtvdg1K8xWTFfcNc32p0AUNczM3wBlJBMIKk4"
    "wUQzBbF/1SESxZmHkxExVwzTvaeqUI8fj0G5fOj3RTp+xdRU1JB4+SJS0vyMv77NUq80EihS+kGxl54fBaj3FolC8YTTNdvRrBeViQVU"
    "uT5TwKBg/zPzkr65L95ngVIgxHlOwFz+rpqo4ISWHWSUrMQUCCoP4YBRcSf4hb7kYqgZ50+vm/ZzjR9m7FmoWVdYKTMuvZLq7Ro1cBln"
    "bV1wY7WHm9UDKZO5hMR2P4ywQwjn0JPPZn2s8KohCw//MC8HkA0kxwLeZIM0N6yfeP5ASma8+wJiyjvtqW/7dq0jw9ioDxWj45j4APPe"
    "OUX4fgAGur6vTAGAnfVGU94tTIXORkxIw9cSm1iBZXjekq0ucboHXsA7tWRtiUgBQ0fr6aKNzTV6UuTWOs4LURsbbWlk+dCEyE2ieqMw"
    "QDAxMA0GCWCGSAFlAwQCAQUABCD39ZtUELWfQXB6RSJJet1+xUtyVqeRVA+FO29ifK9iPAQIJEwiROnkNtECAQo=";
static const char sealed_pem[] =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBGzCBwgIUZOCyyOWaGWdnulXhFOVpekZXzzQwCgYIKoZIzj0EAwIwEDEOMAwG\n"
    "A1UEAwwFSW50ZXIwIBcNMjYxMTIxMTEzOTI3WhgPMjEyNjEwMjgxMTM5MjdaMA8x\n"
    "DTALBgNVBAMMBGRlZXAwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAASBXGMCgxeY\n"
    "eynZgeoY/m+AbHh1VYwOSYvn8RdUlncFsHtiXVTCWxeB+filyS2nnILrsQqnOZol\n"
    "nCvZ4MlNqOvmMAoGCCqGSM49BAMCA0gAMEUCIDVcll8YDXW+fXPmv97/Tm77vy1R\n"
    "VjnmgaeZfbXhIAfqAiEAjMVqda8FDD8cWm8eyoO49yuK+VOAsdL5qk45uYdVaTQ=\n"
    "-----END CERTIFICATE-----\n";
static const char sealed_key[] =
    "-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
    "MIHrMFYGCSqGSIb3DQEFDTBJMCgGCSqGSIb3DQEFDDAbBAh1k2wnlPyfJAIBCjAM\n"
    "BggqhkiG9w0CCQUAMB0GCWCGSAFlAwQBKgQQ2VqUXmAyM4+SCWwYhLFgqgSBkNxi\n"
    "P766wlK9WfNNa9yg2VQEsuG9lvmfSCC0n+wg/7959F/HgWo6UFJNRpqiQXtP2fff\n"
    "iC1DVB65SJ0zRo9t7I2aVXU9H6J29yJ12V1734XNPnWKOekl5xkaCRK2mfpGkI4+\n"
    "4HAE8A4/V5ne3hxUiJGtiDXQO2ZpXx/kFfkhJ6dtWMCMruxFuepo7BRoZcXCGg==\n"
    "-----END ENCRYPTED PRIVATE KEY-----\n";

static gnutls_datum_t base64_bytes(const char *text)
{
    gnutls_datum_t in = { (unsigned char *)(uintptr_t)text, (unsigned)strlen(text) }, out = { NULL, 0 };
    assert_true(gnutls_base64_decode2(&in, &out) >= 0);
    return out;
}

/* --- files ---------------------------------------------------------------------------------------- */

static char *key_text(const struct minted *m)
{
    gnutls_datum_t d = { NULL, 0 };
    assert_true(gnutls_x509_privkey_export2(m->key, GNUTLS_X509_FMT_PEM, &d) >= 0);
    char *text = mem_copy(d.data, d.size);
    gnutls_free(d.data);
    return text;
}

/* Its parts one after another; NULL ends them. Owned by the caller. */
static char *joined(char *first, ...)
{
    struct text t = { 0 };
    va_list ap;
    va_start(ap, first);
    for (char *part = first; part; part = va_arg(ap, char *)) {
        text_add(&t, part);
        free(part);
    }
    va_end(ap);
    return text_take(&t);
}

static struct identity_bytes bytes_of(const char *text, const char *name)
{
    return (struct identity_bytes){ text, text ? strlen(text) : 0, name };
}

/* Texts are taken; NULL: there is no such file. */
static struct identity *read_texts(char *cert, char *key, const char *pass, struct err *e)
{
    struct identity_bytes c = bytes_of(cert, "client.pem"), k = bytes_of(key, "client.key"), p = bytes_of(pass, "pass");
    struct identity *id = identity_read(&c, key ? &k : NULL, pass ? &p : NULL, e);
    free(cert);
    free(key);
    return id;
}

static void is_good(struct identity *id, const struct err *e, size_t certs, const char *cn)
{
    size_t n;
    if (!id)
        fail_msg("%s", e->text);
    assert_string_equal(identity_certs(id, &n)[0]->cn, cn);
    assert_int_equal(n, certs);
    assert_true(identity_fits(id));
    gnutls_certificate_credentials_t c;
    assert_true(gnutls_certificate_allocate_credentials(&c) >= 0);
    assert_true(identity_give(id, c));
    gnutls_certificate_free_credentials(c);
    identity_free(id);
}

static void is_bad(struct identity *id, const struct err *e, const char *says)
{
    assert_null(id);
    if (!strstr(e->text, says))
        fail_msg("\"%s\" does not say \"%s\"", e->text, says);
}

static void forms(void **state)
{
    (void)state;
    struct err e = { "" };
    is_good(read_texts(minted_pem(user), key_text(user), NULL, &e), &e, 1, "user");
    is_good(read_texts(joined(minted_pem(user), key_text(user), NULL), NULL, NULL, &e), &e, 1, "user");
    is_good(read_texts(joined(key_text(deep), minted_pem(deep), minted_pem(inter), NULL), NULL, NULL, &e), &e, 2,
            "deep");
    is_good(read_texts(mem_string(sealed_pem), mem_string(sealed_key), "pass word\r\na note\n", &e), &e, 1, "deep");
    is_good(read_texts(minted_pem(user), key_text(user), "of no use", &e), &e, 1, "user");

    gnutls_datum_t der = { NULL, 0 };
    assert_true(gnutls_x509_privkey_export2(user->key, GNUTLS_X509_FMT_DER, &der) >= 0);
    struct identity_bytes c = { user->der, user->len, "u.der" }, k = { der.data, der.size, "k.der" };
    is_good(identity_read(&c, &k, NULL, &e), &e, 1, "user");
    gnutls_free(der.data);
}

static void pkcs12(void **state)
{
    (void)state;
    struct err e = { "" };
    gnutls_datum_t d = base64_bytes(sealed_p12);
    struct identity_bytes c = { d.data, d.size, "client.p12" };
    const struct identity_bytes pass = bytes_of("secret\n", "pass"), no = bytes_of("no", "pass");
    is_good(identity_read(&c, NULL, &pass, &e), &e, 2, "deep");
    is_good(identity_read(&c, &c, &pass, &e), &e, 2, "deep"); /* key= names it, too */
    char *text = key_text(user); /* another key takes the place of the one in it */
    struct identity_bytes k = bytes_of(text, "client.key");
    struct identity *id = identity_read(&c, &k, &pass, &e);
    assert_non_null(id);
    assert_false(identity_fits(id));
    identity_free(id);
    free(text);
    is_bad(identity_read(&c, NULL, NULL, &e), &e, "client.p12 is a PKCS#12 file with a password");
    e.text[0] = '\0';
    is_bad(identity_read(&c, NULL, &no, &e), &e, "the passphrase in pass does not open client.p12");
    gnutls_free(d.data);

    d = base64_bytes(sealed_certs);
    c = (struct identity_bytes){ d.data, d.size, "client.p12" };
    e.text[0] = '\0';
    is_bad(identity_read(&c, NULL, &pass, &e), &e, "without a private key");
    gnutls_free(d.data);
}

static void refused(void **state)
{
    (void)state;
    static const char closed[] = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n";
    struct { char *cert, *key; const char *pass, *says; } bad[] = {
        { minted_pem(user), NULL, NULL, "client.pem holds no private key; name the file" },
        { key_text(user), NULL, NULL, "client.pem holds a private key and no certificate" },
        { mem_string("nothing of that kind"), NULL, NULL, "client.pem holds no certificate, in PEM, DER or PKCS#12" },
        { minted_pem(user), minted_pem(user), NULL, "client.key holds no private key" },
        { minted_pem(user), mem_string("\x30\x03\x02\x01\x01"), NULL, "the private key in client.key can't be read" },
        { minted_pem(user), mem_string(sealed_key), NULL, "is encrypted: write its passphrase" },
        { minted_pem(user), mem_string(sealed_key), "wrong", "the passphrase in pass does not open" },
        { minted_pem(user), mem_string(closed), "wrong", "client.key" },
        { mem_string("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"), NULL, NULL, "it is damaged" },
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct err e = { "" };
        is_bad(read_texts(bad[i].cert, bad[i].key, bad[i].pass, &e), &e, bad[i].says);
    }
    struct err e = { "" };
    char *long_one = mem_new(2000);
    memset(long_one, 'x', 1999);
    is_bad(read_texts(minted_pem(user), key_text(user), long_one, &e), &e, "more than 1024 bytes");
    free(long_one);
}

/* --- judging -------------------------------------------------------------------------------------- */

struct judged { json_t *v; char *text; };

static struct judged judge(struct identity *id, const struct minted *const *cas, size_t n, const struct cert *seen)
{
    gnutls_datum_t ca[4] = { { NULL, 0 } };
    struct judged j;
    assert_non_null(id);
    for (size_t i = 0; i < n; i++)
        assert_true(gnutls_x509_crt_get_raw_dn(cas[i]->crt, &ca[i]) >= 0);
    struct identity_ask ask = { .cache = cache, .now = MINT_NOW, .ca = ca, .ca_count = n, .other = &seen,
                                .other_count = seen ? 1 : 0, .sent = identity_fits(id) };
    j.v = identity_judge(id, &ask, &j.text);
    for (size_t i = 0; i < n; i++)
        gnutls_free(ca[i].data);
    identity_free(id);
    return j;
}

static void judged_is(struct judged j, const char *faults, const char *listed, const char *missing)
{
    json_t *want = json_loads(faults, 0, NULL), *in = json_object_get(j.v, "in_ca_list");
    const char *got = json_string_value(json_object_get(j.v, "missing"));
    char *said = json_dumps(json_object_get(j.v, "faults"), 0);
    if (!json_equal(want, json_object_get(j.v, "faults")))
        fail_msg("the faults are %s, not %s", said, faults);
    assert_string_equal(json_is_null(in) ? "null" : json_is_true(in) ? "true" : "false", listed);
    assert_string_equal(got ? got : "none", missing);
    assert_false(strchr(j.text, '\n'));
    free(said);
    json_decref(want);
    json_decref(j.v);
    free(j.text);
}

static struct identity *made(const struct minted *m, const struct minted *chain)
{
    struct err e = { "" };
    char *key = key_text(m);
    return read_texts(joined(minted_pem(m), chain ? minted_pem(chain) : mem_string(""), key, NULL), NULL, NULL, &e);
}

static void cas_and_chains(void **state)
{
    (void)state;
    const struct minted *const roots[] = { root }, *const none[] = { other };
    struct cert *seen = minted_cert(inter);
    judged_is(judge(made(user, NULL), roots, 1, NULL), "[]", "true", "none");
    judged_is(judge(made(user, NULL), none, 1, NULL), "[]", "false", "none");
    judged_is(judge(made(user, NULL), NULL, 0, seen), "[]", "null", "none");
    judged_is(judge(made(deep, inter), roots, 1, NULL), "[]", "true", "none");
    judged_is(judge(made(deep, NULL), roots, 1, NULL), "[]", "false", "none");
    judged_is(judge(made(deep, NULL), roots, 1, seen), "[]", "false", "CN=Inter");
    judged_is(judge(made(deep, NULL), none, 1, seen), "[]", "false", "none");
    cert_free(seen);
}

static void faults(void **state)
{
    (void)state;
    const struct minted *const roots[] = { root };
    struct minted *namesake = mint(&(struct mint){ .cn = "Inter", .ca = true, .issuer = root });
    const struct { struct mint m; const char *faults; } rows[] = {
        { { .cn = "x", .issuer = root, .from = -90, .to = -9 }, "[\"expired\"]" },
        { { .cn = "x", .issuer = root, .from = 9, .to = 90 }, "[\"not-yet-valid\"]" },
        { { .cn = "x", .issuer = root, .purpose = SERVER_AUTH }, "[\"no-client-auth\"]" },
        { { .cn = "x", .issuer = root, .usage = GNUTLS_KEY_KEY_ENCIPHERMENT }, "[\"key-usage\"]" },
        { { .cn = "x", .issuer = root, .usage = GNUTLS_KEY_DIGITAL_SIGNATURE }, "[]" },
        { { .cn = "x", .issuer = root, .kind = MINT_RSA1024 }, "[\"weak-key\"]" },
        { { .cn = "x", .issuer = root, .from = -90, .to = -9, .purpose = SERVER_AUTH },
          "[\"expired\", \"no-client-auth\"]" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct minted *m = mint(&rows[i].m);
        judged_is(judge(made(m, NULL), roots, 1, NULL), rows[i].faults, "true", "none");
        minted_free(m);
    }
    struct minted *self = mint(&(struct mint){ .cn = "self" });
    judged_is(judge(made(self, NULL), roots, 1, NULL), "[\"self-signed\"]", "false", "none");
    minted_free(self);
    judged_is(judge(made(deep, namesake), roots, 1, NULL), "[\"chain-broken\"]", "true", "none");
    minted_free(namesake);
    struct minted *late = mint(&(struct mint){ .cn = "Late", .ca = true, .issuer = root, .from = -90, .to = -9 });
    struct minted *leaf = mint(&(struct mint){ .cn = "x", .issuer = late });
    judged_is(judge(made(leaf, late), roots, 1, NULL), "[\"chain-expired\"]", "true", "none");
    minted_free(leaf);
    minted_free(late);
}

static void another_key(void **state)
{
    (void)state;
    const struct minted *const roots[] = { root };
    struct err e = { "" };
    struct identity *id = read_texts(minted_pem(user), key_text(deep), NULL, &e);
    gnutls_certificate_credentials_t c;
    assert_non_null(id);
    assert_false(identity_fits(id));
    assert_true(gnutls_certificate_allocate_credentials(&c) >= 0);
    assert_false(identity_give(id, c));
    gnutls_certificate_free_credentials(c);
    judged_is(judge(id, roots, 1, NULL), "[\"key-mismatch\"]", "true", "none");
}

/* --- the process that holds one ------------------------------------------------------------------- */

static void no_core(void **state)
{
    (void)state;
    struct err e = { "" };
    struct rlimit before, during, after;
    char *text = joined(minted_pem(user), key_text(user), NULL), *path = mint_file(text, strlen(text));
    struct identity_files f = { .cert = path };
    int dumpable = prctl(PR_GET_DUMPABLE);
    assert_int_equal(getrlimit(RLIMIT_CORE, &before), 0);
    struct identity *id = identity_load(&f, &e), *second = identity_load(&f, &e);
    assert_true(id && second);
    assert_int_equal(prctl(PR_GET_DUMPABLE), 0);
    assert_int_equal(getrlimit(RLIMIT_CORE, &during), 0);
    assert_int_equal(during.rlim_cur, 0);
    identity_free(second);
    assert_int_equal(prctl(PR_GET_DUMPABLE), 0);
    identity_free(id);
    assert_int_equal(prctl(PR_GET_DUMPABLE), dumpable == 1);
    assert_int_equal(getrlimit(RLIMIT_CORE, &after), 0);
    assert_int_equal(after.rlim_cur, before.rlim_cur);

    f.key = "/";
    is_bad(identity_load(&f, &e), &e, "/ is no plain file");
    assert_int_equal(prctl(PR_GET_DUMPABLE), dumpable == 1);
    e.text[0] = '\0';
    f.key = "/none/of/that";
    is_bad(identity_load(&f, &e), &e, "/none/of/that can't be read");
    unlink(path);
    free(path);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(forms),
        cmocka_unit_test(pkcs12),
        cmocka_unit_test(refused),
        cmocka_unit_test(cas_and_chains),
        cmocka_unit_test(faults),
        cmocka_unit_test(another_key),
        cmocka_unit_test(no_core),
    };
    return cmocka_run_group_tests_name("identity", tests, setup, teardown);
}
