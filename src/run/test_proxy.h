/* SPDX-License-Identifier: MIT */
/* The proxy of network.proxy.builtinTestServer: a program beside ours, for tests alone. */
#ifndef MXC_RUN_TEST_PROXY_H
#define MXC_RUN_TEST_PROXY_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/arena.h"
#include "base/err.h"
#include "policy/policy.h"

struct mxc_test_proxy {
    pid_t pid; /* 0: none */
};

/* Where the policy wants it: starts it, unless 'dry', and makes its address the policy's proxy.
 * 'allowed': the caller said that features for tests may be used; otherwise the policy stays as it
 * is, and is refused by the planner. '*out' must be given to mxc_test_proxy_stop(). */
int mxc_test_proxy_start(struct mxc_arena *arena, struct mxc_policy *policy, bool allowed, bool dry,
                         struct mxc_test_proxy *out, struct mxc_err *err);
void mxc_test_proxy_stop(struct mxc_test_proxy *proxy);

#endif
