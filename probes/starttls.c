/* starttls - see starttls.h. */
#include "probes/starttls.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "probes/resolve.h"
#include "src/base/mem.h"
#include "src/base/text.h"

#define READS_MAX 64 /* in one go, so that a peer that never stops does not keep all others waiting */

/* --- the dialogue --------------------------------------------------------------------------------- */

char *starttls_self(const struct conn *c)
{
    union sock sa;
    socklen_t n = sizeof sa;
    if (getsockname(c->fd, &sa.sa, &n) < 0 || (sa.sa.sa_family != AF_INET && sa.sa.sa_family != AF_INET6))
        return mem_string("[127.0.0.1]");
    char *host = address_host(&sa.sa);
    char *name = mem_format(sa.sa.sa_family == AF_INET6 ? "[IPv6:%.*s]" : "[%.*s]", (int)strcspn(host, "%"), host);
    free(host);
    return name;
}

void starttls_begin(struct conn *c, struct dialogue *d)
{
    const struct endpoint *ep = c->endpoint;
    char *self = starttls_self(c);
    dialogue_begin(d, dialogue_find(ep->scheme->starttls), self, endpoint_asked(ep));
    free(self);
    layer_waits(c, false);
}

/* False when the connection broke. */
static bool talk_send(struct conn *c, struct layer *l, struct dialogue *d)
{
    while (d->out.len) {
        struct iovec v = { d->out.data, d->out.len };
        ssize_t n = layer_send(c, l, &v, 1);
        if (n < 0 && errno != EAGAIN && errno != EINTR) {
            c->error = errno;
            return false;
        }
        if (n < 0)
            return true;
        buf_drop(&d->out, (size_t)n);
    }
    return true;
}

/* What lies there; each reply that is complete begins another wait. */
static void talk_read(struct conn *c, struct layer *l, struct dialogue *d)
{
    uint8_t in[2048];
    for (int i = 0; i < READS_MAX && d->outcome == DIALOGUE_GOING; i++) {
        int before = d->at;
        ssize_t n = layer_recv(c, l, in, sizeof in);
        if (n < 0 && (errno == EAGAIN || errno == EINTR))
            return;
        if (n <= 0) {
            c->error = n < 0 ? errno : c->error;
            dialogue_ended(d);
            return;
        }
        dialogue_feed(d, in, (size_t)n);
        if (d->at != before)
            layer_waits(c, false);
        talk_send(c, l, d); /* what breaks shows when the answer is read */
    }
}

enum conn_state starttls_talk(struct conn *c, struct layer *l)
{
    struct dialogue *d = l->state;
    bool sent = talk_send(c, l, d);
    talk_read(c, l, d);
    if (d->outcome == DIALOGUE_GOING && !sent)
        dialogue_ended(d);
    if (d->outcome == DIALOGUE_READY)
        return d->out.len ? CONN_WANT_WRITE : CONN_READY;
    if (d->outcome != DIALOGUE_GOING)
        return CONN_FAILED;
    return d->out.len ? CONN_WANT_WRITE : CONN_WANT_READ;
}

static enum conn_state starttls_open(struct conn *c, struct layer *l)
{
    if (!l->state)
        starttls_begin(c, l->state = mem_new(sizeof(struct dialogue)));
    return starttls_talk(c, l);
}

bool starttls_overdue(struct conn *c, struct layer *l)
{
    if (!l->state || !dialogue_overdue(l->state))
        return false;
    layer_waits(c, true);
    return true;
}

void starttls_leave(struct conn *c, struct layer *l)
{
    const char *words = l->state ? dialogue_farewell(l->state) : NULL;
    struct iovec v = { (char *)words, words ? strlen(words) : 0 };
    if (words && c->fd >= 0)
        layer_send(c, l, &v, 1); /* as well as it goes */
    if (l->state)
        dialogue_free(l->state);
}

static void starttls_close(struct conn *c, struct layer *l)
{
    starttls_leave(c, l);
    free(l->state);
    l->state = NULL;
}

static const struct layer_kind starttls_layer = {
    .name = "starttls", .open = starttls_open, .overdue = starttls_overdue, .close = starttls_close,
};

/* --- what it came to ------------------------------------------------------------------------------ */

static char *offered_text(const struct dialogue *d)
{
    struct text t = { 0 };
    for (size_t i = 0; i < d->offered_count && i < 12; i++)
        text_addf(&t, "%s%s", i ? ", " : "", d->offered[i]);
    if (d->offered_count > 12)
        text_addf(&t, " and %zu more", d->offered_count - 12);
    return text_take(&t);
}

