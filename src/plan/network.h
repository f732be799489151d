/* SPDX-License-Identifier: MIT */
/* Does a policy need more of the network than its absence? */
#ifndef MXC_PLAN_NETWORK_H
#define MXC_PLAN_NETWORK_H

#include "policy/policy.h"

/* NULL when an empty network (loopback only) is exactly what the policy asks for: nothing, or
 * denials alone. Else the JSON pointer of the first key that asks for more. Lives as long as the
 * policy. */
const char *mxc_network_needs(const struct mxc_policy *policy);

#endif
