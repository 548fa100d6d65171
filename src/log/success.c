/* success - see success.h. */
#include "src/log/success.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/log/find.h"

/* AGAINST: a line with it tells of no success, whatever else it says. WEAK: only where none of LOUD is there. PLACE and
 * ANSWER: weak together, as programs of one's own tell of a request that was answered. ARRIVES: somebody came, whose
 * address the next lines may lack. */
enum weight { STRONG, WEAK, PLACE, ANSWER, LOUD, AGAINST, ARRIVES, LEFT, NOBODY, WEIGHTS };
static const struct row { enum weight weight; const char *words; } rows[] = {
    { STRONG, "closed keepalive connection" },            /* nginx, after a request */
    { STRONG, "ah01964: connection to child" },           /* Apache: a connection that nothing is said of later */
    { STRONG, "handshake ok" }, { STRONG, "handshake complete" }, { STRONG, "handshake succe" },
    { STRONG, "handshake done" }, { STRONG, "handshake finished" }, { STRONG, "handshake was completed" },
    { STRONG, "ssl connection using" }, { STRONG, "tls connection established" }, { STRONG, "verification: ok" },
    { STRONG, "new, tlsv1" }, { STRONG, "ssl negotiation finished" },
    { STRONG, "new session negotiated" }, { STRONG, "tls established tls_ssf" }, { STRONG, "connection authorized" },
    { STRONG, "peer connection initiated" }, { STRONG, "initialization sequence completed" },
    { STRONG, "new client connected from" }, { STRONG, "login: user=<" },
    { STRONG, "http/1.1\" 2" }, { STRONG, "http/1.0\" 2" }, { STRONG, "http/2.0\" 2" }, { STRONG, "http/2\" 2" },
    { STRONG, "http/1.1\" 3" }, { STRONG, "http/1.0\" 3" }, { STRONG, "http/2.0\" 3" }, { STRONG, "http/2\" 3" },
    { STRONG, "http/1.1\" 404" }, { STRONG, "http/2.0\" 404" }, { STRONG, "\"status\":200" }, { STRONG, "status=200" },
    { STRONG, "response_code\":200" }, { STRONG, "response_code\":\"200" },
    { STRONG, "accepted connection from" }, { STRONG, "accept from ip=" }, /* stunnel, slapd: likewise */
    { STRONG, ", tls, session=<" }, { STRONG, ", tls: connection closed, session=<" }, /* Dovecot: no "handshaking" */
    { STRONG, "aborted login by logging out" },
    { ARRIVES, "new connection from " },                  /* mosquitto */
    { LEFT, " closed its connection" }, { NOBODY, "<unknown>" }, /* mosquitto */
    { PLACE, "https://" }, { PLACE, "wss://" }, { PLACE, "ldaps://" }, { PLACE, "mqtts://" }, { PLACE, "amqps://" },
    { ANSWER, " 200\n" }, { ANSWER, " 200 " }, { ANSWER, " 200\\n" }, { ANSWER, " 201\n" }, { ANSWER, " 204\n" },
    { ANSWER, "=200" }, { ANSWER, ":200" }, { ANSWER, "(200)" }, { ANSWER, "status 2" }, { ANSWER, "http 2" },
    { ANSWER, "tlsv1.2" }, { ANSWER, "tlsv1.3" },
    { WEAK, "\"get /" }, { WEAK, "\"post /" }, { WEAK, " get /" }, { WEAK, " post /" }, { WEAK, " put /" },
    { WEAK, " 200 ok" },
    { LOUD, "fail" }, { LOUD, "error" }, { LOUD, "refused" }, { LOUD, "denied" }, { LOUD, "timeout" },
    { LOUD, "timed out" }, { LOUD, "unable" }, { LOUD, "exception" }, { LOUD, "warn" }, { LOUD, "retry" },
    { LOUD, "connecting" }, { LOUD, "listening" }, { LOUD, "starting" }, { LOUD, "plain http" },
    { AGAINST, "http/1.1\" 400" }, { AGAINST, "http/1.0\" 400" }, { AGAINST, "http/2.0\" 400" }, /* nginx: TLS is over, */
    { AGAINST, "\" 495 " }, { AGAINST, "\" 496 " }, { AGAINST, "\" 497 " }, /* the client's certificate was refused */
    { AGAINST, "new, (none)" }, { AGAINST, "handshake failed" }, { AGAINST, "handshake failure" },
    { AGAINST, "not completed" }, { AGAINST, "incomplete" },
};
#define ROWS (sizeof rows / sizeof *rows)

struct success { struct find *find; };

struct success *success_new(void)
{
    struct success *w = mem_new(sizeof *w);
    w->find = find_new("abcdefghijklmnopqrstuvwxyz0123456789 /:,=_<>()\"-.\n\\");
    for (size_t i = 0; i < ROWS; i++)
        find_add(w->find, rows[i].words, strlen(rows[i].words));
    find_link(w->find);
    return w;
}

void success_free(struct success *w)
{
    if (w)
        find_free(w->find);
    free(w);
}

static void on_words(void *arg, unsigned phrase, size_t end)
{
    bool *seen = arg;
    (void)end;
    seen[rows[phrase].weight] = true;
}

enum success_of success_find(const struct success *w, const char *p, size_t n)
{
    char low[SUCCESS_BYTES];
    bool seen[WEIGHTS] = { false };
    n = n < SUCCESS_BYTES - 1 ? n : SUCCESS_BYTES - 1;
    for (size_t i = 0; i < n; i++)
        low[i] = p[i] >= 'A' && p[i] <= 'Z' ? (char)(p[i] + 32) : p[i];
    low[n] = '\n'; /* what ends a line is looked for at the end of the last as well */
    find_run(w->find, low, n + 1, on_words, seen);
    bool weak = seen[WEAK] || (seen[PLACE] && seen[ANSWER]);
    if (!seen[AGAINST] && (seen[STRONG] || (weak && !seen[LOUD])))
        return SUCCESS_WORKS;
    if (seen[LEFT] && !seen[NOBODY])
        return SUCCESS_LEFT;
    return seen[ARRIVES] ? SUCCESS_ARRIVES : SUCCESS_NONE;
}
