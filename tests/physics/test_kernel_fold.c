/* Folding point kernels into voxels: closed forms, the energy it must keep, and every kind of entry against a naive,
 * much finer quadrature. */
#include <string.h>

#include "base/alloc.h"
#include "physics/voxelkernel.h"
#include "support/support.h"

static const double pi = 3.14159265358979323846;

static double *fold(const dvk_point_kernel *k, const double h[3], const size_t half[3])
{
    double *octant = NULL;
    ck_ok(dvk_alloc((half[0] + 1) * (half[1] + 1) * (half[2] + 1), sizeof *octant, &octant));
    ck_ok(dvk_voxel_fold(k, h, half, octant));
    return octant;
}

static double entry(const double *octant, const size_t half[3], const size_t n[3])
{
    return octant[(n[2] * (half[1] + 1) + n[1]) * (half[0] + 1) + n[0]];
}

/* Sum over the whole box: an octant's entry stands for its mirrors. */
static double sum(const double *octant, const size_t half[3])
{
    double total = 0;
    for (size_t z = 0; z <= half[2]; z++)
        for (size_t y = 0; y <= half[1]; y++)
            for (size_t x = 0; x <= half[0]; x++)
                total += entry(octant, half, (size_t[3]){x, y, z}) * (double)(1 << ((x > 0) + (y > 0) + (z > 0)));
    return total;
}

/* --- a Gaussian, in closed form --- */

/* Energy of a Gaussian point kernel within r. */
static double gauss_within(double r, double sigma)
{
    const double x = r / sigma;
    return erf(x / sqrt(2)) - sqrt(2 / pi) * x * exp(-x * x / 2);
}

static dvk_point_kernel gaussian(double sigma)
{
    enum { SHELLS = 3000 };
    dvk_shells s = {0};
    dvk_point_kernel k = {0};
    ck_ok(dvk_shells_create(SHELLS, &s));
    for (size_t i = 0; i < SHELLS; i++) {
        s.edge_mm[i + 1] = 9 * sigma * (double)(i + 1) / SHELLS;
        s.energy[i] = gauss_within(s.edge_mm[i + 1], sigma) - gauss_within(s.edge_mm[i], sigma);
    }
    ck_ok(dvk_point_create(&s, DVK_SHELL_SMOOTH, &k));
    dvk_shells_free(&s);
    return k;
}

static void check_gaussian(const json_t *c)
{
    const json_t *edges = json_object_get(json_object_get(c, "in"), "h_mm");
    double h[3];
    for (size_t a = 0; a < 3; a++)
        h[a] = json_number_value(json_is_array(edges) ? json_array_get(edges, a) : edges);
    dvk_point_kernel k = gaussian(json_at(c, "in/sigma_mm"));
    const size_t half[3] = {2, 2, 2};
    double *octant = fold(&k, h, half);
    const char *key;
    json_t *value;
    json_object_foreach(json_object_get(c, "out_energy_fraction"), key, value)
    {
        size_t n[3];
        ck_assert_int_eq(sscanf(key, "%zu,%zu,%zu", &n[0], &n[1], &n[2]), 3);
        ck_close(entry(octant, half, n), json_number_value(value), 1e-9);
    }
    dvk_free(octant);
    dvk_point_free(&k);
}

START_TEST(gaussian_agrees_with_its_closed_form)
{
    static const char *const groups[] = {"vsv_gaussian_dpk", "vsv_gaussian_anisotropic"};
    for (int g = 0; g < 2; g++) {
        size_t i;
        json_t *c;
        json_array_foreach(vectors_group(groups[g]), i, c) check_gaussian(c);
    }
}
END_TEST

/* --- uniform shells: Graves' 90Y point kernel --- */

START_TEST(graves_90Y_gives_its_voxel_values)
{
    const json_t *list = json_object_get(vectors_group("dpk_90Y_graves2019_shells"), "energy_MeV_per_decay_per_shell");
    const double width = json_at(vectors_group("dpk_90Y_graves2019_shells"), "dr_mm");
    dvk_shells s = {0};
    dvk_point_kernel k = {0};
    ck_ok(dvk_shells_create(json_array_size(list), &s));
    for (size_t i = 0; i < s.count; i++) {
        s.edge_mm[i + 1] = width * (double)(i + 1);
        s.energy[i] = 1e3 * json_number_value(json_array_get(list, i));
    }
    ck_ok(dvk_point_create(&s, DVK_SHELL_UNIFORM, &k));
    size_t i;
    json_t *c;
    json_array_foreach(vectors_group("vsv_90Y_from_graves_dpk"), i, c)
    {
        const double h_mm = json_at(c, "in/h_mm"), rho = json_at(c, "in/rho"), edge = rho * h_mm;
        const size_t half[3] = {2, 2, 2};
        double *octant = fold(&k, (double[3]){edge, edge, edge}, half);
        const char *key;
        json_t *value;
        json_object_foreach(json_object_get(c, "out_mGy_per_MBq_s"), key, value)
        {
            size_t n[3];
            ck_assert_int_eq(sscanf(key, "%zu,%zu,%zu", &n[0], &n[1], &n[2]), 3);
            /* 1 keV in 1 g is 1.602176634e-13 Gy; 1e9 mGy/(MBq.s) are 1 Gy/(Bq.s). The tolerances are the vectors'. */
            const double s_mGy = entry(octant, half, n) * 1.602176634e-13 / (rho * pow(h_mm / 10, 3)) * 1e9;
            ck_close(s_mGy, json_number_value(value), n[0] > 1 ? 2e-3 : 5e-4);
        }
        dvk_free(octant);
    }
    dvk_point_free(&k);
    dvk_shells_free(&s);
}
END_TEST

