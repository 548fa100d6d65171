/* reach - see reach.h. */
#include "src/model/reach.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/base/text.h"

/* RFC 6761, 6762, 8375, 9476, and what companies took for their own before. */
bool reach_public_name(const char *name)
{
    static const char *const own[] = { "local", "localhost", "localdomain", "internal", "intranet", "corp", "home",
                                       "lan", "private", "test", "invalid", "example", "arpa", "onion", "alt" };
    const char *dot = strrchr(name, '.');
    for (size_t i = 0; dot && i < sizeof own / sizeof *own; i++)
        if (text_is(dot + 1, own[i]))
            return false;
    return dot != NULL;
}

struct network { uint32_t base; int bits; };

/* RFC 1918, 1122, 3927, 6598 (carriers), 5771 (multicast). */
static bool ipv4_is_public(uint32_t a)
{
    static const struct network own[] = { { 0, 8 }, { 0x0a000000, 8 }, { 0x64400000, 10 }, { 0x7f000000, 8 },
                                          { 0xa9fe0000, 16 }, { 0xac100000, 12 }, { 0xc0a80000, 16 },
                                          { 0xe0000000, 3 } };
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        if ((a ^ own[i].base) >> (32 - own[i].bits) == 0)
            return false;
    return true;
}

static bool ipv6_is_public(const struct in6_addr *a)
{
    const uint8_t *b = a->s6_addr;
    if (IN6_IS_ADDR_V4MAPPED(a))
        return ipv4_is_public((uint32_t)b[12] << 24 | (uint32_t)b[13] << 16 | (uint32_t)b[14] << 8 | b[15]);
    return (b[0] & 0xe0) == 0x20; /* global unicast, RFC 4291 section 2.4 */
}

bool reach_public_address(const char *address)
{
    const char *end = address ? strrchr(address, ':') : NULL;
    struct in_addr four;
    struct in6_addr six;
    bool public = false;
    if (!end)
        return false;
    size_t n = *address == '[' ? strcspn(address + 1, "]%") : (size_t)(end - address);
    char *bare = mem_copy(address + (*address == '['), n);
    if (inet_pton(AF_INET, bare, &four) == 1)
        public = ipv4_is_public(ntohl(four.s_addr));
    else if (inet_pton(AF_INET6, bare, &six) == 1)
        public = ipv6_is_public(&six);
    free(bare);
    return public;
}
