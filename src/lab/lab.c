/* lab - see lab.h. */
#include "src/lab/lab.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "src/base/bytes.h"
#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/lab/mint.h"
#include "src/lab/serve.h"

#define START_MS 60000          /* under a memory checker an RSA key takes its time */
#define STOP_MS 5000
#define NEWS_MAX (64u << 10)    /* what the child says about itself */
#define DIR_MAX 1000            /* of TMPDIR */

/* The order is shuffled: an id must not give its fault away. */
const struct lab_row lab_table[] = {
    {.id = "lab-01", .fault = "healthy, TLS 1.3 only", .expect = "ok",
     .says = "Nothing is wrong for a current client; one that ends at TLS 1.2 gets an alert "
             "instead of a handshake. `openssl s_client -tls1_2` shows that, `-tls1_3` works.",
     .priority = "NORMAL:-VERS-ALL:+VERS-TLS1.3"},
    {.id = "lab-02", .fault = "self-signed certificate", .expect = "cert-self-signed",
     .says = "The server's certificate is signed with its own key, so no CA vouches for it. By "
             "hand: subject and issuer in `openssl s_client -showcerts` are the same, and only "
             "one certificate comes.",
     .issuer = LAB_BY_SELF},
    {.id = "lab-03", .fault = "reset after the ClientHello", .expect = "unsure",
     .says = "The connection is accepted, the whole ClientHello is read, and a TCP reset "
             "answers it. A packet capture shows the RST after the hello; which box sent it, "
             "and what in the hello it disliked, takes comparing hellos and vantages.",
     .way = LAB_RESET},
    {.id = "lab-04", .fault = "healthy, RSA key", .expect = "ok",
     .says = "Nothing is wrong: TLS 1.3 and 1.2, an RSA-2048 key, a complete chain. It is the "
             "control to compare the others with.",
     .rsa_bits = 2048},
    {.id = "lab-05", .fault = "missing intermediate", .expect = "unsure",
     .says = "Only the server's own certificate is sent, not the intermediate that signed it; "
             "browsers that know the intermediate from elsewhere still connect. By hand: "
             "`openssl s_client -showcerts` shows one certificate, whose issuer is not in the "
             "CA file.",
     .issuer = LAB_BY_HIDDEN},
    {.id = "lab-06", .fault = "plain SMTP on the port", .expect = "not-tls",
     .says = "The server greets with an SMTP banner in plain text instead of waiting for a "
             "ClientHello. By hand: `nc` to the port prints \"220 ...\" at once.",
     .way = LAB_PLAIN_SMTP},
    {.id = "lab-07", .fault = "expired certificate", .expect = "cert-expired",
     .says = "The certificate's last day has passed; its chain is fine otherwise. By hand: "
             "compare notAfter in `openssl x509 -noout -dates` with today, after a look at your "
             "own clock.",
     .from_days = -101, .to_days = -11},
    {.id = "lab-08", .fault = "client certificate required", .expect = "unsure",
     .says = "The server asks for a client certificate (any will do) and ends the handshake "
             "with an alert when none comes. By hand: `openssl s_client -state` shows the "
             "certificate request and then the alert; with -cert and -key of a certificate you "
             "made yourself it works.",
     .asks_client = true},
    {.id = "lab-09", .fault = "silence after the ClientHello", .expect = "unsure",
     .says = "The connection is accepted and the ClientHello acknowledged, but no byte ever "
             "comes back. A packet capture shows the ACK and then nothing: so the route is "
             "fine, and the server, or a filter that looks into hellos, is not.",
     .way = LAB_SILENT},
    {.id = "lab-10", .fault = "unknown CA", .expect = "cert-untrusted-ca",
     .says = "The chain is complete up to a self-signed root, but that root is not in the "
             "client's CA file. By hand: `openssl s_client -showcerts -CAfile ca.pem` says "
             "\"self-signed certificate in certificate chain\".",
     .issuer = LAB_BY_FOREIGN},
    {.id = "lab-11", .fault = "healthy, ECDSA key", .expect = "ok",
     .says = "Nothing is wrong: TLS 1.3 and 1.2, a P-256 key, a complete chain. It is the "
             "control to compare the others with."},
    {.id = "lab-12", .fault = "TLS 1.0 and 1.1 only", .expect = "version-mismatch",
     .says = "The server knows no version newer than TLS 1.1, and current clients offer none "
             "older than 1.2. By hand: `openssl s_client -tls1_2` fails, `-tls1_1 -cipher "
             "DEFAULT@SECLEVEL=0` works.",
     .priority = "NORMAL:-VERS-ALL:+VERS-TLS1.1:+VERS-TLS1.0"},
    {.id = "lab-13", .fault = "closed after the ClientHello", .expect = "unsure",
     .says = "The connection is accepted, the whole ClientHello is read, and the server closes "
             "in good order without a word or an alert. A packet capture shows a FIN after the "
             "hello; a crashing or misconfigured server and a filter look the same from here.",
     .way = LAB_CLOSED},
    {.id = "lab-14", .fault = "certificate for another name", .expect = "cert-name-mismatch",
     .says = "The certificate is valid, but for shop.lab.test only. By hand: `openssl x509 "
             "-noout -ext subjectAltName` shows the names, and the one you connect to is not "
             "among them.",
     .cert_name = "shop.lab.test"},
    {.id = "lab-15", .fault = "refused port", .expect = "network",
     .says = "Nobody listens on the port, so the kernel answers the SYN with a reset. By hand: "
             "`nc` says \"Connection refused\", long before TLS comes into play.",
     .way = LAB_REFUSED},
    {.id = "lab-16", .fault = "healthy, TLS 1.2 only", .expect = "ok",
     .says = "Nothing is wrong for a current client; one that insists on TLS 1.3 gets an alert "
             "instead of a handshake. `openssl s_client -tls1_3` shows that, `-tls1_2` works.",
     .priority = "NORMAL:-VERS-ALL:+VERS-TLS1.2:-RSA:-DHE-RSA:-AES-256-CBC:-AES-128-CBC"},
    {.id = "lab-17", .fault = "certificate not yet valid", .expect = "cert-not-yet-valid",
     .says = "The certificate's first day is still to come. By hand: compare notBefore in "
             "`openssl x509 -noout -dates` with today; if your own clock is behind, every site "
             "looks like this.",
     .from_days = 10, .to_days = 100},
    {.id = "lab-18", .fault = "plain HTTP on the port", .expect = "not-tls",
     .says = "The port speaks HTTP without TLS and answers a ClientHello with \"HTTP/1.1 400 "
             "Bad Request\". By hand: `curl http://...` to the same port works, and OpenSSL "
             "says \"wrong version number\".",
     .way = LAB_PLAIN_HTTP},
    {.id = "lab-19", .fault = "RSA key of 1024 bits", .expect = "cert-weak",
     .says = "The certificate is in order, but its RSA key has 1024 bits, and current clients "
             "refuse less than 2048. By hand: `openssl s_client` prints \"Server public key is "
             "1024 bit\".",
     .rsa_bits = 1024},
};
const size_t lab_count = sizeof lab_table / sizeof *lab_table;

