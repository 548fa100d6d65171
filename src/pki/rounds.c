/* rounds - see rounds.h. GnuTLS is given no room for the salt, which nobody wants here, and calls that an error. */
#include "src/pki/rounds.h"

static bool rounds_pay(int error, char *oid, unsigned rounds, unsigned *left)
{
    gnutls_free(oid);
    if (error < 0 && error != GNUTLS_E_SHORT_MEMORY_BUFFER)
        return true;
    if (rounds > *left)
        return false;
    *left -= rounds;
    return true;
}

bool rounds_of_mac(gnutls_pkcs12_t p12, unsigned *left)
{
    unsigned mac, salt = 0, rounds = 0;
    char *oid = NULL;
    int error = gnutls_pkcs12_mac_info(p12, &mac, NULL, &salt, &rounds, &oid);
    return rounds_pay(error, oid, rounds, left);
}

bool rounds_of_bag(gnutls_pkcs12_bag_t bag, unsigned *left)
{
    unsigned schema, cipher, salt = 0, rounds = 0;
    char *oid = NULL;
    int error = gnutls_pkcs12_bag_enc_info(bag, &schema, &cipher, NULL, &salt, &rounds, &oid);
    return rounds_pay(error, oid, rounds, left);
}

bool rounds_of_key(const gnutls_datum_t *key, gnutls_x509_crt_fmt_t form, unsigned *left)
{
    unsigned schema, cipher, salt = 0, rounds = 0;
    char *oid = NULL;
    int error = gnutls_pkcs8_info(key, form, &schema, &cipher, NULL, &salt, &rounds, &oid);
    return rounds_pay(error, oid, rounds, left);
}
