/*
 * What the tests share: assertions on statuses and numbers, numeric cases from vectors.json, a scratch folder.
 */
#ifndef DVK_TESTS_SUPPORT_H
#define DVK_TESTS_SUPPORT_H

#include <check.h>
#include <jansson.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>

#include "dvk/dvk.h"

#include "base/fail.h"

#define ck_ok(call) ck_assert_msg((call) == DVK_OK, "%s: %s", #call, dvk_last_message())
#define ck_fails(call, code) ck_assert_int_eq((call), (code))

/* |got - want| <= relative * |want|, or both NaN. */
#define ck_close(got, want, relative)                                                                                  \
    do {                                                                                                               \
        const double close_got = (got), close_want = (want);                                                           \
        ck_assert_msg(fabs(close_got - close_want) <= (relative)*fabs(close_want) ||                                   \
                          (isnan(close_got) && isnan(close_want)),                                                     \
                      "%s = %.17g, not %.17g (off by %.3g)", #got, close_got, close_want, close_got / close_want - 1); \
    } while (0)

/* The cases of one group of shared/vectors.json; ends the whole program with 77 (skipped) where the file is missing. */
json_t *vectors_group(const char *group);

/* A number at a path of keys and indices, such as "out/terms/0/T"; fails the test where there is none. */
double json_at(const json_t *object, const char *path);
/* An array of numbers; returns how many. */
size_t json_numbers(const json_t *array, double *out, size_t room);

/* shared/ROOM/NAME; ends the program with 77 where it is missing. The text is lent until the next call. */
const char *shared_file(const char *name);

/* A fresh folder that is removed when the test program ends. Lent. */
const char *scratch_folder(void);

/* Runs a suite made of `cases` without forking where `nofork`; the program's exit code. */
int run_suite(const char *name, TCase **cases, size_t count, bool nofork);

/* A plain isotropic grid of nx x ny x nz voxels with its centre at the world's origin. */
dvk_geometry plain_geometry(size_t nx, size_t ny, size_t nz, double x_mm, double y_mm, double z_mm);

#endif
