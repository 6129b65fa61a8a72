/*
 * Emission lists: any spectrum as a sum over the mono-energetic tables.
 *
 * A table at energy E says within which radius r(q, E) the fraction q of the emitted energy stays. For an energy
 * between the tables, ln r is interpolated over ln E at each q with the four nearest tables that reach that q (a
 * cubic): ranges and mean free paths are near to powers of the energy, so the curves are smooth where E(r) itself is
 * not. The fractions stay ordered, and what a table loses (bremsstrahlung, photons beyond 500 mm) stays lost.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "data/table.h"
#include "physics/pointkernel.h"

enum { MOST_TABLES = 8, NEAREST = 4, FRACTIONS = 400, ELECTRON_SHELLS = 320 };

/* The mono-energetic tables of one kind, with cumulative fractions. */
typedef struct family {
    const char *kind;
    size_t count;
    double energy_keV[MOST_TABLES];
    dvk_shells shells[MOST_TABLES];  /* energy[] holds cumulative fractions up to each shell's outer edge */
    dvk_shells *out;                 /* the sum, keV */
    double *emitted_keV, *local_keV; /* of the emitter */
} family;

static const double electron_tables[] = {10, 50, 100, 200, 500, 1000, 2000};
static const double photon_tables[] = {20, 50, 113, 208, 364, 500};

static void free_family(family *f)
{
    for (size_t i = 0; i < f->count; i++)
        dvk_shells_free(&f->shells[i]);
}

static dvk_status load_family(const char *kind, const double *energies, size_t count, family *f)
{
    f->kind = kind;
    for (size_t i = 0; i < count; i++) {
        char name[64];
        dvk_shells *s = &f->shells[i];
        snprintf(name, sizeof name, "dpk_mono%s_%gkeV.csv", kind, energies[i]);
        DVK_TRY(dvk_shells_embedded(name, s));
        f->energy_keV[i] = energies[i];
        f->count = i + 1;
        double sum = 0;
        for (size_t j = 0; j < s->count; j++)
            s->energy[j] = sum += s->energy[j] / energies[i];
    }
    return DVK_OK;
}

/* Radius within which the fraction q of a table's emitted energy stays; q is less than the table's last. */
static double radius_of(const dvk_shells *s, double q)
{
    size_t low = 0, high = s->count - 1;
    while (low < high) {
        const size_t middle = (low + high) / 2;
        if (s->energy[middle] > q)
            high = middle;
        else
            low = middle + 1;
    }
    const double before = low ? s->energy[low - 1] : 0, step = s->energy[low] - before;
    return s->edge_mm[low] + (s->edge_mm[low + 1] - s->edge_mm[low]) * (step > 0 ? (q - before) / step : 0);
}

/* The same between the tables; 0 where fewer than two tables reach q. */
static double interpolated_radius(const family *f, double energy_keV, double q)
{
    size_t reaching[MOST_TABLES], count = 0, below = 0;
    for (size_t i = 0; i < f->count; i++)
        if (f->shells[i].energy[f->shells[i].count - 1] > q) {
            below += f->energy_keV[i] <= energy_keV;
            reaching[count++] = i;
        }
    if (count < 2)
        return 0;
    const size_t points = count < NEAREST ? count : NEAREST;
    size_t from = below > points / 2 ? below - points / 2 : 0;
    if (from + points > count)
        from = count - points;
    double ln_r = 0;
    for (size_t i = 0; i < points; i++) {
        double weight = 1;
        const double at = log(f->energy_keV[reaching[from + i]]);
        for (size_t j = 0; j < points; j++)
            if (j != i) {
                const double other = log(f->energy_keV[reaching[from + j]]);
                weight *= (log(energy_keV) - other) / (at - other);
            }
        ln_r += weight * log(radius_of(&f->shells[reaching[from + i]], q));
    }
    return exp(ln_r);
}

/* Fractions 0 < q < 1, close together at both ends. */
static double fraction(size_t i)
{
    return 0.5 - 0.5 * cos(3.14159265358979323846 * ((double)i + 0.5) / FRACTIONS);
}

/* Adds one line: `keV` emitted per decay at `energy_keV`, spread over the shells by its curve of radius against q. */
static void add_line(family *f, double energy_keV, double keV)
{
    double q_before = 0, r_before = 0;
    size_t shell = 0;
    for (size_t i = 0; i < FRACTIONS && shell < f->out->count; i++) {
        const double q = fraction(i), r = interpolated_radius(f, energy_keV, q);
        if (r <= r_before)
            continue; /* beyond every table, or noise in the last shells */
        const double density = keV * (q - q_before) / (r - r_before);
        double at = r_before;
        while (shell < f->out->count && at < r) {
            const double outer = f->out->edge_mm[shell + 1], to = outer < r ? outer : r;
            f->out->energy[shell] += density * (to - at);
            at = to;
            shell += to == outer;
        }
        q_before = q;
        r_before = r;
    }
}

/* --- the file --- */

