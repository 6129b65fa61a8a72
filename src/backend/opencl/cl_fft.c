/*
 * Real transforms of volumes through clFFT: the only file that knows of it.
 *
 * clFFT's traps, each met: clfftInitSetupData does not link from C, so the struct is filled here; two threads that bake
 * a plan at once abort, so a mutex guards it; strides left to their defaults are wrong for in-place real transforms;
 * and tearing the library down makes a later set-up fail, so it stays up for the life of the process.
 */
#include "backend/opencl/cl_fft.h"

#include <clFFT.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct dvk_cl_fft {
    dvk_cl_fft *next;
    size_t size[3];
    clfftPlanHandle forward, backward;
    bool has_forward, has_backward;
    size_t scratch;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static bool is_set_up; /* under the lock */

/* At exit, not in a destructor of this object: clFFT's own statics are gone by then. */
static void tear_down(void)
{
    clfftTeardown();
}

static bool has_good_factors(size_t n)
{
    const size_t factors[] = {2, 3, 5, 7};
    for (size_t i = 0; i < 4; i++)
        while (n % factors[i] == 0)
            n /= factors[i];
    return n == 1;
}

size_t dvk_cl_fft_size(size_t wanted)
{
    size_t n = wanted + wanted % 2;
    while (n < 2 || !has_good_factors(n))
        n += 2;
    return n;
}

size_t dvk_cl_fft_half(size_t size)
{
    return size / 2 + 1;
}

/* One direction of a plan: the layouts and strides of both sides, no scale. */
static dvk_status bake(dvk_backend *b, const size_t size[3], bool forward, clfftPlanHandle *plan, bool *made)
{
    dvk_status status = DVK_OK;
    const size_t half = dvk_cl_fft_half(size[0]);
    size_t real[3] = {1, 2 * half, 2 * half * size[1]}, complex[3] = {1, half, half * size[1]};
    const clfftLayout in = forward ? CLFFT_REAL : CLFFT_HERMITIAN_INTERLEAVED;
    const clfftLayout out = forward ? CLFFT_HERMITIAN_INTERLEAVED : CLFFT_REAL;
    CL_TRY(clfftCreateDefaultPlan(plan, b->context, CLFFT_3D, size));
    *made = true;
    CL_TRY(clfftSetPlanPrecision(*plan, CLFFT_SINGLE));
    CL_TRY(clfftSetLayout(*plan, in, out));
    CL_TRY(clfftSetResultLocation(*plan, CLFFT_INPLACE));
    CL_TRY(clfftSetPlanInStride(*plan, CLFFT_3D, forward ? real : complex));
    CL_TRY(clfftSetPlanOutStride(*plan, CLFFT_3D, forward ? complex : real));
    CL_TRY(clfftSetPlanDistance(*plan, (forward ? real[2] : complex[2]) * size[2],
                                (forward ? complex[2] : real[2]) * size[2]));
    CL_TRY(clfftSetPlanScale(*plan, CLFFT_FORWARD, 1.0F));
    CL_TRY(clfftSetPlanScale(*plan, CLFFT_BACKWARD, 1.0F));
    CL_TRY(clfftBakePlan(*plan, 1, &b->queue, NULL, NULL));
done:
    return status;
}

static void free_fft(dvk_cl_fft *fft)
{
    if (fft->has_forward)
        clfftDestroyPlan(&fft->forward);
    if (fft->has_backward)
        clfftDestroyPlan(&fft->backward);
    dvk_free(fft);
}

static dvk_status make_fft(dvk_backend *b, const size_t size[3], dvk_cl_fft **out)
{
    dvk_status status = DVK_OK;
    dvk_cl_fft *fft = NULL;
    size_t scratch = 0;
    DVK_TRY(dvk_alloc(1, sizeof *fft, &fft));
    memcpy(fft->size, size, sizeof fft->size);
    pthread_mutex_lock(&lock);
    if (!is_set_up) {
        const clfftSetupData setup = {clfftVersionMajor, clfftVersionMinor, clfftVersionPatch, 0};
        CL_TRY(clfftSetup(&setup));
        is_set_up = true;
        atexit(tear_down);
    }
    DVK_TRY_DONE(bake(b, size, true, &fft->forward, &fft->has_forward));
    DVK_TRY_DONE(bake(b, size, false, &fft->backward, &fft->has_backward));
    CL_TRY(clfftGetTmpBufSize(fft->forward, &scratch));
    CL_TRY(clfftGetTmpBufSize(fft->backward, &fft->scratch));
    if (scratch > fft->scratch)
        fft->scratch = scratch;
done:
    pthread_mutex_unlock(&lock);
    if (status == DVK_OK)
        *out = fft;
    else
        free_fft(fft);
    return status;
}

dvk_status dvk_cl_fft_plan(dvk_backend *b, const size_t size[3], dvk_cl_fft **out)
{
    for (dvk_cl_fft *fft = b->ffts; fft; fft = fft->next)
        if (memcmp(fft->size, size, sizeof fft->size) == 0) {
            *out = fft;
            return DVK_OK;
        }
    DVK_TRY(make_fft(b, size, out));
    (*out)->next = b->ffts;
    b->ffts = *out;
    return DVK_OK;
}

size_t dvk_cl_fft_scratch(const dvk_cl_fft *fft)
{
    return fft->scratch;
}

dvk_status dvk_cl_fft_run(dvk_backend *b, dvk_cl_fft *fft, bool forward, cl_mem data, cl_mem scratch)
{
    dvk_status status = DVK_OK;
    CL_TRY(clfftEnqueueTransform(forward ? fft->forward : fft->backward, forward ? CLFFT_FORWARD : CLFFT_BACKWARD, 1,
                                 &b->queue, 0, NULL, NULL, &data, NULL, scratch));
done:
    return status;
}

void dvk_cl_ffts_free(dvk_backend *b)
{
    pthread_mutex_lock(&lock);
    while (b->ffts) {
        dvk_cl_fft *fft = b->ffts;
        b->ffts = fft->next;
        free_fft(fft);
    }
    pthread_mutex_unlock(&lock);
}
