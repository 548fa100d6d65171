/* path - whether something between us and the server ends what the server itself would answer, and where.
 *
 * Owns: FACT_PATH. Must not know: which causes follow from it (src/why).
 *
 * The hello that fails is sent again, each time with one thing changed. What helps is sent again and again, and so is
 * the failing one, such that packets from afar are not received (IP_MINTTL): whose packets vanish at the same number
 * came equally far. Only a difference that comes twice counts. At last both are sent so that they expire on the way
 * (IP_TTL): who meets its end where the other is not answered yet met it before the server. Where nothing is answered, it
 * is looked how far data gets, and whether a connection's first packet gets further. And where a router leads to the
 * address, but whose connections end no further than it, a proxy may take them: a connection that may not leave the
 * first link is opened there, while a datagram expires on it.
 * All of it without privileges, one connection after the other but for the first rounds.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "probes/route.h"
#include "probes/sweep.h"
#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/model/endpoint.h"
#include "src/wire/client.h"
#include "src/wire/names.h"

#define CONNECTIONS_MAX 24
#define PATIENCE 1.0        /* seconds; a server known to answer is waited for this long, or so many times longer: */
#define PATIENCE_TIMES 20
#define PATIENCE_BRIEF 0.25 /* while a time to live is searched for: what comes out is looked at twice */
#define PATIENCE_ROUTER 1.3 /* routers say only now and then what expires; a SYN is sent again after a second */
#define SMALL_SEGMENT 536   /* what every network must carry, RFC 9293 section 3.7.1 */
#define OTHER_NAME "tlswhy-0.invalid" /* RFC 2606 section 2: nobody has it */
#define PLAIN_TEXT "\r\n\r\n"
#define RECORD_HEADER 5
#define FURTHEST 31         /* hops that are looked at where nobody answers */
#define PATIENCE_ROUNDS 4   /* times the slowest answer, beside that */
#define AGAIN 50            /* the failing hello once more, beside the others */
#define STEP 100            /* questions from here on are asked alone */

static const enum fact writes[] = { FACT_PATH, FACT_COUNT };
static const enum fact needs[] = { FACT_CONNECT, FACT_COUNT };

enum try { AS_IS, SMALL, OTHER_VERSION, NAME_OTHER, SEGMENTS, /* the first round */
           LARGE, SMALL_SPLIT,      /* where a small one is answered: what of it helps */
           NO_NAME, SPLIT, PLAIN,   /* where none was */
           NO_ALPN, FEW_EXTENSIONS, /* where small and large ones are: what is in it */
           FEW_SUITES, FEW_GROUPS,  /* and of that, what no server is asked to pass over */
           TRIES };
static const struct { const char *key, *title; } tries[TRIES] = {
    [AS_IS] = { "as-is", "as it is" },
    [SMALL] = { "small", "small" },
    [OTHER_VERSION] = { "other-version", "without TLS 1.3" },
    [NAME_OTHER] = { "other-name", "with another name" },
    [SEGMENTS] = { "small-segments", "in small segments" },
    [LARGE] = { "large", "small, padded" },
    [SMALL_SPLIT] = { "small-split", "small, in two packets" },
    [NO_NAME] = { "no-name", "without a name" },
    [SPLIT] = { "split", "in two packets" },
    [PLAIN] = { "plain", "two empty lines instead" },
    [NO_ALPN] = { "no-alpn", "without ALPN" },
    [FEW_EXTENSIONS] = { "few-extensions", "with few extensions" },
    [FEW_SUITES] = { "few-suites", "with few suites" },
    [FEW_GROUPS] = { "few-groups", "with few groups" },
};

/* The first that fits says what the failure hangs on, and which try to repeat. `not`: where that one is answered too,
 * it is not this. A hello lost for its size is never cut off, so `quiet` asks for silence. */
static const struct trigger { const char *word; enum try helps, not; bool quiet; } triggers[] = {
    { "segments", SEGMENTS, NAME_OTHER, true }, { "name", NAME_OTHER, SMALL, false }, { "name", NO_NAME, SMALL, false },
    { "size", SMALL, LARGE, false }, { "version", OTHER_VERSION, SMALL, false }, { "split", SPLIT, AS_IS, false },
    { "split", SEGMENTS, AS_IS, false }, { "alpn", NO_ALPN, AS_IS, false }, { "extension", FEW_EXTENSIONS, AS_IS, false },
    { "suites", FEW_SUITES, AS_IS, false }, { "groups", FEW_GROUPS, AS_IS, false },
};

struct tried {
    char *answer;           /* owned; NULL: not asked */
    enum answer_kind kind;
    enum state acked;
    double ms;
};

/* Something holds at `lo` and no more at `hi`, and what is between is narrowed down. */
struct hunt { int lo, hi, steps; };

