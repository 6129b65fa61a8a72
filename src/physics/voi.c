/*
 * Reading VOIs: which names a source has, which of them must be there, and what the whole set must satisfy. The voxels
 * are listed in voi_lists.c and laid on the scan's grid in voi_lay.c.
 */
#include "physics/voi.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "data/sidecar.h"
#include "data/volume.h"

static const char *const kidneys[] = {"kidney_left", "kidney_right"};

/* What is read at one time. */
typedef struct reading {
    dvk_voi_set *set;
    const dvk_voi_options *options;
    const dvk_geometry *scan;
    size_t source;
    const char *path;
    const dvk_volume *volume;
    bool asked; /* the user named each VOI of this source: all must be there */
} reading;

/* --- names --- */

static dvk_status beside_or_header(const reading *r, dvk_labels *out)
{
    char *table = NULL;
    DVK_TRY(dvk_beside(r->path, ".tsv", &table));
    dvk_status status = DVK_OK;
    if (access(table, F_OK) == 0)
        status = dvk_labels_read(table, out);
    else
        status = dvk_labels_caret(dvk_volume_extension(r->volume), r->path, out);
    if (status == DVK_OK && out->count == 0)
        status = dvk_fail(DVK_ERR_INVALID,
                          "%s: its labels have no names (no %s, none in its header), and a number alone is not "
                          "trusted: give --labels left=N,right=N, --labels-preset or --labels-table",
                          r->path, table);
    dvk_free(table);
    return status;
}

static dvk_status find_labels(const reading *r, dvk_labels *out)
{
    const dvk_voi_options *o = r->options;
    *out = (dvk_labels){0};
    if (o->labels)
        return dvk_labels_parse(o->labels, out);
    if (o->labels_preset)
        return dvk_labels_preset(o->labels_preset, out);
    if (o->labels_table)
        return dvk_labels_read(o->labels_table, out);
    return beside_or_header(r, out);
}

static bool is_missing(const dvk_voi_options *o, const char *name)
{
    return o->missing && strncmp(name, "kidney_", 7) == 0 && strcmp(name + 7, o->missing) == 0;
}

static bool is_wanted(const dvk_voi_options *o, const char *name)
{
    for (int k = 0; k < 2; k++)
        if (o->kidneys_wanted && strcmp(name, kidneys[k]) == 0)
            return !is_missing(o, name);
    return false;
}

/* --- one VOI --- */

static dvk_status warn(dvk_voi_set *set, const char *format, ...) DVK_PRINTF(2, 3);

