/* capture - see capture.h.
 *
 * A file is a row of units: a file header, a record with its packet, a block. Each unit's function is given what there
 * is and says how many bytes it has used, or, by `need`, how many it wants to see first; only then are bytes copied.
 * So a unit that lies whole in a piece of the file is read where it lies.
 */
#include "src/wire/capture.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/wire/flows.h"

#define INTERFACES_MAX 1024              /* of one section; packets of others are passed over */
#define UNIT_MAX (CAPTURE_PACKET_MAX + (64u << 10)) /* a packet and what stands around it */
#define VLANS_MAX 4
#define EXTENSIONS_MAX 8                 /* headers between IPv6 and TCP */

enum { PCAP_HEADER = 24, RECORD_HEADER = 16, BLOCK_HEADER = 8, BLOCK_MIN = 12, SECTION_MIN = 28 };
enum { BLOCK_INTERFACE = 1, BLOCK_OLD_PACKET = 2, BLOCK_SIMPLE = 3, BLOCK_PACKET = 6 };
#define BLOCK_SECTION 0x0a0d0d0au
#define BYTE_ORDER_MAGIC 0x1a2b3c4du
enum { OPTION_TSRESOL = 9, OPTION_TSOFFSET = 14 };
enum { ETHER_IPV4 = 0x0800, ETHER_IPV6 = 0x86dd };
enum { IP_TCP = 6 };

struct interface {
    uint16_t link;
    uint32_t snap;                       /* 0: no limit */
    uint8_t resolution;                  /* as if_tsresol has it */
    int64_t offset;                      /* seconds */
};

struct capture {
    struct flows *flows;
    size_t (*unit)(struct capture *c, const uint8_t *p, size_t n);
    struct buf carry;                    /* the beginning of a unit */
    size_t need;                         /* bytes the unit wants to see */
    uint64_t skip;                       /* bytes that nobody looks at */
    uint64_t at;                         /* offset of the unit in the file */
    bool little, over;
    struct interface *interface;         /* owned; a pcap file has one */
    size_t interface_count, interface_room, beyond; /* `beyond`: declared past INTERFACES_MAX */
    char *why;                           /* owned */
    struct capture_count count;
};

/* --- integers in the file's order ------------------------------------------------------------- */

static uint16_t file_u16(const struct capture *c, struct reader *r)
{
    uint16_t v = reader_u16(r);
    return c->little ? __builtin_bswap16(v) : v;
}

static uint32_t file_u32(const struct capture *c, struct reader *r)
{
    uint32_t v = reader_u32(r);
    return c->little ? __builtin_bswap32(v) : v;
}

static uint64_t file_u64(const struct capture *c, struct reader *r)
{
    uint64_t a = file_u32(c, r), b = file_u32(c, r);
    return c->little ? b << 32 | a : a << 32 | b;
}

/* --- from a packet to its TCP segment --------------------------------------------------------- */

struct packet {
    struct capture *c;
    struct reader r;          /* what is left of it */
    struct flow_segment s;
};

/* `claimed`: bytes there are of it by its IP header. More may follow, since Ethernet pads short frames. */
static bool tcp_take(struct packet *k, size_t claimed)
{
    struct capture *c = k->c;
    struct reader *r = &k->r;
    k->s.ends.from_port = reader_u16(r);
    k->s.ends.to_port = reader_u16(r);
    k->s.seq = reader_u32(r);
    reader_u32(r);
    unsigned flags = reader_u16(r), header = (flags >> 12) * 4;
    reader_take(r, 6);
    if (r->failed || header < 20 || claimed < header || !reader_take(r, header - 20))
        return true;
    size_t n = claimed - header;
    c->count.tcp++;
    c->count.cut += n > r->left;
    k->s.syn = flags & 2;
    k->s.n = flags & 4 ? 0 : n < r->left ? n : r->left; /* what comes with RST is text for people */
    k->s.data = k->s.n ? r->p : NULL;
    return flows_take(c->flows, &k->s);
}

static void ipv4_map(uint8_t out[16], const uint8_t ip[4])
{
    memset(out, 0, 10);
    out[10] = out[11] = 0xff;
    memcpy(out + 12, ip, 4);
}

