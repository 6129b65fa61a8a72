/*
 * Which inputs have been hashed before, so that a run need not read the inputs of every finished case again: of a large
 * archive on slow storage that takes hours, for each worker that claims cases. It lies in the user's cache folder and
 * only saves time: nothing in the archive depends on it.
 *
 * A file of one digest a row, over the inputs as a record has them (path, role, hash) and the stamp of each as it was
 * before and after it was read (data/hash.h). A row of another manifest, a digest cut short or written by two at once
 * is not the digest that is looked for, and the inputs are hashed.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "data/cache.h"
#include "data/hash.h"
#include "data/json.h"
#include "pipeline/archive/archive.h"
#include "pipeline/case/request.h"

enum { DIGEST = 64 };

/* The file of an archive is named after the folder, by whatever path it was given. */
static void open_file(dvk_seen *s, bool make)
{
    if (s->file < 0 && s->folder)
        s->file = dvk_cache_open("inputs", &(dvk_span){s->folder, strlen(s->folder)}, 1, make);
}

void dvk_seen_open(dvk_seen *s, const char *out)
{
    *s = (dvk_seen){.file = -1, .settled_s = 3, .folder = realpath(out, NULL)};
    open_file(s, false);
}

void dvk_seen_close(dvk_seen *s)
{
    if (s->file >= 0)
        close(s->file);
    free(s->folder);
    *s = (dvk_seen){.file = -1};
}

json_t *dvk_seen_stamps(const dvk_seen *s, const dvk_case_options *o)
{
    json_t *stamps = NULL;
    return s->folder && dvk_case_stamps(o, s->settled_s, &stamps) == DVK_OK ? stamps : NULL;
}

static bool digest_of(json_t *stamps, const json_t *inputs, char digest[DIGEST + 1])
{
    char *text = NULL;
    json_t *both = json_pack("{s:O, s:O}", "stamps", stamps, "inputs", inputs);
    if (!both || dvk_json_give(both, &text) != DVK_OK)
        return false;
    dvk_sha256(text, strlen(text), digest);
    dvk_free(text);
    return true;
}

static off_t place_of(size_t row)
{
    return (off_t)row * DIGEST;
}

bool dvk_seen_has(const dvk_seen *s, size_t row, const dvk_case_options *o, const json_t *inputs)
{
    char digest[DIGEST + 1], kept[DIGEST];
    if (s->file < 0 || pread(s->file, kept, DIGEST, place_of(row)) != DIGEST)
        return false;
    json_t *stamps = dvk_seen_stamps(s, o);
    const bool yes = stamps && digest_of(stamps, inputs, digest) && memcmp(kept, digest, DIGEST) == 0;
    json_decref(stamps);
    return yes;
}

void dvk_seen_note(dvk_seen *s, size_t row, const dvk_case_options *o, const json_t *before, const json_t *inputs)
{
    char digest[DIGEST + 1];
    json_t *stamps = before && inputs ? dvk_seen_stamps(s, o) : NULL;
    if (stamps && json_equal(stamps, before) && digest_of(stamps, inputs, digest)) {
        open_file(s, true);
        if (s->file >= 0 && pwrite(s->file, digest, DIGEST, place_of(row)) != DIGEST)
            dvk_seen_close(s); /* no room: then it is as if there were no cache */
    }
    json_decref(stamps);
}
