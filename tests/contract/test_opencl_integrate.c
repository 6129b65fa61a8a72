/* Time integration on OpenCL against the CPU: both compile the same source, so a difference is a device's rounding. */
#include <string.h>

#include "backend/plugin.h"
#include "base/alloc.h"
#include "kernels_cl/timefit_parameters.h"
#include "physics/timefit.h"
#include "pipeline/steps/bootstrap.h"
#include "support/convolution.h"
#include "support/opencl.h"
#include "support/support.h"

enum { VOXELS = 3001, MOST = 6 }; /* no multiple of a vector or of a group */

static const double t_h[MOST] = {1, 4, 24, 70, 96, 168};

static const dvk_backend_ops *ops;
static const char *device;

typedef struct samples {
    float frame[MOST][VOXELS];
} samples;

typedef struct answers {
    float tia[VOXELS], sd[VOXELS];
    uint8_t status[VOXELS];
} answers;

/* Curves with uptake, with noise; every so often zeros, a negative, a NaN, an infinite, a huge and a tiny one. */
static void fill_samples(samples *s)
{
    unsigned long long state = 3;
    for (size_t v = 0; v < VOXELS; v++) {
        const double clear = log(2) / (20 + 130 * next_uniform(&state)),
                     uptake = log(2) / (0.5 + 5 * next_uniform(&state));
        const double level = pow(10, 3 + 4 * next_uniform(&state));
        for (size_t i = 0; i < MOST; i++) {
            const double y = exp(-clear * t_h[i]) - 0.9 * exp(-uptake * t_h[i]);
            s->frame[i][v] = (float)(level * y * (1 + 0.1 * (next_uniform(&state) - 0.5)));
        }
        switch (v % 29) {
        case 3:
            for (size_t i = 0; i < MOST; i++)
                s->frame[i][v] = 0;
            break;
        case 7:
            s->frame[1][v] = -s->frame[1][v];
            break;
        case 11:
            s->frame[2][v] = NAN;
            break;
        case 13:
            s->frame[0][v] = INFINITY;
            break;
        case 17:
            s->frame[0][v] = 1e29F;
            break;
        case 19:
            s->frame[1][v] = 1e-40F;
            break;
        default:
            break;
        }
    }
}

static void integrate(const dvk_backend_ops *on, dvk_backend *b, const samples *s, const dvk_integration *how, size_t n,
                      bool sd, answers *out)
{
    const float *frame[MOST];
    dvk_fit_parameters parameters;
    for (size_t i = 0; i < n; i++)
        frame[i] = s->frame[i];
    ck_ok(dvk_fit_prepare(how, t_h, n, 159.528, 3600, &parameters));
    const dvk_integrate_problem problem = {.voxels = VOXELS,
                                           .points = n,
                                           .frame = frame,
                                           .parameters = &parameters,
                                           .tia = out->tia,
                                           .status = out->status,
                                           .sd = sd ? out->sd : NULL};
    ck_ok(on->integrate(b, &problem));
}

/* Where both took the same way, each value agrees to 1e-5 of itself or of what its samples' rounding can move: a fit of
 * nearly equal rates is that much less certain. A voxel on the edge between two models may take the other on another
 * device; no more than one in 500 does. */
static void compare(const answers *a, const answers *b, bool sd, const char *what)
{
    size_t elsewhere = 0;
    for (size_t v = 0; v < VOXELS; v++) {
        if (a->status[v] != b->status[v]) {
            elsewhere++;
            continue;
        }
        ck_assert_msg(a->tia[v] == b->tia[v] || fabs(a->tia[v] - b->tia[v]) <= 1e-5 * fabs(a->tia[v]),
                      "%s, voxel %zu, status %02x: %g, not %g", what, v, a->status[v], b->tia[v], a->tia[v]);
        ck_assert_msg(!sd || a->sd[v] == b->sd[v] ||
                          fabs(a->sd[v] - b->sd[v]) <= 1e-3 * fabs(a->sd[v]) + 1e-5 * fabs(a->tia[v]),
                      "%s, voxel %zu: sd %g, not %g", what, v, b->sd[v], a->sd[v]);
    }
    ck_assert_msg(elsewhere <= VOXELS / 500, "%s: %zu voxels took another way", what, elsewhere);
}

typedef struct pair {
    samples *s;
    answers *a, *b;
    dvk_backend *cpu, *opencl;
} pair;

static void open_pair(pair *p)
{
    ck_ok(dvk_alloc(1, sizeof *p->s, &p->s));
    ck_ok(dvk_alloc(2, sizeof *p->a, &p->a));
    p->b = p->a + 1;
    ck_ok(dvk_cpu_backend.open("cpu", 2, &p->cpu));
    ck_ok(ops->open(device, 1, &p->opencl));
    fill_samples(p->s);
}

static void close_pair(pair *p)
{
    ops->close(p->opencl);
    dvk_cpu_backend.close(p->cpu);
    dvk_free(p->a);
    dvk_free(p->s);
}

/* The first n scans on both, where the model can be had of so many; whether it can. */
static bool compare_devices(const pair *p, const dvk_integration *how, size_t n, bool sd)
{
    char what[64];
    dvk_integration settled;
    if (dvk_integration_settle(how, t_h, n, &settled) != DVK_OK)
        return false;
    snprintf(what, sizeof what, "%s of %zu", dvk_model_name(how->model), n);
    integrate(&dvk_cpu_backend, p->cpu, p->s, how, n, sd, p->a);
    integrate(ops, p->opencl, p->s, how, n, sd, p->b);
    compare(p->a, p->b, sd, what);
    return true;
}

