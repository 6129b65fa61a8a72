/* The cycles added up: sums, prediction, and what is left to the limit. Arithmetic on what read.c read. */
#include "dvk/course.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "dvk/radiobiology.h"
#include "dvk/uncertainty.h"

#include "base/alloc.h"
#include "base/fail.h"
#include "pipeline/course/course.h"

dvk_course_options dvk_course_options_default(void)
{
    return (dvk_course_options){.limit_bed_Gy = 27,
                                .limit_dose_Gy = NAN,
                                .tolerance_Gy = 2,
                                .next_activity_MBq = NAN,
                                .alpha_beta_Gy = NAN,
                                .repair_half_time_h = NAN,
                                .alpha_per_Gy = NAN,
                                .eud_a = NAN};
}

const char *dvk_governing_name(dvk_governing governing)
{
    static const char *const names[] = {"max", "mean", "each"};
    return names[governing];
}

const char *dvk_predict_name(dvk_predict predict)
{
    static const char *const names[] = {"mean", "last", "activity"};
    return names[predict];
}

const char *dvk_course_doses_name(dvk_course_doses doses)
{
    static const char *const names[] = {"map", "recovered"};
    return names[doses];
}

static dvk_status check_options(const dvk_course *c, const dvk_course_options *o)
{
    const dvk_course_cycle *last = &c->cycles[c->cycle_count - 1];
    if (isnan(o->limit_bed_Gy) && isnan(o->limit_dose_Gy))
        return dvk_fail(DVK_ERR_USAGE, "no limit is given: give one in BED or in absorbed dose");
    if (o->limit_bed_Gy <= 0 || o->limit_dose_Gy <= 0 || !(o->tolerance_Gy >= 0))
        return dvk_fail(DVK_ERR_USAGE, "limits must be above 0, and the tolerance not below");
    if (o->alpha_beta_Gy <= 0 || o->repair_half_time_h <= 0 || o->next_activity_MBq <= 0)
        return dvk_fail(DVK_ERR_USAGE, "alpha/beta, repair half-time and next activity must be above 0");
    if (o->predict == DVK_PREDICT_ACTIVITY && isnan(o->next_activity_MBq) && !(last->injected_MBq > 0))
        return dvk_fail(DVK_ERR_INVALID, "%s: has no injected activity to predict with: give --next-activity",
                        last->path);
    return DVK_OK;
}

/* BED of other parameters is another quantity. What a summary does not record (NaN) cannot be held against it. */
static dvk_status same_biology(const dvk_course_cycle *a, const dvk_course_roi *p, const dvk_course_cycle *b,
                               const dvk_course_roi *q)
{
    static const double ROUNDING = 1e-6; /* alpha/beta may come from BED and EQD2 */
    if (fabs(p->alpha_beta_Gy - q->alpha_beta_Gy) > ROUNDING * p->alpha_beta_Gy)
        return dvk_fail(DVK_ERR_INVALID,
                        "%s: the BED of %s is for alpha/beta %g Gy, in %s for %g Gy: give --alpha-beta to compute both "
                        "again",
                        b->path, p->name, q->alpha_beta_Gy, a->path, p->alpha_beta_Gy);
    if (fabs(p->repair_half_time_h - q->repair_half_time_h) > ROUNDING * p->repair_half_time_h)
        return dvk_fail(DVK_ERR_INVALID,
                        "%s: the BED of %s is for repair in %g h, in %s in %g h: give --repair-half-time to compute "
                        "both again",
                        b->path, p->name, q->repair_half_time_h, a->path, p->repair_half_time_h);
    return DVK_OK;
}

/* --- sums --- */

/* A sum with its uncertainty in two parts: calibration and recovery err alike in every cycle, the rest apart. */
typedef struct tally {
    double sum, shared, apart_squared;
} tally;

static void tally_add(tally *t, double value, double u_rel, double shared_rel)
{
    const double apart = u_rel * u_rel - shared_rel * shared_rel;
    t->sum += value;
    t->shared += value * shared_rel;
    t->apart_squared += value * value * (apart < 0 ? 0 : apart);
}

