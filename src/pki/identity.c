/* identity - see identity.h. */
#include "src/pki/identity.h"

#include <errno.h>
#include <fcntl.h>
#include <gnutls/abstract.h>
#include <gnutls/pkcs12.h>
#include <gnutls/x509.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/base/when.h"
#include "src/pki/bundle.h"
#include "src/pki/path.h"
#include "src/pki/read.h"
#include "src/pki/rounds.h"

#define FILE_BYTES_MAX (1u << 20)
#define PASS_MAX 1024        /* bytes of a passphrase */
#define CERTS_MAX 32
#define BAGS_MAX 64          /* of PKCS#12 */

/* What this process would have written of itself, before it held a key. */
struct hush { bool on; int dumpable; struct rlimit core; };

struct identity {
    struct cert *cert[CERTS_MAX]; /* references; the client's own first */
    size_t count;
    gnutls_x509_privkey_t key;    /* owned */
    bool fits;
    struct hush hush;
};

static void hush_begin(struct hush *h)
{
    h->on = getrlimit(RLIMIT_CORE, &h->core) == 0;
    h->dumpable = prctl(PR_GET_DUMPABLE);
    prctl(PR_SET_DUMPABLE, 0);
    if (h->on)
        setrlimit(RLIMIT_CORE, &(struct rlimit){ .rlim_cur = 0, .rlim_max = h->core.rlim_max });
}

static void hush_end(const struct hush *h)
{
    if (!h->on)
        return;
    setrlimit(RLIMIT_CORE, &h->core);
    prctl(PR_SET_DUMPABLE, h->dumpable == 1); /* 2 is the kernel's alone to give */
}

static void wipe(void *p, size_t n)
{
    if (p)
        explicit_bzero(p, n);
    free(p);
}

/* --- certificates ------------------------------------------------------------------------------ */

static bool is_pem_key(const struct identity_bytes *b)
{
    return memmem(b->p, b->n, "PRIVATE KEY-----", 16) != NULL;
}

static bool certs_read(struct identity *id, const struct identity_bytes *from, struct err *e)
{
    struct bundle b;
    bundle_read(from->p, from->n, CERTS_MAX, &b);
    for (size_t i = 0; i < b.count; i++)
        id->cert[id->count++] = cert_read(b.cert[i].p, b.cert[i].left);
    size_t more = b.more, broken = b.broken;
    explicit_bzero(b.bytes, from->n); /* who names the key by mistake has it copied here */
    bundle_free(&b);
    if (more)
        return err_set(e, "%s holds more than %d certificates; the client's own and its chain are needed", from->name,
                       CERTS_MAX);
    if (!id->count && broken)
        return err_set(e, "%s holds no certificate that can be decoded: it is damaged", from->name);
    if (!id->count && is_pem_key(from))
        return err_set(e, "%s holds a private key and no certificate; name the certificate with cert=, and this file "
                       "with key=", from->name);
    if (!id->count)
        return err_set(e, "%s holds no certificate, in PEM, DER or PKCS#12", from->name);
    return !id->cert[0]->malformed ||
           err_set(e, "the certificate in %s can't be decoded: %s", from->name, id->cert[0]->fault);
}

/* --- keys --------------------------------------------------------------------------------------- */

static bool is_encrypted(const gnutls_datum_t *d, gnutls_x509_crt_fmt_t form)
{
    unsigned schema, cipher, salt_len = 0, rounds = 0;
    char *oid = NULL;
    int error = gnutls_pkcs8_info(d, form, &schema, &cipher, NULL, &salt_len, &rounds, &oid);
    gnutls_free(oid);
    return error >= 0 || error == GNUTLS_E_SHORT_MEMORY_BUFFER ||
           (form == GNUTLS_X509_FMT_PEM && memmem(d->data, d->size, "ENCRYPTED", 9));
}

static bool key_refused(const struct identity_bytes *from, const struct identity_bytes *pass, bool locked, int error,
                        struct err *e)
{
    if (locked && !pass)
        return err_set(e, "the private key in %s is encrypted: write its passphrase into the first line of a file, and "
                       "name that with pass-file=", from->name);
    if (locked)
        return err_set(e, "the passphrase in %s does not open the private key in %s", pass->name, from->name);
    if (memmem(from->p, from->n, "OPENSSH PRIVATE KEY", 19))
        return err_set(e, "%s holds a key in the form of ssh; turn a copy of it into PEM with: ssh-keygen -p -m PEM -f "
                       "FILE", from->name);
    return err_set(e, "the private key in %s can't be read: %s", from->name, gnutls_strerror(error));
}

