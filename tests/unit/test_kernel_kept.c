/* Kernels from the user's cache: the bytes that making gives, whatever is or is not in the cache. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "data/io.h"
#include "physics/kernel.h"
#include "support/cache_folder.h"
#include "support/files.h"
#include "support/support.h"

static const dvk_kernel_spec plain = {
    .nuclide = "Lu-177", .voxel_mm = {4, 4, 4}, .half = {40, 40, 40}, .density_g_mL = 1.04};

/* The exponent of the source voxel's value. */
static const size_t value_byte = sizeof(dvk_kernel_record) + 7;

/* What was made before is not in memory any more: newer ones push it out. */
static void forget(void)
{
    enum { AS_MANY_AS_ARE_KEPT = 8 };
    for (int i = 0; i < AS_MANY_AS_ARE_KEPT; i++) {
        const dvk_kernel_spec small = {
            .nuclide = "Ac-225", .voxel_mm = {1 + i, 1, 1}, .half = {1, 1, 1}, .density_g_mL = 1};
        dvk_kernel *k = NULL;
        ck_ok(dvk_kernel_make(&small, &k));
        dvk_kernel_free(k);
    }
}

static dvk_kernel *make(const dvk_kernel_spec *spec)
{
    dvk_kernel *k = NULL;
    forget();
    ck_ok(dvk_kernel_make(spec, &k));
    return k;
}

static dvk_kernel *make_without(const dvk_kernel_spec *spec)
{
    char folder[400];
    snprintf(folder, sizeof folder, "%s", getenv("DVK_CACHE_DIR"));
    setenv("DVK_CACHE_DIR", "", 1);
    dvk_kernel *k = make(spec);
    setenv("DVK_CACHE_DIR", folder, 1);
    return k;
}

static bool are_same(const dvk_kernel *a, const dvk_kernel *b)
{
    return memcmp(&a->record, &b->record, sizeof a->record) == 0 &&
           memcmp(a->octant, b->octant, dvk_kernel_values(a) * sizeof *a->octant) == 0;
}

static void check_same(const dvk_kernel_spec *spec, const dvk_kernel *want)
{
    dvk_kernel *k = make(spec);
    ck_assert(are_same(k, want));
    for (long i = 0; i < 40; i += 13)
        ck_close(dvk_kernel_error_at(k, i, 1, 2), dvk_kernel_error_at(want, i, 1, 2), 0);
    dvk_kernel_free(k);
}

START_TEST(a_kept_kernel_is_the_made_one)
{
    dvk_kernel *want = make_without(&plain);
    cache_fresh();
    check_same(&plain, want); /* made, and kept */
    ck_assert_int_eq(cache_entries(), 1);
    check_same(&plain, want); /* found */
    cache_forge(value_byte);
    dvk_kernel *forged = make(&plain);
    ck_assert(!are_same(forged, want));
    dvk_kernel_free(forged);
    dvk_kernel_free(want);
}
END_TEST

static char list[2][600];

static void write_lists(void)
{
    for (int i = 0; i < 2; i++) {
        snprintf(list[i], sizeof list[i], "%s/list%d.tsv", scratch_folder(), i);
        FILE *file = fopen(list[i], "w");
        fprintf(file, "kind\tenergy_keV\tyield\nelectron\t150\t%g\nphoton\t113\t0.06\n", i ? 0.9 : 0.8);
        ck_assert_int_eq(fclose(file), 0);
    }
}

/* Kernels that differ in one thing each. */
static dvk_kernel_spec other(int i)
{
    dvk_kernel_spec s = plain;
    if (i >= 1 && i <= 3)
        s.voxel_mm[i - 1] = nextafter(4, 5);
    if (i >= 4 && i <= 6)
        s.half[i - 4] = 41;
    if (i == 7)
        s.density_g_mL = 1.05;
    if (i == 8)
        s.nuclide = "I-131";
    if (i == 9 || i == 10)
        s.component = i == 9 ? DVK_COMPONENT_ELECTRON : DVK_COMPONENT_PHOTON;
    if (i == 11 || i == 12)
        s.emission = list[i - 11];
    if (i == 13) {
        s.emission = list[0];
        s.nuclide = NULL;
    }
    return s;
}
enum { OTHERS = 14 };

