/* save - see save.h. */
#include "src/cmd/save.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/base/bytes.h"
#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/wire/heard.h"

#define NAMES_TRIED 10000

struct save {
    char *path, *last;   /* owned */
    int next;            /* number of the next file, from 1 */
    char *seen[SAVE_MAX]; /* owned; what the hellos that were written are known by */
    size_t count;
};

/* "a/hello.bin" and 2: "a/hello-2.bin". */
static char *name_of(const char *path, int number)
{
    const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path, *dot = strrchr(base, '.');
    if (number == 1)
        return mem_string(path);
    if (!dot || dot == base)
        return mem_format("%s-%d", path, number);
    return mem_format("%.*s-%d%s", (int)(dot - path), path, number, dot);
}

/* Empty, or one hello and nothing else: what a longer capture has behind its first one is somebody's. */
static bool is_replaceable(int fd)
{
    uint8_t bytes[4096];
    struct heard h;
    bool empty = true, more = false;
    ssize_t n;
    heard_init(&h);
    while (!more && (n = read(fd, bytes, sizeof bytes)) > 0) {
        more = h.end != HEARD_GOING;
        empty = false;
        heard_feed(&h, bytes, (size_t)n);
    }
    bool good = !more && n == 0 && (empty || (h.end == HEARD_HELLO && !h.rest));
    heard_free(&h);
    return good;
}

/* A file that is not there, is empty, or is a hello. */
static bool may_replace(const char *path, struct err *e)
{
    struct stat about;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return errno == ENOENT || err_file(e, "hellos can't be saved in", path, errno);
    bool good = fstat(fd, &about) == 0 && S_ISREG(about.st_mode) && is_replaceable(fd);
    close(fd);
    if (good)
        return true;
    char *shown = text_printable(path, strlen(path), 200);
    err_set(e, "%s is there and is no saved hello: it is not replaced, choose another name for --save", shown);
    free(shown);
    return false;
}

struct save *save_new(const char *path, struct err *e)
{
    const char *slash = strrchr(path, '/');
    char *folder = slash ? mem_copy(path, slash == path ? 1 : (size_t)(slash - path)) : mem_string(".");
    bool good = may_replace(path, e);
    if (good && access(folder, W_OK) != 0)
        good = err_file(e, "hellos can't be saved in", folder, errno);
    free(folder);
    if (!good)
        return NULL;
    struct save *s = mem_new(sizeof *s);
    s->path = mem_string(path);
    s->next = 1;
    return s;
}

void save_free(struct save *s)
{
    if (!s)
        return;
    for (size_t i = 0; i < s->count; i++)
        free(s->seen[i]);
    free(s->path);
    free(s->last);
    free(s);
}

/* What two connections of one client have in common: all lists but the order of extensions, which some shuffle. */
static char *key_of(const json_t *hello)
{
    static const char *const members[] = { "ja4", "versions", "suites", "groups", "sigalgs", "shares", "sni", "alpn",
                                           "record", "records" };
    json_t *key = json_array();
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        json_t *v = json_object_get(hello, members[i]);
        json_array_append(key, v ? v : json_null());
    }
    char *text = json_dumps(key, JSON_COMPACT);
    json_decref(key);
    return text ? text : mem_string("");
}

static bool is_seen(const struct save *s, const char *key)
{
    for (size_t i = 0; i < s->count; i++)
        if (strcmp(s->seen[i], key) == 0)
            return true;
    return false;
}

static bool bytes_write(int fd, const uint8_t *p, size_t n)
{
    while (n) {
        ssize_t some = write(fd, p, n);
        if (some < 0 && errno == EINTR)
            continue;
        if (some <= 0)
            return false;
        p += some;
        n -= (size_t)some;
    }
    return true;
}

/* Whole, or not at all: another name becomes this one when everything is in it. */
static bool file_write(const char *path, const uint8_t *p, size_t n, struct err *e)
{
    char *part = mem_format("%s.part", path);
    int fd = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0666);
    bool good = fd >= 0 && bytes_write(fd, p, n);
    int error = errno;
    if (fd >= 0 && close(fd) < 0 && good) {
        error = errno;
        good = false;
    }
    if (good && rename(part, path) < 0) {
        error = errno;
        good = false;
    }
    if (!good && fd >= 0)
        unlink(part);
    free(part);
    return good || err_file(e, "a hello could not be saved in", path, error);
}

/* The next name that is free, or holds a hello of an earlier run. */
static char *name_next(struct save *s)
{
    for (int i = 0; i < NAMES_TRIED; i++) {
        char *name = name_of(s->path, s->next++);
        if (may_replace(name, NULL))
            return name;
        free(name);
    }
    return NULL;
}

const char *save_hello(struct save *s, const json_t *hello, struct err *e)
{
    const char *hex = json_string_value(json_object_get(hello, "raw"));
    size_t n = 0;
    char *key = key_of(hello), *name = NULL;
    uint8_t *bytes = hex && !is_seen(s, key) ? bytes_unhex(hex, &n) : NULL;
    if (bytes && s->count == SAVE_MAX)
        err_set(e, "%d different hellos are saved: no more are in this run", SAVE_MAX);
    else if (bytes && !(name = name_next(s)))
        err_set(e, "no name beside the one of --save is free");
    bool good = name && file_write(name, bytes, n, e);
    free(bytes);
    if (!good) {
        free(key);
        free(name);
        return NULL;
    }
    s->seen[s->count++] = key;
    free(s->last);
    s->last = name;
    return s->last;
}
