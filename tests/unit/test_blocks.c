/* Large blocks: zero where promised, kept for the next user, given back beyond what is kept. */
#include <string.h>

#include "base/alloc.h"
#include "base/blocks.h"
#include "support/support.h"

static bool all_zero(const unsigned char *bytes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (bytes[i])
            return false;
    return true;
}

START_TEST(used_memory_comes_back_as_zeros)
{
    for (size_t size = 1; size <= (size_t)8 << 20; size *= 2)
        for (int turn = 0; turn < 3; turn++) {
            unsigned char *p = NULL, *raw = NULL;
            ck_ok(dvk_alloc(size, 1, &p));
            ck_assert(all_zero(p, size));
            memset(p, 0xa5, size);
            ck_ok(dvk_alloc_raw(size, 1, &raw));
            ck_assert(raw != p);
            memset(raw, 0x5a, size);
            ck_assert(p[0] == 0xa5 && p[size - 1] == 0xa5);
            dvk_free(raw);
            dvk_free(p);
        }
}
END_TEST

START_TEST(many_blocks_at_once)
{
    enum { MANY = 100, SIZE = DVK_BLOCK_LEAST + 12345 };
    unsigned char *p[MANY];
    for (int turn = 0; turn < 2; turn++) {
        for (int i = 0; i < MANY; i++) {
            ck_ok(dvk_alloc(SIZE, 1, &p[i]));
            ck_assert(all_zero(p[i], SIZE));
            memset(p[i], i + 1, SIZE);
        }
        for (int i = 0; i < MANY; i++) {
            ck_assert(p[i][0] == i + 1 && p[i][SIZE - 1] == i + 1);
            dvk_free(p[i]);
        }
    }
}
END_TEST

START_TEST(neighbours_that_are_free_make_one_block)
{
    enum { PARTS = 4, SIZE = 8 << 20 };
    unsigned char *part[PARTS], *low = NULL, *high = NULL;
    bool fresh = false;
    for (int i = 0; i < PARTS; i++) {
        part[i] = dvk_block_take(SIZE, &fresh);
        if (!part[i])
            return; /* there are no blocks under AddressSanitizer */
        low = i == 0 || part[i] < low ? part[i] : low;
        high = i == 0 || part[i] > high ? part[i] : high;
    }
    if (high - low != (PARTS - 1) * SIZE)
        ck_abort_msg("blocks that were taken in turn do not lie one behind the other");
    for (int i = 0; i < PARTS; i++)
        ck_assert(dvk_block_give(part[(i * 3 + 1) % PARTS])); /* in another order */
    unsigned char *all = dvk_block_take(PARTS * SIZE, &fresh);
    ck_assert(all >= low - SIZE && all <= high);
    unsigned char *small = dvk_block_take(DVK_BLOCK_LEAST, &fresh);
    ck_assert(small + DVK_BLOCK_LEAST <= all || small >= all + PARTS * SIZE);
    ck_assert(dvk_block_give(all) && dvk_block_give(small));
}
END_TEST

START_TEST(more_than_is_kept_comes_back_as_zeros)
{
    const size_t size = (size_t)260 << 20;
    for (int turn = 0; turn < 2; turn++) {
        unsigned char *p = NULL;
        ck_ok(dvk_alloc(size, 1, &p));
        for (size_t i = 0; i < size; i += 4096) {
            ck_assert(p[i] == 0);
            p[i] = 1;
        }
        dvk_free(p);
    }
}
END_TEST

START_TEST(a_stranger_is_no_block)
{
    int here = 0;
    ck_assert(!dvk_block_give(&here));
    ck_assert(!dvk_block_give(NULL));
    bool fresh = false;
    ck_assert_ptr_null(dvk_block_take((size_t)-1, &fresh));
}
END_TEST

int main(void)
{
    TCase *cases[] = {tcase_create("blocks")};
    tcase_add_test(cases[0], used_memory_comes_back_as_zeros);
    tcase_add_test(cases[0], many_blocks_at_once);
    tcase_add_test(cases[0], neighbours_that_are_free_make_one_block);
    tcase_add_test(cases[0], more_than_is_kept_comes_back_as_zeros);
    tcase_add_test(cases[0], a_stranger_is_no_block);
    return run_suite("blocks", cases, 1, false);
}