START_TEST(whatever_the_values_depend_on_is_in_the_key)
{
    cache_fresh();
    for (int i = 0; i < OTHERS; i++) {
        const dvk_kernel_spec spec = other(i);
        dvk_kernel *want = make_without(&spec);
        check_same(&spec, want);
        ck_assert_msg(cache_entries() == i + 1, "kernel %d is taken for another", i);
        dvk_kernel_free(want);
    }
    for (int i = 0; i < OTHERS; i++) {
        const dvk_kernel_spec spec = other(i);
        dvk_kernel *want = make_without(&spec);
        check_same(&spec, want);
        dvk_kernel_free(want);
    }
    ck_assert_int_eq(cache_entries(), OTHERS);
}
END_TEST

START_TEST(what_is_made_at_once_or_read_is_not_kept)
{
    dvk_kernel_spec small = plain, local = plain;
    cache_fresh();
    small.half[0] = 37;
    local.nuclide = "Ac-225";
    dvk_kernel_free(make(&small));
    dvk_kernel_free(make(&local));
    ck_assert_int_eq(cache_entries(), 0);
}
END_TEST

static void rewrite(const char *path, const void *bytes, size_t count)
{
    FILE *file = fopen(path, "wb");
    ck_assert(file && fwrite(bytes, 1, count, file) == count && fclose(file) == 0);
}

START_TEST(a_cache_that_cannot_be_used_changes_nothing)
{
    const char *const nowhere[] = {"", "/dev/null/cache", "/proc/nowhere", "/dev/full"};
    dvk_kernel *want = make_without(&plain);
    dvk_buffer whole;
    for (size_t i = 0; i < sizeof nowhere / sizeof *nowhere; i++) {
        setenv("DVK_CACHE_DIR", nowhere[i], 1);
        check_same(&plain, want);
    }
    const char *folder = cache_fresh();
    check_same(&plain, want);
    ck_ok(dvk_file_read(cache_entry(), SIZE_MAX, &whole, NULL));
    for (size_t cut = 0; cut < whole.count; cut += whole.count / 5 + 1) { /* torn */
        rewrite(cache_entry(), whole.at, cut);
        check_same(&plain, want); /* and mended */
        check_same(&plain, want);
    }
    whole.at[whole.count / 2] ^= 4;
    rewrite(cache_entry(), whole.at, whole.count);
    check_same(&plain, want);
    dvk_buffer_free(&whole);
    cache_forge(value_byte); /* from here on what is found would be wrong */
    ck_assert_int_eq(chmod(cache_entry(), 0666), 0);
    check_same(&plain, want);
    cache_forge(value_byte);
    if (geteuid() == 0)
        ck_assert_int_eq(chown(cache_entry(), 1234, 1234), 0);
    else
        ck_assert_int_eq(chmod(cache_entry(), 0620), 0);
    check_same(&plain, want);
    cache_forge(value_byte);
    ck_assert_int_eq(chmod(folder, 0777), 0);
    check_same(&plain, want);
    dvk_kernel_free(want);
}
END_TEST

/* Each file call in turn, with the cache empty and with the kernel in it. */
START_TEST(a_full_or_broken_disk_changes_nothing)
{
    static const int errors[] = {ENOSPC, EIO, EACCES};
    dvk_kernel *want = make_without(&plain);
    for (long n = 1, left = 0; left == 0; n++) {
        cache_fresh();
        for (int again = 0; again < 2; again++) {
            forget();
            dvk_kernel *k = NULL;
            dvk_io_fail_at(n, errors[n % 3]);
            ck_ok(dvk_kernel_make(&plain, &k));
            left = dvk_io_fail_at(0, 0);
            ck_assert(are_same(k, want));
            ck_assert_int_le(cache_entries(), 1);
            dvk_kernel_free(k);
        }
        ck_assert_int_lt(n, 40);
    }
    dvk_kernel_free(want);
}
END_TEST

int main(void)
{
    TCase *cases[] = {tcase_create("kept")};
    tcase_add_checked_fixture(cases[0], write_lists, NULL);
    tcase_add_test(cases[0], a_kept_kernel_is_the_made_one);
    tcase_add_test(cases[0], whatever_the_values_depend_on_is_in_the_key);
    tcase_add_test(cases[0], what_is_made_at_once_or_read_is_not_kept);
    tcase_add_test(cases[0], a_cache_that_cannot_be_used_changes_nothing);
    tcase_add_test(cases[0], a_full_or_broken_disk_changes_nothing);
    return run_suite("kept kernels", cases, 1, false);
}
