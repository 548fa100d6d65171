/* line - see line.h. */
#include "src/log/line.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/log/fold.h"
#include "src/log/rule.h"
#include "src/log/scan.h"
#include "src/log/topic.h"
#include "src/why/inspect.h"
#include "src/why/placeholder.h"

#define NUMBERS_MAX 8
#define WORD_MIN 4                         /* a word of fewer letters says nothing of likeness */
#define PHRASE_MIN 8                       /* nor does a phrase with fewer in such words */
#define LIKE_MIN 600u                      /* thousandths of a phrase that must be there to be near */
#define NUMBER_ROOM 96                     /* of the words of one, with spaces */
#define MEMO_SLOTS 1024                    /* readings remembered */
#define MEMO_BYTES 1024                    /* of the plain text of each; a longer one is read anew every time */
#define ENDS_KEPT 16
#define SELF_MIN 3                         /* letters of a name that count as one */

/* What a phrase is beside a part of rules: words before an alert's name, or such a name. */
struct role { bool words; uint8_t direction; int16_t alert; uint16_t length; };

struct memory {
    uint64_t hash;
    struct line_context context;
    uint16_t length;                       /* of the text; 0: an empty slot */
    char *text;                            /* owned, MEMO_BYTES */
    struct line_says says;
};

struct line_book {
    struct rules *rules;
    unsigned first_side, first_mark, first_shape, first_hint; /* numbers of rules; stacks begin at 0 */
    unsigned inspector, placeholder;
    struct role *role; size_t roles;       /* owned; by phrase, of the first phrases only */
    const char **known; size_t known_count; /* owned; the phrases of shapes that are long enough to be alike, lent */
    struct sight *sight;
    char *plain;                           /* owned; the text at hand, with room for the words of its numbers */
    struct memory *memory;                 /* owned; MEMO_SLOTS */
    struct scan *scan;                     /* owned */
};

/* --- the book ----------------------------------------------------------------------------------- */

/* The names that certificates of such products bear, as phrases, without stars and what is too short to mean it. */
static void names_add(char **when, const char *patterns)
{
    char plain[FOLD_ROOM(128)];
    for (const char *p = patterns, *next; p; p = next) {
        const char *bar = strchr(p, '|');
        size_t n = bar ? (size_t)(bar - p) : strlen(p);
        next = bar ? bar + 1 : NULL;
        while (n && (*p == '*' || *p == '.'))
            p++, n--;
        while (n && p[n - 1] == '*')
            n--;
        if (n < 6 || n > 128 || memchr(p, '*', n))
            continue;
        size_t length = fold_line(p, n, plain);
        /* what hosts are called as well means a certificate only where it says so */
        bool host = strncmp(plain + 1, "localhost", 9) == 0;
        char *longer = mem_format("%s%s%s%.*s", *when ? *when : "", *when ? "|" : "", host ? "cn=" : "",
                                  (int)(length - 2), plain + 1);
        free(*when);
        *when = longer;
    }
}

static unsigned inspectors_add(struct line_book *b)
{
    char *when = NULL;
    for (size_t i = 0; i < inspector_count; i++) {
        names_add(&when, inspector_table[i].cn);
        names_add(&when, inspector_table[i].o);
    }
    unsigned rule = rules_add(b->rules, when);
    free(when);
    return rule;
}

static unsigned placeholders_add(struct line_book *b)
{
    char *when = NULL;
    for (size_t i = 0; i < placeholder_count; i++)
        if (placeholder_table[i].kind == PLACEHOLDER_BY_NAME)
            names_add(&when, placeholder_table[i].cn);
    unsigned rule = rules_add(b->rules, when);
    free(when);
    return rule;
}

static struct role *role_of(struct line_book *b, const char *phrase, size_t n)
{
    char *text = mem_copy(phrase, n);
    unsigned id = rules_phrase(b->rules, text);
    free(text);
    size_t count = rules_phrase_count(b->rules);
    if (count > b->roles) {
        b->role = mem_array(b->role, count, sizeof *b->role);
        b->role[count - 1] = (struct role){ .alert = -1 };
        b->roles = count;
    }
    b->role[id].length = (uint16_t)n;
    return &b->role[id];
}

