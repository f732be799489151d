/* SPDX-License-Identifier: MIT */
/* What the two ways into the guest share: libslirp's own, and the relay in front of it. */
#ifndef MXC_NET_PUBLISH_H
#define MXC_NET_PUBLISH_H

#include "net/control.h"

/* Connections that wait to be taken, at each published port. */
#define MXC_PUBLISH_WAITING 128

/* Says by the pointer of the policy's entry that 'host' and its port cannot be listened on; errno
 * says why. Returns -1. */
int mxc_publish_fail(const struct mxc_net_publish *publish, const struct mxc_address *host,
                     struct mxc_err *err);

#endif
