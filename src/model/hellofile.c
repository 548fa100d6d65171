/* hellofile - see hellofile.h. */
#include "src/model/hellofile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/base/bytes.h"
#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/wire/dump.h"
#include "src/wire/first.h"
#include "src/wire/names.h"

#define PIECE (256u << 10)
#define NTH_DIGITS 6
#define QUOTE_MAX 160

struct place {      /* FILE#N */
    char *file;     /* owned */
    int nth;        /* 0: the file's own name, without #N */
};

/* A sentence whose last argument is the quoted path. Always false. */
#define REFUSE(e, path, ...) refuse_end(e, text_printable(path, strlen(path), QUOTE_MAX), __VA_ARGS__)
#define refuse_end(e, quoted, ...)                              \
    __extension__({                                             \
        char *quoted_ = quoted;                                 \
        err_set(e, __VA_ARGS__, quoted_);                       \
        free(quoted_);                                          \
        false;                                                  \
    })

/* --- the file ------------------------------------------------------------------------------------ */

static bool exists(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0;
}

static struct place place_of(const char *path)
{
    const char *mark = strrchr(path, '#');
    size_t n = mark ? strspn(mark + 1, "0123456789") : 0;
    if (!mark || !n || n > NTH_DIGITS || mark[1 + n] || exists(path))
        return (struct place){ mem_string(path), 0 };
    return (struct place){ mem_copy(path, (size_t)(mark - path)), (int)strtol(mark + 1, NULL, 10) };
}

bool hellofile_exists(const char *path)
{
    struct place at = place_of(path);
    bool there = exists(at.file);
    free(at.file);
    return there;
}

/* Does not wait for a pipe's other end, and reads nothing but a plain file. -1 and a sentence. */
static int file_open(const char *path, off_t *size, struct err *e)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    if (fd < 0 && errno == ENOENT) {
        REFUSE(e, path, "there is no file \"%s\"");
        return -1;
    }
    if (fd < 0 || fstat(fd, &st) < 0) {
        REFUSE(e, path, "the file \"%2$s\" can't be opened: %1$s", strerrordesc_np(errno));
    } else if (S_ISDIR(st.st_mode)) {
        REFUSE(e, path, "\"%s\" is a directory, and a saved hello is a file");
    } else if (!S_ISREG(st.st_mode)) {
        REFUSE(e, path, "\"%s\" is a pipe, a socket or a device; a saved hello is read from a plain file, so write "
                        "it to one first");
    } else {
        *size = st.st_size;
        return fd;
    }
    if (fd >= 0)
        close(fd);
    return -1;
}

/* Up to n bytes; fewer only at the end of the file. -1 and a sentence. */
static ssize_t file_read(int fd, uint8_t *p, size_t n, const char *path, struct err *e)
{
    size_t got = 0;
    while (got < n) {
        ssize_t more = read(fd, p + got, n - got);
        if (more == 0)
            break;
        if (more < 0 && errno == EINTR)
            continue;
        if (more < 0) {
            REFUSE(e, path, "the file \"%2$s\" can't be read: %1$s", strerrordesc_np(errno));
            return -1;
        }
        got += (size_t)more;
    }
    return (ssize_t)got;
}

/* --- recordings ------------------------------------------------------------------------------------ */

struct recording {
    struct capture *capture;
    bool stopped;            /* nobody wanted to know more */
    bool whole;              /* it was read to its end */
    bool (*found)(void *arg, const struct capture_hello *h);
    void *arg;
    int count;
};

static bool recording_found(void *arg, const struct capture_hello *h)
{
    struct recording *r = arg;
    r->count = h->nth;
    r->stopped = !r->found(r->arg, h);
    return !r->stopped;
}

/* False and a sentence only for a file that can't be read; what its contents are is r->capture's to tell. */
static bool recording_read(struct recording *r, int fd, uint8_t piece[PIECE], size_t n, const char *path,
                           struct err *e)
{
    uint64_t total = 0;
    r->capture = capture_new(recording_found, r);
    for (;;) {
        if (!capture_feed(r->capture, piece, n))
            break;
        total += n;
        if (n < PIECE || total >= HELLOFILE_PACKETS_MAX) {
            r->whole = n < PIECE;
            break;
        }
        ssize_t more = file_read(fd, piece, PIECE, path, e);
        if (more < 0)
            return false;
        n = (size_t)more;
    }
    if (r->whole || capture_why(r->capture))
        capture_end(r->capture);
    return true;
}

