/*
 * Whole runs in which any one allocation (jansson's too) or any one call to the file system fails: the right status and
 * one line that says so, nothing leaked (under the asan preset), nothing left where the output was to be.
 */
#include <errno.h>
#include <jansson.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "data/io.h"
#include "support/files.h"
#include "support/folder.h"
#include "support/tiny_case.h"

/* --- the runs: each writes `out` or below it --- */

static char cycle[2][512], dose_map[600], tia_map[600];

static dvk_status run_case(const char *out)
{
    return tiny_case_run(out, NULL);
}

static dvk_status run_kidneys(const char *out)
{
    dvk_case_options o = tiny_case_options();
    dvk_context *c = NULL;
    o.out = out;
    dvk_status status = tiny_context("cpu", DVK_FALLBACK_CPU, &c);
    if (status == DVK_OK)
        status = dvk_kidneys_run(c, &o, dose_map, NULL);
    dvk_context_close(c);
    return status;
}

static dvk_status run_course(const char *out)
{
    const char *const folders[] = {cycle[0], cycle[1]};
    const dvk_course_options o = dvk_course_options_default();
    dvk_course *c = NULL;
    dvk_status status = dvk_course_read(folders, 2, &c);
    if (status == DVK_OK)
        status = dvk_course_compute(c, &o);
    if (status == DVK_OK)
        status = dvk_course_write(c, out, false);
    dvk_course_free(c);
    return status;
}

static dvk_status run_kernel(const char *out)
{
    const dvk_kernel_spec spec = {.nuclide = "Y-90", .voxel_mm = {9, 9, 9}, .radius_mm = 20, .density_g_mL = 1};
    char path[600];
    dvk_kernel *k = NULL;
    snprintf(path, sizeof path, "%s.nii.gz", out);
    dvk_status status = dvk_kernel_make(&spec, &k);
    if (status == DVK_OK)
        status = dvk_kernel_write(k, path);
    dvk_kernel_free(k);
    return status;
}

static dvk_status run_convolve(const char *out)
{
    dvk_convolve_options o = dvk_convolve_default();
    char path[600];
    dvk_context *c = NULL;
    snprintf(path, sizeof path, "%s.nii.gz", out);
    o.tia = tia_map;
    o.kernel = tiny_case_options().kernel_path;
    o.out = path;
    dvk_status status = tiny_context("cpu", DVK_FALLBACK_CPU, &c);
    if (status == DVK_OK)
        status = dvk_convolve_file(c, &o, false, NULL);
    dvk_context_close(c);
    return status;
}

static dvk_status run_phantom(const char *out)
{
    dvk_phantom_options o = dvk_phantom_default();
    dvk_context *c = NULL;
    o.name = "sphere";
    for (int a = 0; a < 3; a++) {
        o.n[a] = 8;
        o.voxel_mm[a] = 12;
    }
    o.counts = 1e5;
    dvk_status status = tiny_context("cpu", DVK_FALLBACK_CPU, &c);
    if (status == DVK_OK)
        status = dvk_phantom_write(c, &o, out, false);
    dvk_context_close(c);
    return status;
}

static dvk_status run_integrate(const char *out)
{
    const dvk_case_options of_case = tiny_case_options();
    const dvk_integrate_options o = {.scans = of_case.scans,
                                     .scan_count = of_case.scan_count,
                                     .series = of_case.series,
                                     .integration = of_case.integration,
                                     .write_sd = true,
                                     .out = out};
    dvk_voxel_shares shares;
    dvk_context *c = NULL;
    dvk_status status = tiny_context("cpu", DVK_FALLBACK_CPU, &c);
    if (status == DVK_OK)
        status = dvk_integrate_run(c, &o, false, &shares);
    dvk_context_close(c);
    return status;
}

static dvk_status run_compare(const char *out)
{
    const dvk_case_options of_case = tiny_case_options();
    dvk_compare_options o = dvk_compare_default();
    dvk_compare *result = NULL;
    dvk_context *c = NULL;
    o.a = cycle[0];
    o.b = cycle[1];
    o.voi_sources = of_case.voi_sources;
    o.voi_source_count = of_case.voi_source_count;
    o.gamma.wanted = true;
    o.out = out;
    dvk_status status = tiny_context("cpu", DVK_FALLBACK_CPU, &c);
    if (status == DVK_OK)
        status = dvk_compare_run(c, &o, &result);
    dvk_compare_free(result);
    dvk_context_close(c);
    return status;
}

/* Four methods: two curves, with and without density. */
static dvk_status run_methods(const char *out)
{
    dvk_methods_options o = dvk_methods_default();
    dvk_methods *result = NULL;
    dvk_context *c = NULL;
    o.of_case = tiny_case_options();
    o.of_case.out = out;
    o.choices[DVK_AXIS_CURVE] = "mono,trapezoid";
    o.choices[DVK_AXIS_DENSITY] = "none,1.04g/mL";
    dvk_status status = tiny_context("cpu", DVK_FALLBACK_CPU, &c);
    if (status == DVK_OK)
        status = dvk_methods_run(c, &o, &result);
    dvk_methods_free(result);
    dvk_context_close(c);
    return status;
}

static const struct {
    const char *name;
    dvk_status (*run)(const char *out);
    int outputs; /* entries of the folder when all went well */
} runs[] = {{"case", run_case, 1},           {"kidneys", run_kidneys, 1},   {"course", run_course, 1},
            {"kernel", run_kernel, 2},       {"convolve", run_convolve, 2}, {"phantom", run_phantom, 1},
            {"integrate", run_integrate, 1}, {"compare", run_compare, 1},   {"methods", run_methods, 1}};
enum { RUNS = sizeof runs / sizeof runs[0] };

