/* client - see client.h. */
#include "src/wire/client.h"

#include "src/base/text.h"

#define NUMBERS(...) (const uint16_t[]){ __VA_ARGS__, 0 }

/* To measure a row again, let the client connect to a port that keeps what arrives, and read the
 * ClientHello: cipher_suites, extensions 10 (groups) and 13 (signature algorithms). Signalling
 * values such as 0x00ff are left out. */
#define CLIENT(id, ...) { .name = id, __VA_ARGS__ }
const struct client client_table[] = {
    CLIENT("default",
        .title = "a current, strict client: TLS 1.2 and 1.3 as Debian 12's OpenSSL offers them",
        .min = 0x0303, .max = 0x0304,
        .suites = NUMBERS(0x1302, 0x1303, 0x1301,
                          0xc02c, 0xc030, 0x009f, 0xcca9, 0xcca8, 0xccaa, 0xc02b, 0xc02f, 0x009e,
                          0xc024, 0xc028, 0x006b, 0xc023, 0xc027, 0x0067, 0xc00a, 0xc014, 0x0039,
                          0xc009, 0xc013, 0x0033, 0x009d, 0x009c, 0x003d, 0x003c, 0x0035, 0x002f),
        .groups = NUMBERS(0x001d, 0x0017, 0x001e, 0x0019, 0x0018,
                          0x0100, 0x0101, 0x0102, 0x0103, 0x0104),
        .sigalgs = NUMBERS(0x0403, 0x0503, 0x0603, 0x0807, 0x0808, 0x0809, 0x080a, 0x080b,
                           0x0804, 0x0805, 0x0806, 0x0401, 0x0501, 0x0601, 0x0303, 0x0301, 0x0302,
                           0x0402, 0x0502, 0x0602),
        .rsa_bits_min = 2048, .dh_bits_min = 2048,
        .source = "ClientHello of `openssl s_client` 3.0.19 (Debian 12), measured on loopback; "
                  "smallest keys: its security level 2"),
};
const size_t client_count = sizeof client_table / sizeof *client_table;

const struct client *client_find(const char *name)
{
    if (!name)
        name = "default";
    for (size_t i = 0; i < client_count; i++)
        if (text_is(client_table[i].name, name))
            return &client_table[i];
    return NULL;
}
