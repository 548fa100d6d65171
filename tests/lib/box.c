/* box - a box on the path that looks into packets, for tests: it drops, resets or answers what it does not like.
 *
 * Owns: reading IPv4 and IPv6 packets from a TUN device, and writing back those that may go on.
 * Must not know: TLS. What it looks for are bytes, or a length.
 *
 * usage: box DEVICE WHAT DO
 *   WHAT  text=TEXT   the TCP payload of one packet has this text in it; hex=0304: these bytes
 *         over=N      the packet has more than N bytes
 *         short       it begins a TLS record that is not whole in it
 *         any         it has a payload at all
 *   DO    drop        it is gone
 *         reset=TTL   its sender gets a reset in the server's name, with this time to live
 *         page=TTL    its sender gets a page of HTTP and the end of the connection, likewise; alert=TTL: a TLS alert;
 *         close=TTL   the end alone
 * Routes must lead packets into DEVICE, and past it those that come out of it. It says "ready" when it is.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { FLAG_FIN = 1, FLAG_SYN = 2, FLAG_RST = 4, FLAG_PSH = 8, FLAG_ACK = 16 };
enum { TCP_HEADER = 20, PACKET_MAX = 65536 };

struct rule {
    const char *kind, *act;
    uint8_t bytes[256];
    size_t len, over;
    uint8_t ttl;
};

struct packet {            /* lent: points into the bytes read */
    bool six;
    const uint8_t *from, *to; /* addresses: 4 or 16 bytes */
    const uint8_t *tcp, *payload;
    size_t len, payload_len;
};

static const char page[] = "HTTP/1.1 403 Forbidden\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n"
                           "<html><title>Blocked</title>This site is blocked.</html>\r\n";

static const char alert[] = "\x15\x03\x03\0\x02\x02\x28";

static uint32_t number32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static void number_put(uint8_t *p, uint32_t n, int bytes)
{
    while (bytes--) {
        p[bytes] = (uint8_t)n;
        n >>= 8;
    }
}

/* False where it is no TCP packet, or not all of it is there. IPv6's extension headers are passed over unseen. */
static bool packet_read(struct packet *k, const uint8_t *p, size_t n)
{
    size_t head = n && p[0] >> 4 == 4 ? (size_t)(p[0] & 15) * 4 : 40;
    *k = (struct packet){ .six = n && p[0] >> 4 == 6, .len = n };
    if (n < head + TCP_HEADER || (k->six ? p[6] : p[9]) != IPPROTO_TCP)
        return false;
    k->from = p + (k->six ? 8 : 12);
    k->to = k->from + (k->six ? 16 : 4);
    k->tcp = p + head;
    size_t skip = head + (size_t)(k->tcp[12] >> 4) * 4;
    if (skip > n)
        return false;
    k->payload = p + skip;
    k->payload_len = n - skip;
    return true;
}

static bool record_is_cut(const struct packet *k)
{
    return k->payload_len >= 5 && k->payload[0] == 22 && k->payload[1] == 3 &&
           5 + ((size_t)k->payload[3] << 8 | k->payload[4]) > k->payload_len;
}

static bool rule_fits(const struct rule *r, const struct packet *k)
{
    if (strcmp(r->kind, "short") == 0)
        return record_is_cut(k);
    if (strcmp(r->kind, "over") == 0)
        return k->len > r->over;
    if (strcmp(r->kind, "any") == 0)
        return k->payload_len > 0;
    return k->payload_len && memmem(k->payload, k->payload_len, r->bytes, r->len);
}

static uint32_t sum_of(const uint8_t *p, size_t n, uint32_t sum)
{
    for (size_t i = 0; i + 1 < n; i += 2)
        sum += (uint32_t)p[i] << 8 | p[i + 1];
    return n & 1 ? sum + ((uint32_t)p[n - 1] << 8) : sum;
}

static uint16_t sum_end(uint32_t sum)
{
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)~sum;
}