/* --- the faults --- */

/* jansson's memory is ours, but not while it parses: the lexer of version 2.14 writes past the end of a buffer that
 * could not grow. The linker puts __wrap_json_loads in the place of json_loads. */
static bool parsing;
json_t *__real_json_loads(const char *text, size_t flags, json_error_t *error);
json_t *__wrap_json_loads(const char *text, size_t flags, json_error_t *error);

json_t *__wrap_json_loads(const char *text, size_t flags, json_error_t *error)
{
    parsing = true;
    json_t *made = __real_json_loads(text, flags, error);
    parsing = false;
    return made;
}

static void *json_memory(size_t size)
{
    void *p = NULL;
    if (parsing)
        return malloc(size);
    return dvk_alloc(size, 1, &p) == DVK_OK ? p : NULL;
}

static long fill_disk(long n)
{
    return dvk_io_fail_at(n, ENOSPC);
}

static long break_disk(long n)
{
    return dvk_io_fail_at(n, EIO);
}

static long use_up_quota(long n)
{
    return dvk_io_fail_at(n, EDQUOT);
}

typedef struct fault {
    const char *name;
    long (*arm)(long n); /* returns what was left of the last count */
    dvk_status wanted;
    const char *said;
} fault;

static const fault faults[] = {{"allocation", dvk_alloc_fail_at, DVK_ERR_MEMORY, "memory"},
                               {"file call (full disk)", fill_disk, DVK_ERR_IO, "No space left"},
                               {"file call (quota)", use_up_quota, DVK_ERR_IO, "quota exceeded"},
                               {"file call (broken disk)", break_disk, DVK_ERR_IO, "Input/output error"}};

/* Every one of the first and last twenty, and of those between each `stride`-th. */
static long next_fault(long n, long last)
{
    enum { EVERY = 20, TURNS = 40 };
    const long stride = (last - 2 * EVERY) / TURNS + 1;
    return n < EVERY || n > last - EVERY ? n + 1 : n + stride;
}

/* A fault that does no harm (no room to remember a kernel for the next run) must not have changed a byte. */
static void check_same(const char *folder, const char *good)
{
    char command[1200];
    snprintf(command, sizeof command, "diff -rq '%s' '%s'", folder, good);
    ck_assert_int_eq(system(command), 0);
}

static void check_one(const fault *f, size_t which, long n, const char *folder, const char *out, const char *good)
{
    f->arm(n);
    const dvk_status status = runs[which].run(out);
    f->arm(0);
    const char *line = dvk_last_message();
    if (status == DVK_OK) {
        check_same(folder, good);
        return;
    }
    const bool unopened = f->wanted == DVK_ERR_IO && status == DVK_ERR_MISSING; /* an input */
    ck_assert_msg(status == f->wanted || unopened, "%s, %s %ld: status %d: %s", runs[which].name, f->name, n,
                  (int)status, line);
    ck_assert_msg(strstr(line, f->said) && !strchr(line, '\n'), "%s, %s %ld: %s", runs[which].name, f->name, n, line);
    ck_assert_msg(folder_entries(folder) == 0, "%s, %s %ld: something stays behind", runs[which].name, f->name, n);
}

static void fresh_folder(char folder[512], char out[512])
{
    static int turn;
    snprintf(folder, 512, "%s/fault-%d-%d", scratch_folder(), (int)getpid(), turn++);
    ck_assert_int_eq(mkdir(folder, 0777), 0);
    snprintf(out, 512, "%.500s/out", folder);
}

START_TEST(any_one_may_fail)
{
    enum { NEVER = 1000000000 };
    const fault *f = _i < 2 * RUNS ? &faults[_i / RUNS] : &faults[2 + _i - 2 * RUNS];
    const size_t which = _i < 2 * RUNS ? (size_t)_i % RUNS : 0;
    char good[512], folder[512], out[512];
    fresh_folder(good, out);
    f->arm(NEVER);
    const dvk_status status = runs[which].run(out);
    const long last = NEVER - f->arm(0);
    ck_assert_msg(status == DVK_OK, "%s: %s", runs[which].name, dvk_last_message());
    ck_assert_int_eq(folder_entries(good), runs[which].outputs);
    ck_assert_int_ge(last, 10);
    long tried = 0;
    for (long n = 1; n <= last; n = next_fault(n, last), tried++) {
        fresh_folder(folder, out);
        check_one(f, which, n, folder, out, good);
    }
    printf("%s: %ld of %ld %ss\n", runs[which].name, tried, last, f->name);
}
END_TEST

/* What the runs on finished cases start from. */
static void make_cycles(void)
{
    for (int i = 0; i < 2; i++) {
        tiny_case_write(1 - 0.1 * i);
        snprintf(cycle[i], sizeof cycle[i], "%s/cycle-%d", scratch_folder(), i + 1);
        ck_ok(tiny_case_run(cycle[i], NULL));
    }
    snprintf(dose_map, sizeof dose_map, "%s/dose.nii.gz", cycle[0]);
    snprintf(tia_map, sizeof tia_map, "%s/tia.nii.gz", cycle[0]);
}

int main(void)
{
    omp_set_num_threads(1); /* the n-th call of a run is then always the same */
    json_set_alloc_funcs(json_memory, dvk_free);
    TCase *cases[] = {tcase_create("runs")};
    tcase_add_unchecked_fixture(cases[0], make_cycles, NULL);
    /* The first two faults in every run; the others differ in their errno alone, and need one. */
    tcase_add_loop_test(cases[0], any_one_may_fail, 0, 2 * RUNS + sizeof faults / sizeof faults[0] - 2);
    return run_suite("runs with faults", cases, 1, true);
}