/* Before any rule is added: phrases are numbered as they come, so those with a role have the lowest numbers. */
static void roles_add(struct line_book *b)
{
    for (size_t i = 0; i < words_count; i++) {
        struct role *r = role_of(b, words_table[i].words, strlen(words_table[i].words));
        r->words = true;
        r->direction = (uint8_t)words_table[i].direction;
    }
    for (size_t i = 0; i < alert_words_count; i++) {
        for (const char *p = alert_words_table[i].names, *next; p; p = next) {
            const char *bar = strchr(p, '|');
            next = bar ? bar + 1 : NULL;
            role_of(b, p, bar ? (size_t)(bar - p) : strlen(p))->alert = (int16_t)i;
        }
    }
}

/* How much of a phrase counts where it is compared with what nobody knows: short words do not. */
static unsigned phrase_weight(const char *phrase)
{
    unsigned all = 0;
    for (const char *p = phrase; *p;) {
        size_t word = strcspn(p, " ");
        all += word >= WORD_MIN ? (unsigned)word : 0;
        p += word + (p[word] == ' ');
    }
    return all;
}

static void known_add(struct line_book *b)
{
    size_t room = 0;
    for (unsigned rule = b->first_shape; rule < b->first_hint; rule++) {
        const char *phrase;
        for (size_t i = 0; (phrase = rule_phrase(b->rules, rule, i)); i++) {
            if (phrase_weight(phrase) < PHRASE_MIN)
                continue;
            if (b->known_count == room)
                b->known = mem_array(b->known, room = room ? 2 * room : 1024, sizeof *b->known);
            b->known[b->known_count++] = phrase;
        }
    }
}

struct line_book *line_book_new(void)
{
    struct line_book *b = mem_new(sizeof *b);
    b->rules = rules_new(mark_names, MARK_COUNT);
    roles_add(b);
    for (size_t i = 0; i < stack_count; i++)
        rules_add(b->rules, stack_table[i].when);
    b->first_side = rules_count(b->rules);
    for (size_t i = 0; i < side_count; i++)
        rules_add(b->rules, side_table[i].when);
    b->first_mark = rules_count(b->rules);
    for (size_t i = 0; i < mark_count; i++)
        rules_add(b->rules, mark_table[i].when);
    b->first_shape = rules_count(b->rules);
    for (size_t i = 0; i < shape_count; i++)
        rules_add(b->rules, shape_table[i].when);
    b->first_hint = rules_count(b->rules);
    for (size_t i = 0; i < hint_count; i++)
        rules_add(b->rules, hint_table[i].when);
    b->inspector = inspectors_add(b);
    b->placeholder = placeholders_add(b);
    rules_link(b->rules);
    known_add(b);
    b->sight = sight_new(b->rules);
    b->plain = mem_array(NULL, FOLD_ROOM(LINE_BYTES) + NUMBERS_MAX * NUMBER_ROOM, 1);
    b->memory = mem_new(MEMO_SLOTS * sizeof *b->memory);
    b->scan = scan_new();
    return b;
}

void line_book_free(struct line_book *b)
{
    if (!b)
        return;
    for (size_t i = 0; i < MEMO_SLOTS; i++)
        free(b->memory[i].text);
    free(b->memory);
    scan_free(b->scan);
    free(b->plain);
    sight_free(b->sight);
    free(b->known);
    free(b->role);
    rules_free(b->rules);
    free(b);
}

/* --- alerts ------------------------------------------------------------------------------------- */

/* The alert a text names: words that lead to one, its name right after them; or its name and " alert" after it. */
struct alert_search {
    const struct line_book *b;
    size_t length;                         /* of the text */
    struct { size_t at; uint8_t direction; } end[ENDS_KEPT]; /* where words that lead to a name ended, lately */
    size_t ends;
    const struct alert_words *found;
    enum line_direction direction;
    size_t from, name;                     /* where the name begins, and how long it is */
};

