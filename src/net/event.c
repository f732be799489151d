/* SPDX-License-Identifier: MIT */
/* Events: their texts, and what of a packet is believed. */
#include "net/event.h"

#include <string.h>

#include "base/utf8.h"

const char *mxc_net_kind_text(enum mxc_net_kind kind)
{
    static const char *const texts[] = {
#define TEXT(name, wire) wire,
        MXC_NET_KINDS(TEXT)
    };

    return (unsigned)kind < MXC_NET_KIND_COUNT ? texts[kind] : "?";
}

const char *mxc_net_why_text(enum mxc_why why)
{
    static const char *const texts[] = { MXC_NET_WHYS(TEXT)
#undef TEXT
    };

    return (unsigned)why < MXC_WHY_COUNT ? texts[why] : "?";
}

bool mxc_net_event_same(const struct mxc_net_event *a, const struct mxc_net_event *b)
{
    return a->kind == b->kind && a->why == b->why && a->rule == b->rule &&
           a->protocol == b->protocol && a->port == b->port && mxc_address_same(&a->to, &b->to) &&
           !strcmp(a->name, b->name) && !strcmp(a->denied, b->denied);
}

static bool is_event(const struct mxc_net_event *event)
{
    return event->kind < MXC_NET_KIND_COUNT && event->why < MXC_WHY_COUNT &&
           event->protocol <= MXC_PROTO_ICMP && event->count &&
           (event->to.family == 0 || event->to.family == 4 || event->to.family == 6) &&
           (event->rule == MXC_NO_RULE || event->why == MXC_WHY_RULE);
}

bool mxc_net_event_take(const void *packet, size_t size, struct mxc_net_event *out)
{
    struct mxc_net_event event;

    if (size != sizeof event)
        return false;
    memcpy(&event, packet, sizeof event);
    if (!is_event(&event) || !memchr(event.name, '\0', sizeof event.name) ||
        !memchr(event.denied, '\0', sizeof event.denied))
        return false;
    mxc_utf8_tame(event.name);
    mxc_utf8_tame(event.denied);
    *out = event;
    return true;
}
