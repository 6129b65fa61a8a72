/* What a comparison starts from: two maps of one quantity on one grid, and VOIs. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "data/naming.h"
#include "data/sidecar.h"
#include "pipeline/compare/compare.h"

/* Grids that differ by less, in voxels at a corner, are one. */
static const double GRID_TOLERANCE = 0.01;

void dvk_compare_warn(dvk_compare *r, const char *format, ...)
{
    if (r->warning_count == DVK_MAX_WARNINGS)
        return;
    va_list args;
    va_start(args, format);
    vsnprintf(r->warnings[r->warning_count++], DVK_WARNING_SIZE, format, args);
    va_end(args);
}

/* A result folder stands for its dose map. */
static dvk_status map_path(const char *path, char **out)
{
    struct stat about;
    if (stat(path, &about) != 0 || !S_ISDIR(about.st_mode))
        return dvk_strdup(path, out);
    return dvk_result_find(path, "dose.nii.gz", out);
}

static dvk_status read_map(const char *path, dvk_volume **out, char units[32])
{
    dvk_sidecar sidecar;
    DVK_TRY(dvk_volume_read(path, out));
    if (dvk_volume_frames(*out) != 1)
        return dvk_fail(DVK_ERR_INVALID, "%s: has %zu frames: compare maps of one", path, dvk_volume_frames(*out));
    const dvk_voxel_counts counts = dvk_volume_counts(*out);
    if (counts.nan || counts.infinite)
        return dvk_fail(DVK_ERR_INVALID, "%s: %zu voxels are not finite: there is nothing to compare there", path,
                        counts.nan + counts.infinite);
    const dvk_status status = dvk_sidecar_read(path, &sidecar);
    if (status == DVK_OK)
        snprintf(units, 32, "%s", sidecar.units);
    dvk_sidecar_clear(&sidecar);
    return status;
}

static dvk_status agree_on_units(dvk_compare_work *w, const char *a, const char *b)
{
    dvk_compare *r = w->result;
    if (a[0] && b[0] && strcmp(a, b) != 0)
        return dvk_fail(DVK_ERR_INVALID, "%s: is in %s, but %s in %s: bring both to one unit", w->path_a, a, w->path_b,
                        b);
    if (!a[0] != !b[0])
        dvk_compare_warn(r, "%s: has no sidecar with Units: taken to be in %s too", a[0] ? w->path_b : w->path_a,
                         a[0] ? a : b);
    snprintf(r->units, sizeof r->units, "%s", a[0] ? a : b);
    return DVK_OK;
}

static dvk_status bring_to_grid(dvk_compare_work *w)
{
    const dvk_geometry *ga = dvk_volume_geometry(w->a), *gb = dvk_volume_geometry(w->b);
    dvk_volume *moved = NULL;
    if (dvk_geometry_same(ga, gb, GRID_TOLERANCE))
        return DVK_OK;
    if (!w->options->resample)
        return dvk_fail(DVK_ERR_INVALID,
                        "%s: its grid (%zu x %zu x %zu) is not that of %s (%zu x %zu x %zu), or lies elsewhere: give "
                        "--resample to bring it there",
                        w->path_a, ga->n[0], ga->n[1], ga->n[2], w->path_b, gb->n[0], gb->n[1], gb->n[2]);
    DVK_TRY(dvk_resample_linear(w->a, gb, &moved, &w->result->left_out));
    dvk_volume_free(w->a);
    w->a = moved;
    w->result->resampled = true;
    if (w->result->left_out == dvk_geometry_voxels(gb))
        return dvk_fail(DVK_ERR_INVALID, "%s: does not reach the grid of %s anywhere", w->path_a, w->path_b);
    if (w->result->left_out)
        dvk_compare_warn(w->result, "%zu of %zu voxels of B lie outside A and are left out", w->result->left_out,
                         dvk_geometry_voxels(gb));
    return DVK_OK;
}

static dvk_status read_vois(dvk_compare_work *w)
{
    const dvk_compare_options *o = w->options;
    if (o->voi_source_count == 0)
        return DVK_OK;
    DVK_TRY(dvk_voi_read(o->voi_sources, o->voi_source_count, &o->voi, dvk_volume_geometry(w->b), &w->vois));
    for (size_t i = 0; i < dvk_voi_warnings(w->vois); i++)
        dvk_compare_warn(w->result, "%s", dvk_voi_warning(w->vois, i));
    w->result->voi_count = dvk_voi_count(w->vois);
    return dvk_alloc(w->result->voi_count, sizeof *w->result->voi, &w->result->voi);
}

dvk_status dvk_compare_read(dvk_compare_work *w)
{
    dvk_compare *r = w->result;
    char units_a[32], units_b[32];
    DVK_TRY(map_path(w->options->a, &w->path_a));
    DVK_TRY(map_path(w->options->b, &w->path_b));
    DVK_TRY(read_map(w->path_a, &w->a, units_a));
    DVK_TRY(read_map(w->path_b, &w->b, units_b));
    snprintf(r->sha256_a, sizeof r->sha256_a, "%s", dvk_volume_sha256(w->a));
    snprintf(r->sha256_b, sizeof r->sha256_b, "%s", dvk_volume_sha256(w->b));
    DVK_TRY(agree_on_units(w, units_a, units_b));
    DVK_TRY(bring_to_grid(w));
    return read_vois(w);
}
