/* between - see between.h. */
#include "src/wire/between.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/wire/names.h"

#define COUNT(a) (sizeof (a) / sizeof *(a))
#define GREASE 0x0a0a /* stands for all of them */
#define TLS12 0x0303
#define TLS13 0x0304
#define RECORD_MAX 16384
#define RECORD_HEADER 5

enum { EXT_SNI = 0, EXT_GROUPS = 10, EXT_SIGALGS = 13, EXT_ALPN = 16, EXT_PADDING = 21, EXT_VERSIONS = 43,
       EXT_SHARES = 51 };

const struct part_row part_table[PART_COUNT] = {
#define X(id, word_, says_) [PART_##id] = { word_, says_ },
    PARTS(X)
#undef X
};

/* --- numbers ---------------------------------------------------------------------------------- */

struct numbers { uint64_t bit[65536 / 64]; }; /* GREASE's are one number */

static uint16_t number_key(uint16_t n)
{
    return number_is_grease(n) ? GREASE : n;
}

static bool numbers_have(const struct numbers *s, uint16_t n)
{
    n = number_key(n);
    return s->bit[n / 64] >> n % 64 & 1;
}

/* False when it was there already. */
static bool numbers_add(struct numbers *s, uint16_t n)
{
    bool had = numbers_have(s, n);
    n = number_key(n);
    s->bit[n / 64] |= (uint64_t)1 << n % 64;
    return !had;
}

/* A few numbers, each with a value of its own; as large as needs be, so that a long list costs no search. */
struct place { bool used; uint16_t number; uint32_t at; };
struct places { struct place *p; size_t room; }; /* owned; hashed, half empty at least */

static struct places places_new(size_t most)
{
    struct places t = { .room = 16 };
    while (t.room < 2 * most)
        t.room *= 2;
    t.p = mem_new(t.room * sizeof *t.p);
    return t;
}

/* The value of this number, 0 to begin with; of `most` numbers at most. */
static uint32_t *places_at(const struct places *t, uint16_t number)
{
    size_t i = number * 40503u % t->room;
    while (t->p[i].used && t->p[i].number != number)
        i = (i + 1) % t->room;
    t->p[i].used = true;
    t->p[i].number = number;
    return &t->p[i].at;
}

static uint32_t places_find(const struct places *t, uint16_t number)
{
    size_t i = number * 40503u % t->room;
    while (t->p[i].used && t->p[i].number != number)
        i = (i + 1) % t->room;
    return t->p[i].used ? t->p[i].at : 0;
}

/* A list in its order. Items of extensions may have a body of their own; else hello.c makes it. */
struct item { uint16_t number; const struct hello_extension *body; };
struct seq { struct item *p; size_t n, room; };

static void seq_insert(struct seq *s, size_t at, struct item item)
{
    if (s->n == s->room) {
        s->room = s->room ? 2 * s->room : 32;
        s->p = mem_array(s->p, s->room, sizeof *s->p);
    }
    memmove(s->p + at + 1, s->p + at, (s->n - at) * sizeof *s->p);
    s->p[at] = item;
    s->n++;
}

static void seq_add(struct seq *s, uint16_t number)
{
    seq_insert(s, s->n, (struct item){ number, NULL });
}

static void seq_free(struct seq *s)
{
    free(s->p);
    *s = (struct seq){ 0 };
}

static void seq_numbers(const struct seq *s, struct numbers *out)
{
    memset(out, 0, sizeof *out);
    for (size_t i = 0; i < s->n; i++)
        numbers_add(out, s->p[i].number);
}

static size_t seq_find(const struct seq *s, size_t from, uint16_t number) /* s->n: it isn't there */
{
    size_t i = from;
    while (i < s->n && number_key(s->p[i].number) != number_key(number))
        i++;
    return i;
}

static bool seq_has(const struct seq *s, uint16_t number)
{
    return seq_find(s, 0, number) < s->n;
}

/* Those both have, each once, come in the same order. */
static bool seq_same_order(const struct seq *a, const struct seq *b)
{
    struct numbers in_a, in_b, seen_a = { { 0 } }, seen_b = { { 0 } };
    size_t i = 0, k = 0;
    seq_numbers(a, &in_a);
    seq_numbers(b, &in_b);
    for (;;) {
        while (i < a->n && !(numbers_have(&in_b, a->p[i].number) && numbers_add(&seen_a, a->p[i].number)))
            i++;
        while (k < b->n && !(numbers_have(&in_a, b->p[k].number) && numbers_add(&seen_b, b->p[k].number)))
            k++;
        if (i == a->n || k == b->n)
            return true; /* both at once: they have as many in common */
        if (number_key(a->p[i++].number) != number_key(b->p[k++].number))
            return false;
    }
}

/* What is wanted of `base` in its order, and of `other` behind what stands before it there. A number may be there
 * several times (GREASE): then its next place counts. */
static struct seq seq_merge(const struct seq *base, const struct seq *other, const struct numbers *wanted)
{
    struct seq s = { 0 };
    struct numbers of_base, seen = { { 0 } };
    seq_numbers(base, &of_base);
    for (size_t i = 0; i < base->n; i++)
        if (numbers_have(wanted, base->p[i].number))
            seq_insert(&s, s.n, base->p[i]);
    for (size_t i = 0, at = 0; i < other->n; i++) {
        uint16_t number = other->p[i].number;
        if (!numbers_have(wanted, number))
            continue;
        if (!numbers_have(&of_base, number)) {
            seq_insert(&s, at++, other->p[i]);
            continue;
        }
        size_t next = seq_find(&s, at, number);
        bool first = numbers_add(&seen, number);
        at = next < s.n ? next + 1 : first ? seq_find(&s, 0, number) + 1 : at;
    }
    return s;
}

/* --- a hello, laid out ------------------------------------------------------------------------ */

