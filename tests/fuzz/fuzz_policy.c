/* SPDX-License-Identifier: MIT */
/* The reader of policies: it gives the same answer twice, a refusal says where and why, and what is portable
 * means the same to everybody. */
#include <string.h>

#include "fuzz.h"
#include "policy/policy.h"
#include "policy/schema.h"
#include "policy_print.h"

struct answer {
    struct mxc_arena arena;
    struct mxc_policy policy;
    struct mxc_err err;
    bool accepted;
    struct mxc_buf text;
};

static void ask(const uint8_t *data, size_t size, const struct mxc_read_options *options,
                struct answer *out)
{
    *out = (struct answer){ 0 };
    out->accepted = mxc_policy_read(&out->arena, (const char *)data, size, options, &out->policy,
                                    &out->err) == 0;
    if (out->accepted)
        policy_print(&out->policy, &out->text);
    else
        fuzz_check_refusal(&out->err);
}

static void done(struct answer *answer)
{
    mxc_arena_done(&answer->arena);
    mxc_buf_done(&answer->text);
}

static void check_same(const struct answer *a, const struct answer *b)
{
    FUZZ_CHECK(a->accepted == b->accepted, a->err.text);
    if (a->accepted)
        FUZZ_CHECK(!strcmp(a->text.data, b->text.data), a->text.data);
    else
        FUZZ_CHECK(!memcmp(&a->err, &b->err, sizeof a->err), a->err.text);
}

/* Line and column name a byte of the text, or the one after its end. */
static void check_place(const uint8_t *data, size_t size, const struct mxc_err *err)
{
    int line = 1;
    size_t start = 0, end;

    for (size_t i = 0; i < size && line < err->line; i++)
        if (data[i] == '\n') {
            line++;
            start = i + 1;
        }
    for (end = start; end < size && data[end] != '\n';)
        end++;
    FUZZ_CHECK(line == err->line, err->text);
    FUZZ_CHECK(err->column >= 1 && (size_t)err->column <= end - start + 1, err->text);
}

/* What the type promises of every policy. */
static void check_policy(const struct mxc_policy *policy)
{
    const struct mxc_strings *lists[] = { &policy->filesystem.readwrite,
                                          &policy->filesystem.readonly, &policy->filesystem.denied,
                                          &policy->extensions };

    FUZZ_CHECK(policy->version && !(policy->version & (policy->version - 1)), NULL);
    FUZZ_CHECK(mxc_containment_name(policy->containment), NULL);
    FUZZ_CHECK(policy->process.command_line && policy->process.command_line[0], NULL);
    FUZZ_CHECK(!policy->process.cwd || policy->process.cwd[0], NULL);
    for (size_t i = 0; i < policy->process.env.count; i++)
        FUZZ_CHECK(strchr(policy->process.env.items[i], '=') > policy->process.env.items[i], NULL);
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        for (size_t k = 0; k < lists[i]->count; k++)
            FUZZ_CHECK(lists[i]->items[k][0], NULL);
}

/* Each version's schema prints as JSON, and the table of keys as whole lines. Once is enough. */
static void check_printing(void)
{
    static bool done;
    auto_buf keys = { 0 };

    if (done)
        return;
    done = true;
    for (unsigned bit = 1; bit & MXC_V_ALL; bit <<= 1) {
        auto_buf schema = { 0 };

        mxc_schema_json((enum mxc_version)bit, &schema);
        FUZZ_CHECK(!schema.failed && fuzz_is_lines(schema.data) && fuzz_is_json(schema.data), NULL);
    }
    mxc_schema_markdown(&keys);
    FUZZ_CHECK(!keys.failed && fuzz_is_lines(keys.data), NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct mxc_read_options portable = { .portable = true };
    static const struct mxc_read_options command = { .command = "true" };
    struct answer first, second, other;

    check_printing();
    ask(data, size, NULL, &first);
    ask(data, size, NULL, &second);
    check_same(&first, &second);
    done(&second);
    if (first.accepted)
        check_policy(&first.policy);
    else
        check_place(data, size, &first.err);

    ask(data, size, &portable, &other);
    if (other.accepted) {
        check_same(&first, &other);
        FUZZ_CHECK(!other.policy.extensions.count, other.text.data);
    } else if (first.accepted)
        FUZZ_CHECK(first.policy.extensions.count, other.err.text);
    done(&other);

    ask(data, size, &command, &other);
    if (other.accepted)
        FUZZ_CHECK(!strcmp(other.policy.process.command_line, "true"), NULL);
    else
        FUZZ_CHECK(!first.accepted, other.err.text);
    done(&other);
    done(&first);
    return 0;
}
