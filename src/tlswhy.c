/* tlswhy - the program: finds its command in the table, parses the arguments, hands over.
 *
 * Owns: the command table and the choice between screen and batch. Must not know: anything else.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/cmd/cmd.h"
#include "src/cmd/sessionfile.h"
#include "src/lab/lab.h"
#include "ui/ui.h"

static int cmd_workbench(struct options *o);

/* The first row is what runs without a command word. */
const struct command command_table[] = {
    { "", "[ENDPOINT|SESSION]...", "opens the workbench; without a terminal behaves as check", cmd_workbench,
      TAKES_ENDPOINTS | TAKES_SCREEN },
    { "check", "ENDPOINT|SESSION...", "probes, diagnoses, prints", cmd_check, TAKES_ENDPOINTS },
    { "compare", "WORKING FAILING", "what differs, and which difference explains the failure", cmd_compare,
      TAKES_ENDPOINTS },
    { "explain", "[FILE...]", "explains client-side and server-side logs", cmd_explain, TAKES_LOGS },
    { "report", "SESSION", "writes a report", NULL, TAKES_WORDS },
    { "load", "ENDPOINT", "a gentle, bounded ramp of handshakes: what fails only then", cmd_load,
      TAKES_ENDPOINTS | TAKES_LOAD },
    { "listen", "[ADDR:]PORT", "shows the ClientHello of a real client, and how far it gets", cmd_listen,
      TAKES_CLIENTS },
    { "tap", "[ADDR:]PORT ENDPOINT", "passes a client through and shows both sides", cmd_tap, TAKES_CLIENTS },
    { "replay", "HELLO ENDPOINT", "sends a saved ClientHello and finds what makes it fail", cmd_replay, TAKES_WORDS },
    { "lab", "[list|serve]", "the built-in local servers, one per fault", cmd_lab, TAKES_WORDS },
    { "agent", "", "serves asks in JSON lines on stdin and stdout", NULL, TAKES_WORDS },
};
const size_t command_count = sizeof command_table / sizeof *command_table;

#define HELP_COLS 30 /* a command and its usage in --help */

static void print_help(const struct command *c)
{
    if (*c->name) {
        printf("tlswhy %s [OPTION]... %s\n\n  %s\n\nSee tlswhy(1), and tlswhy --help for the other commands.\n\n",
               c->name, c->usage, c->says);
        options_help(stdout, c->name);
        return;
    }
    puts("tlswhy - finds out why TLS handshakes fail in a pattern\n\n  tlswhy [COMMAND] [OPTION]... ARGUMENT...\n");
    for (size_t i = 0; i < command_count; i++)
        if (command_table[i].run)
            printf("  tlswhy%s%s %-*s %s\n", i ? " " : "", command_table[i].name,
                   HELP_COLS - (int)strlen(command_table[i].name) - (i ? 1 : 0), command_table[i].usage,
                   command_table[i].says);
    puts("\nENDPOINT is [SCHEME://]HOST[:PORT][,KEY=VALUE]...; exit status: 0 ok, 1 failing and a cause is named,\n"
         "2 bad usage, 3 tlswhy could not do the work, 4 failing without a named cause, or unsure. See tlswhy(1).\n");
    options_help(stdout, NULL);
}

static enum ui_color ui_color_of(enum color_when c)
{
    return c == COLOR_ALWAYS ? UI_COLOR_ALWAYS : c == COLOR_NEVER ? UI_COLOR_NEVER : UI_COLOR_AUTO;
}

static int say_trouble(const struct err *e)
{
    fprintf(stderr, "tlswhy: %s\n", e->text);
    return EXIT_TROUBLE;
}

/* The lab takes a while to make its keys; the screen is there before. */
static bool lab_endpoints(void *arg, char *const **endpoint, size_t *n, struct err *e)
{
    struct lab *lab = arg;
    if (!lab_ready(lab, e))
        return false;
    *endpoint = lab->endpoint;
    *n = lab_count;
    return true;
}

static int next_id(void *reserved)
{
    return ++*(int *)reserved;
}

/* Arguments that are saved sessions, all in one; NULL and a sentence, or where there are none. */
static struct session *sessions_load(struct options *o, struct err *e)
{
    struct session *s = o->session_count ? session_new(0) : NULL;
    struct text said = { 0 };
    int ask = 1;
    bool good = true;
    for (size_t i = 0; good && i < o->session_count; i++) {
        double started = 0;
        struct ids_from ids = { next_id, &o->reserved };
        good = sessionfile_load(o->session[i].path, s, ids, &ask, &started, &said, e);
        s->started = i == 0 || started > s->started ? started : s->started;
    }
    if (said.s)
        fprintf(stderr, "tlswhy: note: %s", said.s);
    text_free(&said);
    if (good)
        return s;
    session_free(s);
    return NULL;
}

struct keeper { struct sessionfile *file; }; /* NULL: nothing is saved, or no more */

static void keeper_take(void *arg, const struct event *ev)
{
    sessionfile_put(((struct keeper *)arg)->file, ev);
}

static void keeper_flush(void *arg)
{
    sessionfile_flush(((struct keeper *)arg)->file);
}

/* What was seen is kept, however it ended; false and a sentence printed where it could not be. */
static bool keeper_save(struct keeper *k)
{
    struct err e = { "" };
    bool good = !k->file || sessionfile_end(k->file, &e);
    k->file = NULL;
    if (!good)
        say_trouble(&e);
    return good;
}

static void keeper_end(void *arg)
{
    keeper_save(arg);
}

