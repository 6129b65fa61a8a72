/*
 * Point kernels: the energy that a point source leaves at each distance in water, from tables of shells or summed.
 *
 * Lengths are mm of liquid water at 1 g/mL, energies keV per decay. A shell table says how much energy lies between two
 * radii; in between, E(r) is either uniform in each shell or a quadratic a shell that keeps every shell's energy,
 * never falls below zero and meets its neighbours without a step.
 */
#ifndef DVK_PHYSICS_POINTKERNEL_H
#define DVK_PHYSICS_POINTKERNEL_H

#include <stdbool.h>
#include <stddef.h>

#include "dvk/kernel.h"
#include "dvk/nuclide.h"

/* A table as it was computed: shells from edge[i] to edge[i + 1]. */
typedef struct dvk_shells {
    size_t count;
    double *edge_mm;   /* [count + 1], rising from 0 */
    double *energy;    /* [count] keV in the shell */
    double *sigma_rel; /* [count] relative 1 sigma; 0 where not known */
} dvk_shells;

void dvk_shells_free(dvk_shells *s);
dvk_status dvk_shells_create(size_t count, dvk_shells *out) DVK_MUST_USE;

/* The shells of an embedded table, such as "dpk_electron_Lu-177.csv"; DVK_ERR_INTERNAL when it is not there. */
dvk_status dvk_shells_embedded(const char *name, dvk_shells *out) DVK_MUST_USE;
bool dvk_shells_known(const char *name);

/* Reads the text of a table: r_lo, r_hi, MeV, fraction, relative error; '#' starts a comment. DVK_ERR_INVALID names the
 * line of a table with gaps, overlaps, negative energies or missing numbers. `name` is for the message. */
dvk_status dvk_shells_parse(const char *name, const char *text, dvk_shells *out) DVK_MUST_USE;

/* Joins neighbouring shells while their energy is known worse than 5 % and they are thinner than 1/8 of their radius:
 * the bremsstrahlung tail, where single shells are noise. Energy and variance add. */
void dvk_shells_join_noise(dvk_shells *s);

enum { DVK_POINT_MOMENTS = 4 };

/* E(r) as one quadratic a piece: E = p0 + p1 t + p2 t^2 with t = r - edge, keV/mm. */
typedef struct dvk_point_kernel {
    size_t pieces;
    double *edge_mm;                     /* [pieces + 1]; beyond the last E is zero */
    double (*coefficient)[3];            /* [pieces] */
    double (*moment)[DVK_POINT_MOMENTS]; /* [pieces + 1] integral of E(r) r^m from 0 to the edge */
    unsigned *first;                     /* [4096 + 1] piece that holds the start of each 1/4096 of the range */
    double cells_per_mm;                 /* of `first` */
} dvk_point_kernel;

typedef enum dvk_shape_in_shell { DVK_SHELL_UNIFORM, DVK_SHELL_SMOOTH } dvk_shape_in_shell;

dvk_status dvk_point_create(const dvk_shells *s, dvk_shape_in_shell shape, dvk_point_kernel *out) DVK_MUST_USE;

/* The sum of two point kernels, exactly: on the edges of both. */
dvk_status dvk_point_add(const dvk_point_kernel *a, const dvk_point_kernel *b, dvk_point_kernel *out) DVK_MUST_USE;
void dvk_point_free(dvk_point_kernel *k);

double dvk_point_density(const dvk_point_kernel *k, double r_mm); /* E(r), keV/mm */
/* E(r) / r^2 at each r2[i] = r^2 > 0; at most DVK_POINT_NODES at once. */
enum { DVK_POINT_NODES = 576 };
void dvk_point_fluence(const dvk_point_kernel *k, size_t count, const double *r2, double *out);
void dvk_point_moments(const dvk_point_kernel *k, double r_mm, double out[DVK_POINT_MOMENTS]); /* 0 to r */
double dvk_point_energy(const dvk_point_kernel *k);                                            /* all of it, keV */
double dvk_point_range(const dvk_point_kernel *k);                                             /* last edge, mm */

/* What a source emits per decay, and where in water that energy stays. */
typedef struct dvk_emitter {
    char name[32];       /* nuclide, or "" for an emission list */
    char source[160];    /* where the numbers come from, in words */
    dvk_shells electron; /* count 0: none */
    dvk_shells photon;   /* count 0: none */
    double electron_keV; /* emitted by electrons, the energy left at the source included */
    double photon_keV;   /* emitted by photons; 0 where there is no table for them */
    double local_keV;    /* the part of electron_keV that is left at the source itself */
} dvk_emitter;

/* A nuclide by its tables; an alpha chain as local deposition of its charged energy. DVK_ERR_USAGE for an unknown one.
 */
dvk_status dvk_emitter_of_nuclide(const char *name, dvk_emitter *out) DVK_MUST_USE;

/* An emission list: TSV with the columns kind (electron or photon), energy_keV, yield (per decay). Electrons up to 2
 * MeV, those below 10 keV left at the source; photons from 20 to 500 keV; DVK_ERR_INVALID names the line of any other.
 */
dvk_status dvk_emitter_of_list(const char *path, dvk_emitter *out) DVK_MUST_USE;
void dvk_emitter_free(dvk_emitter *e);

/* The point kernel of one component, or of both; pieces is 0 where nothing leaves the source. */
dvk_status dvk_emitter_point(const dvk_emitter *e, dvk_component component, dvk_point_kernel *out) DVK_MUST_USE;

#endif
