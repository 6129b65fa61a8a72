/*
 * The floor under a case, for bench/case.py through ctypes: inflating its input files and deflating its output files in
 * memory that was used before, with the codecs that dvkit uses and nothing else. Outputs are cut into pieces so that
 * all threads have work, as dvkit does.
 */
#include <isa-l/crc.h>
#include <isa-l/igzip_lib.h>
#include <libdeflate.h>
#include <omp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "candidates.h"

enum { PIECE = 1 << 19, PIECE_ROOM = PIECE + PIECE / 8 + 1024 };

typedef struct content {
    unsigned char *packed, *plain, *again;
    size_t packed_count, plain_count;
} content;

/* A gzip file in memory and what it holds; its last four bytes say how much that is. */
static int load(const char *path, content *c)
{
    FILE *file = fopen(path, "rb");
    if (!file || fseek(file, 0, SEEK_END) != 0)
        return -1;
    c->packed_count = (size_t)ftell(file);
    rewind(file);
    c->packed = malloc(c->packed_count);
    const size_t got = c->packed ? fread(c->packed, 1, c->packed_count, file) : 0;
    fclose(file);
    if (got != c->packed_count || got < 18)
        return -1;
    for (size_t i = 0; i < 4; i++)
        c->plain_count |= (size_t)c->packed[got - 4 + i] << 8 * i;
    c->plain = malloc(c->plain_count);
    c->again = malloc((c->plain_count / PIECE + 1) * PIECE_ROOM);
    return c->plain && c->again ? 0 : -1;
}

static int inflate_file(content *c)
{
    struct libdeflate_decompressor *d = libdeflate_alloc_decompressor();
    size_t got = 0;
    const enum libdeflate_result result =
        d ? libdeflate_gzip_decompress(d, c->packed, c->packed_count, c->plain, c->plain_count, &got)
          : LIBDEFLATE_BAD_DATA;
    libdeflate_free_decompressor(d);
    return result == LIBDEFLATE_SUCCESS && got == c->plain_count ? 0 : -1;
}

static int deflate_piece(content *c, size_t i)
{
    static _Thread_local struct isal_zstream stream;
    static _Thread_local uint8_t level_buffer[ISAL_DEF_LVL1_DEFAULT];
    const size_t left = c->plain_count - i * PIECE;
    isal_deflate_init(&stream);
    stream.level = 1;
    stream.level_buf = level_buffer;
    stream.level_buf_size = sizeof level_buffer;
    stream.next_in = c->plain + i * PIECE;
    stream.avail_in = (uint32_t)(left < PIECE ? left : PIECE);
    stream.end_of_stream = left <= PIECE;
    stream.flush = SYNC_FLUSH;
    stream.next_out = c->again + i * PIECE_ROOM;
    stream.avail_out = PIECE_ROOM;
    (void)crc32_gzip_refl(0, stream.next_in, stream.avail_in);
    return isal_deflate(&stream) == COMP_OK && stream.avail_in == 0 ? 0 : -1;
}

static int deflate_file(content *c)
{
    int failed = 0;
#pragma omp parallel for schedule(dynamic) reduction(| : failed)
    for (size_t i = 0; i < (c->plain_count + PIECE - 1) / PIECE; i++)
        failed |= deflate_piece(c, i) != 0;
    return failed ? -1 : 0;
}

struct bench_codec {
    size_t inputs, outputs;
    content *content; /* inputs first */
};

void bench_codec_free(bench_codec *f)
{
    for (size_t i = 0; f && i < f->inputs + f->outputs; i++) {
        free(f->content[i].packed);
        free(f->content[i].plain);
        free(f->content[i].again);
    }
    if (f)
        free(f->content);
    free(f);
}

bench_codec *bench_codec_make(size_t inputs, size_t outputs, const char *const *paths)
{
    bench_codec *f = calloc(1, sizeof *f);
    if (!f || !(f->content = calloc(inputs + outputs, sizeof *f->content))) {
        free(f);
        return NULL;
    }
    f->inputs = inputs;
    f->outputs = outputs;
    for (size_t i = 0; i < inputs + outputs; i++)
        if (load(paths[i], &f->content[i]) != 0 || inflate_file(&f->content[i]) != 0) {
            bench_codec_free(f);
            return NULL;
        }
    return f;
}

int bench_codec_run(bench_codec *f, int threads, double seconds[2])
{
    int failed = 0;
    omp_set_num_threads(threads);
    const double start = omp_get_wtime();
#pragma omp parallel for schedule(dynamic) reduction(| : failed)
    for (size_t i = 0; i < f->inputs; i++)
        failed |= inflate_file(&f->content[i]) != 0;
    const double middle = omp_get_wtime();
    for (size_t i = f->inputs; i < f->inputs + f->outputs; i++)
        failed |= deflate_file(&f->content[i]) != 0;
    seconds[0] = middle - start;
    seconds[1] = omp_get_wtime() - middle;
    return failed ? -1 : 0;
}
