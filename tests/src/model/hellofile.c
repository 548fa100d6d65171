/* hellofile - tests of loading saved hellos: every form, and a sentence for everything that is none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/base/mem.h"
#include "src/model/hellofile.h"

#define COUNT(a) (sizeof (a) / sizeof *(a))

struct place { char *directory; };

static char *path_of(void **state, const char *name)
{
    const struct place *p = *state;
    return mem_format("%s/%s", p->directory, name);
}

/* Owned by the caller; the file is gone with the directory. */
static char *file_with(void **state, const char *name, const void *p, size_t n)
{
    char *path = path_of(state, name);
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(p, 1, n, f), n);
    fclose(f);
    return path;
}

static struct buf hello_bytes(const char *sni, size_t record_size, size_t size)
{
    struct buf b;
    struct offer o;
    struct client_lists keep;
    struct hello h = { .sni = sni, .seed = 5 };
    buf_init(&b, HELLO_BYTES_MAX);
    assert_true(offer_make(&o, client_find(NULL), &(struct limits){ .size = size }));
    client_hello(client_find(NULL), &o, NULL, &keep, &h);
    h.record_size = record_size;
    assert_true(hello_write(&h, &b));
    offer_clear(&o);
    return b;
}

static void put(struct buf *b, uint64_t v, int bytes)
{
    for (int i = bytes; i--;) {
        uint8_t byte = (uint8_t)(v >> 8 * i);
        assert_true(buf_add(b, &byte, 1));
    }
}

/* One packet of a raw IP recording. */
static void packet_put(struct buf *b, uint16_t port, uint32_t seq, const void *p, size_t n)
{
    put(b, 1700000000, 4);
    put(b, 0, 4);
    put(b, 40 + n, 4);
    put(b, 40 + n, 4);
    put(b, 0x4500, 2), put(b, 40 + n, 2), put(b, 0, 4), put(b, 0x4006, 2), put(b, 0, 2);
    put(b, 0xc0000201c0000202, 8);
    put(b, port, 2), put(b, 443, 2), put(b, seq, 4), put(b, 0, 4), put(b, 0x5010, 2), put(b, 0, 6);
    assert_true(buf_add(b, p, n));
}

static struct buf recording_new(void)
{
    struct buf b;
    buf_init(&b, 1 << 20);
    put(&b, 0xa1b2c3d4, 4), put(&b, 0x00020004, 4), put(&b, 0, 8), put(&b, 65535, 4), put(&b, 101, 4);
    return b;
}

static struct hellofile *loads(const char *path)
{
    struct err e = {{0}};
    struct hellofile *f = hellofile_load(path, &e);
    if (!f)
        fail_msg("%s: %s", path, e.text);
    assert_string_equal(e.text, "");
    assert_string_equal(f->path, path);
    assert_ptr_equal(f->client.name, f->path);
    assert_int_equal(f->heard.end, HEARD_HELLO);
    assert_non_null(f->client.suites);
    assert_true(f->title && f->title[0]);
    return f;
}

static void refused(const char *path, const char *says)
{
    struct err e = {{0}};
    assert_null(hellofile_load(path, &e));
    if (!strstr(e.text, says))
        fail_msg("%s: \"%s\" does not say \"%s\"", path, e.text, says);
}

/* Records, the message alone, and both in hex: the same client comes out. */
static void test_forms(void **state)
{
    struct buf records = hello_bytes("saved.test", 200, 0), whole = hello_bytes("saved.test", 0, 0);
    struct buf large = hello_bytes("saved.test", 0, 20000);
    char *hex = bytes_hex(whole.data, whole.len, whole.len);
    char *bare = bytes_hex(whole.data + 5, whole.len - 5, whole.len);
    struct { const char *name; const void *p; size_t n; int records; } rows[] = {
        { "records", whole.data, whole.len, 1 },
        { "message", whole.data + 5, whole.len - 5, 1 },
        { "pieces", records.data, records.len, 2 },
        { "hex", hex, strlen(hex), 1 },
        { "hex#message", bare, strlen(bare), 1 },
        { "large#1", large.data, large.len, 2 },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        char *path = file_with(state, rows[i].name, rows[i].p, rows[i].n);
        struct hellofile *f = loads(path);
        assert_true(hellofile_exists(path));
        assert_string_equal(f->heard.hello.sni, "saved.test");
        assert_int_equal(f->heard.records, rows[i].records);
        assert_int_equal(f->heard.size, i == 5 ? large.len - 10 : whole.len - 5);
        assert_int_equal(f->client.max, 0x0304);
        assert_int_equal(f->client.record, 0x0301);
        assert_int_equal(f->nth, 0);
        assert_string_equal(f->from, "");
        struct hellofile *again = hellofile_ref(f);
        hellofile_free(f);
        assert_string_equal(again->path, path);
        hellofile_free(again);
        free(path);
    }
    static const uint8_t ssl2[] = "\x80\x1f\1\3\1\0\6\0\0\0\x10\0\0\x2f\0\0\x35" "0123456789abcdef";
    char *path = file_with(state, "ssl2", ssl2, sizeof ssl2 - 1);
    struct hellofile *f = loads(path);
    assert_true(f->client.ssl2_form);
    hellofile_free(f);
    free(path);
    free(hex);
    free(bare);
    buf_free(&records);
    buf_free(&whole);
    buf_free(&large);
}