enum phase { PHASE_TRIES, PHASE_BRIEF, PHASE_MORE, PHASE_CONTENT, PHASE_LISTS, PHASE_FAILS, PHASE_TTL_GOOD, PHASE_TTL_BAD,
             PHASE_CHECK_GOOD, PHASE_CHECK_BAD, PHASE_HOP, PHASE_HOP_GOOD, PHASE_REACH, PHASE_REACH_AGAIN,
             PHASE_OPEN, PHASE_CHECK_OPEN, PHASE_ROUTER, PHASE_FIRST, PHASE_NEAR, PHASE_COUNTS, /* only a knock */
             PHASE_DONE };

struct path {
    struct tried tried[TRIES];
    struct client_lists lists;
    struct grown grown;
    const struct trigger *trigger;
    enum phase phase;
    int asked, segment;
    double patience, round; /* seconds; the latter for a connection to be open */
    enum try step;          /* what is asked now */
    struct conn_travel way; /* and how it travels */
    bool varies, expired;   /* the second time it went otherwise; something expired on the way */
    bool doubt;             /* there was no second time */
    bool brief;             /* little is asked: the server itself is the likeliest */
    bool ahead, twice;      /* what would be asked next was asked already; and the failing hello was not answered again */
    struct hunt good, bad, hop;
    int answers, ended_by, hops;      /* 0: not known */
    char *router;                     /* owned; that stands there, NULL: not known */
    enum state differs, before;       /* UNSURE: not known */
    enum state taken, near;           /* a connection is, at the first hop; that is a proxy's doing. UNSURE: not known */
    bool level_good;        /* at the level of the check the good one was received */
};

/* --- hellos ------------------------------------------------------------------------------------ */

static const uint16_t few_suites[] = { 0x1301, 0xc02b, 0xc02f, 0xc02c, 0xc030, 0 };
static const uint16_t few_groups[] = { 0x001d, 0x0017, 0 }, few_shares[] = { 0x001d, 0 };
static const uint16_t few_sigalgs[] = { 0x0403, 0x0804, 0x0401, 0 };

/* All that a server of today needs, for the versions of the client. */
static void hello_small(const struct surveying *v, struct hello *h)
{
    static const uint16_t newest[] = { 0x0304, 0 }, both[] = { 0x0304, 0x0303, 0 };
    const struct offer *o = endpoint_offer(v->target->endpoint);
    h->version = o->max < 0x0303 ? o->max : 0x0303;
    h->suites = few_suites;
    h->groups = few_groups;
    h->sigalgs = few_sigalgs;
    h->with = HELLO_POINTS | HELLO_EMS | HELLO_RENEGOTIATION;
    if (o->max >= 0x0304) {
        h->versions = o->min >= 0x0304 ? newest : both;
        h->shares = few_shares;
    }
}

/* The client's own; where its handshake works, with a key share of post-quantum size. */
static void hello_as_is(struct surveying *v, struct hello *h)
{
    struct path *s = v->state;
    hello_of_client(v, h, &s->lists);
    if (!v->target->works || !h->groups || !h->versions)
        return;
    hello_grow(h, &s->grown);
}

/* Of the message that fails, so that a smaller one can be padded to it: what else they differ in then is not the reason. */
static size_t hello_size(struct surveying *v)
{
    struct hello h = { .sni = endpoint_sni(v->target->endpoint) };
    struct buf out;
    buf_init(&out, HELLO_BYTES_MAX);
    hello_as_is(v, &h);
    size_t n = hello_write(&h, &out) ? out.len : 0;
    buf_free(&out);
    return n > RECORD_HEADER ? n - RECORD_HEADER : 0;
}

/* The groups every server of today has, and a key share of one of them. */
static void hello_few_groups(struct surveying *v, struct hello *h)
{
    h->groups = few_groups;
    h->shares = h->shares ? few_shares : NULL;
    h->size = hello_size(v);
}

/* No extensions but those that every server knows. */
static void hello_few(struct hello *h)
{
    h->with = HELLO_POINTS | HELLO_EMS | HELLO_RENEGOTIATION;
    h->alpn = NULL;
    h->extra_count = h->order_count = 0;
    h->order = NULL;
}

static enum try try_of(const struct surveying *v, int question)
{
    const struct path *s = v->state;
    return question >= STEP ? s->step : question == AGAIN ? AS_IS : (enum try)question;
}

static void path_hello(struct surveying *v, int question, struct hello *h)
{
    enum try try = try_of(v, question);
    if (try == SMALL || try == SMALL_SPLIT || try == LARGE)
        hello_small(v, h);
    else
        hello_as_is(v, h);
    if (try == LARGE)
        h->size = hello_size(v);
    if (try == NAME_OTHER)
        h->sni = OTHER_NAME;
    if (try == NO_NAME)
        h->sni = NULL;
    if (try == NO_ALPN)
        h->alpn = NULL;
    if (try == FEW_EXTENSIONS)
        hello_few(h);
    if (try == FEW_SUITES)
        h->suites = few_suites;
    if (try == FEW_GROUPS)
        hello_few_groups(v, h);
    if (try == OTHER_VERSION) {
        h->version = 0x0303;
        h->versions = h->shares = NULL;
    }
}

