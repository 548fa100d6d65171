/* Stores of every form, and everything a person may name by mistake instead. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/base/when.h"
#include "src/pki/store.h"
#include "tests/lib/mint.h"

static struct minted *one, *two, *twin; /* twin has the name of one */

static int setup(void **state)
{
    (void)state;
    one = mint(&(struct mint){ .cn = "One", .ca = true });
    two = mint(&(struct mint){ .cn = "Number Two", .ca = true });
    twin = mint(&(struct mint){ .cn = "One", .ca = true });
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    minted_free(one);
    minted_free(two);
    minted_free(twin);
    return 0;
}

/* A store from these bytes, or NULL and the sentence. */
static struct store *load(const void *p, size_t n, struct err *e)
{
    char *name = mint_file(p, n);
    *e = (struct err){ "" };
    struct store *s = store_load(name, e);
    if (!s)
        assert_non_null(strstr(e->text, name));
    else
        assert_string_equal(store_path(s), name);
    unlink(name);
    free(name);
    return s;
}

static void holds(struct store *s, const struct minted *m, bool want)
{
    struct cert *c = minted_cert(m);
    assert_int_equal(store_has(s, c), want);
    cert_free(c);
}

static struct cert *named(struct store *s, const struct minted *m, size_t i)
{
    struct cert *c = minted_cert(m),
                *found = store_by_name(s, c->subject_der, c->subject_der_len, i);
    cert_free(c);
    return found;
}

static void test_lookup(void **state)
{
    (void)state;
    struct store *s = mint_store((const struct minted *[]){ one, two, twin, one }, 4);
    assert_int_equal(store_count(s), 3); /* one was there twice */
    assert_false(store_is_system(s) || store_is_directory(s));
    assert_true(store_time(s) != WHEN_UNKNOWN);
    holds(s, one, true);
    holds(s, twin, true);
    assert_string_equal(named(s, two, 0)->cn, "Number Two");
    assert_null(named(s, two, 1));
    assert_non_null(named(s, one, 1));
    assert_ptr_not_equal(named(s, one, 0), named(s, one, 1));
    assert_ptr_equal(named(s, one, 0), named(s, one, 0));
    assert_null(named(s, one, 2));
    assert_null(named(s, one, SIZE_MAX));
    assert_null(store_by_name(s, "", 0, 0));
    assert_null(store_by_name(s, "\x30\x00", 2, 0));
    store_free(s);
    s = mint_store((const struct minted *[]){ one }, 1);
    holds(s, twin, false);
    holds(s, two, false);
    store_free(s);
    store_free(NULL);
}

