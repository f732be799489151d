/* SPDX-License-Identifier: MIT */
/* Policy text and the facts of a host, in the form of the golden cases and separated by a form feed. What the
 * reader accepts is planned twice and looked through by the lints. */
#include <string.h>

#include "fuzz.h"
#include "fuzz_host.h"
#include "plan/lint.h"
#include "plan/path.h"
#include "plan/plan.h"

struct planned {
    struct mxc_plan plan;
    struct mxc_err err;
    struct mxc_buf text;
    bool accepted;
};

static void make(struct mxc_arena *arena, const struct mxc_policy *policy,
                 const struct mxc_facts *facts, struct planned *out)
{
    *out = (struct planned){ 0 };
    out->accepted = mxc_plan_native(arena, policy, facts, &out->plan, &out->err) == 0;
    if (out->accepted)
        mxc_plan_text(&out->plan, &out->text);
    else
        fuzz_check_refusal(&out->err);
}

static bool is_clean(const char *path)
{
    return path[0] == '/' && !strstr(path, "//") && !strstr(path, "/./") && !strstr(path, "/../") &&
           (!path[1] || path[strlen(path) - 1] != '/');
}

static void check_steps(const struct mxc_plan *plan, const char *text)
{
    size_t lines = 0;

    FUZZ_CHECK(fuzz_is_lines(text), text);
    for (const char *at = text; (at = strchr(at, '\n')); at++)
        lines++;
    FUZZ_CHECK(lines == plan->count, text);
    for (size_t i = 0; i < plan->count; i++) {
        const struct mxc_step *step = &plan->steps[i];

        FUZZ_CHECK(!step->to || is_clean(step->to), step->to);
        FUZZ_CHECK(step->kind != MXC_STEP_BIND || is_clean(step->from), step->from);
        FUZZ_CHECK(!step->pointer || step->pointer[0] == '/', step->pointer);
    }
    FUZZ_CHECK(mxc_plan_find(plan, MXC_STEP_COMMAND) && mxc_plan_find(plan, MXC_STEP_NETWORK),
               text);
}

/* Is something at this path that the model of paths below understands: an object without symlinks on the
 * way? */
static bool is_plain(const struct mxc_facts *facts, struct mxc_arena *arena, const char *path)
{
    struct mxc_fact fact;
    size_t length = strlen(path);

    if (!is_clean(path) || strstr(path, "/..") || !path[1])
        return false;
    for (size_t end = 1; end <= length; end++) {
        if (path[end] && path[end] != '/')
            continue;
        if (facts->look(facts->context, arena, mxc_arena_copy_n(arena, path, end), &fact) != 0 ||
            fact.type == MXC_OBJECT_MISSING || fact.type == MXC_OBJECT_SYMLINK)
            return false;
    }
    return true;
}

/* The last step that put something at or above the path decides what is seen there. */
static const struct mxc_step *covering(const struct mxc_plan *plan, const char *path)
{
    const struct mxc_step *found = NULL;

    for (size_t i = 0; i < plan->count; i++)
        if (plan->steps[i].kind <= MXC_STEP_PROC && mxc_path_within(path, plan->steps[i].to))
            found = &plan->steps[i];
    return found;
}

static bool is_of_host(const struct mxc_plan *plan, const char *path)
{
    const struct mxc_step *step = covering(plan, path);

    return step && (step->kind == MXC_STEP_BIND || step->kind == MXC_STEP_PIN);
}

/* The directory in which a path that is not there would appear, when nothing on the way is odd; else NULL. */
static const char *place_of_missing(const struct mxc_facts *facts, struct mxc_arena *arena,
                                    const char *path)
{
    struct mxc_fact fact;

    if (!is_clean(path) || strstr(path, "/..") || !path[1])
        return NULL;
    for (;;) {
        if (facts->look(facts->context, arena, path, &fact) != 0 || fact.type != MXC_OBJECT_MISSING)
            return NULL;
        path = mxc_path_parent(arena, path);
        if (is_plain(facts, arena, path))
            return facts->look(facts->context, arena, path, &fact) == 0 &&
                           fact.type == MXC_OBJECT_DIRECTORY
                       ? path
                       : NULL;
    }
}

/* Nothing of the host is bound where the policy denies it, and nothing that is denied could appear later. */
static void check_denials(const struct mxc_policy *policy, const struct mxc_facts *facts,
                          struct mxc_arena *arena, const struct planned *planned)
{
    for (size_t i = 0; i < policy->filesystem.denied.count; i++) {
        const char *path = policy->filesystem.denied.items[i];
        const char *place = place_of_missing(facts, arena, path);

        if (is_plain(facts, arena, path))
            FUZZ_CHECK(!is_of_host(&planned->plan, path), path);
        if (place)
            FUZZ_CHECK(!is_of_host(&planned->plan, place), path);
    }
}

static bool is_rule(const char *id)
{
    for (size_t i = 0; i < mxc_lint_rule_count; i++)
        if (!strcmp(mxc_lint_rules[i].id, id))
            return true;
    return false;
}

static void check_lints(struct mxc_arena *arena, const struct mxc_policy *policy,
                        const struct mxc_facts *facts)
{
    struct mxc_findings findings = { 0 };
    struct mxc_err err;

    if (mxc_lint(arena, policy, "/work/policy.json", facts, &findings, &err) < 0)
        fuzz_check_refusal(&err);
    for (size_t i = 0; i < findings.count; i++) {
        const struct mxc_finding *finding = &findings.items[i];

        FUZZ_CHECK(is_rule(finding->id), finding->id);
        FUZZ_CHECK(!finding->pointer[0] || finding->pointer[0] == '/', finding->pointer);
        FUZZ_CHECK(finding->text[0] && fuzz_is_line(finding->text), finding->text);
        FUZZ_CHECK(finding->remedy[0] && fuzz_is_line(finding->remedy), finding->remedy);
    }
}

static void plan_on(struct fake_host *host, struct mxc_arena *arena,
                    const struct mxc_policy *policy)
{
    struct planned first, second;

    make(arena, policy, &host->facts, &first);
    make(arena, policy, &host->facts, &second);
    FUZZ_CHECK(first.accepted == second.accepted, first.err.text);
    if (first.accepted) {
        FUZZ_CHECK(!strcmp(first.text.data, second.text.data), first.text.data);
        check_steps(&first.plan, first.text.data);
        check_denials(policy, &host->facts, arena, &first);
    } else {
        FUZZ_CHECK(!memcmp(&first.err, &second.err, sizeof first.err), first.err.text);
    }
    check_lints(arena, policy, &host->facts);
    mxc_buf_done(&first.text);
    mxc_buf_done(&second.text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input = { data, size };
    struct mxc_arena arena = { 0 };
    struct mxc_policy policy;
    const char *text = fuzz_text_until(&input, &arena, '\f');
    const char *facts = fuzz_rest(&input, &arena);
    struct fake_host host = { 0 };

    if (mxc_policy_read(&arena, text, strlen(text), NULL, &policy, NULL) == 0 &&
        fuzz_host_open(&host, facts) == 0)
        plan_on(&host, &arena, &policy);
    fake_host_done(&host);
    mxc_arena_done(&arena);
    return 0;
}
