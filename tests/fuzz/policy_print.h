/* SPDX-License-Identifier: MIT */
/* A whole policy as text, so that two of them can be compared. */
#ifndef MXC_TESTS_POLICY_PRINT_H
#define MXC_TESTS_POLICY_PRINT_H

#include "base/buf.h"
#include "policy/policy.h"

void policy_print(const struct mxc_policy *policy, struct mxc_buf *out);

#endif
