/* view - what the person looks at, and what each key changes about it.
 *
 * Owns: the selected pane, row and column, the reference, marks, the prompt, the message, and the
 * transitions between them. view_key is pure: it changes the view and leaves what has to be done
 * outside (asking, copying, quitting) as effects.
 * Must not know: the terminal, sockets, files, clocks.
 */
#ifndef TLSWHY_UI_VIEW_H
#define TLSWHY_UI_VIEW_H

#include <stdbool.h>
#include <stddef.h>

#include "src/model/endpoint.h"
#include "ui/action.h"
#include "ui/line.h"
#include "ui/scene.h"

enum pane_id {
    PANE_WHY, PANE_COMPARE, PANE_CHAIN, PANE_CHECKLIST, PANE_MATRIX, PANE_CLIENTS, PANE_CLOCK, PANE_PATH, PANE_LOAD,
    PANE_LOG, PANE_DETAIL, PANE_HELP, PANE_COUNT
};
#define PANE_MAIN PANE_DETAIL /* those before are the ones Tab goes through */

/* What a row is, so that the selection can follow it while rows come and go. Each pane gives its
 * kinds a meaning; `line` counts the lines of one thing that was wrapped. */
struct item { int kind, a, b, c, line; };

/* Where the selection of a pane stands. top, left, width and page come from the last picture. */
struct spot { struct item item; int index; int top, left, width, page; };

/* What a detail view is about. */
enum subject_kind {
    SUBJECT_EVIDENCE, SUBJECT_CELL, SUBJECT_CERT, SUBJECT_FAULT, SUBJECT_FINDING, SUBJECT_CLIENT, SUBJECT_LOG_LINE
};
struct subject {
    enum subject_kind kind;
    int column;  /* id; cell, cert, fault, client */
    int a, b, c; /* evidence: number. cell: fact. cert: 0 sent, 1 built; index. fault: index.
                  * finding: list, cause, first column. client: its place in client_table.
                  * log line: its number */
};

enum prompt {
    PROMPT_NONE, PROMPT_FIND, PROMPT_COMMAND, PROMPT_ADD, PROMPT_COPY, PROMPT_LISTEN, PROMPT_TAP, PROMPT_ANSWER,
    PROMPT_RAMP, PROMPT_LOG
};

enum effect_kind {
    EFFECT_ASK,     /* text: an endpoint that has been parsed, canonical */
    EFFECT_AGAIN,   /* column; 0: all */
    EFFECT_ENUMERATE, /* likewise */
    EFFECT_TRY_CLIENTS, /* likewise: and the hello of every known client */
    EFFECT_LOAD,    /* column; text: how many at once */
    EFFECT_SETTLE,
    EFFECT_LISTEN,  /* text: [ADDR:]PORT; column: whose endpoint everything is passed to, 0: nowhere */
    EFFECT_SAVE_HELLO, /* column */
    EFFECT_LOG,     /* text: a file to be read */
    EFFECT_FOLLOW,  /* column: 1 read on as it grows, 0 no more */
    EFFECT_ANSWER,  /* column: the question; text: the answer as answer_check keeps it; NULL: taken back */
    EFFECT_REMOVE,  /* column */
    EFFECT_UNDO,
    EFFECT_PAUSE, EFFECT_STOP,
    EFFECT_COPY,    /* text */
    EFFECT_REDRAW, EFFECT_SUSPEND, EFFECT_QUIT, EFFECT_QUIT_PRINT
};
struct effect { enum effect_kind kind; int column; char *text; };
#define DETAIL_DEPTH 8

struct view {
    enum pane_id pane;                /* one of the main panes */
    struct spot spot[PANE_COUNT];     /* spot[PANE_DETAIL] is unused: each level has its own */
    struct { struct subject subject; struct spot spot; } detail[DETAIL_DEPTH];
    int depth;                        /* detail views open, one upon the other */
    bool help;                        /* help lies on top of all */
    int column, column_index;         /* selected: id, and its place in case it goes away */
    int reference;                    /* id chosen with r; 0: nobody chose */
    int *mark; size_t mark_count;     /* owned; column ids */
    bool only_diff, paused, stopped;
    bool asking;                      /* inside a question of the checklist: letters answer it */
    enum prompt prompt;
    struct line line;
    char *find;                       /* owned; what n looks for, or NULL */
    char *filter;                     /* owned; what help shows only, or NULL */
    char *log_filter;                 /* owned; likewise of the lines of a log */
    bool follow;                      /* the last log is read on as it grows */
    char *message;                    /* owned; one or more lines for the status, or NULL */
    struct effect *effect; size_t effect_count, effect_room; /* owned; to be taken out in their order */
    char *const *defaults;            /* lent; for endpoints added by hand, or NULL */
};

struct view *view_new(enum pane_id start, char *const *defaults);
void view_free(struct view *v);                /* accepts NULL */
enum place view_place(const struct view *v);
enum pane_id view_top(const struct view *v);   /* what has the keys: a main pane, detail or help */
struct spot *view_spot(struct view *v);        /* of view_top */
const struct spot *view_spot_of(const struct view *v, enum pane_id pane);
/* The selected column and the reference as they stand now; NULL only without columns. */
const struct column *view_column(const struct view *v, const struct scene *s);
const struct column *view_reference(const struct view *v, const struct scene *s);
bool view_marked(const struct view *v, int column);
/* Lets the person add an endpoint that begins as this text. */
void view_offer(struct view *v, const char *endpoint);
void view_say(struct view *v, const char *format, ...) __attribute__((format(printf, 2, 3)));

void view_key(struct view *v, const struct scene *s, int key);
void view_action(struct view *v, const struct scene *s, enum action a);
/* Keeps what the picture found out: widths always, scroll offsets only after a key, so that a
 * window made small and large again looks as before. */
struct frame;
void view_settle(struct view *v, const struct frame *f, bool keyed);
/* Takes the first effect out; false when there is none. The text becomes the caller's. */
bool view_effect(struct view *v, struct effect *out);

#endif
