/* fields - see fields.h. */
#include "src/log/fields.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/log/find.h"

/* --- addresses and names ------------------------------------------------------------------------ */

static bool in_address(char c) { return isxdigit((unsigned char)c) || c == ':' || c == '.'; }
static bool in_name(char c) { return isalnum((unsigned char)c) || c == '-' || c == '.' || c == '_' || c == '*'; }
static bool is_digit(char c) { return isdigit((unsigned char)c); }

static size_t v4_length(const char *p, size_t n)
{
    size_t i = 0;
    for (int part = 0; part < 4; part++) {
        size_t digits = 0, value = 0;
        if (part && (i >= n || p[i++] != '.'))
            return 0;
        while (i < n && digits < 4 && is_digit(p[i]))
            value = value * 10 + (size_t)(p[i++] - '0'), digits++;
        if (!digits || digits > 3 || value > 255)
            return 0;
    }
    return i < n && (is_digit(p[i]) || (p[i] == '.' && i + 1 < n && is_digit(p[i + 1]))) ? 0 : i;
}

/* Only what has "::" or seven colons: a time of day has two. */
static size_t v6_length(const char *p, size_t n)
{
    size_t i = 0, colons = 0;
    bool twice = false;
    while (i < n && in_address(p[i])) {
        colons += p[i] == ':';
        twice |= p[i] == ':' && i && p[i - 1] == ':';
        i++;
    }
    while (i && (p[i - 1] == '.' || (p[i - 1] == ':' && i > 1 && p[i - 2] != ':')))
        colons -= p[--i] == ':';
    return i >= 2 && i <= 45 && colons >= 2 && colons <= 8 && (twice || colons == 7) ? i : 0;
}

static size_t port_length(const char *p, size_t n)
{
    size_t i = 0;
    while (i < n && is_digit(p[i]))
        i++;
    return i && i <= 5 ? i : 0;
}

struct place { struct slice host, port; size_t taken; };

/* ADDRESS, ADDRESS:PORT, [V6]:PORT, v4 with Apache's and Go's endings. */
static bool address_take(const char *p, size_t n, struct place *out)
{
    size_t open = n && *p == '[', at = open;
    if (n > open + 7 && memcmp(p + open, "::ffff:", 7) == 0)
        at += 7;
    size_t length = v4_length(p + at, n - at);
    if (!length)
        length = v6_length(p + at, n - at);
    if (!length)
        return false;
    *out = (struct place){ .host = { p + at, length } };
    at += length;
    at += open && at < n && p[at] == ']';
    size_t port = at + 1 < n && (p[at] == ':' || p[at] == '#') ? port_length(p + at + 1, n - at - 1) : 0;
    if (port) {
        out->port = (struct slice){ p + at + 1, port };
        at += 1 + port;
    }
    out->taken = at;
    return true;
}

/* A host name with a dot in it, or with a port; not a file, a version or a word. */
static bool name_take(const char *p, size_t n, struct place *out)
{
    size_t i = 0;
    bool dot = false, letter = false;
    while (i < n && i < 254 && in_name(p[i])) {
        dot |= p[i] == '.' && i && i + 1 < n && in_name(p[i + 1]);
        letter |= isalpha((unsigned char)p[i]) != 0;
        i++;
    }
    while (i && (p[i - 1] == '.' || p[i - 1] == '-'))
        i--;
    size_t port = i + 1 < n && p[i] == ':' ? port_length(p + i + 1, n - i - 1) : 0;
    if (i < 2 || !letter || (!dot && !port && !(i >= 9 && memcmp(p, "localhost", 9) == 0)))
        return false;
    *out = (struct place){ .host = { p, i }, .taken = i };
    if (port) {
        out->port = (struct slice){ p + i + 1, port };
        out->taken += 1 + port;
    }
    return true;
}

/* --- where they stand --------------------------------------------------------------------------- */

enum which { CLIENT, SERVER, NAME };
enum { ADDRESS = 1, HOST = 2, EITHER = 3, VAGUE = 4 }; /* VAGUE: not in logs of a client */
/* What comes right behind the words; the first row of each kind that fits is taken. `side`: only in logs of that
 * side, 0: in all. */
