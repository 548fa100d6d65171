/* bisect - see bisect.h.
 *
 * The search goes in rounds. All hellos of a round may be under way at once, and what is tried next is decided when
 * all their answers are there:
 *   1. each kind of change (part) as a whole, or, where trials are few, a quarter of the kinds, and of what is left;
 *      and all changes together;
 *   2. where no kind does it alone, all but one kind each, which leaves the kinds it takes together;
 *   3. inside each of these kinds, blocks of changes, then all but one block, with ever smaller blocks;
 *   4. at last the result itself, each of its changes left out, and the unchanged hello, several times.
 * Hellos that are the same bytes are tried once only, but for those of the last round.
 */
#include "src/wire/bisect.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"

#define BLOCKS 8       /* into so many blocks what is left is divided */
#define BLOCKS_FEW 4   /* the same where there are few trials: more rounds of fewer */
#define FINER 4        /* then each block into so many */
#define CHECKS 3       /* times the result and the unchanged hello are tried at the end */
#define RESERVE 24     /* trials kept for that */
#define CHECKS_FEW 1   /* the same where there are */
#define RESERVE_FEW 3  /* so */
#define FEW 60         /* trials in all */
#define SIZE_MATTERS 32 /* bytes; below that nobody can tell whether size or content decides */
#define PADDING_LEAST 5 /* bytes of a padding extension */

/* When several kinds of changes do it alone, the first of these is meant: the others do it because they bring it
 * along. Dropping a group drops its key share, adding a key share adds its group; almost anything changes the size. */
enum way { ADDS = 1, DROPS = 2, BOTH = 3 };
static const struct kind { enum part part; enum way way; } kind_first[] = {
    { PART_SIZE, BOTH }, { PART_RECORDS, BOTH }, { PART_SHARE, DROPS }, { PART_VERSION, BOTH }, { PART_SUITE, BOTH },
    { PART_GROUP, BOTH }, { PART_SHARE, ADDS }, { PART_SIGALG, BOTH }, { PART_BODY, BOTH }, { PART_EXTENSION, BOTH },
    { PART_ALPN, BOTH }, { PART_SNI, BOTH }, { PART_LEGACY, BOTH }, { PART_COMPRESSION, BOTH }, { PART_SESSION, BOTH },
    { PART_SUITE_ORDER, BOTH }, { PART_LIST_ORDER, BOTH }, { PART_ORDER, BOTH }, { PART_FORM, BOTH }
};
enum { KINDS = sizeof kind_first / sizeof *kind_first };

static bool kind_has(const struct kind *k, const struct hello_change *c)
{
    return c->part == k->part && k->way & (c->adds ? ADDS : DROPS);
}

/* --- sets of changes -------------------------------------------------------------------------- */

struct set { uint64_t bit[(CHANGES_MAX + 63) / 64]; };
enum { SET_WORDS = (CHANGES_MAX + 63) / 64 };

static void set_add(struct set *s, size_t n)
{
    s->bit[n / 64] |= (uint64_t)1 << n % 64;
}

static bool set_has(const struct set *s, size_t n)
{
    return s->bit[n / 64] >> n % 64 & 1;
}

static void set_join(struct set *s, const struct set *other)
{
    for (int i = 0; i < SET_WORDS; i++)
        s->bit[i] |= other->bit[i];
}

static void set_drop(struct set *s, const struct set *other)
{
    for (int i = 0; i < SET_WORDS; i++)
        s->bit[i] &= ~other->bit[i];
}

static bool set_same(const struct set *a, const struct set *b)
{
    return memcmp(a, b, sizeof *a) == 0;
}

/* --- trials ----------------------------------------------------------------------------------- */

struct attempt {
    struct set set;
    size_t size;         /* padded to so many bytes, 0: as it comes */
    bool check;          /* tried whatever is known of the same bytes */
    struct hello *hello; /* owned; until it is answered */
    struct buf bytes;
    enum { WAITS, OUT, SAME, DONE } state;
    size_t same;         /* of SAME: the attempt whose answer counts */
    enum trial how;
};

enum stage { STAGE_PARTS, STAGE_BLOCKS, STAGE_OTHERS, STAGE_DROPS, STAGE_CHECK, STAGE_SIZE, STAGE_OVER };

struct bisect {
    struct hello *from, *to;         /* owned */
    struct hello_change change[CHANGES_MAX];
    size_t count;
    struct attempt *attempt;         /* owned */
    size_t attempts, room, round;    /* attempts from `round` on are those of this round */
    int handed, most;
    bool lacks;                      /* trials, for what it would have tried */
    enum stage stage;

