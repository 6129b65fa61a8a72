/* A row of a manifest as the options of its case: its facts over those that the whole archive was given. */
#include <stdio.h>
#include <string.h>

#include "dvk/quantity.h"

#include "base/alloc.h"
#include "base/fail.h"
#include "pipeline/archive/archive.h"

enum { OWNED = sizeof((dvk_archive_row *)0)->owned / sizeof(char *), VOIS = 64 };

/* What is being read. */
typedef struct reading {
    const void *row;
    dvk_cell_getter cell;
    const char *folder;
    dvk_archive_row *out;
} reading;

static dvk_status own(dvk_archive_row *r, const char *text, size_t length, const char *folder, char **out)
{
    const size_t before = folder && *text != '/' ? strlen(folder) : 0; /* an absolute path stays one */
    if (r->owned_count == OWNED)
        return dvk_fail(DVK_ERR_INVALID, "a row holds too much");
    DVK_TRY(dvk_alloc(before + length + 1, 1, out));
    memcpy(*out, folder ? folder : "", before);
    memcpy(*out + before, text, length);
    r->owned[r->owned_count++] = *out;
    return DVK_OK;
}

/* The next piece of a list, without the blanks around it; NULL past the last. */
static const char *next_piece(const char **list, size_t *length)
{
    if (!*list)
        return NULL;
    const char *start = *list + strspn(*list, " ");
    const char *end = start + strcspn(start, ";");
    *list = *end ? end + 1 : NULL;
    while (end > start && end[-1] == ' ')
        end--;
    *length = (size_t)(end - start);
    return start;
}

static dvk_status read_scans(const reading *r)
{
    const char *list = r->cell(r->row, DVK_COLUMN_SCANS), *piece;
    dvk_case_options *o = &r->out->options;
    size_t length = 0;
    o->scans = r->out->scans;
    o->scan_count = 0;
    while ((piece = next_piece(&list, &length))) {
        char *path = NULL;
        if (length == 0)
            return dvk_fail(DVK_ERR_INVALID, "scans: one of the list is empty");
        if (o->scan_count == DVK_MAX_SCANS)
            return dvk_fail(DVK_ERR_INVALID, "scans: more than %d make no series", DVK_MAX_SCANS);
        DVK_TRY(own(r->out, piece, length, r->folder, &path));
        r->out->scans[o->scan_count++] = path;
    }
    return o->scan_count ? DVK_OK : dvk_fail(DVK_ERR_INVALID, "scans: there is none");
}

/* Length of NAME in "NAME=FILE"; 0 where what stands before = is no name. */
static size_t name_length(const char *text, size_t length)
{
    const size_t name = strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-");
    return name < length && text[name] == '=' ? name : 0;
}

static dvk_status read_vois(const reading *r)
{
    const char *list = r->cell(r->row, DVK_COLUMN_VOI), *piece;
    dvk_case_options *o = &r->out->options;
    size_t length = 0;
    o->voi_sources = r->out->vois;
    o->voi_source_count = 0;
    while ((piece = next_piece(&list, &length))) {
        const size_t name = name_length(piece, length), skip = name ? name + 1 : 0;
        char *path = NULL, *named = NULL;
        if (length == skip)
            return dvk_fail(DVK_ERR_INVALID, "voi: one of the list is empty");
        if (o->voi_source_count == VOIS)
            return dvk_fail(DVK_ERR_INVALID, "voi: more than %d files", VOIS);
        if (name)
            DVK_TRY(own(r->out, piece, name, NULL, &named));
        DVK_TRY(own(r->out, piece + skip, length - skip, r->folder, &path));
        r->out->vois[o->voi_source_count++] = (dvk_voi_source){.path = path, .name = named};
    }
    return o->voi_source_count ? DVK_OK : dvk_fail(DVK_ERR_INVALID, "voi: there is no label map and no mask");
}

/* A cell as it is, or a path in it; what is not given stays as all cases have it. */
static dvk_status read_text(const reading *r, dvk_column column, bool path, const char **into)
{
    const char *cell = r->cell(r->row, column);
    char *text = NULL;
    if (!cell)
        return DVK_OK;
    DVK_TRY(own(r->out, cell, strlen(cell), path ? r->folder : NULL, &text));
    *into = text;
    return DVK_OK;
}

static dvk_status read_quantity(const reading *r, dvk_column column, dvk_unit unit, double *into)
{
    const char *cell = r->cell(r->row, column);
    if (!cell)
        return DVK_OK;
    if (dvk_quantity_parse(cell, unit, into) != DVK_OK)
        return dvk_fail_prefix(DVK_ERR_INVALID, dvk_column_name(column));
    return *into > 0 ? DVK_OK : dvk_fail(DVK_ERR_INVALID, "%s: '%s' is not above 0", dvk_column_name(column), cell);
}

static dvk_status read_times(const reading *r)
{
    const char *cell = r->cell(r->row, DVK_COLUMN_TIMES);
    dvk_series_options *s = &r->out->options.series;
    if (!cell)
        return DVK_OK;
    if (dvk_quantity_list(cell, DVK_UNIT_HOURS, r->out->times_h, DVK_MAX_SCANS, &s->times) != DVK_OK)
        return dvk_fail_prefix(DVK_ERR_INVALID, "times");
    s->times_h = r->out->times_h;
    return DVK_OK;
}

