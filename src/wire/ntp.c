/* ntp - see ntp.h. */
#include "src/wire/ntp.h"

#include <string.h>

#include "src/base/bytes.h"

enum { MODE_CLIENT = 3, MODE_SERVER = 4, VERSION = 4, LEAP_UNKNOWN = 3, STRATUM_MAX = 15 };
#define UNIX_IN_NTP 2208988800.0 /* 1970 in seconds since 1900 */
#define ERA 4294967296.0         /* seconds until they begin again, in 2036 */

void ntp_request(uint64_t cookie, uint8_t out[NTP_PACKET])
{
    memset(out, 0, NTP_PACKET);
    out[0] = VERSION << 3 | MODE_CLIENT;
    for (int i = 0; i < 8; i++)
        out[40 + i] = (uint8_t)(cookie >> (56 - 8 * i));
}

static double ntp_short(struct reader *r)
{
    return reader_u32(r) / 65536.0;
}

static uint64_t ntp_stamp(struct reader *r)
{
    uint64_t seconds = reader_u32(r);
    return seconds << 32 | reader_u32(r);
}

/* Seconds with the highest bit clear are those after 2036 (RFC 4330 section 3). */
static double stamp_unix(uint64_t stamp)
{
    double s = (double)(stamp >> 32) + (double)(stamp & 0xffffffff) / ERA;
    return s - UNIX_IN_NTP + (stamp >> 63 ? 0 : ERA);
}

static void kiss_read(const uint8_t *id, char out[5])
{
    for (int i = 0; i < 4; i++)
        out[i] = (char)(id[i] >= '!' && id[i] <= '~' ? id[i] : '?');
    out[4] = '\0';
}

struct ntp_answer ntp_read(const void *p, size_t n, uint64_t cookie, double sent, double got)
{
    struct ntp_answer a = { .says = NTP_FOREIGN };
    struct reader r = reader_of(p, n);
    uint8_t head = reader_u8(&r);
    a.stratum = reader_u8(&r);
    reader_take(&r, 2);
    double root_delay = ntp_short(&r), dispersion = ntp_short(&r);
    const uint8_t *id = reader_take(&r, 4);
    ntp_stamp(&r); /* when its clock was last set */
    uint64_t origin = ntp_stamp(&r), received = ntp_stamp(&r), transmitted = ntp_stamp(&r);
    if (r.failed || (head & 7) != MODE_SERVER || !(head >> 3 & 7) || (head >> 3 & 7) > VERSION || origin != cookie)
        return a;
    if (a.stratum == 0) {
        kiss_read(id, a.kiss);
        a.says = NTP_KISS;
        return a;
    }
    double there = stamp_unix(received), back = stamp_unix(transmitted);
    double delay = (got - sent) - (back - there);
    if (head >> 6 == LEAP_UNKNOWN || a.stratum > STRATUM_MAX || !transmitted || !received || back < there) {
        a.says = NTP_UNSYNCED;
        return a;
    }
    a.says = NTP_TIME;
    a.offset = ((there - sent) + (back - got)) / 2;
    a.uncertainty = (delay > 0 ? delay : 0) / 2 + root_delay / 2 + dispersion;
    return a;
}
