/*
 * NIfTI headers as structs: the only file that includes libnifti's headers. It is asked for struct layouts, byte
 * swapping and quaternions; its reader and writer are not used, since the distributed version crashes on a bad dim[0],
 * turns NaN voxels into 0, reads shifted data for a bad vox_offset, may open another file than the one named, and
 * cannot report a full disk.
 */
#include "data/nifti.h"

#include <math.h>
#include <nifti2_io.h>
#include <string.h>

#include "base/fail.h"
#include "data/geometry.h"

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "headers and voxels are written as they lie in memory, little-endian"
#endif
_Static_assert(sizeof(nifti_1_header) == 348, "as the format says");
_Static_assert(sizeof(nifti_2_header) == 540, "as the format says");
_Static_assert(DVK_NIFTI_FLOAT32 == NIFTI_TYPE_FLOAT32 && DVK_NIFTI_UINT64 == NIFTI_TYPE_UINT64, "NIfTI's numbers");

static void take_n1(nifti_1_header h, dvk_nifti_fields *out)
{
    if (out->swapped)
        nifti_swap_as_nifti1(&h);
    for (int i = 0; i < 8; i++) {
        out->dim[i] = h.dim[i];
        out->pixdim[i] = h.pixdim[i];
    }
    out->datatype = h.datatype;
    out->bitpix = h.bitpix;
    out->offset = h.vox_offset;
    out->slope = h.scl_slope;
    out->intercept = h.scl_inter;
    out->units = (unsigned char)h.xyzt_units;
    out->qform_code = h.qform_code;
    out->sform_code = h.sform_code;
    const float quaternion[3] = {h.quatern_b, h.quatern_c, h.quatern_d};
    const float origin[3] = {h.qoffset_x, h.qoffset_y, h.qoffset_z};
    for (int i = 0; i < 3; i++) {
        out->quaternion[i] = quaternion[i];
        out->origin[i] = origin[i];
    }
    for (int c = 0; c < 4; c++) {
        out->srow[0][c] = h.srow_x[c];
        out->srow[1][c] = h.srow_y[c];
        out->srow[2][c] = h.srow_z[c];
    }
}

static void take_n2(nifti_2_header h, dvk_nifti_fields *out)
{
    if (out->swapped)
        nifti_swap_as_nifti2(&h);
    for (int i = 0; i < 8; i++) {
        out->dim[i] = h.dim[i];
        out->pixdim[i] = h.pixdim[i];
    }
    out->datatype = h.datatype;
    out->bitpix = h.bitpix;
    out->offset = (double)h.vox_offset;
    out->slope = h.scl_slope;
    out->intercept = h.scl_inter;
    out->units = h.xyzt_units;
    out->qform_code = h.qform_code;
    out->sform_code = h.sform_code;
    const double quaternion[3] = {h.quatern_b, h.quatern_c, h.quatern_d};
    const double origin[3] = {h.qoffset_x, h.qoffset_y, h.qoffset_z};
    memcpy(out->quaternion, quaternion, sizeof quaternion);
    memcpy(out->origin, origin, sizeof origin);
    memcpy(out->srow[0], h.srow_x, sizeof h.srow_x);
    memcpy(out->srow[1], h.srow_y, sizeof h.srow_y);
    memcpy(out->srow[2], h.srow_z, sizeof h.srow_z);
}

/* sizeof_hdr tells version and byte order. */
static dvk_status detect(const unsigned char *start, size_t count, dvk_nifti_fields *out)
{
    uint32_t size = 0;
    if (count < sizeof size)
        return dvk_fail(DVK_ERR_INVALID, "ends, or breaks, after %zu bytes, within its header: fetch it again", count);
    memcpy(&size, start, sizeof size);
    const uint32_t turned = __builtin_bswap32(size);
    out->swapped = turned == sizeof(nifti_1_header) || turned == sizeof(nifti_2_header);
    if (out->swapped)
        size = turned;
    if (size != sizeof(nifti_1_header) && size != sizeof(nifti_2_header))
        return dvk_fail(DVK_ERR_INVALID, "is not NIfTI: it does not begin with a header (for a pair, name the .hdr)");
    if (count < size)
        return dvk_fail(DVK_ERR_INVALID, "ends, or breaks, after %zu bytes, within its header: fetch it again", count);
    out->version = size == sizeof(nifti_1_header) ? 1 : 2;
    return DVK_OK;
}

