/* SPDX-License-Identifier: MIT */
/* Ranges of keys: from ports, merged by one sweep, searched. */
#include "net/ranges.h"

#include <stdlib.h>

static int add(struct mxc_ranges *ranges, struct mxc_arena *arena, struct mxc_rules_range range)
{
    void *grown = mxc_arena_grow(arena, ranges->items, ranges->count, &ranges->room, sizeof range);

    if (!grown)
        return -1;
    ranges->items = grown;
    ranges->items[ranges->count++] = range;
    return 0;
}

static int add_port(struct mxc_ranges *ranges, struct mxc_arena *arena, const struct mxc_port *port,
                    uint32_t value)
{
    bool all = port->first == 0;
    uint16_t first = all ? 0 : port->first, last = all ? UINT16_MAX : port->last;

    if (port->protocol == MXC_PROTO_ANY && all)
        return add(ranges, arena, (struct mxc_rules_range){ MXC_KEY_FIRST, MXC_KEY_LAST, value });
    if (port->protocol == MXC_PROTO_ICMP)
        return add(ranges, arena, (struct mxc_rules_range){ MXC_KEY_LAST, MXC_KEY_LAST, value });
    for (unsigned protocol = MXC_PROTO_TCP; protocol <= MXC_PROTO_UDP; protocol++)
        if ((port->protocol == MXC_PROTO_ANY || port->protocol == protocol) &&
            add(ranges, arena,
                (struct mxc_rules_range){ MXC_KEY(protocol, first), MXC_KEY(protocol, last),
                                          value }) < 0)
            return -1;
    return 0;
}

int mxc_ranges_add(struct mxc_ranges *ranges, struct mxc_arena *arena, const struct mxc_rule *rule,
                   uint32_t value)
{
    static const struct mxc_port everything;

    if (!rule->port_count)
        return add_port(ranges, arena, &everything, value);
    for (size_t i = 0; i < rule->port_count; i++)
        if (add_port(ranges, arena, &rule->ports[i], value) < 0)
            return -1;
    return 0;
}

/* ---- the sweep: those that cover the present key are in a heap, the winner on top */

struct sweep {
    struct mxc_rules_range *heap; /* the part of the input that was passed already */
    size_t count;
    bool lowest;
};

static bool beats(const struct sweep *sweep, size_t a, size_t b)
{
    uint32_t mine = sweep->heap[a].value, other = sweep->heap[b].value;

    return sweep->lowest ? mine < other : mine > other;
}

static void swap(struct sweep *sweep, size_t a, size_t b)
{
    struct mxc_rules_range kept = sweep->heap[a];

    sweep->heap[a] = sweep->heap[b];
    sweep->heap[b] = kept;
}

static void push(struct sweep *sweep, struct mxc_rules_range range)
{
    size_t at = sweep->count++;

    sweep->heap[at] = range;
    for (; at && beats(sweep, at, (at - 1) / 2); at = (at - 1) / 2)
        swap(sweep, at, (at - 1) / 2);
}

static void pop(struct sweep *sweep)
{
    size_t at = 0, best;

    swap(sweep, 0, --sweep->count);
    for (;; at = best) {
        best = at;
        for (size_t child = 2 * at + 1; child <= 2 * at + 2 && child < sweep->count; child++)
            if (beats(sweep, child, best))
                best = child;
        if (best == at)
            return;
        swap(sweep, at, best);
    }
}

/* Joins what follows without a gap and says the same. */
static int emit(struct mxc_ranges *out, struct mxc_arena *arena, struct mxc_rules_range range)
{
    struct mxc_rules_range *last = out->count ? &out->items[out->count - 1] : NULL;

    if (!last || last->last + 1 != range.first || last->value != range.value)
        return add(out, arena, range);
    last->last = range.last;
    return 0;
}

static int compare_first(const void *a, const void *b)
{
    const struct mxc_rules_range *left = a, *right = b;

    return left->first < right->first ? -1 : left->first > right->first;
}

int mxc_ranges_merge(struct mxc_ranges *ranges, struct mxc_ranges *space, struct mxc_arena *arena,
                     bool lowest)
{
    struct sweep sweep = { ranges->items, 0, lowest };
    const struct mxc_ranges done = *ranges;
    size_t next = 0;

    if (ranges->count < 2)
        return 0;
    qsort(ranges->items, ranges->count, sizeof *ranges->items, compare_first);
    space->count = 0;
    for (uint32_t key = 0; next < ranges->count || sweep.count;) {
        uint32_t end;

        if (!sweep.count && ranges->items[next].first > key)
            key = ranges->items[next].first;
        while (next < ranges->count && ranges->items[next].first <= key)
            push(&sweep, ranges->items[next++]);
        while (sweep.count && sweep.heap[0].last < key)
            pop(&sweep);
        if (!sweep.count)
            continue;
        end = sweep.heap[0].last;
        if (next < ranges->count && ranges->items[next].first <= end)
            end = ranges->items[next].first - 1;
        if (emit(space, arena, (struct mxc_rules_range){ key, end, sweep.heap[0].value }) < 0)
            return -1;
        key = end + 1;
    }
    *ranges = *space;
    *space = done;
    return 0;
}

const struct mxc_rules_range *mxc_ranges_find(const struct mxc_rules_range *ranges, size_t count,
                                              uint32_t key)
{
    size_t low = 0, high = count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (ranges[middle].last < key)
            low = middle + 1;
        else
            high = middle;
    }
    return low < count && ranges[low].first <= key ? &ranges[low] : NULL;
}
