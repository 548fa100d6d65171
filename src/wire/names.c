/* names - see names.h. The cipher suites are in suites.inc; all tables are sorted by number. */
#include "src/wire/names.h"

#include <stdio.h>
#include <stdlib.h>

#include "src/base/text.h"

#define COUNT(a) (sizeof (a) / sizeof *(a))

#define VERSION(...) { __VA_ARGS__ }
const struct version version_table[] = {
    VERSION(0x0300, .word = "ssl3", .title = "SSL 3.0", .openssl = "-ssl3", .protocol = "SSLv3"),
    VERSION(0x0301, .word = "tls1.0", .title = "TLS 1.0", .openssl = "-tls1", .protocol = "TLSv1"),
    VERSION(0x0302, .word = "tls1.1", .title = "TLS 1.1", .openssl = "-tls1_1", .protocol = "TLSv1.1"),
    VERSION(0x0303, .word = "tls1.2", .title = "TLS 1.2", .openssl = "-tls1_2", .protocol = "TLSv1.2"),
    VERSION(0x0304, .word = "tls1.3", .title = "TLS 1.3", .openssl = "-tls1_3", .protocol = "TLSv1.3"),
};
const size_t version_count = COUNT(version_table);

/* Other spellings people use, after version_plain: OpenSSL's, nginx's, Java's, Python's. */
#define SPELLING(number, ...) { number, __VA_ARGS__ }
static const struct spelling { uint16_t number; const char *word; } spelling_table[] = {
    SPELLING(0x0300, "ssl3.0"), SPELLING(0x0300, "ssl30"),
    SPELLING(0x0301, "tls1"), SPELLING(0x0301, "tls10"), SPELLING(0x0301, "1.0"),
    SPELLING(0x0302, "tls11"), SPELLING(0x0302, "1.1"),
    SPELLING(0x0303, "tls12"), SPELLING(0x0303, "1.2"),
    SPELLING(0x0304, "tls13"), SPELLING(0x0304, "1.3"),
};

#define SUITE(...) { __VA_ARGS__ },
const struct suite suite_table[] = {
#include "src/wire/suites.inc"
};
const size_t suite_count = COUNT(suite_table);

/* Of other libraries: what GnuTLS 3.7, NSS, Mbed TLS 2.28, Java 8 and OpenSSL 1.0.2 can be told to take. Not
 * here, for nobody chooses them unless the client proves more than a raw hello can: SRP; and of the
 * pre-shared key suites those with ARIA, Camellia, CCM or no encryption. */
const uint16_t suite_likely[] = {
    /* TLS 1.3; the last two are SM4 */
    0x1302, 0x1303, 0x1301, 0x1304, 0x1305, 0x00C6, 0x00C7,
    /* as OpenSSL orders them */
    0xC02C, 0xC030, 0x009F, 0xCCA9, 0xCCA8, 0xCCAA, 0xC02B, 0xC02F, 0x009E, 0xC024, 0xC028, 0x006B,
    0xC023, 0xC027, 0x0067, 0xC00A, 0xC014, 0x0039, 0xC009, 0xC013, 0x0033, 0x009D, 0x009C, 0x003D,
    0x003C, 0x0035, 0x002F,
    /* 3DES, RC4: on by default until 2016 */
    0xC008, 0xC012, 0x0016, 0x000A, 0xC007, 0xC011, 0x0005, 0x0004,
    /* Camellia and DSS */
    0x00C4, 0x00BE, 0x0088, 0x0045, 0x00C0, 0x00BA, 0x0084, 0x0041, 0x0038, 0x0032, 0x0013,
    /* DES, export */
    0x0015, 0x0009, 0x0014, 0x0008, 0x0006, 0x0003,
    /* the rest of OpenSSL's */
    0x00A3, 0xC0AF, 0xC0AD, 0xC0A3, 0xC09F, 0xC05D, 0xC061, 0xC057, 0xC053, 0x00A2, 0xC0AE, 0xC0AC,
    0xC0A2, 0xC09E, 0xC05C, 0xC060, 0xC056, 0xC052, 0x006A, 0xC073, 0xC077, 0x00C3, 0x0040, 0xC072,
    0xC076, 0x00BD, 0x0087, 0x0044, 0xC0A1, 0xC09D, 0xC051, 0xC0A0, 0xC09C, 0xC050, 0xC006, 0xC010,
    0x003B, 0x0002, 0x0001,
    /* Camellia-GCM, ARIA-CBC (GnuTLS, Mbed TLS, Botan) */
    0xC087, 0xC08B, 0xC07D, 0xC07B, 0xC086, 0xC08A, 0xC07C, 0xC07A, 0xC049, 0xC04D, 0xC045, 0xC03D,
    0xC048, 0xC04C, 0xC044, 0xC03C,
    /* ChaCha20 as drafted */
    0xCC14, 0xCC13, 0xCC15,
    /* static ECDH (NSS, Java, Mbed TLS) */
    0xC02E, 0xC032, 0xC02D, 0xC031, 0xC026, 0xC02A, 0xC025, 0xC029, 0xC005, 0xC00F, 0xC004, 0xC00E,
    0xC003, 0xC00D, 0xC002, 0xC00C,
    /* SEED, IDEA, DES and export with DSS, 1024-bit export, GOST */
    0x009A, 0x0099, 0x0096, 0x0007, 0x0012, 0x0011, 0x0066, 0x0062, 0x0064, 0xC100, 0xC101, 0xC102,
    0x0081,
    /* anonymous */
    0x00A7, 0x00A6, 0x006D, 0x00C5, 0x006C, 0x00BF, 0xC019, 0x003A, 0x0089, 0xC018, 0x0034, 0x0046,
    0xC015, 0xC017, 0x001B, 0xC016, 0x0018, 0x001A, 0x0019, 0x0017,
    /* pre-shared keys */
    0x00AB, 0xCCAD, 0xCCAC, 0x00A9, 0xCCAB, 0x00AA, 0x00A8, 0xC038, 0xC036, 0x00B3, 0x0091, 0x00AF,
    0x008D, 0xC037, 0xC035, 0x00B2, 0x0090, 0x00AE, 0x008C,
    0
};

