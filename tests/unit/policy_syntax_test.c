/* SPDX-License-Identifier: MIT */
/* The first byte that is not JSON. The parser that decides is jansson: both must agree. */
#include "policy_test.h"

#include <jansson.h>

#include "policy/parse.h"
#include "policy/syntax.h"

static void test_faults(void **state)
{
    static const struct {
        const char *text;
        enum mxc_syntax fault;
        size_t at;
    } rows[] = {
        { " {} \n", MXC_SYNTAX_OK, 5 },
        { "[-0.5e+10, 0, \"\\ud83d\\ude00\\u00e9\\/\", true, false, null]", MXC_SYNTAX_OK, 56 },
        { "{\"a\":1", MXC_SYNTAX_END, 6 },
        { "\"a", MXC_SYNTAX_END, 2 },
        { "\"a\\", MXC_SYNTAX_END, 3 },
        { "-", MXC_SYNTAX_END, 1 },
        { "[1.]", MXC_SYNTAX_VALUE, 3 },
        { "[1e]", MXC_SYNTAX_VALUE, 3 },
        { "[.5]", MXC_SYNTAX_VALUE, 1 },
        { "[01]", MXC_SYNTAX_IN_LIST, 2 },
        { "[1,]", MXC_SYNTAX_VALUE, 3 },
        { "[tru]", MXC_SYNTAX_VALUE, 1 },
        { "{,}", MXC_SYNTAX_NAME, 1 },
        { "{\"a\":1,}", MXC_SYNTAX_NAME, 7 },
        { "{\"a\" 1}", MXC_SYNTAX_COLON, 5 },
        { "{\"a\":1 \"b\"}", MXC_SYNTAX_IN_OBJECT, 7 },
        { "\"\n\"", MXC_SYNTAX_CONTROL, 1 },
        { "\"\\x\"", MXC_SYNTAX_ESCAPE, 1 },
        { "\"\\u12g4\"", MXC_SYNTAX_ESCAPE, 1 },
        { "\"\\u00\x1f"
          "0\"",
          MXC_SYNTAX_ESCAPE, 1 },
        { "\"\\u00Ff\"", MXC_SYNTAX_OK, 8 },
        { "\"a\\ud800\"", MXC_SYNTAX_SURROGATE, 2 },
        { "\"\\ud800\\ud800\"", MXC_SYNTAX_SURROGATE, 1 },
        { "\"\\udc00\"", MXC_SYNTAX_SURROGATE, 1 },
        { "{} {}", MXC_SYNTAX_TRAILING, 3 },
        { "truex", MXC_SYNTAX_TRAILING, 4 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        size_t at = 0;

        assert_int_equal(mxc_syntax_check(rows[i].text, strlen(rows[i].text), &at), rows[i].fault);
        assert_int_equal(at, rows[i].at);
    }
}

static const char seed[] = "{\"a\":[-10.5e+2,{\"b\":\"\\ud83d\\ude00\\n\"},true,null] , \"c\":{}}";

/* Every cut and every replaced byte of a text that has all of JSON in it. */
static void test_agrees_with_jansson(void **state)
{
    static const char bytes[] = "\"\\{}[],:.-+019eEtun/ \n\x01";

    (void)state;
    for (size_t cut = 0; cut < sizeof seed; cut++)
        for (size_t i = 0; i < cut; i++)
            for (size_t k = 0; k < sizeof bytes; k++) {
                char copy[sizeof seed];
                json_error_t error = { 0 };
                json_t *json;
                size_t at;
                bool valid;

                memcpy(copy, seed, cut);
                copy[i] = bytes[k];
                valid = mxc_syntax_check(copy, cut, &at) == MXC_SYNTAX_OK;
                json = json_loadb(copy, cut, JSON_ALLOW_NUL | JSON_DECODE_ANY, &error);
                if (valid != (json != NULL) &&
                    json_error_code(&error) != json_error_numeric_overflow)
                    fail_msg("jansson %d, we %d: %.*s", json != NULL, valid, (int)cut, copy);
                assert_true(at <= cut);
                json_decref(json);
            }
}

static void test_secrets_are_not_quoted(void **state)
{
    static const char *const rows[] = {
        "{\"process\": {\"env\": [\"TOKEN=hunter2\\x\"]}}",
        "{\"process\": {\"env\": [\"TOKEN=hunter2\n\"]}}",
        "{\"process\": {\"env\": [hunter2]}}",
        "{\"process\": {\"env\": [\"A=1\" \"hunter2\"]}}",
        "hunter2",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct mxc_err err;

        assert_null(mxc_parse(rows[i], strlen(rows[i]), &err));
        assert_null(strstr(err.text, "hunter2"));
        assert_null(strstr(err.where, "hunter2"));
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_faults),
        cmocka_unit_test(test_agrees_with_jansson),
        cmocka_unit_test(test_secrets_are_not_quoted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
