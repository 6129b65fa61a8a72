/*
 * The gate every NIfTI header passes before a voxel is read. It lets nothing through that could shift, scale or
 * misplace a voxel, or that libraries read differently; each refusal says which field it is.
 *
 * Rules where the standard leaves room:
 *   scl_slope 0 or NaN: no scaling (the intercept is then ignored too, as libnifti and nibabel do); infinite: refused.
 *   xyzt_units: metre and micrometre are turned into mm, in voxel edges and affine alike; unset means mm, the custom.
 *   pixdim[0] (qfac): negative means -1, else 1.
 *   Neither sform nor qform set: refused; programs disagree on where such an image lies, so left could become right.
 */
#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "base/text.h"
#include "data/geometry.h"
#include "data/nifti.h"

/* sform and qform may differ by this many voxels at a corner (the contract), apart from the quaternion's rounding. */
static const double most_disagreement = 0.1;
/* Voxel edges of the sform against pixdim: rounding of printed values passes, another voxel size does not. */
static const double most_edge_error = 0.01;
/* b^2 + c^2 + d^2 may exceed 1 by this: the rounding of quaternions printed with five digits. */
static const double most_quaternion_excess = 1e-5;

typedef struct stored_type {
    int code, bits;
    bool readable;
    const char *name;
} stored_type;

static const stored_type stored_types[] = {
    {1, 1, false, "binary (one bit a voxel)"},
    {DVK_NIFTI_UINT8, 8, true, "uint8"},
    {DVK_NIFTI_INT16, 16, true, "int16"},
    {DVK_NIFTI_INT32, 32, true, "int32"},
    {DVK_NIFTI_FLOAT32, 32, true, "float32"},
    {32, 64, false, "complex64"},
    {DVK_NIFTI_FLOAT64, 64, true, "float64"},
    {128, 24, false, "RGB24"},
    {DVK_NIFTI_INT8, 8, true, "int8"},
    {DVK_NIFTI_UINT16, 16, true, "uint16"},
    {DVK_NIFTI_UINT32, 32, true, "uint32"},
    {DVK_NIFTI_INT64, 64, true, "int64"},
    {DVK_NIFTI_UINT64, 64, true, "uint64"},
    {1536, 128, false, "float128"},
    {1792, 128, false, "complex128"},
    {2048, 256, false, "complex256"},
    {2304, 32, false, "RGBA32"},
};

static dvk_status check_type(const dvk_nifti_fields *h, dvk_nifti *out)
{
    for (size_t i = 0; i < sizeof stored_types / sizeof stored_types[0]; i++) {
        const stored_type *t = &stored_types[i];
        if (t->code != h->datatype)
            continue;
        if (!t->readable)
            return dvk_fail(DVK_ERR_INVALID, "voxels are %s: convert them to real numbers", t->name);
        if (t->bits != h->bitpix)
            return dvk_fail(DVK_ERR_INVALID, "bitpix is %d, but %s has %d bits", h->bitpix, t->name, t->bits);
        out->datatype = t->code;
        out->voxel_bytes = (size_t)t->bits / 8;
        return DVK_OK;
    }
    return dvk_fail(DVK_ERR_INVALID, "datatype %d is not a type of NIfTI", h->datatype);
}

static dvk_status check_dimensions(const dvk_nifti_fields *h, dvk_nifti *out)
{
    size_t count[8] = {0, 1, 1, 1, 1, 1, 1, 1};
    if (h->dim[0] < 1 || h->dim[0] > 7)
        return dvk_fail(DVK_ERR_INVALID, "dim[0] is %lld, not 1 to 7", (long long)h->dim[0]);
    for (int i = 1; i <= h->dim[0]; i++) {
        if (h->dim[i] < 1)
            return dvk_fail(DVK_ERR_INVALID, "dim[%d] is %lld: every axis has at least one voxel", i,
                            (long long)h->dim[i]);
        if (i > 4 && h->dim[i] > 1)
            return dvk_fail(DVK_ERR_INVALID, "dim[%d] is %lld: more than four dimensions (vectors, tensors)", i,
                            (long long)h->dim[i]);
        count[i] = (size_t)h->dim[i];
    }
    size_t bytes = out->voxel_bytes;
    for (int i = 1; i <= 4; i++)
        if (__builtin_mul_overflow(bytes, count[i], &bytes) || bytes > PTRDIFF_MAX)
            return dvk_fail(DVK_ERR_INVALID, "%zu x %zu x %zu x %zu voxels are more than a file can hold", count[1],
                            count[2], count[3], count[4]);
    memcpy(out->geometry.n, &count[1], sizeof out->geometry.n);
    out->frames = count[4];
    out->data_bytes = bytes;
    return DVK_OK;
}

