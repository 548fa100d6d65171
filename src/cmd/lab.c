/* lab - the commands `tlswhy lab`, `tlswhy lab serve` and `tlswhy lab list`.
 *
 * Owns: what they print, and running the lab until somebody ends it.
 * Must not know: how the lab does it (src/lab).
 */
#include <errno.h>
#include <jansson.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "src/base/text.h"
#include "src/cmd/cmd.h"
#include "src/cmd/ends.h"
#include "src/lab/lab.h"

#define WIDTH 80
#define COL_FAULT 8
#define COL_EXPECT 42

static int lab_trouble(const char *sentence)
{
    fprintf(stderr, "tlswhy: %s\n", sentence);
    return EXIT_TROUBLE;
}

/* Prints all of it or says that it could not. */
static int lab_print(const char *s)
{
    if (fputs(s, stdout) < 0 || fflush(stdout) < 0)
        return lab_trouble("the list could not be written to standard output");
    return EXIT_OK;
}

/* --- list ----------------------------------------------------------------------------------- */

static int lab_list_json(void)
{
    json_t *all = json_array();
    for (size_t i = 0; i < lab_count; i++) {
        const struct lab_row *row = &lab_table[i];
        json_array_append_new(all, json_pack("{s:s, s:s, s:s, s:s}", "id", row->id, "fault",
                                             row->fault, "expect", row->expect, "says", row->says));
    }
    char *s = json_dumps(all, JSON_INDENT(2));
    struct text t = {0};
    text_addf(&t, "%s\n", s ? s : "[]");
    int status = lab_print(t.s);
    free(s);
    text_free(&t);
    json_decref(all);
    return status;
}

static void lab_list_line(struct text *t, const char *id, const char *fault, const char *expect)
{
    text_add(t, id);
    text_pad(t, COL_FAULT);
    text_add(t, fault);
    text_pad(t, COL_EXPECT);
    text_addf(t, "%s\n", expect);
}

static int lab_list(const struct options *o)
{
    if (o->json)
        return lab_list_json();
    struct text t = {0};
    lab_list_line(&t, "ID", "FAULT", "VERDICT OF THIS VERSION");
    for (size_t i = 0; i < lab_count; i++) {
        const struct lab_row *row = &lab_table[i];
        text_add(&t, "\n");
        lab_list_line(&t, row->id, row->fault, row->expect);
        text_pad(&t, COL_FAULT);
        text_wrap(&t, row->says, COL_FAULT, WIDTH);
        text_add(&t, "\n");
    }
    int status = lab_print(t.s);
    text_free(&t);
    return status;
}

/* --- serve ---------------------------------------------------------------------------------- */

static int lab_print_endpoints(const struct lab *l, bool quiet)
{
    if (!quiet)
        fprintf(stderr,
                "%zu servers are up on 127.0.0.1 until you press Ctrl-C; most have a fault.\n"
                "Each line below is an endpoint. Find out what is wrong with one of them:\n"
                "    tlswhy check ENDPOINT\n"
                "`tlswhy lab list` tells all the faults, and how to find them by hand.\n",
                lab_count);
    for (size_t i = 0; i < lab_count; i++)
        if (printf("%s\n", l->endpoint[i]) < 0 || fflush(stdout) < 0)
            return lab_trouble("the endpoints could not be written to standard output");
    return EXIT_OK;
}

/* Until one of the signals comes (EXIT_OK) or the lab ends by itself. */
static int lab_wait(const struct lab *l, int signals)
{
    struct pollfd p[] = {{.fd = signals, .events = POLLIN}, {.fd = l->link, .events = POLLIN}};
    while (poll(p, 2, -1) < 0)
        if (errno != EINTR)
            return lab_trouble("waiting for the lab failed");
    if (p[0].revents) {
        struct signalfd_siginfo taken; /* or it would still be due when it is unblocked */
        return read(signals, &taken, sizeof taken) > 0 ? EXIT_OK
            : lab_trouble("reading a signal failed");
    }
    return lab_trouble("the lab's process ended by itself; start it again, and please report it");
}

static int lab_serve_until(const sigset_t *signals, bool quiet)
{
    struct err e = {0};
    int fd = signalfd(-1, signals, SFD_CLOEXEC);
    struct lab *l = fd < 0 ? NULL : lab_start(&e);
    if (!l) {
        if (fd >= 0)
            close(fd);
        return lab_trouble(e.text[0] ? e.text : "the lab can't wait for signals on this system");
    }
    int status = lab_print_endpoints(l, quiet);
    if (status == EXIT_OK)
        status = lab_wait(l, fd);
    lab_stop(l);
    close(fd);
    return status;
}

static int lab_serve(const struct options *o)
{
    if (o->json) {
        fprintf(stderr, "tlswhy: lab serve has no JSON form: it prints one endpoint a line; "
                "lab list --json has one\n");
        return EXIT_USAGE;
    }
    sigset_t signals, before;
    ends_set(&signals);
    sigprocmask(SIG_BLOCK, &signals, &before);
    int status = lab_serve_until(&signals, o->quiet);
    sigprocmask(SIG_SETMASK, &before, NULL);
    return status;
}

/* --- the command ---------------------------------------------------------------------------- */

static const struct lab_word {
    const char *word;
    int (*run)(const struct options *o);
} word_table[] = {
    {"serve", lab_serve}, /* first: what `tlswhy lab` alone does */
    {"list", lab_list},
};

int cmd_lab(struct options *o)
{
    if (!o->word_count)
        return word_table[0].run(o);
    for (size_t i = 0; i < sizeof word_table / sizeof *word_table; i++)
        if (!strcmp(o->word[0], word_table[i].word) && o->word_count == 1)
            return word_table[i].run(o);
    char *shown = text_printable(o->word[0], strlen(o->word[0]), 200);
    if (o->word_count > 1)
        fprintf(stderr, "tlswhy: lab takes one word, serve or list, and got %zu\n", o->word_count);
    else
        fprintf(stderr, "tlswhy: lab can \"serve\" or \"list\", but not \"%s\"\n", shown);
    free(shown);
    return EXIT_USAGE;
}