static const struct place_row { enum which which; int takes; enum line_side side; const char *before; } places[] = {
    { CLIENT, ADDRESS, 0, "client: " },                       /* nginx */
    { CLIENT, ADDRESS, 0, "[client " },                       /* Apache */
    { CLIENT, ADDRESS, 0, "[remote " },
    { CLIENT, ADDRESS, 0, "handshake error from " },          /* Go */
    { CLIENT, ADDRESS, 0, "rip=" },                           /* Dovecot */
    { CLIENT, ADDRESS, 0, "downstream_address\":\"" },        /* Envoy */
    { CLIENT, ADDRESS, 0, "downstream_remote_address\":\"" },
    { CLIENT, ADDRESS, 0, "remote address:" },
    { CLIENT, ADDRESS, 0, "remote_addr\":\"" },
    { CLIENT, ADDRESS, 0, "remote_ip\":\"" },
    { CLIENT, ADDRESS, 0, "client_ip\":\"" },
    { CLIENT, ADDRESS, 0, "client_ip=" },
    { CLIENT, ADDRESS, 0, "client\":\"" },
    { CLIENT, ADDRESS, 0, "clientip=" },
    { CLIENT, ADDRESS | VAGUE, 0, "remote=" },
    { CLIENT, ADDRESS | VAGUE, 0, "remote_addr=" },
    { CLIENT, ADDRESS | VAGUE, 0, "remoteaddr=" },
    { CLIENT, ADDRESS | VAGUE, 0, "src=" },
    { CLIENT, ADDRESS | VAGUE, 0, "src_ip=" },
    { CLIENT, ADDRESS | VAGUE, 0, "peer=" },
    { CLIENT, ADDRESS | VAGUE, 0, "from ip=" },                       /* slapd */
    { CLIENT, ADDRESS | VAGUE, 0, "connection from " },               /* mosquitto, stunnel, PostgreSQL */
    { CLIENT, ADDRESS | VAGUE, 0, "connection from host=" },
    { CLIENT, ADDRESS | VAGUE, 0, "host \"" },
    { CLIENT, ADDRESS | VAGUE, 0, "client " },                        /* nginx: "client 10.0.0.1 closed keepalive" */
    { CLIENT, ADDRESS, LINE_SIDE_SERVER, "peer " },
    { CLIENT, ADDRESS, LINE_SIDE_SERVER, "to " },
    { CLIENT, ADDRESS | VAGUE, 0, "from " },
    { SERVER, EITHER, 0, "upstream: \"https://" },            /* nginx as a client */
    { SERVER, EITHER, 0, "upstream: \"grpcs://" },
    { SERVER, EITHER, 0, "server: " },
    { SERVER, EITHER, 0, "(server " },                        /* Apache */
    { SERVER, ADDRESS, 0, "lip=" },
    { SERVER, EITHER, 0, "upstream_host\":\"" },
    { SERVER, EITHER, 0, "-connect " },                       /* openssl s_client, as it was typed */
    { SERVER, EITHER, 0, "resolving '" },                     /* gnutls-cli */
    { SERVER, EITHER, 0, "https://" },
    { SERVER, EITHER, 0, "wss://" },
    { SERVER, EITHER, 0, "ldaps://" },
    { SERVER, EITHER, 0, "amqps://" },
    { SERVER, EITHER, 0, "mqtts://" },
    { SERVER, EITHER, 0, "rediss://" },
    { SERVER, EITHER, LINE_SIDE_CLIENT, "connected to " },
    { SERVER, EITHER, LINE_SIDE_CLIENT, "connecting to " },
    { SERVER, EITHER, LINE_SIDE_CLIENT, "connection to " },
    { SERVER, EITHER, LINE_SIDE_CLIENT, "connect to " },
    { SERVER, EITHER, LINE_SIDE_CLIENT, "tls to " },          /* Postfix */
    { SERVER, EITHER, LINE_SIDE_CLIENT, "handshake with " },
    { SERVER, EITHER, LINE_SIDE_CLIENT, "host=" },
    { SERVER, EITHER, LINE_SIDE_CLIENT, "hostname=" },
    { SERVER, EITHER, LINE_SIDE_CLIENT, "dial tcp " },
    { SERVER, EITHER, LINE_SIDE_CLIENT, "to " },
    { NAME, HOST, 0, "requested_server_name\":\"" },
    { NAME, HOST, 0, "server_name\":\"" },
    { NAME, HOST, 0, "-servername " },
    { NAME, HOST, 0, "servername=" },
    { NAME, HOST, 0, "server_name=" },
    { NAME, HOST, 0, "servername: " },
    { NAME, HOST, 0, "value=" },                              /* JSSE's server_name extension */
    { NAME, HOST, 0, "sni=" },
    { NAME, HOST, 0, "sni: " },
    { NAME, HOST, 0, "sni \"" },
    { NAME, HOST, 0, "sni '" },
    { NAME, HOST, 0, "sni " },
    { NAME, HOST, 0, "hostname " },                           /* Apache: "Hostname a.test provided via SNI" */
    { NAME, HOST, 0, "certificate for domain " },             /* Traefik */
    { NAME, HOST, 0, "certificate available for '" },         /* Caddy */
    { NAME, HOST, 0, "certificate available for \"" },
    { NAME, HOST, 0, "host \"" },
};

