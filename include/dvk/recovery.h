/*
 * Partial-volume recovery: the share RC(V) of a VOI's activity that the image shows inside the VOI's outline.
 *
 * A VOI's activity is divided by RC. A dose map, and the DVH made from it, are never corrected: what the image
 * lost over the VOI's edge is still in the map, on the other side of it.
 */
#ifndef DVK_RECOVERY_H
#define DVK_RECOVERY_H

#include <stdbool.h>

#include "dvk/status.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct dvk_recovery dvk_recovery;

/*
 * Reads `--recovery`: one number (0 < RC <= 1.5) for every volume; "form:B1mL,B2" for RC(V) = 1 - 1/(1 + (V/B1)^B2);
 * else a TSV file with the columns volume_mL (rising) and rc. The caller frees *out.
 */
DVK_API DVK_MUST_USE dvk_status dvk_recovery_parse(const char *text, dvk_recovery **out);
DVK_API void dvk_recovery_free(dvk_recovery *r);

/* RC of a volume. A table is linear in ln V between its rows and constant beyond them; there *outside is set (NULL: not
 * wanted). */
DVK_API double dvk_recovery_at(const dvk_recovery *r, double volume_mL, bool *outside);

/* d ln RC / d ln V: (1 - RC) B2 for the form, 0 for one number and beyond a table. */
DVK_API double dvk_recovery_slope(const dvk_recovery *r, double volume_mL);

#ifdef __cplusplus
}
#endif
#endif
