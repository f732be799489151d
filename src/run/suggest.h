/* SPDX-License-Identifier: MIT */
/* What would have to change in a policy for something that it refused. */
#ifndef MXC_RUN_SUGGEST_H
#define MXC_RUN_SUGGEST_H

#include "base/buf.h"
#include "net/event.h"
#include "policy/policy.h"

/* Adds the smallest change as a JSON Patch (RFC 6902) of the policy's text, in the form that the
 * text uses: denials that cover it are narrowed or removed, and a rule for it alone is added.
 * False, and nothing is added, when no change of the policy would do, or when none is known. */
bool mxc_suggest_patch(const struct mxc_network *network, const struct mxc_net_event *event,
                       struct mxc_buf *out);

#endif