enum list { VERSIONS, GROUPS, SIGALGS, SHARES, SUITES, LISTS };
static const struct list_row { enum part part; uint16_t type; size_t field; } list_rows[LISTS] = {
    [VERSIONS] = { PART_VERSION, EXT_VERSIONS, offsetof(struct hello, versions) },
    [GROUPS] = { PART_GROUP, EXT_GROUPS, offsetof(struct hello, groups) },
    [SIGALGS] = { PART_SIGALG, EXT_SIGALGS, offsetof(struct hello, sigalgs) },
    [SHARES] = { PART_SHARE, EXT_SHARES, offsetof(struct hello, shares) },
    [SUITES] = { PART_SUITE, 0, offsetof(struct hello, suites) }, /* no extension */
};

/* Bodies that hello.c makes of a bit, and the bits; in its order, with the types it makes of fields (no bit). */
static const struct usual { uint16_t type; unsigned with; size_t n; const char *body; } usual_table[] = {
    { EXT_SNI, 0, 0, NULL }, { 65281, HELLO_RENEGOTIATION, 1, "\0" }, { EXT_GROUPS, 0, 0, NULL },
    { 11, HELLO_POINTS, 2, "\1\0" }, { 35, HELLO_TICKET, 0, "" }, { EXT_ALPN, 0, 0, NULL },
    { 5, HELLO_STATUS, 5, "\1\0\0\0\0" }, { 22, HELLO_ETM, 0, "" }, { 23, HELLO_EMS, 0, "" },
    { 18, HELLO_SCT, 0, "" }, { EXT_SIGALGS, 0, 0, NULL }, { EXT_VERSIONS, 0, 0, NULL },
    { 45, HELLO_PSK_MODES, 2, "\1\1" }, { EXT_SHARES, 0, 0, NULL },
};

enum form { FORM_TLS, FORM_SSL2_HELLO, FORM_SSL2 };

struct sheet {
    const struct hello *h;    /* lent */
    enum form form;
    struct seq list[LISTS];   /* owned */
    bool there[LISTS];        /* it has this list, and it can be understood */
    struct seq ext;           /* owned; extensions, but for padding up to `size` all with their places */
    struct places place;      /* owned; by type, from 1: the first of each in `ext` */
    size_t size;
    uint16_t record;
};

/* The first extension of this type, NULL where there is none. */
static const struct item *sheet_find(const struct sheet *s, uint16_t type)
{
    uint32_t at = places_find(&s->place, number_key(type));
    return at ? &s->ext.p[at - 1] : NULL;
}

static const uint16_t *hello_list(const struct hello *h, enum list list)
{
    const uint16_t *p;
    memcpy(&p, (const char *)h + list_rows[list].field, sizeof p);
    return p;
}

static int list_of_type(uint16_t type) /* -1: none */
{
    for (int i = 0; i < SUITES; i++)
        if (list_rows[i].type == type)
            return i;
    return -1;
}

/* hello.c can write an extension of this type without a body of its own. */
static bool field_there(const struct hello *h, uint16_t type)
{
    int list = list_of_type(type);
    if (type == EXT_PADDING)
        return h->size > 0;
    return list >= 0 ? hello_list(h, (enum list)list) != NULL : type == EXT_SNI ? h->sni != NULL
           : type == EXT_ALPN ? h->alpn != NULL : true;
}

static void sheet_usual(struct sheet *s)
{
    const struct hello *h = s->h;
    for (size_t i = 0; i < COUNT(usual_table); i++) {
        const struct usual *u = &usual_table[i];
        if (u->with ? h->with & u->with : field_there(h, u->type))
            seq_add(&s->ext, u->type);
    }
    if (h->with & HELLO_GREASE) {
        static const struct hello_extension one = { GREASE, "", 1 };
        seq_insert(&s->ext, s->ext.n, (struct item){ GREASE, &one });
    }
    for (size_t i = 0; i < h->extra_count; i++)
        seq_insert(&s->ext, s->ext.n, (struct item){ h->extra[i].type, &h->extra[i] });
}

/* Each type takes the next of its own bodies. Those of one type are chained, so that a long order costs no search. */
static void sheet_ordered(struct sheet *s)
{
    const struct hello *h = s->h;
    uint32_t *next = mem_new((h->extra_count + 1) * sizeof *next);
    struct places first = places_new(h->extra_count);
    for (size_t i = h->extra_count; i > 0; i--) {
        uint32_t *at = places_at(&first, h->extra[i - 1].type);
        next[i] = *at;
        *at = (uint32_t)i;
    }
    for (size_t i = 0; i < h->order_count; i++) {
        uint16_t type = h->order[i];
        uint32_t nth = places_find(&first, type);
        if (nth)
            *places_at(&first, type) = next[nth];
        if (nth || field_there(h, type))
            seq_insert(&s->ext, s->ext.n, (struct item){ type, nth ? &h->extra[nth - 1] : NULL });
    }
    for (size_t i = 1; i <= h->extra_count; i++) {
        uint32_t left = places_find(&first, h->extra[i - 1].type);
        if (left && left <= i)
            seq_insert(&s->ext, s->ext.n, (struct item){ h->extra[i - 1].type, &h->extra[i - 1] });
    }
    free(first.p);
    free(next);
}

static size_t body_bytes(const struct item *e)
{
    if (e->body)
        return e->body->n;
    for (size_t i = 0; i < COUNT(usual_table); i++)
        if (usual_table[i].type == e->number)
            return usual_table[i].body ? usual_table[i].n : 1; /* of a field: something */
    return e->number == EXT_PADDING;
}

static bool sheet_hollow(const struct sheet *s) /* the last extension has no body: some servers refuse that */
{
    return s->ext.n && !body_bytes(&s->ext.p[s->ext.n - 1]);
}

static void sheet_extensions(struct sheet *s)
{
    const struct hello *h = s->h;
    if (s->form != FORM_TLS)
        return;
    if (h->order)
        sheet_ordered(s);
    else if (h->version > 0x0300)
        sheet_usual(s);
    s->size = h->order || h->version > 0x0300 ? h->size : 0;
    if (!h->order && sheet_hollow(s))
        s->size = hello_size(h); /* hello.c pads so that it does not end so */
    if (s->size && !seq_has(&s->ext, EXT_PADDING))
        seq_add(&s->ext, EXT_PADDING);
}

