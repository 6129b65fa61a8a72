/*
 * What the files of the OpenCL back end share: an open device, checked calls, buffers, kernels and FFT plans.
 *
 * No device is assumed to have fp64, images, more than 32 KB of local memory or more than 256 work-items in a group.
 */
#ifndef DVK_BACKEND_OPENCL_H
#define DVK_BACKEND_OPENCL_H

#include <CL/cl.h>

#include "backend/backend.h"
#include "base/alloc.h"
#include "base/fail.h"
#include "data/cache.h"

enum { DVK_CL_GROUP = 64 }; /* work-items in a group, along x, of the plain kernels */

typedef struct dvk_cl_program dvk_cl_program;
typedef struct dvk_cl_fft dvk_cl_fft; /* cl_fft.h */

/* How to convolve here: see cl_choice.h. */
enum { DVK_CL_CHOICE_SIZES = 8 };
typedef struct dvk_cl_choice {
    size_t direct_taps;
    size_t count;
    struct {
        size_t points;
        bool clfft;
    } size[DVK_CL_CHOICE_SIZES];
    char text[DVK_TUNING];
} dvk_cl_choice;

struct dvk_backend {
    dvk_device device;
    char identity[768]; /* device, driver and platform, in words: what compiled code and timings depend on */
    cl_device_id id;
    cl_context context;
    cl_command_queue queue;
    size_t memory;  /* bytes that plans may use in all */
    size_t largest; /* bytes of the largest buffer */
    size_t local;   /* bytes of local memory that a group may use */
    size_t used;    /* bytes of buffers there are */
    unsigned lanes; /* width of a float vector that the device prefers: 1, 4, 8 or 16 */
    dvk_cl_choice choice;
    bool keeps_binaries;              /* compiled programs are worth keeping: see cl_device.c */
    bool shared;                      /* the device works in the host's memory */
    struct dvk_cl_transfer *transfer; /* cl_transfer.h; NULL before its first use */
    dvk_cl_program *programs;         /* built so far */
    dvk_cl_fft *ffts;                 /* baked so far */
};

/* --- checked calls (cl_host.c) --- */

void dvk_cl_set_host(const dvk_host *host);
bool dvk_cl_call_fails(void);
unsigned dvk_cl_quirks(void);
size_t dvk_cl_memory_limit(void);
void dvk_cl_memory_used(size_t bytes);

/* DVK_ERR_RETRY with "clCall: CL_ERROR_NAME"; `call` is the call's text. */
dvk_status dvk_cl_fail(cl_int code, const char *call);

/* Goes to `done:` when an OpenCL call fails; wants a local `dvk_status status`. */
#define CL_TRY(call)                                                                                                   \
    do {                                                                                                               \
        const cl_int cl_code = dvk_cl_call_fails() ? CL_OUT_OF_RESOURCES : (cl_int)(call);                             \
        if (cl_code != CL_SUCCESS) {                                                                                   \
            status = dvk_cl_fail(cl_code, #call);                                                                      \
            goto done;                                                                                                 \
        }                                                                                                              \
    } while (0)

/* The same for a call that gives an object, and its code through &cl_made. */
#define CL_MAKE(object, call)                                                                                          \
    do {                                                                                                               \
        cl_int cl_made = CL_OUT_OF_RESOURCES;                                                                          \
        if (!dvk_cl_call_fails())                                                                                      \
            (object) = (call);                                                                                         \
        if (cl_made != CL_SUCCESS) {                                                                                   \
            (object) = NULL;                                                                                           \
            status = dvk_cl_fail(cl_made, #call);                                                                      \
            goto done;                                                                                                 \
        }                                                                                                              \
    } while (0)

/* --- devices (cl_device.c) --- */

dvk_status dvk_cl_list(dvk_device *list, size_t room, size_t *count);
dvk_status dvk_cl_open(const char *id, int threads, dvk_backend **out);
void dvk_cl_close(dvk_backend *b);

/* --- buffers (cl_buffer.c) --- */

/* An uninitialised buffer; none of zero bytes. */
dvk_status dvk_cl_buffer(dvk_backend *b, size_t bytes, cl_mem *out);
void dvk_cl_buffer_free(dvk_backend *b, cl_mem *buffer); /* NULL is fine; leaves NULL */
dvk_status dvk_cl_write(dvk_backend *b, cl_mem to, size_t offset, const void *from, size_t bytes);
dvk_status dvk_cl_read(dvk_backend *b, cl_mem from, size_t offset, void *to, size_t bytes);

/* The host's memory as a buffer, for reading or for writing alone: where the device shares it, nothing is copied.
 * Release it as soon as the kernels that use it are enqueued; what they wrote is there after dvk_cl_wrap_read. */
dvk_status dvk_cl_wrap(dvk_backend *b, void *at, size_t bytes, bool written, cl_mem *out);
dvk_status dvk_cl_wrap_read(dvk_backend *b, cl_mem buffer, size_t bytes);

/* --- kernels (cl_program.c) --- */

/* An embedded source file and the compiler's options, "" or "-DNAME=VALUE ..."; built on first use. */
typedef struct dvk_cl_source {
    const char *file, *options;
} dvk_cl_source;

/* A kernel of a source. Lent for the back end's life. */
dvk_status dvk_cl_kernel(dvk_backend *b, const dvk_cl_source *source, const char *name, cl_kernel *out);
void dvk_cl_programs_free(dvk_backend *b);

typedef struct dvk_cl_arg {
    size_t size;
    const void *value;
} dvk_cl_arg;
/* clang-format off */
#define DVK_CL_ARG(x) {sizeof(x), &(x)}
/* clang-format on */

/* Sets the arguments (a NULL value: local memory) and enqueues. */
dvk_status dvk_cl_enqueue(dvk_backend *b, const dvk_cl_source *source, const char *name, const size_t global[3],
                          const size_t local[3], const dvk_cl_arg *args, size_t count);

/* Enqueues one work-item for each of x y z points, x rounded up to whole groups: the kernel checks its x. */
dvk_status dvk_cl_launch(dvk_backend *b, const dvk_cl_source *source, const char *name, const size_t points[3],
                         const dvk_cl_arg *args, size_t count);

static inline cl_int4 dvk_cl_int4(size_t x, size_t y, size_t z)
{
    return (cl_int4){{(cl_int)x, (cl_int)y, (cl_int)z, 0}};
}

/* --- operations --- */

dvk_status dvk_cl_conv_create(dvk_backend *b, const dvk_conv_problem *p, bool direct, dvk_conv_plan **out);
dvk_status dvk_cl_conv_run(dvk_conv_plan *plan, const float *in, float *out);
void dvk_cl_conv_free(dvk_conv_plan *plan);
dvk_status dvk_cl_integrate(dvk_backend *b, const dvk_integrate_problem *p);

#endif
