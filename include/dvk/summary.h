/*
 * The summary of one cycle: what `summary.json`, `kidneys.tsv` and the report show. Plain data; NaN is "not known"
 * (null).
 */
#ifndef DVK_SUMMARY_H
#define DVK_SUMMARY_H

#include <stddef.h>

#include "dvk/kernel.h"
#include "dvk/series.h"
#include "dvk/timefit.h"
#include "dvk/voi.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { DVK_MAX_FLAGS = 16, DVK_FLAG_SIZE = 160, DVK_MAX_WARNINGS = 64, DVK_WARNING_SIZE = 256 };

typedef struct dvk_roi_summary {
    char name[DVK_NAME_SIZE];
    double volume_mL, mass_g;
    size_t voxels;
    double activity_MBq[DVK_MAX_SCANS]; /* at each scan's start, after recovery correction */
    dvk_curve curve;                    /* amplitudes in MBq */
    double tia_MBqh;                    /* sum of the map */
    double tia_curve_MBqh;              /* of the VOI's curve */
    double tiac_h;                      /* tia_MBqh / injected */
    double tail_fraction;
    double u_tia_rel, u_dose_rel, u_bed_rel;
    double u_calibration, u_recovery, u_volume, u_fit; /* relative terms of u_dose_rel; NaN where not given */
    char u_missing[DVK_FLAG_SIZE];                     /* the terms that u_dose_rel lacks, in words; "" for none */
    double u_volume_rel;                               /* u(V)/V itself */
    double recovery;
    double dose_recovered_Gy, bed_recovered_Gy; /* mean dose of the map / recovery, and its BED; NaN without recovery */
    double dose_mean_Gy, dose_sd_Gy, dose_min_Gy, dose_max_Gy;
    double d98_Gy, d95_Gy, d90_Gy, d50_Gy, d10_Gy, d2_Gy;
    double v5_percent, v10_percent, v15_percent, v20_percent; /* V_x: share of the volume that gets at least x Gy */
    double dose_hottest_1mL_Gy;
    double dose_per_activity_Gy_GBq;
    double dose_local_Gy, dose_s_value_Gy; /* cross-checks: local deposition, OLINDA-type S value by mass (kidneys) */
    double alpha_beta_Gy, repair_half_time_h;
    double g_factor, bed_Gy, eqd2_Gy, bed_voxel_mean_Gy, eubed_Gy, geud_Gy;
    double clipped_density_fraction;
    double centroid_drift_mm; /* of activity between scans, largest */
    size_t status_voxels_fallback, status_voxels_clamped, status_voxels_negative;
    size_t status_voxels_zero, status_voxels_tail;
    size_t status_voxels_model[DVK_MODEL_COUNT]; /* by the model that gave a voxel's TIA */
    double fallback_activity_fraction;           /* these as shares of the sum of |TIA| */
    double clamped_tia_fraction, tail_tia_fraction, negative_tia_fraction;
    double model_tia_fraction[DVK_MODEL_COUNT];
    size_t flag_count;
    char flags[DVK_MAX_FLAGS][DVK_FLAG_SIZE];
} dvk_roi_summary;

/*
 * Where the emitted energy went: emitted = deposited + left_grid + cut + beyond_tables, each found apart. The kernel's
 * own energy past the grid's faces, and all that its tables leave outside a box which covers the grid, has left the
 * grid; what a smaller box leaves out is cut; what the tables themselves do not hold (past 500 mm, escaped) is beyond
 * them.
 */
typedef struct dvk_balance {
    double activity_MBq[DVK_MAX_SCANS];
    double tia_MBqh;
    double energy_emitted_J;
    double energy_deposited_J; /* sum of D rho V on the grid */
    double energy_left_grid_J;
    double energy_cut_J;
    double energy_beyond_tables_J;
    double negative_tia_fraction; /* -(sum of negative TIA) / (sum of |TIA|) */
} dvk_balance;

typedef struct dvk_summary {
    char nuclide[32];
    double half_life_h;
    double injected_MBq;
    size_t scans;
    double times_h[DVK_MAX_SCANS];
    dvk_kernel_record kernel;
    dvk_integration method;
    char model[32], engine[16], density[64], backend[16], device[160], device_reason[160];
    dvk_balance balance;
    size_t roi_count;
    dvk_roi_summary *rois;
    size_t warning_count;
    char warnings[DVK_MAX_WARNINGS][DVK_WARNING_SIZE];
} dvk_summary;

#ifdef __cplusplus
}
#endif
#endif
