/* stack - see stack.h. */
#include "src/why/stack.h"

#include "src/base/text.h"
#include "src/why/among.h"

/* What SSL 2.0 and SSL 3.0 are refused by. OpenSSL 3.0 (nginx, Apache, HAProxy, stunnel, hitch, Node, Postfix), JDK 17,
 * GnuTLS 3.7 and Go 1.19 alike, NSS 3.87; mbedTLS, wolfSSL and Botan close the first and say 70 to the second. */
static const struct { const char *word, *ssl2, *ssl3; } stacks[] = {
    { "like-openssl", "alert 70 ", "alert 40 " },
    { "like-java", "alert 40 ", "alert 70 " },
    { "like-gnutls", "alert 70 ", "alert 70 " },
    { "like-nss", "alert 10 ", "alert 70 " },
    { "like-small", "closed", "alert 70 " },
};

static bool answers(const json_t *versions, const char *version, const char *by)
{
    const char *answer = json_string_value(json_object_get(versions, version));
    return answer && text_starts(answer, by);
}

bool stack_is(const json_t *versions, const char *words)
{
    for (size_t i = 0; i < sizeof stacks / sizeof *stacks; i++)
        if (answers(versions, "ssl2", stacks[i].ssl2) && answers(versions, "ssl3", stacks[i].ssl3) &&
            among(words, stacks[i].word))
            return true;
    return false;
}
