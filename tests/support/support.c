/* See support.h. */
#include "support/support.h"

#include <ftw.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void skip(const char *path)
{
    printf("skipped: %s is not here\n", path);
    fflush(stdout);
    _exit(77);
}

const char *shared_file(const char *name)
{
    static char path[4096];
    snprintf(path, sizeof path, "%s/%s", DVK_SHARED, name);
    if (access(path, R_OK) != 0)
        skip(path);
    return path;
}

json_t *vectors_group(const char *group)
{
    static json_t *vectors;
    if (!vectors) {
        json_error_t error;
        vectors = json_load_file(shared_file("vectors.json"), 0, &error);
        ck_assert_msg(vectors != NULL, "vectors.json: %s", error.text);
    }
    json_t *found = json_object_get(vectors, group);
    ck_assert_msg(found != NULL, "vectors.json has no group %s", group);
    return json_object_get(found, "cases") ? json_object_get(found, "cases") : found;
}

double json_at(const json_t *object, const char *path)
{
    char copy[256], *state = NULL;
    snprintf(copy, sizeof copy, "%s", path);
    const json_t *at = object;
    for (char *key = strtok_r(copy, "/", &state); key && at; key = strtok_r(NULL, "/", &state))
        at = json_is_array(at) ? json_array_get(at, strtoul(key, NULL, 10)) : json_object_get(at, key);
    ck_assert_msg(json_is_number(at), "no number at %s", path);
    return json_number_value(at);
}

size_t json_numbers(const json_t *array, double *out, size_t room)
{
    const size_t count = json_array_size(array);
    ck_assert_uint_le(count, room);
    for (size_t i = 0; i < count; i++)
        out[i] = json_number_value(json_array_get(array, i));
    return count;
}

static char scratch[64];
static pid_t scratch_owner;

static int remove_entry(const char *path, const struct stat *info, int type, struct FTW *where)
{
    (void)info, (void)type, (void)where;
    return remove(path);
}

static void remove_scratch(void)
{
    if (getpid() == scratch_owner)
        nftw(scratch, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

const char *scratch_folder(void)
{
    if (!scratch[0]) {
        strcpy(scratch, "/tmp/dvkit-test-XXXXXX");
        if (!mkdtemp(scratch))
            abort();
        scratch_owner = getpid();
        atexit(remove_scratch);
    }
    return scratch;
}

int run_suite(const char *name, TCase **cases, size_t count, bool nofork)
{
    Suite *suite = suite_create(name);
    for (size_t i = 0; i < count; i++) {
        tcase_set_timeout(cases[i], 120); /* Check's own 4 s is short on a machine that does other things as well */
        suite_add_tcase(suite, cases[i]);
    }
    SRunner *runner = srunner_create(suite);
    /* Forked children would each make a folder, so it is made here, once. */
    scratch_folder();
    srunner_set_fork_status(runner, nofork ? CK_NOFORK : CK_FORK_GETENV);
    srunner_run_all(runner, CK_NORMAL);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

dvk_geometry plain_geometry(size_t nx, size_t ny, size_t nz, double x_mm, double y_mm, double z_mm)
{
    dvk_geometry g = {.n = {nx, ny, nz}, .voxel_mm = {x_mm, y_mm, z_mm}};
    for (int a = 0; a < 3; a++) {
        g.to_world[a][a] = g.voxel_mm[a];
        g.to_world[a][3] = -0.5 * g.voxel_mm[a] * (double)(g.n[a] - 1);
    }
    return g;
}
