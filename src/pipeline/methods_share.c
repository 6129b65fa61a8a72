/* Where the spread between methods comes from: see dvk/methods.h. */
#include <math.h>

#include "physics/sum.h"
#include "pipeline/methods.h"

/* Mean over the methods that make one choice on an axis and have a value. */
static double mean_of_choice(const dvk_methods *m, size_t voi, dvk_quantity_of q, dvk_axis_of axis, size_t choice)
{
    dvk_sum sum = {0};
    size_t count = 0;
    for (size_t i = 0; i < m->count; i++) {
        const double y = dvk_methods_value(m, i, voi, q);
        if (dvk_methods_choice(m, i, axis) != choice || isnan(y))
            continue;
        dvk_sum_add(&sum, y);
        count++;
    }
    return dvk_sum_value(&sum) / (double)count;
}

/* Sets mean, sd and range over the methods that have a value; how many have. */
static size_t spread(dvk_methods *m, size_t voi, dvk_quantity_of q)
{
    dvk_sum sum = {0}, square = {0};
    double least = NAN, most = NAN;
    size_t count = 0;
    for (size_t i = 0; i < m->count; i++) {
        const double y = dvk_methods_value(m, i, voi, q);
        if (isnan(y))
            continue;
        dvk_sum_add(&sum, y);
        least = fmin(least, y);
        most = fmax(most, y);
        count++;
    }
    const double mean = dvk_sum_value(&sum) / (double)count;
    for (size_t i = 0; i < m->count; i++) {
        const double away = dvk_methods_value(m, i, voi, q) - mean;
        if (!isnan(away))
            dvk_sum_add(&square, away * away);
    }
    m->voi[voi].spread[q].mean = mean;
    m->voi[voi].spread[q].sd = sqrt(dvk_sum_value(&square) / (double)count);
    m->voi[voi].spread[q].least = least;
    m->voi[voi].spread[q].most = most;
    return count;
}

/* The shares add up only where every method has a value. */
static void share_one(dvk_methods *m, size_t voi, dvk_quantity_of q)
{
    const bool complete = spread(m, voi, q) == m->count;
    const double mean = m->voi[voi].spread[q].mean, variance = pow(m->voi[voi].spread[q].sd, 2);
    double left = 1;
    for (int axis = 0; axis < DVK_AXES; axis++) {
        const size_t levels = m->axis[axis].count;
        dvk_sum between = {0};
        for (size_t choice = 0; choice < levels; choice++) {
            const double here = mean_of_choice(m, voi, q, (dvk_axis_of)axis, choice);
            m->voi[voi].spread[q].choice[axis][choice] = here;
            dvk_sum_add(&between, (here - mean) * (here - mean));
        }
        const double share = complete && variance > 0 ? dvk_sum_value(&between) / (double)levels / variance : NAN;
        m->voi[voi].spread[q].share[axis] = share;
        left -= share;
    }
    m->voi[voi].spread[q].interaction = fabs(left) < 1e-12 ? 0 : left;
}

void dvk_methods_share(dvk_methods *m)
{
    for (size_t voi = 0; voi < m->voi_count; voi++)
        for (int q = 0; q < DVK_QUANTITIES; q++)
            share_one(m, voi, (dvk_quantity_of)q);
}
