/* fault - bad servers for tests.
 *
 *   fault MODE[=ARG]...   listens on a port of 127.0.0.1 for each and prints "MODE[=ARG] PORT" lines
 *                         once all take connections; each connection is a line on stderr; ends when
 *                         killed, or by itself after LIFE seconds
 *   fault ports N         prints N free ports, chosen by the kernel
 *
 * Owns: what each mode does to a client. Must not know: what the client makes of it.
 */
#include "tests/lib/relay.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define LIFE 600
#define MODES_MAX 64
#define QUIET_MS 60                  /* a hello has been read when nothing came for so long */
#define RECORD_MAX 16384
#define CHAIN_BYTES (10 * 1024 * 1024)

enum end { END_FIN, END_RST, END_HOLD, END_STREAM };

/* Who is let in. The others are reset, or closed where `refuse` is END_FIN. */
enum door {
    DOOR_OPEN,
    DOOR_THIRD,                      /* every third one is not */
    DOOR_TWO,                        /* nobody while two connections are open */
    DOOR_RATE,                       /* RATE_MAX a second */
    DOOR_ONE                         /* the next waits until the one before has gone */
};
#define RATE_MAX 20

/* What a mode does, in this order. A mode that neither sends nor ends is kept in the parent. */
struct mode {
    const char *name;
    enum door door;
    enum end refuse;
    int delay_ms;                    /* waits before anything else */
    const char *banner;              /* sent before the client says anything */
    bool reads;                      /* waits for the client's first message */
    void (*answer)(int fd, const char *arg);
    bool relays;                     /* MODE=PORT: instead of an answer, what the server there says */
    bool turns;                      /* MODE=PORT-PORT...: each connection goes to the next of them */
    enum trick trick;
    enum end end;
};

static void fail(const char *what)
{
    perror(what);
    exit(3);
}

static void pause_ms(int ms)
{
    struct timespec t = { ms / 1000, ms % 1000 * 1000000L };
    nanosleep(&t, NULL);
}

/* The child of a connection has nothing to do once its client is gone. */
static void send_all(int fd, const void *bytes, size_t n)
{
    for (const uint8_t *p = bytes; n;) {
        ssize_t w = send(fd, p, n, MSG_NOSIGNAL);
        if (w < 0)
            exit(0);
        p += w;
        n -= (size_t)w;
    }
}

/* Everything until a pause or the client's end. */
static void hello_read(int fd)
{
    char bytes[4096];
    struct pollfd p = { .fd = fd, .events = POLLIN };
    for (int wait = -1; poll(&p, 1, wait) > 0; wait = QUIET_MS)
        if (recv(fd, bytes, sizeof bytes, 0) <= 0)
            exit(0);
}

static void drain(int fd)
{
    char bytes[4096];
    while (recv(fd, bytes, sizeof bytes, 0) > 0)
        ;
}

/* --- answers ------------------------------------------------------------------------------------ */

static void record_send(int fd, uint8_t type, const uint8_t *body, size_t n)
{
    uint8_t head[5] = { type, 3, 3, (uint8_t)(n >> 8), (uint8_t)n };
    send_all(fd, head, sizeof head);
    send_all(fd, body, n);
}

/* ServerHello of TLS 1.2: ECDHE-RSA-AES128-GCM-SHA256, empty session id, renegotiation_info. */
static size_t server_hello(uint8_t out[64])
{
    static const uint8_t head[] = { 2, 0, 0, 45, 3, 3 };
    static const uint8_t tail[] = { 0, 0xc0, 0x2f, 0, 0, 5, 0xff, 1, 0, 1, 0 };
    memcpy(out, head, sizeof head);
    memset(out + sizeof head, 0x5a, 32);
    memcpy(out + sizeof head + 32, tail, sizeof tail);
    return sizeof head + 32 + sizeof tail;
}

static void answer_server_hello(int fd, const char *arg)
{
    uint8_t hello[64];
    (void)arg;
    record_send(fd, 22, hello, server_hello(hello));
}

static void answer_garbage(int fd, const char *arg)
{
    uint8_t bytes[512];
    uint32_t x = 12345;
    (void)arg;
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)((x = x * 1103515245 + 12345) >> 16 | 0x80);
    send_all(fd, bytes, sizeof bytes);
}

