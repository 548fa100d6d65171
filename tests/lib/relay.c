/* relay - passes a connection on to a real server on loopback, and spoils it on the way. */
#include "tests/lib/relay.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define PAUSE_MS 60 /* a flight that is no record has been read when nothing came for so long */

static size_t get16(const uint8_t *p) { return (size_t)(p[0] << 8 | p[1]); }

/* --- the client's flight ------------------------------------------------------------------------ */

/* Whole TLS records, whose handshake message is complete; or an SSL 2.0 record. */
static bool flight_whole(const uint8_t *p, size_t n)
{
    size_t at = 0, body = 0, want = 0;
    if (n >= 2 && p[0] & 0x80)
        return n >= 2 + ((size_t)(p[0] & 0x7f) << 8 | p[1]);
    while (at + 5 <= n && p[at] == 22 && at + 5 + get16(p + at + 3) <= n) {
        size_t len = get16(p + at + 3);
        if (!want && len >= 4)
            want = 4 + ((size_t)p[at + 6] << 16 | get16(p + at + 7));
        body += len;
        at += 5 + len;
    }
    return want && body >= want;
}

size_t flight_read(int fd, uint8_t out[HEARD_MAX])
{
    size_t n = 0;
    struct pollfd p = { .fd = fd, .events = POLLIN };
    while (n < HEARD_MAX && !flight_whole(out, n) && poll(&p, 1, n ? PAUSE_MS : -1) > 0) {
        ssize_t got = recv(fd, out + n, HEARD_MAX - n, 0);
        if (got <= 0)
            break;
        n += (size_t)got;
    }
    return n;
}

/* The ClientHello of a flight in one record, from its version on; NULL. */
static const uint8_t *hello_body(const uint8_t *flight, size_t len, size_t *n)
{
    if (len < 5 + 45 || flight[0] != 22 || flight[5] != 1 || get16(flight + 3) < 45 || len < 5 + get16(flight + 3))
        return NULL;
    *n = get16(flight + 3) - 4;
    return flight + 9;
}

/* Where in the hello the suites begin: behind version, random and session id. */
static size_t suites_at(const uint8_t *hello) { return 34u + 1 + hello[34]; }

const uint8_t *flight_suites(const uint8_t *flight, size_t len, size_t *n)
{
    size_t all, at;
    const uint8_t *hello = hello_body(flight, len, &all);
    if (!hello || (at = suites_at(hello)) + 2 > all)
        return NULL;
    *n = get16(hello + at);
    return at + 2 + *n <= all ? hello + at + 2 : NULL;
}

const uint8_t *flight_extension(const uint8_t *flight, size_t len, uint16_t type, size_t *n)
{
    size_t all, suites, at;
    const uint8_t *hello = hello_body(flight, len, &all);
    if (!hello || !flight_suites(flight, len, &suites))
        return NULL;
    at = suites_at(hello) + 2 + suites;
    if (at >= all)
        return NULL;
    at += 1u + hello[at] + 2; /* compression methods, length of all extensions */
    while (at + 4 <= all) {
        *n = get16(hello + at + 2);
        if (at + 4 + *n > all)
            return NULL;
        if (get16(hello + at) == type)
            return hello + at + 4;
        at += 4 + *n;
    }
    return NULL;
}

bool flight_offers_13(const uint8_t *flight, size_t len)
{
    size_t n;
    const uint8_t *list = flight_extension(flight, len, 43, &n);
    for (size_t i = 1; list && i + 2 <= n; i += 2)
        if (get16(list + i) == 0x0304)
            return true;
    return false;
}

/* --- both directions ---------------------------------------------------------------------------- */

static int server_connect(int port)
{
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;
    if (fd < 0 || connect(fd, (struct sockaddr *)&a, sizeof a) < 0)
        return -1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return fd;
}

static bool pass(int to, const uint8_t *p, size_t n)
{
    while (n) {
        ssize_t w = send(to, p, n, MSG_NOSIGNAL);
        if (w <= 0)
            return false;
        p += w;
        n -= (size_t)w;
    }
    return true;
}

/* Half of the path's time. */
static void linger(enum trick trick)
{
    static const struct timespec half = { 0, 150 * 1000000L };
    if (trick == TRICK_SLOW)
        nanosleep(&half, NULL);
}

