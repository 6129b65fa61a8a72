/*
 * From scans to time-integrated activity, and from that to absorbed dose.
 *
 *   D(x) = sum_y S(x - y) TIA(y) V     Gy, with TIA in Bq.s/mL, V the voxel volume in mL, S in Gy/(Bq.s)
 */
#ifndef DVK_DOSE_H
#define DVK_DOSE_H

#include "dvk/context.h"
#include "dvk/kernel.h"
#include "dvk/series.h"
#include "dvk/timefit.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Integrates every voxel of a series over time. *tia is Bq.s/mL, *status holds one DVK_VOXEL_* byte a voxel as a float
 * volume (NULL: not wanted), *sd the standard error of the TIA in Bq.s/mL (NULL: not wanted). The caller frees each.
 */
DVK_API DVK_MUST_USE dvk_status dvk_integrate(dvk_context *c, const dvk_series *s, const dvk_integration *how,
                                              dvk_volume **tia, dvk_volume **status, dvk_volume **sd);

typedef enum dvk_engine { DVK_ENGINE_AUTO, DVK_ENGINE_FFT, DVK_ENGINE_DIRECT, DVK_ENGINE_LOCAL } dvk_engine;

DVK_API const char *dvk_engine_name(dvk_engine engine);

/*
 * Convolves a volume with a kernel, zero outside the grid: out = scale * sum_y k(x - y) in(y), on in's grid. For dose
 * the scale is the voxel volume in mL. `used` says which engine `auto` took (NULL: not wanted). The caller frees *out.
 * DVK_ERR_INVALID when the kernel's voxel is not the image's (`check_voxel`).
 */
DVK_API DVK_MUST_USE dvk_status dvk_convolve(dvk_context *c, const dvk_volume *in, const dvk_kernel *k,
                                             dvk_engine engine, double scale, bool check_voxel, dvk_volume **out,
                                             dvk_engine *used);

/*
 * One kernel and one grid for many maps: plans and the kernel's spectrum are made once. Otherwise as dvk_convolve; the
 * kernel and the context must outlive it, and one thread uses it at a time. The caller frees *out.
 */
typedef struct dvk_convolver dvk_convolver;
DVK_API DVK_MUST_USE dvk_status dvk_convolver_create(dvk_context *c, const dvk_geometry *g, const dvk_kernel *k,
                                                     dvk_engine engine, double scale, bool check_voxel,
                                                     dvk_convolver **out);

/* in and out hold the grid's voxels, x fastest, and may be the same. `in` must be finite; that is not checked here. */
DVK_API DVK_MUST_USE dvk_status dvk_convolver_run(dvk_convolver *v, const float *in, float *out);
/* A whole map, with the checks of dvk_convolve. */
DVK_API DVK_MUST_USE dvk_status dvk_convolver_map(dvk_convolver *v, const dvk_volume *in, dvk_volume **out);
DVK_API dvk_engine dvk_convolver_engine(const dvk_convolver *v); /* what `auto` took */
DVK_API void dvk_convolver_free(dvk_convolver *v);

/* Dose where all electron energy stays where it was emitted: D = TIA * Delta / rho, Delta in Gy.kg/(Bq.s). */
DVK_API DVK_MUST_USE dvk_status dvk_dose_local(const dvk_volume *tia, const dvk_nuclide *n, double density_g_mL,
                                               dvk_volume **out);

#ifdef __cplusplus
}
#endif
#endif