static const char *path_plain(struct surveying *v, int question)
{
    return try_of(v, question) == PLAIN ? PLAIN_TEXT : NULL;
}

static double path_timeout(const struct surveying *v, double seconds)
{
    double most = target_timeout(v->target);
    return seconds < most ? seconds : most;
}

static void path_travel(struct surveying *v, int question, struct conn_travel *way)
{
    const struct path *s = v->state;
    if (question >= STEP)
        *way = s->way;
    way->patience = way->patience > 0 ? way->patience : s->patience;
    if (try_of(v, question) == PLAIN)
        way->patience = path_timeout(v, PATIENCE_BRIEF); /* TLS servers may well wait for more */
    if (try_of(v, question) == SEGMENTS)
        way->segment = SMALL_SEGMENT;
}

/* --- the first round --------------------------------------------------------------------------- */

static bool is_lost(const struct path *s)
{
    return s->tried[AS_IS].acked == STATE_NO;
}

static bool is_still(const struct path *s)
{
    enum answer_kind kind = s->tried[AS_IS].kind;
    return s->tried[AS_IS].answer && (kind == ANSWER_SILENT || kind == ANSWER_SLOW);
}

/* The column's own handshake came to this: one of WENT's first words in "a|b". */
static bool first_went(const struct surveying *v, const char *words)
{
    const char *went = json_string_value(json_object_get(v->target->first, "went"));
    for (const char *w = words; went && *w; w += *w == '|') {
        size_t n = strcspn(w, "|");
        if (strncmp(went, w, n) == 0)
            return true;
        w += n;
    }
    return false;
}

static bool try_is_due(const struct surveying *v, enum try try)
{
    const struct endpoint *ep = v->target->endpoint;
    bool named = endpoint_sni(ep) != NULL, told = first_went(v, "alert|closed");
    switch (try) {
    case SEGMENTS: /* nothing is lost where something comes; where the handshake works it is not known yet what does */
        return v->target->works ? is_still(v->state) : !told && !first_went(v, "reset|not-tls");
    case PLAIN: return !told;
    case NAME_OTHER: return !v->target->works; /* else it has worked with this name, or none, and this version */
    case NO_NAME: return named && !v->target->works;
    case OTHER_VERSION: return endpoint_offer(ep)->max >= 0x0304 && !v->target->works;
    case NO_ALPN: return endpoint_alpn(ep) && !v->target->works; /* else it was taken, but for its large share */
    case FEW_EXTENSIONS: return !v->target->works;
    /* A server may say by a reset that it lacks these; not of what is new, nor of what it never had. */
    case FEW_SUITES: return !v->target->works && is_lost(v->state);
    case FEW_GROUPS: return v->target->works || is_lost(v->state);
    default: return true;
    }
}

static void round_ask(struct surveying *v, enum try from, enum try to)
{
    struct path *s = v->state;
    for (enum try i = from; i < to; i++)
        if (try_is_due(v, i)) {
            s->asked++;
            survey_ask_in_pieces(v, (int)i, UNTIL_FLIGHT, i == SPLIT || i == SMALL_SPLIT ? 2 : 1);
        }
}

/* The handshake's own time is long enough for two rounds. */
static double patience_beside(const struct surveying *v)
{
    double half = target_timeout(v->target) * 0.4;
    return half > PATIENCE ? PATIENCE : half > PATIENCE_BRIEF ? half : PATIENCE_BRIEF;
}

/* Somebody may stand in between who can be told apart. */
static bool is_far(const struct surveying *v)
{
    return route_is_far(&v->target->peer.sa) == STATE_YES;
}

static void path_begin(struct surveying *v)
{
    struct path *s = v->state;
    s->patience = v->target->early    ? patience_beside(v)
                  : v->target->waited ? 0 : path_timeout(v, PATIENCE); /* 0: as for any other hello */
    s->differs = s->before = s->taken = s->near = UNSURE;
    if (v->target->via.kind != VIA_DIRECT)
        return; /* the path to the server begins at the proxy */
    /* Who turns a hello away by a word or the end alone, and takes a small one, minds its lists more often than not. */
    s->brief = first_went(v, "alert|closed") && !target_depth_full(v->target);
    s->phase = s->brief ? PHASE_BRIEF : PHASE_TRIES;
    if (!s->brief)
        round_ask(v, AS_IS, LARGE);
    else if (is_far(v))
        round_ask(v, AS_IS, OTHER_VERSION);
}

static bool answer_is_known(const struct tried *t)
{
    return t->answer && t->kind != ANSWER_CUT && t->kind != ANSWER_REFUSED;
}