    /* --- what is left to be told apart: one atom is a kind of changes, or a single one --- */
    struct set kept;                 /* applied with whatever is tried */
    struct set atom[CHANGES_MAX];
    size_t atoms, blocks;
    bool inside;                     /* atoms are single changes of kind part_at */
    struct set kind[KINDS];          /* what is left of each kind that is needed, in the order of kind_first */
    size_t kinds, kind_at;
    size_t dropped[CHANGES_MAX];     /* blocks that were seen not to be needed alone; of STAGE_DROPS */
    size_t drops;

    struct set found;
    struct hello *works;             /* owned; with what was found, once it is over */
    struct hello_change result[CHANGES_MAX + 1];
    size_t result_count;
    bool smallest;
    const char *why;
};

static struct hello *hello_with(const struct bisect *b, const struct set *set, size_t size)
{
    struct hello_change c[CHANGES_MAX];
    size_t n = 0;
    for (size_t i = 0; i < b->count; i++)
        if (set_has(set, i))
            c[n++] = b->change[i];
    struct hello *h = hello_between(b->from, b->to, c, n);
    if (size > h->size)
        h->size = size;
    return h;
}

/* The earlier attempt with the same bytes, `attempts` when there is none. */
static size_t attempt_like(const struct bisect *b, const struct buf *bytes)
{
    size_t i = 0;
    while (i < b->attempts && !(b->attempt[i].state != SAME && b->attempt[i].bytes.len == bytes->len &&
                                memcmp(b->attempt[i].bytes.data, bytes->data, bytes->len) == 0))
        i++;
    return i;
}

/* One more for this round. What can't be asked any more, or can't be written, is unclear. */
static void attempt_add(struct bisect *b, const struct set *set, size_t size, bool check)
{
    struct attempt a = { .set = *set, .size = size, .check = check, .how = TRIAL_UNCLEAR };
    int most = b->stage >= STAGE_CHECK ? b->most : b->most - (b->most < FEW ? RESERVE_FEW : RESERVE);
    int waiting = 0;
    for (size_t i = b->round; i < b->attempts; i++)
        waiting += b->attempt[i].state == WAITS;
    buf_init(&a.bytes, HELLO_BYTES_MAX);
    a.hello = hello_with(b, set, size);
    a.state = !hello_write(a.hello, &a.bytes) || !a.bytes.len ? DONE : WAITS;
    size_t like = a.state == WAITS && !check ? attempt_like(b, &a.bytes) : b->attempts;
    if (like < b->attempts) {
        a.state = SAME;
        a.same = like;
    } else if (b->handed + waiting >= most) {
        a.state = DONE;
        b->lacks = true;
    }
    if (a.state != WAITS) { /* nobody will be asked: what is not known of these bytes stays open for later rounds */
        hello_free(a.hello);
        a.hello = NULL;
        buf_free(&a.bytes);
    }
    if (b->attempts == b->room) {
        b->room = b->room ? 2 * b->room : 64;
        b->attempt = mem_array(b->attempt, b->room, sizeof *b->attempt);
    }
    b->attempt[b->attempts++] = a;
}

static bool round_is_over(const struct bisect *b)
{
    for (size_t i = b->round; i < b->attempts; i++)
        if (b->attempt[i].state == WAITS || b->attempt[i].state == OUT)
            return false;
    return true;
}

/* How the nth of this round was answered. */
static enum trial round_how(const struct bisect *b, size_t nth)
{
    const struct attempt *a = &b->attempt[b->round + nth];
    return a->state == SAME ? b->attempt[a->same].how : a->how;
}

static void stage_begin(struct bisect *b, enum stage stage)
{
    b->stage = stage;
    b->round = b->attempts;
}

static void bisect_end(struct bisect *b, const char *why)
{
    stage_begin(b, STAGE_OVER);
    b->why = why;
}

/* --- blocks of atoms -------------------------------------------------------------------------- */

static struct set block_set(const struct bisect *b, size_t block)
{
    struct set s = { { 0 } };
    for (size_t i = block * b->atoms / b->blocks; i < (block + 1) * b->atoms / b->blocks; i++)
        set_join(&s, &b->atom[i]);
    return s;
}

static struct set atoms_set(const struct bisect *b)
{
    struct set s = b->kept;
    for (size_t i = 0; i < b->atoms; i++)
        set_join(&s, &b->atom[i]);
    return s;
}

