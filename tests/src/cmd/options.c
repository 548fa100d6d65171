/* Tests of src/cmd/options.c: what each option sets, and the sentence of each bad line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/cmd/cmd.h"
#include "src/wire/client.h"

#define LINE(...) (const char *[]){__VA_ARGS__, NULL}

static bool parse(struct options *o, const char **argv, bool takes_endpoints, struct err *e)
{
    int argc = 0;
    while (argv[argc])
        argc++;
    return options_parse(o, argc, (char **)argv, takes_endpoints, e);
}

static struct options good(const char **argv)
{
    struct options o;
    struct err e = {{0}};
    if (!parse(&o, argv, true, &e))
        fail_msg("%s ...: refused: %s", argv[0], e.text);
    return o;
}

static void bad(const char **argv, const char *says)
{
    struct options o, empty = {0};
    struct err e = {{0}};
    if (parse(&o, argv, true, &e))
        fail_msg("%s ...: taken", argv[0]);
    if (!strstr(e.text, says))
        fail_msg("%s ...: \"%s\" does not say \"%s\"", argv[0], e.text, says);
    assert_memory_equal(&o, &empty, sizeof o);
}

static void test_defaults(void **state)
{
    (void)state;
    struct options o = good(LINE("example.org"));
    struct engine_options engine;
    engine_options_default(&engine);
    assert_int_equal(o.engine.jobs, engine.jobs);
    assert_int_equal(o.engine.per_host, engine.per_host);
    assert_true(o.engine.timeout == engine.timeout && o.engine.max_time == engine.max_time);
    assert_int_equal(o.why.min_days, -1);
    assert_int_equal(o.color, COLOR_AUTO);
    assert_int_equal(o.endpoint_count, 1);
    assert_false(o.json || o.jsonl || o.quiet || o.verbose || o.lab || o.help || o.version);
    options_free(&o);
}

static void test_values(void **state)
{
    (void)state;
    struct options o = good(LINE("--json", "-v", "--lab", "--offline", "--plain", "--jobs=7",
        "--per-host", "3", "--timeout", "0.5", "--max-time=12.25", "--addresses=first", "--only",
        "handshake", "--fail-on", "warning", "--min-days", "30", "--color=never", "--depth",
        "quick", "--ui-script", "keys", "--dump-keys", "--reset-tty"));
    assert_true(o.json && o.verbose && o.lab && o.engine.offline && o.plain && o.dump_keys && o.reset_tty);
    assert_int_equal(o.engine.jobs, 7);
    assert_int_equal(o.engine.per_host, 3);
    assert_true(o.engine.timeout == 0.5 && o.engine.max_time == 12.25);
    assert_true(o.engine.first_address && o.engine.only && !o.engine.only_full && o.why.fail_on_warning);
    assert_true(o.engine.only_facts[FACT_HANDSHAKE] && !o.engine.only_facts[FACT_LIBRARIES]);
    assert_int_equal(o.why.min_days, 30);
    assert_int_equal(o.engine.min_days, 30);
    assert_int_equal(o.color, COLOR_NEVER);
    assert_string_equal(o.ui_script, "keys");
    options_free(&o);
    o = good(LINE("--jsonl", "-q", "--color", "always", "--depth", "full"));
    assert_true(o.jsonl && o.quiet && o.color == COLOR_ALWAYS && o.engine.depth_full);
    options_free(&o);
}

static void test_resolve(void **state)
{
    (void)state;
    struct options o = good(LINE("--resolve", "A.example:443:192.0.2.1,[::1],2001:DB8::2",
                                 "--resolve=b.example:25:127.0.0.1", "a.example"));
    assert_int_equal(o.engine.resolve_count, 2);
    const struct resolve_rule *rule = &o.engine.resolve[0];
    assert_string_equal(rule->host, "a.example");
    assert_int_equal(rule->port, 443);
    assert_int_equal(rule->count, 3);
    assert_string_equal(rule->address[0], "192.0.2.1");
    assert_string_equal(rule->address[1], "::1");
    assert_string_equal(rule->address[2], "2001:db8::2");
    assert_string_equal(o.engine.resolve[1].host, "b.example");
    options_free(&o);
    o = good(LINE("--resolve", "[::1]:443:127.0.0.1", "--resolve", "+a.example:443:[::2]",
                  "--resolve", "*:8443:127.0.0.3", "--resolve", "+[2001:DB8::1]:1:[::3],::4"));
    static const struct { const char *host, *address; int port; } rows[] = {
        {"::1", "127.0.0.1", 443}, {"a.example", "::2", 443}, {"*", "127.0.0.3", 8443},
        {"2001:db8::1", "::3", 1},
    };
    assert_int_equal(o.engine.resolve_count, 4);
    for (size_t i = 0; i < 4; i++) {
        assert_string_equal(o.engine.resolve[i].host, rows[i].host);
        assert_string_equal(o.engine.resolve[i].address[0], rows[i].address);
        assert_int_equal(o.engine.resolve[i].port, rows[i].port);
    }
    options_free(&o);
    bad(LINE("--resolve", "-a.example:443"), "leave this option out");
    bad(LINE("--resolve", "[::1:443:127.0.0.1"), "HOST:PORT:ADDR");
    bad(LINE("--resolve", "[::1]:127.0.0.1"), "HOST:PORT:ADDR");
    bad(LINE("--resolve", "[a.example]:443:127.0.0.1"), "no IPv6 address");
    bad(LINE("--resolve", "*.example:443:127.0.0.1"), "\"*\"");
    bad(LINE("--resolve", "a.example:443"), "HOST:PORT:ADDR");
    bad(LINE("--resolve", "a.example:0:192.0.2.1"), "1 to 65535");
    bad(LINE("--resolve", "a.example:443:b.example"), "where an address is needed");
    bad(LINE("--resolve", "a.example:443:192.0.2.1,"), "the host is empty");
    bad(LINE("--resolve", "a b:443:192.0.2.1"), "while reading --resolve \"a b:443:192.0.2.1\"");
}

/* Keys become defaults of all endpoints, wherever they stand on the line. */
static void test_keys(void **state)
{
    (void)state;
    struct options o = good(LINE("a.example,max=tls1.2", "--ca", "x,y.pem", "--max=tls1.3",
                                 "b.example", "--label", "one", "--label", "two"));
    assert_int_equal(o.endpoint_count, 2);
    assert_string_equal(o.endpoint[0]->text, "https://a.example,max=tls1.2,ca=x\\,y.pem,label=two");
    assert_string_equal(o.endpoint[1]->text, "https://b.example,max=tls1.3,ca=x\\,y.pem,label=two");
    assert_string_equal(o.defaults[KEY_CA], "x,y.pem");
    options_free(&o);
    bad(LINE("--max", "tls9", "a.example"), "while reading --max");
    bad(LINE("--ciphers", "x"), "there is no cipher suite \"x\"");
    o = good(LINE("--cert", "x.pem", "--key=x.key", "--pass-file", "p", "a.example", "b.example,cert=y.p12"));
    assert_string_equal(o.endpoint[0]->text, "https://a.example,cert=x.pem,key=x.key,pass-file=p");
    assert_string_equal(o.endpoint[1]->text, "https://b.example,cert=y.p12,key=x.key,pass-file=p");
    options_free(&o);
    bad(LINE("--key", "x.key", "a.example"), "no client certificate");
    bad(LINE("--min=tls1.3", "a.example,max=tls1.2"), "is above");
}

