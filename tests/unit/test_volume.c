/* Volumes to files and back: same voxels, same bytes, whole or not at all; grids compared. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "data/atomic.h"
#include "data/geometry.h"
#include "data/gzip.h"
#include "data/hash.h"
#include "data/io.h"
#include "data/nifti.h"
#include "data/volume.h"
#include "support/folder.h"
#include "support/support.h"

static const char *in_scratch(const char *name)
{
    static char path[8][256];
    static int turn;
    turn = (turn + 1) % 8;
    snprintf(path[turn], sizeof path[turn], "%s/%s", scratch_folder(), name);
    return path[turn];
}

static void write_bytes(const char *path, const void *bytes, size_t count)
{
    FILE *f = fopen(path, "wb");
    ck_assert_ptr_nonnull(f);
    ck_assert_uint_eq(fwrite(bytes, 1, count, f), count);
    fclose(f);
}

/* Values whose every bit must survive. */
static dvk_volume *example(size_t frames)
{
    const dvk_geometry g = plain_geometry(7, 5, 3, 4.42, 4.42, 3);
    const float odd[] = {-0.0f, 1e-45f, -3.4028235e38f, NAN, INFINITY, -INFINITY, 1.0f / 3};
    dvk_volume *v = NULL;
    ck_ok(dvk_volume_create(&g, frames, &v));
    for (size_t i = 0; i < 105 * frames; i++)
        dvk_volume_data(v)[i] = i < 7 ? odd[i] : (float)i * 0.1f;
    return v;
}

START_TEST(round_trip)
{
    static const char *const names[] = {"a.nii", "a.nii.gz"};
    const size_t frames = _i < 2 ? 1 : 4;
    const char *path = in_scratch(names[_i % 2]);
    dvk_volume *v = example(frames), *back = NULL;
    char first[65], second[65];
    ck_ok(dvk_volume_write(v, path));
    ck_ok(dvk_sha256_file(path, first));
    ck_ok(dvk_volume_read(path, &back));
    ck_assert_uint_eq(dvk_volume_frames(back), frames);
    ck_assert(dvk_geometry_same(dvk_volume_geometry(v), dvk_volume_geometry(back), 1e-5));
    ck_assert(memcmp(dvk_volume_values(v), dvk_volume_values(back), 105 * frames * sizeof(float)) == 0);
    ck_assert_str_eq(dvk_volume_sha256(back), first);
    ck_assert_str_eq(dvk_volume_sha256(v), "");
    ck_assert_str_eq(dvk_volume_extension(back), "");
    ck_assert_uint_eq(dvk_volume_counts(back).nan, 1);
    ck_assert_uint_eq(dvk_volume_counts(back).infinite, 2);
    ck_assert_uint_eq(dvk_volume_counts(back).negative, 2);
    ck_ok(dvk_volume_write(back, path)); /* over the first one, from what was read */
    ck_ok(dvk_sha256_file(path, second));
    ck_assert_str_eq(second, first);
    dvk_volume_free(back);
    dvk_volume_free(v);
}
END_TEST

START_TEST(bytes_of_status_maps)
{
    const dvk_geometry g = plain_geometry(3, 2, 1, 1, 1, 1);
    const uint8_t values[] = {0, 1, 2, 3, 254, 255};
    dvk_volume *back = NULL;
    ck_ok(dvk_volume_write_u8(&g, values, in_scratch("s.nii.gz")));
    ck_ok(dvk_volume_read(in_scratch("s.nii.gz"), &back));
    for (int i = 0; i < 6; i++)
        ck_assert(dvk_volume_values(back)[i] == (float)values[i]);
    dvk_volume_free(back);
}
END_TEST