/* RFC 791 section 3.1. A total length of 0: a packet that the sender's card was to cut up. */
static bool ipv4_take(struct packet *k)
{
    struct reader *r = &k->r;
    uint8_t first = reader_u8(r);
    reader_u8(r);
    size_t total = reader_u16(r), header = (first & 15) * 4u, captured = r->left + 4;
    reader_u16(r);
    unsigned fragment = reader_u16(r);
    reader_u8(r);
    uint8_t protocol = reader_u8(r);
    reader_u16(r);
    const uint8_t *ip = reader_take(r, 8);
    if (!ip || header < 20 || !reader_take(r, header - 20) || protocol != IP_TCP)
        return true;
    total = total ? total : captured;
    if (total < header)
        return true;
    if (fragment & 0x3fff) {
        k->c->count.fragments++;
        return true;
    }
    ipv4_map(k->s.ends.from, ip);
    ipv4_map(k->s.ends.to, ip + 4);
    return tcp_take(k, total - header);
}

enum { V6_HOP = 0, V6_ROUTING = 43, V6_FRAGMENT = 44, V6_AUTH = 51, V6_OPTIONS = 60, V6_MOBILITY = 135, V6_HIP = 139,
       V6_SHIM = 140 };

/* Moves behind one header; its bytes, 0: it is none of these, or no whole one. */
static size_t extension_take(struct packet *k, uint8_t *next)
{
    struct reader *r = &k->r;
    uint8_t type = *next, follows = reader_u8(r), length = reader_u8(r);
    size_t size = 8 + 8u * length;
    if (type == V6_FRAGMENT) {
        unsigned place = reader_u16(r);
        reader_u32(r);
        *next = follows;
        if (place & 0xfff9) { /* an offset, or more to come */
            k->c->count.fragments += follows == IP_TCP;
            return 0;
        }
        return r->failed ? 0 : 8;
    }
    if (type == V6_AUTH)
        size = 8 + 4u * length;
    else if (type != V6_HOP && type != V6_ROUTING && type != V6_OPTIONS && type != V6_MOBILITY && type != V6_HIP &&
             type != V6_SHIM)
        return 0;
    *next = follows;
    return reader_take(r, size - 2) ? size : 0;
}

/* RFC 8200 sections 3 and 4. */
static bool ipv6_take(struct packet *k)
{
    struct reader *r = &k->r;
    reader_u32(r);
    size_t payload = reader_u16(r);
    uint8_t next = reader_u8(r);
    reader_u8(r);
    const uint8_t *ip = reader_take(r, 32);
    if (!ip)
        return true;
    payload = payload ? payload : r->left; /* 0: a jumbogram, or as for IPv4 */
    for (int i = 0; i < EXTENSIONS_MAX && next != IP_TCP; i++) {
        size_t n = extension_take(k, &next);
        if (!n || n > payload)
            return true;
        payload -= n;
    }
    memcpy(k->s.ends.from, ip, 16);
    memcpy(k->s.ends.to, ip + 16, 16);
    return next != IP_TCP || tcp_take(k, payload);
}

static bool ip_take(struct packet *k)
{
    uint8_t version = k->r.left ? *k->r.p >> 4 : 0;
    return version == 4 ? ipv4_take(k) : version == 6 ? ipv6_take(k) : true;
}

/* Behind an EtherType, which stands before VLAN tags as well (IEEE 802.1Q, 802.1ad). */
static bool ether_take(struct packet *k, uint16_t type)
{
    for (int i = 0; i < VLANS_MAX && (type == 0x8100 || type == 0x88a8 || type == 0x9100); i++) {
        reader_u16(&k->r);
        type = reader_u16(&k->r);
    }
    return type == ETHER_IPV4 || type == ETHER_IPV6 ? ip_take(k) : true;
}

/* Link layers by their number in the file (www.tcpdump.org/linktypes.html): what stands before the packet, and where
 * in that an EtherType does; -1: none, IP follows. */
static const struct link { uint16_t number; uint8_t header; int8_t type_at; } link_table[] = {
    { 0, 4, -1 },                                             /* BSD loopback, address family in the host's order */
    { 1, 14, 12 },                                            /* Ethernet */
    { 12, 0, -1 }, { 14, 0, -1 }, { 101, 0, -1 }, { 228, 0, -1 }, { 229, 0, -1 }, /* raw IP */
    { 108, 4, -1 },                                           /* OpenBSD loopback */
    { 113, 16, 14 },                                          /* Linux cooked 1 */
    { 276, 20, 0 },                                           /* Linux cooked 2 */
};

