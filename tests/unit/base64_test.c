/* SPDX-License-Identifier: MIT */
/* Strict base64: every canonical text is read, everything else is refused. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/base64.h"

static int decode(const char *text, char *out, size_t *length)
{
    struct mxc_arena arena = { 0 };
    char *bytes;
    int result = mxc_base64_decode(&arena, text, strlen(text), &bytes, length);

    if (!result) {
        assert_int_equal(bytes[*length], 0);
        memcpy(out, bytes, *length);
    }
    mxc_arena_done(&arena);
    return result;
}

static void test_vectors(void **state)
{
    static const struct {
        const char *text, *bytes;
    } rows[] = {
        { "", "" },
        { "Zg==", "f" },
        { "Zm8=", "fo" },
        { "Zm9v", "foo" },
        { "Zm9vYg==", "foob" },
        { "Zm9vYmE=", "fooba" },
        { "Zm9vYmFy", "foobar" },
        { "+/+/", "\xfb\xff\xbf" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char out[16];
        size_t length;

        assert_int_equal(decode(rows[i].text, out, &length), 0);
        assert_int_equal(length, strlen(rows[i].bytes));
        assert_memory_equal(out, rows[i].bytes, length);
    }
}

static void test_refused(void **state)
{
    static const char *const rows[] = {
        "Z",    "Zg",     "Zg=",     "Zm8",          "====", "=",
        "Zh==", "Zm9=",   "Zm9v\n",  "Zm 9v",        "-_-_", "Zg==Zg==",
        "Z===", "Zm9vYg", "Zm9\xc3", "Zg==\n\n\n\n", "Z=g=", "Zm9v====",
    };
    char out[64];
    size_t length = 77;

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(decode(rows[i], out, &length), EINVAL);
    assert_int_equal(length, 77); /* untouched */
}

/* Every pair of bytes, against an encoder of the obvious kind. */
static void test_every_pair(void **state)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    (void)state;
    for (unsigned pair = 0; pair < 0x10000; pair++) {
        char text[5] = { digits[pair >> 10], digits[pair >> 4 & 63], digits[(pair & 15) << 2], '=',
                         0 };
        char out[4];
        size_t length;

        assert_int_equal(decode(text, out, &length), 0);
        assert_int_equal(length, 2);
        assert_int_equal((uint8_t)out[0] << 8 | (uint8_t)out[1], pair);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vectors),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_every_pair),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
