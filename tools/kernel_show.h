/* What `dvkit kernel` prints of a kernel. */
#ifndef DVKIT_KERNEL_SHOW_H
#define DVKIT_KERNEL_SHOW_H

#include "dvk/dvk.h"

/* The record, S against distance and cumulative energy against radius, as a text to read. */
void kernel_show(const dvk_kernel *k);

/* The record as the sidecar has it. */
void kernel_show_json(const dvk_kernel *k);

#endif
