/* SPDX-License-Identifier: MIT */
/* All sets of ranges that rules need, each kept once. */
#ifndef MXC_NET_SETS_H
#define MXC_NET_SETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "net/ranges.h"

/* More ranges than this are refused. */
#define MXC_SETS_RANGES_MAX (1U << 22)

struct mxc_sets {
    uint32_t *ends; /* where the ranges of each set end */
    uint32_t count;
    struct mxc_ranges ranges;
    uint32_t *slots; /* hash table: set + 1, 0: free */
    size_t slot_count;
    bool full; /* MXC_SETS_RANGES_MAX was hit */
};

/* For at most 'most' sets. 0, or -1 when out of memory. */
int mxc_sets_init(struct mxc_sets *sets, struct mxc_arena *arena, size_t most);

/* Finds or adds a set. 0, or -1 when out of memory or full. */
int mxc_sets_add(struct mxc_sets *sets, struct mxc_arena *arena, const struct mxc_ranges *ranges,
                 uint32_t *out);

#endif
