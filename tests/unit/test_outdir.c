/* The output directory: all of a command's files or none, whatever fails, whoever else writes there. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "data/atomic.h"
#include "data/io.h"
#include "data/outdir.h"
#include "support/folder.h"
#include "support/support.h"

static char parent[256], dir[300];

/* A fresh name for each test: parent/new/out, of which only parent is there. */
static void setup(void)
{
    snprintf(parent, sizeof parent, "%s/outdir-%ld", scratch_folder(), (long)getpid());
    snprintf(dir, sizeof dir, "%s/new/out", parent);
    ck_assert_int_eq(mkdir(parent, 0777), 0);
}

static const char *inside(const char *name)
{
    static char path[8][400];
    static int turn;
    turn = (turn + 1) % 8;
    snprintf(path[turn], sizeof path[turn], "%s/%s", dir, name);
    return path[turn];
}

static dvk_status put(dvk_outdir *o, const char *name, const char *text)
{
    const char *path = NULL;
    DVK_TRY(dvk_outdir_path(o, name, &path));
    return dvk_atomic_write_text(path, text);
}

/* A whole command that writes three files; provenance.json is asked for in the middle. */
static dvk_status command(const char *text, bool force)
{
    dvk_outdir *o = NULL;
    dvk_status status = dvk_outdir_begin(dir, force, &o);
    if (status != DVK_OK)
        return status;
    DVK_TRY_DONE(put(o, "dose.nii.gz", text));
    DVK_TRY_DONE(put(o, "provenance.json", text));
    DVK_TRY_DONE(put(o, "summary.json", text));
    return dvk_outdir_commit(o);
done:
    dvk_outdir_abort(o);
    return status;
}

static bool holds(const char *text)
{
    return folder_entries(dir) == 3 && file_is(inside("dose.nii.gz"), text) && file_is(inside("summary.json"), text) &&
           file_is(inside("provenance.json"), text);
}

START_TEST(files_come_together)
{
    dvk_outdir *o = NULL;
    ck_ok(dvk_outdir_begin(dir, false, &o));
    ck_ok(put(o, "dose.nii.gz", "1"));
    ck_ok(put(o, "provenance.json", "1"));
    ck_assert_int_eq(folder_entries(dir), 1); /* the hidden folder */
    ck_ok(put(o, "summary.json", "0"));
    ck_ok(put(o, "summary.json", "1")); /* the same name twice is one file */
    ck_ok(dvk_outdir_commit(o));
    ck_assert(holds("1"));
}
END_TEST

START_TEST(a_result_is_not_overwritten_unasked)
{
    ck_ok(command("1", false));
    ck_fails(command("2", false), DVK_ERR_CREATE);
    ck_assert_ptr_nonnull(strstr(dvk_last_message(), "--force"));
    ck_assert(holds("1"));
    ck_ok(command("2", true));
    ck_assert(holds("2"));
}
END_TEST

/* A file that only the old result had goes with it; one it does not list stays. */
START_TEST(nothing_of_the_old_result_stays)
{
    static const char *const lists[] = {"{\"outputs\": [\"dvh.tsv\", 3, \"../notes.txt\", \"dose.nii.gz\"]}",
                                        "{\"outputs\": {\"dvh.tsv\": \"hash\", \"missing.tsv\": 1}}"};
    dvk_outdir *o = NULL;
    char notes[300];
    snprintf(notes, sizeof notes, "%s/new/notes.txt", parent);
    ck_ok(dvk_outdir_begin(dir, false, &o));
    ck_ok(put(o, "dvh.tsv", "old"));
    ck_ok(put(o, "other.txt", "old"));
    ck_ok(put(o, "provenance.json", lists[_i]));
    ck_ok(dvk_outdir_commit(o));
    ck_ok(dvk_atomic_write_text(notes, "mine"));
    ck_ok(command("new", true));
    ck_assert(file_is(inside("dose.nii.gz"), "new"));
    ck_assert(file_is(inside("other.txt"), "old"));
    ck_assert(file_is(notes, "mine"));
    ck_assert_int_eq(folder_entries(dir), 4);
}
END_TEST

START_TEST(abort_leaves_nothing)
{
    dvk_outdir *o = NULL;
    ck_ok(dvk_outdir_begin(dir, false, &o));
    ck_ok(put(o, "dose.nii.gz", "1"));
    dvk_outdir_abort(o);
    ck_assert_int_eq(folder_entries(parent), 0);
    dvk_outdir_abort(NULL);
}
END_TEST

START_TEST(others_files_stay)
{
    dvk_outdir *o = NULL;
    ck_ok(dvk_outdir_begin(dir, false, &o));
    ck_ok(dvk_atomic_write_text(inside("notes.txt"), "mine"));
    dvk_outdir_abort(o);
    ck_assert(file_is(inside("notes.txt"), "mine"));
    ck_ok(command("1", false));
    ck_assert(file_is(inside("notes.txt"), "mine"));
    ck_assert_int_eq(folder_entries(dir), 4);
}
END_TEST

