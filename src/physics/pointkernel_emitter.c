/* Nuclides as emitters: their two tables, or local deposition for alpha chains. */
#include <stdio.h>
#include <string.h>

#include "base/fail.h"
#include "physics/pointkernel.h"

void dvk_emitter_free(dvk_emitter *e)
{
    dvk_shells_free(&e->electron);
    dvk_shells_free(&e->photon);
    *e = (dvk_emitter){0};
}

static void make_local(const dvk_nuclide *n, dvk_emitter *out)
{
    out->electron_keV = out->local_keV = n->electron_keV;
    snprintf(
        out->source, sizeof out->source,
        "charged energy of the whole %s chain (%s) left at the source: daughters stay put, photons left out, no RBE",
        n->name, n->energy_source);
}

static dvk_status load_tables(const dvk_nuclide *n, const char *electron, const char *photon, dvk_emitter *out)
{
    const bool has_photons = dvk_shells_known(photon);
    DVK_TRY(dvk_shells_embedded(electron, &out->electron));
    dvk_shells_join_noise(&out->electron);
    if (has_photons)
        DVK_TRY(dvk_shells_embedded(photon, &out->photon));
    out->electron_keV = n->electron_keV;
    out->photon_keV = has_photons ? n->photon_keV : 0;
    snprintf(out->source, sizeof out->source, "point kernels in water: electrons PenRed 1.14.0%s; emission %s",
             has_photons ? ", photons EGSnrc 2025-12" : "", n->energy_source);
    return DVK_OK;
}

dvk_status dvk_emitter_of_nuclide(const char *name, dvk_emitter *out)
{
    const dvk_nuclide *n = NULL;
    char electron[64], photon[64];
    *out = (dvk_emitter){0};
    DVK_TRY(dvk_nuclide_find(name, &n));
    snprintf(out->name, sizeof out->name, "%s", n->name);
    snprintf(electron, sizeof electron, "dpk_electron_%s.csv", n->name);
    snprintf(photon, sizeof photon, "dpk_photon_%s.csv", n->name);
    if (!dvk_shells_known(electron)) {
        make_local(n, out);
        return DVK_OK;
    }
    const dvk_status status = load_tables(n, electron, photon, out);
    if (status != DVK_OK)
        dvk_emitter_free(out);
    return status;
}

dvk_status dvk_emitter_point(const dvk_emitter *e, dvk_component component, dvk_point_kernel *out)
{
    const bool electrons = e->electron.count && component != DVK_COMPONENT_PHOTON;
    const bool photons = e->photon.count && component != DVK_COMPONENT_ELECTRON;
    dvk_point_kernel a = {0}, b = {0};
    dvk_status status = DVK_OK;
    *out = (dvk_point_kernel){0};
    if (electrons)
        DVK_TRY_DONE(dvk_point_create(&e->electron, DVK_SHELL_SMOOTH, &a));
    if (photons)
        DVK_TRY_DONE(dvk_point_create(&e->photon, DVK_SHELL_SMOOTH, &b));
    if (electrons && photons) {
        DVK_TRY_DONE(dvk_point_add(&a, &b, out));
    } else {
        *out = electrons ? a : b;
        a = b = (dvk_point_kernel){0};
    }
done:
    dvk_point_free(&a);
    dvk_point_free(&b);
    return status;
}
