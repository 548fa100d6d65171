/* logfile - the bytes of a log: a file, standard input, gzip, UTF-16.
 *
 * Owns: opening, unpacking, and turning UTF-16 into UTF-8, piece by piece; noticing that a followed file was cut short
 * or replaced. Must not know: what a log says.
 */
#ifndef TLSWHY_CMD_LOGFILE_H
#define TLSWHY_CMD_LOGFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "src/base/err.h"

struct logfile;
/* "-" is standard input. NULL and a sentence when it can't be read. */
struct logfile *logfile_open(const char *path, struct err *e);
void logfile_close(struct logfile *f); /* accepts NULL */
/* Up to n bytes of text (n >= 1024); 0: the end, for now; -1 and a sentence: it can't be read on, what came before
 * counts. */
ssize_t logfile_read(struct logfile *f, char *p, size_t n, struct err *e);
/* Whether it was found, since this was asked last, to have been cut short or replaced by another file of its name, of
 * which the bytes read since are: "cut short", "replaced"; NULL: neither. */
const char *logfile_turned(struct logfile *f);
/* What there is to say of what was read, once, behind the file's name: "is ... passed over"; NULL: nothing. */
const char *logfile_note(struct logfile *f);
/* It may grow: a regular file that is not packed, or a pipe. */
bool logfile_grows(const struct logfile *f);
int logfile_fd(const struct logfile *f); /* readable when there is more, for what is no regular file; else -1 */

#endif
