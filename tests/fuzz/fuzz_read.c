/* A hostile certificate: read, compared with a name, judged as a leaf, as its own issuer and as the only CA there is,
 * and its name constraints applied to itself. */
#include <stdlib.h>
#include <unistd.h>

#include "src/pki/constraint.h"
#include "src/pki/host.h"
#include "src/pki/judge.h"
#include "src/pki/path.h"
#include "src/pki/read.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static struct store *store_of(const uint8_t *p, size_t n)
{
    char name[] = "/tmp/tlswhy-fuzz-XXXXXX";
    int fd = mkstemp(name);
    struct store *s = fd >= 0 && write(fd, p, n) == (ssize_t)n ? store_load(name, NULL) : NULL;
    if (fd >= 0) {
        close(fd);
        unlink(name);
    }
    return s;
}

static void judge_one(struct cert *c, struct store *s)
{
    struct cert *sent[] = { c, c };
    struct judge_ask ask = { .sent = sent, .sent_count = 2, .store = s, .now = INT64_C(1800000000),
                             .name = "www.example.org", .rsa_bits_min = 2048, .min_days = -1 };
    struct chain *chain = chain_judge(NULL, &ask);
    json_decref(chain_faults_json(chain));
    json_decref(chain_json(chain, sent, 2));
    chain_free(chain);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    static const char *const names[] = { "www.example.org", "192.0.2.1", "spiffe://example.org/a",
                                         "2001:db8::1" };
    struct cert *c = cert_read(p, n);
    struct store *own = store_of(p, n), *none = store_of((const uint8_t *)"0", 1);
    for (size_t i = 0; !c->malformed && i < sizeof names / sizeof *names; i++)
        host_fit(c, names[i]);
    free(host_names(c, 3));
    struct constraint *k = c->malformed ? NULL : constraint_new(c);
    if (k)
        constraint_broken(k, c);
    constraint_free(k);
    path_key_slow(p, n);
    json_decref(cert_to_json(c, true));
    if (own)
        judge_one(c, own);
    store_free(own);
    store_free(none);
    cert_free(c);
    return 0;
}
