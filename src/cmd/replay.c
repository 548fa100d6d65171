/* replay - `tlswhy replay HELLO ENDPOINT`: sends a saved hello and finds the one thing that makes it fail.
 *
 * Owns: what the command takes, and what is said of the hello before the report. Must not know: how the hello is
 * tried, which is a fact like any other, and how a run goes (batch.h).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/cmd/batch.h"
#include "src/model/hellofile.h"
#include "src/wire/likeness.h"
#include "src/wire/names.h"

#define COUNTED_MAX 1000 /* hellos of a recording that are counted */
#define INDENT 10

/* --- what is said of the hello ----------------------------------------------------------------- */

static void line_add(struct text *t, const char *label, const char *words)
{
    text_addf(t, "  %s", label);
    text_pad(t, INDENT);
    text_wrap(t, words, INDENT, terminal_width());
    text_add(t, "\n");
}

static void line_take(struct text *t, const char *label, struct text *words)
{
    if (words->s)
        line_add(t, label, words->s);
    text_free(words);
}

static void offers_add(struct text *t, const struct client *c, const struct heard *h)
{
    const struct version *low = version_find(c->min), *high = version_find(c->max);
    struct text words = {0};
    size_t suites = 0;
    for (const uint16_t *s = c->suites; *s; s++)
        suites += !suite_is_signal(*s);
    if (low && low != high)
        text_addf(&words, "%s to ", low->title);
    text_addf(&words, "%s, %zu cipher suite%s", high ? high->title : "SSL 2.0", suites, suites == 1 ? "" : "s");
    if (h) {
        text_addf(&words, "; %zu bytes in %d record%s", h->size, h->records, h->records == 1 ? "" : "s");
        text_addf(&words, "%s", h->hello.ssl2_form ? " of SSL 2.0's form" : "");
    }
    line_take(t, "Offers:", &words);
}

static void likeness_add(struct text *t, const struct heard *h)
{
    struct likeness *all = likeness_new();
    struct like like = {0};
    struct text words = {0};
    likeness_find(all, h, &like);
    if (!like.client)
        text_add(&words, "no client that is known here");
    else
        text_addf(&words, "%s (%s)%s", like.client->name, like.client->title, like.same ? "" : ", but ");
    for (size_t i = 0; like.client && i < like.count; i++)
        text_addf(&words, "%s%s", i ? ", " : "", like.differs[i]);
    line_take(t, like.client ? "Like:" : "Unlike:", &words);
    like_clear(&like);
    likeness_free(all);
}

static void once_add(struct text *t, const struct heard *h)
{
    static const struct { unsigned once; const char *says; } parts[] = {
        { HEARD_PSK, "its pre-shared key" }, { HEARD_TICKET, "its session ticket" },
        { HEARD_EARLY_DATA, "the offer of early data" }, { HEARD_COOKIE, "a cookie" },
    };
    struct text words = {0};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (h->once & parts[i].once)
            text_addf(&words, "%s%s", words.len ? ", " : "not sent again, since it belongs to one connection: ",
                      parts[i].says);
    line_take(t, "Note:", &words);
}

struct counting { int wanted, count; char *next; };

static bool counted(void *arg, const struct capture_hello *h)
{
    struct counting *c = arg;
    c->count = h->nth;
    if (h->nth == c->wanted + 1)
        c->next = mem_format("%s to %s, from %s", h->heard->hello.sni ? h->heard->hello.sni : "no server name", h->to,
                             h->from);
    return h->nth < COUNTED_MAX;
}

/* That others are in the same recording. */
static void others_add(struct text *t, const struct hellofile *f)
{
    struct counting c = { .wanted = f->nth };
    struct text words = {0};
    if (!f->nth)
        return;
    hellofile_each(f->path, counted, &c, NULL);
    if (c.count > 1)
        text_addf(&words, "hello %d of %s%d in this recording", f->nth, c.count == COUNTED_MAX ? "at least " : "",
                  c.count > f->nth ? c.count : f->nth);
    if (c.next) {
        char *file = text_printable(f->file, strlen(f->file), strlen(f->file));
        text_addf(&words, "; %s#%d is the next: %s", file, f->nth + 1, c.next);
        free(file);
    }
    line_take(t, "Note:", &words);
    free(c.next);
}

