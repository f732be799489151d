/* SPDX-License-Identifier: MIT */
/* The list of steps. */
#include "plan/plan.h"

#include <errno.h>

int mxc_plan_add(struct mxc_plan *plan, const struct mxc_step *step, struct mxc_err *err)
{
    struct mxc_step *larger =
        mxc_arena_grow(plan->arena, plan->steps, plan->count, &plan->room, sizeof *step);

    if (!larger)
        return mxc_fail(err, MXC_BACKEND, ENOMEM, "plan", "out of memory");
    plan->steps = larger;
    plan->steps[plan->count++] = *step;
    return 0;
}

const struct mxc_step *mxc_plan_find(const struct mxc_plan *plan, enum mxc_step_kind kind)
{
    for (size_t i = 0; i < plan->count; i++)
        if (plan->steps[i].kind == kind)
            return &plan->steps[i];
    return NULL;
}
