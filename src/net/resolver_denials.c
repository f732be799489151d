/* SPDX-License-Identifier: MIT */
/* Denied names are resolved for ourselves: their addresses are denied until an answer comes that
 * has them no more, and some time beyond. Names of the form "*.name" cannot be: nobody can list
 * what is below a name. */
#include <stdlib.h>
#include <string.h>

#include "net/resolver_parts.h"

/* How often a name is looked at: when its answer ends, within these bounds; long lists take longer.
 * The first time they go out as fast as they are answered, since until then nothing is denied;
 * after that servers get so many questions. */
#define LEAST_MS 30000
#define MOST_MS  300000
#define EACH_MS  20

static const struct mxc_bucket_rate again = { 50, 1000 / EACH_MS };

/* The first pause after a failure; each one is twice as long, up to LEAST_MS. */
#define RETRY_MS 1000

/* How long an address stays denied that is no more in the answer: many names have more addresses
 * than they tell at once, and an address that was told once is known. */
#define GRACE_MS 1800000

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

    if (resolver->denied[item / 2].failures[item % 2])
        resolver->retry_ms = now_ms + EACH_MS;
    flight->denied = item;
    flight->type = types[item % 2];
    flight->first = MXC_RESOLVER_NOBODY;
    memcpy(flight->name, name, strlen(name) + 1);
    resolver->denied[item / 2].due_ms[item % 2] = MXC_RESOLVER_NEVER; /* until it has landed */
    mxc_flight_begin(resolver, slot, now_ms);
}

/* When it may be asked for: what failed waits for its turn. */
static uint64_t due_of(const struct mxc_resolver *resolver, uint32_t item)
{
    const struct mxc_denied *denied = &resolver->denied[item / 2];
    uint64_t due = denied->due_ms[item % 2];

    return denied->failures[item % 2] && due < resolver->retry_ms ? resolver->retry_ms : due;
}

/* What was answered waits for its turn, too; what failed has one of its own. */
static bool may_ask(struct mxc_resolver *resolver, uint32_t item, uint64_t now_ms)
{
    const struct mxc_denied *denied = &resolver->denied[item / 2];

    return !denied->tried[item % 2] || denied->failures[item % 2] ||
           mxc_bucket_take(&resolver->again, &again, now_ms);
}

uint64_t mxc_denials_tick(struct mxc_resolver *resolver, uint64_t now_ms)
{
    uint32_t items = 2 * resolver->denied_count, slot = free_slot(resolver);
    uint32_t from = resolver->cursor;
    uint64_t next = MXC_RESOLVER_NEVER;

    if (!items)
        return MXC_RESOLVER_NEVER;
    if (slot == MXC_RESOLVER_SLOTS || resolver->due_ms > now_ms)
        return slot == MXC_RESOLVER_SLOTS ? MXC_RESOLVER_NEVER : resolver->due_ms;
    for (uint32_t i = 0; i < items; i++) {
        uint32_t item = (from + i) % items;
        uint64_t due = due_of(resolver, item);

        if (due <= now_ms) {
            if ((slot = free_slot(resolver)) == MXC_RESOLVER_SLOTS)
                return MXC_RESOLVER_NEVER; /* when one has landed */
            if (may_ask(resolver, item, now_ms)) {
                resolver->cursor = (item + 1) % items;
                look_up(resolver, slot, item, now_ms);
            }
            due = due_of(resolver, item);
            due = due > now_ms ? due : now_ms + EACH_MS;
        }
        next = due < next ? due : next;
    }
    resolver->due_ms = next;
    return next;
}

/* Addresses that there is no room for are told together. */
static void deny_all(struct mxc_resolver *resolver, const struct mxc_flight *flight,
                     uint64_t now_ms)
{
    struct mxc_net_event event = mxc_resolver_event(MXC_NET_LIMITED, MXC_WHY_LIMIT, flight->name);

    event.count = resolver->all.more;
    for (uint32_t i = 0; i < resolver->all.count; i++) {
        const struct mxc_address *address = &resolver->all.addresses[i];

        if (resolver->judge.deny(resolver->judge.context, address, flight->denied / 2,
                                 MXC_RESOLVER_NEVER, now_ms))
            continue;
        event.to = event.to.family ? event.to : *address;
        event.count++;
    }
    if (event.count)
        resolver->ways.tell(resolver->ways.context, &event);
}

static uint64_t pause_after(const struct mxc_resolver *resolver,
                            const struct mxc_dns_result *result)
{
    uint64_t least = (uint64_t)resolver->denied_count * 2 * EACH_MS;
    uint64_t pause = (uint64_t)result->ttl_s * 1000;

    least = least < LEAST_MS ? LEAST_MS : least;
    pause = pause > MOST_MS ? MOST_MS : pause;
    return pause < least ? least : pause;
}

static uint64_t answered(struct mxc_resolver *resolver, const struct mxc_flight *flight,
                         const struct mxc_dns_result *result, uint64_t now_ms)
{
    const struct mxc_retiring old = { flight->denied / 2, flight->type == MXC_DNS_A ? 4 : 6 };
    struct mxc_denied *denied = &resolver->denied[flight->denied / 2];

    resolver->judge.retire(resolver->judge.context, &old, now_ms + GRACE_MS, now_ms);
    deny_all(resolver, flight, now_ms);
    denied->answered[flight->denied % 2] = true;
    denied->failures[flight->denied % 2] = 0;
    return now_ms + pause_after(resolver, result);
}

/* What is known of the name stays denied. When nothing is, that is told, once. */
static uint64_t failed(struct mxc_resolver *resolver, const struct mxc_flight *flight,
                       uint64_t now_ms)
{
    struct mxc_denied *denied = &resolver->denied[flight->denied / 2];
    uint8_t *failures = &denied->failures[flight->denied % 2];
    uint64_t pause = (uint64_t)RETRY_MS << (*failures < 5 ? *failures : 5);
    struct mxc_net_event event;
    struct mxc_name_ruling ruling;

    *failures += *failures < UINT8_MAX;
    if (!denied->answered[flight->denied % 2] && !denied->told) {
        resolver->judge.name(resolver->judge.context, flight->name, &ruling);
        event = mxc_resolver_event(MXC_NET_NAME_UNRESOLVED, MXC_WHY_RULE, flight->name);
        event.rule = ruling.rule;
        resolver->ways.tell(resolver->ways.context, &event);
        denied->told = true;
    }
    return now_ms + (pause > LEAST_MS ? LEAST_MS : pause);
}

void mxc_denials_landed(struct mxc_resolver *resolver, const struct mxc_flight *flight,
                        const struct mxc_dns_result *result, uint64_t now_ms)
{
    struct mxc_denied *denied = &resolver->denied[flight->denied / 2];
    uint64_t due =
        result ? answered(resolver, flight, result, now_ms) : failed(resolver, flight, now_ms);

    denied->due_ms[flight->denied % 2] = due;
    if (due < resolver->due_ms)
        resolver->due_ms = due;
    if (!denied->tried[flight->denied % 2])
        resolver->untried--;
    denied->tried[flight->denied % 2] = true;
}
