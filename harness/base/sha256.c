/* SHA-256: the checksum of data, teachers and runs; nettle does the work. */
#include "base/sha256.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <nettle/sha2.h>
#include <kd/error.h>

_Static_assert(sizeof(struct sha256_ctx) <= sizeof(kdi_sha256_state), "the state has no room");

static struct sha256_ctx *context(kdi_sha256_state *s)
{
    return (struct sha256_ctx *)(void *)s->opaque;
}

void kdi_sha256_start(kdi_sha256_state *s)
{
    sha256_init(context(s));
}

void kdi_sha256_add(kdi_sha256_state *s, const void *data, size_t size)
{
    sha256_update(context(s), size, data);
}

void kdi_sha256_hex(kdi_sha256_state *s, char hex[KDI_SHA256_HEX])
{
    static const char digit[] = "0123456789abcdef";
    uint8_t sum[SHA256_DIGEST_SIZE];
    sha256_digest(context(s), sizeof sum, sum);
    for (size_t i = 0; i < sizeof sum; i++) {
        hex[2 * i] = digit[sum[i] >> 4];
        hex[2 * i + 1] = digit[sum[i] & 15];
    }
    hex[2 * sizeof sum] = '\0';
}

void kdi_sha256(const void *data, size_t size, char hex[KDI_SHA256_HEX])
{
    kdi_sha256_state s;
    kdi_sha256_start(&s);
    kdi_sha256_add(&s, data, size);
    kdi_sha256_hex(&s, hex);
}

int kdi_sha256_file(const char *path, char hex[KDI_SHA256_HEX])
{
    FILE *in = fopen(path, "rb");
    if (!in)
        return kd_error(KD_E_FILE, "cannot open %s: %s", path, strerror(errno));
    kdi_sha256_state s;
    kdi_sha256_start(&s);
    unsigned char part[1 << 14];
    for (size_t n; (n = fread(part, 1, sizeof part, in)) > 0;)
        kdi_sha256_add(&s, part, n);
    int bad = ferror(in) ? errno : 0;
    fclose(in);
    if (bad)
        return kd_error(KD_E_FILE, "cannot read %s: %s", path, strerror(bad));
    kdi_sha256_hex(&s, hex);
    return KD_OK;
}
