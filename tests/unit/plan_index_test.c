/* SPDX-License-Identifier: MIT */
/* The index against a plain search, with few and with many items. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "plan/index.h"

#define ITEMS 3000

static struct {
    uint64_t number;
    char text[16];
} rows[ITEMS];

static unsigned random_below(unsigned limit)
{
    static uint64_t state = 88172645463325252u;

    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (unsigned)(state >> 33) % limit;
}

static void check(const struct mxc_index *index, size_t count, uint64_t number, const char *text,
                  size_t length)
{
    const struct mxc_index_item *item = mxc_index_find(index, number, text, length);

    for (size_t i = count; i-- > 0;) {
        if (rows[i].number != number || strlen(rows[i].text) != length ||
            memcmp(rows[i].text, text, length) != 0)
            continue;
        assert_non_null(item);
        assert_int_equal(item->value, i); /* the newest first */
        item = mxc_index_next(item);
    }
    assert_null(item);
}

static void test_same_as_a_search(void **state)
{
    (void)state;
    for (size_t expected = 0; expected <= ITEMS; expected += ITEMS) {
        struct mxc_arena arena = { 0 };
        struct mxc_index index;

        assert_int_equal(mxc_index_init(&arena, &index, expected), 0);
        for (size_t i = 0; i < ITEMS; i++) {
            rows[i].number = random_below(5);
            for (size_t k = 0, length = random_below(4); k <= length; k++)
                rows[i].text[k] = k < length ? "/ab"[random_below(3)] : '\0';
            assert_int_equal(mxc_index_add(&arena, &index, rows[i].number, rows[i].text, i), 0);
        }
        for (size_t i = 0; i < 300; i++) {
            size_t row = random_below(ITEMS);

            check(&index, ITEMS, rows[row].number, rows[row].text, strlen(rows[row].text));
            check(&index, ITEMS, random_below(8), "/ab/a", random_below(6));
        }
        mxc_arena_done(&arena);
    }
}

static void test_empty(void **state)
{
    const struct mxc_index nothing = { 0 };

    (void)state;
    assert_null(mxc_index_find(&nothing, 0, "/", 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same_as_a_search),
        cmocka_unit_test(test_empty),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
