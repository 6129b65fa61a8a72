/* See integrate_show.h. */
#include "integrate_show.h"

#include <stdio.h>

void integrate_show(const dvk_voxel_shares *s)
{
    printf("%9zu voxels, %zu of them zero\n", s->voxels, s->zero);
    for (int m = 1; m < DVK_MODEL_COUNT; m++)
        if (s->model[m] > 0)
            printf("%9zu %s\n", s->model[m], dvk_model_name((dvk_model)m));
    printf("%9zu fell back, with %.2g %% of the activity\n", s->fallback, 100 * s->fallback_activity_fraction);
    printf("%9zu at a bound, %zu with a tail above 20 %%, %zu with a negative sample\n", s->clamped, s->tail,
           s->negative);
    printf("TIA %.6g MBq.h\n", s->tia_MBqh);
}

void integrate_show_json(const dvk_voxel_shares *s)
{
    printf("{\n  \"voxels\": %zu,\n  \"zero\": %zu,\n  \"model\": {", s->voxels, s->zero);
    for (int m = 1, first = 1; m < DVK_MODEL_COUNT; m++)
        if (s->model[m] > 0) {
            printf("%s\"%s\": %zu", first ? "" : ", ", dvk_model_name((dvk_model)m), s->model[m]);
            first = 0;
        }
    printf("},\n  \"fallback\": %zu,\n  \"clamped\": %zu,\n  \"tail\": %zu,\n  \"negative\": %zu,\n", s->fallback,
           s->clamped, s->tail, s->negative);
    printf("  \"fallback_activity_fraction\": %.17g,\n  \"tia_MBqh\": %.17g\n}\n", s->fallback_activity_fraction,
           s->tia_MBqh);
}
