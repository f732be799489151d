/* SPDX-License-Identifier: MIT */
/* Denied names are resolved for ourselves: their addresses are denied as long as the names point to them, and some
 * time beyond. Names of the form "*.name" cannot be: nobody can list what is below a name. */
#include <stdlib.h>
#include <string.h>

#include "net/resolver_parts.h"

/* How often a name is looked at: when its answer ends, within these bounds. Long lists take longer: to servers
 * that is no more than 50 questions in a second. */
#define LEAST_MS 30000
#define MOST_MS  300000
#define EACH_MS  20

/* How long an address stays denied after its name should have been looked at again. */
#define GRACE_MS 300000

static const uint16_t types[2] = { MXC_DNS_A, MXC_DNS_AAAA };

static const char *name_of(const struct mxc_resolver *resolver, uint32_t index)
{
    return resolver->judge.denied(resolver->judge.context, index);
}

int mxc_denials_init(struct mxc_resolver *resolver)
{
    uint32_t count = 0;

    while (name_of(resolver, count))
        count++;
    if (!count)
        return 0;
    resolver->denied = calloc(count, sizeof *resolver->denied);
    if (!resolver->denied)
        return -1;
    resolver->denied_count = count;
    for (uint32_t i = 0; i < count; i++)
        if (mxc_dns_name_plain(name_of(resolver, i)))
            resolver->untried += 2;
        else
            resolver->denied[i] =
                (struct mxc_denied){ .due_ms = { MXC_RESOLVER_NEVER, MXC_RESOLVER_NEVER } };
    return 0;
}

bool mxc_resolver_is_settled(const struct mxc_resolver *resolver)
{
    return resolver->untried == 0;
}

static uint32_t free_slot(const struct mxc_resolver *resolver)
{
    uint32_t slot = MXC_RESOLVER_GUEST;

    while (slot < MXC_RESOLVER_SLOTS && resolver->flights[slot].busy)
        slot++;
    return slot;
}

static void look_up(struct mxc_resolver *resolver, uint32_t slot, uint32_t item, uint64_t now_ms)
{
    struct mxc_flight *flight = &resolver->flights[slot];
    const char *name = name_of(resolver, item / 2);

    flight->denied = item;
    flight->type = types[item % 2];
    flight->first = MXC_RESOLVER_NOBODY;
    memcpy(flight->name, name, strlen(name) + 1);
    resolver->denied[item / 2].due_ms[item % 2] = MXC_RESOLVER_NEVER; /* until it has landed */
    mxc_flight_begin(resolver, slot, now_ms);
}

uint64_t mxc_denials_tick(struct mxc_resolver *resolver, uint64_t now_ms)
{
    uint32_t items = 2 * resolver->denied_count, slot = free_slot(resolver);
    uint64_t next = MXC_RESOLVER_NEVER;

    if (!items)
        return MXC_RESOLVER_NEVER;
    if (slot == MXC_RESOLVER_SLOTS || resolver->due_ms > now_ms)
        return slot == MXC_RESOLVER_SLOTS ? MXC_RESOLVER_NEVER : resolver->due_ms;
    for (uint32_t i = 0; i < items; i++) {
        uint32_t item = resolver->cursor;
        uint64_t due = resolver->denied[item / 2].due_ms[item % 2];

        if (due <= now_ms) {
            if ((slot = free_slot(resolver)) == MXC_RESOLVER_SLOTS)
                return MXC_RESOLVER_NEVER; /* when one has landed */
            look_up(resolver, slot, item, now_ms);
            due = resolver->denied[item / 2].due_ms[item % 2];
        }
        next = due < next ? due : next;
        resolver->cursor = (item + 1) % items;
    }
    resolver->due_ms = next;
    return next;
}

static void deny_all(struct mxc_resolver *resolver, const struct mxc_flight *flight,
                     const struct mxc_dns_result *result, uint64_t until_ms, uint64_t now_ms)
{
    for (unsigned i = 0; i < result->address_count; i++) {
        struct mxc_net_event event;

        if (resolver->judge.deny(resolver->judge.context, &result->addresses[i], flight->denied / 2,
                                 until_ms, now_ms))
            continue;
        event = mxc_resolver_event(MXC_NET_LIMITED, MXC_WHY_LIMIT, flight->name);
        event.to = result->addresses[i];
        resolver->ways.tell(resolver->ways.context, &event);
    }
}

static uint64_t pause_after(const struct mxc_resolver *resolver,
                            const struct mxc_dns_result *result)
{
    uint64_t least = (uint64_t)resolver->denied_count * 2 * EACH_MS;
    uint64_t pause = result ? (uint64_t)result->ttl_s * 1000 : LEAST_MS;

    least = least < LEAST_MS ? LEAST_MS : least;
    pause = pause > MOST_MS ? MOST_MS : pause;
    return pause < least ? least : pause;
}

void mxc_denials_landed(struct mxc_resolver *resolver, const struct mxc_flight *flight,
                        const struct mxc_dns_result *result, uint64_t now_ms)
{
    struct mxc_denied *denied = &resolver->denied[flight->denied / 2];
    uint64_t due = now_ms + pause_after(resolver, result);

    if (result)
        deny_all(resolver, flight, result, due + GRACE_MS, now_ms);
    denied->due_ms[flight->denied % 2] = due;
    if (due < resolver->due_ms)
        resolver->due_ms = due;
    if (!denied->tried[flight->denied % 2])
        resolver->untried--;
    denied->tried[flight->denied % 2] = true;
}
