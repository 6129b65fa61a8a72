/* The tables of phantoms: those that are built in, a user's own, and writing one. docs/inputs.md has the columns. */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/fail.h"
#include "data/table.h"
#include "pipeline/phantom/shapes.h"

bool dvk_phantom_tables_find(const char *name, const unsigned char **bytes, size_t *count);

/* Their own grids leave the room around them that a scan would have. */
static const struct {
    const char *name;
    size_t n[3];
} built_in[] = {{"kidneys", {80, 56, 64}},
                {"sphere", {48, 48, 48}},
                {"uniform", {40, 40, 40}},
                {"impulse", {41, 41, 41}},
                {"nema", {80, 76, 48}}};
enum { BUILT_IN = sizeof built_in / sizeof built_in[0] };

static const char *const shape_names[] = {"ellipsoid", "cylinder", "box", "point", "all"};
enum { SHAPES = sizeof shape_names / sizeof shape_names[0] };

enum { REGION, VOI, LABEL, SHAPE, CENTRE, SEMI = CENTRE + 3, TERMS = SEMI + 3, PER, FACTOR, DENSITY, COLUMNS };
static const char *const column_names[COLUMNS] = {"region",
                                                  "voi",
                                                  "label",
                                                  "shape",
                                                  "x_mm",
                                                  "y_mm",
                                                  "z_mm",
                                                  "rx_mm",
                                                  "ry_mm",
                                                  "rz_mm",
                                                  "terms_MBq_halflife_h",
                                                  "per",
                                                  "cycle_factor",
                                                  "density_g_mL"};

const char *dvk_phantom_name(size_t i)
{
    return i < BUILT_IN ? built_in[i].name : NULL;
}

const char *dvk_phantom_table(const char *name)
{
    char file[DVK_NAME_SIZE];
    const unsigned char *bytes = NULL;
    size_t count = 0;
    snprintf(file, sizeof file, "%s.tsv", name);
    return dvk_phantom_tables_find(file, &bytes, &count) ? (const char *)bytes : NULL; /* a zero byte follows */
}

/* --- reading --- */

typedef struct reader {
    const dvk_table *t;
    size_t row, column[COLUMNS];
} reader;

static const char *cell(const reader *r, int column)
{
    const char *text = dvk_table_cell(r->t, r->row, r->column[column]);
    return strcmp(text, "n/a") == 0 ? "" : text;
}

static dvk_status wrong(const reader *r, int column, const char *what)
{
    return dvk_fail(DVK_ERR_INVALID, "%s: line %zu, column '%s': '%s': %s", r->t->path, r->t->line[r->row + 1],
                    column_names[column], dvk_table_cell(r->t, r->row, r->column[column]), what);
}

/* A number above 0, or at least 0. */
static dvk_status number(const reader *r, int column, bool zero_too, double *out)
{
    DVK_TRY(dvk_table_number(r->t, r->row, r->column[column], out));
    return *out > 0 || (zero_too && *out == 0) ? DVK_OK : wrong(r, column, "a number above 0 is wanted");
}

static dvk_status read_name(const reader *r, int column, char out[DVK_NAME_SIZE])
{
    const char *text = cell(r, column);
    if (strlen(text) >= DVK_NAME_SIZE)
        return wrong(r, column, "the name is too long");
    memcpy(out, text, strlen(text) + 1);
    return DVK_OK;
}

static dvk_status read_terms(const reader *r, dvk_region *region)
{
    const dvk_nuclide *lutetium = NULL;
    DVK_TRY(dvk_nuclide_find("Lu-177", &lutetium));
    for (const char *at = cell(r, TERMS); *at;) {
        const char *end = NULL;
        if (region->terms == DVK_PHANTOM_TERMS)
            return wrong(r, TERMS, "has more terms than 4");
        double *half_life_h = &region->half_life_h[region->terms];
        if (!dvk_text_number(at, &region->amplitude_MBq[region->terms], &end) || *end != '@' ||
            !dvk_text_number(end + 1, half_life_h, &end) || (*end && *end != ';'))
            return wrong(r, TERMS, "A@T;A@T is wanted, MBq and hours, such as 120@50;-120@1.2");
        if (!(*half_life_h > 0 && *half_life_h <= lutetium->half_life_h))
            return wrong(r, TERMS, "an effective half-life is above 0 and at most the 159.5 h of Lu-177");
        region->terms++;
        at = *end ? end + 1 : end;
    }
    return region->terms ? DVK_OK : wrong(r, TERMS, "no activity: A@T is wanted, 0@1 for none");
}

static dvk_status read_shape(const reader *r, dvk_region *region)
{
    int shape = 0;
    while (shape < SHAPES && strcasecmp(cell(r, SHAPE), shape_names[shape]) != 0)
        shape++;
    if (shape == SHAPES)
        return wrong(r, SHAPE, "ellipsoid, cylinder, box, point or all is wanted");
    region->shape = (dvk_shape_of)shape;
    for (int a = 0; a < 3 && region->shape != DVK_SHAPE_ALL; a++) {
        DVK_TRY(dvk_table_number(r->t, r->row, r->column[CENTRE + a], &region->centre_mm[a]));
        if (isnan(region->centre_mm[a]))
            return wrong(r, CENTRE + a, "a place is wanted");
        if (region->shape != DVK_SHAPE_POINT)
            DVK_TRY(number(r, SEMI + a, false, &region->semi_mm[a]));
    }
    return DVK_OK;
}

