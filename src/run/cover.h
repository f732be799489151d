/* SPDX-License-Identifier: MIT */
/* Which rules of a policy are about a refused flow or name. */
#ifndef MXC_RUN_COVER_H
#define MXC_RUN_COVER_H

#include "net/closed.h"
#include "net/event.h"
#include "policy/policy.h"

/* Is the event's address, or for refused names its name, one of the destination's? */
bool mxc_cover_peer(const struct mxc_peer *peer, const struct mxc_net_event *event);

bool mxc_cover_port(const struct mxc_port *port, const struct mxc_net_event *event);

/* Is the rule about the event's protocol and port? Of names, always. */
bool mxc_cover_ports(const struct mxc_rule *rule, const struct mxc_net_event *event);

bool mxc_cover_rule(const struct mxc_rule *rule, const struct mxc_net_event *event);

/* What is closed about an address in its wide form, by the form of the policy. */
struct mxc_closed mxc_cover_closed(const struct mxc_network *network, const uint8_t wide[16]);

/* Would it be let through if no denial covered it? As far as the policy alone can tell. */
bool mxc_cover_allowed(const struct mxc_network *network, const struct mxc_net_event *event);

#endif