/* `openssl ciphers -V ALL:COMPLEMENTOFALL:@SECLEVEL=0` of OpenSSL 3.0; the last row from 1.0.2. */
const uint16_t suite_order[] = {
    0x1302, 0x1303, 0x1301, 0xC02C, 0xC030, 0x00A3, 0x009F, 0xCCA9, 0xCCA8, 0xCCAA, 0xC0AF, 0xC0AD, 0xC0A3, 0xC09F,
    0xC05D, 0xC061, 0xC057, 0xC053, 0x00A7, 0xC02B, 0xC02F, 0x00A2, 0x009E, 0xC0AE, 0xC0AC, 0xC0A2, 0xC09E, 0xC05C,
    0xC060, 0xC056, 0xC052, 0x00A6, 0xC024, 0xC028, 0x006B, 0x006A, 0xC073, 0xC077, 0x00C4, 0x00C3, 0x006D, 0x00C5,
    0xC023, 0xC027, 0x0067, 0x0040, 0xC072, 0xC076, 0x00BE, 0x00BD, 0x006C, 0x00BF, 0xC00A, 0xC014, 0x0039, 0x0038,
    0x0088, 0x0087, 0xC019, 0x003A, 0x0089, 0xC009, 0xC013, 0x0033, 0x0032, 0x0045, 0x0044, 0xC018, 0x0034, 0x0046,
    0x009D, 0xC0A1, 0xC09D, 0xC051, 0x009C, 0xC0A0, 0xC09C, 0xC050, 0x003D, 0x00C0, 0x003C, 0x00BA, 0x0035, 0x0084,
    0x002F, 0x0041, 0xC006, 0xC010, 0xC015, 0x003B, 0x0002, 0x0001, 0xC008, 0xC012, 0x0016, 0x0013, 0x000A, 0xC007,
    0xC011, 0x0005, 0x0004, 0x009A, 0x0099, 0x0096, 0x0007,
    0
};

bool number_is_grease(uint16_t number)
{
    return (number & 0x0f0f) == 0x0a0a && number >> 8 == (number & 0xff);
}

bool suite_is_signal(uint16_t number)
{
    return number_is_grease(number) || number == 0x0000 || number == 0x00ff || number == 0x5600;
}

