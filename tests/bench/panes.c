/* panes - what a key and the picture after it cost in the two tables that are the largest.
 *
 *   panes matrix|clients COLUMNS     prints milliseconds for a key, the mean of some
 *
 * Owns: nothing that is measured. Must not know: what is on the screen.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/ui/fixture.h"

#define ROUNDS 100

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

int main(int argc, char **argv)
{
    int columns = argc == 3 ? atoi(argv[2]) : 0;
    enum pane_id pane = argc > 1 && strcmp(argv[1], "clients") == 0 ? PANE_CLIENTS : PANE_MATRIX;
    if (columns < 1) {
        fprintf(stderr, "usage: panes matrix|clients COLUMNS\n");
        return 2;
    }
    struct fixture f;
    fixture_init(&f, columns);
    fixture_fill(&f);
    struct view *v = view_new(pane, NULL);
    double start = now_ms();
    for (int i = 0; i < ROUNDS; i++)
        fixture_press(&f, v, 200, 60, i % 2 ? "j" : "l");
    printf("%.3f\n", (now_ms() - start) / ROUNDS);
    view_free(v);
    fixture_free(&f);
    return 0;
}