/* Options of commands that clients connect to; elsewhere they are none, or endpoints' keys. */
static void test_hearing(void **state)
{
    (void)state;
    struct options o;
    struct err e = {{0}};
    const char **all = LINE("8443", "--count", "3", "--for=90s", "--save", "h.bin", "--cert=c.pem", "--key=k.pem");
    assert_true(options_parse(&o, 8, (char **)all, TAKES_CLIENTS, &e));
    assert_int_equal(o.count, 3);
    assert_true(o.seconds == 90);
    assert_string_equal(o.save, "h.bin");
    assert_string_equal(o.cert, "c.pem");
    assert_string_equal(o.key, "k.pem");
    assert_int_equal(o.word_count, 1);
    options_free(&o);
    static const struct { const char *time; double seconds; } times[] = {
        {"0.5s", 0.5}, {"10m", 600}, {"24h", 86400}, {"2d", 172800}, {"1", -1}, {"s", -1}, {"1.5x", -1}, {"0s", -1},
        {"-1s", -1}, {"366d", -1}, {"", -1}, {"1 h", -1}};
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        const char **line = LINE("--for", times[i].time);
        bool taken = options_parse(&o, 2, (char **)line, TAKES_CLIENTS, &e);
        assert_int_equal(taken, times[i].seconds > 0);
        assert_true(!taken || o.seconds == times[i].seconds);
        options_free(&o);
    }
    bad(LINE("--count", "3", "a.example"), "--count is not there yet for other commands than listen and tap");
}

