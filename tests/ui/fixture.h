/* fixture - sessions for the tests of the screen, made from the same lines a prober sends. */
#ifndef TLSWHY_TESTS_UI_FIXTURE_H
#define TLSWHY_TESTS_UI_FIXTURE_H

#include "ui/scene.h"
#include "ui/view.h"

struct fixture {
    struct session *session;
    struct verdict *verdict;
    struct scene scene;
};

/* A session of any number of columns at a frozen time, with hostile text in the last one from two columns
 * on, and a verdict written by hand. */
void fixture_init(struct fixture *f, int columns);
/* Everything was asked of all columns: what they take differs, could not be asked of the fifth, and is
 * not known yet of the sixth. Later ones are like the first four. */
void fixture_fill(struct fixture *f);
/* The person has answered some questions of the checklist; it moves two findings. */
void fixture_answer(struct fixture *f);
/* The clocks of the first columns: right, the server's off, ours off by NTP and by what was signed. */
void fixture_clocks(struct fixture *f);
/* The chains of the second to fourth column lacked something: it was fetched, was not there, could not be asked for. */
void fixture_fetch(struct fixture *f);
/* What changing the hello that fails showed: another machine, the server itself, an MTU black hole, nothing, now so now
 * so, and a proxy that lets nobody ask. */
void fixture_paths(struct fixture *f);
/* Ramps of load: one that found a limit on connections, and one without a failure. */
void fixture_loads(struct fixture *f);
/* Logs of both sides were read, hostile words among them; some lines, their pattern, answers of the checklist. */
void fixture_logs(struct fixture *f);
void fixture_free(struct fixture *f);
/* Presses the keys named, separated by blanks; "text:abc" types. Settles after each at w x h. */
void fixture_press(struct fixture *f, struct view *v, int w, int h, const char *keys);

#endif