static void alert_take(struct alert_search *s, const struct role *r, size_t end, enum line_direction direction)
{
    size_t from = end - r->length;
    bool longer = s->found && from == s->from && r->length > s->name;
    if (s->found && !longer)
        return;
    s->found = &alert_words_table[r->alert];
    s->direction = direction;
    s->from = from;
    s->name = r->length;
}

static void on_phrase(void *arg, unsigned phrase, size_t end)
{
    struct alert_search *s = arg;
    if (phrase >= s->b->roles)
        return;
    const struct role *r = &s->b->role[phrase];
    if (r->words) {
        s->end[s->ends % ENDS_KEPT].at = end;
        s->end[s->ends++ % ENDS_KEPT].direction = r->direction;
    }
    if (r->alert < 0)
        return;
    for (size_t i = 0; i < s->ends && i < ENDS_KEPT; i++)
        if (s->end[i].at == end - r->length)
            alert_take(s, r, end, s->end[i].direction);
    if (s->length - end > 6 && memcmp(s->b->plain + end, " alert", 6) == 0)
        alert_take(s, r, end, LINE_RECEIVED);
}

static const struct alert_words *alert_by_number(int number)
{
    for (size_t i = 0; i < alert_words_count; i++)
        if (alert_words_table[i].number == number)
            return &alert_words_table[i];
    return NULL;
}

/* --- marks -------------------------------------------------------------------------------------- */

static bool holds(const struct line_book *b, unsigned rule)
{
    return b->sight->rule[rule] && rule_holds(b->rules, b->sight, rule, NULL);
}

/* The certificate shown first names itself as its issuer: what stands between the two words stands behind both. */
static bool signs_itself(const char *plain, size_t n)
{
    static const struct { const char *subject, *issuer; } words[] = {
        { " s:", " i:" }, { "subject=", " issuer=" }, { "subject: ", " issuer: " }, { "subject:", " issuer:" },
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        const char *subject = memmem(plain, n, words[i].subject, strlen(words[i].subject));
        if (!subject)
            continue;
        subject += strlen(words[i].subject);
        const char *end = memmem(subject, (size_t)(plain + n - subject), words[i].issuer, strlen(words[i].issuer));
        if (!end || end - subject < SELF_MIN)
            continue;
        size_t length = (size_t)(end - subject);
        const char *issuer = end + strlen(words[i].issuer);
        size_t room = (size_t)(plain + n - issuer);
        if (room <= length || memcmp(subject, issuer, length) != 0)
            continue;
        char after = issuer[length], next = room > length + 1 ? issuer[length + 1] : '-';
        if (strchr(">\",;)", after) || (after == ' ' && !isalnum((unsigned char)next)))
            return true;
    }
    return false;
}

static void marks_set(const struct line_book *b, size_t n)
{
    for (size_t i = 0; i < mark_count; i++)
        if (holds(b, b->first_mark + (unsigned)i))
            b->sight->name[mark_table[i].mark] = true;
    bool *self = &b->sight->name[MARK_SELF_ISSUED];
    *self = *self && signs_itself(b->plain, n);
    b->sight->name[MARK_INSPECTOR] = holds(b, b->inspector);
    b->sight->name[MARK_PLACEHOLDER] = holds(b, b->placeholder);
}

static enum line_side side_of(const struct line_book *b, const struct line_context *context)
{
    enum line_side side = context->side;
    for (size_t i = side_count; i-- > 0;)
        if (holds(b, b->first_side + (unsigned)i))
            side = side_table[i].side;
    b->sight->name[MARK_CLIENT] = side == LINE_SIDE_CLIENT;
    b->sight->name[MARK_SERVER] = side == LINE_SIDE_SERVER;
    return side;
}

static enum line_stack stack_of(const struct line_book *b)
{
    for (size_t i = 0; i < stack_count; i++)
        if (holds(b, (unsigned)i))
            return stack_table[i].stack;
    return LINE_NONE;
}

