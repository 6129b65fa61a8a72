/* See nifti_voxels.h. Works on blocks that stay in the first-level cache. */
#include "data/nifti_voxels.h"

#include <assert.h>
#include <float.h>
#include <math.h>
#include <string.h>

#include "base/wider.h"

enum { BLOCK = 512 };

bool dvk_nifti_is_plain(const dvk_nifti *h)
{
    return h->datatype == DVK_NIFTI_FLOAT32 && !h->swapped && h->slope == 1 && h->intercept == 0;
}

static void swap_bytes(unsigned char *bytes, size_t width, size_t count)
{
    for (size_t i = 0; i < count; i++, bytes += width)
        for (size_t a = 0, b = width - 1; a < b; a++, b--) {
            const unsigned char kept = bytes[a];
            bytes[a] = bytes[b];
            bytes[b] = kept;
        }
}

#define WIDEN(member)                                                                                                  \
    do {                                                                                                               \
        for (size_t i = 0; i < count; i++)                                                                             \
            out[i] = (double)raw->member[i];                                                                           \
    } while (0)

typedef union block {
    unsigned char bytes[8 * BLOCK];
    uint8_t u8[BLOCK];
    int8_t i8[BLOCK];
    uint16_t u16[BLOCK];
    int16_t i16[BLOCK];
    uint32_t u32[BLOCK];
    int32_t i32[BLOCK];
    uint64_t u64[BLOCK];
    int64_t i64[BLOCK];
    float f32[BLOCK];
    double f64[BLOCK];
} block;

static void widen(const block *raw, int datatype, size_t count, double *out)
{
    switch (datatype) {
    case DVK_NIFTI_UINT8:
        WIDEN(u8);
        break;
    case DVK_NIFTI_INT8:
        WIDEN(i8);
        break;
    case DVK_NIFTI_UINT16:
        WIDEN(u16);
        break;
    case DVK_NIFTI_INT16:
        WIDEN(i16);
        break;
    case DVK_NIFTI_UINT32:
        WIDEN(u32);
        break;
    case DVK_NIFTI_INT32:
        WIDEN(i32);
        break;
    case DVK_NIFTI_UINT64:
        WIDEN(u64);
        break;
    case DVK_NIFTI_INT64:
        WIDEN(i64);
        break;
    case DVK_NIFTI_FLOAT32:
        WIDEN(f32);
        break;
    case DVK_NIFTI_FLOAT64:
        WIDEN(f64);
        break;
    default:
        assert(!"the gate lets no other type through");
    }
}

void dvk_nifti_convert(const dvk_nifti *h, const unsigned char *stored, size_t count, float *out)
{
    block raw;
    double wide[BLOCK] = {0};
    const bool scaled = h->slope != 1 || h->intercept != 0; /* -0 + 0 would lose its sign */
    for (size_t done = 0; done < count; done += BLOCK) {
        const size_t n = count - done < BLOCK ? count - done : BLOCK;
        memcpy(raw.bytes, stored + done * h->voxel_bytes, n * h->voxel_bytes);
        if (h->swapped)
            swap_bytes(raw.bytes, h->voxel_bytes, n);
        widen(&raw, h->datatype, n, wide);
        if (scaled)
            for (size_t i = 0; i < n; i++)
                wide[i] = h->slope * wide[i] + h->intercept;
        for (size_t i = 0; i < n; i++)
            out[done + i] = (float)wide[i];
    }
}

DVK_WIDER static dvk_voxel_counts count_voxels(const float *values, size_t count)
{
    dvk_voxel_counts total = {0};
    for (size_t done = 0; done < count; done += BLOCK) {
        const size_t n = count - done < BLOCK ? count - done : BLOCK;
        unsigned nan = 0, infinite = 0, negative = 0; /* narrow, so that the loop is vectorised */
        for (size_t i = 0; i < n; i++) {
            const float x = values[done + i];
            nan += x != x;
            infinite += fabsf(x) > FLT_MAX;
            negative += x < 0;
        }
        total.nan += nan;
        total.infinite += infinite;
        total.negative += negative;
    }
    return total;
}

dvk_voxel_counts dvk_count_voxels(const float *values, size_t count)
{
    return count_voxels(values, count);
}
