/* topic - see topic.h. */
#include "src/log/topic.h"

#define LENGTH(table) (sizeof table / sizeof *table)

const struct line_stack_row line_stack_table[LINE_STACK_COUNT] = {
#define X(id, word, title) [LINE_##id] = { word, title },
    LINE_STACKS(X)
#undef X
};

#define C(cause, percent) { CAUSE_##cause, percent }
const struct topic topic_table[TOPIC_COUNT] = {
#define X(id, word, level, group, means, not_means, decides, ...) \
    [TOPIC_##id] = { word, level, GROUP_##group, means, not_means, decides, { __VA_ARGS__ } },
#include "src/log/topics.inc"
#undef X
};
#undef C

#define SHAPE(stack, topic, when, source) { LINE_##stack, TOPIC_##topic, when, source },
const struct shape shape_table[] = {
#include "src/log/shapes_clients.inc"
#include "src/log/shapes_servers.inc"
#include "src/log/shapes_languages.inc"
#include "src/log/shapes_libraries.inc"
#include "src/log/shapes_openssl.inc"
};
#undef SHAPE
const size_t shape_count = LENGTH(shape_table);

#define X(number, names, client, server, sent) { number, names, TOPIC_##client, TOPIC_##server, TOPIC_##sent },
const struct alert_words alert_words_table[] = {
#include "src/log/alerts.inc"
};
#undef X
const size_t alert_words_count = LENGTH(alert_words_table);

const char *const mark_names[MARK_COUNT] = {
#define X(id) #id,
    MARKS(X)
#undef X
};

/* One file, read once for each kind of row. */
#define STACK(...)
#define SIDE(...)
#define WORDS(...)
#define MARK(id, when) { MARK_##id, when },
const struct mark_row mark_table[] = {
#include "src/log/marks.inc"
};
#undef MARK
#define MARK(...)
#undef STACK
#define STACK(id, when) { LINE_##id, when },
const struct stack_row stack_table[] = {
#include "src/log/marks.inc"
};
#undef STACK
#define STACK(...)
#undef SIDE
#define SIDE(id, when) { LINE_SIDE_##id, when },
const struct side_row side_table[] = {
#include "src/log/marks.inc"
};
#undef SIDE
#define SIDE(...)
#undef WORDS
#define DIRECTION_UNKNOWN LINE_DIRECTION_UNKNOWN
#define DIRECTION_RECEIVED LINE_RECEIVED
#define DIRECTION_SENT LINE_SENT
#define WORDS(direction, words) { DIRECTION_##direction, words },
const struct words_row words_table[] = {
#include "src/log/marks.inc"
};
const size_t mark_count = LENGTH(mark_table), stack_count = LENGTH(stack_table), side_count = LENGTH(side_table),
             words_count = LENGTH(words_table);

#define X(group, when, cause, percent) { GROUP_##group, when, { CAUSE_##cause, percent } },
const struct hint hint_table[] = {
#include "src/log/hints.inc"
};
#undef X
const size_t hint_count = LENGTH(hint_table);