/* The file named is opened, whatever lies beside it, and its content decides on gzip. */
START_TEST(only_the_file_named)
{
    dvk_volume *v = example(1), *back = NULL;
    char packed[65];
    ck_ok(dvk_volume_write(v, in_scratch("b.nii.gz")));
    ck_ok(dvk_sha256_file(in_scratch("b.nii.gz"), packed));
    dvk_volume_data(v)[50] = 12345;
    ck_ok(dvk_volume_write(v, in_scratch("b.nii")));
    ck_ok(dvk_volume_read(in_scratch("b.nii.gz"), &back));
    ck_assert(dvk_volume_values(back)[50] == 5.0f);
    ck_assert_str_eq(dvk_volume_sha256(back), packed);
    dvk_volume_free(back);
    ck_assert_int_eq(rename(in_scratch("b.nii.gz"), in_scratch("c.nii")), 0);
    ck_ok(dvk_volume_read(in_scratch("c.nii"), &back));
    ck_assert(dvk_volume_values(back)[50] == 5.0f);
    dvk_volume_free(back);
    ck_fails(dvk_volume_read(in_scratch("c.nii.gz"), &back), DVK_ERR_MISSING);
    dvk_volume_free(v);
}
END_TEST

START_TEST(what_is_no_file)
{
    dvk_volume *v = NULL;
    dvk_geometry g;
    size_t frames = 0;
    ck_fails(dvk_volume_read(in_scratch("none.nii"), &v), DVK_ERR_MISSING);
    ck_fails(dvk_volume_read_header(in_scratch("none.nii"), &g, &frames), DVK_ERR_MISSING);
    ck_fails(dvk_volume_read(scratch_folder(), &v), DVK_ERR_MISSING);
    ck_assert_int_eq(mkfifo(in_scratch("pipe.nii"), 0600), 0);
    ck_fails(dvk_volume_read(in_scratch("pipe.nii"), &v), DVK_ERR_MISSING); /* and does not wait */
    ck_assert_ptr_null(v);
    unlink(in_scratch("pipe.nii"));
}
END_TEST

/* A header and the bytes of `count` voxels of uint8, as a file: plain, or gzip. */
static void write_made(const char *path, size_t promised, size_t held, bool gzip)
{
    const dvk_geometry g = plain_geometry(promised, 1, 1, 1, 1, 1);
    unsigned char *bytes = calloc(DVK_NIFTI_HEADER_BYTES + held, 1);
    ck_ok(dvk_nifti_make(&g, 1, DVK_NIFTI_UINT8, bytes));
    const dvk_span span = {bytes, DVK_NIFTI_HEADER_BYTES + held};
    dvk_buffer packed = {0};
    if (gzip)
        ck_ok(dvk_gzip_deflate(&span, 1, &packed));
    write_bytes(path, gzip ? packed.at : span.at, gzip ? packed.count : span.count);
    dvk_buffer_free(&packed);
    free(bytes);
}

START_TEST(lengths_that_lie)
{
    dvk_volume *v = NULL;
    dvk_geometry g;
    size_t frames = 0;
    write_made(in_scratch("long.nii"), 10, 11, false);
    ck_fails(dvk_volume_read(in_scratch("long.nii"), &v), DVK_ERR_INVALID);
    ck_assert_ptr_nonnull(strstr(dvk_last_message(), "1 bytes follow the last voxel"));
    ck_fails(dvk_volume_read_header(in_scratch("long.nii"), &g, &frames), DVK_ERR_INVALID);
    write_made(in_scratch("bomb.nii.gz"), 10, 50000000, true); /* 50 kB become 50 MB */
    ck_fails(dvk_volume_read(in_scratch("bomb.nii.gz"), &v), DVK_ERR_INVALID);
    ck_assert_ptr_nonnull(strstr(dvk_last_message(), "do not end with the 362 bytes"));
    write_made(in_scratch("short.nii.gz"), 1000, 999, true);
    ck_fails(dvk_volume_read(in_scratch("short.nii.gz"), &v), DVK_ERR_INVALID);
    ck_assert_ptr_nonnull(strstr(dvk_last_message(), "holds 1351 bytes, but its header promises 1352"));
}
END_TEST

