/* The lab, seen from outside: plain sockets and a GnuTLS client against every server of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "src/base/bytes.h"
#include "src/base/mem.h"
#include "src/base/when.h"
#include "src/lab/lab.h"
#include "src/why/cause.h"

#define WAIT_SECONDS 30 /* for what must come; only a broken lab takes so long */
#define QUIET_MS 200    /* for what must not come */

#define HEALTHY "lab-11"
#define CURRENT "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"

/* --- helpers -------------------------------------------------------------------------------- */

static size_t row_of(const char *id)
{
    for (size_t i = 0; i < lab_count; i++)
        if (!strcmp(lab_table[i].id, id))
            return i;
    fail_msg("there is no %s", id);
    return 0;
}

static size_t row_of_way(enum lab_way way)
{
    for (size_t i = 0; i < lab_count; i++)
        if (lab_table[i].way == way)
            return i;
    fail_msg("no row has way %d", (int)way);
    return 0;
}

static int port_of(const struct lab *l, size_t row)
{
    const char *at = strstr(l->endpoint[row], ",at=127.0.0.1:");
    assert_non_null(at);
    return atoi(at + 14);
}

/* A connection on which every wait is bounded, or -1 and errno. */
static int try_connect(const struct lab *l, size_t row)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
                            .sin_port = htons((uint16_t)port_of(l, row))};
    const struct timeval t = {.tv_sec = WAIT_SECONDS};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &t, sizeof t);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &t, sizeof t);
    if (connect(fd, (struct sockaddr *)&a, sizeof a) == 0)
        return fd;
    int why = errno;
    close(fd);
    errno = why;
    return -1;
}

static int connect_to(const struct lab *l, size_t row)
{
    int fd = try_connect(l, row);
    if (fd < 0)
        fail_msg("%s can't be connected: %s", lab_table[row].id, strerror(errno));
    return fd;
}

/* Up to n - 1 bytes until the peer ends or resets; a final NUL. Negative: errno of the failure. */
static ssize_t read_end(int fd, char *p, size_t n)
{
    size_t have = 0;
    while (have < n - 1) {
        ssize_t r = recv(fd, p + have, n - 1 - have, 0);
        if (r < 0)
            return -errno;
        if (r == 0)
            break;
        have += (size_t)r;
    }
    p[have] = '\0';
    return (ssize_t)have;
}

static bool is_quiet(int fd)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};
    return poll(&p, 1, QUIET_MS) == 0;
}

static void say(int fd, const void *p, size_t n)
{
    assert_int_equal(send(fd, p, n, MSG_NOSIGNAL), n);
}

static bool exists(const char *path)
{
    struct stat st;
    return lstat(path, &st) == 0;
}

/* --- a TLS client --------------------------------------------------------------------------- */

struct seen {
    int code;               /* of the handshake */
    int alert;              /* received in it or right after it, -1: none */
    gnutls_protocol_t version;
    unsigned sent;          /* certificates */
    unsigned status;        /* of verification against ca.pem and the server's name */
    unsigned key_bits;
    char *subject[8];       /* common names, leaf first */
    char alpn[16];
    char answer[4096];      /* to the request; "" when there was none */
};

static void seen_clear(struct seen *s)
{
    for (size_t i = 0; i < 8; i++)
        free(s->subject[i]);
}

static void look_at_chain(struct seen *s, gnutls_session_t tls, const char *name)
{
    const gnutls_datum_t *der = gnutls_certificate_get_peers(tls, &s->sent);
    for (unsigned i = 0; i < s->sent && i < 8; i++) {
        gnutls_x509_crt_t crt;
        char cn[100];
        size_t n = sizeof cn;
        gnutls_x509_crt_init(&crt);
        assert_int_equal(gnutls_x509_crt_import(crt, &der[i], GNUTLS_X509_FMT_DER), 0);
        assert_int_equal(gnutls_x509_crt_get_dn_by_oid(crt, GNUTLS_OID_X520_COMMON_NAME, 0, 0, cn,
                                                       &n), 0);
        s->subject[i] = mem_string(cn);
        if (i == 0)
            gnutls_x509_crt_get_pk_algorithm(crt, &s->key_bits);
        gnutls_x509_crt_deinit(crt);
    }
    assert_int_equal(gnutls_certificate_verify_peers3(tls, name, &s->status), 0);
}

