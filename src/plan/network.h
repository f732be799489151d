/* SPDX-License-Identifier: MIT */
/* What a policy asks of the network. */
#ifndef MXC_PLAN_NETWORK_H
#define MXC_PLAN_NETWORK_H

#include "plan/planner.h"
#include "policy/policy.h"

/* NULL when an empty network (loopback only) is exactly what the policy asks for: nothing, or denials
 * alone. Otherwise the JSON pointer of the first key that wants more. */
const char *mxc_network_needs(const struct mxc_policy *policy);

/* The eight variables that name a proxy, and two that take hosts out. Ended by NULL. */
extern const char *const mxc_proxy_variables[];
#define MXC_PROXY_VARIABLES_SET 8 /* the first so many are set when there is a proxy */

/* Sets plan->network and plan->loopback_port, and planner->proxy; refuses what cannot be meant. To be called
 * before the others. */
int mxc_planner_decide_network(struct mxc_planner *planner, struct mxc_err *err);
/* The NETWORK step and what belongs to it: rules, published ports, the resolver's files. */
int mxc_planner_add_network(struct mxc_planner *planner, struct mxc_err *err);

/* network_text.c: a rule or a published port as one line. NULL when out of memory. */
const char *mxc_network_rule_text(struct mxc_arena *arena, const struct mxc_rule *rule,
                                  const char *verdict);
const char *mxc_network_publish_text(struct mxc_arena *arena, const struct mxc_publish *publish);

#endif
