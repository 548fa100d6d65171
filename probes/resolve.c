/* resolve - see resolve.h. */
#include "probes/resolve.h"

#include <ares.h>
#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "src/base/mem.h"
#include "src/base/text.h"

#define SOCKETS_MAX 64
/* Asked at once; the others wait. A burst of a thousand questions would be answered late or not at
 * all, and that would be our doing. A helper is a process. */
#define ASKING_MAX 100
#define HELPING_MAX 8
#define EACH_NAMES_MAX 16 /* names of a run for which every name server is asked by itself */
#define EACH_SECONDS 1.0
#define LATE_MIN 2        /* questions without an answer: one packet may get lost */

enum stage { QUEUED, ASKING, WANTS_HELP, HELPING };

struct question {
    struct resolver *resolver;
    char *host;             /* owned */
    int port;
    resolved_fn *done;      /* NULL: dropped, nobody wants the answer */
    void *arg;
    struct resolved answer;
    enum stage stage;
    bool each;              /* every name server is to be asked by itself */
    bool only_each;         /* and the system's resolver not at all: it could not know better */
    char found;             /* RECORD_EACH and so on: what that came to; 0: nothing */
    pid_t helper;           /* asks getaddrinfo; 0: none */
    struct ev_io pipe;
    struct ev_timer limit;
    struct question *next;
};

struct mx_question {
    struct resolver *resolver;
    mx_fn *done;            /* NULL: dropped, or told already */
    void *arg;
    char *domain;           /* owned */
    struct ev_timer limit;
    struct mx_question *next;
};

struct dns_socket { struct ev_io io; int fd; struct resolver *resolver; };

struct resolver {
    struct ev_loop *loop;
    double timeout;
    ares_channel hosts, dns;
    struct dns_socket socket[SOCKETS_MAX];
    struct ev_timer timer;
    struct question *questions, **end; /* oldest first */
    struct mx_question *mx;
    int asking, helping, eaches;
    bool pumping;
};

static void resolver_pump(struct resolver *r);

/* --- c-ares on the loop --- */

static void dns_arm(struct resolver *r)
{
    struct timeval tv, *next = ares_timeout(r->dns, NULL, &tv);
    ev_timer_stop(r->loop, &r->timer);
    if (next) {
        ev_timer_set(&r->timer, (double)next->tv_sec + (double)next->tv_usec / 1e6 + 0.001, 0);
        ev_timer_start(r->loop, &r->timer);
    }
}

static void on_dns_timer(struct ev_loop *loop, struct ev_timer *w, int events)
{
    struct resolver *r = w->data;
    (void)loop;
    (void)events;
    ares_process_fd(r->dns, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
    dns_arm(r);
}

static void on_dns_socket(struct ev_loop *loop, struct ev_io *w, int events)
{
    struct dns_socket *s = w->data;
    struct resolver *r = s->resolver;
    (void)loop;
    ares_process_fd(r->dns, events & EV_READ ? s->fd : ARES_SOCKET_BAD,
                    events & EV_WRITE ? s->fd : ARES_SOCKET_BAD);
    dns_arm(r);
}

static void on_dns_state(void *arg, ares_socket_t fd, int readable, int writable)
{
    struct resolver *r = arg;
    struct dns_socket *s = NULL;
    for (int i = 0; i < SOCKETS_MAX; i++) {
        if (r->socket[i].resolver && r->socket[i].fd == fd) {
            s = &r->socket[i];
            break;
        }
        if (!r->socket[i].resolver && !s)
            s = &r->socket[i];
    }
    if (!s)
        return; /* more servers than anybody has: the query runs into its timeout */
    if (s->resolver)
        ev_io_stop(r->loop, &s->io);
    s->resolver = readable || writable ? r : NULL;
    s->fd = fd;
    if (!s->resolver)
        return;
    ev_io_init(&s->io, on_dns_socket, fd, (readable ? EV_READ : 0) | (writable ? EV_WRITE : 0));
    s->io.data = s;
    ev_io_start(r->loop, &s->io);
}

/* --- addresses --- */

bool address_same(const struct sockaddr *a, const struct sockaddr *b)
{
    const struct sockaddr_in *four = (const void *)a, *other = (const void *)b;
    const struct sockaddr_in6 *six = (const void *)a, *other6 = (const void *)b;
    return a->sa_family == b->sa_family &&
           (a->sa_family == AF_INET ? four->sin_addr.s_addr == other->sin_addr.s_addr
                                    : memcmp(&six->sin6_addr, &other6->sin6_addr, sizeof six->sin6_addr) == 0);
}

char *address_host(const struct sockaddr *sa)
{
    char host[INET6_ADDRSTRLEN];
    if (sa->sa_family == AF_INET) {
        inet_ntop(AF_INET, &((const struct sockaddr_in *)sa)->sin_addr, host, sizeof host);
        return mem_string(host);
    }
    const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)sa;
    inet_ntop(AF_INET6, &in6->sin6_addr, host, sizeof host);
    return in6->sin6_scope_id ? mem_format("%s%%%u", host, in6->sin6_scope_id) : mem_string(host);
}

