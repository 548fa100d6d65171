/* observation - one thing seen: fact, state, value, evidence, when, by which probe, after how long.
 *
 * Owns: the record and its JSON line. Zero-initialised it says "not asked".
 * Must not know: who made it, who keeps it.
 */
#ifndef TLSWHY_MODEL_OBSERVATION_H
#define TLSWHY_MODEL_OBSERVATION_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "src/model/fact.h"

#define OBSERVATION_BYTES_MAX 512 /* raw evidence kept with one observation */

struct observation {
    int column;            /* column id, 1.. */
    enum fact fact;
    enum state state;
    json_t *value;         /* owned reference, NULL = null */
    const char *probe;     /* const; a name of probe_words */
    double time;           /* unix seconds, wall clock of the vantage */
    double ms;             /* how long it took; < 0: not known */
    char *text;            /* owned; evidence, one printable sentence; NULL: none beyond the value */
    uint8_t *bytes;        /* owned; raw evidence, at most OBSERVATION_BYTES_MAX, or NULL */
    size_t bytes_len;
};

/* The probes that are known by name, for evidence; "other" is what a newer tlswhy may have. */
extern const char *const probe_words[];
/* The const name equal to `word`, else "other". */
const char *probe_name(const char *word);

void observation_clear(struct observation *o); /* frees what it owns, zeroes it */

#endif