static char *not_offered_text(const struct dialogue *d)
{
    const char *command = d->row->command, *protocol = d->row->protocol;
    if (!d->listed && d->said)
        return mem_format("the %s server does not know %s: \"%s\"", protocol, command, d->said);
    if (!d->listed)
        return mem_format("the %s server says that it can't do TLS (asked by %s)", protocol, command);
    char *all = offered_text(d);
    char *text = d->stripped ? mem_format("the %s server's list has \"%s\" where %s would stand: somebody on the way "
                                          "wrote over it", protocol, d->stripped, command)
                             : mem_format("the %s server does not offer %s; it lists %s", protocol, command,
                                          *all ? all : "nothing at all");
    free(all);
    return text;
}

/* How far it came: "its greeting", "an answer to STARTTLS". */
static char *awaited(const struct dialogue *d)
{
    bool greeting = d->at == 0 && d->row->server_begins;
    const struct dialogue_step *s = d->at < DIALOGUE_STEPS ? &d->row->step[d->at] : NULL;
    if (greeting)
        return mem_string("its greeting");
    if (s && s->send && *s->send >= 'A' && *s->send <= 'Z')
        return mem_format("an answer to %.*s", (int)strcspn(s->send, " \r"), s->send);
    return mem_format("an answer to %s", d->row->command);
}

static char *dialogue_text(const struct dialogue *d, const struct conn *c)
{
    const char *protocol = d->row->protocol, *command = d->row->command, *said = d->said ? d->said : "";
    char *to = awaited(d), *text = NULL;
    switch (d->outcome) {
    case DIALOGUE_READY:
        text = d->said && d->row->server_begins && *said
                   ? mem_format("TLS may begin, says the %s server: \"%s\"", protocol, said)
                   : mem_format("TLS may begin, says the %s server (asked by %s)", protocol, command);
        break;
    case DIALOGUE_NOT_OFFERED: text = not_offered_text(d); break;
    case DIALOGUE_REFUSED:
        text = mem_format("the %s server refuses, instead of %s: \"%s\"", protocol, to, said);
        break;
    case DIALOGUE_STRANGER:
        text = mem_format("the %s server does not serve \"%s\", the name it was asked for: \"%s\"", protocol, d->host,
                          said);
        break;
    case DIALOGUE_BUSY: text = mem_format("the %s server says that it is too busy: \"%s\"", protocol, said); break;
    case DIALOGUE_GARBLED:
        text = d->behind ? mem_format("behind its answer to %s came more bytes before TLS began, which no server "
                                      "sends: \"%s\"", command, said)
                         : mem_format("instead of %s came what no %s server says: \"%s\"", to, protocol, said);
        break;
    case DIALOGUE_CLOSED:
        text = mem_format("the connection was %s instead of %s", c->error == ECONNRESET ? "reset" : "closed", to);
        break;
    case DIALOGUE_TLS:
        text = mem_format("the port speaks TLS at once: %s where %s was to come",
                          d->tried_tls ? "it answered a ClientHello, and was silent before," : "TLS records came", to);
        break;
    case DIALOGUE_OTHER: text = mem_format("the port speaks %s, not %s: \"%s\"", d->found, protocol, said); break;
    case DIALOGUE_SLOW:
        text = mem_format(d->late ? "%s came only after the time for one answer (--timeout) was over: \"%s\""
                                  : "%s began and did not end in time (--timeout): \"%s\"", to, said);
        break;
    default: text = mem_format("the connection was accepted, but %s did not come in time", to); break;
    }
    free(to);
    return text;
}

static json_t *offered_json(const struct dialogue *d)
{
    if (!d->listed)
        return json_null();
    json_t *list = json_array();
    for (size_t i = 0; i < d->offered_count; i++)
        json_array_append_new(list, json_string(d->offered[i]));
    return list;
}

void starttls_say(const struct conn *c, const struct layer *l, bool timed_out, struct layer_said *said)
{
    static const char *const stages[] = { "greeting", "list", "command" };
    const struct dialogue *d = l->state;
    (void)timed_out; /* the dialogue was told */
    said->ready = d->outcome == DIALOGUE_READY;
    said->protocol = d->found;
    said->hint = d->hint;
    said->bytes = d->in.data;
    said->n = d->in.len;
    said->text = dialogue_text(d, c);
    said->value = json_pack("{s:s, s:s, s:s, s:b, s:o, s:s?, s:s?, s:o, s:s?, s:s?, s:s?}", "scheme",
                            c->endpoint->scheme->name, "outcome", dialogue_words[d->outcome], "stage",
                            stages[dialogue_stage(d)], "behind", d->behind, "code",
                            d->code >= 0 ? json_integer(d->code) : json_null(),
                            "said", d->said, "banner", d->banner, "offered", offered_json(d), "stripped", d->stripped,
                            "protocol", d->found, "at_once", d->outcome == DIALOGUE_TLS ? d->row->at_once : NULL);
}

static bool wants_starttls(const struct endpoint *ep)
{
    return ep->scheme->starttls && strcmp(ep->scheme->starttls, "mssql") != 0;
}

const struct way_row starttls_way = {
    .kind = &starttls_layer, .fact = FACT_STARTTLS, .word = "starttls", .wanted = wants_starttls, .say = starttls_say,
};
