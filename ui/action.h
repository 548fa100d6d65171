/* action - everything a person can do, and with which key.
 *
 * Owns: the one table that feeds the keys, the : commands, the help, the hint bar and --dump-keys.
 * Must not know: how an action is done (view.c).
 */
#ifndef TLSWHY_UI_ACTION_H
#define TLSWHY_UI_ACTION_H

#include <stdbool.h>

/* Where keys hold. A place sees the contexts of its row in action.c; inside a question its letters come before what
 * they do elsewhere. */
enum context { CONTEXT_ALL, CONTEXT_PANES, CONTEXT_COLUMNS, CONTEXT_TABLES, CONTEXT_LOG, CONTEXT_QUESTION,
               CONTEXT_PROMPT, CONTEXT_COUNT };
enum place { PLACE_WHY, PLACE_COMPARE, PLACE_CHAIN, PLACE_CHECKLIST, PLACE_QUESTION, PLACE_MATRIX, PLACE_CLIENTS,
             PLACE_CLOCK, PLACE_PATH, PLACE_LOAD, PLACE_LOG, PLACE_DETAIL, PLACE_HELP, PLACE_PROMPT, PLACE_COUNT };

/*    ID          context  keys              name           hint        help */
#define ACTIONS(X) \
    X(OPEN,       ALL,     "Enter",          "open",        "open", \
      "open what is selected: evidence, a cell, a certificate") \
    X(WHY,        ALL,     "1",              "why",         NULL, \
      "pane Why: the ranked causes, their evidence and the fix") \
    X(COMPARE,    ALL,     "2",              "compare",     NULL,  "pane Compare: all columns side by side") \
    X(CHAIN,      ALL,     "3",              "chain",       NULL,    "pane Chain: certificates as sent and as built") \
    X(CHECKLIST,  ALL,     "4",              "checklist",   NULL, \
      "pane Checklist: what you say beside what the probes say, and what that does to the ranking") \
    X(MATRIX,     ALL,     "5",              "matrix",      NULL, \
      "pane Matrix: versions, suites, groups and signatures each server takes") \
    X(CLIENTS,    ALL,     "6",              "clients",     NULL, \
      "pane Clients: which known clients each server works for, and why not for the others") \
    X(CLOCK,      ALL,     "7",              "clock",       NULL, \
      "pane Clock: this machine's clock, those of the servers, and the dates of their certificates") \
    X(PATH,       ALL,     "8",              "path",        NULL, \
      "pane Path: the hello that fails, each time with one thing changed, and who ends it") \
    X(LOAD,       ALL,     "9",              "load",        NULL, \
      "pane Load: what fails, and how long each stage takes, with more and more handshakes at once") \
    X(LOG,        ALL,     "0",              "log",         NULL, \
      "pane Log: what the logs of servers and clients say, line by line, and their pattern; as a command: log " \
      "FILE reads one") \
    X(DOWN,       ALL,     "j Down",         "down",        NULL,       "next row") \
    X(UP,         ALL,     "k Up",           "up",          NULL,       "previous row") \
    X(LEFT,       ALL,     "h Left",         "left",        NULL,       "previous column") \
    X(RIGHT,      ALL,     "l Right",        "right",       NULL,       "next column") \
    X(PAGE_DOWN,  ALL,     "PgDn C-f",       "page-down",   NULL,       "one page down") \
    X(PAGE_UP,    ALL,     "PgUp C-b",       "page-up",     NULL,       "one page up") \
    X(TOP,        ALL,     "g Home",         "top",         NULL,       "first row") \
    X(BOTTOM,     ALL,     "G End",          "bottom",      NULL,       "last row") \
    X(REFERENCE,  COLUMNS, "r",              "reference",   "ref", \
      "make this column the reference the others are compared with") \
    X(ONLY_DIFF,  TABLES,  "D",              "differences", "diffs", \
      "only rows in which columns differ, or all rows again") \
    X(READ_LOG,   LOG,     "o",              "read-log",    "read log", "read a log: type the name of its file") \
    X(FOLLOW,     LOG,     "f",              "follow",      "follow",   "read on as the last log grows, or no more") \
    X(ADD,        PANES,   "a",              "add",         "add",      "add an endpoint and probe it") \
    X(COPY_COLUMN, COLUMNS, "c",             "change",      "change", \
      "a new column: this one's endpoint with a change") \
    X(REMOVE,     COLUMNS, "d",              "remove",      "remove", \
      "remove this column, or the marked ones; u brings them back") \
    X(UNDO,       PANES,   "u",              "undo",        NULL,       "bring back what was removed last") \
    X(MARK,       COLUMNS, "Space",          "mark",        "mark",     "mark or unmark this column for R and d") \
    X(AGAIN,      PANES,   "R",              "again",       "again",    "probe this column again, or the marked ones") \
    X(AGAIN_ALL,  PANES,   "A",              "all",         NULL,       "probe all columns again") \
    X(SETTLE,     PANES,   "x",              "settle",      "settle",   "ask what would settle the doubt") \
    X(ENUMERATE,  PANES,   "F",              "enumerate",   "fill", \
      "ask this column, or the marked ones, for everything it takes: fills the Matrix; in Clients each " \
      "client's own hello is sent as well") \
    X(ENUMERATE_ALL, PANES, "M",             "enumerate-all", NULL, \
      "the same for all columns: some 200 connections each") \
    X(LISTEN,     PANES,   "L",              "listen",      NULL, \
      "catch a client: listen on a port and show what connects, a column each") \
    X(TAP,        PANES,   "T",              "tap",         NULL, \
      "pass clients through to this column's endpoint and show both sides, a column each") \
    X(SAVE_HELLO, PANES,   "S",              "save-hello",  NULL, \
      "save the hello of the client in this column, to try it on an endpoint") \
    X(RAMP,       PANES,   "B",              "ramp",        "load", \
      "put this column's server under load: more and more handshakes at once; asks before it begins, C-c ends " \
      "it and keeps what it has") \
    X(PAUSE,      PANES,   "p",              "pause",       NULL, \
      "hold the picture while probing goes on, or let it go on") \
    X(FIND,       ALL,     "/",              "find",        "find", \
      "find text in this pane; in help, show only what fits") \
    X(FIND_NEXT,  ALL,     "n",              "next",        NULL,       "next place where it is found") \
    X(FIND_PREV,  ALL,     "N",              "previous",    NULL,       "previous place where it is found") \
    X(COPY,       ALL,     "y",              "copy",        "copy", \
      "copy what is selected to the clipboard and a file") \
    X(NEXT_PANE,  ALL,     "Tab",            "next-pane",   "pane",     "next pane") \
    X(PREV_PANE,  ALL,     "S-Tab",          "prev-pane",   NULL,       "previous pane") \
    X(BACK,       ALL,     "Esc Backspace",  "back",        "back",     "one step back; never quits") \
    X(COMMAND,    ALL,     ":",              "command",     NULL, \
      "type an action's name, such as: add example.org") \
    X(HELP,       ALL,     "? F1",           "help",        "help", \
      "all keys; / searches them, Enter does what is selected") \
    X(REDRAW,     ALL,     "C-l",            "redraw",      NULL,       "draw the screen again, nothing else") \
    X(SUSPEND,    ALL,     "C-z",            "suspend",     NULL,       "suspend; fg brings it back") \
    X(STOP,       ALL,     "C-c",            "stop",        NULL, \
      "stop probing and keep the screen; a second one quits") \
    X(QUIT_PRINT, ALL,     "Q",              "quit-print",  NULL, \
      "quit and leave the last view printed in the terminal") \
    X(QUIT,       ALL,     "q",              "quit",        "quit",     "one step back, and from a pane quit") \
    X(ANSWER_ALL, QUESTION, "a",             "answer-all",  "all",      "answer: all, or always") \
    X(ANSWER_SOME, QUESTION, "s",            "answer-some", "some",     "answer: some") \
    X(ANSWER_ONE, QUESTION, "o",             "answer-one",  "one",      "answer: one") \
    X(ANSWER_YES, QUESTION, "y",             "answer-yes",  "yes",      "answer: yes") \
    X(ANSWER_NO,  QUESTION, "n",             "answer-no",   "no",       "answer: no, or not known") \
    X(ANSWER_WHILES, QUESTION, "w",          "answer-now-and-then", "now and then", "answer: now and then") \
    X(ANSWER_BURSTS, QUESTION, "b",          "answer-bursts", "bursts", "answer: in bursts") \
    X(ANSWER,     QUESTION, "Enter",         "answer",      "type", \
      "type the answer; anywhere as a command: answer clients=some") \
    X(UNANSWER,   QUESTION, "u",             "unanswer",    "clear",    "take the answer back") \
    X(ACCEPT,     PROMPT,  "Enter",          "accept",      "do it",    "do what was typed") \
    X(CANCEL,     PROMPT,  "Esc",            "cancel",      "cancel",   "leave the prompt, do nothing") \
    X(COMPLETE,   PROMPT,  "Tab",            "complete",    "complete", "complete the name of a command") \
    X(ERASE,      PROMPT,  "Backspace",      "erase",       NULL, \
      "erase the character before the cursor; in an empty prompt, leave it") \
    X(DELETE,     PROMPT,  "Delete C-d",     "delete",      NULL,       "erase the character under the cursor") \
    X(CHAR_LEFT,  PROMPT,  "Left C-b",       "char-left",   NULL,       "one character to the left") \
    X(CHAR_RIGHT, PROMPT,  "Right C-f",      "char-right",  NULL,       "one character to the right") \
    X(LINE_START, PROMPT,  "Home C-a",       "line-start",  NULL,       "to the start of the text") \
    X(LINE_END,   PROMPT,  "End C-e",        "line-end",    NULL,       "to the end of the text") \
    X(CLEAR,      PROMPT,  "C-u",            "clear",       NULL,       "erase all before the cursor") \
    X(PROMPT_DRAW, PROMPT, "C-l",            "draw-again",  NULL,       "draw the screen again, nothing else") \
    X(PROMPT_SUSPEND, PROMPT, "C-z",         "sleep",       NULL,       "suspend; fg brings it back") \
    X(PROMPT_STOP, PROMPT, "C-c",            "halt",        NULL, \
      "stop probing and keep the screen; a second one quits")

enum action {
#define X(id, context, keys, name, hint, help) ACTION_##id,
    ACTIONS(X)
#undef X
    ACTION_COUNT,
    ACTION_NONE = ACTION_COUNT
};

struct action_row {
    enum context context;
    const char *keys; /* names, separated by blanks; the first is shown */
    const char *name; /* in : commands */
    const char *hint; /* one word for the hint bar, or NULL */
    const char *help;
};
extern const struct action_row action_table[ACTION_COUNT];
extern const char *const context_words[CONTEXT_COUNT];

bool action_holds(enum action a, enum place p);
enum action action_find(enum place p, int key);      /* ACTION_NONE when the key has none there */
bool action_shown(enum action a, enum place p);      /* it holds there, and its first key leads to it */
bool action_hinted(enum action a, enum place p);     /* it is in the hint bar there, where that has room */
enum action action_by_name(const char *name);        /* of those outside prompts; ACTION_NONE */
bool action_has_key(enum action a, int key);
/* Calls back for each key of an action. */
void action_each_key(enum action a, void (*take)(void *arg, int key), void *arg);

#endif