/* 32767^3 voxels promised by a hundred bytes: refused before any room is made for them. */
START_TEST(promises_beyond_reason)
{
    const dvk_geometry g = plain_geometry(32767, 32767, 32767, 1, 1, 1);
    unsigned char h[DVK_NIFTI_HEADER_BYTES];
    dvk_volume *v = NULL;
    dvk_buffer packed;
    ck_ok(dvk_nifti_make(&g, 1, DVK_NIFTI_UINT8, h));
    const dvk_span span = {h, sizeof h};
    ck_ok(dvk_gzip_deflate(&span, 1, &packed));
    write_bytes(in_scratch("huge.nii.gz"), packed.at, packed.count);
    dvk_buffer_free(&packed);
    ck_fails(dvk_volume_read(in_scratch("huge.nii.gz"), &v), DVK_ERR_INVALID);
    ck_assert_ptr_nonnull(strstr(dvk_last_message(), "cannot hold"));
}
END_TEST

/* A pair with an extension after its header, plain and gzip. */
START_TEST(header_and_image_pairs)
{
    const dvk_geometry g = plain_geometry(3, 1, 1, 2, 2, 2);
    const float zero = 0;
    unsigned char h[352 + 32] = {0};
    dvk_volume *v = NULL;
    ck_ok(dvk_nifti_make(&g, 1, DVK_NIFTI_UINT8, h));
    memcpy(h + 344, "ni1", 4);
    memcpy(h + 108, &zero, sizeof zero); /* vox_offset */
    h[348] = 1;
    h[352] = 32; /* esize */
    h[356] = 6;  /* a comment */
    memcpy(h + 360, "kidney", 7);
    write_bytes(in_scratch("p.hdr"), h, sizeof h);
    ck_fails(dvk_volume_read(in_scratch("p.hdr"), &v), DVK_ERR_MISSING);
    write_bytes(in_scratch("p.img"), "\1\2\3", 3);
    ck_ok(dvk_volume_read(in_scratch("p.hdr"), &v));
    ck_assert(dvk_volume_values(v)[2] == 3.0f);
    ck_assert_str_eq(dvk_volume_extension(v), "kidney");
    dvk_volume_free(v);
    write_bytes(in_scratch("p.img"), "\1\2\3\4", 4);
    ck_fails(dvk_volume_read(in_scratch("p.hdr"), &v), DVK_ERR_INVALID);
    ck_assert_ptr_nonnull(strstr(dvk_last_message(), "p.img: 1 bytes follow"));

    const dvk_span head = {h, sizeof h}, voxels = {"\4\5\6", 3};
    dvk_buffer packed;
    ck_ok(dvk_gzip_deflate(&head, 1, &packed));
    write_bytes(in_scratch("q.hdr.gz"), packed.at, packed.count);
    dvk_buffer_free(&packed);
    ck_ok(dvk_gzip_deflate(&voxels, 1, &packed));
    write_bytes(in_scratch("q.img.gz"), packed.at, packed.count);
    dvk_buffer_free(&packed);
    ck_ok(dvk_volume_read(in_scratch("q.hdr.gz"), &v));
    ck_assert(dvk_volume_values(v)[2] == 6.0f);
    ck_assert_str_eq(dvk_volume_extension(v), "kidney");
    dvk_volume_free(v);
    write_bytes(in_scratch("p.nii"), h, sizeof h);
    ck_fails(dvk_volume_read(in_scratch("p.nii"), &v), DVK_ERR_INVALID);
}
END_TEST