static void sheet_suites(struct sheet *s)
{
    const struct hello *h = s->h;
    struct seq *suites = &s->list[SUITES];
    bool kinds = h->ssl2_form && h->kinds;
    for (size_t i = 0; kinds && i < h->kind_count; i++)
        if (h->kinds[i] <= 0xffff)
            seq_add(suites, (uint16_t)h->kinds[i]);
    if (!kinds && s->form == FORM_TLS && h->with & HELLO_GREASE)
        seq_add(suites, GREASE);
    for (const uint16_t *p = h->suites; !kinds && s->form != FORM_SSL2 && p && *p; p++)
        seq_add(suites, *p);
    if (s->form == FORM_TLS && h->with & HELLO_RENEGOTIATION_SCSV)
        seq_add(suites, 0x00ff);
    if (s->form == FORM_TLS && h->with & HELLO_FALLBACK_SCSV)
        seq_add(suites, 0x5600);
    s->there[SUITES] = true;
}

static void sheet_init(struct sheet *s, const struct hello *h)
{
    *s = (struct sheet){ .h = h, .form = h->ssl2_form ? FORM_SSL2_HELLO : h->version == 0x0002 ? FORM_SSL2 : FORM_TLS };
    s->record = h->record ? h->record : h->version == 0x0300 ? 0x0300 : 0x0301;
    sheet_extensions(s);
    sheet_suites(s);
    s->place = places_new(s->ext.n);
    for (size_t i = s->ext.n; i > 0; i--)
        *places_at(&s->place, number_key(s->ext.p[i - 1].number)) = (uint32_t)i;
    for (int i = 0; i < SUITES; i++) {
        const struct item *e = sheet_find(s, list_rows[i].type);
        s->there[i] = e && !e->body;
        if (s->there[i] && h->with & HELLO_GREASE && i != SHARES)
            seq_add(&s->list[i], GREASE);
        for (const uint16_t *p = hello_list(h, (enum list)i); s->there[i] && *p; p++)
            seq_add(&s->list[i], *p);
    }
}

static void sheet_clear(struct sheet *s)
{
    for (int i = 0; i < LISTS; i++)
        seq_free(&s->list[i]);
    seq_free(&s->ext);
    free(s->place.p);
}

size_t hello_size(const struct hello *h)
{
    struct hello whole = *h;
    struct buf b;
    buf_init(&b, HELLO_BYTES_MAX);
    whole.record_size = 0;
    size_t n = hello_write(&whole, &b) ? b.len : 0, headers = 0;
    if (n && h->version != 0x0002 && !h->ssl2_form)
        headers = (n + RECORD_MAX + RECORD_HEADER - 1) / (RECORD_MAX + RECORD_HEADER) * RECORD_HEADER;
    buf_free(&b);
    return n - headers;
}

/* --- versions --------------------------------------------------------------------------------- */

/* Without supported_versions the field speaks of this version and, tacitly, of all before it. */
static uint16_t version_said(const struct sheet *s)
{
    return s->h->version < TLS12 ? s->h->version : TLS12;
}

static bool version_offered(const struct sheet *s, uint16_t v)
{
    if (s->there[VERSIONS])
        return seq_has(&s->list[VERSIONS], v);
    return v == version_said(s) || (v >= 0x0300 && v < version_said(s));
}

/* --- differences ------------------------------------------------------------------------------ */

struct changes { struct hello_change *p; size_t n; };

static void changes_add(struct changes *c, enum part part, uint16_t number, bool adds)
{
    if (c->n < CHANGES_MAX)
        c->p[c->n++] = (struct hello_change){ part, number, adds };
}

static void lists_compare(struct changes *c, enum part part, const struct seq *a, const struct seq *b)
{
    struct numbers in_a, in_b, said = { { 0 } };
    seq_numbers(a, &in_a);
    seq_numbers(b, &in_b);
    for (size_t i = 0; i < a->n; i++)
        if (!numbers_have(&in_b, a->p[i].number) && numbers_add(&said, a->p[i].number))
            changes_add(c, part, number_key(a->p[i].number), false);
    for (size_t i = 0; i < b->n; i++)
        if (!numbers_have(&in_a, b->p[i].number) && numbers_add(&said, b->p[i].number))
            changes_add(c, part, number_key(b->p[i].number), true);
}

static void versions_compare(struct changes *c, const struct sheet *a, const struct sheet *b)
{
    bool both = a->there[VERSIONS] && b->there[VERSIONS], none = !a->there[VERSIONS] && !b->there[VERSIONS];
    if (both) {
        lists_compare(c, PART_VERSION, &a->list[VERSIONS], &b->list[VERSIONS]);
    } else {
        struct seq of_a = { 0 }, of_b = { 0 };
        for (size_t i = 0; i < a->list[VERSIONS].n; i++) /* one of the two has no list: only the version said */
            if (!version_offered(b, a->list[VERSIONS].p[i].number))
                seq_add(&of_a, a->list[VERSIONS].p[i].number);
        if (!a->there[VERSIONS] && !version_offered(b, version_said(a)))
            seq_add(&of_a, version_said(a));
        for (size_t i = 0; i < b->list[VERSIONS].n; i++)
            if (!version_offered(a, b->list[VERSIONS].p[i].number))
                seq_add(&of_b, b->list[VERSIONS].p[i].number);
        if (!b->there[VERSIONS] && !version_offered(a, version_said(b)))
            seq_add(&of_b, version_said(b));
        lists_compare(c, PART_VERSION, &of_a, &of_b);
        seq_free(&of_a);
        seq_free(&of_b);
    }
    if (a->h->version != b->h->version && (!none || version_said(a) == version_said(b)) && a->h->version >= 0x0300 &&
        b->h->version >= 0x0300)
        changes_add(c, PART_LEGACY, b->h->version, b->h->version > a->h->version);
    if (a->record != b->record && a->form == FORM_TLS && b->form == FORM_TLS)
        changes_add(c, PART_LEGACY, 0, b->record > a->record);
}

