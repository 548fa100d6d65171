/* topic - what error lines mean, and which words say it: the tables of this ring, as C.
 *
 * Owns: the order and the shapes of the tables (topics.inc, alerts.inc, marks.inc, hints.inc, shapes_*.inc).
 * Must not know: how a text is looked through (line.c).
 */
#ifndef TLSWHY_LOG_TOPIC_H
#define TLSWHY_LOG_TOPIC_H

#include "src/log/line.h"

enum topic_id {
    TOPIC_NONE,
#define X(id, ...) TOPIC_##id,
#include "src/log/topics.inc"
#undef X
    TOPIC_COUNT
};

/* What hints go by. BARE: words that any program uses; they count only beside a word of TLS. */
enum topic_group { GROUP_NONE, GROUP_WRAPPER, GROUP_CLOSED, GROUP_BARE, GROUP_REFUSED, GROUP_TOLD, GROUP_TRUST,
                   GROUP_DATES, GROUP_NAME, GROUP_PLACEHOLDER };

struct topic {
    const char *word;
    int level;                   /* see topics.inc */
    enum topic_group group;
    const char *means, *not_means, *decides;
    struct line_cause cause[LINE_CAUSES]; /* percent 0 after the last */
};
extern const struct topic topic_table[TOPIC_COUNT];

struct shape { enum line_stack stack; enum topic_id topic; const char *when, *source; };
extern const struct shape shape_table[];
extern const size_t shape_count;

struct alert_words {
    int number;
    const char *names;           /* separated by '|' */
    enum topic_id client, server; /* received by */
    enum topic_id sent;
};
extern const struct alert_words alert_words_table[];
extern const size_t alert_words_count;

/*   Conditions that are decided once for a text and used in others as @NAME. */
#define MARKS(X) X(SENT) X(RECEIVED) X(WENT_ON) X(TLS) X(PUBLIC) X(PRIVATE) X(PACKAGES) X(PROXY_WORDS) X(ASKED) \
    X(SELF_ISSUED) X(SETTING) X(SEEN) X(OK) X(DULL) X(FAILURE) X(INSPECTOR) X(PLACEHOLDER) X(CLIENT) X(SERVER)
enum mark_id {
#define X(id) MARK_##id,
    MARKS(X)
#undef X
    MARK_COUNT
};
extern const char *const mark_names[MARK_COUNT];

struct mark_row { enum mark_id mark; const char *when; };
struct stack_row { enum line_stack stack; const char *when; };
struct side_row { enum line_side side; const char *when; };
struct words_row { enum line_direction direction; const char *words; };
struct hint { enum topic_group group; const char *when; struct line_cause cause; };
extern const struct mark_row mark_table[];
extern const struct stack_row stack_table[];
extern const struct side_row side_table[];
extern const struct words_row words_table[];
extern const struct hint hint_table[];
extern const size_t mark_count, stack_count, side_count, words_count, hint_count;

#endif
