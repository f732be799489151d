/* SPDX-License-Identifier: MIT */
/* What the compiled rules say to the resolver. */
#ifndef MXC_NET_RESOLVER_RULES_H
#define MXC_NET_RESOLVER_RULES_H

#include "net/resolver.h"

/* Caller's memory; must outlive the resolver. */
struct mxc_resolver_rules {
    const struct mxc_ruleset *rules;
    const struct mxc_live *live; /* whose 'pins' and 'denied' are those below */
    struct mxc_pins *pins;
    struct mxc_pins *denied; /* may be NULL when no name is denied */
    bool closed; /* set when an address was closed that was not before: flows to it are to end */
};

struct mxc_resolver_judge mxc_resolver_judge_of(struct mxc_resolver_rules *rules);

#endif
