/* See cl_transfer.h. */
#include "backend/opencl/cl_transfer.h"

#include <string.h>

enum { SLOT_BYTES = 1 << 22 }; /* enough that a transfer's start counts for little, and little to pin */

typedef struct slot {
    cl_mem pinned;
    unsigned char *at;
    cl_event moved; /* NULL: free */
    void *to;       /* where what was received goes */
    size_t bytes;
} slot;

typedef struct way {
    cl_command_queue queue;
    slot slot[2];
    size_t next;
} way;

struct dvk_cl_transfer {
    way up, down;
    bool pinned;
};

/* --- slots --- */

static bool make_slot(dvk_backend *b, cl_command_queue queue, slot *s)
{
    cl_int code = CL_OUT_OF_RESOURCES;
    if (!dvk_cl_call_fails())
        s->pinned = clCreateBuffer(b->context, CL_MEM_READ_WRITE | CL_MEM_ALLOC_HOST_PTR, SLOT_BYTES, NULL, &code);
    if (code != CL_SUCCESS || dvk_cl_call_fails())
        return false;
    s->at =
        clEnqueueMapBuffer(queue, s->pinned, CL_TRUE, CL_MAP_READ | CL_MAP_WRITE, 0, SLOT_BYTES, 0, NULL, NULL, &code);
    return code == CL_SUCCESS;
}

static bool make_way(dvk_backend *b, way *w)
{
    cl_int code = CL_OUT_OF_RESOURCES;
    if (!dvk_cl_call_fails())
        w->queue = clCreateCommandQueue(b->context, b->id, 0, &code);
    return code == CL_SUCCESS && make_slot(b, w->queue, &w->slot[0]) && make_slot(b, w->queue, &w->slot[1]);
}

static void free_way(way *w)
{
    if (w->queue)
        clFinish(w->queue); /* nothing may still use the slots after a failure on the way */
    for (size_t i = 0; i < 2; i++) {
        slot *s = &w->slot[i];
        if (s->moved)
            clReleaseEvent(s->moved);
        if (s->at)
            clEnqueueUnmapMemObject(w->queue, s->pinned, s->at, 0, NULL, NULL);
        if (s->pinned)
            clReleaseMemObject(s->pinned);
    }
    if (w->queue)
        clReleaseCommandQueue(w->queue);
    *w = (way){.queue = NULL};
}

/* Queues and slots, or NULL where parts are to be moved plainly. */
static dvk_status find_transfer(dvk_backend *b, struct dvk_cl_transfer **out)
{
    struct dvk_cl_transfer *t = b->transfer;
    *out = NULL;
    if (b->shared)
        return DVK_OK;
    if (!t) {
        DVK_TRY(dvk_alloc(1, sizeof *t, &t));
        b->transfer = t;
        t->pinned = make_way(b, &t->up) && make_way(b, &t->down);
        if (!t->pinned) {
            free_way(&t->up);
            free_way(&t->down);
        }
    }
    *out = t->pinned ? t : NULL;
    return DVK_OK;
}

void dvk_cl_transfer_free(dvk_backend *b)
{
    if (!b->transfer)
        return;
    free_way(&b->transfer->up);
    free_way(&b->transfer->down);
    dvk_free(b->transfer);
    b->transfer = NULL;
}

/* Waits until the slot is free; what it received goes to its place. */
static dvk_status settle(slot *s)
{
    dvk_status status = DVK_OK;
    if (!s->moved)
        return DVK_OK;
    CL_TRY(clWaitForEvents(1, &s->moved));
    if (s->to)
        memcpy(s->to, s->at, s->bytes);
done:
    clReleaseEvent(s->moved);
    s->moved = NULL;
    s->to = NULL;
    return status;
}

/* --- parts --- */

dvk_status dvk_cl_transfer_begin(dvk_backend *b)
{
    dvk_status status = DVK_OK;
    cl_event computed = NULL;
    struct dvk_cl_transfer *t = NULL;
    DVK_TRY(find_transfer(b, &t));
    if (!t)
        return DVK_OK;
    for (size_t i = 0; i < 2; i++)
        t->down.slot[i].to = NULL; /* of a run that failed: its caller's memory may be gone */
    CL_TRY(clEnqueueMarkerWithWaitList(b->queue, 0, NULL, &computed));
    CL_TRY(clFlush(b->queue));
    CL_TRY(clEnqueueBarrierWithWaitList(t->up.queue, 1, &computed, NULL));
done:
    if (computed)
        clReleaseEvent(computed);
    return status;
}

static dvk_status send_slot(dvk_backend *b, way *w, cl_mem to, size_t offset, const void *from, size_t bytes)
{
    dvk_status status = DVK_OK;
    slot *s = &w->slot[w->next];
    DVK_TRY(settle(s));
    memcpy(s->at, from, bytes);
    CL_TRY(clEnqueueWriteBuffer(w->queue, to, CL_FALSE, offset, bytes, s->at, 0, NULL, &s->moved));
    w->next = 1 - w->next;
    CL_TRY(clFlush(w->queue));
    CL_TRY(clEnqueueBarrierWithWaitList(b->queue, 1, &s->moved, NULL));
done:
    return status;
}

dvk_status dvk_cl_send(dvk_backend *b, cl_mem to, size_t offset, const void *from, size_t bytes)
{
    struct dvk_cl_transfer *t = NULL;
    DVK_TRY(find_transfer(b, &t));
    if (!t)
        return dvk_cl_write(b, to, offset, from, bytes);
    for (size_t done = 0; done < bytes; done += SLOT_BYTES)
        DVK_TRY(send_slot(b, &t->up, to, offset + done, (const char *)from + done,
                          bytes - done < SLOT_BYTES ? bytes - done : SLOT_BYTES));
    return DVK_OK;
}

static dvk_status receive_slot(way *w, cl_event computed, cl_mem from, size_t offset, void *to, size_t bytes)
{
    dvk_status status = DVK_OK;
    slot *s = &w->slot[w->next];
    DVK_TRY(settle(s));
    CL_TRY(clEnqueueReadBuffer(w->queue, from, CL_FALSE, offset, bytes, s->at, 1, &computed, &s->moved));
    s->to = to;
    s->bytes = bytes;
    w->next = 1 - w->next;
    CL_TRY(clFlush(w->queue));
done:
    return status;
}

dvk_status dvk_cl_receive(dvk_backend *b, cl_mem from, size_t offset, void *to, size_t bytes)
{
    dvk_status status = DVK_OK;
    cl_event computed = NULL;
    struct dvk_cl_transfer *t = NULL;
    DVK_TRY(find_transfer(b, &t));
    if (!t)
        return dvk_cl_read(b, from, offset, to, bytes);
    CL_TRY(clEnqueueMarkerWithWaitList(b->queue, 0, NULL, &computed));
    CL_TRY(clFlush(b->queue));
    for (size_t done = 0; done < bytes; done += SLOT_BYTES)
        DVK_TRY_DONE(receive_slot(&t->down, computed, from, offset + done, (char *)to + done,
                                  bytes - done < SLOT_BYTES ? bytes - done : SLOT_BYTES));
done:
    if (computed)
        clReleaseEvent(computed);
    return status;
}

dvk_status dvk_cl_transfer_end(dvk_backend *b)
{
    struct dvk_cl_transfer *t = b->transfer;
    if (!t || !t->pinned)
        return DVK_OK;
    DVK_TRY(settle(&t->down.slot[t->down.next])); /* the older one */
    return settle(&t->down.slot[1 - t->down.next]);
}
