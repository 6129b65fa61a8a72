/*
 * NIfTI headers made here byte by byte (offsets from the standard): every type in both byte orders, every orientation,
 * and single lies in an otherwise good header. Files that others wrote are in test_nifti.c.
 */
#include <stdlib.h>
#include <string.h>

#include "data/geometry.h"
#include "data/nifti.h"
#include "data/nifti_voxels.h"
#include "support/support.h"

/* Byte offsets of NIfTI-1's fields. */
enum {
    DIM = 40,
    DATATYPE = 70,
    BITPIX = 72,
    PIXDIM = 76,
    SLOPE = 112,
    INTERCEPT = 116,
    UNITS = 123,
    QFORM_CODE = 252,
    SFORM_CODE = 254,
    QUATERNION = 256,
    SROW = 280
};

typedef unsigned char header[DVK_NIFTI_START];

static void put16(unsigned char *h, int at, int value)
{
    const int16_t stored = (int16_t)value;
    memcpy(h + at, &stored, sizeof stored);
}

static void put_float(unsigned char *h, int at, double value)
{
    const float stored = (float)value;
    memcpy(h + at, &stored, sizeof stored);
}

static void make(header h, const dvk_geometry *g)
{
    memset(h, 0, sizeof(header));
    ck_ok(dvk_nifti_make(g, 1, DVK_NIFTI_FLOAT32, h));
}

static void swap(unsigned char *bytes, size_t width, size_t count)
{
    for (size_t i = 0; i < count; i++, bytes += width)
        for (size_t b = 0; b < width / 2; b++) {
            const unsigned char kept = bytes[b];
            bytes[b] = bytes[width - 1 - b];
            bytes[width - 1 - b] = kept;
        }
}

static void swap_header(unsigned char *h)
{
    swap(h, 4, 1);
    swap(h + DIM, 2, 8);
    swap(h + 68, 2, 4); /* intent_code, datatype, bitpix, slice_start */
    swap(h + PIXDIM, 4, 11);
    swap(h + QFORM_CODE, 2, 2);
    swap(h + QUATERNION, 4, 18);
}

/* The four values of each type that are hardest to get right. */
static const uint8_t u8[] = {0, 1, 128, 255};
static const int8_t i8[] = {0, -1, -128, 127};
static const uint16_t u16[] = {0, 258, 32768, 65535};
static const int16_t i16[] = {0, -2, -32768, 32767};
static const uint32_t u32[] = {0, 66051, 2147483648u, 4294967295u};
static const int32_t i32[] = {0, -66051, INT32_MIN, INT32_MAX};
static const uint64_t u64[] = {0, 1ull << 33, 9223372036854775808ull, 18446744073709551615ull};
static const int64_t i64[] = {0, -(1ll << 33), INT64_MIN, INT64_MAX};
static const float f32[] = {-0.0f, 1e-45f, -3.4028235e38f, 1.5f};
static const double f64[] = {-0.0, 1.0 / 3, -2.5e-310, 1e300};

static const struct {
    int code;
    size_t width;
    const void *values;
    double as_double[4];
} types[] = {
    {DVK_NIFTI_UINT8, 1, u8, {0, 1, 128, 255}},
    {DVK_NIFTI_INT8, 1, i8, {0, -1, -128, 127}},
    {DVK_NIFTI_UINT16, 2, u16, {0, 258, 32768, 65535}},
    {DVK_NIFTI_INT16, 2, i16, {0, -2, -32768, 32767}},
    {DVK_NIFTI_UINT32, 4, u32, {0, 66051, 2147483648.0, 4294967295.0}},
    {DVK_NIFTI_INT32, 4, i32, {0, -66051, -2147483648.0, 2147483647.0}},
    {DVK_NIFTI_UINT64, 8, u64, {0, 8589934592.0, 0x1p63, 0x1p64}},
    {DVK_NIFTI_INT64, 8, i64, {0, -8589934592.0, -0x1p63, 0x1p63}},
    {DVK_NIFTI_FLOAT32, 4, f32, {-0.0, 0x1p-149, -0x1.fffffep127, 1.5}},
    {DVK_NIFTI_FLOAT64, 8, f64, {-0.0, 1.0 / 3, -2.5e-310, 1e300}},
};
enum { TYPES = sizeof types / sizeof types[0] };