static dvk_status outside(const dvk_table *t, size_t row, const family *f, double energy_keV)
{
    return dvk_fail(DVK_ERR_INVALID, "%s: line %zu: an energy of %g keV: the tables hold %ss from %g to %g keV",
                    t->path, t->line[row + 1], energy_keV, f->kind, f->local_keV ? 0 : f->energy_keV[0],
                    f->energy_keV[f->count - 1]);
}

static dvk_status add_row(const dvk_table *t, size_t row, const size_t column[3], family families[2])
{
    const char *kind = dvk_table_cell(t, row, column[0]);
    double energy_keV = 0, yield = 0;
    family *f = strcasecmp(kind, "electron") == 0 ? &families[0]
                : strcasecmp(kind, "photon") == 0 ? &families[1]
                                                  : NULL;
    if (!f)
        return dvk_fail(DVK_ERR_INVALID, "%s: line %zu: kind '%s' is neither electron nor photon", t->path,
                        t->line[row + 1], kind);
    DVK_TRY(dvk_table_number(t, row, column[1], &energy_keV));
    DVK_TRY(dvk_table_number(t, row, column[2], &yield));
    if (!(energy_keV > 0) || !(yield >= 0) || !isfinite(energy_keV) || !isfinite(yield))
        return dvk_fail(DVK_ERR_INVALID, "%s: line %zu: an energy must be above 0 and a yield not below", t->path,
                        t->line[row + 1]);
    if (energy_keV > f->energy_keV[f->count - 1] || (energy_keV < f->energy_keV[0] && !f->local_keV))
        return outside(t, row, f, energy_keV);
    *f->emitted_keV += energy_keV * yield;
    if (energy_keV < f->energy_keV[0])
        *f->local_keV += energy_keV * yield; /* an electron that ends within 3 um */
    else
        add_line(f, energy_keV, energy_keV * yield);
    return DVK_OK;
}

/* Shells to sum into: for electrons 2 % apart from 1 um to 12 mm, for photons those of the tables. Their statistical
 * error is not known: the interpolation's own is larger. */
static dvk_status make_shells(const family *photons, dvk_emitter *out)
{
    const dvk_shells *like = &photons->shells[0];
    DVK_TRY(dvk_shells_create(ELECTRON_SHELLS, &out->electron));
    DVK_TRY(dvk_shells_create(like->count, &out->photon));
    for (size_t i = 0; i < ELECTRON_SHELLS; i++) {
        out->electron.edge_mm[i + 1] = 1e-3 * pow(12e3, (double)i / (ELECTRON_SHELLS - 1));
        out->electron.sigma_rel[i] = NAN;
    }
    for (size_t i = 0; i < like->count; i++) {
        out->photon.edge_mm[i + 1] = like->edge_mm[i + 1];
        out->photon.sigma_rel[i] = NAN;
    }
    return DVK_OK;
}

static dvk_status sum_rows(const dvk_table *t, dvk_emitter *out)
{
    family families[2] = {{.out = &out->electron, .emitted_keV = &out->electron_keV, .local_keV = &out->local_keV},
                          {.out = &out->photon, .emitted_keV = &out->photon_keV}};
    size_t column[3];
    dvk_status status = DVK_OK;
    DVK_TRY_DONE(dvk_table_column(t, "kind", &column[0]));
    DVK_TRY_DONE(dvk_table_column(t, "energy_keV", &column[1]));
    DVK_TRY_DONE(dvk_table_column(t, "yield", &column[2]));
    DVK_TRY_DONE(
        load_family("electron", electron_tables, sizeof electron_tables / sizeof *electron_tables, &families[0]));
    DVK_TRY_DONE(load_family("photon", photon_tables, sizeof photon_tables / sizeof *photon_tables, &families[1]));
    DVK_TRY_DONE(make_shells(&families[1], out));
    for (size_t row = 0; row < t->rows; row++)
        DVK_TRY_DONE(add_row(t, row, column, families));
    if (!(out->electron_keV + out->photon_keV > 0))
        status = dvk_fail(DVK_ERR_INVALID, "%s: emits no energy", t->path);
done:
    free_family(&families[0]);
    free_family(&families[1]);
    return status;
}

static double sum_of(const dvk_shells *s)
{
    double sum = 0;
    for (size_t i = 0; i < s->count; i++)
        sum += s->energy[i];
    return sum;
}

dvk_status dvk_emitter_of_list(const char *path, dvk_emitter *out)
{
    dvk_table *t = NULL;
    *out = (dvk_emitter){0};
    DVK_TRY(dvk_table_read(path, &t));
    const dvk_status status = sum_rows(t, out);
    dvk_table_free(t);
    if (status != DVK_OK) {
        dvk_emitter_free(out);
        return status;
    }
    const char *slash = strrchr(path, '/');
    snprintf(out->source, sizeof out->source,
             "emission list %.48s by mono-energetic tables, good to 2 %%; %.3g keV of bremsstrahlung left out",
             slash ? slash + 1 : path, out->electron_keV - out->local_keV - sum_of(&out->electron));
    if (out->photon_keV == 0)
        dvk_shells_free(&out->photon);
    if (out->electron_keV == out->local_keV)
        dvk_shells_free(&out->electron);
    return DVK_OK;
}