/* Once: what becomes of the server's first bytes. False: the connection is to end. */
static bool first_pass(int fd, enum trick trick, const uint8_t *p)
{
    static const uint8_t warning[7] = { 21, 3, 3, 0, 2, 1, 112 };
    if (trick == TRICK_WARN)
        return pass(fd, warning, sizeof warning);
    return trick != TRICK_MUTE || p[0] != 21;
}

static void both_ways(int client, int server, enum trick trick)
{
    uint8_t bytes[16384];
    bool first = true;
    struct pollfd p[2] = { { .fd = client, .events = POLLIN }, { .fd = server, .events = POLLIN } };
    while (poll(p, 2, -1) > 0) {
        for (int i = 0; i < 2; i++) {
            if (!p[i].revents)
                continue;
            ssize_t n = recv(p[i].fd, bytes, sizeof bytes, 0);
            linger(trick);
            if (n <= 0 || (i == 1 && first && !first_pass(client, trick, bytes)) || !pass(p[!i].fd, bytes, (size_t)n))
                return;
            if (i == 1)
                first = false;
        }
    }
}

/* --- rules -------------------------------------------------------------------------------------- */

/* What follows the nth "-" of a text. */
static const char *word_after(const char *text, int nth)
{
    for (; text && nth > 0; nth--)
        text = (text = strchr(text, '-')) ? text + 1 : NULL;
    return text ? text : "";
}

static bool word_is(const char *text, const char *word)
{
    size_t n = strlen(word);
    return strncmp(text, word, n) == 0 && (text[n] == '-' || !text[n]);
}

bool picky_refuses(const char *rule, const uint8_t *flight, size_t len)
{
    const char *what = word_after(rule, 1);
    unsigned number = (unsigned)strtoul(word_after(rule, 2), NULL, 0);
    size_t n = 0, message = len < 9 ? 0 : 4 + ((size_t)flight[6] << 16 | get16(flight + 7));
    if (len < 9 || flight[0] != 22)
        return false;
    if (word_is(what, "ext"))
        return flight_extension(flight, len, (uint16_t)number, &n) != NULL;
    if (word_is(what, "need"))
        return !flight_extension(flight, len, (uint16_t)number, &n);
    if (word_is(what, "larger"))
        return message > number;
    if (word_is(what, "records"))
        return message > get16(flight + 3);
    const uint8_t *suites = flight_suites(flight, len, &n);
    for (size_t i = 0; suites && i + 2 <= n; i += 2)
        if (get16(suites + i) == number)
            return true;
    return false;
}

/* As the rule says how. */
static void picky_refuse(int fd, const char *rule)
{
    static const uint8_t alert[7] = { 21, 3, 1, 0, 2, 2, 50 };
    static const struct linger reset = { 1, 0 };
    uint8_t rest[4096];
    if (word_is(rule, "rst")) {
        setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
        exit(0); /* at once: after a shutdown it would be an end like any other */
    }
    if (word_is(rule, "alert"))
        pass(fd, alert, sizeof alert);
    if (word_is(rule, "drop"))
        while (recv(fd, rest, sizeof rest, 0) > 0)
            ;
}

/* Its type becomes one that is reserved to be passed over (RFC 8701). */
static void strip_13(uint8_t *flight, size_t len)
{
    size_t n;
    const uint8_t *list = flight_extension(flight, len, 43, &n);
    if (list)
        memset(flight + (list - flight) - 4, 0xfa, 2);
}

void relay(int fd, const char *arg, enum trick trick)
{
    static uint8_t heard[HEARD_MAX]; /* one connection, one process */
    size_t n = flight_read(fd, heard);
    int server, port = atoi(arg);
    if (trick == TRICK_PICKY && picky_refuses(word_after(arg, 1), heard, n)) {
        picky_refuse(fd, word_after(arg, 1));
        return;
    }
    if (trick == TRICK_SILENT_13 && flight_offers_13(heard, n)) {
        while (recv(fd, heard, sizeof heard, 0) > 0)
            ;
        return;
    }
    if (!n || (server = server_connect(port)) < 0)
        return;
    linger(trick);
    if (trick == TRICK_STRIP_13)
        strip_13(heard, n);
    if (pass(server, heard, n))
        both_ways(fd, server, trick);
    close(server);
}
