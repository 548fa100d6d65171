/* load - `tlswhy load`: a gentle, bounded ramp of handshakes with one server.
 *
 * Owns: what the command takes, and the consent to it. Must not know: how the ramp goes (probes/load.c), how a run
 * goes (batch.h).
 */
#include <stdio.h>
#include <unistd.h>

#include "probes/load.h"
#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/cmd/batch.h"

static int refuse(const char *why)
{
    fprintf(stderr, "tlswhy: %s\n", why);
    return EXIT_USAGE;
}

/* Somebody's server is put under load: whoever does that says so. Without a terminal nobody can. */
static bool consent_given(const struct options *o)
{
    char answer[16];
    const char *what = o->engine.load_hello ? "hellos" : "handshakes";
    if (o->engine.load_made)
        fprintf(stderr, "tlswhy: this makes %d %s with %s, up to %d at once all the time", o->engine.load_made, what,
                o->endpoint[0]->text, o->engine.load);
    else
        fprintf(stderr, "tlswhy: this makes up to %d %s at once with %s, each number twice that of the one before",
                o->engine.load, what, o->endpoint[0]->text);
    fputs(", and stops where some fail. It is for servers you may put under load. Begin? [y/N] ", stderr);
    fflush(stderr);
    return fgets(answer, sizeof answer, stdin) && (answer[0] == 'y' || answer[0] == 'Y');
}

int cmd_load(struct options *o)
{
    struct err e = { "" };
    bool named = o->engine.load > 0;
    if (o->lab || o->session_count || o->endpoint_count != 1)
        return refuse("load takes one endpoint: tlswhy load HOST[:PORT], with --load N for another number at once than "
                      "64");
    if (!named)
        o->engine.load = LOAD_GENTLE;
    if (o->engine.tries > 1)
        o->engine.load_made = o->engine.tries;
    o->engine.tries = 1;
    if (!batch_check(o->endpoint, 1, &e))
        return refuse(e.text);
    if (!named && !o->yes && !(isatty(0) && isatty(2)))
        return refuse("load puts a server under load and asks before it begins, but there is no terminal to ask on: "
                      "--yes, or --load N, says that it may");
    if (!named && !o->yes && !consent_given(o))
        return refuse("nothing was begun");
    batch_notes(o, o->endpoint, 1);
    return batch_run(o, &(struct batch_ask){ .endpoint = o->endpoint, .count = 1 });
}