char *address_text(const struct sockaddr *sa)
{
    char *host = address_host(sa);
    bool four = sa->sa_family == AF_INET;
    in_port_t port = four ? ((const struct sockaddr_in *)sa)->sin_port : ((const struct sockaddr_in6 *)sa)->sin6_port;
    char *text = mem_format(four ? "%s:%d" : "[%s]:%d", host, ntohs(port));
    free(host);
    return text;
}

static bool sock_set(struct address *a, const struct sockaddr *sa, socklen_t n, int port)
{
    *a = (struct address){ .n = n };
    if ((sa->sa_family != AF_INET && sa->sa_family != AF_INET6) || n > sizeof a->sa)
        return false;
    memcpy(&a->sa, sa, n);
    if (sa->sa_family == AF_INET)
        a->sa.in.sin_port = htons((uint16_t)port);
    else
        a->sa.in6.sin6_port = htons((uint16_t)port);
    return true;
}

bool address_parse(const char *text, int port, struct address *a)
{
    struct addrinfo hints = { .ai_flags = AI_NUMERICHOST, .ai_socktype = SOCK_STREAM }, *list = NULL;
    if (getaddrinfo(text, NULL, &hints, &list) != 0 || !list)
        return false;
    bool ok = sock_set(a, list->ai_addr, list->ai_addrlen, port);
    freeaddrinfo(list);
    return ok;
}

/* Each address once. */
static void resolved_add(struct resolved *r, const struct address *a)
{
    for (size_t i = 0; i < r->count; i++)
        if (r->address[i].n == a->n && memcmp(&r->address[i].sa, &a->sa, a->n) == 0)
            return;
    r->total++;
    if (r->count < RESOLVE_MAX)
        r->address[r->count++] = *a;
}

static void answer_add(struct resolved *r, const struct sockaddr *sa, socklen_t n, int port)
{
    struct address a;
    if (sock_set(&a, sa, n, port))
        resolved_add(r, &a);
}

static bool rule_fits(const struct resolve_rule *rule, const char *host, int port)
{
    bool any = rule->host && strcmp(rule->host, "*") == 0;
    return (any || text_is(rule->host, host)) && (!rule->port || rule->port == port);
}

bool resolve_by_rule(const struct resolve_rule *rule, size_t n, const char *host, int port, struct resolved *r)
{
    struct address a;
    *r = (struct resolved){ .from = "option" };
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; rule_fits(&rule[i], host, port) && k < rule[i].count; k++)
            if (address_parse(rule[i].address[k], port, &a))
                resolved_add(r, &a);
    return r->count > 0;
}

/* --- one question --- */

static void question_end(struct question *q)
{
    struct resolver *r = q->resolver;
    for (struct question **p = &r->questions; *p; p = &(*p)->next)
        if (*p == q) {
            *p = q->next;
            if (r->end == &q->next)
                r->end = p;
            break;
        }
    r->asking -= q->stage == ASKING;
    r->helping -= q->stage == HELPING;
    ev_io_stop(r->loop, &q->pipe);
    ev_timer_stop(r->loop, &q->limit);
    if (q->helper) {
        close(q->pipe.fd);
        kill(q->helper, SIGKILL);
        while (waitpid(q->helper, NULL, 0) < 0 && errno == EINTR)
            ;
    }
    resolved_fn *done = q->done;
    if (done)
        done(q->arg, &q->answer);
    free(q->host);
    free(q);
    resolver_pump(r);
}