/* In the name of whom the packet was meant for, back to its sender. Returns the length of what it wrote to `out`. */
static size_t answer_write(const struct packet *k, uint8_t *out, int flags, const char *text, size_t n, uint8_t ttl,
                           uint32_t ahead)
{
    size_t address = k->six ? 16 : 4, head = k->six ? 40 : 20, all = TCP_HEADER + n;
    uint8_t *tcp = out + head, *from = out + (k->six ? 8 : 12);
    memset(out, 0, head + TCP_HEADER);
    out[0] = k->six ? 0x60 : 0x45;
    number_put(out + (k->six ? 4 : 2), (uint32_t)(k->six ? all : head + all), 2);
    out[k->six ? 6 : 9] = IPPROTO_TCP;
    out[k->six ? 7 : 8] = ttl;
    memcpy(from, k->to, address);
    memcpy(from + address, k->from, address);
    memcpy(tcp, k->tcp + 2, 2);
    memcpy(tcp + 2, k->tcp, 2);
    number_put(tcp + 4, number32(k->tcp + 8) + ahead, 4);
    number_put(tcp + 8, number32(k->tcp + 4) + (uint32_t)k->payload_len, 4);
    tcp[12] = TCP_HEADER / 4 << 4;
    tcp[13] = (uint8_t)flags;
    number_put(tcp + 14, 65535, 2);
    if (n)
        memcpy(tcp + TCP_HEADER, text, n);
    if (!k->six)
        number_put(out + 10, sum_end(sum_of(out, head, 0)), 2);
    number_put(tcp + 16, sum_end(sum_of(tcp, all, sum_of(from, 2 * address, (uint32_t)(IPPROTO_TCP + all)))), 2);
    return head + all;
}

static void packet_send(int fd, const uint8_t *p, size_t n)
{
    if (n && write(fd, p, n) < 0)
        perror("box: write");
}

/* Bytes, if any, and the end of the connection. */
static void last_word(int fd, const struct packet *k, const char *text, size_t n, uint8_t ttl)
{
    uint8_t out[1024];
    if (n)
        packet_send(fd, out, answer_write(k, out, FLAG_PSH | FLAG_ACK, text, n, ttl, 0));
    packet_send(fd, out, answer_write(k, out, FLAG_FIN | FLAG_ACK, NULL, 0, ttl, (uint32_t)n));
}

static void act(int fd, const struct rule *r, const struct packet *k)
{
    uint8_t out[1024];
    if (strcmp(r->act, "reset") == 0)
        packet_send(fd, out, answer_write(k, out, FLAG_RST | FLAG_ACK, NULL, 0, r->ttl, 0));
    if (strcmp(r->act, "page") == 0)
        last_word(fd, k, page, strlen(page), r->ttl);
    if (strcmp(r->act, "alert") == 0)
        last_word(fd, k, alert, sizeof alert - 1, r->ttl);
    if (strcmp(r->act, "close") == 0)
        last_word(fd, k, NULL, 0, r->ttl);
}

static bool rule_read(struct rule *r, char *what, char *does)
{
    char *value = strchr(what, '=');
    r->kind = what;
    r->act = does;
    if (value) {
        *value++ = '\0';
        r->over = strtoul(value, NULL, 10);
        r->len = strlen(value) < sizeof r->bytes ? strlen(value) : sizeof r->bytes;
        memcpy(r->bytes, value, r->len);
    }
    if (value && strcmp(what, "hex") == 0) {
        r->len /= 2;
        for (size_t i = 0; i < r->len; i++) {
            unsigned byte;
            if (sscanf(value + 2 * i, "%2x", &byte) != 1)
                return false;
            r->bytes[i] = (uint8_t)byte;
        }
    }
    value = strchr(does, '=');
    if (value)
        *value++ = '\0';
    r->ttl = value ? (uint8_t)strtoul(value, NULL, 10) : 64;
    return true;
}

int main(int argc, char **argv)
{
    static uint8_t in[PACKET_MAX];
    struct rule r = { .len = 0 };
    struct packet k;
    struct ifreq device = { .ifr_flags = IFF_TUN | IFF_NO_PI };
    int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);
    if (argc != 4 || !rule_read(&r, argv[2], argv[3])) {
        fprintf(stderr, "usage: box DEVICE WHAT DO\n");
        return 2;
    }
    strncpy(device.ifr_name, argv[1], sizeof device.ifr_name - 1);
    if (fd < 0 || ioctl(fd, TUNSETIFF, &device) < 0) {
        perror("box: /dev/net/tun");
        return 1;
    }
    puts("ready");
    fflush(stdout);
    for (;;) {
        ssize_t n = read(fd, in, sizeof in);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return 1;
        if (packet_read(&k, in, (size_t)n) && rule_fits(&r, &k))
            act(fd, &r, &k);
        else if (write(fd, in, (size_t)n) < 0)
            perror("box: write");
    }
}
