/* Residual bootstrap: its draws, a closed form, and an oracle that fits and resamples by itself. */
#include <string.h>

#include "base/alloc.h"
#include "physics/resampling.h"
#include "pipeline/steps/bootstrap.h"
#include "support/convolution.h"
#include "support/support.h"

static const double lu177_h = 6.647 * 24;
static const double t_h[] = {4, 24, 96, 168};
enum { SCANS = 4 };

static dvk_context *open_cpu(int threads)
{
    dvk_context *c = NULL;
    const dvk_context_options options = {.device = "cpu", .threads = threads};
    ck_ok(dvk_context_open(&options, &c));
    return c;
}

static dvk_integration model(dvk_model m, size_t resamplings)
{
    dvk_integration how = dvk_integration_default();
    how.model = m;
    how.bootstrap = resamplings;
    return how;
}

static void make_samples(size_t voxels, double noise, float *const *frame)
{
    unsigned long long state = 5;
    for (size_t v = 0; v < voxels; v++) {
        const double clear = log(2) / (30 + 80 * next_uniform(&state)), level = 1e4 * (1 + 99 * next_uniform(&state));
        for (int i = 0; i < SCANS; i++)
            frame[i][v] = (float)(level * exp(-clear * t_h[i]) * (1 + noise * (2 * next_uniform(&state) - 1)));
    }
}

static void bootstrap(size_t voxels, float *const *frame, const dvk_integration *how, int threads, float *sd)
{
    dvk_context *c = open_cpu(threads);
    dvk_fit_parameters p;
    ck_ok(dvk_fit_prepare(how, t_h, SCANS, lu177_h, 3600, &p));
    ck_ok(dvk_bootstrap_voxels(c, voxels, (const float *const *)frame, &p, how->bootstrap, how->seed, sd));
    dvk_context_close(c);
}

/* --- draws --- */

START_TEST(draws_are_even)
{
    enum { N = 5, REPLICATES = 20000 };
    size_t hits[N][N] = {{0}}, plus[N] = {0};
    dvk_draw draw[N], again[N], other[N];
    for (size_t b = 0; b < REPLICATES; b++) {
        dvk_resampling_draw(7, b, N, draw);
        for (int i = 0; i < N; i++) {
            ck_assert_uint_lt(draw[i].from, N);
            hits[i][draw[i].from]++;
            plus[i] += draw[i].scale > 0;
        }
    }
    const double share = REPLICATES / (double)N, scatter = 5 * sqrt(share);
    for (int i = 0; i < N; i++) {
        ck_assert(fabs((double)plus[i] - REPLICATES / 2.0) < 5 * sqrt(REPLICATES / 4.0));
        for (int j = 0; j < N; j++)
            ck_assert(fabs((double)hits[i][j] - share) < scatter);
    }
    size_t differ = 0;
    for (size_t b = 0; b < 50; b++) {
        dvk_resampling_draw(7, b, N, draw);
        dvk_resampling_draw(7, b, N, again);
        dvk_resampling_draw(8, b, N, other);
        for (int i = 0; i < N; i++) {
            ck_assert(draw[i].from == again[i].from && draw[i].scale == again[i].scale);
            differ += draw[i].from != other[i].from;
        }
    }
    ck_assert_uint_gt(differ, 150); /* 200 expected of 250 */
}
END_TEST

/* --- a closed form: with one amplitude the TIA is linear in the samples, and the variance is the covariance's --- */

START_TEST(a_linear_model_gives_its_covariance)
{
    enum { VOXELS = 9 };
    float memory[SCANS][VOXELS], sd[VOXELS];
    float *frame[SCANS] = {memory[0], memory[1], memory[2], memory[3]};
    dvk_integration how = model(DVK_MODEL_PHYSICAL, 8000);
    make_samples(VOXELS, 0.1, frame);
    bootstrap(VOXELS, frame, &how, 2, sd);
    for (int v = 0; v < VOXELS; v++) {
        double along = 0, size = 0, left = 0, y[SCANS];
        for (int i = 0; i < SCANS; i++) {
            const double e = exp2(-t_h[i] / lu177_h);
            y[i] = (double)frame[i][v];
            along += y[i] * e;
            size += e * e;
        }
        for (int i = 0; i < SCANS; i++)
            left += pow(y[i] - along / size * exp2(-t_h[i] / lu177_h), 2);
        const double want = sqrt(left / (SCANS - 1) / size) * lu177_h / log(2);
        ck_close((double)sd[v], want * 3600, 0.04); /* 1 % scatter for 8000 draws */
        dvk_curve curve;
        ck_ok(dvk_curve_fit(t_h, y, SCANS, lu177_h, &how, &curve));
        ck_close(curve.u_tia_rel * curve.tia, want, 0.04);
    }
}
END_TEST