static void tried_take(struct surveying *v, enum try try, const struct answer *a)
{
    struct path *s = v->state;
    struct tried *t = &s->tried[try];
    t->answer = answer_word(a);
    t->kind = a->kind;
    t->acked = conn_acknowledged(&v->run->conn);
    t->ms = a->ms;
    s->round = v->run->connected - v->run->created;
    if (try == AS_IS)
        s->segment = conn_segment(&v->run->conn);
}

/* A server of TLS answers: yes, or no. The alert that is the failure itself may be anybody's. */
static bool answer_is_heard(const struct path *s, enum answer_kind kind, const char *word)
{
    const struct tried *fails = &s->tried[AS_IS];
    bool same = fails->kind == ANSWER_ALERT && text_is(word, fails->answer);
    return kind == ANSWER_ACCEPTED || (kind == ANSWER_ALERT && !same);
}

static bool try_heard(const struct path *s, enum try try)
{
    const struct tried *t = &s->tried[try];
    return answer_is_known(t) && answer_is_heard(s, t->kind, t->answer);
}

/* Once more, the hello of the handshake that failed: it came to something else. */
static bool as_is_varies(const struct surveying *v)
{
    const struct path *s = v->state;
    enum answer_kind kind = s->tried[AS_IS].kind;
    bool refused = kind == ANSWER_ALERT && !v->target->works && !first_went(v, "alert");
    return answer_is_known(&s->tried[AS_IS]) && (kind == ANSWER_ACCEPTED || refused);
}

static const struct trigger *trigger_find(const struct path *s)
{
    bool silent = s->tried[AS_IS].kind == ANSWER_SILENT || s->tried[AS_IS].kind == ANSWER_SLOW;
    for (size_t i = 0; i < sizeof triggers / sizeof *triggers; i++) {
        const struct trigger *t = &triggers[i];
        if (try_heard(s, t->helps) && !try_heard(s, t->not) && (!t->quiet || silent))
            return t;
    }
    return NULL;
}

/* --- one question after the other -------------------------------------------------------------- */

static void step_ask(struct surveying *v, enum phase phase, enum try try, struct conn_travel way)
{
    struct path *s = v->state;
    s->phase = phase;
    if (s->asked >= CONNECTIONS_MAX) {
        s->doubt |= s->trigger && phase < PHASE_TTL_BAD;
        s->phase = PHASE_DONE;
        return;
    }
    s->step = try;
    s->way = way;
    survey_ask_in_pieces(v, STEP + s->asked++, UNTIL_FLIGHT, try == SPLIT ? 2 : 1);
}

/* How long to wait for what would come, were it to be received. */
static double patience_of(const struct surveying *v, bool brief)
{
    const struct path *s = v->state;
    double slowest = s->round;
    if (s->trigger && s->tried[s->trigger->helps].ms / 1000 > slowest)
        slowest = s->tried[s->trigger->helps].ms / 1000;
    if (s->tried[AS_IS].kind != ANSWER_SILENT && s->tried[AS_IS].ms / 1000 > slowest)
        slowest = s->tried[AS_IS].ms / 1000;
    double times = PATIENCE_TIMES * slowest;
    if (brief)
        return path_timeout(v, PATIENCE_BRIEF + PATIENCE_ROUNDS * slowest);
    return path_timeout(v, times > PATIENCE ? times : PATIENCE);
}

/* The next number to try, 0: it is found. Systems begin with 64, 128 or 255, and few hops are more common than many. */
static int hunt_next(const struct hunt *h)
{
    int top = h->hi - 1;
    if (h->hi - h->lo <= 1)
        return 0;
    if (h->hi > 255)
        return h->lo <= 64 ? 65 : h->lo <= 128 ? 129 : 255; /* who begins with so many sends no more */
    int down = h->steps < 6 ? (1 << h->steps) - 1 : 255;
    return h->lo < top - down && top - down > 0 ? top - down : (h->lo + h->hi) / 2;
}

static void hunt_learn(struct hunt *h, int at, bool passed)
{
    if (passed)
        h->lo = at;
    else
        h->hi = at;
    h->steps += h->hi <= 255 && h->lo < at;
}

/* How far the sender is, by what systems begin with. */
static int hops_of(int ttl)
{
    return (ttl <= 64 ? 64 : ttl <= 128 ? 128 : 255) - ttl + 1;
}

static void knock_ask(struct surveying *v, enum phase phase, struct conn_travel way)
{
    way.knock = way.knock ? way.knock : KNOCK_TCP;
    way.patience = phase == PHASE_ROUTER || phase == PHASE_FIRST ? path_timeout(v, PATIENCE_ROUTER) : patience_of(v, true);
    step_ask(v, phase, AS_IS, way);
}