/* --- the child's directory ------------------------------------------------------------------ */

/* Where temporary files go: a TMPDIR that could not stand in an endpoint's text is passed over. */
static const char *dir_base(void)
{
    const char *t = getenv("TMPDIR");
    if (!t || t[0] != '/' || strlen(t) > DIR_MAX)
        return "/tmp";
    for (const char *p = t; *p; p++)
        if ((unsigned char)*p < ' ' || *p == 0x7f || *p == '\\')
            return "/tmp";
    return t;
}

static char *dir_new(struct err *e)
{
    char *dir = mem_format("%s/tlswhy-lab-XXXXXX", dir_base());
    if (mkdtemp(dir))
        return dir;
    char *shown = text_printable(dir, strlen(dir), DIR_MAX);
    err_set(e, "the lab can't make its directory %s: %s; set TMPDIR to a directory that can be "
            "written", shown, strerror(errno));
    free(shown);
    free(dir);
    return NULL;
}

/* Accepts NULL, and a directory that is gone already. */
static void dir_remove(const char *dir)
{
    if (!dir)
        return;
    char *ca = mem_format("%s/ca.pem", dir);
    unlink(ca);
    rmdir(dir);
    free(ca);
}

static bool dir_write_ca(const char *dir, const struct mint *m, struct err *e)
{
    gnutls_datum_t pem;
    if (!mint_ca_pem(m, &pem, e))
        return false;
    char *path = mem_format("%s/ca.pem", dir);
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    bool good = fd >= 0 && fchmod(fd, 0644) == 0 &&
                write(fd, pem.data, pem.size) == (ssize_t)pem.size;
    if (!good)
        err_set(e, "the lab can't write its CA file: %s", strerror(errno));
    if (fd >= 0)
        close(fd);
    free(path);
    gnutls_free(pem.data);
    return good;
}

