/* SPDX-License-Identifier: MIT */
/* What the tests of src/policy share: cmocka, and reading a policy written with ' in place of ". */
#ifndef MXC_TEST_POLICY_H
#define MXC_TEST_POLICY_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "policy/policy.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* Reads 'text' with every ' turned into ". */
static inline int read_quoted(struct mxc_arena *arena, const char *text,
                              const struct mxc_read_options *options, struct mxc_policy *out,
                              struct mxc_err *err)
{
    char *copy = mxc_arena_copy(arena, text);

    assert_non_null(copy);
    for (char *c = copy; *c; c++)
        *c = *c == '\'' ? '"' : *c;
    return mxc_policy_read(arena, copy, strlen(copy), options, out, err);
}

/* As above; fails the test with the reader's error when the text is refused. */
static inline struct mxc_policy read_good(struct mxc_arena *arena, const char *text)
{
    struct mxc_policy policy;
    struct mxc_err err;

    if (read_quoted(arena, text, NULL, &policy, &err) < 0)
        fail_msg("%s: %s at %d:%d in %s", err.where, err.text, err.line, err.column, text);
    return policy;
}

/* Fails the test unless the text is refused at this pointer with a text that holds 'part'. */
static inline void read_bad(const char *text, const struct mxc_read_options *options,
                            const char *pointer, const char *part)
{
    struct mxc_arena arena = { 0 };
    struct mxc_policy policy;
    struct mxc_err err;

    memset(&policy, 0x5a, sizeof policy);
    if (read_quoted(&arena, text, options, &policy, &err) == 0)
        fail_msg("accepted: %s", text);
    assert_int_equal(err.code, MXC_BAD_POLICY);
    assert_string_equal(err.where, pointer);
    if (!strstr(err.text, part))
        fail_msg("wanted '%s', got '%s'", part, err.text);
    assert_int_equal(policy.process.timeout_ms, 0x5a5a5a5a); /* untouched on failure */
    mxc_arena_done(&arena);
}

#endif
