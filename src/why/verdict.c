/* verdict - see verdict.h.
 *
 * Each column is matched against the sign table by itself; of a cause's rows the surest that holds
 * makes the finding, and every row against it takes a step. Findings that say the same about
 * several columns are then sorted together and merged, so that a thousand columns cost no more than
 * a sort.
 */
#include "src/why/verdict.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/why/guess.h"
#include "src/why/pull.h"
#include "src/why/question.h"
#include "src/why/sign.h"

const char *const judgement_words[] = { "ok", "failing", "unsure" };

enum shelf { SHELF_DIAGNOSIS, SHELF_CANDIDATE, SHELF_WARNING, SHELF_COUNT };

struct raw {
    struct finding f; /* columns, evidence, confidence and summary; the rest once it is kept */
    enum shelf shelf;
    size_t seq;              /* order of the columns it came from */
    const struct sign *sign;
    struct words words;      /* owned */
};

struct heap { struct raw *raw; size_t count, room; struct look *look; }; /* look[seq] */

#define NUMBERS_MAX 16 /* evidence numbers kept of one cause in one column */

struct pick {
    const struct sign *best;
    int against;     /* rows that speak against it */
    int for_[NUMBERS_MAX], contra[NUMBERS_MAX];
    size_t for_count, contra_count;
};

/* --- one column ------------------------------------------------------------------------------- */

/* One fact holds every fault of a chain, and its sentence speaks of the first; these speak of theirs. */
static const struct { const char *faults; enum fact fact; } own_facts[] = {
    { "expired|not-yet-valid", FACT_DATES },
    { "name-mismatch|name-only-in-cn", FACT_NAME },
    { "self-signed|issuer-unknown|root-untrusted|root-other-key", FACT_TRUST },
    { "weak-key|weak-digest|no-server-auth|key-usage|path-length|name-constraint|critical-extension", FACT_STRENGTH },
};

static const struct seen *condition_seen(const struct look *l, const struct condition *c)
{
    for (size_t i = 0; c->test == TEST_FAULT && c->word[0] != '!' && i < sizeof own_facts / sizeof *own_facts; i++)
        if (fault_mask(c->word) & fault_mask(own_facts[i].faults) && l->c->fact[own_facts[i].fact].state == STATE_NO)
            return &l->c->fact[own_facts[i].fact];
    return &l->c->fact[c->fact];
}

/* Two facts may rest on one sentence ("handshake" and "failure"): it counts once. */
static bool same_evidence(const struct session *s, int a, int b)
{
    if (a == b)
        return true;
    if ((size_t)a >= s->evidence_count || (size_t)b >= s->evidence_count)
        return false;
    const char *first = s->evidence[a].text, *second = s->evidence[b].text;
    return first && second && strcmp(first, second) == 0;
}

static void numbers_add(const struct look *l, const struct sign *sign, int *list, size_t *count)
{
    for (int i = 0; i < CONDITIONS_MAX && sign->when[i].test != TEST_NONE; i++) {
        const struct seen *seen = condition_seen(l, &sign->when[i]);
        size_t k = 0;
        while (k < *count && !same_evidence(l->s, list[k], (int)seen->evidence))
            k++;
        if (k == *count && k < NUMBERS_MAX && seen->evidence > 0 && seen->state != NOT_ASKED)
            list[(*count)++] = seen->evidence;
    }
}

static int *numbers_copy(const int *list, size_t n)
{
    int *copy = mem_array(NULL, n + 1, sizeof *copy);
    memcpy(copy, list, n * sizeof *list);
    return copy;
}

static uint32_t sign_mask(const struct sign *sign)
{
    for (int i = 0; i < CONDITIONS_MAX; i++)
        if ((sign->when[i].test == TEST_FAULT || sign->when[i].fact == FACT_ATTEMPTS) && sign->when[i].word[0] != '!')
            return fault_mask(sign->when[i].word);
    return 0;
}

