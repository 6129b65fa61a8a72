/* The user's cache: what comes back, and every file that must not. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "data/cache.h"
#include "data/hash.h"
#include "support/support.h"

static const dvk_span key = {"a key", 5}, other = {"b key", 5}, bytes = {"some\0bytes", 10};
static char folder[300], path[700];

/* A cache whose folder, and the one it lies in, are still to be made. */
static void set_up(void)
{
    static int count;
    char hex[65];
    snprintf(folder, sizeof folder, "%s/parent-%d-%d/cache", scratch_folder(), (int)getpid(), count++);
    dvk_sha256(key.at, key.count, hex);
    snprintf(path, sizeof path, "%s/kind-%.40s", folder, hex);
    setenv("DVK_CACHE_DIR", folder, 1);
}

static void store(void)
{
    ck_ok(dvk_cache_store("kind", &key, 1, &bytes));
}

static bool comes_back(void)
{
    dvk_buffer out;
    if (!dvk_cache_load("kind", &key, 1, &out))
        return false;
    ck_assert_uint_eq(out.count, bytes.count);
    ck_assert(memcmp(out.at, bytes.at, bytes.count) == 0);
    dvk_buffer_free(&out);
    return true;
}

static mode_t mode_of(const char *name)
{
    struct stat info;
    ck_assert_int_eq(stat(name, &info), 0);
    return info.st_mode & 07777;
}

START_TEST(what_is_stored_comes_back)
{
    dvk_buffer out;
    ck_assert(!comes_back());
    store();
    store(); /* over itself */
    ck_assert(comes_back());
    ck_assert(!dvk_cache_load("kind", &other, 1, &out));
    ck_assert(!dvk_cache_load("other", &key, 1, &out));
    ck_assert_int_eq(mode_of(folder), 0700);
    ck_assert_int_eq(mode_of(path), 0600);
}
END_TEST

START_TEST(a_key_may_be_in_pieces)
{
    const dvk_span pieces[2] = {{"a ", 2}, {"key", 3}};
    store();
    dvk_buffer out;
    ck_assert(dvk_cache_load("kind", pieces, 2, &out));
    dvk_buffer_free(&out);
}
END_TEST

static void rewrite(const unsigned char *from, size_t count)
{
    FILE *file = fopen(path, "wb");
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(from, 1, count, file), count);
    ck_assert_int_eq(fclose(file), 0);
}

START_TEST(no_torn_or_changed_file_is_taken)
{
    dvk_buffer whole;
    store();
    ck_ok(dvk_file_read(path, SIZE_MAX, &whole, NULL));
    for (size_t i = 0; i < whole.count; i++) {
        rewrite(whole.at, i);
        ck_assert_msg(!comes_back(), "%zu bytes of %zu", i, whole.count);
        whole.at[i] ^= 1;
        rewrite(whole.at, whole.count);
        ck_assert_msg(!comes_back(), "byte %zu", i);
        whole.at[i] ^= 1;
    }
    rewrite(whole.at, whole.count);
    ck_assert(comes_back());
    dvk_buffer_free(&whole);
}
END_TEST

START_TEST(a_file_of_another_key_is_not_taken)
{
    char hex[65], elsewhere[700];
    ck_ok(dvk_cache_store("kind", &other, 1, &bytes));
    dvk_sha256(other.at, other.count, hex);
    snprintf(elsewhere, sizeof elsewhere, "%s/kind-%.40s", folder, hex);
    ck_assert_int_eq(rename(elsewhere, path), 0);
    ck_assert(!comes_back());
}
END_TEST

START_TEST(what_others_can_write_is_not_trusted)
{
    char elsewhere[300];
    store();
    ck_assert_int_eq(chmod(path, 0620), 0);
    ck_assert(!comes_back());
    ck_assert_int_eq(chmod(path, 0600), 0);
    ck_assert_int_eq(chmod(folder, 0777), 0);
    ck_assert(!comes_back());
    ck_fails(dvk_cache_store("kind", &key, 1, &bytes), DVK_ERR_CREATE);
    ck_assert_int_eq(chmod(folder, 0700), 0);
    ck_assert(comes_back());
    snprintf(elsewhere, sizeof elsewhere, "%s/elsewhere", scratch_folder());
    ck_assert_int_eq(rename(path, elsewhere), 0);
    ck_assert_int_eq(symlink(elsewhere, path), 0);
    ck_assert(!comes_back());
    store(); /* replaces the link, not what it points to */
    ck_assert(comes_back());
    unlink(path);
    ck_assert_int_eq(mkfifo(path, 0600), 0);
    ck_assert(!comes_back());
    if (geteuid() == 0) {
        unlink(path);
        store();
        ck_assert_int_eq(chown(path, 1234, 1234), 0);
        ck_assert(!comes_back());
    }
}
END_TEST

START_TEST(without_a_folder_nothing_is_kept)
{
    setenv("DVK_CACHE_DIR", "", 1);
    ck_fails(dvk_cache_store("kind", &key, 1, &bytes), DVK_ERR_CREATE);
    ck_assert(!comes_back());
    setenv("DVK_CACHE_DIR", "/dev/null/cache", 1);
    ck_fails(dvk_cache_store("kind", &key, 1, &bytes), DVK_ERR_CREATE);
    ck_assert(!comes_back());
}
END_TEST

START_TEST(where_it_is)
{
    char found[DVK_CACHE_PATH];
    dvk_cache_folder(found);
    ck_assert_str_eq(found, folder);
    unsetenv("DVK_CACHE_DIR");
    setenv("XDG_CACHE_HOME", "/x", 1);
    dvk_cache_folder(found);
    ck_assert_str_eq(found, "/x/dvkit");
    setenv("XDG_CACHE_HOME", "not/absolute", 1);
    setenv("HOME", "/h", 1);
    dvk_cache_folder(found);
    ck_assert_str_eq(found, "/h/.cache/dvkit");
    unsetenv("HOME");
    dvk_cache_folder(found);
    ck_assert_str_eq(found, "");
}
END_TEST

/* A disk that fails at any call leaves what was there, whole. */
START_TEST(each_file_call)
{
    const dvk_span newer = {"newer", 5};
    store();
    for (long n = 1;; n++) {
        dvk_io_fail_at(n, ENOSPC);
        const dvk_status status = dvk_cache_store("kind", &key, 1, &newer);
        if (dvk_io_fail_at(0, 0) > 0)
            break;
        ck_assert(status != DVK_OK);
        ck_assert(comes_back());
        dvk_io_fail_at(n, EIO);
        comes_back(); /* or not: it must not crash */
        dvk_io_fail_at(0, 0);
    }
    dvk_buffer out;
    ck_assert(dvk_cache_load("kind", &key, 1, &out));
    ck_assert(memcmp(out.at, newer.at, newer.count) == 0);
    dvk_buffer_free(&out);
}
END_TEST

int main(void)
{
    TCase *cases[] = {tcase_create("cache")};
    tcase_add_checked_fixture(cases[0], set_up, NULL);
    tcase_add_test(cases[0], what_is_stored_comes_back);
    tcase_add_test(cases[0], a_key_may_be_in_pieces);
    tcase_add_test(cases[0], no_torn_or_changed_file_is_taken);
    tcase_add_test(cases[0], a_file_of_another_key_is_not_taken);
    tcase_add_test(cases[0], what_others_can_write_is_not_trusted);
    tcase_add_test(cases[0], without_a_folder_nothing_is_kept);
    tcase_add_test(cases[0], where_it_is);
    tcase_add_test(cases[0], each_file_call);
    return run_suite("cache", cases, 1, false);
}