static void atoms_keep_block(struct bisect *b, size_t block)
{
    size_t from = block * b->atoms / b->blocks, to = (block + 1) * b->atoms / b->blocks;
    memmove(b->atom, b->atom + from, (to - from) * sizeof *b->atom);
    b->atoms = to - from;
}

static void atoms_drop(struct bisect *b, const struct set *gone)
{
    size_t n = 0;
    for (size_t i = 0; i < b->atoms; i++) {
        struct set left = b->atom[i];
        set_drop(&left, gone);
        if (set_same(&left, &b->atom[i]))
            b->atom[n++] = b->atom[i];
    }
    b->atoms = n;
}

static void blocks_add(struct bisect *b)
{
    size_t most = b->most < FEW ? BLOCKS_FEW : BLOCKS;
    b->blocks = b->atoms < most ? b->atoms : most;
    for (size_t i = 0; i < b->blocks; i++) {
        struct set s = block_set(b, i);
        set_join(&s, &b->kept);
        attempt_add(b, &s, 0, false);
    }
}

static void blocks_try(struct bisect *b)
{
    stage_begin(b, STAGE_BLOCKS);
    blocks_add(b);
}

static void others_try(struct bisect *b)
{
    struct set all = atoms_set(b);
    stage_begin(b, STAGE_OTHERS);
    for (size_t i = 0; i < b->blocks; i++) {
        struct set s = all, block = block_set(b, i);
        set_drop(&s, &block);
        attempt_add(b, &s, 0, false);
    }
}

static struct set drops_set(const struct bisect *b, size_t n)
{
    struct set s = { { 0 } };
    for (size_t i = 0; i < n; i++) {
        struct set block = block_set(b, b->dropped[i]);
        set_join(&s, &block);
    }
    return s;
}

/* Without all of them at once, half of them, ... */
static void drops_try(struct bisect *b)
{
    struct set all = atoms_set(b);
    stage_begin(b, STAGE_DROPS);
    for (size_t n = b->drops; n > 1; n /= 2) {
        struct set s = all, gone = drops_set(b, n);
        set_drop(&s, &gone);
        attempt_add(b, &s, 0, false);
    }
}

/* --- the end ---------------------------------------------------------------------------------- */

static int checks(const struct bisect *b)
{
    return b->most < FEW ? CHECKS_FEW : CHECKS;
}

static size_t set_count(const struct bisect *b, const struct set *s)
{
    size_t n = 0;
    for (size_t i = 0; i < b->count; i++)
        n += set_has(s, i);
    return n;
}

/* The result and the unchanged hello in turn; then the result without each of its changes. */
static void check_try(struct bisect *b)
{
    static const struct set none;
    stage_begin(b, STAGE_CHECK);
    for (int i = 0; i < checks(b); i++) {
        attempt_add(b, &b->found, 0, true);
        attempt_add(b, &none, 0, true);
    }
    for (size_t i = 0; i < b->count && set_count(b, &b->found) > 1; i++) {
        struct set s = b->found, one = { { 0 } };
        set_add(&one, i);
        set_drop(&s, &one);
        if (set_has(&b->found, i))
            attempt_add(b, &s, 0, false);
    }
}

/* A result that makes the hello smaller is tried as large as the unchanged one, and, lest padding itself is what is
 * refused, padded a little. */
static void size_try(struct bisect *b)
{
    struct hello *h = hello_with(b, &b->found, 0);
    size_t was = hello_size(b->from), is = hello_size(h);
    bool may = is && is + SIZE_MATTERS <= was && h->version > 0x0300 && !h->ssl2_form;
    hello_free(h);
    stage_begin(b, STAGE_SIZE);
    if (may) {
        attempt_add(b, &b->found, was, false);
        attempt_add(b, &b->found, is + PADDING_LEAST, false);
    }
}

static void result_make(struct bisect *b, bool by_size)
{
    size_t n = 0;
    if (by_size)
        b->result[n++] = (struct hello_change){ .part = PART_SIZE };
    for (size_t k = 0; k < KINDS; k++)
        for (size_t i = 0; i < b->count; i++)
            if (set_has(&b->found, i) && kind_has(&kind_first[k], &b->change[i]))
                b->result[n++] = b->change[i];
    b->result_count = n;
    b->works = hello_with(b, &b->found, 0);
    bisect_end(b, NULL);
}

static void size_taken(struct bisect *b)
{
    bool asked = b->attempts > b->round, has = false;
    for (size_t i = 0; i < b->count; i++)
        has |= set_has(&b->found, i) && b->change[i].part == PART_SIZE;
    result_make(b, asked && !has && round_how(b, 0) == TRIAL_FAILS && round_how(b, 1) == TRIAL_WORKS);
}

