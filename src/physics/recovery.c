/* Recovery coefficients: one number, the usual two-parameter form, or a table over volume. */
#include "dvk/recovery.h"

#include <math.h>
#include <string.h>

#include "dvk/quantity.h"

#include "base/alloc.h"
#include "base/fail.h"
#include "base/text.h"
#include "data/table.h"
#include "physics/recovery.h"

typedef enum recovery_kind { RECOVERY_VALUE, RECOVERY_FORM, RECOVERY_TABLE } recovery_kind;

struct dvk_recovery {
    recovery_kind kind;
    double value, b1_mL, b2;
    size_t rows;
    double *volume_mL, *rc;
};

static const double MOST = 1.5; /* a VOI gains by spill-in, but never by half */

static dvk_status check_rc(double rc, const char *where)
{
    if (!(rc > 0 && rc <= MOST))
        return dvk_fail(DVK_ERR_INVALID, "%s: recovery %g is not between 0 and %g", where, rc, MOST);
    return DVK_OK;
}

static dvk_status parse_form(const char *text, dvk_recovery *r)
{
    const char *comma = strchr(text, ',');
    char volume[64];
    if (!comma || (size_t)(comma - text) >= sizeof volume)
        return dvk_fail(DVK_ERR_USAGE, "'form:%s' is not form:B1mL,B2, such as form:6mL,0.9", text);
    memcpy(volume, text, (size_t)(comma - text));
    volume[comma - text] = '\0';
    DVK_TRY(dvk_quantity_parse(volume, DVK_UNIT_ML, &r->b1_mL));
    DVK_TRY(dvk_quantity_parse(comma + 1, DVK_UNIT_NONE, &r->b2));
    if (!(r->b1_mL > 0 && r->b2 > 0))
        return dvk_fail(DVK_ERR_USAGE, "'form:%s': both parameters must be above 0", text);
    r->kind = RECOVERY_FORM;
    return DVK_OK;
}

dvk_status dvk_recovery_table(const double *volume_mL, const double *rc, size_t rows, const char *where,
                              dvk_recovery **out)
{
    dvk_status status = DVK_OK;
    dvk_recovery *r = NULL;
    *out = NULL;
    DVK_TRY_DONE(dvk_alloc(1, sizeof *r, &r));
    DVK_TRY_DONE(dvk_alloc(rows, sizeof(double), &r->volume_mL));
    DVK_TRY_DONE(dvk_alloc(rows, sizeof(double), &r->rc));
    r->kind = RECOVERY_TABLE;
    r->rows = rows;
    if (rows == 0)
        DVK_TRY_DONE(dvk_fail(DVK_ERR_INVALID, "%s: the recovery table has no rows", where));
    for (size_t i = 0; i < rows; i++) {
        if (!(volume_mL[i] > (i ? volume_mL[i - 1] : 0) && isfinite(volume_mL[i])))
            DVK_TRY_DONE(dvk_fail(DVK_ERR_INVALID, "%s: row %zu: volumes must rise from above 0", where, i + 1));
        DVK_TRY_DONE(check_rc(rc[i], where));
        r->volume_mL[i] = volume_mL[i];
        r->rc[i] = rc[i];
    }
    *out = r;
    r = NULL;
done:
    dvk_recovery_free(r);
    return status;
}

void dvk_recovery_free(dvk_recovery *r)
{
    if (r) {
        dvk_free(r->volume_mL);
        dvk_free(r->rc);
    }
    dvk_free(r);
}

/* The row from which to interpolate towards the next; *share is how far, in ln V. Beyond the ends the share is 0 or 1.
 */
static size_t table_row(const dvk_recovery *r, double volume_mL, double *share, bool *beyond)
{
    const double *v = r->volume_mL;
    size_t i = 0;
    while (i + 2 < r->rows && v[i + 1] <= volume_mL)
        i++;
    *beyond = volume_mL < v[0] || volume_mL > v[r->rows - 1] || r->rows == 1;
    if (r->rows == 1)
        *share = 0;
    else if (*beyond)
        *share = volume_mL < v[0] ? 0 : 1;
    else
        *share = log(volume_mL / v[i]) / log(v[i + 1] / v[i]);
    return i;
}