/* What the server sends in any case: where nothing is answered, what opens the connection. */
static void good_ask(struct surveying *v, enum phase phase, struct conn_travel way)
{
    struct path *s = v->state;
    if (s->trigger)
        step_ask(v, phase, s->trigger->helps, way);
    else
        knock_ask(v, phase == PHASE_TTL_GOOD ? PHASE_OPEN : PHASE_CHECK_OPEN, way);
}

static void hop_begin(struct surveying *v);
static void last_begin(struct surveying *v);

static void ttl_ask(struct surveying *v, bool good)
{
    struct path *s = v->state;
    struct hunt *h = good ? &s->good : &s->bad;
    int at = hunt_next(h);
    struct conn_travel way = { .near = (uint8_t)at, .patience = patience_of(v, true) };
    if (at && good) {
        good_ask(v, PHASE_TTL_GOOD, way);
    } else if (at) {
        step_ask(v, PHASE_TTL_BAD, AS_IS, way);
    } else if (good) {
        s->answers = h->lo;
        s->doubt = s->trigger && !s->answers; /* it was not answered a second time */
        if (!s->answers || is_still(s)) {
            hop_begin(v);
            return;
        }
        s->bad = (struct hunt){ s->answers - 1, 256, 0 }; /* the likeliest first: the same */
        way.near = (uint8_t)(s->answers < 255 ? s->answers + 1 : 255);
        step_ask(v, PHASE_TTL_BAD, AS_IS, way);
    } else {
        s->ended_by = h->lo;
        s->doubt = s->trigger && !s->ended_by;
        if (s->ended_by == s->answers || !s->ended_by) {
            s->differs = s->ended_by ? STATE_NO : UNSURE;
            hop_begin(v);
            return;
        }
        way = (struct conn_travel){ .near = (uint8_t)(s->ended_by > s->answers ? s->ended_by : s->answers),
                                    .patience = patience_of(v, false) };
        good_ask(v, PHASE_CHECK_GOOD, way);
    }
}

/* The first look at what ended it was above the other's number: below it is all still open. */
static void bad_learn(struct path *s, bool passed)
{
    int at = s->way.near;
    if (at == s->answers + 1 && s->bad.hi > 255)
        s->bad = passed ? (struct hunt){ at, 256, 0 } : (struct hunt){ s->answers - 1, at, 0 };
    else if (at == s->answers && !passed)
        s->bad = (struct hunt){ 0, at, 1 };
    else
        hunt_learn(&s->bad, at, passed);
}

/* --- where ------------------------------------------------------------------------------------- */

static void hop_ask(struct surveying *v)
{
    struct path *s = v->state;
    struct conn_travel way = { .patience = patience_of(v, true) };
    if (s->hop.hi - s->hop.lo > 1) {
        way.reach = (uint8_t)((s->hop.lo + s->hop.hi) / 2);
        step_ask(v, PHASE_HOP, AS_IS, way);
        return;
    }
    if (is_still(s) && !s->expired) { /* nobody says where packets expire, so silence says nothing */
        last_begin(v);
        return;
    }
    s->hops = s->hop.hi;
    way.reach = (uint8_t)s->hops;
    way.patience = patience_of(v, false);
    step_ask(v, PHASE_HOP_GOOD, s->trigger->helps, way);
}

/* Only where somebody else than the server may stand there. */
static void hop_begin(struct surveying *v)
{
    struct path *s = v->state;
    int far = s->answers ? hops_of(s->answers) : 0;
    bool doubtful = s->differs == STATE_YES || is_still(s) || is_lost(s);
    s->hop = (struct hunt){ 0, far, 0 };
    if (far < 2 || !doubtful || !s->trigger)
        last_begin(v);
    else
        hop_ask(v);
}

/* Nobody answers anything: how far does it get? Each router there is says where it expires. */
static void reach_ask(struct surveying *v)
{
    struct path *s = v->state;
    int next = (s->hop.lo + s->hop.hi) / 2;
    struct conn_travel way = { .patience = patience_of(v, true), .reach = (uint8_t)next };
    if (s->hop.hi - s->hop.lo > 1)
        step_ask(v, PHASE_REACH, SMALL, way);
    else if (s->expired)
        knock_ask(v, PHASE_FIRST, (struct conn_travel){ .reach = (uint8_t)s->hop.hi });
    else
        last_begin(v);
}

/* A proxy acknowledges what it is sent, and stands no further away than it says. */
static bool near_is_due(const struct surveying *v)
{
    const struct path *s = v->state;
    bool near = !s->answers || hops_of(s->answers) <= 1;
    return near && !(is_lost(s) && is_still(s)) && s->before != STATE_YES && is_far(v);
}