/* A key file in PEM or DER, PKCS#8 or an older form. */
static bool key_read(struct identity *id, const struct identity_bytes *from, const struct identity_bytes *pass,
                     const char *phrase, struct err *e)
{
    gnutls_datum_t d = { (unsigned char *)(uintptr_t)from->p, (unsigned)from->n };
    bool pem = memmem(from->p, from->n, "-----BEGIN ", 11) != NULL;
    gnutls_x509_crt_fmt_t form = pem ? GNUTLS_X509_FMT_PEM : GNUTLS_X509_FMT_DER;
    unsigned left = ROUNDS_MAX;
    if (pem && !is_pem_key(from))
        return err_set(e, "%s holds no private key; name the file that does with key=", from->name);
    if (!rounds_of_key(&d, form, &left))
        return err_set(e, "the passphrase of the private key in %s is stretched by more rounds than are made here",
                       from->name);
    if (gnutls_x509_privkey_init(&id->key) < 0)
        return err_set(e, "GnuTLS can't be used on this machine: it gives no key");
    int error = gnutls_x509_privkey_import2(id->key, &d, form, phrase, 0);
    return error >= 0 || key_refused(from, pass, is_encrypted(&d, form), error, e);
}

/* --- PKCS#12 ------------------------------------------------------------------------------------ */

/* What opening the bags costs, as far as it can be seen from outside; more stands within what is encrypted. */
static bool bags_pay(gnutls_pkcs12_t p12, unsigned *left)
{
    bool good = true;
    for (int i = 0; i < BAGS_MAX && good; i++) {
        gnutls_pkcs12_bag_t bag;
        gnutls_datum_t d;
        if (gnutls_pkcs12_bag_init(&bag) < 0)
            return false;
        bool last = gnutls_pkcs12_get_bag(p12, i, bag) < 0;
        if (!last)
            good = rounds_of_bag(bag, left);
        if (!last && good && (int)gnutls_pkcs12_bag_get_type(bag, 0) == GNUTLS_BAG_PKCS8_ENCRYPTED_KEY &&
            gnutls_pkcs12_bag_get_data(bag, 0, &d) >= 0)
            good = rounds_of_key(&d, GNUTLS_X509_FMT_DER, left);
        gnutls_pkcs12_bag_deinit(bag);
        if (last)
            break;
    }
    return good;
}

static bool p12_pays(gnutls_pkcs12_t p12)
{
    unsigned left = ROUNDS_MAX;
    return rounds_of_mac(p12, &left) && bags_pay(p12, &left);
}

static void crts_take(struct identity *id, gnutls_x509_crt_t *crt, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        gnutls_datum_t der = { NULL, 0 };
        if (id->count < CERTS_MAX && gnutls_x509_crt_export2(crt[i], GNUTLS_X509_FMT_DER, &der) >= 0)
            id->cert[id->count++] = cert_read(der.data, der.size);
        gnutls_free(der.data);
        gnutls_x509_crt_deinit(crt[i]);
    }
    gnutls_free(crt);
}

static bool p12_open(struct identity *id, gnutls_pkcs12_t p12, const struct identity_bytes *from,
                     const struct identity_bytes *pass, const char *phrase, struct err *e)
{
    gnutls_x509_crt_t *chain = NULL, *extra = NULL;
    unsigned chain_len = 0, extra_len = 0;
    if (!p12_pays(p12))
        return err_set(e, "the password of %s is stretched by more rounds than are made here", from->name);
    int error = gnutls_pkcs12_verify_mac(p12, phrase);
    if (error == GNUTLS_E_MAC_VERIFY_FAILED && !phrase)
        error = gnutls_pkcs12_verify_mac(p12, phrase = "");
    if (error == GNUTLS_E_MAC_VERIFY_FAILED && !pass)
        return err_set(e, "%s is a PKCS#12 file with a password: write that into the first line of a file, and name it "
                       "with pass-file=", from->name);
    if (error == GNUTLS_E_MAC_VERIFY_FAILED)
        return err_set(e, "the passphrase in %s does not open %s", pass->name, from->name);
    error = gnutls_pkcs12_simple_parse(p12, phrase, &id->key, &chain, &chain_len, &extra, &extra_len, NULL, 0);
    if (error == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE)
        return err_set(e, "%s is a PKCS#12 file without a private key in it that belongs to a certificate; both are "
                       "needed", from->name);
    if (error < 0)
        return err_set(e, "%s can't be read as PKCS#12: %s", from->name, gnutls_strerror(error));
    crts_take(id, chain, chain_len);
    crts_take(id, extra, extra_len);
    if (!id->count)
        return err_set(e, "%s is a PKCS#12 file without a certificate in it", from->name);
    return !id->cert[0]->malformed ||
           err_set(e, "the certificate in %s can't be decoded: %s", from->name, id->cert[0]->fault);
}

