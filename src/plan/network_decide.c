/* SPDX-License-Identifier: MIT */
/* What the network section of a policy comes to, and what of it nobody can have. */
#include <string.h>

#include "net/closed.h"
#include "net/nets.h"
#include "plan/network.h"
#include "plan/planner.h"
#include "policy/url.h"

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

/* Can what is left of a network without its exceptions be reached? -1 when out of memory. 'nets' is
 * only room. */
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

/* What a destination of an allow rule comes to. */
enum use { USE_OPENS, USE_NOTHING, USE_LOOPBACK, USE_GATEWAY, USE_NO_MEMORY };

static enum use use_of(struct mxc_planner *planner, struct mxc_peer *peer, struct mxc_nets *nets)
{
    const struct mxc_network *network = &planner->policy->network;
    uint8_t wide[16];
    int opens;

    if (peer->host)
        return mxc_host_name_is_local(peer->host) ? USE_LOOPBACK : USE_OPENS;
    opens = can_open(planner, peer, nets);
    if (opens < 0)
        return USE_NO_MEMORY;
    (void)mxc_address_wide_cidr(&peer->cidr, wide);
    if (!opens)
        return mxc_closed_find(wide).why == MXC_WHY_LOOPBACK ? USE_LOOPBACK : USE_NOTHING;
    return mxc_closed_is_gateway(wide) && !network->host_loopback_allow && !network->allow_local
               ? USE_GATEWAY
               : USE_OPENS;
}

/* Inside it is true that these are open, so they are no error; but whoever means the host's has to
 * know. */
static int note_loopback(struct mxc_planner *planner, size_t index, struct mxc_err *err)
{
    bool legacy = planner->policy->network.form == MXC_NET_LEGACY;
    const char *pointer = mxc_planner_rule_pointer(planner, true, index);

    if (!pointer)
        return mxc_planner_no_memory(err);
    return mxc_planner_note(planner, pointer, err,
                            "%s opens nothing: the loopback inside is the sandbox's own and always "
                            "open, the host's is 10.0.2.2 and fd00::2 with %s",
                            legacy ? planner->policy->network.allowed_hosts.items[index] : pointer,
                            legacy ? "allowLocalNetwork true"
                                   : "network.ingress.hostLoopback 'allow'");
}

static int refuse_rule(struct mxc_planner *planner, size_t index, enum use use, struct mxc_err *err)
{
    static const char *const texts[] = {
        [USE_NOTHING] = "nothing can be reached there: the addresses are the sandbox's own "
                        "(10.0.2.0/24, fd00::/64), link-local of IPv6, multicast, broadcast or "
                        "reserved, stand for closed ones, or are excepted; name others",
        [USE_GATEWAY] = "no rule opens the gateway, which is the host's loopback: set "
                        "network.ingress.hostLoopback to 'allow' for it",
    };
    const char *pointer = mxc_planner_rule_pointer(planner, true, index);

    if (!pointer || use == USE_NO_MEMORY)
        return mxc_planner_no_memory(err);
    return mxc_fail(err, MXC_POLICY_REFUSED, 0, pointer, "%s", texts[use]);
}

/* A rule that can never let anything through is an error of whoever wrote it. */
static int check_rule(struct mxc_planner *planner, size_t index, struct mxc_nets *nets,
                      struct mxc_err *err)
{
    const struct mxc_rule *rule = &planner->policy->network.allow.items[index];
    bool legacy = planner->policy->network.form == MXC_NET_LEGACY;

    for (size_t i = 0; i < rule->to_count; i++) {
        enum use use = use_of(planner, &rule->to[i], nets);
        bool tolerated = use == USE_LOOPBACK || (legacy && use == USE_GATEWAY);

        if (tolerated && note_loopback(planner, index, err) < 0)
            return -1;
        if (use != USE_OPENS && !tolerated)
            return refuse_rule(planner, index, use, err);
        planner->names |= rule->to[i].host != NULL;
    }
    return 0;
}

static int check_rules(struct mxc_planner *planner, struct mxc_err *err)
{
    struct mxc_nets nets = { .items = NULL };

    for (size_t i = 0; i < planner->policy->network.allow.count; i++)
        if (check_rule(planner, i, &nets, err) < 0)
            return -1;
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
