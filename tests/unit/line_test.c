/* SPDX-License-Identifier: MIT */
/* Texts from outside on a line of ours: none of them ends it or steers a terminal. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/utf8.h"

#define CSI   "\xc2\x9b" /* U+009B begins a control sequence, as ESC [ does */
#define RIGHT "\xe2\x80\xae"
#define BOM   "\xef\xbb\xbf"
#define TAG   "\xf3\xa0\x81\x81"

static void tame(void **state)
{
    static const struct {
        const char *text, *want;
    } rows[] = {
        { "", "" },
        { "plain, –é\U0001f600", "plain, –é\U0001f600" },
        { "a\nb\tc\x7f", "a?b?c?" },
        { "\x1b[31m" CSI "31m", "?[31m?31m" },
        { "a" RIGHT "b" BOM "c" TAG, "a?b?c?" },
        { "\x9b\xff\xc3", "???" },
        { "cut\xe2\x80", "cut??" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[64];

        strcpy(text, rows[i].text);
        mxc_utf8_tame(text);
        assert_string_equal(text, rows[i].want);
    }
}

static void errors(void **state)
{
    struct mxc_err err;

    (void)state;
    assert_int_equal(mxc_fail(&err, MXC_BACKEND, 5, "/a" CSI, "no '%s'", "x\n" RIGHT), -1);
    assert_string_equal(err.where, "/a?");
    assert_string_equal(err.text, "no 'x?"
                                  "?'");
}

/* An error that a process of the sandbox sent. */
static void hostile_errors(void **state)
{
    static const int codes[][2] = {
        { MXC_OK, MXC_BACKEND },
        { MXC_USAGE, MXC_BACKEND },
        { MXC_BAD_POLICY, MXC_BACKEND },
        { MXC_BACKEND, MXC_BACKEND },
        { MXC_UNAVAILABLE, MXC_UNAVAILABLE },
        { MXC_POLICY_REFUSED, MXC_POLICY_REFUSED },
        { 7, MXC_BACKEND },
        { -1, MXC_BACKEND },
        { 1 << 30, MXC_BACKEND },
    };
    struct mxc_err from, to;

    (void)state;
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        memset(&from, 'x', sizeof from);
        from.code = (enum mxc_code)codes[i][0];
        from.sys = 13;
        mxc_err_take(&from, &to);
        assert_int_equal(to.code, codes[i][1]);
        assert_int_equal(to.sys, 13);
        assert_int_equal(strlen(to.where), sizeof to.where - 1);
        assert_int_equal(strlen(to.text), sizeof to.text - 1);
        assert_int_equal(to.line, 0);
    }
    memset(&from, 0, sizeof from);
    strcpy(from.where, "mount\n");
    mxc_err_take(&from, &to);
    assert_string_equal(to.where, "mount?");
    assert_string_equal(to.text, "no reason was given");
}

static void json(void **state)
{
    auto_buf out = { 0 };

    (void)state;
    mxc_buf_json(&out, "é" CSI RIGHT TAG "\n\x1b\"\\\xff");
    assert_string_equal(out.data,
                        "\"é\\u009b\\u202e\\udb40\\udc41\\n\\u001b\\\"\\\\\xef\xbf\xbd\"");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tame),
        cmocka_unit_test(errors),
        cmocka_unit_test(hostile_errors),
        cmocka_unit_test(json),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