static double tally_u_rel(const tally *t)
{
    return sqrt(t->shared * t->shared + t->apart_squared) / t->sum;
}

/* All that is known of a VOI over the cycles before a limit is held against it. */
typedef struct history {
    tally dose, bed;
    double next_dose_Gy, next_bed_Gy; /* predicted */
    double dose_per_MBq, g_factor, alpha_beta_Gy;
} history;

static void predict(const dvk_course *c, const char *name, history *h)
{
    const dvk_course_options *o = &c->options;
    const dvk_course_cycle *last = &c->cycles[c->cycle_count - 1];
    const dvk_course_roi *roi = dvk_course_find(last, name);
    const double n = (double)c->cycle_count;
    double injected = 0, g = 0;
    for (size_t i = 0; i < c->cycle_count; i++) {
        injected += c->cycles[i].injected_MBq;
        g += dvk_course_find(&c->cycles[i], name)->g_factor / n;
    }
    h->dose_per_MBq = o->predict == DVK_PREDICT_LAST ? roi->dose_Gy / last->injected_MBq : h->dose.sum / injected;
    h->g_factor = o->predict == DVK_PREDICT_LAST ? roi->g_factor : g;
    switch (o->predict) {
    case DVK_PREDICT_MEAN:
        h->next_dose_Gy = h->dose.sum / n;
        h->next_bed_Gy = h->bed.sum / n;
        break;
    case DVK_PREDICT_LAST:
        h->next_dose_Gy = roi->dose_Gy;
        h->next_bed_Gy = roi->bed_Gy;
        break;
    case DVK_PREDICT_ACTIVITY:
        h->next_dose_Gy = h->dose_per_MBq * o->next_activity_MBq;
        h->next_bed_Gy = dvk_bed(h->next_dose_Gy, h->g_factor, h->alpha_beta_Gy);
        break;
    }
}

static dvk_status add_up(const dvk_course *c, const char *name, history *h)
{
    const dvk_course_cycle *first = &c->cycles[0];
    const dvk_course_roi *of_first = dvk_course_find(first, name);
    *h = (history){.alpha_beta_Gy = of_first->alpha_beta_Gy};
    for (size_t i = 0; i < c->cycle_count; i++) {
        const dvk_course_roi *r = dvk_course_find(&c->cycles[i], name);
        DVK_TRY(same_biology(first, of_first, &c->cycles[i], r));
        if (isnan(r->bed_Gy) && dvk_course_is_kidney(name) && !isnan(c->options.limit_bed_Gy))
            return dvk_fail(DVK_ERR_INVALID, "%s: has no BED of %s: run it with a curve, or use --limit-dose alone",
                            c->cycles[i].path, name);
        const double slope = r->u_dose_rel > 0 ? r->u_bed_rel / r->u_dose_rel : 1;
        tally_add(&h->dose, r->dose_Gy, r->u_dose_rel, r->u_shared_rel);
        tally_add(&h->bed, r->bed_Gy, r->u_bed_rel, r->u_shared_rel * slope);
    }
    predict(c, name, h);
    return DVK_OK;
}

/* --- what is left --- */

/* The activity A that brings a A + b A^2 = left; 0 once nothing is left. */
static double activity_for(double left_Gy, double a, double b)
{
    if (left_Gy <= 0)
        return 0;
    return dvk_dose_of_bed(left_Gy, b / (a * a), 1) / a;
}

/* a and b: the quantity that an activity A (MBq) brings is a A + b A^2. */
static dvk_course_ledger open_ledger(const dvk_course_options *o, double limit_Gy, const tally *t, double next_Gy,
                                     double a, double b)
{
    static const double ROUNDING = 1e-9; /* 27 + 2 in five steps of 5.8 is reached in five */
    static const double MANY = 1e6;
    dvk_course_ledger l = {.limit_Gy = limit_Gy,
                           .sum_Gy = t->sum,
                           .remaining_Gy = limit_Gy - t->sum,
                           .predicted_next_Gy = next_Gy,
                           .u_sum_rel = tally_u_rel(t)};
    const double most = l.remaining_Gy + o->tolerance_Gy;
    dvk_course_decision *d = &l.decision;
    d->activity_MBq = activity_for(l.remaining_Gy, a, b);
    d->activity_most_MBq = activity_for(most, a, b);
    d->cycles_left = -1;
    if (!isnan(limit_Gy) && next_Gy > 0)
        d->cycles_left = most > 0 ? (long)fmin(floor(most / next_Gy + ROUNDING), MANY) : 0;
    d->within_limit = d->cycles_left >= 1;
    return l;
}