static dvk_status read_region(const reader *r, const dvk_phantom *p, dvk_region *region)
{
    double label = 0;
    DVK_TRY(read_name(r, REGION, region->name));
    DVK_TRY(read_name(r, VOI, region->voi));
    if (!region->name[0])
        return wrong(r, REGION, "a name is wanted");
    for (size_t i = 0; i < p->regions; i++)
        if (strcmp(p->region[i].name, region->name) == 0)
            return wrong(r, REGION, "is there twice");
    if (region->voi[0])
        DVK_TRY(number(r, LABEL, false, &label));
    if (label > 255 || label != floor(label))
        return wrong(r, LABEL, "a whole number from 1 to 255 is wanted");
    region->label = (int)label;
    for (size_t i = 0; i < p->regions; i++)
        if (region->label && (p->region[i].label == region->label) != (strcmp(p->region[i].voi, region->voi) == 0))
            return wrong(r, LABEL, "a VOI has one label, and another VOI another");
    DVK_TRY(read_shape(r, region));
    DVK_TRY(read_terms(r, region));
    region->per_mL = strcasecmp(cell(r, PER), "mL") == 0;
    if (!region->per_mL && strcasecmp(cell(r, PER), "region") != 0)
        return wrong(r, PER, "region or mL is wanted");
    DVK_TRY(number(r, FACTOR, true, &region->cycle_factor));
    return number(r, DENSITY, false, &region->density_g_mL);
}

static dvk_status read_regions(const dvk_table *t, dvk_phantom *out)
{
    reader r = {.t = t};
    for (int c = 0; c < COLUMNS; c++)
        DVK_TRY(dvk_table_column(t, column_names[c], &r.column[c]));
    if (t->rows == 0 || t->rows > DVK_PHANTOM_REGIONS)
        return dvk_fail(DVK_ERR_INVALID, "%s: has %zu regions: 1 to %d are wanted", t->path, t->rows,
                        DVK_PHANTOM_REGIONS);
    for (r.row = 0; r.row < t->rows; r.row++) {
        dvk_region region = {.terms = 0};
        DVK_TRY(read_region(&r, out, &region));
        out->region[out->regions++] = region;
    }
    return DVK_OK;
}

/* Fills name and grid; NULL for a name that is no path and none of ours. */
static dvk_status open_table(const char *name, dvk_phantom *out, dvk_table **t)
{
    const size_t length = strlen(name);
    const char *slash = strrchr(name, '/'), *base = slash ? slash + 1 : name;
    memcpy(out->n, built_in[0].n, sizeof out->n);
    if (length > 4 && strcasecmp(name + length - 4, ".tsv") == 0) {
        snprintf(out->name, sizeof out->name, "%.*s", (int)strlen(base) - 4, base);
        return dvk_table_read(name, t);
    }
    for (size_t i = 0; i < BUILT_IN; i++)
        if (strcmp(built_in[i].name, name) == 0) {
            snprintf(out->name, sizeof out->name, "%s", name);
            memcpy(out->n, built_in[i].n, sizeof out->n);
            return dvk_table_parse(dvk_phantom_table(name), name, t);
        }
    return dvk_fail(DVK_ERR_USAGE,
                    "'%s' is not a phantom: there are kidneys, sphere, uniform, impulse and nema, or give a FILE.tsv",
                    name);
}

dvk_status dvk_phantom_find(const char *name, dvk_phantom *out)
{
    dvk_table *t = NULL;
    *out = (dvk_phantom){.regions = 0};
    DVK_TRY(open_table(name, out, &t));
    const dvk_status status = read_regions(t, out);
    dvk_table_free(t);
    return status;
}

/* --- writing --- */

static dvk_status add_terms(dvk_text *t, const dvk_region *r)
{
    DVK_TRY(dvk_text_add(t, "\t"));
    for (size_t i = 0; i < r->terms; i++) {
        DVK_TRY(dvk_text_add(t, i ? ";" : ""));
        DVK_TRY(dvk_text_add_number(t, r->amplitude_MBq[i]));
        DVK_TRY(dvk_text_add(t, "@"));
        DVK_TRY(dvk_text_add_number(t, r->half_life_h[i]));
    }
    return DVK_OK;
}

static dvk_status add_region(dvk_text *t, const dvk_region *r)
{
    const bool placed = r->shape != DVK_SHAPE_ALL, sized = placed && r->shape != DVK_SHAPE_POINT;
    DVK_TRY(dvk_tsv_text(t, r->name));
    DVK_TRY(dvk_tsv_text(t, r->voi));
    DVK_TRY(dvk_tsv_number(t, r->voi[0] ? r->label : NAN));
    DVK_TRY(dvk_tsv_text(t, shape_names[r->shape]));
    for (int a = 0; a < 3; a++)
        DVK_TRY(dvk_tsv_number(t, placed ? r->centre_mm[a] : NAN));
    for (int a = 0; a < 3; a++)
        DVK_TRY(dvk_tsv_number(t, sized ? r->semi_mm[a] : NAN));
    DVK_TRY(add_terms(t, r));
    DVK_TRY(dvk_tsv_text(t, r->per_mL ? "mL" : "region"));
    DVK_TRY(dvk_tsv_number(t, r->cycle_factor));
    DVK_TRY(dvk_tsv_number(t, r->density_g_mL));
    return dvk_tsv_end_row(t);
}

dvk_status dvk_phantom_text(const dvk_phantom *p, dvk_text *t)
{
    for (int c = 0; c < COLUMNS; c++)
        DVK_TRY(dvk_tsv_text(t, column_names[c]));
    DVK_TRY(dvk_tsv_end_row(t));
    for (size_t r = 0; r < p->regions; r++)
        DVK_TRY(add_region(t, &p->region[r]));
    return DVK_OK;
}
