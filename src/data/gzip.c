/* See gzip.h. */
#include "data/gzip.h"

#include <isa-l/igzip_lib.h>
#include <libdeflate.h>
#include <stdint.h>
#include <string.h>

#include "base/alloc.h"
#include "base/fail.h"

/* ISA-L counts in 32 bits. */
static const size_t largest_piece = (size_t)1 << 30;

static uint32_t piece(size_t count)
{
    return (uint32_t)(count < largest_piece ? count : largest_piece);
}

bool dvk_gzip_is(const void *bytes, size_t count)
{
    return count >= 2 && memcmp(bytes, "\x1f\x8b", 2) == 0;
}

dvk_status dvk_gzip_start(const void *bytes, size_t count, void *out, size_t room, size_t *got)
{
    struct inflate_state *state = NULL;
    const unsigned char *at = bytes, *end = at + count;
    *got = 0;
    DVK_TRY(dvk_alloc(1, sizeof *state, &state));                /* 100 KB: too much for a stack */
    while (*got < room && dvk_gzip_is(at, (size_t)(end - at))) { /* each member */
        isal_inflate_init(state);
        state->crc_flag = ISAL_GZIP;
        state->next_in = (uint8_t *)(uintptr_t)at; /* ISA-L only reads it */
        state->avail_in = piece((size_t)(end - at));
        state->next_out = (uint8_t *)out + *got;
        state->avail_out = piece(room - *got);
        const int result = isal_inflate(state);
        *got = (size_t)(state->next_out - (uint8_t *)out);
        at = state->next_in;
        if (result != ISAL_DECOMP_OK || state->block_state != ISAL_BLOCK_FINISH)
            break;
    }
    dvk_free(state);
    return DVK_OK;
}

dvk_status dvk_gzip_inflate(const void *bytes, size_t count, void *out, size_t room, size_t *got)
{
    dvk_status status = DVK_OK;
    *got = 0;
    struct libdeflate_decompressor *d = libdeflate_alloc_decompressor();
    if (!d)
        return dvk_fail(DVK_ERR_MEMORY, "out of memory: a decompressor");
    for (size_t used = 0; used < count;) {
        const unsigned char *at = (const unsigned char *)bytes + used;
        size_t in = 0, made = 0;
        if (used && !dvk_gzip_is(at, count - used)) {
            status = dvk_fail(DVK_ERR_INVALID, "%zu bytes of something else follow the gzip data", count - used);
            break;
        }
        const enum libdeflate_result result =
            libdeflate_gzip_decompress_ex(d, at, count - used, (unsigned char *)out + *got, room - *got, &in, &made);
        if (result == LIBDEFLATE_INSUFFICIENT_SPACE) {
            status = dvk_fail(
                DVK_ERR_INVALID,
                "the gzip data do not end with the %zu bytes that belong there: cut short, or another image", room);
            break;
        }
        if (result != LIBDEFLATE_SUCCESS) {
            status = dvk_fail(DVK_ERR_INVALID, "the gzip data are damaged or cut short: fetch the file again");
            break;
        }
        used += in;
        *got += made;
    }
    libdeflate_free_decompressor(d);
    return status;
}
