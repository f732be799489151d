/* SPDX-License-Identifier: MIT */
/* The names of a directory from one reading, and facts of this host with and without it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "plan/plan.h"
#include "sys/linux/listing.h"
#include "sys/sys.h"

static char folder[] = "/tmp/listing_test.XXXXXX";
static struct mxc_arena arena;

static const struct {
    const char *name;
    enum mxc_object type;
} objects[] = {
    { "file", MXC_OBJECT_FILE },     { "directory", MXC_OBJECT_DIRECTORY },
    { "link", MXC_OBJECT_SYMLINK },  { "fifo", MXC_OBJECT_FIFO },
    { ".hidden", MXC_OBJECT_FILE },  { "with space\n", MXC_OBJECT_FILE },
    { "\xff\xfe", MXC_OBJECT_FILE },
};

static void make(const char *name, enum mxc_object type)
{
    char path[400];

    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    switch (type) {
    case MXC_OBJECT_DIRECTORY:
        assert_int_equal(mkdir(path, 0700), 0);
        break;
    case MXC_OBJECT_SYMLINK:
        assert_int_equal(symlink("nowhere", path), 0);
        break;
    case MXC_OBJECT_FIFO:
        assert_int_equal(mkfifo(path, 0600), 0);
        break;
    default:
        assert_int_equal(mknod(path, S_IFREG | 0600, 0), 0);
    }
}

static void erase(const char *name)
{
    char path[400];

    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    assert_int_equal(remove(path), 0);
}

static void test_types(void **state)
{
    struct mxc_listing listing = { 0 };
    enum mxc_object type;

    (void)state;
    for (size_t i = 0; i < sizeof objects / sizeof *objects; i++)
        make(objects[i].name, objects[i].type);
    for (size_t i = 0; i < sizeof objects / sizeof *objects; i++) {
        assert_true(mxc_listing_find(&listing, &arena, folder, objects[i].name, &type));
        assert_int_equal(type, objects[i].type);
    }
    assert_true(mxc_listing_find(&listing, &arena, folder, "fil", &type));
    assert_int_equal(type, MXC_OBJECT_MISSING);
    assert_true(mxc_listing_find(&listing, &arena, folder, "files", &type));
    assert_int_equal(type, MXC_OBJECT_MISSING);
    for (size_t i = 0; i < sizeof objects / sizeof *objects; i++)
        erase(objects[i].name);
}

static void test_nothing_to_read(void **state)
{
    struct mxc_listing missing = { 0 }, link = { 0 };
    enum mxc_object type;
    char path[400];

    (void)state;
    (void)snprintf(path, sizeof path, "%s/missing", folder);
    assert_false(mxc_listing_find(&missing, &arena, path, "x", &type));
    (void)snprintf(path, sizeof path, "%s/link", folder);
    assert_int_equal(symlink("/", path), 0);
    assert_false(mxc_listing_find(&link, &arena, path, "usr", &type));
    erase("link");
}

/* Every number of names around what fits: each is found, or nothing is claimed. */
static void test_large(void **state)
{
    char name[200];
    bool whole = true;

    (void)state;
    for (unsigned count = 1; whole && count < 400; count++) {
        struct mxc_listing listing = { 0 };
        enum mxc_object type;

        (void)snprintf(name, sizeof name, "%0190u", count);
        make(name, MXC_OBJECT_FILE);
        whole = mxc_listing_find(&listing, &arena, folder, name, &type);
        if (whole)
            assert_int_equal(type, MXC_OBJECT_FILE);
        else
            assert_true(count > 100);
    }
    assert_false(whole);
    for (unsigned count = 1; count < 400; count++) {
        char path[400];

        (void)snprintf(path, sizeof path, "%s/%0190u", folder, count);
        (void)remove(path); /* the last ones were not made */
    }
}

/* The plan of this host is the same whether or not names are read in one go. */
static void test_same_plan(void **state)
{
    struct mxc_policy policy = { .process = { .command_line = "true" } };
    struct mxc_buf texts[2] = { { 0 } };
    struct mxc_sys_host *host = calloc(1, sizeof *host);
    struct mxc_err err;

    (void)state;
    for (int i = 0; i < 2; i++) {
        struct mxc_facts facts;
        struct mxc_plan plan;

        assert_int_equal(mxc_sys_facts(host, &facts, &err), 0);
        assert_non_null(facts.glance);
        if (i)
            facts.glance = NULL;
        assert_int_equal(mxc_plan_native(&arena, &policy, &facts, &plan, &err), 0);
        mxc_plan_text(&plan, &texts[i]);
    }
    assert_string_equal(texts[0].data, texts[1].data);
    mxc_buf_done(&texts[0]);
    mxc_buf_done(&texts[1]);
    free(host);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_types),
        cmocka_unit_test(test_nothing_to_read),
        cmocka_unit_test(test_large),
        cmocka_unit_test(test_same_plan),
    };
    int failed;

    if (!mkdtemp(folder))
        return 1;
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    mxc_arena_done(&arena);
    return rmdir(folder) == 0 ? failed : 1;
}
