/* SPDX-License-Identifier: MIT */
/* The first look at the bytes, and how pieces of them are shown. */
#include "policy_test.h"

#include "policy/text.h"

static void test_scan(void **state)
{
    static const struct {
        const char *text;
        size_t length;
        int line, column;
        const char *part; /* NULL: accepted */
    } rows[] = {
        { "{}", 2, 0, 0, NULL },
        { " \n{}", 4, 0, 0, NULL },
        { "\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\"", 11, 0, 0, NULL },
        { "", 0, 1, 1, "empty text" },
        { " \t\r\n", 4, 1, 1, "empty text" },
        { "\xef\xbb\xbf{}", 5, 1, 1, "byte order mark" },
        { "\xff\xfe{\0}\0", 6, 1, 1, "UTF-16" },
        { "\xfe\xff\0{\0}", 6, 1, 1, "UTF-16" },
        { "{\n\"a\xff\"}", 7, 2, 3, "not valid UTF-8" },
        { "{\n\n\xc3", 4, 3, 1, "not valid UTF-8" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct mxc_err err = { 0 };
        int result = mxc_text_scan(rows[i].text, rows[i].length, &err);

        assert_int_equal(result, rows[i].part ? -1 : 0);
        if (!rows[i].part)
            continue;
        assert_int_equal(err.code, MXC_BAD_POLICY);
        assert_int_equal(err.line, rows[i].line);
        assert_int_equal(err.column, rows[i].column);
        assert_non_null(strstr(err.text, rows[i].part));
    }
}

static void test_depth(void **state)
{
    char text[2 * 200];
    struct mxc_err err;

    (void)state;
    memset(text, '[', 128);
    assert_int_equal(mxc_text_scan(text, 127, &err), 0);
    assert_int_equal(mxc_text_scan(text, 128, &err), -1);
    assert_int_equal(err.column, 128);
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = i % 2 ? '}' : '{';
    assert_int_equal(mxc_text_scan(text, sizeof text, &err), 0);
    memset(text, '[', sizeof text);
    text[0] = '"';
    text[1] = '\\';
    text[2] = '"';
    text[sizeof text - 1] = '"';
    assert_int_equal(mxc_text_scan(text, sizeof text, &err), 0);
}

static void test_position(void **state)
{
    struct mxc_err err = { 0 };

    (void)state;
    mxc_text_position("ab\ncd\n", 0, &err);
    assert_int_equal(err.line * 100 + err.column, 101);
    mxc_text_position("ab\ncd\n", 2, &err);
    assert_int_equal(err.line * 100 + err.column, 103);
    mxc_text_position("ab\ncd\n", 4, &err);
    assert_int_equal(err.line * 100 + err.column, 202);
    mxc_text_position("ab\ncd\n", 6, &err);
    assert_int_equal(err.line * 100 + err.column, 301);
    mxc_text_position("ab", 1, NULL);
}

static void test_shown(void **state)
{
    static const struct {
        const char *text;
        size_t length;
        const char *shown;
    } rows[] = {
        { "abc", 3, "abc" },
        { "a\0b\n\x7f", 5, "a\\u{0}b\\u{a}\\u{7f}" },
        { "\xc3\xa9\xe2\x80\xae\xef\xbb\xbf", 8, "\xc3\xa9\\u{202e}\\u{feff}" },
        { "a\xff", 2, "a\\xff" },
    };
    struct mxc_shown shown;
    char text[400];

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_string_equal(mxc_shown(&shown, rows[i].text, rows[i].length), rows[i].shown);
    for (size_t i = 0; i + 1 < sizeof text; i += 2)
        memcpy(text + i, "\xc3\xa9", 2);
    mxc_shown(&shown, text, sizeof text);
    assert_true(strlen(shown.text) < sizeof shown.text);
    assert_string_equal(shown.text + strlen(shown.text) - 5, "\xc3\xa9...");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scan),
        cmocka_unit_test(test_depth),
        cmocka_unit_test(test_position),
        cmocka_unit_test(test_shown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