/* --- real tables --- */

static dvk_point_kernel point_of(const char *nuclide, dvk_component component)
{
    dvk_emitter e = {0};
    dvk_point_kernel k = {0};
    ck_ok(dvk_emitter_of_nuclide(nuclide, &e));
    ck_ok(dvk_emitter_point(&e, component, &k));
    dvk_emitter_free(&e);
    return k;
}

/* Boxes that hold all of the tables' 500 mm. */
START_TEST(all_energy_of_the_tables_is_in_the_voxels)
{
    static const char *const nuclides[] = {"Lu-177", "I-131"};
    static const double edges[][3] = {{9, 9, 9}, {12, 12, 8}, {10, 12.5, 9}};
    for (int i = 0; i < 2; i++)
        for (int v = 0; v < 3; v++) {
            dvk_point_kernel k = point_of(nuclides[i], DVK_COMPONENT_TOTAL);
            size_t half[3];
            for (int a = 0; a < 3; a++)
                half[a] = (size_t)(500 / edges[v][a]) + 1;
            double *octant = fold(&k, edges[v], half);
            ck_close(sum(octant, half), dvk_point_energy(&k), 1e-6);
            dvk_free(octant);
            dvk_point_free(&k);
        }
}
END_TEST

/* Gauss-Legendre pieces in the box of the voxel pair, `pieces` to each half of tri and axis, 12 nodes a piece: for
 * voxels that do not touch the source, where E(r) / 4 pi r^2 is finite. */
static double naive_far(const dvk_point_kernel *k, const double h[3], const size_t n[3], int pieces)
{
    enum { NODES = 12, MOST = 2 * 6 * NODES };
    double x[NODES], w[NODES], at[3][MOST], weight[MOST], total = 0;
    dvk_gauss_legendre(NODES, x, w);
    const int count = 2 * pieces * NODES;
    for (int i = 0; i < count; i++) {
        const double t = -1 + (i / NODES + x[i % NODES]) / pieces;
        weight[i] = w[i % NODES] / pieces * (1 - fabs(t));
        for (int a = 0; a < 3; a++)
            at[a][i] = h[a] * ((double)n[a] + t);
    }
    for (int c = 0; c < count; c++)
        for (int b = 0; b < count; b++)
            for (int a = 0; a < count; a++) {
                const double r2 = at[0][a] * at[0][a] + at[1][b] * at[1][b] + at[2][c] * at[2][c];
                total += weight[a] * weight[b] * weight[c] * dvk_point_density(k, sqrt(r2)) / r2;
            }
    return total * h[0] * h[1] * h[2] / (4 * pi);
}

/* Mean over all directions of prod tri((r w_i - n_i h_i) / h_i), by midpoints over one octant. */
static double mean_weight(double r, const double h[3], const size_t n[3], int directions)
{
    const int planes = (n[0] == 0) + (n[1] == 0) + (n[2] == 0);
    double total = 0;
    for (int p = 0; p < directions; p++) {
        const double angle = pi / 2 * (p + 0.5) / directions, x = r * cos(angle), y = r * sin(angle);
        for (int c = 0; c < directions; c++) {
            const double polar = pi / 2 * (c + 0.5) / directions, z = cos(polar), sine = sin(polar);
            total += sine * fmax(0, 1 - fabs(x * sine / h[0] - (double)n[0])) *
                     fmax(0, 1 - fabs(y * sine / h[1] - (double)n[1])) * fmax(0, 1 - fabs(r * z / h[2] - (double)n[2]));
        }
    }
    return pi / 2 * total / directions / directions / (double)(1 << (3 - planes));
}

/* Shells and directions, as the definition has it: thin shells, each with its energy at its mean radius. */
static double naive_near(const dvk_point_kernel *k, const double h[3], const size_t n[3], int directions)
{
    double reach = 0, total = 0, before[DVK_POINT_MOMENTS] = {0}, m[DVK_POINT_MOMENTS];
    for (int a = 0; a < 3; a++)
        reach += pow(h[a] * (double)(n[a] + 1), 2);
    for (double r = h[0] / 400; r < sqrt(reach) + h[0]; r += h[0] / (r < h[0] / 2 ? 400 : 60)) {
        dvk_point_moments(k, r, m);
        const double energy = m[0] - before[0];
        total += energy * mean_weight((m[1] - before[1]) / energy, h, n, directions);
        memcpy(before, m, sizeof m);
    }
    return total;
}

