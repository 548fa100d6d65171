/* ends - see ends.h. */
#include "src/cmd/ends.h"

#include <stdbool.h>
#include <stddef.h>

static const int numbers[ENDS_COUNT] = { SIGINT, SIGTERM, SIGHUP };

/* A shell ignores SIGINT for what a script runs in the background; there it is still the way to end it. */
static bool is_left(int number)
{
    struct sigaction now;
    return number == SIGHUP && sigaction(number, NULL, &now) == 0 && now.sa_handler == SIG_IGN;
}

void ends_watch(struct ends *e, struct ev_loop *loop, ends_call *end, void *data)
{
    for (size_t i = 0; i < ENDS_COUNT; i++) {
        if (is_left(numbers[i]))
            continue;
        ev_signal_init(&e->signal[i], end, numbers[i]);
        e->signal[i].data = data;
        ev_signal_start(loop, &e->signal[i]);
    }
}

void ends_unwatch(struct ends *e, struct ev_loop *loop)
{
    for (size_t i = 0; i < ENDS_COUNT; i++)
        if (ev_is_active(&e->signal[i]))
            ev_signal_stop(loop, &e->signal[i]);
}

void ends_set(sigset_t *out)
{
    sigemptyset(out);
    for (size_t i = 0; i < ENDS_COUNT; i++)
        if (!is_left(numbers[i]))
            sigaddset(out, numbers[i]);
}
