/* mail - see mail.h. */
#include "probes/mail.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/bytes.h"
#include "src/base/mem.h"
#include "src/wire/turn.h"

struct mail {
    char *hello;        /* owned; NULL: the server speaks first */
    bool spoken;
    struct buf in;
    int code;
    char *said;         /* owned */
};

/* Who begins depends on whether TLS was there at once. */
static const struct row { const char *scheme, *hello; } row_table[] = {
    { "smtp", "EHLO" }, { "submission", "EHLO" }, { "lmtp", "LHLO" }, { "smtps", NULL },
};

static const struct row *row_of(const struct endpoint *ep)
{
    for (size_t i = 0; ep->scheme && i < sizeof row_table / sizeof *row_table; i++)
        if (strcmp(row_table[i].scheme, ep->scheme->name) == 0)
            return &row_table[i];
    return NULL;
}

bool mail_is_spoken(const struct endpoint *ep) { return row_of(ep) != NULL; }

struct mail *mail_new(const struct endpoint *ep, const char *self)
{
    struct mail *m = mem_new(sizeof *m);
    const char *hello = row_of(ep)->hello;
    m->hello = hello ? mem_format("%s %s\r\n", hello, self) : NULL;
    m->code = -1;
    buf_init(&m->in, TURN_MAX);
    return m;
}

void mail_free(struct mail *m)
{
    if (!m)
        return;
    buf_free(&m->in);
    free(m->hello);
    free(m->said);
    free(m);
}

bool mail_has_turn(const struct mail *m) { return m->hello && !m->spoken; }

const char *mail_speaks(struct mail *m)
{
    m->spoken = true;
    return m->hello;
}

bool mail_feed(struct mail *m, const void *p, size_t n)
{
    size_t room = TURN_MAX - m->in.len;
    buf_add(&m->in, p, n < room ? n : room);
    long end = turn_end(TURN_CODE, "2", m->in.data, m->in.len);
    if (end > 0) {
        struct turn t = turn_read(TURN_CODE, "2", m->in.data, (size_t)end);
        free(m->said);
        m->said = t.said;
        m->code = t.code;
    }
    return end != 0;
}

int mail_answer(const struct mail *m, const char **said)
{
    *said = m->said;
    return m->code;
}
