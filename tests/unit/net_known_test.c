/* SPDX-License-Identifier: MIT */
/* Names of addresses, learned from the resolver's answers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "net/known.h"

/* "Api.Example.org", a CNAME, an A and an AAAA record. */
static const uint8_t message[] = {
    0,   1,   0x81, 0x80, 0,   1, 0,   3,   0,   0,    0,    0,  3,   'A',  'p',  'i', 7, 'E', 'x',
    'a', 'm', 'p',  'l',  'e', 3, 'o', 'r', 'g', 0,    0,    1,  0,   1,    0xc0, 12,  0, 5,   0,
    1,   0,   0,    0,    9,   0, 4,   1,   'b', 0xc0, 16,   1,  'b', 0xc0, 16,   0,   1, 0,   1,
    0,   0,   0,    9,    0,   4, 20,  0,   0,   1,    0xc0, 12, 0,   28,   0,    1,   0, 0,   0,
    9,   0,   16,   0x26, 0,   0, 1,   0,   0,   0,    0,    0,  0,   0,    0,    0,   0, 0,   1,
};

static const char *name_of(const struct mxc_known *known, const char *text)
{
    struct mxc_address address;

    assert_true(mxc_address_parse(text, &address));
    return mxc_known_find(known, &address);
}

static void test_learns(void **state)
{
    static struct mxc_known known;

    (void)state;
    assert_null(name_of(&known, "20.0.0.1"));
    mxc_known_learn(&known, message, sizeof message);
    assert_string_equal(name_of(&known, "20.0.0.1"), "api.example.org");
    assert_string_equal(name_of(&known, "2600:1::1"), "api.example.org");
    assert_null(name_of(&known, "20.0.0.2"));
}

/* Each beginning of a message, and each byte changed: nothing outside of it is read (by the sanitizers). */
static void test_pieces(void **state)
{
    static struct mxc_known known;
    uint8_t piece[sizeof message];

    (void)state;
    for (size_t size = 0; size <= sizeof message; size++) {
        memcpy(piece, message, size);
        mxc_known_learn(&known, piece, size);
    }
    for (size_t i = 0; i < sizeof message; i++)
        for (unsigned value = 0; value < 256; value++) {
            memcpy(piece, message, sizeof message);
            piece[i] = (uint8_t)value;
            mxc_known_learn(&known, piece, sizeof piece);
        }
}

/* The table is bounded, and one address has one place. */
static void test_bounded(void **state)
{
    static struct mxc_known known;
    uint8_t copy[sizeof message];

    (void)state;
    memcpy(copy, message, sizeof message);
    for (unsigned i = 0; i < 4 * MXC_KNOWN_MAX; i++) {
        copy[sizeof message - 32] = (uint8_t)(i >> 8); /* of the A record */
        copy[sizeof message - 29] = (uint8_t)i;
        mxc_known_learn(&known, copy, sizeof copy);
    }
    assert_string_equal(name_of(&known, "2600:1::1"), "api.example.org");
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_learns),
                                        cmocka_unit_test(test_pieces),
                                        cmocka_unit_test(test_bounded) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
