/* login - the file of --proxy-auth.
 *
 * Owns: reading "user:password" from its first line, and looking at who else may read it.
 * Must not know: what it is for.
 */
#ifndef TLSWHY_CMD_LOGIN_H
#define TLSWHY_CMD_LOGIN_H

#include <stdbool.h>

#include "src/base/err.h"

/* Owned by the caller; NULL and a sentence, which never quotes the file, when there is none. *open: others than its
 * owner can read it. */
char *login_load(const char *path, bool *open, struct err *e);
/* Overwrites and frees it; accepts NULL. */
void login_free(char *login);

#endif
