/* options - what the command line says, as one table of rows.
 *
 * Owns: the rows (name, what it takes, help, setter), strict reading of numbers, and files of
 * endpoints. The keys of endpoints are options, too; their rows are in model/endpoint.
 * Must not know: what any option leads to.
 */
#include "src/cmd/cmd.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "probes/load.h"
#include "probes/sntp.h"
#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/cmd/login.h"
#include "src/cmd/sessionfile.h"

#define ENDPOINTS_MAX 100000 /* from arguments and files together */
#define QUOTE_MAX 100

/* A word or a file of endpoints: parsed when all options are known, since they give defaults. */
struct pending {
    const char *text;
    bool is_file;
};

struct parse {
    struct options *o;
    int argc, at;
    char **argv;
    struct pending *pending;
    size_t pending_count;
    size_t resolve_count;
    bool hears; /* the command is one that clients connect to */
    bool logs;  /* it is one that reads logs */
    bool screen; /* it is the workbench */
    bool done; /* --help and the like: the rest is not looked at */
};

/* Which commands an option is of. */
enum {
    WORKBENCH = 1, CHECK = 2, COMPARE = 4, LOAD = 8, REPLAY = 16, LISTEN = 32, TAP = 64, EXPLAIN = 128, LAB = 256,
    PROBES = WORKBENCH | CHECK | COMPARE | LOAD | REPLAY, HEARS = LISTEN | TAP
};
static const struct { const char *name; unsigned bit; } commands[] = {
    {"", WORKBENCH}, {"check", CHECK}, {"compare", COMPARE}, {"load", LOAD}, {"replay", REPLAY}, {"listen", LISTEN},
    {"tap", TAP}, {"explain", EXPLAIN}, {"lab", LAB},
};

struct option_row;
/* value is NULL for options that take none. */
typedef bool option_set(struct parse *p, const struct option_row *row, const char *value,
                        struct err *e);

struct option_row {
    const char *name;
    char letter;       /* '\0': none */
    const char *takes; /* NULL: no value */
    const char *help;
    option_set *set;   /* NULL: this version can't do it yet */
    unsigned of;       /* the commands it is of, joined; 0: all */
    size_t field;      /* offset in struct options, for the setters that need one */
    double min, max;   /* of numbers */
};

#define FIELD(name) offsetof(struct options, name)

static char *quote(const char *s)
{
    return text_printable(s, strlen(s), QUOTE_MAX);
}

static void *field(struct parse *p, const struct option_row *row)
{
    return (char *)p->o + row->field;
}

static bool value_refuse(const struct option_row *row, const char *value, const char *wanted,
                         struct err *e)
{
    char *shown = quote(value);
    err_set(e, "--%s takes %s, not \"%s\"", row->name, wanted, shown);
    free(shown);
    return false;
}

/* DIGITS[.DIGITS], nothing else, whatever the locale says about decimal points. */
static bool number_read(const char *s, bool whole, double *out)
{
    double n = 0, scale = 1;
    size_t digits = strspn(s, "0123456789");
    if (digits < 1 || digits > 9)
        return false;
    for (; digits; digits--, s++)
        n = n * 10 + (*s - '0');
    if (*s == '.' && !whole) {
        digits = strspn(++s, "0123456789");
        if (digits < 1 || digits > 9)
            return false;
        for (; digits; digits--, s++)
            n += (*s - '0') * (scale /= 10);
    }
    *out = n;
    return *s == '\0';
}

static bool number_take(const struct option_row *row, const char *value, bool whole, double *out,
                        struct err *e)
{
    if (number_read(value, whole, out) && *out >= row->min && *out <= row->max)
        return true;
    char wanted[80];
    snprintf(wanted, sizeof wanted, "a %snumber from %g to %g", whole ? "whole " : "", row->min,
             row->max);
    return value_refuse(row, value, wanted, e);
}

/* --- setters -------------------------------------------------------------------------------- */

static bool set_flag(struct parse *p, const struct option_row *row, const char *value,
                     struct err *e)
{
    (void)value;
    (void)e;
    *(bool *)field(p, row) = true;
    return true;
}

/* The rest of the line does not matter any more. */
static bool set_only(struct parse *p, const struct option_row *row, const char *value,
                     struct err *e)
{
    p->done = true;
    return set_flag(p, row, value, e);
}

static bool set_int(struct parse *p, const struct option_row *row, const char *value, struct err *e)
{
    double n;
    if (!number_take(row, value, true, &n, e))
        return false;
    *(int *)field(p, row) = (int)n;
    return true;
}

static bool set_seconds(struct parse *p, const struct option_row *row, const char *value,
                        struct err *e)
{
    return number_take(row, value, false, field(p, row), e);
}