/* Postfix and others write name[address]. */
static bool bracketed(const char *p, size_t n, struct place *out)
{
    size_t i = 0;
    while (i < n && i < 254 && in_name(p[i]))
        i++;
    if (!i || i >= n || p[i] != '[' || !address_take(p + i, n - i, out))
        return false;
    out->taken += i;
    return true;
}

static bool place_take(const struct place_row *row, const char *p, size_t n, struct place *out)
{
    if (row->which != NAME && n && bracketed(p, n, out))
        return true;
    if (row->takes & ADDRESS && address_take(p, n, out))
        return true;
    return row->takes & HOST && name_take(p, n, out);
}

/* Of a record in JSON what the program wrote, up to its end; *n becomes its length. */
static const char *record_text(const char *p, size_t *n)
{
    static const char *const keys[] = { "\"MESSAGE\":", "\"message\":", "\"msg\":", "\"log\":" };
    for (size_t i = 0; *n && *p == '{' && i < sizeof keys / sizeof *keys; i++) {
        const char *at = memmem(p, *n, keys[i], strlen(keys[i]));
        if (!at)
            continue;
        at += strlen(keys[i]);
        while (at < p + *n && (*at == ' ' || *at == '"'))
            at++;
        *n = (size_t)(p + *n - at);
        return at;
    }
    return p;
}

/* HAProxy, OpenVPN, access logs and Go: an address stands by itself, early in the line. */
static bool address_early(const char *p, size_t n, struct place *out)
{
    p = record_text(p, &n);
    n = n < 160 ? n : 160;
    for (size_t i = 0; i < n; i++) {
        bool word = i == 0 || strchr(" [\"=(", p[i - 1]);
        if (word && address_take(p + i, n - i, out) && (out->port.n || out->host.n > 6))
            return true;
    }
    return false;
}

/* --- connections -------------------------------------------------------------------------------- */

static bool link_digits(const char *p, size_t n, const char *before, const char *after, struct slice *out)
{
    size_t k = strlen(before);
    for (const char *at = p; (at = memmem(at, n - (size_t)(at - p), before, k)); at++) {
        size_t i = k, left = n - (size_t)(at - p);
        while (i < left && isalnum((unsigned char)at[i]))
            i++;
        if (i > k && i < left && strchr(after, at[i])) {
            *out = (struct slice){ at, i };
            return true;
        }
    }
    return false;
}

static void link_find(const char *p, size_t n, struct slice *out)
{
    static const struct { const char *before, *after; } rows[] = {
        { ": *", " " },                /* nginx */
        { ":tid ", "]" },              /* Apache */
        { "[C", "]" },                 /* Envoy */
        { " conn=", " " },             /* slapd */
        { "LOG3[", "]" }, { "LOG4[", "]" }, { "LOG5[", "]" }, { "LOG6[", "]" }, /* stunnel */
        { "smtpd[", "]" }, { "smtp[", "]" }, { "sendmail[", "]" }, { "exim[", "]" },
        { "postgres[", "]" }, /* a process */
        { "javax.net.ssl|ERROR|", "|" }, { "javax.net.ssl|FATAL|", "|" }, { "javax.net.ssl|DEBUG|", "|" },
        { "javax.net.ssl|WARNING|", "|" }, { "javax.net.ssl|INFO|", "|" }, /* JSSE */
    };
    n = n < 400 ? n : 400;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (link_digits(p, n, rows[i].before, rows[i].after, out))
            break;
    if (!out->n)
        return;
    /* The words before the number differ by the level: only what they end with counts. */
    while (out->n > 1 && memchr(out->p, '|', out->n)) {
        const char *bar = memchr(out->p, '|', out->n);
        out->n -= (size_t)(bar + 1 - out->p);
        out->p = bar + 1;
    }
    if (out->n > 4 && memcmp(out->p, "LOG", 3) == 0) {
        out->p += 4;
        out->n -= 4;
    }
}

