/* SPDX-License-Identifier: MIT */
/* Wire names of closed sets. */
#include "policy/policy.h"

const char *mxc_containment_name(enum mxc_containment containment)
{
    static const char *const names[] = {
#define NAME(constant, wire) wire,
        MXC_CONTAINMENTS(NAME)
#undef NAME
    };

    return names[containment];
}
