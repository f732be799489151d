/* SPDX-License-Identifier: MIT */
/* The plan of the native engine, from outside in: filesystem, then process. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include "plan/planner.h"

int mxc_planner_no_memory(struct mxc_err *err)
{
    return mxc_fail(err, MXC_BACKEND, ENOMEM, "plan", "out of memory");
}

int mxc_planner_walk(struct mxc_planner *planner, const char *path, struct mxc_walk *out)
{
    return planner->named_count ? mxc_walk(&planner->looker, path, out)
                                : mxc_walk_briefly(&planner->looker, path, out);
}

int mxc_planner_add(struct mxc_planner *planner, struct mxc_step step, struct mxc_err *err)
{
    return mxc_plan_add(planner->plan, &step, err);
}

int mxc_planner_note(struct mxc_planner *planner, const char *pointer, struct mxc_err *err,
                     const char *format, ...)
{
    struct mxc_step step = { .kind = MXC_STEP_NOTE, .pointer = pointer };
    char *text = NULL;
    va_list args;
    int length;

    va_start(args, format);
    length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (length >= 0)
        text = mxc_arena_alloc(planner->arena, (size_t)length + 1);
    if (!text)
        return mxc_planner_no_memory(err);
    va_start(args, format);
    (void)vsnprintf(text, (size_t)length + 1, format, args);
    va_end(args);
    step.from = text;
    return mxc_plan_add(&planner->notes, &step, err);
}

static int decide_filesystem(struct mxc_planner *planner, struct mxc_err *err)
{
    if (mxc_planner_collect(planner, err) < 0 || mxc_planner_add_defaults(planner, err) < 0 ||
        mxc_planner_add_ui(planner, err) < 0)
        return -1;
    if (mxc_planner_ask_mounts(planner, err) < 0 || mxc_planner_join_aliases(planner, err) < 0 ||
        mxc_planner_check_denials(planner, err) < 0)
        return -1;
    if (mxc_planner_lay_out(planner, err) < 0)
        return -1;
    return mxc_planner_check_shell(planner, err);
}

static int write_filesystem(struct mxc_planner *planner, struct mxc_err *err)
{
    for (size_t i = 0; i < planner->made_count; i++)
        if (mxc_plan_add(planner->plan, &planner->made[i], err) < 0)
            return -1;
    for (size_t i = 0; i < planner->notes.count; i++)
        if (mxc_plan_add(planner->plan, &planner->notes.steps[i], err) < 0)
            return -1;
    return 0;
}

static int write_plan(struct mxc_planner *planner, struct mxc_err *err)
{
    const struct mxc_process *process = &planner->policy->process;
    struct mxc_step ids = { .kind = MXC_STEP_IDS,
                            .flags = planner->facts->can_map_ids ? MXC_STEP_MAPPED : 0 };
    struct mxc_step command = { .kind = MXC_STEP_COMMAND,
                                .from = process->command_line,
                                .pointer = "/process/commandLine" };

    if (mxc_planner_add(planner, ids, err) < 0 || write_filesystem(planner, err) < 0 ||
        mxc_planner_add_network(planner, err) < 0)
        return -1;
    if (mxc_planner_add_environment(planner, err) < 0 ||
        mxc_planner_add_directory(planner, err) < 0 || mxc_planner_add_limits(planner, err) < 0)
        return -1;
    return mxc_planner_add(planner, command, err);
}

int mxc_plan_native(struct mxc_arena *arena, const struct mxc_policy *policy,
                    const struct mxc_facts *facts, struct mxc_plan *out, struct mxc_err *err)
{
    struct mxc_plan plan = { .arena = arena, .backend = "native" };
    struct mxc_planner planner = {
        .arena = arena,
        .policy = policy,
        .facts = facts,
        .plan = &plan,
        .looker = { .arena = arena, .facts = facts },
        .notes = { .arena = arena },
    };

    if (mxc_planner_decide_network(&planner, err) < 0 || decide_filesystem(&planner, err) < 0 ||
        write_plan(&planner, err) < 0)
        return -1;
    *out = plan;
    return 0;
}
