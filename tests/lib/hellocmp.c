/* hellocmp - is what a program says to a server what the row of client_table says it says?
 *
 *   hellocmp ROW COMMAND   listens on loopback, runs COMMAND by sh with every @ replaced by the port, and compares the
 *                          first ClientHello that comes with that of ROW; each difference is a line on stdout
 *
 * Exit status: 0 the same, 1 it differs, 2 usage, 3 no hello came: what came instead is said.
 * Owns: the comparison, field by field. Must not know: which programs there are.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "src/base/text.h"
#include "src/wire/client.h"
#include "src/wire/heard.h"
#include "src/wire/names.h"

#define PATIENCE_MS 60000 /* a browser takes some seconds to start, on a busy machine many */
#define GREASE 0x0a0a     /* stands for all of its values */
#define ECH 65037         /* its body looks random, and browsers choose its length at random */

/* Comparing returns how many differences were printed. */
static int differ(const char *what, const char *row, const char *sent)
{
    printf("%s: the row has %s, sent was %s\n", what, row, sent);
    return 1;
}

static int number_compare(const char *what, size_t row, size_t sent)
{
    char a[24], b[24];
    snprintf(a, sizeof a, "%zu", row);
    snprintf(b, sizeof b, "%zu", sent);
    return row == sent ? 0 : differ(what, a, b);
}

static int number_order(const void *a, const void *b)
{
    return *(const uint16_t *)a - *(const uint16_t *)b;
}

/* "1301 c02f", with GREASE as one number; `sorted`: their order does not count. Owned by the caller. */
static char *list_words(const uint16_t *list, size_t n, bool sorted)
{
    struct text t = { 0 };
    uint16_t copy[256];
    n = n < 256 ? n : 256;
    for (size_t i = 0; i < n; i++)
        copy[i] = number_is_grease(list[i]) ? GREASE : list[i];
    if (sorted)
        qsort(copy, n, sizeof *copy, number_order);
    for (size_t i = 0; i < n; i++)
        text_addf(&t, "%s%04x", i ? " " : "", copy[i]);
    return text_take(&t);
}

static size_t list_length(const uint16_t *list)
{
    size_t n = 0;
    while (list && list[n])
        n++;
    return n;
}

static int order_compare(const char *what, const uint16_t *row, size_t rows, const uint16_t *sent, size_t sents,
                         bool sorted)
{
    char *a = list_words(row, rows, sorted), *b = list_words(sent, sents, sorted);
    int n = strcmp(a, b) == 0 ? 0 : differ(what, a, b);
    free(a);
    free(b);
    return n;
}

static int list_compare(const char *what, const uint16_t *row, const uint16_t *sent)
{
    return order_compare(what, row, list_length(row), sent, list_length(sent), false);
}

static const struct hello_extension *body_find(const struct hello *h, uint16_t type)
{
    for (size_t i = 0; i < h->extra_count; i++)
        if (h->extra[i].type == type)
            return &h->extra[i];
    return NULL;
}

static int bodies_compare(const struct hello *row, const struct hello *sent)
{
    char what[32];
    int n = 0;
    for (size_t i = 0; i < sent->order_count; i++) {
        uint16_t type = sent->order[i];
        const struct hello_extension *a = body_find(row, type), *b = body_find(sent, type);
        snprintf(what, sizeof what, "body of extension %u", type);
        if (type == ECH || number_is_grease(type))
            continue;
        if (!a != !b)
            n += differ(what, a ? "one" : "the usual", b ? "one" : "the usual");
        else if (a && (a->n != b->n || memcmp(a->p, b->p, a->n) != 0))
            n += differ(what, "another", "this");
    }
    return n;
}

static int word_compare(const char *what, const char *row, const char *sent)
{
    row = row ? row : "none";
    sent = sent ? sent : "none";
    return strcmp(row, sent) == 0 ? 0 : differ(what, row, sent);
}

