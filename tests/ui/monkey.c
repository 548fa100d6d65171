/* Seeded random keys, sizes and changes of the session against the view and the picture. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdlib.h>

#include "tests/ui/fixture.h"
#include "ui/keys.h"
#include "ui/render.h"

#define STEPS 20000

static unsigned next(unsigned *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

static int random_key(unsigned *seed)
{
    unsigned n = next(seed) % 10;
    if (n < 5)
        return 32 + (int)(next(seed) % 95);
    if (n < 7)
        return K_UP + (int)(next(seed) % 25);
    if (n < 9)
        return 1 + (int)(next(seed) % 31);
    return 0x80 + (int)(next(seed) % 0x30000);
}

/* What the loop would do: the session changes under the view. */
static void carry_out(struct fixture *f, struct view *v)
{
    struct effect e;
    while (view_effect(v, &e)) {
        if (e.kind == EFFECT_REMOVE && f->session->count > 1)
            session_remove(f->session, e.column);
        if ((e.kind == EFFECT_AGAIN || e.kind == EFFECT_ENUMERATE) && e.column)
            session_forget(f->session, e.column);
        if (e.kind == EFFECT_ANSWER)
            session_answer(f->session, (enum question)e.column, e.text);
        free(e.text);
    }
    scene_look(&f->scene);
}

static void draw(struct fixture *f, struct view *v, int w, int h, bool utf8, bool keyed)
{
    struct frame *frame = render(&f->scene, v, w, h, utf8);
    assert_in_range(frame->grid->cursor_x, 0, frame->grid->w - 1);
    assert_in_range(frame->grid->cursor_y, 0, frame->grid->h - 1);
    view_settle(v, frame, keyed);
    frame_free(frame);
}

static void survives(void **state)
{
    (void)state;
    unsigned seed = 20261121;
    struct fixture f;
    int w = 80, h = 24;
    fixture_init(&f, 6);
    fixture_fill(&f);
    struct view *v = view_new(PANE_COMPARE, NULL);
    for (int i = 0; i < STEPS; i++) {
        view_key(v, &f.scene, random_key(&seed));
        carry_out(&f, v);
        if (next(&seed) % 16 == 0) {
            w = 1 + (int)(next(&seed) % 90);
            h = 1 + (int)(next(&seed) % 30);
        }
        if (next(&seed) % 256 == 0) {
            w = 140 + (int)(next(&seed) % 60);
            h = 40 + (int)(next(&seed) % 20);
        }
        draw(&f, v, w, h, i & 1, true);
        if (next(&seed) % 1000 == 0) { /* a session of another kind under the same view */
            int columns = (int)(next(&seed) % 7);
            fixture_free(&f);
            fixture_init(&f, columns);
            if (columns & 1)
                fixture_fill(&f);
            if (columns & 2)
                fixture_answer(&f);
        }
    }
    view_free(v);
    fixture_free(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(survives) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
