/*
 * Volumes and their files: the path from a file's bytes through the gate (nifti.h) to voxels, and back to a file that
 * appears whole or not at all (atomic.h).
 */
#include "data/volume.h"

#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "base/text.h"
#include "data/atomic.h"
#include "data/geometry.h"
#include "data/gzip.h"
#include "data/hash.h"
#include "data/io.h"
#include "data/nifti.h"
#include "data/nifti_voxels.h"
#include "data/reads.h"

struct dvk_volume {
    dvk_geometry geometry;
    size_t frames;
    float *data;
    void *memory; /* data lies in it */
    char *extension;
    char sha256[65];
};

static dvk_status create(const dvk_geometry *g, size_t frames, bool zeroed, dvk_volume **out)
{
    dvk_status status = DVK_OK;
    dvk_volume *v = NULL;
    size_t count = frames;
    *out = NULL;
    for (int a = 0; a < 3; a++)
        DVK_TRY(dvk_multiply(count, g->n[a], &count));
    DVK_TRY(dvk_alloc(1, sizeof *v, &v));
    v->geometry = *g;
    v->frames = frames;
    DVK_TRY_DONE(zeroed ? dvk_alloc(count, sizeof *v->data, &v->memory)
                        : dvk_alloc_raw(count, sizeof *v->data, &v->memory));
    v->data = v->memory;
done:
    if (status != DVK_OK) {
        dvk_volume_free(v);
        return status;
    }
    *out = v;
    return DVK_OK;
}

dvk_status dvk_volume_create(const dvk_geometry *g, size_t frames, dvk_volume **out)
{
    return create(g, frames, true, out);
}

dvk_status dvk_volume_create_raw(const dvk_geometry *g, size_t frames, dvk_volume **out)
{
    return create(g, frames, false, out);
}

void dvk_volume_free(dvk_volume *v)
{
    if (!v)
        return;
    dvk_free(v->memory);
    dvk_free(v->extension);
    dvk_free(v);
}

/* A file's bytes, and what they say once inflated. For a pair, `image` is the second file. */
typedef struct source {
    const char *path;
    dvk_buffer file, image;
    dvk_nifti header;
} source;

static bool ends_with(const char *text, const char *end)
{
    const size_t n = strlen(text), m = strlen(end);
    return n >= m && strcmp(text + n - m, end) == 0;
}

static dvk_status parse_start(const char *path, const dvk_buffer *file, dvk_nifti *out)
{
    unsigned char start[DVK_NIFTI_START];
    size_t got = file->count < sizeof start ? file->count : sizeof start;
    if (file->count == 0)
        return dvk_fail(DVK_ERR_INVALID, "%s: is empty", path);
    if (dvk_gzip_is(file->at, file->count))
        DVK_TRY(dvk_gzip_start(file->at, file->count, start, sizeof start, &got));
    else
        memcpy(start, file->at, got);
    const dvk_status status = dvk_nifti_parse(start, got, out);
    return status == DVK_OK ? status : dvk_fail_prefix(status, path);
}

/* Whether a file of `bytes` bytes can hold `wanted`: exactly that many plain, or what gzip may have made of them. */
static dvk_status check_length(const char *path, bool gzip, size_t bytes, size_t wanted)
{
    if (gzip && wanted / DVK_GZIP_MOST_RATIO > bytes)
        return dvk_fail(DVK_ERR_INVALID, "%s: %zu gzip bytes cannot hold the %zu that its header promises", path, bytes,
                        wanted);
    if (!gzip && bytes < wanted)
        return dvk_fail(DVK_ERR_INVALID, "%s: holds %zu bytes, but its header promises %zu: fetch the file again", path,
                        bytes, wanted);
    if (!gzip && bytes > wanted)
        return dvk_fail(DVK_ERR_INVALID, "%s: %zu bytes follow the last voxel: its header describes another image",
                        path, bytes - wanted);
    return DVK_OK;
}

/* The bytes of a voxel file, inflated: exactly `wanted`, the room that the header asks for. A plain file moves. */
static dvk_status inflate_exactly(const char *path, dvk_buffer *file, size_t wanted, dvk_buffer *out)
{
    const bool gzip = dvk_gzip_is(file->at, file->count);
    size_t got = 0;
    DVK_TRY(check_length(path, gzip, file->count, wanted));
    if (!gzip) {
        *out = *file;
        *file = (dvk_buffer){0};
        return DVK_OK;
    }
    DVK_TRY(dvk_buffer_create(wanted, out));
    const dvk_status status = dvk_gzip_inflate(file->at, file->count, out->at, wanted, &got);
    if (status != DVK_OK)
        return dvk_fail_prefix(status, path);
    if (got < wanted)
        return dvk_fail(DVK_ERR_INVALID, "%s: holds %zu bytes, but its header promises %zu", path, got, wanted);
    return DVK_OK;
}