/* Three hellos: each by its number, and no fourth. */
static void test_recording(void **state)
{
    static const char *const names[] = { "one.test", "two.test", "three.test" };
    struct buf b = recording_new();
    for (int i = 0; i < 3; i++) {
        struct buf hello = hello_bytes(names[i], 0, 0);
        packet_put(&b, (uint16_t)(1000 + i), 1, hello.data, 100);
        packet_put(&b, (uint16_t)(1000 + i), 101, hello.data + 100, hello.len - 100);
        buf_free(&hello);
    }
    char *path = file_with(state, "three.pcap", b.data, b.len);
    for (int i = 0; i <= 3; i++) {
        char *nth = i ? mem_format("%s#%d", path, i) : mem_string(path), from[64];
        struct hellofile *f = loads(nth);
        int at = i ? i - 1 : 0;
        assert_true(hellofile_exists(nth));
        assert_string_equal(f->heard.hello.sni, names[at]);
        assert_int_equal(f->nth, at + 1);
        assert_int_equal(f->count, at + 1);
        assert_int_equal(f->segments, 2);
        snprintf(from, sizeof from, "192.0.2.1:%d", 1000 + at);
        assert_string_equal(f->from, from);
        assert_string_equal(f->to, "192.0.2.2:443");
        assert_non_null(strstr(f->title, from));
        hellofile_free(f);
        free(nth);
    }
    char *four = mem_format("%s#4", path), *none = mem_format("%s#0", path), *much = mem_format("%s#1234567", path);
    refused(four, "three.pcap\": it holds 3 hellos, so there is no #4");
    refused(none, "counted from 1");
    refused(much, "there is no file");
    free(four);
    free(none);
    free(much);
    free(path);
    buf_free(&b);
}

static bool count(void *arg, const struct capture_hello *h)
{
    *(int *)arg = h->nth;
    return h->nth < 2;
}

static void test_each(void **state)
{
    struct buf b = recording_new(), hello = hello_bytes("a.test", 0, 0);
    struct err e = {{0}};
    int n = 0;
    for (uint16_t i = 0; i < 3; i++)
        packet_put(&b, i, 1, hello.data, hello.len);
    char *path = file_with(state, "each", b.data, b.len), *cut = file_with(state, "cut", b.data, b.len - 10);
    char *other = file_with(state, "other", hello.data, hello.len);
    assert_true(hellofile_each(path, count, &n, &e));
    assert_int_equal(n, 2);
    n = 0;
    assert_false(hellofile_each(other, count, &n, &e));
    assert_non_null(strstr(e.text, "no recording"));
    e = (struct err){{0}};
    assert_true(hellofile_each(cut, count, &n, &e)); /* nobody looked so far */
    b.len = 24 + 16 + 40 + hello.len + 10;
    free(cut);
    cut = file_with(state, "cut", b.data, b.len);
    assert_false(hellofile_each(cut, count, &n, &e));
    assert_non_null(strstr(e.text, "in the middle of a packet"));
    assert_int_equal(n, 1);
    free(path);
    free(cut);
    free(other);
    buf_free(&b);
    buf_free(&hello);
}

