/* SPDX-License-Identifier: MIT */
/* Routing tables that no packet of ours is looked up in, because every rule that leads to them asks
 * for a mark, and our packets have none. Hosts with transparent proxies have a table that leads
 * everything to the host itself, for marked packets: it says nothing about addresses. */
#ifndef MXC_NET_MARKED_H
#define MXC_NET_MARKED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Of tables beyond this the routes count, as of those that no rule is known of. */
#define MXC_MARKED_MAX 256

/* All zero: no rules. */
struct mxc_marked {
    size_t count;
    struct mxc_marked_table {
        uint32_t table;
        uint8_t family;
        bool plain; /* a rule leads there without a mark */
    } tables[MXC_MARKED_MAX];
};

/* Adds a rule that leads to a table; 'asks': for packets with a mark other than none. */
void mxc_marked_add(struct mxc_marked *marked, uint8_t family, uint32_t table, bool asks);

/* Are there rules for this table, and do all of them ask for a mark? */
bool mxc_marked_only(const struct mxc_marked *marked, uint8_t family, uint32_t table);

#endif
