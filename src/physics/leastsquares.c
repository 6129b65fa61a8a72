/* The only file that includes cminpack. */
#include "physics/leastsquares.h"

#include <assert.h>
#include <cminpack.h>
#include <float.h>

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
    const double tolerance = 4 * DBL_EPSILON, first_step = 10; /* of x: sums of squares stop telling at its root */
    (void)lmder(evaluate, &j, m, n, x, fvec, fjac, m, 0, tolerance, 0, most_evaluations, diag, scale_by_itself,
                first_step, silent, &nfev, &njev, pivot, qtf, wa1, wa2, wa3, wa4);
    for (int i = 0; i < m; i++)
        sum += fvec[i] * fvec[i];
    return sum;
}
