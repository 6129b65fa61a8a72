/* See files.h. */
#include "support/files.h"

#include <string.h>

const char *scratch_file(const char *name)
{
    enum { LENT = 8 };
    static char path[LENT][512];
    static int next;
    char *here = path[next++ % LENT];
    snprintf(here, sizeof path[0], "%s/%s", scratch_folder(), name);
    return here;
}

static void write_at(const char *path, const char *text)
{
    FILE *file = fopen(path, "wb");
    ck_assert_ptr_nonnull(file);
    ck_assert_int_ge(fputs(text, file), 0);
    ck_assert_int_eq(fclose(file), 0);
}

const char *write_text(const char *name, const char *text)
{
    const char *path = scratch_file(name);
    write_at(path, text);
    return path;
}

const char *write_image(const char *name, const dvk_geometry *g, size_t frames, const float *values, size_t count)
{
    const char *path = scratch_file(name);
    const size_t voxels = dvk_geometry_voxels(g) * frames;
    dvk_volume *v = NULL;
    ck_assert(count == 1 || count == voxels);
    ck_ok(dvk_volume_create(g, frames, &v));
    for (size_t i = 0; i < voxels; i++)
        dvk_volume_data(v)[i] = values[count == 1 ? 0 : i];
    ck_ok(dvk_volume_write(v, path));
    dvk_volume_free(v);
    return path;
}

void write_sidecar(const char *image, const char *json)
{
    char path[512], text[4096];
    const char *end = strstr(image, ".nii");
    snprintf(path, sizeof path, "%.*s.json", (int)(end - image), image);
    snprintf(text, sizeof text, "%s", json);
    for (char *p = text; *p; p++)
        if (*p == '\'')
            *p = '"';
    write_at(path, text);
}
