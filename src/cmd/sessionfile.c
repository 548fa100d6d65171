/* sessionfile - see sessionfile.h. */
#include "config.h"

#include "src/cmd/sessionfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "probes/now.h"
#include "src/base/mem.h"
#include "src/base/text.h"

#define CHUNK (256u << 10)
#define FILE_MAX (1ll << 30) /* what is larger can't have been one run of ours, and would fill the memory */

struct sessionfile {
    char *path, *part;
    FILE *out;
    int error;          /* errno of the first write that failed, 0: none */
};

static bool refuse(struct err *e, const char *path, const char *before, const char *after)
{
    char *shown = text_printable(path, strlen(path), 200);
    err_set(e, "%s%s%s", before, shown, after);
    free(shown);
    return false;
}

/* --- writing -------------------------------------------------------------------------------------- */

/* What is not there, is empty, or is a session. */
static bool may_replace(const char *path, struct err *e)
{
    struct stat about;
    if (stat(path, &about) < 0)
        return errno == ENOENT || err_file(e, "the session can't be saved in", path, errno);
    if ((S_ISREG(about.st_mode) && about.st_size == 0) || sessionfile_is(path))
        return true;
    return refuse(e, path, "", " is there and is no saved session: it is not replaced, choose another name for --save");
}

/* Nobody else writes it, and nothing is lost: a part with something in it is what a killed run left. */
static bool part_is_free(int fd, const char *part, struct err *e)
{
    struct stat about;
    if (flock(fd, LOCK_EX | LOCK_NB) < 0)
        return refuse(e, part, "another run is writing ", " at this moment: choose another name for --save");
    if (fstat(fd, &about) < 0 || !S_ISREG(about.st_mode))
        return refuse(e, part, "", " is no plain file: choose another name for --save");
    return about.st_size == 0 ||
           refuse(e, part, "", " is what a run saved that did not come to its end: open it (tlswhy FILE.part), then "
                               "move it away or remove it");
}

struct sessionfile *sessionfile_new(const char *path, double started, struct err *e)
{
    if (!may_replace(path, e))
        return NULL;
    char *part = mem_format("%s.part", path);
    int fd = open(part, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0666);
    FILE *out = NULL;
    if (fd < 0)
        err_file(e, "the session can't be saved in", part, errno);
    else if (part_is_free(fd, part, e) && !(out = fdopen(fd, "w")))
        err_file(e, "the session can't be saved in", part, errno);
    if (!out) {
        if (fd >= 0)
            close(fd);
        free(part);
        return NULL;
    }
    struct sessionfile *f = mem_new(sizeof *f);
    f->path = mem_string(path);
    f->part = part;
    f->out = out;
    char *line = saved_header(PACKAGE_VERSION, started > 0 ? started : now_wall());
    fputs(line, out);
    free(line);
    sessionfile_flush(f);
    return f;
}

static void note_error(struct sessionfile *f, bool good)
{
    if (!good && !f->error)
        f->error = errno ? errno : EIO;
}

void sessionfile_put(struct sessionfile *f, const struct event *ev)
{
    char *line = event_format(ev);
    errno = 0;
    note_error(f, fputs(line, f->out) >= 0);
    free(line);
}

void sessionfile_flush(struct sessionfile *f)
{
    errno = 0;
    note_error(f, fflush(f->out) == 0);
}

bool sessionfile_end(struct sessionfile *f, struct err *e)
{
    sessionfile_flush(f);
    errno = 0;
    note_error(f, fsync(fileno(f->out)) == 0 || errno == EINVAL || errno == ENOSYS);
    if (!f->error) /* the lock goes with the descriptor, so before anybody else may have it */
        note_error(f, rename(f->part, f->path) == 0);
    fclose(f->out);
    bool good = !f->error ||
                err_file(e, "the session could not be saved; what there is of it is in", f->part, f->error);
    free(f->path);
    free(f->part);
    free(f);
    return good;
}

/* --- reading -------------------------------------------------------------------------------------- */

/* Does not wait for a pipe's other end, and reads nothing but a plain file. */
static int plain_open(const char *path, struct stat *about)
{
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    if (fd >= 0 && (fstat(fd, about) < 0 || !S_ISREG(about->st_mode))) {
        close(fd);
        errno = EINVAL;
        return -1;
    }
    return fd;
}

bool sessionfile_is(const char *path)
{
    char head[SAVED_HEADER_MAX];
    struct stat about;
    int fd = plain_open(path, &about);
    ssize_t n = fd >= 0 ? read(fd, head, sizeof head) : -1;
    if (fd >= 0)
        close(fd);
    return n > 0 && saved_begins(head, (size_t)n);
}

static bool bad(struct err *e, const char *path, const struct err *why)
{
    char *shown = text_printable(path, strlen(path), 200);
    err_set(e, "%s can't be opened: %s", shown, why->text);
    free(shown);
    return false;
}

static bool file_feed(int fd, struct saved *s, const char *path, struct err *e)
{
    char *chunk = mem_array(NULL, CHUNK, 1);
    struct err why = { "" };
    long long all = 0;
    ssize_t n = 0;
    bool good = true;
    while (good && all <= FILE_MAX && (n = read(fd, chunk, CHUNK)) != 0) {
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            good = err_file(e, "the session can't be read:", path, errno);
        else if (!saved_feed(s, chunk, (size_t)n, &why))
            good = bad(e, path, &why);
        all += n > 0 ? n : 0;
    }
    free(chunk);
    return good && (all <= FILE_MAX || refuse(e, path, "", " is larger than a saved session may be (1 GiB)"));
}

static void notes_say(struct text *said, const char *path, const struct saved_notes *n)
{
    char *shown = text_printable(path, strlen(path), 200);
    if (n->cut)
        text_addf(said, "%s ends in the middle of a line: what came before it is shown\n", shown);
    if (n->kept_out)
        text_addf(said, "%s: %zu column%s kept out, the first because %s\n", shown, n->kept_out,
                  n->kept_out == 1 ? " was" : "s were", n->why_out);
    if (n->passed_over)
        text_addf(said, "%s: %zu line%s passed over, the first because %s\n", shown, n->passed_over,
                  n->passed_over == 1 ? " was" : "s were", n->why);
    if (!n->columns)
        text_addf(said, "%s has no column\n", shown);
    free(shown);
}

bool sessionfile_load(const char *path, struct session *into, struct ids_from ids, int *ask, double *started,
                      struct text *said, struct err *e)
{
    struct stat about;
    struct saved_notes notes = { 0 };
    int fd = plain_open(path, &about);
    if (fd < 0)
        return err_file(e, "the session can't be opened:", path, errno);
    struct saved *s = saved_new(into, ids.next, ids.arg, *ask);
    bool good = file_feed(fd, s, path, e) && saved_end(s, &notes, e);
    close(fd);
    if (good)
        notes_say(said, path, &notes);
    *ask = saved_next_ask(s);
    *started = saved_started(s);
    saved_notes_clear(&notes);
    saved_free(s);
    return good;
}
