/* Kernels in other programs' formats, and the verdict on their energy against our own. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "base/text.h"
#include "data/io.h"
#include "data/table.h"
#include "physics/kernel.h"
#include "physics/kernel_octant.h"

/* What is known so far of a kernel that is being read. */
typedef struct import {
    const dvk_kernel_import *how;
    dvk_kernel_record record;
    double to_Gy_per_Bq_s; /* NaN: not known */
    double *taps;          /* all of them, in the file's unit */
} import;

static const char *file_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* --- units --- */

static double prefix_of(char c)
{
    static const char letters[] = "numkMG";
    static const double factors[] = {1e-9, 1e-6, 1e-3, 1e3, 1e6, 1e9};
    const char *at = c ? strchr(letters, c) : NULL;
    return at ? factors[at - letters] : NAN;
}

/* "mGy/(MBq.s)", "Gy/(Bq.h)" and the like, to Gy/(Bq.s); NaN for others. */
static double unit_factor(const char *text)
{
    char dose[16], activity[16], time[16];
    if (sscanf(text, "%15[A-Za-z]/(%15[A-Za-z].%15[a-z])", dose, activity, time) != 3)
        return NAN;
    const size_t nd = strlen(dose), na = strlen(activity);
    if (nd < 2 || nd > 3 || strcmp(dose + nd - 2, "Gy") != 0 || na < 2 || na > 3 ||
        strcmp(activity + na - 2, "Bq") != 0)
        return NAN;
    const double seconds = strcmp(time, "s") == 0 ? 1 : strcmp(time, "h") == 0 ? 3600 : NAN;
    return (nd == 3 ? prefix_of(dose[0]) : 1) / (na == 3 ? prefix_of(activity[0]) : 1) / seconds;
}

/* --- formats --- */

/* Takes what a format says where the caller has not said it. */
static void offer_voxel(import *in, double edge_mm)
{
    if (in->record.voxel_mm[0] == 0)
        for (int a = 0; a < 3; a++)
            in->record.voxel_mm[a] = edge_mm;
}

static dvk_status offer_nuclide(import *in, const char *name)
{
    const dvk_nuclide *said = NULL, *wanted = NULL;
    if (dvk_nuclide_find(name, &said) != DVK_OK)
        return DVK_OK; /* a nuclide that dvkit has no tables for: the kernel may be used, not judged */
    if (in->how->nuclide) {
        DVK_TRY(dvk_nuclide_find(in->how->nuclide, &wanted));
        if (wanted != said)
            return dvk_fail(DVK_ERR_INVALID, "%s: is for %s, not %s", in->how->path, said->name, wanted->name);
    }
    snprintf(in->record.nuclide, sizeof in->record.nuclide, "%s", said->name);
    return DVK_OK;
}

static dvk_status take_octant(import *in, const char *text, size_t header)
{
    dvk_octant o = {0};
    DVK_TRY(dvk_octant_parse(in->how->path, text, header, &o));
    for (int a = 0; a < 3; a++)
        in->record.half[a] = o.edge - 1;
    const dvk_status status = dvk_octant_unfold(&o, &in->taps);
    dvk_octant_free(&o);
    return status;
}

static bool read_edge(const char *text, double *edge_mm)
{
    const char *end = NULL;
    return dvk_text_number(text, edge_mm, &end) && *edge_mm > 0;
}

/* "Lu177 - 4.8mm - Soft tissue", a line of column names, i j k S. Soft tissue is ICRU's, 1.04 g/mL. */
static dvk_status read_lanconelli(import *in, const char *text)
{
    char nuclide[32], edge[32], medium[32];
    double edge_mm = 0;
    if (sscanf(text, "%31[A-Za-z0-9-] - %31[0-9.]mm - %31[A-Za-z]", nuclide, edge, medium) != 3 ||
        !read_edge(edge, &edge_mm))
        return dvk_fail(DVK_ERR_INVALID,
                        "%s: line 1: not a nuclide, a voxel and a medium, such as 'Lu177 - 4.8mm - Soft'",
                        in->how->path);
    DVK_TRY(offer_nuclide(in, nuclide));
    offer_voxel(in, edge_mm);
    if (isnan(in->record.density_g_mL) && strcmp(medium, "Soft") == 0)
        in->record.density_g_mL = 1.04;
    if (!in->how->units)
        in->to_Gy_per_Bq_s = 1e-9; /* the format's mGy/(MBq.s) */
    return take_octant(in, text, 2);
}

