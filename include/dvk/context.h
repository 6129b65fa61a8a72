/*
 * A context: what computes (CPU or an OpenCL device), with how many threads, and whom to tell on the way.
 */
#ifndef DVK_CONTEXT_H
#define DVK_CONTEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "dvk/status.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum dvk_fallback { DVK_FALLBACK_CPU, DVK_FALLBACK_NONE } dvk_fallback;

typedef struct dvk_context_options {
    const char *device;    /* "auto", "cpu", "opencl", "opencl:P.D" or a part of a device's name; NULL is "auto" */
    dvk_fallback fallback; /* what to do when a device fails on the way */
    int threads;           /* 0: all processors this process may use */
    void (*progress)(void *user, const char *stage, double fraction); /* NULL: silent */
    void (*warn)(void *user, const char *line);                       /* NULL: silent */
    void (*lap)(void *user, const char *stage, double seconds);       /* NULL, or told what each stage took */
    const volatile int *cancel; /* NULL, or set non-zero (by a signal handler) to stop with DVK_ERR_INTERRUPTED */
    void *user;
} dvk_context_options;

typedef struct dvk_context dvk_context;

/* Chooses and opens the device; DVK_ERR_DEVICE when the one asked for is not there. The caller frees *out. */
DVK_API DVK_MUST_USE dvk_status dvk_context_open(const dvk_context_options *options, dvk_context **out);
DVK_API void dvk_context_close(dvk_context *c);

/* "cpu" or "opencl"; the device's own name and version; why `auto` chose it. Lent. They change after a fallback. */
DVK_API const char *dvk_context_backend(const dvk_context *c);
DVK_API const char *dvk_context_device(const dvk_context *c);
DVK_API const char *dvk_context_reason(const dvk_context *c);
DVK_API int dvk_context_threads(const dvk_context *c);

typedef struct dvk_device {
    size_t memory_bytes;
    unsigned compute_units;
    bool is_gpu;
    bool usable;
    char id[32]; /* what --device takes: "cpu", "opencl:0.0" */
    char name[160];
    char platform[160];
    char version[160];
    char note[160]; /* why it is not usable */
} dvk_device;

/* Lists up to `room` devices, the CPU first; *count says how many there are. Never fails for want of OpenCL. */
DVK_API DVK_MUST_USE dvk_status dvk_devices(dvk_device *list, size_t room, size_t *count);

/*
 * Measures on an OpenCL device (`device` as in the options above) which way to convolve is the fastest, and keeps the
 * outcome in the user's cache for later runs; without one the way is chosen by a fixed rule, so that only this call can
 * change it. Takes minutes, since clFFT compiles for every size. `text` says what was found, as dvk_context_reason
 * will. DVK_ERR_CREATE or DVK_ERR_IO when it cannot be kept.
 */
enum { DVK_TUNING = 96 };
DVK_API DVK_MUST_USE dvk_status dvk_device_tune(const char *device, char text[DVK_TUNING]);

#ifdef __cplusplus
}
#endif
#endif