/* x.hdr belongs to x.img, x.hdr.gz to x.img.gz. */
static dvk_status image_path(const char *path, dvk_text *out)
{
    const char *end = ends_with(path, ".hdr") ? ".img" : ends_with(path, ".hdr.gz") ? ".img.gz" : NULL;
    if (!end)
        return dvk_fail(DVK_ERR_INVALID, "%s: is half of a header/image pair, whose name must end in .hdr or .hdr.gz",
                        path);
    return dvk_text_add(out, "%.*s%s", (int)(strlen(path) - strlen(end)), path, end);
}

/* The whole of a pair's header file, inflated where it is gzip. */
static dvk_status inflate_header(const source *s, dvk_buffer *out)
{
    enum { MOST = 16 << 20 }; /* a header file is 348 or 540 bytes and its extensions */
    if (!dvk_gzip_is(s->file.at, s->file.count)) {
        DVK_TRY(dvk_buffer_create(s->file.count, out));
        memcpy(out->at, s->file.at, s->file.count);
        return DVK_OK;
    }
    const size_t room = s->file.count < MOST / DVK_GZIP_MOST_RATIO ? s->file.count * DVK_GZIP_MOST_RATIO : MOST;
    DVK_TRY(dvk_buffer_create(room, out));
    const dvk_status status = dvk_gzip_inflate(s->file.at, s->file.count, out->at, room, &out->count);
    return status == DVK_OK ? status : dvk_fail_prefix(status, s->path);
}

static dvk_status take_extensions(const source *s, const dvk_buffer *bytes, size_t count, dvk_volume *v)
{
    const dvk_status status = dvk_nifti_extensions(&s->header, bytes->at, count, &v->extension);
    return status == DVK_OK ? status : dvk_fail_prefix(status, s->path);
}

/* Voxels from the inflated bytes; float32 that lies well is kept where it is, without a copy. */
static dvk_status take_voxels(const dvk_nifti *h, dvk_buffer *bytes, dvk_volume *v)
{
    const size_t count = h->data_bytes / h->voxel_bytes;
    unsigned char *stored = bytes->at + h->offset;
    if (dvk_nifti_is_plain(h) && (uintptr_t)stored % 64 == 0) {
        v->memory = bytes->memory;
        v->data = (float *)(void *)stored;
        *bytes = (dvk_buffer){0};
    } else {
        DVK_TRY(dvk_alloc(count, sizeof *v->data, &v->memory));
        v->data = v->memory;
        dvk_nifti_convert(h, stored, count, v->data);
    }
    v->geometry = h->geometry;
    v->frames = h->frames;
    return DVK_OK;
}

static dvk_status read_single(source *s, dvk_volume *v)
{
    dvk_status status = DVK_OK;
    dvk_buffer bytes = {0};
    dvk_sha256(s->file.at, s->file.count, v->sha256);
    DVK_TRY_DONE(inflate_exactly(s->path, &s->file, s->header.offset + s->header.data_bytes, &bytes));
    DVK_TRY_DONE(take_extensions(s, &bytes, s->header.offset, v));
    DVK_TRY_DONE(take_voxels(&s->header, &bytes, v));
done:
    dvk_buffer_free(&bytes);
    return status;
}

static dvk_status read_pair(source *s, dvk_volume *v)
{
    dvk_status status = DVK_OK;
    dvk_buffer bytes = {0}, head = {0};
    dvk_text path = {0};
    DVK_TRY_DONE(image_path(s->path, &path));
    DVK_TRY_DONE(dvk_file_read(path.data, SIZE_MAX, &s->image, NULL));
    const dvk_span both[2] = {{s->file.at, s->file.count}, {s->image.at, s->image.count}};
    dvk_sha256_spans(both, 2, v->sha256);
    DVK_TRY_DONE(inflate_header(s, &head));
    DVK_TRY_DONE(take_extensions(s, &head, head.count, v));
    DVK_TRY_DONE(inflate_exactly(path.data, &s->image, s->header.offset + s->header.data_bytes, &bytes));
    DVK_TRY_DONE(take_voxels(&s->header, &bytes, v));
done:
    dvk_buffer_free(&bytes);
    dvk_buffer_free(&head);
    dvk_text_free(&path);
    return status;
}

