/* SPDX-License-Identifier: MIT */
/* Checks of the network, the display and the limits. */
#include <string.h>

#include "net/closed.h"
#include "plan/lint_private.h"
#include "policy/url.h"

static bool is_everywhere(const struct mxc_rule *rule)
{
    for (size_t i = 0; i < rule->to_count; i++)
        if (!rule->to[i].host && rule->to[i].cidr.bits == 0 && !rule->to[i].except_count)
            return true;
    return !rule->to_count;
}

static const char *text_of(struct mxc_linter *linter, const struct mxc_cidr *cidr)
{
    struct mxc_address address =
        cidr->family == 4 ? mxc_address_v4(cidr->address) : mxc_address_v6(cidr->address);
    char text[MXC_ADDRESS_TEXT];

    return mxc_arena_copy(linter->arena, mxc_address_text(&address, text));
}

static bool names_metadata(const struct mxc_cidr *cidr)
{
    uint8_t wide[16], bits = mxc_address_wide_cidr(cidr, wide);
    struct mxc_closed closed = mxc_closed_find(wide);

    return closed.why == MXC_WHY_METADATA && bits >= closed.bits;
}

/* The sandbox's own, or the gateway to the host's. */
static bool names_loopback(const struct mxc_cidr *cidr)
{
    uint8_t wide[16], bits = mxc_address_wide_cidr(cidr, wide);
    struct mxc_closed closed = mxc_closed_find(wide);

    return bits >= closed.bits && (closed.why == MXC_WHY_LOOPBACK || mxc_closed_is_gateway(wide));
}

static int lint_name(struct mxc_linter *linter, const struct mxc_rule *rule, const char *host,
                     const char *pointer)
{
    bool wide = host[0] == '*' && !strchr(host + 2, '.');

    if (mxc_host_name_is_local(host))
        return mxc_lint_add(linter, MXC_LINT_LOOPBACK_RULE, pointer, host, NULL);
    if (linter->policy->network.form == MXC_NET_LEGACY)
        return 0; /* it has no ports to give */
    if (wide && mxc_lint_add(linter, MXC_LINT_WIDE_NAME, pointer, host, NULL) < 0)
        return -1;
    return rule->port_count ? 0 : mxc_lint_add(linter, MXC_LINT_NAME_PORTS, pointer, host, NULL);
}

static int lint_peer(struct mxc_linter *linter, const struct mxc_rule *rule,
                     const struct mxc_peer *peer, const char *pointer)
{
    bool metadata, loopback;
    const char *text;

    if (peer->host)
        return lint_name(linter, rule, peer->host, pointer);
    metadata = names_metadata(&peer->cidr);
    loopback = names_loopback(&peer->cidr);
    if (!metadata && !loopback)
        return 0;
    text = text_of(linter, &peer->cidr);
    return text ? mxc_lint_add(linter, metadata ? MXC_LINT_METADATA : MXC_LINT_LOOPBACK_RULE,
                               pointer, text, NULL)
                : mxc_lint_out_of_memory(linter);
}

static const char *pointer_of(struct mxc_linter *linter, size_t rule, size_t peer)
{
    const struct mxc_network *network = &linter->policy->network;

    if (network->form != MXC_NET_LEGACY)
        return mxc_arena_format(linter->arena, "/network/egress/allow/%zu/to/%zu", rule, peer);
    return rule < network->allowed_hosts.count
               ? mxc_arena_format(linter->arena, "/network/allowedHosts/%zu", rule)
               : "/network/allowLocalNetwork";
}

static int lint_rule(struct mxc_linter *linter, size_t index)
{
    const struct mxc_rule *rule = &linter->policy->network.allow.items[index];

    for (size_t i = 0; i < rule->to_count; i++) {
        const char *pointer = pointer_of(linter, index, i);

        if (!pointer)
            return mxc_lint_out_of_memory(linter);
        if (lint_peer(linter, rule, &rule->to[i], pointer) < 0)
            return -1;
    }
    return 0;
}

static int lint_rules(struct mxc_linter *linter)
{
    const struct mxc_network *network = &linter->policy->network;

    for (size_t i = 0; i < network->allow.count; i++) {
        const struct mxc_rule *rule = &network->allow.items[i];
        const char *pointer =
            mxc_arena_format(linter->arena, "/network/%s/%zu",
                             network->form == MXC_NET_LEGACY ? "allowedHosts" : "egress/allow", i);

        if (!pointer)
            return mxc_lint_out_of_memory(linter);
        if (!rule->port_count && is_everywhere(rule) &&
            mxc_lint_add(linter, MXC_LINT_NETWORK_OPEN, pointer, "", NULL) < 0)
            return -1;
        if (lint_rule(linter, i) < 0)
            return -1;
    }
    return 0;
}

static bool is_loopback(const struct mxc_cidr *address)
{
    uint8_t wide[16];

    mxc_address_wide_cidr(address, wide);
    return mxc_closed_find(wide).why == MXC_WHY_LOOPBACK;
}

static int lint_publish(struct mxc_linter *linter)
{
    const struct mxc_network *network = &linter->policy->network;

    for (size_t i = 0; i < network->publish_count; i++) {
        const char *pointer, *port;

        if (is_loopback(&network->publish[i].host_address))
            continue;
        pointer = mxc_arena_format(linter->arena, "/network/ingress/publish/%zu/hostAddress", i);
        port = mxc_arena_format(linter->arena, "%u", network->publish[i].host_port);
        if (!pointer || !port)
            return mxc_lint_out_of_memory(linter);
        if (mxc_lint_add(linter, MXC_LINT_PUBLISH_WIDE, pointer, port, NULL) < 0)
            return -1;
    }
    return 0;
}

int mxc_lint_network(struct mxc_linter *linter)
{
    const struct mxc_policy *policy = linter->policy;
    const struct mxc_network *network = &policy->network;
    bool legacy = network->form == MXC_NET_LEGACY;
    bool directional = network->form == MXC_NET_DIRECTIONAL;
    const struct {
        bool found;
        enum mxc_lint rule;
        const char *pointer;
    } checks[] = {
        { legacy && network->default_allow, MXC_LINT_NETWORK_OPEN, "/network/defaultPolicy" },
        { directional && network->egress_allow, MXC_LINT_NETWORK_OPEN, "/network/egress/default" },
        { legacy && network->allow_local, MXC_LINT_HOST_LOOPBACK, "/network/allowLocalNetwork" },
        { directional && network->ingress_allow, MXC_LINT_INGRESS_OPEN,
          "/network/ingress/default" },
        { directional && network->host_loopback_allow, MXC_LINT_HOST_LOOPBACK,
          "/network/ingress/hostLoopback" },
        { policy->ui.present && !policy->ui.disable, MXC_LINT_UI_OPEN, "/ui/disable" },
        { policy->limits.memory_mb == 0, MXC_LINT_NO_MEMORY_LIMIT, "/limits/memoryMb" },
    };

    for (size_t i = 0; i < sizeof checks / sizeof *checks; i++)
        if (checks[i].found &&
            mxc_lint_add(linter, checks[i].rule, checks[i].pointer, "", NULL) < 0)
            return -1;
    return lint_rules(linter) < 0 ? -1 : lint_publish(linter);
}
