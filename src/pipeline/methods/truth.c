/* What is true of a phantom's VOIs, from the table that was written beside it. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "dvk/radiobiology.h"

#include "base/fail.h"
#include "data/labels.h"
#include "data/table.h"
#include "pipeline/methods/methods.h"

enum { MOST_TERMS = 16 }; /* a VOI of several parts has those of each */

/* "480@70;-480@2": amplitude at half-life, a signed sum. */
static bool read_terms(const char *text, double *amplitude, double *half_life_h, size_t *count)
{
    *count = 0;
    while (*text && *count < MOST_TERMS) {
        const char *end = NULL;
        if (!dvk_text_number(text, &amplitude[*count], &end) || *end != '@')
            return false;
        if (!dvk_text_number(end + 1, &half_life_h[*count], &end) || (*end && *end != ';'))
            return false;
        text = *end ? end + 1 : end;
        (*count)++;
    }
    return *count > 0 && !*text;
}

static dvk_status read_row(const dvk_table *t, size_t row, const size_t column[4], dvk_biology b, dvk_methods_voi *voi)
{
    double amplitude[MOST_TERMS], half_life_h[MOST_TERMS];
    size_t terms = 0;
    DVK_TRY(dvk_table_number(t, row, column[1], &voi->truth[DVK_OF_TIA]));
    if (column[2] < t->columns)
        DVK_TRY(dvk_table_number(t, row, column[2], &voi->truth[DVK_OF_DOSE]));
    if (column[3] < t->columns && read_terms(dvk_table_cell(t, row, column[3]), amplitude, half_life_h, &terms)) {
        const double g = dvk_g_factor(amplitude, half_life_h, terms, b.repair_half_time_h);
        voi->truth[DVK_OF_BED] = dvk_bed(voi->truth[DVK_OF_DOSE], g, b.alpha_beta_Gy);
    }
    return DVK_OK;
}

/* `of_voi` is NULL where every VOI has the biology of `o`. */
static dvk_status read_table(const dvk_table *t, const dvk_roi_options *o, const dvk_biology_table *of_voi,
                             dvk_methods *m)
{
    static const char *const names[] = {"name", "tia_MBqh", "dose_mean_Gy", "terms_MBq_halflife_h"};
    size_t column[4], found = 0;
    for (int i = 0; i < 4; i++)
        if (dvk_table_column(t, names[i], &column[i]) != DVK_OK) {
            if (i < 2)
                return DVK_ERR_INVALID;
            column[i] = t->columns; /* not there */
        }
    for (size_t row = 0; row < t->rows; row++) {
        char name[DVK_NAME_SIZE];
        DVK_TRY(dvk_label_name(dvk_table_cell(t, row, column[0]), name));
        for (size_t v = 0; v < m->voi_count; v++)
            if (strcmp(m->voi[v].name, name) == 0) {
                DVK_TRY(read_row(t, row, column, dvk_biology_of(of_voi, name, o->biology), &m->voi[v]));
                found++;
            }
    }
    if (found == 0)
        return dvk_fail(DVK_ERR_INVALID, "%s: names none of the VOIs", t->path);
    m->has_truth = true;
    return DVK_OK;
}

dvk_status dvk_methods_truth(const char *path, const dvk_roi_options *o, dvk_methods *m)
{
    dvk_table *t = NULL;
    dvk_biology_table *of_voi = NULL;
    dvk_status status = DVK_OK;
    if (o->biology_table)
        DVK_TRY_DONE(dvk_biology_table_read(o->biology_table, &of_voi));
    DVK_TRY_DONE(dvk_table_read(path, &t));
    status = read_table(t, o, of_voi, m);
done:
    dvk_table_free(t);
    dvk_biology_table_free(of_voi);
    return status;
}