/* IANA TLS Supported Groups; OpenSSL names as `s_client -groups` takes them. */
#define GROUP(number, iana, ...) { number, iana, __VA_ARGS__ }
const struct group group_table[] = {
    GROUP(0x0001, "sect163k1", .openssl = "K-163", .kind = "ec", .since = 0x0301, .until = 0x0303),
    GROUP(0x0002, "sect163r1", .kind = "ec", .since = 0x0301, .until = 0x0303),
    GROUP(0x0003, "sect163r2", .openssl = "B-163", .kind = "ec", .since = 0x0301, .until = 0x0303),
    GROUP(0x0004, "sect193r1", .kind = "ec", .since = 0x0301, .until = 0x0303),
    GROUP(0x0005, "sect193r2", .kind = "ec", .since = 0x0301, .until = 0x0303),
    GROUP(0x0006, "sect233k1", .openssl = "K-233", .kind = "ec", .since = 0x0301, .until = 0x0303),
    GROUP(0x0007, "sect233r1", .openssl = "B-233", .kind = "ec", .since = 0x0301, .until = 0x0303),
    GROUP(0x0008, "sect239k1", .kind = "ec", .since = 0x0301, .until = 0x0303),
    GROUP(0x0009, "sect283k1", .openssl = "K-283", .kind = "ec", .since = 0x0301, .until = 0x0303),
    GROUP(0x000A, "sect283r1", .openssl = "B-283", .kind = "ec", .since = 0x0301, .until = 0x0303),
    GROUP(0x000B, "sect409k1", .openssl = "K-409", .kind = "ec", .since = 0x0301, .until = 0x0303),
    GROUP(0x000C, "sect409r1", .openssl = "B-409", .kind = "ec", .since = 0x0301, .until = 0x0303),
    GROUP(0x000D, "sect571k1", .openssl = "K-571", .kind = "ec", .since = 0x0301, .until = 0x0303),
    GROUP(0x000E, "sect571r1", .openssl = "B-571", .kind = "ec", .since = 0x0301, .until = 0x0303),
    GROUP(0x000F, "secp160k1", .kind = "ec", .since = 0x0301, .until = 0x0303),
    GROUP(0x0010, "secp160r1", .kind = "ec", .since = 0x0301, .until = 0x0303),
    GROUP(0x0011, "secp160r2", .kind = "ec", .since = 0x0301, .until = 0x0303),
    GROUP(0x0012, "secp192k1", .kind = "ec", .since = 0x0301, .until = 0x0303),
    GROUP(0x0013, "secp192r1", .openssl = "P-192", .kind = "ec", .since = 0x0301, .until = 0x0303),
    GROUP(0x0014, "secp224k1", .kind = "ec", .since = 0x0301, .until = 0x0303),
    GROUP(0x0015, "secp224r1", .openssl = "P-224", .kind = "ec", .since = 0x0301, .until = 0x0303),
    GROUP(0x0016, "secp256k1", .kind = "ec", .since = 0x0301, .until = 0x0303),
    GROUP(0x0017, "secp256r1", .openssl = "P-256", .kind = "ec", .since = 0x0301, .until = 0x0304),
    GROUP(0x0018, "secp384r1", .openssl = "P-384", .kind = "ec", .since = 0x0301, .until = 0x0304),
    GROUP(0x0019, "secp521r1", .openssl = "P-521", .kind = "ec", .since = 0x0301, .until = 0x0304),
    GROUP(0x001A, "brainpoolP256r1", .kind = "ec", .since = 0x0301, .until = 0x0303),
    GROUP(0x001B, "brainpoolP384r1", .kind = "ec", .since = 0x0301, .until = 0x0303),
    GROUP(0x001C, "brainpoolP512r1", .kind = "ec", .since = 0x0301, .until = 0x0303),
    GROUP(0x001D, "x25519", .openssl = "X25519", .kind = "ec", .since = 0x0301, .until = 0x0304),
    GROUP(0x001E, "x448", .openssl = "X448", .kind = "ec", .since = 0x0301, .until = 0x0304),
    GROUP(0x001F, "brainpoolP256r1tls13", .kind = "ec", .since = 0x0304, .until = 0x0304),
    GROUP(0x0020, "brainpoolP384r1tls13", .kind = "ec", .since = 0x0304, .until = 0x0304),
    GROUP(0x0021, "brainpoolP512r1tls13", .kind = "ec", .since = 0x0304, .until = 0x0304),
    GROUP(0x0022, "GC256A", .kind = "ec", .since = 0x0304, .until = 0x0304),
    GROUP(0x0023, "GC256B", .kind = "ec", .since = 0x0304, .until = 0x0304),
    GROUP(0x0024, "GC256C", .kind = "ec", .since = 0x0304, .until = 0x0304),
    GROUP(0x0025, "GC256D", .kind = "ec", .since = 0x0304, .until = 0x0304),
    GROUP(0x0026, "GC512A", .kind = "ec", .since = 0x0304, .until = 0x0304),
    GROUP(0x0027, "GC512B", .kind = "ec", .since = 0x0304, .until = 0x0304),
    GROUP(0x0028, "GC512C", .kind = "ec", .since = 0x0304, .until = 0x0304),
    GROUP(0x0029, "curveSM2", .kind = "ec", .since = 0x0304, .until = 0x0304),
    GROUP(0x0100, "ffdhe2048", .kind = "ffdhe", .since = 0x0301, .until = 0x0304),
    GROUP(0x0101, "ffdhe3072", .kind = "ffdhe", .since = 0x0301, .until = 0x0304),
    GROUP(0x0102, "ffdhe4096", .kind = "ffdhe", .since = 0x0301, .until = 0x0304),
    GROUP(0x0103, "ffdhe6144", .kind = "ffdhe", .since = 0x0301, .until = 0x0304),
    GROUP(0x0104, "ffdhe8192", .kind = "ffdhe", .since = 0x0301, .until = 0x0304),
    GROUP(0x0200, "MLKEM512", .kind = "pq", .since = 0x0304, .until = 0x0304),
    GROUP(0x0201, "MLKEM768", .kind = "pq", .since = 0x0304, .until = 0x0304),
    GROUP(0x0202, "MLKEM1024", .kind = "pq", .since = 0x0304, .until = 0x0304),
    GROUP(0x11EB, "SecP256r1MLKEM768", .kind = "pq", .since = 0x0304, .until = 0x0304),
    GROUP(0x11EC, "X25519MLKEM768", .kind = "pq", .since = 0x0304, .until = 0x0304),
    GROUP(0x11ED, "SecP384r1MLKEM1024", .kind = "pq", .since = 0x0304, .until = 0x0304),
    GROUP(0x6399, "X25519Kyber768Draft00", .kind = "pq", .since = 0x0304, .until = 0x0304),
    GROUP(0x639A, "SecP256r1Kyber768Draft00", .kind = "pq", .since = 0x0304, .until = 0x0304),
    GROUP(0xFF01, "arbitrary_explicit_prime_curves", .kind = "ec", .since = 0x0301, .until = 0x0303),
    GROUP(0xFF02, "arbitrary_explicit_char2_curves", .kind = "ec", .since = 0x0301, .until = 0x0303),
};
const size_t group_count = COUNT(group_table);