/* Adds a finding of one column to the heap. */
static struct raw *heap_add(struct heap *h, const struct look *l, const struct sign *sign,
                            enum step step, const struct pick *p, size_t seq)
{
    if (h->count == h->room) {
        h->room = h->room ? 2 * h->room : 64;
        h->raw = mem_array(h->raw, h->room, sizeof *h->raw);
    }
    struct raw *r = &h->raw[h->count++];
    *r = (struct raw){ .seq = seq,
                       .sign = sign,
                       .words = words_of(l, sign->detail, sign_mask(sign)) };
    r->shelf = sign->kind == SIGN_WARNS ? SHELF_WARNING
               : step >= STEP_50       ? SHELF_DIAGNOSIS
                                       : SHELF_CANDIDATE;
    r->f.cause = sign->cause;
    r->f.confidence = r->f.before = step_table[step];
    r->f.column = numbers_copy(&l->c->id, 1);
    r->f.column_count = 1;
    r->f.summary = words_sentence(l, &r->words, sign->summary);
    r->f.for_ = numbers_copy(p->for_, p->for_count);
    r->f.for_count = p->for_count;
    r->f.against = numbers_copy(p->contra, p->contra_count);
    for (size_t i = 0; i < p->contra_count; i++) { /* what speaks for it does not speak against it */
        size_t k = 0;
        while (k < p->for_count && p->for_[k] != p->contra[i])
            k++;
        if (k == p->for_count)
            r->f.against[r->f.against_count++] = p->contra[i];
    }
    return r;
}

/* What its own words chose, else what the sign says. */
static char *raw_fix(const struct raw *r, const struct look *l)
{
    const enum fix *own = r->words.fix;
    if (own[0] == FIX_NONE)
        return words_sentence(l, &r->words, fix_table[r->sign->fix]);
    char *first = words_sentence(l, &r->words, fix_table[own[0]]);
    if (own[1] == FIX_NONE)
        return first;
    char *second = words_fill(l, &r->words, fix_table[own[1]]);
    char *both = mem_format("%s Otherwise: %s", first, second);
    free(first);
    free(second);
    return both;
}

/* What only a finding that is kept needs, as its first column has it. */
static void raw_finish(struct raw *r, const struct look *l)
{
    struct finding *f = &r->f;
    f->detail = json_incref(r->words.detail);
    f->fix = raw_fix(r, l);
    f->reproduce = reproduce_line(l, r->sign->reproduce);
    f->missing = mem_array(NULL, 2, sizeof *f->missing);
    for (int i = 0; i < 2 && r->sign->missing[i]; i++)
        f->missing[f->missing_count++] = words_fill(l, &r->words, r->sign->missing[i]);
    if (!*f->fix && r->shelf == SHELF_DIAGNOSIS && f->missing_count) {
        free(f->fix);
        f->fix = mem_format("Settle it first: %s.", f->missing[0]);
    }
    words_free(&r->words);
}

static void pick_add(struct pick *p, const struct look *l, const struct sign *sign)
{
    if (sign->kind == SIGN_AGAINST) {
        p->against++;
        numbers_add(l, sign, p->contra, &p->contra_count);
        return;
    }
    if (!p->best || sign->step > p->best->step)
        p->best = sign;
    numbers_add(l, sign, p->for_, &p->for_count);
}

static void column_signs(struct heap *h, const struct look *l, struct pick pick[CAUSE_COUNT],
                         size_t seq)
{
    for (size_t i = 0; i < sign_count; i++) {
        const struct sign *sign = &sign_table[i];
        if (!look_holds(l, sign->when))
            continue;
        if (sign->kind == SIGN_WARNS) {
            struct pick own = { 0 };
            numbers_add(l, sign, own.for_, &own.for_count);
            heap_add(h, l, sign, sign->step, &own, seq);
        } else {
            pick_add(&pick[sign->cause], l, sign);
        }
    }
}

static void outcome_apply(struct column_verdict *cv, const struct look *l, bool *aside)
{
    const struct outcome *o = outcome_table;
    while (!look_holds(l, o->when))
        o++; /* the last row always holds */
    uint32_t mask = sign_mask(&(struct sign){ .when = { o->when[0], o->when[1] } });
    struct words w = words_of(l, o->detail, mask);
    cv->verdict = o->verdict;
    cv->text = words_fill(l, &w, o->text);
    *aside = o->aside;
    words_free(&w);
}