START_TEST(what_is_no_directory)
{
    dvk_outdir *o = NULL;
    char file[300];
    snprintf(file, sizeof file, "%s/file", parent);
    ck_ok(dvk_atomic_write_text(file, "x"));
    ck_fails(dvk_outdir_begin(file, true, &o), DVK_ERR_CREATE);
    ck_assert_ptr_nonnull(strstr(dvk_last_message(), "is a file"));
    snprintf(file, sizeof file, "%s/file/below", parent);
    ck_fails(dvk_outdir_begin(file, true, &o), DVK_ERR_CREATE);
    ck_fails(dvk_outdir_begin("", true, &o), DVK_ERR_CREATE);
    ck_fails(dvk_outdir_begin("/proc/dvkit", true, &o), DVK_ERR_CREATE);
    ck_assert_ptr_null(o);
    ck_assert_int_eq(folder_entries(parent), 1);
}
END_TEST

START_TEST(names_stay_inside)
{
    static const char *const names[] = {"", ".", "..", "../x", "a/b", "/x", ".hidden"};
    dvk_outdir *o = NULL;
    const char *path = NULL;
    ck_ok(dvk_outdir_begin(dir, false, &o));
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        ck_fails(dvk_outdir_path(o, names[i], &path), DVK_ERR_INTERNAL);
    dvk_outdir_abort(o);
}
END_TEST

/* Another process may neither begin while one writes, nor clear away what it wrote. */
START_TEST(one_process_at_a_time)
{
    dvk_outdir *o = NULL, *second = NULL;
    ck_ok(dvk_outdir_begin(dir, true, &o));
    ck_ok(put(o, "dose.nii.gz", "1"));
    const pid_t child = fork();
    if (child == 0)
        _exit(dvk_outdir_begin(dir, true, &second) == DVK_ERR_RETRY && strstr(dvk_last_message(), "another") ? 0 : 1);
    int state = 0;
    waitpid(child, &state, 0);
    ck_assert_int_eq(state, 0);
    ck_ok(put(o, "provenance.json", "1"));
    ck_ok(put(o, "summary.json", "1"));
    ck_ok(dvk_outdir_commit(o));
    ck_assert(holds("1"));
}
END_TEST

static bool begins_and_ends(int times)
{
    for (int i = 0; i < times; i++) {
        dvk_outdir *o = NULL;
        const dvk_status status = dvk_outdir_begin(dir, true, &o);
        if (status != DVK_OK && status != DVK_ERR_RETRY)
            return false;
        dvk_outdir_abort(o);
    }
    return true;
}

/* Each makes the directory, or finds it made, and takes it away again: that is no failure of the other. */
START_TEST(processes_that_begin_at_once)
{
    enum { PROCESSES = 4, TIMES = 2000 };
    pid_t child[PROCESSES];
    for (int i = 0; i < PROCESSES; i++)
        if ((child[i] = fork()) == 0)
            _exit(begins_and_ends(TIMES) ? 0 : 1);
    for (int i = 0; i < PROCESSES; i++) {
        int state = 0;
        waitpid(child[i], &state, 0);
        ck_assert_int_eq(state, 0);
    }
}
END_TEST

/* Runs `command` in a child that is killed at its n-th call to the system; true when it ended by itself. */
static bool killed_at(long n, const char *text)
{
    const pid_t child = fork();
    if (child == 0) {
        dvk_io_kill_at(n);
        _exit(command(text, true) == DVK_OK ? 0 : 1);
    }
    int state = 0;
    waitpid(child, &state, 0);
    ck_assert(WIFEXITED(state) ? WEXITSTATUS(state) == 0 : WTERMSIG(state) == SIGKILL);
    return WIFEXITED(state);
}

/* Killed at any moment: the directory is the old result, the new one, or none (no provenance.json), and the next run
 * makes it whole, with no remains. */
START_TEST(killed_at_any_moment)
{
    ck_ok(command("old", false));
    long n = 1;
    for (;; n++) {
        const bool done = killed_at(n, "new");
        if (file_is(inside("provenance.json"), "old"))
            ck_assert(file_is(inside("dose.nii.gz"), "old") && file_is(inside("summary.json"), "old"));
        else if (file_is(inside("provenance.json"), "new"))
            ck_assert(file_is(inside("dose.nii.gz"), "new") && file_is(inside("summary.json"), "new"));
        else
            ck_assert_int_ne(access(inside("provenance.json"), F_OK), 0);
        ck_ok(command("old", true));
        ck_assert(holds("old"));
        if (done)
            break;
    }
    ck_assert_int_ge(n, 20);
}
END_TEST

