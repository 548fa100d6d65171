/* sweep - see sweep.h. */
#include "probes/sweep.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/model/endpoint.h"
#include "src/wire/client.h"
#include "src/wire/names.h"

#define GROUP_X25519MLKEM768 0x11ec
#define FLIGHT_BYTES 400  /* ciphertext that only a certificate makes: an alert has 24, EncryptedExtensions some 40 */
#define AGAIN_PAUSE 0.05  /* seconds before a doubtful question is asked again, and two round trips */
#define AGAIN_PAUSE_MAX 2.0
#define AGAIN_CROWDED 6   /* times one question is asked again that don't count, as there were too many at once */
#define AGAIN_QUICK 6     /* questions of one column that are asked again at --depth quick */
#define AGAIN_FULL 400
#define AGAIN_GROWS 3     /* how many times longer the pause is each time */
#define SLOW_TIMES 8      /* an answer that takes so many times the quickest one, and so many ms more, slows us down */
#define SLOW_MS 200
#define AGAIN_LEAVES 15   /* connections of --depth quick that are not spent on asking again */
#define SILENCE 1.0       /* seconds without an answer that are silence where other hellos are answered; at least so */
#define SILENCE_TIMES 20  /* many times the quickest answer */
#define SILENCE_AGAIN 0.3 /* the first, where the column's own handshake was not answered either */
#define LOOK_LEAST 0.005  /* seconds of patience left that are none: timers are no finer */
#define PIECE_PAUSE 0.01  /* seconds between the pieces of a hello, and a quarter of a round trip */

struct survey_run {         /* what one question keeps while its connection is open */
    struct hello hello;
    struct reply reply;
    struct buf out;         /* still to be sent */
    size_t piece;           /* bytes of one piece, 0: all at once */
    double sent;            /* engine time of the first byte; of pieces, the last */
};
const size_t survey_run_size = sizeof(struct survey_run);

/* --- versions and lists ------------------------------------------------------------------------ */

static const struct { uint16_t number; const char *key; } version_keys[VERSION_COUNT] = {
    { 0x0002, "ssl2" }, { 0x0300, "ssl3" }, { 0x0301, "tls1.0" }, { 0x0302, "tls1.1" }, { 0x0303, "tls1.2" },
    { 0x0304, "tls1.3" },
};

int version_index(uint16_t number)
{
    for (int i = 0; i < VERSION_COUNT; i++)
        if (version_keys[i].number == number)
            return i;
    return -1;
}

uint16_t version_number(int index)
{
    return version_keys[index].number;
}

const char *version_key(int index)
{
    return version_keys[index].key;
}

uint16_t known_classic(const struct known *k)
{
    for (int i = version_index(0x0303); i >= version_index(0x0301); i--)
        if (k->accepted[i])
            return version_number(i);
    return 0;
}

size_t list_length(const uint16_t *list)
{
    size_t n = 0;
    while (list && list[n])
        n++;
    return n;
}

bool list_has(const uint16_t *list, uint16_t number)
{
    while (list && *list && *list != number)
        list++;
    return list && *list;
}

uint16_t *list_copy(const uint16_t *list, size_t n)
{
    uint16_t *copy = mem_new((n + 1) * sizeof *copy);
    if (n)
        memcpy(copy, list, n * sizeof *copy);
    return copy;
}

uint16_t *list_without(const uint16_t *list, const uint16_t *other)
{
    uint16_t *left = mem_new((list_length(list) + 1) * sizeof *left);
    for (size_t n = 0; *list; list++)
        if (!list_has(other, *list))
            left[n++] = *list;
    return left;
}

static bool suite_usable(const struct suite *s, uint16_t version)
{
    return s && s->number && s->since <= version && version <= s->until && !suite_is_signal(s->number);
}

uint16_t *suites_of_version(uint16_t version, const uint16_t *from)
{
    size_t n = 0, all = from ? list_length(from) : suite_count;
    uint16_t *list = mem_new((all + 1) * sizeof *list);
    for (size_t i = 0; i < all; i++) {
        const struct suite *s = from ? suite_find(from[i]) : &suite_table[i];
        if (suite_usable(s, version))
            list[n++] = s->number;
    }
    return list;
}

uint16_t *suites_rare(uint16_t version)
{
    uint16_t *all = suites_of_version(version, NULL), *rare = list_without(all, suite_likely);
    free(all);
    return rare;
}

