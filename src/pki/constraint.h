/* constraint - what the name constraints of a CA forbid (RFC 5280 sections 4.2.1.10 and 6.1.3).
 *
 * Owns: reading them, and comparing the names of a certificate with them, within a bound.
 * Must not know: chains, what follows from a name that is forbidden.
 */
#ifndef TLSWHY_PKI_CONSTRAINT_H
#define TLSWHY_PKI_CONSTRAINT_H

#include "src/model/cert.h"

struct constraint;

/* Of this CA, which must outlive them. NULL: it has none, or none that can be read. */
struct constraint *constraint_new(const struct cert *ca);
void constraint_free(struct constraint *k); /* accepts NULL */
/* What of `c` they forbid, to be read after "has": "a DNS name"; const. NULL: nothing. URIs are not compared. */
const char *constraint_broken(const struct constraint *k, const struct cert *c);

#endif
