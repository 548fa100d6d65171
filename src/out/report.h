/* report - the formats in which a session and its verdict are written.
 *
 * Owns: the list of formats. Must not know: the terminal, sockets.
 */
#ifndef TLSWHY_OUT_REPORT_H
#define TLSWHY_OUT_REPORT_H

#include <stdbool.h>
#include <stdio.h>

#include "src/model/session.h"
#include "src/why/compare.h"
#include "src/why/verdict.h"

struct report {
    const struct session *session;
    const struct verdict *verdict;
    int width;       /* columns to wrap at; 80 unless a terminal says more */
    bool color;
    bool quiet;      /* verdict and cause only */
    bool verbose;    /* every fact */
    struct comparison *comparison; /* lent; two sides of it, or NULL */
};

struct format {
    const char *name; /* "text" "json" */
    void (*write)(FILE *out, const struct report *r);
};
extern const struct format format_table[];
extern const size_t format_count;
const struct format *format_find(const char *name);

/* The writers behind the rows of format_table. */
void report_json(FILE *out, const struct report *r); /* man/tlswhy.schema.json describes it */
void report_text(FILE *out, const struct report *r); /* for a person, wrapped at `width` */

/* One diagnosis, candidate or warning as a JSON object (new reference); evidence numbers become
 * "e12". Used by --jsonl too. */
json_t *finding_json(const struct finding *f);

#endif