static void ask(struct seen *s, gnutls_session_t tls, const char *request)
{
    size_t have = 0;
    ssize_t r = gnutls_record_send(tls, request, strlen(request));
    while (r > 0 && have < sizeof s->answer - 1) {
        r = gnutls_record_recv(tls, s->answer + have, sizeof s->answer - 1 - have);
        if (r > 0)
            have += (size_t)r;
    }
    s->answer[have] = '\0';
    if (r == GNUTLS_E_FATAL_ALERT_RECEIVED)
        s->alert = (int)gnutls_alert_get(tls);
}

static void trust(gnutls_certificate_credentials_t cred, const struct lab *l)
{
    char *ca = mem_format("%s/ca.pem", l->dir);
    assert_int_equal(gnutls_certificate_set_x509_trust_file(cred, ca, GNUTLS_X509_FMT_PEM), 1);
    free(ca);
}

static gnutls_session_t client_new(gnutls_certificate_credentials_t cred, const char *priority,
                                   const char *name)
{
    gnutls_session_t tls;
    const gnutls_datum_t alpn[] = {{(unsigned char *)(uintptr_t)"h2", 2},
                                   {(unsigned char *)(uintptr_t)"http/1.1", 8}};
    assert_int_equal(gnutls_init(&tls, GNUTLS_CLIENT | GNUTLS_NO_SIGNAL), 0);
    assert_int_equal(gnutls_priority_set_direct(tls, priority, NULL), 0);
    gnutls_credentials_set(tls, GNUTLS_CRD_CERTIFICATE, cred);
    gnutls_server_name_set(tls, GNUTLS_NAME_DNS, name, strlen(name));
    gnutls_alpn_set_protocols(tls, alpn, 2, 0);
    return tls;
}

/* One connection as a client would make it; `request` may be NULL. Clear with seen_clear. */
static struct seen visit(const struct lab *l, size_t row, const char *priority, const char *request)
{
    struct seen s = {.alert = -1};
    gnutls_certificate_credentials_t cred;
    gnutls_datum_t alpn;
    char *name = mem_format("%s.test", lab_table[row].id);
    int fd = connect_to(l, row);
    assert_int_equal(gnutls_certificate_allocate_credentials(&cred), 0);
    trust(cred, l);
    gnutls_session_t tls = client_new(cred, priority, name);
    gnutls_transport_set_int(tls, fd);
    do
        s.code = gnutls_handshake(tls);
    while (s.code < 0 && !gnutls_error_is_fatal(s.code));
    if (s.code == GNUTLS_E_FATAL_ALERT_RECEIVED)
        s.alert = (int)gnutls_alert_get(tls);
    if (s.code == 0) {
        s.version = gnutls_protocol_get_version(tls);
        look_at_chain(&s, tls, name);
        if (gnutls_alpn_get_selected_protocol(tls, &alpn) == 0)
            snprintf(s.alpn, sizeof s.alpn, "%.*s", (int)alpn.size, (const char *)alpn.data);
        if (request)
            ask(&s, tls, request);
    }
    gnutls_deinit(tls);
    gnutls_certificate_free_credentials(cred);
    close(fd);
    free(name);
    return s;
}