/* alert=NUMBER is fatal, alert=-NUMBER a warning. */
static void answer_alert(int fd, const char *arg)
{
    int number = atoi(arg);
    uint8_t alert[2] = { number < 0 ? 1 : 2, (uint8_t)abs(number) };
    record_send(fd, 21, alert, sizeof alert);
}

static void answer_http_400(int fd, const char *arg)
{
    static const char text[] = "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n"
                               "The plain HTTP request was sent to HTTPS port\n";
    (void)arg;
    send_all(fd, text, sizeof text - 1);
}

/* A handshake message of the type that claims 16 MB and goes on and on; END_STREAM sends its rest. */
static void answer_endless(int fd, const char *arg)
{
    uint8_t head[4] = { (uint8_t)atoi(arg), 0xff, 0xff, 0xff };
    if (head[0] != 2)
        answer_server_hello(fd, NULL);
    record_send(fd, 22, head, sizeof head);
}

/* Warnings without end: one record each, or all of them in one record. */
static void answer_flood(int fd, const char *arg)
{
    static const uint8_t one[7] = { 21, 3, 3, 0, 2, 1, 112 };
    uint8_t many[sizeof one * 1000];
    (void)arg;
    for (size_t i = 0; i < sizeof many; i++)
        many[i] = one[i % sizeof one];
    for (;;)
        send_all(fd, many, sizeof many);
}

static void answer_storm(int fd, const char *arg)
{
    uint8_t body[RECORD_MAX];
    (void)arg;
    for (size_t i = 0; i < sizeof body; i++)
        body[i] = i % 2 ? 112 : 1;
    for (;;)
        record_send(fd, 21, body, sizeof body);
}

static void drip(int fd, const char *arg)
{
    uint8_t bytes[69] = { 22, 3, 3, 0, 49 };
    size_t n = 5 + server_hello(bytes + 5);
    (void)arg;
    for (size_t i = 0; i < n; i++) {
        send_all(fd, bytes + i, 1);
        pause_ms(1000);
    }
}

static uint8_t *certificate_load(const char *path, size_t *n)
{
    static uint8_t der[65536];
    int fd = path ? open(path, O_RDONLY) : -1;
    ssize_t got = fd < 0 ? 1000 : read(fd, der, sizeof der);
    if (got <= 0)
        fail(path);
    *n = (size_t)got;
    return der;
}

static uint8_t *put24(uint8_t *p, size_t n)
{
    p[0] = (uint8_t)(n >> 16);
    p[1] = (uint8_t)(n >> 8);
    p[2] = (uint8_t)n;
    return p + 3;
}

/* ServerHello and Certificate, with the DER certificate of a file until so many bytes are full; one at least. */
static void certificates_send(int fd, const char *path, size_t bytes)
{
    size_t one, count, total;
    const uint8_t *der = certificate_load(path, &one);
    count = bytes > one + 3 ? bytes / (one + 3) : 1;
    total = count * (one + 3);
    uint8_t *message = malloc(total + 7), *p = message;
    if (!message)
        fail("malloc");
    *p++ = 11;
    p = put24(put24(p, total + 3), total);
    for (size_t i = 0; i < count; i++, p += one)
        memcpy(p = put24(p, one), der, one);
    answer_server_hello(fd, NULL);
    for (const uint8_t *q = message; q < p;) {
        size_t left = (size_t)(p - q), n = left < RECORD_MAX ? left : RECORD_MAX;
        record_send(fd, 22, q, n);
        q += n;
    }
    free(message);
}

/* chain=FILE: 10 MB of it. */
static void answer_chain(int fd, const char *arg)
{
    certificates_send(fd, arg, CHAIN_BYTES);
}

/* signed=FILE: all that a server of TLS 1.2 says before the client's turn, with an RSA certificate for a key of
 * SIGNATURE bytes; what it signs it with is nothing. */
