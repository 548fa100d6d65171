/* batch - a run without a screen: probes endpoints, asks what the reasoning wants to know besides, prints.
 *
 * Owns: the loop of such a run, and how its results reach standard output.
 * Must not know: how anything is found out, why it fails, where its endpoints came from.
 */
#ifndef TLSWHY_CMD_BATCH_H
#define TLSWHY_CMD_BATCH_H

#include <stdbool.h>
#include <stddef.h>

#include "src/cmd/cmd.h"
#include "src/out/report.h"

struct batch_ask {
    struct endpoint *const *endpoint; /* lent */
    size_t count;
    const bool *wanted;  /* facts asked of every column from the start, besides the usual ones; NULL: none */
    const char *before;  /* printed before a report for people, unless it is to be quiet; NULL: nothing */
    /* Looks at the end of the run before it is printed: may rank the verdict anew and fill in the report. NULL: the
     * verdict stands as it is. */
    void (*judge)(void *arg, struct verdict *v, struct report *r);
    void *arg;
    int *begins;         /* to be filled: the first ask of each argument, endpoint or saved session; NULL: not wanted */
};

/* A file named in an endpoint is the person's mistake and said before anything is opened: false and a sentence. */
bool batch_check(struct endpoint *const *endpoint, size_t n, struct err *e);
/* What was silently mended in them, on stderr. */
void batch_notes(const struct options *o, struct endpoint *const *endpoint, size_t n);
/* Probes and prints; the exit status. */
int batch_run(const struct options *o, const struct batch_ask *ask);

#endif