/* An argument that is a file with our header is a session, wherever it stands; one in a file of endpoints is none. */
static void test_sessions(void **state)
{
    (void)state;
    char path[] = "/tmp/tlswhy-options.XXXXXX";
    int fd = mkstemp(path);
    const char *line = "{\"tlswhy\":\"0.1.0\",\"session\":1}\n";
    assert_true(fd >= 0 && write(fd, line, strlen(line)) == (ssize_t)strlen(line) && close(fd) == 0);
    struct options o = good(LINE("--save=x", "a.example", path, "b.example"));
    assert_int_equal(o.endpoint_count, 2);
    assert_int_equal(o.session_count, 1);
    assert_string_equal(o.session[0].path, path);
    assert_int_equal(o.session[0].before, 1);
    assert_string_equal(o.save, "x");
    options_free(&o);
    struct err e = {{0}};
    assert_false(options_parse(&o, 1, (char **)LINE("--save=x"), TAKES_WORDS, &e));
    assert_non_null(strstr(e.text, "other commands than the workbench, check"));
    unlink(path);
}

static void test_dashes(void **state)
{
    (void)state;
    struct options o = good(LINE("-qf/dev/null", "--", "a.example"));
    assert_true(o.quiet);
    assert_int_equal(o.endpoint_count, 1);
    options_free(&o);
    bad(LINE("--", "--json"), "hyphen");
    bad(LINE("-x"), "no option -x");
    bad(LINE("-qz"), "no option -z in \"-qz\"");
    bad(LINE("--jsn"), "did you mean --json?");
    bad(LINE("--something-else"), "--help lists them");
    bad(LINE("--\x1b[1m"), "\\x1b[1m");
    bad(LINE("--json=1"), "takes no value");
    bad(LINE("--jobs"), "needs a value: --jobs=N");
    bad(LINE("--ca", "--json"), "needs a value: --ca=FILE");
    bad(LINE("-f"), "needs a value");
}

static void test_bad_values(void **state)
{
    (void)state;
    static const char *const bad_rows[] = {
        "--jobs=0", "--jobs=10001", "--jobs=1.5", "--jobs=", "--jobs=1e3", "--jobs=-1", "--jobs= 1",
        "--jobs=0x10", "--jobs=99999999999999999999", "--per-host=1001", "--tries=0", "--tries=1001", "--timeout=0.05",
        "--timeout=601", "--timeout=1,5", "--timeout=.5", "--timeout=5.", "--timeout=inf",
        "--timeout=nan", "--max-time=0", "--max-time=3601", "--min-days=-1", "--color=maybe",
        "--addresses=some", "--only=handshake,nothing", "--only=", "--fail-on=error", "--depth=deep", "--ui-script=",
    };
    for (size_t i = 0; i < sizeof bad_rows / sizeof *bad_rows; i++) {
        char *word = mem_string(bad_rows[i]);
        bad(LINE(word), "takes");
        free(word);
    }
    bad(LINE("--json", "--jsonl"), "exclude each other");
    bad(LINE("-q", "-v"), "exclude each other");
}

static void test_answers(void **state)
{
    (void)state;
    struct options o = good(LINE("--answer", "clients=all", "--answer=clients=SOME", "--answer=changed=a, b=c"));
    assert_string_equal(o.answer[QUESTION_CLIENTS], "some"); /* the last one counts */
    assert_string_equal(o.answer[QUESTION_CHANGED], "a, b=c");
    assert_null(o.answer[QUESTION_FAILS]);
    options_free(&o);
    bad(LINE("--answer=clients=some", "--answer=fails=perhaps"), "yes, no or now-and-then, not \"perhaps\"");
    bad(LINE("--answer=network=one"), "did you mean networks?");
    bad(LINE("--answer"), "--answer=QUESTION=VALUE");
}