/* Random single bytes of whole small files changed, plain and gzip: no crash, and a refusal names the file. */
START_TEST(random_bytes)
{
    dvk_volume *v = example(2);
    const char *source = in_scratch(_i ? "r.nii.gz" : "r.nii"), *path = in_scratch(_i ? "t.nii.gz" : "t.nii");
    dvk_buffer file;
    unsigned state = 4711;
    ck_ok(dvk_volume_write(v, source));
    ck_ok(dvk_file_read(source, SIZE_MAX, &file, NULL));
    for (int i = 0; i < 300; i++) {
        dvk_volume *back = NULL;
        state = state * 1664525u + 1013904223u;
        const size_t at = (state >> 8) % (file.count < 352 || _i ? file.count : 352);
        const unsigned char change = (unsigned char)(1 + (state >> 24) % 255);
        file.at[at] ^= change;
        write_bytes(path, file.at, file.count);
        file.at[at] ^= change;
        if (dvk_volume_read(path, &back) != DVK_OK)
            ck_assert_msg(strstr(dvk_last_message(), path) == dvk_last_message(), "%s", dvk_last_message());
        dvk_volume_free(back);
    }
    dvk_buffer_free(&file);
    dvk_volume_free(v);
}
END_TEST

START_TEST(where_nothing_can_be_written)
{
    dvk_volume *v = example(1);
    ck_fails(dvk_volume_write(v, "/dev/full"), DVK_ERR_IO);
    ck_assert_msg(strstr(dvk_last_message(), "No space left") != NULL, "%s", dvk_last_message());
    ck_ok(dvk_volume_write(v, "/dev/null"));
    struct stat info;
    ck_assert(stat("/dev/null", &info) == 0 && S_ISCHR(info.st_mode)); /* not replaced by a file */
    ck_fails(dvk_volume_write(v, in_scratch("no/such/folder.nii")), DVK_ERR_CREATE);
    ck_fails(dvk_volume_write(v, scratch_folder()), DVK_ERR_CREATE);
    dvk_volume_free(v);
}
END_TEST

/* A link's target is replaced, the link stays. */
START_TEST(links_are_followed)
{
    dvk_volume *v = example(1);
    struct stat info;
    ck_ok(dvk_volume_write(v, in_scratch("target.nii")));
    ck_assert_int_eq(symlink("target.nii", in_scratch("link.nii")), 0);
    ck_ok(dvk_volume_write(v, in_scratch("link.nii")));
    ck_assert(lstat(in_scratch("link.nii"), &info) == 0 && S_ISLNK(info.st_mode));
    unlink(in_scratch("link.nii"));
    dvk_volume_free(v);
}
END_TEST

/* The n-th call to the system fails, n = 1, 2, ...: DVK_ERR_IO on a full disk, the old file whole, nothing beside it.
 */
START_TEST(nth_write_fails)
{
    char folder[256], path[300], before[65], after[65];
    snprintf(folder, sizeof folder, "%s", in_scratch("faults"));
    snprintf(path, sizeof path, "%s/x.nii.gz", folder);
    ck_assert_int_eq(mkdir(folder, 0777), 0);
    dvk_volume *v = example(1), *other = example(2);
    ck_ok(dvk_volume_write(other, path));
    ck_ok(dvk_sha256_file(path, before));
    long n = 1;
    for (;; n++) {
        dvk_io_fail_at(n, ENOSPC);
        const dvk_status status = dvk_volume_write(v, path);
        dvk_io_fail_at(0, 0);
        ck_assert_int_eq(folder_entries(folder), 1);
        ck_ok(dvk_sha256_file(path, after));
        if (status == DVK_OK)
            break;
        ck_assert_int_eq(status, DVK_ERR_IO);
        ck_assert_str_eq(after, before);
    }
    ck_assert_int_eq(n, 6); /* open, write, fsync, close, rename */
    ck_assert_str_ne(after, before);
    dvk_volume_free(v);
    dvk_volume_free(other);
}
END_TEST

