/* One case through many methods: the work that methods share is done once. */
#include "pipeline/methods/methods.h"

#include <math.h>
#include <omp.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "backend/context.h"
#include "base/alloc.h"
#include "base/fail.h"
#include "physics/roi.h"

enum { CHOICES = DVK_METHODS_CHOICES, NO_KERNEL = CHOICES };

typedef struct workshop {
    dvk_methods *m;
    const dvk_methods_options *options;
    dvk_methods_plan plan;
    dvk_case_options of_case; /* what the case under work sees */
    dvk_case k;
    dvk_series *all;                            /* every scan; the case sees some */
    dvk_voi_set *vois[CHOICES];                 /* of files among the choices; else NULL */
    dvk_voi_set *own_vois;                      /* the case's */
    dvk_voi_set *voi_at[DVK_MAX_SCANS];         /* the case's, of every scan; else NULL */
    dvk_kernel *kernel[CHOICES];                /* NULL until one is needed */
    dvk_convolver *convolver[CHOICES][CHOICES]; /* by kernel and engine */
    dvk_volume *density[CHOICES + 1][CHOICES];  /* by kernel, or NO_KERNEL: they fill up with its medium; by density */
    size_t done;
} workshop;

static size_t choices(const workshop *w, dvk_axis_of axis)
{
    return w->m->axis[axis].count;
}

/* The method that makes these choices. */
static size_t method_at(const workshop *w, const size_t choice[DVK_AXES])
{
    size_t method = 0;
    for (int a = 0; a < DVK_AXES; a++)
        method = method * w->m->axis[a].count + choice[a];
    return method;
}

/* --- steps --- */

/* The scans that a choice of points keeps, as a series of its own that lends everything from the whole one. */
static dvk_series series_of(const workshop *w, size_t choice)
{
    dvk_series s = *w->all;
    s.scans = w->plan.scans[choice];
    if (s.files > 1)
        s.files = s.scans;
    for (size_t i = 0; i < s.scans; i++) {
        const size_t from = w->plan.scan[choice][i];
        s.facts[i] = w->all->facts[from];
        s.frame[i] = w->all->frame[from];
        s.counts[i] = w->all->counts[from];
        s.activity_MBq[i] = w->all->activity_MBq[from];
        if (w->all->files > 1)
            s.path[i] = w->all->path[from];
    }
    return s;
}

/* The case sees these scans: those of the choice of points, or all of them where that is NULL. */
static void take_series(workshop *w, dvk_series *s, const size_t *scan)
{
    w->k.series = s;
    w->k.summary->scans = s->scans;
    for (size_t i = 0; i < s->scans; i++) {
        w->k.summary->times_h[i] = dvk_series_time_h(s, i);
        w->k.voi_at[i] = w->voi_at[scan ? scan[i] : i];
    }
}

/* The kernel of a choice, made or read at its first use. */
static dvk_status take_kernel(workshop *w, size_t choice)
{
    if (!w->kernel[choice]) {
        w->of_case.kernel_path = w->plan.kernel_file[choice] ? w->m->axis[DVK_AXIS_KERNEL].label[choice] : NULL;
        w->of_case.kernel_radius_mm = w->plan.radius_mm[choice];
        w->k.kernel = NULL;
        const dvk_status status = dvk_case_kernel(&w->k);
        w->kernel[choice] = w->k.kernel;
        DVK_TRY(status);
    }
    w->k.kernel = w->kernel[choice];
    return DVK_OK;
}

/* Dose in the kernel's medium, Gy, from the case's TIA map. */
static dvk_status medium_dose(workshop *w, const size_t choice[DVK_AXES], dvk_volume **dose, double *density_g_mL)
{
    const size_t kernel = choice[DVK_AXIS_KERNEL], engine = choice[DVK_AXIS_ENGINE];
    dvk_case *k = &w->k;
    *density_g_mL = w->of_case.medium_density_g_mL;
    if (w->plan.engine[engine] == DVK_ENGINE_LOCAL)
        return dvk_dose_local(k->tia, k->nuclide, *density_g_mL, dose);
    DVK_TRY(take_kernel(w, kernel));
    if (!isnan(dvk_kernel_info(k->kernel)->density_g_mL))
        *density_g_mL = dvk_kernel_info(k->kernel)->density_g_mL;
    if (!w->convolver[kernel][engine])
        DVK_TRY(dvk_convolver_create(k->context, &k->geometry, k->kernel, w->plan.engine[engine],
                                     dvk_geometry_voxel_mL(&k->geometry), true, &w->convolver[kernel][engine]));
    DVK_TRY(dvk_volume_create(&k->geometry, 1, dose));
    return dvk_convolver_run(w->convolver[kernel][engine], dvk_volume_values(k->tia), dvk_volume_data(*dose));
}

