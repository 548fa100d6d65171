/* given - see given.h. */
#include "probes/given.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "probes/pool.h"
#include "probes/probe.h"
#include "probes/tls.h"
#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/pki/identity.h"
#include "src/wire/message.h"

struct given {
    struct endpoint *endpoint; /* a reference: the first that names these files */
    struct identity *identity; /* owned */
    gnutls_certificate_credentials_t credentials; /* NULL: the key doesn't fit */
    struct given *next;
};

static bool same_word(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

static bool same_files(const struct endpoint *a, const struct endpoint *b)
{
    static const enum key files[] = { KEY_CERT, KEY_KEY, KEY_PASS_FILE };
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        if (!same_word(a->value[files[i]], b->value[files[i]]))
            return false;
    return true;
}

static const struct given *given_find(const struct given *k, const struct endpoint *ep)
{
    if (!ep->value[KEY_CERT])
        return NULL;
    while (k && !same_files(k->endpoint, ep))
        k = k->next;
    return k;
}

static gnutls_certificate_credentials_t credentials_make(const struct identity *id)
{
    gnutls_certificate_credentials_t c = NULL;
    if (!identity_fits(id) || gnutls_certificate_allocate_credentials(&c) < 0)
        return NULL;
    if (identity_give(id, c))
        return c;
    gnutls_certificate_free_credentials(c);
    return NULL;
}

bool given_load(struct given **list, const struct endpoint *ep, struct err *e)
{
    if (!ep->value[KEY_CERT] || given_find(*list, ep))
        return true;
    struct identity_files files = { ep->value[KEY_CERT], ep->value[KEY_KEY], ep->value[KEY_PASS_FILE] };
    struct identity *id = identity_load(&files, e);
    if (!id)
        return false;
    struct given *k = mem_new(sizeof *k);
    *k = (struct given){ .endpoint = endpoint_ref(ep), .identity = id, .credentials = credentials_make(id),
                         .next = *list };
    *list = k;
    return true;
}

gnutls_certificate_credentials_t given_credentials(const struct given *list, const struct endpoint *ep)
{
    const struct given *k = given_find(list, ep);
    return k ? k->credentials : NULL;
}

/* The newest first, as identity.h wants it. */
void given_free(struct given *list)
{
    for (struct given *next; list; list = next) {
        next = list->next;
        if (list->credentials)
            gnutls_certificate_free_credentials(list->credentials);
        identity_free(list->identity);
        endpoint_free(list->endpoint);
        free(list);
    }
}

/* --- client_cert_given -------------------------------------------------------------------------- */

/* Certificates that came, here or in other columns. */
struct seen_certs { const struct cert **cert; size_t count; struct cert *own[MESSAGE_CERTS_MAX]; size_t own_count; };

static void seen_gather(struct run *r, const struct tls *t, struct seen_certs *s)
{
    struct certificate_message *m = mem_new(sizeof *m);
    const struct pool *pool = run_pool(r);
    size_t pooled = pool_count(pool);
    certificate_message_read(m, t->certificate.data, t->certificate.len, t->server_version >= 0x0304);
    *s = (struct seen_certs){ .cert = mem_array(NULL, m->count + pooled + 1, sizeof *s->cert) };
    for (size_t i = 0; i < m->count; i++)
        s->cert[s->count++] = s->own[s->own_count++] = judge_cert(run_judge(r), m->cert[i].p, m->cert[i].n);
    for (size_t i = 0; i < pooled; i++)
        s->cert[s->count++] = pool_at(pool, i)->cert;
    free(m);
}

static void seen_free(struct seen_certs *s)
{
    for (size_t i = 0; i < s->own_count; i++)
        cert_free(s->own[i]);
    free(s->cert);
}

void given_see(struct run *r, const struct tls *t)
{
    const struct given *k = given_find(run_given(r), r->target->endpoint);
    char *text = NULL;
    if (!k)
        return;
    struct certificate_request *m = mem_new(sizeof *m);
    gnutls_datum_t *ca = mem_array(NULL, MESSAGE_CAS_MAX, sizeof *ca);
    struct seen_certs seen;
    if (t->request.len)
        certificate_request_read(m, t->request.data, t->request.len, t->server_version >= 0x0304);
    for (size_t i = 0; i < m->count; i++)
        ca[i] = (gnutls_datum_t){ (unsigned char *)(uintptr_t)m->ca[i].p, (unsigned)m->ca[i].n };
    seen_gather(r, t, &seen);
    struct identity_ask ask = { .cache = run_judge(r), .now = (int64_t)run_wall(r), .ca = ca, .ca_count = m->count,
                                .other = seen.cert, .other_count = seen.count,
                                .sent = t->asked_cert && t->session && gnutls_certificate_get_ours(t->session) };
    json_t *v = identity_judge(k->identity, &ask, &text);
    run_see(r, FACT_CLIENT_GIVEN, STATE_YES, v, -1, text);
    seen_free(&seen);
    free(ca);
    free(m);
}

/* --- http_client_cert --------------------------------------------------------------------------- */

/* What servers write into the page of such an error. */
static const struct { const char *says, *word; } page_table[] = {
    { "No required SSL certificate was sent", "missing" }, /* nginx, and what is built on it */
    { "The SSL certificate error", "refused" },
    { "Client certificate required", "missing" },          /* IIS: 403.7, 403.13, 403.16, 403.17 */
    { "Client certificate revoked", "refused" },
    { "Client certificate is untrusted or invalid", "refused" },
    { "Client certificate has expired or is not yet valid", "refused" },
};
/* nginx's own statuses, seen where it was told to show them. */
static const struct { int status; const char *word; } status_table[] = { { 495, "refused" }, { 496, "missing" } };

void given_see_answer(struct run *r, int status, const char *words)
{
    const char *word = NULL, *says = NULL;
    for (size_t i = 0; words && !word && i < sizeof page_table / sizeof *page_table; i++)
        if (strcasestr(words, page_table[i].says)) {
            word = page_table[i].word;
            says = page_table[i].says;
        }
    for (size_t i = 0; !word && i < sizeof status_table / sizeof *status_table; i++)
        if (status_table[i].status == status)
            word = status_table[i].word;
    if (status < 400 || (!word && !words))
        return;
    run_see(r, FACT_HTTP_CERT, word ? STATE_YES : STATE_NO, word ? json_string(word) : NULL, -1,
            says   ? mem_format("the server answers a request by HTTP %d: \"%s\"", status, says)
            : word ? mem_format("the server answers a request by HTTP %d, which stands for a client certificate that is "
                                "%s", status, word)
                   : mem_format("the server answers a request by HTTP %d, and its page does not speak of a certificate",
                                status));
}

void given_see_mail(struct run *r, int code, const char *said)
{
    bool refuses = code >= 400 && said && strcasestr(said, "certificate");
    const char *word = given_credentials(run_given(r), r->target->endpoint) ? "refused" : "missing";
    run_see(r, FACT_HTTP_CERT, refuses ? STATE_YES : STATE_NO, refuses ? json_string(word) : NULL, -1,
            mem_format("after the handshake the mail server says: \"%s\"%s", said ? said : "",
                       refuses ? "" : ", and nothing about a certificate"));
}