/* IANA TLS SignatureScheme. The pairs of hash and signature that TLS 1.2 had and the registry only
 * reserves (MD5, SHA-224, DSA: RFC 5246 section 7.4.1.4.1) are named in the same manner. OpenSSL
 * names as `s_client -sigalgs` takes them. */
#define SIGALG(number, iana, ...) { number, iana, __VA_ARGS__ }
const struct sigalg sigalg_table[] = {
    SIGALG(0x0101, "rsa_pkcs1_md5", .gnutls = "RSA-MD5", .auth = AUTH_RSA, .since = 0x0303, .until = 0x0303),
    SIGALG(0x0102, "dsa_md5", .auth = AUTH_DSS, .since = 0x0303, .until = 0x0303),
    SIGALG(0x0201, "rsa_pkcs1_sha1", .openssl = "RSA+SHA1", .gnutls = "RSA-SHA1", .auth = AUTH_RSA,
           .since = 0x0303, .until = 0x0303),
    SIGALG(0x0202, "dsa_sha1", .openssl = "DSA+SHA1", .gnutls = "DSA-SHA1", .auth = AUTH_DSS,
           .since = 0x0303, .until = 0x0303),
    SIGALG(0x0203, "ecdsa_sha1", .openssl = "ECDSA+SHA1", .gnutls = "ECDSA-SHA1", .auth = AUTH_ECDSA,
           .since = 0x0303, .until = 0x0303),
    SIGALG(0x0301, "rsa_pkcs1_sha224", .openssl = "RSA+SHA224", .gnutls = "RSA-SHA224", .auth = AUTH_RSA,
           .since = 0x0303, .until = 0x0303),
    SIGALG(0x0302, "dsa_sha224", .openssl = "DSA+SHA224", .gnutls = "DSA-SHA224", .auth = AUTH_DSS,
           .since = 0x0303, .until = 0x0303),
    SIGALG(0x0303, "ecdsa_sha224", .openssl = "ECDSA+SHA224", .gnutls = "ECDSA-SHA224", .auth = AUTH_ECDSA,
           .since = 0x0303, .until = 0x0303),
    SIGALG(0x0401, "rsa_pkcs1_sha256", .openssl = "RSA+SHA256", .gnutls = "RSA-SHA256", .auth = AUTH_RSA,
           .since = 0x0303, .until = 0x0303),
    SIGALG(0x0402, "dsa_sha256", .openssl = "DSA+SHA256", .gnutls = "DSA-SHA256", .auth = AUTH_DSS,
           .since = 0x0303, .until = 0x0303),
    SIGALG(0x0403, "ecdsa_secp256r1_sha256", .openssl = "ECDSA+SHA256", .gnutls = "ECDSA-SECP256R1-SHA256",
           .auth = AUTH_ECDSA, .since = 0x0303, .until = 0x0304),
    SIGALG(0x0420, "rsa_pkcs1_sha256_legacy", .auth = AUTH_RSA),
    SIGALG(0x0501, "rsa_pkcs1_sha384", .openssl = "RSA+SHA384", .gnutls = "RSA-SHA384", .auth = AUTH_RSA,
           .since = 0x0303, .until = 0x0303),
    SIGALG(0x0502, "dsa_sha384", .openssl = "DSA+SHA384", .gnutls = "DSA-SHA384", .auth = AUTH_DSS,
           .since = 0x0303, .until = 0x0303),
    SIGALG(0x0503, "ecdsa_secp384r1_sha384", .openssl = "ECDSA+SHA384", .gnutls = "ECDSA-SECP384R1-SHA384",
           .auth = AUTH_ECDSA, .since = 0x0303, .until = 0x0304),
    SIGALG(0x0520, "rsa_pkcs1_sha384_legacy", .auth = AUTH_RSA),
    SIGALG(0x0601, "rsa_pkcs1_sha512", .openssl = "RSA+SHA512", .gnutls = "RSA-SHA512", .auth = AUTH_RSA,
           .since = 0x0303, .until = 0x0303),
    SIGALG(0x0602, "dsa_sha512", .openssl = "DSA+SHA512", .gnutls = "DSA-SHA512", .auth = AUTH_DSS,
           .since = 0x0303, .until = 0x0303),
    SIGALG(0x0603, "ecdsa_secp521r1_sha512", .openssl = "ECDSA+SHA512", .gnutls = "ECDSA-SECP521R1-SHA512",
           .auth = AUTH_ECDSA, .since = 0x0303, .until = 0x0304),
    SIGALG(0x0620, "rsa_pkcs1_sha512_legacy", .auth = AUTH_RSA),
    SIGALG(0x0704, "eccsi_sha256", .auth = AUTH_OTHER, .since = 0x0304, .until = 0x0304),
    SIGALG(0x0705, "iso_ibs1", .auth = AUTH_OTHER, .since = 0x0304, .until = 0x0304),
    SIGALG(0x0706, "iso_ibs2", .auth = AUTH_OTHER, .since = 0x0304, .until = 0x0304),
    SIGALG(0x0707, "iso_chinese_ibs", .auth = AUTH_OTHER, .since = 0x0304, .until = 0x0304),
    SIGALG(0x0708, "sm2sig_sm3", .auth = AUTH_OTHER, .since = 0x0304, .until = 0x0304),
    SIGALG(0x0709, "gostr34102012_256a", .auth = AUTH_OTHER, .since = 0x0304, .until = 0x0304),
    SIGALG(0x070A, "gostr34102012_256b", .auth = AUTH_OTHER, .since = 0x0304, .until = 0x0304),
    SIGALG(0x070B, "gostr34102012_256c", .auth = AUTH_OTHER, .since = 0x0304, .until = 0x0304),
    SIGALG(0x070C, "gostr34102012_256d", .auth = AUTH_OTHER, .since = 0x0304, .until = 0x0304),
    SIGALG(0x070D, "gostr34102012_512a", .auth = AUTH_OTHER, .since = 0x0304, .until = 0x0304),
    SIGALG(0x070E, "gostr34102012_512b", .auth = AUTH_OTHER, .since = 0x0304, .until = 0x0304),
    SIGALG(0x070F, "gostr34102012_512c", .auth = AUTH_OTHER, .since = 0x0304, .until = 0x0304),
    SIGALG(0x0804, "rsa_pss_rsae_sha256", .openssl = "RSA-PSS+SHA256", .gnutls = "RSA-PSS-RSAE-SHA256",
           .auth = AUTH_RSA, .since = 0x0303, .until = 0x0304),
    SIGALG(0x0805, "rsa_pss_rsae_sha384", .openssl = "RSA-PSS+SHA384", .gnutls = "RSA-PSS-RSAE-SHA384",
           .auth = AUTH_RSA, .since = 0x0303, .until = 0x0304),
    SIGALG(0x0806, "rsa_pss_rsae_sha512", .openssl = "RSA-PSS+SHA512", .gnutls = "RSA-PSS-RSAE-SHA512",
           .auth = AUTH_RSA, .since = 0x0303, .until = 0x0304),
    SIGALG(0x0807, "ed25519", .openssl = "ed25519", .gnutls = "EdDSA-Ed25519", .auth = AUTH_ECDSA,
           .since = 0x0303, .until = 0x0304),
    SIGALG(0x0808, "ed448", .openssl = "ed448", .gnutls = "EdDSA-Ed448", .auth = AUTH_ECDSA,
           .since = 0x0303, .until = 0x0304),
    SIGALG(0x0809, "rsa_pss_pss_sha256", .gnutls = "RSA-PSS-SHA256", .auth = AUTH_RSA,
           .since = 0x0303, .until = 0x0304),
    SIGALG(0x080A, "rsa_pss_pss_sha384", .gnutls = "RSA-PSS-SHA384", .auth = AUTH_RSA,
           .since = 0x0303, .until = 0x0304),
    SIGALG(0x080B, "rsa_pss_pss_sha512", .gnutls = "RSA-PSS-SHA512", .auth = AUTH_RSA,
           .since = 0x0303, .until = 0x0304),
    SIGALG(0x081A, "ecdsa_brainpoolP256r1tls13_sha256", .auth = AUTH_ECDSA, .since = 0x0304, .until = 0x0304),
    SIGALG(0x081B, "ecdsa_brainpoolP384r1tls13_sha384", .auth = AUTH_ECDSA, .since = 0x0304, .until = 0x0304),
    SIGALG(0x081C, "ecdsa_brainpoolP512r1tls13_sha512", .auth = AUTH_ECDSA, .since = 0x0304, .until = 0x0304),
    SIGALG(0x0840, "gostr34102012_256", .auth = AUTH_OTHER,
           .since = 0x0303, .until = 0x0303), /* RFC 9189: TLS 1.2 only */
    SIGALG(0x0841, "gostr34102012_512", .auth = AUTH_OTHER, .since = 0x0303, .until = 0x0303),
    SIGALG(0x0904, "mldsa44", .auth = AUTH_OTHER, .since = 0x0304, .until = 0x0304),
    SIGALG(0x0905, "mldsa65", .auth = AUTH_OTHER, .since = 0x0304, .until = 0x0304),
    SIGALG(0x0906, "mldsa87", .auth = AUTH_OTHER, .since = 0x0304, .until = 0x0304),
    SIGALG(0x0911, "slhdsa_sha2_128s", .auth = AUTH_OTHER, .since = 0x0304, .until = 0x0304),
    SIGALG(0x0912, "slhdsa_sha2_128f", .auth = AUTH_OTHER, .since = 0x0304, .until = 0x0304),
    SIGALG(0x0913, "slhdsa_sha2_192s", .auth = AUTH_OTHER, .since = 0x0304, .until = 0x0304),
    SIGALG(0x0914, "slhdsa_sha2_192f", .auth = AUTH_OTHER, .since = 0x0304, .until = 0x0304),
    SIGALG(0x0915, "slhdsa_sha2_256s", .auth = AUTH_OTHER, .since = 0x0304, .until = 0x0304),
    SIGALG(0x0916, "slhdsa_sha2_256f", .auth = AUTH_OTHER, .since = 0x0304, .until = 0x0304),
    SIGALG(0x0917, "slhdsa_shake_128s", .auth = AUTH_OTHER, .since = 0x0304, .until = 0x0304),
    SIGALG(0x0918, "slhdsa_shake_128f", .auth = AUTH_OTHER, .since = 0x0304, .until = 0x0304),
    SIGALG(0x0919, "slhdsa_shake_192s", .auth = AUTH_OTHER, .since = 0x0304, .until = 0x0304),
    SIGALG(0x091A, "slhdsa_shake_192f", .auth = AUTH_OTHER, .since = 0x0304, .until = 0x0304),
    SIGALG(0x091B, "slhdsa_shake_256s", .auth = AUTH_OTHER, .since = 0x0304, .until = 0x0304),
    SIGALG(0x091C, "slhdsa_shake_256f", .auth = AUTH_OTHER, .since = 0x0304, .until = 0x0304),
};
const size_t sigalg_count = COUNT(sigalg_table);

