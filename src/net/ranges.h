/* SPDX-License-Identifier: MIT */
/* Sets of protocols and ports, as ranges of keys. */
#ifndef MXC_NET_RANGES_H
#define MXC_NET_RANGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "net/blob.h"

/* In an arena, or all zero. */
struct mxc_ranges {
    struct mxc_rules_range *items;
    size_t count, room;
};

/* Adds the ranges of a rule's ports. 0, or -1 when out of memory. */
int mxc_ranges_add(struct mxc_ranges *ranges, struct mxc_arena *arena, const struct mxc_rule *rule,
                   uint32_t value);

/* Makes the ranges sorted and apart. Where some overlap, the lowest value wins, or the highest.
 * 'space' is used for the result and swapped with 'ranges'. 0, or -1 when out of memory. */
int mxc_ranges_merge(struct mxc_ranges *ranges, struct mxc_ranges *space, struct mxc_arena *arena,
                     bool lowest);

/* The range of sorted ones that holds a key, or NULL. */
const struct mxc_rules_range *mxc_ranges_find(const struct mxc_rules_range *ranges, size_t count,
                                              uint32_t key);

#endif
