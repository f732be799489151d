/* SPDX-License-Identifier: MIT */
/* Which known name a misspelt one is taken for. */
#include "policy_test.h"

#include "policy/suggest.h"

static const char *nearest(const char *written)
{
    static const char *const known[] = {
        "process", "processContainer", "filesystem", "readonlyPaths", "readwritePaths", "lxc",
        "ui",      "timeout",          "env"
    };
    struct mxc_suggest suggest = { 0 };

    for (size_t i = 0; i < COUNT(known); i++)
        mxc_suggest_offer(&suggest, written, known[i]);
    return suggest.best;
}

static void test_found(void **state)
{
    static const char *const rows[][2] = {
        { "proces", "process" },
        { "Process", "process" },
        { "porcess", "process" },
        { "processcontainer", "processContainer" },
        { "fileSystem", "filesystem" },
        { "fileSystems", "filesystem" },
        { "readOnlyPath", "readonlyPaths" },
        { "readWritePaths", "readwritePaths" },
        { "LXC", "lxc" },
        { "lcx", "lxc" },
        { "timout", "timeout" },
        { "enviroment", NULL },
        { "x", NULL },
        { "", NULL },
        { "shell", NULL },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        const char *found = nearest(rows[i][0]);

        if (!found || !rows[i][1])
            assert_ptr_equal(found, rows[i][1]);
        else
            assert_string_equal(found, rows[i][1]);
    }
}

static void test_long_names(void **state)
{
    char text[300];

    (void)state;
    memset(text, 'a', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    assert_null(nearest(text));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_found),
        cmocka_unit_test(test_long_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
