/* SPDX-License-Identifier: MIT */
/* What the network section of a policy comes to, and what of it nobody can have. */
#include "net/closed.h"
#include "plan/network.h"
#include "plan/planner.h"

const char *mxc_planner_rule_pointer(struct mxc_planner *planner, bool allow, size_t index)
{
    const struct mxc_network *network = &planner->policy->network;

    if (network->form != MXC_NET_LEGACY)
        return mxc_arena_format(planner->arena, "/network/egress/%s/%lu", allow ? "allow" : "deny",
                                (unsigned long)index);
    if (allow && index >= network->allowed_hosts.count)
        return "/network/allowLocalNetwork";
    return mxc_arena_format(planner->arena, "/network/%s/%lu",
                            allow ? "allowedHosts" : "blockedHosts", (unsigned long)index);
}

/* A rule that can never let anything through is an error of whoever wrote it. Loopback is none: the
 * program's own is always open. */
static int check_peer(const struct mxc_peer *peer, const char *pointer, struct mxc_err *err)
{
    uint8_t wide[16], bits;
    struct mxc_closed closed;

    if (peer->host)
        return 0;
    bits = mxc_address_wide_cidr(&peer->cidr, wide);
    closed = mxc_closed_find(wide);
    if (closed.why != MXC_WHY_RESERVED || closed.opens || !closed.bits || bits < closed.bits ||
        mxc_closed_is_gateway(wide))
        return 0;
    return mxc_fail(err, MXC_POLICY_REFUSED, 0, pointer,
                    "nothing can be reached there: the addresses are the sandbox's own "
                    "(10.0.2.0/24, fd00::/64), multicast, broadcast or reserved; name others");
}

static int check_rules(struct mxc_planner *planner, struct mxc_err *err)
{
    const struct mxc_rules *allow = &planner->policy->network.allow;

    for (size_t i = 0; i < allow->count; i++) {
        const char *pointer = mxc_planner_rule_pointer(planner, true, i);

        if (!pointer)
            return mxc_planner_no_memory(err);
        for (size_t k = 0; k < allow->items[i].to_count; k++) {
            planner->names |= allow->items[i].to[k].host != NULL;
            if (check_peer(&allow->items[i].to[k], pointer, err) < 0)
                return -1;
        }
    }
    return 0;
}

static int check_ingress(const struct mxc_network *network, struct mxc_err *err)
{
    if (!network->ingress_allow || network->publish_count)
        return 0;
    return mxc_fail(err, MXC_POLICY_REFUSED, 0, "/network/ingress/default",
                    "connections from outside arrive by published ports only, and none is "
                    "published: list them in network.ingress.publish, or leave 'allow' out");
}

int mxc_planner_decide_network(struct mxc_planner *planner, struct mxc_err *err)
{
    const struct mxc_network *asked = &planner->policy->network;
    struct mxc_network *network;

    if (!mxc_network_needs(planner->policy))
        return 0;
    if (check_ingress(asked, err) < 0 || check_rules(planner, err) < 0)
        return -1;
    network = mxc_arena_alloc(planner->arena, sizeof *network);
    if (!network)
        return mxc_planner_no_memory(err);
    *network = *asked;
    if ((asked->proxy_url || asked->proxy_builtin) &&
        mxc_planner_decide_proxy(planner, network, err) < 0)
        return -1;
    planner->plan->network = network;
    return 0;
}
