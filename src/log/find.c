/* find - see find.h. */
#include "src/log/find.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"

#define NO_PHRASE UINT32_MAX
#define STATES_MAX UINT16_MAX

struct state {
    uint32_t phrase; /* that ends here, or NO_PHRASE */
    uint16_t fail;   /* the longest proper suffix that is a state */
    uint16_t more;   /* the nearest state along fail where a phrase ends; 0: none */
};

struct find {
    uint8_t class[256];  /* of a byte; 0: in no phrase */
    size_t classes;
    struct state *state; /* state 0 is the empty text */
    uint16_t *next;      /* state * classes + class; before find_link 0 is no edge */
    size_t states, room;
    unsigned phrases;
};

struct find *find_new(const char *alphabet)
{
    struct find *f = mem_new(sizeof *f);
    f->classes = 1;
    for (; *alphabet; alphabet++)
        if (!f->class[(uint8_t)*alphabet])
            f->class[(uint8_t)*alphabet] = (uint8_t)f->classes++;
    f->room = 1024;
    f->state = mem_array(NULL, f->room, sizeof *f->state);
    f->next = mem_array(NULL, f->room * f->classes, sizeof *f->next);
    memset(f->next, 0, f->classes * sizeof *f->next);
    f->state[0] = (struct state){ .phrase = NO_PHRASE };
    f->states = 1;
    return f;
}

void find_free(struct find *f)
{
    if (!f)
        return;
    free(f->state);
    free(f->next);
    free(f);
}

static uint16_t state_new(struct find *f)
{
    assert(f->states < STATES_MAX);
    if (f->states == f->room) {
        f->room *= 2;
        f->state = mem_array(f->state, f->room, sizeof *f->state);
        f->next = mem_array(f->next, f->room * f->classes, sizeof *f->next);
    }
    memset(f->next + f->states * f->classes, 0, f->classes * sizeof *f->next);
    f->state[f->states] = (struct state){ .phrase = NO_PHRASE };
    return (uint16_t)f->states++;
}

unsigned find_add(struct find *f, const char *phrase, size_t n)
{
    uint16_t at = 0;
    for (size_t i = 0; i < n; i++) {
        assert(f->class[(uint8_t)phrase[i]]); /* else it would stand for any byte that is in no phrase */
        size_t edge = at * f->classes + f->class[(uint8_t)phrase[i]];
        if (!f->next[edge]) {
            uint16_t fresh = state_new(f);
            f->next[edge] = fresh;
        }
        at = f->next[edge];
    }
    if (f->state[at].phrase == NO_PHRASE)
        f->state[at].phrase = f->phrases++;
    return f->state[at].phrase;
}

unsigned find_count(const struct find *f)
{
    return f->phrases;
}

/* By rising depth, so that the state a failure leads to is complete before those that lead to it. */
void find_link(struct find *f)
{
    uint16_t *queue = mem_array(NULL, f->states, sizeof *queue);
    size_t head = 0, tail = 0;
    for (size_t c = 0; c < f->classes; c++)
        if (f->next[c])
            queue[tail++] = f->next[c];
    while (head < tail) {
        uint16_t at = queue[head++];
        uint16_t fail = f->state[at].fail;
        f->state[at].more = f->state[fail].phrase != NO_PHRASE ? fail : f->state[fail].more;
        for (size_t c = 0; c < f->classes; c++) {
            uint16_t *to = &f->next[at * f->classes + c];
            uint16_t elsewhere = f->next[fail * f->classes + c];
            if (*to) {
                f->state[*to].fail = elsewhere;
                queue[tail++] = *to;
            } else {
                *to = elsewhere;
            }
        }
    }
    free(queue);
}

void find_run(const struct find *f, const char *p, size_t n, find_hit hit, void *arg)
{
    uint32_t at = 0;
    for (size_t i = 0; i < n; i++) {
        at = f->next[at * f->classes + f->class[(uint8_t)p[i]]];
        if (f->state[at].phrase == NO_PHRASE && !f->state[at].more)
            continue;
        for (uint32_t s = at; s; s = f->state[s].more)
            if (f->state[s].phrase != NO_PHRASE)
                hit(arg, f->state[s].phrase, i + 1);
    }
}
