/* What should be there against what came: the pins of a key, the certificates of a file, and how they differ. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/pki/expect.h"
#include "tests/lib/mint.h"

static struct minted *root, *leaf;

static int setup(void **state)
{
    (void)state;
    root = mint(&(struct mint){ .cn = "Root", .ca = true });
    leaf = mint(&(struct mint){ .san = "dns:a.example dns:b.example", .issuer = root, .from = -30, .to = 60 });
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    minted_free(root);
    minted_free(leaf);
    return 0;
}

/* What is said of `leaf`, which came with its root; `file` has n certificates, 0: no expect=. */
struct said { bool fits; json_t *value; char *text; };

static struct said judge(const char *pins, const struct minted *const *file, size_t n)
{
    struct cert *one = minted_cert(leaf), *two = minted_cert(root);
    struct chain chain = { .built = { { .cert = one }, { .cert = two } }, .built_count = 2 };
    struct expect x = { .pins = pins, .path = "file.pem" };
    struct text pem = { 0 };
    char *name = NULL;
    for (size_t i = 0; i < n; i++) {
        char *block = minted_pem(file[i]);
        text_add(&pem, block);
        free(block);
    }
    if (n) {
        name = mint_file(pem.s, pem.len);
        x.file = expect_load(name, NULL);
        assert_non_null(x.file);
        unlink(name);
    }
    struct said s;
    s.fits = expect_judge(&x, one, &chain, &s.value, &s.text);
    assert_true(*s.text != '\0');
    store_free(x.file);
    text_free(&pem);
    free(name);
    cert_free(one);
    cert_free(two);
    return s;
}

static void said_free(struct said *s)
{
    json_decref(s->value);
    free(s->text);
}

static const char *word(const struct said *s, const char *key)
{
    const json_t *v = json_object_get(s->value, key);
    assert_non_null(v);
    return json_is_null(v) ? "null" : json_is_true(v) ? "true" : json_is_false(v) ? "false" : json_string_value(v);
}

static void test_pins(void **state)
{
    (void)state;
    static const char other[] = "sha256//47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
    char mine[EXPECT_PIN_MAX], ca[EXPECT_PIN_MAX];
    struct cert *one = minted_cert(leaf), *two = minted_cert(root), made = { .refs = 1 };
    strcpy(made.spki_sha256, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    assert_string_equal(expect_pin(&made, mine), other); /* SHA-256 of nothing */
    expect_pin(one, mine);
    expect_pin(two, ca);
    char *several = mem_format("%s;%s", other, mine), *wrong = mem_format("%s;%s", ca, other);
    const struct { const char *pins, *fits, *of_ca; } rows[] = {
        { mine, "true", "null" }, { several, "true", "null" }, { other, "false", "null" }, { ca, "false", "Root" },
        { wrong, "false", "Root" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct said s = judge(rows[i].pins, NULL, 0);
        assert_int_equal(s.fits, rows[i].fits[0] == 't');
        assert_string_equal(word(&s, "pin_fits"), rows[i].fits);
        assert_string_equal(word(&s, "pin_of_ca"), rows[i].of_ca);
        assert_string_equal(word(&s, "file"), "null");
        assert_non_null(strstr(s.text, mine));
        assert_string_equal(json_string_value(json_object_get(json_object_get(s.value, "got"), "pin")), mine);
        said_free(&s);
    }
    struct said s = judge(several, NULL, 0);
    assert_int_equal(json_array_size(json_object_get(s.value, "pins")), 2);
    said_free(&s);
    free(several);
    free(wrong);
    cert_free(one);
    cert_free(two);
}

/* One other certificate in the file, and how it differs from the one that came. */
static void test_files(void **state)
{
    (void)state;
    static const char both[] = "dns:B.example dns:a.example";
    const struct {
        const char *san, *cn;
        int64_t from;
        bool same_key;
        const char *newer, *names, *key;
    } rows[] = {
        { both, NULL, 10, false, "file", "same", "false" },
        { both, NULL, 10, true, "file", "same", "true" },
        { both, NULL, -90, false, "server", "same", "false" },
        { both, NULL, -30, false, "null", "same", "false" },
        { "dns:a.example dns:c.example", NULL, 10, false, "file", "overlap", "false" },
        { "dns:a.example", NULL, 10, false, "file", "overlap", "false" },
        { "dns:other.example", NULL, 10, false, "file", "other", "false" },
        { NULL, "a.example", 10, false, "file", "other", "false" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct minted *m = mint(&(struct mint){ .san = rows[i].san, .cn = rows[i].cn, .from = rows[i].from, .to = 200,
                                                .issuer = root, .same_key = rows[i].same_key ? leaf : NULL });
        struct said s = judge(NULL, (const struct minted *[]){ m, root }, 2);
        assert_false(s.fits);
        assert_string_equal(word(&s, "same_certificate"), "false");
        assert_string_equal(word(&s, "same_key"), rows[i].key);
        assert_string_equal(word(&s, "newer"), rows[i].newer);
        assert_string_equal(word(&s, "names"), rows[i].names);
        assert_string_equal(word(&s, "pin_fits"), "null");
        assert_true(json_is_object(json_object_get(s.value, "wanted")));
        assert_non_null(strstr(s.text, "file.pem"));
        said_free(&s);
        minted_free(m);
    }
    const struct minted *last[] = { root, leaf };
    struct said s = judge(NULL, last, 2); /* any of the file's will do */
    assert_true(s.fits);
    assert_string_equal(word(&s, "same_certificate"), "true");
    assert_string_equal(word(&s, "wanted"), "null");
    said_free(&s);
}

/* Where both are given, both must fit. */
static void test_both(void **state)
{
    (void)state;
    char mine[EXPECT_PIN_MAX];
    struct cert *one = minted_cert(leaf);
    expect_pin(one, mine);
    cert_free(one);
    const char *other = "sha256//47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
    const struct { const char *pin; const struct minted *file; bool fits; } rows[] = {
        { mine, leaf, true }, { other, leaf, false }, { mine, root, false }, { other, root, false } };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct said s = judge(rows[i].pin, &rows[i].file, 1);
        assert_int_equal(s.fits, rows[i].fits);
        assert_string_equal(word(&s, "pin_fits"), rows[i].pin == mine ? "true" : "false");
        assert_string_equal(word(&s, "same_certificate"), rows[i].file == leaf ? "true" : "false");
        said_free(&s);
    }
}

static void test_bad_files(void **state)
{
    (void)state;
    struct err e = { "" };
    assert_null(expect_load("/nowhere/at/all", &e));
    assert_non_null(strstr(e.text, "/nowhere/at/all can't be read"));
    assert_non_null(strstr(e.text, "expect="));
    char dir[] = "/tmp/tlswhy-expect-XXXXXX";
    assert_non_null(mkdtemp(dir));
    char *pem = minted_pem(leaf), *name = mem_format("%s/one.pem", dir), *moved = mint_file(pem, strlen(pem));
    assert_int_equal(rename(moved, name), 0);
    e = (struct err){ "" };
    assert_null(expect_load(dir, &e));
    assert_non_null(strstr(e.text, "is a directory"));
    unlink(name);
    rmdir(dir);
    free(moved);
    free(name);
    free(pem);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pins),
        cmocka_unit_test(test_files),
        cmocka_unit_test(test_both),
        cmocka_unit_test(test_bad_files),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
