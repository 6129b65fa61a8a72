/* A kernel's SHA-256: of the voxel and the half-widths, then the values as float32, so that a file read back has the
 * same. Block by block, since a copy of all values would be as large as half of the kernel. */
#include <string.h>

#include "data/hash.h"
#include "physics/kernel.h"

typedef struct hashing {
    const dvk_kernel *kernel;
    double volume_mL; /* 0: the values are S; else energies, to become S */
    bool begun;
    size_t done;
    float block[1 << 12];
} hashing;

static dvk_span next_head(hashing *h)
{
    const dvk_kernel_record *r = &h->kernel->record;
    unsigned char *to = (unsigned char *)h->block;
    h->begun = true;
    for (int a = 0; a < 3; a++) {
        const float voxel = (float)r->voxel_mm[a];
        const unsigned half = (unsigned)r->half[a];
        memcpy(to, &voxel, sizeof voxel);
        memcpy(to + sizeof voxel, &half, sizeof half);
        to += sizeof voxel + sizeof half;
    }
    return (dvk_span){h->block, (size_t)(to - (unsigned char *)h->block)};
}

static dvk_span next_block(void *user)
{
    hashing *h = user;
    const dvk_kernel *k = h->kernel;
    if (!h->begun)
        return next_head(h);
    const double *from = (k->record.even ? k->octant : k->taps) + h->done;
    const size_t left = dvk_kernel_values(k) - h->done, room = sizeof h->block / sizeof *h->block;
    const size_t count = left < room ? left : room;
    if (h->volume_mL > 0)
        for (size_t i = 0; i < count; i++)
            h->block[i] = (float)dvk_kernel_s(from[i], h->volume_mL, k->record.density_g_mL);
    else
        for (size_t i = 0; i < count; i++)
            h->block[i] = (float)from[i];
    h->done += count;
    return (dvk_span){h->block, count * sizeof *h->block};
}

void dvk_kernel_hash(const dvk_kernel *k, double volume_mL, char hex[65])
{
    hashing h = {.kernel = k, .volume_mL = volume_mL};
    dvk_sha256_pieces(next_block, &h, hex);
}