static void answer_signed(int fd, const char *arg)
{
    enum { SIGNATURE = 8000, X25519 = 32, BODY = 4 + X25519 + 4 + SIGNATURE };
    static const uint8_t done[] = { 14, 0, 0, 0 };
    uint8_t exchange[4 + BODY] = { 12, 0, BODY >> 8, BODY & 0xff, 3, 0, 0x1d, X25519 };
    memset(exchange + 8, 9, X25519);
    memcpy(exchange + 8 + X25519, (const uint8_t[]){ 4, 1, SIGNATURE >> 8, SIGNATURE & 0xff }, 4);
    memset(exchange + 8 + X25519 + 4, 0x11, SIGNATURE);
    certificates_send(fd, arg, 0);
    record_send(fd, 22, exchange, sizeof exchange);
    record_send(fd, 22, done, sizeof done);
}

/* alert-split=NUMBER: a fatal alert, each byte of it in a record of its own. */
static void answer_alert_split(int fd, const char *arg)
{
    uint8_t level = 2, number = (uint8_t)atoi(arg);
    record_send(fd, 21, &level, 1);
    pause_ms(20);
    record_send(fd, 21, &number, 1);
}

/* SSL 2.0 SERVER-HELLO with two cipher kinds and a certificate that is none; nothing for other hellos. */
static void answer_ssl2(int fd, const char *arg)
{
    static const uint8_t head[] = { 4, 0, 1, 0, 2, 0, 100, 0, 6, 0, 16 };
    static const uint8_t kinds[] = { 1, 0, 0x80, 7, 0, 0xc0 };
    uint8_t heard[HEARD_MAX], out[2 + sizeof head + 100 + sizeof kinds + 16] = { 0x80, sizeof out - 2 };
    size_t n = flight_read(fd, heard);
    (void)arg;
    if (n < 3 || !(heard[0] & 0x80) || heard[2] != 1)
        return;
    memcpy(out + 2, head, sizeof head);
    memset(out + 2 + sizeof head, 0x30, 100);
    memcpy(out + 2 + sizeof head + 100, kinds, sizeof kinds);
    send_all(fd, out, sizeof out);
}

static bool listed(const uint8_t *list, size_t n, unsigned number)
{
    for (size_t i = 0; list && i + 2 <= n; i += 2)
        if ((unsigned)(list[i] << 8 | list[i + 1]) == number)
            return true;
    return false;
}

/* A ServerHello of TLS 1.2 that chooses a suite the client did not offer. */
static void answer_unoffered_suite(int fd, const char *arg)
{
    static const uint16_t suites[] = { 0xc02f, 0x0035, 0x000a, 0x0005, 0x0004, 0x0003 };
    uint8_t heard[HEARD_MAX], hello[64];
    size_t len, count, n = flight_read(fd, heard), i = 0;
    const uint8_t *list = flight_suites(heard, n, &count);
    (void)arg;
    while (i + 1 < sizeof suites / sizeof *suites && listed(list, count, suites[i]))
        i++;
    len = server_hello(hello);
    hello[39] = (uint8_t)(suites[i] >> 8);
    hello[40] = (uint8_t)suites[i];
    record_send(fd, 22, hello, len);
}