/* Further names that mean the same number. GnuTLS calls the ECDSA schemes so in TLS 1.2, where the
 * number leaves the curve open. */
static const struct spelling group_alias[] = {
    SPELLING(0x0013, "prime192v1"), SPELLING(0x0017, "prime256v1"),
};
static const struct spelling sigalg_alias[] = {
    SPELLING(0x0403, "ECDSA-SHA256"), SPELLING(0x0503, "ECDSA-SHA384"),
    SPELLING(0x0603, "ECDSA-SHA512"),
};

/* IANA TLS Alerts: RFC 2246, 4346, 5246 and 8446 with 8446bis, 6066, 7301, 7507, 9147, 9849. */
#define ALERT(number, name, ...) { number, name, __VA_ARGS__ }
const struct alert alert_table[] = {
    ALERT(0, "close_notify", .says = "it has nothing more to send and closes the connection"),
    ALERT(1, "end_of_early_data",
          .says = "its early data ends here (only in drafts of TLS 1.3)"),
    ALERT(10, "unexpected_message",
          .says = "it got a message that does not belong here: mostly another protocol than TLS, "
                  "or TLS before STARTTLS"),
    ALERT(20, "bad_record_mac",
          .says = "a record did not decrypt: altered on the way, or the two sides have different "
                  "keys"),
    ALERT(21, "decryption_failed", .says = "a record did not decrypt (TLS 1.0 and older)"),
    ALERT(22, "record_overflow",
          .says = "a record is longer than TLS allows: often plain text where TLS was expected"),
    ALERT(30, "decompression_failure", .says = "compressed data could not be expanded"),
    ALERT(40, "handshake_failure",
          .says = "nothing that was offered is acceptable to it: cipher suite, group, signature "
                  "algorithm, or (before TLS 1.3) the client certificate that is missing"),
    ALERT(41, "no_certificate", .says = "it has no certificate to send (SSL 3.0 only)"),
    ALERT(42, "bad_certificate",
          .says = "the certificate it was sent is missing, can't be decoded or is not signed "
                  "properly"),
    ALERT(43, "unsupported_certificate",
          .says = "the certificate it was sent is of a kind, or for a purpose, it does not take"),
    ALERT(44, "certificate_revoked", .says = "the certificate it was sent has been revoked"),
    ALERT(45, "certificate_expired",
          .says = "the certificate it was sent is outside its dates, by the sender's clock"),
    ALERT(46, "certificate_unknown",
          .says = "it refuses the certificate it was sent, for a reason it does not tell"),
    ALERT(47, "illegal_parameter",
          .says = "a value in the handshake is out of range or contradicts another one"),
    ALERT(48, "unknown_ca",
          .says = "it does not trust, or can't find, the CA that issued the certificate it was "
                  "sent"),
    ALERT(49, "access_denied",
          .says = "the certificate it was sent is valid, but not allowed in"),
    ALERT(50, "decode_error", .says = "a message was cut short or could not be decoded"),
    ALERT(51, "decrypt_error",
          .says = "a signature or the check over the whole handshake does not fit"),
    ALERT(52, "too_many_cids_requested",
          .says = "it was asked for more connection ids than it gives (DTLS only)"),
    ALERT(60, "export_restriction",
          .says = "the key is longer than export rules allowed (historic)"),
    ALERT(70, "protocol_version",
          .says = "it knows the protocol version that was offered, but does not accept it"),
    ALERT(71, "insufficient_security",
          .says = "it demands stronger cipher suites or keys than were offered"),
    ALERT(80, "internal_error",
          .says = "it failed for reasons of its own: often no certificate for the name asked for, "
                  "a missing key or backend, or no resources left"),
    ALERT(86, "inappropriate_fallback",
          .says = "the client came back with a lower version than both sides can do, so its first "
                  "try was broken on the way"),
    ALERT(90, "user_canceled", .says = "somebody cancelled the handshake"),
    ALERT(100, "no_renegotiation", .says = "it refuses to negotiate again on this connection"),
    ALERT(109, "missing_extension", .says = "an extension it needs was not sent"),
    ALERT(110, "unsupported_extension", .says = "it was answered with an extension it never sent"),
    ALERT(111, "certificate_unobtainable",
          .says = "it could not fetch the client certificate from the address it was given"),
    ALERT(112, "unrecognized_name",
          .says = "it has no certificate for the server name (SNI) that was sent, or none was "
                  "sent"),
    ALERT(113, "bad_certificate_status_response",
          .says = "the OCSP response it was sent is missing, wrong or out of date"),
    ALERT(114, "bad_certificate_hash_value",
          .says = "the client certificate it fetched does not have the announced hash"),
    ALERT(115, "unknown_psk_identity",
          .says = "it does not know the pre-shared key that was named"),
    ALERT(116, "certificate_required",
          .says = "it demands a client certificate and got none"),
    ALERT(117, "general_error", .says = "something is wrong that no other alert describes"),
    ALERT(120, "no_application_protocol",
          .says = "it speaks none of the application protocols (ALPN) that were offered"),
    ALERT(121, "ech_required",
          .says = "the encrypted ClientHello it was promised could not be read with its keys"),
};
const size_t alert_count = COUNT(alert_table);