static void assert_healthy(const struct lab *l)
{
    struct seen s = visit(l, row_of(HEALTHY), CURRENT, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    assert_int_equal(s.code, 0);
    assert_int_equal(s.status, 0);
    assert_memory_equal(s.answer, "HTTP/1.1 200 OK\r\n", 17);
    seen_clear(&s);
}

static ssize_t hello_push(gnutls_transport_ptr_t p, const void *data, size_t n)
{
    return buf_add(p, data, n) ? (ssize_t)n : -1;
}

static ssize_t hello_pull(gnutls_transport_ptr_t p, void *data, size_t n)
{
    (void)p, (void)data, (void)n;
    errno = EAGAIN;
    return -1;
}

static int hello_wait(gnutls_transport_ptr_t p, unsigned ms)
{
    (void)p, (void)ms;
    return 0;
}

/* The bytes of a real ClientHello. */
static struct buf hello_new(void)
{
    struct buf b;
    gnutls_certificate_credentials_t cred;
    buf_init(&b, 16384);
    assert_int_equal(gnutls_certificate_allocate_credentials(&cred), 0);
    gnutls_session_t tls = client_new(cred, CURRENT, "x.test");
    gnutls_transport_set_ptr(tls, &b);
    gnutls_transport_set_push_function(tls, hello_push);
    gnutls_transport_set_pull_function(tls, hello_pull);
    gnutls_transport_set_pull_timeout_function(tls, hello_wait);
    assert_int_equal(gnutls_handshake(tls), GNUTLS_E_AGAIN);
    gnutls_deinit(tls);
    gnutls_certificate_free_credentials(cred);
    assert_true(b.len > 100);
    return b;
}

/* --- the table and the files ---------------------------------------------------------------- */

static void table_is_sound(void **state)
{
    (void)state;
    static const char *const known[] = {
        "ok", "unsure",
#define X(id, word, title, says) word,
        CAUSES(X)
#undef X
    };
    for (size_t i = 0; i < lab_count; i++) {
        char id[32];
        snprintf(id, sizeof id, "lab-%02zu", i + 1);
        assert_string_equal(lab_table[i].id, id);
        bool found = false;
        for (size_t k = 0; k < sizeof known / sizeof *known; k++)
            found = found || !strcmp(known[k], lab_table[i].expect);
        assert_true(found);
        assert_true(strlen(lab_table[i].says) > 40);
        assert_in_range(strlen(lab_table[i].fault), 5, 32);
    }
}

static void endpoints_name_their_rows(void **state)
{
    const struct lab *l = *state;
    for (size_t i = 0; i < lab_count; i++) {
        const char *id = lab_table[i].id;
        char *want = mem_format("https://%s.test,at=127.0.0.1:%d,ca=%s/ca.pem,label=%s", id,
                                port_of(l, i), l->dir, id);
        assert_string_equal(l->endpoint[i], want);
        assert_in_range(port_of(l, i), 1, 65535);
        free(want);
    }
}

static void only_the_ca_is_on_disk(void **state)
{
    const struct lab *l = *state;
    struct stat st;
    assert_int_equal(stat(l->dir, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0700);
    DIR *d = opendir(l->dir);
    assert_non_null(d);
    for (struct dirent *f; (f = readdir(d));)
        if (f->d_name[0] != '.')
            assert_string_equal(f->d_name, "ca.pem");
    closedir(d);
    char *ca = mem_format("%s/ca.pem", l->dir), text[8192];
    assert_int_equal(stat(ca, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0644);
    int fd = open(ca, O_RDONLY);
    ssize_t n = read(fd, text, sizeof text - 1);
    assert_true(n > 0);
    text[n] = '\0';
    close(fd);
    free(ca);
    assert_null(strstr(text, "PRIVATE"));
    const char *first = strstr(text, "BEGIN CERTIFICATE");
    assert_non_null(first);
    assert_null(strstr(first + 1, "BEGIN CERTIFICATE"));
}

/* --- certificates and versions -------------------------------------------------------------- */

#define NOT_TRUSTED (GNUTLS_CERT_INVALID | GNUTLS_CERT_SIGNER_NOT_FOUND)

static const struct chain_case {
    const char *id;
    unsigned status, key_bits;
    const char *sent[4];
} chain_case[] = {
    {"lab-01", 0, 256, {"lab-01.test", "tlswhy lab issuing CA 1"}},
    {"lab-02", NOT_TRUSTED, 256, {"lab-02.test"}},
    {"lab-04", 0, 2048, {"lab-04.test", "tlswhy lab issuing CA 1"}},
    {"lab-05", NOT_TRUSTED, 256, {"lab-05.test"}},
    {"lab-07", GNUTLS_CERT_INVALID | GNUTLS_CERT_EXPIRED, 256,
     {"lab-07.test", "tlswhy lab issuing CA 1"}},
    {"lab-10", NOT_TRUSTED, 256, {"lab-10.test", "Elsewhere issuing CA", "Elsewhere private root"}},
    {"lab-11", 0, 256, {"lab-11.test", "tlswhy lab issuing CA 1"}},
    {"lab-14", GNUTLS_CERT_INVALID | GNUTLS_CERT_UNEXPECTED_OWNER, 256,
     {"shop.lab.test", "tlswhy lab issuing CA 1"}},
    {"lab-16", 0, 256, {"lab-16.test", "tlswhy lab issuing CA 1"}},
    {"lab-17", GNUTLS_CERT_INVALID | GNUTLS_CERT_NOT_ACTIVATED, 256,
     {"lab-17.test", "tlswhy lab issuing CA 1"}},
    {"lab-19", 0, 1024, {"lab-19.test", "tlswhy lab issuing CA 1"}},
};

static void chains_are_sent_as_told(void **state)
{
    for (size_t i = 0; i < sizeof chain_case / sizeof *chain_case; i++) {
        const struct chain_case *c = &chain_case[i];
        struct seen s = visit(*state, row_of(c->id), CURRENT, "HEAD / HTTP/1.1\r\n\r\n");
        assert_int_equal(s.code, 0);
        if (s.status != c->status || s.key_bits != c->key_bits)
            fail_msg("%s: status 0x%x, key of %u bits", c->id, s.status, s.key_bits);
        unsigned n = 0;
        while (n < 4 && c->sent[n])
            n++;
        assert_int_equal(s.sent, n);
        for (unsigned k = 0; k < n; k++)
            assert_string_equal(s.subject[k], c->sent[k]);
        assert_string_equal(s.alpn, "http/1.1");
        assert_memory_equal(s.answer, "HTTP/1.1 200 OK\r\n", 17);
        seen_clear(&s);
    }
}

static const struct version_case { const char *id; bool works[4]; } version_case[] = {
    {"lab-01", {false, false, false, true}},
    {"lab-04", {false, false, true, true}},
    {"lab-11", {false, false, true, true}},
    {"lab-12", {true, true, false, false}},
    {"lab-16", {false, false, true, false}},
};

static void versions_are_as_told(void **state)
{
    static const char *const only[] = {
        "NORMAL:-VERS-ALL:+VERS-TLS1.0", "NORMAL:-VERS-ALL:+VERS-TLS1.1",
        "NORMAL:-VERS-ALL:+VERS-TLS1.2", "NORMAL:-VERS-ALL:+VERS-TLS1.3"
    };
    for (size_t i = 0; i < sizeof version_case / sizeof *version_case; i++)
        for (size_t v = 0; v < 4; v++) {
            struct seen s = visit(*state, row_of(version_case[i].id), only[v], NULL);
            if ((s.code == 0) != version_case[i].works[v])
                fail_msg("%s with %s: %s", version_case[i].id, only[v], gnutls_strerror(s.code));
            if (s.code == 0)
                assert_int_equal(s.version, GNUTLS_TLS1_0 + (int)v);
            seen_clear(&s);
        }
}

static void old_server_refuses_a_current_client(void **state)
{
    struct seen s = visit(*state, row_of("lab-12"), CURRENT, NULL);
    assert_int_equal(s.code, GNUTLS_E_UNSUPPORTED_VERSION_PACKET);
    seen_clear(&s);
}

static void client_certificate_is_required(void **state)
{
    struct seen s = visit(*state, row_of("lab-08"), "NORMAL:-VERS-ALL:+VERS-TLS1.3",
                          "GET / HTTP/1.1\r\n\r\n");
    assert_int_equal(s.code, 0); /* in TLS 1.3 the client is done before the server looks */
    assert_int_equal(s.alert, GNUTLS_A_CERTIFICATE_REQUIRED);
    assert_string_equal(s.answer, "");
    seen_clear(&s);
    s = visit(*state, row_of("lab-08"), "NORMAL:-VERS-ALL:+VERS-TLS1.2", NULL);
    assert_int_equal(s.code, GNUTLS_E_FATAL_ALERT_RECEIVED);
    assert_int_equal(s.alert, GNUTLS_A_HANDSHAKE_FAILURE);
    seen_clear(&s);
}

/* --- HTTP ----------------------------------------------------------------------------------- */

static void http_answers_with_the_date(void **state)
{
    struct seen s = visit(*state, row_of(HEALTHY), CURRENT, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    char *date = strstr(s.answer, "\r\nDate: "), *end = date ? strstr(date + 8, "\r\n") : NULL;
    assert_non_null(end);
    *end = '\0';
    int64_t t;
    assert_true(when_parse_http(date + 8, &t));
    assert_in_range(t, time(NULL) - 60, time(NULL));
    *end = '\r';
    assert_non_null(strstr(s.answer, "\r\nConnection: close\r\n"));
    char *body = strstr(s.answer, "\r\n\r\n"), *length = strstr(s.answer, "\r\nContent-Length: ");
    assert_true(body && length);
    assert_int_equal(atoi(length + 18), strlen(body + 4));
    seen_clear(&s);
    s = visit(*state, row_of(HEALTHY), CURRENT, "HEAD / HTTP/1.1\r\n\r\n");
    body = strstr(s.answer, "\r\n\r\n");
    assert_non_null(body);
    assert_string_equal(body, "\r\n\r\n");
    seen_clear(&s);
}

static void http_refuses_in_words(void **state)
{
    struct seen s = visit(*state, row_of(HEALTHY), CURRENT, "DELETE / HTTP/1.1\r\n\r\n");
    assert_memory_equal(s.answer, "HTTP/1.1 405 ", 13);
    seen_clear(&s);
    s = visit(*state, row_of(HEALTHY), CURRENT, "\x16\x03\x01");
    assert_memory_equal(s.answer, "HTTP/1.1 400 ", 13);
    seen_clear(&s);
    char *endless = mem_new(20001);
    memset(endless, 'A', 20000);
    s = visit(*state, row_of(HEALTHY), CURRENT, endless);
    assert_memory_equal(s.answer, "HTTP/1.1 431 ", 13);
    seen_clear(&s);
    free(endless);
}

static void plain_http_answers_a_hello_with_400(void **state)
{
    char answer[2000];
    struct buf hello = hello_new();
    int fd = connect_to(*state, row_of_way(LAB_PLAIN_HTTP));
    say(fd, hello.data, hello.len);
    assert_true(read_end(fd, answer, sizeof answer) > 0);
    assert_memory_equal(answer, "HTTP/1.1 400 ", 13);
    close(fd);
    buf_free(&hello);
}

/* --- other ways ----------------------------------------------------------------------------- */

static void smtp_talks_first(void **state)
{
    char answer[2000];
    int fd = connect_to(*state, row_of_way(LAB_PLAIN_SMTP));
    ssize_t n = recv(fd, answer, sizeof answer - 1, 0);
    assert_true(n > 4);
    assert_memory_equal(answer, "220 ", 4);
    say(fd, "EHLO x\r\nSTARTTLS\r\nWHAT\r\nQUIT\r\n", 31);
    assert_true(read_end(fd, answer, sizeof answer) > 0);
    assert_string_equal(answer, "250 lab.test\r\n502 5.5.1 Command not implemented\r\n"
                        "500 5.5.2 Command not recognized\r\n221 2.0.0 Bye\r\n");
    close(fd);
}

static void refused_is_refused(void **state)
{
    assert_int_equal(try_connect(*state, row_of_way(LAB_REFUSED)), -1);
    assert_int_equal(errno, ECONNREFUSED);
}

/* The first half changes nothing, the second gets `want`: 0 for an orderly end, or -errno. */
static void assert_end_after_hello(const struct lab *l, enum lab_way way, ssize_t want)
{
    char answer[100];
    struct buf hello = hello_new();
    int fd = connect_to(l, row_of_way(way));
    say(fd, hello.data, hello.len / 2);
    assert_true(is_quiet(fd));
    say(fd, hello.data + hello.len / 2, hello.len - hello.len / 2);
    assert_int_equal(read_end(fd, answer, sizeof answer), want);
    close(fd);
    buf_free(&hello);
}

static void reset_and_closed_wait_for_the_whole_hello(void **state)
{
    assert_end_after_hello(*state, LAB_RESET, -ECONNRESET);
    assert_end_after_hello(*state, LAB_CLOSED, 0);
}

static void hello_in_tiny_records_is_whole_too(void **state)
{
    char answer[100];
    struct buf hello = hello_new(), tiny;
    buf_init(&tiny, 16384);
    for (size_t i = 5; i < hello.len; i++) {
        const unsigned char record[] = {22, 3, 1, 0, 1, hello.data[i]};
        assert_true(buf_add(&tiny, record, sizeof record));
    }
    int fd = connect_to(*state, row_of_way(LAB_CLOSED));
    say(fd, tiny.data, tiny.len - 6);
    assert_true(is_quiet(fd));
    say(fd, tiny.data + tiny.len - 6, 6);
    assert_int_equal(read_end(fd, answer, sizeof answer), 0);
    close(fd);
    buf_free(&hello);
    buf_free(&tiny);
}

static void silent_is_silent(void **state)
{
    struct buf hello = hello_new();
    int fd = connect_to(*state, row_of_way(LAB_SILENT));
    say(fd, hello.data, hello.len);
    assert_true(is_quiet(fd));
    close(fd);
    buf_free(&hello);
}

/* --- hostile peers -------------------------------------------------------------------------- */

static void say_anyway(int fd, const void *p, size_t n)
{
    while (n) {
        ssize_t r = send(fd, p, n, MSG_NOSIGNAL);
        if (r <= 0)
            return; /* it had enough of us */
        p = (const char *)p + r;
        n -= (size_t)r;
    }
}

static void garbage_harms_nobody(void **state)
{
    const struct lab *l = *state;
    struct buf hello = hello_new();
    char junk[4096], answer[65536];
    srandom(1);
    for (size_t i = 0; i < lab_count; i++) {
        if (lab_table[i].way == LAB_REFUSED)
            continue;
        for (size_t k = 0; k < sizeof junk; k++)
            junk[k] = (char)random();
        int fd = connect_to(l, i);
        say_anyway(fd, junk, sizeof junk);
        shutdown(fd, SHUT_WR);
        read_end(fd, answer, sizeof answer);
        close(fd);
        fd = connect_to(l, i); /* half a hello, and gone */
        say_anyway(fd, hello.data, hello.len / 2);
        close(fd);
        fd = connect_to(l, i); /* a hello with a byte turned */
        hello.data[40 + i] ^= 0x55;
        say_anyway(fd, hello.data, hello.len);
        shutdown(fd, SHUT_WR);
        read_end(fd, answer, sizeof answer);
        close(fd);
    }
    buf_free(&hello);
    assert_healthy(l);
}

static void endless_data_ends(void **state)
{
    const struct lab *l = *state;
    char *much = mem_new(8 << 20);
    for (size_t i = 0; i < lab_count; i++) {
        if (lab_table[i].way == LAB_REFUSED)
            continue;
        memset(much, i % 2 ? 'A' : 22, 8 << 20);
        int fd = connect_to(l, i);
        say_anyway(fd, much, 8 << 20);
        close(fd);
    }
    free(much);
    assert_healthy(l);
}

static void many_at_once_are_survived(void **state)
{
    const struct lab *l = *state;
    size_t row = row_of_way(LAB_SILENT), ended = 0;
    struct pollfd p[300];
    for (size_t i = 0; i < 300; i++)
        p[i] = (struct pollfd){.fd = connect_to(l, row), .events = POLLIN};
    /* 256 are kept waiting, the rest is sent away. */
    while (ended < 44 && poll(p, 300, WAIT_SECONDS * 1000) > 0) {
        for (size_t i = 0; i < 300; i++)
            if (p[i].fd >= 0 && p[i].revents) {
                ended++;
                close(p[i].fd);
                p[i].fd = -1; /* poll passes it over */
            }
    }
    int more = poll(p, 300, QUIET_MS);
    for (size_t i = 0; i < 300; i++)
        if (p[i].fd >= 0)
            close(p[i].fd);
    assert_int_equal(ended, 44);
    assert_int_equal(more, 0);
    assert_healthy(l);
}

/* --- beginning and end ---------------------------------------------------------------------- */

static void stop_leaves_nothing(void **state)
{
    (void)state;
    struct err e = {0};
    struct lab *l = lab_start(&e);
    assert_non_null(l);
    char *dir = mem_string(l->dir);
    pid_t pid = l->pid;
    assert_true(exists(dir));
    lab_stop(l);
    assert_false(exists(dir));
    assert_int_equal(kill(pid, 0), -1);
    assert_int_equal(errno, ESRCH);
    free(dir);
    lab_stop(NULL);
}

static void signals_end_it_in_order(void **state)
{
    (void)state;
    static const int ends[] = {SIGTERM, SIGINT, SIGHUP};
    for (size_t i = 0; i < 3; i++) {
        struct lab *l = lab_start(NULL);
        assert_non_null(l);
        char *dir = mem_string(l->dir), byte;
        kill(l->pid, ends[i]);
        assert_int_equal(recv(l->link, &byte, 1, 0), 0);
        assert_false(exists(dir));
        lab_stop(l);
        free(dir);
    }
}

static void stop_cleans_up_after_a_killed_one(void **state)
{
    (void)state;
    struct lab *l = lab_start(NULL);
    assert_non_null(l);
    char *dir = mem_string(l->dir);
    kill(l->pid, SIGKILL);
    lab_stop(l);
    assert_false(exists(dir));
    free(dir);
}

/* A parent that can do nothing any more: its lab must notice. We inherit the orphan and wait. */
static void a_killed_parent_takes_it_along(void **state)
{
    (void)state;
    int pair[2];
    char dir[512] = "";
    assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
    assert_int_equal(pipe(pair), 0);
    pid_t parent = fork();
    if (parent == 0) {
        struct lab *l = lab_start(NULL);
        char *s = l ? mem_format("%s:%d", l->dir, (int)l->pid) : mem_string("");
        if (write(pair[1], s, strlen(s) + 1) < 0)
            _exit(1);
        for (;;)
            pause();
    }
    assert_true(read(pair[0], dir, sizeof dir - 1) > 0);
    char *pid = strrchr(dir, ':');
    assert_non_null(pid);
    *pid++ = '\0';
    assert_true(exists(dir));
    kill(parent, SIGKILL);
    assert_int_equal(waitpid(parent, NULL, 0), parent);
    int status = -1;
    assert_int_equal(waitpid(atoi(pid), &status, 0), atoi(pid));
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    assert_false(exists(dir));
    close(pair[0]);
    close(pair[1]);
    prctl(PR_SET_CHILD_SUBREAPER, 0);
}

static void two_labs_live_side_by_side(void **state)
{
    struct lab *other = lab_start(NULL);
    assert_non_null(other);
    assert_string_not_equal(other->dir, ((struct lab *)*state)->dir);
    assert_healthy(other);
    assert_healthy(*state);
    lab_stop(other);
}

static void odd_directories(void **state)
{
    (void)state;
    struct err e = {0};
    char *before = mem_string(getenv("TMPDIR")), odd[] = "/tmp/a,b XXXXXX";
    assert_non_null(mkdtemp(odd));
    setenv("TMPDIR", odd, 1);
    struct lab *l = lab_start(&e);
    assert_non_null(l);
    assert_memory_equal(l->dir, odd, strlen(odd));
    assert_non_null(strstr(l->endpoint[0], ",ca=/tmp/a\\,b "));
    lab_stop(l);
    assert_int_equal(rmdir(odd), 0);
    l = lab_start(&e); /* it is gone now */
    assert_null(l);
    assert_non_null(strstr(e.text, "TMPDIR"));
    setenv("TMPDIR", "/tmp/back\\slash", 1); /* can't be told in an endpoint: passed over */
    l = lab_start(NULL);
    assert_non_null(l);
    assert_memory_equal(l->dir, "/tmp/tlswhy-lab-", 16);
    lab_stop(l);
    if (before)
        setenv("TMPDIR", before, 1);
    else
        unsetenv("TMPDIR");
    free(before);
}

static int setup(void **state)
{
    struct err e = {0};
    *state = lab_start(&e);
    if (!*state)
        print_error("%s\n", e.text);
    return *state ? 0 : -1;
}

static int teardown(void **state)
{
    lab_stop(*state);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(table_is_sound),
        cmocka_unit_test(endpoints_name_their_rows),
        cmocka_unit_test(only_the_ca_is_on_disk),
        cmocka_unit_test(chains_are_sent_as_told),
        cmocka_unit_test(versions_are_as_told),
        cmocka_unit_test(old_server_refuses_a_current_client),
        cmocka_unit_test(client_certificate_is_required),
        cmocka_unit_test(http_answers_with_the_date),
        cmocka_unit_test(http_refuses_in_words),
        cmocka_unit_test(plain_http_answers_a_hello_with_400),
        cmocka_unit_test(smtp_talks_first),
        cmocka_unit_test(refused_is_refused),
        cmocka_unit_test(reset_and_closed_wait_for_the_whole_hello),
        cmocka_unit_test(hello_in_tiny_records_is_whole_too),
        cmocka_unit_test(silent_is_silent),
        cmocka_unit_test(garbage_harms_nobody),
        cmocka_unit_test(endless_data_ends),
        cmocka_unit_test(many_at_once_are_survived),
        cmocka_unit_test(stop_leaves_nothing),
        cmocka_unit_test(signals_end_it_in_order),
        cmocka_unit_test(stop_cleans_up_after_a_killed_one),
        cmocka_unit_test(a_killed_parent_takes_it_along),
        cmocka_unit_test(two_labs_live_side_by_side),
        cmocka_unit_test(odd_directories),
    };
    alarm(300); /* a hang is a failure, too */
    return cmocka_run_group_tests(tests, setup, teardown);
}