/* A ServerHello of TLS 1.3 with a key share, or a ServerKeyExchange of TLS 1.2, of a group not offered. */
static void answer_unoffered_group(int fd, const char *arg)
{
    static const uint16_t groups[] = { 0x0017, 0x0018, 0x0019, 0x0016, 0x0001, 0x0002, 0x00ff };
    static const uint8_t certificate[] = { 11, 0, 0, 3, 0, 0, 0 }, done[] = { 14, 0, 0, 0 };
    uint8_t heard[HEARD_MAX], hello[64], out[200] = { 2, 0, 0, 0, 3, 3 };
    size_t count = 0, n = flight_read(fd, heard), i = 0;
    const uint8_t *list = flight_extension(heard, n, 10, &count);
    (void)arg;
    while (i + 1 < sizeof groups / sizeof *groups && list && count > 2 && listed(list + 2, count - 2, groups[i]))
        i++;
    if (flight_offers_13(heard, n)) {
        const uint8_t sid = heard[5 + 4 + 34];
        const uint8_t tail[] = { 0x13, 0x01, 0, 0, 6 + 4 + 4 + 65, 0, 43, 0, 2, 3, 4, 0, 51, 0, 69,
                                 (uint8_t)(groups[i] >> 8), (uint8_t)groups[i], 0, 65, 4 };
        memset(out + 6, 0x5a, 32);
        memcpy(out + 38, heard + 5 + 4 + 34, 1u + sid);
        memcpy(out + 39 + sid, tail, sizeof tail);
        n = 39u + sid + sizeof tail + 64;
        out[3] = (uint8_t)(n - 4);
        record_send(fd, 22, out, n);
        return;
    }
    const uint8_t exchange[] = { 12, 0, 0, 4 + 65 + 4 + 8, 3, (uint8_t)(groups[i] >> 8), (uint8_t)groups[i], 65, 4 };
    memcpy(out, exchange, sizeof exchange);
    memset(out + sizeof exchange, 0x5a, sizeof out - sizeof exchange);
    memcpy(out + sizeof exchange + 64, (const uint8_t[]){ 4, 1, 0, 8 }, 4);
    record_send(fd, 22, hello, server_hello(hello));
    record_send(fd, 22, certificate, sizeof certificate);
    record_send(fd, 22, out, sizeof exchange + 64 + 4 + 8);
    record_send(fd, 22, done, sizeof done);
}

/* --- modes -------------------------------------------------------------------------------------- */

static const struct mode modes[] = {
    { .name = "silent", .end = END_HOLD },
    { .name = "fin-at-accept", .end = END_FIN },
    { .name = "rst-at-accept", .end = END_RST },
    { .name = "fin", .reads = true, .end = END_FIN },
    { .name = "rst", .reads = true, .end = END_RST },
    { .name = "garbage", .reads = true, .answer = answer_garbage, .end = END_FIN },
    { .name = "alert", .reads = true, .answer = answer_alert, .end = END_FIN },
    { .name = "alert-hold", .reads = true, .answer = answer_alert, .end = END_HOLD },
    { .name = "hello-fin", .reads = true, .answer = answer_server_hello, .end = END_FIN },
    { .name = "hello-rst", .reads = true, .answer = answer_server_hello, .end = END_RST },
    { .name = "hello-hold", .reads = true, .answer = answer_server_hello, .end = END_HOLD },
    { .name = "endless", .reads = true, .answer = answer_endless, .end = END_STREAM },
    { .name = "chain", .reads = true, .answer = answer_chain, .end = END_HOLD },
    { .name = "signed", .reads = true, .answer = answer_signed, .end = END_HOLD },
    { .name = "drip", .reads = true, .answer = drip, .end = END_FIN },
    { .name = "alert-flood", .reads = true, .answer = answer_flood, .end = END_HOLD },
    { .name = "alert-storm", .reads = true, .answer = answer_storm, .end = END_HOLD },
    { .name = "http", .reads = true, .answer = answer_http_400, .end = END_FIN },
    { .name = "ssh", .banner = "SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n", .end = END_HOLD },
    { .name = "smtp", .banner = "220 mail.example.org ESMTP ready\r\n", .end = END_HOLD },
    { .name = "smtp-late", .delay_ms = 300, .banner = "220 mail.example.org ESMTP ready\r\n", .end = END_HOLD },
    { .name = "ftp", .banner = "220 (vsFTPd 3.0.3)\r\n", .end = END_HOLD },
    { .name = "imap", .banner = "* OK [CAPABILITY IMAP4rev1 STARTTLS] ready\r\n", .end = END_HOLD },
    { .name = "pop3", .banner = "+OK ready\r\n", .end = END_HOLD },
    { .name = "alert-split", .reads = true, .answer = answer_alert_split, .end = END_FIN },
    { .name = "ssl2", .answer = answer_ssl2, .end = END_FIN },
    { .name = "unoffered-suite", .answer = answer_unoffered_suite, .end = END_HOLD },
    { .name = "unoffered-group", .answer = answer_unoffered_group, .end = END_HOLD },
    { .name = "relay", .relays = true },
    { .name = "warn", .relays = true, .trick = TRICK_WARN },
    { .name = "mute", .relays = true, .trick = TRICK_MUTE },
    { .name = "mute-rst", .relays = true, .trick = TRICK_MUTE, .end = END_RST },
    { .name = "silent-13", .relays = true, .trick = TRICK_SILENT_13 },
    { .name = "strip-13", .relays = true, .trick = TRICK_STRIP_13 },
    { .name = "picky", .relays = true, .trick = TRICK_PICKY },
    { .name = "slow", .relays = true, .trick = TRICK_SLOW },
    { .name = "turn", .relays = true, .turns = true },
    { .name = "third", .relays = true, .door = DOOR_THIRD, .refuse = END_RST },
    { .name = "two", .relays = true, .door = DOOR_TWO, .refuse = END_RST },
    { .name = "two-fin", .relays = true, .door = DOOR_TWO, .refuse = END_FIN },
    { .name = "rate", .relays = true, .door = DOOR_RATE, .refuse = END_RST },
    { .name = "one", .relays = true, .door = DOOR_ONE },
    { .name = "escape", .banner = "220 \033]0;owned\007\033[2J\233 hello\r\n", .end = END_HOLD },
};

