/* SPDX-License-Identifier: MIT */
/* The keys of the network section that open something. */
#include "plan/network.h"

const char *mxc_network_needs(const struct mxc_policy *policy)
{
    const struct mxc_network *network = &policy->network;
    const struct {
        bool asked;
        const char *pointer;
    } keys[] = {
        { network->proxy_builtin, "/network/proxy/builtinTestServer" },
        { network->proxy_url, network->proxy_pointer ? network->proxy_pointer : "/network/proxy" },
        { network->default_allow, "/network/defaultPolicy" },
        { network->allow_local, "/network/allowLocalNetwork" },
        { network->allowed_hosts.count, "/network/allowedHosts" },
        { network->egress_allow, "/network/egress/default" },
        { network->allow.count, "/network/egress/allow" },
        { network->publish_count, "/network/ingress/publish" },
        { network->ingress_allow, "/network/ingress/default" },
        { network->host_loopback_allow, "/network/ingress/hostLoopback" },
    };

    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (keys[i].asked)
            return keys[i].pointer;
    return NULL;
}
