/* session - columns times facts, and the evidence behind them.
 *
 * Owns: the columns, the latest observation of each fact with its evidence, and a revision that
 * grows with every change.
 * Must not know: who asks (live probes, another machine, a file), who draws, why anything fails.
 *
 * Everything enters as events (stream.h), so a column from a file and a live one can't be told apart.
 */
#ifndef TLSWHY_MODEL_SESSION_H
#define TLSWHY_MODEL_SESSION_H

#include <stdbool.h>
#include <stddef.h>

#include "src/model/answer.h"
#include "src/model/endpoint.h"
#include "src/model/logged.h"
#include "src/model/observation.h"

#define VANTAGE_SAVED "saved"   /* of columns from a file: nobody knows any more whether it was this machine */
#define VANTAGE_CLIENT "client" /* of columns that are clients which connected to us: listen, tap */

struct seen {               /* a thousand columns have forty each, so it is kept to 16 bytes */
    json_t *value;          /* owned by the session, NULL = null */
    float ms;               /* < 0 unknown */
    enum state state : 4;   /* NOT_ASKED when zero */
    unsigned evidence : 28; /* its number: "e12" is 12; 0 = none */
};

struct evidence {
    int column;         /* 0: of none, it is a line of a log; then `fact` says nothing */
    enum fact fact;
    bool gone;          /* its fact was observed again or forgotten: text and bytes went with it */
    const char *probe;  /* const */
    double time;        /* NAN: not known, of a log */
    char *text;         /* owned, may be NULL */
    uint8_t *bytes;     /* owned, may be NULL */
    size_t bytes_len;
};

struct column {
    int id;                    /* given by the engine, 1.., never used twice */
    int ask;                   /* the endpoint it came from: equal for all addresses of one name */
    int nth;                   /* which address of that endpoint, from 0 */
    struct endpoint *endpoint; /* owned */
    char *label, *vantage;     /* owned; vantage: "local", or VANTAGE_CLIENT */
    char *address;             /* owned; "192.0.2.1:443", "[2001:db8::1]:443", NULL until known */
    bool busy;                 /* probes are at work on it */
    struct seen fact[FACT_COUNT];
};

struct session {
    struct column **column;    /* owned; ordered by ask, then nth */
    size_t count, room;
    struct column **by_id;     /* owned; the same columns, hashed: NULL where it is free */
    size_t by_id_room;         /* a power of two, 0 before the first column */
    struct evidence *evidence; /* owned; evidence[0] is unused, so that number == index; look at `gone` */
    size_t evidence_count, evidence_room;
    char *answer[QUESTION_COUNT]; /* owned; what the person says, as answer_check keeps it; NULL: not asked */
    struct logged log;         /* what logs say */
    unsigned long revision;    /* grows with every change */
    double started;            /* unix seconds */
};

struct session *session_new(double started);
void session_free(struct session *s);
/* A new column in its place; endpoint and address are copied. Lent. */
struct column *session_add(struct session *s, int id, int ask, int nth, const struct endpoint *ep,
                           const char *address, const char *vantage);
void session_remove(struct session *s, int id);
struct column *session_column(const struct session *s, int id); /* NULL when there is none */
/* The columns of one ask stand together: the place of the first, and *end is behind the last; both the same for none. */
size_t session_ask(const struct session *s, int ask, size_t *end);
/* Takes over what the observation owns and clears it; unknown columns are ignored. */
void session_see(struct session *s, struct observation *o);
/* Forgets a column's facts and their evidence before it is probed again. No number of evidence is
 * used twice. */
void session_forget(struct session *s, int id);
void session_busy(struct session *s, int id, bool busy);
/* What the person says; NULL takes it back. */
void session_answer(struct session *s, enum question q, const char *answer);
/* The answer that counts: the person's own, else what the logs say; NULL: neither. Lent. */
const char *session_says(const struct session *s, enum question q);
/* A piece of evidence of no column; takes the text over. Its number. And: another takes its number, so that a log which
 * is followed for days keeps no more than what is shown of it. */
unsigned session_testify(struct session *s, const char *probe, double time, char *text);
void session_testify_anew(struct session *s, unsigned number, double time, char *text);

/* Shorthands for readers. */
const struct seen *column_seen(const struct column *c, enum fact f);
const char *column_word(const struct column *c, enum fact f);   /* string value, else NULL */
/* It is a client that connected to us, not an endpoint that was probed. */
bool column_is_client(const struct column *c);
/* It was loaded from a file, so it can't be asked anything. */
bool column_is_saved(const struct column *c);
/* A fact's cell for a person: the value itself, a state's glyph ("?" unsure, "." not asked yet,
 * "/" could not ask), or yes/no. Owned by the caller; printable. */
char *column_cell(const struct column *c, enum fact f);
/* What was seen: the words kept with it, else the value it stands for as a cell has it. Owned by the caller. */
char *session_evidence_says(const struct session *s, const struct evidence *e);

#endif
