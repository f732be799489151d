/* SPDX-License-Identifier: MIT */
/* What of the denials has to go for something that they refused. */
#ifndef MXC_RUN_RELAX_H
#define MXC_RUN_RELAX_H

#include "base/buf.h"
#include "net/event.h"
#include "policy/policy.h"

/* Adds operations of a JSON Patch, with a comma between them and before the first when 'ops' has
 * some already.
 *
 * A rule loses the address, the protocol and the port of the event, and nothing else: the address
 * becomes an exception of its networks, and what the rule says of other ports of that address is
 * said by a rule of its own. A name goes as it is written, since a pattern has no exceptions; when
 * an address was refused because of a denied name, its other ports stay denied. In the legacy form,
 * which has neither exceptions nor ports, the entries that cover it go. False when no denial is
 * about the event. */
bool mxc_relax(const struct mxc_network *network, const struct mxc_net_event *event,
               struct mxc_buf *ops);

#endif
