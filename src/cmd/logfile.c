/* logfile - see logfile.h. */
#include "src/cmd/logfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "src/base/mem.h"
#include "src/base/text.h"

#define RAW_BYTES 65536
#define UNPACKED_FREE (256u << 20) /* bytes that any packed log may have */
#define UNPACKED_TIMES 500         /* beyond them: so many times its size, as no log has */
#define DEVICE_BYTES (64 << 20)    /* of a device that is no terminal */
#define LOOK_BYTES 4096            /* at the beginning, for what is no text */

enum coding { CODING_PLAIN, CODING_LE, CODING_BE }; /* UTF-16, by byte order */

struct logfile {
    char *path;               /* owned */
    int fd;
    bool standard, regular, begun, packed;
    bool sizeless;            /* a file of /proc: it says that it is empty, and is not */
    z_stream z;
    bool z_open;              /* within a member */
    bool z_some, z_over;      /* a member ended; what follows is none */
    bool device;              /* it may give bytes for ever */
    const char *note;         /* not told yet; NULL: none */
    uint8_t raw[RAW_BYTES];   /* as read */
    size_t raw_at, raw_len;
    enum coding coding;
    uint8_t half[4]; size_t half_len; /* bytes of a character that is not complete */
    off_t offset;             /* of a regular file */
    const char *turned;       /* what was found of it; NULL: nothing */
    uint64_t packed_in, unpacked;
};

