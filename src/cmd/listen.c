/* listen - `tlswhy listen` and `tlswhy tap`: real clients, caught or passed through, and what is said about them.
 *
 * Owns: where it listens, with which certificate, when it ends, and the form of its output.
 * Must not know: how a connection is answered or passed on (probes), what is said about a client (caller.c).
 */
#include "config.h"

#include <ev.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>

#include "probes/ear.h"
#include "probes/now.h"
#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/base/when.h"
#include "src/cmd/caller.h"
#include "src/cmd/cmd.h"
#include "src/cmd/ends.h"
#include "src/cmd/place.h"
#include "src/cmd/save.h"
#include "src/lab/mint.h"
#include "src/model/session.h"

#define BUCKETS 1024
#define DOCUMENT_MAX 10000 /* clients in one document; all are counted */
#define DOCUMENT_HEX_MAX (64u << 20) /* of their hellos, in digits: whoever connects must not fill memory */

struct caller { /* a client that is there, in a session of its own: what is known goes when it has gone */
    int id;
    struct session *session; /* owned */
    char *saved;             /* owned; file its hello was written to, or NULL */
    struct caller *next;
};

struct hearing {
    const struct options *o;
    bool tap;
    struct ev_loop *loop;
    struct ear *ear;
    struct caller *bucket[BUCKETS];
    struct save *save;
    bool save_failed;
    json_t *clients;         /* of the document */
    size_t hex;              /* digits of hellos in it */
    unsigned long left_out;
    double started;
    struct ends ends;
    struct ev_timer end;
    struct ev_prepare prepare;
};

static int say_trouble(int status, const char *sentence)
{
    fprintf(stderr, "tlswhy: %s\n", sentence);
    return status;
}

/* --- the certificate ---------------------------------------------------------------------------- */

static gnutls_certificate_credentials_t credentials_load(const struct options *o, struct err *e)
{
    gnutls_certificate_credentials_t cred = NULL;
    const char *key = o->key ? o->key : o->cert;
    int r = gnutls_certificate_allocate_credentials(&cred);
    if (r >= 0)
        r = gnutls_certificate_set_x509_key_file2(cred, o->cert, key, GNUTLS_X509_FMT_PEM, NULL, 0);
    if (r >= 0)
        return cred;
    char *a = text_printable(o->cert, strlen(o->cert), 150), *b = text_printable(key, strlen(key), 150);
    err_set(e, "the certificate of --cert %s with the key in %s can't be used: %s; both must be PEM files, the key "
               "without a passphrase", a, b, gnutls_strerror(r));
    free(a);
    free(b);
    if (cred)
        gnutls_certificate_free_credentials(cred);
    return NULL;
}

/* A private key is in memory: no core dump. */
static void dump_nothing(void)
{
    setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 });
}

static gnutls_certificate_credentials_t credentials_get(const struct options *o, const struct place *at, struct err *e)
{
    const char *names[] = { "localhost", "127.0.0.1", "::1", at->address, NULL };
    gnutls_certificate_credentials_t cred = o->cert ? credentials_load(o, e) : mint_for_names(names, time(NULL), e);
    if (o->cert)
        dump_nothing();
    if (cred)
        gnutls_certificate_set_known_dh_params(cred, GNUTLS_SEC_PARAM_MEDIUM);
    return cred;
}

/* --- clients ------------------------------------------------------------------------------------ */

static struct caller **caller_find(struct hearing *h, int id)
{
    struct caller **at = &h->bucket[(unsigned)id % BUCKETS];
    while (*at && (*at)->id != id)
        at = &(*at)->next;
    return at;
}

static void hello_save(struct hearing *h, struct caller *c)
{
    struct err e = { "" };
    const struct session *s = c->session;
    const struct seen *seen = s->count ? &s->column[0]->fact[FACT_CLIENT_HELLO] : NULL;
    if (!h->save || c->saved || !seen || seen->state != STATE_YES)
        return;
    c->saved = mem_string(save_hello(h->save, seen->value, &e));
    if (e.text[0] && !h->save_failed) {
        say_trouble(0, e.text);
        h->save_failed = true; /* said once */
    }
}

