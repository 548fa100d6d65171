/* save - hellos kept in files, each as it was received.
 *
 * Owns: which hello is new, the names of the files, and what may be replaced.
 * Must not know: where hellos come from, what a file of one is good for.
 */
#ifndef TLSWHY_CMD_SAVE_H
#define TLSWHY_CMD_SAVE_H

#include <jansson.h>

#include "src/base/err.h"

#define SAVE_MAX 100 /* files of one run: whoever connects must not fill the disk */

struct save;
/* The first hello goes to `path`, the others to names made of it: hello.bin, hello-2.bin. A file that is there is
 * replaced when it is empty or a saved hello itself. NULL and a sentence when `path` is another file, or can't be
 * written. */
struct save *save_new(const char *path, struct err *e);
void save_free(struct save *s); /* accepts NULL */
/* `hello`: the value of the fact client_hello. The file it was written to, lent until the next call; NULL where one
 * like it was written before, or, with a sentence, where it could not be. */
const char *save_hello(struct save *s, const json_t *hello, struct err *e);

#endif
