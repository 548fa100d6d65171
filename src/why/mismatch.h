/* mismatch - what is said about lists that have nothing in common.
 *
 * Owns: the detail and the words of cipher-mismatch and group-mismatch, and which of the fixes apply.
 * Must not know: when a mismatch is named (relaxed.c, sign.c), which change is the smallest (change.c).
 *
 * Detail: "dimension" ("suites" "groups" "sigalgs"), "offered", "taken" (IANA names), "taken_complete",
 * "overlap" (something offered is taken, the refusal has another reason within this list),
 * "server_key" and "client_key" (kinds of keys, where these don't fit), "curve" (of the server's key,
 * not offered), "together_with" (dimensions that need a change as well), "server_change" and
 * "client_change": {"add": name, "openssl": name|null, "weak": bool} or null, "first": the side to change.
 * Words: {short} {share} {offered} {taken} {why} and those of the fixes.
 */
#ifndef TLSWHY_WHY_MISMATCH_H
#define TLSWHY_WHY_MISMATCH_H

#include "src/why/detail.h"

void mismatch_suites(const struct look *l, struct words *w, uint32_t mask);
void mismatch_groups(const struct look *l, struct words *w, uint32_t mask);
void mismatch_sigalgs(const struct look *l, struct words *w, uint32_t mask);
/* What the cmdlets of Windows call a group. */
const char *group_windows(uint16_t number);

#endif