/* The n-th call to the system fails: nothing where nothing was, else the old result, whole. */
START_TEST(nth_call_fails)
{
    const bool old = _i;
    if (old)
        ck_ok(command("old", false));
    long n = 1;
    for (;; n++) {
        dvk_io_fail_at(n, ENOSPC);
        const dvk_status status = command("new", true);
        dvk_io_fail_at(0, 0);
        if (status == DVK_OK)
            break;
        ck_assert_int_eq(status, DVK_ERR_IO);
        ck_assert_msg(strstr(dvk_last_message(), "No space left") != NULL, "%s", dvk_last_message());
        ck_assert_msg(old ? holds("old") : folder_entries(parent) == 0, "call %ld", n);
    }
    ck_assert_int_ge(n, 20);
    ck_assert(holds("new"));
}
END_TEST

START_TEST(nth_allocation_fails)
{
    long n = 1;
    for (;; n++) {
        dvk_alloc_fail_at(n);
        const dvk_status status = command("new", false);
        dvk_alloc_fail_at(0);
        if (status == DVK_OK)
            break;
        ck_assert_int_eq(status, DVK_ERR_MEMORY);
        ck_assert_int_eq(folder_entries(parent), 0);
    }
    ck_assert_int_ge(n, 10);
    ck_assert(holds("new"));
}
END_TEST

START_TEST(what_a_finished_run_left_is_removed)
{
    dvk_outdir *o = NULL;
    ck_ok(command("a", false));
    ck_assert_int_eq(mkdir(inside(".dvkit-1"), 0777), 0);
    ck_ok(dvk_atomic_write_text(inside(".dvkit-1/dose.nii.gz.old"), "b"));
    dvk_outdir_tidy(dir, NULL);
    ck_assert_int_ne(access(inside(".dvkit-1"), F_OK), 0);
    ck_assert(holds("a"));

    /* Not while somebody is at work there, and nothing where there is no folder. */
    ck_ok(dvk_outdir_begin(dir, true, &o));
    ck_assert_int_eq(mkdir(inside(".dvkit-1"), 0777), 0);
    dvk_outdir_tidy(dir, NULL);
    ck_assert_int_eq(access(inside(".dvkit-1"), F_OK), 0);
    dvk_outdir_abort(o);
    dvk_outdir_tidy(dir, NULL);
    ck_assert_int_ne(access(inside(".dvkit-1"), F_OK), 0);
    dvk_outdir_tidy(inside("nowhere"), NULL);
    ck_assert_int_ne(access(inside("nowhere"), F_OK), 0);
}
END_TEST

START_TEST(paths_in_every_form)
{
    char kept[300];
    snprintf(kept, sizeof kept, "%s", dir);
    snprintf(dir, sizeof dir, "%s//a//b///", parent);
    ck_ok(command("1", false));
    ck_assert(holds("1"));
    snprintf(dir, sizeof dir, "%s/./a/../c", parent);
    dvk_outdir *o = NULL;
    ck_ok(dvk_outdir_begin(dir, false, &o));
    dvk_outdir_abort(o);
    ck_assert_int_eq(folder_entries(parent), 1);
    ck_assert_int_eq(chdir(parent), 0);
    snprintf(dir, sizeof dir, "relative");
    ck_ok(command("2", false));
    ck_assert(holds("2"));
    snprintf(dir, sizeof dir, "%s", kept);
}
END_TEST

int main(void)
{
    TCase *cases[] = {tcase_create("outdir"), tcase_create("faults")};
    for (int i = 0; i < 2; i++) {
        tcase_add_checked_fixture(cases[i], setup, NULL);
        tcase_set_timeout(cases[i], 120);
    }
    tcase_add_test(cases[0], files_come_together);
    tcase_add_test(cases[0], a_result_is_not_overwritten_unasked);
    tcase_add_loop_test(cases[0], nothing_of_the_old_result_stays, 0, 2);
    tcase_add_test(cases[0], abort_leaves_nothing);
    tcase_add_test(cases[0], others_files_stay);
    tcase_add_test(cases[0], what_is_no_directory);
    tcase_add_test(cases[0], names_stay_inside);
    tcase_add_test(cases[0], one_process_at_a_time);
    tcase_add_test(cases[0], processes_that_begin_at_once);
    tcase_add_test(cases[0], what_a_finished_run_left_is_removed);
    tcase_add_test(cases[0], paths_in_every_form);
    tcase_add_test(cases[1], killed_at_any_moment);
    tcase_add_loop_test(cases[1], nth_call_fails, 0, 2);
    tcase_add_test(cases[1], nth_allocation_fails);
    return run_suite("outdir", cases, 2, false);
}
