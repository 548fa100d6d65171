/* sweep - questions that one raw ClientHello answers, or one complete handshake, many of them at once.
 *
 * Owns: what a survey is (a probe that asks as many such questions as it needs), the run of one
 * question: connect, send the hello, read until enough is known, close. And what becomes of a
 * question that the server may only have been too busy for: it is asked again, more slowly, so that a
 * refusal under load is never taken for "not supported".
 * Must not know: which questions there are (one file per survey), watchers, what an answer means for
 * the client.
 *
 * A survey's life: begin() once, with the first questions; then for each question hello() when its
 * connection is open and take() when its answer is settled, in any order; take() may ask more; when no
 * question is left end() writes the facts. Nothing here blocks.
 */
#ifndef TLSWHY_PROBES_SWEEP_H
#define TLSWHY_PROBES_SWEEP_H

#include <stdbool.h>
#include <stdint.h>

#include "probes/probe.h"
#include "src/wire/hello.h"
#include "src/wire/reply.h"

struct shake_ask;

/* How far a reply is read. Whatever ends it before (an alert, the connection's end) is an answer too. */
enum until {
    UNTIL_HELLO,        /* ServerHello or HelloRetryRequest */
    UNTIL_FLIGHT        /* up to TLS 1.2 ServerKeyExchange or ServerHelloDone; in TLS 1.3 so much ciphertext that it
                           holds a certificate (servers that look at signature algorithms only late send
                           less: an alert), or a HelloRetryRequest */
};

enum answer_kind {
    ANSWER_ACCEPTED,     /* a ServerHello or HelloRetryRequest that chooses what was offered: see `reply` */
    ANSWER_ALERT, ANSWER_CLOSED, ANSWER_RESET, ANSWER_SILENT, ANSWER_SLOW,
    ANSWER_VERSION,      /* another version than those offered */
    ANSWER_ODD,          /* it chose a suite, group or signature algorithm that was not offered */
    ANSWER_PROTOCOL,     /* TLS against its rules, or messages without end */
    ANSWER_NOT_TLS,
    ANSWER_REFUSED,      /* no connection, although the server could be connected before */
    ANSWER_CUT,          /* not asked, or not long enough: --max-time, the connections of --depth quick, stopped */
    ANSWER_KNOCKED       /* only a knock, which was taken */
};

struct answer {
    enum answer_kind kind;
    bool no;                   /* a refusal in this server's own way: what was offered is not taken */
    const struct reply *reply; /* lent; never NULL, but empty when nothing came */
    double ms;                 /* from the hello to what settled it */
};
/* The ANSWER word of fact.h. Owned by the caller. */
char *answer_word(const struct answer *a);
const char *answer_says(const char *word); /* such a word as a person reads it; lent */

struct surveying {              /* one survey at work on one column */
    const struct probe *probe;
    struct target *target;
    void *state;                /* survey->state_size bytes, zeroed, owned */
    const struct every *every;  /* lent */
    int open;                   /* questions without an answer */
    double began;
    struct run *run;            /* the run whose answer is being taken; NULL in begin() */
    struct surveying *next;
};

struct survey {
    size_t state_size;
    bool keeps_certificate; /* reply->certificate is wanted */
    bool tells_halfway;     /* end() is called also where all work is stopped in the middle */
    bool once;              /* no answer is doubted and asked for again: the survey has a control of its own */
    /* How a question travels, NULL: as usual. */
    void (*travel)(struct surveying *v, int question, struct conn_travel *way);
    /* What is sent in the place of a hello; NULL, or what returns NULL: the hello. Const. */
    const char *(*plain)(struct surveying *v, int question);
    void (*begin)(struct surveying *v);
    /* Fills a zeroed hello (the server name and a seed are set). What it points to must stay as it is until
     * take() of the same question. */
    void (*hello)(struct surveying *v, int question, struct hello *h);
    void (*take)(struct surveying *v, int question, const struct answer *a);
    /* In the place of these two where each question is a complete handshake (again.h): changes what it offers, which
     * is what the client does; and what it came to (told.h; lent), NULL: it could not be made, which says nothing. */
    void (*change)(struct surveying *v, int question, struct shake_ask *ask);
    void (*came)(struct surveying *v, int question, const json_t *told);
    /* Writes facts with run_see(v->run, ...); what it leaves out becomes could-not-ask. */
    void (*end)(struct surveying *v);
    void (*forget)(struct surveying *v); /* frees what the state points to; NULL: nothing */
};