dvk_status dvk_volume_read(const char *path, dvk_volume **out)
{
    dvk_status status = DVK_OK;
    source s = {.path = path};
    dvk_volume *v = NULL;
    *out = NULL;
    DVK_TRY_DONE(dvk_file_read(path, SIZE_MAX, &s.file, NULL));
    DVK_TRY_DONE(parse_start(path, &s.file, &s.header));
    DVK_TRY_DONE(dvk_alloc(1, sizeof *v, &v));
    DVK_TRY_DONE(s.header.single ? read_single(&s, v) : read_pair(&s, v));
    DVK_TRY_DONE(dvk_reads_note(path, v->sha256));
    *out = v;
    v = NULL;
done:
    dvk_volume_free(v);
    dvk_buffer_free(&s.file);
    dvk_buffer_free(&s.image);
    return status;
}

enum { ENOUGH = 1 << 16 }; /* compressed bytes, more than any writer needs for a header */

dvk_status dvk_volume_may_extend(const char *path, bool *yes)
{
    dvk_buffer file;
    dvk_nifti header = {.single = false};
    DVK_TRY(dvk_file_read(path, ENOUGH, &file, NULL));
    const dvk_status status = parse_start(path, &file, &header);
    dvk_buffer_free(&file);
    *yes = !header.single || header.offset > header.header_bytes + 4; /* behind the flag */
    return status;
}

dvk_status dvk_volume_read_header(const char *path, dvk_geometry *g, size_t *frames)
{
    dvk_buffer file;
    dvk_nifti header;
    size_t bytes = 0;
    DVK_TRY(dvk_file_read(path, ENOUGH, &file, &bytes));
    const bool gzip = dvk_gzip_is(file.at, file.count);
    dvk_status status = parse_start(path, &file, &header);
    dvk_buffer_free(&file);
    if (status == DVK_OK && header.single)
        status = check_length(path, gzip, bytes, header.offset + header.data_bytes);
    if (status != DVK_OK)
        return status;
    *g = header.geometry;
    *frames = header.frames;
    return DVK_OK;
}

/* The path of both writers: header and voxels to a file, gzip by the name's end. */
static dvk_status write_nifti(const dvk_geometry *g, size_t frames, int datatype, dvk_span voxels, const char *path)
{
    unsigned char header[DVK_NIFTI_HEADER_BYTES];
    dvk_status status = dvk_nifti_make(g, frames, datatype, header);
    if (status != DVK_OK)
        return dvk_fail_prefix(status, path);
    const dvk_span spans[2] = {{header, sizeof header}, voxels};
    if (!ends_with(path, ".gz"))
        return dvk_atomic_write(path, spans, 2);
    dvk_buffer packed = {0};
    DVK_TRY(dvk_gzip_deflate(spans, 2, &packed));
    const dvk_span span = {packed.at, packed.count};
    status = dvk_atomic_write(path, &span, 1);
    dvk_buffer_free(&packed);
    return status;
}

dvk_status dvk_volume_write(const dvk_volume *v, const char *path)
{
    const size_t bytes = dvk_geometry_voxels(&v->geometry) * v->frames * sizeof *v->data;
    return write_nifti(&v->geometry, v->frames, DVK_NIFTI_FLOAT32, (dvk_span){v->data, bytes}, path);
}

dvk_status dvk_volume_write_u8(const dvk_geometry *g, const uint8_t *values, const char *path)
{
    return write_nifti(g, 1, DVK_NIFTI_UINT8, (dvk_span){values, dvk_geometry_voxels(g)}, path);
}

const dvk_geometry *dvk_volume_geometry(const dvk_volume *v)
{
    return &v->geometry;
}

size_t dvk_volume_frames(const dvk_volume *v)
{
    return v->frames;
}

float *dvk_volume_data(dvk_volume *v)
{
    return v->data;
}

const float *dvk_volume_values(const dvk_volume *v)
{
    return v->data;
}

void dvk_volume_keep_frame(dvk_volume *v, size_t frame)
{
    const size_t voxels = dvk_geometry_voxels(&v->geometry);
    assert(frame < v->frames);
    memmove(v->data, v->data + frame * voxels, voxels * sizeof *v->data);
    v->frames = 1;
}

void dvk_volume_drop_voxels(dvk_volume *v)
{
    dvk_free(v->memory);
    v->memory = NULL;
    v->data = NULL;
}

dvk_voxel_counts dvk_volume_counts(const dvk_volume *v)
{
    return dvk_count_voxels(v->data, dvk_geometry_voxels(&v->geometry) * v->frames);
}

const char *dvk_volume_sha256(const dvk_volume *v)
{
    return v->sha256;
}

const char *dvk_volume_extension(const dvk_volume *v)
{
    return v->extension ? v->extension : "";
}