struct body { bool made, random; const uint8_t *p; size_t n; }; /* made: of a field */

static struct body body_of(const struct item *e)
{
    if (e->body)
        return (struct body){ .random = !e->body->p && e->body->n, .p = e->body->p, .n = e->body->n };
    for (size_t i = 0; i < COUNT(usual_table); i++)
        if (usual_table[i].type == e->number)
            return (struct body){ .made = !usual_table[i].body, .p = (const uint8_t *)usual_table[i].body,
                                  .n = usual_table[i].n };
    return (struct body){ .p = (const uint8_t *)"" };
}

static bool bodies_same(const struct sheet *a, const struct sheet *b, const struct item *x, const struct item *y)
{
    struct body p = body_of(x), q = body_of(y);
    if (p.made && q.made) /* lists are compared by themselves, names are no difference */
        return x->number != EXT_ALPN || strcmp(a->h->alpn, b->h->alpn) == 0;
    return p.made == q.made && p.n == q.n && (p.random || q.random || !p.n || memcmp(p.p, q.p, p.n) == 0);
}

static enum part part_of_type(uint16_t type)
{
    return type == EXT_SNI ? PART_SNI : type == EXT_ALPN ? PART_ALPN : PART_EXTENSION;
}

static void extensions_compare(struct changes *c, const struct sheet *a, const struct sheet *b)
{
    struct numbers seen = { { 0 } };
    for (size_t i = 0; i < a->ext.n; i++) {
        const struct item *e = &a->ext.p[i], *other = sheet_find(b, e->number);
        if (e->number == EXT_PADDING || !numbers_add(&seen, e->number))
            continue;
        if (!other)
            changes_add(c, part_of_type(e->number), number_key(e->number), false);
        else if (!number_is_grease(e->number) && !bodies_same(a, b, e, other))
            changes_add(c, PART_BODY, e->number, false);
    }
    for (size_t i = 0; i < b->ext.n; i++) {
        uint16_t type = b->ext.p[i].number;
        if (type != EXT_PADDING && !sheet_find(a, type) && numbers_add(&seen, type))
            changes_add(c, part_of_type(type), number_key(type), true);
    }
}

static bool compressions_same(const struct hello *a, const struct hello *b)
{
    static const uint8_t null[] = { 0 };
    size_t n = a->compressions ? a->compression_count : 1, m = b->compressions ? b->compression_count : 1;
    const uint8_t *p = a->compressions ? a->compressions : null, *q = b->compressions ? b->compressions : null;
    return n == m && (!n || memcmp(p, q, n) == 0);
}

static bool is_split(const struct hello *h)
{
    return h->record_size && h->record_size < RECORD_MAX && hello_size(h) > h->record_size;
}

/* Cipher kinds of SSL 2.0 itself, one after the other. */
static bool kinds_same(const struct hello *a, const struct hello *b)
{
    size_t i = 0, k = 0;
    for (;; i++, k++) {
        while (a->kinds && i < a->kind_count && a->kinds[i] <= 0xffff)
            i++;
        while (b->kinds && k < b->kind_count && b->kinds[k] <= 0xffff)
            k++;
        bool end_a = !a->kinds || i >= a->kind_count, end_b = !b->kinds || k >= b->kind_count;
        if (end_a || end_b)
            return end_a == end_b;
        if (a->kinds[i] != b->kinds[k])
            return false;
    }
}

static const struct hello_extension *padding_body(const struct sheet *s)
{
    const struct item *e = sheet_find(s, EXT_PADDING);
    return e ? e->body : NULL;
}

static bool paddings_same(const struct sheet *a, const struct sheet *b)
{
    const struct hello_extension *p = padding_body(a), *q = padding_body(b);
    return a->size == b->size && (p ? p->n : 0) == (q ? q->n : 0) && !p == !q;
}

static void forms_compare(struct changes *c, const struct sheet *a, const struct sheet *b)
{
    const struct hello *x = a->h, *y = b->h;
    if (a->form != b->form || (a->form == FORM_SSL2_HELLO && !kinds_same(x, y)))
        changes_add(c, PART_FORM, 0, b->form > a->form);
    if (a->form != FORM_TLS || b->form != FORM_TLS)
        return;
    if (!compressions_same(x, y))
        changes_add(c, PART_COMPRESSION, 0, false);
    if (!paddings_same(a, b))
        changes_add(c, PART_SIZE, (uint16_t)(b->size < UINT16_MAX ? b->size : UINT16_MAX), b->size > a->size);
    if (is_split(x) != is_split(y))
        changes_add(c, PART_RECORDS, 0, is_split(y));
}

static void orders_compare(struct changes *c, const struct sheet *a, const struct sheet *b)
{
    for (int i = 0; i < LISTS; i++)
        if (a->there[i] && b->there[i] && !seq_same_order(&a->list[i], &b->list[i]))
            changes_add(c, i == SUITES ? PART_SUITE_ORDER : PART_LIST_ORDER, list_rows[i].type, false);
    if (!seq_same_order(&a->ext, &b->ext))
        changes_add(c, PART_ORDER, 0, false);
}

static size_t session_bytes(const struct sheet *s)
{
    return s->form == FORM_SSL2 ? 0 : s->h->session_id < 32 ? s->h->session_id : 32;
}

static size_t sheets_compare(const struct sheet *a, const struct sheet *b, struct hello_change out[CHANGES_MAX])
{
    struct changes c = { out, 0 };
    forms_compare(&c, a, b);
    versions_compare(&c, a, b);
    if (session_bytes(a) != session_bytes(b))
        changes_add(&c, PART_SESSION, 0, session_bytes(b) > session_bytes(a));
    orders_compare(&c, a, b);
    extensions_compare(&c, a, b);
    for (int i = GROUPS; i < LISTS; i++)
        if (a->there[i] && b->there[i])
            lists_compare(&c, list_rows[i].part, &a->list[i], &b->list[i]);
    return c.n;
}

