/* fuzz_proxy - fuzz target of what a proxy answers, and of a command's words: whatever they are, the answer holds
 * together, and only a whole head with a status of 200 to 299 is a way.
 */
#include <stdlib.h>
#include <string.h>

#include "probes/proxy.h"
#include "src/base/mem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

static void words_hold(const char *text)
{
    struct err e = { "" };
    char **words = via_command(text, "host", 443, &e);
    must((words != NULL) == (e.text[0] == '\0'));
    size_t n = 0;
    while (words && words[n])
        n++;
    must(!words || (n > 0 && n <= VIA_WORDS_MAX));
    via_command_free(words);
}

static void value_holds(const char *text)
{
    struct err e = { "" };
    struct via v, again;
    if (!via_parse(text, &v, &e)) {
        must(e.text[0]);
    } else { /* its one spelling means the same */
        must(via_parse(v.shown, &again, &e) && again.kind == v.kind && strcmp(again.shown, v.shown) == 0);
        via_clear(&again);
    }
    via_clear(&v);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct proxy_answer a = proxy_read_http(data, size, size & 1);
    must(a.outcome < PROXY_OUTCOMES && a.code >= -1 && a.code <= 999);
    must((a.outcome == PROXY_READY) == (a.code >= 200 && a.code <= 299));
    must((a.outcome == PROXY_GARBLED) == (a.code < 0));
    free(a.said);
    char *text = mem_copy(data, size);
    words_hold(text);
    value_holds(text);
    free(text);
    return 0;
}
