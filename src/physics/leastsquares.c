/* The only file that includes cminpack. */
#include "physics/leastsquares.h"

#include <assert.h>
#include <cminpack.h>
#include <float.h>
#include <math.h>

typedef struct job {
    dvk_residuals *residuals;
    const void *problem;
} job;

/* MINPACK asks for residuals and Jacobian in turns; both come from one function here. */
static int evaluate(void *user, int m, int n, const double *x, double *residual, double *jacobian, int ld, int flag)
{
    const job *j = user;
    double unused[DVK_LSQ_POINTS * DVK_LSQ_UNKNOWNS];
    (void)ld, (void)m, (void)n;
    if (flag == 1)
        j->residuals(j->problem, x, residual, unused);
    else if (flag == 2) {
        double same[DVK_LSQ_POINTS];
        j->residuals(j->problem, x, same, jacobian);
    }
    return 0;
}

bool dvk_solve_normal(double *a, double *b, size_t m)
{
    for (size_t c = 0; c < m; c++) {
        size_t pivot = c;
        for (size_t r = c + 1; r < m; r++)
            if (fabs(a[r * m + c]) > fabs(a[pivot * m + c]))
                pivot = r;
        if (!(fabs(a[pivot * m + c]) > 0))
            return false;
        for (size_t k = 0; k < m; k++) {
            const double swap = a[c * m + k];
            a[c * m + k] = a[pivot * m + k];
            a[pivot * m + k] = swap;
        }
        const double swap = b[c];
        b[c] = b[pivot];
        b[pivot] = swap;
        for (size_t r = c + 1; r < m; r++) {
            const double f = a[r * m + c] / a[c * m + c];
            for (size_t k = c; k < m; k++)
                a[r * m + k] -= f * a[c * m + k];
            b[r] -= f * b[c];
        }
    }
    for (size_t c = m; c-- > 0;) {
        for (size_t k = c + 1; k < m; k++)
            b[c] -= a[c * m + k] * b[k];
        b[c] /= a[c * m + c];
    }
    return true;
}

/* Plain Gauss-Newton steps from a minimum that is known to the root of the machine's precision. */
static void polish(const job *j, size_t points, size_t unknowns, double *x)
{
    double before = 1e-4, residual[DVK_LSQ_POINTS], jacobian[DVK_LSQ_POINTS * DVK_LSQ_UNKNOWNS];
    for (int round = 0; round < 20; round++) {
        double normal[DVK_LSQ_UNKNOWNS * DVK_LSQ_UNKNOWNS] = {0}, step[DVK_LSQ_UNKNOWNS] = {0}, size = 0;
        j->residuals(j->problem, x, residual, jacobian);
        for (size_t r = 0; r < unknowns; r++)
            for (size_t i = 0; i < points; i++) {
                step[r] -= jacobian[r * points + i] * residual[i];
                for (size_t c = 0; c < unknowns; c++)
                    normal[r * unknowns + c] += jacobian[r * points + i] * jacobian[c * points + i];
            }
        if (!dvk_solve_normal(normal, step, unknowns))
            return;
        for (size_t k = 0; k < unknowns; k++)
            size = fmax(size, fabs(step[k]) / (fabs(x[k]) + 1));
        if (!(size < before / 2))
            return;
        before = size;
        for (size_t k = 0; k < unknowns; k++)
            x[k] += step[k];
    }
}

double dvk_least_squares(dvk_residuals *residuals, const void *problem, size_t points, size_t unknowns, double *x)
{
    assert(unknowns >= 1 && unknowns <= DVK_LSQ_UNKNOWNS && unknowns <= points && points <= DVK_LSQ_POINTS);
    job j = {residuals, problem};
    const int m = (int)points, n = (int)unknowns;
    double fvec[DVK_LSQ_POINTS], fjac[DVK_LSQ_POINTS * DVK_LSQ_UNKNOWNS], diag[DVK_LSQ_UNKNOWNS];
    double qtf[DVK_LSQ_UNKNOWNS], wa1[DVK_LSQ_UNKNOWNS], wa2[DVK_LSQ_UNKNOWNS], wa3[DVK_LSQ_UNKNOWNS];
    double wa4[DVK_LSQ_POINTS], sum = 0;
    int pivot[DVK_LSQ_UNKNOWNS], nfev = 0, njev = 0;
    const int scale_by_itself = 1, most_evaluations = 400, silent = 0;
    const double tolerance = 4 * DBL_EPSILON, first_step = 10;
    (void)lmder(evaluate, &j, m, n, x, fvec, fjac, m, 0, tolerance, 0, most_evaluations, diag, scale_by_itself,
                first_step, silent, &nfev, &njev, pivot, qtf, wa1, wa2, wa3, wa4);
    polish(&j, points, unknowns, x);
    residuals(problem, x, fvec, fjac);
    for (int i = 0; i < m; i++)
        sum += fvec[i] * fvec[i];
    return sum;
}