/* The case's dose by a choice of density: a corrected copy of the one in the medium. */
static dvk_status correct(workshop *w, const size_t choice[DVK_AXES], const dvk_volume *medium, double medium_g_mL)
{
    const size_t which = choice[DVK_AXIS_DENSITY], voxels = dvk_geometry_voxels(&w->k.geometry);
    const bool local = w->plan.engine[choice[DVK_AXIS_ENGINE]] == DVK_ENGINE_LOCAL;
    const char *label = w->m->axis[DVK_AXIS_DENSITY].label[which];
    dvk_volume **density = &w->density[local ? NO_KERNEL : choice[DVK_AXIS_KERNEL]][which];
    DVK_TRY(dvk_volume_create(&w->k.geometry, 1, &w->k.dose));
    memcpy(dvk_volume_data(w->k.dose), dvk_volume_values(medium), voxels * sizeof(float));
    w->k.density = NULL;
    if (strcmp(label, "none") == 0)
        return DVK_OK;
    if (!*density)
        DVK_TRY(dvk_case_density(&w->k, label, medium_g_mL, density));
    w->k.density = *density;
    return dvk_density_correct(dvk_volume_data(w->k.dose), dvk_volume_values(*density), voxels, medium_g_mL);
}

/* --- one method's numbers --- */

static void forget_dvhs(dvk_case *k)
{
    for (size_t i = 0; k->dvh && i < k->summary->roi_count; i++)
        dvk_dvh_free(k->dvh[i]);
    dvk_free(k->dvh);
    k->dvh = NULL;
}

static void take_vois(workshop *w, dvk_voi_set *vois)
{
    w->k.vois = vois;
    w->k.summary->roi_count = dvk_voi_count(vois);
}

static const dvk_roi_summary *find_roi(const dvk_summary *s, const char *name)
{
    for (size_t i = 0; i < s->roi_count; i++)
        if (strcmp(s->rois[i].name, name) == 0)
            return &s->rois[i];
    return NULL;
}

static void keep_values(const dvk_roi_summary *r, bool recovered, double *value)
{
    const bool corrected = recovered && r->recovery != 1;
    value[DVK_OF_TIA] = corrected ? r->tia_MBqh / r->recovery : r->tia_MBqh;
    value[DVK_OF_DOSE] = corrected ? r->dose_recovered_Gy : r->dose_mean_Gy;
    value[DVK_OF_BED] = corrected ? r->bed_recovered_Gy : r->bed_Gy;
}

/* The VOIs' values by a choice of VOIs; a VOI that a file does not have stays without. */
static dvk_status take_values(workshop *w, const size_t choice[DVK_AXES])
{
    const size_t which = choice[DVK_AXIS_VOI], method = method_at(w, choice);
    take_vois(w, w->vois[which] ? w->vois[which] : w->own_vois);
    w->of_case.voi_grid = w->plan.voi_grid[which];
    dvk_status status = dvk_case_measure(&w->k);
    if (status == DVK_OK)
        status = dvk_case_rois(&w->k);
    forget_dvhs(&w->k);
    for (size_t v = 0; status == DVK_OK && v < w->m->voi_count; v++) {
        const dvk_roi_summary *r = find_roi(w->k.summary, w->m->voi[v].name);
        if (r)
            keep_values(r, w->plan.recovered[which], w->m->value + (method * w->m->voi_count + v) * DVK_QUANTITIES);
    }
    take_vois(w, w->own_vois);
    return status;
}

/* Every choice of VOIs on one dose map. */
static dvk_status every_voi(workshop *w, size_t choice[DVK_AXES], const dvk_volume *medium, double density_g_mL)
{
    dvk_status status = correct(w, choice, medium, density_g_mL);
    for (size_t v = 0; status == DVK_OK && v < choices(w, DVK_AXIS_VOI); v++) {
        choice[DVK_AXIS_VOI] = v;
        status = take_values(w, choice);
        dvk_context_progress(w->k.context, "methods", (double)++w->done / (double)w->m->count);
    }
    dvk_volume_free(w->k.dose);
    w->k.dose = NULL;
    return status == DVK_OK ? dvk_context_check(w->k.context) : status;
}