static void check_taken(struct bisect *b)
{
    size_t nth = 2 * (size_t)checks(b);
    bool works = false, varies = false;
    for (size_t i = 0; 2 * i < nth; i++) {
        works |= round_how(b, 2 * i) == TRIAL_WORKS;
        varies |= round_how(b, 2 * i) == TRIAL_FAILS || round_how(b, 2 * i + 1) == TRIAL_WORKS;
    }
    if (varies) {
        bisect_end(b, "like hellos were answered now one way, now another");
        return;
    }
    if (!works) {
        bisect_end(b, "the changed hello was not answered clearly");
        return;
    }
    b->smallest = true;
    for (size_t i = 0; i < b->count && b->attempts - b->round > nth; i++) {
        if (!set_has(&b->found, i))
            continue;
        enum trial how = round_how(b, nth++);
        if (how == TRIAL_WORKS) { /* it is not needed after all */
            struct set one = { { 0 } };
            set_add(&one, i);
            set_drop(&b->found, &one);
            check_try(b);
            return;
        }
        b->smallest &= how == TRIAL_FAILS;
    }
    size_try(b);
}

/* --- from one round to the next --------------------------------------------------------------- */

/* Into the next kind that has several changes; the other kinds are kept as they are. */
static void kind_next(struct bisect *b)
{
    b->inside = true;
    while (b->kind_at < b->kinds && set_count(b, &b->kind[b->kind_at]) < 2)
        b->kind_at++;
    if (b->kind_at == b->kinds) {
        memset(&b->found, 0, sizeof b->found);
        for (size_t i = 0; i < b->kinds; i++)
            set_join(&b->found, &b->kind[i]);
        check_try(b);
        return;
    }
    memset(&b->kept, 0, sizeof b->kept);
    for (size_t i = 0; i < b->kinds; i++)
        if (i != b->kind_at)
            set_join(&b->kept, &b->kind[i]);
    b->atoms = 0;
    for (size_t i = 0; i < b->count; i++)
        if (set_has(&b->kind[b->kind_at], i)) {
            memset(&b->atom[b->atoms], 0, sizeof *b->atom);
            set_add(&b->atom[b->atoms++], i);
        }
    blocks_try(b);
}

/* No atom can be left out any more. */
static void atoms_settled(struct bisect *b)
{
    if (b->inside) {
        struct set all = atoms_set(b);
        set_drop(&all, &b->kept);
        b->kind[b->kind_at++] = all;
    } else if (b->lacks && b->atoms > 1) { /* some of these kinds were not told apart: naming one would be a guess */
        bisect_end(b, "there were too few connections left to tell");
        return;
    } else {
        b->kinds = b->atoms;
        memcpy(b->kind, b->atom, b->atoms * sizeof *b->kind);
    }
    kind_next(b);
}

static void parts_try(struct bisect *b)
{
    struct set all = { { 0 } };
    for (size_t k = 0; k < KINDS; k++) {
        struct set s = { { 0 } };
        for (size_t i = 0; i < b->count; i++)
            if (kind_has(&kind_first[k], &b->change[i]))
                set_add(&s, i);
        if (set_count(b, &s))
            b->atom[b->atoms++] = s;
        set_join(&all, &s);
    }
    stage_begin(b, STAGE_PARTS);
    attempt_add(b, &all, 0, false);
    if (b->most < FEW) {
        blocks_add(b);
        return;
    }
    b->blocks = b->atoms;
    for (size_t i = 0; i < b->atoms; i++)
        attempt_add(b, &b->atom[i], 0, false);
}

/* On with the first block that does it alone; false: none does. Those of this round begin at its trial `first`. */
static bool block_taken(struct bisect *b, size_t first)
{
    size_t i = 0;
    while (i < b->blocks && round_how(b, first + i) != TRIAL_WORKS)
        i++;
    if (i == b->blocks)
        return false;
    atoms_keep_block(b, i);
    if (b->atoms > 1)
        blocks_try(b);
    else
        atoms_settled(b);
    return true;
}

static void parts_taken(struct bisect *b)
{
    if (block_taken(b, 1))
        return;
    if (round_how(b, 0) == TRIAL_WORKS)
        others_try(b);
    else
        bisect_end(b, "the hello with all that differs was not accepted any more");
}

static void blocks_taken(struct bisect *b)
{
    if (!block_taken(b, 0))
        others_try(b);
}

static void blocks_finer(struct bisect *b)
{
    bool single = b->blocks >= b->atoms;
    b->blocks = b->blocks * FINER < b->atoms ? b->blocks * FINER : b->atoms;
    if (single || b->atoms < 2)
        atoms_settled(b);
    else
        others_try(b);
}