static void check_near(const char *nuclide, const double h[3])
{
    static const size_t entries[][3] = {{0, 0, 0}, {1, 0, 0}, {0, 0, 1}, {1, 1, 0}, {1, 0, 1}, {1, 1, 1}};
    const size_t half[3] = {2, 2, 2};
    dvk_point_kernel k = point_of(nuclide, DVK_COMPONENT_TOTAL);
    double *octant = fold(&k, h, half);
    for (size_t i = 0; i < sizeof entries / sizeof entries[0]; i++)
        ck_close(entry(octant, half, entries[i]), naive_near(&k, h, entries[i], 120), 1e-4);
    dvk_free(octant);
    dvk_point_free(&k);
}

START_TEST(entries_at_the_source_converge)
{
    check_near("Lu-177", (double[3]){3.9063, 3.9063, 4.4196});
    check_near("Y-90", (double[3]){2, 2, 3});
}
END_TEST

/* Along an axis, a face's diagonal, the body's diagonal and near one of them: `tolerance` at every step. */
static void check_far(const char *nuclide, dvk_component component, const double h[3], const size_t half[3])
{
    static const double directions[][3] = {{1, 0, 0}, {0, 0, 1}, {1, 1, 0}, {1, 1, 1}, {0.3, 1, 0.1}, {0.1, 0.4, 1}};
    dvk_point_kernel k = point_of(nuclide, component);
    double *octant = fold(&k, h, half);
    for (size_t d = 0; d < sizeof directions / sizeof directions[0]; d++)
        for (int step = 1; step <= 8; step++) {
            size_t n[3];
            for (int a = 0; a < 3; a++)
                n[a] = (size_t)((double)half[a] * directions[d][a] * pow(step / 8.0, 2) + 0.5);
            if (n[0] < 2 && n[1] < 2 && n[2] < 2)
                n[0] = 2;
            const bool close = n[0] < 8 && n[1] < 8 && n[2] < 8;
            const double want = naive_far(&k, h, n, close ? 3 : 1);
            ck_assert_msg(fabs(entry(octant, half, n) - want) <= (close ? 1e-4 : 1e-3) * want,
                          "%s at %zu,%zu,%zu of %g mm: %.9g, not %.9g", nuclide, n[0], n[1], n[2], h[0],
                          entry(octant, half, n), want);
        }
    dvk_free(octant);
    dvk_point_free(&k);
}

START_TEST(entries_out_to_the_last_one_converge)
{
    check_far("Lu-177", DVK_COMPONENT_TOTAL, (double[3]){4.42, 4.42, 4.42}, (size_t[3]){56, 56, 56});
    check_far("Lu-177", DVK_COMPONENT_TOTAL, (double[3]){3.9063, 3.9063, 4.4196}, (size_t[3]){107, 69, 89});
    check_far("Lu-177", DVK_COMPONENT_ELECTRON, (double[3]){2.5, 2, 3}, (size_t[3]){30, 30, 30});
    check_far("I-131", DVK_COMPONENT_TOTAL, (double[3]){2, 2, 2}, (size_t[3]){40, 40, 40});
    check_far("I-131", DVK_COMPONENT_PHOTON, (double[3]){8, 8, 8}, (size_t[3]){55, 40, 30});
    check_far("Y-90", DVK_COMPONENT_TOTAL, (double[3]){3, 3, 3}, (size_t[3]){40, 40, 40});
}
END_TEST

/* Axes of equal edges are interchangeable to the last bit. */
START_TEST(equal_axes_give_equal_entries)
{
    const size_t half[3] = {20, 20, 20};
    dvk_point_kernel k = point_of("Lu-177", DVK_COMPONENT_TOTAL);
    double *cube = fold(&k, (double[3]){4, 4, 4}, half), *slab = fold(&k, (double[3]){4, 4, 5}, half);
    for (size_t z = 0; z <= 20; z++)
        for (size_t y = 0; y <= 20; y++)
            for (size_t x = 0; x <= 20; x++) {
                ck_assert(entry(cube, half, (size_t[3]){x, y, z}) == entry(cube, half, (size_t[3]){z, x, y}));
                ck_assert(entry(slab, half, (size_t[3]){x, y, z}) == entry(slab, half, (size_t[3]){y, x, z}));
            }
    dvk_free(cube);
    dvk_free(slab);
    dvk_point_free(&k);
}
END_TEST

int main(void)
{
    TCase *c = tcase_create("fold");
    tcase_set_timeout(c, 120);
    tcase_add_test(c, gaussian_agrees_with_its_closed_form);
    tcase_add_test(c, graves_90Y_gives_its_voxel_values);
    tcase_add_test(c, all_energy_of_the_tables_is_in_the_voxels);
    tcase_add_test(c, entries_at_the_source_converge);
    tcase_add_test(c, entries_out_to_the_last_one_converge);
    tcase_add_test(c, equal_axes_give_equal_entries);
    return run_suite("kernel fold", &c, 1, false);
}
