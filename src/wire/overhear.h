/* overhear - what is understood of a handshake that passes by: how far it got, and who broke it off.
 *
 * Owns: putting together what a client says (heard.h), what its server answers (reply.h) and the records of both
 * once they are encrypted (records.h): in TLS 1.3 only their sizes tell a Finished from an alert (RFC 8446 sections
 * 4.4.4, 5.2 and 6).
 * Must not know: sockets, clocks, who passes the bytes on.
 *
 * It only takes notes. What it does not understand it leaves alone.
 */
#ifndef TLSWHY_WIRE_OVERHEAR_H
#define TLSWHY_WIRE_OVERHEAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/wire/heard.h"
#include "src/wire/records.h"
#include "src/wire/reply.h"

/*    ID            word            The last thing that is known to have passed */
#define PASSED(X) \
    X(NOTHING,      "nothing") \
    X(HELLO,        "hello") \
    X(SERVER_HELLO, "server-hello") \
    X(CERTIFICATE,  "certificate") \
    X(FINISHED,     "finished")      /* both sides' */ \
    X(DATA,         "data")          /* of the application, from the client */
enum passed {
#define X(id, word) PASSED_##id,
    PASSED(X)
#undef X
    PASSED_COUNT
};

/*    ID        word */
#define ENDERS(X) \
    X(CLIENT,   "client") X(SERVER, "server") X(US, "us") X(NETWORK, "network")
enum ender {
#define X(id, word) BY_##id,
    ENDERS(X)
#undef X
    ENDER_COUNT
};

/*    ID        word */
#define ENDINGS(X) \
    X(COMPLETE, "complete") X(ALERT, "alert") X(CLOSED, "closed") X(RESET, "reset") X(SILENT, "silent") \
    X(NOT_TLS, "not-tls") X(PROTOCOL, "protocol") X(UPSTREAM, "upstream")
enum ending_how {
#define X(id, word) HOW_##id,
    ENDINGS(X)
#undef X
    HOW_COUNT
};
extern const char *const passed_words[PASSED_COUNT], *const ender_words[ENDER_COUNT], *const how_words[HOW_COUNT];

struct ending {             /* the value of the fact client_end */
    enum passed stage;
    enum ender by;
    enum ending_how how;
    int alert;              /* number of the alert that ended it; -1: none, or it was encrypted */
    bool sure;              /* false: read off the sizes of encrypted records */
    const char *why;        /* lent; one clause of evidence, or NULL */
};

/* What one side was seen to send. */
struct overheard_side {
    struct records records;
    bool changed;           /* its ChangeCipherSpec passed */
    bool again;             /* of the client: its hello once more, which a HelloRetryRequest asked for */
    bool finished;          /* its Finished */
    int alert;              /* of a fatal alert in clear, -1: none */
    int warning;            /* of a warning in clear that is no close_notify, -1: none */
    unsigned sealed_alerts; /* encrypted records that are alerts, or have the size of one */
    unsigned sealed;        /* encrypted records after its ChangeCipherSpec, or after the hellos in TLS 1.3 */
    unsigned data;          /* those that carry application data */
    unsigned unclear;       /* those in the place of a Finished that have neither its size nor an alert's */
    size_t flight;          /* bytes of the encrypted ones before the client's Finished */
};

struct overhear {
    const struct heard *heard; /* lent */
    struct reply reply;     /* `got` counts what the server said in clear */
    struct overheard_side client, server;
    bool off;               /* one side speaks no TLS, or no hello: nothing is looked at any more */
    bool begun;             /* the client's bytes behind its hello are looked at */
    enum { NOBODY_BROKE, CLIENT_BROKE, SERVER_BROKE } first; /* whose fatal alert in clear came first */
    bool left;              /* the client has closed its side */
    bool unasked;           /* the server sent what has an alert's size before the client had gone or said goodbye */
    unsigned since_finished; /* records of the server after the client's Finished */
};

/* `heard` is fed by the caller, before overhear_client is told of the same bytes. */
void overhear_init(struct overhear *o, const struct heard *heard);
void overhear_free(struct overhear *o);
void overhear_client(struct overhear *o, const void *p, size_t n);
void overhear_server(struct overhear *o, const void *p, size_t n);
void overhear_left(struct overhear *o); /* no more comes from the client */

enum passed overhear_passed(const struct overhear *o);
bool overhear_answered(const struct overhear *o); /* a ServerHello (no HelloRetryRequest) came */
/* The next word of the handshake is the client's: before its hello, after a HelloRetryRequest, and once the server has
 * said all it has to. */
bool overhear_waits_for_client(const struct overhear *o);
/* What it amounts to when the connection ends so: by whom and how its sockets say. */
struct ending overhear_end(const struct overhear *o, enum ender by, enum ending_how how);

#endif
