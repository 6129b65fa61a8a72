/*
 * Quantities with units as users write them: "52h", "30min", "7.4GBq", "2.6Gy", "100mm", "1.04g/mL".
 */
#ifndef DVK_QUANTITY_H
#define DVK_QUANTITY_H

#include <stddef.h>

#include "dvk/status.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum dvk_unit {
    DVK_UNIT_NONE,     /* a bare number */
    DVK_UNIT_HOURS,    /* s, min, h, d */
    DVK_UNIT_MBQ,      /* Bq, kBq, MBq, GBq */
    DVK_UNIT_GY,       /* mGy, cGy, Gy */
    DVK_UNIT_MM,       /* mm, cm, m */
    DVK_UNIT_G_PER_ML, /* g/mL, g/cm3, kg/m3 */
    DVK_UNIT_PER_GY,   /* /Gy, Gy^-1, or a bare number */
    DVK_UNIT_ML        /* mL, cm3, mm3 */
} dvk_unit;

/* Reads one quantity into the unit's base (h, MBq, Gy, mm, g/mL, 1/Gy, mL). A number without unit is refused where one
 * is needed; DVK_ERR_USAGE says what was expected. `text` is the whole quantity; blanks around and before the unit are
 * allowed. */
DVK_API DVK_MUST_USE dvk_status dvk_quantity_parse(const char *text, dvk_unit unit, double *out);

/* Reads a comma-separated list of quantities; the last unit serves for those without one ("4,24,96h"). At most `room`.
 */
DVK_API DVK_MUST_USE dvk_status dvk_quantity_list(const char *text, dvk_unit unit, double *out, size_t room,
                                                  size_t *count);

#ifdef __cplusplus
}
#endif
#endif