static const struct link *link_find(uint16_t number)
{
    for (size_t i = 0; i < sizeof link_table / sizeof *link_table; i++)
        if (link_table[i].number == number)
            return &link_table[i];
    return NULL;
}

static bool packet_take(struct capture *c, uint16_t number, const uint8_t *p, size_t n, int64_t time_ms)
{
    const struct link *l = link_find(number);
    struct packet k = { .c = c, .r = reader_of(p, n), .s = { .time_ms = time_ms } };
    c->count.packets++;
    if (!l) {
        c->count.link_unknown = true;
        c->count.link = number;
        return true;
    }
    const uint8_t *header = reader_take(&k.r, l->header);
    if (k.r.failed)
        return true;
    return l->type_at < 0 ? ip_take(&k)
                          : ether_take(&k, (uint16_t)(header[l->type_at] << 8 | header[l->type_at + 1]));
}

/* --- both formats -------------------------------------------------------------------------------- */

static size_t refuse(struct capture *c, const char *what)
{
    c->over = true;
    if (!c->why)
        c->why = mem_format("%s, at byte %" PRIu64, what, c->at);
    return 0;
}

/* There are so many bytes; else the unit is called again when there are. */
static bool wants(struct capture *c, size_t n, size_t need)
{
    c->need = need;
    return n >= need;
}

static struct interface *interface_add(struct capture *c)
{
    if (c->interface_count == c->interface_room) {
        c->interface_room = c->interface_room ? 2 * c->interface_room : 4;
        c->interface = mem_array(c->interface, c->interface_room, sizeof *c->interface);
    }
    c->interface[c->interface_count] = (struct interface){ .resolution = 6 };
    return &c->interface[c->interface_count++];
}

/* --- pcap ------------------------------------------------------------------------------------------ */

static size_t record_unit(struct capture *c, const uint8_t *p, size_t n)
{
    struct reader r = reader_of(p, n);
    if (!wants(c, n, RECORD_HEADER))
        return 0;
    uint32_t seconds = file_u32(c, &r), part = file_u32(c, &r), size = file_u32(c, &r);
    if (size > CAPTURE_PACKET_MAX)
        return refuse(c, "a packet claims to be longer than any is");
    if (!wants(c, n, RECORD_HEADER + (size_t)size))
        return 0;
    int64_t ms = (int64_t)seconds * 1000 + part / (c->interface->resolution == 9 ? 1000000 : 1000);
    c->over = !packet_take(c, c->interface->link, p + RECORD_HEADER, size, ms);
    return RECORD_HEADER + (size_t)size;
}

static size_t pcap_unit(struct capture *c, const uint8_t *p, size_t n)
{
    struct reader r = reader_of(p, n);
    if (!wants(c, n, PCAP_HEADER))
        return 0;
    struct interface *i = interface_add(c);
    i->resolution = (p[0] == 0xa1 ? p[2] : p[1]) == 0x3c ? 9 : 6;
    file_u32(c, &r);
    if (file_u16(c, &r) != 2)
        return refuse(c, "this is a version of pcap nobody here knows");
    reader_take(&r, 10);
    file_u32(c, &r);
    i->link = (uint16_t)file_u32(c, &r); /* the upper half tells of checksums */
    c->unit = record_unit;
    return PCAP_HEADER;
}

/* --- pcapng ----------------------------------------------------------------------------------------- */

static void interface_options(const struct capture *c, struct reader *r, struct interface *i)
{
    while (!r->failed && r->left >= 4) {
        unsigned code = file_u16(c, r), length = file_u16(c, r);
        struct reader v = reader_of(reader_take(r, (length + 3u) & ~3u), length);
        if (!code)
            return;
        if (!r->failed && code == OPTION_TSRESOL && length == 1)
            i->resolution = reader_u8(&v);
        else if (!r->failed && code == OPTION_TSOFFSET && length == 8)
            i->offset = (int64_t)file_u64(c, &v);
    }
}

static void interface_block(struct capture *c, struct reader *r)
{
    if (c->interface_count == INTERFACES_MAX) {
        c->beyond++;
        return;
    }
    struct interface *i = interface_add(c);
    i->link = file_u16(c, r);
    file_u16(c, r);
    i->snap = file_u32(c, r);
    interface_options(c, r, i);
}

