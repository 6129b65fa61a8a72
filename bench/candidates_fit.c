/* dvkit's voxelwise time integration as a candidate. */
#include <stdlib.h>
#include <string.h>

#include "dvk/dvk.h"

#include "candidates.h"

typedef struct candidate {
    dvk_context *context;
    dvk_series *series;
    dvk_integration how;
} candidate;

void bench_fit_free(void *p)
{
    candidate *c = p;
    if (!c)
        return;
    dvk_series_free(c->series);
    dvk_context_close(c->context);
    free(c);
}

void *bench_fit_make(const char *device, int threads, const char *model, const char *const *scans, size_t count)
{
    candidate *c = calloc(1, sizeof *c);
    const dvk_context_options context = {.device = device, .threads = threads, .fallback = DVK_FALLBACK_NONE};
    const dvk_series_options series = dvk_series_options_none();
    dvk_shape *no_shape = NULL;
    if (!c)
        return NULL;
    c->how = dvk_integration_default();
    if (dvk_context_open(&context, &c->context) == DVK_OK &&
        dvk_series_read(scans, count, &series, &c->series) == DVK_OK &&
        dvk_integration_parse_model(&c->how, model, &no_shape) == DVK_OK)
        return c;
    bench_fit_free(c);
    return NULL;
}

int bench_fit_run(void *p, float *tia)
{
    candidate *c = p;
    dvk_volume *map = NULL, *status = NULL;
    if (dvk_integrate(c->context, c->series, &c->how, &map, &status, NULL) != DVK_OK)
        return -1;
    if (tia)
        memcpy(tia, dvk_volume_values(map), dvk_geometry_voxels(dvk_volume_geometry(map)) * sizeof *tia);
    dvk_volume_free(map);
    dvk_volume_free(status);
    return 0;
}
