/* Gamma: against the formula in double, against pymedphys, and by closed forms. */
#include "gamma_expected.h"
#include "physics/gamma.h"
#include "support/gamma.h"
#include "support/support.h"

enum { NX = 24, NY = 20, NZ = 16, VOXELS = NX * NY * NZ };

static float evaluated[VOXELS], reference[VOXELS], map[VOXELS];

/* The maps of tests/data/gamma_expected.py. */
static dvk_geometry make_maps(void)
{
    const dvk_geometry g = plain_geometry(NX, NY, NZ, 3, 3.5, 4);
    for (size_t v = 0; v < VOXELS; v++) {
        const double x = ((double)(v % NX) - (NX - 1) / 2.0) * 3, y = ((double)(v / NX % NY) - (NY - 1) / 2.0) * 3.5;
        const double z = ((double)(v / NX / NY) - (NZ - 1) / 2.0) * 4;
        const double near2 = (x - 1) * (x - 1) + (y + 0.5) * (y + 0.5) + z * z;
        reference[v] = (float)(10 * exp(-(x * x + y * y + z * z) / (2 * 15 * 15)));
        evaluated[v] = (float)(10.3 * exp(-near2 / (2 * 14.5 * 14.5)) + 0.2 * sin(x / 5) * cos(y / 4));
    }
    return g;
}

static double largest(void)
{
    double most = 0;
    for (size_t v = 0; v < VOXELS; v++)
        most = fmax(most, (double)reference[v]);
    return most;
}

static dvk_gamma_options settled(double dose, double distance_mm, bool local, double step_mm)
{
    dvk_gamma_options o = dvk_compare_default().gamma;
    o.dose = dose;
    o.distance_mm = distance_mm;
    o.local = local;
    o.step_mm = step_mm;
    ck_ok(dvk_gamma_settle(&o, largest()));
    return o;
}

static void run(const dvk_geometry *g, const dvk_gamma_options *o)
{
    dvk_gamma_search *s = NULL;
    ck_ok(dvk_gamma_search_create(g, evaluated, o, &s));
    for (size_t z = 0; z < g->n[2]; z++)
        dvk_gamma_slice(s, reference, z, 2, map);
    dvk_gamma_search_free(s);
}

/* Samples and sums are float32: an error of 1e-6 of the dose over the criterion, in the dose's part of gamma. */
START_TEST(the_formula_itself)
{
    const dvk_geometry g = make_maps();
    const struct {
        double dose, distance, step;
        bool local;
    } tries[] = {{0.03, 3, 0.5, false}, {0.01, 2, 0.7, false}, {0.02, 4, 1, true}, {0.005, 1.5, 0.5, true}};
    for (size_t t = 0; t < sizeof tries / sizeof tries[0]; t++) {
        const dvk_gamma_options o = settled(tries[t].dose, tries[t].distance, tries[t].local, tries[t].step);
        run(&g, &o);
        for (size_t v = 0; v < VOXELS; v += 37) {
            const size_t ijk[3] = {v % NX, v / NX % NY, v / NX / NY};
            if ((double)reference[v] < o.cutoff * o.normalisation)
                ck_assert(isnan(map[v]));
            else
                ck_assert_double_eq_tol((double)map[v], oracle_gamma(&g, evaluated, reference, &o, ijk), 1e-4);
        }
    }
}
END_TEST

/* Steps of a twentieth of the distance. A search may miss the nearest place by half a cell's diagonal,
 * sqrt(3) / 2 / 20 = 0.043; pymedphys, which looks at spheres with gaps, comes out a little higher on average. */