enum p12 { P12_NONE, P12_OPEN, P12_BAD };

static enum p12 p12_read(struct identity *id, const struct identity_bytes *from, const struct identity_bytes *pass,
                         const char *phrase, struct err *e)
{
    gnutls_datum_t d = { (unsigned char *)(uintptr_t)from->p, (unsigned)from->n };
    gnutls_pkcs12_t p12;
    enum p12 how = P12_NONE;
    if (!from->n || *(const uint8_t *)from->p != 0x30 || gnutls_pkcs12_init(&p12) < 0)
        return P12_NONE;
    if (gnutls_pkcs12_import(p12, &d, GNUTLS_X509_FMT_DER, 0) >= 0)
        how = p12_open(id, p12, from, pass, phrase, e) ? P12_OPEN : P12_BAD;
    gnutls_pkcs12_deinit(p12);
    return how;
}

/* --- both --------------------------------------------------------------------------------------- */

static bool key_fits(const struct identity *id)
{
    unsigned char a[64], b[64];
    size_t an = sizeof a, bn = sizeof b;
    gnutls_x509_crt_t crt = cert_crt(id->cert[0]);
    bool fits = crt && gnutls_x509_crt_get_key_id(crt, GNUTLS_KEYID_USE_SHA256, a, &an) >= 0 &&
                gnutls_x509_privkey_get_key_id(id->key, GNUTLS_KEYID_USE_SHA256, b, &bn) >= 0 && an == bn &&
                memcmp(a, b, an) == 0;
    if (crt)
        gnutls_x509_crt_deinit(crt);
    return fits;
}

/* The first line; what follows may be a note. Wiped by the caller. */
static char *phrase_of(const struct identity_bytes *pass, struct err *e)
{
    const char *p = pass->p, *end = pass->n ? memchr(p, '\n', pass->n) : NULL;
    size_t n = end ? (size_t)(end - p) : pass->n;
    if (n && p[n - 1] == '\r')
        n--;
    if (n > PASS_MAX || memchr(p, '\0', n)) {
        err_set(e, "the first line of %s is no passphrase: it has %s", pass->name,
                n > PASS_MAX ? "more than 1024 bytes" : "a zero byte in it");
        return NULL;
    }
    return mem_copy(p, n);
}

/* Instead of the one that came with the certificate, if one did. */
static bool key_other(struct identity *id, const struct identity_bytes *key, const struct identity_bytes *pass,
                      const char *phrase, struct err *e)
{
    struct identity other = { .count = 0 };
    enum p12 how = p12_read(&other, key, pass, phrase, e);
    for (size_t i = 0; i < other.count; i++)
        cert_free(other.cert[i]);
    if (id->key)
        gnutls_x509_privkey_deinit(id->key);
    id->key = other.key;
    return how == P12_NONE ? key_read(id, key, pass, phrase, e) : how == P12_OPEN;
}

struct identity *identity_read(const struct identity_bytes *cert, const struct identity_bytes *key,
                               const struct identity_bytes *pass, struct err *e)
{
    struct identity *id = mem_new(sizeof *id);
    char *phrase = pass ? phrase_of(pass, e) : NULL;
    bool good = !pass || phrase;
    enum p12 how = good ? p12_read(id, cert, pass, phrase, e) : P12_BAD;
    good = how == P12_OPEN || (how == P12_NONE && certs_read(id, cert, e));
    if (good && key)
        good = key_other(id, key, pass, phrase, e);
    else if (good && how == P12_NONE)
        good = key_read(id, cert, pass, phrase, e);
    if (phrase)
        wipe(phrase, strlen(phrase));
    if (good) {
        id->fits = key_fits(id);
        return id;
    }
    identity_free(id);
    return NULL;
}

/* --- files -------------------------------------------------------------------------------------- */

static void bytes_free(struct identity_bytes *b)
{
    wipe((void *)(uintptr_t)b->p, b->n);
    free((char *)(uintptr_t)b->name);
}

