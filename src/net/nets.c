/* SPDX-License-Identifier: MIT */
/* Networks without their exceptions: halved until a half holds no exception. */
#include "net/nets.h"

#include <stdlib.h>
#include <string.h>

#include "net/address.h"

static int add(struct mxc_nets *nets, struct mxc_arena *arena, const struct mxc_net *net)
{
    void *grown;

    if (nets->count >= MXC_NETS_MAX)
        return -1;
    grown = mxc_arena_grow(arena, nets->items, nets->count, &nets->room, sizeof *net);
    if (!grown)
        return -1;
    nets->items = grown;
    nets->items[nets->count++] = *net;
    return 0;
}

static int compare(const void *a, const void *b)
{
    const struct mxc_net *left = a, *right = b;
    int order = memcmp(left->address, right->address, 16);

    return order ? order : (int)left->bits - (int)right->bits;
}

void mxc_nets_sort(struct mxc_nets *nets)
{
    if (nets->count)
        qsort(nets->items, nets->count, sizeof *nets->items, compare);
}

/* How many of the sorted exceptions lie in the lower half of 'net'. */
static size_t in_lower_half(const struct mxc_net *net, const struct mxc_net *except, size_t count)
{
    size_t low = 0, high = count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (except[middle].address[net->bits / 8] >> (7 - net->bits % 8) & 1)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

/* All exceptions lie within 'net'; they are sorted, so that one that is all of it comes first. */
static int add_without(struct mxc_nets *nets, struct mxc_arena *arena, struct mxc_net net,
                       const struct mxc_net *except, size_t count)
{
    size_t lower;

    if (!count)
        return add(nets, arena, &net);
    if (except[0].bits <= net.bits)
        return 0;
    lower = in_lower_half(&net, except, count);
    net.bits++;
    if (add_without(nets, arena, net, except, lower) < 0)
        return -1;
    net.address[(net.bits - 1) / 8] |= (uint8_t)(0x80 >> (net.bits - 1) % 8);
    return add_without(nets, arena, net, except + lower, count - lower);
}

/* The exceptions that matter: sorted, those outside left out, one that covers all cut to the
 * network. */
static int read_exceptions(const struct mxc_peer *peer, const struct mxc_net *net,
                           struct mxc_arena *arena, struct mxc_nets *out)
{
    for (size_t i = 0; i < peer->except_count; i++) {
        struct mxc_net one = { .rule = 0 };

        one.bits = mxc_address_wide_cidr(&peer->except[i], one.address);
        if (!mxc_address_shares(one.address, net->address,
                                one.bits < net->bits ? one.bits : net->bits))
            continue;
        if (one.bits < net->bits)
            one = *net;
        if (add(out, arena, &one) < 0)
            return -1;
    }
    mxc_nets_sort(out);
    return 0;
}

static int add_peer(struct mxc_nets *nets, struct mxc_arena *arena, const struct mxc_peer *peer,
                    uint32_t index)
{
    struct mxc_nets except = { 0 };
    struct mxc_net net = { .rule = index };

    net.bits = mxc_address_wide_cidr(&peer->cidr, net.address);
    net.named = net.bits;
    if (read_exceptions(peer, &net, arena, &except) < 0)
        return -1;
    return add_without(nets, arena, net, except.items, except.count);
}

int mxc_nets_add_rule(struct mxc_nets *nets, struct mxc_arena *arena, const struct mxc_rule *rule,
                      uint32_t index)
{
    const struct mxc_net everywhere = { .rule = index };

    if (!rule->to_count)
        return add(nets, arena, &everywhere);
    for (size_t i = 0; i < rule->to_count; i++)
        if (!rule->to[i].host && add_peer(nets, arena, &rule->to[i], index) < 0)
            return -1;
    return 0;
}

bool mxc_nets_cover_family(const struct mxc_rule *rule)
{
    static const uint8_t v4[16] = { [10] = 0xff, [11] = 0xff };

    for (size_t i = 0; i < rule->to_count; i++) {
        uint8_t wide[16], bits = mxc_address_wide_cidr(&rule->to[i].cidr, wide);

        if (!rule->to[i].host && bits <= 96 && mxc_address_shares(wide, v4, bits))
            return true;
    }
    return !rule->to_count;
}