static void place_keep(const struct place_row *row, const struct place *found, struct fields *out)
{
    if (row->which == CLIENT) {
        out->client = found->host;
        out->port = found->port;
    } else if (row->which == NAME) {
        out->name = found->host;
    } else {
        bool beside = found->port.n && found->port.p == found->host.p + found->host.n + 1;
        bool v6 = memchr(found->host.p, ':', found->host.n) != NULL;
        out->server = (struct slice){ found->host.p, found->host.n + (beside && !v6 ? 1 + found->port.n : 0) };
        if (!out->name.n && isalpha((unsigned char)found->host.p[found->host.n - 1]) &&
            !memchr(found->host.p, ':', found->host.n))
            out->name = found->host;
    }
}

/* --- reading ------------------------------------------------------------------------------------ */

#define ROWS (sizeof places / sizeof *places)

struct fields_book {
    struct find *find;
    uint8_t row[ROWS];           /* by phrase: the first with these words */
    uint8_t next[ROWS], length[ROWS]; /* by row: the next with the same words, ROWS: none; bytes of the words */
};

struct fields_book *fields_book_new(void)
{
    struct fields_book *b = mem_new(sizeof *b);
    b->find = find_new("abcdefghijklmnopqrstuvwxyz-_ :/=\"'(.[");
    for (size_t i = 0; i < ROWS; i++)
        b->row[i] = (uint8_t)ROWS;
    for (size_t i = ROWS; i-- > 0;) {
        b->length[i] = (uint8_t)strlen(places[i].before);
        unsigned phrase = find_add(b->find, places[i].before, b->length[i]);
        b->next[i] = b->row[phrase];
        b->row[phrase] = (uint8_t)i;
    }
    find_link(b->find);
    return b;
}

void fields_book_free(struct fields_book *b)
{
    if (b)
        find_free(b->find);
    free(b);
}

struct reading {
    const struct fields_book *b;
    const char *p;           /* the text as it is */
    size_t n;
    enum line_side side;
    size_t best[3];          /* the row that was taken, by `which`; ROWS: none */
    struct place found[3];
};

/* Of several rows the first of the table counts, of several places of one row the first in the text. */
static void on_words(void *arg, unsigned phrase, size_t end)
{
    struct reading *r = arg;
    for (size_t i = r->b->row[phrase]; i < ROWS; i = r->b->next[i]) {
        const struct place_row *row = &places[i];
        size_t begin = end - r->b->length[i];
        bool word = begin == 0 || !isalnum((unsigned char)r->p[begin - 1]) || !isalnum((unsigned char)row->before[0]);
        bool vague = row->takes & VAGUE && r->side == LINE_SIDE_CLIENT;
        bool other = vague || (row->side && row->side != r->side);
        struct place found;
        if (!word || other || i >= r->best[row->which] || !place_take(row, r->p + end, r->n - end, &found))
            continue;
        r->best[row->which] = i;
        r->found[row->which] = found;
    }
}

void fields_read(const struct fields_book *b, const char *p, size_t n, enum line_side side, struct fields *out)
{
    char low[FIELDS_BYTES];
    n = n < FIELDS_BYTES ? n : FIELDS_BYTES;
    struct reading r = { .b = b, .p = p, .n = n, .side = side, .best = { ROWS, ROWS, ROWS } };
    struct place found;
    *out = (struct fields){ 0 };
    for (size_t i = 0; i < n; i++)
        low[i] = p[i] >= 'A' && p[i] <= 'Z' ? (char)(p[i] + 32) : p[i];
    find_run(b->find, low, n, on_words, &r);
    /* Towards an upstream the one who wrote the line is the client. */
    bool upstream = r.best[SERVER] < ROWS && strncmp(places[r.best[SERVER]].before, "upstream", 8) == 0;
    for (int w = NAME; w >= CLIENT; w--)
        if (r.best[w] < ROWS && !(w == CLIENT && upstream))
            place_keep(&places[r.best[w]], &r.found[w], out);
    if (r.best[CLIENT] == ROWS && !upstream && side != LINE_SIDE_CLIENT && address_early(p, n, &found) &&
        !(out->server.n && out->server.p == found.host.p)) {
        out->client = found.host;
        out->port = found.port;
    }
    link_find(p, n, &out->link);
}

bool fields_private(const char *address)
{
    static const char *const starts[] = { "10.", "127.", "192.168.", "169.254.", "fc", "fd", "fe80", "::1" };
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
        if (strncmp(address, starts[i], strlen(starts[i])) == 0)
            return true;
    int second = 0;
    if (strncmp(address, "172.", 4) == 0)
        second = atoi(address + 4);
    if (strncmp(address, "100.", 4) == 0)
        second = atoi(address + 4) >= 64 && atoi(address + 4) <= 127 ? 16 : 0;
    return second >= 16 && second <= 31;
}