/* PEM as people have it. */
static void test_pem_forms(void **state)
{
    (void)state;
    char *pem = minted_pem(one), *other = minted_pem(two);
    const char *body = strchr(pem, '\n') + 1;
    size_t body_len = (size_t)(strstr(pem, "-----END") - body);
    static const struct { const char *before, *label, *after;
    } rows[] = {
        { "", "CERTIFICATE", "" },
        { "# CN=One\r\n\r\nSubject: ...\n", "CERTIFICATE", "trailing words" },
        { "", "X509 CERTIFICATE", "" },
        { "", "TRUSTED CERTIFICATE", "" },
        { "-----BEGIN RSA PRIVATE KEY-----\nMIIB\n-----END RSA PRIVATE KEY-----\n", "CERTIFICATE",
          "" },
        { "-----BEGIN CERTIFICATE-----\nMIIBhollow\n-----END CERTIFICATE-----\n", "CERTIFICATE",
          "" },
        { "\xef\xbb\xbf", "CERTIFICATE", "\n-----BEGIN " },
        { "-----END CERTIFICATE-----", "CERTIFICATE", "" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct err e;
        char *text = mem_format("%s-----BEGIN %s-----\n%.*s-----END %s-----\n%s", rows[i].before,
                                rows[i].label, (int)body_len, body, rows[i].label, rows[i].after);
        struct store *s = load(text, strlen(text), &e);
        if (!s)
            print_error("row %zu: %s\n", i, e.text);
        assert_non_null(s);
        assert_int_equal(store_count(s), 1);
        holds(s, one, true);
        store_free(s);
        free(text);
    }
    char *pair = mem_format("%s%s", pem, other);
    struct err e;
    struct store *s = load(pair, strlen(pair), &e);
    assert_int_equal(store_count(s), 2);
    store_free(s);
    free(pair);
    free(pem);
    free(other);
}

/* Lines of any length and ending, as other tools write them. */
static void test_pem_lines(void **state)
{
    (void)state;
    char *pem = minted_pem(one);
    for (size_t width = 1; width < 200; width += 7) {
        struct text t = { 0 };
        size_t col = 0;
        text_add(&t, "-----BEGIN CERTIFICATE-----\r\n");
        for (const char *p = strchr(pem, '\n') + 1; *p != '-'; p++) {
            if (*p == '\n')
                continue;
            text_add_n(&t, p, 1);
            if (++col % width == 0)
                text_add(&t, "\r\n ");
        }
        text_add(&t, "\r\n-----END CERTIFICATE-----\r\n");
        struct err e;
        struct store *s = load(t.s, t.len, &e);
        assert_non_null(s);
        holds(s, one, true);
        store_free(s);
        text_free(&t);
    }
    free(pem);
}

/* `openssl x509 -trustout` puts trust settings behind the certificate, inside the block. */
static void test_trusted_certificate(void **state)
{
    (void)state;
    uint8_t *der = mem_new(one->len + 4);
    memcpy(der, one->der, one->len);
    memcpy(der + one->len, "\x30\x02\x0c\x00", 4);
    gnutls_datum_t in = { der, (unsigned)one->len + 4 }, pem;
    assert_int_equal(gnutls_pem_base64_encode2("TRUSTED CERTIFICATE", &in, &pem), 0);
    struct err e;
    struct store *s = load(pem.data, pem.size, &e);
    assert_non_null(s);
    holds(s, one, true);
    store_free(s);
    gnutls_free(pem.data);
    free(der);
}

static void test_der(void **state)
{
    (void)state;
    struct err e;
    struct store *s = load(one->der, one->len, &e);
    assert_non_null(s);
    assert_int_equal(store_count(s), 1);
    holds(s, one, true);
    store_free(s);
}

static void test_mistakes(void **state)
{
    (void)state;
    static const struct { const char *bytes; size_t n; const char *says;
    } rows[] = {
        { "", 0, "is empty" },
        { "hello\n", 6, "holds no certificate" },
        { "-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----\n", 0, "private key" },
        { "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIIB\n", 0, "private key" },
        { "-----BEGIN EC PRIVATE KEY-----\nMIIB\n", 0, "private key" },
        { "-----BEGIN CERTIFICATE REQUEST-----\nMIIB\n", 0, "certificate request" },
        { "-----BEGIN PKCS7-----\nMIIB\n", 0, "damaged" },
        { "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n", 0,
          "1 PEM block is damaged" },
        { "-----BEGIN CERTIFICATE-----\n", 0, "damaged" },
        { "\xfe\xed\xfe\xed\0\0\0\2", 8, "Java keystore" },
        { "\xfe\xed\xfe\xed\0\0\0\2\0\0\0\0", 12, "is a key store without a certificate that is trusted" },
        { "\x30\x06\x02\x01\x03\x30\x01\x00", 8, "PKCS#12" },
        { "\x30\x0b\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02", 13, "PKCS#7" },
        { "\x30\x84\xff\xff\xff\xff", 6, "holds no certificate" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct err e;
        size_t n = rows[i].n ? rows[i].n : strlen(rows[i].bytes);
        assert_null(load(rows[i].bytes, n, &e));
        if (!strstr(e.text, rows[i].says))
            print_error("row %zu: %s\n", i, e.text);
        assert_non_null(strstr(e.text, rows[i].says));
    }
}

static char *temp_dir(void)
{
    char *name = mem_string("/tmp/tlswhy-test-XXXXXX");
    assert_non_null(mkdtemp(name));
    return name;
}

static void put(const char *dir, const char *name, const void *p, size_t n)
{
    char *path = mem_format("%s/%s", dir, name);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, p, n), n);
    close(fd);
    free(path);
}

static void drop(const char *dir, const char *name)
{
    char *path = mem_format("%s/%s", dir, name);
    if (unlink(path) != 0)
        assert_int_equal(rmdir(path), 0);
    free(path);
}

