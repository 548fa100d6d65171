/* store - see store.h.
 *
 * A bundle of 140 CAs is read before every first handshake, so loading is one pass over the text,
 * one over the DER that finds each subject, and a sort.
 */
#include "src/pki/store.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/base/when.h"
#include "src/pki/der.h"
#include "src/pki/read.h"

#define FILE_MAX (16u << 20)
#define DIRECTORY_BYTES_MAX (64u << 20)
#define ENTRIES_MAX 4096
#define CERTS_MAX 10000

struct ca {
    const uint8_t *der, *name; /* lent from a chunk */
    uint32_t der_len, name_len;
    struct cert *cert;         /* owned; NULL until looked up */
};

struct store {
    char *path;                /* owned, NULL for an empty system store */
    bool system, directory;
    int64_t time;
    struct ca *ca;             /* owned; sorted by name, then DER */
    size_t count, room;
    uint8_t **chunk;           /* owned, each owned: the DER of one file */
    size_t chunk_count;
};

/* --- collecting ------------------------------------------------------------------------------- */

static void store_keep(struct store *s, uint8_t *chunk)
{
    s->chunk = mem_array(s->chunk, s->chunk_count + 1, sizeof *s->chunk);
    s->chunk[s->chunk_count++] = chunk;
}

/* False when these bytes do not begin with a certificate. */
static bool store_add(struct store *s, const uint8_t *der, size_t n)
{
    struct der_cert d;
    if (s->count >= CERTS_MAX || !der_cert(der, n, &d))
        return false;
    if (s->count == s->room) {
        s->room = s->room ? 2 * s->room : 256;
        s->ca = mem_array(s->ca, s->room, sizeof *s->ca);
    }
    s->ca[s->count++] = (struct ca){ .der = der, .der_len = (uint32_t)d.used,
                                     .name = d.subject.p, .name_len = (uint32_t)d.subject.left };
    return true;
}

static int name_order(const uint8_t *a, size_t a_len, const uint8_t *b, size_t b_len)
{
    return a_len != b_len ? (a_len < b_len ? -1 : 1) : memcmp(a, b, a_len);
}

static int ca_order(const void *a, const void *b)
{
    const struct ca *x = a, *y = b;
    int o = name_order(x->name, x->name_len, y->name, y->name_len);
    return o ? o : name_order(x->der, x->der_len, y->der, y->der_len);
}

/* Sorts, and drops what is there twice: a directory of CAs usually holds each under two names. */
static void store_index(struct store *s)
{
    if (s->count == 0)
        return;
    qsort(s->ca, s->count, sizeof *s->ca, ca_order);
    size_t kept = 1;
    for (size_t i = 1; i < s->count; i++)
        if (ca_order(&s->ca[kept - 1], &s->ca[i]) != 0)
            s->ca[kept++] = s->ca[i];
    s->count = kept;
}

/* --- PEM -------------------------------------------------------------------------------------- */

enum { B64_SKIP = 64, B64_STOP = 65 };

static void base64_table(uint8_t table[256])
{
    static const char digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    memset(table, B64_STOP, 256);
    for (int i = 0; i < 64; i++)
        table[(uint8_t)digit[i]] = (uint8_t)i;
    for (const char *p = " \t\r\n\f\v"; *p; p++)
        table[(uint8_t)*p] = B64_SKIP;
}

/* As long as four digits stand together, which is nearly always. */
static const uint8_t *base64_quads(const uint8_t table[256], const uint8_t *p, const uint8_t *stop,
                                   uint8_t **out)
{
    uint8_t *o = *out;
    for (; stop - p >= 4; p += 4, o += 3) {
        uint32_t a = table[p[0]], b = table[p[1]], c = table[p[2]], d = table[p[3]];
        if ((a | b | c | d) >= 64)
            break;
        uint32_t v = a << 18 | b << 12 | c << 6 | d;
        o[0] = (uint8_t)(v >> 16);
        o[1] = (uint8_t)(v >> 8);
        o[2] = (uint8_t)v;
    }
    *out = o;
    return p;
}

