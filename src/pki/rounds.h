/* rounds - what it costs to try a password: rounds of key derivation.
 *
 * Owns: counting them before they are made, and how many are made for one file.
 * Must not know: passwords, what is behind them.
 *
 * Each of these takes the price of one try from *left; false, and nothing is taken, where that is not enough. Where
 * nothing is derived, or the price can't be read, a try is free.
 */
#ifndef TLSWHY_PKI_ROUNDS_H
#define TLSWHY_PKI_ROUNDS_H

#include <gnutls/pkcs12.h>
#include <gnutls/x509.h>
#include <stdbool.h>

/* For one file, all tries together: two seconds or so. What is in use has thousands, and a million at most; a file may
 * claim two thousand million. */
#define ROUNDS_MAX 8000000

bool rounds_of_mac(gnutls_pkcs12_t p12, unsigned *left);
bool rounds_of_bag(gnutls_pkcs12_bag_t bag, unsigned *left);
bool rounds_of_key(const gnutls_datum_t *key, gnutls_x509_crt_fmt_t form, unsigned *left); /* PKCS#8 */

#endif