static void fails(const char *path, const char *says)
{
    struct err e = { "" };
    assert_null(store_load(path, &e));
    assert_non_null(strstr(e.text, path));
    if (!strstr(e.text, says))
        print_error("%s\n", e.text);
    assert_non_null(strstr(e.text, says));
}

/* The system's store is a directory when it is nothing else besides. */
static void system_directory(const char *dir)
{
    char *file = mem_format("%s/one.der", dir);
    setenv("SSL_CERT_DIR", dir, 1);
    setenv("SSL_CERT_FILE", "/dev/null", 1);
    struct store *s = store_load(NULL, NULL);
    assert_string_equal(store_path(s), dir);
    assert_true(store_is_directory(s));
    store_free(s);
    setenv("SSL_CERT_FILE", file, 1);
    s = store_load(NULL, NULL);
    assert_false(store_is_directory(s));
    store_free(s);
    unsetenv("SSL_CERT_FILE");
    unsetenv("SSL_CERT_DIR");
    free(file);
}

static void test_directory(void **state)
{
    (void)state;
    char *dir = temp_dir(), *path = mem_format("%s/fifo", dir), *pem = minted_pem(two);
    fails(dir, "no file with a certificate");
    assert_int_equal(mkfifo(path, 0600), 0);
    fails(path, "neither a file nor a directory");
    fails(dir, "no file with a certificate");
    put(dir, "README", "words\n", 6);
    put(dir, "one.der", one->der, one->len);
    put(dir, "two.pem", pem, strlen(pem));
    put(dir, "again.pem", pem, strlen(pem));
    struct err e = { "" };
    struct store *s = store_load(dir, &e);
    assert_non_null(s);
    assert_int_equal(store_count(s), 2);
    holds(s, one, true);
    holds(s, two, true);
    assert_true(store_is_directory(s));
    store_free(s);
    system_directory(dir);
    static const char *const names[] = { "fifo", "README", "one.der", "two.pem", "again.pem" };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        drop(dir, names[i]);
    assert_int_equal(rmdir(dir), 0);
    fails(dir, strerror(ENOENT));
    free(dir);
    free(path);
    free(pem);
}

static void test_too_big(void **state)
{
    (void)state;
    char *name = mint_file("", 0);
    assert_int_equal(truncate(name, 20 << 20), 0);
    fails(name, "20971520 bytes");
    unlink(name);
    free(name);
}

static void test_system(void **state)
{
    (void)state;
    char *pem = minted_pem(one), *name = mint_file(pem, strlen(pem));
    setenv("SSL_CERT_FILE", name, 1);
    setenv("SSL_CERT_DIR", "/nonexistent:/dev/null", 1);
    struct store *s = store_load(NULL, NULL);
    assert_true(store_is_system(s));
    assert_string_equal(store_path(s), name);
    assert_int_equal(store_count(s), 1);
    holds(s, one, true);
    store_free(s);
    setenv("SSL_CERT_FILE", "/dev/null", 1);
    s = store_load(NULL, NULL);
    assert_true(store_is_system(s));
    assert_null(store_path(s));
    assert_int_equal(store_count(s), 0);
    assert_int_equal(store_time(s), WHEN_UNKNOWN);
    holds(s, one, false);
    store_free(s);
    unsetenv("SSL_CERT_DIR");
    setenv("SSL_CERT_FILE", name, 1);
    s = store_load(NULL, NULL);
    holds(s, one, true); /* and the machine's own, if it has any */
    store_free(s);
    unsetenv("SSL_CERT_FILE");
    s = store_load(NULL, NULL);
    assert_true(store_is_system(s));
    assert_int_equal(store_path(s) != NULL, store_count(s) > 0);
    holds(s, one, false);
    store_free(s);
    unlink(name);
    free(name);
    free(pem);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lookup),    cmocka_unit_test(test_pem_forms),
        cmocka_unit_test(test_pem_lines), cmocka_unit_test(test_trusted_certificate),
        cmocka_unit_test(test_der),       cmocka_unit_test(test_mistakes),
        cmocka_unit_test(test_directory), cmocka_unit_test(test_too_big),
        cmocka_unit_test(test_system),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
