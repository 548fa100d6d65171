/* connect - see connect.h. */
#include "probes/connect.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "probes/inside.h"
#include "probes/now.h"
#include "probes/proxy.h"
#include "probes/target.h"
#include "probes/way.h"
#include "src/base/mem.h"

static const struct { int error; const char *kind; const char *says; } connect_errors[] = {
    { ECONNREFUSED, "refused", "connection refused: the machine answers, but nothing listens on this port "
                               "(or a firewall rejects it)" },
    { EHOSTUNREACH, "unreachable", "host unreachable: a router, or the last hop's network, says it can't deliver" },
    { ENETUNREACH, "unreachable", "network unreachable, says a router on the way" },
    { ECONNRESET, "reset", "connection reset during connect" },
    { ETIMEDOUT, "silent", "no answer to SYN" },
    { EACCES, "prohibited", "this machine's own firewall or policy forbids the connection" },
    { EPERM, "prohibited", "this machine's own firewall or policy forbids the connection" },
};

/* What routers and filters say. The first row that fits; a code of -1 fits any. */
static const struct { bool six; int type, code; const char *kind, *says; } icmp_table[] = {
    { false, 3, 0, "unreachable", "there is no route to that network" },
    { false, 3, 1, "unreachable", "that machine does not answer on its own network" },
    { false, 3, 2, "prohibited", "TCP is not spoken there" },
    { false, 3, 3, "refused", "port unreachable: a filter rejects the connection, for a machine would do so by TCP" },
    { false, 3, 9, "prohibited", "that network is administratively prohibited" },
    { false, 3, 10, "prohibited", "that machine is administratively prohibited" },
    { false, 3, 13, "prohibited", "communication is administratively prohibited: a filter's rule" },
    { false, 3, -1, "unreachable", "it can't be reached" },
    { false, 11, -1, "unreachable", "the packet went round in circles until its time was up: a routing loop" },
    { true, 1, 0, "unreachable", "there is no route to it" },
    { true, 1, 1, "prohibited", "communication is administratively prohibited: a filter's rule" },
    { true, 1, 3, "unreachable", "that machine does not answer on its own network" },
    { true, 1, 4, "refused", "port unreachable: a filter rejects the connection, for a machine would do so by TCP" },
    { true, 1, 5, "prohibited", "the address it comes from may not: a filter's rule" },
    { true, 1, 6, "prohibited", "the route to it is one that rejects" },
    { true, 1, -1, "unreachable", "it can't be reached" },
    { true, 3, -1, "unreachable", "the packet went round in circles until its time was up: a routing loop" },
};

/* False where no ICMP message came, or none that is known. */
static bool icmp_means(const struct conn_icmp *m, const char **kind, const char **says)
{
    for (size_t i = 0; m->came && i < sizeof icmp_table / sizeof *icmp_table; i++)
        if (icmp_table[i].six == m->six && icmp_table[i].type == m->type &&
            (icmp_table[i].code < 0 || icmp_table[i].code == m->code)) {
            *kind = icmp_table[i].kind;
            *says = m->ours ? "nobody answers for that address on this machine's own network (ARP, neighbour discovery)"
                            : icmp_table[i].says;
            return true;
        }
    return false;
}

static json_t *icmp_json(const struct conn_icmp *m, const char *says)
{
    return json_pack("{s:i, s:i, s:s?, s:b, s:s}", "type", m->type, "code", m->code, "from", *m->from ? m->from : NULL,
                     "ours", m->ours, "says", says);
}

json_t *connect_failure(const char *kind, const char *stage)
{
    return json_pack("{s:s, s:s, s:n, s:i, s:n, s:n, s:n}", "kind", kind, "stage", stage, "alert",
                     "received", 0, "protocol", "hint", "local");
}

void connect_proxyless(struct target *t, const char *why)
{
    struct proxy_answer a = { .outcome = PROXY_NO_PROXY, .code = -1, .said = mem_string(why) };
    target_see(t, "connect", FACT_VIA, STATE_NO, proxy_value(&t->via, NULL, a.outcome, a.code, a.said), -1,
               proxy_sentence(&t->via, &a));
    free(a.said);
}

static void connect_report(struct slot *s, const char *kind, char *text, double ms)
{
    struct run *r = &s->run;
    if (run_is_first(r)) {
        target_see(r->target, "connect", FACT_CONNECT, STATE_NO, json_string(kind), ms, mem_string(text));
        json_t *failure = connect_failure(kind, "connect");
        const char *icmp_kind, *says;
        if (icmp_means(&r->conn.icmp, &icmp_kind, &says))
            json_object_set_new(failure, "icmp", icmp_json(&r->conn.icmp, says));
        target_see(r->target, "connect", FACT_FAILURE, STATE_YES, failure, ms, mem_string(text));
        if (target_proxied(r->target))
            connect_proxyless(r->target, text + strlen(r->target->address) + strlen(": "));
    }
    free(text);
}

