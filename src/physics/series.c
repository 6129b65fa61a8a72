/*
 * Reading a series: headers and facts of all scans first, so that what is wrong is said at once, then the voxels, each
 * file on a thread of its own. What a fact is and where it comes from: scan_facts.c; what looks wrong: series_check.c.
 */
#include "physics/series.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "data/volume.h"
#include "physics/frame.h"

/* Corners of grids that differ by less are rounding of the float32 affines that NIfTI stores. */
static const double SAME_GRID_VOXELS = 0.05;

dvk_series_options dvk_series_options_none(void)
{
    return (dvk_series_options){.decay_time_h = NAN, .frame_duration_h = NAN, .injected_MBq = NAN};
}

/* --- headers and facts --- */

static dvk_status check_options(const dvk_series_options *o)
{
    for (size_t i = 0; i < o->times; i++)
        if (!isfinite(o->times_h[i]) || o->times_h[i] < 0)
            return dvk_fail(DVK_ERR_USAGE, "--times: %g h is not a time after the injection", o->times_h[i]);
    if (o->frame_duration_h < 0)
        return dvk_fail(DVK_ERR_USAGE, "--frame-duration: %g h is not a duration", o->frame_duration_h);
    if (o->injected_MBq <= 0)
        return dvk_fail(DVK_ERR_USAGE, "--injected: %g MBq is not an injected activity", o->injected_MBq);
    if (o->reference == DVK_DECAY_TIME && !isfinite(o->decay_time_h))
        return dvk_fail(DVK_ERR_USAGE, "--decay-reference: a time after the injection is wanted");
    return DVK_OK;
}

static dvk_status different_grid(const char *a, const dvk_geometry *ga, const char *b, const dvk_geometry *gb)
{
    return dvk_fail(DVK_ERR_INVALID,
                    "%s: its grid (%zu x %zu x %zu voxels of %.4g x %.4g x %.4g mm) is not that of %s (%zu x %zu x "
                    "%zu, %.4g x %.4g x %.4g mm, or another place): resample it onto that grid, for example with a "
                    "registration tool",
                    b, gb->n[0], gb->n[1], gb->n[2], gb->voxel_mm[0], gb->voxel_mm[1], gb->voxel_mm[2], a, ga->n[0],
                    ga->n[1], ga->n[2], ga->voxel_mm[0], ga->voxel_mm[1], ga->voxel_mm[2]);
}

static dvk_status read_headers(dvk_series *s, const char *const *paths, size_t files)
{
    for (size_t i = 0; i < files; i++) {
        dvk_geometry g;
        size_t frames = 0;
        DVK_TRY(dvk_volume_read_header(paths[i], &g, &frames));
        if (files > 1 && frames > 1)
            return dvk_fail(DVK_ERR_INVALID, "%s: holds %zu frames: give one 4-D file alone, or one 3-D file a scan",
                            paths[i], frames);
        if (frames > DVK_MAX_SCANS)
            return dvk_fail(DVK_ERR_INVALID, "%s: holds %zu frames: at most %d time points are taken", paths[i], frames,
                            DVK_MAX_SCANS);
        if (i == 0)
            s->geometry = g;
        else if (!dvk_geometry_same(&s->geometry, &g, SAME_GRID_VOXELS))
            return different_grid(paths[0], &s->geometry, paths[i], &g);
        s->scans = files > 1 ? files : frames;
    }
    return DVK_OK;
}

static dvk_status find_facts(dvk_series *s, const dvk_series_options *options)
{
    if (options->times && options->times != s->scans)
        return dvk_fail(DVK_ERR_USAGE, "--times: %zu times for %zu scans", options->times, s->scans);
    for (size_t file = 0; file < s->files; file++) {
        const size_t frames = s->files > 1 ? 1 : s->scans;
        dvk_sidecar sidecar;
        dvk_status status = dvk_sidecar_read(s->path[file], &sidecar);
        for (size_t frame = 0; status == DVK_OK && frame < frames; frame++) {
            const dvk_scan_place place = {s->path[file], frame, frames, file + frame};
            status = dvk_scan_facts_find(&place, &sidecar, options, &s->facts[file + frame]);
        }
        dvk_sidecar_clear(&sidecar);
        DVK_TRY(status);
    }
    return DVK_OK;
}

const char *dvk_series_scan_label(const dvk_series *s, size_t scan, char label[DVK_SCAN_LABEL_SIZE])
{
    if (s->files > 1 || s->scans == 1)
        snprintf(label, DVK_SCAN_LABEL_SIZE, "%s", dvk_series_path(s, scan));
    else
        snprintf(label, DVK_SCAN_LABEL_SIZE, "%s, frame %zu", dvk_series_path(s, scan), scan + 1);
    return label;
}

