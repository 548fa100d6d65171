/* proxies - good and bad proxies for tests.
 *
 *   proxies MODE[=ARG]...   listens on a port of 127.0.0.1 for each, prints "MODE[=ARG] PORT" lines once all take
 *                           connections; each request is a line on stderr; ends when killed, or after LIFE seconds
 *
 * Owns: what each mode does to a client, and carrying bytes to the server it asked for, which is always looked for on
 * 127.0.0.1: that a name went to the proxy shows in the line on stderr. Must not know: what the client makes of it.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define LIFE 600
#define MODES_MAX 32
#define HEAD_MAX 8192

static void fail(const char *what)
{
    perror(what);
    exit(3);
}

static void say(int fd, const void *bytes, size_t n)
{
    for (const uint8_t *p = bytes; n;) {
        ssize_t w = send(fd, p, n, MSG_NOSIGNAL);
        if (w < 0)
            _exit(0);
        p += w;
        n -= (size_t)w;
    }
}

static void hear(int fd, void *to, size_t n)
{
    for (uint8_t *p = to; n;) {
        ssize_t r = recv(fd, p, n, 0);
        if (r <= 0)
            _exit(0);
        p += r;
        n -= (size_t)r;
    }
}

static void hold(int fd)
{
    char in[512];
    while (recv(fd, in, sizeof in, 0) > 0)
        ;
}

static int server_connect(int port)
{
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&a, sizeof a) == 0)
        return fd;
    close(fd);
    return -1;
}

static void carry(int a, int b)
{
    struct pollfd p[2] = { { .fd = a, .events = POLLIN }, { .fd = b, .events = POLLIN } };
    char in[16384];
    while (poll(p, 2, LIFE * 1000) > 0)
        for (int i = 0; i < 2; i++) {
            if (!(p[i].revents & (POLLIN | POLLHUP | POLLERR)))
                continue;
            ssize_t n = recv(p[i].fd, in, sizeof in, 0);
            if (n <= 0)
                return;
            say(p[!i].fd, in, (size_t)n);
        }
}

/* --- HTTP ------------------------------------------------------------------------------------- */

/* The head of a request; the port it asks for, 0 where it is no CONNECT. */
static int request_read(int fd, char head[HEAD_MAX])
{
    size_t n = 0;
    while (n < HEAD_MAX - 1 && !(n >= 4 && memcmp(head + n - 4, "\r\n\r\n", 4) == 0))
        hear(fd, head + n++, 1);
    head[n] = '\0';
    size_t line = strcspn(head, "\r\n");
    fprintf(stderr, "%.*s\n", (int)line, head);
    const char *space = strncmp(head, "CONNECT ", 8) == 0 ? strchr(head + 8, ' ') : NULL;
    while (space && space > head && *space != ':')
        space--;
    return space ? atoi(space + 1) : 0;
}

static void http_connect(int fd, int port, int pause_us)
{
    static const char no[] = "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n",
                      yes[] = "HTTP/1.1 200 Connection established\r\nProxy-Agent: test\r\n\r\n";
    int server = server_connect(port);
    if (server < 0) {
        say(fd, no, sizeof no - 1);
        return;
    }
    for (const char *p = yes; *p; p++) {
        say(fd, p, 1);
        if (pause_us)
            usleep((useconds_t)pause_us);
    }
    carry(fd, server);
}

static void mode_http(int fd, const char *arg)
{
    char head[HEAD_MAX];
    (void)arg;
    http_connect(fd, request_read(fd, head), 0);
}

/* A way at first, and an end as soon as something passes. */
static void mode_cut(int fd, const char *arg)
{
    static const char yes[] = "HTTP/1.1 200 Connection established\r\n\r\n";
    char head[HEAD_MAX];
    (void)arg;
    request_read(fd, head);
    say(fd, yes, sizeof yes - 1);
    recv(fd, head, sizeof head, 0);
}

static void mode_slow(int fd, const char *arg)
{
    char head[HEAD_MAX];
    (void)arg;
    http_connect(fd, request_read(fd, head), 2000);
}

/* ARG: what Basic login is let through, in base64. */
static void mode_login(int fd, const char *arg)
{
    static const char no[] = "HTTP/1.1 407 Proxy Authentication Required\r\n"
                             "Proxy-Authenticate: Basic realm=\"test\"\r\nContent-Length: 0\r\n\r\n";
    char head[HEAD_MAX], wanted[512];
    int port = request_read(fd, head);
    snprintf(wanted, sizeof wanted, "\r\nProxy-Authorization: Basic %s\r\n", arg);
    if (strstr(head, wanted))
        http_connect(fd, port, 0);
    else
        say(fd, no, sizeof no - 1);
}

/* ARG: a status line. */
static void mode_status(int fd, const char *arg)
{
    char head[HEAD_MAX];
    request_read(fd, head);
    say(fd, "HTTP/1.1 ", 9);
    say(fd, arg, strlen(arg));
    say(fd, "\r\nContent-Length: 0\r\n\r\n", 23);
}

static void mode_endless(int fd, const char *arg)
{
    char head[HEAD_MAX];
    (void)arg;
    request_read(fd, head);
    say(fd, "HTTP/1.1 200 OK\r\n", 17);
    for (;;)
        say(fd, "X-Endless: more and more\r\n", 26);
}

/* ARG: what it says at once, whoever asks; then it holds on. */
static void mode_banner(int fd, const char *arg)
{
    say(fd, arg, strlen(arg));
    hold(fd);
}

