/* Each reason, and beside it the look-alike that must not give it. The reasons of a chain are
 * compared as a whole, so a case fails as well when something else is found besides. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <gnutls/abstract.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/base/when.h"
#include "src/pki/judge.h"
#include "src/pki/path.h"
#include "src/pki/read.h"
#include "tests/lib/mint.h"

#define SENT_MAX 128
#define NAME "a.example"

/* One question: what is sent, what is trusted. Frees what it was given to own. */
struct scene {
    const struct minted *sent[SENT_MAX];
    const struct minted *trusted[8];
    struct judge_ask ask;       /* name, bits and dates; the rest is filled in */
    struct judge_cache *cache;  /* NULL: a new one */
    struct cert *cert[SENT_MAX];
    size_t count;
    struct chain *chain;
};

static void scene_judge(struct scene *s)
{
    size_t trusted = 0;
    while (s->trusted[trusted])
        trusted++;
    for (s->count = 0; s->sent[s->count]; s->count++)
        s->cert[s->count] = minted_cert(s->sent[s->count]);
    struct judge_ask ask = s->ask;
    ask.sent = s->cert;
    ask.sent_count = s->count;
    ask.store = ask.store ? ask.store : mint_store(s->trusted, trusted);
    ask.now = ask.now ? ask.now : MINT_NOW;
    ask.name = ask.name ? ask.name : NAME;
    ask.rsa_bits_min = ask.rsa_bits_min ? ask.rsa_bits_min : 2048;
    ask.min_days = ask.min_days ? ask.min_days : -1;
    s->chain = chain_judge(s->cache, &ask);
    if (!s->ask.store)
        store_free(ask.store);
}

static void scene_free(struct scene *s)
{
    chain_free(s->chain);
    for (size_t i = 0; i < s->count; i++)
        cert_free(s->cert[i]);
}

static char *reasons_of(const struct chain *c)
{
    struct text t = { 0 };
    for (size_t i = 0; i < c->fault_count; i++) {
        const struct fault *f = &c->fault[i];
        text_addf(&t, "%s%s", i ? " " : "", reason_table[f->reason].word);
        if (f->link >= 0)
            text_addf(&t, "@%d", f->link);
        else if (f->sent >= 0)
            text_addf(&t, "#%d", f->sent);
        assert_non_null(f->text);
        assert_true(*f->text != '\0');
    }
    return text_take(&t);
}

/* Judges and compares: "reason@link reason#sent ...". */
static void expect(struct scene *s, const char *reasons, bool trusted, size_t built)
{
    scene_judge(s);
    char *got = reasons_of(s->chain);
    for (size_t i = 0; i < s->chain->fault_count && strcmp(got, reasons) != 0; i++)
        print_message("# %s\n", s->chain->fault[i].text);
    assert_string_equal(got, reasons);
    assert_int_equal(s->chain->trusted, trusted);
    assert_int_equal(s->chain->built_count, built);
    free(got);
}

static void expect_done(struct scene *s, const char *reasons, bool trusted, size_t built)
{
    expect(s, reasons, trusted, built);
    scene_free(s);
}

/* The chain most cases begin with; made once. */
static struct minted *root, *inter, *leaf;

static int setup(void **state)
{
    (void)state;
    root = mint(&(struct mint){ .cn = "Root", .ca = true, .from = -3000, .to = 3000,
                                .usage = GNUTLS_KEY_KEY_CERT_SIGN });
    inter = mint(&(struct mint){ .cn = "Inter", .ca = true, .issuer = root, .from = -900, .to = 900,
                                 .usage = GNUTLS_KEY_KEY_CERT_SIGN });
    leaf = mint(&(struct mint){ .san = "dns:" NAME,
                                .issuer = inter,
                                .purpose = GNUTLS_KP_TLS_WWW_SERVER,
                                .usage = GNUTLS_KEY_DIGITAL_SIGNATURE });
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    minted_free(root);
    minted_free(inter);
    minted_free(leaf);
    return 0;
}

/* A leaf or an intermediate of another make in the usual chain. */
static void expect_leaf(struct mint m, const char *reasons)
{
    m.issuer = m.issuer ? m.issuer : inter;
    m.san = m.san ? m.san : "dns:" NAME;
    struct minted *c = mint(&m);
    struct scene s = { .sent = { c, inter }, .trusted = { root } };
    expect_done(&s, reasons, true, 3);
    minted_free(c);
}

static void expect_inter(struct mint m, const char *reasons)
{
    m.cn = "Other Inter";
    m.issuer = root;
    m.ca = !m.not_ca && !m.v1;
    struct minted *i = mint(&m);
    struct minted *c = mint(&(struct mint){ .san = "dns:" NAME, .issuer = i });
    struct scene s = { .sent = { c, i }, .trusted = { root } };
    expect_done(&s, reasons, true, 3);
    minted_free(c);
    minted_free(i);
}

static void expect_root(struct mint m, const char *reasons)
{
    m.cn = "Other Root";
    m.ca = !m.not_ca && !m.v1;
    struct minted *r = mint(&m);
    struct minted *c = mint(&(struct mint){ .san = "dns:" NAME, .issuer = r });
    struct scene s = { .sent = { c }, .trusted = { r } };
    expect_done(&s, reasons, true, 2);
    minted_free(c);
    minted_free(r);
}

static void test_good(void **state)
{
    (void)state;
    struct scene s = { .sent = { leaf, inter }, .trusted = { root } };
    expect(&s, "", true, 3);
    assert_true(s.chain->complete);
    assert_int_equal(s.chain->built[2].from, LINK_STORE);
    assert_int_equal(s.chain->built[2].sent, -1);
    assert_int_equal(s.chain->built[1].sent, 1);
    scene_free(&s);
    struct scene with_root = { .sent = { leaf, inter, root }, .trusted = { root } };
    expect(&with_root, "", true, 3);
    assert_int_equal(with_root.chain->built[2].from, LINK_STORE);
    assert_int_equal(with_root.chain->built[2].sent, 2);
    scene_free(&with_root);
    struct scene anchored = { .sent = { leaf, inter, root }, .trusted = { inter } };
    expect_done(&anchored, "", true, 2);
    struct scene pinned = { .sent = { leaf }, .trusted = { leaf } };
    expect_done(&pinned, "", true, 1);
}