static dvk_status read_reference(const reading *r)
{
    const char *cell = r->cell(r->row, DVK_COLUMN_DECAY_REFERENCE);
    dvk_series_options *s = &r->out->options.series;
    if (!cell)
        return DVK_OK;
    s->reference = strcmp(cell, "none") == 0        ? DVK_DECAY_NONE
                   : strcmp(cell, "scan") == 0      ? DVK_DECAY_SCAN
                   : strcmp(cell, "injection") == 0 ? DVK_DECAY_INJECTION
                                                    : DVK_DECAY_TIME;
    if (s->reference == DVK_DECAY_TIME && dvk_quantity_parse(cell, DVK_UNIT_HOURS, &s->decay_time_h) != DVK_OK)
        return dvk_fail(DVK_ERR_INVALID, "decay_reference: '%s' is not none, scan, injection or a time such as 24h",
                        cell);
    return DVK_OK;
}

/* Density and recovery are a value, or else a file. */
static bool is_value(dvk_column column, const char *cell)
{
    double number = 0;
    const char *end = NULL;
    if (column == DVK_COLUMN_DENSITY)
        return dvk_quantity_parse(cell, DVK_UNIT_G_PER_ML, &number) == DVK_OK;
    return strncmp(cell, "form:", 5) == 0 || (dvk_text_number(cell, &number, &end) && *end == '\0');
}

static dvk_status read_value_or_file(const reading *r, dvk_column column, const char **into)
{
    const char *cell = r->cell(r->row, column);
    if (cell && strcmp(cell, "none") == 0) {
        *into = NULL;
        return DVK_OK;
    }
    return read_text(r, column, cell && !is_value(column, cell), into);
}

static dvk_status read_words(const reading *r)
{
    dvk_case_options *o = &r->out->options;
    const char *missing = r->cell(r->row, DVK_COLUMN_MISSING), *from = r->cell(r->row, DVK_COLUMN_DENSITY_FROM);
    if (missing && strcmp(missing, "left") != 0 && strcmp(missing, "right") != 0)
        return dvk_fail(DVK_ERR_INVALID, "missing: '%s' is neither left nor right", missing);
    if (from && strcmp(from, "hu") != 0 && strcmp(from, "g/mL") != 0)
        return dvk_fail(DVK_ERR_INVALID, "density_from: '%s' is neither hu nor g/mL", from);
    if (from)
        o->density_unit = strcmp(from, "hu") == 0 ? DVK_DENSITY_HU : DVK_DENSITY_G_PER_ML;
    return read_text(r, DVK_COLUMN_MISSING, false, &o->voi.missing);
}

/* The row's own way to name labels replaces the archive's, whichever that was. */
static dvk_status read_labels(const reading *r)
{
    dvk_voi_options *v = &r->out->options.voi;
    if (r->cell(r->row, DVK_COLUMN_LABELS) || r->cell(r->row, DVK_COLUMN_LABELS_PRESET) ||
        r->cell(r->row, DVK_COLUMN_LABELS_TABLE))
        v->labels = v->labels_preset = v->labels_table = NULL;
    DVK_TRY(read_text(r, DVK_COLUMN_LABELS, false, &v->labels));
    DVK_TRY(read_text(r, DVK_COLUMN_LABELS_PRESET, false, &v->labels_preset));
    return read_text(r, DVK_COLUMN_LABELS_TABLE, true, &v->labels_table);
}

static dvk_status read_facts(const reading *r)
{
    dvk_series_options *s = &r->out->options.series;
    DVK_TRY(read_times(r));
    DVK_TRY(read_text(r, DVK_COLUMN_UNITS, false, &s->units));
    DVK_TRY(read_reference(r));
    DVK_TRY(read_quantity(r, DVK_COLUMN_FRAME_DURATION, DVK_UNIT_HOURS, &s->frame_duration_h));
    DVK_TRY(read_quantity(r, DVK_COLUMN_INJECTED, DVK_UNIT_MBQ, &s->injected_MBq));
    return read_text(r, DVK_COLUMN_NUCLIDE, false, &s->nuclide);
}

dvk_status dvk_archive_row_read(const void *row, dvk_cell_getter cell, const char *folder, const dvk_case_options *base,
                                dvk_archive_row *out)
{
    const reading r = {row, cell, folder, out};
    dvk_case_options *o = &out->options;
    *out = (dvk_archive_row){.options = *base};
    o->path_base = folder;
    DVK_TRY(read_scans(&r));
    DVK_TRY(read_vois(&r));
    DVK_TRY(read_labels(&r));
    DVK_TRY(read_words(&r));
    DVK_TRY(read_facts(&r));
    DVK_TRY(read_quantity(&r, DVK_COLUMN_HALF_LIFE, DVK_UNIT_HOURS, &o->roi.biology.effective_half_life_h));
    DVK_TRY(read_text(&r, DVK_COLUMN_KERNEL, true, &o->kernel_path));
    DVK_TRY(read_value_or_file(&r, DVK_COLUMN_DENSITY, &o->density));
    return read_value_or_file(&r, DVK_COLUMN_RECOVERY, &o->roi.recovery);
}

void dvk_archive_row_clear(dvk_archive_row *r)
{
    for (size_t i = 0; i < r->owned_count; i++)
        dvk_free(r->owned[i]);
    r->owned_count = 0;
}