/* The session's file of --save, before the prober and the screen; NULL where there is none, or with a sentence. */
static struct sessionfile *workbench_save(const struct options *o, const struct session *loaded, struct err *e)
{
    return o->save && !e->text[0] ? sessionfile_new(o->save, loaded ? loaded->started : 0, e) : NULL;
}

static int workbench_run(struct options *o, struct lab *lab, int prober, int logs, struct session *loaded,
                         struct keeper *keeper)
{
    struct err e = { "" };
    char **endpoint = mem_array(NULL, o->endpoint_count, sizeof *endpoint);
    for (size_t i = 0; i < o->endpoint_count; i++)
        endpoint[i] = o->endpoint[i]->text;
    struct ui_options u = { .prober = prober, .logs = logs, .reads = o->log_count > 0, .follows = o->follow,
                            .endpoint = endpoint, .endpoint_count = o->endpoint_count, .defaults = o->defaults,
                            .answer = o->answer, .why = o->why, .color = ui_color_of(o->color),
                            .script = o->ui_script, .later = lab ? lab->link : -1, .later_read = lab_endpoints,
                            .later_arg = lab, .loaded = loaded, .record = keeper->file ? keeper_take : NULL,
                            .record_flush = keeper_flush, .record_end = keeper_end, .record_arg = keeper };
    int status = ui_run(&u, &e);
    free(endpoint);
    if (status != 0 && e.text[0])
        say_trouble(&e);
    return status;
}

static int cmd_workbench(struct options *o)
{
    struct err e = { "" };
    int pid = 0;
    bool screen = ui_usable() && !o->plain && !o->json && !o->jsonl && !o->quiet;
    if (o->dump_keys) {
        ui_dump_keys();
        return EXIT_OK;
    }
    if (o->reset_tty)
        return ui_reset_tty(&e) == 0 ? EXIT_OK : say_trouble(&e);
    if (!screen && !o->ui_script)
        return cmd_check(o);
    for (size_t i = 0; i < o->log_count; i++)
        if (strcmp(o->log[i], "-") == 0) {
            fprintf(stderr, "tlswhy: the workbench needs standard input for your keys: give --log the name of a "
                            "file\n");
            return EXIT_USAGE;
        }
    struct session *loaded = sessions_load(o, &e);
    bool usage = !e.text[0];
    struct keeper keeper = { workbench_save(o, loaded, &e) };
    if (usage && e.text[0]) {
        session_free(loaded);
        say_trouble(&e);
        return EXIT_USAGE;
    }
    int prober = e.text[0] ? -1 : prober_start(o, &pid, &e);
    if (prober < 0) {
        session_free(loaded);
        keeper_save(&keeper);
        return say_trouble(&e);
    }
    struct err deaf = { "" };
    int logs_pid = 0, logs = lector_start(o, &logs_pid, &deaf);
    if (logs < 0)
        say_trouble(&deaf); /* all but logs works */
    struct lab *lab = o->lab ? lab_begin(&e) : NULL;
    if (o->lab && !lab)
        session_free(loaded);
    int status = o->lab && !lab ? say_trouble(&e) : workbench_run(o, lab, prober, logs, loaded, &keeper);
    close(prober);
    kill(pid, SIGKILL); /* it owns nothing, and a stopped one would not hear a gentler word */
    waitpid(pid, NULL, 0);
    if (logs >= 0) {
        close(logs);
        kill(logs_pid, SIGKILL);
        waitpid(logs_pid, NULL, 0);
    }
    lab_stop(lab);
    return keeper_save(&keeper) ? status : EXIT_TROUBLE;
}

static const struct command *command_find(const char *word)
{
    for (size_t i = 1; word && i < command_count; i++)
        if (strcmp(word, command_table[i].name) == 0)
            return &command_table[i];
    return NULL;
}

/* A standard stream that is closed would be the number of our next socket, and what we print would go
 * to the server. Reading and writing it fails all the same: each is opened the wrong way round. */
static void guard_streams(void)
{
    for (int fd = 0; fd <= 2; fd++)
        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY) != fd)
            _exit(EXIT_TROUBLE);
}

int main(int argc, char **argv)
{
    struct options o = { 0 };
    struct err e = { "" };
    setlocale(LC_ALL, "");
    setlocale(LC_NUMERIC, "C"); /* numbers never follow the locale */
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN); /* a full quota is an error of a write, not our end */
    guard_streams();
    const struct command *c = command_find(argc > 1 ? argv[1] : NULL);
    int skip = c ? 2 : 1;
    if (!c)
        c = &command_table[0];
    if (!c->run) {
        fprintf(stderr, "tlswhy: the command %s is not there yet in version %s: see tlswhy --help for those that are\n",
                c->name, PACKAGE_VERSION);
        return EXIT_USAGE;
    }
    if (!options_parse(&o, argc - skip, argv + skip, c->takes, &e)) {
        fprintf(stderr, "tlswhy: %s\n", e.text);
        return EXIT_USAGE;
    }
    int status = EXIT_OK;
    if (o.version)
        printf("tlswhy %s\n", PACKAGE_VERSION);
    else if (o.help)
        print_help(c);
    else if (o.client_list)
        clients_list(stdout, o.verbose, terminal_width());
    else
        status = c->run(&o);
    options_free(&o);
    if (fflush(stdout) != 0 || ferror(stdout)) {
        if (errno != EPIPE) /* whoever read has read enough */
            fprintf(stderr, "tlswhy: what was to be printed could not be written to standard output\n");
        status = EXIT_TROUBLE;
    }
    return status;
}