/* --- the child ------------------------------------------------------------------------------ */

/* Its news to the parent: strings, each with its final NUL. First the directory, then one endpoint
 * a row; or, instead of any of them, '!' and the sentence that says why there is no lab. */
static bool news_add(struct buf *news, const char *s)
{
    return buf_add(news, s, strlen(s) + 1);
}

static char *endpoint_text(const struct lab_row *row, uint16_t port, const char *dir)
{
    struct text t = {0};
    text_addf(&t, "https://%s.test,at=127.0.0.1:%u,ca=", row->id, (unsigned)port);
    for (const char *p = dir; *p; p++) {
        if (*p == ',')
            text_add(&t, "\\");
        text_add_n(&t, p, 1);
    }
    text_addf(&t, "/ca.pem,label=%s", row->id);
    return text_take(&t);
}

static bool child_add(struct serve *s, const struct mint *m, const char *dir, struct buf *news,
                      const struct lab_row *row, struct err *e)
{
    gnutls_certificate_credentials_t cred = NULL;
    if (row->way == LAB_HTTPS && !(cred = mint_credentials(m, row, e)))
        return false;
    uint16_t port = serve_add(s, row, cred, e);
    if (!port)
        return false;
    char *text = endpoint_text(row, port, dir);
    bool fits = news_add(news, text);
    free(text);
    return fits || err_set(e, "the lab's endpoints are too long; set TMPDIR to a shorter path");
}

static bool child_fill(struct serve *s, const char *dir, struct buf *news, struct err *e)
{
    struct mint *m = mint_new(time(NULL), e);
    bool good = m && dir_write_ca(dir, m, e);
    for (size_t i = 0; i < lab_count && good; i++)
        good = child_add(s, m, dir, news, &lab_table[i], e);
    mint_free(m);
    return good;
}

/* A few KiB into an empty socket: it either fits or the parent is gone. */
static bool child_tell(int link, const struct buf *news)
{
    return send(link, news->data, news->len, MSG_NOSIGNAL) == (ssize_t)news->len;
}

static bool child_serve(int link, const char *dir, const sigset_t *signals, struct err *e)
{
    struct buf news;
    buf_init(&news, NEWS_MAX);
    news_add(&news, dir);
    struct serve *s = serve_new(e);
    bool good = s && child_fill(s, dir, &news, e) && child_tell(link, &news);
    if (good)
        good = serve_run(s, link, signals, e);
    serve_free(s);
    buf_free(&news);
    return good;
}

/* Shakes off what was the parent's: its signals, its terminal's Ctrl-C (the parent may still want
 * to finish its work with us), its files. Nothing but stderr and the link stays open. */
static int child_settle(int link, pid_t parent, sigset_t *signals)
{
    static const int plain[] = {SIGQUIT, SIGALRM, SIGCHLD, SIGUSR1, SIGUSR2, SIGWINCH, SIGTSTP,
                                SIGCONT, SIGTTIN, SIGTTOU, SIGHUP, SIGINT, SIGTERM};
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
        signal(plain[i], SIG_DFL);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
    sigemptyset(signals);
    sigaddset(signals, SIGTERM);
    sigaddset(signals, SIGINT);
    sigaddset(signals, SIGHUP);
    sigprocmask(SIG_SETMASK, signals, NULL);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent)
        _exit(0); /* it died before the line above */
    setpgid(0, 0);
    setrlimit(RLIMIT_CORE, &(struct rlimit){0}); /* private keys belong in no file */
    link = fcntl(link, F_DUPFD, STDERR_FILENO + 1); /* it may stand where stdin should */
    int null = open("/dev/null", O_RDWR);
    if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(null, STDOUT_FILENO) < 0) {
        close(STDIN_FILENO);
        close(STDOUT_FILENO);
    }
    int kept = dup2(link, STDERR_FILENO + 1);
    closefrom(STDERR_FILENO + 2);
    return kept;
}