size_t hello_changes(const struct hello *from, const struct hello *to, struct hello_change out[CHANGES_MAX])
{
    struct sheet a, b;
    sheet_init(&a, from);
    sheet_init(&b, to);
    size_t n = sheets_compare(&a, &b, out);
    sheet_clear(&a);
    sheet_clear(&b);
    return n;
}

/* --- words ------------------------------------------------------------------------------------ */

static const char *version_name(uint16_t number, char hex[16])
{
    const struct version *v = version_find(number);
    snprintf(hex, 16, "0x%04x", number);
    return v ? v->title : number == 0x0002 ? "SSL 2.0" : hex;
}

const char *hello_change_name(const struct hello_change *c, char hex[16])
{
    if (number_is_grease(c->number) && c->part != PART_SIZE)
        return "GREASE";
    switch (c->part) {
    case PART_VERSION: return version_name(c->number, hex);
    case PART_LEGACY: return c->number ? version_name(c->number, hex) : "";
    case PART_SUITE: return suite_name(c->number, hex);
    case PART_GROUP:
    case PART_SHARE: return group_name(c->number, hex);
    case PART_SIGALG: return sigalg_name(c->number, hex);
    case PART_SNI:
    case PART_ALPN:
    case PART_EXTENSION:
    case PART_BODY: return extension_name(c->number, hex);
    case PART_LIST_ORDER: return extension_name(c->number, hex);
    default: return "";
    }
}

/* {} stands for the name. */
static const struct { const char *adds, *drops; } says_table[PART_COUNT] = {
    [PART_FORM] = { "in SSL 2.0's form", "in the form of TLS" },
    [PART_LEGACY] = { "with {} in the version field", "with {} in the version field" },
    [PART_VERSION] = { "with {}", "without {}" },
    [PART_SUITE] = { "with the suite {}", "without the suite {}" },
    [PART_GROUP] = { "with the group {}", "without the group {}" },
    [PART_SIGALG] = { "with the signature algorithm {}", "without the signature algorithm {}" },
    [PART_SHARE] = { "with a key share for {}", "without the key share for {}" },
    [PART_SNI] = { "with a server name", "without the server name" },
    [PART_ALPN] = { "with application protocols (ALPN)", "without application protocols (ALPN)" },
    [PART_EXTENSION] = { "with {}", "without {}" },
    [PART_BODY] = { "with another content of {}", "with another content of {}" },
    [PART_COMPRESSION] = { "with other compression methods", "with other compression methods" },
    [PART_SESSION] = { "with a session id", "with a shorter session id, or none" },
    [PART_SUITE_ORDER] = { "with its cipher suites in another order", "with its cipher suites in another order" },
    [PART_LIST_ORDER] = { "with {} in another order", "with {} in another order" },
    [PART_ORDER] = { "with its extensions in another order", "with its extensions in another order" },
    [PART_SIZE] = { "padded to {} bytes", "made smaller" },
    [PART_RECORDS] = { "split into several records", "in one record" },
};

char *hello_change_says(const struct hello_change *c)
{
    char hex[16], number[40];
    const char *name = hello_change_name(c, hex);
    const char *says = c->adds ? says_table[c->part].adds : says_table[c->part].drops;
    bool known = c->part != PART_EXTENSION || extension_find(c->number) || number_is_grease(c->number);
    if (c->part == PART_SIZE || !known)
        snprintf(number, sizeof number, known ? "%u" : "extension %u", c->number);
    if (c->part == PART_LEGACY && !c->number)
        return mem_string("with another version in its record");
    const char *at = strstr(says, "{}"), *word = c->part == PART_SIZE || !known ? number : name;
    if (!at)
        return mem_string(says);
    return mem_format("%.*s%s%s", (int)(at - says), says, word, at + 2);
}

/* --- hellos in between ------------------------------------------------------------------------ */

struct blend { /* what is to become of `a` */
    const struct sheet *a, *b;
    struct numbers add[LISTS], drop[LISTS], ext_add, ext_drop, bodies;
    bool part[PART_COUNT], list_order[LISTS], version_field, record_field;
    struct seq list[LISTS], ext; /* owned */
    bool there[LISTS];
    uint16_t version;
    enum form form;
};

static void blend_sort(struct blend *m, const struct hello_change *c, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct hello_change *x = &c[i];
        m->part[x->part] = true;
        for (int k = 0; k < LISTS; k++) {
            if (list_rows[k].part == x->part)
                numbers_add(x->adds ? &m->add[k] : &m->drop[k], x->number);
            m->list_order[k] |= x->part == PART_LIST_ORDER && k != SUITES && list_rows[k].type == x->number;
        }
        if (x->part == PART_SNI || x->part == PART_ALPN || x->part == PART_EXTENSION)
            numbers_add(x->adds ? &m->ext_add : &m->ext_drop, x->number);
        if (x->part == PART_BODY)
            numbers_add(&m->bodies, x->number);
        m->version_field |= x->part == PART_LEGACY && x->number;
        m->record_field |= x->part == PART_LEGACY && !x->number;
    }
    m->list_order[SUITES] = m->part[PART_SUITE_ORDER];
    m->form = m->part[PART_FORM] ? m->b->form : m->a->form;
}

/* The numbers of `a` but for those dropped, and those added. */
static struct seq blend_seq(const struct blend *m, enum list list, const struct seq *a, const struct seq *b)
{
    struct numbers wanted = { { 0 } };
    for (size_t i = 0; i < a->n; i++)
        if (!numbers_have(&m->drop[list], a->p[i].number))
            numbers_add(&wanted, a->p[i].number);
    for (size_t i = 0; i < b->n; i++)
        if (numbers_have(&m->add[list], b->p[i].number))
            numbers_add(&wanted, b->p[i].number);
    return m->list_order[list] ? seq_merge(b, a, &wanted) : seq_merge(a, b, &wanted);
}

static struct seq seq_copy(const struct seq *s)
{
    struct seq copy = { 0 };
    for (size_t i = 0; i < s->n; i++)
        seq_insert(&copy, copy.n, s->p[i]);
    return copy;
}

