/* logged - what logs say, as a session keeps it.
 *
 * Owns: the lines that were told, the newest LOGGED_LINES_MAX of them; what they come to; the answers they give.
 * Must not know: how a log is read, what a cause is. A file that is named here is a name: nothing opens it.
 *
 * A line's value is an object as in the member `lines` of JSON, with its `text`, and `kept` where it stands for a kind
 * and goes last; a summary is one as src/out/explained.h makes it. Either may come from anybody's file: what a line has
 * instead of a member is as if nothing was there; members of a summary may lack, or be of any type; strings are
 * printable.
 */
#ifndef TLSWHY_MODEL_LOGGED_H
#define TLSWHY_MODEL_LOGGED_H

#include <jansson.h>
#include <stddef.h>

#include "src/model/answer.h"

#define LOGGED_LINES_MAX 600
#define LOGGED_EVENT_MAX (256u << 10) /* bytes of a line of the stream that has either */
#define LOGGED_NUMBER_MAX 100000000   /* what a stream takes for one */
#define LOGGED_PROBE "log"            /* what evidence from a log has for its probe */

struct logged_line {
    int number;         /* rising */
    unsigned evidence;  /* of the session */
    json_t *value;      /* owned */
};

struct logged {
    json_t *summary;    /* owned; NULL: no log was read */
    struct logged_line *line; size_t count; /* owned; by rising number */
    char *answer[QUESTION_COUNT]; /* owned; as answer_check keeps them, NULL: the logs do not say */
};

struct session;
/* The line of this number, new or said anew; both take the value over. What comes beyond the most pushes out the
 * oldest. */
void session_log_line(struct session *s, int number, json_t *value);
void session_log(struct session *s, json_t *summary);
void logged_clear(struct logged *l);
/* NULL when it went, or never came. */
const struct logged_line *logged_find(const struct logged *l, int number);
int logged_last(const struct logged *l); /* the highest number, 0: none */
/* Where the lines of a summary get numbers that are higher by this much. */
void logged_shift(json_t *summary, int by);
/* What the number of a line is then: LOGGED_NUMBER_MAX at most, where lines take each other's place. Neither is less
 * than 0 or higher than that. */
int logged_number(int number, int by);

/* Members of a value, as far as they are what they should be: NULL, 0, NULL. Lent. */
const char *logged_text(const json_t *v, const char *key);
long long logged_count(const json_t *v, const char *key);
/* The member at "pattern.time.kind"; NULL where there is none. */
json_t *logged_at(const json_t *v, const char *path);

#endif
