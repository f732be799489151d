/* SPDX-License-Identifier: MIT */
/* What a policy asks for, in bits that backends have or lack; what a backend lacks is refused. */
#include <string.h>

#include "plan/network.h"
#include "run/run.h"

/* The bit of the network key that asks for more than no network at all. */
static unsigned network_needs(const struct mxc_policy *policy)
{
    const char *pointer = mxc_network_needs(policy);

    if (!pointer)
        return MXC_CAN(NETWORK_DENY);
    if (!strncmp(pointer, "/network/proxy", 14) || !strncmp(pointer, "/runtimeConfig", 14))
        return MXC_CAN(NETWORK_PROXY);
    return MXC_CAN(NETWORK_RULES);
}

unsigned mxc_run_needs(const struct mxc_policy *policy)
{
    const struct {
        unsigned bit;
        bool needed;
    } rows[] = {
        { MXC_CAN(READONLY), policy->filesystem.readonly.count },
        { MXC_CAN(READWRITE), policy->filesystem.readwrite.count },
        { MXC_CAN(DENIED), policy->filesystem.denied.count },
        { MXC_CAN(ENVIRONMENT), true }, /* without "env" too, the caller's must not leak in */
        { MXC_CAN(CWD), policy->process.cwd },
        { MXC_CAN(TIMEOUT), policy->process.timeout_ms },
        { MXC_CAN(UI_DISABLE), !policy->ui.present || policy->ui.disable },
        { MXC_CAN(LIMIT_MEMORY), policy->limits.memory_mb },
        { MXC_CAN(LIMIT_PROCESSES), policy->limits.processes },
        { MXC_CAN(LIMIT_CPU), policy->limits.cpu_percent },
        { MXC_CAN(LIMIT_OPEN_FILES), policy->limits.open_files },
        { MXC_CAN(LIMIT_FILE_SIZE), policy->limits.file_size_mb },
        { MXC_CAN(LIMIT_TMP), policy->limits.tmp_mb },
        { MXC_CAN(LIMIT_OUTPUT), policy->limits.output_mb },
    };
    unsigned needs = network_needs(policy);

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        needs |= rows[i].needed ? rows[i].bit : 0;
    return needs;
}

/* The pointer that the user wrote, which for the network is more exact than the table's. */
static const char *pointer_of(const struct mxc_policy *policy, unsigned index)
{
    const char *network = mxc_network_needs(policy);

    if (network && (index == MXC_FEATURE_NETWORK_RULES || index == MXC_FEATURE_NETWORK_PROXY))
        return network;
    return mxc_feature(index)->pointer;
}

int mxc_run_plan(struct mxc_arena *arena, const struct mxc_backend *backend,
                 const struct mxc_policy *policy, const struct mxc_facts *facts,
                 struct mxc_plan *out, struct mxc_err *err)
{
    unsigned missing = mxc_run_needs(policy) & ~backend->can;

    for (unsigned i = 0; i < MXC_FEATURE_COUNT; i++)
        if (missing >> i & 1)
            return mxc_fail(err, MXC_POLICY_REFUSED, 0, pointer_of(policy, i),
                            "the %s backend cannot enforce this (%s): remove the key, or choose a "
                            "backend that 'mxc probe' says can",
                            backend->name, mxc_feature(i)->text);
    return backend->plan(arena, policy, facts, out, err);
}