/* A list that nothing is left of comes from the other hello. */
static void blend_list(struct blend *m, enum list list)
{
    const struct sheet *a = m->a, *b = m->b;
    uint16_t type = list_rows[list].type;
    bool other = list != SUITES && (numbers_have(&m->ext_add, type) || numbers_have(&m->bodies, type));
    bool gone = list != SUITES && numbers_have(&m->ext_drop, type);
    m->there[list] = !gone && (other ? b->there[list] : a->there[list]);
    if (!m->there[list])
        return;
    if (other || !b->there[list])
        m->list[list] = seq_copy(other ? &b->list[list] : &a->list[list]);
    else
        m->list[list] = blend_seq(m, list, &a->list[list], &b->list[list]);
    if (!m->list[list].n && a->list[list].n && list != SHARES && b->there[list])
        m->list[list] = seq_copy(&b->list[list]);
}

/* The other hello's numbers that the test wants come along. */
static void blend_bring(struct blend *m, enum list list, bool (*wanted)(uint16_t number, uint16_t arg), uint16_t arg)
{
    const struct seq *b = &m->b->list[list];
    struct numbers keep;
    seq_numbers(&m->list[list], &keep);
    for (size_t i = 0; i < b->n; i++)
        if (wanted(b->p[i].number, arg))
            numbers_add(&keep, b->p[i].number);
    struct seq all = seq_merge(&m->list[list], b, &keep);
    seq_free(&m->list[list]);
    m->list[list] = all;
    m->there[list] = true;
}

static bool is_any(uint16_t number, uint16_t arg)
{
    (void)number, (void)arg;
    return true;
}

static bool is_this(uint16_t number, uint16_t arg)
{
    return number_key(number) == number_key(arg);
}

static bool sigalg_is_pss(uint16_t number, uint16_t arg)
{
    (void)arg;
    return number >= 0x0804 && number <= 0x0806; /* for RSA keys: what TLS 1.3 wants of every hello */
}

static bool suite_is_of(uint16_t number, uint16_t version)
{
    const struct suite *s = suite_find(number);
    return s && !suite_is_signal(number) && s->since <= version && version <= s->until;
}

/* --- the versions of one in between --- */

static bool versions_empty(const struct seq *s)
{
    for (size_t i = 0; i < s->n; i++)
        if (!number_is_grease(s->p[i].number))
            return false;
    return true;
}

/* From a hello without the list: what it offers tacitly, in the place it has in the other's list. */
static void versions_begin(struct blend *m)
{
    const struct sheet *a = m->a, *b = m->b;
    struct seq *s = &m->list[VERSIONS];
    uint16_t said = version_said(a);
    seq_free(s);
    for (size_t i = 0; i < b->list[VERSIONS].n; i++) {
        uint16_t v = b->list[VERSIONS].p[i].number;
        if (numbers_have(&m->add[VERSIONS], v) || number_is_grease(v) ||
            (version_offered(a, v) && !numbers_have(&m->drop[VERSIONS], v)))
            seq_add(s, v);
    }
    if (!seq_has(s, said) && !numbers_have(&m->drop[VERSIONS], said) && said >= 0x0300)
        seq_add(s, said);
    m->there[VERSIONS] = true;
    m->version = m->a->h->version < TLS12 ? TLS12 : m->a->h->version;
}

/* A hello that says its version by the field alone. */
static void versions_tacit(struct blend *m)
{
    uint16_t said = version_said(m->a);
    for (uint16_t v = 0x0300; v <= TLS12; v++)
        if (numbers_have(&m->add[VERSIONS], v) && v > m->version)
            m->version = v;
    if (numbers_have(&m->drop[VERSIONS], m->a->there[VERSIONS] ? TLS12 : said) && !m->b->there[VERSIONS] &&
        m->b->h->version < m->version)
        m->version = m->b->h->version;
}

static void blend_versions(struct blend *m)
{
    const struct sheet *a = m->a, *b = m->b;
    bool listed = m->there[VERSIONS];
    m->version = a->h->version;
    if (m->form != a->form && a->h->version < 0x0300)
        m->version = b->h->version;
    if (!a->there[VERSIONS] && b->there[VERSIONS] && (listed || numbers_have(&m->add[VERSIONS], TLS13)))
        versions_begin(m);
    else if (listed && a->there[VERSIONS] && !b->there[VERSIONS]) { /* what it drops, and what the other says tacitly */
        struct seq said = { 0 };
        seq_free(&m->list[VERSIONS]);
        seq_add(&said, version_said(b));
        m->list[VERSIONS] = blend_seq(m, VERSIONS, &a->list[VERSIONS], &said);
        seq_free(&said);
    }
    if (m->there[VERSIONS] && versions_empty(&m->list[VERSIONS]) && !versions_empty(&a->list[VERSIONS])) {
        m->there[VERSIONS] = b->there[VERSIONS];
        seq_free(&m->list[VERSIONS]);
        m->list[VERSIONS] = seq_copy(&b->list[VERSIONS]);
        m->version = b->h->version;
    }
    if (!m->there[VERSIONS])
        versions_tacit(m);
    if (m->version_field)
        m->version = b->h->version;
}

/* --- what comes along --- */

static bool blend_offers(const struct blend *m, uint16_t v)
{
    return m->there[VERSIONS] ? seq_has(&m->list[VERSIONS], v) : v <= m->version && v <= TLS12 && v >= 0x0300;
}

static bool has_any(const struct seq *s, bool (*wanted)(uint16_t number, uint16_t arg))
{
    for (size_t i = 0; i < s->n; i++)
        if (wanted(s->p[i].number, 0))
            return true;
    return false;
}

static bool has_suite_of(const struct seq *s, uint16_t version)
{
    for (size_t i = 0; i < s->n; i++)
        if (suite_is_of(s->p[i].number, version))
            return true;
    return false;
}

/* A version that was added, and does not come out of the client's own hello: suites it can use, and in TLS 1.3 what
 * every hello must have. */
