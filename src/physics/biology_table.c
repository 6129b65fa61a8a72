/* Radiobiological parameters per organ, out of a table. */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "dvk/radiobiology.h"

#include "base/alloc.h"
#include "base/fail.h"
#include "data/table.h"
#include "physics/roi.h"

enum { NAME_SIZE = 64, FIELDS = 5 };

typedef struct organ {
    char name[NAME_SIZE];
    double value[FIELDS]; /* in the order of `fields`; NaN: the default */
} organ;

struct dvk_biology_table {
    size_t count;
    organ *organs;
};

static const char *const fields[FIELDS] = {"alpha_beta_Gy", "repair_half_time_h", "alpha_per_Gy", "eud_a",
                                           "effective_half_life_h"};
enum { EUD_A = 3 };

/* What a tissue may have; outside, a unit or a point is wrong. The published: alpha/beta 1 to 30 Gy, repair 0.2 to 6 h,
 * alpha 0.01 to 1 per Gy. */
static const double least[FIELDS] = {0.1, 0.01, 1e-4, -1000, 0.1}, most[FIELDS] = {100, 100, 10, 1000, 10000};

static void fields_of(dvk_biology *b, double *to[FIELDS])
{
    to[0] = &b->alpha_beta_Gy;
    to[1] = &b->repair_half_time_h;
    to[2] = &b->alpha_per_Gy;
    to[3] = &b->eud_a;
    to[4] = &b->effective_half_life_h;
}

dvk_status dvk_biology_check(const dvk_biology *b, const char *where)
{
    dvk_biology copy = *b;
    double *value[FIELDS];
    fields_of(&copy, value);
    for (size_t f = 0; f < FIELDS; f++)
        if (*value[f] < least[f] || *value[f] > most[f]) /* false for NaN: not given */
            return dvk_fail(DVK_ERR_USAGE, "%s: %s is %g, outside %g to %g: check its unit", where, fields[f],
                            *value[f], least[f], most[f]);
    return DVK_OK;
}

/* The field that a column holds: FIELDS for `name`, DVK_ERR_INVALID for any other. */
static dvk_status field_of_column(const dvk_table *table, size_t column, size_t *field)
{
    const char *title = table->cell[column];
    for (*field = 0; *field < FIELDS; ++*field)
        if (strcasecmp(title, fields[*field]) == 0)
            return DVK_OK;
    if (strcasecmp(title, "name") == 0)
        return DVK_OK;
    return dvk_fail(DVK_ERR_INVALID, "%s: '%s' is not a column of this table: name, %s, %s, %s, %s or %s", table->path,
                    title, fields[0], fields[1], fields[2], fields[3], fields[4]);
}

static const organ *find(const dvk_biology_table *t, const char *name)
{
    for (size_t i = 0; i < t->count; i++)
        if (strcmp(t->organs[i].name, name) == 0)
            return &t->organs[i];
    return NULL;
}

static dvk_status read_row(const dvk_table *table, size_t row, size_t name_column, dvk_biology_table *t)
{
    organ *o = &t->organs[t->count];
    const char *name = dvk_table_cell(table, row, name_column);
    if (!name[0] || strlen(name) >= NAME_SIZE || find(t, name))
        return dvk_fail(DVK_ERR_INVALID, "%s: line %zu: '%.64s' is no name, or is there twice", table->path,
                        table->line[row + 1], name);
    snprintf(o->name, sizeof o->name, "%s", name);
    for (size_t f = 0; f < FIELDS; f++)
        o->value[f] = NAN;
    for (size_t c = 0; c < table->columns; c++) {
        size_t f = 0;
        DVK_TRY(field_of_column(table, c, &f));
        if (f == FIELDS)
            continue;
        DVK_TRY(dvk_table_number(table, row, c, &o->value[f]));
        if (f != EUD_A && o->value[f] <= 0)
            return dvk_fail(DVK_ERR_INVALID, "%s: line %zu: %s is not above 0", table->path, table->line[row + 1],
                            fields[f]);
        if (o->value[f] < least[f] || o->value[f] > most[f])
            return dvk_fail(DVK_ERR_INVALID, "%s: line %zu: %s is %g, outside %g to %g: check its unit", table->path,
                            table->line[row + 1], fields[f], o->value[f], least[f], most[f]);
    }
    t->count++;
    return DVK_OK;
}

dvk_status dvk_biology_table_read(const char *path, dvk_biology_table **out)
{
    dvk_status status = DVK_OK;
    dvk_table *table = NULL;
    dvk_biology_table *t = NULL;
    size_t name_column = 0;
    *out = NULL;
    DVK_TRY_DONE(dvk_table_read(path, &table));
    DVK_TRY_DONE(dvk_table_column(table, "name", &name_column));
    DVK_TRY_DONE(dvk_alloc(1, sizeof *t, &t));
    DVK_TRY_DONE(dvk_alloc(table->rows, sizeof *t->organs, &t->organs));
    for (size_t row = 0; row < table->rows; row++)
        DVK_TRY_DONE(read_row(table, row, name_column, t));
    *out = t;
    t = NULL;
done:
    dvk_table_free(table);
    dvk_biology_table_free(t);
    return status;
}

void dvk_biology_table_free(dvk_biology_table *t)
{
    if (t)
        dvk_free(t->organs);
    dvk_free(t);
}

dvk_biology dvk_biology_of(const dvk_biology_table *t, const char *name, dvk_biology otherwise)
{
    const organ *o = t ? find(t, name) : NULL;
    double *to[FIELDS];
    fields_of(&otherwise, to);
    for (size_t f = 0; o && f < FIELDS; f++)
        if (!isnan(o->value[f]))
            *to[f] = o->value[f];
    return otherwise;
}
