/*
 * The back ends against each other and the double oracle, on problems drawn at random from seeds: sizes, kernels (even
 * or not), engine. The stated tolerance is 1e-5 of the maximum; a seed that fails is named.
 */
#include <string.h>

#include "backend/context.h"
#include "support/convolution.h"
#include "support/opencl.h"
#include "support/support.h"

enum { SEEDS = 10 };

static const char *device;

static unsigned draw(unsigned *state, unsigned below)
{
    *state = *state * 1664525u + 1013904223u;
    return (*state >> 16) % below;
}

static dvk_context *open_context(const char *where)
{
    const dvk_context_options options = {.device = where, .fallback = DVK_FALLBACK_NONE, .threads = 1};
    dvk_context *c = NULL;
    ck_ok(dvk_context_open(&options, &c));
    return c;
}

START_TEST(random_convolutions)
{
    static const double tolerance = 1e-5;
    dvk_context *contexts[2] = {open_context("cpu"), open_context(device)};
    for (unsigned seed = 1; seed <= SEEDS; seed++) {
        unsigned state = seed;
        size_t n[3], half[3];
        for (int a = 0; a < 3; a++) {
            n[a] = 1 + draw(&state, 13);
            half[a] = draw(&state, 7);
        }
        const bool even = draw(&state, 2), direct = draw(&state, 2);
        conv_case c = make_case(n, half, even);
        oracle_convolve(&c.problem, c.in, c.want);
        for (int b = 0; b < 2; b++) {
            memset(c.out, 0, c.voxels * sizeof *c.out);
            ck_ok(dvk_context_convolve(contexts[b], &c.problem, direct, c.in, c.out));
            const double error = worst_error(c.out, c.want, c.voxels);
            ck_assert_msg(error <= tolerance, "seed %u, %s: %g", seed, dvk_context_backend(contexts[b]), error);
        }
        drop_case(&c);
    }
    dvk_context_close(contexts[0]);
    dvk_context_close(contexts[1]);
}
END_TEST

int main(void)
{
    const dvk_backend_ops *ops = NULL;
    device = opencl_device(&ops);
    TCase *cases[] = {tcase_create("random")};
    tcase_add_test(cases[0], random_convolutions);
    return run_suite("random cases", cases, 1, true);
}
