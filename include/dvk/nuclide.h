/*
 * Radionuclides that dvkit knows: half-life (ICRP 107) and emitted energies as in the shipped point-kernel tables.
 */
#ifndef DVK_NUCLIDE_H
#define DVK_NUCLIDE_H

#include <stddef.h>

#include "dvk/status.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct dvk_nuclide {
    const char *name;    /* "Lu-177" */
    double half_life_h;  /* ICRP 107 */
    double electron_keV; /* emitted electron energy per decay, from the table's header; alphas for chains */
    double photon_keV; /* emitted photon energy per decay, from the table's header; NaN where there is none (chains) */
    const char *energy_source; /* "DDEP" or "ICRP 107" */
} dvk_nuclide;

/*
 * Finds a nuclide by any usual spelling (Lu-177, Lu177, 177Lu, lu_177), case aside; lends a static record.
 * DVK_ERR_USAGE for an unknown one, with the known ones and the nearest in the message.
 */
DVK_API DVK_MUST_USE dvk_status dvk_nuclide_find(const char *name, const dvk_nuclide **out);

/* The i-th nuclide, NULL past the last. */
DVK_API const dvk_nuclide *dvk_nuclide_at(size_t i);

/* Decay constant ln 2 / T in 1/h. */
DVK_API double dvk_decay_constant_per_h(double half_life_h);

#ifdef __cplusplus
}
#endif
#endif