static void caller_show(struct hearing *h, const struct caller *c)
{
    const struct session *s = c->session;
    const struct options *o = h->o;
    struct caller_how how = { .tap = h->tap, .made_up = !o->cert, .verbose = o->verbose, .quiet = o->quiet,
                              .width = terminal_width(), .timeout = o->engine.timeout, .saved = c->saved,
                              .why = &o->why };
    struct text t = { 0 };
    if (o->jsonl)
        return;
    if (o->json) {
        const json_t *hello = s->count ? s->column[0]->fact[FACT_CLIENT_HELLO].value : NULL;
        size_t hex = json_string_length(json_object_get(hello, "raw"));
        if (json_array_size(h->clients) < DOCUMENT_MAX && hex <= DOCUMENT_HEX_MAX - h->hex) {
            json_array_append_new(h->clients, caller_json(s));
            h->hex += hex;
        } else {
            h->left_out++;
        }
        return;
    }
    caller_text(&t, s, &how);
    locale_print(t.s ? t.s : "");
    text_free(&t);
    if (fflush(stdout) != 0)
        ev_break(h->loop, EVBREAK_ALL); /* nobody reads any more */
}

static void caller_free(struct caller *c)
{
    session_free(c->session);
    free(c->saved);
    free(c);
}

static void on_event(void *arg, struct event *ev)
{
    struct hearing *h = arg;
    struct caller **at = caller_find(h, ev->column), *c = *at;
    bool hello = ev->kind == EVENT_FACT && ev->seen.fact == FACT_CLIENT_HELLO;
    if (h->o->jsonl) {
        char *line = event_format(ev);
        fputs(line, stdout);
        free(line);
    }
    if (!c && ev->kind == EVENT_COLUMN) {
        c = *at = mem_new(sizeof *c);
        *c = (struct caller){ .id = ev->column, .session = session_new(now_wall()) };
    }
    if (!c)
        return;
    session_apply(c->session, ev);
    if (hello)
        hello_save(h, c);
    if (ev->kind != EVENT_DONE)
        return;
    caller_show(h, c);
    *at = c->next;
    caller_free(c);
}

/* --- the run ------------------------------------------------------------------------------------ */

static void on_signal(struct ev_loop *loop, struct ev_signal *w, int events)
{
    (void)w, (void)events;
    ev_break(loop, EVBREAK_ALL);
}

static void on_time(struct ev_loop *loop, struct ev_timer *w, int events)
{
    (void)w, (void)events;
    ev_break(loop, EVBREAK_ALL);
}

static void on_prepare(struct ev_loop *loop, struct ev_prepare *w, int events)
{
    struct hearing *h = w->data;
    (void)events;
    if (h->o->jsonl && fflush(stdout) != 0)
        ev_break(loop, EVBREAK_ALL);
    if (ear_over(h->ear))
        ev_break(loop, EVBREAK_ALL);
}

static void hearing_watch(struct hearing *h)
{
    ends_watch(&h->ends, h->loop, on_signal, h);
    ev_timer_init(&h->end, on_time, h->o->seconds, 0.);
    if (h->o->seconds > 0)
        ev_timer_start(h->loop, &h->end);
    ev_prepare_init(&h->prepare, on_prepare);
    h->prepare.data = h;
    ev_prepare_start(h->loop, &h->prepare);
}

static void say_where(const struct hearing *h, const struct endpoint *upstream)
{
    const char *first = ear_where(h->ear, 0), *second = ear_where(h->ear, 1);
    char *to = upstream ? mem_format(" and passing on to %s", upstream->text) : mem_string("");
    fprintf(stderr, "tlswhy: listening on %s%s%s%s: point the failing client there; Ctrl-C ends\n", first,
            second ? " and " : "", second ? second : "", to);
    free(to);
}

static void document_print(struct hearing *h, json_t *listening, struct ear_counts n)
{
    char when[WHEN_LEN];
    json_t *o = json_object();
    json_object_set_new(o, "tlswhy", json_string(PACKAGE_VERSION));
    json_object_set_new(o, "schema", json_integer(1));
    json_object_set_new(o, "started", json_string(when_format_ms(h->started, when)));
    json_object_set(o, "listening", listening);
    json_t *counts = json_pack("{s:I, s:I, s:I, s:I}", "accepted", (json_int_t)n.accepted, "hellos",
                               (json_int_t)n.hellos, "other", (json_int_t)n.other, "left_out", (json_int_t)h->left_out);
    json_object_set_new(o, "connections", counts);
    json_object_set(o, "clients", h->clients);
    json_dumpf(o, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(12));
    putchar('\n');
    json_decref(o);
}

