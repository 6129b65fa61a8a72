/* Shell tables: reading their text, the embedded ones by name, joining shells that are noise. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "base/text.h"
#include "physics/pointkernel.h"

bool dvk_tables_find(const char *name, const unsigned char **bytes, size_t *count);

dvk_status dvk_shells_create(size_t count, dvk_shells *out)
{
    *out = (dvk_shells){.count = count};
    dvk_status status = DVK_OK;
    DVK_TRY_DONE(dvk_alloc(count + 1, sizeof *out->edge_mm, &out->edge_mm));
    DVK_TRY_DONE(dvk_alloc(count, sizeof *out->energy, &out->energy));
    DVK_TRY_DONE(dvk_alloc(count, sizeof *out->sigma_rel, &out->sigma_rel));
done:
    if (status != DVK_OK)
        dvk_shells_free(out);
    return status;
}

void dvk_shells_free(dvk_shells *s)
{
    dvk_free(s->edge_mm);
    dvk_free(s->energy);
    dvk_free(s->sigma_rel);
    *s = (dvk_shells){0};
}

static const char *next_line(const char *text)
{
    const char *end = strchr(text, '\n');
    return end ? end + 1 : text + strlen(text);
}

/* A line of five numbers: r_lo, r_hi, MeV, fraction, relative error. */
static bool read_numbers(const char *line, double number[5])
{
    for (int i = 0; i < 5; i++) {
        if (i && *line++ != ',')
            return false;
        if (!dvk_text_number(line, &number[i], &line))
            return false;
    }
    return *line == '\n' || *line == '\r' || *line == '\0';
}

static dvk_status read_shell(const char *name, size_t line, const double number[5], size_t i, dvk_shells *out)
{
    const double start = i ? out->edge_mm[i] : 0;
    if (fabs(number[0] - start) > 1e-6 * number[1] || number[1] <= number[0])
        return dvk_fail(DVK_ERR_INVALID, "%s: line %zu: the shell from %g to %g mm does not follow %g mm", name, line,
                        number[0], number[1], start);
    if (number[2] < 0 || number[4] < 0)
        return dvk_fail(DVK_ERR_INVALID, "%s: line %zu: a negative energy or error", name, line);
    out->edge_mm[i + 1] = number[1];
    out->energy[i] = 1e3 * number[2];
    out->sigma_rel[i] = number[4];
    return DVK_OK;
}

dvk_status dvk_shells_parse(const char *name, const char *text, dvk_shells *out)
{
    size_t lines = 1;
    for (const char *c = text; *c; c++)
        lines += *c == '\n';
    DVK_TRY(dvk_shells_create(lines, out));
    dvk_status status = DVK_OK;
    size_t count = 0, line = 0;
    for (const char *at = text; *at; at = next_line(at)) {
        double number[5] = {0};
        line++;
        if (*at == '#' || *at == '\n' || *at == '\r' || strncmp(at, "r_lo", 4) == 0)
            continue;
        if (!read_numbers(at, number)) {
            status = dvk_fail(DVK_ERR_INVALID, "%s: line %zu: not the five numbers of a shell", name, line);
            goto done;
        }
        DVK_TRY_DONE(read_shell(name, line, number, count, out));
        count++;
    }
    out->count = count;
    if (!count)
        status = dvk_fail(DVK_ERR_INVALID, "%s: no shells in the table", name);
done:
    if (status != DVK_OK)
        dvk_shells_free(out);
    return status;
}

bool dvk_shells_known(const char *name)
{
    const unsigned char *bytes = NULL;
    size_t count = 0;
    return dvk_tables_find(name, &bytes, &count);
}

dvk_status dvk_shells_embedded(const char *name, dvk_shells *out)
{
    const unsigned char *bytes = NULL;
    size_t count = 0;
    *out = (dvk_shells){0};
    if (!dvk_tables_find(name, &bytes, &count))
        return dvk_fail(DVK_ERR_INTERNAL, "%s: this table was not built in", name);
    return dvk_shells_parse(name, (const char *)bytes, out);
}

void dvk_shells_join_noise(dvk_shells *s)
{
    static const double worst = 0.05, thinnest = 1.0 / 8;
    size_t kept = 0;
    for (size_t i = 0; i < s->count; kept++) {
        double energy = 0, variance = 0;
        const double start = s->edge_mm[i];
        bool poor = true;
        while (poor && i < s->count) {
            const double sigma = s->sigma_rel[i] * s->energy[i];
            energy += s->energy[i];
            variance += sigma * sigma;
            i++;
            poor = sqrt(variance) > worst * energy && s->edge_mm[i] - start < thinnest * start;
            poor = poor || energy == 0;
        }
        s->edge_mm[kept] = start;
        s->energy[kept] = energy;
        s->sigma_rel[kept] = energy > 0 ? sqrt(variance) / energy : 1;
        s->edge_mm[kept + 1] = s->edge_mm[i]; /* overwritten by the next start, which is the same */
    }
    s->count = kept;
}