/* What a recording without a hello holds. */
static void recording_says(struct text *t, const struct capture_count *n)
{
    if (n->packets == 0) {
        text_add(t, "it holds no packets");
    } else if (n->tcp == 0 && n->link_unknown) {
        text_addf(t, "its packets are of link layer %d, which is not known here: record with tcpdump -i any", n->link);
    } else if (n->streams == 0) {
        text_addf(t, "it holds %lu packet%s, none with TCP data", n->packets, n->packets == 1 ? "" : "s");
    } else {
        text_addf(t, "%lu TCP connection%s, none begins with a ClientHello", n->streams, n->streams == 1 ? "" : "s");
        if (n->other_tls)
            text_addf(t, "; %lu of them %s TLS that began earlier: record before the client connects", n->other_tls,
                      n->other_tls == 1 ? "is" : "are");
        if (n->parts)
            text_addf(t, "; of %lu hello%s a part is missing", n->parts, n->parts == 1 ? "" : "s");
        if (n->cut)
            text_addf(t, "; %lu packet%s not recorded in full: record with tcpdump -s 0", n->cut,
                      n->cut == 1 ? " was" : "s were");
    }
    if (n->fragments)
        text_addf(t, "; %lu IP fragment%s passed over", n->fragments, n->fragments == 1 ? " was" : "s were");
}

static bool recording_refuse(const struct recording *r, const char *path, int nth, struct err *e)
{
    struct capture_count n = capture_counts(r->capture);
    const char *why = capture_why(r->capture);
    struct text t = {0};
    if (r->count)
        text_addf(&t, "it holds %d hello%s, so there is no #%d", r->count, r->count == 1 ? "" : "s", nth);
    else
        recording_says(&t, &n);
    if (why)
        text_addf(&t, "; the file is damaged: %s", why);
    else if (!r->whole)
        text_addf(&t, "; only its first %d GB were read", (int)(HELLOFILE_PACKETS_MAX >> 30));
    REFUSE(e, path, r->count ? "that hello is not in the recording \"%2$s\": %1$s"
                             : "no ClientHello is in the recording \"%2$s\": %1$s", t.s);
    text_free(&t);
    return false;
}

bool hellofile_each(const char *path, bool (*found)(void *arg, const struct capture_hello *h), void *arg,
                    struct err *e)
{
    struct place at = place_of(path);
    struct recording r = { .found = found, .arg = arg };
    off_t size;
    int fd = file_open(at.file, &size, e);
    uint8_t *piece = fd < 0 ? NULL : mem_array(NULL, PIECE, 1);
    ssize_t n = fd < 0 ? -1 : file_read(fd, piece, PIECE, at.file, e);
    bool ok = n >= 0;
    if (ok && !capture_is(piece, (size_t)n))
        ok = REFUSE(e, at.file, "\"%s\" is no recording of packets");
    ok = ok && recording_read(&r, fd, piece, (size_t)n, at.file, e);
    if (ok && capture_why(r.capture))
        ok = REFUSE(e, at.file, "the recording \"%2$s\" is damaged: %1$s", capture_why(r.capture));
    capture_free(r.capture);
    free(piece);
    free(at.file);
    if (fd >= 0)
        close(fd);
    return ok;
}

/* --- what was read becomes a hello ----------------------------------------------------------------- */

static bool bytes_hear(struct heard *h, const void *p, size_t n)
{
    heard_init(h);
    heard_feed(h, p, n);
    return h->end == HEARD_HELLO;
}

/* Bytes of a message of its own, without records; 0: it is none, or not all of it is there. */
static size_t message_bytes(const uint8_t *p, size_t n)
{
    struct reader r = reader_of(p, n);
    if (reader_u8(&r) != 1)
        return 0;
    struct reader body = reader_vector(&r, 3);
    return !r.failed && body.left >= 2 && body.p[0] == 3 ? body.left + 4 : 0;
}

