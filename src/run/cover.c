/* SPDX-License-Identifier: MIT */
/* The rules once more, on the policy itself: for suggestions, never for decisions. */
#include "run/cover.h"

#include <string.h>

#include "net/closed.h"
#include "net/nets.h"

static bool is_name(const struct mxc_net_event *event)
{
    return event->kind == MXC_NET_NAME_REFUSED;
}

static bool covers_name(const char *pattern, const char *name)
{
    size_t above = strlen(pattern) - 1, length = strlen(name);

    if (strncmp(pattern, "*.", 2) != 0)
        return strcmp(pattern, name) == 0;
    return length > above && strcmp(name + length - above, pattern + 1) == 0;
}

static bool contains(const struct mxc_cidr *cidr, const struct mxc_address *address)
{
    uint8_t network[16], wide[16];
    uint8_t bits = mxc_address_wide_cidr(cidr, network);

    mxc_address_wide(address, wide);
    return mxc_address_shares(network, wide, bits);
}

bool mxc_cover_peer(const struct mxc_peer *peer, const struct mxc_net_event *event)
{
    if (peer->host)
        return *event->name && covers_name(peer->host, event->name);
    if (is_name(event) || !event->to.family || !contains(&peer->cidr, &event->to))
        return false;
    for (size_t i = 0; i < peer->except_count; i++)
        if (contains(&peer->except[i], &event->to))
            return false;
    return true;
}

bool mxc_cover_port(const struct mxc_port *port, const struct mxc_net_event *event)
{
    bool in = !port->first || (event->port >= port->first && event->port <= port->last);

    if (port->protocol == MXC_PROTO_ANY)
        return in && (!port->first || event->protocol != MXC_PROTO_ICMP);
    return in && port->protocol == event->protocol;
}

bool mxc_cover_ports(const struct mxc_rule *rule, const struct mxc_net_event *event)
{
    for (size_t i = 0; i < rule->port_count; i++)
        if (mxc_cover_port(&rule->ports[i], event))
            return true;
    return !rule->port_count || is_name(event);
}

bool mxc_cover_rule(const struct mxc_rule *rule, const struct mxc_net_event *event)
{
    if (!mxc_cover_ports(rule, event))
        return false;
    for (size_t i = 0; i < rule->to_count; i++)
        if (mxc_cover_peer(&rule->to[i], event))
            return true;
    return !rule->to_count && !is_name(event);
}

/* Closed ranges open only to a network that lies within them. */
static bool names_closed(const struct mxc_rule *rule, const struct mxc_net_event *event,
                         unsigned bits)
{
    uint8_t network[16];

    for (size_t i = 0; i < rule->to_count; i++)
        if (!rule->to[i].host && mxc_cover_peer(&rule->to[i], event) &&
            mxc_address_wide_cidr(&rule->to[i].cidr, network) >= bits)
            return true;
    return false;
}

static bool allows_name(const struct mxc_network *network, const struct mxc_net_event *event)
{
    for (size_t i = 0; i < network->allow.count; i++)
        if (mxc_cover_rule(&network->allow.items[i], event) ||
            mxc_nets_cover_family(&network->allow.items[i]))
            return true;
    return network->egress_allow;
}

struct mxc_closed mxc_cover_closed(const struct mxc_network *network, const uint8_t wide[16])
{
    bool legacy = network->form == MXC_NET_LEGACY;
    struct mxc_closed closed = mxc_closed_find(wide);

    if (closed.why == MXC_WHY_PRIVATE && (!legacy || network->allow_local))
        closed.why = MXC_WHY_NONE;
    return closed;
}

bool mxc_cover_allowed(const struct mxc_network *network, const struct mxc_net_event *event)
{
    struct mxc_closed closed;
    uint8_t wide[16], behind[16];
    bool is_closed;

    if (is_name(event))
        return allows_name(network, event);
    mxc_address_wide(&event->to, wide);
    if (mxc_closed_is_gateway(wide))
        return network->form == MXC_NET_LEGACY ? network->allow_local
                                               : network->host_loopback_allow;
    closed = mxc_cover_closed(network, wide);
    is_closed = closed.why != MXC_WHY_NONE;
    if ((is_closed && !closed.opens) ||
        (mxc_closed_behind(wide, behind) && mxc_cover_closed(network, behind).why != MXC_WHY_NONE))
        return false;
    for (size_t i = 0; i < network->allow.count; i++) {
        const struct mxc_rule *rule = &network->allow.items[i];

        if (mxc_cover_rule(rule, event) && (!is_closed || names_closed(rule, event, closed.bits)))
            return true;
    }
    return network->egress_allow && !is_closed;
}
