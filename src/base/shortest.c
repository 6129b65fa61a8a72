/*
 * The shortest decimal text of a double. printf and strtod decide; between 0.001 and 1e15, where 128-bit integers hold
 * everything exactly, the same is decided without them, ten times faster: a case writes ten thousand numbers.
 */
#include <float.h>
#include <locale.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/locale.h"
#include "base/text.h"

enum { MOST_DIGITS = 17 };

#ifdef __SIZEOF_INT128__

__extension__ typedef unsigned __int128 wide;

enum { MOST_SHIFT = 19 };

/* |value| = mantissa / 2^shift, and its first 17 digits: `digits` + rest / 2^shift = |value| 10^places. */
typedef struct decimal {
    uint64_t mantissa, power; /* 10^places */
    int shift, places;
    uint64_t digits;
    wide scaled; /* mantissa 10^places */
} decimal;

static bool take_apart(double value, decimal *d)
{
    static const uint64_t least = 10000000000000000; /* of 17 digits */
    int exponent = 0;
    if (!(value >= 1e-3 && value < 1e15))
        return false;
    d->mantissa = (uint64_t)ldexp(frexp(value, &exponent), DBL_MANT_DIG);
    d->shift = DBL_MANT_DIG - exponent; /* 3 to 62 */
    d->power = 1;
    for (d->places = 0; d->places <= MOST_SHIFT; d->places++, d->power *= 10) {
        d->scaled = (wide)d->mantissa * d->power;
        d->digits = (uint64_t)(d->scaled >> d->shift);
        if (d->digits >= least)
            return d->mantissa != (uint64_t)1 << (DBL_MANT_DIG - 1); /* there the next double below is nearer */
    }
    return false;
}

/* The nearest number whose last 17 - n digits are 0, as printf rounds: a tie to even. */
static uint64_t rounded(const decimal *d, uint64_t unit)
{
    const uint64_t whole = d->digits / unit;
    const wide rest = d->scaled - ((wide)(whole * unit) << d->shift), half = ((wide)unit << d->shift) / 2;
    return (whole + (rest > half || (rest == half && whole % 2 == 1))) * unit;
}

/* Whether those digits are nearer to this double than to the next; the half way goes to the even one. */
static bool reads_back(const decimal *d, uint64_t digits)
{
    const wide there = (wide)digits << d->shift;
    const wide off = 2 * (there > d->scaled ? there - d->scaled : d->scaled - there);
    return off < d->power || (off == d->power && d->mantissa % 2 == 0);
}

/* Digits with the point before the last `places` of them, no zeros at the end. */
static void print_digits(uint64_t digits, int places, bool negative, char out[32])
{
    char text[MOST_SHIFT + 1] = "", *to = out;
    int length = places + 1 > MOST_DIGITS ? places + 1 : MOST_DIGITS;
    const int whole = length - places;
    for (int i = length; i-- > 0; digits /= 10)
        text[i] = (char)('0' + digits % 10);
    while (length > whole && text[length - 1] == '0')
        length--;
    if (negative)
        *to++ = '-';
    memcpy(to, text, (size_t)whole);
    to += whole;
    if (length > whole) {
        *to++ = '.';
        memcpy(to, text + whole, (size_t)(length - whole));
        to += length - whole;
    }
    *to = '\0';
}

static bool print_exactly(double value, char out[32])
{
    decimal d;
    if (!take_apart(fabs(value), &d))
        return false;
    uint64_t unit = 100, digits = rounded(&d, unit);
    for (; unit > 1 && !reads_back(&d, digits); digits = rounded(&d, unit))
        unit /= 10;
    print_digits(digits, d.places, value < 0, out);
    return true;
}

#else

static bool print_exactly(double value, char out[32])
{
    (void)value;
    (void)out;
    return false;
}

#endif

static void print_and_try(double value, char out[32])
{
    /* %g leaves trailing zeros out, so 15 digits, which every normal number keeps, also give all shorter texts. */
    for (int digits = fabs(value) < DBL_MIN ? 1 : DBL_DIG; digits <= MOST_DIGITS; digits++) {
        snprintf(out, 32, "%.*g", digits, value);
        if (digits == MOST_DIGITS || strtod(out, NULL) == value)
            break;
    }
}

void dvk_text_shortest(double value, char out[32])
{
    if (isnan(value) || isinf(value)) {
        snprintf(out, 32, "%s", isnan(value) ? "nan" : value > 0 ? "inf" : "-inf");
        return;
    }
    const bool whole = value == floor(value) && fabs(value) < 1e15;
    if (!whole && print_exactly(value, out))
        return;
    const locale_t before = uselocale(dvk_c_locale());
    /* Whole numbers in full: "7400" is as exact as "7.4e+03" and reads better. */
    if (whole)
        snprintf(out, 32, "%.0f", value);
    else
        print_and_try(value, out);
    uselocale(before);
}