static char *more_text(char *one, int more)
{
    if (!more)
        return one;
    char *s = mem_format("%s, and %d more", one, more);
    free(one);
    return s;
}

/* Makes the column's findings of its picks; returns its line, NULL where nothing is named. */
static char *column_findings(struct heap *h, const struct look *l,
                             const struct pick pick[CAUSE_COUNT], size_t seq)
{
    char *text = NULL;
    int named = 0, from[CAUSE_COUNT], to[CAUSE_COUNT];
    struct pull pull[CAUSE_COUNT] = { 0 };
    bool answers = answers_any(l->s) && !column_is_client(l->c);
    for (int i = 0; i < CAUSE_COUNT; i++) {
        to[i] = from[i] = pick[i].best ? (int)pick[i].best->step - pick[i].against : -1;
        if (answers && from[i] >= 0)
            pull[i] = pull_of(l, (enum cause)i);
    }
    if (answers)
        pull_steps(pull, from, to, STEP_50);
    for (int i = 0; i < CAUSE_COUNT; i++) {
        if (from[i] < 0)
            continue;
        struct raw *r = heap_add(h, l, pick[i].best, (enum step)to[i], &pick[i], seq);
        r->f.before = step_table[from[i]];
        r->f.pull = pull[i];
        if (to[i] >= STEP_50 && !named++)
            text = r->sign->text ? words_fill(l, &r->words, r->sign->text)
                                 : mem_format("perhaps: %s", cause_table[i].title); /* an answer made it one */
    }
    return text ? more_text(text, named - 1) : NULL;
}

static void column_judge(struct column_verdict *cv, struct heap *h, const struct look *l,
                         size_t seq, bool *aside)
{
    struct pick pick[CAUSE_COUNT] = { 0 };
    cv->column = l->c->id;
    cv->pending = l->c->busy;
    column_signs(h, l, pick, seq);
    cv->text = column_findings(h, l, pick, seq);
    cv->verdict = VERDICT_FAILING;
    if (!cv->text)
        outcome_apply(cv, l, aside);
    if (cv->pending) { /* nothing is fine before it is through */
        cv->verdict = cv->verdict == VERDICT_OK ? VERDICT_UNSURE : cv->verdict;
        free(cv->text);
        cv->text = mem_string("probing");
    }
}

/* --- addresses of one endpoint ------------------------------------------------------------------
 */

struct families { bool connects[2], trying[2]; }; /* by column_ipv6 */

static struct families families_of(const struct session *s, size_t begin, size_t end)
{
    struct families f = { 0 };
    for (size_t i = begin; i < end; i++) {
        const struct column *c = s->column[i];
        int six = column_ipv6(c);
        f.connects[six] |= c->fact[FACT_CONNECT].state == STATE_YES;
        f.trying[six] |= c->fact[FACT_CONNECT].state == NOT_ASKED && c->busy;
    }
    return f;
}

static enum family family_of(const struct families *f, const struct column *c)
{
    int other = !column_ipv6(c);
    return f->connects[other] ? FAMILY_COVERED : f->trying[other] ? FAMILY_WAITING : FAMILY_ALONE;
}

static enum judgement worse(enum judgement a, enum judgement b)
{
    static const int rank[] = { [VERDICT_OK] = 0, [VERDICT_UNSURE] = 1, [VERDICT_FAILING] = 2 };
    return rank[b] > rank[a] ? b : a;
}

static bool address_works(const struct look *l)
{
    bool fault = false;
    for (int p = 0; p < PLACE_COUNT; p++)
        fault |= l->faults[p] != 0;
    return l->c->fact[FACT_HANDSHAKE].state == STATE_YES && !fault;
}

/* Judges the addresses of one endpoint and returns what they come to together. */
static enum judgement ask_judge(struct verdict *v, struct heap *h, const struct session *s,
                                int min_days, size_t begin, size_t end)
{
    struct families f = families_of(s, begin, end);
    enum judgement all = VERDICT_OK, asides = VERDICT_OK;
    bool decided = false;
    size_t work = 0;
    for (size_t i = begin; i < end; i++) {
        h->look[i] = look_at(s, s->column[i], family_of(&f, s->column[i]), min_days);
        work += address_works(&h->look[i]);
    }
    for (size_t i = begin; i < end; i++) {
        bool aside = false;
        h->look[i].others_work = work > (size_t)address_works(&h->look[i]);
        column_judge(&v->column[i], h, &h->look[i], i, &aside);
        enum judgement *to = aside ? &asides : &all;
        *to = worse(*to, v->column[i].verdict);
        decided |= !aside;
    }
    return decided ? all : asides;
}

