/* A hostile NTP answer; its first eight bytes are the cookie it should have. */
#include "src/base/bytes.h"
#include "src/wire/ntp.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct reader r = reader_of(p, n);
    uint64_t cookie = (uint64_t)reader_u32(&r) << 32;
    cookie |= reader_u32(&r);
    ntp_read(r.p, r.left, cookie, 1795176000.0, 1795176000.5);
    return 0;
}