/* {iso}_{T}_{fraction}_{voxel}mm_{N}x{N}x{N}.csv, N being the octant's or the whole cube's. */
static dvk_status read_csv(import *in, const char *text)
{
    char nuclide[32], edge[32];
    double edge_mm = 0;
    size_t n = 0;
    const char *name = file_name(in->how->path);
    if (sscanf(name, "%31[A-Za-z0-9-]_%*[^_]_%*[^_]_%31[0-9.]mm_%zux", nuclide, edge, &n) != 3 ||
        !read_edge(edge, &edge_mm))
        return dvk_fail(DVK_ERR_INVALID, "%s: its name is not {iso}_{T}_{fraction}_{voxel}mm_{N}x{N}x{N}.csv",
                        in->how->path);
    DVK_TRY(offer_nuclide(in, nuclide));
    offer_voxel(in, edge_mm);
    const size_t header = strspn(text, " \t+0123456789.") == 0 && *text != '#' ? 1 : 0; /* names of columns */
    DVK_TRY(take_octant(in, text, header));
    const size_t half = in->record.half[0];
    if (n != half + 1 && n != 2 * half + 1)
        return dvk_fail(DVK_ERR_INVALID, "%s: %zu values along an octant's axis, but its name says %zu", in->how->path,
                        half + 1, n);
    return DVK_OK;
}

static dvk_status read_text(import *in, dvk_status (*parse)(import *, const char *))
{
    char *text = NULL;
    DVK_TRY(dvk_text_file_read(in->how->path, &text));
    const dvk_status status = parse(in, text);
    dvk_free(text);
    return status;
}

static dvk_status read_raw(import *in)
{
    dvk_buffer bytes = {0};
    size_t edge = 1;
    DVK_TRY(dvk_file_read(in->how->path, (size_t)1 << 32, &bytes, NULL));
    const size_t count = bytes.count / sizeof(float);
    while (edge * edge * edge < count)
        edge += 2;
    dvk_status status = DVK_OK;
    if (!count || edge * edge * edge * sizeof(float) != bytes.count)
        status =
            dvk_fail(DVK_ERR_INVALID, "%s: %zu bytes are no cube of odd size in float32", in->how->path, bytes.count);
    if (status == DVK_OK)
        status = dvk_alloc(count, sizeof *in->taps, &in->taps);
    for (size_t i = 0; status == DVK_OK && i < count; i++) {
        float value;
        memcpy(&value, bytes.at + i * sizeof value, sizeof value);
        in->taps[i] = (double)value;
    }
    for (int a = 0; a < 3; a++)
        in->record.half[a] = (edge - 1) / 2;
    dvk_buffer_free(&bytes);
    return status;
}

static dvk_status read_nifti(import *in)
{
    dvk_kernel *k = NULL;
    DVK_TRY(dvk_kernel_read(in->how->path, true, &k));
    const size_t *half = k->record.half, nx = 2 * half[0] + 1, ny = 2 * half[1] + 1,
                 count = nx * ny * (2 * half[2] + 1);
    memcpy(in->record.half, half, sizeof in->record.half);
    if (in->record.voxel_mm[0] == 0)
        memcpy(in->record.voxel_mm, k->record.voxel_mm, sizeof in->record.voxel_mm);
    const dvk_status status = dvk_alloc(count, sizeof *in->taps, &in->taps);
    for (size_t i = 0; status == DVK_OK && i < count; i++)
        in->taps[i] = dvk_kernel_at(k, (long)(i % nx) - (long)half[0], (long)(i / nx % ny) - (long)half[1],
                                    (long)(i / nx / ny) - (long)half[2]);
    dvk_kernel_free(k);
    return status;
}

/* --- the record --- */

static dvk_status check_known(const import *in)
{
    const dvk_kernel_record *r = &in->record;
    if (isnan(in->to_Gy_per_Bq_s))
        return dvk_fail(DVK_ERR_USAGE, "%s: the format has no units: give --import-units, such as mGy/(MBq.s)",
                        in->how->path);
    if (isnan(r->density_g_mL))
        return dvk_fail(DVK_ERR_USAGE, "%s: the format has no density: give --import-density, such as 1.04g/mL",
                        in->how->path);
    for (int a = 0; a < 3; a++)
        if (!(r->voxel_mm[a] > 0))
            return dvk_fail(DVK_ERR_USAGE, "%s: the format has no voxel: give --import-voxel, such as 4.42mm",
                            in->how->path);
    return DVK_OK;
}