static void mode_half(int fd, const char *arg)
{
    char head[HEAD_MAX];
    (void)arg;
    request_read(fd, head);
    say(fd, "HTTP/1.1 200 Conn", 17);
}

/* --- SOCKS 5 ------------------------------------------------------------------------------------ */

/* The greeting, with or without a login; then the request, whose port comes back. */
static int socks_read(int fd, const char *login)
{
    uint8_t in[512];
    hear(fd, in, 2);
    hear(fd, in + 2, in[1]);
    bool offers = memchr(in + 2, login ? 2 : 0, in[1]);
    say(fd, (const uint8_t[]){ 5, offers ? (login ? 2 : 0) : 0xff }, 2);
    if (!offers)
        return 0;
    if (login) {
        char got[600];
        uint8_t user, word;
        hear(fd, in, 1);
        hear(fd, &user, 1);
        hear(fd, got, user);
        hear(fd, &word, 1);
        got[user] = ':';
        hear(fd, got + user + 1, word);
        got[user + 1 + word] = '\0';
        bool good = strcmp(got, login) == 0;
        say(fd, (const uint8_t[]){ 1, !good }, 2);
        if (!good)
            return 0;
    }
    hear(fd, in, 4);
    uint8_t kind = in[3], n = kind == 1 ? 4 : kind == 4 ? 16 : 0;
    if (kind == 3)
        hear(fd, &n, 1);
    hear(fd, in, (size_t)n + 2);
    fprintf(stderr, "SOCKS %s %.*s\n", kind == 3 ? "name" : "address", kind == 3 ? n : 0, (const char *)in);
    return in[n] << 8 | in[n + 1];
}

static void socks_connect(int fd, const char *login, bool by_name)
{
    static const uint8_t address[] = { 5, 0, 0, 1, 127, 0, 0, 1, 0, 1 }, name[] = "\5\0\0\3\3a.b\0\1",
                         refused[] = { 5, 5, 0, 1, 0, 0, 0, 0, 0, 0 };
    int port = socks_read(fd, login), server = port ? server_connect(port) : -1;
    if (!port)
        return;
    if (server < 0) {
        say(fd, refused, sizeof refused);
        return;
    }
    say(fd, by_name ? name : address, by_name ? sizeof name - 1 : sizeof address);
    carry(fd, server);
}

static void mode_socks(int fd, const char *arg) { (void)arg; socks_connect(fd, NULL, false); }
static void mode_socks_name(int fd, const char *arg) { (void)arg; socks_connect(fd, NULL, true); }
static void mode_socks_login(int fd, const char *arg) { socks_connect(fd, arg, false); }

static void mode_socks_code(int fd, const char *arg)
{
    socks_read(fd, NULL);
    say(fd, (const uint8_t[]){ 5, (uint8_t)atoi(arg), 0, 1, 0, 0, 0, 0, 0, 0 }, 10);
}

static void mode_hold(int fd, const char *arg) { (void)arg; hold(fd); }
static void mode_close(int fd, const char *arg) { (void)fd; (void)arg; }

static const struct { const char *name; void (*serve)(int fd, const char *arg); } modes[] = {
    { "cut", mode_cut }, { "http", mode_http }, { "slow", mode_slow }, { "login", mode_login },
    { "status", mode_status }, { "endless", mode_endless }, { "banner", mode_banner }, { "half", mode_half },
    { "socks", mode_socks }, { "socks-name", mode_socks_name }, { "socks-login", mode_socks_login },
    { "socks-code", mode_socks_code }, { "hold", mode_hold }, { "close", mode_close },
};

struct door { int fd; void (*serve)(int fd, const char *arg); const char *arg; };

static struct door door_open(const char *word)
{
    struct door d = { .fd = socket(AF_INET, SOCK_STREAM, 0), .arg = strchr(word, '=') };
    size_t n = d.arg ? (size_t)(d.arg++ - word) : strlen(word);
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t len = sizeof a;
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++)
        if (strlen(modes[i].name) == n && memcmp(modes[i].name, word, n) == 0)
            d.serve = modes[i].serve;
    if (!d.serve || d.fd < 0 || bind(d.fd, (struct sockaddr *)&a, len) < 0 || listen(d.fd, 64) < 0 ||
        getsockname(d.fd, (struct sockaddr *)&a, &len) < 0)
        fail(word);
    printf("%s %d\n", word, ntohs(a.sin_port));
    return d;
}

int main(int argc, char **argv)
{
    struct door door[MODES_MAX];
    struct pollfd p[MODES_MAX];
    int n = argc - 1 < MODES_MAX ? argc - 1 : MODES_MAX;
    signal(SIGCHLD, SIG_IGN);
    signal(SIGPIPE, SIG_IGN);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    alarm(LIFE);
    for (int i = 0; i < n; i++) {
        door[i] = door_open(argv[i + 1]);
        p[i] = (struct pollfd){ .fd = door[i].fd, .events = POLLIN };
    }
    fflush(stdout);
    setvbuf(stderr, NULL, _IOLBF, 0);
    while (poll(p, (nfds_t)n, -1) > 0)
        for (int i = 0; i < n; i++) {
            int fd = p[i].revents & POLLIN ? accept(p[i].fd, NULL, NULL) : -1;
            if (fd >= 0 && fork() == 0) {
                alarm(LIFE);
                door[i].serve(fd, door[i].arg ? door[i].arg : "");
                shutdown(fd, SHUT_WR);
                _exit(0);
            }
            if (fd >= 0)
                close(fd);
        }
    return 0;
}