/* As it stands in records. */
static bool message_hear(struct heard *h, const uint8_t *p, size_t n)
{
    const uint8_t minor = p[5] ? 1 : 0;
    heard_init(h);
    for (size_t left = n, part; left && h->end == HEARD_GOING; left -= part, p += part) {
        part = left < 16384 ? left : 16384;
        const uint8_t header[5] = { 22, 3, minor, (uint8_t)(part >> 8), (uint8_t)part };
        if (heard_feed(h, header, sizeof header))
            heard_feed(h, p, part);
    }
    return h->end == HEARD_HELLO;
}

/* What files often are that are no hello, by how they begin. */
static const struct look { const char *bytes; size_t n; const char *says; } look_table[] = {
    { "\x1f\x8b", 2, "it is compressed: unpack it with gunzip first" },
    { "\x28\xb5\x2f\xfd", 4, "it is compressed: unpack it with zstd -d first" },
    { "\xfd" "7zXZ", 5, "it is compressed: unpack it with unxz first" },
    { "BZh", 3, "it is compressed: unpack it with bunzip2 first" },
    { "PK\x03\x04", 4, "it is a zip archive" },
    { "-----BEGIN ", 11, "it is a certificate or a key" },
    { "{\"t\":", 5, "it is a session of tlswhy" },
    { "\x30\x82", 2, "it is DER, such as a certificate" },
    { "\xa1\xb2\xcd\x34", 4, "it is a recording in a form of pcap nobody here reads: convert it with editcap" },
    { "\x34\xcd\xb2\xa1", 4, "it is a recording in a form of pcap nobody here reads: convert it with editcap" },
};

static bool bytes_refuse(const struct heard *h, const uint8_t *p, size_t n, const char *path, struct err *e)
{
    struct err inner = { "" };
    char hex[NAME_LEN];
    size_t i = 0;
    while (i < sizeof look_table / sizeof *look_table &&
           (n < look_table[i].n || memcmp(p, look_table[i].bytes, look_table[i].n) != 0))
        i++;
    if (n >= 6 && ((p[0] == 22 && p[1] == 3 && p[5] == 2) || (p[0] == 2 && p[1] == 0 && p[4] == 3)))
        err_set(&inner, "this is a server's answer, not a client's hello");
    else if (i < sizeof look_table / sizeof *look_table)
        err_set(&inner, "%s", look_table[i].says);
    else if (h->end == HEARD_ALERT)
        err_set(&inner, "it begins with the alert %u %s", h->alert, alert_name(h->alert, hex));
    else if (h->end == HEARD_BROKEN || h->end == HEARD_TOO_BIG)
        err_set(&inner, "it begins like TLS, but %s", h->why);
    else if ((h->end == HEARD_GOING && n >= 3 && (p[0] == 22 || p[0] & 0x80)) || (n >= 5 && p[0] == 1 && p[4] == 3))
        err_set(&inner, "it ends in the middle of the hello, after %zu bytes", n);
    else if (h->protocol)
        err_set(&inner, "it looks like %s", h->protocol);
    else
        err_set(&inner, "neither TLS records nor a handshake message, hex digits of them, pcap or pcapng");
    return REFUSE(e, path, "\"%2$s\" holds no ClientHello: %1$s", inner.text);
}

static bool bytes_settle(struct heard *h, const uint8_t *p, size_t n, const char *path, struct err *e)
{
    struct buf plain;
    buf_init(&plain, HELLOFILE_MAX);
    if (dump_read(p, n, &plain)) {
        p = plain.data;
        n = plain.len;
    }
    size_t message = message_bytes(p, n);
    bool ok = (message ? message_hear(h, p, message) : bytes_hear(h, p, n)) || bytes_refuse(h, p, n, path, e);
    buf_free(&plain);
    return ok;
}

/* --- the whole ---------------------------------------------------------------------------------------- */

struct load { struct hellofile *f; int wanted; };

static bool load_found(void *arg, const struct capture_hello *h)
{
    struct load *l = arg;
    struct hellofile *f = l->f;
    f->count = h->nth;
    if (h->nth < l->wanted)
        return true;
    bytes_hear(&f->heard, h->heard->raw.data, h->heard->raw.len);
    f->nth = h->nth;
    f->segments = h->segments;
    memcpy(f->from, h->from, sizeof f->from);
    memcpy(f->to, h->to, sizeof f->to);
    return false;
}

