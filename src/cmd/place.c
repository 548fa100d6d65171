/* place - see place.h. */
#include "src/cmd/place.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "src/base/mem.h"
#include "src/base/text.h"

/* A name is looked up once, by the system. */
static bool address_find(struct place *p, const char *name, struct err *e)
{
    struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_ADDRCONFIG }, *list = NULL;
    char host[INET6_ADDRSTRLEN];
    if (text_is(name, "localhost"))
        return true;
    if (getaddrinfo(name, NULL, &hints, &list) != 0 || !list ||
        getnameinfo(list->ai_addr, list->ai_addrlen, host, sizeof host, NULL, 0, NI_NUMERICHOST) != 0) {
        char *shown = text_printable(name, strlen(name), 100);
        err_set(e, "\"%s\" has no address to listen on; 0.0.0.0 and [::] stand for all of this machine's", shown);
        free(shown);
    } else {
        p->address = mem_string(host);
    }
    if (list)
        freeaddrinfo(list);
    return p->address != NULL;
}

bool place_parse(struct place *p, const char *text, struct err *e)
{
    const char *colon = strrchr(text, ':'), *digits = colon ? colon + 1 : text;
    size_t n = colon ? (size_t)(colon - text) : 0, count = strspn(digits, "0123456789");
    bool bracket = n > 2 && text[0] == '[' && text[n - 1] == ']';
    char *shown = text_printable(text, strlen(text), 100);
    bool good = count && count < 6 && !digits[count] && atoi(digits) <= 65535 && (!colon || n);
    if (!good)
        err_set(e, "\"%s\" is no [ADDR:]PORT: 8443, 0.0.0.0:8443 or [::1]:8443 are; port 0 is any that is free", shown);
    else if (!bracket && memchr(text, ':', n))
        good = err_set(e, "the address in \"%s\" has colons, so it needs brackets: [::1]:8443", shown);
    free(shown);
    if (!good)
        return false;
    p->port = atoi(digits);
    if (!colon)
        return true;
    char *name = bracket ? mem_copy(text + 1, n - 2) : mem_copy(text, n);
    good = address_find(p, name, e);
    free(name);
    return good;
}
