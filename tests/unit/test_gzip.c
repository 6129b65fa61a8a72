/* The gzip codec: ISA-L writes, libdeflate reads, so each checks the other; and every damage to the bytes is noticed.
 */
#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "data/gzip.h"
#include "data/gzip_stream.h"
#include "support/support.h"

static unsigned next_random(unsigned *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

/* Noise that does not shrink, or text that does. */
static unsigned char *content(size_t count, bool noise)
{
    unsigned char *bytes = malloc(count + 1);
    unsigned state = 7;
    for (size_t i = 0; i < count; i++)
        bytes[i] = noise ? (unsigned char)next_random(&state) : (unsigned char)(i / 100);
    return bytes;
}

static dvk_buffer pack(const void *bytes, size_t count)
{
    dvk_buffer packed;
    const dvk_span span = {bytes, count};
    ck_ok(dvk_gzip_deflate(&span, 1, &packed));
    return packed;
}

/* Around the pieces of 2^19 bytes that are deflated each on its own, too. */
static const size_t sizes[] = {0, 1, 2, 100, 65535, 65536, 524287, 524288, 524289, 1048576, 3000003};
enum { SIZES = sizeof sizes / sizeof sizes[0] };

START_TEST(round_trip)
{
    const size_t count = sizes[_i / 2];
    unsigned char *bytes = content(count, _i & 1), *back = malloc(count + 1);
    dvk_buffer packed = pack(bytes, count);
    size_t got = 0;
    ck_ok(dvk_gzip_inflate(packed.at, packed.count, back, count, &got));
    ck_assert_uint_eq(got, count);
    ck_assert(memcmp(back, bytes, count) == 0);
    ck_assert_uint_le(packed.count, count + count / 100 + 64); /* noise hardly grows */
    if (count) {
        ck_fails(dvk_gzip_inflate(packed.at, packed.count, back, count - 1, &got), DVK_ERR_INVALID);
        ck_assert_uint_le(got, count - 1);
    }
    dvk_buffer_free(&packed);
    free(bytes);
    free(back);
}
END_TEST

/* RFC 1952: magic, method 8, flags 0 (no name), time 0; the same bytes however the input is cut into spans. */
START_TEST(bytes_are_reproducible)
{
    unsigned char *bytes = content(100000, false);
    dvk_buffer whole = pack(bytes, 100000), parts;
    const dvk_span spans[3] = {{bytes, 352}, {bytes + 352, 0}, {bytes + 352, 100000 - 352}};
    ck_assert(memcmp(whole.at, "\x1f\x8b\x08\0\0\0\0\0", 8) == 0);
    ck_ok(dvk_gzip_deflate(spans, 3, &parts));
    dvk_buffer again;
    ck_ok(dvk_gzip_deflate(spans, 3, &again));
    ck_assert_uint_eq(again.count, parts.count);
    ck_assert(memcmp(again.at, parts.at, parts.count) == 0);
    unsigned char *back = malloc(100000);
    size_t got = 0;
    ck_ok(dvk_gzip_inflate(parts.at, parts.count, back, 100000, &got));
    ck_assert(got == 100000 && memcmp(back, bytes, got) == 0);
    dvk_buffer_free(&whole);
    dvk_buffer_free(&parts);
    dvk_buffer_free(&again);
    free(back);
    free(bytes);
}
END_TEST

/* The number of threads, a team already at work, and the cuts between spans make no difference to the content. */
START_TEST(threads_make_no_difference)
{
    enum { COUNT = 3000000 };
    unsigned char *bytes = content(COUNT, true), *back = malloc(COUNT);
    const dvk_span spans[3] = {{bytes, 352}, {bytes + 352, 1200000}, {bytes + 1200352, COUNT - 1200352}};
    dvk_buffer one, three, within = {0};
    size_t got = 0;
    omp_set_num_threads(1);
    ck_ok(dvk_gzip_deflate(spans, 3, &one));
    omp_set_num_threads(3);
    ck_ok(dvk_gzip_deflate(spans, 3, &three));
#pragma omp parallel
#pragma omp single
    ck_ok(dvk_gzip_deflate(spans, 3, &within));
    ck_assert(one.count == three.count && memcmp(one.at, three.at, one.count) == 0);
    ck_assert(one.count == within.count && memcmp(one.at, within.at, one.count) == 0);
    ck_ok(dvk_gzip_inflate(one.at, one.count, back, COUNT, &got));
    ck_assert(got == COUNT && memcmp(back, bytes, COUNT) == 0);
    dvk_buffer_free(&one);
    dvk_buffer_free(&three);
    dvk_buffer_free(&within);
    free(bytes);
    free(back);
}
END_TEST

START_TEST(start_of_the_data)
{
    unsigned char *bytes = content(100000, false), start[544];
    dvk_buffer packed = pack(bytes, 100000);
    size_t got = 0;
    ck_ok(dvk_gzip_start(packed.at, packed.count, start, sizeof start, &got));
    ck_assert_uint_eq(got, sizeof start);
    ck_assert(memcmp(start, bytes, sizeof start) == 0);
    for (size_t count = 0; count < packed.count; count += 1 + count / 8) { /* cut anywhere: a true beginning */
        unsigned char *exact = malloc(count + 1);
        memcpy(exact, packed.at, count);
        ck_ok(dvk_gzip_start(exact, count, start, sizeof start, &got));
        ck_assert_uint_le(got, sizeof start);
        ck_assert(memcmp(start, bytes, got) == 0);
        free(exact);
    }
    dvk_buffer_free(&packed);
    free(bytes);
}
END_TEST

/* A start that runs over the end of one member into the next. */
START_TEST(members_are_one_stream)
{
    unsigned char *bytes = content(1000, true), joined[4096], back[1000];
    dvk_buffer first = pack(bytes, 300), second = pack(bytes + 300, 700);
    const size_t count = first.count + second.count;
    size_t got = 0;
    memcpy(joined, first.at, first.count);
    memcpy(joined + first.count, second.at, second.count);
    ck_ok(dvk_gzip_inflate(joined, count, back, 1000, &got));
    ck_assert(got == 1000 && memcmp(back, bytes, 1000) == 0);
    ck_ok(dvk_gzip_start(joined, count, back, 544, &got));
    ck_assert(got == 544 && memcmp(back, bytes, 544) == 0);
    joined[count] = 'x';
    ck_fails(dvk_gzip_inflate(joined, count + 1, back, 1000, &got), DVK_ERR_INVALID);
    ck_assert_ptr_nonnull(strstr(dvk_last_message(), "1 bytes of something else"));
    dvk_buffer_free(&first);
    dvk_buffer_free(&second);
    free(bytes);
}
END_TEST

/* Each single bit turned, each length cut: an error, or (in the header's time and system bytes) the same content. */
START_TEST(every_damage_is_noticed)
{
    unsigned char *bytes = content(2000, false), back[2000];
    dvk_buffer packed = pack(bytes, 2000);
    size_t got = 0, unnoticed = 0;
    for (size_t bit = 0; bit < 8 * packed.count; bit++) {
        packed.at[bit / 8] ^= (unsigned char)(1u << bit % 8);
        if (dvk_gzip_inflate(packed.at, packed.count, back, sizeof back, &got) == DVK_OK) {
            ck_assert(got == sizeof back && memcmp(back, bytes, got) == 0);
            unnoticed++;
        }
        packed.at[bit / 8] ^= (unsigned char)(1u << bit % 8);
    }
    ck_assert_uint_le(unnoticed,
                      8 * 6 + 1 + 7); /* mtime, XFL, OS, the flag that says "text", bits before the trailer */
    for (size_t count = 1; count < packed.count; count++)
        ck_fails(dvk_gzip_inflate(packed.at, count, back, sizeof back, &got), DVK_ERR_INVALID);
    dvk_buffer_free(&packed);
    free(bytes);
}
END_TEST

START_TEST(memory_runs_out)
{
    unsigned char *bytes = content(100000, true);
    const dvk_span span = {bytes, 100000};
    dvk_buffer packed;
    long n = 1;
    for (;; n++) {
        dvk_alloc_fail_at(n);
        const dvk_status status = dvk_gzip_deflate(&span, 1, &packed);
        dvk_alloc_fail_at(0);
        if (status == DVK_OK)
            break;
        ck_assert_int_eq(status, DVK_ERR_MEMORY);
        ck_assert_ptr_null(packed.memory);
    }
    ck_assert_int_ge(n, 5); /* stream, level buffer, output, two lists */
    dvk_buffer_free(&packed);
    free(bytes);
}
END_TEST

/* Else the bytes of a map would depend on where a process has its heap. */
START_TEST(streams_lie_where_isal_hashes_them_alike)
{
#ifdef __x86_64__
    enum { MANY = 40 };
    struct isal_zstream *stream[MANY], *again = NULL;
    for (int i = 0; i < MANY; i++) {
        ck_ok(dvk_gzip_stream_take(&stream[i]));
        ck_assert_uint_eq(dvk_gzip_stream_bucket(stream[i]), dvk_gzip_stream_bucket(stream[0]));
        for (int other = 0; other < i; other++)
            ck_assert(stream[i] + 1 <= stream[other] || stream[other] + 1 <= stream[i]);
        memset(stream[i], i + 1, sizeof *stream[i]);
    }
    dvk_gzip_stream_give(stream[7]);
    ck_ok(dvk_gzip_stream_take(&again));
    ck_assert_ptr_eq(again, stream[7]);
    ck_assert_int_eq(again->internal_state.buffer[100], 0);
    ck_assert_int_eq(stream[8]->internal_state.buffer[100], 9);
    for (int i = 0; i < MANY; i++)
        dvk_gzip_stream_give(stream[i]);
#endif
}
END_TEST

int main(void)
{
    TCase *cases[] = {tcase_create("gzip")};
    tcase_add_loop_test(cases[0], round_trip, 0, 2 * SIZES);
    tcase_add_test(cases[0], streams_lie_where_isal_hashes_them_alike);
    tcase_add_test(cases[0], bytes_are_reproducible);
    tcase_add_test(cases[0], threads_make_no_difference);
    tcase_add_test(cases[0], start_of_the_data);
    tcase_add_test(cases[0], members_are_one_stream);
    tcase_add_test(cases[0], every_damage_is_noticed);
    tcase_add_test(cases[0], memory_runs_out);
    return run_suite("gzip", cases, 1, false);
}