static double form_at(const dvk_recovery *r, double volume_mL)
{
    return 1 - 1 / (1 + pow(volume_mL / r->b1_mL, r->b2));
}

double dvk_recovery_at(const dvk_recovery *r, double volume_mL, bool *outside)
{
    bool beyond = false;
    double rc = r->value;
    if (r->kind == RECOVERY_FORM)
        rc = form_at(r, volume_mL);
    if (r->kind == RECOVERY_TABLE) {
        double share = 0;
        const size_t i = table_row(r, volume_mL, &share, &beyond);
        rc = share == 0 ? r->rc[i] : r->rc[i] + share * (r->rc[i + 1] - r->rc[i]);
        beyond = volume_mL < r->volume_mL[0] || volume_mL > r->volume_mL[r->rows - 1];
    }
    if (outside)
        *outside = beyond;
    return rc;
}

double dvk_recovery_slope(const dvk_recovery *r, double volume_mL)
{
    if (r->kind == RECOVERY_VALUE)
        return 0;
    if (r->kind == RECOVERY_FORM)
        return (1 - form_at(r, volume_mL)) * r->b2;
    double share = 0;
    bool beyond = false;
    const size_t i = table_row(r, volume_mL, &share, &beyond);
    if (beyond)
        return 0;
    const double slope = (r->rc[i + 1] - r->rc[i]) / log(r->volume_mL[i + 1] / r->volume_mL[i]);
    return slope / dvk_recovery_at(r, volume_mL, NULL);
}

static dvk_status read_table(const char *path, dvk_recovery **out)
{
    dvk_status status = DVK_OK;
    dvk_table *t = NULL;
    size_t volume_column = 0, rc_column = 0;
    double *volume_mL = NULL, *rc = NULL;
    DVK_TRY_DONE(dvk_table_read(path, &t));
    DVK_TRY_DONE(dvk_table_column(t, "volume_mL", &volume_column));
    DVK_TRY_DONE(dvk_table_column(t, "rc", &rc_column));
    DVK_TRY_DONE(dvk_alloc(t->rows, sizeof *volume_mL, &volume_mL));
    DVK_TRY_DONE(dvk_alloc(t->rows, sizeof *rc, &rc));
    for (size_t i = 0; i < t->rows; i++) {
        DVK_TRY_DONE(dvk_table_number(t, i, volume_column, &volume_mL[i]));
        DVK_TRY_DONE(dvk_table_number(t, i, rc_column, &rc[i]));
    }
    DVK_TRY_DONE(dvk_recovery_table(volume_mL, rc, t->rows, path, out));
done:
    dvk_table_free(t);
    dvk_free(volume_mL);
    dvk_free(rc);
    return status;
}

dvk_status dvk_recovery_parse(const char *text, dvk_recovery **out)
{
    static const char FORM[] = "form:";
    dvk_status status = DVK_OK;
    dvk_recovery *r = NULL;
    const char *end = NULL;
    double value = 0;
    *out = NULL;
    const bool number = dvk_text_number(text, &value, &end) && *end == '\0';
    if (!number && strncmp(text, FORM, strlen(FORM)) != 0)
        return read_table(text, out);
    DVK_TRY_DONE(dvk_alloc(1, sizeof *r, &r));
    if (!number) {
        DVK_TRY_DONE(parse_form(text + strlen(FORM), r));
    } else {
        r->value = value;
        if (check_rc(value, text) != DVK_OK)
            DVK_TRY_DONE(dvk_fail(DVK_ERR_USAGE, "recovery %s is not between 0 and %g", text, MOST));
    }
    *out = r;
    r = NULL;
done:
    dvk_recovery_free(r);
    return status;
}