static void end_stream(int fd)
{
    static const uint8_t zeros[RECORD_MAX];
    for (;;) {
        struct pollfd p = { .fd = fd, .events = POLLOUT };
        poll(&p, 1, -1);
        record_send(fd, 22, zeros, sizeof zeros);
    }
}

static void end_connection(int fd, enum end end)
{
    static const struct linger reset = { 1, 0 };
    if (end == END_STREAM)
        end_stream(fd);
    if (end == END_RST)
        setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    if (end == END_FIN)
        shutdown(fd, SHUT_WR);
    if (end != END_RST)
        drain(fd); /* until the client goes: closing with bytes unread would be a reset */
    close(fd);
}

static void play(int fd, const struct mode *m, const char *arg)
{
    pause_ms(m->delay_ms);
    if (m->banner)
        send_all(fd, m->banner, strlen(m->banner));
    if (m->reads)
        hello_read(fd);
    if (m->answer)
        m->answer(fd, arg);
    if (m->relays)
        relay(fd, arg, m->trick);
    end_connection(fd, m->end);
}

/* --- listening ---------------------------------------------------------------------------------- */

struct listener {
    int fd;
    const struct mode *mode;
    const char *arg;
    unsigned count, in_second;       /* connections so far, and since `second` */
    time_t second;
    volatile int *open;              /* connections at work, counted in memory shared with their processes */
};

static int listen_anywhere(int *port)
{
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t n = sizeof a;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof a) < 0 || listen(fd, 1024) < 0 ||
        getsockname(fd, (struct sockaddr *)&a, &n) < 0)
        fail("a listening socket");
    *port = ntohs(a.sin_port);
    return fd;
}

/* Ports that nobody listens on. Not those the kernel hands out: tests run beside each other, make thousands of
 * connections, and all look for ports. From the process number on, so that each looks elsewhere. */
static int ports_print(int n)
{
    enum { FIRST = 10000, COUNT = 22000, APART = 61 };
    int left = n;
    for (int tried = 0; left > 0 && tried < COUNT; tried++) {
        int port = FIRST + (int)(((long)getpid() * APART + tried) % COUNT);
        struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port),
                                 .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
        int fd = socket(AF_INET, SOCK_STREAM, 0);
        if (fd >= 0 && bind(fd, (struct sockaddr *)&a, sizeof a) == 0 && listen(fd, 1) == 0) {
            printf("%d\n", port);
            left--;
        }
        close(fd);
    }
    if (left)
        fprintf(stderr, "fault: %d free ports fewer than asked for\n", left);
    return left ? 3 : 0;
}

static const struct mode *mode_find(const char *word, size_t n)
{
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++)
        if (strlen(modes[i].name) == n && strncmp(modes[i].name, word, n) == 0)
            return &modes[i];
    fprintf(stderr, "fault: no mode %s\n", word);
    exit(2);
}

