/* scan - see scan.h.
 *
 * The text is walked in steps of two bytes. Of every piece two overlapping pairs of letters stand in a bitmap: whether
 * the piece begins at an even or an odd place, one of its two pairs is met. Pairs that are rare in logs are chosen.
 */
#include "src/log/scan.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"

/* Lower case, at least 3 bytes each. */
static const char *const pieces[] = {
    "ssl", "tls", "hostname", "nss error", "matching host", "alpn", "x509", "pkix", "ndsh", "certif", "cert ",
    "cert_", "_cert", "schannel", "econn", "eproto", "err_con", "pr_connect", "trustanchor", "trust anchor",
    "0x8009", "0x800b", "secure ch", "securech", "cipher", "wrappermode", "worker_conn", "maxrequestworkers",
    "too many open", "socket hang up", "wrong version", "unexpected eof", "sec_e", "nsurlerr", "peer not auth",
    "unknownissuer", " alert", "npm err", "proxy connect", "tunnel failed", "hmac", "ocsp", "subjectalt",
    "certpath", "curl: (", "curl error", "gnutls", "key mismatch", "key values", "not trusted", "untrusted",
    "missing server name", "unsupported protocol", "autocert", "acme: ", "https client", "https port",
    "permissible length", "self signed", "self-signed", "has expired", "not yet valid", "unknown ca", "pr_end",
    "err_empty", "unexpected packet", "record mac", "match hostname", "fingerprint", "errssl", "err_ech",
    "sendalert", "fatal (", "https chan", "encrypted chan", "no ca file", "ats violat",
};
#define PIECES (sizeof pieces / sizeof *pieces)

/* Pairs that every log is full of. */
static const char common[] =
    "th he in er an re on at en nd ti es or te of ed is it al ar st to nt ng se ha as ou io le ve co me de hi ri ro ic "
    "ne ea ra ce li ch ll be ma si om ur ec nn ct rr ro ut us ue et ot ho ta ac ge ow no ok "
    "/1 .1  c  e  s  t  a  i 00 20 ";

struct entry { uint16_t piece; uint8_t offset; uint16_t next; }; /* next + 1, 0: none */

struct scan {
    uint64_t pair[65536 / 64];       /* of two bytes as they lie in memory */
    uint16_t first[65536];           /* entry + 1 */
    struct entry entry[PIECES * 2];
    uint16_t entries;
};

static unsigned pair_of(const char *p)
{
    return (unsigned)(uint8_t)p[0] << 8 | (uint8_t)p[1];
}

static char upper(char c) { return c >= 'a' && c <= 'z' ? (char)(c - 32) : c; }
static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c; }

static void pair_add(struct scan *s, size_t piece, size_t offset)
{
    const char *p = pieces[piece] + offset;
    s->entry[s->entries] = (struct entry){ (uint16_t)piece, (uint8_t)offset, s->first[pair_of(p)] };
    s->first[pair_of(p)] = ++s->entries;
    for (int form = 0; form < 4; form++) {
        const char spelled[2] = { form & 1 ? upper(p[0]) : p[0], form & 2 ? upper(p[1]) : p[1] };
        unsigned pair = pair_of(spelled);
        s->pair[pair / 64] |= UINT64_C(1) << pair % 64;
    }
}

static unsigned how_common(const char *p)
{
    for (size_t i = 0; i + 2 < sizeof common; i += 3)
        if (common[i] == p[0] && common[i + 1] == p[1])
            return 1;
    return 0;
}

static size_t rarest(const char *piece)
{
    size_t best = 0;
    unsigned least = 3;
    for (size_t i = 0; i + 3 <= strlen(piece); i++) {
        unsigned c = how_common(piece + i) + how_common(piece + i + 1);
        if (c < least) {
            least = c;
            best = i;
        }
    }
    return best;
}

struct scan *scan_new(void)
{
    struct scan *s = mem_new(sizeof *s);
    for (size_t i = 0; i < PIECES; i++) {
        size_t at = rarest(pieces[i]);
        pair_add(s, i, at);
        pair_add(s, i, at + 1);
    }
    return s;
}

void scan_free(struct scan *s)
{
    free(s);
}

static bool piece_is(const char *piece, const char *p, const char *end)
{
    for (; *piece; piece++, p++)
        if (p >= end || lower(*p) != *piece)
            return false;
    return true;
}

/* The earliest piece that a pair at p may belong to. */
static const char *piece_at(const struct scan *s, const char *start, const char *p, const char *end)
{
    const char folded[2] = { lower(p[0]), lower(p[1]) };
    for (unsigned e = s->first[pair_of(folded)]; e; e = s->entry[e - 1].next) {
        const struct entry *one = &s->entry[e - 1];
        const char *from = p - one->offset;
        if (p - start >= one->offset && piece_is(pieces[one->piece], from, end))
            return from;
    }
    return NULL;
}

const char *scan_find(const struct scan *s, const char *p, size_t n)
{
    const char *end = p + n;
    for (const char *at = p; end - at >= 2; at += 2) {
        unsigned pair = pair_of(at);
        if (!(s->pair[pair / 64] >> pair % 64 & 1))
            continue;
        const char *found = piece_at(s, p, at, end);
        if (found)
            return found;
    }
    return NULL;
}
