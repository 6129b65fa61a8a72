/*
 * Made kernels in the user's cache (data/cache.h): a kernel of 128^3 voxels takes 50 ms to make and 6 to read.
 */
#ifndef DVK_PHYSICS_KERNEL_KEPT_H
#define DVK_PHYSICS_KERNEL_KEPT_H

#include "physics/kernel.h"

/*
 * `k` has its emitter and of its record what was asked for. Where the cache holds what the same code made from the
 * same, record and octant become that, to the bit; else false, and `k` is as it was.
 */
bool dvk_kernel_kept_find(dvk_kernel *k);

/* Keeps a kernel that was made from `asked`, the record as dvk_kernel_kept_find had it. Where it cannot, the next run
 * makes the kernel again. */
void dvk_kernel_kept_add(const dvk_kernel_record *asked, const dvk_kernel *k);

#endif
