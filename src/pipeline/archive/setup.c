/* What a run over an archive starts from: its rows in their order, its devices, its workers' share of the processors.
 */
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dvk/bids.h"

#include "backend/registry.h"
#include "base/alloc.h"
#include "base/fail.h"
#include "pipeline/archive/run.h"

enum { MOST_JOBS = 1024 };

dvk_archive_options dvk_archive_default(void)
{
    return (dvk_archive_options){.context = {.fallback = DVK_FALLBACK_NONE}};
}

/* --- which rows, in which order --- */

static bool selected(const dvk_run *r, size_t row)
{
    const dvk_archive_options *o = r->options;
    dvk_bids_place place;
    char *path = NULL;
    if (!dvk_shard_has(o->shard, o->shards, row))
        return false;
    if (!o->only_failed)
        return true;
    dvk_status status = dvk_archive_place(o->out, o->bids, &r->manifest, row, &place);
    if (status == DVK_OK)
        status = dvk_archive_file(&place, "error.json", &path);
    const bool failed = status != DVK_OK || access(path, F_OK) == 0;
    dvk_bids_place_clear(&place);
    dvk_free(path);
    return failed;
}

typedef struct ordered {
    size_t row;
    double voxels;
    const char *grid;
} ordered;

/* Of "128 x 128 x 60, ...". */
static double voxels_of(const char *grid)
{
    double product = 1;
    for (const char *p = grid; p && *p && *p != ',';) {
        char *end = NULL;
        product *= (double)strtoul(p, &end, 10);
        p = end + strcspn(end, "0123456789,");
    }
    return grid ? product : 0;
}

/* Cases of one grid together, so that kernel and plan are reused; the large ones first, so that none comes late. */
static int compare_order(const void *a, const void *b)
{
    const ordered *left = a, *right = b;
    if (left->voxels != right->voxels)
        return left->voxels > right->voxels ? -1 : 1;
    const int grid = strcmp(left->grid ? left->grid : "", right->grid ? right->grid : "");
    return grid ? grid : (left->row > right->row) - (left->row < right->row);
}

static dvk_status order_rows(dvk_run *r)
{
    ordered *list = NULL;
    const size_t rows = r->manifest.table->rows;
    DVK_TRY(dvk_alloc(rows, sizeof *r->order, &r->order));
    DVK_TRY(dvk_alloc(rows, sizeof *list, &list));
    for (size_t row = 0; row < rows; row++)
        if (selected(r, row)) {
            const char *grid = dvk_manifest_cell(&r->manifest, row, DVK_COLUMN_GRID);
            list[r->count++] = (ordered){row, voxels_of(grid), grid};
        }
    qsort(list, r->count, sizeof *list, compare_order);
    for (size_t i = 0; i < r->count; i++)
        r->order[i] = list[i].row;
    dvk_free(list);
    r->counts->cases = r->count;
    return DVK_OK;
}

/* --- setting up --- */

static size_t processors(void)
{
    cpu_set_t set;
    return sched_getaffinity(0, sizeof set, &set) == 0 ? (size_t)CPU_COUNT(&set) : 1;
}

/* The devices to use: the one that was asked for or, for auto, every GPU like the one that was chosen. */
static dvk_status find_devices(dvk_run *r)
{
    dvk_device list[DVK_RUN_DEVICES];
    dvk_choice choice;
    size_t count = 0;
    const char *asked = r->options->context.device;
    DVK_TRY(dvk_registry_choose(asked, &choice));
    snprintf(r->device[0], sizeof r->device[0], "%s", choice.id);
    r->devices = 1;
    if ((asked && strcmp(asked, "auto") != 0) || strcmp(choice.id, "cpu") == 0)
        return DVK_OK;
    DVK_TRY(dvk_devices(list, DVK_RUN_DEVICES, &count));
    for (size_t i = 0; i < count && i < DVK_RUN_DEVICES; i++)
        if (list[i].is_gpu && list[i].usable && strcmp(list[i].id, choice.id) != 0 && r->devices < DVK_RUN_DEVICES)
            memcpy(r->device[r->devices++], list[i].id, sizeof r->device[0]);
    return DVK_OK;
}

/* Every case must have a place in a BIDS dataset, and the dataset be ours. */
static dvk_status check_bids(const dvk_run *r)
{
    const char *out = r->options->out;
    for (size_t row = 0; row < r->manifest.table->rows; row++) {
        char id[DVK_CASE_ID_SIZE];
        dvk_bids_place place;
        dvk_manifest_id(&r->manifest, row, id);
        const dvk_status status = dvk_bids_find(out, id, NULL, 0, &place);
        dvk_bids_place_clear(&place);
        DVK_TRY(status);
    }
    return dvk_bids_check(out);
}

/* The first scan of a row that is there: a scan that is missing is its own case's affair. NULL where all are. */
static dvk_status first_scan(const dvk_manifest *m, char **scan)
{
    for (size_t row = 0; row < m->table->rows; row++) {
        const char *scans = dvk_manifest_cell(m, row, DVK_COLUMN_SCANS);
        dvk_text path = {0};
        if (!scans)
            continue;
        DVK_TRY(dvk_text_add(&path, "%s%.*s", *scans == '/' ? "" : m->folder, (int)strcspn(scans, ";"), scans));
        *scan = path.data;
        if (access(*scan, F_OK) == 0)
            return DVK_OK;
        dvk_text_free(&path);
        *scan = NULL;
    }
    return DVK_OK;
}

/* The source dataset is that of the scans, or else of the manifest. */
static dvk_status describe_bids(const dvk_run *r)
{
    char *scan = NULL;
    dvk_status status = first_scan(&r->manifest, &scan);
    if (status == DVK_OK)
        status = dvk_bids_describe(r->options->out, scan ? scan : r->options->manifest);
    dvk_free(scan);
    return status;
}

dvk_status dvk_run_set_up(dvk_run *r)
{
    const dvk_archive_options *o = r->options;
    const size_t threads = o->context.threads > 0 ? (size_t)o->context.threads : processors();
    DVK_TRY(dvk_manifest_read(o->manifest, &r->manifest));
    DVK_TRY(find_devices(r));
    if (o->bids)
        DVK_TRY(check_bids(r));
    DVK_TRY(dvk_archive_pin(o, strncmp(r->device[0], "opencl", 6) == 0 ? "opencl" : "cpu"));
    if (o->bids)
        DVK_TRY(describe_bids(r));
    DVK_TRY(order_rows(r));
    r->jobs = o->jobs ? o->jobs : threads;
    r->jobs = r->jobs > MOST_JOBS ? MOST_JOBS : r->jobs;
    r->jobs = r->jobs > r->count && r->count ? r->count : r->jobs;
    r->worker_options = *o;
    r->worker_options.context.threads = threads > r->jobs ? (int)(threads / r->jobs) : 1;
    r->worker_options.context.progress = NULL;
    r->worker_options.context.warn = NULL; /* a case's warnings are in its summary */
    DVK_TRY(dvk_alloc(r->jobs, sizeof *r->workers, &r->workers));
    DVK_TRY(dvk_alloc(r->jobs, sizeof *r->polled, &r->polled));
    return o->claim ? dvk_leases_open(&r->leases, o, &r->manifest) : DVK_OK;
}
