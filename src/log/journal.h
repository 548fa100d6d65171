/* journal - what logs tell, event by event: one handshake that failed, or worked, is one event, however many lines
 * speak of it.
 *
 * Owns: reading texts (line.h, stamp.h, fields.h), joining those of one connection, and keeping events in bounded
 * memory: where there are too many, every second one goes, evenly.
 * Must not know: where bytes come from, what time it is (passed in), patterns.
 */
#ifndef TLSWHY_LOG_JOURNAL_H
#define TLSWHY_LOG_JOURNAL_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/log/advice.h"
#include "src/log/line.h"

#define JOURNAL_FILES 64

/* A kind of reading, of which there may be many events. */
struct reading {
    struct line_says says;
    uint64_t events;        /* all that were seen */
    uint16_t file;          /* of the sample */
    uint64_t line;          /* likewise */
    char *sample;           /* owned; the line that says it in the first text, printable, cut */
};

/* A remark: no failure, but it names a candidate. */
enum incident_is { INCIDENT_FAILS, INCIDENT_WORKS, INCIDENT_REMARK };

struct incident {
    double time;            /* NAN: not known */
    uint64_t line;          /* of several lines the one that says it */
    uint32_t reading;       /* of FAILS and REMARK */
    uint32_t client, server, name; /* words; 0: not known */
    uint16_t port;          /* of the client; 0: not known */
    uint16_t file;
    uint8_t is;             /* enum incident_is */
    bool noise;             /* set by habit_of */
    uint32_t mate;          /* set by join_of: the other side's log tells of the same, and more, there + 1; else 0 */
    uint16_t weight;        /* it stands for so many: of a long log, a selection is looked at */
};

struct log_file {
    char *name;             /* owned; printable */
    uint64_t lines;
    double first, last;     /* time stamps seen; NAN */
    bool zoned;             /* they say their zone */
    uint64_t sides[3];      /* lines by enum line_side */
    uint32_t stacks[LINE_STACK_COUNT];
    uint32_t programs[SILENCE_MAX]; /* ordinary lines by silence_table, of the first few thousand */
    enum line_side side;    /* which end of the connections wrote it; what the caller says, or what lines show */
};

struct journal;
/* `now`: for forms of time without a year. */
struct journal *journal_new(double now);
void journal_free(struct journal *j); /* accepts NULL */
/* Forgets all that was read, and who watches; cheaper than another journal, whose books of words take long to build. */
void journal_clear(struct journal *j);

/* What follows is of this file; false when there are too many: then it counts as more of the one before. `side`
 * UNKNOWN: told by its lines. */
bool journal_begin(struct journal *j, const char *name, enum line_side side);
void journal_feed(struct journal *j, const char *p, size_t n);
void journal_flush(struct journal *j, bool ended);       /* as cut_flush */
void journal_text(struct journal *j, const char *p, size_t n); /* one text by itself: a pasted error */

/* What there is. All lent until the journal changes. */
struct journal_view {
    struct incident *event; size_t count;   /* in order of appearance; not const: noise is marked in it */
    const struct reading *reading; size_t readings; /* [0] is unused */
    const struct log_file *file; size_t files;
    uint64_t failing, working;           /* all that were seen, also those that went; WORKS: as far as looked at */
    bool estimated;                      /* there are so many lines that an even selection was looked at */
};
struct journal_view journal_view(const struct journal *j);
const char *journal_word(const struct journal *j, uint32_t word); /* NULL for 0 */

/* While `seen` is called: the line that made the event, printable, cut like a sample; owned by the caller. */
char *journal_said(struct journal *j);
/* Called for every new event that fails, when it is there; for following a log. NULL: nobody. */
void journal_watch(struct journal *j, void (*seen)(void *arg, const struct incident *e), void *arg);

#endif