static void test_dates(void **state)
{
    (void)state;
    expect_leaf((struct mint){ .from = -400, .to = -10 }, "expired@0");
    expect_leaf((struct mint){ .from = 10, .to = 400 }, "not-yet-valid@0");
    expect_inter((struct mint){ .from = -400, .to = -10 }, "expired@1");
    expect_inter((struct mint){ .from = 10, .to = 400 }, "not-yet-valid@1");
    expect_root((struct mint){ .from = -400, .to = -10 }, "expired@1");
    expect_leaf((struct mint){ .from = -1, .to = 4000 }, "");
    /* the last second still counts, and so does the first */
    struct minted *c =
        mint(&(struct mint){ .san = "dns:" NAME, .issuer = inter, .from = -100, .to = 100 });
    static const struct { int64_t now; const char *reasons;
    } edges[] = {
        { MINT_NOW + 100 * MINT_DAY, "expires-soon@0" },
        { MINT_NOW + 100 * MINT_DAY + 1, "expired@0" },
        { MINT_NOW - 100 * MINT_DAY, "" },
        { MINT_NOW - 100 * MINT_DAY - 1, "not-yet-valid@0" },
    };
    for (size_t i = 0; i < sizeof edges / sizeof *edges; i++) {
        struct scene s = { .sent = { c, inter },
                           .trusted = { root },
                           .ask = { .now = edges[i].now } };
        expect_done(&s, edges[i].reasons, true, 3);
    }
    minted_free(c);
}

static void test_date_text(void **state)
{
    (void)state;
    struct minted *c =
        mint(&(struct mint){ .san = "dns:" NAME, .issuer = inter, .from = -400, .to = -323 });
    struct scene s = { .sent = { c, inter }, .trusted = { root } };
    expect(&s, "expired@0", true, 3);
    assert_string_equal(s.chain->fault[0].text, "expired on 2026-02-26 (323 days ago)");
    assert_int_equal(s.chain->fault[0].when, MINT_NOW - 323 * MINT_DAY);
    assert_int_equal(s.chain->fault[0].sent, 0);
    scene_free(&s);
    minted_free(c);
}