static int hello_compare(const struct client *c, const struct heard *row, const struct heard *sent)
{
    const struct hello *a = &row->hello, *b = &sent->hello;
    int n = number_compare("record version", a->record, b->record);
    n += number_compare("version", a->version, b->version);
    n += number_compare("length of the session id", a->session_id, b->session_id);
    n += number_compare("compression methods", a->compression_count, b->compression_count);
    n += list_compare("suites", a->suites, b->suites);
    n += list_compare("groups", a->groups, b->groups);
    n += list_compare("signature algorithms", a->sigalgs, b->sigalgs);
    n += list_compare("supported_versions", a->versions, b->versions);
    n += list_compare("key shares", a->shares, b->shares);
    n += order_compare("extensions", a->order, a->order_count, b->order, b->order_count, c->traits & CLIENT_SHUFFLES);
    n += word_compare("ALPN", a->alpn, b->alpn);
    n += word_compare("server name", a->sni, b->sni);
    n += bodies_compare(a, b);
    return body_find(b, ECH) ? n : n + number_compare("size", row->size, sent->size);
}

/* The row's own hello, for the name that was sent, written and read again. */
static bool row_hear(const struct client *c, const char *name, struct heard *out)
{
    struct client_lists keep;
    struct hello h = { .sni = c->traits & CLIENT_NO_SNI ? NULL : name ? name : "good.test", .seed = 1 };
    struct offer o;
    struct buf b;
    buf_init(&b, HELLO_BYTES_MAX);
    heard_init(out);
    bool made = offer_make(&o, c, &(struct limits){ 0 });
    if (made) {
        client_hello(c, &o, NULL, &keep, &h);
        made = hello_write(&h, &b);
        heard_feed(out, b.data, b.len);
    }
    offer_clear(&o);
    buf_free(&b);
    return made && out->end == HEARD_HELLO;
}

static int listen_loopback(int *port)
{
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t n = sizeof a;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&a, n) || listen(fd, 16) || getsockname(fd, (struct sockaddr *)&a, &n)) {
        perror("hellocmp");
        exit(99);
    }
    *port = ntohs(a.sin_port);
    return fd;
}

/* In a group of its own, for a browser is many processes; it dies with us. */
static pid_t command_run(const char *command, int port)
{
    struct text t = { 0 };
    for (const char *p = command; *p; p++) {
        if (*p == '@')
            text_addf(&t, "%d", port);
        else
            text_addf(&t, "%c", *p);
    }
    pid_t pid = fork();
    if (pid == 0) {
        setpgid(0, 0);
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        dup2(STDERR_FILENO, STDOUT_FILENO);
        execl("/bin/sh", "sh", "-c", t.s, (char *)NULL);
        _exit(127);
    }
    setpgid(pid, pid);
    text_free(&t);
    return pid;
}

static bool readable(int fd)
{
    struct pollfd p = { .fd = fd, .events = POLLIN };
    return poll(&p, 1, PATIENCE_MS) == 1;
}

/* One connection, up to the end of its hello. */
static void connection_hear(int fd, struct heard *h)
{
    static const uint8_t postgres[] = { 0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f }; /* asks whether it may speak TLS */
    uint8_t p[4096];
    ssize_t n;
    while (readable(fd) && (n = read(fd, p, sizeof p)) > 0) {
        bool asks = (size_t)n == sizeof postgres && memcmp(p, postgres, sizeof postgres) == 0;
        if (asks ? write(fd, "S", 1) != 1 : !heard_feed(h, p, (size_t)n))
            return;
    }
}

/* Some programs connect once without a word. */
static void hello_await(int listener, struct heard *h)
{
    while (h->end == HEARD_GOING && !h->raw.len && readable(listener)) {
        int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
        if (fd < 0)
            return;
        connection_hear(fd, h);
        close(fd);
    }
}

int main(int argc, char **argv)
{
    const struct client *c = argc == 3 ? client_find(argv[1]) : NULL;
    if (!c) {
        fprintf(stderr, argc == 3 ? "hellocmp: no such row\n" : "usage: hellocmp ROW COMMAND\n");
        return 2;
    }
    signal(SIGPIPE, SIG_IGN);
    int port, listener = listen_loopback(&port), result;
    struct heard sent, row;
    heard_init(&sent);
    pid_t pid = command_run(argv[2], port);
    hello_await(listener, &sent);
    kill(-pid, SIGKILL);
    waitpid(pid, NULL, 0);
    if (sent.end != HEARD_HELLO) {
        printf("no ClientHello came but %zu bytes%s%s\n", sent.raw.len, sent.why ? ": " : "", sent.why ? sent.why : "");
        result = 3;
    } else {
        int n = row_hear(c, sent.hello.sni, &row) ? hello_compare(c, &row, &sent)
                                                  : differ("the row", "no hello that can be written", "one");
        heard_free(&row);
        result = n > 0;
    }
    heard_free(&sent);
    close(listener);
    return result;
}
