/* err - one sentence about what went wrong on our side.
 *
 * Owns: the wording of a failure, from the place that knows most about it.
 * Must not know: who prints it, exit codes, TLS. What a *peer* does wrong is an observation, never
 * an err.
 *
 * The first cause wins: err_set on an err that already holds a sentence does nothing. Callers that
 * know more about the circumstances add them with err_while, which appends ", while ...".
 */
#ifndef TLSWHY_BASE_ERR_H
#define TLSWHY_BASE_ERR_H

#include <stdbool.h>

struct err {
    char text[512]; /* printable UTF-8 without a final newline; "" means no error */
};

/* Both accept NULL for e. err_set always returns false, so that `return err_set(e, ...)` reads well.
 * Text that came from outside must pass text_printable first. */
bool err_set(struct err *e, const char *format, ...) __attribute__((format(printf, 2, 3)));
void err_while(struct err *e, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* "WHAT PATH: what errno means"; the path may come from outside. Always false. */
bool err_file(struct err *e, const char *what, const char *path, int error);

#endif
