/* SPDX-License-Identifier: MIT */
/* Path resolution on a fake host. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "fake_host.h"
#include "plan/walk.h"

static struct fake_host host;
static struct mxc_looker looker;

static int make_host(void **state)
{
    (void)state;
    looker = (struct mxc_looker){ .arena = &host.arena, .facts = &host.facts };
    return fake_host_text(&host, ".",
                          "dir /a/b/c\n"
                          "file /a/f\n"
                          "link /l -> a/b\n"
                          "link /a/up -> ../a/b/..\n"
                          "link /a/abs -> /a/f\n"
                          "link /m -> l\n"
                          "link /gone -> /nowhere/x\n"
                          "link /loop -> loop\n"
                          "dir /closed/x\n"
                          "dir /closed nosearch\n");
}

static int drop_host(void **state)
{
    (void)state;
    fake_host_done(&host);
    return 0;
}

static void test_found(void **state)
{
    static const struct {
        const char *text, *want, *final;
    } rows[] = {
        { "/", "/", NULL },
        { "/a/b/c", "/a/b/c", NULL },
        { "/l", "/a/b", "/l" },
        { "/l/c", "/a/b/c", NULL },
        { "/l/..", "/a", NULL },
        { "/../../a", "/a", NULL },
        { "/a/up/abs", "/a/f", "/a/abs" },
        { "/a/up", "/a", "/a/up" },
        { "/m", "/a/b", "/m" },
        { "/m/c", "/a/b/c", NULL },
        { "/m/../f", "/a/f", NULL },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct mxc_walk walk;

        assert_int_equal(mxc_walk(&looker, rows[i].text, &walk), 0);
        assert_null(walk.missing);
        assert_string_equal(walk.path, rows[i].want);
        if (rows[i].final)
            assert_string_equal(walk.final->path, rows[i].final);
        else
            assert_null(walk.final);
    }
}

static void test_missing(void **state)
{
    static const struct {
        const char *text, *missing, *parent;
        bool not_directory;
    } rows[] = {
        { "/x", "/x", "/", false },
        { "/a/x/y", "/a/x", "/a", false },
        { "/a/x/../b", "/a/x", "/a", false },
        { "/a/f/x", "/a/f/x", "/a/f", true },
        { "/a/f/..", "/a/f/..", "/a/f", true },
        { "/l/x", "/a/b/x", "/a/b", false },
        { "/gone", "/nowhere", "/", false },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct mxc_walk walk;

        assert_int_equal(mxc_walk(&looker, rows[i].text, &walk), 0);
        assert_int_equal(walk.fact.type, MXC_OBJECT_MISSING);
        assert_string_equal(walk.missing, rows[i].missing);
        assert_string_equal(walk.path, rows[i].parent);
        assert_int_equal(walk.not_directory, rows[i].not_directory);
    }
}

static void test_links_in_order(void **state)
{
    static const char *const want[] = { "/m", "/l", "/a/b", "/a/abs" };
    struct mxc_walk walk;
    size_t count = 0;

    (void)state;
    assert_int_equal(mxc_walk(&looker, "/m/../abs", &walk), 0);
    for (const struct mxc_link *link = walk.links; link; link = link->next)
        assert_string_equal(link->path, want[count++]);
    assert_int_equal(count, 4);
    assert_null(walk.links->next->next->target); /* a directory left by ".." */
}

static void test_errors(void **state)
{
    struct mxc_walk walk;

    (void)state;
    assert_int_equal(mxc_walk(&looker, "/loop", &walk), ELOOP);
    assert_int_equal(mxc_walk(&looker, "/closed/x", &walk), EACCES);
    assert_string_equal(walk.path, "/closed");
    assert_string_equal(mxc_walk_reason(EACCES), "permission denied");
}

static void test_longest_chain(void **state)
{
    struct mxc_walk walk;
    char text[64];

    (void)state;
    for (int i = 1; i <= 41; i++) {
        (void)snprintf(text, sizeof text, "link /n%d -> n%d\n", i, i - 1);
        assert_int_equal(fake_host_text(&host, ".", text), 0);
    }
    assert_int_equal(fake_host_text(&host, ".", "dir /n0\n"), 0);
    assert_int_equal(mxc_walk(&looker, "/n40", &walk), 0);
    assert_int_equal(mxc_walk(&looker, "/n41", &walk), ELOOP);
}

static unsigned looks;

static int count_looks(void *context, struct mxc_arena *arena, const char *path,
                       struct mxc_fact *out)
{
    (void)context;
    (void)arena;
    (void)path;
    looks++;
    *out = (struct mxc_fact){ .type = MXC_OBJECT_DIRECTORY };
    return 0;
}

static void test_asked_once(void **state)
{
    struct mxc_facts facts = { .look = count_looks };
    struct mxc_looker counting = { .arena = &host.arena, .facts = &facts };
    struct mxc_walk walk;

    (void)state;
    assert_int_equal(mxc_walk(&counting, "/a/b", &walk), 0);
    assert_int_equal(mxc_walk(&counting, "/a/b", &walk), 0);
    assert_int_equal(mxc_walk(&counting, "/a/c", &walk), 0);
    assert_int_equal(looks, 4); /* "/", "/a", "/a/b", "/a/c" */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_found),          cmocka_unit_test(test_missing),
        cmocka_unit_test(test_links_in_order), cmocka_unit_test(test_errors),
        cmocka_unit_test(test_longest_chain),  cmocka_unit_test(test_asked_once),
    };

    return cmocka_run_group_tests(tests, make_host, drop_host);
}