/* This machine itself can't or may not: that says nothing about the server. */
static const struct { int error; const char *word, *says; } local_errors[] = {
    { ENETUNREACH, "no-route", "this machine has no route to it" },
    { EHOSTUNREACH, "no-route", "this machine's routes say it is unreachable" },
    { EAFNOSUPPORT, "no-route", "this machine does not speak this address family" },
    { EADDRNOTAVAIL, NULL, "this machine has no address of its own to ask from, or no free port" },
    { EINVAL, NULL, "a link-local address needs its interface: [fe80::1%eth0]" },
    { EMFILE, NULL, "this program may open no more files: a smaller --jobs, or a larger `ulimit -n`" },
    { ENFILE, NULL, "this machine can open no more files" },
    { ENOBUFS, NULL, "this machine has no network buffer left" },
    { ENOMEM, NULL, "this machine has no memory left" },
};

static void connect_not_asked(struct slot *s, const char *word, const char *says)
{
    struct target *t = s->run.target;
    if (run_is_first(&s->run))
        target_see(t, "connect", FACT_CONNECT, COULD_NOT_ASK, word ? json_string(word) : NULL, -1,
                   mem_format("%s was not asked: %s", t->address ? t->address : t->endpoint->host, says));
}

/* False where the refusal came over the network, or is a policy that a person has to hear of. */
static bool connect_local(struct slot *s)
{
    int error = s->run.conn.error;
    if (!s->run.conn.at_once || error == ECONNREFUSED || error == EACCES || error == EPERM)
        return false;
    const char *word = NULL, *says = strerror(error);
    for (size_t i = 0; i < sizeof local_errors / sizeof *local_errors; i++)
        if (local_errors[i].error == error) {
            word = local_errors[i].word;
            says = local_errors[i].says;
        }
    if (error == EADDRNOTAVAIL && s->run.target->peer.sa.sa_family == AF_INET6)
        word = "no-route"; /* ::1 on a machine without IPv6 */
    connect_not_asked(s, word, says);
    return true;
}

void connect_used_up(struct slot *s)
{
    static const char says[] = "the time for this endpoint (--max-time) was used up";
    if (s->phase == CONNECTING && !s->reached)
        connect_not_asked(s, NULL, says);
    else if (run_is_first(&s->run))
        run_see(&s->run, FACT_HANDSHAKE, COULD_NOT_ASK, NULL, -1, mem_string(says));
    s->run.cut = true;
    slot_blank(s, false);
}

static char *reached_text(const struct target *t, double ms)
{
    if (t->via.kind == VIA_EXEC)
        return mem_format("the command %s was started", t->via.command);
    return mem_format("connected to %s%s in %.1f ms", target_proxied(t) ? "the proxy, " : "", t->address, ms);
}

void connect_reached(struct slot *s)
{
    struct run *r = &s->run;
    s->reached = true;
    r->connected = now_monotonic();
    if (run_is_first(r))
        target_see(r->target, "connect", FACT_CONNECT, STATE_YES, json_string("connected"),
                   (r->connected - r->created) * 1000, reached_text(r->target, (r->connected - r->created) * 1000));
}

/* A layer above TCP did not open: what came of it is the column's, and no more connections are tried. */
static void connect_barred(struct slot *s, bool timed_out)
{
    struct run *r = &s->run;
    if (run_is_first(r)) {
        way_see(r, timed_out);
        r->target->silent = true;
    }
    slot_blank(s, timed_out);
}

void connect_failed(struct slot *s, bool timed_out)
{
    struct run *r = &s->run;
    if (s->reached || r->target->via.kind == VIA_EXEC) {
        if (!s->reached)
            connect_not_asked(s, NULL, "the command of via= could not be run");
        connect_barred(s, timed_out);
        return;
    }
    double ms = (now_monotonic() - r->created) * 1000;
    int error = timed_out ? ETIMEDOUT : r->conn.error;
    if (timed_out || !connect_local(s)) {
        const char *kind = "unreachable", *says = NULL;
        for (size_t i = 0; i < sizeof connect_errors / sizeof *connect_errors; i++)
            if (connect_errors[i].error == error) {
                kind = connect_errors[i].kind;
                says = connect_errors[i].says;
            }
        bool icmp = !timed_out && icmp_means(&r->conn.icmp, &kind, &says);
        const char *who = r->conn.icmp.ours ? "this machine" : *r->conn.icmp.from ? r->conn.icmp.from : "somebody";
        char *text = timed_out ? mem_format("%s: no answer to SYN within %.1f s: dropped by a firewall, or nothing "
                                            "there", r->target->address, ms / 1000)
                     : icmp    ? mem_format("%s: %s says by ICMP: %s", r->target->address, who, says)
                               : mem_format("%s: %s", r->target->address, says ? says : strerror(error));
        connect_report(s, kind, text, ms);
    }
    slot_blank(s, timed_out);
}
