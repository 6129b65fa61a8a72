/* See gamma.h. */
#include "support/gamma.h"

#include <math.h>

/* NaN outside the box of voxel centres. */
static double interpolated(const dvk_geometry *g, const float *v, const double at[3])
{
    double sum = 0;
    for (int corner = 0; corner < 8; corner++) {
        double weight = 1;
        size_t index = 0, stride = 1;
        for (int a = 0; a < 3; a++) {
            const double near = round(at[a]), place = fabs(at[a] - near) < 1e-9 ? near : at[a], low = floor(place);
            const double share = place - low;
            if (place < 0 || place > (double)(g->n[a] - 1))
                return NAN;
            weight *= corner >> a & 1 ? share : 1 - share;
            index += stride * ((size_t)low + (size_t)(corner >> a & 1 && share > 0));
            stride *= g->n[a];
        }
        if (weight > 0)
            sum += weight * (double)v[index];
    }
    return sum;
}

double oracle_gamma(const dvk_geometry *g, const float *evaluated, const float *reference, const dvk_gamma_options *o,
                    const size_t ijk[3])
{
    const double here = (double)reference[(ijk[2] * g->n[1] + ijk[1]) * g->n[0] + ijk[0]];
    const double criterion = o->dose * (o->local ? fabs(here) : o->normalisation);
    const int m = (int)(o->most * o->distance_mm / o->step_mm + 1e-9);
    double best = o->most;
    for (int z = -m; z <= m; z++)
        for (int y = -m; y <= m; y++)
            for (int x = -m; x <= m; x++) {
                const double away[3] = {x * o->step_mm, y * o->step_mm, z * o->step_mm};
                const double distance = sqrt(away[0] * away[0] + away[1] * away[1] + away[2] * away[2]);
                double at[3];
                for (int a = 0; a < 3; a++)
                    at[a] = (double)ijk[a] + away[a] / g->voxel_mm[a];
                const double dose = interpolated(g, evaluated, at) - here;
                const double gamma = hypot(distance / o->distance_mm, dose / criterion);
                if (gamma < best) /* not where it is NaN */
                    best = gamma;
            }
    return best;
}
