/* Numbers with units, as the command line and side files write them. */
#include "dvk/quantity.h"

#include <ctype.h>
#include <math.h>
#include <string.h>
#include <strings.h>

#include "base/fail.h"
#include "base/text.h"

typedef struct unit_name {
    dvk_unit unit;
    const char *name;
    double factor; /* to the base unit */
} unit_name;

/* Case matters only where it must (m against M), so names are compared as written. */
static const unit_name unit_names[] = {
    {DVK_UNIT_HOURS, "s", 1.0 / 3600},
    {DVK_UNIT_HOURS, "min", 1.0 / 60},
    {DVK_UNIT_HOURS, "h", 1},
    {DVK_UNIT_HOURS, "d", 24},
    {DVK_UNIT_MBQ, "Bq", 1e-6},
    {DVK_UNIT_MBQ, "kBq", 1e-3},
    {DVK_UNIT_MBQ, "MBq", 1},
    {DVK_UNIT_MBQ, "GBq", 1e3},
    {DVK_UNIT_GY, "mGy", 1e-3},
    {DVK_UNIT_GY, "cGy", 1e-2},
    {DVK_UNIT_GY, "Gy", 1},
    {DVK_UNIT_MM, "mm", 1},
    {DVK_UNIT_MM, "cm", 10},
    {DVK_UNIT_MM, "m", 1000},
    {DVK_UNIT_G_PER_ML, "g/mL", 1},
    {DVK_UNIT_G_PER_ML, "g/ml", 1},
    {DVK_UNIT_G_PER_ML, "g/cm3", 1},
    {DVK_UNIT_G_PER_ML, "kg/m3", 1e-3},
    {DVK_UNIT_G_PER_ML, "kg/L", 1},
    {DVK_UNIT_PER_GY, "/Gy", 1},
    {DVK_UNIT_PER_GY, "Gy^-1", 1},
    {DVK_UNIT_PER_GY, "", 1},
    {DVK_UNIT_NONE, "", 1},
    {DVK_UNIT_NONE, "%", 1e-2},
    {DVK_UNIT_ML, "mL", 1},
    {DVK_UNIT_ML, "ml", 1},
    {DVK_UNIT_ML, "cm3", 1},
    {DVK_UNIT_ML, "mm3", 1e-3},
};

static const char *example(dvk_unit unit)
{
    switch (unit) {
    case DVK_UNIT_NONE:
        return "a number";
    case DVK_UNIT_HOURS:
        return "a time with its unit, such as 52h, 30min, 6.6d or 1800s";
    case DVK_UNIT_MBQ:
        return "an activity with its unit, such as 7.4GBq or 7400MBq";
    case DVK_UNIT_GY:
        return "a dose with its unit, such as 2.6Gy";
    case DVK_UNIT_MM:
        return "a length with its unit, such as 4.42mm or 25cm";
    case DVK_UNIT_G_PER_ML:
        return "a density with its unit, such as 1.04g/mL";
    case DVK_UNIT_PER_GY:
        return "a number per Gy, such as 0.03/Gy";
    case DVK_UNIT_ML:
        return "a volume with its unit, such as 150mL";
    }
    return "a quantity";
}

static const unit_name *find_unit(const char *name, dvk_unit unit)
{
    for (size_t i = 0; i < sizeof unit_names / sizeof unit_names[0]; i++)
        if (unit_names[i].unit == unit && strcmp(unit_names[i].name, name) == 0)
            return &unit_names[i];
    return NULL;
}

/* In the unit's base; false where that is more than a double holds (1e308GBq in MBq). */
static bool in_base(double number, const unit_name *unit, double *out)
{
    *out = number * unit->factor;
    return isfinite(*out);
}

/* Splits "7.4 GBq" into 7.4 and "GBq". */
static bool split(const char *text, double *number, char unit[16])
{
    const char *end = NULL;
    if (!dvk_text_number(text, number, &end))
        return false;
    while (isspace((unsigned char)*end))
        end++;
    size_t length = strlen(end);
    while (length && isspace((unsigned char)end[length - 1]))
        length--;
    if (length >= 16)
        return false;
    memcpy(unit, end, length);
    unit[length] = '\0';
    return true;
}

dvk_status dvk_quantity_parse(const char *text, dvk_unit unit, double *out)
{
    double number = 0;
    char name[16];
    const unit_name *found = split(text, &number, name) ? find_unit(name, unit) : NULL;
    if (!found || !in_base(number, found, out))
        return dvk_fail(DVK_ERR_USAGE, "'%s' is not %s", text, example(unit));
    return DVK_OK;
}

dvk_status dvk_quantity_list(const char *text, dvk_unit unit, double *out, size_t room, size_t *count)
{
    char common[16] = "";
    const char *last = strrchr(text, ',');
    double number = 0;
    if (!split(last ? last + 1 : text, &number, common) || !find_unit(common, unit))
        return dvk_fail(DVK_ERR_USAGE, "'%s' does not end in %s", text, example(unit));
    *count = 0;
    for (const char *item = text; item; item = strchr(item, ',') ? strchr(item, ',') + 1 : NULL) {
        char piece[64], name[16];
        const size_t length = strcspn(item, ",");
        if (*count == room)
            return dvk_fail(DVK_ERR_USAGE, "'%s' lists more than %zu values", text, room);
        if (length >= sizeof piece)
            return dvk_fail(DVK_ERR_USAGE, "'%s' is not a list of values", text);
        memcpy(piece, item, length);
        piece[length] = '\0';
        if (!split(piece, &number, name))
            return dvk_fail(DVK_ERR_USAGE, "'%s' in '%s' is not %s", piece, text, example(unit));
        const unit_name *found = find_unit(name[0] ? name : common, unit);
        if (!found || !in_base(number, found, &out[*count]))
            return dvk_fail(DVK_ERR_USAGE, "'%s' in '%s' is not %s", piece, text, example(unit));
        ++*count;
    }
    return DVK_OK;
}
