/* What a case starts from: scans, VOIs and the empty summary. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "backend/context.h"
#include "base/alloc.h"
#include "base/fail.h"
#include "data/sidecar.h"
#include "physics/series.h"
#include "pipeline/case/case.h"
#include "pipeline/case/request.h"

dvk_case_options dvk_case_default(void)
{
    return (dvk_case_options){
        .series = dvk_series_options_none(),
        .voi = {.kidneys_wanted = true},
        .integration = dvk_integration_default(),
        .medium_density_g_mL = 1.04,
        .roi =
            {
                .curve = dvk_integration_default(),
                .biology = dvk_biology_default(),
                .density_g_mL = 1.05,
                .u_calibration = NAN,
                .u_recovery = NAN,
                .fwhm_mm = NAN,
            },
    };
}

void dvk_case_warn(dvk_case *k, const char *format, ...)
{
    dvk_summary *s = k->summary;
    if (s->warning_count == DVK_MAX_WARNINGS)
        return;
    char *line = s->warnings[s->warning_count++];
    va_list args;
    va_start(args, format);
    vsnprintf(line, DVK_WARNING_SIZE, format, args);
    va_end(args);
    dvk_case_shorten(k->options, line);
    if (k->context)
        dvk_context_warn(k->context, "%s", line);
}

static dvk_status open_series(dvk_case *k)
{
    const dvk_case_options *o = k->options;
    dvk_summary *s = k->summary;
    DVK_TRY(dvk_series_open(o->scans, o->scan_count, &o->series, &k->series));
    k->geometry = *dvk_series_geometry(k->series);
    k->nuclide = dvk_series_nuclide(k->series);
    snprintf(s->nuclide, sizeof s->nuclide, "%s", k->nuclide->name);
    s->half_life_h = k->nuclide->half_life_h;
    s->injected_MBq = dvk_series_injected_MBq(k->series);
    s->scans = dvk_series_scans(k->series);
    for (size_t i = 0; i < s->scans; i++)
        s->times_h[i] = dvk_series_time_h(k->series, i);
    return DVK_OK;
}

static dvk_status complete_series(dvk_case *k)
{
    DVK_TRY(dvk_series_complete(k->series));
    for (size_t i = 0; i < k->summary->scans; i++)
        k->summary->balance.activity_MBq[i] = dvk_series_activity_MBq(k->series, i);
    for (size_t i = 0; i < dvk_series_warnings(k->series); i++)
        dvk_case_warn(k, "%s", dvk_series_warning(k->series, i));
    dvk_case_warn_half_lives(k);
    return DVK_OK;
}

static dvk_status take_grid_of_dose(dvk_case *k)
{
    const dvk_geometry *g = dvk_volume_geometry(k->dose);
    if (k->series && !dvk_geometry_same(g, &k->geometry, 0.01))
        return dvk_fail(DVK_ERR_INVALID, "%s: its grid is not the dose map's: resample one onto the other",
                        dvk_series_path(k->series, 0));
    k->geometry = *g;
    return DVK_OK;
}

/* A label map for each scan from files of their own. */
static dvk_status read_vois_of_files(dvk_case *k)
{
    const dvk_case_options *o = k->options;
    if (o->voi_times_count != k->summary->scans)
        return dvk_fail(DVK_ERR_USAGE, "--voi-at names %zu label maps for %zu scans: give one for each",
                        o->voi_times_count, k->summary->scans);
    for (size_t i = 0; i < k->summary->scans; i++) {
        const dvk_voi_source source = {.path = o->voi_times[i]};
        DVK_TRY(dvk_voi_read(&source, 1, &o->voi, &k->geometry, &k->voi_at[i]));
    }
    return DVK_OK;
}

/* Frames of the VOI files, all alike: 1, or one for each scan. */
static dvk_status count_frames(const dvk_case *k, size_t *frames)
{
    const dvk_case_options *o = k->options;
    for (size_t i = 0; i < o->voi_source_count; i++) {
        const char *path = o->voi_sources[i].path;
        dvk_geometry g;
        size_t here = 0;
        DVK_TRY(dvk_volume_read_header(path, &g, &here));
        if (here != 1 && here != k->summary->scans)
            return dvk_fail(DVK_ERR_INVALID, "%s: holds %zu frames for %zu scans: one is wanted, or one for each scan",
                            path, here, k->summary->scans);
        if (i > 0 && here != *frames)
            return dvk_fail(DVK_ERR_INVALID, "%s: holds %zu frames and %s holds %zu: give all alike", path, here,
                            o->voi_sources[0].path, *frames);
        *frames = here;
    }
    return DVK_OK;
}

