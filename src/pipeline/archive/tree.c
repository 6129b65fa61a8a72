/*
 * Finding the cases of a BIDS-like tree: sub-X/ses-Y (or sub-X alone) with everything below it, and the same folders
 * below derivatives/ANY. Names and sidecars tell what a file is; whether a case can run is not looked at.
 */
#include <dirent.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "data/sidecar.h"
#include "pipeline/archive/archive.h"

enum { DEEPEST = 6 };

/* Paths below the tree's folder. */
typedef struct list {
    char **path;
    size_t count, room;
} list;

static dvk_status list_add(list *l, const char *folder, const char *name)
{
    dvk_text path = {0};
    if (l->count == l->room) {
        DVK_TRY(dvk_grow(l->count, l->room ? 2 * l->room : 16, sizeof *l->path, &l->path));
        l->room = l->room ? 2 * l->room : 16;
    }
    DVK_TRY(dvk_text_add(&path, "%s%s%s", folder, *folder ? "/" : "", name));
    l->path[l->count++] = path.data;
    return DVK_OK;
}

static void list_free(list *l)
{
    for (size_t i = 0; i < l->count; i++)
        dvk_free(l->path[i]);
    dvk_free(l->path);
    *l = (list){0};
}

static int compare_paths(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* --- reading folders --- */

/* The folders (or, `files`, the other entries) in ROOT/below, sorted; hidden ones are passed over. A folder that is
 * not there has none. */
static dvk_status read_folder(const char *root, const char *below, bool files, list *out)
{
    dvk_text path = {0};
    dvk_status status = DVK_OK;
    DVK_TRY(dvk_text_add(&path, "%s/%s", root, below));
    DIR *dir = opendir(path.data);
    if (!dir && errno != ENOENT && errno != ENOTDIR)
        status = dvk_fail(DVK_ERR_MISSING, "%s: cannot be read: %s", path.data, strerror(errno));
    const size_t from = out->count;
    for (struct dirent *entry; status == DVK_OK && dir && (entry = readdir(dir));) {
        struct stat info;
        if (entry->d_name[0] == '.' || fstatat(dirfd(dir), entry->d_name, &info, 0) != 0)
            continue;
        if (S_ISDIR(info.st_mode) != files)
            status = list_add(out, below, entry->d_name);
    }
    if (dir)
        closedir(dir);
    dvk_text_free(&path);
    if (out->count > from)
        qsort(out->path + from, out->count - from, sizeof *out->path, compare_paths);
    return status;
}

static dvk_status read_deep(const char *root, const char *below, int depth, list *out)
{
    list folders = {0};
    dvk_status status = read_folder(root, below, true, out);
    if (status == DVK_OK && depth < DEEPEST)
        status = read_folder(root, below, false, &folders);
    for (size_t i = 0; status == DVK_OK && i < folders.count; i++)
        if (strncmp(base_name(folders.path[i]), "ses-", 4) != 0) /* a session is a case of its own */
            status = read_deep(root, folders.path[i], depth + 1, out);
    list_free(&folders);
    return status;
}

/* --- what a file is --- */

/* The name up to its image ending; 0 for what is no image. */
static size_t stem_length(const char *name)
{
    static const char *const endings[] = {".nii.gz", ".nii", ".hdr"};
    const size_t length = strlen(name);
    for (size_t i = 0; i < 3; i++) {
        const size_t ending = strlen(endings[i]);
        if (length > ending && strcmp(name + length - ending, endings[i]) == 0)
            return length - ending;
    }
    return 0;
}

static bool ends_in(const char *name, size_t length, const char *end)
{
    const size_t n = strlen(end);
    return length >= n && strncmp(name + length - n, end, n) == 0;
}

typedef struct scan {
    const char *path;
    double start_s; /* INFINITY where the sidecar does not say it */
} scan;

/* A scan is named as one (*_pet, *_spect, *_nm, scan_*, spect_*) or has a sidecar in units of activity concentration.
 */
static dvk_status is_scan(const char *root, const char *path, bool *yes, double *start_s)
{
    const char *name = base_name(path);
    const size_t stem = stem_length(name);
    dvk_text image = {0};
    dvk_sidecar sidecar;
    double factor = 0;
    DVK_TRY(dvk_text_add(&image, "%s/%s", root, path));
    const bool named = ends_in(name, stem, "_pet") || ends_in(name, stem, "_spect") || ends_in(name, stem, "_nm") ||
                       strncmp(name, "scan_", 5) == 0 || strncmp(name, "spect_", 6) == 0;
    const bool good = dvk_sidecar_read(image.data, &sidecar) == DVK_OK; /* a bad one is for the check to tell */
    const bool activity = good && sidecar.units[0] && dvk_units_concentration(sidecar.units, &factor) == DVK_OK;
    *yes = activity || named; /* a named one in other units is for the check to tell */
    *start_s = INFINITY;
    if (good && dvk_sidecar_frame_start(&sidecar, 0, 1, start_s) != DVK_OK)
        *start_s = sidecar.frame_times ? sidecar.frame_times_start_s[0] : sidecar.scan_start_s;
    if (isnan(*start_s))
        *start_s = INFINITY;
    dvk_sidecar_clear(&sidecar);
    dvk_text_free(&image);
    return DVK_OK;
}

static int compare_scans(const void *a, const void *b)
{
    const scan *left = a, *right = b;
    if (left->start_s != right->start_s)
        return left->start_s < right->start_s ? -1 : 1;
    return strcmp(left->path, right->path);
}

/* "kidney_left" for kidney_left.nii.gz and *label-kidneyleft*_mask; NULL for what is no kidney's mask. */
static const char *mask_name(const char *name, size_t stem)
{
    static const struct {
        const char *file, *label, *name;
    } kinds[] = {{"kidney_left", "label-kidneyleft", "kidney_left"},
                 {"kidney_right", "label-kidneyright", "kidney_right"}};
    for (size_t i = 0; i < 2; i++) {
        const bool whole = stem == strlen(kinds[i].file) && strncmp(name, kinds[i].file, stem) == 0;
        if (whole || (ends_in(name, stem, "_mask") && strstr(name, kinds[i].label)))
            return kinds[i].name;
    }
    return NULL;
}

/* --- a case --- */

static dvk_status add_piece(dvk_text *cell, const char *name, const char *path)
{
    return dvk_text_add(cell, "%s%s%s%s", cell->length ? ";" : "", name ? name : "", name ? "=" : "", path);
}

static dvk_status fill_scans(const char *root, const list *files, dvk_text *cell)
{
    scan *scans = NULL;
    size_t count = 0;
    dvk_status status = dvk_alloc(files->count + 1, sizeof *scans, &scans);
    for (size_t i = 0; status == DVK_OK && i < files->count; i++) {
        const char *name = base_name(files->path[i]);
        const size_t stem = stem_length(name);
        bool yes = false;
        if (!stem || ends_in(name, stem, "_dseg") || ends_in(name, stem, "_mask") || ends_in(name, stem, "_truth"))
            continue;
        scans[count].path = files->path[i];
        status = is_scan(root, files->path[i], &yes, &scans[count].start_s);
        count += yes;
    }
    if (status == DVK_OK)
        qsort(scans, count, sizeof *scans, compare_scans);
    for (size_t i = 0; status == DVK_OK && i < count; i++)
        status = add_piece(cell, NULL, scans[i].path);
    dvk_free(scans);
    return status;
}

/* Label maps, or where there is none the kidneys' own masks. Two label maps are for a person to choose from. */
static dvk_status fill_vois(const list *files, dvk_text *cell, dvk_plan_row *row)
{
    size_t maps = 0;
    for (size_t i = 0; i < files->count; i++) {
        const char *name = base_name(files->path[i]);
        if (stem_length(name) && ends_in(name, stem_length(name), "_dseg")) {
            DVK_TRY(add_piece(cell, NULL, files->path[i]));
            maps++;
        }
    }
    if (maps > 1)
        return dvk_strdup("voi: there are several label maps: leave one", &row->problem);
    for (size_t i = 0; !maps && i < files->count; i++) {
        const char *name = base_name(files->path[i]);
        const size_t stem = stem_length(name);
        if (stem && mask_name(name, stem))
            DVK_TRY(add_piece(cell, mask_name(name, stem), files->path[i]));
    }
    return DVK_OK;
}

static dvk_status check_names(const list *files, dvk_plan_row *row)
{
    for (size_t i = 0; i < files->count && !row->problem; i++)
        if (stem_length(files->path[i]) && strpbrk(files->path[i], ";\t\r\n"))
            DVK_TRY(dvk_strdup("a file's name has a semicolon, tab or line break: rename it", &row->problem));
    return DVK_OK;
}

/* Everything of one session in the tree itself and in each folder of derivatives. */
static dvk_status add_case(const char *root, const list *derivatives, const char *participant, const char *session,
                           dvk_plan_rows *rows)
{
    char id[1024], below[2048];
    list files = {0};
    dvk_text scans = {0}, vois = {0};
    dvk_plan_row *row = NULL;
    dvk_status status = DVK_OK;
    snprintf(id, sizeof id, "%s%s%s", participant, session ? "/" : "", session ? session : "");
    DVK_TRY_DONE(read_deep(root, id, 0, &files));
    DVK_TRY_DONE(fill_scans(root, &files, &scans));
    for (size_t i = 0; i < derivatives->count; i++) {
        snprintf(below, sizeof below, "%s/%s", derivatives->path[i], id);
        DVK_TRY_DONE(read_deep(root, below, 0, &files));
    }
    if (scans.length == 0 && !session)
        goto done; /* a patient's folder that only holds sessions */
    DVK_TRY_DONE(dvk_plan_rows_add(rows, &row));
    DVK_TRY_DONE(fill_vois(&files, &vois, row));
    DVK_TRY_DONE(check_names(&files, row));
    DVK_TRY_DONE(dvk_strdup(participant, &row->cell[DVK_COLUMN_PARTICIPANT]));
    if (session)
        DVK_TRY_DONE(dvk_strdup(session, &row->cell[DVK_COLUMN_SESSION]));
    row->cell[DVK_COLUMN_SCANS] = scans.data;
    row->cell[DVK_COLUMN_VOI] = vois.data;
    scans = vois = (dvk_text){0};
done:
    dvk_text_free(&scans);
    dvk_text_free(&vois);
    list_free(&files);
    return status;
}

static dvk_status add_participant(const char *root, const list *derivatives, const char *participant,
                                  dvk_plan_rows *rows)
{
    list sessions = {0};
    size_t found = 0;
    dvk_status status = read_folder(root, participant, false, &sessions);
    for (size_t i = 0; status == DVK_OK && i < sessions.count; i++)
        if (strncmp(base_name(sessions.path[i]), "ses-", 4) == 0) {
            status = add_case(root, derivatives, participant, base_name(sessions.path[i]), rows);
            found++;
        }
    if (status == DVK_OK && found == 0)
        status = add_case(root, derivatives, participant, NULL, rows);
    list_free(&sessions);
    return status;
}

dvk_status dvk_plan_tree(const char *folder, dvk_plan_rows *out)
{
    list participants = {0}, derivatives = {0};
    dvk_status status = read_folder(folder, "", false, &participants);
    if (status == DVK_OK)
        status = read_folder(folder, "derivatives", false, &derivatives);
    for (size_t i = 0; status == DVK_OK && i < participants.count; i++)
        if (strncmp(participants.path[i], "sub-", 4) == 0)
            status = add_participant(folder, &derivatives, participants.path[i], out);
    list_free(&participants);
    list_free(&derivatives);
    return status;
}
