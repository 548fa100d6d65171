/* fuzz_reply - fuzz target of what a server answers: whatever the bytes are and however they are cut, the
 * notes are the same and no field is set without the bit it belongs to.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "src/wire/reply.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

static void check(const struct reply *r)
{
    unsigned hello = REPLY_HELLO | REPLY_RETRY;
    must(r->got & hello || !(r->version | r->suite | r->compression | r->downgrade | r->alpn[0]));
    must(r->got & (hello | REPLY_KEY_EXCHANGE) || !r->group);
    must(r->got & REPLY_KEY_EXCHANGE || !(r->sigalg || r->dh_bits || r->dh_group));
    must(r->got & REPLY_CERTIFICATE || !r->certificate.len);
    must(!(r->got & REPLY_CIPHERTEXT) == !r->ciphertext);
    must(r->certificate.len <= REPLY_MESSAGE_MAX && r->message.len <= REPLY_MESSAGE_MAX);
    must(r->dh_bits >= 0 && r->dh_bits <= 65535 * 8 && strlen(r->alpn) < sizeof r->alpn);
    must((r->why != NULL) == (r->end == REPLY_BROKEN || r->end == REPLY_TOO_BIG));
    must(r->end != REPLY_NOT_TLS || !r->got);
}

static void same(const struct reply *a, const struct reply *b)
{
    must(a->got == b->got && a->end == b->end && a->why == b->why && a->version == b->version);
    must(a->suite == b->suite && a->group == b->group && a->sigalg == b->sigalg);
    must(a->compression == b->compression && a->dh_bits == b->dh_bits && a->dh_group == b->dh_group);
    must(a->extensions == b->extensions && a->renegotiation == b->renegotiation);
    must(strcmp(a->alpn, b->alpn) == 0 && a->downgrade == b->downgrade && a->alert == b->alert);
    must(a->warning == b->warning && a->record == b->record && a->ciphertext == b->ciphertext);
}

static struct reply feed(const uint8_t *data, size_t size, size_t step, bool keep)
{
    struct reply r;
    reply_init(&r, keep);
    for (size_t i = 0; i < size; i += step) {
        bool more = reply_feed(&r, data + i, size - i < step ? size - i : step);
        must(more == (r.end == REPLY_GOING));
        check(&r);
    }
    return r;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct reply whole = feed(data, size, size ? size : 1, true), bytes = feed(data, size, 1, true);
    struct reply pieces = feed(data, size, 7, false);
    same(&whole, &bytes);
    same(&whole, &pieces);
    must(whole.certificate.len == bytes.certificate.len && !pieces.certificate.len);
    must(!whole.certificate.len ||
         memcmp(whole.certificate.data, bytes.certificate.data, whole.certificate.len) == 0);
    reply_free(&whole);
    reply_free(&bytes);
    reply_free(&pieces);
    return 0;
}
