/* overhear - see overhear.h. */
#include "src/wire/overhear.h"

#include <string.h>

#define X(id, word) word,
const char *const passed_words[PASSED_COUNT] = { PASSED(X) };
const char *const ender_words[ENDER_COUNT] = { ENDERS(X) };
const char *const how_words[HOW_COUNT] = { ENDINGS(X) };
#undef X

enum { TLS13 = 0x0304, SUITE_CCM_8 = 0x1305, SUITE_SHA384 = 0x1302, CLOSE_NOTIFY = 0, FATAL = 2 };
/* A certificate with its signature takes more than this; a resumed session's flight takes less. */
#define FLIGHT_WITH_CERTIFICATE 300

void overhear_init(struct overhear *o, const struct heard *heard)
{
    *o = (struct overhear){ .heard = heard };
    o->client.alert = o->client.warning = o->server.alert = o->server.warning = -1;
    reply_init(&o->reply, false);
}

void overhear_free(struct overhear *o)
{
    reply_free(&o->reply);
}

bool overhear_answered(const struct overhear *o)
{
    return o->reply.got & REPLY_HELLO;
}

/* A HelloRetryRequest says so, too. */
static bool is_modern(const struct overhear *o)
{
    return o->reply.version >= TLS13;
}

/* --- encrypted records of TLS 1.3, by their sizes -------------------------------------------- */

/* Type byte and tag, which every encrypted record has beside its content. */
static size_t seal_size(const struct overhear *o)
{
    return 1u + (o->reply.suite == SUITE_CCM_8 ? 8u : 16u);
}

static bool alert_sized(const struct overhear *o, const struct record *r)
{
    return r->size == 2 + seal_size(o);
}

static bool finished_sized(const struct overhear *o, const struct record *r)
{
    return r->size == 4u + (o->reply.suite == SUITE_SHA384 ? 48u : 32u) + seal_size(o);
}

static void client_sealed(struct overhear *o, const struct record *r)
{
    struct overheard_side *c = &o->client;
    if (!o->server.flight) /* early data, too */
        return;
    c->sealed++;
    if (alert_sized(o, r))
        c->sealed_alerts++;
    else if (c->finished)
        c->data++;
    else if (finished_sized(o, r))
        c->finished = true;
    else
        c->unclear++; /* its certificate, or a Finished in one record with others */
}

static void server_sealed(struct overhear *o, const struct record *r)
{
    struct overheard_side *s = &o->server;
    s->sealed++;
    if (o->client.unclear && !alert_sized(o, r))
        o->client.finished = true; /* or the server would have nothing to say */
    if (!o->client.finished && !o->client.sealed) {
        s->flight += r->size;
        return;
    }
    o->since_finished++;
    if (!alert_sized(o, r))
        return;
    s->sealed_alerts++;
    o->unasked |= !o->left && !o->client.sealed_alerts;
}

/* --- records ---------------------------------------------------------------------------------- */

static void alert_take(struct overhear *o, struct overheard_side *s, const struct record *r)
{
    if (!record_is_alert(r)) {
        s->sealed_alerts++;
    } else if (r->first[1] != CLOSE_NOTIFY) {
        *(r->first[0] == FATAL ? &s->alert : &s->warning) = r->first[1];
        if (r->first[0] == FATAL && !o->first)
            o->first = s == &o->client ? CLIENT_BROKE : SERVER_BROKE;
    }
}

static void data_take(struct overhear *o, struct overheard_side *s, const struct record *r)
{
    bool client = s == &o->client;
    if (client && !overhear_answered(o)) /* early data */
        return;
    if (is_modern(o))
        (client ? client_sealed : server_sealed)(o, r);
    else if (s->changed)
        s->data++;
    if (!is_modern(o) && !client)
        o->since_finished += o->client.finished;
}

static void record_take(struct overhear *o, struct overheard_side *s, const struct record *r)
{
    switch (r->type) {
    case RECORDS_CHANGE: s->changed = true; break;
    case RECORDS_ALERT: alert_take(o, s, r); break;
    case RECORDS_DATA: data_take(o, s, r); break;
    case RECORDS_HANDSHAKE:
        if (s->changed && !is_modern(o))
            s->finished = true;
        s->again |= s == &o->client && o->reply.got & REPLY_RETRY;
        break;
    default: break;
    }
}

static void side_feed(struct overhear *o, struct overheard_side *s, const uint8_t *p, size_t n)
{
    struct record r;
    while (!o->off && records_next(&s->records, &p, &n, &r))
        record_take(o, s, &r);
}

void overhear_client(struct overhear *o, const void *p, size_t n)
{
    const struct heard *h = o->heard;
    const uint8_t *at = p;
    if (h->end == HEARD_GOING)
        return; /* nothing but the hello so far */
    if (h->end != HEARD_HELLO)
        o->off = true;
    if (o->off)
        return;
    if (!o->begun) {
        at += n - h->rest;
        n = h->rest;
        o->begun = true;
    }
    side_feed(o, &o->client, at, n);
}

/* Up to TLS 1.2 a ChangeCipherSpec ends what the server says in clear, and reply.h takes it for a fault. */
void overhear_server(struct overhear *o, const void *p, size_t n)
{
    if (o->off)
        return;
    if (o->reply.end == REPLY_GOING)
        reply_feed(&o->reply, p, n);
    if (o->reply.end == REPLY_NOT_TLS)
        o->off = true;
    else if (o->reply.version != 0x0002)
        side_feed(o, &o->server, p, n);
}

