/*
 * The voxel's fit in float against closed forms, and against the VOI's curve in double, which is another program:
 * another search, another solver. Every model, 1 to 12 scans, every weighting.
 */
#include <string.h>

#include "backend/backend.h"
#include "physics/timefit.h"
#include "support/convolution.h"
#include "support/support.h"

enum { VOXELS = 200, MOST = 12 };

static const double lu177_h = 6.647 * 24;
static const double times_h[MOST] = {0.5, 2, 4, 12, 24, 48, 72, 96, 120, 144, 168, 240};
static float memory[MOST][VOXELS], tia[VOXELS];
static uint8_t status[VOXELS];

/* n of the times, first and last among them where there are two. */
static void choose_times(size_t n, double *t_h)
{
    for (size_t i = 0; i < n; i++)
        t_h[i] = times_h[n == 1 ? 4 : i * (MOST - 1) / (n - 1)];
}

static void integrate_with(const dvk_integration *how, const double *t_h, size_t n, float *sd)
{
    const float *frame[MOST];
    dvk_fit_parameters p;
    dvk_backend *cpu = NULL;
    for (size_t i = 0; i < n; i++)
        frame[i] = memory[i];
    ck_ok(dvk_fit_prepare(how, t_h, n, lu177_h, 1, &p));
    const dvk_integrate_problem problem = {
        .voxels = VOXELS, .points = n, .frame = frame, .parameters = &p, .tia = tia, .status = status, .sd = sd};
    ck_ok(dvk_cpu_backend.open("cpu", 2, &cpu));
    ck_ok(dvk_cpu_backend.integrate(cpu, &problem));
    dvk_cpu_backend.close(cpu);
}

static void integrate(const dvk_integration *how, const double *t_h, size_t n)
{
    integrate_with(how, t_h, n, NULL);
}

/* A curve of the model with rates well apart, so that its samples determine it; fills column v and returns its TIA. */
static double make_curve(dvk_model model, const double *t_h, size_t n, size_t v, unsigned long long *state)
{
    const double slow = log(2) / (40 + 60 * next_uniform(state)), fast = log(2) / (6 + 4 * next_uniform(state)),
                 uptake = log(2) / (0.5 + next_uniform(state)), level = pow(10, 2 + 4 * next_uniform(state));
    double amplitude[3] = {level, 0, 0};
    const double rate[3] = {slow, model == DVK_MODEL_BIEXP || model == DVK_MODEL_TRIEXP ? fast : uptake, uptake};
    if (model == DVK_MODEL_UPTAKE_CLEARANCE)
        amplitude[1] = -level;
    if (model == DVK_MODEL_UPTAKE_CLEARANCE2)
        amplitude[1] = -0.7 * level;
    if (model == DVK_MODEL_BIEXP || model == DVK_MODEL_TRIEXP)
        amplitude[1] = 0.8 * level;
    if (model == DVK_MODEL_TRIEXP)
        amplitude[2] = -0.9 * level;
    double integral = 0;
    for (size_t i = 0; i < n; i++)
        memory[i][v] = 0;
    for (int k = 0; k < 3; k++) {
        integral += amplitude[k] / rate[k];
        for (size_t i = 0; i < n; i++)
            memory[i][v] += (float)(amplitude[k] * exp(-rate[k] * t_h[i]));
    }
    return integral;
}

/* Without noise the curve comes back, as far as float tells two or three amplitudes apart. */
START_TEST(curves_come_back)
{
    static const double tolerance[] = {[DVK_MODEL_MONO] = 1e-4,
                                       [DVK_MODEL_UPTAKE_CLEARANCE] = 1e-4,
                                       [DVK_MODEL_UPTAKE_CLEARANCE2] = 5e-3,
                                       [DVK_MODEL_BIEXP] = 5e-3,
                                       [DVK_MODEL_TRIEXP] = 0.3};
    for (int m = DVK_MODEL_MONO; m <= DVK_MODEL_TRIEXP; m++)
        for (size_t n = dvk_model_unknowns((dvk_model)m) + 2; n <= MOST; n++) {
            double t_h[MOST], want[VOXELS], worst = 0;
            unsigned long long state = 17;
            dvk_integration how = dvk_integration_default();
            how.model = (dvk_model)m;
            choose_times(n, t_h);
            for (size_t v = 0; v < VOXELS; v++)
                want[v] = make_curve(how.model, t_h, n, v, &state);
            integrate(&how, t_h, n);
            for (size_t v = 0; v < VOXELS; v++)
                worst = fmax(worst, fabs((double)tia[v] / want[v] - 1));
            ck_assert_msg(worst < tolerance[m], "%s of %zu: off by %g", dvk_model_name(how.model), n, worst);
        }
}
END_TEST

