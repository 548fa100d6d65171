/* rule - see rule.h. */
#include "src/log/rule.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"

#define ALPHABET " abcdefghijklmnopqrstuvwxyz0123456789!\"#$%'()*+,./:;<=>?@[]^{}~-\x01"

struct literal { uint16_t id; uint8_t length; bool not, name; };
struct span { uint32_t from, to; };   /* of the array one level below */
struct phrase { char *text; struct span rules; };

struct rules {
    struct find *find;
    const char *const *names; size_t name_count;
    struct literal *literal; size_t literals;
    struct span *term; size_t terms;   /* literals that must hold together */
    struct span *rule; size_t rule_count; /* terms, of which one must hold */
    struct phrase *phrase; size_t phrases;
    unsigned *triggered;               /* the rules of each phrase, one after the other */
};

struct rules *rules_new(const char *const *names, size_t count)
{
    struct rules *r = mem_new(sizeof *r);
    r->find = find_new(ALPHABET);
    r->names = names;
    r->name_count = count;
    return r;
}

void rules_free(struct rules *r)
{
    if (!r)
        return;
    for (size_t i = 0; i < r->phrases; i++)
        free(r->phrase[i].text);
    find_free(r->find);
    free(r->literal);
    free(r->term);
    free(r->rule);
    free(r->phrase);
    free(r->triggered);
    free(r);
}

/* Arrays grow by doubling at powers of two. */
static void *grow(void *array, size_t count, size_t size)
{
    return count & (count - 1) ? array : mem_array(array, count ? 2 * count : 1, size);
}

static unsigned phrase_add(struct rules *r, const char *p, size_t n)
{
    char *text = mem_copy(p, n);
    for (size_t i = 0; i < n; i++)
        text[i] = text[i] == '_' ? ' ' : text[i];
    unsigned id = find_add(r->find, text, n);
    if (id < r->phrases) {
        free(text);
        return id;
    }
    r->phrase = grow(r->phrase, r->phrases, sizeof *r->phrase);
    r->phrase[r->phrases++] = (struct phrase){ .text = text };
    return id;
}

unsigned rules_phrase(struct rules *r, const char *phrase)
{
    return phrase_add(r, phrase, strlen(phrase));
}

unsigned rules_phrase_count(const struct rules *r)
{
    return (unsigned)r->phrases;
}

static uint16_t name_find(const struct rules *r, const char *p, size_t n)
{
    for (size_t i = 0; i < r->name_count; i++)
        if (strlen(r->names[i]) == n && memcmp(r->names[i], p, n) == 0)
            return (uint16_t)i;
    assert(!"a condition of that name");
    return 0;
}

static void literal_add(struct rules *r, const char *p, size_t n)
{
    struct literal l = { .not = n && *p == '!' };
    p += l.not;
    n -= l.not;
    l.name = n && *p == '@';
    assert(n > (l.name ? 1u : 0u) && n < 256);
    l.id = l.name ? name_find(r, p + 1, n - 1) : (uint16_t)phrase_add(r, p, n);
    l.length = (uint8_t)(l.name ? 0 : n);
    r->literal = grow(r->literal, r->literals, sizeof *r->literal);
    r->literal[r->literals++] = l;
}

static void term_add(struct rules *r, const char *p, const char *end)
{
    uint32_t from = (uint32_t)r->literals;
    for (const char *next; p; p = next) {
        const char *and = memmem(p, (size_t)(end - p), " & ", 3);
        next = and ? and + 3 : NULL;
        literal_add(r, p, (size_t)((and ? and : end) - p));
    }
    r->term = grow(r->term, r->terms, sizeof *r->term);
    r->term[r->terms++] = (struct span){ from, (uint32_t)r->literals };
}

unsigned rules_add(struct rules *r, const char *when)
{
    uint32_t from = (uint32_t)r->terms;
    for (const char *next; when; when = next) {
        const char *or = strchr(when, '|');
        next = or ? or + 1 : NULL;
        term_add(r, when, or ? or : when + strlen(when));
    }
    r->rule = grow(r->rule, r->rule_count, sizeof *r->rule);
    r->rule[r->rule_count] = (struct span){ from, (uint32_t)r->terms };
    return (unsigned)r->rule_count++;
}

unsigned rules_count(const struct rules *r)
{
    return (unsigned)r->rule_count;
}

/* The phrase that makes a term worth a try: its longest, or none. */
static const struct literal *term_trigger(const struct rules *r, struct span term)
{
    const struct literal *best = NULL;
    for (uint32_t i = term.from; i < term.to; i++) {
        const struct literal *l = &r->literal[i];
        if (!l->not && !l->name && (!best || l->length > best->length))
            best = l;
    }
    return best;
}

