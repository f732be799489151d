/* SPDX-License-Identifier: MIT */
/* Spans of addresses. */
#include "net/spans.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "net/address.h"

static const struct mxc_span v4 = {
    { [10] = 0xff, [11] = 0xff },
    { [10] = 0xff, [11] = 0xff, [12] = 0xff, [13] = 0xff, [14] = 0xff, [15] = 0xff },
};

static bool reserve(struct mxc_spans *spans)
{
    size_t room = spans->room ? 2 * spans->room : 64;
    struct mxc_span *items;

    if (spans->count < spans->room)
        return true;
    items = realloc(spans->items, room * sizeof *items);
    if (!items)
        return false;
    spans->items = items;
    spans->room = room;
    return true;
}

/* Hosts have each address as an address and as a route: what was added twice does not count. Room
 * for half of them is made at a time, so that the sorting costs little. */
static int add(struct mxc_spans *spans, const struct mxc_span *span)
{
    if (memcmp(span->first, span->last, 16) > 0)
        return 0;
    if (spans->count == MXC_SPANS_MAX) {
        mxc_spans_settle(spans);
        if (spans->count > MXC_SPANS_MAX / 2)
            return ENOSPC;
    }
    if (!reserve(spans))
        return ENOMEM;
    spans->items[spans->count++] = *span;
    return 0;
}

/* To the next address, or to the one before; false beyond the end. */
static bool step(uint8_t wide[16], bool up)
{
    const uint8_t end = up ? 0xff : 0;

    for (int i = 15; i >= 0; i--) {
        bool carries = wide[i] == end;

        wide[i] = (uint8_t)(wide[i] + (up ? 1 : -1));
        if (!carries)
            return true;
    }
    return false;
}

static void fill_after(uint8_t wide[16], unsigned bits)
{
    for (unsigned bit = bits; bit < 128; bit++)
        wide[bit / 8] |= (uint8_t)(0x80 >> bit % 8);
}

int mxc_spans_add(struct mxc_spans *spans, const struct mxc_cidr *network)
{
    struct mxc_span low, high;
    uint8_t bits = mxc_address_wide_cidr(network, low.first);
    int error;

    memcpy(low.last, low.first, 16);
    fill_after(low.last, bits);
    if (bits >= 96 || !mxc_address_shares(v4.first, low.first, bits))
        return add(spans, &low);
    high = low;
    memcpy(low.last, v4.first, 16);
    (void)step(low.last, false);
    memcpy(high.first, v4.last, 16);
    (void)step(high.first, true);
    error = add(spans, &low);
    return error ? error : add(spans, &high);
}

static int compare(const void *a, const void *b)
{
    const struct mxc_span *left = a, *right = b;

    return memcmp(left->first, right->first, 16);
}

void mxc_spans_settle(struct mxc_spans *spans)
{
    size_t kept = 0;

    if (spans->count)
        qsort(spans->items, spans->count, sizeof *spans->items, compare);
    for (size_t i = 0; i < spans->count; i++) {
        const struct mxc_span *next = &spans->items[i];
        struct mxc_span *last = kept ? &spans->items[kept - 1] : NULL;
        uint8_t after[16];

        if (last)
            memcpy(after, last->last, 16);
        if (!last || (step(after, true) && memcmp(next->first, after, 16) > 0))
            spans->items[kept++] = *next;
        else if (memcmp(next->last, last->last, 16) > 0)
            memcpy(last->last, next->last, 16);
    }
    spans->count = kept;
}

bool mxc_spans_have(const struct mxc_spans *spans, const uint8_t wide[16])
{
    size_t low = 0, high = spans ? spans->count : 0;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (memcmp(spans->items[middle].first, wide, 16) <= 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low && memcmp(wide, spans->items[low - 1].last, 16) <= 0;
}

bool mxc_spans_same(const struct mxc_spans *a, const struct mxc_spans *b)
{
    return a->count == b->count &&
           (!a->count || memcmp(a->items, b->items, a->count * sizeof *a->items) == 0);
}

void mxc_spans_done(struct mxc_spans *spans)
{
    if (!spans)
        return;
    free(spans->items);
    *spans = (struct mxc_spans){ 0 };
}
