/* sntp - the right time, asked of one NTP server for all columns of a run.
 *
 * Owns: the UDP exchange with the server of --sntp: its name, its addresses, repeated requests, the one deadline,
 * and the answer, kept for whoever asks later.
 * Must not know: columns, facts, whether a clock is wrong.
 */
#ifndef TLSWHY_PROBES_SNTP_H
#define TLSWHY_PROBES_SNTP_H

#include "probes/fetch.h"
#include "src/wire/ntp.h"

#define SNTP_PORT 123

struct sntp_said {              /* lent until sntp_free */
    bool answered;              /* someone there gave the answer below */
    struct ntp_answer answer;
    const char *address;        /* asked last: "192.0.2.1:123"; NULL: nobody could be asked */
    const char *text;           /* one sentence */
    double ms;                  /* from the request it answers to the answer */
};
typedef void sntp_fn(void *arg);

struct sntp;
/* `host` and the callbacks of `names` are lent. Nothing is sent before the first sntp_ask; `timeout` is for it all. */
struct sntp *sntp_new(struct ev_loop *loop, struct fetch_names names, const char *host, int port, double timeout,
                      double (*wall)(void));
void sntp_free(struct sntp *s); /* accepts NULL; nobody is called any more */
/* Calls `done` once, never before this returns: the answer, or that there is none, is there then. One answer serves
 * all who ask within a minute, unless our clock was set since: then the server is asked again. */
void sntp_ask(struct sntp *s, sntp_fn *done, void *arg);
void sntp_drop(struct sntp *s, void *arg); /* this arg is not called any more; accepts NULL */
const struct sntp_said *sntp_said(const struct sntp *s); /* NULL while it is not there */

#endif
