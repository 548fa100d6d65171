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

/* A session of 0 to 6 columns at a frozen time, with hostile text in the last one from two columns
 * on, and a verdict written by hand. */
void fixture_init(struct fixture *f, int columns);
void fixture_free(struct fixture *f);
/* Presses the keys named, separated by blanks; "text:abc" types. Settles after each at w x h. */
void fixture_press(struct fixture *f, struct view *v, int w, int h, const char *keys);

#endif