/* --- the topic ---------------------------------------------------------------------------------- */

struct pick { enum topic_id topic; int level; size_t length; enum line_stack stack; };

static void pick_better(struct pick *best, struct pick other)
{
    if (!best->topic || other.level > best->level || (other.level == best->level && other.length > best->length))
        *best = other;
}

/* On a server's side an end without a reason is mostly the client's leaving. */
static enum topic_id topic_for_side(enum topic_id topic, enum line_side side)
{
    bool ends = topic == TOPIC_CLOSED || topic == TOPIC_RESET || topic == TOPIC_TRUNCATED;
    return side == LINE_SIDE_SERVER && ends ? TOPIC_CLIENT_LEFT : topic;
}

static struct pick shapes_pick(const struct line_book *b)
{
    struct pick best = { TOPIC_NONE, 0, 0, LINE_NONE };
    for (size_t i = 0; i < b->sight->rule_count; i++) {
        unsigned rule = b->sight->rules[i];
        size_t length;
        if (rule < b->first_shape || rule >= b->first_hint || !rule_holds(b->rules, b->sight, rule, &length))
            continue;
        const struct shape *s = &shape_table[rule - b->first_shape];
        pick_better(&best, (struct pick){ s->topic, topic_table[s->topic].level, length, s->stack });
    }
    return best;
}

/* Whose opinion an alert is decides what it means; certificates are mostly complained of in servers' logs. */
static enum topic_id alert_topic(const struct alert_words *a, const struct line_says *says)
{
    if (says->direction == LINE_SENT)
        return a->sent;
    bool about_certificate = a->number >= 42 && a->number <= 48 && a->number != 47;
    bool server = says->side == LINE_SIDE_SERVER || (says->side == LINE_SIDE_UNKNOWN && about_certificate);
    return server ? a->server : a->client;
}

static void alert_pick(const struct line_book *b, const struct alert_search *s, struct line_says *says,
                       struct pick *best)
{
    const bool *mark = b->sight->name;
    const struct alert_words *a = says->alert >= 0 ? alert_by_number(says->alert) : s->found;
    if (!a)
        return;
    bool coded = says->number.alert >= 0 && says->number.kind != NUMBER_ALERT; /* only alerts received have codes */
    says->alert = a->number;
    says->direction = s->direction;
    if (coded)
        says->direction = LINE_RECEIVED;
    if (says->direction == LINE_DIRECTION_UNKNOWN)
        says->direction = mark[MARK_RECEIVED] ? LINE_RECEIVED
                        : mark[MARK_SENT] || says->stack == LINE_ERLANG ? LINE_SENT : LINE_RECEIVED;
    enum topic_id topic = alert_topic(a, says);
    if (!topic)
        return;
    /* Where the certificate's faults were passed over, the alert is what ended it. */
    int level = topic_table[topic].level;
    if (says->direction == LINE_RECEIVED && mark[MARK_WENT_ON])
        level = 4;
    pick_better(best, (struct pick){ topic, level, says->direction == LINE_RECEIVED ? 24 : 8, LINE_NONE });
}

/* --- causes ------------------------------------------------------------------------------------- */

static size_t cause_at(const struct line_says *says, enum cause cause)
{
    size_t i = 0;
    while (i < says->cause_count && says->cause[i].cause != cause)
        i++;
    return i;
}

static void cause_remove(struct line_says *says, size_t at)
{
    memmove(&says->cause[at], &says->cause[at + 1], (says->cause_count - at - 1) * sizeof *says->cause);
    says->cause_count--;
}

static void cause_add(struct line_says *says, struct line_cause c)
{
    if (cause_at(says, c.cause) == says->cause_count && says->cause_count < LINE_CAUSES)
        says->cause[says->cause_count++] = c;
}

/* What this very text speaks for is named, if need be in the place of the least of what is said of its kind. */
static void cause_name(struct line_says *says, struct line_cause c)
{
    if (cause_at(says, c.cause) < says->cause_count)
        return;
    if (says->cause_count == LINE_CAUSES)
        says->cause_count--;
    cause_add(says, c);
}