static bool file_open(struct logfile *f, struct err *e)
{
    struct stat st;
    f->fd = f->standard ? STDIN_FILENO : open(f->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (f->fd < 0 || fstat(f->fd, &st) != 0)
        return err_file(e, "can't open the log", f->path, errno);
    if (S_ISDIR(st.st_mode))
        return err_file(e, "can't read the log", f->path, EISDIR);
    f->regular = S_ISREG(st.st_mode);
    f->device = S_ISCHR(st.st_mode) && !isatty(f->fd);
    if (!f->standard) /* opening did not wait; reading may */
        fcntl(f->fd, F_SETFL, fcntl(f->fd, F_GETFL) & ~O_NONBLOCK);
    return true;
}

struct logfile *logfile_open(const char *path, struct err *e)
{
    struct logfile *f = mem_new(sizeof *f);
    f->path = mem_string(path);
    f->standard = strcmp(path, "-") == 0;
    if (file_open(f, e))
        return f;
    logfile_close(f);
    return NULL;
}

void logfile_close(struct logfile *f)
{
    if (!f)
        return;
    if (f->z_open)
        inflateEnd(&f->z);
    if (f->fd >= 0 && !f->standard)
        close(f->fd);
    free(f->path);
    free(f);
}

const char *logfile_note(struct logfile *f)
{
    const char *note = f->note;
    f->note = NULL;
    return note;
}

bool logfile_grows(const struct logfile *f) { return !f->packed; }

const char *logfile_turned(struct logfile *f)
{
    const char *how = f->turned;
    f->turned = NULL;
    return how;
}

int logfile_fd(const struct logfile *f) { return f->regular ? -1 : f->fd; }

/* --- bytes -------------------------------------------------------------------------------------- */

/* At the end of a regular file: it may have been cut short, or replaced by another of the same name. */
static void rotation_follow(struct logfile *f)
{
    struct stat here, there;
    if (!f->regular || f->standard || fstat(f->fd, &here) != 0)
        return;
    f->sizeless &= !here.st_size; /* one with a size was emptied when it was looked at */
    if (here.st_size < f->offset && !f->sizeless) {
        f->offset = lseek(f->fd, 0, SEEK_SET);
        f->half_len = 0;
        f->turned = "cut short";
        return;
    }
    if (stat(f->path, &there) != 0 || !S_ISREG(there.st_mode) ||
        (there.st_ino == here.st_ino && there.st_dev == here.st_dev))
        return;
    int fd = open(f->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY); /* it may be a pipe by now */
    if (fd < 0 || fstat(fd, &there) != 0 || !S_ISREG(there.st_mode)) {
        if (fd >= 0)
            close(fd);
        return;
    }
    close(f->fd);
    f->fd = fd;
    f->offset = 0;
    f->half_len = 0; /* what was cut off at the end of the other */
    f->turned = "replaced";
}

/* A sentence about the file, which begins with its name. */
static ssize_t refused(const struct logfile *f, struct err *e, const char *what)
{
    char *shown = f->standard ? mem_string("standard input") : text_printable(f->path, strlen(f->path), 200);
    err_set(e, "%s %s", shown, what);
    free(shown);
    return -1;
}

/* More raw bytes; false at the end, or in trouble. */
static bool raw_fill(struct logfile *f, struct err *e)
{
    ssize_t n;
    if (f->raw_at < f->raw_len)
        return true;
    do
        n = read(f->fd, f->raw, sizeof f->raw);
    while (n < 0 && errno == EINTR);
    struct stat about;
    if (n > 0 && !f->offset && f->regular)
        f->sizeless = fstat(f->fd, &about) == 0 && about.st_size == 0;
    f->raw_at = 0;
    f->raw_len = n > 0 ? (size_t)n : 0;
    f->offset += n > 0 ? n : 0;
    if (f->device && f->offset > DEVICE_BYTES)
        return refused(f, e, "is a device that gives bytes for ever, and no log: it was read no further"), false;
    if (n < 0 && errno != EAGAIN)
        return err_file(e, "can't read on in the log", f->standard ? "standard input" : f->path, errno);
    if (n == 0)
        rotation_follow(f);
    return n > 0;
}

static ssize_t packed_trouble(struct logfile *f, struct err *e)
{
    char *shown = text_printable(f->path, strlen(f->path), 200);
    err_set(e, "%s is packed by gzip and damaged or cut off: only what could be unpacked was read", shown);
    free(shown);
    return -1;
}

static ssize_t packed_bomb(const struct logfile *f, struct err *e)
{
    char *shown = text_printable(f->path, strlen(f->path), 200);
    err_set(e, "%s unpacks to more than %d times its size, as no log does: it was read no further", shown,
            UNPACKED_TIMES);
    free(shown);
    return -1;
}

/* Behind a member, whether another one begins. What else there is goes: zeros fill up a tape's block, and what is none
 * of both is passed over, as gzip does. */
static bool member_begins(struct logfile *f)
{
    const uint8_t *p = f->raw + f->raw_at;
    if (!f->z_over && *p == 0x1f)
        return true;
    for (size_t i = 0; i < f->raw_len - f->raw_at && !f->z_over; i++)
        if (p[i] == 0x1f) { /* behind zeros */
            f->raw_at += i;
            return true;
        } else if (p[i]) {
            f->z_over = true;
            f->note = "has something behind its packed log that is not packed: that was passed over";
        }
    f->raw_at = f->raw_len;
    return false;
}

/* Members may follow one another. */
static ssize_t unpack(struct logfile *f, uint8_t *p, size_t n, struct err *e)
{
    f->z.next_out = p;
    f->z.avail_out = (unsigned)n;
    while (f->z.avail_out == n) {
        if (!raw_fill(f, e))
            return e->text[0] ? -1 : f->z_open ? packed_trouble(f, e) : 0;
        if (!f->z_open && f->z_some && !member_begins(f))
            continue;
        if (!f->z_open && inflateInit2(&f->z, 15 + 16) != Z_OK)
            return packed_trouble(f, e);
        f->z_open = true;
        f->z.next_in = f->raw + f->raw_at;
        f->z.avail_in = (unsigned)(f->raw_len - f->raw_at);
        int r = inflate(&f->z, Z_NO_FLUSH);
        f->packed_in += f->raw_len - f->z.avail_in - f->raw_at;
        f->raw_at = f->raw_len - f->z.avail_in;
        if (r != Z_OK && r != Z_STREAM_END && r != Z_BUF_ERROR)
            return packed_trouble(f, e);
        if (r == Z_STREAM_END) {
            inflateEnd(&f->z);
            f->z_open = false;
            f->z_some = true;
        }
    }
    f->unpacked += n - f->z.avail_out;
    if (f->unpacked > UNPACKED_FREE && f->unpacked / UNPACKED_TIMES > f->packed_in)
        return packed_bomb(f, e);
    return (ssize_t)(n - f->z.avail_out);
}

static ssize_t bytes_read(struct logfile *f, uint8_t *p, size_t n, struct err *e)
{
    if (f->packed)
        return unpack(f, p, n, e);
    if (!raw_fill(f, e))
        return e->text[0] ? -1 : 0;
    size_t some = f->raw_len - f->raw_at < n ? f->raw_len - f->raw_at : n;
    memcpy(p, f->raw + f->raw_at, some);
    f->raw_at += some;
    return (ssize_t)some;
}

/* --- what is no log ----------------------------------------------------------------------------- */

static const struct foreign { const char *magic; size_t n; const char *what; } foreign[] = {
#define F(magic, what) { magic, sizeof magic - 1, what }
    F("BZh", "is packed by bzip2: bzip2 -dc FILE | tlswhy explain"),
    F("\xfd" "7zXZ", "is packed by xz: xz -dc FILE | tlswhy explain"),
    F("\x28\xb5\x2f\xfd", "is packed by zstd: zstd -dc FILE | tlswhy explain"),
    F("PK\3\4", "is a ZIP archive: unzip -p FILE | tlswhy explain"),
    F("LPKSHHRH", "is a file of systemd's journal: journalctl --file FILE -o short-iso | tlswhy explain"),
    F("ElfFile", "is a Windows event log: save it as text there (wevtutil qe FILE /lf:true /f:Text)"),
    F("\xd4\xc3\xb2\xa1", "is a packet capture: tlswhy replay takes the hello that is in it"),
    F("\xa1\xb2\xc3\xd4", "is a packet capture: tlswhy replay takes the hello that is in it"),
    F("\x4d\x3c\xb2\xa1", "is a packet capture: tlswhy replay takes the hello that is in it"),
    F("\x0a\x0d\x0d\x0a", "is a packet capture: tlswhy replay takes the hello that is in it"),
    F("\x7f" "ELF", "is a program or the memory of one, and no log"),
    F("\x89PNG", "is a picture, and no log: its text is needed"),
    F("\xff\xd8\xff", "is a picture, and no log: its text is needed"),
    F("%PDF-", "is a PDF document, and no log: its text is needed"),
    F("SQLite format 3", "is a database, and no log"),
#undef F
};

/* What the first bytes show to be no text, in words; NULL: it may be one. Zeros at the beginning are what is left of a
 * log that was cut short while its program wrote on. */
static const char *foreign_find(const struct logfile *f, const uint8_t *p, size_t n)
{
    size_t odd = 0, from = 0;
    for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++)
        if (n >= foreign[i].n && memcmp(p, foreign[i].magic, foreign[i].n) == 0)
            return foreign[i].what;
    if (f->packed && n >= 2 && p[0] == 0x1f && p[1] == 0x8b)
        return "is packed by gzip twice: gzip -dc FILE | tlswhy explain";
    n = n < LOOK_BYTES ? n : LOOK_BYTES;
    while (from < n && !p[from])
        from++;
    for (size_t i = from; i < n; i++)
        odd += p[i] < ' ' && !memchr("\t\n\v\f\r\b\33", p[i], 7);
    return n - from >= 64 && odd * 12 > n - from ? "is not text, and so no log that can be read here" : NULL;
}