/* Who stands there, and whether connections get anywhere. */
static void last_begin(struct surveying *v)
{
    struct path *s = v->state;
    if (s->hops && !s->router)
        knock_ask(v, PHASE_ROUTER, (struct conn_travel){ .reach = (uint8_t)s->hops });
    else if (near_is_due(v))
        knock_ask(v, PHASE_NEAR, (struct conn_travel){ .reach = 1 });
    else
        s->phase = PHASE_DONE;
}

/* --- what came --------------------------------------------------------------------------------- */

/* It is answered, or fails, for what it says; now a second time, and from how far. */
static void trigger_begin(struct surveying *v)
{
    struct path *s = v->state;
    s->good = (struct hunt){ 0, 256, 0 };
    if (is_still(s) && !s->twice)
        step_ask(v, PHASE_FAILS, AS_IS, (struct conn_travel){ .patience = patience_of(v, false) });
    else
        ttl_ask(v, true);
}

/* Who says nothing to anything has had its time: these come at little cost. */
static void further_ask(struct surveying *v)
{
    struct path *s = v->state;
    double times = PATIENCE_TIMES * s->round;
    s->patience = path_timeout(v, times > PATIENCE_BRIEF ? times : PATIENCE_BRIEF);
    round_ask(v, NO_NAME, NO_ALPN);
}

/* No change helps, or none of those that say more than that it is a smaller hello. */
static void nothing_helps(struct surveying *v)
{
    struct path *s = v->state;
    bool lost = is_lost(s) && s->tried[AS_IS].kind == ANSWER_SILENT && s->tried[SMALL].acked == STATE_NO;
    bool reset = s->tried[AS_IS].kind == ANSWER_RESET && (is_lost(s) || target_depth_full(v->target));
    bool foreign = s->tried[AS_IS].kind == ANSWER_NOT_TLS || reset;
    s->hop = (struct hunt){ 0, FURTHEST + 1, 0 };
    s->good = (struct hunt){ 0, 256, 0 };
    if (lost)
        reach_ask(v);
    else if (foreign && !try_heard(s, SMALL) && is_far(v))
        ttl_ask(v, true);
    else if (!try_heard(s, SMALL))
        last_begin(v);
}

/* What is asked next, all of it at once; false: there is nothing more to ask so. */
static bool round_next(struct surveying *v)
{
    struct path *s = v->state;
    int open = v->open;
    bool sized = s->trigger ? s->trigger->helps == SMALL : try_heard(s, SMALL);
    enum phase was = s->phase == PHASE_TRIES && sized && s->ahead ? PHASE_MORE : s->phase;
    s->phase = PHASE_MORE;
    if (was == PHASE_TRIES && sized) {
        round_ask(v, v->target->works ? SEGMENTS : LARGE, NO_NAME);
    } else if (was == PHASE_TRIES && !s->trigger && s->tried[AS_IS].kind != ANSWER_SLOW) {
        further_ask(v);
    } else if (was == PHASE_MORE && !s->trigger && try_heard(s, LARGE)) {
        s->phase = PHASE_CONTENT;
        round_ask(v, NO_ALPN, v->target->works ? TRIES : FEW_SUITES);
    } else if ((was == PHASE_CONTENT || was == PHASE_LISTS) && !s->trigger && !v->target->works) {
        enum try next = s->tried[FEW_SUITES].answer ? FEW_GROUPS : FEW_SUITES;
        s->phase = PHASE_LISTS;
        if (!s->tried[next].answer)
            round_ask(v, next, next + 1);
    }
    return v->open > open;
}

static void round_over(struct surveying *v)
{
    struct path *s = v->state;
    s->varies |= as_is_varies(v);
    if (!answer_is_known(&s->tried[AS_IS]) || s->varies)
        return;
    if (s->phase == PHASE_BRIEF) {
        s->phase = PHASE_TRIES;
        if (!try_heard(s, SMALL))
            round_ask(v, OTHER_VERSION, LARGE);
        if (v->open || try_heard(s, SMALL))
            return;
    }
    s->trigger = trigger_find(s);
    if (round_next(v))
        return;
    if (s->trigger)
        trigger_begin(v);
    else
        nothing_helps(v);
}

/* Beside a handshake that is not answered time is short: what one answer makes worth asking is asked at once. */
static void round_ahead(struct surveying *v, enum try try)
{
    struct path *s = v->state;
    if (!v->target->early || s->ahead || s->phase != PHASE_TRIES || s->tried[AS_IS].answer || !try_heard(s, try))
        return;
    s->ahead = true;
    s->asked++;
    survey_ask(v, AGAIN, UNTIL_FLIGHT);
    round_ask(v, LARGE, NO_NAME);
}

static void check_over(struct surveying *v, bool bad)
{
    struct path *s = v->state;
    bool nearer = s->ended_by > s->answers; /* what ended it came from nearer by, or began with more */
    if (s->level_good == !nearer && bad == nearer)
        s->differs = hops_of(s->ended_by) != hops_of(s->answers) ? STATE_YES : STATE_NO;
    hop_begin(v);
}