static void cause_put_first(struct line_says *says, struct line_cause c)
{
    size_t at = cause_at(says, c.cause);
    if (at < says->cause_count)
        cause_remove(says, at);
    if (says->cause_count == LINE_CAUSES)
        says->cause_count--;
    memmove(&says->cause[1], &says->cause[0], says->cause_count * sizeof *says->cause);
    says->cause[0] = c;
    says->cause_count++;
}

static void hints_apply(const struct line_book *b, enum topic_group group, struct line_says *says)
{
    for (size_t i = 0; i < hint_count; i++) {
        const struct hint *h = &hint_table[i];
        if (h->group != group || !rule_holds(b->rules, b->sight, b->first_hint + (unsigned)i, NULL))
            continue;
        if (h->cause.percent >= 50)
            cause_put_first(says, h->cause);
        else
            cause_name(says, h->cause);
    }
}

/* How far the connection had come rules out, or speaks for, what an alert without a reason can mean. */
static void stage_apply(enum line_stage stage, enum topic_group group, struct line_says *says)
{
    if (group != GROUP_REFUSED)
        return;
    if (stage == LINE_STAGE_CLIENT_CERT)
        cause_put_first(says, (struct line_cause){ CAUSE_CLIENT_CERT, 90 });
    if (stage == LINE_STAGE_CERTIFICATE || stage == LINE_STAGE_DONE)
        cause_put_first(says, (struct line_cause){ CAUSE_CLIENT_CERT, 75 });
    size_t at = cause_at(says, CAUSE_CLIENT_CERT);
    if (stage == LINE_STAGE_HELLO && at < says->cause_count)
        cause_remove(says, at);
}

static void context_apply(const struct line_context *context, struct line_says *says)
{
    for (size_t i = says->cause_count; i-- > 0;)
        if (context->excluded >> says->cause[i].cause & 1 && says->cause_count > 1)
            cause_remove(says, i);
    for (size_t i = says->cause_count; i-- > 0;) {
        struct line_cause c = says->cause[i];
        if (context->near >> c.cause & 1) {
            c.percent = c.percent < 75 ? 75 : c.percent;
            cause_put_first(says, c);
            break;
        }
    }
}

/* No cause is surer than one named before it. */
static void causes_settle(struct line_says *says)
{
    for (size_t i = 1; i < says->cause_count; i++)
        if (says->cause[i].percent > says->cause[i - 1].percent)
            says->cause[i].percent = says->cause[i - 1].percent;
}

/* Other reasons that the same text gives are worth naming, after those of its topic. */
static void causes_beside(const struct line_book *b, enum topic_id topic, struct line_says *says)
{
    for (size_t i = 0; i < b->sight->rule_count; i++) {
        unsigned rule = b->sight->rules[i];
        if (rule < b->first_shape || rule >= b->first_hint || !rule_holds(b->rules, b->sight, rule, NULL))
            continue;
        const struct topic *t = &topic_table[shape_table[rule - b->first_shape].topic];
        if (t->level >= 3 && t != &topic_table[topic])
            cause_add(says, (struct line_cause){ t->cause[0].cause, 25 });
    }
}

static const struct { enum topic_id topic; enum line_noise noise; } noises[] = {
    { TOPIC_CLIENT_LEFT, LINE_NOISE_CLOSED }, { TOPIC_CLOSE_NOTIFY, LINE_NOISE_CLOSED },
    { TOPIC_FALLBACK, LINE_NOISE_FOLLOWS }, { TOPIC_UNEXPECTED_PACKET, LINE_NOISE_SCANNER },
};

static enum line_noise noise_of(enum topic_id topic, enum line_side side)
{
    if (side == LINE_SIDE_SERVER && topic == TOPIC_UNKNOWN_PROTOCOL)
        return LINE_NOISE_SCANNER;
    for (size_t i = 0; i < sizeof noises / sizeof *noises; i++)
        if (noises[i].topic == topic)
            return noises[i].noise;
    return LINE_NOISE_NONE;
}

