/* visit - see visit.h. */
#include "probes/visit.h"

#include <gnutls/crypto.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/wire/names.h"

#define CACHE_SLOTS 1024
#define KEY_MAX (16u << 10) /* a hello with longer lists is worked out each time */
#define NAME_SHOWN 255      /* bytes of a server name or protocol that are shown */
#define NAMES_MAX 1000      /* of one list; whoever sends 30000 suites would else cost megabytes in each connection */

enum { NORMAL_GREASE = 0x0a0a, EXT_POINTS = 11 };

/* What a hello's lists say, in the order in which the fact has them. */
#define PARTS_OF_HELLO(X) \
    X(VERSIONS, "versions") X(SUITES, "suites") X(GROUPS, "groups") X(SIGALGS, "sigalgs") \
    X(EXTENSIONS, "extensions") X(SHARES, "shares") X(ALPN, "alpn") \
    X(JA3, "ja3") X(JA4, "ja4") X(CLIENT, "client") X(SAME, "same") X(DIFFERS, "differs")
enum part_of_hello {
#define X(id, key) OF_HELLO_##id,
    PARTS_OF_HELLO(X)
#undef X
    OF_HELLO_COUNT
};
#define X(id, key) key,
static const char *const part_keys[OF_HELLO_COUNT] = { PARTS_OF_HELLO(X) };
#undef X

struct slot {
    uint64_t hash;
    uint8_t *key; /* owned; NULL: the slot is free */
    size_t key_len;
    json_t *part[OF_HELLO_COUNT];
};

struct hello_cache {
    struct likeness *likeness; /* made for the first hello */
    struct buf key;            /* of the hello at hand */
    struct slot slot[CACHE_SLOTS];
};

/* --- events ----------------------------------------------------------------------------------- */

static void visit_say(struct visit *v, struct event *ev)
{
    v->ear->sink.take(v->ear->sink.arg, ev);
    event_clear(ev);
}

static void visit_see_at(struct visit *v, double at, enum fact f, enum state state, json_t *value, char *text)
{
    struct event ev = { .kind = EVENT_FACT, .column = v->id };
    ev.seen = (struct observation){ .column = v->id, .fact = f, .state = state, .value = value, .probe = v->side->probe,
        .time = v->ear->options.wall(), .ms = (at - v->began) * 1000, .text = text };
    visit_say(v, &ev);
}

static void visit_see(struct visit *v, enum fact f, enum state state, json_t *value, char *text)
{
    visit_see_at(v, ev_now(v->ear->loop), f, state, value, text);
}

static void visit_column(struct visit *v)
{
    struct ear *r = v->ear;
    const struct endpoint *ep = r->upstream.endpoint ? r->upstream.endpoint : v->at->endpoint;
    v->id = r->options.next_id ? r->options.next_id(r->options.next_id_arg) : r->next_id++;
    struct event ev = { .kind = EVENT_COLUMN, .column = v->id, .ask = r->options.ask, .nth = v->nth,
        .endpoint = mem_string(ep->text), .parsed = ep, .address = address_text(&v->from.sa),
        .vantage = mem_string("client") };
    visit_say(v, &ev);
    visit_say(v, &(struct event){ .kind = EVENT_BUSY, .column = v->id });
}

/* --- what the lists of a hello say ------------------------------------------------------------ */

/* What does not fit any more is counted in its last one. */
static void name_add(json_t *all, json_t *name, size_t *left_out)
{
    if (json_array_size(all) < NAMES_MAX)
        json_array_append(all, name);
    else
        json_array_set_new(all, NAMES_MAX - 1, json_sprintf("and %zu more", ++*left_out + 1));
    json_decref(name);
}

static json_t *numbers_json(const uint16_t *list, const char *(*name)(uint16_t, char *))
{
    char hex[NAME_LEN];
    size_t left_out = 0;
    json_t *all = json_array();
    for (; list && *list; list++)
        if (!number_is_grease(*list))
            name_add(all, json_string(name(*list, hex)), &left_out);
    return all;
}

