/* check - `tlswhy check`: probes, diagnoses, prints.
 *
 * Owns: what the command takes, the lab among it. Must not know: how a run goes (batch.h).
 */
#include <stdio.h>

#include "src/base/mem.h"
#include "src/cmd/batch.h"
#include "src/lab/lab.h"

/* The lab's endpoints after those that were given; NULL and a sentence when there is no lab. */
static struct lab *check_lab(struct options *o, struct err *e)
{
    struct lab *lab = lab_start(e);
    if (!lab)
        return NULL;
    o->endpoint = mem_array(o->endpoint, o->endpoint_count + lab_count, sizeof *o->endpoint);
    for (size_t i = 0; i < lab_count; i++) {
        struct endpoint *ep = endpoint_parse(lab->endpoint[i], NULL, e);
        if (ep)
            o->endpoint[o->endpoint_count++] = ep;
    }
    return lab;
}

int cmd_check(struct options *o)
{
    struct err e = { "" };
    struct lab *lab = NULL;
    if (!o->endpoint_count && !o->session_count && !o->lab) {
        fprintf(stderr, "tlswhy: no endpoint was given: tlswhy check HOST[:PORT]..., or tlswhy check --lab to try "
                        "it\n");
        return EXIT_USAGE;
    }
    if (!batch_check(o->endpoint, o->endpoint_count, &e)) {
        fprintf(stderr, "tlswhy: %s\n", e.text);
        return EXIT_USAGE;
    }
    if (o->lab && !(lab = check_lab(o, &e))) {
        fprintf(stderr, "tlswhy: %s\n", e.text);
        return EXIT_TROUBLE;
    }
    batch_notes(o, o->endpoint, o->endpoint_count);
    int status = batch_run(o, &(struct batch_ask){ .endpoint = o->endpoint, .count = o->endpoint_count });
    if (lab && !o->quiet && !o->json && !o->jsonl)
        fprintf(stderr, "tlswhy: note: the lab has ended with this run; `tlswhy lab serve` keeps one up to try the "
                        "commands on, and `tlswhy lab list` tells what is wrong with each\n");
    lab_stop(lab);
    return status;
}
