/* SPDX-License-Identifier: MIT */
/* Which section of a policy belongs to which backend. Private to src/policy. */
#ifndef MXC_POLICY_SECTIONS_H
#define MXC_POLICY_SECTIONS_H

#include "policy/fields.h"

struct mxc_section {
    const char *parent; /* NULL: top level */
    const char *key;
    const char *alias_of;
    unsigned versions;
    enum mxc_containment containment;
};

/* In the order in which errors list them. */
extern const struct mxc_section mxc_sections[];
extern const size_t mxc_section_count;

/* Containments, as bits, that can have network.proxy; and those where it replaces other rules. */
unsigned mxc_proxy_containments(void);
unsigned mxc_proxy_strict_containments(void);

#endif