static const char *version_word(uint16_t number, char *hex)
{
    const struct version *v = version_find(number);
    if (v)
        return v->word;
    snprintf(hex, NAME_LEN, "0x%04x", number);
    return hex;
}

/* Without an extension for it the field says the highest, and nothing the lowest. */
static json_t *versions_json(const struct heard *h)
{
    uint16_t one[] = { h->hello.version, 0, 0 };
    if (h->hello.versions)
        return numbers_json(h->hello.versions, version_word);
    json_t *all = numbers_json(one, version_word);
    if (h->min == 0x0002)
        json_array_append_new(all, json_string("ssl2"));
    return all;
}

/* Those that can't be sent again are not in the hello: pre_shared_key is the last one by rule. */
static json_t *extensions_json(const struct heard *h)
{
    static const struct { unsigned once; uint16_t type; } once[] = {
        { HEARD_COOKIE, 44 }, { HEARD_EARLY_DATA, 42 }, { HEARD_PSK, 41 } };
    char hex[NAME_LEN];
    size_t left_out = 0;
    json_t *all = json_array();
    for (size_t i = 0; i < h->hello.order_count; i++)
        if (!number_is_grease(h->hello.order[i]))
            name_add(all, json_string(extension_name(h->hello.order[i], hex)), &left_out);
    for (size_t i = 0; i < sizeof once / sizeof *once; i++)
        if (h->once & once[i].once)
            name_add(all, json_string(extension_name(once[i].type, hex)), &left_out);
    return all;
}

static json_t *printable_json(const char *s, size_t n)
{
    char *clean = text_printable(s, n, NAME_SHOWN);
    json_t *j = json_string(clean);
    free(clean);
    return j;
}

static json_t *protocols_json(const char *names)
{
    size_t left_out = 0;
    json_t *all = json_array();
    while (names && *names) {
        size_t n = strcspn(names, "+");
        name_add(all, printable_json(names, n), &left_out);
        names += n + (names[n] == '+');
    }
    return all;
}

/* The first `chars` hex digits of a digest; NULL where GnuTLS must not make it. */
static char *digest_hex(gnutls_digest_algorithm_t digest, const struct text *t, size_t chars)
{
    uint8_t out[64];
    if (gnutls_hash_fast(digest, t->s ? t->s : "", t->len, out) < 0)
        return NULL;
    return bytes_hex(out, chars / 2, chars / 2);
}

static json_t *ja3_json(const struct heard *h)
{
    struct text t = { 0 };
    heard_ja3(h, &t);
    char *hex = t.len ? digest_hex(GNUTLS_DIG_MD5, &t, 32) : NULL;
    json_t *j = hex ? json_string(hex) : json_null();
    free(hex);
    text_free(&t);
    return j;
}

static json_t *ja4_json(const struct heard *h)
{
    struct text a = { 0 }, list[2] = { { 0 }, { 0 } };
    heard_ja4(h, &a, &list[0], &list[1]);
    bool good = a.len > 0;
    for (int i = 0; i < 2 && good; i++) {
        char *hex = list[i].len ? digest_hex(GNUTLS_DIG_SHA256, &list[i], 12) : mem_string("000000000000");
        good = hex;
        text_addf(&a, "_%s", hex ? hex : "");
        free(hex);
    }
    json_t *j = good ? json_string(a.s) : json_null();
    text_free(&a);
    text_free(&list[0]);
    text_free(&list[1]);
    return j;
}

