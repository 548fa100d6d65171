/* heed - what the logs of --log say, held beside what a run finds.
 *
 * Owns: taking their pattern as answers to the checklist where the person gave none, and naming their causes as
 * candidates where the probes name none. Must not know: how logs are read (src/log), how answers weigh (src/why).
 */
#ifndef TLSWHY_CMD_HEED_H
#define TLSWHY_CMD_HEED_H

#include "src/cmd/cmd.h"
#include "src/out/report.h"

struct heed;
/* Reads o->log and sets answers in o that are not there yet; says on stderr which. NULL and a sentence when a log can't
 * be read. */
struct heed *heed_read(struct options *o, struct err *e);
void heed_free(struct heed *h); /* accepts NULL */
/* A judge of a run (batch.h); arg: the heed. */
void heed_judge(void *arg, struct verdict *v, struct report *r);

#endif