/* --- the oracle: a mono-exponential by golden section on its rate, in double --- */

static double squares_at(const double *y, double rate, double *amplitude)
{
    double along = 0, size = 0, left = 0;
    for (int i = 0; i < SCANS; i++) {
        along += y[i] * exp(-rate * t_h[i]);
        size += exp(-2 * rate * t_h[i]);
    }
    *amplitude = along / size;
    for (int i = 0; i < SCANS; i++)
        left += pow(y[i] - *amplitude * exp(-rate * t_h[i]), 2);
    return left;
}

static double oracle_rate(const double *y, double *amplitude)
{
    const double golden = (sqrt(5) - 1) / 2;
    double low = log(log(2) / lu177_h), high = log(log(2) / 5); /* one valley for clearance with some noise */
    while (high - low > 1e-9) {
        const double a = high - golden * (high - low), b = low + golden * (high - low);
        if (squares_at(y, exp(a), amplitude) < squares_at(y, exp(b), amplitude))
            high = b;
        else
            low = a;
    }
    squares_at(y, exp(low), amplitude);
    return exp(low);
}

static double oracle_sd(const double *y, size_t resamplings, uint64_t seed)
{
    double amplitude = 0, sum = 0, square = 0, tia[200];
    const double rate = oracle_rate(y, &amplitude);
    ck_assert_uint_le(resamplings, 200);
    for (size_t b = 0; b < resamplings; b++) {
        dvk_draw draw[SCANS];
        double fresh[SCANS], level = 0;
        dvk_resampling_draw(seed, b, SCANS, draw);
        for (int i = 0; i < SCANS; i++) {
            const size_t j = draw[i].from;
            const double error = (y[j] - amplitude * exp(-rate * t_h[j])) * sqrt(2); /* n / (n - k) = 4 / 2 */
            fresh[i] = amplitude * exp(-rate * t_h[i]) + draw[i].scale * error;
        }
        const double l = oracle_rate(fresh, &level);
        tia[b] = level / l;
        sum += tia[b] / (double)resamplings;
    }
    for (size_t b = 0; b < resamplings; b++)
        square += pow(tia[b] - sum, 2);
    return sqrt(square / (double)(resamplings - 1));
}

START_TEST(voxels_and_vois_are_the_oracles)
{
    enum { VOXELS = 40, RESAMPLINGS = 50 };
    float memory[SCANS][VOXELS], sd[VOXELS];
    float *frame[SCANS] = {memory[0], memory[1], memory[2], memory[3]};
    dvk_integration how = model(DVK_MODEL_MONO, RESAMPLINGS);
    how.seed = 11;
    make_samples(VOXELS, 0.08, frame);
    bootstrap(VOXELS, frame, &how, 1, sd);
    for (int v = 0; v < VOXELS; v++) {
        dvk_curve curve;
        double y[SCANS];
        for (int i = 0; i < SCANS; i++)
            y[i] = (double)frame[i][v];
        const double want = oracle_sd(y, RESAMPLINGS, 11);
        ck_close((double)sd[v], want * 3600, 1e-3); /* float resolves a TIA to 1e-6, some 1e-4 of its scatter */
        ck_ok(dvk_curve_fit(t_h, y, SCANS, lu177_h, &how, &curve));
        ck_close(curve.u_tia_rel * curve.tia, want, 1e-5);
    }
}
END_TEST

/* --- what must not matter, and what must --- */

/* Where negative samples count as 0, they do so for the weights too. */
START_TEST(what_is_set_to_zero_weighs_as_zero)
{
    enum { VOXELS = 64 };
    float raw[SCANS][VOXELS], zeroed[SCANS][VOXELS], sd[2][VOXELS];
    float *frame[2][SCANS];
    dvk_integration how = model(DVK_MODEL_MONO, 20);
    how.weighting = DVK_WEIGHT_RELATIVE;
    how.negative = DVK_NEGATIVE_ZERO;
    for (int i = 0; i < SCANS; i++) {
        frame[0][i] = raw[i];
        frame[1][i] = zeroed[i];
    }
    make_samples(VOXELS, 0.1, frame[0]);
    for (int i = 0; i < SCANS; i++)
        for (int v = 0; v < VOXELS; v++) {
            raw[i][v] = v % SCANS == i ? -0.5F * raw[i][v] : raw[i][v];
            zeroed[i][v] = raw[i][v] > 0 ? raw[i][v] : 0;
        }
    bootstrap(VOXELS, frame[0], &how, 1, sd[0]);
    bootstrap(VOXELS, frame[1], &how, 1, sd[1]);
    ck_assert(memcmp(sd[0], sd[1], sizeof sd[0]) == 0);
}
END_TEST

