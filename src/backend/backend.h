/*
 * The back ends' common shape: a small table of whole-volume operations with plan objects. Everything that crosses it
 * is plain data, so that a back end can live in a shared object of its own that links nothing of the library.
 */
#ifndef DVK_BACKEND_BACKEND_H
#define DVK_BACKEND_BACKEND_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dvk/context.h"
#include "dvk/dose.h"

#include "data/io.h"

typedef struct dvk_backend dvk_backend;
typedef struct dvk_conv_plan dvk_conv_plan;

/* out(x) = scale * sum_y k(x - y) in(y) on an n grid, zero outside. half[a] may exceed n[a] - 1; the rest is never
 * used. */
typedef struct dvk_conv_problem {
    size_t n[3];          /* x fastest */
    size_t half[3];       /* R: the kernel has 2 R + 1 taps an axis */
    bool even;            /* symmetric in x, y and z: octant is given, else taps */
    const double *octant; /* (Rx+1)(Ry+1)(Rz+1), x fastest, [0] is the centre */
    const double *taps;   /* (2Rx+1)(2Ry+1)(2Rz+1), x fastest, the centre in the middle */
    double scale;
} dvk_conv_problem;

/* Voxelwise integration over time; see kernels_cl/timefit.h for the parameters, which both languages share. */
struct dvk_fit_parameters;
typedef struct dvk_integrate_problem {
    size_t voxels;
    size_t points;
    const float *const *frame; /* [points] arrays of `voxels` values */
    const struct dvk_fit_parameters *parameters;
    float *tia;      /* [voxels], unit of the frames times s */
    uint8_t *status; /* [voxels] DVK_VOXEL_* */
    float *sd;       /* [voxels] or NULL */
    /* With sd, or both NULL: the fitted curve at the samples' times and the residuals that stand for the points'
     * errors, [points] arrays as the frames. */
    float *const *curve, *const *residuals;
} dvk_integrate_problem;

typedef struct dvk_backend_ops {
    const char *name; /* "cpu", "opencl" */
    dvk_status (*list)(dvk_device *list, size_t room, size_t *count);
    /* `id` as in the list: "cpu", "opencl:0.0". threads > 0. */
    dvk_status (*open)(const char *id, int threads, dvk_backend **out);
    void (*close)(dvk_backend *b);
    const dvk_device *(*describe)(const dvk_backend *b);
    size_t (*direct_taps)(const dvk_backend *b); /* the most taps for which a plain sum pays */
    /* What was measured on the device and decides how it computes, in words; "" where nothing was. */
    const char *(*tuning)(const dvk_backend *b);
    /* Measures on cubes of so many voxels an edge, ascending, and keeps the outcome for the user's later runs. NULL:
     * there is nothing to choose. */
    dvk_status (*tune)(dvk_backend *b, const size_t *edge, size_t count);
    /* `direct`: a plain sum instead of the FFT. The problem's arrays are not kept. */
    dvk_status (*conv_create)(dvk_backend *b, const dvk_conv_problem *p, bool direct, dvk_conv_plan **out);
    dvk_status (*conv_run)(dvk_conv_plan *plan, const float *in, float *out); /* in and out may be the same */
    void (*conv_free)(dvk_conv_plan *plan);
    dvk_status (*integrate)(dvk_backend *b, const dvk_integrate_problem *p);
} dvk_backend_ops;

extern const dvk_backend_ops dvk_cpu_backend;

/* What a back end in a shared object of its own may use of the program that loaded it. */
typedef struct dvk_host {
    int abi; /* DVK_BACKEND_ABI */
    dvk_status (*vfail)(dvk_status status, const char *format, va_list args);
    dvk_status (*alloc)(size_t count, size_t size, void *out);
    void (*free)(void *p);
    bool (*cache_load)(const char *kind, const dvk_span *key, size_t spans, dvk_buffer *out); /* data/cache.h */
    dvk_status (*cache_store)(const char *kind, const dvk_span *key, size_t spans, const dvk_span *bytes);
    void (*buffer_free)(dvk_buffer *b);
    bool (*call_fails)(void);     /* for tests: the device call about to be made is to fail */
    unsigned (*quirks)(void);     /* for tests: DVK_QUIRK_* */
    size_t (*memory_limit)(void); /* for tests: bytes of device memory to make do with; 0: all there is */
    void (*memory_used)(size_t);  /* for tests: so many bytes of device memory are in use now */
} dvk_host;

enum {
    DVK_QUIRK_GENERAL = 1,  /* take the path that any problem can take, where there is a faster one for this one */
    DVK_QUIRK_SCALAR = 2,   /* treat every device as one without vectors, as GPUs are */
    DVK_QUIRK_DISCRETE = 4, /* and as one with memory of its own */
    DVK_QUIRK_BINARIES = 8  /* and as one whose compiled programs are worth keeping */
};

enum { DVK_BACKEND_ABI = 3 };

/* Plain sums win up to 5 x 5 x 5 taps where nothing else was measured; docs/performance.md. */
enum { DVK_DIRECT_TAPS = 125 };
#define DVK_BACKEND_ENTRY "dvk_opencl_backend"
typedef const dvk_backend_ops *(*dvk_backend_entry)(const dvk_host *host);

#endif