static dvk_status check_times(const dvk_series *s)
{
    char here[DVK_SCAN_LABEL_SIZE], before[DVK_SCAN_LABEL_SIZE];
    for (size_t i = 0; i < s->scans; i++) {
        const double t = dvk_series_time_h(s, i);
        dvk_series_scan_label(s, i, here);
        if (!(t >= 0))
            return dvk_fail(DVK_ERR_INVALID,
                            "%s: starts %g h before the injection: check ScanStart, FrameTimesStart "
                            "and InjectionStart, or give --times",
                            here, -t);
        if (i && !(t > dvk_series_time_h(s, i - 1)))
            return dvk_fail(DVK_ERR_INVALID,
                            "%s: starts at %g h, not after %s at %g h: give each scan once, in order "
                            "of time",
                            here, t, dvk_series_scan_label(s, i - 1, before), dvk_series_time_h(s, i - 1));
    }
    return DVK_OK;
}

/* One cycle has one nuclide and one injection. */
static dvk_status check_agreement(dvk_series *s)
{
    size_t first = 0; /* scan whose injected activity is known */
    while (first + 1 < s->scans && isnan(s->facts[first].injected_MBq))
        first++;
    s->injected_MBq = s->facts[first].injected_MBq;
    for (size_t i = 1; i < s->scans; i++) {
        const char *here = dvk_series_path(s, i);
        if (s->facts[i].nuclide != s->facts[0].nuclide)
            return dvk_fail(DVK_ERR_INVALID,
                            "%s: the nuclide is %s, but %s in %s: scans of one cycle only, or give "
                            "--nuclide",
                            here, s->facts[i].nuclide->name, s->facts[0].nuclide->name, dvk_series_path(s, 0));
        const double other = s->facts[i].injected_MBq;
        if (fabs(other - s->injected_MBq) > 1e-6 * s->injected_MBq)
            return dvk_fail(DVK_ERR_INVALID,
                            "%s: %g MBq injected, but %g MBq in %s: scans of one cycle only, or give "
                            "--injected",
                            here, other, s->injected_MBq, dvk_series_path(s, first));
    }
    return DVK_OK;
}

/* --- voxels --- */

static dvk_status take_frame(dvk_series *s, size_t scan, float *values)
{
    char label[DVK_SCAN_LABEL_SIZE];
    const dvk_frame_facts facts = dvk_frame_scale(values, dvk_geometry_voxels(&s->geometry), s->facts[scan].factor);
    const size_t nan = facts.counts.nan, infinite = facts.counts.infinite;
    s->frame[scan] = values;
    s->counts[scan] = facts.counts;
    s->activity_MBq[scan] = 1e-6 * facts.sum * dvk_geometry_voxel_mL(&s->geometry);
    if (nan + infinite > 0 && !s->zero_nonfinite)
        return dvk_fail(DVK_ERR_INVALID,
                        "%s: %zu voxels are not finite numbers (%zu NaN, %zu infinite): mend them, or "
                        "give --nonfinite zero",
                        dvk_series_scan_label(s, scan, label), nan + infinite, nan, infinite);
    if (facts.too_large)
        return dvk_fail(DVK_ERR_INVALID, "%s: %zu voxels are too large for float32 once in Bq/mL: check Units",
                        dvk_series_scan_label(s, scan, label), facts.too_large);
    return DVK_OK;
}

static dvk_status read_file(dvk_series *s, size_t file)
{
    const size_t frames = s->files > 1 ? 1 : s->scans;
    DVK_TRY(dvk_volume_read(s->path[file], &s->volume[file]));
    dvk_volume *v = s->volume[file];
    if (dvk_volume_frames(v) != frames || !dvk_geometry_same(&s->geometry, dvk_volume_geometry(v), SAME_GRID_VOXELS))
        return dvk_fail(DVK_ERR_INVALID, "%s: changed while it was read", s->path[file]);
    for (size_t frame = 0; frame < frames; frame++)
        DVK_TRY(take_frame(s, file + frame, dvk_volume_data(v) + frame * dvk_geometry_voxels(&s->geometry)));
    return DVK_OK;
}

/* Messages are each thread's own, so they are carried over. */
void dvk_series_read_file(dvk_series *s, size_t file)
{
    s->read[file].status = read_file(s, file);
    if (s->read[file].status != DVK_OK)
        snprintf(s->read[file].message, sizeof s->read[file].message, "%s", dvk_last_message());
}