/* The VOIs of one frame of the files; 0 for 3-D ones. */
static dvk_status read_frame(const dvk_case *k, size_t frame, dvk_voi_set **out)
{
    const dvk_case_options *o = k->options;
    dvk_voi_source source[DVK_MAX_VOI_SOURCES];
    for (size_t i = 0; i < o->voi_source_count; i++) {
        source[i] = o->voi_sources[i];
        source[i].frame = frame;
    }
    return dvk_voi_read(source, o->voi_source_count, &o->voi, &k->geometry, out);
}

static dvk_status read_vois(dvk_case *k)
{
    const dvk_case_options *o = k->options;
    if (o->voi_source_count > DVK_MAX_VOI_SOURCES)
        return dvk_fail(DVK_ERR_USAGE, "more than %d VOI files", DVK_MAX_VOI_SOURCES);
    size_t frames = 1;
    DVK_TRY(count_frames(k, &frames));
    DVK_TRY(read_frame(k, frames > 1 ? 1 : 0, &k->vois));
    if (o->voi_times_count > 0)
        DVK_TRY(read_vois_of_files(k));
    for (size_t scan = 0; o->voi_times_count == 0 && frames > 1 && scan < frames; scan++)
        DVK_TRY(read_frame(k, scan + 1, &k->voi_at[scan]));
    k->summary->roi_count = dvk_voi_count(k->vois);
    return dvk_alloc(k->summary->roi_count, sizeof *k->summary->rois, &k->summary->rois);
}

/* The calling thread notes what it reads, so it takes the VOIs; the scans' hashes are with their volumes. */
static dvk_status read_voxels(dvk_case *k)
{
    dvk_status status = DVK_OK;
    char message[1024] = "";
#pragma omp parallel
#pragma omp master
    {
        for (size_t file = 0; file < k->series->files; file++) {
#pragma omp task firstprivate(file)
            dvk_series_read_file(k->series, file);
        }
        status = read_vois(k);
        if (status != DVK_OK)
            snprintf(message, sizeof message, "%s", dvk_last_message());
    }
    DVK_TRY(complete_series(k)); /* what is wrong with the scans is said first */
    return status == DVK_OK ? DVK_OK : dvk_fail(status, "%s", message);
}

/* A dose map says that it is one: a sidecar with other units is refused, none is taken as Gy. */
dvk_status dvk_case_check_dose(const dvk_case *k, const char *path)
{
    dvk_sidecar sidecar;
    if (dvk_volume_frames(k->dose) != 1)
        return dvk_fail(DVK_ERR_INVALID, "%s: has %zu frames: a dose map has one", path, dvk_volume_frames(k->dose));
    const dvk_voxel_counts counts = dvk_volume_counts(k->dose);
    if (counts.nan || counts.infinite)
        return dvk_fail(DVK_ERR_INVALID, "%s: %zu voxels are not finite: a dose map has a dose everywhere", path,
                        counts.nan + counts.infinite);
    dvk_status status = dvk_sidecar_read(path, &sidecar);
    if (status == DVK_OK && sidecar.units[0] && strcmp(sidecar.units, "Gy") != 0)
        status = dvk_fail(DVK_ERR_INVALID, "%s: its sidecar says Units %s: a dose map is in Gy", path, sidecar.units);
    dvk_sidecar_clear(&sidecar);
    return status;
}

dvk_status dvk_case_read(dvk_case *k)
{
    DVK_TRY(dvk_alloc(1, sizeof *k->summary, &k->summary));
    k->summary->injected_MBq = NAN;
    k->summary->half_life_h = NAN;
    k->summary->method = k->options->integration;
    DVK_TRY(dvk_case_check_options(k->options));
    if (k->options->scan_count > 0)
        DVK_TRY(open_series(k));
    if (k->dose) /* given, by `kidneys` */
        DVK_TRY(take_grid_of_dose(k));
    DVK_TRY(k->series ? read_voxels(k) : read_vois(k));
    for (size_t i = 0; i < dvk_voi_warnings(k->vois); i++)
        dvk_case_warn(k, "%s", dvk_voi_warning(k->vois, i));
    dvk_context_lap(k->context, "scans");
    return DVK_OK;
}
