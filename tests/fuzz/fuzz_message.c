/* fuzz_message - fuzz target of the handshake messages that are read: the first byte of the input
 * chooses the message, the rest is its body. All that is lent must lie in the body.
 */
#include <stdbool.h>
#include <stdlib.h>

#include "src/wire/message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

static bool inside(struct slice d, const uint8_t *body, size_t n)
{
    return d.n == 0 ? d.p == NULL : d.p >= body && d.n <= n && d.p + d.n <= body + n;
}

static void times_read(const uint8_t *list, size_t n)
{
    int64_t ms[4];
    size_t count = sct_times(list, n, ms, 4);
    must(count <= 4);
    for (size_t i = 0; i < count; i++)
        must(ms[i] >= 0);
}

static void certificate_read(const uint8_t *body, size_t n, bool tls13)
{
    struct certificate_message *m = malloc(sizeof *m);
    must(m != NULL);
    certificate_message_read(m, body, n, tls13);
    must(m->count <= m->total && m->count <= MESSAGE_CERTS_MAX && m->total <= n / 3);
    must(m->count == m->total || m->count == MESSAGE_CERTS_MAX);
    for (size_t i = 0; i < m->count; i++)
        must(m->cert[i].n && inside(m->cert[i], body, n));
    must(inside(m->staple, body, n) && inside(m->scts, body, n));
    must(tls13 || (!m->staple.n && !m->scts.n));
    times_read(m->scts.p, m->scts.n);
    free(m);
}

static void request_read(const uint8_t *body, size_t n, bool tls13)
{
    struct certificate_request *m = malloc(sizeof *m);
    must(m != NULL);
    certificate_request_read(m, body, n, tls13);
    must(m->count <= m->total && m->count <= MESSAGE_CAS_MAX && m->total <= n / 2);
    for (size_t i = 0; i < m->count; i++)
        must(m->ca[i].n && inside(m->ca[i], body, n));
    free(m);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    const uint8_t *body = data + 1;
    size_t n = size - 1;
    switch (data[0] % 5) {
    case 0: certificate_read(body, n, false); break;
    case 1: certificate_read(body, n, true); break;
    case 2: request_read(body, n, false); break;
    case 3: request_read(body, n, true); break;
    case 4: times_read(body, n); break;
    }
    return 0;
}
