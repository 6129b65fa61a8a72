/* From time-integrated activity to dose: by a kernel, or where all electron energy stays where it was emitted. */
#include <math.h>

#include "dvk/dose.h"

#include "backend/context.h"
#include "base/alloc.h"
#include "base/fail.h"
#include "data/volume.h"
#include "physics/kernel.h"

const char *dvk_engine_name(dvk_engine engine)
{
    switch (engine) {
    case DVK_ENGINE_AUTO:
        return "auto";
    case DVK_ENGINE_FFT:
        return "fft";
    case DVK_ENGINE_DIRECT:
        return "direct";
    case DVK_ENGINE_LOCAL:
        return "local";
    }
    return "unknown";
}

static dvk_status check_one_frame(const dvk_volume *v)
{
    if (dvk_volume_frames(v) != 1)
        return dvk_fail(DVK_ERR_INVALID, "the map to convolve has %zu frames: give one frame", dvk_volume_frames(v));
    return DVK_OK;
}

/* A transform would spread one such voxel over the whole map. */
static dvk_status check_finite(const dvk_volume *v)
{
    const float *values = dvk_volume_values(v);
    const size_t count = dvk_geometry_voxels(dvk_volume_geometry(v));
    size_t bad = 0;
    for (size_t i = 0; i < count; i++)
        bad += !isfinite(values[i]);
    if (bad)
        return dvk_fail(DVK_ERR_INVALID, "%zu of %zu voxels of the map to convolve are not finite: mend the map", bad,
                        count);
    return DVK_OK;
}

static dvk_engine choose_engine(const dvk_context *c, const dvk_conv_problem *p)
{
    double taps = 1;
    for (int a = 0; a < 3; a++)
        taps *= 2 * fmin((double)p->half[a], (double)p->n[a] - 1) + 1;
    return taps <= (double)dvk_context_direct_taps(c) ? DVK_ENGINE_DIRECT : DVK_ENGINE_FFT;
}

struct dvk_convolver {
    dvk_context_plan plan;
    dvk_engine engine;
};

dvk_status dvk_convolver_create(dvk_context *c, const dvk_geometry *g, const dvk_kernel *k, dvk_engine engine,
                                double scale, bool check_voxel, dvk_convolver **out)
{
    dvk_conv_problem p = {.even = k->octant != NULL, .octant = k->octant, .taps = k->taps, .scale = scale};
    *out = NULL;
    if (engine == DVK_ENGINE_LOCAL)
        return dvk_fail(DVK_ERR_USAGE, "engine local takes no kernel: use fft, direct or auto");
    if (check_voxel)
        DVK_TRY(dvk_kernel_check_voxel(k, g->voxel_mm));
    for (int a = 0; a < 3; a++) {
        p.n[a] = g->n[a];
        p.half[a] = k->record.half[a];
    }
    DVK_TRY(dvk_alloc(1, sizeof **out, out));
    (*out)->engine = engine == DVK_ENGINE_AUTO ? choose_engine(c, &p) : engine;
    const dvk_status status = dvk_context_plan_make(c, &p, (*out)->engine == DVK_ENGINE_DIRECT, &(*out)->plan);
    if (status != DVK_OK) {
        dvk_convolver_free(*out);
        *out = NULL;
    }
    return status;
}

dvk_status dvk_convolver_run(dvk_convolver *v, const float *in, float *out)
{
    return dvk_context_plan_run(&v->plan, in, out);
}

dvk_engine dvk_convolver_engine(const dvk_convolver *v)
{
    return v->engine;
}

void dvk_convolver_free(dvk_convolver *v)
{
    if (!v)
        return;
    dvk_context_plan_free(&v->plan);
    dvk_free(v);
}

dvk_status dvk_convolver_map(dvk_convolver *v, const dvk_volume *in, dvk_volume **out)
{
    *out = NULL;
    DVK_TRY(check_one_frame(in));
    DVK_TRY(check_finite(in));
    DVK_TRY(dvk_volume_create_raw(dvk_volume_geometry(in), 1, out));
    const dvk_status status = dvk_convolver_run(v, dvk_volume_values(in), dvk_volume_data(*out));
    if (status != DVK_OK) {
        dvk_volume_free(*out);
        *out = NULL;
    }
    return status;
}

dvk_status dvk_convolve(dvk_context *c, const dvk_volume *in, const dvk_kernel *k, dvk_engine engine, double scale,
                        bool check_voxel, dvk_volume **out, dvk_engine *used)
{
    dvk_convolver *convolver = NULL;
    *out = NULL;
    DVK_TRY(dvk_convolver_create(c, dvk_volume_geometry(in), k, engine, scale, check_voxel, &convolver));
    dvk_context_lap(c, "plan");
    const dvk_status status = dvk_convolver_map(convolver, in, out);
    if (status == DVK_OK && used)
        *used = convolver->engine;
    dvk_convolver_free(convolver);
    return status;
}

dvk_status dvk_dose_local(const dvk_volume *tia, const dvk_nuclide *n, double density_g_mL, dvk_volume **out)
{
    static const double joule_per_keV = 1.602176634e-16, kg_per_g = 1e-3;
    const dvk_geometry *g = dvk_volume_geometry(tia);
    const size_t count = dvk_geometry_voxels(g);
    *out = NULL;
    if (!(density_g_mL > 0) || isinf(density_g_mL))
        return dvk_fail(DVK_ERR_USAGE, "a medium of %g g/mL: give a density above 0", density_g_mL);
    DVK_TRY(check_one_frame(tia));
    DVK_TRY(dvk_volume_create(g, 1, out));
    /* Decays in a mL times energy of one, over the mass of that mL. */
    const double Gy_per_tia = n->electron_keV * joule_per_keV / (density_g_mL * kg_per_g);
    const float *from = dvk_volume_values(tia);
    float *to = dvk_volume_data(*out);
    for (size_t i = 0; i < count; i++)
        to[i] = (float)((double)from[i] * Gy_per_tia);
    return DVK_OK;
}