dvk_status dvk_nifti_fields_read(const void *start, size_t count, dvk_nifti_fields *out)
{
    *out = (dvk_nifti_fields){0};
    DVK_TRY(detect(start, count, out));
    if (out->version == 1) {
        nifti_1_header h;
        memcpy(&h, start, sizeof h);
        out->single = memcmp(h.magic, "n+1", 4) == 0;
        if (!out->single && memcmp(h.magic, "ni1", 4) != 0)
            return dvk_fail(DVK_ERR_INVALID,
                            "is not NIfTI: no magic \"n+1\" or \"ni1\" (ANALYZE 7.5 has no orientation)");
        take_n1(h, out);
    } else {
        nifti_2_header h;
        memcpy(&h, start, sizeof h);
        out->single = memcmp(h.magic, "n+2\0\r\n\032\n", 8) == 0;
        if (!out->single && memcmp(h.magic, "ni2\0\r\n\032\n", 8) != 0)
            return dvk_fail(DVK_ERR_INVALID, "is not NIfTI-2: its magic is neither \"n+2\" nor \"ni2\"");
        take_n2(h, out);
    }
    return DVK_OK;
}

void dvk_nifti_qform(const dvk_nifti_fields *h, double out[3][4])
{
    /* The standard: a qfac (pixdim[0]) of 0 means 1. */
    const nifti_dmat44 m =
        nifti_quatern_to_dmat44(h->quaternion[0], h->quaternion[1], h->quaternion[2], h->origin[0], h->origin[1],
                                h->origin[2], h->pixdim[1], h->pixdim[2], h->pixdim[3], h->pixdim[0] < 0 ? -1 : 1);
    for (int r = 0; r < 3; r++)
        for (int c = 0; c < 4; c++)
            out[r][c] = m.m[r][c];
}

/* The geometry as quaternion, offsets, voxel edges and sform rows. */
static void put_geometry(const dvk_geometry *g, nifti_1_header *h)
{
    nifti_dmat44 m;
    double b = 0, c = 0, d = 0, x = 0, y = 0, z = 0, dx = 0, dy = 0, dz = 0, qfac = 0;
    memset(&m, 0, sizeof m);
    for (int r = 0; r < 3; r++)
        memcpy(m.m[r], g->to_world[r], sizeof g->to_world[r]);
    m.m[3][3] = 1;
    nifti_dmat44_to_quatern(m, &b, &c, &d, &x, &y, &z, &dx, &dy, &dz, &qfac);
    h->quatern_b = (float)b;
    h->quatern_c = (float)c;
    h->quatern_d = (float)d;
    h->qoffset_x = (float)x;
    h->qoffset_y = (float)y;
    h->qoffset_z = (float)z;
    h->pixdim[0] = (float)qfac;
    for (int a = 0; a < 3; a++)
        h->pixdim[1 + a] = (float)g->voxel_mm[a];
    for (int i = 0; i < 4; i++) {
        h->srow_x[i] = (float)g->to_world[0][i];
        h->srow_y[i] = (float)g->to_world[1][i];
        h->srow_z[i] = (float)g->to_world[2][i];
    }
    h->qform_code = h->sform_code = NIFTI_XFORM_SCANNER_ANAT;
}

dvk_status dvk_nifti_make(const dvk_geometry *g, size_t frames, int datatype, unsigned char out[DVK_NIFTI_HEADER_BYTES])
{
    enum { LONGEST_AXIS = 32767 }; /* dim is int16 */
    const size_t n[4] = {g->n[0], g->n[1], g->n[2], frames};
    dvk_geometry checked = *g;
    nifti_1_header h;
    DVK_TRY(dvk_geometry_finish(&checked));
    memset(&h, 0, sizeof h);
    h.sizeof_hdr = sizeof h;
    h.regular = 'r';
    h.dim[0] = frames > 1 ? 4 : 3;
    for (int i = 0; i < 4; i++) {
        if (n[i] < 1 || n[i] > LONGEST_AXIS)
            return dvk_fail(DVK_ERR_INVALID, "an axis of %zu voxels does not fit NIfTI-1 (1 to %d)", n[i],
                            (int)LONGEST_AXIS);
        h.dim[1 + i] = (short)n[i];
    }
    for (int i = 5; i < 8; i++)
        h.dim[i] = 1;
    int voxel_bytes = 0, swap_size = 0;
    nifti_datatype_sizes(datatype, &voxel_bytes, &swap_size);
    h.datatype = (short)datatype;
    h.bitpix = (short)(8 * voxel_bytes);
    h.vox_offset = DVK_NIFTI_HEADER_BYTES;
    h.scl_slope = 1;
    h.xyzt_units = NIFTI_UNITS_MM | NIFTI_UNITS_SEC;
    memcpy(h.magic, "n+1", 4);
    put_geometry(&checked, &h);
    memcpy(out, &h, sizeof h);
    memset(out + sizeof h, 0, DVK_NIFTI_HEADER_BYTES - sizeof h); /* no extension */
    return DVK_OK;
}