static void test_soon(void **state)
{
    (void)state;
    struct minted *c =
        mint(&(struct mint){ .san = "dns:" NAME, .issuer = inter, .from = -80, .to = 10 });
    static const struct { int min_days; int64_t later; const char *reasons; } rows[] = {
        { -1, 0, "" },                          /* 10 of 90 days: more than a tenth */
        { -1, 2 * MINT_DAY, "expires-soon@0" }, /* 8 of 90 */
        { 11, 0, "expires-soon@0" }, { 10, 0, "" }, { 3, 2 * MINT_DAY, "" },
        { 30, 11 * MINT_DAY, "expired@0" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct scene s = { .sent = { c, inter },
                           .trusted = { root },
                           .ask = { .now = MINT_NOW + rows[i].later,
                                    .min_days = rows[i].min_days } };
        expect_done(&s, rows[i].reasons, true, 3);
    }
    minted_free(c);
}

static void test_names(void **state)
{
    (void)state;
    expect_leaf((struct mint){ .san = "dns:b.example dns:c.example" }, "name-mismatch@0");
    expect_leaf((struct mint){ .san = "ip:192.0.2.1" }, "name-only-in-cn@0");
    expect_leaf((struct mint){ .cn = "b.example", .san = "ip:192.0.2.1" }, "name-mismatch@0");
    expect_leaf((struct mint){ .san = "dns:*.example.org dns:" NAME }, "");
    struct minted *plain = mint(&(struct mint){ .issuer = inter });
    struct scene cn = { .sent = { plain, inter }, .trusted = { root } };
    expect_done(&cn, "name-only-in-cn@0", true, 3);
    struct scene other = { .sent = { plain, inter },
                           .trusted = { root },
                           .ask = { .name = "z.example" } };
    expect(&other, "name-mismatch@0", true, 3);
    assert_non_null(strstr(other.chain->fault[0].text, "a.example (in its CN"));
    scene_free(&other);
    minted_free(plain);
    struct minted *nameless = mint(&(struct mint){ .issuer = inter, .cn = "" });
    struct scene none = { .sent = { nameless, inter }, .trusted = { root } };
    expect_done(&none, "name-mismatch@0", true, 3);
    minted_free(nameless);
    struct scene text = { .sent = { leaf, inter },
                          .trusted = { root },
                          .ask = { .name = "b.example" } };
    expect(&text, "name-mismatch@0", true, 3);
    assert_string_equal(text.chain->fault[0].text, "is for a.example, not for b.example");
    scene_free(&text);
}

static void test_self_signed(void **state)
{
    (void)state;
    struct minted *self = mint(&(struct mint){ .san = "dns:" NAME });
    struct scene s = { .sent = { self }, .trusted = { root } };
    expect(&s, "self-signed@0", false, 1);
    assert_true(s.chain->complete);
    scene_free(&s);
    struct scene known = { .sent = { self }, .trusted = { root, self } };
    expect_done(&known, "", true, 1);
    struct scene named = { .sent = { self }, .trusted = { self }, .ask = { .name = "b.example" } };
    expect_done(&named, "name-mismatch@0", true, 1);
    struct minted *renewed =
        mint(&(struct mint){ .san = "dns:" NAME, .same_key = self, .from = -1, .to = 500 });
    struct scene same_key = { .sent = { renewed }, .trusted = { self } };
    expect_done(&same_key, "not-a-ca@1", true, 2);
    struct minted *rekeyed = mint(&(struct mint){ .san = "dns:" NAME });
    struct scene other_key = { .sent = { rekeyed }, .trusted = { self } };
    expect_done(&other_key, "self-signed@0", false, 1);
    minted_break(self);
    struct scene broken = { .sent = { self }, .trusted = { root } };
    expect_done(&broken, "self-signed@0 bad-signature@0", false, 1);
    minted_free(self);
    minted_free(renewed);
    minted_free(rekeyed);
}

static void test_untrusted(void **state)
{
    (void)state;
    struct minted *stranger = mint(&(struct mint){ .cn = "Stranger", .ca = true });
    struct scene s = { .sent = { leaf, inter, root }, .trusted = { stranger } };
    expect(&s, "root-untrusted@2", false, 3);
    assert_true(s.chain->complete);
    scene_free(&s);
    struct scene missing = { .sent = { leaf }, .trusted = { root } };
    expect(&missing, "issuer-unknown@0", false, 1);
    assert_false(missing.chain->complete);
    assert_non_null(strstr(missing.chain->fault[0].text, "\"Inter\""));
    assert_non_null(strstr(missing.chain->fault[0].text, "sent only its own certificate"));
    scene_free(&missing);
    struct scene top = { .sent = { leaf, inter }, .trusted = { stranger } };
    expect_done(&top, "issuer-unknown@1", false, 2);
    struct scene wrong = { .sent = { leaf, stranger }, .trusted = { root } };
    expect_done(&wrong, "issuer-unknown@0 extra#1", false, 1);
    minted_free(stranger);
}

static void test_aia_is_named(void **state)
{
    (void)state;
    struct minted *c = mint(
        &(struct mint){ .san = "dns:" NAME, .issuer = inter, .aia = "http://ca.example/i.crt" });
    struct scene s = { .sent = { c }, .trusted = { root } };
    expect(&s, "issuer-unknown@0", false, 1);
    assert_non_null(strstr(s.chain->fault[0].text, "http://ca.example/i.crt"));
    scene_free(&s);
    minted_free(c);
}

static void test_other_key(void **state)
{
    (void)state;
    struct minted *twin = mint(&(struct mint){ .cn = "Root", .ca = true });
    struct scene s = { .sent = { leaf, inter }, .trusted = { twin } };
    expect_done(&s, "root-other-key@1", false, 2);
    struct scene sent = { .sent = { leaf, inter, root }, .trusted = { twin } };
    expect_done(&sent, "root-other-key@2", false, 3);
    struct scene both = { .sent = { leaf, inter }, .trusted = { twin, root } };
    expect_done(&both, "", true, 3);
    minted_free(twin);
    struct minted *bare = mint(&(struct mint){ .cn = "Root", .ca = true, .no_ids = true });
    struct scene without_ids = { .sent = { leaf, inter }, .trusted = { bare } };
    expect_done(&without_ids, "root-other-key@1", false, 2);
    minted_free(bare);
    /* the intermediate of that name, but an older one */
    struct minted *older = mint(&(struct mint){ .cn = "Inter", .ca = true, .issuer = root });
    struct scene old = { .sent = { leaf, older }, .trusted = { root } };
    expect(&old, "issuer-unknown@0 extra#1", false, 1);
    assert_non_null(strstr(old.chain->fault[0].text, "with another key"));
    scene_free(&old);
    minted_free(older);
}

static void test_bad_signature(void **state)
{
    (void)state;
    struct minted *c = mint(&(struct mint){ .san = "dns:" NAME, .issuer = inter });
    minted_break(c);
    struct scene s = { .sent = { c, inter }, .trusted = { root } };
    expect_done(&s, "bad-signature@0", false, 3);
    struct scene untrusted = { .sent = { c, inter, root }, .trusted = { leaf } };
    expect_done(&untrusted, "bad-signature@0 root-untrusted@2", false, 3);
    minted_free(c);
    c = mint(&(struct mint){ .san = "dns:" NAME, .issuer = root });
    minted_break(c);
    struct scene direct = { .sent = { c }, .trusted = { root } };
    expect_done(&direct, "bad-signature@0", false, 2);
    minted_free(c);
    struct minted *plain =
        mint(&(struct mint){ .cn = "Inter", .ca = true, .issuer = root, .no_ids = true });
    struct scene no_ids = { .sent = { leaf, plain }, .trusted = { root } };
    expect_done(&no_ids, "bad-signature@0", false, 3);
    minted_free(plain);
}

static void test_keys(void **state)
{
    (void)state;
    expect_leaf((struct mint){ .kind = MINT_RSA1024 }, "weak-key@0");
    expect_leaf((struct mint){ .kind = MINT_RSA2048 }, "");
    expect_leaf((struct mint){ .kind = MINT_ED25519 }, "");
    expect_leaf((struct mint){ .kind = MINT_P192 }, "weak-key@0");
    expect_leaf((struct mint){ .kind = MINT_DSA1024 }, "weak-key@0");
    expect_inter((struct mint){ .kind = MINT_RSA1024 }, "weak-key@1");
    expect_root((struct mint){ .kind = MINT_RSA1024 }, "weak-key@1");
    expect_root((struct mint){ .kind = MINT_RSA2048 }, "");
    expect_root((struct mint){ .kind = MINT_ED25519 }, "");
    struct minted *c =
        mint(&(struct mint){ .san = "dns:" NAME, .issuer = inter, .kind = MINT_RSA1024 });
    struct scene s = { .sent = { c, inter }, .trusted = { root } };
    expect(&s, "weak-key@0", true, 3);
    assert_int_equal(s.chain->fault[0].key_bits, 1024);
    scene_free(&s);
    minted_free(c);
}

static void test_digests(void **state)
{
    (void)state;
    struct minted *rsa = mint(&(struct mint){ .cn = "RSA Root", .ca = true, .kind = MINT_RSA2048,
                                              .digest = GNUTLS_DIG_SHA1 });
    static const struct {
        gnutls_digest_algorithm_t digest;
        bool old, pss;
        const char *reasons;
    } rows[] = {
        { GNUTLS_DIG_SHA1, false, false, "weak-digest@0" },
        { GNUTLS_DIG_MD5, false, false, "weak-digest@0" },
        { GNUTLS_DIG_SHA1, true, false, "" },
        { GNUTLS_DIG_SHA256, false, false, "" },
        { GNUTLS_DIG_SHA384, false, false, "" },
        { GNUTLS_DIG_SHA256, false, true, "" },
        { GNUTLS_DIG_SHA512, false, true, "" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct minted *c = mint(&(struct mint){
            .san = "dns:" NAME, .issuer = rsa, .digest = rows[i].digest, .pss = rows[i].pss });
        /* the root's own SHA-1 never counts, whether it is trusted or not */
        struct scene s = { .sent = { c },
                           .trusted = { rsa },
                           .ask = { .old_digests = rows[i].old } };
        expect_done(&s, rows[i].reasons, true, 2);
        if (rows[i].pss) {
            minted_break(c);
            struct scene broken = { .sent = { c }, .trusted = { rsa } };
            expect_done(&broken, "bad-signature@0", false, 2);
        }
        minted_free(c);
    }
    struct minted *c = mint(&(struct mint){ .san = "dns:" NAME, .issuer = rsa });
    struct scene sent = { .sent = { c, rsa }, .trusted = { root } };
    expect_done(&sent, "root-untrusted@1", false, 2);
    minted_free(c);
    struct minted *mid =
        mint(&(struct mint){ .cn = "Mid", .ca = true, .issuer = rsa, .digest = GNUTLS_DIG_SHA1 });
    c = mint(&(struct mint){ .san = "dns:" NAME, .issuer = mid });
    struct scene above = { .sent = { c, mid }, .trusted = { rsa } };
    expect_done(&above, "weak-digest@1", true, 3);
    minted_free(c);
    minted_free(mid);
    minted_free(rsa);
}

/* The salt's length stands in the certificate, and may be another than the digest's. */
static void test_pss_salts(void **state)
{
    (void)state;
    static const unsigned salts[] = { 20, 32, 64, 222 };
    struct minted *rsa = mint(&(struct mint){ .cn = "RSA Root", .ca = true, .kind = MINT_RSA2048 });
    for (size_t i = 0; i < sizeof salts / sizeof *salts; i++) {
        struct minted *c = mint(&(struct mint){
            .san = "dns:" NAME, .issuer = rsa, .pss = true, .salt = salts[i] });
        struct scene s = { .sent = { c }, .trusted = { rsa } };
        expect_done(&s, "", true, 2);
        minted_break(c);
        struct scene broken = { .sent = { c }, .trusted = { rsa } };
        expect_done(&broken, "bad-signature@0", false, 2);
        minted_free(c);
    }
    minted_free(rsa);
}

static void test_purposes(void **state)
{
    (void)state;
    expect_leaf((struct mint){ .purpose = GNUTLS_KP_TLS_WWW_CLIENT }, "no-server-auth@0");
    expect_leaf((struct mint){ .purpose = GNUTLS_KP_TLS_WWW_SERVER }, "");
    expect_leaf((struct mint){ .purpose = GNUTLS_KP_ANY }, "");
    expect_inter((struct mint){ .purpose = GNUTLS_KP_TLS_WWW_CLIENT }, "no-server-auth@1");
    expect_inter((struct mint){ .purpose = GNUTLS_KP_TLS_WWW_SERVER }, "");
    expect_root((struct mint){ .purpose = GNUTLS_KP_TLS_WWW_CLIENT }, "");
}

static void test_usages(void **state)
{
    (void)state;
    expect_leaf((struct mint){ .usage = GNUTLS_KEY_CRL_SIGN }, "key-usage@0");
    expect_leaf((struct mint){ .usage = GNUTLS_KEY_KEY_ENCIPHERMENT }, "");
    expect_leaf((struct mint){ .usage = GNUTLS_KEY_KEY_AGREEMENT }, "");
    expect_leaf((struct mint){ .usage = GNUTLS_KEY_DIGITAL_SIGNATURE }, "");
    expect_inter((struct mint){ .usage = GNUTLS_KEY_DIGITAL_SIGNATURE }, "key-usage@1");
    expect_inter((struct mint){ .usage = GNUTLS_KEY_KEY_CERT_SIGN }, "");
    expect_root((struct mint){ .usage = GNUTLS_KEY_CRL_SIGN }, "key-usage@1");
}

static void test_not_ca(void **state)
{
    (void)state;
    expect_inter((struct mint){ .not_ca = true }, "not-a-ca@1");
    expect_inter((struct mint){ .v1 = true }, "not-a-ca@1");
    expect_root((struct mint){ .not_ca = true }, "not-a-ca@1");
    expect_root((struct mint){ .v1 = true }, "");
    expect_leaf((struct mint){ .ca = true }, ""); /* a leaf may be one */
}

static void test_path_length(void **state)
{
    (void)state;
    expect_inter((struct mint){ .limited = true, .path_len = 0 }, "");
    expect_root((struct mint){ .limited = true, .path_len = 0 }, "");
    struct minted *upper =
        mint(&(struct mint){ .cn = "Upper", .ca = true, .issuer = root, .limited = true });
    struct minted *lower = mint(&(struct mint){ .cn = "Lower", .ca = true, .issuer = upper });
    struct minted *c = mint(&(struct mint){ .san = "dns:" NAME, .issuer = lower });
    struct scene s = { .sent = { c, lower, upper }, .trusted = { root } };
    expect_done(&s, "path-length@2", true, 4);
    minted_free(upper);
    minted_free(lower);
    minted_free(c);
    upper = mint(&(struct mint){
        .cn = "Upper", .ca = true, .issuer = root, .limited = true, .path_len = 1 });
    lower = mint(&(struct mint){ .cn = "Lower", .ca = true, .issuer = upper });
    c = mint(&(struct mint){ .san = "dns:" NAME, .issuer = lower });
    struct scene enough = { .sent = { c, lower, upper }, .trusted = { root } };
    expect_done(&enough, "", true, 4);
    minted_free(upper);
    minted_free(lower);
    minted_free(c);
}

static void test_constraints(void **state)
{
    (void)state;
    expect_inter((struct mint){ .permit_dns = "example" }, "");
    expect_inter((struct mint){ .permit_dns = "example.org" }, "name-constraint@0");
    expect_inter((struct mint){ .permit_dn = "CN=a.example" }, "");
    expect_inter((struct mint){ .permit_dn = "O=Somebody" }, "name-constraint@0");
    expect_inter((struct mint){ .permit_dn = "CN=A.Example" }, "");
    expect_root((struct mint){ .permit_dns = "example.org" }, "name-constraint@0");
    /* a CN is no name: only what stands in subjectAltName is constrained */
    struct minted *i = mint(
        &(struct mint){ .cn = "Limited", .ca = true, .issuer = root, .permit_dns = "example.org" });
    struct minted *c = mint(&(struct mint){ .san = "ip:192.0.2.1", .issuer = i });
    struct scene s = { .sent = { c, i }, .trusted = { root }, .ask = { .name = "192.0.2.1" } };
    expect_done(&s, "", true, 3);
    minted_free(i);
    minted_free(c);
}

/* Whole parts of a name are compared, from the top; what a part has written in it is no part. */
static void test_directory_names(void **state)
{
    (void)state;
    static const struct { const char *permitted, *subject, *reasons; } rows[] = {
        { "O=Base", "CN=leaf,O=Base", "" },
        { "O=Base", "CN=leaf,OU=Unit,O=Base", "" },
        { "O=Base", "CN=leaf,O=base", "" },
        { "OU=Unit,O=Base", "CN=leaf,OU=Unit,O=Base", "" },
        { "OU=Unit,O=Base", "CN=leaf,O=Base", "name-constraint@0" },
        { "O=Base", "O=Base,CN=leaf", "name-constraint@0" },
        { "O=Base", "CN=leaf\\,O=Base", "name-constraint@0" },
        { "O=Base", "CN=leaf,O=Base and more", "name-constraint@0" },
        { "O=Base", "CN=leaf,OU=Base", "name-constraint@0" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct minted *ca = mint(&(struct mint){
            .cn = "Limited", .ca = true, .issuer = root, .permit_dn = rows[i].permitted });
        struct minted *c = mint(&(struct mint){ .dn = rows[i].subject, .san = "dns:" NAME, .issuer = ca });
        struct scene s = { .sent = { c, ca }, .trusted = { root } };
        print_message("# %s below %s\n", rows[i].subject, rows[i].permitted);
        expect_done(&s, rows[i].reasons, true, 3);
        minted_free(c);
        minted_free(ca);
    }
}

/* With thousands of names: quick, and the last one counts. The last CA is made to take long. */
static void test_constraints_of_many(void **state)
{
    (void)state;
    static const struct { const char *permitted, *reasons; } rows[] = {
        { "example", "" }, { "example.org", "name-constraint@0" }, { NULL, "name-constraint@0" },
    };
    uint8_t excluded[4 + 4 + 5 * 10000] = { 0x30, 0x82, 0xc3, 0x54, 0xa1, 0x82, 0xc3, 0x50 };
    for (size_t i = 8; i < sizeof excluded; i += 5)
        memcpy(excluded + i, "\x30\x03\x82\x01x", 5);
    size_t len;
    uint8_t *names = mint_names(4000, &len);
    clock_t begin = clock();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct minted *ca = mint(&(struct mint){
            .cn = "Limited", .ca = true, .issuer = root, .permit_dns = rows[i].permitted,
            .raw_oid = rows[i].permitted ? NULL : "2.5.29.30", .raw = excluded,
            .raw_len = sizeof excluded });
        struct minted *c = mint(&(struct mint){
            .issuer = ca, .raw_oid = MINT_SAN_OID, .raw = names, .raw_len = len });
        struct scene s = { .sent = { c, ca }, .trusted = { root }, .ask = { .name = "n3999.example" } };
        expect_done(&s, rows[i].reasons, true, 3);
        minted_free(c);
        minted_free(ca);
    }
    free(names);
    assert_true(clock() - begin < 10 * CLOCKS_PER_SEC);
}

static void key_is_refused(gnutls_pubkey_t key)
{
    struct minted *ca = mint(&(struct mint){ .cn = "Slow", .ca = true });
    struct minted *c = mint(&(struct mint){ .san = "dns:" NAME, .kind = MINT_RSA2048 });
    struct minted *of_dsa = mint(&(struct mint){ .san = "dns:" NAME, .kind = MINT_DSA1024 });
    gnutls_datum_t der;
    assert_int_equal(gnutls_x509_crt_set_pubkey(ca->crt, key), 0);
    assert_int_equal(gnutls_x509_crt_sign2(ca->crt, c->crt, c->key, GNUTLS_DIG_SHA256, 0), 0);
    assert_int_equal(gnutls_x509_crt_export2(ca->crt, GNUTLS_X509_FMT_DER, &der), 0);
    bool dsa = gnutls_pubkey_get_pk_algorithm(key, NULL) == GNUTLS_PK_DSA;
    struct cert *issuer = cert_read(der.data, der.size), *child = minted_cert(dsa ? of_dsa : c);
    struct judge_cache *cache = judge_cache_new();
    assert_false(issuer->malformed);
    assert_true(path_key_slow(der.data, der.size));
    assert_false(path_key_slow(c->der, c->len));
    assert_int_equal(path_verify(cache, child, issuer), LINK_UNCHECKED);
    judge_cache_free(cache);
    cert_free(child);
    cert_free(issuer);
    gnutls_free(der.data);
    gnutls_pubkey_deinit(key);
    minted_free(of_dsa);
    minted_free(c);
    minted_free(ca);
}

static gnutls_pubkey_t key_new(void)
{
    gnutls_pubkey_t key;
    assert_int_equal(gnutls_pubkey_init(&key), 0);
    return key;
}

/* Keys made to be slow are not computed with: too large, or with an exponent or an order as long as the rest. */
static void test_slow_keys(void **state)
{
    (void)state;
    unsigned char bytes[2200], usual[] = { 1, 0, 1 };
    memset(bytes, 0xc5, sizeof bytes);
    gnutls_datum_t huge = { bytes, sizeof bytes }, m = { bytes, 512 }, e = { usual, sizeof usual };
    gnutls_datum_t most = { bytes, 10000 / 8 }, q = { bytes, 32 };
    gnutls_pubkey_t size = key_new(), exponent = key_new(), dsa_size = key_new(), dsa_order = key_new();
    assert_int_equal(gnutls_pubkey_import_rsa_raw(size, &huge, &e), 0);
    key_is_refused(size);
    assert_int_equal(gnutls_pubkey_import_rsa_raw(exponent, &m, &m), 0);
    key_is_refused(exponent);
    assert_int_equal(gnutls_pubkey_import_dsa_raw(dsa_size, &huge, &q, &q, &m), 0);
    key_is_refused(dsa_size);
    assert_int_equal(gnutls_pubkey_import_dsa_raw(dsa_order, &most, &m, &m, &m), 0);
    key_is_refused(dsa_order);
    assert_false(path_key_slow("no certificate", 14));
}

static void test_critical(void **state)
{
    (void)state;
    expect_leaf((struct mint){ .unknown = "1.2.3.4.5", .critical = true }, "critical-extension@0");
    expect_leaf((struct mint){ .unknown = "1.2.3.4.5" }, "");
    expect_leaf((struct mint){ .unknown = "1.3.6.1.4.1.11129.2.4.3", .critical = true },
                "critical-extension@0");
    expect_inter((struct mint){ .unknown = "1.2.3.4.5", .critical = true }, "critical-extension@1");
    expect_root((struct mint){ .unknown = "1.2.3.4.5", .critical = true }, "");
}

static void test_malformed(void **state)
{
    (void)state;
    struct minted *cut = mint(&(struct mint){ .san = "dns:" NAME });
    cut->len -= 20;
    struct scene s = { .sent = { cut, inter }, .trusted = { root } };
    expect_done(&s, "malformed@0", false, 1);
    struct scene later = { .sent = { leaf, cut, inter }, .trusted = { root } };
    expect_done(&later, "malformed#1", true, 3);
    minted_free(cut);
    struct scene none = { .sent = { NULL }, .trusted = { root } };
    expect_done(&none, "no-certificate", false, 0);
}

static void test_no_store(void **state)
{
    (void)state;
    assert_int_equal(setenv("SSL_CERT_FILE", "/dev/null", 1), 0);
    assert_int_equal(setenv("SSL_CERT_DIR", "/dev/null", 1), 0);
    struct store *empty = store_load(NULL, NULL);
    assert_non_null(empty);
    assert_int_equal(store_count(empty), 0);
    struct minted *self = mint(&(struct mint){ .san = "dns:" NAME, .from = -9, .to = -1 });
    struct scene s = { .sent = { leaf, inter }, .ask = { .store = empty } };
    expect_done(&s, "no-store@1", false, 2);
    struct scene whole = { .sent = { leaf, inter, root }, .ask = { .store = empty } };
    expect_done(&whole, "no-store@2", false, 3);
    struct scene alone = { .sent = { self }, .ask = { .store = empty } };
    expect_done(&alone, "no-store@0 expired@0", false, 1);
    minted_free(self);
    store_free(empty);
    unsetenv("SSL_CERT_FILE");
    unsetenv("SSL_CERT_DIR");
}

static void test_order_and_extra(void **state)
{
    (void)state;
    struct minted *lower = mint(&(struct mint){ .cn = "Lower", .ca = true, .issuer = inter });
    struct minted *c = mint(&(struct mint){ .san = "dns:" NAME, .issuer = lower });
    struct scene order = { .sent = { c, inter, lower }, .trusted = { root } };
    expect(&order, "order", true, 4);
    assert_non_null(strstr(order.chain->fault[0].text, "1, 3, 2"));
    scene_free(&order);
    struct scene right = { .sent = { c, lower, inter }, .trusted = { root } };
    expect_done(&right, "", true, 4);
    struct scene gap = { .sent = { c, lower, leaf, inter }, .trusted = { root } };
    expect_done(&gap, "extra#2", true, 4);
    struct scene twice = { .sent = { c, c, lower, inter, inter }, .trusted = { root } };
    expect_done(&twice, "extra#1 extra#4", true, 4);
    minted_free(lower);
    minted_free(c);
}

/* New is a root by itself and was also signed by Old: the server sends that, for clients that have
 * only Old. Neither is extra, and whichever is trusted will do. */
static void test_cross_signed(void **state)
{
    (void)state;
    struct minted *old = mint(&(struct mint){ .cn = "Old", .ca = true, .from = -3000, .to = 3000 });
    struct minted *gone =
        mint(&(struct mint){ .cn = "Old", .ca = true, .from = -3000, .to = -5, .same_key = old });
    struct minted *new = mint(&(struct mint){ .cn = "New", .ca = true, .from = -100, .to = 3000 });
    struct minted *cross =
        mint(&(struct mint){ .cn = "New", .ca = true, .same_key = new, .issuer = old });
    struct minted *c = mint(&(struct mint){ .san = "dns:" NAME, .issuer = new });
    struct scene modern = { .sent = { c, cross, old }, .trusted = { new } };
    expect_done(&modern, "", true, 2);
    struct scene before = { .sent = { c, cross }, .trusted = { old } };
    expect_done(&before, "", true, 3);
    struct scene expired = { .sent = { c, cross }, .trusted = { gone } };
    expect_done(&expired, "expired@2", true, 3);
    struct scene choice = { .sent = { c, cross }, .trusted = { gone, new } };
    expect_done(&choice, "", true, 2);
    struct scene renewed = { .sent = { c, cross }, .trusted = { gone, old } };
    expect_done(&renewed, "", true, 3);
    struct scene none = { .sent = { c, new, cross, old }, .trusted = { root } };
    expect(&none, "root-untrusted@1", false, 2);
    scene_free(&none);
    minted_free(old);
    minted_free(gone);
    minted_free(new);
    minted_free(cross);
    minted_free(c);
}

/* A dead end is left again: of two intermediates with the same name and key, one leads nowhere. */
static void test_backtracking(void **state)
{
    (void)state;
    struct minted *nobody = mint(&(struct mint){ .cn = "Nobody", .ca = true });
    struct minted *dead =
        mint(&(struct mint){ .cn = "Inter", .ca = true, .same_key = inter, .issuer = nobody });
    struct minted *late = mint(&(struct mint){
        .cn = "Inter", .ca = true, .same_key = inter, .issuer = root, .from = -90, .to = -9 });
    struct scene s = { .sent = { leaf, dead, inter }, .trusted = { root } };
    expect(&s, "", true, 3);
    assert_int_equal(s.chain->built[1].sent, 2);
    scene_free(&s);
    struct scene dates = { .sent = { leaf, late, dead, inter }, .trusted = { root } };
    expect_done(&dates, "", true, 3);
    struct scene only_late = { .sent = { leaf, dead, late }, .trusted = { root } };
    expect_done(&only_late, "expired@1", true, 3);
    minted_free(nobody);
    minted_free(dead);
    minted_free(late);
}

/* Two CAs that signed each other, and no root at all. */
static void test_loop(void **state)
{
    (void)state;
    struct minted *a = mint(&(struct mint){ .cn = "A", .ca = true });
    struct minted *b = mint(&(struct mint){ .cn = "B", .ca = true, .issuer = a });
    struct minted *ab = mint(&(struct mint){ .cn = "A", .ca = true, .same_key = a, .issuer = b });
    struct minted *c = mint(&(struct mint){ .san = "dns:" NAME, .issuer = b });
    struct scene s = { .sent = { c, b, ab }, .trusted = { root } };
    expect_done(&s, "issuer-unknown@2", false, 3);
    struct scene out = { .sent = { c, b, ab }, .trusted = { a } };
    expect_done(&out, "", true, 3);
    minted_free(a);
    minted_free(b);
    minted_free(ab);
    minted_free(c);
}

/* A hundred intermediates, each signed by the one before: more than we follow; and all of the
 * same name and with other keys: more than we verify. */
static void expect_from(const struct scene *s, const char *froms)
{
    json_t *j = chain_json(s->chain, s->cert, s->count), *one;
    struct text got = { 0 };
    size_t i;
    json_array_foreach(json_object_get(j, "built"), i, one) {
        text_addf(&got, "%s%s", i ? " " : "", json_string_value(json_object_get(one, "from")));
    }
    assert_string_equal(got.s, froms);
    text_free(&got);
    json_decref(j);
}

/* What was not sent fills a gap, and nothing else: what was sent goes first, and a stranger is no issuer. */
static void test_extra(void **state)
{
    (void)state;
    struct minted *twin = mint(&(struct mint){ .cn = "Inter", .ca = true, .issuer = root, .from = -900, .to = 900 });
    struct minted *idless = mint(&(struct mint){ .cn = "Inter", .ca = true, .issuer = root, .from = -900, .to = 900,
                                                 .no_ids = true });
    struct cert *have_inter = minted_cert(inter), *have_twin = minted_cert(twin), *have_root = minted_cert(root);
    struct judge_extra both[] = { { have_twin, LINK_FETCHED }, { have_inter, LINK_ELSEWHERE } };
    struct judge_extra roots[] = { { have_inter, LINK_FETCHED }, { have_root, LINK_FETCHED } };
    struct scene s = { .sent = { leaf }, .trusted = { root }, .ask = { .extra = both, .extra_count = 2 } };
    expect(&s, "", true, 3);
    expect_from(&s, "sent elsewhere store");
    scene_free(&s);
    s = (struct scene){ .sent = { leaf }, .trusted = { root }, .ask = { .extra = both, .extra_count = 1 } };
    expect_done(&s, "issuer-unknown@0", false, 1);
    s = (struct scene){ .sent = { leaf, inter }, .trusted = { root }, .ask = { .extra = roots, .extra_count = 1 } };
    expect(&s, "", true, 3);
    expect_from(&s, "sent sent store");
    scene_free(&s);
    s = (struct scene){ .sent = { leaf, idless }, .trusted = { root }, .ask = { .extra = roots, .extra_count = 1 } };
    expect(&s, "extra#1", true, 3); /* the wrong one was sent: the right one is found all the same */
    expect_from(&s, "sent fetched store");
    scene_free(&s);
    s = (struct scene){ .sent = { leaf }, .trusted = { twin }, .ask = { .extra = roots, .extra_count = 2 } };
    expect(&s, "root-untrusted@2", false, 3);
    expect_from(&s, "sent fetched fetched");
    assert_true(s.chain->complete);
    scene_free(&s);
    cert_free(have_inter);
    cert_free(have_twin);
    cert_free(have_root);
    minted_free(twin);
    minted_free(idless);
}

static void test_hundred(void **state)
{
    (void)state;
    struct minted *ca[100];
    struct scene s = { .trusted = { root } };
    for (int i = 0; i < 100; i++) {
        char *cn = mem_format("Level %d", i);
        ca[i] = mint(&(struct mint){ .cn = cn, .ca = true, .issuer = i ? ca[i - 1] : root });
        free(cn);
    }
    struct minted *c = mint(&(struct mint){ .san = "dns:" NAME, .issuer = ca[99] });
    s.sent[0] = c;
    for (int i = 0; i < 100; i++)
        s.sent[1 + i] = ca[99 - i];
    scene_judge(&s);
    assert_int_equal(s.chain->built_count, CHAIN_MAX);
    assert_false(s.chain->trusted);
    scene_free(&s);
    minted_free(c);
    for (int i = 0; i < 100; i++)
        minted_free(ca[i]);
}

static void test_hundred_twins(void **state)
{
    (void)state;
    struct minted *twin[100];
    struct scene s = { .sent = { leaf }, .trusted = { root } };
    for (int i = 0; i < 100; i++) {
        twin[i] = mint(&(struct mint){ .cn = "Inter", .ca = true, .issuer = root });
        s.sent[1 + i] = twin[i];
    }
    s.sent[101] = inter; /* found by its key id, whatever stands before it */
    scene_judge(&s);
    assert_true(s.chain->trusted);
    assert_int_equal(s.chain->built[1].sent, 101);
    scene_free(&s);
    for (int i = 0; i < 100; i++)
        minted_free(twin[i]);
}

/* What other clients refuse, or put up with. */
static void test_client_rules(void **state)
{
    (void)state;
    struct minted *rsa = mint(&(struct mint){ .cn = "RSA root", .ca = true, .kind = MINT_RSA2048 });
    struct minted *c = mint(&(struct mint){ .san = "dns:" NAME, .issuer = rsa, .kind = MINT_RSA2048 });
    struct minted *named = mint(&(struct mint){ .cn = NAME, .issuer = inter });
    static const struct { struct judge_ask ask; const char *reasons; } rows[] = {
        { { .no_sha2 = true }, "weak-digest@0" },
        { { .rsa_bits_max = 2048 }, "" },
        { { .rsa_bits_max = 1024 }, "weak-key@0 weak-key@1" },
        { { .rsa_bits_min = 4096 }, "weak-key@0 weak-key@1" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct scene s = { .sent = { c }, .trusted = { rsa }, .ask = rows[i].ask };
        expect_done(&s, rows[i].reasons, true, 2);
    }
    struct scene strict = { .sent = { named, inter }, .trusted = { root } };
    expect_done(&strict, "name-only-in-cn@0", true, 3);
    struct scene mild = { .sent = { named, inter }, .trusted = { root }, .ask = { .takes_cn = true } };
    expect_done(&mild, "", true, 3);
    minted_free(named);
    minted_free(c);
    minted_free(rsa);
}

static void test_everything_at_once(void **state)
{
    (void)state;
    struct minted *bad = mint(&(struct mint){ .cn = "Bad",
                                              .not_ca = true,
                                              .issuer = root,
                                              .from = -90,
                                              .to = -1,
                                              .kind = MINT_RSA1024,
                                              .usage = GNUTLS_KEY_CRL_SIGN });
    struct minted *c = mint(&(struct mint){ .san = "dns:b.example",
                                            .issuer = bad,
                                            .from = 5,
                                            .to = 50,
                                            .kind = MINT_RSA1024,
                                            .digest = GNUTLS_DIG_SHA1,
                                            .purpose = GNUTLS_KP_TLS_WWW_CLIENT,
                                            .usage = GNUTLS_KEY_CRL_SIGN,
                                            .unknown = "1.2.3.4.5",
                                            .critical = true });
    struct scene s = { .sent = { c, leaf, bad }, .trusted = { leaf } };
    expect_done(
        &s,
        "not-yet-valid@0 name-mismatch@0 weak-key@0 weak-digest@0 no-server-auth@0 key-usage@0 "
        "critical-extension@0 issuer-unknown@1 expired@1 weak-key@1 key-usage@1 not-a-ca@1 extra#1",
        false, 2);
    minted_free(bad);
    minted_free(c);
}

static void test_cache(void **state)
{
    (void)state;
    struct judge_cache *k = judge_cache_new();
    struct cert *one = judge_cert(k, inter->der, inter->len),
                *two = judge_cert(k, inter->der, inter->len);
    assert_ptr_equal(one, two);
    cert_free(one);
    cert_free(two);
    for (int i = 0; i < 3; i++) {
        struct scene s = { .sent = { leaf, inter }, .trusted = { root }, .cache = k };
        expect_done(&s, "", true, 3);
        struct scene other = { .sent = { leaf, inter }, .trusted = { leaf }, .cache = k };
        expect_done(&other, "", true, 1);
    }
    struct cert *junk = judge_cert(k, "junk", 4);
    assert_true(junk->malformed);
    cert_free(junk);
    /* more certificates than it keeps: those in hand stay usable */
    one = judge_cert(k, inter->der, inter->len);
    for (unsigned i = 0; i < 5000; i++)
        cert_free(judge_cert(k, &i, sizeof i));
    assert_string_equal(one->cn, "Inter");
    cert_free(one);
    judge_cache_free(k);
    judge_cache_free(NULL);
}

static void test_json(void **state)
{
    (void)state;
    struct minted *c = mint(&(struct mint){
        .san = "dns:" NAME, .issuer = inter, .kind = MINT_RSA1024, .from = -40, .to = -1 });
    struct scene s = { .sent = { c, inter, leaf }, .trusted = { root } };
    expect(&s, "expired@0 weak-key@0 extra#2", true, 3);
    json_t *f = chain_faults_json(s.chain), *one = json_array_get(f, 0);
    assert_string_equal(json_string_value(json_object_get(one, "reason")), "expired");
    assert_int_equal(json_integer_value(json_object_get(one, "cert")), 0);
    assert_string_equal(json_string_value(json_object_get(one, "subject")), "CN=a.example");
    assert_string_equal(json_string_value(json_object_get(one, "when")), "2027-01-14T08:00:00Z");
    assert_true(json_is_null(json_object_get(one, "bits")));
    assert_int_equal(json_integer_value(json_object_get(json_array_get(f, 1), "bits")), 1024);
    assert_true(json_is_null(json_object_get(json_array_get(f, 2), "link")));
    assert_int_equal(json_integer_value(json_object_get(json_array_get(f, 2), "cert")), 2);
    json_decref(f);
    json_t *j = chain_json(s.chain, s.cert, s.count);
    assert_int_equal(json_array_size(json_object_get(j, "sent")), 3);
    json_t *built = json_object_get(j, "built");
    assert_int_equal(json_array_size(built), 3);
    assert_string_equal(json_string_value(json_object_get(json_array_get(built, 1), "from")),
                        "sent");
    assert_string_equal(json_string_value(json_object_get(json_array_get(built, 2), "from")),
                        "store");
    assert_true(json_is_true(json_object_get(j, "trusted")));
    json_decref(j);
    scene_free(&s);
    minted_free(c);
}

/* --- a second opinion ------------------------------------------------------------------------- */

/* Exit status of openssl with these words, 127 when it is not there. */
static int openssl(char *const *words)
{
    pid_t pid = fork();
    if (pid == 0) {
        if (!freopen("/dev/null", "w", stdout) || !freopen("/dev/null", "w", stderr))
            _exit(126);
        execvp("openssl", words);
        _exit(127);
    }
    int status = 0;
    assert_true(pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status));
    return WEXITSTATUS(status);
}

static char *pem_file(const struct minted *const *list)
{
    struct text t = { 0 };
    for (size_t i = 0; list[i]; i++) {
        char *pem = minted_pem(list[i]);
        text_add(&t, pem);
        free(pem);
    }
    char *name = mint_file(t.s, t.len);
    text_free(&t);
    return name;
}

/* OpenSSL and we say the same of trust, for this chain. */
static void agree(const struct minted *const *sent, const struct minted *trusted, bool want)
{
    char now[32];
    const struct minted *ca[] = { trusted, NULL }, *first[] = { sent[0], NULL };
    char *store = pem_file(ca), *one = pem_file(first), *rest = pem_file(sent);
    snprintf(now, sizeof now, "%lld", (long long)MINT_NOW);
    const char *words[] = { "openssl",    "verify",      "-attime",     now, "-partial_chain",
                            "-no-CApath", "-no-CAstore", "-auth_level", "0", "-CAfile",
                            store,        "-untrusted",  rest,          one, NULL };
    int status = openssl((char *const *)(uintptr_t)words);
    struct scene s = { .trusted = { trusted } };
    for (size_t i = 0; sent[i]; i++)
        s.sent[i] = sent[i];
    scene_judge(&s);
    assert_int_equal(s.chain->trusted, want);
    assert_int_equal(status == 0, want);
    scene_free(&s);
    char *names[] = { store, one, rest };
    for (int i = 0; i < 3; i++) {
        unlink(names[i]);
        free(names[i]);
    }
}

static void test_openssl_agrees(void **state)
{
    (void)state;
    char *const version[] = { (char[]){ "openssl" }, (char[]){ "version" }, NULL };
    if (openssl(version) != 0) {
        print_message("# openssl is not installed: nothing to compare with\n");
        return;
    }
    struct minted *twin = mint(&(struct mint){ .cn = "Root", .ca = true });
    struct minted *broken = mint(&(struct mint){ .san = "dns:" NAME, .issuer = inter });
    struct minted *rsa = mint(&(struct mint){ .cn = "RSA", .ca = true, .kind = MINT_RSA2048 });
    struct minted *pss = mint(&(struct mint){ .san = "dns:" NAME, .issuer = rsa, .pss = true });
    struct minted *cross =
        mint(&(struct mint){ .cn = "Root", .ca = true, .same_key = root, .issuer = rsa });
    minted_break(broken);
    const struct { const struct minted *sent[5], *trusted; bool want;
    } rows[] = {
        { { leaf, inter }, root, true },
        { { leaf, inter, root }, root, true },
        { { leaf }, root, false },
        { { leaf, inter, root }, rsa, false },
        { { leaf, inter }, twin, false },
        { { leaf, inter }, inter, true },
        { { broken, inter }, root, false },
        { { pss }, rsa, true },
        { { leaf, cross, inter }, rsa, true },
        { { leaf, inter, cross }, root, true },
        { { leaf, twin, inter, cross }, rsa, true },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        agree(rows[i].sent, rows[i].trusted, rows[i].want);
    minted_free(twin);
    minted_free(broken);
    minted_free(rsa);
    minted_free(pss);
    minted_free(cross);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),
        cmocka_unit_test(test_dates),
        cmocka_unit_test(test_date_text),
        cmocka_unit_test(test_soon),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_self_signed),
        cmocka_unit_test(test_untrusted),
        cmocka_unit_test(test_aia_is_named),
        cmocka_unit_test(test_other_key),
        cmocka_unit_test(test_bad_signature),
        cmocka_unit_test(test_keys),
        cmocka_unit_test(test_digests),
        cmocka_unit_test(test_pss_salts), cmocka_unit_test(test_purposes),
        cmocka_unit_test(test_usages),
        cmocka_unit_test(test_not_ca),
        cmocka_unit_test(test_path_length),
        cmocka_unit_test(test_constraints),
        cmocka_unit_test(test_constraints_of_many), cmocka_unit_test(test_slow_keys),
        cmocka_unit_test(test_directory_names),
        cmocka_unit_test(test_critical),
        cmocka_unit_test(test_malformed),
        cmocka_unit_test(test_no_store),
        cmocka_unit_test(test_order_and_extra),
        cmocka_unit_test(test_cross_signed),
        cmocka_unit_test(test_backtracking),
        cmocka_unit_test(test_loop),
        cmocka_unit_test(test_extra),
        cmocka_unit_test(test_hundred),
        cmocka_unit_test(test_hundred_twins),
        cmocka_unit_test(test_client_rules),
        cmocka_unit_test(test_everything_at_once),
        cmocka_unit_test(test_cache),
        cmocka_unit_test(test_json),
        cmocka_unit_test(test_openssl_agrees),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
