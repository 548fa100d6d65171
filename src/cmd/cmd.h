/* cmd - one file per command, and the options they share.
 *
 * Owns: the command table and option parsing. Must not know: ncurses; logic that belongs below.
 */
#ifndef TLSWHY_CMD_CMD_H
#define TLSWHY_CMD_CMD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "src/base/err.h"
#include "src/model/endpoint.h"
#include "src/why/verdict.h"
#include "probes/engine.h"

enum color_when { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

struct session_word { const char *path; size_t before; }; /* lent from argv; how many endpoints came first */

struct options {                     /* everything the command line can say */
    char *defaults[KEY_COUNT];       /* --ca, --sni, ...: owned */
    struct endpoint **endpoint;      /* owned; arguments and -f files, parsed */
    size_t endpoint_count;
    struct session_word *session;    /* owned; arguments that are saved sessions */
    size_t session_count;
    int reserved;                    /* ids of columns that were loaded from them, for a prober beside */
    struct engine_options engine;
    struct why_options why;
    struct resolve_rule *resolve;    /* owned; --resolve, what engine.resolve points to */
    bool json, jsonl, plain, quiet, verbose, lab, help, version, yes;
    bool client_list;                /* --client list: clients_list, then exit 0 */
    enum color_when color;
    int count;                       /* --count: ends after so many clients; 0: never */
    double seconds;                  /* --for; 0: until it is interrupted */
    char *sntp;                      /* --sntp: owned host, what engine.sntp points to, or NULL */
    char *login;                     /* --proxy-auth: owned, what engine.proxy_login points to, or NULL */
    char *save;                      /* --save: owned, or NULL */
    char *cert, *key;                /* --cert, --key of listen and tap: owned, or NULL */
    char *ui_script;                 /* owned, or NULL */
    char *answer[QUESTION_COUNT];    /* --answer: owned, as answer_check keeps it, or NULL */
    bool dump_keys, reset_tty;
    char **word;                     /* arguments that are no endpoints (lab list): lent from argv,
                                        the array itself is owned */
    size_t word_count;
    char **paste; size_t paste_count; /* -e of explain: lent, the array itself is owned */
    bool follow;                     /* --follow */
    char **log; size_t log_count;    /* --log: lent, the array itself is owned */
};

/* What a command takes: words that are endpoints (else they are the command's own), options of those who wait for
 * clients, of those who read logs, of a ramp of load, and of the workbench. */
enum takes { TAKES_WORDS = 0, TAKES_ENDPOINTS = 1, TAKES_CLIENTS = 2, TAKES_LOGS = 4, TAKES_LOAD = 8,
             TAKES_SCREEN = 16 }; /* with endpoints: saved sessions, too */

/* Parses the argc words of argv, which begin after the command word. False and one sentence (exit
 * 2) when anything is bad: *o is empty then, nothing was started. `takes`: enum takes, joined; with
 * TAKES_ENDPOINTS the lines of -f files are endpoints, too. After --help, --version or --client list
 * the rest is not looked at, but for --verbose after the latter. */
bool options_parse(struct options *o, int argc, char **argv, unsigned takes, struct err *e);
void options_free(struct options *o); /* leaves *o empty; accepts an empty one */
/* The options, and the keys of endpoints, from their tables; `command`: those of that one alone, NULL: all. */
void options_help(FILE *out, const char *command);
/* --client list; verbose: with all that is known of each. Wrapped at `width`. */
void clients_list(FILE *out, bool verbose, int width);

struct command {
    const char *name;
    const char *usage, *says;
    int (*run)(struct options *o);   /* exit status; NULL: not there yet */
    unsigned takes;                  /* enum takes, joined */
};
extern const struct command command_table[];
extern const size_t command_count;

int cmd_check(struct options *o);
int cmd_compare(struct options *o);
int cmd_lab(struct options *o);
int cmd_load(struct options *o);
int cmd_replay(struct options *o);
int cmd_listen(struct options *o);
int cmd_tap(struct options *o);
int cmd_explain(struct options *o);
/* What all commands print for: columns of standard output, 80 where it is no terminal; whether the locale has more
 * than ASCII. */
int terminal_width(void);
bool locale_is_utf8(void);
void locale_print(const char *s); /* UTF-8, on standard output; what the locale lacks as \u{NNNN} */
bool color_wanted(const struct options *o); /* by --color, NO_COLOR, and what standard output is */
/* The prober as a process of its own: returns our end of a socket, or -1 and a sentence. The child
 * ends when the socket does. */
int prober_start(const struct options *o, int *pid, struct err *e);
/* Likewise the one that reads logs: --log at once, others when it is told to. */
int lector_start(const struct options *o, int *pid, struct err *e);

#endif
