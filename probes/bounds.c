/* bounds - see bounds.h. */
#include "probes/bounds.h"

#include "src/base/when.h"
#include "src/pki/sct.h"
#include "src/wire/message.h"

#define SCTS_MAX 8 /* of one source; clients ask for two or three */

static void add(struct bounds *b, const char *what, const char *from, int64_t when, const char *by)
{
    char text[WHEN_LEN];
    if (when == WHEN_UNKNOWN || when <= 0 || when > b->leaf_end || json_array_size(b->list) >= BOUNDS_MAX)
        return;
    json_array_append_new(b->list, json_pack("{s:s, s:s, s:s, s:s?}", "what", what, "from", from, "when",
                                             when_format(when, text), "by", by));
}

static void add_signed(struct bounds *b, const char *what, const char *from, int64_t when, const char *by)
{
    add(b, what, from, when, by);
    if (when != WHEN_UNKNOWN && when <= b->leaf_end && when > b->most)
        b->most = when;
}

/* The same log entry may come again and again: only the latest of a source counts. */
static void add_latest(struct bounds *b, const int64_t *ms, size_t n, const char *from)
{
    int64_t latest = WHEN_UNKNOWN;
    for (size_t i = 0; i < n; i++)
        if (ms[i] / 1000 > latest && ms[i] / 1000 <= b->leaf_end)
            latest = ms[i] / 1000;
    if (latest != WHEN_UNKNOWN)
        add_signed(b, "sct", from, latest, "a certificate transparency log");
}

struct bounds bounds_of(struct cert *const *sent, size_t n)
{
    const struct cert *leaf = n && !sent[0]->malformed ? sent[0] : NULL;
    struct bounds b = { .list = json_array(), .by = leaf ? leaf->issuer_cn : NULL, .most = WHEN_UNKNOWN,
                        .leaf_end = leaf ? leaf->not_after : WHEN_UNKNOWN };
    if (!leaf)
        return b;
    add_latest(&b, leaf->sct, leaf->sct_count, "certificate");
    for (size_t i = 0; i < n && i < 8; i++)
        if (!sent[i]->malformed)
            add(&b, "not-before", "certificate", sent[i]->not_before,
                sent[i]->self_issued ? "itself" : sent[i]->issuer_cn);
    return b;
}

void bounds_scts(struct bounds *b, const void *list, size_t n, const char *from)
{
    int64_t ms[SCTS_MAX];
    add_latest(b, ms, n ? sct_times(list, n, ms, SCTS_MAX) : 0, from);
}

void bounds_staple(struct bounds *b, const void *der, size_t n, int64_t this_update)
{
    struct sct_staple s;
    if (sct_staple_read(der, n, &s)) {
        bounds_scts(b, s.list.p, s.list.left, "staple");
        add_signed(b, "ocsp", "staple", s.produced, b->by);
    }
    add_signed(b, "ocsp", "staple", this_update, b->by);
}

json_t *bounds_take(struct bounds *b, int64_t local)
{
    char now[WHEN_LEN], most[WHEN_LEN];
    json_t *v = json_pack("{s:s, s:s?, s:o}", "local", when_format(local, now), "at_least",
                          b->most == WHEN_UNKNOWN ? NULL : when_format(b->most, most), "bounds", b->list);
    b->list = NULL;
    return v;
}
