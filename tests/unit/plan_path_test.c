/* SPDX-License-Identifier: MIT */
/* Comparing, joining and cleaning paths. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "plan/path.h"

static struct mxc_arena arena;

static int drop(void **state)
{
    (void)state;
    mxc_arena_done(&arena);
    return 0;
}

static void test_within(void **state)
{
    static const struct {
        const char *path, *top;
        bool within, below;
    } rows[] = {
        { "/", "/", true, false },        { "/a", "/", true, true },
        { "/a", "/a", true, false },      { "/a/b", "/a", true, true },
        { "/ab", "/a", false, false },    { "/a", "/a/b", false, false },
        { "/", "/a", false, false },      { "/a-b", "/a", false, false },
        { "/a/b/c", "/a/b", true, true }, { "/b/a/b", "/a", false, false },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_int_equal(mxc_path_within(rows[i].path, rows[i].top), rows[i].within);
        assert_int_equal(mxc_path_below(rows[i].path, rows[i].top), rows[i].below);
    }
}

static void test_rest_and_graft(void **state)
{
    (void)state;
    assert_string_equal(mxc_path_rest("/a/b", "/a"), "/b");
    assert_string_equal(mxc_path_rest("/a/b", "/"), "/a/b");
    assert_string_equal(mxc_path_rest("/a", "/a"), "");
    assert_string_equal(mxc_path_rest("/", "/"), "");
    assert_string_equal(mxc_path_graft(&arena, "/x", "/b"), "/x/b");
    assert_string_equal(mxc_path_graft(&arena, "/", "/b"), "/b");
    assert_string_equal(mxc_path_graft(&arena, "/", ""), "/");
    assert_string_equal(mxc_path_graft(&arena, "/x", ""), "/x");
}

static void test_join_parent_depth(void **state)
{
    (void)state;
    assert_string_equal(mxc_path_join(&arena, "/", "abc", 2), "/ab");
    assert_string_equal(mxc_path_join(&arena, "/x/y", "z", 1), "/x/y/z");
    assert_string_equal(mxc_path_parent(&arena, "/x/y"), "/x");
    assert_string_equal(mxc_path_parent(&arena, "/x"), "/");
    assert_string_equal(mxc_path_parent(&arena, "/"), "/");
    assert_int_equal(mxc_path_depth("/"), 0);
    assert_int_equal(mxc_path_depth("/a"), 1);
    assert_int_equal(mxc_path_depth("/a/b c/d"), 3);
}

static void test_up(void **state)
{
    (void)state;
    assert_int_equal(mxc_path_up("/ab/c", 5), 3);
    assert_int_equal(mxc_path_up("/ab/c", 3), 1);
    assert_int_equal(mxc_path_up("/ab/c", 1), 0);
}

static void test_clean(void **state)
{
    static const struct {
        const char *base, *path, *want;
    } rows[] = {
        { "/w", "a", "/w/a" },
        { "/w", "/a", "/a" },
        { "/w", ".", "/w" },
        { "/", ".", "/" },
        { "/w", "//a///b//", "/a/b" },
        { "/w", "/./a/./b/.", "/a/b" },
        { "/w", "..", "/w/.." },
        { "/w", "a/../b", "/w/a/../b" },
        { "/w", "/", "/" },
        { "/w", "...", "/w/..." },
        { "/w", ".a/b.", "/w/.a/b." },
        { "", "a", "/a" },
        { "/w//", "./a", "/w/a" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_string_equal(mxc_path_clean(&arena, rows[i].base, rows[i].path), rows[i].want);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_within, drop),
        cmocka_unit_test_teardown(test_rest_and_graft, drop),
        cmocka_unit_test_teardown(test_join_parent_depth, drop),
        cmocka_unit_test_teardown(test_up, drop),
        cmocka_unit_test_teardown(test_clean, drop),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