/* The n-th read and the n-th allocation of a read fail. */
START_TEST(nth_step_of_reading_fails)
{
    const char *path = in_scratch("reads.nii.gz");
    dvk_volume *v = example(1), *back = NULL;
    ck_ok(dvk_volume_write(v, path));
    long n = 1;
    for (;; n++) {
        dvk_io_fail_at(n, EIO);
        const dvk_status status = dvk_volume_read(path, &back);
        dvk_io_fail_at(0, 0);
        if (status == DVK_OK)
            break;
        ck_assert_int_eq(status, DVK_ERR_MISSING);
        ck_assert_ptr_null(back);
    }
    ck_assert_int_eq(n, 3); /* open, read */
    dvk_volume_free(back);
    for (n = 1;; n++) {
        dvk_alloc_fail_at(n);
        const dvk_status status = dvk_volume_read(path, &back);
        dvk_alloc_fail_at(0);
        if (status == DVK_OK)
            break;
        ck_assert_int_eq(status, DVK_ERR_MEMORY);
        ck_assert_ptr_null(back);
    }
    ck_assert_int_ge(n, 5);
    dvk_volume_free(back);
    dvk_volume_free(v);
}
END_TEST

START_TEST(grids_compared)
{
    const dvk_geometry a = plain_geometry(10, 20, 30, 2, 2, 4);
    dvk_geometry b = a;
    double inverse[3][4];
    ck_assert(dvk_geometry_same(&a, &b, 0));
    ck_assert_uint_eq(dvk_geometry_voxels(&a), 6000);
    ck_close(dvk_geometry_voxel_mL(&a), 0.016, 1e-15);
    b.to_world[2][3] += 0.4; /* a tenth of a voxel */
    ck_assert(!dvk_geometry_same(&a, &b, 0.099));
    ck_assert(dvk_geometry_same(&a, &b, 0.101));
    b = a;
    b.to_world[0][0] = -2; /* a flip: the far corner is 18 voxels off */
    ck_assert(!dvk_geometry_same(&a, &b, 17.9));
    ck_assert(dvk_geometry_same(&a, &b, 18.1));
    b = a;
    b.n[1] = 21;
    ck_assert(!dvk_geometry_same(&a, &b, 1e9));
    ck_assert(dvk_geometry_to_voxel(&a, inverse));
    const double world[3] = {a.to_world[0][3] + 6, a.to_world[1][3] + 1, a.to_world[2][3] - 2};
    double ijk[3];
    dvk_affine_apply((const double(*)[4])inverse, world, ijk);
    ck_assert_double_eq_tol(ijk[0], 3, 1e-12);
    ck_assert_double_eq_tol(ijk[1], 0.5, 1e-12);
    ck_assert_double_eq_tol(ijk[2], -0.5, 1e-12);
    b.to_world[1][1] = 0;
    ck_assert(!dvk_geometry_to_voxel(&b, inverse));
}
END_TEST

START_TEST(volumes_too_large)
{
    const dvk_geometry g = plain_geometry((size_t)1 << 40, (size_t)1 << 20, 1 << 10, 1, 1, 1);
    dvk_volume *v = NULL;
    ck_fails(dvk_volume_create(&g, 1, &v), DVK_ERR_MEMORY);
    ck_assert_ptr_null(v);
}
END_TEST

int main(void)
{
    TCase *cases[] = {tcase_create("files"), tcase_create("lies"), tcase_create("faults"), tcase_create("grids")};
    tcase_add_loop_test(cases[0], round_trip, 0, 4);
    tcase_add_test(cases[0], bytes_of_status_maps);
    tcase_add_test(cases[0], only_the_file_named);
    tcase_add_test(cases[0], header_and_image_pairs);
    tcase_add_test(cases[0], links_are_followed);
    tcase_add_test(cases[1], what_is_no_file);
    tcase_add_test(cases[1], lengths_that_lie);
    tcase_add_test(cases[1], promises_beyond_reason);
    tcase_add_loop_test(cases[1], random_bytes, 0, 2);
    tcase_add_test(cases[2], where_nothing_can_be_written);
    tcase_add_test(cases[2], nth_write_fails);
    tcase_add_test(cases[2], nth_step_of_reading_fails);
    tcase_add_test(cases[3], grids_compared);
    tcase_add_test(cases[3], volumes_too_large);
    return run_suite("volume", cases, 4, false);
}