static dvk_status check_offset(const dvk_nifti_fields *h, dvk_nifti *out)
{
    const double least = h->single ? (double)out->header_bytes + 4 : 0;
    if (!isfinite(h->offset) || h->offset != floor(h->offset))
        return dvk_fail(DVK_ERR_INVALID, "vox_offset is %g, not a whole number of bytes", h->offset);
    if (h->offset < least)
        return dvk_fail(DVK_ERR_INVALID, "vox_offset is %.0f, but voxels cannot start before byte %.0f", h->offset,
                        least);
    if (h->offset > 0x1p53 || (size_t)h->offset > PTRDIFF_MAX - out->data_bytes)
        return dvk_fail(DVK_ERR_INVALID, "vox_offset is %g: no file is that long", h->offset);
    out->offset = (size_t)h->offset;
    return DVK_OK;
}

static dvk_status check_scaling(const dvk_nifti_fields *h, dvk_nifti *out)
{
    out->slope = 1;
    out->intercept = 0;
    if (h->slope == 0 || isnan(h->slope))
        return DVK_OK;
    if (isinf(h->slope) || !isfinite(h->intercept))
        return dvk_fail(DVK_ERR_INVALID, "scl_slope %g and scl_inter %g: scaling must be finite", h->slope,
                        h->intercept);
    out->slope = h->slope;
    out->intercept = h->intercept;
    return DVK_OK;
}

static dvk_status unit_mm(int units, double *out)
{
    switch (units & 7) { /* the other bits are the unit of time */
    case 0:
    case 2:
        *out = 1;
        return DVK_OK;
    case 1:
        *out = 1000;
        return DVK_OK;
    case 3:
        *out = 1e-3;
        return DVK_OK;
    default:
        return dvk_fail(DVK_ERR_INVALID, "xyzt_units %d names no unit of length", units);
    }
}

static dvk_status check_edges(const dvk_nifti_fields *h)
{
    for (int i = 1; i <= 3; i++)
        if (!isfinite(h->pixdim[i]) || h->pixdim[i] <= 0)
            return dvk_fail(DVK_ERR_INVALID, "pixdim[%d] is %g: voxels must have a size", i, h->pixdim[i]);
    if (!isfinite(h->pixdim[0]))
        return dvk_fail(DVK_ERR_INVALID, "pixdim[0] is %g: it must be 1 or -1", h->pixdim[0]);
    return DVK_OK;
}

static dvk_status check_quaternion(const dvk_nifti_fields *h)
{
    double squares = 0;
    for (int i = 0; i < 3; i++) {
        squares += h->quaternion[i] * h->quaternion[i];
        if (!isfinite(h->origin[i]))
            return dvk_fail(DVK_ERR_INVALID, "the qform's offset is not finite");
    }
    if (!(squares <= 1 + most_quaternion_excess))
        return dvk_fail(DVK_ERR_INVALID, "the qform's quaternion (%g, %g, %g) is no rotation", h->quaternion[0],
                        h->quaternion[1], h->quaternion[2]);
    return DVK_OK;
}

/*
 * How far rounding the quaternion to float32 can move a corner, in voxels: NIfTI-1 stores b, c, d and leaves
 * a = sqrt(1 - b^2 - c^2 - d^2), so that near half a turn an error e of the squares makes one of up to sqrt(e) in a,
 * twice that in the angle. 0 for NIfTI-2, which stores doubles.
 */
static double quaternion_rounding(const dvk_nifti_fields *h, const dvk_geometry *g)
{
    if (h->version == 2)
        return 0;
    double squares = 0, longest = 0, shortest = INFINITY;
    for (int i = 0; i < 3; i++) {
        squares += h->quaternion[i] * h->quaternion[i];
        longest = hypot(longest, (double)g->n[i] * g->voxel_mm[i]);
        shortest = fmin(shortest, g->voxel_mm[i]);
    }
    const double e = 2 * 0x1p-24 * squares, rest = fmax(0, 1 - squares);
    const double a_error = fmax(sqrt(rest + e) - sqrt(rest), sqrt(rest) - sqrt(fmax(0, rest - e)));
    return 2 * a_error * longest / shortest;
}

static dvk_status check_sform(const dvk_nifti_fields *h, dvk_geometry *g)
{
    memcpy(g->to_world, h->srow, sizeof g->to_world);
    DVK_TRY(dvk_geometry_finish(g));
    for (int a = 0; a < 3; a++)
        if (fabs(g->voxel_mm[a] / h->pixdim[1 + a] - 1) > most_edge_error)
            return dvk_fail(DVK_ERR_INVALID,
                            "pixdim[%d] is %g, but the sform's voxels are %g long: one of them is wrong", 1 + a,
                            h->pixdim[1 + a], g->voxel_mm[a]);
    return DVK_OK;
}