static double least_known(double a, double b)
{
    return isnan(a) || isnan(b) ? NAN : fmin(a, b);
}

/* Takes the stricter of two decisions; where one is not known, neither is the whole. */
static void be_stricter(const dvk_course_decision *by, dvk_course_decision *d)
{
    d->within_limit = d->within_limit && by->within_limit;
    d->cycles_left = by->cycles_left < d->cycles_left ? by->cycles_left : d->cycles_left;
    d->activity_MBq = least_known(d->activity_MBq, by->activity_MBq);
    d->activity_most_MBq = least_known(d->activity_most_MBq, by->activity_most_MBq);
}

/* By every limit that is set. */
static dvk_course_decision decide(const dvk_course_ledger *bed, const dvk_course_ledger *dose)
{
    dvk_course_decision d = isnan(bed->limit_Gy) ? dose->decision : bed->decision;
    if (!isnan(bed->limit_Gy) && !isnan(dose->limit_Gy))
        be_stricter(&dose->decision, &d);
    return d;
}

static void fill_sum(const dvk_course *c, const history *h, dvk_course_sum *s)
{
    const dvk_course_options *o = &c->options;
    const double a = h->dose_per_MBq, b = h->g_factor * a * a / h->alpha_beta_Gy;
    const double mass_first = dvk_course_find(&c->cycles[0], s->name)->mass_g;
    s->kidney = dvk_course_is_kidney(s->name);
    s->alpha_beta_Gy = h->alpha_beta_Gy;
    s->eqd2_Gy = dvk_eqd2(h->bed.sum, h->alpha_beta_Gy);
    s->bed = open_ledger(o, s->kidney ? o->limit_bed_Gy : NAN, &h->bed, h->next_bed_Gy, a, b);
    s->dose = open_ledger(o, s->kidney ? o->limit_dose_Gy : NAN, &h->dose, h->next_dose_Gy, a, 0);
    s->decision = decide(&s->bed, &s->dose);
    s->mass_change = dvk_course_find(&c->cycles[c->cycle_count - 1], s->name)->mass_g / mass_first - 1;
    s->predicted_g_factor = h->g_factor;
    s->dose_per_activity_Gy_GBq = 1e3 * h->dose_per_MBq;
}

/* --- the governing rule --- */

static size_t kidney_count(const dvk_course *c)
{
    size_t n = 0;
    while (n < c->sum_count && c->sums[n].kidney)
        n++;
    return n;
}

/* The ledger of the largest sum; its decisions hold for every kidney. */
static size_t largest(const dvk_course *c, bool bed, dvk_course_ledger *out)
{
    const size_t kidneys = kidney_count(c);
    size_t g = 0;
    for (size_t k = 1; k < kidneys; k++)
        if (bed ? c->sums[k].bed.sum_Gy > c->sums[g].bed.sum_Gy : c->sums[k].dose.sum_Gy > c->sums[g].dose.sum_Gy)
            g = k;
    *out = bed ? c->sums[g].bed : c->sums[g].dose;
    for (size_t k = 0; k < kidneys; k++)
        be_stricter(bed ? &c->sums[k].bed.decision : &c->sums[k].dose.decision, &out->decision);
    return g;
}

