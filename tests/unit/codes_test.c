/* SPDX-License-Identifier: MIT */
/* Error codes: what is given is in the closed set that clients know. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"

static void test_every_code_is_in_the_closed_set(void **state)
{
    static const char *const closed[] = {
#define TEXT(wire) wire,
        MXC_WIRE_CODES(TEXT)
#undef TEXT
    };

    (void)state;
    for (enum mxc_code code = MXC_USAGE; code <= MXC_BACKEND; code++) {
        size_t i = 0;

        while (i < sizeof closed / sizeof *closed && strcmp(closed[i], mxc_code_text(code)))
            i++;
        assert_true(i < sizeof closed / sizeof *closed);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_code_is_in_the_closed_set),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
