/*
 * The series behind include/dvk/series.h, for its own files.
 */
#ifndef DVK_PHYSICS_SERIES_H
#define DVK_PHYSICS_SERIES_H

#include "dvk/series.h"

#include "base/text.h"
#include "physics/scan_facts.h"

struct dvk_series {
    size_t files, scans; /* one 4-D file holds all scans, else each scan is a file */
    char *path[DVK_MAX_SCANS];
    dvk_volume *volume[DVK_MAX_SCANS];
    dvk_geometry geometry; /* the first file's */
    double injected_MBq;
    dvk_scan_facts facts[DVK_MAX_SCANS];
    float *frame[DVK_MAX_SCANS]; /* lent by the volumes */
    dvk_voxel_counts counts[DVK_MAX_SCANS];
    double activity_MBq[DVK_MAX_SCANS];
    bool zero_nonfinite;
    struct {
        dvk_status status; /* of reading a file's voxels */
        char message[1024];
    } read[DVK_MAX_SCANS];
    dvk_text warnings; /* each ends with NUL */
    size_t warning_count;
};

enum { DVK_SCAN_LABEL_SIZE = 600 };

/* "FILE" or "FILE, frame 3"; returns `label`. */
const char *dvk_series_scan_label(const dvk_series *s, size_t scan, char label[DVK_SCAN_LABEL_SIZE]);

/*
 * dvk_series_read in steps, for who has more to read meanwhile: headers and facts of all scans; the voxels of each file
 * (0 to files - 1), in any thread; then what is wrong with the first of them that cannot be read, and the warnings.
 */
dvk_status dvk_series_open(const char *const *paths, size_t count, const dvk_series_options *options,
                           dvk_series **out) DVK_MUST_USE;
void dvk_series_read_file(dvk_series *s, size_t file);
dvk_status dvk_series_complete(dvk_series *s) DVK_MUST_USE;

/* Reads headers and sidecars but no voxels; fails as dvk_series_read would. *out is the scans' grid. */
dvk_status dvk_series_inspect(const char *const *paths, size_t count, const dvk_series_options *options,
                              dvk_geometry *out) DVK_MUST_USE;

/* Frees all voxels, for who has made what he needs of them; dvk_series_frame gives NULL then. */
void dvk_series_drop_voxels(dvk_series *s);

/* Writes the warnings of a series that was read. */
dvk_status dvk_series_check(dvk_series *s) DVK_MUST_USE;

#endif
