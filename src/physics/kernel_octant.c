/* Octants as text. */
#include "physics/kernel_octant.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "base/text.h"

/* Numbers of a line, separated by tabs, commas, semicolons or blanks; false for a line that holds something else. */
static bool read_numbers(const char *line, double *out, size_t room, size_t *count)
{
    *count = 0;
    for (;;) {
        line += strspn(line, " \t,;\r");
        if (*line == '\0' || *line == '\n')
            return *count > 0;
        if (*count == room || !dvk_text_number(line, &out[*count], &line) || !strchr(" \t,;\r\n", *line))
            return false;
        ++*count;
    }
}

static const char *next_line(const char *text)
{
    const char *end = strchr(text, '\n');
    return end ? end + 1 : text + strlen(text);
}

static bool is_index(double x)
{
    return x >= 0 && x < 512 && x == floor(x);
}

/* The fewest lines that make an octant: i >= j >= k alone. */
static size_t fewest_values(size_t edge)
{
    return edge * (edge + 1) * (edge + 2) / 6;
}

/* One more than the largest index of all lines; DVK_ERR_INVALID names a line that is no i, j, k, S. The first `header`
 * lines pass. A single far index would choose how much memory is taken, so there must be lines for what is between. */
static dvk_status find_edge(const char *path, const char *text, size_t header, size_t *edge)
{
    size_t line = 0, values = 0;
    *edge = 0;
    for (const char *at = text; *at; at = next_line(at)) {
        double n[4];
        size_t count = 0;
        line++;
        if (line <= header || *at == '\n' || *at == '#')
            continue;
        if (!read_numbers(at, n, 4, &count) || count != 4 || !is_index(n[0]) || !is_index(n[1]) || !is_index(n[2]))
            return dvk_fail(DVK_ERR_INVALID, "%s: line %zu: not i, j, k and a value", path, line);
        if (!(n[3] >= 0))
            return dvk_fail(DVK_ERR_INVALID, "%s: line %zu: a negative value", path, line);
        for (int a = 0; a < 3; a++)
            *edge = (size_t)n[a] + 1 > *edge ? (size_t)n[a] + 1 : *edge;
        values++;
    }
    if (!*edge)
        return dvk_fail(DVK_ERR_INVALID, "%s: holds no values", path);
    if (values < fewest_values(*edge))
        return dvk_fail(DVK_ERR_INVALID, "%s: an index is %zu, but there are only %zu lines: values are missing", path,
                        *edge - 1, values);
    return DVK_OK;
}

/* Entries that are not listed, but one with the same indices in another order is, are equal to it: tables often list
 * i >= j >= k alone. */