static void likeness_fill(struct hello_cache *c, const struct heard *h, json_t *part[OF_HELLO_COUNT])
{
    struct like like;
    if (!c->likeness)
        c->likeness = likeness_new();
    likeness_find(c->likeness, h, &like);
    part[OF_HELLO_CLIENT] = like.client ? json_string(like.client->name) : json_null();
    part[OF_HELLO_SAME] = json_boolean(like.same);
    part[OF_HELLO_DIFFERS] = json_array();
    for (size_t i = 0; i < like.count; i++)
        json_array_append_new(part[OF_HELLO_DIFFERS], json_string(like.differs[i]));
    like_clear(&like);
}

static void parts_fill(struct hello_cache *c, const struct heard *h, json_t *part[OF_HELLO_COUNT])
{
    part[OF_HELLO_VERSIONS] = versions_json(h);
    part[OF_HELLO_SUITES] = numbers_json(h->hello.suites, suite_name);
    part[OF_HELLO_GROUPS] = numbers_json(h->hello.groups, group_name);
    part[OF_HELLO_SIGALGS] = numbers_json(h->hello.sigalgs, sigalg_name);
    part[OF_HELLO_EXTENSIONS] = extensions_json(h);
    part[OF_HELLO_SHARES] = numbers_json(h->hello.shares, group_name);
    part[OF_HELLO_ALPN] = protocols_json(h->hello.alpn);
    part[OF_HELLO_JA3] = ja3_json(h);
    part[OF_HELLO_JA4] = ja4_json(h);
    likeness_fill(c, h, part);
}

/* --- the cache -------------------------------------------------------------------------------- */

struct hello_cache *hello_cache_new(void)
{
    struct hello_cache *c = mem_new(sizeof *c);
    buf_init(&c->key, KEY_MAX);
    return c;
}

static void slot_clear(struct slot *s)
{
    for (int i = 0; i < OF_HELLO_COUNT; i++)
        json_decref(s->part[i]);
    free(s->key);
    *s = (struct slot){ 0 };
}

void hello_cache_free(struct hello_cache *c)
{
    if (!c)
        return;
    for (size_t i = 0; i < CACHE_SLOTS; i++)
        slot_clear(&c->slot[i]);
    likeness_free(c->likeness);
    buf_free(&c->key);
    free(c);
}

static bool key_add(struct buf *key, const uint16_t *list, size_t n)
{
    uint16_t piece[64];
    bool good = buf_add(key, &(uint32_t){ list ? (uint32_t)n : UINT32_MAX }, sizeof(uint32_t));
    for (size_t i = 0; good && i < n;) {
        size_t k = 0;
        for (; k < sizeof piece / sizeof *piece && i < n; k++, i++)
            piece[k] = number_is_grease(list[i]) ? NORMAL_GREASE : list[i];
        good = buf_add(key, piece, k * sizeof *piece);
    }
    return good;
}

static bool key_add_list(struct buf *key, const uint16_t *list)
{
    size_t n = 0;
    while (list && list[n])
        n++;
    return key_add(key, list, n);
}

/* All that the parts are made from, and nothing that a client changes from one connection to the next. */
static bool key_make(struct buf *key, const struct heard *h)
{
    const struct hello *hello = &h->hello;
    const uint16_t fixed[] = { hello->version, h->min, h->max, (uint16_t)h->once, hello->ssl2_form };
    bool good = !hello->ssl2_form;
    key->len = 0;
    good = good && key_add(key, fixed, sizeof fixed / sizeof *fixed) && key_add_list(key, hello->versions) &&
           key_add_list(key, hello->suites) && key_add_list(key, hello->groups) && key_add_list(key, hello->sigalgs) &&
           key_add_list(key, hello->shares) && key_add(key, hello->order, hello->order_count);
    for (size_t i = 0; good && i < hello->extra_count; i++)
        if (hello->extra[i].type == EXT_POINTS)
            good = buf_add(key, &hello->extra[i].n, sizeof hello->extra[i].n) &&
                   buf_add(key, hello->extra[i].p, hello->extra[i].n);
    return good && (!hello->alpn || buf_add(key, hello->alpn, strlen(hello->alpn)));
}

