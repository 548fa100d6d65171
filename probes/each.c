/* each - see each.h. */
#include "probes/each.h"

#include <ares.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>

#include "probes/now.h"
#include "probes/resolve.h"
#include "src/base/mem.h"
#include "src/base/text.h"

#define SHOWN 2 /* addresses in the sentence */

struct asked {
    ares_channel channel;
    char *server;   /* owned */
    bool done;
    int status;
    struct text gives;
    size_t count;
};

enum says { SAYS_NOTHING, SAYS_NONE, SAYS_FAILS };
static const struct { int status; enum says is; const char *says; } status_table[] = {
    { ARES_ENOTFOUND, SAYS_NONE, "says there is no such name" },
    { ARES_ENODATA, SAYS_NONE, "knows the name and no address of it" },
    { ARES_ETIMEOUT, SAYS_NOTHING, "does not answer" },
    { ARES_ECONNREFUSED, SAYS_NOTHING, "does not answer: nothing listens there" },
    { ARES_ESERVFAIL, SAYS_FAILS, "fails (SERVFAIL)" },
    { ARES_EREFUSED, SAYS_FAILS, "refuses to answer (REFUSED)" },
    { ARES_ENOTIMP, SAYS_FAILS, "does not know such questions (NOTIMP)" },
};

static void on_answer(void *arg, int status, int timeouts, struct ares_addrinfo *info)
{
    struct asked *a = arg;
    (void)timeouts;
    a->done = true;
    a->status = status;
    for (struct ares_addrinfo_node *n = info ? info->nodes : NULL; n; n = n->ai_next) {
        if (a->count++ >= SHOWN || (n->ai_family != AF_INET && n->ai_family != AF_INET6))
            continue;
        char *host = address_host(n->ai_addr);
        text_addf(&a->gives, "%s%s", a->count > 1 ? " and " : "", host);
        free(host);
    }
    if (info)
        ares_freeaddrinfo(info);
}

static bool asked_begin(struct asked *a, const struct ares_addr_port_node *server, const char *host, double seconds)
{
    static const struct ares_addrinfo_hints hints = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM };
    /* Without the flag c-ares says of a server that fails that nobody listens there. */
    struct ares_options o = { .flags = ARES_FLAG_NOCHECKRESP, .timeout = (int)(seconds * 1000), .tries = 1,
                              .lookups = (char *)"b" };
    struct ares_addr_port_node alone = *server;
    alone.next = NULL;
    int mask = ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_LOOKUPS;
    if (ares_init_options(&a->channel, &o, mask) != ARES_SUCCESS)
        return false;
    union sock at = { .sa.sa_family = (sa_family_t)server->family };
    if (server->family == AF_INET)
        memcpy(&at.in.sin_addr, &server->addr.addr4, sizeof at.in.sin_addr);
    else
        memcpy(&at.in6.sin6_addr, &server->addr.addr6, sizeof at.in6.sin6_addr);
    a->server = address_host(&at.sa);
    a->status = ARES_ETIMEOUT;
    if (ares_set_servers_ports(a->channel, &alone) == ARES_SUCCESS)
        ares_getaddrinfo(a->channel, host, NULL, &hints, on_answer, a);
    return true;
}

static void asked_wait(struct asked *a, size_t n, double until)
{
    for (double left; (left = until - now_monotonic()) > 0;) {
        fd_set in, out;
        int most = 0;
        size_t done = 0;
        FD_ZERO(&in);
        FD_ZERO(&out);
        for (size_t i = 0; i < n; i++) {
            int fds = ares_fds(a[i].channel, &in, &out);
            most = fds > most ? fds : most;
            done += a[i].done;
        }
        if (done == n)
            return;
        double step = left < 0.05 ? left : 0.05; /* c-ares wants to look at its clocks */
        struct timeval tv = { 0, (suseconds_t)(step * 1e6) };
        if (select(most, &in, &out, NULL, &tv) < 0) {
            FD_ZERO(&in);
            FD_ZERO(&out);
        }
        for (size_t i = 0; i < n; i++)
            ares_process(a[i].channel, &in, &out);
    }
}

/* Adds what this one says; of one that gives an address: SAYS_NOTHING. */
static enum says asked_say(const struct asked *a, struct text *t)
{
    text_addf(t, "%s%s ", t->len ? ", " : "", a->server);
    if (a->count) {
        text_addf(t, "gives %s", a->gives.s);
        if (a->count > SHOWN)
            text_addf(t, " and %zu more", a->count - SHOWN);
        return SAYS_NOTHING;
    }
    for (size_t i = 0; i < sizeof status_table / sizeof *status_table; i++)
        if (status_table[i].status == a->status) {
            text_add(t, status_table[i].says);
            return status_table[i].is;
        }
    text_addf(t, "gives no usable answer (%s)", ares_strerror(a->status));
    return SAYS_FAILS;
}

void each_ask(const char *host, double seconds, struct each *e)
{
    struct ares_options o = { .lookups = (char *)"b" };
    struct ares_addr_port_node *list = NULL;
    struct asked asked[EACH_MAX] = { { .count = 0 } };
    struct text t = { 0 };
    ares_channel any;
    bool some = false, none = false;
    *e = (struct each){ .servers = 0 };
    if (ares_init_options(&any, &o, ARES_OPT_LOOKUPS) != ARES_SUCCESS)
        return;
    ares_get_servers_ports(any, &list);
    for (const struct ares_addr_port_node *s = list; s && e->servers < EACH_MAX; s = s->next)
        e->servers += asked_begin(&asked[e->servers], s, host, seconds);
    asked_wait(asked, e->servers, now_monotonic() + seconds);
    for (size_t i = 0; i < e->servers; i++) {
        enum says is = asked_say(&asked[i], &t);
        none |= is == SAYS_NONE;
        e->fails |= is == SAYS_FAILS;
        some |= asked[i].count > 0;
        ares_destroy(asked[i].channel);
        free(asked[i].server);
        text_free(&asked[i].gives);
    }
    e->differ = some && none;
    e->fails &= !some && !none;
    snprintf(e->text, sizeof e->text, "%s", t.s ? t.s : "");
    text_free(&t);
    ares_free_data(list);
    ares_destroy(any);
}
