/* SPDX-License-Identifier: MIT */
/* The networks of rules, in the wide form, exceptions taken out. */
#ifndef MXC_NET_NETS_H
#define MXC_NET_NETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "policy/policy.h"

/* More than this is refused: exceptions can make 128 networks of one. */
#define MXC_NETS_MAX (1U << 20)

struct mxc_net {
    uint8_t address[16];
    uint8_t bits;
    uint8_t named; /* the prefix length that the rule wrote, before exceptions were taken out */
    uint32_t rule; /* index in its list */
};

/* In an arena, or all zero. */
struct mxc_nets {
    struct mxc_net *items;
    size_t count, room;
};

/* Adds what a rule says by networks; its names are not looked at. 0, or -1 when memory or
 * MXC_NETS_MAX is used up; the latter if 'count' has reached it. */
int mxc_nets_add_rule(struct mxc_nets *nets, struct mxc_arena *arena, const struct mxc_rule *rule,
                      uint32_t index);

/* Does the rule cover all of IPv4 or all of IPv6, whatever its ports and exceptions? */
bool mxc_nets_cover_family(const struct mxc_rule *rule);

/* By address, then by length. */
void mxc_nets_sort(struct mxc_nets *nets);

#endif
