/* Phantoms: which cases there are, and the grid they lie on. */
#include "dvk/phantom.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "backend/context.h"
#include "base/fail.h"
#include "data/geometry.h"
#include "pipeline/phantom/writer.h"

dvk_phantom_options dvk_phantom_default(void)
{
    return (dvk_phantom_options){
        .name = "kidneys",
        .nuclide = "Lu-177",
        .voxel_mm = {4.42, 4.42, 4.42},
        .orientation = "LAS",
        .fine = 1,
        .times = 4,
        .times_h = {4, 24, 96, 168},
        .injected_MBq = 7400,
        .density_g_mL = 1.04,
        .seed = 1,
        .full = true,
    };
}

/* --- the grid --- */

/* World axis and direction of a letter, such as A: axis 1, +1. */
static bool read_letter(char letter, int *axis, double *direction)
{
    static const char letters[] = "RLAPSI";
    const char *found = letter ? strchr(letters, letter) : NULL;
    if (!found)
        return false;
    *axis = (int)(found - letters) / 2;
    *direction = (found - letters) % 2 ? -1 : 1;
    return true;
}

/* The world's origin is the middle voxel. `own` is along right, anterior and superior. */
static dvk_status make_grid(const dvk_phantom_options *o, const size_t own[3], dvk_geometry *g)
{
    bool taken[3] = {false, false, false};
    for (int a = 0; a < 3; a++) {
        int world = 0;
        double direction = 0;
        if (!read_letter(o->orientation[a], &world, &direction) || taken[world])
            return dvk_fail(DVK_ERR_USAGE, "'%s' is no orientation: one of R and L, of A and P, of S and I, as in LAS",
                            o->orientation);
        taken[world] = true;
        g->n[a] = o->n[a] ? o->n[a] : own[world];
        g->voxel_mm[a] = o->voxel_mm[a];
        g->to_world[world][a] = direction * g->voxel_mm[a];
        g->to_world[world][3] = -direction * g->voxel_mm[a] * (double)(g->n[a] / 2);
    }
    return DVK_OK;
}

/* The same box in voxels `factor` times smaller. */
static dvk_geometry finer(const dvk_geometry *g, size_t factor)
{
    dvk_geometry fine = *g;
    const double back = 0.5 - 0.5 / (double)factor;
    for (int a = 0; a < 3; a++) {
        fine.n[a] *= factor;
        fine.voxel_mm[a] /= (double)factor;
        for (int row = 0; row < 3; row++) {
            fine.to_world[row][a] /= (double)factor;
            fine.to_world[row][3] -= back * g->to_world[row][a];
        }
    }
    return fine;
}

static dvk_status settle_grid(dvk_phantom_writer *w)
{
    const dvk_phantom_options *o = w->options;
    size_t frames = 0;
    if (o->grid)
        DVK_TRY(dvk_volume_read_header(o->grid, &w->grid, &frames));
    else
        DVK_TRY(make_grid(o, w->phantom->n, &w->grid));
    w->fine = finer(&w->grid, o->fine);
    return DVK_OK;
}

/* --- cases --- */

static dvk_status make_truth(dvk_phantom_writer *w, int threads)
{
    dvk_kernel_spec spec = {.nuclide = w->nuclide->name, .density_g_mL = w->options->density_g_mL};
    dvk_kernel *kernel = NULL;
    for (int a = 0; a < 3; a++) {
        spec.voxel_mm[a] = w->fine.voxel_mm[a];
        spec.half[a] = w->fine.n[a] > 1 ? w->fine.n[a] - 1 : 1;
    }
    DVK_TRY(dvk_kernel_make(&spec, &kernel));
    const dvk_status status = dvk_truth_create(&w->fine, kernel, threads, &w->truth);
    dvk_kernel_free(kernel);
    return status;
}

/* A case in the terms of `table`; `number` is its own among all cycles of all patients. */
static dvk_status write_one(dvk_phantom_writer *w, const dvk_phantom *table, const char *dir, uint64_t number,
                            bool force)
{
    const dvk_phantom_options *o = w->options;
    dvk_phantom p = *table;
    dvk_phantom_scale(&p, o->injected_MBq, w->of_tables, w->nuclide);
    w->table = table;
    w->phantom = &p;
    w->seed = o->cases || o->cycles ? dvk_random_seed(o->seed, number) : o->seed;
    return dvk_phantom_write_case(w, dir, force);
}

/* The cycles of patient `at`, from 0. */
static dvk_status write_cycles(dvk_context *c, dvk_phantom_writer *w, const dvk_phantom *first, const char *dir,
                               size_t at, bool force)
{
    const size_t cycles = w->options->cycles ? w->options->cycles : 1;
    const size_t cases = w->options->cases ? w->options->cases : 1;
    for (size_t i = 0; i < cycles; i++) {
        dvk_phantom table = *first;
        dvk_text path = {0};
        DVK_TRY(dvk_context_check(c));
        dvk_phantom_cycle(&table, i);
        dvk_status status = dvk_text_add(&path, "%s", dir);
        if (status == DVK_OK && (w->options->cases || w->options->cycles))
            status = dvk_text_add(&path, "/ses-%02zu", i + 1);
        if (status == DVK_OK) /* a case keeps its number where there are more patients or cycles */
            status = write_one(w, &table, path.data, (uint64_t)i << 32 | at, force);
        dvk_text_free(&path);
        DVK_TRY(status);
        dvk_context_progress(c, "writing cases", (double)(at * cycles + i + 1) / (double)(cases * cycles));
    }
    return DVK_OK;
}

static dvk_status write_cases(dvk_context *c, dvk_phantom_writer *w, const dvk_phantom *p, const char *dir, bool force)
{
    const dvk_phantom_options *o = w->options;
    if (o->cases == 0)
        return write_cycles(c, w, p, dir, 0, force);
    for (size_t i = 0; i < o->cases; i++) {
        dvk_phantom varied = *p;
        dvk_text path = {0};
        dvk_phantom_vary(&varied, o->seed * 1000003u + i, w->of_tables->half_life_h);
        dvk_status status = dvk_text_add(&path, "%s/sub-%03zu", dir, i + 1);
        if (status == DVK_OK)
            status = write_cycles(c, w, &varied, path.data, i, force);
        dvk_text_free(&path);
        DVK_TRY(status);
    }
    return DVK_OK;
}

dvk_status dvk_phantom_write(dvk_context *c, const dvk_phantom_options *o, const char *dir, bool force)
{
    dvk_phantom p;
    dvk_phantom_writer w = {.options = o, .phantom = &p, .table = &p};
    if (o->fine < 1 || o->fine > 8)
        return dvk_fail(DVK_ERR_USAGE, "voxels can be drawn 1 to 8 times finer, not %zu", o->fine);
    if (o->times < 1)
        return dvk_fail(DVK_ERR_USAGE, "a time of a scan is wanted");
    DVK_TRY(dvk_phantom_find(o->name, &p));
    DVK_TRY(dvk_nuclide_find("Lu-177", &w.of_tables));
    DVK_TRY(dvk_nuclide_find(o->nuclide, &w.nuclide));
    DVK_TRY(settle_grid(&w));
    if (o->full)
        DVK_TRY(make_truth(&w, dvk_context_threads(c)));
    const dvk_status status = write_cases(c, &w, &p, dir, force);
    dvk_truth_free(w.truth);
    return status;
}