dvk_status dvk_series_complete(dvk_series *s)
{
    for (size_t file = 0; file < s->files; file++)
        if (s->read[file].status != DVK_OK)
            return dvk_fail(s->read[file].status, "%s", s->read[file].message);
    return dvk_series_check(s);
}

/* Everything but the voxels. */
static dvk_status read_facts(dvk_series *s, const char *const *paths, const dvk_series_options *options)
{
    for (size_t i = 0; i < s->files; i++)
        DVK_TRY(dvk_strdup(paths[i], &s->path[i]));
    DVK_TRY(read_headers(s, paths, s->files));
    DVK_TRY(find_facts(s, options));
    DVK_TRY(check_times(s));
    return check_agreement(s);
}

dvk_status dvk_series_open(const char *const *paths, size_t count, const dvk_series_options *options, dvk_series **out)
{
    dvk_status status = DVK_OK;
    dvk_series *s = NULL;
    *out = NULL;
    if (count == 0 || count > DVK_MAX_SCANS)
        return dvk_fail(DVK_ERR_USAGE, "%zu scans: 1 to %d are taken", count, DVK_MAX_SCANS);
    DVK_TRY(check_options(options));
    DVK_TRY(dvk_alloc(1, sizeof *s, &s));
    s->files = count;
    s->zero_nonfinite = options->zero_nonfinite;
    DVK_TRY_DONE(read_facts(s, paths, options));
    *out = s;
    s = NULL;
done:
    dvk_series_free(s);
    return status;
}

dvk_status dvk_series_read(const char *const *paths, size_t count, const dvk_series_options *options, dvk_series **out)
{
    dvk_series *s = NULL;
    *out = NULL;
    DVK_TRY(dvk_series_open(paths, count, options, &s));
#pragma omp parallel for schedule(dynamic, 1) if (s->files > 1)
    for (size_t file = 0; file < s->files; file++)
        dvk_series_read_file(s, file);
    const dvk_status status = dvk_series_complete(s);
    if (status == DVK_OK)
        *out = s;
    else
        dvk_series_free(s);
    return status;
}

dvk_status dvk_series_inspect(const char *const *paths, size_t count, const dvk_series_options *options,
                              dvk_geometry *out)
{
    dvk_series *s = NULL;
    DVK_TRY(dvk_series_open(paths, count, options, &s));
    *out = s->geometry;
    dvk_series_free(s);
    return DVK_OK;
}

void dvk_series_free(dvk_series *s)
{
    if (!s)
        return;
    for (size_t i = 0; i < s->files; i++) {
        dvk_volume_free(s->volume[i]);
        dvk_free(s->path[i]);
    }
    dvk_text_free(&s->warnings);
    dvk_free(s);
}

void dvk_series_drop_voxels(dvk_series *s)
{
    for (size_t i = 0; i < s->files; i++)
        dvk_volume_drop_voxels(s->volume[i]);
    for (size_t i = 0; i < s->scans; i++)
        s->frame[i] = NULL;
}

/* --- getters --- */

static size_t file_of(const dvk_series *s, size_t scan)
{
    return s->files > 1 ? scan : 0;
}

size_t dvk_series_scans(const dvk_series *s)
{
    return s->scans;
}

const dvk_geometry *dvk_series_geometry(const dvk_series *s)
{
    return &s->geometry;
}

const dvk_nuclide *dvk_series_nuclide(const dvk_series *s)
{
    return s->facts[0].nuclide;
}

double dvk_series_injected_MBq(const dvk_series *s)
{
    return s->injected_MBq;
}

double dvk_series_time_h(const dvk_series *s, size_t scan)
{
    return s->facts[scan].time_h;
}

double dvk_series_factor(const dvk_series *s, size_t scan)
{
    return s->facts[scan].factor;
}

const float *dvk_series_frame(const dvk_series *s, size_t scan)
{
    return s->frame[scan];
}

const char *dvk_series_path(const dvk_series *s, size_t scan)
{
    return s->path[file_of(s, scan)];
}

const char *dvk_series_sha256(const dvk_series *s, size_t scan)
{
    return dvk_volume_sha256(s->volume[file_of(s, scan)]);
}

dvk_voxel_counts dvk_series_counts(const dvk_series *s, size_t scan)
{
    return s->counts[scan];
}

double dvk_series_activity_MBq(const dvk_series *s, size_t scan)
{
    return s->activity_MBq[scan];
}
