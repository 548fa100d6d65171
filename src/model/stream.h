/* stream - the session as JSON lines.
 *
 * Owns: the form in which observations travel: in a file, on a pipe, between our own processes.
 * Must not know: files and sockets; it turns events into lines and lines into events.
 *
 * One object a line, at most STREAM_LINE_MAX bytes. "t" is its kind:
 *   {"t":"column","id":1,"ask":1,"nth":0,"endpoint":"...","address":"..."|null,"vantage":"local"}
 *   {"t":"fact","column":1,"fact":"version","state":"yes","value":...,"probe":"handshake",
 *    "time":"...","ms":1.2|null,"text":"..."|null,"bytes":"hex"|null}
 *   {"t":"busy","column":1} {"t":"done","column":1} {"t":"forget","column":1} {"t":"gone","column":1}
 *   {"t":"trouble","ask":3,"text":"..."}    our own trouble, said to the person; the ask that can't be
 *                                           served, or 0
 *   {"t":"answer","question":"clients","value":"some"|null}   what the person says; null: taken back
 *   {"t":"note","ask":3,"text":"..."}       good news about an ask: where it listens
 *   {"t":"line","number":7,"value":{...}} {"t":"log","value":{...}}   of a log: logged.h
 * and, the other way, what is asked:
 *   {"t":"ask","ask":3,"endpoint":"..."}
 *   {"t":"listen","ask":3,"text":"[ADDR:]PORT","endpoint":"..."|null}   with an endpoint: a tap
 *   {"t":"want","column":1,"facts":["version",...]}
 *   {"t":"load","column":1,"at_once":64}                      a ramp of load, up to so many at once
 *   {"t":"read","text":"FILE"} {"t":"follow","full":true}     a log; read on as it grows, or no more
 *   {"t":"again","column":1[,"full":true]} {"t":"drop","column":1} {"t":"stop"}
 */
#ifndef TLSWHY_MODEL_STREAM_H
#define TLSWHY_MODEL_STREAM_H

#include "src/base/err.h"
#include "src/model/observation.h"
#include "src/model/session.h"

#define STREAM_LINE_MAX (4u << 20)

enum event_kind {
    EVENT_COLUMN, EVENT_FACT, EVENT_BUSY, EVENT_DONE, EVENT_FORGET, EVENT_GONE, EVENT_TROUBLE,
    EVENT_NOTE, EVENT_ANSWER, EVENT_ASK, EVENT_LISTEN, EVENT_WANT, EVENT_AGAIN, EVENT_DROP, EVENT_LOAD, EVENT_STOP,
    EVENT_LOG, EVENT_LINE, EVENT_READ, EVENT_FOLLOW
};

struct event {
    enum event_kind kind;
    int column;                 /* id; all but ask, trouble, stop */
    int ask, nth;               /* column, ask, listen, trouble, note */
    int at_once;                /* load */
    int number;                 /* line */
    json_t *value;              /* owned; line, log */
    char *endpoint;             /* owned; column, ask; listen: NULL where nothing is passed on */
    const struct endpoint *parsed; /* lent; the same, where the event does not leave the process; or NULL */
    char *address, *vantage;    /* owned; column */
    struct observation seen;    /* owned; fact */
    bool wanted[FACT_COUNT];    /* want */
    bool full;                  /* again: everything is to be enumerated from now on; follow: yes */
    char *text;                 /* owned; trouble, note; listen: where; read: which file; answer: the value, or NULL */
    enum question question;     /* answer */
};

/* One line with its newline, owned by the caller. */
char *event_format(const struct event *ev);
/* False and a sentence when the line is none of ours; *ev is then empty. Accepts hostile input. */
bool event_parse(const char *line, size_t n, struct event *ev, struct err *e);
void event_clear(struct event *ev);
/* A line of a log, or what logs come to, where the numbers of lines begin behind `by`; others stay. */
void event_shift(struct event *ev, int by);
/* Applies what a prober says to the session (takes the observation). Asks are ignored. */
void session_apply(struct session *s, struct event *ev);

#endif