static void knock_over(struct surveying *v)
{
    struct path *s = v->state;
    const struct conn *c = &v->run->conn;
    bool taken = conn_reached(c), expired = !taken && c->error == EHOSTUNREACH && c->icmp.came && !c->icmp.ours;
    enum phase was = s->phase;
    s->phase = PHASE_DONE;
    if (v->run->cut)
        return;
    if (was == PHASE_OPEN) {
        hunt_learn(&s->good, s->way.near, taken);
        ttl_ask(v, true);
    } else if (was == PHASE_CHECK_OPEN) {
        s->level_good = taken;
        step_ask(v, PHASE_CHECK_BAD, AS_IS, (struct conn_travel){ .near = s->way.near, .patience = patience_of(v, false) });
    }
    if (expired && (was == PHASE_ROUTER || was == PHASE_FIRST))
        s->router = mem_string(c->icmp.from);
    if (was == PHASE_FIRST && expired) {
        struct conn_travel way = { .reach = (uint8_t)s->hop.hi, .patience = patience_of(v, false) };
        step_ask(v, PHASE_REACH_AGAIN, SMALL, way);
    } else if (was == PHASE_FIRST) {
        s->hops = taken ? s->hop.hi : 0;
        s->before = taken ? STATE_NO : UNSURE;
    } else if (was == PHASE_NEAR) {
        s->taken = taken ? STATE_YES : STATE_NO;
        s->near = taken ? UNSURE : STATE_NO;
        if (taken)
            knock_ask(v, PHASE_COUNTS, (struct conn_travel){ .knock = KNOCK_UDP, .reach = 1 });
    } else if (was == PHASE_COUNTS && expired) {
        s->near = STATE_YES;
    }
}

/* Where data ends is where a connection's first packet goes on, the second time as well. */
static void reach_again(struct path *s, bool expired)
{
    s->before = expired ? UNSURE : STATE_YES;
    s->hops = expired ? 0 : s->hop.hi;
    s->phase = PHASE_DONE;
}

static void step_learn(struct surveying *v, bool heard, bool same, bool expired)
{
    struct path *s = v->state;
    switch (s->phase) {
    case PHASE_FAILS:
        s->varies = heard;
        if (!heard)
            ttl_ask(v, true);
        return;
    case PHASE_TTL_GOOD:
        hunt_learn(&s->good, s->way.near, heard);
        ttl_ask(v, true);
        return;
    case PHASE_TTL_BAD:
        s->varies = heard;
        if (heard)
            return;
        bad_learn(s, same);
        ttl_ask(v, false);
        return;
    case PHASE_CHECK_GOOD:
        s->level_good = heard;
        step_ask(v, PHASE_CHECK_BAD, AS_IS, s->way);
        return;
    case PHASE_CHECK_BAD: check_over(v, same); return;
    case PHASE_HOP:
        s->expired |= expired;
        hunt_learn(&s->hop, s->way.reach, !same || expired);
        hop_ask(v);
        return;
    case PHASE_HOP_GOOD:
        s->before = heard ? STATE_NO : STATE_YES;
        last_begin(v);
        return;
    case PHASE_REACH:
        s->expired |= expired;
        hunt_learn(&s->hop, s->way.reach, expired);
        reach_ask(v);
        return;
    case PHASE_REACH_AGAIN: reach_again(s, expired); return;
    default: return;
    }
}

static void step_over(struct surveying *v, const struct answer *a)
{
    struct path *s = v->state;
    if (s->phase >= PHASE_OPEN) {
        knock_over(v);
        return;
    }
    if (a->kind == ANSWER_CUT || a->kind == ANSWER_REFUSED) { /* no more may be asked: what is known so far stays */
        s->doubt |= s->trigger && s->phase < PHASE_TTL_BAD;
        s->phase = PHASE_DONE;
        return;
    }
    char *word = answer_word(a);
    bool same = a->kind == s->tried[AS_IS].kind && (a->kind != ANSWER_ALERT || text_is(word, s->tried[AS_IS].answer));
    bool heard = answer_is_heard(s, a->kind, word);
    free(word);
    step_learn(v, heard, same, v->run->conn.error == EHOSTUNREACH);
}

static void path_take(struct surveying *v, int question, const struct answer *a)
{
    struct path *s = v->state;
    if (question >= STEP) {
        step_over(v, a);
        return;
    }
    if (question == AGAIN) {
        s->twice = a->kind == ANSWER_SILENT;
        s->varies |= a->kind == ANSWER_ACCEPTED || a->kind == ANSWER_ALERT;
    } else {
        tried_take(v, (enum try)question, a);
        round_ahead(v, (enum try)question);
    }
    if (!v->open)
        round_over(v);
}

/* --- the fact ---------------------------------------------------------------------------------- */