/* _exit, since buffers and exit handlers belong to the parent. */
static _Noreturn void child_main(int link, pid_t parent)
{
    sigset_t signals;
    struct err e = {0};
    link = child_settle(link, parent, &signals);
    char *dir = dir_new(&e);
    bool good = dir && child_serve(link, dir, &signals, &e);
    dir_remove(dir);
    free(dir);
    if (e.text[0]) {
        struct buf news;
        buf_init(&news, NEWS_MAX);
        buf_add(&news, "!", 1);
        news_add(&news, e.text);
        child_tell(link, &news);
        buf_free(&news);
    }
    _exit(good ? 0 : 3);
}

/* --- the parent ----------------------------------------------------------------------------- */

static long ms_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (long)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Waits until the link has something to read or has ended. */
static bool link_wait(int link, long until)
{
    for (;;) {
        long left = until - ms_now();
        struct pollfd p = {.fd = link, .events = POLLIN};
        int n = poll(&p, 1, left > 0 ? (int)left : 0);
        if (n >= 0 || errno != EINTR)
            return n > 0;
    }
}

static size_t news_count(const struct buf *b)
{
    size_t n = 0;
    for (size_t i = 0; i < b->len; i++)
        n += !b->data[i];
    return n;
}

/* Reads until all of the child's news is there, or its sentence. */
static bool news_read(int link, struct buf *b, struct err *e)
{
    long until = ms_now() + START_MS;
    while (news_count(b) < lab_count + 1 && !(news_count(b) && b->data[0] == '!')) {
        unsigned char chunk[4096];
        if (!link_wait(link, until))
            return err_set(e, "the lab did not come up within %d seconds", START_MS / 1000);
        ssize_t n = recv(link, chunk, sizeof chunk, 0);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0 || !buf_add(b, chunk, (size_t)n))
            return err_set(e, "the lab's process ended before its servers were up");
    }
    return b->data[0] != '!' || err_set(e, "%s", (const char *)b->data + 1);
}

bool lab_ready(struct lab *l, struct err *e)
{
    struct buf news;
    buf_init(&news, NEWS_MAX);
    bool good = news_read(l->link, &news, e);
    if (good) {
        const char *p = (const char *)news.data;
        l->dir = mem_string(p);
        for (size_t i = 0; i < lab_count; i++) {
            p += strlen(p) + 1;
            l->endpoint[i] = mem_string(p);
        }
    }
    buf_free(&news);
    return good;
}

struct lab *lab_begin(struct err *e)
{
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0) {
        err_set(e, "the lab can't be started: no socket to its process: %s", strerror(errno));
        return NULL;
    }
    pid_t parent = getpid(), pid = fork();
    if (pid == 0)
        child_main(pair[1], parent);
    close(pair[1]);
    if (pid < 0) {
        err_set(e, "the lab can't be started: no new process: %s", strerror(errno));
        close(pair[0]);
        return NULL;
    }
    struct lab *l = mem_new(sizeof *l);
    l->pid = pid;
    l->link = pair[0];
    l->endpoint = mem_new(lab_count * sizeof *l->endpoint);
    return l;
}

struct lab *lab_start(struct err *e)
{
    struct lab *l = lab_begin(e);
    if (l && lab_ready(l, e))
        return l;
    lab_stop(l);
    return NULL;
}

void lab_stop(struct lab *l)
{
    if (!l)
        return;
    /* Our end of the link is its sign to end, and its end says that it did: so nothing is signalled
     * that may be gone already. A hung or stopped one is not waited for. */
    shutdown(l->link, SHUT_WR);
    long until = ms_now() + STOP_MS;
    unsigned char rest[512];
    ssize_t n;
    do {
        if (!link_wait(l->link, until)) {
            kill(l->pid, SIGKILL);
            break;
        }
        n = recv(l->link, rest, sizeof rest, MSG_DONTWAIT);
    } while (n > 0 || (n < 0 && errno == EINTR));
    while (waitpid(l->pid, NULL, 0) < 0 && errno == EINTR) {
        /* interrupted: wait on */
    }
    dir_remove(l->dir); /* if it was killed it could not */
    close(l->link);
    for (size_t i = 0; i < lab_count; i++)
        free(l->endpoint[i]);
    free(l->endpoint);
    free(l->dir);
    free(l);
}
