/* SPDX-License-Identifier: MIT */
/* Finding a place in a text, and the place around a byte. */
#include "policy_test.h"

#include "base/buf.h"
#include "policy/locate.h"

static const char text[] = "{\"a\": [1, {\"b\\u0063\": \"]}\\\"\"}, []],\n \"~/\" : {\"x\":null}}";

static size_t offset_of(const char *part)
{
    return (size_t)(strstr(text, part) - text);
}

static void test_values(void **state)
{
    const struct mxc_path a = { NULL, "a", 0 }, second = { &a, NULL, 1 }, bc = { &second, "bc", 0 },
                          odd = { NULL, "~/", 0 }, x = { &odd, "x", 0 };
    const struct {
        const struct mxc_path *path;
        size_t key, value;
    } rows[] = {
        { NULL, 0, 0 },
        { &a, offset_of("\"a\""), offset_of("[1") },
        { &second, offset_of("{\"b"), offset_of("{\"b") },
        { &bc, offset_of("\"b"), offset_of("\"]}") },
        { &odd, offset_of("\"~/"), offset_of("{\"x") },
        { &x, offset_of("\"x"), offset_of("null") },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct mxc_spot spot = mxc_locate(text, strlen(text), rows[i].path);

        assert_int_equal(spot.key, rows[i].key);
        assert_int_equal(spot.value, rows[i].value);
    }
}

static void test_missing(void **state)
{
    const struct mxc_path a = { NULL, "a", 0 }, ninth = { &a, NULL, 9 }, below = { &ninth, "z", 0 },
                          wrong = { &a, "z", 0 };
    const struct mxc_path *const rows[] = { &ninth, &below, &wrong };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct mxc_spot spot = mxc_locate(text, strlen(text), rows[i]);

        assert_int_equal(spot.key, offset_of("[1"));
        assert_int_equal(spot.value, offset_of("[1"));
    }
}

static void test_pointer(void **state)
{
    const struct mxc_path a = { NULL, "a/b~c", 0 }, second = { &a, NULL, 12 },
                          hidden = { &second, "\xe2\x80\xaex", 0 };
    auto_buf out = { 0 };

    (void)state;
    mxc_path_pointer(&hidden, &out);
    assert_string_equal(out.data, "/a~1b~0c/12/\\u{202e}x");
}

static void test_around(void **state)
{
    static const struct {
        const char *at;
        int more;
        const char *pointer;
        const char *start;
    } rows[] = {
        { "\"a\"", 1, "/a", "\"a\"" },    { "1,", 0, "/a/0", "1," },
        { "\"b\\", 3, "/a/1/bc", "\"b" }, { "]}\\", 0, "/a/1/bc", "\"]}" },
        { "[]", 1, "/a/2", "[]" },        { "null", 2, "/~0~1/x", "null" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        auto_buf pointer = { 0 };
        size_t at = offset_of(rows[i].at) + (size_t)rows[i].more;

        assert_int_equal(mxc_locate_around(text, strlen(text), at, &pointer),
                         offset_of(rows[i].start));
        assert_string_equal(pointer.data, rows[i].pointer);
    }
}

/* Whatever the text is, nothing outside it is read (the address sanitizer watches) and it ends. */
static void test_any_text(void **state)
{
    const struct mxc_path a = { NULL, "a", 0 }, second = { &a, NULL, 1 }, x = { &second, "bc", 0 };
    char copy[sizeof text];

    (void)state;
    for (size_t cut = 0; cut < sizeof text; cut++)
        for (size_t i = 0; i <= cut; i++) {
            auto_buf pointer = { 0 };
            size_t length = cut;

            memcpy(copy, text, cut);
            if (i < cut)
                copy[i] = "\"\\{}[],:\0x"[(i * 7 + cut) % 10];
            assert_true(mxc_locate(copy, length, &x).value <= length);
            assert_true(mxc_locate_around(copy, length, i, &pointer) <= length);
        }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),   cmocka_unit_test(test_missing),
        cmocka_unit_test(test_pointer),  cmocka_unit_test(test_around),
        cmocka_unit_test(test_any_text),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