static void blend_version_needs(struct blend *m)
{
    static const enum list needs[] = { GROUPS, SIGALGS, SHARES };
    for (uint16_t v = 0x0300; v <= TLS13; v++) {
        if (!numbers_have(&m->add[VERSIONS], v) || !blend_offers(m, v))
            continue;
        if (!has_suite_of(&m->list[SUITES], v))
            blend_bring(m, SUITES, suite_is_of, v);
        if (v == TLS13 && m->there[SIGALGS] && !has_any(&m->list[SIGALGS], sigalg_is_pss))
            blend_bring(m, SIGALGS, sigalg_is_pss, v); /* up to TLS 1.2 RSA keys sign without */
        for (size_t i = 0; i < COUNT(needs) && v >= TLS12; i++)
            if (!m->there[needs[i]] && m->b->there[needs[i]] && (v == TLS13 || needs[i] != SHARES))
                blend_bring(m, needs[i], is_any, 0);
    }
    bool any = m->form != FORM_TLS, had = m->a->form != FORM_TLS;
    for (uint16_t v = 0x0300; v <= TLS13; v++) {
        any |= blend_offers(m, v) && has_suite_of(&m->list[SUITES], v);
        had |= version_offered(m->a, v) && has_suite_of(&m->a->list[SUITES], v);
    }
    if (!any && had) /* no version is left that has one */
        blend_bring(m, SUITES, is_any, 0);
}

/* A key share is of a group that is offered. One that was added brings its group along, any other goes with it. */
static void blend_shares(struct blend *m)
{
    struct numbers offered, was, groups;
    seq_numbers(&m->a->list[SHARES], &was);
    seq_numbers(&m->b->list[GROUPS], &groups);
    seq_numbers(&m->list[GROUPS], &offered);
    for (size_t i = 0; m->there[SHARES] && i < m->list[SHARES].n; i++) {
        uint16_t group = m->list[SHARES].p[i].number;
        bool added = !m->a->there[SHARES] || !numbers_have(&was, group);
        if (added && numbers_have(&groups, group) && numbers_add(&offered, group))
            blend_bring(m, GROUPS, is_this, group);
    }
    if (!m->there[GROUPS]) {
        m->there[SHARES] &= !m->a->there[GROUPS];
        return;
    }
    seq_numbers(&m->a->list[GROUPS], &groups);
    for (size_t i = 0; i < m->a->list[SHARES].n; i++) /* what was odd from the beginning stays so */
        if (!numbers_have(&groups, m->a->list[SHARES].p[i].number))
            numbers_add(&offered, m->a->list[SHARES].p[i].number);
    struct seq none = { 0 }, left = seq_merge(&m->list[SHARES], &none, &offered);
    seq_free(&m->list[SHARES]);
    m->list[SHARES] = left;
}

/* --- its extensions --- */

static void blend_want(struct blend *m, struct numbers *wanted)
{
    for (int i = 0; i < SUITES; i++) { /* what came along, and what went */
        uint16_t type = list_rows[i].type;
        if (m->there[i] && !sheet_find(m->a, type))
            numbers_add(&m->ext_add, type);
        if (!m->there[i] && m->a->there[i] && !numbers_have(&m->bodies, type))
            numbers_add(&m->ext_drop, type);
    }
    memset(wanted, 0, sizeof *wanted);
    const struct seq *pads = m->part[PART_SIZE] ? &m->b->ext : &m->a->ext;
    for (size_t i = 0; i < m->a->ext.n; i++)
        if (m->a->ext.p[i].number != EXT_PADDING && !numbers_have(&m->ext_drop, m->a->ext.p[i].number))
            numbers_add(wanted, m->a->ext.p[i].number);
    for (size_t i = 0; i < m->b->ext.n; i++)
        if (numbers_have(&m->ext_add, m->b->ext.p[i].number))
            numbers_add(wanted, m->b->ext.p[i].number);
    for (size_t i = 0; i < pads->n; i++)
        if (pads->p[i].number == EXT_PADDING)
            numbers_add(wanted, EXT_PADDING);
}

/* One that would end with an empty extension, as neither of the two does: that one goes before the last with a body. */
static void blend_unhollow(struct blend *m)
{
    size_t n = m->ext.n, at = n;
    if (!n || body_bytes(&m->ext.p[n - 1]) || sheet_hollow(m->a) || sheet_hollow(m->b))
        return;
    while (at > 0 && !body_bytes(&m->ext.p[at - 1]))
        at--;
    if (!at)
        return;
    struct item full = m->ext.p[at - 1];
    memmove(m->ext.p + at - 1, m->ext.p + at, (n - at) * sizeof full);
    m->ext.p[n - 1] = full;
}

static void blend_extensions(struct blend *m)
{
    struct numbers wanted, done = { { 0 } };
    const struct seq *a = &m->a->ext, *b = &m->b->ext;
    blend_want(m, &wanted);
    m->ext = m->part[PART_ORDER] ? seq_merge(b, a, &wanted) : seq_merge(a, b, &wanted);
    for (size_t i = 0; i < m->ext.n; i++) { /* each has the body that was decided on, whosever order it is */
        struct item *e = &m->ext.p[i];
        bool pads = e->number == EXT_PADDING, other = pads ? m->part[PART_SIZE] : numbers_have(&m->bodies, e->number);
        const struct item *of_a = sheet_find(m->a, e->number), *of_b = sheet_find(m->b, e->number);
        const struct item *decided = other || !of_a ? of_b : of_a;
        if (!number_is_grease(e->number) && numbers_add(&done, e->number) && decided)
            e->body = decided->body;
    }
    blend_unhollow(m);
}

/* --- put together --- */

static uint16_t *seq_list(const struct seq *s)
{
    uint16_t *list = mem_new((s->n + 1) * sizeof *list);
    for (size_t i = 0; i < s->n; i++)
        list[i] = s->p[i].number;
    return list;
}

static void *bytes_copy(const void *p, size_t n)
{
    void *copy = mem_new(n + 1);
    if (n)
        memcpy(copy, p, n);
    return copy;
}