/* Every type, both byte orders, without and with scaling. */
START_TEST(types_and_byte_orders)
{
    const int type = _i / 4;
    const bool swapped = _i & 1, scaled = _i & 2;
    const double slope = scaled ? -0.75 : 1, intercept = scaled ? 3 : 0;
    const dvk_geometry g = plain_geometry(2, 2, 1, 1, 2, 3);
    unsigned char stored[32];
    header h;
    dvk_nifti n;
    float out[4];
    make(h, &g);
    put16(h, DATATYPE, types[type].code);
    put16(h, BITPIX, 8 * (int)types[type].width);
    put_float(h, SLOPE, slope);
    put_float(h, INTERCEPT, intercept);
    memcpy(stored, types[type].values, 4 * types[type].width);
    if (swapped) {
        swap_header(h);
        swap(stored, types[type].width, 4);
    }
    ck_ok(dvk_nifti_parse(h, sizeof h, &n));
    ck_assert_uint_eq(n.data_bytes, 4 * types[type].width);
    ck_assert_int_eq(n.swapped, swapped);
    dvk_nifti_convert(&n, stored, 4, out);
    for (int i = 0; i < 4; i++) {
        const double x = types[type].as_double[i];
        const float want = (float)(scaled ? slope * x + intercept : x);
        ck_assert_msg(memcmp(&out[i], &want, sizeof want) == 0, "type %d, value %d: %a, not %a", types[type].code, i,
                      (double)out[i], (double)want);
    }
}
END_TEST

START_TEST(counts_what_float_cannot_hold)
{
    const float values[] = {NAN, INFINITY, -INFINITY, -1, -0.0f, 0, 3.4e38f, NAN};
    const dvk_voxel_counts counts = dvk_count_voxels(values, 8);
    ck_assert_uint_eq(counts.nan, 2);
    ck_assert_uint_eq(counts.infinite, 2);
    ck_assert_uint_eq(counts.negative, 2); /* -1 and -inf */
}
END_TEST