static dvk_status fill_by_symmetry(const char *path, const dvk_octant *o)
{
    static const int orders[5][3] = {{0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
    const size_t e = o->edge;
    for (size_t i = 0; i < e * e * e; i++) {
        const size_t n[3] = {i % e, i / e % e, i / e / e};
        for (int p = 0; p < 5 && isnan(o->value[i]); p++)
            o->value[i] = o->value[(n[orders[p][2]] * e + n[orders[p][1]]) * e + n[orders[p][0]]];
        if (isnan(o->value[i]))
            return dvk_fail(DVK_ERR_INVALID, "%s: the value at %zu, %zu, %zu is missing", path, n[0], n[1], n[2]);
    }
    return DVK_OK;
}

static dvk_status read_indexed(const char *path, const char *text, size_t header, dvk_octant *o)
{
    size_t line = 0;
    DVK_TRY(find_edge(path, text, header, &o->edge));
    DVK_TRY(dvk_alloc(o->edge * o->edge * o->edge, sizeof *o->value, &o->value));
    for (size_t i = 0; i < o->edge * o->edge * o->edge; i++)
        o->value[i] = NAN;
    for (const char *at = text; *at; at = next_line(at)) {
        double n[4];
        size_t count = 0;
        if (++line <= header || !read_numbers(at, n, 4, &count))
            continue;
        double *value = &o->value[((size_t)n[2] * o->edge + (size_t)n[1]) * o->edge + (size_t)n[0]];
        if (!isnan(*value) && *value != n[3])
            return dvk_fail(DVK_ERR_INVALID, "%s: line %zu: this voxel was given another value before", path, line);
        *value = n[3];
    }
    return fill_by_symmetry(path, o);
}

/* --- values alone --- */

/* All numbers of a text in turn; the first `header` lines pass. Counts only where `out` is NULL. */
static dvk_status read_values(const char *path, const char *text, size_t header, double *out, size_t *count)
{
    enum { MOST = 512 };
    size_t line = 0;
    *count = 0;
    for (const char *at = text; *at; at = next_line(at)) {
        double n[MOST];
        size_t found = 0;
        if (++line <= header || *at == '\n' || *at == '#')
            continue;
        if (!read_numbers(at, n, MOST, &found))
            return dvk_fail(DVK_ERR_INVALID, "%s: line %zu: not a row of numbers", path, line);
        if (out)
            memcpy(out + *count, n, found * sizeof *n);
        *count += found;
    }
    return DVK_OK;
}

static size_t cube_root(size_t count)
{
    size_t edge = 0;
    while (edge * edge * edge < count)
        edge++;
    return edge * edge * edge == count ? edge : 0;
}

static size_t largest_of(const double *value, size_t count)
{
    size_t largest = 0;
    for (size_t i = 1; i < count; i++)
        if (value[i] > value[largest])
            largest = i;
    return largest;
}

/* The octant of a whole cube with the source in the middle. */
static dvk_status cut_octant(const char *path, dvk_octant *o)
{
    const size_t e = o->edge, half = (e - 1) / 2, n = half + 1;
    for (size_t i = 0; i < e * e * e; i++) {
        const size_t x = i % e, y = i / e % e, z = i / e / e;
        if (o->value[i] != o->value[((e - 1 - z) * e + e - 1 - y) * e + e - 1 - x])
            return dvk_fail(DVK_ERR_INVALID, "%s: the cube is not symmetric around its middle", path);
    }
    for (size_t i = 0; i < n * n * n; i++) /* rising targets from sources further on: in place */
        o->value[i] = o->value[((half + i / n / n) * e + half + i / n % n) * e + half + i % n];
    o->edge = n;
    return DVK_OK;
}

static dvk_status read_plain(const char *path, const char *text, size_t header, dvk_octant *o)
{
    size_t count = 0;
    DVK_TRY(read_values(path, text, header, NULL, &count));
    o->edge = cube_root(count);
    if (!o->edge)
        return dvk_fail(DVK_ERR_INVALID, "%s: %zu values are no cube", path, count);
    DVK_TRY(dvk_alloc(count, sizeof *o->value, &o->value));
    DVK_TRY(read_values(path, text, header, o->value, &count));
    const size_t largest = largest_of(o->value, count);
    if (largest == 0)
        return DVK_OK;
    if (o->edge % 2 == 0 || largest != count / 2)
        return dvk_fail(DVK_ERR_INVALID, "%s: the largest value is neither the first nor in the middle", path);
    return cut_octant(path, o);
}

/* Whether the first line of numbers is i, j, k and a value. */
static bool is_indexed(const char *text, size_t header)
{
    size_t line = 0, count = 0;
    double n[4];
    for (const char *at = text; *at; at = next_line(at))
        if (++line > header && *at != '\n' && *at != '#')
            return read_numbers(at, n, 4, &count) && count == 4 && is_index(n[0]) && is_index(n[1]) && is_index(n[2]);
    return true;
}

dvk_status dvk_octant_parse(const char *path, const char *text, size_t header, dvk_octant *out)
{
    *out = (dvk_octant){0};
    const dvk_status status =
        is_indexed(text, header) ? read_indexed(path, text, header, out) : read_plain(path, text, header, out);
    if (status != DVK_OK)
        dvk_octant_free(out);
    return status;
}

void dvk_octant_free(dvk_octant *o)
{
    dvk_free(o->value);
    *o = (dvk_octant){0};
}

dvk_status dvk_octant_unfold(const dvk_octant *o, double **taps)
{
    const size_t half = o->edge - 1, n = 2 * half + 1;
    DVK_TRY(dvk_alloc(n * n * n, sizeof **taps, taps));
    for (size_t i = 0; i < n * n * n; i++) {
        size_t from[3] = {i % n, i / n % n, i / n / n};
        for (int a = 0; a < 3; a++)
            from[a] = from[a] < half ? half - from[a] : from[a] - half;
        (*taps)[i] = o->value[(from[2] * o->edge + from[1]) * o->edge + from[0]];
    }
    return DVK_OK;
}