static void topic_tell(const struct line_book *b, enum topic_id topic, const struct line_context *context,
                       struct line_says *says)
{
    const struct topic *t = &topic_table[topic];
    says->kind = LINE_KNOWN;
    says->topic = t->word;
    says->means = t->means;
    says->not_means = t->not_means;
    for (; says->cause_count < LINE_CAUSES && t->cause[says->cause_count].percent; says->cause_count++)
        says->cause[says->cause_count] = t->cause[says->cause_count];
    hints_apply(b, t->group, says);
    stage_apply(context->stage, t->group, says);
    causes_beside(b, topic, says);
    context_apply(context, says);
    causes_settle(says);
    says->decides = says->cause_count > 1 ? t->decides : NULL;
    says->noise = noise_of(topic, says->side);
    if (says->direction == LINE_DIRECTION_UNKNOWN && t->level >= 3)
        says->direction = LINE_LOCAL;
}

/* --- what nobody knows -------------------------------------------------------------------------- */

/* How much of a phrase's words, weighted by length, occurs in the text, in thousandths; 0: less than LIKE_MIN. */
static unsigned likeness(const char *phrase, const char *plain, size_t n)
{
    unsigned all = phrase_weight(phrase), there = all;
    for (const char *p = phrase; *p && there * 1000 >= LIKE_MIN * all;) {
        size_t word = strcspn(p, " ");
        if (word >= WORD_MIN && !memmem(plain, n, p, word))
            there -= (unsigned)word;
        p += word + (p[word] == ' ');
    }
    return there * 1000 >= LIKE_MIN * all ? there * 1000 / all : 0;
}

static bool nearest_has(const struct line_says *says, const char *phrase)
{
    for (size_t i = 0; i < LINE_NEAREST; i++)
        if (says->nearest[i] == phrase)
            return true;
    return false;
}

static void nearest_find(const struct line_book *b, size_t n, struct line_says *says)
{
    unsigned score[LINE_NEAREST] = { 0 };
    for (size_t i = 0; i < b->known_count; i++) {
        unsigned like = likeness(b->known[i], b->plain, n);
        if (like <= score[LINE_NEAREST - 1] || nearest_has(says, b->known[i]))
            continue;
        size_t at = LINE_NEAREST - 1;
        for (; at > 0 && like > score[at - 1]; at--) {
            score[at] = score[at - 1];
            says->nearest[at] = says->nearest[at - 1];
        }
        score[at] = like;
        says->nearest[at] = b->known[i];
    }
    while (says->nearest_count < LINE_NEAREST && says->nearest[says->nearest_count])
        says->nearest_count++;
}

/* --- reading ------------------------------------------------------------------------------------ */

/* Appends what the numbers are called to the plain text, so that the same shapes know them; the new length. */
static size_t numbers_spell(struct line_book *b, size_t n, struct line_says *says)
{
    struct number found[NUMBERS_MAX];
    size_t count = number_find(b->plain, n, found, NUMBERS_MAX);
    for (size_t i = 0; i < count; i++) {
        size_t length = found[i].words ? strlen(found[i].words) : 0;
        if (found[i].alert >= 0 && says->alert < 0)
            says->alert = found[i].alert;
        if (!length || length > NUMBER_ROOM - 16)
            continue;
        bool ssl = found[i].kind == NUMBER_OPENSSL || found[i].kind == NUMBER_BORINGSSL;
        const char *lead = ssl ? "ssl routines:" : "";
        memcpy(b->plain + n, lead, strlen(lead));
        n += strlen(lead);
        memcpy(b->plain + n, found[i].words, length);
        n += length;
        b->plain[n++] = ' ';
    }
    if (count)
        says->number = found[0];
    return n;
}

static bool worth_telling(const struct line_book *b, const struct pick *best, bool in_log)
{
    const bool *mark = b->sight->name;
    const struct topic *t = &topic_table[best->topic];
    bool bare = t->group == GROUP_BARE || t->group == GROUP_CLOSED;
    return best->topic && (!bare || !in_log || mark[MARK_TLS]);
}