/* --- what the person says against it ------------------------------------------------------------
 */

/* What may be behind a failure that is not seen from here; returns the column's line where a client that was named
 * fails here too, so that there is something to see after all. */
static char *column_guesses(struct heap *h, const struct look *l, size_t seq)
{
    char *why;
    enum step step;
    const struct sign *named = guess_software(l, &step, &why);
    if (named) {
        struct pick p = { 0 };
        numbers_add(l, named, p.for_, &p.for_count);
        struct raw *r = heap_add(h, l, named, step, &p, seq);
        free(r->f.summary);
        r->f.summary = why;
    }
    for (size_t i = 0; i < guess_count && !named; i++) {
        struct pick p = { 0 };
        if (!guess_holds(l, &guess_table[i]) || !look_holds(l, guess_table[i].sign.when))
            continue;
        numbers_add(l, &guess_table[i].sign, p.for_, &p.for_count);
        struct raw *r = heap_add(h, l, &guess_table[i].sign, STEP_25, &p, seq);
        r->f.before = 0;
        r->f.pull = guess_pull(&guess_table[i]);
    }
    return named ? words_fill(l, &h->raw[h->count - 1].words, named->text) : NULL;
}

static void column_dispute(struct column_verdict *cv, struct heap *h, const struct look *l, size_t seq)
{
    char *named = column_guesses(h, l, seq);
    const char *who = l->s->answer[QUESTION_FAILS] ? "you say" : "the log says";
    char *text = named ? named : mem_format("%s it fails; from here %s", who, cv->text);
    free(cv->text);
    cv->text = text;
    cv->disputed = true;
    cv->verdict = named ? VERDICT_FAILING : VERDICT_UNSURE;
}

/* The person says that it fails. Where nothing that was probed does, or all of it should, what works here is in doubt:
 * neither word is taken for the whole truth. */
static void answers_judge(struct verdict *v, struct heap *h, const struct session *s)
{
    bool all = answer_is(QUESTION_ENDPOINTS, session_says(s, QUESTION_ENDPOINTS), "all");
    if (!answers_fail(s))
        return;
    for (size_t i = 0; i < v->column_count && !all; i++)
        if (v->column[i].verdict == VERDICT_FAILING && !column_is_client(s->column[i]))
            return;
    for (size_t i = 0; i < v->column_count; i++)
        if (v->column[i].verdict == VERDICT_OK && !column_is_client(s->column[i]))
            column_dispute(&v->column[i], h, &h->look[i], i);
    v->all = v->column_count ? VERDICT_OK : VERDICT_UNSURE;
    for (size_t i = 0; i < v->column_count; i++)
        v->all = worse(v->all, v->column[i].verdict);
}

/* --- merging and ranking ------------------------------------------------------------------------
 */

#define COMPARE(a, b) (((a) > (b)) - ((a) < (b)))

static int raw_by_text(const void *pa, const void *pb)
{
    const struct raw *a = pa, *b = pb;
    int d = COMPARE(a->shelf, b->shelf);
    d = d ? d : COMPARE(a->f.cause, b->f.cause);
    d = d ? d : strcmp(a->f.summary, b->f.summary);
    return d ? d : COMPARE(a->seq, b->seq);
}

/* By cause, in the order of the cause table: what would still have to be fixed if the others were.
 */
static int raw_by_rank(const void *pa, const void *pb)
{
    const struct raw *a = pa, *b = pb;
    int d = COMPARE(a->shelf, b->shelf);
    if (a->shelf == SHELF_CANDIDATE) /* what the answers speak for comes first */
        d = d ? d : COMPARE(pull_sum(&b->f.pull), pull_sum(&a->f.pull));
    d = d ? d : COMPARE(a->f.cause, b->f.cause);
    d = d ? d : COMPARE(b->f.confidence, a->f.confidence);
    d = d ? d : COMPARE(a->seq, b->seq);
    return d ? d : strcmp(a->f.summary, b->f.summary);
}