/* Unsigned throughout: a file may say what it likes. */
static int64_t ticks_ms(const struct interface *i, uint64_t ticks)
{
    uint64_t ms = 0, unit = 1;
    int power = i->resolution & 0x7f;
    if (i->resolution & 0x80) {
        uint64_t part = power < 64 ? ticks & ((1ull << power) - 1) : 0;
        ms = power < 64 ? (ticks >> power) * 1000 : 0;
        ms += power <= 53 ? part * 1000 >> power : power < 64 ? (part >> (power - 53)) * 1000 >> 53 : 0;
    } else {
        for (int k = 3; k < power && unit <= UINT64_MAX / 10; k++)
            unit *= 10;
        ms = ticks / unit;
        for (int k = power; k < 3; k++)
            ms *= 10;
    }
    return (int64_t)(ms + (uint64_t)i->offset * 1000);
}

static bool packet_block(struct capture *c, uint32_t type, struct reader *r)
{
    uint32_t number = 0, size = 0;
    uint64_t ticks = 0;
    if (type == BLOCK_PACKET) {
        number = file_u32(c, r);
    } else if (type == BLOCK_OLD_PACKET) {
        number = file_u16(c, r);
        file_u16(c, r);
    }
    if (type != BLOCK_SIMPLE) {
        ticks = (uint64_t)file_u32(c, r) << 32;
        ticks |= file_u32(c, r);
        size = file_u32(c, r);
    }
    uint32_t length = file_u32(c, r); /* before it was cut to what was recorded */
    if (number >= c->interface_count) {
        if (!r->failed && number < c->interface_count + c->beyond)
            return true;
        refuse(c, "a packet is of an interface that was not described before");
        return false;
    }
    const struct interface *i = &c->interface[number];
    if (type == BLOCK_SIMPLE)
        size = i->snap && i->snap < length ? i->snap : length;
    const uint8_t *p = reader_take(r, size);
    if (r->failed) {
        refuse(c, "a packet claims to be longer than its block");
        return false;
    }
    return packet_take(c, i->link, p, size, ticks_ms(i, ticks));
}

static bool is_packet_block(uint32_t type)
{
    return type == BLOCK_PACKET || type == BLOCK_SIMPLE || type == BLOCK_OLD_PACKET;
}

/* A section's own length is not looked at: its blocks tell where it ends. */
static size_t section_block(struct capture *c, const uint8_t *p, size_t n)
{
    struct reader r = reader_of(p, n);
    if (!wants(c, n, BLOCK_HEADER + 8))
        return 0;
    reader_u32(&r);
    reader_u32(&r);
    uint32_t order = reader_u32(&r);
    if (order != BYTE_ORDER_MAGIC && order != __builtin_bswap32(BYTE_ORDER_MAGIC))
        return refuse(c, "a section does not say in which order its bytes are");
    c->little = order != BYTE_ORDER_MAGIC;
    r = reader_of(p + 4, 4);
    uint32_t total = file_u32(c, &r);
    r = reader_of(p + 12, 2);
    if (file_u16(c, &r) != 1)
        return refuse(c, "this is a version of pcapng nobody here knows");
    if (total < SECTION_MIN || total % 4)
        return refuse(c, "a section's header has a length that can't be");
    c->interface_count = c->beyond = 0;
    c->skip = total - (BLOCK_HEADER + 8);
    return BLOCK_HEADER + 8;
}

static size_t block_unit(struct capture *c, const uint8_t *p, size_t n)
{
    struct reader r = reader_of(p, n);
    if (!wants(c, n, BLOCK_HEADER))
        return 0;
    uint32_t type = file_u32(c, &r), total = file_u32(c, &r);
    if (type == BLOCK_SECTION)
        return section_block(c, p, n);
    if (total < BLOCK_MIN || total % 4)
        return refuse(c, "a block has a length that can't be");
    if (type != BLOCK_INTERFACE && !is_packet_block(type)) {
        c->skip = total - BLOCK_HEADER;
        return BLOCK_HEADER;
    }
    if (total > UNIT_MAX)
        return refuse(c, "a packet claims to be longer than any is");
    if (!wants(c, n, total))
        return 0;
    struct reader end = reader_of(p + total - 4, 4), body = reader_of(p + BLOCK_HEADER, total - BLOCK_MIN);
    if (file_u32(c, &end) != total)
        return refuse(c, "a block has two different lengths");
    if (type == BLOCK_INTERFACE)
        interface_block(c, &body);
    else if (!packet_block(c, type, &body))
        c->over = true;
    return total;
}

