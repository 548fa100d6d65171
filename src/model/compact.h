/* compact - a JSON value as text on one line.
 *
 * Owns: writing what json_dumps(value, JSON_COMPACT | JSON_REAL_PRECISION(12)) writes, several times as fast: jansson
 * looks at every character of a string twice, and here most strings are long and plain (hex, names of suites).
 * Must not know: what the values mean.
 */
#ifndef TLSWHY_MODEL_COMPACT_H
#define TLSWHY_MODEL_COMPACT_H

#include <jansson.h>

#include "src/base/text.h"

void compact_add(struct text *t, const json_t *value); /* NULL adds null */

#endif
