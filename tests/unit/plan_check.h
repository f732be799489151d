/* SPDX-License-Identifier: MIT */
/* One random host and one random policy, planned and compared with the slow model. */
#ifndef MXC_TESTS_PLAN_CHECK_H
#define MXC_TESTS_PLAN_CHECK_H

#include "plan_model.h"

/* 'world' is empty but for its chance. False, with the reason on standard output, when the plan shows what it
 * may not or lacks what it should show. '*planned': the policy was accepted. The arena is the caller's. */
bool plan_check(struct world *world, bool *planned);

#endif