static void name_add(struct text *t, const struct endpoint *ep)
{
    const char *sni = endpoint_sni(ep);
    struct text words = {0};
    if (ep->value[KEY_SNI] || text_is(sni, ep->host))
        return;
    if (sni)
        text_addf(&words, "it asks for the server name %s, as it did when it was saved", sni);
    else if (ep->saved->heard.sni_odd)
        text_add(&words, "the server name in it can't be read, and is sent as it was saved");
    else
        text_add(&words, "it sends no server name, as it did when it was saved");
    text_addf(&words, "; --sni %s sends another", ep->host_kind == HOST_NAME ? ep->host : "NAME");
    line_take(t, "Note:", &words);
}

/* Owned by the caller. */
static char *hello_says(const struct endpoint *ep)
{
    const struct client *c = endpoint_client(ep);
    const struct hellofile *f = ep->saved;
    struct text t = {0};
    text_addf(&t, "Replayed: ");
    text_wrap(&t, c->title, INDENT, terminal_width());
    text_add(&t, "\n");
    offers_add(&t, c, f ? &f->heard : NULL);
    if (f) {
        likeness_add(&t, &f->heard);
        others_add(&t, f);
        once_add(&t, &f->heard);
        name_add(&t, ep);
    }
    text_add(&t, "\n");
    return text_take(&t);
}

/* --- the command --------------------------------------------------------------------------------- */

static int refuse(const struct err *e)
{
    fprintf(stderr, "tlswhy: %s\n", e->text);
    return EXIT_USAGE;
}

/* HELLO by itself, so that what is wrong with it is said without the endpoint. */
static bool hello_check(const char *hello, struct err *e)
{
    if (client_find(hello))
        return true;
    if (!hellofile_exists(hello) && !strchr(hello, '/'))
        return endpoint_check_value(KEY_CLIENT, hello, e);
    struct hellofile *f = hellofile_load(hello, e);
    hellofile_free(f);
    return f != NULL;
}

static struct endpoint *endpoint_take(struct options *o, const char *hello, const char *text, struct err *e)
{
    free(o->defaults[KEY_CLIENT]);
    o->defaults[KEY_CLIENT] = mem_string(hello);
    struct endpoint *ep = endpoint_parse(text, o->defaults, e);
    const struct client *c = client_find(hello);
    if (!ep || text_is(ep->value[KEY_CLIENT], c ? c->name : hello))
        return ep;
    char *shown = text_printable(ep->value[KEY_CLIENT], strlen(ep->value[KEY_CLIENT]), 100);
    err_set(e, "the endpoint says client=%s, but replay acts as the client of its first argument: leave client= out",
            shown);
    free(shown);
    endpoint_free(ep);
    return NULL;
}

int cmd_replay(struct options *o)
{
    static const bool wanted[FACT_COUNT] = { [FACT_REPLAY] = true };
    struct err e = { "" };
    if (o->word_count != 2)
        err_set(&e, "replay takes a saved hello and an endpoint: tlswhy replay HELLO HOST[:PORT]");
    else if (o->defaults[KEY_CLIENT])
        err_set(&e, "replay acts as the client of its first argument: leave --client out");
    else if (o->lab)
        err_set(&e, "replay takes one endpoint, not the lab: tlswhy lab serve prints those of the lab");
    if (e.text[0] || !hello_check(o->word[0], &e))
        return refuse(&e);
    struct endpoint *ep = endpoint_take(o, o->word[0], o->word[1], &e);
    if (!ep || !batch_check(&ep, 1, &e)) {
        endpoint_free(ep);
        return refuse(&e);
    }
    batch_notes(o, &ep, 1);
    char *before = o->json || o->jsonl || o->quiet ? NULL : hello_says(ep);
    int status = batch_run(o, &(struct batch_ask){ .endpoint = &ep, .count = 1, .wanted = wanted, .before = before });
    free(before);
    endpoint_free(ep);
    return status;
}
