/* SPDX-License-Identifier: MIT */
/* What the compiler of rules relies on. */
#ifndef MXC_NET_RULES_CHECK_H
#define MXC_NET_RULES_CHECK_H

#include "base/err.h"
#include "policy/policy.h"

/* Fails with the place of what is not as the reader makes it. */
int mxc_rules_check(const struct mxc_network *network, struct mxc_err *err);

#endif