static void plain_read(struct line_book *b, size_t n, const struct line_context *context, struct line_says *says)
{
    struct sight *sight = b->sight;
    *says = (struct line_says){ .alert = -1, .number = { .alert = -1 } };
    size_t length = numbers_spell(b, n, says);
    struct alert_search search = { .b = b, .length = length };
    sight_clear(b->rules, sight);
    sight_take(b->rules, sight, b->plain, length, on_phrase, &search);
    marks_set(b, length);
    says->side = side_of(b, context);
    says->stack = stack_of(b);
    struct pick best = shapes_pick(b);
    alert_pick(b, &search, says, &best);
    if (best.topic == TOPIC_NONE && sight->name[MARK_PLACEHOLDER])
        best.topic = TOPIC_PLACEHOLDER;
    else if (best.topic == TOPIC_NONE && sight->name[MARK_INSPECTOR] && sight->name[MARK_TLS])
        best.topic = TOPIC_INSPECTED;
    if (says->stack == LINE_NONE)
        says->stack = best.stack;
    best.topic = topic_for_side(best.topic, says->side);
    if (worth_telling(b, &best, context->in_log)) {
        topic_tell(b, best.topic, context, says);
        bool good = topic_table[best.topic].level == 0 && sight->name[MARK_OK];
        if (good || best.topic == TOPIC_ALPN_MAYBE || best.topic == TOPIC_CLOSE_NOTIFY)
            says->kind = LINE_ORDINARY;
    } else if (sight->name[MARK_TLS] && sight->name[MARK_FAILURE] && !sight->name[MARK_OK] && !sight->name[MARK_DULL] &&
               !sight->name[MARK_SETTING]) {
        says->kind = LINE_UNKNOWN;
        nearest_find(b, n, says);
    } else {
        says->kind = sight->name[MARK_TLS] ? LINE_ORDINARY : LINE_QUIET;
    }
}

const char *line_find(const struct line_book *b, const char *p, size_t n)
{
    return scan_find(b->scan, p, n);
}

bool line_maybe(const struct line_book *b, const char *p, size_t n)
{
    return line_find(b, p, n) != NULL;
}

static uint64_t hash_of(const char *p, size_t n)
{
    uint64_t h = n * UINT64_C(0x9e3779b97f4a7c15), word;
    for (; n >= sizeof word; p += sizeof word, n -= sizeof word) {
        memcpy(&word, p, sizeof word);
        h = (h ^ word) * UINT64_C(0xff51afd7ed558ccd);
        h ^= h >> 32;
    }
    word = 0;
    memcpy(&word, p, n);
    h = (h ^ word) * UINT64_C(0xc4ceb9fe1a85ec53);
    return h ^ h >> 32;
}

static bool same_context(const struct line_context *a, const struct line_context *b)
{
    return a->in_log == b->in_log && a->side == b->side && a->stage == b->stage && a->near == b->near &&
           a->excluded == b->excluded;
}

void line_read(struct line_book *b, const char *p, size_t n, const struct line_context *context, struct line_says *says)
{
    static const struct line_context nothing;
    context = context ? context : &nothing;
    size_t length = fold_line(p, n < LINE_BYTES ? n : LINE_BYTES, b->plain);
    if (length > MEMO_BYTES) {
        plain_read(b, length, context, says);
        return;
    }
    uint64_t hash = hash_of(b->plain, length);
    struct memory *m = &b->memory[hash % MEMO_SLOTS];
    if (m->hash == hash && m->length == length && same_context(&m->context, context) &&
        memcmp(m->text, b->plain, length) == 0) {
        *says = m->says;
        return;
    }
    if (!m->text)
        m->text = mem_array(NULL, MEMO_BYTES, 1);
    memcpy(m->text, b->plain, length);
    plain_read(b, length, context, says);
    m->hash = hash;
    m->length = (uint16_t)length;
    m->context = *context;
    m->says = *says;
}
