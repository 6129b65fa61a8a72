/* The user's cache: what comes back, and every file that must not. */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
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

/* --- what may go again --- */

static void name_of(const char *kind, const dvk_span *of, char name[700])
{
    char hex[65];
    dvk_sha256(of->at, of->count, hex);
    snprintf(name, 700, "%s/%s-%.40s", folder, kind, hex);
}

/* A file of the cache last used so many hours ago, if need be with a hole of so many bytes. */
static void age(const char *name, int hours, off_t hole)
{
    const struct timespec then = {.tv_sec = time(NULL) - 3600L * hours}, both[2] = {then, then};
    if (hole)
        ck_assert_int_eq(truncate(name, hole), 0);
    ck_assert_int_eq(utimensat(AT_FDCWD, name, both, 0), 0);
}

static bool is_there(const char *name)
{
    return access(name, F_OK) == 0;
}

/* Entry i of a kind, stored and then aged. */
static void store_made(int i, int hours, off_t hole, char name[700])
{
    const dvk_span of = {&i, sizeof i};
    ck_ok(dvk_cache_store("made-x", &of, 1, &bytes));
    name_of("made-x", &of, name);
    age(name, hours, hole);
}

START_TEST(the_longest_unused_goes_first)
{
    enum { COUNT = 64 };
    char name[COUNT + 2][700], choice[700];
    ck_ok(dvk_cache_store("choice", &key, 1, &bytes));
    name_of("choice", &key, choice);
    age(choice, 9999, 0);
    for (int i = 0; i < COUNT; i++)
        store_made(i, i == 7 ? 500 : 100 + i, 0, name[i]);
    for (int i = 0; i < COUNT; i++)
        ck_assert(is_there(name[i]));
    store_made(COUNT, 1, 0, name[COUNT]);
    for (int i = 0; i <= COUNT; i++)
        ck_assert_msg(is_there(name[i]) == (i != 7), "entry %d", i);
    ck_assert(is_there(choice));
    age(name[3], 50, (off_t)200 << 20);
    store_made(COUNT + 1, 1, 0, name[COUNT + 1]);
    ck_assert(is_there(name[3]) && !is_there(name[COUNT - 1]));
    age(name[4], 1, (off_t)100 << 20);
    store();
    ck_assert(is_there(name[3])); /* what stays does not count */
    unlink(name[COUNT + 1]);
    store_made(COUNT + 1, 1, 0, name[COUNT + 1]);
    ck_assert(!is_there(name[3]) && is_there(name[4]) && is_there(choice)); /* 300 MB are too many */
}
END_TEST

START_TEST(what_is_used_stays)
{
    const int i = 1;
    const dvk_span of = {&i, sizeof i};
    char name[700];
    dvk_buffer out;
    struct stat info;
    store_made(i, 100, 0, name);
    ck_assert(dvk_cache_load("made-x", &of, 1, &out));
    ck_assert_uint_eq((uintptr_t)out.at % 64, 0);
    dvk_buffer_free(&out);
    ck_assert_int_eq(stat(name, &info), 0);
    ck_assert(info.st_mtime > time(NULL) - 600);
}
END_TEST

START_TEST(half_written_files_of_killed_processes_go)
{
    char fresh[700], old[700], name[700];
    store();
    snprintf(fresh, sizeof fresh, "%s/.made-x-1.7-0.tmp", folder);
    snprintf(old, sizeof old, "%s/.made-x-2.7-0.tmp", folder);
    fclose(fopen(fresh, "w"));
    fclose(fopen(old, "w"));
    age(old, 2, 0);
    store_made(1, 0, 0, name);
    ck_assert(is_there(fresh) && !is_there(old));
}
END_TEST

START_TEST(what_is_there_is_not_written_again)
{
    const dvk_span other_bytes = {"sama\0bytes", 10}, longer = {"more bytes", 11};
    dvk_buffer out;
    char name[700];
    name_of("made-x", &key, name);
    ck_ok(dvk_cache_store("made-x", &key, 1, &bytes));
    ck_ok(dvk_cache_store("made-x", &key, 1, &other_bytes));
    ck_assert(dvk_cache_load("made-x", &key, 1, &out));
    ck_assert(memcmp(out.at, bytes.at, bytes.count) == 0);
    dvk_buffer_free(&out);
    ck_ok(dvk_cache_store("made-x", &key, 1, &longer)); /* it cannot be the same */
    ck_assert(dvk_cache_load("made-x", &key, 1, &out));
    ck_assert_uint_eq(out.count, longer.count);
    FILE *file = fopen(name, "r+b"); /* a byte turns: it is not taken, and makes room for a whole one */
    ck_assert(fseek(file, -1, SEEK_END) == 0 && fputc('x', file) == 'x' && fclose(file) == 0);
    dvk_buffer_free(&out);
    ck_assert(!dvk_cache_load("made-x", &key, 1, &out));
    ck_ok(dvk_cache_store("made-x", &key, 1, &longer));
    ck_assert(dvk_cache_load("made-x", &key, 1, &out));
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
    tcase_add_test(cases[0], the_longest_unused_goes_first);
    tcase_add_test(cases[0], what_is_used_stays);
    tcase_add_test(cases[0], half_written_files_of_killed_processes_go);
    tcase_add_test(cases[0], what_is_there_is_not_written_again);
    return run_suite("cache", cases, 1, false);
}
