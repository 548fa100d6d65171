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
#include "src/pki/bundle.h"
#include "src/pki/der.h"
#include "src/pki/keystore.h"
#include "src/pki/pem.h"
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
    const char *form;          /* const; of the file read last */
    int64_t time;
    struct ca *ca;             /* owned; sorted by name, then DER */
    size_t count, room;
    struct ca head;            /* ca[0] before they were sorted */
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
    s->head = s->ca[0];
    qsort(s->ca, s->count, sizeof *s->ca, ca_order);
    size_t kept = 1;
    for (size_t i = 1; i < s->count; i++)
        if (ca_order(&s->ca[kept - 1], &s->ca[i]) != 0)
            s->ca[kept++] = s->ca[i];
    s->count = kept;
}

/* --- PEM -------------------------------------------------------------------------------------- */

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
    { "PKCS7", .says = "is a PKCS#7 file without a certificate in it" },
    { "PKCS #7 SIGNED DATA", .says = "is a PKCS#7 file without a certificate in it" },
    { "CMS", .says = "is a PKCS#7 file without a certificate in it" },
    { "X509 CRL", .says = "holds a revocation list, not a certificate" },
    { "PUBLIC KEY", .says = "holds a public key, not a certificate" },
    { "PRIVATE KEY",
      .says = "holds a private key and no certificate; give the CA's certificate instead" },
};

static const struct label_row *label_find(const struct pem *m)
{
    static const char key[] = "PRIVATE KEY";
    for (size_t i = 0; i < sizeof label_table / sizeof *label_table; i++)
        if (pem_is(m, label_table[i].label))
            return &label_table[i];
    /* "RSA PRIVATE KEY", "ENCRYPTED PRIVATE KEY", ...: the last row speaks for all of them */
    if (m->label_len > sizeof key - 1 && memcmp(m->label + m->label_len - (sizeof key - 1), key, sizeof key - 1) == 0)
        return &label_table[sizeof label_table / sizeof *label_table - 1];
    return NULL;
}

struct found {
    size_t certs;
    bool pkcs7;         /* PEM of that kind was there */
    size_t broken;      /* blocks that say they are certificates and are not */
    const char *says;   /* what else was there, or NULL */
};

/* `out` has room for 3/4 of the text. */
static void pem_read(struct store *s, const char *text, size_t n, uint8_t *out, struct found *f)
{
    struct pem m = pem_of(text, n);
    while (pem_next(&m)) {
        const struct label_row *row = label_find(&m);
        if (row && !row->cert && !f->says)
            f->says = row->says;
        f->pkcs7 |= pem_is(&m, "PKCS7") || pem_is(&m, "PKCS #7 SIGNED DATA") || pem_is(&m, "CMS");
        if (!row || !row->cert)
            continue;
        size_t got = pem_decode(&m, out);
        bool ok = store_add(s, out, got);
        f->certs += ok;
        f->broken += !ok;
        out += got;
    }
}

/* --- files ------------------------------------------------------------------------------------ */

/* Moves what was found elsewhere into the store. */
static void bundle_take(struct store *s, struct bundle *b, struct found *f)
{
    size_t before = s->count;
    for (size_t i = 0; i < b->count; i++)
        f->certs += store_add(s, b->cert[i].p, b->cert[i].left);
    f->broken += b->broken;
    if (s->count > before) {
        store_keep(s, b->bytes);
        b->bytes = NULL;
    }
    bundle_free(b);
}

static void container_read(struct store *s, const uint8_t *p, size_t n, struct found *f)
{
    struct bundle b;
    const char *says = NULL;
    bundle_read(p, n, CERTS_MAX, &b);
    if (b.form == BUNDLE_PKCS7 && !f->certs && !b.count)
        f->says = f->says ? f->says : "is a PKCS#7 file without a certificate in it";
    if (b.form == BUNDLE_PKCS7 || b.count) {
        s->form = b.count && !f->certs ? bundle_form_name(b.form) : s->form;
        bundle_take(s, &b, f);
        return;
    }
    bundle_free(&b);
    if (f->certs || f->broken || keystore_read(p, n, CERTS_MAX, &b, &says) == KEYSTORE_NONE)
        return;
    if (!f->says)
        f->says = says ? says : "is a key store without a certificate that is trusted";
    s->form = *p == DER_SEQUENCE ? "PKCS#12" : "JKS";
    bundle_take(s, &b, f);
}

static void bytes_read(struct store *s, const uint8_t *p, size_t n, struct found *f)
{
    uint8_t *chunk = mem_new(n + 4);
    size_t before = s->count;
    if (n > 0 && *p == DER_SEQUENCE) {
        memcpy(chunk, p, n);
        f->certs += store_add(s, chunk, n);
        s->form = "DER";
    }
    if (!f->certs) {
        pem_read(s, (const char *)p, n, chunk, f);
        s->form = "PEM";
    }
    if (s->count > before)
        store_keep(s, chunk);
    else
        free(chunk);
    if (!f->certs || f->pkcs7)
        container_read(s, p, n, f);
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
                   f->says ? f->says : "holds no certificate, in PEM, DER or another form that is known here");
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
    cert_free(s->head.cert);
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
const char *store_form(const struct store *s) { return s->directory ? NULL : s->form; }
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

static struct cert *ca_cert(struct ca *ca)
{
    if (!ca->cert)
        ca->cert = cert_read(ca->der, ca->der_len);
    return ca->cert;
}

struct cert *store_by_name(struct store *s, const void *name_der, size_t n, size_t i)
{
    size_t at = store_first(s, name_der, n);
    if (i >= s->count - at)
        return NULL;
    struct ca *ca = &s->ca[at + i];
    return name_order(ca->name, ca->name_len, name_der, n) == 0 ? ca_cert(ca) : NULL;
}

struct cert *store_at(struct store *s, size_t i)
{
    return ca_cert(&s->ca[i]);
}

struct cert *store_head(struct store *s)
{
    if (!s->head.cert && s->head.der)
        s->head.cert = cert_read(s->head.der, s->head.der_len);
    return s->head.cert;
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