/* --- characters --------------------------------------------------------------------------------- */

/* A byte order mark, or every second byte zero, as Windows writes without one. Returns bytes to pass over. */
static size_t coding_find(struct logfile *f, const uint8_t *p, size_t n)
{
    size_t zero[2] = { 0, 0 }, look = n < 256 ? n & ~(size_t)1 : 256;
    if (n >= 2 && p[0] == 0xff && p[1] == 0xfe)
        return f->coding = CODING_LE, 2;
    if (n >= 2 && p[0] == 0xfe && p[1] == 0xff)
        return f->coding = CODING_BE, 2;
    if (n >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0)
        return 3;
    for (size_t i = 0; i < look; i++)
        zero[i % 2] += p[i] == 0;
    if (look >= 8 && zero[1] * 10 >= look * 4 && !zero[0])
        f->coding = CODING_LE;
    else if (look >= 8 && zero[0] * 10 >= look * 4 && !zero[1])
        f->coding = CODING_BE;
    return 0;
}

static size_t utf8_put(uint32_t c, char *out)
{
    if (c < 0x80)
        return out[0] = (char)c, 1;
    if (c < 0x800)
        return out[0] = (char)(0xc0 | c >> 6), out[1] = (char)(0x80 | (c & 63)), 2;
    if (c < 0x10000) {
        out[0] = (char)(0xe0 | c >> 12);
        out[1] = (char)(0x80 | (c >> 6 & 63));
        return out[2] = (char)(0x80 | (c & 63)), 3;
    }
    out[0] = (char)(0xf0 | c >> 18);
    out[1] = (char)(0x80 | (c >> 12 & 63));
    out[2] = (char)(0x80 | (c >> 6 & 63));
    return out[3] = (char)(0x80 | (c & 63)), 4;
}

