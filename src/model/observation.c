/* observation - see observation.h. */
#include "src/model/observation.h"

#include <stdlib.h>
#include <string.h>

const char *const probe_words[] = {
    "resolve", "connect", "handshake", "large", "versions", "relaxed", "idle", "otherway", "ciphers",
    "groups", "sigalgs", "traits", "issuers", "revocation", "clients", "replay", "tries", "names",
    "variations", "load", "path", "sntp", "listen", "tap", "http", "judge", "machine", "other", NULL
};

const char *probe_name(const char *word)
{
    size_t i = 0;
    while (strcmp(probe_words[i], "other") != 0 && (!word || strcmp(probe_words[i], word) != 0))
        i++;
    return probe_words[i];
}

void observation_clear(struct observation *o)
{
    json_decref(o->value);
    free(o->text);
    free(o->bytes);
    *o = (struct observation){ 0 };
}
