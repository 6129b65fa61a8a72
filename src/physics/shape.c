/* A tabulated curve a(t): read from a table, evaluated and integrated. */
#include <math.h>
#include <string.h>

#include "dvk/nuclide.h"

#include "base/alloc.h"
#include "base/fail.h"
#include "base/text.h"
#include "data/table.h"
#include "physics/timefit.h"

enum { MAX_ROWS = 100000 };

/* "time TAB value", blanks allowed; false for anything else. */
static bool parse_row(const char *line, double *t, double *value)
{
    const char *end = NULL;
    if (!dvk_text_number(line + strspn(line, " \t"), t, &end))
        return false;
    const char *next = end + strspn(end, " \t");
    if (next == end || !dvk_text_number(next, value, &end))
        return false;
    return end[strspn(end, " \t\r\n")] == '\0';
}

static dvk_status add_row(dvk_shape *s, const char *path, size_t number, double t, double value)
{
    if (t < 0 || (s->count > 0 && t <= s->t_h[s->count - 1]))
        return dvk_fail(DVK_ERR_INVALID, "%s: line %zu: time %g h does not rise from 0: sort the rows", path, number,
                        t);
    if (value < 0)
        return dvk_fail(DVK_ERR_INVALID, "%s: line %zu: value %g is negative", path, number, value);
    if (s->count == MAX_ROWS)
        return dvk_fail(DVK_ERR_INVALID, "%s: more than %d rows", path, (int)MAX_ROWS);
    if ((s->count & (s->count - 1)) == 0) { /* full at every power of two */
        const size_t room = s->count ? 2 * s->count : 1;
        DVK_TRY(dvk_grow(s->count, room, sizeof *s->t_h, &s->t_h));
        DVK_TRY(dvk_grow(s->count, room, sizeof *s->value, &s->value));
    }
    s->t_h[s->count] = t;
    s->value[s->count++] = value;
    return DVK_OK;
}

static dvk_status read_rows(dvk_shape *s, char *text, const char *path)
{
    size_t number = 1;
    for (char *line = text, *next = NULL; line; line = next, number++) {
        double t = 0, value = 0;
        next = strchr(line, '\n');
        if (next)
            *next++ = '\0';
        const bool empty = line[strspn(line, " \t\r")] == '\0' || line[0] == '#';
        if (empty || (number == 1 && strncmp(line, "time_h", 6) == 0))
            continue;
        if (!parse_row(line, &t, &value))
            return dvk_fail(DVK_ERR_INVALID, "%s: line %zu is not 'time_h value': give two numbers, separated by a tab",
                            path, number);
        DVK_TRY(add_row(s, path, number, t, value));
    }
    if (s->count < 2)
        return dvk_fail(DVK_ERR_INVALID, "%s: %zu rows: a shape needs two", path, s->count);
    return DVK_OK;
}

dvk_status dvk_shape_read(const char *path, dvk_shape **out)
{
    dvk_shape *s = NULL;
    char *text = NULL;
    dvk_status status = DVK_OK;
    *out = NULL;
    DVK_TRY(dvk_text_file_read(path, &text));
    DVK_TRY_DONE(dvk_alloc(1, sizeof *s, &s));
    DVK_TRY_DONE(read_rows(s, text, path));
    *out = s;
    s = NULL;
done:
    dvk_free(text);
    dvk_shape_free(s);
    return status;
}

void dvk_shape_free(dvk_shape *s)
{
    if (!s)
        return;
    dvk_free(s->t_h);
    dvk_free(s->value);
    dvk_free(s);
}

/* The rate of its end: by its last two points, never slower than decay; decay where they do not tell. */
static double end_rate(const dvk_shape *s, double half_life_h)
{
    const double physical = dvk_decay_constant_per_h(half_life_h), *t = s->t_h, *a = s->value;
    const size_t n = s->count;
    if (n < 2 || !(a[n - 1] > 0) || !(a[n - 2] > 0))
        return physical;
    return fmax(physical, log(a[n - 2] / a[n - 1]) / (t[n - 1] - t[n - 2]));
}

/* Before the first point; the integral from t to it. Back-extrapolation follows the first two points' exponential. */
static double start_value(const dvk_shape *s, dvk_start start, double t, double *integral)
{
    const double first = s->t_h[0], a = s->value[0];
    if (start == DVK_START_LINEAR) {
        *integral = first > 0 ? a * (first * first - t * t) / (2 * first) : 0;
        return first > 0 ? a * t / first : a;
    }
    if (start == DVK_START_BACK_EXTRAPOLATE && s->count > 1 && a > 0 && s->value[1] > 0) {
        const double rate = log(a / s->value[1]) / (s->t_h[1] - first), x = rate * (first - t);
        *integral = a * (first - t) * (x != 0 ? expm1(x) / x : 1);
        return a * exp(x);
    }
    *integral = a * (first - t);
    return a;
}

double dvk_shape_at(const dvk_shape *s, dvk_start start, double half_life_h, double t_h)
{
    double unused = 0;
    if (t_h < s->t_h[0])
        return start_value(s, start, t_h, &unused);
    for (size_t i = 1; i < s->count; i++)
        if (t_h <= s->t_h[i]) {
            const double share = (t_h - s->t_h[i - 1]) / (s->t_h[i] - s->t_h[i - 1]);
            return s->value[i - 1] + share * (s->value[i] - s->value[i - 1]);
        }
    return s->value[s->count - 1] * exp(-end_rate(s, half_life_h) * (t_h - s->t_h[s->count - 1]));
}

double dvk_shape_integral(const dvk_shape *s, dvk_start start, double half_life_h, double from_h)
{
    const size_t n = s->count;
    const double rate = end_rate(s, half_life_h);
    double sum = 0;
    if (from_h < s->t_h[0])
        (void)start_value(s, start, from_h, &sum);
    for (size_t i = 1; i < n; i++) {
        const double a = fmax(from_h, s->t_h[i - 1]), b = s->t_h[i];
        if (a < b)
            sum += (dvk_shape_at(s, start, half_life_h, a) + s->value[i]) / 2 * (b - a);
    }
    const double after = fmax(from_h, s->t_h[n - 1]);
    return sum + dvk_shape_at(s, start, half_life_h, after) / rate;
}
