/* plain - see plain.h. */
#include "src/wire/plain.h"

#include <string.h>

#include "src/wire/dialogue.h"

#define PORTS_MAX 2

struct plain {
    const char *scheme;         /* its TLS at once, NULL: there is no such scheme */
    uint16_t port[PORTS_MAX];   /* well known for it in plain text, where its words but ask for TLS; 0: none */
    const char *way;            /* its words are those of this dialogue, NULL: */
    const char *words;          /* these */
    size_t n;
    const char *protocol;
};

#define WORDS(s) .words = s, .n = sizeof s - 1

static const struct plain plain_table[] = {
    { "ldaps", { 389, 3268 }, .way = "ldap", .protocol = "LDAP" },
    { "xmpps", { 5222 }, .way = "xmpp", .protocol = "XMPP" },
    { NULL, { 5432 }, .way = "postgres", .protocol = "PostgreSQL" },
    { NULL, { 1433 }, .way = "mssql", .protocol = "MS-SQL" },
    { NULL, { 3389 }, .way = "rdp", .protocol = "RDP" },
    { "rediss", { 0 }, WORDS("PING\r\n"), .protocol = "Redis" },
    /* CONNECT of MQTT 3.1.1 (section 3.1): clean session, keep alive 60 s, no name: who takes it forgets it. */
    { "mqtts", { 0 }, WORDS("\x10\x0c\0\x04MQTT\x04\x02\0\x3c\0\0"), .protocol = "MQTT" },
};
#define PLAIN_COUNT (sizeof plain_table / sizeof *plain_table)

/* One that only asks for TLS, with words that no other server takes for a command. */
#define GUESS "PostgreSQL"

static bool plain_fits(const struct plain *p, const char *scheme, uint16_t port, bool guess)
{
    if (guess)
        return strcmp(p->protocol, GUESS) == 0;
    return scheme ? p->scheme && strcmp(p->scheme, scheme) == 0 : p->port[0] == port || p->port[1] == port;
}

static const struct plain *plain_seek(const char *scheme, uint16_t port, bool guess)
{
    for (size_t i = 0; i < PLAIN_COUNT; i++)
        if (plain_fits(&plain_table[i], scheme, port, guess))
            return &plain_table[i];
    return NULL;
}

const struct plain *plain_find(const char *scheme, uint16_t port, bool *guess)
{
    const struct plain *p = plain_seek(scheme, 0, false);
    *guess = false;
    if (!p && port)
        p = plain_seek(NULL, port, false);
    if (p || strcmp(scheme, "tls") != 0)
        return p;
    *guess = true;
    return plain_seek(NULL, 0, true);
}

const char *plain_protocol(const struct plain *p)
{
    return p->protocol;
}

bool plain_write(const struct plain *p, const char *host, struct buf *out)
{
    if (!p->way)
        return buf_add(out, p->words, p->n);
    struct dialogue d;
    dialogue_begin(&d, dialogue_find(p->way), "", host);
    bool all = buf_add(out, d.out.data, d.out.len);
    dialogue_free(&d);
    return all;
}

/* One byte says whether it has TLS (PostgreSQL, "SSL Session Encryption"). */
static bool is_postgres(const struct plain *p, const uint8_t *in, size_t n)
{
    return strcmp(p->protocol, "PostgreSQL") == 0 && n == 1 && (*in == 'S' || *in == 'N');
}

struct first plain_look(const struct plain *p, const void *in, size_t n)
{
    struct first f = is_postgres(p, in, n) ? first_look("EFATAL", 6) : first_look(in, n);
    if (f.kind != FIRST_PLAIN || strcmp(f.protocol, p->protocol) == 0)
        return f;
    return (struct first){ .kind = FIRST_UNKNOWN };
}
