/* See sum.h. */
#include "physics/sum.h"

#include "base/wider.h"

enum { LANES = 16 };

DVK_WIDER static double sum_floats(const float *values, size_t count)
{
    double lane[LANES] = {0}, total = 0;
    const size_t whole = count / LANES * LANES;
    for (size_t i = 0; i < whole; i += LANES)
        for (size_t l = 0; l < LANES; l++)
            lane[l] += (double)values[i + l];
    for (size_t l = 0; l < LANES; l++)
        total += lane[l];
    for (size_t i = whole; i < count; i++)
        total += (double)values[i];
    return total;
}

double dvk_sum_floats(const float *values, size_t count)
{
    return sum_floats(values, count);
}