/* Records that are no address begin with one of these in the place of its length, and bring text. */
enum { RECORD_EACH = 1, RECORD_DIFFER, RECORD_FAILS };
#define RECORD_TEXT sizeof(struct sockaddr_in6)

/* One server that knows no such name has nothing else to say when it is asked once more. */
static void helper_each(const struct question *q, int out)
{
    struct each e;
    double most = q->resolver->timeout / 2;
    each_ask(q->host, most < EACH_SECONDS ? most : EACH_SECONDS, &e);
    size_t n = e.servers > 1 || e.fails ? strlen(e.text) : 0;
    for (size_t at = 0; at < n; at += RECORD_TEXT) {
        char record[1 + RECORD_TEXT] = { e.differ ? RECORD_DIFFER : e.fails ? RECORD_FAILS : RECORD_EACH };
        memcpy(record + 1, e.text + at, n - at < RECORD_TEXT ? n - at : RECORD_TEXT);
        if (write(out, record, sizeof record) < 0)
            return;
    }
}

/* The helper: the system's resolver may block, so it does that in a process of its own. */
static void helper_run(const struct question *q, int out)
{
    /* Our connections must end when we close them, not when this process does. */
    if (out != 3)
        dup2(out, 3);
    closefrom(4);
    out = 3;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    signal(SIGTERM, SIG_DFL);
    signal(SIGINT, SIG_DFL);
    struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *list = NULL;
    if (!q->only_each && getaddrinfo(q->host, NULL, &hints, &list) == 0)
        for (struct addrinfo *i = list; i; i = i->ai_next) {
            char record[1 + sizeof(struct sockaddr_in6)] = { (char)i->ai_addrlen };
            if (i->ai_addrlen > sizeof(struct sockaddr_in6))
                continue;
            memcpy(record + 1, i->ai_addr, i->ai_addrlen);
            if (write(out, record, sizeof record) < 0)
                break;
        }
    if (!list && q->each)
        helper_each(q, out);
    _exit(0);
}

static void on_helper(struct ev_loop *loop, struct ev_io *w, int events)
{
    struct question *q = w->data;
    char record[1 + sizeof(struct sockaddr_in6)];
    (void)loop;
    (void)events;
    ssize_t n = read(w->fd, record, sizeof record);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n == (ssize_t)sizeof record && record[0] >= RECORD_EACH && record[0] <= RECORD_FAILS) {
        size_t len = strlen(q->answer.each);
        snprintf(q->answer.each + len, sizeof q->answer.each - len, "%.*s", (int)RECORD_TEXT, record + 1);
        q->found = record[0];
        return;
    }
    if (n == (ssize_t)sizeof record) {
        union sock sa;
        memcpy(&sa, record + 1, sizeof record - 1);
        answer_add(&q->answer, &sa.sa, (socklen_t)record[0], q->port);
        return;
    }
    if (q->answer.count) {
        q->answer.failed = NULL;
        q->answer.from = "nsswitch";
        snprintf(q->answer.why, sizeof q->answer.why,
                 "DNS does not know the name, but this machine's own resolver (nsswitch: mDNS, myhostname, "
                 "a directory) does: other machines may not find it");
    } else if (q->found == RECORD_FAILS) { /* c-ares takes those for not there */
        q->answer.failed = "dns-failed";
        snprintf(q->answer.why, sizeof q->answer.why, "the name server answers, and fails");
    } else if (q->found == RECORD_DIFFER) {
        q->answer.failed = "dns-differs";
        snprintf(q->answer.why, sizeof q->answer.why, "the name servers of this machine do not agree");
    }
    question_end(q);
}

/* While DNS is still being asked, the question is c-ares's until it answers; nobody waits for that. */
static void on_limit(struct ev_loop *loop, struct ev_timer *w, int events)
{
    struct question *q = w->data;
    resolved_fn *done = q->done;
    (void)loop;
    (void)events;
    if (q->helper) {
        question_end(q);
        return;
    }
    q->answer.from = "dns";
    q->answer.failed = "dns-silent";
    snprintf(q->answer.why, sizeof q->answer.why, "no DNS server answered in time");
    q->done = NULL;
    if (done)
        done(q->arg, &q->answer);
}