void overhear_left(struct overhear *o)
{
    o->left = true;
}

/* --- what it amounts to ----------------------------------------------------------------------- */

static bool has_certificate(const struct overhear *o)
{
    return o->reply.got & REPLY_CERTIFICATE || (is_modern(o) && o->server.flight >= FLIGHT_WITH_CERTIFICATE);
}

static bool has_finished(const struct overhear *o)
{
    return o->client.finished && (is_modern(o) || o->server.finished);
}

enum passed overhear_passed(const struct overhear *o)
{
    if (o->heard->end != HEARD_HELLO)
        return PASSED_NOTHING;
    if (o->client.data && has_finished(o))
        return PASSED_DATA;
    if (has_finished(o))
        return PASSED_FINISHED;
    return has_certificate(o) ? PASSED_CERTIFICATE : overhear_answered(o) ? PASSED_SERVER_HELLO : PASSED_HELLO;
}

/* It has begun to answer what the server said. In TLS 1.3 a ChangeCipherSpec is no answer: it may follow any hello. */
static bool client_answers(const struct overhear *o)
{
    return is_modern(o) ? o->client.sealed > 0 : o->client.changed;
}

bool overhear_waits_for_client(const struct overhear *o)
{
    if (o->off || has_finished(o))
        return false;
    if (o->heard->end == HEARD_GOING)
        return true;
    if (o->reply.got & REPLY_RETRY && !overhear_answered(o))
        return !o->client.again;
    return !client_answers(o) && (o->reply.got & REPLY_DONE || o->server.finished || o->server.flight);
}

/* Between hello and Finished, where an alert has the size of nothing else. */
static bool client_refused_sealed(const struct overhear *o)
{
    const struct overheard_side *c = &o->client;
    return is_modern(o) && !c->finished && c->sealed_alerts && c->sealed == c->sealed_alerts;
}

/* After the client's Finished nothing but an alert: a client's certificate is missing or refused. */
static bool server_refused_sealed(const struct overhear *o)
{
    return o->server.sealed_alerts && o->since_finished == o->server.sealed_alerts && is_modern(o);
}

static bool alert_end(const struct overhear *o, struct ending *e)
{
    const struct overheard_side *client = &o->client, *server = &o->server;
    if (o->first) {
        e->by = o->first == CLIENT_BROKE ? BY_CLIENT : BY_SERVER;
        e->alert = o->first == CLIENT_BROKE ? client->alert : server->alert;
    } else if (client_refused_sealed(o)) {
        e->by = BY_CLIENT;
        e->sure = false;
        e->why = "its first encrypted record has the size of an alert";
    } else if (server_refused_sealed(o) && (e->by == BY_SERVER || client->data == 0 || o->unasked)) {
        e->by = BY_SERVER;
        e->sure = false;
        e->why = "all it said after the client's Finished is an encrypted record of the size of an alert";
    } else if (e->stage < PASSED_FINISHED && e->by == BY_CLIENT && client->warning >= 0) {
        e->alert = client->warning;
    } else if (e->stage < PASSED_FINISHED && e->by == BY_SERVER && server->warning >= 0 && !overhear_answered(o)) {
        e->alert = server->warning;
    } else {
        return false;
    }
    e->how = HOW_ALERT;
    return true;
}

/* The handshake is through, and the client never used it. */
static void unused_end(const struct overhear *o, struct ending *e)
{
    bool said = o->client.sealed_alerts > 0;
    e->how = e->by == BY_CLIENT && e->how == HOW_COMPLETE ? HOW_CLOSED : e->how;
    e->sure = e->by != BY_CLIENT || !said;
    if (e->by == BY_CLIENT && said)
        e->why = "after its Finished came an encrypted record of the size of an alert: a goodbye, or a late refusal";
    else if (e->by == BY_CLIENT)
        e->why = "after its Finished it sent nothing";
}

struct ending overhear_end(const struct overhear *o, enum ender by, enum ending_how how)
{
    struct ending e = { .stage = overhear_passed(o), .by = by, .how = how, .alert = -1, .sure = true };
    const struct heard *h = o->heard;
    if (h->end == HEARD_NOT_TLS || h->end == HEARD_BROKEN || h->end == HEARD_TOO_BIG) {
        e.by = BY_CLIENT;
        e.how = h->end == HEARD_NOT_TLS ? HOW_NOT_TLS : HOW_PROTOCOL;
        e.why = h->why;
    } else if (h->end == HEARD_ALERT) {
        e.by = BY_CLIENT;
        e.how = HOW_ALERT;
        e.alert = h->alert;
    } else if (how == HOW_UPSTREAM || alert_end(o, &e)) {
        return e;
    } else if (o->reply.end == REPLY_NOT_TLS || (o->reply.end == REPLY_BROKEN && !overhear_answered(o))) {
        e.by = BY_SERVER;
        e.how = o->reply.end == REPLY_NOT_TLS ? HOW_NOT_TLS : HOW_PROTOCOL;
        e.why = o->reply.why;
    } else if (e.stage == PASSED_DATA && how != HOW_RESET) {
        e.how = HOW_COMPLETE;
    } else if (e.stage == PASSED_FINISHED) {
        unused_end(o, &e);
    }
    return e;
}