static void hearing_run(struct hearing *h, const struct endpoint *upstream)
{
    json_t *listening = json_array();
    for (size_t i = 0; ear_where(h->ear, i); i++)
        json_array_append_new(listening, json_string(ear_where(h->ear, i)));
    hearing_watch(h);
    say_where(h, upstream);
    ev_run(h->loop, 0);
    struct ear_counts n = ear_counts(h->ear);
    ear_free(h->ear); /* those who are still there have their say */
    h->ear = NULL;
    if (h->o->json)
        document_print(h, listening, n);
    json_decref(listening);
}

static void hearing_free(struct hearing *h)
{
    ear_free(h->ear);
    for (size_t i = 0; i < BUCKETS; i++)
        for (struct caller *c = h->bucket[i], *next; c; c = next) {
            next = c->next;
            caller_free(c);
        }
    save_free(h->save);
    json_decref(h->clients);
    if (h->loop)
        ev_loop_destroy(h->loop);
}

/* One that could not listen has done nothing: status 3, unless a file of the command line was no good. */
static int hear(struct options *o, const struct place *at, const struct endpoint *upstream)
{
    struct err e = { "" };
    struct hearing h = { .o = o, .tap = upstream, .started = now_wall(), .clients = json_array() };
    gnutls_certificate_credentials_t cred = NULL;
    int status = EXIT_OK;
    if ((o->save && !(h.save = save_new(o->save, &e))) || (!upstream && !(cred = credentials_get(o, at, &e))))
        status = EXIT_USAGE;
    h.loop = status == EXIT_OK ? ev_loop_new(EVFLAG_AUTO) : NULL;
    struct ear_options ear = { .address = at->address, .port = at->port, .timeout = o->engine.timeout,
                               .clients = o->count, .credentials = cred, .upstream = upstream, .resolve = o->resolve,
                               .resolve_count = o->engine.resolve_count, .ask = 1 };
    if (status == EXIT_OK && !(h.ear = h.loop ? ear_new(h.loop, &ear, (struct sink){ on_event, &h }, &e) : NULL))
        status = EXIT_TROUBLE;
    if (status == EXIT_OK)
        hearing_run(&h, upstream);
    else
        say_trouble(status, e.text[0] ? e.text : "this machine gives no event loop");
    hearing_free(&h);
    if (cred)
        gnutls_certificate_free_credentials(cred);
    return status;
}

static bool words_check(const struct options *o, bool tap, struct err *e)
{
    size_t wanted = tap ? 2 : 1;
    if (o->word_count < wanted)
        return err_set(e, tap ? "tap needs a port to listen on and an endpoint to pass on to: tlswhy tap 8443 "
                                "HOST[:PORT]" : "listen needs a port to listen on: tlswhy listen 8443");
    if (o->word_count > wanted)
        return err_set(e, "%s takes %zu word%s, and got %zu", tap ? "tap" : "listen", wanted, tap ? "s" : "",
                       o->word_count);
    if (tap && (o->cert || o->key))
        return err_set(e, "tap passes on what the server shows: --cert and --key are for listen");
    if (o->key && !o->cert)
        return err_set(e, "--key needs --cert, the certificate it belongs to");
    return true;
}

/* A way that was silently not taken would show something else than was asked for. */
static bool way_check(const struct endpoint *ep, struct err *e)
{
    if (ep->scheme->starttls)
        return err_set(e, "tap passes on TLS that begins at once, and %s:// begins in plain text: what the client says "
                          "before its hello can't be told apart yet", ep->scheme->name);
    if (!ep->value[KEY_VIA])
        return true;
    return err_set(e, "tap passes on directly: via= has no use there (the client that connects can go through the "
                      "proxy)");
}

static int cmd_hear(struct options *o, bool tap)
{
    struct err e = { "" };
    struct place at = { 0 };
    struct endpoint *upstream = NULL;
    int status = EXIT_USAGE;
    if (words_check(o, tap, &e) && place_parse(&at, o->word[0], &e) &&
        (!tap || ((upstream = endpoint_parse(o->word[1], o->defaults, &e)) && way_check(upstream, &e))))
        status = hear(o, &at, upstream);
    else
        say_trouble(status, e.text);
    endpoint_free(upstream);
    free(at.address);
    return status;
}

int cmd_listen(struct options *o)
{
    return cmd_hear(o, false);
}

int cmd_tap(struct options *o)
{
    return cmd_hear(o, true);
}