/* The mean of the kidneys; an activity brings the mean of what it brings to each. */
static void govern_by_mean(dvk_course *c, const history *h)
{
    const dvk_course_options *o = &c->options;
    const size_t kidneys = kidney_count(c);
    const double n = (double)kidneys;
    tally dose = {0}, bed = {0};
    double next_dose = 0, next_bed = 0, a = 0, b = 0;
    for (size_t k = 0; k < kidneys; k++) {
        dose.sum += h[k].dose.sum / n;
        dose.shared += h[k].dose.shared / n;
        dose.apart_squared += h[k].dose.apart_squared / (n * n);
        bed.sum += h[k].bed.sum / n;
        bed.shared += h[k].bed.shared / n;
        bed.apart_squared += h[k].bed.apart_squared / (n * n);
        next_dose += h[k].next_dose_Gy / n;
        next_bed += h[k].next_bed_Gy / n;
        a += h[k].dose_per_MBq / n;
        b += h[k].g_factor * h[k].dose_per_MBq * h[k].dose_per_MBq / h[k].alpha_beta_Gy / n;
    }
    c->bed = open_ledger(o, o->limit_bed_Gy, &bed, next_bed, a, b);
    c->dose = open_ledger(o, o->limit_dose_Gy, &dose, next_dose, a, 0);
}

static void govern(dvk_course *c, const history *h)
{
    if (c->options.governing == DVK_GOVERNING_MEAN) {
        govern_by_mean(c, h);
    } else {
        const size_t of_dose = largest(c, false, &c->dose), of_bed = largest(c, true, &c->bed);
        const size_t g = isnan(c->options.limit_bed_Gy) ? of_dose : of_bed;
        memcpy(c->governing_roi, c->sums[g].name, sizeof c->governing_roi);
    }
    c->decision = decide(&c->bed, &c->dose);
}

/* --- the whole --- */

static bool in_every_cycle(const dvk_course *c, const char *name)
{
    for (size_t i = 0; i < c->cycle_count; i++)
        if (!dvk_course_find(&c->cycles[i], name))
            return false;
    return true;
}

static bool has_sum(const dvk_course *c, const char *name)
{
    for (size_t i = 0; i < c->sum_count; i++)
        if (strcmp(c->sums[i].name, name) == 0)
            return true;
    return false;
}

/* A row for each VOI that every cycle has, kidneys first. */
static dvk_status list_sums(dvk_course *c)
{
    size_t room = 0;
    for (size_t i = 0; i < c->cycle_count; i++)
        room += c->cycles[i].roi_count;
    dvk_free(c->sums);
    c->sum_count = 0;
    DVK_TRY(dvk_alloc(room, sizeof *c->sums, &c->sums));
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < c->cycle_count; i++)
            for (size_t k = 0; k < c->cycles[i].roi_count; k++) {
                const char *name = c->cycles[i].rois[k].name;
                if (dvk_course_is_kidney(name) != (pass == 0) || has_sum(c, name))
                    continue;
                if (in_every_cycle(c, name))
                    snprintf(c->sums[c->sum_count++].name, DVK_NAME_SIZE, "%s", name);
                else
                    dvk_course_warn(c, "%s is not in every cycle: it is not added up", name);
            }
    return DVK_OK;
}

dvk_status dvk_course_compute(dvk_course *c, const dvk_course_options *options)
{
    dvk_status status = DVK_OK;
    history *h = NULL;
    DVK_TRY_DONE(check_options(c, options));
    c->options = *options;
    if (isnan(c->options.next_activity_MBq))
        c->options.next_activity_MBq = c->cycles[c->cycle_count - 1].injected_MBq;
    DVK_TRY_DONE(dvk_course_check(c));
    dvk_course_assume_biology(c);
    DVK_TRY_DONE(dvk_course_take_doses(c));
    DVK_TRY_DONE(list_sums(c));
    DVK_TRY_DONE(dvk_alloc(c->sum_count, sizeof *h, &h));
    for (size_t k = 0; k < c->sum_count; k++) {
        DVK_TRY_DONE(add_up(c, c->sums[k].name, &h[k]));
        fill_sum(c, &h[k], &c->sums[k]);
    }
    govern(c, h);
    if (!isnan(options->alpha_per_Gy) || !isnan(options->eud_a))
        dvk_course_warn(c, "EUBED and gEUD of a course need voxels matched between its cycles: they are left null");
done:
    dvk_free(h);
    return status;
}