/* The size is known before the first byte is read: a buffer that grew would leave copies behind. */
static bool fd_read(int fd, struct identity_bytes *b, struct err *e)
{
    struct stat st;
    if (fstat(fd, &st) < 0)
        return err_set(e, "%s can't be read: %s", b->name, strerror(errno));
    if (!S_ISREG(st.st_mode))
        return err_set(e, "%s is no plain file", b->name);
    if (st.st_size > (off_t)FILE_BYTES_MAX)
        return err_set(e, "%s has %lld bytes; a file with a certificate or a key may have %u at most", b->name,
                       (long long)st.st_size, FILE_BYTES_MAX);
    uint8_t *p = mem_new((size_t)st.st_size + 1);
    b->p = p;
    while (b->n < (size_t)st.st_size) {
        ssize_t got = read(fd, p + b->n, (size_t)st.st_size - b->n);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return err_set(e, "%s can't be read: %s", b->name, strerror(errno));
        if (got == 0)
            break;
        b->n += (size_t)got;
    }
    return b->n || err_set(e, "%s is empty", b->name);
}

/* O_NONBLOCK: opening a FIFO must not wait for somebody to write to it. */
static bool bytes_load(const char *path, struct identity_bytes *b, struct err *e)
{
    *b = (struct identity_bytes){ .name = text_printable(path, strlen(path), 200) };
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return err_set(e, "%s can't be read: %s", b->name, strerror(errno));
    bool good = fd_read(fd, b, e);
    close(fd);
    return good;
}

struct identity *identity_load(const struct identity_files *f, struct err *e)
{
    struct identity_bytes cert = { .n = 0 }, key = { .n = 0 }, pass = { .n = 0 };
    struct hush hush = { .on = false };
    struct identity *id = NULL;
    hush_begin(&hush);
    if (bytes_load(f->cert, &cert, e) && (!f->key || bytes_load(f->key, &key, e)) &&
        (!f->pass || bytes_load(f->pass, &pass, e)))
        id = identity_read(&cert, f->key ? &key : NULL, f->pass ? &pass : NULL, e);
    bytes_free(&cert);
    bytes_free(&key);
    bytes_free(&pass);
    if (id)
        id->hush = hush;
    else
        hush_end(&hush);
    return id;
}

void identity_free(struct identity *id)
{
    if (!id)
        return;
    for (size_t i = 0; i < id->count; i++)
        cert_free(id->cert[i]);
    if (id->key)
        gnutls_x509_privkey_deinit(id->key); /* which wipes it */
    hush_end(&id->hush);
    free(id);
}

struct cert *const *identity_certs(const struct identity *id, size_t *n)
{
    *n = id->count;
    return id->cert;
}

bool identity_fits(const struct identity *id)
{
    return id->fits;
}

bool identity_give(const struct identity *id, gnutls_certificate_credentials_t to)
{
    gnutls_x509_crt_t crt[CERTS_MAX];
    int n = 0, error = GNUTLS_E_CERTIFICATE_KEY_MISMATCH;
    if (!id->fits)
        return false;
    for (size_t i = 0; i < id->count; i++)
        if (!id->cert[i]->malformed && (crt[n] = cert_crt(id->cert[i])))
            n++;
    error = gnutls_certificate_set_x509_key(to, crt, n, id->key);
    if (error < 0 && n > 1) /* what stands behind it is no chain of its */
        error = gnutls_certificate_set_x509_key(to, crt, 1, id->key);
    for (int i = 0; i < n; i++)
        gnutls_x509_crt_deinit(crt[i]);
    return error >= 0;
}

/* --- judging ------------------------------------------------------------------------------------ */

/* The certificate given that issued this one, NULL for none. */
static const struct cert *given_issuer(const struct identity *id, const struct cert *of)
{
    for (size_t i = 1; i < id->count; i++)
        if (id->cert[i] != of && !id->cert[i]->malformed && path_named(id->cert[i], of))
            return id->cert[i];
    return NULL;
}

static bool name_listed(const struct identity_ask *ask, const uint8_t *der, size_t n)
{
    for (size_t i = 0; i < ask->ca_count; i++)
        if (ask->ca[i].size == n && memcmp(ask->ca[i].data, der, n) == 0)
            return true;
    return false;
}

static bool issuer_listed(const struct identity_ask *ask, const struct cert *c)
{
    return name_listed(ask, c->issuer_der, c->issuer_der_len);
}

/* As a server would go up: from the client's own through what was given, to the last one it can reach. */
static const struct cert *chain_top(const struct identity *id, const struct identity_ask *ask, bool *listed,
                                    bool *broken)
{
    const struct cert *c = id->cert[0];
    *listed = issuer_listed(ask, c);
    *broken = false;
    for (size_t i = 0; i < id->count && !c->self_issued; i++) {
        const struct cert *up = given_issuer(id, c);
        if (!up)
            break;
        *broken |= path_verify(ask->cache, c, up) == LINK_BAD;
        c = up;
        *listed |= issuer_listed(ask, c);
    }
    return c;
}

