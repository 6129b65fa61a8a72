/*
 * Real spectra in the user's cache (data/cache.h): of 128^3 voxels one takes 20 ms to make and 4 to read.
 *
 * The key holds all that the values depend on: the code and its vectors, the grid's lengths and the order of their
 * transforms, the scale, and the kernel by its values, so that one that was read is known again as well.
 */
#include <isa-l/crc64.h>
#include <stdio.h>
#include <string.h>

#include "backend/cpu/convolve.h"
#include "base/alloc.h"
#include "base/code.h"
#include "data/cache.h"
#include "data/hash.h"

/* Smaller ones are made in a millisecond. */
enum { LEAST_FLOATS = 1 << 17 };

static const char kind[] = DVK_CACHE_MADE "spectrum";

/* SHA-256 of a checksum for every plane of the octant that matters. */
static bool hash_octant(const dvk_conv_plan *plan, const dvk_conv_problem *p, size_t planes, char hex[65])
{
    const size_t plane = (p->half[0] + 1) * (p->half[1] + 1);
    uint64_t *sum = NULL;
    if (dvk_alloc(planes, sizeof *sum, &sum) != DVK_OK)
        return false;
#pragma omp parallel for num_threads(plan->threads) schedule(static)
    for (size_t z = 0; z < planes; z++)
        sum[z] = crc64_ecma_refl(0, (const unsigned char *)(p->octant + z * plane), plane * sizeof *p->octant);
    dvk_sha256(sum, planes * sizeof *sum, hex);
    dvk_free(sum);
    return true;
}

void dvk_conv_kept_key(const dvk_conv_plan *plan, const dvk_conv_problem *p, const size_t half[3],
                       char key[DVK_CONV_KEY])
{
    const dvk_conv_grid *g = &plan->grid;
    char hex[65];
    size_t floats = 0;
    key[0] = '\0';
    if (!plan->keeps_spectrum || !dvk_code_identity()[0] || dvk_conv_spectrum_size(g, &floats) != DVK_OK ||
        floats < LEAST_FLOATS || !hash_octant(plan, p, half[2] + 1, hex))
        return;
    int used = snprintf(key, DVK_CONV_KEY, "spectrum 1\n" DVK_VERSION "\n%s\n%s %zu\n%a %s", dvk_code_identity(),
                        plan->passes->name, g->lanes, p->scale, hex);
    for (int a = 0; a < 3; a++) {
        used += snprintf(key + used, (size_t)(DVK_CONV_KEY - used), "\n%zu of %zu in %zu:", half[a], p->half[a],
                         g->padded[a]);
        for (size_t s = 0; s < g->fft[a].stages; s++) /* they give the order */
            used += snprintf(key + used, (size_t)(DVK_CONV_KEY - used), " %u", g->fft[a].radix[s]);
    }
}

bool dvk_conv_kept_find(dvk_conv_plan *plan, const char *key)
{
    const dvk_span of_key = {key, strlen(key)};
    size_t floats = 0;
    dvk_buffer found;
    if (!key[0] || dvk_conv_spectrum_size(&plan->grid, &floats) != DVK_OK || !dvk_cache_load(kind, &of_key, 1, &found))
        return false;
    if (found.count != floats * sizeof(float)) {
        dvk_buffer_free(&found);
        return false;
    }
    plan->kept = found;
    plan->spectrum.real = (float *)found.at;
    return true;
}

void dvk_conv_kept_add(const dvk_conv_plan *plan, const char *key)
{
    const dvk_span of_key = {key, strlen(key)};
    size_t floats = 0;
    if (!key[0] || dvk_conv_spectrum_size(&plan->grid, &floats) != DVK_OK)
        return;
    const dvk_span bytes = {plan->spectrum.real, floats * sizeof(float)};
    const dvk_status kept = dvk_cache_store(kind, &of_key, 1, &bytes);
    (void)kept; /* no folder, or a full disk: the next run makes it again */
}
