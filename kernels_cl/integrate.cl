/*
 * Voxelwise time integration. Work-item i integrates voxels i * DVK_LANES and the next; frames lie one after the other,
 * `stride` voxels apart. Build options: DVK_LANES (1, 4, 8 or 16), DVK_WANT_SD (0 or 1; 0 leaves `sd` alone),
 * DVK_WANT_CURVE (0, or 1 with DVK_WANT_SD: `curve` and `residuals`, laid out as the frames, are written);
 * DVK_MODEL and DVK_POINTS as in the parameters, if given, let the compiler drop what is not needed and unroll loops.
 * The status byte is written even where the TIA is 0. See timefit.h.
 */
#include "timefit.h"

#ifndef DVK_WANT_SD
#define DVK_WANT_SD 0
#endif
#ifndef DVK_WANT_CURVE
#define DVK_WANT_CURVE 0
#endif
#ifndef DVK_MODEL
#define DVK_MODEL p->model
#endif
#ifndef DVK_POINTS
#define DVK_POINTS p->points
#endif

#if DVK_LANES == 1
#define dvk_load(from) (*(from))
#define dvk_store(value, to) (*(to) = (value))
#define dvk_bytes(x) convert_uchar(x)
#elif DVK_LANES == 4
#define dvk_load(from) vload4(0, from)
#define dvk_store(value, to) vstore4(value, 0, to)
#define dvk_bytes(x) convert_uchar4(x)
#elif DVK_LANES == 8
#define dvk_load(from) vload8(0, from)
#define dvk_store(value, to) vstore8(value, 0, to)
#define dvk_bytes(x) convert_uchar8(x)
#else
#define dvk_load(from) vload16(0, from)
#define dvk_store(value, to) vstore16(value, 0, to)
#define dvk_bytes(x) convert_uchar16(x)
#endif

/* The buffers hold a multiple of DVK_LANES voxels a frame (`stride`); what lies past the last voxel is not read by the
 * host. */
kernel void dvk_integrate(__constant dvk_fit_parameters *p, __global const float *frames, __global float *tia,
                          __global uchar *status, __global float *sd, __global float *curve,
                          __global float *residuals, uint stride)
{
    const size_t at = get_global_id(0) * DVK_LANES;
    dvk_real y[DVK_FIT_POINTS];
    dvk_real integral;
    dvk_told told;
    if (at >= stride)
        return;
    const int n = DVK_POINTS;
    for (int i = 0; i < n; i++)
        y[i] = dvk_load(frames + (size_t)i * stride + at);
    const dvk_int flags = dvk_fit_lanes(p, DVK_MODEL, n, y, DVK_WANT_SD, &integral, &told);
    dvk_store(integral, tia + at);
    dvk_store(dvk_bytes(flags), status + at);
    if (DVK_WANT_SD)
        dvk_store(sqrt(told.variance), sd + at);
    for (int i = 0; DVK_WANT_CURVE && i < n; i++) {
        dvk_store(told.curve[i], curve + (size_t)i * stride + at);
        dvk_store(told.residuals[i], residuals + (size_t)i * stride + at);
    }
}
