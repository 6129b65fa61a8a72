/* SHA-256 through nettle, which uses the processor's instructions for it: 8 MB in 5 ms, where libmd takes 26 ms, more
 * than inflating them. */
#include "data/hash.h"

#include <errno.h>
#include <nettle/sha2.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/fail.h"

static void finish(struct sha256_ctx *context, char hex[65])
{
    uint8_t digest[SHA256_DIGEST_SIZE];
    sha256_digest(context, sizeof digest, digest);
    for (size_t i = 0; i < sizeof digest; i++)
        snprintf(hex + 2 * i, 3, "%02x", digest[i]);
}

void dvk_sha256_spans(const dvk_span *spans, size_t count, char hex[65])
{
    struct sha256_ctx context;
    sha256_init(&context);
    for (size_t s = 0; s < count; s++)
        sha256_update(&context, spans[s].count, spans[s].at);
    finish(&context, hex);
}

void dvk_sha256(const void *bytes, size_t count, char hex[65])
{
    const dvk_span span = {bytes, count};
    dvk_sha256_spans(&span, 1, hex);
}

dvk_status dvk_sha256_file(const char *path, char hex[65])
{
    unsigned char block[1 << 15];
    struct sha256_ctx context;
    FILE *f = fopen(path, "rb");
    if (!f)
        return dvk_fail(DVK_ERR_MISSING, "%s: cannot be read: %s", path, strerror(errno));
    sha256_init(&context);
    for (size_t got; (got = fread(block, 1, sizeof block, f)) > 0;)
        sha256_update(&context, got, block);
    const int failed = ferror(f);
    fclose(f);
    if (failed)
        return dvk_fail(DVK_ERR_MISSING, "%s: cannot be read: %s", path, strerror(errno));
    finish(&context, hex);
    return DVK_OK;
}