/* FNV-1a; who makes two hellos collide on purpose makes them be worked out each time. */
static uint64_t key_hash(const struct buf *key)
{
    uint64_t h = 0xcbf29ce484222325u;
    for (size_t i = 0; i < key->len; i++)
        h = (h ^ key->data[i]) * 0x100000001b3u;
    return h;
}

/* The parts of this hello; lent until the next call. */
static json_t **parts_find(struct hello_cache *c, const struct heard *h)
{
    bool keyed = key_make(&c->key, h);
    uint64_t hash = keyed ? key_hash(&c->key) : 0;
    struct slot *s = &c->slot[hash % CACHE_SLOTS];
    if (keyed && s->key && s->hash == hash && s->key_len == c->key.len && !memcmp(s->key, c->key.data, s->key_len))
        return s->part;
    slot_clear(s);
    parts_fill(c, h, s->part);
    if (keyed) {
        s->hash = hash;
        s->key_len = c->key.len;
        s->key = (uint8_t *)mem_copy(c->key.data, c->key.len);
    }
    return s->part;
}

/* --- the fact client_hello -------------------------------------------------------------------- */

static json_t *hello_json(struct visit *v)
{
    const struct heard *h = &v->heard;
    const struct hello *hello = &h->hello;
    json_t **part = parts_find(v->ear->cache, h), *o = json_object();
    int i = 0;
    char record[NAME_LEN], *raw = bytes_hex(h->raw.data, h->raw.len, h->raw.len);
    for (; i < OF_HELLO_ALPN; i++)
        json_object_set_nocheck(o, part_keys[i], part[i]);
    json_object_set_new_nocheck(o, "sni", hello->sni ? printable_json(hello->sni, strlen(hello->sni)) : json_null());
    json_object_set_nocheck(o, part_keys[i], part[i]);
    snprintf(record, sizeof record, "0x%04x", hello->record);
    json_object_set_new_nocheck(o, "record", hello->ssl2_form ? json_null() : json_string(record));
    json_object_set_new_nocheck(o, "size", json_integer((json_int_t)h->size));
    json_object_set_new_nocheck(o, "records", json_integer(h->records));
    json_object_set_new_nocheck(o, "segments", json_integer(v->segments));
    json_object_set_new_nocheck(o, "ssl2_form", json_boolean(hello->ssl2_form));
    json_object_set_new_nocheck(o, "grease", json_boolean(h->grease));
    json_object_set_new_nocheck(o, "resumes", json_boolean(h->once & (HEARD_PSK | HEARD_TICKET)));
    for (i++; i < OF_HELLO_COUNT; i++)
        json_object_set_nocheck(o, part_keys[i], part[i]);
    json_object_set_new_nocheck(o, "raw", json_string_nocheck(raw));
    free(raw);
    return o;
}

static json_t *text_json(const char *s)
{
    return s ? json_string(s) : json_null();
}

/* The column of a visit that ended before its first words did. */
static void visit_unheard(struct visit *v)
{
    const struct heard *h = &v->heard;
    const char *why = h->why;
    if (v->id)
        return;
    visit_column(v);
    v->ear->counts.other++;
    if (!why && h->end == HEARD_GOING)
        why = v->sent ? "it ended in the middle of its ClientHello" : "it said nothing";
    else if (!why && h->end == HEARD_ALERT)
        why = "it began with an alert";
    json_t *value = json_object();
    json_object_set_new(value, "what", text_json(h->protocol));
    json_object_set_new(value, "why", text_json(why));
    char *shown = v->sent ? text_printable(h->raw.data, h->raw.len, 60) : NULL;
    visit_see(v, FACT_CLIENT_HELLO, STATE_NO, value, shown ? mem_format("its first bytes: %s", shown) : NULL);
    free(shown);
}

