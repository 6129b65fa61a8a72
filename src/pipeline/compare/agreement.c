/* Two archives against each other: pairs, agreement of every VOI, output. */
#include "pipeline/compare/agreement.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/fail.h"

static const char pooled[] = "kidneys"; /* left and right together */

const char *dvk_archives_quantity(size_t i)
{
    static const char *const names[DVK_ARCHIVES_QUANTITIES] = {"dose_mean_Gy", "bed_Gy", "tia_MBqh"};
    return names[i];
}

static bool belongs(const dvk_archives_pair *p, const char *name)
{
    if (strcmp(name, pooled) == 0)
        return strcmp(p->name, "kidney_left") == 0 || strcmp(p->name, "kidney_right") == 0;
    return strcmp(p->name, name) == 0;
}

/* Agreement of one VOI's quantity; `a` and `b` have room for every pair. */
static dvk_status agreement_of(const dvk_archives *c, const char *name, size_t q, double *a, double *b,
                               dvk_agreement *out)
{
    size_t n = 0;
    for (size_t i = 0; i < c->pair_count; i++) {
        const dvk_archives_pair *p = &c->pair[i];
        if (!belongs(p, name) || isnan(p->a[q]) || isnan(p->b[q]))
            continue;
        a[n] = p->a[q];
        b[n++] = p->b[q];
    }
    return dvk_agreement_of(a, b, n, out);
}

static dvk_status add_voi(dvk_archives *c, const char *name)
{
    for (size_t i = 0; i < c->voi_count; i++)
        if (strcmp(c->voi[i].name, name) == 0)
            return DVK_OK;
    DVK_TRY(dvk_grow(c->voi_count, c->voi_count + 1, sizeof *c->voi, &c->voi));
    snprintf(c->voi[c->voi_count++].name, DVK_NAME_SIZE, "%s", name);
    return DVK_OK;
}

static dvk_status compute(dvk_archives *c)
{
    double *a = NULL, *b = NULL;
    dvk_status status = DVK_OK;
    DVK_TRY_DONE(dvk_alloc(c->pair_count, sizeof *a, &a));
    DVK_TRY_DONE(dvk_alloc(c->pair_count, sizeof *b, &b));
    for (size_t i = 0; i < c->pair_count; i++)
        if (belongs(&c->pair[i], pooled))
            DVK_TRY_DONE(add_voi(c, pooled));
    for (size_t i = 0; i < c->pair_count; i++)
        DVK_TRY_DONE(add_voi(c, c->pair[i].name));
    for (size_t v = 0; v < c->voi_count; v++)
        for (size_t q = 0; q < DVK_ARCHIVES_QUANTITIES; q++)
            DVK_TRY_DONE(agreement_of(c, c->voi[v].name, q, a, b, &c->voi[v].agreement[q]));
done:
    dvk_free(a);
    dvk_free(b);
    return status;
}

/* A dose that one of a pair lacks is a disagreement too. */
static void judge(dvk_archives *c)
{
    for (size_t i = 0; i < c->pair_count; i++) {
        const double a = c->pair[i].a[0], b = c->pair[i].b[0];
        c->beyond += !(fabs(a - b) <= c->options.atol + c->options.rtol * fabs(b));
    }
    c->agree = c->beyond == 0;
}

dvk_status dvk_archives_compare(const dvk_archives_options *o, dvk_archives **out)
{
    dvk_archives *c = NULL;
    dvk_status status = DVK_OK;
    *out = NULL;
    if (!(o->rtol >= 0 && o->atol >= 0))
        return dvk_fail(DVK_ERR_USAGE, "tolerances must not be negative");
    DVK_TRY_DONE(dvk_alloc(1, sizeof *c, &c));
    c->options = *o;
    DVK_TRY_DONE(dvk_archives_read(c));
    DVK_TRY_DONE(compute(c));
    judge(c);
    if (o->out)
        DVK_TRY_DONE(dvk_archives_write(c));
    *out = c;
    c = NULL;
done:
    dvk_archives_free(c);
    return status;
}

void dvk_archives_free(dvk_archives *c)
{
    if (c) {
        dvk_free(c->pair);
        dvk_free(c->voi);
    }
    dvk_free(c);
}