static uint32_t unit_of(const struct logfile *f, const uint8_t *p)
{
    return f->coding == CODING_LE ? (uint32_t)(p[0] | p[1] << 8) : (uint32_t)(p[0] << 8 | p[1]);
}

/* 2 n bytes of room in out. What is no pair becomes U+FFFD. */
static size_t utf16_turn(struct logfile *f, const uint8_t *p, size_t n, char *out)
{
    size_t len = 0;
    for (size_t i = 0; i < n; i++) {
        f->half[f->half_len++] = p[i];
        if (f->half_len % 2)
            continue;
        uint32_t c = unit_of(f, f->half + f->half_len - 2);
        bool second = f->half_len == 4, low = c >= 0xdc00 && c < 0xe000;
        if (second && !low) { /* the one before was no first of a pair; this one stands for itself */
            len += utf8_put(0xfffd, out + len);
            memcpy(f->half, f->half + 2, 2);
            f->half_len = 2;
        }
        if (f->half_len == 2 && c >= 0xd800 && c < 0xdc00)
            continue; /* the first of a pair */
        if (second && low)
            c = 0x10000 + ((unit_of(f, f->half) - 0xd800) << 10) + (c - 0xdc00);
        else if (low)
            c = 0xfffd;
        len += utf8_put(c, out + len);
        f->half_len = 0;
    }
    return len;
}

ssize_t logfile_read(struct logfile *f, char *p, size_t n, struct err *e)
{
    uint8_t piece[RAW_BYTES];
    if (!f->begun && raw_fill(f, e))
        f->packed = f->raw_len >= 2 && f->raw[0] == 0x1f && f->raw[1] == 0x8b;
    size_t most = n / 3 < sizeof piece ? n / 3 : sizeof piece;
    ssize_t got = bytes_read(f, piece, most, e);
    if (got <= 0)
        return got;
    size_t skip = f->begun ? 0 : coding_find(f, piece, (size_t)got);
    const char *what = !f->begun && f->coding == CODING_PLAIN ? foreign_find(f, piece, (size_t)got) : NULL;
    if (what)
        return refused(f, e, what);
    f->begun = true;
    if (f->coding != CODING_PLAIN) {
        size_t len = utf16_turn(f, piece + skip, (size_t)got - skip, p);
        if (len)
            return (ssize_t)len;
        return logfile_read(f, p, n, e);
    }
    if ((size_t)got == skip)
        return logfile_read(f, p, n, e);
    memcpy(p, piece + skip, (size_t)got - skip);
    return got - (ssize_t)skip;
}