/* --- hellos ------------------------------------------------------------------------------------ */

static const uint16_t no_shares[] = { 0 };
static const uint16_t versions_from[][5] = { /* by the oldest, TLS 1.0 first */
    { 0x0304, 0x0303, 0x0302, 0x0301 }, { 0x0304, 0x0303, 0x0302 }, { 0x0304, 0x0303 }, { 0x0304 },
};

static const uint16_t *versions_since(uint16_t min)
{
    return versions_from[min <= 0x0301 ? 0 : min - 0x0301];
}

void hello_of_version(const struct surveying *v, struct hello *h, uint16_t version, const uint16_t *suites)
{
    h->version = version < 0x0304 ? version : 0x0303;
    h->suites = suites;
    h->groups = v->every->groups_classic;
    h->with = HELLO_POINTS | HELLO_RENEGOTIATION | HELLO_EMS | HELLO_ETM | HELLO_TICKET;
    if (version == 0x0300)
        h->with = HELLO_RENEGOTIATION_SCSV;
    if (version >= 0x0303)
        h->sigalgs = v->every->sigalgs_classic;
    if (version >= 0x0304) {
        h->groups = v->every->groups;
        h->sigalgs = v->every->sigalgs;
        h->versions = versions_since(version);
        h->shares = no_shares;
        h->with = HELLO_POINTS | HELLO_PSK_MODES | HELLO_EMS;
        h->session_id = 32;
    }
}

void hello_of_client(const struct surveying *v, struct hello *h, struct client_lists *keep)
{
    const struct endpoint *ep = v->target->endpoint;
    const char *alpn = endpoint_alpn(ep);
    client_hello(endpoint_client(ep), endpoint_offer(ep), alpn ? alpn : "none", keep, h);
}

void hello_grow(struct hello *h, struct grown *keep)
{
    size_t n = 0;
    keep->groups[n++] = GROUP_X25519MLKEM768;
    for (const uint16_t *g = h->groups; *g && n < GROWN_MAX; g++)
        keep->groups[n++] = *g;
    keep->groups[n] = 0;
    keep->shares[0] = GROUP_X25519MLKEM768;
    keep->shares[1] = h->shares ? h->shares[0] : 0;
    keep->shares[2] = 0;
    h->groups = keep->groups;
    h->shares = keep->shares;
}

/* --- answers ----------------------------------------------------------------------------------- */

static const char *const answer_words[] = {
    [ANSWER_ACCEPTED] = "accepted", [ANSWER_CLOSED] = "closed", [ANSWER_RESET] = "reset",
    [ANSWER_SILENT] = "silent", [ANSWER_SLOW] = "slow", [ANSWER_ODD] = "chose what was not offered",
    [ANSWER_PROTOCOL] = "protocol", [ANSWER_NOT_TLS] = "not-tls", [ANSWER_REFUSED] = "refused",
    [ANSWER_CUT] = "could-not-ask", [ANSWER_KNOCKED] = "connected",
};

char *answer_word(const struct answer *a)
{
    char hex[NAME_LEN];
    const struct version *v = a->kind == ANSWER_VERSION ? version_find(a->reply->version) : NULL;
    if (a->kind == ANSWER_ALERT)
        return mem_format("alert %d %s", a->reply->alert, alert_name(a->reply->alert, hex));
    if (a->kind == ANSWER_VERSION)
        return mem_format("answered by %s", v ? v->title : a->reply->version == 0x0002 ? "SSL 2.0" : "another version");
    return mem_string(answer_words[a->kind]);
}

