/* large - a ClientHello of post-quantum size, as today's browsers send it.
 *
 * Owns: FACT_POST_QUANTUM. Must not know: why it fails where it fails.
 *
 * Some servers and some boxes on the way can't read a hello that fills more than one packet. A refusal
 * counts only beside the same hello without the large key share, and when it comes twice.
 */
#include <stdlib.h>

#include "probes/sweep.h"
#include "src/base/mem.h"
#include "src/model/endpoint.h"
#include "src/wire/client.h"
#include "src/wire/names.h"

static const enum fact writes[] = { FACT_POST_QUANTUM, FACT_COUNT };
static const enum fact needs[] = { FACT_CONNECT, FACT_COUNT };

enum ask { ASK_LARGE, ASK_SMALL, ASK_LARGE_AGAIN };

struct large {
    struct grown grown;
    struct client_lists small;
    char *word;          /* owned; the refusal */
    bool accepted, small_accepted, twice;
    uint16_t group;
};

/* Only the client `default` without limits of its own sends such a hello. */
static bool large_is_due(const struct endpoint *ep)
{
    static const enum key limits[] = { KEY_MAX, KEY_CIPHERS, KEY_GROUPS, KEY_HELLO_SIZE };
    bool free = endpoint_offer(ep)->max >= 0x0304 && endpoint_client(ep) == client_find(NULL);
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++)
        free &= !ep->value[limits[i]];
    return free;
}

static void large_begin(struct surveying *v)
{
    if (large_is_due(v->target->endpoint))
        survey_ask(v, ASK_LARGE, UNTIL_HELLO);
}

static void large_hello(struct surveying *v, int question, struct hello *h)
{
    struct large *s = v->state;
    hello_of_client(v, h, &s->small);
    if (question == ASK_SMALL)
        return;
    hello_grow(h, &s->grown);
}

static void large_take(struct surveying *v, int question, const struct answer *a)
{
    struct large *s = v->state;
    bool accepted = a->kind == ANSWER_ACCEPTED;
    if (question == ASK_SMALL)
        s->small_accepted = accepted;
    else
        s->accepted |= accepted;
    s->twice |= question == ASK_LARGE_AGAIN && !accepted && a->kind != ANSWER_CUT;
    if (accepted)
        s->group = a->reply->group;
    if (question == ASK_LARGE && !accepted && a->kind != ANSWER_CUT) {
        s->word = answer_word(a);
        bool waited = a->kind == ANSWER_SILENT || a->kind == ANSWER_SLOW;
        bool failed = v->target->written[FACT_HANDSHAKE] && !v->target->works; /* it needs no post-quantum size */
        if (!failed && (!waited || v->target->works)) /* else the handshake went no better, and had its time */
            survey_ask(v, ASK_SMALL, UNTIL_HELLO);
    } else if (question == ASK_SMALL && accepted) {
        /* Also after silence: a server that serves one at a time may have been busy with our handshake. */
        survey_ask(v, ASK_LARGE_AGAIN, UNTIL_HELLO);
    }
}

static void large_end(struct surveying *v)
{
    struct large *s = v->state;
    char hex[NAME_LEN];
    if (s->accepted)
        run_see(v->run, FACT_POST_QUANTUM, STATE_YES, json_string(s->group ? group_name(s->group, hex) : "answered"), -1,
                mem_string("a ClientHello with an X25519MLKEM768 key share (1216 bytes) is answered"));
    else if (s->word)
        run_see(v->run, FACT_POST_QUANTUM, s->twice ? STATE_NO : UNSURE, json_string(s->word), -1,
                mem_format("a ClientHello with an X25519MLKEM768 key share (1216 bytes): %s; the same without it: %s",
                           s->word, s->small_accepted ? "accepted" : "not accepted either"));
}

static void large_forget(struct surveying *v)
{
    struct large *s = v->state;
    free(s->word);
}

static const struct survey survey = {
    .state_size = sizeof(struct large),
    .begin = large_begin,
    .hello = large_hello,
    .take = large_take,
    .end = large_end,
    .forget = large_forget,
};

const struct probe large_probe = { .name = "large", .writes = writes, .needs = needs, SURVEY(survey) };