static void test_recording_without(void **state)
{
    static const uint8_t data[] = { 23, 3, 3, 0, 5, 1, 2, 3, 4, 5 };
    struct buf hello = hello_bytes("a.test", 0, 0);
    for (int i = 0; i < 6; i++) {
        static const char *const says[] = {
            "holds no packets", "1 TCP connection, none begins", "2 TCP connections, none begins",
            "1 of them is TLS that began earlier", "of 1 hello a part is missing",
            "damaged: it ends in the middle of a packet",
        };
        struct buf b = recording_new();
        if (i == 1 || i == 2)
            packet_put(&b, 1, 1, "GET / HTTP/1.1\r\n", 16);
        if (i == 2)
            packet_put(&b, 2, 1, "SSH-2.0-x\r\n", 11);
        if (i == 3)
            packet_put(&b, 2, 1, data, sizeof data);
        if (i >= 4)
            packet_put(&b, 2, 1, hello.data, hello.len - 1);
        b.len -= i == 5;
        char *path = file_with(state, "none.pcap", b.data, b.len);
        refused(path, "no ClientHello is in the recording");
        refused(path, says[i]);
        free(path);
        buf_free(&b);
    }
    struct buf b = recording_new();
    b.data[b.len - 1] = 105;
    packet_put(&b, 2, 1, hello.data, hello.len);
    char *path = file_with(state, "none.pcap", b.data, b.len);
    refused(path, "link layer 105");
    free(path);
    buf_free(&b);
    buf_free(&hello);
}

static void test_others(void **state)
{
    static const struct { const char *p; size_t n; const char *says; } rows[] = {
        { "", 0, "is empty" },
        { "GET / HTTP/1.1\r\nHost: a\r\n\r\n", 27, "it looks like HTTP" },
        { "\x16\3\3\0\x32\2\0\0\x2e\3\3", 11, "this is a server's answer, not a client's hello" },
        { "\2\0\0\x2e\3\3", 6, "this is a server's answer, not a client's hello" },
        { "02 00 00 2e 03 03", 17, "this is a server's answer, not a client's hello" },
        { "\x15\3\1\0\2\2\x28", 7, "the alert 40 handshake_failure" },
        { "\x17\3\3\0\5aaaaa", 10, "begins like TLS, but" },
        { "\x16\3\1\2\0\1\0", 7, "in the middle of the hello, after 7 bytes" },
        { "\1\0\1\0\3\3", 6, "in the middle of the hello, after 6 bytes" },
        { "\1\0\0\4\3\3zz", 8, "begins like TLS, but its hello is shorter than the lengths in it say" },
        { "\2 is where it starts", 20, "neither TLS records nor" },
        { "\x1f\x8b\x08\0", 4, "gunzip" },
        { "-----BEGIN CERTIFICATE-----\n", 28, "a certificate or a key" },
        { "hello world\n", 12, "neither TLS records nor" },
        { "\0\0\0\0", 4, "neither TLS records nor" },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        char *path = file_with(state, "other", rows[i].p, rows[i].n);
        refused(path, rows[i].says);
        free(path);
    }
    struct buf hello = hello_bytes("a.test", 0, 0);
    char *path = file_with(state, "single", hello.data, hello.len), *second = mem_format("%s#2", path);
    refused(second, "one saved hello, so there is no #2");
    free(second);
    free(path);
    buf_free(&hello);
}

/* Nothing is waited for, and nothing large is read. */
static void test_no_files(void **state)
{
    const struct place *p = *state;
    char *path = path_of(state, "pipe");
    assert_int_equal(mkfifo(path, 0600), 0);
    refused(path, "is a pipe, a socket or a device");
    free(path);
    refused("/dev/null", "is a pipe, a socket or a device");
    refused(p->directory, "is a directory");
    path = path_of(state, "missing\x1b[2J");
    assert_false(hellofile_exists(path));
    refused(path, "there is no file");
    refused(path, "missing\\x1b");
    free(path);
    refused("", "there is no file");
    path = path_of(state, "huge");
    int fd = open(path, O_CREAT | O_WRONLY, 0600);
    assert_int_equal(ftruncate(fd, (off_t)1 << 33), 0);
    close(fd);
    refused(path, "has at most 1024 KB");
    free(path);
}

static int setup(void **state)
{
    struct place *p = mem_new(sizeof *p);
    p->directory = mem_string("/tmp/hellofile.XXXXXX");
    *state = p;
    return mkdtemp(p->directory) ? 0 : -1;
}

static int teardown(void **state)
{
    struct place *p = *state;
    static const char *const names[] = { "records", "message", "pieces", "hex", "hex#message", "large#1", "ssl2",
                                         "three.pcap", "each", "cut", "other", "none.pcap", "single", "pipe", "huge" };
    for (size_t i = 0; i < COUNT(names); i++) {
        char *path = path_of(state, names[i]);
        unlink(path);
        free(path);
    }
    int rc = rmdir(p->directory);
    free(p->directory);
    free(p);
    return rc;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forms), cmocka_unit_test(test_recording), cmocka_unit_test(test_each),
        cmocka_unit_test(test_recording_without), cmocka_unit_test(test_others), cmocka_unit_test(test_no_files),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