static void question_limit(struct question *q)
{
    struct resolver *r = q->resolver;
    ev_timer_stop(r->loop, &q->limit);
    ev_timer_init(&q->limit, on_limit, r->timeout, 0);
    q->limit.data = q;
    ev_now_update(r->loop);
    ev_timer_start(r->loop, &q->limit);
}

/* The system's resolver could not be asked, so that DNS has no such name is only half of the answer. */
static void helper_failed(struct question *q, const char *what)
{
    q->answer.failed = "dns-failed";
    snprintf(q->answer.why, sizeof q->answer.why, "DNS does not know the name, and the system's own resolver "
             "could not be asked: this machine gives no %s", what);
    question_end(q);
}

static void helper_start(struct question *q)
{
    int fd[2];
    q->stage = HELPING;
    q->resolver->helping++;
    if (pipe2(fd, O_CLOEXEC | O_NONBLOCK) < 0) {
        helper_failed(q, "pipe");
        return;
    }
    q->helper = fork();
    if (q->helper == 0) {
        fcntl(fd[1], F_SETFL, 0);
        helper_run(q, fd[1]);
    }
    close(fd[1]);
    if (q->helper < 0) {
        q->helper = 0;
        close(fd[0]);
        helper_failed(q, "process");
        return;
    }
    ev_io_init(&q->pipe, on_helper, fd[0], EV_READ);
    q->pipe.data = q;
    ev_io_start(q->resolver->loop, &q->pipe);
    question_limit(q);
}

/* What a status of c-ares means, and whether the system's resolver may know better. */
static const struct { int status; const char *kind; bool ask_again; const char *why; } status_table[] = {
    { ARES_ENOTFOUND, "no-such-name", true, "DNS says there is no such name" },
    { ARES_ENODATA, "no-address", true, "the name exists in DNS but has no IPv4 or IPv6 address" },
    { ARES_ETIMEOUT, "dns-silent", false, "no DNS server answered in time" },
    { ARES_ECONNREFUSED, "dns-silent", true, "no DNS server can be reached" },
    { ARES_ESERVFAIL, "dns-failed", false, "the DNS server says it failed (SERVFAIL)" },
    { ARES_EREFUSED, "dns-failed", false, "the DNS server refuses to answer (REFUSED)" },
    { ARES_EBADNAME, "no-such-name", false, "this is no name that DNS could know" },
};

static void on_dns_answer(void *arg, int status, int timeouts, struct ares_addrinfo *info)
{
    struct question *q = arg;
    bool again = false;
    if (status == ARES_EDESTRUCTION || status == ARES_ECANCELLED)
        return; /* resolver_free takes care of the question */
    if (status == ARES_SUCCESS && info)
        for (struct ares_addrinfo_node *n = info->nodes; n; n = n->ai_next)
            answer_add(&q->answer, n->ai_addr, n->ai_addrlen, q->port);
    if (info)
        ares_freeaddrinfo(info);
    q->answer.from = "dns";
    if (q->answer.count && timeouts >= LATE_MIN) {
        q->answer.from = "dns-late";
        snprintf(q->answer.why, sizeof q->answer.why, "%d questions to name servers of this machine stayed without an "
                 "answer before this one came", timeouts);
    }
    if (!q->answer.count) {
        q->answer.failed = "dns-failed";
        snprintf(q->answer.why, sizeof q->answer.why, "the DNS question failed: %s", ares_strerror(status));
        for (size_t i = 0; i < sizeof status_table / sizeof *status_table; i++)
            if (status_table[i].status == status) {
                q->answer.failed = status_table[i].kind;
                again = status_table[i].ask_again;
                snprintf(q->answer.why, sizeof q->answer.why, "%s", status_table[i].why);
            }
    }
    q->each = !q->answer.count && q->resolver->eaches < EACH_NAMES_MAX;
    q->only_each = !again;
    q->resolver->eaches += q->each;
    if ((again || q->each) && q->done) {
        q->resolver->asking--;
        q->stage = WANTS_HELP;
        ev_timer_stop(q->resolver->loop, &q->limit);
        resolver_pump(q->resolver);
    } else {
        question_end(q);
    }
}

static void on_hosts_answer(void *arg, int status, int timeouts, struct ares_addrinfo *info)
{
    struct question *q = arg;
    (void)timeouts;
    if (status == ARES_SUCCESS && info)
        for (struct ares_addrinfo_node *n = info->nodes; n; n = n->ai_next)
            answer_add(&q->answer, n->ai_addr, n->ai_addrlen, q->port);
    if (info)
        ares_freeaddrinfo(info);
    q->answer.from = "hosts";
}

