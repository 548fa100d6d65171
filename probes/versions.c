/* versions - which protocol versions the server takes, each offered alone with everything else relaxed.
 *
 * Owns: FACT_VERSIONS. A version counts as accepted when a ServerHello that chooses it comes; nothing
 * is completed. Must not know: which versions the column's client offers, what a refusal means.
 */
#include <stdlib.h>
#include <string.h>

#include "probes/probe.h"
#include "probes/tls.h"
#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/wire/names.h"

/* GnuTLS's range. SSL 3 and 2 need hellos of our own making. */
static const uint16_t asked[] = { 0x0301, 0x0302, 0x0303, 0x0304 };
enum { ASKED = sizeof asked / sizeof *asked };

static const enum fact writes[] = { FACT_VERSIONS, FACT_COUNT };

struct versions { struct tls tls; };

void versions_forget(struct target *t)
{
    for (int i = 0; t->version_said && i < ASKED; i++)
        free(t->version_said[i]);
    free(t->version_said);
    t->version_said = NULL;
}

/* Takes the word; the last of the runs writes the fact. */
static struct want versions_say(struct run *r, char *word)
{
    struct target *t = r->target;
    if (!t->version_said)
        t->version_said = mem_new(ASKED * sizeof *t->version_said);
    free(t->version_said[r->nth]);
    t->version_said[r->nth] = word;
    int said = 0;
    for (int i = 0; i < ASKED; i++)
        said += t->version_said[i] != NULL;
    if (said < ASKED)
        return (struct want){ .what = WANT_DONE };
    json_t *all = json_object();
    struct text text = { 0 };
    for (int i = 0; i < ASKED; i++) {
        const struct version *v = version_find(asked[i]);
        json_object_set_new(all, v->word, json_string(t->version_said[i]));
        text_addf(&text, "%s%s %s", i ? ", " : "offered alone: ", v->title, t->version_said[i]);
    }
    versions_forget(t);
    run_see(r, FACT_VERSIONS, STATE_YES, all, (run_now(r) - r->created) * 1000, text_take(&text));
    return (struct want){ .what = WANT_DONE };
}

static char *versions_word(const struct tls *t)
{
    char hex[NAME_LEN];
    if (t->end == TLS_ALERT)
        return mem_format("alert %d %s", t->alert_number, alert_name((uint8_t)t->alert_number, hex));
    const struct version *other = t->end == TLS_VERSION ? version_find(t->server_version) : NULL;
    if (other)
        return mem_format("answered by %s", other->title);
    return mem_string(t->end == TLS_LOCAL ? "could-not-ask" : tls_end_words[t->end]);
}

static struct want versions_step(struct run *r, enum step_why why)
{
    struct versions *v = r->state;
    struct tls *t = &v->tls;
    if (why == STEP_TIMEOUT)
        t->end = r->conn.received ? TLS_SLOW : TLS_SILENT;
    else
        tls_handshake(t);
    if (t->server_version == asked[r->nth])
        return versions_say(r, mem_string("accepted"));
    if (t->end != TLS_GOING)
        return versions_say(r, versions_word(t));
    return (struct want){ .what = tls_wants_write(t) ? WANT_WRITE : WANT_READ };
}

static struct want versions_start(struct run *r)
{
    struct versions *v = r->state;
    const char *why = NULL;
    struct tls_offer o = { .priority = run_priority(r, asked[r->nth], asked[r->nth], true, &why),
                           .credentials = run_credentials(r), .sni = endpoint_sni(r->target->endpoint) };
    v->tls.end = TLS_LOCAL;
    if (!o.priority || !tls_begin(&v->tls, &r->conn, &o))
        return versions_say(r, mem_string("could-not-ask"));
    struct want w = versions_step(r, STEP_READY);
    w.seconds = run_options(r)->timeout;
    return w;
}

static void versions_unreachable(struct run *r, bool timed_out)
{
    versions_say(r, mem_string(timed_out ? "silent" : "not connected"));
}

static void versions_end(struct run *r)
{
    struct versions *v = r->state;
    tls_finish(&v->tls);
}

const struct probe versions_probe = {
    .name = "versions",
    .connects = true,
    .runs = ASKED,
    .writes = writes,
    .state_size = sizeof(struct versions),
    .start = versions_start,
    .step = versions_step,
    .unreachable = versions_unreachable,
    .end = versions_end,
};
