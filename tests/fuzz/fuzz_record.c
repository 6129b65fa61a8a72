/* The JSON that dvkit itself wrote, damaged since: by the first byte a kernel's record, or the records of an archive's
 * only case, through `archive status` and `archive collect`. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fuzz/fuzz.h"

static void write_text(const char *name, const char *text)
{
    fuzz_file(name, (const uint8_t *)text, strlen(text));
}

/* Three voxels of a kernel with their record. */
static void read_kernel(const uint8_t *data, size_t size)
{
    dvk_geometry g = {.n = {3, 1, 1}, .voxel_mm = {4.8, 4.8, 4.8}};
    dvk_volume *v = NULL;
    dvk_kernel *k = NULL;
    char path[128];
    for (int a = 0; a < 3; a++)
        g.to_world[a][a] = 4.8;
    snprintf(path, sizeof path, "%s", fuzz_file("k.nii", NULL, 0));
    if (dvk_volume_create(&g, 1, &v) == DVK_OK) {
        for (int i = 0; i < 3; i++)
            dvk_volume_data(v)[i] = i == 1 ? 2e-10f : 3e-12f;
        fuzz_expect(dvk_volume_write(v, path));
    }
    dvk_volume_free(v);
    fuzz_file("k.json", data, size);
    fuzz_expect(dvk_kernel_read(path, false, &k));
    dvk_kernel_free(k);
}

static void look(void *user, const dvk_archive_state *s)
{
    (void)user, (void)s;
}

static void read_archive(const char *name, const uint8_t *data, size_t size)
{
    static const char *const names[] = {"sub-1/summary.json", "sub-1/provenance.json", "sub-1/error.json"};
    const dvk_course_options course = dvk_course_options_default();
    dvk_archive_counts counts;
    char folder[128], below[160];
    snprintf(folder, sizeof folder, "%s", fuzz_file("manifest.tsv", NULL, 0));
    *strrchr(folder, '/') = '\0';
    snprintf(below, sizeof below, "%s/sub-1", folder);
    mkdir(below, 0777);
    for (int i = 0; i < 3; i++) {
        snprintf(below, sizeof below, "%s/%s", folder, names[i]);
        unlink(below);
    }
    write_text("manifest.tsv", "participant_id\tscans\tvoi\nsub-1\ta.nii\tb.nii\n");
    if (strcmp(name, names[2]) != 0) {
        write_text(names[0], "{\"schema\": \"dvkit.summary/1\", \"rois\": [{\"name\": \"kidney_left\"}]}");
        write_text(names[1], "{}");
    }
    fuzz_file(name, data, size);
    fuzz_expect(dvk_archive_status(folder, look, NULL, &counts));
    fuzz_expect(dvk_archive_collect(folder, &course, false, NULL, NULL, &counts));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const names[] = {"sub-1/summary.json", "sub-1/provenance.json", "sub-1/error.json"};
    if (size == 0)
        return 0;
    if (data[0] % 4 == 3)
        read_kernel(data + 1, size - 1);
    else
        read_archive(names[data[0] % 4], data + 1, size - 1);
    return 0;
}
