/* Samples as the fit takes them: finite, scaled to |y| <= 1, with their weights. */
#ifndef DVK_TIMEFIT_SAMPLES_H
#define DVK_TIMEFIT_SAMPLES_H

#include "timefit_lanes.h"
#include "timefit_parameters.h"

/* Cleans the samples in place, scales them to |y| <= 1 and returns the scale; 0 where all are zero. */
DVK_INLINE dvk_real dvk_normalise(DVK_UNIFORM dvk_fit_parameters *p, int n, dvk_real *y, dvk_int *flags)
{
    const dvk_real zero = dvk_splat(0.0f);
    dvk_real largest = zero;
    *flags = dvk_splat_int(0);
    for (int i = 0; i < n; i++) {
        const dvk_int bad = dvk_not((y[i] <= DVK_FIT_HUGE) & (y[i] >= -DVK_FIT_HUGE));
        *flags = *flags | dvk_flag(bad | (y[i] < 0.0f), DVK_FIT_NEGATIVE);
        y[i] = dvk_select(bad, zero, y[i]);
        if (p->zero_negative)
            y[i] = dvk_larger(y[i], zero);
        largest = dvk_larger(largest, dvk_magnitude(y[i]));
    }
    largest = dvk_select(largest > DVK_FIT_TINY, largest, zero);
    const dvk_real inverse = 1.0f / dvk_select(largest > 0.0f, largest, dvk_splat(1.0f));
    for (int i = 0; i < n; i++)
        y[i] = y[i] * inverse;
    return largest;
}

/* Weights 1 / variance up to a factor: equal; by the sample squared; by the sample. A sample below DVK_FIT_FLOOR of the
 * largest weighs as if it were that large, or a zero would decide the fit alone. */
DVK_INLINE void dvk_weigh(DVK_UNIFORM dvk_fit_parameters *p, int n, const dvk_real *y, dvk_real *w)
{
    for (int i = 0; i < n; i++) {
        const dvk_real size = dvk_larger(dvk_magnitude(y[i]), dvk_splat(DVK_FIT_FLOOR));
        w[i] = p->weighting == DVK_FIT_RELATIVE  ? 1.0f / (size * size)
               : p->weighting == DVK_FIT_POISSON ? 1.0f / size
                                                 : dvk_splat(1.0f);
    }
}

#endif
