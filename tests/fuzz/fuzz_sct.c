/* A hostile OCSP response, looked into for its times and its signed certificate timestamps. */
#include "src/pki/sct.h"
#include "src/wire/message.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct sct_staple s;
    int64_t when[8];
    sct_staple_read(p, n, &s);
    sct_times(s.list.p, s.list.left, when, 8);
    return 0;
}