static const struct ares_addrinfo_hints dns_hints = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM };

static void question_start(struct question *q)
{
    struct resolver *r = q->resolver;
    q->stage = ASKING;
    r->asking++;
    question_limit(q);
    ares_getaddrinfo(r->dns, q->host, NULL, &dns_hints, on_dns_answer, q);
    dns_arm(r);
}

/* The oldest question that may go on, or NULL. */
static struct question *resolver_next(const struct resolver *r)
{
    struct question *q = r->questions;
    while (q && !(q->stage == QUEUED && (r->asking < ASKING_MAX || !q->done)) &&
           !(q->stage == WANTS_HELP && (r->helping < HELPING_MAX || !q->done)))
        q = q->next;
    return q;
}

static void resolver_pump(struct resolver *r)
{
    struct question *q;
    if (r->pumping)
        return;
    r->pumping = true;
    while ((q = resolver_next(r))) {
        if (!q->done)
            question_end(q);
        else if (q->stage == QUEUED)
            question_start(q);
        else
            helper_start(q);
    }
    r->pumping = false;
}

void resolver_ask(struct resolver *r, const char *host, int port, resolved_fn *done, void *arg)
{
    struct question *q = mem_new(sizeof *q);
    *q = (struct question){ .resolver = r, .host = mem_string(host), .port = port, .done = done,
                            .arg = arg };
    *r->end = q;
    r->end = &q->next;
    ares_getaddrinfo(r->hosts, host, NULL, &dns_hints, on_hosts_answer, q); /* reads a file: answers at once */
    if (q->answer.count)
        question_end(q);
    else
        resolver_pump(r);
}

/* --- mail servers --- */

static void mx_tell(struct mx_question *q, struct mx_answer *a)
{
    mx_fn *done = q->done;
    q->done = NULL;
    ev_timer_stop(q->resolver->loop, &q->limit);
    if (done)
        done(q->arg, a);
}

static void mx_free(struct mx_question *q)
{
    struct mx_question **p = &q->resolver->mx;
    while (*p != q)
        p = &(*p)->next;
    *p = q->next;
    ev_timer_stop(q->resolver->loop, &q->limit);
    free(q->domain);
    free(q);
}

static void mx_fail(struct mx_answer *a, const char *kind, const char *why)
{
    a->failed = kind;
    snprintf(a->why, sizeof a->why, "%s", why);
}

/* In the order of their preference, those alike as they came; each name once. */
static void mx_add(struct mx_answer *a, const struct ares_mx_reply *list)
{
    for (int at = -1; a->count < MX_MAX; ) {
        int next = 65536;
        for (const struct ares_mx_reply *m = list; m; m = m->next)
            if (m->priority > at && m->priority < next)
                next = m->priority;
        if ((at = next) == 65536)
            return;
        for (const struct ares_mx_reply *m = list; m; m = m->next) {
            size_t i = 0;
            while (i < a->count && strcmp(a->host[i], m->host) != 0)
                i++;
            if (m->priority == at && i == a->count && a->count < MX_MAX && *m->host)
                snprintf(a->host[a->count++], MX_HOST_MAX, "%s", m->host);
        }
    }
}

static void mx_read(struct mx_answer *a, const unsigned char *p, int n)
{
    struct ares_mx_reply *list = NULL;
    int status = ares_parse_mx_reply(p, n, &list);
    for (const struct ares_mx_reply *m = list; m; m = m->next)
        a->total++;
    if (status == ARES_ENODATA || (status == ARES_SUCCESS && !list))
        a->own = true;
    else if (status != ARES_SUCCESS)
        mx_fail(a, "dns-failed", "the DNS server's answer can't be read");
    else if (a->total == 1 && !*list->host)
        mx_fail(a, "null-mx", "the domain says that it takes no mail (a null MX, RFC 7505)");
    else
        mx_add(a, list);
    if (list)
        ares_free_data(list);
}