const char *answer_says(const char *word)
{
    static const struct { const char *word, *says; } rows[] = {
        { "silent", "no answer" }, { "slow", "answered too slowly" }, { "protocol", "answered against the rules" },
        { "not-tls", "answered by something that is no TLS" }, { "refused", "no connection" },
        { "could-not-ask", "could not be asked" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (strcmp(rows[i].word, word) == 0)
            return rows[i].says;
    return word;
}

/* What was chosen was offered, as far as it was said by now. */
static enum answer_kind reply_checked(const struct hello *h, const struct reply *r)
{
    bool offered = h->versions ? list_has(h->versions, r->version) : r->version == h->version;
    if (!offered)
        return ANSWER_VERSION;
    if (r->version == 0x0002)
        return ANSWER_ACCEPTED;
    if (!list_has(h->suites, r->suite))
        return ANSWER_ODD;
    if (r->group && h->groups && !list_has(h->groups, r->group))
        return ANSWER_ODD;
    if (r->got & REPLY_RETRY && list_has(h->shares, r->group))
        return ANSWER_PROTOCOL; /* it has that share already, RFC 8446 section 4.1.4 */
    if (r->sigalg && h->sigalgs && !list_has(h->sigalgs, r->sigalg))
        return ANSWER_ODD;
    return ANSWER_ACCEPTED;
}

/* Enough was read to settle the question, whatever follows. */
static bool reply_enough(const struct reply *r, enum until until)
{
    if (until == UNTIL_HELLO || r->version == 0x0002)
        return r->got & (REPLY_HELLO | REPLY_RETRY);
    return r->got & (REPLY_KEY_EXCHANGE | REPLY_DONE | REPLY_RETRY) || r->ciphertext >= FLIGHT_BYTES;
}

static enum answer_kind end_kind(const struct run *r, const struct reply *p, enum step_why why)
{
    switch (p->end) {
    case REPLY_ALERT: return ANSWER_ALERT;
    case REPLY_BROKEN:
    case REPLY_TOO_BIG: return ANSWER_PROTOCOL;
    case REPLY_NOT_TLS: return ANSWER_NOT_TLS;
    case REPLY_GOING: break;
    }
    if (r->conn.lost)
        return ANSWER_REFUSED;
    if (r->conn.error)
        return ANSWER_RESET;
    if (r->conn.ended)
        return ANSWER_CLOSED;
    assert(why == STEP_TIMEOUT);
    return r->conn.received ? ANSWER_SLOW : ANSWER_SILENT;
}

/* --- doubts ------------------------------------------------------------------------------------ */

/* Cut off without a word. Behind a TLS 1.3 ServerHello it says so in what it sends encrypted. */
static bool answer_is_quiet(const struct answer *a)
{
    return a->kind == ANSWER_CLOSED || a->kind == ANSWER_RESET;
}

/* A server of which something is known, and this is not its way of refusing: it may be its way of being busy. */
static bool answer_is_unusual(const struct known *k, const struct answer *a)
{
    return k->good && k->control_done && !(k->refuses_known && k->refuses == a->kind);
}

/* An answer a busy server, or a limit on connections, gives just as well as one that doesn't take what
 * was offered. Where it is usual, or nothing is known yet, one look more is enough. */
static bool answer_is_doubtful(const struct run *r, const struct answer *a)
{
    const struct known *k = &r->target->known;
    if (a->kind == ANSWER_ALERT) /* internal_error may be want of something, or a refusal: once more is enough */
        return a->reply->alert == 80 && k->refuses_alert != 80 && k->control_done && !r->tries;
    if (a->kind != ANSWER_CLOSED && a->kind != ANSWER_RESET && a->kind != ANSWER_REFUSED && a->kind != ANSWER_SILENT)
        return false;
    if (r->conn.received || (a->kind == ANSWER_SILENT && (!k->good || k->silences > 0)))
        return false; /* a silent address is paid for once, and once more where it does answer other hellos */
    return r->tries < (answer_is_unusual(k, a) ? 3 : 1);
}

/* Asked once more, after a while and with fewer others beside it; false when it was asked often enough. */
static bool survey_again(struct run *r, const struct answer *a)
{
    struct known *k = &r->target->known;
    if (r->probe->survey->once || !answer_is_doubtful(r, a) || target_left(r->target, r->probe) <= AGAIN_LEAVES ||
        k->again >= (target_depth_full(r->target) ? AGAIN_FULL : AGAIN_QUICK))
        return false;
    bool unusual = answer_is_unusual(k, a);
    double round = r->connected > r->created ? r->connected - r->created : 0;
    k->again++;
    k->silences += a->kind == ANSWER_SILENT;
    if (unusual && a->kind != ANSWER_ALERT)
        cutoff_cut(&r->target->cutoff, answer_words[a->kind], run_is_alone(r), r->created);
    double pause = AGAIN_PAUSE + 2 * round;
    for (int i = 0; i < r->tries; i++)
        pause *= AGAIN_GROWS;
    bool crowded = unusual && run_push_back(r) && r->crowds < AGAIN_CROWDED;
    if (pause > AGAIN_PAUSE_MAX)
        pause = AGAIN_PAUSE_MAX;
    struct run *next = target_run(r->target, r->probe, r->nth, unusual ? pause : 0);
    next->until = r->until;
    next->pieces = r->pieces;
    next->tries = (uint8_t)(r->tries + !crowded);
    next->crowds = (uint8_t)(r->crowds + crowded);
    return true;
}

static void known_learn(struct known *k, const struct run *r, const struct answer *a)
{
    const struct survey_run *s = r->state;
    bool classic = a->kind == ANSWER_ACCEPTED && a->reply->version >= 0x0300 && a->reply->version <= 0x0303;
    if (a->kind == ANSWER_ACCEPTED || a->kind == ANSWER_ALERT)
        k->good++;
    if (classic && s->hello.with & (HELLO_RENEGOTIATION | HELLO_RENEGOTIATION_SCSV))
        k->renegotiation = a->reply->renegotiation ? STATE_YES : STATE_NO;
}

/* --- surveys ----------------------------------------------------------------------------------- */

struct surveying *run_survey(const struct run *r)
{
    struct surveying *v = r->target->surveys;
    while (v && v->probe != r->probe)
        v = v->next;
    return v;
}

static void survey_free(struct surveying *v)
{
    if (v->probe->survey->forget)
        v->probe->survey->forget(v);
    free(v->state);
    free(v);
}

static void survey_close(struct surveying *v)
{
    struct surveying **p = &v->target->surveys;
    v->probe->survey->end(v);
    run_blank(v->run);
    while (*p != v)
        p = &(*p)->next;
    *p = v->next;
    survey_free(v);
}

/* Those a server signs or agrees with by default come first: some take the first they know, however weak. */
static const uint16_t usual_groups[] = { 0x001d, 0x0017, 0x0018, 0x0019, 0x001e, 0 };
static const uint16_t usual_sigalgs[] = { /* wolfSSL 5.5 reads no more than the first 18 */
    0x0403, 0x0804, 0x0503, 0x0805, 0x0603, 0x0806, 0x0807, 0x0808, 0x0809, 0x080a, 0x080b, 0x0401, 0x0501, 0x0601,
    0x0201, 0x0203, 0
};

static uint16_t *every_group(bool classic)
{
    uint16_t *list = mem_new((group_count + 1) * sizeof *list);
    size_t n = list_length(usual_groups);
    memcpy(list, usual_groups, n * sizeof *list);
    for (size_t i = 0; i < group_count; i++) {
        uint16_t number = group_table[i].number;
        bool fits = number < 0xff00 && (!classic || group_table[i].since < 0x0304); /* explicit curves are no groups */
        if (fits && !list_has(usual_groups, number))
            list[n++] = number;
    }
    return list;
}

static uint16_t *every_sigalg(bool classic)
{
    uint16_t *list = mem_new((sigalg_count + 1) * sizeof *list);
    size_t n = list_length(usual_sigalgs);
    memcpy(list, usual_sigalgs, n * sizeof *list);
    for (size_t i = 0; i < sigalg_count; i++) {
        uint16_t number = sigalg_table[i].number;
        if ((!classic || sigalg_table[i].since < 0x0304) && !list_has(usual_sigalgs, number))
            list[n++] = number;
    }
    return list;
}

static const struct every *every_made(struct every *e)
{
    if (!e->groups)
        *e = (struct every){ every_group(false), every_sigalg(false), every_group(true), every_sigalg(true) };
    return e;
}

void every_free(struct every *e)
{
    free(e->groups);
    free(e->sigalgs);
    free(e->groups_classic);
    free(e->sigalgs_classic);
}

void survey_begin(struct target *t, const struct probe *p)
{
    struct surveying *v = mem_new(sizeof *v);
    *v = (struct surveying){ .probe = p, .target = t, .next = t->surveys, .began = target_now(t) };
    v->state = mem_new(p->survey->state_size);
    v->every = every_made(target_every(t));
    t->surveys = v;
    p->survey->begin(v);
    if (!v->open) { /* nothing to ask: what it would have written can't be known */
        t->surveys = v->next;
        survey_free(v);
        target_blank_probe(t, p);
    }
}

void survey_drop(struct target *t, const struct probe *p)
{
    for (struct surveying **v = &t->surveys, *gone; *v; v = &(*v)->next)
        if ((*v)->probe == p) {
            gone = *v;
            *v = gone->next;
            survey_free(gone);
            return;
        }
}

void surveys_forget(struct target *t)
{
    for (struct surveying *v = t->surveys, *next; v; v = next) {
        next = v->next;
        survey_free(v);
    }
    t->surveys = NULL;
    t->known = (struct known){ .good = 0 };
}

void survey_ask_in_pieces(struct surveying *v, int question, enum until until, int pieces)
{
    struct run *r = v->run ? target_run_next(v->target, v->probe, question) : target_run(v->target, v->probe, question, 0);
    r->until = (uint8_t)until;
    r->pieces = (uint8_t)pieces;
    if (v->probe->survey->travel)
        v->probe->survey->travel(v, question, &r->conn.travel);
    if (r->conn.travel.knock)
        conn_knock(&r->conn);
    v->open++;
}

void survey_ask_later(struct surveying *v, int question, enum until until, double seconds)
{
    struct run *r = target_run(v->target, v->probe, question, seconds);
    r->until = (uint8_t)until;
    r->pieces = 1;
    v->open++;
}

void survey_ask(struct surveying *v, int question, enum until until)
{
    survey_ask_in_pieces(v, question, until, 1);
}

/* Answers that take far longer than the quickest mean that the server is at its limit. */
static void survey_pace(struct run *r, const struct answer *a)
{
    struct known *k = &r->target->known;
    if (k->best_ms <= 0 || a->ms < k->best_ms)
        k->best_ms = a->ms;
    if (a->ms > SLOW_TIMES * k->best_ms + SLOW_MS)
        run_push_back(r);
    else
        run_goes_well(r);
}

void survey_stopped(struct run *r)
{
    struct surveying *v = r->probe->survey ? run_survey(r) : NULL;
    if (!v || !v->probe->survey->tells_halfway)
        return;
    v->run = r;
    v->probe->survey->end(v);
}

/* One question less. */
static void survey_left(struct surveying *v)
{
    if (v->open)
        v->run = NULL;
    else
        survey_close(v);
}

/* The question is settled: on to the survey, and to its end when it was the last. */
static struct want survey_settle(struct run *r, struct answer *a)
{
    static const struct want done = { .what = WANT_DONE };
    struct surveying *v = run_survey(r);
    const struct known *k = &r->target->known;
    if (!v)
        return done;
    if (survey_again(r, a))
        return done;
    a->no = a->kind == ANSWER_ALERT || a->kind == ANSWER_ODD || a->kind == ANSWER_VERSION ||
            (answer_is_quiet(a) && ((k->refuses_known && k->refuses == a->kind) || a->reply->ciphertext > 0));
    if (a->kind == ANSWER_SILENT && !k->good && !r->target->works && !v->probe->survey->once)
        r->target->silent = true; /* what waits behind it is not asked any more */
    if (r->state)
        known_learn(&r->target->known, r, a);
    if (a->kind == ANSWER_ACCEPTED || a->kind == ANSWER_ALERT) {
        cutoff_good(&r->target->cutoff, r->created);
        cutoff_again(&r->target->cutoff, r->tries + r->crowds);
    }
    if (a->kind == ANSWER_ACCEPTED || a->no)
        survey_pace(r, a);
    v->run = r;
    v->open--;
    v->probe->survey->take(v, r->nth, a);
    survey_left(v);
    return done;
}

void survey_came(struct run *r, const json_t *told)
{
    struct surveying *v = run_survey(r);
    if (!v)
        return;
    v->run = r;
    v->open--;
    v->probe->survey->came(v, r->nth, told);
    survey_left(v);
}

/* --- one question ------------------------------------------------------------------------------ */

static bool survey_send(struct run *r)
{
    struct survey_run *s = r->state;
    while (s->out.len) {
        size_t n = s->piece && s->piece < s->out.len ? s->piece : s->out.len;
        struct iovec v = { s->out.data, n };
        ssize_t sent = conn_send(&r->conn, &v, 1);
        if (sent < 0)
            return errno == EAGAIN || errno == EINTR;
        buf_drop(&s->out, (size_t)sent);
        if (s->piece)
            return true;
    }
    buf_free(&s->out);
    return true;
}

static void survey_read(struct run *r)
{
    struct survey_run *s = r->state;
    uint8_t in[4096];
    ssize_t n;
    while (s->reply.end == REPLY_GOING && !reply_enough(&s->reply, r->until)) {
        n = conn_recv(&r->conn, in, sizeof in);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return;
        reply_feed(&s->reply, in, (size_t)n);
    }
}

/* How long an answer is waited for, as far as can be said by now. Who answers other hellos at once does not think
 * about this one; who has kept our handshake waiting for all of --timeout is not waited for like that again. */
static double survey_patience(const struct run *r)
{
    const struct known *k = &r->target->known;
    double most = run_options(r)->timeout, least = r->target->waited ? SILENCE_AGAIN : SILENCE;
    double times = SILENCE_TIMES * k->best_ms / 1000, wait = times < least ? least : times;
    if (r->conn.travel.patience > 0)
        return r->conn.travel.patience;
    if (r->target->waited && (k->best_ms <= 0 || r->conn.received))
        return run_brief(r);
    return k->best_ms <= 0 || r->conn.received || wait > most ? most : wait;
}

/* Until it is looked at again whether the patience is over: answers to others may shorten it. */
static double survey_look(const struct run *r)
{
    double patience = survey_patience(r);
    double look = r->target->waited ? SILENCE_AGAIN : SILENCE;
    return r->conn.travel.patience <= 0 && patience > look ? look : patience;
}

static struct want survey_go_on(struct run *r, enum step_why why)
{
    struct survey_run *s = r->state;
    survey_read(r);
    bool enough = reply_enough(&s->reply, r->until);
    bool over = s->reply.end != REPLY_GOING || r->conn.ended || r->conn.error;
    double left = why == STEP_TIMEOUT ? s->sent + survey_patience(r) - run_now(r) : 0;
    if (!enough && !over && (why != STEP_TIMEOUT || left > LOOK_LEAST))
        return (struct want){ .what = WANT_READ | (s->out.len && !s->piece ? WANT_WRITE : 0), .seconds = left };
    struct answer a = { .reply = &s->reply, .ms = (run_now(r) - s->sent) * 1000 };
    a.kind = enough ? reply_checked(&s->hello, &s->reply) : end_kind(r, &s->reply, why);
    return survey_settle(r, &a);
}

/* The next piece after a while; the wait for the answer begins with the last one. */
static struct want survey_next_piece(struct run *r)
{
    struct survey_run *s = r->state;
    survey_send(r);
    if (!s->out.len)
        s->sent = run_now(r);
    struct want w = survey_go_on(r, STEP_READY);
    w.seconds = s->out.len ? PIECE_PAUSE + (r->connected - r->created) / 4 : survey_look(r);
    return w;
}

struct want survey_start(struct run *r)
{
    struct survey_run *s = r->state;
    struct surveying *v = run_survey(r);
    reply_init(&s->reply, v && v->probe->survey->keeps_certificate);
    buf_init(&s->out, HELLO_BYTES_MAX);
    s->sent = run_now(r);
    if (!v)
        return (struct want){ .what = WANT_DONE };
    if (r->conn.travel.knock) /* it is taken, and that was the question */
        return survey_settle(r, &(struct answer){ .kind = ANSWER_KNOCKED, .reply = &s->reply });
    s->hello.sni = endpoint_sni(r->target->endpoint);
    s->hello.seed = run_seed(r);
    v->probe->survey->hello(v, r->nth, &s->hello);
    conn_depart(&r->conn);
    const char *plain = v->probe->survey->plain ? v->probe->survey->plain(v, r->nth) : NULL;
    if (plain ? !buf_add(&s->out, plain, strlen(plain)) : !hello_write(&s->hello, &s->out))
        return survey_settle(r, &(struct answer){ .kind = ANSWER_CUT, .reply = &s->reply });
    if (r->pieces > 1) {
        s->piece = s->out.len / r->pieces + 1;
        return survey_next_piece(r);
    }
    survey_send(r);
    struct want w = survey_go_on(r, STEP_READY);
    w.seconds = survey_look(r);
    return w;
}

struct want survey_step(struct run *r, enum step_why why)
{
    struct survey_run *s = r->state;
    if (s->piece && s->out.len && why == STEP_TIMEOUT)
        return survey_next_piece(r);
    if (s->out.len && !s->piece)
        survey_send(r);
    return survey_go_on(r, why);
}

void survey_unreachable(struct run *r, bool timed_out)
{
    struct reply none = { .end = REPLY_GOING };
    struct answer a = { .kind = r->cut ? ANSWER_CUT : timed_out ? ANSWER_SILENT : ANSWER_REFUSED, .reply = &none };
    survey_settle(r, &a);
}

void survey_run_end(struct run *r)
{
    struct survey_run *s = r->state;
    conn_cut(&r->conn);
    reply_free(&s->reply);
    buf_free(&s->out);
}