/* With noise: the same least squares by another program, in all but a few voxels that have two valleys as deep. */
static void compare(dvk_model model, dvk_weighting weighting, size_t n)
{
    double t_h[MOST];
    unsigned long long state = 23;
    size_t apart = 0;
    dvk_integration how = dvk_integration_default();
    how.model = model;
    how.weighting = weighting;
    how.madsen_half_life_h = 60;
    choose_times(n, t_h);
    for (size_t v = 0; v < VOXELS; v++) {
        make_curve(v % 2 ? DVK_MODEL_UPTAKE_CLEARANCE : DVK_MODEL_BIEXP, t_h, n, v, &state);
        for (size_t i = 0; i < n; i++)
            memory[i][v] *= (float)(1 + 0.1 * (next_uniform(&state) - 0.5));
    }
    integrate(&how, t_h, n);
    for (size_t v = 0; v < VOXELS; v += 9) { /* the double search takes a millisecond */
        double y[MOST];
        dvk_curve curve;
        for (size_t i = 0; i < n; i++)
            y[i] = (double)memory[i][v];
        ck_ok(dvk_curve_fit(t_h, y, n, lu177_h, &how, &curve));
        apart += !(fabs((double)tia[v] / curve.tia - 1) < 2e-3);
    }
    ck_assert_msg(apart <= 2, "%s of %zu, %s: %zu of %d differ", dvk_model_name(model), n,
                  dvk_weighting_name(weighting), apart, VOXELS / 8);
}

/* Three exponentials with noise are beyond float, and a curve through its samples has several ways to go: left out. */
START_TEST(least_squares_are_those_of_the_double_fit)
{
    for (int m = DVK_MODEL_TRAPEZOID; m <= DVK_MODEL_MADSEN; m++)
        for (size_t n = 1; n <= MOST; n++) {
            const bool rates = m >= DVK_MODEL_MONO && m <= DVK_MODEL_TRIEXP;
            const size_t least = m == DVK_MODEL_TRAPEZOID ? 2 : dvk_model_points((dvk_model)m) + rates;
            if (n < least || (m >= DVK_MODEL_HAENSCHEID && n > 1) || m == DVK_MODEL_TRIEXP)
                continue;
            compare((dvk_model)m, (dvk_weighting)(n % 3), n);
        }
}
END_TEST

/* `auto`: from 5 scans the least AICc in float and in double; below, one and two scans by their rules. */
START_TEST(auto_takes_what_the_double_fit_takes)
{
    for (size_t n = 1; n <= MOST; n += n < 3 ? 1 : 2)
        if (n != 3)
            compare(DVK_MODEL_AUTO, DVK_WEIGHT_UNIT, n);
}
END_TEST

/* Noisy curves of both kinds, rising and falling; every 13th voxel is air. */
static void fill_memory(const double *t_h, size_t n)
{
    unsigned long long state = 29;
    for (size_t v = 0; v < VOXELS; v++) {
        make_curve(v % 3 ? DVK_MODEL_UPTAKE_CLEARANCE : DVK_MODEL_BIEXP, t_h, n, v, &state);
        for (size_t i = 0; i < n; i++)
            memory[i][v] *= v % 13 ? (float)(1 + 0.5 * (next_uniform(&state) - 0.5)) : 0;
    }
}

static void reverse_memory(size_t n)
{
    for (size_t i = 0; i < n; i++)
        for (size_t v = 0; v < VOXELS / 2; v++) {
            const float kept = memory[i][v];
            memory[i][v] = memory[i][VOXELS - 1 - v];
            memory[i][VOXELS - 1 - v] = kept;
        }
}

