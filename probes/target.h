/* target - a column as the engine sees it (struct target of probe.h): what it was asked, what it may still spend.
 *
 * Owns: its life, the order of probes by the facts they need, and the events that tell of it.
 * Must not know: watchers, how its address is found (locate.c), what probes ask.
 *
 * Its round goes on while somebody holds it in `runs`: each run does, and who begins several things at once takes one
 * for itself, or the first of them that is over at once would end the round.
 */
#ifndef TLSWHY_PROBES_TARGET_H
#define TLSWHY_PROBES_TARGET_H

#include "probes/probe.h"
#include "src/model/stream.h"

/* One more column, with an id and no address. Takes a reference. */
struct target *target_new(struct engine *g, int ask, int nth, const struct endpoint *ep);
void target_free(struct target *t);
/* Its endpoint is another one: how that is reached. */
void target_settle(struct target *t);
/* All that is known of it is forgotten, but for its address. */
void target_reset(struct target *t);
void target_forget_sent(struct target *t);

/* One of `runs` is over: begins what waited for its facts. With the last the round is over; one that was dropped is
 * freed then. */
void target_done(struct target *t);

void target_say(const struct target *t, enum event_kind kind);
/* Writes one fact. Takes value and text (may be NULL); ms < 0: unknown. */
void target_see(struct target *t, const char *probe, enum fact f, enum state state, json_t *value, double ms,
                char *text);
void target_observe(struct target *t, struct event *ev); /* the same of an event made by the caller; cleared after */
/* Its handshake has not been answered for a while: the probe that would be wanted if it never is (probe.beside) begins
 * now, so that silence is paid for once. What it writes is held back until the handshake is over, and forgotten where
 * that is answered. */
void target_lags(struct target *t);
void target_answers(struct target *t); /* it is answered after all */
/* What needs an address can't be asked. */
void target_blank(struct target *t, const char *why);

/* What is asked of every column without being told to. */
void target_begin(struct target *t);
/* Starts every probe that writes one of the wanted facts and was not started for this column yet, and those that write
 * what it needs. What no probe writes is said to be so. */
void target_more(struct target *t, const bool wanted[FACT_COUNT]);
/* Begins the probes whose needs are met by now. With the last run gone nothing will meet them any more. */
void target_deferred(struct target *t, bool last);
void target_undefer(struct target *t); /* they will not be begun at all */

void wants_add(bool wanted[FACT_COUNT], const enum fact *list); /* FACT_COUNT-terminated, may be NULL */
void wants_everything(bool wanted[FACT_COUNT]);

bool target_proxied(const struct target *t);
const char *target_login(const struct target *t); /* for the proxy; lent, NULL: none */

#endif
