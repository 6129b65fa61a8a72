/*
 * Large blocks of memory from the system, kept for the next user: clearing fresh pages costs a case more than its
 * convolution does.
 */
#ifndef DVK_BASE_BLOCKS_H
#define DVK_BASE_BLOCKS_H

#include <stdbool.h>
#include <stddef.h>

/* From this size on a block pays. */
enum { DVK_BLOCK_LEAST = 1 << 20 };

/* A block of at least `bytes`, on a page boundary; *fresh: it is all zero. NULL where there is none to be had. */
void *dvk_block_take(size_t bytes, bool *fresh);

/* Takes a block back, to be kept or given to the system; false for a pointer that is no block. */
bool dvk_block_give(void *p);

#endif