void finding_free(struct finding *f)
{
    for (size_t i = 0; i < f->missing_count; i++)
        free(f->missing[i]);
    free(f->missing);
    free(f->column);
    free(f->summary);
    json_decref(f->detail);
    free(f->for_);
    free(f->against);
    free(f->fix);
    free(f->reproduce);
}

static void numbers_join(int **list, size_t *count, size_t *room, const int *more, size_t n)
{
    if (*count + n > *room) {
        *room = 2 * (*count + n);
        *list = mem_array(*list, *room, sizeof **list);
    }
    if (n)
        memcpy(*list + *count, more, n * sizeof *more);
    *count += n;
}

/* Joins findings of one shelf, cause and sentence: heap sorted by raw_by_text. */
static void heap_merge(struct heap *h)
{
    size_t kept = 0, column_room = 0, for_room = 0, against_room = 0;
    for (size_t i = 0; i < h->count; i++) {
        struct raw *r = &h->raw[i], *k = kept ? &h->raw[kept - 1] : NULL;
        bool same = k && k->shelf == r->shelf && k->f.cause == r->f.cause &&
                    strcmp(k->f.summary, r->f.summary) == 0;
        if (!same) {
            if (kept != i)
                h->raw[kept] = *r;
            kept++;
            column_room = for_room = against_room = 0;
            continue;
        }
        if (k->f.column[k->f.column_count - 1] != r->f.column[0])
            numbers_join(&k->f.column, &k->f.column_count, &column_room, r->f.column, 1);
        numbers_join(&k->f.for_, &k->f.for_count, &for_room, r->f.for_, r->f.for_count);
        numbers_join(&k->f.against, &k->f.against_count, &against_room, r->f.against,
                     r->f.against_count);
        if (r->f.confidence < k->f.confidence) { /* it is said of all of them */
            k->f.confidence = r->f.confidence;
            k->f.before = r->f.before;
            k->f.pull = r->f.pull;
        }
        words_free(&r->words);
        finding_free(&r->f);
    }
    h->count = kept;
}

static void heap_shelve(struct heap *h, struct verdict *v)
{
    struct finding **list[] = { &v->diagnosis, &v->candidate, &v->warning };
    size_t *count[] = { &v->diagnosis_count, &v->candidate_count, &v->warning_count };
    if (!h->count)
        return;
    qsort(h->raw, h->count, sizeof *h->raw, raw_by_text);
    heap_merge(h);
    qsort(h->raw, h->count, sizeof *h->raw, raw_by_rank);
    for (size_t i = 0; i < h->count; i++) {
        raw_finish(&h->raw[i], &h->look[h->raw[i].seq]);
        (*count[h->raw[i].shelf])++;
    }
    for (int k = 0, at = 0; k < SHELF_COUNT; k++) {
        *list[k] = mem_array(NULL, *count[k] + 1, sizeof **list[k]);
        for (size_t i = 0; i < *count[k]; i++)
            (*list[k])[i] = h->raw[at++].f;
    }
}

static int place_by_id(const void *a, const void *b)
{
    const struct column_place *pa = a, *pb = b;
    return COMPARE(pa->id, pb->id);
}

static void places_sort(struct verdict *v)
{
    v->place = mem_new((v->column_count + 1) * sizeof *v->place);
    for (size_t i = 0; i < v->column_count; i++)
        v->place[i] = (struct column_place){ v->column[i].column, i };
    qsort(v->place, v->column_count, sizeof *v->place, place_by_id);
}

struct verdict *verdict_of(const struct session *s, const struct why_options *o)
{
    struct verdict *v = mem_new(sizeof *v);
    struct heap h = { .look = mem_new((s->count + 1) * sizeof *h.look) };
    int min_days = o ? o->min_days : -1;
    v->column = mem_new((s->count + 1) * sizeof *v->column);
    v->column_count = s->count;
    v->all = s->count ? VERDICT_OK : VERDICT_UNSURE;
    for (size_t begin = 0, end; begin < s->count; begin = end) {
        session_ask(s, s->column[begin]->ask, &end);
        v->all = worse(v->all, ask_judge(v, &h, s, min_days, begin, end));
    }
    answers_judge(v, &h, s);
    heap_shelve(&h, v);
    places_sort(v);
    free(h.raw);
    free(h.look);
    return v;
}