static void test_sntp(void **state)
{
    (void)state;
    static const struct { const char *word, *host; int port; } rows[] = {
        { "--sntp=Time.Example", "time.example", 123 },  { "--sntp=192.0.2.1:1123", "192.0.2.1", 1123 },
        { "--sntp=[2001:db8::1]:9", "2001:db8::1", 9 },  { "--sntp=2001:db8::1", "2001:db8::1", 123 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct options o = good(LINE(rows[i].word));
        assert_string_equal(o.engine.sntp, rows[i].host);
        assert_int_equal(o.engine.sntp_port, rows[i].port);
        options_free(&o);
    }
    bad(LINE("--sntp=a.example:x"), "the port must be a number");
    bad(LINE("--sntp=a.example:0"), "the port must be a number");
    bad(LINE("--sntp="), "--sntp");
}

static void test_not_yet(void **state)
{
    (void)state;
    static const char *const names[] = {"redact", "every", "for", "vantage", "from"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char *word = mem_format("--%s", names[i]);
        bad(LINE(word, "x"), "is not there yet");
        free(word);
    }
    bad(LINE("--depth=full", "--only=handshake"), "exclude each other");
    bad(LINE("--only=client"), "traits, clients");
    struct options o = good(LINE("--only", "groups,clients", "--only=large"));
    assert_true(o.engine.only && o.engine.only_full && !o.engine.depth_full);
    static const enum fact asked[] = { FACT_GROUPS, FACT_CLIENTS, FACT_CIPHERS, FACT_SIGALGS, FACT_TOLERATES,
                                       FACT_POST_QUANTUM };
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++)
        assert_true(o.engine.only_facts[asked[i]]);
    assert_false(o.engine.only_facts[FACT_RELAXED]);
    options_free(&o);
}

/* Help is help, whatever else is wrong with the line behind it. */
static void test_early(void **state)
{
    (void)state;
    struct options o = good(LINE("--help", "--nonsense", "a b"));
    assert_true(o.help);
    assert_int_equal(o.endpoint_count, 0);
    options_free(&o);
    o = good(LINE("-hx"));
    assert_true(o.help);
    options_free(&o);
    o = good(LINE("--version"));
    assert_true(o.version);
    options_free(&o);
    o = good(LINE("--client", "list"));
    assert_true(o.client_list);
    assert_false(o.verbose);
    options_free(&o);
    o = good(LINE("--client=list", "--nonsense", "-v"));
    assert_true(o.client_list);
    assert_true(o.verbose);
    options_free(&o);
}

static void test_words(void **state)
{
    (void)state;
    struct options o;
    struct err e = {{0}};
    assert_true(parse(&o, LINE("list", "--json", "-"), false, &e));
    assert_int_equal(o.word_count, 2);
    assert_string_equal(o.word[0], "list");
    assert_string_equal(o.word[1], "-");
    assert_int_equal(o.endpoint_count, 0);
    options_free(&o);
    assert_false(parse(&o, LINE("-f", "x"), false, &e));
    assert_non_null(strstr(e.text, "takes no endpoints"));
}

/* A file with these bytes; the name is the caller's to unlink and free. */
static char *file_of(const char *bytes, size_t n)
{
    char *path = mem_string("/tmp/tlswhy-test-XXXXXX");
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, n), n);
    close(fd);
    return path;
}

static void test_files(void **state)
{
    (void)state;
    static const char lines[] =
        "\xef\xbb\xbf# a comment\n\n  a.example\t\r\n \t# another\nb.example,label=x y";
    char *path = file_of(lines, sizeof lines - 1);
    struct options o = good(LINE("first.example", "-f", path, "last.example", "--max", "tls1.2"));
    assert_int_equal(o.endpoint_count, 4);
    assert_string_equal(o.endpoint[0]->host, "first.example");
    assert_string_equal(o.endpoint[1]->text, "https://a.example,max=tls1.2");
    assert_string_equal(o.endpoint[2]->text, "https://b.example,max=tls1.2,label=x y");
    assert_string_equal(o.endpoint[3]->host, "last.example");
    options_free(&o);
    unlink(path);
    free(path);
}

static void bad_file(const char *bytes, size_t n, const char *says)
{
    char *path = file_of(bytes, n);
    bad(LINE("-f", path), says);
    unlink(path);
    free(path);
}

static void test_bad_files(void **state)
{
    (void)state;
    static const char third[] = "a.example\n\nb..example\n";
    bad_file(third, sizeof third - 1, ", line 3: the name \"b..example\" has an empty part");
    bad_file("a\0b\n", 4, ", line 1: a line holds a zero byte");
    char *big = mem_new(ENDPOINT_TEXT_MAX + 10);
    memset(big, 'a', ENDPOINT_TEXT_MAX + 10);
    big[0] = '\n';
    bad_file(big, ENDPOINT_TEXT_MAX + 10, ", line 2: a line is longer than 8192 bytes");
    free(big);
    bad(LINE("-f", "/nonexistent/endpoints"), "can't be opened: No such file or directory");
    bad(LINE("-f", "/"), "can't be read: Is a directory");
}

