/* See naming.h. */
#include "data/naming.h"

#include <dirent.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "data/json.h"

/* The maps of a result. BIDS labels hold letters and digits only. */
static const struct {
    const char *stem, *label, *description;
} maps[] = {{"tia", "tia", "Time-integrated activity concentration of each voxel"},
            {"tia_sd", "tiasd", "Standard error of the time-integrated activity concentration of each voxel"},
            {"dose", "dose", "Absorbed dose of each voxel"},
            {"status", "status", "How each voxel was integrated over time"},
            {"bed", "bed", "Biologically effective dose of each voxel"}};
enum { MAPS = sizeof maps / sizeof maps[0] };

/* The map that a name's stem, up to its first point, stands for; MAPS for none. */
static size_t find_map(const char *name, size_t stem)
{
    size_t i = 0;
    while (i < MAPS && (strlen(maps[i].stem) != stem || strncmp(maps[i].stem, name, stem) != 0))
        i++;
    return i;
}

/* What follows the prefix. */
static dvk_status tail(const char *name, dvk_text *out)
{
    const size_t stem = strcspn(name, "."), map = find_map(name, stem);
    const bool image = strcmp(name + stem, ".nii.gz") == 0 || strcmp(name + stem, ".json") == 0;
    if (image && map < MAPS)
        return dvk_text_add(out, "_desc-%s_pet%s", maps[map].label, name + stem);
    return dvk_text_add(out, "_%s", name);
}

dvk_status dvk_named(const char *prefix, const char *name, dvk_text *out)
{
    if (!prefix)
        return dvk_text_add(out, "%s", name);
    DVK_TRY(dvk_text_add(out, "%s", prefix));
    return tail(name, out);
}

static bool ends_with(const char *text, const dvk_text *end)
{
    const size_t length = strlen(text);
    return length > end->length && strcmp(text + length - end->length, end->data) == 0;
}

/* The one file in a folder that is called "sub-" and anything and `end`. A folder that is not there has none. */
static dvk_status find_in(const char *folder, const dvk_text *end, dvk_text *path)
{
    dvk_status status = DVK_OK;
    DIR *dir = opendir(folder);
    if (!dir)
        return DVK_OK;
    for (struct dirent *entry; status == DVK_OK && (entry = readdir(dir));) {
        if (strncmp(entry->d_name, "sub-", 4) != 0 || !ends_with(entry->d_name, end))
            continue;
        status = path->length ? dvk_fail(DVK_ERR_INVALID, "%s: holds several results: keep one in a folder", folder)
                              : dvk_text_add(path, "%s/%s", folder, entry->d_name);
    }
    closedir(dir);
    return status;
}

static dvk_status find_bids(const char *folder, const char *name, dvk_text *path)
{
    dvk_text end = {0}, pet = {0};
    dvk_status status = tail(name, &end);
    if (status == DVK_OK)
        status = find_in(folder, &end, path);
    if (status == DVK_OK && !path->length)
        status = dvk_text_add(&pet, "%s/pet", folder);
    if (status == DVK_OK && pet.length)
        status = find_in(pet.data, &end, path);
    dvk_text_free(&end);
    dvk_text_free(&pet);
    return status;
}

dvk_status dvk_result_find(const char *folder, const char *name, char **path)
{
    dvk_text plain = {0}, found = {0};
    *path = NULL;
    dvk_status status = dvk_text_add(&plain, "%s/%s", folder, name);
    if (status == DVK_OK && access(plain.data, F_OK) != 0)
        status = find_bids(folder, name, &found);
    if (status == DVK_OK)
        *path = found.length ? found.data : plain.data;
    if (*path != found.data)
        dvk_text_free(&found);
    if (*path != plain.data)
        dvk_text_free(&plain);
    return status;
}

void dvk_named_sidecar(const char *stem, json_t *sidecar)
{
    const size_t map = find_map(stem, strlen(stem));
    dvk_json_put(sidecar, "SkullStripped", json_false()); /* BIDS demands it of every image */
    if (map < MAPS)
        dvk_json_put(sidecar, "Description", dvk_json_string(maps[map].description));
}