/* A permutation of the axes with flips, `which` = 0..47, on a grid of unequal sizes and edges. */
static dvk_geometry orientation(int which)
{
    static const int orders[6][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
    dvk_geometry g = {.n = {64, 65, 33}, .voxel_mm = {4.42, 3.9063, 2.5}};
    for (int a = 0; a < 3; a++) {
        g.to_world[orders[which / 8][a]][a] = (which >> a) & 1 ? -g.voxel_mm[a] : g.voxel_mm[a];
        g.to_world[a][3] = 10.25 * (a + 1) - 100;
    }
    return g;
}

/* The geometry that a header gives back, through its sform or, that cleared, its qform. */
static dvk_geometry through_header(const dvk_geometry *g, bool qform)
{
    header h;
    dvk_nifti n;
    make(h, g);
    if (qform)
        put16(h, SFORM_CODE, 0);
    ck_ok(dvk_nifti_parse(h, sizeof h, &n));
    return n.geometry;
}

START_TEST(orientations_survive)
{
    const dvk_geometry g = orientation(_i);
    const dvk_geometry s = through_header(&g, false), q = through_header(&g, true);
    ck_assert(dvk_geometry_same(&g, &s, 1e-5)); /* float32 of the affine: 6e-8 of 100 mm */
    ck_assert(dvk_geometry_same(&g, &q, 1e-5));
    for (int a = 0; a < 3; a++) {
        ck_close(s.voxel_mm[a], g.voxel_mm[a], 1e-7);
        ck_close(q.voxel_mm[a], g.voxel_mm[a], 1e-7);
    }
    const dvk_geometry again = through_header(&s, false);
    ck_assert(memcmp(&again, &s, sizeof s) == 0); /* once float32, nothing changes any more */
}
END_TEST

/* Rotation about a unit axis (Rodrigues), columns scaled by the voxel. */
static dvk_geometry rotated(const double axis[3], double angle, size_t n)
{
    dvk_geometry g = plain_geometry(n, n, n, 2, 2, 3);
    const double c = cos(angle), s = sin(angle);
    for (int r = 0; r < 3; r++)
        for (int k = 0; k < 3; k++) {
            const int third = 3 - r - k;
            const double cross = r == k ? 0 : ((k + 1) % 3 == r ? axis[third] : -axis[third]);
            g.to_world[r][k] = g.voxel_mm[k] * ((r == k ? c : 0) + (1 - c) * axis[r] * axis[k] + s * cross);
        }
    return g;
}

START_TEST(oblique_survives)
{
    const double axis[3] = {2.0 / 7, 3.0 / 7, 6.0 / 7};
    const dvk_geometry g = rotated(axis, 0.4, 128);
    const dvk_geometry s = through_header(&g, false), q = through_header(&g, true);
    ck_assert(dvk_geometry_same(&g, &s, 1e-4));
    ck_assert(dvk_geometry_same(&g, &q, 1e-3));
}
END_TEST

/* Near half a turn float32 quaternions are off by up to 7e-4 rad: our own header of a 512-grid must still pass. */
START_TEST(half_a_turn_is_not_a_disagreement)
{
    const double z[3] = {0, 0, 1}, pi = acos(-1);
    for (double tilt = 0; tilt < 3e-3; tilt += 1.7e-5) {
        const dvk_geometry g = rotated(z, pi - tilt, 512);
        const dvk_geometry s = through_header(&g, false);
        ck_assert(dvk_geometry_same(&g, &s, 1e-3));
    }
}
END_TEST

/* One change to a good header, and the words of the refusal ("" where it must pass). */
enum { I16, F32, U8 };
static const struct {
    int type, at;
    double value;
    const char *words;
} lies[] = {
    {I16, DIM, 7, ""},
    {I16, DIM, 2, ""},
    {I16, DIM, -1, "dim[0] is -1"},
    {I16, DIM + 2, -5, "dim[1] is -5"},
    {I16, DATATYPE, 1536, "float128"},
    {I16, DATATYPE, 1792, "complex128"},
    {I16, DATATYPE, 2048, "complex256"},
    {I16, DATATYPE, 2304, "RGBA32"},
    {F32, PIXDIM + 4, NAN, "pixdim[1] is nan"},
    {F32, PIXDIM + 8, -2, "pixdim[2] is -2"},
    {F32, PIXDIM + 8, 2.1, "pixdim[2] is 2.1"},
    {F32, PIXDIM, NAN, "pixdim[0]"},
    {F32, SLOPE, INFINITY, "scl_slope inf"},
    {F32, INTERCEPT, NAN, "scl_inter nan"},
    {U8, UNITS, 4, "unit of length"},
    {U8, UNITS, 0, ""},
    {I16, QFORM_CODE, 9, "qform_code 9"},
    {I16, SFORM_CODE, 6, "sform_code 6"},
    {F32, QUATERNION, NAN, "quaternion"},
    {F32, QUATERNION + 12, INFINITY, "offset is not finite"},
    {F32, SROW, 0, "no length"},
    {F32, SROW + 4, NAN, "not finite"},
    {F32, SROW + 4, 0.1, "sheared (axes i and j"},
    {F32, SROW + 12, -9.5 + 0.099, ""}, /* x of the first voxel, 1 mm edges: 0.1 voxel is the limit */
    {F32, SROW + 12, -9.5 + 0.102, "disagree by 0.102 voxels"},
};
enum { LIES = sizeof lies / sizeof lies[0] };

START_TEST(single_lies)
{
    dvk_geometry g = plain_geometry(20, 10, 5, 1, 2, 3);
    header h;
    dvk_nifti n;
    make(h, &g);
    if (lies[_i].type == I16)
        put16(h, lies[_i].at, (int)lies[_i].value);
    else if (lies[_i].type == F32)
        put_float(h, lies[_i].at, lies[_i].value);
    else
        h[lies[_i].at] = (unsigned char)lies[_i].value;
    const dvk_status status = dvk_nifti_parse(h, sizeof h, &n);
    if (lies[_i].words[0]) {
        ck_assert_int_eq(status, DVK_ERR_INVALID);
        ck_assert_msg(strstr(dvk_last_message(), lies[_i].words) != NULL, "%s", dvk_last_message());
    } else
        ck_assert_msg(status == DVK_OK, "%s", dvk_last_message());
}
END_TEST

START_TEST(dimensions_overflow)
{
    const dvk_geometry g = plain_geometry(1, 1, 1, 1, 1, 1);
    header h = {0};
    dvk_nifti n;
    const int64_t dim[8] = {4, 1ll << 40, 1ll << 20, 1, 1ll << 10, 1, 1, 1};
    const int32_t size = 540;
    make(h, &g);
    put16(h, 12, DVK_NIFTI_UINT8); /* NIfTI-2's datatype and bitpix */
    put16(h, 14, 8);
    memcpy(h, &size, sizeof size);
    memcpy(h + 4, "n+2\0\r\n\032\n", 8);
    memcpy(h + 16, dim, sizeof dim);
    ck_fails(dvk_nifti_parse(h, sizeof h, &n), DVK_ERR_INVALID);
    ck_assert_msg(strstr(dvk_last_message(), "more than a file can hold") != NULL, "%s", dvk_last_message());
}
END_TEST

/* A random byte of the header changed: whatever comes of it, nothing breaks, and what passes has a usable grid. */
START_TEST(random_bytes)
{
    const dvk_geometry g = orientation(13);
    unsigned state = 20241123;
    for (int i = 0; i < 2000; i++) {
        header h;
        dvk_nifti n;
        double inverse[3][4];
        make(h, &g);
        state = state * 1664525u + 1013904223u;
        h[(state >> 8) % 352] ^= (unsigned char)(1 + (state >> 24) % 255);
        if (dvk_nifti_parse(h, sizeof h, &n) != DVK_OK)
            continue;
        ck_assert(dvk_geometry_to_voxel(&n.geometry, inverse));
        ck_assert_uint_eq(n.data_bytes, n.voxel_bytes * n.frames * dvk_geometry_voxels(&n.geometry));
        ck_assert_uint_ge(n.offset, 352);
    }
}
END_TEST

/* Every length of a good header is refused but for a whole one. */
START_TEST(cut_headers)
{
    const dvk_geometry g = plain_geometry(2, 2, 2, 1, 1, 1);
    header h;
    dvk_nifti n;
    make(h, &g);
    for (size_t count = 0; count < 348; count++) {
        unsigned char *exact = malloc(count + 1); /* for AddressSanitizer */
        memcpy(exact, h, count);
        ck_fails(dvk_nifti_parse(exact, count, &n), DVK_ERR_INVALID);
        free(exact);
    }
    ck_ok(dvk_nifti_parse(h, 348, &n));
}
END_TEST

START_TEST(axes_too_long_to_write)
{
    unsigned char h[DVK_NIFTI_HEADER_BYTES];
    const dvk_geometry g = plain_geometry(32768, 1, 1, 1, 1, 1);
    ck_fails(dvk_nifti_make(&g, 1, DVK_NIFTI_FLOAT32, h), DVK_ERR_INVALID);
}
END_TEST

int main(void)
{
    TCase *cases[] = {tcase_create("voxels"), tcase_create("place"), tcase_create("gate")};
    tcase_add_loop_test(cases[0], types_and_byte_orders, 0, 4 * TYPES);
    tcase_add_test(cases[0], counts_what_float_cannot_hold);
    tcase_add_loop_test(cases[1], orientations_survive, 0, 48);
    tcase_add_test(cases[1], oblique_survives);
    tcase_add_test(cases[1], half_a_turn_is_not_a_disagreement);
    tcase_add_loop_test(cases[2], single_lies, 0, LIES);
    tcase_add_test(cases[2], dimensions_overflow);
    tcase_add_test(cases[2], random_bytes);
    tcase_add_test(cases[2], cut_headers);
    tcase_add_test(cases[2], axes_too_long_to_write);
    return run_suite("nifti_made", cases, 3, false);
}