/* Every kernel, engine and density on the case's TIA map. */
static dvk_status every_dose(workshop *w, size_t choice[DVK_AXES])
{
    for (size_t kernel = 0; kernel < choices(w, DVK_AXIS_KERNEL); kernel++)
        for (size_t engine = 0; engine < choices(w, DVK_AXIS_ENGINE); engine++) {
            dvk_volume *medium = NULL;
            double density_g_mL = 0;
            choice[DVK_AXIS_KERNEL] = kernel;
            choice[DVK_AXIS_ENGINE] = engine;
            dvk_status status = medium_dose(w, choice, &medium, &density_g_mL);
            for (size_t d = 0; status == DVK_OK && d < choices(w, DVK_AXIS_DENSITY); d++) {
                choice[DVK_AXIS_DENSITY] = d;
                status = every_voi(w, choice, medium, density_g_mL);
            }
            dvk_volume_free(medium);
            DVK_TRY(status);
        }
    return DVK_OK;
}

/* Why the methods with these points and this curve have no values: the data cannot carry them. */
static void note_all(workshop *w, const size_t choice[DVK_AXES])
{
    for (size_t i = 0; i < w->m->count; i++)
        if (dvk_methods_choice(w->m, i, DVK_AXIS_POINTS) == choice[DVK_AXIS_POINTS] &&
            dvk_methods_choice(w->m, i, DVK_AXIS_CURVE) == choice[DVK_AXIS_CURVE] &&
            dvk_methods_choice(w->m, i, DVK_AXIS_TAIL) == choice[DVK_AXIS_TAIL]) {
            snprintf(w->m->note[i], DVK_METHODS_NOTE, "%s", dvk_last_message());
            w->done++;
        }
}

static dvk_status one_curve(workshop *w, size_t choice[DVK_AXES])
{
    dvk_integration how = w->plan.curve[choice[DVK_AXIS_CURVE]];
    how.tail = w->plan.tail[choice[DVK_AXIS_TAIL]];
    w->of_case.integration = how;
    w->of_case.roi.curve = how.scope == DVK_SCOPE_VOI ? how : w->options->of_case.roi.curve;
    dvk_status status = dvk_integrate(w->k.context, w->k.series, &how, &w->k.tia, &w->k.status, NULL);
    if (status == DVK_OK && how.scope == DVK_SCOPE_VOI)
        status = dvk_case_scope(&w->k);
    if (status == DVK_OK) {
        status = every_dose(w, choice);
    } else if (status == DVK_ERR_INVALID || status == DVK_ERR_USAGE) {
        note_all(w, choice);
        status = DVK_OK;
    }
    dvk_volume_free(w->k.tia);
    dvk_volume_free(w->k.status);
    w->k.tia = w->k.status = NULL;
    return status;
}

static dvk_status every_method(workshop *w)
{
    size_t choice[DVK_AXES] = {0};
    for (size_t p = 0; p < choices(w, DVK_AXIS_POINTS); p++) {
        dvk_series some = series_of(w, p);
        take_series(w, &some, w->plan.scan[p]);
        choice[DVK_AXIS_POINTS] = p;
        for (size_t i = 0; i < choices(w, DVK_AXIS_CURVE) * choices(w, DVK_AXIS_TAIL); i++) {
            choice[DVK_AXIS_CURVE] = i / choices(w, DVK_AXIS_TAIL);
            choice[DVK_AXIS_TAIL] = i % choices(w, DVK_AXIS_TAIL);
            const dvk_status status = one_curve(w, choice);
            w->k.series = w->all; /* `some` ends here */
            DVK_TRY(status);
            w->k.series = &some;
        }
        take_series(w, w->all, NULL);
    }
    return DVK_OK;
}

/* --- from start to end --- */

/* The label maps among the choices, and a summary with room for each. */
static dvk_status read_vois(workshop *w)
{
    size_t most = dvk_voi_count(w->own_vois);
    for (size_t i = 0; i < choices(w, DVK_AXIS_VOI); i++) {
        const dvk_voi_source source = {.path = w->plan.voi_file[i]};
        if (!source.path[0])
            continue;
        DVK_TRY(dvk_voi_read(&source, 1, &w->of_case.voi, &w->k.geometry, &w->vois[i]));
        most = dvk_voi_count(w->vois[i]) > most ? dvk_voi_count(w->vois[i]) : most;
    }
    dvk_free(w->k.summary->rois);
    w->k.summary->rois = NULL;
    return dvk_alloc(most, sizeof *w->k.summary->rois, &w->k.summary->rois);
}

