/* SPDX-License-Identifier: MIT */
/* What the network section of a policy comes to, and what of it nobody can have. */
#include <string.h>

#include "net/closed.h"
#include "net/nets.h"
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

/* Can what is left of a network without its exceptions be reached? -1 when out of memory. 'nets' is only room. */
static int can_open(struct mxc_planner *planner, struct mxc_peer *peer, struct mxc_nets *nets)
{
    const struct mxc_network *network = &planner->policy->network;
    const struct mxc_rule rule = { .to = peer, .to_count = 1 };

    nets->count = 0;
    if (mxc_nets_add_rule(nets, planner->arena, &rule, 0) < 0)
        return nets->count < MXC_NETS_MAX ? -1
                                          : 1; /* the compiler of rules says what is too much */
    for (size_t i = 0; i < nets->count; i++) {
        struct mxc_closed_net net = { .bits = nets->items[i].bits, .named = nets->items[i].named };

        memcpy(net.wide, nets->items[i].address, sizeof net.wide);
        if (mxc_closed_can_open(&net, network->form == MXC_NET_LEGACY && !network->allow_local))
            return 1;
    }
    return 0;
}

/* A rule that can never let anything through is an error of whoever wrote it. Loopback is none: the
 * program's own is always open. 1 or 0, -1 when out of memory. */
static int is_useful(struct mxc_planner *planner, struct mxc_peer *peer, struct mxc_nets *nets)
{
    uint8_t wide[16];
    int opens = peer->host ? 1 : can_open(planner, peer, nets);

    if (opens != 0)
        return opens;
    (void)mxc_address_wide_cidr(&peer->cidr, wide);
    return mxc_closed_find(wide).why == MXC_WHY_LOOPBACK;
}

static int refuse_rule(struct mxc_planner *planner, size_t index, struct mxc_err *err)
{
    const char *pointer = mxc_planner_rule_pointer(planner, true, index);

    if (!pointer)
        return mxc_planner_no_memory(err);
    return mxc_fail(err, MXC_POLICY_REFUSED, 0, pointer,
                    "nothing can be reached there: the addresses are the sandbox's own "
                    "(10.0.2.0/24, fd00::/64), multicast, broadcast or reserved, stand for closed "
                    "ones, or are excepted; name others");
}

static int check_rules(struct mxc_planner *planner, struct mxc_err *err)
{
    const struct mxc_rules *allow = &planner->policy->network.allow;
    struct mxc_nets nets = { .items = NULL };

    for (size_t i = 0; i < allow->count; i++)
        for (size_t k = 0; k < allow->items[i].to_count; k++) {
            int useful = is_useful(planner, &allow->items[i].to[k], &nets);

            if (useful <= 0)
                return useful < 0 ? mxc_planner_no_memory(err) : refuse_rule(planner, i, err);
            planner->names |= allow->items[i].to[k].host != NULL;
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