static dvk_status warn(dvk_voi_set *set, const char *format, ...)
{
    char line[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    DVK_TRY(dvk_text_add_bytes(&set->warnings, line, strlen(line) + 1));
    set->warning_count++;
    return DVK_OK;
}

static const dvk_voi_entry *find_entry(const dvk_voi_set *set, const char *name)
{
    for (size_t i = 0; i < set->count; i++)
        if (strcmp(set->entry[i].voi.name, name) == 0)
            return &set->entry[i];
    return NULL;
}

/* No voxel has this label: an error where it was asked for, else nothing. */
static dvk_status empty(const reading *r, const dvk_label *label)
{
    char present[160];
    const bool wanted = is_wanted(r->options, label->name);
    if (is_missing(r->options, label->name) || !(r->asked || wanted))
        return DVK_OK;
    if (label->value == 0)
        return dvk_fail(DVK_ERR_INVALID, "%s: %s: the mask is empty", r->path, label->name);
    dvk_voi_present(r->volume, present, sizeof present);
    return dvk_fail(DVK_ERR_INVALID, "%s: %s is label %d, which no voxel has; there are %s: check the labels%s",
                    r->path, label->name, label->value, present, wanted ? ", or declare it with --missing" : "");
}

static dvk_status off_grid(const reading *r, const dvk_voi_entry *e)
{
    const double *at = e->voi.centroid_mm;
    if (r->asked || is_wanted(r->options, e->voi.name))
        return dvk_fail(DVK_ERR_INVALID,
                        "%s: %s lies wholly off the scan's grid (its middle is at %.0f, %.0f, %.0f mm): is it of this "
                        "patient and in the same space?",
                        r->path, e->voi.name, at[0], at[1], at[2]);
    return warn(r->set, "%s: %s lies wholly off the scan's grid and is left out", r->path, e->voi.name);
}

static dvk_status add_entry(dvk_voi_set *set, const dvk_voi_entry *e)
{
    if (set->count == set->room) {
        const size_t room = set->room ? 2 * set->room : 16;
        DVK_TRY(dvk_grow(set->count, room, sizeof *set->entry, &set->entry));
        set->room = room;
    }
    set->entry[set->count++] = *e;
    return DVK_OK;
}

static dvk_status keep_drawn(const dvk_geometry *grid, const uint32_t *voxels, size_t count, dvk_voi_entry *e)
{
    DVK_TRY(dvk_alloc(count, sizeof *e->drawn, &e->drawn));
    memcpy(e->drawn, voxels, count * sizeof *voxels);
    e->voi.drawn_grid = *grid;
    e->voi.drawn_count = count;
    e->voi.drawn = e->drawn;
    return DVK_OK;
}

static dvk_status add_voi(reading *r, const dvk_overlap *overlap, const dvk_label *label, const uint32_t *voxels,
                          size_t count)
{
    dvk_status status = DVK_OK;
    dvk_voi_entry e = {.source = r->source};
    const dvk_voi_entry *other = find_entry(r->set, label->name);
    if (count == 0)
        return empty(r, label);
    if (is_missing(r->options, label->name))
        return dvk_fail(DVK_ERR_INVALID, "%s: %s has %zu voxels, but --missing says that there is none", r->path,
                        label->name, count);
    if (other)
        return dvk_fail(DVK_ERR_INVALID, "%s: %s is also in %s: give each VOI once", r->path, label->name,
                        r->set->path[other->source]);
    memcpy(e.voi.name, label->name, sizeof e.voi.name);
    e.voi.label = label->value;
    DVK_TRY_DONE(dvk_voi_lay(overlap, dvk_volume_geometry(r->volume), voxels, count, &e));
    if (e.voi.count == 0) {
        DVK_TRY_DONE(off_grid(r, &e));
    } else {
        DVK_TRY_DONE(keep_drawn(dvk_volume_geometry(r->volume), voxels, count, &e));
        DVK_TRY_DONE(add_entry(r->set, &e));
        e = (dvk_voi_entry){0}; /* the set's now */
    }
done:
    dvk_voi_entry_clear(&e);
    return status;
}

/* --- one source --- */

static dvk_status add_lists(reading *r, const dvk_labels *labels, const dvk_voi_lists *lists)
{
    dvk_overlap overlap;
    DVK_TRY(dvk_overlap_make(dvk_volume_geometry(r->volume), r->scan, &overlap));
    for (size_t i = 0; i < lists->count; i++)
        DVK_TRY(add_voi(r, &overlap, &labels->label[i], lists->voxel + lists->start[i],
                        lists->start[i + 1] - lists->start[i]));
    return DVK_OK;
}

static dvk_status add_mask(reading *r, const char *name)
{
    const char *full = strcmp(name, "left") == 0 ? kidneys[0] : strcmp(name, "right") == 0 ? kidneys[1] : name;
    dvk_label label = {0};
    const dvk_labels one = {.count = 1, .label = &label};
    dvk_voi_lists lists = {0};
    if (dvk_label_name(full, label.name) != DVK_OK)
        return dvk_fail_prefix(DVK_ERR_USAGE, "--voi");
    r->asked = true;
    DVK_TRY(dvk_voi_list_mask(r->volume, r->path, &lists));
    const dvk_status status = add_lists(r, &one, &lists);
    dvk_voi_lists_clear(&lists);
    return status;
}

static dvk_status add_map(reading *r)
{
    dvk_status status = DVK_OK;
    dvk_labels labels = {0};
    dvk_voi_lists lists = {0};
    r->asked = r->options->labels != NULL;
    DVK_TRY_DONE(find_labels(r, &labels));
    DVK_TRY_DONE(dvk_voi_list_labels(r->volume, &labels, r->path, &lists));
    DVK_TRY_DONE(add_lists(r, &labels, &lists));
done:
    dvk_labels_clear(&labels);
    dvk_voi_lists_clear(&lists);
    return status;
}

static dvk_status read_source(reading *r, const dvk_voi_source *source)
{
    dvk_volume *volume = NULL;
    DVK_TRY(dvk_volume_read(source->path, &volume));
    if (source->frame > dvk_volume_frames(volume)) {
        const size_t frames = dvk_volume_frames(volume);
        dvk_volume_free(volume);
        return dvk_fail(DVK_ERR_INVALID, "%s: holds %zu frames, and number %zu is wanted", source->path, frames,
                        source->frame);
    }
    if (source->frame > 0)
        dvk_volume_keep_frame(volume, source->frame - 1);
    r->volume = volume;
    r->path = source->path;
    memcpy(r->set->sha256[r->source], dvk_volume_sha256(volume), 65);
    const dvk_status status = source->name ? add_mask(r, source->name) : add_map(r);
    dvk_volume_free(volume);
    return status;
}

/* --- the whole set --- */

static dvk_status check_options(const dvk_voi_options *o, const dvk_geometry *scan)
{
    if (o->missing && strcmp(o->missing, "left") != 0 && strcmp(o->missing, "right") != 0)
        return dvk_fail(DVK_ERR_USAGE, "--missing: '%s' is not left or right", o->missing);
    if (dvk_geometry_voxels(scan) > UINT32_MAX)
        return dvk_fail(DVK_ERR_INVALID, "the scan's grid has more voxels than a VOI can hold");
    return DVK_OK;
}

static dvk_status check_kidneys(const dvk_voi_set *set, const dvk_voi_options *o)
{
    for (int k = 0; k < 2; k++)
        if (is_wanted(o, kidneys[k]) && !find_entry(set, kidneys[k]))
            return dvk_fail(DVK_ERR_INVALID,
                            "%s: no VOI is named %s: give --labels left=N,right=N, or --missing %s if the patient has "
                            "none",
                            set->sources ? set->path[0] : "--voi", kidneys[k], kidneys[k] + 7);
    const dvk_voi_entry *left = find_entry(set, kidneys[0]), *right = find_entry(set, kidneys[1]);
    const double apart_mm = left && right ? right->voi.centroid_mm[0] - left->voi.centroid_mm[0] : 0;
    if (apart_mm < 0) /* world x grows to the patient's right */
        return dvk_fail(DVK_ERR_INVALID,
                        "%s: kidney_left lies %.0f mm to the patient's right of kidney_right: the labels are exchanged "
                        "or the image is mirrored",
                        set->path[left->source], -apart_mm);
    if (set->count == 0)
        return dvk_fail(DVK_ERR_INVALID, "%s: no named label has voxels on the scan's grid",
                        set->sources ? set->path[0] : "--voi");
    return DVK_OK;
}

dvk_status dvk_voi_read(const dvk_voi_source *sources, size_t count, const dvk_voi_options *options,
                        const dvk_geometry *scan, dvk_voi_set **out)
{
    dvk_status status = DVK_OK;
    reading r = {.options = options, .scan = scan};
    *out = NULL;
    DVK_TRY(check_options(options, scan));
    DVK_TRY(dvk_alloc(1, sizeof *r.set, &r.set));
    DVK_TRY_DONE(dvk_alloc(count, sizeof *r.set->path, &r.set->path));
    DVK_TRY_DONE(dvk_alloc(count, sizeof *r.set->sha256, &r.set->sha256));
    for (r.source = 0; r.source < count; r.source++) {
        DVK_TRY_DONE(dvk_strdup(sources[r.source].path, &r.set->path[r.source]));
        r.set->sources++;
        DVK_TRY_DONE(read_source(&r, &sources[r.source]));
    }
    DVK_TRY_DONE(check_kidneys(r.set, options));
    *out = r.set;
    r.set = NULL;
done:
    dvk_voi_set_free(r.set);
    return status;
}
