/* See fft.h. */
#include "backend/cpu/fft.h"

#include <math.h>

#include "base/alloc.h"
#include "base/fail.h"

static const double pi = 3.14159265358979323846;

static bool is_smooth(size_t n)
{
    for (size_t p = 2; p <= 5; p++)
        while (n % p == 0)
            n /= p;
    return n == 1;
}

size_t dvk_fft_good_length(size_t least, size_t step)
{
    size_t n = (least + step - 1) / step * step;
    if (n == 0)
        n = step;
    while (!is_smooth(n))
        n += step;
    return n;
}

/* Odd radices first: the first stage skips what is known to be zero, which suits them (128 of 192 is two thirds). Fours
 * next: such a stage does the work of two of radix 2 in one pass over the data. */
static void choose_radices(dvk_fft *f)
{
    static const unsigned candidates[] = {5, 3, 4, 2};
    size_t rest = f->length;
    for (size_t c = 0; c < sizeof candidates / sizeof candidates[0]; c++)
        for (; rest % candidates[c] == 0; rest /= candidates[c])
            f->radix[f->stages++] = candidates[c];
}

static size_t count_twiddles(dvk_fft *f)
{
    size_t m = f->length, count = 0;
    for (size_t stage = 0; stage < f->stages; m /= f->radix[stage++]) {
        f->twiddle_at[stage] = count;
        count += 2 * (f->radix[stage] - 1) * (m / f->radix[stage]);
    }
    return count;
}

static void fill_twiddles(dvk_fft *f)
{
    size_t m = f->length, at = 0;
    for (size_t stage = 0; stage < f->stages; m /= f->radix[stage++])
        for (size_t j = 0; j < m / f->radix[stage]; j++)
            for (size_t s = 1; s < f->radix[stage]; s++, at += 2) {
                const double angle = 2 * pi * (double)(j * s % m) / (double)m;
                f->twiddle[at] = cos(angle);
                f->twiddle[at + 1] = -sin(angle);
                f->twiddle_f[at] = (float)f->twiddle[at];
                f->twiddle_f[at + 1] = (float)f->twiddle[at + 1];
            }
}

/* Decimation in frequency: output s of a stage's butterflies goes on as the s-th sub-transform, which holds the
 * frequencies that are s modulo the radix. */
static void fill_order(dvk_fft *f)
{
    for (size_t p = 0; p < f->length; p++) {
        size_t m = f->length, rest = p, weight = 1;
        f->order[p] = 0;
        for (size_t stage = 0; stage < f->stages; stage++) {
            m /= f->radix[stage];
            f->order[p] += weight * (rest / m);
            rest %= m;
            weight *= f->radix[stage];
        }
    }
}

dvk_status dvk_fft_init(dvk_fft *f, size_t length)
{
    *f = (dvk_fft){.length = length};
    choose_radices(f);
    const size_t twiddles = count_twiddles(f);
    DVK_TRY(dvk_alloc(twiddles, sizeof *f->twiddle, &f->twiddle));
    DVK_TRY(dvk_alloc(twiddles, sizeof *f->twiddle_f, &f->twiddle_f));
    DVK_TRY(dvk_alloc(length, sizeof *f->order, &f->order));
    fill_twiddles(f);
    fill_order(f);
    return DVK_OK;
}

void dvk_fft_free(dvk_fft *f)
{
    dvk_free(f->twiddle);
    dvk_free(f->twiddle_f);
    dvk_free(f->order);
}