/* The same bytes whatever lies beside a voxel, and whether its error is wanted too. */
START_TEST(company_makes_no_difference)
{
    static float alone[VOXELS], sd[VOXELS];
    static uint8_t alone_status[VOXELS];
    const size_t n = 4;
    double t_h[MOST];
    choose_times(n, t_h);
    for (int m = DVK_MODEL_AUTO; m < DVK_MODEL_TRIEXP; m++) {
        dvk_integration how = dvk_integration_default();
        how.model = (dvk_model)m;
        fill_memory(t_h, n);
        integrate(&how, t_h, n);
        memcpy(alone, tia, sizeof tia);
        memcpy(alone_status, status, sizeof status);
        integrate_with(&how, t_h, n, sd);
        ck_assert_mem_eq(tia, alone, sizeof tia);
        ck_assert_mem_eq(status, alone_status, sizeof status);
        reverse_memory(n);
        integrate(&how, t_h, n);
        for (size_t v = 0; v < VOXELS; v++) {
            ck_assert_msg(tia[v] == alone[VOXELS - 1 - v], "%s, voxel %zu", dvk_model_name(how.model), v);
            ck_assert_uint_eq(status[v], alone_status[VOXELS - 1 - v]);
            ck_assert_int_eq(tia[v] == 0, (VOXELS - 1 - v) % 13 == 0);
        }
    }
}
END_TEST

/* The least squares of a mono-exponential through the last three of six points, by trying every rate; the area beyond
 * the last. NaN where a rate at an edge is the best. */
static double area_beyond(const double *t_h, size_t v)
{
    double least = INFINITY, best = NAN;
    const int steps = 4000;
    int at = 0;
    for (int s = 0; s <= steps; s++) {
        const double rate = log(2) / lu177_h * pow(40, (double)s / steps);
        double ye = 0, ee = 0, squares = 0;
        for (size_t i = 3; i < 6; i++) {
            ye += memory[i][v] * exp(-rate * t_h[i]);
            ee += exp(-2 * rate * t_h[i]);
        }
        for (size_t i = 3; i < 6; i++)
            squares += pow(memory[i][v] - ye / ee * exp(-rate * t_h[i]), 2);
        if (squares < least) {
            least = squares;
            best = ye / ee * exp(-rate * t_h[5]) / rate;
            at = s;
        }
    }
    return at > 100 && at < steps - 100 ? best : NAN;
}

/* Early points bear no weight in the tail, also where it starts from: noisy late samples of a fast clearance. */
START_TEST(a_fitted_tail_is_that_of_the_last_three)
{
    const double t_h[] = {1, 4, 24, 48, 96, 168};
    dvk_integration how = dvk_integration_default();
    unsigned long long state = 5;
    size_t judged = 0, off = 0;
    how.model = DVK_MODEL_TRAPEZOID;
    how.tail = DVK_TAIL_FIT;
    for (size_t v = 0; v < VOXELS; v++)
        for (size_t i = 0; i < 6; i++)
            memory[i][v] = (float)(1000 * exp2(-t_h[i] / 15) + 170 * (next_uniform(&state) - 0.5));
    integrate(&how, t_h, 6);
    for (size_t v = 0; v < VOXELS; v++) {
        double want = memory[0][v] * t_h[0] + area_beyond(t_h, v);
        for (size_t i = 1; i < 6; i++)
            want += 0.5 * (memory[i][v] + memory[i - 1][v]) * (t_h[i] - t_h[i - 1]);
        judged += !isnan(want);
        off += fabs(tia[v] - want) > 1e-3 * want;
    }
    ck_assert_uint_gt(judged, VOXELS / 3);
    ck_assert_msg(off * 100 <= judged, "%zu of %zu", off, judged);
}
END_TEST

int main(void)
{
    TCase *cases[] = {tcase_create("voxelfit")};
    tcase_set_timeout(cases[0], 120);
    tcase_add_test(cases[0], curves_come_back);
    tcase_add_test(cases[0], least_squares_are_those_of_the_double_fit);
    tcase_add_test(cases[0], auto_takes_what_the_double_fit_takes);
    tcase_add_test(cases[0], company_makes_no_difference);
    tcase_add_test(cases[0], a_fitted_tail_is_that_of_the_last_three);
    return run_suite("voxelfit", cases, 1, false);
}
