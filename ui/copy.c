/* copy - see copy.h. */
#include "ui/copy.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/base/mem.h"
#include "src/base/text.h"

static void add_base64(struct text *t, const char *s)
{
    static const char digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const uint8_t *p = (const uint8_t *)s;
    for (size_t n = strlen(s); n > 0;) {
        size_t take = n < 3 ? n : 3;
        uint32_t v =
            (uint32_t)p[0] << 16 | (take > 1 ? (uint32_t)p[1] << 8 : 0) | (take > 2 ? p[2] : 0u);
        char four[4] = { digit[v >> 18], digit[v >> 12 & 63], take > 1 ? digit[v >> 6 & 63] : '=',
                         take > 2 ? digit[v & 63] : '=' };
        text_add_n(t, four, 4);
        p += take;
        n -= take;
    }
}

/* GNU screen passes strings on in pieces of less than 768 bytes. */
static char *wrap_screen(const char *osc)
{
    struct text t = { 0 };
    for (size_t n = strlen(osc), at = 0; at < n; at += 700) {
        text_add(&t, "\033P");
        text_add_n(&t, osc + at, n - at < 700 ? n - at : 700);
        text_add(&t, "\033\\");
    }
    return text_take(&t);
}

char *copy_osc(const char *text, bool tmux, bool screen)
{
    struct text t = { 0 };
    if ((strlen(text) + 2) / 3 * 4 > COPY_OSC_MAX)
        return NULL;
    text_add(&t, tmux ? "\033Ptmux;\033\033]52;c;" : "\033]52;c;");
    add_base64(&t, text);
    text_add(&t, tmux ? "\a\033\\" : "\a");
    char *osc = text_take(&t);
    if (!screen || tmux)
        return osc;
    char *wrapped = wrap_screen(osc);
    free(osc);
    return wrapped;
}

/* Makes every folder of a path that is not there, for this user only. */
static void make_folders(const char *folder)
{
    char *path = mem_string(folder);
    for (char *p = path + 1; *p; p++)
        if (*p == '/') {
            *p = '\0';
            mkdir(path, 0700);
            *p = '/';
        }
    mkdir(path, 0700);
    free(path);
}

static bool write_text(int fd, const char *text)
{
    size_t n = strlen(text), at = 0;
    while (at < n) {
        ssize_t done = write(fd, text + at, n - at);
        if (done < 0 && errno != EINTR)
            return false;
        at += done > 0 ? (size_t)done : 0;
    }
    return write(fd, "\n", 1) == 1;
}

/* Written under another name and renamed, so that a reader never sees half of it. */
static char *file_in(const char *folder, const char *name, const char *text)
{
    char *part = mem_format("%s/%s-XXXXXX", folder, name);
    char *path = mem_format("%s/%s.txt", folder, name);
    int fd = mkostemp(part, O_CLOEXEC);
    bool done = fd >= 0 && write_text(fd, text);
    done = fd >= 0 && close(fd) == 0 && done && rename(part, path) == 0;
    if (fd >= 0 && !done)
        unlink(part);
    free(part);
    if (!done) {
        free(path);
        path = NULL;
    }
    return path;
}

/* In a folder others can write to, the name is one nobody could have prepared. */
static char *file_new(const char *folder, const char *text)
{
    char *path = mem_format("%s/tlswhy-copied-XXXXXX", folder);
    int fd = mkostemp(path, O_CLOEXEC);
    bool done = fd >= 0 && write_text(fd, text);
    if (fd >= 0)
        close(fd);
    if (done)
        return path;
    if (fd >= 0)
        unlink(path);
    free(path);
    return NULL;
}

char *copy_file(const char *name, const char *text, struct err *e)
{
    const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME"), *tmp = getenv("TMPDIR");
    char *folder = state && *state == '/' ? mem_format("%s/tlswhy", state)
                 : home && *home == '/' ? mem_format("%s/.local/state/tlswhy", home) : NULL;
    char *path = NULL;
    if (folder) {
        make_folders(folder);
        path = file_in(folder, name, text);
    }
    free(folder);
    if (!path)
        path = file_new(tmp && *tmp == '/' ? tmp : "/tmp", text);
    if (!path)
        err_set(e, "the text could not be written to a file (%s)", strerror(errno));
    return path;
}