/* Decodes up to the first byte that is neither base64 nor space; *from is moved there. */
static size_t base64_decode(const uint8_t table[256], const char **from, const char *end,
                            uint8_t *out)
{
    const uint8_t *p = (const uint8_t *)*from, *stop = (const uint8_t *)end;
    uint8_t *o = out;
    uint32_t v = 0;
    int have = 0;
    for (; p < stop; p++) {
        if (have == 0 && (p = base64_quads(table, p, stop, &o)) == stop)
            break;
        uint8_t one = table[*p];
        if (one == B64_STOP)
            break;
        if (one == B64_SKIP)
            continue;
        v = v << 6 | one;
        if (++have == 4) {
            *o++ = (uint8_t)(v >> 16);
            *o++ = (uint8_t)(v >> 8);
            *o++ = (uint8_t)v;
            have = 0;
        }
    }
    if (have >= 2)
        *o++ = (uint8_t)(have == 2 ? v >> 4 : v >> 10);
    if (have == 3)
        *o++ = (uint8_t)(v >> 2);
    *from = (const char *)p;
    return (size_t)(o - out);
}

/* What a PEM block means for us; the sentence is used when no certificate is found at all. */
struct label_row { const char *label; bool cert; const char *says; };
static const struct label_row label_table[] = {
    { "CERTIFICATE", .cert = true },
    { "X509 CERTIFICATE", .cert = true },
    { "TRUSTED CERTIFICATE", .cert = true },
    { "CERTIFICATE REQUEST",
      .says = "holds a certificate request, not a certificate; the CA's answer to it is needed" },
    { "NEW CERTIFICATE REQUEST",
      .says = "holds a certificate request, not a certificate; the CA's answer to it is needed" },
    { "PKCS7",
      .says =
          "is a PKCS#7 file; turn it into PEM with: "
          "openssl pkcs7 -print_certs -in FILE -out ca.pem" },
    { "X509 CRL", .says = "holds a revocation list, not a certificate" },
    { "PUBLIC KEY", .says = "holds a public key, not a certificate" },
    { "PRIVATE KEY",
      .says = "holds a private key and no certificate; give the CA's certificate instead" },
};

static const struct label_row *label_find(const char *p, size_t n)
{
    static const char key[] = "PRIVATE KEY";
    for (size_t i = 0; i < sizeof label_table / sizeof *label_table; i++)
        if (strlen(label_table[i].label) == n && memcmp(label_table[i].label, p, n) == 0)
            return &label_table[i];
    /* "RSA PRIVATE KEY", "ENCRYPTED PRIVATE KEY", ...: the last row speaks for all of them */
    if (n > sizeof key - 1 && memcmp(p + n - (sizeof key - 1), key, sizeof key - 1) == 0)
        return &label_table[sizeof label_table / sizeof *label_table - 1];
    return NULL;
}

struct found {
    size_t certs;
    size_t broken;      /* blocks that say they are certificates and are not */
    const char *says;   /* what else was there, or NULL */
};

static const char pem_begin[] = "-----BEGIN ";

/* `out` has room for 3/4 of the text. */
static void pem_read(struct store *s, const char *text, size_t n, uint8_t *out, struct found *f)
{
    uint8_t table[256];
    base64_table(table);
    const char *p = text, *end = text + n;
    while (p < end && (p = memmem(p, (size_t)(end - p), pem_begin, sizeof pem_begin - 1))) {
        const char *label = p + sizeof pem_begin - 1;
        size_t left = (size_t)(end - label);
        const char *dashes = memmem(label, left < 64 ? left : 64, "-----", 5);
        p = label;
        if (!dashes)
            continue;
        const struct label_row *row = label_find(label, (size_t)(dashes - label));
        p = dashes + 5;
        if (row && !row->cert && !f->says)
            f->says = row->says;
        if (!row || !row->cert)
            continue;
        size_t got = base64_decode(table, &p, end, out);
        bool ok = store_add(s, out, got);
        f->certs += ok;
        f->broken += !ok;
        out += got;
    }
}

/* --- files ------------------------------------------------------------------------------------ */