static void out_extensions(const struct blend *m, struct hello *h)
{
    uint16_t *order = seq_list(&m->ext);
    struct hello_extension *extra = mem_new((m->ext.n + 1) * sizeof *extra);
    for (size_t i = 0; i < m->ext.n; i++) {
        const struct hello_extension *body = m->ext.p[i].body;
        if (!body)
            continue;
        extra[h->extra_count].type = m->ext.p[i].number;
        extra[h->extra_count].n = body->n;
        extra[h->extra_count++].p = body->p ? bytes_copy(body->p, body->n) : NULL;
    }
    h->order = order;
    h->order_count = m->ext.n;
    h->extra = extra;
}

/* SSL 2.0's form: its own kinds come first. */
static void out_kinds(const struct blend *m, struct hello *h)
{
    const struct hello *from = m->part[PART_FORM] ? m->b->h : m->a->h;
    const struct seq *suites = &m->list[SUITES];
    bool same = !m->part[PART_FORM] && !m->part[PART_SUITE] && !m->part[PART_SUITE_ORDER];
    size_t n = from->kinds ? from->kind_count : 0, k = 0;
    if (!from->kinds)
        return;
    uint32_t *kinds = mem_new((n + suites->n + 1) * sizeof *kinds);
    for (size_t i = 0; i < n; i++)
        if (same || from->kinds[i] > 0xffff)
            kinds[k++] = from->kinds[i];
    for (size_t i = 0; i < suites->n && !same; i++)
        kinds[k++] = suites->p[i].number;
    h->kinds = kinds;
    h->kind_count = k;
}

static struct hello *blend_out(const struct blend *m)
{
    const struct hello *a = m->a->h, *b = m->b->h;
    bool anew = m->part[PART_FORM] && m->a->form != FORM_TLS; /* what SSL 2.0's form has no place for */
    const struct hello *methods = anew || m->part[PART_COMPRESSION] ? b : a;
    struct hello *h = mem_new(sizeof *h);
    *h = (struct hello){ .version = m->form == FORM_SSL2 ? 0x0002 : m->version, .with = a->with & HELLO_BLOCK,
                         .session_id = m->part[PART_SESSION] ? b->session_id : a->session_id,
                         .ssl2_form = m->form == FORM_SSL2_HELLO, .challenge = a->challenge,
                         .record = anew || m->record_field ? m->b->record : m->a->record,
                         .record_size = anew || m->part[PART_RECORDS] ? b->record_size : a->record_size,
                         .size = anew || m->part[PART_SIZE] ? m->b->size : m->a->size, .seed = a->seed };
    h->suites = seq_list(&m->list[SUITES]);
    h->versions = m->there[VERSIONS] ? seq_list(&m->list[VERSIONS]) : NULL;
    h->groups = m->there[GROUPS] ? seq_list(&m->list[GROUPS]) : NULL;
    h->sigalgs = m->there[SIGALGS] ? seq_list(&m->list[SIGALGS]) : NULL;
    h->shares = m->there[SHARES] ? seq_list(&m->list[SHARES]) : NULL;
    h->sni = mem_string(a->sni ? a->sni : b->sni);
    bool other = numbers_have(&m->bodies, EXT_ALPN) || !seq_has(&m->a->ext, EXT_ALPN);
    h->alpn = mem_string((other && b->alpn) || !a->alpn ? b->alpn : a->alpn);
    if (methods->compressions) {
        h->compressions = bytes_copy(methods->compressions, methods->compression_count);
        h->compression_count = methods->compression_count;
    }
    out_extensions(m, h);
    if (h->ssl2_form)
        out_kinds(m, h);
    return h;
}

struct hello *hello_between(const struct hello *from, const struct hello *to, const struct hello_change *c, size_t n)
{
    struct sheet a, b;
    struct blend *m = mem_new(sizeof *m);
    sheet_init(&a, from);
    sheet_init(&b, to);
    m->a = &a;
    m->b = &b;
    blend_sort(m, c, n);
    for (int i = 0; i < LISTS; i++)
        blend_list(m, (enum list)i);
    blend_versions(m);
    blend_version_needs(m);
    blend_shares(m);
    blend_extensions(m);
    struct hello *h = blend_out(m);
    for (int i = 0; i < LISTS; i++)
        seq_free(&m->list[i]);
    seq_free(&m->ext);
    free(m);
    sheet_clear(&a);
    sheet_clear(&b);
    return h;
}

/* --- copies ----------------------------------------------------------------------------------- */

static const uint16_t *list_copied(const uint16_t *list)
{
    size_t n = 0;
    while (list && list[n])
        n++;
    return list ? bytes_copy(list, (n + 1) * sizeof *list) : NULL;
}

struct hello *hello_copy(const struct hello *h)
{
    struct hello *c = bytes_copy(h, sizeof *h);
    struct hello_extension *extra = mem_new((h->extra_count + 1) * sizeof *extra);
    c->versions = list_copied(h->versions);
    c->suites = list_copied(h->suites);
    c->groups = list_copied(h->groups);
    c->sigalgs = list_copied(h->sigalgs);
    c->shares = list_copied(h->shares);
    c->sni = mem_string(h->sni);
    c->alpn = mem_string(h->alpn);
    c->extra = extra;
    for (size_t i = 0; i < h->extra_count; i++) {
        extra[i] = h->extra[i];
        extra[i].p = h->extra[i].p ? bytes_copy(h->extra[i].p, h->extra[i].n) : NULL;
    }
    c->order = h->order ? bytes_copy(h->order, h->order_count * sizeof *h->order) : NULL;
    c->compressions = h->compressions ? bytes_copy(h->compressions, h->compression_count) : NULL;
    c->kinds = h->kinds ? bytes_copy(h->kinds, h->kind_count * sizeof *h->kinds) : NULL;
    return c;
}

void hello_free(struct hello *h)
{
    if (!h)
        return;
    for (size_t i = 0; i < h->extra_count; i++)
        free((void *)h->extra[i].p);
    const void *owned[] = { h->versions, h->suites, h->groups, h->sigalgs, h->shares, h->sni, h->alpn, h->extra,
                            h->order, h->compressions, h->kinds };
    for (size_t i = 0; i < COUNT(owned); i++)
        free((void *)owned[i]);
    free(h);
}