static void on_mx_answer(void *arg, int status, int timeouts, unsigned char *p, int n)
{
    struct mx_question *q = arg;
    struct mx_answer *a = mem_new(sizeof *a);
    (void)timeouts;
    if (status == ARES_EDESTRUCTION || status == ARES_ECANCELLED)
        q->done = NULL;
    else if (status == ARES_ENODATA)
        a->own = true;
    else if (status == ARES_SUCCESS)
        mx_read(a, p, n);
    else
        mx_fail(a, "dns-failed", ares_strerror(status));
    for (size_t i = 0; status != ARES_SUCCESS && i < sizeof status_table / sizeof *status_table; i++)
        if (status_table[i].status == status && !a->own)
            mx_fail(a, status_table[i].kind, status_table[i].why);
    if (a->own)
        snprintf(a->host[a->count++], MX_HOST_MAX, "%s", q->domain);
    mx_tell(q, a);
    free(a);
    mx_free(q);
}

/* c-ares goes on asking, and frees the question when it is through. */
static void on_mx_limit(struct ev_loop *loop, struct ev_timer *w, int events)
{
    struct mx_answer *a = mem_new(sizeof *a);
    (void)loop;
    (void)events;
    mx_fail(a, "dns-silent", "no DNS server answered in time");
    mx_tell(w->data, a);
    free(a);
}

void resolver_mx(struct resolver *r, const char *domain, mx_fn *done, void *arg)
{
    struct mx_question *q = mem_new(sizeof *q);
    *q = (struct mx_question){ .resolver = r, .done = done, .arg = arg, .domain = mem_string(domain), .next = r->mx };
    r->mx = q;
    ev_timer_init(&q->limit, on_mx_limit, r->timeout, 0);
    q->limit.data = q;
    ev_now_update(r->loop);
    ev_timer_start(r->loop, &q->limit);
    ares_query(r->dns, q->domain, ns_c_in, ns_t_mx, on_mx_answer, q);
    dns_arm(r);
}

void resolver_drop(struct resolver *r, void *arg)
{
    for (struct mx_question *q = r->mx; q; q = q->next)
        if (q->arg == arg)
            q->done = NULL;
    for (struct question *q = r->questions; q; q = q->next)
        if (q->arg == arg)
            q->done = NULL;
}

/* c-ares asks each server, then each again with twice the patience. All that is to fit into our timeout,
 * so that what one record type brought is not lost when the other stays unanswered. */
static int dns_patience_ms(ares_channel any, double timeout)
{
    struct ares_addr_node *list = NULL;
    int servers = 0;
    if (ares_get_servers(any, &list) == ARES_SUCCESS)
        for (const struct ares_addr_node *a = list; a; a = a->next)
            servers++;
    ares_free_data(list);
    int ms = (int)(timeout * 1000 * 0.95 / (3 * (servers ? servers : 1)));
    return ms > 20 ? ms : 20;
}

struct resolver *resolver_new(struct ev_loop *loop, double timeout, struct err *e)
{
    struct resolver *r = mem_new(sizeof *r);
    struct ares_options o = { .timeout = 1000, .tries = 2, .lookups = (char *)"f",
                              .sock_state_cb = on_dns_state, .sock_state_cb_data = r };
    int mask = ARES_OPT_LOOKUPS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES;
    r->loop = loop;
    r->timeout = timeout;
    r->end = &r->questions;
    int status = ares_init_options(&r->hosts, &o, mask);
    o.lookups = (char *)"b";
    o.timeout = status == ARES_SUCCESS ? dns_patience_ms(r->hosts, timeout) : 0;
    if (status == ARES_SUCCESS && (status = ares_init_options(&r->dns, &o, mask | ARES_OPT_SOCK_STATE_CB)) != ARES_SUCCESS)
        ares_destroy(r->hosts);
    if (status != ARES_SUCCESS) {
        err_set(e, "names can't be resolved on this machine: %s", ares_strerror(status));
        free(r);
        return NULL;
    }
    ev_init(&r->timer, on_dns_timer);
    r->timer.data = r;
    return r;
}

void resolver_free(struct resolver *r)
{
    if (!r)
        return;
    r->pumping = true; /* nothing new is asked from here on */
    for (struct question *q = r->questions; q; q = q->next)
        q->done = NULL;
    ares_destroy(r->dns);
    ares_destroy(r->hosts);
    while (r->questions)
        question_end(r->questions);
    ev_timer_stop(r->loop, &r->timer);
    free(r);
}
