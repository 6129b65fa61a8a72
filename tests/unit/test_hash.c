/* SHA-256 against the examples of FIPS 180-4 (NIST's "SHA256.pdf") and across spans and files. */
#include <string.h>

#include "data/atomic.h"
#include "data/hash.h"
#include "support/support.h"

START_TEST(published_examples)
{
    char hex[65];
    dvk_sha256("abc", 3, hex);
    ck_assert_str_eq(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    const dvk_span spans[3] = {{"abcdbcdecdefdefgefghfghighijhi", 30}, {"", 0}, {"jkijkljklmklmnlmnomnopnopq", 26}};
    dvk_sha256_spans(spans, 3, hex);
    ck_assert_str_eq(hex, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    dvk_sha256("", 0, hex);
    ck_assert_str_eq(hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}
END_TEST

START_TEST(files)
{
    char path[300], hex[65];
    snprintf(path, sizeof path, "%s/abc", scratch_folder());
    ck_ok(dvk_atomic_write_text(path, "abc"));
    ck_ok(dvk_sha256_file(path, hex));
    ck_assert_str_eq(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    ck_fails(dvk_sha256_file(scratch_folder(), hex), DVK_ERR_MISSING);
    ck_fails(dvk_sha256_file("/no/such/file", hex), DVK_ERR_MISSING);
}
END_TEST

int main(void)
{
    TCase *cases[] = {tcase_create("hash")};
    tcase_add_test(cases[0], published_examples);
    tcase_add_test(cases[0], files);
    return run_suite("hash", cases, 1, false);
}
