/* Fuzz target of the endpoint grammar: a text that is taken has a canonical form that is taken,
 * too, and is its own canonical form; a text that is refused is refused with a printable sentence. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/text.h"
#include "src/model/endpoint.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = mem_copy(data, size);
    struct err e = {{0}};
    struct endpoint *ep = endpoint_parse(text, NULL, &e);
    must((ep == NULL) == (e.text[0] != '\0'));
    if (ep) {
        struct endpoint *again = endpoint_parse(ep->text, NULL, &e);
        must(again && strcmp(again->text, ep->text) == 0);
        must(strcmp(again->host, ep->host) == 0 && again->port == ep->port);
        endpoint_free(again);
    } else {
        char *clean = text_printable(e.text, strlen(e.text), sizeof e.text);
        must(strcmp(clean, e.text) == 0);
        free(clean);
    }
    endpoint_free(ep);
    free(text);
    return 0;
}
