/* See patient.h. */
#include "support/patient.h"

#include <string.h>
#include <unistd.h>

static char paths[5][4096];
static const char *scans[4] = {paths[0], paths[1], paths[2], paths[3]};
static dvk_voi_source labels = {.path = paths[4]};

void patient_needed(void)
{
    shared_file("cases/lu177-dotatate/kidneys_dseg.nii.gz");
}

dvk_case_options patient_options(const char *kind)
{
    static const char *const hours[] = {"004h", "024h", "096h", "168h"};
    for (int i = 0; i < 4; i++)
        snprintf(paths[i], sizeof paths[i], "%s/cases/lu177-dotatate/%s_%s.nii.gz", DVK_SHARED, kind, hours[i]);
    snprintf(paths[4], sizeof paths[4], "%s/cases/lu177-dotatate/kidneys_dseg.nii.gz", DVK_SHARED);
    dvk_case_options o = dvk_case_default();
    o.scans = scans;
    o.scan_count = 4;
    o.voi_sources = &labels;
    o.voi_source_count = 1;
    o.integration.model = DVK_MODEL_TRAPEZOID;
    o.medium_density_g_mL = 1;
    return o;
}

dvk_summary *patient_run(const dvk_case_options *options, const char *device, const char **out)
{
    static char folder[4200];
    static int runs;
    const dvk_context_options context = {.device = device, .fallback = DVK_FALLBACK_NONE};
    dvk_case_options o = *options;
    dvk_context *c = NULL;
    dvk_summary *s = NULL;
    /* Tests of one program fork, and share its scratch folder. */
    snprintf(folder, sizeof folder, "%s/run-%d-%d", scratch_folder(), (int)getpid(), runs++);
    o.out = folder;
    ck_ok(dvk_context_open(&context, &c));
    ck_ok(dvk_case_run(c, &o, &s));
    dvk_context_close(c);
    if (out)
        *out = folder;
    return s;
}

const dvk_roi_summary *patient_roi(const dvk_summary *s, const char *name)
{
    for (size_t i = 0; i < s->roi_count; i++)
        if (strcmp(s->rois[i].name, name) == 0)
            return &s->rois[i];
    ck_abort_msg("no VOI %s", name);
    return NULL;
}
