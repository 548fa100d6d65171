/* ui - the workbench: panes over a session, keys, and nothing that waits for the network.
 *
 * Owns: the terminal while it runs, and gives it back whatever happens.
 * Must not know: probes, GnuTLS. What is known comes down a socket as stream lines (model/stream.h),
 * what is asked goes up the same way.
 */
#ifndef TLSWHY_UI_UI_H
#define TLSWHY_UI_UI_H

#include <stdbool.h>
#include <stddef.h>

#include "src/base/err.h"
#include "src/model/endpoint.h"
#include "src/model/stream.h"
#include "src/why/verdict.h"

enum ui_color { UI_COLOR_AUTO, UI_COLOR_ALWAYS, UI_COLOR_NEVER };

struct ui_options {
    int prober;                 /* connected stream socket to the prober process; stays the caller's */
    int logs;                   /* > 0: likewise to the process that reads logs; else there is none */
    bool reads, follows;        /* it was given logs to begin with; it reads on as they grow */
    char *const *endpoint;      /* canonical endpoint texts to begin with */
    size_t endpoint_count;
    struct session *loaded;     /* columns to begin with, from files: taken over; or NULL. Unknown to the prober */
    int later;                  /* > 0: readable once more endpoints to begin with are known; else none */
    bool (*later_read)(void *arg, char *const **endpoint, size_t *n, struct err *e); /* lends them */
    void *later_arg;
    char *const *defaults;      /* KEY_COUNT values for endpoints added by hand, or NULL */
    char *const *answer;        /* QUESTION_COUNT answers to begin with, each may be NULL; or NULL */
    struct why_options why;
    enum ui_color color;        /* NO_COLOR is honoured for auto */
    void (*record)(void *arg, const struct event *ev); /* told everything the session takes in; or NULL */
    void (*record_flush)(void *arg); /* twice a second, so that no more is lost if this process is killed */
    void (*record_end)(void *arg);   /* a signal is about to end this process: nothing is told after it */
    void *record_arg;
    const char *script;         /* --ui-script FILE: keys and commands instead of a person; or NULL */
};

/* Standard input and output are a terminal the workbench can draw on: else main runs a check. */
bool ui_usable(void);
/* Runs until the person quits. 0, or 3 and a sentence in *e when there is no usable terminal or the
 * prober died and could not be used any more. */
int ui_run(const struct ui_options *o, struct err *e);
/* --dump-keys: the action table, one line each: context, key, action, help. */
void ui_dump_keys(void);
/* --reset-tty: puts a terminal left in disorder by a SIGKILL back; 0 or 3. */
int ui_reset_tty(struct err *e);

#endif