static json_t *state_json(enum state s)
{
    return s == STATE_YES || s == STATE_NO ? json_boolean(s == STATE_YES) : json_null();
}

static json_t *number_json(int n) { return n ? json_integer(n) : json_null(); }

static json_t *tried_json(const struct tried *t)
{
    json_t *j = json_object();
    if (!t->answer) {
        json_decref(j);
        return json_null();
    }
    json_object_set_new(j, "answer", json_string(t->answer));
    json_object_set_new(j, "acked", state_json(t->acked));
    json_object_set_new(j, "ms", json_real(t->ms));
    return j;
}

static json_t *path_json(const struct path *s)
{
    json_t *j = json_object(), *tried = json_object(), *ttl = json_object();
    for (int i = 0; i < TRIES; i++)
        json_object_set_new(tried, tries[i].key, tried_json(&s->tried[i]));
    json_object_set_new(ttl, "answers", number_json(s->answers));
    json_object_set_new(ttl, "ended_by", number_json(s->ended_by));
    json_object_set_new(ttl, "differs", state_json(s->differs));
    json_object_set_new(j, "tries", tried);
    json_object_set_new(j, "trigger", s->trigger ? json_string(s->trigger->word) : json_null());
    json_object_set_new(j, "answered", s->trigger ? json_string(tries[s->trigger->helps].key) : json_null());
    json_object_set_new(j, "ttl", ttl);
    json_object_set_new(j, "hop", number_json(s->hops));
    json_object_set_new(j, "before", state_json(s->before));
    json_object_set_new(j, "router", s->router ? json_string(s->router) : json_null());
    json_object_set_new(j, "taken", state_json(s->taken));
    json_object_set_new(j, "proxy", state_json(s->near));
    json_object_set_new(j, "mss", number_json(s->segment));
    json_object_set_new(j, "connections", json_integer(s->asked));
    return j;
}

static bool tried_alike(const struct tried *a, const struct tried *b)
{
    return a->answer && b->answer && strcmp(a->answer, b->answer) == 0 && (a->acked == STATE_NO) == (b->acked == STATE_NO);
}

/* "the hello as it is, small: reset; without TLS 1.3: accepted": what came to the same is told together. */
static void add_tries(struct text *t, const struct path *s)
{
    for (int i = 0; i < TRIES; i++) {
        const struct tried *one = &s->tried[i];
        bool told = !one->answer;
        for (int k = 0; k < i; k++)
            told |= tried_alike(&s->tried[k], one);
        if (told)
            continue;
        text_addf(t, "%s%s", t->len ? "; " : "the hello ", tries[i].title);
        for (int k = i + 1; k < TRIES; k++)
            if (tried_alike(&s->tried[k], one))
                text_addf(t, ", %s", tries[k].title);
        text_addf(t, ": %s%s", answer_says(one->answer), one->acked == STATE_NO ? " (not acknowledged)" : "");
    }
}

static char *path_text(const struct path *s)
{
    struct text t = { 0 };
    add_tries(&t, s);
    if (s->answers)
        text_addf(&t, "; %s with time to live %d", s->trigger ? "answers come" : "the connection is opened", s->answers);
    if (s->ended_by)
        text_addf(&t, ", what ends the other with %d", s->ended_by);
    if (s->hops)
        text_addf(&t, "; it ends %d hops away%s%s%s", s->hops, s->router ? ", at " : "", s->router ? s->router : "",
                  s->before != STATE_YES ? "" : s->trigger ? ", from where the server does not answer yet"
                                                           : ", where a connection's first packet goes on");
    if (s->taken == STATE_YES)
        text_addf(&t, "; a connection that may not leave the first link is opened%s",
                  s->near == STATE_YES ? ", while a datagram expires there: something near takes it" : "");
    if (s->varies)
        text_add(&t, "; but not each time");
    return text_take(&t);
}

static void path_end(struct surveying *v)
{
    struct path *s = v->state;
    if (!answer_is_known(&s->tried[AS_IS]))
        return; /* could not ask */
    enum state state = s->varies || s->doubt ? UNSURE : s->trigger ? STATE_YES : STATE_NO;
    run_see(v->run, FACT_PATH, state, path_json(s), (run_now(v->run) - v->began) * 1000, path_text(s));
}

static void path_forget(struct surveying *v)
{
    struct path *s = v->state;
    for (int i = 0; i < TRIES; i++)
        free(s->tried[i].answer);
    free(s->router);
}

static const struct survey survey = {
    .state_size = sizeof(struct path),
    .once = true,
    .begin = path_begin,
    .hello = path_hello,
    .travel = path_travel,
    .plain = path_plain,
    .take = path_take,
    .end = path_end,
    .forget = path_forget,
};

const struct probe path_probe = { .name = "path", .thorough = true, .aside = true, .beside = true, .writes = writes,
                                  .needs = needs, SURVEY(survey) };