static bool set_string(struct parse *p, const struct option_row *row, const char *value,
                       struct err *e)
{
    char **s = field(p, row);
    if (!*value)
        return err_set(e, "--%s takes %s, and nothing was given", row->name, row->takes);
    free(*s);
    *s = mem_string(value);
    return true;
}

/* Lent from the command line. */
static bool set_log(struct parse *p, const struct option_row *row, const char *value, struct err *e)
{
    if (!*value)
        return err_set(e, "--%s takes %s, and nothing was given", row->name, row->takes);
    p->o->log = mem_array(p->o->log, p->o->log_count + 1, sizeof *p->o->log);
    p->o->log[p->o->log_count++] = (char *)value;
    return true;
}

/* Likewise. */
static bool set_paste(struct parse *p, const struct option_row *row, const char *value, struct err *e)
{
    if (!*value)
        return err_set(e, "--%s takes the text of an error, and nothing was given", row->name);
    p->o->paste = mem_array(p->o->paste, p->o->paste_count + 1, sizeof *p->o->paste);
    p->o->paste[p->o->paste_count++] = (char *)value;
    return true;
}

/* A number with the unit behind it: 30s, 10m, 24h, 2d. */
static bool set_time(struct parse *p, const struct option_row *row, const char *value, struct err *e)
{
    static const struct { char letter; double seconds; } units[] = {
        {'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400},
    };
    size_t n = strlen(value);
    char *number = mem_copy(value, n ? n - 1 : 0);
    double seconds = 0, count = 0;
    for (size_t i = 0; n && i < sizeof units / sizeof *units; i++)
        if (value[n - 1] == units[i].letter && number_read(number, false, &count))
            seconds = count * units[i].seconds;
    free(number);
    if (seconds < row->min || seconds > row->max)
        return value_refuse(row, value, "a time such as 30s, 10m or 24h, at most 365d", e);
    *(double *)field(p, row) = seconds;
    return true;
}

static bool set_min_days(struct parse *p, const struct option_row *row, const char *value,
                         struct err *e)
{
    double n;
    if (!number_take(row, value, true, &n, e))
        return false;
    p->o->why.min_days = p->o->engine.min_days = (int)n;
    return true;
}

static bool set_color(struct parse *p, const struct option_row *row, const char *value,
                      struct err *e)
{
    static const char *const words[] = {
        [COLOR_AUTO] = "auto", [COLOR_ALWAYS] = "always", [COLOR_NEVER] = "never"};
    for (int i = 0; i < 3; i++)
        if (text_is(words[i], value)) {
            p->o->color = (enum color_when)i;
            return true;
        }
    return value_refuse(row, value, "auto, always or never", e);
}

static bool set_addresses(struct parse *p, const struct option_row *row, const char *value,
                          struct err *e)
{
    p->o->engine.first_address = text_is(value, "first");
    return p->o->engine.first_address || text_is(value, "all") ||
           value_refuse(row, value, "first or all", e);
}

static bool set_probes(struct parse *p, const struct option_row *row, const char *value,
                       struct err *e)
{
    const char *names[32];
    char *words = mem_string(value), *rest = words;
    bool known = true;
    for (char *word; known && (word = strsep(&rest, ","));)
        known = engine_options_only(&p->o->engine, word);
    free(words);
    if (known)
        return true;
    struct text wanted = {0};
    size_t n = engine_probe_names(names, sizeof names / sizeof *names);
    for (size_t i = 0; i < n; i++)
        text_addf(&wanted, "%s%s", i == 0 ? "one or more of " : i + 1 == n ? " and " : ", ", names[i]);
    text_add(&wanted, ", joined by commas");
    value_refuse(row, value, wanted.s, e);
    text_free(&wanted);
    return false;
}

static bool set_fail_on(struct parse *p, const struct option_row *row, const char *value,
                        struct err *e)
{
    p->o->why.fail_on_warning = text_is(value, "warning");
    return p->o->why.fail_on_warning || value_refuse(row, value, "the word warning", e);
}

static bool set_depth(struct parse *p, const struct option_row *row, const char *value,
                      struct err *e)
{
    p->o->engine.depth_full = text_is(value, "full");
    return p->o->engine.depth_full || text_is(value, "quick") || value_refuse(row, value, "quick or full", e);
}

/* ADDR[,ADDR...] of --resolve. */
static bool addresses_take(struct resolve_rule *rule, const char *list, struct err *e)
{
    for (;;) {
        size_t n = strcspn(list, ",");
        char *one = mem_copy(list, n);
        enum host_kind kind;
        char *address = endpoint_host(one, &kind, e);
        free(one);
        if (!address)
            return false;
        rule->address = mem_array(rule->address, rule->count + 1, sizeof *rule->address);
        rule->address[rule->count++] = address;
        if (kind == HOST_NAME)
            return err_set(e, "\"%s\" is a name where an address is needed", address);
        if (!list[n])
            return true;
        list += n + 1;
    }
}

/* The n bytes before the port: a name, an address, or "*" for whatever name is asked for. */
static bool host_take(struct resolve_rule *rule, const char *value, size_t n, struct err *e)
{
    enum host_kind kind;
    char *name = mem_copy(value, n);
    rule->host = strcmp(name, "*") == 0 ? mem_string(name) : endpoint_host(name, &kind, e);
    free(name);
    return rule->host != NULL;
}

static bool resolve_read(struct resolve_rule *rule, const char *value, struct err *e)
{
    if (*value == '-')
        return err_set(e, "in curl \"-\" takes an address out of its cache, and nothing is kept from "
                          "one run to the next here: leave this option out");
    value += *value == '+'; /* in curl: the entry may expire; ours need not */
    const char *end = *value == '[' ? strchr(value, ']') : value;
    const char *port = end ? strchr(end, ':') : NULL, *list = port ? strchr(port + 1, ':') : NULL;
    double n;
    if (!list)
        return err_set(e, "HOST:PORT:ADDR[,ADDR...] is needed");
    char *number = mem_copy(port + 1, (size_t)(list - port - 1));
    bool ok = number_read(number, true, &n) && n >= 1 && n <= 65535;
    free(number);
    if (!ok)
        return err_set(e, "the port must be a number from 1 to 65535");
    rule->port = (int)n;
    return host_take(rule, value, (size_t)(port - value), e) && addresses_take(rule, list + 1, e);
}

static bool set_resolve(struct parse *p, const struct option_row *row, const char *value,
                        struct err *e)
{
    struct options *o = p->o;
    o->resolve = mem_array(o->resolve, p->resolve_count + 1, sizeof *o->resolve);
    struct resolve_rule *rule = &o->resolve[p->resolve_count++];
    *rule = (struct resolve_rule){0};
    o->engine.resolve = o->resolve;
    o->engine.resolve_count = p->resolve_count;
    if (resolve_read(rule, value, e))
        return true;
    char *shown = quote(value);
    err_while(e, "reading --%s \"%s\"", row->name, shown);
    free(shown);
    return false;
}

/* HOST, HOST:PORT, [ADDRESS]:PORT, or an IPv6 address as it is. */
static bool sntp_read(struct options *o, const char *value, struct err *e)
{
    const char *close = *value == '[' ? strchr(value, ']') : NULL;
    const char *colon = close ? strchr(close, ':') : strchr(value, ':');
    bool bare = !close && colon && strchr(colon + 1, ':'); /* of an address without brackets */
    enum host_kind kind;
    double port = SNTP_PORT;
    if (colon && !bare && !(number_read(colon + 1, true, &port) && port >= 1 && port <= 65535))
        return err_set(e, "the port must be a number from 1 to 65535");
    char *host = mem_copy(value, colon && !bare ? (size_t)(colon - value) : strlen(value));
    free(o->sntp);
    o->engine.sntp = o->sntp = endpoint_host(host, &kind, e);
    o->engine.sntp_port = (int)port;
    free(host);
    return o->sntp != NULL;
}

static bool set_sntp(struct parse *p, const struct option_row *row, const char *value, struct err *e)
{
    if (sntp_read(p->o, value, e))
        return true;
    char *shown = quote(value);
    err_while(e, "reading --%s \"%s\"", row->name, shown);
    free(shown);
    return false;
}

static bool set_login(struct parse *p, const struct option_row *row, const char *value, struct err *e)
{
    bool open_to_others;
    char *shown = quote(value), *login = login_load(value, &open_to_others, e);
    if (!login)
        err_while(e, "reading the file of --%s, \"%s\"", row->name, shown);
    else if (open_to_others)
        fprintf(stderr, "tlswhy: others can read %s, which holds a login: `chmod 600` it\n", shown);
    free(shown);
    if (!login)
        return false;
    login_free(p->o->login);
    p->o->engine.proxy_login = p->o->login = login;
    return true;
}

static bool set_answer(struct parse *p, const struct option_row *row, const char *value, struct err *e)
{
    enum question q;
    char *answer = answer_parse(value, &q, e);
    if (!answer) {
        err_while(e, "reading --%s", row->name);
        return false;
    }
    free(p->o->answer[q]);
    p->o->answer[q] = answer;
    return true;
}

static void pending_add(struct parse *p, const char *text, bool is_file)
{
    p->pending = mem_array(p->pending, p->pending_count + 1, sizeof *p->pending);
    p->pending[p->pending_count++] = (struct pending){text, is_file};
}

static bool set_file(struct parse *p, const struct option_row *row, const char *value,
                     struct err *e)
{
    (void)row;
    (void)e;
    pending_add(p, value, true);
    return true;
}

/* --- the table ------------------------------------------------------------------------------ */

static const struct option_row rows[] = {
    {.name = "file", .letter = 'f', .takes = "FILE", .set = set_file, .of = WORKBENCH | CHECK | COMPARE,
     .help = "read endpoints from FILE (- is standard input): one a line, # begins a comment line"},
    {.name = "lab", .set = set_flag, .of = WORKBENCH | CHECK, .field = FIELD(lab),
     .help = "probe the built-in lab's servers, one per fault"},
    {.name = "resolve", .takes = "HOST:PORT:ADDR[,ADDR...]", .set = set_resolve, .of = PROBES | TAP,
     .help = "take these addresses for HOST:PORT instead of asking, as in curl"},
    {.name = "proxy-auth", .takes = "FILE", .set = set_login, .of = PROBES,
     .help = "the login for proxies, user:password in the file's first line (none stands on a command line)"},
    {.name = "addresses", .takes = "first|all", .set = set_addresses, .of = PROBES,
     .help = "one column for each name, or one for each of its addresses (all)"},
    {.name = "jobs", .takes = "N", .set = set_int, .of = PROBES, .field = FIELD(engine.jobs), .min = 1,
     .max = 10000, .help = "connections in flight (100)"},
    {.name = "per-host", .takes = "N", .set = set_int, .of = PROBES, .field = FIELD(engine.per_host), .min = 1,
     .max = 1000, .help = "connections in flight to one address (10)"},
    {.name = "tries", .takes = "N", .set = set_int, .of = PROBES, .field = FIELD(engine.tries), .min = 1,
     .max = LOAD_MADE_MAX,
     .help = "make each handshake N times, half of them one after another; 12 where something is odd (1). load: N "
             "handshakes, as many at once as --load says all the time, in the place of a ramp"},
    {.name = "load", .takes = "N", .set = set_int, .of = WORKBENCH | CHECK | LOAD, .field = FIELD(engine.load),
     .min = 1, .max = LOAD_MAX,
     .help = "make more and more handshakes at once, up to N, with one endpoint: see which fail then (that N is named "
             "is the consent)"},
    {.name = "hello-only", .set = set_flag, .of = WORKBENCH | CHECK | LOAD, .field = FIELD(engine.load_hello),
     .help = "load: send the ClientHello alone and close by a reset when it is answered; costs both sides little"},
    {.name = "yes", .letter = 'y', .set = set_flag, .of = LOAD, .field = FIELD(yes),
     .help = "load: begin without asking"},
    {.name = "timeout", .takes = "SECONDS", .set = set_seconds, .of = PROBES | HEARS, .field = FIELD(engine.timeout),
     .min = 0.1, .max = 600, .help = "the longest wait for one answer (5)"},
    {.name = "max-time", .takes = "SECONDS", .set = set_seconds, .of = PROBES, .field = FIELD(engine.max_time),
     .min = 1, .max = 3600, .help = "all work on one endpoint (60)"},
    {.name = "only", .takes = "PROBE,...", .set = set_probes, .of = PROBES,
     .help = "ask nothing but these and what they need: handshake, versions, ciphers, groups, sigalgs, traits, "
             "issuers, revocation, large, relaxed, names, variations, tries, path, load, machine, or clients, which "
             "sends the hello of every known client"},
    {.name = "depth", .takes = "quick|full", .set = set_depth, .of = PROBES,
     .help = "quick: the handshake and what explains it; full: everything each server takes"},
    {.name = "offline", .set = set_flag, .of = PROBES, .field = FIELD(engine.offline),
     .help = "talk to the endpoint alone: no AIA, OCSP, CRL, NTP"},
    {.name = "sntp", .takes = "HOST[:PORT]", .set = set_sntp, .of = PROBES,
     .help = "ask this NTP server what time it is, to tell whose clock is wrong; port 123"},
    {.name = "min-days", .takes = "N", .set = set_min_days, .of = PROBES, .min = 0, .max = 36500,
     .help = "warn about certificates that end within N days (a tenth of their life)"},
    {.name = "fail-on", .takes = "warning", .set = set_fail_on, .of = PROBES,
     .help = "let warnings count as failures in the exit status"},
    {.name = "count", .takes = "N", .set = set_int, .field = FIELD(count), .min = 1, .max = 1e6, .of = HEARS,
     .help = "listen, tap: end after N clients"},
    {.name = "for", .takes = "TIME", .set = set_time, .field = FIELD(seconds), .min = 0.1, .max = 365. * 86400,
     .of = HEARS, .help = "listen, tap: end after this time: 30s, 10m, 24h"},
    {.name = "save", .takes = "FILE", .set = set_string, .of = WORKBENCH | CHECK | COMPARE | LOAD | HEARS,
     .field = FIELD(save),
     .help = "keep the session in FILE, to be opened and compared later; listen, tap: each new hello as it was "
             "received, the first in FILE, the others beside it as FILE-2, FILE-3"},
    {.name = "cert", .takes = "FILE", .set = set_string, .field = FIELD(cert), .of = LISTEN,
     .help = "listen: the certificate chain that clients are shown (made up on the spot)"},
    {.name = "key", .takes = "FILE", .set = set_string, .field = FIELD(key), .of = LISTEN,
     .help = "listen: its private key (in the file of --cert)"},
    {.name = "answer", .takes = "QUESTION=VALUE", .set = set_answer, .of = PROBES,
     .help = "what you know of the pattern, to rank the causes by: fails=yes|no|now-and-then; clients=, networks=, "
             "endpoints=all|some|one; since=always|TIME; times=always|bursts|HH:MM-HH:MM; software=CLIENT,...; "
             "changed=WORDS"},
    {.name = "log", .takes = "FILE", .set = set_log, .of = WORKBENCH | CHECK,
     .help = "check, workbench: let the lines of this log narrow the ranking; more than one may be given"},
    {.name = "error", .letter = 'e', .takes = "TEXT", .set = set_paste, .of = EXPLAIN,
     .help = "explain: a pasted error; more than one may be given"},
    {.name = "follow", .set = set_flag, .field = FIELD(follow), .of = EXPLAIN | WORKBENCH,
     .help = "explain, workbench: read on as the last log grows; explain says each failure as it is written"},
    {.name = "json", .set = set_flag, .field = FIELD(json),
     .help = "print one JSON document at the end"},
    {.name = "jsonl", .set = set_flag, .of = (unsigned)~LAB, .field = FIELD(jsonl),
     .help = "print observations and verdicts as JSON lines as they happen"},
    {.name = "quiet", .letter = 'q', .set = set_flag, .field = FIELD(quiet),
     .help = "print one line for each column: verdict and cause"},
    {.name = "verbose", .letter = 'v', .set = set_flag, .of = (unsigned)~LAB, .field = FIELD(verbose),
     .help = "print every fact as well"},
    {.name = "color", .takes = "auto|always|never", .set = set_color, .of = (unsigned)~LAB,
     .help = "colour; auto: on a terminal, unless NO_COLOR is set"},
    {.name = "plain", .set = set_flag, .of = PROBES, .field = FIELD(plain),
     .help = "line by line, without a screen, boxes or cursor movement"},
    {.name = "ui-script", .takes = "FILE", .set = set_string, .of = WORKBENCH, .field = FIELD(ui_script),
     .help = "drive the workbench with the keys and commands in FILE"},
    {.name = "dump-keys", .set = set_flag, .of = WORKBENCH, .field = FIELD(dump_keys),
     .help = "print the workbench's key table"},
    {.name = "reset-tty", .set = set_flag, .of = WORKBENCH, .field = FIELD(reset_tty),
     .help = "put a terminal in disorder back"},
    {.name = "help", .letter = 'h', .set = set_only, .field = FIELD(help),
     .help = "print this, of a command its own part"},
    {.name = "version", .set = set_only, .field = FIELD(version), .help = "print the version"},
    /* Promised, and not there yet. */
    {.name = "redact"},
    {.name = "every", .takes = "TIME"},       {.name = "vantage", .takes = "NAME=COMMAND"},
};
#define ROWS (sizeof rows / sizeof *rows)

static const struct option_row *row_by_name(const char *name)
{
    for (size_t i = 0; i < ROWS; i++)
        if (strcmp(rows[i].name, name) == 0)
            return &rows[i];
    return NULL;
}

static const struct option_row *row_by_letter(char letter)
{
    for (size_t i = 0; i < ROWS; i++)
        if (rows[i].letter == letter)
            return &rows[i];
    return NULL;
}

/* --- words ---------------------------------------------------------------------------------- */

/* The value behind "=", or the next word; if that is an option, the value was forgotten. */
static const char *value_take(struct parse *p, const char *name, const char *takes,
                              const char *equals, struct err *e)
{
    if (equals)
        return equals + 1;
    const char *next = p->at < p->argc ? p->argv[p->at] : NULL;
    if (next && !(text_starts(next, "--") && next[2])) {
        p->at++;
        return next;
    }
    err_set(e, "--%s needs a value: --%s=%s", name, name, takes);
    return NULL;
}

/* Of those who wait for clients, and of nobody else so far. */
static bool is_of_clients(const struct option_row *row) { return row->of && !(row->of & ~(unsigned)HEARS); }

static bool row_apply(struct parse *p, const struct option_row *row, const char *equals,
                      struct err *e)
{
    if (!row->set)
        return err_set(e, "--%s is not there yet", row->name);
    if (is_of_clients(row) && !p->hears)
        return err_set(e, "--%s is not there yet for other commands than listen and tap", row->name);
    if (row->of == EXPLAIN && !p->logs)
        return err_set(e, "--%s is of explain alone", row->name);
    if (row->of == (EXPLAIN | WORKBENCH) && !p->logs && !p->screen)
        return err_set(e, "--%s is of explain and the workbench", row->name);
    if (!row->takes)
        return equals ? err_set(e, "--%s takes no value", row->name) : row->set(p, row, NULL, e);
    const char *value = value_take(p, row->name, row->takes, equals, e);
    return value && row->set(p, row, value, e);
}

/* An endpoint's key as an option: the default for all endpoints. */
static bool key_apply(struct parse *p, enum key key, const char *equals, struct err *e)
{
    const struct key_row *row = &key_table[key];
    if (!row->due)
        return err_set(e, "--%s (%s) is not there yet", row->word, row->help);
    const char *value = value_take(p, row->word, row->takes, equals, e);
    if (!value)
        return false;
    if (key == KEY_CLIENT && text_is(value, "list")) {
        for (int i = p->at; i < p->argc; i++)
            p->o->verbose |= strcmp(p->argv[i], "--verbose") == 0 || strcmp(p->argv[i], "-v") == 0;
        return p->o->client_list = p->done = true;
    }
    if (!endpoint_check_value(key, value, e)) {
        err_while(e, "reading --%s", row->word);
        return false;
    }
    free(p->o->defaults[key]);
    p->o->defaults[key] = mem_string(value);
    return true;
}

static bool long_unknown(const char *name, struct err *e)
{
    const char *words[ROWS + KEY_COUNT];
    for (size_t i = 0; i < ROWS; i++)
        words[i] = rows[i].name;
    for (size_t i = 0; i < KEY_COUNT; i++)
        words[ROWS + i] = key_table[i].word;
    const char *near = text_nearest(name, words, ROWS + KEY_COUNT);
    char *shown = quote(name);
    if (near)
        err_set(e, "there is no option --%s; did you mean --%s?", shown, near);
    else
        err_set(e, "there is no option --%s; --help lists them", shown);
    free(shown);
    return false;
}

static bool long_parse(struct parse *p, const char *word, struct err *e)
{
    const char *equals = strchr(word, '=');
    char *name = equals ? mem_copy(word, (size_t)(equals - word)) : mem_string(word);
    const struct option_row *row = row_by_name(name);
    enum key key = key_find(name);
    if (row && is_of_clients(row) && !p->hears && key < KEY_COUNT)
        row = NULL; /* what endpoints call so is something else */
    bool ok = row ? row_apply(p, row, equals, e)
            : key < KEY_COUNT ? key_apply(p, key, equals, e)
                              : long_unknown(name, e);
    free(name);
    return ok;
}

/* -q, -qv, -f FILE, -fFILE. */
static bool letters_parse(struct parse *p, const char *word, struct err *e)
{
    for (const char *c = word; *c && !p->done; c++) {
        const struct option_row *row = row_by_letter(*c);
        if (!row) {
            char *shown = quote(word);
            err_set(e, "there is no option -%c in \"-%s\"; --help lists them",
                    *c > ' ' && *c < 0x7f ? *c : '?', shown);
            free(shown);
            return false;
        }
        if (!row->takes && !row_apply(p, row, NULL, e))
            return false;
        if (row->takes) /* row_apply skips the "=", which stands before the value here */
            return row_apply(p, row, c[1] ? c : NULL, e);
    }
    return true;
}

static void word_add(struct parse *p, char *word, bool takes_endpoints)
{
    struct options *o = p->o;
    if (takes_endpoints) {
        pending_add(p, word, strcmp(word, "-") == 0);
        return;
    }
    o->word = mem_array(o->word, o->word_count + 1, sizeof *o->word);
    o->word[o->word_count++] = word;
}

static bool words_parse(struct parse *p, bool takes_endpoints, struct err *e)
{
    bool only_words = false;
    while (p->at < p->argc && !p->done) {
        char *word = p->argv[p->at++];
        bool ok = true;
        if (only_words || word[0] != '-' || !word[1])
            word_add(p, word, takes_endpoints);
        else if (strcmp(word, "--") == 0)
            only_words = true;
        else
            ok = word[1] == '-' ? long_parse(p, word + 2, e) : letters_parse(p, word + 1, e);
        if (!ok)
            return false;
    }
    return true;
}

/* --- endpoints ------------------------------------------------------------------------------ */

static bool endpoint_add(struct options *o, const char *text, struct err *e)
{
    if (o->endpoint_count == ENDPOINTS_MAX)
        return err_set(e, "more than %d endpoints are too many for one run", ENDPOINTS_MAX);
    struct endpoint *ep = endpoint_parse(text, o->defaults, e);
    if (!ep)
        return false;
    size_t n = o->endpoint_count;
    if ((n & (n - 1)) == 0) /* full at powers of two */
        o->endpoint = mem_array(o->endpoint, n ? 2 * n : 1, sizeof(struct endpoint *));
    o->endpoint[o->endpoint_count++] = ep;
    return true;
}

enum line { LINE_END, LINE_GOOD, LINE_LONG, LINE_NUL };

static enum line line_read(FILE *in, char line[ENDPOINT_TEXT_MAX + 1])
{
    size_t n = 0;
    int c = getc_unlocked(in);
    if (c == EOF)
        return LINE_END;
    for (; c != EOF && c != '\n'; c = getc_unlocked(in)) {
        if (n == ENDPOINT_TEXT_MAX)
            return LINE_LONG;
        if (c == '\0')
            return LINE_NUL;
        line[n++] = (char)c;
    }
    line[n] = '\0';
    return LINE_GOOD;
}

/* The endpoint in a line: without a byte order mark, blanks around it and comments; "" for none. */
static const char *line_trim(char *line)
{
    char *start = line + (text_starts(line, "\xef\xbb\xbf") ? 3 : 0);
    start += strspn(start, " \t");
    for (size_t n = strlen(start); n && strchr(" \t\r", start[n - 1]); n--)
        start[n - 1] = '\0';
    return *start == '#' ? "" : start;
}

static bool lines_parse(struct options *o, FILE *in, unsigned long *number, struct err *e)
{
    char line[ENDPOINT_TEXT_MAX + 1];
    for (*number = 1;; ++*number) {
        enum line got = line_read(in, line);
        if (got == LINE_END)
            return true;
        if (got == LINE_LONG)
            return err_set(e, "a line is longer than %d bytes", ENDPOINT_TEXT_MAX);
        if (got == LINE_NUL)
            return err_set(e, "a line holds a zero byte, so this is no text");
        const char *text = line_trim(line);
        if (*text && !endpoint_add(o, text, e))
            return false;
    }
}

static bool file_parse(struct options *o, const char *path, struct err *e)
{
    bool standard = strcmp(path, "-") == 0;
    char *shown = standard ? mem_string("standard input") : quote(path);
    FILE *in = standard ? stdin : fopen(path, "re");
    unsigned long number = 0;
    bool ok = false;
    if (!in) {
        err_set(e, "the file of endpoints \"%s\" can't be opened: %s", shown,
                strerrordesc_np(errno));
    } else {
        struct err inner = {{0}};
        errno = 0;
        ok = lines_parse(o, in, &number, &inner);
        if (ok && ferror(in))
            ok = err_set(e, "%s can't be read: %s", shown, strerrordesc_np(errno));
        else if (!ok)
            err_set(e, "%s, line %lu: %s", shown, number, inner.text);
        if (!standard)
            fclose(in);
    }
    free(shown);
    return ok;
}

static void session_add_word(struct options *o, const char *path)
{
    o->session = mem_array(o->session, o->session_count + 1, sizeof *o->session);
    o->session[o->session_count++] = (struct session_word){ path, o->endpoint_count };
}

static bool pending_parse(struct parse *p, struct err *e)
{
    for (size_t i = 0; i < p->pending_count; i++) {
        const struct pending *it = &p->pending[i];
        if (!it->is_file && sessionfile_is(it->text))
            session_add_word(p->o, it->text);
        else if (!(it->is_file ? file_parse : endpoint_add)(p->o, it->text, e))
            return false;
    }
    return true;
}

static bool sense_check(const struct parse *p, bool takes_endpoints, struct err *e)
{
    if (p->o->json && p->o->jsonl)
        return err_set(e, "--json and --jsonl exclude each other: choose one");
    if (p->o->engine.only && p->o->engine.depth_full)
        return err_set(e, "--only names what is asked and --depth full asks for everything: they exclude each other, "
                          "choose one");
    if (p->o->quiet && p->o->verbose)
        return err_set(e, "--quiet and --verbose exclude each other: choose one");
    if (p->o->log_count && !takes_endpoints)
        return err_set(e, "--log is of check: tlswhy explain takes logs as its arguments");
    if (p->o->save && !takes_endpoints && !p->hears)
        return err_set(e, "--save is not there yet for other commands than the workbench, check, compare, load, listen "
                          "and tap");
    if (!takes_endpoints && p->pending_count)
        return err_set(e, "this command takes no endpoints, so --file has no use here");
    return true;
}

/* One host is put under load, and nobody else's by mistake. */
static bool load_check(const struct options *o, bool takes_load, struct err *e)
{
    if (o->engine.tries > TRIES_MAX && !takes_load)
        return err_set(e, "--tries %d is too many: it takes a number from 1 to %d, and more only for load",
                       o->engine.tries, TRIES_MAX);
    if (o->engine.load_hello && !takes_load && !o->engine.load)
        return err_set(e, "--hello-only says how load is made: it goes with load, or with --load N");
    if (o->engine.load && (o->endpoint_count > 1 || o->lab))
        return err_set(e, "--load puts a server under load: name one endpoint, and no other beside it");
    if (o->engine.only_facts[FACT_LOAD] && !o->engine.load)
        return err_set(e, "--only load puts a server under load: --load N says that it may, and how many at once");
    return true;
}

bool options_parse(struct options *o, int argc, char **argv, unsigned takes, struct err *e)
{
    struct parse p = {.o = o, .argc = argc, .argv = argv, .hears = takes & TAKES_CLIENTS,
                      .logs = takes & TAKES_LOGS, .screen = takes & TAKES_SCREEN};
    bool takes_endpoints = takes & TAKES_ENDPOINTS;
    *o = (struct options){.why = {.min_days = -1}};
    engine_options_default(&o->engine);
    o->engine.min_days = o->why.min_days;
    bool ok = words_parse(&p, takes_endpoints, e) &&
              (p.done || (sense_check(&p, takes_endpoints, e) && pending_parse(&p, e) &&
                          load_check(o, takes & TAKES_LOAD, e)));
    free(p.pending);
    if (!ok)
        options_free(o);
    return ok;
}

void options_free(struct options *o)
{
    for (int k = 0; k < KEY_COUNT; k++)
        free(o->defaults[k]);
    for (size_t i = 0; i < o->endpoint_count; i++)
        endpoint_free(o->endpoint[i]);
    for (size_t i = 0; o->resolve && i < o->engine.resolve_count; i++) {
        for (size_t k = 0; k < o->resolve[i].count; k++)
            free(o->resolve[i].address[k]);
        free(o->resolve[i].address);
        free(o->resolve[i].host);
    }
    free(o->resolve);
    login_free(o->login);
    free(o->sntp);
    free(o->endpoint);
    free(o->ui_script);
    for (int q = 0; q < QUESTION_COUNT; q++)
        free(o->answer[q]);
    free(o->paste);
    free(o->log);
    free(o->session);
    free(o->save);
    free(o->cert);
    free(o->key);
    free(o->word);
    *o = (struct options){0};
}

/* --- help ----------------------------------------------------------------------------------- */

#define HELP_INDENT 28

static void help_line(FILE *out, char *left, const char *help)
{
    struct text t = {0};
    text_add(&t, left);
    if (text_width(left) >= HELP_INDENT - 1)
        text_add(&t, "\n");
    text_pad(&t, HELP_INDENT);
    text_wrap(&t, help, HELP_INDENT, 80);
    fprintf(out, "%s\n", t.s);
    text_free(&t);
    free(left);
}

static unsigned command_bit(const char *name)
{
    for (size_t i = 0; name && i < sizeof commands / sizeof *commands; i++)
        if (strcmp(commands[i].name, name) == 0)
            return commands[i].bit;
    return ~0u;
}

void options_help(FILE *out, const char *command)
{
    unsigned bit = command_bit(command);
    fputs("Options:\n", out);
    for (size_t i = 0; i < ROWS; i++) {
        const struct option_row *row = &rows[i];
        if (!row->set || (row->of && !(row->of & bit)))
            continue;
        char letter[] = {'-', row->letter, ',', ' ', '\0'};
        help_line(out, mem_format("  %s--%s%s%s", row->letter ? letter : "    ", row->name,
                                  row->takes ? " " : "", row->takes ? row->takes : ""), row->help);
    }
    if (!(bit & (PROBES | TAP)))
        return;
    fputs("\nKeys, as ,KEY=VALUE behind one endpoint or as --KEY VALUE for all:\n", out);
    for (int k = 0; k < KEY_COUNT; k++)
        if (key_table[k].due)
            help_line(out, mem_format("  %s=%s", key_table[k].word, key_table[k].takes),
                      key_table[k].help);
}
