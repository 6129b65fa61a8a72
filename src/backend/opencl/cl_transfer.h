/*
 * Moves volumes between the host and a device with memory of its own, part by part and beside the kernels: parts go
 * through two pinned slots each way, on a queue for each way, tied to the kernels' queue by events. Where the device
 * shares the host's memory, or pinned memory cannot be had, parts are moved plainly, one after the other.
 */
#ifndef DVK_BACKEND_CL_TRANSFER_H
#define DVK_BACKEND_CL_TRANSFER_H

#include "backend/opencl/opencl.h"

/* Before the first part of a volume: what the kernels' queue still does with the buffers comes first. */
dvk_status dvk_cl_transfer_begin(dvk_backend *b) DVK_MUST_USE;

/* Kernels enqueued from now on find the part in `to`; `from` can be reused at once. */
dvk_status dvk_cl_send(dvk_backend *b, cl_mem to, size_t offset, const void *from, size_t bytes) DVK_MUST_USE;

/* Takes the part as the kernels enqueued so far leave it. It is at `to` after dvk_cl_transfer_end. */
dvk_status dvk_cl_receive(dvk_backend *b, cl_mem from, size_t offset, void *to, size_t bytes) DVK_MUST_USE;
dvk_status dvk_cl_transfer_end(dvk_backend *b) DVK_MUST_USE;

/* Queues and slots, which are made on first use and kept. */
void dvk_cl_transfer_free(dvk_backend *b);

#endif