static void triggers_visit(struct rules *r, void (*visit)(struct rules *r, unsigned phrase, unsigned rule))
{
    for (unsigned rule = 0; rule < r->rule_count; rule++) {
        for (uint32_t t = r->rule[rule].from; t < r->rule[rule].to; t++) {
            const struct literal *l = term_trigger(r, r->term[t]);
            if (l)
                visit(r, l->id, rule);
        }
    }
}

static void trigger_count(struct rules *r, unsigned phrase, unsigned rule)
{
    (void)rule;
    r->phrase[phrase].rules.to++;
}

static void trigger_put(struct rules *r, unsigned phrase, unsigned rule)
{
    r->triggered[r->phrase[phrase].rules.to++] = rule;
}

void rules_link(struct rules *r)
{
    find_link(r->find);
    triggers_visit(r, trigger_count);
    uint32_t at = 0;
    for (size_t i = 0; i < r->phrases; i++) {
        uint32_t count = r->phrase[i].rules.to;
        r->phrase[i].rules = (struct span){ at, at };
        at += count;
    }
    r->triggered = mem_array(NULL, at + 1, sizeof *r->triggered);
    triggers_visit(r, trigger_put);
}

/* --- one text ----------------------------------------------------------------------------------- */

struct sight *sight_new(const struct rules *r)
{
    struct sight *s = mem_new(sizeof *s);
    s->phrase = mem_new(r->phrases + 1);
    s->rule = mem_new(r->rule_count + 1);
    s->name = mem_new((r->name_count + 1) * sizeof *s->name);
    s->phrases = mem_array(NULL, r->phrases + 1, sizeof *s->phrases);
    s->rules = mem_array(NULL, r->rule_count + 1, sizeof *s->rules);
    return s;
}

void sight_free(struct sight *s)
{
    if (!s)
        return;
    free(s->phrase);
    free(s->rule);
    free(s->name);
    free(s->phrases);
    free(s->rules);
    free(s);
}

void sight_clear(const struct rules *r, struct sight *s)
{
    for (size_t i = 0; i < s->phrase_count; i++)
        s->phrase[s->phrases[i]] = 0;
    for (size_t i = 0; i < s->rule_count; i++)
        s->rule[s->rules[i]] = 0;
    memset(s->name, 0, r->name_count * sizeof *s->name);
    s->phrase_count = s->rule_count = 0;
}

struct taking { const struct rules *r; struct sight *s; find_hit also; void *arg; };

static void on_phrase(void *arg, unsigned id, size_t end)
{
    const struct taking *t = arg;
    struct sight *s = t->s;
    if (!s->phrase[id]) {
        s->phrase[id] = 1;
        s->phrases[s->phrase_count++] = id;
        struct span rules = t->r->phrase[id].rules;
        for (uint32_t i = rules.from; i < rules.to; i++) {
            unsigned rule = t->r->triggered[i];
            if (!s->rule[rule]) {
                s->rule[rule] = 1;
                s->rules[s->rule_count++] = rule;
            }
        }
    }
    t->also(t->arg, id, end);
}

void sight_take(const struct rules *r, struct sight *s, const char *p, size_t n, find_hit also, void *arg)
{
    struct taking t = { r, s, also, arg };
    find_run(r->find, p, n, on_phrase, &t);
}

static bool term_holds(const struct rules *r, const struct sight *s, struct span term, size_t *length)
{
    *length = 0;
    for (uint32_t i = term.from; i < term.to; i++) {
        const struct literal *l = &r->literal[i];
        bool there = l->name ? s->name[l->id] : s->phrase[l->id];
        if (there == l->not)
            return false;
        *length += l->not ? 0 : l->length;
    }
    return true;
}

bool rule_holds(const struct rules *r, const struct sight *s, unsigned rule, size_t *length)
{
    size_t best = 0, one;
    bool holds = false;
    for (uint32_t t = r->rule[rule].from; t < r->rule[rule].to; t++) {
        if (term_holds(r, s, r->term[t], &one)) {
            holds = true;
            best = one > best ? one : best;
        }
    }
    if (length)
        *length = best;
    return holds;
}

const char *rule_phrase(const struct rules *r, unsigned rule, size_t nth)
{
    struct span terms = r->rule[rule];
    for (uint32_t t = terms.from; t < terms.to; t++) {
        const struct literal *l = term_trigger(r, r->term[t]);
        if (l && nth-- == 0)
            return r->phrase[l->id].text;
    }
    return NULL;
}
