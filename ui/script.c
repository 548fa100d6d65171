/* script - keys and commands from a file instead of a person, without a terminal.
 *
 * Owns: the grammar of a line: a key's name, "text ...", ":resize WxH", ":dump FILE", ":wait idle".
 * Must not know: what keys do.
 */
#include "ui/app.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/text.h"

#define WAIT_MAX 30.0 /* seconds for ":wait idle" */

static bool do_resize(struct app *a, const char *arg, struct err *e)
{
    int w, h;
    if (sscanf(arg, "%dx%d", &w, &h) != 2 || w < 1 || h < 1 || w > GRID_MAX || h > GRID_MAX)
        return err_set(e, "\":resize\" takes a size such as 80x24, up to %dx%d", GRID_MAX,
                       GRID_MAX);
    a->w = w;
    a->h = h;
    return true;
}

static bool do_dump(struct app *a, const char *arg, struct err *e)
{
    bool standard = strcmp(arg, "-") == 0;
    FILE *out = standard ? stdout : fopen(arg, "we");
    if (!*arg || !out)
        return err_set(e, "\":dump %s\" can't be written: %s", arg,
                       *arg ? strerror(errno) : "no file is named");
    app_paint(a, false);
    char *dump = grid_dump(a->frame->grid, false);
    bool done = fputs(dump, out) >= 0;
    free(dump);
    done = (standard ? fflush(out) : fclose(out)) == 0 && done;
    return done ||
           err_set(e, "\":dump %s\" could not be written in full: %s", arg, strerror(errno));
}

static void on_late(struct ev_loop *loop, struct ev_timer *t, int events)
{
    (void)loop;
    (void)events;
    *(bool *)t->data = true;
}

static bool do_wait(struct app *a, const char *arg, struct err *e)
{
    bool late = false;
    struct ev_timer timer;
    if (strcmp(arg, "idle") != 0)
        return err_set(e, "\":wait\" knows only: idle");
    ev_timer_init(&timer, on_late, WAIT_MAX, 0.);
    timer.data = &late;
    ev_timer_start(a->loop, &timer);
    while (!late && !work_idle(a->work))
        ev_run(a->loop, EVRUN_ONCE);
    ev_timer_stop(a->loop, &timer);
    work_refresh(a->work);
    app_paint(a, false);
    return !late || err_set(e, "\":wait idle\": probing did not come to its end within %.0f seconds", WAIT_MAX);
}

static const struct {
    const char *word;
    bool (*run)(struct app *a, const char *arg, struct err *e);
} orders[] = { { ":resize", do_resize }, { ":dump", do_dump }, { ":wait", do_wait } };

static void type_text(struct app *a, const char *text)
{
    struct keys k = { 0 };
    int key;
    while (*text) {
        text += keys_feed(&k, text, strlen(text) < 64 ? strlen(text) : 64);
        while (keys_next(&k, !*text, &key))
            app_key(a, key);
    }
}

static bool script_line(struct app *a, char *line, struct err *e)
{
    char *arg = line + strcspn(line, " ");
    if (*line == '\0' || *line == '#')
        return true;
    if (text_starts(line, "text ")) {
        type_text(a, line + 5);
        return true;
    }
    for (size_t i = 0; i < sizeof orders / sizeof *orders; i++) {
        size_t n = strlen(orders[i].word);
        if (strncmp(line, orders[i].word, n) == 0 && (line[n] == ' ' || line[n] == '\0'))
            return orders[i].run(a, arg + strspn(arg, " "), e);
    }
    for (char *word; (word = strsep(&line, " ")) && !a->leave;) {
        int key = keys_find(word);
        if (*word && key == K_NONE) {
            char *shown = text_printable(word, strlen(word), 40);
            err_set(e, "\"%s\" is no key and no command of a script", shown);
            free(shown);
            return false;
        }
        if (*word)
            app_key(a, key);
    }
    return true;
}

bool script_run(struct app *a, const char *path, struct err *e)
{
    char *line = NULL;
    size_t room = 0;
    ssize_t n;
    bool good = true;
    unsigned number = 0;
    FILE *in = fopen(path, "re");
    if (!in)
        return err_set(e, "the script %s can't be read: %s", path, strerror(errno));
    app_paint(a, true);
    while (good && !a->leave && (n = getline(&line, &room, in)) >= 0) {
        if (n && line[n - 1] == '\n')
            line[n - 1] = '\0';
        number++;
        ev_run(a->loop, EVRUN_NOWAIT);
        good = script_line(a, line, e);
        if (!good)
            err_while(e, "reading line %u of %s", number, path);
    }
    free(line);
    fclose(in);
    return good;
}
