/* Deflating, piece by piece: see gzip.h. Inflating is in gzip.c. */
#include <isa-l/crc.h>
#include <isa-l/igzip_lib.h>
#include <omp.h>
#include <stdint.h>
#include <string.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "data/gzip.h"
#include "data/gzip_stream.h"

/* Large enough that starting anew costs 1/1000 of the size, small enough to share 8 MB among many threads. */
enum { PIECE = 1 << 19, PIECE_ROOM = PIECE + PIECE / 8 + 1024 };

/* No name, no time, system unknown. */
static const unsigned char header[10] = {0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff};
enum { TRAILER = 8 };

typedef struct packing {
    const dvk_span *spans;
    size_t span_count, total, pieces;
    unsigned char *room; /* [pieces][PIECE_ROOM] */
    size_t *used;        /* [pieces] bytes */
    dvk_status *status;  /* [pieces] */
    uint32_t crc;
} packing;

/* One piece is flushed to a whole byte, the last one ends the stream. */
static dvk_status deflate_span(struct isal_zstream *stream, const unsigned char *at, size_t count, bool ends_piece)
{
    stream->next_in = (uint8_t *)(uintptr_t)at; /* ISA-L only reads it */
    stream->avail_in = (uint32_t)count;
    stream->flush = ends_piece ? SYNC_FLUSH : NO_FLUSH;
    if (isal_deflate(stream) != COMP_OK || stream->avail_in != 0 || stream->avail_out == 0)
        return dvk_fail(DVK_ERR_INTERNAL, "ISA-L did not compress");
    return DVK_OK;
}

/* The part of each span that lies in bytes from `start` to `end` of all. */
static dvk_status deflate_range(const packing *p, struct isal_zstream *stream, size_t start, size_t end)
{
    size_t before = 0;
    for (size_t s = 0; s < p->span_count; s++) {
        const size_t count = p->spans[s].count;
        const size_t from = start > before ? start - before : 0, to = end - before < count ? end - before : count;
        if (from < to) {
            stream->end_of_stream = before + to == p->total;
            DVK_TRY(deflate_span(stream, (const unsigned char *)p->spans[s].at + from, to - from, before + to == end));
        }
        before += count;
        if (before >= end)
            break;
    }
    return DVK_OK;
}

static dvk_status deflate_piece(packing *p, size_t i)
{
    const size_t start = i * PIECE, end = p->total - start < PIECE ? p->total : start + PIECE;
    struct isal_zstream *stream = NULL;
    uint8_t *level_buffer = NULL;
    dvk_status status = DVK_OK;
    DVK_TRY_DONE(dvk_gzip_stream_take(&stream));
    DVK_TRY_DONE(dvk_alloc(ISAL_DEF_LVL1_DEFAULT, 1, &level_buffer));
    isal_deflate_init(stream);
    stream->level = 1;
    stream->level_buf = level_buffer;
    stream->level_buf_size = ISAL_DEF_LVL1_DEFAULT;
    stream->gzip_flag = IGZIP_DEFLATE;
    stream->next_out = p->room + i * PIECE_ROOM;
    stream->avail_out = PIECE_ROOM;
    if (p->total == 0) {
        stream->end_of_stream = 1;
        DVK_TRY_DONE(deflate_span(stream, NULL, 0, true));
    }
    DVK_TRY_DONE(deflate_range(p, stream, start, end));
    p->used[i] = stream->total_out;
done:
    dvk_free(level_buffer);
    dvk_gzip_stream_give(stream);
    return status;
}

static void checksum(packing *p)
{
    for (size_t s = 0; s < p->span_count; s++)
        if (p->spans[s].count)
            p->crc = crc32_gzip_refl(p->crc, p->spans[s].at, p->spans[s].count);
}

/* The checksum is the first turn, since it is the longest. */
static void deflate_pieces(packing *p)
{
#pragma omp taskloop grainsize(1)
    for (size_t turn = 0; turn <= p->pieces; turn++)
        if (turn == 0)
            checksum(p);
        else
            p->status[turn - 1] = deflate_piece(p, turn - 1);
}

/* In the threads of the caller's team, or in a team of its own. */
static dvk_status deflate_all(packing *p)
{
    if (omp_in_parallel()) {
        deflate_pieces(p);
    } else {
#pragma omp parallel
#pragma omp single
        deflate_pieces(p);
    }
    for (size_t i = 0; i < p->pieces; i++) /* the message of another thread is not ours */
        if (p->status[i] == DVK_ERR_MEMORY)
            return dvk_fail(DVK_ERR_MEMORY, "out of memory: a compressor");
        else if (p->status[i] != DVK_OK)
            return dvk_fail(p->status[i], "ISA-L did not compress");
    return DVK_OK;
}

/* Header, the pieces moved together, checksum and length (modulo 2^32), little-endian. */
static void join(const packing *p, dvk_buffer *out)
{
    unsigned char *to = out->at;
    const uint32_t ends[2] = {p->crc, (uint32_t)p->total};
    memcpy(to, header, sizeof header);
    to += sizeof header;
    for (size_t i = 0; i < p->pieces; i++) {
        memmove(to, p->room + i * PIECE_ROOM, p->used[i]);
        to += p->used[i];
    }
    for (int i = 0; i < TRAILER; i++)
        *to++ = (unsigned char)(ends[i / 4] >> 8 * (i % 4));
    out->count = (size_t)(to - out->at);
}

dvk_status dvk_gzip_deflate(const dvk_span *spans, size_t count, dvk_buffer *out)
{
    packing p = {.spans = spans, .span_count = count};
    size_t room = 0;
    dvk_status status = DVK_OK;
    *out = (dvk_buffer){0};
    for (size_t s = 0; s < count; s++)
        p.total += spans[s].count;
    p.pieces = p.total / PIECE + (p.total % PIECE > 0 || p.total == 0);
    DVK_TRY(dvk_multiply(p.pieces, PIECE_ROOM, &room));
    DVK_TRY_DONE(dvk_buffer_create(sizeof header + room + TRAILER, out));
    DVK_TRY_DONE(dvk_alloc(p.pieces, sizeof *p.used, &p.used));
    DVK_TRY_DONE(dvk_alloc(p.pieces, sizeof *p.status, &p.status));
    p.room = out->at + sizeof header;
    DVK_TRY_DONE(deflate_all(&p));
    join(&p, out);
done:
    dvk_free(p.used);
    dvk_free(p.status);
    if (status != DVK_OK)
        dvk_buffer_free(out);
    return status;
}