static void listener_open(struct listener *l, const char *word)
{
    int port;
    size_t n = strcspn(word, "=");
    l->mode = mode_find(word, n);
    l->arg = word[n] ? word + n + 1 : NULL;
    if (l->mode->relays && !l->arg) {
        fprintf(stderr, "fault: %s needs a port\n", word);
        exit(2);
    }
    l->open = mmap(NULL, sizeof *l->open, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (l->open == MAP_FAILED)
        fail("shared memory");
    l->fd = listen_anywhere(&port);
    printf("%s %d\n", word, port);
}

static bool let_in(struct listener *l)
{
    time_t now = time(NULL);
    l->count++;
    if (now != l->second) {
        l->second = now;
        l->in_second = 0;
    }
    switch (l->mode->door) {
    case DOOR_THIRD: return l->count % 3 != 0;
    case DOOR_TWO: return *l->open < 2;
    case DOOR_RATE: return ++l->in_second <= RATE_MAX;
    default: return true;
    }
}

static void refuse(int fd, enum end how)
{
    static const struct linger reset = { 1, 0 };
    if (how == END_RST)
        setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    close(fd);
}

/* The ports that are left when it's the next one's turn; the first of them counts. */
static const char *port_of_turn(const struct listener *l)
{
    unsigned ports = 1;
    const char *arg = l->arg;
    for (const char *p = arg; *p; p++)
        ports += *p == '-';
    for (unsigned n = l->count % ports; n > 0; n--)
        arg = strchr(arg, '-') + 1;
    return arg;
}

static void connection_take(struct listener *l, int epoll)
{
    int fd = accept4(l->fd, NULL, NULL, SOCK_CLOEXEC);
    if (fd < 0)
        return;
    if (!let_in(l)) {
        fprintf(stderr, "%s refuses a connection\n", l->mode->name);
        refuse(fd, l->mode->refuse);
        return;
    }
    fprintf(stderr, "%s takes a connection\n", l->mode->name);
    if (l->mode->end == END_HOLD && !l->mode->banner && !l->mode->reads && !l->mode->answer) {
        struct epoll_event ev = { .events = EPOLLRDHUP, .data.u64 = (uint64_t)fd + MODES_MAX };
        epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &ev); /* held here: hundreds of them cost nothing */
        return;
    }
    pid_t parent = getpid();
    __sync_add_and_fetch(l->open, 1);
    if (fork() == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() == parent)
            play(fd, l->mode, l->mode->turns ? port_of_turn(l) : l->arg);
        __sync_sub_and_fetch(l->open, 1);
        _exit(0);
    }
    close(fd);
}

/* In a process of its own: the others wait in the kernel's queue meanwhile. */
static void serve_one_by_one(const struct listener *l)
{
    pid_t parent = getpid();
    int fd;
    if (fork() != 0)
        return;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(0);
    while ((fd = accept4(l->fd, NULL, NULL, SOCK_CLOEXEC)) >= 0)
        play(fd, l->mode, l->arg);
    _exit(0);
}

static void serve(struct listener *l, size_t n)
{
    struct epoll_event ev;
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    for (size_t i = 0; i < n; i++) {
        if (l[i].mode->door == DOOR_ONE) {
            serve_one_by_one(&l[i]);
            continue;
        }
        ev = (struct epoll_event){ .events = EPOLLIN, .data.u64 = i };
        epoll_ctl(epoll, EPOLL_CTL_ADD, l[i].fd, &ev);
    }
    for (;;)
        if (epoll_wait(epoll, &ev, 1, -1) == 1) {
            if (ev.data.u64 < MODES_MAX)
                connection_take(&l[ev.data.u64], epoll);
            else
                close((int)(ev.data.u64 - MODES_MAX));
        }
}

int main(int argc, char **argv)
{
    struct listener l[MODES_MAX] = { 0 };
    struct rlimit files;
    if (argc == 3 && strcmp(argv[1], "ports") == 0)
        return ports_print(atoi(argv[2]));
    if (argc < 2 || argc > MODES_MAX) {
        fprintf(stderr, "usage: fault MODE[=ARG]... | fault ports N\n");
        return 2;
    }
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    signal(SIGCHLD, SIG_IGN);
    alarm(LIFE);
    for (int i = 1; i < argc; i++)
        listener_open(&l[i - 1], argv[i]);
    fflush(stdout);
    serve(l, (size_t)argc - 1);
}