/* 13172 and above but for the last three are in no registry: drafts and practice of browsers. */
const struct extension extension_table[] = {
    { 0, "server_name" }, { 1, "max_fragment_length" }, { 2, "client_certificate_url" }, { 3, "trusted_ca_keys" },
    { 4, "truncated_hmac" }, { 5, "status_request" }, { 6, "user_mapping" }, { 7, "client_authz" },
    { 8, "server_authz" }, { 9, "cert_type" }, { 10, "supported_groups" }, { 11, "ec_point_formats" }, { 12, "srp" },
    { 13, "signature_algorithms" }, { 14, "use_srtp" }, { 15, "heartbeat" },
    { 16, "application_layer_protocol_negotiation" }, { 17, "status_request_v2" },
    { 18, "signed_certificate_timestamp" }, { 19, "client_certificate_type" }, { 20, "server_certificate_type" },
    { 21, "padding" }, { 22, "encrypt_then_mac" }, { 23, "extended_master_secret" }, { 24, "token_binding" },
    { 25, "cached_info" }, { 26, "tls_lts" }, { 27, "compress_certificate" }, { 28, "record_size_limit" },
    { 29, "pwd_protect" }, { 30, "pwd_clear" }, { 31, "password_salt" }, { 32, "ticket_pinning" },
    { 33, "tls_cert_with_extern_psk" }, { 34, "delegated_credential" }, { 35, "session_ticket" },
    { 41, "pre_shared_key" }, { 42, "early_data" }, { 43, "supported_versions" }, { 44, "cookie" },
    { 45, "psk_key_exchange_modes" }, { 47, "certificate_authorities" }, { 48, "oid_filters" },
    { 49, "post_handshake_auth" }, { 50, "signature_algorithms_cert" }, { 51, "key_share" },
    { 52, "transparency_info" }, { 53, "connection_id_old" }, { 54, "connection_id" },
    { 57, "quic_transport_parameters" }, { 58, "ticket_request" }, { 59, "dnssec_chain" },
    { 13172, "next_protocol_negotiation" }, { 17513, "application_settings_old" }, { 17613, "application_settings" },
    { 30032, "channel_id" }, { 64768, "ech_outer_extensions" }, { 65037, "encrypted_client_hello" },
    { 65281, "renegotiation_info" },
};
const size_t extension_count = COUNT(extension_table);