static dvk_status prepare(workshop *w)
{
    dvk_methods *m = w->m;
    const dvk_status status = dvk_case_read(&w->k);
    memcpy(w->voi_at, w->k.voi_at, sizeof w->voi_at); /* what was read is freed, failed or not */
    DVK_TRY(status);
    w->all = w->k.series;
    w->own_vois = w->k.vois;
    DVK_TRY(dvk_methods_plan_make(w->options, dvk_series_scans(w->all), m, &w->plan));
    DVK_TRY(read_vois(w));
    m->reference = w->options->reference;
    if (m->reference < 1 || m->reference > m->count)
        return dvk_fail(DVK_ERR_USAGE, "--reference: there are methods 1 to %zu", m->count);
    m->voi_count = w->k.summary->roi_count;
    DVK_TRY(dvk_alloc(m->voi_count, sizeof *m->voi, &m->voi));
    DVK_TRY(dvk_alloc(m->count * m->voi_count * DVK_QUANTITIES, sizeof *m->value, &m->value));
    DVK_TRY(dvk_alloc(m->count, sizeof *m->note, &m->note));
    for (size_t i = 0; i < m->count * m->voi_count * DVK_QUANTITIES; i++)
        m->value[i] = NAN;
    for (size_t v = 0; v < m->voi_count; v++) {
        snprintf(m->voi[v].name, sizeof m->voi[v].name, "%s", dvk_voi_at(w->k.vois, v)->name);
        for (int q = 0; q < DVK_QUANTITIES; q++)
            m->voi[v].truth[q] = NAN;
    }
    return w->options->truth ? dvk_methods_truth(w->options->truth, &w->of_case.roi, m) : DVK_OK;
}

static void close_workshop(workshop *w)
{
    for (size_t i = 0; i < CHOICES; i++)
        for (size_t j = 0; j < CHOICES; j++)
            dvk_convolver_free(w->convolver[i][j]);
    for (size_t i = 0; i <= NO_KERNEL; i++)
        for (size_t j = 0; j < CHOICES; j++)
            dvk_volume_free(w->density[i][j]);
    for (size_t i = 0; i < CHOICES; i++) {
        dvk_kernel_free(w->kernel[i]);
        dvk_voi_set_free(w->vois[i]);
    }
    for (size_t i = 0; i < DVK_MAX_SCANS; i++)
        dvk_voi_set_free(w->voi_at[i]);
    dvk_methods_plan_clear(&w->plan);
    dvk_series_free(w->k.series);
    dvk_voi_set_free(w->k.vois);
    dvk_free(w->k.activity);
    dvk_reads_clear(&w->k.reads);
    dvk_summary_free(w->k.summary);
}

static double seconds_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

dvk_status dvk_methods_run(dvk_context *c, const dvk_methods_options *o, dvk_methods **out)
{
    workshop *w = NULL;
    dvk_status status = DVK_OK;
    const int threads = omp_get_max_threads();
    *out = NULL;
    DVK_TRY(dvk_alloc(1, sizeof *w, &w));
    omp_set_num_threads(dvk_context_threads(c)); /* of loops that know no context */
    w->options = o;
    w->of_case = o->of_case;
    w->k = (dvk_case){.options = &w->of_case, .context = c};
    DVK_TRY_DONE(dvk_alloc(1, sizeof *w->m, &w->m));
    dvk_reads_into(&w->k.reads);
    DVK_TRY_DONE(prepare(w));
    const double started = seconds_now();
    DVK_TRY_DONE(every_method(w));
    w->m->seconds = seconds_now() - started;
    dvk_methods_share(w->m);
    if (o->of_case.out)
        DVK_TRY_DONE(dvk_methods_write(w->m, o, &w->k));
    *out = w->m;
    w->m = NULL;
done:
    dvk_reads_into(NULL);
    dvk_methods_free(w->m);
    close_workshop(w);
    dvk_free(w);
    omp_set_num_threads(threads);
    return status;
}

void dvk_methods_free(dvk_methods *m)
{
    if (m) {
        dvk_free(m->voi);
        dvk_free(m->value);
        dvk_free(m->note);
    }
    dvk_free(m);
}
