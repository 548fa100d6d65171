/* again - see again.h. */
#include "probes/again.h"

#include <errno.h>

#include "probes/way.h"

const enum fact again_needs[] = { FACT_CONNECT, FACT_LATE, FACT_COUNT };

static struct want again_go_on(struct run *r, struct want w)
{
    struct again *a = r->state;
    if (w.what & WANT_DONE && !a->over && a->shake.tls.end == TLS_OK) {
        a->over = true;
        w = shake_listen(r, &a->shake);
    }
    if (!(w.what & WANT_DONE))
        return w;
    json_t *told = a->shake.cant ? NULL : told_judged(r, &a->shake);
    survey_came(r, told);
    json_decref(told);
    return w;
}

struct want again_start(struct run *r)
{
    struct again *a = r->state;
    struct surveying *v = run_survey(r);
    if (!v)
        return (struct want){ .what = WANT_DONE };
    struct shake_ask ask = shake_ask_of(r);
    v->probe->survey->change(v, r->nth, &ask);
    return again_go_on(r, shake_start(r, &a->shake, &ask));
}

struct want again_step(struct run *r, enum step_why why)
{
    struct again *a = r->state;
    return again_go_on(r, shake_step(r, &a->shake, why));
}

static const char *unreachable_kind(const struct run *r, bool timed_out)
{
    if (timed_out)
        return "silent";
    return r->conn.error == ECONNREFUSED ? "refused" : r->conn.error == ECONNRESET ? "reset" : "unreachable";
}

json_t *again_unreached(const struct run *r, bool timed_out)
{
    bool ours = r->cut || (!timed_out && r->conn.at_once && r->conn.error != ECONNREFUSED);
    if (ours)
        return NULL;
    return conn_reached(&r->conn) ? told_no_way(way_word(&r->conn)) : told_unreachable(unreachable_kind(r, timed_out));
}

void again_unreachable(struct run *r, bool timed_out)
{
    json_t *told = again_unreached(r, timed_out);
    survey_came(r, told);
    json_decref(told);
}

void again_end(struct run *r)
{
    struct again *a = r->state;
    shake_end(&a->shake);
}