/* DER that is no certificate but that people hand over as one. */
static const char *container_says(const uint8_t *p, size_t n)
{
    struct reader r = reader_of(p, n);
    struct der whole, d;
    char oid[DER_OID_TEXT_MAX];
    if (n >= 4 && (memcmp(p, "\xfe\xed\xfe\xed", 4) == 0 || memcmp(p, "\xce\xce\xce\xce", 4) == 0))
        return "is a Java keystore; turn it into PEM with: "
               "keytool -list -rfc -keystore FILE > ca.pem";
    if (!der_expect(&r, DER_SEQUENCE, &whole))
        return NULL;
    if (der_optional(&whole.content, DER_INTEGER, &d) && der_small(d.content) == 3)
        return "is a PKCS#12 file; turn it into PEM with: "
               "openssl pkcs12 -nokeys -in FILE -out ca.pem";
    if (der_optional(&whole.content, DER_OID, &d) &&
        strcmp(der_oid(d.content, oid), "1.2.840.113549.1.7.2") == 0)
        return "is a PKCS#7 file; turn it into PEM with: openssl pkcs7 -inform DER -print_certs "
               "-in FILE -out ca.pem";
    return NULL;
}

static void bytes_read(struct store *s, const uint8_t *p, size_t n, struct found *f)
{
    uint8_t *chunk = mem_new(n + 4);
    size_t before = s->count;
    if (n > 0 && *p == DER_SEQUENCE) {
        memcpy(chunk, p, n);
        f->certs += store_add(s, chunk, n);
    }
    if (!f->certs)
        pem_read(s, (const char *)p, n, chunk, f);
    if (!f->certs && !f->says)
        f->says = container_says(p, n);
    if (s->count > before)
        store_keep(s, chunk);
    else
        free(chunk);
}

/* The whole file, or NULL and errno; never more than `size` bytes of one that grows meanwhile. */
static uint8_t *fd_read(int fd, size_t size, size_t *n)
{
    uint8_t *p = mem_new(size + 1);
    *n = 0;
    while (*n < size) {
        ssize_t got = read(fd, p + *n, size - *n);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0) {
            free(p);
            return NULL;
        }
        if (got == 0)
            break;
        *n += (size_t)got;
    }
    return p;
}

static bool file_none(const struct found *f, size_t n, const char *shown, struct err *e)
{
    if (n == 0)
        return err_set(e, "%s is empty; a PEM or DER file with CA certificates is needed", shown);
    if (f->broken)
        return err_set(e, "%s holds no certificate that can be decoded: %zu PEM block%s damaged",
                       shown, f->broken, f->broken == 1 ? " is" : "s are");
    return err_set(e, "%s %s", shown,
                   f->says ? f->says : "holds no certificate, neither in PEM nor in DER");
}

/* `fd` is an open regular file. */
static bool file_read(struct store *s, int fd, const struct stat *st, const char *shown,
                      struct err *e)
{
    struct found f = { 0 };
    size_t n;
    if (st->st_size > (off_t)FILE_MAX)
        return err_set(e, "%s has %lld bytes; a file of CA certificates may have %u at most", shown,
                       (long long)st->st_size, FILE_MAX);
    uint8_t *p = fd_read(fd, (size_t)st->st_size, &n);
    if (!p)
        return err_set(e, "%s can't be read: %s", shown, strerror(errno));
    bytes_read(s, p, n, &f);
    free(p);
    if (f.certs == 0)
        return file_none(&f, n, shown, e);
    if (s->time == WHEN_UNKNOWN || s->time < st->st_mtime)
        s->time = st->st_mtime;
    return true;
}

