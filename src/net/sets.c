/* SPDX-License-Identifier: MIT */
/* Sets of ranges, found again by a hash of what they hold. */
#include "net/sets.h"

#include <string.h>

int mxc_sets_init(struct mxc_sets *sets, struct mxc_arena *arena, size_t most)
{
    for (sets->slot_count = 16; sets->slot_count < 2 * most;)
        sets->slot_count *= 2;
    sets->ends = mxc_arena_alloc(arena, (most + 1) * sizeof *sets->ends);
    sets->slots = mxc_arena_alloc(arena, sets->slot_count * sizeof *sets->slots);
    return sets->ends && sets->slots ? 0 : -1;
}

static size_t hash(const struct mxc_ranges *ranges)
{
    uint64_t sum = ranges->count;

    for (size_t i = 0; i < ranges->count; i++) {
        const struct mxc_rules_range *range = &ranges->items[i];

        sum = (sum ^ range->first) * 0x9e3779b97f4a7c15U;
        sum = (sum ^ range->last) * 0x9e3779b97f4a7c15U;
        sum = (sum ^ range->value) * 0x9e3779b97f4a7c15U;
        sum ^= sum >> 32;
    }
    return (size_t)sum;
}

static bool is_set(const struct mxc_sets *sets, uint32_t set, const struct mxc_ranges *ranges)
{
    uint32_t first = set ? sets->ends[set - 1] : 0;

    return sets->ends[set] - first == ranges->count &&
           memcmp(sets->ranges.items + first, ranges->items,
                  ranges->count * sizeof *ranges->items) == 0;
}

int mxc_sets_add(struct mxc_sets *sets, struct mxc_arena *arena, const struct mxc_ranges *ranges,
                 uint32_t *out)
{
    size_t slot = hash(ranges) & (sets->slot_count - 1);

    for (; sets->slots[slot]; slot = (slot + 1) & (sets->slot_count - 1))
        if (is_set(sets, sets->slots[slot] - 1, ranges)) {
            *out = sets->slots[slot] - 1;
            return 0;
        }
    sets->full = sets->ranges.count + ranges->count > MXC_SETS_RANGES_MAX;
    if (sets->full)
        return -1;
    for (size_t i = 0; i < ranges->count; i++) {
        void *grown = mxc_arena_grow(arena, sets->ranges.items, sets->ranges.count,
                                     &sets->ranges.room, sizeof *ranges->items);

        if (!grown)
            return -1;
        sets->ranges.items = grown;
        sets->ranges.items[sets->ranges.count++] = ranges->items[i];
    }
    *out = sets->count++;
    sets->ends[*out] = (uint32_t)sets->ranges.count;
    sets->slots[slot] = *out + 1;
    return 0;
}