static dvk_status check_taps(const import *in, size_t count)
{
    double largest = 0;
    for (size_t i = 0; i < count; i++) {
        if (!(in->taps[i] >= 0) || isinf(in->taps[i]))
            return dvk_fail(DVK_ERR_INVALID, "%s: a value is negative or not finite", in->how->path);
        largest = in->taps[i] > largest ? in->taps[i] : largest;
    }
    if (!(largest > 0) || in->taps[count / 2] < largest)
        return dvk_fail(DVK_ERR_INVALID, "%s: the value in the middle, the source's, is not the largest",
                        in->how->path);
    return DVK_OK;
}

/* Compares with our own kernel of the same box; nothing where there is none for the nuclide. */
static dvk_status judge(dvk_kernel_record *r)
{
    dvk_kernel_spec spec = {.nuclide = r->nuclide, .density_g_mL = r->density_g_mL, .component = r->component};
    dvk_kernel *own = NULL;
    memcpy(spec.voxel_mm, r->voxel_mm, sizeof spec.voxel_mm);
    memcpy(spec.half, r->half, sizeof spec.half);
    if (!r->nuclide[0] || (!r->half[0] && !r->half[1] && !r->half[2]))
        return DVK_OK;
    DVK_TRY(dvk_kernel_make(&spec, &own));
    const double wanted = own->record.energy_keV, percent = 100 * (r->energy_keV / wanted - 1);
    r->emitted_keV = own->record.emitted_keV;
    snprintf(r->verdict, sizeof r->verdict,
             "holds %.5g of %.5g keV emitted; dvkit's own kernel holds %.5g in the same box: %.1f %% %s energy than it "
             "should",
             r->energy_keV, r->emitted_keV, wanted, fabs(percent), percent < 0 ? "less" : "more");
    dvk_kernel_free(own);
    return DVK_OK;
}

static dvk_status finish(import *in, dvk_kernel **out)
{
    dvk_kernel_record *r = &in->record;
    size_t count = 1;
    double sum = 0;
    for (int a = 0; a < 3; a++)
        count *= 2 * r->half[a] + 1;
    DVK_TRY(check_known(in));
    DVK_TRY(check_taps(in, count));
    for (size_t i = 0; i < count; i++)
        sum += in->taps[i] *= in->to_Gy_per_Bq_s;
    r->energy_keV = dvk_kernel_keV(sum, r->voxel_mm[0] * r->voxel_mm[1] * r->voxel_mm[2] / 1000, r->density_g_mL);
    DVK_TRY(judge(r));
    double *taps = in->taps;
    in->taps = NULL;
    return dvk_kernel_from_taps(r, taps, out);
}

static dvk_status start(const dvk_kernel_import *how, import *in)
{
    *in = (import){.how = how, .to_Gy_per_Bq_s = NAN};
    in->record = (dvk_kernel_record){
        .component = how->component, .density_g_mL = how->density_g_mL, .emitted_keV = NAN, .beyond_keV = NAN};
    memcpy(in->record.voxel_mm, how->voxel_mm, sizeof in->record.voxel_mm);
    snprintf(in->record.source, sizeof in->record.source, "imported from %.120s", file_name(how->path));
    if (how->units) {
        in->to_Gy_per_Bq_s = unit_factor(how->units);
        if (isnan(in->to_Gy_per_Bq_s))
            return dvk_fail(DVK_ERR_USAGE, "'%s' is not a unit of S, such as mGy/(MBq.s) or Gy/(Bq.s)", how->units);
    }
    return how->nuclide ? offer_nuclide(in, how->nuclide) : DVK_OK;
}

dvk_status dvk_kernel_import_file(const dvk_kernel_import *how, dvk_kernel **out)
{
import in;
    *out = NULL;
    dvk_status status = start(how, &in);
    if (status == DVK_OK)
        switch (how->format) {
        case DVK_KERNEL_LANCONELLI:
            status = read_text(&in, read_lanconelli);
            break;
        case DVK_KERNEL_OCTANT_CSV:
            status = read_text(&in, read_csv);
            break;
        case DVK_KERNEL_RAW:
            status = read_raw(&in);
            break;
        case DVK_KERNEL_NIFTI:
            status = read_nifti(&in);
            break;
        }
    if (status == DVK_OK)
        status = finish(&in, out);
    dvk_free(in.taps);
    return status;
}