/* Takes fd. Files without certificates are passed over, as every program does here. */
static bool directory_read(struct store *s, int fd, const char *shown, struct err *e)
{
    DIR *dir = fdopendir(fd);
    if (!dir) {
        close(fd);
        return err_set(e, "the directory %s can't be read: %s", shown, strerror(errno));
    }
    bool any = false;
    off_t bytes = 0;
    struct dirent *d;
    for (int i = 0; i < ENTRIES_MAX && (d = readdir(dir)); i++) {
        struct stat st;
        int one = d->d_name[0] == '.'
                      ? -1
                      : openat(fd, d->d_name, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
        if (one < 0)
            continue;
        if (fstat(one, &st) == 0 && S_ISREG(st.st_mode) && st.st_size <= (off_t)FILE_MAX &&
            (bytes += st.st_size) <= (off_t)DIRECTORY_BYTES_MAX)
            any |= file_read(s, one, &st, d->d_name, NULL);
        close(one);
    }
    closedir(dir);
    return any || err_set(e, "the directory %s holds no file with a certificate", shown);
}

static bool path_read(struct store *s, const char *path, struct err *e)
{
    char *shown = text_printable(path, strlen(path), 300);
    struct stat st;
    bool ok = false;
    /* O_NONBLOCK: opening a FIFO must not wait for somebody to write to it */
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    if (fd < 0 || fstat(fd, &st) < 0) {
        err_set(e, "%s can't be read: %s", shown, strerror(errno));
    } else if (S_ISDIR(st.st_mode)) {
        ok = directory_read(s, fd, shown, e);
        if (ok)
            s->directory = !s->path; /* "FILE and DIR" is none */
        fd = -1;
    } else if (!S_ISREG(st.st_mode)) {
        err_set(e, "%s is neither a file nor a directory; a file with CA certificates is needed",
                shown);
    } else {
        ok = file_read(s, fd, &st, shown, e);
    }
    if (fd >= 0)
        close(fd);
    free(shown);
    return ok;
}

/* --- the system's store ----------------------------------------------------------------------- */

static const char *const system_paths[] = {
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/pki/tls/cacert.pem",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/ssl/cert.pem",
    "/etc/ssl/certs",
};

static bool system_add(struct store *s, const char *path)
{
    if (!path || !*path || !path_read(s, path, NULL))
        return false;
    char *old = s->path, *shown = text_printable(path, strlen(path), 300);
    s->path = old ? mem_format("%s and %s", old, shown) : mem_string(shown);
    s->directory &= !old;
    free(old);
    free(shown);
    return true;
}

/* As OpenSSL has it, each variable replaces its half of the default and leaves the other: with both
 * set nothing else is looked at, with one of them the distribution's CAs still count. */
static void system_read(struct store *s)
{
    const char *file = getenv("SSL_CERT_FILE"), *dir = getenv("SSL_CERT_DIR");
    s->system = true;
    system_add(s, file);
    for (const char *p = dir; p && *p;) {
        size_t n = strcspn(p, ":");
        char *one = mem_copy(p, n);
        system_add(s, one);
        free(one);
        p += n + (p[n] == ':');
    }
    if (file && dir)
        return;
    for (size_t i = 0; i < sizeof system_paths / sizeof *system_paths; i++)
        if (system_add(s, system_paths[i]))
            return;
}

/* --- the contract ----------------------------------------------------------------------------- */

struct store *store_load(const char *path, struct err *e)
{
    struct store *s = mem_new(sizeof *s);
    s->time = WHEN_UNKNOWN;
    if (!path) {
        system_read(s);
    } else if (path_read(s, path, e)) {
        s->path = text_printable(path, strlen(path), 300);
    } else {
        store_free(s);
        return NULL;
    }
    store_index(s);
    return s;
}

void store_free(struct store *s)
{
    if (!s)
        return;
    for (size_t i = 0; i < s->count; i++)
        cert_free(s->ca[i].cert);
    for (size_t i = 0; i < s->chunk_count; i++)
        free(s->chunk[i]);
    free(s->chunk);
    free(s->ca);
    free(s->path);
    free(s);
}

const char *store_path(const struct store *s) { return s->path; }
bool store_is_system(const struct store *s) { return s->system; }
bool store_is_directory(const struct store *s) { return s->directory; }
size_t store_count(const struct store *s) { return s->count; }
int64_t store_time(const struct store *s) { return s->time; }

/* The first CA that is not before this name. */
static size_t store_first(const struct store *s, const void *name, size_t n)
{
    size_t low = 0, high = s->count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (name_order(s->ca[mid].name, s->ca[mid].name_len, name, n) < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

struct cert *store_by_name(struct store *s, const void *name_der, size_t n, size_t i)
{
    size_t at = store_first(s, name_der, n);
    if (i >= s->count - at)
        return NULL;
    struct ca *ca = &s->ca[at + i];
    if (name_order(ca->name, ca->name_len, name_der, n) != 0)
        return NULL;
    if (!ca->cert)
        ca->cert = cert_read(ca->der, ca->der_len);
    return ca->cert;
}

bool store_has(struct store *s, const struct cert *c)
{
    if (!c->subject_der)
        return false;
    for (size_t i = store_first(s, c->subject_der, c->subject_der_len); i < s->count; i++) {
        const struct ca *ca = &s->ca[i];
        if (name_order(ca->name, ca->name_len, c->subject_der, c->subject_der_len) != 0)
            return false;
        if (name_order(ca->der, ca->der_len, c->der, c->der_len) == 0)
            return true;
    }
    return false;
}