static void findings_free(struct finding *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        finding_free(&list[i]);
    free(list);
}

void verdict_free(struct verdict *v)
{
    if (!v)
        return;
    for (size_t i = 0; i < v->column_count; i++)
        free(v->column[i].text);
    free(v->column);
    free(v->place);
    findings_free(v->diagnosis, v->diagnosis_count);
    findings_free(v->candidate, v->candidate_count);
    findings_free(v->warning, v->warning_count);
    free(v);
}

/* What would settle a candidate. */
struct need { const char *what; enum cause cause; size_t nth; };

static int need_by_text(const void *pa, const void *pb)
{
    const struct need *a = pa, *b = pb;
    int d = strcmp(a->what, b->what);
    return d ? d : COMPARE(a->nth, b->nth);
}

/* Owned by the caller; those that say the same stand together, the first of them first. */
static struct need *needs_sorted(const struct verdict *v, size_t *count)
{
    struct need *list = NULL;
    size_t n = 0, room = 0;
    for (size_t i = 0; i < v->candidate_count; i++)
        room += v->candidate[i].missing_count;
    list = mem_array(NULL, room + 1, sizeof *list);
    for (size_t i = 0; i < v->candidate_count; i++)
        for (size_t k = 0; k < v->candidate[i].missing_count; k++, n++)
            list[n] = (struct need){ v->candidate[i].missing[k], v->candidate[i].cause, n };
    qsort(list, n, sizeof *list, need_by_text);
    *count = n;
    return list;
}

/* What most causes wait for; those of several groups of columns count once. */
const char *verdict_first(const struct verdict *v)
{
    size_t n, most = 1, first = 0;
    if (v->diagnosis_count)
        return NULL;
    struct need *list = needs_sorted(v, &n);
    const char *what = NULL;
    for (size_t i = 0, end; i < n; i = end) {
        uint32_t causes = 0;
        for (end = i; end < n && strcmp(list[end].what, list[i].what) == 0; end++)
            causes |= UINT32_C(1) << list[end].cause;
        size_t waits = (size_t)__builtin_popcount(causes);
        if (waits > most || (what && waits == most && list[i].nth < first)) {
            most = waits;
            first = list[i].nth;
            what = list[i].what;
        }
    }
    free(list);
    return what;
}

bool why_wanted(const struct session *s, int column, bool wanted[FACT_COUNT])
{
    const struct column *c = session_column(s, column);
    bool any = false;
    memset(wanted, 0, FACT_COUNT * sizeof *wanted);
    if (!c)
        return false;
    struct look l = look_at(s, c, FAMILY_ALONE, -1);
    for (size_t i = 0; i < wish_count; i++) {
        enum fact f = wish_table[i].fact;
        if (c->fact[f].state == NOT_ASKED && look_holds(&l, wish_table[i].when))
            any = wanted[f] = true;
    }
    return any;
}

int verdict_exit(const struct verdict *v, const struct why_options *o)
{
    if (v->all == VERDICT_FAILING)
        return v->diagnosis_count ? EXIT_FAILING : EXIT_UNSURE;
    if (v->all == VERDICT_UNSURE)
        return EXIT_UNSURE;
    return o && o->fail_on_warning && v->warning_count ? EXIT_FAILING : EXIT_OK;
}

const struct column_verdict *verdict_column(const struct verdict *v, int column)
{
    if (column >= 1 && (size_t)column <= v->column_count && v->column[column - 1].column == column)
        return &v->column[column - 1];
    const struct column_place key = { .id = column }, *found = NULL;
    if (v->place)
        found = bsearch(&key, v->place, v->column_count, sizeof key, place_by_id);
    for (size_t i = 0; !v->place && i < v->column_count; i++)
        if (v->column[i].column == column)
            return &v->column[i];
    return found ? &v->column[found->at] : NULL;
}