/* --- the whole ---------------------------------------------------------------------------------------- */

static bool pcap_magic(const uint8_t *p, bool *little)
{
    *little = p[0] != 0xa1;
    const uint8_t m[4] = { p[*little ? 3 : 0], p[*little ? 2 : 1], p[*little ? 1 : 2], p[*little ? 0 : 3] };
    return m[0] == 0xa1 && m[1] == 0xb2 && ((m[2] == 0xc3 && m[3] == 0xd4) || (m[2] == 0x3c && m[3] == 0x4d));
}

static bool section_magic(const uint8_t *p)
{
    static const uint8_t magic[4] = { 0x0a, 0x0d, 0x0d, 0x0a };
    return memcmp(p, magic, 4) == 0;
}

bool capture_is(const void *p, size_t n)
{
    const uint8_t *u = p;
    bool little;
    if (n < 4)
        return false;
    if (section_magic(u))
        return n < 12 || memcmp(u + 8, "\x1a\x2b\x3c\x4d", 4) == 0 || memcmp(u + 8, "\x4d\x3c\x2b\x1a", 4) == 0;
    return pcap_magic(u, &little);
}

static size_t first_unit(struct capture *c, const uint8_t *p, size_t n)
{
    if (!wants(c, n, 4))
        return 0;
    if (!section_magic(p) && !pcap_magic(p, &c->little))
        return refuse(c, "this is neither pcap nor pcapng");
    c->unit = section_magic(p) ? block_unit : pcap_unit;
    return c->unit(c, p, n);
}

struct capture *capture_new(bool (*found)(void *arg, const struct capture_hello *h), void *arg)
{
    struct capture *c = mem_new(sizeof *c);
    c->flows = flows_new(found, arg);
    c->unit = first_unit;
    c->need = 4;
    buf_init(&c->carry, UNIT_MAX);
    return c;
}

void capture_free(struct capture *c)
{
    if (!c)
        return;
    flows_free(c->flows);
    buf_free(&c->carry);
    free(c->interface);
    free(c->why);
    free(c);
}

/* Adds to a unit that was begun, up to what it wants; the bytes taken. */
static size_t carry_feed(struct capture *c, const uint8_t *p, size_t n)
{
    size_t more = c->need - c->carry.len;
    more = more < n ? more : n;
    buf_add(&c->carry, p, more);
    if (c->carry.len < c->need)
        return more;
    size_t used = c->unit(c, c->carry.data, c->carry.len);
    c->at += used;
    if (used)
        c->carry.len = 0;
    return more;
}

static size_t direct_feed(struct capture *c, const uint8_t *p, size_t n)
{
    size_t used = c->unit(c, p, n);
    c->at += used;
    if (used || c->over)
        return used;
    buf_add(&c->carry, p, n);
    return n;
}

bool capture_feed(struct capture *c, const void *p, size_t n)
{
    const uint8_t *u = p;
    while (n && !c->over) {
        size_t used = c->skip < n ? (size_t)c->skip : n;
        if (c->skip) {
            c->skip -= used;
            c->at += used;
        } else {
            used = c->carry.len ? carry_feed(c, u, n) : direct_feed(c, u, n);
        }
        u += used;
        n -= used;
    }
    return !c->over;
}

const char *capture_why(const struct capture *c)
{
    return c->why;
}

void capture_end(struct capture *c)
{
    if (!c->over && (c->carry.len || c->skip))
        refuse(c, c->unit == record_unit || c->unit == block_unit ? "it ends in the middle of a packet"
                                                                  : "it ends before its first packet");
    c->over = true;
    flows_end(c->flows);
}

struct capture_count capture_counts(const struct capture *c)
{
    struct capture_count n = c->count;
    struct flow_counts f = flows_counts(c->flows);
    n.streams = f.streams;
    n.other_tls = f.tls;
    n.parts = f.parts;
    return n;
}
