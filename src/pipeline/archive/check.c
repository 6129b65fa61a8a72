/* Whether a case can run, as far as headers, sidecars and label tables tell; no voxel is read. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "data/labels.h"
#include "data/sidecar.h"
#include "data/volume.h"
#include "physics/series.h"
#include "pipeline/archive/archive.h"

static const char *const kidneys[] = {"kidney_left", "kidney_right"};

/* Names that the sources promise. */
typedef struct promised {
    bool kidney[2];
    bool unknown; /* a map whose names stand, if anywhere, in the header's extension: only its reading tells */
} promised;

static void take_names(const dvk_labels *labels, promised *p)
{
    for (int k = 0; k < 2; k++)
        p->kidney[k] = p->kidney[k] || dvk_labels_named(labels, kidneys[k]);
}

static dvk_status take_mask(const char *name, promised *p)
{
    char normal[DVK_NAME_SIZE];
    const char *full = strcmp(name, "left") == 0 ? kidneys[0] : strcmp(name, "right") == 0 ? kidneys[1] : name;
    DVK_TRY(dvk_label_name(full, normal));
    for (int k = 0; k < 2; k++)
        p->kidney[k] = p->kidney[k] || strcmp(normal, kidneys[k]) == 0;
    return DVK_OK;
}

/* Without a table names can only stand in the header's extension. */
static dvk_status take_header(const char *path, promised *p)
{
    bool may = false;
    DVK_TRY(dvk_volume_may_extend(path, &may));
    p->unknown = p->unknown || may;
    return may ? DVK_OK
               : dvk_fail(DVK_ERR_INVALID,
                          "%s: its labels have no names (no table beside it, none in its header): give "
                          "--labels left=N,right=N, --labels-preset or --labels-table",
                          path);
}

/* The table that names a map's labels: as dvk_voi_read finds it. */
static dvk_status take_map(const char *path, const dvk_voi_options *o, promised *p)
{
    dvk_labels labels = {0};
    char *table = NULL;
    dvk_status status = dvk_beside(path, ".tsv", &table);
    if (status != DVK_OK)
        return status;
    if (o->labels)
        status = dvk_labels_parse(o->labels, &labels);
    else if (o->labels_preset)
        status = dvk_labels_preset(o->labels_preset, &labels);
    else if (o->labels_table)
        status = dvk_labels_read(o->labels_table, &labels);
    else if (access(table, F_OK) == 0)
        status = dvk_labels_read(table, &labels);
    else
        status = take_header(path, p);
    if (status == DVK_OK)
        take_names(&labels, p);
    dvk_labels_clear(&labels);
    dvk_free(table);
    return status;
}

static dvk_status check_vois(const dvk_case_options *o)
{
    promised p = {{false, false}, false};
    dvk_geometry g;
    size_t frames = 0;
    for (size_t i = 0; i < o->voi_source_count; i++) {
        const dvk_voi_source *source = &o->voi_sources[i];
        DVK_TRY(dvk_volume_read_header(source->path, &g, &frames));
        DVK_TRY(source->name ? take_mask(source->name, &p) : take_map(source->path, &o->voi, &p));
    }
    for (int k = 0; k < 2; k++) {
        const bool absent = o->voi.missing && strcmp(kidneys[k] + 7, o->voi.missing) == 0;
        if (o->voi.kidneys_wanted && !p.kidney[k] && !p.unknown && !absent)
            return dvk_fail(DVK_ERR_INVALID, "%s: no %s is named: name its label, or declare it missing",
                            o->voi_sources[0].path, kidneys[k]);
    }
    return DVK_OK;
}

dvk_status dvk_archive_check(const dvk_case_options *o, char grid[128])
{
    dvk_geometry g;
    DVK_TRY(dvk_series_inspect(o->scans, o->scan_count, &o->series, &g));
    snprintf(grid, 128, "%zu x %zu x %zu, %.6g x %.6g x %.6g mm", g.n[0], g.n[1], g.n[2], g.voxel_mm[0], g.voxel_mm[1],
             g.voxel_mm[2]);
    if (o->kernel_path && access(o->kernel_path, R_OK) != 0)
        return dvk_fail(DVK_ERR_MISSING, "%s: the kernel cannot be read", o->kernel_path);
    return check_vois(o);
}