/* Asks; the answer comes to take(), never before this returns. The number is the survey's own and not
 * open already. `pieces` > 1: the hello goes out in so many segments, some time apart. */
void survey_ask(struct surveying *v, int question, enum until until);
void survey_ask_later(struct surveying *v, int question, enum until until, double seconds);
void survey_ask_in_pieces(struct surveying *v, int question, enum until until, int pieces);

int version_index(uint16_t number);  /* 0 for SSL 2.0 (0x0002), 1 for 0x0300 ... 5 for 0x0304; -1 */
uint16_t version_number(int index);
const char *version_key(int index);  /* "ssl2" "ssl3" "tls1.0" ... as in JSON */
/* The newest version below TLS 1.3 that the column takes, SSL 3.0 and 2.0 not counted; 0: none. */
uint16_t known_classic(const struct known *k);

/* The hello of this column's client: see client_hello. */
void hello_of_client(const struct surveying *v, struct hello *h, struct client_lists *keep);
#define GROWN_MAX 64 /* groups */
struct grown { uint16_t groups[GROWN_MAX + 1], shares[3]; };
/* The same with X25519MLKEM768 and a key share for it in front, which makes it too big for one packet (RFC 8446 section
 * 4.2.8, draft-ietf-tls-ecdhe-mlkem). It has groups; `keep` must outlive it. */
void hello_grow(struct hello *h, struct grown *keep);
/* One for this version alone that offers `suites`, and every group and signature algorithm there is.
 * In TLS 1.3 with an empty key_share. */
void hello_of_version(const struct surveying *v, struct hello *h, uint16_t version, const uint16_t *suites);

/* Lists, 0-terminated; owned by the caller where not const. */
size_t list_length(const uint16_t *list);
bool list_has(const uint16_t *list, uint16_t number);
uint16_t *list_copy(const uint16_t *list, size_t n); /* of the first n */
uint16_t *list_without(const uint16_t *list, const uint16_t *other);
/* Suites that this version can use, out of a list of names.h and in its order; NULL: of all there are. */
uint16_t *suites_of_version(uint16_t version, const uint16_t *from);
/* What is registered for this version and not likely to be taken. */
uint16_t *suites_rare(uint16_t version);

/* --- for again.c --- */
struct surveying *run_survey(const struct run *r); /* NULL: nobody waits for the answer any more */
void survey_came(struct run *r, const json_t *told); /* the question is settled */

/* --- the engine's side --- */
struct want survey_start(struct run *r);
struct want survey_step(struct run *r, enum step_why why);
void survey_unreachable(struct run *r, bool timed_out);
void survey_run_end(struct run *r);
void survey_stopped(struct run *r); /* all work is: of its runs this is the last one left */
extern const size_t survey_run_size; /* of a probe whose state_size is 0 */
void survey_begin(struct target *t, const struct probe *p);
void survey_drop(struct target *t, const struct probe *p); /* it does not end, and writes nothing; its runs are gone */
void surveys_forget(struct target *t); /* frees surveys that will not end, and what is known */
/* What the row in probe_list of every survey that sends raw hellos has in common. */
#define SURVEY(table) \
    .connects = true, .survey = &(table), .start = survey_start, .step = survey_step, \
    .unreachable = survey_unreachable, .end = survey_run_end

#endif