static dvk_status check_place(const dvk_nifti_fields *h, dvk_geometry *g)
{
    enum { LAST_CODE = 5 };
    double qform[3][4], unit = 1;
    DVK_TRY(unit_mm(h->units, &unit));
    DVK_TRY(check_edges(h));
    if (h->sform_code > LAST_CODE || h->qform_code > LAST_CODE)
        return dvk_fail(DVK_ERR_INVALID, "sform_code %d or qform_code %d is none of NIfTI's (0 to 5)", h->sform_code,
                        h->qform_code);
    if (h->sform_code <= 0 && h->qform_code <= 0)
        return dvk_fail(DVK_ERR_INVALID,
                        "neither sform nor qform is set, so its place and left from right are unknown: "
                        "set one of them");
    if (h->qform_code > 0) {
        DVK_TRY(check_quaternion(h));
        dvk_nifti_qform(h, qform);
        memcpy(g->to_world, qform, sizeof qform);
        DVK_TRY(dvk_geometry_finish(g));
    }
    if (h->sform_code > 0)
        DVK_TRY(check_sform(h, g));
    if (h->sform_code > 0 && h->qform_code > 0) {
        const double apart = dvk_geometry_corner_distance(g, (const double(*)[4])qform);
        if (!(apart <= most_disagreement + quaternion_rounding(h, g)))
            return dvk_fail(DVK_ERR_INVALID,
                            "sform and qform disagree by %.3g voxels at a corner: correct one or clear it", apart);
    }
    for (int r = 0; r < 3; r++)
        for (int c = 0; c < 4; c++)
            g->to_world[r][c] *= unit;
    return dvk_geometry_finish(g);
}

dvk_status dvk_nifti_parse(const void *start, size_t count, dvk_nifti *out)
{
    dvk_nifti_fields h;
    *out = (dvk_nifti){0};
    DVK_TRY(dvk_nifti_fields_read(start, count, &h));
    out->single = h.single;
    out->swapped = h.swapped;
    out->header_bytes = h.version == 1 ? 348 : 540;
    DVK_TRY(check_type(&h, out));
    DVK_TRY(check_dimensions(&h, out));
    DVK_TRY(check_offset(&h, out));
    DVK_TRY(check_scaling(&h, out));
    return check_place(&h, &out->geometry);
}

static int32_t stored_int(const unsigned char *at, bool swapped)
{
    uint32_t value;
    memcpy(&value, at, sizeof value);
    return (int32_t)(swapped ? __builtin_bswap32(value) : value);
}

static bool all_zero(const unsigned char *at, size_t count)
{
    return count == 0 || (at[0] == 0 && memcmp(at, at + 1, count - 1) == 0);
}

/* Each extension: int32 size (a multiple of 16, itself included), int32 code, payload. Zeros may pad the end. */
static dvk_status add_extensions(const dvk_nifti *h, const unsigned char *bytes, size_t count, dvk_text *text)
{
    enum { HEAD = 8, UNIT = 16 };
    for (size_t at = h->header_bytes + 4; at < count && !all_zero(bytes + at, count - at);) {
        const int32_t size = count - at < HEAD ? 0 : stored_int(bytes + at, h->swapped);
        if (size < UNIT || size % UNIT || (size_t)size > count - at)
            return dvk_fail(DVK_ERR_INVALID,
                            "header extension at byte %zu has size %d, with %zu bytes left before the voxels", at, size,
                            count - at);
        const char *payload = (const char *)bytes + at + HEAD, *end = (const char *)bytes + at + size;
        while (payload < end && !*payload) /* NIFTI-Reader-JS has zeros before its text */
            payload++;
        if (text->length)
            DVK_TRY(dvk_text_add_bytes(text, "\n", 1));
        DVK_TRY(dvk_text_add_bytes(text, payload, strnlen(payload, (size_t)(end - payload))));
        at += (size_t)size;
    }
    return DVK_OK;
}

dvk_status dvk_nifti_extensions(const dvk_nifti *h, const unsigned char *bytes, size_t count, char **text)
{
    dvk_text joined = {0};
    *text = NULL;
    dvk_status status = dvk_text_add_bytes(&joined, "", 0);
    if (status == DVK_OK && count >= h->header_bytes + 4 && bytes[h->header_bytes] != 0)
        status = add_extensions(h, bytes, count, &joined);
    if (status != DVK_OK) {
        dvk_text_free(&joined);
        return status;
    }
    *text = joined.data;
    return DVK_OK;
}
