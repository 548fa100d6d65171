/* message - see message.h. */
#include "src/wire/message.h"

#include <string.h>

enum { STATUS_REQUEST = 5, SCT_LIST = 18, CERTIFICATE_AUTHORITIES = 47 }; /* extension numbers */
enum { STATUS_OCSP = 1 };                                                 /* RFC 6066 section 8 */

/* A vector of which a cut message may hold only the beginning: then that, and *cut is set. */
static struct reader vector_or_rest(struct reader *r, int prefix_bytes, bool *cut)
{
    struct reader whole = *r;
    struct reader sub = reader_vector(&whole, prefix_bytes);
    if (!sub.failed) {
        *r = whole;
        return sub;
    }
    *cut = true;
    if (!reader_take(r, (size_t)prefix_bytes))
        return reader_of(NULL, 0);
    sub = *r;
    reader_take(r, r->left);
    return sub;
}

static struct slice slice_of(struct reader v)
{
    return v.left ? (struct slice){ .p = v.p, .n = v.left } : (struct slice){ 0 };
}

/* RFC 6066 section 8: struct { CertificateStatusType; OCSPResponse<1..2^24-1> }. Other types than
 * OCSP are left alone. */
static void staple_read(struct certificate_message *m, struct reader ext)
{
    if (reader_u8(&ext) != STATUS_OCSP && !ext.failed)
        return;
    struct reader response = reader_vector(&ext, 3);
    if (!reader_done(&ext) || !response.left)
        m->malformed = true;
    else if (!m->staple.n)
        m->staple = slice_of(response);
}

/* RFC 8446 section 4.4.2: the extensions of one CertificateEntry. Only the leaf's are kept. */
static void entry_extensions(struct certificate_message *m, struct reader exts, bool leaf)
{
    while (exts.left && !exts.failed) {
        uint16_t type = reader_u16(&exts);
        struct reader ext = reader_vector(&exts, 2);
        if (!leaf || ext.failed)
            continue;
        if (type == STATUS_REQUEST)
            staple_read(m, ext);
        else if (type == SCT_LIST && !m->scts.n)
            m->scts = slice_of(ext);
    }
    if (exts.failed)
        m->malformed = true;
}

/* One certificate and what comes with it; false when it is cut or empty. */
static bool entry_read(struct certificate_message *m, struct reader *list, bool tls13)
{
    struct reader cert = reader_vector(list, 3);
    if (cert.failed || !cert.left)
        return false;
    if (m->count < MESSAGE_CERTS_MAX)
        m->cert[m->count++] = slice_of(cert);
    m->total++;
    if (tls13) {
        struct reader exts = reader_vector(list, 2);
        if (exts.failed)
            return false;
        entry_extensions(m, exts, m->total == 1);
    }
    return true;
}

void certificate_message_read(struct certificate_message *m, const void *body, size_t n, bool tls13)
{
    memset(m, 0, sizeof *m);
    struct reader r = reader_of(body, n);
    if (tls13)
        reader_vector(&r, 1); /* certificate_request_context */
    struct reader list = vector_or_rest(&r, 3, &m->malformed);
    bool good = true;
    while (good && list.left)
        good = entry_read(m, &list, tls13);
    if (!good || !reader_done(&r))
        m->malformed = true;
}

/* DistinguishedName certificate_authorities<0..2^16-1>, each <1..2^16-1>. */
static void names_read(struct certificate_request *m, struct reader list)
{
    while (list.left) {
        struct reader name = reader_vector(&list, 2);
        if (name.failed || !name.left) {
            m->malformed = true;
            return;
        }
        if (m->count < MESSAGE_CAS_MAX)
            m->ca[m->count++] = slice_of(name);
        m->total++;
    }
}

/* TLS 1.2 has supported_signature_algorithms between types and names (RFC 5246 section 7.4.4),
 * TLS 1.0 and 1.1 do not (RFC 4346 section 7.4.4). */
static void request_read_12(struct certificate_request *m, struct reader r, bool sigalgs)
{
    memset(m, 0, sizeof *m);
    reader_vector(&r, 1); /* certificate_types */
    if (sigalgs && reader_vector(&r, 2).left % 2)
        m->malformed = true;
    names_read(m, vector_or_rest(&r, 2, &m->malformed));
    if (!reader_done(&r))
        m->malformed = true;
}

/* RFC 8446 section 4.3.2. */
static void request_read_13(struct certificate_request *m, struct reader r)
{
    memset(m, 0, sizeof *m);
    reader_vector(&r, 1); /* certificate_request_context */
    struct reader exts = vector_or_rest(&r, 2, &m->malformed);
    while (exts.left && !exts.failed) {
        uint16_t type = reader_u16(&exts);
        struct reader ext = reader_vector(&exts, 2);
        if (type != CERTIFICATE_AUTHORITIES || ext.failed)
            continue;
        names_read(m, vector_or_rest(&ext, 2, &m->malformed));
        if (!reader_done(&ext))
            m->malformed = true;
    }
    if (exts.failed || !reader_done(&r))
        m->malformed = true;
}

/* The message does not say which of the two older forms it has, but both end with the names: read
 * in the wrong form, the lengths do not come out even. */
void certificate_request_read(struct certificate_request *m, const void *body, size_t n, bool tls13)
{
    struct reader r = reader_of(body, n);
    if (tls13) {
        request_read_13(m, r);
        return;
    }
    request_read_12(m, r, true);
    if (!m->malformed)
        return;
    request_read_12(m, r, false);
    if (m->malformed)
        request_read_12(m, r, true);
}

/* RFC 6962 section 3.2: version, log id, milliseconds since 1970, extensions, signature. False when
 * malformed. A version other than v1 (0) has a form of its own and no time: *ms is negative. */
static bool sct_read(struct reader sct, int64_t *ms)
{
    *ms = -1;
    if (reader_u8(&sct) != 0)
        return !sct.failed;
    reader_take(&sct, 32);
    uint64_t high = reader_u32(&sct), low = reader_u32(&sct);
    reader_vector(&sct, 2);
    reader_u16(&sct); /* hash and signature algorithm */
    reader_vector(&sct, 2);
    if (!reader_done(&sct) || high > INT32_MAX)
        return false;
    *ms = (int64_t)(high << 32 | low);
    return true;
}

size_t sct_times(const void *list, size_t n, int64_t *out, size_t max)
{
    struct reader r = reader_of(list, n);
    bool cut = false;
    struct reader scts = vector_or_rest(&r, 2, &cut);
    size_t count = 0;
    while (scts.left && count < max) {
        int64_t ms;
        struct reader sct = reader_vector(&scts, 2);
        if (sct.failed || !sct_read(sct, &ms))
            break;
        if (ms >= 0)
            out[count++] = ms;
    }
    return count;
}