START_TEST(neither_threads_nor_parts_nor_other_voxels_matter)
{
    enum { VOXELS = (1 << 18) + 4001 }; /* two parts */
    float *memory = NULL, *sd = NULL, *frame[SCANS];
    dvk_integration how = model(DVK_MODEL_MONO, 2);
    ck_ok(dvk_alloc(SCANS * VOXELS, sizeof(float), &memory));
    ck_ok(dvk_alloc(2 * VOXELS, sizeof(float), &sd));
    for (int i = 0; i < SCANS; i++)
        frame[i] = memory + i * VOXELS;
    make_samples(4001, 0.1, frame);
    for (int i = 0; i < SCANS; i++)
        memcpy(frame[i] + (1 << 18), frame[i], 4001 * sizeof(float));
    bootstrap(VOXELS, frame, &how, 1, sd);
    bootstrap(VOXELS, frame, &how, 3, sd + VOXELS);
    ck_assert(memcmp(sd, sd + VOXELS, VOXELS * sizeof(float)) == 0);
    ck_assert(memcmp(sd, sd + (1 << 18), 4001 * sizeof(float)) == 0);
    how.seed = 2;
    bootstrap(4001, frame, &how, 1, sd + VOXELS);
    ck_assert(memcmp(sd, sd + VOXELS, 4001 * sizeof(float)) != 0);
    dvk_free(memory);
    dvk_free(sd);
}
END_TEST

/* Every model and weighting: finite, above zero where there is noise, and near what the covariance says. */
START_TEST(every_model_has_an_error)
{
    enum { VOXELS = 64 };
    static const dvk_model models[] = {
        DVK_MODEL_AUTO,  DVK_MODEL_TRAPEZOID, DVK_MODEL_MONO, DVK_MODEL_UPTAKE_CLEARANCE, DVK_MODEL_UPTAKE_CLEARANCE2,
        DVK_MODEL_BIEXP, DVK_MODEL_PHYSICAL};
    float memory[SCANS][VOXELS], sd[VOXELS];
    float *frame[SCANS] = {memory[0], memory[1], memory[2], memory[3]};
    make_samples(VOXELS, 0.05, frame);
    frame[1][7] = -frame[1][7];
    for (int i = 0; i < SCANS; i++)
        frame[i][8] = 0;
    for (size_t m = 0; m < sizeof models / sizeof models[0]; m++)
        for (int w = 0; w < 3; w++) {
            dvk_integration how = model(models[m], 20);
            how.weighting = (dvk_weighting)w;
            bootstrap(VOXELS, frame, &how, 2, sd);
            for (int v = 0; v < VOXELS; v++)
                ck_assert_msg(isfinite(sd[v]) && (v == 8 ? sd[v] == 0 : sd[v] > 0), "%s, voxel %d: %g",
                              dvk_model_name(models[m]), v, (double)sd[v]);
        }
}
END_TEST

START_TEST(one_resampling_is_refused)
{
    const double y[SCANS] = {4, 3, 2, 1};
    const dvk_integration how = model(DVK_MODEL_MONO, 1);
    dvk_curve curve;
    ck_fails(dvk_curve_fit(t_h, y, SCANS, lu177_h, &how, &curve), DVK_ERR_USAGE);
}
END_TEST

int main(void)
{
    TCase *cases[] = {tcase_create("bootstrap")};
    tcase_set_timeout(cases[0], 60);
    tcase_add_test(cases[0], draws_are_even);
    tcase_add_test(cases[0], a_linear_model_gives_its_covariance);
    tcase_add_test(cases[0], voxels_and_vois_are_the_oracles);
    tcase_add_test(cases[0], what_is_set_to_zero_weighs_as_zero);
    tcase_add_test(cases[0], neither_threads_nor_parts_nor_other_voxels_matter);
    tcase_add_test(cases[0], every_model_has_an_error);
    tcase_add_test(cases[0], one_resampling_is_refused);
    return run_suite("bootstrap", cases, 1, false);
}