bool visit_hear(struct visit *v, const void *p, size_t n)
{
    struct heard *h = &v->heard;
    v->segments += n > 0;
    if (heard_feed(h, p, n))
        return false;
    if (h->end != HEARD_HELLO) {
        visit_unheard(v);
        return true;
    }
    visit_column(v);
    v->ear->counts.hellos++;
    visit_see(v, FACT_CLIENT_HELLO, STATE_YES, hello_json(v), h->why ? mem_string(h->why) : NULL);
    return true;
}

/* --- the other facts -------------------------------------------------------------------------- */

static void see_name(struct visit *v, enum fact f, const char *name)
{
    visit_see(v, f, STATE_YES, json_string(name), NULL);
}

void visit_answer(struct visit *v, const struct reply *r, const char *alpn)
{
    char hex[NAME_LEN];
    if (v->said_answer || !v->id || !(r->got & REPLY_HELLO))
        return;
    v->said_answer = true;
    see_name(v, FACT_VERSION, version_word(r->version, hex));
    see_name(v, FACT_CIPHER, suite_name(r->suite, hex));
    if (r->group)
        see_name(v, FACT_KX_GROUP, group_name(r->group, hex));
    alpn = alpn ? alpn : r->alpn;
    if (*alpn)
        visit_see(v, FACT_ALPN, STATE_YES, printable_json(alpn, strlen(alpn)), NULL);
}

static json_t *ending_json(const struct visit *v, const struct ending *e)
{
    char hex[NAME_LEN];
    json_t *o = json_object();
    json_object_set_new(o, "stage", json_string(passed_words[e->stage]));
    json_object_set_new(o, "by", json_string(ender_words[e->by]));
    json_object_set_new(o, "how", json_string(how_words[e->how]));
    json_object_set_new(o, "alert", e->alert >= 0 ? json_integer(e->alert) : json_null());
    json_object_set_new(o, "name", e->alert >= 0 ? json_string(alert_name((uint8_t)e->alert, hex)) : json_null());
    json_object_set_new(o, "ours", json_boolean(v->side == &listen_side));
    json_object_set_new(o, "sure", json_boolean(e->sure));
    json_object_set_new(o, "sent", json_integer((json_int_t)v->sent));
    json_object_set_new(o, "received", json_integer((json_int_t)v->received));
    return o;
}

/* "ended by the client, alert 48 unknown_ca; last passed: certificate". */
static char *ending_text(const struct ending *e, const char *why)
{
    struct text t = { 0 };
    char hex[NAME_LEN];
    text_addf(&t, "ended by the %s: ", e->by == BY_US ? "listener" : ender_words[e->by]);
    if (e->alert >= 0)
        text_addf(&t, "alert %d %s", e->alert, alert_name((uint8_t)e->alert, hex));
    else
        text_addf(&t, "%s%s", e->how == HOW_ALERT ? "an encrypted " : "", how_words[e->how]);
    text_addf(&t, "; last passed: %s%s%s", passed_words[e->stage], why ? "; " : "", why ? why : "");
    return text_take(&t);
}

void visit_end(struct visit *v, const struct ending *e, const char *more)
{
    visit_unheard(v);
    v->failed = e->how != HOW_COMPLETE;
    const char *why = more && *more ? more : e->why;
    visit_see_at(v, v->ended > 0 ? v->ended : ev_now(v->ear->loop), FACT_CLIENT_END, STATE_YES, ending_json(v, e),
                 ending_text(e, why));
}

static json_t *ms_json(double seconds)
{
    return seconds >= 0 ? json_real((double)(long long)(seconds * 1e6 + 0.5) / 1e3) : json_null();
}

void visit_timing(struct visit *v, double connect, double hello, double handshake)
{
    json_t *o = json_object();
    json_object_set_new(o, "connect", ms_json(connect));
    json_object_set_new(o, "server_hello", ms_json(hello));
    json_object_set_new(o, "handshake", ms_json(handshake));
    visit_see(v, FACT_TIMING, STATE_YES, o, NULL);
}
