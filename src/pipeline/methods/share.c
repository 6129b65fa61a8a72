/* The values of methods: looking them up, and where their spread comes from. See dvk/methods.h. */
#include <math.h>

#include "physics/sum.h"
#include "pipeline/methods/methods.h"

/* --- looking things up --- */

size_t dvk_methods_choice(const dvk_methods *m, size_t method, dvk_axis_of axis)
{
    for (int a = DVK_AXES - 1; a > (int)axis; a--)
        method /= m->axis[a].count;
    return method % m->axis[axis].count;
}

double dvk_methods_value(const dvk_methods *m, size_t method, size_t voi, dvk_quantity_of quantity)
{
    return m->value[(method * m->voi_count + voi) * DVK_QUANTITIES + (size_t)quantity];
}

double dvk_methods_compared(const dvk_methods *m, size_t voi, dvk_quantity_of quantity)
{
    return m->has_truth ? m->voi[voi].truth[quantity] : dvk_methods_value(m, m->reference - 1, voi, quantity);
}

/* One quantity of one VOI. */
typedef struct view {
    const dvk_methods *m;
    size_t voi;
    dvk_quantity_of q;
    bool (*left_out)[DVK_METHODS_CHOICES]; /* [DVK_AXES] choices that the shares do without */
} view;

static double value(const view *w, size_t method)
{
    return dvk_methods_value(w->m, method, w->voi, w->q);
}

/* Whether the shares count a method: none of its choices is left out. */
static bool counts(const view *w, size_t method)
{
    for (int a = 0; a < DVK_AXES; a++)
        if (w->left_out[a][dvk_methods_choice(w->m, method, (dvk_axis_of)a)])
            return false;
    return true;
}

/* Mean over the methods that have a value and make one choice on an axis (axis DVK_AXES: all of them); of those that
 * the shares count, or of all. */
static double mean_of(const view *w, int axis, size_t choice, bool of_shares)
{
    dvk_sum sum = {0};
    size_t count = 0;
    for (size_t i = 0; i < w->m->count; i++) {
        if (axis < DVK_AXES && dvk_methods_choice(w->m, i, (dvk_axis_of)axis) != choice)
            continue;
        if (isnan(value(w, i)) || (of_shares && !counts(w, i)))
            continue;
        dvk_sum_add(&sum, value(w, i));
        count++;
    }
    return dvk_sum_value(&sum) / (double)count;
}

static double variance_about(const view *w, double mean, bool of_shares)
{
    dvk_sum square = {0};
    size_t count = 0;
    for (size_t i = 0; i < w->m->count; i++) {
        const double away = value(w, i) - mean;
        if (isnan(away) || (of_shares && !counts(w, i)))
            continue;
        dvk_sum_add(&square, away * away);
        count++;
    }
    return dvk_sum_value(&square) / (double)count;
}

/* --- choices that not every method can make --- */

/* Share without a value among the methods that still count and make this choice. */
static double missing(const view *w, int axis, size_t choice)
{
    size_t all = 0, without = 0;
    for (size_t i = 0; i < w->m->count; i++)
        if (dvk_methods_choice(w->m, i, (dvk_axis_of)axis) == choice && counts(w, i)) {
            all++;
            without += isnan(value(w, i));
        }
    return all ? (double)without / (double)all : 0;
}

static size_t choices_left(const view *w, int axis)
{
    size_t left = 0;
    for (size_t c = 0; c < w->m->axis[axis].count; c++)
        left += !w->left_out[axis][c];
    return left;
}

/* Leaves out the choice that lacks most values; false where all that count have one, or there is no choice. */
static bool leave_out_worst(const view *w)
{
    double most = 0;
    int axis = 0;
    size_t choice = 0;
    for (int a = 0; a < DVK_AXES; a++)
        for (size_t c = 0; choices_left(w, a) > 1 && c < w->m->axis[a].count; c++)
            if (!w->left_out[a][c] && missing(w, a, c) > most) {
                most = missing(w, a, c);
                axis = a;
                choice = c;
            }
    w->left_out[axis][choice] = w->left_out[axis][choice] || most > 0;
    return most > 0;
}

/* --- spread and shares --- */

static void set_spread(const view *w, dvk_methods_spread *out)
{
    out->least = out->most = NAN;
    for (size_t i = 0; i < w->m->count; i++) {
        out->least = fmin(out->least, value(w, i));
        out->most = fmax(out->most, value(w, i));
    }
    out->mean = mean_of(w, DVK_AXES, 0, false);
    out->sd = sqrt(variance_about(w, out->mean, false));
    for (int a = 0; a < DVK_AXES; a++)
        for (size_t c = 0; c < w->m->axis[a].count; c++)
            out->choice[a][c] = mean_of(w, a, c, false);
}

/* Shares add up only where every combination has a value: choices that lack some are left out. */
static void set_shares(const view *w, dvk_methods_spread *out)
{
    while (leave_out_worst(w))
        continue;
    const double mean = mean_of(w, DVK_AXES, 0, true), variance = variance_about(w, mean, true);
    double left = 1;
    for (int a = 0; a < DVK_AXES; a++) {
        dvk_sum between = {0};
        for (size_t c = 0; c < w->m->axis[a].count; c++)
            if (!w->left_out[a][c])
                dvk_sum_add(&between, pow(mean_of(w, a, c, true) - mean, 2));
        out->share[a] = variance > 0 ? dvk_sum_value(&between) / (double)choices_left(w, a) / variance : NAN;
        left -= out->share[a];
    }
    out->interaction = fabs(left) < 1e-12 ? 0 : left;
}

void dvk_methods_share(dvk_methods *m)
{
    for (size_t voi = 0; voi < m->voi_count; voi++)
        for (int q = 0; q < DVK_QUANTITIES; q++) {
            dvk_methods_spread *out = &m->voi[voi].spread[q];
            const view w = {m, voi, (dvk_quantity_of)q, out->left_out};
            set_spread(&w, out);
            set_shares(&w, out);
        }
}