static void others_taken(struct bisect *b)
{
    b->drops = 0;
    for (size_t i = 0; i < b->blocks; i++)
        if (round_how(b, i) == TRIAL_WORKS)
            b->dropped[b->drops++] = i;
    if (b->drops)
        drops_try(b);
    else
        blocks_finer(b);
}

static void drops_taken(struct bisect *b)
{
    size_t n = b->drops, nth = 0, before = b->atoms;
    while (n > 1 && round_how(b, nth) != TRIAL_WORKS) {
        n /= 2;
        nth++;
    }
    struct set gone = drops_set(b, n ? n : 1);
    bool all = n == b->drops;
    atoms_drop(b, &gone);
    b->blocks = b->blocks * b->atoms / before;
    if (!b->blocks)
        b->blocks = 1;
    if (all || b->atoms < 2)
        blocks_finer(b);
    else
        others_try(b);
}

static void bisect_go_on(struct bisect *b)
{
    static void (*const taken[])(struct bisect *b) = {
        [STAGE_PARTS] = parts_taken, [STAGE_BLOCKS] = blocks_taken, [STAGE_OTHERS] = others_taken,
        [STAGE_DROPS] = drops_taken, [STAGE_CHECK] = check_taken, [STAGE_SIZE] = size_taken,
    };
    while (b->stage != STAGE_OVER && round_is_over(b))
        taken[b->stage](b);
}

/* --- the outside ------------------------------------------------------------------------------ */

/* What a middlebox minds is tried beside what differs: the hello in one record, not padded, or as large as the
 * other. */
static void bisect_form(struct bisect *b)
{
    size_t small = hello_size(b->from), large = hello_size(b->to);
    if (b->from->ssl2_form || b->to->ssl2_form || b->from->version <= 0x0300 || b->to->version <= 0x0300)
        return;
    if (b->from->record_size && b->from->record_size < small)
        b->to->record_size = 0;
    if (large > small && b->to->size < large)
        b->to->size = large;
    else if (b->to->size <= b->from->size)
        b->to->size = 0;
}

struct bisect *bisect_new(const struct hello *fails, const struct hello *works, int most)
{
    struct bisect *b = mem_new(sizeof *b);
    b->most = most;
    b->from = hello_copy(fails);
    b->to = hello_copy(works);
    b->from->seed = b->to->seed = 1;
    bisect_form(b);
    b->count = hello_changes(b->from, b->to, b->change);
    if (b->count)
        parts_try(b);
    else
        bisect_end(b, "the two hellos do not differ");
    bisect_go_on(b);
    return b;
}

void bisect_free(struct bisect *b)
{
    if (!b)
        return;
    for (size_t i = 0; i < b->attempts; i++) {
        hello_free(b->attempt[i].hello);
        buf_free(&b->attempt[i].bytes);
    }
    free(b->attempt);
    hello_free(b->from);
    hello_free(b->to);
    hello_free(b->works);
    free(b);
}

const struct hello *bisect_next(struct bisect *b, int *trial)
{
    for (size_t i = b->round; i < b->attempts; i++)
        if (b->attempt[i].state == WAITS) {
            b->attempt[i].state = OUT;
            b->handed++;
            *trial = (int)i;
            return b->attempt[i].hello;
        }
    return NULL;
}

const struct hello *bisect_hello(const struct bisect *b, int trial)
{
    assert(trial >= 0 && (size_t)trial < b->attempts && b->attempt[trial].state == OUT);
    return b->attempt[trial].hello;
}

void bisect_take(struct bisect *b, int trial, enum trial how)
{
    struct attempt *a = &b->attempt[trial];
    assert(trial >= 0 && (size_t)trial < b->attempts && a->state == OUT);
    a->state = DONE;
    a->how = how;
    hello_free(a->hello);
    a->hello = NULL;
    bisect_go_on(b);
}

bool bisect_over(const struct bisect *b)
{
    return b->stage == STAGE_OVER;
}

int bisect_trials(const struct bisect *b)
{
    return b->handed;
}

size_t bisect_result(const struct bisect *b, const struct hello_change **out, bool *smallest)
{
    *out = b->result;
    *smallest = b->smallest && b->result_count;
    return b->result_count;
}

const struct hello *bisect_found(const struct bisect *b)
{
    return b->works;
}

const char *bisect_why(const struct bisect *b)
{
    return b->stage == STAGE_OVER ? b->why : NULL;
}