/* The certificate that leads on from `top` to a CA the server accepts, NULL where none is known. */
static const struct cert *bridge(const struct identity_ask *ask, const struct cert *top)
{
    for (size_t i = 0; i < ask->other_count; i++) {
        const struct cert *c = ask->other[i];
        if (!c->malformed && !c->self_issued && path_named(c, top) && issuer_listed(ask, c) &&
            path_verify(ask->cache, top, c) != LINK_BAD)
            return c;
    }
    return NULL;
}

static bool key_weak(const struct cert *c)
{
    bool rsa = text_is(c->key, "RSA") || text_is(c->key, "RSA-PSS") || text_is(c->key, "DSA");
    return c->key_bits && c->key_bits < (rsa ? 2048 : 224);
}

static bool is_expired(const struct cert *c, int64_t now) { return c->not_after < now; }
static bool is_early(const struct cert *c, int64_t now) { return c->not_before > now; }

static bool lacks_client(const struct cert *c)
{
    return c->has_ext_usage && !c->usage_client && !c->usage_any;
}

/* RFC 8446 section 4.4.2.3; up to TLS 1.2 a key agreement alone could do, which nobody uses. */
static bool lacks_signature(const struct cert *c)
{
    return c->has_key_usage && !(c->key_usage & USAGE_DIGITAL_SIGNATURE);
}

static bool digest_weak(const struct cert *c)
{
    return text_is(c->digest, "SHA1") || text_is(c->digest, "MD5");
}

static bool upper_any(const struct identity *id, int64_t now, bool (*is)(const struct cert *c, int64_t now))
{
    for (size_t i = 1; i < id->count; i++)
        if (!id->cert[i]->malformed && is(id->cert[i], now))
            return true;
    return false;
}

/* In the order in which they should be mended. */
static json_t *faults_json(const struct identity *id, const struct identity_ask *ask, bool broken)
{
    const struct cert *own = id->cert[0];
    bool self = own->self_issued && path_verify(ask->cache, own, own) == LINK_GOOD;
    const struct { bool is; const char *word; } fault[] = {
        { !id->fits, "key-mismatch" },
        { is_expired(own, ask->now), "expired" },
        { is_early(own, ask->now), "not-yet-valid" },
        { self, "self-signed" },
        { broken, "chain-broken" },
        { upper_any(id, ask->now, is_expired), "chain-expired" },
        { upper_any(id, ask->now, is_early), "chain-not-yet-valid" },
        { lacks_client(own), "no-client-auth" },
        { lacks_signature(own), "key-usage" },
        { key_weak(own), "weak-key" },
        { !self && digest_weak(own), "weak-digest" },
    };
    json_t *list = json_array();
    for (size_t i = 0; i < sizeof fault / sizeof *fault; i++)
        if (fault[i].is)
            json_array_append_new(list, json_string(fault[i].word));
    return list;
}

json_t *identity_judge(const struct identity *id, const struct identity_ask *ask, char **text)
{
    const struct cert *own = id->cert[0];
    char from[WHEN_LEN], to[WHEN_LEN];
    bool listed, broken;
    const struct cert *top = chain_top(id, ask, &listed, &broken);
    const struct cert *missing = ask->ca_count && !listed ? bridge(ask, top) : NULL;
    char *key = own->curve ? mem_format("%s %s", own->key, own->curve)
                           : mem_format("%s %d", own->key ? own->key : "?", own->key_bits);
    json_t *faults = faults_json(id, ask, broken);
    *text = mem_format("the client certificate \"%s\", issued by \"%s\"%s, %s", cert_name(own),
                       own->issuer_cn ? own->issuer_cn : own->issuer, id->count > 1 ? ", with its chain" : "",
                       ask->sent  ? "was sent"
                       : id->fits ? "was not sent"
                                  : "was not sent: the private key is another one's");
    json_t *v = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:i, s:o, s:s, s:s?, s:b}", "subject", own->subject, "issuer",
                          own->issuer, "not_before", when_format(own->not_before, from), "not_after",
                          when_format(own->not_after, to), "sha256", own->sha256, "key", key, "chain", (int)id->count,
                          "faults", faults, "top", top->issuer, "missing", missing ? missing->subject : NULL, "sent",
                          ask->sent);
    free(key);
    json_object_set_new(v, "in_ca_list", ask->ca_count ? json_boolean(listed) : json_null());
    return v;
}