/* Every option that can be used stands in the help, and no other. */
static void test_help(void **state)
{
    (void)state;
    char *help = NULL;
    size_t n = 0;
    FILE *out = open_memstream(&help, &n);
    options_help(out, NULL);
    clients_list(out, false, 80);
    clients_list(out, true, 80);
    fclose(out);
    assert_non_null(strstr(help, "\n  -f, --file FILE"));
    assert_non_null(strstr(help, "\n      --timeout SECONDS"));
    assert_non_null(strstr(help, "\n  sni=NAME|none"));
    assert_non_null(strstr(help, "\n  default"));
    assert_non_null(strstr(help, "\n      --load N"));
    assert_non_null(strstr(help, "--tries"));
    assert_non_null(strstr(help, "\n  ciphers=LIST"));
    assert_non_null(strstr(help, "\n  cert=FILE"));
    for (char *line = strtok(help, "\n"); line; line = strtok(NULL, "\n"))
        assert_true(text_width(line) <= 80);
    free(help);
}

static bool helps_with(const char *command, const char *option)
{
    char *help = NULL;
    size_t n = 0;
    FILE *out = open_memstream(&help, &n);
    options_help(out, command);
    fclose(out);
    bool found = strstr(help, option) != NULL;
    free(help);
    return found;
}

/* The help of one command has what it takes, and not what it refuses. */
static void test_help_of_one(void **state)
{
    static const struct { const char *command, *has, *lacks; } rows[] = {
        { "check", " --jobs N", " --count N" },        { "check", "\n  sni=NAME|none", " --error TEXT" },
        { "listen", " --count N", " --jobs N" },       { "listen", " --cert FILE", "\n  sni=NAME|none" },
        { "tap", "\n  sni=NAME|none", " --cert FILE" }, { "explain", " --follow", " --timeout SECONDS" },
        { "explain", " --error TEXT", "\n  sni=" },    { "load", " --yes", " --file FILE" },
        { "replay", " --timeout SECONDS", " --save" }, { "compare", " --save FILE", " --lab" },
        { "lab", " --json", " --verbose" },            { "", " --dump-keys", " --error TEXT" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (!helps_with(rows[i].command, rows[i].has) || helps_with(rows[i].command, rows[i].lacks))
            fail_msg("%s: %s, %s", rows[i].command, rows[i].has, rows[i].lacks);
        assert_true(helps_with(rows[i].command, " --help"));
    }
}

static char *clients_text(bool verbose)
{
    char *list = NULL;
    size_t n = 0;
    FILE *out = open_memstream(&list, &n);
    clients_list(out, verbose, 80);
    fclose(out);
    return list;
}

/* Every client has its row, with its versions; at length, with its hello and where that is from. */
static void test_clients(void **state)
{
    (void)state;
    char *list = clients_text(false), *more = clients_text(true);
    for (size_t i = 0; i < client_count; i++) {
        const struct client *c = &client_table[i];
        char *row = mem_format("\n  %s ", c->name), *line = mem_format("\n%s", more), *found = strstr(line, row);
        if (strlen(c->name) < 18)
            assert_non_null(strstr(list, row));
        if (found) {
            char *end = strstr(found, "\n\n"), *hello = strstr(found, " cipher suites in a hello of ");
            assert_true(hello && hello < end);
            assert_true(atoi(hello + strlen(" cipher suites in a hello of ")) > 40);
            assert_true(strstr(found, "\n    rules: ") < end);
            assert_true(strstr(found, "\n    source: ") < end);
        }
        free(row);
        free(line);
    }
    assert_non_null(strstr(list, " TLS 1.2-1.3   recorded\n    a current, strict client"));
    assert_non_null(strstr(more, "refuses RSA keys under 2048 bits; refuses DH groups under 2048"));
    free(list);
    free(more);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults), cmocka_unit_test(test_values),
        cmocka_unit_test(test_resolve), cmocka_unit_test(test_keys),
        cmocka_unit_test(test_hearing), cmocka_unit_test(test_sessions), cmocka_unit_test(test_dashes), cmocka_unit_test(test_bad_values),
        cmocka_unit_test(test_answers), cmocka_unit_test(test_sntp), cmocka_unit_test(test_not_yet), cmocka_unit_test(test_early),
        cmocka_unit_test(test_words), cmocka_unit_test(test_files),
        cmocka_unit_test(test_bad_files), cmocka_unit_test(test_help), cmocka_unit_test(test_help_of_one), cmocka_unit_test(test_clients),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