static bool load_recording(struct hellofile *f, int nth, int fd, uint8_t *piece, size_t n, const char *path,
                           struct err *e)
{
    struct load l = { f, nth ? nth : 1 };
    struct recording r = { .found = load_found, .arg = &l };
    bool ok = recording_read(&r, fd, piece, n, path, e);
    if (ok && f->heard.end != HEARD_HELLO)
        ok = recording_refuse(&r, path, l.wanted, e);
    capture_free(r.capture);
    return ok;
}

static bool load_bytes(struct hellofile *f, int nth, int fd, uint8_t *piece, size_t n, off_t size, const char *path,
                       struct err *e)
{
    struct buf all;
    bool ok = true;
    buf_init(&all, HELLOFILE_MAX);
    if (size > (off_t)HELLOFILE_MAX)
        return REFUSE(e, path, "\"%2$s\" is no recording of packets (pcap, pcapng), and as a saved hello it is too "
                               "large: such a file has at most %1$u KB", HELLOFILE_MAX >> 10);
    while (ok) {
        ok = buf_add(&all, piece, n) || REFUSE(e, path, "\"%s\" grows while it is read");
        if (!ok || n < PIECE)
            break;
        ssize_t more = file_read(fd, piece, PIECE, path, e);
        ok = more >= 0;
        n = ok ? (size_t)more : 0;
    }
    if (ok && nth > 1)
        ok = REFUSE(e, path, "\"%2$s\" is no recording of packets but one saved hello, so there is no #%1$d", nth);
    ok = ok && bytes_settle(&f->heard, all.data, all.len, path, e);
    buf_free(&all);
    return ok;
}

static bool load_file(struct hellofile *f, const struct place *at, struct err *e)
{
    off_t size;
    int fd = file_open(at->file, &size, e);
    if (fd < 0)
        return false;
    uint8_t *piece = mem_array(NULL, PIECE, 1);
    ssize_t n = file_read(fd, piece, PIECE, at->file, e);
    bool ok = n >= 0;
    if (n == 0)
        ok = REFUSE(e, at->file, "the file \"%s\" is empty");
    else if (ok)
        ok = capture_is(piece, (size_t)n) ? load_recording(f, at->nth, fd, piece, (size_t)n, at->file, e)
                                          : load_bytes(f, at->nth, fd, piece, (size_t)n, size, at->file, e);
    free(piece);
    close(fd);
    return ok;
}

static char *title_of(const struct hellofile *f)
{
    char *shown = text_printable(f->file, strlen(f->file), QUOTE_MAX);
    char *title = f->nth ? mem_format("hello %d of the recording %s, from %s to %s", f->nth, shown, f->from, f->to)
                         : mem_format("the hello saved in %s", shown);
    free(shown);
    return title;
}

struct hellofile *hellofile_load(const char *path, struct err *e)
{
    struct place at = place_of(path);
    struct hellofile *f = mem_new(sizeof *f);
    f->refs = 1;
    bool ok = at.nth || strcmp(at.file, path) == 0 ||
              REFUSE(e, path, "hellos of a recording are counted from 1: \"%s\" names none");
    ok = ok && load_file(f, &at, e);
    if (ok) {
        f->path = mem_string(path);
        f->file = mem_string(at.file);
        f->title = title_of(f);
        f->client = heard_client(&f->heard, f->path, f->title);
    }
    free(at.file);
    if (ok)
        return f;
    hellofile_free(f);
    return NULL;
}

struct hellofile *hellofile_ref(struct hellofile *f)
{
    if (f)
        f->refs++;
    return f;
}

void hellofile_forget_name(struct hellofile *f)
{
    enum { SERVER_NAME = 0 };
    heard_forget_body(&f->heard, SERVER_NAME);
    f->client = heard_client(&f->heard, f->path, f->title);
}

void hellofile_free(struct hellofile *f)
{
    if (!f || --f->refs > 0)
        return;
    heard_free(&f->heard);
    free(f->path);
    free(f->file);
    free(f->title);
    free(f);
}
