/* SPDX-License-Identifier: MIT */
/* A run from its plan to its end; nothing stays behind on any path. */
#include "run/run.h"

int mxc_run_execute(const struct mxc_backend *backend, const struct mxc_plan *plan,
                    const struct mxc_start_options *options, struct mxc_exit *out,
                    struct mxc_err *err)
{
    struct mxc_run *run = NULL;
    struct mxc_exit ended = { .reason = MXC_REASON_SETUP };
    struct mxc_err failed = { .code = MXC_OK };
    int result = backend->start(plan, options, &run, &failed);

    if (result < 0 && failed.code == MXC_POLICY_REFUSED)
        ended.reason = MXC_REASON_REFUSED;
    if (!result)
        result = backend->wait(run, &ended, &failed);
    backend->undo(run);
    if (result < 0 && err)
        *err = failed;
    *out = ended;
    return result;
}
