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

struct options {                     /* everything the command line can say */
    char *defaults[KEY_COUNT];       /* --ca, --sni, ...: owned */
    struct endpoint **endpoint;      /* owned; arguments and -f files, parsed */
    size_t endpoint_count;
    struct engine_options engine;
    struct why_options why;
    struct resolve_rule *resolve;    /* owned; --resolve, what engine.resolve points to */
    bool json, jsonl, plain, quiet, verbose, lab, help, version;
    bool offline;                    /* --offline */
    bool client_list;                /* --client list: options_clients, then exit 0 */
    enum color_when color;
    char *ui_script;                 /* owned, or NULL */
    bool dump_keys, reset_tty;
    char **word;                     /* arguments that are no endpoints (lab list): lent from argv,
                                        the array itself is owned */
    size_t word_count;
};

/* Parses the argc words of argv, which begin after the command word. False and one sentence (exit
 * 2) when anything is bad: *o is empty then, nothing was started. `takes_endpoints` says whether
 * other words (and the lines of -f files) are endpoints. After --help, --version or --client list
 * the rest is not looked at. */
bool options_parse(struct options *o, int argc, char **argv, bool takes_endpoints, struct err *e);
void options_free(struct options *o); /* leaves *o empty; accepts an empty one */
void options_help(FILE *out);         /* every option and every endpoint key, from their tables */
void options_clients(FILE *out);      /* --client list */

struct command {
    const char *name;
    const char *usage, *says;
    int (*run)(struct options *o);   /* exit status; NULL: not there yet */
    bool takes_endpoints;
};
extern const struct command command_table[];
extern const size_t command_count;

int cmd_check(struct options *o);
int cmd_lab(struct options *o);
/* The prober as a process of its own: returns our end of a socket, or -1 and a sentence. The child
 * ends when the socket does. */
int prober_start(const struct options *o, int *pid, struct err *e);

#endif
