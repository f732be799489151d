/* SPDX-License-Identifier: MIT */
/* From a policy to a finished run: pick the backend, refuse what it cannot do, plan, start, wait,
 * undo. */
#ifndef MXC_RUN_RUN_H
#define MXC_RUN_RUN_H

#include "backend/backend.h"

/* The backend that serves this containment. 'name' (of --backend) overrides it; NULL: as the policy
 * says. MXC_UNAVAILABLE with pointer "/containment" and the reason when it is not built. */
int mxc_run_select(const struct mxc_policy *policy, const char *name,
                   const struct mxc_backend **out, struct mxc_err *err);

/* The only operating system that has this containment ("Windows", "macOS"), or NULL when it could
 * exist on Linux. */
const char *mxc_run_foreign_system(enum mxc_containment containment);

/* MXC_CAN bits that the policy needs. Pure. */
unsigned mxc_run_needs(const struct mxc_policy *policy);

/* Refuses what the backend cannot do (MXC_POLICY_REFUSED with the key's pointer), then plans. */
int mxc_run_plan(struct mxc_arena *arena, const struct mxc_backend *backend,
                 const struct mxc_policy *policy, const struct mxc_facts *facts,
                 struct mxc_plan *out, struct mxc_err *err);

/* Runs a plan to its end and leaves nothing behind. On failure 'out' says REFUSED, SETUP,
 * or, when the program had been started, FAILED with what was measured. */
int mxc_run_execute(const struct mxc_backend *backend, const struct mxc_plan *plan,
                    const struct mxc_start_options *options, struct mxc_exit *out,
                    struct mxc_err *err);

#endif