/* The rows of all 16-bit tables begin with their number. */
static int number_compare(const void *key, const void *row)
{
    uint16_t a = *(const uint16_t *)key, b = *(const uint16_t *)row;
    return (a > b) - (a < b);
}

static const void *number_find(uint16_t number, const void *table, size_t n, size_t size)
{
    return bsearch(&number, table, n, size, number_compare);
}

static const char *name_or_hex(const char *name, unsigned number, int digits, char hex[NAME_LEN])
{
    if (name)
        return name;
    snprintf(hex, NAME_LEN, "0x%0*x", digits, number);
    return hex;
}

/* The number of a further name, 0 if there is none. */
static uint16_t alias_find(const struct spelling *table, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (text_is(table[i].word, name))
            return table[i].number;
    return 0;
}

const struct version *version_find(uint16_t number)
{
    return number_find(number, version_table, version_count, sizeof *version_table);
}

/* "TLSv1.2", "TLS 1.2" and "tls1_2" without what makes them differ; false when too long. */
static bool version_plain(const char *word, char out[NAME_LEN])
{
    size_t n = 0;
    for (; *word; word++) {
        if (*word == 'v' || *word == 'V' || *word == ' ')
            continue;
        if (n == NAME_LEN - 1)
            return false;
        out[n++] = *word == '_' ? '.' : *word;
    }
    out[n] = '\0';
    return true;
}

