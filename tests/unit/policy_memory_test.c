/* SPDX-License-Identifier: MIT */
/* Running out of memory, at each allocation in turn: an error of its own kind, never a policy that lacks
 * something, never a crash. The linker sends our allocations here (--wrap). Those of jansson are left
 * alone: version 2.14 frees a string twice when one fails. */
#include "policy_test.h"

#include <errno.h>
#include <stdlib.h>

static unsigned long left = 0; /* allocations until one fails; 0: none does */
static bool failed;

static bool is_refused(void)
{
    bool now = left && !--left;

    failed = failed || now;
    return now;
}

/* What the reader allocates with, each in front of the real one. */
#define REFUSE_SOME(type, name, parameters, arguments)                                             \
    type __real_##name parameters;                                                                 \
    type __wrap_##name parameters;                                                                 \
    type __wrap_##name parameters                                                                  \
    {                                                                                              \
        return is_refused() ? NULL : __real_##name arguments;                                      \
    }

REFUSE_SOME(void *, realloc, (void *old, size_t size), (old, size))
REFUSE_SOME(void *, mxc_arena_alloc, (struct mxc_arena * arena, size_t size), (arena, size))
REFUSE_SOME(char *, mxc_arena_copy, (struct mxc_arena * arena, const char *text), (arena, text))
REFUSE_SOME(char *, mxc_arena_copy_n, (struct mxc_arena * arena, const char *text, size_t length),
            (arena, text, length))
REFUSE_SOME(void *, mxc_arena_grow,
            (struct mxc_arena * arena, void *items, size_t count, size_t *room, size_t size),
            (arena, items, count, room, size))

static const char good[] =
    "{\"version\": \"0.8.0\", \"containerId\": \"x\", \"containment\": \"native\","
    " \"process\": {\"commandLine\": \"x\", \"cwd\": \"/\", \"env\": [\"A=1\", \"B=2\"]},"
    " \"filesystem\": {\"deniedPaths\": [\"/a\"]}, \"limits\": {\"processes\": 4},"
    " \"network\": {\"egress\": {\"allow\": [{\"to\": [{\"cidr\": \"::/0\","
    " \"except\": [\"::1\"]}, {\"host\": \"a.b\"}], \"ports\": [{\"port\": 5}]}]}},"
    " \"runtimeConfig\": {}, \"lifecycle\": {\"preservePolicy\": true}}";

static const char legacy[] =
    "{\"version\": \"0.7.0\", \"process\": {\"commandLine\": \"x\", \"env\": [\"A=1\", \"B=2\"]},"
    " \"network\": {\"allowedHosts\": [\"10.0.0.0/8\", \"A.example\"], \"blockedHosts\": [\"b\"]}}";

static int read_text(const char *text, struct mxc_err *err)
{
    struct mxc_arena arena = { 0 };
    struct mxc_policy policy;
    int result = mxc_policy_read(&arena, text, strlen(text), NULL, &policy, err);

    if (result == 0 && text == legacy) {
        assert_int_equal(policy.network.allow.count + policy.network.deny.count, 3);
        assert_string_equal(policy.network.allow.items[1].to[0].host, "a.example");
    } else if (result == 0) {
        assert_int_equal(policy.network.allow.items[0].to[0].except_count, 1);
        assert_int_equal(policy.extensions.count, 4);
        assert_string_equal(policy.extensions.items[2], "/limits/processes");
        assert_int_equal(policy.process.env.count, 2);
    }
    mxc_arena_done(&arena);
    return result;
}

static unsigned long read_until_it_works(const char *text)
{
    unsigned long n = 0;

    do {
        struct mxc_err err = { 0 };
        int result;

        failed = false;
        left = ++n;
        result = read_text(text, &err);
        left = 0;
        assert_int_equal(result, failed ? -1 : 0);
        if (failed) {
            assert_int_equal(err.code, MXC_BACKEND);
            assert_int_equal(err.sys, ENOMEM);
        }
    } while (failed);
    return n;
}

static void test_good(void **state)
{
    (void)state;
    assert_true(read_until_it_works(good) > 20);
    assert_true(read_until_it_works(legacy) > 8);
}

/* A bad policy is refused all the same; only the words about it may suffer. */
static void test_bad(void **state)
{
    static const char *const texts[] = {
        "{\"process\": {\"commandLine\": \"x\"}, \"zeta\": 1, \"alpha\": 2}",
        "{\"process\": {\"commandLine\": \"x\", \"commandLine\": \"x\"}}",
        "{\"process\": {\"commandLine\": \"x\"}, \"containment\": \"lcx\"}",
        "{\"process\": {\"commandLine\": \"x\"}, \"lxc\": {}}",
        "{\"process\": {\"commandLine\": \"x\",}}",
        "{\"process\": {\"commandLine\": \"x\"}, \"limits\": {\"processes\": 0}}",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++) {
        unsigned long n = 0;

        do {
            struct mxc_err err = { 0 };

            failed = false;
            left = ++n;
            assert_int_equal(read_text(texts[i], &err), -1);
            left = 0;
            assert_true(err.code == MXC_BAD_POLICY || (failed && err.code == MXC_BACKEND));
        } while (failed);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),
        cmocka_unit_test(test_bad),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