START_TEST(every_model_agrees_with_the_cpu)
{
    pair p;
    int compared = 0;
    open_pair(&p);
    for (int model = DVK_MODEL_AUTO; model <= DVK_MODEL_PHYSICAL; model++)
        for (size_t n = 4; n <= MOST; n += 2) {
            dvk_integration how = dvk_integration_default();
            how.model = (dvk_model)model;
            compared += compare_devices(&p, &how, n, n == MOST);
        }
    ck_assert_int_eq(compared, 8 * 2 - 1); /* three exponentials need six scans */
    close_pair(&p);
}
END_TEST

START_TEST(few_scans_and_known_shapes_agree_with_the_cpu)
{
    static double shape_h[] = {0, 2, 30, 200}, value[] = {1, 8, 6, 1};
    const dvk_shape shape = {.count = 4, .t_h = shape_h, .value = value};
    pair p;
    int compared = 0;
    open_pair(&p);
    for (int model = DVK_MODEL_AUTO; model <= DVK_MODEL_SHAPE; model++)
        for (size_t n = 1; n <= (model == DVK_MODEL_SHAPE ? 4 : 3); n++) {
            dvk_integration how = dvk_integration_default();
            how.model = (dvk_model)model;
            how.madsen_half_life_h = 60;
            how.shape = &shape;
            how.tail = n == 1 ? DVK_TAIL_PHYSICAL : DVK_TAIL_LAST2;
            compared += compare_devices(&p, &how, n, false);
        }
    /* auto, trapezoid, physical and shape of any number, mono of 2 and 3, uptake-clearance of 3, the two of single
     * scans */
    ck_assert_int_eq(compared, 3 + 3 + 3 + 4 + 2 + 1 + 2);
    close_pair(&p);
}
END_TEST

/* In parts, the same bytes as in one. */
START_TEST(parts_make_no_difference)
{
    samples *s = NULL;
    answers *a = NULL;
    dvk_backend *b = NULL;
    const dvk_integration how = {.model = DVK_MODEL_TRAPEZOID};
    ck_ok(dvk_alloc(1, sizeof *s, &s));
    ck_ok(dvk_alloc(2, sizeof *a, &a));
    fill_samples(s);
    for (int i = 0; i < 2; i++) {
        dvk_device_memory_limit(i ? 50000 : 0);
        ck_ok(ops->open(device, 1, &b));
        integrate(ops, b, s, &how, 4, false, &a[i]);
        ops->close(b);
    }
    dvk_device_memory_limit(0);
    ck_assert(memcmp(a[0].tia, a[1].tia, sizeof a[0].tia) == 0);
    ck_assert(memcmp(a[0].status, a[1].status, sizeof a[0].status) == 0);
    dvk_free(a);
    dvk_free(s);
}
END_TEST

/* The resampling is the host's, so that devices differ by their fits' rounding: sd to 1e-3 of itself or 1e-5 of the TIA
 * where both took the same way; the scatter of a voxel on the edge between two curves may be another's. */
START_TEST(bootstrap_agrees_with_the_cpu)
{
    static const dvk_model models[] = {DVK_MODEL_AUTO, DVK_MODEL_TRAPEZOID, DVK_MODEL_MONO, DVK_MODEL_UPTAKE_CLEARANCE};
    samples *s = NULL;
    float *sd = NULL;
    ck_ok(dvk_alloc(1, sizeof *s, &s));
    ck_ok(dvk_alloc(2 * VOXELS, sizeof *sd, &sd));
    fill_samples(s);
    for (size_t m = 0; m < sizeof models / sizeof models[0]; m++) {
        size_t elsewhere = 0;
        for (int on = 0; on < 2; on++) {
            const dvk_context_options options = {.device = on ? device : "cpu", .threads = 2};
            const float *frame[MOST];
            dvk_context *c = NULL;
            dvk_integration how = dvk_integration_default();
            dvk_fit_parameters p;
            how.model = models[m];
            for (size_t i = 0; i < MOST; i++)
                frame[i] = s->frame[i];
            ck_ok(dvk_context_open(&options, &c));
            ck_ok(dvk_fit_prepare(&how, t_h, MOST, 159.528, 3600, &p));
            ck_ok(dvk_bootstrap_voxels(c, VOXELS, frame, &p, 10, 1, sd + on * VOXELS));
            dvk_context_close(c);
        }
        for (size_t v = 0; v < VOXELS; v++)
            elsewhere += fabsf(sd[v] - sd[VOXELS + v]) > 1e-3F * sd[v] + 1e-5F * 3600 * 170 * fabsf(s->frame[0][v]);
        ck_assert_msg(elsewhere <= VOXELS / 100, "%s: %zu voxels differ", dvk_model_name(models[m]), elsewhere);
    }
    dvk_free(sd);
    dvk_free(s);
}
END_TEST

int main(void)
{
    device = opencl_device(&ops);
    TCase *cases[] = {tcase_create("integrate")};
    tcase_add_test(cases[0], every_model_agrees_with_the_cpu);
    tcase_add_test(cases[0], few_scans_and_known_shapes_agree_with_the_cpu);
    tcase_add_test(cases[0], parts_make_no_difference);
    tcase_add_test(cases[0], bootstrap_agrees_with_the_cpu);
    return run_suite("integrate on OpenCL", cases, 1, true);
}