const struct version *version_by_word(const char *word)
{
    char plain[NAME_LEN];
    if (!word || !version_plain(word, plain))
        return NULL;
    for (size_t i = 0; i < version_count; i++)
        if (text_is(version_table[i].word, plain))
            return &version_table[i];
    return version_find(alias_find(spelling_table, COUNT(spelling_table), plain));
}

const struct suite *suite_find(uint16_t number)
{
    return number_find(number, suite_table, suite_count, sizeof *suite_table);
}

const struct suite *suite_by_name(const char *name)
{
    for (size_t i = 0; i < suite_count; i++)
        if (text_is(suite_table[i].iana, name) || text_is(suite_table[i].openssl, name))
            return &suite_table[i];
    return NULL;
}

const char *suite_name(uint16_t number, char hex[NAME_LEN])
{
    const struct suite *s = suite_find(number);
    return name_or_hex(s ? s->iana : NULL, number, 4, hex);
}

const struct group *group_find(uint16_t number)
{
    return number_find(number, group_table, group_count, sizeof *group_table);
}

const struct group *group_by_name(const char *name)
{
    for (size_t i = 0; i < group_count; i++)
        if (text_is(group_table[i].iana, name) || text_is(group_table[i].openssl, name))
            return &group_table[i];
    return group_find(alias_find(group_alias, COUNT(group_alias), name));
}

const char *group_name(uint16_t number, char hex[NAME_LEN])
{
    const struct group *g = group_find(number);
    return name_or_hex(g ? g->iana : NULL, number, 4, hex);
}

const struct sigalg *sigalg_find(uint16_t number)
{
    return number_find(number, sigalg_table, sigalg_count, sizeof *sigalg_table);
}

const struct sigalg *sigalg_by_name(const char *name)
{
    for (size_t i = 0; i < sigalg_count; i++) {
        const struct sigalg *s = &sigalg_table[i];
        if (text_is(s->iana, name) || text_is(s->openssl, name) || text_is(s->gnutls, name))
            return s;
    }
    return sigalg_find(alias_find(sigalg_alias, COUNT(sigalg_alias), name));
}

const char *sigalg_name(uint16_t number, char hex[NAME_LEN])
{
    const struct sigalg *s = sigalg_find(number);
    return name_or_hex(s ? s->iana : NULL, number, 4, hex);
}

const struct alert *alert_find(uint8_t number)
{
    for (size_t i = 0; i < alert_count; i++)
        if (alert_table[i].number == number)
            return &alert_table[i];
    return NULL;
}

const char *alert_name(uint8_t number, char hex[NAME_LEN])
{
    const struct alert *a = alert_find(number);
    return name_or_hex(a ? a->name : NULL, number, 2, hex);
}

const struct extension *extension_find(uint16_t number)
{
    return number_find(number, extension_table, extension_count, sizeof *extension_table);
}

const char *extension_name(uint16_t number, char hex[NAME_LEN])
{
    const struct extension *e = extension_find(number);
    return name_or_hex(e ? e->name : NULL, number, 4, hex);
}
