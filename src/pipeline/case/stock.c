/* See stock.h. */
#include "pipeline/case/stock.h"

#include "base/fail.h"
#include "pipeline/steps/kernel_for.h"

/* Where the grid lies does not matter. */
static bool same_grid(const dvk_geometry *a, const dvk_geometry *b)
{
    bool same = true;
    for (int axis = 0; axis < 3; axis++)
        same = same && a->n[axis] == b->n[axis] && a->voxel_mm[axis] == b->voxel_mm[axis];
    return same;
}

dvk_status dvk_stock_kernel(dvk_case_stock *s, const dvk_geometry *g, const dvk_nuclide *n, double radius_mm,
                            double density_g_mL, dvk_kernel **out)
{
    const bool kept = s->kernel && same_grid(&s->geometry, g) && s->nuclide == n && s->radius_mm == radius_mm &&
                      s->density_g_mL == density_g_mL;
    *out = NULL;
    if (!kept) {
        dvk_stock_clear(s);
        DVK_TRY(dvk_kernel_for(g, n, radius_mm, density_g_mL, &s->kernel));
        s->geometry = *g;
        s->nuclide = n;
        s->radius_mm = radius_mm;
        s->density_g_mL = density_g_mL;
    }
    *out = s->kernel;
    return DVK_OK;
}

dvk_status dvk_stock_convolver(dvk_case_stock *s, dvk_context *c, dvk_engine engine, dvk_convolver **out)
{
    *out = NULL;
    if (s->convolver && s->engine != engine) {
        dvk_convolver_free(s->convolver);
        s->convolver = NULL;
    }
    if (!s->convolver)
        DVK_TRY(dvk_convolver_create(c, &s->geometry, s->kernel, engine, dvk_geometry_voxel_mL(&s->geometry), true,
                                     &s->convolver));
    s->engine = engine;
    *out = s->convolver;
    return DVK_OK;
}

void dvk_stock_clear(dvk_case_stock *s)
{
    dvk_convolver_free(s->convolver);
    dvk_kernel_free(s->kernel);
    *s = (dvk_case_stock){.kernel = NULL};
}