START_TEST(pymedphys)
{
    const dvk_geometry g = make_maps();
    for (size_t c = 0; c < sizeof gamma_cases / sizeof gamma_cases[0]; c++) {
        const gamma_case *want = &gamma_cases[c];
        const dvk_gamma_options o = settled(want->dose, want->distance_mm, want->local, want->distance_mm / 20);
        size_t voxels = 0, passed = 0;
        double sum = 0;
        run(&g, &o);
        for (size_t v = 0; v < VOXELS; v++)
            if (!isnan(map[v])) {
                voxels++;
                passed += map[v] <= 1;
                sum += (double)map[v];
            }
        ck_assert_uint_eq(voxels, want->voxels);
        ck_assert_double_eq_tol((double)passed / (double)voxels, want->passed, 2e-3);
        ck_assert_double_eq_tol(sum / (double)voxels, want->mean, 0.01);
        for (int i = 0; i < 6; i++) {
            const size_t *p = gamma_places[i];
            ck_assert_double_eq_tol((double)map[(p[2] * NY + p[1]) * NX + p[0]], want->at[i], 0.043);
        }
    }
}
END_TEST

/* A flat map that is 1 % off: gamma is 1 % over the criterion everywhere. The same map: 0. Far off: where the search
 * ends. */
START_TEST(flat_maps)
{
    const dvk_geometry g = make_maps();
    for (size_t v = 0; v < VOXELS; v++) {
        reference[v] = 2;
        evaluated[v] = 2.02f;
    }
    dvk_gamma_options o = settled(0.03, 3, false, 0);
    run(&g, &o);
    for (size_t v = 0; v < VOXELS; v++)
        ck_assert_double_eq_tol((double)map[v], 1.0 / 3, 1e-5);
    for (size_t v = 0; v < VOXELS; v++)
        evaluated[v] = v % 2 ? 2 : NAN;
    run(&g, &o);
    for (size_t v = 0; v < VOXELS; v++)
        ck_assert(v % 2 ? map[v] == 0 : isnan(map[v])); /* where there is nothing, nothing is judged */
    for (size_t v = 0; v < VOXELS; v++)
        evaluated[v] = 3;
    run(&g, &o);
    for (size_t v = 0; v < VOXELS; v++)
        ck_assert(map[v] == 2);
}
END_TEST

/* A ramp moved by a known way along x: away from the edges, gamma is the least of distance and dose together,
 * shift g / sqrt((D/d)^2 + g^2) / d with g the slope. */
START_TEST(moved_ramp)
{
    const dvk_geometry g = make_maps();
    const double slope = 0.1, shift = 1.2, dose = 0.02, distance = 3;
    for (size_t v = 0; v < VOXELS; v++) {
        reference[v] = (float)(10 + slope * 3 * (double)(v % NX));
        evaluated[v] = (float)(10 + slope * (3 * (double)(v % NX) + shift));
    }
    const dvk_gamma_options o = settled(dose, distance, false, 0.1);
    const double criterion = dose * o.normalisation, ratio = criterion / distance;
    const double want = shift * slope / sqrt(ratio * ratio + slope * slope) / distance;
    run(&g, &o);
    for (size_t x = 3; x < NX - 3; x++)
        ck_assert_double_eq_tol((double)map[(8 * NY + 10) * NX + x], want, 0.1 / distance / 2);
}
END_TEST

START_TEST(refuses_what_makes_no_sense)
{
    dvk_gamma_options o = dvk_compare_default().gamma;
    ck_fails(dvk_gamma_settle(&o, 0), DVK_ERR_INVALID);
    o.step_mm = 0.01;
    ck_fails(dvk_gamma_settle(&o, 1), DVK_ERR_USAGE);
    o.step_mm = 0;
    o.dose = 0;
    ck_fails(dvk_gamma_settle(&o, 1), DVK_ERR_USAGE);
    o = dvk_compare_default().gamma;
    o.most = 0.5;
    ck_fails(dvk_gamma_settle(&o, 1), DVK_ERR_USAGE);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("gamma");
    tcase_add_test(t, the_formula_itself);
    tcase_add_test(t, pymedphys);
    tcase_add_test(t, flat_maps);
    tcase_add_test(t, moved_ramp);
    tcase_add_test(t, refuses_what_makes_no_sense);
    return run_suite("gamma", &t, 1, false);
}
